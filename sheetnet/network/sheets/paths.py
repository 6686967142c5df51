"""The paths from a parameter to the loss: which there are, and their factors as numbers.

A parameter of a unit in layer l reaches the loss along every choice of one unit in each layer
above. Where these are more than `MOST_PATHS`, the paths through a unit of the next layer are
gathered in its δ; where even those are too many, all of them in the unit's own δ.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod

import numpy as np

from sheetnet.expressions.formula import Ref, walk
from sheetnet.network.engine import FloatArray
from sheetnet.network.layers.dense import Dense
from sheetnet.network.net import Net
from sheetnet.network.numbers import Numbers
from sheetnet.network.parameters import choosable
from sheetnet.network.quantities import ACTIVATION, CHOSEN_PARAMETER, DELTA, UNIT, WEIGHT, Z
from sheetnet.network.sheets import parameters

MOST_PATHS = 12


@dataclass(frozen=True)
class Way:
    """The paths of the parameters in one layer: `count` of them, written out up to the layer
    `last`, whose δ stands for what follows where `gathered` is true."""

    layer: int
    last: int
    count: int
    gathered: bool


def ways(net: Net) -> list[Way]:
    """How the paths from each layer are written out, the first layer first."""
    depth, sizes = net.depth, net.sizes
    found = []
    for layer in range(1, depth + 1):
        count = prod(sizes[layer + 1 :])
        if count <= MOST_PATHS:
            found.append(Way(layer, depth, count, joined(net)))
        elif sizes[layer + 1] <= MOST_PATHS:
            found.append(Way(layer, layer + 1, sizes[layer + 1], True))
        else:
            found.append(Way(layer, layer, 1, True))
    return found


def joined(net: Net) -> bool:
    """Whether ∂L/∂z of the output is one factor, and not ∂L/∂a · da/dz: where a document has
    one formula for it, or the output's units do not work one by one."""
    last = net.layers[-1]
    assert isinstance(last, Dense)
    if net.is_fused(net.depth) or last.activation.slope is None:
        return True
    return not _alone(net.loss.cell_gradient, net)


def own_formula(net: Net) -> bool:
    """Whether a joined ∂L/∂z is a formula on the unit's own value and target."""
    return net.is_fused(net.depth) and not net.is_open and _alone(net.loss.cell_fused, net)


def _alone(formula: object, net: Net) -> bool:
    """Whether the formula of a unit looks at no other unit."""
    assert callable(formula)
    count = net.sizes[-1]
    values, targets = ([Ref(name, j + 1, 1) for j in range(count)] for name in "at")
    return all(
        node.row == j + 1
        for j in range(count)
        for node in walk(formula(values, targets, j, net.loss_hyper))
        if isinstance(node, Ref)
    )


def unit_on(net: Net, way: Way, path: int, layer: int) -> int:
    """The unit of a path in a layer above the parameter's; all count from 0."""
    if way.last < net.depth:
        return path
    return path // prod(net.sizes[layer + 1 :]) % net.sizes[layer]


def most(net: Net) -> int:
    """The most paths that any parameter has."""
    return max(way.count for way in ways(net))


def factor_count(net: Net) -> int:
    """How many factors a path has room for: two a layer, and ∂L/∂a of the output."""
    return 2 * net.depth + 1


# The numbers


@dataclass(frozen=True)
class Found:
    """The paths of the chosen parameter at the chosen step and example.

    `units` are paths × layers, from 0; `factors` paths × factors, 1 for a factor that a path
    does not have and 0 throughout for a path that is not there.
    """

    number: int
    way: Way
    units: FloatArray
    factors: FloatArray

    @property
    def products(self) -> FloatArray:
        result: FloatArray = self.factors.prod(axis=1)
        return result


@lru_cache(maxsize=4)
def found(numbers: Numbers) -> Found:
    """What there is to show, from the arrays of the run."""
    net, sample = numbers.net, numbers.sample
    number = parameters.chosen(numbers, CHOSEN_PARAMETER.name)
    parameter = choosable(net)[number]
    way = ways(net)[parameter.layer - 1]
    units = np.zeros((most(net), net.depth))
    factors = np.zeros((most(net), factor_count(net)))
    for path in range(way.count):
        factors[path] = 1.0
        at = parameter.place[UNIT]
        units[path, way.layer - 1] = at
        factors[path, 2 * way.layer - 2] = parameters.factors(numbers)[number]
        for layer in range(way.layer, way.last + 1):
            if layer > way.layer:
                above = unit_on(net, way, path, layer)
                units[path, layer - 1] = above
                factors[path, 2 * layer - 2] = numbers.now(WEIGHT, layer)[above, at]
                at = above
            if layer == way.last and way.gathered:
                slope = numbers.now(DELTA, layer)[sample, at]
            else:
                slope = _slope(numbers, layer)[at]
            factors[path, 2 * layer - 1] = slope
        if not way.gathered:
            outputs, targets = numbers.now(ACTIVATION, net.depth), numbers.targets
            by_output = net.loss.gradient(outputs, targets, numbers.loss_hyper)
            factors[path, -1] = by_output[sample, at]
    return Found(number, way, units, factors)


def _slope(numbers: Numbers, layer: int) -> FloatArray:
    """da/dz of each unit of a layer."""
    own = numbers.net.layers[layer - 1]
    assert isinstance(own, Dense) and own.activation.slope
    z, a = (numbers.now(quantity, layer)[numbers.sample] for quantity in (Z, ACTIVATION))
    slope: FloatArray = own.activation.slope(z, a, own.hyper)
    return slope


def total(numbers: Numbers) -> float:
    """The sum of all products: the derivative of the example's loss by the parameter."""
    return float(found(numbers).products.sum())
