"""Where the cells of the picture on Network are: a card for each unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sheetnet.expressions.formula import Area, Ref
from sheetnet.network.quantities import (
    ACTIVATION,
    BIAS,
    DELTA,
    INPUT,
    SOURCE,
    TARGET,
    UNIT,
    WEIGHT,
    Quantity,
    Z,
)
from sheetnet.network.scalars import factor
from sheetnet.network.sheets.context import Context
from sheetnet.network.states import is_signless

NAME = "Network"
DRAWING_ROW = 5
GAP = 2
#: So few weights are written on the edges of the drawing, where so few edges leave a unit.
MOST_WEIGHTS, MOST_FROM_ONE = 20, 4
#: The height of a row, and what a label on an edge takes, in points.
ROW_POINTS, LABEL_POINTS = 15, 14


def placed(quantity: Quantity, unit: int, source: int) -> dict[str, int]:
    """A parameter's place on its own axes."""
    return {axis: at for axis, at in ((UNIT, unit), (SOURCE, source)) if axis in quantity.axes}


def parameters(context: Context) -> Iterator[tuple[Quantity, int, int, int]]:
    """Every weight and bias (a shared one for each unit): quantity, layer, unit, source."""
    for layer in context.dense:
        for unit in range(layer.units):
            weights = [(WEIGHT, layer.number, unit, source) for source in range(layer.sources)]
            biases = [(layer.bias, layer.number, unit, 0)] if layer.bias else []
            first = context.notation.bias_node_first
            yield from [*biases, *weights] if first else [*weights, *biases]


@dataclass(frozen=True)
class Card:
    """The cells of one unit: rows for its sources, its bias if it has one, z and δ under its value.

    To the right of the values: the gradient of this example, with a batch the batch's own,
    what the optimiser keeps, the new parameter.
    """

    layer: int
    unit: int
    top: int
    left: int
    sources: int
    has_bias: bool
    bias_first: bool
    batch: bool
    states: tuple[str, ...]

    @property
    def bias_row(self) -> int:
        return self.top + 1 if self.bias_first else self.top + 1 + self.sources

    def source_row(self, source: int) -> int:
        return self.top + 1 + source + (self.has_bias and self.bias_first)

    @property
    def z_row(self) -> int:
        return self.top + 1 + self.sources + self.has_bias

    @property
    def delta_row(self) -> int:
        return self.z_row + 1

    @property
    def weight_column(self) -> int:
        return self.left + 3

    @property
    def value_column(self) -> int:
        return self.left + 5

    @property
    def gradient_column(self) -> int:
        """The gradient of this example."""
        return self.left + 6

    @property
    def mean_column(self) -> int:
        """The gradient that the update takes: the mean of a batch, or that of the example."""
        return self.gradient_column + self.batch

    def state_column(self, state: str) -> int:
        return self.mean_column + 1 + self.states.index(state)

    @property
    def new_column(self) -> int:
        return self.mean_column + 1 + len(self.states)

    @property
    def arrow_column(self) -> int:
        """Where arrows come in from the layer below, and go back to it."""
        return self.left - 1

    @property
    def width(self) -> int:
        return self.new_column - self.left + 1


def is_labelled(context: Context) -> bool:
    """Whether weights are written on the edges of the drawing."""
    with_bias = context.notation.bias_is_weight
    edges = [
        layer.units * (layer.sources + (with_bias and bool(layer.bias))) for layer in context.dense
    ]
    return sum(edges) <= MOST_WEIGHTS and max(context.sizes[1:]) <= MOST_FROM_ONE


