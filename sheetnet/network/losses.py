"""The loss functions of one example, summed over the output units.

To add one, write one `Loss` and put it into `LOSSES`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sheetnet.expressions.formula import Applied, Expression, exp, ln, maximum, total

#: Logarithms are not taken below this, as in PyTorch's BCELoss.
LOWEST_LOGARITHM = -100.0


@dataclass(frozen=True)
class Loss:
    """A loss L(a, t) of one example.

    `value(a, t)` sums over the last axis of float64 arrays (… × units) and `gradient`
    is ∂L/∂a of the same shape as a; `cell` and `cell_gradient` are the same as formulas,
    the first of all output cells and targets, the second of one unit's.

    Where the last layer's activation is `fused_with`, the product of ∂L/∂a and the
    activation's slope is a − t, exactly: that is what both the engine and the cells
    compute, since the product of its parts is 0·∞ at the ends. `needs` names the
    activation that the loss asks for, `bounds` the least and largest target.
    """

    name: str
    written: str
    value: Callable[[Any, Any], Any]
    gradient: Callable[[Any, Any], Any]
    cell: Callable[[Sequence[Expression], Sequence[Expression]], Expression]
    cell_gradient: Callable[[Expression, Expression], Expression]
    fused_with: str | None = None
    bounds: tuple[float, float] | None = None


HALF_SQUARED_ERROR = Loss(
    name="half_squared_error",
    written="½·Σ(a − t)²",
    value=lambda a, t: 0.5 * np.sum((a - t) ** 2, axis=-1),
    gradient=lambda a, t: a - t,
    cell=lambda a, t: total([0.5 * (aj - tj) ** 2 for aj, tj in zip(a, t, strict=True)]),
    cell_gradient=lambda a, t: a - t,
)

SQUARED_ERROR = Loss(
    name="squared_error",
    written="Σ(a − t)²",
    value=lambda a, t: np.sum((a - t) ** 2, axis=-1),
    gradient=lambda a, t: 2.0 * (a - t),
    cell=lambda a, t: total([(aj - tj) ** 2 for aj, tj in zip(a, t, strict=True)]),
    cell_gradient=lambda a, t: 2 * (a - t),
)


def _log(x: Any) -> Any:
    return np.log(np.maximum(x, np.exp(LOWEST_LOGARITHM)))


def _cell_log(x: Expression) -> Expression:
    return Applied("ln", x, ln(maximum(x, exp(LOWEST_LOGARITHM))))


BINARY_CROSS_ENTROPY = Loss(
    name="binary_cross_entropy",
    written="−Σ(t·ln a + (1 − t)·ln(1 − a))",
    value=lambda a, t: -np.sum(t * _log(a) + (1.0 - t) * _log(1.0 - a), axis=-1),
    gradient=lambda a, t: (a - t) / np.maximum(a * (1.0 - a), np.exp(LOWEST_LOGARITHM)),
    cell=lambda a, t: (
        -total(
            [tj * _cell_log(aj) + (1 - tj) * _cell_log(1 - aj) for aj, tj in zip(a, t, strict=True)]
        )
    ),
    cell_gradient=lambda a, t: -t / a + (1 - t) / (1 - a),
    fused_with="sigmoid",
    bounds=(0.0, 1.0),
)

LOSSES: dict[str, Loss] = {
    loss.name: loss for loss in (HALF_SQUARED_ERROR, SQUARED_ERROR, BINARY_CROSS_ENTROPY)
}
