"""Rows of a sheet as SpreadsheetML, each formula with its cached value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from sheetnet.expressions.dialects import EXCEL, address, area_address
from sheetnet.expressions.formula import Expression
from sheetnet.expressions.rich import Rich, Run
from sheetnet.files.rows import band_formula, band_rows, checked, in_order, mark
from sheetnet.files.xlsx.parts import escaped
from sheetnet.files.xlsx.shell import Shell
from sheetnet.workbook.model import Band, Book, Cell, Matrix, Sheet
from sheetnet.workbook.styles import Style


class Rows:
    """The rows of one sheet in order, as text."""

    def __init__(self, book: Book, sheet: Sheet, shell: Shell) -> None:
        self._book, self._sheet, self._shell = book, sheet, shell

    def __iter__(self) -> Iterator[str]:
        for part in in_order(self._sheet):
            if isinstance(part, Band):
                yield from self._band(part)
            else:
                yield self._row(*part)

    def _row(self, row: int, cells: list[tuple[int, Cell]]) -> str:
        body = "".join(self._cell(row, column, cell) for column, cell in cells)
        return f'<row r="{row}"{_height(self._sheet.heights.get(row))}>{body}</row>'

    def _cell(self, row: int, column: int, cell: Cell) -> str:
        start = f'<c r="{address(row, column)}" s="{self._shell.style_id(cell.style)}"'
        content = cell.content
        if content is None:
            return start + "/>"
        if isinstance(content, Rich):
            return f'{start} t="inlineStr"><is>{_runs(content, cell.style)}</is></c>'
        if isinstance(content, str):
            return f'{start} t="inlineStr"><is>{_text(content)}</is></c>'
        value = self._book.value(self._sheet, row, column)
        formula = self._formula(row, column, content)
        return f"{start}{_type(value)}>{formula}<v>{_shown(value)}</v></c>"

    def _formula(self, row: int, column: int, content: Any) -> str:
        if isinstance(content, Matrix):
            text = EXCEL.write(content.expression, self._sheet.name)
            bottom, right = row + content.rows - 1, column + content.columns - 1
            kind = f' t="array" ref="{area_address(row, column, bottom, right)}"'
        elif isinstance(content, Expression):
            text, kind = EXCEL.write(content, self._sheet.name), ""
        else:
            return ""
        return f"<f{kind}>{escape(checked(text, self._sheet))}</f>"

    def _band(self, band: Band) -> Iterator[str]:
        def cell(cell: Cell, column: int) -> str:
            formula = ""
            if isinstance(cell.content, Expression):
                text = band_formula(cell.content, EXCEL, self._sheet, band)
                text = checked(text, self._sheet)
                formula = f"<f>{escape(text)}</f>".replace("%", "%%")
            place = address(0, column)[:-1]
            style = self._shell.style_id(cell.style)
            return f'<c r="{place}{row_mark}" s="{style}">{formula}<v>%r</v></c>'

        row_mark = mark(0)
        height = _height(band.height)
        yield from band_rows(
            self._sheet, band, lambda number: f'<row r="{number}"{height}>', cell, "</row>"
        )


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


def _text(text: str) -> str:
    return f'<t xml:space="preserve">{escape(escaped(text))}</t>'


def _runs(content: Rich, style: Style) -> str:
    return "".join(f"<r>{_run_look(run, style)}{_text(run.text)}</r>" for run in content.runs)


def _run_look(run: Run, style: Style) -> str:
    raised = {1: '<vertAlign val="superscript"/>', -1: '<vertAlign val="subscript"/>', 0: ""}
    return (
        "<rPr>"
        + "<b/>" * style.bold
        + "<i/>" * (style.italic or run.italic)
        + raised[run.level]
        + f'<sz val="{style.size:g}"/><color rgb="FF{style.colour}"/>'
        + f'<rFont val="{style.font}"/></rPr>'
    )
