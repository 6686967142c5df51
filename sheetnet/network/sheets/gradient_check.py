"""Gradient check: central differences against every gradient of the chosen step.

The sheet Differences moves one parameter at a time up and down by h and computes the
whole forward pass again, a row for each; here stands what follows from the two costs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

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
from sheetnet.network.engine import FloatArray
from sheetnet.network.numbers import Derived, Numbers
from sheetnet.network.parameters import Parameter
from sheetnet.network.quantities import DIFFERENCE_STEP, Quantity, Role
from sheetnet.network.sheets import differences, inputs
from sheetnet.network.sheets import gradient_verdicts as found
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.differences import checked
from sheetnet.network.sheets.gradient_verdicts import BLURRED, COARSE, KINK, PASSES, SMALL
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.verdict_cells import CentralCells, Moved
from sheetnet.sheets import frame
from sheetnet.sheets.checks import FAILED, mark_failures, shows
from sheetnet.sheets.checks import PASSED as TICK
from sheetnet.sheets.words import NOTHING, PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.book import labelled
from sheetnet.workbook.charts import Axis, Chart, Series
from sheetnet.workbook.model import Claim, PrintSetup, Rule, Sheet
from sheetnet.workbook.styles import BACKWARD, FORWARD

NAME = "Gradient check"
FIRST_ROW = 9
H_ROW, WORST_ROW = 4, 5
PARAMETER, GRADIENT, DIFFERENCE, APART, RATIO, VERDICT = range(2, 8)
#: What the chart shows, beside it: the points, the ends of the diagonal, the largest number; and
#: the ratios that decide.
SCALED_GRADIENT, SCALED_DIFFERENCE, DECIDED, CHART_COLUMN = 17, 18, 19, 9
LARGEST_ROW, DIAGONAL_ROW = 4, 5
#: The cell that says how many parameters passed.
PASSED = Ref(NAME, WORST_ROW, 4)
#: Networks with more parameters than this are not checked in the workbook.
MOST_PARAMETERS = 5_000
#: One number for each parameter that is checked, in the order of the rows.
CHECKED = "parameter"
#: What stands in the place of a ✓ or ✗ where the difference says nothing about the gradient.
SAYS_NOTHING = {
    KINK: f"“{KINK}”: a unit was switched by the move itself.",
    COARSE: f"“{COARSE}”: h is too large for numbers of this size, choose a smaller one.",
    BLURRED: f"“{BLURRED}”: the cost is so large that its last digit hides the difference, or a "
    "logarithm in it is cut off.",
}


def _quantity(name: str, title: str) -> Quantity:
    return Quantity(name, (CHECKED,), Role.BACKWARD, title, lambda s, layer, at: s.cost)


CHECKED_GRADIENT = _quantity("checked_gradient", "gradients that are checked")
CENTRAL_DIFFERENCE = _quantity("central_difference", "central differences")
GRADIENT_DISTANCE = _quantity("gradient_distance", "how far apart the two are")
GRADIENT_RATIO = _quantity("gradient_ratio", "the same, by their size")


def applies(context: Context) -> bool:
    """Whether the gradients are the whole cost's, and the network is small enough for the check."""
    few = context.net.parameter_count <= MOST_PARAMETERS and not context.net.learns_from
    return few and differences.width(context.net, context.samples) < differences.MOST_CELLS // 16


def count(context: Context) -> int:
    """How many parameters are checked."""
    return len(checked(context.net, context.samples))


def _marks(context: Context) -> Area:
    return Area(NAME, FIRST_ROW, VERDICT, FIRST_ROW + count(context) - 1, VERDICT, True)


def ticks(context: Context) -> Expression:
    """How many parameters passed."""
    return call("COUNTIF", _marks(context), TICK)


def left_open(context: Context) -> Expression:
    """The end of a text on all parameters: of how many the difference says nothing."""
    undecided = count(context) - ticks(context) - call("COUNTIF", _marks(context), FAILED)
    return guard(when(undecided > 0, join([", ", undecided, " undecided"]), ""))


def mark(context: Context) -> Expression:
    """The mark of the whole check."""
    none = guard(when(equal(ticks(context), 0), BLURRED, TICK))
    return guard(when(call("COUNTIF", _marks(context), FAILED) > 0, FAILED, none))


def _place(context: Context) -> None:
    context.place_knob(context.knobs[DIFFERENCE_STEP.name, None], NAME, H_ROW, 3)


