"""Slips of the four documents, each with what is right and three live numbers.

What the document prints, what is right, and a measurement that tells them apart: a
central difference, a number recomputed, a size. Cited by section; where a number of
this workbook can show it, it does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sheetnet.expressions.formula import Expression, Number, call, exp, ln, maximum, square, total
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, BIAS, INPUT, TARGET, WEIGHT, Z
from sheetnet.network.sheets.context import Context
from sheetnet.workbook.model import Claimed

#: The step of the central differences below.
H = 1e-4

#: A live number, and what it must be.
Live = tuple[Expression, Claimed]


@dataclass(frozen=True)
class Slip:
    """Where it stands, what is printed, what is right, and the numbers that show it."""

    where: str
    printed: str
    right: str
    shown: str
    printed_value: Live
    right_value: Live
    measured: Live


def _sigma(x: float) -> Expression:
    return 1 / (1 + exp(-x))


def _slope(f: Callable[[float], Expression], x: float) -> Expression:
    """The central difference of f at x."""
    return (f(x + H) - f(x - H)) / (2 * H)


def _constant(value: float) -> Live:
    return Number(value), value


SIGMA_1 = 0.7310585786300049
#: σ(1)(1 − σ(1)), from its closed form e/(1 + e)².
SLOPE_1 = math.e / (1 + math.e) ** 2


def _happydustbunny(context: Context) -> Iterator[Slip]:
    yield Slip(
        "The basic model",
        "σ(x) = 1/(1 − e⁻ˣ)",
        "σ(x) = 1/(1 + e⁻ˣ)",
        "at x = 1; measured as eˣ/(eˣ + 1)",
        (1 / (1 - exp(-1)), math.e / (math.e - 1)),
        (_sigma(1), SIGMA_1),
        (exp(1) / (exp(1) + 1), SIGMA_1),
    )
    yield Slip(
        "The basic model",
        "its derivative σ(x) = σ(x)(1 − σ(x))",
        "σ′(x) = σ(x)(1 − σ(x))",
        "at x = 1; measured as a central difference",
        (_sigma(1), SIGMA_1),
        (_sigma(1) * (1 - _sigma(1)), SLOPE_1),
        (_slope(_sigma, 1), SLOPE_1),
    )
    weights = context.knob(WEIGHT, context.depth)
    has_bias = int(bool(context.dense[-1].bias))
    biases = [context.knob(BIAS, context.depth).ref(fixed=True)] if has_bias else []
    row, column = (weights.area(fixed=True, **at) for at in ({"unit": 0}, {"source": 0}))
    sources, units = context.sizes[-2], context.sizes[-1]
    yield Slip(
        "Back propagation, the update of W",
        "W − γ·dC/dW, of other shapes",
        "W − γ·(dC/dW) transposed",
        "rows of what is subtracted from W; measured: rows of W" + ", biases included" * has_bias,
        (call("COUNT", column), units),
        (call("COUNT", row) + has_bias, sources + has_bias),
        (call("COUNT", row, *biases), sources + has_bias),
    )


def _sabine(context: Context) -> Iterator[Slip]:
    last = context.depth
    a, t = context.of_step(ACTIVATION, last), context.given(TARGET, 0)

    def pair(numbers: Numbers) -> tuple[float, float]:
        n = numbers.sample
        return float(numbers.now(ACTIVATION, last)[n, 0]), float(numbers.targets[n, 0])

    def difference(numbers: Numbers) -> float:
        output, target = pair(numbers)
        up, down = (0.5 * (target - (output + by)) ** 2 for by in (H, -H))
        return (up - down) / (2 * H)

    def cost(moved: Expression) -> Expression:
        return 0.5 * square(t - moved)

    yield Slip(
        "2.1 and 5.1, dc/da of c = ½Σ(t − a)²",
        "t − a",
        "a − t",
        "first output of the chosen step; measured as a central difference",
        (t - a, lambda numbers: pair(numbers)[1] - pair(numbers)[0]),
        (a - t, lambda numbers: pair(numbers)[0] - pair(numbers)[1]),
        ((cost(a + H) - cost(a - H)) / (2 * H), difference),
    )
    sources = context.sizes[-2]
    if sources > 8:
        return
    below = [
        context.of_step(ACTIVATION, last - 1, unit=k) if last > 1 else context.given(INPUT, k)
        for k in range(sources)
    ]
    weights = [context.of_step(WEIGHT, last, unit=0, source=k) for k in range(sources)]
    biases = [context.of_step(q, last, unit=0) for q in [context.dense[-1].bias] if q]
    right: Expression = weights[0] * below[0]
    for w, x in zip(weights[1:], below[1:], strict=True):
        right = right + w * x

    def one(numbers: Numbers) -> float:
        first = numbers.now(WEIGHT, last)[0, 0] * numbers.below(last)[numbers.sample, 0]
        return float(first + (numbers.now(BIAS, last).ravel()[0] if biases else 0.0))

    def summed(numbers: Numbers) -> float:
        return float(numbers.now(Z, last)[numbers.sample, 0])

    yield Slip(
        "4, z of a unit",
        "z = a·w + b, without a sum",
        "z = Σ a·w + b, over all sources",
        "first output of the chosen step, printed with source 0; measured: Training",
        (total([weights[0] * below[0], *biases]), one),
        (total([right, *biases]), summed),
        (context.of_step(Z, last, unit=0), summed),
    )


def _bhadani(context: Context) -> Iterator[Slip]:
    def relu_cost(w: float) -> Expression:
        return (square(1 - maximum(0, w * 1)) + square(1 - maximum(0, w * -1))) / 2

    def loss(z: float) -> Expression:
        return -ln(_sigma(z))

    confident = 1 / (1 + math.exp(10))
    yield Slip(
        "These Derivatives Are Well-Behaved",
        "no large update when confident but wrong",
        "∂L/∂z = ŷ − y, near −1 there",
        "y = 1, z = −10, printed as ŷ(1 − ŷ); measured as a central difference",
        (_sigma(-10) * (1 - _sigma(-10)), confident * (1 - confident)),
        (_sigma(-10) - 1, confident - 1),
        (_slope(loss, -10), confident - 1),
    )
    yield Slip(
        "Gradient Computation, a ReLU neuron",
        "2/N·Σ e·x over all examples",
        "only over examples with z > 0",
        "x = 1, −1, y = 1, 1, w = 1, b = 0; measured as a central difference",
        (Number(2) / 2 * ((1 - Number(1)) * 1 + (-1 - Number(1)) * -1), 2.0),
        (Number(2) / 2 * ((1 - Number(1)) * 1), 0.0),
        (_slope(relu_cost, 1), 0.0),
    )
    yield Slip(
        "Verification: Forward Pass with New Weights",
        "0.6147 as the first value of layer [2]",
        "0.6174",
        "measured as σ(0.4785)",
        _constant(0.6147),
        _constant(0.6174),
        (call("ROUND", _sigma(0.4785), 4), 0.6174),
    )
    yield Slip(
        "Updated Network Visualization",
        "the network now predicts 0.7862",
        "0.7823",
        "measured as σ(1.2794)",
        _constant(0.7862),
        _constant(0.7823),
        (call("ROUND", _sigma(1.2794), 4), 0.7823),
    )


def _wichmann(context: Context) -> Iterator[Slip]:
    weights = context.knob(WEIGHT, context.depth)
    examples = context.samples
    counted = {
        quantity: call("COUNT", context.knob(quantity).area(unit=0, fixed=True))
        for quantity in (INPUT, TARGET)
    }
    yield Slip(
        "(2.13), (2.17), (3.16), (4.1), (4.20)",
        "∂J/∂b = H J_Nᵗ",
        "∂J/∂b = H J_N",
        "rows of the right factor; measured: examples, the columns of H",
        _constant(1),
        (counted[TARGET], examples),
        (counted[INPUT], examples),
    )
    yield Slip(
        "(4.13) to (4.16)",
        "∂J/∂W⁽ˡ⁾ = H⁽ˡ⁾ (A⁽ˡ⁾)ᵗ",
        "H⁽ˡ⁾ (A⁽ˡ⁻¹⁾)ᵗ",
        "columns of the product, output layer; measured: columns of W",
        (call("COUNT", weights.area(source=0, fixed=True)), context.sizes[-1]),
        _constant(context.sizes[-2]),
        (call("COUNT", weights.area(unit=0, fixed=True)), context.sizes[-2]),
    )


SLIPS: dict[str, Callable[[Context], Iterator[Slip]]] = {
    "happydustbunny": _happydustbunny,
    "sabine": _sabine,
    "bhadani": _bhadani,
    "wichmann": _wichmann,
}
