"""Which sides of each branch in a workbook's formulas its numbers take.

A branch is a comparison, a MAX or MIN of single values, whose other side inputs could bring
about, or one of what a drop-down chooses among. Guards are declared in the formulas
(`Call.guard`), checks are declared by their cells; neither counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sheetnet.expressions.evaluation import evaluate
from sheetnet.expressions.formula import (
    Applied,
    Area,
    Binary,
    Call,
    Expression,
    Name,
    Negative,
    Number,
    Ref,
    children,
    equal,
    looks,
    rebuilt,
)
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Band, Matrix, Position, Sheet

COMPARISONS = {"<", "<=", ">", ">=", "=", "<>"}
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Branch:
    """A condition and where it stands; in a band, the condition of every row.

    In an array formula it holds for some of its cells, and for others it does not.
    """

    sheet: Sheet
    position: Position
    condition: Expression
    band: Band | None = None
    array: bool = False


def branches(book: Book) -> list[Branch]:
    """All branches of a workbook's formulas, in their order."""
    found = []
    for sheet in book.sheets:
        for position, cell, band in sheet.written():
            if cell.formula is not None and not cell.passes:
                array = band is not None and isinstance(cell.content, Matrix)
                for each in _open(cell.formula):
                    found.append(Branch(sheet, position, each, band, array))
    return found


def _open(node: Expression) -> Iterator[Expression]:
    """The conditions that some cell decides."""
    return (each for each in _conditions(node) if looks(each))


def _conditions(node: Expression) -> Iterator[Expression]:
    match node:
        case Binary(operator, _, _) if operator in COMPARISONS:
            yield node
        case Call("CHOOSE", (Name() as index, *options)):
            # What a user chooses; a choice by another formula is that formula's.
            yield from (equal(index, number) for number in range(1, len(options) + 1))
        case Call("IF", (_, *parts), guard=True):
            # The condition is declared; what stands on both sides is looked at.
            yield from (each for part in parts for each in _conditions(part))
            return
        case Call("MAX" | "MIN", arguments, guard=False) if len(arguments) > 1:
            first, *others = arguments
            if not any(isinstance(argument, Area) for argument in arguments):
                yield from (first >= other for other in others)
    for child in children(node):
        yield from _conditions(child)


#: Where a condition holds, and where it does not; one place for each row of a band.
Sides = tuple[BoolArray, BoolArray]


class Seen:
    """Which sides of which branches have been taken; `open` are those with a side left."""

    def __init__(self, book: Book, found: list[Branch]) -> None:
        self.open = found
        self._taken = self.sides(book)
        self._close()

    def sides(self, book: Book) -> list[Sides]:
        """The sides of each open branch that a workbook's numbers take."""
        return [_sides(_truths(book, branch), branch) for branch in self.open]

    def gains(self, sides: list[Sides]) -> bool:
        """Whether these take a side that was not taken before."""
        return any(
            bool((yes & ~had).any() or (no & ~left).any())
            for (yes, no), (had, left) in zip(sides, self._taken, strict=True)
        )

    def add(self, sides: list[Sides]) -> None:
        """Note the sides that were taken."""
        self._taken = [
            (yes | had, no | left)
            for (yes, no), (had, left) in zip(sides, self._taken, strict=True)
        ]
        self._close()

    def _close(self) -> None:
        pairs = [
            (branch, taken)
            for branch, taken in zip(self.open, self._taken, strict=True)
            if not (taken[0] & taken[1]).all()
        ]
        self.open = [branch for branch, _ in pairs]
        self._taken = [taken for _, taken in pairs]


def _sides(truths: BoolArray, branch: Branch) -> Sides:
    if branch.band is not None:
        rows = truths.reshape(len(branch.band.values), -1)
        return np.asarray(rows.any(axis=1)), np.asarray((~rows).any(axis=1))
    return np.atleast_1d(truths.any()), np.atleast_1d((~truths).any())


def _truths(book: Book, branch: Branch) -> BoolArray:
    """The condition's value, for every row of a band."""
    condition = branch.condition
    if branch.band is not None and branch.array:
        band = branch.band
        shifts = [band.referred(row) - band.top for row in band.rows]
        return np.array([evaluate(_moved(condition, shift), book) for shift in shifts], bool)
    if branch.band is not None:
        condition = _spread(book, branch.band, condition)
        truths = np.asarray(evaluate(condition, book), bool)
        return np.broadcast_to(truths, (len(branch.band.values),))
    return np.asarray(evaluate(condition, book), bool)


def _moved(node: Expression, shift: int) -> Expression:
    """The condition some rows further down."""
    match node:
        case Ref(fixed=False):
            return replace(node, row=node.row + shift)
        case Area(fixed=False):
            return replace(node, top=node.top + shift, bottom=node.bottom + shift)
    return rebuilt(node, lambda child: _moved(child, shift))


def _spread(book: Book, band: Band, node: Expression) -> Expression:
    """The condition with arrays, one number a row of the band, in the place of its cells."""
    match node:
        case Ref(sheet, row, column, fixed):
            if fixed or len(band.values) == 1:
                return node
            shifts = (band.referred(r) - band.top for r in band.rows)
            rows = [book.value(book[sheet], row + shift, column) for shift in shifts]
            return Number(np.array(rows, float))  # type: ignore[arg-type]
        case Binary(operator, left, right):
            return Binary(operator, _spread(book, band, left), _spread(book, band, right))
        case Negative(operand):
            return Negative(_spread(book, band, operand))
        case Applied(_, _, definition):
            return _spread(book, band, definition)
        case Call(function, arguments):
            return Call(function, tuple(_spread(book, band, a) for a in arguments))
        case Name():
            return node
    return node
