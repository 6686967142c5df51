"""Symbols: written as each document writes them (expectations read off the documents)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sheetnet.expressions.dialects import EXCEL
from sheetnet.expressions.formula import Ref, over_ranges
from sheetnet.expressions.mathematics import written
from sheetnet.expressions.rich import Rich, Run, rich, typed
from sheetnet.network.lesson import Lesson
from sheetnet.network.losses import LOSSES
from sheetnet.network.notation import NOTATIONS
from sheetnet.network.sheets.matrix_names import Names
from sheetnet.network.symbols import Symbols
from sheetnet.network.translation import in_notation


def lesson_of(notation: str, *sizes: int) -> Lesson:
    """A sigmoid network of the given sizes."""
    layers = [{"units": units, "activation": "sigmoid"} for units in sizes[1:]]
    lesson = {
        "title": "a network",
        "source": "",
        "notation": notation,
        "network": {"inputs": sizes[0], "loss": "half_squared_error", "layers": layers},
        "data": {"inputs": [[0.0] * sizes[0]], "targets": [[0.0] * sizes[-1]]},
        "training": {"learning_rate": 0.5, "steps": 1},
    }
    return Lesson.model_validate(lesson)


def symbols(notation: str, *sizes: int, samples: int = 1) -> Symbols:
    lesson = lesson_of(notation, *sizes)
    return Symbols(NOTATIONS[lesson.notation], lesson.sizes, samples)


Find = Callable[[Symbols], Rich]

#: HappyDustbunny: a 2-2-2 network, units from 0, layers in round brackets, weights
#: unit first, the bias the weight from node 2 of value 1.
HAPPYDUSTBUNNY: list[tuple[str, Find]] = [
    ("a₀⁽⁰⁾", lambda s: s.input(0)),
    ("a₁⁽⁰⁾", lambda s: s.activation(0, 1)),
    ("a₀⁽¹⁾", lambda s: s.activation(1, 0)),
    ("a₁⁽²⁾", lambda s: s.activation(2, 1)),
    ("w₀₁⁽¹⁾", lambda s: s.weight(1, 0, 1)),
    ("w₁₀⁽²⁾", lambda s: s.weight(2, 1, 0)),
    ("w₀₂⁽¹⁾", lambda s: s.bias(1, 0)),
    ("w₁₂⁽¹⁾", lambda s: s.bias(1, 1)),
    ("w₁₂⁽²⁾", lambda s: s.bias(2, 1)),
    ("T₀", lambda s: s.target(0)),
    ("δ₁⁽²⁾", lambda s: s.delta(2, 1)),
    ("dC/dw₀₀⁽¹⁾", lambda s: s.by(s.weight(1, 0, 0))),
    ("dC/dw₁₂⁽¹⁾", lambda s: s.by(s.bias(1, 1))),
    ("γ", lambda s: s.learning_rate),
    ("C", lambda s: s.cost),
]
#: Sabine: units from 0, the layers L and L−1, weights unit first, dc/dz for δ.
SABINE: list[tuple[str, Find]] = [
    ("w01L", lambda s: s.weight(2, 0, 1)),
    ("w10L−1", lambda s: s.weight(1, 1, 0)),
    ("b0L", lambda s: s.bias(2, 0)),
    ("b1L−1", lambda s: s.bias(1, 1)),
    ("a0L", lambda s: s.activation(2, 0)),
    ("a1L−1", lambda s: s.activation(1, 1)),
    ("a0L−2", lambda s: s.input(0)),
    ("z1L", lambda s: s.z(2, 1)),
    ("t0", lambda s: s.target(0)),
    ("dc/dz0L−1", lambda s: s.delta(1, 0)),
    ("dc/dw01L", lambda s: s.by(s.weight(2, 0, 1))),
    ("dc/db1L", lambda s: s.by(s.bias(2, 1))),
    ("c", lambda s: s.cost),
    ("c", lambda s: s.loss),
]
#: Bhadani: a 1-2-3-1 network, units from 1, layers in square brackets, weights source
#: first, the bias the weight from node 0, one index only in the output layer.
BHADANI: list[tuple[str, Find]] = [
    ("x1", lambda s: s.input(0)),
    ("w11[1]", lambda s: s.weight(1, 0, 0)),
    ("w12[1]", lambda s: s.weight(1, 1, 0)),
    ("w02[1]", lambda s: s.bias(1, 1)),
    ("w12[2]", lambda s: s.weight(2, 1, 0)),
    ("w21[2]", lambda s: s.weight(2, 0, 1)),
    ("w23[2]", lambda s: s.weight(2, 2, 1)),
    ("w03[2]", lambda s: s.bias(2, 2)),
    ("w1[3]", lambda s: s.weight(3, 0, 0)),
    ("w3[3]", lambda s: s.weight(3, 0, 2)),
    ("w0[3]", lambda s: s.bias(3, 0)),
    ("z2[1]", lambda s: s.z(1, 1)),
    ("a3[2]", lambda s: s.activation(2, 2)),
    ("y", lambda s: s.target(0)),
    ("∂L/∂z2[2]", lambda s: s.delta(2, 1)),
    ("η", lambda s: s.learning_rate),
    ("ŷ", lambda s: s.activation(3, 0)),
    ("∂L/∂w12[2]", lambda s: s.by(s.weight(2, 1, 0))),
    ("∂L/∂w03[2]", lambda s: s.by(s.bias(2, 2))),
    ("L", lambda s: s.loss),
    ("L", lambda s: s.cost),
]
#: Wichmann: units from 1, layers in round brackets, W unit first, J the cost.
WICHMANN: list[tuple[str, Find]] = [
    ("W11(1)", lambda s: s.weight(1, 0, 0)),
    ("W12(1)", lambda s: s.weight(1, 0, 1)),
    ("W21(2)", lambda s: s.weight(2, 1, 0)),
    ("b1(1)", lambda s: s.bias(1, 0)),
    ("b2(2)", lambda s: s.bias(2, 1)),
    ("z1(1)", lambda s: s.z(1, 0)),
    ("a2(2)", lambda s: s.activation(2, 1)),
    ("x1", lambda s: s.input(0)),
    ("t2", lambda s: s.target(1)),
    ("∂J/∂W11(1)", lambda s: s.by(s.weight(1, 0, 0))),
    ("∂J/∂b1(1)", lambda s: s.by(s.bias(1, 0))),
    ("H2(1)", lambda s: s.delta(1, 1)),
    ("J", lambda s: s.cost),
    ("J", lambda s: s.loss),
]
#: With several examples loss and cost are two things.
OF_A_BATCH: list[tuple[str, str, Find]] = [
    ("happydustbunny", "C", lambda s: s.loss),
    ("sabine", "dc/dw01L", lambda s: s.by(s.weight(2, 0, 1))),
    ("bhadani", "L", lambda s: s.loss),
    ("bhadani", "C", lambda s: s.cost),
    ("bhadani", "∂C/∂w21[1]", lambda s: s.by(s.weight(1, 0, 1))),
    ("bhadani", "ŷ2", lambda s: s.activation(2, 1)),
    ("wichmann", "E", lambda s: s.loss),
    ("wichmann", "J", lambda s: s.cost),
    ("wichmann", "∂E/∂z1(2)", lambda s: s.delta(2, 0)),
    ("wichmann", "∂J/∂W12(1)", lambda s: s.by(s.weight(1, 0, 1))),
]
#: The matrices of one example, then of several: bold letters of Sabine stand in asterisks.
MATRICES = {
    "happydustbunny": (["a⃗(0)", "a⃗(1)", "T⃗", "W(2)"], ["a⃗(0)", "a⃗(1)", "T⃗", "W(2)"]),
    "sabine": (["*a*L−2", "*a*L−1", "*t*", "WL"], ["AL−2", "AL−1", "T", "WL"]),
    "bhadani": (["*x*", "*a*[1]", "*y*", "W[2]"], ["X", "A[1]", "Y", "W[2]"]),
    "wichmann": (["X", "A(1)", "T", "W(2)"], ["X", "A(1)", "T", "W(2)"]),
}
#: The steps of the matrix form as each document writes them, for one example and for several.
STEPS = {
    "happydustbunny": (
        "a⃗(2) = σ(A(1) W(2))",
        "c = a⃗(2) − T⃗",
        "δ(2) = D(2) c",
        "δ(1) = D(1) w(2)t δ(2)",
        "dC/dW(2) = δ(2) A(1)",
    ),
    "sabine": (
        "*z*L = WL·*a*L−1 + *b*L",
        "dc/d*a*L = *a*L − *t*",
        "dc/d*z*L = dc/d*a*L ∘ d*a*L/d*z*L",
        "dc/d*a*L−1 = (WL)T·dc/d*z*L",
        "dc/dWL = dc/d*z*L·(*a*L−1)T",
    ),
    "bhadani": (
        "*z*[2] = *a*[1] W[2]",
        "∂L/∂*ŷ* = *ŷ* − *y*",
        "∂L/∂*z*[2] = ∂L/∂*ŷ* ⊗ ∂*ŷ*/∂*z*[2]",
        "∂L/∂*a*[1] = ∂L/∂*z*[2] W[2]T",
        "∂L/∂W[2] = *a*[1]T ∂L/∂*z*[2]",
    ),
    "wichmann": (
        "Z(2) = W(2) A(1) + b(2) JNt",
        "Δ(2) = (A(2) − T)/N",
        "H(2) = Δ(2) ⊙ ∂σ2/∂Z(2)",
        "Δ(1) = (W(2))t H(2)",
        "∂J/∂W(2) = H(2) (A(1))t",
    ),
}


def starred(text: Rich) -> str:
    """The characters, bold ones between asterisks."""
    return "".join(f"*{run.text}*" if run.bold else run.text for run in text.runs)


@pytest.mark.parametrize(("written", "find"), HAPPYDUSTBUNNY)
def test_happydustbunny_symbols_are_the_notes(written: str, find: Find) -> None:
    assert str(find(symbols("happydustbunny", 2, 2, 2))) == written


@pytest.mark.parametrize(
    ("notation", "sizes", "text", "find"),
    [
        *(("sabine", (2, 2, 2), text, find) for text, find in SABINE),
        *(("bhadani", (1, 2, 3, 1), text, find) for text, find in BHADANI),
        *(("wichmann", (2, 2, 2), text, find) for text, find in WICHMANN),
    ],
)
def test_symbols_have_the_characters_of_their_document(
    notation: str, sizes: tuple[int, ...], text: str, find: Find
) -> None:
    assert find(symbols(notation, *sizes)).text == text


@pytest.mark.parametrize(("notation", "text", "find"), OF_A_BATCH)
def test_symbols_of_several_examples(notation: str, text: str, find: Find) -> None:
    assert find(symbols(notation, 2, 2, 2, samples=3)).text == text


@pytest.mark.parametrize("notation", sorted(NOTATIONS))
def test_matrices_have_the_letters_of_their_document(notation: str) -> None:
    for samples, expected in zip((1, 3), MATRICES[notation], strict=True):
        of = symbols(notation, 2, 2, 2, samples=samples)
        found = [of.matrix("A", 0), of.matrix("A", 1), of.matrix("T", 2), of.matrix("W", 2)]
        assert [starred(each) for each in found] == expected


@pytest.mark.parametrize("notation", sorted(NOTATIONS))
def test_the_matrix_form_is_the_documents(notation: str) -> None:
    """Wichmann's with several examples, which N is about; the others have one."""
    samples = 4 if notation == "wichmann" else 1
    names = Names(symbols(notation, 2, 2, 2, samples=samples))
    net = lesson_of(notation, 2, 2, 2).net
    found = (
        names.sums(2, True, "σ"),
        names.output(net),
        names.through(2, "σ"),
        names.back(1, "σ"),
        names.gradient(2, True),
    )
    assert tuple(map(starred, found)) == STEPS[notation]


