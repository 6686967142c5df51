"""The examples on the map of Surface: in which cell each is, and the marks of the cells.

All examples stand on the workings, and under the map, where no reader comes by and nothing is
printed, a square of numbers with a place for each of its cells: what is marked there. The rules of
the map only look at these, so that they cost no time; programs let rules look at their own sheet
only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sheetnet.expressions.formula import Area, Expression, Ref, call, equal
from sheetnet.network.engine import FloatArray
from sheetnet.network.evaluation import HALF, shown_sets
from sheetnet.network.numbers import Numbers
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.surface_points import (
    FIRST_ROW,
    MAP,
    POINTS,
    Points,
    chosen,
    places,
)
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import Sheet
from sheetnet.workbook.styles import GIVEN

#: The most examples that are marked.
MOST_EXAMPLES = 400
#: What a set adds to the number of a cell with an example whose target is below a half, and with
#: one from there on; which mark that is.
SETS = ("training", "test")
ADDED = ((1, 2), (4, 8))
MARKS = (("", "○", "●", "◐"), ("", "□", "■", "◧"))
#: Rows between the map and the square: what is printed under the map, and enough that the square is
#: on no screen that shows the map.
BELOW = 14
NOTE = (
    "The cells of the map are counted from 0, row by row, from the top left; "
    f"{MAP**2} is added where the target is from 0.5 on."
)
SQUARE, OF_TEST = "Workings of the map: 1 for ○, 2 for ●{}, added up", ", 4 for □, 8 for ■"


@dataclass(frozen=True)
class Example:
    """An example of a set (0: training, 1: test), counted from 0."""

    of: int
    number: int


@dataclass(frozen=True)
class Mark:
    """When the first cell of the map has a mark, and the number format that shows it."""

    when: Expression
    number_format: str


def examples(context: Context) -> list[Example]:
    """Those that are marked: all, up to a number of them."""
    counts = [inputs.height for inputs, _ in context.sets()]
    found = [Example(of, n) for of, count in enumerate(counts) for n in range(count)]
    return found[:MOST_EXAMPLES]


def codes(numbers: Numbers) -> list[FloatArray]:
    """Of each set: the number of each example's cell, moved on where its target is high."""
    found = []
    for inputs, targets in shown_sets(numbers):
        across, up = np.floor(places(numbers, inputs).T * (MAP - 1) + HALF)
        high = targets[:, chosen(numbers)] >= HALF
        found.append(across + MAP * (MAP - 1 - up) + MAP**2 * high)
    return found


def _marked(numbers: Numbers, shown: Sequence[Example]) -> FloatArray:
    """What is added up in each cell of the map: rows × columns."""
    count = MAP**2
    cells = np.zeros(count)
    held = codes(numbers)
    for of, added in enumerate(ADDED[: len(held)]):
        there = {int(held[of][each.number]) for each in shown if each.of == of}
        for kind, add in enumerate(added):
            for cell in range(count):
                cells[cell] += add * (cell + kind * count in there)
    return cells.reshape(MAP, MAP)


def write(
    sheet: Sheet, points: Points, corner: tuple[int, int], number: Expression | None
) -> list[Mark]:
    """Write both; what marks the cells of the map, whose first one is at `corner`.

    `number` is that of the output which the map shows, where there are several.
    """
    shown = examples(points.context)
    table = _Table(points, number)
    table.write(shown)
    return _write_square(sheet, table, shown, corner)


