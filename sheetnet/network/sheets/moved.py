"""Forward passes of the chosen step with one or two parameters moved: a row each.

The parameters of the step stand once on top; below each stands 1 where it is the one that is
moved, 0 elsewhere. In a row's formulas a parameter is its value, and so many times the row's
move; all else is the network's own formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sheetnet.expressions.formula import Area, Expression, Ref, equal, guard, when
from sheetnet.network import penalties
from sheetnet.network.engine import FloatArray, cost_of, forward, losses
from sheetnet.network.equations import Equations
from sheetnet.network.net import Net
from sheetnet.network.numbers import Numbers
from sheetnet.network.parameters import Parameter, choosable, every
from sheetnet.network.quantities import COST, INPUT, LOSS, SAMPLE, TARGET, UNIT, Quantity
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.looks import LOOKS
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import Band, Cell, Sheet
from sheetnet.workbook.styles import FORWARD, GIVEN, UPDATE

SYMBOL_ROW, BASE_ROW, MASK_ROW = 4, 5, 6


def owned(net: Net) -> list[tuple[Quantity, int | None]]:
    """What a row computes: the values of each layer, the losses, the cost.

    Where there are penalties, also the weights that they are of, and the penalty.
    """
    values = [(quantity, layer.number) for layer in net.layers for quantity in layer.values]
    added = [(each, None) for each in penalties.quantities(net.penalties)]
    weights = [(q, at) for q, at in net.parameters() if added and q.name == penalties.PENALISED]
    return [*weights, *values, (LOSS, None), *added, (COST, None)]


def width(net: Net, samples: int) -> int:
    """How many formulas a row has."""
    count = 0
    for quantity, layer in owned(net):
        lengths = net.lengths(quantity, layer, samples)
        count += int(np.prod([lengths[axis] for axis in quantity.axes], dtype=int))
    return count


def passes(
    numbers: Numbers, moved: Sequence[int], moves: FloatArray, sample: int | None = None
) -> FloatArray:
    """Every row's values, computed by the engine; the cost stands last.

    `moved` are the parameters that are moved, by their places among `choosable`, `moves` by how
    much (rows × parameters). With a `sample` only that example is shown to the network.
    """
    net = numbers.net
    chosen = slice(None) if sample is None else slice(sample, sample + 1)
    inputs, targets = numbers.inputs[chosen], numbers.targets[chosen]
    base = {(q.name, layer): numbers.now(q, layer) for q, layer in net.parameters()}
    listed = choosable(net)
    rows = []
    for row in moves:
        parameters = dict(base)
        for number, by in zip(moved, row, strict=True):
            parameter = listed[number]
            key = parameter.quantity.name, parameter.layer
            parameters[key] = parameters[key].copy()
            parameters[key][tuple(parameter.place.values())] += by
        kept = forward(net, parameters, inputs)
        values = [kept[layer.number - 1][q.name] for layer in net.layers for q in layer.values]
        loss = losses(net, kept[-1], targets, numbers.loss_hyper)
        parts = [*values, loss, cost_of(net, loss)]
        if net.penalties and sample is None:
            weights = [a for (name, _), a in parameters.items() if name == penalties.PENALISED]
            added = net.penalty(parameters)
            parts = [*weights, *values, loss, added, cost_of(net, loss, parameters)]
        rows.append(np.concatenate([np.ravel(part) for part in parts]))
    return np.array(rows)


@dataclass(frozen=True)
class Mover:
    """A parameter that the rows move: the cell of its number (from 1), its place among
    `choosable` (from 0), the column of a row that holds by how much."""

    number: Expression
    which: Callable[[Numbers], int]
    column: int


class Rows:
    """The rows on a sheet of workings (`layers.base.Cells` of one of them).

    `heads` gives the patterns of a row's first columns. With `chosen` the network is shown the
    chosen example only.
    """

    def __init__(
        self,
        context: Context,
        sheet: Sheet,
        movers: Sequence[Mover],
        heads: Callable[[int], list[Cell]],
        *,
        chosen: bool = False,
    ) -> None:
        self.context, self.sheet, self.movers = context, sheet, movers
        self.heads, self.chosen = heads, chosen
        self.samples = 1 if chosen else context.samples
        self.top = MASK_ROW + len(movers) + 3
        self._row = self.top
        self.left = column = len(heads(self.top)) + 1
        self._blocks: dict[tuple[str, int | None], Block] = {}
        #: One example alone is shown to the network without penalties.
        self.net = replace(context.net, penalties=()) if chosen else context.net
        for quantity, layer in owned(self.net):
            lengths = context.net.lengths(quantity, layer, self.samples)
            block = Block(
                quantity.name, layer, sheet.name, self.top, column, (), quantity.axes, lengths
            )
            self._blocks[quantity.name, layer] = block
            column = block.right + 1
        self.cost_column = column - 1
        first = self.left + (context.sizes[0] + context.sizes[-1]) * chosen
        self._columns = {p: first + n for n, p in enumerate(every(context.net))}
        self.right = max(self.cost_column, *self._columns.values())

    def area_of(self, quantity: Quantity, layer: int, row: int) -> Area:
        """The cells of a quantity in one row."""
        block = self._blocks[quantity.name, layer]
        return Area(self.sheet.name, row, block.left, row, block.right)

    def values_of(self, row: int) -> Area:
        """The cells of a row that hold all values of the layers."""
        return Area(self.sheet.name, row, self.left, row, self._blocks[LOSS.name, None].left - 1)

    # The cells of a row

    def at(self, quantity: Quantity, layer: int | None = None, **index: int) -> Expression:
        if quantity in (INPUT, TARGET):
            if not self.chosen:
                return self.context.fed(quantity).ref(fixed=True, **index)
            offset = 0 if quantity == INPUT else self.context.sizes[0]
            column = self.left + offset + index.get(UNIT, 0)
            return Ref(self.sheet.name, BASE_ROW, column, True)
        if (quantity.name, layer) in self._blocks:
            _, column = self._blocks[quantity.name, layer].position(**index)
            return Ref(self.sheet.name, self._row, column)
        assert layer is not None
        return self._moved(quantity, layer, index)

    def _moved(self, quantity: Quantity, layer: int, index: dict[str, int]) -> Expression:
        """A parameter of a row: that of the step, and by how much the row moves it."""
        place = tuple((axis, index.get(axis, 0)) for axis in quantity.axes)
        column = self._columns[Parameter(quantity, layer, place)]
        value: Expression = Ref(self.sheet.name, BASE_ROW, column, True)
        for row, mover in enumerate(self.movers, MASK_ROW):
            mask = Ref(self.sheet.name, row, column, True)
            value = value + mask * Ref(self.sheet.name, self._row, mover.column)
        return value

    def area(self, quantity: Quantity, layer: int | None = None, **index: int) -> Area | None:
        if quantity in (INPUT, TARGET):
            return None if self.chosen else self.context.fed(quantity).area(fixed=True, **index)
        block = self._blocks.get((quantity.name, layer))
        found = block.area(fixed=False, **index) if block else None
        return found and replace(found, top=self._row, bottom=self._row)

    # Writing

    def write(self, claim: Callable[[Numbers], FloatArray]) -> None:
        """Write what is on top and the rows; `claim` gives all their numbers."""
        self._write_top()
        self._write_heads()
        cells, own = tuple(self._pattern(self.top)), claim(self.context.numbers)
        self.sheet.bands.append(Band(self.top, 1, cells, own, claim, alternating=True))

    def write_row(
        self, row: int, heads: list[Cell], claim: Callable[[Numbers], FloatArray]
    ) -> None:
        """A row of its own, with other first columns."""
        cells = [*heads, *self._pattern(row)[len(heads) :]]
        own = claim(self.context.numbers)
        self.sheet.bands.append(Band(row, 1, tuple(cells), own, claim))

    def _pattern(self, row: int) -> list[Cell]:
        self._row = row
        equations = Equations(
            self.net, self.context.notation, self.samples, self, self.context.loss_hyper
        )
        cells = self.heads(row)
        parameters = {(q.name, layer) for q, layer in self.net.parameters()}
        for quantity, layer in owned(self.net):
            for index in self._blocks[quantity.name, layer].indices():
                if layer is not None and (quantity.name, layer) in parameters:
                    cells.append(Cell(self._moved(quantity, layer, index), UPDATE))
                else:
                    cells.append(Cell(equations.of(quantity, layer, index), FORWARD))
        return cells

    def _write_top(self) -> None:
        """The parameters of the step, and which of them are moved."""
        context, sheet = self.context, self.sheet
        sheet.put(BASE_ROW, 1, "parameters", styles.LABEL)
        sheet.put(MASK_ROW, 1, "moved", styles.LABEL)
        if self.chosen:
            self._write_example()
        small = styles.SIGN.but(size=8, number_format="0")
        places = {p: n for n, p in enumerate(choosable(context.net), 1)}
        for parameter, column in self._columns.items():
            symbol = parameter.symbol(context.symbols)
            sheet.put(SYMBOL_ROW, column, symbol, styles.symbol(UPDATE))
            value = context.of_step(parameter.quantity, parameter.layer, **parameter.place)

            def now(numbers: Numbers, of: Parameter = parameter) -> float:
                array = numbers.now(of.quantity, of.layer)
                return float(array[tuple(of.place.values())])

            sheet.put(BASE_ROW, column, value, UPDATE, claim=now)
            for row, mover in enumerate(self.movers, MASK_ROW):
                number = places.get(parameter, 0)

                def mask(numbers: Numbers, of: int = number, mover: Mover = mover) -> float:
                    return float(mover.which(numbers) + 1 == of)

                own = guard(when(equal(mover.number, number), 1, 0))
                sheet.put(row, column, own, small, claim=mask)

    def _write_example(self) -> None:
        """The chosen example's inputs and targets."""
        context, sheet, column = self.context, self.sheet, self.left
        for quantity, size in ((INPUT, context.sizes[0]), (TARGET, context.sizes[-1])):
            for unit in range(size):

                def value(numbers: Numbers, of: Quantity = quantity, unit: int = unit) -> float:
                    array = numbers.inputs if of == INPUT else numbers.targets
                    return float(array[numbers.sample, unit])

                symbol = quantity.symbol(context.symbols, 0, {UNIT: unit})
                sheet.put(SYMBOL_ROW, column, symbol, styles.symbol(GIVEN))
                sheet.put(BASE_ROW, column, context.given(quantity, unit), GIVEN, claim=value)
                column += 1

    def _write_heads(self) -> None:
        """The symbols over the rows' columns."""
        context, sheet = self.context, self.sheet
        context.worked += self._blocks.values()
        for quantity, layer in owned(self.net):
            look = styles.symbol(LOOKS[quantity.role])
            for index in self._blocks[quantity.name, layer].indices():
                column = self._blocks[quantity.name, layer].position(**index)[1]
                symbol = quantity.symbol(context.symbols, layer or 0, index)
                sheet.put(self.top - 1, column, symbol, look)
                if SAMPLE in index and self.samples > 1:
                    text = f"ex. {index[SAMPLE] + 1}"
                    sheet.put(self.top - 2, column, text, styles.LABEL_CENTRE.but(size=8))
