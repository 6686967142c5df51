"""From a worksheet's lesson and its numbers to the model of its workbook."""

from __future__ import annotations

from sheetnet.calculus.knobs import knobs
from sheetnet.calculus.lesson import Lesson
from sheetnet.calculus.numbers import Numbers
from sheetnet.calculus.sheets import section, start, status
from sheetnet.calculus.sheets.context import Context
from sheetnet.calculus.sheets.differences import Differences
from sheetnet.calculus.worksheet import worksheets
from sheetnet.sheets import fitting, index, paper
from sheetnet.workbook.book import Book
from sheetnet.workbook.knobs import digest


def make_book(lesson: Lesson, numbers: Numbers) -> Book:
    """The workbook of a lesson. Raises `SheetnetError` where an expression cannot be written."""
    context = Context(lesson, numbers, {knob.place: knob for knob in knobs(lesson)})
    start.place(context)
    differences = Differences(context)
    placed = [section.fill(context, each, differences) for each in worksheets(lesson)]
    listed = index.sheet()
    behind = [*([differences.finish()] if differences.used else []), status.sheet(context), listed]
    first = start.fill(context, placed, behind)
    sheets = [first, *(each.sheet for each in placed), *behind]
    for sheet in sheets:
        if sheet is not listed:
            fitting.fit(sheet)
            paper.lay(sheet)
    values = digest(context.knobs.values())
    index.fill(listed, lesson.text, context.blocks, context.originals, values)
    paper.lay(listed)
    return Book(
        title=lesson.title,
        subject=lesson.source,
        sheets=sheets,
        names=context.names,
        blocks=context.blocks,
        originals=context.originals,
        numbers=numbers,
        readings=context.readings,
        told=context.told,
    )
