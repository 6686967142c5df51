"""A sheet of matrices in pairs: on the left element by element, on the right array formulas."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sheetnet.expressions.formula import Area, Expression, Ref
from sheetnet.expressions.rich import Rich, Run
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.matrix_names import Names
from sheetnet.network.sheets.panels.rows import Values, array, bracketed, check, claim, near
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.model import PrintSetup, Sheet
from sheetnet.workbook.styles import BACKWARD, Style

LEFT = 2
#: What stands in row and column of a matrix, both from 0.
Each = Callable[[int, int], Expression]


class Pairs:
    """Writes such a sheet; `row` is the next free one, matrices are `wide` columns at most."""

    def __init__(self, context: Context, name: str, title: str, hint: str, wide: int) -> None:
        self.names = Names(context.symbols)
        self.context, self.symbols = context, context.symbols
        self.wide = wide
        self.sheet = sheet = Sheet(name, title[0].lower() + title[1:])
        sheet.tab_colour, sheet.freeze, sheet.cursor = styles.BLUE, (4, 1), (4, LEFT)
        sheet.print_setup, sheet.default_width = PrintSetup(), 11.0
        self.right = LEFT + self.wide + 2
        self.third = self.right + self.wide + 2
        sheet.widths |= {1: 2.5}
        frame.head(sheet, title, hint, problem=PROBLEM)
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

    def letter(self, letter: str, layer: int) -> Rich:
        return Rich((Run(letter, 0, True), Run(self.symbols.layer_label(layer), 1)))

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
        look = role.but(number_format=_decimals(role))
        for i, j in np.ndindex(*shape):
            self.sheet.put(self.row + i, left + j, cells(i, j), bracketed(look, i, j, *shape))
        claim(self.sheet, self.row, left, shape, values)
        return Area(self.sheet.name, self.row, left, self.row + shape[0] - 1, left + shape[1] - 1)

    def array(
        self,
        left: int,
        shape: tuple[int, int],
        title: Rich | str,
        formula: Expression,
        values: Values,
        role: Style,
    ) -> Area:
        self.title(self.row - 1, left, title, role)
        look = role.but(number_format=_decimals(role))
        return array(self.sheet, self.row, left, shape, formula, values, look)

    def agree(self, one: Area, other: Area) -> None:
        """A ✓ behind each row of the second matrix."""
        for i in range(one.shape[0]):
            pairs = [(at(one, i, j), at(other, i, j)) for j in range(one.shape[1])]
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
        for i in range(shape[0] if training else 0):
            assert training
            pairs = [(at(one, i, j), training(i, j)) for j in range(shape[1])]
            check(self.sheet, one.top + i, one.right + 1, near(pairs))
        self.row += shape[0] + 2
        return one, other


def _decimals(role: Style) -> str:
    return styles.SIX if role == BACKWARD else styles.FOUR


def at(area: Area, row: int, column: int) -> Ref:
    return Ref(area.sheet, area.top + row, area.left + column)
