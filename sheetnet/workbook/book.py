"""The workbook as a whole: its sheets, its names, its blocks, and what each cell must show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sheetnet.expressions.dialects import parse_address
from sheetnet.expressions.evaluation import evaluate
from sheetnet.expressions.formula import Area, Expression, Name, Ref
from sheetnet.expressions.rich import Rich
from sheetnet.workbook.blocks import Block, Blocks
from sheetnet.workbook.model import (
    Band,
    Cell,
    Claim,
    FloatArray,
    Matrix,
    Position,
    Quoted,
    Sheet,
    Spill,
)

_UNSET = object()
#: Before a symbol: it means what follows the update.
NEW = "new "
#: What stands for an author's words where mathematics is read: the name of no number.
NAMED = "as named"


@dataclass(frozen=True)
class Reading:
    """A line of mathematics on a sheet: symbol = equation = numbers, beside its value.

    `symbol` and `equation` are what is written, or the cell of a live text; a line may have
    no symbol. `numbers` is the cell of the live text with today's numbers (None: there is none),
    `value` the cell that holds the result. A line that is not there today is an empty text.
    `facts` are what the lesson's kind needs for reading it back. `head` is the cell of the
    words that say what of the symbol the value is: its gradient, itself after the update.
    """

    sheet: str
    row: int
    symbol: Rich | Position | None
    equation: Rich | Position
    numbers: Position | None
    value: Position
    facts: Any = None
    head: Position | None = None


def labelled(
    sheet: str, symbol: Position, value: Position, head: Position | None = None
) -> Reading:
    """A symbol alone in a cell, the cell of its number, and that of the words for the number."""
    return Reading(sheet, value[0], symbol, Rich(()), None, value, head=head)


@dataclass(frozen=True)
class Told:
    """A row that tells something of symbols: about what, and in which columns by what key."""

    sheet: str
    row: int
    about: str
    columns: dict[str, int]


@dataclass
class Book:
    """A workbook: its sheets in order, its names, its index of blocks.

    `numbers` are what its claims are computed from; `at` gives the same workbook with others.
    `worked` are blocks of rows that compute for themselves, with other inputs or parameters; their
    heads say which quantity they are. `told` are rows that tell something of symbols.
    """

    title: str
    subject: str
    sheets: list[Sheet]
    names: dict[str, Ref]
    blocks: Blocks
    originals: list[Block]
    numbers: Any = None
    readings: list[Reading] = field(default_factory=list)
    worked: list[Block] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    _claimed: dict[str, list[tuple[Claim, Any, float]]] = field(default_factory=dict, repr=False)
    _claims: dict[str, dict[Position, Any]] = field(default_factory=dict, repr=False)
    _unclaimed: dict[str, list[Position]] = field(default_factory=dict, repr=False)
    _values: dict[tuple[str, int, int], Any] = field(default_factory=dict, repr=False)
    _band_values: dict[int, FloatArray] = field(default_factory=dict, repr=False)
    _bands: dict[str, dict[int, list[Band]]] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> Sheet:
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise KeyError(name)

    def at(self, numbers: Any) -> Book:
        """The same workbook, as it must be with other numbers in its input cells."""
        return replace(self, numbers=numbers, _claimed={}, _claims={}, _values={}, _band_values={})

    def unquoted(self) -> Book:
        """The same workbook with `NAMED` for an author's words, as it is read for mathematics."""
        return replace(self, sheets=[_unquoted(sheet) for sheet in self.sheets])

    def claimed(self, sheet: Sheet) -> list[tuple[Claim, Any, float]]:
        """The claims of a sheet with their values (one, or an array) and sizes."""
        if sheet.name not in self._claimed:
            found = []
            for claim in sheet.claims:
                value = claim.value(self.numbers) if callable(claim.value) else claim.value
                size = claim.approximate
                size = size(self.numbers) if callable(size) else size
                if claim.rows == claim.columns == 1 and not isinstance(value, str):
                    value = np.asarray(value).item()
                    value = value if isinstance(value, str) else float(value)
                found.append((claim, value, size))
            self._claimed[sheet.name] = found
        return self._claimed[sheet.name]

    def claims(self, sheet: Sheet) -> dict[Position, Any]:
        """What each cell outside the bands must show that a claim covers."""
        if sheet.name not in self._claims:
            found: dict[Position, Any] = {}
            for claim, value, _ in self.claimed(sheet):
                if claim.rows == claim.columns == 1:
                    found[claim.top, claim.left] = value
                    continue
                spread = np.broadcast_to(value, (claim.rows, claim.columns)).tolist()
                for row, values in enumerate(spread, claim.top):
                    for column, one in enumerate(values, claim.left):
                        found[row, column] = one
            self._claims[sheet.name] = found
        return self._claims[sheet.name]

    def unclaimed(self, sheet: Sheet) -> list[Position]:
        """The formula cells outside the bands that no claim covers: texts, mostly."""
        if sheet.name not in self._unclaimed:
            covered: set[Position] = set()
            for claim in sheet.claims:
                columns = range(claim.left, claim.left + claim.columns)
                for row in range(claim.top, claim.top + claim.rows):
                    covered.update((row, column) for column in columns)
            self._unclaimed[sheet.name] = [
                position
                for position, cell in sheet.cells.items()
                if cell.is_computed and position not in covered
            ]
        return self._unclaimed[sheet.name]

    def band_values(self, band: Band) -> FloatArray:
        """The values of a band's cells, rows × cells."""
        if band.claim is None:
            return band.values
        if id(band) not in self._band_values:
            self._band_values[id(band)] = band.claim(self.numbers)
        return self._band_values[id(band)]

    def value(self, sheet: Sheet, row: int, column: int) -> Any:
        """What the cell shows once computed: a float, a text, a bool or None.

        That is its claim; what no claim covers (texts, mostly) its formula tells.
        """
        claim = self.claims(sheet).get((row, column))
        if claim is not None:
            return claim
        cell = sheet.cells.get((row, column))
        if cell is None:
            return self._band_value(sheet, row, column)
        content = cell.content
        if not isinstance(content, Expression | Matrix | Spill):
            return content.text if isinstance(content, Rich) else content
        key = (sheet.name, row, column)
        if key not in self._values:
            self._values[key] = self._computed(sheet, row, column, content)
        return self._values[key]

    def texts(self, sheet: Sheet) -> set[Position]:
        """The cells that show a text, and those that are merged with one."""
        found = set()
        for at, cell in sheet.cells.items():
            shown = cell.content if isinstance(cell.content, str) else self.value(sheet, *at)
            if isinstance(shown, str) and shown:
                found.add(at)
        for area in sheet.merges:
            if (area.top, area.left) in found:
                rows, columns = range(area.top, area.bottom + 1), range(area.left, area.right + 1)
                found |= {(row, column) for row in rows for column in columns}
        return found

    def _computed(self, sheet: Sheet, row: int, column: int, content: Any) -> Any:
        if isinstance(content, Spill):
            self.value(sheet, *content.origin)
            return self._values[sheet.name, row, column]
        if isinstance(content, Matrix):
            return self._spread(sheet, row, column, content)
        result: Any = evaluate(content, self)
        if isinstance(result, np.ndarray):  # a cell shows an array's first element
            result = result.flat[0]
        return float(result) if isinstance(result, np.floating) else result

    def _band_value(self, sheet: Sheet, row: int, column: int) -> float | None:
        if sheet.name not in self._bands:
            rows: dict[int, list[Band]] = {}
            for band in sheet.bands:
                for number in band.rows:
                    rows.setdefault(number, []).append(band)
            self._bands[sheet.name] = rows
        for band in self._bands[sheet.name].get(row, ()):
            if band.left <= column <= band.right:
                return float(self.band_values(band)[band.rows.index(row), column - band.left])
        return None

    def _spread(self, sheet: Sheet, row: int, column: int, matrix: Matrix) -> Any:
        shape = (matrix.rows, matrix.columns)
        values = np.broadcast_to(np.asarray(evaluate(matrix.expression, self), object), shape)
        for (r, c), value in np.ndenumerate(values):
            self._values[sheet.name, row + r, column + c] = value
        return values[0, 0]

    def area_values(self, area: Area) -> npt.NDArray[Any]:
        """The values of a range: floats where all are numbers, objects otherwise."""
        sheet = self[area.sheet]
        for band in sheet.bands:
            if band.stride == 1 and _holds(band, area):
                down = slice(area.top - band.top, area.bottom - band.top + 1)
                along = slice(area.left - band.left, area.right - band.left + 1)
                return self.band_values(band)[down, along]
        values = np.full(area.shape, _UNSET, object)
        for band in sheet.bands:
            rows = range(area.top, area.bottom + 1)
            left, right = max(area.left, band.left), min(area.right, band.right)
            within = [i for i, row in enumerate(band.rows) if row in rows] if left <= right else []
            if within:
                first = band.rows[within[0]] - area.top
                last = band.rows[within[-1]] - area.top
                values[first : last + 1 : band.stride, left - area.left : right - area.left + 1] = (
                    self.band_values(band)[
                        within[0] : within[-1] + 1, left - band.left : right - band.left + 1
                    ]
                )
        for r, c in np.argwhere(values == _UNSET):
            values[r, c] = self.value(sheet, area.top + int(r), area.left + int(c))
        numeric = all(isinstance(v, float | int) and not isinstance(v, bool) for v in values.flat)
        return values.astype(np.float64) if numeric else values

    def formulas(self) -> Iterator[tuple[Sheet, Position, Cell]]:
        """Every formula outside the bands."""
        for sheet in self.sheets:
            for position, cell in sheet.cells.items():
                if cell.formula is not None:
                    yield sheet, position, cell


def _unquoted(sheet: Sheet) -> Sheet:
    quotes = [place for place, cell in sheet.cells.items() if isinstance(cell.content, Quoted)]
    if not quotes:
        return sheet
    named = {place: replace(sheet.cells[place], content=NAMED) for place in quotes}
    return replace(sheet, cells={**sheet.cells, **named})


def _holds(band: Band, area: Area) -> bool:
    """Whether all of an area is the band's."""
    within = band.left <= area.left and area.right <= band.right
    return within and band.top <= area.top and area.bottom <= band.bottom


def name_of(text: str, ref: Ref, symbol: Any = None) -> Name:
    """A defined name, refused where a program would read it as a cell (`W1`, `R`, `C`)."""
    try:
        parse_address(text.upper())
    except ValueError:
        if text.upper() not in {"R", "C"}:
            return Name(text, ref, symbol)
    raise ValueError(f"{text!r} is no legal name")
