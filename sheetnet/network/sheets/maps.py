"""Network where it is too large for boxes: each layer as coloured maps."""

from __future__ import annotations

from collections.abc import Callable

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
from sheetnet.network.sheets.matrix_names import Names
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import ColourScale, Sheet
from sheetnet.workbook.styles import BACKWARD, FORWARD, GIVEN, UPDATE, Style

FIRST_ROW, LEFT = 5, 4
NARROW = 6.5
#: Gradients stand beside their weights up to this column, behind so many for what they are.
BESIDE, NAMES = 26, 3
SMALL = styles.NUMBER.but(number_format="0.00", size=8, horizontal="center", fill=styles.PAPER)
#: Of gradients, which are smaller.
FINE = SMALL.but(number_format="0.000")
HEAD = styles.SYMBOL.but(size=9)


def fill(context: Context, sheet: Sheet, selector_row: int) -> None:
    """The chosen step: inputs, for each layer weights, gradients, z, values, δ; targets, loss."""
    sheet.freeze, sheet.default_width = (selector_row + 1, LEFT), NARROW
    sheet.widths |= {1: 2.5, 2: 16.0, 3: 9.5, LEFT: 9.8, 5: 8.5, 6: 8.5}
    sheet.labels = False  # they stand above and beside whole maps
    shape = "-".join(map(str, context.sizes))
    hint = (
        f"a network {shape} as maps: {styles.POSITIVE_NAME} is positive, {styles.NEGATIVE_NAME} "
        "negative, deep is large; → forward, ← backward"
    )
    frame.head(sheet, title="The network, one step at a time", hint=hint, problem=PROBLEM)
    inputs = [context.given(INPUT, k) for k in range(context.sizes[0])]
    symbols = [context.symbols.input(k) for k in range(context.sizes[0])]
    sheet.put(FIRST_ROW, 2, context.symbols.layer(0), styles.LABEL.but(bold=True))
    _heads(sheet, FIRST_ROW, symbols)
    _row(sheet, FIRST_ROW + 1, (context.symbols.matrix("a", 0), "", GIVEN), inputs)
    _show(context, sheet, INPUT, None, (FIRST_ROW + 1, LEFT), (), {UNIT: len(inputs)})
    row = FIRST_ROW + 3
    for layer in range(1, context.depth + 1):
        row = _layer(context, sheet, row, layer)
    _targets(context, sheet, row - 1)
    frame.banner(sheet, max(column for _, column in sheet.cells))


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


def _heads(sheet: Sheet, row: int, symbols: list[Rich], left: int = LEFT) -> None:
    """What stands in the columns."""
    for column, symbol in enumerate(symbols, left):
        sheet.put(row, column, symbol, HEAD)


def _row(
    sheet: Sheet,
    row: int,
    name: tuple[Rich | str, str, Style],
    cells: list[Expression],
    look: Style = SMALL,
) -> None:
    """A row of numbers behind their symbol and a word or arrow, in the role's look."""
    symbol, word, role = name
    sheet.put(row, 2, symbol, styles.symbol(role))
    sheet.put(row, 3, word, styles.LABEL_CENTRE)
    for column, cell in enumerate(cells, LEFT):
        sheet.put(row, column, cell, look)
    _colour(sheet, row, LEFT, row, LEFT + len(cells) - 1)


def _colour(sheet: Sheet, top: int, left: int, bottom: int, right: int) -> None:
    area = Area(sheet.name, top, left, bottom, right)
    sheet.formats.append(ColourScale(area, styles.NEGATIVE, "FFFFFF", styles.POSITIVE))


