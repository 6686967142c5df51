"""A sheet as plain data that knows no file format: cells, bands, claims, charts, rules.

A band is rows that repeat one pattern. Writers in `sheetnet.files.formats` read it,
`sheetnet.proof.verification` compares files with it. Rows and columns count from 1 everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from sheetnet.expressions.formula import Area, Expression, Number, call
from sheetnet.expressions.rich import Rich
from sheetnet.records import record
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.charts import Chart
from sheetnet.workbook.styles import PLAIN, Style

Position = tuple[int, int]
FloatArray = npt.NDArray[np.float64]


@record
class Matrix:
    """An array formula: one expression that fills `rows` × `columns` from its cell on."""

    expression: Expression
    rows: int
    columns: int

    def filled(self, row: int, column: int) -> tuple[int, int, int, int]:
        """The corners of what it fills from its cell on: top, left, bottom, right."""
        return row, column, row + self.rows - 1, column + self.columns - 1


@record
class Spill:
    """A cell that an array formula fills; `origin` holds the formula."""

    origin: Position


class Quoted(str):
    """An author's words: what stands in them is no mathematics of the builder's."""

    __slots__ = ()


Content = str | float | Rich | Expression | Matrix | Spill | None


#: What a cell shows once computed.
Shown = float | str | bool | None
#: A claim's value, or what computes it from a lesson's numbers (which are the kind's own).
Claimed = float | str | Callable[[Any], Any]


@record
class Cell:
    """What a cell holds and how it looks. `passes` are the texts by which a check says that
    it passed; only check cells have some."""

    content: Content = None
    style: Style = PLAIN
    passes: tuple[str, ...] = ()

    @property
    def formula(self) -> Expression | None:
        """Its own formula, also where that fills more cells; None where it has none."""
        content = self.content
        if isinstance(content, Matrix):
            return content.expression
        return content if isinstance(content, Expression) else None

    @property
    def text(self) -> str:
        """What is written in it, without its levels; empty for numbers and formulas."""
        if isinstance(self.content, Rich):
            return self.content.text
        return self.content if isinstance(self.content, str) else ""

    @property
    def is_computed(self) -> bool:
        """Whether a formula says what it shows, be it another cell's array formula."""
        return isinstance(self.content, Expression | Matrix | Spill)


@record
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
    references move down with the rows, as if the row had been filled down; where there is a
    `pace`, by so many rows from one row of the band to the next. What lies between
    rows that stand apart is not the band's. An array formula of a pattern may fill cells of
    other bands of the same rows' number. In rows that are `alternating` every other one is
    written with dollar signs at its columns, which no value depends on: LibreOffice 7.4 computes
    neighbouring rows of one formula together, in threads, and where formulas look at ranges it
    then takes values from before an edit. `claim` gives the values (rows × cells) from the
    lesson's numbers; `values` are those of the numbers that the workbook was built from, `size`
    that of what they are finite differences of (see `Claim`).
    """

    top: int
    left: int
    cells: tuple[Cell, ...]
    values: FloatArray
    claim: Callable[[Any], FloatArray] | None = None
    height: float | None = None
    stride: int = 1
    alternating: bool = False
    pace: int | None = None
    size: float | Callable[[Any], float] = 0.0

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

    def referred(self, row: int) -> int:
        """Where a reference to the pattern's own row leads in another row of the band."""
        if self.pace is None:
            return row
        return self.top + (row - self.top) // self.stride * self.pace

    def corner(self, row: int) -> Callable[[str, int], str]:
        """How one of its rows writes references that move down (`dialects.Corner`)."""
        dollar, shift = self.dollar(row), self.referred(row) - self.top
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
    largest value in the area instead, with `ends` from the one to the other of these.
    """

    area: Area
    low: str
    middle: str
    high: str
    bound: float | None = None
    spread: bool = False
    ends: tuple[float, float] | None = None

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
    #: The last row that is printed, where workings stand under it.
    last_row: int | None = None


@dataclass
class Sheet:
    """One sheet. `freeze` is the first cell that scrolls; `cursor` is where it opens.

    `about` says in a few words what it shows; `workings` are for no reader. `labels` says that
    its symbols stand beside the numbers that they mean, `running` that its lines may have indices
    that run along the numbers beside them: both are proved.
    """

    name: str
    about: str = ""
    workings: bool = False
    labels: bool = True
    running: bool = False
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

    def written(self) -> Iterator[tuple[Position, Cell, Band | None]]:
        """Single cells, and those of each band's pattern, where they stand in its first row."""
        for position, cell in self.cells.items():
            yield position, cell, None
        for band in self.bands:
            for column, cell in enumerate(band.cells, band.left):
                yield (band.top, column), cell, band

    def holds(self, row: int, column: int) -> bool:
        """Whether a single cell or one of a band stands there."""
        return (row, column) in self.cells or self.has_band_at(row, column)

    def has_band_at(self, row: int, column: int) -> bool:
        """Whether a cell of a band stands there."""
        return any(band.left <= column <= band.right and row in band.rows for band in self.bands)

    @property
    def has_matrices(self) -> bool:
        """Whether it has array formulas."""
        return any(isinstance(cell.content, Matrix) for cell in self.cells.values())

    @property
    def extent(self) -> tuple[int, int]:
        """The last row and column that hold anything, charts apart."""
        rows = [row for row, _ in self.cells] + [band.bottom for band in self.bands]
        columns = [column for _, column in self.cells] + [band.right for band in self.bands]
        return max(rows, default=1), max(columns, default=1)
