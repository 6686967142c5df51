"""What every sheet is written from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from sheetnet.expressions.formula import Binary, Expression, Name, Number, Ref, call, total
from sheetnet.network.activations import ACTIVATIONS, Activation
from sheetnet.network.engine import Trace, train
from sheetnet.network.lesson import Lesson, Settings
from sheetnet.network.losses import LOSSES, Loss
from sheetnet.network.notation import Notation, Symbols
from sheetnet.workbook.blocks import Block, Blocks
from sheetnet.workbook.model import name_of

#: The most units of a layer that a drawing shows.
MOST_UNITS = 12


@dataclass
class Context:
    """The lesson, what stands in its input cells, its run, and where the blocks are.

    `originals` are the blocks that repeat the lesson's own values beside the inputs.
    """

    lesson: Lesson
    settings: Settings
    symbols: Symbols
    blocks: Blocks = field(default_factory=Blocks)
    originals: list[Block] = field(default_factory=list)
    _knobs: dict[tuple[str, int | None], Block] = field(default_factory=dict)
    _runs: dict[tuple[str, int | None], Block] = field(default_factory=dict)

    @cached_property
    def trace(self) -> Trace:
        """The run. Computed when first asked for, once the blocks have found their places."""
        return train(self.lesson, self.settings)

    @property
    def notation(self) -> Notation:
        return self.symbols.notation

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        return self.lesson.sizes

    @property
    def layers(self) -> range:
        """The layers that compute, from 1 to the output."""
        return range(1, len(self.sizes))

    @property
    def samples(self) -> int:
        return len(self.settings.inputs)

    @property
    def steps(self) -> int:
        return self.lesson.training.steps

    @property
    def loss(self) -> Loss:
        return LOSSES[self.lesson.network.loss]

    def activation(self, layer: int) -> Activation:
        return ACTIVATIONS[self.lesson.network.layers[layer - 1].activation]

    def theta(self, layer: int) -> float:
        return self.lesson.network.layers[layer - 1].theta

    def knob(self, quantity: str, layer: int | None = None) -> Block:
        """The block of input cells of a quantity."""
        key = quantity, layer
        if key not in self._knobs:
            self._knobs[key] = self.blocks.find(quantity, layer, live=False)
        return self._knobs[key]

    def add_run(self, block: Block) -> None:
        """Place a block that holds a quantity at every step."""
        self._runs[block.quantity, block.layer] = self.blocks.add(block)

    def run(self, quantity: str, layer: int | None = None) -> Block:
        """The block that holds a quantity at every step."""
        return self._runs[quantity, layer]

    @property
    def parameters(self) -> int:
        """How many weights and biases the network has."""
        pairs = zip(self.sizes, self.sizes[1:], strict=False)
        return sum((sources + 1) * units for sources, units in pairs)

    @property
    def numbers(self) -> int:
        """How many numbers a step of the run has."""
        return 2 * self.parameters + self.samples * (3 * sum(self.sizes[1:]) + 1) + 1

    def of_step(
        self,
        quantity: str,
        layer: int | None = None,
        *,
        sample: int | Expression | None = None,
        unit: int = 0,
        source: int = 0,
    ) -> Expression:
        """A number of the chosen step, out of Training; of the chosen example by default."""
        block = self.run(quantity, layer)
        if block.height * block.width == 1:  # Gnumeric takes no INDEX of a single cell
            return block.ref(fixed=True)
        place: dict[str, int | Expression] = {"step": self.step, "unit": unit, "source": source}
        chosen = self.sample - 1 if self.samples > 1 else 0
        place["sample"] = chosen if sample is None else sample
        row, column = (_offset(block, axes, place) for axes in (block.rows, block.columns))
        return call("INDEX", block.area(fixed=True), row, column)

    def given(self, quantity: str, unit: int) -> Expression:
        """An input or a target of the chosen example."""
        block = self.knob(quantity)
        if self.samples == 1:
            return block.ref(unit=unit)
        area = block.area(unit=unit, fixed=True)
        return call("INDEX", area, self.sample, 1)

    @property
    def step(self) -> Name:
        """The step that the user has chosen."""
        return name_of("step", self.knob("chosen_step").ref(fixed=True))

    @property
    def sample(self) -> Name:
        """The example that the user has chosen, counted from 1."""
        return name_of("example", self.knob("chosen_sample").ref(fixed=True))

    @property
    def names(self) -> dict[str, Ref]:
        """The defined names of the workbook."""
        used = [self.rate, self.step]
        if self.samples > 1:
            used.append(self.sample)
        if any(block.quantity == "difference_step" for block in self.blocks):
            used.append(self.h)
        return {name.name: name.target for name in used}

    @property
    def h(self) -> Name:
        """The step of the gradient check's differences."""
        return name_of("h", self.knob("difference_step").ref(fixed=True))

    @property
    def rate(self) -> Name:
        """The learning rate as formulas name it."""
        cell: Ref = self.knob("learning_rate").ref(fixed=True)
        return name_of(self.notation.rate_name, cell, self.symbols.learning_rate)

    @property
    def drawable(self) -> bool:
        """Whether the network can be drawn unit by unit."""
        return max(self.sizes) <= MOST_UNITS


def _offset(
    block: Block, axes: tuple[str, ...], place: dict[str, int | Expression]
) -> Expression | int:
    """The row or column of a place within a block, counted from 1; constants are summed up."""
    constant, chosen, stride = 1, [], 1
    for axis in reversed(axes):
        at = place[axis]
        if isinstance(at, int):
            constant += at * stride
        elif isinstance(at, Binary) and isinstance(at.right, Number):  # example − 1
            constant -= int(at.right.value) * stride
            chosen.append(at.left if stride == 1 else at.left * stride)
        else:
            chosen.append(at if stride == 1 else at * stride)
        stride *= block.lengths[axis]
    if not chosen:
        return constant
    varying = total(chosen[::-1])
    if constant == 0:
        return varying
    return varying + constant if constant > 0 else varying - -constant
