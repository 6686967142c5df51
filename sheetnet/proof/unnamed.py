"""Numbers that nothing tells of, and texts that tell of nothing near them.

Over numbers that adjoin each other, or beside them, something says what they are; a text with a
number, or the sign of an equation, stands beside something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sheetnet.expressions.rich import Rich
from sheetnet.proof.neighbours import MANY
from sheetnet.proof.readings import number_at
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import ColourScale, Position, Sheet

ADJOINING = ((0, 1), (1, 0), (0, -1), (-1, 0))
AROUND = [(r, c) for r in (-1, 0, 1) for c in (-1, 0, 1) if r or c]
#: What stands between numbers and says of none what it is.
SIGN = re.compile(r"\S+\( \) =|[=+−×·⊙⊘∘→←]")
#: Under a title or at the left edge, where texts stand for themselves.
TITLES, EDGE = 3, 2
#: More words are a sentence.
WORDS = 6
SAYS_NUMBER = re.compile(r"\d|=")
WORD = re.compile(r"[a-z]{4}")
#: An axis of a block, as the index writes it.
AXIS = re.compile(r"\w+=\d+")
#: So many columns before a matrix stands what it is called, and so many rows above a single
#: number, or above those of workings.
BEFORE, FAR = 2, 4
#: So far to the right a word says why a cell is empty.
WHY = 6


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
        if cell.content is not None and at not in numbers and not SIGN.fullmatch(cell.text)
    }
    has_map = any(isinstance(rule, ColourScale) for rule in sheet.formats)
    has_matrices = sheet.has_matrices  # which looks through all cells
    while numbers:
        piece = _piece(numbers, next(iter(numbers)))
        numbers -= piece
        top, left = min(row for row, _ in piece), min(column for _, column in piece)
        right = max(column for _, column in piece)
        if len(piece) > 1 and has_matrices:
            above = FAR if sheet.workings else 1
            over = [(top - by, at) for by in range(1, above + 1) for at in range(left, right + 1)]
            before = [(r, c - by) for r, c in piece for by in range(1, BEFORE + 1)]
            if not sheet.workings:  # where it is written, and no ✓
                before = [at for at in before if at in sheet.cells and sheet.cells[at].text]
        elif len(piece) == 1 and len(sheet.cells) > MANY and not has_map and not has_matrices:
            over = [(top - by, left) for by in range(1, FAR + 1)]
            before = [(top, at) for at in range(1, left)]
        else:
            continue
        is_named = all((row, EDGE) in telling for row, _ in piece)  # as sums behind a table
        if telling.isdisjoint(over) and telling.isdisjoint(before) and not is_named:
            yield (top, left), "no text over or before the numbers there says what they are"


def _empty(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Heads with nothing under them between two that have numbers, words also behind two, where no
    word in the row says why."""
    heads = {at for at, cell in sheet.cells.items() if isinstance(cell.content, str | Rich)}
    filled = {at for at, cell in sheet.cells.items() if cell.content is not None}
    for row, column in heads:
        if (row + 1, column) in filled or sheet.has_band_at(row + 1, column):
            continue
        for near in ((-1, 1), (-2, -1)):
            beside = [(row, column + by) for by in near]
            texts = [sheet.cells[at].text for at in (*beside, (row, column)) if at in heads]
            words = all(WORD.search(text) for text in texts)
            numbered = all(number_at(book, sheet, (row + 1, at)) is not None for _, at in beside)
            if any((row + 1, at) in heads for at in range(column, column + WHY + 1)):
                continue
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
