"""The functions that equations and titles of a network call by their names, computed by NumPy."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from sheetnet.expressions.reading import Facts, Function
from sheetnet.network.activations import ACTIVATIONS, Activation, Hyper
from sheetnet.network.engine import FloatArray
from sheetnet.network.layers.dense import Dense
from sheetnet.network.live import chosen

if TYPE_CHECKING:
    from sheetnet.network.decoding import Decoder

#: A function of matrices whose rows are examples.
Whole = Callable[[FloatArray], FloatArray]
#: A logarithm in a loss ends there, as in PyTorch's BCELoss.
LOWEST = -100.0


def functions(decoder: Decoder) -> dict[str, Function]:
    """The activations, their slopes and the logarithm of a document."""
    found: dict[str, Function] = {decoder.document.log: _logarithm}
    for each in ACTIVATIONS.values():
        if each.slope:
            found[each.symbol] = partial(_value, each)
            found[f"{each.symbol}′"] = partial(_slope, each)
    for layer in decoder.numbers.net.layers:
        if layer.shared_by and isinstance(layer, Dense):  # what the drop-down says
            own, symbol = chosen(layer.hyper), layer.activation.symbol
            found[symbol], found[f"{symbol}′"] = partial(_value, own), partial(_slope, own)
    return found | _of_layers(decoder)


def _of_layers(decoder: Decoder) -> dict[str, Function]:
    """Activations as titles call them: σ with the number of a layer, or the symbol of one of which
    all layers that have it agree on its hyper-parameters."""
    found: dict[str, Function] = {}
    alike: dict[str, list[Hyper]] = {}
    for layer, activation in activations(decoder):
        if activation.slope:
            hyper = decoder.numbers.net.layers[layer - 1].hyper
            value = partial(_bound, activation, hyper)
            found[f"σ_{{{layer}}}"] = value
            alike.setdefault(activation.symbol, []).append(hyper)
            if hyper and all(other == hyper for other in alike[activation.symbol]):
                found[activation.symbol] = value
            elif hyper:
                found.pop(activation.symbol, None)
    return found


def _bound(activation: Activation, hyper: Hyper, arguments: list[float], _: Facts) -> float:
    return _value(activation, arguments, hyper)


def _whole(activation: Activation, hyper: Hyper, z: FloatArray) -> FloatArray:
    return np.asarray(activation.value(z, hyper))


def whole(decoder: Decoder) -> dict[str, Whole]:
    """Activations of all units of a layer together."""
    found: dict[str, Whole] = {}
    for layer, activation in activations(decoder):
        if not activation.slope:
            value = partial(_whole, activation, decoder.numbers.net.layers[layer - 1].hyper)
            found[f"σ_{{{layer}}}"] = value
            found[decoder.document.softmax or activation.symbol] = value
    return found


def activations(decoder: Decoder) -> Iterator[tuple[int, Activation]]:
    for number, layer in enumerate(decoder.numbers.net.layers, 1):
        if isinstance(layer, Dense):
            yield number, layer.activation


def _logarithm(arguments: list[float], facts: Facts) -> float:
    return max(math.log(arguments[0]), LOWEST) if arguments[0] > 0 else LOWEST


def _value(activation: Activation, arguments: list[float], facts: Facts) -> float:
    return float(activation.value(np.array(arguments), facts)[0])


def _slope(activation: Activation, arguments: list[float], facts: Facts) -> float:
    assert activation.slope
    z = np.array(arguments)
    return float(activation.slope(z, activation.value(z, facts), facts)[0])
