"""Symbols and equations that a reader sees are read back: others in their place are found."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sheetnet.building import make_book
from sheetnet.expressions.rich import Rich, Run
from sheetnet.lessons.subjects import load
from sheetnet.proof.alive import candidates
from sheetnet.proof.columns import check_columns
from sheetnet.proof.design import check_design
from sheetnet.proof.heads import check_heads
from sheetnet.proof.labels import check_labels
from sheetnet.proof.lines import check_lines
from sheetnet.proof.titles import check_titles
from sheetnet.proof.told import check_told
from sheetnet.workbook.blocks import Blocks
from sheetnet.workbook.book import Book
from sheetnet.workbook.knobs import settings
from sheetnet.workbook.model import ColourScale, Position, Sheet

WORKSHEETS = ["bhadani-activations", "bhadani-matrix-calculus", "sabine-derivatives"]
WORKSHEETS += ["wichmann-deltas"]
#: All slopes are 0 there, whatever stands before them.
DEAD = "Dead neuron"
#: Characters that are mistaken for each other; running indices, and numbers of elements.
OTHERS = {"−": "+", "+": "−", "·": "/"}
LOWERED = str.maketrans("0123ijk", "1232jki")


def others(content: Rich) -> Iterator[Rich]:
    """The same line with another sign, and with other indices."""
    for at, run in enumerate(content.runs):
        for sign in OTHERS if not run.level else ():
            if sign in run.text:
                yield changed(content, at, run.text.replace(sign, OTHERS[sign], 1))
        if run.level < 0 and run.text.translate(LOWERED) != run.text:
            yield changed(content, at, run.text.translate(LOWERED))


def changed(content: Rich, at: int, text: str) -> Rich:
    runs = [*content.runs]
    runs[at] = replace(runs[at], text=text)
    return Rich(tuple(runs))


def put(sheet: Sheet, place: Position, content: Rich | str) -> None:
    sheet.cells[place] = replace(sheet.cells[place], content=content)


def book_of(name: str) -> tuple[Book, object]:
    subject, lesson = load(name)
    book = make_book(lesson)
    return book, subject.decoder(book.numbers)


@pytest.mark.parametrize("name", WORKSHEETS)
def test_lines_of_worksheets_are_computed(name: str) -> None:
    """Nearly every sign and index that is another one is found where it stands: what is not is of
    equal numbers."""
    subject, lesson = load(name)
    as_built, knobs = make_book(lesson), subject.knobs(lesson)
    # Where a number is 0 or 1 many signs are as right: what verify reads is moved as well.
    moved = next(candidates(knobs, settings(knobs), 1))
    numbers = subject.numbers(lesson, moved)
    book, decoder = as_built.at(numbers), subject.decoder(numbers)
    for each, own in ((as_built, subject.decoder(as_built.numbers)), (book, decoder)):
        check = check_lines(each, own)
        assert not check.findings
        assert check.cells > 100
    rng = random.Random(1)
    tried, noticed = 0, 0
    for sheet in book.sheets:
        if sheet.name == DEAD:
            continue
        lines = [
            (place, cell.content)
            for place, cell in sheet.cells.items()
            if isinstance(cell.content, Rich) and "=" in cell.content.text
        ]
        alone = replace(book, sheets=[sheet])
        for place, content in rng.sample(lines, min(6, len(lines))):
            for other in others(content):
                put(sheet, place, other)
                tried += 1
                hit = bool(check_lines(alone, decoder).findings)
                noticed += hit
                if not hit:
                    print(sheet.name, place, other.text, "|", content.text)
            put(sheet, place, content)
    assert tried > 30
    assert noticed >= 0.85 * tried


def test_a_head_that_computes_something_else_is_found() -> None:
    book, decoder = book_of("bhadani-1-2-3-1")
    assert not check_columns(book, decoder).findings
    sheet = book["Output gradient"]
    places = {cell.content: place for place, cell in sheet.cells.items() if place[0] == 6}
    [place] = [
        p for content, p in places.items() if isinstance(content, Rich) and content.text == "−y/ŷ"
    ]
    for text in ("y/ŷ", "−ŷ/y", "−y*ŷ", "−y/q"):
        put(sheet, place, text)
        assert check_columns(book, decoder).findings


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("mazur", "A(1)", "A(0)"),
        ("mazur", "δ(1)", "δ(2)"),
        ("mazur", "W(1)", "b(1)"),
        ("mazur", "σ′", "tanh′"),
        ("mazur", "A(0) W(1)", "A(0) W(2)"),
        ("bhadani-1-2-3-1", "x", "X"),
        ("spiral", "X", "x"),
        ("sine", "Y", "Ŷ"),
        ("sabine-softmax", "aL = S(zL)", "aL = σ(zL)"),
        ("sabine-softmax", "dc/dzL = (aL·Σt − t)/ln(b)", "dc/dzL = (aL·Σt + t)/ln(b)"),
        ("wichmann-general", "A(1) = σ1(Z(1))", "A(1) = σ2(Z(1))"),
        ("happydustbunny", "A(1)", "A(1) ("),
    ],
)
def test_a_matrix_is_called_what_it_is(name: str, old: str, new: str) -> None:
    book, decoder = book_of(name)
    assert not check_titles(book, decoder).findings
    sheet = book["Matrices"]
    [place, *_] = [
        place
        for place, cell in sheet.cells.items()
        if isinstance(cell.content, Rich) and cell.content.text.split(", ")[0] == old
    ]
    put(sheet, place, retyped(sheet.cells[place].content, new))
    assert check_titles(book, decoder).findings


def retyped(content: object, text: str) -> Rich:
    """Another text of the same letters' heights."""
    assert isinstance(content, Rich)
    levels = [run.level for run in content.runs for _ in run.text]
    runs = [
        replace(content.runs[0], text=letter, level=level)
        for letter, level in zip(text, [*levels, *[0] * len(text)], strict=False)
    ]
    return Rich(tuple(joined(runs)))


