"""Panel diagonal-matrices: A W, D c, D wᵗδ and δ A, and the Hadamard product that spares the zeros.

HappyDustbunny, "Forward pass" to the summary, with w⁽²⁾ transposed in D⁽¹⁾w⁽²⁾ᵗδ⁽²⁾.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from sheetnet.expressions.formula import Area, Expression, Number, call, total
from sheetnet.expressions.rich import Rich
from sheetnet.network.engine import FloatArray
from sheetnet.network.layers.dense import Dense
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, BIAS, DELTA, INPUT, TARGET, WEIGHT, Z
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.panels import factor_numbers as found
from sheetnet.network.sheets.panels.fitting_layers import squared
from sheetnet.network.sheets.panels.pairs import LEFT, Pairs, at
from sheetnet.network.sheets.panels.rows import derivative
from sheetnet.workbook import styles
from sheetnet.workbook.model import Sheet
from sheetnet.workbook.styles import BACKWARD, FORWARD, GIVEN, UPDATE

NAME = "Diagonal matrices"


def _row(numbers: Numbers, layer: int) -> FloatArray:
    """What a layer takes, as a row; a 1 behind it where the layer has biases."""
    below = numbers.below(layer)[numbers.sample]
    has_bias = any(q == BIAS for q in numbers.net.layers[layer - 1].parameters)
    return np.append(below, [1.0] * has_bias)[None]


def _weights(numbers: Numbers, layer: int) -> FloatArray:
    """W with sources as rows, the biases last."""
    weights = numbers.now(WEIGHT, layer).T
    if any(q == BIAS for q in numbers.net.layers[layer - 1].parameters):
        weights = np.vstack([weights, numbers.now(BIAS, layer)[None]])
    return weights


def _diagonal(numbers: Numbers, layer: int) -> FloatArray:
    diagonal: FloatArray = np.diag(found.slope(numbers, layer)[:, 0])
    return diagonal


class _Panel(Pairs):
    """The two passes of the chosen example."""

    def __init__(self, context: Context) -> None:
        wide = max(n + 1 for n in context.sizes)
        hint = (
            "left: element by element, ✓ equals Training; right: matrix products, ✓ equals the left"
        )
        title = "Slopes on a diagonal, and what its zeros cost"
        super().__init__(context, NAME, title, hint, wide)
        if context.batch:
            look = styles.GIVEN.but(bold=True, horizontal="center", number_format="0")
            claimed = lambda numbers: numbers.sample + 1  # noqa: E731
            self.sheet.put(3, self.right, "example", styles.LABEL_RIGHT)
            self.sheet.put(3, self.right + 1, context.sample, look, claim=claimed)
        self.rows: dict[int, Area] = {}
        self.w: dict[int, Area] = {}
        self.z: dict[int, tuple[Area, Area]] = {}
        self.a: dict[int, tuple[Area, Area]] = {}
        self.delta: dict[int, tuple[Area, Area]] = {}

    def write(self) -> list[Sheet]:
        for layer in self.context.dense:
            self._forward(layer)
        for layer in reversed(self.context.dense):
            self._backward(layer)
        return [self.finish()]

    def _row_name(self, layer: Dense) -> Rich:
        """What a layer takes, with the 1 where it has biases."""
        below = layer.number - 1
        return self.names.held(below) if layer.bias else self.symbols.matrix("A", below)

    def _forward(self, layer: Dense) -> None:
        """The row A with its 1 times W."""
        context, s, n = self.context, self.symbols, layer.number
        sources, has_bias = layer.sources, bool(layer.bias)
        self.section(
            f"Forward: {s.layer(n)}, the row of values" + " with a 1 for the biases" * has_bias
        )

        def below(_: int, k: int) -> Expression:
            if k == sources:
                return Number(1)
            if n == 1:
                return context.given(INPUT, k)
            return at(self.a[n - 1][0], 0, k)

        row = self.rows[n] = self.cells(
            LEFT,
            (1, sources + has_bias),
            self._row_name(layer),
            below,
            partial(_row, layer=n),
            FORWARD if n > 1 else GIVEN,
        )

        def weight(k: int, j: int) -> Expression:
            if k == sources:
                return context.of_step(BIAS, n, unit=j)
            return context.of_step(WEIGHT, n, unit=j, source=k)

        w = self.w[n] = self.cells(
            self.right,
            (sources + has_bias, layer.units),
            s.matrix("W", n),
            weight,
            partial(_weights, layer=n),
            UPDATE,
        )
        self.row += sources + has_bias + 1
        shape, product = (1, layer.units), self._row_name(layer) + " " + s.matrix("W", n)
        z = self.z[n] = self.pair(
            shape,
            "each weighted sum",
            lambda _, j: total([at(row, 0, k) * at(w, k, j) for k in range(row.shape[1])]),
            product,
            call("MMULT", row, w),
            lambda numbers: found.column(numbers, Z, n).T,
            FORWARD,
            lambda _, j: context.of_step(Z, n, unit=j),
        )
        function = layer.activation.symbol
        self.a[n] = self.pair(
            shape,
            f"each value: {function} of the sum",
            lambda _, j: layer.applied([at(z[0], 0, j)], 0),
            s.matrix("a", n)
            + f" = {function}("
            + self._row_name(layer)
            + " "
            + s.matrix("W", n)
            + ")",
            layer.applied([z[1]], 0),
            lambda numbers: found.column(numbers, ACTIVATION, n).T,
            FORWARD,
            lambda _, j: context.of_step(ACTIVATION, n, unit=j),
        )

    def _backward(self, layer: Dense) -> None:
        """δ with the diagonal matrix and with ⊙, and δ A."""
        context, s, n = self.context, self.symbols, layer.number
        units = layer.units
        column = (units, 1)
        self.section(f"Backward: {s.layer(n)}")
        d = s.letter(s.notation.diagonal or "D", "", n)
        if n == context.depth:
            right_name = derivative(s, s.loss_letter, s.matrix("a", n))
            if s.notation.error:
                right_name = s.letter(s.notation.error, "", None)
            outputs, targets = self.a[n][0], [context.given(TARGET, i) for i in range(units)]
            gradient = context.net.loss.cell_gradient
            held = [at(outputs, 0, i) for i in range(units)]
            c = self.cells(
                LEFT,
                column,
                right_name + ": how the cost changes with each output",
                lambda i, _: gradient(held, targets, i, context.loss_hyper),
                partial(found.by_activation, layer=n),
                BACKWARD,
            )
            self.row += units + 2
            back = c, c
        else:
            w = self.w[n + 1]
            part = Area(NAME, w.top, w.left, w.top + units - 1, w.right)
            delta, delta_array = self.delta[n + 1]
            above = range(context.sizes[n + 1])
            small = self.names.transposed(self.names.without_biases(n + 1))
            right_name = small + " " + s.deltas(n + 1)
            back = self.pair(
                column,
                f"each: Σ of {s.delta_name} · weight, without the biases",
                lambda k, _: total([at(delta, j, 0) * at(w, k, j) for j in above]),
                right_name + ", without the biases",
                # W lies here with its sources as rows, so it is transposed as it stands.
                call("MMULT", part, delta_array),
                partial(found.by_activation, layer=n),
                BACKWARD,
            )
        slopes = self._diagonal(layer, d)
        self.delta[n] = self.pair(
            column,
            s.deltas(n) + f": slope {s.notation.hadamard} " + right_name,
            lambda j, _: at(slopes, j, j) * at(back[0], j, 0),
            s.deltas(n) + " = " + d + " " + right_name,
            call("MMULT", slopes, back[1]),
            lambda numbers: found.column(numbers, DELTA, n),
            BACKWARD,
            lambda j, _: context.of_step(DELTA, n, unit=j),
        )
        self._count(slopes)
        row, (delta, delta_array) = self.rows[n], self.delta[n]
        name = derivative(s, s.loss_letter, s.matrix("W", n))
        name = name + " = " + s.deltas(n) + " " + self._row_name(layer)
        last = layer.sources

        def training(j: int, k: int) -> Expression:
            if k == last:
                return context.of_step(BIAS.gradient, n, unit=j)
            return context.of_step(WEIGHT.gradient, n, unit=j, source=k)

        self.pair(
            (units, row.shape[1]),
            f"each: {s.delta_name} of the unit · value below",
            lambda j, k: at(delta, j, 0) * at(row, 0, k),
            name + ", a unit a row",
            call("MMULT", delta_array, row),
            lambda numbers: found.column(numbers, DELTA, n) @ _row(numbers, n),
            BACKWARD,
            None if context.batch else training,
        )

    def _diagonal(self, layer: Dense, name: Rich) -> Area:
        """D: the slopes on the diagonal, 0 elsewhere."""
        n = layer.number
        slope = layer.activation.cell_slope
        assert slope
        z, a = self.z[n][0], self.a[n][0]

        def cell(i: int, j: int) -> Expression:
            return slope(at(z, 0, j), at(a, 0, j), layer.hyper) if i == j else Number(0)

        area = self.cells(
            LEFT,
            (layer.units, layer.units),
            name + f": the slopes {layer.activation.symbol}′ on the diagonal",
            cell,
            partial(_diagonal, layer=n),
            BACKWARD,
        )
        self.row += layer.units + 2
        return area

    def _count(self, diagonal: Area) -> None:
        """How many multiplications D takes, how many of them by a zero that ⊙ spares."""
        size = diagonal.shape[0]
        look = styles.NUMBER.but(number_format="0", horizontal="center", bold=True)
        counted = call("COUNT", diagonal)
        zeros = counted - Number(size)
        self.row -= 1
        sheet, row = self.sheet, self.row
        sheet.put(row, LEFT, counted, look, claim=float(size * size))
        sheet.put(row, LEFT + 1, "multiplications with D", styles.HINT)
        sheet.put(row, self.right, zeros, look, claim=float(size * size - size))
        hadamard = self.symbols.notation.hadamard
        text = f"of them by a zero: {hadamard} spares these"
        sheet.put(row, self.right + 1, text, styles.HINT)
        self.row += 3


def _fill(context: Context) -> list[Sheet]:
    return _Panel(context).write()


DIAGONAL_MATRICES = SheetKind(NAME, _fill, refuses=squared)
