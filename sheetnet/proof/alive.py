"""The settings to which a workbook's inputs are moved, so that every branch is taken.

First all inputs move a little; then far, to numbers of all signs and sizes, until each
condition of the workbook's formulas has held somewhere and failed somewhere, as far as
inputs bring that about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sheetnet.errors import SheetnetError
from sheetnet.proof.branches import Branch, Seen, branches
from sheetnet.workbook.book import Book
from sheetnet.workbook.knobs import FREE, Knob, Settings

#: Far moves that are tried, the most that are kept, and after how many without gain it ends;
#: so many times more where drop-downs choose among formulas, each of which has branches.
TRIES, MOST, IDLE = 48, 20, 36
TIMES = 4
#: The turns before free ones begin.
ORDERLY = 12
#: How often a far move that is not steady is halved.
HALVED = 2
#: Far moves where the model cannot tell which branches they take.
UNSEEN = 6


@dataclass(frozen=True)
class Moves:
    """Settings with their numbers, and the branches of which some side is not taken by any."""

    settings: list[tuple[Settings, Any]]
    branches: int = 0
    untaken: tuple[Branch, ...] = ()


def candidates(knobs: Sequence[Knob], settings: Settings, tries: int) -> Iterator[Settings]:
    """The settings moved a little, then `tries` times far, later once more at each turn, freely."""

    def moved(turn: int) -> Settings:
        rng = np.random.default_rng(turn + 1)
        return Settings({knob.place: knob.moved(settings[knob.place], rng, turn) for knob in knobs})

    for turn in range(-1, tries):
        yield moved(turn)
        if turn >= ORDERLY:
            yield moved(FREE + turn)


def moves(
    knobs: Sequence[Knob],
    settings: Settings,
    numbers_of: Callable[[Settings], Any],
    is_steady: Callable[[Any], bool],
    book: Book | None,
    tell: Callable[[Settings], None],
) -> Moves:
    """What to move the inputs to; `tell` hears of each as soon as it is chosen.

    Passed over are settings whose run overflows, and those that are not steady, not even with
    halves of their numbers: programs need not agree on theirs.

    Without a `book` to look at the branches of, a fixed number of moves.
    """
    chosen: list[tuple[Settings, Any]] = []
    found = branches(book) if book else []
    if book is None or not found:
        tried = _computed(candidates(knobs, settings, UNSEEN if book is None else 1), numbers_of)
        for each, numbers in tried:
            if is_steady(numbers):
                chosen.append((each, numbers))
                tell(each)
        return Moves(chosen)
    seen = Seen(book, found)
    idle = 0
    times = TIMES if any(knob.numbered for knob in knobs) else 1
    for far in candidates(knobs, settings, TRIES * times):
        for moved, numbers in _computed(_halved(knobs, far), numbers_of):
            sides = seen.sides(book.at(numbers))
            if chosen and not seen.gains(sides):
                idle += moved is far
                break
            if is_steady(numbers):  # one that is not says nothing about those to come
                chosen.append((moved, numbers))
                tell(moved)
                seen.add(sides)
                idle = 0
                break
        if not seen.open or len(chosen) == MOST * times or idle == IDLE * times:
            break
    return Moves(chosen, len(found), tuple(seen.open))


def _halved(knobs: Sequence[Knob], settings: Settings) -> Iterator[Settings]:
    """Settings, then halves of them: what saturates or overshoots does so less."""
    yield settings
    for _ in range(HALVED):
        settings = Settings({knob.place: knob.halved(settings[knob.place]) for knob in knobs})
        yield settings


def _computed(
    settings: Iterator[Settings], numbers_of: Callable[[Settings], Any]
) -> Iterator[tuple[Settings, Any]]:
    for each in settings:
        try:
            yield each, numbers_of(each)
        except SheetnetError:
            continue  # a run that overflows: no workbook shows that in numbers
