"""What shows the slips in Sabine's derivation of softmax with cross entropy."""

from __future__ import annotations

import numpy as np

from sheetnet.expressions.formula import Expression, Number, call, exp, ln, total
from sheetnet.network.activations import SOFTMAX
from sheetnet.network.losses import CROSS_ENTROPY
from sheetnet.network.quantities import ACTIVATION
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.slips.slip import Arrays, Cells, H, Proof, told

#: Sums of more terms are no proof to look at.
MOST_UNITS = 8


def _is_softmax(context: Context) -> bool:
    few = 1 < context.sizes[-1] <= MOST_UNITS
    return few and context.dense[-1].activation is SOFTMAX


def zeros(context: Context) -> Proof | None:
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


def from_one(context: Context) -> Proof | None:
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


def targets(context: Context) -> Proof | None:
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
