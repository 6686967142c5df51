"""Sums and products as the documents write them, shared by all formulas of a network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import overload

from sheetnet.expressions.formula import Area, Binary, Expression, Number, call, total

#: Sums of up to this many products are written out, longer ones as SUMPRODUCT.
WRITTEN_OUT = 8

Term = Callable[[int], Expression]
#: Asked for where a sum is long: most are not.
Areas = Callable[[], tuple[Area | None, Area | None]]


class Each(Sequence[Expression]):
    """The expressions of all units of a layer, each made when it is asked for.

    What works unit by unit asks for one of them, whatever the number of units.
    """

    def __init__(self, count: int, term: Term) -> None:
        self._count, self._term = count, term

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, unit: int) -> Expression: ...
    @overload
    def __getitem__(self, unit: slice) -> list[Expression]: ...
    def __getitem__(self, unit: int | slice) -> Expression | list[Expression]:
        units = range(self._count)[unit]  # IndexError beyond the last
        return self._term(units) if isinstance(units, int) else list(map(self._term, units))


def product(left: Expression, right: Expression) -> Expression:
    """left · right, read from left to right: no parentheses around a product, no factor 1."""
    if right == Number(1):
        return left
    if left == Number(1):
        return right
    if isinstance(right, Binary) and right.operator == "*":
        return product(product(left, right.left), right.right)
    return left * right


def sum_of_products(count: int, left: Term, right: Term, areas: Areas) -> Expression:
    """Σ left(k)·right(k), k < count: term by term where that is readable, else over ranges.

    Two rows or two columns are a SUMPRODUCT; a row and a column a matrix product, in one as well,
    since Excel 365 would put an @ before what could be several numbers.
    """
    if count > WRITTEN_OUT:
        one, other = areas()
        if one and other and one.shape == other.shape:
            return call("SUMPRODUCT", one, other)
        if one and other and one.shape[0] == 1 and one.shape == other.shape[::-1]:
            return call("SUMPRODUCT", call("MMULT", one, other))
    return total([Binary("*", left(k), right(k)) for k in range(count)])


def divided(value: Expression, divisor: int) -> Expression:
    """value / divisor, where that is not 1."""
    return value if divisor == 1 else value / divisor


def reduced(count: int, value: Term, area: Callable[[], Area | None], divisor: int) -> Expression:
    """The sum of `count` numbers over `divisor`, which may make it their mean."""
    if count > WRITTEN_OUT and (numbers := area()):
        if divisor == count:
            return call("AVERAGE", numbers)
        return divided(call("SUM", numbers), divisor)
    return divided(total([value(k) for k in range(count)]), divisor)
