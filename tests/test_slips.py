"""The slips of the documents: for each, where it stands, and that its proof decides.

The lists follow the documents in their order. A slip stands on a sheet of a lesson of calculus,
told by the lesson, the sheet and how its place begins, or on the sheet Notation of a network, or
on both. Where a lesson's own numbers cannot show one, it is not there.
"""

from __future__ import annotations

import pytest

from sheetnet.building import make_book
from sheetnet.calculus.lesson import Lesson
from sheetnet.expressions.rich import Rich, rich
from sheetnet.lessons.catalogue import shipped
from sheetnet.network.lesson import Lesson as Network
from sheetnet.sheets.checks import PASSED
from sheetnet.workbook.book import Book

SABINE, ACTIVATIONS, MATRIX, WICHMANN = (
    "sabine-derivatives",
    "bhadani-activations",
    "bhadani-matrix-calculus",
    "wichmann-deltas",
)
WELL = "These Derivatives Are Well-Behaved"
#: What is wrong, the lesson, the sheet, and how the slip's place begins.
SLIPS = [
    ("Sabine: dc/da = t − a", SABINE, "Squared error", "2.1 and 5.1"),
    ("Sabine: dc/dz with t − a", SABINE, "Squared error", "5.1.1"),
    ("Sabine: the cost as a vector", SABINE, "Squared error", "2.1, matrix form"),
    ("Sabine: z without a sum", SABINE, "Sum", "4, z of a unit"),
    ("Sabine: z = aW + B", SABINE, "Sum", "1, the calculated"),
    ("Sabine: dz/dW is no vector", SABINE, "Sum", "4, matrix form"),
    ("Sabine: dz/db is no number", SABINE, "Sum", "4, matrix form, dz/db"),
    ("Sabine: the rows of a Jacobian", SABINE, "Sum", "B, rule for Jacobians"),
    ("Sabine: a of layer L−1, first", SABINE, "Backpropagation", "5.1.1, layer L−1, last factor"),
    ("Sabine: a of layer L−1, second", SABINE, "Backpropagation", "5.1.1, layer L−1, the line"),
    ("Sabine: dc/dw on the left", SABINE, "Backpropagation", "5.1.1, layer L−1, left side"),
    ("Sabine: dc/dz · W", SABINE, "Backpropagation", "5.1.2, layer L−1"),
    ("Sabine: dc/dz · a, a number", SABINE, "Backpropagation", "5.1.2, gradient"),
    ("Sabine: da/dz as a vector", SABINE, "Backpropagation", "3.1"),
    ("Sabine: the column of sums", SABINE, "Softmax Jacobian", "B, the column"),
    ("Sabine: a row times the matrix", SABINE, "Softmax Jacobian", "B, factorised"),
    ("Sabine: which sum is 1", SABINE, "Softmax Jacobian", "5.2.1, the sum that is 1"),
    ("Sabine: the sum from i = 1", SABINE, "Softmax Jacobian", "5.2.1, where the sum"),
    ("Sabine: a row as a column", SABINE, "Softmax Jacobian", "5.2.2, (dc/da)ᵀ"),
    ("Sabine: n nodes from 0 to n", SABINE, "Softmax Jacobian", "1, the number of nodes"),
    ("Sabine: “chain rule”", SABINE, "Rules", "B, “chain rule”"),
    ("Sabine: the total derivative", SABINE, "Rules", "B, total derivative"),
    ("Bhadani: no huge updates", ACTIVATIONS, "Confident but wrong", WELL),
    ("Bhadani: ŷ − y in any layer", ACTIVATIONS, "Hidden layer", f"{WELL}, 2"),
    ("Bhadani: a negative gradient", ACTIVATIONS, "Hidden layer", f"{WELL}, 2"),
    ("Bhadani: what a dead neuron is", ACTIVATIONS, "Dead neuron", "LeakyReLU"),
    ("Bhadani: the slope of max at 0", ACTIVATIONS, "ReLU", "The slope of max"),
    ("Bhadani: one symbol, two derivatives", MATRIX, "Total derivative", "Law of Total"),
    ("Bhadani: z a constant", MATRIX, "ReLU neuron", "Including Nonlinearity"),
    ("Bhadani: broadcast ReLU", MATRIX, "Broadcast max", "Derivative of Broadcast"),
    ("Bhadani: e without a mask", MATRIX, "Loss", "Gradient Computation, the cases"),
    ("Bhadani: the bias likewise", MATRIX, "Loss", "Gradient Computation for Bias"),
    ("Bhadani: a row and a column", MATRIX, "Loss", "Scalar vs. Vectorized"),
    ("Bhadani: y − u is a matrix", MATRIX, "Loss", "Gradient of Neural Network Loss"),
    ("Wichmann: H J_Nᵗ", WICHMANN, "Output layer", "2.13, 2.17, 3.16, 4.1, 4.20"),
    ("Wichmann: Δ without its index", WICHMANN, "Output layer", "2.22"),
    ("Wichmann: ij in the text of 2.21", WICHMANN, "Output layer", "2.21"),
    ("Wichmann: chained contractions", WICHMANN, "Output layer", "2.4, as 4.5 to 4.7"),
    ("Wichmann: (A)ᵗ in the bracket", WICHMANN, "Last hidden layer", "3.10"),
    ("Wichmann: A of layer l", WICHMANN, "Any layer", "4.13 to 4.16"),
    ("Wichmann: ij in 4.10", WICHMANN, "Any layer", "4.10"),
    ("Wichmann: the contraction 4.7", WICHMANN, "Any layer", "4.7"),
    ("Wichmann: H and softmax", WICHMANN, "Softmax", "2.2 to 2.4"),
]
DUST, RATES, STEP, RELU = (
    "happydustbunny",
    "learning-rates",
    "bhadani-1-2-3-1",
    "bhadani-relu-neuron",
)
SQUARED, SOFTMAX, GENERAL = "sabine-squared-error", "sabine-softmax", "wichmann-general"
#: On the sheet Notation: the lesson, how the slip's place and what is printed begin.
NETWORKS = [
    (SQUARED, "1, z of the output layer", "z = a W"),
    (SQUARED, "2.1 and 5.1", "t − a"),
    (SQUARED, "2.1, matrix form", "c = ½"),
    (SQUARED, "3.1, matrix form", "da/dz"),
    (SQUARED, "4, z of a unit", "z = a·w"),
    (SQUARED, "4, matrix form, dz/dW", "a of layer L−1"),
    (SQUARED, "5.1.1, layer L−1, dz/dw", "aq of layer L−1"),
    (SQUARED, "5.1.1, layer L−1, the last line", "dc/dw"),
    (SQUARED, "5.1.2, layer L−1", "dc/dz · W"),
    (SQUARED, "4 and 5, dc/dW", "dc/dz · a"),
    (SQUARED, "A and B, “chain rule”", "(f + g)′"),
    (SQUARED, "B, rule for Jacobians", "a row for each variable"),
    (SQUARED, "B, total derivative", "the sum"),
    (SOFTMAX, "5.2.1, the sum that is 1", "Σt = 1"),
    (SOFTMAX, "5.2.1, where sums begin", "i from 1"),
    (SOFTMAX, "B, da/dz", "a column of sums, or the row"),
    (DUST, "The basic model", "a₀⁽¹⁾ with the bias w₁₂⁽¹⁾"),
    (DUST, "The basic model", "σ(x) = 1/(1 − e⁻ˣ)"),
    (DUST, "The basic model", "its derivative σ(x)"),
    (DUST, "Forward pass", "a⃗⁽¹⁾, a column"),
    (RATES, "The update of W⁽²⁾, the learning rate", "γ is a number between 0 and 1"),
    (DUST, "The update of W⁽²⁾", "W − γ·dC/dW"),
    (DUST, "(6), second term", "w₀₁⁽¹⁾ a₀⁽⁰⁾"),
    (DUST, "(6), second term", "w₁₂⁽²⁾ σ(…)"),
    (DUST, "dC/dw₁₁⁽¹⁾, first term", "a₁⁽²⁾(1 − a₁⁽²⁾)"),
    (DUST, "dC/dw₁₂⁽¹⁾", "ends in a₁⁽⁰⁾"),
    (DUST, "dC/dW⁽¹⁾, last entry", "δ₁⁽²⁾"),
    (DUST, "D⁽¹⁾, second number", "a₀⁽¹⁾(1 − a₀⁽¹⁾)"),
    (DUST, "D⁽¹⁾w⁽²⁾δ⁽²⁾", "w⁽²⁾ as it is"),
    (STEP, "A Simple Neural Network", "one hidden layer"),
    (STEP, "Chain Rule in Backpropagation", "z = w a"),
    (STEP, "These Derivatives", "ŷ(1 − ŷ) ≈ 0"),
    (STEP, "These Derivatives", "∂L/∂z of any layer"),
    (STEP, "Layer 1 Weight Updates", "smallest updates"),
    (RELU, "Activation function with", "dead where"),
    (RELU, "Derivative of Broadcast ReLU", "a vector"),
    (RELU, "Gradient of Neural Network Loss", "y a row"),
    (RELU, "Gradient Computation, the first sum", "1/N"),
    (RELU, "Gradient Computation", "∂C/∂w"),
    (RELU, "Error Term Substitution", "∂C/∂b"),
    (RELU, "Scalar vs. Vectorized", "∂C/∂w a row"),
    (GENERAL, "(2.4), so (4.5)", "H ∂Z/∂W"),
    (GENERAL, "(2.13), (2.17)", "∂J/∂b = H J"),
    (GENERAL, "(2.22)", "Δ = (A − T)/N"),
    (GENERAL, "(3.10)", "(A⁽ᴸ⁻²⁾)ᵗ inside"),
    (GENERAL, "(3.12), the text", "∂J/∂W⁽ᴸ⁻¹⁾"),
    (GENERAL, "(4.10), and the text under (2.21)", "element i, j"),
    (GENERAL, "(4.13) to (4.16)", "∂J/∂W⁽ˡ⁾"),
]
#: What the worked step prints, where it is wrong in a digit or more.
DIGITS = (
    "0.6147", "0.7862", "0.7740", "0.6075", "0.3925", "−0.1393", "−0.1373", "−0.1356", "−0.0193",
    "−1.2922", "−0.01401", "−0.00264", "−0.00528", "−0.00327", "−0.00969", "0.01393", "0.01373",
    "0.00193", "0.000264", "0.000528",
)  # fmt: skip


