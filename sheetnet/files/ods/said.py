"""What a sheet of an OpenDocument spreadsheet says by ranges: rules, limits, links."""

from __future__ import annotations

import re
from collections.abc import Callable

from sheetnet.expressions.dialects import parse_area
from sheetnet.files.ods.parts import CALCEXT, TABLE, XLINK
from sheetnet.files.package import Attributes
from sheetnet.files.stored import Corners, LimitText, Look, RuleText
from sheetnet.files.xlsx.parts import MOST_LISTED
from sheetnet.files.xlsx.texts import LONGEST_TEXT

#: The ends of a colour scale that are numbers, or a place between its ends.
PLACED = ("number", "percent")
FORMULA = "formula-is("
#: The cells of a range, without their sheets.
_CELL = r"(?:'(?:[^']|'')*'|[^'.:]*)\.([A-Z]+[0-9]+)"
RANGE = re.compile(f"{_CELL}(?::{_CELL})?")


class Said:
    """Collects it into the look of the sheet that is being read, which `look` tells."""

    def __init__(self, look: Callable[[], Look]) -> None:
        self.look = look
        #: Of each validation what it asks for, by its name.
        self.limits: dict[str, str] = {}
        self.area: Corners | None = None
        self.colours: list[str] = []
        self.stops: list[str] = []

    def enter(self, element: str, attributes: Attributes) -> None:
        """An element begins."""
        match element:
            case "content-validation" if len(self.limits) < MOST_LISTED:
                name = attributes.get(f"{TABLE}name", "")
                self.limits[name] = attributes.get(f"{TABLE}condition", "")[:LONGEST_TEXT]
            case "conditional-format":
                self.area = _first(attributes.get(f"{CALCEXT}target-range-address", ""))
            case "condition":
                text = attributes.get(f"{CALCEXT}value", "")[:LONGEST_TEXT]
                is_formula = text.startswith(FORMULA) and text.endswith(")")
                condition = text[len(FORMULA) : -1] if is_formula else text
                self._add(condition, attributes.get(f"{CALCEXT}apply-style-name", ""))
            case "color-scale":
                self.colours, self.stops = [], []
            case "color-scale-entry":
                placed = attributes.get(f"{CALCEXT}type") in PLACED
                self.stops.append(attributes.get(f"{CALCEXT}value", "") if placed else "")
                self.colours.append(attributes.get(f"{CALCEXT}color", "").removeprefix("#"))

    def end_scale(self) -> None:
        """A colour scale ends."""
        self._add("", "", tuple(self.colours), tuple(self.stops))

    def _add(
        self,
        condition: str,
        style: str,
        colours: tuple[str, ...] = (),
        stops: tuple[str, ...] = (),
    ) -> None:
        rules = self.look().rules
        if self.area is not None and len(rules) < MOST_LISTED:
            rules.append(RuleText(self.area, condition, style, colours, stops))

    def limit(self, area: Corners, name: str) -> None:
        """A cell, and those that it stands for, name a validation."""
        self.look().limits.append(LimitText(area, self.limits.get(name, "")))

    def link(self, place: tuple[int, int], attributes: Attributes) -> None:
        """Where a click on a cell leads."""
        links = self.look().links
        if len(links) < MOST_LISTED:
            links[place] = attributes.get(f"{XLINK}href", "").removeprefix("#")


def _first(ranges: str) -> Corners | None:
    """The first of ranges such as `'A sheet'.B6:'A sheet'.E106 'A sheet'.A1`."""
    found = RANGE.match(ranges)
    try:
        return parse_area(":".join(end for end in found.groups() if end)) if found else None
    except ValueError:
        return None
