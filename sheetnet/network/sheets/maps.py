"""Network where it is too large to draw: each layer as coloured maps."""

from __future__ import annotations

from sheetnet.expressions.formula import Area, Expression
from sheetnet.expressions.rich import Rich
from sheetnet.network.sheets.context import MOST_UNITS, Context
from sheetnet.network.sheets.network import NAME, SELECTOR_ROW, write_selectors
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.model import ColourScale, PrintSetup, Sheet

FIRST_ROW, LEFT = 5, 4
NARROW = 6.5
SMALL = styles.NUMBER.but(number_format="0.00", size=8, horizontal="center")


def fill(context: Context) -> Sheet:
    """The chosen step: inputs, and for each layer its weights, values and δ."""
    sheet = Sheet(NAME, tab_colour=styles.ORANGE, freeze=(SELECTOR_ROW + 1, LEFT))
    sheet.cursor, sheet.default_width = (SELECTOR_ROW, 3), NARROW
    sheet.print_setup = PrintSetup(fit_width=1)
    sheet.widths |= {1: 2.5, 2: 16.0, 3: 9.5, 5: 8.5, 6: 8.5}
    shape = "-".join(map(str, context.sizes))
    hint = (
        f"a network {shape} is too large to draw (more than {MOST_UNITS} units in a layer): "
        "here are its numbers as coloured maps, orange negative, blue positive"
    )
    frame.head(sheet, "The network, one step at a time", hint)
    write_selectors(context, sheet)
    frame.banner(sheet, LEFT + max(context.sizes) + 2)
    inputs = [context.given("input", k) for k in range(context.sizes[0])]
    sheet.put(FIRST_ROW, 2, context.symbols.layer(0), styles.LABEL.but(bold=True))
    _row(sheet, FIRST_ROW + 1, context.symbols.matrix("A", 0), inputs)
    row = FIRST_ROW + 3
    for layer in context.layers:
        row = _layer(context, sheet, row, layer)
    return sheet


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
    symbols, units = context.symbols, range(context.sizes[layer])
    sheet.put(row, 2, symbols.layer(layer), styles.LABEL.but(bold=True))
    values = [context.of_step("activation", layer, unit=j) for j in units]
    deltas = [context.of_step("delta", layer, unit=j) for j in units]
    _row(sheet, row + 1, symbols.matrix("A", layer), values)
    _row(sheet, row + 2, symbols.matrix("δ", layer), deltas)
    row += 4
    sheet.put(row, 2, symbols.matrix("W", layer) + ", biases last", styles.SYMBOL)
    sources = range(context.sizes[layer - 1])
    for j in units:
        sheet.put(row + j, 3, symbols.activation(layer, j), styles.SYMBOL)
        for k in sources:
            weight = context.of_step("weight", layer, unit=j, source=k)
            sheet.put(row + j, LEFT + k, weight, SMALL)
        bias = context.of_step("bias", layer, unit=j)
        sheet.put(row + j, LEFT + len(sources) + 1, bias, SMALL)
    _colour(sheet, row, LEFT, row + len(units) - 1, LEFT + len(sources) + 1)
    return row + len(units) + 1
