"""Worked examples that others published, with the numbers that their authors give.

Where an author is wrong, the right numbers stand here, and the wrong ones beside them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sheetnet import build, train, verify
from sheetnet.network.decoding import Decoder
from sheetnet.network.engine import Trace
from sheetnet.network.lesson import Lesson
from sheetnet.network.numbers import Numbers
from tests.books import findings

FOLDER = Path(__file__).parent / "published"
NAMES = sorted(path.stem for path in FOLDER.glob("*.toml"))
GRADIENTS = ("weight_gradient", "bias_gradient")


def trained(name: str) -> Trace:
    return train(Lesson.load(FOLDER / f"{name}.toml"))


def near(found: object, expected: object, digits: int) -> None:
    np.testing.assert_allclose(found, expected, rtol=0, atol=0.51 * 10.0**-digits)


#: His rate, and the mean error after 10,000 steps.
TRASK = [
    (0.01, 0.457431074442),
    (0.1, 0.0428880170001),
    (1, 0.00858452565325),
    (10, 0.00312938876301),
    (100, 0.125476983855),
]


@pytest.mark.parametrize(("rate", "error"), TRASK)
def test_trasks_exclusive_or(rate: float, error: float) -> None:
    """His cost is a sum over the four examples, his weights are source × unit, no biases."""
    lesson = Lesson.load(FOLDER / "trask-xor.toml")
    training = lesson.training.model_copy(update={"learning_rate": float(rate)})
    trace = train(lesson.model_copy(update={"training": training}))
    errors = np.abs(trace.activations[1][[0, -1], :, 0] - np.array([0, 1, 1, 0])).mean(axis=1)
    near(errors[0], 0.496410031903, 12)
    near(errors[1], error, 9)
    assert not trace.biases


def test_four_classes_of_three_examples() -> None:
    """Of the gradients the first and the last are a bias of the one, a weight of the other layer.

    The course's further numbers, with squares of the weights in the cost, no lesson can say.
    """
    trace = trained("ng-ex4")
    near(trace.costs[0], 7.4070, 4)
    near(trace["bias_gradient", 1][0, 0], 0.766138, 6)
    near(trace["weight_gradient", 2][0, 3, 1], 0.322331, 6)
    assert sum(trace[name, layer][0].size for layer in (1, 2) for name in GRADIENTS) == 18


def test_one_trained_bias_for_each_layer() -> None:
    trace = trained("shared-bias")
    near(trace["bias", 1][1], 0.393540595, 9)
    near(trace["bias", 2][1], 0.619586257, 9)
    near(trace.costs[1], 0.267748591, 9)
    # With a bias for each unit, as they usually are, the step comes out elsewhere.
    text = Lesson.load(FOLDER / "shared-bias.toml").text.replace("shared_bias = true", "")
    each = text.replace("[0.4]", "[0.4, 0.4]").replace("[0.65]", "[0.65, 0.65]")
    near(train(Lesson.from_toml(each)).costs[1], 0.265890886, 9)


def test_a_tanh_network() -> None:
    trace = trained("tanh-2-2-1")
    near(trace.activations[1][0], [[0.3672465626]], 10)
    near(trace.costs[0], 0.4003769125, 10)
    near(trace["delta", 2][0], [[-1.0948279147]], 10)
    near(trace["weight_gradient", 1][0], [[-0.2547, 0.1019], [0.1590, -0.0636]], 4)
    near(trace["weight", 2][1], [[0.5289, -0.3195]], 4)


def test_a_network_of_one_step() -> None:
    trace = trained("udacity-3-2-1")
    near(-0.5 * trace["weight_gradient", 2][0], [[0.00804047, 0.00555918]], 8)
    moved = -0.5 * trace["weight_gradient", 1][0]
    near(moved[0], [1.77005547e-04, 3.54011093e-05, -7.08022187e-05], 12)
    near(moved[1], [-5.11178506e-04, -1.02235701e-04, 2.04471402e-04], 12)


def test_the_exclusive_or_by_relu_has_sums_that_are_0_and_no_gradient() -> None:
    trace = trained("xor-relu-goodfellow")
    near(trace.activations[1][0, :, 0], [0, 1, 1, 0], 12)
    assert (trace["z", 1][0] == 0).any()
    assert not any(array.any() for array in trace.weight_gradients + trace.bias_gradients)


def test_a_published_loss_that_is_wrong() -> None:
    """The answer gives the loss as 0.9975 and the weights as their gradients."""
    trace = trained("relu-sigmoid-sse")
    near(trace.activations[1][0], [[0.9975]], 4)
    near(trace.costs[0], 0.4975, 4)
    near(trace["delta", 2][0], [[0.00246]], 5)
    near(trace["delta", 1][0], [[0.00123, 0.00246, 0.0]], 5)


def test_published_hidden_gradients_that_are_wrong() -> None:
    """The post has 0.01 four times, since it sums other gradients in the place of δ·w."""
    trace = trained("wrong-hidden-gradient")
    near(trace["weight_gradient", 1][0].ravel(), [-0.0084, -0.0051, 0.0126, 0.0076], 4)


@pytest.mark.programs
@pytest.mark.parametrize("name", NAMES)
def test_they_build_and_verify(name: str, tmp_path: Path) -> None:
    lesson = Lesson.load(FOLDER / f"{name}.toml")
    steps = min(lesson.training.steps, 20)
    training = lesson.training.model_copy(update={"steps": steps})
    result = verify(build(lesson.model_copy(update={"training": training}), tmp_path / "x.xlsx"))
    assert result.ok, findings(result)


def test_a_printed_part_of_a_hundred_may_stand_in_formulas() -> None:
    """Which numbers a lesson prints is asked for each small one that a formula has."""
    lesson = Lesson.load("bhadani-1-2-3-1")
    decoder = Decoder(Numbers(lesson, lesson.settings))
    assert decoder.writes(4.23)
    assert not decoder.writes(4.24)
