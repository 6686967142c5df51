"""Differentiation on the formula tree, rule by rule, and what makes its results short.

`differentiate` gives a derivative at once, `steps` its derivation a line at a time. The rules are
those of any textbook; at a kink of max(a, b) the first argument counts, so that max(0, z) has the
slope 0 at z = 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from sheetnet.calculus.short import ZERO, add, divide, is_number, multiply, negative, subtract
from sheetnet.calculus.trees import INDICATOR, fraction, indicator, power, sigmoid, written_parts
from sheetnet.expressions.formula import (
    SQUARED,
    Applied,
    Binary,
    Call,
    Expression,
    Name,
    Negative,
    Number,
    Ref,
    call,
    rebuilt,
    square,
)

#: The derivative of a part of a formula.
Inner = Callable[[Expression], Expression]


def raised(base: Expression, exponent: float) -> Expression:
    if isinstance(base, Number):
        return Number(base.value**exponent)
    return power(base, exponent)


def _outer(exponent: float, power: Expression) -> Expression:
    """The derivative of a power by its base; a fraction as an exponent stays one."""
    found = fraction(exponent)
    if found is None:
        return multiply(Number(exponent), power)
    return divide(multiply(Number(found.numerator), power), Number(found.denominator))


# The rules ----------------------------------------------------------------------------


def exponent_of(node: Applied) -> float | None:
    """The exponent, where a node is a power by a constant."""
    if node.symbol == SQUARED:
        return 2.0
    return float(Fraction(node.symbol[1:])) if node.symbol.startswith("^") else None


def apply_rule(node: Expression, inner: Inner) -> Expression:
    """The derivative of a node, that of its parts being `inner`'s."""
    match node:
        case Number() | Name():
            return ZERO
        case Negative(operand):
            return negative(inner(operand))
        case Binary("+", left, right):
            return add(inner(left), inner(right))
        case Binary("-", left, right):
            return subtract(inner(left), inner(right))
        case Binary("*", left, right):
            return add(multiply(inner(left), right), multiply(left, inner(right)))
        case Binary("/", left, right):
            above, below = inner(left), inner(right)
            if is_number(below, 0):
                return divide(above, right)
            first, second = multiply(above, right), multiply(left, below)
            return divide(subtract(first, second), square(right))
        case Applied(symbol, argument, _):
            exponent = exponent_of(node)
            if exponent is not None:
                return multiply(_outer(exponent, raised(argument, exponent - 1)), inner(argument))
            if symbol == INDICATOR:
                return ZERO
            if symbol == "σ":
                return multiply(node * (1 - node), inner(argument))
        case Call("MAX" | "MIN", (one, other)):
            second = other > one if node.function == "MAX" else other < one
            first, then = inner(one), inner(other)
            if is_number(first, 0) and is_number(then, 0):
                return ZERO
            chosen = indicator(second)
            if is_number(first, 0):
                return multiply(then, chosen)
            return add(multiply(first, 1 - chosen), multiply(then, chosen))
        case Call(function, (argument,)) if function in SLOPES:
            return multiply(SLOPES[function](argument, node), inner(argument))
    raise TypeError(f"{node!r} has no derivative here")


SLOPES: dict[str, Callable[[Expression, Expression], Expression]] = {
    "EXP": lambda x, value: value,
    "LN": lambda x, value: 1 / x,
    "SQRT": lambda x, value: 0.5 / value,
    "SIN": lambda x, value: call("COS", x),
    "COS": lambda x, value: -call("SIN", x),
    "TANH": lambda x, value: 1 - square(value),
    "ABS": lambda x, value: call("SIGN", x),
    "SIGN": lambda x, value: ZERO,
}


def differentiate(node: Expression, leaf: Callable[[Ref], Expression]) -> Expression:
    """The derivative of a formula; `leaf` is that of a cell."""
    if isinstance(node, Ref):
        return leaf(node)
    return apply_rule(node, lambda part: differentiate(part, leaf))


def with_known(node: Expression, known: Mapping[Expression, Ref]) -> Expression:
    """The formula with cells in the place of parts that stand in these cells."""
    if not isinstance(node, Ref | Number) and node in known:
        return known[node]
    return redefined(node, lambda part: with_known(part, known))


def redefined(node: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """The node over changed parts; a named function's definition follows its argument."""
    if not isinstance(node, Applied):
        return rebuilt(node, change)
    changed = change(node.argument)
    exponent = exponent_of(node)
    if exponent is not None:
        return power(changed, exponent)
    return indicator(changed) if node.symbol == INDICATOR else sigmoid(changed)


def moved(node: Expression, places: Mapping[Ref, Expression]) -> Expression:
    """The formula with other cells in the place of some."""
    if isinstance(node, Ref):
        return places.get(node, node)
    return redefined(node, lambda part: moved(part, places))


def refs(node: Expression) -> set[Ref]:
    """The cells that a formula looks at."""
    if isinstance(node, Ref):
        return {node}
    return set().union(*(refs(part) for part in written_parts(node)))


# The derivation, a line at a time -------------------------------------------------------


def rule_of(node: Expression, inner: Inner) -> str:
    """What the rule that differentiates a node is called."""

    def varies(part: Expression) -> bool:
        return not is_number(inner(part), 0)

    match node:
        case Negative() | Binary("*", Number(), _) | Binary("*", _, Number()):
            return "constant factor"
        case Binary("+" | "-", _, _):
            return "sum rule"
        case Binary("*", left, right):
            return "product rule" if varies(left) and varies(right) else "constant factor"
        case Binary("/", _, right):
            return "quotient rule" if varies(right) else "constant factor"
        case Applied(_, argument, _) if exponent_of(node) is not None:
            return "power rule" if isinstance(argument, Ref) else "power rule, chain rule"
        case Call("MAX" | "MIN", _):
            return "piece by piece"
        case Applied(symbol, argument, _):
            name = {"σ": "σ′ = σ(1 − σ)", INDICATOR: "a jump: slope 0"}.get(symbol, symbol)
            return name if isinstance(argument, Ref) else f"{name}, chain rule"
        case Call(function, (argument,)):
            name = NAMES[function]
            return name if isinstance(argument, Ref) else f"{name}, chain rule"
    return ""


NAMES = {
    "EXP": "exp′ = exp",
    "LN": "ln′ x = 1/x",
    "SQRT": "√′ x = 1/(2√x)",
    "SIN": "sin′ = cos",
    "COS": "cos′ = −sin",
    "TANH": "tanh′ = 1 − tanh²",
    "ABS": "|x|′ = sign x",
    "SIGN": "a jump: slope 0",
}
