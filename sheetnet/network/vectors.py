"""What the letters of vectors stand for where indices run: a_j, z_j, t_i of the output layer.

They are columns: of the chosen step and example, by the documents' letters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from sheetnet.expressions.array_tokens import parts_of
from sheetnet.expressions.measured import slope
from sheetnet.expressions.reading import END, UP, Function
from sheetnet.network.engine import FloatArray
from sheetnet.network.layers.dense import Dense
from sheetnet.network.partials import by_values
from sheetnet.network.quantities import ACTIVATION, COST, DELTA, LOSS, WEIGHT, Z

if TYPE_CHECKING:
    from sheetnet.network.decoding import Decoder

#: Indices of outputs.
RUNNING = "ijk"


class _Names(Mapping[str, FloatArray]):
    """Names as they are met: a letter, and a layer raised."""

    def __init__(self, decoder: Decoder) -> None:
        self.decoder = decoder

    def __getitem__(self, name: str) -> FloatArray:
        letter, lowered, raised = parts_of(name)
        decoder, numbers = self.decoder, self.decoder.numbers
        document, label = decoder.document, raised.strip(UP + END)
        if lowered:
            raise KeyError(name)
        if label:
            if not decoder.is_layer(label) or letter not in ("a", "z", "W"):
                raise KeyError(name)
            layer, own = decoder.layer(label), numbers.sample
            if letter == "W":
                return self.turned(numbers.now(WEIGHT, layer))
            if not layer:
                return _column(numbers.inputs[own])
            return _column(numbers.now({"a": ACTIVATION, "z": Z}[letter], layer)[own])
        last = len(decoder.sizes) - 1
        held: dict[str, FloatArray] = {
            **{key: np.asarray(value) for key, value in decoder.letters.items()},
            document.targets: _column(numbers.targets[numbers.sample]),
            decoder.loss: np.asarray(numbers.now(LOSS)[numbers.sample]),
        }
        if decoder.cost != decoder.loss:
            held[decoder.cost] = np.asarray(numbers.now(COST))
        if document.outputs:
            held[document.outputs] = _column(numbers.now(ACTIVATION, last)[numbers.sample])
        return held[letter]

    def turned(self, weights: FloatArray) -> FloatArray:
        """Units × sources, or sources × units, as the document has them."""
        return weights.T if self.decoder.document.source_first else weights

    def __iter__(self) -> Iterator[str]:
        """They are not all told."""
        return iter(())

    def __len__(self) -> int:
        return 0


def _column(values: FloatArray) -> FloatArray:
    return np.asarray(values, np.float64)[:, None]


class Vectors:
    """The names of the output layer, for lines whose indices run along its units."""

    def __init__(self, decoder: Decoder) -> None:
        self.decoder = decoder
        self.names = _Names(decoder)
        self.lengths = dict.fromkeys(RUNNING, decoder.sizes[-1])
        self.first = decoder.document.first
        document = decoder.document
        #: Arrows, rows, an H or a ŷ are not read here.
        self.strict = not (document.rows or document.of_cost or document.outputs)
        self.functions: Mapping[str, Function] = decoder.functions

    def slopes(self, mark: str, of: str, by: str) -> list[FloatArray]:
        """Of the loss by sums, outputs and weights, of outputs by sums. Raises `LookupError`."""
        decoder, numbers = self.decoder, self.decoder.numbers
        depth = len(decoder.sizes) - 1
        letter, by_letter = of[0], by[0]
        if mark == "Δ":
            raise LookupError(of)
        if letter in (decoder.loss, decoder.cost):
            if by_letter == "W":
                layer = decoder.layer(parts_of(by)[2].strip(UP + END))
                delta, below = numbers.now(DELTA, layer), numbers.below(layer)
                return [self.names.turned(np.outer(delta[numbers.sample], below[numbers.sample]))]
            if by_letter == "z":
                return [_column(numbers.now(DELTA, depth)[numbers.sample])]
            return [_column(by_values(decoder, depth)[numbers.sample])]
        own = numbers.net.layers[-1]
        if by_letter != "z" or not isinstance(own, Dense):
            raise LookupError(of)
        z = numbers.now(Z, depth)[numbers.sample]

        def moved(far: float) -> FloatArray:
            """The outputs, where each sum in turn is another."""
            return np.asarray(own.activation.value(z + far * np.eye(len(z)), own.hyper)).T

        return [slope(moved, 1.0)]
