"""The right half of Descent: the cost over two weights as a coloured map, and the run on it.

Each cell of the map is a forward pass with both weights moved, on the sheet of workings
"Descent map". A dot stands in every cell that the run comes through.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from sheetnet.expressions.formula import (
    Area,
    Expression,
    Ref,
    call,
    equal,
    join,
    maximum,
    minimum,
)
from sheetnet.network.engine import FloatArray
from sheetnet.network.numbers import Derived, Numbers
from sheetnet.network.parameters import choosable
from sheetnet.network.placement import TRAINING
from sheetnet.network.quantities import (
    DESCENT_REACH,
    FIRST_PARAMETER,
    SECOND_PARAMETER,
    STEP,
    Quantity,
    Role,
)
from sheetnet.network.sheets import moved, parameters, scale
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.looks import CELLS
from sheetnet.network.sheets.moved import Mover, Rows
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import Cell, ColourScale, Rule, Sheet
from sheetnet.workbook.styles import UPDATE

SHEET, NAME = "Descent", "Descent map"
#: Cells across and down: the most, and fewer where a network is larger.
SIZES = (15, 13, 11, 9)
MOST = SIZES[0]
#: Formulas of a map that LibreOffice follows at once; the smallest map may have more.
SOON = 9_000
ROW_HEIGHT = 18.5
TOP, LABELS, LEFT = 6, 14, 15
KNOB_COLUMN = LABELS
CELL_WIDTH, LABEL_WIDTH = 3.4, 11.0
#: The most steps of the run that are marked.
MARKED = 30
#: How far the map reaches beyond the run, in parts of it and of the curve's reach.
BEYOND, AROUND = 0.75, 0.25
RUN_ROW = TOP + MOST + 5
#: Where the run comes through, and where it is at the chosen step.
DOT = styles.PLAIN.but(colour=styles.GREEN, fill=styles.GREEN_FILL, number_format='"●"')
HERE = DOT.but(colour="FFFFFF", fill=styles.GREEN, number_format='"◆"')

COST_MAP = Quantity(
    "cost_map",
    ("second_point", "first_point"),
    Role.FORWARD,
    "the cost over two weights",
    lambda s, layer, at: s.cost,
)


def size(context: Context) -> int:
    """How many cells the map has across; 0 where the network is too large for one, or has no two
    parameters."""
    if len(choosable(context.net)) < 2:
        return 0
    blocks = [context.run(q, layer) for q, layer in context.net.parameters()]
    if any(block.sheet != TRAINING or block.rows != (STEP,) for block in blocks):
        return 0
    return _fitting(moved.width(context.net, context.samples) + 4)


def _fitting(width: int) -> int:
    """How many cells across a map has whose cells take so many formulas each."""
    least = SIZES[-1]
    small = least if least * least * width <= parameters.MOST_FORMULAS else 0
    return next((n for n in SIZES if n * n * width <= SOON), small)


def _size(numbers: Numbers) -> int:
    """The same from the numbers."""
    return _fitting(moved.width(numbers.net, len(numbers.inputs)) + 4)


def marked(steps: int) -> list[int]:
    """The steps of the run that are marked, evenly spread."""
    count = min(steps, MARKED)
    return [round(i * steps / count) for i in range(count + 1)] if count else [0]


# The numbers


@lru_cache(maxsize=8)
def _places(numbers: Numbers, knob: str) -> FloatArray:
    """A chosen parameter at the marked steps."""
    parameter = choosable(numbers.net)[parameters.chosen(numbers, knob)]
    run = numbers.trace[parameter.quantity, parameter.layer]
    place = tuple(parameter.place.values())
    return np.array([run[step][place] for step in marked(numbers.trace.steps)])


@lru_cache(maxsize=8)
def _axis(numbers: Numbers, knob: str) -> tuple[float, float]:
    """Where the map's middle is on an axis, and how far it reaches from there."""
    places = _places(numbers, knob)
    low, high = float(places.min()), float(places.max())
    reach = numbers.settings.number(DESCENT_REACH.name)
    return (low + high) / 2, BEYOND * (high - low) + AROUND * reach


