"""Network where it is too large to draw: each layer as coloured maps."""

from __future__ import annotations

from sheetnet.expressions.formula import Area, Expression
from sheetnet.expressions.rich import Rich
from sheetnet.network.quantities import (
    ACTIVATION,
    DELTA,
    INPUT,
    SOURCE,
    UNIT,
    WEIGHT,
    Quantity,
)
from sheetnet.network.sheets.context import MOST_UNITS, Context
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import ColourScale, Sheet

FIRST_ROW, LEFT = 5, 4
NARROW = 6.5
SMALL = styles.NUMBER.but(number_format="0.00", size=8, horizontal="center", fill=styles.PAPER)


def fill(context: Context, sheet: Sheet, selector_row: int) -> None:
    """The chosen step: inputs, and for each layer its weights, values and δ."""
    sheet.freeze, sheet.default_width = (selector_row + 1, LEFT), NARROW
    sheet.widths |= {1: 2.5, 2: 16.0, 3: 9.5, 5: 8.5, 6: 8.5}
    shape = "-".join(map(str, context.sizes))
    hint = (
        f"a network {shape} is too large to draw (more than {MOST_UNITS} units in a layer): "
        "here are its numbers as coloured maps, orange negative, blue positive"
    )
    frame.head(sheet, "The network, one step at a time", hint, problem=PROBLEM)
    frame.banner(sheet, LEFT + max(context.sizes) + 2)
    inputs = [context.given(INPUT, k) for k in range(context.sizes[0])]
    sheet.put(FIRST_ROW, 2, context.symbols.layer(0), styles.LABEL.but(bold=True))
    _row(sheet, FIRST_ROW + 1, context.symbols.matrix("A", 0), inputs)
    _show(context, sheet, INPUT, None, (FIRST_ROW + 1, LEFT), (), {UNIT: len(inputs)})
    row = FIRST_ROW + 3
    for layer in range(1, context.depth + 1):
        row = _layer(context, sheet, row, layer)


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


def _row(sheet: Sheet, row: int, symbol: Rich | str, cells: list[Expression]) -> None:
    sheet.put(row, 2, symbol, styles.SYMBOL)
    for column, cell in enumerate(cells, LEFT):
        sheet.put(row, column, cell, SMALL)
    _colour(sheet, row, LEFT, row, LEFT + len(cells) - 1)


def _colour(sheet: Sheet, top: int, left: int, bottom: int, right: int) -> None:
    area = Area(sheet.name, top, left, bottom, right)
    sheet.formats.append(ColourScale(area, styles.NEGATIVE, "FFFFFF", styles.POSITIVE))


def _layer(context: Context, sheet: Sheet, row: int, layer: int) -> int:
    """a and δ of every unit, then the weights, a row a unit, the bias last."""
    symbols, count = context.symbols, context.sizes[layer]
    units, sources = range(count), range(context.sizes[layer - 1])
    sheet.put(row, 2, symbols.layer(layer), styles.LABEL.but(bold=True))
    for offset, quantity, letter in ((1, ACTIVATION, "A"), (2, DELTA, "δ")):
        numbers = [context.of_step(quantity, layer, unit=j) for j in units]
        _row(sheet, row + offset, symbols.matrix(letter, layer), numbers)
        _show(context, sheet, quantity, layer, (row + offset, LEFT), (), {UNIT: count})
    row += 4
    bias = context.dense[layer - 1].bias
    sheet.put(row, 2, symbols.matrix("W", layer) + ", biases last" * bool(bias), styles.SYMBOL)
    last = LEFT + len(sources) + 1
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
    return row + count + 1
