"""The parts of an .xlsx, without the package's own readers."""

from __future__ import annotations

import zipfile

from lxml import etree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """The sheets' names in their order, each with its part."""
    book = etree.fromstring(package.read("xl/workbook.xml"))
    relations = etree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    found = {}
    for sheet in book.iter(MAIN + "sheet"):
        target = targets[sheet.get(RELATION)]
        part = target[1:] if target.startswith("/") else f"xl/{target}"
        found[sheet.get("name", "")] = part
    return found


def corner(cell: str) -> tuple[int, int]:
    """B6 is row 6, column 2; dollar signs are passed over."""
    cell = cell.replace("$", "")
    letters = cell.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(cell[len(letters) :]), column


def address(row: int, column: int) -> str:
    """Row 6, column 2 is B6."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
