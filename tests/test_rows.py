"""Rows made of interleaving bands, single cells and heights, in both formats."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from sheetnet.expressions.formula import Ref
from sheetnet.files.formats import read, write
from sheetnet.files.rows import Stretch, in_order
from sheetnet.workbook.blocks import Blocks
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Band, Cell, Sheet

NAME = "Data"
Places = dict[tuple[int, int], float | str]


def book_of(sheet: Sheet) -> Book:
    return Book("rows", "rows", [sheet], {}, Blocks(), [])


@st.composite
def sheets(draw: st.DrawFn) -> tuple[Sheet, Places, dict[tuple[int, int], str]]:
    """A sheet, the values that must stand in it, and its formulas."""
    sheet = Sheet(NAME, protected=False)
    values: Places = {}
    formulas: dict[tuple[int, int], str] = {}
    for _ in range(draw(st.integers(0, 4))):
        top, left = draw(st.integers(1, 12)), draw(st.integers(2, 8))
        count, width = draw(st.integers(1, 6)), draw(st.integers(1, 3))
        stride = draw(st.integers(1, 4))
        rows = range(top, top + count * stride, stride)
        places = [(r, c) for r in rows for c in range(left, left + width)]
        if any(place in values for place in places):
            continue
        reach = draw(st.integers(0, 2))
        content = Ref(NAME, top + reach, left - 1)
        numbers = np.arange(count * width, dtype=float).reshape(count, width) + 100 * top + left
        cells = tuple(Cell(content) for _ in range(width))
        height = draw(st.sampled_from([None, 20.0]))
        sheet.bands.append(Band(top, left, cells, numbers, height=height, stride=stride))
        for i, r in enumerate(rows):
            for j in range(width):
                values[r, left + j] = float(numbers[i, j])
                formulas[r, left + j] = f"={chr(63 + left)}{r + reach}"
    for _ in range(draw(st.integers(0, 8))):
        place = draw(st.integers(1, 30)), draw(st.integers(1, 12))
        if place not in values:
            values[place] = draw(st.sampled_from([1.5, "text & <more>"]))
            sheet.put(*place, values[place])
    for row in draw(st.lists(st.integers(1, 35), max_size=3)):
        sheet.heights[row] = 30.0
    note = draw(st.none() | st.tuples(st.integers(1, 20), st.integers(1, 10)))
    if note:
        sheet.notes[note] = "a note"
    return sheet, values, formulas


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
@settings(max_examples=60, deadline=None)
@given(drawn=sheets())
def test_every_cell_stands_where_the_model_has_it(
    ending: str, drawn: tuple[Sheet, Places, dict[tuple[int, int], str]]
) -> None:
    sheet, values, formulas = drawn
    book = book_of(sheet)
    assert {p: book.value(sheet, *p) for p in values} == values
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"book.{ending}")
        write(book, path)
        stored = read(path)
        found = {p: c.value for p, c in stored.sheets[NAME].items() if c.value is not None}
        assert found == values
        if ending == "xlsx":
            worksheet = load_workbook(path)[NAME]
            for (row, column), text in formulas.items():
                assert worksheet.cell(row, column).value == text
            for row, height in sheet.heights.items():
                assert worksheet.row_dimensions[row].height == height


def test_a_band_alone_in_its_rows_comes_in_stretches() -> None:
    sheet = Sheet(NAME, bands=[Band(3, 1, (Cell(),), np.zeros((1000, 1)))])
    sheet.put(500, 4, "beside")
    parts = list(in_order(sheet))
    assert [len(p.rows) for p in parts if isinstance(p, Stretch)] == [497, 502]
    assert len(parts) == 3
