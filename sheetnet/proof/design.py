"""What a builder may choose, proved by the rules that every choice keeps.

How many points a curve has, by how much a difference moves, where something stands: another choice
would be as right, but not any other. The rules say nothing of the builder's own numbers.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from sheetnet.expressions.formula import Binary, Call, Expression, Number, walk
from sheetnet.expressions.rich import Rich
from sheetnet.proof.comparison import Comparison, shown
from sheetnet.proof.constants import drawn_sheets, odd_constants
from sheetnet.proof.counting import miscounted
from sheetnet.proof.curves import wrong_curves
from sheetnet.proof.drawings import wrong_drawings
from sheetnet.proof.neighbours import POINT, wrong_neighbours
from sheetnet.proof.odd import odd_ones
from sheetnet.proof.typography import wrong_texts
from sheetnet.proof.unnamed import untold
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import NumberRule, Position, Sheet

#: A first column that is no wider is the margin.
NARROW = 3.0
#: So many numbers under a symbol are places.
MANY = 5
#: What signs between two numbers do.
OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "×": operator.mul,
    "·": operator.mul,
    "+": operator.add,
    "−": operator.sub,
}
#: Rounding, of places from -1 to 1.
NEAR = 1e-12
#: A format of fixed decimals, which it captures.
DECIMALS = re.compile(r"\+?0\.(0+)(?:;|$)")


class Decoder(Protocol):
    @property
    def last_step(self) -> float | None:
        """The last step of the run, where there is one."""
        ...

    def contradictions(self) -> Iterable[str]:
        """What a lesson's functions say of themselves and do not keep."""
        ...

    def missing(self, book: Book) -> Iterable[str]:
        """What every workbook of its kind has, and this has not."""
        ...

    def writes(self, number: float) -> bool:
        """Whether the lesson itself has a number in its formulas."""
        ...


def check_design(book: Book, decoder: Decoder) -> Comparison:
    """Margins, merged cells, small numbers in formulas, drawings, the middle of curves and maps."""
    check = Comparison("design")
    drawn = drawn_sheets(book)
    for sheet in book.sheets:
        check.cells += len(sheet.cells)
        for place, what in (
            *_in_margin(sheet),
            *_twice(book, sheet),
            *_lopsided(sheet),
            *wrong_neighbours(book, sheet),
            *odd_ones(book, sheet),
            *miscounted(book, sheet, decoder.last_step),
            *_covered(sheet),
            *odd_constants(sheet, decoder.writes, sheet.name in drawn),
            *_hidden(sheet),
            *_miscalculated(book, sheet),
            *wrong_texts(book, sheet),
            *untold(book, sheet, sheet.name in drawn),
        ):
            check.add(sheet.name, *place, what)
        for place, what in (*wrong_drawings(book, sheet), *wrong_curves(book, sheet)):
            check.add(sheet.name, *place, what)
    for what in _out_of_order(book):
        check.add(book.sheets[0].name, 1, 1, what)
    for what in (*decoder.contradictions(), *decoder.missing(book)):
        check.add(book.sheets[0].name, 1, 1, what)
    for block in book.blocks:
        for axis, length in block.lengths.items():
            if axis.endswith(POINT) and length % 2 == 0:
                what = f"{length} points on both sides: there is none in the middle"
                check.add(block.sheet, block.top, block.left, what)
    return check


def _in_margin(sheet: Sheet) -> Iterator[tuple[Position, str]]:
    if sheet.widths.get(1, NARROW + 1) <= NARROW:
        for place, cell in sheet.cells.items():
            if place[1] == 1 and cell.content is not None:
                yield place, "stands in the margin"


