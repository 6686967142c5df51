"""Predictions: workings of Data: a forward pass of every example, at the chosen step.

A row is an example, the training set first; the parameters of the step stand once on top.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sheetnet.expressions.formula import (
    Area,
    Expression,
    Ref,
    call,
    equal,
    guard,
    has_ranges,
    when,
)
from sheetnet.network.activations import ABOVE
from sheetnet.network.engine import FloatArray, forward, losses
from sheetnet.network.equations import Equations
from sheetnet.network.evaluation import HALF, right, scores_by, shown_sets
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, INPUT, LOSS, TARGET, UNIT, Quantity
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.data_places import NAME as DATA
from sheetnet.network.sheets.data_places import DataPlaces
from sheetnet.network.sheets.looks import LOOKS
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import Band, Cell, PrintSetup, Sheet

NAME = "Predictions"
SYMBOL_ROW, BASE_ROW, HEAD_ROW, FIRST_ROW = 4, 5, 7, 8
FIRST = 2
#: What stands behind an example's loss where the targets are classes.
OWN, PREDICTED, RIGHT = "its class", "taken for", "right"


@dataclass(frozen=True)
class Found:
    """What the network makes of all examples at the chosen step, the training set first.

    `values` are z and a of every layer and the loss (examples × cells), `target` and
    `predicted` the classes, counted from 1, and `right` says whether they are the same.
    """

    values: FloatArray
    outputs: FloatArray
    losses: FloatArray
    target: FloatArray
    predicted: FloatArray
    right: FloatArray


@lru_cache(maxsize=4)
def found(numbers: Numbers) -> Found:
    net, sets = numbers.net, shown_sets(numbers)
    inputs, targets = (np.concatenate(part) for part in zip(*sets, strict=True))
    kept = forward(net, {(q.name, at): numbers.now(q, at) for q, at in net.parameters()}, inputs)
    loss = losses(net, kept[-1], targets, numbers.loss_hyper)
    values = [kept[layer.number - 1][q.name] for layer in net.layers for q in layer.values]
    scores = kept[-1][scores_by(net).name]
    good = right(scores, targets)
    if targets.shape[1] == 1:
        own, taken = (1 + (held[:, 0] > HALF - ABOVE) for held in (targets, scores))
    else:
        own = 1 + targets.argmax(axis=1)
        taken = np.where(good, own, 1 + scores.argmax(axis=1))
    return Found(
        np.column_stack([*values, loss]),
        kept[-1][ACTIVATION.name],
        loss,
        own.astype(float),
        taken.astype(float),
        good.astype(float),
    )


class Predictions:
    """The sheet (`layers.base.Cells` of a row of it)."""

    def __init__(self, context: Context) -> None:
        self.context, self.places = context, DataPlaces(context)
        self._blocks: dict[tuple[str, int | None], Block] = {}
        self._row = FIRST_ROW
        column = FIRST
        for quantity, layer in context.net.parameters():
            lengths = context.net.lengths(quantity, layer, 1)
            block = Block(quantity.name, layer, NAME, BASE_ROW, column, (), quantity.axes, lengths)
            self._blocks[quantity.name, layer] = block
            column = block.right + 1
        column = FIRST
        for number in context.layers:
            for quantity in number.values:
                lengths = context.net.lengths(quantity, number.number, 1)
                at = (NAME, FIRST_ROW, column, (), quantity.axes, lengths)
                block = Block(quantity.name, number.number, *at)
                self._blocks[quantity.name, number.number] = block
                column = block.right + 1
        self._blocks[LOSS.name, None] = Block(
            LOSS.name, None, NAME, FIRST_ROW, column, (), ("sample",), {"sample": 1}
        )
        self.loss = column
        self.own, self.predicted, self.right = column + 1, column + 2, column + 3
        self.count = self.places.training + self.places.test
        self.bottom = FIRST_ROW + self.count - 1

    # What others look at

    def cell(self, column: int, row: int) -> Ref:
        """A cell of the example that stands in a row of Data."""
        return Ref(NAME, FIRST_ROW + row - self.places.top, column)

    def output(self, unit: int, row: int) -> Ref:
        block = self._blocks[ACTIVATION.name, self.context.depth]
        return self.cell(block.left + unit, row)

    def column(self, column: int, number: int) -> Area:
        """The cells of the training set (0) or of the test set (1) in a column."""
        top, bottom = (FIRST_ROW + row - self.places.top for row in self.places.rows(number))
        return Area(NAME, top, column, bottom, column, True)

    # The cells of a row

    def at(self, quantity: Quantity, layer: int | None = None, **index: int) -> Expression:
        if quantity in (INPUT, TARGET):
            first = self.places.shown if quantity == INPUT else self.places.targets
            row = self._row - FIRST_ROW + self.places.top
            return Ref(DATA, row, first + index.get(UNIT, 0))
        block = self._blocks[quantity.name, layer]
        row, column = block.position(**index)
        if block.top == BASE_ROW:
            return Ref(NAME, row, column, True)
        return Ref(NAME, self._row, column)

    def area(self, quantity: Quantity, layer: int | None = None, **index: int) -> Area | None:
        if quantity in (INPUT, TARGET):
            size = self.places.inputs if quantity == INPUT else self.places.outputs
            first = self.places.shown if quantity == INPUT else self.places.targets
            row = self._row - FIRST_ROW + self.places.top
            return None if UNIT in index else Area(DATA, row, first, row, first + size - 1)
        block = self._blocks[quantity.name, layer]
        return block.area(fixed=block.top == BASE_ROW, **index)

    # Writing

    def fill(self) -> Sheet:
        context = self.context
        sheet = Sheet(NAME, "workings: a forward pass of every example of Data", workings=True)
        sheet.tab_colour, sheet.default_width = styles.PALE, 10.5
        sheet.freeze, sheet.print_setup = (FIRST_ROW, 2), PrintSetup(fit_width=0)
        hint = "with the parameters of the chosen step, a row an example"
        frame.head(sheet, title="Predictions: workings of Data", hint=hint, left=1)
        right = max(self.right, *(block.right for block in self._blocks.values()))
        frame.banner(sheet, max(min(right, 60), 8))
        sheet.put(BASE_ROW, 1, "parameters", styles.LABEL)
        for quantity, layer in context.net.parameters():
            block = self._blocks[quantity.name, layer]
            for index in block.indices():
                row, column = block.position(**index)
                symbol = quantity.symbol(context.symbols, layer, index)
                sheet.put(SYMBOL_ROW, column, symbol, styles.symbol(styles.UPDATE))
                sheet.put(row, column, context.of_step(quantity, layer, **index), styles.UPDATE)
            context.claim(sheet, block)
        self._write_heads(sheet)
        cells = tuple(self._pattern())
        claim = self._claim
        ranges = any(isinstance(c.content, Expression) and has_ranges(c.content) for c in cells)
        own = claim(context.numbers)
        sheet.bands.append(Band(FIRST_ROW, 1, cells, own, claim, alternating=ranges))
        return sheet

    def _claim(self, numbers: Numbers) -> FloatArray:
        held = found(numbers)
        columns = [np.arange(1, self.count + 1), held.values]
        if self.places.classified:
            columns += [held.target, held.predicted, held.right]
        return np.column_stack(columns)

    def _pattern(self) -> list[Cell]:
        context = self.context
        whole = styles.SIGN.but(number_format="0", size=8)
        cells = [Cell(Ref(DATA, self.places.top, 2), whole)]
        around = Equations(context.net, context.notation, 1, self, context.loss_hyper)
        for layer in context.layers:
            for quantity in layer.values:
                look = LOOKS[quantity.role]
                for unit in range(layer.units):
                    index = {"sample": 0, UNIT: unit}
                    cells.append(Cell(around.of(quantity, layer.number, index), look))
        cells.append(Cell(around.loss(0), LOOKS[LOSS.role]))
        if self.places.classified:
            cells += [Cell(formula, whole) for formula in self._classes()]
        return cells

    def _classes(self) -> tuple[Expression, Expression, Expression]:
        """The example's class, what it is taken for, and whether that is right."""
        net, row = self.context.net, self._row
        by, units = scores_by(net), net.sizes[-1]
        own, good = (Ref(NAME, row, column) for column in (self.own, self.right))
        if units == 1:
            score, target = self.at(by, net.depth), self.at(TARGET)
            sides = [guard(when(x > HALF - ABOVE, 2, 1)) for x in (target, score)]
            predicted = Ref(NAME, row, self.predicted)
            return sides[0], sides[1], guard(when(equal(own, predicted), 1, 0))
        scores, targets = self.area(by, net.depth), self.area(TARGET)
        assert scores and targets
        largest = call("MAX", scores)
        same = call("SUMPRODUCT", scores, targets)
        return (
            call("MATCH", call("MAX", targets), targets, 0),
            guard(when(equal(good, 1), own, call("MATCH", largest, scores, 0))),
            guard(when(largest > same + ABOVE, 0, 1)),
        )

    def _write_heads(self, sheet: Sheet) -> None:
        context = self.context
        context.worked += self._blocks.values()
        sheet.put(HEAD_ROW, 1, "example", styles.LABEL_CENTRE)
        for layer in context.layers:
            for quantity in layer.values:
                block = self._blocks[quantity.name, layer.number]
                for unit in range(layer.units):
                    symbol = quantity.symbol(context.symbols, layer.number, {UNIT: unit})
                    look = styles.symbol(LOOKS[quantity.role])
                    sheet.put(HEAD_ROW, block.left + unit, symbol, look)
        sheet.put(HEAD_ROW, self.loss, context.symbols.loss, styles.symbol(LOOKS[LOSS.role]))
        if self.places.classified:
            for column, text in enumerate((OWN, PREDICTED, RIGHT), self.own):
                sheet.put(HEAD_ROW, column, text, styles.LABEL_CENTRE)
