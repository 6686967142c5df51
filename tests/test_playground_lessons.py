"""xor, iris and moons against scikit-learn's MLPClassifier on the same examples, and what their
workbooks say of it themselves."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from sheetnet import build, inspect
from sheetnet.network.evaluation import evaluated, shown_sets
from sheetnet.network.layers.dense import Dense
from sheetnet.network.lesson import Lesson
from sheetnet.network.numbers import Numbers
from sheetnet.recalc import recalculate
from tests.books import block_array

#: Of a hundred: how much less may be right than with scikit-learn.
POINTS = 3
#: xor keeps no examples for a test: there all four count.
LESSONS = ("xor", "iris", "moons")
#: The accuracy that each of them has in the end, at least.
LEAST = 0.95


def _classes(targets: Any) -> Any:
    return targets[:, 0] if targets.shape[1] == 1 else targets.argmax(axis=1)


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_does_as_well_as_scikit_learn(name: str) -> None:
    lesson = Lesson.load(name)
    numbers = Numbers(lesson, lesson.settings)
    sets = shown_sets(numbers)
    hidden = [layer for layer in lesson.net.layers[:-1] if isinstance(layer, Dense)]
    # lbfgs: the solver that scikit-learn recommends for so few examples.
    other = MLPClassifier(
        tuple(layer.units for layer in hidden),
        activation=lesson.network.layers[0].activation,
        solver="lbfgs",
        max_iter=2000,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        other.fit(sets[0][0], _classes(sets[0][1]))
    reached = other.score(sets[-1][0], _classes(sets[-1][1]))
    own = evaluated(numbers).accuracies[-1][-1]
    assert own >= reached - POINTS / 100


@pytest.mark.programs
@pytest.mark.parametrize("name", LESSONS)
def test_the_workbook_says_so_itself(name: str, tmp_path: Path) -> None:
    path = build(name, tmp_path / f"{name}.xlsx")
    [block] = [b for b in inspect(path)["blocks"] if b["quantity"] == "accuracy"]
    lesson = Lesson.load(name)
    own = evaluated(Numbers(lesson, lesson.settings)).accuracies
    for engine in ("libreoffice", "gnumeric"):
        [values] = recalculate(path, engine)
        said = block_array(block, values, ("step", "split"))
        np.testing.assert_allclose(said, np.column_stack(own), rtol=1e-9)
        assert said[-1, -1] >= LEAST
