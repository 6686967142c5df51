"""Training of a network that is too wide for a row a step: sheets of its own a layer.

On "Weights 1" a row is one unit at one step: its weights, its bias, their gradients. On
"Values 1" a row is one example at one step: z, the activations and δ of all units.
Training keeps the losses and the cost. The equations are those of every other sheet.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sheetnet.errors import SheetnetError
from sheetnet.expressions.dialects import LAST_COLUMN, LAST_ROW
from sheetnet.expressions.formula import Expression, Ref
from sheetnet.network.equations import Equations, updated
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.step import Step
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import Band, Cell, FloatArray, PrintSetup, Sheet
from sheetnet.workbook.styles import BACKWARD, FORWARD, GIVEN, UPDATE, Style, header

TRAINING = "Training"
FIRST_ROW, TITLE_ROW, SYMBOL_ROW = 6, 4, 5
NARROW = 8.0


def weights_sheet(layer: int) -> str:
    return f"Weights {layer}"


def values_sheet(layer: int) -> str:
    return f"Values {layer}"


def place(context: Context) -> None:
    """Give every quantity of the run its block. Refuses what a sheet cannot hold."""
    steps = context.steps + 1
    for layer in context.layers:
        sources, units = context.sizes[layer - 1], context.sizes[layer]
        column = 3
        own: tuple[str, ...] = ("source",)
        for quantity, axes in (
            ("weight", own),
            ("bias", ()),
            ("weight_gradient", own),
            ("bias_gradient", ()),
        ):
            lengths = {"step": steps, "unit": units} | dict.fromkeys(axes, sources)
            rows = ("step", "unit")
            column = _add(
                context, quantity, layer, weights_sheet(layer), column, rows, axes, lengths
            )
        column = 3
        for quantity in ("z", "activation", "delta"):
            lengths = {"step": steps, "sample": context.samples, "unit": units}
            rows, axes = ("step", "sample"), ("unit",)
            column = _add(
                context, quantity, layer, values_sheet(layer), column, rows, axes, lengths
            )
    lengths = {"step": steps, "sample": context.samples}
    column = _add(context, "loss", None, TRAINING, 2, ("step",), ("sample",), lengths)
    _add(context, "cost", None, TRAINING, column, ("step",), (), {"step": steps})


def _add(
    context: Context,
    quantity: str,
    layer: int | None,
    sheet: str,
    column: int,
    rows: tuple[str, ...],
    axes: tuple[str, ...],
    lengths: dict[str, int],
) -> int:
    """Add a block; returns the column behind it."""
    block = Block(quantity, layer, sheet, FIRST_ROW, column, rows, axes, lengths)
    if block.bottom > LAST_ROW or block.right > LAST_COLUMN:
        raise SheetnetError(
            f"network.layers: {quantity} of layer {layer} takes {block.bottom:,} rows and "
            f"{block.right:,} columns, a sheet has {LAST_ROW:,} and {LAST_COLUMN:,}: use "
            "fewer training.steps, units or samples"
        )
    context.add_run(block)
    return block.right + 1


def _step(context: Context, step: int) -> Step:
    return Step(context, step, "weight", "bias")


def fill(context: Context) -> list[Sheet]:
    """Training, then the weights and the values of each layer."""
    sheets = [_training(context)]
    for layer in context.layers:
        sheets += [_weights(context, layer), _values(context, layer)]
    return sheets


def _sheet(name: str, title: str, hint: str, second: str) -> Sheet:
    sheet = Sheet(name, tab_colour=styles.GREEN, freeze=(FIRST_ROW, 3), cursor=(FIRST_ROW, 3))
    sheet.default_width = 11.5
    sheet.widths |= {1: NARROW, 2: NARROW + 2}
    sheet.print_setup = PrintSetup(title_rows=(TITLE_ROW, SYMBOL_ROW), fit_width=0)
    frame.head(sheet, title, hint, 1)
    for column, text in ((1, "step"), (2, second)):
        sheet.put(SYMBOL_ROW, column, text, header(GIVEN))
    return sheet


def _headers(sheet: Sheet, block: Block, title: str, role: Style, first: int) -> None:
    """What a block is, and the number of each of its units, sources or examples."""
    sheet.put(TITLE_ROW, block.left, title, header(role).but(horizontal="left"))
    for number in range(block.width):
        label = float(number + first) if block.columns else None
        sheet.put(SYMBOL_ROW, block.left + number, label, header(role).but(number_format="0"))


def _training(context: Context) -> Sheet:
    hint = "the network is too wide for a row a step: its numbers are on the sheets of its layers"
    sheet = _sheet(TRAINING, "Training: the cost, a row a step", hint, "loss")
    del sheet.cells[SYMBOL_ROW, 2]
    sheet.freeze = (FIRST_ROW, 2)
    sheet.widths[2] = 11.5
    losses, cost = context.run("loss"), context.run("cost")
    first = 1
    _headers(sheet, losses, "loss of example", FORWARD, first)
    _headers(sheet, cost, "cost", FORWARD, first)
    frame.banner(sheet, max(cost.right, 8))
    for step in range(context.steps + 1):
        equations = Equations(context.lesson, context.samples, _step(context, step))
        row = [_count(step, FIRST_ROW, 1)]
        row += [Cell(equations.loss(n), FORWARD) for n in range(context.samples)]
        row.append(Cell(equations.cost(), FORWARD))
        numbers = [float(step), *context.trace.losses[step], context.trace.costs[step]]
        sheet.bands.append(Band(FIRST_ROW + step, 1, tuple(row), np.array([numbers])))
    return sheet


def _count(step: int, first_row: int, stride: int) -> Cell:
    """The number of a step: 0, then one more than the row `stride` rows above."""
    look = GIVEN.but(number_format="0")
    if step == 0:
        return Cell(0.0, look)
    return Cell(Ref(TRAINING, first_row + (step - 1) * stride, 1) + 1, look)


def _weights(context: Context, layer: int) -> Sheet:
    symbols, units = context.symbols, context.sizes[layer]
    hint = "a row is one unit at one step; its weights are formulas on the step before"
    name = weights_sheet(layer)
    sheet = _sheet(name, f"Weights of the {symbols.layer(layer)}", hint, "unit")
    first = context.notation.first
    for quantity, title, role in (
        ("weight", "weights, from source", UPDATE),
        ("bias", "bias", UPDATE),
        ("weight_gradient", "gradients, by source", BACKWARD),
        ("bias_gradient", "gradient of the bias", BACKWARD),
    ):
        _headers(sheet, context.run(quantity, layer), title, role, first)
    frame.banner(sheet, min(context.run("bias_gradient", layer).right, 60))
    trace, at = context.trace, layer - 1
    for step in range(context.steps + 1):
        for unit in range(units):
            row = FIRST_ROW + step * units + unit
            cells = [Cell(float(step), GIVEN.but(number_format="0"))]
            cells.append(Cell(float(unit + first), GIVEN.but(number_format="0")))
            cells += _unit_cells(context, layer, step, unit)
            numbers = np.concatenate(
                [
                    [float(step), float(unit + first)],
                    trace.weights[at][step, unit],
                    [trace.biases[at][step, unit]],
                    trace.weight_gradients[at][step, unit],
                    [trace.bias_gradients[at][step, unit]],
                ]
            )
            sheet.bands.append(Band(row, 1, tuple(cells), numbers[np.newaxis]))
    return sheet


def _unit_cells(context: Context, layer: int, step: int, unit: int) -> Iterator[Cell]:
    """Weights, bias, gradients and the bias's gradient of one unit at one step."""
    equations = Equations(context.lesson, context.samples, _step(context, step))
    sources = range(context.sizes[layer - 1])
    for source in sources:
        yield Cell(_parameter(context, "weight", layer, step, unit, source), UPDATE)
    yield Cell(_parameter(context, "bias", layer, step, unit, 0), UPDATE)
    for source in sources:
        yield Cell(equations.weight_gradient(layer, unit, source), BACKWARD)
    yield Cell(equations.bias_gradient(layer, unit), BACKWARD)


