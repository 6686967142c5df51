"""Whether each check can fail: with one of the numbers that it compares made wrong, it must.

A check that always passes proves nothing, and no comparison of values would notice. Neither does
one that lets numbers differ as far as no rounding, and no central difference, takes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sheetnet.expressions.evaluation import evaluate
from sheetnet.expressions.formula import Area, Binary, Call, Expression, Name, Ref, Text, walk
from sheetnet.proof.comparison import Comparison, shown
from sheetnet.sheets.checks import FAILED, PASSED
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Sheet

#: What a formula does to its reader where a wrong number leaves what it can compute.
UNCOMPUTED = (ArithmeticError, LookupError, TypeError, ValueError)
#: So far apart may be what agrees, in parts of 1 and the largest number that a check looks at:
#: central differences with steps that learners can follow are.
MOST_APART = 4e-4

#: A wrong number is larger by so many times itself and 1: more than last bits of large costs allow.
FAR = 1e3


def check_failing(books: Sequence[Book]) -> Comparison:
    """The checks of one workbook, with the numbers of each of `books`.

    One that cannot fail in any of them is named; those that say of all that they passed, the
    reasons why others may not, are no checks of their own.
    """
    result = Comparison("checks can fail")
    for sheet in books[0].sheets:
        for place, cell in sheet.cells.items():
            formula = cell.formula
            if formula is None or not cell.passes or FAILED in cell.passes:
                continue
            result.cells += 1
            if not any(_turns(book, sheet, formula) for book in books):
                result.add(sheet.name, *place, "a check passes whatever it compares")
            for allowed, largest in _generous(books[0], formula):
                what = f"a check lets numbers up to {shown(largest)} be {shown(allowed)} apart"
                result.add(sheet.name, *place, what)
    return result


def _generous(book: Book, formula: Expression) -> Iterator[tuple[float, float]]:
    """How far apart a check lets numbers be, and how large they are, where that is too far."""
    for node in walk(formula):
        if not (isinstance(node, Call) and node.function == "IF"):
            continue
        condition, then, *_ = node.arguments
        if then != Text(PASSED):
            continue
        for part in walk(condition):
            if not (isinstance(part, Binary) and part.operator in ("<", "<=")):
                continue
            try:
                allowed = float(evaluate(part.right, book))
            except UNCOMPUTED:
                continue
            if allowed > MOST_APART:
                largest = max((_size(book, leaf) for leaf in _leaves(part)), default=0.0)
                if allowed > MOST_APART * (1 + largest):
                    yield allowed, largest


def _size(book: Book, leaf: Ref | Area) -> float:
    """The largest number of a cell, or of several, whatever its sign."""
    area = leaf if isinstance(leaf, Area) else Area(leaf.sheet, *(leaf.row, leaf.column) * 2)
    held = book.area_values(area).ravel().tolist()
    sizes = [abs(one) for one in held if isinstance(one, float | int)]
    return max((size for size in sizes if np.isfinite(size)), default=0.0)


def _turns(book: Book, sheet: Sheet, formula: Expression) -> bool:
    """Whether a wrong number changes what a check says: ✗, or why it cannot decide (a kink)."""
    try:
        shown = evaluate(formula, book)
    except UNCOMPUTED:
        return True
    if shown != PASSED:
        return True  # it does not pass: why it cannot decide is compared as a text
    for leaf in _leaves(formula):
        try:
            found = evaluate(formula, _Wrong(book, leaf))
        except UNCOMPUTED:
            continue
        if found != shown:
            return True
    return False


def _leaves(formula: Expression) -> Iterator[Ref | Area]:
    """What a formula looks at."""
    for node in walk(formula):
        if isinstance(node, Ref | Area):
            yield node
        elif isinstance(node, Name):
            yield node.target


class _Wrong:
    """A workbook's values, of which those that one reference names are wrong."""

    def __init__(self, book: Book, leaf: Ref | Area) -> None:
        self._book, self._leaf = book, leaf

    def __getitem__(self, name: str) -> Sheet:
        return self._book[name]

    def value(self, sheet: Sheet, row: int, column: int) -> Any:
        found = self._book.value(sheet, row, column)
        return _other(found) if self._holds(sheet, row, column) else found

    def _holds(self, sheet: Sheet, row: int, column: int) -> bool:
        leaf = self._leaf
        if leaf.sheet != sheet.name:
            return False
        if isinstance(leaf, Ref):
            return (leaf.row, leaf.column) == (row, column)
        return leaf.top <= row <= leaf.bottom and leaf.left <= column <= leaf.right

    def area_values(self, area: Area) -> Any:
        found = self._book.area_values(area)
        if area != self._leaf:
            return found
        other = np.empty(found.shape, object)
        for at in np.ndindex(*found.shape):
            other[at] = _other(found[at])
        return other.astype(np.float64) if found.dtype != object else other


def _other(value: Any) -> Any:
    """A number that is far from another, a check that has failed."""
    if isinstance(value, str):
        return FAILED
    if isinstance(value, bool) or value is None:
        return value
    return value + FAR * (1.0 + abs(value))
