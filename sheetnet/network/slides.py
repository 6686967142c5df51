"""Sheets with letters of their own, and those of one example, read back.

The letters of the slides on one neuron: w_j, b and N, and of an example x_j, y, z, u,
v and e; those of the first, as its row is the first of their table.

Source: Bhadani, "Gradient of Neural Network Loss" to "Scalar vs. Vectorized Operations".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from sheetnet.expressions.matrix_titles import marked
from sheetnet.expressions.reading import Symbol, UnreadableError, symbol_of
from sheetnet.network import neuron_forms
from sheetnet.network.decoding import Decoder
from sheetnet.network.engine import FloatArray
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, BIAS, COST, DELTA, WEIGHT, Z

#: The sheet with these letters, and what a row tells of them.
SHEET, LETTERS = "ReLU neuron", "letters"
#: What a row tells of an operation: its two forms, of single numbers and of whole arrays.
FORMS = "forms"
#: What is more than the name of numbers of single examples.
FORM = re.compile(r"=|/N|\[")
#: An index that runs along units or examples.
RUNNING = re.compile("[ᵢⱼ]")
#: Sheets of the chosen example of a batch.
OF_ONE = ("Factors", "Diagonal matrices", "Long expressions")
#: A letter of the slides, and what it is called on the other sheets.
PAIR = re.compile(r"(\S+) is (\S+?)(?=, |\.?$)")
#: Two letters mean the same up to rounding.
NEAR = 1e-9


class OfSheets(Decoder):
    """The symbols of the document, but on the sheet of the slides theirs."""

    def on(self, sheet: str) -> Decoder:
        if sheet in OF_ONE:
            return OfExample(self.numbers)
        return Slides(self.numbers) if sheet == SHEET else self


class OfExample(Decoder):
    """The names on sheets of the chosen example, as one writes of that alone; derivatives are of
    its loss, which may have the letter of the cost elsewhere."""

    def __init__(self, numbers: Numbers, notation: str = "") -> None:
        super().__init__(numbers, notation)
        self.cost = "" if self.examples > 1 else self.cost

    def matrices(self, name: str, one: bool = False) -> list[FloatArray] | None:
        found = super().matrices(name, one=True)
        if found is None:
            return None
        own = [each[self.numbers.sample :][:1] for each in found if len(each) == self.examples]
        return [*own, *found]


class Slides(Decoder):
    """What the slides' letters mean at the chosen step."""

    def wrong(self, about: str, lines: Mapping[str, str]) -> str:
        """What is wrong with the sentence on the letters of the other sheets."""
        if about == FORMS:
            found = {key: bool(RUNNING.search(line)) for key, line in lines.items()}
            if found != {"scalar": True, "vector": False}:
                return f"indices run in {[k for k, has in found.items() if has]}"
            return neuron_forms.wrong(self.numbers, lines)
        if about != LETTERS:
            return super().wrong(about, lines)
        others = Decoder(self.numbers.at(self.numbers.step, 0))
        for here, there in PAIR.findall(lines["text"]):
            is_cost = there == others.cost  # with which an example's loss may share its letter
            if (here == "C") is not is_cost or not (
                is_cost or abs(self(symbol_of(here)) - others(symbol_of(there))) <= NEAR
            ):
                return f"{here} is another number than {there}"
        return ""

    def forms(self, text: str) -> list[FloatArray]:
        """The sides of an equation in the slides’ letters, a mean or a mask."""
        if not FORM.search(text):
            return []
        try:
            return next(neuron_forms.sides(self.numbers, marked(text)))
        except (UnreadableError, StopIteration):
            return []

    def partial(self, of: Symbol, by: Symbol) -> float | None:
        """The derivative of v² by a weight or the bias: 0 where z is not above 0."""
        if of.letter != "v" or of.upper != "2" or by.letter not in "wb":
            return None
        by_z = float(self.numbers.now(DELTA, 1)[0, 0])
        return by_z if by.letter == "b" else by_z * _element(self.numbers.inputs[0], by)

    def _look(self, symbol: Symbol) -> float:
        numbers, letter = self.numbers, symbol.letter
        if letter in "wx" and symbol.lower:
            held = {"w": numbers.now(WEIGHT, 1)[0], "x": numbers.inputs[0]}[letter]
            return _element(held, symbol)
        z, u = (float(numbers.now(quantity, 1)[0, 0]) for quantity in (Z, ACTIVATION))
        y = float(numbers.targets[0, 0])
        known = {
            "b": float(np.ravel(numbers.now(BIAS, 1))[0]),
            "N": float(len(numbers.targets)),
            "C": float(numbers.now(COST)),
            **{"y": y, "z": z, "u": u, "v": y - u, "e": z - y},
        }
        power = int(symbol.upper or 1)
        return known[letter + symbol.lower] ** power


def _element(array: FloatArray, symbol: Symbol) -> float:
    """An element, by the index of a symbol, which begins at 1. Raises `LookupError`."""
    return float(dict(enumerate(array, 1))[int(symbol.lower)])
