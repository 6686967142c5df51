"""Matrices: the chosen step once more in matrix form, by array formulas.

A product stands where its left factor's rows meet its right factor's columns. The order
is the document's: an example is a row (A W, X w) or a column (W a). The bias is a row or
column of the weights, times ones; one that all units share is a number beside them. ✓ compares
each row with the element form on Training.
"""

from __future__ import annotations

import numpy as np

from sheetnet.expressions.formula import Binary, Expression, Number, call
from sheetnet.expressions.rich import Rich
from sheetnet.network.engine import FloatArray
from sheetnet.network.layers.dense import Dense
from sheetnet.network.numbers import Derived, Numbers
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
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.matrix_parameters import ALL, Laid, rectangles
from sheetnet.network.sheets.matrix_writer import (
    LEFT,
    Content,
    Elements,
    MatrixWriter,
    Part,
    Placed,
)
from sheetnet.network.sheets.shown import NEXT_BIAS, NEXT_WEIGHT
from sheetnet.network.sums import divided
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.model import PrintSetup, Sheet
from sheetnet.workbook.styles import BACKWARD, FORWARD, GIVEN, UPDATE

NAME = "Matrices"
#: Of a step, so that the sheet stays a picture.
MOST_NUMBERS = 40_000

SLOPE = Quantity("slope", (SAMPLE, UNIT), Role.BACKWARD, "slopes", DELTA.symbol)
ACTIVATION_GRADIENT = Quantity(
    "activation_gradient", (SAMPLE, UNIT), Role.BACKWARD, "∂L/∂a", DELTA.symbol
)


def _slopes(numbers: Numbers, layer: int) -> FloatArray:
    """da/dz of all units: what the activation takes back of a gradient of 1."""
    values = numbers.now(Z, layer), numbers.now(ACTIVATION, layer)
    own = numbers.net.layers[layer - 1]
    assert isinstance(own, Dense)
    back: FloatArray = own.activation.back(*values, np.ones_like(values[0]), own.hyper)
    return back


def _by_activation(numbers: Numbers, layer: int) -> FloatArray:
    net = numbers.net
    if layer == net.depth:
        outputs = numbers.now(ACTIVATION, layer)
        by_output: FloatArray = net.loss.gradient(outputs, numbers.targets, net.loss_hyper)
        return by_output
    above: FloatArray = numbers.now(DELTA, layer + 1) @ numbers.now(WEIGHT, layer + 1)
    return above


def _applies(context: Context) -> bool:
    """Whether the matrices are of a size that anybody looks at, and all work unit by unit."""
    return (
        bool(context.dense)
        and all(layer.activation.cell_slope for layer in context.dense)
        and context.net.count(context.samples) <= MOST_NUMBERS
    )


def _fill(context: Context) -> list[Sheet]:
    """The sheet for the step that is chosen on Start, with all examples."""
    sheet = Sheet(NAME, "the same step as matrix products")
    sheet.tab_colour, sheet.freeze, sheet.cursor = styles.ORANGE, (4, 1), (4, 2)
    sheet.default_width = 9.2
    sheet.widths[1] = 2.5
    sheet.print_setup = PrintSetup()
    frame.head(sheet, "The same in matrices", _hint(context), LEFT, problem=PROBLEM)
    sheet.put(3, LEFT, "step", styles.LABEL_RIGHT)
    look = styles.NUMBER.but(bold=True, number_format="0")
    sheet.put(3, LEFT + 1, context.step, look, claim=lambda numbers: numbers.step)
    sheet.put(3, LEFT + 2, "chosen on Start", styles.HINT)
    sections = Sections(context, MatrixWriter(context, sheet, 5))
    layers = range(1, context.depth + 1)
    for layer in layers:
        sections.forward(layer)
    for layer in reversed(layers):
        sections.backward(layer)
    for layer in layers:
        sections.update(layer)
    sections.writer.finish()
    return [sheet]


