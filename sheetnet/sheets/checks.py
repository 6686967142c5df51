"""Check cells: ✓ where what they compare agrees."""

from __future__ import annotations

from dataclasses import replace

from sheetnet.expressions.formula import Area, Expression, call, when
from sheetnet.workbook import styles
from sheetnet.workbook.model import Rule, Sheet

PASSED, FAILED = "✓", "✗"


def write_check(sheet: Sheet, row: int, column: int, near: Expression) -> None:
    """A cell that shows ✓ where `near` holds and a ✗ in red where it does not."""
    sheet.put(row, column, when(near, PASSED, FAILED), styles.CHECK, claim=PASSED, passes=(PASSED,))
    mark_failures(sheet, Area(sheet.name, row, column, row, column))


def mark_failures(sheet: Sheet, area: Area) -> None:
    """Paint every ✗ of an area red."""
    sheet.formats.append(Rule(area, shows(area, FAILED), styles.WRONG))


def shows(area: Area, mark: str) -> Expression:
    """Whether the first cell of an area shows a mark, as a condition for all of them."""
    first = replace(area, bottom=area.top, right=area.left)
    return call("ISNUMBER", call("MATCH", mark, first, 0))
