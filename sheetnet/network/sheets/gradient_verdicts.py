"""What central differences say of gradients, computed from arrays: differences, ratios, verdicts.

Gradient check compares the cost of all examples, Chain rule the loss of one; the thresholds here
are the ones of both sheets' formulas (`verdict_cells`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from sheetnet.network.engine import FloatArray
from sheetnet.network.losses import LOWEST_LOGARITHM
from sheetnet.network.net import Net
from sheetnet.network.numbers import Numbers
from sheetnet.network.penalties import PENALISED, kinks
from sheetnet.network.quantities import DIFFERENCE_STEP
from sheetnet.network.sheets.differences import checked, moved_costs, moved_passes, moved_values
from sheetnet.sheets.checks import FAILED
from sheetnet.sheets.checks import PASSED as TICK

BoolArray = npt.NDArray[np.bool_]

#: Largest ratio that passes, and the size of gradients below which it is absolute.
PASSES, SMALL = 1e-4, 1e-4
#: Below this part of a gradient, what rounding the cost leaves of it is no matter.
LAST_DIGIT, BLUR = 1e-15, 1e-5
#: What else than ✓ and ✗ a verdict may be, where the difference says nothing about the gradient:
#: a unit was switched by the move; h is too large for the bends of these numbers; the cost's last
#: digit hides the difference, or a logarithm is cut off.
KINK, COARSE, BLURRED = "kink", "coarse", "—"
#: A cubic remainder f‴·h²/6 in terms of how far the move of 2h carries all values: (2h)³/8/6.
REMAINDER = 48
#: Larger values than these are far beyond any h: so that the powers stay numbers.
FAR = 1e50
#: From here on a logarithm may be cut off.
CUT_OFF = -LOWEST_LOGARITHM - 1


@dataclass(frozen=True)
class Central:
    """Gradients beside central differences: what is compared, one parameter a row.

    `analytic` are the gradients, `costs` (parameters × 2) and `values` (parameters × 2 × values)
    what a move by `h` up and down makes of the cost and of all values of the layers, those of
    `samples` examples. `crossed` says where a move carries a weight over a kink of a penalty.
    """

    net: Net
    h: float
    analytic: FloatArray
    costs: FloatArray
    values: FloatArray
    samples: int
    crossed: BoolArray | bool = False

    @property
    def numeric(self) -> FloatArray:
        found: FloatArray = (self.costs[:, 0] - self.costs[:, 1]) / (2 * self.h)
        return found

    @property
    def apart(self) -> FloatArray:
        return np.abs(self.numeric - self.analytic)

    @property
    def size(self) -> FloatArray:
        return SMALL + np.abs(self.analytic) + np.abs(self.numeric)

    @property
    def ratios(self) -> FloatArray:
        return np.where(self.blurred, 0.0, self.apart / self.size)

    @property
    def blurred(self) -> BoolArray:
        """Where the cost is so large that its last digit hides the difference."""
        rounding = self.costs[:, 0] * LAST_DIGIT / self.h
        hidden: BoolArray = rounding > BLUR * (SMALL + np.abs(self.analytic))
        return hidden

    @property
    def coarse(self) -> BoolArray:
        """Where the bend of the cost within h may be larger than what is compared."""
        far = np.minimum(((self.values[:, 0] - self.values[:, 1]) ** 2).sum(axis=1), FAR)
        bend = far * np.sqrt(far) / REMAINDER / self.h * (1 + self.costs[:, 0])
        bent: BoolArray = bend > PASSES * self.size
        return bent

    @property
    def cut_off(self) -> BoolArray:
        """Where a logarithm in the cost may be cut off."""
        moved = self.values[:, 0]
        far: BoolArray = moved.max(axis=1) - moved.min(axis=1) >= CUT_OFF
        return far & self.net.loss.cut_off

    @property
    def kinked(self) -> BoolArray:
        """Whether a move carries some z over a kink of its activation, or a weight."""
        crossed, left = np.zeros(len(self.costs), bool) | self.crossed, 0
        for layer in self.net.layers:
            for quantity in layer.values:
                lengths = self.net.lengths(quantity, layer.number, self.samples)
                right = left + math.prod(lengths[axis] for axis in quantity.axes)
                for of, at in layer.kinks():
                    if of == quantity:
                        above = self.values[:, :, left:right] > at
                        crossed |= (above[:, 0] != above[:, 1]).any(axis=1)
                left = right
        return crossed

    def verdicts(self) -> list[str]:
        """What is said of each parameter."""
        said = np.where(self.coarse, COARSE, FAILED)
        for holds, word in (
            (self.cut_off, BLURRED),
            (self.ratios <= PASSES, TICK),
            (self.blurred, BLURRED),
            (self.kinked, KINK),
        ):
            said = np.where(holds, word, said)
        return [str(word) for word in said]


def _h(numbers: Numbers) -> float:
    return numbers.settings.number(DIFFERENCE_STEP.name)


def gradients(numbers: Numbers) -> FloatArray:
    return np.array(
        [
            numbers.now(p.quantity.gradient, p.layer)[tuple(p.place.values())]
            for p in checked(numbers.net, len(numbers.inputs))
        ]
    )


@lru_cache(maxsize=4)
def _central(numbers: Numbers) -> Central:
    return Central(
        numbers.net,
        _h(numbers),
        gradients(numbers),
        moved_costs(numbers),
        moved_values(numbers),
        len(numbers.inputs),
        _crossed(numbers),
    )


def _crossed(numbers: Numbers) -> BoolArray:
    """Where a move carries a weight over a kink of a penalty."""
    sides = [_penalised(numbers.net, moved) for moved, _ in moved_passes(numbers)]
    return np.array([up != down for up, down in zip(sides[::2], sides[1::2], strict=True)])


def _penalised(net: Net, parameters: Mapping[Any, FloatArray]) -> list[int]:
    """How many weights of each layer are beyond each kink of a penalty."""
    weights = [array for (name, _), array in parameters.items() if name == PENALISED]
    return [int((array > at).sum()) for array in weights for at in kinks(net.penalties)]


def slopes(numbers: Numbers) -> FloatArray:
    return _central(numbers).numeric


def apart(numbers: Numbers) -> FloatArray:
    return _central(numbers).apart


def ratios(numbers: Numbers) -> FloatArray:
    return _central(numbers).ratios


def decided(numbers: Numbers) -> FloatArray:
    """The ratios beside a ✓ or ✗, 0 where the difference says nothing of the gradient."""
    marked = [mark in (TICK, FAILED) for mark in verdicts(numbers)]
    return np.where(marked, ratios(numbers), 0.0)


@lru_cache(maxsize=4)
def verdicts(numbers: Numbers) -> list[str]:
    """What the check says of each parameter."""
    return _central(numbers).verdicts()


def counts(numbers: Numbers) -> tuple[int, int, int]:
    """How many parameters passed, how many failed, and of how many nothing is known."""
    found = verdicts(numbers)
    passed, failed = found.count(TICK), found.count(FAILED)
    return passed, failed, len(found) - passed - failed


def mark_of(numbers: Numbers) -> str:
    """✗ where some parameter failed, ✓ where none did and some passed."""
    passed, failed, _ = counts(numbers)
    return FAILED if failed else TICK if passed else BLURRED


def summary(numbers: Numbers) -> str:
    """How many parameters passed, and whether none failed."""
    passed = f"{counts(numbers)[0]} of {sum(counts(numbers))}"
    return f"{mark_of(numbers)} {passed}{left_open(numbers)}"


def left_open(numbers: Numbers) -> str:
    """The end of a text on all parameters."""
    undecided = counts(numbers)[2]
    return f", {undecided} undecided" * (undecided > 0)


def largest(numbers: Numbers) -> float:
    """The largest number of the chart, by which it divides all of them."""
    both = np.concatenate([gradients(numbers), slopes(numbers)])
    return max(SMALL, float(np.abs(both).max()))


def scale_of_parts(numbers: Numbers) -> float:
    """The same as `scale` for numbers as parts of the largest."""
    return scale(numbers) / min(largest(numbers), 1.0)


def scale(numbers: Numbers) -> float:
    """How large the numbers are that a difference is taken of, for comparing programs."""
    cost = float(numbers.trace.costs[numbers.step])
    return max(1.0, 1e7 * cost * LAST_DIGIT / _h(numbers))
