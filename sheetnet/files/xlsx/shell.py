"""The package without its rows: styles, widths, rules, charts, notes, by openpyxl."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils import get_column_letter
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.writer.excel import ExcelWriter

from sheetnet.expressions.dialects import EXCEL, address, quoted
from sheetnet.expressions.formula import Expression
from sheetnet.files.layout import note_size, printed_area
from sheetnet.files.xlsx.charts import chart_of
from sheetnet.files.xlsx.rules import conditional_formats, range_of
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Cell, NumberRule, Rule, Sheet, Validation
from sheetnet.workbook.styles import PLAIN, Style

#: The number of a format that only a rule has; those below 164 are the programs' own.
OWN_FORMATS = 164
SIDES = {"l": "left", "t": "top", "r": "right", "b": "bottom"}


class Shell:
    """An openpyxl workbook with the model's sheets, empty of cells."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._workbook = Workbook()
        self._workbook.remove(self._workbook.active)
        # Widths count digits of the Normal font, which openpyxl sets to one that few systems have.
        normal = _font(*_font_of(PLAIN))
        self._workbook._fonts = IndexedList([normal])
        self._workbook._named_styles["Normal"].font = normal
        self._style_ids: dict[Style, int] = {}
        self._parts: dict[tuple[str, tuple[Any, ...]], int] = {}
        self._rule_style_ids: dict[tuple[bool, Style], int] = {}
        #: The conditional formats of each sheet, which stand behind its rows.
        self.rules: dict[str, str] = {}
        properties = self._workbook.properties
        properties.title, properties.subject = book.title[:255], book.subject[:255]
        properties.creator = "sheetnet"
        for sheet in book.sheets:
            self._add(sheet)
        for name, target in book.names.items():
            text = f"{quoted(target.sheet)}!{EXCEL.write(target, target.sheet)}"
            self._workbook.defined_names[name] = DefinedName(name, attr_text=text)
        self._workbook.calculation.fullCalcOnLoad = True
        # Each style once, by identity: comparing styles costs as much as writing a cell.
        cells = (c for s in book.sheets for c in (*s.cells.values(), *_band_cells(s)))
        for style in {id(cell.style): cell.style for cell in cells}.values():
            self.style_id(style)

    def save(self) -> bytes:
        """The package, uncompressed: its parts are read again at once."""
        buffer = io.BytesIO()
        # Closes the archive.
        _Writer(self._workbook, zipfile.ZipFile(buffer, "w")).save()
        return buffer.getvalue()

    def style_id(self, style: Style) -> int:
        """The number by which a cell names its style."""
        if style not in self._style_ids:
            cell = WriteOnlyCell(self._workbook.worksheets[0])
            cell.number_format = style.number_format
            self._give(cell, "font", _font, _font_of(style))
            aligned = (style.horizontal, style.vertical, style.wrap or None, style.indent)
            self._give(cell, "alignment", _alignment, aligned)
            self._give(cell, "border", _border, _lines_of(style))
            self._give(cell, "protection", Protection, (style.locked,))
            if style.paper:
                self._give(cell, "fill", _fill, (style.paper,))
            self._style_ids[style] = cell.style_id
        return self._style_ids[style]

    def _give(self, cell: Any, part: str, make: Callable[..., Any], look: tuple[Any, ...]) -> None:
        """Give a cell a part of its style; each is made once, since openpyxl compares slowly."""
        known = self._parts.get((part, look))
        if known is None:
            setattr(cell, part, make(*look))
            self._parts[part, look] = getattr(cell._style, f"{part}Id")
        else:
            setattr(cell._style, f"{part}Id", known)

    def _add(self, sheet: Sheet) -> None:
        worksheet = self._workbook.create_sheet(sheet.name)
        _look(worksheet, sheet)
        _print(worksheet, sheet)
        for area in sheet.merges:
            worksheet.merged_cells.add(range_of(area))
        for (row, column), link in sheet.links.items():
            place = f"{quoted(link.sheet)}!{address(link.row, link.column)}"
            # A value, since openpyxl passes over the links of empty cells; the rows replace it.
            cell = worksheet.cell(row, column, 0)
            cell._hyperlink = Hyperlink(
                address(row, column), location=place, tooltip=link.tip or None
            )
        for (row, column), text in sheet.notes.items():
            comment = Comment(text, "sheetnet")
            comment.width, comment.height = note_size(text)
            worksheet.cell(row, column).comment = comment
        for validation in sheet.validations:
            worksheet.add_data_validation(_validation(validation, sheet))
        self.rules[sheet.name] = conditional_formats(sheet, self._rule_style_id)
        for chart in sheet.charts:
            worksheet.add_chart(chart_of(chart), address(chart.row, chart.column))

    def _rule_style_id(self, rule: Rule | NumberRule) -> int:
        """The number by which a rule names what it changes of a cell's looks.

        openpyxl would look for each rule's style among all of them, one after the other.
        """
        key = isinstance(rule, NumberRule), rule.style
        if key not in self._rule_style_ids:
            style = _number_style(rule) if isinstance(rule, NumberRule) else _rule_style(rule)
            self._rule_style_ids[key] = self._workbook._differential_styles.add(style)
        return self._rule_style_ids[key]


