"""Start: what the workbook is about, the input cells, what comes of them."""

from __future__ import annotations

from sheetnet import styles
from sheetnet.blocks import Block
from sheetnet.formula import Area
from sheetnet.model import Axis, Chart, PrintSetup, Series, Sheet
from sheetnet.sheets import panel
from sheetnet.sheets.context import Context
from sheetnet.sheets.training import FIRST_ROW
from sheetnet.styles import BANNER, FIGURE, HEADING, HINT, LABEL, PROSE, SOURCE

NAME = "Start"
INPUTS = "Inputs"
KNOBS_ROW, RATE_ROW, TABLES_ROW = 6, 8, 10
#: Widths in characters.
MARGIN, LABELS, VALUE, ORIGINAL, GAP, FIGURES = 2.5, 17.0, 8.8, 7.8, 2.5, 14.0


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
        width = max((table.width for table in small), default=4)
        self.aside = panel.FIRST_COLUMN + width + 1
        self.side = self.aside + width + 1
        for live, column in ((False, panel.FIRST_COLUMN), (True, self.aside)):
            block = Block("learning_rate", None, NAME, RATE_ROW, column, (), (), {}, live)
            if live:
                context.originals.append(block)
            else:
                context.blocks.add(block)
        self.tables = panel.place(context, small, NAME, TABLES_ROW, 1)
        self.large = panel.place(context, large, INPUTS, 4, 1)
        self.after = TABLES_ROW + sum(table.rows_needed for table, _ in self.tables)


def fill(context: Context, layout: Layout) -> Sheet:
    lesson = context.lesson
    sheet = Sheet(NAME, tab_colour=styles.BLUE)
    sheet.cursor = (RATE_ROW, panel.FIRST_COLUMN)
    sheet.print_setup = PrintSetup(fit_height=1)
    _set_widths(sheet, layout)
    last = layout.side + 3
    left = layout.aside + (layout.side - layout.aside - 2)

    sheet.put(1, 2, lesson.title, BANNER)
    sheet.fill(1, 1, 1, last, BANNER)
    sheet.heights[1] = 34
    _prose(sheet, 3, left, lesson.source, SOURCE.but(wrap=True, vertical="top"), 9)
    about = lesson.about or "Every number in this workbook is a formula on other cells."
    _prose(sheet, 4, left, about, PROSE, 10)

    _heading(sheet, KNOBS_ROW, 2, left, "Turn the knobs: change a yellow cell")
    rate = context.knob("learning_rate")
    label = "learning rate " + context.symbols.learning_rate
    sheet.put(RATE_ROW, 2, label, LABEL)
    sheet.put(*rate.position(), context.settings.learning_rate, styles.INPUT)
    sheet.put(RATE_ROW, layout.aside, lesson.training.learning_rate, styles.ORIGINAL)
    sheet.put(RATE_ROW - 1, layout.aside, "the lesson’s own values", HINT.but(size=8))
    panel.fill(context, sheet, layout.tables)
    row = layout.after
    if layout.large:
        titles = ", ".join(table.title for table, _ in layout.large)
        sheet.put(row, 2, f"On the sheet {INPUTS}: {titles}.", HINT)
        row += 2
    if lesson.try_:
        _heading(sheet, row, 2, left, "Try this")
        for number, text in enumerate(lesson.try_, 1):
            row += 1
            _prose(sheet, row, left, f"{number}.  {text}", PROSE, 10)
        row += 2
    _what_happens(context, sheet, layout.side)
    return sheet


def fill_inputs(context: Context, layout: Layout) -> Sheet:
    """The sheet for tables that are too large for Start."""
    sheet = Sheet(INPUTS, tab_colour=styles.BLUE, freeze=(4, 3), default_width=VALUE)
    sheet.widths[1], sheet.widths[2] = MARGIN, LABELS
    sheet.put(1, 2, "Inputs: data and first weights", BANNER)
    width = max(table.width for table, _ in layout.large)
    sheet.fill(1, 1, 1, min(panel.FIRST_COLUMN + 2 * width + 1, 60), BANNER)
    sheet.heights[1] = 30
    sheet.put(2, 2, "Yellow cells are yours to change. In grey: the lesson’s own values.", HINT)
    sheet.cursor = (6, panel.FIRST_COLUMN)
    panel.fill(context, sheet, layout.large)
    return sheet


def _set_widths(sheet: Sheet, layout: Layout) -> None:
    sheet.widths |= {1: MARGIN, 2: LABELS}
    for column in range(panel.FIRST_COLUMN, layout.aside - 1):
        sheet.widths[column] = VALUE
    for column in range(layout.aside, layout.side - 1):
        sheet.widths[column] = ORIGINAL
    sheet.widths[layout.aside - 1] = sheet.widths[layout.side - 1] = GAP
    for column in range(layout.side, layout.side + 4):
        sheet.widths[column] = FIGURES


def _heading(sheet: Sheet, row: int, first: int, last: int, text: str) -> None:
    sheet.put(row, first, text, HEADING)
    sheet.fill(row, first, row, last, HEADING)
    sheet.heights[row] = 20


def _prose(sheet: Sheet, row: int, last: int, text: str, style: styles.Style, size: float) -> None:
    """Text over several columns, its row as high as it needs."""
    sheet.put(row, 2, text, style)
    sheet.merge(row, 2, row, last)
    room = sum(sheet.widths.get(c, sheet.default_width) for c in range(2, last + 1))
    per_line = max(room * 10 / size * 1.12, 10)
    lines = sum(1 + int(len(line) / per_line) for line in text.split("\n"))
    sheet.heights[row] = min(409.0, lines * size * 1.35 + 5)


def _what_happens(context: Context, sheet: Sheet, side: int) -> None:
    """Figures and the cost curve, to the right of the knobs."""
    cost = context.run("cost")
    _heading(sheet, 3, side, side + 3, "What happens")
    sheet.heights.setdefault(3, 20)
    figures = [
        ("cost now", 0),
        ("after 1 step", 1),
        (f"after {context.steps} steps", context.steps),
    ]
    seen: set[int] = set()
    column = side
    for title, step in figures:
        if step > context.steps or step in seen:
            continue
        seen.add(step)
        sheet.put(KNOBS_ROW - 1, column, title, LABEL.but(size=9))
        sheet.put(KNOBS_ROW, column, cost.ref(step=step), FIGURE)
        column += 1
    bottom = FIRST_ROW + context.steps
    steps = Area("Training", FIRST_ROW, 1, bottom, 1, True)
    costs = Area("Training", FIRST_ROW, cost.left, bottom, cost.left, True)
    sheet.charts.append(
        Chart(
            row=RATE_ROW,
            column=side,
            width=11.5,
            height=7.5,
            title="The cost over the steps",
            series=(Series(y=costs, x=steps, title="cost", colour=styles.ORANGE),),
            x=Axis("step", minimum=0, maximum=max(context.steps, 1)),
            y=Axis(str(context.symbols.cost), minimum=0, gridlines=True),
            alt_text=f"Curve of the cost from step 0 to step {context.steps}",
        )
    )
