"""Formula trees as text: what Excel writes, and what OpenDocument writes.

One table of precedence serves both. Two facts of spreadsheet arithmetic live here:
a minus sign binds tighter than `^` (`=-2^2` is 4), and programs read `2^3^2` in two
ways, so powers of powers always get their parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sheetnet.expressions.formula import (
    Applied,
    Area,
    Binary,
    Call,
    Expression,
    Logical,
    Name,
    Negative,
    Number,
    Ref,
    Text,
)

#: How tightly an operator binds; a larger number binds tighter.
PRECEDENCE = {"=": 1, "<": 1, "<=": 1, ">": 1, ">=": 1, "<>": 1, "&": 2, "+": 3, "-": 3}
PRECEDENCE |= {"*": 4, "/": 4, "^": 5}
NEGATIVE = 6
ATOM = 7
#: The beginning of what Excel takes for the code of a character in a file.
CODED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

#: The size of a sheet, in every program since Excel 2007 and LibreOffice 7.4.
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384

#: How a reference that moves down is written: the letters of its column and its row to text.
Corner = Callable[[str, int], str]
PLAIN: Corner = "{}{}".format


@cache
def column_letters(column: int) -> str:
    """1 is A, 27 is AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """Row 6, column 2 is B6."""
    return f"{column_letters(column)}{row}"


def area_address(top: int, left: int, bottom: int, right: int) -> str:
    """`B6:E106`; a single cell is `B6:B6`, so that every range reads alike."""
    return f"{address(top, left)}:{address(bottom, right)}"


def between(first: str, last: str) -> str:
    """The range from one cell to another as programs write it: a single cell is `B6`."""
    return first if first == last else f"{first}:{last}"


def parse_address(text: str) -> tuple[int, int]:
    """B6 is (6, 2); dollar signs are passed over. Raises ValueError."""
    match = re.fullmatch(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})", text)
    if not match:
        raise ValueError(f"{text!r} is no cell")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


def parse_area(text: str) -> tuple[int, int, int, int]:
    """`B6:E106` as (top, left, bottom, right). Raises ValueError."""
    first, colon, last = text.partition(":")
    top, left = parse_address(first)
    bottom, right = parse_address(last if colon else first)
    if bottom < top or right < left:
        raise ValueError(f"{text!r} is no range")
    return top, left, bottom, right


@cache
def quoted(sheet: str) -> str:
    """A sheet's name as a formula names it: quoted where it is more than one plain word."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z_]*", sheet):
        return sheet
    return "'" + sheet.replace("'", "''") + "'"


@dataclass(frozen=True)
class Dialect:
    """What differs between the two languages of formulas."""

    separator: str
    #: What stands before a reference to a sheet, or to the formula's own (None).
    before: Callable[[str | None], str]
    #: What stands between the corners of a range, and behind a reference.
    between: str
    behind: str
    true: str
    false: str

    def write(self, node: Expression, sheet: str, corner: Corner = PLAIN) -> str:
        """The formula's text without its leading equals sign, for a cell on `sheet`."""
        return _write(node, self, sheet, corner)[0]


@cache
def _excel_before(sheet: str | None) -> str:
    return f"{quoted(sheet)}!" if sheet else ""


@cache
def _open_before(sheet: str | None) -> str:
    return f"[${quoted(sheet)}." if sheet else "[."


EXCEL = Dialect(",", _excel_before, ":", "", "TRUE", "FALSE")
OPEN_FORMULA = Dialect(";", _open_before, ":.", "]", "TRUE()", "FALSE()")


@lru_cache(4096)
def number_text(value: float) -> str:
    """A constant as a formula writes it: 0.5, 100, 1E-12."""
    text = repr(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)
    return text.replace("e", "E")


def _cell(row: int, column: int, fixed: bool, corner: Corner) -> str:
    letters = column_letters(column)
    return f"${letters}${row}" if fixed else corner(letters, row)


