"""The derivatives that no letter of the loss begins, read: of z and a by what they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetnet.expressions.reading import Symbol
from sheetnet.network.layers.dense import Dense
from sheetnet.network.quantities import ACTIVATION, WEIGHT, Z

if TYPE_CHECKING:
    from sheetnet.network.decoding import Decoder


def partial(decoder: Decoder, of: Symbol, by: Symbol) -> float | None:
    """The derivative of a unit's z by a parameter or a value below, or of its activation by its z;
    0 by those of other units.

    None where an array is meant, or an activation of a whole layer. Raises `ValueError` where a
    layer or unit is not there.
    """
    if of.letter not in ("z", "a") or not (of.lower and of.upper and by.lower):
        return None
    layer, unit = decoder.layer(of.upper), decoder.unit(of.lower)
    numbers = decoder.numbers
    if of.letter == "a":
        own = numbers.net.layers[layer - 1]
        if by.letter != "z" or not isinstance(own, Dense) or own.activation.slope is None:
            return None
        z, a = (numbers.now(quantity, layer)[numbers.sample] for quantity in (Z, ACTIVATION))
        slope = own.activation.slope(z, a, own.hyper)
        return _where(
            (decoder.layer(by.upper), decoder.unit(by.lower)) == (layer, unit), slope[unit]
        )
    if by.letter == "a":
        source = decoder.unit(by.lower)
        weight = numbers.now(WEIGHT, layer)[unit, source]
        return _where(decoder.layer(by.upper) == layer - 1, weight)
    if by.letter not in (decoder.document.weight, "b"):
        return None
    quantity, at, place = decoder.parameter(by)
    value = decoder.node(layer - 1, place[1]) if quantity == WEIGHT else 1.0
    return _where(at == layer and place[:1] in ((), (unit,)), value)


def _where(related: bool, value: float) -> float:
    return float(value) if related else 0.0
