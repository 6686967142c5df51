"""Start: the network and what it does, the input cells, what comes of them, what to try.

To the left the knobs and their cost, to the right the drawing at the chosen step and the curve of
the cost, all of a small network on one screen of a laptop.
"""

from __future__ import annotations

from collections.abc import Sequence

from sheetnet.expressions.formula import Area, Expression, call, equal, guard, join, when
from sheetnet.lessons.parts import Try
from sheetnet.network.quantities import (
    CHOSEN_STEP,
    INPUT,
    STEP,
    TARGET,
    TEST_INPUT,
    TEST_TARGET,
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
from sheetnet.network.sheets.own import Own
from sheetnet.sheets import frame
from sheetnet.sheets.checks import PASSED, mark_failures
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.knobs import Knob
from sheetnet.workbook.model import Chart, Link, PrintSetup, Sheet
from sheetnet.workbook.styles import BANNER, FIGURE, HEADING, HINT, LABEL, PROSE, SOURCE

NAME = frame.START
SOURCE_ROW, ABOUT_ROW, KNOBS_ROW, FIRST_ROW = 3, 4, 6, 8
#: Widths in characters; a column of values is as wide as they are, within bounds.
MARGIN, LABELS, VALUE, LONG_VALUE, GAP = 2.5, 18.0, 7.6, 8.8, 2.5
#: The column where the lesson's own values end: as wide as its texts, within these bounds.
NARROWEST, WIDEST = 17.0, 30.0
#: Columns of values at least: the figures stand in pairs of them.
FEWEST = 6
#: The columns of a drop-down.
WORDS = 3
#: A laptop's screen in pixels, what the right half needs at least, and its columns.
SCREEN, RIGHT, COLUMNS = 1310.0, 430.0, 4

#: What stands on Data.
DATA_KNOBS = (INPUT.name, TARGET.name, TEST_INPUT.name, TEST_TARGET.name)


class Layout:
    """Where the parts of Start are; made once, when all other knobs have their places."""

    def __init__(self, context: Context) -> None:
        small, self.large = inputs.split(context)
        self.values = max(FEWEST, *(table.width for table in small)) if small else FEWEST
        #: The column of the lesson's own values, and the first of the right half.
        self.aside = inputs.FIRST_COLUMN + self.values
        self.left, self.side = self.aside, self.aside + 2
        lengths = [len(f"{v:.12g}") for t in small for p in t.parts for v in p.knob.value.flat]
        self.value_width = min(max(VALUE, 1.08 * max(lengths, default=0) + 0.4), LONG_VALUE)
        needs = [
            inputs.length(table.own(row)) - (self.values - table.width) * self.value_width
            for table in small
            for row in range(table.height)
        ]
        self.aside_width = min(max(NARROWEST, *needs) if needs else NARROWEST, WIDEST)
        self.single: list[Knob] = [
            knob for knob in context.unplaced() if knob.name and not knob.home
        ]
        for row, knob in enumerate(self.single, FIRST_ROW):
            context.place_knob(knob, NAME, row, inputs.FIRST_COLUMN)
        top = FIRST_ROW + len(self.single) + 1
        self.tables = inputs.place_close(context, small, NAME, top)
        self.after = top + sum(table.close_rows for table, _ in self.tables)
        self.own = Own(context)
        self.own.place(knob for knob in self.single if knob.original)
        self.own.place(part.knob for table in small for part in table.parts)
        if context.shows_data:
            self.own.place(knob for knob in context.knobs.values() if knob.key in DATA_KNOBS)

    @property
    def place(self) -> start_charts.Place:
        """Where the charts stand."""
        width = self.right_width / 96 * 2.54 - 0.1
        return start_charts.Place(SOURCE_ROW, self.side, self.side + COLUMNS - 1, width)

    @property
    def right_width(self) -> float:
        """Pixels of the right half: what the left one leaves of a screen."""
        widths = [MARGIN, LABELS, *[self.value_width] * self.values, self.aside_width, GAP]
        return max(RIGHT, SCREEN - sum(7 * width + 5 for width in widths))


def fill(context: Context, layout: Layout, sheets: Sequence[Sheet], drawing: Chart | None) -> Sheet:
    """The sheet; `sheets` are the others, in their order; `drawing` is the network's, if any."""
    lesson = context.lesson
    sheet = Sheet(NAME, tab_colour=styles.BLUE)
    sheet.cursor = (FIRST_ROW, inputs.FIRST_COLUMN)
    sheet.print_setup = PrintSetup(fit_height=1)
    _set_widths(sheet, layout)
    sheet.put(1, 2, lesson.title, BANNER)
    frame.banner(sheet, layout.side + COLUMNS - 1)
    sheet.heights |= {1: 28.0, 2: 4.0, ABOUT_ROW + 1: 4.0, KNOBS_ROW + 1: 13.0}
    _prose(sheet, SOURCE_ROW, layout.left, lesson.source, SOURCE.but(wrap=True, vertical="top"), 9)
    about = lesson.about or "Every number in this workbook is a formula on other cells."
    _prose(sheet, ABOUT_ROW, layout.left, about, PROSE, 10)

    _heading(sheet, KNOBS_ROW, 2, layout.left, "Turn the knobs: change a yellow cell")
    hint = "weights are the starting ones"
    sheet.put(KNOBS_ROW + 1, 2, hint, HINT.but(size=8))
    sheet.put(KNOBS_ROW + 1, inputs.FIRST_COLUMN + 1, "grey: the lesson’s own values", inputs.OWN)
    for knob in layout.single:
        _write_single(context, sheet, knob)
    sheet.heights[FIRST_ROW + len(layout.single)] = inputs.GAP
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
    # Rows beside the knobs may be too low for a line, those beside the figures are too high.
    _contents(sheet, max(under, verdict_row(layout) + 2), layout.side, sheets)
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


def _set_widths(sheet: Sheet, layout: Layout) -> None:
    sheet.widths |= {1: MARGIN, 2: LABELS, layout.aside: layout.aside_width}
    for column in range(inputs.FIRST_COLUMN, layout.aside):
        sheet.widths[column] = layout.value_width
    sheet.widths[layout.side - 1] = GAP
    for column in range(layout.side, layout.side + COLUMNS):
        sheet.widths[column] = (layout.right_width / COLUMNS - 5) / 7


def _heading(sheet: Sheet, row: int, first: int, last: int, text: str) -> None:
    sheet.put(row, first, text, HEADING)
    sheet.fill(row, first, row, last, HEADING)
    if row == KNOBS_ROW:  # below, the list of the sheets stands in the same rows
        sheet.heights[row] = 20.0


def _prose(sheet: Sheet, row: int, last: int, text: str, style: styles.Style, size: float) -> None:
    """Text over several columns, its row as high as it needs."""
    sheet.put(row, 2, text, style)
    sheet.merge(row, 2, row, last)
    sheet.heights[row] = min(409.0, _lines(sheet, last, text, size) * size * 1.28 + 4)


def _lines(sheet: Sheet, last: int, text: str, size: float) -> int:
    """How many lines a text takes from the second column to the last."""
    room = sum(sheet.widths.get(c, sheet.default_width) for c in range(2, last + 1))
    per_line = max(room * 10 / size * 1.2, 10)
    return sum(1 + int(len(line) / per_line) for line in text.split("\n"))


def _text(sheet: Sheet, row: int, last: int, text: str) -> int:
    """Text over several columns, a row of usual height a line; returns the row behind.

    The list of the sheets stands in the same rows: high ones would pull its lines apart.
    """
    behind = row + _lines(sheet, last, text, 10)
    sheet.put(row, 2, text, PROSE)
    sheet.merge(row, 2, behind - 1, last)
    return behind


def _texts(sheet: Sheet, row: int, layout: Layout, title: str, texts: Sequence[str]) -> int:
    """A heading and numbered texts; returns the next free row."""
    _heading(sheet, row, 2, layout.left, title)
    row += 1
    for number, text in enumerate(texts, 1):
        row = _text(sheet, row, layout.left, f"{number}.  {text}")
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
        row = _text(sheet, row, last, f"{number}.  {ask}")
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
        text = value if isinstance(value, str) else f"{value:.12g}"
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
        value = cost.ref(step=step)
        shown = guard(when(call("ISNUMBER", value), value, "—"))
        sheet.put(row + 1, column, shown, FIGURE)
        if column > 2:
            sheet.merge(row + 1, column, row + 1, column + 1)
        context.show(
            sheet, Block(cost.quantity, None, NAME, row + 1, column, (), (), {}, at={STEP: step})
        )
    sheet.notes[row, 2] = glossary.cost(context)
    if gradient_check.applies(context):
        # A word more, a column earlier.
        partly = gradient_check.count(context) < context.net.parameter_count
        _checked(context, sheet, row, layout.aside - partly)
    _verdict(context, sheet, row + 2, layout.left)
    return row + 4


def _checked(context: Context, sheet: Sheet, row: int, column: int) -> None:
    """How the gradient check ended."""
    ticks, count = gradient_check.ticks(context), gradient_check.count(context)
    checked = " checked" * (count < context.net.parameter_count)
    title = join(["gradients: ", ticks, f" of {count}{checked}"])
    sheet.put(row, column, title, LABEL.but(size=9))
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
    sheet.merge(row, 2, row, last)
    sheet.heights[row] = 28.0


def _contents(sheet: Sheet, row: int, side: int, sheets: Sequence[Sheet]) -> None:
    """A link to every other sheet, with a word on what it shows; the workings apart."""
    last = side + COLUMNS - 1
    _heading(sheet, row, side, last, "The sheets")
    workings = False
    for other in sheets:
        row += 1
        if other.workings and not workings:
            workings = True
            sheet.put(row, side, "Behind them, for the curious:", HINT)
            row += 1
        sheet.put(row, side, other.name, styles.LINK)
        sheet.links[row, side] = Link(other.name, tip=f"To {other.name}")
        sheet.put(row, side + 1, other.about, LABEL)
