"""Start: the network and what it does, the input cells, what comes of them, what to try.

To the left the knobs and their cost, to the right the drawing at the chosen step and the curve of
the cost, all of a small network on one screen of a laptop. Where the knobs take more than that, the
drawing and the curve stand above them and stay there while one scrolls.
"""

from __future__ import annotations

from collections.abc import Sequence

from sheetnet.expressions.formula import Area, Expression, call, equal, guard, join, when
from sheetnet.files.layout import ROW_HEIGHT
from sheetnet.lessons.parts import Try
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import (
    CHOSEN_STEP,
    STEP,
)
from sheetnet.network.sheets import (
    followed,
    glossary,
    gradient_check,
    gradient_verdicts,
    inputs,
    start_charts,
    status,
)
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.start_layout import (
    ABOUT_ROW,
    FIRST_ROW,
    KNOBS_ROW,
    NAME,
    SOURCE_ROW,
    Layout,
    about,
)
from sheetnet.sheets import frame
from sheetnet.sheets.checks import PASSED, mark_failures
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.charts import Chart
from sheetnet.workbook.knobs import Knob
from sheetnet.workbook.model import Link, PrintSetup, Quoted, Rule, Sheet
from sheetnet.workbook.styles import BANNER, FIGURE, HEADING, HINT, LABEL, PROSE, SOURCE

#: The columns of a drop-down.
WORDS = 3
#: Points of a row that holds a line of text.
LINE = 13.0, 24.0


def fill(context: Context, layout: Layout, sheets: Sequence[Sheet], drawing: Chart | None) -> Sheet:
    """The sheet; `sheets` are the others, in their order; `drawing` is the network's, if any."""
    lesson, shift = context.lesson, layout.shift
    sheet = Sheet(NAME, tab_colour=styles.BLUE)
    sheet.cursor = (FIRST_ROW + shift, inputs.FIRST_COLUMN)
    sheet.print_setup = PrintSetup(fit_height=1)
    sheet.widths |= layout.widths
    sheet.heights |= layout.heights
    sheet.put(1, 2, Quoted(lesson.title), BANNER)
    frame.banner(sheet, layout.last)
    for row, text, style in (
        (SOURCE_ROW, Quoted(lesson.source), SOURCE.but(wrap=True, vertical="top")),
        (ABOUT_ROW, Quoted(about(context)), PROSE),
    ):
        sheet.put(row + shift, 2, text, style)
        sheet.merge(row + shift, 2, row + shift, layout.left)

    row = KNOBS_ROW + shift
    _heading(sheet, row, 2, layout.left, "Turn the knobs: change a yellow cell")
    hint = "weights are the starting ones"
    sheet.put(row + 1, 2, hint, HINT.but(size=8))
    sheet.put(row + 1, inputs.FIRST_COLUMN + 1, "grey: the lesson’s own values", inputs.OWN)
    for knob in layout.single:
        _write_single(context, sheet, knob)
    inputs.fill_close(context, sheet, layout.tables, layout.aside)
    row = layout.after
    if layout.large:
        titles = ", ".join(table.title for table in layout.large)
        sheet.put(row, 2, f"On the sheet {inputs.NAME}: {titles}.", HINT)
        sheet.links[row, 2] = Link(inputs.NAME, tip=f"To {inputs.NAME}")
        row += 1
    row = _figures(context, sheet, layout, row)
    if lesson.try_:
        row = _try(sheet, row, layout, lesson.try_)
    row = _texts(sheet, row, layout, "What the words mean", glossary.lines(context))
    row = _texts(sheet, row, layout, "How to use this workbook", _manual(context))
    _legend(context, sheet, row, layout)
    under = start_charts.fill(context, sheet, layout.own, layout.place, drawing)
    # Rows beside the figures are too high for a list.
    beside = verdict_row(layout) + 2
    top = KNOBS_ROW + shift if layout.tall else max(under, beside)
    read, behind = ([one for one in sheets if one.workings == which] for which in (False, True))
    row = _contents(sheet, top, layout, "The sheets", read)
    row = max(row + 2, beside) if layout.tall else row + 2
    _contents(sheet, row, layout, "Behind them, for the curious", behind)
    return sheet


