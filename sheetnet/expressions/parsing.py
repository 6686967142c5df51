"""Excel's formula text read back into a tree, so that formulas can be compared as trees.

A reader of its own: it shares the operators' order with Excel, not with our writer. What
programs change when they save a formula (spaces, dollar signs, prefixes of functions,
parentheses that are not needed) is gone in the tree, or does not count in `same`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from sheetnet.expressions.dialects import (
    LAST_COLUMN,
    LAST_ROW,
    column_letters,
    parse_address,
)
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

#: Expressions within each other, and signs before one.
DEEPEST = 128
#: Constants that are nearer than this, relatively, are one number that was written twice.
SAME = 1e-14

TOKEN = re.compile(
    r"""\s*+(?:
      (?P<number>(?:[0-9]++\.?+[0-9]*+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+(?![^\W\d]))
    | (?P<text>"(?:[^"]|"")*+")
    | (?P<sheet>(?:'(?:[^']|'')++'|[^\W\d][\w.]*+)!)
    | (?P<cell>\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}(?![\w(.]))
    | (?P<call>[^\W\d][\w.]*+\()
    | (?P<name>[^\W\d][\w.]*+)
    | (?P<sign><=|>=|<>|[-+*/^&=<>(),:;%@])
    )""",
    re.VERBOSE,
)
#: What programs write before the names of functions that are newer than their formats.
PREFIX = re.compile(r"(?:_XLFN\.|_XLWS\.)+")
#: How tightly operators bind; signs before an operand bind tighter than all.
BINDS = dict.fromkeys(("=", "<", "<=", ">", ">=", "<>"), 1) | {"&": 2, "+": 3, "-": 3}
BINDS |= {"*": 4, "/": 4, "^": 5}


class FormulaSyntaxError(ValueError):
    """The text is no formula that this reader knows; the message says where."""


def parse(text: str, sheet: str) -> Expression:
    """The formula (without its equals sign) that stands on `sheet`.

    Names come in small letters and without their targets. Raises `FormulaSyntaxError` for
    what this reader does not know: arrays in braces, whole columns, tables, error values.
    """
    reader = _Reader(text, sheet)
    node = reader.expression()
    if reader.kind:
        raise reader.wrong()
    return node


class _Reader:
    def __init__(self, text: str, sheet: str) -> None:
        self.text, self.sheet, self.depth = text, sheet, 0
        self.tokens = _tokens(text)
        self.kind, self.token, self.at = next(self.tokens)

    def step(self) -> None:
        self.kind, self.token, self.at = next(self.tokens)

    def wrong(self) -> FormulaSyntaxError:
        return _wrong(self.text, self.at)

    def take(self, sign: str) -> None:
        if self.token != sign or self.kind != "sign":
            raise self.wrong()
        self.step()

    def expression(self, least: int = 1) -> Expression:
        """Operands and the operators between them that bind at least so tightly."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.wrong()
        left = self.operand()
        while self.kind == "sign" and (binds := BINDS.get(self.token, 0)) >= least:
            operator = self.token
            self.step()
            left = Binary(operator, left, self.expression(binds + 1))
        self.depth -= 1
        return left

    def operand(self) -> Expression:
        """An atom with the signs before it and behind it."""
        negatives = 0
        while self.kind == "sign" and self.token in "-+@":
            negatives += self.token == "-"
            if negatives > DEEPEST:
                raise self.wrong()
            self.step()
        node = self.atom()
        while self.kind == "sign" and self.token == "%":
            self.step()
            node = node / 100
        for _ in range(negatives):
            node = Negative(node)
        return node

    def atom(self) -> Expression:
        kind, token = self.kind, self.token
        if kind in ("sheet", "cell"):
            return self.reference()
        if kind not in ("number", "text", "call", "name") and token != "(":
            raise self.wrong()
        self.step()
        if kind == "number":
            return Number(float(token))
        if kind == "text":
            return Text(token[1:-1].replace('""', '"'))
        if kind == "call":
            return self.call(token[:-1])
        if kind == "name":
            if token.upper() in ("TRUE", "FALSE"):
                return Logical(token.upper() == "TRUE")
            return Name(token.lower(), Ref("", 1, 1))
        node = self.expression()
        self.take(")")
        return node

    def call(self, function: str) -> Expression:
        """The call whose opening parenthesis has been read."""
        arguments: list[Expression] = []
        if self.token != ")" or self.kind != "sign":
            arguments.append(self.expression())
            while self.kind == "sign" and self.token in ",;":
                self.step()
                arguments.append(self.expression())
        self.take(")")
        name = PREFIX.sub("", function.upper())
        if name in ("TRUE", "FALSE") and not arguments:
            return Logical(name == "TRUE")
        return Call(name, tuple(arguments))

    def reference(self) -> Expression:
        sheet = self.sheet_name() if self.kind == "sheet" else self.sheet
        first = self.corner()
        if self.kind != "sign" or self.token != ":":
            return Ref(sheet, *first)
        self.step()
        if self.kind == "sheet" and self.sheet_name() != sheet:
            raise self.wrong()
        last = self.corner()
        (top, bottom), (left, right) = map(sorted, zip(first, last, strict=True))
        return Area(sheet, top, left, bottom, right)

    def sheet_name(self) -> str:
        name = self.token[:-1]
        self.step()
        return name[1:-1].replace("''", "'") if name.startswith("'") else name

    def corner(self) -> tuple[int, int]:
        if self.kind != "cell":
            raise self.wrong()
        row, column = parse_address(self.token.upper())
        if row > LAST_ROW or column > LAST_COLUMN:
            raise self.wrong()
        self.step()
        return row, column


def _wrong(text: str, at: int) -> FormulaSyntaxError:
    return FormulaSyntaxError(f"{text[:80]!r} is no formula from character {at + 1} on")


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Kind, text and place of each token; at the end a kind that is empty."""
    at, end = 0, len(text.rstrip())
    while at < end:
        match = TOKEN.match(text, at)
        if match is None:
            raise _wrong(text, at)
        kind = str(match.lastgroup)
        yield kind, match[kind], match.start(kind)
        at = match.end()
    while True:
        yield "", "", len(text)


def same(one: Expression, other: Expression) -> bool:
    """Whether two formulas are one, apart from what no value depends on.

    Dollar signs and symbols do not count, an applied function is its definition, a minus sign
    before a constant is part of it, a range of one cell is that cell, and constants are
    compared as numbers. Where a name points is said, and compared, elsewhere.
    """
    pairs = [(one, other)]
    while pairs:
        one, other = map(_bare, pairs.pop())
        match one, other:
            case Binary(sign, a, b), Binary(another, c, d) if sign == another:
                pairs += (b, d), (a, c)
            case Call(f, arguments), Call(g, others) if f == g and len(arguments) == len(others):
                pairs += zip(arguments, others, strict=True)
            case Negative(a), Negative(b):
                pairs.append((a, b))
            case _ if not _same_leaf(one, other):
                return False
    return True


def _same_leaf(one: Expression, other: Expression) -> bool:
    match one, other:
        case Number(a), Number(b):
            return math.isclose(a, b, rel_tol=SAME)
        case Ref(sheet, row, column), Ref():
            return (sheet, row, column) == (other.sheet, other.row, other.column)
        case Area(sheet, top, left, bottom, right), Area():
            corners = other.sheet, other.top, other.left, other.bottom, other.right
            return (sheet, top, left, bottom, right) == corners
        case Name(a), Name(b):
            return a.lower() == b.lower()
        case (Text(a), Text(b)) | (Logical(a), Logical(b)):
            return a == b
    return False


def _bare(node: Expression) -> Expression:
    """The node itself: an applied function's definition, a constant with its signs.

    A range of one cell is that cell, as which Gnumeric saves it.
    """
    node = inner = _applied(node)
    if isinstance(node, Area) and node.shape == (1, 1):
        return Ref(node.sheet, node.top, node.left)
    sign = 1
    while isinstance(inner, Negative):
        inner, sign = _applied(inner.operand), -sign
    return Number(sign * inner.value) if isinstance(inner, Number) else node


def _applied(node: Expression) -> Expression:
    while isinstance(node, Applied):
        node = node.definition
    return node


CORNER = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([1-9][0-9]{0,6})")


class Corner(NamedTuple):
    """A cell as a formula names it, and which of its two parts stay when it is filled on."""

    row: int
    column: int
    row_stays: bool
    column_stays: bool

    def moved(self, rows: int, columns: int) -> str:
        row = self.row if self.row_stays else self.row + rows
        column = self.column if self.column_stays else self.column + columns
        if not (1 <= row <= LAST_ROW and 1 <= column <= LAST_COLUMN):
            return "#REF!"
        letters = column_letters(column)
        return f"{'$' * self.column_stays}{letters}{'$' * self.row_stays}{row}"


def filled(text: str, rows: int, columns: int) -> str:
    """A formula's text as it reads in a cell so many rows and columns further on.

    A cell beyond the sheet's edge becomes `#REF!`. Raises `FormulaSyntaxError`.
    """
    return "".join(
        piece if isinstance(piece, str) else piece.moved(rows, columns) for piece in _pieces(text)
    )


@lru_cache(1024)  # one formula is filled on into many cells, one after the other
def _pieces(text: str) -> tuple[str | Corner, ...]:
    pieces: list[str | Corner] = []
    end = 0
    for kind, token, at in _tokens(text):
        if not kind:
            break
        if kind == "cell":
            match = CORNER.fullmatch(token)
            assert match
            row, column = parse_address(f"{match[2].upper()}{match[4]}")
            pieces += text[end:at], Corner(row, column, bool(match[3]), bool(match[1]))
            end = at + len(token)
    return *pieces, text[end:]
