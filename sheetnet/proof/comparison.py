"""Comparing a workbook's cells with a model's, within what rounding explains."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from sheetnet.expressions.dialects import address
from sheetnet.expressions.formula import Expression
from sheetnet.expressions.rich import Rich
from sheetnet.files.reading import CellError, StoredBook, StoredCell
from sheetnet.recalc import Values
from sheetnet.workbook.model import Book, Cell, Matrix, Sheet, Spill

RELATIVE, FLOOR = 1e-9, 1e-12
#: Finite differences drown in rounding, by another amount in each program.
APPROXIMATE = 1e-6
#: Beyond 15 digits programs write other figures, or stop counting.
MOST_SHOWN = 1e15
NUMBER = re.compile(r"[-−]?\d+(?:[.,]\d+)?(?:E[-+]?\d+)?")


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

    def add(self, sheet: Sheet, row: int, column: int, what: str) -> None:
        self.findings.append(Finding(sheet.name, address(row, column), what))

    def number(
        self, sheet: Sheet, row: int, column: int, expected: float, found: float, tolerance: float
    ) -> None:
        difference = abs(found - expected)
        relative = difference / max(abs(expected), FLOOR / RELATIVE)
        if tolerance == RELATIVE and relative > self.worst:
            self.worst, self.worst_cell = relative, f"{sheet.name}!{address(row, column)}"
        if not difference <= max(tolerance * abs(expected), _floor(tolerance)):
            self.add(sheet, row, column, f"is {found!r}, should be {expected!r}")


def _floor(tolerance: float) -> float:
    return FLOOR if tolerance == RELATIVE else tolerance


def compare_stored(book: Book, stored: StoredBook) -> list[Comparison]:
    """What the file stores against the model: nothing missing, nothing dead, cached values."""
    complete, cached = Comparison("complete"), Comparison("cached values")
    for sheet in book.sheets:
        cells = stored.sheets.get(sheet.name)
        if cells is None:
            complete.findings.append(Finding(sheet.name, "A1", "the sheet is missing"))
            continue
        for row, column, content in _contents(sheet):
            complete.cells += 1
            there = cells.get((row, column), StoredCell(None, None))
            _compare_kind(complete, sheet, row, column, content, there)
        _compare(book, sheet, cached, partial(_cached, cells), formulas=True)
    return [complete, cached]


def _cached(cells: dict[tuple[int, int], StoredCell], row: int, column: int) -> Any:
    cell = cells.get((row, column))
    return cell.value if cell else None


def _contents(sheet: Sheet) -> Iterator[tuple[int, int, Any]]:
    """Every cell that holds something."""
    for (row, column), cell in sheet.cells.items():
        if cell.content is not None:
            yield row, column, cell.content
    for band in sheet.bands:
        for row in range(band.top, band.bottom + 1):
            for column, cell in enumerate(band.cells, band.left):
                content = cell.content
                if isinstance(content, float):
                    content = float(band.values[row - band.top, column - band.left])
                yield row, column, content


def _compare_kind(
    check: Comparison, sheet: Sheet, row: int, column: int, content: Any, there: StoredCell
) -> None:
    """A formula must be a formula; texts and numbers must be the same."""
    if isinstance(content, Expression | Matrix | Spill):
        if there.formula is None:
            held = "nothing" if there.value is None else repr(there.value)
            check.add(sheet, row, column, f"should be a formula, holds {held}")
    elif there.formula is not None:
        check.add(sheet, row, column, f"should be {_plain(content)!r}, holds a formula")
    elif isinstance(content, str | Rich):
        expected = _plain(content)
        if _text(there.value) != _text(expected):
            check.add(sheet, row, column, f"is {there.value!r}, should be {expected!r}")
    elif isinstance(there.value, bool | str) or there.value is None:
        check.add(sheet, row, column, f"is {there.value!r}, should be {content!r}")
    else:
        # LibreOffice saves 15 digits.
        check.number(sheet, row, column, float(content), float(there.value), 1e-14)


def _plain(content: Any) -> Any:
    return content.text if isinstance(content, Rich) else content


def _text(value: Any) -> str:
    # LibreOffice loses the tabs of texts of several lines.
    return "" if value is None else str(value).replace("\r\n", "\n").replace("\t", "")


def compare_values(book: Book, values: Values, name: str) -> Comparison:
    """What an engine computed against the model, for every cell that holds a number or formula."""
    check = Comparison(name)
    for sheet in book.sheets:
        if sheet.name not in values.rows:
            check.findings.append(Finding(sheet.name, "A1", "the sheet is missing"))
            continue
        _compare(book, sheet, check, partial(values.value, sheet.name), formulas=False)
    return check


def _compare(
    book: Book, sheet: Sheet, check: Comparison, look: Callable[[int, int], Any], *, formulas: bool
) -> None:
    """Compare the values of a sheet's cells (only formulas', where asked) with the model's."""
    for (row, column), cell in sheet.cells.items():
        if cell.content is None or isinstance(cell.content, str | Rich):
            continue
        if formulas and not isinstance(cell.content, Expression | Matrix | Spill):
            continue
        check.cells += 1
        tolerance = APPROXIMATE * cell.approximate or RELATIVE
        expected = book.value(sheet, row, column)
        _compare_value(check, sheet, row, column, expected, look(row, column), tolerance)
    for band in sheet.bands:
        _compare_band(check, sheet, band.top, band.left, band.cells, band.values, look)


