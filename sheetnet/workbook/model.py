"""The workbook as plain data that knows no file format.

Sheets hold single cells and bands (rows that repeat one pattern); writers in
`sheetnet.files.formats` read it, `sheetnet.proof.verification` compares files with it.
Rows and columns count from 1 everywhere.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from sheetnet.expressions.dialects import parse_address
from sheetnet.expressions.evaluation import evaluate
from sheetnet.expressions.formula import Area, Expression, Name, Number, Ref, call
from sheetnet.expressions.rich import Rich
from sheetnet.workbook.blocks import Block, Blocks
from sheetnet.workbook.styles import PLAIN, Style

Position = tuple[int, int]
FloatArray = npt.NDArray[np.float64]
_UNSET = object()


@dataclass(frozen=True, slots=True)
class Matrix:
    """An array formula: one expression that fills `rows` × `columns` from its cell on."""

    expression: Expression
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Spill:
    """A cell that an array formula fills; `origin` holds the formula."""

    origin: Position


Content = str | float | Rich | Expression | Matrix | Spill | None


#: What a cell shows once computed.
Shown = float | str | bool | None


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell holds and how it looks.

    `claim` is what its formula must show, computed from arrays and never from the formula;
    it is also the value that the file stores. `passes` are the texts by which a check says
    that it passed. `approximate` is above 0 for finite differences, which programs compute
    less alike: the size of the numbers in them, 1 at least.
    """

    content: Content = None
    style: Style = PLAIN
    claim: Shown = None
    approximate: float = 0.0
    passes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Band:
    """`len(values)` rows that repeat one pattern, from row `top` on.

    `cells` is the pattern as it stands in the first row, from column `left` on; its relative
    references move down with the rows, as if the row had been filled down. The rows are
    `stride` apart; what lies between stays empty. `values` (rows × cells) are the claims.
    """

    top: int
    left: int
    cells: tuple[Cell, ...]
    values: FloatArray
    height: float | None = None
    stride: int = 1

    @property
    def bottom(self) -> int:
        return self.top + (len(self.values) - 1) * self.stride

    @property
    def rows(self) -> range:
        """The numbers of its rows."""
        return range(self.top, self.bottom + 1, self.stride)

    @property
    def right(self) -> int:
        return self.left + len(self.cells) - 1


@dataclass(frozen=True)
class Validation:
    """What a program lets a user type into `area`, and what it says otherwise.

    `kind` is "decimal" or "whole" (between `low` and `high`) or "list" (`choices`).
    """

    area: Area
    kind: str
    low: float | Expression | None = None
    high: float | Expression | None = None
    choices: tuple[str, ...] = ()
    title: str = ""
    error: str = ""
    prompt: str = ""


@dataclass(frozen=True)
class ColourScale:
    """Fills by value: `low` colour at −`bound`, `middle` at 0, `high` at +`bound`.

    A bound that is None is the largest absolute value in the area, so that the colours
    tell the sign and 0 is always white.
    """

    area: Area
    low: str
    middle: str
    high: str
    bound: float | None = None

    @property
    def limit(self) -> Expression:
        """The bound as a formula, a little above 0 where all values are 0."""
        if self.bound is not None:
            return Number(self.bound)
        return call("MAX", 1e-9, call("MAX", self.area), -call("MIN", self.area))


@dataclass(frozen=True)
class Rule:
    """Cells of `area` look like `style` where `condition` (written for the first) is true."""

    area: Area
    condition: Expression
    style: Style


@dataclass(frozen=True)
class Series:
    """A chart's series: points at `x` and `y`.

    A `title` that is a cell changes with it; `label` ("above" or "below") writes the
    title beside each point.
    """

    y: Area
    x: Area
    title: str | Ref = ""
    label: str | None = None
    colour: str = "1D4ED8"
    width: float = 2.0
    line: bool = True
    marker: str | None = None
    marker_size: int = 7
    marker_colour: str | None = None


@dataclass(frozen=True)
class Axis:
    title: str = ""
    minimum: float | None = None
    maximum: float | None = None
    hidden: bool = False
    gridlines: bool = False
    logarithmic: bool = False
    number_format: str | None = None


@dataclass(frozen=True)
class Chart:
    """A native scatter chart, anchored at a cell's upper left corner; sizes in cm."""

    row: int
    column: int
    width: float
    height: float
    series: tuple[Series, ...]
    alt_text: str
    x: Axis = Axis()
    y: Axis = Axis()
    title: str = ""
    legend: bool = False


@dataclass(frozen=True)
class Link:
    """Where a click on a cell leads: a cell of this workbook."""

    sheet: str
    row: int = 1
    column: int = 1
    tip: str = ""


@dataclass(frozen=True)
class PrintSetup:
    landscape: bool = True
    fit_width: int = 1
    #: 0: as many pages high as it takes.
    fit_height: int = 0
    #: The rows repeated on top of every page, first and last.
    title_rows: tuple[int, int] | None = None


