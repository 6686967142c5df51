"""Symbols: written as each document writes them (expectations read off the documents)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sheetnet.expressions.rich import Rich, Run, rich
from sheetnet.network.lesson import Lesson
from sheetnet.network.notation import NOTATIONS, Symbols


def symbols(notation: str, *sizes: int) -> Symbols:
    """The symbols of a sigmoid network of the given sizes."""
    layers = [{"units": units, "activation": "sigmoid"} for units in sizes[1:]]
    lesson = {
        "title": "a network",
        "source": "",
        "notation": notation,
        "network": {"inputs": sizes[0], "loss": "half_squared_error", "layers": layers},
        "data": {"inputs": [[0.0] * sizes[0]], "targets": [[0.0] * sizes[-1]]},
        "training": {"learning_rate": 0.5, "steps": 1},
    }
    lesson = Lesson.model_validate(lesson)
    return Symbols(NOTATIONS[lesson.notation], lesson.sizes)


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
    ("L", lambda s: s.loss),
    ("C", lambda s: s.cost),
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
    ("J", lambda s: s.cost),
]


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


def test_documents_that_have_no_symbol_for_a_thing_say_so() -> None:
    assert NOTATIONS["happydustbunny"].missing == ("z",)
    assert NOTATIONS["bhadani"].delta == "∂L/∂z"
    for key in ("sabine", "wichmann"):
        assert "learning_rate" in NOTATIONS[key].missing


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
    assert str(rich("a") + Rich((Run("12", -1), Run("[1]", 1)))) == "a₁₂[¹]"
    assert str(rich("w") + Rich((Run("10,2", -1),))) == "w₁₀‚₂"
    # Unicode has no raised Q: the part is marked instead.
    assert str(rich("a") + Rich((Run("Q", 1),))) == "a^Q"
    assert rich(w) is w
    assert rich("").runs == ()
