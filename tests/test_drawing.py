"""Drawings of the network: discs apart, inside their chart, labels beside discs and each other."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from sheetnet.files.layout import ROW_HEIGHT
from sheetnet.network.lesson import Lesson
from sheetnet.network.sheets import drawing, maps, plans, start_layout
from sheetnet.workbook import styles
from sheetnet.workbook.book import Book
from sheetnet.workbook.charts import Chart
from tests.books import book_with

#: Names of sheets that have a drawing.
BOTH = ("Start", "Network")


def lesson_of(sizes: tuple[int, ...], notation: str = "happydustbunny", samples: int = 1) -> Lesson:
    layers = "".join(
        f'[[network.layers]]\nunits = {units}\nactivation = "tanh"\n' for units in sizes[1:]
    )
    rows = [[0.1 * (k + n + 1) for k in range(sizes[0])] for n in range(samples)]
    targets = [[0.5] * sizes[-1] for _ in range(samples)]
    return Lesson.from_toml(
        f'title = "drawn"\nsource = "a test"\nnotation = "{notation}"\n'
        f'[network]\ninputs = {sizes[0]}\nloss = "half_squared_error"\n{layers}'
        f"[data]\ninputs = {rows}\ntargets = {targets}\n"
        "[training]\nlearning_rate = 0.1\nsteps = 1\n",
        "drawn",
    )


def book_of(lesson: Lesson) -> Book:
    return book_with(lesson, lesson.settings)


def chart_of(book: Book, sheet: str) -> Chart | None:
    names = (drawing.NAME, drawing.ON_START)
    found = [c for c in book[sheet].charts if c.series[0].x.sheet in names]
    return found[0] if found else None


def discs(book: Book, chart: Chart) -> list[tuple[float, float, float]]:
    """The middle and the size of each disc that is seen."""
    return [
        (float(x), float(y), float(series.marker_size))
        for series in chart.series
        if series.marker
        for x, y in zip(
            book.area_values(series.x).ravel(), book.area_values(series.y).ravel(), strict=True
        )
        if y != drawing.OUTSIDE
    ]


SIZES = [(1, 1), (2, 2, 2), (1, 2, 3, 1), (2, 3, 1), (2, 4, 1), (4, 5, 3), (4, 5, 4, 3), (3, 12, 3)]


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_a_drawing_is_not_crowded(sizes: tuple[int, ...]) -> None:
    book = book_of(lesson_of(sizes, "bhadani" if sizes == (1, 2, 3, 1) else "happydustbunny"))
    charts = [chart for chart in (chart_of(book, sheet) for sheet in BOTH) if chart]
    assert len(charts) == (2 if max(sizes) <= 6 else 1)
    for chart in charts:
        shown = discs(book, chart)
        with_bias = len(sizes) - 1
        assert len(shown) == sum(sizes) + sizes[-1] + with_bias
        for (x, y, size), (other_x, other_y, other) in combinations(shown, 2):
            assert math.dist((x, y), (other_x, other_y)) > (size + other) / 2
        for x, y, size in shown:
            for at, axis in ((x, chart.x), (y, chart.y)):
                assert axis.minimum is not None and axis.maximum is not None
                assert axis.minimum <= at - size / 2 and at + size / 2 <= axis.maximum
        labels = [
            (float(book.area_values(s.x)[0, 0]), float(book.area_values(s.y)[0, 0]))
            for s in chart.series
            if s.label and s.x.left == drawing.LABEL_X
        ]
        for (x, y), (other_x, other_y) in combinations(labels, 2):
            assert x != pytest.approx(other_x) or abs(y - other_y) >= plans.CLOSEST
        for x, y in labels:
            narrow = plans.NARROWEST_GAP / 2
            for disc_x, disc_y, size in shown:
                beside = abs(x - disc_x) >= size / 2 + narrow - 1
                assert beside or abs(y - disc_y) > size / 2


def test_weights_stand_on_the_edges_of_small_networks() -> None:
    for sizes in ((2, 2, 2), (1, 2, 3, 1), (2, 3, 1)):
        lesson = lesson_of(sizes)
        chart = chart_of(book_of(lesson), "Start")
        assert chart
        labels = [series for series in chart.series if series.x.left == drawing.LABEL_X]
        assert len(labels) == sum((a + 1) * b for a, b in zip(sizes, sizes[1:], strict=False))


@pytest.mark.parametrize("sizes", [(2, 2, 2), *SIZES[2:], (2, 8, 6, 1)], ids=str)
def test_the_pictures_of_start_stay_in_sight_while_one_edits(sizes: tuple[int, ...]) -> None:
    """All on one screen of 1366 × 768, or the pictures above what scrolls, and room below."""
    sheet = book_of(lesson_of(sizes, samples=6 if sizes[0] == 4 else 1))["Start"]

    def above(row: int) -> float:
        return sum(sheet.heights.get(r, ROW_HEIGHT) for r in range(1, row))

    ends = [above(chart.row) + chart.height / 2.54 * 72 for chart in sheet.charts]
    yellow = [row for (row, _), cell in sheet.cells.items() if cell.style.fill == styles.INPUT.fill]
    screen = start_layout.SCREEN_HEIGHT
    legend = max(yellow)  # the last one of the yellow cells says what yellow means
    knobs = max(row for row in yellow if row != legend)
    if sheet.freeze:
        scrolls = sheet.freeze[0]
        assert max(ends) <= above(scrolls) and min(yellow) >= scrolls
        assert screen - above(scrolls) >= 8 * ROW_HEIGHT
    else:
        assert above(knobs + 1) <= screen and max(ends) <= screen + ROW_HEIGHT


def test_maps_show_the_gradients_of_all_weights() -> None:
    lesson = lesson_of((3, 12, 3), "sabine", 2)
    book = book_of(lesson)
    shown = [b for b in book.blocks if b.sheet == "Network" and b.quantity == "weight_gradient"]
    assert [b.lengths for b in shown] == [{"unit": 12, "source": 3}, {"unit": 3, "source": 12}]
    for block in shown:
        found = book.area_values(block.whole())
        np.testing.assert_allclose(found, book.numbers.block(block), rtol=1e-9, atol=1e-12)
    word = "← mean gradient"
    assert word in {cell.content for cell in book["Network"].cells.values()}
    assert maps.BESIDE < 36  # within a screen
