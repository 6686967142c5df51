"""What stands beside the input cells, proved: from where to where, and the lesson's own value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from sheetnet.proof.comparison import Comparison, same_text, shown
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.book import Book
from sheetnet.workbook.knobs import Knob
from sheetnet.workbook.model import Position, Validation

#: How a text tells the ends of what is counted.
ENDS = re.compile(r"from (-?[0-9,]+) to (-?[0-9,]+)\b.*", re.DOTALL)
#: The same in front of an input cell, behind what is said of it.
BETWEEN = re.compile(r"(?:.*: )?from (-?[0-9.]+(?:e[-+]?[0-9]+)?) to (-?[0-9.]+(?:e[-+]?[0-9]+)?)")
#: So far right of an input cell stands what is said of it.
BESIDE, FAR = 3, 12
#: A row of the lesson's own numbers, those of several tables with a line between them.
ROW = re.compile(r"-?[0-9][0-9.E+-]*(?:[ |]+-?[0-9][0-9.E+-]*)+")


def check_limits(
    book: Book, knobs: Sequence[Knob], ends: Mapping[str, tuple[int, int]]
) -> Comparison:
    """Each input cell that stands alone: what is refused, and what is said beside it.

    `ends` are those of knobs that choose one of several, as the lesson has them.
    """
    check = Comparison("what may be typed")
    by_place = {knob.place: knob for knob in knobs}
    for block in book.blocks:
        knob = by_place.get((block.quantity, block.layer))
        if block.live or knob is None or block.at:
            continue
        check.cells += 1
        for place, what in _wrong_between(book, block, knob):
            check.add(block.sheet, *place, what)
        if knob.lengths:
            for place, what in _wrong_rows(book, block, knob):
                check.add(block.sheet, *place, what)
            continue
        for place, what in _wrong(book, block, knob, ends.get(knob.key)):
            check.add(block.sheet, *place, what)
    return check


def _wrong(
    book: Book, block: Block, knob: Knob, ends: tuple[int, int] | None
) -> Iterator[tuple[Position, str]]:
    place = block.top, block.left
    if ends and (knob.low, knob.high) != ends:
        yield place, f"takes {knob.low:g} to {knob.high:g}, there are {ends[0]} to {ends[1]}"
    for validation in book[block.sheet].validations:
        area = validation.area
        here = area.top <= place[0] <= area.bottom and area.left <= place[1] <= area.right
        if here and _refuses_otherwise(validation, knob):
            yield place, "its validation refuses something else than verify does"
    text = _beside(book, block.sheet, place, BESIDE)
    if named := ENDS.fullmatch(text):
        low, high = (float(end.replace(",", "")) for end in named.groups())
        if (low, high) != (knob.low, knob.high):
            yield place, f"{shown(text)} stands beside it, it takes {knob.low:g} to {knob.high:g}"
    elif ROW.fullmatch(text):  # it is one of a row
        yield from _wrong_rows(book, block, knob)
    elif text and knob.original:
        own = knob.value.item()
        own = own if isinstance(own, str) else f"{own:.15g}".upper()
        if not same_text(own, text):
            yield place, f"{shown(text)} stands beside it, the lesson says {shown(own)}"


def _wrong_between(book: Book, block: Block, knob: Knob) -> Iterator[tuple[Position, str]]:
    """What stands in front of input cells, if it tells their ends."""
    cell = book[block.sheet].cells.get((block.top, block.left - 1))
    text = cell.content.replace("−", "-") if cell and isinstance(cell.content, str) else ""
    named = BETWEEN.fullmatch(text)
    if named and tuple(map(float, named.groups())) != tuple(
        float(f"{end:g}") for end in (knob.low, knob.high)
    ):
        yield (
            (block.top, block.left - 1),
            f"says {shown(text)}, it takes {knob.low:g} to {knob.high:g}",
        )


def _refuses_otherwise(validation: Validation, knob: Knob) -> bool:
    if knob.choices or validation.kind == "list":
        return bool(validation.choices) and validation.choices != knob.choices
    ends = ((validation.low, knob.low), (validation.high, knob.high))
    return any(isinstance(end, float | int) and end != own for end, own in ends)


def _wrong_rows(book: Book, block: Block, knob: Knob) -> Iterator[tuple[Position, str]]:
    """Rows of a table beside which other numbers stand than the lesson's, in grey."""
    for number, row in enumerate(range(block.top, block.bottom + 1)):
        text = _beside(book, block.sheet, (row, block.right), FAR)
        own = knob.value.reshape(block.height, -1)[number].tolist()
        if not ROW.fullmatch(text):
            continue
        parts = [[float(word) for word in part.split()] for part in text.split("|")]
        if not any(len(p) == len(own) and np.allclose(p, own, rtol=1e-10, atol=0) for p in parts):
            yield (row, block.left), f"{shown(text)} stands beside it, the lesson says {own}"


def _beside(book: Book, sheet: str, place: Position, far: int) -> str:
    """The first text right of a cell, with minus signs as one types them."""
    row, left = place
    for column in range(left + 1, left + 1 + far):
        cell = book[sheet].cells.get((row, column))
        if cell is not None and isinstance(cell.content, str):
            return cell.content.replace("−", "-")
    return ""
