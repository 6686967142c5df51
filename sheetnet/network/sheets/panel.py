"""Tables of input cells, with the lesson's own values in grey beside them.

A table that would crowd Start goes to the sheet Inputs, which is written in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sheetnet.errors import SheetnetError
from sheetnet.expressions.dialects import LAST_COLUMN, LAST_ROW
from sheetnet.expressions.formula import Area
from sheetnet.expressions.rich import Rich
from sheetnet.network import knobs
from sheetnet.network.sheets.context import Context
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import Sheet, Validation

WIDEST, HIGHEST = 9, 12
#: Larger numbers are mistyped ones.
LARGEST = 1_000_000.0
LABEL_COLUMN, FIRST_COLUMN = 2, 3


@dataclass(frozen=True)
class Part:
    """One quantity of a table: its columns stand `offset` to the right of the table's edge."""

    quantity: str
    layer: int | None
    rows: str
    columns: tuple[str, ...]
    offset: int
    width: int
    header: Callable[[int], Rich]


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
    """The data, then the first weights of each layer."""
    symbols, sizes = context.symbols, context.sizes

    def example(n: int) -> str:
        return f"example {n + 1}" if context.samples > 1 else "the example"

    yield Table(
        "inputs and targets",
        (
            Part("input", None, "sample", ("unit",), 0, sizes[0], symbols.input),
            Part(
                "target",
                None,
                "sample",
                ("unit",),
                sizes[0] + 1,
                sizes[-1],
                symbols.target,
            ),
        ),
        context.samples,
        example,
    )
    for layer in context.layers:
        yield _weights(context, layer)


def _weights(context: Context, layer: int) -> Table:
    symbols, sources = context.symbols, context.sizes[layer - 1]
    return Table(
        f"first weights, {symbols.layer(layer)}",
        (
            Part(
                "weight",
                layer,
                "unit",
                ("source",),
                0,
                sources,
                lambda k: "from " + symbols.activation(layer - 1, k),
            ),
            Part("bias", layer, "unit", (), sources, 1, lambda _: Rich(()) + "bias"),
        ),
        context.sizes[layer],
        lambda j: "to " + symbols.activation(layer, j),
    )


def place(
    context: Context, chosen: list[Table], sheet: str, top: int, gap: int
) -> list[tuple[Table, int]]:
    """Give the tables their rows from `top` on; returns each with its first row.

    The lesson's values stand to the right of the widest table, `gap` columns further.
    """
    placed = []
    aside = FIRST_COLUMN + max((table.width for table in chosen), default=0) + gap
    for table in chosen:
        for part in table.parts:
            lengths = {part.rows: table.height} | dict.fromkeys(part.columns, part.width)
            for left, live in ((FIRST_COLUMN, False), (aside, True)):
                block = Block(
                    part.quantity,
                    part.layer,
                    sheet,
                    top + 2,
                    left + part.offset,
                    (part.rows,),
                    part.columns,
                    lengths,
                    live,
                )
                if live:
                    context.originals.append(block)
                else:
                    context.blocks.add(block)
        if top + 2 + table.height > LAST_ROW or aside + table.width > LAST_COLUMN:
            raise _too_large(table)
        placed.append((table, top))
        top += table.rows_needed
    return placed


def _too_large(table: Table) -> SheetnetError:
    return SheetnetError(
        f"data: {table.title} take {table.height:,} × {2 * table.width + 4:,} cells, a sheet has "
        f"{LAST_ROW:,} × {LAST_COLUMN:,}: use fewer samples, inputs or units"
    )


def _validation(context: Context, block: Block) -> Validation:
    """What may be typed into a table's cells."""
    bounds = context.loss.bounds if block.quantity == "target" else None
    low, high = bounds or (-LARGEST, LARGEST)
    sentence = f"Type a number from {low:,g} to {high:,g}."
    area = Area(block.sheet, block.top, block.left, block.bottom, block.right)
    return Validation(area, "decimal", low, high, title=block.quantity, error=sentence)


def fill(context: Context, sheet: Sheet, placed: list[tuple[Table, int]]) -> None:
    """Write the tables: what stands there now, and the lesson's own values beside it."""
    own = context.lesson.settings
    for table, top in placed:
        sheet.put(top, LABEL_COLUMN, table.title, styles.LABEL.but(bold=True))
        for row in range(table.height):
            sheet.put(top + 2 + row, LABEL_COLUMN, table.labels(row), styles.LABEL_RIGHT)
        for part in table.parts:
            ours = context.knob(part.quantity, part.layer)
            [theirs] = [
                b for b in context.originals if (b.quantity, b.layer) == (part.quantity, part.layer)
            ]
            for column in range(part.width):
                title = part.header(column)
                sheet.put(top + 1, ours.left + column, title, styles.LABEL_CENTRE)
                faint = styles.ORIGINAL.but(italic=False)
                sheet.put(top + 1, theirs.left + column, title, faint)
            sheet.validations.append(_validation(context, ours))
            for block, settings, style in (
                (ours, context.settings, styles.INPUT),
                (theirs, own, styles.ORIGINAL),
            ):
                for (_, row, column), value in knobs.cells(block, settings):
                    sheet.put(row, column, value, style)
