"""Choices: the workings behind the drop-downs that formulas depend on.

A drop-down holds a text; here stands its number in the list of the choices, which formulas
CHOOSE by.
"""

from __future__ import annotations

from collections.abc import Callable

from sheetnet.expressions.formula import Area, call
from sheetnet.network.numbers import Numbers
from sheetnet.network.sheets.context import CHOICES, CHOICES_ROW, Context, number_cell
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.knobs import Knob
from sheetnet.workbook.model import Sheet

NAME = CHOICES
HEAD_ROW, LIST_ROW = CHOICES_ROW - 1, CHOICES_ROW + 2


def _fill(context: Context) -> list[Sheet]:
    sheet = Sheet(NAME, "workings: the numbers of what the drop-downs say", workings=True)
    sheet.tab_colour, sheet.default_width = styles.PALE, 22.0
    sheet.widths |= {1: 10.0}
    sheet.cursor = (CHOICES_ROW, 2)
    hint = "number: the choice’s place in its list"
    frame.head(sheet, title="Choices: workings of the drop-downs on Start", hint=hint)
    frame.banner(sheet, 1 + len(context.chosen))
    sheet.put(CHOICES_ROW, 1, "number", styles.LABEL)
    sheet.put(LIST_ROW, 1, "choices", styles.LABEL)
    for place, knob in enumerate(context.chosen):
        cell = number_cell(place)
        last = LIST_ROW + len(knob.choices) - 1
        for row, choice in enumerate(knob.choices, LIST_ROW):
            sheet.put(row, cell.column, choice, styles.PLAIN)
        listed = Area(NAME, LIST_ROW, cell.column, last, cell.column, True)
        here = context.knob(knob.key, knob.layer).ref(fixed=True)
        look = styles.NUMBER.but(number_format="0", horizontal="left")
        sheet.put(HEAD_ROW, cell.column, knob.title, styles.LABEL.but(bold=True))
        number = call("MATCH", here, listed, 0)
        sheet.put(cell.row, cell.column, number, look, claim=_number(knob))
    return [sheet]


def _number(knob: Knob) -> Callable[[Numbers], float]:
    return lambda numbers: knob.choices.index(numbers.settings[knob.place].item()) + 1.0


CHOICES_SHEET = SheetKind(NAME, _fill, applies=lambda context: bool(context.chosen))
