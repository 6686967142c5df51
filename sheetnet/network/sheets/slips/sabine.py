"""Slips in Neural Network Mathematics 1.0, Fraser Sabine."""

from __future__ import annotations

import numpy as np

from sheetnet.expressions.formula import Expression, Number, call, exp, ln, square, total
from sheetnet.network.activations import SOFTMAX
from sheetnet.network.losses import CROSS_ENTROPY, HALF_SQUARED_ERROR
from sheetnet.network.quantities import ACTIVATION, LOSS, WEIGHT
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.slips.slip import Arrays, Cells, H, Proof, Slip, by_difference, told

#: Sums of more terms are no proof to look at.
MOST_SOURCES = 8


def _sign(context: Context) -> Proof | None:
    if context.net.loss is not HALF_SQUARED_ERROR:
        return None
    c, last = Cells(context), context.depth
    a, t = c.a(last, 0), c.t(0)

    def difference(n: Arrays) -> float:
        up, down = (0.5 * (n.t[0] - (n.a(last)[0] + by)) ** 2 for by in (H, -H))
        return float(up - down) / (2 * H)

    def cost(moved: Expression) -> Expression:
        return 0.5 * square(t - moved)

    return Proof(
        (t - a, told(lambda n: n.t[0] - n.a(last)[0])),
        (a - t, told(lambda n: n.a(last)[0] - n.t[0])),
        ((cost(a + H) - cost(a - H)) / (2 * H), told(difference)),
    )


def _vector(context: Context) -> Proof | None:
    """½((t − a)∘(t − a)) has a number for each output, the cost is one."""
    count = context.sizes[-1]
    if context.net.loss is not HALF_SQUARED_ERROR or not 1 < count <= MOST_SOURCES:
        return None
    c, last = Cells(context), context.depth
    squares: list[Expression] = [square(c.t(j) - c.a(last, j)) for j in range(count)]
    return Proof(
        (0.5 * squares[0], told(lambda n: 0.5 * (n.t[0] - n.a(last)[0]) ** 2)),
        (0.5 * _summed(squares), told(lambda n: 0.5 * ((n.t - n.a(last)) ** 2).sum())),
        (context.of_step(LOSS), lambda numbers: float(numbers.now(LOSS)[numbers.sample])),
    )


def _summed(terms: list[Expression]) -> Expression:
    return call("SUM", *terms)


def _row_times_matrix(context: Context) -> Proof | None:
    """z = a W + B: the column a would need as many columns as W has rows."""
    if context.sizes[-1] == 1 or context.sizes[-1] == context.sizes[-2]:
        return None
    c, last = Cells(context), context.depth
    sources = context.sizes[-2]
    if sources > MOST_SOURCES:
        return None
    below = [c.a(last - 1, k) for k in range(sources)]
    return Proof(
        (c.count(WEIGHT, last, source=0), context.sizes[-1]),
        (c.count(WEIGHT, last, unit=0), sources),
        (call("COUNT", *below), sources),
        counts=True,
    )


def _sum(context: Context) -> Proof | None:
    last, sources = context.depth, context.sizes[-2]
    bias = context.dense[-1].bias
    if not 1 < sources <= MOST_SOURCES or not bias or not bias.axes:
        return None
    c = Cells(context)
    products = [c.w(last, 0, k) * c.a(last - 1, k) for k in range(sources)]
    return Proof(
        (
            products[0] + c.b(last, 0),
            told(lambda n: n.w(last)[0, 0] * n.a(last - 1)[0] + n.b(last)[0]),
        ),
        (
            total([*products, c.b(last, 0)]),
            told(lambda n: n.w(last)[0] @ n.a(last - 1) + n.b(last)[0]),
        ),
        (c.z(last, 0), told(lambda n: n.z(last)[0])),
    )


def _value_below(context: Context) -> Proof | None:
    """The last factor of a hidden weight's gradient is a value of the layer below it."""
    layer = context.depth - 1
    if layer < 1 or context.batch:
        return None
    c = Cells(context)
    return by_difference(
        context,
        WEIGHT,
        layer,
        {"unit": 0, "source": 0},
        (c.delta(layer, 0) * c.a(layer, 0), told(lambda n: n.delta(layer)[0] * n.a(layer)[0])),
        (
            c.delta(layer, 0) * c.a(layer - 1, 0),
            told(lambda n: n.delta(layer)[0] * n.a(layer - 1)[0]),
        ),
    )


def _untransposed(context: Context) -> Proof | None:
    """(dc/dz · W): the column dc/dz is one wide, W is as high as there are units."""
    last, units = context.depth, context.sizes[-1]
    if last < 2 or not 1 < units <= MOST_SOURCES:
        return None
    c = Cells(context)
    deltas = [c.delta(last, j) for j in range(units)]
    return Proof(
        (call("COUNT", deltas[0]), 1),
        (c.count(WEIGHT, last, source=0), units),
        (call("COUNT", *deltas), units),
        counts=True,
    )


def _outer(context: Context) -> Proof | None:
    """dc/dz · a without a transpose is one number, or none at all; dc/dW is as large as W."""
    units, sources = context.sizes[-1], context.sizes[-2]
    if units * sources == 1:
        return None
    c, last = Cells(context), context.depth
    rows, columns = c.count(WEIGHT, last, source=0), c.count(WEIGHT, last, unit=0)
    return Proof(
        (call("COUNT", c.delta(last, 0) * c.a(last - 1, 0)), 1),
        (rows * columns, units * sources),
        (call("COUNT", context.knob(WEIGHT, last).whole(fixed=True)), units * sources),
        counts=True,
    )


def _is_softmax(context: Context) -> bool:
    few = 1 < context.sizes[-1] <= MOST_SOURCES
    return few and context.dense[-1].activation is SOFTMAX


