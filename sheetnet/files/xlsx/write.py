"""Excel's format: openpyxl for everything but the rows, which are streamed.

openpyxl cannot write a formula's cached value, and without it a workbook is empty in
Excel's Protected View, in previews and on phones. So openpyxl writes the package with
empty sheets, and the rows go between the halves of each sheet's part.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import IO

from sheetnet.expressions.dialects import area_address
from sheetnet.files.packing import Package
from sheetnet.files.rows import stream
from sheetnet.files.xlsx import adapted
from sheetnet.files.xlsx.cells import Rows
from sheetnet.files.xlsx.shell import Shell
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Sheet

DRAWING_PART = re.compile(r"xl/drawings/drawing(\d+)\.xml")
CHART_PART = re.compile(r"xl/charts/chart(\d+)\.xml")
SHEET_PART = re.compile(r"xl/worksheets/sheet(\d+)\.xml")


def write(book: Book, file: IO[bytes], progress: Callable[[int], None]) -> None:
    """Write the workbook into an open binary file."""
    shell = Shell(book)
    parts = zipfile.ZipFile(io.BytesIO(shell.save()))
    charts = [chart for sheet in book.sheets for chart in sheet.charts]
    with Package(file) as package:
        for name in parts.namelist():
            content = parts.read(name)
            if match := SHEET_PART.fullmatch(name):
                sheet = book.sheets[int(match[1]) - 1]
                head, tail = _halves(content.decode(), sheet, shell.rules[sheet.name])
                rows = Rows(book, sheet, shell)
                with package.open(name) as part:
                    part.write(head.encode())
                    stream(rows, part, progress)
                    part.write(tail.encode())
            elif match := DRAWING_PART.fullmatch(name):
                sheet = [s for s in book.sheets if s.charts][int(match[1]) - 1]
                package.add(name, adapted.drawing(content.decode(), sheet).encode())
            elif match := CHART_PART.fullmatch(name):
                chart = charts[int(match[1]) - 1]
                package.add(name, adapted.chart(content.decode(), chart, book).encode())
            elif name == "docProps/core.xml":
                package.add(name, _without_dates(content))
            elif name.startswith(("xl/worksheets/_rels/", "xl/drawings/_rels/")):
                package.add(name, adapted.relations(content.decode()).encode())
            elif name == "[Content_Types].xml":
                package.add(name, adapted.part_name(content.decode()).encode())
            else:
                package.add(adapted.part_name(name), content)


def _halves(part: str, sheet: Sheet, rules: str) -> tuple[str, str]:
    """What stands before and after a sheet's rows, with the parts openpyxl leaves out."""
    head, _, rest = part.partition("<sheetData")
    tail = rest.partition("/>")[2] if rest.startswith(("/>", " />")) else ""
    tail = tail or rest.partition("</sheetData>")[2]
    used = area_address(1, 1, *sheet.extent)
    head = re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="{used}"', head)
    # Without this, Excel marks columns of formulas that it thinks inconsistent.
    ignored = (
        f'<ignoredErrors><ignoredError sqref="{used}" evalError="1" twoDigitTextYear="1" '
        'numberStoredAsText="1" formula="1" formulaRange="1" unlockedFormula="1" '
        'emptyCellReference="1" listDataValidation="1" calculatedColumn="1"/></ignoredErrors>'
    )
    tail = _before("<dataValidations|<hyperlinks|<printOptions|<pageMargins", rules, tail)
    tail = _before("<drawing|<legacyDrawing|</worksheet>", ignored, tail)
    return head + "<sheetData>", "</sheetData>" + tail


def _before(followers: str, text: str, tail: str) -> str:
    """The tail with a text where the schema wants it: before the first of its `followers`."""
    place = re.search(followers, tail)
    assert place
    return tail[: place.start()] + text + tail[place.start() :]


def _without_dates(core: bytes) -> bytes:
    """openpyxl writes the time of saving: the same lesson must give the same bytes."""
    return re.sub(rb">\d{4}-\d\d-\d\dT[\d:]+Z<", b">2000-01-01T00:00:00Z<", core)
