"""What a builder may choose, proved by the rules that every choice keeps.

How many points a curve has, by how much a difference moves, where something stands: another choice
would be as right, but not any other. The rules say nothing of the builder's own numbers.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Protocol

from sheetnet.expressions.formula import Binary, Call, Expression, Number, walk
from sheetnet.expressions.rich import Rich
from sheetnet.proof.comparison import Comparison, shown
from sheetnet.proof.curves import wrong_curves
from sheetnet.proof.drawings import wrong_drawings
from sheetnet.proof.labels import is_indexed
from sheetnet.proof.readings import STEP
from sheetnet.proof.typography import wrong_texts
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Band, ColourScale, NumberRule, Position, Sheet

#: A first column that is no wider is the margin.
NARROW = 3.0
#: The end of the names of axes along which a curve or a map goes: both sides of what it is about.
POINT = "point"
#: Smaller numbers in formulas are steps and bounds: powers of ten, so that one sees how small.
SMALL = 9e-4
#: Half a unit of a digit, and a bit, so that halves count.
HALF = 5.000000005
#: So many numbers under a symbol are places.
MANY = 5
#: Heads of columns that count, and from where.
COUNTS = {"number": 1.0, STEP: 0.0}
#: A map of so many rows and columns has an axis; what shows no number.
LARGE, HIDDEN = 9, ";;;"
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
#: A symbol with an index or a layer that a formula shows; where its number is: rows and columns on.
LIVE = re.compile(r"∂?\w*[₀-₉⁰-⁹][₀-₉⁰-⁹⁽⁾ᴸ⁻,\w]*")
BESIDE = ((1, 0), (2, 0), (0, 1), (0, 2))
#: So near to a symbol stands something else.
ROWS, COLUMNS = 2, 3
#: What stands between numbers.
SIGNS = ("=", "+", "×", "·", "→")
#: So many rows above a number stands what it is called.
TITLED = 4


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
    for sheet in book.sheets:
        check.cells += len(sheet.cells)
        for place, what in (
            *_in_margin(sheet),
            *_stray(book, sheet),
            *_unnumbered(book, sheet),
            *_overhanging(book, sheet),
            *_twice(book, sheet),
            *_lopsided(sheet),
            *_without_axis(book, sheet),
            *_covered(sheet),
            *_odd_constants(sheet, decoder),
            *_miscounted(sheet, decoder.last_step),
            *_hidden(sheet),
            *_miscalculated(book, sheet),
            *wrong_texts(book, sheet),
        ):
            check.add(sheet.name, *place, what)
        for place, what in (*wrong_drawings(book, sheet), *wrong_curves(book, sheet)):
            check.add(sheet.name, *place, what)
    for what in _out_of_order(book):
        check.add(book.sheets[0].name, 1, 1, what)
    for what in (*decoder.contradictions(), *decoder.missing(book)):
        check.add(book.sheets[0].name, 1, 1, what)
    for block in book.blocks:
        single = block.height == block.width == 1 and not block.lengths
        many = len(book[block.sheet].cells) > MANY
        if single and many and not _is_named(book, block):
            check.add(block.sheet, block.top, block.left, "no text near it says what it is")
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


def _stray(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Symbols and bands with nothing near them, and numbers of a sheet of many."""
    filled = {place for place, cell in sheet.cells.items() if cell.content is not None}
    around = [
        (r, c) for r in range(-ROWS, ROWS + 1) for c in range(-COLUMNS, COLUMNS + 1) if r or c
    ]
    for row, column in filled:
        content = sheet.cells[row, column].content
        symbol = isinstance(content, Rich) and " " not in content.text
        symbol |= isinstance(content, str) and content in SIGNS
        number = len(filled) > MANY and _shows_number(book, sheet, (row, column))
        if not symbol and not number:
            continue
        if any((row + r, column + c) in filled for r, c in around):
            continue
        if not _has_band_near(sheet, row, column):
            yield (row, column), "stands there alone"
    for band in sheet.bands:
        others = (other for other in sheet.bands if other is not band)
        beside = any(_is_near(band, o.top, o.left, o.bottom, o.right) for o in others)
        if not beside and not any(_is_near(band, *place, *place) for place in filled):
            yield (band.top, band.left), "stands there alone"


