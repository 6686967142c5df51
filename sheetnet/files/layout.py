"""What a file must say about a sheet's layout and the model leaves to the formats."""

from __future__ import annotations

from sheetnet.expressions.formula import Area
from sheetnet.workbook.model import Sheet

#: Points of a row for which the model names no height.
ROW_HEIGHT = 15.0


def printed_area(sheet: Sheet) -> Area:
    """From the first cell to the last that holds anything, charts included; no workings."""
    bottom, right = sheet.extent
    bottom = sheet.print_setup.last_row or bottom
    for chart in sheet.charts:
        bottom = max(bottom, row_under(sheet, chart.row, chart.height))
        right = max(right, column_behind(sheet, chart.column, chart.width))
    return Area(sheet.name, 1, 1, bottom, right)


def row_under(sheet: Sheet, row: int, height: float) -> int:
    """The last row that a drawing of that height (cm) covers."""
    points = height / 2.54 * 72
    while points > 0:
        points -= sheet.heights.get(row, ROW_HEIGHT)
        row += 1
    return row


def column_behind(sheet: Sheet, column: int, width: float) -> int:
    """The last column that a drawing of that width (cm) covers, 7 pixels a character."""
    pixels = width / 2.54 * 96
    while pixels > 0:
        pixels -= sheet.widths.get(column, sheet.default_width) * 7 + 5
        column += 1
    return column


def note_size(text: str) -> tuple[int, int]:
    """Width and height, in pixels, of a note that shows all of its text."""
    return 260, 22 + 18 * (1 + len(text) // 38 + text.count("\n"))
