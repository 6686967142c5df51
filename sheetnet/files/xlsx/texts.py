"""The texts of an .xlsx package: the shared strings, and the pieces of texts in several looks."""

from __future__ import annotations

import re
from sys import intern

from sheetnet.errors import SheetnetError
from sheetnet.files.package import SMALLER, Attributes, Package
from sheetnet.files.stored import Runs
from sheetnet.files.stretches import unescaped
from sheetnet.files.xlsx.parts import Part, unescape

#: Cells that a workbook may hold (each takes some 300 bytes), and shared strings, however
#: large its file is.
MOST_CELLS = 10_000_000
#: Characters of a text or a formula; programs stop at 32,767 or a little above.
LONGEST_TEXT = 100_000
#: Pieces in several looks that are told apart in a text.
MOST_RUNS = 1_000

#: A piece of a text in several looks: how it is raised or lowered, and what it says.
_PIECE = re.compile(
    '<r>(?:<rPr>(?:<[^>]*>)*?(?:<vertAlign val="([^"]*)"/>(?:<[^>]*>)*?)?</rPr>)?'
    "<t(?:/>|[^>]*>([^<]*)</t>)</r>"
)


class Raised:
    """Collects the pieces of a text, each with how it is raised or lowered."""

    def __init__(self) -> None:
        self.level = ""
        self.found: list[tuple[str, int]] = []

    def enter(self, element: str, attributes: Attributes) -> None:
        if element == "r":
            self.level = ""
        elif element == "vertAlign":
            self.level = intern(attributes.get("val", "")[:20])

    def add(self, text: str) -> None:
        if len(self.found) < MOST_RUNS:
            self.found.append((self.level, len(unescape(text))))

    def read(self, runs: str) -> None:
        """Take in the pieces of a text as it is written."""
        for self.level, text in _PIECE.findall(runs):
            self.add(unescaped(text))

    def taken(self) -> Runs:
        """The pieces of the text that ends; none where all of it stands on the line."""
        found, self.found, self.level = tuple(self.found), [], ""
        return found if any(level for level, _ in found) else ()


class Strings(Part):
    """The shared strings, and by their numbers the pieces of those in which something is raised
    or lowered; phonetic runs are skipped."""

    def __init__(self, package: Package, part: str) -> None:
        super().__init__(package, part)
        self.found: list[str] = []
        self.runs: list[str] = []
        self.looks: dict[int, Runs] = {}
        self.raised = Raised()

    def enter(self, element: str, attributes: Attributes) -> None:
        self.clear()
        self.raised.enter(element, attributes)

    def leave(self, element: str) -> None:
        if element == "t":
            self.runs.append("".join(self.pieces))
            self.raised.add(self.runs[-1])
        elif element == "si":
            if looks := self.raised.taken():
                self.looks[len(self.found)] = looks
            most = min(MOST_CELLS, self.package.room.cells)
            if len(self.found) == most:
                raise self.package.error(f"it has more than {most:,} texts", SMALLER)
            text = "".join(self.runs)
            if len(text) > LONGEST_TEXT:
                raise too_long(self.package)
            self.found.append(unescape(text))
            self.runs.clear()


def too_long(package: Package) -> SheetnetError:
    """What to raise for a text or a formula that no program would take."""
    return package.error(f"a text or a formula has more than {LONGEST_TEXT:,} characters", SMALLER)
