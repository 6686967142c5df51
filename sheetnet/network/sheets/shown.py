"""What the sheet Network shows beyond the run, computed from arrays.

All are of the chosen step; those of an example have the axis `sample`.
"""

from __future__ import annotations

import numpy as np

from sheetnet.network.engine import FloatArray
from sheetnet.network.numbers import Derived, Numbers
from sheetnet.network.quantities import (
    BIAS,
    DELTA,
    SAMPLE,
    SOURCE,
    UNIT,
    WEIGHT,
    Quantity,
    Role,
)


def _nameless(name: str, axes: tuple[str, ...], role: Role, like: Quantity) -> Quantity:
    return Quantity(name, axes, role, name.replace("_", " "), like.symbol)


SOURCE_VALUE = Quantity(
    "source_value",
    (SAMPLE, SOURCE),
    Role.FORWARD,
    "values of the sources",
    lambda s, layer, at: s.activation(layer - 1, at.get(SOURCE, 0)),
)
PRODUCT = _nameless("product", (SAMPLE, UNIT, SOURCE), Role.FORWARD, WEIGHT)
BIAS_PRODUCT = _nameless("bias_product", (UNIT,), Role.FORWARD, BIAS)
EXAMPLE_WEIGHT_GRADIENT = _nameless(
    "example_weight_gradient", (SAMPLE, UNIT, SOURCE), Role.BACKWARD, WEIGHT.gradient
)
EXAMPLE_BIAS_GRADIENT = _nameless(
    "example_bias_gradient", (SAMPLE, UNIT), Role.BACKWARD, BIAS.gradient
)


def following(parameter: Quantity) -> Quantity:
    """The parameter after the update that follows the chosen step."""
    return _nameless(f"next_{parameter.name}", parameter.axes, Role.UPDATE, parameter)


def _products(numbers: Numbers, layer: int) -> FloatArray:
    products: FloatArray = np.einsum("us,ns->nus", numbers.now(WEIGHT, layer), numbers.below(layer))
    return products


def _example_gradients(numbers: Numbers, layer: int) -> FloatArray:
    gradients: FloatArray = np.einsum("nu,ns->nus", numbers.now(DELTA, layer), numbers.below(layer))
    return gradients


def _updated(parameter: Quantity) -> Derived:
    def compute(numbers: Numbers, layer: int) -> FloatArray:
        net = numbers.net
        held = numbers.now(parameter, layer)
        if not net.trains(parameter):
            return held
        state = {s: numbers.now(parameter.kept(s), layer) for s in net.optimiser.state}
        gradient = numbers.now(parameter.gradient, layer)
        moved: FloatArray = net.optimiser.step(
            held, gradient, state, numbers.hyper, numbers.step + 1
        )[0]
        return moved

    return Derived(following(parameter), compute)


NEXT_WEIGHT, NEXT_BIAS = following(WEIGHT), following(BIAS)
DERIVED = (
    Derived(SOURCE_VALUE, lambda numbers, layer: numbers.below(layer)),
    Derived(PRODUCT, _products),
    Derived(BIAS_PRODUCT, lambda numbers, layer: numbers.now(BIAS, layer)),
    Derived(EXAMPLE_WEIGHT_GRADIENT, _example_gradients),
    Derived(EXAMPLE_BIAS_GRADIENT, lambda numbers, layer: numbers.now(DELTA, layer)),
    _updated(WEIGHT),
    _updated(BIAS),
)
