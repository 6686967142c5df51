"""What Matrices shows beyond the run, computed from arrays: slopes, ∂/∂a, sums without biases."""

from __future__ import annotations

import numpy as np

from sheetnet.network.engine import FloatArray
from sheetnet.network.layers.dense import Dense
from sheetnet.network.numbers import Derived, Numbers
from sheetnet.network.quantities import (
    ACTIVATION,
    BIAS,
    DELTA,
    SAMPLE,
    UNIT,
    WEIGHT,
    Quantity,
    Role,
    Z,
)

#: The second axis of a matrix with the slopes on its diagonal.
COLUMN = "column"


def _quantity(name: str, axes: tuple[str, ...], role: Role) -> Quantity:
    like = Z if role is Role.FORWARD else DELTA
    return Quantity(name, axes, role, name.replace("_", " "), like.symbol)


OF_EXAMPLES = (SAMPLE, UNIT)
WEIGHTED_SUM = _quantity("weighted_sum", OF_EXAMPLES, Role.FORWARD)
SPREAD_BIAS = _quantity("spread_bias", OF_EXAMPLES, Role.FORWARD)
SLOPE = _quantity("slope", OF_EXAMPLES, Role.BACKWARD)
SLOPE_MATRIX = _quantity("slope_matrix", (UNIT, COLUMN), Role.BACKWARD)
ACTIVATION_GRADIENT = _quantity("activation_gradient", OF_EXAMPLES, Role.BACKWARD)
#: Of the cost, so with 1/N in them where that is a mean: Wichmann's Δ and H (4.2).
COST_ACTIVATION_GRADIENT = _quantity("cost_activation_gradient", OF_EXAMPLES, Role.BACKWARD)
COST_DELTA = _quantity("cost_delta", OF_EXAMPLES, Role.BACKWARD)


#: Of layers whose units are in it together, as softmax: da/dz of each example, and what the
#: products with them give.
JACOBIAN = _quantity("jacobian", (SAMPLE, UNIT, COLUMN), Role.BACKWARD)
BY_JACOBIAN = _quantity("by_jacobian", OF_EXAMPLES, Role.BACKWARD)
COST_BY_JACOBIAN = _quantity("cost_by_jacobian", OF_EXAMPLES, Role.BACKWARD)


def _weighted(numbers: Numbers, layer: int) -> FloatArray:
    summed: FloatArray = numbers.below(layer) @ numbers.now(WEIGHT, layer).T
    return summed


def _spread(numbers: Numbers, layer: int) -> FloatArray:
    """The biases, once for each example."""
    biases: FloatArray = np.broadcast_to(numbers.now(BIAS, layer), numbers.now(Z, layer).shape)
    return biases


def _slopes(numbers: Numbers, layer: int) -> FloatArray:
    """da/dz of all units: what the activation takes back of a gradient of 1."""
    values = numbers.now(Z, layer), numbers.now(ACTIVATION, layer)
    own = numbers.net.layers[layer - 1]
    assert isinstance(own, Dense)
    back: FloatArray = own.activation.back(*values, np.ones_like(values[0]), own.hyper)
    return back


def _diagonal(numbers: Numbers, layer: int) -> FloatArray:
    matrix: FloatArray = np.diag(_slopes(numbers, layer)[numbers.sample])
    return matrix


def _by_activation(numbers: Numbers, layer: int) -> FloatArray:
    net = numbers.net
    if layer == net.depth:
        outputs = numbers.now(ACTIVATION, layer)
        by_output: FloatArray = net.loss.gradient(outputs, numbers.targets, numbers.loss_hyper)
        return by_output
    above: FloatArray = numbers.now(DELTA, layer + 1) @ numbers.now(WEIGHT, layer + 1)
    return above


def _of_cost(numbers: Numbers, gradient: FloatArray) -> FloatArray:
    return gradient / numbers.net.reduction.divisor(len(numbers.inputs))


def _jacobians(numbers: Numbers, layer: int) -> FloatArray:
    """da/dz of each example, for all values by all sums: the derivatives that `back` sums up."""
    z, a = numbers.now(Z, layer), numbers.now(ACTIVATION, layer)
    own = numbers.net.layers[layer - 1]
    assert isinstance(own, Dense)
    rows = [
        own.activation.back(z, a, np.broadcast_to(one, z.shape), own.hyper)
        for one in np.eye(z.shape[1])
    ]
    return np.stack(rows, axis=1)


def _by_jacobian(numbers: Numbers, layer: int) -> FloatArray:
    """∂/∂a of each example as a row, times its Jacobian."""
    by_a, jacobians = _by_activation(numbers, layer), _jacobians(numbers, layer)
    rows: FloatArray = np.einsum("ni,nij->nj", by_a, jacobians)
    return rows


DERIVED = (
    Derived(WEIGHTED_SUM, _weighted),
    Derived(SPREAD_BIAS, _spread),
    Derived(SLOPE, _slopes),
    Derived(SLOPE_MATRIX, _diagonal),
    Derived(ACTIVATION_GRADIENT, _by_activation),
    Derived(COST_ACTIVATION_GRADIENT, lambda n, layer: _of_cost(n, _by_activation(n, layer))),
    Derived(COST_DELTA, lambda n, layer: _of_cost(n, n.now(DELTA, layer))),
    Derived(JACOBIAN, _jacobians),
    Derived(BY_JACOBIAN, _by_jacobian),
    Derived(COST_BY_JACOBIAN, lambda n, layer: _of_cost(n, _by_jacobian(n, layer))),
)
