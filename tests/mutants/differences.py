"""What differs between two workbooks: numbers, words, formulas, or looks alone.

Not counted as altered numbers, but listed: sheets that hold all that they held, in the same order,
in the same rows or columns, or beside the same neighbours (`PLACE`: a block stands a row lower, a
column with its head behind the next, two rows of knobs have changed places), rows in addition,
parts of a drawing at other places of its chart (`PLACE` as well), an index that names fewer blocks,
numbers put into words once more, a slip of the document that is shown or is not, other words
without numbers, an equation without its left side, numbers of a text with more or fewer digits,
other formulas of equal value with the equations and numbers beside them, sentences that are there
or not, and looks. Numbers that have changed places with each other are altered, as are those that
are gone.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from sheetnet.expressions.reading import Symbol, UnreadableError, flat_text, sides
from tests import xlsx
from tests.mutants.blocks import is_number, same_blocks, same_names, written

NUMBER, LIVE, EQUATION, FIGURE, PLACE = (
    "number in a cell",
    "number in a live text",
    "equation",
    "number in a fixed text",
    "place of numbers",
)
WORDS, FORMULA, LOOKS = "words", "formula of equal value", "looks"
#: From the gravest down; the first four alter a number.
KINDS = (NUMBER, LIVE, EQUATION, FIGURE, PLACE, FORMULA, WORDS, LOOKS)
ALTERED = KINDS[:4]

RELATIVE = 1e-9
#: Below this stand only the differences of costs that all but agree: rounding, mostly.
FLOOR = 1e-8

#: A number with so many decimals may stand for one with more.
FEWEST = 3
DIGITS = re.compile(r"\d+(?:[.,]\d+)?(?:E[-+]?\d+)?")
RANGE = re.compile(r"\$?[A-Z]{1,3}\$?\d+(:\$?[A-Z]{1,3}\$?\d+)?")
#: What the index has of the lesson's own values, in their order.
DIGEST = re.compile(r"^[0-9a-f]{16}$")
#: A number, or a symbol with a minus before a product, in parentheses that change nothing.
ATOM = re.compile(r"\((\d[\d.]*)\)|(?<!\w)\((−[^\W\d_][₀-₉]*)\)(?=·)")
#: So many words are a sentence.
SENTENCE = 5
LONG_WORD = re.compile(r"[^\W\d_]{4,}")
#: The sheet of numbers as texts, which sentences on other sheets join.
NUMBERS_AS_TEXT = "Words"
#: Lists of blocks, of numbers in words, of symbols and slips: more of them is no other number.
LISTS = {"Index", "Words", "Notation"}
#: Sheets of places: where the parts of a drawing stand.
DRAWINGS = {"Drawing", "Start drawing"}
FUNCTIONS = {"tanh", "ReLU", "LeakyReLU", "softmax"}

Place = tuple[str, int, int]


@dataclass(frozen=True)
class Snapshot:
    """A workbook: its bytes, the recalculated value of every cell, and its formulas.

    `values` is None where no program could recalculate it.
    """

    content: bytes
    values: Mapping[Place, Any] | None
    formulas: Mapping[Place, str]


def cells_of(rows: Mapping[str, list[list[Any]]]) -> dict[Place, Any]:
    """The cells that hold something; what shows an error holds "#" and its name."""
    return {
        (sheet, r, c): value if isinstance(value, bool | int | float) else str(value)
        for sheet, lines in rows.items()
        for r, line in enumerate(lines, 1)
        for c, value in enumerate(line, 1)
        if value is not None and value != ""
    }


def formulas_of(path: Path) -> dict[Place, str]:
    """The formulas of an .xlsx."""
    with zipfile.ZipFile(path) as package:
        return {
            (sheet, *xlsx.corner(cell.get("r", ""))): formula.text or ""
            for sheet, part in xlsx.sheet_parts(package).items()
            for cell in etree.fromstring(package.read(part)).iter(xlsx.MAIN + "c")
            if (formula := cell.find(xlsx.MAIN + "f")) is not None
        }


def differences(before: Snapshot, after: Snapshot) -> dict[str, str]:
    """The kinds of what differs, each with an example; empty for equal files."""
    if before.content == after.content:
        return {}
    assert before.values is not None
    if after.values is None:
        return {NUMBER: "no program can recalculate it"}
    found: dict[str, str] = {}
    apart: set[str] = set()
    for place in sorted(before.values.keys() | after.values.keys()):
        old, new = before.values.get(place), after.values.get(place)
        kind = _kind(old, new, place in before.formulas or place in after.formulas)
        if kind in ALTERED and place[0] in DRAWINGS:
            kind = PLACE
        if kind in ALTERED and kind != NUMBER and place[0] == NUMBERS_AS_TEXT:
            kind = WORDS  # where they are told, they are counted
        if kind == EQUATION and _follows(before, after, place):
            kind = FORMULA
        if kind == LIVE and _gives_the_same(str(old), str(new)):
            kind = FORMULA
        if kind in ALTERED:
            apart.add(place[0])
        if kind:
            found.setdefault(kind, f"{_written(place)}: {old!r} is now {new!r}")
    if apart and all(_moved(before, after, sheet) for sheet in apart):
        example = next(found[kind] for kind in KINDS if kind in found)
        found = {PLACE: example}
    if before.formulas != after.formulas:
        found.setdefault(FORMULA, _first_formula(before, after))
    return found or {LOOKS: "the file differs"}


def _kind(old: Any, new: Any, live: bool) -> str:
    """How a cell differs; empty where it does not."""
    if old == new:
        return ""
    if is_number(old) and is_number(new):
        near = abs(old - new) <= max(RELATIVE * abs(old), FLOOR)
        return "" if near else NUMBER
    if is_number(old) or is_number(new) or isinstance(old, bool) or isinstance(new, bool):
        return NUMBER
    one, other = (str(text or "").replace("½", "0.5") for text in (old, new))
    if one == other:
        return WORDS
    if not live and not (one and other) and len(LONG_WORD.findall(one + other)) >= SENTENCE:
        return WORDS
    if other and one.endswith(f" = {other}") or one and other.endswith(f" = {one}"):
        return WORDS  # the same, and what it is called
    if RANGE.fullmatch(one) and RANGE.fullmatch(other):
        return PLACE  # of a block, as the index tells it
    if not _alike(DIGITS.findall(one), DIGITS.findall(other)):
        return LIVE if live else EQUATION if _is_equation(one + other) else FIGURE
    if _is_equation(one + other) and _signs(one) != _signs(other):
        return EQUATION
    return WORDS


def _alike(one: list[str], other: list[str]) -> bool:
    """Whether the numbers of two texts are the same, in any order or with other digits."""
    if sorted(one) == sorted(other):
        return True
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and all(a == b or _is_rounded(a, b) for a, b in pairs)


def _is_rounded(one: str, other: str) -> bool:
    """Whether a number is another one with more or fewer digits."""
    mantissas = [text.replace(",", ".").partition("E") for text in (one, other)]
    if mantissas[0][2] != mantissas[1][2]:
        return False
    fewest = min(len(mantissa.partition(".")[2]) for mantissa, *_ in mantissas)
    values = [float(mantissa) for mantissa, *_ in mantissas]
    near = fewest >= FEWEST and abs(values[0] - values[1]) <= 0.5000001 * 10.0**-fewest
    return near or values[0] == values[1]


def _follows(before: Snapshot, after: Snapshot, place: Place) -> bool:
    """Whether an equation is another one because the formula beside it is, of equal value."""
    row = [other for other in before.formulas if other[:2] == place[:2]]
    assert before.values is not None and after.values is not None
    return any(before.formulas[other] != after.formulas.get(other) for other in row) and all(
        not _kind(before.values.get(other), after.values.get(other), True) for other in row
    )


def _gives_the_same(one: str, other: str) -> bool:
    """Whether two texts compute the same from numbers, each in its own way."""
    try:
        [[first], [second]] = (
            sides(flat_text(text), _nothing, {}, bool, {}) for text in (one, other)
        )
    except (UnreadableError, ArithmeticError, ValueError):
        return False
    return first.low <= second.high and second.low <= first.high


def _nothing(symbol: Symbol) -> float:
    raise UnreadableError(symbol.letter)


def _written(place: Place) -> str:
    sheet, row, column = place
    return f"{sheet}, row {row}, column {column}"


def _is_equation(text: str) -> bool:
    words = set(LONG_WORD.findall(text)) - FUNCTIONS
    return not words and any(sign in text for sign in "=·/+−Σ²")


def _signs(equation: str) -> list[str]:
    """The signs of an equation, without its numbers and parentheses around a single one."""
    return sorted(DIGITS.sub("", ATOM.sub(r"\1\2", equation)))


def _moved(before: Snapshot, after: Snapshot, sheet: str) -> bool:
    """Whether a sheet holds what it held, in the same order or in the same rows or columns, at
    other places.

    The index follows of itself; that it names more or fewer blocks, more or fewer numbers are put
    into words, or a slip of the document is not shown, is no other number, and neither are rows in
    addition.
    """
    sides = (before, after)
    if _pieces(before, sheet) == _pieces(after, sheet):
        return True
    for along in (1, 2):
        old, new = (_lines(side, sheet, along) for side in sides)
        if sum(old, []) == sum(new, []) or sorted(old) == sorted(new):
            return True
    own, other = _held(before, sheet), _held(after, sheet)
    if same_blocks(own, other) or same_names(own, other):
        return True
    old_rows, new_rows = (Counter(map(tuple, _lines(side, sheet, 1))) for side in sides)
    return not old_rows - new_rows or (sheet in LISTS and not new_rows - old_rows)


def _lines(snapshot: Snapshot, sheet: str, along: int) -> list[list[str]]:
    """What is read along each row (1), or down each column (2) of a sheet."""
    found: dict[int, list[str]] = {}
    for place, value in sorted(_held(snapshot, sheet).items(), key=lambda each: each[0][2 - along]):
        found.setdefault(place[along - 1], []).append(written(value))
    return [found[number] for number in sorted(found)]


def _pieces(snapshot: Snapshot, sheet: str) -> Counter[tuple[Any, ...]]:
    """What stands side by side without a gap; what stands between gaps, with what does so over and
    under it; a number or symbol that stands alone, with its place."""
    held = _held(snapshot, sheet)
    alone = {(r, c): v for (r, c), v in held.items() if not {(r, c - 1), (r, c + 1)} & held.keys()}
    found: Counter[tuple[Any, ...]] = Counter()
    for row, column in held:
        if (row, column) in alone:
            if (row - 1, column) in alone:
                continue
            piece = _run(alone, (row, column), (1, 0))
            is_single = len(piece) == 1 and bool(DIGITS.search(piece[0]))
            found[(*piece, row, column) if is_single else piece] += 1
        elif (row, column - 1) not in held:
            found[_run(held, (row, column), (0, 1))] += 1
    return found


def _run(held: Mapping[tuple[int, int], Any], at: tuple[int, int], by: tuple[int, int]) -> Any:
    """The texts of cells that adjoin, from one on."""
    piece: list[str] = []
    while at in held:
        piece.append(written(held[at]))
        at = at[0] + by[0], at[1] + by[1]
    return tuple(piece)


def _held(snapshot: Snapshot, sheet: str) -> dict[tuple[int, int], Any]:
    """What a sheet holds, by row and column, but for what a list says of other sheets' places."""
    return {
        place[1:]: value if is_number(value) else DIGEST.sub("", RANGE.sub("range", str(value)))
        for place, value in (snapshot.values or {}).items()
        if place[0] == sheet
    }


def _first_formula(before: Snapshot, after: Snapshot) -> str:
    for place in sorted(before.formulas.keys() | after.formulas.keys()):
        old, new = before.formulas.get(place), after.formulas.get(place)
        if old != new:
            return f"{_written(place)}: {old!r} is now {new!r}"
    return ""
