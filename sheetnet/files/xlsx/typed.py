"""Numbers and texts typed into the sheets of an .xlsx file, all else left as it is.

The cells must be there, as those of every input are.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from sheetnet.expressions.dialects import address
from sheetnet.files.edits import EditError, Edits, cell_name
from sheetnet.files.package import Package
from sheetnet.files.xlsx.parts import workbook

#: A cell's element: a prefix of its name, its attributes, what it holds.
CELL = re.compile(rb"<(\w+:)?c( [^<>]*?)?(?:/>|>(.*?)</\1?c\s*>)", re.DOTALL)
REFERENCE = re.compile(rb"""\sr=["']([A-Z]+[0-9]+)["']""")
STYLE = re.compile(rb"""\ss=["'][0-9]+["']""")


def changed_parts(package: Package, edits: Edits) -> dict[str, bytes]:
    """The parts that change, by their names, with what is typed into them.

    Raises `EditError` where a cell is missing or holds a formula.
    """
    sheets = workbook(package).sheets
    by_sheet: dict[str, dict[bytes, tuple[str, float | str]]] = {}
    for (sheet, row, column), number in edits.items():
        name = cell_name(sheet, row, column)
        by_sheet.setdefault(sheet, {})[address(row, column).encode()] = name, number
    changed = {}
    for sheet, numbers in by_sheet.items():
        if sheet not in sheets:
            raise EditError(f"{package.path}: has no sheet {sheet!r}: type into another one")
        part = sheets[sheet].target
        changed[package.name(part)] = _typed(package, part, numbers)
    return changed


def _cell(prefix: bytes, kept: bytes, typed: float | str) -> bytes:
    """A cell that holds a number or a text, with the attributes that it keeps."""
    if isinstance(typed, str):
        text = escape(typed).encode()
        held = b"<%bis><%bt>%b</%bt></%bis>" % (prefix, prefix, text, prefix, prefix)
        return b'<%bc%b t="inlineStr">%b</%bc>' % (prefix, kept, held, prefix)
    number = repr(float(typed)).encode()
    return b"<%bc%b><%bv>%b</%bv></%bc>" % (prefix, kept, prefix, number, prefix, prefix)


def _typed(package: Package, part: str, numbers: dict[bytes, tuple[str, float | str]]) -> bytes:
    content = package.read(part)
    left = dict(numbers)
    pieces: list[bytes] = []
    end = 0
    for reference in REFERENCE.finditer(content):
        if reference[1] not in left:
            continue
        cell = CELL.match(content, content.rfind(b"<", 0, reference.start()))
        if cell is None:
            continue
        name, number = left.pop(reference[1])
        prefix, attributes, held = (group or b"" for group in cell.groups())
        if b"f" in re.findall(rb"<(?:\w+:)?(\w+)", held):
            raise EditError(f"{package.path}: {name} holds a formula: type into another cell")
        style = STYLE.search(attributes)
        kept = reference[0] + (style[0] if style else b"")
        pieces += content[end : cell.start()], _cell(prefix, kept, number)
        end = cell.end()
    for name, _ in left.values():
        raise EditError(f"{package.path}: {name} is not in the file: type into another cell")
    return b"".join([*pieces, content[end:]])
