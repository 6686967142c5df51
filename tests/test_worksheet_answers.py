"""What the worksheets ask: the answers, typed into the workbook and looked at.

Everything that a learner is asked to try, and every question of a section, has a function here,
which does what the answer says and looks for what it claims; IronCalc does all of them,
LibreOffice the first of each lesson.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sheetnet import build, inspect
from sheetnet.calculus.lesson import Lesson
from sheetnet.calculus.spelling import identifier
from sheetnet.lessons.catalogue import shipped
from sheetnet.recalc import PROGRAMS, LibreOffice, Program, Values, recalculate
from tests.books import block_array, cell_of

pytestmark = pytest.mark.programs


class Seen:
    """What a section shows after something was typed into it."""

    def __init__(self, blocks: dict[str, dict[str, Any]], values: Values) -> None:
        self.blocks, self.values = blocks, values

    def _held(self, quantity: str) -> Any:
        block = self.blocks[quantity]
        return block_array(block, self.values, (*block["rows"], *block["columns"]))

    def __call__(self, name: str) -> Any:
        return self._held(identifier(name))

    def by(self, of: str, by: str, kind: str = "derivative") -> Any:
        """A derivative by the rules: results down, variables across."""
        return self._held(f"{kind}_{identifier(of)}_by_{identifier(by)}")

    def slope(self, of: str, by: str) -> Any:
        return self.by(of, by, "difference")

    def mark(self, of: str, by: str) -> Any:
        """What the check beside the derivative of a number by a number says."""
        block = self.blocks[f"difference_{identifier(of)}_by_{identifier(by)}"]
        return self.values.value(*cell_of(block, 0, 1))

    def table(self, title: str, columns: int) -> Any:
        """The table under a heading, without its first column."""
        rows = self.values.rows[next(iter(self.blocks.values()))["sheet"]]
        top = next(i for i, row in enumerate(rows) if len(row) > 1 and row[1] == title) + 2
        found = [row[4 : 4 + columns] for row in rows[top:]]
        numbers = takewhile(lambda row: all(isinstance(x, float) for x in row), found)
        return np.array(list(numbers))


class Workbook:
    """A lesson's workbook, in a program."""

    def __init__(self, path: Path, program: Program) -> None:
        self.blocks = inspect(path)["blocks"]
        self.path, self.program = path, program
        self._as_built: Values | None = None

    def typed(self, edits: dict[tuple[str, int, int], float]) -> Values:
        if edits:
            return recalculate(self.path, self.program, [edits])[0]
        self._as_built = self._as_built or recalculate(self.path, self.program)[0]
        return self._as_built


class Sheet:
    """One section of a lesson's workbook, and an answer on it."""

    def __init__(self, book: Workbook, number: int, answer: str) -> None:
        self.step = next(b for b in book.blocks if b["quantity"] == "difference_step")
        self.blocks = {b["quantity"]: b for b in book.blocks if b["layer"] == number}
        self.book, self.answer = book, answer

    def __call__(self, step: float | None = None, **typed: Any) -> Seen:
        """The section with these numbers typed into its variables."""
        edits: dict[tuple[str, int, int], float] = {}
        if step:
            edits[cell_of(self.step)] = step
        for name, value in typed.items():
            array = np.array(value, float)
            if array.ndim < 2:
                array = array.reshape(-1, 1)
            for place, number in np.ndenumerate(array):
                edits[cell_of(self.blocks[identifier(name)], *place)] = float(number)
        return Seen(self.blocks, self.book.typed(edits))

    def says(self, *numbers: float) -> None:
        """The answer tells these numbers, to its own last digits."""
        told = re.findall(r"−?\d+(?:,\d{3})*(?:\.\d+)?", self.answer)
        for number in numbers:
            assert any(_rounded(number, text) for text in told), (number, told)


def _rounded(number: float, text: str) -> bool:
    decimals = len(text.partition(".")[2])
    return f"{number:,.{decimals}f}".replace("-", "−") == text


def _alike(one: Any, other: Any, atol: float = 1e-12) -> bool:
    return np.allclose(one, other, rtol=1e-9, atol=atol)


def _beside_diagonal(matrix: Any) -> Any:
    return matrix[~np.eye(len(matrix), dtype=bool)]


# The derivatives of Sabine


def softmax_sure(sheet: Sheet) -> None:
    own, now = sheet(), sheet(z0=5)
    sheet.says(own.by("a", "z0").item(), now.by("a", "z0").item(), now("a").item())
    a = now("a").item()
    assert _alike(now.by("a", "z0"), a * (1 - a))


