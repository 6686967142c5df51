"""OpenDocument's spreadsheet format: LibreOffice's own, also read by Gnumeric and Excel.

All sheets are in one part, which is streamed; the others are small. Conditional formats,
and the titles of series that are no cells, are written in LibreOffice's extensions of the
format, which has no words for them. A carriage return becomes a line break for programs
that do not read `office:string-value`, and a link on a cell that holds no text is seen
by few.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

from sheetnet.files.layout import printed_area
from sheetnet.files.ods import charts, notes, rules
from sheetnet.files.ods.cells import Rows
from sheetnet.files.ods.markup import attributes_text, element, opening
from sheetnet.files.ods.styles import Styles
from sheetnet.files.ods.written_parts import (
    KIND,
    manifest_part,
    meta_part,
    settings_part,
    styles_part,
)
from sheetnet.files.packing import Package
from sheetnet.files.rows import stream
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Sheet

PREFIXES = "office style text table draw fo xlink dc number svg of calcext loext"
#: Columns that are given a width where the sheet is smaller; newer programs have 16,384.
COLUMNS = 1_024
#: Of packing: at 5 a small .ods is 6 % larger than by zlib's 6, which is what is usual.
LEVEL = 6


def write(book: Book, file: IO[bytes], progress: Callable[[int], None]) -> None:
    """Write the workbook into an open binary file."""
    styles = Styles(book)
    parts = {
        "styles.xml": styles_part(styles),
        "settings.xml": settings_part(book),
        "meta.xml": meta_part(book),
    }
    objects = [chart for sheet in book.sheets for chart in sheet.charts]
    for number, chart in enumerate(objects, 1):
        parts[f"Object {number}/"] = b""
        parts[f"Object {number}/content.xml"] = charts.object_part(chart)
        if dashes := charts.styles_part(chart):
            parts[f"Object {number}/styles.xml"] = dashes
    with Package(file, level=LEVEL) as package:
        # First and stored, so that programs know the kind of file by its first bytes.
        package.add("mimetype", KIND.encode(), stored=True)
        package.add("META-INF/manifest.xml", manifest_part(["content.xml", *parts]))
        for name, content in parts.items():
            if not name.endswith("/"):
                package.add(name, content)
        _write_content(book, styles, package, progress)


def _write_content(
    book: Book, styles: Styles, package: Package, progress: Callable[[int], None]
) -> None:
    validations = rules.Validations(book)
    head = (
        opening("office:document-content", PREFIXES.split()),
        styles.fonts(),
        element(
            "office:automatic-styles",
            {},
            styles.automatic(),
            notes.style() if any(sheet.notes for sheet in book.sheets) else "",
            charts.style() if any(sheet.charts for sheet in book.sheets) else "",
        ),
        "<office:body><office:spreadsheet>",
        CALCULATION,
        validations.text(),
    )
    rows = {}
    charts_before = 0
    for sheet in book.sheets:
        frames: dict[tuple[int, int], str] = {}
        for number, chart in enumerate(sheet.charts, charts_before + 1):
            position = chart.row, chart.column
            frames[position] = frames.get(position, "") + charts.frame(chart, number)
        charts_before += len(sheet.charts)
        rows[sheet.name] = Rows(book, sheet, styles, validations, frames)
    with package.open("content.xml") as part:
        part.write("".join(head).encode())
        for sheet in book.sheets:
            part.write(_table_head(sheet, styles).encode())
            stream(rows[sheet.name], part, progress)
            tail = rules.conditional_formats(sheet, styles) + "</table:table>"
            part.write(tail.encode())
        tail = rules.names(book) + "</office:spreadsheet></office:body></office:document-content>"
        part.write(tail.encode())


#: Formulas mean here what they mean in Excel.
CALCULATION = element(
    "table:calculation-settings",
    {
        "table:case-sensitive": False,
        "table:automatic-find-labels": False,
        "table:use-regular-expressions": False,
        "table:use-wildcards": True,
    },
)


def _table_head(sheet: Sheet, styles: Styles) -> str:
    """The start of a sheet: what is said about all of it, and its columns."""
    attributes = {
        "table:name": sheet.name,
        "table:style-name": styles.table(sheet),
        "table:protected": True if sheet.protected else None,
        "table:print-ranges": rules.range_of(printed_area(sheet)),
    }
    return f"<table:table{attributes_text(attributes)}>" + _columns(sheet, styles)


def _columns(sheet: Sheet, styles: Styles) -> str:
    last = max(COLUMNS, sheet.extent[1], *sheet.widths, 1)
    text, first = "", 1
    for column in range(2, last + 2):
        width = sheet.widths.get(first, sheet.default_width)
        if column <= last and sheet.widths.get(column, sheet.default_width) == width:
            continue
        repeated = column - first if column - first > 1 else None
        text += element(
            "table:table-column",
            {
                "table:style-name": styles.column(width),
                "table:number-columns-repeated": repeated,
                "table:default-cell-style-name": "Default",
            },
        )
        first = column
    return text
