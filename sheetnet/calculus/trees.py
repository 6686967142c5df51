"""Parsed expressions as formula trees, one for every element of what they stand for.

Element by element, apart from the arrays of `duals`: so that the two prove each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from sys import float_info
from typing import Any, TypeAlias

import numpy as np

from sheetnet.calculus.syntax import (
    ELEMENTWISE,
    PROOFS,
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
from sheetnet.expressions.formula import (
    Applied,
    Expression,
    Number,
    call,
    children,
    exp,
    ln,
    maximum,
    minimum,
    square,
    total,
    when,
)
from sheetnet.lessons.errors import suggest

#: An array of formula trees; NumPy's types cannot say what an array of objects holds.
Trees: TypeAlias = Any
MOST_ELEMENTS = 400
MOST_SIDE = 20
#: Operations one within another; a sum of n terms has n.
DEEPEST = 160
LEAK = 0.01
#: Exponents with so many characters are written in decimals, others as fractions, if they are some.
SHORT, LARGEST_DENOMINATOR = 7, 12
#: The symbol of an indicator: 1[x > 0] is 1 where the condition holds, else 0.
INDICATOR = "1"


def trees(elements: Any, shape: tuple[int, ...] = ()) -> Trees:
    """Formula trees as an array of a shape."""
    found = np.empty(shape, object)
    if shape == ():
        found[()] = elements
    else:
        for place, element in zip(np.ndindex(*shape), elements, strict=True):
            found[place] = element
    return found


def indicator(condition: Expression) -> Applied:
    """1 where a condition holds, 0 where it does not."""
    return Applied(INDICATOR, condition, when(condition, 1, 0))


def power(base: Expression, exponent: float) -> Expression:
    """A power by a constant, as products: programs disagree about ^ near 0."""
    if exponent == 2:
        return square(base)
    if exponent == 1:
        return base
    if exponent == 0:
        return Number(1)
    if exponent == int(exponent) and abs(exponent) <= 16:
        count = abs(int(exponent))
        whole: Expression = total_product([base] * count)
        definition = whole if exponent > 0 else 1 / whole
        return Applied(f"^{exponent:g}", base, definition)
    found = fraction(exponent)
    if found is None:
        return Applied(f"^{exponent!r}", base, exp(exponent * ln(base)))
    above, below = found.numerator, found.denominator
    return Applied(f"^{above}/{below}", base, exp(Number(above) / Number(below) * ln(base)))


def fraction(exponent: float) -> Fraction | None:
    """An exponent as a fraction, where its decimals would not end soon."""
    found = Fraction(exponent).limit_denominator(LARGEST_DENOMINATOR)
    is_short = len(repr(exponent)) <= SHORT
    near = abs(float(found) - exponent) <= 4 * float_info.epsilon * max(1.0, abs(exponent))
    return found if near and not is_short else None


def total_product(factors: Sequence[Expression]) -> Expression:
    result = factors[0]
    for factor in factors[1:]:
        result = result * factor
    return result


@dataclass
class Builder:
    """Makes trees of nodes. `symbols` are the cells that names stand for, as arrays.

    `lengths` are those of the indices, `first` the number of the first element. `origins` tells
    of which node a tree was made, where it is one of single numbers. `proofs` are functions that
    only slips and identities may use.
    """

    symbols: Mapping[str, Trees]
    lengths: Mapping[str, int]
    first: int
    origins: dict[int, tuple[Expression, Node]] = field(default_factory=dict)
    proofs: Mapping[str, Callable[[Function], Trees]] = field(default_factory=dict)

    def define(self, made: Definition) -> Trees:
        """The trees of a definition. Raises `ExpressionError`."""
        if not made.indices:
            return self.checked(made.body, self.of(made.body))
        for name in made.indices:
            if name not in self.lengths:
                raise wrong(
                    made.body, f"{name!r} is no index: name it in indices, as indices.{name} = 3"
                )
        lengths = [self.lengths[name] for name in made.indices]
        found = [
            self.single(made.body, dict(zip(made.indices, place, strict=True)))
            for place in product(*map(range, lengths))
        ]
        return self.checked(made.body, trees(found, tuple(lengths)))

    def checked(self, node: Node, found: Trees) -> Trees:
        if found.size > MOST_ELEMENTS:
            raise wrong(node, f"has {found.size:,} elements: a worksheet shows {MOST_ELEMENTS}")
        if found.ndim > 4:
            raise wrong(node, "has more than four indices")
        if any(_is_deep(tree) for tree in found.flat):
            raise wrong(
                node, f"has more than {DEEPEST} operations one within another: use definitions"
            )
        return found

    def single(self, node: Node, at: Mapping[str, int]) -> Expression:
        """The tree of a node that is one number."""
        found = self.of(node, at)
        if found.ndim:
            raise wrong(node, f"is no single number but {shape_text(found.shape)}: give it indices")
        tree: Expression = found[()]
        return tree

    def of(self, node: Node, at: Mapping[str, int] | None = None) -> Trees:
        """The trees of a node; `at` are the places of the indices in scope."""
        at = at or {}
        match node:
            case Literal(value):
                return trees(Number(value))
            case Variable(name, ()):
                return self.named(node, name, at)
            case Variable(name, indices):
                return self.element(node, name, indices, at)
            case Opposite(operand):
                return self.noted(node, _each(lambda x: -x, self.of(operand, at)), at)
            case Operation("@", left, right):
                return self.product(node, self.of(left, at), self.of(right, at))
            case Operation(sign, left, right):
                one, other = self.aligned(node, self.of(left, at), self.of(right, at))
                return self.noted(node, _each(self.operator(node, sign, right), one, other), at)
            case Listing(items):
                return trees([self.single(item, at) for item in items], (len(items),))
            case Summation(over, body):
                for name in over:
                    if name not in self.lengths:
                        raise wrong(node, f"{name!r} is no index: name it in indices")
                ranges = [range(self.lengths[name]) for name in over]
                terms = [
                    self.single(body, {**at, **dict(zip(over, place, strict=True))})
                    for place in product(*ranges)
                ]
                return trees(total(terms))
            case Function(name, arguments):
                return self.noted(node, self.function(node, name, arguments, at), at)
        raise TypeError(f"{node!r} is no node of an expression")

    def noted(self, node: Node, found: Trees, at: Mapping[str, int]) -> Trees:
        if found.ndim == 0 and not at:
            self.origins[id(found[()])] = found[()], node
        return found

    def named(self, node: Node, name: str, at: Mapping[str, int]) -> Trees:
        if name in at:
            return trees(Number(float(at[name] + self.first)))
        if name not in self.symbols:
            known = [*self.symbols, *self.lengths]
            hint = suggest(name, known) if known else "name it in variables"
            raise wrong(node, f"unknown name {name!r}: {hint}")
        found = self.symbols[name]
        if at and found.ndim:
            raise wrong(node, f"{name} is {shape_text(found.shape)}: give it indices")
        return found

    def element(
        self, node: Node, name: str, indices: tuple[Node, ...], at: Mapping[str, int]
    ) -> Trees:
        whole = self.named(node, name, {})
        if len(indices) != whole.ndim:
            has = shape_text(whole.shape)
            raise wrong(node, f"{name} is {has}: it takes {whole.ndim} indices")
        place = []
        for index, length in zip(indices, whole.shape, strict=True):
            number = self.single(index, at)
            if not isinstance(number, Number) or number.value != int(number.value):
                raise wrong(index, "an index is a number or the name of an index")
            found = int(number.value) - self.first
            if not 0 <= found < length:
                last = self.first + length - 1
                raise wrong(index, f"{name} counts from {self.first} to {last} here")
            place.append(found)
        return trees(whole[tuple(place)])

    def operator(self, node: Node, sign: str, right: Node) -> Callable[[Any, Any], Expression]:
        if sign != "^":
            return {
                "+": lambda x, y: x + y,
                "-": lambda x, y: x - y,
                "*": lambda x, y: x * y,
                "/": lambda x, y: x / y,
            }[sign]

        def raised(x: Expression, y: Expression) -> Expression:
            constant = _constant(y)
            return exp(y * ln(x)) if constant is None else power(x, constant)

        return raised

    def aligned(self, node: Node, left: Trees, right: Trees) -> tuple[Trees, Trees]:
        """A number goes with every element; a vector beside a matrix is a column."""
        if left.ndim == 1 and right.ndim == 2 and len(left) == len(right):
            left = left[:, None]
        elif right.ndim == 1 and left.ndim == 2 and len(left) == len(right):
            right = right[:, None]
        elif left.ndim and right.ndim and left.shape != right.shape:
            raise wrong(
                node,
                f"{shape_text(left.shape)} and {shape_text(right.shape)} do not go together",
            )
        one, other = np.broadcast_arrays(left, right)
        return one, other

    def product(self, node: Node, left: Trees, right: Trees) -> Trees:
        if not left.ndim or not right.ndim or left.shape[-1] != right.shape[0]:
            raise wrong(
                node,
                f"a product of {shape_text(left.shape)} and {shape_text(right.shape)} does not "
                "fit: the columns of the first are the rows of the second",
            )
        rows = left if left.ndim > 1 else left[None]
        columns = right if right.ndim > 1 else right[:, None]
        found = [
            total([x * y for x, y in zip(row, column, strict=True)])
            for row in rows
            for column in columns.T
        ]
        shape = (left.shape[0],) * (left.ndim > 1) + right.shape[1:]
        return trees(found if shape else found[0], shape)

    def function(
        self, node: Node, name: str, arguments: tuple[Node, ...], at: Mapping[str, int]
    ) -> Trees:
        if name in self.proofs:
            assert isinstance(node, Function)
            return self.proofs[name](node)
        if name in PROOFS:
            raise wrong(node, f"{name} stands in identities and slips only")
        found = [self.of(argument, at) for argument in arguments]
        if name in ELEMENTWISE:
            if len(found) == 2:
                return _each(SINGLE[name], *self.aligned(node, *found))
            return _each(SINGLE[name], *found)
        if name == "delta":
            return trees(Number(float(found[0][()] == found[1][()])))
        [*rest] = found
        if name in ("ones", "identity"):
            count = _constant(rest[0][()]) if rest[0].ndim == 0 else None
            if count is None or not 1 <= count <= MOST_SIDE or count != int(count):
                raise wrong(node, f"{name} takes a whole number from 1 to {MOST_SIDE}")
            n = int(count)
            if name == "ones":
                return trees([Number(1)] * n, (n,))
            return trees([Number(float(i == j)) for i, j in np.ndindex(n, n)], (n, n))
        x = rest[0]
        if name == "sum":
            return trees(total(list(x.flat)))
        if name == "transpose":
            if x.ndim != 2:
                raise wrong(node, f"transpose takes a matrix, not {shape_text(x.shape)}")
            return x.T
        if name == "dot":
            if x.ndim != 1 or rest[1].shape != x.shape:
                raise wrong(node, "dot takes two vectors of one length")
            return trees(total([a * b for a, b in zip(x, rest[1], strict=True)]))
        if x.ndim != 1:
            raise wrong(node, f"{name} takes a vector, not {shape_text(x.shape)}")
        n = len(x)
        if name == "diag":
            return trees([x[i] if i == j else Number(0) for i, j in np.ndindex(n, n)], (n, n))
        powers = [exp(z) for z in x]  # softmax
        return trees([one / total(powers) for one in powers], (n,))


def _is_deep(tree: Expression) -> bool:
    level = [tree]
    for _ in range(DEEPEST):
        level = [part for node in level for part in written_parts(node)]
        if not level:
            return False
    return True


def written_parts(node: Expression) -> tuple[Expression, ...]:
    """The nodes right below, as they are written: of a named function its argument."""
    return (node.argument,) if isinstance(node, Applied) else children(node)


def _constant(node: Expression) -> float | None:
    """The value of a tree without cells."""
    match node:
        case Number(value):
            return value
    try:
        from sheetnet.expressions.evaluation import evaluate

        return float(evaluate(node, None))  # type: ignore[arg-type]
    except (AttributeError, TypeError, ArithmeticError, ValueError):
        return None


def shape_text(shape: tuple[int, ...]) -> str:
    """What an array of a shape is called."""
    if not shape:
        return "a number"
    if len(shape) == 1:
        return f"a vector of {shape[0]}"
    return f"a matrix of {' × '.join(map(str, shape))}"


def _each(function: Callable[..., Expression], *arrays: Trees) -> Trees:
    shape = arrays[0].shape
    if not shape:
        return trees(function(*(array[()] for array in arrays)))
    columns = [array.flat for array in arrays]
    return trees([function(*elements) for elements in zip(*columns, strict=True)], shape)


def sigmoid(x: Expression) -> Applied:
    return Applied("σ", x, 1 / (1 + exp(-x)))


SINGLE: dict[str, Callable[..., Expression]] = {
    "exp": exp,
    "ln": ln,
    "sqrt": lambda x: call("SQRT", x),
    "sin": lambda x: call("SIN", x),
    "cos": lambda x: call("COS", x),
    "tanh": lambda x: call("TANH", x),
    "abs": lambda x: call("ABS", x),
    "sign": lambda x: call("SIGN", x),
    "sigmoid": sigmoid,
    "relu": lambda x: maximum(0, x),
    "leaky_relu": lambda x: maximum(LEAK * x, x),
    "step": lambda x: indicator(x >= 0),
    "log": lambda x, base: ln(x) / ln(base),
    "max": maximum,
    "min": minimum,
}