#: Softmax with cross entropy: ∂/∂a, ∂/∂z as a product with the Jacobian, ∂/∂z at once. Sabine
#: 5.2.2 has a row there; Bhadani multiplies Jacobians in the chain's order; of the other two the
#: product is the usual one, with HappyDustbunny's D.
SOFTMAX = {
    "happydustbunny": ("−1/ln(b)·(T⃗ ⊘ a⃗(2))", "δ(2) = D(2) c", "(a⃗(2)·ΣT⃗ − T⃗)/ln(b)"),
    "sabine": (
        "−1/ln(b)·(*t* ⊘ *a*L)",
        "(dc/d*z*L)T = (dc/d*a*L)T·d*a*L/d*z*L",
        "(*a*L·Σ*t* − *t*)/ln(b)",
    ),
    "bhadani": (
        "−1/log(b)·(*y* ⊘ *ŷ*)",
        "∂L/∂*z*[2] = ∂L/∂*ŷ* ∂*ŷ*/∂*z*[2]",
        "(*ŷ*·Σ*y* − *y*)/log(b)",
    ),
    "wichmann": ("−1/ln(b)·(T ⊘ A(2))", "H(2) = (∂a(2)/∂z(2))t Δ(2)", "(A(2)·ΣT − T)/ln(b)"),
}


