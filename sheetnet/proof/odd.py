"""What is odd among its like: the last number of a row without a head, a row of a block without
a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from sheetnet.proof.readings import number_at
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Position, Sheet

#: Of so many numbers in a row the last has a head, where all others have one.
FEWEST = 3


def odd_ones(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Numbers that have no head or name where the others of their row or block have one."""
    texts = book.texts(sheet)
    numbers = {at for at in sheet.cells if number_at(book, sheet, at) is not None}
    numbers |= {(b.top, c) for b in sheet.bands for c in range(b.left, b.right + 1)}
    for row, first, last in _runs(numbers):
        over = [(row - 1, column) in texts for column in range(first, last + 1)]
        is_odd = all(over[:-1]) and not over[-1] and (row - 1, last) not in numbers
        if len(over) >= FEWEST and is_odd:
            yield (row, last), "has no head, as the others in its row do"
    for block in (*book.blocks, *book.originals):
        if block.sheet != sheet.name:
            continue
        names = {row: (row, block.left - 1) in texts for row in range(block.top, block.bottom + 1)}
        if 2 * sum(names.values()) > len(names):
            for row in (row for row, told in names.items() if not told):
                yield (row, block.left), "has no name, as the others in its block do"


def _runs(numbers: Collection[Position]) -> Iterator[tuple[int, int, int]]:
    """Numbers side by side: their row, and the first and the last of their columns."""
    rows: dict[int, list[int]] = defaultdict(list)
    for row, column in sorted(numbers):
        rows[row].append(column)
    for row, columns in rows.items():
        first = last = columns[0]
        for column in columns[1:]:
            if column != last + 1:
                yield row, first, last
                first = column
            last = column
        yield row, first, last