@lru_cache(maxsize=4)
def _rows(numbers: Numbers) -> FloatArray:
    """The rows of the workings: places on both axes, moves, the forward pass."""
    count = _size(numbers)
    ends = np.linspace(-1.0, 1.0, count)
    across, up = np.tile(ends, count), np.repeat(ends[::-1], count)
    moves, which = [], []
    for knob, at in ((FIRST_PARAMETER.name, across), (SECOND_PARAMETER.name, up)):
        number = parameters.chosen(numbers, knob)
        middle, half = _axis(numbers, knob)
        moves.append(middle + half * at - parameters.values(numbers)[number])
        which.append(number)
    both = np.column_stack(moves)
    return np.column_stack([across, up, both, moved.passes(numbers, which, both)])


def _map(numbers: Numbers) -> FloatArray:
    count = _size(numbers)
    return _rows(numbers)[:, -1].reshape(count, count)


DERIVED = Derived(COST_MAP, lambda numbers, _: _map(numbers))


def _code(numbers: Numbers, step: int | None) -> float:
    """The number of the cell in which the run is at a marked step, or at the chosen one."""
    count, codes = _size(numbers), []
    for knob in (FIRST_PARAMETER.name, SECOND_PARAMETER.name):
        middle, half = _axis(numbers, knob)
        place = _value(knob)(numbers) if step is None else _places(numbers, knob)[step]
        codes.append(np.floor((place - middle + half) / (2 * half) * (count - 1) + 0.5))
    return float(codes[0] + count * (count - 1 - codes[1]))


# The sheet


def fill(context: Context, sheet: Sheet, first: Expression) -> list[Sheet]:
    """Write the map beside the curve; returns its workings. `first` is the cell of the number
    of the weight that the curve is about."""
    count = size(context)
    if not count:
        return []
    writer = _Writer(context, sheet, first, count)
    writer.write()
    return [writer.workings]


