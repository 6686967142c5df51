"""How texts are written, by rules that every text keeps, whatever it says."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from fractions import Fraction
from itertools import pairwise

from sheetnet.expressions.formula import Expression
from sheetnet.expressions.rich import Rich
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Position, Sheet

#: What is left out of a list, counted wrongly.
MORE = re.compile(r" and (?:-\d+|0) more")
#: What no equation has but the names of functions.
WORD = re.compile(r"\b(?!(?:tanh|softmax|ReLU|LeakyReLU)\b)[^\W\d_]{4,}")
#: A derivative is a fraction: what stands over the bar may have arguments.
DERIVATIVE = re.compile(r"∂(?:[^/∂·=+−,;:() ]|\([^()]*\))*/∂[^/∂·=+−,;: ]")
#: A negative number behind an operator.
SIGNS = re.compile(r"[-+−·/] ?−(?=[\d.])")
#: A central difference that is not divided by 2h.
CENTRAL = re.compile(r"\+ h\) − \S+ − h\)(?!\)? ?/ ?\(?2h)")
#: A letter alone in parentheses, which are no function's and no layer's.
ALONE = re.compile(r"(?:^|[ =·/\[(+−])\(([^\W\d_])\)")
#: Decimals of an exponent that do not end, and denominators of what these may stand for.
DECIMALS, SMALL, NEAR = re.compile(r"\d+\.\d{8,}"), 12, 1e-14
#: What this program calls its own things, which no text of a lesson has.
INNER = re.compile(r"\b(?:Rich|Run|Ref|Area|Name|Number|Negative|Binary|Call)\(\w+=|<sheetnet\.")
#: What stands before the place of a number that cannot be used.
REFUSED = re.compile(r"✗ ([^!]+)!")
#: The number before a text that is one of several.
NUMBERED = re.compile(r"(\d+)\.  ")
#: A label that stands to the right has its number beside it, or below; in a table further on.
DOWN, ACROSS = 2, 12


def wrong_texts(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """What is written as no one would."""
    names, filled = {each.name for each in book.sheets}, _filled(sheet)
    yield from _misnumbered(sheet)
    for place, cell in sheet.cells.items():
        content = cell.content
        if isinstance(content, Expression):
            text = book.value(sheet, *place)
            if isinstance(text, str):
                found = *_wrong(text), *_unbracketed(text), *_refused(text, names)
                yield from ((place, what) for what in found)
            continue
        if isinstance(content, Rich):
            found = *_joined(content), *_bracketed(content), *_endless(content)
            yield from ((place, what) for what in found)
        if not isinstance(content, str | Rich):
            continue
        text = content.text if isinstance(content, Rich) else content
        if text not in names:
            yield from ((place, what) for what in _wrong(text))
        if cell.style.horizontal == "right" and not _is_beside(sheet, place, filled):
            yield place, f"{text!r} stands before nothing"


def _misnumbered(sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Numbered texts of one column that do not count from 1 on, one by one."""
    last: dict[int, int] = {}
    for (row, column), cell in sorted(sheet.cells.items(), key=lambda item: item[0]):
        found = NUMBERED.match(cell.content) if isinstance(cell.content, str) else None
        if found is None:
            continue
        number = int(found[1])
        if number not in (1, last.get(column, 0) + 1):
            yield (row, column), f"is number {number} behind number {last.get(column, 0)}"
        last[column] = number


def _wrong(text: str) -> Iterator[str]:
    """What no text has, fixed or live."""
    if INNER.search(text):
        yield "is written as a program has it"
    if more := MORE.search(text):
        yield f"says {more[0].strip()!r}"
    if CENTRAL.search(text):
        yield "divides a central difference by something else than 2h"
    # Prose may be the lesson's own.
    if not WORD.search(text) and "∂" in DERIVATIVE.sub("", text):
        yield "a ∂ in it stands in no fraction"


def _unbracketed(text: str) -> Iterator[str]:
    """A number that was put in for a symbol behind an operator, with its sign."""
    if SIGNS.search(text):
        yield "has a sign behind another one, without parentheses"


def _refused(text: str, sheets: Collection[str]) -> Iterator[str]:
    """A sentence on a cell that cannot be used, where all can."""
    refused = REFUSED.match(text)
    if refused and refused[1] in sheets:
        yield "says that a number cannot be used, and all can"


def _joined(text: Rich) -> Iterator[str]:
    """Raised letters behind a raised label, which a reader takes for one: L−1 and T."""
    for one, other in pairwise(text.runs):
        level = one.level == other.level != 0
        if level and one.text[-1:].isalnum() and other.text[:1].isalnum():
            yield f"{one.text!r} and {other.text!r} are written as one"


def _bracketed(text: Rich) -> Iterator[str]:
    """Parentheses around a letter alone, on the line."""
    line = "".join(run.text if not run.level else "_" for run in text.runs)
    if found := ALONE.search(line):
        yield f"has parentheses around {found[1]} alone"


def _endless(text: Rich) -> Iterator[str]:
    """An exponent in decimals that do not end, which is a fraction of small numbers."""
    for decimals in (run.text for run in text.runs if run.level > 0):
        for number in DECIMALS.findall(decimals):
            fraction = Fraction(number).limit_denominator(SMALL)
            if abs(float(fraction) - float(number)) <= NEAR * float(number):
                yield f"has the exponent {number}, which is {fraction}"


def _filled(sheet: Sheet) -> set[Position]:
    """The cells outside of bands that hold something, all of a merged one."""
    filled = {place for place, cell in sheet.cells.items() if cell.content is not None}
    for area in sheet.merges:
        if (area.top, area.left) in filled:
            columns = range(area.left, area.right + 1)
            filled |= {(r, c) for r in range(area.top, area.bottom + 1) for c in columns}
    return filled


def _is_beside(sheet: Sheet, place: Position, filled: Collection[Position]) -> bool:
    """Whether something stands to the right of a cell, or below it."""
    row, column = place
    near = [(row + by, column) for by in range(1, DOWN + 1)]
    across = ACROSS if (row - 1, column) in filled else 1
    near += [(row, column + by) for by in range(1, across + 1)]
    return any(at in filled or sheet.has_band_at(*at) for at in near)
