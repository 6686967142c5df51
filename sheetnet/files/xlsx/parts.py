"""The parts of an .xlsx package: which there are, and how their XML is followed."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import NamedTuple, Self
from urllib.parse import unquote

from sheetnet.errors import quoted
from sheetnet.expressions.dialects import CODED
from sheetnet.files.package import Attributes, Package

#: Sheets, or relations of a part, that a workbook may list.
MOST_LISTED = 100_000
#: Elements within an element that we have no use for.
DEEPEST = 200

NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/package/2006/relationships",
)
#: The elements that matter, and those that matter in them; all others are skipped whole.
ELEMENTS = {
    "": "Relationships workbook sst worksheet",
    "Relationships": "Relationship",
    "workbook": "sheets",
    "sheets": "sheet",
    "sst": "si",
    "si": "t r",
    "r": "t rPr",
    "rPr": "vertAlign",
    "worksheet": "cols sheetData sheetProtection mergeCells conditionalFormatting dataValidations "
    "hyperlinks",
    "cols": "col",
    "conditionalFormatting": "cfRule",
    "cfRule": "formula colorScale dataBar iconSet",
    "colorScale": "cfvo color",
    "dataValidations": "dataValidation",
    "dataValidation": "formula1 formula2",
    "hyperlinks": "hyperlink",
    "mergeCells": "mergeCell",
    "sheetData": "row",
    "row": "c",
    "c": "f v is",
    "is": "t r",
}


@dataclass(eq=False, slots=True)
class Node:
    """An element where it matters: what it stands in, and by full name what matters in it."""

    name: str
    outer: Node
    inner: dict[str, Node] = field(default_factory=dict)

    @classmethod
    def tree(cls) -> Node:
        root = cls.__new__(cls)
        root.name, root.outer, root.inner = "", root, {}
        root._grow()
        return root

    def _grow(self) -> None:
        for name in ELEMENTS.get(self.name, "").split():
            node = Node(name, self)
            node._grow()
            for namespace in NAMESPACES:
                self.inner[f"{namespace} {name}"] = node


ROOT = Node.tree()


class Part:
    """Follows a part's XML, and tells the elements that matter to `enter` and `leave`.

    `pieces` collects the texts, those of skipped elements apart.
    """

    def __init__(self, package: Package, part: str) -> None:
        self.package = package
        self.part = part
        self.pieces: list[str] = []
        self.text = self.pieces.append
        self.clear = self.pieces.clear
        self.node = ROOT
        self.skipped = 0
        self._kept = 0

    def parsed(self) -> Self:
        """Read the part. Raises `SheetnetError`."""
        self.package.parse(self.part, self)
        return self

    def enter(self, element: str, attributes: Attributes) -> None:
        raise NotImplementedError

    def leave(self, element: str) -> None:
        raise NotImplementedError

    def start(self, name: str, attributes: Attributes) -> None:
        node = None if self.skipped else self.node.inner.get(name)
        if node is None:
            self.skip()
        else:
            self.node = node
            self.enter(node.name, attributes)

    def end(self, name: str) -> None:
        if self.skipped:
            self.skip_end()
        else:
            node = self.node
            self.node = node.outer
            self.leave(node.name)

    def skip(self) -> None:
        """An element that does not matter begins."""
        if self.node is ROOT:
            raise self.package.error(f"its part {quoted(self.part)} holds something else")
        if not self.skipped:
            if self.node.inner:
                # Between elements stands nothing but blanks, perhaps very many.
                self.clear()
            self._kept = len(self.pieces)
        self.skipped += 1
        if self.skipped > DEEPEST:
            raise self.package.error(f"its part {quoted(self.part)} is nested too deeply")

    def skip_end(self) -> None:
        self.skipped -= 1
        del self.pieces[self._kept :]


class _Attributes(Part):
    """The attributes of all elements of one kind, without their namespaces."""

    def __init__(self, package: Package, part: str, wanted: str) -> None:
        super().__init__(package, part)
        self.wanted = wanted
        self.found: list[Attributes] = []

    def enter(self, element: str, attributes: Attributes) -> None:
        if element == self.wanted:
            if len(self.found) == MOST_LISTED:
                raise self.package.error(f"its part {quoted(self.part)} lists too much")
            self.found.append({name.rpartition(" ")[2]: v for name, v in attributes.items()})

    def leave(self, element: str) -> None:
        self.clear()


class Relation(NamedTuple):
    """`kind` is the last word of the relation's type, `target` a part's name."""

    kind: str
    target: str


class Workbook(NamedTuple):
    """The parts of a workbook: which names all others, its sheets by name, in order, and its
    shared strings and styles."""

    part: str
    sheets: dict[str, Relation]
    strings: str | None
    styles: str | None


def workbook(package: Package) -> Workbook:
    """Which part is which. Raises `SheetnetError`."""
    book = _main_part(package)
    relations = relations_of(package, book)
    sheets = {}
    for attributes in _Attributes(package, book, "sheet").parsed().found:
        name = unescape(attributes.get("name", ""))
        if name in sheets:
            raise package.error(f"it has two sheets named {quoted(name)}")
        if attributes.get("id", "") not in relations:
            raise package.error(f"the part of its sheet {quoted(name)} is missing")
        sheets[name] = relations[attributes["id"]]
    if not sheets:
        raise package.error(f"its part {quoted(book)} names no sheet")
    first = dict(reversed(relations.values()))
    return Workbook(book, sheets, first.get("sharedStrings"), first.get("styles"))


def _main_part(package: Package) -> str:
    for kind, target in relations_of(package, "").values():
        if kind == "officeDocument":
            if target.endswith(".bin"):
                raise package.error("it is of the .xlsb kind", "save it as .xlsx")
            return target
    raise package.error("it does not say which of its parts is the workbook")


def relations_of(package: Package, part: str) -> dict[str, Relation]:
    """A part's relations to others inside the package by their ids; "" is the package."""
    folder, file = posixpath.split(part)
    relations = {}
    names = posixpath.join(folder, "_rels", f"{file}.rels")
    for attributes in _Attributes(package, names, "Relationship").parsed().found:
        if attributes.get("TargetMode") != "External":
            target = posixpath.join("/", folder, attributes.get("Target", ""))
            target = posixpath.normpath(target).lstrip("/")
            if target not in package:
                target = unquote(target)
            kind = attributes.get("Type", "").rpartition("/")[2]
            relations[attributes.get("Id", "")] = Relation(kind, target)
    return relations


def related(package: Package, part: str, kind: str) -> list[str]:
    """The parts of one kind that a part points at, if it points at any."""
    folder, file = posixpath.split(part)
    if posixpath.join(folder, "_rels", f"{file}.rels") not in package:
        return []
    return [r.target for r in relations_of(package, part).values() if r.kind == kind]


ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


def unescape(text: str) -> str:
    """A text with OOXML's `_xHHHH_` made characters; `_x005F_` is an underscore."""
    if "_x" not in text:
        return text
    text = ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    # Escapes are UTF-16: two of them may be one character, half a one is none.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def escaped(text: str) -> str:
    """`_x0041_` in a text means the character A to Excel, so such a text is escaped.

    A carriage return would come back as a line feed and is escaped likewise.
    """
    if "_x" in text:
        text = CODED.sub("_x005F_", text)
    return text.replace("\r", "_x000D_")
