"""How names and expressions of a worksheet are written in its document's notation."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sheetnet.calculus.syntax import (
    Function,
    Listing,
    Literal,
    Node,
    Operation,
    Opposite,
    Summation,
    Variable,
)
from sheetnet.expressions.dialects import number_text
from sheetnet.expressions.rich import Rich, Run, rich
from sheetnet.network.notation import NOTATIONS, Notation

SUM, PRODUCT, SIGNED, POWER, ATOM = 1, 2, 3, 4, 5
#: Functions whose name in mathematics is another one.
WRITTEN = {"sigmoid": "σ", "sqrt": "√", "leaky_relu": "LeakyReLU", "relu": "ReLU"}


def identifier(name: str) -> str:
    """A name as the index of a workbook writes it: small letters, figures and lines."""
    found = ""
    for letter in name:
        if "a" <= letter <= "z" or letter.isdigit() or letter == "_":
            found += letter
        elif "A" <= letter <= "Z":
            found += f"upper_{letter.lower()}"
        else:
            words = unicodedata.name(letter).lower().split()
            found += ("upper_" if "capital" in words else "") + words[-1]
    return found


@dataclass(frozen=True)
class Spelling:
    """Writes the names of one lesson."""

    notation: Notation

    @classmethod
    def of(cls, key: str) -> Spelling:
        return cls(NOTATIONS[key])

    @property
    def first(self) -> int:
        """The number of the first element."""
        return self.notation.first

    def name(self, name: str) -> Rich:
        """A name: a letter, and what stands lowered."""
        return self.lowered(name, ())

    def element(self, name: str, place: tuple[int, ...]) -> Rich:
        """An element of a vector or matrix; places count from 0."""
        return self.lowered(name, tuple(str(at + self.first) for at in place))

    def lowered(self, name: str, indices: tuple[str, ...]) -> Rich:
        own = name[1:].removeprefix("_")
        short = all(len(index) == 1 for index in indices)
        text = ("" if short and not own else ",").join([*([own] if own else []), *indices])
        letter = Rich((Run(name[0]),))
        return letter + Rich((Run(text, -1),)) if text else letter

    def derivative(self, y: Rich, x: Rich, *, partial: bool = True) -> Rich:
        """dy/dx, with ∂ where the document writes that and there is more than one variable."""
        sign = self.notation.derivative if partial else "d"
        return rich(sign) + y + f"/{sign}" + x

    def operator(self, x: Rich, *, partial: bool = True) -> Rich:
        sign = self.notation.derivative if partial else "d"
        return f"{sign}/{sign}" + x

    def spelled(
        self,
        node: Node,
        shapes: Mapping[str, tuple[int, ...]],
        partial: Callable[[str, str], bool] = lambda y, x: True,
    ) -> Rich:
        """An expression as a whole: products of arrays with the document's signs.

        `partial` says of which derivatives there are several.
        """
        return _Speller(self, shapes, partial).write(node)[0]


class _Speller:
    def __init__(
        self,
        spelling: Spelling,
        shapes: Mapping[str, tuple[int, ...]],
        partial: Callable[[str, str], bool],
    ) -> None:
        self.spelling, self.shapes, self.partial = spelling, shapes, partial

    def is_array(self, node: Node) -> bool:
        match node:
            case Variable(name, ()):
                return bool(self.shapes.get(name))
            case Opposite(operand):
                return self.is_array(operand)
            case Operation("@", left, right):
                return True
            case Operation(_, left, right):
                return self.is_array(left) or self.is_array(right)
            case Listing():
                return True
            case Function(name, arguments):
                return name not in ("sum", "dot", "delta", "D", "slope") and any(
                    map(self.is_array, arguments)
                )
        return False

    def wrapped(self, node: Node, least: int) -> Rich:
        text, binds = self.write(node)
        return text if binds >= least else "(" + text + ")"

    def write(self, node: Node) -> tuple[Rich, int]:
        match node:
            case Literal(0.5):
                return rich("½"), ATOM
            case Literal(value):
                return rich(number_text(value)), ATOM
            case Variable(name, ()):
                return self.spelling.name(name), ATOM
            case Variable(name, indices):
                return self.spelling.lowered(name, tuple(map(self.index, indices))), ATOM
            case Opposite(operand):
                return "−" + self.wrapped(operand, PRODUCT), SIGNED
            case Operation("^", left, right):
                return self.wrapped(left, ATOM) + _raised(self.write(right)[0]), POWER
            case Operation("@", left, right):
                return self.wrapped(left, PRODUCT) + " " + self.wrapped(right, SIGNED), PRODUCT
            case Operation(sign, left, right):
                arrays = self.is_array(left) and self.is_array(right)
                signs = {"+": " + ", "-": " − ", "*": "·", "/": "/"}
                if arrays:
                    signs |= {"*": f" {self.spelling.notation.hadamard} ", "/": " ⊘ "}
                binds = PRODUCT if sign in "*/" else SUM
                behind = self.wrapped(right, binds + (sign in "-/"))
                if isinstance(right, Opposite):
                    behind = "(" + behind + ")"
                return self.wrapped(left, binds) + signs[sign] + behind, binds
            case Summation(over, body):
                lowered = Rich((Run("".join(over), -1),))
                return "Σ" + lowered + " " + self.wrapped(body, PRODUCT), PRODUCT
            case Listing(items):
                return "(" + self.joined(items) + ")", ATOM
            case Function(name, arguments):
                return self.function(name, arguments)
        raise TypeError(f"{node!r} is no node of an expression")

    def index(self, node: Node) -> str:
        return self.write(node)[0].text

    def joined(self, nodes: tuple[Node, ...]) -> Rich:
        result = self.write(nodes[0])[0]
        for node in nodes[1:]:
            result = result + ", " + self.write(node)[0]
        return result

    def function(self, name: str, arguments: tuple[Node, ...]) -> tuple[Rich, int]:
        if name == "transpose":
            return self.wrapped(arguments[0], ATOM) + Rich((Run("T", 1),)), ATOM
        if name == "delta":
            return "δ" + Rich((Run("".join(map(self.index, arguments)), -1),)), ATOM
        if name == "dot":
            one, other = (self.wrapped(each, POWER) for each in arguments)
            return one + "·" + other, PRODUCT
        if name == "D":
            y, x = (self.write(each)[0] for each in arguments)
            names = [each.name for each in arguments if isinstance(each, Variable)]
            partial = len(names) < 2 or self.partial(names[0], names[1])
            return self.spelling.derivative(y, x, partial=partial), ATOM
        if name == "slope":
            y, x = (self.write(each)[0] for each in arguments)
            return "Δ" + y + "/Δ" + x, ATOM
        if name == "log":
            return "log" + Rich((Run(self.index(arguments[1]), -1),)) + "(" + self.write(
                arguments[0]
            )[0] + ")", ATOM
        if name == "identity":
            return rich("I"), ATOM
        if name == "ones":
            return rich("1⃗"), ATOM
        return WRITTEN.get(name, name) + "(" + self.joined(arguments) + ")", ATOM


def _raised(exponent: Rich) -> Rich:
    """An exponent; nothing stands higher than raised text, so a power in it has a ^."""
    text = "".join(f"^{run.text}" if run.level > 0 else run.text for run in exponent.runs)
    return Rich((Run(text, 1),))
