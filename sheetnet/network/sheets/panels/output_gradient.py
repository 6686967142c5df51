"""Output gradient: ŷ − y as what the long product ∂L/∂ŷ · ∂ŷ/∂z comes to.

For the target as it is, for 1 and for 0; and for sums far from 0, where one factor is huge and
the other next to nothing. Source: Bhadani, "Cross-Entropy Loss and Its Derivative" to "These
Derivatives Are Well-Behaved".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sheetnet.expressions.formula import Area, Expression, Ref, call, exp, guard, ln, when
from sheetnet.expressions.rich import Rich, rich
from sheetnet.network.lesson import Lesson
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, DELTA, TARGET, UNIT
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.sheets import frame
from sheetnet.sheets.checks import FAILED, NO_NUMBER, PASSED, mark_failures, write_check
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.book import labelled
from sheetnet.workbook.model import Link, PrintSetup, Sheet
from sheetnet.workbook.styles import BACKWARD, FORWARD, GIVEN

NAME = "Output gradient"
TOP, LEFT = 5, 2
MOST_OUTPUTS = 6
#: Sums for which the factors are shown, from confident of 0 to confident of 1.
SUMS = (-10.0, -5.0, -2.0, 0.0, 2.0, 5.0, 10.0)
#: The step of the measured slope.
H = 1e-4
#: Where ŷ is 0 or 1 to its last digits, its slope is below this: the long product is 0·∞ and
#: says nothing; what stands for its factors, of which one is 0/0.
LEAST, UNDECIDED = 1e-12, "—"
WHAT, TARGET_COLUMN, OUTPUT, FIRST, SECOND, BY_OUTPUT = range(LEFT, LEFT + 6)
SLOPE, PRODUCT, SHORT, SAYS, MEASURED = range(LEFT + 6, LEFT + 11)


@dataclass(frozen=True)
class Values:
    """The factors for an output a and a target t."""

    a: float
    t: float

    @property
    def slope(self) -> float:
        return self.a * (1 - self.a)

    @property
    def factors(self) -> tuple[float, float]:
        """Both parts of the loss's slope; the output is not 0 or 1."""
        return -self.t / self.a, (1 - self.t) / (1 - self.a)

    @property
    def product(self) -> float:
        return sum(self.factors) * self.slope


def refuses(lesson: Lesson) -> str:
    """Why a lesson cannot have the panel, and the remedy."""
    if lesson.net.loss.name != "binary_cross_entropy":
        return 'is about network.loss = "binary_cross_entropy": set that, or take the panel out'
    if lesson.net.sizes[-1] > MOST_OUTPUTS:
        return f"shows up to {MOST_OUTPUTS} output units: use fewer, or take the panel out"
    return ""