def _fill(context: Context) -> list[Sheet]:
    """The check and its workings."""
    parameters = checked(context.net, context.samples)
    sheet = Sheet(NAME, "central differences against every gradient", labels=False)
    sheet.tab_colour, sheet.freeze, sheet.cursor = styles.BLUE, (FIRST_ROW, 1), (H_ROW, 3)
    workings = differences.fill(context)
    sheet.print_setup = PrintSetup(title_rows=(FIRST_ROW - 1, FIRST_ROW - 1))
    for column, width in enumerate((2.5, 20, 14, 16, 14, 14, 8, 4), 1):
        sheet.widths[column] = width
    symbols = context.symbols
    cost, w = symbols.cost.text, context.notation.weight_letter
    hint = (
        f"Each parameter is moved up and down by h, and the cost computed again: "
        f"{symbols.by_name(cost)}{w} ≈ ({cost}({w} + h) − {cost}({w} − h)) / 2h. "
        f"The workings are on {differences.NAME}."
    )
    frame.head(
        sheet,
        title="Gradient check: do the gradients say what the cost does?",
        hint=hint,
        problem=PROBLEM,
    )
    frame.banner(sheet, 15)
    _write_top(context, sheet, parameters)
    head = styles.LABEL.but(bold=True, borders="b", border_colour=styles.RULE, horizontal="center")
    titles = ["parameter", "gradient", "central difference", "apart", "ratio", ""]
    for column, title in enumerate(titles, PARAMETER):
        sheet.put(FIRST_ROW - 1, column, title or None, head)
    sheet.notes[FIRST_ROW - 1, RATIO] = (
        f"How far apart the two are, divided by their size ({SMALL:g} at least). Up to {PASSES:g} "
        "they agree: the rest is rounding and the curve's bend within h."
    )
    for number, parameter in enumerate(parameters):
        _write_parameter(context, sheet, number, parameter)
    for quantity, column in (
        (CHECKED_GRADIENT, GRADIENT),
        (CENTRAL_DIFFERENCE, DIFFERENCE),
        (GRADIENT_DISTANCE, APART),
        (GRADIENT_RATIO, RATIO),
    ):
        block = Block(
            quantity.name,
            None,
            NAME,
            FIRST_ROW,
            column,
            (CHECKED,),
            (),
            {CHECKED: len(parameters)},
        )
        context.show(sheet, block)
    marks = replace(_marks(context), fixed=False)
    mark_failures(sheet, marks)
    sheet.formats.append(Rule(marks, shows(marks, TICK), styles.CHECK))
    _write_chart(sheet, FIRST_ROW + len(parameters) - 1)
    return [sheet, workings]


GRADIENT_CHECK = SheetKind(
    NAME,
    _fill,
    applies=applies,
    place=_place,
    derived=(
        Derived(CHECKED_GRADIENT, lambda numbers, _: found.gradients(numbers)),
        Derived(
            CENTRAL_DIFFERENCE,
            lambda numbers, _: found.slopes(numbers),
            found.scale,
        ),
        Derived(
            GRADIENT_DISTANCE,
            lambda numbers, _: found.apart(numbers),
            found.scale,
        ),
        Derived(
            GRADIENT_RATIO,
            lambda numbers, _: found.ratios(numbers),
            found.scale,
        ),
    ),
)


