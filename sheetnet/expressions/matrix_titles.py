"""The titles of matrices read: names, products, transposes, functions of all numbers.

It shares nothing with what writes them; what a name means is for the caller to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from sheetnet.expressions.array_operations import quotient
from sheetnet.expressions.reading import (
    END,
    FUNCTIONS,
    LOW,
    UP,
    Function,
    UnreadableError,
)

LABEL = r"(?:\^\{(?![Tt]\})[^}]*\})"
LETTER = r"(?:[A-Za-zŷŶΔδ]⃗?|𝟏)"
NAME = rf"{LETTER}(?:_\{{[^}}]*\}})?{LABEL}?"
DERIVED = rf"[d∂](?:{NAME}|σ_\{{\d+\}})/[d∂]{NAME}"
#: All slopes of a layer, called by its activation.
SLOPE = r"[A-Za-zσ]+(?:_\{\d+\})?′"
TOKEN = re.compile(
    rf"(?P<function>[A-Za-zσ]+(?:_\{{\d+\}})?′?(?=\())|(?P<letter>[α-γε-ω](?:\d|_\{{[^}}]*\}})?(?!\w*′))"
    rf"|(?P<name>{SLOPE}|{DERIVED}|{NAME})|(?P<number>\d+|½)|(?P<sum>Σ ?)"
    r"|(?P<turned>\^\{[Tt]\})|(?P<sign>[()+−/]|[∘⊙⊗⊘])|(?P<times>·| )"
)
#: A sign, and how strongly it binds; two matrices side by side are a product.
BINDING = {"+": 1, "−": 1, "∘": 2, "⊙": 2, "⊗": 2, "⊘": 2, "/": 2, "": 3}
FloatArray = npt.NDArray[np.float64]
#: A function of matrices whose rows are examples.
Whole = Callable[[FloatArray], FloatArray]


class UnreadError(Exception):
    """A title that is no equation of names alone."""


class OpenError(Exception):
    """A title that its sheet does not say enough for."""


class Known(Protocol):
    """What a title looks up beside the matrices of its sheet."""

    @property
    def functions(self) -> Mapping[str, Function]: ...

    @property
    def examples(self) -> int:
        """How many there are: N."""
        ...

    @property
    def letters(self) -> Mapping[str, float]:
        """Rates, strengths and what a loss depends on, by their letters."""
        ...

    @property
    def whole(self) -> Mapping[str, Whole]:
        """Functions of all units of a layer, by their names."""
        ...


def alike(one: Any, other: FloatArray) -> bool:
    """Whether two matrices are one but for rounding, and for what is no number of the first."""
    if np.shape(one) != other.shape:
        return False
    return bool((~np.isfinite(one) | np.isclose(one, other, rtol=1e-9, atol=1e-12)).all())


def braced(line: str) -> str:
    """A line for the reader of symbols as one for this: raised and lowered parts in braces."""
    line = line.replace(LOW, "_{").replace(UP, "^{").replace(END, "}")
    return re.sub(r" ([∘⊙⊗⊘+−=]) ", r"\1", line)


def marked(title: str) -> str:
    """A title with raised and lowered parts in braces as a line for the reader of symbols."""
    return re.sub(
        r"\^\{([^}]*)\}", rf"{UP}\1{END}", re.sub(r"_\{([^}]*)\}", rf"{LOW}\1{END}", title)
    )


def tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise UnreadError(text)
        found.append((str(match.lastgroup), match.group()))
        at = match.end()
    return found


class Reader:
    """Precedence climbing over matrices."""

    def __init__(
        self,
        left: list[tuple[str, str]],
        *,
        matrices: Mapping[str, Any],
        decoder: Known,
        axis: int | None,
        single: bool,
    ) -> None:
        self.left, self.matrices, self.decoder, self.axis = left, matrices, decoder, axis
        #: Whether a dot between matrices is said of their numbers, one by one.
        self.single = single

    def read(self) -> Any:
        value = self._sum(0)
        if self.left:
            raise UnreadError(self.left[0][1])
        return value

    def _sum(self, least: int) -> Any:
        value = self._factor()
        while self.left:
            kind, sign = self.left[0]
            joined = kind == "sign" and sign != "("
            if sign == ")" or BINDING.get(sign if joined else "", 0) <= least:
                return value
            if joined or kind == "times":
                self.left.pop(0)
            each = self.single and (kind, sign) == ("times", "·")
            sign = sign if joined else "∘" if each else ""
            strength = BINDING[""] if sign in "/⊘" else BINDING[sign]  # divided by one factor
            value = self._joined(sign, value, self._sum(strength))
        return value

    @staticmethod
    def _joined(sign: str, one: Any, other: Any) -> Any:
        if sign == "" and np.ndim(one) and np.ndim(other):
            return one @ other
        work: dict[str, Any] = {
            "+": np.add,
            "−": np.subtract,
            "/": np.divide,
            "⊘": quotient,
        }
        return work.get(sign, np.multiply)(one, other)

    def _factor(self) -> Any:
        if not self.left:
            raise UnreadError("")
        kind, text = self.left.pop(0)
        if kind == "function":
            return self._applied(text)
        if kind == "sum":  # over units or examples: the other axis is tried as well
            return np.sum(self._sum(1), axis=self.axis, keepdims=True)
        if text == "−":
            return -self._sum(BINDING["−"])
        if text == "(":
            value = self._sum(0)
            if not self.left or self.left.pop(0)[1] != ")":
                raise UnreadError(text)
        elif kind == "name" and text in self.matrices:
            value = self.matrices[text]
        elif text == "N":
            value = float(self.decoder.examples)
        elif (letter := re.sub(r"[_{}]", "", text)) in self.decoder.letters:
            value = self.decoder.letters[letter]
        elif kind == "number":
            value = 0.5 if text == "½" else float(text)
        else:
            raise UnreadError(text)
        if self.left and self.left[0][0] == "turned":
            self.left.pop(0)
            value = value.T
        return value

    def _applied(self, name: str) -> Any:
        """A function of all numbers of a matrix, one by one."""
        function = FUNCTIONS.get(name) or self.decoder.functions.get(name)
        whole = self.decoder.whole.get(name)
        if function is None and whole is None:
            raise OpenError(name)
        self.left.pop(0)
        argument = self._sum(0)
        if not self.left or self.left.pop(0)[1] != ")":
            raise UnreadError(name)
        if whole is not None:  # of the units of each example: the other axis is tried as well
            return whole(argument) if self.axis else np.transpose(whole(np.transpose(argument)))
        assert function
        try:
            return np.vectorize(lambda one: function([float(one)], {}))(argument)
        except (UnreadableError, ArithmeticError, ValueError, LookupError, TypeError):
            raise OpenError(name) from None  # it has hyper-parameters, in each layer others
