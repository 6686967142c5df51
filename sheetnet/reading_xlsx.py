"""Read the cells of an .xlsx package, as a stream, whoever wrote it.

We write texts into the cells and each formula in full; LibreOffice, Gnumeric and Excel
keep texts in a list of shared strings, and Excel lets formulas share their text.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from urllib.parse import unquote

from sheetnet.package import Attributes, Package
from sheetnet.stored import StoredBook, StoredCell

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
#: Cells that a workbook may hold (each takes some 300 bytes), and shared strings.
MOST_CELLS = 10_000_000
#: Cells that all array formulas of a workbook may fill, and that all its merges may join:
#: programs that recompute the workbook can hang on one that covers a whole sheet.
MOST_SPREAD = 1_000_000
#: Elements within an element that we have no use for.
DEEPEST = 200
#: Attributes of elements that a part may list: sheets, relations.
MOST_ELEMENTS = 100_000

NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
#: The elements that matter, and where each may stand; all others are skipped whole.
PARENTS = {
    "worksheet": ("",),
    "sheetData": ("worksheet",),
    "row": ("sheetData",),
    "c": ("row",),
    "f": ("c",),
    "v": ("c",),
    "is": ("c",),
    "mergeCells": ("worksheet",),
    "mergeCell": ("mergeCells",),
    "sst": ("",),
    "si": ("sst",),
    "r": ("is", "si"),
    "t": ("is", "si", "r"),
}
LOCAL = {f"{namespace} {name}": name for namespace in NAMESPACES for name in PARENTS}

ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


def read_xlsx(package: Package, only: Collection[str] | None) -> StoredBook:
    """The workbook's cells; sheets that are not in `only`, and charts, stay empty.

    Raises `SheetnetError`.
    """
    book = _workbook_part(package)
    targets = _relations(package, book)
    listed = _Elements(package, book, "sheet")
    if not listed.found:
        raise package.error(f"its part {book!r} names no sheet")
    texts: list[str] = []
    if only is None or only:
        for kind, target in targets.values():
            if kind == "sharedStrings":
                texts = _Strings(package, target).found
    sheets: dict[str, dict[tuple[int, int], StoredCell]] = {}
    cells, spread = MOST_CELLS, MOST_SPREAD
    for attributes in listed.found:
        name = unescape(attributes.get("name", ""))
        if name in sheets:
            raise package.error(f"it has two sheets named {name!r}")
        kind, target = targets.get(attributes.get("id", ""), ("", ""))
        if not kind:
            raise package.error(f"the part of its sheet {name!r} is missing")
        sheets[name] = {}
        if kind == "worksheet" and (only is None or name in only):
            sheet = _Sheet(package, target, name, texts, cells, spread)
            sheets[name] = sheet.cells
            cells -= len(sheet.cells)
            spread = sheet.spread
    return StoredBook(sheets)


def unescape(text: str) -> str:
    """A text with OOXML's `_xHHHH_` made characters; `_x005F_` is an underscore."""
    if "_x" not in text:
        return text
    text = ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    # Escapes are UTF-16: two of them may be one character, half a one is none.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _workbook_part(package: Package) -> str:
    for kind, target in _relations(package, "").values():
        if kind == "officeDocument":
            if not target.endswith(".xml"):
                raise package.error(f"its part {target!r} is no XML", "save it as .xlsx")
            return target
    raise package.error("it does not say which part is the workbook")


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """A part's relations to others inside the package: id to kind and target.

    "" stands for the package itself; the kind is the last word of the relation's type.
    """
    folder, file = posixpath.split(part)
    relations = {}
    for attributes in _Elements(
        package, posixpath.join(folder, "_rels", f"{file}.rels"), "Relationship"
    ).found:
        if attributes.get("TargetMode") == "External":
            continue
        target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
        target = target.lstrip("/")
        if target not in package:
            target = unquote(target)
        kind = attributes.get("Type", "").rpartition("/")[2]
        relations[attributes.get("Id", "")] = (kind, target)
    return relations


class _Part:
    """Follows a part's XML: what `PARENTS` names goes to `enter` and `leave`.

    `pieces` collects the texts, those inside skipped elements apart.
    """

    def __init__(self, package: Package, part: str) -> None:
        self.package = package
        self.part = part
        self.within: list[str] = [""]
        self.skipped = 0
        self.pieces: list[str] = []
        self.text = self.pieces.append
        package.parse(part, self)

    def start(self, name: str, attributes: Attributes) -> None:
        raise NotImplementedError

    def end(self, name: str) -> None:
        raise NotImplementedError
