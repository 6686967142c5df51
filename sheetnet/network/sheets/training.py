"""The run: all steps of every quantity, wherever its blocks are placed.

Each step's parameters are formulas on the step before. One writer for all placements: a
row holds the numbers of a step, or of one example or one unit of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np

from sheetnet.expressions.formula import Expression, Ref, has_ranges, indexed
from sheetnet.expressions.rich import Rich
from sheetnet.network.clipping import CLIP_FACTOR, GRADIENT_NORM, cell_factor, norm_of
from sheetnet.network.equations import Equations
from sheetnet.network.evaluation import ACCURACY, SETS, SPLIT, accuracies
from sheetnet.network.numbers import Numbers
from sheetnet.network.placement import EXAMPLES, FIRST_ROW, TRAINING
from sheetnet.network.quantities import (
    BATCH_INPUT,
    BATCH_TARGET,
    COST,
    INPUT,
    ORDER,
    SAMPLE,
    STEP,
    TARGET,
    UNIT,
    WEIGHT,
    Quantity,
)
from sheetnet.network.scalars import Scalar
from sheetnet.network.sheets.context import Context, RunCells
from sheetnet.network.sheets.evaluation import Evaluation
from sheetnet.network.sheets.looks import LOOKS
from sheetnet.network.sheets.stepping import Update
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import Band, Cell, FloatArray, PrintSetup, Sheet
from sheetnet.workbook.styles import GIVEN, header

GROUP_ROW, EXAMPLE_ROW, SYMBOL_ROW = 3, 4, 5
#: What a step leads to comes first.
FIRST = (COST.name, ACCURACY.name)
COUNT = GIVEN.but(number_format="0")
SHARE = LOOKS[ACCURACY.role].but(number_format="0.0%")
PENALISED_TOO = " What the penalties say of the weights is added."
STEPS = "Step 0 is before the first update. "
HINTS = {
    (STEP,): STEPS + "The parameters of a row are formulas on the row above.",
    (STEP, SAMPLE): STEPS + "A row is one example at one step.",
}


def quantities(context: Context) -> Iterator[tuple[Quantity, int | None]]:
    """What may stand in a row of the run: its quantities, and how many examples are right."""
    yield ACCURACY, None
    yield from context.net.quantities()


def sheet_names(context: Context) -> list[str]:
    """The sheets of the run, in their order."""
    return list(dict.fromkeys(block.sheet for block in context.runs))


def fill(context: Context) -> list[Sheet]:
    """A sheet for each that the placement names, Training first."""
    names = sheet_names(context)
    names.sort(key=lambda name: name != TRAINING)
    return [_sheet(context, name) for name in names]


def _sheet(context: Context, name: str) -> Sheet:
    blocks = [block for block in context.runs if block.sheet == name]
    if name == TRAINING and accuracies(context.lesson):
        blocks.insert(1, _accuracies(context, blocks[0]))
    axes = blocks[0].rows
    width = len(axes)
    sheet = Sheet(name, _about(name, context.symbols.delta_name))
    # What says where a row is stays in sight, and how good the network is.
    kept = width + sum(block.width for block in blocks if block.quantity in FIRST)
    sheet.freeze = sheet.cursor = (FIRST_ROW, 1 + kept)
    sheet.tab_colour, sheet.default_width = styles.GREEN, 11.5
    sheet.print_setup = PrintSetup(title_rows=(GROUP_ROW, SYMBOL_ROW), fit_width=0)
    sheet.widths |= dict.fromkeys(range(1, width + 1), 8.0)
    hint = HINTS.get(axes, STEPS + f"A row is one {axes[-1]} at one step.")
    titles = {TRAINING: "Training: a row a step", EXAMPLES: "Examples: a row an example and step"}
    frame.head(sheet, title=titles.get(name, name), hint=hint, left=1, problem=PROBLEM)
    right = blocks[-1].right
    frame.banner(sheet, max(min(right, 60), 8))
    for column, axis in enumerate(axes, 1):
        title = {SAMPLE: "example"}.get(axis, axis)
        sheet.put(SYMBOL_ROW, column, title, header(GIVEN))
        sheet.fill(GROUP_ROW, column, EXAMPLE_ROW, column, header(GIVEN))
    sheet.heights |= {GROUP_ROW: 42.0, SYMBOL_ROW: 20.0}
    for block in blocks:
        _write_headers(sheet, context, block)
    _Rows(context, sheet, blocks).write()
    return sheet


def _accuracies(context: Context, cost: Block) -> Block:
    """The columns behind the cost that repeat the accuracies of Evaluation."""
    found = Evaluation(context).accuracies
    return replace(found, sheet=cost.sheet, top=cost.top, left=cost.right + 1)


def _about(name: str, delta: str) -> str:
    """What a sheet of the run shows, for Start's list."""
    if name == TRAINING:
        return "the whole run, a row a step"
    kind, _, layer = name.partition(" ")
    shows = {
        EXAMPLES: f"z, activations and {delta} of every example at every step",
        "Weights": f"the parameters and gradients of layer {layer}",
        "Values": f"z, activations and {delta} of layer {layer}, a row an example",
    }
    return shows[kind]


