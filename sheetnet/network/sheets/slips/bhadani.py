"""Slips in CPE 486/586, 03 Introducing Deep Learning, Rahul Bhadani, 2026.

Numbers that are printed wrongly stand in the lesson file that prints them (`slips.printed`).
"""

from __future__ import annotations

import numpy as np

from sheetnet.expressions.formula import (
    Expression,
    Number,
    call,
    exp,
    guard,
    ln,
    maximum,
    minimum,
)
from sheetnet.network.engine import FloatArray
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import (
    ACTIVATION,
    BIAS,
    DELTA,
    SAMPLE,
    SOURCE,
    STEP,
    TARGET,
    UNIT,
    WEIGHT,
    Z,
)
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.slips import relu
from sheetnet.network.sheets.slips.slip import Cells, H, Proof, Slip

#: So many weights of a layer are compared one by one.
MOST_WEIGHTS = 20


# A binary cross-entropy --------------------------------------------------------------


def _one_probability(context: Context) -> bool:
    """Whether the only output is a probability, in layers that work unit by unit."""
    by_unit = all(layer.activation.cell_slope for layer in context.dense)
    return (
        bool(context.dense)
        and by_unit
        and context.net.loss.name == "binary_cross_entropy"
        and context.sizes[-1] == 1
    )


def _softplus(x: Expression) -> Expression:
    """ln(1 + eˣ), whose power never overflows."""
    return guard(maximum(0, x)) + ln(1 + exp(-call("ABS", x)))


def _loss(z: Expression, target: Expression) -> Expression:
    """The cross-entropy of σ(z)."""
    return target * _softplus(-z) + (1 - target) * _softplus(z)


def _loss_of(z: float, target: float) -> float:
    return float(target * np.logaddexp(0, -z) + (1 - target) * np.logaddexp(0, z))


def _output(numbers: Numbers) -> tuple[float, float, float]:
    """z, ŷ and y of the chosen step and example."""
    n, last = numbers.sample, numbers.net.depth
    z, a = (float(numbers.now(q, last)[n, 0]) for q in (Z, ACTIVATION))
    return z, a, float(numbers.targets[n, 0])


def _confident(context: Context) -> Proof | None:
    if not _one_probability(context):
        return None
    last, target = context.depth, context.given(TARGET, 0)
    z, a = (context.of_step(q, last) for q in (Z, ACTIVATION))

    def measured(numbers: Numbers) -> float:
        at, _, y = _output(numbers)
        return (_loss_of(at + H, y) - _loss_of(at - H, y)) / (2 * H)

    return Proof(
        (a * (1 - a), lambda m: _output(m)[1] * (1 - _output(m)[1])),
        (a - target, lambda m: _output(m)[1] - _output(m)[2]),
        ((_loss(z + H, target) - _loss(z - H, target)) / (2 * H), measured),
    )


def _any_layer(context: Context) -> Proof | None:
    """∂L/∂z of the first unit under the output, measured by moving that z."""
    if not _one_probability(context) or context.depth < 2:
        return None
    last, below = context.depth, context.dense[-2]
    target, z, a = context.given(TARGET, 0), context.of_step(Z, last), context.of_step(Z, last - 1)
    held, weight = context.of_step(ACTIVATION, last - 1), context.of_step(WEIGHT, last)
    out = context.of_step(ACTIVATION, last)

    def moved(by: float) -> Expression:
        return z + weight * (below.applied([a + by], 0) - held)

    def measured(numbers: Numbers) -> float:
        own = numbers.net.layers[last - 2]
        n, (at, _, y) = numbers.sample, _output(numbers)
        z_below = numbers.now(Z, last - 1)[n, 0]
        value = numbers.now(ACTIVATION, last - 1)[n, 0]
        w = numbers.now(WEIGHT, last)[0, 0]
        activation = own.activation  # type: ignore[attr-defined]
        ends = activation.value(np.array([z_below + H, z_below - H]), own.hyper)
        up, down = (_loss_of(at + w * (end - value), y) for end in ends)
        return (up - down) / (2 * H)

    return Proof(
        (out - target, lambda m: _output(m)[1] - _output(m)[2]),
        (
            context.of_step(DELTA, last - 1),
            lambda m: float(m.now(DELTA, last - 1)[m.sample, 0]),
        ),
        ((_loss(moved(H), target) - _loss(moved(-H), target)) / (2 * H), measured),
    )


# The updates of one step --------------------------------------------------------------


def _weight_changes(context: Context, layer: int) -> tuple[list[Expression], list[Expression]]:
    """What the first step adds to a layer's weights: −η·gradient, and new − old."""
    rate, run = context.hyper["learning_rate"], context.run(WEIGHT, layer)
    gradients = context.run(WEIGHT.gradient, layer)
    computed: list[Expression] = []
    seen: list[Expression] = []
    for unit, source in np.ndindex(context.sizes[layer], context.sizes[layer - 1]):
        at = {UNIT: unit, SOURCE: source}
        computed.append(call("ABS", -rate * gradients.ref(fixed=True, **{STEP: 0}, **at)))
        new, old = (run.ref(fixed=True, **{STEP: step}, **at) for step in (1, 0))
        seen.append(call("ABS", new - old))
    return computed, seen


