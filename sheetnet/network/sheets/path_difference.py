"""The central difference that Chain rule's sum of paths is checked against.

The loss of the chosen example, computed twice more with the chosen parameter moved.
"""

from __future__ import annotations

import numpy as np

from sheetnet.network.engine import FloatArray
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import CHOSEN_PARAMETER, UNIT
from sheetnet.network.sheets import moved, parameters, paths
from sheetnet.network.sheets.gradient_verdicts import BLUR, BLURRED, KINK, LAST_DIGIT, PASSES, SMALL
from sheetnet.sheets.checks import FAILED
from sheetnet.sheets.checks import PASSED as TICK

#: By how much the parameter is moved.
H = 1e-4


def chosen(numbers: Numbers) -> int:
    """The place of the chosen parameter among the `choosable` ones."""
    return parameters.chosen(numbers, CHOSEN_PARAMETER.name)


def losses(numbers: Numbers) -> FloatArray:
    moves = np.array([[H], [-H]])
    return np.column_stack(
        [
            np.sign(moves),
            moves,
            moved.passes(numbers, [chosen(numbers)], moves, numbers.sample),
        ]
    )


def difference(numbers: Numbers) -> float:
    """The central difference of the example's loss by the chosen parameter."""
    up, down = losses(numbers)[:, -1]
    return float((up - down) / (2 * H))


def scale(numbers: Numbers) -> float:
    """How large the numbers are that the difference is taken of."""
    return max(1.0, 1e7 * float(losses(numbers)[0, -1]) * LAST_DIGIT / H)


def _kinked(numbers: Numbers) -> bool:
    """Whether the two moves are on different sides of a kink."""
    rows, at = losses(numbers)[:, 2:], 0
    sides: list[list[int]] = [[], []]
    for layer in numbers.net.layers:
        for quantity in layer.values:
            size = numbers.net.lengths(quantity, layer.number, 1)[UNIT]
            for of, kink in layer.kinks():
                if of == quantity:
                    for side, row in zip(sides, rows, strict=True):
                        side.append(int((row[at : at + size] > kink).sum()))
            at += size
    return sides[0] != sides[1]


def verdict(numbers: Numbers) -> str:
    """Whether the sum of the paths is the central difference."""
    exact, measured = paths.total(numbers), difference(numbers)
    if _kinked(numbers):
        return KINK
    if losses(numbers)[0, -1] * LAST_DIGIT / H > BLUR * (SMALL + abs(exact)):
        return BLURRED
    apart = abs(measured - exact) / (SMALL + abs(exact) + abs(measured))
    return TICK if apart <= PASSES else FAILED
