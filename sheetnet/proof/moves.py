"""Rows of workings with one number moved, proved: a₁ + h is the row in which a₁ is larger by h.

Two rows that a symbol names with + h and − h differ first in one number; halfway between them it is
what the symbol means, and it is larger in the row that says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sheetnet.expressions.reading import symbol_of
from sheetnet.proof.comparison import Comparison, shown
from sheetnet.proof.heads import Decoder
from sheetnet.proof.readings import UNREADABLE, written
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Position, Sheet

#: What is moved, and which way; it may stand in a cell of its own.
MOVE = re.compile(r"(.*?) ?([+−]) h")
#: So far below and to the right of its name a moved number stands, where no longer rows do.
DOWN, RIGHT = 8, 200
#: Numbers may differ by so much and be one; so much of a large number that is not moved.
NEAR, SAME = 1e-9, 1e-13
#: What lies halfway may be off by what rounding leaves of a difference.
FAR = 1e-6


def check_moves(book: Book, decoder: Decoder) -> Comparison:
    """Each pair of rows whose names are a symbol with + h and − h."""
    check = Comparison("numbers that are moved")
    if decoder.step is None:
        return check  # what worksheets move is told apart
    for sheet in book.sheets:
        for line, rows in _moves(sheet).items():
            if set(rows) != {"+", "−"}:
                first = next(iter(rows.values()))
                check.add(sheet.name, *first, "it is moved one way only")
                continue
            check.cells += 1
            if what := _wrong(book, sheet, rows, line, decoder):
                check.add(sheet.name, *rows["+"], what)
    return check


def _moves(sheet: Sheet) -> dict[str, dict[str, Position]]:
    """The places of the names of rows, by symbol and sign."""
    found: dict[str, dict[str, Position]] = {}
    for row, column in sheet.cells:
        move = MOVE.fullmatch(written(sheet, (row, column)))
        if move is None:
            continue
        name = move[1] or written(sheet, (row, column - 1))
        try:
            symbol_of(name)
        except UNREADABLE:
            continue
        found.setdefault(name, {})[move[2]] = row, column
    return found


def _wrong(book: Book, sheet: Sheet, rows: dict[str, Position], line: str, decoder: Decoder) -> str:
    try:
        meant = decoder.on(sheet.name)(symbol_of(line))
    except UNREADABLE as error:
        return f"its symbol: {error}"
    for row in _numbers(book, sheet, rows):
        apart = [(up, down) for up, down in row if abs(up - down) > SAME * (abs(up) + abs(down))]
        if any(up < down for up, down in apart[:1]):
            return "it is smaller in this row than where it is moved down"
        # Behind the move itself; a unit's numbers of all examples are moved as far.
        moved = [pair for pair in apart if abs(sum(pair)) > NEAR or abs(meant) <= NEAR]
        far = [up - down for up, down in moved[:1]]
        middles = [
            sum(pair) / 2
            for pair in moved
            if abs(pair[0] - pair[1] - far[0]) <= NEAR * max(1.0, abs(pair[0]))
        ]
        if any(abs(middle - meant) <= FAR * (1 + abs(meant)) for middle in middles):
            return ""
        if middles:
            return f"what is moved is {shown(middles[0])}, its symbol means {shown(meant)}"
    return "nothing is moved"


def _numbers(
    book: Book, sheet: Sheet, rows: dict[str, Position]
) -> Iterator[list[tuple[float, float]]]:
    """The numbers of both blocks, row by row."""
    (top, left), (other, _) = rows["+"], rows["−"]
    right = max([left + RIGHT, *(band.right for band in sheet.bands if band.top <= top)])
    for down in range(min(DOWN, abs(other - top))):
        found = []
        for column in range(left + 1, right + 1):
            pair = [book.value(sheet, row + down, column) for row in (top, other)]
            if all(isinstance(value, float | int) for value in pair):
                found.append((float(pair[0]), float(pair[1])))
        yield found
