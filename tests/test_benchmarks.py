"""What is measured is what is built: the benchmarks' cells are the workbook's."""

from __future__ import annotations

from pathlib import Path

from benchmarks.subject import Content
from sheetnet.building import make_book
from sheetnet.files.formats import read, write
from sheetnet.network.lesson import Lesson


def test_the_rivals_write_the_same_formulas(tmp_path: Path) -> None:
    book = make_book(Lesson.load("mazur"))
    write(book, tmp_path / "mazur.xlsx")
    stored = read(tmp_path / "mazur.xlsx")
    for page in Content.of(book).pages:
        cells = stored.sheets[page.name]
        formulas = {(c.row, c.column): c.content for row in page.rows for c in row if c.is_formula}
        assert len(formulas) == sum(1 for cell in cells.values() if cell.formula), page.name
