"""Charts of curves, by rules that each keeps: a curve is drawn whole, within its axes, under the
names that stand over its numbers.

Pictures, whose axes are hidden, have rules of their own (`drawings`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

import numpy as np

from sheetnet.expressions.formula import Area
from sheetnet.proof.readings import number_at
from sheetnet.workbook.book import Book
from sheetnet.workbook.charts import Axis, Chart
from sheetnet.workbook.model import FloatArray, Position, Sheet

#: Fewer points are marks, tangents and steps, not a curve.
FEW = 4
#: So many rows above its numbers a column's head stands.
HEAD = 3
#: Words that tell columns apart; the parts of a chart's own names.
WORD = re.compile(r"[^\W\d_]{4,}")
#: So far beyond the end of an axis, in parts of it, rounding takes a point.
ROUNDING = 1e-9


def wrong_curves(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """What is wrong with a sheet's charts, with the cell where each stands."""
    for chart in sheet.charts:
        if not chart.x.hidden:
            found = (*_cut(book, chart), *_outside(book, chart), *_lost(book, chart))
            for what in (*found, *_misnamed(book, chart), *_headless(book, chart)):
                yield (chart.row, chart.column), f"its chart {what}"


def _cut(book: Book, chart: Chart) -> Iterator[str]:
    """Curves that leave out a point at one of their ends, though it stands with the others."""
    drawn = {(s.x.sheet, s.x.left, s.y.left, row) for s in chart.series for row in _ends(s.x)}
    for number, series in enumerate(chart.series, 1):
        x, y = series.x, series.y
        if x.shape != y.shape:
            yield f"has {x.shape} places for {y.shape} numbers in series {number}"
        elif x.shape[0] >= FEW and x.shape[1] == 1:
            for end, by in zip(_ends(x), (-1, 1), strict=True):
                if (x.sheet, x.left, y.left, end + by) in drawn:
                    continue  # another series begins there
                if all(_goes_on(book, area, by) for area in (x, y)):
                    yield f"leaves out a point at an end of series {number}"


def _ends(area: Area) -> tuple[int, int]:
    return area.top, area.bottom


def _goes_on(book: Book, area: Area, by: int) -> bool:
    """Whether the cell behind (1) or before (-1) a column holds a number of its kind."""
    sheet, own = book[area.sheet], area.bottom if by > 0 else area.top
    for band in sheet.bands:
        if own in band.rows and band.left <= area.left <= band.right:
            return own + by in band.rows
    here, there = (sheet.cells.get((row, area.left)) for row in (own, own + by))
    if here is None or there is None or here.style != there.style:
        return False
    return isinstance(book.value(sheet, own + by, area.left), float)


def _outside(book: Book, chart: Chart) -> Iterator[str]:
    """Curves with points next to the plot, not in it; what is far from it is not to be seen."""
    for number, series in enumerate(chart.series, 1):
        for axis, area in ((chart.x, series.x), (chart.y, series.y)):
            if area.shape[0] >= FEW and _beside(axis, _numbers(book, area)):
                yield f"has points of series {number} outside of its axes"


def _lost(book: Book, chart: Chart) -> Iterator[str]:
    """Marks and labels, of one point each, before or behind all that is drawn."""
    drawn = [_numbers(book, each.x) for each in chart.series if each.x.shape != (1, 1)]
    along = np.concatenate([np.zeros(0), *drawn])
    along = along[np.isfinite(along)]
    for number, series in enumerate(chart.series, 1):
        if series.x.shape == (1, 1) and along.size:
            [place], room = _numbers(book, series.x), ROUNDING * np.abs(along).max()
            if not along.min() - room <= place <= along.max() + room and np.isfinite(place):
                yield f"has the point of series {number} beside what is drawn"


def _numbers(book: Book, area: Area) -> FloatArray:
    held = book.area_values(area).ravel().tolist()
    return np.array([one if isinstance(one, float | int) else np.nan for one in held], float)


def _beside(axis: Axis, places: FloatArray) -> bool:
    """Whether some places are beyond an end of an axis, but by less than its length."""
    if axis.minimum is None or axis.maximum is None:
        return False
    length = axis.maximum - axis.minimum
    beyond = np.maximum(axis.minimum - places, places - axis.maximum)
    return bool(((beyond > ROUNDING * length) & (beyond < length)).any())


def _misnamed(book: Book, chart: Chart) -> Iterator[str]:
    """Curves and axes with each other's names, by the words over their columns."""
    whole = [series for series in chart.series if series.x.shape[0] >= FEW]
    named = [(each.title, each.y) for each in whole if isinstance(each.title, str)]
    named += [(chart.x.title, each.x) for each in whole[:1]]
    named += [(chart.y.title, each.y) for each in whole[:1]]
    words = [({*WORD.findall(title)}, _words(book, area)) for title, area in named]
    for (one, over_one), (other, over_other) in combinations(words, 2):
        if one & over_other - over_one and other & over_one - over_other:
            exchanged = ", ".join(sorted((one | other) & (over_one ^ over_other)))
            yield f"has names exchanged: {exchanged}"


def _headless(book: Book, chart: Chart) -> Iterator[str]:
    """Curves over whose numbers nothing says what they are."""
    for number, series in enumerate(chart.series, 1):
        for area in (series.x, series.y):
            if area.shape[0] >= FEW and area.shape[1] == 1 and not _has_head(book, area):
                yield f"draws numbers without a head in series {number}"


def _has_head(book: Book, area: Area) -> bool:
    """Whether a text stands over a column, however far below its first number the area begins."""
    sheet, top, left = book[area.sheet], area.top, area.left
    bands = [band for band in sheet.bands if band.left <= left <= band.right]
    while (
        any(top in band.rows for band in bands) or number_at(book, sheet, (top, left)) is not None
    ):
        top -= 1
    places = ((row, left) for row in range(top, max(top - HEAD, 0), -1))
    return any(isinstance(_shown(book, sheet, *place), str) for place in places)


def _shown(book: Book, sheet: Sheet, row: int, column: int) -> object:
    """What a cell shows, a text of several looks as its text; None: there is nothing."""
    cell = sheet.cells.get((row, column))
    if cell is None or cell.content is None:
        return None
    return cell.text or book.value(sheet, row, column)


def _words(book: Book, area: Area) -> set[str]:
    """The words of the head over a column."""
    sheet = book[area.sheet]
    for up in range(1, HEAD + 1):
        cell = sheet.cells.get((area.top - up, area.left))
        if cell and cell.text:
            return {*WORD.findall(cell.text)}
    return set()
