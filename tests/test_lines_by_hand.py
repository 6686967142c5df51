"""Lines of mathematics as the four documents write them, typed by hand and read back.

The expected numbers are computed here from the published weights; no line comes from the
printer, and the functions are those of the documents, not those that print their own names.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheetnet.expressions.evaluation import evaluate
from sheetnet.expressions.formula import (
    Applied,
    Binary,
    Call,
    Expression,
    Negative,
    Number,
    Ref,
    call,
)
from sheetnet.expressions.mathematics import filled_in, written
from sheetnet.expressions.reading import (
    Interval,
    Symbol,
    UnreadableError,
    flat,
    flat_text,
    sides,
)
from sheetnet.expressions.rich import Rich, Run
from sheetnet.lessons.catalogue import shipped
from sheetnet.network import quantities
from sheetnet.network.decoding import DOCUMENTS
from sheetnet.network.knobs import knobs
from sheetnet.network.lesson import Lesson
from sheetnet.network.quantities import DELTA, LOSS, WEIGHT
from sheetnet.network.slides import OfSheets
from sheetnet.network.subject import numbers
from sheetnet.proof.alive import candidates
from sheetnet.proof.readings import check_readings, wrong_label
from sheetnet.workbook.book import Book
from tests.books import book_with
from tests.strategies import lessons

#: Mazur's network, by NumPy: weights unit by source, as he prints them.
X, T = np.array([0.05, 0.10]), np.array([0.01, 0.99])
W1, W2 = np.array([[0.15, 0.20], [0.25, 0.30]]), np.array([[0.40, 0.45], [0.50, 0.55]])
HIDDEN = 1 / (1 + np.exp(-(W1 @ X + 0.35)))
OUTPUT = 1 / (1 + np.exp(-(W2 @ HIDDEN + 0.60)))
D2 = (OUTPUT - T) * OUTPUT * (1 - OUTPUT)
D1 = HIDDEN * (1 - HIDDEN) * (W2.T @ D2)
COST = 0.5 * ((OUTPUT - T) ** 2).sum()

#: Functions as the documents define them (Bhadani's slides; 0.01 is his leak).
BY_HAND = {
    "σ": lambda x, _: 1 / (1 + math.exp(-x[0])),
    "tanh": lambda x, _: math.tanh(x[0]),
    "id": lambda x, _: x[0],
    "ReLU": lambda x, _: max(0.0, x[0]),
    "ReLU′": lambda x, _: float(x[0] > 0),
    "LeakyReLU": lambda x, _: x[0] if x[0] > 0 else 0.01 * x[0],
    "LeakyReLU′": lambda x, _: 1.0 if x[0] > 0 else 0.01,
    "g": lambda x, facts: float(x[0] >= facts["theta"]),
    "log": lambda x, _: math.log(x[0]),
}

#: What the drop-down of the hidden activation names, and its derivative.
CHOSEN = {
    "sigmoid": (BY_HAND["σ"], lambda x, _: math.exp(-x[0]) / (1 + math.exp(-x[0])) ** 2),
    "tanh": (BY_HAND["tanh"], lambda x, _: 1 - math.tanh(x[0]) ** 2),
    "relu": (BY_HAND["ReLU"], BY_HAND["ReLU′"]),
    "leaky_relu": (BY_HAND["LeakyReLU"], BY_HAND["LeakyReLU′"]),
}


class ByHand(OfSheets):
    """The decoder, with functions that are not the builder's."""

    @property
    def functions(self) -> dict[str, Any]:  # type: ignore[override]
        """With f and f′ where a drop-down says what they are."""
        choice = self.numbers.settings.get(("hidden_activation", None))
        if choice is None:
            return BY_HAND
        f, slope = CHOSEN[choice.item()]
        return BY_HAND | {"f": f, "f′": slope}


def line(text: str) -> str:
    """Lowered text is typed as _{…}, raised text as ^{…}."""
    pieces = re.findall(r"_\{([^}]*)\}|\^\{([^}]*)\}|([^_^]+)", text)
    return flat((low or up or on, -1 if low else 1 if up else 0) for low, up, on in pieces)


def decoder(notation: str, name: str = "mazur") -> ByHand:
    return ByHand(numbers(Lesson.load(name).model_copy(update={"notation": notation})))


