"""What a slip of a document is: what is printed, what is right, and what shows it.

A document's list is data: texts, and the name of a proof. A proof points at this workbook's own
cells: a number of Training, a central difference of its cost, the count of a range.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sheetnet.expressions.formula import Expression
from sheetnet.expressions.rich import Rich
from sheetnet.network.sheets.context import Context
from sheetnet.workbook.model import Claimed

#: The step of central differences on Notation.
H = 1e-4

#: A live number, and what it must be.
Live = tuple[Expression, Claimed]


@dataclass(frozen=True)
class Proof:
    """What follows from the printed, what from the right, and what is measured.

    The numbers may be `counts`, of rows or of columns; those that differ in their last digits
    only are `fine`, and no differences.
    """

    printed: Live
    right: Live
    measured: Live
    counts: bool = False
    fine: bool = False


@dataclass(frozen=True)
class Slip:
    """Where it stands, cited by section, what is printed, what is right, and what shows it.

    `proof(context)` is None where a lesson does not meet the slip: then it is not there.
    """

    where: str
    printed: Rich | str
    right: Rich | str
    shown: str
    proof: Callable[[Context], Proof | None]


def slope(f: Callable[[float], Expression], x: float) -> Expression:
    """The central difference of f at x."""
    return (f(x + H) - f(x - H)) / (2 * H)
