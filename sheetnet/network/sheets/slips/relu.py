"""What shows the slips in Bhadani's derivation of a ReLU neuron on N examples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sheetnet.expressions.formula import (
    Expression,
    Number,
    Ref,
    call,
    guard,
    total,
    when,
)
from sheetnet.network.engine import FloatArray, train
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import (
    ACTIVATION,
    BIAS,
    DELTA,
    INPUT,
    SAMPLE,
    SOURCE,
    STEP,
    TARGET,
    UNIT,
    WEIGHT,
    Quantity,
    Z,
)
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.slips.slip import Proof

#: Sums of so many examples are written out.
MOST_EXAMPLES = 20


def _relu(context: Context) -> bool:
    """Whether the network is one ReLU on several examples with a mean squared error."""
    net = context.net
    return (
        bool(context.dense)
        and context.sizes[1:] == (1,)
        and context.dense[0].activation.name == "relu"
        and context.dense[0].bias is BIAS
        and net.loss.name == "squared_error"
        and net.reduction.name == "mean"
        and not net.learns_from
        and 1 < context.samples <= MOST_EXAMPLES
    )


def gradient(parameter: Quantity) -> Callable[[Context], Proof | None]:
    """2/N·Σ e·x over all examples, over those with z > 0, and the gradient on Training."""
    place = {UNIT: 0, SOURCE: 0} if parameter == WEIGHT else {UNIT: 0}

    def proof(context: Context) -> Proof | None:
        if not _relu(context) or context.net.penalties:
            return None
        slope = context.dense[0].activation.cell_slope
        assert slope
        terms: list[Expression] = []
        active: list[Expression] = []
        for n in range(context.samples):
            z = context.of_step(Z, 1, **{SAMPLE: n})
            term: Expression = z - context.fed(TARGET).ref(sample=n, unit=0, fixed=True)
            if parameter == WEIGHT:
                term = term * context.fed(INPUT).ref(sample=n, unit=0, fixed=True)
            terms.append(term)
            active.append(slope(z, z, {}) * term)
        two = Number(2) / context.samples

        def summed(numbers: Numbers, *, masked: bool) -> float:
            z, y = numbers.now(Z, 1)[:, 0], numbers.targets[:, 0]
            x = numbers.inputs[:, 0] if parameter == WEIGHT else np.ones_like(y)
            # Where a neuron is active, its δ is 2e; elsewhere it is 0.
            mask = numbers.now(ACTIVATION, 1)[:, 0] > 0 if masked else np.ones_like(y)
            return float(2 * np.mean((z - y) * x * mask))

        key = tuple(place.values())
        return Proof(
            (two * total(terms), lambda m: summed(m, masked=False)),
            (two * total(active), lambda m: summed(m, masked=True)),
            (
                context.of_step(parameter.gradient, 1, **place),
                lambda m: float(m.now(parameter.gradient, 1)[key]),
            ),
        )

    return proof


def one_x(context: Context) -> Proof | None:
    """1/N·Σ −2vᵢx over the active examples, x of the first one, and each with its own."""
    if not _relu(context) or context.net.penalties:
        return None
    slope = context.dense[0].activation.cell_slope
    assert slope
    x = [context.fed(INPUT).ref(sample=n, unit=0, fixed=True) for n in range(context.samples)]
    twice: list[Expression] = []
    for n in range(context.samples):
        z = context.of_step(Z, 1, **{SAMPLE: n})
        y = context.fed(TARGET).ref(sample=n, unit=0, fixed=True)
        twice.append(slope(z, z, {}) * 2 * (z - y))

    def summed(numbers: Numbers, x: FloatArray) -> float:
        return float(np.mean(numbers.now(DELTA, 1)[:, 0] * x))

    place = {UNIT: 0, SOURCE: 0}
    return Proof(
        (
            total([each * x[0] for each in twice]) / context.samples,
            lambda m: summed(m, m.inputs[0, 0]),
        ),
        (
            total([each * own for each, own in zip(twice, x, strict=True)]) / context.samples,
            lambda m: summed(m, m.inputs[:, 0]),
        ),
        (
            context.of_step(WEIGHT.gradient, 1, **place),
            lambda m: float(m.now(WEIGHT.gradient, 1)[0, 0]),
        ),
    )


def jacobian(context: Context) -> Proof | None:
    """The derivative of N values by N sums: N numbers on a diagonal, N² in all."""
    if not _relu(context):
        return None
    count = context.samples
    sums, values = (context.run(q, 1).area(fixed=True, **{STEP: 0}) for q in (Z, ACTIVATION))
    if sums is None or values is None:
        return None
    return Proof(
        (Number(count), count),
        (Number(count * count), count * count),
        (call("COUNT", sums) * call("COUNT", values), count * count),
        counts=True,
    )


def row_and_column(context: Context) -> Proof | None:
    """A row of N targets and a column of N values: their difference has N × N numbers."""
    if not _relu(context):
        return None
    count = context.samples
    targets = context.fed(TARGET).area(unit=0, fixed=True)
    return Proof(
        (Number(count * count), count * count),
        (Number(count), count),
        (call("COUNT", targets), count),
        counts=True,
    )


def column(context: Context) -> Proof | None:
    """∂C/∂w as Xᵀe has as many rows as there are weights."""
    if not _relu(context) or context.sizes[0] < 2:
        return None
    count = context.sizes[0]
    weights = context.run(WEIGHT.gradient, 1).area(fixed=True, **{STEP: 0})
    assert weights
    return Proof(
        (Number(1), 1), (Number(count), count), (call("COUNT", weights), count), counts=True
    )


def dead(context: Context) -> Proof | None:
    """An example with negative inputs alone, at the last step: what the neuron makes of it."""
    if not _relu(context):
        return None
    data = np.array(context.lesson.data.inputs, float)
    negative = [n for n in range(context.samples) if (data[n] < 0).all()]
    last = context.steps
    awake = [n for n in negative if train(context.lesson)[ACTIVATION, 1][last, n, 0] > 0]
    if not awake:
        return None
    n = awake[0]
    place = {STEP: last, SAMPLE: n, UNIT: 0}
    z: Ref = context.run(Z, 1).ref(fixed=True, **place)
    u = context.run(ACTIVATION, 1).ref(fixed=True, **place)

    def value(numbers: Numbers) -> float:
        return float(numbers.trace[ACTIVATION, 1][last, n, 0])

    return Proof(
        (Number(0), 0.0),
        (guard(when(z > 0, z, 0)), lambda m: max(0.0, _z(m, n))),
        (u, value),
        decided=True,
    )


def _z(numbers: Numbers, n: int) -> float:
    return float(numbers.trace[Z, 1][-1, n, 0])