def own_target(sheet: Sheet) -> None:
    changed = sheet().by("c", "a") != sheet(t=[0, 0.5, 1]).by("c", "a")
    assert changed.ravel().tolist() == [False, True, False]
    a = sheet(a=[0.2, 0.6, 0.5]).by("c", "a") != sheet().by("c", "a")
    assert not a.ravel()[[0, 2]].any()


def logarithm_one(sheet: Sheet) -> None:
    for base in (2.0, np.e):
        x = 1 / np.log(base)
        assert sheet(b=base, x=x).by("y", "x").item() == pytest.approx(1)
        sheet.says(x)
        assert sheet(b=base, x=x + 0.1).by("y", "x").item() < 1


def no_target(sheet: Sheet) -> None:
    seen = sheet(a=[0.7, 0.1, 0.2], t=[0, 0, 1])
    assert seen.by("c", "a").ravel()[:2].tolist() == [0, 0]
    assert seen("c").item() == pytest.approx(-np.log2(0.2))


def largest_slope(sheet: Sheet) -> None:
    half = np.log(np.exp(0.5) + np.exp(-0.5))
    seen = sheet(z0=half)
    assert seen("a").item() == pytest.approx(0.5) and seen.by("a", "z0").item() == pytest.approx(
        0.25
    )
    assert all(sheet(z0=half + d).by("a", "z0").item() < 0.25 for d in (-0.3, 0.3))


def symmetric(sheet: Sheet) -> None:
    for z in ([1, 0.5, -0.5], [2, -1, 0.25]):
        matrix = sheet(z=z).by("a", "z")
        assert _alike(matrix, matrix.T)


def no_inverse(sheet: Sheet) -> None:
    own, up = sheet(), sheet(z=np.array([1, 0.5, -0.5]) + 0.75)
    assert _alike(own.by("a", "z").sum(axis=1), 0) and _alike(own("a"), up("a"))


# Bhadani: activations


def relu_corner(sheet: Sheet) -> None:
    seen = sheet(z=0)
    assert seen.mark("r", "z") == "kink"
    assert (seen.by("r", "z").item(), seen.slope("r", "z").item()) == (0, pytest.approx(0.5))
    assert sheet(z=-1).by("r", "z").item() == 0 and sheet(z=1).by("r", "z").item() == 1
    sheet.says(0, 1, 0.5)


def awake(sheet: Sheet) -> None:
    seen = sheet(b=1)
    sheet.says(*seen("z").ravel())
    assert seen.by("C", "w").item() != 0
    tables = [seen.table(title, 3) for title in ("The ReLU neuron", "The leaky ReLU neuron")]
    assert len(tables[0]) == 31 and _alike(*tables)
    dead = sheet().table("The ReLU neuron", 3)
    assert (dead == dead[0]).all()


def no_slope(sheet: Sheet) -> None:
    far = [sheet(z=z) for z in (-3, 0.4, 0.6, 3)]
    assert [seen.by("g", "z").item() for seen in far] == [0, 0, 0, 0]
    assert [seen("g").item() for seen in far] == [0, 0, 1, 1]


def at_the_jump(sheet: Sheet) -> None:
    seen = sheet(z=0.5)
    sheet.says(seen.slope("g", "z").item(), 1, 0)
    assert seen.mark("g", "z") == "kink"
    for h in (1e-3, 1e-5):
        assert sheet(h, z=0.5).slope("g", "z").item() == pytest.approx(1 / (2 * h))


def a_quarter(sheet: Sheet) -> None:
    seen = sheet(z=0)
    assert (seen("y").item(), seen.by("y", "z").item()) == (0.5, 0.25)
    assert all(sheet(z=z).by("y", "z").item() < 0.25 for z in (-4, -0.1, 0.1, 4))


def larger_of_two(sheet: Sheet) -> None:
    assert sheet(z=2)("l").item() == 2 and sheet(z=-2)("l").item() == -0.02
    assert sheet(z=2).by("l", "z").item() == 1 and sheet(z=-2).by("l", "z").item() == 0.01


def coin_toss(sheet: Sheet) -> None:
    for y in (0, 1):
        seen = sheet(p=0.5, y=y)
        sheet.says(seen("L").item(), seen("A").item(), seen("B").item())


def squared_instead(sheet: Sheet) -> None:
    seen = sheet()
    sheet.says(((seen("p") - 1) * seen("s")).item())
    assert seen.by("L", "z").item() == pytest.approx(-1, abs=1e-4)


