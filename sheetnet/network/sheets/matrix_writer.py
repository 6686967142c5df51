"""Matrices in cells: placed, titled, compared row by row with the element form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sheetnet.expressions.formula import Area, Expression, Ref, call, over_ranges, total
from sheetnet.expressions.rich import Rich
from sheetnet.network.quantities import Quantity
from sheetnet.network.sheets.context import Context
from sheetnet.sheets import frame
from sheetnet.sheets.checks import Lost, write_check
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import ColourScale, Matrix, Sheet, Spill
from sheetnet.workbook.model import Content as CellContent
from sheetnet.workbook.styles import Style

#: The leftmost column of every section.
LEFT = 2
#: Rows with more cells than this are not compared: the formula would be too long.
MOST_COMPARED = 100
#: Matrices no wider than this stand in one column on the whole sheet, where they meet.
MOST_ALIGNED = 8
#: A sign of more characters is written smaller, to fit into a column.
ROOM = 7
#: From this size on a matrix is also a coloured map.
MAP = 9

#: The content of a cell, given its row and column from 0.
Elements = Callable[[int, int], Expression | float]


@dataclass(frozen=True)
class Placed:
    """A matrix on a sheet."""

    sheet: str
    top: int
    left: int
    rows: int
    columns: int

    @property
    def area(self) -> Area:
        return Area(self.sheet, self.top, self.left, self.bottom, self.right)

    @property
    def bottom(self) -> int:
        return self.top + self.rows - 1

    @property
    def right(self) -> int:
        return self.left + self.columns - 1

    def ref(self, row: int, column: int) -> Ref:
        """One cell, counted from 0."""
        return Ref(self.sheet, self.top + row, self.left + column)

    def part(self, rows: slice, columns: slice) -> Area:
        """Some of its rows and columns, counted from 0."""
        r, c = range(self.rows)[rows], range(self.columns)[columns]
        return Area(
            self.sheet, self.top + r[0], self.left + c[0], self.top + r[-1], self.left + c[-1]
        )


@dataclass(frozen=True)
class Part:
    """Some rows and columns of a matrix, and what they hold, counted from their corner."""

    place: tuple[slice, slice]
    content: Expression | Elements


#: One array formula, element by element, or in parts.
Content = Expression | Elements | list[Part]


class MatrixWriter:
    """Writes matrices on one sheet; `row` is the next free row, `right` the last column."""

    def __init__(self, context: Context, sheet: Sheet, row: int) -> None:
        self.context, self.sheet, self.row, self.right = context, sheet, row, 12
        self._headings: list[int] = []

    def matrix(
        self,
        top: int,
        left: int,
        shape: tuple[int, int],
        title: Rich | str,
        content: Content,
        role: Style,
        compared: Elements | None = None,
        decimals: str = "",
        lost: Lost | None = None,
    ) -> Placed:
        """Place a matrix under its title.

        With `compared`, a ✓ behind each row says whether it equals those elements, or that it is
        `lost`.
        """
        placed = Placed(self.sheet.name, top, left, *shape)
        decimals = decimals or (styles.SIX if role == styles.BACKWARD else styles.FOUR)
        look = role.but(number_format=decimals, horizontal="center")
        if max(shape) >= MAP:
            look = look.but(colour=styles.INK)  # to be read on every colour of a map
        name = role.but(fill=None, font=styles.SERIF, size=12, bold=False, number_format="General")
        self.sheet.put(top - 1, left, title, name.but(horizontal="left"))
        whole = slice(None)
        parts = content if isinstance(content, list) else [Part((whole, whole), content)]
        for part in parts:
            self._fill(placed, part, look)
        if max(shape) >= MAP:
            self.sheet.formats.append(
                ColourScale(placed.area, styles.NEGATIVE, "FFFFFF", styles.POSITIVE)
            )
        if compared and placed.columns <= MOST_COMPARED:
            for row in range(placed.rows):
                self._compare(placed, row, compared, lost)
        self.right = max(self.right, placed.right + (compared is not None))
        return placed

    def _fill(self, placed: Placed, part: Part, look: Style) -> None:
        """Put one array formula over a part's cells, or each cell's own content."""
        area, content = placed.part(*part.place), part.content
        rows, columns = area.shape
        for row in range(rows):
            for column in range(columns):
                held: CellContent = Spill((area.top, area.left))
                if not isinstance(content, Expression):
                    held = content(row, column)
                elif (row, column) == (0, 0):
                    held = Matrix(over_ranges(content), rows, columns)
                at = area.left + column
                sides = "l" * (at == placed.left) + "r" * (at == placed.right)
                if sides:  # the bracket's ends
                    down = area.top + row
                    sides += "t" * (down == placed.top) + "b" * (down == placed.bottom)
                style = look.but(borders=sides, border_colour=styles.INK, border_width="medium")
                self.sheet.put(area.top + row, at, held, style)

    def _compare(self, placed: Placed, row: int, elements: Elements, lost: Lost | None) -> None:
        columns = range(placed.columns)
        apart = total([call("ABS", placed.ref(row, c) - elements(row, c)) for c in columns])
        held = placed.part(slice(row, row + 1), slice(None))
        size = call("MAX", call("MAX", held), -call("MIN", held))
        near = apart <= 1e-9 * (1 + size)
        write_check(self.sheet, placed.top + row, placed.right + 1, near, lost)

    def sign(self, row: int, column: int, text: str) -> None:
        """An operator between two matrices."""
        size = 13 if len(text) <= ROOM else 9
        self.sheet.put(row, column, text, styles.SIGN.but(size=size))
        self.right = max(self.right, column)

    def heading(self, text: str) -> None:
        """Begin a section."""
        self.sheet.put(self.row, LEFT, text, styles.HEADING)
        self.sheet.heights[self.row] = 22
        self._headings.append(self.row)
        self.row += 2

    def finish(self) -> None:
        """Draw the banner and the headings as wide as the sheet has become."""
        frame.banner(self.sheet, self.right)
        for row in self._headings:
            self.sheet.fill(row, LEFT, row, self.right, styles.HEADING)

    def holds(
        self,
        quantity: Quantity,
        layer: int | None,
        area: Area,
        rows: str,
        columns: str,
        *,
        indexed: bool = False,
        at: Mapping[str, int] | None = None,
    ) -> None:
        """What a matrix holds, its claim; an axis that it does not have is an empty text.

        With `indexed` the index tells of it: once for every quantity of a layer. `at` is the place
        on further axes.
        """
        lengths = dict(zip((rows, columns), area.shape, strict=True))
        lengths.pop("", None)
        block = Block(
            quantity.name,
            layer,
            self.sheet.name,
            area.top,
            area.left,
            (rows,) if rows else (),
            (columns,) if columns else (),
            lengths,
            at=dict(at or {}),
        )
        if indexed:
            self.context.blocks.add(block)
        self.context.claim(self.sheet, block)
