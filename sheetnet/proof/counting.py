"""Numbers of the builder that count: in their rows and columns, and over or before a block."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Position, Sheet

#: So many numbers count, if that part of them does.
COUNTING, MOSTLY = 5, 0.75


def miscounted(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Numbers of the builder that are missing or others, in rows or columns that count in equal
    steps before and behind them."""
    typed = {
        place
        for block in (*book.blocks, *book.originals)
        if block.sheet == sheet.name and not block.live
        for place in block.cells
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
