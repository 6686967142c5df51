"""Notes on cells: a box beside the cell that shows when the pointer rests on it."""

from __future__ import annotations

from sheetnet.files.layout import ROW_HEIGHT, note_size
from sheetnet.files.ods.markup import element, paragraphs
from sheetnet.files.ods.styles import CHARACTER, centimetres
from sheetnet.workbook.model import Position, Sheet

STYLE, AUTHOR = "note", "sheetnet"
MILLIMETRES_PER_PIXEL = 25.4 / 96
MILLIMETRES_PER_POINT = 25.4 / 72
#: How far right of its cell a note stands.
DISTANCE = 3.0


def style() -> str:
    """How notes look: black on pale yellow, as programs draw their own."""
    properties = {
        "draw:stroke": "solid",
        "svg:stroke-color": "#808080",
        "draw:fill": "solid",
        "draw:fill-color": "#ffffe1",
        "draw:shadow": "hidden",
        "draw:auto-grow-height": False,
        "draw:auto-grow-width": False,
        "fo:padding": "0.1cm",
    }
    return element(
        "style:style",
        {"style:name": STYLE, "style:family": "graphic"},
        element("style:graphic-properties", properties),
    )


def note(sheet: Sheet, position: Position) -> str:
    """The note of a cell, large enough for its text."""
    row, column = position
    text = sheet.notes[position]
    width, height = note_size(text)
    widths = (sheet.widths.get(c, sheet.default_width) for c in range(1, column + 1))
    return element(
        "office:annotation",
        {
            "draw:style-name": STYLE,
            "svg:width": centimetres(width * MILLIMETRES_PER_PIXEL),
            "svg:height": centimetres(height * MILLIMETRES_PER_PIXEL),
            "svg:x": centimetres(sum(widths) * CHARACTER + DISTANCE),
            "svg:y": centimetres(_points_above(sheet, row) * MILLIMETRES_PER_POINT),
        },
        element("dc:creator", {}, AUTHOR),
        paragraphs(text),
    )


def _points_above(sheet: Sheet, row: int) -> float:
    """How far a row is from the top of its sheet."""
    points = ROW_HEIGHT * (row - 1)
    points += sum(height - ROW_HEIGHT for r, height in sheet.heights.items() if r < row)
    for band in sheet.bands:
        rows = min(max(row - band.top, 0), len(band.values))
        points += rows * ((band.height or ROW_HEIGHT) - ROW_HEIGHT)
    return points
