"""Chain rule: the documents' own products, and the sum for any network and parameter."""

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
from sheetnet.network.sheets import chain_rule, paths
from sheetnet.workbook.book import Book
from tests.books import book_with
from tests.strategies import lessons


def choices(lesson: Lesson) -> tuple[str, ...]:
    [knob] = [k for k in subject(lesson.kind).knobs(lesson) if k.key == "chosen_parameter"]
    return knob.choices


def looked_at(lesson: Lesson, parameter: str, **changes: float) -> Book:
    chosen: dict[Any, Any] = {("chosen_parameter", None): np.array(parameter, object)}
    chosen |= {(key, None): np.array(float(value)) for key, value in changes.items()}
    return book_with(lesson, lesson.settings.but(chosen))


def shown(book: Book, quantity: str) -> dict[tuple[int, ...], float]:
    """The numbers of a quantity by their places, as the cells' own formulas give them."""
    sheet = book[chain_rule.NAME]
    return {
        tuple(block.at.values()): float(book.value(sheet, block.top, block.left))
        for block in book.blocks
        if block.quantity == quantity
    }


#: HappyDustbunny, "Back propagation": dC/dw⁽¹⁾ with mazur's numbers, multiplied out by hand.
A = (0.593269992, 0.596884378)
OUT = (0.741365070 * 0.186815602, -0.217071535 * 0.175510053)
W = ((0.40, 0.45), (0.50, 0.55))
X = (0.05, 0.10, 1.0)
SIX = [
    (
        f"w{'₀₁'[unit]}{'₀₁₂'[source]}⁽¹⁾",
        [OUT[k] * W[k][unit] * A[unit] * (1 - A[unit]) * X[source] for k in range(2)],
    )
    for unit in range(2)
    for source in range(3)
]


@pytest.mark.parametrize(("parameter", "products"), SIX)
def test_the_six_derivatives_of_the_first_layer(parameter: str, products: list[float]) -> None:
    book = looked_at(Lesson.load("mazur"), parameter)
    found = shown(book, "path_product")
    np.testing.assert_allclose([found[0,], found[1,]], products, rtol=1e-7)
    sheet = book[chain_rule.NAME]
    value = book.value(sheet, chain_rule.SUM_ROW + 2, chain_rule.START)
    assert value == pytest.approx(sum(products), rel=1e-7)


#: Bhadani, steps 1 to 8, to the digits of the slides (last digits as recomputed).
BHADANI = [
    ("w₀⌜³⌝", -0.2261),
    ("w₁⌜³⌝", -0.1394),
    ("w₂⌜³⌝", -0.1349),
    ("w₃⌜³⌝", -0.1374),
    ("w₀₁⌜²⌝", -0.0214),
    ("w₁₁⌜²⌝", -0.0123),
    ("w₂₁⌜²⌝", -0.0128),
    ("w₁₃⌜²⌝", -0.0186),
    ("w₂₃⌜²⌝", -0.0194),
    ("w₀₁⌜¹⌝", -0.00263),
    ("w₁₁⌜¹⌝", -0.00527),
    ("w₀₂⌜¹⌝", -0.00337),
    ("w₁₂⌜¹⌝", -0.00674),
]


@pytest.mark.parametrize(("parameter", "value"), BHADANI)
def test_the_eight_steps(parameter: str, value: float) -> None:
    book = looked_at(Lesson.load("bhadani-1-2-3-1"), parameter)
    digits = 5 if abs(value) < 0.01 else 4
    total = sum(shown(book, "path_product").values())
    assert total == pytest.approx(value, abs=0.6 * 10.0**-digits)


def test_an_equation_is_the_documents() -> None:
    book = looked_at(Lesson.load("mazur"), "w₀₀⁽¹⁾")
    sheet = book[chain_rule.NAME]
    assert book.value(sheet, chain_rule.SUM_ROW, chain_rule.FIRST) == (
        "= (a₀⁽²⁾ − T₀)·a₀⁽²⁾·(1 − a₀⁽²⁾)·w₀₀⁽²⁾·a₀⁽¹⁾·(1 − a₀⁽¹⁾)·a₀⁽⁰⁾"
        " + (a₁⁽²⁾ − T₁)·a₁⁽²⁾·(1 − a₁⁽²⁾)·w₁₀⁽²⁾·a₀⁽¹⁾·(1 − a₀⁽¹⁾)·a₀⁽⁰⁾"
    )


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(lesson=lessons(max_steps=4), data=st.data())
def test_the_paths_add_up_to_the_gradient(lesson: Lesson, data: st.DataObject) -> None:
    """Of every example; their mean, or sum, is the gradient that the engine trains with."""
    listed = choices(lesson)
    number = data.draw(st.integers(0, len(listed) - 1))
    step = data.draw(st.integers(0, lesson.training.steps))
    samples = len(lesson.data.inputs)
    kind, sums = subject(lesson.kind), []
    for sample in range(samples):
        chosen: dict[Any, Any] = {
            ("chosen_parameter", None): np.array(listed[number], object),
            ("chosen_step", None): np.array(float(step)),
        }
        if samples > 1:
            chosen["chosen_sample", None] = np.array(sample + 1.0)
        numbers = kind.numbers(lesson, lesson.settings.but(chosen))
        found = paths.found(numbers)
        np.testing.assert_array_equal(found.factors.prod(axis=1), found.products)
        assert not found.factors[found.way.count :].any()
        sums.append(paths.total(numbers))
    parameter = choosable(lesson.net)[number]
    trace, place = train(lesson), (step, *parameter.place.values())
    expected = float(trace[parameter.quantity.gradient, parameter.layer][place])
    if parameter.quantity.name == "weight":  # what penalties add comes by no path
        weight = float(trace["weight", parameter.layer][place])
        expected -= getattr(lesson.training, "l1", 0.0) * np.sign(weight)
        expected -= getattr(lesson.training, "l2", 0.0) * weight
    gradient = np.sum(sums) / lesson.net.reduction.divisor(samples)
    assert gradient == pytest.approx(expected, rel=1e-9, abs=1e-13)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(lesson=lessons(max_steps=3), data=st.data())
def test_the_cells_say_what_the_arrays_say(lesson: Lesson, data: st.DataObject) -> None:
    """The formulas of the sheet, evaluated, against the claims; its checks pass."""
    from sheetnet.expressions.evaluation import evaluate
    from sheetnet.expressions.formula import Expression

    book = looked_at(lesson, data.draw(st.sampled_from(choices(lesson))))
    for name in (chain_rule.NAME, "Paths", "Parameters"):
        sheet = book[name]
        for position, cell in sheet.cells.items():
            if isinstance(cell.content, Expression) and position in book.claims(sheet):
                said, found = book.claims(sheet)[position], evaluate(cell.content, book)
                if isinstance(said, str):
                    assert said == found
                    assert said != "✗"
                else:
                    assert found == pytest.approx(said, rel=1e-9, abs=1e-7)


def test_a_network_of_many_paths_gathers_them() -> None:
    ways = paths.ways(Lesson.load("mazur").net)
    assert [(way.count, way.gathered) for way in ways] == [(2, False), (1, False)]
