"""The forward pass of a step as matrix equations, for the sheet Matrices."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from sheetnet.expressions.formula import Expression, call
from sheetnet.expressions.rich import Rich
from sheetnet.network.quantities import (
    ACTIVATION,
    BIAS,
    INPUT,
    SAMPLE,
    SHARED_BIAS,
    SOURCE,
    UNIT,
    WEIGHT,
    Quantity,
    Role,
    Z,
)
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.matrix_names import Names
from sheetnet.network.sheets.matrix_numbers import SPREAD_BIAS, WEIGHTED_SUM
from sheetnet.network.sheets.matrix_parameters import ALL, Laid
from sheetnet.network.sheets.matrix_writer import (
    LEFT,
    MOST_ALIGNED,
    Content,
    Elements,
    MatrixWriter,
    Part,
    Placed,
)
from sheetnet.network.symbols import ACTIVATIONS, BIASES, SUMS, WEIGHTS
from sheetnet.workbook import styles
from sheetnet.workbook.styles import BACKWARD, FORWARD, GIVEN, UPDATE


class Forward:
    """The layers one after the other.

    `rows`: an example is a row of A and Z and a source a row of W; otherwise columns. The
    biases are a part of W where the document has them there, otherwise a vector of their own.
    """

    _factors: tuple[Placed, Placed]

    def __init__(self, context: Context, writer: MatrixWriter) -> None:
        self.context, self.writer = context, writer
        self.symbols, self.notation = context.symbols, context.notation
        self.names = Names(context.symbols)
        self.rows = context.notation.example_rows
        self.laid = Laid(context, self.rows)
        self.z: dict[int, Placed] = {}
        self.a: dict[int, Placed] = {}
        self.weights: dict[int, Placed] = {}
        #: The biases where they are a vector, the ones that spread them over the examples, and
        #: the number that all units of a layer share.
        self.biases: dict[int, Placed] = {}
        self.ones: dict[int, Placed] = {}
        self.shared: dict[int, Placed] = {}

    def forward(self, layer: int) -> None:
        """Z from the layer below and the weights, A from Z."""
        context, writer, rows = self.context, self.writer, self.rows
        inside, vector = self.laid.bias(layer), self.laid.vector(layer)
        sources, units = context.sizes[layer - 1] + bool(inside), context.sizes[layer]
        writer.heading(f"Forward: {self.symbols.layer(layer)}")
        weights = (self._weights_name(layer), self.laid.elements(WEIGHT, inside, layer, rows))
        held, name = self._held(layer, rows), self._held_name(layer, rows)
        if rows:
            self._product((context.samples, sources, units), held, (*weights, UPDATE))
        else:
            self._product((units, sources, context.samples), (*weights, UPDATE), held)
        left, above = self._factors
        self.weights[layer] = above if rows else left
        self._hold_values(layer, left if rows else above, rows)
        self._hold_parameters(WEIGHT, inside, layer, self.weights[layer], rows, indexed=True)
        product = self.names.times(name, self.symbols.matrix(WEIGHTS, layer), rows)
        summed: Expression = call("MMULT", left.area, above.area)
        at = above.left
        if vector:
            weighted = writer.matrix(
                left.top, at, self._shape(rows, layer), product, summed, FORWARD
            )
            writer.holds(WEIGHTED_SUM, layer, weighted.area, *self._axes(rows), indexed=True)
            spread = self._spread(layer, weighted)
            summed, at = weighted.area + spread.area, spread.right + 3
            writer.sign(left.top, at - 1, "=")
            product = product + " + " + self.names.spread(layer)
        elif context.dense[layer - 1].bias is not inside:
            self.shared[layer] = self._corner(layer, SHARED_BIAS, indexed=True)
            summed = summed + self.shared[layer].ref(0, 0)
            product = product + " + " + self.symbols.shared_bias(layer)
        self._values(layer, left.top, at, summed, product)
        writer.row = max(left.bottom, self.z[layer].bottom) + 2

    def _values(self, layer: int, top: int, left: int, summed: Expression, name: Rich) -> None:
        """Z, and A beside it."""
        context, writer, rows = self.context, self.writer, self.rows
        shape, axes, own = self._shape(rows, layer), self._axes(rows), context.dense[layer - 1]
        named = bool(self.symbols.letters.z)
        sums = self.symbols.matrix(SUMS, layer) if named else name
        title = sums + " = " + name if named else name
        compared = self._of(Z, layer, rows)
        z = writer.matrix(top, left, shape, title, summed, FORWARD, compared)
        function = own.activation
        written = self.symbols.function(function.symbol)
        writer.sign(z.top, z.right + 2, f"{written}( ) =")
        applied = self.names.applied(function.symbol, layer, sums)
        a = writer.matrix(
            z.top,
            z.right + 3,
            shape,
            self.symbols.matrix(ACTIVATIONS, layer) + " = " + applied,
            self._activated(layer, z),
            FORWARD,
            self._of(ACTIVATION, layer, rows),
        )
        self.z[layer], self.a[layer] = z, a
        writer.holds(Z, layer, z.area, *axes, indexed=True)
        writer.holds(ACTIVATION, layer, a.area, *axes, indexed=True)

    def _activated(self, layer: int, z: Placed) -> Content:
        """The activation of Z, or of each example's part of it where all units are in it."""
        own = self.context.dense[layer - 1]
        whole = own.activation.cell_whole
        if own.activation.cell_slope or whole is None:
            return own.applied([z.area], 0)
        return [
            Part(part, whole(z.part(*part), own.hyper))
            for part in map(self._example(self.rows), range(self.context.samples))
        ]

    @staticmethod
    def _example(rows: bool) -> Callable[[int], tuple[slice, slice]]:
        """Where an example stands in a matrix whose rows (or columns) are the examples."""

        def part(n: int) -> tuple[slice, slice]:
            one = slice(n, n + 1)
            return (one, ALL) if rows else (ALL, one)

        return part

    def _spread(self, layer: int, weighted: Placed) -> Placed:
        """The biases beside the product, spread over the examples as the document does it."""
        writer, samples = self.writer, self.context.samples
        writer.sign(weighted.top, weighted.right + 2, "+")
        top, left, units = weighted.top, weighted.right + 3, self.context.sizes[layer]
        name, bias = self.symbols.matrix(BIASES, layer), self.laid.vector(layer)
        assert bias and not self.rows, "biases as a vector: examples are columns"

        def element(r: int, c: int) -> Expression:
            return self.context.of_step(bias, layer, unit=r)

        if self.notation.ones or samples == 1:
            own = writer.matrix(top, left, (units, 1), name, element, UPDATE)
            self.biases[layer] = own
            writer.holds(BIAS, layer, own.area, UNIT, "", indexed=True)
            if not self.notation.ones:
                return own
            self.ones[layer] = self._ones_row(layer, top, left + 3)
            writer.sign(top - 3, left + 2, "×")
            writer.sign(top, left + 2, "=")
            content = call("MMULT", own.area, self.ones[layer].area)
            spread = writer.matrix(
                top, left + 3, (units, samples), self.names.spread(layer), content, FORWARD
            )
        else:
            title = name + ", in every column"
            spread = writer.matrix(top, left, (units, samples), title, element, UPDATE)
            self.biases[layer] = spread
        writer.holds(SPREAD_BIAS, layer, spread.area, UNIT, SAMPLE, indexed=True)
        return spread

    def _ones_row(self, layer: int, top: int, left: int) -> Placed:
        """J_Nᵗ over the product that spreads the biases."""
        shape = (1, self.context.samples)
        name = self.names.transposed(self.names.ones)
        return self.writer.matrix(top - 3, left, shape, name, lambda r, c: 1.0, GIVEN)

    def _corner(
        self,
        layer: int,
        quantity: Quantity,
        title: Rich | None = None,
        content: Expression | None = None,
        *,
        left: int = LEFT,
        indexed: bool = False,
    ) -> Placed:
        """One number of a layer over the left factor, where nothing else stands; or further right.

        Without content it is Training's.
        """
        placed = self.writer.matrix(
            self._factors[1].top,
            left,
            (1, 1),
            title or quantity.symbol(self.symbols, layer, {}),
            content or (lambda r, c: self.context.of_step(quantity, layer)),
            BACKWARD if quantity.role is Role.BACKWARD else UPDATE,
        )
        self.writer.holds(quantity, layer, placed.area, "", "", indexed=indexed)
        return placed

    def _product(
        self,
        sizes: tuple[int, int, int],
        left: tuple[Rich, Content, styles.Style],
        above: tuple[Rich, Content, styles.Style],
    ) -> None:
        """Place the factors of an n×k by k×m product; where they meet stays free."""
        n, k, m = sizes
        top, writer = self.writer.row + 1, self.writer
        meet, across = top + k + 2, self._meeting(k)
        self._factors = (
            writer.matrix(meet, across - 2 - k, (n, k), *left),
            writer.matrix(top, across, (k, m), *above),
        )
        writer.sign(top, across - 1, "×")
        writer.sign(meet, across - 1, "=")

    def _meeting(self, inner: int) -> int:
        """The column where the product of factors with so many columns and rows begins."""
        return LEFT + 2 + max(inner, self._aligned)

    @cached_property
    def _aligned(self) -> int:
        """The most columns of a left factor, if they are so few that all products can align."""
        context = self.context
        sources = [n + 1 for n in context.sizes[:-1]]
        most = max(*sources, *context.sizes[1:], context.samples)
        return most if most <= MOST_ALIGNED else 0

    def _weights_name(self, layer: int) -> Rich:
        """The weights as a title, which says where the biases are."""
        name = self.symbols.matrix(WEIGHTS, layer)
        if not self.laid.bias(layer):
            return name
        where = " first" if self.notation.bias_node_first else " last"
        return name + ", " + self.names.biases(layer) + where

    def _held_name(self, layer: int, rows: bool) -> Rich:
        """What a layer takes, as it is called in a product."""
        ones = bool(self.laid.bias(layer))
        name = self.names.held(layer - 1) if ones else self.symbols.matrix(ACTIVATIONS, layer - 1)
        return name if rows == self.rows else self.names.transposed(name)

    def _held(self, layer: int, rows: bool) -> tuple[Rich, list[Part], styles.Style]:
        """What a layer takes, the activations below or the inputs, with ones for its biases.

        Activations are repeated by an array formula: LibreOffice does not tell a single
        cell's reference that a cell inside an array has changed.
        """
        below, (weights, biases) = layer - 1, self.laid.parts(layer)
        name = self._held_name(layer, rows)
        if biases:
            name = name + self.names.one_held(below)
        if below:
            area = self.a[below].area
            held: Expression | Elements = area if rows == self.rows else call("TRANSPOSE", area)
        else:

            def held(r: int, c: int) -> Expression:
                sample, unit = (r, c) if rows else (c, r)
                return self.context.fed(INPUT).ref(sample=sample, unit=unit)

        parts = [Part((ALL, weights) if rows else (weights, ALL), held)]
        if biases:
            parts.append(Part((ALL, biases) if rows else (biases, ALL), lambda r, c: 1.0))
        return name, parts, FORWARD if below else GIVEN

    def _hold_values(self, layer: int, placed: Placed, rows: bool) -> None:
        """The claim of what a layer takes, its ones apart."""
        part = self.laid.parts(layer)[0]
        weight = (ALL, part) if rows else (part, ALL)
        quantity, number = (ACTIVATION, layer - 1) if layer > 1 else (INPUT, None)
        self.writer.holds(quantity, number, placed.part(*weight), *self._axes(rows))

    def _axes(self, rows: bool) -> tuple[str, str]:
        """The axes of a matrix of values whose rows (or columns) are the examples."""
        return (SAMPLE, UNIT) if rows else (UNIT, SAMPLE)

    def _of(self, quantity: Quantity, layer: int, rows: bool, divisor: int = 1) -> Elements:
        """Training's z, activations or δ of the chosen step, over a number of examples."""

        def element(r: int, c: int) -> Expression:
            sample, unit = (r, c) if rows else (c, r)
            found = self.context.of_step(quantity, layer, sample=sample, unit=unit)
            return found if divisor == 1 else found / divisor

        return element

    def _hold_parameters(
        self,
        weight: Quantity | None,
        bias: Quantity | None,
        layer: int,
        placed: Placed,
        rows: bool,
        *,
        indexed: bool = False,
    ) -> None:
        """What a matrix of weights and biases holds."""
        for quantity, part, axis in zip(
            (weight, bias), self.laid.parts(layer), (SOURCE, ""), strict=True
        ):
            if quantity is None or part is None:
                continue
            area = placed.part(part, ALL) if rows else placed.part(ALL, part)
            axes = (axis, UNIT) if rows else (UNIT, axis)
            self.writer.holds(quantity, layer, area, *axes, indexed=indexed)

    def _shape(self, rows: bool, layer: int) -> tuple[int, int]:
        samples, units = self.context.samples, self.context.sizes[layer]
        return (samples, units) if rows else (units, samples)
