"""Panel diagonal-matrices: A W, D c, D wᵗδ and δ A, and the Hadamard product that spares the zeros.

HappyDustbunny, "Forward pass" to the summary, with w⁽²⁾ transposed in D⁽¹⁾w⁽²⁾ᵗδ⁽²⁾; in other
notations with their rows and columns.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from sheetnet.expressions.formula import Area, Expression, Number, call, total
from sheetnet.expressions.rich import Rich, rich
from sheetnet.network.engine import FloatArray
from sheetnet.network.layers.dense import Dense
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, BIAS, DELTA, INPUT, TARGET, WEIGHT, Z
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.panels import factor_numbers as found
from sheetnet.network.sheets.panels.fitting_layers import squared
from sheetnet.network.sheets.panels.oriented import Factor
from sheetnet.network.sheets.panels.pairs import LEFT, Pairs
from sheetnet.network.sheets.panels.rows import derivative
from sheetnet.workbook import styles
from sheetnet.workbook.model import Sheet
from sheetnet.workbook.styles import BACKWARD, FORWARD, GIVEN, UPDATE

NAME = "Diagonal matrices"


def _column(numbers: Numbers, layer: int, where: int | None) -> FloatArray:
    """What a layer takes, as a column; a 1 for the biases at its place."""
    below = numbers.below(layer)[numbers.sample]
    return (below if where is None else np.insert(below, where, 1.0))[:, None]


def _weights(numbers: Numbers, layer: int, where: int | None) -> FloatArray:
    """W with units as rows, the biases in their column."""
    weights = numbers.now(WEIGHT, layer)
    if where is None:
        return weights
    bias = numbers.now(BIAS, layer)[:, None]
    return np.hstack([weights[:, :where], bias, weights[:, where:]])


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
        if not context.notation.diagonal:
            hint += "; D is a letter of ours: the document has none for the slopes on a diagonal"
        title = "Slopes on a diagonal, and what its zeros cost"
        super().__init__(context, NAME, title, hint, wide)
        if context.batch:
            look = styles.GIVEN.but(bold=True, horizontal="center", number_format="0")
            claimed = lambda numbers: numbers.sample + 1  # noqa: E731
            self.sheet.put(3, self.right, "example", styles.LABEL_RIGHT)
            self.sheet.put(3, self.right + 1, context.sample, look, claim=claimed)
        #: Rows forward need not be rows on the way back.
        self.forward, self.backward = context.notation.example_rows, self.turned
        self.below: dict[int, Area] = {}
        self.w: dict[int, Area] = {}
        self.z: dict[int, tuple[Area, Area]] = {}
        self.a: dict[int, tuple[Area, Area]] = {}
        self.delta: dict[int, tuple[Area, Area]] = {}

    def write(self) -> list[Sheet]:
        for layer in self.context.dense:
            self.turned = self.forward
            self._forward(layer)
        for layer in reversed(self.context.dense):
            self.turned = self.backward
            self._backward(layer)
        return [self.finish()]

    def _where(self, layer: Dense) -> int | None:
        """Which column of W the biases are; None where they are none of it."""
        notation = self.symbols.notation
        if not (layer.bias and notation.bias_in_matrix):
            return None
        return 0 if notation.bias_node_first else layer.sources

    def _below_name(self, layer: Dense) -> Rich:
        """What a layer takes, with the 1 where W holds the biases."""
        s, below = self.symbols, layer.number - 1
        held = s.letters.held and self._where(layer) is not None
        return s.letter(s.letters.held, "", below) if held else s.matrix("a", below)

    def _below(self, layer: Dense, transposed: bool = False) -> Factor:
        return self.factor(self.below[layer.number], self._below_name(layer), transposed)

    def _matrix_name(self, layer: Dense) -> Rich:
        """W, with the biases where the document has them in it."""
        whole = self._where(layer) is not None or self.forward
        return self.symbols.matrix("W", layer.number) if whole else self.weights(layer.number)

    def _small(self, layer: Dense) -> Factor:
        """W without the biases, transposed: what takes δ back."""
        n, area, where = layer.number, self.w[layer.number], self._where(layer)
        top, left, bottom, right = area.top, area.left, area.bottom, area.right
        if where is not None and self.forward:
            top, bottom = (top + 1, bottom) if where == 0 else (top, bottom - 1)
        elif where is not None:
            left, right = (left + 1, right) if where == 0 else (left, right - 1)
        part = Area(NAME, top, left, bottom, right)
        # A letter of its own for them is a matrix of units × sources.
        named = self.forward and not self.symbols.letters.w
        return Factor(part, self.weights(n), self.forward, named, transposed=True)

    def _forward(self, layer: Dense) -> None:
        """W times what the layer takes, or the row of that times W."""
        context, s, n = self.context, self.symbols, layer.number
        sources, units, where = layer.sources, layer.units, self._where(layer)
        inside, apart = where is not None, bool(layer.bias) and where is None
        one = "row" if self.turned else "column"
        self.section(
            f"Forward: {s.layer(n)}, the {one} of values" + " with a 1 for the biases" * inside
        )

        def source(k: int) -> int | None:
            """Which source is the k-th; None for the node of value 1."""
            if where is None or k < where:
                return k
            return None if k == where else k - 1

        def below(k: int, _: int) -> Expression:
            real = source(k)
            if real is None:
                return Number(1)
            return context.given(INPUT, real) if n == 1 else self.at(self.a[n - 1][0], real, 0)

        def weight(j: int, k: int) -> Expression:
            real = source(k)
            if real is None:
                return context.of_step(BIAS, n, unit=j)
            return context.of_step(WEIGHT, n, unit=j, source=real)

        taken = sources + inside
        area = self.below[n] = self.cells(
            LEFT,
            (taken, 1),
            self._below_name(layer) + (self.names.one_held(n - 1) if inside else rich("")),
            below,
            partial(_column, layer=n, where=where),
            FORWARD if n > 1 else GIVEN,
        )
        w = self.w[n] = self.cells(
            self.right,
            (units, taken),
            self._matrix_name(layer),
            weight,
            partial(_weights, layer=n, where=where),
            UPDATE,
        )
        biases: Area | None = None
        if apart:
            biases = self.cells(
                w.right + 2,
                (units, 1),
                self.biases(n),
                lambda j, _: context.of_step(BIAS, n, unit=j),
                lambda numbers: numbers.now(BIAS, n)[:, None],
                UPDATE,
            )
        self.row += max(area.shape[0], w.shape[0]) + 1
        formula, product = self.product(
            self.factor(w, self._matrix_name(layer)), self._below(layer)
        )
        if biases:
            formula, product = formula + biases, product + " + " + self.biases(n)

        def summed(j: int, _: int) -> Expression:
            products = [self.at(w, j, k) * self.at(area, k, 0) for k in range(taken)]
            return total([*products, *([self.at(biases, j, 0)] if biases else [])])

        shape = (units, 1)
        z = self.z[n] = self.pair(
            shape,
            "each weighted sum",
            summed,
            s.matrix("z", n) + " = " + product if s.letters.z else product,
            formula,
            lambda numbers: found.column(numbers, Z, n),
            FORWARD,
            lambda j, _: context.of_step(Z, n, unit=j),
        )
        function = layer.activation.symbol
        inner = s.matrix("z", n) if s.letters.z else product
        self.a[n] = self.pair(
            shape,
            f"each value: {function} of the sum",
            lambda j, _: layer.applied([self.at(z[0], j, 0)], 0),
            s.matrix("a", n) + " = " + self.names.applied(function, n, inner),
            layer.applied([z[1]], 0),
            lambda numbers: found.column(numbers, ACTIVATION, n),
            FORWARD,
            lambda j, _: context.of_step(ACTIVATION, n, unit=j),
        )

    def _backward(self, layer: Dense) -> None:
        """δ with the diagonal matrix and with ⊙, and the gradient."""
        context, s, n = self.context, self.symbols, layer.number
        units, column = layer.units, (layer.units, 1)
        self.section(f"Backward: {s.layer(n)}")
        d = s.letter(s.notation.diagonal or "D", "", n)
        delta_name = s.deltas(n, one=True)
        if n == context.depth:
            name = derivative(s, s.loss_letter, s.matrix("a", n))
            if s.notation.error:
                name = s.letter(s.notation.error, "", None)
            outputs, targets = self.a[n][0], [context.given(TARGET, i) for i in range(units)]
            gradient = context.net.loss.cell_gradient
            held = [self.at(outputs, i, 0) for i in range(units)]
            c = self.cells(
                LEFT,
                column,
                name + ": how the cost changes with each output",
                lambda i, _: gradient(held, targets, i, context.loss_hyper),
                partial(found.by_activation, layer=n),
                BACKWARD,
            )
            self.row += c.shape[0] + 2
            back = c, c
        else:
            w, where = self.w[n + 1], self._where(context.dense[n])
            shift = where == 0
            delta, delta_array = self.delta[n + 1]
            above = range(context.sizes[n + 1])
            formula, name = self.product(
                self._small(context.dense[n]),
                self.factor(delta_array, s.deltas(n + 1, one=True)),
            )
            without = ", without the biases" * (where is not None)
            back = self.pair(
                column,
                f"each: Σ of {s.delta_name} · weight" + without,
                lambda k, _: total(
                    [self.at(delta, j, 0) * self.at(w, j, k + shift) for j in above]
                ),
                name + without,
                formula,
                partial(found.by_activation, layer=n),
                BACKWARD,
            )
        slopes = self._diagonal(layer, d)
        formula, product = self.product(self.factor(slopes, d), self.factor(back[1], name))
        self.delta[n] = self.pair(
            column,
            delta_name + f": slope {s.notation.hadamard} " + name,
            lambda j, _: self.at(slopes, j, j) * self.at(back[0], j, 0),
            delta_name + " = " + product,
            formula,
            lambda numbers: found.column(numbers, DELTA, n),
            BACKWARD,
            lambda j, _: context.of_step(DELTA, n, unit=j),
        )
        self._count(slopes)
        below, where, (delta, delta_array) = self.below[n], self._where(layer), self.delta[n]
        by = s.matrix("W", n) if where is not None else self.weights(n)
        formula, product = self.product(
            self.factor(delta_array, delta_name), self._below(layer, transposed=True)
        )

        def training(j: int, k: int) -> Expression:
            if k == where:
                return context.of_step(BIAS.gradient, n, unit=j)
            source = k - 1 if where is not None and k > where else k
            return context.of_step(WEIGHT.gradient, n, unit=j, source=source)

        self.pair(
            (units, max(below.shape)),
            f"each: {s.delta_name} of the unit · value below",
            lambda j, k: self.at(delta, j, 0) * self.at(below, k, 0),
            derivative(s, s.loss_letter, by)
            + " = "
            + product
            + f", a unit a {'column' if self.turned else 'row'}",
            formula,
            lambda numbers: found.column(numbers, DELTA, n) @ _column(numbers, n, where).T,
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
            if i != j:
                return Number(0)
            return slope(self.at(z, j, 0), self.at(a, j, 0), layer.hyper)

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
