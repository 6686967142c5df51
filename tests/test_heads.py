"""Heads of tables and what stands beside input cells are proved: other ones are found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sheetnet.building import make_book
from sheetnet.expressions.dialects import address, parse_address
from sheetnet.expressions.rich import Rich
from sheetnet.lessons.subjects import load
from sheetnet.proof.heads import check_heads
from sheetnet.proof.limits import check_limits
from sheetnet.workbook.book import Book
from sheetnet.workbook.knobs import settings
from sheetnet.workbook.model import Sheet

SUBJECT, LESSON = load("batch-of-four")
KNOBS = SUBJECT.knobs(LESSON)
DECODER = SUBJECT.decoder(SUBJECT.numbers(LESSON, settings(KNOBS)))


@pytest.fixture
def book() -> Book:
    return make_book(LESSON)


def found(book: Book) -> list[str]:
    checks = check_heads(book, DECODER), check_limits(book, KNOBS, DECODER.ends)
    return [str(finding) for check in checks for finding in check.findings]


def put(sheet: Sheet, cell: str, content: str | Rich) -> None:
    place = parse_address(cell)
    sheet.cells[place] = replace(sheet.cells[place], content=content)


def test_as_built_nothing_is_said(book: Book) -> None:
    assert not found(book)


def test_a_symbol_of_another_column_is_found(book: Book) -> None:
    sheet = book["Training"]
    other = sheet.cells[parse_address("D5")].content
    assert isinstance(other, Rich)
    put(sheet, "C5", other)
    [what] = found(book)
    assert what.startswith("Training!C5: its symbol means")


@pytest.mark.parametrize(
    ("sheet", "cell", "text", "what"),
    [
        ("Training", "T4", "example 2", "with the numbers of example 1"),
        ("Start", "B16", "example 1", "with the numbers of example 2"),
        ("Start", "D11", "from 0 to 101: every sheet follows", "it takes 0 to 100"),
        ("Start", "D10", "3", "the lesson says '2'"),
        ("Start", "H15", "0 0 | 1 1", "the lesson says [0.0, 1.0]"),
        ("Start", "F21", "0.9 −0.7 | 0.1", "the lesson says [0.9, -0.8]"),
    ],
)
def test_another_number_in_a_text_is_found(
    sheet: str, cell: str, text: str, what: str, book: Book
) -> None:
    put(book[sheet], cell, text)
    said = found(book)
    assert said
    assert all(each.endswith(what) for each in said)


def test_another_end_of_what_is_chosen_is_found(book: Book) -> None:
    knobs = [replace(k, high=k.high - 1) if k.key == "chosen_step" else k for k in KNOBS]
    check = check_limits(book, knobs, DECODER.ends)
    assert {f.cell for f in check.findings} == {address(11, 3)}
    assert check.findings[0].what == "takes 0 to 99, there are 0 to 100"
