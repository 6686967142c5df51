"""Written mathematics of vectors and matrices read back: Σ_k W_ik·x_k, H Xᵀ, d/dx[x²].

Like `reading`, it shares nothing with the printer; here names stand for arrays, letters that are
lowered for running indices, and what is to be differentiated may stand in brackets: that is done
by moving a number a little. What is computed is computed with NumPy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice, product
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from sheetnet.expressions.array_operations import (
    PRODUCTS,
    RELATIONS,
    SUMS,
    WHOLE,
    Work,
    aligned,
    multiplied,
)
from sheetnet.expressions.array_tokens import FACTORS, NAME, of_exponent, parts_of, tokens
from sheetnet.expressions.measured import ERROR, UndecidedError, slope
from sheetnet.expressions.reading import (
    END,
    FUNCTIONS,
    LEAST,
    LOW,
    UP,
    Function,
    UnreadableError,
)

FloatArray = npt.NDArray[np.float64]

#: What rounding leaves of an error, in parts of a number.
EXACT = 1e-9
#: Terms that are added up at most, and readings of derivatives that are tried.
MOST_TERMS, MOST_READINGS = 20_000, 64


class Known(Protocol):
    """What the names of a line stand for."""

    #: Arrays by their names as the reader has them: a letter, and what is lowered in marks.
    names: Mapping[str, FloatArray]
    #: How far running indices go, and what the first element is called.
    lengths: Mapping[str, int]
    first: int
    functions: Mapping[str, Function]
    #: Whether each line can be read; in some documents vectors have signs of their own.
    strict: bool

    def slopes(self, mark: str, of: str, by: str) -> list[FloatArray]:
        """What d, ∂ or Δ of one name by another may mean: the axes of the first, then those of
        the second. Raises `LookupError`."""
        ...


class Side(NamedTuple):
    """One side of an equation: its numbers, and what part of their size they may be off."""

    values: FloatArray
    off: float


@dataclass(frozen=True)
class _At:
    """What a part is computed with: running indices, names that were moved."""

    indices: Mapping[str, int] = field(default_factory=dict)
    moved: Mapping[str, FloatArray] = field(default_factory=dict)


Part = Callable[[_At], Any]


def readings(line: str, known: Known, free: str) -> Iterator[list[Side]]:
    """The sides of an equation, for each meaning that its derivatives may have.

    `free` are the letters that run along the axes of a result, in their order. Arrays of ones
    and identities are as long as fits. Raises `UnreadableError`, and `UndecidedError` where a
    slope is none.
    """
    sizes = sorted({length for array in known.names.values() for length in array.shape})
    fits, failed = False, ""
    for side in sizes if "1⃗" in line or "I" in line else sizes[:1] or [1]:
        quotients = len(re.findall(rf"∂{NAME}/∂", line))
        for choice in islice(product((0, 1), repeat=quotients), MOST_READINGS):
            try:
                yield _Reader(line, known, free, side, choice).read()
                fits = True
            except (ValueError, LookupError, ArithmeticError) as error:
                failed = str(error)
    if not fits:
        raise UnreadableError(failed)


class _Reader:
    """Precedence climbing; each part becomes a function of the indices and what is moved."""

    def __init__(
        self, line: str, known: Known, free: str, side: int, choice: tuple[int, ...]
    ) -> None:
        self.known, self.free, self.side, self.choice = known, free, side, list(choice)
        self.off, self.terms = EXACT, 0
        #: What was differentiated last, and where its brackets ended.
        self.body: tuple[Part, int] | None = None
        self.tokens = [*tokens(line), ("", "")]
        self.at = 0

    # Tokens -------------------------------------------------------------------------------

    def peek(self) -> tuple[str, str]:
        """The next token that is no blank."""
        at = self.at + (self.tokens[self.at][0] == "space")
        return self.tokens[at]

    def take(self) -> tuple[str, str]:
        self.at += self.tokens[self.at][0] == "space"
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, text: str) -> None:
        if self.take()[1] != text:
            raise UnreadableError(f"cannot be read from {self.tokens[self.at - 1][1]!r} on")

    # A line ---------------------------------------------------------------------------------

    def read(self) -> list[Side]:
        found: list[Side] = []
        of = self.named(self.tokens[0][1][1:].partition("/")[0]) if self.is_derivative() else None
        while True:
            begins_with = self.peek()[0]
            part = self.total()
            if of and begins_with == "operator" and self.body and self.body[1] == self.at:
                self.expect_same(self.body[0], of)
            of = None if found else of  # what follows are the same slopes, written otherwise
            ranges = [range(self.known.lengths[letter]) for letter in self.free]
            self.off = EXACT
            values = [
                part(_At(dict(zip(self.free, place, strict=True)))) for place in product(*ranges)
            ]
            shape = tuple(map(len, ranges)) + np.shape(values[0])
            array = np.array(values, dtype=float).reshape(shape)
            found.append(Side(array, self.off))
            if not self.peek()[0]:
                return found
            self.expect("=")

    def is_derivative(self) -> bool:
        """Whether the line says what one derivative is."""
        self.at = 1
        alone = self.tokens[0][0] == "quotient" and self.peek()[1] == "="
        self.at = 0
        return alone

    def expect_same(self, body: Part, of: Part) -> None:
        """What is differentiated is what the derivative is of."""
        if not np.allclose(body(_At()), of(_At()), rtol=EXACT, atol=1e-12):
            raise UnreadableError("in its brackets stands something else than is differentiated")

    def total(self) -> Part:
        value = self.product()
        while self.peek()[1] in SUMS:
            value = self.joined(SUMS[self.take()[1]], value, self.product())
        return value

    def product(self) -> Part:
        value = self.signed()
        while True:
            kind, sign = self.peek()
            if sign in PRODUCTS:
                self.take()
                value = self.joined(PRODUCTS[sign], value, self.signed())
            elif self.is_product(kind, sign):
                value = self.joined(multiplied, value, self.signed())
            else:
                return value

    def is_product(self, kind: str, sign: str) -> bool:
        """Whether a factor follows without a sign: behind a blank, or a name behind a number."""
        if self.tokens[self.at][0] == "space":
            return kind in FACTORS or sign == "("
        before = self.tokens[self.at - 1]
        is_value = before[0] in ("number", "name", "power") or before[1] == ")"
        return is_value and (kind in ("name", "sum") or sign == "(")

    @staticmethod
    def joined(work: Work, one: Part, other: Part) -> Part:
        return lambda at: work(one(at), other(at))

    def signed(self) -> Part:
        """A minus sign in front belongs to the whole product that follows it."""
        if self.peek()[1] in ("−", "-"):
            self.take()
            value = self.product()
            return lambda at: -value(at)
        return self.power()

    def power(self) -> Part:
        value = self.atom()
        while self.peek()[0] == "power":
            text = self.take()[1].strip(UP + END)
            value = self.transposed(value) if text in "Tt" else self.raised(value, text)
        return value

    @staticmethod
    def transposed(value: Part) -> Part:
        return lambda at: np.transpose(value(at))

    def raised(self, value: Part, text: str) -> Part:
        above, _, below = text.replace("½", "1/2").replace("−", "-").partition("/")
        try:
            number = float(above) / float(below or 1)
        except ValueError:
            exponent = self.exponent(text)
            return lambda at: np.power(value(at), exponent(at))
        return lambda at: np.power(value(at), number)

    def exponent(self, text: str) -> Part:
        """What is raised, where nothing is raised or lowered any more."""
        reader = _Reader(of_exponent(text), self.known, self.free, self.side, ())
        part = reader.total()
        reader.expect("")
        return part

    # Atoms ------------------------------------------------------------------------------------

    def atom(self) -> Part:
        kind, text = self.take()
        if kind in ("number", "half"):
            number = 0.5 if kind == "half" else float(text.replace("−", "-"))
            return lambda at: number
        if kind == "unit":
            return lambda at: np.ones(self.side)
        if kind == "name":
            return self.named(text)
        if kind == "sum":
            return self.summed(text[1:].strip(LOW + END))
        if kind == "indicator":
            return self.indicator()
        if kind == "operator":
            return self.differentiated(text)
        if kind == "quotient":
            return self.quotient(text)
        if kind in ("function", "logarithm"):
            argument = self.arguments() if text.endswith("(") else [self.power()]
            return self.applied(text.rstrip("( "), argument)
        if text == "(":
            parts = self.arguments()
            if len(parts) == 1:
                return parts[0]
            return lambda at: np.array([part(at) for part in parts])
        raise UnreadableError(f"cannot be read from {text!r} on")

    def arguments(self) -> list[Part]:
        """Up to the closing bracket."""
        parts = [self.total()]
        while self.peek()[1] == ",":
            self.take()
            parts.append(self.total())
        self.expect(")")
        return parts

    def named(self, text: str) -> Part:
        letter, lowered, raised = parts_of(text)

        def value(at: _At) -> Any:
            if letter in at.indices and not lowered and not raised:
                return float(at.indices[letter] + self.known.first)
            try:
                name, place = self.resolved(text, at)
            except LookupError:
                if letter == "δ" and len(lowered) == 2:
                    one, other = (self.number(each, at) for each in lowered)
                    return float(one == other)
                if text == "I":
                    return np.eye(self.side)
                raise
            whole = at.moved.get(name, self.known.names[name])
            return whole[place]

        return value

    def resolved(self, text: str, at: _At) -> tuple[str, tuple[int, ...]]:
        """The name of an array, and the place in it that a symbol means."""
        names, (letter, lowered, raised) = self.known.names, parts_of(text)
        if text in names:
            return text, ()
        parts = lowered.split(",") if "," in lowered else list(lowered)
        name = f"{letter}{LOW}{parts[0]}{END}{raised}" if parts else ""
        if name and name in names:
            parts = parts[1:]
        elif parts and letter + raised in names:
            name = letter + raised
        else:
            raise LookupError(f"{text!r} means nothing here")
        place = tuple(self.number(part, at) - self.known.first for part in parts)
        shape = names[name].shape
        if len(shape) == len(place) + 1 and shape[-1] == 1:  # a column
            place += (0,)
        if len(place) != len(shape) or any(not 0 <= p < n for p, n in zip(place, shape)):  # noqa: B905
            raise LookupError(f"{text!r} is no element of {name}")
        return name, place

    def number(self, index: str, at: _At) -> int:
        if index in at.indices:
            return at.indices[index] + self.known.first
        if not index.isdigit():
            raise LookupError(f"{index!r} is no index here")
        return int(index)

    def summed(self, letters: str) -> Part:
        body = self.product()
        letters, _, but = letters.partition("≠")
        ranges = [range(self.known.lengths[letter]) for letter in letters]

        def value(at: _At) -> Any:
            result: Any = 0.0
            for place in product(*ranges):
                if but and place == (at.indices[but],):
                    continue
                self.terms += 1
                if self.terms > MOST_TERMS:
                    raise UndecidedError
                result = result + body(
                    replace(at, indices={**at.indices, **dict(zip(letters, place, strict=True))})
                )
            return result

        return value

    def indicator(self) -> Part:
        """1 where a condition holds, 0 where it does not."""
        left, sign, right = self.total(), self.take()[1], self.total()
        self.expect("]")
        holds = RELATIONS.get(sign)
        if holds is None:
            raise UnreadableError(f"{sign!r} compares nothing")
        return lambda at: np.where(holds(left(at), right(at)), 1.0, 0.0)

    def applied(self, name: str, arguments: list[Part]) -> Part:
        if name.startswith("log"):
            base = self.named_or_number(name.removeprefix("log").strip(LOW + END))
            return lambda at: np.log(np.maximum(arguments[0](at), LEAST)) / np.log(base(at))
        if name in WHOLE:
            return lambda at: WHOLE[name](arguments[0](at))
        function = self.known.functions.get(name) or FUNCTIONS.get(name)
        if function is None:
            raise UnreadableError(f"{name} is no function that is known")

        def value(at: _At) -> Any:
            values = [part(at) for part in arguments]
            if len(values) == 2:
                values = list(aligned(*values))
            return np.vectorize(lambda *x: function(list(x), {}), otypes=[float])(*values)

        return value

    def named_or_number(self, text: str) -> Part:
        if text.replace(".", "").isdigit():
            return lambda at: float(text)
        return self.named(text)

    # Derivatives ------------------------------------------------------------------------------

    def quotient(self, text: str) -> Part:
        mark = text[0]
        of, by = text[1:].split(f"/{mark}")
        chosen = self.choice.pop(0) if mark == "∂" and self.choice else 0

        def value(at: _At) -> Any:
            one, place = self.resolved(of, at)
            other, by_place = self.resolved(by, at)
            meanings = self.known.slopes(mark, one, other)
            whole: Any = meanings[min(chosen, len(meanings) - 1)]
            if len(place) + len(by_place) > whole.ndim:  # of columns: one axis each
                place, by_place = place[:1], by_place[:1]
            of_one = whole[place]
            return of_one[(..., *by_place)] if by_place else of_one

        return value

    def differentiated(self, text: str) -> Part:
        """The slope of what stands in the brackets by a number, all other names held."""
        by = text[3:-1]
        body = self.total()
        self.expect("]")

        def value(at: _At) -> Any:
            name, place = self.resolved(by, at)
            start = self.known.names[name]

            def moved(far: float) -> Any:
                array = np.array(start, dtype=float)
                array[place] += far
                return body(replace(at, moved={**at.moved, name: array}))

            self.off = ERROR
            return slope(moved, max(1.0, abs(float(start[place]))))

        self.body = body, self.at
        return value
