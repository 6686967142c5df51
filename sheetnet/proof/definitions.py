"""Definitions of functions in texts, proved: σ(z) = 1/(1 + e⁻ᶻ) is what the function computes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sheetnet.expressions.formula import Expression
from sheetnet.expressions.reading import Function, Symbol, flat_text, sides
from sheetnet.proof import readings
from sheetnet.proof.comparison import Comparison, shown
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Position, Sheet

#: A function and what it is, up to the end of a text; its slope has a prime.
DEFINITION = re.compile(r"(?:^|[\s(])([^\W\d_]+′?)\(z\) = ([^;]+)$")
SIDES = re.compile(r"(.+) where z ([>≥]) ([\d.]+), else (.+)")
#: Powers of e as the reader has them.
POWERS = (("e⁻ᶻ", "exp(−z)"), ("eᶻ", "exp(z)"))
#: Where a function is compared with its definition.
PLACES = (-1.7, -0.3, 0.4, 2.1)


def check_definitions(book: Book, decoder: readings.Decoder) -> Comparison:
    """Each text that ends with the definition of a function of z that is known."""
    check = Comparison("definitions")
    for sheet in book.sheets:
        for place, name, defined in _definitions(book, sheet):
            function = decoder.functions.get(name)
            slope = name.removesuffix("′")
            if function is None or slope not in decoder.functions:
                continue
            check.cells += 1
            if what := _wrong(defined, function, decoder.functions[slope]):
                check.add(sheet.name, *place, f"{name}(z) = {defined}: {what}")
    return check


def _definitions(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str, str]]:
    for place, cell in sheet.cells.items():
        text = cell.content
        if isinstance(text, Expression):
            text = book.value(sheet, *place)
        if isinstance(text, str) and "(z) = " in text:
            found = DEFINITION.search(text)
            if found:
                yield place, found[1], found[2].strip()


def _wrong(defined: str, function: Function, value: Function) -> str:
    """Where a definition is another function, in words; empty where it cannot be read."""
    for z in PLACES:
        try:
            expected = function([z], {})
            a = value([z], {})
            meant = _at(defined, {"z": z, "a": a})
        except (*readings.UNREADABLE, TypeError):
            return ""
        if abs(expected - meant) > 1e-9 * max(1.0, abs(expected)):
            return f"at {shown(z)} that is {shown(meant)}, the function is {shown(expected)}"
    return ""


def _at(defined: str, known: dict[str, float]) -> float:
    """What a definition gives at a place."""
    either = SIDES.fullmatch(defined)
    if either:
        above = known["z"] > float(either[3])
        defined = either[1] if above else either[4]
    for power, written in POWERS:
        defined = defined.replace(power, written)

    def look(symbol: Symbol) -> float:
        return known[symbol.letter]

    [found] = sides(flat_text(defined), look, {}, _is_layer, {}, exact=True)
    return (found.low + found.high) / 2


def _is_layer(text: str) -> bool:
    return False
