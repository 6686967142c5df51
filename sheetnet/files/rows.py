"""The rows of a sheet in order, and rows of a band from a pattern rendered once.

A row is made of pieces: cells of bands, which may interleave, and single cells between
them. Rows that hold nothing but one band come as a whole stretch.

A format renders each cell of a band's pattern to text with `%` fields where the values
go and with marks where row numbers go; every further row is then two replacements and
one `%`, which is what makes a million formulas a matter of seconds.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter

import orjson

from sheetnet.errors import SheetnetError
from sheetnet.expressions.dialects import Dialect
from sheetnet.expressions.formula import Expression
from sheetnet.files.packing import Part
from sheetnet.records import record
from sheetnet.workbook.model import Band, Cell, FloatArray, Sheet

#: Excel takes no longer formula.
LONGEST_FORMULA = 8_192

#: Rows joined before they are compressed.
CHUNK = 256

#: Characters that no text of a workbook can hold stand for row numbers in a pattern; controls
#: first, since a text that is ASCII alone is searched and encoded several times as fast.
_MARKS = tuple(map(chr, (*range(1, 9), *range(0x0E, 0x1F), *range(0xE000, 0xF8FF))))
#: Another one stands for the dollar sign, or nothing, of rows that alternate.
_DOLLAR = chr(0x1F)

#: Single cells of a row with their columns.
Cells = list[tuple[int, Cell]]
Fields = Callable[[FloatArray], tuple[object, ...]]


@record
class Stretch:
    """Adjoining rows of one band, with nothing else in them."""

    band: Band
    rows: range


@record
class Line:
    """One row of anything: its bands from left to right, and its single cells."""

    row: int
    bands: list[Band]
    cells: Cells

    @property
    def height(self) -> float | None:
        """The height that its bands ask for."""
        return max((b.height for b in self.bands if b.height is not None), default=None)


def number_texts(values: FloatArray) -> list[str]:
    """Each number in the fewest digits that give it back, in a quarter of the time of `repr`."""
    return orjson.dumps(values.tolist())[1:-1].decode().split(",")


def _values(values: FloatArray) -> tuple[object, ...]:
    return tuple(number_texts(values))


class Pattern:
    """A band's row as text, with marks for row numbers and `%` fields for values.

    `render(pattern)` returns that text, `%%` escaped, in which `mark(offset)` stands for the
    number of the row `offset` rows further, `refer(offset)` for that of the row to which a
    reference leads there; `fields(values)` fills a row's fields.
    """

    def __init__(
        self, band: Band, render: Callable[[Pattern], str], fields: Fields = _values
    ) -> None:
        self._band, self._fields = band, fields
        self._marks: dict[tuple[bool, int], str] = {}
        text = render(self)
        #: For rows of even and of odd numbers.
        self._texts = [text.replace(_DOLLAR, band.dollar(row)) for row in (0, 1)]
        self._next = 0
        self._following: Iterator[str] = iter(())

    def mark(self, offset: int) -> str:
        """What stands for the number of the row `offset` rows further."""
        return self._mark(False, offset)

    def refer(self, offset: int) -> str:
        """The same for what references lead to, which may move at another pace."""
        return self._mark(self._band.pace is not None, offset)

    def _mark(self, apart: bool, offset: int) -> str:
        key = apart, offset
        if key not in self._marks:
            if len(self._marks) == len(_MARKS):
                raise ValueError("a pattern refers to too many rows")
            self._marks[key] = _MARKS[len(self._marks)]
        return self._marks[key]

    def formula(self, content: Expression, dialect: Dialect, sheet: Sheet) -> str:
        """A formula of the pattern, with marks for the rows that move down with it."""
        band, top = self._band, self._band.top

        def moving(column: str, row: int) -> str:
            return f"{_DOLLAR * band.alternating}{column}{self.refer(row - top)}"

        # A band of one row does not move down, and its references may reach far.
        corner = moving if len(band.values) > 1 else band.corner(top)
        return checked(dialect.write(content, sheet.name, corner), sheet)

    def rows(self, rows: range) -> Iterator[str]:
        """The text of each of these rows of the band."""
        band, fields = self._band, self._fields
        marks = [(sign, apart, offset) for (apart, offset), sign in self._marks.items()]
        first = band.rows.index(rows.start) if rows else 0
        values = band.values[first : first + len(rows)]
        for number, row in zip(rows, values, strict=True):
            text = self._texts[number % 2]
            referred = band.referred(number)
            for sign, apart, offset in marks:
                text = text.replace(sign, str((referred if apart else number) + offset))
            yield text % fields(row)

    def row(self, row: int) -> str:
        """The text of one row; that of the band's next row, asked for next, is soon told."""
        if row != self._next:
            self._following = self.rows(self._band.rows[self._band.rows.index(row) :])
        self._next = row + self._band.stride
        return next(self._following)


