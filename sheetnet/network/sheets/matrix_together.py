"""The backward pass through a layer whose units are in it together, for the sheet Matrices.

Softmax has no slope for each unit: δ of an example is a product with a Jacobian, and then a shorter
formula. Both stand there, the product of each example where there are few of them.
"""

from __future__ import annotations

from sheetnet.expressions.formula import Expression, call
from sheetnet.expressions.rich import Rich
from sheetnet.network.quantities import ACTIVATION, DELTA, SAMPLE, TARGET, UNIT
from sheetnet.network.sheets.lost import lost
from sheetnet.network.sheets.matrix_backward import MOST_DIAGONAL, Backward
from sheetnet.network.sheets.matrix_numbers import (
    BY_JACOBIAN,
    COLUMN,
    COST_BY_JACOBIAN,
    JACOBIAN,
)
from sheetnet.network.sheets.matrix_writer import Content, Elements, Part, Placed
from sheetnet.network.sums import divided
from sheetnet.sheets.checks import Lost
from sheetnet.workbook.styles import BACKWARD

#: Of more examples the Jacobians do not stand there one by one.
MOST_JACOBIANS = 4


class Together(Backward):
    """∂L/∂A, the products with the Jacobians, and δ of all examples by the shorter formula."""

    def backward(self, layer: int) -> None:
        if self.context.dense[layer - 1].activation.cell_slope:
            super().backward(layer)
            return
        self.writer.heading(f"Backward: {self.symbols.layer(layer)}")
        targets = self._targets(layer)
        back = self._error(layer, targets, targets.top, targets.right + 2)
        self._end(targets, back)
        if self.context.samples <= MOST_JACOBIANS and self.context.sizes[layer] <= MOST_DIAGONAL:
            for n in range(self.context.samples):
                self._by_jacobian(layer, back, n)
        self._shorter(layer, targets, back)

    def _by_jacobian(self, layer: int, back: Placed, n: int) -> None:
        """∂/∂a of one example times its Jacobian, in the document's order."""
        units, names, along = self.context.sizes[layer], self.names, self._lies_along
        by_a: Expression = back.part(*self._example(self.delta_rows)(n))
        name, matrix = names.by_a(layer), names.jacobian(layer)
        if along and not self.delta_rows:
            by_a, name = call("TRANSPOSE", by_a), names.whole_transposed(name)
        if not (along or self.notation.diagonal):
            matrix = names.whole_transposed(matrix)
        of = f", example {n + 1}" if self.context.samples > 1 else ""
        vector = (name + of, by_a, BACKWARD)
        table = (matrix + of, self._table(layer, n, turned=not along), BACKWARD)
        if along:
            self._product((1, units, units), vector, table)
        else:
            self._product((units, units, 1), table, vector)
        left, above = self._factors
        vector_at, table_at = (left, above) if along else (above, left)
        example, axes = {SAMPLE: n}, ("", UNIT) if along else (UNIT, "")
        product = COST_BY_JACOBIAN if self.of_cost else BY_JACOBIAN
        self.writer.holds(self._by_a, layer, vector_at.area, *axes, at=example)
        shape = (UNIT, COLUMN) if along else (COLUMN, UNIT)
        self.writer.holds(JACOBIAN, layer, table_at.area, *shape, indexed=True, at=example)
        long = self.writer.matrix(
            left.top,
            above.left,
            (left.rows, above.columns),
            names.by_jacobian(layer) + of,
            call("MMULT", left.area, above.area),
            BACKWARD,
            self._of_example(layer, n),
            lost=self._lost(layer, n),
        )
        self.writer.holds(product, layer, long.area, *axes, indexed=True, at=example)
        self.writer.row = max(left.bottom, long.bottom) + 2

    @property
    def _lies_along(self) -> bool:
        """Whether ∂/∂a is a row in the product, to the left of the Jacobian."""
        return self.delta_rows or self.notation.row_by_jacobian

    def _table(self, layer: int, n: int, *, turned: bool) -> Elements:
        """da/dz of an example, a row for each value, or turned.

        Cell by cell, since no array formula has it, and from Training's numbers: LibreOffice does
        not tell a single cell that an array has changed.
        """
        context, own = self.context, self.context.dense[layer - 1]
        units = range(context.sizes[layer])
        a = [context.of_step(ACTIVATION, layer, sample=n, unit=k) for k in units]

        def element(r: int, c: int) -> Expression:
            value, by = (c, r) if turned else (r, c)
            assert own.activation.cell_jacobian
            return own.activation.cell_jacobian(a, value, by)

        return element

    def _of_example(self, layer: int, n: int) -> Elements:
        """Training's δ of an example, as the product lies; over the examples where H is shown."""
        divisor = self.divisor if self.of_cost else 1

        def element(r: int, c: int) -> Expression:
            found = self.context.of_step(DELTA, layer, sample=n, unit=max(r, c))
            return divided(found, divisor)

        return element

    def _lost(self, layer: int, n: int) -> Lost | None:
        """Whether the loss's slope is cut off for an output, so that the product is not δ."""
        context, loss = self.context, self.context.net.loss
        if not (loss.cut_off and context.net.is_fused(layer)):
            return None
        targets, units = context.fed(TARGET), range(context.sizes[layer])
        return lost(
            [context.of_step(ACTIVATION, layer, sample=n, unit=unit) for unit in units],
            [targets.ref(sample=n, unit=unit, fixed=True) for unit in units],
            lambda numbers: (numbers.now(ACTIVATION, layer)[n], numbers.targets[n]),
        )

    def _shorter(self, layer: int, targets: Placed, back: Placed) -> None:
        """δ of all examples without a Jacobian: where loss and activation are one formula, that."""
        context = self.context
        net, own, samples = context.net, context.dense[layer - 1], range(context.samples)
        lies, held = self._example(self.delta_rows), self._example(self.rows)
        fused = net.loss.cell_fused_of_sum if net.is_fused(layer) else None
        parts: list[Part] = []
        for n in samples:
            part, a = lies(n), self._turn(self.a[layer].part(*held(n)))
            if fused:
                t = targets.part(*part)
                found = fused(a, t, call("SUM", t), context.loss_hyper)
                found = divided(found, self.divisor) if self.of_cost else found
            else:
                assert own.activation.cell_back_whole
                found = own.activation.cell_back_whole(a, back.part(*part), own.hyper)
            parts.append(Part(part, found))
        content: Content = parts
        note: Rich | str = ""
        if fused:
            note = " = " + self.names.output_error(net, self._is_divided)
        else:
            note = " = " + self.names.together(layer)
        top = self.writer.row + 1
        self._delta(
            layer, top, self._meeting(self._shape(self.delta_rows, layer)[1]), content, note
        )
        self._end(self.delta[layer])
