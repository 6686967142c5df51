"""What stands alone, is named by nothing or stands in the row of another is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sheetnet.building import make_book
from sheetnet.expressions.dialects import parse_address
from sheetnet.expressions.rich import Rich
from sheetnet.lessons.subjects import load
from sheetnet.proof.design import check_design
from sheetnet.proof.readings import check_readings
from sheetnet.proof.signs import check_signs
from sheetnet.workbook.book import NEW, Book
from sheetnet.workbook.knobs import settings
from sheetnet.workbook.model import Cell, Sheet

SUBJECT, LESSON = load("batch-of-four")
DECODER = SUBJECT.decoder(SUBJECT.numbers(LESSON, settings(SUBJECT.knobs(LESSON))))


def found(book: Book) -> list[str]:
    checks = (check_design, check_readings, check_signs)
    return [str(finding) for check in checks for finding in check(book, DECODER).findings]


def with_text(sheet: Sheet, wanted: Callable[[str], bool]) -> list[tuple[int, int]]:
    return sorted(place for place, cell in sheet.cells.items() if wanted(cell.text))


def updates(book: Book) -> list[tuple[int, int]]:
    """Where the equations of the updates stand on Network."""
    lines = [each for each in book.readings if each.sheet == "Network"]
    pairs = [(each.symbol, each.equation) for each in lines]
    texts = {
        equation.text
        for symbol, equation in pairs
        if isinstance(symbol, Rich) and isinstance(equation, Rich) and symbol.text.startswith(NEW)
    }
    return with_text(book["Network"], lambda text: text in texts)


def test_a_matrix_without_its_title() -> None:
    book = make_book(LESSON)
    sheet = book["Matrices"]
    for place in with_text(sheet, lambda text: " = tanh(" in text):
        sheet.cells.pop(place)
    assert any("no text over or before the numbers" in what for what in found(book))


@pytest.mark.parametrize("text", ["=", "η = 0.2", "W1"])
def test_a_text_that_stands_alone(text: str) -> None:
    book = make_book(LESSON)
    sheet = book["Network"]
    last = max(row for row, _ in sheet.cells)
    sheet.cells[last + 4, 9] = Cell(text)
    assert any("stands there alone" in what for what in found(book))


def test_equations_that_have_changed_rows() -> None:
    book = make_book(LESSON)
    cells = book["Network"].cells
    one, other = updates(book)[:2]
    cells[one], cells[other] = (
        replace(cells[one], content=cells[other].content),
        replace(cells[other], content=cells[one].content),
    )
    assert sum("is what it should be beside" in what for what in found(book)) == 2


def test_a_line_without_its_sign_of_equality() -> None:
    book = make_book(LESSON)
    sheet = book["Network"]
    row, column = updates(book)[0]
    sheet.cells.pop((row, column - 1))
    assert any("no sign of equality" in what for what in found(book))


def test_a_head_over_nothing() -> None:
    book = make_book(LESSON)
    sheet = book["Descent"]
    row, column = parse_address("B4")
    for at in range(3):
        sheet.cells[row + 200, column + at] = Cell(f"head {at} of three")
        sheet.cells[row + 201, column + at] = Cell(1.0 + at)
    sheet.cells.pop((row + 201, column + 1))
    assert any("is empty, under a head" in what for what in found(book))


def test_a_sheet_that_no_list_names() -> None:
    book = make_book(LESSON)
    start = book["Start"]
    for place, link in list(start.links.items()):
        if link.sheet == "Matrices":
            del start.links[place]
    assert any("the list of sheets has no Matrices" in what for what in found(book))


def test_fixed_biases_where_several_optimisers_may_be_chosen() -> None:
    """Their first line has no velocity and no moments, and says so behind these."""
    given = LESSON.model_dump(by_alias=True, exclude_unset=True)
    chosen = {"live_choices": True, "train_biases": False}
    lesson = type(LESSON).model_validate(
        {**given, "notation": "bhadani", "training": {**given["training"], **chosen}}
    )
    numbers = SUBJECT.numbers(lesson, settings(SUBJECT.knobs(lesson)))
    findings = check_design(make_book(lesson).unquoted(), SUBJECT.decoder(numbers)).findings
    assert [str(finding) for finding in findings] == []


def test_sums_far_behind_a_table_whose_rows_have_names() -> None:
    """Of more values than outputs, as of a wide layer before a softmax."""
    subject, lesson = load("sabine-softmax")
    given = lesson.model_dump(by_alias=True, exclude_unset=True)
    last = {"units": 3, "activation": "softmax"}
    network = {**given["network"], "layers": [{"units": 6, "activation": "identity"}, last]}
    lesson = type(lesson).model_validate({**given, "published": [], "network": network})
    decoder = subject.decoder(subject.numbers(lesson, settings(subject.knobs(lesson))))
    findings = check_design(make_book(lesson).unquoted(), decoder).findings
    assert [str(finding) for finding in findings] == []
