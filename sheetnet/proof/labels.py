"""The symbols that stand beside numbers, proved by what a reader sees.

A symbol with an index that stands alone in a cell is read with the first number to its right, or
with the first below it: one of these is what it means. No writer says which cell a symbol is
for, so none can say it wrongly. Heads of the index's blocks are `heads`' own, those of bands are
not read here; what stands in input cells is chosen, not told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from sheetnet.expressions.formula import Expression
from sheetnet.expressions.reading import (
    END,
    LOSSES,
    LOW,
    PARTIAL,
    TOKEN,
    UP,
    Interval,
    Symbol,
    flat_text,
    line_of,
    sides,
    symbol_of,
)
from sheetnet.expressions.rich import Rich
from sheetnet.proof import readings
from sheetnet.proof.comparison import Comparison, shown
from sheetnet.proof.heads import Decoder
from sheetnet.workbook.book import NEW, Book
from sheetnet.workbook.model import Position, Sheet

#: Words that may stand before a symbol, and change nothing or tell what follows the update.
BEFORE = re.compile(rf"(?:loss |{NEW})")
#: The ends of an axis of inputs.
ENDS = re.compile(rf"([A-Za-z]{LOW}[^{END}]*{END}(?:{UP}[^{END}]*{END})?) (?:from|to)")
#: What the averages of an optimiser are divided by: 1 − β₁ᵗ.
REST = re.compile(rf"\(?\d+ [−+] \w{LOW}[^{END}]*{END}(?:{UP}[^{END}]*{END})?\)?")
#: So far a reader looks to the right and down for the number of a symbol.
RIGHT, DOWN = 8, 3
#: A live text is a symbol only where it is as short.
LONGEST = 30
#: So many symbols of one sheet are read: wide networks have thousands, made by few lines.
MOST = 400
#: A text that is a number, as sentences write them.
NUMBER = re.compile(r"\(?[-−]?\d[\d.,]*(?:E[-+−]?\d+)?\)?")


class _Label(NamedTuple):
    """A symbol with its place, as a line for the reader; `new` asks for what follows, `by` is
    the symbol that the other is differentiated by, `end` one of the ends between which it goes,
    `rest` what is left of 1 without it."""

    place: Position
    line: str
    new: bool = False
    by: str = ""
    end: bool = False
    rest: bool = False


def check_labels(book: Book, decoder: Decoder) -> Comparison:
    """Each symbol of a sheet that has `labels`, beside the number that it stands for."""
    check = Comparison("symbols beside numbers")
    apart = set(_heads(book))
    for sheet in book.sheets:
        if not sheet.labels:
            continue
        own = decoder.on(sheet.name)
        found = [each for each in _labels(book, sheet) if (sheet.name, *each.place) not in apart]
        for label in found[:: -(-len(found) // MOST)] if found else []:
            check.cells += 1
            if what := _wrong(book, sheet, label, own):
                check.add(sheet.name, *label.place, what)
    return check


def _heads(book: Book) -> Iterator[tuple[str, int, int]]:
    """The cells above the index's blocks and above the lesson's own values, and those of inputs."""
    for block in (*book.blocks, *book.originals):
        for column in range(block.left, block.right + 1):
            yield block.sheet, block.top - 1, column
            if not block.live:
                for row in range(block.top, block.bottom + 1):
                    yield block.sheet, row, column


def _labels(book: Book, sheet: Sheet) -> Iterator[_Label]:
    for place, cell in sheet.cells.items():
        content = cell.content
        if isinstance(content, Rich):
            line = line_of(content)
        else:
            text = book.value(sheet, *place) if isinstance(content, Expression) else content
            if not isinstance(text, str) or len(text) > LONGEST:
                continue
            line = flat_text(text)
        said = BEFORE.match(line)
        symbol = line[said.end() :] if said else line
        token = TOKEN.match(symbol)
        partial = PARTIAL.fullmatch(line)
        if partial and partial[1] not in LOSSES:
            yield _Label(place, partial[1], by=partial[2])
        elif token and token.lastgroup == "symbol" and token.end() == len(symbol):
            new = said is not None and said[0] == NEW
            if _has_index(symbol):
                yield _Label(place, symbol, new)
        elif ends := ENDS.fullmatch(line):
            yield _Label(place, ends[1], end=True)
        elif REST.fullmatch(line):
            yield _Label(place, line, rest=True)


def is_indexed(content: object) -> bool:
    """Whether the content of a cell is one symbol with an index."""
    line = line_of(content) if isinstance(content, Rich) else ""
    token = TOKEN.fullmatch(line)
    return token is not None and token.lastgroup == "symbol" and _has_index(line)


def _has_index(symbol: str) -> bool:
    """Whether it names a unit by its number: letters alone are of runs and steps as well."""
    _, _, lowered = symbol.partition(LOW)
    return lowered[:1].isdigit()


def _wrong(book: Book, sheet: Sheet, label: _Label, decoder: readings.Decoder) -> str:
    """What is wrong with a symbol, in words."""
    if label.end:
        is_given = decoder.is_input(symbol_of(label.line))
        return "" if is_given else "what goes from there to there is no input"
    numbers = _numbers(book, sheet, label.place)
    if not numbers:
        return ""
    try:
        meanings = _meanings(label, decoder)
    except readings.UNREADABLE as error:
        return f"its symbol: {error}"
    if not meanings or any(number.holds(each) for number in numbers for each in meanings):
        return ""
    return f"its symbol means {shown(meanings[0])}, the number beside it is {shown(numbers[0].low)}"


def _meanings(label: _Label, decoder: readings.Decoder) -> list[float]:
    """The numbers that a symbol may mean; none where it is the name of an array."""
    if label.rest:
        return [side.low for side in sides(label.line, decoder, {}, decoder.is_layer, {})]
    symbol = symbol_of(label.line)
    if label.by:
        meant = decoder.partial(symbol, symbol_of(label.by))
        return [] if meant is None else [meant]
    if label.new:
        return [decoder.following(symbol)]
    return [] if decoder.is_whole(symbol) else [decoder(symbol), *decoder.of_runs(symbol)]


def _numbers(book: Book, sheet: Sheet, place: Position) -> list[Interval]:
    """The first number to the right, texts that write it in several ways, and the first below."""
    row, column = place
    found: list[Interval] = []
    for right in range(column + 1, column + RIGHT + 1):
        value = _value(book, sheet, row, right)
        number = _number(value)
        if number is not None:
            found.append(number)
        if found and not (number and isinstance(value, str)):
            break
    for below in range(row + 1, row + DOWN + 1):
        number = _number(_value(book, sheet, below, column))
        if number is not None:
            return [*found, number]
    return found


def _value(book: Book, sheet: Sheet, row: int, column: int) -> object:
    """What a cell shows that is no band's; a text only where it is live."""
    cell = sheet.cells.get((row, column))
    if cell is None or isinstance(cell.content, str | Rich):
        return None
    return book.value(sheet, row, column)


def _number(value: object) -> Interval | None:
    if isinstance(value, str):
        if not NUMBER.fullmatch(value):
            return None
        [number] = sides(value, _nothing, {}, bool, {}, short=True)
        return number
    if isinstance(value, float | int) and not isinstance(value, bool):
        return Interval(float(value), float(value))
    return None


def _nothing(symbol: Symbol) -> float:
    raise LookupError(symbol.letter)
