"""What an OpenDocument spreadsheet says besides its cells."""

from __future__ import annotations

import posixpath
import re
from contextlib import suppress
from dataclasses import dataclass, field

from sheetnet.expressions.formula import Expression, Text
from sheetnet.expressions.openformula import UntranslatableError, excel_reference
from sheetnet.expressions.parsing import FormulaSyntaxError, parse
from sheetnet.files.facts import (
    NO_FORMAT,
    ChartFacts,
    Facts,
    NameFacts,
    ProgramName,
    Scale,
    SeriesFacts,
    Taken,
    Walker,
    bound,
    joined,
)
from sheetnet.files.ods.markup import ALIKE, COMMA
from sheetnet.files.ods.number_formats import ANY, CONDITIONS, Digits, Section
from sheetnet.files.ods.parts import CONTENT, number
from sheetnet.files.package import Attributes, Package
from sheetnet.files.stored import NamedText, StoredBook

STYLES, SETTINGS, META = "styles.xml", "settings.xml", "meta.xml"
FIXED = re.compile(r".*\.\$[A-Z]+\$[0-9]+", re.DOTALL)
SCATTER = "chart:scatter"
#: Styles that are made after others, one after the other.
MOST_PARENTS = 100


def read_facts(package: Package, stored: StoredBook) -> Facts:
    """All but the cells' own styles, which `stored` names. Raises `SheetnetError`."""
    facts = Facts(names=[_name(name) for name in stored.names])
    styles = _Styles(package, STYLES, facts)
    if STYLES in package:
        styles.walk()
    styles.part = CONTENT
    with suppress(_HeadIsRead):
        styles.walk()
    if SETTINGS in package:
        _Settings(package, SETTINGS, facts).walk()
    if META in package:
        ProgramName(package, META, facts, "generator").walk()
    facts.formats = {name: styles.format(name) for name in _used(stored)}
    facts.notes = {sheet: look.notes for sheet, look in stored.looks.items()}
    facts.hidden = {s for s, look in stored.looks.items() if look.style in styles.hidden}
    for name in {rule.style for look in stored.looks.values() for rule in look.rules}:
        # A name may be written as people see it, its underscores then are not what they are called.
        known = name if name in styles.cells else name.replace("_", "_5f_")
        facts.rules[name] = styles.format(known)
    for sheet, look in stored.looks.items():
        parts = [posixpath.normpath(posixpath.join(href, CONTENT)) for href in look.drawings]
        charts = (_Chart(package, part).read() for part in parts if part in package)
        facts.charts[sheet] = [chart for chart in charts if chart is not None]
    return facts


def _used(stored: StoredBook) -> set[str]:
    return {name for look in stored.looks.values() for name in set(look.styles.values())}


def _name(named: NamedText) -> NameFacts:
    target = _reference(named.text) if FIXED.fullmatch(named.text) else None
    return NameFacts(named.name, named.sheet, target)


class _HeadIsRead(Exception):
    """The first sheet begins: what is said before it is known."""


@dataclass
class _DataStyle:
    """A number format: what it shows, and under which conditions others are used instead."""

    section: Section = field(default_factory=Section)
    conditions: list[tuple[str, str]] = field(default_factory=list)


class _Styles(Walker):
    """Styles of cells and of numbers, and how the document calculates."""

    def __init__(self, package: Package, part: str, facts: Facts) -> None:
        super().__init__(package, part)
        self.facts = facts
        #: Of each cell style the one that it is made after, and its number format.
        self.cells: dict[str, tuple[str, str | None]] = {}
        self.data: dict[str, _DataStyle] = {}
        self.now: _DataStyle | None = None
        #: The styles of sheets that are not shown; the style that is being read.
        self.hidden: set[str] = set()
        self.name = ""

    def format(self, name: str) -> Taken:
        """The number format of a cell style."""
        for _ in range(MOST_PARENTS):
            parent, data = self.cells.get(name, ("", None))
            if data is not None:
                return self._data(data)
            name = parent
        return NO_FORMAT

    def _data(self, name: str) -> Taken:
        style = self.data.get(name)
        if style is None:  # Gnumeric names, and does not describe, the usual one
            return NO_FORMAT
        conditions = tuple(condition for condition, _ in style.conditions)
        if conditions != CONDITIONS.get(len(conditions) + 1):
            return f"style {name}"
        others = [self.data.get(other, _DataStyle()).section for _, other in style.conditions]
        return joined([*others, style.section])

    def enter(self, element: str, attributes: Attributes) -> None:
        match element:
            case "style" if attributes.get("family") == "table-cell":
                self.count()
                parent = attributes.get("parent-style-name", "")
                data = attributes.get("data-style-name")
                self.cells[attributes.get("name", "")] = parent, data
            case "style":
                self.count()
                self.name = attributes.get("name", "")
            case "text-properties" if self.path[-2] == "style" and "text-position" in attributes:
                self._raise(attributes["text-position"])
            case "table-properties" if attributes.get("display") == "false":
                self.hidden.add(self.name)
            case _ if element.endswith("-style") and self.path[-2].endswith("styles"):
                self.count()
                self.now = self.data[attributes.get("name", "")] = _DataStyle()
            case "calculation-settings":
                self.facts.as_shown = attributes.get("precision-as-shown") == "true"
            case "iteration":
                self.facts.iterative = attributes.get("status") == "enable"
            case "table":
                raise _HeadIsRead
            case _ if self.now is not None:
                self._part(self.now, element, attributes)

    def _raise(self, position: str) -> None:
        """How a style of pieces of a text stands to the line: "super 58%", "-25% 58%"."""
        first = position.split()[0] if position.split() else ""
        level = {"super": 1, "sub": -1}.get(first, 0)
        if not level and first.strip("-%").isdigit() and int(first.strip("-%")[:9]):
            level = -1 if first.startswith("-") else 1
        if level:
            self.facts.levels[self.name] = level

    def _part(self, style: _DataStyle, element: str, attributes: Attributes) -> None:
        self.count()
        match element:
            case "number" | "scientific-number":
                style.section.parts.append(_digits(attributes))
            case "text-content":
                style.section.parts.append(None)
            case "text-properties":
                colour = attributes.get("color", "")
                style.section.colour = colour.removeprefix("#").lower() or None
            case "map":
                condition = attributes.get("condition", "").replace(" ", "")
                style.conditions.append((condition, attributes.get("apply-style-name", "")))
            case "text" | "fill-character" | "embedded-text":
                pass
            case _:
                style.section.parts.append(f"[{element}]")

    def words(self, text: str) -> None:
        if self.now is not None and self.path[-1] == "text":
            self.now.section.parts.append(text)

    def leave(self, element: str, text: str) -> None:
        if self.path and self.path[-1].endswith("styles"):
            self.now = None


