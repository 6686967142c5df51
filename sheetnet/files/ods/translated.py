"""An .ods file's cells and formulas as an .xlsx file, for a program that reads no other.

Nothing is computed and nothing left out on the way but looks: every constant, every
formula in Excel's words, array formulas with what they fill, and defined names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby, islice
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from sheetnet.errors import SheetnetError
from sheetnet.expressions.dialects import address, area_address
from sheetnet.expressions.openformula import UntranslatableError, excel_reference, excel_text
from sheetnet.files import packing
from sheetnet.files.edits import cell_name
from sheetnet.files.formats import collector_paused
from sheetnet.files.ods.read import Spreadsheet, read_spreadsheet
from sheetnet.files.package import Package
from sheetnet.files.stored import CellError, NamedText, StoredCell
from sheetnet.files.xlsx.plain import MAIN, OFFICE, STYLES, small_parts

#: A range that does not move with the cell that uses it.
FIXED = re.compile(r".*\.\$[A-Z]+\$[0-9]+(?::.*\.\$[A-Z]+\$[0-9]+)?")
#: As a character of its own it would be read as a line feed.
CARRIAGE_RETURN = {"\r": "&#13;"}
#: Rows that are compressed at one go.
CHUNK = 256


def translate(source: Package, target: Path) -> None:
    """Write the .ods file `source` to `target` as .xlsx. Raises `SheetnetError`."""
    with collector_paused():
        spreadsheet = read_spreadsheet(source)
    sheets = list(spreadsheet.book.sheets)
    with collector_paused(), target.open("wb") as file, packing.Package(file) as result:
        for name, text in _small_parts(spreadsheet, sheets).items():
            result.add(name, text.encode())
        for number, name in enumerate(sheets, 1):
            with result.open(f"xl/worksheets/sheet{number}.xml") as part:
                part.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
                rows = _rows(source.path, spreadsheet, name)
                while chunk := "".join(islice(rows, CHUNK)):
                    part.write(chunk.encode())
                part.write(b"</sheetData></worksheet>")


def _rows(path: Path, spreadsheet: Spreadsheet, sheet: str) -> Iterator[str]:
    cells = spreadsheet.book.sheets[sheet]
    arrays = {area[:2]: area for area in spreadsheet.arrays[sheet]}
    for row, places in groupby(sorted(cells), lambda place: place[0]):
        text = f'<row r="{row}">'
        for place in places:
            try:
                text += _cell(place, cells[place], arrays.get(place))
            except UntranslatableError as error:
                raise SheetnetError(
                    f"{path}: {cell_name(sheet, *place)} holds a formula with {str(error)!r}, "
                    "which cannot be translated: write it otherwise, or use another engine"
                ) from None
        yield text + "</row>"


def _cell(place: tuple[int, int], cell: StoredCell, area: tuple[int, int, int, int] | None) -> str:
    start = f'<c r="{address(*place)}"'
    value = cell.value
    if cell.formula:
        kind = "" if area is None else f' t="array" ref="{area_address(*area)}"'
        return f"{start}><f{kind}>{escape(excel_text(cell.formula))}</f></c>"
    if cell.formula == "":
        # The array formula that fills it says what it is.
        return f"{start}><v>0</v></c>"
    if isinstance(value, CellError):
        return f'{start} t="e"><v>{escape(value)}</v></c>'
    if isinstance(value, str):
        text = f'<t xml:space="preserve">{escape(value, CARRIAGE_RETURN)}</t>'
        return f'{start} t="inlineStr"><is>{text}</is></c>'
    if isinstance(value, bool):
        return f'{start} t="b"><v>{value:d}</v></c>'
    return f"{start}><v>{value!r}</v></c>"


def _small_parts(spreadsheet: Spreadsheet, sheets: list[str]) -> dict[str, str]:
    paths = {f"worksheets/sheet{number}.xml": "worksheet" for number in range(1, len(sheets) + 1)}
    paths["styles.xml"] = "styles"
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(sheets, 1)
    )
    names = "".join(_name(name, sheets) for name in spreadsheet.names)
    return small_parts(paths) | {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets>'
        f"<definedNames>{names}</definedNames></workbook>",
        "xl/styles.xml": STYLES,
    }


def _name(name: NamedText, sheets: list[str]) -> str:
    """A name of a fixed range; another one is left out, and its formulas show #NAME?."""
    place = name.text.removeprefix("of:=").removeprefix("[").removesuffix("]")
    if not FIXED.fullmatch(place):
        return ""
    try:
        text = escape(excel_reference(place))
    except UntranslatableError:
        return ""
    local = "" if name.sheet is None else f' localSheetId="{sheets.index(name.sheet)}"'
    return f"<definedName name={quoteattr(name.name)}{local}>{text}</definedName>"