def _manual(context: Context) -> list[str]:
    symbol = context.notation.rate_letter
    where = "an example on Data" if context.shows_data else "an input, a target"
    network = "click on any number of Network: its formula is the document’s."
    if not context.drawable:
        network = "look at Network: a deep colour is a large number of that step."
    return [
        f"Change a yellow cell: the learning rate {symbol}, {where}, a starting weight. "
        "The whole run is computed again; the grey line stays where the lesson’s own run was.",
        f"Choose a step, then {network}",
        "Grey numbers beside the yellow cells are the lesson’s own: type them to go back.",
    ]


def _heading(sheet: Sheet, row: int, first: int, last: int, text: str) -> None:
    sheet.put(row, first, text, HEADING)
    sheet.fill(row, first, row, last, HEADING)


def _text(sheet: Sheet, row: int, layout: Layout, last: int, text: str) -> int:
    """Text over several columns, a row of usual height a line; returns the row behind.

    The list of the sheets stands in the same rows: high ones would pull its lines apart.
    """
    behind = row + layout.lines(last, text, 10)
    sheet.put(row, 2, text, PROSE)
    sheet.merge(row, 2, behind - 1, last)
    return behind


def _texts(sheet: Sheet, row: int, layout: Layout, title: str, texts: Sequence[str]) -> int:
    """A heading and numbered texts; returns the next free row."""
    _heading(sheet, row, 2, layout.left, title)
    row += 1
    for number, text in enumerate(texts, 1):
        row = _text(sheet, row, layout, layout.left, f"{number}.  {text}")
    return row + 1


def _try(sheet: Sheet, row: int, layout: Layout, tries: Sequence[str | Try]) -> int:
    """What to try; an answer stands in the note of a cell, for a learner to uncover."""
    _heading(sheet, row, 2, layout.left, "Try this")
    row += 1
    for number, one in enumerate(tries, 1):
        ask, answer = (one, "") if isinstance(one, str) else (one.ask, one.answer)
        last = layout.aside - 1 if answer else layout.aside
        if answer:
            at = row, layout.aside
            sheet.put(*at, "▸ answer: point here", inputs.OWN.but(colour=styles.BLUE))
            sheet.notes[at] = answer
        row = _text(sheet, row, layout, last, f"{number}.  {ask}")
    return row + 1


def _write_single(context: Context, sheet: Sheet, knob: Knob) -> None:
    """A knob of one cell: its name, its value, the lesson's own."""
    block = context.knob(knob.key, knob.layer)
    sheet.put(block.top, 2, knob.title, LABEL)
    context.fill_knob(sheet, knob, styles.INPUT.but(number_format=knob.number_format))
    beside = block.left + 1
    if knob.numbered:  # words take more room than numbers
        beside = block.left + WORDS
        sheet.merge(block.top, block.left, block.top, beside - 1)
    if knob.note:
        sheet.notes[block.top, block.left] = knob.note
    if knob.original:
        value = knob.value.item()
        text = value if isinstance(value, str) else inputs.own_text(value)
        sheet.put(block.top, beside, text, inputs.OWN)
    elif knob.whole:
        hint = f"from {knob.low:,.0f} to {knob.high:,.0f}"
        if knob.key == CHOSEN_STEP.name:
            hint += ": every sheet follows"
        sheet.put(block.top, beside, hint, HINT.but(horizontal="left", indent=1))
    sheet.validations.append(inputs.validation(knob, block))


def _legend(context: Context, sheet: Sheet, row: int, layout: Layout) -> None:
    """What the colours mean, each also in words."""
    _heading(sheet, row, 2, layout.left, "Colours")
    roles = [
        ("yours to change", styles.INPUT.but(locked=True)),
        ("given", styles.GIVEN),
        ("forward pass →", styles.FORWARD),
        (f"← backward pass, {context.symbols.delta_name}", styles.BACKWARD),
        ("update, weights", styles.UPDATE),
        ("✓ proved", styles.CHECK.but(borders="ltrb")),
    ]
    for number, (text, style) in enumerate(roles):
        look = style.but(horizontal="left", number_format="General", indent=1)
        sheet.put(row + 1 + number, 2, text, look)
        sheet.merge(row + 1 + number, 2, row + 1 + number, 3)


