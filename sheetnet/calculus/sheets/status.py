"""Inputs: whether a yellow cell holds what cannot be used, and which. Every sheet shows it."""

from __future__ import annotations

from sheetnet.calculus.numbers import Numbers
from sheetnet.calculus.sheets.context import Context
from sheetnet.expressions.formula import Ref, guard, when
from sheetnet.sheets import frame, inputs
from sheetnet.workbook import styles
from sheetnet.workbook.model import PrintSetup, Sheet

NAME = "Inputs"
FLAG, SAYS, ROW = 2, 3, 4
#: The cell with the sentence on what is wrong; empty where all is well.
PROBLEM = Ref(NAME, ROW, SAYS, True)


def sheet(context: Context) -> Sheet:
    """The workings, when all yellow cells have their places."""
    found = Sheet(NAME, "workings: yellow cells that cannot be used as they stand", workings=True)
    found.tab_colour, found.freeze, found.cursor = styles.PALE, (ROW + 1, 1), (ROW, FLAG)
    found.print_setup = PrintSetup()
    found.widths |= {1: 2.5, FLAG: 12.0, SAYS: 90.0}
    hint = "each line of yellow cells: 1 where something other than an allowed number stands"
    frame.head(found, title="Inputs: workings of what is said of yellow cells", hint=hint)
    frame.banner(found, SAYS)
    for column, head in ((FLAG, "wrong"), (SAYS, "what is said"), (SAYS + 1, "first line")):
        found.put(ROW + 2, column, head, styles.LABEL.but(bold=True))
    blocks = {(block.quantity, block.layer): block for block in context.blocks if not block.live}
    held = [(knob, blocks[key]) for key, knob in context.knobs.items() if key in blocks]
    is_wrong, first = inputs.fill(found, ROW + 3, FLAG, held)
    found.put(ROW, FLAG, "problem", styles.LABEL)
    found.put(ROW, SAYS, guard(when(is_wrong, first, "")), styles.PLAIN, claim=_nothing)
    return found


def _nothing(numbers: Numbers) -> str:
    """With numbers that are allowed nothing is said."""
    return ""
