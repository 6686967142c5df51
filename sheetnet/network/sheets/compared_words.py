"""The workings of Compare: which run ends lowest, which do not come down, and what is drawn.

A number is higher than another one where it is so by more than programs round differently.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sheetnet.expressions.figures import in_figures
from sheetnet.expressions.formula import (
    Area,
    Expression,
    Ref,
    call,
    equal,
    guard,
    join,
    maximum,
    minimum,
    when,
)
from sheetnet.expressions.rich import Rich
from sheetnet.network import comparing
from sheetnet.network.engine import FloatArray
from sheetnet.network.numbers import Compared, Numbers
from sheetnet.network.sheets.compared_runs import RunSheets, rises
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.status import FLOOR, HARDLY
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.model import Claim, PrintSetup, Sheet

NAME, CURVES = "Compare", "Compared curves"
#: On Compare: whose row it is, its value, the lesson's own, the costs, the words.
TOP = 8
LABEL, VALUE, OWN, FIRST, LAST, LOWEST, AT, RISES, SAYS = range(2, 11)
#: On Compared curves: of a run, then of all, then the points of the chart.
HEAD_ROW, FIRST_ROW = 4, 5
LEARNED, FAILS, BEST, LISTED = range(3, 7)
#: So many steps are drawn at most; costs are drawn up to so many times the highest first one.
MOST_DRAWN, CUT_OFF = 300, 2.0
STOPS = "✗ Diverges: stopped at step "
HIGH = "✗ Not lower than at the beginning: "
WHOLE = styles.NUMBER.but(number_format="0")


@dataclass(frozen=True)
class Places:
    """Where Compare has what: `runs` and `steps` are how many, `table` the row of step 0."""

    runs: int
    steps: int
    table: int

    def of(self, run: int, column: int) -> Ref:
        """A cell of a run's row."""
        return Ref(NAME, TOP + run, column, True)

    def all(self, column: int) -> Area:
        """A column of the runs' rows."""
        return Area(NAME, TOP, column, TOP + self.runs - 1, column, True)

    def cost(self, run: int, step: int) -> Ref:
        return Ref(NAME, self.table + step, VALUE + run, True)

    def costs(self, run: int) -> Area:
        column = VALUE + run
        return Area(NAME, self.table, column, self.table + self.steps, column, True)


# What is said of a run


def room(first: Expression) -> Expression:
    """How much a cost must change for it to be called so."""
    return HARDLY * first + FLOOR


def verdict(places: Places, run: int, learned: Ref) -> Expression:
    """How a run ends, as a formula."""
    first, last, risen = (places.of(run, column) for column in (FIRST, LAST, RISES))
    steps = places.steps
    often = [risen, f" of {steps:,} steps up"]
    swings = join(["✗ Swings, ", *often, ", and ends where it began."])
    level = guard(when(equal(risen, 0), "✗ The cost hardly changes.", swings))
    falls = join(["Comes down, with ", *often, "."])
    well = guard(when(equal(risen, 0), "✓ Comes down, with no step up.", falls))
    ends: Expression = guard(when(last < first - room(first), well, level))
    ends = guard(when(last > first + room(first), "✗ Ends higher than it began.", ends))
    stops = join([STOPS, learned, "."])
    ends = guard(when(learned <= steps, stops, ends))
    fits = equal(call("COUNT", places.costs(run)), steps + 1)
    return guard(when(fits, ends, "✗ Its numbers are too large for a cell."))


def verdict_of(held: Compared) -> str:
    """The same by NumPy."""
    costs = held.trace.costs
    first, last, steps = costs[0], costs[-1], len(costs) - 1
    if held.stopped is not None:
        return f"{STOPS}{held.stopped}."
    risen = int(rises(held).sum())
    if last > first + HARDLY * first + FLOOR:
        return "✗ Ends higher than it began."
    if last < first - (HARDLY * first + FLOOR):
        if risen:
            return f"Comes down, with {risen} of {steps:,} steps up."
        return "✓ Comes down, with no step up."
    if risen:
        return f"✗ Swings, {risen} of {steps:,} steps up, and ends where it began."
    return "✗ The cost hardly changes."


def comes_down(held: Compared) -> bool:
    """Whether a run ends lower than it began."""
    first, last = held.trace.costs[0], held.trace.costs[-1]
    return held.stopped is None and bool(last < first - (HARDLY * first + FLOOR))


def best_of(numbers: Numbers) -> list[int]:
    """The runs with the lowest cost at the end: one, or several that are as low."""
    lasts = np.array([held.trace.costs[-1] for held in numbers.compared])
    return np.flatnonzero(lasts <= lasts.min() + HARDLY * lasts.min() + FLOOR).tolist()


