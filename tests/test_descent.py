"""Descent: the curve and the map are the cost, the tangent touches it, the step lands on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheetnet.lessons.subjects import subject
from sheetnet.network.engine import train
from sheetnet.network.lesson import Lesson
from sheetnet.network.parameters import choosable
from sheetnet.network.sheets import cost_map, descent
from sheetnet.workbook.book import Book
from tests.books import assert_cells_agree, book_with
from tests.strategies import lessons


def chosen(lesson: Lesson, **changes: Any) -> Book:
    knobs = {knob.key: knob for knob in subject(lesson.kind).knobs(lesson)}
    moved: dict[Any, Any] = {}
    for key, value in changes.items():
        if knobs[key].choices:
            moved[key, None] = np.array(knobs[key].choices[value], object)
        else:
            moved[key, None] = np.array(float(value))
    return book_with(lesson, lesson.settings.but(moved))


def block(book: Book, quantity: str) -> Any:
    [found] = [b for b in book.blocks if b.quantity == quantity and b.live]
    return book.area_values(found.whole())


def cost_with(lesson: Lesson, step: int, moves: dict[int, float]) -> float:
    """The cost of a network whose parameters are those of the step, some of them set anew."""
    trace = train(lesson)
    values = {(q.name, at): trace[q, at][step].copy() for q, at in lesson.net.parameters()}
    for number, value in moves.items():
        parameter = choosable(lesson.net)[number]
        values[parameter.quantity.name, parameter.layer][tuple(parameter.place.values())] = value
    return float(train(lesson, lesson.settings.but(values)).costs[0])


def test_the_curve_is_the_cost_of_the_network_with_that_weight() -> None:
    lesson = Lesson.load("mazur")
    book = chosen(lesson, first_parameter=6, chosen_step=3, learning_rate=0.5)
    places, costs = block(book, "descent_parameter").ravel(), block(book, "descent_cost").ravel()
    for n in (0, 7, 20, 40):
        assert costs[n] == pytest.approx(cost_with(lesson, 3, {6: places[n]}), rel=1e-12)
    assert costs[20] == pytest.approx(train(lesson).costs[3], rel=1e-12)


def test_the_map_is_the_cost_over_two_weights_largest_on_top() -> None:
    lesson = Lesson.load("batch-of-four")
    book = chosen(lesson, first_parameter=2, second_parameter=11)
    costs = block(book, "cost_map")
    sheet = book[descent.NAME]
    count = len(costs)
    middle = count // 2
    ups = [
        float(book.value(sheet, cost_map.TOP + i, cost_map.LABELS)) for i in (0, middle, count - 1)
    ]
    assert ups[0] > ups[1] > ups[2]
    across = float(book.value(sheet, cost_map.TOP + count + 1, cost_map.LEFT))
    for i, up in zip((0, middle, count - 1), ups, strict=True):
        expected = cost_with(lesson, 0, {2: across, 11: up})
        assert costs[i, 0] == pytest.approx(expected, rel=1e-9)


def test_the_words_say_what_a_large_step_does() -> None:
    words = descent.WORDS_ROW, descent.LABEL
    small = chosen(Lesson.load("mazur"))
    assert small.value(small[descent.NAME], *words) == "The step goes down."
    text = Lesson.load("mazur").text.replace('"sigmoid"', '"identity"')
    lesson = Lesson.from_toml(text.replace("steps         = 100", "steps = 1"), "large")
    large = chosen(lesson, learning_rate=40)
    assert "Overshoot" in str(large.value(large[descent.NAME], *words))


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(lesson=lessons(max_steps=3), data=st.data())
def test_the_cells_say_what_the_arrays_say(lesson: Lesson, data: st.DataObject) -> None:
    count = len(choosable(lesson.net))
    book = chosen(
        lesson,
        first_parameter=data.draw(st.integers(0, count - 1)),
        second_parameter=data.draw(st.integers(0, count - 1)),
    )
    for name in (descent.NAME, descent.CURVE, cost_map.NAME):
        if name not in [sheet.name for sheet in book.sheets]:
            continue
        assert_cells_agree(book, name)


@pytest.mark.parametrize("rate", [0.5, 5.0, 40.0])
@pytest.mark.parametrize("parameter", [0, 5, 6, 11])
def test_words_stand_off_the_curve(parameter: int, rate: float) -> None:
    """Above it, so that the curve is lower there; below it, so that it is higher."""
    lesson = Lesson.load("mazur")
    book = chosen(lesson, first_parameter=parameter, chosen_step=2, learning_rate=rate)
    places, costs = block(book, "descent_parameter").ravel(), block(book, "descent_cost").ravel()
    [chart] = [chart for chart in book[descent.NAME].charts if chart.x.title == "the chosen weight"]
    labelled = [series for series in chart.series if series.label]
    assert [series.label for series in labelled] == ["below", "above"]
    now, after = (book.area_values(series.x).item() for series in labelled)
    for series in labelled:
        x, y = (book.area_values(area).item() for area in (series.x, series.y))
        there = np.interp(x, places, costs)
        assert there < y if series.label == "above" else there > y
    # Each on the outer side of its point, where the step goes down; on the same side after it.
    points = [s for s in chart.series if s.marker]
    here, landed = (book.area_values(series.x).item() for series in points)
    assert (now - here) * (landed - here) <= 0
    assert np.sign(after - landed) == np.sign(
        np.interp(landed - 1e-3, places, costs) - np.interp(landed + 1e-3, places, costs)
    )
