"""From a lesson to the model of its workbook: train, place the blocks, fill the sheets."""

from __future__ import annotations

from sheetnet.network.lesson import Lesson, Settings
from sheetnet.network.notation import Symbols
from sheetnet.network.sheets import (
    drawing,
    gradient_check,
    lines,
    maps,
    matrices,
    network,
    notation,
    start,
    training,
)
from sheetnet.network.sheets.context import Context
from sheetnet.sheets import index
from sheetnet.workbook.model import Book


def make_book(lesson: Lesson, settings: Settings | None = None) -> Book:
    """The workbook of a lesson, with the given numbers in its input cells.

    Raises `SheetnetError` where the run overflows or a sheet cannot hold it.
    """
    settings = settings or lesson.settings
    context = Context(lesson, settings, Symbols(lesson))
    training.place(context)
    layout = start.Layout(context)
    network.place(context)
    checked = gradient_check.fits(context)
    if checked:
        gradient_check.place(context)

    sheets, behind = [], []
    if layout.large:
        sheets.append(start.fill_inputs(context, layout))
    if context.drawable:
        picture = network.Picture(context)
        sheet = network.fill(context, picture)
        lines.Lines(context, picture, sheet, picture.bottom + 2).fill()
        if drawing.fits(context):
            behind.append(drawing.fill(context, picture, sheet))
    else:
        sheet = maps.fill(context)
    sheets.append(sheet)
    if matrices.fits(context):
        sheets.append(matrices.fill(context))
    sheets += training.fill(context)
    if checked:
        check, workings = gradient_check.fill(context)
        sheets.append(check)
        behind.append(workings)
    sheets.append(notation.fill(context))
    names = [*(s.name for s in sheets), index.NAME, *(s.name for s in behind)]
    return Book(
        title=lesson.title,
        subject=lesson.source,
        sheets=[start.fill(context, layout, names), *sheets, index.fill(context), *behind],
        names=context.names,
        blocks=context.blocks,
        originals=context.originals,
    )
