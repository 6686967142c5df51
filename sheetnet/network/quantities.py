"""The quantities of a network: each is declared once, and everything else points here.

A quantity's name is what the index calls it. Its axes are those besides `step`; a layer
kind may declare quantities with axes of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from enum import Enum

from sheetnet.expressions.rich import Rich
from sheetnet.network.states import letter_of, titled
from sheetnet.network.symbols import Symbols
from sheetnet.records import record

STEP, SAMPLE, UNIT, SOURCE = "step", "sample", "unit", "source"


class Role(Enum):
    """What a number is for, which is also how it looks."""

    GIVEN = "given"
    FORWARD = "forward"
    BACKWARD = "backward"
    UPDATE = "update"


#: How a document writes one number of a quantity: of a layer (0 where it has none), at a
#: place on its axes.
Symbol = Callable[[Symbols, int, dict[str, int]], Rich]


@record
class Quantity:
    """What a number is: its name, its axes, its role, its title and its symbol.

    The name tells quantities apart; the axes are a layer's choice, since a bias may be one
    for each unit or one for all. `note` says in a sentence what it means, in which {mean}
    stands for how the cost is made of the losses; `singular` is a parameter's title for one.
    """

    name: str
    axes: tuple[str, ...] = field(compare=False)
    role: Role = field(compare=False)
    title: str = field(compare=False)
    symbol: Symbol = field(compare=False)
    note: str = field(default="", compare=False)
    singular: str = field(default="", compare=False)
    #: What the document calls it in a heading, where that is a symbol.
    named: Callable[[Symbols], str] | None = field(default=None, compare=False)

    def name_in(self, symbols: Symbols) -> str:
        """Its heading in the document's words."""
        return self.named(symbols) if self.named else self.title

    @property
    def gradient(self) -> Quantity:
        """The derivative of the cost by this parameter."""
        return Quantity(
            f"{self.name}_gradient",
            self.axes,
            Role.BACKWARD,
            f"{self.singular} gradient" + "s" * bool(self.axes),
            lambda symbols, layer, at: symbols.by(self.symbol(symbols, layer, at)),
            "The derivative of the cost by each of them: the {mean} over the examples."
            if self.axes
            else "The derivative of the cost by it: the {mean} over the examples of what all "
            "units add.",
        )

    def kept(self, state: str) -> Quantity:
        """What an optimiser keeps of this parameter under the name `state`."""
        return Quantity(
            f"{self.name}_{state}",
            self.axes,
            Role.UPDATE,
            f"{titled(state)} of the {self.title}",
            lambda symbols, layer, at: (
                f"{letter_of(state)}(" + self.symbol(symbols, layer, at) + ")"
            ),
        )


INPUT = Quantity(
    "input", (SAMPLE, UNIT), Role.GIVEN, "inputs", lambda s, _, at: s.input(at.get(UNIT, 0))
)
TARGET = Quantity(
    "target", (SAMPLE, UNIT), Role.GIVEN, "targets", lambda s, _, at: s.target(at.get(UNIT, 0))
)
#: Examples that are not trained on.
TEST_INPUT = Quantity(
    "test_input", (SAMPLE, UNIT), Role.GIVEN, "test inputs", lambda s, _, at: s.input(at[UNIT])
)
TEST_TARGET = Quantity(
    "test_target", (SAMPLE, UNIT), Role.GIVEN, "test targets", lambda s, _, at: s.target(at[UNIT])
)
WEIGHT = Quantity(
    "weight",
    (UNIT, SOURCE),
    Role.UPDATE,
    "weights",
    lambda s, layer, at: s.weight(layer, at.get(UNIT, 0), at.get(SOURCE, 0)),
    singular="weight",
)
BIAS = Quantity(
    "bias",
    (UNIT,),
    Role.UPDATE,
    "biases",
    lambda s, layer, at: s.bias(layer, at.get(UNIT, 0)),
    singular="bias",
)
#: A bias that all units of a layer share; no document has one.
SHARED_BIAS = Quantity(
    "bias",
    (),
    Role.UPDATE,
    "shared bias",
    lambda s, layer, at: s.shared_bias(layer),
    "One number, the bias of all units of the layer.",
    singular="shared bias",
)
Z = Quantity(
    "z", (SAMPLE, UNIT), Role.FORWARD, "sums z", lambda s, layer, at: s.z(layer, at.get(UNIT, 0))
)
ACTIVATION = Quantity(
    "activation",
    (SAMPLE, UNIT),
    Role.FORWARD,
    "activations",
    lambda s, layer, at: s.activation(layer, at.get(UNIT, 0)),
)
DELTA = Quantity(
    "delta",
    (SAMPLE, UNIT),
    Role.BACKWARD,
    "δ",
    lambda s, layer, at: s.delta(layer, at.get(UNIT, 0)),
    "The derivative of the example's loss by z: how much this unit's sum is to blame.",
    named=lambda s: s.delta_name,
)
#: Which examples a step learns from, where that is not all of them; they count from 1.
ORDER = Quantity(
    "order",
    (SAMPLE,),
    Role.GIVEN,
    "learns from",
    lambda s, _, at: Rich(()) + "example",
    "The example that this step learns from: one after the other, in their order.",
)
#: What a step with a batch is shown, drawn from the data by its order.
BATCH_INPUT = Quantity(
    "batch_input",
    (SAMPLE, UNIT),
    Role.GIVEN,
    "inputs of the batch",
    lambda s, _, at: s.input(at.get(UNIT, 0)),
    "The inputs of the examples that this step learns from, by their numbers on Batches.",
)
BATCH_TARGET = Quantity(
    "batch_target",
    (SAMPLE, UNIT),
    Role.GIVEN,
    "targets of the batch",
    lambda s, _, at: s.target(at.get(UNIT, 0)),
)
LOSS = Quantity("loss", (SAMPLE,), Role.FORWARD, "loss", lambda s, _, at: s.loss)
COST = Quantity(
    "cost",
    (),
    Role.FORWARD,
    "cost",
    lambda s, _, at: s.cost,
    "The {mean} of the examples' losses: what the training makes small.",
)
WEIGHT_GRADIENT, BIAS_GRADIENT = WEIGHT.gradient, BIAS.gradient
LEARNING_RATE = Quantity(
    "learning_rate", (), Role.GIVEN, "learning rate", lambda s, _, at: s.learning_rate
)
CHOSEN_STEP = Quantity("chosen_step", (), Role.GIVEN, "step", lambda s, _, at: Rich(()) + "step")
CHOSEN_SAMPLE = Quantity(
    "chosen_sample", (), Role.GIVEN, "example", lambda s, _, at: Rich(()) + "example"
)
DIFFERENCE_STEP = Quantity("difference_step", (), Role.GIVEN, "h", lambda s, _, at: Rich(()) + "h")
FIRST_PARAMETER = Quantity(
    "first_parameter", (), Role.GIVEN, "weight", lambda s, _, at: Rich(()) + "weight"
)
SECOND_PARAMETER = Quantity(
    "second_parameter", (), Role.GIVEN, "second weight", lambda s, _, at: Rich(()) + "weight"
)
DESCENT_REACH = Quantity(
    "descent_reach", (), Role.GIVEN, "how far to each side", lambda s, _, at: Rich(()) + "reach"
)
CHOSEN_OUTPUT = Quantity(
    "chosen_output", (), Role.GIVEN, "output", lambda s, _, at: Rich(()) + "output"
)
CHOSEN_PARAMETER = Quantity(
    "chosen_parameter", (), Role.GIVEN, "weight", lambda s, _, at: Rich(()) + "weight"
)
