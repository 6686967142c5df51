"""The rows of a sheet in order, and rows of a band from a pattern rendered once.

A format renders each cell of a band's pattern to text with `%` fields where the values
go and with marks where row numbers go; every further row is then two replacements and
one `%`, which is what makes a million formulas a matter of seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from typing import IO

from sheetnet.errors import SheetnetError
from sheetnet.expressions.dialects import Dialect
from sheetnet.expressions.formula import Expression
from sheetnet.workbook.model import Band, Cell, FloatArray, Sheet

#: Excel takes no longer formula.
LONGEST_FORMULA = 8_192

#: Rows joined before they are compressed.
CHUNK = 256

#: Characters that no text of a workbook can hold stand for row numbers in a pattern.
_FIRST_MARK = 0xE000
_MARKS = 0x1900

#: A row's number, and its cells with their columns.
SingleRow = tuple[int, list[tuple[int, Cell]]]


def mark(offset: int) -> str:
    """What stands in a pattern for the number of the row `offset` rows further."""
    return chr(_FIRST_MARK + _MARKS // 2 + offset)


def checked(text: str, sheet: Sheet) -> str:
    """The formula's text, refused where it is longer than programs take."""
    if len(text) > LONGEST_FORMULA:
        raise SheetnetError(
            f"network.layers: a formula on {sheet.name} would have {len(text):,} characters, "
            f"programs take {LONGEST_FORMULA:,}: use fewer units, or fewer samples in data.inputs"
        )
    return text


def band_formula(content: Expression, dialect: Dialect, sheet: Sheet, band: Band) -> str:
    """A pattern's formula with marks for the rows that move down with it."""
    if len(band.values) == 1:  # no row to move down to, and references may reach far
        return dialect.write(content, sheet.name)
    return dialect.write(content, sheet.name, lambda row: mark(row - band.top))


def band_rows(
    sheet: Sheet,
    band: Band,
    row_start: Callable[[str], str],
    cell: Callable[[Cell, int], str],
    end: str,
    fields: Callable[[FloatArray], tuple[object, ...]] = lambda values: tuple(values.tolist()),
) -> Iterator[str]:
    """The text of each row of a band.

    `row_start(number)` opens a row, `cell(cell, column)` renders a cell with `%%` escaped
    and a field where its value goes, `fields(values)` fills a row's fields, `end` closes
    the row.
    """
    columns = range(band.left, band.right + 1)
    pattern = row_start(mark(0)) + "".join(map(cell, band.cells, columns)) + end
    used = sorted(
        {ord(c) - _FIRST_MARK - _MARKS // 2 for c in pattern if 0xE000 <= ord(c) < 0xF900}
    )
    marks = [(mark(offset), offset) for offset in used]
    for number, values in zip(band.rows, band.values, strict=True):
        text = pattern
        for sign, offset in marks:
            text = text.replace(sign, str(number + offset))
        yield text % fields(values)


def in_order(sheet: Sheet) -> Iterator[Band | SingleRow]:
    """The bands and the rows of single cells, from the top down."""
    sheet = _apart(sheet)
    bands = iter(sorted(sheet.bands, key=lambda band: band.top))
    band = next(bands, None)
    for row, cells in single_rows(sheet):
        while band and band.top < row:
            yield band
            band = next(bands, None)
        yield row, cells
    while band:
        yield band
        band = next(bands, None)


def single_rows(sheet: Sheet) -> Iterator[SingleRow]:
    """Rows of single cells, and rows that have nothing but a height, in order."""
    places = sorted(sheet.cells)
    rows = {row: [c for _, c in group] for row, group in groupby(places, lambda p: p[0])}
    for row in sorted({*rows, *sheet.heights}):
        yield row, [(column, sheet.cells[row, column]) for column in rows.get(row, [])]


def stream(rows: Iterable[str], part: IO[bytes], progress: Callable[[int], None]) -> None:
    """Write the rows into an open part, many at a time."""
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        part.write("".join(chunk).encode())
        progress(len(chunk))


def _apart(sheet: Sheet) -> Sheet:
    """TEMPORARY: bands that do not stand alone in adjoining rows, as single cells."""
    from dataclasses import replace

    rows = {row for row, _ in sheet.cells}
    kept, cells = [], dict(sheet.cells)
    for band in sheet.bands:
        if band.stride == 1 and not any(row in rows for row in band.rows):
            kept.append(band)
            continue
        for number, row in enumerate(band.rows):
            for column, cell in enumerate(band.cells, band.left):
                content = cell.content
                if isinstance(content, Expression):
                    content = _shifted(content, row - band.top)
                else:
                    content = float(band.values[number, column - band.left])
                cells[row, column] = replace(cell, content=content)
    return replace(sheet, bands=kept, cells=cells)


def _shifted(node: Expression, by: int) -> Expression:
    from dataclasses import replace

    from sheetnet.expressions.formula import Applied, Area, Binary, Call, Negative, Ref

    match node:
        case Ref(_, row, _, fixed):
            return node if fixed else replace(node, row=row + by)
        case Area(_, top, _, bottom, _, fixed):
            return node if fixed else replace(node, top=top + by, bottom=bottom + by)
        case Negative(o):
            return Negative(_shifted(o, by))
        case Binary(s, a, b):
            return Binary(s, _shifted(a, by), _shifted(b, by))
        case Call(f, args):
            return Call(f, tuple(_shifted(a, by) for a in args))
        case Applied(s, a, d):
            return Applied(s, a, _shifted(d, by))
    return node
