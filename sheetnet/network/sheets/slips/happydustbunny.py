"""Slips in Back propagation in a simple neural net, HappyDustbunny, 2019."""

from __future__ import annotations

import math
from dataclasses import replace

from sheetnet.expressions.formula import (
    Expression,
    Ref,
    call,
    exp,
    guard,
    maximum,
    minimum,
    when,
)
from sheetnet.network.activations import LARGEST_EXPONENT, SIGMOID
from sheetnet.network.comparing import VALUES
from sheetnet.network.engine import FloatArray
from sheetnet.network.losses import HALF_SQUARED_ERROR
from sheetnet.network.numbers import Numbers
from sheetnet.network.placement import FIRST_ROW
from sheetnet.network.quantities import BIAS, COST, INPUT, WEIGHT
from sheetnet.network.sheets import matrices
from sheetnet.network.sheets.compared_runs import name_of
from sheetnet.network.sheets.compared_words import FIRST, LAST, VALUE, Places, room
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.slips.slip import Arrays, Cells, H, Proof, Slip, by_difference, told
from sheetnet.network.sheets.status import FLOOR, HARDLY
from sheetnet.workbook.model import Claimed


def _fits(context: Context) -> bool:
    """Whether the network is the document's: 2-2-2, sigmoids, one example, biases of units."""
    return (
        context.sizes == (2, 2, 2)
        and not context.batch
        and context.net.loss is HALF_SQUARED_ERROR
        and all(layer.activation is SIGMOID and layer.bias is BIAS for layer in context.dense)
    )


def _power(z: Expression) -> Expression:
    """e⁻ᶻ, which no z makes too large."""
    return exp(guard(minimum(LARGEST_EXPONENT, -z)))


def _sigma(z: float) -> float:
    return 1.0 / (1.0 + math.exp(min(LARGEST_EXPONENT, -z)))


def _sigmoid(context: Context) -> Proof | None:
    if not _fits(context):
        return None
    cells = Cells(context)
    z = cells.z(1, 0)

    def printed(z: float) -> float:
        below = 1.0 - math.exp(min(LARGEST_EXPONENT, -z))
        return 0.0 if abs(z) < H else 1.0 / below

    # At z = 0 the printed form is 1/0.
    wrong = guard(when(call("ABS", z) < H, 0, 1 / (1 - _power(z))))
    return Proof(
        (wrong, told(lambda n: printed(float(n.z(1)[0])))),
        (1 / (1 + _power(z)), told(lambda n: _sigma(float(n.z(1)[0])))),
        (cells.a(1, 0), told(lambda n: n.a(1)[0])),
    )


def _sigmoid_slope(context: Context) -> Proof | None:
    if not _fits(context):
        return None
    cells = Cells(context)
    z, a = cells.z(1, 0), cells.a(1, 0)
    up, down = (1 / (1 + _power(z + by)) for by in (H, -H))

    def measured(z: float) -> float:
        return (_sigma(z + H) - _sigma(z - H)) / (2 * H)

    return Proof(
        (a, told(lambda n: n.a(1)[0])),
        (a * (1 - a), told(lambda n: n.a(1)[0] * (1 - n.a(1)[0]))),
        ((up - down) / (2 * H), told(lambda n: measured(float(n.z(1)[0])))),
    )


def _bias_of_another(context: Context) -> Proof | None:
    if not _fits(context):
        return None
    c = Cells(context)
    products = c.w(1, 0, 0) * c.a(0, 0) + c.w(1, 0, 1) * c.a(0, 1)
    return Proof(
        (products + c.b(1, 1), told(lambda n: n.w(1)[0] @ n.a(0) + n.b(1)[1])),
        (products + c.b(1, 0), told(lambda n: n.w(1)[0] @ n.a(0) + n.b(1)[0])),
        (c.z(1, 0), told(lambda n: n.z(1)[0])),
    )


