"""Check cells: ✓ where what they compare agrees."""

from __future__ import annotations

from dataclasses import replace

from sheetnet.expressions.formula import Area, Expression, Logical, call, equal, when
from sheetnet.workbook import styles
from sheetnet.workbook.model import Rule, Sheet

PASSED, FAILED = "✓", "✗"
#: What a check says of a product that no program can compute, as one factor is 0 and one endless.
NO_NUMBER = "0·∞"
#: What a check says where it has nothing to decide: neither right nor wrong.
UNDECIDED = ("—", "–", "kink", "coarse", NO_NUMBER)


def write_check(
    sheet: Sheet, row: int, column: int, near: Expression, no_number: Expression | None = None
) -> None:
    """A cell that shows ✓ where `near` holds and a ✗ in red where it does not.

    Where `no_number` holds, what it compares with cannot be computed.
    """
    verdict = when(near, PASSED, FAILED)
    if no_number is None:
        sheet.put(row, column, verdict, styles.CHECK, claim=PASSED, passes=(PASSED,))
    else:
        either = when(no_number, NO_NUMBER, verdict)
        sheet.put(row, column, either, styles.CHECK, passes=(PASSED, NO_NUMBER))
    mark_failures(sheet, Area(sheet.name, row, column, row, column))


def mark_failures(sheet: Sheet, area: Area) -> None:
    """Paint every ✗ of an area red, and every error, and grey what is no ✓ either."""
    no_tick = equal(shows(area, PASSED), Logical(False))
    decided = [equal(shows(area, mark), Logical(False)) for mark in UNDECIDED]
    sheet.formats.append(Rule(area, call("AND", no_tick, *decided), styles.WRONG))
    sheet.formats.append(Rule(area, no_tick, styles.UNDECIDED))


def shows(area: Area, mark: str) -> Expression:
    """Whether the first cell of an area shows a mark, as a condition for all of them."""
    first = replace(area, bottom=area.top, right=area.left)
    return call("ISNUMBER", call("MATCH", mark, first, 0))
