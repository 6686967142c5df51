"""Slips in Neural Network Mathematics 1.0, Fraser Sabine."""

from __future__ import annotations

from sheetnet.expressions.formula import Expression, call, square, total
from sheetnet.expressions.rich import Rich, Run
from sheetnet.network.layers.dense import Dense
from sheetnet.network.losses import HALF_SQUARED_ERROR
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, BIAS, LOSS, WEIGHT, Z
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.slips import softmax
from sheetnet.network.sheets.slips.slip import (
    Arrays,
    Cells,
    H,
    Live,
    Proof,
    Slip,
    by_difference,
    told,
)

#: Sums of more terms are no proof to look at.
MOST_SOURCES = 8
A_Q = Rich((Run("a", 0, True), Run("q", -1, True)))


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


def _by_unit(context: Context, layer: int) -> bool:
    """Whether a layer works unit by unit, on one example, and its slopes can be asked for."""
    return layer > 0 and not context.batch and bool(context.dense[layer - 1].activation.cell_slope)


def _slope(context: Context, layer: int, unit: int) -> Live:
    """da/dz of a unit."""
    own, c = context.dense[layer - 1], Cells(context)
    assert own.activation.cell_slope and own.activation.slope
    value = own.activation.slope

    def claim(n: Arrays) -> float:
        z, a, held = n.z(layer), n.a(layer), n.numbers.net.layers[layer - 1]
        assert isinstance(held, Dense)
        return float(value(z, a, held.hyper)[unit])

    return own.activation.cell_slope(c.z(layer, unit), c.a(layer, unit), own.hyper), told(claim)


def _diagonal(context: Context) -> Proof | None:
    """The vector of slopes is the diagonal of the Jacobian, which has n² numbers."""
    last, units = context.depth, context.sizes[-1]
    if units == 1 or not _by_unit(context, last):
        return None
    z, a = (context.run(q, last).area(step=0, sample=0, fixed=True) for q in (Z, ACTIVATION))
    if z is None or a is None:
        return None
    return Proof(
        (call("COUNT", a), units),
        (call("COUNT", a) * call("COUNT", a), units * units),
        (call("COUNT", z) * call("COUNT", a), units * units),
        counts=True,
    )


def _three_axes(context: Context) -> Proof | None:
    """dz/dW has a number for each z and each weight."""
    last, units, sources = context.depth, context.sizes[-1], context.sizes[-2]
    z = context.run(Z, last).area(step=0, sample=0, fixed=True)
    if units == 1 or z is None:
        return None
    c = Cells(context)
    weights = context.knob(WEIGHT, last).whole(fixed=True)
    row, column = c.count(WEIGHT, last, unit=0), c.count(WEIGHT, last, source=0)
    return Proof(
        (row, sources),
        (column * row * column, units * units * sources),
        (call("COUNT", z) * call("COUNT", weights), units * units * sources),
        counts=True,
    )


def _rows_of_jacobian(context: Context) -> Proof | None:
    """dz/da as B lays it has a row for each a; section 4 says W, with a row for each z."""
    last, units, sources = context.depth, context.sizes[-1], context.sizes[-2]
    z = context.run(Z, last).area(step=0, sample=0, fixed=True)
    if units == sources or z is None:
        return None
    c = Cells(context)
    return Proof(
        (c.count(WEIGHT, last, unit=0), sources),
        (call("COUNT", z), units),
        (c.count(WEIGHT, last, source=0), units),
        counts=True,
    )


def _left_side(context: Context) -> Proof | None:
    """The gradient of a hidden weight, with itself among its factors."""
    layer = context.depth - 1
    if not _by_unit(context, layer):
        return None
    c, (slope, value) = Cells(context), _slope(context, layer, 0)
    assert callable(value)
    gradient = context.of_step(WEIGHT.gradient, layer, unit=0, source=0)

    def printed(numbers: Numbers) -> float:
        own = float(numbers.now(WEIGHT.gradient, layer)[0, 0])
        return float(own * value(numbers) * Arrays(numbers).a(layer - 1)[0])

    return by_difference(
        context,
        WEIGHT,
        layer,
        {"unit": 0, "source": 0},
        (gradient * slope * c.a(layer - 1, 0), printed),
        (
            c.delta(layer, 0) * c.a(layer - 1, 0),
            told(lambda n: n.delta(layer)[0] * n.a(layer - 1)[0]),
        ),
    )