def read(text: str, notation: str, name: str = "mazur") -> list[Interval]:
    known = decoder(notation, name)
    return sides(line(text), known, {"theta": 0.0}, known.is_layer, BY_HAND)


TRUE = [
    ("happydustbunny", "a_{0}^{(1)}", HIDDEN[0]),
    (
        "happydustbunny",
        "σ(w_{00}^{(1)}·a_{0}^{(0)} + w_{01}^{(1)}·a_{1}^{(0)} + w_{02}^{(1)})",
        HIDDEN[0],
    ),
    ("happydustbunny", "(a_{0}^{(2)} − T_{0})·a_{0}^{(2)}·(1 − a_{0}^{(2)})", D2[0]),
    (
        "happydustbunny",
        "a_{1}^{(1)}·(1 − a_{1}^{(1)})·(w_{01}^{(2)}·δ_{0}^{(2)} + w_{11}^{(2)}·δ_{1}^{(2)})",
        D1[1],
    ),
    ("happydustbunny", "dC/dw_{01}^{(1)} = δ_{0}^{(1)}·a_{1}^{(0)}", D1[0] * X[1]),
    ("happydustbunny", "dC/dw_{12}^{(1)} = δ_{1}^{(1)}", D1[1]),
    ("happydustbunny", "w_{00}^{(2)} − γ·δ_{0}^{(2)}·a_{0}^{(1)}", 0.4 - 0.5 * D2[0] * HIDDEN[0]),
    ("sabine", "σ(w_{10}^{L−1}·a_{0}^{L−2} + w_{11}^{L−1}·a_{1}^{L−2} + b_{1}^{L−1})", HIDDEN[1]),
    ("sabine", "c = ½·((t_{0} − a_{0}^{L})^{2} + (t_{1} − a_{1}^{L})^{2})", COST),
    ("sabine", "dc/dz_{1}^{L} = (a_{1}^{L} − t_{1})·a_{1}^{L}·(1 − a_{1}^{L})", D2[1]),
    ("sabine", "dc/dw_{10}^{L−1} = dc/dz_{1}^{L−1}·a_{0}^{L−2}", D1[1] * X[0]),
    ("sabine", "dc/db_{0}^{L−1} = dc/dz_{0}^{L−1}", D1[0]),
    ("sabine", "b_{0}^{L} − η·dc/db_{0}^{L}", 0.6 - 0.5 * D2[0]),
    ("bhadani", "σ(w_{02}^{[1]} + w_{12}^{[1]}·x_{1} + w_{22}^{[1]}·x_{2})", HIDDEN[1]),
    (
        "bhadani",
        "z_{1}^{[2]} = w_{01}^{[2]} + w_{11}^{[2]}·a_{1}^{[1]} + w_{21}^{[2]}·a_{2}^{[1]}",
        W2[0] @ HIDDEN + 0.6,
    ),
    ("bhadani", "∂L/∂w_{21}^{[1]} = ∂L/∂z_{1}^{[1]}·x_{2}", D1[0] * X[1]),
    ("bhadani", "(ŷ_{2} − y_{2})·ŷ_{2}·(1 − ŷ_{2})", D2[1]),
    ("bhadani", "L = ½·(y_{1} − ŷ_{1})^{2} + ½·(y_{2} − ŷ_{2})^{2}", COST),
    ("wichmann", "σ(W_{11}^{(1)}·x_{1} + W_{12}^{(1)}·x_{2} + b_{1}^{(1)})", HIDDEN[0]),
    ("wichmann", "J = ½·((a_{1}^{(2)} − t_{1})^{2} + (a_{2}^{(2)} − t_{2})^{2})", COST),
    (
        "wichmann",
        "H_{1}^{(1)} = (H_{1}^{(2)}·W_{11}^{(2)} + H_{2}^{(2)}·W_{21}^{(2)})"
        "·(a_{1}^{(1)} − (a_{1}^{(1)})^{2})",
        D1[0],
    ),
    ("wichmann", "∂J/∂b_{2}^{(1)}", D1[1]),
    ("wichmann", "∂J/∂W_{12}^{(2)} = H_{1}^{(2)}·a_{2}^{(1)}", D2[0] * HIDDEN[1]),
]


@pytest.mark.parametrize(("notation", "text", "value"), TRUE)
def test_lines_of_the_documents(notation: str, text: str, value: float) -> None:
    for side in read(text, notation):
        assert side.holds(float(value))
        assert side.high - side.low < 1e-12


