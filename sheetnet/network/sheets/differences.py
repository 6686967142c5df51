"""Differences: the workings of the gradient check.

Each row is the whole forward pass of the chosen step with one parameter moved up or down
by h; the last column is the cost that comes of it. The row's own parameters stand in it, so
that all rows are one formula filled down.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from sheetnet.expressions.formula import Area, Expression, Ref, equal, guard, when
from sheetnet.network import penalties
from sheetnet.network.engine import FloatArray, cost_of, forward, losses
from sheetnet.network.equations import Equations
from sheetnet.network.net import Net
from sheetnet.network.numbers import Numbers
from sheetnet.network.parameters import Parameter, every
from sheetnet.network.quantities import (
    COST,
    DIFFERENCE_STEP,
    INPUT,
    LOSS,
    SAMPLE,
    TARGET,
    Quantity,
)
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.looks import LOOKS
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.book import labelled
from sheetnet.workbook.model import Band, Cell, PrintSetup, Sheet
from sheetnet.workbook.styles import FORWARD, UPDATE

NAME = "Differences"
#: The parameters' symbols, their values at the chosen step, their numbers.
SYMBOL_ROW, BASE_ROW, NUMBER_ROW = 3, 4, 5
HEAD_ROW, FIRST_ROW = 7, 8
#: Rows from one move to the next: LibreOffice 7.4 computes neighbours of one formula in
#: threads, and takes old values for some of their precedents.
STRIDE, THIN = 2, 3.0
#: Columns of a row: what is moved and which way, as text and as numbers; then parameters.
SYMBOL, SIGN_TEXT, WHICH, SIGN, FIRST = 1, 2, 3, 4, 5
#: The most cells that the workings may take; beyond, evenly chosen parameters are checked.
MOST_CELLS = 20_000


def checked(net: Net, samples: int) -> tuple[Parameter, ...]:
    """The parameters that are checked: all, or as many as there is room for."""
    parameters = every(net)
    room = max(MOST_CELLS // (2 * width(net, samples)), 8)
    if len(parameters) <= room:
        return parameters
    places = (round(i * (len(parameters) - 1) / (room - 1)) for i in range(room))
    return tuple(parameters[place] for place in places)


def width(net: Net, samples: int) -> int:
    """How many formulas a row of the workings has."""
    return sum(block.width for block in _blocks(net, samples))


@lru_cache(maxsize=16)
def _blocks(net: Net, samples: int) -> tuple[Block, ...]:
    """Where the quantities of a row stand: parameters, values, losses, cost."""
    column, blocks = FIRST, []
    owned = [*net.parameters()]
    owned += [(quantity, layer.number) for layer in net.layers for quantity in layer.values]
    penalty = [(each, None) for each in penalties.quantities(net.penalties)]
    for quantity, layer in [*owned, (LOSS, None), *penalty, (COST, None)]:
        lengths = net.lengths(quantity, layer, samples)
        block = Block(quantity.name, layer, NAME, FIRST_ROW, column, (), quantity.axes, lengths)
        blocks.append(block)
        column = block.right + 1
    return tuple(blocks)


#: The parameters with one of them moved, and the values of every layer with them.
Pass = tuple[dict[Any, FloatArray], list[dict[str, FloatArray]]]


@lru_cache(maxsize=4)
def moved_passes(numbers: Numbers) -> list[Pass]:
    """The forward passes with each checked parameter moved up, then down, by the engine."""
    net, h = numbers.net, numbers.settings.number(DIFFERENCE_STEP.name)
    base = {(q.name, layer): numbers.now(q, layer) for q, layer in net.parameters()}
    found = []
    for parameter in checked(net, len(numbers.inputs)):
        for by in (h, -h):
            moved = dict(base)
            key = parameter.quantity.name, parameter.layer
            moved[key] = base[key].copy()
            moved[key][tuple(parameter.place.values())] += by
            found.append((moved, forward(net, moved, numbers.inputs)))
    return found


@lru_cache(maxsize=4)
def _moved(numbers: Numbers) -> FloatArray:
    """Every row of the workings: two rows a parameter, up and down."""
    net, rows = numbers.net, []
    for moved, kept in moved_passes(numbers):
        values = [
            kept[layer.number - 1][quantity.name]
            for layer in net.layers
            for quantity in layer.values
        ]
        loss = losses(net, kept[-1], numbers.targets, numbers.loss_hyper)
        added = [net.penalty(moved)] if net.penalties else []
        parts = [*moved.values(), *values, loss, *added, cost_of(net, loss, moved)]
        rows.append(np.concatenate([np.ravel(part) for part in parts]))
    return np.array(rows)


def moved_costs(numbers: Numbers) -> FloatArray:
    """The cost with each checked parameter moved up and down: parameters × 2."""
    costs: FloatArray = _moved(numbers)[:, -1].reshape(-1, 2)
    return costs


def moved_values(numbers: Numbers) -> FloatArray:
    """All values of the layers with each checked parameter moved: parameters × 2 × values."""
    first = sum(block.width for block in _blocks_before(numbers.net, len(numbers.inputs)))
    behind = len(numbers.inputs) + 1 + bool(numbers.net.penalties)
    values = _moved(numbers)[:, first:-behind]
    return values.reshape(-1, 2, values.shape[1])


def values_of(context: Context, row: int) -> Area:
    """The cells of a row that hold all values of the layers."""
    before = len(_blocks_before(context.net, context.samples))
    behind = 2 + bool(context.net.penalties)
    blocks = _blocks(context.net, context.samples)[before:-behind]
    return Area(NAME, row, blocks[0].left, row, blocks[-1].right)


def _blocks_before(net: Net, samples: int) -> tuple[Block, ...]:
    """The blocks of a row's own parameters."""
    return _blocks(net, samples)[: len(list(net.parameters()))]


