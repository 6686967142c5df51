"""Slopes measured by moving a number, where they are measured well enough to decide something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

#: So far a number is moved, in parts of its size; less where that leaves the function's domain.
STEPS = (1e-3, 1e-5, 1e-6)
#: So much nearer both sides are looked at; where they differ by more, there is a kink.
NEARER, STEADY = 1e-3, 1e-4
#: What is left of the error, in parts of the slope.
ERROR = 1e-6


class UndecidedError(Exception):
    """There is no slope: a kink, or numbers that leave no digits."""


def slope(of: Callable[[float], Any], size: float) -> Any:
    """The slope at 0 of a function of a small number; `size` is that of what it is added to.

    Central differences of two steps, extrapolated: the error goes with the fourth power of the
    step. Raises `UndecidedError`.
    """
    for step in STEPS:
        far, near = step * size, step * NEARER * size
        rough, found = _extrapolated(of, far), _extrapolated(of, far / 2)
        here = of(0.0)
        sides = (of(near) - here) / near, (here - of(-near)) / near
        room = STEADY * (1 + np.abs(found))
        exact = np.isfinite(found) & (np.abs(found - rough) <= ERROR * (1 + np.abs(found)))
        if np.all(exact) and all(np.all(np.abs(s - found) <= room) for s in sides):
            return found
    raise UndecidedError


def _extrapolated(of: Callable[[float], Any], far: float) -> Any:
    return (4 * _central(of, far / 2) - _central(of, far)) / 3


def _central(of: Callable[[float], Any], far: float) -> Any:
    return (of(far) - of(-far)) / (2 * far)
