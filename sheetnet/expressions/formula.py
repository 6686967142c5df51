"""The formula tree: one definition of a formula, built with Python's operators.

A tree is rendered as Excel or OpenFormula text (`dialects`), as mathematics (`mathematics`)
and as a Python value (`evaluation`). It keeps the order in which it was written: nothing is
simplified or reordered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import field, replace
from typing import Any

from sheetnet.records import record


class Expression:
    """A node of a formula; operators on it build larger formulas."""

    __slots__ = ()

    def __add__(self, other: Any) -> Binary:
        return Binary("+", self, expression(other))

    def __radd__(self, other: Any) -> Binary:
        return Binary("+", expression(other), self)

    def __sub__(self, other: Any) -> Binary:
        return Binary("-", self, expression(other))

    def __rsub__(self, other: Any) -> Binary:
        return Binary("-", expression(other), self)

    def __mul__(self, other: Any) -> Binary:
        return Binary("*", self, expression(other))

    def __rmul__(self, other: Any) -> Binary:
        return Binary("*", expression(other), self)

    def __truediv__(self, other: Any) -> Binary:
        return Binary("/", self, expression(other))

    def __rtruediv__(self, other: Any) -> Binary:
        return Binary("/", expression(other), self)

    def __pow__(self, other: Any) -> Binary:
        return Binary("^", self, expression(other))

    def __rpow__(self, other: Any) -> Binary:
        return Binary("^", expression(other), self)

    def __and__(self, other: Any) -> Binary:
        """Join texts, as `&` does in a cell."""
        return Binary("&", self, expression(other))

    def __rand__(self, other: Any) -> Binary:
        return Binary("&", expression(other), self)

    def __lt__(self, other: Any) -> Binary:
        return Binary("<", self, expression(other))

    def __le__(self, other: Any) -> Binary:
        return Binary("<=", self, expression(other))

    def __gt__(self, other: Any) -> Binary:
        return Binary(">", self, expression(other))

    def __ge__(self, other: Any) -> Binary:
        return Binary(">=", self, expression(other))

    def __neg__(self) -> Negative:
        return Negative(self)


@record
class Number(Expression):
    """A number written in the formula; 15 digits at most, as Excel keeps no more."""

    value: float


@record
class Text(Expression):
    value: str


@record
class Logical(Expression):
    value: bool


@record
class Ref(Expression):
    """One cell. Rows and columns count from 1.

    `fixed` writes it with dollar signs. `symbol` is what stands for it in mathematics
    (a `Rich`) and `digits` how many decimals a sentence shows of it at least (see `figures`),
    `signless` that no value there is below 0, `below_one` that none reaches 1, so that a 1 there
    has been rounded; they are no part of the cell's identity.
    """

    sheet: str
    row: int
    column: int
    fixed: bool = False
    symbol: Any = field(default=None, compare=False)
    digits: int = field(default=4, compare=False)
    signless: bool = field(default=False, compare=False)
    below_one: bool = field(default=False, compare=False)


@record
class Area(Expression):
    """A rectangle of cells, corners included."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int
    fixed: bool = False
    symbol: Any = field(default=None, compare=False)

    @property
    def shape(self) -> tuple[int, int]:
        return self.bottom - self.top + 1, self.right - self.left + 1


@record
class Name(Expression):
    """A defined name that stands for one cell, as `gamma` for the learning rate."""

    name: str
    target: Ref
    symbol: Any = field(default=None, compare=False)
    digits: int = field(default=4, compare=False)


@record
class Negative(Expression):
    operand: Expression


@record
class Binary(Expression):
    operator: str
    left: Expression
    right: Expression


@record
class Call(Expression):
    """A function of a cell. A `guard` decides nothing that a user could see: one side of it
    is only there so that no program overflows, or so that words stand in an error's place."""

    function: str
    arguments: tuple[Expression, ...]
    guard: bool = field(default=False, compare=False)


