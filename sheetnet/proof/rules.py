"""Whether what a file says by ranges is the builder's: rules, colour scales, limits, links.

A rule that shows numbers otherwise, or a scale with other colours, says something wrong of a
number. What programs leave out, or write in a way of their own, is only mentioned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

from sheetnet.expressions.dialects import EXCEL, OPEN_FORMULA, address
from sheetnet.expressions.formula import Area, Expression, Logical, Number, rebuilt
from sheetnet.expressions.openformula import UntranslatableError, excel_text
from sheetnet.expressions.parsing import FormulaSyntaxError, filled, parse, same
from sheetnet.files.facts import NO_FORMAT, Facts, Taken, taken_apart
from sheetnet.files.stored import Look, RuleText, StoredBook
from sheetnet.proof.comparison import Comparison
from sheetnet.proof.sights import told
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import ColourScale, Position, Sheet, Validation

#: What exceljs writes for any number format of a rule: no program takes it for one.
EXCELJS = "[object Object]"
#: Rules of a file that are compared with others than those of their own range.
MOST_STRANGE = 300
#: What a limit says: texts, cells and numbers.
TOKEN = re.compile(
    r'"([^"]*)"|\$?\b([A-Z]{1,3})\$?([0-9]+)\b|((?<![\w.])-?[0-9][0-9.]*(?:E[-+]?\d+)?)', re.I
)
#: A cell that a link leads to.
TARGET = re.compile(r"(?:'((?:[^']|'')*)'|([^'.!]*))[.!]\$?([A-Z]+)\$?([0-9]+)\b.*", re.DOTALL)


def compare_rules(book: Book, stored: StoredBook, facts: Facts, notes: list[str]) -> Comparison:
    """What rules make of cells; what is only mentioned goes to `notes`."""
    check = Comparison("rules")
    strange: list[str] = []
    limited: list[str] = []
    led: list[str] = []
    for sheet in book.sheets:
        look = stored.looks.get(sheet.name)
        if look is None:
            continue
        comparing = _Rules(sheet, stored.open_formula, facts)
        for rule in look.rules:
            check.cells += 1
            what, mentioned = comparing.wrong(rule)
            if what:
                check.add(sheet.name, rule.area[0], rule.area[1], what)
            elif mentioned:
                strange.append(f"{sheet.name}!{address(*rule.area[:2])}")
        limited += (f"{sheet.name}!{address(*place)}" for place in _other_limits(sheet, look))
        led += (f"{sheet.name}!{address(*place)}" for place in _other_links(sheet, look))
    told(notes, "rules for the looks of cells not the lesson’s", strange)
    told(notes, "limits to what may be typed not the lesson’s", limited)
    told(notes, "links that lead elsewhere", led)
    return check


class _Rules:
    """The rules of one sheet of the model."""

    def __init__(self, sheet: Sheet, open_formula: bool, facts: Facts) -> None:
        self.sheet, self.open_formula, self.facts = sheet, open_formula, facts
        self.scales = [rule for rule in sheet.formats if isinstance(rule, ColourScale)]
        self.left = MOST_STRANGE
        #: By range: each condition as a file says it, as we write it for Excel, and the format.
        self.rules: dict[tuple[int, int, int, int], list[tuple[str, str, Taken]]] = {}
        for rule in sheet.formats:
            if isinstance(rule, ColourScale):
                continue
            excel = EXCEL.write(rule.condition, sheet.name)
            text = OPEN_FORMULA.write(rule.condition, sheet.name) if open_formula else excel
            code = taken_apart(rule.style.number_format)
            self.rules.setdefault(_corners(rule.area), []).append((text, excel, code))

    def wrong(self, rule: RuleText) -> tuple[str, bool]:
        """What is wrong with a rule of the file, if anything; and whether to mention it."""
        if rule.colours:
            return self._scale(rule)
        shows = self.facts.rules.get(rule.style, NO_FORMAT)
        formats = self._formats(rule)
        if formats is None:
            return "", False  # more of them than anybody looks at
        if shows in (NO_FORMAT, EXCELJS):
            return "", not formats
        if shows in formats:
            return "", False
        return "a rule shows its number otherwise than the lesson’s rules do", False

    def _formats(self, rule: RuleText) -> list[Taken] | None:
        """The number formats that the model gives where this rule's condition holds."""
        found = [code for text, _, code in self.rules.get(rule.area, ()) if text == rule.condition]
        if found:
            return found
        self.left -= 1
        if self.left < 0:
            return None
        condition = self._parsed(rule.condition)
        if condition is None:
            return []
        top, left = rule.area[:2]
        for (first, begin, last, end), ours in self.rules.items():
            if first <= top <= last and begin <= left <= end:
                for _, excel, code in ours:
                    moved = parse(filled(excel, top - first, left - begin), self.sheet.name)
                    if same(condition, moved) or same(condition, _counted(moved)):
                        found.append(code)
        return found

    def _parsed(self, text: str) -> Expression | None:
        with suppress(FormulaSyntaxError, UntranslatableError):
            excel = excel_text(text) if self.open_formula else text
            return parse(excel, self.sheet.name)
        return None

    def _scale(self, rule: RuleText) -> tuple[str, bool]:
        top, left = rule.area[:2]
        ours = [scale for scale in self.scales if _holds(scale.area, top, left)]
        if not ours:
            return "", True
        colours = [colour.upper()[-6:] for colour in rule.colours]
        for scale in ours:
            if colours == [scale.low, scale.middle, scale.high] and _placed(scale, rule.stops):
                return "", False
        return "its colours have another meaning than the lesson’s", False


