"""Numbers of the builder that count: under the heads that say so, and in other rows and columns."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from sheetnet.proof.readings import STEP
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Position, Sheet

#: Heads of columns that count, and from where.
COUNTS = {"number": 1.0, "example": 1.0, STEP: 0.0}
#: So many numbers count, if that part of them does.
COUNTING, MOSTLY = 5, 0.75


def miscounted(book: Book, sheet: Sheet, last_step: float | None) -> Iterator[tuple[Position, str]]:
    """Places of a sheet where numbers of the builder do not count, and what is wrong there."""
    yield from _under_heads(sheet, last_step)
    yield from _broken(book, sheet)


def _under_heads(sheet: Sheet, last_step: float | None) -> Iterator[tuple[Position, str]]:
    """Columns that count and begin, or end, otherwise than their head says."""
    for (row, column), cell in sheet.cells.items():
        first = COUNTS.get(cell.content) if isinstance(cell.content, str) else None
        if first is None:
            continue
        numbers: list[float] = []
        while isinstance(number := _content(sheet, row + 1 + len(numbers), column), float):
            numbers.append(number)
        # Of two sets both are counted, each from the beginning.
        rise = all(other > one or other == first for one, other in pairwise(numbers))
        apart = {other - one for one, other in pairwise(numbers[:-1])}
        # A long run may be thinned otherwise, by its lowest and highest steps.
        if cell.content == STEP and len(apart) == 1 and not all(by % 2 for by in apart):
            yield (
                (row + 1, column),
                "its steps are not an odd number apart, where runs go to and fro",
            )
        if numbers and (numbers[0] != first or not rise):
            yield (row + 1, column), f"counts from {numbers[0]:g} under {cell.content!r}"
        elif any(band.left <= column <= band.right for band in sheet.bands):
            continue  # it goes on there
        elif numbers and cell.content == STEP and numbers[-1] != last_step:
            yield (row + 1, column), f"its steps end with {numbers[-1]:g}"


def _content(sheet: Sheet, row: int, column: int) -> object:
    cell = sheet.cells.get((row, column))
    return cell.content if cell else None


def _broken(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
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
