"""The marks of examples on the map of Surface, read: each is in the cell that is nearest to it.

Read is what a reader sees: the numbers along the two sides of the map, and the mark that the rules
of the map give to each cell.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sheetnet.expressions.formula import Area, Binary, Expression, Number, Ref, walk
from sheetnet.network.engine import FloatArray
from sheetnet.network.evaluation import shown_sets
from sheetnet.network.mapped import OUTPUTS, axes, map_of, output_of
from sheetnet.network.numbers import Numbers
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import NumberRule, Rule, Sheet

#: Marks of the training set and of the test set: of an example whose target is below a half, of one
#: with another target, and of a cell with both.
MARKS = ("○●◐", "□■◧")
#: So many examples are marked.
MOST = 400
#: So far from the middle between two cells, in cells, a place is of one of them.
CLEAR = 1e-6

Cell = tuple[int, int]


def wrong_marks(numbers: Numbers, book: Book) -> Iterator[str]:
    """Sentences on cells of the map that do not show what examples are there."""
    if sum(len(inputs) for inputs, _ in shown_sets(numbers)) > MOST:
        return
    for sheet in (each for each in book.sheets if each.name == OUTPUTS):
        if (area := map_of(sheet)) is None:
            continue
        wanted, unclear = _wanted(numbers, axes(book, sheet, area))
        for cell, found in _found(book, sheet, area).items():
            if cell not in unclear and found != wanted.get(cell, ""):
                row, column = cell[0] + 1, cell[1] + 1
                yield (
                    f"row {row}, column {column} of the map on {OUTPUTS} is marked {found!r}, "
                    f"the examples there ask for {wanted.get(cell, '')!r}"
                )


def _wanted(numbers: Numbers, sides: list[FloatArray]) -> tuple[dict[Cell, str], set[Cell]]:
    """The marks of each cell; and the cells between which some example stands."""
    output = output_of(numbers)
    highs: dict[tuple[Cell, int], set[bool]] = {}
    unclear: set[Cell] = set()
    for of, (inputs, targets) in enumerate(shown_sets(numbers)):
        for values, target in zip(inputs, targets, strict=True):
            near = [_near(axis, value) for axis, value in zip(sides, values, strict=True)]
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
