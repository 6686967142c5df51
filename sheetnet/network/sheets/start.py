"""Start: what the workbook is about, the input cells, what comes of them."""

from __future__ import annotations

from collections.abc import Sequence

from sheetnet.expressions.formula import Area, Expression, call, equal, guard, join, when
from sheetnet.network.quantities import COST, STEP
from sheetnet.network.sheets import gradient_check, inputs, status
from sheetnet.network.sheets.context import Context
from sheetnet.sheets import frame
from sheetnet.sheets.checks import PASSED, mark_failures
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.knobs import Knob
from sheetnet.workbook.model import Axis, Chart, Link, PrintSetup, Series, Sheet
from sheetnet.workbook.styles import BANNER, FIGURE, HEADING, HINT, LABEL, PROSE, SOURCE

NAME = frame.START
KNOBS_ROW, FIRST_ROW = 6, 8
VERDICT_ROW, CHART_ROW, CHART_ROWS = 7, 9, 15
#: Widths in characters.
MARGIN, LABELS, VALUE, ORIGINAL, GAP, FIGURES = 2.5, 18.0, 8.8, 7.8, 2.5, 15.5


class Layout:
    """Where the parts of Start are; made once, when all other knobs have their places."""

    def __init__(self, context: Context) -> None:
        small, self.large = inputs.split(context)
        width = max((table.width for table in small), default=5)
        self.aside = inputs.FIRST_COLUMN + width + 1
        #: The last column of the left half, and the first of the right one.
        self.left = self.aside + width - 1
        self.side = self.left + 2
        self.single: list[Knob] = [
            knob
            for knob in context.unplaced()
            if not (knob.rows or knob.columns or knob.home or knob.layer)
        ]
        for row, knob in enumerate(self.single, FIRST_ROW):
            context.place_knob(knob, NAME, row, inputs.FIRST_COLUMN)
            if knob.original:
                inputs.place_original(context, knob, NAME, row, self.aside)
        top = FIRST_ROW + len(self.single) + 1
        self.tables = inputs.place(context, small, NAME, top, 1)
        self.after = top + sum(table.rows_needed for table, _ in self.tables)


def fill(context: Context, layout: Layout, sheets: Sequence[Sheet]) -> Sheet:
    """The sheet; `sheets` are the others, in their order."""
    lesson = context.lesson
    sheet = Sheet(NAME, tab_colour=styles.BLUE)
    sheet.cursor = (FIRST_ROW, inputs.FIRST_COLUMN)
    sheet.print_setup = PrintSetup(fit_height=1)
    _set_widths(sheet, layout)
    sheet.put(1, 2, lesson.title, BANNER)
    frame.banner(sheet, layout.side + 3)
    sheet.heights[1] = 34
    _prose(sheet, 3, layout.left, lesson.source, SOURCE.but(wrap=True, vertical="top"), 9)
    about = lesson.about or "Every number in this workbook is a formula on other cells."
    _prose(sheet, 4, layout.left, about, PROSE, 10)

    _heading(sheet, KNOBS_ROW, 2, layout.left, "Turn the knobs: change a yellow cell")
    sheet.put(KNOBS_ROW + 1, layout.aside, "the lesson’s own values", HINT.but(size=8))
    for knob in layout.single:
        _write_single(context, sheet, knob)
    inputs.fill(context, sheet, layout.tables)
    row = layout.after
    if layout.large:
        titles = ", ".join(table.title for table in layout.large)
        sheet.put(row, 2, f"On the sheet {inputs.NAME}: {titles}.", HINT)
        row += 2
    if lesson.try_:
        row = _texts(sheet, row, layout, "Try this", lesson.try_)
    row = _texts(sheet, row, layout, "How to use this workbook", _manual(context))
    _legend(sheet, row, layout)
    _figures(context, sheet, layout.side)
    _verdict(context, sheet, layout.side)
    _curve(context, sheet, layout.side)
    _contents(sheet, layout.side, sheets)
    return sheet


def _manual(context: Context) -> list[str]:
    symbol = context.notation.rate_letter
    return [
        f"Change a yellow cell: the learning rate {symbol}, an input, a target, a starting weight. "
        "The whole run is computed again.",
        "Choose a step on Network and click on any number there: its formula is the document’s.",
        "Grey numbers beside the yellow cells are the lesson’s own: type them to go back.",
    ]


def _set_widths(sheet: Sheet, layout: Layout) -> None:
    sheet.widths |= {1: MARGIN, 2: LABELS}
    for column in range(inputs.FIRST_COLUMN, layout.aside - 1):
        sheet.widths[column] = VALUE
    for column in range(layout.aside, layout.left + 1):
        sheet.widths[column] = ORIGINAL
    sheet.widths[layout.aside - 1] = sheet.widths[layout.side - 1] = GAP
    for column in range(layout.side, layout.side + 4):
        sheet.widths[column] = FIGURES


def _heading(sheet: Sheet, row: int, first: int, last: int, text: str) -> None:
    sheet.put(row, first, text, HEADING)
    sheet.fill(row, first, row, last, HEADING)
    if first == 2:  # the left half decides how high rows are
        sheet.heights[row] = 20.0


def _prose(sheet: Sheet, row: int, last: int, text: str, style: styles.Style, size: float) -> None:
    """Text over several columns, its row as high as it needs."""
    sheet.put(row, 2, text, style)
    sheet.merge(row, 2, row, last)
    room = sum(sheet.widths.get(c, sheet.default_width) for c in range(2, last + 1))
    per_line = max(room * 10 / size * 1.2, 10)
    lines = sum(1 + int(len(line) / per_line) for line in text.split("\n"))
    sheet.heights[row] = min(409.0, lines * size * 1.35 + 5)