@record
class Applied(Expression):
    """A function that mathematics writes by its name, and a cell by its definition.

    σ(z) in an equation is 1/(1+EXP(-z)) in a cell. Several arguments are
    `listed`. Without a name mathematics writes the argument alone.
    """

    symbol: str
    argument: Expression
    definition: Expression


def expression(value: Any) -> Expression:
    """`value` as a node: numbers, texts and truth values become constants."""
    if isinstance(value, Expression):
        return value
    if isinstance(value, bool):
        return Logical(value)
    if isinstance(value, int | float):
        return Number(value)
    if isinstance(value, str):
        return Text(value)
    raise TypeError(f"{value!r} is no part of a formula")


def call(function: str, *arguments: Any) -> Call:
    # Most arguments are nodes already, and a workbook has tens of thousands of them.
    nodes = [a if isinstance(a, Expression) else expression(a) for a in arguments]
    return Call(function, tuple(nodes))


def exp(x: Any) -> Call:
    return call("EXP", x)


def listed(*arguments: Any) -> Call:
    """Several arguments of a function that mathematics writes by its name."""
    return call("", *arguments)


def ln(x: Any) -> Call:
    return call("LN", x)


def maximum(*values: Any) -> Call:
    return call("MAX", *values)


def minimum(*values: Any) -> Call:
    return call("MIN", *values)


def when(condition: Any, then: Any, otherwise: Any) -> Call:
    return call("IF", condition, then, otherwise)


def guard(node: Call) -> Call:
    """The same formula, one of whose sides is only a guard."""
    return Call(node.function, node.arguments, guard=True)


def guarded(node: Expression) -> Expression:
    """The same formula, all of whose IFs are only guards: how a number is worded, not which."""
    found = rebuilt(node, guarded)
    return guard(found) if isinstance(found, Call) and found.function == "IF" else found


def unguarded(node: Expression) -> Expression:
    """The formula for numbers that no constant of a guarded MAX or MIN is about."""
    if isinstance(node, Call) and node.guard and node.function in ("MAX", "MIN"):
        looking = [argument for argument in node.arguments if looks(argument)]
        if len(looking) == 1:
            return unguarded(looking[0])
    return rebuilt(node, unguarded)


def looks(node: Expression) -> bool:
    """Whether a formula looks at a cell."""
    return isinstance(node, Ref | Area | Name) or any(map(looks, children(node)))


#: The logarithm to a base, its second argument, which mathematics writes lowered behind it.
LOG = "LOG"
#: The symbol of `square`, which mathematics writes behind its argument.
SQUARED = "²"


def square(x: Any) -> Applied:
    """x², written so that it is 0 in every program where it is too small for a number.

    LibreOffice gives an error for x^2 near 1E-154; x*x and SUMSQ(x) give 0 there.
    """
    x = expression(x)
    return Applied(SQUARED, x, x * x if isinstance(x, Ref | Area) else call("SUMSQ", x))


def equal(left: Any, right: Any) -> Binary:
    return Binary("=", expression(left), expression(right))


def total(terms: Sequence[Expression]) -> Expression:
    """The terms joined by plus signs, from left to right."""
    if not terms:
        return Number(0)
    result = terms[0]
    for term in terms[1:]:
        result = Binary("+", result, term)
    return result


def join(parts: Sequence[Any]) -> Expression:
    """The parts joined as text by `&`; neighbouring constants become one."""
    merged: list[Expression] = []
    for part in map(expression, parts):
        if merged and isinstance(part, Text) and isinstance(merged[-1], Text):
            merged[-1] = Text(merged[-1].value + part.value)
        elif not (isinstance(part, Text) and part.value == ""):
            merged.append(part)
    if not merged:
        return Text("")
    result = merged[0]
    for part in merged[1:]:
        result = result & part
    return result


_CHILDREN: dict[type[Expression], Callable[[Any], tuple[Expression, ...]]] = {
    Negative: lambda node: (node.operand,),
    Binary: lambda node: (node.left, node.right),
    Call: lambda node: node.arguments,
    Applied: lambda node: (node.definition,),
}


