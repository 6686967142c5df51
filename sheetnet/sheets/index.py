"""Index: where every quantity stands, for people and for programs, and the lesson.

The first column says what a row is: `block`, `original` (the lesson's own value of
an input), `lesson` (a line of the lesson file; `lesson+` goes on with the same line),
`version` or `format` (what built it), `digest` (of the originals). `proof.index` reads it
back.
"""

from __future__ import annotations

from collections.abc import Iterable

from sheetnet import FORMAT, __version__
from sheetnet.lessons.text import without_arrays
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import PrintSetup, Quoted, Sheet
from sheetnet.workbook.styles import LABEL, PLAIN

NAME = "Index"
HEADERS = ("", "quantity", "layer", "sheet", "range", "rows", "columns", "lengths", "live", "at")
LONGEST_CELL = 32_000
#: What stands before the version that built the workbook.
VERSION = "version"


def sheet() -> Sheet:
    """The sheet, still empty: it is written when all others have placed their blocks."""
    return Sheet(NAME, "workings: where every quantity stands; the lesson’s text", workings=True)


def fill(
    sheet: Sheet,
    lesson_text: str,
    blocks: Iterable[Block],
    originals: Iterable[Block],
    digest: str,
) -> None:
    """Write the sheet; `digest` is that of the numbers that stand in the originals."""
    sheet.freeze, sheet.cursor, sheet.tab_colour = (5, 1), (5, 2), styles.GREY
    sheet.print_setup = PrintSetup(title_rows=(4, 4))
    for column, width in enumerate((10, 24, 8, 16, 16, 16, 16, 34, 8, 16), 1):
        sheet.widths[column] = width
    hint = (
        "All axes count from 0, layers from 1; step 0 is before the first update. "
        "Not live: yours to change."
    )
    frame.head(sheet, title="Index: where every quantity stands", hint=hint, left=1)
    frame.banner(sheet, len(HEADERS))
    head = LABEL.but(bold=True, borders="b", border_colour=styles.RULE)
    for column, title in enumerate(HEADERS, 1):
        sheet.put(4, column, title or None, head)
    row = 5
    for kind, listed in (("block", blocks), ("original", originals)):
        for block in listed:
            _write_block(sheet, row, kind, block)
            row += 1
    row += 1
    for kind, text in ((VERSION, __version__), ("format", str(FORMAT)), ("digest", digest)):
        sheet.put(row, 1, kind, LABEL)
        sheet.put(row, 2, text)
        row += 1
    for line in without_arrays(lesson_text).split("\n"):
        kind = "lesson"
        for start in range(0, max(len(line), 1), LONGEST_CELL):
            sheet.put(row, 1, kind, LABEL)
            sheet.put(row, 2, Quoted(line[start : start + LONGEST_CELL]))
            kind = "lesson+"
            row += 1


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
        ", ".join(f"{axis}={place}" for axis, place in block.at.items()),
    )
    sheet.put(row, 1, kind, LABEL)
    for column, text in enumerate(texts, 2):
        if text is not None and text != "":
            if isinstance(text, int):
                sheet.put(row, column, float(text), PLAIN.but(horizontal="center"))
            else:
                sheet.put(row, column, text)