class _Row:
    """The cells of the first row, which all others repeat (`layers.base.Cells`)."""

    def __init__(self, context: Context, blocks: Sequence[Block]) -> None:
        self._context = context
        self._blocks = {(block.quantity, block.layer): block for block in blocks}

    def at(self, quantity: Quantity, layer: int | None = None, **index: int) -> Ref:
        if quantity in (INPUT, TARGET):
            return self._context.fed(quantity).ref(fixed=True, **index)
        return self._blocks[quantity.name, layer].ref(fixed=False, **index)

    def area(self, quantity: Quantity, layer: int | None = None, **index: int) -> Area | None:
        if quantity in (INPUT, TARGET):
            return self._context.fed(quantity).area(fixed=True, **index)
        return self._blocks[quantity.name, layer].area(fixed=False, **index)


def cost_column(context: Context) -> int:
    return _blocks(context.net, context.samples)[-1].left


def kinked(context: Context, row: int) -> Iterator[tuple[Area, float]]:
    """The cells of a row whose values have kinks, and where; of weights, those of penalties."""
    kinks = penalties.kinks(context.net.penalties)
    own = _blocks_before(context.net, context.samples)
    penalised = [(b, at) for b in own if b.quantity == penalties.PENALISED for at in kinks]
    blocks = {(b.quantity, b.layer): b for b in _blocks(context.net, context.samples)}
    for layer in context.layers:
        for quantity, at in layer.kinks():
            block = blocks[quantity.name, layer.number]
            yield Area(NAME, row, block.left, row, block.right), at
        for block, at in penalised:
            if block.layer == layer.number:
                yield Area(NAME, row, block.left, row, block.right), at


def row_of(number: int, move: int) -> int:
    """The row of the workings for a parameter's move up (0) or down (1)."""
    return FIRST_ROW + STRIDE * (2 * number + move)


def fill(context: Context) -> Sheet:
    """The sheet, with the chosen step's parameters on top."""
    parameters = checked(context.net, context.samples)
    blocks = _blocks(context.net, context.samples)
    about = "workings: the forward pass with one parameter moved"
    sheet = Sheet(NAME, about, workings=True, labels=False)
    sheet.tab_colour, sheet.freeze, sheet.cursor = styles.PALE, (FIRST_ROW, 3), (FIRST_ROW, 3)
    sheet.default_width = 10.5
    sheet.print_setup = PrintSetup(title_rows=(HEAD_ROW, HEAD_ROW), fit_width=0)
    hint = (
        "the parameters of the chosen step, and the forward pass with one of them moved by ± h; "
        "the thin rows between are empty on purpose: with them LibreOffice follows every edit"
    )
    frame.head(
        sheet,
        title="Differences: workings of the gradient check",
        hint=hint,
        left=1,
        problem=PROBLEM,
    )
    frame.banner(sheet, blocks[-1].right)
    _write_heads(context, sheet, blocks)
    context.worked += blocks
    numbers = _write_base(context, sheet, blocks)
    columns = {parameter: FIRST + number - 1 for parameter, number in numbers.items()}
    for number, parameter in enumerate(parameters):
        for move, text in enumerate(("+ h", "− h")):
            row = row_of(number, move)
            sheet.heights[row + 1] = THIN
            sheet.put(row, SYMBOL, parameter.symbol(context.symbols), styles.SYMBOL)
            if context.dense:  # of other layers no document has symbols
                base = BASE_ROW, columns[parameter]
                context.readings.append(labelled(NAME, (row, SYMBOL), base))
            sheet.put(row, SIGN_TEXT, text, styles.SIGN)
    _write_rows(context, sheet, blocks, [numbers[parameter] for parameter in parameters])
    return sheet


