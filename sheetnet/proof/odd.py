"""What is odd among its like: a number without a head or a name, where those beside it, or others
of its block or quantity, have theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from sheetnet.expressions.rich import Rich
from sheetnet.proof.readings import number_at
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Cell, Position, Sheet

#: The last of so many numbers in a row has a head, where all others but the first have one.
FEWEST = 3
#: So many columns before single numbers of one quantity their names stand.
BEFORE = range(1, 6)
#: Where numbers begin beside the names of their rows.
BESIDE_NAMES = 3


def odd_ones(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Numbers that have no head or name where the others of their row or block have one."""
    texts = book.texts(sheet)
    numbers = {at for at in sheet.cells if number_at(book, sheet, at) is not None}
    numbers |= {(b.top, c) for b in sheet.bands for c in range(b.left, b.right + 1)}
    for row, first, last in _runs(numbers):
        over = [(row - 1, column) in texts for column in range(first + 1, last + 1)]
        is_odd = len(over) >= FEWEST - 1 and all(over[:-1]) and not over[-1]
        if is_odd and (row - 1, last) not in numbers:
            yield (row, last), "has no head, as the others in its row do"
    if not sheet.workings:
        yield from _unled(texts, numbers - _of_blocks(book, sheet))
    yield from _holes(sheet, texts, numbers)
    yield from _unlike(book, sheet)
    yield from _nameless(book, sheet, texts)


def _nameless(
    book: Book, sheet: Sheet, texts: Collection[Position]
) -> Iterator[tuple[Position, str]]:
    """Rows of a block without a name where most have one, columns without a head where half do."""
    for block in (*book.blocks, *book.originals):
        if block.sheet != sheet.name:
            continue
        rows, columns = range(block.top, block.bottom + 1), range(block.left, block.right + 1)
        unnamed = [row for row in rows if (row, block.left - 1) not in texts]
        if 2 * len(unnamed) < len(rows):
            for row in unnamed:
                yield (row, block.left), "has no name, as the others in its block do"
        # Over single columns of a matrix stands what is said of all of it.
        headless = [column for column in columns if (block.top - 1, column) not in texts]
        if 2 * len(headless) <= len(columns) and not sheet.has_matrices:
            for column in headless:
                yield (block.top, column), "has no head, as the others in its block do"


def _of_blocks(book: Book, sheet: Sheet) -> set[Position]:
    """The cells of a sheet's blocks outside of bands."""
    return {
        place
        for block in (*book.blocks, *book.originals)
        if block.sheet == sheet.name and not sheet.has_band_at(block.top, block.left)
        for place in block.cells
    }


def _unled(
    texts: Collection[Position], numbers: Collection[Position]
) -> Iterator[tuple[Position, str]]:
    """Numbers without a text before them, between two rows alike that have one."""
    rows = {(row, at): last for row, at, last in _runs(numbers) if at == BESIDE_NAMES}
    for (row, first), last in rows.items():
        near = [(row - 1, first), (row + 1, first)]
        led = all((at, first - 1) in texts for at, _ in near)
        if led and (row, first - 1) not in texts and all(rows.get(at) == last for at in near):
            yield (row, first), "has no text before it, as the rows around it do"


def _holes(
    sheet: Sheet, texts: set[Position], numbers: Collection[Position]
) -> Iterator[tuple[Position, str]]:
    """One head that is missing in a row of heads over another row of heads."""
    for row, column in texts:
        beside = [(row, column + by) for by in (2, 3)]
        hole, before = (row, column + 1), (row, column - 1)
        below = [(row + 1, column + by) for by in range(-1, 4)]
        is_under = (row + 2, column + 1) in numbers
        if hole not in sheet.cells and is_under and texts.issuperset((before, *beside, *below)):
            yield hole, "has no head, as its neighbours do"


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


def _unlike(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Single numbers without a name where all others of their quantity have one, each its own."""
    alike: dict[str, list[Position]] = defaultdict(list)
    for block in book.blocks:
        if block.sheet == sheet.name and block.live and block.height == block.width == 1:
            alike[block.quantity].append((block.top, block.left))
    for places in alike.values():
        for by in BEFORE:
            before = {at: sheet.cells.get((at[0], at[1] - by)) for at in places}
            named = {at: cell.text for at, cell in before.items() if cell and _is_fixed(cell)}
            without = [at for at in places if at not in named]
            is_own = len(set(named.values())) == len(named)
            if len(places) >= FEWEST and is_own and 2 * len(without) < len(places):
                for place in without:
                    yield place, "has no name where others of its quantity have one"


def _is_fixed(cell: Cell) -> bool:
    return isinstance(cell.content, str | Rich)