class _Writer(ExcelWriter):  # type: ignore[misc]
    """openpyxl's writer, without a temporary file for each sheet."""

    def write_worksheet(self, worksheet: Any) -> None:
        worksheet._drawing = SpreadsheetDrawing()
        worksheet._drawing.charts = worksheet._charts
        writer = WorksheetWriter(worksheet, io.BytesIO())
        writer.write()
        worksheet._rels = writer._rels
        self._archive.writestr(worksheet.path[1:], writer.read())
        self.manifest.append(worksheet)


def _band_cells(sheet: Sheet) -> Iterator[Cell]:
    for band in sheet.bands:
        yield from band.cells


def _font_of(style: Style) -> tuple[str, float, bool, bool, str | None]:
    return style.font, style.size, style.bold, style.italic, style.ink


def _font(name: str, size: float, bold: bool, italic: bool, ink: str | None) -> Font:
    return Font(name=name, size=size, bold=bold, italic=italic, color=ink and "FF" + ink)


def _lines_of(style: Style) -> tuple[str, str, str]:
    return style.borders, style.border_width, style.border_colour


def _alignment(horizontal: str | None, vertical: str, wrap: bool | None, indent: int) -> Alignment:
    return Alignment(horizontal=horizontal, vertical=vertical, wrap_text=wrap, indent=indent)


def _fill(paper: str) -> PatternFill:
    return PatternFill("solid", fgColor="FF" + paper)


def _border(borders: str, width: str, colour: str) -> Border:
    side = Side(style=width, color="FF" + colour)
    return Border(**{SIDES[letter]: side for letter in borders})


def _look(worksheet: Any, sheet: Sheet) -> None:
    worksheet.sheet_format.defaultColWidth = sheet.default_width
    for column, width in sheet.widths.items():
        worksheet.column_dimensions[get_column_letter(column)].width = width
    view = worksheet.sheet_view
    view.showGridLines, view.zoomScale = sheet.gridlines, sheet.zoom
    if sheet.freeze:
        worksheet.freeze_panes = address(*sheet.freeze)
    for selection in view.selection:
        selection.activeCell = selection.sqref = address(*sheet.cursor)
    if sheet.tab_colour:
        worksheet.sheet_properties.tabColor = "FF" + sheet.tab_colour
    if sheet.protected:
        worksheet.protection.sheet = True
        worksheet.protection.formatColumns = worksheet.protection.formatRows = False


def _print(worksheet: Any, sheet: Sheet) -> None:
    setup = sheet.print_setup
    worksheet.page_setup.orientation = "landscape" if setup.landscape else "portrait"
    worksheet.page_setup.paperSize = worksheet.PAPERSIZE_A4
    worksheet.page_setup.fitToWidth, worksheet.page_setup.fitToHeight = (
        setup.fit_width,
        setup.fit_height,
    )
    worksheet.sheet_properties.pageSetUpPr.fitToPage = True
    margins = worksheet.page_margins
    margins.left = margins.right = margins.top = 0.4
    margins.bottom = 0.6
    worksheet.oddFooter.center.text = "&A, page &P of &N"
    if setup.title_rows:
        worksheet.print_title_rows = f"{setup.title_rows[0]}:{setup.title_rows[1]}"
    worksheet.print_area = range_of(printed_area(sheet))


def _bound(bound: Any, sheet: Sheet) -> Any:
    return EXCEL.write(bound, sheet.name) if isinstance(bound, Expression) else bound


def _validation(validation: Validation, sheet: Sheet) -> DataValidation:
    choices = '"' + ",".join(validation.choices) + '"'
    if validation.source:
        choices = EXCEL.write(replace(validation.source, fixed=True), sheet.name)
    listed = validation.kind == "list"
    result = DataValidation(
        type=validation.kind,
        operator=None if listed else "between",
        formula1=choices if listed else _bound(validation.low, sheet),
        formula2=None if listed else _bound(validation.high, sheet),
        allow_blank=False,
        showErrorMessage=True,
        showInputMessage=bool(validation.prompt),
        errorTitle=validation.title or None,
        error=validation.error or None,
        promptTitle=validation.title if validation.prompt else None,
        prompt=validation.prompt or None,
    )
    result.add(range_of(validation.area))
    return result


def _number_format(style: Style) -> NumberFormat | None:
    """What a rule changes of how numbers are shown, if anything."""
    if style.number_format == PLAIN.number_format:
        return None
    return NumberFormat(numFmtId=OWN_FORMATS, formatCode=style.number_format)


def _number_style(rule: NumberRule) -> DifferentialStyle:
    return DifferentialStyle(numFmt=_number_format(rule.style))


def _rule_style(rule: Rule) -> DifferentialStyle:
    return DifferentialStyle(
        font=Font(color="FF" + rule.style.colour, bold=rule.style.bold or None),
        fill=PatternFill(bgColor="FF" + rule.style.fill) if rule.style.fill else None,
        border=_border(*_lines_of(rule.style)) if rule.style.borders else None,
        numFmt=_number_format(rule.style),
    )
