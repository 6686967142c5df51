"""Dual numbers: a value and its slopes by all seeds, carried through an expression with NumPy.

The other road to every derivative of a worksheet: forward-mode automatic differentiation on the
parsed text (Griewank and Walther, Evaluating Derivatives, 2008, chapter 3), which knows nothing
of formula trees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sheetnet.calculus.syntax import (
    Definition,
    Function,
    Listing,
    Literal,
    Node,
    Operation,
    Opposite,
    Summation,
    Variable,
    wrong,
)

FloatArray = npt.NDArray[np.float64]
LEAK = 0.01


@dataclass(frozen=True)
class Dual:
    """`value` of some shape, and `slope` of that shape and one axis more: the seeds."""

    value: FloatArray
    slope: FloatArray

    @property
    def seeds(self) -> int:
        return int(self.slope.shape[-1])

    def shaped(self, *shape: int) -> Dual:
        value = self.value.reshape(shape)
        return Dual(value, self.slope.reshape(*value.shape, self.seeds))


Values = Mapping[str, Dual]
Proofs = Mapping[str, Callable[[Function], FloatArray]]


def constant(value: Any, seeds: int) -> Dual:
    array = np.asarray(value, float)
    return Dual(array, np.zeros((*array.shape, seeds)))


def seeded(value: FloatArray) -> Dual:
    """A variable: its slope by each of its own numbers is 1 there."""
    return Dual(value, np.eye(value.size).reshape(*value.shape, value.size))


def define(made: Definition, values: Values, seeds: int, first: int, lengths: Any) -> Dual:
    """What a definition stands for; the elements of one with indices are computed at once."""
    work = _Dualist(values, seeds, first, made.indices, lengths)
    found = work.of(made.body)
    if not made.indices:
        return found
    shape = tuple(lengths[name] for name in made.indices)
    value = np.broadcast_to(found.value, shape)
    return Dual(value, np.broadcast_to(found.slope, (*shape, seeds)))


def compute(
    node: Node, values: Values, seeds: int, first: int, lengths: Any, proofs: Proofs | None = None
) -> Dual:
    """What an expression stands for; `proofs` give what D and slope are."""
    return _Dualist(values, seeds, first, (), lengths, proofs).of(node)


class _Dualist:
    """Computes nodes. Within indices every array has an axis for each index in scope."""

    def __init__(
        self,
        values: Values,
        seeds: int,
        first: int,
        scope: tuple[str, ...],
        lengths: Any,
        proofs: Proofs | None = None,
    ) -> None:
        self.values, self.seeds, self.first = values, seeds, first
        self.scope, self.lengths, self.proofs = scope, lengths, proofs or {}

    def of(self, node: Node) -> Dual:
        match node:
            case Literal(value):
                return constant(np.full([1] * len(self.scope), value), self.seeds)
            case Variable(name, ()) if name in self.scope:
                return constant(self.along(name) + self.first, self.seeds)
            case Variable(name, ()):
                return self.values[name]
            case Variable(name, indices):
                return self.element(self.values[name], indices)
            case Opposite(operand):
                inner = self.of(operand)
                return Dual(-inner.value, -inner.slope)
            case Operation("@", left, right):
                return _product(self.of(left), self.of(right))
            case Operation(sign, left, right):
                return self.operate(node, sign, *_aligned(self.of(left), self.of(right)))
            case Listing(items):
                found = [self.of(item) for item in items]
                return Dual(np.stack([d.value for d in found]), np.stack([d.slope for d in found]))
            case Summation(over, body):
                scope = (*self.scope, *over)
                deeper = _Dualist(self.values, self.seeds, self.first, scope, self.lengths)
                return deeper.summed(body, len(over))
            case Function(name, arguments):
                return self.apply(node, name, arguments)
        raise TypeError(f"{node!r} is no node of an expression")

    def along(self, name: str) -> FloatArray:
        """The values of an index, from 0, along its axis."""
        shape = [1] * len(self.scope)
        shape[self.scope.index(name)] = self.lengths[name]
        return np.arange(float(self.lengths[name])).reshape(shape)

    def element(self, whole: Dual, indices: tuple[Node, ...]) -> Dual:
        at = []
        for index in indices:
            number = self.of(index).value - self.first
            at.append(np.rint(number).astype(int))
        places = tuple(np.broadcast_arrays(*at))
        return Dual(whole.value[places], whole.slope[places])

    def summed(self, body: Node, count: int) -> Dual:
        inner = self.of(body)
        shape = list(inner.value.shape) or [1] * len(self.scope)
        for axis, name in list(enumerate(self.scope))[len(self.scope) - count :]:
            shape[axis] = self.lengths[name]
        value = np.broadcast_to(inner.value, shape)
        slope = np.broadcast_to(inner.slope, (*shape, self.seeds))
        axes = tuple(range(len(self.scope) - count, len(self.scope)))
        return Dual(value.sum(axis=axes), slope.sum(axis=axes))

    def operate(self, node: Node, sign: str, left: Dual, right: Dual) -> Dual:
        x, y = left.value, right.value
        if sign == "+":
            return _dual(x + y, (left, 1.0), (right, 1.0))
        if sign == "-":
            return _dual(x - y, (left, 1.0), (right, -1.0))
        if sign == "*":
            return _dual(x * y, (left, y), (right, x))
        if sign == "/":
            if (y == 0).any():
                raise wrong(node, "divides by 0")
            return _dual(x / y, (left, 1 / y), (right, -x / y**2))
        if not right.slope.any() and (y == np.rint(y)).all():
            if ((x == 0) & (y < 0)).any():
                raise wrong(node, "divides by 0")
            safe = np.where(y == 0, 1.0, y)
            return _dual(x**y, (left, np.where(y == 0, 0.0, y * x ** (safe - 1))))
        if (x <= 0).any():
            raise wrong(node, "a power that is no whole number asks for a base above 0")
        return _dual(x**y, (left, y * x ** (y - 1)), (right, x**y * np.log(x)))

    def apply(self, node: Node, name: str, arguments: tuple[Node, ...]) -> Dual:
        if name in self.proofs:
            assert isinstance(node, Function)
            return constant(self.proofs[name](node), self.seeds)
        found = [self.of(argument) for argument in arguments]
        if name in WHOLE:
            return WHOLE[name](found, self.seeds)
        if name in ("max", "min", "log"):
            one, other = _aligned(*found)
            if name == "log":
                _check(node, one.value > 0, "the logarithm asks for a number above 0")
                _check(node, (other.value > 0) & (other.value != 1), "no base of a logarithm")
                ln_x, ln_b = np.log(one.value), np.log(other.value)
                by_base = -ln_x / (other.value * ln_b**2)
                return _dual(ln_x / ln_b, (one, 1 / (one.value * ln_b)), (other, by_base))
            second = other.value > one.value if name == "max" else other.value < one.value
            value = np.where(second, other.value, one.value)
            return _dual(value, (one, np.where(second, 0.0, 1.0)), (other, second * 1.0))
        if name == "delta":
            return constant((found[0].value == found[1].value) * 1.0, self.seeds)
        [x] = found
        if name == "ln":
            _check(node, x.value > 0, "ln asks for a number above 0")
        if name == "sqrt":
            _check(node, x.value > 0, "sqrt asks for a number above 0")
        value, slope = SINGLE[name](x.value)
        return _dual(value, (x, slope))


def _check(node: Node, good: Any, what: str) -> None:
    if not np.all(good):
        raise wrong(node, what)


def _aligned(left: Dual, right: Dual) -> tuple[Dual, Dual]:
    """A vector beside a matrix is a column, repeated."""
    if left.value.ndim == 1 and right.value.ndim == 2 and left.value.shape != (1,):
        left = left.shaped(-1, 1)
    elif right.value.ndim == 1 and left.value.ndim == 2 and right.value.shape != (1,):
        right = right.shaped(-1, 1)
    return left, right


def _dual(value: FloatArray, *parts: tuple[Dual, Any]) -> Dual:
    shape = (*value.shape, parts[0][0].seeds)
    slope = np.zeros(shape)
    for of, factor in parts:
        grown = of.slope
        while grown.ndim < len(shape):
            grown = grown[None]
        slope = slope + grown * np.broadcast_to(factor, value.shape)[..., None]
    return Dual(value, slope)


def _product(left: Dual, right: Dual) -> Dual:
    value = left.value @ right.value
    by_left = np.moveaxis(np.moveaxis(left.slope, -1, 0) @ right.value, 0, -1)
    if right.value.ndim == 1:
        by_right = np.tensordot(left.value, right.slope, axes=([-1], [0]))
    else:
        by_right = np.moveaxis(left.value @ np.moveaxis(right.slope, -1, 0), 0, -1)
    return Dual(np.asarray(value), by_left + by_right)


def _softmax(found: list[Dual], seeds: int) -> Dual:
    [x] = found
    powers = np.exp(x.value - x.value.max())
    a = powers / powers.sum()
    return Dual(a, a[:, None] * (x.slope - (a[:, None] * x.slope).sum(axis=0)))


def _diagonal(found: list[Dual], seeds: int) -> Dual:
    [x] = found
    n = len(x.value)
    slope = np.zeros((n, n, seeds))
    slope[np.arange(n), np.arange(n)] = x.slope
    return Dual(np.diag(x.value), slope)


def _dot(found: list[Dual], seeds: int) -> Dual:
    x, y = found
    slope = x.value @ y.slope + y.value @ x.slope
    return Dual(np.asarray(x.value @ y.value), slope)


def _total(found: list[Dual], seeds: int) -> Dual:
    [x] = found
    return Dual(np.asarray(x.value.sum()), x.slope.sum(axis=tuple(range(x.value.ndim))))


WHOLE: dict[str, Callable[[list[Dual], int], Dual]] = {
    "softmax": _softmax,
    "diag": _diagonal,
    "dot": _dot,
    "sum": _total,
    "transpose": lambda f, n: Dual(f[0].value.T, np.swapaxes(f[0].slope, 0, 1)),
    "ones": lambda f, n: constant(np.ones(int(f[0].value)), n),
    "identity": lambda f, n: constant(np.eye(int(f[0].value)), n),
    "rows": lambda f, n: constant(f[0].value.shape[0] if f[0].value.ndim else 1, n),
    "columns": lambda f, n: constant(f[0].value.shape[1] if f[0].value.ndim > 1 else 1, n),
}


def _sigmoid(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    a = 1 / (1 + np.exp(-x))
    return a, a * (1 - a)


#: Functions of one number: their values and their slopes.
SINGLE: dict[str, Callable[[FloatArray], tuple[Any, Any]]] = {
    "exp": lambda x: (np.exp(x), np.exp(x)),
    "ln": lambda x: (np.log(x), 1 / x),
    "sqrt": lambda x: (np.sqrt(x), 0.5 / np.sqrt(x)),
    "sin": lambda x: (np.sin(x), np.cos(x)),
    "cos": lambda x: (np.cos(x), -np.sin(x)),
    "tanh": lambda x: (np.tanh(x), 1 - np.tanh(x) ** 2),
    "abs": lambda x: (np.abs(x), np.sign(x)),
    "sign": lambda x: (np.sign(x), 0 * x),
    "sigmoid": _sigmoid,
    "relu": lambda x: (np.maximum(x, 0), (x > 0) * 1.0),
    "leaky_relu": lambda x: (np.where(x > 0, x, LEAK * x), np.where(x > 0, 1.0, LEAK)),
    "step": lambda x: ((x >= 0) * 1.0, 0 * x),
}
