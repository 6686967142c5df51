"""Tables of input cells, with the lesson's own values in grey beside them.

A table that would crowd Start goes to the sheet Inputs, which is written in the same way.
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
    """Parts that stand side by side, a row for each sample or unit."""

    title: str
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


def tables(context: Context) -> Iterator[Table]:
    """The data, then the starting parameters of each layer."""
    symbols, knobs = context.symbols, context.knobs
    inputs, targets = knobs[INPUT.name, None], knobs[TARGET.name, None]
    yield Table(
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


def place(
    context: Context, chosen: Sequence[Table], sheet: str, top: int, gap: int
) -> list[tuple[Table, int]]:
    """Give the tables their rows from `top` on; returns each with its first row.

    The lesson's values stand to the right of the widest table, `gap` columns further.
    """
    placed = []
    aside = FIRST_COLUMN + max((table.width for table in chosen), default=0) + gap
    for table in chosen:
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


def fill(context: Context, sheet: Sheet, placed: Sequence[tuple[Table, int]]) -> None:
    """Write the tables: what stands there now, and the lesson's own values beside it."""
    for table, top in placed:
        sheet.put(top, LABEL_COLUMN, table.title, styles.LABEL.but(bold=True))
        for row in range(table.height):
            sheet.put(top + 2 + row, LABEL_COLUMN, table.labels(row), styles.LABEL_RIGHT)
        for part in table.parts:
            ours = context.knob(part.knob.key, part.knob.layer)
            theirs = write_original(context, sheet, part.knob)
            for column in range(part.width):
                title = part.header(column)
                sheet.put(top + 1, ours.left + column, title, styles.LABEL_CENTRE)
                faint = styles.ORIGINAL.but(italic=False)
                sheet.put(top + 1, theirs.left + column, title, faint)
            sheet.validations.append(validation(part.knob, ours))
            context.fill_knob(sheet, part.knob, styles.INPUT)


def _place(context: Context) -> None:
    place(context, split(context)[1], NAME, TOP, 1)


def _fill(context: Context) -> list[Sheet]:
    """The sheet for tables that are too large for Start."""
    large = split(context)[1]
    sheet = Sheet(NAME, "data and starting weights that are too many for Start")
    sheet.tab_colour, sheet.freeze, sheet.default_width = styles.BLUE, (TOP, 3), 8.8
    sheet.widths |= {1: 2.5, 2: 18.0}
    hint = "Yellow cells are yours to change. In grey: the lesson’s own values."
    frame.head(sheet, "Inputs: data and starting weights", hint, problem=PROBLEM)
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
