"""What an .xlsx package says besides its cells."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace

from sheetnet.expressions.dialects import parse_address
from sheetnet.expressions.formula import Expression, Text
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
    taken_apart,
)
from sheetnet.files.package import Attributes, Package
from sheetnet.files.stored import StoredBook
from sheetnet.files.xlsx.parts import related, unescape, workbook

PROPERTIES = "docProps/app.xml"
#: The number formats that every program knows by their numbers, as far as numbers use them.
BUILT_IN = {
    "0": "General",
    "1": "0",
    "2": "0.00",
    "3": "#,##0",
    "4": "#,##0.00",
    "9": "0%",
    "10": "0.00%",
    "11": "0.00E+00",
    "49": "@",
}
FIXED = re.compile(r".*!\$[A-Z]+\$[0-9]+", re.DOTALL)
#: The place of a number that a chart keeps: of the first ten thousand of a series.
PLACE = re.compile("[0-9]{1,4}")
FALSE = ("0", "false")
SCATTER = "scatterChart"
#: What labels of points may show besides the names of their series.
SHOWN = ("showVal", "showCatName", "showPercent")
#: A digit that a number format writes whatever the number is.
FIXED_DIGIT = re.compile(r'"[^"]*[0-9][^"]*"|\\[0-9]')
#: What a title stands at, if not at an axis.
CHART, NOWHERE = "chart", "nowhere"
#: What a series says, by the element that says it.
ROLES = {"tx": "title", "xVal": "x", "cat": "x", "yVal": "y", "val": "y"}


def read_facts(package: Package, stored: StoredBook) -> Facts:
    """All but the cells' own styles, which `stored` names. Raises `SheetnetError`."""
    parts = workbook(package)
    facts = Facts()
    _Workbook(package, parts.part, facts, list(parts.sheets)).walk()
    if parts.styles:
        _Styles(package, parts.styles, facts).walk()
    if PROPERTIES in package:
        ProgramName(package, PROPERTIES, facts, "Application").walk()
    facts.levels = {"superscript": 1, "subscript": -1}
    for name, (_, part) in parts.sheets.items():
        notes = facts.notes.setdefault(name, {})
        for each in related(package, part, "comments"):
            _Notes(package, each, notes).walk()
        facts.charts[name] = [
            _Chart(package, chart).read()
            for drawing in related(package, part, "drawing")
            for chart in related(package, drawing, "chart")
        ]
    return facts


class _Workbook(Walker):
    """Names, and how the workbook calculates."""

    def __init__(self, package: Package, part: str, facts: Facts, sheets: list[str]) -> None:
        super().__init__(package, part)
        self.facts, self.sheets = facts, sheets
        self.name = ""
        self.sheet: str | None = None

    def enter(self, element: str, attributes: Attributes) -> None:
        facts = self.facts
        if element == "definedName":
            self.name, self.sheet = attributes.get("name", ""), self._sheet(attributes)
        elif element == "calcPr":
            # A second element takes nothing back: programs differ in which one they take.
            facts.manual |= attributes.get("calcMode") == "manual"
            facts.iterative |= attributes.get("iterate", "0") not in FALSE
            facts.as_shown |= attributes.get("fullPrecision", "1") in FALSE
        elif element == "sheet" and attributes.get("state", "visible") != "visible":
            facts.hidden.add(unescape(attributes.get("name", "")))

    def _sheet(self, attributes: Attributes) -> str | None:
        number = attributes.get("localSheetId", "")
        if not number.isascii() or not number.isdigit():
            return None
        at = int(number[:9])
        return self.sheets[at] if at < len(self.sheets) else None

    def leave(self, element: str, text: str) -> None:
        if element == "definedName":
            self.count()
            target = _reference(text) if FIXED.fullmatch(text) else None
            self.facts.names.append(NameFacts(self.name, self.sheet, target))


class _Styles(Walker):
    """The number formats of the cells' styles, which cells name by their place in the list."""

    def __init__(self, package: Package, part: str, facts: Facts) -> None:
        super().__init__(package, part)
        self.formats, self.rules = facts.formats, facts.rules
        self.codes: dict[str, Taken] = {n: taken_apart(code) for n, code in BUILT_IN.items()}

    def enter(self, element: str, attributes: Attributes) -> None:
        if element == "numFmt" and self.path[-2] == "numFmts":
            self.count()
            code = unescape(attributes.get("formatCode", ""))
            self.codes[attributes.get("numFmtId", "")] = taken_apart(code)
        elif element == "dxf":
            self.count()
            self.rules[str(len(self.rules))] = NO_FORMAT
        elif element == "numFmt" and self.path[-2] == "dxf":
            shown = taken_apart(unescape(attributes.get("formatCode", "")))
            self.rules[str(len(self.rules) - 1)] = shown
        elif element == "xf" and self.path[-2] == "cellXfs":
            self.count()
            number = attributes.get("numFmtId", "0")
            self.formats[str(len(self.formats))] = self.codes.get(number, f"number {number[:9]}")