@pytest.mark.parametrize("notation", sorted(NOTATIONS))
def test_softmax_in_matrices_is_the_documents(notation: str) -> None:
    net = Lesson.load("sabine-softmax").net
    names = Names(symbols(notation, *net.sizes))
    found = (
        names.of_outputs(net, False, fused=False),
        names.by_jacobian(2),
        names.output_error(net, False),
    )
    assert tuple(map(starred, found)) == SOFTMAX[notation]


def test_cross_entropy_is_written_with_a_logarithm_to_its_base() -> None:
    """Sabine 2.2; as a cell it is LOG of single numbers, LN/LN of ranges."""
    a, t, b = (Ref("S", 1, n, symbol=letter) for n, letter in enumerate("atb", 1))
    loss = LOSSES["cross_entropy"].cell([a], [t], {"log_base": b})
    assert [(run.text, run.level) for run in written(loss).runs if run.text == "b"] == [("b", -1)]
    assert written(loss).text == "−t·logb(a)"
    assert EXCEL.write(loss, "S") == "-(B1*LOG(MAX(A1,EXP(-100)),C1))"
    assert "LOG(" not in EXCEL.write(over_ranges(loss), "S")


@pytest.mark.parametrize(
    ("notation", "parts"),
    [
        ("happydustbunny", [("w", 0), ("01", -1), ("(1)", 1)]),
        ("sabine", [("w", 0), ("01", -1), ("L−1", 1)]),
        ("bhadani", [("w", 0), ("21", -1), ("[1]", 1)]),
        ("wichmann", [("W", 0), ("12", -1), ("(1)", 1)]),
    ],
)
def test_indices_are_lowered_and_layers_raised(notation: str, parts: list[Any]) -> None:
    weight = symbols(notation, 2, 2, 2).weight(1, 0, 1)
    assert [(run.text, run.level) for run in weight.runs] == parts
    assert weight.runs[0].italic


