"""What is wrong with an input cell, in words: nothing in it, a text, a number out of bounds.

Validation refuses such a thing where it is typed; what is pasted it cannot refuse. A row of
workings for each block of inputs says 1 where something is wrong, and the sentence on the first
line of it where something is. The lines of a block of many have flags of their own, below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from sheetnet.expressions.dialects import address, column_letters
from sheetnet.expressions.formula import (
    Area,
    Expression,
    Logical,
    Ref,
    call,
    equal,
    guard,
    join,
    maximum,
    minimum,
    when,
)
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.knobs import Knob
from sheetnet.workbook.model import Band, Cell, Claim, Sheet

#: Lines of so many cells name the one that is wrong; longer ones themselves.
MOST_NAMED = 12
FLAG = styles.NUMBER.but(number_format="0")


def fill(
    sheet: Sheet,
    row: int,
    flag: int,
    inputs: Iterable[tuple[Knob, Block]],
    wrong_choice: Callable[[Knob], Expression] | None = None,
) -> tuple[Expression, Expression]:
    """Write the workings from a row on, in the column `flag` and the two next ones.

    `wrong_choice` is 1 where a drop-down holds none of its choices. Returns whether anything is
    wrong, and the sentence on the first thing that is.
    """
    first, inputs = row, list(inputs)
    last = first + len(inputs) - 1
    below = last + 2
    for row, (knob, block) in enumerate(inputs, first):
        told = wrong_choice if knob.choices else None
        line = None
        if block.height == 1:
            wrong = told(knob) if told else _wrong(knob, block.whole())
        else:
            flags = _flags(sheet, below, flag, knob, block)
            below += block.height
            wrong = guard(when(call("SUM", flags) > 0, 1, 0))
            found = call("MATCH", 1, flags, 0)
            number = guard(when(equal(Ref(sheet.name, row, flag), 0), 1, found))
            sheet.put(row, flag + 2, number, FLAG)
            sheet.claims.append(Claim(row, flag + 2, 1, 1, 1.0))
            line = Ref(sheet.name, row, flag + 2)
        sheet.put(row, flag, wrong, FLAG)
        said = _named(knob, block, line)
        clean = equal(Ref(sheet.name, row, flag), 0)
        sheet.put(row, flag + 1, guard(when(clean, "", said)), styles.PLAIN)
    sheet.claims.append(Claim(first, flag, len(inputs), 1, 0.0))
    flags, says = (Area(sheet.name, first, c, last, c) for c in (flag, flag + 1))
    return call("SUM", flags) > 0, call("INDEX", says, call("MATCH", 1, flags, 0), 1)


def _flags(sheet: Sheet, row: int, column: int, knob: Knob, block: Block) -> Area:
    """A column of flags from a row on, one for each line of a block; 1 where it is wrong."""
    top = Area(block.sheet, block.top, block.left, block.top, block.right)
    none = np.zeros((block.height, 1))
    band = Band(
        row,
        column,
        (Cell(_wrong(knob, top), FLAG),),
        none,
        lambda numbers: none,
        alternating=True,
    )
    sheet.bands.append(band)
    return Area(sheet.name, row, column, row + block.height - 1, column)


def _wrong(knob: Knob, line: Area) -> Expression:
    """1 where some cell of the line holds nothing, a text, or a number that is not allowed."""
    within = _within(knob, minimum(line), maximum(line))
    counted = equal(call("COUNT", line), line.shape[1])
    return guard(when(counted, guard(when(within, 0, 1)), 1))


def _within(knob: Knob, least: Expression, most: Expression) -> Expression:
    """Whether numbers from `least` to `most` are allowed."""
    conditions = [most <= knob.high, least >= knob.low]
    if knob.whole:
        conditions.append(equal(call("ROUND", most, 0), most))
    return call("AND", *conditions)


def _named(knob: Knob, block: Block, line: Ref | None) -> Expression:
    """The sentence about a line of a block, with the names of its wrong cells.

    The cell `line` has the number of the line, counted from 1; without one there is but one.
    """
    says = f" ({knob.title or knob.key}) cannot be used as it stands. {knob.sentence}"
    if block.width > MOST_NAMED:
        first, last = (_name(block, column, line) for column in (block.left, block.right))
        return join([f"✗ {block.sheet}!", *first, ":", *last, says])
    named: list[object] = [f"✗ {block.sheet}!"]
    for column in range(block.left, block.right + 1):
        name = _name(block, column, line)
        if block.width == 1:
            named += [*name, says]
            continue
        cell = _cell(block, column, line)
        fits = guard(when(call("ISNUMBER", cell), _within(knob, cell, cell), Logical(False)))
        named.append(guard(when(fits, "", join([*name, " "]))))
    return join(named if block.width == 1 else [*named, says.lstrip()])


def _cell(block: Block, column: int, line: Ref | None) -> Expression:
    if line is None:
        return Ref(block.sheet, block.top, column)
    return call("INDEX", Area(block.sheet, block.top, column, block.bottom, column), line, 1)


def _name(block: Block, column: int, line: Ref | None) -> list[object]:
    if line is None:
        return [address(block.top, column)]
    return [column_letters(column), call("FIXED", line + (block.top - 1), 0, Logical(True))]