def _compare_band(
    check: Comparison,
    sheet: Sheet,
    top: int,
    left: int,
    cells: tuple[Cell, ...],
    expected: Any,
    look: Callable[[int, int], Any],
) -> None:
    """All cells of a band at once; only those that differ are looked at singly."""
    rows, columns = expected.shape
    check.cells += rows * columns
    found = np.full(expected.shape, np.nan)
    for r in range(rows):
        for c in range(columns):
            value = look(top + r, left + c)
            if _is_number(value):
                found[r, c] = value
    with np.errstate(invalid="ignore"):
        difference = np.abs(found - expected)
        bad = ~(difference <= np.maximum(RELATIVE * np.abs(expected), FLOOR))
        relative = np.where(bad, 0.0, difference / np.maximum(np.abs(expected), FLOOR / RELATIVE))
    worst = float(relative.max())
    if worst > check.worst:
        r, c = divmod(int(relative.argmax()), columns)
        check.worst, check.worst_cell = worst, f"{sheet.name}!{address(top + r, left + c)}"
    for r, c in np.argwhere(bad).tolist():
        row, column = top + r, left + c
        _compare_value(
            check, sheet, row, column, float(expected[r, c]), look(row, column), RELATIVE
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool)


def _compare_value(
    check: Comparison,
    sheet: Sheet,
    row: int,
    column: int,
    expected: Any,
    found: Any,
    tolerance: float,
) -> None:
    if isinstance(found, CellError):
        check.add(sheet, row, column, f"shows {found}, should be {expected!r}")
    elif isinstance(expected, bool):
        if not isinstance(found, bool | float | int) or bool(found) != expected:
            check.add(sheet, row, column, f"is {found!r}, should be {expected!r}")
    elif isinstance(expected, str):
        if not same_text(_text(expected), _text(found)):
            check.add(sheet, row, column, f"is {found!r}, should be {expected!r}")
    elif not _is_number(found):
        held = "nothing" if found is None else repr(found)
        check.add(sheet, row, column, f"is {held}, should be {expected!r}")
    else:
        check.number(sheet, row, column, float(expected), float(found), tolerance)


def same_text(expected: str, found: str) -> bool:
    """Whether two texts are alike but for the last digit of their numbers.

    Programs round halves differently, and write a decimal comma under some languages.
    """
    if expected == found:
        return True
    if NUMBER.sub("#", expected) != NUMBER.sub("#", found):
        return False
    pairs = zip(NUMBER.findall(expected), NUMBER.findall(found), strict=True)
    return all(_same_number(one, other) for one, other in pairs)


def _same_number(one: str, other: str) -> bool:
    one, other = (text.replace(",", ".").replace("−", "-") for text in (one, other))
    if "E" in one or "E" in other:
        return abs(float(one) - float(other)) <= 1e-3 * abs(float(one))
    if min(abs(float(one)), abs(float(other))) >= MOST_SHOWN:
        return True
    digits = len(one.partition(".")[2])
    if digits != len(other.partition(".")[2]):
        return False
    unit = 10.0**-digits if digits else 0.0
    return abs(float(one) - float(other)) <= max(1.01 * unit, RELATIVE * abs(float(one)))