def _zeros(context: Context) -> Proof | None:
    """The row of all a times the matrix is 0 everywhere: what is meant is diag(a)."""
    if not _is_softmax(context):
        return None
    c, last = Cells(context), context.depth
    a = [c.a(last, j) for j in range(context.sizes[-1])]
    products = [a[0] * (1 - a[0]), *(-one * a[0] for one in a[1:])]

    def measured(n: Arrays) -> float:
        z = n.z(last)
        up, down = (SOFTMAX.value(z + by * np.eye(len(z))[0], {})[0] for by in (H, -H))
        return float(up - down) / (2 * H)

    def moved(by: float) -> Expression:
        """The first output with its z moved: its power is e^h times as large."""
        return a[0] * exp(Number(by)) / (1 + a[0] * (exp(Number(by)) - 1))

    return Proof(
        (total(products), told(lambda n: n.a(last)[0] * (1 - n.a(last).sum()))),
        (a[0] * (1 - a[0]), told(lambda n: n.a(last)[0] * (1 - n.a(last)[0]))),
        ((moved(H) - moved(-H)) / (2 * Number(H)), told(measured)),
    )


def _from_one(context: Context) -> Proof | None:
    """Units count from 0, so that a sum from 1 misses the first."""
    if not _is_softmax(context):
        return None
    c, last = Cells(context), context.depth
    a = [c.a(last, j) for j in range(context.sizes[-1])]
    first = context.run(ACTIVATION, last).area(step=0, sample=0, fixed=True)
    if first is None:
        return None
    return Proof(
        (total(a[1:]), told(lambda n: n.a(last)[1:].sum())),
        (total(a), told(lambda n: n.a(last).sum())),
        (call("SUM", first), told(lambda n: n.numbers.trace[ACTIVATION, last][0, 0].sum())),
    )


def _targets(context: Context) -> Proof | None:
    """δ of the first output for targets twice as large, whose sum is 2 where it was 1."""
    if not _is_softmax(context) or context.net.loss is not CROSS_ENTROPY:
        return None
    c, last, units = Cells(context), context.depth, range(context.sizes[-1])
    a, t, base = c.a(last, 0), [2 * c.t(j) for j in units], ln(context.loss_hyper["log_base"])

    def ln_b(n: Arrays) -> float:
        return float(np.log(n.numbers.loss_hyper["log_base"]))

    def measured(n: Arrays) -> float:
        z = n.z(last)
        moved = []
        for by in (H, -H):
            up = z + by * np.eye(len(z))[0]
            moved.append(-2 * n.t @ (up - up.max() - np.log(np.exp(up - up.max()).sum())))
        return float(moved[0] - moved[1]) / (2 * H) / ln_b(n)

    def loss(by: float) -> Expression:
        """Σ 2t·ln Σe^z − 2t₀·z₀, but for what the move of z₀ does not change."""
        spread = ln(1 + a * (exp(Number(by)) - 1))
        return (total(t) * spread - t[0] * Number(by)) / base

    return Proof(
        ((a - t[0]) / base, told(lambda n: (n.a(last)[0] - 2 * n.t[0]) / ln_b(n))),
        (
            (a * total(t) - t[0]) / base,
            told(lambda n: 2 * (n.a(last)[0] * n.t.sum() - n.t[0]) / ln_b(n)),
        ),
        ((loss(H) - loss(-H)) / (2 * Number(H)), told(measured)),
    )


SLIPS = (
    Slip(
        "1, z of the output layer",
        "z = a W + B",
        "z = W a + b",
        "entries that a must have; measured: values that the layer takes",
        _row_times_matrix,
    ),
    Slip(
        "2.1 and 5.1, dc/da of c = ½Σ(t − a)²",
        "t − a",
        "a − t",
        "first output of the chosen step; measured as a central difference",
        _sign,
    ),
    Slip(
        "2.1, matrix form",
        "c = ½((t − a)∘(t − a)), a vector",
        "c = ½(t − a)ᵀ(t − a)",
        "printed: its first number; measured: the loss on Training",
        _vector,
    ),
    Slip(
        "4, z of a unit",
        "z = a·w + b, without a sum",
        "z = Σ a·w + b, over all sources",
        "first output of the chosen step, printed with source 0; measured: Training",
        _sum,
    ),
    Slip(
        "5.1.1, layer L−1, dz/dw",
        "a_q of layer L−1",
        "a_q of layer L−2",
        "gradient of the layer’s first weight; measured: Gradient check",
        _value_below,
    ),
    Slip(
        "5.1.2, layer L−1",
        "dc/dz · W",
        "Wᵀ · dc/dz",
        "columns of the left factor; measured: entries of dc/dz, the rows of the right one",
        _untransposed,
    ),
    Slip(
        "4 and 5, dc/dW = dc/dz · dz/dW",
        "dc/dz · a, without a transpose",
        "dc/dz · aᵀ",
        "how many numbers it has, output layer; measured: numbers in W",
        _outer,
    ),
    Slip(
        "5.2.1, the sum that is 1",
        "Σt = 1, as the outputs of softmax sum to 1",
        "a matter of the targets: δ = (aΣt − t)/ln b",
        "δ of the first output for twice the targets; measured as a central difference",
        _targets,
    ),
    Slip(
        "5.2.1, where sums begin",
        "i from 1",
        "i from 0, as units count from 0",
        "sum of the outputs; measured: their sum at step 0",
        _from_one,
    ),
    Slip(
        "B, da/dz",
        "a column of sums, or the row of all a times a matrix",
        "the matrix itself: diag(a) times that matrix",
        "its first number; measured as a central difference",
        _zeros,
    ),
)
