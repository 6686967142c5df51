"""Lines of mathematics over arrays, proved by what a reader sees.

A line in a cell, or a symbol with one that begins with "=" beside it, is computed as it is
written; the numbers to its right, or those that begin a row lower, are that. No writer says which
numbers a line is for, so none can say it wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from sheetnet.expressions.array_tokens import NAME
from sheetnet.expressions.arrays import FloatArray, Known, Side, readings
from sheetnet.expressions.measured import UndecidedError
from sheetnet.expressions.reading import END, LOW, UP, UnreadableError, flat, flat_text
from sheetnet.expressions.rich import Rich
from sheetnet.proof.comparison import Comparison, shown
from sheetnet.proof.readings import Decoder, number_at, written
from sheetnet.sheets.checks import NO_NUMBER, PASSED
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Position, Sheet

#: So far a reader looks to the right for the numbers of a line.
RIGHT = 3
#: A symbol, or the derivative of one by another.
SYMBOL = re.compile(rf"{NAME}|([d∂Δ]){NAME}/\1{NAME}")
#: What is lowered, and over which indices is summed.
LOWERED = re.compile(rf"{LOW}([^{END}]*){END}")
SUMMED = re.compile(rf"Σ{LOW}([^{END}]*){END}")
#: What is transposed.
TURNED = re.compile(rf"{UP}[Tt]{END}")
#: What a line is called before it; the sum of all numbers of a name, without an index.
FORM = re.compile(r"^[a-z]+ form: ")
ALL = re.compile(rf"Σ([A-Za-z])(?!{LOW})")
#: What has words is told, not computed.
WORD = re.compile(rf"(?<![^\W\d_])(?<!{LOW})[^\W\d_]{{4,}}\b(?!\()")


def check_lines(book: Book, decoder: Decoder) -> Comparison:
    """Each line of mathematics on the sheets whose symbols are names of arrays."""
    check = Comparison("lines of mathematics")
    for sheet in book.sheets:
        known = decoder.on(sheet.name).arrays if sheet.running else None
        if known is None:
            continue
        for place, line, free in _lines(sheet, known):
            numbers = _start(book, sheet, place, SYMBOL.fullmatch(line) is not None)
            if numbers is None or says_no_number(book, sheet, numbers[0]):
                continue
            check.cells += 1
            if any(one == other for one, other in pairwise(line.split(" = "))):
                check.add(sheet.name, *place, "says that something is itself")
            with np.errstate(all="ignore"):
                what = _wrong(book, sheet, line, free, known, numbers)
            if what:
                check.add(sheet.name, *place, what)
            if len(free) == 1 and known.lengths[free] > 1:
                for head, said in _wrong_heads(book, sheet, numbers, known.lengths[free], known):
                    check.add(sheet.name, *head, said)
    return check


def _wrong_heads(
    book: Book, sheet: Sheet, start: Position, count: int, known: Known
) -> Iterator[tuple[Position, str]]:
    """Symbols over a row of numbers, one for each index, that have other indices."""
    row, left = start
    if any(number_at(book, sheet, (row, left + by)) is None for by in range(count)):
        return  # they stand in a column
    for by in range(count):
        above = ((at, left + by) for at in range(row - 1, 0, -1))
        head = next((place for place in above if written(sheet, place)), start)
        index = LOWERED.findall(written(sheet, head))
        if index and index[-1].isdigit() and int(index[-1]) != by + known.first:
            yield head, f"its symbol stands over what has the index {by + known.first}"


def _lines(sheet: Sheet, known: Known) -> Iterator[tuple[Position, str, str]]:
    """Each line, with the letters that run along the rows and columns of its numbers."""
    for place, cell in sheet.cells.items():
        line = line_with_small(cell.content) if isinstance(cell.content, Rich) else ""
        line = ALL.sub(rf"Σ{LOW}i{END} \1{LOW}i{END}", FORM.sub("", line))
        if not line or line.isdigit() or WORD.search(line):
            continue
        label = written(sheet, (place[0], place[1] - 1)) if line.startswith("=") else ""
        line = f"{label} {line}" if SYMBOL.fullmatch(label) else line.removeprefix("=")
        yield place, line, _free(line, known)


def _free(line: str, known: Known) -> str:
    """The indices over which nothing is summed, as one meets them."""
    bound, free = "".join(each.partition("≠")[0] for each in SUMMED.findall(line)), ""
    for lowered in LOWERED.findall(SUMMED.sub("", line)):
        for each in re.split(",|", lowered):
            if each in known.lengths and each not in bound + free:
                free += each
    return free


def line_with_small(content: Rich) -> str:
    """A text for the reader; small letters within it are lowered."""
    return "".join(
        flat([(run.text, run.level)]) if run.level else flat_text(run.text) for run in content.runs
    )


def _start(book: Book, sheet: Sheet, place: Position, is_symbol: bool) -> Position | None:
    """The first number to the right of a line, in its row or the next; a symbol stands beside its
    number, or is no line."""
    row, column = place
    if is_symbol:
        beside = row, column + 1
        return beside if number_at(book, sheet, beside) is not None else None
    for down in (0, 1):
        for right in range(column + 1, column + RIGHT + 1):
            if number_at(book, sheet, (row + down, right)) is not None:
                return row + down, right
            if (row + down, right) in sheet.cells and not down:
                break  # something else stands between
    return None


def _wrong(book: Book, sheet: Sheet, line: str, free: str, known: Known, start: Position) -> str:
    """What is wrong with a line, in words."""
    if not known.strict and TURNED.search(line):
        return ""  # of rows, where the reader has columns
    said = ""
    try:
        for sides in readings(line, known, free):
            sides = sides if _holds(book, sheet, start[0]) else sides[-1:]
            wrong = [side for side in sides if not _is(book, sheet, side, start)]
            if not wrong:
                return ""
            first = shown(float(wrong[0].values.flat[0]))
            there = shown(number_at(book, sheet, start) or 0.0)
            said = said or f"it computes {first}, the number beside it is {there}"
    except UndecidedError:
        return ""
    except UnreadableError as error:
        return f"its mathematics: {error}" if known.strict else ""
    return said


def says_no_number(book: Book, sheet: Sheet, row: int) -> bool:
    """Whether a check of a row says that no program can compute what it is about."""
    cells = ((column, cell) for (at, column), cell in sheet.cells.items() if at == row)
    return any(cell.passes and book.value(sheet, row, c) == NO_NUMBER for c, cell in cells)


def _holds(book: Book, sheet: Sheet, row: int) -> bool:
    """Whether no check of a row says that its equation decides nothing with these numbers."""
    checks = [column for (at, column), cell in sheet.cells.items() if at == row and cell.passes]
    return all(book.value(sheet, row, column) == PASSED for column in checks)


def _is(book: Book, sheet: Sheet, side: Side, start: Position) -> bool:
    """Whether the numbers that begin at a place are one side of an equation, as a column or row,
    its axes side by side where there are several."""
    values = side.values
    rows = int(np.prod(values.shape[: (values.ndim + 1) // 2]))
    shapes = {(rows, values.size // rows if rows else 0), (1, values.size)}
    return any(_same(book, sheet, values.reshape(shape), start, side.off) for shape in shapes)


def _same(book: Book, sheet: Sheet, values: FloatArray, start: Position, off: float) -> bool:
    for (r, c), value in np.ndenumerate(values):
        number = number_at(book, sheet, (start[0] + r, start[1] + c))
        if number is None:
            return False
        if abs(number - value) > off * max(abs(number), abs(float(value))) + off * 1e-3:
            return False
    return True