def _write(node: Expression, dialect: Dialect, sheet: str, corner: Corner) -> tuple[str, int]:
    """The node's text and how tightly it binds."""
    # By exact type: a match statement takes three times as long, and this is most of writing.
    writer = _WRITERS.get(type(node))
    if writer is None:
        raise TypeError(f"{node!r} is no node of a formula")
    return writer(node, dialect, sheet, corner)


def _inner(child: Expression, least: int, dialect: Dialect, sheet: str, corner: Corner) -> str:
    if type(child) is Ref:  # most are
        return _cell_text(child, dialect, sheet, corner)
    text, binds = _WRITERS[type(child)](child, dialect, sheet, corner)
    return text if binds >= least else f"({text})"


def _cell_text(node: Ref, dialect: Dialect, sheet: str, corner: Corner) -> str:
    before = dialect.before(None if node.sheet == sheet else node.sheet)
    return before + _cell(node.row, node.column, node.fixed, corner) + dialect.behind


def _ref(node: Ref, dialect: Dialect, sheet: str, corner: Corner) -> tuple[str, int]:
    return _cell_text(node, dialect, sheet, corner), ATOM


def _area(node: Area, dialect: Dialect, sheet: str, corner: Corner) -> tuple[str, int]:
    before = dialect.before(None if node.sheet == sheet else node.sheet)
    first = _cell(node.top, node.left, node.fixed, corner)
    last = _cell(node.bottom, node.right, node.fixed, corner)
    return f"{before}{first}{dialect.between}{last}{dialect.behind}", ATOM


def _number(node: Number, dialect: Dialect, sheet: str, corner: Corner) -> tuple[str, int]:
    return number_text(node.value), ATOM if node.value >= 0 else NEGATIVE


def _text(node: Text, dialect: Dialect, sheet: str, corner: Corner) -> tuple[str, int]:
    text = '"' + node.value.replace('"', '""') + '"'
    if "_x" not in text:  # nearly all
        return text, ATOM
    # In a file `_x0041_` is the character A to Excel; others take an escaped one as it stands.
    text, parted = CODED.subn('_"&"', text)
    return text, PRECEDENCE["&"] if parted else ATOM


def _logical(node: Logical, dialect: Dialect, sheet: str, corner: Corner) -> tuple[str, int]:
    return dialect.true if node.value else dialect.false, ATOM


def _name(node: Name, dialect: Dialect, sheet: str, corner: Corner) -> tuple[str, int]:
    return node.name, ATOM


def _negative(node: Negative, dialect: Dialect, sheet: str, corner: Corner) -> tuple[str, int]:
    return "-" + _inner(node.operand, ATOM, dialect, sheet, corner), NEGATIVE


def _binary(node: Binary, dialect: Dialect, sheet: str, corner: Corner) -> tuple[str, int]:
    operator = node.operator
    binds = PRECEDENCE[operator]
    if operator == "^":
        left = _inner(node.left, ATOM, dialect, sheet, corner)
        return f"{left}^{_inner(node.right, ATOM, dialect, sheet, corner)}", binds
    text = _inner(node.right, binds + 1, dialect, sheet, corner)
    # A minus sign after an operator is legal but hard to read: it gets parentheses.
    text = f"({text})" if text.startswith("-") else text
    return _inner(node.left, binds, dialect, sheet, corner) + operator + text, binds


def _applied(node: Applied, dialect: Dialect, sheet: str, corner: Corner) -> tuple[str, int]:
    return _write(node.definition, dialect, sheet, corner)


def _call(node: Call, dialect: Dialect, sheet: str, corner: Corner) -> tuple[str, int]:
    texts = [_inner(argument, 0, dialect, sheet, corner) for argument in node.arguments]
    return f"{node.function}({dialect.separator.join(texts)})", ATOM


_WRITERS: dict[type[Expression], Callable[[Any, Dialect, str, Corner], tuple[str, int]]] = {
    Ref: _ref,
    Area: _area,
    Number: _number,
    Text: _text,
    Logical: _logical,
    Name: _name,
    Negative: _negative,
    Binary: _binary,
    Applied: _applied,
    Call: _call,
}
