"""Evaluation: workings of Data: the costs and the accuracy of all examples at every step.

A step takes a few rows: its parameters as matrices, and behind them array formulas for the last
layer's z of a whole set, an example a column (`nested.py`). The costs and the accuracies, a row a
step, look at these.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from sheetnet.expressions.formula import (
    Area,
    Expression,
    Ref,
    call,
    equal,
    guard,
    minimum,
    over_ranges,
    total,
    unguarded,
    when,
)
from sheetnet.network.activations import ABOVE
from sheetnet.network.engine import FloatArray
from sheetnet.network.evaluation import (
    ACCURACY,
    HALF,
    SETS,
    SPLIT,
    TEST_COST,
    TRAINING_COST,
    competes,
    is_evaluated,
    scores_by,
)
from sheetnet.network.layers.dense import Dense
from sheetnet.network.numbers import Numbers
from sheetnet.network.penalties import PENALTY
from sheetnet.network.quantities import SOURCE, STEP, UNIT, WEIGHT, Z
from sheetnet.network.sheets import cut_off, own
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.data_places import NAME as DATA
from sheetnet.network.sheets.data_places import DataPlaces
from sheetnet.network.sheets.evaluation_numbers import (
    bias_of,
    drawn_of,
    largest_z,
    penalty_of,
    results_of,
    weights_of,
    z_of_unit,
)
from sheetnet.network.sheets.nested import activation_of, runs, z_of
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import Band, Cell, Matrix, PrintSetup, Sheet, Spill

NAME = "Evaluation"
HEAD_ROW, FIRST_ROW = 5, 6
COSTS = 2
#: The z, the activations and the targets of a set, a row of examples for each output.
Rows = tuple[list[Expression], list[Expression], list[Expression]]
#: The values of a band's cells, from the lesson's numbers.
Claim = Callable[[Numbers], FloatArray]
#: From more outputs on, the largest z of an example has a cell of its own.
FEW_OUTPUTS = 3
#: Below this size of all z no exponent and no logarithm of a loss comes near to its bounds.
NEAR = 40


def applies(context: Context) -> bool:
    """Whether the sets can be evaluated at every step."""
    return is_evaluated(context.lesson)


@dataclass(frozen=True)
class Columns:
    """Where a layer's weights and biases begin."""

    weights: int
    biases: int


