"""Progress: charts of the run that follow the chosen example, with every weight in one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sheetnet.expressions.evaluation import evaluate
from sheetnet.expressions.formula import Expression
from sheetnet.network.engine import train
from sheetnet.network.lesson import Lesson
from sheetnet.network.sheets import progress
from tests.books import book_with


@pytest.mark.parametrize("sample", [1, 3])
def test_outputs_and_targets_are_the_chosen_examples(sample: int) -> None:
    lesson = Lesson.load("batch-of-four")
    chosen: dict[Any, Any] = {("chosen_sample", None): np.array(float(sample))}
    book = book_with(lesson, lesson.settings.but(chosen))
    outputs, targets = book[progress.NAME].charts[1].series[2:4]
    steps = progress.shown(100)
    found = book.area_values(outputs.y).ravel()
    expected = train(lesson).activations[-1][steps, sample - 1, 1]
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert set(book.area_values(targets.y).ravel()) == {lesson.data.targets[sample - 1][1]}


@pytest.mark.parametrize("steps", [100, progress.LONG + 1])
def test_every_weight_has_a_curve(steps: int) -> None:
    lesson = Lesson.load("mazur").shortened(steps)
    book = book_with(lesson, lesson.settings)
    charts = book[progress.NAME].charts[2:]
    curves = [book.area_values(series.y).ravel() for chart in charts for series in chart.series]
    run, points = train(lesson), progress.shown(steps) if steps > progress.LONG else slice(None)
    expected = [
        array[points, *place]
        for layer in range(2)
        for array in (run.weights[layer], run.biases[layer])
        for place in np.ndindex(array.shape[1:])
    ]
    np.testing.assert_allclose(np.array(curves), np.array(expected), rtol=1e-12)


def test_the_cells_say_what_the_arrays_say() -> None:
    lesson = Lesson.load("bhadani-1-2-3-1")
    book = book_with(lesson, lesson.settings)
    sheet = book[progress.NAME]
    claims = book.claims(sheet)
    formulas = {
        place: cell.content
        for place, cell in sheet.cells.items()
        if isinstance(cell.content, Expression) and place[0] > 2  # below the sheet's head
    }
    assert formulas.keys() == claims.keys()
    for position, content in formulas.items():
        assert evaluate(content, book) == pytest.approx(claims[position], rel=1e-12)


def test_no_layer_is_without_weights() -> None:
    lesson = Lesson.load("spiral").shortened(2)
    charts = book_with(lesson, lesson.settings)[progress.NAME].charts[2:]
    assert len(charts) == len(lesson.net.layers)
    for chart, layer in zip(charts, lesson.net.layers, strict=True):
        assert all("b" not in series.title and "," not in series.title for series in chart.series)
        count = layer.units * layer.sources
        if count > progress.MOST_CURVES:
            assert chart.title.startswith(f"{progress.MOST_CURVES} of {count} weights")
            looks = [(series.colour, series.dash) for series in chart.series]
            assert len(set(looks)) == len(looks) == progress.MOST_CURVES
