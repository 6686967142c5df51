"""What a program computed: the values of all cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sheetnet.errors import SheetnetError
from sheetnet.expressions.formula import Area
from sheetnet.files.package import room
from sheetnet.files.stored import CellError, StoredCell, Value

__all__ = [
    "MOST_CELLS",
    "Value",
    "Values",
    "for_child",
    "from_cells",
    "from_child",
    "most_cells",
    "watched_by_child",
]

#: Cells, empty ones too, that the used areas of all sheets may have, however large the file.
MOST_CELLS = 30_000_000


def most_cells(path: Path) -> int:
    """How many cells, empty ones too, the used areas of a file's sheets may have."""
    return min(MOST_CELLS, 2 * room(path.stat().st_size).cells)


@dataclass(frozen=True)
class Values:
    """The values by sheet and row, both in order: `rows[sheet][row - 1][column - 1]`.

    Rows may be of different lengths. A cell is None where it is empty (LibreOffice tells a
    truth value as 1 or 0, and does not tell an empty text from nothing, formulas apart).
    """

    rows: dict[str, list[list[Value]]]

    def value(self, sheet: str, row: int, column: int) -> Value:
        """One cell's value; None beyond what is used. Raises KeyError for a missing sheet."""
        rows = self.rows[sheet]
        if row <= len(rows) and column <= len(rows[row - 1]):
            return rows[row - 1][column - 1]
        return None

    def area(self, sheet: str, top: int, left: int, bottom: int, right: int) -> list[list[Value]]:
        """The values of a range, corners included, as full rows."""
        rows = self.rows[sheet]
        width = right - left + 1
        result = []
        for row in range(top - 1, bottom):
            values = rows[row][left - 1 : right] if row < len(rows) else []
            result.append(values + [None] * (width - len(values)))
        return result

    def of(self, areas: Iterable[Area]) -> list[Value]:
        """The values of some areas one after another, each row by row."""
        return [
            value
            for each in areas
            for row in self.area(each.sheet, each.top, each.left, each.bottom, each.right)
            for value in row
        ]


def from_child(sheets: dict[str, Any]) -> Values:
    """Values as our child processes tell them: by sheet, the rows and where errors stand."""
    for sheet in sheets.values():
        for row, column in sheet["errors"]:
            values = sheet["rows"][row - 1]
            values[column - 1] = CellError(values[column - 1])
    return Values({name: sheet["rows"] for name, sheet in sheets.items()})


def for_child(areas: Iterable[Area]) -> list[tuple[str, int, int, int, int]]:
    """Areas as our child processes are told them."""
    return [(each.sheet, each.top, each.left, each.bottom, each.right) for each in areas]


def watched_by_child(told: dict[str, Any]) -> list[Value]:
    """Values of single cells as our child processes tell them: a list, and where errors stand."""
    values: list[Value] = told["values"]
    for place in told["errors"]:
        values[place] = CellError(values[place])
    return values


def from_cells(sheets: Mapping[str, Mapping[tuple[int, int], StoredCell]]) -> Values:
    """Cached values as rows. Raises `SheetnetError` where cells lie too far apart."""
    result: dict[str, list[list[Value]]] = {}
    left = MOST_CELLS
    for name, cells in sheets.items():
        widths: dict[int, int] = {}
        for row, column in cells:
            widths[row] = max(column, widths.get(row, 0))
        left -= sum(widths.values()) + max(widths, default=0)
        if left < 0:
            raise SheetnetError(f"its sheets use more than {MOST_CELLS:,} cells")
        rows: list[list[Value]] = [
            [None] * widths.get(row, 0) for row in range(1, max(widths, default=0) + 1)
        ]
        for (row, column), cell in cells.items():
            rows[row - 1][column - 1] = cell.value
        result[name] = rows
    return Values(result)
