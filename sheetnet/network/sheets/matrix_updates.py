"""The update of a step as matrix equations, behind its passes, for the sheet Matrices."""

from __future__ import annotations

from functools import cached_property

from sheetnet.expressions.formula import Area, Binary, Expression, Ref, call
from sheetnet.expressions.mathematics import written
from sheetnet.expressions.rich import Rich, rich
from sheetnet.network.clipping import CLIP_FACTOR
from sheetnet.network.quantities import BIAS, SHARED_BIAS, UNIT, WEIGHT, Quantity
from sheetnet.network.sheets.matrix_parameters import ALL, rectangles
from sheetnet.network.sheets.matrix_together import Together
from sheetnet.network.sheets.matrix_writer import LEFT, Content, Elements, Part, Placed
from sheetnet.network.sheets.shown import NEXT_BIAS, NEXT_WEIGHT
from sheetnet.network.sheets.stepping import Update
from sheetnet.network.states import titled
from sheetnet.network.sums import divided
from sheetnet.network.symbols import BIASES, WEIGHTS
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.styles import BACKWARD, GIVEN, UPDATE


class Updates(Together):
    """The passes, and the update that follows them."""

    def update(self, layer: int) -> None:
        """The gradient as a product, and the new weights; then the same of the biases."""
        context, writer, rows = self.context, self.writer, self.delta_rows
        bias = self.laid.bias(layer)
        sources, units = context.sizes[layer - 1] + bool(bias), context.sizes[layer]
        writer.heading(f"Update: {self.symbols.layer(layer)}")
        delta = (self.names.delta(layer), self.delta[layer].area, BACKWARD)
        held = self._held(layer, not rows)
        if rows:
            self._product((sources, context.samples, units), held, delta)
        else:
            self._product((units, context.samples, sources), delta, held)
        left, above = self._factors
        self._hold_values(layer, left if rows else above, not rows)
        deltas = above if rows else left
        self._hold_delta(layer, deltas)
        title = self.names.by_matrix(WEIGHTS, layer, self.symbols.cost_letter)
        below = self._held_name(layer, not rows)
        title = title + " = " + self.names.times(below, self.names.delta(layer), rows) + self._mean
        title = title + self._penalty(layer)
        product = self._gradient(layer, left, above)
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
        column = self._new_weights(layer, gradient)
        bottom = max(left.bottom, left.top + self.weights[layer].rows - 1)
        if layer in self.shared:
            self._update_shared(layer, deltas, column)
        writer.row = bottom + 2
        if layer in self.biases:
            self._update_biases(layer)

    def _gradient(self, layer: int, left: Placed, above: Placed) -> Content:
        """What the examples say of the weights; with penalties in two parts, since they leave
        biases alone."""
        if not self.context.net.penalties:
            return self._over_examples(call("MMULT", left.area, above.area))
        weights, biases = self.laid.parts(layer)
        parts = []
        for sources in (weights, biases):
            if sources is None:
                continue
            rows, columns = (sources, ALL) if self.delta_rows else (ALL, sources)
            factors = left.part(rows, ALL), above.part(ALL, columns)
            found = self._over_examples(call("MMULT", *factors))
            if sources is weights:
                own = (columns, rows) if self.turned else (rows, columns)
                held = self._turn(self.weights[layer].part(*own))
                for each in self.context.net.penalties:
                    found = found + each.strength * each.penalty.cell_slope(held)
            parts.append(Part((rows, columns), found))
        return parts

    def _penalty(self, layer: int) -> Rich:
        """What the penalties add, as the title of the gradient says it."""
        name = self.symbols.matrix(WEIGHTS, layer)
        letter = Ref("", 1, 1, symbol=self.names.transposed(name) if self.turned else name)
        found = rich("")
        for each in self.context.net.penalties:
            found = found + " + " + written(each.strength * each.penalty.cell_slope(letter))
        return found + "; not of biases" * bool(found.runs and self.laid.bias(layer))

    @property
    def _mean(self) -> str:
        """What is made of the examples' gradients, where that is not in δ already."""
        samples = self.context.samples
        if samples == 1 or self.of_cost:
            return ""
        return f": {self.context.net.reduction.written} of {samples}"

    def _new_weights(self, layer: int, gradient: Placed) -> int:
        """The weights after the update; returns their column."""
        context, writer, held = self.context, self.writer, self.weights[layer]
        bias, top = self.laid.bias(layer), gradient.top
        writer.sign(top, gradient.right + 2, "→")
        kept, column = {}, gradient.right + 3
        trained = self.laid.trained(layer)
        for state in context.net.optimiser.state if trained.any() else ():
            kept[state] = self._kept(state, layer, top, column)
            column = kept[state].right + 3
        name: Rich = "new " + self.symbols.matrix(WEIGHTS, layer)
        if self._is_said and trained.any():
            by = self.names.by_matrix(WEIGHTS, layer, self.symbols.cost_letter)
            taken = self.names.transposed("(" + by + ")") if self.turned else by
            name = name + " = " + self.symbols.matrix(WEIGHTS, layer) + " − "
            name = name + self._rate + "·" + self._factor + taken
        name = name + self.laid.what_stays(layer)
        writer.right = max(writer.right, column + 5)
        shape = (held.rows, held.columns)

        def stepped(part: tuple[slice, slice]) -> Expression:
            rows, columns = part
            moved = gradient.part(columns, rows) if self.turned else gradient.part(rows, columns)
            state = {name: placed.part(*part) for name, placed in kept.items()}
            return self._stepped(held.part(*part), self._turn(moved), state)

        parts = [
            Part(part, stepped(part) if moves else held.part(*part))
            for part, moves in rectangles(trained)
        ]
        after = writer.matrix(top, column, shape, name, parts, UPDATE)
        next_bias = NEXT_BIAS if bias else None
        self._hold_parameters(NEXT_WEIGHT, next_bias, layer, after, self.rows, indexed=True)
        return column

    def _update_biases(self, layer: int) -> None:
        """The gradient of biases that are a vector, and the new ones."""
        writer, units = self.writer, self.context.sizes[layer]
        by, delta_name = self.names.by_bias(layer), self.names.delta(layer)
        content: Expression | Elements

        def compared(r: int, c: int) -> Expression:
            return self.context.of_step(BIAS.gradient, layer, unit=r)

        if self.notation.ones:
            samples = self.context.samples
            delta = (delta_name, self.delta[layer].area, BACKWARD)
            ones = (self.names.ones, lambda r, c: 1.0, GIVEN)
            self._product((units, samples, 1), delta, ones)
            left, above = self._factors
            self._hold_delta(layer, left)
            top, column = left.top, above.left
            content = self._over_examples(call("MMULT", left.area, above.area))
            title = by + " = " + self.names.times(delta_name, self.names.ones, True)
        else:
            top, column = writer.row + 1, self._meeting(1)
            content, title = self._summed(layer), by + " = " + delta_name
            if self.context.samples > 1:
                title = by + " = Σ " + delta_name
        title = title + self._mean
        gradient = writer.matrix(top, column, (units, 1), title, content, BACKWARD, compared)
        writer.holds(BIAS.gradient, layer, gradient.area, UNIT, "", indexed=True)
        self._new_biases(layer, gradient)
        writer.row = gradient.bottom + 2

    def _summed(self, layer: int) -> Expression | Elements:
        """What the examples say of the biases, where no ones add them up."""
        delta = self.delta[layer]
        if self.context.samples == 1:
            return delta.area
        return lambda r, c: self._over_examples(
            call("SUM", delta.part(slice(r, r + 1), slice(None)))
        )

    def _new_biases(self, layer: int, gradient: Placed) -> None:
        context, writer, held = self.context, self.writer, self.biases[layer]
        name = self.symbols.matrix(BIASES, layer)
        trained = context.net.trained(BIAS, layer)
        writer.sign(gradient.top, gradient.right + 2, "→")
        kept, column = {}, gradient.right + 3
        for state in context.net.optimiser.state if trained.any() else ():
            title = rich(titled(state))
            kept[state] = self._vector(BIAS.kept(state), layer, title, gradient.top, column)
            column = kept[state].right + 3
        title = "new " + name
        if self._is_said and trained.any():
            title = title + " = " + name + " − " + self._rate + "·" + self._factor
            title = title + self.names.by_bias(layer)
        if not trained.all():
            title = title + ("; fixed ones stay" if trained.any() else "; all stay")

        def part_of(placed: Placed, rows: slice) -> Area:
            return placed.part(rows, slice(0, 1))

        def stepped(rows: slice) -> Expression:
            state = {name: part_of(placed, rows) for name, placed in kept.items()}
            return self._stepped(part_of(held, rows), part_of(gradient, rows), state)

        parts = [
            Part((rows, columns), stepped(rows) if moves else part_of(held, rows))
            for (rows, columns), moves in rectangles(trained[:, None])
        ]
        shape = (gradient.rows, 1)
        after = writer.matrix(gradient.top, column, shape, title, parts, UPDATE)
        writer.holds(NEXT_BIAS, layer, after.area, UNIT, "", indexed=True)
        writer.right = max(writer.right, column + 5)

    def _vector(self, quantity: Quantity, layer: int, title: Rich, top: int, left: int) -> Placed:
        """A number of Training for each unit, as a column."""

        def element(r: int, c: int) -> Expression:
            return self.context.of_step(quantity, layer, unit=r)

        shape = (self.context.sizes[layer], 1)
        placed = self.writer.matrix(top, left, shape, title, element, UPDATE, decimals=styles.SIX)
        self.writer.holds(quantity, layer, placed.area, UNIT, "")
        return placed

    def _update_shared(self, layer: int, deltas: Placed, column: int) -> None:
        """The gradient of the bias that all units share, and the new bias."""
        context, held = self.context, self.shared[layer]
        summed = self._over_examples(call("SUM", deltas.area))
        symbol = self.symbols.shared_bias(layer)
        title = self.symbols.by(symbol) + " = Σ " + self.names.delta(layer)
        if isinstance(summed, Binary):
            title = title + f"/{context.samples}"
        gradient = self._corner(layer, SHARED_BIAS.gradient, title, summed, indexed=True)
        new = "new " + symbol
        after: Expression = held.area
        if context.net.trains(SHARED_BIAS, layer, {}):
            kept: dict[str, Expression] = {}
            for state in context.net.optimiser.state:
                placed = self._corner(layer, SHARED_BIAS.kept(state), left=column)
                kept[state], column = placed.area, placed.right + 3
            after = self._next.of(held.area, gradient.area, kept)
        else:
            new = new + "; stays"
        self._corner(layer, NEXT_BIAS, new, after, left=column, indexed=True)

    def _over_examples(self, summed: Expression) -> Expression:
        """A sum over the examples as the cost takes it, where δ does not do so already."""
        return summed if self.of_cost else divided(summed, self.divisor)

    def _kept(self, state: str, layer: int, top: int, left: int) -> Placed:
        """What the optimiser keeps of the weights and of the biases, where they learn."""
        held, net = self.weights[layer], self.context.net
        weight, bias = (
            parameter.kept(state) if parameter and net.trained(parameter, layer).any() else None
            for parameter in (WEIGHT, self.laid.bias(layer))
        )
        content = self.laid.elements(weight, bias, layer, self.rows)
        shape = (held.rows, held.columns)
        placed = self.writer.matrix(
            top, left, shape, rich(titled(state)), content, UPDATE, decimals=styles.SIX
        )
        self._hold_parameters(weight, bias, layer, placed, self.rows)
        return placed

    def _stepped(self, held: Expression, gradient: Expression, kept: dict[str, Area]) -> Expression:
        """One update of a part of the parameters."""
        return self._next.of(held, gradient, kept)

    @cached_property
    def _shared(self) -> dict[str, Ref]:
        """The cells of what all parameters share in the update, by their quantities' names."""
        context, writer, found = self.context, self.writer, dict[str, Ref]()
        if not context.net.shared:
            return found
        writer.heading("Update: what all parameters share")
        for number, quantity in enumerate(context.net.shared.values()):
            row, column = writer.row, LEFT + 3 * number
            symbol = quantity.symbol(self.symbols, 0, {})
            look = styles.symbol(UPDATE)
            writer.sheet.put(row, column, symbol, look)
            writer.sheet.notes[row, column] = quantity.note
            block = Block(quantity.name, None, writer.sheet.name, row, column + 1, (), (), {})
            value = UPDATE.but(number_format=styles.SIX, horizontal="center")
            writer.sheet.put(row, column + 1, context.of_step(quantity), value)
            context.show(writer.sheet, block)
            found[quantity.name] = Ref(writer.sheet.name, row, column + 1, True)
        writer.row += 2
        return found

    def share(self) -> None:
        """Write what all parameters share in the update, before the updates."""
        assert self._next

    @cached_property
    def _next(self) -> Update:
        """The update that follows."""
        return Update(self.context, lambda quantity: self._shared[quantity.name])

    @property
    def _is_said(self) -> bool:
        """Whether a title says the whole update: w − η·gradient, or so many times that."""
        net = self.context.net
        return net.optimiser.is_plain and (net.clipping is None or net.clipping.by_norm)

    @property
    def _rate(self) -> Rich:
        """The learning rate of the update."""
        scheduled = self.context.net.schedule.scalar
        own = scheduled.quantity.symbol(self.symbols, 0, {}) if scheduled else None
        return own or self.symbols.learning_rate

    @property
    def _factor(self) -> Rich:
        """By what clipping multiplies the gradients."""
        found = self.context.net.shared.get(CLIP_FACTOR.name)
        return found.symbol(self.symbols, 0, {}) + "·" if found else rich("")
