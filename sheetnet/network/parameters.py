"""The parameters of a network one by one: the weights and biases that a learner may choose."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sheetnet.expressions.rich import Rich
from sheetnet.network.net import Net
from sheetnet.network.quantities import UNIT, Quantity
from sheetnet.network.symbols import Symbols
from sheetnet.records import record

#: A drop-down with more choices than these is no help.
MOST_CHOICES = 1_000


@record
class Parameter:
    """One number that training changes, and its place on the axes of its quantity."""

    quantity: Quantity
    layer: int
    index: tuple[tuple[str, int], ...]

    @property
    def place(self) -> dict[str, int]:
        return dict(self.index)

    def symbol(self, symbols: Symbols) -> Rich:
        """How the document writes it."""
        return self.quantity.symbol(symbols, self.layer, self.place)


@lru_cache(maxsize=16)
def every(net: Net) -> tuple[Parameter, ...]:
    """All parameters: of each unit its weights, then its bias."""
    found = []
    for layer in net.layers:
        for number, quantity in enumerate(layer.parameters):
            lengths = net.lengths(quantity, layer.number, 1)
            for index in np.ndindex(*lengths.values()):
                place = tuple(zip(lengths, index, strict=True))
                unit = index[0] if index else layer.units  # what all units share comes last
                found.append((layer.number, unit, number, Parameter(quantity, layer.number, place)))
    found.sort(key=lambda each: each[:3])
    return tuple(parameter for *_, parameter in found)


@lru_cache(maxsize=16)
def choosable(net: Net) -> tuple[Parameter, ...]:
    """The parameters of single units, by which a learner may look at the network; none where
    they are too many for a drop-down."""
    if net.parameter_count > MOST_CHOICES:
        return ()
    return tuple(parameter for parameter in every(net) if UNIT in parameter.place)
