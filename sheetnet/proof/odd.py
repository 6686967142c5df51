"""What is odd among its like: the last number of a row without a head, a row of a block without
a name, a number that does not count where all others of its row do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from sheetnet.expressions.rich import Rich
from sheetnet.proof.readings import number_at
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Cell, Position, Sheet

#: Of so many numbers in a row the last has a head, where all others have one.
FEWEST = 3
#: So many columns before single numbers of one quantity their names stand.
BEFORE = range(1, 6)
#: So many numbers count, if that many of them do.
COUNTING, MOSTLY = 5, 0.75


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
    yield from _unlike(book, sheet)
    yield from _miscounted(book, sheet)
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


def _unlike(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Single numbers without a name where all others of their quantity have one, each its own."""
    alike: dict[str, list[Position]] = defaultdict(list)
    for block in book.blocks:
        if block.sheet == sheet.name and block.height == block.width == 1:
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


def _miscounted(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Numbers of the builder that are missing or others, in rows or columns that count in equal
    steps before and behind them."""
    typed = {
        (row, column)
        for block in (*book.blocks, *book.originals)
        if block.sheet == sheet.name and not block.live
        for row in range(block.top, block.bottom + 1)
        for column in range(block.left, block.right + 1)
    }
    held = {
        at: cell.content
        for at, cell in sheet.cells.items()
        if isinstance(cell.content, float) and cell.content.is_integer() and at not in typed
    }
    for down in (False, True):
        lines: dict[int, dict[int, float]] = defaultdict(dict)
        for at, value in held.items():
            lines[at[down]][at[not down]] = value
        for line, values in lines.items():
            for place in _breaks(values):
                yield (place, line) if down else (line, place), "does not count as its row does"


def _breaks(values: Mapping[int, float]) -> Iterator[int]:
    """The places of a line whose numbers do not go on in the steps of most others."""
    for first, last in _stretches(sorted(values)):
        held = [(at, values[at]) for at in range(first, last + 1) if at in values]
        if len(held) < COUNTING:
            continue
        steps = Counter(
            (other - one) / (there - here)
            for (here, one), (there, other) in zip(held, held[1:], strict=False)
        )
        [(step, _)] = steps.most_common(1)
        [(start, often)] = Counter(value - step * at for at, value in held).most_common(1)
        if step and MOSTLY * len(held) <= often:
            odd = {at for at in range(first, last + 1) if values.get(at) != start + step * at}
            yield from (at for at in odd - {first, last} if odd.isdisjoint((at - 1, at + 1)))


def _stretches(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Places that follow each other, with one left out at most."""
    first = last = places[0]
    for place in places[1:]:
        if place > last + 2:
            yield first, last
            first = place
        last = place
    yield first, last
