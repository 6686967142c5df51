"""Comparing what a workbook shows with what it must show, within what rounding explains."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sheetnet.errors import cut, printable, quoted
from sheetnet.expressions.dialects import address
from sheetnet.files.stored import CellError
from sheetnet.recalc import Values
from sheetnet.sheets.checks import NO_NUMBER
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Position, Sheet

RELATIVE, FLOOR = 1e-9, 1e-12
#: Finite differences drown in rounding, by another amount in each program.
APPROXIMATE = 1e-6
#: So many times as much as a change in the last bits makes of a number may what programs do.
MORE = 10.0
#: Beyond 15 digits programs write other figures, or stop counting.
MOST_SHOWN = 1e15
#: Characters of a value that a finding quotes.
SHOWN = 120
NUMBER = re.compile(r"[-−]?\d+(?:[.,]\d+)?(?:E[-+−]?\d+)?")

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Finding:
    """One cell that is not what it should be."""

    sheet: str
    cell: str
    what: str

    def __str__(self) -> str:
        return f"{self.sheet}!{self.cell}: {self.what}"


@dataclass
class Comparison:
    """The outcome of one check: how many cells, the worst difference and where it is."""

    name: str
    cells: int = 0
    worst: float = 0.0
    worst_cell: str = ""
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.findings

    def add(self, sheet: str, row: int, column: int, what: str) -> None:
        self.findings.append(Finding(sheet, address(row, column), what))


@dataclass(frozen=True)
class Rectangle:
    """Numbers that stand in rows `stride` apart; `size` is that of what they are differences of,
    0 where they are none, `spread` how far each may be off beyond what rounding does."""

    sheet: str
    top: int
    left: int
    values: FloatArray
    stride: int = 1
    size: float = 0.0
    spread: FloatArray | float = 0.0


@dataclass
class Expected:
    """All that a workbook must show, by kind.

    Single numbers come with the size of what they are differences of (0: of nothing), checks
    with the texts by which they pass, and what they show as computed. `spreads` are those of
    single numbers, `open` the cells of which it is not known what they say.
    """

    rectangles: list[Rectangle] = field(default_factory=list)
    numbers: dict[tuple[str, Position], tuple[float, float]] = field(default_factory=dict)
    texts: dict[tuple[str, Position], str] = field(default_factory=dict)
    checks: dict[tuple[str, Position], tuple[Any, tuple[str, ...]]] = field(default_factory=dict)
    spreads: Mapping[tuple[str, Position], float] = field(default_factory=dict)
    open: Collection[tuple[str, Position]] = ()

    def spread(self, others: Sequence[Expected]) -> Expected:
        """The same, its numbers as uncertain as they differ in what others expect of them."""
        rectangles = [
            replace(one, spread=_apart(one.values, [each.values for each in same]))
            for one, *same in zip(
                self.rectangles, *(other.rectangles for other in others), strict=True
            )
        ]
        # A cell may hold a number here and say there that it has none.
        unknown = {
            place
            for place in (*self.numbers, *self.texts)
            if any((place in self.numbers) is not (place in other.numbers) for other in others)
        }
        spreads = {
            place: float(_apart(number, [other.numbers[place][0] for other in others]))
            for place, (number, _) in self.numbers.items()
            if place not in unknown
        }
        unknown |= {
            place
            for place, text in self.texts.items()
            if place not in unknown
            and any(not same_text(text, other.texts[place]) for other in others)
        }
        return replace(self, rectangles=rectangles, spreads=spreads, open=unknown)


def _apart(one: FloatArray | float, others: Sequence[FloatArray | float]) -> Any:
    """How far numbers may be from others that differ in the last bits of what goes in."""
    with np.errstate(invalid="ignore"):
        return MORE * np.max([np.abs(other - one) for other in others], axis=0)


def expected_of(book: Book) -> Expected:
    """What a model's formulas show: its claims, and its texts."""
    result = Expected()
    for sheet in book.sheets:
        for band in sheet.bands:
            values = book.band_values(band)
            size = band.size(book.numbers) if callable(band.size) else band.size
            result.rectangles.append(
                Rectangle(sheet.name, band.top, band.left, values, band.stride, size)
            )
        for claim, value, size in book.claimed(sheet):
            position = claim.top, claim.left
            if claim.rows * claim.columns > 1:
                array = np.broadcast_to(value, (claim.rows, claim.columns))
                result.rectangles.append(Rectangle(sheet.name, *position, array, size=size))
            else:
                _expect(result, sheet, position, value, size)
        for position in book.unclaimed(sheet):
            _expect(result, sheet, position, book.value(sheet, *position), 0.0)
    return result