def children(node: Expression) -> tuple[Expression, ...]:
    """The nodes right below `node`, in the order they are written."""
    found = _CHILDREN.get(type(node))
    return found(node) if found else ()


def walk(node: Expression) -> Iterator[Expression]:
    """A formula and all that it is made of, from the whole to its parts."""
    yield node
    for child in children(node):
        yield from walk(child)


def rebuilt(node: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """The same node over changed children."""
    match node:
        case Negative(operand):
            return Negative(change(operand))
        case Binary(operator, left, right):
            return Binary(operator, change(left), change(right))
        case Call(function, arguments, is_guard):
            return Call(function, tuple(map(change, arguments)), is_guard)
        case Applied(symbol, argument, definition):
            return Applied(symbol, argument, change(definition))
    return node


def over_ranges(node: Expression) -> Expression:
    """The formula for an array formula, where MAX and MIN would reduce a range to one number.

    MAX(x, y) becomes IF(x>y, x, y), MIN likewise, and LOG(x, b), which a program knows of single
    numbers only, LN(x)/LN(b); all else works on ranges as it is.
    """
    match node:
        case Call("MAX" | "MIN" as function, (_, _, _, *_) as several):
            half = len(several) // 2
            parts = (several[:half], several[half:])
            pair = [one[0] if len(one) == 1 else Call(function, tuple(one)) for one in parts]
            return over_ranges(replace(node, arguments=tuple(pair)))
        case Call("MAX", (one, Call("EXP", (Negative(Number()) | Number(),)) as least)):
            # Some programs call tiny numbers equal, so it is their ratio that is compared.
            one = over_ranges(one)
            return replace(when(one / least > 1, one, least), guard=node.guard)
        case Call("MAX", (one, other)):
            one, other = over_ranges(one), over_ranges(other)
            return replace(when(one > other, one, other), guard=node.guard)
        case Call("MIN", (one, other)):
            one, other = over_ranges(one), over_ranges(other)
            return replace(when(one < other, one, other), guard=node.guard)
        case Call("CHOOSE", (Name() as index, *options)):
            # Which of several ranges is taken: programs agree on that in an IF.
            found = over_ranges(options[-1])
            for number, option in reversed([*enumerate(options[:-1], 1)]):
                found = when(equal(index, number), over_ranges(option), found)
            return found
        case Call("LOG", (one, base)):
            return ln(over_ranges(one)) / ln(base)
        case Applied("²", argument, _):
            argument = over_ranges(argument)
            return Applied(SQUARED, argument, argument * argument)
    return rebuilt(node, over_ranges)


def choice_in(node: Expression) -> tuple[Name, int] | None:
    """The named cell by which a formula chooses, and among how many; None where it does not."""
    match node:
        case Call("CHOOSE", (Name() as index, *options)):
            return index, len(options)
    return next(filter(None, map(choice_in, children(node))), None)


def with_choice(node: Expression, index: Name, number: int) -> Expression:
    """The formula with choice `number`, from 1, in the place of all of them."""
    match node:
        case Applied(_, _, Call("CHOOSE", (Name() as by, *_)) as options) if by == index:
            return with_choice(options, index, number)
        case Call("CHOOSE", (Name() as by, *options)) if by == index:
            return with_choice(options[number - 1], index, number)
        case Applied(symbol, argument, definition):
            changed = with_choice(argument, index, number)
            return Applied(symbol, changed, with_choice(definition, index, number))
    return rebuilt(node, lambda child: with_choice(child, index, number))


def indexed(area: Area, row: Any, column: Any = 1) -> Expression:
    """A cell of an area by its row and column, counted from 1.

    An area of one cell is that cell: Gnumeric takes no INDEX of it.
    """
    if area.shape == (1, 1):
        return Ref(area.sheet, area.top, area.left, area.fixed)
    return call("INDEX", area, row, column)


def has_ranges(node: Expression) -> bool:
    """Whether a formula looks at a range of cells."""
    return isinstance(node, Area) or any(map(has_ranges, children(node)))
