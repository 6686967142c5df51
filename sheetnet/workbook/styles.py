"""How cells look: one style a role, the same on every sheet and in every format.

Colour never carries a meaning alone: what is editable also has a border and blue bold
figures, forward and backward carry arrows or symbols, checks are written as ✓ and ✗.
Two pairs have one meaning each: orange and blue are forward and backward, green-yellow and purple
positive and negative. Each is told apart by the colour-blind and prints as two greys
(`tests/test_colours.py`); weights are green everywhere, or a map of their signs.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache, cached_property

FONT = "Arial"
SERIF = "Times New Roman"

INK = "1F2937"
GREY = "4B5563"
PALE = "9CA3AF"
NIGHT = "111827"
PAPER = "FFFFFF"
BLUE = "1D4ED8"
NAVY = "1E3A8A"
ORANGE = "9A3412"
GREEN = "14532D"
RED = "B91C1C"

YELLOW_FILL = "FFF6CC"
ORANGE_FILL = "FFEBDB"
BLUE_FILL = "C6D8FA"
GREEN_FILL = "B9E8C6"
GREY_FILL = "F1F3F5"
RULE = "94A3B8"
HAIR = "CBD5E1"


@dataclass(frozen=True)
class Style:
    """Everything a format needs to draw a cell.

    Sizes in points, colours as RRGGBB, `borders` names the sides that have a line out
    of "ltrb", `number_format` as both formats' programs write it. Writers paint `paper` and write
    with `ink`, so that every text has a contrast of 4.5 : 1 at least, in dark modes too.
    """

    font: str = FONT
    size: float = 10
    bold: bool = False
    italic: bool = False
    colour: str = INK
    fill: str | None = None
    horizontal: str | None = None
    vertical: str = "center"
    wrap: bool = False
    indent: int = 0
    number_format: str = "General"
    borders: str = ""
    border_colour: str = HAIR
    border_width: str = "thin"
    locked: bool = True

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Computed once: a workbook asks for the number of a style at every cell."""
        return hash(tuple(getattr(self, field.name) for field in fields(self)))

    @property
    def ink(self) -> str | None:
        """The colour of the text; None for the program's own, which its dark mode turns."""
        return None if self.fill is None and self.colour == INK else self.colour

    @property
    def paper(self) -> str | None:
        """The colour under the text: a text of a colour of its own is never on a bare sheet."""
        return self.fill if self.ink is None else self.fill or PAPER

    def but(self, **changes: object) -> Style:
        """The same style with some fields changed: one object for the same changes."""
        return _changed(self, tuple(changes.items()))


@cache
def _changed(style: Style, changes: tuple[tuple[str, object], ...]) -> Style:
    return replace(style, **dict(changes))  # type: ignore[arg-type]


FOUR = "0.0000"
SIX = "0.000000"
SIGNED = "+0.0000;-0.0000;0.0000"
SIGNED_SIX = "+0.000000;-0.000000;0.000000"

PLAIN = Style()
BANNER = Style(size=16, bold=True, colour="FFFFFF", fill=NIGHT)
SOURCE = Style(italic=True, colour=GREY, size=9)
PROSE = Style(wrap=True, vertical="top")
HEADING = Style(size=12, bold=True, borders="b", border_colour=RULE, border_width="medium")
LABEL = Style(colour=GREY)
LABEL_RIGHT = LABEL.but(horizontal="right")
LABEL_CENTRE = LABEL.but(horizontal="center")
HINT = Style(italic=True, colour=GREY, size=9)
LINK = Style(colour=BLUE)
SYMBOL = Style(font=SERIF, size=11, horizontal="center")
NUMBER = Style(number_format=FOUR, horizontal="right")

#: Yours to change: the only cells that a protected sheet lets a user type into.
INPUT = Style(
    bold=True,
    colour=BLUE,
    fill=YELLOW_FILL,
    horizontal="center",
    borders="ltrb",
    border_colour=PALE,
    locked=False,
)
#: The lesson's own value beside an input, to go back to.
ORIGINAL = Style(italic=True, colour=GREY, size=9, horizontal="center")

GIVEN = Style(fill=GREY_FILL, number_format=SIX, horizontal="right")
FORWARD = Style(colour=ORANGE, fill=ORANGE_FILL, number_format=SIX, horizontal="right")
BACKWARD = Style(colour=NAVY, fill=BLUE_FILL, number_format=SIX, horizontal="right")
UPDATE = Style(colour=GREEN, fill=GREEN_FILL, number_format=SIX, horizontal="right")
CHECK = Style(bold=True, colour=GREEN, horizontal="center")
#: A ✗ is red besides being a cross.
WRONG = CHECK.but(colour="FFFFFF", fill=RED)
PROBLEM = Style(bold=True, colour="FFFFFF", fill=RED)
UNDECIDED = CHECK.but(colour=GREY)
#: What is no number, since a run diverges, as a line on the sheet says: an empty grey cell.
NO_NUMBER = Style(colour=GREY_FILL, fill=GREY_FILL)
FIGURE = Style(size=16, bold=True, colour=ORANGE, horizontal="left", number_format=FOUR)
SIGN = Style(colour=GREY, horizontal="center")
ARROW_FORWARD = Style(size=14, bold=True, colour=ORANGE, horizontal="center")
ARROW_BACKWARD = Style(size=14, bold=True, colour=NAVY, horizontal="center")

#: By sign: the ends of colour scales.
POSITIVE, NEGATIVE = "D4E872", "B97FDD"
#: What the two are called in a sentence, and their lines.
POSITIVE_NAME, NEGATIVE_NAME = "yellow-green", "purple"
POSITIVE_LINE, NEGATIVE_LINE = "65A30D", "701A75"
#: Discs by value, from near 0 to large.
POSITIVE_DISCS = ("F8FCE8", "EDF7C4", POSITIVE)
NEGATIVE_DISCS = ("F7EFFB", "E0C8F0", NEGATIVE)


def header(role: Style) -> Style:
    """The look of a column header over cells of a role."""
    return role.but(bold=True, horizontal="center", number_format="General")


def symbol(role: Style) -> Style:
    """The look of a symbol beside cells of a role."""
    return role.but(font=SERIF, size=12, bold=False, horizontal="center", number_format="General")
