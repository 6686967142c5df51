"""What is odd among its like is found: the cell that lacks what the others have."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sheetnet.building import make_book
from sheetnet.expressions.rich import Rich, Run
from sheetnet.lessons.subjects import load
from sheetnet.proof.design import check_design
from sheetnet.proof.told import check_told
from sheetnet.workbook.knobs import settings
from tests.mutants.child import LESSONS as FILES
from tests.test_unnamed import DECODER, LESSON, found, with_text


@pytest.mark.parametrize(
    ("sheet", "text", "what"),
    [
        ("Start", "example 3", "Start has no name by"),
        ("Start", "hidden layer (1)", "Start has no name for its table"),
        ("Network", "input layer (0)", "does not head each layer"),
        ("Paths", "from hidden layer (1)", "does not head each layer"),
    ],
)
def test_a_text_that_the_others_have(sheet: str, text: str, what: str) -> None:
    book = make_book(LESSON)
    cells = book[sheet].cells
    cells.pop(with_text(book[sheet], lambda each: each == text)[0])
    assert any(what in each for each in found(book))


def test_a_row_of_notation_with_a_hole_or_another_matrix() -> None:
    book = make_book(LESSON)
    rows = [told for told in book.told if told.about == "formula"]
    cells = book["Notation"].cells
    column = max(rows[0].columns.values())
    one, other = (rows[-1].row, column), (rows[-2].row, column)
    cells[one], cells[other] = cells[other], cells[one]
    assert any("another matrix" in str(each) for each in check_told(book, DECODER).findings)
    cells.pop(one)
    assert any("has nothing under" in str(each) for each in check_told(book, DECODER).findings)


def test_a_number_without_its_symbol_where_the_others_have_theirs() -> None:
    book = make_book(LESSON)
    cells = book["Network"].cells
    cells.pop(with_text(book["Network"], lambda each: each == "z1(1)")[0])
    assert any("others of its quantity have one" in each for each in found(book))


@pytest.mark.parametrize("what", ["another", "missing"])
def test_a_number_that_does_not_count(what: str) -> None:
    book = make_book(LESSON)
    cells = book["Parameters"].cells
    place = 9, 1
    if what == "another":
        cells[place] = replace(cells[place], content=17.0)
    else:
        cells.pop(place)
    assert any("does not count" in each for each in found(book))


def test_formulas_of_another_document_that_changed_rows() -> None:
    subject, lesson = load("mazur")
    decoder = subject.decoder(subject.numbers(lesson, settings(subject.knobs(lesson))))
    book = make_book(lesson)
    cells = book["Notation"].cells
    lines = {cells[told.row, 2].text: told for told in book.told if told.about == "formula"}
    told, column = lines["through the activation"], "wichmann"
    one = told.row, told.columns[column]
    other = lines["back to the layer below"].row, told.columns[column]
    cells[one], cells[other] = cells[other], cells[one]
    assert any("another matrix" in str(each) for each in check_told(book, decoder).findings)


@pytest.mark.parametrize(
    ("name", "sheet", "text", "what"),
    [
        ("softmax", "Softmax Jacobian", "measured: a1", "no text before it"),
        ("softmax", "Differences", "ex. 2", "as its neighbours do"),
        ("relu-neuron", "ReLU neuron", "example 4", "no text before it"),
        ("perceptron", "Perceptron", "y − ŷ", "as the others in its row do"),
        ("sets", "Data", "column 2", "as the others in its block do"),
        ("sets", "Evaluation", "hidden layer [1]", "does not head each layer"),
    ],
)
def test_heads_and_names_of_rows(name: str, sheet: str, text: str, what: str) -> None:
    subject, lesson = load(str(next(each for each in FILES if each.stem == name)))
    decoder = subject.decoder(subject.numbers(lesson, settings(subject.knobs(lesson))))
    book = make_book(lesson).unquoted()
    assert not check_design(book, decoder).findings
    book = make_book(lesson).unquoted()
    places = with_text(book[sheet], lambda each: each.startswith(text))
    book[sheet].cells.pop(places[len(places) // 2])
    assert any(what in str(each) for each in check_design(book, decoder).findings)


def test_an_exponent_in_decimals_that_do_not_end() -> None:
    book = make_book(LESSON)
    place, cell = next(iter(book["Network"].cells.items()))
    exponent = Rich((Run("x"), Run(repr(2 / 3), 1)))
    book["Network"].cells[place] = replace(cell, content=exponent)
    assert any("which is 2/3" in each for each in found(book))
