"""Matrices: the chosen step once more in matrix form, by array formulas.

A product stands where its left factor's rows meet its right factor's columns. The order
is the document's: an example is a row (A W, X w) or a column (W a). The bias is a row or
column of the weights, times ones. ✓ compares each row with the element form on Training.
"""

from __future__ import annotations

from sheetnet.expressions.formula import Expression, Number, call
from sheetnet.expressions.rich import Rich
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.matrix_writer import (
    LEFT,
    Content,
    Elements,
    MatrixWriter,
    Part,
    Placed,
)
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.model import PrintSetup, Sheet
from sheetnet.workbook.styles import BACKWARD, FORWARD, GIVEN, UPDATE

NAME = "Matrices"
ALL = slice(None)
#: Of a step, so that the sheet stays a picture.
MOST_NUMBERS = 40_000


def fits(context: Context) -> bool:
    """Whether the matrices are of a size that anybody looks at."""
    return context.numbers <= MOST_NUMBERS


def fill(context: Context) -> Sheet:
    """The sheet for the step that is chosen on Network, with all examples."""
    sheet = Sheet(NAME, tab_colour=styles.ORANGE, freeze=(4, 1), cursor=(4, 2))
    sheet.default_width = 9.2
    sheet.widths[1] = 2.5
    sheet.print_setup = PrintSetup()
    hint = (
        "A product stands where the rows of its left factor meet the columns of the factor above "
        "it; the biases are one more row or column of W, times ones. ✓: equal to Training."
    )
    frame.head(sheet, "The same in matrices", hint, LEFT)
    sheet.put(3, LEFT, "step", styles.LABEL_RIGHT)
    sheet.put(3, LEFT + 1, context.step, styles.NUMBER.but(bold=True, number_format="0"))
    sheet.put(3, LEFT + 2, "chosen on Network", styles.HINT)
    sections = Sections(context, MatrixWriter(context, sheet, 5))
    for layer in context.layers:
        sections.forward(layer)
    for layer in reversed(context.layers):
        sections.backward(layer)
    for layer in context.layers:
        sections.update(layer)
    sections.writer.finish()
    return sheet


