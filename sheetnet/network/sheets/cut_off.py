"""Curves of a run that leaves every bound: cut off, so that what came before can still be seen.

Axes of charts follow what is drawn: beside 1E+200 all else is a level line. Where the cost leaves
every bound (`own`), curves of weights and of outputs go no further than a few times what they
begin with, and their sheet says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sheetnet.expressions.figures import in_figures
from sheetnet.expressions.formula import (
    Area,
    Expression,
    Ref,
    guard,
    join,
    maximum,
    minimum,
    when,
)
from sheetnet.network.comparing import GROWN
from sheetnet.network.engine import FloatArray
from sheetnet.network.numbers import Numbers
from sheetnet.network.sheets import own
from sheetnet.network.sheets.context import Context
from sheetnet.sheets.words import NOTHING
from sheetnet.workbook import styles
from sheetnet.workbook.model import Sheet

#: Why curves are cut off: the run need not diverge, it may come back.
RISES = f": the cost rises more than {GROWN:,.0f}-fold."
#: How far curves reach that are not cut off: no number is larger.
NOWHERE = own.BEYOND
LOOK = styles.PLAIN.but(bold=True, size=9, colour=styles.RED)
Value = Callable[[Numbers], float]
Place = tuple[int, int]


def may_diverge(context: Context) -> bool:
    """Whether weights can grow without end: values without bounds or a penalty make them."""
    bounded = all(layer.activation.bounded for layer in context.dense)
    return bool(context.net.penalties) or not bounded


def write_cost(context: Context, sheet: Sheet, place: Place) -> None:
    """The sentence that says where curves of the cost are cut off, if they are."""
    end = own.ends()
    before = "The cost is drawn up to "
    _write(context, sheet, place, before, end, end < own.highest(), own.cut_off)


def _write(
    context: Context,
    sheet: Sheet,
    place: Place,
    before: str,
    end: Ref,
    is_cut: Expression,
    value: Value,
) -> None:
    words = when(is_cut, join([before, context.words.of(end), RISES]), NOTHING)

    def says(numbers: Numbers) -> str:
        if not own.is_cut_off(numbers):
            return NOTHING
        return before + in_figures(value(numbers)) + RISES

    sheet.put(*place, guard(words), LOOK, claim=says)


class Reach:
    """How far the curves of a sheet go up and down: the cell `end`.

    `first` are the cells of what they begin with, `starts` the same by NumPy.
    """

    def __init__(
        self,
        sheet: str,
        place: Place,
        first: Sequence[Area],
        starts: Callable[[Numbers], FloatArray],
    ) -> None:
        self.end = Ref(sheet, *place, True, symbol="curves reach ±", signless=True)
        self._first, self._starts = first, starts

    def write(self, context: Context, sheet: Sheet, said: Place, what: str) -> None:
        """The cell of the reach, its label to the left, and the sentence that says it."""
        row, column = self.end.row, self.end.column
        largest = guard(maximum(maximum(*self._first), -minimum(*self._first)))
        diverges = own.ends() < own.highest()
        reach = guard(when(diverges, own.CUT_OFF * (1 + largest), NOWHERE))
        small = styles.NUMBER.but(size=8, colour=styles.GREY, number_format="0.00")
        sheet.put(
            row, column - 1, "for the chart: cut off beyond ±", styles.LABEL_RIGHT.but(size=8)
        )
        sheet.put(row, column, reach, small, claim=self.value)
        before = f"{what} are drawn up to ±"
        _write(context, sheet, said, before, self.end, self.end < NOWHERE, self.value)

    def value(self, numbers: Numbers) -> float:
        """How far they go, by NumPy."""
        if not own.is_cut_off(numbers):
            return NOWHERE
        return float(own.CUT_OFF * (1 + np.abs(self._starts(numbers)).max()))

    def cell(self, number: Expression) -> Expression:
        """A point of a curve; where the run has no more numbers, neither has the curve."""
        return guard(maximum(-self.end, guard(minimum(self.end, number))))

    def drawn(self, value: Value) -> Value:
        """The same by NumPy."""

        def claim(numbers: Numbers) -> float:
            reach = self.value(numbers)
            return float(np.clip(value(numbers), -reach, reach))

        return claim
