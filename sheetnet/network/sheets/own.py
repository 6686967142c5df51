"""Lesson: the workings behind Start: the lesson's own run and values, and the live curve.

The lesson's own costs are constants, drawn in grey behind the live curve, so that a learner
sees what a change did. They are computed by the engine from the lesson's values, whatever
stands in the input cells, and rounded, so that another machine's last digit does not matter.

The live curve is that of Training's costs, but where a run leaves every bound: there it is cut off,
so that what came before, and the lesson's own curve, can still be seen.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sheetnet.expressions.formula import (
    Area,
    Expression,
    Ref,
    call,
    equal,
    guard,
    maximum,
    minimum,
    when,
)
from sheetnet.network.comparing import GROWN
from sheetnet.network.engine import FloatArray, train
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import COST
from sheetnet.network.sheets import inputs
from sheetnet.network.sheets.context import Context
from sheetnet.sheets import frame
from sheetnet.sheets.words import NOTHING
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.knobs import Knob
from sheetnet.workbook.model import Band, Cell, PrintSetup, Sheet

NAME = "Lesson"
HEAD_ROW, FIRST_ROW = 4, 5
#: The columns: the lesson's own run, the chosen step and its cost, the live curve as it is drawn,
#: with the highest cost, where it is cut off, and the chosen step's point; the lesson's own values.
STEP, COSTS, CHOSEN, POINT, HIGHEST, CUT, SHOWN, DRAWN, LABEL, VALUES = (
    2,
    3,
    5,
    6,
    7,
    8,
    9,
    10,
    12,
    13,
)
#: Where a cost is `GROWN` times 1 + that of step 0, the curve is cut off at so many times the
#: cost of step 0.
CUT_OFF = 10.0
#: What the curve says where it ends above, and of any other run.
IS_CUT, NOT_CUT = "drawn up to here", NOTHING
#: A highest cost that is no number.
BEYOND = 1e300
#: A run is drawn by so many stretches at most, each by its first, lowest and highest step.
STRETCHES = 100
#: The digits of a cost that count in a picture.
DIGITS = 6


def thinned(costs: FloatArray) -> list[int]:
    """The steps by which a run is drawn: all of a short one; no peak of a long one is lost."""
    if len(costs) <= 3 * STRETCHES:
        return list(range(len(costs)))
    kept = {0, len(costs) - 1}
    for part in np.array_split(np.arange(len(costs)), STRETCHES):
        held = costs[part]
        kept |= {int(part[0]), int(part[held.argmin()]), int(part[held.argmax()])}
    return sorted(kept)


def own_costs(context: Context) -> FloatArray:
    """The cost at every step of the lesson as its file says it."""
    held = context.numbers.settings
    said = [knob for knob in context.knobs.values() if knob.original]
    if all(np.array_equal(knob.value, held[knob.place]) for knob in said):
        return context.numbers.trace.costs
    return train(context.lesson, context.lesson.settings).costs


def live_curve(context: Context) -> Area:
    """The cost at every step, as charts draw it."""
    return Area(NAME, FIRST_ROW, DRAWN, FIRST_ROW + context.steps, DRAWN, True)


def highest() -> Ref:
    """The cell with the highest cost of the run."""
    return Ref(NAME, FIRST_ROW, HIGHEST, True)


def ends() -> Ref:
    """The cell that says where the live curve ends above: below the highest cost if cut off."""
    return Ref(NAME, FIRST_ROW, CUT, True, symbol="curve ends at", signless=True)


def cut_off(numbers: Numbers) -> float:
    """Where the live curve ends above."""
    costs = numbers.trace.costs
    highest, first = float(costs.max()), float(costs[0])
    return CUT_OFF * first if highest > GROWN * (1 + first) else highest


def is_cut_off(numbers: Numbers) -> bool:
    """Whether the run leaves every bound, so that curves are cut off."""
    return float(numbers.trace.costs.max()) > cut_off(numbers)


class Own:
    """Where the lesson's own run and values stand."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.costs = own_costs(context)
        self.steps = thinned(self.costs)
        self._knobs: list[tuple[Knob, int]] = []
        self._row = FIRST_ROW

    def place(self, knobs: Iterable[Knob]) -> None:
        """Give the lesson's values of these knobs their cells."""
        for knob in knobs:
            inputs.place_original(self.context, knob, NAME, self._row, VALUES)
            self._knobs.append((knob, self._row))
            self._row += self.context.originals[-1].height + 1

    @property
    def curve(self) -> tuple[Area, Area]:
        """Steps and costs of the lesson's own run."""
        bottom = FIRST_ROW + len(self.steps) - 1
        x, y = (Area(NAME, FIRST_ROW, c, bottom, c, True) for c in (STEP, COSTS))
        return x, y

    @property
    def point(self) -> tuple[Area, Area]:
        """The chosen step and its cost, as a chart wants them."""
        x, y = (Area(NAME, FIRST_ROW, c, FIRST_ROW, c, True) for c in (CHOSEN, SHOWN))
        return x, y

    @property
    def cost(self) -> tuple[Ref, Ref]:
        """The cell of the chosen step's cost, and that of its text."""
        cell = Ref(NAME, FIRST_ROW, POINT, symbol=self.context.symbols.cost, signless=True)
        return cell, self.context.words.of(cell)

    @property
    def end(self) -> tuple[Area, Area, Ref]:
        """Where the curve is cut off: in the middle of the run, and the text that says so."""
        x = Area(NAME, FIRST_ROW + 1, CUT, FIRST_ROW + 1, CUT, True)
        y = Area(NAME, FIRST_ROW, CUT, FIRST_ROW, CUT, True)
        return x, y, Ref(NAME, FIRST_ROW + 2, CUT, True)

    def fill(self) -> Sheet:
        about = "workings: the lesson’s own values and run, grey on Start"
        sheet = Sheet(NAME, about, workings=True, tab_colour=styles.PALE)
        sheet.freeze = sheet.cursor = (FIRST_ROW, 1)
        sheet.print_setup = PrintSetup(title_rows=(HEAD_ROW, HEAD_ROW))
        sheet.widths |= {1: 2.5, STEP: 10.0, COSTS: 14.0, POINT: 12.0, LABEL: 26.0}
        sheet.widths |= dict.fromkeys((HIGHEST, CUT, SHOWN, DRAWN), 14.0)
        hint = "fixed numbers, whatever the yellow cells hold: to compare with, and to go back to"
        frame.head(sheet, title="Lesson: workings of what stands in grey on Start", hint=hint)
        right = max((b.right for b in self.context.originals if b.sheet == NAME), default=0)
        frame.banner(sheet, max(right, VALUES))
        head = styles.LABEL.but(bold=True, size=9)
        for column, text in (
            (STEP, "step"),
            (COSTS, "its own cost"),
            (CHOSEN, "chosen"),
            (POINT, "its cost"),
            (HIGHEST, "highest"),
            (CUT, "drawn up to"),
            (SHOWN, "its point"),
            (DRAWN, "drawn, by step"),
            (LABEL, "its own values"),
        ):
            sheet.put(HEAD_ROW, column, text, head)
        look = styles.NUMBER.but(number_format=styles.SIX)
        for row, step in enumerate(self.steps, FIRST_ROW):
            sheet.put(row, STEP, float(step), styles.NUMBER.but(number_format="0"))
            sheet.put(row, COSTS, float(f"{self.costs[step]:.{DIGITS}g}"), look)
        self._write_point(sheet)
        self._write_drawn(sheet)
        for knob, row in self._knobs:
            name = knob.title or knob.key
            if knob.layer is not None:
                name += f", {self.context.symbols.layer(knob.layer)}"
            sheet.put(row, LABEL, name, styles.LABEL)
            inputs.write_original(self.context, sheet, knob)
        return sheet

    def _write_point(self, sheet: Sheet) -> None:
        """The chosen step's point on the live curve."""
        context = self.context
        count = styles.NUMBER.but(number_format="0")
        sheet.put(FIRST_ROW, CHOSEN, context.step, count, claim=lambda numbers: numbers.step)
        look = styles.FORWARD
        sheet.put(FIRST_ROW, POINT, context.of_step(COST), look)
        context.show(sheet, Block(COST.name, None, NAME, FIRST_ROW, POINT, (), (), {}))

    def _write_drawn(self, sheet: Sheet) -> None:
        """The live curve and its point, cut off where the run leaves every bound."""
        context, look = self.context, styles.NUMBER.but(number_format=styles.SIX)
        costs = context.run(COST)
        whole, first = costs.whole(fixed=True), costs.ref(step=0, fixed=True)
        most, cut = highest(), ends()
        every = equal(call("COUNT", whole), context.steps + 1)
        found = guard(when(every, maximum(whole), BEYOND))

        def top(numbers: Numbers) -> float:
            return float(numbers.trace.costs.max())

        sheet.put(FIRST_ROW, HIGHEST, found, look, claim=top)
        end = guard(when(most > GROWN * (1 + first), CUT_OFF * first, most))
        sheet.put(FIRST_ROW, CUT, end, look, claim=cut_off)

        sheet.put(FIRST_ROW + 1, CUT, context.steps / 2, styles.NUMBER.but(number_format="0.0"))
        said = guard(when(most > cut, IS_CUT, NOT_CUT))
        sheet.put(
            FIRST_ROW + 2,
            CUT,
            said,
            styles.PLAIN,
            claim=lambda numbers: IS_CUT if is_cut_off(numbers) else NOT_CUT,
        )

        def shown(cost: Ref) -> Expression:
            return guard(when(call("ISNUMBER", cost), guard(minimum(cost, cut)), cut))

        def at_step(numbers: Numbers) -> float:
            return min(float(numbers.trace.costs[numbers.step]), cut_off(numbers))

        def claim(numbers: Numbers) -> FloatArray:
            return np.minimum(numbers.trace.costs, cut_off(numbers))[:, None]

        sheet.put(FIRST_ROW, SHOWN, shown(Ref(NAME, FIRST_ROW, POINT)), look, claim=at_step)
        cell = Cell(shown(costs.ref(step=0)), look)
        below = costs.ref(step=1).row - costs.top if context.steps else 1
        sheet.bands.append(
            Band(FIRST_ROW, DRAWN, (cell,), claim(context.numbers), claim, pace=below)
        )