def test_the_single_output_of_bhadani_has_one_index() -> None:
    """The slides: ŷ = 0.7739, y = 1, w₂[3] = 0.2, its source 0.5968, η = 0.1."""
    name = "bhadani-1-2-3-1"
    [error] = read("ŷ − y", "bhadani", name)
    assert error.low == pytest.approx(0.7739 - 1, abs=5e-5)
    [new] = read("w_{2}^{[3]} − η·∂L/∂z_{1}^{[3]}·a_{2}^{[2]}", "bhadani", name)
    assert new.low == pytest.approx(0.2 + 0.1 * 0.2261 * 0.5968, abs=1e-5)
    [loss] = read("−(y·log(ŷ) + (1 − y)·log(1 − ŷ))", "bhadani", name)
    assert loss.low == pytest.approx(0.2563, abs=5e-5)


def test_loss_and_cost_of_a_batch_are_two_letters() -> None:
    """Example 1 of four: E and ∂E/∂z are its own, J and ∂J/∂W the mean; H has two indices."""
    name = "batch-of-four"
    known = decoder("wichmann", name)
    for text, value in (
        ("E", known.numbers.now(LOSS)[0]),
        ("J", known.numbers.now(quantities.COST)),
        ("∂E/∂z_{2}^{(1)}", known.numbers.now(DELTA, 1)[0, 1]),
        ("∂J/∂W_{12}^{(1)}", known.numbers.now(WEIGHT.gradient, 1)[0, 1]),
        ("∂E/∂W_{12}^{(1)}", known.numbers.now(DELTA, 1)[0, 0] * known.numbers.inputs[0, 1]),
    ):
        [found] = read(text, "wichmann", name)
        assert found.holds(float(value)), text
    for text in ("H_{1}^{(2)}", "∂J/∂z_{1}^{(2)}", "δ_{1}^{(2)}"):
        with pytest.raises(UnreadableError):
            read(text, "wichmann", name)


FALSE = [
    # a weight's indices the other way round
    (
        "happydustbunny",
        "σ(w_{00}^{(1)}·a_{0}^{(0)} + w_{10}^{(1)}·a_{1}^{(0)} + w_{02}^{(1)})",
        HIDDEN[0],
    ),
    ("bhadani", "σ(w_{02}^{[1]} + w_{21}^{[1]}·x_{1} + w_{22}^{[1]}·x_{2})", HIDDEN[1]),
    # the documents' own slips: a sign, a wrong source, a wrong index of δ
    ("sabine", "(t_{1} − a_{1}^{L})·a_{1}^{L}·(1 − a_{1}^{L})", D2[1]),
    ("happydustbunny", "δ_{1}^{(1)}·a_{0}^{(0)}", D1[1]),
    ("happydustbunny", "δ_{1}^{(2)}", D1[1]),
    # brackets, a factor, a half, a square, an operator
    ("wichmann", "(a_{1}^{(2)} − t_{1})·a_{1}^{(2)}·1 − a_{1}^{(2)}", D2[0]),
    ("wichmann", "(a_{1}^{(2)} − t_{1})·a_{1}^{(2)}", D2[0]),
    ("wichmann", "(a_{1}^{(2)} − t_{1})^{2} + (a_{2}^{(2)} − t_{2})^{2}", COST),
    ("sabine", "½·(a_{0}^{L} − t_{0}) + ½·(a_{1}^{L} − t_{1})^{2}", COST),
    ("happydustbunny", "δ_{0}^{(1)} + a_{1}^{(0)}", D1[0] * X[1]),
    (
        "happydustbunny",
        "w_{00}^{(2)} + γ·δ_{0}^{(2)}·a_{0}^{(1)}",
        0.4 - 0.5 * D2[0] * HIDDEN[0],
    ),
    # numbers with one digit off
    ("sabine", "0.1500·0.0500 + 0.2000·0.1000 + 0.3600", 0.3775),
    ("sabine", "½·(0.7514 − 0.0100)^{2} + ½·(0.7729 − 0.9800)^{2}", COST),
    ("sabine", "σ(0.3795)", HIDDEN[0]),
    ("sabine", "0.4000 − (−0.5000)·0.138499·0.5933", 0.4 - 0.5 * D2[0] * HIDDEN[0]),
]