def _chain(context: Context) -> Proof | None:
    """dc/dz of an output: two derivatives multiplied, not added."""
    last = context.depth
    if context.net.loss is not HALF_SQUARED_ERROR or not _by_unit(context, last):
        return None
    c, (slope, value) = Cells(context), _slope(context, last, 0)
    assert callable(value)
    error = c.a(last, 0) - c.t(0)

    def by_a(numbers: Numbers) -> float:
        n = Arrays(numbers)
        return float(n.a(last)[0] - n.t[0])

    return Proof(
        (error + slope, lambda m: by_a(m) + value(m)),
        (error * slope, lambda m: by_a(m) * value(m)),
        (c.delta(last, 0), told(lambda n: n.delta(last)[0])),
    )


def _total(context: Context) -> Proof | None:
    """dc/da of a hidden unit, which moves all z of the output layer, each by its weight."""
    last, units = context.depth, context.sizes[-1]
    layer = last - 1
    if not _by_unit(context, layer) or not 1 < units <= MOST_SOURCES:
        return None
    own = context.dense[layer - 1].bias
    if not own or not own.axes:
        return None
    c, (slope, value) = Cells(context), _slope(context, layer, 0)
    assert callable(value)
    plain = total([c.delta(last, j) for j in range(units)])
    weighed = total([c.delta(last, j) * c.w(last, j, 0) for j in range(units)])
    return by_difference(
        context,
        BIAS,
        layer,
        {"unit": 0},
        (plain * slope, lambda m: float(Arrays(m).delta(last).sum()) * value(m)),
        (
            weighed * slope,
            lambda m: float(Arrays(m).delta(last) @ Arrays(m).w(last)[:, 0]) * value(m),
        ),
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
        "3.1, matrix form",
        "da/dz = a∘(1 − a), a vector",
        "the diagonal of a Jacobian, right with ∘ only",
        "numbers in da/dz, output layer; measured: values times sums",
        _diagonal,
    ),
    Slip(
        "4, z of a unit",
        "z = a·w + b, without a sum",
        "z = Σ a·w + b, over all sources",
        "first output of the chosen step, printed with source 0; measured: Training",
        _sum,
    ),
    Slip(
        "4, matrix form, dz/dW",
        "a of layer L−1, a vector",
        "an array with three indices: a matrix for each z",
        "how many numbers it has; measured: z times weights of the output layer",
        _three_axes,
    ),
    Slip(
        "5.1.1, layer L−1, dz/dw",
        A_Q + " of layer L−1",
        A_Q + " of layer L−2",
        "gradient of the layer’s first weight; measured: Gradient check",
        _value_below,
    ),
    Slip(
        "5.1.1, layer L−1, the last line",
        "dc/dw · da/dz · dz/dw on its left",
        "dc/da · da/dz · dz/dw",
        "gradient of the layer’s first weight; measured: Gradient check",
        _left_side,
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
        "a matter of the targets: dc/dz = (aΣt − t)/ln(b)",
        "dc/dz of the first output for twice the targets; measured as a central difference",
        softmax.targets,
    ),
    Slip(
        "5.2.1, where sums begin",
        "i from 1",
        "i from 0, as units count from 0",
        "sum of the outputs; measured: their sum at step 0",
        softmax.from_one,
    ),
    Slip(
        "A and B, “chain rule”",
        "(f + g)′ = f′ + g′",
        "that is the sum rule; the chain rule multiplies",
        "dc/dz of the first output, printed: dc/da + da/dz; measured: Training",
        _chain,
    ),
    Slip(
        "B, rule for Jacobians, beside section 4",
        "a row for each variable",
        "a row for each function: dz/da = W",
        "rows of dz/da, output layer; measured: rows of W",
        _rows_of_jacobian,
    ),
    Slip(
        "B, total derivative",
        "the sum of all partial derivatives",
        "each one times how fast its variable moves",
        "first hidden unit, Σ dc/dz without and with the weights, times its slope; measured: "
        "Gradient check of its bias",
        _total,
    ),
    Slip(
        "B, da/dz",
        "a column of sums, or the row of all a times a matrix",
        "the matrix itself: diag(a) times that matrix",
        "its first number; measured as a central difference",
        softmax.zeros,
    ),
)