def _input_of_another(context: Context) -> Proof | None:
    if not _fits(context):
        return None
    c = Cells(context)
    first, second, bias = c.w(1, 0, 0) * c.a(0, 0), c.w(1, 0, 1), c.b(1, 0)
    return Proof(
        (
            first + second * c.a(0, 0) + bias,
            told(lambda n: n.w(1)[0].sum() * n.a(0)[0] + n.b(1)[0]),
        ),
        (first + second * c.a(0, 1) + bias, told(lambda n: n.w(1)[0] @ n.a(0) + n.b(1)[0])),
        (c.z(1, 0), told(lambda n: n.z(1)[0])),
    )


def _bias_as_weight(context: Context) -> Proof | None:
    if not _fits(context):
        return None
    c = Cells(context)
    first, value, bias = c.w(2, 1, 0) * c.a(1, 0), c.a(1, 1), c.b(2, 1)
    return Proof(
        (
            first + bias * value + bias,
            told(lambda n: n.w(2)[1, 0] * n.a(1)[0] + n.b(2)[1] * (1 + n.a(1)[1])),
        ),
        (first + c.w(2, 1, 1) * value + bias, told(lambda n: n.w(2)[1] @ n.a(1) + n.b(2)[1])),
        (c.z(2, 1), told(lambda n: n.z(2)[1])),
    )


def _first_term(context: Context) -> Proof | None:
    """dC/dw₁₁⁽¹⁾, whose first term has values of other units in its slopes."""
    if not _fits(context):
        return None
    c = Cells(context)
    error, weight, source = c.a(2, 0) - c.t(0), c.w(2, 0, 1), c.a(0, 1)

    def slope(of: Expression, other: Expression) -> Expression:
        return of * (1 - other)

    (h0, h1), (o0, o1) = ([c.a(layer, k) for k in (0, 1)] for layer in (1, 2))
    term = c.delta(2, 1) * c.w(2, 1, 1) * slope(h1, h1) * source
    printed = error * slope(o1, o1) * weight * slope(h0, h1) * source
    right = error * slope(o0, o0) * weight * slope(h1, h1) * source

    def wrong(n: Arrays) -> float:
        (h0, h1), (o0, o1) = n.a(1), n.a(2)
        one = (o0 - n.t[0]) * o1 * (1 - o1) * n.w(2)[0, 1] * h0 * (1 - h1)
        return float((one + n.delta(2)[1] * n.w(2)[1, 1] * h1 * (1 - h1)) * n.a(0)[1])

    return by_difference(
        context,
        WEIGHT,
        1,
        {"unit": 1, "source": 1},
        (printed + term, told(wrong)),
        (right + term, told(lambda n: n.delta(1)[1] * n.a(0)[1])),
    )


def _one_is_input(context: Context) -> Proof | None:
    if not _fits(context):
        return None
    c = Cells(context)
    return by_difference(
        context,
        BIAS,
        1,
        {"unit": 1},
        (c.delta(1, 1) * c.a(0, 1), told(lambda n: n.delta(1)[1] * n.a(0)[1])),
        (c.delta(1, 1), told(lambda n: n.delta(1)[1])),
    )


def _delta_of_output(context: Context) -> Proof | None:
    if not _fits(context):
        return None
    c = Cells(context)
    return by_difference(
        context,
        BIAS,
        1,
        {"unit": 1},
        (c.delta(2, 1), told(lambda n: n.delta(2)[1])),
        (c.delta(1, 1), told(lambda n: n.delta(1)[1])),
    )


def _diagonal(context: Context) -> Proof | None:
    """δ₁⁽¹⁾ with the second number on the diagonal of D⁽¹⁾."""
    if not _fits(context):
        return None
    c = Cells(context)
    summed = c.delta(2, 0) * c.w(2, 0, 1) + c.delta(2, 1) * c.w(2, 1, 1)
    first, second = c.a(1, 0), c.a(1, 1)

    def product(n: Arrays, unit: int) -> float:
        return float(n.a(1)[unit] * (1 - n.a(1)[unit]) * (n.delta(2) @ n.w(2)[:, 1]))

    return Proof(
        (first * (1 - first) * summed, told(lambda n: product(n, 0))),
        (second * (1 - second) * summed, told(lambda n: product(n, 1))),
        (c.delta(1, 1), told(lambda n: n.delta(1)[1])),
    )


