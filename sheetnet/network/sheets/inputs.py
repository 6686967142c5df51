"""Tables of input cells, with the lesson's own values in grey beside them.

On Start they stand close, and a row ends with the lesson's own values as one grey text. A table
that would crowd Start goes to the sheet Inputs, where they are a grid of their own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sheetnet.errors import SheetnetError
from sheetnet.expressions.dialects import LAST_COLUMN, LAST_ROW
from sheetnet.expressions.formula import Area
from sheetnet.expressions.rich import Rich
from sheetnet.network.quantities import INPUT, SOURCE, TARGET, UNIT
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.knobs import Knob, cells
from sheetnet.workbook.model import PrintSetup, Sheet, Validation

NAME = "Inputs"
WIDEST, HIGHEST = 9, 12
LABEL_COLUMN, FIRST_COLUMN = 2, 3
TOP = 4
#: Points of the rows of a close table: its head, its values, one of two lines, the gap under it.
HEAD, VALUES, TWO_LINES, GAP = 13.5, 15.0, 23.0, 6.0
#: The width of a small letter, in those of a column.
SMALL_LETTER = 0.66


@dataclass(frozen=True)
class Part:
    """One knob of a table: its columns stand `offset` to the right of the table's edge."""

    knob: Knob
    offset: int
    header: Callable[[int], Rich | str]

    @property
    def width(self) -> int:
        return math.prod(self.knob.value.shape[1:])


@dataclass(frozen=True)
class Table:
    """Parts that stand side by side, a row for each sample or unit; `short` is a close title."""

    title: str
    short: str
    parts: tuple[Part, ...]
    height: int
    labels: Callable[[int], Rich | str]

    @property
    def width(self) -> int:
        return max(part.offset + part.width for part in self.parts)

    @property
    def crowded(self) -> bool:
        """Whether it is too large for Start."""
        return self.width > WIDEST or self.height > HIGHEST

    @property
    def rows_needed(self) -> int:
        return self.height + 3

    @property
    def close_rows(self) -> int:
        """The rows that it takes on Start: its head, its values, a gap."""
        return self.height + 2

    def own(self, row: int) -> str:
        """The lesson's own values of a row, in the order of its cells."""
        parts = []
        for part in self.parts:
            values = part.knob.value.reshape(-1, part.width)
            if row < len(values):
                # A line may end behind a hyphen, but never behind a minus.
                texts = [own_text(value) for value in values[row].tolist()]
                parts.append(" ".join("−" * (text[0] == "-") + text.lstrip("-") for text in texts))
        return " | ".join(parts)


def tables(context: Context) -> Iterator[Table]:
    """The data, where they have no sheet of their own, then each layer's starting parameters."""
    symbols, knobs = context.symbols, context.knobs
    inputs, targets = knobs[INPUT.name, None], knobs[TARGET.name, None]
    if not context.shows_data:
        yield Table(
            "inputs and targets",
            "inputs and targets",
            (
                Part(inputs, 0, symbols.input),
                Part(targets, context.sizes[0] + 1, symbols.target),
            ),
            context.samples,
            lambda n: f"example {n + 1}" if context.batch else "the example",
        )
    for layer in context.layers:
        yield _parameters(context, layer.number)


def _parameters(context: Context, layer: int) -> Table:
    """The parameters of a layer that share their rows, side by side."""
    symbols = context.symbols
    parts, offset = [], 0
    for quantity in context.layers[layer - 1].parameters:
        knob = context.knobs[quantity.name, layer]
        by_source = knob.columns == (SOURCE,)
        title = (quantity.singular or quantity.title) if quantity.axes else "one bias"

        def header(k: int, by_source: bool = by_source, title: str = title) -> Rich:
            below = symbols.activation(layer - 1, k)
            return "from " + below if by_source else Rich(()) + title

        parts.append(Part(knob, offset, header))
        offset += parts[-1].width
    rows = parts[0].knob.rows
    return Table(
        f"starting weights, {symbols.layer(layer)}",
        symbols.layer(layer),
        tuple(parts),
        max(math.prod(part.knob.value.shape[:1]) for part in parts),
        lambda j: "to " + symbols.activation(layer, j) if rows == (UNIT,) else f"{rows[0]} {j + 1}",
    )


def split(context: Context) -> tuple[list[Table], list[Table]]:
    """The tables for Start, and those too large for it."""
    small, large = [], []
    room = 3 * HIGHEST
    for table in tables(context):
        if table.crowded or table.height > room:
            large.append(table)
        else:
            room -= table.rows_needed
            small.append(table)
    return small, large


def place_close(
    context: Context, chosen: Sequence[Table], sheet: str, top: int
) -> list[tuple[Table, int]]:
    """Give the tables of Start their rows from `top` on; returns each with its first row."""
    placed = []
    for table in chosen:
        for part in table.parts:
            context.place_knob(part.knob, sheet, top + 1, FIRST_COLUMN + part.offset)
        placed.append((table, top))
        top += table.close_rows
    return placed


def place(
    context: Context, chosen: Sequence[Table], sheet: str, top: int, gap: int
) -> list[tuple[Table, int]]:
    """Give the tables their rows from `top` on; returns each with its first row.

    The lesson's values stand to the right of each table, `gap` columns further.
    """
    placed = []
    for table in chosen:
        aside = FIRST_COLUMN + table.width + gap
        for part in table.parts:
            context.place_knob(part.knob, sheet, top + 2, FIRST_COLUMN + part.offset)
            place_original(context, part.knob, sheet, top + 2, aside + part.offset)
        if top + 2 + table.height > LAST_ROW or aside + table.width > LAST_COLUMN:
            raise SheetnetError(
                f"data: {table.title} take {table.height:,} × {2 * table.width + 4:,} cells, a "
                f"sheet has {LAST_ROW:,} × {LAST_COLUMN:,}: use fewer samples, inputs or units"
            )
        placed.append((table, top))
        top += table.rows_needed
    return placed


