"""Penalties: what the cost adds for large weights. Biases are left alone.

To add one, write one `Penalty` and put it into `PENALTIES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sheetnet.expressions.formula import Expression, call, total
from sheetnet.network.hyper import HyperParameter
from sheetnet.network.quantities import WEIGHT, Quantity, Role
from sheetnet.network.scalars import scalar

#: What the penalties of a lesson add to its cost.
PENALTY = scalar(
    "penalty",
    "penalty",
    lambda s: "R",
    "What the cost adds for the weights: the larger they are, the more.",
    Role.FORWARD,
)
#: The parameters that a penalty is about.
PENALISED = WEIGHT.name


@dataclass(frozen=True)
class Penalty:
    """λ times a function of the weights, summed over all of them.

    `hyper` is its strength λ, whose key in a lesson file asks for it. `value(w)` is the function
    of every weight of an array, `slope(w)` its derivative; `cell(areas)` is the formula of the
    sum, `cell_slope(w)` that of the derivative. `kinks` says where the function has any.
    """

    hyper: HyperParameter
    written: str
    value: Callable[[Any], Any]
    slope: Callable[[Any], Any]
    cell: Callable[[list[Expression]], Expression]
    cell_slope: Callable[[Expression], Expression]
    kinks: tuple[float, ...] = ()


def _strength(name: str, about: str, symbol: str) -> HyperParameter:
    cell_name = "lambda" + name[-1]  # L1 and L2 are cells
    return HyperParameter(name, None, about, low=0.0, symbol=symbol, cell_name=cell_name)


def _in_chunks(cells: list[Expression], function: Callable[..., Expression]) -> Expression:
    """No function takes more than 255 arguments."""
    return total([function(*cells[n : n + 200]) for n in range(0, len(cells), 200)])


def _absolute(cells: list[Expression]) -> Expression:
    """Σ|w| of areas and cells: the positive ones, without the negative ones."""
    parts: list[Expression] = []
    for each in cells:
        if hasattr(each, "shape"):
            parts.append(call("SUMIF", each, ">0") - call("SUMIF", each, "<0"))
        else:
            parts.append(call("ABS", each))
    return total(parts)


L1 = Penalty(
    _strength("l1", "what each |w| adds to the cost: the penalty is lambda · Σ|w|", "λ₁"),
    "λ₁·Σ|w|",
    value=lambda w: np.abs(w),
    slope=lambda w: np.sign(w),
    cell=_absolute,
    cell_slope=lambda w: call("SIGN", w),
    kinks=(0.0,),
)

L2 = Penalty(
    _strength("l2", "what half of each w² adds to the cost: lambda/2 · Σw²", "λ₂"),
    "λ₂/2·Σw²",
    value=lambda w: w**2 / 2,
    slope=lambda w: w,
    cell=lambda cells: _in_chunks(cells, lambda *some: call("SUMSQ", *some)) / 2,
    cell_slope=lambda w: w,
)

PENALTIES: dict[str, Penalty] = {each.hyper.name: each for each in (L1, L2)}


@dataclass(frozen=True)
class Penalised:
    """A penalty of a lesson, and its strength: `given` by the lesson, or looked up when it is
    asked for, as a number that stands in a cell or as the cell."""

    penalty: Penalty
    given: float
    held: Callable[[str], Any] | None = None

    @property
    def strength(self) -> Any:
        return self.held(self.penalty.hyper.name) if self.held else self.given


def penalty_of(penalties: Iterable[Penalised], weights: Iterable[Any], first: int) -> Any:
    """What all penalties add, from the arrays of all weights, summed from axis `first` on."""
    added: Any = 0.0
    for array in weights:
        over = tuple(range(first, array.ndim))
        for each in penalties:
            added = added + each.strength * each.penalty.value(array).sum(axis=over)
    return added


def penalty_cell(penalties: Iterable[Penalised], weights: list[Expression]) -> Expression:
    """The same as a formula, from the cells and areas of all weights."""
    return total([each.strength * each.penalty.cell(weights) for each in penalties])


def kinks(penalties: Iterable[Penalised]) -> list[float]:
    """Where the penalties' functions have kinks."""
    return [at for each in penalties for at in each.penalty.kinks]


def quantities(penalties: tuple[Penalised, ...]) -> tuple[Quantity, ...]:
    """What stands in a column besides, where a lesson has penalties."""
    return (PENALTY,) if penalties else ()
