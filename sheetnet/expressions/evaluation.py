"""Formula trees as Python values: the cached values of cells that no Trace holds.

Ranges are NumPy arrays, single cells floats, texts or truth values, and the functions
mean what spreadsheet programs agree on. A function that is not in `FUNCTIONS` may not
stand in a formula: the table is the list of what Excel, LibreOffice, Gnumeric and
IronCalc compute alike.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, Protocol

import numpy as np

from sheetnet.errors import SheetnetError
from sheetnet.expressions.formula import (
    Applied,
    Area,
    Binary,
    Call,
    Expression,
    Logical,
    Name,
    Negative,
    Number,
    Ref,
    Text,
)


class TooLargeError(SheetnetError, OverflowError):
    """A cell of the workbook would show an error, since its number is too large."""


class Values(Protocol):
    """Where the values of cells come from: a `Book`."""

    def __getitem__(self, name: str) -> Any: ...

    def value(self, sheet: Any, row: int, column: int) -> Any: ...

    def area_values(self, area: Area) -> Any: ...


def evaluate(node: Expression, values: Values) -> Any:
    """The value of a formula. Raises what Python raises where a cell would show an error.

    Arithmetic that leaves the range of numbers is an `ArithmeticError`, also where NumPy
    would give infinity or NaN; over ranges NumPy's rules hold.
    """
    with np.errstate(all="ignore"):  # what overflows is refused, not warned of
        return _value(node, values)


def _value(node: Expression, values: Values) -> Any:
    match node:
        case Ref(sheet, row, column):
            found = values.value(values[sheet], row, column)
            return 0.0 if found is None else found
        case Number(value) | Text(value) | Logical(value):
            return value
        case Area():
            return values.area_values(node)
        case Name(_, target):
            return _value(target, values)
        case Negative(operand):
            return -_value(operand, values)
        case Binary(sign, left, right):
            return _in_range(OPERATORS[sign](_value(left, values), _value(right, values)))
        case Applied(_, _, definition):
            return _value(definition, values)
        case Call("IF", (condition, then, otherwise)):
            truth = _value(condition, values)
            if isinstance(truth, np.ndarray):
                return np.where(truth.astype(bool), _value(then, values), _value(otherwise, values))
            return _value(then if truth else otherwise, values)
        case Call("INDEX", (Area() as area, row, column)):
            place = (_value(row, values), _value(column, values))
            return _value(_place(area, int(place[0]), int(place[1])), values)
        case Call("CHOOSE", (index, *choices)):
            number = int(_value(index, values))
            if not 1 <= number <= len(choices):
                raise IndexError(f"CHOOSE past its choices: {number} of {len(choices)}")
            return _value(choices[number - 1], values)
        case Call(function, arguments):
            return _in_range(FUNCTIONS[function](*[_value(each, values) for each in arguments]))
    raise TypeError(f"{node!r} is no node of a formula")


def _in_range(value: Any) -> Any:
    if isinstance(value, complex) or (isinstance(value, float) and not math.isfinite(value)):
        raise TooLargeError(
            "the numbers of this lesson grow too large for a cell: write smaller inputs, weights "
            "or training.learning_rate"
        )
    return value


def _place(area: Area, row: int, column: int) -> Ref:
    if not (1 <= row <= area.shape[0] and 1 <= column <= area.shape[1]):
        raise IndexError(f"INDEX past its range: row {row}, column {column}")
    return Ref(area.sheet, area.top + row - 1, area.left + column - 1)


def text_of(value: Any) -> str:
    """A value joined to a text; fractions go through FIXED, since programs differ."""
    if isinstance(value, str):
        return value
    if _is_number(value) and float(value).is_integer():
        return str(int(value))
    raise ValueError(f"{value!r} joined to a text without FIXED")


def fixed(value: float, digits: float = 2, no_commas: bool = False) -> str:
    """FIXED: halves are rounded away from zero, on the decimal digits that are shown."""
    if not no_commas:
        raise ValueError("FIXED without its third argument writes thousands separators")
    rounded = _rounded(value, digits)
    return f"{abs(rounded) if rounded == 0 else rounded:f}"


def _rounded(value: float, digits: float) -> Decimal:
    step = Decimal(1).scaleb(-int(digits))
    # No float64 has more than 309 digits before its point.
    return Decimal(f"{value:.15g}").quantize(step, ROUND_HALF_UP, Context(prec=400))


def _power(base: Any, exponent: Any) -> Any:
    return np.power(base, exponent) if isinstance(base, np.ndarray) else float(base) ** exponent


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": _power,
    "&": lambda left, right: text_of(left) + text_of(right),
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _numbers(arguments: tuple[Any, ...]) -> list[float]:
    """The numbers among the arguments, ranges taken apart, texts and blanks passed over."""
    found: list[float] = []
    for argument in arguments:
        if isinstance(argument, np.ndarray) and argument.dtype == np.float64:
            found.extend(argument.flat)
        elif isinstance(argument, np.ndarray):
            found.extend(float(v) for v in argument.flat if _is_number(v))
        else:
            found.append(float(argument))
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, float | int | np.number) and not isinstance(value, bool)


def _criterion(text: Any) -> Callable[[Any], bool]:
    """COUNTIF's and SUMIF's second argument: a number, a text, or a comparison as text."""
    if isinstance(text, str):
        for sign in ("<=", ">=", "<>", "<", ">", "="):
            if text.startswith(sign):
                bound = float(text[len(sign) :])
                return lambda v: _is_number(v) and bool(OPERATORS[sign](v, bound))
        return lambda v: isinstance(v, str) and v.lower() == text.lower()
    return lambda v: _is_number(v) and v == text


def _count_if(area: Any, criterion: Any) -> float:
    test = _criterion(criterion)
    return float(sum(1 for v in np.asarray(area, object).flat if test(v)))


def _sum_if(area: Any, criterion: Any, summed: Any = None) -> float:
    test = _criterion(criterion)
    tested = list(np.asarray(area, object).flat)
    amounts = tested if summed is None else list(np.asarray(summed, object).flat)
    return math.fsum(v for t, v in zip(tested, amounts, strict=True) if test(t) and _is_number(v))


def _match(wanted: Any, area: Any, kind: float = 1) -> float:
    cells = list(np.asarray(area, object).flat)
    if kind == 0:
        return float(cells.index(wanted) + 1)
    if kind != 1:
        raise ValueError(f"MATCH of kind {kind}: use 0 (equal) or 1 (rising order)")
    below = [i for i, v in enumerate(cells) if v <= wanted]
    return float(below[-1] + 1)


def _round(value: Any, digits: float = 0) -> Any:
    return float(_rounded(value, digits))


def _each(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A NumPy function that gives plain floats for single values."""

    def apply(x: Any) -> Any:
        if isinstance(x, np.ndarray):
            return function(x)
        with np.errstate(divide="raise", over="raise", invalid="raise"):
            return float(function(x))

    return apply


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "ABS": _each(np.abs),
    "AND": lambda *a: all(bool(np.all(x)) for x in a),
    "AVERAGE": lambda *a: sum(n := _numbers(a)) / len(n),
    "COS": _each(np.cos),
    "COUNT": lambda *a: float(len(_numbers(a))),
    "COUNTIF": _count_if,
    "EXP": _each(np.exp),
    "FIXED": fixed,
    "INT": _each(np.floor),
    "ISNUMBER": _is_number,
    "LN": _each(np.log),
    "LOG": lambda x, base=10: math.log(x) / math.log(base),
    "MATCH": _match,
    "MAX": lambda *a: max(_numbers(a)),
    "MIN": lambda *a: min(_numbers(a)),
    "MMULT": lambda a, b: np.atleast_2d(a) @ np.atleast_2d(b),
    "MOD": lambda x, y: x % y if isinstance(x, np.ndarray) else float(x) % float(y),
    "OR": lambda *a: any(bool(np.any(x)) for x in a),
    "POWER": _power,
    "PI": lambda: math.pi,
    "ROUND": _round,
    "SIGN": _each(np.sign),
    "SIN": _each(np.sin),
    "SQRT": _each(np.sqrt),
    "SUM": lambda *a: math.fsum(_numbers(a)),
    "SUMIF": _sum_if,
    "SUMPRODUCT": lambda *a: float(np.sum(np.prod(np.broadcast_arrays(*a), axis=0))),
    "SUMSQ": lambda *a: math.fsum(n * n for n in _numbers(a)),
    "SUMXMY2": lambda a, b: float(np.sum((a - b) ** 2)),
    "TANH": _each(np.tanh),
    "TRANSPOSE": lambda a: np.asarray(a).T,
}
