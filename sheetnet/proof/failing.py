"""Whether each check can fail: with one of the numbers that it compares made wrong, it must.

A check that always passes proves nothing, and no comparison of values would notice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sheetnet.expressions.evaluation import evaluate
from sheetnet.expressions.formula import Area, Expression, Name, Ref, walk
from sheetnet.proof.comparison import Comparison
from sheetnet.sheets.checks import FAILED, PASSED
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Sheet

#: What a formula does to its reader where a wrong number leaves what it can compute.
UNCOMPUTED = (ArithmeticError, LookupError, TypeError, ValueError)


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
    return result


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
    return value + 1.0 + abs(value)  # larger, whatever it is
