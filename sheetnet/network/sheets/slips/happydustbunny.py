"""Slips in Back propagation in a simple neural net, HappyDustbunny, 2019."""

from __future__ import annotations

import math

from sheetnet.expressions.formula import Expression, call, exp
from sheetnet.network.quantities import BIAS, WEIGHT
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.slips.slip import Proof, Slip, slope

SIGMA_1 = 0.7310585786300049
#: σ(1)(1 − σ(1)), from its closed form e/(1 + e)².
SLOPE_1 = math.e / (1 + math.e) ** 2


def _sigma(x: float) -> Expression:
    return 1 / (1 + exp(-x))


def _sigmoid(_: Context) -> Proof:
    return Proof(
        (1 / (1 - exp(-1)), math.e / (math.e - 1)),
        (_sigma(1), SIGMA_1),
        (exp(1) / (exp(1) + 1), SIGMA_1),
    )


def _sigmoid_slope(_: Context) -> Proof:
    return Proof(
        (_sigma(1), SIGMA_1),
        (_sigma(1) * (1 - _sigma(1)), SLOPE_1),
        (slope(_sigma, 1), SLOPE_1),
    )


def _shapes(context: Context) -> Proof:
    weights = context.knob(WEIGHT, context.depth)
    has_bias = int(bool(context.dense[-1].bias))
    biases = [context.knob(BIAS, context.depth).ref(fixed=True)] if has_bias else []
    row, column = (weights.area(fixed=True, **at) for at in ({"unit": 0}, {"source": 0}))
    sources, units = context.sizes[-2], context.sizes[-1]
    return Proof(
        (call("COUNT", column), units),
        (call("COUNT", row) + has_bias, sources + has_bias),
        (call("COUNT", row, *biases), sources + has_bias),
        counts=True,
    )


SLIPS = (
    Slip(
        "The basic model",
        "σ(x) = 1/(1 − e⁻ˣ)",
        "σ(x) = 1/(1 + e⁻ˣ)",
        "at x = 1; measured as eˣ/(eˣ + 1)",
        _sigmoid,
    ),
    Slip(
        "The basic model",
        "its derivative σ(x) = σ(x)(1 − σ(x))",
        "σ′(x) = σ(x)(1 − σ(x))",
        "at x = 1; measured as a central difference",
        _sigmoid_slope,
    ),
    Slip(
        "Back propagation, the update of W",
        "W − γ·dC/dW, of other shapes",
        "W − γ·(dC/dW) transposed",
        "rows of what is subtracted from W; measured: rows of W, biases included",
        _shapes,
    ),
)
