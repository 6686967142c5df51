"""What a sheet of an .xlsx says about its cells by their ranges: rules, limits, links."""

from __future__ import annotations

from collections.abc import Iterator

from sheetnet.expressions.dialects import parse_address, parse_area
from sheetnet.files.package import Attributes
from sheetnet.files.stored import Corners, LimitText, Look, RuleText
from sheetnet.files.xlsx.parts import MOST_LISTED, unescape
from sheetnet.files.xlsx.texts import LONGEST_TEXT

#: What stands behind the cells, by the elements that say it.
ELEMENTS = {
    "conditionalFormatting",
    "cfRule",
    "formula",
    "cfvo",
    "color",
    "dataBar",
    "iconSet",
    "dataValidation",
    "formula1",
    "formula2",
    "hyperlink",
}
#: The ends of a colour scale that are numbers, or a place between its ends.
PLACED = ("num", "percent")
#: What a colour begins with that does not say how much shines through.
OPAQUE = 2


class Said:
    """Collects it into a sheet's look; what names no range is passed over."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.areas: list[Corners] = []
        #: What the rule or the limit that is being read says.
        self.style = ""
        self.texts: list[str] = []
        self.colours: list[str] = []
        self.stops: list[str] = []

    def enter(self, element: str, attributes: Attributes) -> None:
        """An element begins."""
        match element:
            case "conditionalFormatting" | "dataValidation":
                self.areas = list(_areas(attributes.get("sqref", "")))
                self.texts = []
            case "cfRule":
                self.style = attributes.get("dxfId", "")
                self.texts, self.colours, self.stops = [], [], []
            case "cfvo":
                placed = attributes.get("type") in PLACED
                self.stops.append(attributes.get("val", "") if placed else "")
            case "color":
                self.colours.append(attributes.get("rgb", "")[OPAQUE:])
            case "dataBar" | "iconSet" if attributes.get("showValue") in ("0", "false"):
                self.look.covered += self.areas[: max(MOST_LISTED - len(self.look.covered), 0)]
            case "hyperlink" if len(self.look.links) < MOST_LISTED:
                try:
                    place = parse_address(attributes.get("ref", "").partition(":")[0])
                except ValueError:
                    return  # on no cell: nobody clicks on it
                self.look.links[place] = unescape(attributes.get("location", ""))

    def leave(self, element: str, text: str) -> None:
        """An element ends."""
        look = self.look
        if element in ("formula", "formula1", "formula2"):
            self.texts.append(unescape(text[:LONGEST_TEXT]))
        elif element == "cfRule":
            # A rule of several ranges is written for the first of them.
            for area in self.areas[:1]:
                if len(look.rules) < MOST_LISTED:
                    condition = self.texts[0] if self.texts else ""
                    colours, stops = tuple(self.colours), tuple(self.stops)
                    look.rules.append(RuleText(area, condition, self.style, colours, stops))
        elif element == "dataValidation":
            look.limits += (LimitText(area, "\n".join(self.texts)) for area in self.areas)


def _areas(references: str) -> Iterator[Corners]:
    for reference in references.split():
        try:
            yield parse_area(reference)
        except ValueError:
            continue
