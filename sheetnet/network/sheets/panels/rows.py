"""A sheet in rows: what a number is called, the numbers, a check, a remark; shared by panels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from sheetnet.expressions.formula import Area, Expression, Ref, call, over_ranges, total, when
from sheetnet.expressions.rich import Rich, Run, rich
from sheetnet.network.sheets.context import Context
from sheetnet.network.symbols import Symbols
from sheetnet.sheets import frame
from sheetnet.sheets.checks import FAILED, PASSED, Lost, mark_failures, write_check
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.model import Claim, Matrix, PrintSetup, Sheet, Spill
from sheetnet.workbook.styles import Style

#: The columns of what a row is, and of its first number.
LABEL, FIRST = 2, 3
#: Two ways of computing a number agree where they are no further apart than this, by their size.
NEAR = 1e-9
#: Values of a row or a matrix, from the numbers.
Values = Callable[[Any], Any]


def derivative(symbols: Symbols, of: Rich | str, by: Rich) -> Rich:
    """d of / d by, as the document writes it."""
    d = symbols.notation.derivative
    if isinstance(of, str):
        return rich(symbols.by_name(of)) + by
    return d + of + f"/{d}" + by


def indexed(symbol: Rich, letters: str) -> Rich:
    """The symbol of one unit with letters for its numbers: aⱼ for a₀."""
    italic = Run(letters, -1, True)
    runs = tuple(italic if run.level < 0 else run for run in symbol.runs)
    if italic in runs:
        return Rich(runs)
    return Rich((runs[0], italic, *runs[1:]))


def near(pairs: Sequence[tuple[Expression, Expression]]) -> Expression:
    """Whether each number of some pairs is the other."""
    apart = total([call("ABS", one - other) for one, other in pairs])
    return apart <= NEAR * (1 + total([call("ABS", one) for one, _ in pairs]))


def claim(
    sheet: Sheet,
    top: int,
    left: int,
    shape: tuple[int, int],
    values: Values,
    approximate: float = 0.0,
) -> None:
    """What some cells must show: one value for all, or an array of that shape."""

    def value(numbers: Any) -> Any:
        return np.broadcast_to(np.asarray(values(numbers), float), shape)

    sheet.claims.append(Claim(top, left, *shape, value, approximate))


def array(
    sheet: Sheet,
    top: int,
    left: int,
    shape: tuple[int, int],
    expression: Expression,
    values: Values,
    look: Style,
    approximate: float = 0.0,
    whole: Area | None = None,
) -> Area:
    """A matrix that one array formula fills, in brackets, which may be those of a larger one."""
    rows, columns = shape
    place = Area(sheet.name, top, left, top + rows - 1, left + columns - 1)
    bracket = whole or place
    for row in range(rows):
        for column in range(columns):
            held = Matrix(over_ranges(expression), rows, columns)
            content = held if (row, column) == (0, 0) else Spill((top, left))
            within = top + row - bracket.top, left + column - bracket.left
            sheet.put(top + row, left + column, content, bracketed(look, *within, *bracket.shape))
    claim(sheet, top, left, shape, values, approximate)
    return place


def bracketed(look: Style, row: int, column: int, rows: int, columns: int) -> Style:
    """A matrix's cell with its part of the brackets."""
    sides = "l" * (column == 0) + "r" * (column == columns - 1)
    if sides:
        sides += "t" * (row == 0) + "b" * (row == rows - 1)
    return look.but(
        borders=sides, border_colour=styles.INK, border_width="medium", horizontal="center"
    )


def check(
    sheet: Sheet, row: int, column: int, holds: Expression, *undecided: tuple[Expression, str]
) -> None:
    """✓ or ✗; before that, what a check says where it decides nothing."""
    verdict: Expression = when(holds, PASSED, FAILED)
    for condition, says in reversed(undecided):
        verdict = when(condition, says, verdict)
    passes = (PASSED, *(says for _, says in undecided))
    sheet.put(row, column, verdict, styles.CHECK, passes=passes)
    mark_failures(sheet, Area(sheet.name, row, column, row, column))