def _figures(context: Context, sheet: Sheet, layout: Layout, row: int) -> int:
    """The cost at the first step, after one, at the end; the gradient check; what it comes to."""
    cost = followed.block(context)
    titles = {0: "cost at step 0", 1: "after 1 step"}
    small = LABEL.but(size=9)
    steps = [step for step in dict.fromkeys((0, 1, context.steps)) if step <= context.steps]
    columns = (2, inputs.FIRST_COLUMN, inputs.FIRST_COLUMN + 2)
    sheet.heights |= {row: 14.0, row + 1: 21.0}
    for column, step in zip(columns, steps, strict=False):
        title = titles.get(step, f"after {step:,} steps")
        sheet.put(row, column, title, small)
        sheet.put(row + 1, column, followed.figure(context, step), FIGURE)
        if column > 2:
            sheet.merge(row + 1, column, row + 1, column + 1)
        context.show(
            sheet, Block(cost.quantity, None, NAME, row + 1, column, (), (), {}, at={STEP: step})
        )
    sheet.notes[row, 2] = glossary.cost(context)
    if gradient_check.applies(context):
        _checked(context, sheet, row, layout.aside - 1)  # it may have a word more
    _verdict(context, sheet, row + 2, layout.left)
    return row + 4


def _checked(context: Context, sheet: Sheet, row: int, column: int) -> None:
    """How the gradient check ended."""
    ticks, count = gradient_check.ticks(context), gradient_check.count(context)
    checked = " checked" * (count < context.net.parameter_count)
    rest = gradient_check.left_open(context)
    title = join(["gradients: ", ticks, f" of {count}{checked}", rest])

    def told(numbers: Numbers) -> str:
        passed = gradient_verdicts.counts(numbers)[0]
        return f"gradients: {passed} of {count}{checked}{gradient_verdicts.left_open(numbers)}"

    sheet.put(row, column, title, LABEL.but(size=9), claim=told)
    sheet.notes[row, column] = f"{glossary.gradient(context)}\n{glossary.check()}"
    look = styles.CHECK.but(size=16, horizontal="left")
    mark, claim = gradient_check.mark(context), gradient_verdicts.mark_of
    passes = (PASSED, gradient_verdicts.BLURRED)
    sheet.put(row + 1, column, mark, look, claim=claim, passes=passes)
    mark_failures(sheet, Area(NAME, row + 1, column, row + 1, column))
    sheet.links[row + 1, column] = Link(gradient_check.NAME, tip="To the gradient check")


def verdict_row(layout: Layout) -> int:
    """The row of the sentence on how the run ends."""
    return layout.after + bool(layout.large) + 2


def _verdict(context: Context, sheet: Sheet, row: int, last: int) -> None:
    """Whether the run converges, in words; or what is wrong and what to do."""
    if context.steps == 0:
        none = "This lesson has no training steps."
        text: Expression = guard(when(equal(PROBLEM, ""), none, PROBLEM))
        sheet.put(row, 2, text, styles.PLAIN)
    else:
        text, claim = status.verdict(context)
        look = styles.PLAIN.but(bold=True, wrap=True)
        sheet.put(row, 2, text, look, claim=claim)
    wrong = call("LEN", PROBLEM) > 0
    sheet.formats.append(Rule(Area(NAME, row, 2, row, last), wrong, styles.PROBLEM))
    sheet.merge(row, 2, row, last)
    sheet.heights[row] = 28.0


def _contents(sheet: Sheet, row: int, layout: Layout, title: str, sheets: Sequence[Sheet]) -> int:
    """A link to each of these sheets, with a word on what it shows; returns the last row."""
    side = layout.side
    _heading(sheet, row, side, layout.last, title)
    for other in sheets:
        row = _row_of_a_line(sheet, row)
        sheet.put(row, side, other.name, styles.LINK)
        sheet.links[row, side] = Link(other.name, tip=f"To {other.name}")
        sheet.put(row, side + 1, other.about.removeprefix("workings: "), LABEL)
    return row


def _row_of_a_line(sheet: Sheet, row: int) -> int:
    """The next row that is high enough for a line of text and not as high as two."""
    row += 1
    while not LINE[0] <= sheet.heights.get(row, ROW_HEIGHT) <= LINE[1]:
        row += 1
    return row
