"""Formula trees as mathematics: with the document's symbols, or with today's numbers.

Both renderings are made from the same pieces: texts, and the leaves that stand for a
number. `written` puts symbols there, `filled_in` puts live text of the cells' values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sheetnet.expressions.dialects import number_text
from sheetnet.expressions.figures import written_number
from sheetnet.expressions.formula import (
    Applied,
    Binary,
    Call,
    Expression,
    Logical,
    Name,
    Negative,
    Number,
    Ref,
    Text,
    join,
)
from sheetnet.expressions.rich import Rich, Run, rich

Leaf = Ref | Name


@dataclass(frozen=True)
class Lowered:
    """A number that stands lowered, as the base of a logarithm does."""

    leaf: Leaf


Piece = str | Run | Leaf | Lowered

SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4
SIGNS = {"+": " + ", "-": " − ", "*": "·", "/": "/", "=": " = ", "<": " < ", ">": " > "}
SIGNS |= {"<=": " ≤ ", ">=": " ≥ "}
FUNCTIONS = {"LN": "ln", "MAX": "max", "MIN": "min", "TANH": "tanh", "ABS": "abs", "SQRT": "√"}
FUNCTIONS |= {"SIN": "sin", "COS": "cos", "SIGN": "sign"}


def written(node: Expression) -> Rich:
    """The formula in the notation of its leaves' symbols."""
    return _spelled(_pieces(node)[0])


def written_factor(node: Expression) -> Rich:
    """The same as one factor of a product: a sum stands in parentheses."""
    return _spelled(_wrapped(node, PRODUCT, first=False))


def _spelled(pieces: list[Piece]) -> Rich:
    result = Rich(())
    for piece in pieces:
        if isinstance(piece, Leaf):
            result += rich(piece.symbol)
        elif isinstance(piece, Lowered):
            result += Rich(tuple(replace(r, level=-1) for r in rich(piece.leaf.symbol).runs))
        else:
            result += Rich((piece,)) if isinstance(piece, Run) else piece
    return result


def inline(leaf: Leaf, brackets: bool) -> Expression:
    """A cell's number as text, within the formula that asks for it."""
    return written_number(leaf, leaf.digits, brackets=brackets)


def filled_in(node: Expression, shown: Callable[[Leaf, bool], Expression] = inline) -> Expression:
    """The formula with the numbers of the moment, as a text that a cell keeps up to date.

    A negative number behind an operator, or with an exponent, gets parentheses: `shown(leaf,
    brackets)` is the text of a cell's number. A lowered number stands behind a _: log_2(x).
    """
    parts: list[Any] = []
    before = ""
    pieces = _pieces(node)[0]
    for piece, behind in zip(pieces, [*pieces[1:], ""], strict=True):
        if isinstance(piece, Leaf):
            opens = before == "" or before[-1] in "(="
            parts.append(shown(piece, not opens or isinstance(behind, Run)))
            before = "number"
        elif isinstance(piece, Lowered):
            parts += ["_", shown(piece.leaf, False)]
            before = "number"
        else:
            text = str(Rich((piece,))) if isinstance(piece, Run) else piece
            parts.append(text)
            before = text.rstrip()
    return join(parts)


def _pieces(node: Expression) -> tuple[list[Piece], int]:
    """The node's pieces in order, and how tightly its outermost operator binds."""
    match node:
        case Ref() | Name():
            return [node], ATOM
        case Number(0.5):
            return ["½"], ATOM
        case Number(value):
            return [number_text(value).replace("-", "−")], ATOM if value >= 0 else SUM
        case Text(value):
            return [value], ATOM
        case Logical(value):
            return [str(value).lower()], ATOM
        case Negative(operand):
            return ["−", *_wrapped(operand, PRODUCT)], SUM
        case Applied("LOG", Call("", (argument, Ref() | Name() as base)), _):
            return ["log", Lowered(base), "(", *_pieces(argument)[0], ")"], ATOM
        case Applied(symbol, Call("", several), _):
            return _pieces(Call(symbol, several))
        case Applied("", argument, _):  # what a cell is kept from, mathematics does not say
            return _pieces(argument)
        case Applied("²", argument, _):
            return _pieces(argument**2)
        case Applied(symbol, argument, _) if symbol.startswith("^"):
            if "/" not in symbol:
                return _pieces(argument ** float(symbol[1:]))
            return [*_pieces(argument**1)[0][:-1], Run(symbol[1:].replace("-", "−"), 1)], POWER
        case Applied("1", condition, _):
            return ["1[", *_pieces(condition)[0], "]"], ATOM
        case Applied(symbol, argument, _):
            return [f"{symbol}(", *_pieces(argument)[0], ")"], ATOM
        case Binary("^", base, exponent):
            raised = "".join(str(p) for p in _pieces(exponent)[0])
            pieces = _wrapped(base, ATOM)
            if isinstance(base, Ref) and any(run.level > 0 for run in rich(base.symbol or "").runs):
                pieces = ["(", *pieces, ")"]  # or the exponent would join the layer
            return [*pieces, Run(raised, 1)], POWER
        case Binary(operator, left, right):
            binds = PRODUCT if operator in "*/" else SUM
            behind = binds + (operator in "-/")
            return [
                *_wrapped(left, binds),
                SIGNS[operator],
                *_wrapped(right, behind, first=False),
            ], binds
        case Call("EXP", (argument,)):
            return ["exp(", *_pieces(argument)[0], ")"], ATOM
        case Call(function, arguments):
            inner: list[Piece] = []
            for number, argument in enumerate(arguments):
                inner += [", "] * (number > 0) + _pieces(argument)[0]
            return [f"{FUNCTIONS.get(function, function)}(", *inner, ")"], ATOM
    raise TypeError(f"{node!r} has no mathematical form")


def _wrapped(node: Expression, least: int, *, first: bool = True) -> list[Piece]:
    pieces, binds = _pieces(node)
    if binds >= least and (first or not isinstance(node, Negative)):
        return pieces
    return ["(", *pieces, ")"]