@pytest.fixture(scope="module")
def books() -> dict[str, Book]:
    return {name: make_book(Lesson.load(name)) for name in shipped("calculus")}


@pytest.mark.parametrize(("what", "lesson", "sheet", "where"), SLIPS)
def test_the_slip_stands_there_and_its_numbers_decide(
    what: str, lesson: str, sheet: str, where: str, books: dict[str, Book]
) -> None:
    book = books[lesson]
    cells = book[sheet].cells
    rows = [
        row
        for (row, column), cell in cells.items()
        if column == 2 and str(cell.content).startswith(where)
    ]
    assert rows, what
    for row in rows:
        printed, right, measured = (book.value(book[sheet], row, 4 + i) for i in range(3))
        assert book.value(book[sheet], row, 7) == PASSED
        assert right == pytest.approx(measured, rel=1e-5, abs=1e-5)
        assert printed != pytest.approx(measured, rel=1e-4, abs=1e-4)


def test_every_slip_of_the_lessons_is_in_the_list() -> None:
    told = {(lesson, sheet) for _, lesson, sheet, _ in SLIPS}
    places = [(lesson, where) for _, lesson, _, where in SLIPS]
    for name in shipped("calculus"):
        for section in Lesson.load(name).sections:
            for slip in section.slips:
                assert (name, section.sheet) in told
                assert any(n == name and slip.where.startswith(w) for n, w in places), slip.where


