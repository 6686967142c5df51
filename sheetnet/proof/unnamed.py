"""Numbers that nothing tells of, and texts that tell of nothing near them.

Over numbers that adjoin each other, or beside them, something says what they are; a text with a
number, or the sign of an equation, stands beside something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sheetnet.expressions.rich import Rich
from sheetnet.proof.readings import number_at
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import ColourScale, Position, Sheet

ADJOINING = ((0, 1), (1, 0), (0, -1), (-1, 0))
AROUND = [(r, c) for r in (-1, 0, 1) for c in (-1, 0, 1) if r or c]
#: What stands between numbers and says of none what it is.
SIGNS = ("=", "+", "−", "×", "·", "→", "←")
#: Under a title or at the left edge, where texts stand for themselves.
TITLES, EDGE = 3, 2
#: More words are a sentence.
WORDS = 6
SAYS_NUMBER = re.compile(r"\d|=")
#: An axis of a block, as the index writes it.
AXIS = re.compile(r"\w+=\d+")
#: So many rows above numbers, and columns before them, stands what they are called.
ABOVE, BEFORE = 2, 2
#: So many above a single one.
FAR = 4


def untold(book: Book, sheet: Sheet, is_drawing: bool) -> Iterator[tuple[Position, str]]:
    """Places of a sheet with numbers or texts that belong to nothing, and what is wrong there."""
    yield from _untitled(book, sheet)
    if not is_drawing:
        yield from _empty(book, sheet)
    yield from _alone(sheet)


def _untitled(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Matrices with no text over them or close before them, and numbers that adjoin no other
    with none before them or over them; numbers at the sides of a map have none."""
    numbers = {at for at in sheet.cells if number_at(book, sheet, at) is not None}
    telling = {
        at
        for at, cell in sheet.cells.items()
        if cell.content is not None and at not in numbers and cell.text not in SIGNS
    }
    has_map = any(isinstance(rule, ColourScale) for rule in sheet.formats)
    while numbers:
        piece = _piece(numbers, min(numbers))
        numbers -= piece
        top, left = min(row for row, _ in piece), min(column for _, column in piece)
        right = max(column for _, column in piece)
        if len(piece) > 1 and sheet.has_matrices:
            over = [(top - by, c) for by in range(1, ABOVE + 1) for c in range(left - 1, right + 1)]
            before = [(row, at - by) for row, at in piece for by in range(1, BEFORE + 1)]
        elif len(piece) == 1 and not has_map:
            over = [(top - by, left) for by in range(1, FAR + 1)]
            before = [(top, at) for at in range(1, left)]
        else:
            continue
        if telling.isdisjoint(over) and telling.isdisjoint(before):
            yield (top, left), "no text over or before the numbers there says what they are"


def _empty(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Heads with nothing under them between two that have numbers, words also behind two."""
    heads = {at for at, cell in sheet.cells.items() if isinstance(cell.content, str | Rich)}
    filled = {at for at, cell in sheet.cells.items() if cell.content is not None}
    for row, column in heads:
        if (row + 1, column) in filled or sheet.has_band_at(row + 1, column):
            continue
        for near in ((-1, 1), (-2, -1)):
            beside = [(row, column + by) for by in near]
            words = all(isinstance(sheet.cells[at].content, str) for at in beside if at in heads)
            numbered = all(number_at(book, sheet, (row + 1, at)) is not None for _, at in beside)
            if heads.issuperset(beside) and numbered and (words or near[1] == 1):
                yield (row + 1, column), "is empty, under a head beside numbers"
                break


def _piece(numbers: set[Position], first: Position) -> set[Position]:
    """The numbers that adjoin one, and those that adjoin these."""
    piece, waiting = {first}, [first]
    while waiting:
        row, column = waiting.pop()
        near = {(row + down, column + right) for down, right in ADJOINING}
        fresh = (near & numbers) - piece
        piece |= fresh
        waiting += fresh
    return piece


def _alone(sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Short texts that say a number, with nothing around them."""
    filled = {at for at, cell in sheet.cells.items() if cell.content is not None}
    for row, column in filled:
        content = sheet.cells[row, column].content
        text = content.text if isinstance(content, Rich) else content
        if row <= TITLES or column <= EDGE or not isinstance(text, str) or AXIS.fullmatch(text):
            continue
        is_short = len(text.split()) <= WORDS and SAYS_NUMBER.search(text)
        around = [(row + r, column + c) for r, c in AROUND]
        if is_short and not any(at in filled or sheet.has_band_at(*at) for at in around):
            yield (row, column), f"{text!r} stands there alone"
