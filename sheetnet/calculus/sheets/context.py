"""What the sheets of a workbook of calculus are written from: cells of names, blocks, readings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from sheetnet.calculus.lesson import Lesson
from sheetnet.calculus.numbers import Numbers
from sheetnet.calculus.syntax import Node
from sheetnet.calculus.trees import Trees, trees
from sheetnet.calculus.worksheet import Worksheet
from sheetnet.expressions.formula import Expression, Name, Ref
from sheetnet.expressions.rich import Rich
from sheetnet.workbook.blocks import Block, Blocks
from sheetnet.workbook.book import Reading, Told
from sheetnet.workbook.knobs import Knob
from sheetnet.workbook.model import Sheet

#: Axes of a rectangle, by how many its name has.
ROWS, COLUMNS = ("row", "row_2"), ("column", "column_2")


def axes(ndim: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which axes of an array stand on rows, and which on columns."""
    rows = (ndim + 1) // 2
    return ROWS[:rows], COLUMNS[: ndim - rows]


def rectangle(shape: tuple[int, ...]) -> tuple[int, int]:
    """The rows and columns that an array takes."""
    rows = (len(shape) + 1) // 2
    return int(np.prod(shape[:rows])), int(np.prod(shape[rows:]))


def block_of(
    quantity: str, layer: int | None, sheet: str, place: tuple[int, int], shape: tuple[int, ...]
) -> Block:
    rows, columns = axes(len(shape))
    lengths = dict(zip((*rows, *columns), shape, strict=True))
    return Block(quantity, layer, sheet, *place, rows, columns, lengths)


def cells_of(block: Block, shape: tuple[int, ...], symbols: Iterator[Rich]) -> Trees:
    """The cells of a block as an array, each with its symbol."""
    found = []
    for at, symbol in zip(np.ndindex(*shape) if shape else [()], symbols, strict=False):
        index = dict(zip((*block.rows, *block.columns), at, strict=True))
        row, column = block.position(**index)
        found.append(Ref(block.sheet, row, column, symbol=symbol))
    return trees(found if shape else found[0], shape)


@dataclass
class Context:
    """A lesson, its numbers, and what has been placed."""

    lesson: Lesson
    numbers: Numbers
    knobs: dict[tuple[str, int | None], Knob]
    blocks: Blocks = field(default_factory=Blocks)
    originals: list[Block] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    names: dict[str, Ref] = field(default_factory=dict)
    #: The step of the central differences.
    step: Name | None = None
    step_knob: Knob | None = None

    @property
    def h(self) -> Name:
        assert self.step is not None
        return self.step


@dataclass
class Placed:
    """A section whose names have cells. `known` are the formulas that stand in cells."""

    context: Context
    worksheet: Worksheet
    sheet: Sheet
    cells: dict[str, Trees] = field(default_factory=dict)
    made: dict[str, Trees] = field(default_factory=dict)
    known: dict[Expression, Ref] = field(default_factory=dict)
    #: The cells of derivatives, by what they are of and by.
    derivatives: dict[tuple[str, str], Trees] = field(default_factory=dict)
    #: Those of their central differences.
    near: dict[tuple[str, str], Trees] = field(default_factory=dict)
    #: Those of definitions by what they look at, all else being constants.
    partials: dict[tuple[str, str], Ref] = field(default_factory=dict)
    #: How long derivatives by a name would be, by their cells.
    lengths: dict[str, dict[Ref, int]] = field(default_factory=dict)
    #: Of which part of the text a formula was made.
    origins: dict[int, tuple[Expression, Node]] = field(default_factory=dict)
    #: The cells of the checks of derivatives: rectangles.
    checks: list[tuple[int, int, int, int]] = field(default_factory=list)

    @property
    def number(self) -> int:
        return self.worksheet.number

    def owners(self) -> dict[Ref, str]:
        """The name that each cell belongs to."""
        return {ref: name for name, held in self.cells.items() for ref in held.flat}

    def symbol(self, name: str) -> Rich:
        return self.worksheet.spelling.name(name)

    def symbols(self, name: str) -> Iterator[Rich]:
        """The symbols of a name's numbers, in their order."""
        shape = self.worksheet.shapes[name]
        if not shape:
            yield self.symbol(name)
            return
        for at in np.ndindex(*shape):
            yield self.worksheet.spelling.element(name, at)
