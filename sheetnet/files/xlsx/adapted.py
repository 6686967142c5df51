"""openpyxl's parts as other programs want them.

Viewers that read no cells draw a chart from the values cached in it; exceljs knows
drawings by their usual prefix and notes by their usual names; IronCalc follows relative
targets only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from sheetnet.expressions.formula import Area, Ref
from sheetnet.files.rows import number_texts
from sheetnet.files.xlsx.parts import escaped
from sheetnet.workbook.book import Book
from sheetnet.workbook.charts import Chart
from sheetnet.workbook.model import Sheet

_NOTES = re.compile(r"xl/comments/comment(\d+)\.xml")
_NOTES_DRAWING = re.compile(r"xl/drawings/commentsDrawing(\d+)\.vml")
_UNPREFIXED = re.compile(r"<(/?)(\w+)(?=[ />])")
_RELATION = re.compile("<Relationship .*?/>")
_REFERENCE = re.compile("<f>[^<]*</f>(?=</(num|str)Ref>)")


def part_name(name: str) -> str:
    """A part's usual name."""
    return _NOTES_DRAWING.sub(
        r"xl/drawings/vmlDrawing\1.vml", _NOTES.sub(r"xl/comments\1.xml", name)
    )


def relations(text: str) -> str:
    """A sheet's or a drawing's relations: relative, those to notes first."""
    text = part_name(text).replace('"/xl/', '"../').replace('"../comments/comment', '"../comments')
    found = _RELATION.findall(text)
    found.sort(key=lambda relation: "/relationships/comments" not in relation)
    head, tail = _RELATION.sub("\n", text).split("\n", 1) if found else (text, "")
    return head + "".join(found) + tail.replace("\n", "")


def drawing(text: str, sheet: Sheet) -> str:
    """A drawing with its usual prefix, and what a screen reader says of each chart.

    openpyxl has no place for the latter.
    """
    texts = iter(sheet.charts)

    def described(match: re.Match[str]) -> str:
        return f"{match[1]} descr={quoteattr(next(texts).alt_text)}"

    text = _UNPREFIXED.sub(r"<\1xdr:\2", text).replace("xmlns=", "xmlns:xdr=", 1)
    return re.sub(r'(<xdr:cNvPr id="\d+" name="[^"]*")', described, text)


def chart(text: str, chart: Chart, book: Book) -> str:
    """A chart with the values that its cells show."""
    caches = _caches(chart, book)
    return _REFERENCE.sub(lambda match: match[0] + next(caches), text)


def _caches(chart: Chart, book: Book) -> Iterator[str]:
    """The cached values of each reference of a chart's series, in their order."""
    known: dict[Area, str] = {}  # series share their x, mostly
    for series in chart.series:
        if isinstance(series.title, Ref):
            ref = series.title
            shown = book.value(book[ref.sheet], ref.row, ref.column)
            shown = f"{shown:g}" if isinstance(shown, float) else str(shown or "")
            point = f'<pt idx="0"><v>{escape(escaped(shown))}</v></pt>'
            yield f'<strCache><ptCount val="1"/>{point}</strCache>'
        for area in (series.x, series.y):
            if area not in known:
                known[area] = _numbers(area, book)
            yield known[area]


def _numbers(area: Area, book: Book) -> str:
    values = book.area_values(area).ravel()
    if values.dtype == np.float64:
        points = map('<pt idx="%d"><v>%s</v></pt>'.__mod__, enumerate(number_texts(values)))
    else:
        numbers = ((i, float(v)) for i, v in enumerate(values) if isinstance(v, float | int))
        points = map('<pt idx="%d"><v>%r</v></pt>'.__mod__, numbers)
    head = f'<numCache><formatCode>General</formatCode><ptCount val="{len(values)}"/>'
    return f"{head}{''.join(points)}</numCache>"
