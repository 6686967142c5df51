"""A loss in the order and with the names of its document.

Losses are declared once, as ½·(a − t)² and with ln; a document may write (t − a)², take ½ out
of the sum, or call the logarithm log.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetnet.expressions.formula import (
    SQUARED,
    Applied,
    Binary,
    Call,
    Expression,
    Negative,
    Number,
    call,
    rebuilt,
    square,
    total,
)
from sheetnet.network.notation import Notation

HALF = Number(0.5)


def arranged(loss: Expression, notation: Notation) -> Expression:
    """The formula of a loss as the document writes it; its value stays the same."""
    if isinstance(loss, Call) and loss.function == "CHOOSE":  # one of several, by a drop-down
        choice, *options = loss.arguments
        return call("CHOOSE", choice, *(arranged(each, notation) for each in options))
    terms = list(_terms(loss))
    if notation.half_in_front and len(terms) > 1 and all(map(_is_halved, terms)):
        inner = [_term(term.right, notation) for term in terms if isinstance(term, Binary)]
        return HALF * total(inner)
    return _term(loss, notation)


def logarithm_named(node: Expression, notation: Notation) -> Expression:
    """The same formula, its natural logarithms called as the document calls them."""
    if notation.logarithm == "ln":
        return node

    def named(part: Expression) -> Expression:
        match part:
            case Applied():
                return part  # which has a name of its own
            case Call("LN", (argument,)):
                return Applied(notation.logarithm, argument, part)
        return rebuilt(part, named)

    return named(node)


def _terms(node: Expression) -> Iterator[Expression]:
    """What a sum adds up, from left to right."""
    if isinstance(node, Binary) and node.operator == "+":
        yield from _terms(node.left)
        yield node.right
    else:
        yield node


def _is_halved(term: Expression) -> bool:
    return isinstance(term, Binary) and (term.operator, term.left) == ("*", HALF)


def _term(node: Expression, notation: Notation) -> Expression:
    match node:
        case Applied(symbol, Binary("-", value, target), _) if symbol == SQUARED:
            return square(target - value) if notation.target_first else node
        case Applied("ln", argument, definition):
            return Applied(notation.logarithm, argument, definition)
        case Call("LN"):
            return logarithm_named(node, notation)
        case Negative(operand):
            return Negative(_term(operand, notation))
        case Binary(operator, left, right):
            return Binary(operator, _term(left, notation), _term(right, notation))
    return node
