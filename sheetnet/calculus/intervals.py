"""Whether a formula can be computed wherever its variables may be: intervals, carried through it.

A worksheet must show no error for anything that its validation lets a user type. So a formula is
refused whose logarithm, root, quotient or power could leave what programs compute.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from sheetnet.calculus.derivative import exponent_of
from sheetnet.calculus.trees import INDICATOR
from sheetnet.expressions.formula import (
    Applied,
    Binary,
    Call,
    Expression,
    Negative,
    Number,
    Ref,
)

Interval = tuple[float, float]
#: Programs cannot square numbers beyond it.
LARGEST = 1e150
#: exp of more is no number, exp of less is 0.
MOST = 700.0


class DomainError(ValueError):
    """What a formula asks for, and the part of it that may break it."""

    def __init__(self, what: str, part: Expression) -> None:
        super().__init__(what)
        self.part = part


def interval(node: Expression, leaf: Callable[[Ref], Interval]) -> Interval:
    """All values that a formula can have, or more. Raises `DomainError`."""
    low, high = _found(node, leaf)
    if not max(abs(low), abs(high)) < LARGEST:
        raise DomainError("may become too large for a cell", node)
    return low, high


def _found(node: Expression, leaf: Callable[[Ref], Interval]) -> Interval:
    match node:
        case Number(value):
            return value, value
        case Ref():
            return leaf(node)
        case Negative(operand):
            low, high = interval(operand, leaf)
            return -high, -low
        case Binary("+", left, right):
            one, other = interval(left, leaf), interval(right, leaf)
            return one[0] + other[0], one[1] + other[1]
        case Binary("-", left, right):
            one, other = interval(left, leaf), interval(right, leaf)
            return one[0] - other[1], one[1] - other[0]
        case Binary("*", left, right):
            if left == right:
                return _raised(node, interval(left, leaf), 2)
            return _times(interval(left, leaf), interval(right, leaf))
        case Binary("/", left, right):
            above, below = interval(left, leaf), interval(right, leaf)
            if below[0] <= 0 <= below[1]:
                raise DomainError("may divide by 0", node)
            return _times(above, (1 / below[1], 1 / below[0]))
        case Applied(symbol, argument, definition):
            exponent = exponent_of(node)
            if exponent is not None:
                return _raised(node, interval(argument, leaf), exponent)
            if symbol == INDICATOR:
                for side in (argument.left, argument.right):  # type: ignore[attr-defined]
                    interval(side, leaf)
                return 0.0, 1.0
            return interval(definition, leaf)
        case Call(function, arguments):
            return _called(node, function, [interval(part, leaf) for part in arguments])
    raise TypeError(f"{node!r} has no interval")


def _times(one: Interval, other: Interval) -> Interval:
    ends = [a * b for a in one for b in other]
    return min(ends), max(ends)


def _raised(node: Expression, base: Interval, exponent: float) -> Interval:
    low, high = base
    if exponent != int(exponent):
        if low <= 0:
            raise DomainError("takes a power of a number that may be 0 or less", node)
    elif exponent < 0 and low <= 0 <= high:
        raise DomainError("may divide by 0", node)
    try:
        ends = [low**exponent, high**exponent]
    except OverflowError:
        raise DomainError("may become too large for a cell", node) from None
    if low < 0 < high and exponent % 2 == 0:
        ends.append(0.0)
    return min(ends), max(ends)


def _called(node: Expression, function: str, given: list[Interval]) -> Interval:
    low, high = given[0]
    if function == "EXP":
        if high > MOST:
            raise DomainError(f"takes exp of a number that may pass {MOST:g}", node)
        return math.exp(max(low, -MOST)), math.exp(max(high, -MOST))
    if function in ("LN", "SQRT"):
        if low <= 0:
            raise DomainError(f"takes {function.lower()} of a number that may be 0 or less", node)
        ends = math.log if function == "LN" else math.sqrt
        return ends(low), ends(high)
    if function == "MAX":
        return max(low, given[1][0]), max(high, given[1][1])
    if function == "MIN":
        return min(low, given[1][0]), min(high, given[1][1])
    if function == "ABS":
        sizes = [abs(low), abs(high)]
        return (0.0 if low <= 0 <= high else min(sizes)), max(sizes)
    if function == "TANH":
        return math.tanh(low), math.tanh(high)
    return -1.0, 1.0  # SIN, COS, SIGN