def labels_unseen(sheet: Sheet) -> None:
    for y in ([1, 2, 4], [-3, 7, 0]):
        seen = sheet(y=y)
        assert (seen.by("C", "w").item(), seen.by("C", "b").item()) == (0, 0)
        assert seen.by("K", "w").item() != 0


# Bhadani: matrix calculus

ELEMENTWISE = [(y, x) for y in "aspq" for x in "wx"]


def two_equal(sheet: Sheet) -> None:
    own, now = sheet(), sheet(w=[2, 2, -3])
    noticed = {(y, x) for y, x in ELEMENTWISE if not _alike(own.by(y, x), now.by(y, x))}
    assert noticed == {("p", "x"), ("q", "x")}
    assert _alike(now.by("p", "x"), np.diag([2, 2, -3]))
    assert _alike(now.by("q", "x"), np.diag(-np.array([2, 2, -3]) / now("x").ravel() ** 2))
    off_diagonal(sheet)


def all_cut_off(sheet: Sheet) -> None:
    seen = sheet(b=-2)
    sheet.says(seen("z").item())
    assert not any(seen.by("a", x).any() for x in "zwb")


def rows_and_columns(sheet: Sheet) -> None:
    x1, x2 = sheet()("x").ravel()
    assert _alike(sheet().by("y", "x"), [[6 * x1 * x2, 3 * x1**2], [2, 4 * x2**3]])


def identity(sheet: Sheet) -> None:
    assert (sheet(x=[3, -4, 0]).by("f", "x") == np.eye(3)).all()


def off_diagonal(sheet: Sheet) -> None:
    seen = sheet(w=[2, 2, -3], x=[0.3, 4, 1])
    assert not any(_beside_diagonal(seen.by(*pair)).any() for pair in ELEMENTWISE)


def number_and_vector(sheet: Sheet) -> None:
    own, more = sheet(), sheet(z=4)
    assert _alike(more("y") - own("y"), 1)
    assert _alike(own.by("y", "z"), np.ones((3, 1))) and _alike(own.by("y", "x"), np.eye(3))


def two_factors(sheet: Sheet) -> None:
    for x in (1.2, -2.5):
        assert sheet(x=x).by("y", "x").item() == pytest.approx(np.cos(x * x) * 2 * x)


def both_ways(sheet: Sheet) -> None:
    for x in (3.0, -1.5):
        assert sheet(x=x).by("y", "x").item() == pytest.approx(1 + 2 * x)


def both_diagonal(sheet: Sheet) -> None:
    """On “Vector chain rule” fᵢ is a function of gᵢ alone: the product goes element by element."""
    beside = Sheet(sheet.book, 9, sheet.answer)()
    outer = beside.by("f", "g")
    assert not _beside_diagonal(outer).any()
    assert _alike(beside.by("f", "x"), np.diag(outer)[:, None] * beside.by("g", "x"))
    # Here they are none, and the product needs all of them.
    assert _beside_diagonal(sheet().by("f", "g")[:, :2]).any()


def order_matters(sheet: Sheet) -> None:
    seen = sheet()
    outer, inner = seen.by("f", "g"), seen.by("g", "x")
    assert (outer.shape, inner.shape, (inner @ outer).shape) == ((2, 3), (3, 2), (3, 3))
    assert _alike(seen.by("f", "x"), outer @ inner)


def first_alone(sheet: Sheet) -> None:
    seen = sheet()
    sheet.says(*seen("z").ravel())
    assert _alike(sheet(y=[1, -2, 3]).by("C", "w"), seen.by("C", "w"))
    assert not _alike(sheet(y=[2, 2, 0.5]).by("C", "w"), seen.by("C", "w"))


def bias_too(sheet: Sheet) -> None:
    seen = sheet()
    e, m = (seen(name).ravel() for name in "em")
    sheet.says(seen.by("C", "b").item())
    assert m.tolist() == [1, 0, 0]
    assert seen.by("C", "b").item() == pytest.approx(2 / 3 * (e * m).sum())


# Wichmann


def targets_met(sheet: Sheet) -> None:
    seen = sheet(T=sheet()("A"))
    assert all(_alike(seen(name), 0) for name in ("Δ", "H"))
    assert all(_alike(seen.by("J", x), 0) for x in "Wb")


def cut_in_the_middle(sheet: Sheet) -> None:
    seen = sheet(W=np.zeros((2, 2)))
    assert not seen.by("J", "V").any() and not seen.by("J", "c").any()
    assert seen("H").all() and (seen("H") @ seen("B").T).all()


def half_of_them(sheet: Sheet) -> None:
    whole = sheet().by("Z", "W")
    assert (whole.size, np.count_nonzero(whole)) == (24, 12)
    sheet.says(24)


