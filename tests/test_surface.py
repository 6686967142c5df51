"""Surface: the output for every input, at the chosen step, for the chosen output."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings

from sheetnet.expressions.dialects import LAST_ROW
from sheetnet.network.engine import train
from sheetnet.network.lesson import Lesson
from sheetnet.network.sheets import surface, surface_points
from sheetnet.workbook.book import Book
from tests.books import assert_cells_agree, book_with
from tests.strategies import lessons


def points(book: Book) -> Any:
    [block] = [b for b in book.blocks if b.quantity == "surface"]
    return book.area_values(block.whole())


def output(lesson: Lesson, step: int, inputs: list[float]) -> Any:
    """What the trained network makes of one input, by training it anew from those weights."""
    trace = train(lesson)
    values: dict[Any, Any] = {
        (q.name, at): trace[q, at][step].copy() for q, at in lesson.net.parameters()
    }
    values["input", None] = np.tile(inputs, (len(lesson.data.inputs), 1))
    return train(lesson, lesson.settings.but(values)).activations[-1][0, 0]


def test_the_map_is_the_output_of_the_network() -> None:
    lesson = Lesson.load("batch-of-four")
    chosen: dict[Any, Any] = {
        ("chosen_step", None): np.array(57.0),
        ("chosen_output", None): np.array("a₁⁽²⁾", object),
    }
    book = book_with(lesson, lesson.settings.but(chosen))
    # Inputs from 0 to 1: a tenth and 0.4 further on both sides.
    places = np.linspace(-0.5, 1.5, surface_points.MAP)
    for i, j in ((0, 0), (0, 18), (7, 4), (18, 18)):
        expected = output(lesson, 57, [places[j], places[surface_points.MAP - 1 - i]])
        np.testing.assert_allclose(points(book)[i * surface_points.MAP + j], expected, rtol=1e-12)
        shown = book.value(book[surface.NAME], surface.TOP + i, surface.LEFT + j)
        assert shown == pytest.approx(expected[1], rel=1e-12)


def test_the_step_of_a_long_run_fits_above_the_map() -> None:
    lesson = Lesson.load("xor")
    sheet = book_with(lesson, lesson.settings)[surface.NAME]
    [place] = [area for area in sheet.merges if area.top == surface.KNOB_ROW]
    widths = [sheet.widths[column] for column in range(place.left, place.right + 1)]
    assert sum(widths) > len(str(LAST_ROW)) + 2


def test_the_curve_is_the_output_over_the_only_input() -> None:
    lesson = Lesson.load("bhadani-1-2-3-1")
    found = points(book_with(lesson, lesson.settings))
    for n, place in ((0, 0.0), (30, 2.0), (60, 4.0)):
        np.testing.assert_allclose(found[n], output(lesson, 0, [place]), rtol=1e-12)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(lesson=lessons(max_steps=3))
def test_the_cells_say_what_the_arrays_say(lesson: Lesson) -> None:
    book = book_with(lesson, lesson.settings)
    names = [sheet.name for sheet in book.sheets]
    assert (surface.NAME in names) == (len(lesson.data.inputs[0]) <= 2)
    assume(surface.NAME in names)
    for name in (surface.NAME, surface_points.POINTS):
        assert_cells_agree(book, name)
