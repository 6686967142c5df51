"""Whether all that the builder's workbook shows is in sight in a file, and says the same.

Hidden sheets, rows and columns, joined cells and number formats can hide what is right; what is
raised or lowered makes another symbol of the same letters; notes hold the answers.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from sheetnet.expressions.dialects import address, area_address
from sheetnet.expressions.rich import Rich
from sheetnet.files.facts import NO_FORMAT, Facts, Taken
from sheetnet.files.stored import Look, Runs, StoredBook
from sheetnet.proof.comparison import Comparison, shown
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Position, Sheet

#: Cells that a sentence names.
MOST_NAMED = 3


def compare_sights(book: Book, stored: StoredBook, facts: Facts, notes: list[str]) -> Comparison:
    """What hides or alters what is read; what programs leave out is mentioned in `notes`."""
    check = Comparison("in sight")
    hidden, gone, others = [], [], []
    flat = _Flat()
    for sheet in book.sheets:
        look = stored.looks.get(sheet.name)
        if look is None:
            continue
        if sheet.name in facts.hidden:
            if sheet.workings:
                hidden.append(sheet.name)
            else:
                check.add(sheet.name, 1, 1, "the sheet is hidden")
        for place, what in (
            *_hidden(sheet, look),
            *_joined(sheet, look),
            *_covered(sheet, look),
            *_texts(sheet, look, facts),
            *_misprinted(sheet, look),
        ):
            check.add(sheet.name, *place, what)
        flat.compare(sheet, look, facts, stored)
        there = facts.notes.get(sheet.name, {})
        for place, note in sheet.notes.items():
            check.cells += 1
            if place not in there:
                gone.append(f"{sheet.name}!{address(*place)}")
            elif there[place].split() != note.split():
                what = f"its note says {shown(there[place])}, should say {shown(note)}"
                check.add(sheet.name, *place, what)
        others += [f"{sheet.name}!{address(*p)}" for p in sorted(there.keys() - sheet.notes.keys())]
    flat.tell(check, notes)
    told(notes, "not shown", hidden)
    told(notes, "notes are gone", gone)
    told(notes, "notes not the lesson’s", others)
    return check


def told(notes: list[str], what: str, places: Sequence[str]) -> None:
    if places:
        more = len(places) - MOST_NAMED
        listed = ", ".join(places[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
        notes.append(f"{what}: {listed}")


def _held(sheet: Sheet) -> Iterator[Position]:
    """All that a reader sees outside of bands; a chart counts by its corner."""
    for place, cell in sheet.cells.items():
        if cell.content is not None:
            yield place
    for chart in sheet.charts:
        yield chart.row, chart.column


def _hidden(sheet: Sheet, look: Look) -> Iterator[tuple[Position, str]]:
    """The first cell of each stretch of hidden rows or columns that hold something."""
    for axis, what, stretches in (
        (0, "row", look.hidden_rows),
        (1, "column", look.hidden_columns),
    ):
        if not stretches:
            continue
        first: dict[int, Position] = {}
        for place in _held(sheet):
            first[place[axis]] = min(place, first.get(place[axis], place))
        for band in sheet.bands:
            for at in band.rows if axis == 0 else range(band.left, band.right + 1):
                first.setdefault(at, (at, band.left) if axis == 0 else (band.top, at))
        numbers = sorted(first)
        for low, high in stretches:
            start = _next(numbers, low)
            if start is not None and start <= high:
                yield first[start], f"its {what} is hidden"


def _covered(sheet: Sheet, look: Look) -> Iterator[tuple[Position, str]]:
    """The first cell that holds something, of each range whose numbers a rule does not show."""
    for top, left, bottom, right in look.covered:
        places = [p for p in _held(sheet) if top <= p[0] <= bottom and left <= p[1] <= right]
        for band in sheet.bands:
            row, column = _next(band.rows, top), max(left, band.left)
            if row is not None and row <= bottom and column <= min(right, band.right):
                places.append((row, column))
        if places:
            yield min(places), "a rule shows a bar or a sign for its number"


def _next(numbers: Sequence[int], low: int) -> int | None:
    """The first of sorted numbers from `low` on."""
    at = bisect_left(numbers, low)
    return numbers[at] if at < len(numbers) else None


def _joined(sheet: Sheet, look: Look) -> Iterator[tuple[Position, str]]:
    """The first cell that holds something and is hidden by others that were joined over it.

    A file may join areas of any size, so it is our own cells that are gone through.
    """
    ours = {(a.top, a.left, a.bottom, a.right) for a in sheet.merges}
    rows: dict[int, list[int]] = {}
    for row, column in sorted(p for p, cell in sheet.cells.items() if cell.content is not None):
        rows.setdefault(row, []).append(column)
    numbers = [*rows]
    for area in look.merged:
        if area in ours:
            continue
        top, left, bottom, right = area
        what = f"is hidden by the joined cells {area_address(*area)}"
        for band in sheet.bands:
            until = bisect_right(band.rows, bottom)
            place = band.rows[until - 1] if until else 0, min(right, band.right)
            if place[0] >= top and place[1] >= max(left, band.left) and place != (top, left):
                yield place, what
        for row in numbers[bisect_left(numbers, top) : bisect_right(numbers, bottom)]:
            found = _next(rows[row], left + 1 if row == top else left)
            if found is not None and found <= right:
                yield (row, found), what
                break


def _texts(sheet: Sheet, look: Look, facts: Facts) -> Iterator[tuple[Position, str]]:
    """The fixed texts that a number format hides or changes."""
    shows: dict[str, bool] = {}
    for place, cell in sheet.cells.items():
        style = look.styles.get(place)
        if style is None or not isinstance(cell.content, str | Rich):
            continue
        if style not in shows:
            shows[style] = _shows_texts(facts.formats.get(style, NO_FORMAT))
        if not shows[style]:
            yield place, "its number format hides its text"


def _misprinted(sheet: Sheet, look: Look) -> Iterator[tuple[Position, str]]:
    """The numbers of ours beside which a file shows another."""
    for place, text in look.misprinted.items():
        if place in sheet.cells or any(
            band.left <= place[1] <= band.right and place[0] in band.rows for band in sheet.bands
        ):
            yield place, f"the file shows {shown(text)}, and its number is another"


def _shows_texts(taken: Taken) -> bool:
    """Whether a cell with this number format shows a text as it is."""
    if isinstance(taken, str):
        return True  # a date's, a currency's: nothing that we can read
    of_texts = [parts for _, parts in taken if None in parts]
    if of_texts:
        return of_texts == [(None,)]
    return len(taken) < 4


class _Flat:
    """What is raised or lowered in texts."""

    def __init__(self) -> None:
        self._kept = 0
        self._lost: list[tuple[str, Position]] = []
        self._wrong: list[tuple[str, Position, str]] = []

    def compare(self, sheet: Sheet, look: Look, facts: Facts, stored: StoredBook) -> None:
        held = stored.sheets.get(sheet.name, {})
        for place, cell in sheet.cells.items():
            runs = look.runs.get(place, ())
            text = cell.content.text if isinstance(cell.content, Rich) else cell.content
            if not isinstance(text, str) or place not in held or held[place].value != text:
                continue  # that another text stands there is told elsewhere
            ours = _levels(text, _runs(cell.content), {str(n): n for n in (-1, 0, 1)})
            theirs = _levels(text, runs, facts.levels)
            if ours == theirs:
                self._kept += any(ours)
            elif any(theirs):
                self._wrong.append((sheet.name, place, text))
            else:
                self._lost.append((sheet.name, place))

    def tell(self, check: Comparison, notes: list[str]) -> None:
        """A program that knows no raised text drops all of it; a joker drops some."""
        check.cells += self._kept
        for sheet, place, text in self._wrong:
            check.add(sheet, *place, f"{shown(text)} is raised or lowered at other places")
        if self._kept:
            for sheet, place in self._lost:
                check.add(sheet, *place, "what is raised or lowered in its text stands on the line")
        elif self._lost:
            told(
                notes,
                "nothing is raised or lowered any more",
                [f"{sheet}!{address(*place)}" for sheet, place in self._lost],
            )


def _runs(content: object) -> Runs:
    if isinstance(content, Rich):
        return tuple((str(run.level), len(run.text)) for run in content.runs)
    return ()


def _levels(text: str, runs: Runs, levels: dict[str, int]) -> list[int]:
    """Of each character that is seen how it is raised."""
    each = [levels.get(style, 0) for style, length in runs for _ in range(length)]
    each += [0] * (len(text) - len(each))
    return [level for level, character in zip(each, text, strict=False) if not character.isspace()]
