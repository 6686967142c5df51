"""The numbers of Descent by NumPy: the curve, the tangent, where the step leads."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from sheetnet.expressions.figures import in_figures
from sheetnet.network.engine import FloatArray
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import DESCENT_REACH, FIRST_PARAMETER
from sheetnet.network.sheets import moved, parameters

#: Points of the curve, and how much further than the step it reaches.
POINTS, FURTHER = 41, 1.25
#: Changes of the cost are told to so many decimals: a difference has no more that count.
CHANGE_DIGITS = 12
#: The tangent is drawn over so much of the curve; so much of its height is free under it.
TANGENT, ROOM = 0.7, 0.125
#: So far beside a point stand its words at most, as a part of the half of the curve, and half as
#: far where its tangent rises over that half by so much of the height. `NONE` is next to no height.
BESIDE, LEVEL, NONE = 0.2, 0.1, 1e-12

Claim = Callable[[Numbers], float]


def chosen(numbers: Numbers) -> int:
    """The place of the parameter that is moved, among the `choosable` ones."""
    return parameters.chosen(numbers, FIRST_PARAMETER.name)


def _of(values: Callable[[Numbers], FloatArray]) -> Callable[[Numbers], float]:
    return lambda numbers: float(values(numbers)[chosen(numbers)])


now, slope, after = (
    _of(values) for values in (parameters.values, parameters.gradients, parameters.following)
)


def step(numbers: Numbers) -> float:
    return after(numbers) - now(numbers)


def _width(numbers: Numbers) -> float:
    """How far the curve reaches to each side."""
    return numbers.settings.number(DESCENT_REACH.name) + FURTHER * abs(step(numbers))


def cost(numbers: Numbers) -> float:
    return float(numbers.trace.costs[numbers.step])


def promised(numbers: Numbers) -> float:
    return cost(numbers) + slope(numbers) * step(numbers)


@lru_cache(maxsize=4)
def curve(numbers: Numbers) -> FloatArray:
    """The rows of the workings: place, move, parameter, forward pass."""
    places = np.linspace(-1.0, 1.0, POINTS)
    moves = places * _width(numbers)
    passes = moved.passes(numbers, [chosen(numbers)], moves[:, None])
    return np.column_stack([places, moves, now(numbers) + moves, passes])


@lru_cache(maxsize=4)
def landing(numbers: Numbers) -> FloatArray:
    """The row behind them: where the step leads."""
    taken = step(numbers)
    passes = moved.passes(numbers, [chosen(numbers)], np.array([[taken]]))
    return np.column_stack([[1.0], [taken], [after(numbers)], passes])


def end(side: int, of: int) -> Claim:
    """An end of the tangent: its place (0) or its height (1)."""

    def value(numbers: Numbers) -> float:
        away = side * TANGENT * _width(numbers)
        start, rise = (now, lambda n: 1.0) if of == 0 else (cost, slope)
        return start(numbers) + rise(numbers) * away

    return value


def there(numbers: Numbers) -> float:
    return float(landing(numbers)[0, -1])


def room(numbers: Numbers) -> float:
    """How far down the chart reaches under the curve at least."""
    costs = curve(numbers)[:, -1]
    return float(costs.min() - ROOM * (costs.max() - costs.min()))


def _away(numbers: Numbers, rise: float) -> float:
    """How far words stand from a point of the curve, which rises there by so much over its half.

    At the bottom of the curve they stand straight above or below the point.
    """
    costs = curve(numbers)[:, -1]
    steep, height = np.round([rise, np.ptp(costs)], CHANGE_DIGITS)
    part = steep / (abs(steep) + LEVEL * height + NONE)
    return float(BESIDE * _width(numbers) * part)


def beside_now(numbers: Numbers) -> float:
    """The words below, on the side where the curve is higher."""
    return now(numbers) + _away(numbers, slope(numbers) * _width(numbers))


def beside_after(numbers: Numbers) -> float:
    """The words above, on the side where the curve is lower, by the points about there."""
    costs = curve(numbers)[:, -1]
    place = POINTS // 2 + round(POINTS // 2 * step(numbers) / _width(numbers))
    return after(numbers) - _away(numbers, (costs[place + 1] - costs[place - 1]) * (POINTS // 4))


def expected(numbers: Numbers) -> str:
    """What the tangent promises, in words."""
    by_tangent = in_figures(slope(numbers) * step(numbers), 6)
    return f"The tangent promises that the cost changes by {by_tangent}."


def told(numbers: Numbers) -> str:
    """What the curve does, in words."""
    return f"It changes by {in_figures(change(numbers), 6)}."


def change(numbers: Numbers) -> float:
    return float(np.round(there(numbers) - cost(numbers), CHANGE_DIGITS))
