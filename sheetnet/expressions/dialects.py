"""Formula trees as text: what Excel writes, and what OpenDocument writes.

One table of precedence serves both. Two facts of spreadsheet arithmetic live here:
a minus sign binds tighter than `^` (`=-2^2` is 4), and programs read `2^3^2` in two
ways, so powers of powers always get their parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

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

#: The size of a sheet, in every program since Excel 2007 and LibreOffice 7.4.
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384

#: How a row is written: the row's number to its text (a band of rows puts a mark there).
RowText = Callable[[int], str]


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


def quoted(sheet: str) -> str:
    """A sheet's name as a formula names it: quoted where it is more than one plain word."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z_]*", sheet):
        return sheet
    return "'" + sheet.replace("'", "''") + "'"


@dataclass(frozen=True)
class Dialect:
    """What differs between the two languages of formulas."""

    separator: str
    #: (sheet or None for the formula's own, the corners' texts) to the reference
    reference: Callable[[str | None, tuple[str, ...]], str]
    true: str
    false: str

    def write(self, node: Expression, sheet: str, row: RowText = str) -> str:
        """The formula's text without its leading equals sign, for a cell on `sheet`."""
        return _write(node, self, sheet, row)[0]


def _excel_reference(sheet: str | None, corners: tuple[str, ...]) -> str:
    return (f"{quoted(sheet)}!" if sheet else "") + ":".join(corners)


def _open_reference(sheet: str | None, corners: tuple[str, ...]) -> str:
    prefix = f"${quoted(sheet)}" if sheet else ""
    return "[" + ":".join(f"{prefix if i == 0 else ''}.{c}" for i, c in enumerate(corners)) + "]"


EXCEL = Dialect(",", _excel_reference, "TRUE", "FALSE")
OPEN_FORMULA = Dialect(";", _open_reference, "TRUE()", "FALSE()")


def number_text(value: float) -> str:
    """A constant as a formula writes it: 0.5, 100, 1E-12."""
    text = repr(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)
    return text.replace("e", "E")


def _corner(row: int, column: int, fixed: bool, row_text: RowText) -> str:
    if fixed:
        return f"${column_letters(column)}${row}"
    return column_letters(column) + row_text(row)


def _write(node: Expression, dialect: Dialect, sheet: str, row: RowText) -> tuple[str, int]:
    """The node's text and how tightly it binds."""

    def inner(child: Expression, least: int) -> str:
        text, binds = _write(child, dialect, sheet, row)
        return text if binds >= least else f"({text})"

    match node:
        case Ref(target, r, c, fixed):
            corner = _corner(r, c, fixed, row)
            return dialect.reference(None if target == sheet else target, (corner,)), ATOM
        case Number(value):
            return number_text(value), ATOM if value >= 0 else NEGATIVE
        case Text(value):
            return '"' + value.replace('"', '""') + '"', ATOM
        case Logical(value):
            return dialect.true if value else dialect.false, ATOM
        case Area(target, top, left, bottom, right, fixed):
            corners = (_corner(top, left, fixed, row), _corner(bottom, right, fixed, row))
            return dialect.reference(None if target == sheet else target, corners), ATOM
        case Name(name):
            return name, ATOM
        case Negative(operand):
            return "-" + inner(operand, ATOM), NEGATIVE
        case Binary("^", left, right):
            return f"{inner(left, ATOM)}^{inner(right, ATOM)}", PRECEDENCE["^"]
        case Binary(operator, left, right):
            binds = PRECEDENCE[operator]
            text = inner(right, binds + 1)
            # A minus sign after an operator is legal but hard to read: it gets parentheses.
            text = f"({text})" if text.startswith("-") else text
            return inner(left, binds) + operator + text, binds
        case Applied(_, _, definition):
            return _write(definition, dialect, sheet, row)
        case Call(function, arguments):
            texts = (_write(argument, dialect, sheet, row)[0] for argument in arguments)
            return f"{function}({dialect.separator.join(texts)})", ATOM
    raise TypeError(f"{node!r} is no node of a formula")