@pytest.mark.parametrize(("notation", "text", "value"), FALSE)
def test_wrong_lines_are_not_proved(notation: str, text: str, value: float) -> None:
    [found] = read(text, notation)
    assert not found.holds(float(value))


LABELS = [
    ("happydustbunny", "a₀⁽¹⁾ = 0.5933", True),
    ("happydustbunny", "a₁⁽¹⁾ = 0.5933", False),
    ("happydustbunny", "a₀⁽¹⁾ = 0.5943", False),
    ("happydustbunny", "a₀⁽¹⁾ = −0.5933", False),
    ("happydustbunny", "a₀⁽³⁾ = 0.5933", False),
    ("happydustbunny", "a₇⁽¹⁾ = 0.5933", False),
    ("sabine", "a₀ᴸ⁻¹ = 0.5933", True),
    ("sabine", "a₀ᴸ⁻² = 0.5933", False),
    ("bhadani", "ŷ₂ = 0.7729", True),
    ("bhadani", "ŷ₁ = 0.7729", False),
    ("bhadani", "a₂[2] = 0.7729", False),
    ("bhadani", "a₂[1] = 0.5969", True),
    ("bhadani", "x₁ = 0.0500", True),
    ("bhadani", "a₀[2] = 0.7729", False),
    ("wichmann", "a₂⁽²⁾ = 0.7729", True),
    ("wichmann", "nonsense = 1", False),
]


@pytest.mark.parametrize(("notation", "text", "right"), LABELS)
def test_labels(notation: str, text: str, right: bool) -> None:
    what = wrong_label(text, decoder(notation))
    assert (what == "") is right
    assert right or text in what


def pairs(lesson: Lesson, tries: int = 1) -> Iterator[tuple[Book, ByHand]]:
    """The model of a lesson's workbook and the decoder of its symbols: as built, then moved."""
    book = book_with(lesson, lesson.settings)
    yield book, ByHand(book.numbers)
    for moved in candidates(knobs(lesson), lesson.settings, tries):
        held = numbers(lesson, moved)
        yield book.at(held), ByHand(held)


@pytest.mark.parametrize("notation", sorted(DOCUMENTS))
@pytest.mark.parametrize("name", sorted(shipped("network")))
def test_every_line_and_label_that_ships_reads_back(name: str, notation: str) -> None:
    lesson = Lesson.load(name).model_copy(update={"notation": notation})
    for book, known in pairs(lesson):
        check = check_readings(book, known)
        assert check.findings == []
        assert check.cells >= len(book.readings) + sum(lesson.sizes)  # the labels among them


@given(lessons(max_steps=2), st.sampled_from(sorted(DOCUMENTS)))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_line_of_random_lessons_reads_back(lesson: Lesson, notation: str) -> None:
    lesson = lesson.model_copy(update={"notation": notation})
    book = book_with(lesson, lesson.settings)
    assert check_readings(book, OfSheets(book.numbers)).findings == []


def broken(written_: Rich) -> Iterator[Rich]:
    """The line with one slip in it: an index, a sign, a factor, a bracket."""
    slips = [
        (" + ", " − "),
        (" − ", " + "),
        ("·", " + "),
        ("½·", ""),
        ("1 − ", ""),
        ("σ(", "tanh("),
    ]
    runs = list(written_.runs)
    for i, run in enumerate(runs):
        texts = []
        if run.level < 0:
            texts += [run.text[:-1] + digit for digit in "012" if digit != run.text[-1]]
            texts += [run.text[::-1]] if run.text != run.text[::-1] else []
        elif run.level == 0:
            texts += [run.text.replace(old, new, 1) for old, new in slips if old in run.text]
        for text in texts:
            yield Rich((*runs[:i], dataclasses.replace(run, text=text), *runs[i + 1 :]))


