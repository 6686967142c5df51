"""The sheet of a section: its variables, its definitions, and all that is asked of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from sheetnet.calculus.lesson import Bounded
from sheetnet.calculus.numbers import Numbers
from sheetnet.calculus.sheets import layout, status
from sheetnet.calculus.sheets.context import (
    Context,
    Placed,
    block_of,
    cells_of,
    rectangle,
)
from sheetnet.calculus.sheets.differences import Differences
from sheetnet.calculus.sheets.layout import LABELS, MATHEMATICS, NUMBERS
from sheetnet.calculus.spelling import identifier
from sheetnet.calculus.worksheet import Worksheet
from sheetnet.expressions.formula import Area
from sheetnet.expressions.mathematics import written
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.knobs import Key, Knob
from sheetnet.workbook.model import PrintSetup, Quoted, Sheet, Validation

#: Longer mathematics is not written out beside an element.
MOST_WRITTEN = 120


def fill(context: Context, worksheet: Worksheet, differences: Differences) -> Placed:
    """Place and write one section."""
    from sheetnet.calculus.sheets import derivatives, proofs, tables

    section = worksheet.section
    sheet = Sheet(worksheet.sheet, section.heading, labels=False, running=True)
    sheet.tab_colour = styles.ORANGE
    sheet.print_setup = PrintSetup(fit_height=0)
    layout.columns(sheet)
    hint = "change a yellow cell: everything follows; grey: the lesson’s own values"
    frame.head(sheet, title=Quoted(section.heading), hint=hint, problem=status.PROBLEM)
    placed = Placed(context, worksheet, sheet)
    row = 4
    if section.text:
        layout.prose(sheet, row, Quoted(section.text))
        row += 2
    row = _variables(placed, row)
    sheet.freeze = (3, 1)
    row = _definitions(placed, row)
    row = derivatives.fill(placed, differences, row)
    row = proofs.identities(placed, differences, row)
    row = proofs.slips(placed, differences, row)
    row = _questions(placed, row)
    row = tables.fill(placed, row)
    frame.banner(sheet, max(layout.LAST, min(sheet.extent[1], layout.LAST + 8)))
    return placed


def _variables(placed: Placed, row: int) -> int:
    """The yellow cells, each with its symbol and what may be typed."""
    worksheet, sheet, context = placed.worksheet, placed.sheet, placed.context
    section = worksheet.section
    if not section.variables:
        return row
    row = layout.heading(sheet, row, "Yours to change")
    first = True
    for name, held in section.variables.items():
        knob = context.knobs[identifier(name), worksheet.number]
        shape = knob.value.shape
        height, width = rectangle(shape)
        block = block_of(knob.key, knob.layer, sheet.name, (row, NUMBERS), shape)
        block = replace(block, live=False)
        context.blocks.add(block)
        about = held.about if isinstance(held, Bounded) else ""
        sheet.put(row, LABELS, placed.symbol(name), layout.SYMBOL)
        hint = f"from {knob.low:g} to {knob.high:g}".replace("-", "−")
        sheet.put(row, MATHEMATICS, Quoted(f"{about}: {hint}") if about else hint, styles.HINT)
        values = knob.value.reshape(height, width)
        now = context.numbers.settings[knob.place].reshape(height, width)
        own = NUMBERS + width + 1
        for (i, j), value in np.ndenumerate(values):
            look = styles.INPUT
            sheet.put(row + i, NUMBERS + j, float(now[i, j]), look)
            sheet.put(row + i, own + j, float(value), styles.ORIGINAL)
        if first:
            sheet.cursor = (row, NUMBERS)
            sheet.notes[row, own] = "Grey: the lesson’s own values, to go back to."
            first = False
        sheet.claim(block, given(knob.place, (height, width)))
        original = block_of(knob.key, knob.layer, sheet.name, (row, own), shape)
        context.originals.append(original)
        sheet.validations.append(validation(knob, block))
        placed.cells[name] = cells_of(block, shape, placed.symbols(name))
        row += height
    return row + 1


def given(key: Key, size: tuple[int, int]) -> Callable[[Numbers], Any]:
    """The claim of input cells: what stands in them."""
    return lambda numbers: np.reshape(numbers.settings[key], size)


def _value(worksheet: Worksheet, name: str, size: tuple[int, int]) -> Callable[[Numbers], Any]:
    return lambda numbers: np.reshape(numbers.section(worksheet).values[name], size)


def validation(knob: Knob, block: Any) -> Validation:
    area = Area(block.sheet, block.top, block.left, block.bottom, block.right)
    return Validation(
        area,
        "decimal",
        knob.low,
        knob.high,
        title=knob.title[:32],
        error=knob.sentence,
    )


def _definitions(placed: Placed, row: int) -> int:
    """Each definition: its formula in mathematics, its numbers."""
    worksheet, sheet = placed.worksheet, placed.sheet
    if not worksheet.definitions:
        return row
    row = layout.heading(sheet, row, "Definitions")
    builder = worksheet.builder(placed.cells)
    builder.origins.clear()
    placed.origins = builder.origins
    for made in worksheet.definitions:
        name = made.name
        found = builder.define(made)
        placed.made[name] = found
        shape = worksheet.shapes[name]
        height, width = rectangle(shape)
        top = row + bool(shape)
        block = block_of(identifier(name), worksheet.number, sheet.name, (top, NUMBERS), shape)
        placed.context.blocks.add(block)
        spelled = worksheet.spelling.spelled(made.body, worksheet.shapes, worksheet.is_partial)
        left = worksheet.spelling.lowered(name, made.indices)
        sheet.put(row, LABELS, left, layout.SYMBOL)
        sheet.put(row, MATHEMATICS, "= " + spelled, layout.WRITTEN)
        symbols = list(placed.symbols(name))
        cells = cells_of(block, shape, iter(symbols))
        for ref, tree in zip(cells.flat, found.flat, strict=True):
            sheet.put(ref.row, ref.column, tree, layout.VALUE)
        sheet.claim(block, _value(worksheet, name, (height, width)))
        if not shape:
            placed.known.setdefault(found[()], cells[()])
        else:
            _elements(placed, top, symbols, found, shape, made.indices)
            for ref, tree in zip(cells.flat, found.flat, strict=True):
                placed.known.setdefault(tree, ref)
        placed.cells[name] = cells
        builder.symbols = placed.cells
        row = top + height + bool(shape)
    return row + (not worksheet.shapes[worksheet.definitions[-1].name])


def _elements(
    placed: Placed, top: int, symbols: list[Any], found: Any, shape: Any, indices: tuple[str, ...]
) -> None:
    """What stands beside the numbers of an array: its elements' symbols or their places."""
    sheet, first = placed.sheet, placed.worksheet.first
    rows = (len(shape) + 1) // 2
    if len(shape) == 1:
        for i, (symbol, tree) in enumerate(zip(symbols, found.flat, strict=True)):
            sheet.put(top + i, LABELS, symbol, layout.SYMBOL)
            text = written(tree)
            if len(text.text) <= MOST_WRITTEN:
                sheet.put(top + i, MATHEMATICS, "= " + text, layout.WRITTEN)
        return
    names = indices or ("",) * len(shape)

    def place(at: tuple[int, ...], of: tuple[str, ...]) -> str:
        pairs = zip(of, at, strict=True)
        return ", ".join(f"{n} = {i + first}" if n else str(i + first) for n, i in pairs)

    for i, at in enumerate(np.ndindex(*shape[:rows])):
        look = styles.LABEL_RIGHT.but(size=9)
        sheet.put(top + i, MATHEMATICS, place(at, names[:rows]), look)
    for j, at in enumerate(np.ndindex(*shape[rows:])):
        sheet.put(top - 1, NUMBERS + j, place(at, names[rows:]), layout.HEAD)


def _questions(placed: Placed, row: int) -> int:
    questions = placed.worksheet.section.questions
    if not questions:
        return row
    sheet = placed.sheet
    row = layout.heading(sheet, row, "Questions")
    for number, one in enumerate(questions, 1):
        layout.prose(sheet, row, f"{number}.  {one.ask}", MATHEMATICS)
        look = styles.HINT.but(colour=styles.BLUE)
        sheet.put(row, NUMBERS, "▸ answer: point here", look)
        sheet.merge(row, NUMBERS, row, NUMBERS + 2)
        sheet.notes[row, NUMBERS] = one.answer
        row += 1
    return row + 1
