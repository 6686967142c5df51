"""A sheet in two halves: on the left a line a number, on the right the same in matrices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from sheetnet.expressions.formula import Area, Expression, Ref
from sheetnet.expressions.mathematics import filled_in, written
from sheetnet.expressions.rich import Rich
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.panels.oriented import Each, Oriented
from sheetnet.network.sheets.panels.rows import Values, array, bracketed, check, claim, near
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.book import Reading
from sheetnet.workbook.model import PrintSetup, Sheet
from sheetnet.workbook.styles import BACKWARD, Style

SYMBOL, VALUE, EQUATION, NUMBERS, CHECK, RIGHT = 2, 3, 4, 5, 6, 8
Named = Callable[[int, int], Rich]


class Beside(Oriented):
    """Writes such a sheet; `row` is the next free one."""

    def __init__(self, context: Context, name: str, about: str, title: str, hint: str) -> None:
        super().__init__(context.symbols)
        self.context, self.name = context, name
        self.sheet = sheet = Sheet(name, about, tab_colour=styles.BLUE, freeze=(4, 4))
        sheet.cursor, sheet.print_setup, sheet.default_width = (4, SYMBOL), PrintSetup(), 10.5
        sheet.widths |= dict(enumerate((2.5, 16.0, 12.0, 42.0, 48.0, 5.0, 3.0), 1))
        frame.head(sheet, title=title, hint=hint, problem=PROBLEM)
        look = styles.GIVEN.but(bold=True, horizontal="center", number_format="0")
        sheet.put(3, SYMBOL, "step", styles.LABEL_RIGHT)
        sheet.put(3, VALUE, context.step, look, claim=lambda numbers: numbers.step)
        self.right, self.row = RIGHT + 6, 5
        self._headings: list[int] = []

    def choose_example(self) -> None:
        """Say which example it is."""
        if self.context.batch:
            look = styles.GIVEN.but(bold=True, horizontal="left", number_format="0")
            claimed = lambda numbers: numbers.sample + 1  # noqa: E731
            self.sheet.put(3, EQUATION, "example", styles.LABEL_RIGHT)
            self.sheet.put(3, NUMBERS, self.context.sample, look, claim=claimed)

    def finish(self) -> Sheet:
        """Draw the banner and the headings as far as the sheet has become."""
        frame.banner(self.sheet, self.right)
        for row in self._headings:
            self.sheet.fill(row, SYMBOL, row, self.right, styles.HEADING)
        return self.sheet

    def section(self, text: str) -> None:
        """Begin a section."""
        self.row += 1
        self.sheet.put(self.row, SYMBOL, text, styles.HEADING)
        self.sheet.heights[self.row] = 22
        self._headings.append(self.row)
        self.row += 1

    def say(self, text: str) -> None:
        """A remark over what follows."""
        self.sheet.put(self.row, SYMBOL, text, styles.HINT)
        self.row += 1

    def line(
        self,
        symbol: Rich,
        equation: Expression,
        value: Values,
        role: Style,
        *,
        equals: Expression | None = None,
        meant: bool = False,
        facts: Mapping[str, Any] | None = None,
        read: bool = True,
        signless: bool = False,
    ) -> Ref:
        """One number: symbol, value, equation, today's numbers; ✓ where it equals another cell.

        `meant` where the symbol is one that can be read back, `read` where the equation is,
        `signless` where no value is below 0.
        """
        sheet, row = self.sheet, self.row
        look = role.but(bold=True, horizontal="center", number_format=styles.SIX)
        sheet.put(row, SYMBOL, symbol, styles.symbol(role))
        sheet.put(row, VALUE, equation, look, claim=value)
        text = written(equation)
        sheet.put(row, EQUATION, "= " + text, styles.PLAIN.but(font=styles.SERIF, size=11))
        numbers = filled_in(equation, lambda leaf, b: self.context.words.of(leaf, brackets=b))
        sheet.put(row, NUMBERS, numbers, styles.PLAIN.but(colour=styles.GREY))
        if read:
            place, held = (row, NUMBERS), (row, VALUE)
            line = Reading(self.name, row, symbol if meant else None, text, place, held, facts)
            self.context.readings.append(line)
        cell = Ref(self.name, row, VALUE, symbol=symbol, digits=6, signless=signless)
        if equals is not None:
            check(sheet, row, CHECK, near([(cell, equals)]))
        self.row += 1
        return cell

    def matrix(
        self,
        top: int,
        left: int,
        shape: tuple[int, int],
        title: Rich | str,
        content: Expression | Each,
        values: Values,
        role: Style,
        equals: Each | None = None,
    ) -> Area:
        """A matrix under its title, one array formula or cell by cell; ✓ behind each row.

        An array formula is given as it lies on the sheet.
        """
        sheet, values, shape = self.sheet, self.values(values, shape), self.shape(shape)
        name = role.but(fill=None, font=styles.SERIF, size=12, bold=False, number_format="General")
        sheet.put(top - 1, left, title, name.but(horizontal="left"))
        decimals = styles.SIX if role == BACKWARD else styles.FOUR
        look = role.but(number_format=decimals, horizontal="center")
        if isinstance(content, Expression):
            array(sheet, top, left, shape, content, values, look)
        else:
            cells = self.each(content)
            for row, column in np.ndindex(*shape):
                at = (top + row, left + column)
                sheet.put(*at, cells(row, column), bracketed(look, row, column, *shape))
            claim(sheet, top, left, shape, values)
        for row in range(shape[0] if equals else 0):
            assert equals
            wanted = self.each(equals)
            pairs = [(Ref(self.name, top + row, left + c), wanted(row, c)) for c in range(shape[1])]
            check(sheet, top + row, left + shape[1], near(pairs))
        self.right = max(self.right, left + shape[1] + 2)
        return self.laid(Area(self.name, top, left, top + shape[0] - 1, left + shape[1] - 1))

    def held(self, area: Area, row: int, column: int, symbol: Rich, signless: bool = False) -> Ref:
        """A cell of a matrix, with the symbol of its number."""
        cell = self.at(area, row, column)
        return replace(cell, symbol=symbol, digits=6, signless=signless)

    def both(
        self,
        shape: tuple[int, int],
        symbols: Named,
        equations: Each,
        values: Values,
        role: Style,
        title: Rich | str,
        matrix: Expression,
        *,
        training: Each | None = None,
        meant: bool = False,
        facts: Mapping[str, Any] | None = None,
        left: int = RIGHT,
        read: bool = True,
        signless: bool = False,
    ) -> tuple[list[list[Ref]], Area]:
        """A matrix of numbers: a line for each, and one array formula beside the lines.

        The array's ✓ compare it with the lines, those of the lines with Training.
        """
        self.row += 1
        top, lines = self.row, []
        for i in range(shape[0]):
            found = []
            for j in range(shape[1]):

                def value(numbers: Any, place: tuple[int, int] = (i, j)) -> Any:
                    return np.broadcast_to(values(numbers), shape)[place]

                found.append(
                    self.line(
                        symbols(i, j),
                        equations(i, j),
                        value,
                        role,
                        equals=training(i, j) if training else None,
                        meant=meant,
                        facts=facts,
                        read=read,
                        signless=signless,
                    )
                )
            lines.append(found)
        area = self.matrix(
            top, left, shape, title, matrix, values, role, equals=lambda i, j: lines[i][j]
        )
        self.row = max(self.row, top + self.shape(shape)[0])
        return lines, area
