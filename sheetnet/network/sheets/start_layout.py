"""Where the parts of Start are: its columns, the rows of its knobs, the place of its pictures."""

from __future__ import annotations

from collections.abc import Sequence

from sheetnet.files.layout import ROW_HEIGHT
from sheetnet.network.quantities import INPUT, TARGET, TEST_INPUT, TEST_TARGET
from sheetnet.network.sheets import inputs, start_charts
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.own import Own
from sheetnet.sheets import frame
from sheetnet.workbook.knobs import Knob

NAME = frame.START
#: Rows, and how many further down they are where the pictures stand above them.
SOURCE_ROW, ABOUT_ROW, KNOBS_ROW, FIRST_ROW, ABOVE = 3, 4, 6, 8, 2
#: Points of the rows of the banner, of gaps, of the heading of the knobs and of the line under it.
BANNER, RULE, KNOBS, HINTS = 28.0, 4.0, 20.0, 13.0
#: Widths in characters; a column of values is as wide as they are, within bounds.
MARGIN, LABELS, VALUE, LONG_VALUE, GAP = 2.5, 18.0, 7.6, 8.8, 2.5
#: The column where the lesson's own values end: as wide as its texts, within these bounds.
NARROWEST, WIDEST = 17.0, 30.0
#: Columns of values at least: the figures stand in pairs of them.
FEWEST = 6
#: A laptop's screen in pixels, what the right half needs at least, and its columns.
SCREEN, RIGHT, COLUMNS = 1310.0, 430.0, 4
#: Points of the screen that a spreadsheet program leaves for cells.
SCREEN_HEIGHT = 368.0
#: Which part of the width the drawing takes where the curve stands beside it.
DRAWN = 0.56

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
        self.last = self.side + COLUMNS - 1
        self.widths = self._widths(small)
        self.single: list[Knob] = [
            knob for knob in context.unplaced() if knob.name and not knob.home
        ]
        self.heights = {1: BANNER, 2: RULE}
        upper = {
            SOURCE_ROW: self.height(context.lesson.source, 9),
            ABOUT_ROW: self.height(about(context), 10),
            ABOUT_ROW + 1: RULE,
            KNOBS_ROW: KNOBS,
            KNOBS_ROW + 1: HINTS,
        }
        singles = len(self.single) * ROW_HEIGHT + inputs.GAP
        tables = sum(inputs.close_height(table, self.room(table)) for table in small)
        needs = sum(self.heights.values()) + sum(upper.values()) + singles + tables
        #: Whether the pictures stand above the knobs, since these take more than a screen.
        self.tall = needs > SCREEN_HEIGHT
        self.shift = ABOVE if self.tall else 0
        self.heights |= {row + self.shift: height for row, height in upper.items()}
        first = FIRST_ROW + self.shift
        self.heights[first + len(self.single)] = inputs.GAP
        for row, knob in enumerate(self.single, first):
            context.place_knob(knob, NAME, row, inputs.FIRST_COLUMN)
        top = first + len(self.single) + 1
        self.tables = inputs.place_close(context, small, NAME, top)
        self.after = top + sum(table.close_rows for table, _ in self.tables)
        self.own = Own(context)
        self.own.place(knob for knob in self.single if knob.original)
        self.own.place(part.knob for table in small for part in table.parts)
        if context.shows_data:
            self.own.place(knob for knob in context.knobs.values() if knob.key in DATA_KNOBS)

    def _widths(self, small: Sequence[inputs.Table]) -> dict[int, float]:
        """The widths of the columns; the right half takes what the left one leaves of a screen."""
        lengths = [
            len(inputs.own_text(v)) for t in small for p in t.parts for v in p.knob.value.flat
        ]
        value = min(max(VALUE, 1.08 * max(lengths, default=0) + 0.4), LONG_VALUE)
        needs = [
            inputs.length(table.own(row)) - (self.values - table.width) * value
            for table in small
            for row in range(table.height)
        ]
        widths = {1: MARGIN, 2: LABELS}
        widths |= dict.fromkeys(range(inputs.FIRST_COLUMN, self.aside), value)
        widths[self.aside] = min(max(NARROWEST, *needs) if needs else NARROWEST, WIDEST)
        widths[self.side - 1] = GAP
        right = max(RIGHT, SCREEN - sum(7 * width + 5 for width in widths.values()))
        widths |= dict.fromkeys(range(self.side, self.last + 1), (right / COLUMNS - 5) / 7)
        return widths

    def room(self, table: inputs.Table) -> float:
        """The characters that are free for the lesson's own values behind a row of a table."""
        behind = inputs.FIRST_COLUMN + table.width
        return sum(self.widths[column] for column in range(behind, self.aside + 1))

    def lines(self, last: int, text: str, size: float) -> int:
        """How many lines a text takes from the second column to the last."""
        per_line = max(sum(self.widths[c] for c in range(2, last + 1)) * 10 / size * 1.2, 10)
        return sum(1 + int(len(line) / per_line) for line in text.split("\n"))

    def height(self, text: str, size: float) -> float:
        """Points of a row whose text goes over the left half."""
        return min(409.0, self.lines(self.left, text, size) * size * 1.28 + 4)

    def pixels(self, first: int, last: int) -> float:
        """The width of adjoining columns."""
        return sum(7 * self.widths[column] + 5 for column in range(first, last + 1))

    @property
    def place(self) -> start_charts.Place:
        """Where the charts stand."""
        if not self.tall:
            width = _cm(self.pixels(self.side, self.last)) - 0.1
            return start_charts.Place(SOURCE_ROW, self.side, self.last, width)
        whole = self.pixels(2, self.last)
        at = next(c for c in range(2, self.last) if self.pixels(2, c) >= DRAWN * whole)
        beside = at + 1, _cm(self.pixels(at + 1, self.last)) - 0.1
        width = _cm(self.pixels(2, at)) - 0.2
        return start_charts.Place(SOURCE_ROW, 2, self.last, width, beside)


def _cm(pixels: float) -> float:
    return pixels / 96 * 2.54


def about(context: Context) -> str:
    """What the lesson is about."""
    return context.lesson.about or "Every number in this workbook is a formula on other cells."
