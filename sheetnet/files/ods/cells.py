"""Rows of a sheet as OpenDocument's table rows, each formula with its cached value."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from sheetnet.expressions.dialects import OPEN_FORMULA
from sheetnet.expressions.formula import Area, Expression
from sheetnet.expressions.rich import Rich, Run
from sheetnet.files.layout import printed_area
from sheetnet.files.ods.markup import attributes_text, element, lines, spaced
from sheetnet.files.ods.notes import note
from sheetnet.files.ods.number_formats import shown, shown_by
from sheetnet.files.ods.rules import Validations, place
from sheetnet.files.ods.styles import Styles, height_of, runs_of
from sheetnet.files.rows import band_formula, band_rows, checked, in_order
from sheetnet.workbook.model import (
    Band,
    Book,
    Cell,
    Content,
    FloatArray,
    Link,
    Matrix,
    Position,
    Sheet,
)
from sheetnet.workbook.styles import Style

EMPTY = "<table:table-cell/>"
#: A cell that is there for what hangs on it only, so that it has no style.
BARE = Cell()

Cells = list[tuple[int, Cell]]


class Rows:
    """The rows of one sheet in order, as text, down to the last one that is printed.

    Rows further down are not named: Gnumeric would keep each of them. `frames` are the
    charts by the cell that each hangs on.
    """

    def __init__(
        self,
        book: Book,
        sheet: Sheet,
        styles: Styles,
        validations: Validations,
        frames: dict[Position, str],
    ) -> None:
        self._book, self._sheet, self._styles, self._frames = book, sheet, styles, frames
        self._spans = {(area.top, area.left): area.shape for area in sheet.merges}
        self._covered = {p for area in sheet.merges for p in _positions(area)} - set(self._spans)
        self._validated = {
            p: validations.name(v) for v in sheet.validations for p in _positions(v.area)
        }
        self._hung: dict[int, set[int]] = {}
        for row, column in (*sheet.notes, *frames, *sheet.links, *self._validated):
            self._hung.setdefault(row, set()).add(column)
        self._hung_rows = sorted(self._hung)

    def __iter__(self) -> Iterator[str]:
        following = 1
        for part in in_order(self._with_empty_cells()):
            top, bottom = (part.top, part.bottom) if isinstance(part, Band) else (part[0], part[0])
            yield from self._gap(following, top - 1)
            if isinstance(part, Band):
                yield from self._band(part)
            else:
                style = self._styles.row(*height_of(self._sheet, *part))
                yield self._row(*part, style)
            following = bottom + 1
        _, end = self._sheet.print_setup.title_rows or (0, 0)
        yield from self._gap(following, max(printed_area(self._sheet).bottom, end))

    def _with_empty_cells(self) -> Sheet:
        """The sheet with a cell wherever a note, a chart, … hangs on none."""
        banded = {row for band in self._sheet.bands for row in self._hung_in(band)}
        empty = {
            (row, column): BARE
            for row, columns in self._hung.items()
            if row not in banded
            for column in columns
        }
        return replace(self._sheet, cells=empty | self._sheet.cells)

    def _hung_in(self, band: Band) -> list[int]:
        rows = self._hung_rows
        return rows[bisect_left(rows, band.top) : bisect_right(rows, band.bottom)]

    def _gap(self, first: int, last: int) -> Iterator[str]:
        """Empty rows, in pieces where the repeated headers begin and end."""
        title, end = self._sheet.print_setup.title_rows or (0, 0)
        edges = sorted({first, *(r for r in (title, end + 1) if first < r <= last), last + 1})
        for top, following in zip(edges, edges[1:], strict=False):
            row = f'<table:table-row table:style-name="{self._styles.row(None)}"'
            if following - top > 1:
                row += f' table:number-rows-repeated="{following - top}"'
            yield self._in_header(top, following - 1, f"{row}>{EMPTY}</table:table-row>")

    def _in_header(self, top: int, bottom: int, text: str) -> str:
        """Rows that are repeated on every page are wrapped together."""
        title, end = self._sheet.print_setup.title_rows or (0, 0)
        start = "<table:table-header-rows>" if top == title else ""
        return start + text + ("</table:table-header-rows>" if bottom == end else "")

    def _row(self, row: int, cells: Cells, style: str, shift: int = 0) -> str:
        text = f'<table:table-row table:style-name="{style}">'
        for cell, count in _counted((c, self._cell(row, c, cell, shift)) for c, cell in cells):
            again = f' table:number-columns-repeated="{count}"/>'
            text += cell if count == 1 else cell[:-2] + again
        return self._in_header(row, row, text + "</table:table-row>")

    def _cell(self, row: int, column: int, cell: Cell, shift: int = 0) -> str:
        position = row, column
        attributes: dict[str, object] = {
            "table:style-name": None if cell is BARE else self._styles.cell(cell.style),
            "table:content-validation-name": self._validated.get(position),
        }
        if position in self._spans:
            rows, columns = self._spans[position]
            attributes["table:number-columns-spanned"] = columns
            attributes["table:number-rows-spanned"] = rows
        value, text = self._content(position, cell, shift)
        return element(
            "table:covered-table-cell" if position in self._covered else "table:table-cell",
            attributes | value,
            note(self._sheet, position) if position in self._sheet.notes else "",
            text,
            self._frames.get(position, ""),
        )

    def _content(self, position: Position, cell: Cell, shift: int) -> tuple[dict[str, object], str]:
        """What a cell holds, as attributes and as paragraphs."""
        content, link = cell.content, self._sheet.links.get(position)
        if content is None:
            return {}, ""
        if isinstance(content, str | Rich):
            text = content if isinstance(content, str) else content.text
            attributes: dict[str, object] = {"office:value-type": "string"}
            # LibreOffice passes over the elements for a tab; a carriage return has none.
            if "\t" in text or "\r" in text:
                attributes["office:string-value"] = text
            return attributes, self._paragraphs(runs_of(content), cell.style, link)
        attributes = self._formula(position, content, shift)
        value = self._book.value(self._sheet, *position)
        if isinstance(value, bool | np.bool_):
            truth = bool(value)
            attributes |= {"office:value-type": "boolean", "office:boolean-value": truth}
            text = str(truth).upper()
        elif isinstance(value, str):
            attributes |= {"office:value-type": "string", "office:string-value": value}
            text = value
        else:
            attributes |= {"office:value-type": "float", "office:value": repr(float(value))}
            text = shown(value, cell.style.number_format)
        return attributes, self._paragraphs((Run(text),), cell.style, link)

    def _formula(self, position: Position, content: Content, shift: int) -> dict[str, object]:
        size = {}
        if isinstance(content, Matrix):
            size = {
                "table:number-matrix-columns-spanned": content.columns,
                "table:number-matrix-rows-spanned": content.rows,
            }
            content = content.expression
        if not isinstance(content, Expression):
            return {}
        text = OPEN_FORMULA.write(content, self._sheet.name, lambda row: str(row + shift))
        return size | {"table:formula": f"of:={checked(text, self._sheet)}"}

    def _paragraphs(self, runs: Iterable[Run], style: Style, link: Link | None) -> str:
        found = [""]
        for run in runs:
            name = self._styles.span(run, style if link else None)
            for number, line in enumerate(lines(run.text)):
                if number:
                    found.append("")
                text = _linked(spaced(line), link) if link else spaced(line)
                span = element("text:span", {"text:style-name": name}, text)
                found[-1] += span if name and text else text
        return "".join(element("text:p", {}, text) for text in found)

    def _band(self, band: Band) -> Iterator[str]:
        """A band's rows; those with something besides the pattern are written singly."""
        title, end = self._sheet.print_setup.title_rows or (0, 0)
        singled = {*self._hung_in(band), *(r for r in (title, end) if band.top <= r <= band.bottom)}
        following = band.top
        for row in sorted(singled):
            yield from self._stretch(band, following, row - 1)
            cells = dict.fromkeys(self._hung.get(row, ()), BARE)
            cells |= dict(enumerate(band.cells, band.left))
            style = self._styles.row(band.height)
            yield self._row(row, sorted(cells.items()), style, row - band.top)
            following = row + 1
        yield from self._stretch(band, following, band.bottom)

    def _stretch(self, band: Band, first: int, last: int) -> Iterator[str]:
        special: dict[int, Callable[[float], str]] = {}

        def cell(cell: Cell, column: int) -> str:
            attributes: dict[str, object] = {"table:style-name": self._styles.cell(cell.style)}
            if isinstance(cell.content, Expression):
                text = band_formula(cell.content, OPEN_FORMULA, self._sheet, band)
                attributes["table:formula"] = f"of:={checked(text, self._sheet)}"
            start = f"<table:table-cell{attributes_text(attributes)}".replace("%", "%%")
            how = shown_by(cell.style.number_format)
            if not isinstance(how, str):
                special[2 * (column - band.left) + 1] = how
                how = "%s"
            return (
                f'{start} office:value-type="float" office:value="%r">'
                f"<text:p>{how}</text:p></table:table-cell>"
            )

        def fields(values: FloatArray) -> tuple[object, ...]:
            """Each value twice: as it is, and as it is shown."""
            twice: list[Any] = values.repeat(2).tolist()
            for field, how in special.items():
                twice[field] = spaced(how(twice[field]))
            return tuple(twice)

        part = replace(band, top=first, values=band.values[first - band.top : last + 1 - band.top])
        start = f'<table:table-row table:style-name="{self._styles.row(band.height)}">'
        if band.left > 1:
            start += f'<table:table-cell table:number-columns-repeated="{band.left - 1}"/>'
        yield from band_rows(self._sheet, part, lambda _: start, cell, "</table:table-row>", fields)


def _positions(area: Area) -> Iterator[Position]:
    for row in range(area.top, area.bottom + 1):
        for column in range(area.left, area.right + 1):
            yield row, column


def _counted(cells: Iterable[tuple[int, str]]) -> Iterator[tuple[str, int]]:
    """The cells from the first column on, like ones that hold nothing counted together."""
    last, count, following = EMPTY, 0, 1
    for column, text in cells:
        for now, more in ((EMPTY, column - following), (text, 1)):
            if now == last and now.endswith("/>") and "-spanned=" not in now:
                count += more
            elif more:
                if count:
                    yield last, count
                last, count = now, more
        following = column + 1
    yield last, max(count, 1)


def _linked(text: str, link: Link) -> str:
    """Text as a link. LibreOffice sees plain text in a link only, so elements stand between."""
    target = {
        "xlink:href": f"#{place(link.sheet, link.row, link.column)}",
        "xlink:type": "simple",
        "office:title": link.tip or None,
    }
    pieces = re.split("(<[^>]*>)", text)
    return "".join(
        piece if not piece or piece.startswith("<") else element("text:a", target, piece)
        for piece in pieces
    )
