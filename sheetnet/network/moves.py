"""How the proof moves what a user may type, so that every branch of a formula is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

import numpy as np

from sheetnet.workbook.knobs import FREE, Array

#: Sizes in which parameters are shaken, so that each is large, middle and small once.
SIZES = np.array([0.3, -0.3, 0.9, -0.9, 1.9, -1.9])


def shaken(value: Array, rng: np.random.Generator, turn: int) -> Array:
    """Numbers of all signs and sizes: each place has another one every turn.

    A free turn goes by no order: as long as inputs and weights go through the sizes in step, a
    unit whose weights have another sign than its inputs has them in every turn.
    """
    order = (np.arange(value.size) + turn + value.ndim * (turn // len(SIZES))) % len(SIZES)
    if turn >= FREE:
        order = rng.permutation((order + rng.integers(len(SIZES))) % len(SIZES))
    moved: Array = (SIZES[order] * rng.uniform(0.9, 1.1, value.size)).reshape(value.shape)
    return moved


def shaken_parameter(value: Array, rng: np.random.Generator, turn: int) -> Array:
    """The same; of two weights to one unit each is the smaller by far once."""
    moved = shaken(value, rng, turn)
    if value.shape == (1, 2):
        moved[0, 1] = SIZES[-1 - turn % len(SIZES)] * rng.uniform(0.9, 1.1)
    return moved


def other_targets(value: Array, rng: np.random.Generator, turn: int) -> Array:
    """Later such as outputs come near to, so that a large step overshoots; each third turn below 0.

    The chosen example goes on with each turn: a turn later, its target is not always positive. In a
    free turn they may be such as outputs stay below.
    """
    if turn >= FREE:
        return 2 * shaken(value, rng, turn)
    if turn < len(SIZES):
        return shaken(value, rng, turn + 1)
    moved: Array = rng.uniform(0.1, 0.9, value.shape) * (-1.0 if turn % 3 == 2 else 1.0)
    return moved


def other_rate(value: Array, rng: np.random.Generator, turn: int, most: float) -> Array:
    """Smaller at first, so that all steps are near the first; later up to the largest, but where a
    turn is free: a network whose units do not saturate may bear no larger one."""
    largest = float(np.log10(most / value.item()))
    small = turn < len(SIZES) or turn >= FREE
    low, high = (-1.0, -0.5) if small else (0.0, max(largest, 0.0))
    moved: Array = value * 10.0 ** rng.uniform(low, high)
    return moved


def other_step(value: Array, rng: np.random.Generator, turn: int, most: float) -> Array:
    """The same where an update is about the rate itself: large ones by turns, they leave few runs
    of which programs agree."""
    return other_rate(value, rng, 0 if turn % 2 else turn, most)


def other_threshold(value: Array, rng: np.random.Generator, turn: int) -> Array:
    """By turns below and above what gradients are; not in step with their signs."""
    moved: Array = value * (0.03, 0.3, 30.0)[turn // 2 % 3] * rng.uniform(0.5, 2.0)
    return moved


def switched(value: Array, rng: np.random.Generator) -> Array:
    """0 for 1 and 1 for 0, in the first place."""
    other = value.copy()
    other.flat[0] = 1 - other.flat[0]
    return other


class Moves(TypedDict):
    nudge: Callable[[Array, np.random.Generator], Array]
    shake: Callable[[Array, np.random.Generator, int], Array]
