"""The map of Surface, read: its outputs, and the marks of examples, each in the nearest cell.

Read is what a reader sees: the numbers along the two sides of the map, those in its cells, and the
mark that its rules give to each cell.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sheetnet.expressions.formula import Area, Binary, Expression, Number, Ref, walk
from sheetnet.network.engine import FloatArray, forward
from sheetnet.network.evaluation import shown_sets
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, CHOSEN_OUTPUT
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import ColourScale, NumberRule, Rule, Sheet

#: The sheet with the map.
SHEET = "Surface"
#: Marks of the training set and of the test set: of an example whose target is below a half, of one
#: with another target, and of a cell with both.
MARKS = ("○●◐", "□■◧")
#: So many examples are marked.
MOST = 400
#: So far from the middle between two cells, in cells, a place is of one of them.
CLEAR = 1e-6
#: Outputs may differ by so much.
NEAR = 1e-9
#: Numbers of an axis stand in one of so many rows under the map.
UNDER = 3

Cell = tuple[int, int]


def wrong_marks(numbers: Numbers, book: Book) -> Iterator[str]:
    """Sentences on cells of the map that do not show what examples are there."""
    few = sum(len(inputs) for inputs, _ in shown_sets(numbers)) <= MOST
    for sheet in (each for each in book.sheets if each.name == SHEET):
        areas = [rule.area for rule in sheet.formats if isinstance(rule, ColourScale)]
        if not areas:
            continue  # a curve
        [area] = areas
        axes = _axes(book, sheet, area)
        if not np.allclose(_outputs(numbers, axes), book.area_values(area), NEAR, NEAR):
            yield f"the map on {SHEET} is not the output over the inputs at its sides"
        wanted, unclear = _wanted(numbers, axes)
        for cell, found in _found(book, sheet, area).items() if few else ():
            if cell not in unclear and found != wanted.get(cell, ""):
                row, column = cell[0] + 1, cell[1] + 1
                yield (
                    f"row {row}, column {column} of the map on {SHEET} is marked {found!r}, "
                    f"the examples there ask for {wanted.get(cell, '')!r}"
                )


def _axes(book: Book, sheet: Sheet, area: Area) -> list[FloatArray]:
    """What the map's columns and rows stand for, by the numbers at the ends of both axes."""
    ends = area.top, area.bottom
    column = max(c for r, c in sheet.cells if r in ends and c < area.left)
    up = [book.value(sheet, row, column) for row in ends]
    under = range(area.bottom + 1, area.bottom + 1 + UNDER)
    numbered = [
        (c, value)
        for r, c in sorted(sheet.cells)
        if r in under and area.left <= c <= area.right
        if isinstance(value := book.value(sheet, r, c), float)
    ]
    across = [numbered[0][1], numbered[-1][1]]
    return [
        np.linspace(float(low), float(high), count)
        for (low, high), count in zip((across, up), area.shape[::-1], strict=True)
    ]


def _outputs(numbers: Numbers, axes: list[FloatArray]) -> FloatArray:
    """The chosen output where the inputs are what columns and rows stand for."""
    net, (across, up) = numbers.net, axes
    now = {(q.name, layer): numbers.now(q, layer) for q, layer in net.parameters()}
    inputs = np.column_stack([np.tile(across, len(up)), np.repeat(up, len(across))])
    outputs = forward(net, now, inputs)[-1][ACTIVATION.name]
    found: FloatArray = outputs[:, _chosen(numbers)].reshape(len(up), len(across))
    return found


def _chosen(numbers: Numbers) -> int:
    """The output that the map shows, from 0."""
    key = CHOSEN_OUTPUT.name, None
    held = numbers.settings.get(key)
    return 0 if held is None else numbers.knobs[key].choices.index(held.item())


def _wanted(numbers: Numbers, axes: list[FloatArray]) -> tuple[dict[Cell, str], set[Cell]]:
    """The marks of each cell; and the cells between which some example stands."""
    output = _chosen(numbers)
    highs: dict[tuple[Cell, int], set[bool]] = {}
    unclear: set[Cell] = set()
    for of, (inputs, targets) in enumerate(shown_sets(numbers)):
        for values, target in zip(inputs, targets, strict=True):
            near = [_near(axis, value) for axis, value in zip(axes, values, strict=True)]
            cells = [(row, column) for column in near[0] for row in near[1]]
            if len(cells) > 1:
                unclear |= set(cells)
            highs.setdefault((cells[0], of), set()).add(bool(target[output] >= 0.5))
    wanted: dict[Cell, str] = {}
    for (cell, of), high in sorted(highs.items(), key=lambda item: item[0][1]):
        wanted[cell] = wanted.get(cell, "") + MARKS[of][2 if len(high) > 1 else high.pop()]
    return wanted, unclear


def _near(axis: FloatArray, value: float) -> list[int]:
    """The place on an axis that is nearest to a value; two where it is in the middle."""
    away = np.abs(axis - value)
    return [int(i) for i in np.flatnonzero(away <= away.min() + CLEAR * abs(axis[1] - axis[0]))]


def _found(book: Book, sheet: Sheet, area: Area) -> dict[Cell, str]:
    """What the rules of the map show in each cell: of several, all that there are."""
    shown: dict[Cell, dict[float, set[str]]] = {}
    for rule in sheet.formats:
        if not isinstance(rule, Rule | NumberRule) or rule.area != area:
            continue
        mark, asked = rule.style.number_format.strip('"'), _asked(rule.condition)
        if asked and set(mark) <= set("".join(MARKS)):
            place, number = asked
            shown.setdefault(place, {}).setdefault(number, set()).add(mark)
    found = {}
    for row, column in np.ndindex(*area.shape):
        marks: set[str] = set()
        for (top, left), by_number in shown.items():
            held = book.value(sheet, top + row, left + column)
            marks |= by_number.get(held, set()) if isinstance(held, float) else set()
        found[row, column] = " or ".join(sorted(marks))
    return found


def _asked(condition: Expression) -> tuple[Cell, float] | None:
    """Of which cell a rule asks whether it holds which number, for the first cell of the map."""
    for part in walk(condition):
        if isinstance(part, Binary) and part.operator == "=":
            cell, number = part.left, part.right
            if isinstance(cell, Ref) and isinstance(number, Number):
                return (cell.row, cell.column), float(number.value)
    return None