def _write_top(context: Context, sheet: Sheet, parameters: Sequence[Parameter]) -> None:
    sheet.put(3, 2, "step", styles.LABEL_RIGHT)
    look = styles.NUMBER.but(bold=True, number_format="0")
    sheet.put(3, 3, context.step, look, claim=lambda numbers: numbers.step)
    sheet.put(3, 4, "chosen on Start", styles.HINT.but(horizontal="left", indent=1))
    knob = context.knobs[DIFFERENCE_STEP.name, None]
    sheet.put(H_ROW, 2, knob.title, styles.LABEL_RIGHT)
    context.fill_knob(sheet, knob, styles.INPUT.but(number_format=knob.number_format))
    aside = styles.HINT.but(horizontal="left", indent=1)
    sheet.put(H_ROW, 4, knob.note[0].lower() + knob.note[1:].rstrip("."), aside)
    sheet.validations.append(inputs.validation(knob, context.knob(DIFFERENCE_STEP)))
    bottom = FIRST_ROW + len(parameters) - 1
    ratios = Area(NAME, FIRST_ROW, DECIDED, bottom, DECIDED)
    _write_decided(sheet, bottom)
    sheet.put(WORST_ROW, 2, "worst ratio", styles.LABEL_RIGHT)
    sheet.notes[WORST_ROW, 2] = f"The largest ratio beside a {TICK} or {FAILED}."
    look = styles.FIGURE.but(size=12, number_format="0.0E+0", horizontal="right")
    sheet.put(
        WORST_ROW,
        3,
        maximum(ratios),
        look,
        claim=lambda numbers: found.decided(numbers).max(),
        approximate=found.scale,
    )
    every = len(parameters)
    of = f" of {every}"
    summed = join([mark(context), " ", ticks(context), of, left_open(context)])
    look = styles.CHECK.but(size=12, horizontal="left", indent=1)
    passing = [f"{TICK} {n}{of}, {every - n} undecided" for n in range(1, every)]
    passing += [f"{TICK} {every}{of}", f"{BLURRED} 0{of}, {every} undecided"]
    sheet.put(WORST_ROW, PASSED.column, summed, look, claim=found.summary, passes=tuple(passing))
    place = Area(NAME, WORST_ROW, 4, WORST_ROW, 4)
    failed = call("COUNTIF", _marks(context), FAILED) > 0
    sheet.formats.append(Rule(place, failed, styles.WRONG))
    nothing = equal(call("COUNTIF", _marks(context), TICK), 0)
    sheet.formats.append(Rule(place, nothing, styles.UNDECIDED))
    meanings = " ".join(SAYS_NOTHING.values())
    sheet.notes[WORST_ROW, 4] = f"{meanings} None of them says anything about the gradient."
    undecided = [
        guard(when(call("COUNTIF", _marks(context), word) > 0, f"{meaning} ", ""))
        for word, meaning in SAYS_NOTHING.items()
    ]
    sheet.put(WORST_ROW + 2, 2, join([*undecided, NOTHING]), styles.HINT, claim=_undecided)
    if len(parameters) < context.net.parameter_count:
        some = f"{len(parameters)} of {context.net.parameter_count:,} parameters, evenly chosen"
        sheet.put(6, 2, some, styles.HINT)


def _write_decided(sheet: Sheet, bottom: int) -> None:
    """The ratios where the difference says something of the gradient, and 0 elsewhere."""
    small = styles.SIGN.but(size=8, number_format="0.0E+0;-0.0E+0;0")
    sheet.put(FIRST_ROW - 1, DECIDED, "ratio, if it decides", styles.LABEL_CENTRE.but(size=8))
    sheet.widths[DECIDED] = 15.0
    for row in range(FIRST_ROW, bottom + 1):
        # With the empty cell beside it: of one cell alone some programs count nothing.
        mark = Area(NAME, row, VERDICT, row, VERDICT + 1)
        decides = call("COUNTIF", mark, TICK) + call("COUNTIF", mark, FAILED)
        sheet.put(row, DECIDED, Ref(NAME, row, RATIO) * decides, small)
    claim = lambda numbers: found.decided(numbers)[:, np.newaxis]  # noqa: E731
    rows = bottom - FIRST_ROW + 1
    sheet.claims.append(Claim(FIRST_ROW, DECIDED, rows, 1, claim, found.scale))


def _undecided(numbers: Numbers) -> str:
    """What the words mean that stand in the place of a ✓."""
    there = found.verdicts(numbers)
    said = [f"{meaning} " for word, meaning in SAYS_NOTHING.items() if word in there]
    return "".join([*said, NOTHING])


def _write_parameter(context: Context, sheet: Sheet, number: int, parameter: Parameter) -> None:
    """Analytic against numeric: the gradient of Training, the difference of two costs."""
    row = FIRST_ROW + number
    gradient = context.of_step(parameter.quantity.gradient, parameter.layer, **parameter.place)
    cells = _cells(context, number)
    sheet.put(row, PARAMETER, parameter.symbol(context.symbols), styles.SYMBOL)
    sheet.put(row, GRADIENT, gradient, BACKWARD.but(number_format="0.00000000"))
    if context.dense:  # of other layers no document has symbols
        head = FIRST_ROW - 1, GRADIENT
        context.readings.append(labelled(NAME, (row, PARAMETER), (row, GRADIENT), head))
    look = FORWARD.but(number_format="0.00000000")
    sheet.put(row, DIFFERENCE, cells.difference(), look)
    small = styles.NUMBER.but(number_format="0.0E+0;-0.0E+0;0")
    sheet.put(row, APART, cells.apart(), small)
    ratio = Ref(NAME, row, APART) / cells.size()
    sheet.put(row, RATIO, guard(when(cells.blurred(), 0, ratio)), small)
    sheet.put(
        row,
        VERDICT,
        cells.verdict(Ref(NAME, row, RATIO)),
        styles.CHECK.but(colour=styles.GREY, bold=False),
        claim=lambda numbers: found.verdicts(numbers)[number],
        passes=cells.passes(),
    )


