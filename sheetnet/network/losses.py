"""The loss functions of one example, summed over the output units.

To add one, write one `Loss` and put it into `LOSSES`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sheetnet.expressions.formula import (
    LOG,
    Applied,
    Expression,
    Number,
    call,
    exp,
    guard,
    listed,
    ln,
    maximum,
    minimum,
    square,
    total,
)
from sheetnet.network.activations import ABOVE, LARGEST_EXPONENT
from sheetnet.network.hyper import HyperParameter

#: Logarithms are not taken below this, as in PyTorch's BCELoss.
LOWEST_LOGARITHM = -100.0
#: The number whose logarithm that is.
SMALLEST = math.exp(LOWEST_LOGARITHM)

Hyper = Mapping[str, float]
#: Hyper-parameters in formulas: their cells, or numbers.
Cells = Mapping[str, Any]
Terms = Sequence[Expression]


@dataclass(frozen=True)
class Loss:
    """A loss L(a, t) of one example.

    `value(a, t, h)` sums over the last axis of float64 arrays (… × units), `gradient` is
    ∂L/∂a of the same shape as a; `cell(a, t, h)` and `cell_gradient(a, t, j, h)` are the
    same as formulas of all output cells and targets, the second for unit j. h holds the
    hyper-parameters that it declares: their values, or for formulas their cells.

    Where the last layer's activation is `fused_with`, ∂L/∂z is `fused(a, t, h)`, exactly,
    with its formula `cell_fused(a, t, j, h)`: that is what both the engine and the cells
    compute, since the product of its parts is 0·∞ at the ends; the loss then asks for that
    activation. There `value_from_z(z, t, h)` and `cell_from_z(a, z, t, h)`, where they are
    given, compute the loss from z, which keeps the digits that 1 − a loses near 1. Where
    `cell_fused` adds up all targets, `cell_fused_of_sum(a, t, s, h)` is the same given their sum,
    for array formulas of one example's ranges. `cell_apart(z, t, h)` is the loss with that
    activation from how far the z are apart: short where each a would have to be written out.
    `bounds` are the least and largest target.
    """

    name: str
    written: str
    value: Callable[[Any, Any, Hyper], Any]
    gradient: Callable[[Any, Any, Hyper], Any]
    cell: Callable[[Terms, Terms, Cells], Expression]
    cell_gradient: Callable[[Terms, Terms, int, Cells], Expression]
    fused_with: str | None = None
    fused: Callable[[Any, Any, Hyper], Any] = lambda a, t, h: a - t
    cell_fused: Callable[[Terms, Terms, int, Cells], Expression] = lambda a, t, j, h: a[j] - t[j]
    value_from_z: Callable[[Any, Any, Hyper], Any] | None = None
    cell_from_z: Callable[[Terms, Terms, Terms, Cells], Expression] | None = None
    cell_fused_of_sum: Callable[[Expression, Expression, Expression, Cells], Expression] | None = (
        None
    )
    cell_apart: Callable[[Terms, Terms, Cells], Expression] | None = None
    bounds: tuple[float, float] | None = None
    #: Whether a target is 0 or 1 and nothing between.
    whole: bool = False
    #: Whether its logarithms end at `LOWEST_LOGARITHM`, beyond which the gradient goes on.
    cut_off: bool = False
    hyper: tuple[HyperParameter, ...] = ()


HALF_SQUARED_ERROR = Loss(
    name="half_squared_error",
    written="½·Σ(a − t)²",
    value=lambda a, t, _: 0.5 * np.sum((a - t) ** 2, axis=-1),
    gradient=lambda a, t, _: a - t,
    cell=lambda a, t, _: total([0.5 * square(aj - tj) for aj, tj in zip(a, t, strict=True)]),
    cell_gradient=lambda a, t, j, _: a[j] - t[j],
)

SQUARED_ERROR = Loss(
    name="squared_error",
    written="Σ(a − t)²",
    value=lambda a, t, _: np.sum((a - t) ** 2, axis=-1),
    gradient=lambda a, t, _: 2.0 * (a - t),
    cell=lambda a, t, _: total([square(aj - tj) for aj, tj in zip(a, t, strict=True)]),
    cell_gradient=lambda a, t, j, _: 2 * (a[j] - t[j]),
)


def logarithm(x: Any) -> Any:
    """ln x, not taken below `LOWEST_LOGARITHM`."""
    return np.log(np.maximum(x, SMALLEST))


def cell_logarithm(x: Expression, name: str = "ln") -> Expression:
    """The same as a formula, and as mathematics under its name."""
    return Applied(name, x, ln(guard(maximum(x, exp(LOWEST_LOGARITHM)))))


def cell_logarithm_to(x: Expression, base: Any) -> Expression:
    """The logarithm of x to a base, log_b x, as a formula; it ends where the natural one does."""
    return Applied(LOG, listed(x, base), call(LOG, guard(maximum(x, exp(LOWEST_LOGARITHM))), base))


def _above_smallest(x: Expression) -> Expression:
    """x, not below `SMALLEST`, which mathematics does not write."""
    return Applied("", x, guard(maximum(x, exp(LOWEST_LOGARITHM))))


def _log_from_z(argument: Expression, z: Expression) -> Expression:
    """ln σ(z), written as the logarithm of its argument: −ln(1 + e⁻ᶻ)."""
    power = exp(guard(minimum(LARGEST_EXPONENT, -z)))
    return Applied("ln", argument, guard(maximum(LOWEST_LOGARITHM, -ln(1 + power))))


def _binary_from_z(a: Terms, z: Terms, t: Terms, _: Cells) -> Expression:
    """1 − σ(z) is σ(−z)."""
    return -total(
        [
            tj * _log_from_z(aj, zj) + (1 - tj) * _log_from_z(1 - aj, -zj)
            for aj, zj, tj in zip(a, z, t, strict=True)
        ]
    )


def _binary_value_from_z(z: Any, t: Any, _: Hyper) -> Any:
    # As in cells, where 1 + e⁻ᶻ is 1 for a large z and the loss 0, not 1E-44.
    powers = (np.exp(np.minimum(sign * z, LARGEST_EXPONENT)) for sign in (-1, 1))
    right, wrong = (np.minimum(np.log(1.0 + power), -LOWEST_LOGARITHM) for power in powers)
    return np.sum(t * right + (1.0 - t) * wrong, axis=-1)


BINARY_CROSS_ENTROPY = Loss(
    name="binary_cross_entropy",
    written="−Σ(t·ln a + (1 − t)·ln(1 − a))",
    value=lambda a, t, _: -np.sum(t * logarithm(a) + (1.0 - t) * logarithm(1.0 - a), axis=-1),
    gradient=lambda a, t, _: (a - t) / np.maximum(a * (1.0 - a), SMALLEST),
    cell=lambda a, t, _: (
        -total(
            [
                tj * cell_logarithm(aj) + (1 - tj) * cell_logarithm(1 - aj)
                for aj, tj in zip(a, t, strict=True)
            ]
        )
    ),
    cell_gradient=lambda a, t, j, _: -t[j] / a[j] + (1 - t[j]) / (1 - a[j]),
    fused_with="sigmoid",
    value_from_z=_binary_value_from_z,
    cell_from_z=_binary_from_z,
    bounds=(0.0, 1.0),
    cut_off=True,
)


def _to_base(value: Expression, h: Cells) -> Expression:
    """Divided by the logarithm of the base."""
    return value / ln(h["log_base"])


def _fused_of_sum(a: Expression, t: Expression, summed: Expression, h: Cells) -> Expression:
    return _to_base(a * summed - t, h)


def _cross_entropy_apart(z: Terms, t: Terms, h: Cells) -> Expression:
    """−ln of a softmax is ln Σⱼ e^(zⱼ − z), whose own term is 1."""
    terms = []
    for k, (own, target) in enumerate(zip(z, t, strict=True)):
        others = [each - own for j, each in enumerate(z) if j != k]
        powers = [exp(guard(minimum(LARGEST_EXPONENT, apart))) for apart in others]
        summed = total([Number(1.0), *powers])
        terms.append(target * guard(minimum(-LOWEST_LOGARITHM, ln(summed))))
    return _to_base(total(terms), h)


#: Sabine 5.2; with targets of any sum ∂L/∂z is (a·Σt − t)/ln b.
CROSS_ENTROPY = Loss(
    name="cross_entropy",
    written="−Σ t·log a",
    value=lambda a, t, h: -np.sum(t * logarithm(a), axis=-1) / math.log(h["log_base"]),
    gradient=lambda a, t, h: -t / np.maximum(a, SMALLEST) / math.log(h["log_base"]),
    cell=lambda a, t, h: (
        -total([tj * cell_logarithm_to(aj, h["log_base"]) for aj, tj in zip(a, t, strict=True)])
    ),
    cell_gradient=lambda a, t, j, h: -(1 / ln(h["log_base"]) * (t[j] / _above_smallest(a[j]))),
    fused_with="softmax",
    fused=lambda a, t, h: (a * t.sum(axis=-1, keepdims=True) - t) / math.log(h["log_base"]),
    cell_fused=lambda a, t, j, h: _fused_of_sum(a[j], t[j], total(list(t)), h),
    cell_fused_of_sum=_fused_of_sum,
    cell_apart=_cross_entropy_apart,
    bounds=(0.0, 1.0),
    cut_off=True,
    hyper=(
        HyperParameter(
            "log_base", math.e, "base of the logarithm in the loss", low=1.01, high=1e3, symbol="b"
        ),
    ),
)


def _side(z: Any, h: Hyper) -> Any:
    """The unit step's value."""
    return (z >= h["theta"] - ABOVE).astype(np.float64)


#: The perceptron criterion (ŷ − y)(z − θ): how far a wrong example is on the wrong side, 0 of
#: one that is right. Its derivative by z is ŷ − y.
PERCEPTRON = Loss(
    name="perceptron",
    written="Σ(a − t)·(z − θ)",
    value=lambda a, t, _: np.sum(np.abs(a - t), axis=-1),
    gradient=lambda a, t, _: np.sign(a - t),
    cell=lambda a, t, _: total([call("ABS", aj - tj) for aj, tj in zip(a, t, strict=True)]),
    cell_gradient=lambda a, t, j, _: call("SIGN", a[j] - t[j]),
    fused_with="step",
    value_from_z=lambda z, t, h: np.sum((_side(z, h) - t) * (z - h["theta"]), axis=-1),
    cell_from_z=lambda a, z, t, h: total(
        [(aj - tj) * (zj - h["theta"]) for aj, zj, tj in zip(a, z, t, strict=True)]
    ),
    bounds=(0.0, 1.0),
    whole=True,
)

LOSSES: dict[str, Loss] = {
    loss.name: loss
    for loss in (HALF_SQUARED_ERROR, SQUARED_ERROR, BINARY_CROSS_ENTROPY, CROSS_ENTROPY, PERCEPTRON)
}
