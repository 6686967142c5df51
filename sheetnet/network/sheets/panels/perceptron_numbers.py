"""What the panel of a perceptron shows, computed from arrays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sheetnet.expressions.rich import Rich
from sheetnet.network.engine import FloatArray
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, ORDER, SOURCE, STEP, Quantity, Role

#: Of all examples at a step, how many outputs are not their targets.
MISTAKES = Quantity(
    "mistakes", (STEP,), Role.FORWARD, "mistakes", lambda s, _, at: Rich(()) + "mistakes"
)


def mistakes(numbers: Numbers) -> FloatArray:
    """How many examples are wrong, at every step."""
    outputs = numbers.trace[ACTIVATION, 1][:, :, 0]
    found: FloatArray = np.abs(outputs - numbers.targets[:, 0]).sum(axis=1)
    return found


def left(numbers: Numbers) -> FloatArray:
    """The mistakes of a step and of all that follow."""
    return np.asarray(mistakes(numbers)[::-1].cumsum()[::-1], float)


def theta(numbers: Numbers) -> float:
    return float(numbers.settings["theta", 1].item())


def of(quantity: Quantity, place: tuple[int, ...]) -> Callable[[Numbers], float]:
    return lambda numbers: float(numbers.now(quantity, 1)[place])


def drawn(step: int) -> Callable[[Numbers], float]:
    return lambda numbers: float(numbers.trace[ORDER, None][step, 0])


def learning(numbers: Numbers) -> int:
    """The example that the chosen step learns from, counted from 0."""
    return int(numbers.trace[ORDER, None][numbers.step, 0]) - 1


def source(at: dict[str, int]) -> Callable[[Numbers], float]:
    """What a weight is multiplied by, of the step's example; 1 for the bias."""
    if SOURCE not in at:
        return lambda numbers: 1.0
    return lambda numbers: float(numbers.inputs[learning(numbers), at[SOURCE]])


def change(quantity: Quantity, at: dict[str, int], trained: bool) -> Callable[[Numbers], float]:
    given = source(at)

    def change(numbers: Numbers) -> float:
        n = learning(numbers)
        error = numbers.targets[n, 0] - numbers.now(ACTIVATION, 1)[n, 0]
        return float(numbers.hyper["learning_rate"] * error * given(numbers)) * trained

    return change