def _write_base(context: Context, sheet: Sheet, blocks: Sequence[Block]) -> dict[Parameter, int]:
    """The parameters of the chosen step over their columns; returns their numbers."""
    sheet.put(BASE_ROW, 1, "parameters", styles.LABEL)
    sheet.put(NUMBER_ROW, 1, "number", styles.LABEL)
    numbers: dict[Parameter, int] = {}
    for (quantity, layer), block in zip(context.net.parameters(), blocks, strict=False):
        for index in block.indices():
            parameter = Parameter(quantity, layer, tuple(index.items()))
            numbers[parameter] = len(numbers) + 1
            column = block.position(**index)[1]
            sheet.put(SYMBOL_ROW, column, parameter.symbol(context.symbols), styles.symbol(UPDATE))
            number = context.of_step(quantity, layer, **index)
            sheet.put(BASE_ROW, column, number, UPDATE)
            place = styles.LABEL_CENTRE.but(size=8, number_format="0")
            sheet.put(NUMBER_ROW, column, float(numbers[parameter]), place)
        base = Block(
            quantity.name, layer, NAME, BASE_ROW, block.left, (), block.columns, block.lengths
        )
        context.claim(sheet, base)
        context.worked.append(base)
    return numbers


def _write_heads(context: Context, sheet: Sheet, blocks: Sequence[Block]) -> None:
    sheet.put(HEAD_ROW, 1, "moved", styles.LABEL)
    owned = {(q.name, layer): q for q, layer in context.net.quantities()}
    for block in blocks:
        quantity = owned[block.quantity, block.layer]
        look = styles.symbol(LOOKS[quantity.role]).but(bold=quantity == COST)
        for index in block.indices():
            column = block.position(**index)[1]
            symbol = quantity.symbol(context.symbols, block.layer or 0, index)
            sheet.put(HEAD_ROW, column, symbol, look)
            if SAMPLE in index and context.batch:
                text = f"ex. {index[SAMPLE] + 1}"
                sheet.put(HEAD_ROW - 1, column, text, styles.LABEL_CENTRE.but(size=8))
    sheet.widths[blocks[-1].left] = 14


def _write_rows(
    context: Context, sheet: Sheet, blocks: Sequence[Block], numbers: list[int]
) -> None:
    """All rows as one band: the row's own parameters, then the forward pass from them."""
    equations = Equations(
        context.net, context.notation, context.samples, _Row(context, blocks), context.loss_hyper
    )
    small = styles.SIGN.but(size=8, number_format="0")
    cells = [Cell(0.0, small), Cell(0.0, small)]
    owned = {(q.name, layer): q for q, layer in context.net.quantities()}
    parameters = {(q.name, layer) for q, layer in context.net.parameters()}
    for block in blocks:
        quantity = owned[block.quantity, block.layer]
        for index in block.indices():
            formula: Expression
            if (block.quantity, block.layer) in parameters:
                formula = _own(context, block.position(**index)[1])
                style = UPDATE
            else:
                formula = equations.of(quantity, block.layer, index)
                style = FORWARD
            if quantity == COST:
                style = FORWARD.but(bold=True, number_format="0.0000000000")
            cells.append(Cell(formula, style))
    heads = np.column_stack([np.repeat(numbers, 2), np.tile([1.0, -1.0], len(numbers))])

    def claim(held: Numbers) -> FloatArray:
        return np.column_stack([heads, _moved(held)])

    values = claim(context.numbers)
    sheet.bands.append(Band(FIRST_ROW, WHICH, tuple(cells), values, claim, stride=STRIDE))


def _own(context: Context, column: int) -> Expression:
    """A row's own parameter: that of the chosen step, moved where it is the row's."""
    is_own = equal(Ref(NAME, FIRST_ROW, WHICH), Ref(NAME, NUMBER_ROW, column, True))
    by = guard(when(is_own, context.h * Ref(NAME, FIRST_ROW, SIGN), 0))
    return Ref(NAME, BASE_ROW, column, True) + by
