"""Check cells: ✓ where what they compare agrees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sheetnet.expressions.formula import Area, Expression, Logical, call, equal, when
from sheetnet.workbook import styles
from sheetnet.workbook.model import Rule, Sheet

PASSED, FAILED = "✓", "✗"
#: What a check says of a product that no program can compute, as one factor is 0 and one endless.
NO_NUMBER = "0·∞"
#: What a check says where it has nothing to decide: neither right nor wrong.
UNDECIDED = ("—", "–", "kink", "coarse", NO_NUMBER)


@dataclass(frozen=True)
class Lost:
    """When what a check compares cannot be computed: as a formula, and with NumPy."""

    when: Expression
    claim: Callable[[Any], bool]


def write_check(
    sheet: Sheet, row: int, column: int, near: Expression, lost: Lost | None = None
) -> None:
    """A cell that shows ✓ where `near` holds and a ✗ in red where it does not."""
    verdict = when(near, PASSED, FAILED)
    if lost is None:
        sheet.put(row, column, verdict, styles.CHECK, claim=PASSED, passes=(PASSED,))
    else:
        either = when(lost.when, NO_NUMBER, verdict)
        says = lambda numbers: NO_NUMBER if lost.claim(numbers) else PASSED  # noqa: E731
        sheet.put(row, column, either, styles.CHECK, claim=says, passes=(PASSED, NO_NUMBER))
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
