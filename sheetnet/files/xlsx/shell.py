"""The package without its rows: styles, widths, rules, charts, notes, by openpyxl."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.formatting.rule import Rule as OpenpyxlRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils import get_column_letter
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink

from sheetnet.expressions.dialects import EXCEL, address, area_address, quoted
from sheetnet.expressions.formula import Area, Expression
from sheetnet.files.layout import note_size, printed_area
from sheetnet.files.xlsx.charts import chart_of
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Cell, ColourScale, NumberRule, Rule, Sheet, Validation
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
        normal = _font(PLAIN)
        self._workbook._fonts = IndexedList([normal])
        self._workbook._named_styles["Normal"].font = normal
        self._style_ids: dict[Style, int] = {}
        self._rule_style_ids: dict[tuple[bool, Style], int] = {}
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
        buffer = io.BytesIO()
        self._workbook.save(buffer)
        return buffer.getvalue()

    def style_id(self, style: Style) -> int:
        """The number by which a cell names its style."""
        if style not in self._style_ids:
            cell = WriteOnlyCell(self._workbook.worksheets[0])
            cell.font = _font(style)
            cell.alignment = Alignment(
                horizontal=style.horizontal,
                vertical=style.vertical,
                wrap_text=style.wrap or None,
                indent=style.indent,
            )
            cell.number_format = style.number_format
            cell.border = _border(style)
            cell.protection = Protection(locked=style.locked)
            if style.paper:
                cell.fill = PatternFill("solid", fgColor="FF" + style.paper)
            self._style_ids[style] = cell.style_id
        return self._style_ids[style]

    def _add(self, sheet: Sheet) -> None:
        worksheet = self._workbook.create_sheet(sheet.name)
        _look(worksheet, sheet)
        _print(worksheet, sheet)
        for area in sheet.merges:
            worksheet.merged_cells.add(_range(area))
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
        for rule in sheet.formats:
            worksheet.conditional_formatting.add(_range(rule.area), self._rule(rule, sheet))
        for chart in sheet.charts:
            worksheet.add_chart(chart_of(chart), address(chart.row, chart.column))

    def _rule(self, rule: ColourScale | Rule | NumberRule, sheet: Sheet) -> OpenpyxlRule:
        if isinstance(rule, ColourScale):
            return _colour_scale(rule, sheet)
        formula = EXCEL.write(rule.condition, sheet.name)
        return OpenpyxlRule(type="expression", dxfId=self._rule_style_id(rule), formula=[formula])

    def _rule_style_id(self, rule: Rule | NumberRule) -> int:
        """The number by which a rule names what it changes of a cell's looks.

        openpyxl would look for each rule's style among all of them, one after the other.
        """
        key = isinstance(rule, NumberRule), rule.style
        if key not in self._rule_style_ids:
            style = _number_style(rule) if isinstance(rule, NumberRule) else _rule_style(rule)
            self._rule_style_ids[key] = self._workbook._differential_styles.add(style)
        return self._rule_style_ids[key]


def _band_cells(sheet: Sheet) -> Iterator[Cell]:
    for band in sheet.bands:
        yield from band.cells


def _range(area: Area) -> str:
    return area_address(area.top, area.left, area.bottom, area.right)


def _font(style: Style) -> Font:
    return Font(
        name=style.font,
        size=style.size,
        bold=style.bold,
        italic=style.italic,
        color=style.ink and "FF" + style.ink,
    )


def _border(style: Style) -> Border:
    side = Side(style=style.border_width, color="FF" + style.border_colour)
    return Border(**{SIDES[letter]: side for letter in style.borders})


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
    worksheet.print_area = _range(printed_area(sheet))


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
    result.add(_range(validation.area))
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
        border=_border(rule.style) if rule.style.borders else None,
        numFmt=_number_format(rule.style),
    )


def _colour_scale(rule: ColourScale, sheet: Sheet) -> Any:
    if rule.spread:
        return ColorScaleRule(
            start_type="min",
            start_color="FF" + rule.low,
            mid_type="percent",
            mid_value=50,
            mid_color="FF" + rule.middle,
            end_type="max",
            end_color="FF" + rule.high,
        )
    if rule.ends:
        low, high = rule.ends
        return ColorScaleRule(
            start_type="num",
            start_value=low,
            start_color="FF" + rule.low,
            mid_type="num",
            mid_value=(low + high) / 2,
            mid_color="FF" + rule.middle,
            end_type="num",
            end_value=high,
            end_color="FF" + rule.high,
        )
    rule = replace(rule, area=replace(rule.area, fixed=True))
    kind = "num" if rule.bound is not None else "formula"
    return ColorScaleRule(
        start_type=kind,
        start_value=EXCEL.write(-rule.limit, sheet.name),
        start_color="FF" + rule.low,
        mid_type="num",
        mid_value=0,
        mid_color="FF" + rule.middle,
        end_type=kind,
        end_value=EXCEL.write(rule.limit, sheet.name),
        end_color="FF" + rule.high,
    )