def _transposed(context: Context) -> Proof | None:
    """δ₀⁽¹⁾ from w⁽²⁾ as it is printed, and transposed."""
    if not _fits(context):
        return None
    c = Cells(context)
    slope = c.a(1, 0) * (1 - c.a(1, 0))
    printed = c.w(2, 0, 0) * c.delta(2, 0) + c.w(2, 0, 1) * c.delta(2, 1)
    right = c.w(2, 0, 0) * c.delta(2, 0) + c.w(2, 1, 0) * c.delta(2, 1)

    def times(n: Arrays, w: FloatArray) -> float:
        return float(n.a(1)[0] * (1 - n.a(1)[0]) * (w @ n.delta(2)))

    return Proof(
        (slope * printed, told(lambda n: times(n, n.w(2)[0]))),
        (slope * right, told(lambda n: times(n, n.w(2)[:, 0]))),
        (c.delta(1, 0), told(lambda n: n.delta(1)[0])),
    )


def _shapes(context: Context) -> Proof | None:
    weights = context.knob(WEIGHT, context.depth)
    bias = context.dense[-1].bias
    if not bias or not bias.axes or context.sizes[-2] + 1 == context.sizes[-1]:
        return None
    one = context.knob(BIAS, context.depth).ref(fixed=True)
    row, column = (weights.area(fixed=True, **at) for at in ({"unit": 0}, {"source": 0}))
    sources, units = context.sizes[-2], context.sizes[-1]
    rows = sources + 1
    last = context.depth
    below = [context.of_step(WEIGHT, last, unit=0, source=k) for k in range(sources)]
    return Proof(
        (call("COUNT", column), units),
        (call("COUNT", row) + call("COUNT", one), rows),
        (call("COUNT", *below, context.of_step(BIAS, last, unit=0)), rows),
        counts=True,
    )


def _no_limit(context: Context) -> Proof | None:
    """The largest learning rate of the runs side by side with which the cost comes down."""
    compare = context.lesson.training.compare
    if list(compare) != ["learning_rate"] or max(compare["learning_rate"]) <= 1:
        return None
    runs = range(len(compare["learning_rate"]))
    places, cost = Places(len(runs), context.steps, 0), context.run(COST)

    def largest(ends: list[tuple[Ref, Ref]], most: float | None) -> Expression:
        """The largest rate, or the largest up to a limit, with which the last cost is lower."""
        found: list[Expression] = []
        for run, (first, last) in zip(runs, ends, strict=True):
            rate = places.of(run, VALUE)
            kept = rate if most is None else guard(when(rate <= most, rate, 0))
            found.append(guard(when(last < first - room(first), kept, 0)))
        return guard(maximum(*found))

    def said(most: float) -> Claimed:
        def claim(numbers: Numbers) -> float:
            rates = numbers.settings[VALUES, None].tolist()
            costs = [held.trace.costs for held in numbers.compared]
            lower = [one[-1] < one[0] - HARDLY * one[0] - FLOOR for one in costs]
            pairs = zip(rates, lower, strict=True)
            return max(rate if is_lower and rate <= most else 0.0 for rate, is_lower in pairs)

        return claim

    shown = [(places.of(run, FIRST), places.of(run, LAST)) for run in runs]
    sheets = [[Ref(name_of(run), FIRST_ROW, cost.left) for run in runs]]
    sheets.append([replace(one, row=FIRST_ROW + context.steps) for one in sheets[0]])
    own = [*zip(*sheets, strict=True)]
    return Proof(
        (largest(shown, 1.0), said(1.0)),
        (largest(shown, None), said(math.inf)),
        (largest(own, None), said(math.inf)),
    )


