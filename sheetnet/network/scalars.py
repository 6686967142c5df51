"""Numbers of an update that are the same for all parameters: a rate, a correction.

Each stands in a column of Training, in the row whose update it belongs to: that of step n
takes the parameters from row n to row n + 1, and is update number n + 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sheetnet.expressions.formula import Expression
from sheetnet.expressions.rich import Rich, Run, rich
from sheetnet.network.quantities import Quantity, Role
from sheetnet.network.symbols import Symbols

Cells = Mapping[str, Expression]


@dataclass(frozen=True)
class Scalar:
    """A number of an update, which follows from the hyper-parameters and the step alone.

    `key` is what formulas of the update call it. `values(h, steps)` are the numbers of the
    given steps, counted from 0, from the hyper-parameters h. `first(h)` is the formula at step
    0, `following(above, h, step)` that of a later row, from the row above and the row's step.
    """

    key: str
    quantity: Quantity
    values: Callable[[Mapping[str, float], Any], Any]
    first: Callable[[Cells], Expression]
    following: Callable[[Expression, Cells, Expression], Expression]


def lettered(text: str) -> Rich:
    """A symbol with lowered figures as documents write it: β₁."""
    plain = text.translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789"))
    runs = [
        Run(new, 0 if new == old else -1, new == old) for new, old in zip(plain, text, strict=True)
    ]
    return Rich(tuple(runs))


def factor(symbol: Rich) -> Rich:
    """A symbol within a product: a sum stands in parentheses."""
    return "(" + symbol + ")" if " " in symbol.text else symbol


def scalar(
    name: str, title: str, symbol: Callable[[Symbols], Rich | str], note: str, role: Role
) -> Quantity:
    """A quantity without axes."""
    return Quantity(name, (), role, title, lambda s, layer, at: rich(symbol(s)), note)