def _digits(attributes: Attributes) -> Digits:
    decimals = number(attributes.get("decimal-places", ""))
    exponents = number(attributes.get("min-exponent-digits", "")) or 0
    if decimals is None and not exponents:
        return ANY
    least = number(attributes.get("min-decimal-places", ""))
    return Digits(
        number(attributes.get("min-integer-digits", "")) or 0,
        decimals or 0,
        (decimals or 0) if least is None or exponents else least,
        attributes.get("grouping") == "true",
        exponents,
    )


class _Settings(Walker):
    """Whether the program calculates by itself."""

    def __init__(self, package: Package, part: str, facts: Facts) -> None:
        super().__init__(package, part)
        self.facts, self.item = facts, ""

    def enter(self, element: str, attributes: Attributes) -> None:
        self.item = attributes.get("name", "")

    def leave(self, element: str, text: str) -> None:
        if element == "config-item" and self.item == "AutoCalculate":
            self.facts.manual |= text == "false"


class _Chart(Walker):
    """The content of an object that may be a chart."""

    def __init__(self, package: Package, part: str) -> None:
        super().__init__(package, part)
        self.titles = {"chart": "", "x": "", "y": ""}
        self.axis = ""
        self.is_chart = False
        self.kind = SCATTER
        #: What styles say of axes, by their names, and the name of the style that is being read.
        self.scales: dict[str, Scale] = {}
        self.style = ""
        self.axes: dict[str, str] = {}
        self.found: dict[str, str] = {}
        self.series: list[SeriesFacts] = []

    def read(self) -> ChartFacts | None:
        self.walk()
        if not self.is_chart:
            return None
        titles = self.titles
        x, y = (self.scales.get(self.axes.get(key, ""), Scale()) for key in "xy")
        others = () if self.kind == SCATTER else (self.kind.removeprefix("chart:")[:40],)
        return ChartFacts(
            titles["chart"], titles["x"], titles["y"], tuple(self.series), x, y, others
        )

    def enter(self, element: str, attributes: Attributes) -> None:
        match element:
            case "chart" if self.path[-2:] == ["chart", "chart"]:
                self.is_chart, self.kind = True, attributes.get("class", SCATTER)
            case "style":
                self.count()
                self.style = attributes.get("name", "")
            case "chart-properties" if self.style:
                self.scales[self.style] = Scale(
                    bound(attributes.get("minimum")),
                    bound(attributes.get("maximum")),
                    attributes.get("logarithmic") == "true",
                    attributes.get("reverse-direction") == "true",
                )
            case "axis":
                self.axis = attributes.get("dimension", "")
                self.axes.setdefault(self.axis, attributes.get("style-name", ""))
            case "series":
                self.count()
                self.found = attributes
            case "domain" if "series" in self.path:
                self.found.setdefault("x", attributes.get("cell-range-address", ""))

    def words(self, text: str) -> None:
        if "title" in self.path:
            key = self.axis if "axis" in self.path else "chart"
            if key in self.titles:
                self.titles[key] += text

    def leave(self, element: str, text: str) -> None:
        if element != "series":
            return
        found = self.found
        x = _reference(found["x"]) if "x" in found else None
        if x is None and self.series:
            x = self.series[0].x  # a series without its own uses the first one's
        y = _reference(found.get("values-cell-range-address", ""))
        self.series.append(SeriesFacts(x, y, _title(found)))


def _title(found: Attributes) -> Expression | None:
    if cell := found.get("label-cell-address"):
        return _reference(cell)
    text = found.get("label-string", "")
    return Text(text.removeprefix('"').removesuffix('"').replace(ALIKE, COMMA)) if text else None


def _reference(text: str) -> Expression | None:
    """A range or a cell."""
    try:
        return parse(excel_reference(text), "")
    except (UntranslatableError, FormulaSyntaxError):
        return None
