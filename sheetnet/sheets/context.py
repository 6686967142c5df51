"""What every sheet is written from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from sheetnet.blocks import Block, Blocks
from sheetnet.engine import Trace, train
from sheetnet.formula import Expression, Name, Ref, call
from sheetnet.functions.activations import ACTIVATIONS, Activation
from sheetnet.functions.losses import LOSSES, Loss
from sheetnet.lesson import Lesson, Settings
from sheetnet.model import name_of
from sheetnet.notation import Notation, Symbols

LARGEST_ROW = 1_048_576
LARGEST_COLUMN = 16_384
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

    def run(self, quantity: str, layer: int | None = None) -> Block:
        """The block that holds a quantity at every step."""
        return self.blocks(quantity, "Training", layer)

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
        area = block.area(fixed=True)
        column = self._column(block, sample, unit, source)
        return call("INDEX", area, self.step + 1, column)

    def _column(
        self, block: Block, sample: int | Expression | None, unit: int, source: int
    ) -> Expression | int:
        """A column of a block of Training, from 1; a formula where the example is chosen."""
        if "sample" not in block.columns or self.samples == 1 or isinstance(sample, int):
            at = block.position(sample=int(sample or 0), unit=unit, source=source)  # type: ignore[arg-type]
            return at[1] - block.left + 1
        chosen = self.sample if sample is None else sample
        if block.columns == ("sample",):
            return chosen
        if block.columns == ("unit", "sample"):
            return chosen if unit == 0 else unit * self.samples + chosen
        units = block.lengths["unit"]
        return (chosen - 1) * units + (unit + 1)

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
