"""The numbers of the panel element-and-matrix, in NumPy: units × examples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sheetnet.network.engine import FloatArray
from sheetnet.network.layers.dense import Dense
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, DELTA, WEIGHT, Quantity, Z


def turned(quantity: Quantity, layer: int) -> Callable[[Numbers], FloatArray]:
    return lambda numbers: numbers.now(quantity, layer).T


def slope(numbers: Numbers, layer: int) -> FloatArray:
    own = numbers.net.layers[layer - 1]
    assert isinstance(own, Dense)
    z, a = numbers.now(Z, layer), numbers.now(ACTIVATION, layer)
    found: FloatArray = own.activation.back(z, a, np.ones_like(z), own.hyper)
    return found.T


def h(numbers: Numbers, layer: int) -> FloatArray:
    found: FloatArray = numbers.now(DELTA, layer).T / len(numbers.inputs)
    return found


def by_activation(numbers: Numbers, layer: int) -> FloatArray:
    """∂J/∂A of a layer."""
    if layer == numbers.net.depth:
        apart: FloatArray = numbers.now(ACTIVATION, layer) - numbers.targets
        return apart.T / len(numbers.inputs)
    back: FloatArray = numbers.now(WEIGHT, layer + 1).T @ h(numbers, layer + 1)
    return back
