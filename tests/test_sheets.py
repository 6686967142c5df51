"""The sheets as a learner sees them: nothing cut off, nothing twice, everything reachable."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from sheetnet.building import make_book
from sheetnet.expressions.formula import Binary, Expression, Text
from sheetnet.files.layout import column_behind, row_under
from sheetnet.lessons.catalogue import shipped
from sheetnet.network.lesson import Lesson
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Matrix, Rule, Sheet, Spill
from sheetnet.workbook.styles import PROBLEM, Style
from tests.books import FEW, book_with
from tests.strategies import lessons

#: The sheets that are read rather than looked up.
PROSE = {"Index"}


def _shown(value: float, style: Style) -> str:
    """About what a number format shows."""
    form = style.number_format
    if form == "General":
        return f"{value:.6g}"
    if "E" in form:
        return f"{value:.1E}"
    digits = len(form.split(";")[0].partition(".")[2])
    sign = "+" if form.startswith("+") and value > 0 else ""
    return sign + f"{value:.{digits}f}"


def _merged(sheet: Sheet) -> set[tuple[int, int]]:
    return {
        (row, column)
        for area in sheet.merges
        for row in range(area.top, area.bottom + 1)
        for column in range(area.left, area.right + 1)
    }


def _numbers(book: Book, sheet: Sheet) -> Any:
    """Every number of a sheet with its column and style, of the long bands some rows."""
    merged = _merged(sheet)
    for (row, column), cell in sheet.cells.items():
        is_number = isinstance(cell.content, float | int) or cell.is_computed
        if is_number and (row, column) not in merged:
            value = book.value(sheet, row, column)
            if isinstance(value, float):
                yield column, value, cell.style
    for band in sheet.bands:
        for values in (band.values[0], band.values[-1]):
            for column, (cell, value) in enumerate(zip(band.cells, values, strict=True), band.left):
                yield column, float(value), cell.style


def _assert_laid_out(book: Book) -> None:
    for sheet in book.sheets:
        for column, value, style in _numbers(book, sheet):
            if abs(value) < 1e4:
                text = _shown(value, style)
                room = sheet.widths.get(column, sheet.default_width)
                need = len(text) * style.size / 10 * (1.08 if style.bold else 1.0)
                assert need <= room + 0.8, (sheet.name, column, text, room)
        covered: set[tuple[int, int]] = set()
        for area in sheet.merges:
            cells = {
                (row, column)
                for row in range(area.top, area.bottom + 1)
                for column in range(area.left, area.right + 1)
            }
            assert not covered & cells
            covered |= cells
            assert all(sheet.cells[c].content is None for c in cells - {(area.top, area.left)})
            # Excel takes no array formula there.
            assert not isinstance(sheet.cells[area.top, area.left].content, Matrix | Spill)
        for chart in sheet.charts:
            bottom = row_under(sheet, chart.row, chart.height) - 1
            right = column_behind(sheet, chart.column, chart.width) - 1
            under = [
                place
                for place, cell in sheet.cells.items()
                if cell.content is not None
                and chart.row <= place[0] <= bottom
                and chart.column <= place[1] <= right
            ]
            assert not under, (sheet.name, under)
        for link in sheet.links.values():
            assert book[link.sheet]


@pytest.mark.parametrize("name", sorted(shipped("network")))
def test_the_shipped_lessons_are_laid_out_well(name: str) -> None:
    _assert_laid_out(make_book(Lesson.load(name)))


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(lesson=lessons(max_steps=5))
def test_random_lessons_are_laid_out_well(lesson: Lesson) -> None:
    _assert_laid_out(make_book(lesson))


def test_every_sheet_is_reached_from_start_and_leads_back() -> None:
    book = make_book(Lesson.load("mazur"))
    others = {sheet.name for sheet in book.sheets} - {"Start"}
    assert {link.sheet for link in book["Start"].links.values()} >= others
    for name in others:
        assert any(link.sheet == "Start" for link in book[name].links.values())


def test_no_text_constant_in_a_formula_is_longer_than_excel_takes() -> None:
    def constants(node: Any) -> Any:
        from sheetnet.expressions.formula import children

        if isinstance(node, Text):
            yield node.value
        for child in children(node):
            yield from constants(child)

    for name in [*FEW, "happydustbunny", "xor"]:
        for _, _, cell in make_book(Lesson.load(name)).formulas():
            content = cell.content
            if isinstance(content, Expression):
                assert all(len(text) <= 255 for text in constants(content))


def test_sentences_hold_the_numbers_that_stand_in_the_cells() -> None:
    """The first neuron of mazur, word for word."""
    book = make_book(Lesson.load("mazur"))
    sheet = book["Network"]
    sentences = [
        book.value(sheet, row, column)
        for (row, column), cell in sheet.cells.items()
        if isinstance(cell.content, Binary) and cell.content.operator == "&"
    ]
    assert "σ(0.15·0.05 + 0.2·0.1 + 0.35) = σ(0.3775)" in sentences
    assert "(0.7514 − 0.01)·0.7514·(1 − 0.7514)" in sentences
    assert all(re.search(r"\d", s) for s in sentences)


def test_every_check_is_a_tick_at_several_steps() -> None:
    lesson = Lesson.load("bhadani-1-2-3-1")
    for step in (0, 1, 57, 100):
        book = book_with(lesson, lesson.settings.but({("chosen_step", None): float(step)}))
        marks = [
            value
            for sheet in book.sheets
            for place, cell in sheet.cells.items()
            if isinstance(cell.content, Expression)
            and (value := book.value(sheet, *place)) in ("✓", "✗")
        ]
        assert len(marks) > 20
        assert set(marks) == {"✓"}


def test_what_is_wrong_is_painted_as_far_as_its_words_reach() -> None:
    """It is white, and longer than its cell."""
    for name in ("batch-of-four", "iris", "learning-rates"):
        lesson = Lesson.load(name).shortened(2)
        for sheet in book_with(lesson, lesson.settings).sheets:
            for rule in sheet.formats:
                if isinstance(rule, Rule) and rule.style == PROBLEM:
                    width = sum(
                        sheet.widths.get(column, sheet.default_width)
                        for column in range(rule.area.left, rule.area.right + 1)
                    )
                    assert width > 60, sheet.name
