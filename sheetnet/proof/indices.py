"""Symbols, proved to mean something: none names a unit or a source that the lesson does not have.

What stands beside a number is read with it (`labels`, `readings`); this is of every symbol of a
text, heads and titles among them. Rows that tell of other documents are `told`'s own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from sheetnet.expressions.formula import Expression
from sheetnet.expressions.reading import Symbol, flat_text, line_of, symbols_in
from sheetnet.expressions.rich import Rich
from sheetnet.proof.comparison import Comparison
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Position, Quoted, Sheet

#: What stands over the letter of a vector.
ARROW = "⃗"
#: A text that is one letter.
LETTER = re.compile(r"[^\W\d_]")


class Decoder(Protocol):
    """What knows how many there are of what symbols count."""

    def unmeant(self, symbol: Symbol) -> str:
        """Why a symbol means nothing, in words: its index counts further than there are units or
        sources, it is a derivative that is none. Empty where it may."""
        ...

    def is_known(self, letter: str) -> bool:
        """Whether a letter that stands alone means something."""
        ...

    def on(self, sheet: str) -> Decoder:
        """What knows the symbols of one sheet."""
        ...


def check_indices(book: Book, decoder: Decoder) -> Comparison:
    """Each symbol with an index, wherever it stands."""
    check = Comparison("indices of symbols")
    told = {(each.sheet, each.row) for each in book.told}
    for sheet in book.sheets:
        own = decoder.on(sheet.name)
        for place, line in _lines(book, sheet):
            if (sheet.name, place[0]) in told:
                continue
            check.cells += 1
            if _stands_alone(sheet, place, line) and not own.is_known(line):
                check.add(sheet.name, *place, f"{line} means nothing here")
            for symbol in symbols_in(line.replace(ARROW, "")):
                if what := own.unmeant(symbol):
                    check.add(sheet.name, *place, f"{symbol.letter} {symbol.lower}: {what}")
                    break
    return check


def _stands_alone(sheet: Sheet, place: Position, line: str) -> bool:
    """Whether a fixed text is one letter, no title of a matrix; live ones may be an author's."""
    fixed = isinstance(sheet.cells[place].content, Rich) and not sheet.has_matrices
    return fixed and LETTER.fullmatch(line) is not None


def _lines(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """The texts in which symbols may stand: not the names that an author gives to classes."""
    for place, cell in sheet.cells.items():
        if isinstance(cell.content, Rich):
            yield place, line_of(cell.content)
        elif isinstance(cell.content, Expression):
            text = book.value(sheet, *place)
            if isinstance(text, str) and not isinstance(text, Quoted):
                yield place, flat_text(text)
