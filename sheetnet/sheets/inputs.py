"""What is wrong with an input cell, in words: nothing in it, a text, a number out of bounds.

Validation refuses such a thing where it is typed; what is pasted it cannot refuse. A row of
workings for each line of cells says 1 where something is wrong, and the sentence beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sheetnet.expressions.dialects import address
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
from sheetnet.workbook.model import Claim, Sheet

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
    """Write the workings from a row on, in the column `flag` and the next one.

    `wrong_choice` is 1 where a drop-down holds none of its choices. Returns whether anything is
    wrong, and the sentence on the first thing that is.
    """
    first = row
    for knob, block in inputs:
        for line in _lines(block):
            told = wrong_choice if knob.choices else None
            wrong = told(knob) if told else _wrong(knob, line)
            sheet.put(row, flag, wrong, FLAG)
            said = guard(when(equal(Ref(sheet.name, row, flag), 0), "", _named(knob, line)))
            sheet.put(row, flag + 1, said, styles.PLAIN)
            row += 1
    sheet.claims.append(Claim(first, flag, row - first, 1, 0.0))
    flags, says = (Area(sheet.name, first, c, row - 1, c) for c in (flag, flag + 1))
    return call("SUM", flags) > 0, call("INDEX", says, call("MATCH", 1, flags, 0), 1)


def _lines(block: Block) -> Iterator[Area]:
    for row in range(block.top, block.bottom + 1):
        yield Area(block.sheet, row, block.left, row, block.right)


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


def _named(knob: Knob, line: Area) -> Expression:
    """The sentence about a line, with the names of the cells that are wrong."""
    first = f"{line.sheet}!{address(line.top, line.left)}"
    says = f" ({knob.title or knob.key}) cannot be used as it stands. {knob.sentence}"
    if line.shape[1] > MOST_NAMED:
        return join([f"✗ {first}:{address(line.bottom, line.right)}" + says])
    named: list[object] = [f"✗ {line.sheet}!"]
    for column in range(line.left, line.right + 1):
        cell = Ref(line.sheet, line.top, column)
        name = address(line.top, column) + " " * (line.shape[1] > 1)
        if line.shape[1] == 1:
            named.append(name)
            continue
        fits = guard(when(call("ISNUMBER", cell), _within(knob, cell, cell), Logical(False)))
        named.append(guard(when(fits, "", name)))
    return join([*named, says if line.shape[1] == 1 else says.lstrip()])