def _counted(node: Expression) -> Expression:
    """A condition of ours with numbers for truth values, as LibreOffice saves those of rules."""
    if isinstance(node, Logical):
        return Number(float(node.value))
    return rebuilt(node, _counted)


def _placed(scale: ColourScale, stops: Sequence[str]) -> bool:
    """Whether a scale's colours stand where the model's do, as far as these are numbers."""
    if scale.ends:
        low, high = scale.ends
        ours: list[float | None] = [low, (low + high) / 2, high]
    elif scale.spread:
        ours = [None, 50.0, None]
    else:
        bound = scale.limit.value if isinstance(scale.limit, Number) else None
        ours = [None if bound is None else -bound, 0.0, bound]
    theirs = [_number(stop) for stop in stops]
    return len(theirs) == len(ours) and all(
        one is None or other is None or abs(one - other) <= 1e-9 * max(1.0, abs(one))
        for one, other in zip(ours, theirs, strict=True)
    )


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _corners(area: Area) -> tuple[int, int, int, int]:
    return area.top, area.left, area.bottom, area.right


def _holds(area: Area, row: int, column: int) -> bool:
    return area.top <= row <= area.bottom and area.left <= column <= area.right


# What may be typed, and where a click leads ------------------------------------------


def _other_limits(sheet: Sheet, look: Look) -> Iterator[Position]:
    """Where something else may be typed than the lesson's; that nothing is refused is told
    elsewhere."""
    for validation in sheet.validations:
        row, column = validation.area.top, validation.area.left
        for (top, left, bottom, right), text in look.limits:
            if top <= row <= bottom and left <= column <= right:
                if validation.kind == "list":
                    text, _, _ = text.partition("\n")  # LibreOffice gives lists a second bound
                if _tokens(text) != _tokens(_limit(validation, sheet)):
                    yield row, column
                break


def _limit(validation: Validation, sheet: Sheet) -> str:
    if validation.source:
        return EXCEL.write(validation.source, sheet.name)
    if validation.kind == "list":
        return " ".join(f'"{choice}"' for choice in validation.choices)
    return "\n".join(
        EXCEL.write(bound, sheet.name) if isinstance(bound, Expression) else f"{bound!r}"
        for bound in (validation.low, validation.high)
    )


def _tokens(text: str) -> list[str | float | None]:
    """The texts, cells and numbers that a limit names, in their order."""
    found: list[str | float | None] = []
    for said, letters, row, number in TOKEN.findall(text):
        if letters:
            found.append(f"{letters.upper()}{row}")
        elif number:
            found.append(_number(number))
        else:
            found += said.split(",")
    return found


def _other_links(sheet: Sheet, look: Look) -> Iterator[Position]:
    """The cells on which a click leads elsewhere than the lesson's; links that are gone are not
    told, since programs lose some."""
    for place, link in sheet.links.items():
        text = look.links.get(place)
        if not text:
            continue
        found = TARGET.fullmatch(text)
        name = ((found[1] or found[2]).replace("''", "'") if found else "").lstrip("$")
        cell = f"{found[3]}{found[4]}" if found else ""
        if (name, cell) != (link.sheet, address(link.row, link.column)):
            yield place
