"""What the symbols on a section's sheet mean: read back by the proof."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from sheetnet.calculus.numbers import Numbers
from sheetnet.expressions.reading import Function, Symbol, UnreadableError

#: Functions that written mathematics calls by their names.
FUNCTIONS: dict[str, Function] = {
    "sin": lambda x, _: math.sin(x[0]),
    "cos": lambda x, _: math.cos(x[0]),
    "tanh": lambda x, _: math.tanh(x[0]),
    "abs": lambda x, _: abs(x[0]),
    "sign": lambda x, _: float(np.sign(x[0])),
    "σ": lambda x, _: 1 / (1 + math.exp(-x[0])),
}


class Decoder:
    """The numbers that symbols mean, on one sheet: `on` says which."""

    def __init__(self, numbers: Numbers, sheet: str = "") -> None:
        self.numbers = numbers
        self.meanings: dict[tuple[str, str], float] = {}
        for section in numbers.sections:
            if section.sheet.sheet != sheet:
                continue
            for name, value in section.values.items():
                own = name[1:].removeprefix("_")
                for place in np.ndindex(*value.shape):
                    indices = [str(at + section.sheet.first) for at in place]
                    short = all(len(i) == 1 for i in indices) and not own
                    lower = ("" if short else ",").join([*([own] if own else []), *indices])
                    self.meanings[name[0], lower] = float(value[place])

    def on(self, sheet: str) -> Decoder:
        return Decoder(self.numbers, sheet)

    def __call__(self, symbol: Symbol) -> float:
        if symbol.of or symbol.kept or symbol.upper:
            raise UnreadableError(f"{symbol} means nothing here")
        try:
            return self.meanings[symbol.letter, symbol.lower]
        except KeyError:
            raise UnreadableError(f"{symbol} means nothing here") from None

    @property
    def functions(self) -> Mapping[str, Function]:
        return FUNCTIONS

    @property
    def step(self) -> float | None:
        return None

    @property
    def place(self) -> Mapping[str, int]:
        """There are neither steps nor examples."""
        return {}

    @property
    def ends(self) -> Mapping[str, tuple[int, int]]:
        """Nothing is chosen among several."""
        return {}

    def means(self, quantity: str) -> bool:
        """Its tables have no heads that are symbols."""
        return False

    def named(self, word: str) -> float | None:
        return None

    def before(self, words: str) -> str:
        raise LookupError(f"{words!r} says nothing of a symbol here")

    def held(self, quantity: str, layer: int | None, index: Mapping[str, int]) -> float:
        raise LookupError(f"there is no run with {quantity}")

    def node(self, layer: int, unit: int) -> float:
        raise LookupError("there are no layers")

    def wrong(self, about: str, lines: Mapping[str, str]) -> str:
        raise LookupError("nothing is told of symbols")

    def is_layer(self, text: str) -> bool:
        return False

    def following(self, symbol: Symbol) -> float:
        raise UnreadableError(f"{symbol} has nothing that follows")
