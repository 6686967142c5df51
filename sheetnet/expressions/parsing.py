"""Excel's formula text read back into a tree, so that formulas can be compared as trees.

A reader of its own: it shares the operators' order with Excel, not with our writer. What
programs change when they save a formula (spaces, dollar signs, prefixes of functions,
parentheses that are not needed) is gone in the tree.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from sheetnet.expressions.dialects import column_letters, parse_address
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

#: Expressions within each other.
DEEPEST = 200
#: Constants that are nearer than this, relatively, are one number that was written twice.
SAME = 1e-14

TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![A-Za-z_]))
    | (?P<text>"(?:[^"]|"")*")
    | (?P<sheet>(?:'(?:[^']|'')+'|[A-Za-z_][\w.]*)!)
    | (?P<cell>\$?[A-Za-z]{1,3}\$?[1-9]\d{0,6}(?![\w(.]))
    | (?P<call>[A-Za-z_][\w.]*\()
    | (?P<name>[A-Za-z_\\][\w.]*)
    | (?P<sign><=|>=|<>|[-+*/^&=<>(),:;%@])
    )""",
    re.VERBOSE,
)
#: What programs write before the names of functions that are newer than their formats.
PREFIX = re.compile(r"^(_XLFN\.|_XLWS\.|COM\.SUN\.STAR\.\S*\.)+")
#: Operators from the loosest to the tightest; signs before a number bind tighter than all.
LEVELS = ({"=", "<", "<=", ">", ">=", "<>"}, {"&"}, {"+", "-"}, {"*", "/"}, {"^"})


class FormulaSyntaxError(ValueError):
    """The text is no formula that this reader knows; the message says where."""


def parse(text: str, sheet: str) -> Expression:
    """The formula (without its equals sign) that stands on `sheet`."""
    reader = _Reader(text, sheet)
    node = reader.level(0)
    reader.end()
    return node


class _Reader:
    def __init__(self, text: str, sheet: str) -> None:
        self.text, self.sheet, self.depth = text, sheet, 0
        self.tokens = _tokens(text)
        self.kind, self.token, self.at = next(self.tokens)

    def step(self) -> None:
        self.kind, self.token, self.at = next(self.tokens)

    def wrong(self) -> FormulaSyntaxError:
        return FormulaSyntaxError(
            f"{self.text[:80]!r} is no formula from character {self.at + 1} on"
        )

    def end(self) -> None:
        if self.kind:
            raise self.wrong()

    def take(self, sign: str) -> None:
        if self.kind != "sign" or self.token != sign:
            raise self.wrong()
        self.step()

    def level(self, number: int) -> Expression:
        """A chain of operators of one level, from left to right."""
        if number == len(LEVELS):
            return self.signed()
        left = self.level(number + 1)
        while self.kind == "sign" and self.token in LEVELS[number]:
            operator = self.token
            self.step()
            left = Binary(operator, left, self.level(number + 1))
        return left

    def signed(self) -> Expression:
        if self.kind == "sign" and self.token in ("-", "+", "@"):
            sign = self.token
            self.step()
            operand = self.signed()
            return Negative(operand) if sign == "-" else operand
        node = self.atom()
        while self.kind == "sign" and self.token == "%":
            self.step()
            node = node / 100
        return node

    def atom(self) -> Expression:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.wrong()
        node = self._atom()
        self.depth -= 1
        return node

    def _atom(self) -> Expression:
        kind, token = self.kind, self.token
        if kind == "sign" and token == "(":
            self.step()
            node = self.level(0)
            self.take(")")
            return node
        if kind == "number":
            self.step()
            return Number(float(token))
        if kind == "text":
            self.step()
            return Text(token[1:-1].replace('""', '"'))
        if kind == "call":
            return self._call(token[:-1])
        if kind in ("sheet", "cell"):
            return self._reference()
        if kind == "name":
            self.step()
            upper = token.upper()
            if upper in ("TRUE", "FALSE"):
                return Logical(upper == "TRUE")
            return Name(token.lower(), Ref("", 1, 1))
        raise self.wrong()

    def _call(self, function: str) -> Expression:
        self.step()
        arguments: list[Expression] = []
        if not (self.kind == "sign" and self.token == ")"):
            arguments.append(self.level(0))
            while self.kind == "sign" and self.token in ",;":
                self.step()
                arguments.append(self.level(0))
        self.take(")")
        name = re.sub(
            r"^(_xlfn\.|_xlws\.|com\.sun\.star\.\S*\.)+", "", function, flags=re.I
        ).upper()
        if name in ("TRUE", "FALSE") and not arguments:
            return Logical(name == "TRUE")
        return Call(name, tuple(arguments))

    def _reference(self) -> Expression:
        sheet = self.sheet
        if self.kind == "sheet":
            sheet = self.token[:-1]
            if sheet.startswith("'"):
                sheet = sheet[1:-1].replace("''", "'")
            self.step()
        first = self._corner()
        if not (self.kind == "sign" and self.token == ":"):
            return Ref(sheet, *first)
        self.step()
        if self.kind == "sheet":  # Sheet!A1:Sheet!B2
            self.step()
        last = self._corner()
        return Area(sheet, *first, *last)

    def _corner(self) -> tuple[int, int]:
        if self.kind != "cell":
            raise self.wrong()
        row, column = parse_address(self.token.upper())
        self.step()
        return row, column


