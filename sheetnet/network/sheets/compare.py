"""Compare: the whole run with several values of one hyper-parameter, side by side, live.

The runs have sheets of their own (`compared_runs`); here are their values, their curves in one
chart, how each ends in words, and the costs of all their steps. The workings of the words and of
the chart are on Compared curves (`compared_words`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sheetnet.expressions.formula import Ref, call, equal, guard, join, when
from sheetnet.files.layout import row_under
from sheetnet.network import comparing
from sheetnet.network.engine import FloatArray
from sheetnet.network.numbers import Compared, Derived, Numbers
from sheetnet.network.placement import FIRST_ROW, TRAINING
from sheetnet.network.quantities import STEP, Quantity, Role
from sheetnet.network.sheets import curves, followed, inputs
from sheetnet.network.sheets.compared_runs import RunSheets, rises
from sheetnet.network.sheets.compared_words import (
    AT,
    FIRST,
    LABEL,
    LAST,
    LOWEST,
    NAME,
    OWN,
    RISES,
    SAYS,
    TOP,
    VALUE,
    Curves,
    Places,
    room,
    verdict,
    verdict_of,
)
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.status import FLOOR, HARDLY
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.charts import Axis, Chart, Series
from sheetnet.workbook.model import Band, Cell, PrintSetup, Sheet
from sheetnet.workbook.styles import FORWARD

BEST_ROW, TROUBLE_ROW, HEAD_ROW = 4, 5, 7
WIDTH, HEIGHT = 24.5, 10.5
COUNT = styles.NUMBER.but(number_format="0", horizontal="center")

COMPARED_COST = Quantity(
    "compared_cost",
    (STEP, comparing.RUN),
    Role.FORWARD,
    "costs of the runs",
    lambda symbols, _, at: symbols.cost,
)


def _costs(numbers: Numbers) -> FloatArray:
    return np.column_stack([held.trace.costs for held in numbers.compared])


def _place(context: Context) -> None:
    knob = context.knobs[comparing.VALUES, None]
    context.place_knob(knob, NAME, TOP, VALUE)
    inputs.place_original(context, knob, NAME, TOP, OWN)


class _Writer:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.knob = context.knobs[comparing.VALUES, None]
        compare = context.lesson.training.compare
        self.turned = comparing.compared(compare, context.knobs.values())
        self.runs = RunSheets(context)
        self.symbol = context.name(self.turned.key, self.turned.layer).symbol
        self.title = f"{self.runs.count} runs side by side: {self.turned.title}"
        self.sheet = Sheet(NAME, self.title)

    def write(self) -> list[Sheet]:
        sheet, runs, context = self.sheet, self.runs, self.context
        sheet.tab_colour, sheet.cursor = styles.GREEN, (TOP, VALUE)
        sheet.freeze, sheet.print_setup = (BEST_ROW, 1), PrintSetup(fit_height=1)
        sheet.default_width = 10.5
        sheet.widths |= {1: 2.5, LABEL: 15.0}
        hint = (
            "each curve is a whole run, drawn up to twice the highest cost at step 0: change a "
            "yellow value, and its curve follows"
        )
        frame.head(sheet, title=self.title, hint=hint, problem=PROBLEM)
        frame.banner(sheet, max(SAYS + 4, VALUE + runs.count - 1))
        chart_row = TOP + runs.count + 1
        table = row_under(sheet, chart_row, HEIGHT) + 3
        self.places = places = Places(runs.count, context.steps, table)
        self.curves = Curves(context, runs, places, self.symbol)
        self._write_heads()
        for run in range(runs.count):
            self._write_run(run)
        context.fill_knob(sheet, self.knob, styles.INPUT)
        inputs.write_original(context, sheet, self.knob)
        sheet.validations.append(inputs.validation(self.knob, context.knob(self.knob.key)))
        self._write_words()
        self._write_costs()
        self._draw(chart_row)
        turned = context.knob(self.turned.key, self.turned.layer).ref(fixed=True)
        cells = [places.of(run, VALUE) for run in range(runs.count)]
        written = [
            f"the {self.turned.title} in row {TOP + run} of {NAME}" for run in range(runs.count)
        ]
        return [sheet, self.curves.sheet, *runs.fill(cells, turned, written)]

    def _write_heads(self) -> None:
        steps = self.context.steps
        heads = {
            LABEL: "run",
            VALUE: self.symbol,
            OWN: "lesson’s",
            FIRST: "cost at step 0",
            LAST: f"after {steps:,}",
            LOWEST: "lowest",
            AT: "at step",
            RISES: "steps up",
        }
        look = styles.LABEL_CENTRE.but(bold=True, size=9)
        for column, head in heads.items():
            aside = "right" if column == LABEL else "center"
            self.sheet.put(HEAD_ROW, column, head, look.but(horizontal=aside))
        self.sheet.put(HEAD_ROW, SAYS, "how it goes", styles.LABEL.but(bold=True, size=9))
        hint = (
            "steps up: in how many steps the cost is higher than before; a run whose numbers grow "
            f"{comparing.GROWN:,.0f}-fold stops there"
        )
        self.sheet.put(TOP + self.runs.count, VALUE, hint, styles.HINT)

    def _write_run(self, run: int) -> None:
        """A run's row: its value, its costs, what is said of it."""
        sheet, places, words = self.sheet, self.places, self.context.words
        row, costs, steps = TOP + run, places.costs(run), places.steps
        low = self.knob.low >= 0
        value = Ref(NAME, row, VALUE, True, symbol=self.symbol, signless=low)
        label = join([f"{self.symbol} = ", words.of(value)])
        sheet.put(row, LABEL, label, styles.LABEL_RIGHT.but(bold=True))
        look = FORWARD.but(number_format=styles.SIX)
        for column, formula, claim in (
            (FIRST, places.cost(run, 0), lambda held: held.trace.costs[0]),
            (LAST, places.cost(run, steps), lambda held: held.trace.costs[-1]),
            (LOWEST, call("MIN", costs), lambda held: held.trace.costs.min()),
        ):
            sheet.put(row, column, formula, look, claim=_of(run, claim))
        # Where it ends as low as anywhere, the last bits do not decide at which step that is.
        last, lowest = places.of(run, LAST), places.of(run, LOWEST)
        found = call("MATCH", lowest, costs, 0) - 1
        fits = equal(call("COUNT", costs), steps + 1)
        at = guard(when(last <= lowest + room(lowest), steps, found))
        sheet.put(row, AT, guard(when(fits, at, "—")), COUNT, claim=_of(run, _lowest_at))
        risen = call("SUM", self.runs.column(run, self.runs.rises))
        risen = guard(when(fits, risen, "—"))
        sheet.put(row, RISES, risen, COUNT, claim=_of(run, lambda held: rises(held).sum()))
        says = verdict(places, run, self.curves.learned(run))
        sheet.put(row, SAYS, says, styles.PLAIN, claim=lambda n: verdict_of(n.compared[run]))

    def _write_words(self) -> None:
        look = styles.PLAIN.but(bold=True)
        text = self.context.words.of(self.curves.best_cost)
        for row, (formula, claim) in (
            (BEST_ROW, self.curves.best(text)),
            (TROUBLE_ROW, self.curves.trouble()),
        ):
            self.sheet.put(row, LABEL, formula, look, claim=claim)

    def _write_costs(self) -> None:
        """The cost of every step of every run; words where it is too large for a cell."""
        sheet, places, context = self.sheet, self.places, self.context
        top, count = places.table, places.runs
        sheet.put(top - 2, LABEL, "The costs of all steps", styles.HEADING)
        sheet.fill(top - 2, LABEL, top - 2, max(SAYS, VALUE + count - 1), styles.HEADING)
        sheet.put(top - 1, LABEL, "step", styles.LABEL_CENTRE)
        for run in range(count):
            label = Ref(NAME, TOP + run, LABEL)
            sheet.put(top - 1, VALUE + run, label, styles.LABEL_RIGHT.but(size=9))
        cells = [Cell(Ref(TRAINING, FIRST_ROW, 1), COUNT.but(colour=styles.GREY))]
        for run in range(count):
            shown = followed.told(self.runs.cost(run))
            cells.append(Cell(shown, FORWARD.but(number_format=styles.SIX)))
        steps = np.arange(places.steps + 1, dtype=float)

        def claim(numbers: Numbers) -> FloatArray:
            return np.column_stack([steps, _costs(numbers)])

        sheet.bands.append(Band(top, LABEL, tuple(cells), claim(context.numbers), claim))
        lengths = {STEP: places.steps + 1, comparing.RUN: count}
        axes = (STEP,), (comparing.RUN,)
        context.blocks.add(Block(COMPARED_COST.name, None, NAME, top, VALUE, *axes, lengths))

    def _draw(self, row: int) -> None:
        places, context = self.places, self.context
        series = []
        for run in range(places.runs):
            x, y = self.curves.curve(run)
            colour, dash = curves.look(run)
            title = Ref(NAME, TOP + run, LABEL, True)
            series.append(Series(y, x, title, colour=colour, width=2.25, dash=dash))
        few = f", {len(self.curves.steps):,} of them" * (len(self.curves.steps) <= places.steps)
        self.sheet.charts.append(
            Chart(
                row=row,
                column=LABEL,
                width=WIDTH,
                height=HEIGHT,
                series=tuple(series),
                title=f"The cost over the steps{few}",
                x=Axis("step", minimum=0, maximum=places.steps),
                y=Axis(str(context.symbols.cost), minimum=0, gridlines=True),
                legend=True,
                alt_text=f"The cost over the steps, a curve for each of {places.runs} values of "
                f"the {self.turned.title}",
            )
        )


def _of(run: int, value: Callable[[Compared], float]) -> Callable[[Numbers], float]:
    return lambda numbers: float(value(numbers.compared[run]))


def _lowest_at(held: Compared) -> float:
    costs = held.trace.costs
    lowest = costs.min()
    if costs[-1] <= lowest + HARDLY * lowest + FLOOR:
        return float(len(costs) - 1)
    return float(costs.argmin())


def _fill(context: Context) -> list[Sheet]:
    return _Writer(context).write()


COMPARE = SheetKind(
    NAME,
    _fill,
    applies=lambda context: bool(context.lesson.training.compare),
    place=_place,
    derived=(Derived(COMPARED_COST, lambda numbers, _: _costs(numbers)),),
)