def _layer(context: Context, sheet: Sheet, row: int, layer: int) -> int:
    """Weights and their gradients, a row a unit; then z, a and δ of every unit."""
    symbols, count = context.symbols, context.sizes[layer]
    units, own = range(count), context.dense[layer - 1]
    function = own.activation
    defined = symbols.definition(function.symbol, function.written)
    title = f"{symbols.layer(layer)}, {defined}"
    sheet.put(row, 2, title, styles.LABEL.but(bold=True))
    row += 1
    width = context.sizes[layer - 1] + 2
    weights = symbols.matrix("W", layer)
    if context.notation.example_rows:  # the document's W has a column a unit
        weights = Names(symbols).transposed(weights)
    sheet.put(row, 2, weights, styles.symbol(UPDATE))
    _parameters(context, sheet, (row, LEFT), layer, lambda quantity: quantity)
    gradients = symbols.by(weights)
    if LEFT + 2 * width + NAMES <= max(LEFT + max(context.sizes) + 2, BESIDE):
        place = row, LEFT + width + NAMES
        head = row, place[1] - NAMES
    else:
        row += count + 2
        place, head = (row, LEFT), (row, 2)
    sheet.put(*head, gradients, styles.symbol(BACKWARD))
    sheet.notes[head] = _of_whom(context)
    sheet.put(head[0] + 1, head[1], _word(context), styles.LABEL_CENTRE.but(size=8))
    if head[1] > 2:
        for each in (row, row + 1):
            sheet.merge(each, head[1], each, place[1] - 2)
    _parameters(context, sheet, place, layer, lambda quantity: quantity.gradient)
    row += count + 2
    _heads(sheet, row, [symbols.activation(layer, j) for j in units])
    for offset, quantity, symbol, word, role in (
        (1, Z, symbols.matrix("z", layer), "→ sum", FORWARD),
        (2, ACTIVATION, symbols.matrix("a", layer), "→ value", FORWARD),
        (3, DELTA, symbols.deltas(layer, one=True), "← gradient", BACKWARD),
    ):
        numbers = [context.of_step(quantity, layer, unit=j) for j in units]
        look = FINE if quantity == DELTA else SMALL
        _row(sheet, row + offset, (symbol, word, role), numbers, look)
        _show(context, sheet, quantity, layer, (row + offset, LEFT), (), {UNIT: count})
    return row + 5


def _word(context: Context) -> str:
    """What the map of the gradients is, in a word."""
    alone = not context.batch or context.net.learns_from
    return "← gradient" if alone else f"← {context.net.reduction.written} gradient"


def _of_whom(context: Context) -> str:
    """Whose gradients the map shows."""
    if context.net.learns_from:
        return "the gradient of the example that the step learns from"
    if context.batch:
        return f"the gradient of the cost: the {context.net.reduction.written} of all examples’"
    return "the gradient of the cost"


def _parameters(
    context: Context,
    sheet: Sheet,
    place: tuple[int, int],
    layer: int,
    of: Callable[[Quantity], Quantity],
) -> None:
    """A map of a layer's weights or of what goes with them: a row a unit, the bias last."""
    (row, left), symbols = place, context.symbols
    units, sources = range(context.sizes[layer]), range(context.sizes[layer - 1])
    bias, last = context.dense[layer - 1].bias, left + len(sources) + 1
    _heads(sheet, row, [symbols.activation(layer - 1, k) for k in sources], left)
    if bias:
        sheet.put(row, last, "bias", styles.LABEL_CENTRE.but(size=8))
    row += 1
    look = SMALL if of(WEIGHT) == WEIGHT else FINE
    for j in units:
        sheet.put(row + j, left - 1, symbols.activation(layer, j), styles.SYMBOL)
        for k in sources:
            cell = context.of_step(of(WEIGHT), layer, unit=j, source=k)
            sheet.put(row + j, left + k, cell, look)
        if bias and (bias.axes or j == 0):
            sheet.put(row + j, last, context.of_step(of(bias), layer, unit=j), look)
    lengths = {UNIT: len(units), SOURCE: len(sources)}
    _show(context, sheet, of(WEIGHT), layer, (row, left), (UNIT,), lengths)
    if bias:
        axes = bias.axes
        lengths = dict.fromkeys(axes, len(units))
        _show(context, sheet, of(bias), layer, (row, last), axes, lengths)
    _colour(sheet, row, left, row + len(units) - 1, last)


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
