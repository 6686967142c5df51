"""The activation functions a = f(z).

To add one, write one `Activation` and put it into `ACTIVATIONS`; its test then runs by
itself (values against an automatic differentiator, cells against NumPy).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sheetnet.expressions.formula import (
    Applied,
    Expression,
    Number,
    call,
    exp,
    maximum,
    minimum,
    when,
)

#: e^709 is the largest power a float64 holds; 700 leaves room for a product.
LARGEST_EXPONENT = 700

#: The slope of leaky_relu below 0 (Bhadani, "Activation function with differentiability").
LEAK = 0.01


@dataclass(frozen=True)
class Activation:
    """An activation that works unit by unit.

    `value(z, theta)` and `slope(z, a, theta)` take float64 arrays of any shape and give
    arrays of the same shape, finite for every z between −1e4 and 1e4; `slope` is da/dz.
    `cell` and `cell_slope` are the same as formulas of one unit's cells. `symbol` is how
    it is written in an equation, `written` and `written_slope` its definition and
    derivative as text.
    """

    name: str
    symbol: str
    written: str
    written_slope: str
    value: Callable[[Any, float], Any]
    slope: Callable[[Any, Any, float], Any]
    cell: Callable[[Expression, float], Expression]
    cell_slope: Callable[[Expression, Expression, float], Expression]


def _sigmoid(z: Any, _: float) -> Any:
    return 1.0 / (1.0 + np.exp(np.minimum(-z, LARGEST_EXPONENT)))


SIGMOID = Activation(
    name="sigmoid",
    symbol="σ",
    written="σ(z) = 1/(1 + e⁻ᶻ)",
    written_slope="σ′(z) = a·(1 − a)",
    value=_sigmoid,
    slope=lambda z, a, _: a * (1.0 - a),
    cell=lambda z, _: 1 / (1 + exp(minimum(LARGEST_EXPONENT, -z))),
    cell_slope=lambda z, a, _: a * (1 - a),
)

TANH = Activation(
    name="tanh",
    symbol="tanh",
    written="tanh(z) = (eᶻ − e⁻ᶻ)/(eᶻ + e⁻ᶻ)",
    written_slope="tanh′(z) = 1 − a²",
    value=lambda z, _: np.tanh(z),
    slope=lambda z, a, _: 1.0 - a**2,
    cell=lambda z, _: call("TANH", z),
    cell_slope=lambda z, a, _: 1 - a**2,
)

IDENTITY = Activation(
    name="identity",
    symbol="id",
    written="id(z) = z",
    written_slope="id′(z) = 1",
    value=lambda z, _: z.copy(),
    slope=lambda z, a, _: np.ones_like(z),
    cell=lambda z, _: z,
    cell_slope=lambda z, a, _: Number(1),
)

RELU = Activation(
    name="relu",
    symbol="ReLU",
    written="ReLU(z) = max(0, z)",
    written_slope="ReLU′(z) = 1 where z > 0, else 0",
    value=lambda z, _: np.maximum(0.0, z),
    slope=lambda z, a, _: (z > 0).astype(np.float64),
    cell=lambda z, _: maximum(0, z),
    cell_slope=lambda z, a, _: Applied("ReLU′", z, when(z > 0, 1, 0)),
)

LEAKY_RELU = Activation(
    name="leaky_relu",
    symbol="LeakyReLU",
    written="LeakyReLU(z) = max(0.01·z, z)",
    written_slope="LeakyReLU′(z) = 1 where z > 0, else 0.01",
    value=lambda z, _: np.maximum(LEAK * z, z),
    slope=lambda z, a, _: np.where(z > 0, 1.0, LEAK),
    cell=lambda z, _: maximum(LEAK * z, z),
    cell_slope=lambda z, a, _: Applied("LeakyReLU′", z, when(z > 0, 1, LEAK)),
)

STEP = Activation(
    name="step",
    symbol="g",
    written="g(z) = 1 where z ≥ θ, else 0",
    written_slope="g′(z) = 0",
    value=lambda z, theta: (z >= theta).astype(np.float64),
    slope=lambda z, a, _: np.zeros_like(z),
    cell=lambda z, theta: when(z >= theta, 1, 0),
    cell_slope=lambda z, a, _: Number(0),
)


ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation for activation in (STEP, IDENTITY, SIGMOID, TANH, RELU, LEAKY_RELU)
}
