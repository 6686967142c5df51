"""What is odd among its like is found: the cell that lacks what the others have."""

from __future__ import annotations

import pytest

from sheetnet.building import make_book
from sheetnet.proof.told import check_told
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
