"""From a lesson to the model of its workbook: train, place the blocks, fill the sheets."""

from __future__ import annotations

from sheetnet.engine import train
from sheetnet.lesson import Lesson, Settings
from sheetnet.model import Book
from sheetnet.notation import Symbols
from sheetnet.sheets import index, start, training
from sheetnet.sheets.context import Context


def make_book(lesson: Lesson, settings: Settings | None = None) -> Book:
    """The workbook of a lesson, with the given numbers in its input cells.

    Raises `SheetnetError` where the run overflows or a sheet cannot hold it.
    """
    settings = settings or lesson.settings
    trace = train(lesson, settings)
    context = Context(lesson, settings, trace, Symbols(lesson))
    training.place(context)
    layout = start.Layout(context)

    sheets = [start.fill(context, layout)]
    if layout.large:
        sheets.append(start.fill_inputs(context, layout))
    sheets += [training.fill(context), index.fill(context)]
    return Book(
        title=lesson.title,
        subject=lesson.source,
        sheets=sheets,
        names={context.rate.name: context.rate.target},
        blocks=context.blocks,
        originals=context.originals,
    )