def _hint(context: Context) -> str:
    """How to read the sheet, with the biases that there are."""
    hint = (
        "A product stands where the rows of its left factor meet the columns of the factor above it"
    )
    found = [layer.bias for layer in context.dense if layer.bias]
    if any(bias.axes for bias in found):
        hint += "; the biases are one more row or column of W, times ones"
    if not all(bias.axes for bias in found):
        hint += "; a bias that all units share is added to every number of the product"
    return hint + ". ✓: equal to Training."


MATRICES = SheetKind(
    NAME,
    _fill,
    applies=_applies,
    derived=(Derived(SLOPE, _slopes), Derived(ACTIVATION_GRADIENT, _by_activation)),
)


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
        name = self.symbols.matrix("W", layer) + f", biases {where}" * bool(bias)
        weights = (name, self.laid.elements(WEIGHT, bias, layer, rows), UPDATE)
        ones = self._ones(layer, rows)
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
            self.symbols.matrix("Z", layer) + ", b added" * (layer in self.shared),
            summed,
            FORWARD,
            self._of(Z, layer, rows),
        )
        own = context.dense[layer - 1]
        function = own.activation
        writer.sign(z.top, z.right + 2, "→")
        a = writer.matrix(
            z.top,
            z.right + 3,
            shape,
            self.symbols.matrix("A", layer) + f" = {function.symbol}(Z)",
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
        if layer == context.depth:
            targets = self._targets(layer)
            fused = net.is_fused(layer)
            formula = net.loss.cell_fused if fused else net.loss.cell_gradient
            by_a = formula([a], [targets.area], 0, net.loss_hyper)
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
            f"{function.symbol}′(Z)",
            self._turn(slope),
            BACKWARD,
        )
        writer.holds(SLOPE, layer, slopes.area, *self._axes(self.delta_rows))
        writer.sign(back.top, slopes.right + 2, "=")
        self._delta(layer, back.top, slopes.right + 3, back.area * slopes.area, "")
        writer.row = max(bottom, back.bottom) + 2

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
        product = self._over_examples(call("MMULT", left.area, above.area))
        if context.samples > 1:
            title = title + f", {context.net.reduction.written} of {context.samples}"
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
            turned = ", transposed" if self.turned else ""
            name += " = W − " + self.symbols.learning_rate + "·gradient" + turned
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
        held, part = self.weights[layer + 1], self.laid.parts(layer + 1)[0]
        weights: Expression = held.part(part, ALL) if self.rows else held.part(ALL, part)
        name = symbols.matrix("W", layer + 1)
        if self.rows == self.delta_rows:
            weights, name = call("TRANSPOSE", weights), name + ", transposed"
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
            self._derivative(self.notation.loss_letter, "A", layer),
            call("MMULT", left.area, above.area),
            BACKWARD,
        )

    def _delta(self, layer: int, top: int, left: int, content: Expression, note: str) -> None:
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
        placed = self.writer.matrix(self.writer.row + 1, LEFT, shape, "T", element, GIVEN)
        self.writer.holds(TARGET, None, placed.area, *self._axes(self.rows))
        return placed

    def _ones(self, layer: int, rows: bool) -> tuple[Rich, list[Part], styles.Style]:
        """What a layer takes, the activations below or the inputs, with ones for its biases.

        Activations are repeated by an array formula: LibreOffice does not tell a single
        cell's reference that a cell inside an array has changed.
        """
        below, (weights, biases) = layer - 1, self.laid.parts(layer)
        name = self.symbols.matrix("A", below) + " with ones" * bool(biases)
        name += "" if rows == self.rows else ", transposed"
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
        if self.notation.delta == "δ":
            return self.symbols.matrix("δ", layer)
        return self.notation.delta[:-1] + self.symbols.matrix("Z", layer)

    def _derivative(self, of: str, by: str, layer: int) -> Rich:
        d = self.notation.derivative
        return f"{d}{of}/{d}" + self.symbols.matrix(by, layer)