class _Table:
    """The examples on the workings, a row each."""

    def __init__(self, points: Points, number: Expression | None) -> None:
        self.points, self.number = points, number
        self.left = points.right + 2
        self.code = self.left + 2

    def row(self, place: int) -> int:
        """The row of the example that is listed at a place, from 0."""
        return FIRST_ROW + place

    def write(self, shown: Sequence[Example]) -> None:
        sheet, small = self.points.sheet, styles.LABEL_CENTRE.but(size=9)
        for column, title in enumerate(("example", "target", "cell"), self.left):
            sheet.put(FIRST_ROW - 1, column, title, small)
        sheet.notes[FIRST_ROW - 1, self.code] = NOTE
        sheet.widths[self.left] = 12.0
        for place, example in enumerate(shown):
            self._write_example(example, self.row(place))

    def _write_example(self, example: Example, row: int) -> None:
        points, sheet, n = self.points, self.points.sheet, example.number
        inputs, targets = points.context.sets()[example.of]
        whole = styles.SIGN.but(number_format=f'"{SETS[example.of]} "0', size=8)
        sheet.put(row, self.left, float(n + 1), whole)
        target: Expression = targets.ref(sample=n, fixed=True)
        line = targets.area(sample=n, fixed=True)
        if self.number is not None and line is not None:
            target = call("INDEX", line, 1, self.number)
        look = GIVEN.but(horizontal="center", number_format=styles.FOUR)
        sheet.put(row, self.left + 1, target, look, claim=_target(example))
        cells = []
        for axis in range(2):
            place = points.place(axis, inputs.ref(sample=n, unit=axis, fixed=True))
            cells.append(call("INT", place * (MAP - 1) + HALF))
        code = cells[0] + MAP * (MAP - 1 - cells[1])
        # 1 from a half on, else 0: a comparison would be one that every input must turn.
        high = call("INT", (call("SIGN", Ref(POINTS, row, self.left + 1) - HALF) + 2) / 2)
        look = styles.SIGN.but(number_format="0", size=8)
        sheet.put(row, self.code, code + MAP**2 * high, look, claim=_code(example))


def _target(example: Example) -> Callable[[Numbers], float]:
    def value(numbers: Numbers) -> float:
        _, targets = shown_sets(numbers)[example.of]
        return float(targets[example.number, chosen(numbers)])

    return value


def _code(example: Example) -> Callable[[Numbers], float]:
    return lambda numbers: float(codes(numbers)[example.of][example.number])


def _write_square(
    sheet: Sheet, table: _Table, shown: Sequence[Example], corner: tuple[int, int]
) -> list[Mark]:
    """What is in each cell of the map, and what says so in it."""
    top, left = corner[0] + MAP + BELOW, corner[1]
    tested = any(each.of for each in shown)
    sheet.put(top - 1, left, SQUARE.format(OF_TEST * tested), styles.HINT)
    areas = []
    for of in range(2):
        rows = [table.row(place) for place, each in enumerate(shown) if each.of == of]
        if rows:
            # Gnumeric saves a range of one cell as that cell, of which IronCalc counts nothing: the
            # title above the first example, or the empty cell under the last one, goes with it.
            alone = len(rows) == 1
            upper, lower = rows[0] - (alone and of == 0), rows[-1] + (alone and of == 1)
            areas.append((ADDED[of], Area(POINTS, upper, table.code, lower, table.code, True)))
    pale = styles.SIGN.but(number_format="#", size=8, horizontal="center")
    count = styles.LABEL_CENTRE.but(size=6, colour=styles.GREY, number_format="0")
    for j in range(MAP):
        sheet.put(top + MAP, left + j, float(j), count)
    for i in range(MAP):
        for j in range(MAP):
            cell = Ref(sheet.name, top + MAP, left + j, True) + i * MAP
            parts = []
            for added, area in areas:
                for kind, add in enumerate(added):
                    here = cell + kind * MAP**2 if kind else cell
                    is_there = call("SIGN", call("COUNTIF", area, here))
                    parts.append(is_there * add if add > 1 else is_there)
            sheet.put(top + i, left + j, sum(parts[1:], start=parts[0]), pale)
    lengths = {"up": MAP, "across": MAP}
    block = Block("", None, sheet.name, top, left, ("up",), ("across",), lengths)
    sheet.claim(block, lambda numbers: _marked(numbers, shown))
    first = Ref(sheet.name, top, left)
    marks = []
    for test, square in enumerate(MARKS[1][: 4 if len(areas) > 1 else 1]):
        for training, circle in enumerate(MARKS[0]):
            if circle or square:
                marks.append(Mark(equal(first, 4 * test + training), f'"{circle}{square}"'))
    return marks
