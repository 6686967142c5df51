"""The z of a whole set in one array formula, layer within layer: W f(… W X + b …) + b.

An activation that looks at its z several times multiplies what is in it. Where a formula would
grow too long, a layer on the way has cells of its own for its z, and the next formula begins there.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from sheetnet.expressions.dialects import LAST_COLUMN, LAST_ROW, OPEN_FORMULA
from sheetnet.expressions.formula import Area, Expression, call, over_ranges
from sheetnet.network.layers.dense import Dense

#: Characters that a formula here may have; programs take 8,192.
LONGEST = 8_000
#: A layer's weights and its biases, if it has any.
Parameters = tuple[Area, Area | None]
#: No reference to a range is longer.
_WIDEST = Area("", LAST_ROW - 1, LAST_COLUMN - 1, LAST_ROW, LAST_COLUMN)


@lru_cache(maxsize=16)
def runs(layers: tuple[Dense, ...]) -> tuple[tuple[Dense, ...], ...]:
    """The layers in runs, each so long as one formula holds."""
    found: list[tuple[Dense, ...]] = []
    run: tuple[Dense, ...] = ()
    for layer in layers:
        if run and _length((*run, layer), found[-1][-1] if found else None) > LONGEST:
            found.append(run)
            run = ()
        run = (*run, layer)
    return (*found, run)


def z_of(run: tuple[Dense, ...], parameters: Iterable[Parameters], below: Expression) -> Expression:
    """The z of the last layer of a run, units × examples.

    `below` is what its first layer is given, sources × examples.
    """
    for layer, (weights, biases) in zip(run, parameters, strict=True):
        z: Expression = call("MMULT", weights, below)
        if biases is not None:
            z = z + biases
        below = activation_of(layer, z)
    return z


def activation_of(layer: Dense, z: Expression) -> Expression:
    """What the next layer is given, where this one's z is a range."""
    return layer.activation.cell([z], 0, layer.hyper)


def _length(run: tuple[Dense, ...], before: Dense | None) -> int:
    below = activation_of(before, _WIDEST) if before else call("TRANSPOSE", _WIDEST)
    parameters = [(_WIDEST, _WIDEST if layer.bias else None) for layer in run]
    formula = over_ranges(z_of(run, parameters, below))
    return len(OPEN_FORMULA.write(formula, ""))