def _row(context: Context) -> Proof | None:
    """σ(A W) is a row, as A is; a⃗ is printed as a column."""
    if not _fits(context) or not matrices.MATRICES.applies(context):
        return None
    found = [b for b in context.blocks if (b.sheet, b.quantity, b.layer) == (matrices.NAME, "z", 1)]
    c = Cells(context)
    product = found[0].area(unit=0, fixed=True) if found else None
    if product is None:
        return None
    return Proof(
        (c.count(WEIGHT, 1, source=0), context.sizes[1]),
        (c.count(INPUT, unit=0), 1),
        (call("COUNT", product), 1),
        counts=True,
    )


SLIPS = (
    Slip(
        "The basic model",
        "a₀⁽¹⁾ with the bias w₁₂⁽¹⁾",
        "with its own, w₀₂⁽¹⁾",
        "the sum within f; measured: Training",
        _bias_of_another,
    ),
    Slip(
        "The basic model",
        "σ(x) = 1/(1 − e⁻ˣ)",
        "σ(x) = 1/(1 + e⁻ˣ)",
        "x: the sum of the first hidden unit; measured: its value on Training",
        _sigmoid,
    ),
    Slip(
        "The basic model",
        "its derivative σ(x) = σ(x)(1 − σ(x))",
        "σ′(x) = σ(x)(1 − σ(x))",
        "at the same sum; measured as a central difference",
        _sigmoid_slope,
    ),
    Slip(
        "Forward pass, in matrix notation",
        "a⃗⁽¹⁾, a column, is σ(A⁽⁰⁾ W⁽¹⁾)",
        "σ(A⁽⁰⁾ W⁽¹⁾) is a row, as A⁽⁰⁾ is",
        "rows; measured: the product on Matrices",
        _row,
    ),
    Slip(
        "The update of W⁽²⁾, the learning rate",
        "γ is a number between 0 and 1",
        "any γ > 0 with which the cost comes down; slopes of sigmoids are small",
        "the largest γ on Compare with which it does, up to 1 and at all; measured: the sheets of "
        "the runs",
        _no_limit,
    ),
    Slip(
        "The update of W⁽²⁾",
        "W − γ·dC/dW, of other shapes",
        "W − γ·(dC/dW) transposed",
        "rows of what is subtracted; measured: numbers that one unit of W has",
        _shapes,
    ),
    Slip(
        "(6), second term",
        "w₀₁⁽¹⁾ a₀⁽⁰⁾",
        "w₀₁⁽¹⁾ a₁⁽⁰⁾",
        "the sum of the first hidden unit; measured: Training",
        _input_of_another,
    ),
    Slip(
        "(6), second term",
        "w₁₂⁽²⁾ σ(…), the bias",
        "w₁₁⁽²⁾ σ(…)",
        "the sum of the second output; measured: Training",
        _bias_as_weight,
    ),
    Slip(
        "dC/dw₁₁⁽¹⁾, first term",
        "a₁⁽²⁾(1 − a₁⁽²⁾) and a₀⁽¹⁾(1 − a₁⁽¹⁾)",
        "a₀⁽²⁾(1 − a₀⁽²⁾) and a₁⁽¹⁾(1 − a₁⁽¹⁾)",
        "both terms; measured: Gradient check",
        _first_term,
    ),
    Slip(
        "dC/dw₁₂⁽¹⁾",
        "ends in a₁⁽⁰⁾",
        "ends in 1: it is a bias",
        "measured: Gradient check",
        _one_is_input,
    ),
    Slip(
        "dC/dW⁽¹⁾, last entry",
        "δ₁⁽²⁾",
        "δ₁⁽¹⁾",
        "measured: Gradient check",
        _delta_of_output,
    ),
    Slip(
        "D⁽¹⁾, second number on the diagonal",
        "a₀⁽¹⁾(1 − a₀⁽¹⁾)",
        "a₁⁽¹⁾(1 − a₁⁽¹⁾)",
        "δ₁⁽¹⁾ with it; measured: Training",
        _diagonal,
    ),
    Slip(
        "D⁽¹⁾w⁽²⁾δ⁽²⁾, in the summary, too",
        "w⁽²⁾ as it is",
        "w⁽²⁾ transposed",
        "δ₀⁽¹⁾ from it; measured: Training",
        _transposed,
    ),
)