def checked(text: str, sheet: Sheet) -> str:
    """The formula's text, refused where it is longer than programs take."""
    if len(text) > LONGEST_FORMULA:
        raise SheetnetError(
            f"network.layers: a formula on {sheet.name} would have {len(text):,} characters, "
            f"programs take {LONGEST_FORMULA:,}: use fewer units, or fewer samples in data.inputs"
        )
    return text


def in_order(sheet: Sheet, apart: Iterable[int] = ()) -> Iterator[Stretch | Line]:
    """The rows that hold anything or have a height, from the top down.

    The rows `apart` come as lines, also where they hold nothing or a band alone.
    """
    cells = _cells_by_row(sheet)
    single = sorted({*cells, *sheet.heights, *apart})
    done = 0
    for bands in _groups(sheet.bands):
        first = bisect_left(single, bands[0].top, done)
        for row in single[done:first]:
            yield Line(row, [], cells.get(row, []))
        done = bisect_right(single, max(band.bottom for band in bands), first)
        if len(bands) == 1 and bands[0].stride == 1:
            yield from _one_band(bands[0], single[first:done], cells)
        else:
            yield from _interleaved(bands, single[first:done], cells)
    for row in single[done:]:
        yield Line(row, [], cells.get(row, []))


def _groups(bands: Iterable[Band]) -> Iterator[list[Band]]:
    """The bands from the top down, those together that reach over the same rows."""
    group: list[Band] = []
    bottom = 0
    for band in sorted(bands, key=lambda band: (band.top, band.left)):
        if group and band.top > bottom:
            yield group
            group = []
        group.append(band)
        bottom = max(bottom, band.bottom)
    if group:
        yield group


def _one_band(band: Band, single: list[int], cells: dict[int, Cells]) -> Iterator[Stretch | Line]:
    following = band.top
    for row in single:
        if following < row:
            yield Stretch(band, range(following, row))
        yield Line(row, [band], cells.get(row, []))
        following = row + 1
    if following <= band.bottom:
        yield Stretch(band, range(following, band.bottom + 1))


def _interleaved(bands: list[Band], single: list[int], cells: dict[int, Cells]) -> Iterator[Line]:
    def numbered(band: Band) -> Iterator[tuple[int, Band | None]]:
        return ((row, band) for row in band.rows)

    alone: Iterator[tuple[int, Band | None]] = ((row, None) for row in single)
    pieces = merge(*map(numbered, bands), alone, key=itemgetter(0))
    for row, group in groupby(pieces, key=itemgetter(0)):
        found = [band for _, band in group if band is not None]
        yield Line(row, sorted(found, key=lambda band: band.left), cells.get(row, []))


def _cells_by_row(sheet: Sheet) -> dict[int, Cells]:
    rows: defaultdict[int, Cells] = defaultdict(list)
    for (row, column), cell in sheet.cells.items():
        rows[row].append((column, cell))
    for row_cells in rows.values():
        row_cells.sort(key=itemgetter(0))
    return rows


def single_rows(sheet: Sheet) -> Iterator[tuple[int, Cells]]:
    """Rows of single cells, and rows that have nothing but a height, in order."""
    rows = _cells_by_row(sheet)
    for row in sorted({*rows, *sheet.heights}):
        yield row, rows.get(row, [])


def stream(rows: Iterable[str], part: Part, progress: Callable[[int], None]) -> None:
    """Write the rows into an open part, many at a time."""
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        part.write("".join(chunk).encode())
        progress(len(chunk))