class _Rows:
    """The rows of one sheet of the run."""

    def __init__(self, context: Context, sheet: Sheet, blocks: list[Block]) -> None:
        self.context, self.sheet, self.blocks = context, sheet, blocks
        self.axes = blocks[0].rows
        net = context.net
        self.owned = {(q.name, layer): q for q, layer in quantities(context)}
        self.parameters = {(q.name, layer) for q, layer in net.parameters()}
        self.scalars = {each.quantity.name: each for each in net.scalars}
        self.states = {(kept.name, at): (of, name) for of, at, name, kept in net.states()}
        #: Rows of one step, and whether one formula serves for all of them.
        self.each = blocks[0].height // (context.steps + 1)
        drawn = net.batch and SAMPLE in self.axes
        self.alike = self.axes[1:] in ((), (SAMPLE,)) and not drawn
        self._look_at(0)

    def write(self) -> None:
        """A band for the first step and one for all others; or bands for each step.

        One serves for all others only where every quantity has a row a step: the rows of a
        step elsewhere, as on Examples, are further apart than the rows here.
        """
        steps = self.context.steps
        if all(block.rows == (STEP,) for block in self.context.runs):
            self._band(0, 0, 1)
            if steps:
                self._band(1, 0, steps)
            return
        for step in range(steps + 1):
            if self.alike:
                self._band(step, 0, self.each)
            else:
                for row in range(self.each):
                    self._band(step, row, 1)

    def _band(self, step: int, row: int, count: int) -> None:
        """`count` rows from row number `row` of a step on, by the formulas of the first."""
        cells = tuple(self._cells(step, row))
        start = step * self.each + row
        rows = np.arange(start, start + count)

        def claim(held: Numbers) -> FloatArray:
            arrays = [held.block(block) for block in self.blocks]
            numbers = rows.astype(float)
            heads = [numbers // self.each, *self._label_columns(numbers % self.each)]
            parts = [array[rows] for array in arrays if array is not None]
            return np.column_stack([*heads, *parts])

        self.sheet.bands.append(
            Band(
                FIRST_ROW + start,
                1,
                cells,
                claim(self.context.numbers),
                claim,
                # Where LibreOffice would compute rows together that look at ranges.
                alternating=any(
                    isinstance(c.content, Expression) and has_ranges(c.content) for c in cells
                ),
            )
        )

    def _cells(self, step: int, row: int) -> list[Cell]:
        """The pattern of a row: its number, its labels, the formulas of all blocks."""
        if step != self.step:
            self._look_at(step)
        top = FIRST_ROW + step * self.each + row
        places = self._places(row)
        cells = [self._count(step, top), *(Cell(float(i), COUNT) for i in self._labels(row))]
        for block in self.blocks:
            quantity = self.owned[block.quantity, block.layer]
            look = {ORDER: COUNT, ACCURACY: SHARE}.get(quantity, LOOKS[quantity.role])
            edge = look.but(borders="l", border_colour=styles.RULE)
            for number, index in enumerate(_columns(block)):
                formula = self._formula(quantity, block, index | places)
                cells.append(Cell(formula, edge if number == 0 else look))
        return cells

    def _count(self, step: int, top: int) -> Cell:
        """The number of the step: a formula on the row above where a row is a step."""
        if step == 0 or self.axes != (STEP,):
            return Cell(float(step), COUNT)
        return Cell(Ref(self.sheet.name, top - 1, 1) + 1, COUNT)

    def _places(self, row: int) -> dict[str, int]:
        """Where a row of a step stands on the axes of the rows."""
        return dict(zip(self.axes[1:], (row,), strict=False))

    def _labels(self, row: int) -> list[float]:
        return [float(column[0]) for column in self._label_columns(np.array([float(row)]))]

    def _label_columns(self, rows: FloatArray) -> list[FloatArray]:
        """Examples are counted from 1, units as the document counts them."""
        if len(self.axes) == 1:
            return []
        first = 1 if self.axes[1] == SAMPLE else self.context.notation.first
        return [rows + first]

    def _moves(self, block: Block) -> bool:
        """Whether references to a block move down with the rows of a band."""
        if self.axes == (STEP,):
            return STEP in block.rows
        return not self.alike or SAMPLE in block.rows

    def _look_at(self, step: int) -> None:
        """Let formulas look at the cells of a step, and of the one before."""
        context, self.step = self.context, step
        self.above, self.here = (RunCells(context, step - n, self._moves) for n in (1, 0))
        self.equations = Equations(
            context.net, context.notation, context.samples, self.here, context.loss_hyper
        )
        self.following = Update(context, self.above.at, self._number())

    def _formula(self, quantity: Quantity, block: Block, index: Mapping[str, int]) -> Expression:
        """The formula of one cell of a step."""
        layer = block.layer
        key = quantity.name, layer
        if quantity in (BATCH_INPUT, BATCH_TARGET):
            return self._of_batch(quantity, index)
        if quantity == ACCURACY:
            return self.accuracies.ref_at({STEP: self.step, **index})
        if quantity == ORDER:
            return self.equations.order(self._number(), index.get(SAMPLE, 0))
        if quantity.name in self.scalars:
            return self._scalar(self.scalars[quantity.name])
        if quantity == GRADIENT_NORM:
            return self._norm()
        if quantity == CLIP_FACTOR:
            return cell_factor(self.here.at(GRADIENT_NORM), self.context.hyper)
        if layer is not None and key in self.states:
            parameter, state = self.states[key]
            return self._state(parameter, layer, state, index)
        if layer is not None and key in self.parameters:
            return self._parameter(quantity, layer, index)
        return self.equations.of(quantity, layer, index)

    @cached_property
    def accuracies(self) -> Block:
        """Where Evaluation has them."""
        return Evaluation(self.context).accuracies

    def _of_batch(self, quantity: Quantity, index: Mapping[str, int]) -> Expression:
        """An input or a target of one of the batch's examples, by the example's number."""
        unit, sample = index[UNIT], index[SAMPLE]
        held = self.context.all_of(INPUT if quantity == BATCH_INPUT else TARGET)
        column = held.area(unit=unit, fixed=True)
        assert column
        return indexed(column, self.here.at(ORDER, None, sample=sample))

    def _parameter(self, parameter: Quantity, layer: int, index: Mapping[str, int]) -> Expression:
        """The user's at step 0, later what the optimiser makes of the step before."""
        context = self.context
        if self.step == 0:
            return context.knob(parameter, layer).ref(fixed=True, **index)
        before = self.above.at(parameter, layer, **index)
        if not context.net.trains(parameter, layer, index):
            return before
        states = context.net.optimiser.state
        new = {s: self.here.at(parameter.kept(s), layer, **index) for s in states}
        gradient = self.above.at(parameter.gradient, layer, **index)
        return self.following.of(before, gradient, new=new)

    def _state(
        self, parameter: Quantity, layer: int, name: str, index: Mapping[str, int]
    ) -> Expression:
        """0 before the first update, later by the step before."""
        context = self.context
        if self.step == 0:
            # 0, but a formula: nobody types into it.
            return 0 * context.knob(parameter, layer).ref(fixed=True, **index)
        if not context.net.trains(parameter, layer, index):
            return self.above.at(parameter.kept(name), layer, **index)
        states = context.net.optimiser.state
        state = {s: self.above.at(parameter.kept(s), layer, **index) for s in states}
        gradient = self.above.at(parameter.gradient, layer, **index)
        return self.following.state(gradient, state)[name]

    def _scalar(self, scalar: Scalar) -> Expression:
        """What all parameters share in the update that follows."""
        hyper = self.context.hyper
        if self.step == 0:
            return scalar.first(hyper)
        return scalar.following(self.above.at(scalar.quantity), hyper, self._number())

    def _norm(self) -> Expression:
        """The root of the sum of the squares of all gradients of what learns."""
        net, cells = self.context.net, list[Expression]()
        for parameter, layer in net.parameters():
            trained = net.trained(parameter, layer)
            area = self.here.area(parameter.gradient, layer)
            if trained.all() and area is not None:
                cells.append(area)
                continue
            for place in np.argwhere(trained).tolist():
                index = dict(zip(parameter.axes, place, strict=True))
                cells.append(self.here.at(parameter.gradient, layer, **index))
        return norm_of(cells)

    def _number(self) -> Expression:
        """The number of the step, from the first column of its row."""
        return Ref(self.sheet.name, FIRST_ROW + self.step * self.each, 1)


def _columns(block: Block) -> list[dict[str, int]]:
    """The places of a block's columns."""
    return [block.column_index(column) for column in range(block.left, block.right + 1)]


def _write_headers(sheet: Sheet, context: Context, block: Block) -> None:
    """Three rows of headers: what it is, which example, the symbol."""
    quantity = next(
        q for q, at in quantities(context) if (q.name, at) == (block.quantity, block.layer)
    )
    style = header(LOOKS[quantity.role])
    title = quantity.name_in(context.symbols)
    if block.layer is not None:
        title += f"\nlayer {context.symbols.layer_label(block.layer)}"
    group = style.but(wrap=True, borders="l", border_colour=styles.RULE)
    sheet.put(GROUP_ROW, block.left, title, group)
    if quantity.note:
        mean = context.net.reduction.written
        note = quantity.note.format(mean=mean)
        if context.net.penalties and quantity in (COST, WEIGHT.gradient):
            note += PENALISED_TOO
        sheet.notes[GROUP_ROW, block.left] = note
    if block.width > 1:
        sheet.merge(GROUP_ROW, block.left, GROUP_ROW, block.right)
    # The first column has a line on its left.
    looks = [style.but(borders=side, border_colour=styles.RULE, bold=False) for side in ("l", "")]
    examples = [look.but(size=9) for look in looks]
    symbols = [look.but(font=styles.SERIF, size=11) for look in looks]
    for number, index in enumerate(_columns(block)):
        column, inner = block.left + number, number > 0
        example = None
        if SAMPLE in index and context.batch and quantity != ORDER:
            example = f"example {index[SAMPLE] + 1}"
        sheet.put(EXAMPLE_ROW, column, example, examples[inner])
        # In a row that is one unit's, the symbol is that of the first one's.
        symbol: Rich | str = quantity.symbol(context.symbols, block.layer or 0, index)
        if SPLIT in index:
            symbol = f"{SETS[index[SPLIT]]} set"
        sheet.put(SYMBOL_ROW, column, symbol, symbols[inner])
