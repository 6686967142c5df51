"""Panel factors: every factor of the chain rule a line, and the same in matrices beside it.

Sabine 2.1, 4, 5.1.1 and 5.1.2, signs, sums and transposes mended; any number of layers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sheetnet.expressions.formula import Area, Expression, Number, Ref, call, total
from sheetnet.expressions.rich import Rich, rich
from sheetnet.network.arranging import arranged
from sheetnet.network.layers.dense import Dense
from sheetnet.network.losses import HALF_SQUARED_ERROR, SQUARED_ERROR
from sheetnet.network.quantities import (
    ACTIVATION,
    BIAS,
    DELTA,
    INPUT,
    LOSS,
    TARGET,
    WEIGHT,
    Z,
)
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.panels import factor_numbers as found
from sheetnet.network.sheets.panels import halves
from sheetnet.network.sheets.panels.beside import RIGHT, Beside
from sheetnet.network.sheets.panels.fitting_layers import squared
from sheetnet.network.sheets.panels.rows import derivative
from sheetnet.workbook.model import Sheet
from sheetnet.workbook.styles import BACKWARD, FORWARD, GIVEN, UPDATE

NAME = "Factors"


@dataclass
class _Layer:
    """A layer's numbers on the sheet; vectors are columns.

    Lines look at lines and arrays at arrays: LibreOffice does not tell a formula that looks at
    one cell of an array when the array changes.
    """

    own: Dense
    weights: Area
    below: Area
    z: Area
    a: Area
    z_cells: list[Ref]
    a_cells: list[Ref]
    delta: list[Ref]


class _Panel(Beside):
    """The two passes of one example, factor by factor."""

    def __init__(self, context: Context) -> None:
        super().__init__(
            context,
            NAME,
            "every factor of the chain rule a line, and in matrices",
            "The factors of the chain rule",
            "left: element by element, ✓ equals Training; right: in matrices, ✓ equals the left",
        )
        self.choose_example()
        self.layers: dict[int, _Layer] = {}
        notation = self.symbols.notation
        self.loss, self.hadamard = self.symbols.loss_letter, notation.hadamard
        self.target = self.symbols.matrix("t", context.depth)

    def write(self) -> list[Sheet]:
        for layer in self.context.dense:
            self._forward(layer)
        self._loss()
        for layer in reversed(self.context.dense):
            self._backward(layer)
        halves.write(self, self.outputs, self.targets)
        return [self.finish()]

    def _signless(self, layer: int) -> bool:
        """Whether no value of a layer is below 0."""
        return layer > 0 and self.context.dense[layer - 1].signless

    def _forward(self, layer: Dense) -> None:
        """W, a of the layer below and b beside the sums z; a from them."""
        context, s, n = self.context, self.symbols, layer.number
        units, sources = layer.units, layer.sources
        self.section(f"Forward: {s.layer(n)}")
        top, left = self.row + 1, RIGHT

        def write_weights(left: int) -> Area:
            return self.matrix(
                top,
                left,
                (units, sources),
                self.weights_title(n, bool(layer.bias)),
                lambda j, k: context.of_step(WEIGHT, n, unit=j, source=k),
                lambda numbers: numbers.now(WEIGHT, n),
                UPDATE,
            )

        def write_below(left: int) -> Area:
            return self.matrix(
                top,
                left,
                (sources, 1),
                s.matrix("a", n - 1),
                lambda k, _: (
                    context.of_step(ACTIVATION, n - 1, unit=k) if n > 1 else context.given(INPUT, k)
                ),
                partial(found.below, layer=n),
                FORWARD if n > 1 else GIVEN,
            )

        if self.turned:
            below = write_below(left)
            weights = write_weights(below.right + 2)
        else:
            weights = write_weights(left)
            below = write_below(weights.right + 2)
        left = max(weights.right, below.right) + 2
        summed, name = self.product(
            self.factor(weights, self.weights(n)), self.factor(below, s.matrix("a", n - 1))
        )
        name = s.matrix("z", n) + " = " + name
        biases: Callable[[int], list[Expression]] = lambda j: []  # noqa: E731
        if layer.bias:
            bias = self.matrix(
                top,
                left,
                (units, 1),
                self.biases(n),
                lambda j, _: context.of_step(BIAS, n, unit=j),
                lambda numbers: numbers.now(BIAS, n)[:, None],
                UPDATE,
            )
            left = bias.right + 2
            summed, name = summed + bias, name + " + " + self.biases(n)
            biases = lambda j: [self.held(bias, j, 0, s.bias(n, j))]  # noqa: E731

        def sum_of(j: int, _: int) -> Expression:
            products: list[Expression] = [
                self.held(weights, j, k, s.weight(n, j, k))
                * self.held(below, k, 0, s.activation(n - 1, k), self._signless(n - 1))
                for k in range(sources)
            ]
            first = s.notation.bias_node_first
            return total([*biases(j), *products] if first else [*products, *biases(j)])

        start = self.row
        z_lines, z = self.both(
            (units, 1),
            lambda j, _: s.z(n, j),
            sum_of,
            partial(found.column, quantity=Z, layer=n),
            FORWARD,
            name,
            summed,
            training=lambda j, _: context.of_step(Z, n, unit=j),
            meant=True,
            left=left,
        )
        self.row = max(self.row, start + 1 + max(units, sources))
        z_cells = [line[0] for line in z_lines]
        a_lines, a = self.both(
            (units, 1),
            lambda j, _: s.activation(n, j),
            lambda j, _: layer.applied(z_cells, j),
            partial(found.column, quantity=ACTIVATION, layer=n),
            FORWARD,
            s.matrix("a", n) + f" = {layer.activation.symbol}(" + s.matrix("z", n) + ")",
            layer.applied([z], 0),
            training=lambda j, _: context.of_step(ACTIVATION, n, unit=j),
            meant=True,
            facts=layer.hyper,
            signless=layer.signless,
            left=left,
        )
        self.layers[n] = _Layer(
            layer, weights, below, z, a, z_cells, [line[0] for line in a_lines], []
        )

    def _loss(self) -> None:
        """The loss of the example from outputs and targets."""
        context, s, depth = self.context, self.symbols, self.context.depth
        count, loss = context.sizes[-1], context.net.loss
        self.section("The loss of the example" if context.batch else "The loss")
        self.target_area = self.matrix(
            self.row + 1,
            RIGHT,
            (count, 1),
            self.target,
            lambda j, _: context.given(TARGET, j),
            lambda numbers: numbers.targets[numbers.sample][:, None],
            GIVEN,
        )
        a, t = self.layers[depth].a, self.target_area
        self.outputs = self.layers[depth].a_cells
        self.targets = [self.held(t, j, 0, s.target(j)) for j in range(count)]
        half = loss is HALF_SQUARED_ERROR
        one, other = self.target, s.matrix("a", depth)
        if not s.notation.target_first:
            one, other = other, one
        apart, difference = "(" + one + " − " + other + ")", t - a
        factors = [call("TRANSPOSE", difference), difference]
        names = [apart + self.names.mark, apart]
        if self.turned:
            factors, names = factors[::-1], names[::-1]
        product: Expression = call("MMULT", *factors)
        start = self.row
        self.both(
            (1, 1),
            lambda *_: s.loss,
            lambda *_: arranged(
                loss.cell(self.outputs, self.targets, context.loss_hyper), context.notation
            ),
            lambda numbers: numbers.now(LOSS)[numbers.sample],
            FORWARD,
            s.loss + " = " + "½" * half + self.names.product(*names),
            0.5 * product if half else product,
            training=lambda *_: context.of_step(LOSS),
            meant=True,
            left=t.right + 2,
        )
        self.row = max(self.row, start + 1 + count)

    def _backward(self, layer: Dense) -> None:
        """dc/da, da/dz, dc/dz; dz/dw, dz/db and dz/da, and what they make of dc/dz."""
        context, s, n = self.context, self.symbols, layer.number
        held, column = self.layers[n], (layer.units, 1)
        self.section(f"Backward: {s.layer(n)}")
        a, z = s.matrix("a", n), s.matrix("z", n)
        equation, name, matrix = self._by_output(layer)
        by_a, by_a_area = self.both(
            column,
            lambda j, _: derivative(s, self.loss, s.activation(n, j)),
            lambda j, _: equation(j),
            partial(found.by_activation, layer=n),
            BACKWARD,
            derivative(s, self.loss, a) + " = " + name,
            matrix,
        )
        cell_slope = layer.activation.cell_slope
        assert cell_slope
        slope = cell_slope(held.z, held.a, layer.hyper)
        slopes, slope_area = self.both(
            column,
            lambda j, _: derivative(s, s.activation(n, j), s.z(n, j)),
            lambda j, _: cell_slope(held.z_cells[j], held.a_cells[j], layer.hyper),
            partial(found.slope, layer=n),
            BACKWARD,
            derivative(s, a, z) + " = " + self.names.slope_of(layer.activation, n),
            slope + 0 * held.z if isinstance(slope, Number) else slope,
            signless=layer.activation.rising,
            facts=layer.hyper,
        )
        delta, delta_area = self.both(
            column,
            lambda j, _: s.delta(n, j),
            lambda j, _: by_a[j][0] * slopes[j][0],
            partial(found.column, quantity=DELTA, layer=n),
            BACKWARD,
            self._by_sums(n)
            + " = "
            + derivative(s, self.loss, a)
            + f" {self.hadamard} "
            + derivative(s, a, z),
            by_a_area * slope_area,
            training=lambda j, _: context.of_step(DELTA, n, unit=j),
            meant=True,
        )
        held.delta = [line[0] for line in delta]
        self._by_parameters(held, delta_area)

    def _by_output(self, layer: Dense) -> tuple[Callable[[int], Expression], Rich, Expression]:
        """dc/da of a layer's units: of one as an equation, of all in matrices."""
        context, s, n = self.context, self.symbols, layer.number
        loss, hyper = context.net.loss, context.loss_hyper
        if n == context.depth:
            twice = "2·" * (loss is SQUARED_ERROR)
            apart = s.matrix("a", n) + " − " + self.target
            areas = [self.layers[n].a], [self.target_area]
            return (
                lambda j: loss.cell_gradient(self.outputs, self.targets, j, hyper),
                twice + "(" + apart + ")" if twice else apart,
                loss.cell_gradient(*areas, 0, hyper),
            )
        above = self.layers[n + 1]
        deltas = Area(
            NAME,
            above.delta[0].row,
            above.delta[0].column,
            above.delta[-1].row,
            above.delta[0].column,
        )
        # The lines, which always stand in a column, with the name of the vector.
        formula, name = self.product(
            self.factor(above.weights, self.weights(n + 1), transposed=True),
            self.factor(deltas, self._by_sums(n + 1), named_turned=self.turned),
        )
        return (
            lambda k: total(
                [
                    delta * self.held(above.weights, j, k, s.weight(n + 1, j, k))
                    for j, delta in enumerate(above.delta)
                ]
            ),
            name,
            formula,
        )

    def _by_sums(self, n: int) -> Rich:
        """∂L/∂z of a layer, of one example."""
        return self.symbols.deltas(n, one=True)

    def _by_parameters(self, held: _Layer, delta_area: Area) -> None:
        """What z does when a weight, a bias or a value below moves; the gradients."""
        context, s, layer, n = self.context, self.symbols, held.own, held.own.number
        units, sources = layer.units, layer.sources
        below = [
            self.held(held.below, k, 0, s.activation(n - 1, k), self._signless(n - 1))
            for k in range(sources)
        ]
        z, weights = s.matrix("z", n), self.weights(n)
        source = self.factor(held.below, s.matrix("a", n - 1), transposed=True)
        self.both(
            (1, sources),
            lambda _, k: derivative(s, s.z(n, 0), s.weight(n, 0, k)),
            lambda _, k: below[k],
            lambda numbers: found.below(numbers, n).T,
            FORWARD,
            derivative(s, z, weights)
            + f", a {'column' if self.turned else 'row'} for each unit: "
            + self.names.transposed(source.name),
            call("TRANSPOSE", held.below),
        )
        by_z = self._by_sums(n)
        by_weights, name = self.product(self.factor(delta_area, by_z), source)
        own: Any = None
        if not context.batch:
            own = lambda j, k: context.of_step(WEIGHT.gradient, n, unit=j, source=k)  # noqa: E731
        self.both(
            (units, sources),
            lambda j, k: derivative(s, self.loss, s.weight(n, j, k)),
            lambda j, k: held.delta[j] * below[k],
            partial(found.by_weight, layer=n),
            BACKWARD,
            derivative(s, self.loss, weights) + " = " + name,
            by_weights,
            training=own,
        )
        if layer.bias:
            self.row += 1
            one = self.line(
                derivative(s, s.z(n, 0), s.bias(n, 0)), Number(1), lambda numbers: 1.0, FORWARD
            )
            bias: Any = None
            if not context.batch:
                bias = lambda j, _: context.of_step(BIAS.gradient, n, unit=j)  # noqa: E731
            one = Ref(NAME, one.row, one.column, symbol=rich("1"), digits=6, signless=True)
            self.both(
                (units, 1),
                lambda j, _: derivative(s, self.loss, s.bias(n, j)),
                lambda j, _: held.delta[j] * one,
                partial(found.column, quantity=DELTA, layer=n),
                BACKWARD,
                self.by_biases(self.loss, n) + " = " + self.names.product(by_z, rich("1")),
                delta_area * 1,
                training=bias,
            )
        if n > 1:
            # A Jacobian: functions are rows and variables columns, however examples lie.
            turned, self.turned = self.turned, False
            self.both(
                (units, sources),
                lambda j, k: derivative(s, s.z(n, j), s.activation(n - 1, k)),
                lambda j, k: self.held(held.weights, j, k, s.weight(n, j, k)),
                lambda numbers: numbers.now(WEIGHT, n),
                UPDATE,
                derivative(s, z, s.matrix("a", n - 1))
                + " = "
                + (self.names.transposed(weights) if turned else weights),
                call("TRANSPOSE", held.weights) if turned else held.weights + 0,
            )
            self.turned = turned


def _fill(context: Context) -> list[Sheet]:
    return _Panel(context).write()


FACTORS = SheetKind(NAME, _fill, refuses=squared)