def _expect(result: Expected, sheet: Sheet, position: Position, value: Any, size: float) -> None:
    key, passes = (sheet.name, position), sheet.cells[position].passes
    if passes:
        result.checks[key] = value, passes
    elif isinstance(value, str):
        result.texts[key] = value
    elif value is not None:
        result.numbers[key] = float(value), size


def unclaimed(book: Book) -> Iterator[tuple[Sheet, Position]]:
    """The numeric formula cells that no claim covers."""
    for sheet in book.sheets:
        for position in book.unclaimed(sheet):
            if not isinstance(book.value(sheet, *position), str | None):
                yield sheet, position
        for band in sheet.bands:
            if band.claim is None:
                for row in band.rows:
                    for column, cell in enumerate(band.cells, band.left):
                        if cell.is_computed:
                            yield sheet, (row, column)


def compare(expected: Expected, values: Values, name: str, *, as_built: bool = False) -> Comparison:
    """What a file stores, or a program computed, against what must be there.

    In a workbook `as_built` every check must have passed.
    """
    check = Comparison(name)
    missing = set()
    for rectangle in expected.rectangles:
        if rectangle.sheet in values.rows:
            _compare_rectangle(check, rectangle, values)
        else:
            missing.add(rectangle.sheet)
    for (sheet, position), (number, size) in expected.numbers.items():
        if sheet not in values.rows:
            missing.add(sheet)
            continue
        check.cells += 1
        found = values.value(sheet, *position)
        if (sheet, position) in expected.open and not isinstance(found, CellError):
            continue
        spread = expected.spreads.get((sheet, position), 0.0)
        _compare_number(check, sheet, position, number, found, size, spread)
    for (sheet, position), text in expected.texts.items():
        if sheet not in values.rows:
            missing.add(sheet)
            continue
        check.cells += 1
        found = values.value(sheet, *position)
        if (sheet, position) in expected.open and not isinstance(found, CellError):
            continue
        if isinstance(found, CellError) or not same_text(plain(text), plain(found)):
            check.add(sheet, *position, f"is {shown(found)}, should be {shown(text)}")
    for (sheet, position), (computed, passes) in expected.checks.items():
        if sheet not in values.rows:
            missing.add(sheet)
            continue
        check.cells += 1
        found = values.value(sheet, *position)
        passed = found in passes and not isinstance(found, CellError)
        if NO_NUMBER in (found, computed) and found != computed:
            check.add(sheet, *position, f"it shows {shown(found)}, where {shown(computed)} belongs")
        elif not passed and (as_built or found != computed):
            check.add(sheet, *position, f"a check did not pass: it shows {shown(found)}")
    check.findings[:0] = [Finding(s, "A1", "the sheet is missing") for s in sorted(missing)]
    return check


