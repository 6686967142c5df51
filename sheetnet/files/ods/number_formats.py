"""Number formats: from the way programs show them (`+0.0000;-0.0000;0.0000`) to data styles.

OpenDocument has no text for a number format but a style built of parts; a format of
several sections becomes a style that points at others by the value's sign.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from xml.sax.saxutils import escape

from sheetnet.files.ods.markup import element

GENERAL = "General"
COLOURS = {
    "black": "000000",
    "blue": "0000ff",
    "cyan": "00ffff",
    "green": "00ff00",
    "magenta": "ff00ff",
    "red": "ff0000",
    "white": "ffffff",
    "yellow": "ffff00",
}
#: For how many sections there are, when each of those before the last one applies.
CONDITIONS = {
    1: (),
    2: ("value()>=0",),
    3: ("value()>0", "value()<0"),
    4: ("value()>0", "value()<0", "value()=0"),
}

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[(?P<colour>[A-Za-z]+)\]|(?P<general>General)'
    r"|(?P<integer>[#0][#0,]*)(?:\.(?P<fraction>0*#*))?(?:E\+(?P<exponent>0+))?"
    r"|(?P<content>@)|(?P<literal>[^A-Za-z#0?*_\[\]\"\\.,])"
)


@dataclass(frozen=True)
class Digits:
    """The figures of a section."""

    integers: int
    decimals: int
    least_decimals: int
    grouped: bool = False
    exponents: int = 0


#: As many figures as the number has.
ANY = Digits(1, 10, 0)


@dataclass
class Section:
    """One of a format's parts between semicolons."""

    colour: str | None = None
    #: Texts, the figures, and None for the cell's own text.
    parts: list[str | Digits | None] = field(default_factory=list)

    @property
    def percent(self) -> bool:
        return "%" in self.parts


def sections(number_format: str) -> list[Section]:
    """A format taken apart. Raises ValueError for what is not used in any workbook."""
    found = [Section()]
    at = 0
    while at < len(number_format):
        match = _TOKEN.match(number_format, at)
        if not match:
            raise ValueError(f"{number_format!r}: no number format that can be written")
        at = match.end()
        if match["literal"] == ";":
            found.append(Section())
        elif match["colour"]:
            found[-1].colour = COLOURS[match["colour"].lower()]
        else:
            found[-1].parts.append(_part(match))
    if len(found) > len(CONDITIONS):
        raise ValueError(f"{number_format!r}: no number format has more than four sections")
    return found


def _part(match: re.Match[str]) -> str | Digits | None:
    if match["general"]:
        return ANY
    if match["content"]:
        return None
    if match["integer"] is None:
        return match["quoted"] or match["escaped"] or match["literal"] or ""
    fraction = match["fraction"] or ""
    return Digits(
        match["integer"].count("0"),
        len(fraction),
        fraction.count("0"),
        "," in match["integer"],
        len(match["exponent"] or ""),
    )


def data_style(name: str, number_format: str) -> str:
    """The style of a format, with those of its sections before it."""
    *others, last = sections(number_format)
    conditions = CONDITIONS[len(others) + 1]
    text = "".join(
        _style(f"{name}P{k}", section, volatile=True) for k, section in enumerate(others)
    )
    maps = "".join(
        element("style:map", {"style:condition": c, "style:apply-style-name": f"{name}P{k}"})
        for k, c in enumerate(conditions)
    )
    return text + _style(name, last, maps, of_texts=len(others) == 3)


def _style(
    name: str, section: Section, maps: str = "", *, volatile: bool = False, of_texts: bool = False
) -> str:
    of_texts = of_texts or None in section.parts
    colour = section.colour and element("style:text-properties", {"fo:color": f"#{section.colour}"})
    parts = "".join(map(_part_style, section.parts)) or element("number:text", {})
    kind = "text" if of_texts else "percentage" if section.percent else "number"
    attributes = {"style:name": name, "style:volatile": True if volatile else None}
    return element(f"number:{kind}-style", attributes, colour or "", parts, maps)


def _part_style(part: str | Digits | None) -> str:
    if part is None:
        return element("number:text-content", {})
    if isinstance(part, str):
        return element("number:text", {}, escape(part))
    if part == ANY:
        return element("number:number", {"number:min-integer-digits": 1})
    attributes: dict[str, object] = {
        "number:decimal-places": part.decimals,
        "number:min-decimal-places": part.least_decimals,
        "number:min-integer-digits": part.integers,
        "number:grouping": True if part.grouped else None,
    }
    if not part.exponents:
        return element("number:number", attributes)
    attributes |= {
        "number:min-exponent-digits": part.exponents,
        "number:exponent-interval": 1,
        "number:forced-exponent-sign": True,
    }
    return element("number:scientific-number", attributes)


@cache
def shown_by(number_format: str) -> str | Callable[[float], str]:
    """How a number is shown: a `%` field where one says it, otherwise a function."""
    found = sections(number_format)
    [*_, last] = found
    if len(found) == 1 and len(last.parts) == 1 and isinstance(digits := last.parts[0], Digits):
        if digits == ANY:
            return "%.10g"
        if digits == Digits(1, digits.decimals, digits.decimals):
            return f"%.{digits.decimals}f"
    return lambda value: _shown(value, found)


def shown(value: float, number_format: str) -> str:
    """The number as its cell shows it."""
    how = shown_by(number_format)
    return how % value if isinstance(how, str) else how(value)


def _shown(value: float, found: list[Section]) -> str:
    signed = len(found) == 1
    if signed or value > 0 or (value == 0 and len(found) == 2):
        section = found[0]
    else:
        section = found[1] if value < 0 else found[2]
    amount = abs(value) * 100 if section.percent else abs(value)
    text = "".join(
        _figures(amount, part) if isinstance(part, Digits) else part or f"{value:.10g}"
        for part in section.parts
    )
    return "-" + text if signed and value < 0 and None not in section.parts else text


def _figures(amount: float, digits: Digits) -> str:
    if digits == ANY:
        return f"{amount:.10g}"
    if digits.exponents:
        mantissa, _, exponent = f"{amount:.{digits.decimals}E}".partition("E")
        return f"{mantissa}E{int(exponent):+0{digits.exponents + 1}d}"
    text = f"{amount:{',' if digits.grouped else ''}.{digits.decimals}f}"
    optional = digits.decimals - digits.least_decimals
    kept = text.rstrip("0") if optional else text
    text = text[: max(len(kept), len(text) - optional)].rstrip(".")
    return text.removeprefix("0") if digits.integers == 0 and len(text) > 1 else text