def joined(runs: list[Run]) -> list[Run]:
    """Neighbours of one level as one piece."""
    found: list[Run] = []
    for run in runs:
        if found and found[-1].level == run.level:
            found[-1] = replace(found[-1], text=found[-1].text + run.text)
        else:
            found.append(run)
    return found


def test_heads_of_maps_are_their_units() -> None:
    book, decoder = book_of("spiral")
    assert not check_heads(book, decoder).findings
    sheet = book["Network"]
    heads = [
        place
        for place, cell in sheet.cells.items()
        if isinstance(cell.content, Rich) and re.fullmatch(r"[ax]\d+(\[\d\])?", cell.content.text)
    ]
    assert len(heads) > 20
    rng = random.Random(2)
    for place in rng.sample(heads, 8):
        content = sheet.cells[place].content
        assert isinstance(content, Rich)
        at = next(at for at, run in enumerate(content.runs) if run.level < 0)
        put(sheet, place, changed(content, at, "9"))
        found = [f for f in check_heads(book, decoder).findings if f.sheet == "Network"]
        put(sheet, place, content)
        assert found, content.text


def test_what_every_workbook_has_is_missed() -> None:
    book, decoder = book_of("mazur")
    assert not [*decoder.missing(book)]
    without = replace(book, sheets=[sheet for sheet in book.sheets if sheet.name != "Matrices"])
    assert [*decoder.missing(without)] == ["there is no sheet Matrices"]
    blocks = Blocks()
    for block in book.blocks:
        if (block.quantity, block.layer) != ("delta", 1):
            blocks.add(block)
    assert [*decoder.missing(replace(book, blocks=blocks))] == [
        "Network shows no delta of layer 1",
        "the index has no delta of layer 1",
    ]


def test_a_symbol_before_two_numbers_of_a_row_is_found() -> None:
    book, decoder = book_of("bhadani-relu-neuron")
    assert not check_design(book, decoder).findings
    sheet = book["ReLU neuron"]
    [place, other, *_] = [
        place
        for place, cell in sorted(sheet.cells.items())
        if place[0] > 20 and isinstance(cell.content, Rich) and cell.content.text in ("w1", "w2")
    ]
    content = sheet.cells[place].content
    assert isinstance(content, Rich)
    put(sheet, other, content)
    [finding] = check_design(book, decoder).findings
    assert "before another number as well" in finding.what


def test_a_table_without_heads_is_found() -> None:
    book, decoder = book_of("bhadani-matrix-calculus")
    sheet = book["Jacobian"]
    [block, *_] = [b for b in book.blocks if b.sheet == "Jacobian" and b.width > 1]
    for column in range(block.left, block.right + 1):
        put(sheet, (block.top - 1, column), "")
    assert check_heads(book, decoder).findings


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("mazur", "c = a⃗(2) − T⃗", "c = a⃗(2) + T⃗"),
        ("mazur", "Δ(1) = (W(2))t H(2)", "Δ(2) = (W(2))t H(2)"),
        ("mazur", "∂L/∂z[2] = ∂L/∂ŷ ⊗ ∂ŷ/∂z[2]", "∂L/∂z[2] = ∂L/∂ŷ ⊗ ∂ŷ/∂z[1]"),
        ("batch-of-four", "Z[2] = A[1] W[2] *", "Z[2] = A[1] b[2] *"),
        ("wichmann-general", "H(3) = Δ(3) ⊙ ∂σ3/∂Z(3)", "H(2) = Δ(3) ⊙ ∂σ3/∂Z(3)"),
    ],
)
def test_formulas_on_notation_hold_in_every_document(name: str, old: str, new: str) -> None:
    book, decoder = book_of(name)
    assert not check_told(book, decoder).findings
    sheet = book["Notation"]
    [place] = [
        place
        for place, cell in sheet.cells.items()
        if isinstance(cell.content, Rich) and cell.content.text == old
    ]
    put(sheet, place, retyped(sheet.cells[place].content, new))
    assert check_told(book, decoder).findings


def test_places_are_as_far_on_both_sides_of_0() -> None:
    book, decoder = book_of("bhadani-1-2-3-1")
    assert not check_design(book, decoder).findings
    sheet = book["Output gradient"]
    [place] = [p for p, cell in sheet.cells.items() if cell.content == 5.0]
    sheet.cells[place] = replace(sheet.cells[place], content=2.5)
    assert check_design(book, decoder).findings


def test_a_map_has_numbers_at_its_ends() -> None:
    book, decoder = book_of("mazur")
    sheet = book["Descent"]
    scale = next(each for each in sheet.formats if isinstance(each, ColourScale))
    for column in range(scale.area.left - 2, scale.area.left + 3):
        for row in range(scale.area.bottom + 2, scale.area.bottom + 4):
            sheet.cells.pop((row, column), None)
    assert check_design(book, decoder).findings


def test_an_axis_of_inputs_is_called_by_an_input() -> None:
    book, decoder = book_of("mazur")
    assert not check_labels(book, decoder).findings
    sheet = book["Surface points"]
    places = [p for p, c in sheet.cells.items() if str(c.content).endswith(" to")]
    content = sheet.cells[places[0]].content
    assert isinstance(content, Rich)
    put(sheet, places[0], retyped(content, content.text.replace("a", "z", 1)))
    assert check_labels(book, decoder).findings
