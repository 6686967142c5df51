"""A sheet of matrices in pairs: on the left element by element, on the right array formulas."""

from __future__ import annotations

import numpy as np

from sheetnet.expressions.formula import Area, Expression, Ref
from sheetnet.expressions.rich import Rich
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.panels.oriented import Each, Oriented
from sheetnet.network.sheets.panels.rows import Values, array, bracketed, check, claim, near
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.model import PrintSetup, Sheet
from sheetnet.workbook.styles import BACKWARD, Style

LEFT = 2


class Pairs(Oriented):
    """Writes such a sheet; `row` is the next free one, matrices are `wide` columns at most."""

    def __init__(self, context: Context, name: str, title: str, hint: str, wide: int) -> None:
        super().__init__(context.symbols)
        self.context, self.wide = context, wide
        self.sheet = sheet = Sheet(name, title[0].lower() + title[1:])
        sheet.tab_colour, sheet.freeze, sheet.cursor = styles.BLUE, (4, 1), (4, LEFT)
        sheet.print_setup, sheet.default_width = PrintSetup(), 11.0
        self.right = LEFT + self.wide + 2
        self.third = self.right + self.wide + 2
        sheet.widths |= {1: 2.5}
        frame.head(sheet, title=title, hint=hint, problem=PROBLEM)
        sheet.put(3, LEFT, "step", styles.LABEL_RIGHT)
        look = styles.GIVEN.but(bold=True, horizontal="center", number_format="0")
        sheet.put(3, LEFT + 1, context.step, look, claim=lambda numbers: numbers.step)
        self.row = 4
        self._headings: list[int] = []

    def finish(self) -> Sheet:
        """Draw the banner and the headings over all columns."""
        end = self.third + self.wide + 1
        frame.banner(self.sheet, end)
        for row in self._headings:
            self.sheet.fill(row, LEFT, row, end, styles.HEADING)
        return self.sheet

    def section(self, text: str) -> None:
        self.row += 1
        self.sheet.put(self.row, LEFT, text, styles.HEADING)
        self.sheet.heights[self.row] = 22
        self._headings.append(self.row)
        self.row += 2

    def title(self, row: int, column: int, text: Rich | str, role: Style) -> None:
        name = role.but(fill=None, font=styles.SERIF, size=12, bold=False, number_format="General")
        self.sheet.put(row, column, text, name.but(horizontal="left"))

    def cells(
        self,
        left: int,
        shape: tuple[int, int],
        title: Rich | str,
        cells: Each,
        values: Values,
        role: Style,
    ) -> Area:
        """A matrix whose cells each hold a formula of their own."""
        self.title(self.row - 1, left, title, role)
        values, shape, cells = self.values(values, shape), self.shape(shape), self.each(cells)
        look = role.but(number_format=_decimals(role))
        for i, j in np.ndindex(*shape):
            self.sheet.put(self.row + i, left + j, cells(i, j), bracketed(look, i, j, *shape))
        claim(self.sheet, self.row, left, shape, values)
        bottom, right = self.row + shape[0] - 1, left + shape[1] - 1
        return self.laid(Area(self.sheet.name, self.row, left, bottom, right))

    def array(
        self,
        left: int,
        shape: tuple[int, int],
        title: Rich | str,
        formula: Expression,
        values: Values,
        role: Style,
    ) -> Area:
        """One that an array formula fills, given as it lies on the sheet."""
        self.title(self.row - 1, left, title, role)
        look = role.but(number_format=_decimals(role))
        values, shape = self.values(values, shape), self.shape(shape)
        return self.laid(array(self.sheet, self.row, left, shape, formula, values, look))

    def agree(self, one: Area, other: Area) -> None:
        """A ✓ behind each row of the second matrix."""
        for i in range(one.shape[0]):
            pairs = [(_at(one, i, j), _at(other, i, j)) for j in range(one.shape[1])]
            check(self.sheet, other.top + i, other.right + 1, near(pairs))

    def pair(
        self,
        shape: tuple[int, int],
        element: Rich | str,
        cells: Each,
        matrix: Rich | str,
        formula: Expression,
        values: Values,
        role: Style,
        training: Each | None = None,
    ) -> tuple[Area, Area]:
        """The same matrix twice; behind the left one a ✓ where it equals Training."""
        one = self.cells(LEFT, shape, element, cells, values, role)
        other = self.array(self.right, shape, matrix, formula, values, role)
        self.agree(one, other)
        for i in range(one.shape[0] if training else 0):
            assert training
            there = self.each(training)
            pairs = [(_at(one, i, j), there(i, j)) for j in range(one.shape[1])]
            check(self.sheet, one.top + i, one.right + 1, near(pairs))
        self.row += one.shape[0] + 2
        return one, other


def _decimals(role: Style) -> str:
    return styles.SIX if role == BACKWARD else styles.FOUR


def _at(area: Area, row: int, column: int) -> Ref:
    return Ref(area.sheet, area.top + row, area.left + column)