def _parameter(
    context: Context, quantity: str, layer: int, step: int, unit: int, source: int
) -> Expression:
    """A weight or bias: the user's at step 0, later one step of gradient descent."""
    place = {"unit": unit, "source": source}
    if step == 0:
        row, column = (block := context.knob(quantity, layer)).position(**place)
        return Ref(block.sheet, row, column)
    before = context.run(quantity, layer).position(step=step - 1, **place)
    sheet = weights_sheet(layer)
    if quantity == "bias" and not context.lesson.training.train_biases:
        return Ref(sheet, *before)
    gradient = context.run(f"{quantity}_gradient", layer).position(step=step - 1, **place)
    return updated(Ref(sheet, *before), context.rate, Ref(sheet, *gradient))


def _values(context: Context, layer: int) -> Sheet:
    symbols, units, samples = context.symbols, context.sizes[layer], context.samples
    hint = "a row is one example at one step"
    sheet = _sheet(values_sheet(layer), f"Values of the {symbols.layer(layer)}", hint, "example")
    for quantity, title, role in (
        ("z", "z of unit", FORWARD),
        ("activation", "activation of unit", FORWARD),
        ("delta", "δ of unit", BACKWARD),
    ):
        _headers(sheet, context.run(quantity, layer), title, role, context.notation.first)
    frame.banner(sheet, min(context.run("delta", layer).right, 60))
    trace, at = context.trace, layer - 1
    number = GIVEN.but(number_format="0")
    for step in range(context.steps + 1):
        equations = Equations(context.lesson, samples, _step(context, step))
        top = FIRST_ROW + step * samples
        for sample in range(samples):
            cells = [Cell(float(step), number), Cell(float(sample + 1), number)]
            cells += [Cell(equations.z(layer, sample, j), FORWARD) for j in range(units)]
            cells += [Cell(equations.activation(layer, sample, j), FORWARD) for j in range(units)]
            cells += [Cell(equations.delta(layer, sample, j), BACKWARD) for j in range(units)]
            numbers: FloatArray = np.concatenate(
                [
                    [float(step), float(sample + 1)],
                    trace.z[at][step, sample],
                    trace.activations[at][step, sample],
                    trace.deltas[at][step, sample],
                ]
            )
            sheet.bands.append(Band(top + sample, 1, tuple(cells), numbers[np.newaxis]))
    return sheet
