"""What the gradient check finds, computed from arrays: differences, ratios, verdicts.

The thresholds here are the ones that the sheet's formulas use.
"""

from __future__ import annotations

from collections.abc import Mapping
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


def _h(numbers: Numbers) -> float:
    return numbers.settings.number(DIFFERENCE_STEP.name)


def gradients(numbers: Numbers) -> FloatArray:
    return np.array(
        [
            numbers.now(p.quantity.gradient, p.layer)[tuple(p.place.values())]
            for p in checked(numbers.net, len(numbers.inputs))
        ]
    )


def slopes(numbers: Numbers) -> FloatArray:
    costs = moved_costs(numbers)
    found: FloatArray = (costs[:, 0] - costs[:, 1]) / (2 * _h(numbers))
    return found


def _blurred(numbers: Numbers) -> npt.NDArray[np.bool_]:
    """Where the cost is so large that its last digit hides the difference."""
    rounding = moved_costs(numbers)[:, 0] * LAST_DIGIT / _h(numbers)
    hidden: npt.NDArray[np.bool_] = rounding > BLUR * (SMALL + np.abs(gradients(numbers)))
    return hidden


def _coarse(numbers: Numbers) -> npt.NDArray[np.bool_]:
    """Where the bend of the cost within h may be larger than what is compared."""
    moved = moved_values(numbers)
    far = np.minimum(((moved[:, 0] - moved[:, 1]) ** 2).sum(axis=1), FAR)
    size = SMALL + np.abs(gradients(numbers)) + np.abs(slopes(numbers))
    bend = far * np.sqrt(far) / REMAINDER / _h(numbers) * (1 + moved_costs(numbers)[:, 0])
    bent: npt.NDArray[np.bool_] = bend > PASSES * size
    return bent


def _cut_off(numbers: Numbers) -> npt.NDArray[np.bool_]:
    """Where a logarithm in the cost may be cut off."""
    if not numbers.net.loss.cut_off:
        return np.zeros(len(gradients(numbers)), bool)
    moved = moved_values(numbers)[:, 0]
    far: npt.NDArray[np.bool_] = moved.max(axis=1) - moved.min(axis=1) >= CUT_OFF
    return far


def apart(numbers: Numbers) -> FloatArray:
    between: FloatArray = np.abs(slopes(numbers) - gradients(numbers))
    return between


def ratios(numbers: Numbers) -> FloatArray:
    size = SMALL + np.abs(gradients(numbers)) + np.abs(slopes(numbers))
    return np.where(_blurred(numbers), 0.0, apart(numbers) / size)


def penalised(net: Net, parameters: Mapping[Any, FloatArray]) -> list[int]:
    """How many weights of each layer are beyond each kink of a penalty."""
    weights = [array for (name, _), array in parameters.items() if name == PENALISED]
    return [int((array > at).sum()) for array in weights for at in kinks(net.penalties)]


def _kinked(numbers: Numbers) -> list[bool]:
    """Whether a move carries some z over a kink of its activation."""
    net = numbers.net
    sides = [
        [
            int((kept[layer.number - 1][quantity.name] > at).sum())
            for layer in net.layers
            for quantity, at in layer.kinks()
        ]
        + penalised(numbers.net, moved)
        for moved, kept in moved_passes(numbers)
    ]
    return [up != down for up, down in zip(sides[::2], sides[1::2], strict=True)]


@lru_cache(maxsize=4)
def verdicts(numbers: Numbers) -> list[str]:
    """What the check says of each parameter."""
    kinked, blurred = _kinked(numbers), _blurred(numbers)
    passed, coarse, cut = ratios(numbers) <= PASSES, _coarse(numbers), _cut_off(numbers)
    found = []
    for number, kink in enumerate(kinked):
        if kink:
            found.append(KINK)
        elif blurred[number]:
            found.append(BLURRED)
        elif passed[number]:
            found.append(TICK)
        elif cut[number]:
            found.append(BLURRED)
        else:
            found.append(COARSE if coarse[number] else FAILED)
    return found


def mark_of(numbers: Numbers) -> str:
    """✗ where some parameter failed, ✓ where none did and some passed."""
    found = verdicts(numbers)
    return FAILED if FAILED in found else TICK if TICK in found else BLURRED


def summary(numbers: Numbers) -> str:
    """How many parameters passed, and whether none failed."""
    found = verdicts(numbers)
    return f"{mark_of(numbers)} {found.count(TICK)} of {len(found)}"


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
