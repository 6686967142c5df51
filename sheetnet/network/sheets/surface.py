"""Surface: what the network makes of every input, at the chosen step.

For one input its outputs as curves, with the examples; for two inputs one chosen output as a
map of coloured cells, with the examples in it (`surface_marks`), of the training set and of the
test set. The points are forward passes of their own, on
the sheet of workings "Surface points".
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from sheetnet.expressions.formula import Area, Binary, Expression, Ref, call, join
from sheetnet.network.engine import FloatArray, forward
from sheetnet.network.equations import Equations
from sheetnet.network.evaluation import HALF, is_classification, shown_sets
from sheetnet.network.numbers import Derived, Numbers
from sheetnet.network.quantities import CHOSEN_OUTPUT, INPUT, UNIT, Quantity, Role
from sheetnet.network.sheets import inputs, parameters, surface_marks
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.looks import LOOKS
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import (
    Axis,
    Band,
    Cell,
    Chart,
    ColourScale,
    Link,
    PrintSetup,
    Rule,
    Series,
    Sheet,
)
from sheetnet.workbook.styles import FORWARD, GIVEN

NAME, POINTS = "Surface", "Surface points"
KNOB_ROW, TOP = 3, 6
LABELS, LEFT = 3, 4
#: Points of a curve; cells across and down of a map.
CURVE, MAP = 61, 19
#: How far beyond the examples it reaches, in parts of their range, and at least: a curve
#: further than a map.
BEYOND, LEAST = {1: 0.25, 2: 0.1}, {1: 2.0, 2: 0.4}
CELL_WIDTH, ROW_HEIGHT = 3.4, 18.5
#: The most curves in a chart.
MOST_CURVES = 5
#: Where the bounds of an input's axis stand on the workings: its row, its columns.
BOUNDS_ROW, FIRST_ROW, VALUES = 4, 8, 3
COLOURS = (styles.ORANGE, styles.BLUE, styles.GREEN, styles.INK, styles.PALE)
#: The colours of the least, the middle and the largest value: as greys light, middle and dark.
SCALE = ("FFFFFF", "FDC79B", "E8762D")
#: What the points of the training set and of the test set are called, and their shapes.
DOTS = (("training", "circle"), ("test", "square"))
#: Where a cell and the next one are on two sides of a half.
BETWEEN = styles.PLAIN.but(border_colour=styles.NIGHT, border_width="thin")

SURFACE = Quantity(
    "surface",
    ("point", UNIT),
    Role.FORWARD,
    "the outputs over the inputs",
    lambda s, layer, at: s.activation(s.last, at.get(UNIT, 0)),
)


def _count(dimensions: int) -> int:
    return CURVE if dimensions == 1 else MAP * MAP


def applies(context: Context) -> bool:
    """Whether the network has one or two inputs, and is small enough."""
    dimensions = context.sizes[0]
    if not context.dense or dimensions > 2:
        return False
    width = 2 * sum(context.sizes[1:]) + dimensions
    return _count(dimensions) * width <= parameters.MOST_FORMULAS


# The numbers


def _bounds(numbers: Numbers, axis: int) -> tuple[float, float]:
    """The first and the last place on an input's axis."""
    held = np.concatenate([inputs[:, axis] for inputs, _ in shown_sets(numbers)])
    low, high = float(held.min()), float(held.max())
    inputs = numbers.net.inputs
    room = BEYOND[inputs] * (high - low) + LEAST[inputs]
    return low - room, high + room


@lru_cache(maxsize=4)
def _points(numbers: Numbers) -> FloatArray:
    """The rows of the workings: places, inputs, then z and a of every unit."""
    net = numbers.net
    count = CURVE if net.inputs == 1 else MAP
    ends = np.linspace(0.0, 1.0, count)
    places = [ends] if net.inputs == 1 else [np.tile(ends, count), np.repeat(ends[::-1], count)]
    axes = []
    for axis, place in enumerate(places):
        low, high = _bounds(numbers, axis)
        axes.append(low + (high - low) * place)
    below = np.column_stack(axes)
    base = {(q.name, layer): numbers.now(q, layer) for q, layer in net.parameters()}
    kept = forward(net, base, below)
    values = [kept[layer.number - 1][q.name] for layer in net.layers for q in layer.values]
    return np.column_stack([*places, below, *values])


def _surface(numbers: Numbers) -> FloatArray:
    return _points(numbers)[:, -numbers.net.sizes[-1] :]


