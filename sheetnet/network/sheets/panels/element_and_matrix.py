"""Panel element-and-matrix: each matrix equation of a batch beside the same by element sums.

Wichmann 1.2 to 4: examples are columns. ∂J/∂A⁽ˡ⁾ is measured, too: lemma (4.3).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sheetnet.expressions.formula import Area, Expression, Number, Ref, call, square, total
from sheetnet.expressions.rich import Rich, Run
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
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.panels import batch_numbers as found
from sheetnet.network.sheets.panels.fitting_layers import unit_by_unit
from sheetnet.network.sheets.panels.moved_activations import Moved
from sheetnet.network.sheets.panels.pairs import LEFT, Each, Pairs, at
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
        hint = (
            "left: each element a sum of its own, ✓ equals Training; right: one array formula, ✓ "
            "equals the left; examples are columns"
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
        moved = Moved(context, {n: held[0] for n, held in self.a.items()}, self.w, self.b, self.t)
        for layer in reversed(context.dense):
            self._backward(layer, moved)
        return [self.finish(), moved.sheet()]

    def _of(self, letter: str, layer: int, indices: str) -> Rich:
        """An element of a layer's matrix."""
        return _indexed(self.symbols.matrix(letter, layer), indices)

    def _data(self) -> None:
        """X, T and the ones."""
        context, s, examples = self.context, self.symbols, self.examples
        self.section("The batch: inputs and targets, an example a column; a column of ones")

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
        name = self.names.ones
        self.ones = self.cells(
            self.third, (examples, 1), name, lambda i, j: Number(1), lambda numbers: 1.0, GIVEN
        )
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
            s.matrix("W", n),
            lambda i, k: context.of_step(WEIGHT, n, unit=i, source=k),
            lambda numbers: numbers.now(WEIGHT, n),
            UPDATE,
        )
        b = self.b[n] = None
        if layer.bias:
            b = self.b[n] = self.cells(
                self.right,
                (units, 1),
                s.matrix("b", n),
                lambda i, _: context.of_step(BIAS, n, unit=i),
                lambda numbers: numbers.now(BIAS, n)[:, None],
                UPDATE,
            )
            spread = self.array(
                self.right + 2,
                shape,
                s.matrix("b", n) + " " + self.names.transposed(self.names.ones),
                call("MMULT", b, call("TRANSPOSE", self.ones)),
                lambda numbers: np.outer(numbers.now(BIAS, n), np.ones(examples)),
                UPDATE,
            )
        self.row += units + 2
        below, below_array = self.a[n - 1]

        def summed(i: int, m: int) -> Expression:
            products = [at(w, i, k) * at(below, k, m) for k in range(sources)]
            return total([*products, *([at(b, i, 0)] if b else [])])

        product: Expression = call("MMULT", w, below_array)
        name = s.matrix("Z", n) + " = " + s.matrix("W", n) + " " + s.matrix("A", n - 1)
        if b:
            product = product + spread
            name = name + " + " + s.matrix("b", n) + " " + self.names.transposed(self.names.ones)
        self.z[n] = self.pair(
            shape,
            "each sum: Σₖ "
            + self._of("W", n, "ik")
            + " "
            + self._of("A", n - 1, "kn")
            + " + bᵢ" * bool(b),
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
            lambda i, m: layer.applied([at(one, i, m)], 0),
            s.matrix("A", n) + " = " + self.names.applied(function, n, s.matrix("Z", n)),
            layer.applied([other], 0),
            found.turned(ACTIVATION, n),
            FORWARD,
            lambda i, m: context.of_step(ACTIVATION, n, unit=i, sample=m),
        )

    def _cost(self) -> None:
        context, s = self.context, self.symbols
        self.section("The cost")
        one, other = self.a[self.depth]
        places = list(np.ndindex(*self.t.shape))
        squares = [square(at(one, *place) - at(self.t, *place)) for place in places]
        apart = other - self.t
        self.cost, _ = self.pair(
            (1, 1),
            s.cost
            + " = 1/(2N) Σₙ Σⱼ ("
            + self._of("A", self.depth, "jn")
            + " − "
            + self._of("T", self.depth, "jn")
            + ")²",
            lambda *_: total(squares) / (2 * Number(self.examples)),
            s.cost
            + " = 1/(2N) Σₙ ‖"
            + _indexed(s.matrix("a", self.depth), "n")
            + " − "
            + _indexed(s.matrix("t", self.depth), "n")
            + "‖²",
            call("SUM", apart * apart) / (2 * Number(self.examples)),
            lambda numbers: numbers.now(COST),
            FORWARD,
            lambda *_: context.of_step(COST),
        )

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
                lambda i, m: (at(a, i, m) - at(t, i, m)) / count,
                self.names.cost_by_a(n) + " = (" + apart + ")/N",
                (a_array - t) / count,
                lambda numbers: found.by_activation(numbers, n),
                BACKWARD,
            )
        else:
            w, (h, h_array) = self.w[n + 1], self.h[n + 1]
            nexts = range(context.sizes[n + 1])
            delta, delta_array = self.pair(
                shape,
                "each: Σⱼ "
                + self._of("W", n + 1, "ji")
                + " "
                + _indexed(self.names.cost_by_z(n + 1), "jn")
                + ", of the next layer",
                lambda i, m: total([at(w, j, i) * at(h, j, m) for j in nexts]),
                self.names.cost_by_a(n)
                + " = "
                + self.names.transposed(s.matrix("W", n + 1))
                + " "
                + self.names.cost_by_z(n + 1),
                call("MMULT", call("TRANSPOSE", w), h_array),
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
            lambda i, m: cell_slope(at(z, i, m), at(a, i, m), layer.hyper),
            self.names.slopes(layer.activation.symbol, n),
            slope + 0 * z_array if isinstance(slope, Number) else slope,
            lambda numbers: found.slope(numbers, n),
            BACKWARD,
        )
        h, h_array = self.h[n] = self.pair(
            shape,
            "each: " + _indexed(self.names.cost_by_a(n), "in") + " · slope",
            lambda i, m: at(delta, i, m) * at(slopes, i, m),
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
        self.pair(
            (units, sources),
            "each: Σₙ "
            + _indexed(self.names.cost_by_z(n), "in")
            + " "
            + self._of("A", n - 1, "jn")
            + ", of the layer below",
            lambda i, k: total([at(h, i, m) * at(below, k, m) for m in range(examples)]),
            s.by(s.matrix("W", n))
            + " = "
            + self.names.cost_by_z(n)
            + " "
            + self.names.transposed(s.matrix("A", n - 1)),
            call("MMULT", h_array, call("TRANSPOSE", below_array)),
            lambda numbers: numbers.now(WEIGHT.gradient, n),
            BACKWARD,
            lambda i, k: context.of_step(WEIGHT.gradient, n, unit=i, source=k),
        )
        if layer.bias:
            self.pair(
                (units, 1),
                "each: Σₙ " + _indexed(self.names.cost_by_z(n), "in"),
                lambda i, _: total([at(h, i, m) for m in range(examples)]),
                s.by(s.matrix("b", n)) + " = " + self.names.cost_by_z(n) + " " + self.names.ones,
                call("MMULT", h_array, self.ones),
                lambda numbers: numbers.now(BIAS.gradient, n)[:, None],
                BACKWARD,
                lambda i, _: context.of_step(BIAS.gradient, n, unit=i),
            )

    def _measured(self, n: int, moved: Moved, delta: Area, top: int, by_a: Rich) -> None:
        """Lemma (4.3) beside Δ: ∂J/∂A by moving every activation of the layer up and down."""
        shape = delta.shape
        self.title(top - 1, self.third, by_a + " measured: moved activations", FORWARD)
        for i in range(shape[0]):
            array(
                self.sheet,
                top + i,
                self.third,
                (1, shape[1]),
                moved.difference(n, i),
                lambda numbers, i=i: moved.measured(numbers, n)[i],  # type: ignore[misc]
                FORWARD.but(number_format=styles.SIX),
                approximate=1.0,
            )
        for i in range(shape[0]):
            here = [Ref(NAME, top + i, self.third + m) for m in range(shape[1])]
            there = [at(delta, i, m) for m in range(shape[1])]
            apart = total([call("ABS", x - y) for x, y in zip(here, there, strict=True)])
            size = 1 + total([call("ABS", y) for y in there])
            close = apart <= 1e-6 * size + 1e-11 * Ref(NAME, self.cost.top, self.cost.left)
            crossed = moved.crosses(n, i)
            undecided = [(crossed, "kink")] if crossed is not None else []
            check(self.sheet, top + i, self.third + shape[1], close, *undecided)


def _indexed(matrix: Rich, indices: str) -> Rich:
    """An element of a matrix, by letters; which layer is said elsewhere."""
    runs = tuple(run for run in matrix.runs if run.level <= 0)
    return Rich((*runs, Run(indices, -1, True)))


def _fill(context: Context) -> list[Sheet]:
    return _Panel(context).write()


ELEMENT_AND_MATRIX = SheetKind(NAME, _fill, refuses=refuses)