class Rows:
    """Writes a sheet row by row; `row` is the next free one.

    `count` columns hold numbers, then come their sum, the check and the remark.
    """

    def __init__(self, context: Context, name: str, title: str, hint: str, count: int) -> None:
        self.context, self.symbols, self.count = context, context.symbols, count
        self.sheet = Sheet(name, hint, running=True, tab_colour=styles.BLUE, freeze=(4, 3))
        self.sheet.cursor = (4, FIRST)
        self.sheet.print_setup = PrintSetup()
        self.sheet.widths |= {1: 2.5, LABEL: 44.0, self.side: 12.0, self.mark: 5.0}
        self.sheet.widths |= dict.fromkeys(range(FIRST, FIRST + count), 12.5)
        self.sheet.widths[self.remark] = 70.0
        frame.head(self.sheet, title=title, hint=hint, problem=PROBLEM)
        frame.banner(self.sheet, self.remark)
        self.row = 3
        self._chosen()

    @property
    def side(self) -> int:
        """The column behind the numbers, for their sum."""
        return FIRST + self.count

    @property
    def mark(self) -> int:
        return self.side + 1

    @property
    def remark(self) -> int:
        return self.side + 2

    def _chosen(self) -> None:
        """Which step and which example it is."""
        look = styles.GIVEN.but(bold=True, horizontal="center", number_format="0")
        sheet, context = self.sheet, self.context
        sheet.put(3, LABEL, "step, chosen on Start", styles.LABEL_RIGHT)
        sheet.put(3, FIRST, context.step, look, claim=lambda numbers: numbers.step)
        if context.batch:
            claim = lambda numbers: numbers.sample + 1  # noqa: E731
            sheet.put(3, FIRST + 1, "example", styles.LABEL_RIGHT)
            sheet.put(3, FIRST + 2, context.sample, look, claim=claim)
        self.row = 5

    def heading(self, text: Rich | str) -> None:
        """Begin a section."""
        self.sheet.put(self.row, LABEL, text, styles.HEADING)
        self.sheet.fill(self.row, LABEL, self.row, self.remark, styles.HEADING)
        self.sheet.heights[self.row] = 22
        self.row += 1

    def heads(self, texts: Sequence[Rich | str], side: Rich | str = "") -> None:
        """What the columns are; not bold, which means a vector in some documents."""
        for column, text in enumerate(texts, FIRST):
            self.sheet.put(self.row, column, text, styles.SYMBOL.but(size=12))
        if side:
            self.sheet.put(self.row, self.side, side, styles.SYMBOL.but(size=12))
        self.sheet.heights[self.row] = 20
        self.row += 1

    def label(self, text: Rich | str, row: int | None = None) -> None:
        """What a row is: mathematics, or words."""
        look = styles.SYMBOL.but(size=12) if isinstance(text, Rich) else styles.LABEL
        self.sheet.put(row or self.row, LABEL, text, look.but(horizontal="right"))

    def say(self, text: Rich | str | Expression, row: int | None = None) -> None:
        """A remark beside a row."""
        self.sheet.put(row or self.row, self.remark, text, styles.HINT)

    def line(
        self,
        name: Rich | str,
        cells: Sequence[Expression],
        values: Values,
        look: Style,
        *,
        remark: Rich | str | Expression = "",
        equals: Sequence[Expression] | None = None,
        approximate: float = 0.0,
    ) -> list[Ref]:
        """A row of numbers; where they must be equal to others, its check says so."""
        row = self.row
        self.label(name)
        for column, cell in enumerate(cells, FIRST):
            self.sheet.put(row, column, cell, look.but(horizontal="center"))
        claim(self.sheet, row, FIRST, (1, len(cells)), values, approximate)
        if remark:
            self.say(remark)
        refs = [Ref(self.sheet.name, row, FIRST + n) for n in range(len(cells))]
        if equals is not None:
            self.check(row, near(list(zip(refs, equals, strict=True))))
        self.row += 1
        return refs

    def number(
        self, name: Rich | str, cell: Expression, value: Values, look: Style, **more: Any
    ) -> Ref:
        """A row of one number."""
        [ref] = self.line(name, [cell], value, look, **more)
        return ref

    def array(
        self,
        name: Rich | str,
        expression: Expression,
        shape: tuple[int, int],
        values: Values,
        look: Style,
        *,
        equals: Callable[[int, int], Expression] | None = None,
        lost: Lost | None = None,
        remark: Rich | str | Expression = "",
    ) -> Area:
        """A matrix that one array formula fills, under its name; a check a row."""
        top = self.row
        self.label(name)
        if remark:
            self.say(remark)
        area = array(self.sheet, top, FIRST, shape, expression, values, look)
        if equals:
            for row in range(shape[0]):
                cells = [Ref(self.sheet.name, top + row, FIRST + c) for c in range(shape[1])]
                pairs = [(cell, equals(row, c)) for c, cell in enumerate(cells)]
                write_check(self.sheet, top + row, self.mark, near(pairs), lost)
        self.row += shape[0]
        return area

    def total(self, refs: Sequence[Ref], value: Values, look: Style) -> Ref:
        """The sum of a row's numbers, behind them."""
        row = refs[0].row
        self.sheet.put(
            row, self.side, total(refs), look.but(bold=True, horizontal="center"), claim=value
        )
        return Ref(self.sheet.name, row, self.side)

    def check(self, row: int, holds: Expression, *undecided: tuple[Expression, str]) -> None:
        """✓ or ✗ behind a row."""
        check(self.sheet, row, self.mark, holds, *undecided)