class _Writer:
    def __init__(self, context: Context) -> None:
        self.context = context
        last, letter = context.depth, context.notation.target_letter
        self.short = f"{context.symbols.value_letter(last)} − {letter}"
        about = f"{self.short}, and the long product that it comes from"
        self.sheet = Sheet(NAME, about, labels=False)  # of any z
        self.row = TOP

    def write(self) -> None:
        context, sheet = self.context, self.sheet
        sheet.tab_colour, sheet.print_setup = styles.BLUE, PrintSetup(fit_height=1)
        sheet.freeze, sheet.cursor = (TOP - 1, 1), (TOP, LEFT)
        sheet.default_width = 13.5
        sheet.widths |= {1: 2.5, WHAT: 22.0, SAYS: 8.0}
        hint = "the loss’s slope times the sigmoid’s: one divides by what the other multiplies by"
        frame.head(sheet, title=f"How {self.short} comes about", hint=hint, problem=PROBLEM)
        sheet.put(3, LEFT, "step", styles.LABEL_RIGHT)
        look = styles.NUMBER.but(bold=True, number_format="0", horizontal="center")
        sheet.put(3, LEFT + 1, context.step, look, claim=lambda numbers: numbers.step)
        column = LEFT + 2
        if context.batch:
            sheet.put(3, column, "example", styles.LABEL_RIGHT)
            claim = lambda numbers: numbers.sample + 1  # noqa: E731
            sheet.put(3, column + 1, context.sample, look, claim=claim)
            column += 2
        sheet.put(3, column, "chosen on Start", styles.LINK.but(size=9, italic=True))
        sheet.links[3, column] = Link("Start", tip="To the step")
        for unit in range(context.sizes[-1]):
            self._write_unit(unit)
        self._write_far()
        frame.banner(sheet, MEASURED)

    def _heading(self, text: str | Rich) -> None:
        sheet, row = self.sheet, self.row
        sheet.put(row, LEFT, text, styles.HEADING)
        sheet.fill(row, LEFT, row, MEASURED, styles.HEADING)
        sheet.heights[row] = 22
        self.row += 1

    def _heads(self, a: Rich, t: Rich, z: Rich) -> None:
        d, loss = self.context.notation.derivative, self.context.symbols.loss_letter
        by_a = rich(f"{d}{loss}/{d}") + a
        heads: list[tuple[int, Rich | str, styles.Style]] = [
            (TARGET_COLUMN, t, GIVEN),
            (OUTPUT, a, FORWARD),
            (FIRST, "−" + t + "/" + a, BACKWARD),
            (SECOND, "(1 − " + t + ")/(1 − " + a + ")", BACKWARD),
            (BY_OUTPUT, by_a, BACKWARD),
            (SLOPE, f"{d}" + a + f"/{d}" + z, BACKWARD),
            (PRODUCT, "product", BACKWARD),
            (SHORT, a + " − " + t, BACKWARD),
        ]
        for column, head, role in heads:
            look = styles.symbol(role).but(size=10)
            self.sheet.put(self.row, column, head, look)
        self.row += 1

    def _write_unit(self, unit: int) -> None:
        """Today's target, 1 and 0 for one output unit."""
        context, depth = self.context, self.context.depth
        symbols = context.symbols
        a, t, z = symbols.activation(depth, unit), symbols.target(unit), symbols.z(depth, unit)
        loss = context.symbols.loss_letter
        self._heading(f"The output: {loss} by " + a + ", then by " + z)
        self._heads(a, t, z)
        value = context.of_step(ACTIVATION, depth, unit=unit)

        def output(numbers: Numbers) -> float:
            return float(numbers.now(ACTIVATION, depth)[numbers.sample, unit])

        def today(numbers: Numbers) -> float:
            return float(numbers.targets[numbers.sample, unit])

        given: list[tuple[str, Expression | float, Callable[[Numbers], float]]] = [
            ("the target as it is", context.given(TARGET, unit), today),
            *((f"for a target of {t:g}", t, lambda _, t=t: t) for t in (1.0, 0.0)),
        ]
        first = self.row
        for column in (BY_OUTPUT, SLOPE):
            context.readings.append(labelled(NAME, (first - 1, column), (first, column)))
        for words, target, claim in given:
            self.sheet.put(self.row, WHAT, words, styles.LABEL)
            self._line(target, value, lambda m, c=claim: Values(output(m), c(m)))  # type: ignore[misc]
        there = context.of_step(DELTA, depth, **{UNIT: unit})
        short = Ref(NAME, first, SHORT)
        near = call("ABS", short - there) <= 1e-9 * (1 + call("ABS", short))
        write_check(self.sheet, self.row, SHORT, near)
        self.sheet.put(
            self.row, SAYS, f"= {context.symbols.delta_name} on Training, first row", styles.HINT
        )
        self.row += 2

    def _line(
        self,
        target: Expression | float,
        value: Expression,
        of: Callable[[Numbers], Values],
    ) -> None:
        """All factors for one target and one output."""
        sheet, row = self.sheet, self.row
        t, a, first, second, by_a, slope, product, short = (
            Ref(NAME, row, c)
            for c in (TARGET_COLUMN, OUTPUT, FIRST, SECOND, BY_OUTPUT, SLOPE, PRODUCT, SHORT)
        )
        flat = slope < LEAST
        look = BACKWARD.but(number_format=styles.SIGNED_SIX, horizontal="center")
        given = GIVEN.but(number_format="General", horizontal="center")

        def told(formula: Expression) -> Expression:
            return guard(when(flat, UNDECIDED, formula))

        def if_told(value: Callable[[Values], float]) -> Callable[[Values], float | str]:
            return lambda v: UNDECIDED if v.slope < LEAST else value(v)

        cells: list[
            tuple[int, Expression | float, styles.Style, Callable[[Values], float | str]]
        ] = [
            (TARGET_COLUMN, target, given, lambda v: v.t),
            (OUTPUT, value, FORWARD.but(horizontal="center"), lambda v: v.a),
            (FIRST, told(-t / a), look, if_told(lambda v: v.factors[0])),
            (SECOND, told((1 - t) / (1 - a)), look, if_told(lambda v: v.factors[1])),
            (BY_OUTPUT, told(first + second), look, if_told(lambda v: sum(v.factors))),
            (SLOPE, a * (1 - a), look, lambda v: v.slope),
            (PRODUCT, told(by_a * slope), look.but(bold=True), if_told(lambda v: v.product)),
            (SHORT, a - t, look.but(bold=True), lambda v: v.a - v.t),
        ]
        for column, content, style, picked in cells:
            if isinstance(content, float):
                sheet.put(row, column, content, style)
                continue
            sheet.put(row, column, content, style, claim=lambda m, p=picked: p(of(m)))

        def says(numbers: Numbers) -> str:
            found = of(numbers)
            if found.slope < LEAST:
                return NO_NUMBER
            return PASSED if abs(found.product - (found.a - found.t)) <= 1e-9 else FAILED

        near = when(call("ABS", product - short) <= 1e-9, PASSED, FAILED)
        text = guard(when(flat, NO_NUMBER, near))
        sheet.put(row, SAYS, text, styles.CHECK, claim=says, passes=(PASSED, NO_NUMBER))
        mark_failures(sheet, Area(NAME, row, SAYS, row, SAYS))
        self.row += 1

    def _write_far(self) -> None:
        """Confident and wrong: the factors for sums far from 0, with a target of 1."""
        context, depth = self.context, self.context.depth
        symbols = context.symbols
        a, t, z = symbols.activation(depth, 0), symbols.target(0), symbols.z(depth, 0)
        self._heading("Confident and wrong: the factors for other sums, with a target of 1")
        words = (
            "At the top the output is nearly 0 and should be 1: the first factor is huge, the "
            "second next to nothing, and their product is next to −1: the largest there is."
        )
        self.sheet.put(self.row, LEFT, words, styles.HINT)
        self.row += 1
        self._heads(a, t, z)
        self.sheet.put(self.row - 1, MEASURED, "measured", styles.symbol(BACKWARD).but(size=10))
        self.sheet.put(self.row - 1, WHAT, z, styles.symbol(GIVEN))
        for at in SUMS:
            cell = Ref(NAME, self.row, WHAT)
            look = GIVEN.but(number_format="0", horizontal="center")
            self.sheet.put(self.row, WHAT, at, look)
            row = self.row
            self._line(1.0, 1 / (1 + exp(-cell)), lambda m, at=at: Values(_sigma(at), 1.0))  # type: ignore[misc]
            up, down = (-ln(1 / (1 + exp(-(cell + by)))) for by in (H, -H))
            self.sheet.put(
                row,
                MEASURED,
                (up - down) / (2 * H),
                styles.NUMBER.but(number_format=styles.SIGNED_SIX, horizontal="center"),
                claim=_sigma(at) - 1,
                approximate=10.0,
            )


def _sigma(z: float) -> float:
    return float(1 / (1 + np.exp(-z)))


def _fill(context: Context) -> list[Sheet]:
    writer = _Writer(context)
    writer.write()
    return [writer.sheet]


OUTPUT_GRADIENT = SheetKind(NAME, _fill, refuses=refuses)
