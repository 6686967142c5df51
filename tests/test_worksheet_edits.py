"""Worksheets: every yellow cell is typed over, one a sheet at a time, to all that it allows.

Its ends, 0, a negative number, one in between: LibreOffice follows; no check says ✗, no cell shows
an error, and the ✓ that NumPy's derivatives promise are there. What is not allowed, and was pasted,
is said in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sheetnet import build
from sheetnet.calculus.lesson import Lesson
from sheetnet.calculus.numbers import BLURRED, COARSE, FAILED, KINK, TICK
from sheetnet.calculus.sheets.layout import LABELS
from sheetnet.calculus.sheets.proofs import SAME
from sheetnet.calculus.sheets.start import PROBLEM_ROW
from sheetnet.calculus.subject import SUBJECT
from sheetnet.expressions.dialects import address
from sheetnet.expressions.formula import Expression, Number, Ref, children
from sheetnet.files.stored import CellError
from sheetnet.lessons.catalogue import shipped
from sheetnet.recalc import LibreOffice, Values, recalculate
from sheetnet.sheets.checks import PASSED
from sheetnet.workbook.book import Book
from sheetnet.workbook.knobs import Knob, Settings, edits, settings
from tests.books import edited, formula_of, set_formula

pytestmark = pytest.mark.programs
LESSONS = sorted(shipped("calculus"))


def numbers(knob: Knob) -> Iterator[float]:
    """What to type into a cell of a knob."""
    between = np.random.default_rng(1).uniform(knob.low, knob.high)
    for number in (knob.low, 0.0, knob.low / 3, between, knob.high):
        if not knob.refuses(number):
            yield float(number)


def sets(lesson: Lesson) -> list[Settings]:
    """Settings in which one cell of each section holds another number, until all have been."""
    knobs = SUBJECT.knobs(lesson)
    own = settings(knobs)
    moves: dict[int | None, list[tuple[Any, Any]]] = {}
    for knob in knobs:
        for place in np.ndindex(*knob.value.shape):
            for number in numbers(knob):
                value = np.array(knob.value, float)
                value[place] = number
                moves.setdefault(knob.layer, []).append((knob.place, value))
    alone = [own.but({place: value}) for place, value in moves.pop(None)]
    rows = max(map(len, moves.values()))
    return [
        *alone,
        *(own.but(dict(each[i] for each in moves.values() if i < len(each))) for i in range(rows)),
    ]


def wrong(book: Book, values: Values) -> Iterator[str]:
    """Cells that show an error, or a check that says another thing than it should."""
    for sheet in book.sheets:
        for row, cells in enumerate(values.rows[sheet.name], 1):
            for column, value in enumerate(cells, 1):
                if isinstance(value, CellError):
                    yield f"{sheet.name} {row} {column}: {value}"
        claims = book.claims(sheet)
        for place, cell in sheet.cells.items():
            value = values.value(sheet.name, *place)
            if cell.passes and (value not in cell.passes or claims.get(place, value) != value):
                yield f"{sheet.name} {place}: {value}, not {claims.get(place)}"


def ticks(book: Book) -> tuple[int, int]:
    """How many checks of derivatives say ✓, and how many there are."""
    found = [section.ticks for section in book.numbers.sections]
    return sum(each[0] for each in found), sum(each[2] for each in found)


@pytest.mark.parametrize("name", LESSONS)
def test_every_cell_can_be_anything_that_it_allows(
    name: str, tmp_path: Path, office: LibreOffice
) -> None:
    lesson = Lesson.load(name)
    own = SUBJECT.book(lesson, SUBJECT.numbers(lesson, settings(SUBJECT.knobs(lesson))))
    tried = sets(lesson)
    path = build(name, tmp_path / f"{name}.xlsx")
    typed = [edits(own.blocks, each) for each in tried]
    shown = recalculate(path, office, typed, timeout=600)
    marks = np.zeros(2)
    for each, values in zip(tried, shown, strict=True):
        book = own.at(SUBJECT.numbers(lesson, each))
        assert [*wrong(book, values)][:4] == [], each
        marks += ticks(book)
    # Kinks, and bends that h is too large for, are few.
    assert marks[0] / marks[1] > 0.98, TICK


@pytest.mark.parametrize("name", LESSONS)
def test_what_is_not_allowed_is_said_in_words(name: str, tmp_path: Path) -> None:
    """Validation refuses it where it is typed; pasted, it is named by its cell on every sheet."""
    lesson = Lesson.load(name)
    knobs = {knob.place: knob for knob in SUBJECT.knobs(lesson)}
    path = build(name, tmp_path / f"{name}.xlsx")
    places, typed = [], []
    book = SUBJECT.book(lesson, SUBJECT.numbers(lesson, settings(knobs.values())))
    for number, block in enumerate(block for block in book.blocks if not block.live):
        knob = knobs[block.quantity, block.layer]
        places.append((block.sheet, block.bottom, block.right))
        typed.append({places[-1]: ("a word", knob.high + 1, knob.low - 1)[number % 3]})
    for place, values in zip(places, recalculate(path, "ironcalc", typed), strict=True):
        cell = f"{place[0]}!{address(*place[1:])}"
        said = str(values.value("Start", PROBLEM_ROW, LABELS))
        assert said.startswith("✗") and "Type a number from" in said
        assert cell in said or said.startswith(f"✗ {place[0]}!") and address(*place[1:]) in said
        assert values.value(place[0], 2, 3) == said or place[0] == "Start"


@pytest.mark.parametrize("name", ["bhadani-activations", "bhadani-matrix-calculus"])
@pytest.mark.parametrize("kind", ["derivative", "identity", "slip"])
def test_a_wrong_formula_has_its_cross(name: str, kind: str, tmp_path: Path) -> None:
    """No check is an empty one: a formula that is off is said to be wrong by its own."""
    lesson = Lesson.load(name)
    book = SUBJECT.book(lesson, SUBJECT.numbers(lesson, settings(SUBJECT.knobs(lesson))))
    path = build(name, tmp_path / f"{name}.xlsx")
    checks = []
    for sheet in book.sheets:
        for place, cell in sheet.cells.items():
            own = {"derivative": BLURRED in cell.passes, "slip": SAME in cell.passes}
            own["identity"] = set(cell.passes) in ({PASSED}, {PASSED, KINK, COARSE})
            if own[kind] and sheet.name not in ("Start", "Differences") and len(cell.passes):
                # What is compared: the derivative; the first number of a side; what is right.
                looked = (place[0], place[1] - (2 if kind == "slip" else 1))
                if kind == "derivative":
                    looked = next(
                        (ref.row, ref.column)
                        for ref in _refs(cell.content)
                        if ref.column < place[1]
                    )
                held = sheet.cells[looked].content
                if isinstance(held, Expression) and not isinstance(held, Number):
                    checks.append((sheet.name, place, looked))
                    break
    assert len(checks) >= 3
    for number, (sheet_name, _, looked) in enumerate(checks):
        cell, target = address(*looked), tmp_path / f"{number}.xlsx"
        old = formula_of(path, sheet_name, cell)
        path = edited(path, target, sheet_name, cell, set_formula(f"({old})+0.37"))
    [values] = recalculate(path, "ironcalc")
    for sheet_name, place, _ in checks:
        # At a kink no difference decides.
        assert values.value(sheet_name, *place) in (FAILED, KINK), (sheet_name, place)


def _refs(node: Any) -> Iterator[Ref]:
    if isinstance(node, Ref):
        yield node
    elif isinstance(node, Expression):
        for part in children(node):
            yield from _refs(part)