def without_the_mean(sheet: Sheet) -> None:
    seen = sheet()
    delta = seen("A") - seen("T")
    assert _alike(3 * seen("Δ"), delta)
    assert _alike(3 * seen.by("J", "W"), (delta * seen("S")) @ seen("X").T)


def two_deltas(sheet: Sheet) -> None:
    seen = sheet()
    by_values = seen.by("Z", "B").reshape(2, 3, 2, 3)
    by_biases = seen.by("Y", "c").reshape(2, 3, 2)
    for n, m in np.ndindex(3, 3):
        assert by_values[:, n, :, m].any() == (n == m)
    for p, i in np.ndindex(2, 2):
        assert by_biases[p, :, i].any() == (p == i)


Answer = Callable[[Sheet], None]
#: Of what is asked to try: the sheet, and what is done there.
TRIES: dict[str, list[tuple[str, Answer]]] = {
    "sabine-derivatives": [("Softmax, j = k", softmax_sure), ("Cross entropy", own_target)],
    "bhadani-activations": [("ReLU", relu_corner), ("Dead neuron", awake)],
    "bhadani-matrix-calculus": [("Element-wise", two_equal), ("ReLU neuron", all_cut_off)],
    "wichmann-deltas": [
        ("Output layer", targets_met),
        ("Last hidden layer", cut_in_the_middle),
    ],
}
#: Of the questions of a sheet, in their order.
QUESTIONS: dict[str, dict[str, list[Answer]]] = {
    "sabine-derivatives": {
        "Logarithm": [logarithm_one],
        "Cross entropy": [no_target],
        "Softmax, j = k": [largest_slope],
        "Softmax Jacobian": [symmetric, no_inverse],
    },
    "bhadani-activations": {
        "Step": [no_slope, at_the_jump],
        "Sigmoid": [a_quarter],
        "ReLU": [larger_of_two],
        "Cross-entropy": [coin_toss],
        "Confident but wrong": [squared_instead],
        "Dead neuron": [labels_unseen],
    },
    "bhadani-matrix-calculus": {
        "Jacobian": [rows_and_columns],
        "Identity": [identity],
        "Element-wise": [off_diagonal],
        "Vector and number": [number_and_vector],
        "Chain rule": [two_factors],
        "Total derivative": [both_ways],
        "Jacobians multiplied": [both_diagonal, order_matters],
        "Loss": [first_alone, bias_too],
    },
    "wichmann-deltas": {
        "Z by W and b": [half_of_them],
        "Output layer": [without_the_mean],
        "Last hidden layer": [two_deltas],
    },
}
ALL = [(name, n) for name, tries in TRIES.items() for n in range(len(tries))]


def _sections(name: str) -> dict[str, int]:
    sections = enumerate(Lesson.load(name).sections, 1)
    return {section.sheet: number for number, section in sections}


@cache
def _asked(name: str) -> list[tuple[int, str, Answer]]:
    """The section, the answer, and what shows it: the lesson's tries, then its questions."""
    lesson, numbers = Lesson.load(name), _sections(name)
    found = [
        (numbers[sheet], one.answer, shows)
        for one, (sheet, shows) in zip(lesson.try_, TRIES[name], strict=True)
    ]
    for section in lesson.sections:
        shown = QUESTIONS[name].get(section.sheet, [])
        assert len(shown) == len(section.questions), section.sheet
        for one, shows in zip(section.questions, shown, strict=True):
            found.append((numbers[section.sheet], one.answer, shows))
    return found


def test_every_question_has_an_answer_and_what_shows_it() -> None:
    assert set(TRIES) == set(QUESTIONS) == set(shipped("calculus"))
    for name in TRIES:
        asked = Lesson.load(name).try_
        assert all(sheet in one.ask for one, (sheet, _) in zip(asked, TRIES[name], strict=True))
        assert all(answer for _, answer, _ in _asked(name))


@pytest.mark.parametrize("name", list(TRIES))
def test_the_answers_are_what_is_seen(name: str, tmp_path: Path) -> None:
    path = build(name, tmp_path / f"{name}.xlsx")
    with PROGRAMS["ironcalc"].at_work() as program:
        book = Workbook(path, program)
        for number, answer, shows in _asked(name):
            shows(Sheet(book, number, answer))


@pytest.mark.parametrize("name", list(TRIES))
def test_libreoffice_shows_the_same(name: str, tmp_path: Path, office: LibreOffice) -> None:
    book = Workbook(build(name, tmp_path / f"{name}.ods"), office)
    number, answer, shows = _asked(name)[0]
    shows(Sheet(book, number, answer))
