"""Which settings verify may move inputs to: those where programs agree on the numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sheetnet import verify
from sheetnet.expressions.dialects import address
from sheetnet.files.formats import write
from sheetnet.network.lesson import Lesson
from sheetnet.network.quantities import INPUT
from sheetnet.network.subject import SUBJECT, numbers
from sheetnet.proof.alive import moves
from sheetnet.proof.comparison import Expected, compare
from sheetnet.proof.verification import UNSTEADY
from sheetnet.recalc import Values
from sheetnet.workbook.knobs import Settings, settings
from tests.books import edited, findings, set_value


def lesson(**training: object) -> Lesson:
    """A saturated tanh below a softmax; with the momentum its weights run away."""
    return Lesson.model_validate(
        {
            "title": "t",
            "source": "s",
            "notation": "wichmann",
            "network": {
                "inputs": 2,
                "loss": "cross_entropy",
                "seed": 4,
                "layers": [
                    {"units": 4, "activation": "tanh"},
                    {"units": 3, "activation": "relu"},
                    {"units": 2, "activation": "softmax"},
                ],
            },
            "data": {"inputs": [[0.5, -0.2], [0.1, 0.9]], "targets": [[1, 0], [0, 1]]},
            "training": {"learning_rate": 0.5, "steps": 5, **training},
        }
    )


def test_a_quiet_run_is_steady() -> None:
    assert numbers(lesson()).is_steady


def test_large_numbers_times_a_saturated_slope_are_not() -> None:
    """1 − a² of a tanh is nothing but its last bit there, and programs' last bits differ."""
    own = lesson().settings
    moved = own.but({place: 3e3 * own[place] for place in own if place[0] == "weight"})
    held = numbers(lesson(), moved)
    assert np.isfinite(held.trace.costs).all()
    assert not held.is_steady


def test_differences_that_cancel_are_not() -> None:
    """Two inputs that nearly cancel: moved alike they would still do so."""
    one = lesson(steps=1)
    own = one.settings
    weight = np.tile([9.0, -9.0], (4, 1)) * 10
    inputs = np.array([[9.0, 9.0 - 1e-9], [9.0, 9.0]])
    held = numbers(one, own.but({("weight", 1): weight, ("input", None): inputs}))
    assert not held.is_steady


def test_a_saturated_slope_is_not_where_gradients_are_divided_by_their_size() -> None:
    """Gnumeric has some of 1 − a where other programs have 0, and Adam makes a step of it."""
    for optimiser, steady in (("sgd", True), ("adam", False)):
        one = lesson(optimiser=optimiser)
        own = one.settings
        place = ("bias", 1)
        held = numbers(one, own.but({place: own[place] + 19.0}))
        assert held.is_steady is steady


@pytest.mark.programs
def test_what_last_bits_decide_is_compared_as_far_as_it_is_known(tmp_path: Path) -> None:
    """A run whose last bits grow is no fault; a number that they do not explain is one."""
    one = lesson(optimiser="adagrad")
    own = one.settings
    held = numbers(one, own.but({("bias", 1): own["bias", 1] + 16.0}))
    assert not held.is_steady
    book, path = SUBJECT.book(one, held), tmp_path / "unsteady.xlsx"
    write(book, path)
    result = verify(path)
    assert result.ok, findings(result)
    assert UNSTEADY in result.notes
    weights = next(b for b in book.blocks if (b.sheet, b.quantity) == ("Training", "weight"))
    cell = address(weights.top, weights.left)
    wrong = edited(path, tmp_path / "wrong.xlsx", "Training", cell, set_value("0.125"))
    assert not verify(wrong).ok


SMALL = """
title = "t"
source = "s"
notation = "sabine"
[network]
inputs = 2
loss = "half_squared_error"
layers = [{units = 2, activation = "tanh"}, {units = 2, activation = "tanh"}]
[data]
inputs = [[0.3, 0.7], [-0.4, 0.9]]
targets = [[1, 0], [0, 1]]
[training]
learning_rate = 0.05
steps = 6
optimiser = "rmsprop"
schedule = "step"
step_size = 2
gamma = 0.5
clip_value = 0.05
"""


def test_what_is_not_steady_is_tried_again_with_halves() -> None:
    """Where far moves go too far, gentler ones take all branches."""
    of = Lesson.from_toml(SMALL)
    knobs = SUBJECT.knobs(of)
    own = settings(knobs)

    def numbers_of(moved: Settings) -> Any:
        return SUBJECT.numbers(of, moved)

    def steady(held: Any) -> bool:
        return bool(np.abs(held.settings[INPUT.name, None]).max() < 1)

    book = SUBJECT.book(of, numbers_of(own))
    found = moves(knobs, own, numbers_of, steady, book, lambda each: None)
    assert found.branches > 200 and not found.untaken
    assert all(steady(held) for _, held in found.settings)


def test_a_cell_that_has_a_number_only_here_may_say_that_it_has_none() -> None:
    place = ("S", (1, 1))
    here, there = Expected(numbers={place: (1.0, 0.0)}), Expected(texts={place: "—"})
    shown = Values({"S": [["—"]]})
    assert not compare(here, shown, "as it is").ok
    assert compare(here.spread([there]), shown, "as it is").ok
    assert compare(there.spread([here]), shown, "as it is").ok