def test_bhadanis_output_layer_of_several_units_has_two_indices() -> None:
    several = symbols("bhadani", 2, 2)
    assert several.weight(1, 1, 0).text == "w12[1]"
    assert several.bias(1, 1).text == "w02[1]"
    assert several.target(1).text == "y2"


def test_a_bias_node_of_happydustbunny_follows_the_sources_however_many_they_are() -> None:
    assert symbols("happydustbunny", 3, 2, 1).bias(1, 1).text == "w13(1)"
    assert symbols("happydustbunny", 3, 2, 1).bias(2, 0).text == "w02(2)"


def test_indices_of_two_digits_are_parted_by_a_comma() -> None:
    assert symbols("wichmann", 12, 2).weight(1, 0, 10).text == "W1,11(1)"
    assert symbols("wichmann", 12, 2).weight(1, 0, 8).text == "W19(1)"
    assert symbols("happydustbunny", 11, 2).bias(1, 1).text == "w1,11(1)"


@pytest.mark.parametrize("notation", sorted(NOTATIONS))
def test_no_two_weights_and_biases_share_a_symbol(notation: str) -> None:
    sizes = (12, 11, 2)
    of = symbols(notation, *sizes)
    texts = [
        symbol.text
        for layer, (sources, units) in enumerate(zip(sizes, sizes[1:], strict=False), 1)
        for unit in range(units)
        for symbol in (of.bias(layer, unit), *(of.weight(layer, unit, s) for s in range(sources)))
    ]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    ("notation", "labels"),
    [
        ("happydustbunny", ["(0)", "(1)", "(2)"]),
        ("sabine", ["L−2", "L−1", "L"]),
        ("bhadani", ["[0]", "[1]", "[2]"]),
        ("wichmann", ["(0)", "(1)", "(2)"]),
    ],
)
def test_layers_are_named_by_their_kind_and_the_documents_label(
    notation: str, labels: list[str]
) -> None:
    names = [str(symbols(notation, 2, 3, 1).layer(layer)) for layer in range(3)]
    kinds = ["input layer", "hidden layer", "output layer"]
    assert names == [f"{kind} {label}" for kind, label in zip(kinds, labels, strict=True)]


