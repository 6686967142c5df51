"""What every sheet of a network's workbook is written from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sheetnet.expressions.formula import (
    Area,
    Binary,
    Expression,
    Name,
    Number,
    Ref,
    call,
    indexed,
    total,
)
from sheetnet.network.evaluation import accuracies, shows_data
from sheetnet.network.knobs import knobs
from sheetnet.network.layers.base import Layer
from sheetnet.network.layers.dense import Dense
from sheetnet.network.lesson import Lesson
from sheetnet.network.net import Net
from sheetnet.network.notation import NOTATIONS, Notation
from sheetnet.network.numbers import Numbers
from sheetnet.network.placement import placed
from sheetnet.network.quantities import (
    BATCH_INPUT,
    BATCH_TARGET,
    CHOSEN_SAMPLE,
    CHOSEN_STEP,
    DIFFERENCE_STEP,
    INPUT,
    LEARNING_RATE,
    SAMPLE,
    STEP,
    TARGET,
    TEST_INPUT,
    TEST_TARGET,
    Quantity,
)
from sheetnet.network.scalars import lettered
from sheetnet.network.symbols import Symbols
from sheetnet.sheets.words import Words
from sheetnet.workbook.blocks import Block, Blocks
from sheetnet.workbook.book import Reading, Told, name_of
from sheetnet.workbook.knobs import Knob, cells
from sheetnet.workbook.model import Sheet
from sheetnet.workbook.styles import Style

#: The sheet with the numbers of what drop-downs say, from 1, and their row.
CHOICES, CHOICES_ROW = "Choices", 5
#: The most units of a layer that stand in boxes of their own; from there on they are maps.
MOST_UNITS = 6


def number_cell(place: int) -> Ref:
    """The cell with the number of what a drop-down says, of the one that is so many-th there."""
    return Ref(CHOICES, CHOICES_ROW, 2 + place, True)


@dataclass
class Context:
    """The lesson, its numbers, and where the blocks are.

    `originals` are the blocks that repeat the lesson's own values beside the inputs,
    `readings` the lines of mathematics that are proved by reading them back, `words` the texts
    of the numbers in sentences. `worked` are blocks of rows of workings under symbols, `told` rows
    that tell something of symbols.
    """

    lesson: Lesson
    numbers: Numbers
    blocks: Blocks = field(default_factory=Blocks)
    originals: list[Block] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    worked: list[Block] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    words: Words = field(default_factory=Words)
    _knob_blocks: dict[tuple[str, int | None], Block] = field(default_factory=dict)
    _runs: dict[tuple[str, int | None], Block] = field(default_factory=dict)
    _fed: dict[str, Block] = field(default_factory=dict)
    _all: dict[str, Block] = field(default_factory=dict)
    _names: dict[tuple[str, int | None], Name] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for block in placed(self.net, self.samples, self.steps, accuracies(self.lesson)):
            self._runs[block.quantity, block.layer] = self.blocks.add(block)

    @cached_property
    def net(self) -> Net:
        """The network, its layers' knobs as formulas name them."""
        return self.lesson.net.at(lambda layer, name: self.name(name, layer))

    @cached_property
    def symbols(self) -> Symbols:
        return Symbols(NOTATIONS[self.lesson.notation], self.sizes, self.samples, self.apart)

    @property
    def notation(self) -> Notation:
        return self.symbols.notation

    @cached_property
    def knobs(self) -> dict[tuple[str, int | None], Knob]:
        """All knobs, by quantity and layer."""
        return {knob.place: knob for knob in knobs(self.lesson)}

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        return self.net.sizes

    @property
    def layers(self) -> tuple[Layer, ...]:
        return self.net.layers

    @cached_property
    def dense(self) -> tuple[Dense, ...]:
        """The layers, where all are dense; none otherwise."""
        found = tuple(layer for layer in self.layers if isinstance(layer, Dense))
        return found if len(found) == len(self.layers) else ()

    @property
    def depth(self) -> int:
        return self.net.depth

    @cached_property
    def samples(self) -> int:
        """How many examples a step shows the network."""
        return self.lesson.samples

    @cached_property
    def batch(self) -> bool:
        return self.samples > 1

    @property
    def apart(self) -> bool:
        """Whether an example's loss and the cost are two things."""
        return self.batch or bool(self.net.penalties)

    @property
    def steps(self) -> int:
        return self.lesson.training.steps

    @property
    def shows_data(self) -> bool:
        """Whether the examples stand on a sheet of their own, with what becomes of them."""
        return shows_data(self.lesson)

    # Blocks

    def place_knob(self, knob: Knob, sheet: str, row: int, column: int) -> Block:
        """Give a knob its cells."""
        block = Block(
            knob.key,
            knob.layer,
            sheet,
            row,
            column,
            knob.rows,
            knob.columns,
            knob.lengths,
            live=False,
        )
        self._knob_blocks[knob.place] = self.blocks.add(block)
        return block

    def has_place(self, key: tuple[str, int | None]) -> bool:
        """Whether a knob has cells."""
        return key in self._knob_blocks

    def unplaced(self) -> list[Knob]:
        """The knobs that have no cells yet."""
        return [knob for key, knob in self.knobs.items() if key not in self._knob_blocks]

    def knob(self, quantity: Quantity | str, layer: int | None = None) -> Block:
        """The block of input cells of a quantity."""
        name = quantity.name if isinstance(quantity, Quantity) else quantity
        return self._knob_blocks[name, layer]

    def feed(self, quantity: Quantity, block: Block) -> None:
        """Say where inputs or targets stand as the network is shown them at the chosen step."""
        self._fed[quantity.name] = block

    def fed(self, quantity: Quantity) -> Block:
        """The inputs or the targets of the chosen step's examples: samples × units."""
        return self._fed.get(quantity.name) or self.all_of(quantity)

    def all_of(self, quantity: Quantity) -> Block:
        """The inputs or the targets of all examples, as the network is shown them.

        Those of the training set (INPUT, TARGET) or of the test set (TEST_INPUT, TEST_TARGET).
        """
        return self._all.get(quantity.name) or self.knob(quantity)

    def give(self, quantity: Quantity, block: Block) -> None:
        """Say where the inputs of a whole set stand, standardised."""
        self._all[quantity.name] = block

    def fill_knob(self, sheet: Sheet, knob: Knob, style: Style) -> None:
        """Write what stands in a knob's cells; moved, they hold what the settings say."""
        block = self.knob(knob.key, knob.layer)
        value = self.numbers.settings[knob.place]
        for (_, row, column), number in cells(block, value):
            sheet.put(row, column, number if knob.choices else float(number), style)
        self.claim(sheet, block)

    def run(self, quantity: Quantity, layer: int | None = None) -> Block:
        """The block that holds a quantity at every step."""
        return self._runs[quantity.name, layer]

    @property
    def runs(self) -> list[Block]:
        """The blocks of the run, in the order of a step."""
        return list(self._runs.values())

    def claim(self, sheet: Sheet, block: Block) -> None:
        """What a block's cells must show: what the numbers say of its quantity."""
        sheet.claim(
            block,
            lambda numbers: numbers.block(block),
            lambda numbers: numbers.size(block.quantity),
        )

    def show(self, sheet: Sheet, block: Block) -> Block:
        """Tell the index of a block, and claim it."""
        self.claim(sheet, self.blocks.add(block))
        return block

    def sets(self) -> list[tuple[Block, Block]]:
        """Inputs and targets of the training set and, where there is one, of the test set."""
        found = [(self.all_of(INPUT), self.all_of(TARGET))]
        if self.has_place((TEST_INPUT.name, None)):
            found.append((self.all_of(TEST_INPUT), self.all_of(TEST_TARGET)))
        return found

    # What is chosen

    def of_step(
        self, quantity: Quantity, layer: int | None = None, **index: int | Expression
    ) -> Expression:
        """A number of the chosen step, out of the run; of the chosen example by default."""
        block = self.run(quantity, layer)
        place = {STEP: self.step, SAMPLE: self.sample - 1 if self.batch else 0, **index}
        row, column = (_offset(block, axes, place) for axes in (block.rows, block.columns))
        return indexed(block.whole(fixed=True), row, column)

    def given(self, quantity: Quantity, unit: int) -> Expression:
        """An input or a target of the chosen example."""
        block = self.fed(quantity)
        if not self.batch:
            return block.ref(unit=unit)
        return call("INDEX", block.area(unit=unit, fixed=True), self.sample, 1)

    def name(self, quantity: Quantity | str, layer: int | None = None) -> Name:
        """A single knob as formulas name it."""
        key = quantity.name if isinstance(quantity, Quantity) else quantity
        place = key, layer
        if place not in self._names:
            knob = self.knobs[place]
            assert knob.name
            cell = replace(self.named_cell(knob), signless=knob.numbered or knob.low >= 0)
            symbol = self.symbols.learning_rate if key == LEARNING_RATE.name else None
            self._names[place] = name_of(
                knob.name, cell, symbol or lettered(knob.title.split()[-1])
            )
        return self._names[place]

    @property
    def chosen(self) -> list[Knob]:
        """The drop-downs whose numbers formulas choose by."""
        return [knob for knob in self.knobs.values() if knob.numbered]

    def named_cell(self, knob: Knob) -> Ref:
        """The cell that a knob's name stands for: its own, or that of its choice's number."""
        if knob.numbered:
            return number_cell(self.chosen.index(knob))
        return self.knob(knob.key, knob.layer).ref(fixed=True)

    @property
    def step(self) -> Name:
        """The step that the user has chosen."""
        return self.name(CHOSEN_STEP)

    @property
    def sample(self) -> Name:
        """The example that the user has chosen, counted from 1."""
        return self.name(CHOSEN_SAMPLE)

    @property
    def h(self) -> Name:
        """The step of the gradient check's differences."""
        return self.name(DIFFERENCE_STEP)

    @property
    def hyper(self) -> dict[str, Name]:
        """The hyper-parameters of an update as formulas name them."""
        return {name: self.name(name) for name in self.lesson.hyper}

    @property
    def loss_hyper(self) -> dict[str, Any]:
        """What the loss depends on, as formulas name it."""
        return self.net.of_loss(self.name)

    @property
    def names(self) -> dict[str, Ref]:
        """The defined names of the workbook: the single knobs that have a place."""
        return {
            knob.name: self.named_cell(knob)
            for key, knob in self.knobs.items()
            if knob.name and key in self._knob_blocks
        }

    @property
    def drawable(self) -> bool:
        """Whether the network can be drawn unit by unit."""
        return bool(self.dense) and max(self.sizes) <= MOST_UNITS


