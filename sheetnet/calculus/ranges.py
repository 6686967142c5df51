"""Between what the names of a section lie, whatever is typed, and their derivatives.

What could leave the numbers of a spreadsheet is refused, with the place in its text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

import numpy as np

from sheetnet.calculus.derivative import differentiate, refs
from sheetnet.calculus.intervals import DomainError, Interval, interval
from sheetnet.calculus.short import ONE, ZERO
from sheetnet.calculus.syntax import Function, Node, Variable, place_of, wrong
from sheetnet.calculus.trees import Builder, Trees, trees
from sheetnet.expressions.formula import Expression, Number, Ref

#: Between what the elements of a name lie.
Ranges = list[Interval]
#: What a central difference may be: as steep as one likes, and 0.
ANYTHING = (-1e100, 1e100)
#: Columns of cells that stand for derivatives, not for names.
SLOPES = 1_000_000
NARROWER = "give the variables narrower bounds, as x = { value = 1, from = 0.1, to = 10 }"


class Section(Protocol):
    """What is asked of a section."""

    @property
    def first(self) -> int: ...

    def builder(self, symbols: Mapping[str, Trees]) -> Builder: ...

    def target(self, node: Function) -> tuple[Variable, Variable]: ...


class Held:
    """The cells of a section's names, the formulas of its definitions, and their ranges."""

    def __init__(self, cells: Mapping[str, Trees], made: Mapping[str, Trees]) -> None:
        self.cells, self.made = cells, made
        self.ranges: dict[str, Ranges] = {}
        self._steep: dict[Ref, Interval] = {}
        self._slopes: dict[tuple[str, Ref], list[Expression]] = {}

    def _names(self) -> dict[int, str]:
        return {held.flat[0].column: name for name, held in self.cells.items()}

    def used(self, found: Trees) -> set[str]:
        """The names that formulas look at."""
        names = self._names()
        return {names[ref.column] for tree in found.flat for ref in refs(tree)}

    def range_of(self, body: Node, found: Trees, builder: Builder) -> Ranges:
        """Between what the elements of a definition lie. Raises `ExpressionError`."""
        names = self._names()

        def leaf(ref: Ref) -> Interval:
            if ref in self._steep:
                return self._steep[ref]
            return self.ranges[names[ref.column]][ref.row - 1]

        ends = []
        for tree in found.flat:
            try:
                ends.append(interval(tree, leaf))
            except DomainError as error:
                node = builder.origins.get(id(error.part), (None, body))[1]
                looked = {names[r.column] for r in refs(error.part) if r.column in names}
                raise wrong(node, f"{error}: {self._hint(looked)}") from None
        return ends

    def _hint(self, names: set[str]) -> str:
        if not names:
            return "write something that can be computed everywhere"
        spans = ", ".join(
            f"{name} goes from {min(self.ranges[name])[0]:.4g} to "
            f"{max(high for _, high in self.ranges[name]):.4g}"
            for name in sorted(names)
        )
        return f"{spans}: give variables bounds, as x = {{ value = 1, from = 0.1, to = 10 }}"

    def refuse_moves(self, by: str, dependents: Iterable[str], reach: float) -> None:
        """Refuse a difference that leaves where its formulas can be computed."""
        names, wide = self._names(), dict(self.ranges)
        wide[by] = [(low - reach, high + reach) for low, high in self.ranges[by]]
        for name in dependents:
            wide[name] = [
                _computable(tree, lambda ref: wide[names[ref.column]][ref.row - 1], name, by)
                for tree in self.made[name].flat
            ]

    def slopes(self, of: str, by: str) -> list[list[Expression]]:
        """The derivatives of a name, for each number of another: each a number, or a cell that
        stands for it, whose range is known. Raises `ValueError`."""
        return [self._slope(of, target, by) for target in self.cells[by].flat]

    def _slope(self, of: str, target: Ref, by: str) -> list[Expression]:
        key = of, target
        if key not in self._slopes:
            names = self._names()

            def leaf(ref: Ref) -> Expression:
                if ref == target:
                    return ONE
                name = names[ref.column]
                if name == by or name not in self.made:
                    return ZERO
                return self._slope(name, target, by)[ref.row - 1]

            def held(ref: Ref) -> Interval:
                if ref in self._steep:
                    return self._steep[ref]
                return self.ranges[names[ref.column]][ref.row - 1]

            found: list[Expression] = []
            for tree in self.made[of].flat:
                slope = differentiate(tree, leaf)
                ends = _computable(slope, held, of, by)
                found.append(slope if isinstance(slope, Number) else self._cell(ends))
            self._slopes[key] = found
        return self._slopes[key]

    def _cell(self, ends: Interval) -> Ref:
        """A cell that stands for something that lies between two numbers."""
        ref = Ref("", len(self._steep) + 1, SLOPES)
        self._steep[ref] = ends
        return ref

    def refuse(self, node: Node, section: Section) -> None:
        """Refuse a proof that cannot be computed everywhere. Raises `ExpressionError`."""
        builder = section.builder(self.cells)

        def shaped(each: Function, entry: Callable[[str, str], list[Expression]]) -> Trees:
            y, x = section.target(each)
            shape = self.cells[y.name].shape + self.cells[x.name].shape
            whole = trees(entry(y.name, x.name), (int(np.prod(shape)),)).reshape(shape)
            if x.indices:
                whole = whole[(..., *place_of(x, section.first))]
            if y.indices:
                whole = whole[place_of(y, section.first)]
            return whole if isinstance(whole, np.ndarray) else trees(whole)

        def rules(of: str, by: str) -> list[Expression]:
            columns = self.slopes(of, by)
            return [one for row in zip(*columns, strict=True) for one in row]

        def steep(of: str, by: str) -> list[Expression]:
            return [self._cell(ANYTHING)] * (self.cells[of].size * self.cells[by].size)

        builder.proofs = {
            "D": lambda each: shaped(each, rules),
            "slope": lambda each: shaped(each, steep),
            "rows": lambda each: trees(self._cell((1.0, 400.0))),
            "columns": lambda each: trees(self._cell((1.0, 400.0))),
        }
        self.range_of(node, builder.of(node), builder)


def _computable(tree: Expression, leaf: Callable[[Ref], Interval], of: str, by: str) -> Interval:
    try:
        return interval(tree, leaf)
    except DomainError as error:
        raise ValueError(f"{of} by {by}: its formula {error}: {NARROWER}") from None
