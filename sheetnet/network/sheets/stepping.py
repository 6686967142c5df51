"""The update of a parameter in cells, for every sheet that shows one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sheetnet.expressions.formula import Expression
from sheetnet.network.quantities import Quantity
from sheetnet.network.sheets.context import Context


class Update:
    """An update of parameters: its hyper-parameters, rate and whatever else all share.

    `at(quantity)` is the cell of what all parameters share in it (the scheduled rate, a
    correction, the clip factor); left out, it is looked up for the chosen step. `number` is the
    number of the update, from 1.
    """

    def __init__(
        self,
        context: Context,
        at: Callable[[Quantity], Expression] | None = None,
        number: Expression | None = None,
    ) -> None:
        self.net = context.net
        shared = {key: (at or context.of_step)(q) for key, q in self.net.shared.items()}
        self.hyper: dict[str, Expression] = {**context.hyper, **shared}
        self.number = context.step + 1 if number is None else number

    def taken(self, gradient: Expression) -> Expression:
        """What the update takes of a gradient."""
        clipping = self.net.clipping
        return clipping.cell(gradient, self.hyper) if clipping else gradient

    def state(self, gradient: Expression, kept: Mapping[str, Expression]) -> dict[str, Expression]:
        """What the optimiser keeps after it, from what it kept before."""
        taken = self.taken(gradient)
        return self.net.optimiser.cells_state(taken, kept, self.hyper, self.number)

    def of(
        self,
        held: Expression,
        gradient: Expression,
        kept: Mapping[str, Expression] | None = None,
        new: Mapping[str, Expression] | None = None,
    ) -> Expression:
        """The parameter after it; `new` are the cells of the new state, where it has any."""
        new = self.state(gradient, kept or {}) if new is None else new
        return self.net.optimiser.cells(held, self.taken(gradient), new, self.hyper, self.number)
