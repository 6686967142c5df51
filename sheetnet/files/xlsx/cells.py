"""Rows of a sheet as SpreadsheetML, each formula with its cached value."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter
from typing import Any
from xml.sax.saxutils import escape

from sheetnet.expressions.dialects import EXCEL, between, column_letters
from sheetnet.expressions.formula import Area, Expression
from sheetnet.expressions.rich import Rich
from sheetnet.files.rows import Line, Pattern, Stretch, checked, in_order
from sheetnet.files.xlsx.parts import escaped
from sheetnet.files.xlsx.rules import range_of
from sheetnet.files.xlsx.shell import Shell
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Band, Cell, Matrix, Sheet
from sheetnet.workbook.styles import Style


class Rows:
    """The rows of one sheet in order, as text."""

    def __init__(self, book: Book, sheet: Sheet, shell: Shell) -> None:
        self._book, self._sheet, self._shell = book, sheet, shell
        self._claims = book.claims(sheet)
        self._looks: dict[int, str] = {}
        self._patterns: dict[int, Pattern] = {}

    def __iter__(self) -> Iterator[str]:
        for part in in_order(self._sheet):
            if isinstance(part, Stretch):
                yield from self._stretch(part)
            else:
                yield self._line(part)

    def _line(self, line: Line) -> str:
        row = line.row
        height = _height(self._sheet.heights.get(row, line.height))
        if not line.bands:
            texts = [self._cell(row, column, cell) for column, cell in line.cells]
        else:
            pieces = [(column, self._cell(row, column, cell)) for column, cell in line.cells]
            pieces += [(band.left, self._pattern(band).row(row)) for band in line.bands]
            texts = [text for _, text in sorted(pieces, key=itemgetter(0))]
        return f'<row r="{row}"{height}>{"".join(texts)}</row>'

    def _cell(self, row: int, column: int, cell: Cell) -> str:
        start = f'<c r="{column_letters(column)}{row}" s="{self._look(cell.style)}"'
        content = cell.content
        if content is None:
            return start + "/>"
        if isinstance(content, Rich):
            return f'{start} t="inlineStr"><is>{_runs(content, cell.style)}</is></c>'
        if isinstance(content, str):
            return f'{start} t="inlineStr"><is>{_text(content)}</is></c>'
        value = self._claims.get((row, column))
        if value is None:
            value = self._book.value(self._sheet, row, column)
        formula = self._formula(row, column, content)
        return f"{start}{_type(value)}>{formula}<v>{_shown(value)}</v></c>"

    def _look(self, style: Style) -> str:
        # By identity, which the book's cells keep: comparing styles costs as much as a cell.
        look = self._looks.get(id(style))
        if look is None:
            look = self._looks[id(style)] = str(self._shell.style_id(style))
        return look

    def _formula(self, row: int, column: int, content: Any) -> str:
        if isinstance(content, Matrix):
            text = EXCEL.write(content.expression, self._sheet.name)
            area = Area(self._sheet.name, *content.filled(row, column))
            kind = f' t="array" ref="{range_of(area)}"'
        elif isinstance(content, Expression):
            text, kind = EXCEL.write(content, self._sheet.name), ""
        else:
            return ""
        return f"<f{kind}>{escape(checked(text, self._sheet))}</f>"

    def _stretch(self, part: Stretch) -> Iterator[str]:
        height = _height(part.band.height)
        texts = self._pattern(part.band).rows(part.rows)
        for row, text in zip(part.rows, texts, strict=True):
            yield f'<row r="{row}"{height}>{text}</row>'

    def _pattern(self, band: Band) -> Pattern:
        """The band's cells without the row around them."""
        if id(band) not in self._patterns:
            self._patterns[id(band)] = Pattern(band, lambda p: self._band_cells(band, p))
        return self._patterns[id(band)]

    def _band_cells(self, band: Band, pattern: Pattern) -> str:
        return "".join(
            self._band_cell(cell, column, pattern)
            for column, cell in enumerate(band.cells, band.left)
        )

    def _band_cell(self, cell: Cell, column: int, pattern: Pattern) -> str:
        formula, kind, content = "", "", cell.content
        if isinstance(content, Matrix):
            first, last = column_letters(column), column_letters(column + content.columns - 1)
            area = between(f"{first}{pattern.mark(0)}", f"{last}{pattern.mark(content.rows - 1)}")
            content, kind = content.expression, f' t="array" ref="{area}"'
        if isinstance(content, Expression):
            text = escape(pattern.formula(content, EXCEL, self._sheet))
            formula = f"<f{kind}>{text}</f>".replace("%", "%%")
        place = f"{column_letters(column)}{pattern.mark(0)}"
        return f'<c r="{place}" s="{self._look(cell.style)}">{formula}<v>%s</v></c>'


def _height(points: float | None) -> str:
    return "" if points is None else f' ht="{points:g}" customHeight="1"'


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return ' t="b"'
    return ' t="str"' if isinstance(value, str) else ""


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return escape(escaped(value)) if isinstance(value, str) else repr(float(value))


@lru_cache(maxsize=4096)
def _text(text: str) -> str:
    return f'<t xml:space="preserve">{escape(escaped(text))}</t>'


def _runs(content: Rich, style: Style) -> str:
    return "".join(
        f"<r>{_run_look(run.level, run.bold, run.italic, style)}{_text(run.text)}</r>"
        for run in content.runs
    )


@lru_cache(maxsize=1024)
def _run_look(level: int, bold: bool, italic: bool, style: Style) -> str:
    raised = {1: '<vertAlign val="superscript"/>', -1: '<vertAlign val="subscript"/>', 0: ""}
    return (
        "<rPr>"
        + "<b/>" * (style.bold or bold)
        + "<i/>" * (style.italic or italic)
        + raised[level]
        + f'<sz val="{style.size:g}"/>'
        + (f'<color rgb="FF{style.ink}"/>' if style.ink else "")
        + f'<rFont val="{style.font}"/></rPr>'
    )
