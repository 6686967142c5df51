"""Progress and Weights: charts of the run; every weight has a curve of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sheetnet.expressions.evaluation import evaluate
from sheetnet.expressions.formula import Expression
from sheetnet.network.engine import train
from sheetnet.network.lesson import Lesson
from sheetnet.network.notation import NOTATIONS
from sheetnet.network.parameters import every
from sheetnet.network.sheets import curves, own, progress, weights
from sheetnet.network.symbols import Symbols
from tests.books import book_with


@pytest.mark.parametrize("sample", [1, 3])
def test_outputs_and_targets_are_the_chosen_examples(sample: int) -> None:
    lesson = Lesson.load("batch-of-four")
    chosen: dict[Any, Any] = {("chosen_sample", None): np.array(float(sample))}
    book = book_with(lesson, lesson.settings.but(chosen))
    outputs, targets = book[progress.NAME].charts[1].series[2:4]
    steps = curves.shown(100)
    found = book.area_values(outputs.y).ravel()
    expected = train(lesson).activations[-1][steps, sample - 1, 1]
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert set(book.area_values(targets.y).ravel()) == {lesson.data.targets[sample - 1][1]}


@pytest.mark.parametrize(
    ("name", "steps"), [("mazur", 100), ("mazur", curves.LONG + 1), ("iris", 3)]
)
def test_every_parameter_has_a_curve(name: str, steps: int) -> None:
    """In one chart for a small layer, in a chart for each unit of a larger one (iris)."""
    lesson = Lesson.load(name).shortened(steps)
    book = book_with(lesson, lesson.settings)
    charts = book[weights.NAME].charts
    assert len(charts) == {"mazur": 2, "iris": 8}[name]
    drawn = {str(s.title): book.area_values(s.y).ravel() for c in charts for s in c.series}
    trace, symbols = train(lesson), Symbols(NOTATIONS[lesson.notation], lesson.net.sizes)
    points = curves.shown(steps, curves.FEWER) if steps > curves.LONG else slice(None)
    for each in every(lesson.net):
        expected = trace[each.quantity, each.layer][(points, *each.place.values())]
        np.testing.assert_allclose(drawn.pop(str(each.symbol(symbols))), expected, rtol=1e-12)
    assert not drawn
    for chart in charts:
        looks = {(s.colour, s.dash, s.width) for s in chart.series}
        assert len(looks) == len(chart.series) <= curves.MOST_CURVES


def test_of_too_many_weights_some_are_drawn() -> None:
    lesson = Lesson.load("iris").shortened(2)
    layers = [layer.model_copy(update={"units": 30}) for layer in lesson.network.layers[:1]]
    network = lesson.network.model_copy(update={"layers": (*layers, lesson.network.layers[1])})
    lesson = lesson.model_copy(update={"network": network})
    charts = book_with(lesson, lesson.settings)[weights.NAME].charts
    assert [chart.title for chart in charts] == [
        "hidden layer (1): 12 of 120 weights",
        "output layer (2): 12 of 90 weights",
    ]
    for chart in charts:
        assert len({(s.colour, s.dash) for s in chart.series}) == len(chart.series) == 12


@pytest.mark.parametrize(("rate", "cut"), [(0.3, False), (5.0, True)])
def test_curves_of_a_diverged_run_are_cut_off_and_say_so(rate: float, cut: bool) -> None:
    lesson = Lesson.load("wichmann-general")
    typed: dict[Any, Any] = {("learning_rate", None): np.array(rate)}
    book = book_with(lesson, lesson.settings.but(typed))
    for name, chart, row in ((progress.NAME, 1, 8), (weights.NAME, -1, 2)):
        curve = book[name].charts[chart].series[0]
        assert curve.end
        end = book.value(book[name], curve.end.row, curve.end.column)
        drawn = np.abs(book.area_values(curve.y))
        assert bool(drawn.max() == end) is cut
        assert ("drawn up to ±" in str(book.value(book[name], 3, row))) is cut
    held = book[progress.NAME].charts[0].series[0]
    assert ("drawn up to" in str(book.value(book[progress.NAME], 3, 2))) is cut
    assert held.end == own.ends()


def test_steps_that_are_drawn_are_an_odd_number_apart() -> None:
    assert curves.shown(0) == [0] and curves.shown(100) == list(range(101))
    for steps in (101, 150, 1_000, 9_999):
        drawn = curves.shown(steps)
        apart = set(np.diff(drawn[:-1]).tolist())
        assert len(apart) == 1 and apart.pop() % 2 and drawn[-1] == steps
        assert len(drawn) <= curves.STEPS + 2


def test_with_batches_no_chart_draws_one_example() -> None:
    """Which stands at the same place of another batch a step later."""
    lesson = Lesson.load("iris").shortened(3)
    names = [sheet.name for sheet in book_with(lesson, lesson.settings).sheets]
    assert progress.NAME not in names


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


def test_the_cost_of_a_test_set_is_drawn_whole_where_the_run_keeps_within_bounds() -> None:
    """It rises above all costs of the training set: that is the lesson."""
    lesson = Lesson.load("spiral")
    book = book_with(lesson, lesson.settings)
    chart = next(chart for chart in book["Data"].charts if chart.title == "Cost")
    costs = [book.area_values(series.y) for series in chart.series]
    assert max(held[-1].item() for held in costs) > 4