def _compare_rectangle(check: Comparison, expected: Rectangle, values: Values) -> None:
    """All cells at once; only those that differ are looked at singly."""
    count, columns = expected.values.shape
    check.cells += count * columns
    first, last = expected.left - 1, expected.left - 1 + columns
    rows = values.rows[expected.sheet]
    numbers = range(expected.top, expected.top + count * expected.stride, expected.stride)
    held = [rows[row - 1][first:last] if row <= len(rows) else [] for row in numbers]
    try:
        found = np.array(held, np.float64)
        if found.shape != expected.values.shape:
            raise ValueError
    except (ValueError, TypeError):
        found = np.full(expected.values.shape, np.nan)
        for r, cells in enumerate(held):
            for c, value in enumerate(cells):
                if _is_number(value):
                    found[r, c] = value
    size = np.abs(expected.values)
    tolerance, floor = tolerances(expected.size)
    with np.errstate(invalid="ignore"):
        difference = np.abs(found - expected.values)
        bad = ~(difference <= np.maximum(np.maximum(tolerance * size, floor), expected.spread))
        relative = np.where(bad, 0.0, difference / np.maximum(size, FLOOR / RELATIVE))
    if not expected.size and relative.size and float(relative.max()) > check.worst:
        check.worst = float(relative.max())
        r, c = divmod(int(relative.argmax()), columns)
        check.worst_cell = f"{expected.sheet}!{address(numbers[r], expected.left + c)}"
    for r, c in np.argwhere(bad).tolist():
        position = numbers[r], expected.left + c
        value = values.value(expected.sheet, *position)
        number = float(expected.values[r, c])
        spread = float(np.broadcast_to(expected.spread, expected.values.shape)[r, c])
        _compare_number(check, expected.sheet, position, number, value, expected.size, spread)


def tolerances(size: float) -> tuple[float, float]:
    """How far apart numbers may be, relatively and at least, by what they are differences of."""
    return (APPROXIMATE * size, APPROXIMATE * size) if size else (RELATIVE, FLOOR)


def _is_number(value: Any) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool)


def _compare_number(
    check: Comparison,
    sheet: str,
    position: Position,
    expected: float,
    found: Any,
    size: float,
    spread: float,
) -> None:
    if isinstance(found, CellError):
        check.add(sheet, *position, f"shows {shown(found)}, should be {expected!r}")
        return
    if isinstance(found, bool) and expected in (0.0, 1.0):
        found = float(found)  # a truth value, which some programs tell as a number
    if not _is_number(found):
        check.add(sheet, *position, f"is {shown(found)}, should be {expected!r}")
        return
    difference = abs(float(found) - expected)
    if not size:
        relative = difference / max(abs(expected), FLOOR / RELATIVE)
        if relative > check.worst:
            check.worst, check.worst_cell = relative, f"{sheet}!{address(*position)}"
    tolerance, floor = tolerances(size)
    if not difference <= max(tolerance * abs(expected), floor, spread):
        check.add(sheet, *position, f"is {found!r}, should be {expected!r}")


def shown(value: Any) -> str:
    """A value as a finding quotes it."""
    if value is None:
        return "nothing"
    text = cut(str(value), SHOWN)
    return quoted(text) if type(value) is str else printable(text)


def plain(value: Any) -> str:
    """A text as it is compared: LibreOffice loses the tabs of texts of several lines."""
    return "" if value is None else str(value).replace("\r\n", "\n").replace("\t", "")


def same_text(expected: str, found: str) -> bool:
    """Whether two texts are alike but for the last digit of their numbers.

    Programs round halves differently, and write a decimal comma under some languages.
    """
    if expected == found:
        return True
    if _frame(expected) != _frame(found):
        return False
    pairs = zip(NUMBER.findall(expected), NUMBER.findall(found), strict=True)
    return all(_same_number(one, other) for one, other in pairs)


def _frame(text: str) -> str:
    """A text without its numbers: 0 has no parentheses, −5.55E-17 has some."""
    return NUMBER.sub("#", text).replace("(#)", "#")


def _same_number(one: str, other: str) -> bool:
    """Equal to a unit of the last digit, of the one that has fewer; or both as good as 0.

    A number that needs fewer decimals (0.3) may be 0.3000 in a program that has other last bits.
    """
    one, other = (text.replace(",", ".").replace("−", "-") for text in (one, other))
    apart, size = abs(float(one) - float(other)), abs(float(one))
    if min(size, abs(float(other))) >= MOST_SHOWN:
        return True
    units = [_unit(text) for text in (one, other)]
    return apart <= max(FLOOR, RELATIVE * size, 1.01 * min(units))


def _unit(text: str) -> float:
    """The unit of a number's last digit; of whole numbers none."""
    mantissa, _, power = text.partition("E")
    digits = len(mantissa.partition(".")[2])
    return 10.0 ** (int(power or 0) - digits) if digits else 0.0
