"""Network where it is too large for boxes: each layer as coloured maps."""

from __future__ import annotations

from sheetnet.expressions.formula import Area, Expression
from sheetnet.expressions.rich import Rich
from sheetnet.network.quantities import (
    ACTIVATION,
    DELTA,
    INPUT,
    LOSS,
    SOURCE,
    TARGET,
    UNIT,
    WEIGHT,
    Quantity,
    Z,
)
from sheetnet.network.sheets.context import Context
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import ColourScale, Sheet
from sheetnet.workbook.styles import BACKWARD, FORWARD, GIVEN, UPDATE, Style

FIRST_ROW, LEFT = 5, 4
NARROW = 6.5
SMALL = styles.NUMBER.but(number_format="0.00", size=8, horizontal="center", fill=styles.PAPER)
HEAD = styles.SYMBOL.but(size=9)


def fill(context: Context, sheet: Sheet, selector_row: int) -> None:
    """The chosen step: inputs, and for each layer its weights, z, values and δ; targets, loss."""
    sheet.freeze, sheet.default_width = (selector_row + 1, LEFT), NARROW
    sheet.widths |= {1: 2.5, 2: 16.0, 3: 9.5, LEFT: 9.8, 5: 8.5, 6: 8.5}
    shape = "-".join(map(str, context.sizes))
    hint = (
        f"a network {shape} as maps: {styles.POSITIVE_NAME} is positive, {styles.NEGATIVE_NAME} "
        "negative, deep is large; → forward, ← backward"
    )
    frame.head(sheet, "The network, one step at a time", hint, problem=PROBLEM)
    frame.banner(sheet, LEFT + max(context.sizes) + 2)
    inputs = [context.given(INPUT, k) for k in range(context.sizes[0])]
    symbols = [context.symbols.input(k) for k in range(context.sizes[0])]
    sheet.put(FIRST_ROW, 2, context.symbols.layer(0), styles.LABEL.but(bold=True))
    _heads(sheet, FIRST_ROW, symbols)
    _row(sheet, FIRST_ROW + 1, (context.symbols.matrix("A", 0), "", GIVEN), inputs)
    _show(context, sheet, INPUT, None, (FIRST_ROW + 1, LEFT), (), {UNIT: len(inputs)})
    row = FIRST_ROW + 3
    for layer in range(1, context.depth + 1):
        row = _layer(context, sheet, row, layer)
    _targets(context, sheet, row - 1)


def _show(
    context: Context,
    sheet: Sheet,
    quantity: Quantity,
    layer: int | None,
    place: tuple[int, int],
    rows: tuple[str, ...],
    lengths: dict[str, int],
) -> None:
    columns = tuple(axis for axis in lengths if axis not in rows)
    context.show(sheet, Block(quantity.name, layer, sheet.name, *place, rows, columns, lengths))


def _heads(sheet: Sheet, row: int, symbols: list[Rich]) -> None:
    """What stands in the columns."""
    for column, symbol in enumerate(symbols, LEFT):
        sheet.put(row, column, symbol, HEAD)


def _row(
    sheet: Sheet, row: int, name: tuple[Rich | str, str, Style], cells: list[Expression]
) -> None:
    """A row of numbers behind their symbol and a word or arrow, in the role's look."""
    symbol, word, role = name
    sheet.put(row, 2, symbol, styles.symbol(role))
    sheet.put(row, 3, word, styles.LABEL_CENTRE)
    for column, cell in enumerate(cells, LEFT):
        sheet.put(row, column, cell, SMALL)
    _colour(sheet, row, LEFT, row, LEFT + len(cells) - 1)


def _colour(sheet: Sheet, top: int, left: int, bottom: int, right: int) -> None:
    area = Area(sheet.name, top, left, bottom, right)
    sheet.formats.append(ColourScale(area, styles.NEGATIVE, "FFFFFF", styles.POSITIVE))


def _layer(context: Context, sheet: Sheet, row: int, layer: int) -> int:
    """The weights, a row a unit, the bias last; then z, a and δ of every unit."""
    symbols, count = context.symbols, context.sizes[layer]
    units, sources = range(count), range(context.sizes[layer - 1])
    own = context.dense[layer - 1]
    title = f"{symbols.layer(layer)}, {own.activation.written}"
    sheet.put(row, 2, title, styles.LABEL.but(bold=True))
    row += 1
    bias = own.bias
    last = LEFT + len(sources) + 1
    sheet.put(row, 2, symbols.matrix("W", layer), styles.symbol(UPDATE))
    _heads(sheet, row, [symbols.activation(layer - 1, k) for k in sources])
    if bias:
        sheet.put(row, last, "bias", styles.LABEL_CENTRE.but(size=8))
    row += 1
    for j in units:
        sheet.put(row + j, 3, symbols.activation(layer, j), styles.SYMBOL)
        for k in sources:
            weight = context.of_step(WEIGHT, layer, unit=j, source=k)
            sheet.put(row + j, LEFT + k, weight, SMALL)
        if bias and (bias.axes or j == 0):
            sheet.put(row + j, last, context.of_step(bias, layer, unit=j), SMALL)
    lengths = {UNIT: count, SOURCE: len(sources)}
    _show(context, sheet, WEIGHT, layer, (row, LEFT), (UNIT,), lengths)
    if bias:
        axes = bias.axes
        _show(context, sheet, bias, layer, (row, last), axes, dict.fromkeys(axes, count))
    _colour(sheet, row, LEFT, row + count - 1, last)
    row += count + 1
    _heads(sheet, row, [symbols.activation(layer, j) for j in units])
    for offset, quantity, symbol, word, role in (
        (1, Z, symbols.matrix("Z", layer), "→ sum", FORWARD),
        (2, ACTIVATION, symbols.matrix("A", layer), "→ value", FORWARD),
        (3, DELTA, symbols.deltas(layer), "← gradient", BACKWARD),
    ):
        numbers = [context.of_step(quantity, layer, unit=j) for j in units]
        _row(sheet, row + offset, (symbol, word, role), numbers)
        _show(context, sheet, quantity, layer, (row + offset, LEFT), (), {UNIT: count})
    return row + 5


def _targets(context: Context, sheet: Sheet, row: int) -> None:
    """What the outputs should be, and the loss of the example."""
    count = context.sizes[-1]
    targets = [context.given(TARGET, k) for k in range(count)]
    _row(sheet, row, (context.notation.target_letter, "target", GIVEN), targets)
    _show(context, sheet, TARGET, None, (row, LEFT), (), {UNIT: count})
    symbol = context.symbols.loss if context.batch else context.symbols.cost
    sheet.put(row + 1, 2, symbol, styles.symbol(FORWARD))
    word = "loss" if context.batch else "cost"
    sheet.put(row + 1, 3, word, styles.LABEL_CENTRE)
    look = FORWARD.but(bold=True, horizontal="center", number_format=styles.FOUR)
    sheet.put(row + 1, LEFT, context.of_step(LOSS), look)
    _show(context, sheet, LOSS, None, (row + 1, LEFT), (), {})
