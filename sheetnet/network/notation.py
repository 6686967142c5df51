"""The notations of the four documents: what each calls a quantity, and in which order.

A `Notation` is data; `Symbols` writes the symbols of one lesson in it. Every fact about
a document's conventions stands here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sheetnet.expressions.rich import Rich, Run, rich

#: The usual letters of a layer's matrices.
ACTIVATIONS, TARGETS, SUMS, WEIGHTS, BIASES = "A", "T", "Z", "W", "b"


@dataclass(frozen=True)
class Letters:
    """What the matrices (or vectors) of a layer are called on Matrices.

    `z`, `a` and `t` are its sums, values and targets, `x` the inputs ("": `a` of layer 0), `y`
    the values of the output layer ("": `a`). `held` is `a` with the 1 for the biases, `w` the
    weights without them ("": as the whole, said in words). `bold` prints the letters of vectors
    bold.
    """

    z: str = "Z"
    a: str = "A"
    t: str = "T"
    x: str = ""
    y: str = ""
    held: str = ""
    w: str = ""
    bold: bool = False


@dataclass(frozen=True)
class Notation:
    """One document's conventions.

    Counting: `first` is the number of the first unit, `layer_label(l, L)` the superscript of
    layer l of L. `source_first` says that a weight's indices are source, unit; `output_alone`
    that a single output unit has no index of its own.

    Biases: `bias_is_weight` says that a bias is the weight from a node of value 1; that node's
    index is then 0 in front (`bias_node_first`) or one past the sources. `bias_in_matrix` says
    that the weights' matrix holds them, so that a layer is one product; otherwise they are a
    vector, spread over the examples by a row of ones where those have a letter, `ones`.

    Letters: `output_letter` are the output layer's values, where they have one of their own.
    `loss_letter` is the loss of one example, `cost_letter` that of all; where there is one
    example the two are one number and have one letter, `single_letter`. `delta` is how ∂/∂z of
    an example's loss is written: a letter δ, or the beginning of a derivative.

    Order: `target_first` writes (t − a)², `half_in_front` takes ½ out of the sum, `slope_first`
    begins a hidden δ with the activation's slope.

    Matrices: an example is a row of A and Z (A W, X w) or a column (W a): `example_rows`, for δ
    `delta_rows`. Where the units of a layer are in it together, δ is a product with a Jacobian:
    `row_by_jacobian` lays ∂C/∂a as a row for it, whatever δ is elsewhere. `one` and `many` are the
    letters for one example and for several, `vector` those
    of one example's vectors, where they differ from `one`. `error` is
    ∂C/∂a of the output layer where it has a letter, `diagonal` the matrix with the slopes on its
    diagonal. `by_a` and `by_z` are the derivatives of the *cost* by A and Z where they have
    letters: then Matrices shows those, with 1/N in them. `layer_function` is the activation of a
    layer, whatever it is, with the layer's number under it.

    `missing` names what the document has no symbol for, and why this one is taken.
    """

    key: str
    document: str
    first: int
    layer_label: Callable[[int, int], str]
    source_first: bool = False
    output_alone: bool = False
    bias_is_weight: bool = False
    bias_node_first: bool = False
    bias_in_matrix: bool = False
    ones: str = ""
    input_letter: str = "a"
    input_has_layer: bool = True
    output_letter: str = ""
    target_letter: str = "t"
    weight_letter: str = "w"
    cost_letter: str = "C"
    loss_letter: str = "C"
    single_letter: str = "C"
    rate_letter: str = "η"
    rate_name: str = "eta"
    derivative: str = "d"
    delta: str = "δ"
    logarithm: str = "ln"
    hadamard: str = "⊙"
    transpose: str = "T"
    transpose_brackets: bool = False
    #: What stands between the factors of a product of matrices.
    times: str = " "
    target_first: bool = False
    half_in_front: bool = False
    slope_first: bool = False
    example_rows: bool = False
    delta_rows: bool = False
    row_by_jacobian: bool = False
    one: Letters = field(default_factory=Letters)
    many: Letters = field(default_factory=Letters)
    vector: Letters | None = None
    error: str = ""
    diagonal: str = ""
    by_a: str = ""
    by_z: str = ""
    layer_function: str = ""
    missing: Mapping[str, str] = field(default_factory=dict)


def _round(layer: int, _: int) -> str:
    return f"({layer})"


def _square(layer: int, _: int) -> str:
    return f"[{layer}]"


def _from_last(layer: int, last: int) -> str:
    return "L" if layer == last else f"L−{last - layer}"


#: "Back propagation" and its summary: A with the 1, a⃗ without, w without the biases.
_ARROWS = Letters(z="", a="a⃗", t="T⃗", held="A", w="w")

NOTATIONS: dict[str, Notation] = {
    "happydustbunny": Notation(
        key="happydustbunny",
        document="Back propagation in a simple neural net, HappyDustbunny, 2019",
        first=0,
        layer_label=_round,
        bias_is_weight=True,
        bias_in_matrix=True,
        target_letter="T",
        rate_letter="γ",
        rate_name="gamma",
        transpose="t",
        slope_first=True,
        example_rows=True,
        one=_ARROWS,
        many=_ARROWS,
        error="c",
        diagonal="D",
        missing={
            "z": "the sums are h and m in two derivations only; z is what most texts call them",
            "transpose": "said in words; ᵗ, since a raised T would look like the target",
            "logarithm": "no loss there has one; ln is usual for base e",
            "batch": "there is one example only; several are the rows of A, as that one is",
        },
    ),
    "sabine": Notation(
        key="sabine",
        document="Neural Network Mathematics 1.0, Fraser Sabine",
        first=0,
        layer_label=_from_last,
        cost_letter="c",
        loss_letter="c",
        single_letter="c",
        delta="dc/dz",
        hadamard="∘",
        transpose_brackets=True,  # or the T would join the layer's label
        times="·",
        row_by_jacobian=True,
        target_first=True,
        half_in_front=True,
        one=Letters(z="z", a="a", t="t", bold=True),
        missing={
            "learning_rate": "the derivation ends with the gradient; most texts call the rate η",
            "batch": "there is one example only; several are the columns of capital letters",
        },
    ),
    "bhadani": Notation(
        key="bhadani",
        document="CPE 486/586, 03 Introducing Deep Learning, Rahul Bhadani, 2026",
        first=1,
        layer_label=_square,
        source_first=True,
        output_alone=True,
        bias_is_weight=True,
        bias_node_first=True,
        bias_in_matrix=True,
        input_letter="x",
        input_has_layer=False,
        output_letter="ŷ",
        target_letter="y",
        loss_letter="L",
        single_letter="L",
        derivative="∂",
        delta="∂L/∂z",
        logarithm="log",
        hadamard="⊗",
        target_first=True,
        example_rows=True,
        delta_rows=True,
        one=Letters(z="z", a="a", t="y", x="x", y="ŷ", bold=True),
        many=Letters(t="Y", x="X", y="Ŷ"),
        missing={
            "matrix": "the matrix form has one neuron, z = X w + b; W is the usual capital letter "
            "of a layer's weights",
            "batch": "the layers have one example; several are the rows of capital letters, as "
            "those of X are",
        },
    ),
    "wichmann": Notation(
        key="wichmann",
        document="General feed forward neural networks, Kristian Wichmann, 2017",
        first=1,
        layer_label=_round,
        ones="J_N",
        input_letter="x",
        input_has_layer=False,
        weight_letter="W",
        cost_letter="J",
        loss_letter="E",
        single_letter="J",
        derivative="∂",
        delta="∂E/∂z",
        transpose="t",
        transpose_brackets=True,
        half_in_front=True,
        layer_function="σ",
        one=Letters(x="X"),
        many=Letters(x="X"),
        vector=Letters(z="z", a="a", t="t", x="x"),
        by_a="Δ",
        by_z="H",
        missing={
            "learning_rate": "the derivation ends with the gradient; most texts call the rate η",
            "loss": "J is the cost of all examples; E, for error, since L is the last layer",
            "example_delta": "H has the cost’s 1/N in it; of one example alone it is ∂E/∂z",
            "logarithm": "no loss there has one; ln is usual for base e",
            "shared_bias": "each unit has a bias of its own; b without an index",
        },
    ),
}


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

    def deltas(self, layer: int) -> Rich:
        """∂/∂z of a whole layer."""
        name = self.delta_name
        if len(name) == 1:
            return self.letter(name, "", layer)
        return name[:-1] + self.matrix(SUMS, layer)

    def layer_label(self, layer: int) -> str:
        """How the document counts the layer: (1), [1], L−1."""
        return self.notation.layer_label(layer, self.last)

    def layer(self, layer: int) -> str:
        """A layer's name: input layer, hidden layer, output layer, with its label."""
        kind = "input" if layer == 0 else "output" if layer == self.last else "hidden"
        return f"{kind} layer {self.layer_label(layer)}"
