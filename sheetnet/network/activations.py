"""The activation functions a = f(z).

To add one, write one `Activation` and put it into `ACTIVATIONS`; its tests then run by
themselves (values against an automatic differentiator, cells against NumPy).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sheetnet.expressions.formula import (
    Applied,
    Expression,
    Number,
    call,
    exp,
    guard,
    maximum,
    minimum,
    square,
    total,
    when,
)
from sheetnet.network.hyper import HyperParameter

#: e^709 is the largest power a float64 holds; 700 leaves room for a product.
LARGEST_EXPONENT = 700

#: A sum that is 0 on paper is 5e-17 in one program and 0 in another: from here on it counts
#: as above 0, so that all of them take the same side of a kink.
ABOVE = 1e-12

#: The slope of leaky_relu below 0 (Bhadani, "Activation function with differentiability").
LEAK = 0.01
#: Where they are asked whether they keep what they say: beyond, the last digits are rounded.
WITHIN = (-5.0, -1.5, -0.2, 0.0, 0.3, 1.7, 5.0)

Hyper = Mapping[str, float]
Terms = Sequence[Expression]


@dataclass(frozen=True)
class Activation:
    """An activation of all units of a layer.

    `value(z, h)` and `back(z, a, g, h)` take float64 arrays (… × units) and give arrays of
    the same shape, finite for every z between −1e4 and 1e4; `back` takes g = ∂L/∂a back to
    ∂L/∂z. `cell(z, j, h)` and `cell_back(z, a, g, j, h)` are the same as formulas of unit j,
    given the cells of all units. Where the activation works unit by unit, `slope(z, a, h)`
    is da/dz and `cell_slope(z, a, h)` its formula; otherwise they are None.
    `cell_of_largest(z, j, m, h)` is the cell's formula where the largest z stands in m, for array
    formulas of many examples; `cell_whole(z, h)` and `cell_back_whole(a, g, h)` are the array
    formulas of all units of one example, given as ranges, and `cell_jacobian(a, i, j)` is
    ∂aᵢ/∂zⱼ. h holds the values of the hyper-parameters that it declares.

    `symbol` is how it is written in an equation, `written` and `written_slope` its
    definition and derivative as text; `kinks(h)` are the z where it has no derivative. No value
    of one that is `signless` is below 0, none of one that is `below_one` as far from 0 as 1 but for
    rounding; no slope of one that is `rising` is below 0. Those of one that is `bounded` stay
    between −1 and 1.
    """

    name: str
    symbol: str
    written: str
    written_slope: str
    value: Callable[[Any, Hyper], Any]
    back: Callable[[Any, Any, Any, Hyper], Any]
    cell: Callable[[Terms, int, Hyper], Expression]
    cell_back: Callable[[Terms, Terms, Terms, int, Hyper], Expression]
    slope: Callable[[Any, Any, Hyper], Any] | None = None
    cell_slope: Callable[[Expression, Expression, Hyper], Expression] | None = None
    cell_of_largest: Callable[[Terms, int, Expression, Hyper], Expression] | None = None
    cell_whole: Callable[[Expression, Hyper], Expression] | None = None
    cell_back_whole: Callable[[Expression, Expression, Hyper], Expression] | None = None
    cell_jacobian: Callable[[Terms, int, int], Expression] | None = None
    hyper: tuple[HyperParameter, ...] = ()
    kinks: Callable[[Hyper], tuple[float, ...]] = lambda h: ()
    signless: bool = False
    below_one: bool = False
    bounded: bool = False
    rising: bool = True


def contradictions(activation: Activation, hyper: Hyper) -> Iterator[str]:
    """What an activation says of its values, by which texts leave out signs and digits, and its
    values do not keep; what those of this module keep and do not say."""
    z = np.array(WITHIN)
    a = activation.value(z, hyper)
    slope = activation.slope(z, a, hyper) if activation.slope else np.zeros(1)
    for said, kept in (
        ("signless", a.min() >= 0),
        ("below_one", np.abs(a).max() < 1),
        ("bounded", np.abs(a).max() <= 1),
        ("rising", slope.min() >= 0),
    ):
        if getattr(activation, said) and not kept:
            yield f"{activation.name} says that it is {said}, which its values are not"
        elif kept and not getattr(activation, said) and activation in OWN and activation.slope:
            yield f"{activation.name} does not say that it is {said}"


def elementwise(
    *,
    symbol: str,
    value: Callable[[Any, Hyper], Any],
    slope: Callable[[Any, Any, Hyper], Any],
    cell: Callable[[Expression, Hyper], Expression],
    cell_slope: Callable[[Expression, Expression, Hyper], Expression],
    **facts: Any,
) -> Activation:
    """An activation that works unit by unit, from its value and its slope."""

    def applied(z: Terms, j: int, h: Hyper) -> Expression:
        definition = cell(z[j], h)
        return definition if definition is z[j] else Applied(symbol, z[j], definition)

    return Activation(
        symbol=symbol,
        value=value,
        back=lambda z, a, g, h: g * slope(z, a, h),
        cell=applied,
        cell_back=lambda z, a, g, j, h: g[j] * cell_slope(z[j], a[j], h),
        slope=slope,
        cell_slope=cell_slope,
        **facts,
    )


def _sigmoid(z: Any, _: Hyper) -> Any:
    return 1.0 / (1.0 + np.exp(np.minimum(-z, LARGEST_EXPONENT)))


SIGMOID = elementwise(
    name="sigmoid",
    signless=True,
    below_one=True,
    bounded=True,
    symbol="σ",
    written="σ(z) = 1/(1 + e⁻ᶻ)",
    written_slope="σ′(z) = a·(1 − a)",
    value=_sigmoid,
    slope=lambda z, a, _: a * (1.0 - a),
    cell=lambda z, _: 1 / (1 + exp(guard(minimum(LARGEST_EXPONENT, -z)))),
    cell_slope=lambda z, a, _: a * (1 - a),
)

TANH = elementwise(
    name="tanh",
    below_one=True,
    bounded=True,
    symbol="tanh",
    written="tanh(z) = (eᶻ − e⁻ᶻ)/(eᶻ + e⁻ᶻ)",
    written_slope="tanh′(z) = 1 − a²",
    value=lambda z, _: np.tanh(z),
    slope=lambda z, a, _: 1.0 - a**2,
    cell=lambda z, _: call("TANH", z),
    cell_slope=lambda z, a, _: 1 - square(a),
)

IDENTITY = elementwise(
    name="identity",
    symbol="id",
    written="id(z) = z",
    written_slope="id′(z) = 1",
    value=lambda z, _: z.copy(),
    slope=lambda z, a, _: np.ones_like(z),
    cell=lambda z, _: z,
    cell_slope=lambda z, a, _: Number(1),
)

RELU = elementwise(
    name="relu",
    signless=True,
    symbol="ReLU",
    written="ReLU(z) = max(0, z)",
    written_slope="ReLU′(z) = 1 where z > 0, else 0",
    value=lambda z, _: np.maximum(0.0, z),
    slope=lambda z, a, _: (z > ABOVE).astype(np.float64),
    cell=lambda z, _: maximum(0, z),
    cell_slope=lambda z, a, _: Applied("ReLU′", z, when(z > ABOVE, 1, 0)),
    kinks=lambda _: (ABOVE,),
)

LEAKY_RELU = elementwise(
    name="leaky_relu",
    symbol="LeakyReLU",
    written="LeakyReLU(z) = max(0.01·z, z)",
    written_slope="LeakyReLU′(z) = 1 where z > 0, else 0.01",
    value=lambda z, _: np.maximum(LEAK * z, z),
    slope=lambda z, a, _: np.where(z > ABOVE, 1.0, LEAK),
    cell=lambda z, _: maximum(LEAK * z, z),
    cell_slope=lambda z, a, _: Applied("LeakyReLU′", z, when(z > ABOVE, 1, LEAK)),
    kinks=lambda _: (ABOVE,),
)

STEP = elementwise(
    name="step",
    signless=True,
    bounded=True,
    symbol="g",
    written="g(z) = 1 where z ≥ θ, else 0",
    written_slope="g′(z) = 0",
    value=lambda z, h: (z >= h["theta"] - ABOVE).astype(np.float64),
    slope=lambda z, a, _: np.zeros_like(z),
    cell=lambda z, h: when(z >= h["theta"] - ABOVE, 1, 0),
    cell_slope=lambda z, a, _: Number(0),
    hyper=(
        HyperParameter("theta", 0.0, "threshold of a step: 1 for z ≥ theta", symbol="θ", knob=True),
    ),
    kinks=lambda h: (h["theta"] - ABOVE,),
)


def _softmax(z: Any, _: Hyper) -> Any:
    """Sabine 5.2; the largest z is taken off first, so that no power overflows."""
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _softmax_cell(z: Terms, j: int, h: Hyper) -> Expression:
    return _softmax_of_largest(z, j, guard(maximum(*z)), h)


def _softmax_of_largest(z: Terms, j: int, largest: Expression, _: Hyper) -> Expression:
    return exp(z[j] - largest) / total([exp(k - largest) for k in z])


def _softmax_whole(z: Expression, _: Hyper) -> Expression:
    powers = exp(z - call("MAX", z))
    return powers / call("SUM", powers)


SOFTMAX = Activation(
    name="softmax",
    signless=True,
    bounded=True,
    symbol="softmax",
    written="softmax(z)ⱼ = exp(zⱼ)/Σ exp(zₖ)",
    written_slope="∂aⱼ/∂zₖ = aⱼ·(δⱼₖ − aₖ)",
    value=_softmax,
    back=lambda z, a, g, _: a * (g - (a * g).sum(axis=-1, keepdims=True)),
    cell=_softmax_cell,
    cell_of_largest=_softmax_of_largest,
    cell_whole=_softmax_whole,
    cell_back_whole=lambda a, g, _: a * (g - call("SUM", a * g)),
    cell_jacobian=lambda a, i, j: a[i] * (1 - a[j]) if i == j else -a[i] * a[j],
    cell_back=lambda z, a, g, j, _: (
        a[j] * (g[j] - total([ak * gk for ak, gk in zip(a, g, strict=True)]))
    ),
)

SOFTPLUS = elementwise(
    name="softplus",
    signless=True,
    symbol="softplus",
    written="softplus(z) = ln(1 + eᶻ)",
    written_slope="softplus′(z) = σ(z)",
    value=lambda z, _: np.maximum(z, 0.0) + np.log(1.0 + np.exp(-np.abs(z))),  # as in cells
    slope=lambda z, a, _: _sigmoid(z, _),
    # ln(1 + eᶻ) = max(0, z) + ln(1 + e^−|z|), whose power never overflows.
    cell=lambda z, _: maximum(0, z) + call("LN", 1 + exp(-call("ABS", z))),
    cell_slope=lambda z, a, _: Applied(
        "softplus′", z, 1 / (1 + exp(guard(minimum(LARGEST_EXPONENT, -z))))
    ),
)

#: PyTorch's ELU with alpha = 1.
ELU = elementwise(
    name="elu",
    symbol="ELU",
    written="ELU(z) = z where z > 0, else eᶻ − 1",
    written_slope="ELU′(z) = 1 where z > 0, else eᶻ",
    value=lambda z, _: np.where(z > ABOVE, z, np.exp(np.minimum(z, 0.0)) - 1.0),
    slope=lambda z, a, _: np.where(z > ABOVE, 1.0, np.exp(np.minimum(z, 0.0))),
    cell=lambda z, _: when(z > ABOVE, z, exp(guard(minimum(z, 0))) - 1),
    cell_slope=lambda z, a, _: Applied("ELU′", z, when(z > ABOVE, 1, exp(guard(minimum(z, 0))))),
)

ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        STEP,
        IDENTITY,
        SIGMOID,
        TANH,
        RELU,
        LEAKY_RELU,
        SOFTPLUS,
        ELU,
        SOFTMAX,
    )
}
#: Those that say all that they keep.
OWN = tuple(ACTIVATIONS.values())