class _Writer:
    """The map, its axes, the run on it, its workings."""

    def __init__(self, context: Context, sheet: Sheet, first: Expression, count: int) -> None:
        self.context, self.sheet, self.first, self.count = context, sheet, first, count
        self.workings = Sheet(NAME, "workings: the cost with two weights moved", workings=True)
        self.second = Ref(NAME, 3, 2, True)
        self.knobs = [
            context.knob(quantity).ref(fixed=True)
            for quantity in (FIRST_PARAMETER, SECOND_PARAMETER)
        ]
        self.steps = marked(context.steps)
        self.last = RUN_ROW + len(self.steps) - 1

    def write(self) -> None:
        self._write_knob()
        self._write_run()
        rows = self._write_workings()
        self._write_map(rows)
        self._write_axes()

    def _write_knob(self) -> None:
        context, sheet = self.context, self.sheet
        knob = context.knobs[SECOND_PARAMETER.name, None]
        block = context.knob(SECOND_PARAMETER)
        sheet.put(block.top, LABELS - 1, "second weight", styles.LABEL_RIGHT)
        context.fill_knob(sheet, knob, styles.INPUT.but(size=14, font=styles.SERIF))
        sheet.validations.append(parameters.validation(context, knob))
        sheet.notes[block.top, block.left] = knob.note
        across, up = self.knobs
        text = join([f"{context.symbols.cost} over ", across, " (across) and ", up, " (up)"])
        sheet.put(TOP - 1, LABELS, text, styles.HEADING)
        sheet.fill(TOP - 1, LABELS, TOP - 1, LEFT + self.count - 1, styles.HEADING)

    def _write_run(self) -> None:
        """The two weights at the marked steps, and the cell of the map that each is in."""
        context, sheet = self.context, self.sheet
        sheet.put(RUN_ROW - 3, 2, "The run on the map", styles.HEADING)
        sheet.fill(RUN_ROW - 3, 2, RUN_ROW - 3, 6, styles.HEADING)
        head = styles.LABEL_CENTRE
        heads = ((2, "step"), (3, self.knobs[0]), (5, self.knobs[1]), (6, "map cell"))
        for column, title in heads:
            sheet.put(RUN_ROW - 2, column, title, head)
        sheet.notes[RUN_ROW - 2, 6] = CELLS
        right = max(context.run(q, layer).right for q, layer in context.net.parameters())
        top = next(iter(context.runs)).top
        numbers = (self.first, self.second)
        whole = styles.NUMBER.but(number_format="0", horizontal="center", colour=styles.GREY)
        bold = UPDATE.but(horizontal="center", number_format=styles.FOUR, bold=True)
        now = [parameters.look(context, parameters.VALUE, number) for number in numbers]
        names = (FIRST_PARAMETER.name, SECOND_PARAMETER.name)
        sheet.put(
            RUN_ROW - 1, 2, context.step, whole.but(bold=True), claim=lambda numbers: numbers.step
        )
        for column, value, knob in zip((3, 5), now, names, strict=True):
            sheet.put(RUN_ROW - 1, column, value, bold, claim=_value(knob))
        sheet.put(RUN_ROW - 1, 7, "← the step chosen on Start; below it the whole run", styles.HINT)
        code = self._code(RUN_ROW - 1)
        sheet.put(RUN_ROW - 1, 6, code, whole, claim=lambda numbers: _code(numbers, None))
        for n, step in enumerate(self.steps):
            row = RUN_ROW + n
            sheet.put(row, 2, float(step), whole)
            line = Area(TRAINING, top + step, 1, top + step, right, True)
            for column, number, knob in zip(
                (3, 5), numbers, (FIRST_PARAMETER.name, SECOND_PARAMETER.name), strict=True
            ):
                place = parameters.look(context, parameters.COLUMN, number)

                def held(numbers: Numbers, knob: str = knob, n: int = n) -> float:
                    return float(_places(numbers, knob)[n])

                look = UPDATE.but(horizontal="center", number_format=styles.FOUR)
                sheet.put(row, column, call("INDEX", line, 1, place), look, claim=held)
            sheet.put(
                row,
                6,
                self._code(row),
                whole,
                claim=lambda numbers, n=n: _code(numbers, n),
            )

    def _bounds(self, axis: int) -> tuple[Expression, Expression]:
        """The cells of an axis' middle and half length, on the workings."""
        return Ref(NAME, 3, 5 + 4 * axis, True), Ref(NAME, 3, 7 + 4 * axis, True)

    def _code(self, row: int) -> Expression:
        """Which cell of the map a step is in: counted along the rows from the upper left."""
        parts = []
        for axis, column in enumerate((3, 5)):
            middle, half = self._bounds(axis)
            place = (Ref(SHEET, row, column) - middle + half) / (2 * half)
            parts.append(call("INT", place * (self.count - 1) + 0.5))
        return parts[0] + self.count * (self.count - 1 - parts[1])

    def _write_workings(self) -> Rows:
        context, sheet = self.context, self.workings
        hint = "forward passes of the chosen step with two parameters moved, a row for each cell"
        title = "Descent map: workings of Descent"
        parameters.head_workings(context, sheet, title, hint, SECOND_PARAMETER)
        reach = context.knob(DESCENT_REACH).ref(fixed=True)
        names = (FIRST_PARAMETER.name, SECOND_PARAMETER.name)
        for axis, (column, knob) in enumerate(zip((3, 5), names, strict=True)):
            places = Area(SHEET, RUN_ROW, column, self.last, column, True)
            low, high = minimum(places), maximum(places)
            left = 4 + 4 * axis
            sheet.put(3, left, "middle", styles.LABEL_RIGHT)
            sheet.put(
                3,
                left + 1,
                (low + high) / 2,
                styles.NUMBER,
                claim=lambda numbers, knob=knob: _axis(numbers, knob)[0],
            )
            sheet.put(3, left + 2, "half", styles.LABEL_RIGHT)
            sheet.put(
                3,
                left + 3,
                BEYOND * (high - low) + AROUND * reach,
                styles.NUMBER,
                claim=lambda numbers, knob=knob: _axis(numbers, knob)[1],
            )
        small = styles.SIGN.but(number_format="0.00")
        values = [
            parameters.look(context, parameters.VALUE, number)
            for number in (self.first, self.second)
        ]
        for axis, value in enumerate(values):
            knob = names[axis]
            sheet.put(
                3,
                12 + axis,
                value,
                UPDATE,
                claim=_value(knob),
            )

        def heads(row: int) -> list[Cell]:
            moves = []
            for axis in range(2):
                middle, half = self._bounds(axis)
                place = middle + half * Ref(NAME, row, 1 + axis)
                moves.append(Cell(place - Ref(NAME, 3, 12 + axis, True), styles.NUMBER))
            return [Cell(0.0, small), Cell(0.0, small), *moves]

        movers = [
            Mover(self.first, _which(names[0]), 3),
            Mover(self.second, _which(names[1]), 4),
        ]
        rows = Rows(context, sheet, movers, heads)
        rows.write(_rows)
        for column, title in enumerate(("across", "up", "moved by", "moved by"), 1):
            sheet.put(rows.top - 1, column, title, styles.LABEL_CENTRE)
        frame.banner(sheet, max(rows.right, 18))
        sheet.freeze, sheet.cursor = (rows.top, 5), (rows.top, 5)
        return rows

    def _write_map(self, rows: Rows) -> None:
        context, sheet, count = self.context, self.sheet, self.count
        look = styles.PLAIN.but(number_format=";;;", horizontal="center", size=9)
        for i in range(count):
            for j in range(count):
                cost = Ref(NAME, rows.top + i * count + j, rows.cost_column)
                sheet.put(TOP + i, LEFT + j, cost, look)
        for column in range(LEFT, LEFT + count):
            sheet.widths[column] = CELL_WIDTH
        lengths = {"second_point": count, "first_point": count}
        block = Block(
            COST_MAP.name, None, SHEET, TOP, LEFT, ("second_point",), ("first_point",), lengths
        )
        context.show(sheet, block)
        codes = Area(SHEET, RUN_ROW, 6, self.last, 6, True)
        today = Ref(SHEET, RUN_ROW - 1, 6, True)
        numbers = Ref(SHEET, TOP + count, LEFT)
        for i in range(count):
            row = Area(SHEET, TOP + i, LEFT, TOP + i, LEFT + count - 1)
            here = numbers + i * count
            sheet.formats.append(Rule(row, equal(today, here), HERE))
            on = call("COUNTIF", codes, here) > 0
            sheet.formats.append(Rule(row, on, DOT))
        # Behind the rules, which LibreOffice else does not show.
        colours = ColourScale(block.whole(), "FFFFFF", "FDC79B", "E8762D", spread=True)
        sheet.formats.append(colours)

    def _write_axes(self) -> None:
        """The numbers of the columns, the weights along both axes, what the colours mean."""
        sheet, count = self.sheet, self.count
        hidden = styles.PLAIN.but(number_format=";;;")  # only the rules of the map need them
        for j in range(count):
            sheet.put(TOP + count, LEFT + j, float(j), hidden)
        sheet.heights[TOP + count] = 9
        sheet.widths[LABELS] = LABEL_WIDTH
        small = styles.NUMBER.but(size=8, colour=styles.GREY, number_format="0.000")
        for i in range(count):
            up = 1 - 2 * i / (count - 1)
            sheet.put(TOP + i, LABELS, self._at(1, up), small, claim=_along(1, count, -1 - i))
        middle = (count - 1) // 2
        starts = (0, "left", 0), (middle - 1, "center", middle), (count - 3, "right", -1)
        for j, align, number in starts:
            at = {"left": -1.0, "center": 0.0, "right": 1.0}[align]
            look, claim = small.but(horizontal=align), _along(0, count, number)
            sheet.put(TOP + count + 1, LEFT + j, self._at(0, at), look, claim=claim)
            sheet.merge(TOP + count + 1, LEFT + j, TOP + count + 1, LEFT + j + 2)
        place, workings = (sheet, TOP + count + 2, LABELS), (self.workings, 3, 15)
        area = Area(SHEET, TOP, LEFT, TOP + count - 1, LEFT + count - 1)
        scale.write(self.context, place, workings, area, _map, signless=True)
        marks = "● where the run comes through · ◆ this step"
        sheet.put(TOP + count + 3, LABELS, marks, styles.HINT)

    def _at(self, axis: int, place: float) -> Expression:
        middle, half = self._bounds(axis)
        return middle + half * place


def _value(knob: str) -> Callable[[Numbers], float]:
    return lambda numbers: float(parameters.values(numbers)[parameters.chosen(numbers, knob)])


def _which(knob: str) -> Callable[[Numbers], int]:
    return lambda numbers: parameters.chosen(numbers, knob)


def _along(axis: int, count: int, number: int) -> Callable[[Numbers], float]:
    """A weight along an axis of so many points."""
    knob = (FIRST_PARAMETER.name, SECOND_PARAMETER.name)[axis]

    def value(numbers: Numbers) -> float:
        middle, half = _axis(numbers, knob)
        return float(middle + half * np.linspace(-1.0, 1.0, count)[number])

    return value
