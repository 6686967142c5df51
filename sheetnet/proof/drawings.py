"""Drawings of networks, proved by what every such picture keeps, wherever its parts stand.

A drawing is a chart without axes whose unit is a point of print. Its lines lead from left to right
and lie on no other, discs do not cover each other, no two labels stand in one place, and all is
within the chart; what is not to be seen is put away below, in one height.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import dist

from sheetnet.expressions.formula import Area
from sheetnet.proof.comparison import shown
from sheetnet.workbook.book import Book
from sheetnet.workbook.charts import Axis, Chart, Series
from sheetnet.workbook.model import Position, Sheet

#: A drawing has so many looks of lines at least, and as many rows.
FEWEST = 5
#: Points of print in a centimetre.
POINTS = 72 / 2.54
#: The part of a chart that is its plot, at least.
PLOT = 0.95
#: Rounding, in points.
NEAR = 1e-6

Point = tuple[float, float]


def wrong_drawings(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """What is wrong with the drawings of a sheet, each with the place of its chart."""
    for chart in sheet.charts:
        found = [*_lines(book, chart)]
        if chart.x.hidden and chart.y.hidden:
            found += [*_scale(chart), *_outside(book, chart)]
            found += [*_covered(book, chart), *_labels(book, chart), *_colours(chart)]
        for what in found:
            yield (chart.row, chart.column), what


def _lines(book: Book, chart: Chart) -> Iterator[str]:
    """Lines that lie upon each other, or lead back: each weight has ends of its own.

    A drawing has several series over one column of places, two and an empty one for each line.
    """
    columns: dict[Area, list[Area]] = {}
    for series in chart.series:
        columns.setdefault(series.x, []).append(series.y)
    for across, heights in columns.items():
        if len(heights) < FEWEST or across.shape[0] < FEWEST:
            continue
        seen: set[tuple[Point, Point]] = set()
        points = [_point(book, across, heights, row) for row in range(across.shape[0])]
        for row, (start, end) in enumerate(zip(points, points[1:], strict=False)):
            if start is None or end is None or (row > 0 and points[row - 1] is not None):
                continue
            if (start, end) in seen:
                yield f"its line from {start} is drawn twice"
            if chart.x.hidden and start[0] > end[0]:
                yield f"its line from {start} leads to the left"
            seen.add((start, end))


def _scale(chart: Chart) -> Iterator[str]:
    """Both axes count points of print, so that a circle is as wide as it is high."""
    for axis, centimetres in ((chart.x, chart.width), (chart.y, chart.height)):
        low, high = _ends(axis)
        if not PLOT <= (high - low) / (centimetres * POINTS) <= 1:
            yield f"an axis counts {high - low:.0f} points over {centimetres * POINTS:.0f}"


def _outside(book: Book, chart: Chart) -> Iterator[str]:
    (left, right), (bottom, top) = _ends(chart.x), _ends(chart.y)
    away: set[float] = set()
    for series in chart.series:
        for x, y in _points(book, series):
            if y < bottom:
                away.add(y)
            elif not (left <= x <= right and y <= top):
                yield f"a point at {shown(x)}, {shown(y)} is outside"
    if len(away) > 1:
        yield f"some of what is not seen is at {shown(max(away))}, some at {shown(min(away))}"


def _covered(book: Book, chart: Chart) -> Iterator[str]:
    """Discs that cover each other; one look of a disc and another stand in one place."""
    bottom, _ = _ends(chart.y)
    discs: dict[Point, int] = {}
    for series in chart.series:
        if series.marker and not series.line:
            for point in _points(book, series):
                if point[1] >= bottom:
                    discs[point] = max(series.marker_size, discs.get(point, 0))
    for (one, wide), (other, high) in combinations(discs.items(), 2):
        if dist(one, other) < (wide + high) / 2 - NEAR:
            yield f"its discs at {one} and {other} cover each other"


def _labels(book: Book, chart: Chart) -> Iterator[str]:
    bottom, _ = _ends(chart.y)
    seen: set[Point] = set()
    for series in chart.series:
        if series.label and not series.marker:
            for point in _points(book, series):
                if point in seen and point[1] >= bottom:
                    yield f"two labels stand at {point}"
                seen.add(point)


def _colours(chart: Chart) -> Iterator[str]:
    """Lines of positive numbers that are not green, and of negative ones that are not purple."""
    for series in chart.series:
        title = series.title if isinstance(series.title, str) else ""
        red, green, blue = (int(series.colour[at : at + 2], 16) for at in (0, 2, 4))
        if title.startswith("positive weights") and green <= max(red, blue):
            yield f"its {title} are not green"
        if title.startswith("negative weights") and green >= min(red, blue):
            yield f"its {title} are not purple"


def _ends(axis: Axis) -> tuple[float, float]:
    assert axis.minimum is not None and axis.maximum is not None
    return axis.minimum, axis.maximum


def _points(book: Book, series: Series) -> Iterator[Point]:
    """The points of a series that have both numbers."""
    for row in range(series.y.shape[0]):
        x = book.value(book[series.x.sheet], series.x.top + row, series.x.left)
        y = book.value(book[series.y.sheet], series.y.top + row, series.y.left)
        if isinstance(x, float | int) and isinstance(y, float | int):
            yield float(x), float(y)


def _point(book: Book, across: Area, heights: list[Area], down: int) -> Point | None:
    """Where a line of a drawing is, in a row: the height stands in the column of its look, all
    others are far below."""
    sheet, row = book[across.sheet], across.top + down
    x = book.value(sheet, row, across.left)
    found = [book.value(book[each.sheet], each.top + down, each.left) for each in heights]
    numbers = [y for y in found if isinstance(y, float | int)]
    return (float(x), float(max(numbers))) if isinstance(x, float | int) and numbers else None
