"""Expressions of a lesson file: read from text into nodes that know their place in it.

What may stand there is listed here: operators, and the functions of `FUNCTIONS`. Nothing is ever
evaluated as code.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

from sheetnet.lessons.errors import suggest

#: Functions and how many arguments they take, at least and at most.
FUNCTIONS: dict[str, tuple[int, int]] = {
    **dict.fromkeys(("exp", "ln", "sqrt", "sin", "cos", "tanh", "abs", "sign"), (1, 1)),
    **dict.fromkeys(("sigmoid", "relu", "leaky_relu", "step", "softmax"), (1, 1)),
    **dict.fromkeys(("sum", "transpose", "diag", "ones", "identity", "rows", "columns"), (1, 1)),
    **dict.fromkeys(("log", "max", "min", "dot", "delta", "D", "slope"), (2, 2)),
}
#: Those of single numbers that go through an array element by element.
ELEMENTWISE = {"exp", "ln", "sqrt", "sin", "cos", "tanh", "abs", "sign", "sigmoid", "relu"}
ELEMENTWISE |= {"leaky_relu", "step", "log", "max", "min"}
#: Those that only tell how a proof is made: they may stand in slips and identities.
PROOFS = {"D", "slope", "rows", "columns"}
#: Signs of the documents for what is written otherwise here.
ALIKE = {"−": "-", "·": "*", "⊗": "*", "∘": "*", "⊙": "*", "×": "*", "⊘": "/", "**": "^"}
MOST_CHARACTERS, DEEPEST = 2_000, 60

TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-zα-ωΑ-Ω][A-Za-zα-ωΑ-Ω0-9_]*)"
    r"|(?P<sign>\*\*|[-−+*·⊗∘⊙×/⊘@^()\[\],:=|]))"
)
#: A letter, and figures or, behind a line, letters and figures that are written lowered.
NAME = re.compile(r"[A-Za-zα-ωΑ-Ω](?:\d+|_[A-Za-z0-9]+)?")


class ExpressionError(ValueError):
    """What is wrong with an expression, and where in its text."""


@dataclass(frozen=True)
class Node:
    """A part of an expression; `place` is its character in `text`, counted from 0."""

    place: int = field(compare=False, kw_only=True, default=0)
    text: str = field(compare=False, kw_only=True, default="", repr=False)


@dataclass(frozen=True)
class Literal(Node):
    value: float


@dataclass(frozen=True)
class Variable(Node):
    """A name, or with indices an element of what it stands for."""

    name: str
    indices: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Opposite(Node):
    operand: Node


@dataclass(frozen=True)
class Operation(Node):
    sign: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Function(Node):
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Summation(Node):
    """The sum of `body` over all values of some indices: `sum(i, j: W[i, j])`."""

    over: tuple[str, ...]
    body: Node


@dataclass(frozen=True)
class Listing(Node):
    """A vector written out: `[x^2, 3*x]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Definition:
    """`y = …`, or with indices of its elements `J[j, k] = …`."""

    name: str
    body: Node
    indices: tuple[str, ...] = ()


def wrong(node: Node, what: str) -> ExpressionError:
    """An error at a node's place."""
    return misplaced(node.text, node.place, what)


def misplaced(text: str, place: int, what: str) -> ExpressionError:
    shown = text if len(text) <= 60 else f"{text[:57]}…"
    return ExpressionError(f"{shown!r}, character {place + 1}: {what}")


def parse(text: str) -> Node:
    """An expression. Raises `ExpressionError`."""
    reader = _Reader(text)
    node = reader.total()
    reader.end()
    return node


def parse_definition(text: str) -> Definition:
    """`name = expression`, or `name[i, j] = expression`. Raises `ExpressionError`."""
    reader = _Reader(text)
    found = reader.definition()
    reader.end()
    return found


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it."""
    yield node
    match node:
        case Opposite(operand):
            below: tuple[Node, ...] = (operand,)
        case Operation(_, left, right):
            below = (left, right)
        case Function(_, items) | Listing(items) | Variable(_, items):
            below = items
        case Summation(_, body):
            below = (body,)
        case _:
            below = ()
    for each in below:
        yield from walk(each)


def place_of(node: Variable, first: int) -> tuple[int, ...]:
    """The constant indices of an element, from 0."""
    numbers = [index.value for index in node.indices if isinstance(index, Literal)]
    return tuple(int(number) - first for number in numbers)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth = text, 0, 0
        if len(text) > MOST_CHARACTERS:
            self.fail(0, f"is longer than {MOST_CHARACTERS} characters: use definitions")
        self.tokens: list[tuple[str, str, int]] = []
        place = 0
        while text[place:].strip():
            match = TOKEN.match(text, place)
            if match is None:
                place += len(text[place:]) - len(text[place:].lstrip())
                self.fail(place, f"{text[place]!r} is no sign of an expression: take it out")
            kind = str(match.lastgroup)
            self.tokens.append((kind, ALIKE.get(match[kind], match[kind]), match.start(kind)))
            place = match.end()
        self.tokens.append(("end", "", len(text)))

    def fail(self, place: int, what: str) -> NoReturn:
        raise misplaced(self.text, place, what)

    @property
    def here(self) -> tuple[str, str, int]:
        return self.tokens[self.at]

    def is_sign(self, *signs: str) -> bool:
        kind, text, _ = self.here
        return kind == "sign" and text in signs

    def take(self) -> tuple[str, str, int]:
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, sign: str) -> None:
        if not self.is_sign(sign):
            _, text, place = self.here
            self.fail(place, f"a {sign} is missing" + (f" before {text!r}" if text else ""))
        self.take()

    def end(self) -> None:
        kind, text, place = self.here
        if kind != "end":
            self.fail(place, f"{text!r} does not go on from what stands before it")

    def definition(self) -> Definition:
        kind, name, place = self.take()
        if kind != "name":
            self.fail(place, "a definition begins with its name: write y = …")
        check_name(name, self.text, place)
        indices: tuple[str, ...] = ()
        if self.is_sign("["):
            self.take()
            indices = self.names()
            self.expect("]")
        self.expect("=")
        return Definition(name, self.total(), indices)

    def names(self) -> tuple[str, ...]:
        found = []
        while True:
            kind, name, place = self.take()
            if kind != "name":
                self.fail(place, "the name of an index is missing")
            found.append(name)
            if not self.is_sign(","):
                return tuple(found)
            self.take()

    def total(self) -> Node:
        node = self.product()
        while self.is_sign("+", "-"):
            _, sign, place = self.take()
            node = Operation(sign, node, self.product(), place=place, text=self.text)
        return node

    def product(self) -> Node:
        node = self.signed()
        while self.is_sign("*", "/", "@"):
            _, sign, place = self.take()
            node = Operation(sign, node, self.signed(), place=place, text=self.text)
        return node

    def signed(self) -> Node:
        """A minus sign binds less than a power: −x^2 is −(x^2)."""
        if self.is_sign("-", "+"):
            _, sign, place = self.take()
            inner = self.deeper(place, self.signed)
            return Opposite(inner, place=place, text=self.text) if sign == "-" else inner
        node = self.atom()
        if self.is_sign("^"):
            _, _, place = self.take()
            exponent = self.deeper(place, self.signed)
            node = Operation("^", node, exponent, place=place, text=self.text)
        return node

    def deeper(self, place: int, read: object) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(place, "is nested too deeply: use definitions")
        node: Node = read()  # type: ignore[operator]
        self.depth -= 1
        return node

    def atom(self) -> Node:
        kind, text, place = self.take()
        if kind == "number":
            if not math.isfinite(float(text)):
                self.fail(place, f"{text} is too large: write a number below 1.7E308")
            return Literal(float(text), place=place, text=self.text)
        if (kind, text) == ("sign", "("):
            node = self.deeper(place, self.total)
            self.expect(")")
            return node
        if (kind, text) == ("sign", "["):
            items = self.items("]", place)
            return Listing(items, place=place, text=self.text)
        if kind != "name":
            what = f"{text!r} stands where" if text else "the text ends where"
            self.fail(place, f"{what} a number, a name or a bracket belongs")
        if self.is_sign("("):
            return self.function(text, place)
        if self.is_sign("["):
            self.take()
            indices = self.items("]", place)
            return Variable(text, indices, place=place, text=self.text)
        return Variable(text, place=place, text=self.text)

    def items(self, close: str, place: int) -> tuple[Node, ...]:
        found = [self.deeper(place, self.total)]
        while self.is_sign(","):
            self.take()
            found.append(self.deeper(place, self.total))
        self.expect(close)
        return tuple(found)

    def function(self, name: str, place: int) -> Node:
        if name not in FUNCTIONS:
            self.fail(place, f"unknown function {name!r}: " + suggest(name, FUNCTIONS))
        self.take()
        if name == "sum" and self.over_indices():
            over = self.names()
            self.expect(":")
            body = self.deeper(place, self.total)
            self.expect(")")
            return Summation(over, body, place=place, text=self.text)
        arguments = self.items(")", place)
        least, most = FUNCTIONS[name]
        if not least <= len(arguments) <= most:
            wanted = f"{least} argument{'s' * (least > 1)}"
            hint = ": write ln(x), or log(x, 10)" if name == "log" else ""
            self.fail(place, f"{name} takes {wanted}, not {len(arguments)}{hint}")
        return Function(name, arguments, place=place, text=self.text)

    def over_indices(self) -> bool:
        """Whether names of indices and a colon follow."""
        at = self.at
        while self.tokens[at][0] == "name" and self.tokens[at + 1][1] == ",":
            at += 2
        return self.tokens[at][0] == "name" and self.tokens[at + 1][1] == ":"


def check_name(name: str, text: str, place: int = 0) -> None:
    """Refuse a name that mathematics could not write. Raises `ExpressionError`."""
    if not NAME.fullmatch(name):
        raise misplaced(
            text,
            place,
            f"{name!r} is no name: write one letter, then figures, or _ and what stands lowered, "
            "as x, g1, w_p",
        )
