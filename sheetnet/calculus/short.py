"""Sums, products and quotients of formulas, kept short: no ·1, no +0, one number before a product.

A product is a number, what stands above a fraction line and what stands below it. Only that is
taken apart which has a number, a sign or a 1 above the line: all else stays as it is written, so
that what stands in a cell of its own is found again.
"""

from __future__ import annotations

from dataclasses import dataclass

from sheetnet.expressions.formula import Binary, Expression, Negative, Number, square

ZERO, ONE = Number(0), Number(1)


def is_number(node: Expression, value: float) -> bool:
    return isinstance(node, Number) and node.value == value


# Sums ---------------------------------------------------------------------------------


def add(left: Expression, right: Expression) -> Expression:
    if is_number(left, 0):
        return right
    if is_number(right, 0):
        return left
    if isinstance(left, Number) and isinstance(right, Number):
        return Number(left.value + right.value)
    if isinstance(right, Negative):
        return subtract(left, right.operand)
    return left + right


def subtract(left: Expression, right: Expression) -> Expression:
    if is_number(right, 0):
        return left
    if is_number(left, 0):
        return negative(right)
    if isinstance(left, Number) and isinstance(right, Number):
        return Number(left.value - right.value)
    if isinstance(right, Negative):
        return add(left, right.operand)
    return left - right


def negative(node: Expression) -> Expression:
    match node:
        case Number(value):
            return Number(-value + 0.0)
        case Negative(operand):
            return operand
        case Binary("-", left, right):
            return right - left
    return _turned(node) or -node


def _turned(node: Expression) -> Expression | None:
    """A product or quotient with the difference that it begins with the other way round.

    1 − y stays: it is no error whose sign one would look for.
    """
    match node:
        case Binary("-", left, right):
            return None if isinstance(left, Number) else right - left
        case Binary("*", Number() as number, rest):
            turned = _turned(rest)
            return number * turned if turned else None
        case Binary("*" | "/", left, right):
            turned = _turned(left)
            return Binary(node.operator, turned, right) if turned else None
    return None


# Products and quotients -----------------------------------------------------------------


@dataclass(frozen=True)
class Fraction:
    """`above`/`below` times `numerator`/`denominator`; None is 1."""

    above: float
    below: float
    numerator: Expression | None
    denominator: Expression | None

    def times(self, other: Fraction) -> Fraction:
        return Fraction(
            self.above * other.above,
            self.below * other.below,
            _product(self.numerator, other.numerator),
            _product(self.denominator, other.denominator),
        )

    def turned(self) -> Fraction:
        return Fraction(self.below, self.above, self.denominator, self.numerator)

    def written(self) -> Expression:
        above, below = _reduced(self.above, self.below)
        numerator = self.numerator
        if numerator is not None:
            spread = _spread(above, below, numerator)
            if spread is not None:
                above, below, numerator = 1.0, 1.0, spread
        top = _scaled(abs(above), numerator)
        if self.denominator is not None or below != 1:
            top = Binary("/", top, _scaled(below, self.denominator))
        return negative(top) if above < 0 else top


def _fraction(node: Expression) -> Fraction:
    match node:
        case Number(value):
            return Fraction(value, 1.0, None, None)
        case Negative(operand):
            inner = _fraction(operand)
            return Fraction(-inner.above, inner.below, inner.numerator, inner.denominator)
        case Binary("*", Number(value), rest):
            return Fraction(value, 1.0, None, None).times(_fraction(rest))
        case Binary("/", above, Number(value)) if value:
            return _fraction(above).times(Fraction(1.0, value, None, None))
        case Binary("/", above, below) if isinstance(above, Number | Negative) or _has_number(
            above
        ):
            under = Fraction(1.0, 1.0, None, below)
            if _has_number(below):
                under = _fraction(below).turned()
            return _fraction(above).times(under)
    return Fraction(1.0, 1.0, node, None)


def _has_number(node: Expression) -> bool:
    return isinstance(node, Binary) and node.operator == "*" and isinstance(node.left, Number)


def _product(left: Expression | None, right: Expression | None) -> Expression | None:
    if left is None or right is None:
        return right if left is None else left
    return square(left) if left == right else left * right


def _scaled(number: float, node: Expression | None) -> Expression:
    if node is None:
        return Number(number)
    return node if number == 1 else Number(number) * node


def _reduced(above: float, below: float) -> tuple[float, float]:
    """A number over another, as one where that is whole; decimals stay as they are written."""
    if below < 0:
        above, below = -above, -below
    if below == 1:
        return above, below
    if (above / below).is_integer():
        return above / below, 1.0
    if above and (below / above).is_integer():
        return (1.0 if above > 0 else -1.0), abs(below / above)
    if below == 2:
        return above / below, 1.0
    return above, below


def _spread(above: float, below: float, node: Expression) -> Expression | None:
    """A sum times a number, where each of its terms has a number with which that is whole."""
    if abs(above) == below == 1 or not isinstance(node, Binary) or node.operator not in "+-":
        return None
    terms = [*_terms(node)]
    scaled = []
    for sign, term in terms:
        held = _fraction(term)
        number = sign * held.above * above / (held.below * below)
        if abs(held.above) == held.below or not number.is_integer():
            return None
        scaled.append(Fraction(number, 1.0, held.numerator, held.denominator).written())
    result = scaled[0]
    for term in scaled[1:]:
        result = add(result, term)
    return result


def _terms(node: Expression) -> list[tuple[float, Expression]]:
    match node:
        case Binary("+", left, right):
            return [*_terms(left), (1.0, right)]
        case Binary("-", left, right):
            return [*_terms(left), (-1.0, right)]
    return [(1.0, node)]


def multiply(left: Expression, right: Expression) -> Expression:
    if is_number(left, 0) or is_number(right, 0):
        return ZERO
    return _fraction(left).times(_fraction(right)).written()


def divide(left: Expression, right: Expression) -> Expression:
    if is_number(left, 0):
        return ZERO
    if is_number(right, 0):
        return left / right
    under = _fraction(right)
    if under.numerator is not None and under.denominator is None and under.above == under.below:
        under = Fraction(1.0, 1.0, right, None)
    return _fraction(left).times(under.turned()).written()
