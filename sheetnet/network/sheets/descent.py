"""Descent: the cost against one chosen weight, the slope there, the step that is taken.

The points of the curve are forward passes with that weight moved, on the sheet of workings
"Descent curve"; beside it, the cost as a map over two weights (`cost_map`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sheetnet.expressions.formula import (
    Area,
    Expression,
    Ref,
    call,
    guarded,
    join,
    maximum,
    minimum,
)
from sheetnet.expressions.mathematics import filled_in
from sheetnet.network.numbers import Derived, Numbers
from sheetnet.network.quantities import (
    COST,
    DESCENT_REACH,
    FIRST_PARAMETER,
    SECOND_PARAMETER,
    Quantity,
    Role,
)
from sheetnet.network.sheets import cost_map, inputs, moved, parameters
from sheetnet.network.sheets import descent_numbers as found
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.descent_numbers import (
    BESIDE,
    CHANGE_DIGITS,
    FURTHER,
    LEVEL,
    NONE,
    POINTS,
    ROOM,
    TANGENT,
    Claim,
    chosen,
)
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.moved import Mover, Rows
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.book import labelled
from sheetnet.workbook.charts import Axis, Chart, Series
from sheetnet.workbook.model import Cell, Link, PrintSetup, Sheet
from sheetnet.workbook.styles import BACKWARD, FORWARD, UPDATE, Style

NAME, CURVE = "Descent", "Descent curve"
KNOB_ROW, HEAD_ROW, FIRST_ROW = 3, 5, 6
LABEL, VALUE = 2, 3
#: What stands on the left, row by row.
NOW, HERE, SLOPE, STEP, AFTER, THERE, PROMISED, REACH = range(FIRST_ROW, FIRST_ROW + 8)
WORDS_ROW = REACH + 1
CHART_COLUMN, CHART_WIDTH, CHART_HEIGHT = 5, 14.5, 9.6
#: The rows that the chart and the map take, and how high each of them is.
CHART_ROWS, ROW_HEIGHT = cost_map.MOST, cost_map.ROW_HEIGHT

DESCENT_PARAMETER = Quantity(
    "descent_parameter",
    ("point",),
    Role.UPDATE,
    "the chosen weight along the curve",
    lambda s, layer, at: s.cost,
)
DESCENT_COST = Quantity(
    "descent_cost", ("point",), Role.FORWARD, "the cost along the curve", lambda s, _, at: s.cost
)


def applies(context: Context) -> bool:
    """Whether there are weights to choose from, and room for the points of the curve."""
    if not parameters.listed(context):
        return False
    width = moved.width(context.net, context.samples) + 3
    return (POINTS + 1) * width <= parameters.MOST_FORMULAS


def _place(context: Context) -> None:
    places = [(FIRST_PARAMETER, KNOB_ROW, VALUE), (DESCENT_REACH, REACH, VALUE)]
    if cost_map.size(context):
        places.append((SECOND_PARAMETER, KNOB_ROW, cost_map.KNOB_COLUMN))
    for quantity, row, column in places:
        context.place_knob(context.knobs[quantity.name, None], NAME, row, column)


def _fill(context: Context) -> list[Sheet]:
    sheet = Sheet(NAME, "the cost against one weight, and the step that is taken")
    sheet.tab_colour, sheet.cursor = styles.ORANGE, (KNOB_ROW, VALUE)
    sheet.freeze, sheet.print_setup = (HEAD_ROW, 1), PrintSetup(fit_height=1)
    workings = Sheet(CURVE, "workings: the points of the curve on Descent", workings=True)
    hint = (
        "All other weights stay. The gradient is the slope of the curve at this step’s weight; "
        "the step goes down that slope."
    )
    frame.head(sheet, title="Descent: the cost against one weight", hint=hint, problem=PROBLEM)
    sheet.widths |= {1: 2.5, LABEL: 21.0, VALUE: 14.0, VALUE + 1: 3.0}
    writer = _Writer(context, sheet, workings)
    writer.write()
    more = cost_map.fill(context, sheet, writer.number)
    right = max([p[1] for p in sheet.cells] + [CHART_COLUMN + 8])
    frame.banner(sheet, right)
    return [sheet, workings, *more]


class _Writer:
    """The left half: the numbers, the sentence, the curve."""

    def __init__(self, context: Context, sheet: Sheet, workings: Sheet) -> None:
        self.context, self.sheet, self.workings = context, sheet, workings
        self.knob = context.knob(FIRST_PARAMETER).ref(fixed=True)
        self.number = Ref(CURVE, 3, 2, True)

    def value(self, row: int) -> Ref:
        """The number on the left in a row."""
        return Ref(NAME, row, VALUE, True, digits=6)

    def write(self) -> None:
        self._write_knobs()
        rows = self._write_workings()
        self._write_numbers(rows)
        self._write_words(rows)
        self._draw(rows)

    def _write_knobs(self) -> None:
        context, sheet = self.context, self.sheet
        sheet.heights |= {KNOB_ROW: 24, HEAD_ROW: 24}
        sheet.heights |= dict.fromkeys(range(FIRST_ROW, FIRST_ROW + CHART_ROWS), ROW_HEIGHT)
        knob = context.knobs[FIRST_PARAMETER.name, None]
        sheet.put(KNOB_ROW, LABEL, "weight", styles.LABEL_RIGHT)
        context.fill_knob(sheet, knob, styles.INPUT.but(size=14, font=styles.SERIF))
        sheet.validations.append(parameters.validation(context, knob))
        sheet.notes[KNOB_ROW, VALUE] = knob.note
        sheet.put(KNOB_ROW, CHART_COLUMN, "step", styles.LABEL_RIGHT)
        look = styles.NUMBER.but(bold=True, number_format="0", horizontal="center")
        sheet.put(KNOB_ROW, CHART_COLUMN + 1, context.step, look, claim=lambda n: n.step)
        link = styles.LINK.but(size=9, italic=True)
        sheet.put(KNOB_ROW, CHART_COLUMN + 2, "chosen on Start", link)
        sheet.links[KNOB_ROW, CHART_COLUMN + 2] = Link("Start", tip="To the step")
        reach = context.knobs[DESCENT_REACH.name, None]
        context.fill_knob(sheet, reach, styles.INPUT.but(number_format=reach.number_format))
        sheet.validations.append(inputs.validation(reach, context.knob(DESCENT_REACH)))
        sheet.notes[REACH, VALUE] = reach.note
        heading = join([f"{context.symbols.cost} against ", self.knob])
        sheet.put(HEAD_ROW, LABEL, heading, styles.HEADING)
        sheet.fill(HEAD_ROW, LABEL, HEAD_ROW, CHART_COLUMN + 7, styles.HEADING)

    def _write_workings(self) -> Rows:
        context, sheet = self.context, self.workings
        hint = "forward passes of the chosen step with one parameter moved; the last is the step’s"
        title = "Descent curve: workings of Descent"
        parameters.head_workings(context, sheet, title, hint, FIRST_PARAMETER)
        small = styles.SIGN.but(number_format="0.00")

        def heads(row: int) -> list[Cell]:
            reach, step = self.value(REACH), call("ABS", self.value(STEP))
            move = Ref(CURVE, row, 1) * (reach + FURTHER * step)
            place = self.value(NOW) + Ref(CURVE, row, 2)
            return [Cell(0.0, small), Cell(move, styles.NUMBER), Cell(place, UPDATE)]

        rows = Rows(context, sheet, [Mover(self.number, chosen, 2)], heads)
        rows.write(found.curve)
        behind = rows.top + POINTS + 1
        own = [Cell(0.0, small), Cell(self.value(STEP), styles.NUMBER)]
        own.append(Cell(self.value(AFTER), UPDATE))
        rows.write_row(behind, own, found.landing)
        for column, title in enumerate(("place", "moved by", "weight"), 1):
            sheet.put(rows.top - 1, column, title, styles.LABEL_CENTRE)
        frame.banner(sheet, rows.right)
        sheet.freeze, sheet.cursor = (rows.top, 4), (rows.top, 4)
        for quantity, column in ((DESCENT_PARAMETER, 3), (DESCENT_COST, rows.cost_column)):
            lengths = {"point": POINTS}
            block = Block(quantity.name, None, CURVE, rows.top, column, ("point",), (), lengths)
            context.show(sheet, block)
        return rows

    def _write_numbers(self, rows: Rows) -> None:
        """What stands on the left: now, the slope, the step, where it leads."""
        context, cost = self.context, self.context.symbols.cost
        table = {of: parameters.look(context, of, self.number) for of in _LOOKED_UP}
        there = Ref(CURVE, rows.top + POINTS + 1, rows.cost_column)
        rate, plain = context.notation.rate_letter, context.net.is_plain
        tangent = self.value(HERE) + self.value(SLOPE) * self.value(STEP)
        step = self.value(AFTER) - self.value(NOW)
        lines: list[tuple[int, str, Expression, Style, Callable[[Numbers], float]]] = [
            (NOW, "weight at this step", table[parameters.VALUE], UPDATE, found.now),
            (HERE, f"cost {cost} at this step", context.of_step(COST), FORWARD, found.cost),
            (SLOPE, "slope = gradient", table[parameters.GRADIENT], BACKWARD, found.slope),
            (
                STEP,
                f"change −{rate} · gradient" if plain else "change of the weight",
                step,
                UPDATE,
                found.step,
            ),
            (AFTER, "weight after the step", table[parameters.NEXT], UPDATE, found.after),
            (THERE, f"cost {cost} after the step", there, FORWARD, found.there),
            (PROMISED, "cost by the tangent", tangent, BACKWARD, found.promised),
        ]
        for row, title, formula, role, claim in lines:
            signed = row in (SLOPE, STEP)
            look = role.but(
                bold=True,
                horizontal="center",
                number_format=styles.SIGNED_SIX if signed else styles.SIX,
            )
            self.sheet.put(row, LABEL, title, styles.LABEL)
            self.sheet.put(row, VALUE, formula, look, claim=claim)
            if row in (NOW, SLOPE, AFTER):
                line = labelled(NAME, (KNOB_ROW, VALUE), (row, VALUE), (row, LABEL))
                context.readings.append(line)
        self.sheet.put(REACH, LABEL, "curve reaches ±", styles.LABEL)

    def _write_changes(self, row: int) -> list[Ref]:
        """How the tangent and how the curve change the cost, on the workings; their cells.

        Sentences tell these: of the costs themselves the first digits are often the same.
        """
        cost, sheet = self.context.symbols.cost, self.workings
        sheet.put(row, 1, "change of the cost", styles.LABEL)
        tangent = self.value(SLOPE) * self.value(STEP)
        curve = call("ROUND", self.value(THERE) - self.value(HERE), CHANGE_DIGITS)
        claims = lambda n: found.slope(n) * found.step(n), found.change
        for column, change, claim in zip((2, 3), (tangent, curve), claims, strict=True):
            sheet.put(row, column, change, FORWARD, claim=claim)
        symbol = "change of " + cost
        return [Ref(CURVE, row, column, True, symbol=symbol, digits=6) for column in (2, 3)]

    def _write_words(self, rows: Rows) -> None:
        """What happened, in words: where the tangent leads, and where the curve."""
        sheet, rate = self.sheet, self.context.notation.rate_letter
        changes = self._write_changes(rows.top + POINTS + 13)
        promised, change = (guarded(filled_in(ref)) for ref in changes)
        outcomes = (
            "The step goes down.",
            "The cost stays as it was.",
            f"Overshoot! The step leads up the other side. Choose a smaller {rate}."
            if self.context.net.optimiser.is_plain
            else f"The step leads up: what it keeps of earlier steps, or {rate}, is too large.",
        )
        outcome = call("CHOOSE", call("SIGN", changes[1]) + 2, *outcomes)
        # The outcome, of one line or two, stands close over what it comes from.
        prose = styles.PLAIN.but(wrap=True, vertical="top")
        expected = join(["The tangent promises that the cost changes by ", promised, "."])
        look = prose.but(vertical="center")
        sheet.put(WORDS_ROW + 2, LABEL, expected, look, claim=found.expected)
        sheet.merge(WORDS_ROW + 2, LABEL, WORDS_ROW + 3, VALUE)
        changed = join(["It changes by ", change, "."])
        sheet.put(WORDS_ROW + 4, LABEL, changed, prose, claim=found.told)
        sheet.merge(WORDS_ROW + 4, LABEL, WORDS_ROW + 4, VALUE)

        def said(numbers: Numbers) -> str:
            # In words of its own, so that none can stand at the place of another.
            change = found.change(numbers)
            if change > 0:
                return outcomes[-1]
            return "The step goes down." if change < 0 else "The cost stays as it was."

        look = prose.but(bold=True, vertical="bottom")
        sheet.put(WORDS_ROW, LABEL, outcome, look, claim=said)
        sheet.merge(WORDS_ROW, LABEL, WORDS_ROW + 1, VALUE)

    def _write_ends(self, rows: Rows) -> int:
        """The ends of the tangent and of the step, for the chart; returns their first row.

        Of three more points nothing is drawn but words: one keeps those under a point off the axis,
        the others keep them off the curve, which rises or falls from the points.
        """
        sheet, top = self.workings, rows.top + POINTS + 4
        width = self.value(REACH) + FURTHER * call("ABS", self.value(STEP))
        half = TANGENT * width
        now, here, slope = (self.value(row) for row in (NOW, HERE, SLOPE))
        column = rows.cost_column
        curve = Area(CURVE, rows.top, column, rows.top + POINTS - 1, column, True)
        low = minimum(curve)
        place = call("ROUND", (POINTS // 2) * self.value(STEP) / width, 0) + (POINTS // 2 + 1)
        behind, before = (call("INDEX", curve, place + side, 1) for side in (1, -1))

        tall = call("ROUND", maximum(curve) - low, CHANGE_DIGITS)

        def away(rise: Expression) -> Expression:
            steep = call("ROUND", rise, CHANGE_DIGITS)
            return BESIDE * width * steep / (call("ABS", steep) + LEVEL * tall + NONE)

        ends: list[tuple[str, Expression, Expression, Claim, Claim]] = [
            ("tangent", now - half, here - slope * half, found.end(-1, 0), found.end(-1, 1)),
            ("tangent", now + half, here + slope * half, found.end(1, 0), found.end(1, 1)),
            ("now", now, here, found.now, found.cost),
            ("promised", self.value(AFTER), self.value(PROMISED), found.after, found.promised),
            ("after the step", self.value(AFTER), self.value(THERE), found.after, found.there),
            ("room for words", now, low - ROOM * (maximum(curve) - low), found.now, found.room),
            ("words: now", now + away(slope * width), here, found.beside_now, found.cost),
            (
                "words: after the step",
                self.value(AFTER) - away((behind - before) * (POINTS // 4)),
                self.value(THERE),
                found.beside_after,
                found.there,
            ),
        ]
        for row, (title, x, y, at, height) in enumerate(ends, top):
            sheet.put(row, 1, title, styles.LABEL)
            sheet.put(row, 2, x, UPDATE, claim=at)
            sheet.put(row, 3, y, FORWARD, claim=height)
        return top

    def _draw(self, rows: Rows) -> None:
        """The curve, its tangent, the step along the tangent and down to the curve."""
        top, context = self._write_ends(rows), self.context
        last = rows.top + POINTS - 1

        def ends(first: int, behind: int, column: int) -> Area:
            return Area(CURVE, top + first, column, top + behind - 1, column, True)

        def points(first: int, behind: int, title: str, **look: Any) -> Series:
            return Series(ends(first, behind, 3), ends(first, behind, 2), title, **look)

        curve = Series(
            Area(CURVE, rows.top, rows.cost_column, last, rows.cost_column, True),
            Area(CURVE, rows.top, 3, last, 3, True),
            "the cost",
            colour=styles.ORANGE,
            width=2.5,
        )
        dot = {"line": False, "colour": styles.GREEN}
        series = (
            curve,
            points(0, 2, "tangent: the slope", colour=styles.BLUE, width=1.5),
            points(2, 5, "the step", colour=styles.GREEN, width=1.75),
            points(2, 3, "now", marker="circle", marker_size=10, **dot),
            points(4, 5, "after the step", marker="diamond", marker_size=11, **dot),
            points(5, 6, "room for words", line=False),
            points(6, 7, "now", label="below", line=False),
            points(7, 8, "after the step", label="above", line=False),
        )
        self.sheet.charts.append(
            Chart(
                row=FIRST_ROW,
                column=CHART_COLUMN,
                width=CHART_WIDTH,
                height=CHART_HEIGHT,
                series=series,
                x=Axis("the chosen weight", at_edge=True),
                y=Axis(str(context.symbols.cost), gridlines=True, at_edge=True),
                alt_text="The cost against the chosen weight, with today’s point, the tangent "
                "there and the step: along the tangent to the new weight, then to the curve",
            )
        )
        under = self.sheet
        text = "orange: the cost · blue: its tangent at this step · green: the step, "
        row = FIRST_ROW + CHART_ROWS + 1
        under.put(row, CHART_COLUMN, text + "along the tangent, then to the curve", styles.HINT)


_LOOKED_UP: Sequence[int] = (parameters.VALUE, parameters.GRADIENT, parameters.NEXT)

DESCENT = SheetKind(
    NAME,
    _fill,
    applies=applies,
    place=_place,
    derived=(
        Derived(DESCENT_PARAMETER, lambda numbers, _: found.curve(numbers)[:, 2]),
        Derived(DESCENT_COST, lambda numbers, _: found.curve(numbers)[:, -1]),
        cost_map.DERIVED,
    ),
)