def drawn(steps: int) -> list[int]:
    """The steps that are drawn, evenly spread, the first and the last among them."""
    count = min(steps, MOST_DRAWN)
    return [round(i * steps / count) for i in range(count + 1)]


class Curves:
    """The sheet of the workings."""

    def __init__(
        self, context: Context, runs: RunSheets, places: Places, symbol: Rich | str
    ) -> None:
        self.context, self.runs, self.places, self.symbol = context, runs, places, symbol
        self.summary = FIRST_ROW + places.runs + 1
        self.points = self.summary + 7
        self.steps = drawn(places.steps)
        self.sheet = sheet = Sheet(
            CURVES, "workings: which run is best, and what Compare draws", workings=True
        )
        sheet.tab_colour, sheet.default_width = styles.PALE, 11.0
        sheet.widths |= {1: 2.5, 2: 24.0}
        sheet.freeze, sheet.cursor = (HEAD_ROW + 1, 1), (FIRST_ROW, 2)
        sheet.print_setup = PrintSetup(title_rows=(HEAD_ROW, HEAD_ROW))
        frame.head(sheet, title="Compared curves: workings of Compare", hint="which run ends how")
        frame.banner(sheet, max(LISTED + 2, 2 + places.runs))
        self._write_runs()
        self._write_summary()
        self._write_points()

    def learned(self, run: int) -> Ref:
        """How many steps' parameters a run learned before it stopped, the first included."""
        return Ref(CURVES, FIRST_ROW + run, LEARNED, True)

    def _column(self, column: int) -> Area:
        return Area(CURVES, FIRST_ROW, column, FIRST_ROW + self.places.runs - 1, column, True)

    def _write_runs(self) -> None:
        sheet, places, steps = self.sheet, self.places, self.places.steps
        bold = styles.LABEL.but(bold=True)
        sheet.put(HEAD_ROW, 2, "run", bold)
        for column, head in ((LEARNED, "learns"), (FAILS, "stays up"), (BEST, "is lowest")):
            sheet.put(HEAD_ROW, column, head, bold.but(horizontal="right"))
        sheet.put(HEAD_ROW, LISTED, "those that stay up", bold.but(horizontal="left", indent=1))
        bar = Ref(CURVES, self.summary + 1, LEARNED, True)
        for run in range(places.runs):
            row, label = FIRST_ROW + run, places.of(run, LABEL)
            first, last = places.of(run, FIRST), places.of(run, LAST)
            sheet.put(row, 2, label, styles.LABEL)
            grown = self.runs.column(run, self.runs.grown)
            learned = call("COUNTIF", grown, f"<{comparing.GROWN:g}")
            sheet.put(row, LEARNED, learned, WHOLE, claim=_learned(run))
            lower = guard(when(last < first - room(first), 0, 1))
            fails = guard(when(self.learned(run) <= steps, 1, lower))
            fits = equal(call("COUNT", places.costs(run)), steps + 1)
            sheet.put(row, FAILS, guard(when(fits, fails, 1)), WHOLE, claim=_fails(run))
            listed: Expression = label
            if run:
                before = Ref(CURVES, row - 1, LISTED)
                listed = guard(when(equal(before, ""), label, join([before, ", ", label])))
            otherwise = Ref(CURVES, row - 1, LISTED) if run else ""
            failed = equal(Ref(CURVES, row, FAILS), 1)
            look = styles.PLAIN.but(horizontal="left", indent=1)
            sheet.put(row, LISTED, guard(when(failed, listed, otherwise)), look)
            lowest = guard(when(last <= bar + room(bar), 1, 0))
            is_best = guard(when(call("ISNUMBER", last), lowest, 0))
            sheet.put(row, BEST, is_best, WHOLE, claim=_is_best(run))

    def _write_summary(self) -> None:
        sheet, places, top = self.sheet, self.places, self.summary
        flags = self._column(BEST)
        first = Ref(CURVES, top + 3, LEARNED)
        found = guard(when(Ref(CURVES, top + 2, LEARNED) > 0, call("MATCH", 1, flags, 0), 1))
        cost = styles.NUMBER.but(number_format=styles.SIX)
        lines: list[tuple[str, Expression, styles.Style, Callable[[Numbers], float]]] = [
            ("drawn up to", CUT_OFF * maximum(places.all(FIRST)), cost, cut_off),
            ("lowest cost at the end", minimum(places.all(LAST)), cost, _lowest),
            ("runs as low", call("SUM", flags), WHOLE, lambda n: len(best_of(n))),
            ("the first of them", found, WHOLE, lambda n: best_of(n)[0] + 1),
            (
                "its cost",
                call("INDEX", places.all(LAST), first, 1),
                cost,
                lambda n: n.compared[best_of(n)[0]].trace.costs[-1],
            ),
        ]
        for row, (title, formula, look, claim) in enumerate(lines, top):
            sheet.put(row, 2, title, styles.LABEL)
            sheet.put(row, LEARNED, formula, look, claim=claim)

    def _write_points(self) -> None:
        """The costs as they are drawn, none above the chart."""
        sheet, places = self.sheet, self.places
        sheet.put(self.points - 1, 2, "step", styles.LABEL.but(bold=True))
        for run in range(places.runs):
            sheet.put(self.points - 1, 3 + run, places.of(run, LABEL), styles.LABEL_RIGHT)
        highest = Ref(CURVES, self.summary, LEARNED, True)
        for row, step in enumerate(self.steps, self.points):
            sheet.put(row, 2, float(step), WHOLE)
            for run in range(places.runs):
                shown = guard(minimum(places.cost(run, step), highest))
                sheet.put(row, 3 + run, shown, styles.NUMBER.but(number_format=styles.SIX))

        def claim(numbers: Numbers) -> FloatArray:
            costs = np.column_stack([h.trace.costs[self.steps] for h in numbers.compared])
            return np.minimum(costs, cut_off(numbers))

        sheet.claims.append(Claim(self.points, 3, len(self.steps), places.runs, claim))

    def curve(self, run: int) -> tuple[Area, Area]:
        """The points of a run's curve: steps and costs."""
        bottom = self.points + len(self.steps) - 1
        x, y = (Area(CURVES, self.points, c, bottom, c, True) for c in (2, 3 + run))
        return x, y

    # The sentences

    def best(self, text: Ref) -> tuple[Expression, Callable[[Numbers], str]]:
        """Which run ends lowest; `text` is the cell with its cost in words."""
        places, steps = self.places, self.places.steps
        many, first = (Ref(CURVES, self.summary + n, LEARNED, True) for n in (2, 3))
        label = call("INDEX", places.all(LABEL), first, 1)
        more = guard(when(many > 1, join([" (", many - 1, " more as low)"]), ""))
        begins = f"The lowest cost after {steps:,} step{'s' * (steps > 1)}: "
        says = join([begins, label, ", with ", text, more, "."])
        formula = guard(when(equal(many, 0), "No run has a cost that fits a cell.", says))

        def claim(numbers: Numbers) -> str:
            found = best_of(numbers)
            cost = in_figures(float(numbers.compared[found[0]].trace.costs[-1]))
            more = f" ({len(found) - 1} more as low)" if len(found) > 1 else ""
            return f"{begins}{self._label(numbers, found[0])}, with {cost}{more}."

        return formula, claim

    @property
    def best_cost(self) -> Ref:
        return Ref(
            CURVES, self.summary + 4, LEARNED, symbol=self.context.symbols.cost, signless=True
        )

    def trouble(self) -> tuple[Expression, Callable[[Numbers], str]]:
        """Which runs do not end lower than they began."""
        listed = Ref(CURVES, FIRST_ROW + self.places.runs - 1, LISTED)
        none = "✓ Every run ends lower than it began."
        formula = guard(when(equal(listed, ""), none, join([HIGH, listed, "."])))

        def claim(numbers: Numbers) -> str:
            found = [
                self._label(numbers, run)
                for run, held in enumerate(numbers.compared)
                if not comes_down(held)
            ]
            return HIGH + ", ".join(found) + "." if found else none

        return formula, claim

    def _label(self, numbers: Numbers, run: int) -> str:
        value = float(numbers.settings[comparing.VALUES, None][run])
        return f"{self.symbol} = {in_figures(value)}"


def cut_off(numbers: Numbers) -> float:
    """The highest cost that is drawn."""
    return CUT_OFF * max(float(held.trace.costs[0]) for held in numbers.compared)


def _lowest(numbers: Numbers) -> float:
    return min(float(held.trace.costs[-1]) for held in numbers.compared)


def _learned(run: int) -> Callable[[Numbers], float]:
    def claim(numbers: Numbers) -> float:
        held = numbers.compared[run]
        return float(len(held.trace.costs) if held.stopped is None else held.stopped)

    return claim


def _fails(run: int) -> Callable[[Numbers], float]:
    return lambda numbers: float(not comes_down(numbers.compared[run]))


def _is_best(run: int) -> Callable[[Numbers], float]:
    return lambda numbers: float(run in best_of(numbers))
