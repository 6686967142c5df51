"""Slips in CPE 486/586, 03 Introducing Deep Learning, Rahul Bhadani, 2026."""

from __future__ import annotations

import math

from sheetnet.expressions.formula import Expression, Number, call, exp, ln, maximum, square
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.slips.slip import Live, Proof, Slip, slope


def _sigma(x: float) -> Expression:
    return 1 / (1 + exp(-x))


def _constant(value: float) -> Live:
    return Number(value), value


def _confident(_: Context) -> Proof:
    def loss(z: float) -> Expression:
        return -ln(_sigma(z))

    confident = 1 / (1 + math.exp(10))
    return Proof(
        (_sigma(-10) * (1 - _sigma(-10)), confident * (1 - confident)),
        (_sigma(-10) - 1, confident - 1),
        (slope(loss, -10), confident - 1),
    )


def _mask(_: Context) -> Proof:
    def cost(w: float) -> Expression:
        return (square(1 - maximum(0, w * 1)) + square(1 - maximum(0, w * -1))) / 2

    return Proof(
        (Number(2) / 2 * ((1 - Number(1)) * 1 + (-1 - Number(1)) * -1), 2.0),
        (Number(2) / 2 * ((1 - Number(1)) * 1), 0.0),
        (slope(cost, 1), 0.0),
    )


def _first_of_layer_2(_: Context) -> Proof:
    measured = call("ROUND", _sigma(0.4785), 4)
    return Proof(_constant(0.6147), _constant(0.6174), (measured, 0.6174))


def _prediction(_: Context) -> Proof:
    measured = call("ROUND", _sigma(1.2794), 4)
    return Proof(_constant(0.7862), _constant(0.7823), (measured, 0.7823))


SLIPS = (
    Slip(
        "These Derivatives Are Well-Behaved",
        "no large update when confident but wrong",
        "∂L/∂z = ŷ − y, near −1 there",
        "y = 1, z = −10, printed as ŷ(1 − ŷ); measured as a central difference",
        _confident,
    ),
    Slip(
        "Gradient Computation, a ReLU neuron",
        "2/N·Σ e·x over all examples",
        "only over examples with z > 0",
        "x = 1, −1, y = 1, 1, w = 1, b = 0; measured as a central difference",
        _mask,
    ),
    Slip(
        "Verification: Forward Pass with New Weights",
        "0.6147 as the first value of layer [2]",
        "0.6174",
        "measured as σ(0.4785)",
        _first_of_layer_2,
    ),
    Slip(
        "Updated Network Visualization",
        "the network now predicts 0.7862",
        "0.7823",
        "measured as σ(1.2794)",
        _prediction,
    ),
)
