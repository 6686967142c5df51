"""Slips in Neural Network Mathematics 1.0, Fraser Sabine."""

from __future__ import annotations

from sheetnet.expressions.formula import Expression, square, total
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, BIAS, INPUT, TARGET, WEIGHT, Z
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.slips.slip import H, Proof, Slip

#: A sum of more products is no proof to look at.
MOST_SOURCES = 8


def _sign(context: Context) -> Proof:
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

    return Proof(
        (t - a, lambda numbers: pair(numbers)[1] - pair(numbers)[0]),
        (a - t, lambda numbers: pair(numbers)[0] - pair(numbers)[1]),
        ((cost(a + H) - cost(a - H)) / (2 * H), difference),
    )


def _sum(context: Context) -> Proof | None:
    last, sources = context.depth, context.sizes[-2]
    if not 1 < sources <= MOST_SOURCES:
        return None
    below = [
        context.of_step(ACTIVATION, last - 1, unit=k) if last > 1 else context.given(INPUT, k)
        for k in range(sources)
    ]
    weights = [context.of_step(WEIGHT, last, unit=0, source=k) for k in range(sources)]
    biases = [context.of_step(q, last, unit=0) for q in [context.dense[-1].bias] if q]
    products = [w * x for w, x in zip(weights, below, strict=True)]

    def one(numbers: Numbers) -> float:
        first = numbers.now(WEIGHT, last)[0, 0] * numbers.below(last)[numbers.sample, 0]
        return float(first + (numbers.now(BIAS, last).ravel()[0] if biases else 0.0))

    def summed(numbers: Numbers) -> float:
        return float(numbers.now(Z, last)[numbers.sample, 0])

    return Proof(
        (total([products[0], *biases]), one),
        (total([*products, *biases]), summed),
        (context.of_step(Z, last, unit=0), summed),
    )


SLIPS = (
    Slip(
        "2.1 and 5.1, dc/da of c = ½Σ(t − a)²",
        "t − a",
        "a − t",
        "first output of the chosen step; measured as a central difference",
        _sign,
    ),
    Slip(
        "4, z of a unit",
        "z = a·w + b, without a sum",
        "z = Σ a·w + b, over all sources",
        "first output of the chosen step, printed with source 0; measured: Training",
        _sum,
    ),
)
