"""The central difference that Chain rule's sum of paths is checked against.

The loss of the chosen example, computed twice more with the chosen parameter moved.
"""

from __future__ import annotations

import numpy as np

from sheetnet.network.engine import FloatArray
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import CHOSEN_PARAMETER
from sheetnet.network.sheets import moved, parameters, paths
from sheetnet.network.sheets.gradient_verdicts import LAST_DIGIT, Central

#: By how much the parameter is moved.
H = 1e-4
#: Columns of a row before the values of the layers: which way, and by how much.
HEADS = 2


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


def _central(numbers: Numbers) -> Central:
    """The sum of the paths beside the difference of the two losses."""
    rows = losses(numbers)
    values = rows[np.newaxis, :, HEADS:-2]
    exact = np.array([paths.total(numbers)])
    return Central(numbers.net, H, exact, rows[np.newaxis, :, -1], values, samples=1)


def difference(numbers: Numbers) -> float:
    """The central difference of the example's loss by the chosen parameter."""
    return float(_central(numbers).numeric[0])


def scale(numbers: Numbers) -> float:
    """How large the numbers are that the difference is taken of."""
    return max(1.0, 1e7 * float(losses(numbers)[0, -1]) * LAST_DIGIT / H)


def verdict(numbers: Numbers) -> str:
    """Whether the sum of the paths is the central difference."""
    return _central(numbers).verdicts()[0]