def _smallest(context: Context) -> Proof | None:
    """Whether all changes of the first layer are smaller than those of the second."""
    net = context.net
    if context.depth < 3 or not context.steps or not net.is_plain or not _one(context):
        return None
    if context.sizes[1] * context.sizes[2] > MOST_WEIGHTS:
        return None
    first, (second, seen) = _weight_changes(context, 1)[0], _weight_changes(context, 2)

    def changes(numbers: Numbers, layer: int) -> FloatArray:
        run = numbers.trace[WEIGHT, layer]
        found: FloatArray = np.abs(run[1] - run[0])
        return found

    return Proof(
        (guard(maximum(*first)), lambda m: float(changes(m, 1).max())),
        (guard(minimum(*second)), lambda m: float(changes(m, 2).min())),
        (guard(minimum(*seen)), lambda m: float(changes(m, 2).min())),
    )


def _one(context: Context) -> bool:
    """Whether every weight learns, on a single example."""
    net = context.net
    learn = all(net.trained(q, at).all() for q, at in net.parameters())
    return bool(context.dense) and context.samples == 1 and learn


def _hidden(context: Context) -> Proof | None:
    if context.depth < 3 or not _one_probability(context):
        return None
    hidden = [context.of_step(ACTIVATION, layer) for layer in range(1, context.depth)]
    count = context.depth - 1
    return Proof(
        (Number(1), 1), (Number(count), count), (call("COUNT", *hidden), count), counts=True
    )


def _affine(context: Context) -> Proof | None:
    """w a with sources as the rows of w: it has as many columns as the layer has units."""
    if not _one_probability(context):
        return None
    layers = range(2, context.depth + 1)
    layer = next((n for n in layers if context.sizes[n] != context.sizes[n - 1]), None)
    if layer is None:
        return None
    cells, below = Cells(context), context.run(ACTIVATION, layer - 1)
    values = below.area(fixed=True, **{STEP: 0, SAMPLE: 0})
    if values is None:
        return None
    return Proof(
        (cells.count(WEIGHT, layer, source=0), context.sizes[layer]),
        (cells.count(WEIGHT, layer, unit=0), context.sizes[layer - 1]),
        (call("COUNT", values), context.sizes[layer - 1]),
        counts=True,
    )


SLIPS = (
    Slip(
        "A Simple Neural Network, the title",
        "one hidden layer",
        "two: with two neurons and with three",
        "hidden layers; measured: layers between input and output that have values",
        _hidden,
    ),
    Slip(
        "Chain Rule in Backpropagation",
        "z = w a + w₀",
        "z = wᵀ a + w₀, or a w + w₀: the first index of w is the source",
        "columns of w, the right one those of wᵀ, above the first layer; measured: values that it "
        "takes",
        _affine,
    ),
    Slip(
        "These Derivatives Are Well-Behaved",
        "ŷ(1 − ŷ) ≈ 0 prevents huge updates when confident but wrong",
        "∂L/∂z = ŷ − y, near ±1 there; ∂L/∂ŷ is as huge as ŷ(1 − ŷ) is small",
        "the output at the chosen step, printed as ŷ(1 − ŷ); measured: a central difference",
        _confident,
    ),
    Slip(
        "These Derivatives Are Well-Behaved",
        "∂L/∂z of any layer ℓ is ŷ − y",
        "so only in the output layer; below, the weights and slopes on the way count too",
        "first unit below the output; measured: a central difference by its z",
        _any_layer,
    ),
    Slip(
        "Layer 1 Weight Updates",
        "smallest updates: first layer weights",
        "the smallest one is there, but not all are smaller than those of layer 2",
        "first step: largest change of a weight in layer 1, smallest in layer 2; measured: new − "
        "old on Training",
        _smallest,
    ),
    Slip(
        "Activation function with differentiability, dead neuron",
        "dead where it receives only negative inputs",
        "where z is not above 0 for any example; negative inputs times negative weights are "
        "positive",
        "an example of negative inputs at the last step, u; measured: Training",
        relu.dead,
    ),
    Slip(
        "Derivative of Broadcast ReLU",
        "a vector of zeros and ones",
        "a diagonal matrix, by the Jacobian of the slides themselves",
        "numbers in ∂u/∂z; measured: values times sums",
        relu.jacobian,
    ),
    Slip(
        "Gradient of Neural Network Loss",
        "y a row, Xw + b a column",
        "both columns: else y − u is a matrix",
        "numbers in y − u; measured: targets",
        relu.row_and_column,
    ),
    Slip(
        "Gradient Computation, the first sum",
        "1/N·Σ −2vᵢ xᵀ, x without an index",
        "1/N·Σ −2vᵢ xᵢᵀ",
        "∂C/∂w₁ at the chosen step, printed with x of example 1; measured: Training",
        relu.one_x,
    ),
    Slip(
        "Gradient Computation",
        "∂C/∂w = 2/N·Σ e·xᵀ for the nonzero activation case",
        "2/N·Σ 1[z > 0]·e·xᵀ: the case belongs into the sum",
        "∂C/∂w₁ at the chosen step; measured: Training",
        relu.gradient(WEIGHT),
    ),
    Slip(
        "Error Term Substitution for Bias Gradient",
        "∂C/∂b = 2/N·Σ e",
        "2/N·Σ 1[z > 0]·e",
        "∂C/∂b at the chosen step; measured: Training",
        relu.gradient(BIAS),
    ),
    Slip(
        "Scalar vs. Vectorized Operations",
        "∂C/∂w a row, as in the derivation",
        "Xᵀe is a column, as in the table",
        "rows of ∂C/∂w; measured: weights on Training",
        relu.column,
    ),
)