class RunCells:
    """Where the numbers of one step stand in the blocks of the run (`layers.base.Cells`).

    References to blocks for which `moves` is true move down when a row is filled down.
    """

    def __init__(self, context: Context, step: int, moves: Callable[[Block], bool]) -> None:
        self._context, self._step, self._moves = context, step, moves
        self._blocks: dict[tuple[str, int | None], tuple[Block, bool]] = {}

    def _block(self, quantity: Quantity, layer: int | None) -> tuple[Block, bool]:
        """The block that holds a quantity, and whether references to it stay."""
        key = quantity.name, layer
        if key not in self._blocks:
            block = self._found(quantity, layer)
            self._blocks[key] = block, not self._moves(block)
        return self._blocks[key]

    def _found(self, quantity: Quantity, layer: int | None) -> Block:
        context = self._context
        if quantity in (INPUT, TARGET):
            of_batch = BATCH_INPUT if quantity == INPUT else BATCH_TARGET
            return context.run(of_batch) if context.net.batch else context.all_of(quantity)
        if layer is None and (quantity.name, None) in context.knobs:
            return context.knob(quantity)
        return context.run(quantity, layer)

    def at(self, quantity: Quantity, layer: int | None = None, **index: int) -> Ref:
        block, fixed = self._block(quantity, layer)
        index[STEP] = self._step  # of which an input cell has none
        return block.ref_at(index, fixed)

    def area(self, quantity: Quantity, layer: int | None = None, **index: int) -> Area | None:
        block, fixed = self._block(quantity, layer)
        index[STEP] = self._step
        return block.area(fixed=fixed, **index)


def _offset(block: Block, axes: tuple[str, ...], place: dict[str, Any]) -> Expression | int:
    """The row or column of a place within a block, counted from 1; constants are summed up."""
    constant, varying_parts, stride = 1, [], 1
    for axis in reversed(axes):
        at = place.get(axis, 0)
        if isinstance(at, int):
            constant += at * stride
        elif isinstance(at, Binary) and isinstance(at.right, Number):  # example − 1
            constant -= int(at.right.value) * stride
            varying_parts.append(at.left if stride == 1 else at.left * stride)
        else:
            varying_parts.append(at if stride == 1 else at * stride)
        stride *= block.lengths[axis]
    if not varying_parts:
        return constant
    varying = total(varying_parts[::-1])
    if constant == 0:
        return varying
    return varying + constant if constant > 0 else varying - -constant
