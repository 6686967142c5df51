"""The indices of symbols, proved: none names a unit or a source that the lesson does not have.

What stands beside a number is read with it (`labels`, `readings`); this is of every symbol of a
text, heads and titles among them. Rows that tell of other documents are `told`'s own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from sheetnet.expressions.formula import Expression
from sheetnet.expressions.reading import Symbol, flat_text, line_of, symbols_in
from sheetnet.expressions.rich import Rich
from sheetnet.proof.comparison import Comparison
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Position, Sheet


class Decoder(Protocol):
    """What knows how many there are of what symbols count."""

    def is_beyond(self, symbol: Symbol) -> bool:
        """Whether a symbol's index counts further than there are units or sources."""
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
            for symbol in symbols_in(line):
                if own.is_beyond(symbol):
                    check.add(sheet.name, *place, f"{symbol.letter} {symbol.lower}: there is none")
                    break
    return check


def _lines(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """The texts in which symbols may stand."""
    for place, cell in sheet.cells.items():
        if isinstance(cell.content, Rich):
            yield place, line_of(cell.content)
        elif isinstance(cell.content, Expression):
            text = book.value(sheet, *place)
            if isinstance(text, str):
                yield place, flat_text(text)
