"""The points of Surface: forward passes of their own, on a sheet of workings.

61 inputs from left to right where there is one, 19 × 19 where there are two, as far as all examples
reach and somewhat further.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from sheetnet.expressions.formula import Area, Expression, Ref, call
from sheetnet.network.engine import FloatArray, forward
from sheetnet.network.equations import Equations
from sheetnet.network.evaluation import shown_sets
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import CHOSEN_OUTPUT, INPUT, UNIT, Quantity, Role
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.looks import LOOKS
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import Band, Cell, PrintSetup, Sheet
from sheetnet.workbook.styles import FORWARD, GIVEN

POINTS = "Surface points"
#: Points of a curve; cells across and down of a map.
CURVE, MAP = 61, 19
#: How far beyond the examples it reaches, in parts of their range, and at least: a curve
#: further than a map.
BEYOND, LEAST = {1: 0.25, 2: 0.1}, {1: 2.0, 2: 0.4}
#: Where the bounds of an input's axis stand on the workings: its row; the first row of points.
BOUNDS_ROW, FIRST_ROW = 4, 8

SURFACE = Quantity(
    "surface",
    ("point", UNIT),
    Role.FORWARD,
    "the outputs over the inputs",
    lambda s, layer, at: s.activation(s.last, at.get(UNIT, 0)),
)


def how_many(dimensions: int) -> int:
    return CURVE if dimensions == 1 else MAP * MAP


def bounds(numbers: Numbers, axis: int) -> tuple[float, float]:
    """The first and the last place on an input's axis."""
    held = np.concatenate([inputs[:, axis] for inputs, _ in shown_sets(numbers)])
    low, high = float(held.min()), float(held.max())
    inputs = numbers.net.inputs
    room = BEYOND[inputs] * (high - low) + LEAST[inputs]
    return low - room, high + room


def places(numbers: Numbers, inputs: FloatArray) -> FloatArray:
    """How far along both axes some inputs are, from 0 to 1."""
    low, high = np.transpose([bounds(numbers, axis) for axis in range(2)])
    found: FloatArray = (inputs - low) / (high - low)
    return found


@lru_cache(maxsize=4)
def points(numbers: Numbers) -> FloatArray:
    """The rows of the workings: places, inputs, then z and a of every unit."""
    net = numbers.net
    count = CURVE if net.inputs == 1 else MAP
    ends = np.linspace(0.0, 1.0, count)
    along = [ends] if net.inputs == 1 else [np.tile(ends, count), np.repeat(ends[::-1], count)]
    axes = []
    for axis, place in enumerate(along):
        low, high = bounds(numbers, axis)
        axes.append(low + (high - low) * place)
    below = np.column_stack(axes)
    base = {(q.name, layer): numbers.now(q, layer) for q, layer in net.parameters()}
    kept = forward(net, base, below)
    values = [kept[layer.number - 1][q.name] for layer in net.layers for q in layer.values]
    return np.column_stack([*along, below, *values])


def surface(numbers: Numbers) -> FloatArray:
    """The outputs at every point."""
    return points(numbers)[:, -numbers.net.sizes[-1] :]


def chosen(numbers: Numbers) -> int:
    """The output that the map shows, from 0."""
    key = CHOSEN_OUTPUT.name, None
    if key not in numbers.settings:
        return 0
    return numbers.knobs[key].choices.index(numbers.settings[key].item())


def shown_map(numbers: Numbers) -> FloatArray:
    """The chosen output, as the map lies."""
    return surface(numbers)[:, chosen(numbers)].reshape(MAP, MAP)


