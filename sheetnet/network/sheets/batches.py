"""Batches: which examples each step learns from, and those of the chosen step.

The numbers of the examples are drawn when the workbook is built, and are there to be changed.
"""

from __future__ import annotations

from sheetnet.expressions.formula import indexed, join
from sheetnet.network.quantities import (
    BATCH_INPUT,
    BATCH_TARGET,
    INPUT,
    ORDER,
    SAMPLE,
    STEP,
    TARGET,
    UNIT,
)
from sheetnet.network.sheets import inputs
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import PrintSetup, Sheet
from sheetnet.workbook.styles import GIVEN

NAME = "Batches"
TITLE_ROW, HEAD_ROW, TOP = 4, 5, 6
#: Of a batch that begins in one pass over the examples and ends in the next, drawn anew.
TWICE = " One that ends a pass and begins the next may stand twice: it counts twice then."
#: The chosen step's examples: their place in the batch, their number, inputs, targets.
PLACE, NUMBER, FIRST = 2, 3, 4
WHOLE = styles.NUMBER.but(number_format="0", horizontal="center")


def applies(context: Context) -> bool:
    return context.net.batch is not None


def _columns(context: Context) -> tuple[int, int]:
    """Where the targets begin, and where the order does (with the number of the step)."""
    targets = FIRST + context.sizes[0]
    return targets, targets + context.sizes[-1] + 1


def _place(context: Context) -> None:
    targets, steps = _columns(context)
    context.place_knob(context.knobs[ORDER.name, None], NAME, TOP, steps + 1)
    for given, quantity, left in ((INPUT, BATCH_INPUT, FIRST), (TARGET, BATCH_TARGET, targets)):
        lengths = context.net.lengths(quantity, None, context.samples)
        block = Block(quantity.name, None, NAME, TOP, left, (SAMPLE,), (UNIT,), lengths)
        context.feed(given, context.blocks.add(block))


def _fill(context: Context) -> list[Sheet]:
    sheet = Sheet(NAME, "which examples each step learns from")
    sheet.tab_colour, sheet.freeze, sheet.cursor = styles.GREEN, (TOP, 1), (TOP, PLACE)
    sheet.print_setup, sheet.default_width = PrintSetup(title_rows=(TITLE_ROW, HEAD_ROW)), 9.5
    sheet.widths |= {1: 2.5, PLACE: 10.0}
    size, count = context.samples, len(context.lesson.data.inputs)
    hint = f"A step looks at {size} of the {count} examples and updates the weights once."
    frame.head(sheet, title="Batches: the examples of each step", hint=hint, problem=PROBLEM)
    about = (
        "Network shows one of these examples; the cost and the gradients are of all of them."
        + TWICE * any(len({*batch}) < size for batch in context.knobs[ORDER.name, None].value)
    )
    sheet.put(TITLE_ROW - 1, NUMBER, about, styles.HINT)
    _write_chosen(context, sheet)
    _write_order(context, sheet)
    return [sheet]


def _write_chosen(context: Context, sheet: Sheet) -> None:
    """The examples of the chosen step, from Training."""
    targets, steps = _columns(context)
    title = join(["at step ", context.step, ", chosen on Start"])
    look = styles.LABEL.but(bold=True)
    sheet.put(TITLE_ROW, PLACE, title, look, claim=lambda n: f"at step {n.step}, chosen on Start")
    sheet.put(HEAD_ROW, PLACE, "example", styles.LABEL_CENTRE)
    sheet.put(HEAD_ROW, NUMBER, "is number", styles.LABEL_CENTRE)
    order = context.knob(ORDER)
    for sample in range(context.samples):
        sheet.put(TOP + sample, PLACE, float(sample + 1), WHOLE.but(colour=styles.GREY))
        column = order.area(sample=sample, fixed=True)
        assert column
        sheet.put(
            TOP + sample,
            NUMBER,
            indexed(column, context.step + 1),
            WHOLE,
            claim=lambda n, sample=sample: n.settings[ORDER.name, None][n.step, sample],
        )
    look = GIVEN.but(number_format=styles.FOUR)
    for given, quantity in ((INPUT, BATCH_INPUT), (TARGET, BATCH_TARGET)):
        block = context.fed(given)
        for unit in range(block.width):
            symbol = quantity.symbol(context.symbols, 0, {UNIT: unit})
            sheet.put(HEAD_ROW, block.left + unit, symbol, styles.symbol(GIVEN))
            for sample in range(context.samples):
                value = context.of_step(quantity, sample=sample, unit=unit)
                sheet.put(TOP + sample, block.left + unit, value, look)
        context.claim(sheet, block)
    frame.banner(sheet, steps + min(context.samples, 20))


def _write_order(context: Context, sheet: Sheet) -> None:
    """The numbers of the examples, a row a step."""
    _, steps = _columns(context)
    knob, block = context.knobs[ORDER.name, None], context.knob(ORDER)
    drawn = "drawn at random" if context.lesson.training.shuffle else "in their order"
    title = f"each step’s examples, {drawn}"
    sheet.put(TITLE_ROW, steps, title, styles.LABEL.but(bold=True))
    sheet.put(HEAD_ROW, steps, "step", styles.LABEL_CENTRE)
    for step in range(knob.lengths[STEP]):
        sheet.put(TOP + step, steps, float(step), WHOLE.but(colour=styles.GREY))
    for sample in range(context.samples):
        sheet.put(HEAD_ROW, block.left + sample, float(sample + 1), WHOLE.but(colour=styles.GREY))
        sheet.widths[block.left + sample] = 5.5
    sheet.validations.append(inputs.validation(knob, block))
    context.fill_knob(sheet, knob, styles.INPUT.but(number_format="0"))


BATCHES = SheetKind(NAME, _fill, applies=applies, place=_place)
