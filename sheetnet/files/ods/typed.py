"""Numbers typed into the content of an .ods file: all else left as it is.

Cells have no addresses there, so the content is followed as it is when it is read, and
the places of the cells' bytes are noted. LibreOffice writes neighbours of one value as a
single cell that says how many it is: such a run is taken apart. A cell that is typed into
keeps its style and loses what hangs on it (a note, a chart), which no value depends on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from sheetnet.files.edits import EditError, Edits, cell_name
from sheetnet.files.ods.parts import CONTENT, OFFICE
from sheetnet.files.ods.read import COLUMNS, FORMULA, Tables
from sheetnet.files.package import Attributes, Package

ATTRIBUTE = rb"""\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*')"""
#: A start tag: its name, its attributes, and a slash if it is the end as well.
TAG = re.compile(rb"<([^\s/>]+)((?:" + ATTRIBUTE + rb")*)\s*(/?)>")
#: The attributes that say what a cell holds, and how many of them there are.
VALUE = re.compile(
    rb"\s[\w.-]+:(?:value-type|value|currency|(?:string|boolean|date|time)-value"
    rb"""|number-columns-repeated)\s*=\s*(?:"[^"]*"|'[^']*')"""
)
REPEATED = re.compile(rb"""(\s[\w.-]+:number-columns-repeated\s*=\s*["'])[^"']*""")
#: How the document abbreviates the namespace of values.
PREFIX = re.compile(rb"""\sxmlns:([\w.-]+)\s*=\s*["']%b["']""" % OFFICE.strip().encode())
UTF_16 = (b"\xff\xfe", b"\xfe\xff")

Position = tuple[str, int, int]


class _Run(NamedTuple):
    """Where a cell's tag begins, and the one that ends it; how many cells it stands for.

    `numbers` are typed into it, by the cells' distance from the first.
    """

    first: int
    last: int
    width: int
    numbers: dict[int, float | str]


def changed_parts(package: Package, edits: Edits) -> dict[str, bytes]:
    """The parts that change, by their names, with what is typed into them.

    Raises `EditError` where a cell is missing or holds a formula.
    """
    return {package.name(CONTENT): _typed_content(package, edits)}


def _typed_content(package: Package, edits: Edits) -> bytes:
    """The content with numbers in place of what some cells hold.

    Raises `EditError` where such a cell is missing or holds a formula, `SheetnetError`
    where the package is no workbook.
    """
    places = _Places(package, edits).parsed()
    for sheet, row, column in places.left:
        if sheet not in places.sheets:
            raise EditError(f"{package.path}: has no sheet {sheet!r}: type into another one")
        name = cell_name(sheet, row, column)
        raise EditError(f"{package.path}: {name} is not in the file: type into another cell")
    content = package.read(CONTENT)
    prefix = PREFIX.search(content)
    if content.startswith(UTF_16) or prefix is None:
        raise EditError(
            f"{package.path}: is written in an unusual way: open it in a spreadsheet program and "
            "save it again"
        )
    pieces: list[bytes] = []
    end = 0
    for run in places.found:
        pieces.append(content[end : run.first])
        tag = TAG.match(content, run.first)
        assert tag is not None, "the parser has read it"
        end = tag.end() if tag[3] else content.index(b">", run.last) + 1
        pieces += _taken_apart(run, tag, content[tag.end() : end], prefix[1])
    return b"".join([*pieces, content[end:]])


def _taken_apart(run: _Run, tag: re.Match[bytes], held: bytes, prefix: bytes) -> Iterator[bytes]:
    """The cells with numbers, and in front of each and behind the last what is left of the run."""
    following = 0
    for distance, number in [*sorted(run.numbers.items()), (run.width, None)]:
        if distance > following:
            again = b"\\g<1>%d" % (distance - following)
            yield REPEATED.sub(again, tag[0]) + held
        if number is not None:
            kept = VALUE.sub(b"", tag[2])
            yield b"<%b%b%b/>" % (tag[1], kept, _typed_value(number, prefix))
        following = distance + 1


def _typed_value(typed: float | str, prefix: bytes) -> bytes:
    """A number or a text as a cell's attributes."""
    if isinstance(typed, str):
        text = quoteattr(typed).encode()
        return b' %b:value-type="string" %b:string-value=%b' % (prefix, prefix, text)
    number = repr(float(typed)).encode()
    return b' %b:value-type="float" %b:value="%b"' % (prefix, prefix, number)


class _Places(Tables):
    """Where the cells are that are typed into; `left` are those that are not found."""

    def __init__(self, package: Package, edits: Edits) -> None:
        super().__init__(package, {sheet for sheet, _, _ in edits})
        self.left = dict(edits)
        self.columns: dict[tuple[str | None, int], list[int]] = {}
        for sheet, row, column in edits:
            self.columns.setdefault((sheet, row), []).append(column)
        self.found: list[_Run] = []
        self.first = 0

    def enter(self, element: str, attributes: Attributes) -> bool:
        if element.endswith("table-cell"):
            self.first = self.package.place
        return super().enter(element, attributes)

    def _cell(self, attributes: Attributes) -> None:
        columns = self.columns.get((self.sheet, self.row), ())
        if columns and self.rows == 1:
            count = self._count(attributes, COLUMNS)
            distances = [c - self.column for c in columns if 0 <= c - self.column < count]
            if distances:
                self._note(count, distances, FORMULA in attributes)
        super()._cell(attributes)

    def _note(self, count: int, distances: list[int], formula: bool) -> None:
        assert self.sheet is not None
        numbers = {}
        for distance in distances:
            position = self.sheet, self.row, self.column + distance
            if formula:
                raise EditError(
                    f"{self.package.path}: {cell_name(*position)} holds a formula: type into "
                    "another cell"
                )
            numbers[distance] = self.left.pop(position)
        self.found.append(_Run(self.first, self.package.place, count, numbers))
