"""Check cells: ✓ where what they compare agrees."""

from __future__ import annotations

from sheetnet.expressions.formula import Area, Expression, call, when
from sheetnet.workbook import styles
from sheetnet.workbook.model import Rule, Sheet

PASSED, FAILED = "✓", "✗"


def write_check(sheet: Sheet, row: int, column: int, near: Expression) -> None:
    """A cell that shows ✓ where `near` holds and a ✗ in red where it does not."""
    sheet.put(row, column, when(near, PASSED, FAILED), styles.CHECK, claim=PASSED, passes=(PASSED,))
    cell = Area(sheet.name, row, column, row, column)
    failed = call("ISNUMBER", call("MATCH", FAILED, cell, 0))
    sheet.formats.append(Rule(cell, failed, styles.WRONG))
