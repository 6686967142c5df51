"""The numbers of the panel factors, in NumPy: of the chosen example, vectors as columns."""

from __future__ import annotations

import numpy as np

from sheetnet.network.engine import FloatArray
from sheetnet.network.layers.dense import Dense
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, DELTA, WEIGHT, Quantity, Z


def below(numbers: Numbers, layer: int) -> FloatArray:
    found: FloatArray = numbers.below(layer)[numbers.sample][:, None]
    return found


def column(numbers: Numbers, quantity: Quantity, layer: int) -> FloatArray:
    found: FloatArray = numbers.now(quantity, layer)[numbers.sample][:, None]
    return found


def slope(numbers: Numbers, layer: int) -> FloatArray:
    own = numbers.net.layers[layer - 1]
    assert isinstance(own, Dense)
    z, a = (column(numbers, quantity, layer) for quantity in (Z, ACTIVATION))
    slope: FloatArray = own.activation.back(z, a, np.ones_like(z), own.hyper)
    return slope


def by_activation(numbers: Numbers, layer: int) -> FloatArray:
    """∂L/∂a: at the output by the targets, below from the next layer's δ."""
    if layer == numbers.net.depth:
        a, t = numbers.now(ACTIVATION, layer), numbers.targets
        gradient = numbers.net.loss.gradient(a, t, numbers.loss_hyper)
        found: FloatArray = gradient[numbers.sample][:, None]
        return found
    back: FloatArray = numbers.now(WEIGHT, layer + 1).T @ column(numbers, DELTA, layer + 1)
    return back


def by_weight(numbers: Numbers, layer: int) -> FloatArray:
    found: FloatArray = column(numbers, DELTA, layer) @ below(numbers, layer).T
    return found
