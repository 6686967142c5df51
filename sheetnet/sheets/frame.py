"""What every sheet has on top: a banner, the way back to Start, a line on what it is."""

from __future__ import annotations

from dataclasses import replace

from sheetnet.expressions.formula import Area, Ref, call, equal, guard, when
from sheetnet.workbook import styles
from sheetnet.workbook.model import Link, Rule, Sheet

START = "Start"


def head(sheet: Sheet, *, title: str, hint: str, left: int = 2, problem: Ref | None = None) -> None:
    """Write the first two rows; `left` is the first column that is no margin.

    Where the cell `problem` holds a sentence, that stands in the place of the hint.
    """
    sheet.put(1, left, title, styles.BANNER)
    sheet.heights[1] = 30
    sheet.put(2, left, "← Start", styles.LINK)
    sheet.links[2, left] = Link(START, tip="Back to Start")
    words = hint if problem is None else guard(when(equal(problem, ""), hint, problem))
    sheet.put(2, left + 1, words, styles.HINT)
    if problem is not None:
        place = Area(sheet.name, 2, left + 1, 2, left + 1)
        sheet.formats.append(Rule(place, call("LEN", problem) > 0, styles.PROBLEM))
    sheet.heights[2] = 18


def banner(sheet: Sheet, right: int) -> None:
    """Draw the banner as far as the sheet reaches, and what `head` says of a problem as far.

    A problem is longer than its cell, and white: beyond the paint nobody could read it.
    """
    sheet.fill(1, 1, 1, right, styles.BANNER)
    for number, rule in enumerate(sheet.formats):
        if isinstance(rule, Rule) and rule.style == styles.PROBLEM:
            area = replace(rule.area, right=max(rule.area.right, right))
            sheet.formats[number] = replace(rule, area=area)
