"""Training: a row a step; each step's weights are formulas on the row above."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sheetnet.errors import SheetnetError
from sheetnet.expressions.dialects import LAST_COLUMN, LAST_ROW
from sheetnet.expressions.formula import Expression, Ref
from sheetnet.expressions.rich import Rich
from sheetnet.network.equations import Equations, updated
from sheetnet.network.sheets import wide
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.step import Step
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import Band, Cell, FloatArray, PrintSetup, Sheet
from sheetnet.workbook.styles import BACKWARD, FORWARD, GIVEN, UPDATE, Style, header

NAME = "Training"
FIRST_ROW = 6
#: More would take minutes to build and to open.
MOST_CELLS, MOST_WIDE = 20_000_000, 1_500_000
GROUP_ROW, EXAMPLE_ROW, SYMBOL_ROW = 3, 4, 5


def place(context: Context) -> None:
    """Lay the quantities side by side, one row a step; a wide network has sheets of its own.

    Refuses what no workbook can hold.
    """
    _refuse_the_endless(context)
    if is_wide(context):
        wide.place(context)
        return
    column = 2
    for quantity, layer, axes in _order(context):
        lengths = {"step": context.steps + 1} | {a: _length(context, layer, a) for a in axes}
        block = Block(quantity, layer, NAME, FIRST_ROW, column, ("step",), axes, lengths)
        context.add_run(block)
        column += block.width


def is_wide(context: Context) -> bool:
    """Whether a step has more numbers than a row has columns."""
    return context.numbers + 1 > LAST_COLUMN


def _refuse_the_endless(context: Context) -> None:
    if context.steps + FIRST_ROW > LAST_ROW:
        raise SheetnetError(
            f"training.steps: {context.steps:,} steps need {context.steps + FIRST_ROW:,} rows, "
            f"a sheet has {LAST_ROW:,}: use fewer steps"
        )
    cells = (context.steps + 1) * context.numbers
    most = MOST_WIDE if is_wide(context) else MOST_CELLS
    if cells > most:
        raise SheetnetError(
            f"training.steps: the run has {cells:,} numbers, a workbook of "
            f"{context.numbers:,} numbers a step holds {most:,}: use fewer steps, units or samples"
        )


def _length(context: Context, layer: int | None, axis: str) -> int:
    if axis == "sample":
        return context.samples
    assert layer is not None
    return context.sizes[layer if axis == "unit" else layer - 1]


def _order(context: Context) -> Iterator[tuple[str, int | None, tuple[str, ...]]]:
    """The quantities from left to right, in the order in which a step computes them.

    Numbers of an example stand together, unless there are more examples than units:
    then those of a unit do, so that the longer sum is always over adjoining cells.
    """
    many = context.samples > max(context.sizes)
    each = ("unit", "sample") if many else ("sample", "unit")
    for layer in context.layers:
        yield "weight", layer, ("unit", "source")
        yield "bias", layer, ("unit",)
    for layer in context.layers:
        yield "z", layer, each
        yield "activation", layer, each
    yield "loss", None, ("sample",)
    yield "cost", None, ()
    for layer in reversed(context.layers):
        yield "delta", layer, each
    for layer in context.layers:
        yield "weight_gradient", layer, ("unit", "source")
        yield "bias_gradient", layer, ("unit",)


ROLES: dict[str, Style] = {
    "weight": UPDATE,
    "bias": UPDATE,
    "z": FORWARD,
    "activation": FORWARD,
    "loss": FORWARD,
    "cost": FORWARD,
    "delta": BACKWARD,
    "weight_gradient": BACKWARD,
    "bias_gradient": BACKWARD,
}
TITLES = {
    "weight": "weights",
    "bias": "biases",
    "z": "sums z",
    "activation": "activations",
    "loss": "loss",
    "cost": "cost",
    "delta": "δ",
    "weight_gradient": "weight gradients",
    "bias_gradient": "bias gradients",
}


NOTES = {
    "cost": "The mean of the examples' losses: what the training makes small.",
    "delta": "The derivative of the example's loss by z: how much this unit's sum is to blame.",
    "weight_gradient": "The derivative of the cost by each weight: the mean over the examples.",
}


def fill(context: Context) -> list[Sheet]:
    """Training; for a wide network also the sheets of its layers."""
    if is_wide(context):
        return wide.fill(context)
    sheet = Sheet(NAME, freeze=(FIRST_ROW, 2), cursor=(FIRST_ROW, 2), tab_colour=styles.GREEN)
    sheet.print_setup = PrintSetup(title_rows=(GROUP_ROW, SYMBOL_ROW), fit_width=0)
    sheet.widths[1] = 8
    hint = "Step 0 is before the first update. The weights of a row are formulas on the row above."
    frame.head(sheet, "Training: a row a step", hint, 1)
    blocks = [block for block in context.blocks if block.sheet == NAME]
    frame.banner(sheet, blocks[-1].right)
    step = header(GIVEN)
    sheet.put(SYMBOL_ROW, 1, "step", step)
    sheet.fill(GROUP_ROW, 1, EXAMPLE_ROW, 1, step)
    sheet.heights[GROUP_ROW] = 42
    sheet.heights[SYMBOL_ROW] = 20
    for block in blocks:
        _write_headers(sheet, context, block)

    first: list[Cell] = [Cell(0.0, GIVEN.but(number_format="0"))]
    later: list[Cell] = [Cell(Ref(NAME, FIRST_ROW, 1) + 1, GIVEN.but(number_format="0"))]
    for block in blocks:
        edge = ROLES[block.quantity].but(borders="l", border_colour=styles.RULE)
        for number, index in enumerate(block.indices()):
            if index["step"] > 0:
                break
            style = edge if number == 0 else ROLES[block.quantity]
            first.append(Cell(_formula(context, block, 0, index), style))
            later.append(Cell(_formula(context, block, 1, index), style))
    values = np.column_stack(
        [np.arange(context.steps + 1.0)] + [_values(context, block) for block in blocks]
    )
    sheet.bands.append(Band(FIRST_ROW, 1, tuple(first), values[:1]))
    if context.steps:
        sheet.bands.append(Band(FIRST_ROW + 1, 1, tuple(later), values[1:]))
    for column in range(2, blocks[-1].right + 1):
        sheet.widths[column] = 11.5
    return [sheet]


def _write_headers(sheet: Sheet, context: Context, block: Block) -> None:
    """Three rows of headers: what it is, which example, the symbol."""
    style = header(ROLES[block.quantity])
    title = TITLES[block.quantity]
    if block.layer is not None:
        title += f"\nlayer {context.symbols.layer_label(block.layer)}"
    group = style.but(wrap=True, borders="l", border_colour=styles.RULE)
    sheet.put(GROUP_ROW, block.left, title, group)
    if block.quantity in NOTES:
        sheet.notes[GROUP_ROW, block.left] = NOTES[block.quantity]
    if block.width > 1:
        sheet.merge(GROUP_ROW, block.left, GROUP_ROW, block.right)
    for number, index in enumerate(block.indices()):
        if index["step"] > 0:
            break
        column = block.left + number
        edge = "l" if number == 0 else ""
        look = style.but(borders=edge, border_colour=styles.RULE)
        example = None
        if "sample" in index and context.samples > 1:
            example = f"example {index['sample'] + 1}"
        sheet.put(EXAMPLE_ROW, column, example, look.but(bold=False, size=9))
        symbol = _symbol(context, block, index)
        sheet.put(SYMBOL_ROW, column, symbol, look.but(font=styles.SERIF, bold=False, size=11))


def _symbol(context: Context, block: Block, index: dict[str, int]) -> Rich:
    symbols, layer = context.symbols, block.layer or 0
    unit, source = index.get("unit", 0), index.get("source", 0)
    match block.quantity:
        case "weight":
            return symbols.weight(layer, unit, source)
        case "bias":
            return symbols.bias(layer, unit)
        case "z":
            return symbols.z(layer, unit)
        case "activation":
            return symbols.activation(layer, unit)
        case "delta":
            return symbols.delta(layer, unit)
        case "weight_gradient":
            return symbols.weight_gradient(layer, unit, source)
        case "bias_gradient":
            return symbols.bias_gradient(layer, unit)
        case "loss":
            return symbols.loss
    return symbols.cost


def _values(context: Context, block: Block) -> FloatArray:
    """A quantity of the Trace, a row a step, its columns in the block's order."""
    trace, layer = context.trace, (block.layer or 1) - 1
    array = {
        "weight": lambda: trace.weights[layer],
        "bias": lambda: trace.biases[layer],
        "z": lambda: trace.z[layer],
        "activation": lambda: trace.activations[layer],
        "loss": lambda: trace.losses,
        "cost": lambda: trace.costs,
        "delta": lambda: trace.deltas[layer],
        "weight_gradient": lambda: trace.weight_gradients[layer],
        "bias_gradient": lambda: trace.bias_gradients[layer],
    }[block.quantity]()
    if block.columns == ("unit", "sample"):
        array = array.swapaxes(1, 2)
    return array.reshape(context.steps + 1, -1)


