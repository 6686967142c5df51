"""A central difference in cells: its number, and what it says of a gradient.

Gradient check and Chain rule share these formulas; the same from arrays is
`gradient_verdicts.Central`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sheetnet.expressions.formula import (
    Area,
    Expression,
    Ref,
    call,
    guard,
    maximum,
    minimum,
    total,
    when,
)
from sheetnet.network.net import Net
from sheetnet.network.sheets.gradient_verdicts import (
    BLUR,
    BLURRED,
    COARSE,
    CUT_OFF,
    FAR,
    KINK,
    LAST_DIGIT,
    PASSES,
    REMAINDER,
    SMALL,
)
from sheetnet.sheets.checks import FAILED
from sheetnet.sheets.checks import PASSED as TICK


@dataclass(frozen=True)
class Moved:
    """One of the two moves: the cells of the cost, of all values of the layers, and of those
    that have kinks, with where these are."""

    cost: Ref
    values: Area
    kinked: Sequence[tuple[Area, Any]]


@dataclass(frozen=True)
class CentralCells:
    """A gradient and a central difference beside it, with the cells that both stand in."""

    net: Net
    h: Expression | float
    up: Moved
    down: Moved
    analytic: Ref
    numeric: Ref

    def difference(self) -> Expression:
        """What stands in the cell `numeric`."""
        return (self.up.cost - self.down.cost) / (2 * self.h)

    def apart(self) -> Expression:
        return call("ABS", self.numeric - self.analytic)

    def size(self) -> Expression:
        """What the two are compared by."""
        return SMALL + call("ABS", self.analytic) + call("ABS", self.numeric)

    def blurred(self) -> Expression:
        """Whether the last digits of the cost, divided by 2h, are all that a difference tells."""
        hidden = self.up.cost * LAST_DIGIT / self.h
        return hidden > BLUR * (SMALL + call("ABS", self.analytic))

    def passes(self) -> tuple[str, ...]:
        """The verdicts that are no failure."""
        kinks = [KINK] if self.up.kinked else []
        return (TICK, BLURRED, COARSE, *kinks)

    def verdict(self, ratio: Expression) -> Expression:
        """What is said, where the two are so far apart by their size."""
        said: Expression = guard(when(self._bends(), COARSE, FAILED))
        if self.net.loss.cut_off:
            values = self.up.values
            said = guard(when(maximum(values) - minimum(values) >= CUT_OFF, BLURRED, said))
        said = guard(when(ratio <= PASSES, TICK, said))
        said = when(self.blurred(), BLURRED, said)
        return when(self._crosses(), KINK, said) if self.up.kinked else said

    def _bends(self) -> Expression:
        """Whether the bend of the cost within h may be larger than what is compared."""
        moved = call("SUMXMY2", self.up.values, self.down.values)
        far = guard(minimum(FAR, moved))
        bend = far * call("SQRT", far) / REMAINDER / self.h * (1 + self.up.cost)
        return bend > PASSES * self.size()

    def _crosses(self) -> Expression:
        """Whether some z is carried over a kink by one of the two moves only."""
        # Cell by cell: of two examples one may go up as the other goes down.
        apart = [
            (up > at) * 1 - (down > at) * 1
            for (up, at), (down, _) in zip(self.up.kinked, self.down.kinked, strict=True)
        ]
        return total([call("SUMPRODUCT", one * one) for one in apart]) > 0