def _covered(sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """What is under a merged cell, where no one sees it."""
    for area in sheet.merges:
        for row in range(area.top, area.bottom + 1):
            for column in range(area.left, area.right + 1):
                cell = sheet.cells.get((row, column))
                first = (row, column) == (area.top, area.left)
                if cell is not None and cell.content is not None and not first:
                    yield (row, column), "is covered by the merged cell beside it"


def _out_of_order(book: Book) -> Iterator[str]:
    """Workings that the list on the first sheet has before what is for readers, and what it does
    not have."""
    led = {link.sheet for link in book.sheets[0].links.values()}
    for sheet in book.sheets[1:]:
        if sheet.name not in led:
            yield f"the list of sheets has no {sheet.name}"
    links = sorted(book.sheets[0].links.items())
    for column in {place[1] for place, _ in links}:
        listed = [book[link.sheet] for place, link in links if place[1] == column]
        if [each.workings for each in listed] != sorted(each.workings for each in listed):
            yield "the list of sheets has workings before what is for readers"


def _twice(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """A symbol that stands before two numbers of one row, which are others."""
    if sheet.labels:
        return  # each of its symbols means the number beside it
    known: dict[tuple[int, str], float] = {}
    for (row, column), cell in sorted(sheet.cells.items(), key=lambda item: item[0]):
        beside, head = sheet.cells.get((row, column + 1)), (row - 1, column + 1)
        if not isinstance(cell.content, Rich):
            continue
        next_one = sheet.cells.get((row, column + 2))
        near = (sheet.cells.get(at) for at in ((row - 1, column), (row + 1, column), head))
        if beside is None or not beside.is_computed or (next_one and next_one.is_computed):
            continue  # a table, whose rows are called so
        if any(each is not None and isinstance(each.content, Rich) for each in near):
            continue  # likewise, of one column or row
        text, value = cell.content.text, book.value(sheet, row, column + 1)
        if " " in text or not isinstance(value, float | int):
            continue
        if abs(known.setdefault((row, text), float(value)) - float(value)) > 1e-12:
            yield (row, column), f"{text} stands in this row before another number as well"


def _lopsided(sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Columns of places below and above 0, at which something is computed, that are not as far on
    both sides; where something may be typed, numbers are the lesson's."""
    if sheet.validations:
        return
    for band in sheet.bands:
        for at, cell in enumerate(band.cells):
            fixed = [] if cell.is_computed else [float(x) for x in band.values[:, at]]
            if _is_lopsided(fixed):
                yield (band.top, band.left + at), "the places below and above 0 differ"
    for (row, column), cell in sheet.cells.items():
        if not isinstance(cell.content, Rich):
            continue
        numbers: list[float] = []
        at = row + 1
        while (below := sheet.cells.get((at, column))) and isinstance(below.content, float):
            numbers.append(below.content)
            at += 1
        centred = len(numbers) < MANY or not min(numbers) < 0 < max(numbers) or 0.0 in numbers
        if _is_lopsided(numbers) or not centred:
            yield (row + 1, column), "the places below and above 0 differ, or there is none at 0"


def _is_lopsided(numbers: list[float]) -> bool:
    """Whether of many numbers below and above 0 some have no counterpart on the other side."""
    if len(numbers) < MANY or not min(numbers) < 0 < max(numbers):
        return False
    pairs = zip(sorted(numbers), sorted(-number for number in numbers), strict=True)
    return not all(math.isclose(one, other, abs_tol=NEAR) for one, other in pairs)


def _miscalculated(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Two numbers with a sign between them, and behind = another number than they give."""
    for row, column in sheet.cells:
        sign = _sign(sheet, row, column)
        alone = _sign(sheet, row, column - 2) not in OPERATIONS  # else there are more than two
        if sign not in OPERATIONS or not alone or _sign(sheet, row, column + 2) != "=":
            continue
        one, other, given = (book.value(sheet, row, column + by) for by in (-1, 1, 3))
        if isinstance(one, float) and isinstance(other, float) and isinstance(given, float):
            meant = OPERATIONS[sign](one, other)
            if not math.isclose(meant, given, rel_tol=1e-9, abs_tol=NEAR):
                yield (row, column), f"{shown(one)} {sign} {shown(other)} is not {shown(given)}"


def _sign(sheet: Sheet, row: int, column: int) -> str:
    cell = sheet.cells.get((row, column))
    return cell.text if cell else ""


def _hidden(sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Rules for small numbers that leave some of them to a format which shows these as 0."""
    looks = {place: cell.style.number_format for place, cell, _ in sheet.written()}
    for rule in sheet.formats:
        place = rule.area.top, rule.area.left
        decimals = DECIMALS.match(looks.get(place, ""))
        if not isinstance(rule, NumberRule) or decimals is None:
            continue
        least = 0.5 * 10.0 ** -len(decimals[1])
        for node in walk(rule.condition):
            if isinstance(node, Binary) and node.operator == "<" and _is_size(node.left):
                bound = node.right.value if isinstance(node.right, Number) else 0.0
                if bound < least * (1 - 1e-9):
                    yield place, f"numbers from {shown(bound)} on are shown as 0"


def _is_size(formula: Expression) -> bool:
    return isinstance(formula, Call) and formula.function == "ABS"
