"""The workbook as plain data that knows no file format.

Sheets hold single cells and bands (rows that repeat one pattern); writers in
`sheetnet.files.formats` read it, `sheetnet.proof.verification` compares files with it.
Rows and columns count from 1 everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
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
#: A claim's value, or what computes it from a lesson's numbers (which are the kind's own).
Claimed = float | str | Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell holds and how it looks. `passes` are the texts by which a check says that
    it passed; only check cells have some."""

    content: Content = None
    style: Style = PLAIN
    passes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """What a rectangle of formulas must show, computed from arrays, never from the formulas.

    `value` is what every cell shows, or a function of the lesson's numbers that gives one
    value or an array of rows × columns. `approximate` is above 0 for finite differences,
    which programs compute less alike: the size of the numbers in them, 1 at least.
    """

    top: int
    left: int
    rows: int
    columns: int
    value: Claimed
    approximate: float | Callable[[Any], float] = 0.0


@dataclass(frozen=True)
class Band:
    """Rows that repeat one pattern, from row `top` on, `stride` rows apart.

    `cells` is the pattern as it stands in the first row, from column `left` on; its relative
    references move down with the rows, as if the row had been filled down. What lies between
    rows that stand apart is not the band's. In rows that are `alternating` every other one is
    written with dollar signs at its columns, which no value depends on: LibreOffice 7.4 computes
    neighbouring rows of one formula together, in threads, and where formulas look at ranges it
    then takes values from before an edit. `claim` gives the values (rows × cells) from the
    lesson's numbers; `values` are those of the numbers that the workbook was built from.
    """

    top: int
    left: int
    cells: tuple[Cell, ...]
    values: FloatArray
    claim: Callable[[Any], FloatArray] | None = None
    height: float | None = None
    stride: int = 1
    alternating: bool = False

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

    def dollar(self, row: int) -> str:
        """What stands before the columns of a row's references that move down."""
        return "$" if self.alternating and row % 2 else ""

    def corner(self, row: int) -> Callable[[str, int], str]:
        """How one of its rows writes references that move down (`dialects.Corner`)."""
        dollar, shift = self.dollar(row), row - self.top
        return lambda column, at: f"{dollar}{column}{at + shift}"


@dataclass(frozen=True)
class Validation:
    """What a program lets a user type into `area`, and what it says otherwise.

    `kind` is "decimal" or "whole" (between `low` and `high`) or "list" (`choices`; where they
    are too many for a list in the rule, they stand in `source`).
    """

    area: Area
    kind: str
    low: float | Expression | None = None
    high: float | Expression | None = None
    choices: tuple[str, ...] = ()
    title: str = ""
    error: str = ""
    prompt: str = ""
    source: Area | None = None


@dataclass(frozen=True)
class ColourScale:
    """Fills by value: `low` colour at −`bound`, `middle` at 0, `high` at +`bound`.

    A bound that is None is the largest absolute value in the area, so that the colours
    tell the sign and 0 is always white. With `spread` the colours go from the least to the
    largest value in the area instead.
    """

    area: Area
    low: str
    middle: str
    high: str
    bound: float | None = None
    spread: bool = False

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
class NumberRule:
    """Cells of `area` show their number by the format of `style` where `condition` (written for
    the first) is true; all else of that style is the cells' own."""

    area: Area
    condition: Expression
    style: Style


@dataclass(frozen=True)
class Series:
    """A chart's series: points at `x` and `y`.

    A `title` that is a cell changes with it; `label` ("above", "below" or "centre") writes the
    title at each point. `symbol` is what a title that is a number says the value of, for the proof.
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
    symbol: str = ""


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
    """One sheet. `freeze` is the first cell that scrolls; `cursor` is where it opens.

    `about` says in a few words what it shows; `workings` are for no reader.
    """

    name: str
    about: str = ""
    workings: bool = False
    cells: dict[Position, Cell] = field(default_factory=dict)
    bands: list[Band] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    widths: dict[int, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    merges: list[Area] = field(default_factory=list)
    links: dict[Position, Link] = field(default_factory=dict)
    notes: dict[Position, str] = field(default_factory=dict)
    validations: list[Validation] = field(default_factory=list)
    formats: list[ColourScale | Rule | NumberRule] = field(default_factory=list)
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
        claim: Claimed | None = None,
        approximate: float | Callable[[Any], float] = 0.0,
        passes: tuple[str, ...] = (),
    ) -> None:
        """Place a cell, with what it must show; a place that is taken is the caller's mistake.

        An array formula's other cells are placed as `Spill`s.
        """
        if (row, column) in self.cells:
            raise ValueError(f"{self.name}: two things in row {row}, column {column}")
        self.cells[row, column] = Cell(content, style, passes)
        if claim is not None:
            self.claims.append(Claim(row, column, 1, 1, claim, approximate))

    def claim(
        self,
        block: Block,
        value: Claimed,
        approximate: float | Callable[[Any], float] = 0.0,
    ) -> None:
        """What the cells of a block must show."""
        self.claims.append(
            Claim(block.top, block.left, block.height, block.width, value, approximate)
        )

    def repeat(self, place: Position, origin: Position) -> None:
        """A cell that shows what another cell of the sheet shows has the same claim."""
        row, column = origin
        for claim in self.claims:
            down, along = row - claim.top, column - claim.left
            if 0 <= down < claim.rows and 0 <= along < claim.columns:
                break
        else:
            raise ValueError(f"{self.name}: no claim in row {row}, column {column}")
        held = claim.value

        def value(numbers: Any) -> Any:
            found: Any = held(numbers) if callable(held) else held
            return found if np.ndim(found) == 0 else found[down, along]

        self.claims.append(Claim(*place, 1, 1, value, claim.approximate))

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


@dataclass(frozen=True)
class Reading:
    """A line of mathematics on a sheet: symbol = equation = numbers, beside its value.

    `symbol` and `equation` are what is written, or the cell of a live text; a line may have
    no symbol. `numbers` is the cell of the live text with today's numbers, `value` the cell
    that holds the result. A line that is not there today is an empty text. `facts` are what
    the lesson's kind needs for reading it back.
    """

    sheet: str
    row: int
    symbol: Rich | Position | None
    equation: Rich | Position
    numbers: Position
    value: Position
    facts: Any = None


@dataclass
class Book:
    """A workbook: its sheets in order, its names, its index of blocks.

    `numbers` are what its claims are computed from; `at` gives the same workbook with others.
    """

    title: str
    subject: str
    sheets: list[Sheet]
    names: dict[str, Ref]
    blocks: Blocks
    originals: list[Block]
    numbers: Any = None
    readings: list[Reading] = field(default_factory=list)
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

    def claimed(self, sheet: Sheet) -> list[tuple[Claim, Any, float]]:
        """The claims of a sheet with their values (one, or an array) and sizes."""
        if sheet.name not in self._claimed:
            found = []
            for claim in sheet.claims:
                value = claim.value(self.numbers) if callable(claim.value) else claim.value
                size = claim.approximate
                size = size(self.numbers) if callable(size) else size
                if claim.rows == claim.columns == 1:
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
                if isinstance(cell.content, Expression | Matrix | Spill) and position not in covered
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
