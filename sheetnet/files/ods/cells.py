"""Rows of a sheet as OpenDocument's table rows, each formula with its cached value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from sheetnet.expressions.dialects import OPEN_FORMULA, PLAIN, Corner
from sheetnet.expressions.formula import Area, Expression
from sheetnet.expressions.rich import Rich, Run
from sheetnet.files.layout import printed_area
from sheetnet.files.ods.markup import attributes_text, element, lines, quote, spaced
from sheetnet.files.ods.notes import note
from sheetnet.files.ods.number_formats import shown, shown_by
from sheetnet.files.ods.rules import Validations, place
from sheetnet.files.ods.styles import Styles, height_of, runs_of
from sheetnet.files.rows import (
    Line,
    Pattern,
    Stretch,
    checked,
    in_order,
    number_texts,
)
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Band, Cell, Content, FloatArray, Link, Matrix, Position, Sheet
from sheetnet.workbook.styles import Style

EMPTY = "<table:table-cell/>"
#: A cell that is there for what hangs on it only, so that it has no style.
BARE = Cell()

#: The first and the last column of cells, and their text.
Piece = tuple[int, int, str]


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
        self._patterns: dict[int, Pattern] = {}
        self._looks: dict[int, str] = {}

    def __iter__(self) -> Iterator[str]:
        following = 1
        title, end = self._sheet.print_setup.title_rows or (0, 0)
        for part in in_order(self._sheet, {*self._hung, title, end} - {0}):
            rows = part.rows if isinstance(part, Stretch) else (part.row,)
            yield from self._gap(following, rows[0] - 1)
            if isinstance(part, Stretch):
                yield from self._stretch(part)
            else:
                yield self._line(part)
            following = rows[-1] + 1
        yield from self._gap(following, printed_area(self._sheet).bottom)

    def _line(self, line: Line) -> str:
        if line.height is None or line.row in self._sheet.heights:
            style = self._styles.row(*height_of(self._sheet, line.row, line.cells))
        else:
            style = self._styles.row(line.height)
        pieces = self._apart(line) if line.row in self._hung else self._together(line)
        text = f'<table:table-row table:style-name="{style}">'
        for cell, count in _counted(pieces):
            again = f' table:number-columns-repeated="{count}"/>'
            if cell.startswith("<table:covered"):  # SheetJS counts these as one, however many
                text += cell * count
            else:
                text += cell if count == 1 else cell[:-2] + again
        return self._in_header(line.row, line.row, text + "</table:table-row>")

    def _together(self, line: Line) -> list[Piece]:
        """The row's pieces: single cells, and the cells of each band as one."""
        row = line.row
        pieces = [(column, column, self._cell(row, column, cell)) for column, cell in line.cells]
        for band in line.bands:
            pieces.append((band.left, band.right, self._pattern(band).row(row)))
        return sorted(pieces) if line.bands else pieces

    def _apart(self, line: Line) -> list[Piece]:
        """The row's cells one by one, those of bands too: something hangs on one of them."""
        placed = dict.fromkeys(self._hung[line.row], (BARE, PLAIN))
        placed |= {column: (cell, PLAIN) for column, cell in line.cells}
        for band in line.bands:
            corner = band.corner(line.row)
            placed |= {c: (cell, corner) for c, cell in enumerate(band.cells, band.left)}
        return [(c, c, self._cell(line.row, c, *placed[c])) for c in sorted(placed)]

    def _gap(self, first: int, last: int) -> Iterator[str]:
        """Empty rows, none where `last` is above `first`."""
        if first <= last:
            row = f'<table:table-row table:style-name="{self._styles.row(None)}"'
            if last > first:
                row += f' table:number-rows-repeated="{last - first + 1}"'
            yield f"{row}>{EMPTY}</table:table-row>"

    def _in_header(self, top: int, bottom: int, text: str) -> str:
        """Rows that are repeated on every page are wrapped together."""
        title, end = self._sheet.print_setup.title_rows or (0, 0)
        start = "<table:table-header-rows>" if top == title else ""
        return start + text + ("</table:table-header-rows>" if bottom == end else "")

    def _cell(self, row: int, column: int, cell: Cell, corner: Corner = PLAIN) -> str:
        position = row, column
        value, text = self._content(position, cell, corner)
        start = "" if cell is BARE else self._look(cell.style)
        covered = position in self._covered
        if position in self._validated:
            start += f' table:content-validation-name="{quote(self._validated[position])}"'
        if position in self._spans:
            rows, columns = self._spans[position]
            start += f' table:number-columns-spanned="{columns}"'
            start += f' table:number-rows-spanned="{rows}"'
        if position in self._sheet.notes:
            text = note(self._sheet, position) + text
        if position in self._frames:
            text += self._frames[position]
        name = "table:covered-table-cell" if covered else "table:table-cell"
        start = f"<{name}{start}{value}"
        return f"{start}>{text}</{name}>" if text else start + "/>"

    def _look(self, style: Style) -> str:
        # By identity, which the book's cells keep: comparing styles costs as much as a cell.
        look = self._looks.get(id(style))
        if look is None:
            look = self._looks[id(style)] = f' table:style-name="{self._styles.cell(style)}"'
        return look

    def _content(self, position: Position, cell: Cell, corner: Corner) -> tuple[str, str]:
        """What a cell holds, as the text of its attributes and as paragraphs."""
        content = cell.content
        if content is None:
            return "", ""
        link = self._sheet.links.get(position)
        if isinstance(content, str | Rich):
            text = content if isinstance(content, str) else content.text
            attributes = ' office:value-type="string"'
            # LibreOffice passes over the elements for a tab; a carriage return has none.
            if "\t" in text or "\r" in text:
                attributes += f' office:string-value="{quote(text)}"'
            return attributes, self._paragraphs(runs_of(content), cell.style, link)
        attributes = self._formula(content, corner)
        value = self._book.value(self._sheet, *position)
        if isinstance(value, bool | np.bool_):
            truth = bool(value)
            attributes += f' office:value-type="boolean" office:boolean-value="{quote(truth)}"'
            text = str(truth).upper()
        elif isinstance(value, str):
            attributes += f' office:value-type="string" office:string-value="{quote(value)}"'
            text = value
        else:
            attributes += f' office:value-type="float" office:value="{float(value)!r}"'
            text = shown(value, cell.style.number_format)
        return attributes, self._paragraphs((Run(text),), cell.style, link)

    def _formula(self, content: Content, corner: Corner) -> str:
        size, formula = _filled(content)
        if formula is None:
            return ""
        text = checked(OPEN_FORMULA.write(formula, self._sheet.name, corner), self._sheet)
        return attributes_text(size | {"table:formula": f"of:={text}"})

    def _paragraphs(self, runs: Iterable[Run], style: Style, link: Link | None) -> str:
        runs = tuple(runs)
        if len(runs) == 1 and link is None and self._styles.span(runs[0]) is None:
            return "".join([f"<text:p>{spaced(line)}</text:p>" for line in lines(runs[0].text)])
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

    def _stretch(self, part: Stretch) -> Iterator[str]:
        band = part.band
        start = f'<table:table-row table:style-name="{self._styles.row(band.height)}">'
        if band.left > 1:
            start += f'<table:table-cell table:number-columns-repeated="{band.left - 1}"/>'
        for text in self._pattern(band).rows(part.rows):
            yield f"{start}{text}</table:table-row>"

    def _pattern(self, band: Band) -> Pattern:
        """The band's cells without the row around them."""
        if id(band) not in self._patterns:
            self._patterns[id(band)] = self._rendered(band)
        return self._patterns[id(band)]

    def _rendered(self, band: Band) -> Pattern:
        special: dict[int, Callable[[float], str]] = {}

        def cell(cell: Cell, field: int, pattern: Pattern) -> str:
            attributes: dict[str, object] = {"table:style-name": self._styles.cell(cell.style)}
            size, formula = _filled(cell.content)
            if formula is not None:
                text = pattern.formula(formula, OPEN_FORMULA, self._sheet)
                attributes |= size | {"table:formula": f"of:={text}"}
            start = f"<table:table-cell{attributes_text(attributes)}".replace("%", "%%")
            how = shown_by(cell.style.number_format)
            if not isinstance(how, str):
                special[field] = how
                how = "%s"
            return (
                f'{start} office:value-type="float" office:value="%s">'
                f"<text:p>{how}</text:p></table:table-cell>"
            )

        def render(pattern: Pattern) -> str:
            return "".join(cell(c, 2 * i + 1, pattern) for i, c in enumerate(band.cells))

        def fields(values: FloatArray) -> tuple[object, ...]:
            """Each value twice: as it is, and as it is shown."""
            twice: list[Any] = values.repeat(2).tolist()
            twice[::2] = number_texts(values)
            for field, how in special.items():
                twice[field] = spaced(how(twice[field]))
            return tuple(twice)

        return Pattern(band, render, fields)


def _filled(content: Content) -> tuple[dict[str, object], Expression | None]:
    """What says how many cells a formula fills, and the formula, if it is one."""
    if isinstance(content, Matrix):
        size: dict[str, object] = {
            "table:number-matrix-columns-spanned": content.columns,
            "table:number-matrix-rows-spanned": content.rows,
        }
        return size, content.expression
    return {}, content if isinstance(content, Expression) else None


def _positions(area: Area) -> Iterator[Position]:
    for row in range(area.top, area.bottom + 1):
        for column in range(area.left, area.right + 1):
            yield row, column


def _counted(pieces: Iterable[Piece]) -> Iterator[tuple[str, int]]:
    """The cells from the first column on, like ones that hold nothing counted together."""
    last, count, following = EMPTY, 0, 1
    for left, right, text in pieces:
        for now, more in ((EMPTY, left - following), (text, 1)):
            if now == last and now.endswith("/>") and "-spanned=" not in now:
                count += more
            elif more:
                if count:
                    yield last, count
                last, count = now, more
        following = right + 1
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
