"""Ranges of cells as people write them: `Sheet!D15:H17`, `'My sheet'!b9`, `$Sheet.B9`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from sheetnet.errors import SheetnetError, cut, quoted
from sheetnet.expressions.dialects import LAST_COLUMN, LAST_ROW, parse_address
from sheetnet.expressions.formula import Area
from sheetnet.files.edits import cell_name

#: Cells of a range; a stranger's sheet has billions.
MOST_CELLS = 100_000
#: Sheets that a message lists.
MOST_LISTED = 8

CELL = r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}"
#: The sheet, with Excel's mark behind it or LibreOffice's, one corner, perhaps the other.
RANGE = re.compile(rf"(?:(?P<sheet>.+)[!.])?(?P<first>{CELL})(?::\.?(?P<last>{CELL}))?", re.DOTALL)


def parse_range(text: str, what: str, path: Path, sheets: Sequence[str]) -> Area:
    """A range out of what the user wrote for `what`, an option's name.

    Letters may be small, and the sheet may be left out where there is one only. Raises
    `SheetnetError` for what is no range, is too large, or stands on no sheet of `sheets`.
    """
    where = f"{path}: {what} {quoted(text)}"
    match = RANGE.fullmatch(text.strip())
    if match is None:
        raise SheetnetError(f"{where}: is no range of cells: write it as 'My sheet'!D15:H17")
    try:
        corners = [parse_address(match[end].upper()) for end in ("first", "last") if match[end]]
    except ValueError:
        raise SheetnetError(f"{where}: is no range of cells: rows begin with 1") from None
    rows, columns = sorted(row for row, _ in corners), sorted(column for _, column in corners)
    if rows[-1] > LAST_ROW or columns[-1] > LAST_COLUMN:
        raise SheetnetError(f"{where}: lies outside of every sheet: name cells that are there")
    sheet = _sheet(match["sheet"], where, sheets)
    area = Area(sheet, rows[0], columns[0], rows[-1], columns[-1])
    if (count := area.shape[0] * area.shape[1]) > MOST_CELLS:
        raise SheetnetError(f"{where}: has {count:,} cells: name at most {MOST_CELLS:,}")
    return area


def _sheet(written: str | None, where: str, sheets: Sequence[str]) -> str:
    if written is None:
        if len(sheets) == 1:
            return sheets[0]
        raise SheetnetError(f"{where}: names no sheet: {_one_of(sheets)}")
    for name in (written, written.removeprefix("$")):
        if len(name) > 2 and name[0] == name[-1] == "'":
            name = name[1:-1].replace("''", "'")
        if name in sheets:
            return name
        # Spreadsheet programs take no notice of letter case.
        if alike := [each for each in sheets if each.casefold() == name.casefold()]:
            return alike[0]
    raise SheetnetError(f"{where}: there is no such sheet: {_one_of(sheets)}")


def _one_of(sheets: Sequence[str]) -> str:
    names = [quoted(cut(name, 40)) for name in sheets[:MOST_LISTED]]
    more = ["…"] if len(sheets) > MOST_LISTED else []
    return f"put one of {', '.join(names + more)} and an exclamation mark before it"


def cells_of(area: Area) -> Iterator[tuple[str, int, int]]:
    """(sheet, row, column), row by row."""
    for row in range(area.top, area.bottom + 1):
        for column in range(area.left, area.right + 1):
            yield area.sheet, row, column


def range_name(area: Area) -> str:
    """`'My sheet'!D15:H17`, or the name of its only cell."""
    name = cell_name(area.sheet, area.top, area.left)
    last = cell_name(area.sheet, area.bottom, area.right)
    return name if last == name else f"{name}:{last.rpartition('!')[2]}"
