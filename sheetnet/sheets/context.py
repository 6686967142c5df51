"""What every sheet is written from."""

from __future__ import annotations

from dataclasses import dataclass, field

from sheetnet.blocks import Block, Blocks
from sheetnet.engine import Trace
from sheetnet.formula import Name, Ref
from sheetnet.functions.activations import ACTIVATIONS, Activation
from sheetnet.functions.losses import LOSSES, Loss
from sheetnet.lesson import Lesson, Settings
from sheetnet.model import name_of
from sheetnet.notation import Notation, Symbols

LARGEST_ROW = 1_048_576
LARGEST_COLUMN = 16_384
LONGEST_FORMULA = 8_192


@dataclass
class Context:
    """The lesson, what stands in its input cells, its run, and where the blocks are.

    `originals` are the blocks that repeat the lesson's own values beside the inputs.
    """

    lesson: Lesson
    settings: Settings
    trace: Trace
    symbols: Symbols
    blocks: Blocks = field(default_factory=Blocks)
    originals: list[Block] = field(default_factory=list)

    @property
    def notation(self) -> Notation:
        return self.symbols.notation

    @property
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
        return self.blocks.find(quantity, layer, live=False)

    def run(self, quantity: str, layer: int | None = None) -> Block:
        """The block that holds a quantity at every step."""
        return self.blocks(quantity, "Training", layer)

    @property
    def rate(self) -> Name:
        """The learning rate as formulas name it."""
        cell: Ref = self.knob("learning_rate").ref(fixed=True)
        return name_of(self.notation.rate_name, cell, self.symbols.learning_rate)
