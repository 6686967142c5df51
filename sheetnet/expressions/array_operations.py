"""What is done with arrays where written mathematics is read back: products, sums, functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sheetnet.expressions.reading import LEAST, UnreadableError

Work = Callable[[Any, Any], Any]


def _together(work: Work) -> Work:
    """An operation on all numbers; a vector beside a matrix is a column."""
    return lambda one, other: work(*aligned(one, other))


def aligned(one: Any, other: Any) -> tuple[Any, Any]:
    """A vector beside a matrix as a column."""
    if np.ndim(one) == 1 and np.ndim(other) == 2:
        one = one[:, None]
    elif np.ndim(other) == 1 and np.ndim(one) == 2:
        other = other[:, None]
    return one, other


def _each(work: Work) -> Work:
    """An operation on arrays, one number with the other."""

    def both(one: Any, other: Any) -> Any:
        if not np.ndim(one) or not np.ndim(other):
            raise UnreadableError("a sign of arrays stands beside a number")
        return _together(work)(one, other)

    return both


def _dotted(one: Any, other: Any) -> Any:
    """Two vectors give their dot product, two matrices theirs; a number goes with each element."""
    if np.ndim(one) == np.ndim(other) != 0:
        return one @ other
    if np.ndim(one) and np.ndim(other):
        raise UnreadableError("a dot stands between arrays")
    return one * other


def multiplied(one: Any, other: Any) -> Any:
    """A product of matrices."""
    return one @ other if np.ndim(one) and np.ndim(other) else one * other


SUMS = {"+": _together(np.add)} | dict.fromkeys("−-", _together(np.subtract))


def quotient(upper: Any, lower: Any) -> Any:
    """The quotient; nothing is divided by less than `LEAST`."""
    return upper / np.where(np.abs(lower) < LEAST, np.copysign(LEAST, lower), lower)


PRODUCTS: dict[str, Work] = {
    "·": _dotted,
    "/": _together(quotient),
    "⊘": _each(quotient),
    **dict.fromkeys("∘⊙⊗", _each(np.multiply)),
}
RELATIONS: dict[str, Work] = {
    ">": np.greater,
    "<": np.less,
    "≥": np.greater_equal,
    "≤": np.less_equal,
    "=": np.equal,
    "≠": np.not_equal,
}


def _softmax(z: Any) -> Any:
    powers = np.exp(z)
    return powers / powers.sum()


#: Functions of whole arrays.
WHOLE: dict[str, Callable[[Any], Any]] = {
    "sum": np.sum,
    "diag": np.diag,
    "softmax": _softmax,
    "LeakyReLU": lambda z: np.where(np.greater(z, 0), z, 0.01 * np.asarray(z)),
    "ReLU": lambda z: np.maximum(z, 0.0),
    "step": lambda z: np.where(np.greater_equal(z, 0), 1.0, 0.0),
}
