"""The forward and the backward pass of a step as matrix equations, for the sheet Matrices."""

from __future__ import annotations

from functools import cached_property

from sheetnet.expressions.formula import Expression, Number, call
from sheetnet.expressions.rich import Rich, Run
from sheetnet.network.quantities import (
    ACTIVATION,
    DELTA,
    INPUT,
    SAMPLE,
    SHARED_BIAS,
    SOURCE,
    TARGET,
    UNIT,
    WEIGHT,
    Quantity,
    Role,
    Z,
)
from sheetnet.network.sheets.context import Context
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
from sheetnet.workbook import styles
from sheetnet.workbook.styles import BACKWARD, FORWARD, GIVEN, UPDATE

TRANSPOSED = Rich((Run("T", 1),))
SLOPE = Quantity("slope", (SAMPLE, UNIT), Role.BACKWARD, "slopes", DELTA.symbol)
ACTIVATION_GRADIENT = Quantity(
    "activation_gradient", (SAMPLE, UNIT), Role.BACKWARD, "∂L/∂a", DELTA.symbol
)


class Passes:
    """The two passes of a step as matrix equations.

    `rows`: an example is a row of A and Z and a source a row of W; `delta_rows`: an
    example is a row of δ. Otherwise columns.
    """

    def __init__(self, context: Context, writer: MatrixWriter) -> None:
        self.context, self.writer = context, writer
        self.symbols, self.notation = context.symbols, context.notation
        self.rows, self.delta_rows = context.notation.example_rows, context.notation.delta_rows
        #: δ lies the other way than A and Z (HappyDustbunny).
        self.turned = self.rows != self.delta_rows
        self.laid = Laid(context, self.rows)
        self.z: dict[int, Placed] = {}
        self.a: dict[int, Placed] = {}
        self.delta: dict[int, Placed] = {}
        self.weights: dict[int, Placed] = {}
        #: The number that all units of a layer share.
        self.shared: dict[int, Placed] = {}

    def forward(self, layer: int) -> None:
        """Z from the layer below and the weights, A from Z."""
        context, writer, rows = self.context, self.writer, self.rows
        bias = self.laid.bias(layer)
        sources, units = context.sizes[layer - 1] + bool(bias), context.sizes[layer]
        writer.heading(f"Forward: {self.symbols.layer(layer)}")
        where = "first" if self.notation.bias_node_first else "last"
        weight_name = self.symbols.matrix("W", layer)
        weights = (
            weight_name + f", biases {where}" * bool(bias),
            self.laid.elements(WEIGHT, bias, layer, rows),
            UPDATE,
        )
        ones, name = self._ones(layer, rows), self._below(layer, rows)
        if rows:
            self._product((context.samples, sources, units), ones, weights)
        else:
            self._product((units, sources, context.samples), weights, ones)
        left, above = self._factors
        self.weights[layer] = above if rows else left
        self._hold_ones(layer, left if rows else above, rows)
        summed: Expression = call("MMULT", left.area, above.area)
        if context.dense[layer - 1].bias is not bias:
            self.shared[layer] = self._corner(layer, SHARED_BIAS, indexed=True)
            summed = summed + self.shared[layer].ref(0, 0)

        shape = self._shape(rows, layer)
        z = writer.matrix(
            left.top,
            above.left,
            shape,
            self._z_name(layer, name, weight_name),
            summed,
            FORWARD,
            self._of(Z, layer, rows),
        )
        own, z_name = context.dense[layer - 1], self.symbols.matrix("Z", layer)
        function = own.activation
        writer.sign(z.top, z.right + 2, f"{function.symbol}( ) =")
        a = writer.matrix(
            z.top,
            z.right + 3,
            shape,
            self.symbols.matrix("A", layer) + f" = {function.symbol}(" + z_name + ")",
            own.applied([z.area], 0),
            FORWARD,
            self._of(ACTIVATION, layer, rows),
        )
        self.z[layer], self.a[layer] = z, a
        axes = self._axes(rows)
        writer.holds(Z, layer, z.area, *axes, indexed=True)
        writer.holds(ACTIVATION, layer, a.area, *axes, indexed=True)
        self._hold_parameters(WEIGHT, bias, layer, self.weights[layer], rows, indexed=True)
        writer.row = max(left.bottom, z.bottom) + 2

    def backward(self, layer: int) -> None:
        """∂L/∂A, and δ from it by the slope, element by element."""
        context, writer = self.context, self.writer
        writer.heading(f"Backward: {self.symbols.layer(layer)}")
        z, a, own = self.z[layer].area, self.a[layer].area, context.dense[layer - 1]
        net, function = context.net, own.activation
        letter = self.notation.target_letter.upper()
        if layer == context.depth:
            targets = self._targets(layer)
            fused = net.is_fused(layer)
            formula = net.loss.cell_fused if fused else net.loss.cell_gradient
            by_a = formula([a], [targets.area], 0, context.loss_hyper)
            bottom, top, left = targets.bottom, targets.top, targets.right + 2
            if fused:
                self._delta(
                    layer,
                    top,
                    left,
                    self._turn(by_a),
                    " = " + self.symbols.matrix("A", layer) + " − " + letter,
                )
                writer.row = max(bottom, self.delta[layer].bottom) + 2
                return
            back = writer.matrix(
                top,
                left,
                self._shape(self.delta_rows, layer),
                self._derivative(self.notation.loss_letter, "A", layer),
                self._turn(by_a),
                BACKWARD,
            )
        else:
            back = self._taken_back(layer)
            bottom = self._factors[0].bottom
        writer.holds(ACTIVATION_GRADIENT, layer, back.area, *self._axes(self.delta_rows))
        assert function.cell_slope
        slope = function.cell_slope(z, a, own.hyper)
        if isinstance(slope, Number):  # the same everywhere
            slope = slope + 0 * z
        writer.sign(back.top, back.right + 2, self.notation.hadamard)
        slopes = writer.matrix(
            back.top,
            back.right + 3,
            self._shape(self.delta_rows, layer),
            f"{function.symbol}′("
            + self.symbols.matrix("Z", layer)
            + ")"
            + (TRANSPOSED if self.turned else ""),
            self._turn(slope),
            BACKWARD,
        )
        writer.holds(SLOPE, layer, slopes.area, *self._axes(self.delta_rows))
        writer.sign(back.top, slopes.right + 2, "=")
        self._delta(layer, back.top, slopes.right + 3, back.area * slopes.area, "")
        writer.row = max(bottom, back.bottom) + 2

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

    def _times(self, one: Rich, other: Rich, in_order: bool) -> Rich:
        """A product as it stands: the left factor's symbol, then that of the one above."""
        return one + " " + other if in_order else other + " " + one

    def _z_name(self, layer: int, below: Rich, weights: Rich) -> Rich:
        name = self.symbols.matrix("Z", layer) + " = " + self._times(below, weights, self.rows)
        return name + " + " + self.symbols.shared_bias(layer) if layer in self.shared else name

    def _below(self, layer: int, rows: bool) -> Rich:
        """The symbol of what a layer takes, laid so that an example is a row or a column."""
        name = self.symbols.matrix("A", layer - 1)
        return name if rows == self.rows else name + TRANSPOSED

    _factors: tuple[Placed, Placed]

    def _taken_back(self, layer: int) -> Placed:
        """The next layer's δ taken back through its weights, without the biases."""
        context, symbols = self.context, self.symbols
        nexts, units = context.sizes[layer + 1], context.sizes[layer]
        held, part = self.weights[layer + 1], self.laid.parts(layer + 1)[0]
        weights: Expression = held.part(part, ALL) if self.rows else held.part(ALL, part)
        name = symbols.matrix("W", layer + 1)
        if self.rows == self.delta_rows:
            weights, name = call("TRANSPOSE", weights), name + TRANSPOSED
        through = (name + ", without biases" * bool(self.laid.bias(layer + 1)), weights, UPDATE)
        delta = (self._delta_name(layer + 1), self.delta[layer + 1].area, BACKWARD)
        if self.delta_rows:
            self._product((context.samples, nexts, units), delta, through)
        else:
            self._product((units, nexts, context.samples), through, delta)
        left, above = self._factors
        weights_at, deltas_at = (above, left) if self.delta_rows else (left, above)
        axes = (UNIT, SOURCE) if self.delta_rows else (SOURCE, UNIT)
        self.writer.holds(WEIGHT, layer + 1, weights_at.area, *axes)
        self.writer.holds(DELTA, layer + 1, deltas_at.area, *self._axes(self.delta_rows))
        return self.writer.matrix(
            left.top,
            above.left,
            (left.rows, above.columns),
            self._derivative(self.notation.loss_letter, "A", layer)
            + " = "
            + self._times(self._delta_name(layer + 1), name, self.delta_rows),
            call("MMULT", left.area, above.area),
            BACKWARD,
        )

    def _delta(
        self, layer: int, top: int, left: int, content: Expression, note: Rich | str
    ) -> None:
        shape = self._shape(self.delta_rows, layer)
        title = self._delta_name(layer) + note
        compared = self._of(DELTA, layer, self.delta_rows)
        delta = self.writer.matrix(top, left, shape, title, content, BACKWARD, compared)
        self.delta[layer] = delta
        self.writer.holds(DELTA, layer, delta.area, *self._axes(self.delta_rows), indexed=True)

    def _targets(self, layer: int) -> Placed:
        targets = self.context.knob(TARGET)

        def element(r: int, c: int) -> Expression:
            sample, unit = (r, c) if self.rows else (c, r)
            return targets.ref(sample=sample, unit=unit)

        shape = self._shape(self.rows, layer)
        left = max(LEFT, self._meeting(shape[1]) - 1 - shape[1])
        letter = self.notation.target_letter.upper()
        placed = self.writer.matrix(self.writer.row + 1, left, shape, letter, element, GIVEN)
        self.writer.holds(TARGET, None, placed.area, *self._axes(self.rows))
        return placed

    def _ones(self, layer: int, rows: bool) -> tuple[Rich, list[Part], styles.Style]:
        """What a layer takes, the activations below or the inputs, with ones for its biases.

        Activations are repeated by an array formula: LibreOffice does not tell a single
        cell's reference that a cell inside an array has changed.
        """
        below, (weights, biases) = layer - 1, self.laid.parts(layer)
        name = self._below(layer, rows) + ", with ones" * bool(biases)
        if below:
            area = self.a[below].area
            held: Expression | Elements = area if rows == self.rows else call("TRANSPOSE", area)
        else:

            def held(r: int, c: int) -> Expression:
                sample, unit = (r, c) if rows else (c, r)
                return self.context.knob(INPUT).ref(sample=sample, unit=unit)

        parts = [Part((ALL, weights) if rows else (weights, ALL), held)]
        if biases:
            parts.append(Part((ALL, biases) if rows else (biases, ALL), lambda r, c: 1.0))
        return name, parts, FORWARD if below else GIVEN

    def _hold_ones(self, layer: int, placed: Placed, rows: bool) -> None:
        """The claim of what a layer takes, its ones apart."""
        part = self.laid.parts(layer)[0]
        weight = (ALL, part) if rows else (part, ALL)
        quantity, number = (ACTIVATION, layer - 1) if layer > 1 else (INPUT, None)
        self.writer.holds(quantity, number, placed.part(*weight), *self._axes(rows))

    def _axes(self, rows: bool) -> tuple[str, str]:
        """The axes of a matrix of values whose rows (or columns) are the examples."""
        return (SAMPLE, UNIT) if rows else (UNIT, SAMPLE)

    def _of(self, quantity: Quantity, layer: int, rows: bool) -> Elements:
        """Training's z, activations or δ of the chosen step."""

        def element(r: int, c: int) -> Expression:
            sample, unit = (r, c) if rows else (c, r)
            return self.context.of_step(quantity, layer, sample=sample, unit=unit)

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

    def _turn(self, matrix: Expression) -> Expression:
        """A matrix that lies as A does, laid as δ does."""
        return call("TRANSPOSE", matrix) if self.turned else matrix

    def _delta_name(self, layer: int) -> Rich:
        return self.symbols.deltas(layer)

    def _derivative(self, of: str, by: str, layer: int) -> Rich:
        d = self.notation.derivative
        return f"{d}{of}/{d}" + self.symbols.matrix(by, layer)