def _unnumbered(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Live symbols with no number beside, under or over them."""
    for (row, column), cell in sheet.cells.items():
        shown = book.value(sheet, row, column) if cell.is_computed else None
        if not isinstance(shown, str) or not LIVE.fullmatch(shown):
            continue
        near = ((row + down, column + right) for down, right in BESIDE)
        numbered = any(_shows_number(book, sheet, place) for place in near)
        if not numbered and not _has_band_near(sheet, row, column):
            yield (row, column), f"no number stands by {shown}"


def _overhanging(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Heads that go on where the numbers under the heads beside them have ended, and columns of a
    block that have none where its first one has."""
    headed = {place for place, cell in sheet.cells.items() if is_indexed(cell.content)}
    for row, column in headed:
        over, empty = (row, column + 1), (row + 1, column + 1) not in sheet.cells
        if over in headed and empty and _shows_number(book, sheet, (row + 1, column)):
            yield over, "is a head over nothing"
    for block in book.blocks:
        if block.sheet == sheet.name and (block.top - 1, block.left) in headed:
            for column in range(block.left + 1, block.right + 1):
                if (block.top - 1, column) not in sheet.cells:
                    yield (block.top, column), "has no head, as the first column has"


def _is_named(book: Book, block: Block) -> bool:
    """Whether a text stands in front of a number, close over or under it, or over its column."""
    sheet, row, column = book[block.sheet], block.top, block.left
    near = [(row, before) for before in range(1, column)]
    near += [(row + by, column) for by in range(ROWS + 1)]
    while _shows_number(book, sheet, (row - 1, column)):
        row -= 1
    near += [(row - by, column) for by in range(1, TITLED + 1)]
    return any(_is_text(book, sheet, place) for place in near if place in sheet.cells)


def _is_text(book: Book, sheet: Sheet, place: Position) -> bool:
    content = sheet.cells[place].content
    if sheet.cells[place].is_computed:
        content = book.value(sheet, *place)
    return isinstance(content, str | Rich)


def _out_of_order(book: Book) -> Iterator[str]:
    """Workings that the list on the first sheet has before what is for readers."""
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
        if _is_lopsided(numbers):
            yield (row + 1, column), "the places below and above 0 differ"


def _is_lopsided(numbers: list[float]) -> bool:
    """Whether of many numbers below and above 0 some have no counterpart on the other side."""
    if len(numbers) < MANY or not min(numbers) < 0 < max(numbers):
        return False
    pairs = zip(sorted(numbers), sorted(-number for number in numbers), strict=True)
    return not all(math.isclose(one, other, abs_tol=NEAR) for one, other in pairs)


def _shows_number(book: Book, sheet: Sheet, place: Position) -> bool:
    cell = sheet.cells.get(place)
    if cell is None or not cell.is_computed or cell.style.number_format == HIDDEN:
        return False
    return isinstance(book.value(sheet, *place), float | int)


def _without_axis(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Large maps of places under which no number says where they begin, have their middle, and
    end."""
    maps = {
        (block.top, block.left)
        for block in book.blocks
        if block.sheet == sheet.name and all(axis.endswith(POINT) for axis in block.lengths)
    }
    for area in (each.area for each in sheet.formats if isinstance(each, ColourScale)):
        rows, columns = area.shape
        if min(rows, columns) < LARGE or (area.top, area.left) not in maps:
            continue
        middle = (area.left + area.right) // 2
        under = range(area.bottom + 1, area.bottom + ROWS + 2)
        for at in (area.left, middle, area.right):
            near = ((row, at + by) for row in under for by in (-2, -1, 0, 1, 2))
            if not any(_shows_number(book, sheet, place) for place in near):
                yield (area.bottom + 1, at), "no number says where the map is there"
                break


def _has_band_near(sheet: Sheet, row: int, column: int) -> bool:
    return any(_is_near(band, row, column, row, column) for band in sheet.bands)


def _is_near(band: Band, top: int, left: int, bottom: int, right: int) -> bool:
    """Whether a band is near to a rectangle."""
    return (
        band.top - ROWS <= bottom
        and top <= band.bottom + ROWS
        and band.left - COLUMNS <= right
        and left <= band.right + COLUMNS
    )


def _miscounted(sheet: Sheet, last_step: float | None) -> Iterator[tuple[Position, str]]:
    """Columns that count and begin, or end, otherwise than their head says."""
    for (row, column), cell in sheet.cells.items():
        first = COUNTS.get(cell.content) if isinstance(cell.content, str) else None
        if first is None:
            continue
        numbers: list[float] = []
        while isinstance(number := _content(sheet, row + 1 + len(numbers), column), float):
            numbers.append(number)
        rise = all(other > one for one, other in pairwise(numbers))
        if numbers and (numbers[0] != first or not rise):
            yield (row + 1, column), f"counts from {numbers[0]:g}, where a {cell.content} is meant"
        elif any(band.left <= column <= band.right for band in sheet.bands):
            continue  # it goes on there
        elif numbers and cell.content == STEP and numbers[-1] != last_step:
            yield (row + 1, column), f"its steps end with {numbers[-1]:g}"


def _content(sheet: Sheet, row: int, column: int) -> object:
    cell = sheet.cells.get((row, column))
    return cell.content if cell else None


def _odd_constants(sheet: Sheet, decoder: Decoder) -> Iterator[tuple[Position, str]]:
    found: dict[float, Position] = {}
    for place, cell, _ in sheet.written():
        for number in _small(cell.formula) if cell.formula is not None else ():
            found.setdefault(number, place)
    for number, place in found.items():
        if not _is_round(number, found) and not decoder.writes(number):
            yield place, f"its formula has {shown(number)}, which is no power of ten"


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


def _small(formula: Expression) -> Iterator[float]:
    """The sizes of the small constants of a formula."""
    sizes = (abs(float(node.value)) for node in walk(formula) if isinstance(node, Number))
    return (size for size in sizes if 0 < size <= SMALL)


def _is_round(number: float, beside: Iterable[float]) -> bool:
    """A power of ten; twice one that stands on the sheet as well; half a unit of a digit."""
    mantissa = number / 10.0 ** math.floor(math.log10(number) + 1e-9)
    twice = any(math.isclose(number, 2 * other, rel_tol=1e-9) for other in beside)
    forms = (1.0, HALF, *((2.0,) if twice else ()))
    return any(math.isclose(mantissa, form, rel_tol=1e-10) for form in forms)