def place_original(context: Context, knob: Knob, sheet: str, row: int, column: int) -> None:
    """Where the lesson's own value stands, to go back to."""
    place = (knob.key, knob.layer, sheet, row, column, knob.rows, knob.columns, knob.lengths)
    context.originals.append(Block(*place))


def write_original(context: Context, sheet: Sheet, knob: Knob) -> Block:
    """Write the lesson's own value; returns its block."""
    [block] = [b for b in context.originals if (b.quantity, b.layer) == knob.place]
    style = styles.ORIGINAL.but(number_format=knob.number_format)
    for (_, row, column), value in cells(block, knob.value):
        sheet.put(row, column, value if knob.choices else float(value), style)
    return block


def validation(knob: Knob, block: Block) -> Validation:
    """What may be typed into a knob's cells, and what is said otherwise."""
    area = Area(block.sheet, block.top, block.left, block.bottom, block.right)
    kind = "list" if knob.choices else "whole" if knob.whole else "decimal"
    return Validation(
        area,
        kind,
        None if knob.choices else knob.low,
        None if knob.choices else knob.high,
        knob.choices,
        title=knob.title or knob.key,
        error=knob.sentence,
    )


def own_text(value: float) -> str:
    """A number of the lesson as one types it, and as a cell shows it: 0.5, 1E-08."""
    return f"{value:.12g}".upper()


def length(text: str) -> float:
    """How wide a grey text is, in the characters of a column."""
    # A minus is half as wide again as a digit.
    return SMALL_LETTER * (len(text) + text.count("−") / 2) + 1


def close_height(table: Table, room: float) -> float:
    """Points of a table of Start whose lesson's own values have so much room behind them."""
    rows = (TWO_LINES if length(table.own(n)) > room else VALUES for n in range(table.height))
    return HEAD + sum(rows) + GAP


def fill_close(
    context: Context, sheet: Sheet, placed: Sequence[tuple[Table, int]], last: int
) -> None:
    """Write the tables of Start; behind each row, up to the column `last`, the lesson's own."""
    for table, top in placed:
        sheet.put(top, LABEL_COLUMN, table.short, styles.LABEL.but(bold=True))
        sheet.heights[top] = HEAD
        for part in table.parts:
            _fill_part(context, sheet, part)
        aside = FIRST_COLUMN + table.width
        room = sum(sheet.widths[column] for column in range(aside, last + 1))
        for number in range(table.height):
            row = top + 1 + number
            sheet.put(row, LABEL_COLUMN, table.labels(number), styles.LABEL_RIGHT)
            text = table.own(number)
            long = length(text) > room
            sheet.put(row, aside, text, OWN.but(wrap=long))
            if long and last > aside:
                sheet.merge(row, aside, row, last)
            sheet.heights[row] = TWO_LINES if long else VALUES
        sheet.heights[top + table.height + 1] = GAP


#: The lesson's own values as a text beside a row of knobs.
OWN = styles.ORIGINAL.but(size=8, horizontal="left", indent=1)


def _fill_part(context: Context, sheet: Sheet, part: Part) -> None:
    """The heads, the cells and the validation of a part."""
    block = context.knob(part.knob.key, part.knob.layer)
    for column in range(part.width):
        title = part.header(column)
        sheet.put(block.top - 1, block.left + column, title, styles.LABEL_CENTRE.but(size=9))
    sheet.validations.append(validation(part.knob, block))
    context.fill_knob(sheet, part.knob, styles.INPUT)


def fill(context: Context, sheet: Sheet, placed: Sequence[tuple[Table, int]]) -> None:
    """Write the tables: what stands there now, and the lesson's own values beside it."""
    for table, top in placed:
        sheet.put(top, LABEL_COLUMN, table.title, styles.LABEL.but(bold=True))
        for row in range(table.height):
            sheet.put(top + 2 + row, LABEL_COLUMN, table.labels(row), styles.LABEL_RIGHT)
        for part in table.parts:
            _fill_part(context, sheet, part)
            theirs = write_original(context, sheet, part.knob)
            for column in range(part.width):
                faint = styles.ORIGINAL.but(italic=False)
                sheet.put(top + 1, theirs.left + column, part.header(column), faint)


def _place(context: Context) -> None:
    place(context, split(context)[1], NAME, TOP, 1)


def _fill(context: Context) -> list[Sheet]:
    """The sheet for tables that are too large for Start."""
    large = split(context)[1]
    sheet = Sheet(NAME, "data and starting weights that are too many for Start")
    sheet.tab_colour, sheet.freeze, sheet.default_width = styles.BLUE, (TOP, 3), 8.8
    sheet.widths |= {1: 2.5, 2: 18.0}
    hint = "Yellow cells are yours to change. In grey: the lesson’s own values."
    frame.head(sheet, title="Inputs: data and starting weights", hint=hint, problem=PROBLEM)
    frame.banner(sheet, FIRST_COLUMN + 2 * max(table.width for table in large) + 1)
    sheet.cursor = (TOP + 2, FIRST_COLUMN)
    sheet.print_setup = PrintSetup(fit_width=0)
    top, placed = TOP, []
    for table in large:
        placed.append((table, top))
        top += table.rows_needed
    fill(context, sheet, placed)
    return [sheet]


INPUTS = SheetKind(NAME, _fill, applies=lambda c: bool(split(c)[1]), place=_place)
