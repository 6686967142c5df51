"""What a workbook file says besides its cells: charts, names, number formats, settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

from sheetnet.expressions.formula import Expression
from sheetnet.files.ods.number_formats import GENERAL, Digits, Section, sections
from sheetnet.files.package import Attributes, Package

#: Elements within each other.
DEEPEST = 200
#: Charts with all their series, names, styles: how many of them a file may have.
MOST_FACTS = 100_000

#: A number format taken apart, whoever wrote it: by section its colour and its parts, texts that
#: follow each other joined. What cannot be taken apart is its own text.
Taken = tuple[tuple[str | None, tuple[str | Digits | None, ...]], ...] | str


@dataclass(frozen=True)
class SeriesFacts:
    """What a chart's series points at: cells, ranges, a constant text; None where it says none
    that can be read. `kept` are the numbers of x and of y that the file keeps with it, by their
    places in the range: programs without a calculator draw these, and write what it is `called`."""

    x: Expression | None
    y: Expression | None
    title: Expression | None
    kept: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    called: str = ""


@dataclass(frozen=True)
class Scale:
    """An axis: its ends where they are fixed, by powers or not, from right to left or from top to
    bottom."""

    minimum: float | None = None
    maximum: float | None = None
    logarithmic: bool = False
    turned: bool = False


@dataclass(frozen=True)
class ChartFacts:
    """A chart: its titles ("" where there is none) and its series, in the file's order, its axes,
    which other kinds than a scatter chart it is, and what it has that no chart of ours has, in
    words."""

    title: str
    x_title: str
    y_title: str
    series: tuple[SeriesFacts, ...]
    x: Scale = Scale()
    y: Scale = Scale()
    others: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()


@dataclass(frozen=True)
class NameFacts:
    """A defined name, for one sheet or for all (None), and the cell it stands for; None where
    it is no fixed cell."""

    name: str
    sheet: str | None
    target: Expression | None


@dataclass
class Facts:
    """What a file says besides its cells.

    `program` saved it, by its own word. Number formats are by the names of the cells' styles
    in the file; charts and notes by sheet. The file calculates only when told to (`manual`), goes
    on with circular references (`iterative`), rounds to what it shows (`as_shown`). `levels` says
    of the styles of pieces of a text which raise (1) or lower (−1) them, `rules` are the number
    formats that rules give to cells, by the styles that they name, `hidden` the sheets that are not
    shown.
    """

    program: str = ""
    formats: dict[str, Taken] = field(default_factory=dict)
    charts: dict[str, list[ChartFacts]] = field(default_factory=dict)
    names: list[NameFacts] = field(default_factory=list)
    manual: bool = False
    iterative: bool = False
    as_shown: bool = False
    levels: dict[str, int] = field(default_factory=dict)
    rules: dict[str, Taken] = field(default_factory=dict)
    notes: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)


@lru_cache(1024)
def taken_apart(code: str) -> Taken:
    """A number format as a program writes it (`\\+0.0000;\\-0.0000`), taken apart."""
    try:
        return joined(sections(code))
    except (ValueError, KeyError):
        return code


def joined(found: list[Section]) -> Taken:
    """A number format's sections with neighbouring texts joined."""
    return tuple((section.colour, tuple(_joined(section))) for section in found)


def _joined(section: Section) -> list[str | Digits | None]:
    parts: list[str | Digits | None] = []
    for of_texts, group in groupby(section.parts, lambda part: isinstance(part, str)):
        if of_texts:
            text = "".join(str(part) for part in group)
            parts += [text] if text else []
        else:
            parts += group
    return parts


NO_FORMAT = taken_apart(GENERAL)


def bound(text: str | None) -> float | None:
    """A number that a file may give as the end of an axis."""
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


class Walker:
    """Follows a small part by its elements' local names.

    `path` are the elements around and including the one that is told of. `words` is told of
    texts as they come, before `enter` and `leave`.
    """

    def __init__(self, package: Package, part: str) -> None:
        self.package, self.part = package, part
        self.path: list[str] = []
        self.pieces: list[str] = []
        self.text = self.pieces.append
        self._left = MOST_FACTS

    def walk(self) -> None:
        """Read the part. Raises `SheetnetError`."""
        self.package.parse(self.part, self)

    def enter(self, element: str, attributes: Attributes) -> None:
        """An element begins; its attributes come without namespaces."""

    def leave(self, element: str, text: str) -> None:
        """An element ends; `text` is what stood behind the last tag. `path` is that around it."""

    def words(self, text: str) -> None:
        """A piece of text of the innermost element."""

    def count(self) -> None:
        """Something is going to be kept. Raises `SheetnetError` where it gets too much."""
        self._left -= 1
        if self._left < 0:
            raise self.package.error(f"its part {self.part!r} lists too much")

    def start(self, name: str, attributes: Attributes) -> None:
        self._flush()
        self.path.append(name.rpartition(" ")[2])
        if len(self.path) > DEEPEST:
            raise self.package.error(f"its part {self.part!r} is nested too deeply")
        self.enter(self.path[-1], {key.rpartition(" ")[2]: v for key, v in attributes.items()})

    def end(self, name: str) -> None:
        text = self._flush()
        self.leave(self.path.pop(), text)

    def _flush(self) -> str:
        text = "".join(self.pieces)
        self.pieces.clear()
        if text:
            self.words(text)
        return text


class ProgramName(Walker):
    """Reads which program wrote the file, from the text of an element."""

    def __init__(self, package: Package, part: str, facts: Facts, element: str) -> None:
        super().__init__(package, part)
        self.facts, self.element = facts, element

    def leave(self, element: str, text: str) -> None:
        if element == self.element:
            self.facts.program = text