def _row(context: Context, step: int) -> Step:
    """The numbers of one step, as a row of Training holds them."""
    return Step(context, step, "input", "target")


def _formula(context: Context, block: Block, step: int, index: dict[str, int]) -> Expression:
    """The formula of one cell of a step, on cells of its row or the row above."""
    equations = Equations(context.lesson, context.samples, _row(context, step))
    layer, sample = block.layer or 0, index.get("sample", 0)
    unit, source = index.get("unit", 0), index.get("source", 0)
    match block.quantity:
        case "weight" | "bias" if step == 0:
            first = context.knob(block.quantity, layer)
            return first.ref(unit=unit, source=source, fixed=True)
        case "weight" | "bias":
            above = _row(context, step - 1)
            before = above.at(block.quantity, layer, unit=unit, source=source)
            if block.quantity == "bias" and not context.lesson.training.train_biases:
                return before
            gradient = above.at(f"{block.quantity}_gradient", layer, unit=unit, source=source)
            return updated(before, context.rate, gradient)
        case "z":
            return equations.z(layer, sample, unit)
        case "activation":
            return equations.activation(layer, sample, unit)
        case "loss":
            return equations.loss(sample)
        case "cost":
            return equations.cost()
        case "delta":
            return equations.delta(layer, sample, unit)
        case "weight_gradient":
            return equations.weight_gradient(layer, unit, source)
        case "bias_gradient":
            return equations.bias_gradient(layer, unit)
    raise ValueError(f"Training has no {block.quantity}")
