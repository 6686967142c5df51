"""A derivative line by line: the rule that each line uses, and what is left to differentiate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sheetnet.calculus.derivative import apply_rule, refs, rule_of, with_known
from sheetnet.calculus.short import ONE, ZERO, add, is_number, multiply
from sheetnet.calculus.spelling import Spelling
from sheetnet.calculus.syntax import Node
from sheetnet.expressions.formula import Expression, Ref
from sheetnet.expressions.mathematics import written
from sheetnet.expressions.rich import Rich


@dataclass(frozen=True)
class Line:
    """One line: the rule, what is differentiated, the formula of its value, and its node."""

    rule: str
    left: Rich
    value: Expression
    node: Node


def derivation(
    tree: Expression,
    target: Ref,
    origins: Mapping[int, tuple[Expression, Node]],
    cell: Callable[[int, Rich], Ref],
    spelling: Spelling,
    known: Mapping[Expression, Ref],
    partial: bool,
) -> list[Line]:
    """The lines of the derivative of a formula by a cell, the outermost first.

    `cell(n, symbol)` is where the value of line n will stand; `known` are formulas that have
    cells of their own.
    """
    lines: list[Line | None] = []
    done: dict[int, Expression] = {}
    by = spelling.operator(target.symbol, partial=partial)

    def visit(node: Expression) -> Expression:
        if isinstance(node, Ref):
            return ONE if node == target else ZERO
        if target not in refs(node):
            return ZERO
        if id(node) not in done:
            done[id(node)] = found(node)
        return done[id(node)]

    def found(node: Expression) -> Expression:
        if id(node) not in origins:
            return apply_rule(node, visit)
        number = len(lines)
        lines.append(None)
        left = by + "[" + written(node) + "]"
        value = with_known(apply_rule(node, visit), known)
        rule = rule_of(node, visit)
        lines[number] = Line(rule, left, value, origins[id(node)][1])
        return cell(number, left)

    visit(tree)
    return [line for line in lines if line is not None]


def total_derivative(pairs: list[tuple[Expression, Expression]]) -> Expression:
    """Σ ∂u/∂v·dv/dx over all v."""
    result: Expression = ZERO
    for outer, inner in pairs:
        product = outer if is_number(inner, 1) else multiply(outer, inner)
        result = add(result, product)
    return result
