"""How the quantities of one lesson's network are written in a document's notation."""

from __future__ import annotations

from collections.abc import Sequence

from sheetnet.expressions.rich import Rich, Run, rich
from sheetnet.network.notation import Letters, Notation

#: The usual letters of a layer's matrices.
ACTIVATIONS, TARGETS, SUMS, WEIGHTS, BIASES = "A", "T", "Z", "W", "b"


class Symbols:
    """How a network's quantities are written; units and sources are given from 0."""

    def __init__(
        self, notation: Notation, sizes: Sequence[int], samples: int = 1, apart: bool = False
    ) -> None:
        """`sizes` are the numbers of inputs and of each layer's units; `apart` says that the loss
        of the only example is not the cost, as with several examples."""
        self.notation, self.sizes, self.samples = notation, tuple(sizes), samples
        self.last = len(self.sizes) - 1
        self._apart = apart or samples > 1

    def letter(self, letter: str, lower: str, layer: int | None) -> Rich:
        runs = [Run(letter, 0, len(letter) == 1)]
        if lower:
            runs.append(Run(lower, -1))
        if layer is not None:
            runs.append(Run(self.notation.layer_label(layer, self.last), 1))
        return Rich(tuple(runs))

    def _unit(self, unit: int) -> str:
        return str(unit + self.notation.first)

    def _pair(self, one: str, other: str) -> str:
        comma = "," if len(one) > 1 or len(other) > 1 else ""
        return one + comma + other

    def _alone(self, layer: int) -> bool:
        """Whether the layer's only unit has no index of its own."""
        return self.notation.output_alone and layer == self.last and self.sizes[layer] == 1

    # One number

    @property
    def learning_rate(self) -> Rich:
        return self.letter(self.notation.rate_letter, "", None)

    def input(self, unit: int) -> Rich:
        layer = 0 if self.notation.input_has_layer else None
        return self.letter(self.notation.input_letter, self._unit(unit), layer)

    def target(self, unit: int) -> Rich:
        lower = "" if self._alone(self.last) else self._unit(unit)
        return self.letter(self.notation.target_letter, lower, None)

    def weight(self, layer: int, unit: int, source: int) -> Rich:
        to, of = self._unit(unit), self._unit(source)
        if not self.notation.source_first:
            lower = self._pair(to, of)
        else:
            lower = of if self._alone(layer) else self._pair(of, to)
        return self.letter(self.notation.weight_letter, lower, layer)

    def bias(self, layer: int, unit: int) -> Rich:
        if not self.notation.bias_is_weight:
            return self.letter("b", self._unit(unit), layer)
        if self.notation.bias_node_first:
            lower = "0" if self._alone(layer) else self._pair("0", self._unit(unit))
        else:
            lower = self._pair(self._unit(unit), str(self.sizes[layer - 1]))
        return self.letter(self.notation.weight_letter, lower, layer)

    def shared_bias(self, layer: int) -> Rich:
        """The bias that all units of a layer share; no document has one, so ours is usual."""
        return self.letter("b", "", layer)

    def z(self, layer: int, unit: int) -> Rich:
        return self.letter("z", self._unit(unit), layer)

    def activation(self, layer: int, unit: int) -> Rich:
        """Layer 0 is the input."""
        if layer == 0:
            return self.input(unit)
        if layer == self.last and self.notation.output_letter:
            lower = "" if self._alone(layer) else self._unit(unit)
            return self.letter(self.notation.output_letter, lower, None)
        return self.letter("a", self._unit(unit), layer)

    def value_letter(self, layer: int) -> str:
        """The letter alone of a layer's values."""
        return self.activation(layer, 0).runs[0].text

    def delta(self, layer: int, unit: int) -> Rich:
        name = self.delta_name
        if len(name) == 1:
            return self.letter(name, self._unit(unit), layer)
        return Rich((Run(name[:-1]),)) + self.z(layer, unit)

    @property
    def delta_name(self) -> str:
        """∂/∂z of an example's loss, without a unit: δ, dc/dz; of one example H is the same."""
        return self.notation.by_z if self._one_by_z else self.notation.delta

    @property
    def _one_by_z(self) -> bool:
        return bool(self.notation.by_z) and self.samples == 1

    def by(self, parameter: Rich) -> Rich:
        """The derivative of the cost by a parameter."""
        return rich(self.by_name(self.cost_letter)) + parameter

    def by_name(self, letter: str) -> str:
        """What a derivative of a letter begins with: ∂C/∂."""
        d = self.notation.derivative
        return f"{d}{letter}/{d}"

    def function(self, symbol: str) -> str:
        """An activation, by its usual symbol, as the document writes it."""
        return self.notation.functions.get(symbol, symbol)

    def definition(self, symbol: str, written: str) -> str:
        """The definition of an activation with the document's symbol for it."""
        name = self.function(symbol)
        return name + written.removeprefix(symbol) if name != symbol else written

    @property
    def cost_letter(self) -> str:
        notation = self.notation
        return notation.cost_letter if self._apart else notation.single_letter

    @property
    def loss_letter(self) -> str:
        notation = self.notation
        return notation.loss_letter if self._apart else notation.single_letter

    @property
    def cost(self) -> Rich:
        return self.letter(self.cost_letter, "", None)

    @property
    def loss(self) -> Rich:
        return self.letter(self.loss_letter, "", None)

    # Whole layers

    @property
    def letters(self) -> Letters:
        return self.notation.one if self.samples == 1 else self.notation.many

    def matrix(self, letter: str, layer: int) -> Rich:
        """A whole layer's quantity, by its usual letter: W, A (0: the inputs), Z, T, b.

        a, z and t are the same of one example, whatever the number of examples.
        """
        letters = self.letters
        if letter in ("a", "z", "t"):
            letter, letters = letter.upper(), self.notation.vector or self.notation.one
        output = layer == self.last
        whole: tuple[str, int | None] = (letter, layer)
        if letter == ACTIVATIONS and layer == 0 and letters.x:
            whole = letters.x, None
        elif letter == ACTIVATIONS and output and letters.y:
            whole = letters.y, None
        elif letter == TARGETS:
            whole = letters.t, None
        elif letter == ACTIVATIONS:
            whole = letters.a, layer
        elif letter == SUMS:
            whole = letters.z or "z", layer
        bold = letters.bold and letter != WEIGHTS
        runs = [Run(whole[0], 0, not bold, bold)]
        if whole[1] is not None:
            runs.append(Run(self.layer_label(whole[1]), 1))
        return Rich(tuple(runs))

    def deltas(self, layer: int, one: bool = False) -> Rich:
        """∂/∂z of a whole layer; of `one` example, whatever their number."""
        name = self.delta_name
        if len(name) == 1:
            return self.letter(name, "", layer)
        return name[:-1] + self.matrix("z" if one else SUMS, layer)

    def layer_label(self, layer: int) -> str:
        """How the document counts the layer: (1), [1], L−1."""
        return self.notation.layer_label(layer, self.last)

    def layer(self, layer: int) -> str:
        """A layer's name: input layer, hidden layer, output layer, with its label."""
        kind = "input" if layer == 0 else "output" if layer == self.last else "hidden"
        return f"{kind} layer {self.layer_label(layer)}"
