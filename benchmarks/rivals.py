"""The same cells, formulas and styles, written by openpyxl alone and by XlsxWriter.

Each library is used in the way that was the quickest: openpyxl in its write-only mode,
XlsxWriter in memory; formats are made once. Left out, in their favour, is what is little
work beside a hundred thousand cells: charts, rules, notes, links, rich text, protection.
"""

from __future__ import annotations

from copy import copy
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter

from benchmarks.subject import Content
from sheetnet.workbook.styles import Style

SIDES = {"l": "left", "t": "top", "r": "right", "b": "bottom"}
WIDTHS = {"thin": 1, "medium": 2}


def by_openpyxl(content: Content, path: Path, *, named: bool = True) -> None:
    """Write-only mode; openpyxl can write no cached values.

    Styles are given to cells as named styles, as openpyxl's documentation advises, or
    else by sharing the private `_style` of a cell that has it, which is quicker still.
    """
    workbook = openpyxl.Workbook(write_only=True)
    looks: list[Any] = []
    for number, style in enumerate(content.styles):
        look = _openpyxl_look(NamedStyle(f"style {number}"), style)
        workbook.add_named_style(look)
        looks.append(look.name)
    for page in content.pages:
        sheet = workbook.create_sheet(page.name)
        for column, width in page.widths.items():
            sheet.column_dimensions[get_column_letter(column)].width = width
        for row, height in page.heights.items():
            sheet.row_dimensions[row].height = height
        if not named:
            looks = _private_looks(sheet, content)
        count = 0
        for cells in page.rows:
            for _ in range(count, cells[0].row - 1):
                sheet.append([])
            count = cells[0].row
            line: list[Any] = [None] * cells[-1].column
            for cell in cells:
                line[cell.column - 1] = written = WriteOnlyCell(sheet, cell.content)
                if named:
                    written.style = looks[cell.style]
                else:
                    written._style = looks[cell.style]
            sheet.append(line)
    workbook.save(path)


def _private_looks(sheet: Any, content: Content) -> list[Any]:
    cells = [WriteOnlyCell(sheet) for _ in content.styles]
    pairs = zip(cells, content.styles, strict=True)
    return [copy(_openpyxl_look(cell, style)._style) for cell, style in pairs]


def _openpyxl_look(target: Any, style: Style) -> Any:
    """Give a cell or a named style the look."""
    target.font = Font(
        name=style.font,
        size=style.size,
        bold=style.bold,
        italic=style.italic,
        color="FF" + style.colour,
    )
    target.alignment = Alignment(
        horizontal=style.horizontal,
        vertical=style.vertical,
        wrap_text=style.wrap or None,
        indent=style.indent,
    )
    side = Side(style=style.border_width, color="FF" + style.border_colour)
    target.border = Border(**{SIDES[letter]: side for letter in style.borders})
    target.protection = Protection(locked=style.locked)
    target.number_format = style.number_format
    if style.fill:
        target.fill = PatternFill("solid", fgColor="FF" + style.fill)
    return target


def by_xlsxwriter(content: Content, path: Path) -> None:
    """In memory, which was quicker than `constant_memory`; formulas with cached values."""
    workbook = xlsxwriter.Workbook(str(path))
    looks = [workbook.add_format(_xlsxwriter_look(style)) for style in content.styles]
    for page in content.pages:
        sheet = workbook.add_worksheet(page.name)
        for column, width in page.widths.items():
            sheet.set_column(column - 1, column - 1, width)
        for row, height in page.heights.items():
            sheet.set_row(row - 1, height)
        for cells in page.rows:
            for cell in cells:
                row, column, look = cell.row - 1, cell.column - 1, looks[cell.style]
                if cell.is_formula:
                    sheet.write_formula(row, column, cell.content, look, cell.value)
                elif cell.content is None:
                    sheet.write_blank(row, column, None, look)
                elif isinstance(cell.content, str):
                    sheet.write_string(row, column, cell.content, look)
                else:
                    sheet.write_number(row, column, cell.content, look)
    workbook.close()


def _xlsxwriter_look(style: Style) -> dict[str, Any]:
    look: dict[str, Any] = {
        "font_name": style.font,
        "font_size": style.size,
        "bold": style.bold,
        "italic": style.italic,
        "font_color": "#" + style.colour,
        "num_format": style.number_format,
        "valign": "vcenter" if style.vertical == "center" else style.vertical,
        "text_wrap": style.wrap,
        "indent": style.indent,
        "locked": style.locked,
    }
    if style.horizontal:
        look["align"] = style.horizontal
    if style.fill:
        look["bg_color"] = "#" + style.fill
    for letter in style.borders:
        look[SIDES[letter]] = WIDTHS[style.border_width]
        look[SIDES[letter] + "_color"] = "#" + style.border_colour
    return look