def _texts(sheet: Sheet, row: int, layout: Layout, title: str, texts: Sequence[str]) -> int:
    """A heading and numbered texts; returns the next free row."""
    _heading(sheet, row, 2, layout.left, title)
    for number, text in enumerate(texts, 1):
        _prose(sheet, row + number, layout.left, f"{number}.  {text}", PROSE, 10)
    return row + len(texts) + 2


def _write_single(context: Context, sheet: Sheet, knob: Knob) -> None:
    """A knob of one cell: its name, its value, the lesson's own."""
    block = context.knob(knob.key)
    sheet.put(block.top, 2, knob.title, LABEL)
    context.fill_knob(sheet, knob, styles.INPUT.but(number_format=knob.number_format))
    if knob.note:
        sheet.notes[block.top, block.left] = knob.note
    if knob.original:
        inputs.write_original(context, sheet, knob)
    sheet.validations.append(inputs.validation(knob, block))


def _legend(sheet: Sheet, row: int, layout: Layout) -> None:
    """What the colours mean, each also in words."""
    _heading(sheet, row, 2, layout.left, "Colours")
    roles = [
        ("yours to change", styles.INPUT.but(locked=True)),
        ("given", styles.GIVEN),
        ("forward pass →", styles.FORWARD),
        ("← backward pass, δ", styles.BACKWARD),
        ("update, weights", styles.UPDATE),
        ("✓ proved", styles.CHECK.but(borders="ltrb")),
    ]
    for number, (text, style) in enumerate(roles):
        look = style.but(horizontal="left", number_format="General", indent=1)
        sheet.put(row + 1 + number, 2, text, look)
        sheet.merge(row + 1 + number, 2, row + 1 + number, 3)


def _figures(context: Context, sheet: Sheet, side: int) -> None:
    """The cost at the first step, after one, at the end; the gradient check."""
    _heading(sheet, 3, side, side + 3, "What happens")
    cost = context.run(COST)
    titles = {0: "cost at step 0", 1: "after 1 step"}
    small = LABEL.but(size=9)
    steps = [step for step in dict.fromkeys((0, 1, context.steps)) if step <= context.steps]
    for column, step in enumerate(steps, side):
        title = titles.get(step, f"after {step:,} steps")
        sheet.put(KNOBS_ROW - 1, column, title, small)
        value = cost.ref(step=step)
        shown = guard(when(call("ISNUMBER", value), value, "—"))
        sheet.put(KNOBS_ROW, column, shown, FIGURE)
        context.show(
            sheet, Block(COST.name, None, NAME, KNOBS_ROW, column, (), (), {}, at={STEP: step})
        )
    if gradient_check.applies(context):
        _checked(context, sheet, side + 3)


def _checked(context: Context, sheet: Sheet, column: int) -> None:
    """How the gradient check ended."""
    ticks, count = gradient_check.ticks(context), gradient_check.count(context)
    title = join(["gradients: ", ticks, f" of {count}"])
    sheet.put(KNOBS_ROW - 1, column, title, LABEL.but(size=9))
    look = styles.CHECK.but(size=16, horizontal="left")
    mark, claim = gradient_check.mark(context), gradient_check.mark_of
    passes = (PASSED, gradient_check.BLURRED)
    sheet.put(KNOBS_ROW, column, mark, look, claim=claim, passes=passes)
    mark_failures(sheet, Area(NAME, KNOBS_ROW, column, KNOBS_ROW, column))
    sheet.links[KNOBS_ROW, column] = Link(gradient_check.NAME, tip="To the gradient check")


def _verdict(context: Context, sheet: Sheet, side: int) -> None:
    """Whether the run converges, in words; or what is wrong and what to do."""
    if context.steps == 0:
        none = "This lesson has no training steps."
        text: Expression = guard(when(equal(PROBLEM, ""), none, PROBLEM))
        sheet.put(VERDICT_ROW, side, text, styles.PLAIN)
    else:
        text, claim = status.verdict(context)
        look = styles.PLAIN.but(bold=True, wrap=True)
        sheet.put(VERDICT_ROW, side, text, look, claim=claim)
    sheet.merge(VERDICT_ROW, side, VERDICT_ROW, side + 3)
    sheet.heights[VERDICT_ROW] = 28.0


def _curve(context: Context, sheet: Sheet, side: int) -> None:
    costs = context.run(COST)
    steps = Block("", None, costs.sheet, costs.top, 1, costs.rows, (), costs.lengths)
    sheet.charts.append(
        Chart(
            row=CHART_ROW,
            column=side,
            width=11.3,
            height=7.6,
            title="The cost over the steps",
            series=(
                Series(
                    y=costs.whole(fixed=True),
                    x=steps.whole(fixed=True),
                    title="cost",
                    colour=styles.ORANGE,
                ),
            ),
            x=Axis("step", minimum=0, maximum=max(context.steps, 1)),
            y=Axis(str(context.symbols.cost), minimum=0, gridlines=True),
            alt_text=f"Curve of the cost from step 0 to step {context.steps}",
        )
    )


def _contents(sheet: Sheet, side: int, sheets: Sequence[Sheet]) -> None:
    """A link to every other sheet, with a word on what it shows."""
    row = CHART_ROW + CHART_ROWS + 1
    _heading(sheet, row, side, side + 3, "The sheets")
    for other in sheets:
        row += 1
        sheet.put(row, side, other.name, styles.LINK)
        sheet.links[row, side] = Link(other.name, tip=f"To {other.name}")
        sheet.put(row, side + 1, other.about, LABEL)
