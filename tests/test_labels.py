"""Symbols beside numbers, above rows of workings and in other notations are proved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sheetnet.building import make_book
from sheetnet.expressions.rich import Rich
from sheetnet.lessons.subjects import load
from sheetnet.proof.comparison import Comparison
from sheetnet.proof.heads import check_heads
from sheetnet.proof.labels import check_labels
from sheetnet.proof.readings import check_readings
from sheetnet.proof.told import check_told
from sheetnet.workbook.book import Book
from sheetnet.workbook.knobs import settings
from sheetnet.workbook.model import Position

BATCH = Path(__file__).parent / "mutants" / "lessons" / "batch.toml"
SUBJECT, LESSON = load(str(BATCH))
DECODER = SUBJECT.decoder(SUBJECT.numbers(LESSON, settings(SUBJECT.knobs(LESSON))))


@pytest.fixture(scope="module")
def book() -> Book:
    return make_book(LESSON)


def cell_of(book: Book, sheet: str, text: str) -> Position:
    """The first cell of a sheet that holds a text."""
    for place, cell in book[sheet].cells.items():
        held = cell.content
        if (held.text if isinstance(held, Rich) else held) == text:
            return place
    raise AssertionError(f"{text} stands nowhere on {sheet}")


def found(check: Callable[..., Comparison], book: Book) -> list[str]:
    return [str(finding) for finding in check(book, DECODER).findings]


CHECKS = [check_labels, check_heads, check_told, check_readings]


@pytest.mark.parametrize("check", CHECKS)
def test_as_built_nothing_is_said(check: Callable[..., Comparison], book: Book) -> None:
    checked = check(book, DECODER)
    assert checked.cells
    assert not checked.findings


@pytest.mark.parametrize(
    ("check", "sheet", "text", "other", "said"),
    [
        (check_labels, "Network", "z1(1)", "z2(1)", "its symbol means"),
        (check_labels, "Words", "W11(1)", "W21(1)", "its symbol means"),
        (check_labels, "Start drawing", "W11(1)", "W12(1)", "its symbol means"),
        (check_heads, "Differences", "z2(1)", "z1(1)", "its column is of"),
        (check_heads, "Surface points", "a2(1)", "a1(1)", "its column is of"),
        (check_heads, "Descent curve", "J", "E", "its column is of"),
        (check_heads, "Start", "from x2", "from x1", "its source gives"),
        (check_heads, "Start", "to a2(1)", "to a1(1)", "its unit gives"),
        (check_readings, "Gradient check", "W21(1)", "W11(1)", "the symbol give"),
        (check_told, "Notation", "w31[2]", "w21[2]", "another number"),
        (check_told, "Notation", "W23(2)", "W13(2)", "its symbol is not"),
    ],
)
def test_another_symbol_is_found(
    check: Callable[..., Comparison], sheet: str, text: str, other: str, said: str, book: Book
) -> None:
    place = cell_of(book, sheet, text)
    held = book[sheet].cells
    changed = dict(held)
    content = held[place].content
    assert isinstance(content, Rich)
    runs, left = [], other
    for run in content.runs:
        runs.append(replace(run, text=left[: len(run.text)]))
        left = left[len(run.text) :]
    changed[place] = replace(held[place], content=Rich(tuple(runs)))
    sheets = [replace(s, cells=changed) if s.name == sheet else s for s in book.sheets]
    [what, *_] = found(check, replace(book, sheets=sheets).at(book.numbers))
    assert said in what


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("the weight from unit 3 of the hidden layer (1) to unit 2 of the output layer (2)", None),
        (
            "the bias of unit 2 of the output layer (2)",
            "the bias of unit 1 of the output layer (2)",
        ),
        ("source, unit", "unit, source"),
        ("L−2, L−1, L", "L−1, L−2, L"),
    ],
)
def test_words_on_symbols_are_read(text: str, other: str | None, book: Book) -> None:
    place = cell_of(book, "Notation", text)
    cells = dict(book["Notation"].cells)
    new = other or text.replace("unit 3", "unit 2")
    cells[place] = replace(cells[place], content=new)
    sheets = [replace(s, cells=cells) if s.name == "Notation" else s for s in book.sheets]
    assert len(found(check_told, replace(book, sheets=sheets).at(book.numbers))) == 1