class _Notes(Walker):
    """The notes of a sheet."""

    def __init__(self, package: Package, part: str, found: dict[tuple[int, int], str]) -> None:
        super().__init__(package, part)
        self.found = found
        self.place: tuple[int, int] | None = None

    def enter(self, element: str, attributes: Attributes) -> None:
        if element == "comment":
            self.count()
            try:
                self.place = parse_address(attributes.get("ref", ""))
            except ValueError:
                self.place = None  # on no cell: nobody sees it

    def leave(self, element: str, text: str) -> None:
        if element == "t" and self.place and "rPh" not in self.path:
            self.found[self.place] = self.found.get(self.place, "") + unescape(text)


class _Chart(Walker):
    """A chart's part."""

    def __init__(self, package: Package, part: str) -> None:
        super().__init__(package, part)
        #: By the number of the axis.
        self.titles: dict[str, str] = {}
        #: The axes in the order in which the chart names them: across comes first.
        self.axes: list[str] = []
        self.axis = ""
        self.scales: dict[str, Scale] = {}
        self.others: list[str] = []
        self.plots = 0
        self.strange: dict[str, None] = {}
        self.called = ""
        self.found: dict[str, Expression | None] = {}
        self.kept: dict[str, dict[int, float]] = {}
        self.point: int | None = None
        self.series: list[SeriesFacts] = []

    def read(self) -> ChartFacts:
        self.walk()
        keys = [CHART, *self.axes, NOWHERE, NOWHERE][:3]
        chart, x, y = (self.titles.get(key, "") for key in keys)
        across, up = (self.scales.get(key, Scale()) for key in keys[1:])
        series, others = tuple(self.series), tuple(self.others)
        return ChartFacts(chart, x, y, series, across, up, others, tuple(self.strange))

    def enter(self, element: str, attributes: Attributes) -> None:
        around = self.path[-2] if len(self.path) > 1 else ""
        if element == "axId" and around.endswith("Chart"):
            self.count()
            self.axes.append(attributes.get("val", ""))
        elif element == "axId" and around.endswith("Ax"):
            self.count()
            self.axis = attributes.get("val", "")
        elif around == "scaling":
            self._scale(element, attributes.get("val", ""))
        elif around == "plotArea" and element.endswith("Chart") and element != SCATTER:
            self.count()
            self.others.append(element)
        elif element == "ser":
            self.count()
            self.found, self.kept, self.called = {}, {}, ""
        elif element == "pt" and around == "numCache":
            place = attributes.get("idx", "")
            self.point = int(place) if PLACE.fullmatch(place) else None
        if what := self._strange(element, around, attributes):
            self.strange[what] = None

    def _strange(self, element: str, around: str, attributes: Attributes) -> str:
        """What no chart of ours has, in words."""
        if around == "plotArea" and element == SCATTER:
            self.plots += 1
            return "has series on axes of their own" if self.plots > 1 else ""
        if element == "dLbl":
            return "has a label of its own at a point"
        if element in SHOWN and attributes.get("val", "1") not in FALSE:
            return "has labels that are not the names of its series"
        if element == "trendline":
            return "has a trend line"
        linked = attributes.get("sourceLinked", "0") not in FALSE
        code = attributes.get("formatCode", "")
        if (
            element == "numFmt"
            and around.endswith("Ax")
            and not linked
            and FIXED_DIGIT.search(code)
        ):
            return f"writes the numbers of an axis as {unescape(code)[:40]!r}"
        return ""

    def _scale(self, element: str, value: str) -> None:
        """What an axis says of its ends and its direction."""
        scale = self.scales.get(self.axis, Scale())
        match element:
            case "min":
                scale = replace(scale, minimum=bound(value))
            case "max":
                scale = replace(scale, maximum=bound(value))
            case "logBase":
                scale = replace(scale, logarithmic=True)
            case "orientation":
                scale = replace(scale, turned=value == "maxMin")
        self.scales[self.axis] = scale

    def _role(self) -> str | None:
        """What of its series an element says something of."""
        return ROLES.get(self.path[self.path.index("ser") + 1])

    def leave(self, element: str, text: str) -> None:
        if element == "ser":
            found = self.found
            titled = found.get("title")
            kept = self.kept, self.called
            self.series.append(SeriesFacts(found.get("x"), found.get("y"), titled, *kept))
        elif element == "f" and "ser" in self.path[:-1]:
            if role := self._role():
                self.found[role] = _reference(text)
        elif element == "v" and self.path[-2:] == ["numCache", "pt"] and "ser" in self.path:
            role = self._role()
            with suppress(ValueError):
                if role and self.point is not None:
                    self.kept.setdefault(role, {})[self.point] = float(text)
        elif element == "v" and self.path[-4:] == ["tx", "strRef", "strCache", "pt"]:
            self.called += text
        elif element == "v" and self.path[-2:] == ["ser", "tx"]:
            self.found["title"] = Text(text)
        elif element in ("t", "f") and "title" in self.path:
            key = self.axis if any(e.endswith("Ax") for e in self.path) else CHART
            self.titles[key] = self.titles.get(key, "") + ("=" * (element == "f")) + text


def _reference(text: str) -> Expression | None:
    """A cell, a range or a constant text."""
    try:
        return parse(text, "")
    except FormulaSyntaxError:
        return None
