"""What is typed into the cells of a workbook file."""

from __future__ import annotations

from collections.abc import Mapping

from sheetnet.errors import SheetnetError
from sheetnet.expressions.dialects import address, quoted

#: (sheet, row, column) to a number or a text, rows and columns from 1.
Edits = Mapping[tuple[str, int, int], float | str]


class EditError(SheetnetError):
    """A cell that is to be typed into is not there, or holds a formula."""


def cell_name(sheet: str, row: int, column: int) -> str:
    """`'Gradient check'!B6`, for messages."""
    return f"{quoted(sheet)}!{address(row, column)}"
