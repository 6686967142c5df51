"""What a builder may choose, proved by the rules that every choice keeps.

How many points a curve has, by how much a difference moves, where something stands: another choice
would be as right, but not any other. The rules say nothing of the builder's own numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from sheetnet.expressions.formula import Area, Expression, Number, walk
from sheetnet.proof.comparison import Comparison, shown
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Position, Sheet

#: A first column that is no wider is the margin.
NARROW = 3.0
#: The end of the names of axes along which a curve or a map goes: both sides of what it is about.
POINT = "point"
#: Smaller numbers in formulas are steps and bounds: powers of ten, so that one sees how small.
SMALL = 9e-4
#: A drawing has so many looks of lines at least, and as many rows.
FEWEST = 5
#: Half a unit of a digit, and a bit, so that halves count.
HALF = 5.000000005


class Decoder(Protocol):
    def writes(self, number: float) -> bool:
        """Whether the lesson itself has a number in its formulas."""
        ...


def check_design(book: Book, decoder: Decoder) -> Comparison:
    """Margins, small numbers in formulas, lines of drawings, the middle of curves and maps."""
    check = Comparison("design")
    for sheet in book.sheets:
        check.cells += len(sheet.cells)
        for place, what in (*_in_margin(sheet), *_odd_constants(sheet, decoder)):
            check.add(sheet.name, *place, what)
        for place, what in _doubled(book, sheet):
            check.add(sheet.name, *place, what)
    for block in book.blocks:
        for axis, length in block.lengths.items():
            if axis.endswith(POINT) and length % 2 == 0:
                what = f"{length} points on both sides: there is none in the middle"
                check.add(block.sheet, block.top, block.left, what)
    return check


def _in_margin(sheet: Sheet) -> Iterator[tuple[Position, str]]:
    if sheet.widths.get(1, NARROW + 1) <= NARROW:
        for place, cell in sheet.cells.items():
            if place[1] == 1 and cell.content is not None:
                yield place, "stands in the margin"


def _doubled(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Lines of a drawing that lie upon each other: each weight has ends of its own.

    A drawing has several series over one column of places, two and an empty one for each line.
    """
    for chart in sheet.charts:
        columns: dict[Area, list[Area]] = {}
        for series in chart.series:
            columns.setdefault(series.x, []).append(series.y)
        for across, heights in columns.items():
            if len(heights) < FEWEST or across.shape[0] < FEWEST:
                continue
            seen: set[tuple[Any, ...]] = set()
            points = [_point(book, across, heights, row) for row in range(across.shape[0])]
            for row, line in enumerate(zip(points, points[1:], strict=False)):
                if None in line or (row > 0 and points[row - 1] is not None):
                    continue
                if line in seen:
                    yield (chart.row, chart.column), f"its line from {line[0]} is drawn twice"
                seen.add(line)


def _point(book: Book, across: Area, heights: list[Area], down: int) -> tuple[float, float] | None:
    """Where a line of a drawing is, in a row: the height stands in the column of its look, all
    others are far below."""
    sheet, row = book[across.sheet], across.top + down
    x = book.value(sheet, row, across.left)
    found = [book.value(book[each.sheet], each.top + down, each.left) for each in heights]
    numbers = [y for y in found if isinstance(y, float | int)]
    return (float(x), float(max(numbers))) if isinstance(x, float | int) and numbers else None


def _odd_constants(sheet: Sheet, decoder: Decoder) -> Iterator[tuple[Position, str]]:
    found: dict[float, Position] = {}
    for place, cell, _ in sheet.written():
        for number in _small(cell.formula) if cell.formula is not None else ():
            found.setdefault(number, place)
    for number, place in found.items():
        if not _is_round(number, found) and not decoder.writes(number):
            yield place, f"its formula has {shown(number)}, which is no power of ten"


def _small(formula: Expression) -> Iterator[float]:
    """The sizes of the small constants of a formula."""
    sizes = (abs(float(node.value)) for node in walk(formula) if isinstance(node, Number))
    return (size for size in sizes if 0 < size <= SMALL)


def _is_round(number: float, beside: Iterable[float]) -> bool:
    """A power of ten; twice one that stands on the sheet as well; half a unit of a digit."""
    mantissa = number / 10.0 ** math.floor(math.log10(number) + 1e-9)
    twice = any(math.isclose(number, 2 * other, rel_tol=1e-9) for other in beside)
    forms = (1.0, HALF, *((2.0,) if twice else ()))
    return any(math.isclose(mantissa, form, rel_tol=1e-10) for form in forms)
