"""What is built: mazur's lesson with a number of steps, a real lesson all the way.

`Content` is the same workbook as a library for spreadsheets takes it, cell by cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from sheetnet.expressions.dialects import EXCEL, PLAIN, Corner
from sheetnet.expressions.rich import Rich
from sheetnet.network.lesson import Lesson
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Cell, Sheet
from sheetnet.workbook.styles import Style


def mazur(steps: int) -> Lesson:
    lesson = Lesson.load("mazur")
    training = lesson.training.model_copy(update={"steps": steps})
    return lesson.model_copy(update={"training": training})


def drawn(sizes: tuple[int, ...], samples: int, steps: int) -> Lesson:
    """A lesson of sigmoid layers, weights and data drawn."""
    rng = np.random.default_rng(5)
    layers = [{"units": units, "activation": "sigmoid"} for units in sizes[1:]]
    return Lesson.model_validate(
        {
            "title": "-".join(map(str, sizes)),
            "source": "drawn",
            "notation": "wichmann",
            "network": {"inputs": sizes[0], "loss": "half_squared_error", "layers": layers},
            "data": {
                "inputs": rng.uniform(-1, 1, (samples, sizes[0])).round(2).tolist(),
                "targets": rng.uniform(0, 1, (samples, sizes[-1])).round(1).tolist(),
            },
            "training": {"learning_rate": 0.3, "steps": steps},
        }
    )


def formula_count(book: Book) -> int:
    """The formula cells of a workbook, an array formula counted once."""
    count = sum(1 for _ in book.formulas())
    for sheet in book.sheets:
        for band in sheet.bands:
            formulas = sum(cell.formula is not None for cell in band.cells)
            count += formulas * len(band.values)
    return count


@dataclass(slots=True)
class Plain:
    """A cell: a formula's text or a constant, the value it shows, its style's number."""

    row: int
    column: int
    content: str | int | float | None
    value: str | int | float | None
    style: int
    is_formula: bool


@dataclass
class Page:
    """A sheet: its rows in order, each from left to right, and its sizes."""

    name: str
    rows: list[list[Plain]]
    widths: dict[int, float]
    heights: dict[int, float]


@dataclass
class Content:
    """All cells of a workbook, everything rendered to text and every style numbered."""

    pages: list[Page] = field(default_factory=list)
    styles: list[Style] = field(default_factory=list)
    _numbers: dict[Style, int] = field(default_factory=dict)

    @classmethod
    def of(cls, book: Book) -> Content:
        content = cls()
        for sheet in book.sheets:
            rows: dict[int, list[Plain]] = {}
            for cell in content._cells(book, sheet):
                rows.setdefault(cell.row, []).append(cell)
            ordered = [sorted(rows[row], key=lambda cell: cell.column) for row in sorted(rows)]
            content.pages.append(Page(sheet.name, ordered, sheet.widths, sheet.heights))
        content.styles = list(content._numbers)
        return content

    def _cells(self, book: Book, sheet: Sheet) -> Iterator[Plain]:
        for (row, column), cell in sheet.cells.items():
            value = None if cell.content is None else book.value(sheet, row, column)
            yield self._plain(sheet, row, column, cell, value)
        for band in sheet.bands:
            for row, values in zip(band.rows, band.values.tolist(), strict=True):
                line, corner = zip(band.cells, values, strict=True), band.corner(row)
                for column, (cell, value) in enumerate(line, band.left):
                    yield self._plain(sheet, row, column, cell, value, corner)

    def _plain(
        self,
        sheet: Sheet,
        row: int,
        column: int,
        cell: Cell,
        value: object,
        corner: Corner = PLAIN,
    ) -> Plain:
        """A cell; `corner` writes the references of a formula that is filled down."""
        style = self._numbers.setdefault(cell.style, len(self._numbers))
        content = cell.content
        shown = value if isinstance(value, str | int | float) else None
        if cell.formula is not None:
            text = "=" + EXCEL.write(cell.formula, sheet.name, corner)
            return Plain(row, column, text, shown, style, True)
        if isinstance(content, Rich):
            shown = content.text
        return Plain(row, column, shown, shown, style, False)
