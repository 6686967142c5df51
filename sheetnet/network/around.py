"""What stands around the cells to type in: names, heads, what the lesson begins with."""

from __future__ import annotations

from collections.abc import Iterator

from sheetnet.workbook.book import Book

#: The sheets with tables of them, and the column of the rows' names.
SHEETS, NAMES = ("Start", "Inputs"), 2
#: Here each row of a table ends with the lesson's own values, so many columns further at most.
FIRST, BEHIND = "Start", 12


def unnamed(book: Book) -> Iterator[str]:
    """Cells to type in with no name before them, no head over them, nothing behind them."""
    kept = {(block.quantity, block.layer) for block in book.originals}
    for sheet in (each for each in book.sheets if each.name in SHEETS):
        texts = book.texts(sheet)
        for block in book.blocks:
            if block.sheet != sheet.name or block.live:
                continue
            rows = range(block.top, block.bottom + 1)
            columns = range(block.left, block.right + 1)
            wanted = [(row, NAMES, 0, "name") for row in rows]
            if block.rows:
                wanted += [(block.top - 1, NAMES, 1, "name for its table")]
                wanted += [(block.top - 1, column, 0, "head") for column in columns]
            for row, column, above, what in wanted:
                if texts.isdisjoint((row - up, column) for up in range(above + 1)):
                    yield f"{sheet.name} has no {what} by {block.range}"
            behind = range(block.right + 1, block.right + 1 + BEHIND)
            is_kept = block.rows or (block.quantity, block.layer) in kept
            for row in rows if sheet.name == FIRST and is_kept else ():
                if texts.isdisjoint((row, column) for column in behind):
                    yield f"nothing stands behind row {row} of {block.range} on {sheet.name}"