class Sections:
    """The passes of a step as matrix equations.

    `rows`: an example is a row of A and Z and a source a row of W; `delta_rows`: an
    example is a row of δ. Otherwise columns.
    """

    def __init__(self, context: Context, writer: MatrixWriter) -> None:
        self.context, self.writer = context, writer
        self.symbols, self.notation = context.symbols, context.notation
        self.rows, self.delta_rows = context.notation.example_rows, context.notation.delta_rows
        #: δ lies the other way than A and Z (HappyDustbunny).
        self.turned = self.rows != self.delta_rows
        first = context.notation.bias_node_first
        self.weight_part = slice(1, None) if first else slice(None, -1)
        self.bias_part = slice(0, 1) if first else slice(-1, None)
        self.z: dict[int, Placed] = {}
        self.a: dict[int, Placed] = {}
        self.delta: dict[int, Placed] = {}
        self.weights: dict[int, Placed] = {}

    def forward(self, layer: int) -> None:
        """Z from the layer below and the weights, A from Z."""
        context, writer, rows = self.context, self.writer, self.rows
        sources, units = context.sizes[layer - 1] + 1, context.sizes[layer]
        writer.heading(f"Forward: {self.symbols.layer(layer)}")
        where = "first" if self.notation.bias_node_first else "last"
        name = self.symbols.matrix("W", layer) + f", biases {where}"
        weights = (name, self._weights_of("", layer, rows), UPDATE)
        ones = self._ones(layer - 1, rows)
        if rows:
            self._product((context.samples, sources, units), ones, weights)
        else:
            self._product((units, sources, context.samples), weights, ones)
        left, above = self._factors
        self.weights[layer] = above if rows else left

        shape = self._shape(rows, layer)
        z = writer.matrix(
            left.top,
            above.left,
            shape,
            self.symbols.matrix("Z", layer),
            call("MMULT", left.area, above.area),
            FORWARD,
            self._of("z", layer, rows),
        )
        function = context.activation(layer)
        writer.sign(z.top, z.right + 2, "→")
        a = writer.matrix(
            z.top,
            z.right + 3,
            shape,
            self.symbols.matrix("A", layer) + f" = {function.symbol}(Z)",
            function.cell(z.area, context.theta(layer)),
            FORWARD,
            self._of("activation", layer, rows),
        )
        self.z[layer], self.a[layer] = z, a
        axes = ("sample", "unit") if rows else ("unit", "sample")
        writer.block("z", layer, z.area, *axes)
        writer.block("activation", layer, a.area, *axes)
        self._weight_blocks("", layer, self.weights[layer], rows)
        writer.row = max(left.bottom, z.bottom) + 2

    def backward(self, layer: int) -> None:
        """∂L/∂A, and δ from it by the slope, element by element."""
        context, writer = self.context, self.writer
        writer.heading(f"Backward: {self.symbols.layer(layer)}")
        z, a, function = self.z[layer].area, self.a[layer].area, context.activation(layer)
        if layer == context.layers[-1]:
            targets = self._targets(layer)
            fused = context.loss.fused_with == function.name
            by_a = a - targets.area if fused else context.loss.cell_gradient(a, targets.area)
            bottom, top, left = targets.bottom, targets.top, targets.right + 2
            if fused:
                self._delta(layer, top, left, self._turn(by_a), " = A − T")
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
        slope = function.cell_slope(z, a, context.theta(layer))
        if isinstance(slope, Number):  # the same everywhere
            slope = slope + 0 * z
        writer.sign(back.top, back.right + 2, self.notation.hadamard)
        slopes = writer.matrix(
            back.top,
            back.right + 3,
            self._shape(self.delta_rows, layer),
            f"{function.symbol}′(Z)",
            self._turn(slope),
            BACKWARD,
        )
        writer.sign(back.top, slopes.right + 2, "=")
        self._delta(layer, back.top, slopes.right + 3, back.area * slopes.area, "")
        writer.row = max(bottom, back.bottom) + 2

    def update(self, layer: int) -> None:
        """The gradient as a product, and the new weights."""
        context, writer, rows = self.context, self.writer, self.delta_rows
        sources, units = context.sizes[layer - 1] + 1, context.sizes[layer]
        writer.heading(f"Update: {self.symbols.layer(layer)}")
        delta = (self._delta_name(layer), self.delta[layer].area, BACKWARD)
        ones = self._ones(layer - 1, not rows)
        if rows:
            self._product((sources, context.samples, units), ones, delta)
        else:
            self._product((units, context.samples, sources), delta, ones)
        left, above = self._factors
        product: Expression = call("MMULT", left.area, above.area)
        title = self._derivative(self.notation.cost_letter, "W", layer)
        if context.samples > 1:
            product, title = product / context.samples, title + f", mean of {context.samples}"
        gradient = writer.matrix(
            left.top,
            above.left,
            (left.rows, above.columns),
            title,
            product,
            BACKWARD,
            self._weights_of("_gradient", layer, rows),
        )
        self._weight_blocks("_gradient", layer, gradient, rows)
        writer.sign(left.top, gradient.right + 2, "→")
        held = self.weights[layer]
        new = self._new(held, gradient)
        turned = ", transposed" if self.turned else ""
        name = "new " + self.symbols.matrix("W", layer) + " = W − " + self.symbols.learning_rate
        name += "·gradient" + turned
        if not context.lesson.training.train_biases:
            name += "; biases stay"
        self.writer.right = max(self.writer.right, gradient.right + 8)
        after = writer.matrix(
            left.top, gradient.right + 3, (held.rows, held.columns), name, new, UPDATE
        )
        writer.row = max(left.bottom, after.bottom) + 2

    def _new(self, held: Placed, gradient: Placed) -> list[Part]:
        """The new weights; in parts where the biases stay as they are."""
        down = self.context.rate * self._turn(gradient.area)
        if self.context.lesson.training.train_biases:
            return [Part((ALL, ALL), held.area - down)]
        weight, bias = self._inner(self.weight_part), self._inner(self.bias_part)
        rows, columns = weight
        moved = gradient.part(columns, rows) if self.turned else gradient.part(rows, columns)
        down = self.context.rate * self._turn(moved)
        return [
            Part(weight, held.part(*weight) - down),
            Part(bias, held.part(*bias)),
        ]

    def _inner(self, part: slice) -> tuple[slice, slice]:
        """The rows and columns of W that a part of its sources makes up."""
        return (part, ALL) if self.rows else (ALL, part)

    def _product(
        self,
        sizes: tuple[int, int, int],
        left: tuple[Rich, Content, styles.Style],
        above: tuple[Rich, Content, styles.Style],
    ) -> None:
        """Place the factors of an n×k by k×m product; where they meet stays free."""
        n, k, m = sizes
        top, writer = self.writer.row + 1, self.writer
        meet, across = top + k + 2, LEFT + k + 2
        self._factors = (
            writer.matrix(meet, LEFT, (n, k), *left),
            writer.matrix(top, across, (k, m), *above),
        )

    _factors: tuple[Placed, Placed]

    def _taken_back(self, layer: int) -> Placed:
        """The next layer's δ taken back through its weights, without the biases."""
        context, symbols = self.context, self.symbols
        nexts, units = context.sizes[layer + 1], context.sizes[layer]
        held = self.weights[layer + 1]
        weights: Expression = (
            held.part(self.weight_part, ALL) if self.rows else held.part(ALL, self.weight_part)
        )
        name = symbols.matrix("W", layer + 1)
        if self.rows == self.delta_rows:
            weights, name = call("TRANSPOSE", weights), name + ", transposed"
        through = (name + ", without biases", weights, UPDATE)
        delta = (self._delta_name(layer + 1), self.delta[layer + 1].area, BACKWARD)
        if self.delta_rows:
            self._product((context.samples, nexts, units), delta, through)
        else:
            self._product((units, nexts, context.samples), through, delta)
        left, above = self._factors
        return self.writer.matrix(
            left.top,
            above.left,
            (left.rows, above.columns),
            self._derivative(self.notation.loss_letter, "A", layer),
            call("MMULT", left.area, above.area),
            BACKWARD,
        )

    def _delta(self, layer: int, top: int, left: int, content: Expression, note: str) -> None:
        shape = self._shape(self.delta_rows, layer)
        title = self._delta_name(layer) + note
        compared = self._of("delta", layer, self.delta_rows)
        delta = self.writer.matrix(top, left, shape, title, content, BACKWARD, compared)
        self.delta[layer] = delta
        axes = ("sample", "unit") if self.delta_rows else ("unit", "sample")
        self.writer.block("delta", layer, delta.area, *axes)

    def _targets(self, layer: int) -> Placed:
        targets = self.context.knob("target")

        def element(r: int, c: int) -> Expression:
            sample, unit = (r, c) if self.rows else (c, r)
            return targets.ref(sample=sample, unit=unit)

        shape = self._shape(self.rows, layer)
        return self.writer.matrix(self.writer.row + 1, LEFT, shape, "T", element, GIVEN)

    def _ones(self, layer: int, rows: bool) -> tuple[Rich, list[Part], styles.Style]:
        """The activations of a layer, or the inputs, with ones for the bias.

        Activations are repeated by an array formula: LibreOffice does not tell a single
        cell's reference that a cell inside an array has changed.
        """
        name = self.symbols.matrix("A", layer) + " with ones"
        name += "" if rows == self.rows else ", transposed"
        weight = (ALL, self.weight_part) if rows else (self.weight_part, ALL)
        bias = (ALL, self.bias_part) if rows else (self.bias_part, ALL)
        if layer:
            area = self.a[layer].area
            held: Expression | Elements = area if rows == self.rows else call("TRANSPOSE", area)
        else:

            def held(r: int, c: int) -> Expression:
                sample, unit = (r, c) if rows else (c, r)
                return self.context.knob("input").ref(sample=sample, unit=unit)

        parts = [Part(weight, held), Part(bias, lambda r, c: Number(1))]
        return name, parts, FORWARD if layer else GIVEN

    def _of(self, quantity: str, layer: int, rows: bool) -> Elements:
        """Training's z, activations or δ of the chosen step."""

        def element(r: int, c: int) -> Expression:
            sample, unit = (r, c) if rows else (c, r)
            return self.context.of_step(quantity, layer, sample=sample, unit=unit)

        return element

    def _weights_of(self, kind: str, layer: int, rows: bool) -> Elements:
        """Training's weights and biases (or their gradients) of the chosen step.

        `rows`: a source is a row, otherwise a column; the bias is first or last.
        """
        first, sources = self.notation.bias_node_first, self.context.sizes[layer - 1]

        def element(r: int, c: int) -> Expression:
            source, unit = (r, c) if rows else (c, r)
            if source == (0 if first else sources):
                return self.context.of_step(f"bias{kind}", layer, unit=unit)
            return self.context.of_step(f"weight{kind}", layer, unit=unit, source=source - first)

        return element

    def _weight_blocks(self, kind: str, layer: int, placed: Placed, rows: bool) -> None:
        """The index's blocks of a matrix that holds weights and biases."""
        if rows:
            weight, bias = placed.part(self.weight_part, ALL), placed.part(self.bias_part, ALL)
            self.writer.block(f"weight{kind}", layer, weight, "source", "unit")
            self.writer.block(f"bias{kind}", layer, bias, "", "unit")
        else:
            weight, bias = placed.part(ALL, self.weight_part), placed.part(ALL, self.bias_part)
            self.writer.block(f"weight{kind}", layer, weight, "unit", "source")
            self.writer.block(f"bias{kind}", layer, bias, "unit", "")

    def _shape(self, rows: bool, layer: int) -> tuple[int, int]:
        samples, units = self.context.samples, self.context.sizes[layer]
        return (samples, units) if rows else (units, samples)

    def _turn(self, matrix: Expression) -> Expression:
        """A matrix that lies as A does, laid as δ does."""
        return call("TRANSPOSE", matrix) if self.turned else matrix

    def _delta_name(self, layer: int) -> Rich:
        if self.notation.delta == "δ":
            return self.symbols.matrix("δ", layer)
        return self.notation.delta[:-1] + self.symbols.matrix("Z", layer)

    def _derivative(self, of: str, by: str, layer: int) -> Rich:
        d = self.notation.derivative
        return f"{d}{of}/{d}" + self.symbols.matrix(by, layer)