class Evaluation:
    """The sheet."""

    def __init__(self, context: Context) -> None:
        self.context, self.places = context, DataPlaces(context)
        places = self.places
        self.sets = range(len(places.sets))
        self.accuracy = COSTS + len(self.sets)
        column = self.accuracy + len(self.sets) * places.classified + 1
        #: Where the costs stand as they are drawn: apart, where they may leave every bound.
        self.drawn = column if cut_off.may_diverge(context) else COSTS
        column += (len(self.sets) + 1) * (self.drawn > COSTS)
        self.layers: list[Columns] = []
        for layer in context.dense:
            self.layers.append(Columns(column, column + layer.sources))
            column += layer.sources + (layer.bias is not None) + 1
        #: Where a step's penalty stands, if there is one.
        self.penalty = column if context.net.penalties else None
        column += 2 * bool(context.net.penalties)
        #: Whether the largest z of each example stands behind the z of all of them.
        self.maxima = competes(context.dense[-1]) and places.outputs > FEW_OUTPUTS
        self.runs = runs(context.dense)
        #: Of each set, where the z of the last layer of each run of layers begin.
        self.z: list[list[int]] = []
        for number in self.sets:
            top, bottom = places.rows(number)
            apart = bottom - top + 2
            self.z.append([column + apart * at for at in range(len(self.runs))])
            column += apart * (len(self.runs) + self.maxima)
        self.right = column - 2
        self.each = max(context.sizes[1:])
        self.bottom = FIRST_ROW + context.steps

    # What others look at

    def block(self, number: int) -> Block:
        """The cost of the training set (0) or of the test set (1) at every step."""
        quantity = (TRAINING_COST, TEST_COST)[number]
        return Block(quantity.name, None, NAME, FIRST_ROW, COSTS + number, (STEP,), (), self._steps)

    @property
    def accuracies(self) -> Block:
        lengths = {**self._steps, SPLIT: len(self.sets)}
        at = (NAME, FIRST_ROW, self.accuracy, (STEP,), (SPLIT,), lengths)
        return Block(ACCURACY.name, None, *at)

    @property
    def _steps(self) -> dict[str, int]:
        return {STEP: self.context.steps + 1}

    def column(self, column: int) -> Area:
        return Area(NAME, FIRST_ROW, column, self.bottom, column, True)

    # Writing

    def fill(self) -> Sheet:
        context = self.context
        sheet = Sheet(NAME, "workings: cost and accuracy of all examples", workings=True)
        sheet.tab_colour, sheet.default_width = styles.PALE, 10.5
        sheet.freeze, sheet.print_setup = (FIRST_ROW, COSTS), PrintSetup(fit_width=0)
        hint = "on the left a row a step; on the right each step’s parameters and the last z"
        frame.head(sheet, title="Evaluation: workings of Data", hint=hint, left=1)
        frame.banner(sheet, min(self.right, 60))
        self._write_heads(sheet)
        steps = np.arange(context.steps + 1.0)[:, None]
        whole = styles.SIGN.but(number_format="0", size=8)
        count = Cell(Ref(NAME, FIRST_ROW, 1) + 1, whole)
        sheet.put(FIRST_ROW, 1, 0.0, whole)
        if context.steps:
            sheet.bands.append(Band(FIRST_ROW + 1, 1, (count,), steps[1:], lambda n: steps[1:]))
        self._write_parameters(sheet)
        for number in self.sets:
            self._write_z(sheet, number)
            if self.maxima:
                self._write_maxima(sheet, number)
        self._write_results(sheet)
        return sheet

    def _band(
        self, sheet: Sheet, top: int, left: int, cells: list[Cell], claim: Claim, pace: int
    ) -> None:
        """Cells of every step, below each other; `pace` is that of what they look at."""
        stride = 1 if left in (COSTS, self.drawn) else self.each
        values = claim(self.context.numbers)
        sheet.bands.append(Band(top, left, tuple(cells), values, claim, stride=stride, pace=pace))

    def _write_heads(self, sheet: Sheet) -> None:
        small = styles.LABEL_CENTRE.but(size=9)
        sheet.put(HEAD_ROW, 1, "step", small)
        for number in self.sets:
            sheet.put(HEAD_ROW, COSTS + number, f"{SETS[number]} cost", small)
            if self.places.classified:
                sheet.widths[self.accuracy + number] = 14.0
                sheet.put(HEAD_ROW, self.accuracy + number, f"{SETS[number]} accuracy", small)
            if self.drawn > COSTS:
                sheet.put(HEAD_ROW, self.drawn + number, f"{SETS[number]} drawn", small)
            for run, column in zip(self.runs, self.z[number], strict=True):
                sheet.put(HEAD_ROW, column, f"z of the {SETS[number]} set", small)
                if len(self.runs) > 1:
                    name = self.context.symbols.layer(run[-1].number)
                    sheet.put(HEAD_ROW - 1, column, name, small.but(horizontal="left"))
        for layer, columns in zip(self.context.dense, self.layers, strict=True):
            name = self.context.symbols.layer(layer.number)
            # The name is wider than the weights of one source, and is cut off beside biases.
            sheet.put(HEAD_ROW - 1, columns.weights, name, small.but(horizontal="left"))
            sheet.put(HEAD_ROW, columns.weights, "weights", small)
            if layer.bias:
                sheet.put(HEAD_ROW, columns.biases, "biases", small)
        if self.penalty is not None:
            sheet.put(HEAD_ROW, self.penalty, "penalty", small)

    def _write_parameters(self, sheet: Sheet) -> None:
        """What a step's costs look at out of the run: parameters as matrices, and the penalty."""
        for layer, columns in zip(self.context.dense, self.layers, strict=True):
            weights, number = self.context.run(WEIGHT, layer.number), layer.number
            for unit in range(layer.units):
                each = [{UNIT: unit, SOURCE: source} for source in range(layer.sources)]
                claim = partial(weights_of, layer=number, unit=unit)
                self._copy(sheet, unit, columns.weights, weights, each, claim)
                if layer.bias is not None:
                    at = unit if layer.bias.axes else 0
                    claim = partial(bias_of, layer=number, unit=at)
                    biases = self.context.run(layer.bias, number)
                    self._copy(sheet, unit, columns.biases, biases, [{UNIT: at}], claim)
        if self.penalty is not None:
            penalties = self.context.run(PENALTY)
            self._copy(sheet, 0, self.penalty, penalties, [{}], penalty_of)

    def _copy(
        self,
        sheet: Sheet,
        below: int,
        left: int,
        block: Block,
        places: list[dict[str, int]],
        claim: Claim,
    ) -> None:
        """Numbers of the run in each step's rows, `below` the first of them."""
        look = styles.UPDATE.but(size=8)
        cells = [Cell(block.ref_at({STEP: 0, **place}), look) for place in places]
        first, second = (block.ref_at({STEP: step, **places[0]}).row for step in (0, 1))
        self._band(sheet, FIRST_ROW + below, left, cells, claim, second - first)

    def _write_z(self, sheet: Sheet, number: int) -> None:
        """The z of a set: array formulas that fill a row for each unit, the last layer's last."""
        look = styles.FORWARD.but(size=8, number_format=styles.FOUR)
        first, last = self.places.rows(number)
        left, width, count = self.places.shown, self.places.inputs, last - first + 1
        inputs = Area(DATA, first, left, last, left + width - 1, True)
        below: Expression = call("TRANSPOSE", inputs)
        for at, run in enumerate(self.runs):
            z = z_of(run, [self._parameters(layer) for layer in run], below)
            left, layer = self.z[number][at], run[-1]
            filled = Cell(Spill((FIRST_ROW, left)), look)
            origin = Cell(Matrix(over_ranges(z), layer.units, count), look)
            for unit in range(layer.units):
                cells = [origin if unit == 0 else filled, *[filled] * (count - 1)]
                claim = partial(z_of_unit, number=number, layer=layer.number, unit=unit)
                self._band(sheet, FIRST_ROW + unit, left, cells, claim, self.each)
            below = activation_of(layer, self._z(number, at))

    def _write_maxima(self, sheet: Sheet, number: int) -> None:
        """The largest z of each example, behind the z of a set."""
        area = self._maxima(number)
        apart, height = area.right - area.left + 2, self.places.outputs
        look = styles.FORWARD.but(size=8, number_format=styles.FOUR)
        columns = range(area.left - apart, area.right - apart + 1)
        z = [Area(NAME, FIRST_ROW, c, FIRST_ROW + height - 1, c) for c in columns]
        cells = [Cell(call("MAX", each), look) for each in z]
        claim = partial(largest_z, number=number)
        self._band(sheet, FIRST_ROW, area.left, cells, claim, self.each)

    def _maxima(self, number: int) -> Area:
        first, last = self.places.rows(number)
        left = self.z[number][-1] + last - first + 2
        return Area(NAME, FIRST_ROW, left, FIRST_ROW, left + last - first)

    def _z(self, number: int, run: int = -1) -> Area:
        """A set's z before the first step, of the last layer of a run: units × examples."""
        first, last = self.places.rows(number)
        left, bottom = self.z[number][run], FIRST_ROW + self.runs[run][-1].units - 1
        return Area(NAME, FIRST_ROW, left, bottom, left + last - first)

    def _parameters(self, layer: Dense) -> tuple[Area, Area | None]:
        """The weights of a layer before the first step, and its biases, if it has any."""
        columns, bottom = self.layers[layer.number - 1], FIRST_ROW + layer.units - 1
        left, right = columns.weights, columns.weights + layer.sources - 1
        weights = Area(NAME, FIRST_ROW, left, bottom, right)
        if layer.bias is None:
            return weights, None
        return weights, Area(NAME, FIRST_ROW, columns.biases, bottom, columns.biases)

    def _write_results(self, sheet: Sheet) -> None:
        """The costs and the accuracies, a row a step; the step's z are `each` rows further down."""
        look = styles.FORWARD.but(number_format=styles.SIX)
        percent = look.but(number_format="0.0%")
        rows = [self._rows(number) for number in self.sets]
        cells = [Cell(_single(self._cost(rows[n], n)), look) for n in self.sets]
        blocks = [self.block(number) for number in self.sets]
        if self.places.classified:
            cells += [Cell(_single(self._accuracy(rows[n], n)), percent) for n in self.sets]
            blocks.append(self.accuracies)
        for block in blocks:
            self.context.blocks.add(block)

        claim = partial(results_of, classified=bool(self.places.classified))
        self._band(sheet, FIRST_ROW, COSTS, cells, claim, self.each)
        if self.drawn > COSTS:
            costs = [Ref(NAME, FIRST_ROW, COSTS + number) for number in self.sets]
            cells = [Cell(_single(_within(cost)), look) for cost in costs]
            self._band(sheet, FIRST_ROW, self.drawn, cells, drawn_of, 1)

    def _rows(self, number: int) -> Rows:
        """Each output's z, activation and target before the first step, over the examples."""
        depth = self.context.depth
        first, last = self.places.rows(number)
        left, units = self.z[number][-1], range(self.places.outputs)
        z: list[Expression] = [
            Area(NAME, FIRST_ROW + unit, left, FIRST_ROW + unit, left + last - first)
            for unit in units
        ]
        output = self.context.dense[depth - 1]
        whole = output.activation.cell_of_largest if self.maxima else None
        a = [
            whole(z, unit, self._maxima(number), output.hyper)
            if whole
            else output.activation.cell(z, unit, output.hyper)
            for unit in units
        ]
        targets = self.places.targets
        t: list[Expression] = [
            call("TRANSPOSE", Area(DATA, first, targets + u, last, targets + u, True))
            for u in units
        ]
        return z, a, t

    def _cost(self, rows: Rows, number: int) -> Expression:
        net, hyper, (z, a, t) = self.context.net, self.context.loss_hyper, rows
        fused = net.is_fused(net.depth)
        if fused and net.loss.cell_apart and not self.maxima:
            loss = net.loss.cell_apart(z, t, hyper)
        elif fused and net.loss.cell_from_z:
            loss = net.loss.cell_from_z(a, z, t, hyper)
        else:
            loss = net.loss.cell(a, t, hyper)
        first, last = self.places.rows(number)
        divisor = net.reduction.divisor(last - first + 1)
        summed: Expression = call("SUM", loss)
        near = unguarded(loss)
        if near != loss and not self.maxima:
            # Guards of every example take most of the time; here one condition serves for all.
            z_of_all = self._z(number)
            bounds = call("MAX", z_of_all) < NEAR, call("MIN", z_of_all) > -NEAR
            summed = guard(when(call("AND", *bounds), call("SUM", near), summed))
        cost = summed if divisor == 1 else summed / divisor
        if number == 0 and self.penalty is not None:
            cost = cost + Ref(NAME, FIRST_ROW, self.penalty)
        return cost

    def _accuracy(self, rows: Rows, number: int) -> Expression:
        """The share of examples that no other class beats."""
        net, (z, a, t) = self.context.net, rows
        scores = z if scores_by(net) == Z else a
        first, last = self.places.rows(number)
        count = last - first + 1
        if len(scores) == 1:
            sides = [1 * (side > HALF - ABOVE) for side in (scores[0], t[0])]
            return 1 - call("SUM", call("ABS", sides[0] - sides[1])) / count
        own = total([score * target for score, target in zip(scores, t, strict=True)])
        beaten = total([1 * (score > own + ABOVE) for score in scores])
        return call("SUM", 1 * (beaten < HALF)) / count


def _within(cost: Expression) -> Expression:
    """A cost as it is drawn; of a run that has no more numbers the curve stays at its end.

    Where the run keeps within its bounds, the test set's cost may be higher than all of its own.
    """
    end = own.ends()
    within = guard(when(end < own.highest(), guard(minimum(cost, end)), cost))
    return guard(when(equal(call("COUNT", cost), 1), within, end))


def _single(expression: Expression) -> Matrix:
    """An array formula that fills one cell."""
    return Matrix(over_ranges(expression), 1, 1)
