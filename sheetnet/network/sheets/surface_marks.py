"""The examples on the map of Surface: in which cell each is, and the marks of the cells.

Below the map stand all examples, and a square of numbers with a place for each of its cells: what
is marked there. The rules of the map only look at these, so that they cost no time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sheetnet.expressions.formula import Area, Expression, Ref, call, equal
from sheetnet.network.engine import FloatArray
from sheetnet.network.evaluation import HALF, shown_sets
from sheetnet.network.numbers import Numbers
from sheetnet.network.sheets.context import Context
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import NumberRule, Sheet
from sheetnet.workbook.styles import GIVEN

#: The most examples that are marked.
MOST_EXAMPLES = 400
#: What a set adds to the number of a cell with an example whose target is below a half, and with
#: one from there on; which mark that is.
SETS = ("training", "test")
ADDED = ((1, 2), (4, 8))
MARKS = (("", "○", "●", "◐"), ("", "□", "■", "◧"))
EXAMPLE, TARGET_COLUMN, CODE = 2, 3, 4
NOTE = (
    "The cells of the map are counted from 0, row by row, from the top left; {count} is added "
    "where the target is from 0.5 on."
)
SQUARE = "What is in each cell: 1 for ○, 2 for ●, 4 for □, 8 for ■, added up"


class Map(Protocol):
    """Where the map stands: its upper left cell, its cells a side, the numbers of its columns."""

    top: int
    left: int
    side: int

    def place(self, axis: int, value: Expression) -> Expression:
        """How far along an axis a value is, from 0 to 1."""

    def places(self, numbers: Numbers, inputs: FloatArray) -> FloatArray:
        """The same for examples × 2."""

    def chosen(self, numbers: Numbers) -> int:
        """The output that is shown, from 0."""


@dataclass(frozen=True)
class Example:
    """An example of a set (0: training, 1: test), counted from 0."""

    of: int
    number: int


def examples(context: Context) -> list[Example]:
    """Those that are marked: all, up to a number of them."""
    counts = [inputs.height for inputs, _ in context.sets()]
    found = [Example(of, n) for of, count in enumerate(counts) for n in range(count)]
    return found[:MOST_EXAMPLES]


def codes(numbers: Numbers, on: Map) -> list[FloatArray]:
    """Of each set: the number of each example's cell, moved on where its target is high."""
    found = []
    for inputs, targets in shown_sets(numbers):
        across, up = np.floor(on.places(numbers, inputs).T * (on.side - 1) + HALF)
        high = targets[:, on.chosen(numbers)] >= HALF
        found.append(across + on.side * (on.side - 1 - up) + on.side**2 * high)
    return found


def _marked(numbers: Numbers, on: Map, shown: Sequence[Example]) -> FloatArray:
    """What is added up in each cell of the map: side × side."""
    count = on.side**2
    cells = np.zeros(count)
    held = codes(numbers, on)
    for of, added in enumerate(ADDED[: len(held)]):
        places = {int(held[of][each.number]) for each in shown if each.of == of}
        for kind, add in enumerate(added):
            for cell in range(count):
                cells[cell] += add * (cell + kind * count in places)
    return cells.reshape(on.side, on.side)


def write(sheet: Sheet, context: Context, on: Map, number: Expression | None) -> list[NumberRule]:
    """Write both below the map; the rules that mark its cells."""
    head = on.top + on.side + 6
    top, shown = head + 1, examples(context)
    sheet.put(head - 1, EXAMPLE, "The examples on the map", styles.HEADING)
    sheet.fill(head - 1, EXAMPLE, head - 1, on.left + on.side - 1, styles.HEADING)
    for column, title in ((EXAMPLE, "example"), (TARGET_COLUMN, "target"), (CODE, "cell")):
        sheet.put(head, column, title, styles.LABEL_CENTRE.but(size=9))
    sheet.notes[head, CODE] = NOTE.format(count=on.side**2)
    for row, example in enumerate(shown, top):
        _write_example(sheet, context, on, number, example, row)
    return _write_square(sheet, on, shown, top)


def _write_example(
    sheet: Sheet, context: Context, on: Map, number: Expression | None, example: Example, row: int
) -> None:
    inputs, targets = context.sets()[example.of]
    n = example.number
    whole = styles.SIGN.but(number_format=f'"{SETS[example.of]} "0', size=8)
    sheet.put(row, EXAMPLE, float(n + 1), whole)
    target: Expression = targets.ref(sample=n, fixed=True)
    line = targets.area(sample=n, fixed=True)
    if number is not None and line is not None:
        target = call("INDEX", line, 1, number)
    look = GIVEN.but(horizontal="center", number_format=styles.FOUR)
    sheet.put(row, TARGET_COLUMN, target, look, claim=_target(on, example))
    cells = []
    for axis in range(2):
        place = on.place(axis, inputs.ref(sample=n, unit=axis, fixed=True))
        cells.append(call("INT", place * (on.side - 1) + HALF))
    code = cells[0] + on.side * (on.side - 1 - cells[1])
    # 1 from a half on, else 0: a comparison would be one that every input must turn.
    high = call("INT", (call("SIGN", Ref(sheet.name, row, TARGET_COLUMN) - HALF) + 2) / 2)
    look = styles.SIGN.but(number_format="0", size=8)
    claim = _code(on, example)
    sheet.put(row, CODE, code + on.side**2 * high, look, claim=claim)


def _target(on: Map, example: Example) -> Callable[[Numbers], float]:
    def value(numbers: Numbers) -> float:
        _, targets = shown_sets(numbers)[example.of]
        return float(targets[example.number, on.chosen(numbers)])

    return value


def _code(on: Map, example: Example) -> Callable[[Numbers], float]:
    return lambda numbers: float(codes(numbers, on)[example.of][example.number])


def _write_square(sheet: Sheet, on: Map, shown: Sequence[Example], top: int) -> list[NumberRule]:
    """What is in each cell of the map, and the rules that say so in it."""
    left, side = on.left + 2, on.side
    sheet.put(top - 1, left, SQUARE, styles.HINT)
    areas = []
    for of in range(2):
        rows = [row for row, each in enumerate(shown, top) if each.of == of]
        if rows:
            areas.append((ADDED[of], Area(sheet.name, rows[0], CODE, rows[-1], CODE, True)))
    pale = styles.SIGN.but(number_format="#", size=8, horizontal="center")
    for i in range(side):
        for j in range(side):
            cell = Ref(sheet.name, on.top + side, on.left + j, True) + i * side
            parts = []
            for added, area in areas:
                for kind, add in enumerate(added):
                    here = cell + kind * side**2 if kind else cell
                    is_there = call("SIGN", call("COUNTIF", area, here))
                    parts.append(is_there * add if add > 1 else is_there)
            sheet.put(top + i, left + j, sum(parts[1:], start=parts[0]), pale)
    lengths = {"up": side, "across": side}
    block = Block("", None, sheet.name, top, left, ("up",), ("across",), lengths)
    sheet.claim(block, lambda numbers: _marked(numbers, on, shown))
    for column in (left + side - 2, left + side - 1):
        sheet.widths[column] = sheet.widths[on.left]
    area = Area(sheet.name, on.top, on.left, on.top + side - 1, on.left + side - 1)
    first = Ref(sheet.name, top, left)
    rules = []
    for test, square in enumerate(MARKS[1][: 4 if len(areas) > 1 else 1]):
        for training, circle in enumerate(MARKS[0]):
            if circle or square:
                style = styles.PLAIN.but(number_format=f'"{circle}{square}"')
                rules.append(NumberRule(area, equal(first, 4 * test + training), style))
    return rules