def chosen(numbers: Numbers) -> int:
    """The output that the map shows, from 0."""
    key = CHOSEN_OUTPUT.name, None
    if key not in numbers.settings:
        return 0
    return numbers.knobs[key].choices.index(numbers.settings[key].item())


def _map(numbers: Numbers) -> FloatArray:
    return _surface(numbers)[:, chosen(numbers)].reshape(MAP, MAP)


# The sheet


def _place(context: Context) -> None:
    knob = context.knobs.get((CHOSEN_OUTPUT.name, None))
    if knob and context.sizes[0] == 2:
        context.place_knob(knob, NAME, KNOB_ROW, LABELS)


def _fill(context: Context) -> list[Sheet]:
    writer = _Writer(context)
    writer.write()
    return [writer.sheet, writer.workings]


class _Writer:
    """The sheet and its workings (`layers.base.Cells` of a row of them; `surface_marks.Map`)."""

    top, left, side = TOP, LEFT, MAP

    def __init__(self, context: Context) -> None:
        self.context, self.dimensions = context, context.sizes[0]
        self.sheet = Sheet(NAME, "what the network makes of every input")
        self.workings = Sheet(POINTS, "workings: the points of Surface", workings=True)
        self._row = FIRST_ROW
        self._columns: dict[tuple[str, int], int] = {}
        column = 1 + 2 * self.dimensions
        for layer in context.layers:
            for quantity in layer.values:
                self._columns[quantity.name, layer.number] = column
                column += layer.units
        self.outputs = column - context.sizes[-1]
        self.right = column - 1
        self.last = FIRST_ROW + _count(self.dimensions) - 1
        #: Whether outputs are on one side of a half or on the other: between 0 and 1, of classes.
        last = context.dense[-1].activation
        within = last.signless and last.below_one
        self.halves = within and is_classification(context.lesson)

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
        return Ref(POINTS, BOUNDS_ROW + axis, 2 + 2 * end, True)

    # The map, for the marks in it

    def place(self, axis: int, value: Expression) -> Expression:
        low, high = self.bound(axis, 0), self.bound(axis, 1)
        return (value - low) / (high - low)

    def places(self, numbers: Numbers, inputs: FloatArray) -> FloatArray:
        low, high = np.transpose([_bounds(numbers, axis) for axis in range(2)])
        found: FloatArray = (inputs - low) / (high - low)
        return found

    def chosen(self, numbers: Numbers) -> int:
        return chosen(numbers)

    # Writing

    def write(self) -> None:
        context, sheet = self.context, self.sheet
        sheet.tab_colour, sheet.print_setup = styles.ORANGE, PrintSetup(fit_height=1)
        sheet.freeze, sheet.cursor = (TOP - 1, 1), (KNOB_ROW, LABELS)
        hint = (
            "The weights are those of the chosen step; every input is tried, not just the examples"
        )
        frame.head(sheet, "Surface: what the network makes of every input", hint, problem=PROBLEM)
        sheet.widths |= {1: 2.5, 2: 14.0, LABELS: 12.0}
        sheet.heights |= {KNOB_ROW: 24, TOP - 1: 24}
        self._write_workings()
        look = styles.NUMBER.but(bold=True, number_format="0", horizontal="center")
        column = LABELS if self.dimensions == 1 else LEFT + 6
        side = column - 1 if self.dimensions == 1 else column - 3
        sheet.put(KNOB_ROW, side, "step", styles.LABEL_RIGHT)
        sheet.put(KNOB_ROW, column, context.step, look, claim=lambda numbers: numbers.step)
        sheet.put(KNOB_ROW, column + 1, "chosen on Start", styles.LINK.but(size=9, italic=True))
        sheet.links[KNOB_ROW, column + 1] = Link("Start", tip="To the step")
        if self.dimensions == 1:
            self._draw()
        else:
            self._write_map()
        frame.banner(sheet, 16 if self.dimensions == 1 else LEFT + MAP - 1)

    def _write_workings(self) -> None:
        context, sheet = self.context, self.workings
        sheet.tab_colour, sheet.default_width = styles.PALE, 10.5
        sheet.freeze, sheet.print_setup = (FIRST_ROW, 1), PrintSetup(fit_width=0)
        hint = "forward passes with the weights of the chosen step, a row a point"
        frame.head(sheet, "Surface points: workings of Surface", hint, 1)
        frame.banner(sheet, max(self.right, 8))
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
        cells, own = tuple(self._pattern(FIRST_ROW)), _points(context.numbers)
        sheet.bands.append(Band(FIRST_ROW, 1, cells, own, _points, alternating=True))
        count, units = _count(self.dimensions), context.sizes[-1]
        lengths = {"point": count, UNIT: units}
        surface = Block(
            SURFACE.name, None, POINTS, FIRST_ROW, self.outputs, ("point",), (UNIT,), lengths
        )
        context.show(sheet, surface)

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
        context, sheet, row = self.context, self.workings, FIRST_ROW - 1
        for axis in range(self.dimensions):
            sheet.put(row, 1 + axis, "place", styles.LABEL_CENTRE)
            symbol = context.symbols.input(axis)
            sheet.put(row, 1 + self.dimensions + axis, symbol, styles.symbol(GIVEN))
        for layer in context.layers:
            for quantity in layer.values:
                for unit in range(layer.units):
                    symbol = quantity.symbol(context.symbols, layer.number, {UNIT: unit})
                    column = self._columns[quantity.name, layer.number] + unit
                    sheet.put(row, column, symbol, styles.symbol(LOOKS[quantity.role]))

    def _draw(self) -> None:
        """One input: the outputs as curves, the examples as points."""
        context, sheet = self.context, self.sheet
        x = Area(POINTS, FIRST_ROW, 2, self.last, 2, True)
        series = []
        for unit in range(min(context.sizes[-1], MOST_CURVES)):
            column, colour = self.outputs + unit, COLOURS[unit]
            name = str(context.symbols.activation(context.depth, unit))
            curve = Area(POINTS, FIRST_ROW, column, self.last, column, True)
            series.append(Series(curve, x, name, colour=colour, width=2.5))
            aim = context.symbols.target(unit)
            sets = context.sets()
            for (places, targets), (title, marker) in zip(sets, DOTS, strict=False):
                examples = places.area(unit=0, fixed=True)
                target = targets.area(unit=unit, fixed=True)
                assert examples and target
                title = f"{title} {aim}" if len(sets) > 1 else f"target {aim}"
                dots = Series(
                    target,
                    examples,
                    title,
                    colour=colour,
                    line=False,
                    marker=marker,
                    marker_colour=styles.PAPER if marker != "circle" else None,
                )
                series.append(dots)
        symbol = str(context.symbols.input(0))
        sheet.put(TOP - 1, 2, f"The outputs over {symbol}", styles.HEADING)
        sheet.fill(TOP - 1, 2, TOP - 1, 12, styles.HEADING)
        sheet.charts.append(
            Chart(
                row=TOP,
                column=2,
                width=20.0,
                height=11.0,
                series=tuple(series),
                x=Axis(symbol),
                y=Axis("output", gridlines=True),
                legend=True,
                alt_text="The outputs of the network over its input, and the targets of the "
                "examples as points",
            )
        )

    def _write_map(self) -> None:
        """Two inputs: the chosen output as colours, the examples in their cells."""
        context, sheet = self.context, self.sheet
        knob = context.knobs.get((CHOSEN_OUTPUT.name, None))
        name: Expression | str = str(context.symbols.activation(context.depth, 0))
        number: Expression | None = None
        if knob:
            cell = context.knob(CHOSEN_OUTPUT).ref(fixed=True)
            sheet.put(KNOB_ROW, LABELS - 1, "output", styles.LABEL_RIGHT)
            context.fill_knob(sheet, knob, styles.INPUT.but(size=14, font=styles.SERIF))
            sheet.validations.append(inputs.validation(knob, context.knob(CHOSEN_OUTPUT)))
            heads = Area(POINTS, BOUNDS_ROW + 2, 1, BOUNDS_ROW + 2, len(knob.choices), True)
            for column, choice in enumerate(knob.choices, 1):
                self.workings.put(BOUNDS_ROW + 2, column, choice, styles.SYMBOL)
            place = Ref(POINTS, BOUNDS_ROW, 7, True)
            self.workings.put(BOUNDS_ROW, 6, "output", styles.LABEL_RIGHT)
            look = styles.NUMBER.but(number_format="0")
            formula = call("MATCH", cell, heads, 0)
            self.workings.put(BOUNDS_ROW, 7, formula, look, claim=lambda n: chosen(n) + 1)
            name, number = cell, place
        across, up = (str(context.symbols.input(axis)) for axis in range(2))
        title = join([name, f" over {across} (across) and {up} (up)"])
        sheet.put(TOP - 1, 2, title, styles.HEADING)
        sheet.fill(TOP - 1, 2, TOP - 1, LEFT + MAP - 1, styles.HEADING)
        hidden = styles.PLAIN.but(number_format=";;;", horizontal="center", size=9)
        for i in range(MAP):
            sheet.heights[TOP + i] = ROW_HEIGHT
            for j in range(MAP):
                row = FIRST_ROW + i * MAP + j
                line = Area(POINTS, row, self.outputs, row, self.right)
                value = call("INDEX", line, 1, number) if number else Ref(POINTS, row, self.right)
                sheet.put(TOP + i, LEFT + j, value, hidden)
        block = Block("", None, NAME, TOP, LEFT, ("up",), ("across",), {"up": MAP, "across": MAP})
        sheet.claim(block, _map)
        for column in range(LEFT, LEFT + MAP):
            sheet.widths[column] = CELL_WIDTH
        self._write_axes()
        # All of one area, and the colours last: LibreOffice shows one area's rules in a cell.
        sheet.formats += surface_marks.write(self.sheet, context, self, number)
        if self.halves:
            sheet.formats += self._border(block.whole())
        sheet.formats.append(self._colours(block.whole()))

    def _border(self, area: Area) -> list[Rule]:
        """Lines between cells that are on two sides of a half."""
        here = Ref(NAME, TOP, LEFT)
        found: dict[str, Expression] = {}
        for side, other in (("r", Ref(NAME, TOP, LEFT + 1)), ("t", Ref(NAME, TOP - 1, LEFT))):
            differs = Binary("<>", here >= HALF, other >= HALF)
            found[side] = call("AND", call("ISNUMBER", other), differs)
        found = {"rt": call("AND", *found.values()), **found}
        return [Rule(area, when, BETWEEN.but(borders=sides)) for sides, when in found.items()]

    def _colours(self, area: Area) -> ColourScale:
        """From white to orange, which are light and dark: from 0 to 1 where these are classes."""
        ends = (0.0, 1.0) if self.halves else None
        return ColourScale(area, *SCALE, spread=not self.halves, ends=ends)

    def _write_axes(self) -> None:
        sheet, small = (
            self.sheet,
            styles.NUMBER.but(size=8, colour=styles.GREY, number_format="0.00"),
        )
        pale = styles.LABEL_CENTRE.but(size=6, colour=styles.GREY, number_format="0")
        for j in range(MAP):
            sheet.put(TOP + MAP, LEFT + j, float(j), pale)
        sheet.heights[TOP + MAP] = 9
        for i in range(0, MAP, 3):
            place = 1 - i / (MAP - 1)
            sheet.put(TOP + i, LABELS, self._at(1, place), small, claim=_on(1, place))
        for j, align, place in ((0, "left", 0.0), (8, "center", 0.5), (MAP - 3, "right", 1.0)):
            look = small.but(horizontal=align)
            row = TOP + MAP + 1
            sheet.put(row, LEFT + j, self._at(0, place), look, claim=_on(0, place))
            sheet.merge(row, LEFT + j, row, LEFT + j + 2)
        low, high = ("0", "1") if self.halves else ("low", "high")
        hint = f"white: {low} · orange: {high}"
        if self.halves:
            hint += " · line: where it passes 0.5"
        hint += " · training examples: ● target from 0.5 on, ○ below, ◐ both"
        sheet.put(TOP + MAP + 2, LABELS, hint, styles.HINT)
        if len(self.context.sets()) > 1:
            sheet.put(TOP + MAP + 3, LABELS, "test examples: ■ □ ◧, likewise", styles.HINT)

    def _at(self, axis: int, place: float) -> Expression:
        low, high = self.bound(axis, 0), self.bound(axis, 1)
        return low + (high - low) * place


def _bound(axis: int, end: int) -> Callable[[Numbers], float]:
    return lambda numbers: _bounds(numbers, axis)[end]


def _on(axis: int, place: float) -> Callable[[Numbers], float]:
    def value(numbers: Numbers) -> float:
        low, high = _bounds(numbers, axis)
        return low + (high - low) * place

    return value


SURFACE_SHEET = SheetKind(
    NAME,
    _fill,
    applies=applies,
    place=_place,
    derived=(Derived(SURFACE, lambda numbers, _: _surface(numbers)),),
)
