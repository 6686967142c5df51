"""Slips of the four documents, each with what is right and three live numbers.

What the document prints, what is right, and a measurement that tells them apart: a
central difference, a number recomputed, a size. Cited by section; where a number of
this workbook can show it, it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sheetnet.expressions.formula import Expression, Number, call, exp, ln, maximum
from sheetnet.network.sheets.context import Context

#: The step of the central differences below.
H = 1e-4


@dataclass(frozen=True)
class Slip:
    """Where it stands, what is printed, what is right, and the numbers that show it."""

    where: str
    printed: str
    right: str
    shown: str
    printed_value: Expression
    right_value: Expression
    measured: Expression


def _sigma(x: float) -> Expression:
    return 1 / (1 + exp(-x))


def _slope(f: Callable[[float], Expression], x: float) -> Expression:
    """The central difference of f at x."""
    return (f(x + H) - f(x - H)) / (2 * H)


def _number(value: int) -> Expression:
    return Number(value)


def _happydustbunny(context: Context) -> Iterator[Slip]:
    yield Slip(
        "The basic model",
        "σ(x) = 1/(1 − e⁻ˣ)",
        "σ(x) = 1/(1 + e⁻ˣ)",
        "at x = 1; measured as eˣ/(eˣ + 1)",
        1 / (1 - exp(-1)),
        _sigma(1),
        exp(1) / (exp(1) + 1),
    )
    yield Slip(
        "The basic model",
        "its derivative σ(x) = σ(x)(1 − σ(x))",
        "σ′(x) = σ(x)(1 − σ(x))",
        "at x = 1; measured as a central difference",
        _sigma(1),
        _sigma(1) * (1 - _sigma(1)),
        _slope(_sigma, 1),
    )
    weights = context.knob("weight", context.layers[-1])
    sources = call("COUNT", weights.area(unit=0, fixed=True)) + 1
    units = call("COUNT", weights.area(source=0, fixed=True))
    yield Slip(
        "Back propagation, the update of W",
        "W − γ·dC/dW, of other shapes",
        "W − γ·(dC/dW) transposed",
        "rows of what is subtracted from W; measured: rows of W, biases included",
        units,
        sources,
        call(
            "COUNT",
            weights.area(unit=0, fixed=True),
            context.knob("bias", weights.layer).ref(fixed=True),
        ),
    )


def _sabine(context: Context) -> Iterator[Slip]:
    last = context.layers[-1]
    a, t = context.of_step("activation", last), context.given("target", 0)

    def cost(moved: Expression) -> Expression:
        return 0.5 * (t - moved) ** 2

    yield Slip(
        "2.1 and 5.1, dc/da of c = ½Σ(t − a)²",
        "t − a",
        "a − t",
        "first output of the chosen step; measured as a central difference",
        t - a,
        a - t,
        (cost(a + H) - cost(a - H)) / (2 * H),
    )
    sources = context.sizes[last - 1]
    below = [
        context.of_step("activation", last - 1, unit=k) if last > 1 else context.given("input", k)
        for k in range(min(sources, 8))
    ]
    weights = [context.of_step("weight", last, source=k) for k in range(len(below))]
    bias = context.of_step("bias", last)
    if sources == len(below):
        right: Expression = weights[0] * below[0]
        for w, x in zip(weights[1:], below[1:], strict=True):
            right = right + w * x
        yield Slip(
            "4, z of a unit",
            "z = a·w + b, without a sum",
            "z = Σ a·w + b, over all sources",
            "first output of the chosen step, printed with source 0; measured: Training",
            weights[0] * below[0] + bias,
            right + bias,
            context.of_step("z", last),
        )


def _bhadani(context: Context) -> Iterator[Slip]:
    def relu_cost(w: float) -> Expression:
        return ((1 - maximum(0, w * 1)) ** 2 + (1 - maximum(0, w * -1)) ** 2) / 2

    def loss(z: float) -> Expression:
        return -ln(_sigma(z))

    yield Slip(
        "These Derivatives Are Well-Behaved",
        "no large update when confident but wrong",
        "∂L/∂z = ŷ − y, near −1 there",
        "y = 1, z = −10, printed as ŷ(1 − ŷ); measured as a central difference",
        _sigma(-10) * (1 - _sigma(-10)),
        _sigma(-10) - 1,
        _slope(loss, -10),
    )
    yield Slip(
        "Gradient Computation, a ReLU neuron",
        "2/N·Σ e·x over all examples",
        "only over examples with z > 0",
        "x = 1, −1, y = 1, 1, w = 1, b = 0; measured as a central difference",
        _number(2) / 2 * ((1 - _number(1)) * 1 + (-1 - _number(1)) * -1),
        _number(2) / 2 * ((1 - _number(1)) * 1),
        _slope(relu_cost, 1),
    )
    yield Slip(
        "Verification: Forward Pass with New Weights",
        "0.6147 as the first value of layer [2]",
        "0.6174",
        "measured as σ(0.4785)",
        Number(0.6147),
        Number(0.6174),
        call("ROUND", _sigma(0.4785), 4),
    )
    yield Slip(
        "Updated Network Visualization",
        "the network now predicts 0.7862",
        "0.7823",
        "measured as σ(1.2794)",
        Number(0.7862),
        Number(0.7823),
        call("ROUND", _sigma(1.2794), 4),
    )


def _wichmann(context: Context) -> Iterator[Slip]:
    weights = context.knob("weight", context.layers[-1])
    inputs, targets = (
        context.knob(quantity).area(unit=0, fixed=True) for quantity in ("input", "target")
    )
    yield Slip(
        "(2.13), (2.17), (3.16), (4.1), (4.20)",
        "∂J/∂b = H J_Nᵗ",
        "∂J/∂b = H J_N",
        "rows of the right factor; measured: examples, the columns of H",
        _number(1),
        call("COUNT", targets),
        call("COUNT", inputs),
    )
    yield Slip(
        "(4.13) to (4.16)",
        "∂J/∂W⁽ˡ⁾ = H⁽ˡ⁾ (A⁽ˡ⁾)ᵗ",
        "H⁽ˡ⁾ (A⁽ˡ⁻¹⁾)ᵗ",
        "columns of the product, output layer; measured: columns of W",
        call("COUNT", weights.area(source=0, fixed=True)),
        _number(context.sizes[-2]),
        call("COUNT", weights.area(unit=0, fixed=True)),
    )


SLIPS: dict[str, Callable[[Context], Iterator[Slip]]] = {
    "happydustbunny": _happydustbunny,
    "sabine": _sabine,
    "bhadani": _bhadani,
    "wichmann": _wichmann,
}
