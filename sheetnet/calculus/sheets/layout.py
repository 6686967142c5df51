"""How the sheet of a section is laid out: its columns, texts over several of them, tables."""

from __future__ import annotations

from sheetnet.expressions.rich import Rich
from sheetnet.workbook import styles
from sheetnet.workbook.model import Sheet
from sheetnet.workbook.styles import HEADING, PROSE, Style

#: The columns: rules and symbols, mathematics, and from here on numbers.
LABELS, MATHEMATICS, NUMBERS = 2, 3, 4
MARGIN, LABELS_WIDTH, MATHEMATICS_WIDTH, NUMBER_WIDTH = 2.5, 21.0, 58.0, 10.0
#: The last column of headings and texts.
LAST = NUMBERS + 5
#: Characters of mathematics that fit in their column.
MOST_ON_A_LINE = 66
#: More columns than this do not stand beside each other.
BESIDE = 4

VALUE = styles.FORWARD.but(number_format=styles.FOUR)
SLOPE = styles.BACKWARD.but(number_format=styles.FOUR)
NEAR = styles.GIVEN.but(number_format=styles.FOUR)
WRITTEN = styles.SYMBOL.but(horizontal="left")
SYMBOL = styles.SYMBOL.but(horizontal="left", size=12)
HEAD = styles.LABEL_CENTRE.but(size=9)
HEAD_SYMBOL = styles.SYMBOL.but(colour=styles.GREY)


def columns(sheet: Sheet) -> None:
    sheet.widths |= {1: MARGIN, LABELS: LABELS_WIDTH, MATHEMATICS: MATHEMATICS_WIDTH}
    sheet.default_width = NUMBER_WIDTH


def heading(sheet: Sheet, row: int, text: str) -> int:
    """A heading; returns the row under it."""
    sheet.put(row, LABELS, text, HEADING)
    sheet.fill(row, LABELS, row, LAST, HEADING)
    sheet.heights[row] = 20.0
    return row + 1


def prose(
    sheet: Sheet, row: int, text: str, last: int = LAST, style: Style = PROSE, first: int = LABELS
) -> None:
    """A text over several columns, its row as high as it needs."""
    sheet.put(row, first, text, style)
    if last > first:
        sheet.merge(row, first, row, last)
    room = sum(sheet.widths.get(c, sheet.default_width) for c in range(first, last + 1))
    per_line = max(room * 10 / style.size * 1.1, 10)
    lines = sum(1 + int(len(line) / per_line) for line in text.split("\n"))
    needed = min(409.0, lines * style.size * 1.28 + 4)
    sheet.heights[row] = max(sheet.heights.get(row, 0.0), needed)


def mathematics(sheet: Sheet, row: int, text: Rich, style: Style = WRITTEN) -> None:
    """A line of mathematics in its column, on as many lines as it needs."""
    lines = _lines(text.text)
    sheet.put(row, MATHEMATICS, text, style.but(wrap=True) if lines > 1 else style)
    if lines > 1:
        sheet.heights[row] = 15.0 * lines


def _lines(text: str) -> int:
    """How many lines a text takes that breaks at its blanks, and within what is longer."""
    lines, used = 1, 0
    for word in text.split(" "):
        if used and used + 1 + len(word) > MOST_ON_A_LINE:
            lines, used = lines + 1, 0
        used += len(word) + bool(used)
        lines, used = lines + (used - 1) // MOST_ON_A_LINE, (used - 1) % MOST_ON_A_LINE + 1
    return lines
