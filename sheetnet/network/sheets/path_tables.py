"""The tables of Paths: what each unit’s numbers are called; Chain rule spells factors by them."""

from __future__ import annotations

from collections.abc import Iterator

from sheetnet.expressions.formula import Ref
from sheetnet.expressions.mathematics import written_factor
from sheetnet.expressions.rich import Rich
from sheetnet.network.arranging import logarithm_named
from sheetnet.network.equations import Equations
from sheetnet.network.layers.dense import Dense
from sheetnet.network.quantities import ACTIVATION, TARGET, Quantity
from sheetnet.network.sheets import paths
from sheetnet.network.sheets.context import Context
from sheetnet.network.telling import OF_UNIT
from sheetnet.workbook import styles
from sheetnet.workbook.book import Told
from sheetnet.workbook.model import Sheet

NAME = "Paths"
#: The columns of a layer's table, and what its rows tell in each; weights stand last.
Z_SYMBOL, A_SYMBOL, SLOPE, DELTA_SYMBOL, OUTPUT, TARGET_SYMBOL, WEIGHTS = range(2, 9)
KEYS = {
    Z_SYMBOL: "z",
    A_SYMBOL: "activation",
    SLOPE: "slope",
    DELTA_SYMBOL: "delta",
    OUTPUT: "output",
    TARGET_SYMBOL: "target",
}


def write(context: Context, sheet: Sheet, own: Dense, top: int) -> None:
    """The symbols of a layer's units, a row a unit."""
    layer = own.number
    head = styles.LABEL.but(bold=True, borders="b", border_colour=styles.RULE)
    sheet.put(top - 1, 1, context.symbols.layer(layer), head)
    around = Equations(context.net, context.notation, 1, _Symbols(context), context.loss_hyper)
    for unit in range(own.units):
        texts = dict(_texts(context, own, around, unit))
        columns = {KEYS[column]: column for column in texts}
        for source in range(own.sources):
            column = WEIGHTS + source
            texts[column] = context.symbols.weight(layer, unit, source)
            columns[f"weight {source}"] = column
        for column, text in texts.items():
            sheet.put(top + unit, column, str(text), styles.SYMBOL)
        context.told.append(Told(NAME, top + unit, f"{OF_UNIT} {layer} {unit}", columns))


def _texts(
    context: Context, own: Dense, around: Equations, unit: int
) -> Iterator[tuple[int, Rich | str]]:
    """What the numbers of a unit are called, by column."""
    symbols, layer = context.symbols, own.number
    yield Z_SYMBOL, symbols.z(layer, unit)
    yield A_SYMBOL, symbols.activation(layer, unit)
    yield DELTA_SYMBOL, symbols.delta(layer, unit)
    slope = own.slope(around, 0, unit)
    if slope is not None:
        yield SLOPE, written_factor(slope)
    if layer < context.depth:
        return
    yield TARGET_SYMBOL, symbols.target(unit)
    outputs = [around.cells.at(ACTIVATION, layer, unit=k) for k in range(own.units)]
    targets = [around.cells.at(TARGET, None, unit=k) for k in range(own.units)]
    loss, hyper = context.net.loss, context.loss_hyper
    if not paths.joined(context.net):
        formula = loss.cell_gradient(outputs, targets, unit, hyper)
    elif paths.own_formula(context.net):
        formula = loss.cell_fused(outputs, targets, unit, hyper)
    else:
        yield OUTPUT, symbols.delta(layer, unit)
        return
    yield OUTPUT, written_factor(logarithm_named(formula, context.notation))


class _Symbols:
    """Cells that are only written (`layers.base.Cells`)."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def at(self, quantity: Quantity, layer: int | None = None, **index: int) -> Ref:
        symbol = quantity.symbol(self.context.symbols, layer or 0, index)
        return Ref(NAME, 1, 1, symbol=symbol)

    def area(self, quantity: Quantity, layer: int | None = None, **index: int) -> None:
        return None