def _unit_rows(context: Context) -> int:
    """The rows between two units of the drawing: weights that stand on its edges need room."""
    fan = max(context.sizes[1:]) if is_labelled(context) else 0
    return max(3, -(-(fan + 1) * LABEL_POINTS // ROW_POINTS))


class Picture:
    """The cells of the chosen step and example (`layers.base.Cells`), with their symbols."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.unit_rows = _unit_rows(context)
        self.drawing_rows = max(8, self.unit_rows * (max(context.sizes) + 1) + 1)
        top = DRAWING_ROW + self.drawing_rows + 3
        heights = {
            layer.number: layer.sources + 3 + bool(layer.bias) + GAP for layer in context.dense
        }
        highest = max(layer.units * heights[layer.number] - GAP for layer in context.dense)
        self.bottom = top + highest - 1
        self.top = top
        self.cards: dict[tuple[int, int], Card] = {}
        left = 5
        for layer in context.dense:
            each = heights[layer.number]
            first = top + (highest - (layer.units * each - GAP)) // 2
            for unit in range(layer.units):
                self.cards[layer.number, unit] = Card(
                    layer.number,
                    unit,
                    first + unit * each,
                    left,
                    layer.sources,
                    bool(layer.bias),
                    context.notation.bias_node_first,
                    context.batch,
                    context.net.optimiser.state,
                )
            # Behind a card: a word on its new weights, and the arrows to the next one.
            left += self.cards[layer.number, 0].width + 2
        #: What all parameters share in the update: below the inputs.
        self.shared = [quantity.name for quantity in context.net.shared.values()]
        self.shared_row = self.input_row(context.sizes[0] - 1) + 3
        self.bottom = max(self.bottom, self.shared_row - 2 + len(self.shared))
        self.target_column = left
        self.right = left + 1

    @property
    def loss_row(self) -> int:
        return self.cards[self.context.depth, 0].top + 2

    def input_row(self, unit: int) -> int:
        """An input stands in the row in which the first unit takes it."""
        return self.cards[1, 0].source_row(unit)

    def at(self, quantity: Quantity, layer: int | None = None, **index: int) -> Ref:
        """The cell of a number, with the symbol and the digits that sentences show of it."""
        unit, source = index.get(UNIT, 0), index.get(SOURCE, 0)
        row, column = self._position(quantity, layer, unit, source)
        symbol = quantity.symbol(self.context.symbols, layer or 0, {UNIT: unit, SOURCE: source})
        small = quantity in (DELTA, WEIGHT.gradient, BIAS.gradient) or quantity.name in self.shared
        return Ref(
            NAME,
            row,
            column,
            symbol=factor(symbol) if quantity.name in self.shared else symbol,
            digits=6 if small else 4,
            signless=self._is_signless(quantity, layer),
            below_one=quantity == ACTIVATION and self.context.layers[(layer or 1) - 1].below_one,
        )

    def _is_signless(self, quantity: Quantity, layer: int | None) -> bool:
        """Whether the quantity cannot be negative."""
        if quantity.name in self.shared:
            return True
        for parameter in (WEIGHT, BIAS):
            for state in self.context.net.optimiser.state:
                if quantity == parameter.kept(state):
                    return is_signless(state)
        if quantity == ACTIVATION and layer:
            return self.context.layers[layer - 1].signless
        bounds = self.context.net.loss.bounds
        return quantity == TARGET and bounds is not None and bounds[0] >= 0

    def _position(
        self, quantity: Quantity, layer: int | None, unit: int, source: int
    ) -> tuple[int, int]:
        if quantity == INPUT:
            return self.input_row(unit), 3
        if quantity == TARGET:
            return self.cards[self.context.depth, unit].top, self.target_column + 1
        if quantity.name in self.shared:
            return self.shared_row + self.shared.index(quantity.name), 3
        assert layer is not None
        card = self.cards[layer, unit]
        if quantity == ACTIVATION:
            return card.top, card.value_column
        if quantity == Z:
            return card.z_row, card.value_column
        if quantity == DELTA:
            return card.delta_row, card.value_column
        for parameter, row in ((WEIGHT, card.source_row(source)), (BIAS, card.bias_row)):
            if quantity == parameter:
                return row, card.weight_column
            if quantity == parameter.gradient:
                return row, card.mean_column
            for state in card.states:
                if quantity == parameter.kept(state):
                    return row, card.state_column(state)
        raise ValueError(f"Network has no {quantity.name}")

    def area(self, quantity: Quantity, layer: int | None = None, **index: int) -> Area | None:
        """Numbers of a picture do not adjoin."""
        return None
