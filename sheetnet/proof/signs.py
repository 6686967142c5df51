"""What stands between numbers and between symbols of a row, proved: 0.9 · 0.706 = 0.635, z → a.

What stands before a sign of equality is multiplied as it stands there, cell by cell, and numbers do
not stand there without a sign. Between matrices signs are read with their titles. A derivative by
letters alone stands under an arrow: it is the derivative of the symbol that the arrow leads to by
the one that it comes from.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sheetnet.expressions.reading import UnreadableError, flat_text, symbol_of
from sheetnet.expressions.rich import Rich
from sheetnet.proof.comparison import Comparison, shown
from sheetnet.proof.readings import Decoder, number_at
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Position, Sheet

TIMES, EQUALS, ARROW = ("·", "×"), "=", "→"
#: A derivative of letters, and how far above it the arrow stands.
DERIVATIVE, UP = re.compile(r"[d∂](.)/[d∂](.)"), 2
#: So far to the right of an arrow is looked for what it leads to.
REACH = 4
#: Numbers may differ by so much of the largest.
NEAR = 1e-9


class _Seen(NamedTuple):
    """A cell of a row: its column, what is written in it, and its number, if it has one."""

    column: int
    text: str
    number: float | None


def check_signs(book: Book, decoder: Decoder) -> Comparison:
    """Each number behind a sign of equality, and each derivative under an arrow, in cells of their
    own."""
    check = Comparison("what stands between numbers and symbols")
    for name, place in _unequal(book):
        check.add(name, *place, "no sign of equality stands in its row, as in those of its kind")
    for sheet in book.sheets:
        for place, what in (*_products(book, sheet), *_arrows(book, sheet)):
            check.cells += 1
            if what:
                check.add(sheet.name, *place, what)
    return check


def _unequal(book: Book) -> Iterator[tuple[str, Position]]:
    """Numbers of lines without a sign of equality, where most in the same columns have one."""
    kinds: dict[tuple[str, int, int], list[tuple[Position, bool]]] = {}
    for reading in book.readings:
        cells, (row, column) = book[reading.sheet].cells, reading.value
        right = (reading.numbers or reading.value)[1]
        line = (cells.get((row, at)) for at in range(1, max(right, column + 2) + 1))
        signed = any(EQUALS in cell.text for cell in line if cell)
        kinds.setdefault((reading.sheet, column, right), []).append(((row, column), signed))
    for (name, *_), lines in kinds.items():
        if 2 * sum(signed for _, signed in lines) > len(lines):
            yield from ((name, place) for place, signed in lines if not signed)


def _products(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """The results of products, each with what is wrong with it, in words."""
    if sheet.has_matrices:
        return
    rows: dict[int, list[int]] = {}
    for row, column in sorted(sheet.cells):
        rows.setdefault(row, []).append(column)
    for row, columns in rows.items():
        cells = [
            _Seen(c, _text(book, sheet, row, c), number_at(book, sheet, (row, c))) for c in columns
        ]
        if what := _unsigned(cells):
            yield (row, columns[0]), what
        for column, result, product in _results(cells):
            wrong = abs(result - product) > NEAR * max(1.0, abs(result), abs(product))
            what = f"is {shown(result)}, what stands before it gives {shown(product)}"
            yield (row, column), what if wrong else ""


def _unsigned(cells: Sequence[_Seen]) -> str:
    """Whether numbers stand before a sign of equality with nothing between them, in words."""
    count, signed = 0, False
    for _, text, number in cells:
        if number is not None:
            count += 1
        elif text in TIMES:
            signed = True
        elif text == EQUALS and count > 1 and not signed:
            return "has numbers before a sign of equality, and no sign between them"
        elif text:
            count, signed = 0, False
    return ""


def _results(cells: Sequence[_Seen]) -> Iterator[tuple[int, float, float]]:
    """Where a result stands, what it is, and the product of the last factors before it."""
    factors: list[float] = []
    product: float | None = None
    last: float | str = ""
    for column, text, value in cells:
        if text in (*TIMES, EQUALS):
            last = text
        elif value is not None:
            if last == EQUALS and product is not None:
                yield column, value, product
                factors, product = [], None
            else:
                factors = [*factors, value] if last in TIMES else [value]
                product = math.prod(factors) if len(factors) > 1 else product
            last = value


def _arrows(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """The derivatives under arrows, each with what is wrong with it, in words."""
    wide = {(area.top, area.left): area.right for area in sheet.merges}
    for row, column in sheet.cells:
        found = DERIVATIVE.fullmatch(_text(book, sheet, row, column))
        ends = found and _ends(book, sheet, row - UP, column, wide.get((row, column), column))
        if found and ends:
            right = ends == (found[2], found[1])
            what = f"{found[0]} stands under the arrow from {ends[0]} to {ends[1]}"
            yield (row, column), "" if right else what


def _ends(book: Book, sheet: Sheet, row: int, left: int, right: int) -> tuple[str, str] | None:
    """The letters of the symbols beside arrows; None: there is none, or they are no symbols."""
    if _text(book, sheet, row, left) != ARROW:
        return None
    found = []
    for by, at in ((-1, left - 1), (1, right + 1)):
        while _text(book, sheet, row, at) in ("", ARROW) and 0 < at < right + REACH:
            at += by
        try:
            found.append(symbol_of(flat_text(_text(book, sheet, row, at))).letter)
        except UnreadableError:
            return None
    return found[0], found[1]


def _text(book: Book, sheet: Sheet, row: int, column: int) -> str:
    """What is written in a cell, or what a live text shows."""
    cell = sheet.cells.get((row, column))
    if cell is None or cell.content is None:
        return ""
    if isinstance(cell.content, Rich):
        return cell.content.text
    return str(book.value(sheet, row, column))
