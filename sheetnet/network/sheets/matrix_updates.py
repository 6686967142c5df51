"""The update of a step as matrix equations, behind its passes, for the sheet Matrices."""

from __future__ import annotations

from sheetnet.expressions.formula import Binary, Expression, call
from sheetnet.expressions.rich import Rich
from sheetnet.network.quantities import (
    DELTA,
    SHARED_BIAS,
    WEIGHT,
)
from sheetnet.network.sheets.matrix_parameters import rectangles
from sheetnet.network.sheets.matrix_passes import TRANSPOSED, Passes
from sheetnet.network.sheets.matrix_writer import (
    Part,
    Placed,
)
from sheetnet.network.sheets.shown import NEXT_BIAS, NEXT_WEIGHT
from sheetnet.network.sums import divided
from sheetnet.workbook.styles import BACKWARD, UPDATE


class Updates(Passes):
    """The passes, and the update that follows them."""

    def update(self, layer: int) -> None:
        """The gradient as a product, and the new weights."""
        context, writer, rows = self.context, self.writer, self.delta_rows
        bias = self.laid.bias(layer)
        sources, units = context.sizes[layer - 1] + bool(bias), context.sizes[layer]
        writer.heading(f"Update: {self.symbols.layer(layer)}")
        delta = (self._delta_name(layer), self.delta[layer].area, BACKWARD)
        ones = self._ones(layer, not rows)
        if rows:
            self._product((sources, context.samples, units), ones, delta)
        else:
            self._product((units, context.samples, sources), delta, ones)
        left, above = self._factors
        self._hold_ones(layer, left if rows else above, not rows)
        deltas = above if rows else left
        writer.holds(DELTA, layer, deltas.area, *self._axes(rows))
        title = self._derivative(self.notation.cost_letter, "W", layer)
        below = self._below(layer, not rows)
        title = title + " = " + self._times(below, self._delta_name(layer), rows)
        product = self._over_examples(call("MMULT", left.area, above.area))
        if context.samples > 1:
            title = title + f": {context.net.reduction.written} of {context.samples}"
        by_bias = bias.gradient if bias else None
        gradient = writer.matrix(
            left.top,
            above.left,
            (left.rows, above.columns),
            title,
            product,
            BACKWARD,
            self.laid.elements(WEIGHT.gradient, by_bias, layer, rows),
        )
        self._hold_parameters(WEIGHT.gradient, by_bias, layer, gradient, rows, indexed=True)
        writer.sign(left.top, gradient.right + 2, "→")
        held = self.weights[layer]
        kept, column = {}, gradient.right + 3
        trained = self.laid.trained(layer)
        for state in context.net.optimiser.state if trained.any() else ():
            kept[state] = self._kept(state, layer, left.top, column)
            column = kept[state].right + 3
        name = "new " + self.symbols.matrix("W", layer)
        if not kept and trained.any():
            gradient_name = self._derivative(self.notation.cost_letter, "W", layer)
            taken = "(" + gradient_name + ")" + TRANSPOSED if self.turned else gradient_name
            name += " = " + self.symbols.matrix("W", layer) + " − "
            name += self.symbols.learning_rate + "·" + taken
        name += self.laid.what_stays(layer)
        writer.right = max(writer.right, column + 5)
        shape = (held.rows, held.columns)
        parts = [
            Part(part, self._stepped(held, gradient, kept, part) if moves else held.part(*part))
            for part, moves in rectangles(trained)
        ]
        after = writer.matrix(left.top, column, shape, name, parts, UPDATE)
        next_bias = NEXT_BIAS if bias else None
        self._hold_parameters(NEXT_WEIGHT, next_bias, layer, after, self.rows, indexed=True)
        if layer in self.shared:
            self._update_shared(layer, deltas, column)
        writer.row = max(left.bottom, after.bottom) + 2

    def _update_shared(self, layer: int, deltas: Placed, column: int) -> None:
        """The gradient of the bias that all units share, and the new bias."""
        context, held = self.context, self.shared[layer]
        summed = self._over_examples(call("SUM", deltas.area))
        d = self.notation.derivative
        title = f"{d}{self.notation.cost_letter}/{d}" + self.symbols.shared_bias(layer) + " = Σδ"
        if isinstance(summed, Binary):
            title += f"/{context.samples}"
        gradient = self._corner(layer, SHARED_BIAS.gradient, title, summed, indexed=True)
        number, new = context.step + 1, "new " + self.symbols.shared_bias(layer)
        after: Expression = held.area
        if context.net.trains(SHARED_BIAS, layer, {}):
            optimiser, hyper = context.net.optimiser, context.hyper
            kept: dict[str, Expression] = {}
            for state in optimiser.state:
                placed = self._corner(layer, SHARED_BIAS.kept(state), left=column)
                kept[state], column = placed.area, placed.right + 3
            state_after = optimiser.cells_state(gradient.area, kept, hyper, number)
            after = optimiser.cells(held.area, gradient.area, state_after, hyper, number)
        else:
            new += "; stays"
        self._corner(layer, NEXT_BIAS, new, after, left=column, indexed=True)

    def _over_examples(self, summed: Expression) -> Expression:
        """A sum over the examples as the cost takes it: over their number, for a mean."""
        return divided(summed, self.context.net.reduction.divisor(self.context.samples))

    def _kept(self, state: str, layer: int, top: int, left: int) -> Placed:
        """What the optimiser keeps of the weights and of the biases, where they learn."""
        held, net = self.weights[layer], self.context.net
        weight, bias = (
            parameter.kept(state) if parameter and net.trained(parameter, layer).any() else None
            for parameter in (WEIGHT, self.laid.bias(layer))
        )
        content = self.laid.elements(weight, bias, layer, self.rows)
        shape = (held.rows, held.columns)
        placed = self.writer.matrix(top, left, shape, Rich(()) + state, content, UPDATE)
        self._hold_parameters(weight, bias, layer, placed, self.rows)
        return placed

    def _stepped(
        self,
        held: Placed,
        gradient: Placed,
        kept: dict[str, Placed],
        part: tuple[slice, slice],
    ) -> Expression:
        """One update of a part of the weights."""
        rows, columns = part
        optimiser, hyper = self.context.net.optimiser, self.context.hyper
        moved = gradient.part(columns, rows) if self.turned else gradient.part(rows, columns)
        by = self._turn(moved)
        number = self.context.step + 1
        state = {name: placed.part(*part) for name, placed in kept.items()}
        new = optimiser.cells_state(by, state, hyper, number)
        return optimiser.cells(held.part(*part), by, new, hyper, number)
