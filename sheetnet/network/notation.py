"""The notations of the four documents: how each writes a quantity.

A `Notation` is data; `Symbols` writes the symbols of one lesson in it. Every fact about
a document's conventions stands here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sheetnet.expressions.rich import Rich, Run


@dataclass(frozen=True)
class Notation:
    """One document's conventions.

    `first` is the number of the first unit. `layer_label(l, L)` is the superscript of
    layer l of L. `source_first` says that a weight's indices are source, unit.
    `bias_is_weight` says that a bias is the weight from a node of value 1; that node's
    index is then 0 in front (`bias_node_first`) or one past the sources. `missing` names
    the quantities for which the document has no symbol, so that ours is only usual.
    """

    key: str
    document: str
    first: int
    layer_label: Callable[[int, int], str]
    source_first: bool = False
    bias_is_weight: bool = False
    bias_node_first: bool = False
    #: The weights' matrix holds the biases too, so that a layer is one product.
    bias_in_matrix: bool = False
    input_letter: str = "a"
    input_has_layer: bool = True
    target_letter: str = "t"
    weight_letter: str = "w"
    cost_letter: str = "C"
    loss_letter: str = "C"
    rate_letter: str = "η"
    rate_name: str = "eta"
    derivative: str = "d"
    #: A hidden δ begins with the activation's slope; otherwise with the sum.
    slope_first: bool = False
    hadamard: str = "⊙"
    #: An example is a row of A and Z (A W, X w), not a column (W a); the same for δ.
    example_rows: bool = False
    delta_rows: bool = False
    delta: str = "δ"
    missing: tuple[str, ...] = ()


def _round(layer: int, _: int) -> str:
    return f"({layer})"


def _square(layer: int, _: int) -> str:
    return f"[{layer}]"


def _from_last(layer: int, last: int) -> str:
    return "L" if layer == last else f"L−{last - layer}"


NOTATIONS: dict[str, Notation] = {
    "happydustbunny": Notation(
        key="happydustbunny",
        document="Back propagation in a simple neural net, HappyDustbunny, 2019",
        first=0,
        layer_label=_round,
        bias_is_weight=True,
        bias_in_matrix=True,
        target_letter="T",
        example_rows=True,
        slope_first=True,
        rate_letter="γ",
        rate_name="gamma",
        missing=("z",),
    ),
    "sabine": Notation(
        key="sabine",
        document="Neural Network Mathematics 1.0, Fraser Sabine",
        first=0,
        layer_label=_from_last,
        cost_letter="c",
        loss_letter="c",
        hadamard="∘",
        delta="dc/dz",
        missing=("learning_rate",),
    ),
    "bhadani": Notation(
        key="bhadani",
        document="CPE 486/586, 03 Introducing Deep Learning, Rahul Bhadani, 2026",
        first=1,
        layer_label=_square,
        source_first=True,
        example_rows=True,
        delta_rows=True,
        bias_is_weight=True,
        bias_node_first=True,
        input_letter="x",
        input_has_layer=False,
        target_letter="y",
        loss_letter="L",
        derivative="∂",
        hadamard="⊗",
        delta="∂L/∂z",
    ),
    "wichmann": Notation(
        key="wichmann",
        document="General feed forward neural networks, Kristian Wichmann, 2017",
        first=1,
        layer_label=_round,
        input_letter="x",
        input_has_layer=False,
        weight_letter="W",
        cost_letter="J",
        loss_letter="J",
        derivative="∂",
        missing=("learning_rate", "delta"),
    ),
}


class Symbols:
    """The symbols of one lesson's network; units and sources are given from 0."""

    def __init__(self, notation: Notation, sizes: Sequence[int]) -> None:
        """`sizes` are the numbers of inputs and of each layer's units."""
        self.notation, self.sizes = notation, tuple(sizes)
        self.last = len(self.sizes) - 1

    def _letter(self, letter: str, lower: str, layer: int | None) -> Rich:
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

    def matrix(self, letter: str, layer: int) -> Rich:
        """A whole layer's quantity: W⁽¹⁾, A⁽⁰⁾, Z⁽²⁾; the inputs are X where they have a letter."""
        if letter == "A" and layer == 0 and not self.notation.input_has_layer:
            return Rich((Run("X", 0, True),))
        return self._letter(letter, "", layer)

    @property
    def learning_rate(self) -> Rich:
        return self._letter(self.notation.rate_letter, "", None)

    def input(self, unit: int) -> Rich:
        layer = 0 if self.notation.input_has_layer else None
        return self._letter(self.notation.input_letter, self._unit(unit), layer)

    def target(self, unit: int) -> Rich:
        alone = self.notation.source_first and self.sizes[-1] == 1
        return self._letter(self.notation.target_letter, "" if alone else self._unit(unit), None)

    def weight(self, layer: int, unit: int, source: int) -> Rich:
        to, of = self._unit(unit), self._unit(source)
        if not self.notation.source_first:
            lower = self._pair(to, of)
        elif layer == self.last and self.sizes[layer] == 1:
            lower = of  # Bhadani's single output unit has one index
        else:
            lower = self._pair(of, to)
        return self._letter(self.notation.weight_letter, lower, layer)

    def bias(self, layer: int, unit: int) -> Rich:
        if not self.notation.bias_is_weight:
            return self._letter("b", self._unit(unit), layer)
        if self.notation.bias_node_first:
            alone = layer == self.last and self.sizes[layer] == 1
            lower = "0" if alone else self._pair("0", self._unit(unit))
        else:
            lower = self._pair(self._unit(unit), str(self.sizes[layer - 1]))
        return self._letter(self.notation.weight_letter, lower, layer)

    def shared_bias(self, layer: int) -> Rich:
        """The bias that all units of a layer share; no document has one, so ours is usual."""
        return self._letter("b", "", layer)

    def z(self, layer: int, unit: int) -> Rich:
        return self._letter("z", self._unit(unit), layer)

    def activation(self, layer: int, unit: int) -> Rich:
        """Layer 0 is the input."""
        return self.input(unit) if layer == 0 else self._letter("a", self._unit(unit), layer)

    def delta(self, layer: int, unit: int) -> Rich:
        if self.notation.delta == "δ":
            return self._letter("δ", self._unit(unit), layer)
        return Rich((Run(self.notation.delta[:-1]),)) + self.z(layer, unit)

    def deltas(self, layer: int) -> Rich:
        """The δ of a whole layer."""
        if self.notation.delta == "δ":
            return self.matrix("δ", layer)
        return self.notation.delta[:-1] + self.matrix("Z", layer)

    def by(self, parameter: Rich) -> Rich:
        """The derivative of the cost by a parameter."""
        d = self.notation.derivative
        return Rich((Run(f"{d}{self.notation.cost_letter}/{d}"),)) + parameter

    @property
    def cost(self) -> Rich:
        return self._letter(self.notation.cost_letter, "", None)

    @property
    def loss(self) -> Rich:
        return self._letter(self.notation.loss_letter, "", None)

    def layer_label(self, layer: int) -> str:
        """How the document counts the layer: (1), [1], L−1."""
        return self.notation.layer_label(layer, self.last)

    def layer(self, layer: int) -> str:
        """A layer's name: input layer, hidden layer, output layer, with its label."""
        kind = "input" if layer == 0 else "output" if layer == self.last else "hidden"
        return f"{kind} layer {self.layer_label(layer)}"