def _wrong(text: str, at: int) -> FormulaSyntaxError:
    return FormulaSyntaxError(f"{text[:80]!r} is no formula from character {at + 1} on")


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Kind, text and place of each token; at the end a kind that is empty."""
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None or match.end() == at:
            if text[at:].strip():
                raise _wrong(text, at)
            break
        kind = str(match.lastgroup)
        yield kind, match[kind], match.start(kind)
        at = match.end()
    while True:
        yield "", "", len(text)


def same(one: Expression, other: Expression) -> bool:
    """Whether two formulas are one, apart from what no value depends on.

    Dollar signs and symbols do not count, an applied function is its definition, a minus sign
    before a constant is part of it, and constants are compared as numbers.
    """
    one, other = _bare(one), _bare(other)
    match one, other:
        case Number(a), Number(b):
            return a == b or math.isclose(a, b, rel_tol=SAME)
        case Ref(), Ref():
            return (one.sheet, one.row, one.column) == (other.sheet, other.row, other.column)
        case Area(), Area():
            return _corners(one) == _corners(other)
        case Name(a, _), Name(b, _):
            return a.lower() == b.lower()
        case (Text(), Text()) | (Logical(), Logical()):
            return one == other
        case Negative(a), Negative(b):
            return same(a, b)
        case Binary(sign, a, b), Binary(another, c, d):
            return sign == another and same(a, c) and same(b, d)
        case Call(f, arguments, _), Call(g, others, _):
            alike = f == g and len(arguments) == len(others)
            return alike and all(map(same, arguments, others))
    return False


CORNER = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([1-9]\d{0,6})")


def filled(text: str, rows: int, columns: int) -> str:
    """A formula's text as it reads in a cell so many rows and columns further on."""
    pieces: list[str] = []
    end = 0
    for kind, token, at in _tokens(text):
        if not kind:
            break
        if kind != "cell":
            continue
        match = CORNER.fullmatch(token)
        assert match
        column_fixed, letters, row_fixed, number = match.groups()
        row, column = parse_address(f"{letters.upper()}{number}")
        moved = column_letters(column + (0 if column_fixed else columns))
        pieces += (
            text[end:at],
            f"{column_fixed}{moved}{row_fixed}{row + (0 if row_fixed else rows)}",
        )
        end = at + len(token)
    return "".join([*pieces, text[end:]])


def _bare(node: Expression) -> Expression:
    while isinstance(node, Applied):
        node = node.definition
    if isinstance(node, Negative):
        inner = _bare(node.operand)
        if isinstance(inner, Number):
            return Number(-inner.value)
    return node


def _corners(area: Area) -> tuple[object, ...]:
    rows, columns = sorted((area.top, area.bottom)), sorted((area.left, area.right))
    return area.sheet, *rows, *columns