def test_documents_that_have_no_symbol_for_a_thing_say_so_and_why() -> None:
    assert "z" in NOTATIONS["happydustbunny"].missing
    assert "delta" not in NOTATIONS["bhadani"].missing
    for key in ("sabine", "wichmann"):
        assert "learning_rate" in NOTATIONS[key].missing
    assert all(len(why) > 20 for each in NOTATIONS.values() for why in each.missing.values())


@pytest.mark.parametrize(
    ("key", "hadamard"),
    [("sabine", "∘"), ("happydustbunny", "⊙"), ("wichmann", "⊙"), ("bhadani", "⊗")],
)
def test_each_document_has_its_own_hadamard_sign(key: str, hadamard: str) -> None:
    assert NOTATIONS[key].hadamard == hadamard


def test_rich_text_joins_and_shows_raised_and_lowered_parts() -> None:
    w = Rich((Run("w", italic=True), Run("01", -1), Run("(1)", 1)))
    assert str(w) == "w₀₁⁽¹⁾"
    assert w.text == "w01(1)"
    assert str("d" + w + " = 1") == "dw₀₁⁽¹⁾ = 1"
    assert str(rich("a") + Rich((Run("L−1", 1),))) == "aᴸ⁻¹"
    assert str(rich("w") + Rich((Run("1,11", -1), Run("(1)", 1)))) == "w₁,₁₁⁽¹⁾"
    # Unicode has no raised square brackets, but corners like their tops. Nor a raised Q: marked.
    assert str(rich("a") + Rich((Run("[1]", 1),))) == "a⌜¹⌝"
    assert typed("∂L/∂w₁₁⌜²⌝ and a⁽¹⁾") == "∂L/∂w₁₁[2] and a⁽¹⁾"
    assert str(rich("a") + Rich((Run("Q", 1),))) == "a^Q"
    assert rich(w) is w
    assert rich("").runs == ()


def test_what_a_lesson_says_of_whole_layers_follows_the_notation() -> None:
    lesson = Lesson.load("wichmann-general").model_copy(
        update={"about": "∂J/∂W⁽¹⁾ is made of H⁽¹⁾, ∂J/∂A is measured."}
    )
    assert in_notation(lesson, "sabine").about == "dc/dWᴸ⁻² is made of dc/dZᴸ⁻², dc/dA is measured."
    single = Lesson.load("bhadani-perceptron").model_copy(update={"about": "w₀ and w₂ move."})
    assert in_notation(single, "wichmann").about == "b₁ and W₁₂ move."
