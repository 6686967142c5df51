"""The titles of matrices are read back: what is written over a matrix computes what stands there.

The reader is the proof's (`proof.titles`) and shares nothing with the sheets that write the titles:
a product in the wrong order, a transpose too many or too few, does not fit or gives other numbers.
"""

from __future__ import annotations

import pytest

from sheetnet.network.lesson import Lesson
from sheetnet.network.subject import SUBJECT
from sheetnet.proof.comparison import Comparison
from sheetnet.proof.titles import check_sheet
from tests.books import book_with
from tests.strategies import NOTATIONS


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize(
    ("name", "sheet", "least"),
    [
        ("happydustbunny", "Diagonal matrices", 3),
        ("happydustbunny", "Matrices", 4),
        ("sabine-squared-error", "Factors", 6),
        ("sabine-squared-error", "Matrices", 4),
        ("sabine-softmax", "Matrices", 4),
        ("wichmann-general", "Element and matrix", 9),
        ("wichmann-general", "Matrices", 1),
        ("bhadani-1-2-3-1", "Matrices", 6),
    ],
)
def test_a_title_computes_its_matrix(name: str, sheet: str, least: int, notation: str) -> None:
    lesson = Lesson.load(name).model_copy(update={"notation": notation})
    book = book_with(lesson, lesson.settings)
    check = Comparison("titles")
    check_sheet(check, book, book[sheet], SUBJECT.decoder(book.numbers))
    assert not check.findings
    assert check.cells >= least
