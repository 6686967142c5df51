"""Blocks: named rectangles that hold one quantity each.

Formulas point at blocks; the workbook's index is the list of them. A block has axes on
its rows and on its columns, all counted from 0; two axes on one side are flattened
row-major in the order named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

from sheetnet.expressions.dialects import area_address
from sheetnet.expressions.formula import Area, Ref


@dataclass(frozen=True)
class Block:
    """A placed rectangle.

    `quantity` is the field's name of what it holds (weight, delta, …), `layer` counts
    from 1 (None where a quantity has none), `lengths` gives each axis its length, and
    `live` is False where the user may edit. `at` are the places on further axes of the
    quantity, where the block holds only what stands there.
    """

    quantity: str
    layer: int | None
    sheet: str
    top: int
    left: int
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    lengths: dict[str, int]
    live: bool = True
    at: dict[str, int] = field(default_factory=dict)

    @property
    def height(self) -> int:
        return _product(self.lengths[axis] for axis in self.rows)

    @property
    def width(self) -> int:
        return _product(self.lengths[axis] for axis in self.columns)

    @property
    def bottom(self) -> int:
        return self.top + self.height - 1

    @property
    def right(self) -> int:
        return self.left + self.width - 1

    @property
    def range(self) -> str:
        return area_address(self.top, self.left, self.bottom, self.right)

    @property
    def cells(self) -> Iterator[tuple[int, int]]:
        """The rows and columns of all its cells, row by row."""
        columns = range(self.left, self.right + 1)
        return product(range(self.top, self.bottom + 1), columns)

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of all axes: those of the rows, then those of the columns."""
        return tuple(self.lengths[axis] for axis in self.rows + self.columns)

    def position(self, **index: int) -> tuple[int, int]:
        """Row and column of the cell at the given place on every axis (a missing one is 0)."""
        row, column = self.top, self.left
        for axis, down, across in self._strides:
            at = index.get(axis, 0)
            row += at * down
            column += at * across
        return row, column

    def row_index(self, row: int) -> dict[str, int]:
        """Where a row is on the axes of the rows: the other way round of `position`."""
        return self._index(self.rows, row - self.top)

    def column_index(self, column: int) -> dict[str, int]:
        """Where a column is on the axes of the columns."""
        return self._index(self.columns, column - self.left)

    def _index(self, axes: tuple[str, ...], number: int) -> dict[str, int]:
        found = {}
        for axis in reversed(axes):
            number, found[axis] = divmod(number, self.lengths[axis])
        return found

    @cached_property
    def _strides(self) -> list[tuple[str, int, int]]:
        """How far a step along each axis moves down and across."""
        result, down, across = [], 1, 1
        for axis in reversed(self.rows):
            result.append((axis, down, 0))
            down *= self.lengths[axis]
        for axis in reversed(self.columns):
            result.append((axis, 0, across))
            across *= self.lengths[axis]
        return result

    def ref(self, *, fixed: bool = False, **index: int) -> Ref:
        return self.ref_at(index, fixed)

    def ref_at(self, index: Mapping[str, int], fixed: bool = False) -> Ref:
        """The cell at a place. Wide networks ask hundreds of thousands of times, mostly for the
        same ones."""
        row, column = self.top, self.left
        for axis, down, across in self._strides:
            if at := index.get(axis):
                row += at * down
                column += at * across
        known = self._refs.get((row, column, fixed))
        if known is None:
            known = self._refs[row, column, fixed] = Ref(self.sheet, row, column, fixed)
        return known

    @cached_property
    def _refs(self) -> dict[tuple[int, int, bool], Ref]:
        """The references that were asked for."""
        return {}

    def whole(self, *, fixed: bool = False) -> Area:
        """All of its cells."""
        return Area(self.sheet, self.top, self.left, self.bottom, self.right, fixed)

    def area(self, *, fixed: bool = False, **index: int) -> Area | None:
        """The cells with the given indices as one range; None where they do not adjoin."""
        rows = self._span(self.rows, index)
        columns = self._span(self.columns, index)
        if rows is None or columns is None:
            return None
        return Area(
            self.sheet,
            self.top + rows[0],
            self.left + columns[0],
            self.top + rows[1],
            self.left + columns[1],
            fixed,
        )

    def indices(self) -> Iterator[dict[str, int]]:
        """Every place on the axes, in the order of the cells."""
        axes = self.rows + self.columns
        for place in product(*(range(self.lengths[axis]) for axis in axes)):
            yield dict(zip(axes, place, strict=True))

    def _span(self, axes: tuple[str, ...], index: dict[str, int]) -> tuple[int, int] | None:
        """First and last offset on one side, where the chosen cells adjoin."""
        first, last, count = 0, 0, 1
        for axis in axes:
            length = self.lengths[axis]
            low, high = (index[axis],) * 2 if axis in index else (0, length - 1)
            first, last = first * length + low, last * length + high
            count *= high - low + 1
        return (first, last) if last - first + 1 == count else None


def _product(lengths: Iterator[int]) -> int:
    result = 1
    for length in lengths:
        result *= length
    return result


class Blocks:
    """The blocks of a workbook. No two hold the same of a quantity on one sheet."""

    def __init__(self) -> None:
        self._by_key: dict[tuple[Any, ...], Block] = {}

    def add(self, block: Block) -> Block:
        key = (block.quantity, block.layer, block.sheet, *sorted(block.at.items()))
        if key in self._by_key:
            raise ValueError(f"two blocks for {key}")
        self._by_key[key] = block
        return block

    def __iter__(self) -> Iterator[Block]:
        return iter(self._by_key.values())
