"""The content of an OpenDocument package: how its XML is followed, and its texts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sheetnet.files.package import Attributes, Package

CONTENT = "content.xml"
#: Elements within each other, those that matter as well as those that do not.
DEEPEST = 200
#: Spaces that a document may name by their number instead of writing them.
MOST_SPACES = 100_000

OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TABLE, TEXT = (f"{OASIS}{name}:1.0 " for name in ("office", "table", "text"))
CALCEXT = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "

DRAW = f"{OASIS}drawing:1.0 "
XLINK = "http://www.w3.org/1999/xlink "

NAMESPACES = {"office": OFFICE, "table": TABLE, "text": TEXT, "draw": DRAW, "calcext": CALCEXT}
#: Rows may stand in groups, within groups.
ROWS = "table:table-row table:table-rows table:table-header-rows table:table-row-group"
COLUMNS = (
    "table:table-column table:table-columns table:table-header-columns table:table-column-group"
)
#: What runs along in a line of text. Notes, pictures and all else are no part of it.
RUNS = (
    "text:span text:a text:s text:tab text:line-break text:ruby text:ruby-base "
    "text:sheet-name text:title text:date text:time"
)
#: The elements that matter, and those that matter in them; all others are skipped whole.
ELEMENTS = {
    "": "office:document-content",
    "office:document-content": "office:body",
    "office:body": "office:spreadsheet",
    "office:spreadsheet": "table:table table:named-expressions table:calculation-settings "
    "table:content-validations",
    "table:content-validations": "table:content-validation",
    "table:calculation-settings": "table:null-date",
    "table:named-expressions": "table:named-range table:named-expression",
    "table:table": f"{COLUMNS} {ROWS} table:named-expressions table:shapes "
    "calcext:conditional-formats",
    **dict.fromkeys(COLUMNS.split()[1:], COLUMNS),
    "table:shapes": "draw:frame",
    "draw:frame": "draw:object",
    **dict.fromkeys(ROWS.split()[1:], ROWS),
    "table:table-row": "table:table-cell table:covered-table-cell",
    "table:table-cell": "text:p draw:frame office:annotation",
    "table:covered-table-cell": "text:p draw:frame office:annotation",
    "office:annotation": "text:p",
    "calcext:conditional-formats": "calcext:conditional-format",
    "calcext:conditional-format": "calcext:condition calcext:color-scale",
    "calcext:color-scale": "calcext:color-scale-entry",
    "text:p": RUNS,
    **dict.fromkeys(RUNS.split(), RUNS),
}


@dataclass(eq=False, slots=True)
class Node:
    """A kind of element: its name, and by full name what matters in it, itself perhaps."""

    name: str
    inner: dict[str, Node] = field(default_factory=dict)


def _nodes() -> Node:
    names = {*ELEMENTS, *" ".join(ELEMENTS.values()).split()}
    nodes = {name: Node(name.partition(":")[2]) for name in names}
    for name, inner in ELEMENTS.items():
        for each in inner.split():
            prefix, _, local = each.partition(":")
            nodes[name].inner[NAMESPACES[prefix] + local] = nodes[each]
    return nodes[""]


ROOT = _nodes()


class Content:
    """Follows the content, and tells the elements that matter to `enter` and `leave`.

    `pieces` collects the texts of a line. Blanks are not folded, whatever the standard says:
    LibreOffice and Gnumeric fold none, and write some that would be lost.
    """

    def __init__(self, package: Package) -> None:
        self.package = package
        self.pieces: list[str] = []
        self.text = self.pieces.append
        self.node = ROOT
        self.outer: list[Node] = []
        self.skipped = 0
        self.spaces_left = MOST_SPACES
        self._kept = 0

    def enter(self, element: str, attributes: Attributes) -> bool:
        """Whether it is of use; otherwise the element is skipped whole."""
        raise NotImplementedError

    def leave(self, element: str) -> None:
        raise NotImplementedError

    def start(self, name: str, attributes: Attributes) -> None:
        node = None if self.skipped else self.node.inner.get(name)
        if node is None or not self.enter(node.name, attributes):
            self._skip()
            return
        self.outer.append(self.node)
        self.node = node
        if len(self.outer) > DEEPEST:
            raise self._too_deep()

    def end(self, name: str) -> None:
        if self.skipped:
            self.skipped -= 1
            del self.pieces[self._kept :]
            return
        element = self.node.name
        self.node = self.outer.pop()
        self.leave(element)

    def _skip(self) -> None:
        if self.node is ROOT:
            raise self.package.error(f"its part {CONTENT!r} holds something else")
        if not self.skipped:
            if self.node.name in ("table-row", "table", "spreadsheet"):
                # Between elements stands nothing but blanks, perhaps very many.
                self.pieces.clear()
            self._kept = len(self.pieces)
        self.skipped += 1
        if self.skipped > DEEPEST:
            raise self._too_deep()

    def _too_deep(self) -> Exception:
        return self.package.error(f"its part {CONTENT!r} is nested too deeply")

    def named(self, element: str, attributes: Attributes) -> None:
        """An element that stands for characters."""
        if element == "s":
            count = number(attributes.get(f"{TEXT}c", "1"))
            if count is None or count > self.spaces_left:
                raise self.package.error(f"a text has more than {MOST_SPACES:,} spaces")
            self.spaces_left -= count
            self.pieces.append(" " * count)
        else:
            self.pieces.append("\t" if element == "tab" else "\n")


def number(text: str) -> int | None:
    """A count that may stand in an attribute, None where it is none."""
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None
