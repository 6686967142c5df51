"""Start: what the workbook is about, the input cells, what comes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sheetnet.expressions.formula import Area, call, join, maximum, when
from sheetnet.network.sheets import gradient_check, panel
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.training import FIRST_ROW
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import Axis, Chart, Link, PrintSetup, Series, Sheet, Validation
from sheetnet.workbook.styles import BANNER, FIGURE, HEADING, HINT, LABEL, PROSE, SOURCE

NAME = frame.START
INPUTS = "Inputs"
KNOBS_ROW, RATE_ROW, TABLES_ROW = 6, 8, 10
VERDICT_ROW, CHART_ROW, CHART_ROWS = 7, 9, 15
#: Widths in characters.
MARGIN, LABELS, VALUE, ORIGINAL, GAP, FIGURES = 2.5, 18.0, 8.8, 7.8, 2.5, 15.5
#: A learning rate that nobody means.
LARGEST_RATE = 1000.0
#: A cost beyond this has left every bound; a little growth is rounding.
BOUND, GROWTH = "<1E+100", 1 + 1e-9

SHEETS = {
    "Inputs": "data and first weights that are too many for Start",
    "Network": "one step and one example: every neuron and its formula",
    "Matrices": "the same step as matrix products",
    "Training": "the whole run, a row a step",
    "Weights": "a layer’s weights and gradients, a row a unit",
    "Values": "a layer’s z, activations and δ, a row an example",
    "Gradient check": "central differences against every gradient",
    "Notation": "the symbols, here and in the other documents",
    "Index": "where every quantity stands; the lesson’s text",
    "Drawing": "the points of the picture on Network",
    "Differences": "the workings of the gradient check",
}


def _split(context: Context) -> tuple[list[panel.Table], list[panel.Table]]:
    """The tables for Start, and those too large for it."""
    small, large = [], []
    room = 3 * panel.HIGHEST
    for table in panel.tables(context):
        if table.crowded or table.height > room:
            large.append(table)
        else:
            room -= table.rows_needed
            small.append(table)
    return small, large


class Layout:
    """Where the parts of Start are; made once when its blocks are placed."""

    def __init__(self, context: Context) -> None:
        small, large = _split(context)
        width = max((table.width for table in small), default=5)
        self.aside = panel.FIRST_COLUMN + width + 1
        #: The last column of the left half, and the first of the right one.
        self.left = self.aside + width - 1
        self.side = self.left + 2
        for live, column in ((False, panel.FIRST_COLUMN), (True, self.aside)):
            block = Block("learning_rate", None, NAME, RATE_ROW, column, (), (), {}, live)
            if live:
                context.originals.append(block)
            else:
                context.blocks.add(block)
        self.tables = panel.place(context, small, NAME, TABLES_ROW, 1)
        self.large = panel.place(context, large, INPUTS, 4, 1)
        self.after = TABLES_ROW + sum(table.rows_needed for table, _ in self.tables)


def fill(context: Context, layout: Layout, sheets: Iterable[str]) -> Sheet:
    """The sheet; `sheets` are the names of the others, in their order."""
    lesson = context.lesson
    sheet = Sheet(NAME, tab_colour=styles.BLUE)
    sheet.cursor = (RATE_ROW, panel.FIRST_COLUMN)
    sheet.print_setup = PrintSetup(fit_height=1)
    _set_widths(sheet, layout)
    sheet.put(1, 2, lesson.title, BANNER)
    frame.banner(sheet, layout.side + 3)
    sheet.heights[1] = 34
    _prose(sheet, 3, layout.left, lesson.source, SOURCE.but(wrap=True, vertical="top"), 9)
    about = lesson.about or "Every number in this workbook is a formula on other cells."
    _prose(sheet, 4, layout.left, about, PROSE, 10)

    _heading(sheet, KNOBS_ROW, 2, layout.left, "Turn the knobs: change a yellow cell")
    _write_rate(context, sheet, layout)
    panel.fill(context, sheet, layout.tables)
    row = layout.after
    if layout.large:
        titles = ", ".join(table.title for table, _ in layout.large)
        sheet.put(row, 2, f"On the sheet {INPUTS}: {titles}.", HINT)
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


def fill_inputs(context: Context, layout: Layout) -> Sheet:
    """The sheet for tables that are too large for Start."""
    sheet = Sheet(INPUTS, tab_colour=styles.BLUE, freeze=(4, 3), default_width=VALUE)
    sheet.widths |= {1: MARGIN, 2: LABELS}
    hint = "Yellow cells are yours to change. In grey: the lesson’s own values."
    frame.head(sheet, "Inputs: data and first weights", hint)
    width = max(table.width for table, _ in layout.large)
    frame.banner(sheet, panel.FIRST_COLUMN + 2 * width + 1)
    sheet.cursor = (6, panel.FIRST_COLUMN)
    sheet.print_setup = PrintSetup(fit_width=0)
    panel.fill(context, sheet, layout.large)
    return sheet


def _manual(context: Context) -> list[str]:
    symbol = context.notation.rate_letter
    return [
        f"Change a yellow cell: the learning rate {symbol}, an input, a target, a first weight. "
        "The whole run is computed again.",
        "Choose a step on Network and click on any number there: its formula is the document’s.",
        "Grey numbers beside the yellow cells are the lesson’s own: type them to go back.",
    ]


def _set_widths(sheet: Sheet, layout: Layout) -> None:
    sheet.widths |= {1: MARGIN, 2: LABELS}
    for column in range(panel.FIRST_COLUMN, layout.aside - 1):
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


def _write_rate(context: Context, sheet: Sheet, layout: Layout) -> None:
    rate = context.knob("learning_rate")
    sheet.put(RATE_ROW, 2, "learning rate " + context.symbols.learning_rate, LABEL)
    sheet.put(*rate.position(), context.settings.learning_rate, styles.INPUT)
    symbol = context.notation.rate_letter
    sheet.notes[rate.position()] = (
        f"The step size of gradient descent: new weight = weight − {symbol} · gradient. Larger "
        "steps learn faster, until they overshoot."
    )
    sheet.put(RATE_ROW, layout.aside, context.lesson.training.learning_rate, styles.ORIGINAL)
    sheet.put(RATE_ROW - 1, layout.aside, "the lesson’s own values", HINT.but(size=8))
    sentence = f"Type a number above 0, at most {LARGEST_RATE:g}."
    sheet.validations.append(
        Validation(
            Area(NAME, rate.top, rate.left, rate.top, rate.left),
            "decimal",
            1e-12,
            LARGEST_RATE,
            title="Learning rate",
            error=sentence,
        )
    )


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


def _costs(context: Context) -> Area:
    costs = context.run("cost").area(fixed=True)
    assert costs
    return costs


def _figures(context: Context, sheet: Sheet, side: int) -> None:
    """The cost now, after one step, at the end; the gradient check."""
    _heading(sheet, 3, side, side + 3, "What happens")
    cost = context.run("cost")
    steps = [
        ("cost now", 0),
        ("after 1 step", 1),
        (f"after {context.steps:,} steps", context.steps),
    ]
    shown: set[int] = set()
    small = LABEL.but(size=9)
    for title, step in steps:
        if step <= context.steps and step not in shown:
            column = side + len(shown)
            shown.add(step)
            sheet.put(KNOBS_ROW - 1, column, title, small)
            value = cost.ref(step=step)
            sheet.put(KNOBS_ROW, column, when(call("ISNUMBER", value), value, "—"), FIGURE)
    if gradient_check.fits(context):
        sheet.put(KNOBS_ROW - 1, side + 3, "gradient check", small)
        check = styles.CHECK.but(size=13, horizontal="left")
        sheet.put(KNOBS_ROW, side + 3, gradient_check.passed(), check)
        sheet.links[KNOBS_ROW, side + 3] = Link(gradient_check.NAME, tip="To the gradient check")


def _verdict(context: Context, sheet: Sheet, side: int) -> None:
    """Whether the run converges, in words, and from which step it does not."""
    costs, cost = _costs(context), context.run("cost")
    first, last = cost.ref(step=0), cost.ref(step=context.steps)
    bounded = call("COUNTIF", costs, BOUND)
    remedy = f" Choose a smaller {context.notation.rate_letter}."
    diverges = join(
        ["✗ The run diverges: from step ", bounded, f" on the cost is beyond 1E+100.{remedy}"]
    )
    higher = join(
        ["✗ The cost ends higher than it began, at ", call("FIXED", last, 4, True), f".{remedy}"]
    )
    hump = join(
        ["The cost rises to ", call("FIXED", maximum(costs), 4, True), " on the way, then falls."]
    )
    falls = join(
        ["✓ The cost comes down from ", call("FIXED", first, 4, True), " to "]
        + [call("FIXED", last, 4, True), "."]
    )
    text = when(
        bounded < context.steps + 1,
        diverges,
        when(last > first * GROWTH, higher, when(maximum(costs) > first * GROWTH, hump, falls)),
    )
    if context.steps == 0:
        sheet.put(VERDICT_ROW, side, "This lesson has no training steps.", styles.PLAIN)
    else:
        sheet.put(VERDICT_ROW, side, text, styles.PLAIN.but(bold=True, wrap=True))
        sheet.merge(VERDICT_ROW, side, VERDICT_ROW, side + 3)
        sheet.heights[VERDICT_ROW] = 28.0


def _curve(context: Context, sheet: Sheet, side: int) -> None:
    bottom = FIRST_ROW + context.steps
    sheet.charts.append(
        Chart(
            row=CHART_ROW,
            column=side,
            width=11.3,
            height=7.6,
            title="The cost over the steps",
            series=(
                Series(
                    y=_costs(context),
                    x=Area("Training", FIRST_ROW, 1, bottom, 1, True),
                    title="cost",
                    colour=styles.ORANGE,
                ),
            ),
            x=Axis("step", minimum=0, maximum=max(context.steps, 1)),
            y=Axis(str(context.symbols.cost), minimum=0, gridlines=True),
            alt_text=f"Curve of the cost from step 0 to step {context.steps}",
        )
    )


def _contents(sheet: Sheet, side: int, sheets: Iterable[str]) -> None:
    """A link to every other sheet, with a word on what it shows."""
    row = CHART_ROW + CHART_ROWS + 1
    _heading(sheet, row, side, side + 3, "The sheets")
    for name in sheets:
        row += 1
        sheet.put(row, side, name, styles.LINK)
        sheet.links[row, side] = Link(name, tip=f"To {name}")
        kind = name.rstrip("0123456789 ")
        sheet.put(row, side + 1, SHEETS[kind], LABEL)
