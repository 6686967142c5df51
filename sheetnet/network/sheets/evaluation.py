"""Evaluation: workings of Data: the costs and the accuracy of all examples at every step.

A step takes a few rows: its parameters as matrices, and behind them one array formula for the
last layer's z of a whole set: W f(… W X + b …) + b, an example a column. The costs and the
accuracies, a row a step, look at these.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sheetnet.expressions.formula import Area, Expression, Ref, call, over_ranges, total
from sheetnet.network.activations import ABOVE
from sheetnet.network.engine import FloatArray
from sheetnet.network.evaluation import (
    ACCURACY,
    HALF,
    SETS,
    SPLIT,
    TEST_COST,
    TRAINING_COST,
    evaluated,
    scores_by,
)
from sheetnet.network.numbers import Numbers
from sheetnet.network.penalties import PENALTY
from sheetnet.network.quantities import BIAS, SAMPLE, STEP, UNIT, WEIGHT, Z
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.data_places import NAME as DATA
from sheetnet.network.sheets.data_places import DataPlaces
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import Band, Cell, Matrix, PrintSetup, Sheet, Spill

NAME = "Evaluation"
HEAD_ROW, FIRST_ROW = 5, 6
COSTS = 2
#: The z, the activations and the targets of a set, a row of examples for each output.
Rows = tuple[list[Expression], list[Expression], list[Expression]]
#: From more outputs on, the largest z of an example has a cell of its own, and a softmax of more
#: than `MOST_OUTPUTS` would make too long a formula.
FEW_OUTPUTS, MOST_OUTPUTS = 3, 8
#: More cells than these are more than a workbook should have besides the run.
MOST_CELLS = 400_000


def applies(context: Context) -> bool:
    """Whether the sets can be evaluated at every step."""
    if not context.shows_data or not context.dense:
        return False
    if _at_once(context) and context.sizes[-1] > MOST_OUTPUTS:
        return False
    examples = len(context.lesson.data.inputs) + len(context.lesson.data.test_inputs)
    each = context.net.parameter_count + examples * context.sizes[-1]
    return each * (context.steps + 1) <= MOST_CELLS


def _at_once(context: Context) -> bool:
    """Whether the last activation looks at all units at once."""
    return context.dense[-1].activation.cell_of_largest is not None


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
        self.layers: list[Columns] = []
        for layer in context.dense:
            self.layers.append(Columns(column, column + layer.sources))
            column += layer.sources + (layer.bias is not None) + 1
        #: Whether the largest z of each example stands behind the z of all of them.
        self.maxima = _at_once(context) and places.outputs > FEW_OUTPUTS
        self.z: list[int] = []
        for number in self.sets:
            top, bottom = places.rows(number)
            self.z.append(column)
            column += (bottom - top + 2) * (1 + self.maxima)
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
        frame.head(sheet, "Evaluation: workings of Data", hint, 1)
        frame.banner(sheet, min(self.right, 60))
        self._write_heads(sheet)
        steps = np.arange(context.steps + 1.0)[:, None]
        whole = styles.SIGN.but(number_format="0", size=8)
        count = Cell(Ref(NAME, FIRST_ROW, 1) + 1, whole)
        sheet.put(FIRST_ROW, 1, 0.0, whole)
        if context.steps:
            sheet.bands.append(Band(FIRST_ROW + 1, 1, (count,), steps[1:], lambda n: steps[1:]))
        for step in range(context.steps + 1):
            self._write_step(sheet, step)
        for number in self.sets:
            context.show(sheet, self.block(number))
        if self.places.classified:
            context.show(sheet, self.accuracies)
        return sheet

    def _write_heads(self, sheet: Sheet) -> None:
        small = styles.LABEL_CENTRE.but(size=9)
        sheet.put(HEAD_ROW, 1, "step", small)
        for number in self.sets:
            sheet.put(HEAD_ROW, COSTS + number, f"{SETS[number]} cost", small)
            if self.places.classified:
                sheet.put(HEAD_ROW, self.accuracy + number, f"{SETS[number]} accuracy", small)
            sheet.put(HEAD_ROW, self.z[number], f"z of the {SETS[number]} set", small)
        for layer, columns in zip(self.context.dense, self.layers, strict=True):
            name = self.context.symbols.layer(layer.number)
            sheet.put(HEAD_ROW, columns.weights, f"weights, {name}", small)
            if layer.bias:
                sheet.put(HEAD_ROW, columns.biases, "biases", small)

    def _write_step(self, sheet: Sheet, step: int) -> None:
        self._write_parameters(sheet, step)
        look = styles.FORWARD.but(size=8, number_format=styles.FOUR)
        top = FIRST_ROW + step * self.each
        outputs = self.places.outputs
        for number in self.sets:
            first, last = self.places.rows(number)
            count, left = last - first + 1, self.z[number]
            formula = over_ranges(self._z(top, number))
            for row in range(outputs):
                for column in range(count):
                    if row == column == 0:
                        sheet.put(top, left, Matrix(formula, outputs, count), look)
                    else:
                        sheet.put(top + row, left + column, Spill((top, left)), look)
            lengths = {UNIT: outputs, SAMPLE: count}
            block = Block("", None, NAME, top, left, (UNIT,), (SAMPLE,), lengths)
            sheet.claim(block, self._z_claim(number, step))
            if self.maxima:
                self._write_maxima(sheet, step, number)
        self._write_results(sheet, step, top)

    def _write_maxima(self, sheet: Sheet, step: int, number: int) -> None:
        """The largest z of each example, behind the z of a set."""
        area = self._maxima(FIRST_ROW + step * self.each, number)
        apart, height = area.right - area.left + 2, self.places.outputs
        look = styles.FORWARD.but(size=8, number_format=styles.FOUR)
        for column in range(area.left, area.right + 1):
            z = Area(NAME, area.top, column - apart, area.top + height - 1, column - apart)
            sheet.put(area.top, column, call("MAX", z), look)
        lengths = {SAMPLE: area.shape[1]}
        block = Block("", None, NAME, area.top, area.left, (), (SAMPLE,), lengths)
        sheet.claim(block, lambda n: evaluated(n).z[number][step].max(axis=-1)[None, :])

    def _maxima(self, top: int, number: int) -> Area:
        first, last = self.places.rows(number)
        left = self.z[number] + last - first + 2
        return Area(NAME, top, left, top, left + last - first)

    def _z_claim(self, number: int, step: int) -> Callable[[Numbers], FloatArray]:
        return lambda numbers: evaluated(numbers).z[number][step].T

    def _write_parameters(self, sheet: Sheet, step: int) -> None:
        """The parameters of a step as matrices, out of the run."""
        top, look = FIRST_ROW + step * self.each, styles.UPDATE.but(size=8)
        for layer, columns in zip(self.context.dense, self.layers, strict=True):
            number = layer.number
            held = self.context.run(WEIGHT, number)
            for unit in range(layer.units):
                for source in range(layer.sources):
                    value = held.ref(step=step, unit=unit, source=source)
                    sheet.put(top + unit, columns.weights + source, value, look)
            area = (top, columns.weights, (UNIT,), ("source",))
            lengths = {UNIT: layer.units, "source": layer.sources}
            block = Block("", None, NAME, *area, lengths)
            sheet.claim(block, self._weight_claim(number, step))
            if layer.bias is None:
                continue
            held = self.context.run(layer.bias, number)
            for unit in range(layer.units):
                value = held.ref_at({STEP: step, UNIT: unit if layer.bias.axes else 0})
                sheet.put(top + unit, columns.biases, value, look)
            block = Block("", None, NAME, top, columns.biases, (UNIT,), (), {UNIT: layer.units})
            sheet.claim(block, self._bias_claim(number, layer.units, step))

    def _weight_claim(self, layer: int, step: int) -> Callable[[Numbers], FloatArray]:
        return lambda numbers: numbers.trace[WEIGHT, layer][step]

    def _bias_claim(self, layer: int, units: int, step: int) -> Callable[[Numbers], FloatArray]:
        def claim(numbers: Numbers) -> FloatArray:
            held = np.asarray(numbers.trace[BIAS, layer][step])
            return np.broadcast_to(held.reshape(-1, 1), (units, 1))

        return claim

    def _z(self, top: int, number: int) -> Expression:
        """The last layer's z of a set, units × examples."""
        first, last = self.places.rows(number)
        left, width = self.places.shown, self.places.inputs
        inputs = Area(DATA, first, left, last, left + width - 1, True)
        below: Expression = call("TRANSPOSE", inputs)
        for layer, columns in zip(self.context.dense, self.layers, strict=True):
            bottom, left = top + layer.units - 1, columns.weights
            weights = Area(NAME, top, left, bottom, left + layer.sources - 1)
            z: Expression = call("MMULT", weights, below)
            if layer.bias is not None:
                z = z + Area(NAME, top, columns.biases, bottom, columns.biases)
            if layer.number < self.context.depth:
                below = layer.activation.cell([z], 0, layer.hyper)
        return z

    def _write_results(self, sheet: Sheet, step: int, top: int) -> None:
        row = FIRST_ROW + step
        look = styles.FORWARD.but(number_format=styles.SIX)
        for number in self.sets:
            rows = self._rows(top, number)
            cost = over_ranges(self._cost(rows, number, step))
            sheet.put(row, COSTS + number, Matrix(cost, 1, 1), look)
            if self.places.classified:
                share = over_ranges(self._accuracy(rows, number))
                percent = look.but(number_format="0.0%")
                sheet.put(row, self.accuracy + number, Matrix(share, 1, 1), percent)

    def _rows(self, top: int, number: int) -> Rows:
        """Each output's z, activation and target, over the examples."""
        depth = self.context.depth
        first, last = self.places.rows(number)
        left, units = self.z[number], range(self.places.outputs)
        z: list[Expression] = [
            Area(NAME, top + unit, left, top + unit, left + last - first) for unit in units
        ]
        output = self.context.dense[depth - 1]
        whole = output.activation.cell_of_largest if self.maxima else None
        a = [
            whole(z, unit, self._maxima(top, number), output.hyper)
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

    def _cost(self, rows: Rows, number: int, step: int) -> Expression:
        net, hyper, (z, a, t) = self.context.net, self.context.loss_hyper, rows
        if net.is_fused(net.depth) and net.loss.cell_from_z:
            loss = net.loss.cell_from_z(a, z, t, hyper)
        else:
            loss = net.loss.cell(a, t, hyper)
        first, last = self.places.rows(number)
        divisor = net.reduction.divisor(last - first + 1)
        summed: Expression = call("SUM", loss)
        cost = summed if divisor == 1 else summed / divisor
        penalised = number == 0 and net.penalties
        return cost + self.context.run(PENALTY).ref(step=step) if penalised else cost

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
