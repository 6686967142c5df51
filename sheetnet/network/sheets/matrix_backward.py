"""The backward pass of a step as matrix equations, for the sheet Matrices."""

from __future__ import annotations

from sheetnet.expressions.formula import Expression, Number, call
from sheetnet.expressions.rich import Rich
from sheetnet.network.quantities import (
    ACTIVATION,
    DELTA,
    SOURCE,
    TARGET,
    UNIT,
    WEIGHT,
    Quantity,
    Z,
)
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.matrix_forward import Forward
from sheetnet.network.sheets.matrix_numbers import (
    ACTIVATION_GRADIENT,
    COLUMN,
    COST_ACTIVATION_GRADIENT,
    COST_DELTA,
    SLOPE,
    SLOPE_MATRIX,
)
from sheetnet.network.sheets.matrix_parameters import ALL
from sheetnet.network.sheets.matrix_writer import (
    LEFT,
    Content,
    Elements,
    MatrixWriter,
    Placed,
)
from sheetnet.network.sums import divided
from sheetnet.network.symbols import TARGETS
from sheetnet.workbook.styles import BACKWARD, GIVEN, HINT, UPDATE

#: Of more units the slopes stand on no diagonal: nearly all of it would be 0.
MOST_DIAGONAL = 8


class Backward(Forward):
    """The layers once more, from the last to the first.

    `delta_rows`: an example is a row of δ and of the targets. Where the document has letters for
    the cost's derivatives (Δ and H), those stand here, over the number of examples; otherwise
    the derivatives of each example's loss. With one example, a document with a letter for it
    multiplies by a matrix that has the slopes on its diagonal.
    """

    def __init__(self, context: Context, writer: MatrixWriter) -> None:
        super().__init__(context, writer)
        self.delta_rows = self.notation.delta_rows
        #: δ lies the other way than A and Z (HappyDustbunny).
        self.turned = self.rows != self.delta_rows
        self.of_cost = self.names.of_cost
        small = context.samples == 1 and max(context.sizes[1:]) <= MOST_DIAGONAL
        self.by_diagonal = bool(self.notation.diagonal) and small
        self.divisor = context.net.reduction.divisor(context.samples)
        self.delta: dict[int, Placed] = {}

    def backward(self, layer: int) -> None:
        """∂L/∂A, and δ from it by the slopes."""
        self.writer.heading(f"Backward: {self.symbols.layer(layer)}")
        if layer < self.context.depth:
            back = self._taken_back(layer)
            self._behind(layer, back, self._factors[0])
        elif self.context.net.is_fused(layer):
            self._fused(layer)
        else:
            targets = self._targets(layer)
            back = self._error(layer, targets, targets.top, targets.right + 2)
            self._behind(layer, back, targets)

    def _behind(self, layer: int, back: Placed, beside: Placed) -> None:
        """δ from ∂L/∂A."""
        if not self.by_diagonal:
            self._by_slopes(layer, back)
            self._end(beside, back)
            return
        self._end(beside, back)
        self._multiplied(layer, self.names.by_a(layer), back.area)

    def _fused(self, layer: int) -> None:
        """Where loss and activation are one formula: δ from the outputs and the targets."""
        targets = self._targets(layer)
        formula = self.context.net.loss.cell_fused
        content = self._of_outputs(layer, targets, formula)
        name = " = " + self.names.output_error(self.context.net, self._is_divided)
        self._delta(layer, targets.top, targets.right + 2, content, name)
        self._end(targets, self.delta[layer])

    def _end(self, *above: Placed) -> None:
        self.writer.row = max(placed.bottom for placed in above) + 2

    # ∂/∂A

    @property
    def _is_divided(self) -> bool:
        """Whether what stands here is divided by the number of examples."""
        return self.of_cost and self.divisor != 1

    def _of_outputs(self, layer: int, targets: Placed, formula: object) -> Expression:
        """A formula of the loss on whole matrices, as δ lies."""
        assert callable(formula)
        found: Expression = formula(
            [self._turn(self.a[layer].area)], [targets.area], 0, self.context.loss_hyper
        )
        return divided(found, self.divisor) if self.of_cost else found

    def _error(self, layer: int, targets: Placed, top: int, left: int) -> Placed:
        """∂/∂A of the output layer."""
        net = self.context.net
        error = self.names.of_outputs(net, self._is_divided, fused=False)
        title = self.names.by_a(layer) + " = " + error
        content = self._of_outputs(layer, targets, net.loss.cell_gradient)
        shape = self._shape(self.delta_rows, layer)
        back = self.writer.matrix(top, left, shape, title, content, BACKWARD)
        self._hold_back(layer, back, indexed=True)
        return back

    def _hold_back(self, layer: int, placed: Placed, *, indexed: bool = False) -> None:
        axes = self._axes(self.delta_rows)
        self.writer.holds(self._by_a, layer, placed.area, *axes, indexed=indexed)

    @property
    def _by_a(self) -> Quantity:
        return COST_ACTIVATION_GRADIENT if self.of_cost else ACTIVATION_GRADIENT

    def _taken_back(self, layer: int) -> Placed:
        """The next layer's δ taken back through its weights, without the biases."""
        context = self.context
        nexts, units = context.sizes[layer + 1], context.sizes[layer]
        held, part = self.weights[layer + 1], self.laid.parts(layer + 1)[0]
        weights: Expression = held.part(part, ALL) if self.rows else held.part(ALL, part)
        if self.rows == self.delta_rows:
            weights = call("TRANSPOSE", weights)
        title = self.names.through_weights(layer)
        if self.laid.bias(layer + 1) and not self.symbols.letters.w:
            title = title + ", without " + self.names.biases(layer + 1)
        through = (title, weights, UPDATE)
        delta = (self.names.delta(layer + 1), self.delta[layer + 1].area, BACKWARD)
        if self.delta_rows:
            self._product((context.samples, nexts, units), delta, through)
        else:
            self._product((units, nexts, context.samples), through, delta)
        left, above = self._factors
        weights_at, deltas_at = (above, left) if self.delta_rows else (left, above)
        axes = (UNIT, SOURCE) if self.delta_rows else (SOURCE, UNIT)
        self.writer.holds(WEIGHT, layer + 1, weights_at.area, *axes)
        self._hold_delta(layer + 1, deltas_at)
        name, product = self.names.by_a(layer), self.names.taken_back(layer)
        back = self.writer.matrix(
            left.top,
            above.left,
            (left.rows, above.columns),
            product if str(name) == str(product) else name + " = " + product,
            call("MMULT", left.area, above.area),
            BACKWARD,
        )
        self._hold_back(layer, back, indexed=True)
        return back

    def _targets(self, layer: int) -> Placed:
        """The targets, lying as δ does."""
        targets, rows = self.context.fed(TARGET), self.delta_rows

        def element(r: int, c: int) -> Expression:
            sample, unit = (r, c) if rows else (c, r)
            return targets.ref(sample=sample, unit=unit)

        shape = self._shape(rows, layer)
        left = max(LEFT, self._meeting(shape[1]) - 1 - shape[1])
        name = self.symbols.matrix(TARGETS, layer)
        placed = self.writer.matrix(self.writer.row + 1, left, shape, name, element, GIVEN)
        self.writer.holds(TARGET, None, placed.area, *self._axes(rows))
        return placed

    # δ

    def _by_slopes(self, layer: int, back: Placed) -> None:
        """∂/∂A times the slopes, element by element."""
        slopes = self._slopes(layer, back.top, back.right + 3)
        self.writer.sign(back.top, back.right + 2, self.notation.hadamard)
        self.writer.sign(back.top, slopes.right + 2, "=")
        self._delta(layer, back.top, slopes.right + 3, back.area * slopes.area, "")

    def _slope(self, layer: int, z: Expression, a: Expression) -> Expression:
        own = self.context.dense[layer - 1]
        assert own.activation.cell_slope
        return own.activation.cell_slope(z, a, own.hyper)

    def _slopes(self, layer: int, top: int, left: int) -> Placed:
        """da/dz of all units, lying as δ does."""
        z = self.z[layer].area
        slope = self._slope(layer, z, self.a[layer].area)
        if isinstance(slope, Number):  # the same everywhere
            slope = slope + 0 * z
        title = self.names.slopes(self.context.dense[layer - 1].activation.symbol, layer)
        shape = self._shape(self.delta_rows, layer)
        placed = self.writer.matrix(top, left, shape, title, self._turn(slope), BACKWARD)
        self.writer.holds(SLOPE, layer, placed.area, *self._axes(self.delta_rows))
        return placed

    def _delta(self, layer: int, top: int, left: int, content: Content, note: Rich | str) -> None:
        shape = self._shape(self.delta_rows, layer)
        title = self.names.delta(layer) + note
        divisor = self.divisor if self.of_cost else 1
        compared = self._of(DELTA, layer, self.delta_rows, divisor)
        delta = self.writer.matrix(top, left, shape, title, content, BACKWARD, compared)
        self.delta[layer] = delta
        self._hold_delta(layer, delta, indexed=True)

    def _hold_delta(self, layer: int, placed: Placed, *, indexed: bool = False) -> None:
        quantity = COST_DELTA if self.of_cost else DELTA
        axes = self._axes(self.delta_rows)
        self.writer.holds(quantity, layer, placed.area, *axes, indexed=indexed)

    def _turn(self, matrix: Expression) -> Expression:
        """A matrix that lies as A does, laid as δ does."""
        return call("TRANSPOSE", matrix) if self.turned else matrix

    # The slopes on a diagonal

    def _multiplied(self, layer: int, title: Rich, content: Expression) -> None:
        """D times what came back; beside it the same element by element."""
        writer, units = self.writer, self.context.sizes[layer]
        name = self.names.diagonal(layer)
        self._product(
            (units, units, 1), (name, self._diagonal(layer), BACKWARD), (title, content, BACKWARD)
        )
        left, back = self._factors
        writer.holds(SLOPE_MATRIX, layer, left.area, UNIT, COLUMN, indexed=True)
        self._hold_back(layer, back)
        product = self.names.product(name, self.names.by_a(layer))
        multiplied = call("MMULT", left.area, back.area)
        self._delta(layer, left.top, back.left, multiplied, " = " + product)
        slopes = self._slopes(layer, left.top, back.right + 5)
        again = writer.matrix(
            left.top,
            slopes.right + 3,
            (units, 1),
            self.names.by_a(layer),
            back.area,
            BACKWARD,
        )
        self._hold_back(layer, again)
        writer.sign(left.top, slopes.right + 2, self.notation.hadamard)
        writer.sign(left.top, again.right + 2, "=")
        compared = self._of(DELTA, layer, self.delta_rows)
        short = writer.matrix(
            left.top,
            again.right + 3,
            (units, 1),
            self.names.delta(layer),
            slopes.area * again.area,
            BACKWARD,
            compared,
        )
        self._hold_delta(layer, short)
        if units > 1:
            text = (
                f"{name} multiplies {units * units} times, {units * units - units} times by 0; "
                f"{self.notation.hadamard} only {units} times."
            )
            writer.sheet.put(back.top, slopes.left, text, HINT)
        self._end(left)

    def _diagonal(self, layer: int) -> Elements | Expression:
        """The slopes on the diagonal, 0 elsewhere: cell by cell, since no array formula has it.

        They begin with Training's numbers: LibreOffice does not tell a single cell that an array
        has changed.
        """
        context, area = self.context, self.z[layer].area
        if self.z[layer].columns * self.z[layer].rows == 1:
            slope = self._slope(layer, area, self.a[layer].area)
            return slope + 0 * area if isinstance(slope, Number) else slope

        def element(r: int, c: int) -> Expression | float:
            if r != c:
                return 0.0
            z, a = (context.of_step(quantity, layer, unit=r) for quantity in (Z, ACTIVATION))
            return self._slope(layer, z, a)

        return element