@pytest.mark.parametrize("notation", sorted(DOCUMENTS))
@pytest.mark.parametrize("name", ["batch-of-four", "bhadani-1-2-3-1"])
def test_no_slip_in_a_line_goes_unnoticed(name: str, notation: str) -> None:
    """Where numbers are 0 or alike, a slip shows only once the inputs have moved."""
    lesson = Lesson.load(name).model_copy(update={"notation": notation})
    models = list(pairs(lesson))
    tried = 0
    for reading in models[0][0].readings:
        if not (isinstance(reading.symbol, Rich) and isinstance(reading.equation, Rich)):
            continue  # a live line is about another weight once the inputs have moved
        slips = [dataclasses.replace(reading, symbol=s) for s in broken(reading.symbol)]
        slips += [dataclasses.replace(reading, equation=e) for e in broken(reading.equation)]
        for slip in slips:
            tried += 1
            assert any(
                check_readings(dataclasses.replace(book, readings=[slip]), known).findings
                for book, known in models
            ), f"{slip.symbol} = {slip.equation}"
    assert tried > 150


# The printer against the tree: powers, functions, small and negative constants, today's numbers.
CELLS = (0.7, -1.3, 2.1, -0.4)
SYMBOLS = (
    Rich((Run("a"), Run("0", -1), Run("(2)", 1))),
    Rich((Run("T"), Run("1", -1))),
    Rich((Run("a"), Run("2", -1), Run("(1)", 1))),
    Rich((Run("γ"),)),
)
LEAVES = st.integers(0, 3).map(lambda n: Ref("S", 1, n + 1, symbol=SYMBOLS[n], digits=4))
CONSTANTS = st.sampled_from([0.5, 1, 2, -1, -3, 1e-4, 1e-7, -2e-9, 1e16]).map(Number)


class Cells:
    """A sheet whose first row holds CELLS."""

    def __getitem__(self, name: str) -> str:
        return name

    def value(self, sheet: str, row: int, column: int) -> float:
        return CELLS[column - 1]

    def area_values(self, area: object) -> None:
        raise NotImplementedError


def meant(symbol: Symbol) -> float:
    return {"a": CELLS[int(symbol.lower or 0)], "T": CELLS[1], "γ": CELLS[3]}[symbol.letter]


def _grown(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    two = st.tuples(inner, inner)
    return (
        two.map(lambda p: p[0] + p[1])
        | two.map(lambda p: p[0] - p[1])
        | two.map(lambda p: p[0] * p[1])
        | two.map(lambda p: p[0] / p[1])
        | two.map(lambda p: call("MAX", *p))
        | inner.map(Negative)
        | inner.map(lambda x: x**2)
        | inner.map(lambda x: Applied("²", x, x * x))
        | inner.map(lambda x: Applied("σ", x, 1 / (1 + call("EXP", -x))))
        | inner.map(lambda x: call("TANH", x))
    )


def value(node: Expression) -> float:
    """The tree's value, by Python's own arithmetic."""
    match node:
        case Ref():
            return CELLS[node.column - 1]
        case Number(number):
            return number
        case Negative(operand):
            return -value(operand)
        case Applied(symbol, argument, _):
            x = value(argument)
            return x * x if symbol == "²" else 1 / (1 + math.exp(-x))
        case Call("TANH", (argument,)):
            return math.tanh(value(argument))
        case Call("MAX", arguments):
            return max(map(value, arguments))
        case Binary(sign, left, right):
            a, b = value(left), value(right)
            if sign == "^":
                return a**b
            if sign == "/":
                return a / b
            return {"+": a + b, "-": a - b, "*": a * b}[sign]
    raise TypeError(node)


@given(st.recursive(LEAVES | CONSTANTS, _grown, max_leaves=7))
@settings(max_examples=400, deadline=None)
def test_symbols_and_numbers_read_back_as_the_tree(node: Expression) -> None:
    try:
        expected = value(node)
    except (ZeroDivisionError, OverflowError):
        return
    if not 1e-6 < abs(expected) < 1e6:
        return
    symbols = written(node)
    for text in (
        flat((run.text, run.level) for run in symbols.runs),
        flat_text(str(symbols)),
        flat_text(str(evaluate(filled_in(node), Cells()))),
    ):
        [found] = sides(text, meant, {}, lambda label: label.startswith("("), BY_HAND)
        room = 1e-6 * abs(expected)
        assert found.low - room <= expected <= found.high + room, text


def test_a_negative_number_with_an_exponent_has_brackets() -> None:
    target = Ref("S", 1, 2, symbol=SYMBOLS[1], digits=4)
    assert evaluate(filled_in(target**2), Cells()) == "(−1.3)²"
    assert evaluate(filled_in(1 - target**2), Cells()) == "1 − (−1.3)²"