@dataclass
class Sheet:
    """One sheet. `freeze` is the first cell that scrolls; `cursor` is where it opens."""

    name: str
    cells: dict[Position, Cell] = field(default_factory=dict)
    bands: list[Band] = field(default_factory=list)
    widths: dict[int, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    merges: list[Area] = field(default_factory=list)
    links: dict[Position, Link] = field(default_factory=dict)
    notes: dict[Position, str] = field(default_factory=dict)
    validations: list[Validation] = field(default_factory=list)
    formats: list[ColourScale | Rule] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    freeze: Position | None = None
    cursor: Position = (1, 1)
    zoom: int = 100
    gridlines: bool = False
    protected: bool = True
    tab_colour: str | None = None
    default_width: float = 9.0
    print_setup: PrintSetup = PrintSetup()

    def put(
        self,
        row: int,
        column: int,
        content: Content,
        style: Style = PLAIN,
        *,
        claim: Shown = None,
        approximate: float = 0.0,
        passes: tuple[str, ...] = (),
    ) -> None:
        """Place a cell; a place that is taken is a mistake of the caller's.

        An array formula's other cells are placed as `Spill`s.
        """
        if (row, column) in self.cells:
            raise ValueError(f"{self.name}: two things in row {row}, column {column}")
        self.cells[row, column] = Cell(content, style, claim, approximate, passes)

    def fill(self, top: int, left: int, bottom: int, right: int, style: Style) -> None:
        """Give the empty cells of a rectangle a look."""
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                self.cells.setdefault((row, column), Cell(None, style))

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Join cells into one; the upper left one is placed before."""
        self.fill(top, left, bottom, right, self.cells[top, left].style)
        self.merges.append(Area(self.name, top, left, bottom, right))

    @property
    def extent(self) -> tuple[int, int]:
        """The last row and column that hold anything, charts apart."""
        rows = [row for row, _ in self.cells] + [band.bottom for band in self.bands]
        columns = [column for _, column in self.cells] + [band.right for band in self.bands]
        return max(rows, default=1), max(columns, default=1)


@dataclass
class Book:
    """A workbook: its sheets in order, its names, its index of blocks."""

    title: str
    subject: str
    sheets: list[Sheet]
    names: dict[str, Ref]
    blocks: Blocks
    originals: list[Block]
    _values: dict[tuple[str, int, int], Any] = field(default_factory=dict, repr=False)
    _bands: dict[str, tuple[list[int], list[Band]]] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> Sheet:
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise KeyError(name)

    def value(self, sheet: Sheet, row: int, column: int) -> Any:
        """What the cell shows once computed: a float, a text, a bool or None."""
        key = (sheet.name, row, column)
        if key in self._values:
            return self._values[key]
        cell = sheet.cells.get((row, column))
        if cell is None:
            return self._band_value(sheet, row, column)
        content = cell.content
        if cell.claim is not None:
            return cell.claim
        if isinstance(content, Expression):
            result: Any = evaluate(content, self)
            if isinstance(result, np.ndarray):  # a cell shows an array's first element
                result = result.flat[0]
            if isinstance(result, np.floating):
                result = float(result)
        elif isinstance(content, Matrix):
            result = self._spread(sheet, row, column, content)
        elif isinstance(content, Spill):
            self.value(sheet, *content.origin)
            return self._values[key]
        elif isinstance(content, Rich):
            result = content.text
        else:
            result = content
        self._values[key] = result
        return result

    def _band_value(self, sheet: Sheet, row: int, column: int) -> float | None:
        if sheet.name not in self._bands:
            bands = sorted(sheet.bands, key=lambda band: band.top)
            self._bands[sheet.name] = [band.top for band in bands], bands
        tops, bands = self._bands[sheet.name]
        # From the nearest one up: bands may interleave or stand side by side.
        for i in range(bisect_right(tops, row) - 1, -1, -1):
            band = bands[i]
            if band.left <= column <= band.right and row in band.rows:
                return float(band.values[band.rows.index(row), column - band.left])
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
        values = np.full(area.shape, _UNSET, object)
        for band in sheet.bands:
            top, bottom = max(area.top, band.top), min(area.bottom, band.bottom)
            left, right = max(area.left, band.left), min(area.right, band.right)
            if top <= bottom and left <= right and band.stride == 1:
                values[
                    top - area.top : bottom - area.top + 1, left - area.left : right - area.left + 1
                ] = band.values[
                    top - band.top : bottom - band.top + 1, left - band.left : right - band.left + 1
                ]
        for r, c in np.argwhere(values == _UNSET):
            values[r, c] = self.value(sheet, area.top + int(r), area.left + int(c))
        numeric = all(isinstance(v, float | int) and not isinstance(v, bool) for v in values.flat)
        return values.astype(np.float64) if numeric else values

    def formulas(self) -> Iterator[tuple[Sheet, Position, Cell]]:
        """Every formula outside the bands."""
        for sheet in self.sheets:
            for position, cell in sheet.cells.items():
                if isinstance(cell.content, Expression | Matrix):
                    yield sheet, position, cell


def name_of(text: str, ref: Ref, symbol: Any = None) -> Name:
    """A defined name, refused where a program would read it as a cell (`W1`, `R`, `C`)."""
    try:
        parse_address(text.upper())
    except ValueError:
        if text.upper() not in {"R", "C"}:
            return Name(text, ref, symbol)
    raise ValueError(f"{text!r} is no legal name")
