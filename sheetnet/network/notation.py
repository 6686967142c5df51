"""The notations of the four documents: what each calls a quantity, and in which order.

A `Notation` is data; `symbols.Symbols` writes the symbols of one lesson in it. Every fact about
a document's conventions stands here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


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
    layer, whatever it is, with the layer's number under it; `functions` are activations that the
    document writes with another letter than the usual one.

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
    functions: Mapping[str, str] = field(default_factory=dict)
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
            "quotient": "nothing is divided element by element there; ⊘ is Sabine’s and Bhadani’s",
            "batch": "there is one example only; several are the rows of A, as that one is",
            "jacobian": "D is diagonal there; of softmax it is full, da by each sum",
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
        functions={"softmax": "S"},
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
            "quotient": "nothing is divided element by element there; ⊘ is Sabine’s and Bhadani’s",
            "shared_bias": "each unit has a bias of its own; b without an index",
            "jacobian": "H is for activations of one unit alone; of softmax a Jacobian is usual",
        },
    ),
}
