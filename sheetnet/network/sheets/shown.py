"""What the sheet Network shows beyond the run, computed from arrays.

All are of the chosen step; those of an example have the axis `sample`.
"""

from __future__ import annotations

import numpy as np

from sheetnet.network.engine import FloatArray, stepped
from sheetnet.network.net import Net
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


def _bias_axes(net: Net, layer: int) -> tuple[str, ...]:
    """A bias is one for each unit, or one for all."""
    return next((q.axes for q in net.layers[layer - 1].parameters if q == BIAS), ())


def _example_bias_axes(net: Net, layer: int) -> tuple[str, ...]:
    return (SAMPLE, *_bias_axes(net, layer))


def following(parameter: Quantity) -> Quantity:
    """The parameter after the update that follows the chosen step."""
    return _nameless(f"next_{parameter.name}", parameter.axes, Role.UPDATE, parameter)


def _products(numbers: Numbers, layer: int) -> FloatArray:
    products: FloatArray = np.einsum("us,ns->nus", numbers.now(WEIGHT, layer), numbers.below(layer))
    return products


def _example_gradients(numbers: Numbers, layer: int) -> FloatArray:
    gradients: FloatArray = np.einsum("nu,ns->nus", numbers.now(DELTA, layer), numbers.below(layer))
    return gradients


def _bias_products(numbers: Numbers, layer: int) -> FloatArray:
    """The bias as each unit takes it."""
    units = (numbers.net.layers[layer - 1].units,)
    products: FloatArray = np.broadcast_to(numbers.now(BIAS, layer), units)
    return products


def _example_bias_gradients(numbers: Numbers, layer: int) -> FloatArray:
    deltas = numbers.now(DELTA, layer)
    return deltas if _bias_axes(numbers.net, layer) else deltas.sum(axis=1)


def _updated(parameter: Quantity) -> Derived:
    def compute(numbers: Numbers, layer: int) -> FloatArray:
        net, now = numbers.net, numbers.now
        trained = net.trained(of(net, layer), layer)
        states = net.optimiser.state if trained.any() else ()
        state = {s: now(parameter.kept(s), layer) for s in states}
        held = now(parameter, layer), now(parameter.gradient, layer), state
        moved = stepped(net, trained, held, numbers.following, numbers.step + 1)[0]
        return np.asarray(moved)

    def of(net: Net, layer: int) -> Quantity:
        return next(q for q in net.layers[layer - 1].parameters if q == parameter)

    return Derived(following(parameter), compute, axes=lambda net, layer: of(net, layer).axes)


NEXT_WEIGHT, NEXT_BIAS = following(WEIGHT), following(BIAS)
DERIVED = (
    Derived(SOURCE_VALUE, lambda numbers, layer: numbers.below(layer)),
    Derived(PRODUCT, _products),
    Derived(BIAS_PRODUCT, _bias_products),
    Derived(EXAMPLE_WEIGHT_GRADIENT, _example_gradients),
    Derived(EXAMPLE_BIAS_GRADIENT, _example_bias_gradients, axes=_example_bias_axes),
    _updated(WEIGHT),
    _updated(BIAS),
)