def _cells(context: Context, number: int) -> CentralCells:
    """What is compared of a parameter, by its two rows of workings."""
    row, column = FIRST_ROW + number, differences.cost_column(context)
    up, down = (
        Moved(
            Ref(differences.NAME, there, column),
            differences.values_of(context, there),
            list(differences.kinked(context, there)),
        )
        for there in (differences.row_of(number, move) for move in (0, 1))
    )
    analytic, numeric = (Ref(NAME, row, column) for column in (GRADIENT, DIFFERENCE))
    return CentralCells(context.net, context.h, up, down, analytic, numeric)


def _write_chart(sheet: Sheet, bottom: int) -> None:
    """Numeric against analytic, as parts of the largest: all points on the diagonal.

    No axis can follow the numbers, and programs choose other ranges for the two: as parts of the
    largest, points have the same range always.
    """
    analytic = Area(NAME, FIRST_ROW, GRADIENT, bottom, GRADIENT)
    numeric = Area(NAME, FIRST_ROW, DIFFERENCE, bottom, DIFFERENCE)
    ends = (minimum(analytic, numeric), maximum(analytic, numeric))
    size = guard(maximum(SMALL, *(call("ABS", end) for end in ends)))
    largest = Ref(NAME, LARGEST_ROW, SCALED_DIFFERENCE)
    small = styles.SIGN.but(size=8, number_format=styles.FOUR)
    label = styles.LABEL_CENTRE.but(size=8)
    title = "workings of the chart"
    sheet.put(LARGEST_ROW - 1, SCALED_GRADIENT, title, styles.HINT.but(size=8))
    sheet.put(LARGEST_ROW, SCALED_GRADIENT, "largest", label)
    sheet.notes[LARGEST_ROW, SCALED_GRADIENT] = (
        "The largest gradient or central difference, without its sign: the chart shows all of them "
        f"divided by it. It is taken as {SMALL:g} at least, so that gradients that are all next to "
        "nothing stay at the middle of the chart."
    )
    sheet.put(
        LARGEST_ROW,
        SCALED_DIFFERENCE,
        size,
        small,
        claim=found.largest,
        approximate=found.scale,
    )
    for column, head, of, values in (
        (SCALED_GRADIENT, "gradient", GRADIENT, found.gradients),
        (SCALED_DIFFERENCE, "difference", DIFFERENCE, found.slopes),
    ):
        sheet.widths[column] = 13.0
        sheet.put(FIRST_ROW - 1, column, f"{head} ÷ largest", label)
        sheet.put(DIAGONAL_ROW, column, -Ref(NAME, DIAGONAL_ROW + 1, column), small, claim=-1.0)
        sheet.put(DIAGONAL_ROW + 1, column, 1.0, small)
        for row in range(FIRST_ROW, bottom + 1):
            sheet.put(row, column, Ref(NAME, row, of) / largest, small)

        def claim(numbers: Numbers, values: Callable[[Numbers], FloatArray] = values) -> FloatArray:
            return (values(numbers) / found.largest(numbers))[:, np.newaxis]

        rows = bottom - FIRST_ROW + 1
        sheet.claims.append(Claim(FIRST_ROW, column, rows, 1, claim, found.scale_of_parts))

    def points(column: int) -> Area:
        return Area(NAME, FIRST_ROW, column, bottom, column, True)

    def diagonal(column: int) -> Area:
        return Area(NAME, DIAGONAL_ROW, column, DIAGONAL_ROW + 1, column, True)

    sheet.charts.append(
        Chart(
            row=3,
            column=CHART_COLUMN,
            width=12.0,
            height=11.0,
            title="Central difference against gradient",
            series=(
                Series(
                    diagonal(SCALED_DIFFERENCE),
                    diagonal(SCALED_GRADIENT),
                    "equal",
                    colour=styles.PALE,
                    width=1.0,
                ),
                Series(
                    points(SCALED_DIFFERENCE),
                    points(SCALED_GRADIENT),
                    "parameters",
                    colour=styles.BLUE,
                    line=False,
                    marker="circle",
                    marker_size=7,
                ),
            ),
            x=Axis("gradient ÷ largest", minimum=-1.5, maximum=1.5),
            y=Axis("central difference ÷ largest", minimum=-1.5, maximum=1.5, gridlines=True),
            alt_text="Every parameter as a point: its gradient to the right, the central "
            "difference upwards, both divided by the largest; all lie on the diagonal where the "
            "two agree",
        )
    )
