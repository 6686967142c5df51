"""Derivatives that a run does not keep, read back: of z and a by what they are made of, of an
example's loss by parameters and activations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sheetnet.expressions.reading import Symbol
from sheetnet.network.engine import FloatArray
from sheetnet.network.layers.dense import Dense
from sheetnet.network.quantities import ACTIVATION, DELTA, WEIGHT, Quantity, Z

if TYPE_CHECKING:
    from sheetnet.network.decoding import Decoder


def partial(decoder: Decoder, of: Symbol, by: Symbol) -> float | None:
    """The derivative of a unit's z by a parameter or a value below, or of its activation by its z;
    0 by those of other units.

    None where an array is meant, or an activation of a whole layer. Raises `ValueError` where a
    layer or unit is not there.
    """
    document, numbers = decoder.document, decoder.numbers
    output = document.outputs == of.letter
    if output and not of.upper and (of.lower or decoder.sizes[-1] == 1):
        layer, unit = len(decoder.sizes) - 1, decoder.unit(of.lower or str(document.first))
    elif of.letter in ("z", "a") and of.lower and of.upper:
        layer, unit = decoder.layer(of.upper), decoder.unit(of.lower)
    else:
        return None
    if not by.lower:
        return None
    if of.letter == "a" or output:
        own = numbers.net.layers[layer - 1]
        if by.letter != "z" or not isinstance(own, Dense) or own.activation.slope is None:
            return None
        z, a = (numbers.now(quantity, layer)[numbers.sample] for quantity in (Z, ACTIVATION))
        slope = own.activation.slope(z, a, own.hyper)
        own_z = (decoder.layer(by.upper), decoder.unit(by.lower)) == (layer, unit)
        return _where(own_z, slope[unit])
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


def of_example(decoder: Decoder, parameter: Quantity, layer: int) -> FloatArray:
    """The derivatives of the example's loss by the parameters of a layer, as these stand."""
    numbers, sample = decoder.numbers, decoder.numbers.sample
    delta = numbers.now(DELTA, layer)[sample]
    if not np.ndim(numbers.now(parameter, layer)):  # a bias that all units share
        return np.asarray(delta.sum())
    return np.outer(delta, numbers.below(layer)[sample]) if parameter == WEIGHT else delta


def by_parameter(
    decoder: Decoder, parameter: Quantity, layer: int, index: tuple[int, ...]
) -> float:
    """The derivative of the example's loss by a parameter, where the loss has a letter."""
    return float(of_example(decoder, parameter, layer)[index])


def by_activation(decoder: Decoder, symbol: Symbol) -> float:
    """The derivative of the example's loss by what a unit gives: at the output by the targets,
    below along the weights of the next layer."""
    numbers, document, depth = decoder.numbers, decoder.document, len(decoder.sizes) - 1
    output = symbol.letter == document.outputs
    layer = depth if output else decoder.layer(symbol.upper)
    alone = output and document.lone and decoder.sizes[-1] == 1 and not symbol.lower
    unit = 0 if alone else decoder.unit(symbol.lower)
    return float(by_values(decoder, layer)[numbers.sample, unit])


def by_values(decoder: Decoder, layer: int) -> FloatArray:
    """The derivative of each example's loss by what a layer gives: examples × units."""
    numbers = decoder.numbers
    if layer == len(decoder.sizes) - 1:
        a, hyper = numbers.now(ACTIVATION, layer), numbers.loss_hyper
        return np.asarray(numbers.net.loss.gradient(a, numbers.targets, hyper))
    return np.asarray(numbers.now(DELTA, layer + 1) @ numbers.now(WEIGHT, layer + 1))
