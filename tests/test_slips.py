"""The slips of the documents: for each, where it stands, and that its proof decides.

The list follows the documents in their order. A slip stands on a sheet of a lesson of calculus,
told by the lesson, the sheet and how its place begins; the others stand on the sheet Notation of
networks.
"""

from __future__ import annotations

import pytest

from sheetnet.building import make_book
from sheetnet.calculus.lesson import Lesson
from sheetnet.lessons.catalogue import shipped
from sheetnet.lessons.subjects import load
from sheetnet.sheets.checks import PASSED
from sheetnet.workbook.book import Book
from tests.test_bhadani import SLIPS as NUMBERS

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
DUSTBUNNY, STEP = "happydustbunny", "bhadani-1-2-3-1"
#: On the sheet Notation of networks: the lesson, where in the document, and how the printed begins.
#: The slips of HappyDustbunny stand nowhere else; nor do Bhadani's numbers, whose list is that of
#: tests/test_bhadani.py. That γ is not bound to lie below 1 is what the lesson asks to try.
NETWORKS = [
    (DUSTBUNNY, "The basic model", "a₀⁽¹⁾ with the bias"),
    (DUSTBUNNY, "The basic model", "σ(x) = 1/(1 − e⁻ˣ)"),
    (DUSTBUNNY, "The basic model", "its derivative σ(x)"),
    (DUSTBUNNY, "The update of W", "W − γ·dC/dW"),
    (DUSTBUNNY, "(6), second term", "w₀₁⁽¹⁾ a₀⁽⁰⁾"),
    (DUSTBUNNY, "(6), second term", "w₁₂⁽²⁾ σ"),
    (DUSTBUNNY, "dC/dw₁₁⁽¹⁾, first term", "a₁⁽²⁾"),
    (DUSTBUNNY, "dC/dw₁₂⁽¹⁾", "ends in a₁⁽⁰⁾"),
    (DUSTBUNNY, "dC/dW⁽¹⁾, last entry", "δ₁⁽²⁾"),
    (DUSTBUNNY, "D⁽¹⁾, second number", "a₀⁽¹⁾(1 − a₀⁽¹⁾)"),
    (DUSTBUNNY, "D⁽¹⁾w⁽²⁾δ⁽²⁾, in the summary", "w⁽²⁾ as it is"),
    (STEP, "A Simple Neural Network, the title", "one hidden layer"),
    (STEP, "These Derivatives Are Well-Behaved", "ŷ(1 − ŷ) ≈ 0"),
    (STEP, "Layer 1 Weight Updates", "smallest updates"),
    *((STEP, "", f"= {printed}") for printed, _ in sorted(NUMBERS)),
]


@pytest.mark.parametrize("lesson", [DUSTBUNNY, STEP])
def test_the_slips_of_networks_stand_on_notation(lesson: str) -> None:
    held = load(lesson)[1]
    notation = make_book(held)["Notation"]
    rows = [row for (row, column), cell in notation.cells.items() if column == 10 and cell.passes]
    told = [tuple(str(notation.cells[row, k].content) for k in (2, 3)) for row in rows]
    wanted = [(where, printed) for name, where, printed in NETWORKS if name == lesson]
    for where, printed in wanted:
        assert any(w.startswith(where) and printed in p for w, p in told), (where, printed)
    assert len(told) >= len(wanted)


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
