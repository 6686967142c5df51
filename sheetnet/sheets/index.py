"""Index: where every quantity stands, for people and for programs, and the lesson.

The first column says what a row is: `block`, `original` (the lesson's own value beside
an input), `lesson` (a line of the lesson file; `lesson+` goes on with the same line) or
`version`. `sheetnet.proof.index` reads it back.
"""

from __future__ import annotations

from sheetnet import __version__
from sheetnet.lessons.text import without_arrays
from sheetnet.network.sheets.context import Context
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import PrintSetup, Sheet
from sheetnet.workbook.styles import LABEL, PLAIN

NAME = "Index"
HEADERS = ("", "quantity", "layer", "sheet", "range", "rows", "columns", "lengths", "live")
LONGEST_CELL = 32_000


def fill(context: Context) -> Sheet:
    sheet = Sheet(NAME, freeze=(5, 1), cursor=(5, 2), tab_colour=styles.GREY)
    sheet.print_setup = PrintSetup(title_rows=(4, 4))
    for column, width in enumerate((10, 20, 8, 16, 16, 16, 16, 34, 8), 1):
        sheet.widths[column] = width
    hint = (
        "All axes count from 0, layers from 1; step 0 is before the first update. "
        "Not live: yours to change."
    )
    frame.head(sheet, "Index: where every quantity stands", hint, 1)
    frame.banner(sheet, len(HEADERS))
    head = LABEL.but(bold=True, borders="b", border_colour=styles.RULE)
    for column, title in enumerate(HEADERS, 1):
        sheet.put(4, column, title or None, head)
    row = 5
    for kind, blocks in (("block", context.blocks), ("original", context.originals)):
        for block in blocks:
            _write_block(sheet, row, kind, block)
            row += 1
    row += 1
    sheet.put(row, 1, "version", LABEL)
    sheet.put(row, 2, __version__)
    row += 1
    for line in without_arrays(context.lesson.text).split("\n"):
        kind = "lesson"
        for start in range(0, max(len(line), 1), LONGEST_CELL):
            sheet.put(row, 1, kind, LABEL)
            sheet.put(row, 2, line[start : start + LONGEST_CELL])
            kind = "lesson+"
            row += 1
    return sheet


def _write_block(sheet: Sheet, row: int, kind: str, block: Block) -> None:
    texts = (
        block.quantity,
        block.layer,
        block.sheet,
        block.range,
        ", ".join(block.rows),
        ", ".join(block.columns),
        ", ".join(f"{axis}={length}" for axis, length in block.lengths.items()),
        ("yes" if block.live else "no") if kind == "block" else "",
    )
    sheet.put(row, 1, kind, LABEL)
    for column, text in enumerate(texts, 2):
        if text is not None and text != "":
            if isinstance(text, int):
                sheet.put(row, column, float(text), PLAIN.but(horizontal="center"))
            else:
                sheet.put(row, column, text)
