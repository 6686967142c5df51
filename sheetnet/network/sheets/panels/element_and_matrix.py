"""Panel element-and-matrix: each matrix equation of a batch beside the same by element sums.

Wichmann 1.2 to 4: examples are columns, or rows where the notation has them so. ∂J/∂A⁽ˡ⁾ is
measured, too: lemma (4.3).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sheetnet.expressions.formula import Area, Expression, Number, Ref, call, square, total
from sheetnet.expressions.rich import Rich, Run, rich
from sheetnet.network.layers.dense import Dense
from sheetnet.network.lesson import Lesson
from sheetnet.network.losses import HALF_SQUARED_ERROR
from sheetnet.network.quantities import (
    ACTIVATION,
    BIAS,
    COST,
    INPUT,
    TARGET,
    WEIGHT,
    Z,
)
from sheetnet.network.reductions import MEAN
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.gradient_verdicts import COARSE, KINK
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.panels import batch_numbers as found
from sheetnet.network.sheets.panels.fitting_layers import unit_by_unit
from sheetnet.network.sheets.panels.moved_activations import Moved
from sheetnet.network.sheets.panels.oriented import Each, Factor
from sheetnet.network.sheets.panels.pairs import LEFT, Pairs
from sheetnet.network.sheets.panels.rows import (
    array,
    check,
    derivative,
)
from sheetnet.workbook import styles
from sheetnet.workbook.model import Sheet
from sheetnet.workbook.styles import BACKWARD, FORWARD, GIVEN, UPDATE

NAME = "Element and matrix"
MOST_EXAMPLES = 8


def refuses(lesson: Lesson) -> str:
    """Why a lesson cannot have it; an empty text where it can."""
    net = lesson.net
    if net.loss is not HALF_SQUARED_ERROR or net.reduction is not MEAN:
        return (
            "shows the cost 1/(2N)·Σ‖a − t‖²: set network.loss to half_squared_error and "
            "network.reduction to mean, or take the panel out"
        )
    if len(lesson.data.inputs) > MOST_EXAMPLES:
        return (
            f"shows up to {MOST_EXAMPLES} examples, and there are {len(lesson.data.inputs)}: take "
            "some of them out of [data], or the panel"
        )
    return unit_by_unit(lesson)


class _Panel(Pairs):
    """The two passes of the batch."""

    def __init__(self, context: Context) -> None:
        wide = max(context.samples, *context.sizes)
        rows = context.notation.delta_rows
        hint = (
            "left: each element a sum of its own, ✓ equals Training; right: one array formula, ✓ "
            f"equals the left; examples are {'rows' if rows else 'columns'}"
        )
        title = "A batch in element sums and in matrices"
        super().__init__(context, NAME, title, hint, wide)
        self.examples, self.depth = context.samples, context.depth
        self.w: dict[int, Area] = {}
        self.b: dict[int, Area | None] = {}
        self.z: dict[int, tuple[Area, Area]] = {}
        self.a: dict[int, tuple[Area, Area]] = {}
        self.h: dict[int, tuple[Area, Area]] = {}

    def write(self) -> list[Sheet]:
        context = self.context
        self._data()
        for layer in context.dense:
            self._forward(layer)
        self._cost()
        a = {n: held[0] for n, held in self.a.items()}
        moved = Moved(context, a, self.w, self.b, self.t, self.turned)
        for layer in reversed(context.dense):
            self._backward(layer, moved)
        return [self.finish(), moved.sheet()]

    def _of(self, letter: str, layer: int, indices: str) -> Rich:
        """An element of a layer's matrix, its indices as in columns."""
        name = self.weights(layer) if letter == "W" else self.symbols.matrix(letter, layer)
        return self._element(name, indices)

    def _element(self, name: Rich, indices: str) -> Rich:
        return _indexed(name, indices[::-1] if self.turned else indices)

    def _products(self, one: Rich, other: Rich) -> Rich:
        """Two elements that are multiplied, in the order of the matrices."""
        return (other + " " + one) if self.turned else (one + " " + other)

    def _data(self) -> None:
        """X, T and the ones."""
        context, s, examples = self.context, self.symbols, self.examples
        lying = "row" if self.turned else "column"
        self.section(f"The batch: inputs and targets, an example a {lying}; a column of ones")

        def given(quantity: Any) -> Each:
            block = context.fed(quantity)
            return lambda i, n: block.ref(sample=n, unit=i)

        inputs = self.cells(
            LEFT,
            (context.sizes[0], examples),
            s.matrix("A", 0),
            given(INPUT),
            lambda numbers: numbers.inputs.T,
            GIVEN,
        )
        self.t = self.cells(
            self.right,
            (context.sizes[-1], examples),
            s.matrix("T", context.depth),
            given(TARGET),
            lambda numbers: numbers.targets.T,
            GIVEN,
        )
        turned, self.turned = self.turned, False  # in all documents a column
        name = self.names.ones
        self.ones = self.cells(
            self.third, (examples, 1), name, lambda i, j: Number(1), lambda numbers: 1.0, GIVEN
        )
        self.turned = turned
        self.a[0] = inputs, inputs
        self.row += max(context.sizes[0], context.sizes[-1], examples) + 1

    def _forward(self, layer: Dense) -> None:
        context, s, n = self.context, self.symbols, layer.number
        units, sources, examples = layer.units, layer.sources, self.examples
        self.section(f"Forward: {s.layer(n)}, {layer.activation.written}")
        shape = (units, examples)
        w = self.w[n] = self.cells(
            LEFT,
            (units, sources),
            self.weights_title(n, bool(layer.bias)),
            lambda i, k: context.of_step(WEIGHT, n, unit=i, source=k),
            lambda numbers: numbers.now(WEIGHT, n),
            UPDATE,
        )
        b = self.b[n] = None
        if layer.bias:
            b = self.b[n] = self.cells(
                self.right,
                (units, 1),
                self.biases(n),
                lambda i, _: context.of_step(BIAS, n, unit=i),
                lambda numbers: numbers.now(BIAS, n)[:, None],
                UPDATE,
            )
            formula, spread_name = self.product(
                self.factor(b, self.biases(n)), self._ones(transposed=True)
            )
            spread = self.array(
                b.right + 2,
                shape,
                spread_name,
                formula,
                lambda numbers: np.outer(numbers.now(BIAS, n), np.ones(examples)),
                UPDATE,
            )
        self.row += self.shape((units, max(sources, examples)))[0] + 2
        below, below_array = self.a[n - 1]

        def summed(i: int, m: int) -> Expression:
            products = [self.at(w, i, k) * self.at(below, k, m) for k in range(sources)]
            return total([*products, *([self.at(b, i, 0)] if b else [])])

        product, name = self.product(
            self.factor(w, self.weights(n)), self.factor(below_array, s.matrix("A", n - 1))
        )
        name = s.matrix("Z", n) + " = " + name
        if b:
            product, name = product + spread, name + " + " + spread_name
        self.z[n] = self.pair(
            shape,
            "each sum: Σₖ "
            + self._products(self._of("W", n, "ik"), self._of("A", n - 1, "kn"))
            + (self._plus_bias() if b else ""),
            summed,
            name,
            product,
            found.turned(Z, n),
            FORWARD,
            lambda i, m: context.of_step(Z, n, unit=i, sample=m),
        )
        one, other = self.z[n]
        function = layer.activation.symbol
        self.a[n] = self.pair(
            shape,
            f"each value: {function}(" + self._of("Z", n, "in") + ")",
            lambda i, m: layer.applied([self.at(one, i, m)], 0),
            s.matrix("A", n) + " = " + self.names.applied(function, n, s.matrix("Z", n)),
            layer.applied([other], 0),
            found.turned(ACTIVATION, n),
            FORWARD,
            lambda i, m: context.of_step(ACTIVATION, n, unit=i, sample=m),
        )

    def _ones(self, transposed: bool = False) -> Factor:
        return self.factor(self.ones, self.names.ones, transposed)

    def _plus_bias(self) -> Rich:
        """The bias of unit i, as the last term of a sum."""
        notation = self.symbols.notation
        if not notation.bias_in_matrix:
            return Rich((Run(" + "), Run("b", 0, True), Run("i", -1, True)))
        if notation.bias_node_first:
            return Rich((Run(" + "), Run("w", 0, True), Run("0i", -1, True)))
        return rich(" + the bias of i")

    def _cost(self) -> None:
        context, s = self.context, self.symbols
        self.section("The cost")
        one, other = self.a[self.depth]
        places = list(np.ndindex(*self.shape(self.t.shape)))
        squares = [square(self.at(one, *place) - self.at(self.t, *place)) for place in places]
        apart = other - self.t
        self.cost, _ = self.pair(
            (1, 1),
            s.cost
            + " = 1/(2N) Σₙ Σⱼ ("
            + self._apart(self._of("A", self.depth, "jn"), self._of("T", self.depth, "jn"))
            + ")²",
            lambda *_: total(squares) / (2 * Number(self.examples)),
            s.cost
            + " = 1/(2N) Σₙ ‖"
            + self._apart(
                _indexed(s.matrix("a", self.depth), "n"), _indexed(s.matrix("t", self.depth), "n")
            )
            + "‖²",
            call("SUM", apart * apart) / (2 * Number(self.examples)),
            lambda numbers: numbers.now(COST),
            FORWARD,
            lambda *_: context.of_step(COST),
        )

    def _apart(self, value: Rich, target: Rich) -> Rich:
        """Their difference, as the document squares it."""
        first = self.symbols.notation.target_first
        return (target + " − " + value) if first else (value + " − " + target)

    def _backward(self, layer: Dense, moved: Moved) -> None:
        """Δ, which is ∂J/∂A, H, and the gradients."""
        context, s, n = self.context, self.symbols, layer.number
        units, sources, examples = layer.units, layer.sources, self.examples
        shape = (units, examples)
        self.section(f"Backward: {s.layer(n)}")
        by_a = derivative(s, s.cost, s.matrix("A", n))
        (z, z_array), (a, a_array) = self.z[n], self.a[n]
        top = self.row
        if n == self.depth:
            t, count = self.t, Number(examples)
            apart = s.matrix("A", n) + " − " + s.matrix("T", n)
            delta, delta_array = self.pair(
                shape,
                "each: (" + self._of("A", n, "in") + " − " + self._of("T", n, "in") + ")/N",
                lambda i, m: (self.at(a, i, m) - self.at(t, i, m)) / count,
                self.names.cost_by_a(n) + " = (" + apart + ")/N",
                (a_array - t) / count,
                lambda numbers: found.by_activation(numbers, n),
                BACKWARD,
            )
        else:
            w, (h, h_array) = self.w[n + 1], self.h[n + 1]
            nexts = range(context.sizes[n + 1])
            formula, name = self.product(
                self.factor(w, self.weights(n + 1), transposed=True),
                self.factor(h_array, self.names.cost_by_z(n + 1)),
            )
            delta, delta_array = self.pair(
                shape,
                "each: Σⱼ "
                + self._products(
                    self._of("W", n + 1, "ji"), self._element(self.names.cost_by_z(n + 1), "jn")
                )
                + ", of the next layer",
                lambda i, m: total([self.at(w, j, i) * self.at(h, j, m) for j in nexts]),
                self.names.cost_by_a(n) + " = " + name,
                formula,
                lambda numbers: found.by_activation(numbers, n),
                BACKWARD,
            )
        self._measured(n, moved, delta, top, by_a)
        cell_slope = layer.activation.cell_slope
        assert cell_slope
        slope = cell_slope(z_array, a_array, layer.hyper)
        slopes, slope_array = self.pair(
            shape,
            f"each slope: {layer.activation.symbol}′(" + self._of("Z", n, "in") + ")",
            lambda i, m: cell_slope(self.at(z, i, m), self.at(a, i, m), layer.hyper),
            self.names.slopes(layer.activation.symbol, n),
            slope + 0 * z_array if isinstance(slope, Number) else slope,
            lambda numbers: found.slope(numbers, n),
            BACKWARD,
        )
        h, h_array = self.h[n] = self.pair(
            shape,
            "each: " + self._element(self.names.cost_by_a(n), "in") + " · slope",
            lambda i, m: self.at(delta, i, m) * self.at(slopes, i, m),
            self.names.cost_by_z(n)
            + " = "
            + self.names.cost_by_a(n)
            + f" {s.notation.hadamard} "
            + self.names.slopes(layer.activation.symbol, n),
            delta_array * slope_array,
            lambda numbers: found.h(numbers, n),
            BACKWARD,
        )
        below, below_array = self.a[n - 1]
        above = self.factor(h_array, self.names.cost_by_z(n))
        formula, name = self.product(
            above, self.factor(below_array, s.matrix("A", n - 1), transposed=True)
        )
        self.pair(
            (units, sources),
            "each: Σₙ "
            + self._products(
                self._element(self.names.cost_by_z(n), "in"), self._of("A", n - 1, "jn")
            )
            + ", of the layer below",
            lambda i, k: total([self.at(h, i, m) * self.at(below, k, m) for m in range(examples)]),
            s.by(self.weights(n)) + " = " + name,
            formula,
            lambda numbers: numbers.now(WEIGHT.gradient, n),
            BACKWARD,
            lambda i, k: context.of_step(WEIGHT.gradient, n, unit=i, source=k),
        )
        if layer.bias:
            formula, name = self.product(above, self._ones())
            self.pair(
                (units, 1),
                "each: Σₙ " + self._element(self.names.cost_by_z(n), "in"),
                lambda i, _: total([self.at(h, i, m) for m in range(examples)]),
                self.by_biases(s.cost_letter, n) + " = " + name,
                formula,
                lambda numbers: numbers.now(BIAS.gradient, n)[:, None],
                BACKWARD,
                lambda i, _: context.of_step(BIAS.gradient, n, unit=i),
            )

    def _measured(self, n: int, moved: Moved, delta: Area, top: int, by_a: Rich) -> None:
        """Lemma (4.3) beside Δ: ∂J/∂A by moving every activation of the layer up and down."""
        units, examples = self.shape(delta.shape)
        self.title(top - 1, self.third, by_a + " measured: moved activations", FORWARD)
        right, bottom = self.third + delta.shape[1] - 1, top + delta.shape[0] - 1
        whole = Area(NAME, top, self.third, bottom, right)
        for i in range(units):
            # What the moves of one unit gave, a row or a column.
            place = (top, self.third + i) if self.turned else (top + i, self.third)
            array(
                self.sheet,
                *place,
                self.shape((1, examples)),
                moved.difference(n, i),
                self.values(
                    lambda numbers, i=i: moved.measured(numbers, n)[i],  # type: ignore[misc]
                    (1, examples),
                ),
                FORWARD.but(number_format=styles.SIX),
                approximate=1.0,
                whole=whole,
            )
        for i in range(units):
            down = [(k, i) if self.turned else (i, k) for k in range(examples)]
            here = [Ref(NAME, top + row, self.third + column) for row, column in down]
            there = [self.at(delta, i, m) for m in range(examples)]
            apart = total([call("ABS", x - y) for x, y in zip(here, there, strict=True)])
            size = 1 + total([call("ABS", y) for y in there])
            cost = Ref(NAME, self.cost.top, self.cost.left)
            limit = 1e-6 * size + 1e-11 * cost
            crossed, bend = moved.crosses(n, i), moved.bend(n, i, cost)
            undecided = [(crossed, KINK)] if crossed is not None else []
            if bend is not None:
                undecided.append((call("AND", apart > limit, bend > 1e-6 * size), COARSE))
            place = (top + examples, self.third + i)
            if not self.turned:
                place = (top + i, self.third + examples)
            check(self.sheet, *place, apart <= limit, *undecided)


def _indexed(matrix: Rich, indices: str) -> Rich:
    """An element of a matrix, by letters; which layer is said elsewhere."""
    runs = tuple(run for run in matrix.runs if run.level <= 0)
    return Rich((*runs, Run(indices, -1, True)))


def _fill(context: Context) -> list[Sheet]:
    return _Panel(context).write()


ELEMENT_AND_MATRIX = SheetKind(NAME, _fill, refuses=refuses)