def _text(content: object) -> str:
    assert isinstance(content, str | Rich)
    return rich(content).text


def _on_notation(name: str) -> list[tuple[str, str, tuple[float, ...]]]:
    """The slips on a network's sheet Notation: where, what is printed, the three numbers."""
    book = make_book(Network.load(name))
    sheet = book["Notation"]
    rows = [row for (row, column), cell in sheet.cells.items() if column == 10 and cell.passes]
    found = []
    for row in rows:
        assert book.value(sheet, row, 10) == PASSED
        where, printed = (_text(sheet.cells[row, column].content) for column in (2, 3))
        found.append((where, printed, tuple(book.value(sheet, row, c) for c in (7, 8, 9))))
    return found


@pytest.mark.parametrize("name", dict.fromkeys(lesson for lesson, _, _ in NETWORKS))
def test_the_networks_show_those_that_they_meet(name: str) -> None:
    """Each of the list, and each of the sheet is in the list of its document."""
    found = _on_notation(name)
    for _, where, begins in [one for one in NETWORKS if one[0] == name]:
        here = [
            numbers
            for place, printed, numbers in found
            if place.startswith(where) and printed.startswith(begins)
        ]
        assert here, (where, begins)
        for printed, right, measured in here:
            assert right == pytest.approx(measured, rel=1e-6, abs=1e-6)
            assert printed != pytest.approx(measured, rel=1e-6, abs=1e-7)
    known = [(where, begins) for _, where, begins in NETWORKS]
    for place, printed, _ in found:
        listed = any(place.startswith(w) and printed.startswith(b) for w, b in known)
        assert listed or any(printed.endswith(f"= {digits}") for digits in DIGITS), (place, printed)


def test_the_worked_step_shows_every_wrong_digit() -> None:
    printed = [text for _, text, _ in _on_notation(STEP)]
    for digits in DIGITS:
        assert any(text.endswith(f"= {digits}") for text in printed), digits
