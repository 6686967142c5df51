"""The grey line behind the curve of the cost: the lesson's own run, whatever is typed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheetnet import train
from sheetnet.lessons.catalogue import shipped
from sheetnet.network.lesson import Lesson
from sheetnet.network.sheets import own
from sheetnet.workbook.book import Book
from tests.books import book_with, nudged


def _ghost(book: Book) -> list[tuple[float, float]]:
    """The points of the first series of Start's curve."""
    series = book["Start"].charts[0].series[0]
    steps, costs = book.area_values(series.x), book.area_values(series.y)
    return list(zip(steps.ravel().tolist(), costs.ravel().tolist(), strict=True))


@pytest.mark.parametrize("name", sorted(shipped("network")))
def test_it_stays_when_the_inputs_move(name: str) -> None:
    lesson = Lesson.load(name)
    held = nudged(lesson).but({("chosen_step", None): np.array(7.0)})
    book = book_with(lesson, held)
    costs = train(lesson).costs
    points = _ghost(book)
    assert [step for step, _ in points] == list(range(len(costs)))
    np.testing.assert_allclose([cost for _, cost in points], costs, rtol=1e-5)
    live = book.area_values(book["Start"].charts[0].series[1].y).ravel()
    assert not np.allclose(live, costs, rtol=1e-3)
    point = book["Start"].charts[0].series[2]
    assert book.area_values(point.x).item() == 7
    assert book.area_values(point.y).item() == live[7]


def test_published_costs_are_on_it() -> None:
    lesson = Lesson.load("mazur")
    held = dict(_ghost(book_with(lesson, lesson.settings)))
    assert held[0] == 0.298371  # Mazur prints 0.298371109


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=2_000))
def test_a_long_run_is_thinned_and_keeps_its_peaks(costs: list[float]) -> None:
    array = np.array(costs)
    kept = own.thinned(array)
    assert kept == sorted(set(kept)) and len(kept) <= 3 * own.STRETCHES + 1
    assert kept[0] == 0 and kept[-1] == len(costs) - 1
    assert {array.max(), array.min()} <= set(array[kept])
    if len(costs) <= 3 * own.STRETCHES:
        assert len(kept) == len(costs)