class Points:
    """The sheet (`layers.base.Cells` of a row of it)."""

    def __init__(self, context: Context) -> None:
        self.context, self.dimensions = context, context.sizes[0]
        self.sheet = Sheet(POINTS, "workings: the points of Surface", workings=True)
        self._row = FIRST_ROW
        self._columns: dict[tuple[str, int], int] = {}
        column = 1 + 2 * self.dimensions
        for layer in context.layers:
            for quantity in layer.values:
                self._columns[quantity.name, layer.number] = column
                column += layer.units
        self.outputs = column - context.sizes[-1]
        self.right = column - 1
        self.last = FIRST_ROW + how_many(self.dimensions) - 1

    # The cells of a row

    def at(self, quantity: Quantity, layer: int | None = None, **index: int) -> Expression:
        unit = index.get(UNIT, 0)
        if quantity == INPUT:
            return Ref(POINTS, self._row, 1 + self.dimensions + unit)
        if layer and (quantity.name, layer) in self._columns:
            return Ref(POINTS, self._row, self._columns[quantity.name, layer] + unit)
        return self.context.of_step(quantity, layer, **index)

    def area(self, quantity: Quantity, layer: int | None = None, **index: int) -> Area | None:
        return None

    def bound(self, axis: int, end: int) -> Ref:
        """The first (0) or the last (1) place on an input's axis."""
        return Ref(POINTS, BOUNDS_ROW + axis, 2 + 2 * end, True)

    def place(self, axis: int, value: Expression) -> Expression:
        """How far along an axis a value is, from 0 to 1."""
        low, high = self.bound(axis, 0), self.bound(axis, 1)
        return (value - low) / (high - low)

    def at_place(self, axis: int, place: float) -> Expression:
        """The value so far along an axis."""
        low, high = self.bound(axis, 0), self.bound(axis, 1)
        return low + (high - low) * place

    # Writing

    def write(self) -> None:
        context, sheet = self.context, self.sheet
        sheet.tab_colour, sheet.default_width = styles.PALE, 10.5
        sheet.freeze, sheet.print_setup = (FIRST_ROW, 1), PrintSetup(fit_width=0)
        hint = "forward passes with the weights of the chosen step, a row a point"
        frame.head(sheet, title="Surface points: workings of Surface", hint=hint, left=1)
        frame.banner(sheet, max(self.right, 11))
        for axis in range(self.dimensions):
            held = [inputs.area(unit=axis, fixed=True) for inputs, _ in context.sets()]
            low, high = (call(name, *held) for name in ("MIN", "MAX"))
            room = BEYOND[self.dimensions] * (high - low) + LEAST[self.dimensions]
            for end, formula in enumerate((low - room, high + room)):
                title = context.symbols.input(axis) + (" to" if end else " from")
                sheet.put(BOUNDS_ROW + axis, 1 + 2 * end, title, styles.SYMBOL)
                bound = self.bound(axis, end)
                sheet.put(bound.row, bound.column, formula, GIVEN, claim=_bound(axis, end))
        self._write_heads()
        cells, own = tuple(self._pattern(FIRST_ROW)), points(context.numbers)
        sheet.bands.append(Band(FIRST_ROW, 1, cells, own, points, alternating=True))
        lengths = {"point": how_many(self.dimensions), UNIT: context.sizes[-1]}
        at = (POINTS, FIRST_ROW, self.outputs, ("point",), (UNIT,), lengths)
        context.show(sheet, Block(SURFACE.name, None, *at))

    def _pattern(self, row: int) -> list[Cell]:
        self._row = row
        context, small = self.context, styles.SIGN.but(number_format="0.00")
        cells = [Cell(0.0, small)] * self.dimensions
        for axis in range(self.dimensions):
            low, high = self.bound(axis, 0), self.bound(axis, 1)
            cells = [*cells, Cell(low + (high - low) * Ref(POINTS, row, 1 + axis), GIVEN)]
        around = Equations(context.net, context.notation, 1, self, context.loss_hyper)
        for layer in context.layers:
            for quantity in layer.values:
                for unit in range(layer.units):
                    index = {"sample": 0, UNIT: unit}
                    cells.append(Cell(around.of(quantity, layer.number, index), FORWARD))
        return cells

    def _write_heads(self) -> None:
        context, sheet, row = self.context, self.sheet, FIRST_ROW - 1
        for axis in range(self.dimensions):
            sheet.put(row, 1 + axis, "place", styles.LABEL_CENTRE)
            symbol = context.symbols.input(axis)
            sheet.put(row, 1 + self.dimensions + axis, symbol, styles.symbol(GIVEN))
        at = (POINTS, FIRST_ROW, 1 + self.dimensions, (), (UNIT,), {UNIT: self.dimensions})
        context.worked.append(Block(INPUT.name, None, *at))
        for layer in context.layers:
            for quantity in layer.values:
                for unit in range(layer.units):
                    symbol = quantity.symbol(context.symbols, layer.number, {UNIT: unit})
                    column = self._columns[quantity.name, layer.number] + unit
                    sheet.put(row, column, symbol, styles.symbol(LOOKS[quantity.role]))
                left = self._columns[quantity.name, layer.number]
                at = (POINTS, FIRST_ROW, left, (), (UNIT,), {UNIT: layer.units})
                context.worked.append(Block(quantity.name, layer.number, *at))


def _bound(axis: int, end: int) -> Callable[[Numbers], float]:
    return lambda numbers: bounds(numbers, axis)[end]
