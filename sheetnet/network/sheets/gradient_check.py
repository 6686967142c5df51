"""Gradient check: central differences against every gradient of the chosen step.

The sheet Differences moves one parameter at a time up and down by h and computes the
whole forward pass again, a row for each; here stands what follows from the two costs.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

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
from sheetnet.network.engine import FloatArray, forward
from sheetnet.network.numbers import Derived, Numbers
from sheetnet.network.parameters import Parameter
from sheetnet.network.quantities import DIFFERENCE_STEP, Quantity, Role
from sheetnet.network.sheets import differences, inputs
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.differences import checked, moved_costs
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.sheets import frame
from sheetnet.sheets.checks import FAILED
from sheetnet.sheets.checks import PASSED as TICK
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import Axis, Chart, PrintSetup, Rule, Series, Sheet
from sheetnet.workbook.styles import BACKWARD, FORWARD

NAME = "Gradient check"
FIRST_ROW = 9
H_ROW, WORST_ROW = 4, 5
PARAMETER, GRADIENT, DIFFERENCE, APART, RATIO, VERDICT = range(2, 8)
#: The ends of the chart's diagonal.
LEAST_COLUMN, LARGEST_COLUMN, CHART_COLUMN = 17, 18, 9
#: The cell that says how many parameters passed.
PASSED = Ref(NAME, WORST_ROW, 4)
#: Networks with more parameters than this are not checked in the workbook.
MOST_PARAMETERS = 5_000
#: Largest ratio that passes, and the size of gradients below which it is absolute.
PASSES, SMALL = 1e-4, 1e-4
#: Below this part of a gradient, what rounding the cost leaves of it is no matter.
LAST_DIGIT, BLUR = 1e-15, 1e-5
#: What else than ✓ and ✗ a verdict may be: a unit was switched by the move; the cost's last
#: digit hides the difference. Neither says anything about the gradient.
KINK, BLURRED = "kink", "—"

#: One number for each parameter that is checked, in the order of the rows.
CHECKED = "parameter"


def _quantity(name: str, title: str) -> Quantity:
    return Quantity(name, (CHECKED,), Role.BACKWARD, title, lambda s, layer, at: s.cost)


CHECKED_GRADIENT = _quantity("checked_gradient", "gradients that are checked")
CENTRAL_DIFFERENCE = _quantity("central_difference", "central differences")
GRADIENT_DISTANCE = _quantity("gradient_distance", "how far apart the two are")
GRADIENT_RATIO = _quantity("gradient_ratio", "the same, by their size")


def applies(context: Context) -> bool:
    """Whether the network is small enough for the check."""
    few = context.net.parameter_count <= MOST_PARAMETERS
    return few and differences.width(context.net, context.samples) < differences.MOST_CELLS // 16


# The numbers


def _h(numbers: Numbers) -> float:
    return numbers.settings.number(DIFFERENCE_STEP.name)


def _gradients(numbers: Numbers) -> FloatArray:
    return np.array(
        [
            numbers.now(p.quantity.gradient, p.layer)[tuple(p.place.values())]
            for p in checked(numbers.net, len(numbers.inputs))
        ]
    )


def _differences(numbers: Numbers) -> FloatArray:
    costs = moved_costs(numbers)
    slopes: FloatArray = (costs[:, 0] - costs[:, 1]) / (2 * _h(numbers))
    return slopes


def _blurred(numbers: Numbers) -> npt.NDArray[np.bool_]:
    """Where the cost is so large that its last digit hides the difference."""
    rounding = moved_costs(numbers)[:, 0] * LAST_DIGIT / _h(numbers)
    hidden: npt.NDArray[np.bool_] = rounding > BLUR * (SMALL + np.abs(_gradients(numbers)))
    return hidden


def _apart(numbers: Numbers) -> FloatArray:
    apart: FloatArray = np.abs(_differences(numbers) - _gradients(numbers))
    return apart


def _ratios(numbers: Numbers) -> FloatArray:
    size = SMALL + np.abs(_gradients(numbers)) + np.abs(_differences(numbers))
    return np.where(_blurred(numbers), 0.0, _apart(numbers) / size)


def _kinked(numbers: Numbers) -> list[bool]:
    """Whether a move carries some z over a kink of its activation."""
    net, h = numbers.net, _h(numbers)
    base = {(q.name, layer): numbers.now(q, layer) for q, layer in net.parameters()}
    found = []
    for parameter in checked(net, len(numbers.inputs)):
        sides = []
        for by in (h, -h):
            moved = dict(base)
            key = parameter.quantity.name, parameter.layer
            moved[key] = base[key].copy()
            moved[key][tuple(parameter.place.values())] += by
            kept = forward(net, moved, numbers.inputs)
            sides.append(
                [
                    int((kept[layer.number - 1][quantity.name] > at).sum())
                    for layer in net.layers
                    for quantity, at in layer.kinks()
                ]
            )
        found.append(sides[0] != sides[1])
    return found


@lru_cache(maxsize=4)
def verdicts(numbers: Numbers) -> list[str]:
    """What the check says of each parameter."""
    kinked, blurred = _kinked(numbers), _blurred(numbers)
    passed = _ratios(numbers) <= PASSES
    return [
        KINK if kink else BLURRED if blur else TICK if ok else FAILED
        for kink, blur, ok in zip(kinked, blurred, passed, strict=True)
    ]


def summary(numbers: Numbers) -> str:
    """How many parameters passed, and whether none failed."""
    found = verdicts(numbers)
    ticks = found.count(TICK)
    mark = FAILED if FAILED in found or not ticks else TICK
    return f"{mark} {ticks} of {len(found)}"


def _scale(numbers: Numbers) -> float:
    """How large the numbers are that a difference is taken of, for comparing programs."""
    cost = float(numbers.trace.costs[numbers.step])
    return max(1.0, 1e7 * cost * LAST_DIGIT / _h(numbers))


# The sheet


def _place(context: Context) -> None:
    context.place_knob(context.knobs[DIFFERENCE_STEP.name, None], NAME, H_ROW, 3)


def _fill(context: Context) -> list[Sheet]:
    """The check and its workings."""
    parameters = checked(context.net, context.samples)
    sheet = Sheet(NAME, "central differences against every gradient")
    sheet.tab_colour, sheet.freeze, sheet.cursor = styles.BLUE, (FIRST_ROW, 1), (H_ROW, 3)
    workings = differences.fill(context)
    sheet.print_setup = PrintSetup(title_rows=(FIRST_ROW - 1, FIRST_ROW - 1))
    for column, width in enumerate((2.5, 20, 14, 16, 14, 14, 8, 4), 1):
        sheet.widths[column] = width
    d, symbols = context.notation.derivative, context.symbols
    cost = symbols.cost.text
    hint = (
        f"Each parameter is moved up and down by h, and the cost computed again: "
        f"{d}{cost}/{d}w ≈ ({cost}(w + h) − {cost}(w − h)) / 2h. "
        f"The workings are on {differences.NAME}."
    )
    frame.head(sheet, "Gradient check: do the gradients say what the cost does?", hint)
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
    _write_chart(sheet, FIRST_ROW + len(parameters) - 1)
    return [sheet, workings]


GRADIENT_CHECK = SheetKind(
    NAME,
    _fill,
    applies=applies,
    place=_place,
    derived=(
        Derived(CHECKED_GRADIENT, lambda numbers, _: _gradients(numbers)),
        Derived(CENTRAL_DIFFERENCE, lambda numbers, _: _differences(numbers), _scale),
        Derived(GRADIENT_DISTANCE, lambda numbers, _: _apart(numbers), _scale),
        Derived(GRADIENT_RATIO, lambda numbers, _: _ratios(numbers), _scale),
    ),
)


def _write_top(context: Context, sheet: Sheet, parameters: list[Parameter]) -> None:
    sheet.put(3, 2, "step", styles.LABEL_RIGHT)
    look = styles.NUMBER.but(bold=True, number_format="0")
    sheet.put(3, 3, context.step, look, claim=lambda numbers: numbers.step)
    sheet.put(3, 4, "chosen on Network", styles.HINT)
    knob = context.knobs[DIFFERENCE_STEP.name, None]
    sheet.put(H_ROW, 2, knob.title, styles.LABEL_RIGHT)
    context.fill_knob(sheet, knob, styles.INPUT.but(number_format=knob.number_format))
    sheet.put(H_ROW, 4, knob.note[0].lower() + knob.note[1:].rstrip("."), styles.HINT)
    sheet.validations.append(inputs.validation(knob, context.knob(DIFFERENCE_STEP)))
    bottom = FIRST_ROW + len(parameters) - 1
    ratios = Area(NAME, FIRST_ROW, RATIO, bottom, RATIO)
    sheet.put(WORST_ROW, 2, "worst ratio", styles.LABEL_RIGHT)
    look = styles.FIGURE.but(size=12, number_format="0.0E+00", horizontal="right")
    sheet.put(
        WORST_ROW,
        3,
        maximum(ratios),
        look,
        claim=lambda numbers: _ratios(numbers).max(),
        approximate=_scale,
    )
    marks = Area(NAME, FIRST_ROW, VERDICT, bottom, VERDICT, True)
    ticks, crosses = (call("COUNTIF", marks, mark) for mark in (TICK, FAILED))
    failed = call("OR", crosses > 0, equal(ticks, 0))
    count = join([when(failed, "✗ ", "✓ "), ticks, f" of {len(parameters)}"])
    look = styles.CHECK.but(size=12, horizontal="left")
    passing = tuple(f"{TICK} {n} of {len(parameters)}" for n in range(1, len(parameters) + 1))
    sheet.put(WORST_ROW, PASSED.column, count, look, claim=summary, passes=passing)
    place = Area(NAME, WORST_ROW, 4, WORST_ROW, 4)
    sheet.formats.append(Rule(place, failed, styles.WRONG))
    sheet.notes[WORST_ROW, 4] = (
        f"“{KINK}”: a ReLU was switched by the move itself. “{BLURRED}”: the cost is so large that "
        "its last digit hides the difference. Neither says anything about the gradient."
    )
    if len(parameters) < context.net.parameter_count:
        some = f"{len(parameters)} of {context.net.parameter_count:,} parameters, evenly chosen"
        sheet.put(6, 2, some, styles.HINT)


def _write_parameter(context: Context, sheet: Sheet, number: int, parameter: Parameter) -> None:
    """Analytic against numeric: the gradient of Training, the difference of two costs."""
    row, h, column = FIRST_ROW + number, context.h, differences.cost_column(context)
    up, down = (Ref(differences.NAME, differences.row_of(number, i), column) for i in (0, 1))
    gradient = context.of_step(parameter.quantity.gradient, parameter.layer, **parameter.place)
    analytic, numeric, apart = (Ref(NAME, row, c) for c in (GRADIENT, DIFFERENCE, APART))
    sheet.put(row, PARAMETER, parameter.symbol(context.symbols), styles.SYMBOL)
    sheet.put(row, GRADIENT, gradient, BACKWARD.but(number_format="0.00000000"))
    look = FORWARD.but(number_format="0.00000000")
    sheet.put(row, DIFFERENCE, (up - down) / (2 * h), look)
    small = styles.NUMBER.but(number_format="0.0E+00")
    sheet.put(row, APART, call("ABS", numeric - analytic), small)
    size = SMALL + call("ABS", analytic) + call("ABS", numeric)
    # The last digits of the cost, divided by 2h, are all that a difference can tell.
    blurred = up * LAST_DIGIT / h > BLUR * (SMALL + call("ABS", analytic))
    sheet.put(row, RATIO, guard(when(blurred, 0, apart / size)), small)
    verdict: Expression = when(Ref(NAME, row, RATIO) <= PASSES, TICK, FAILED)
    verdict = when(blurred, BLURRED, verdict)
    kinks = any(layer.kinks() for layer in context.layers)
    if kinks:
        verdict = when(_crosses(context, number), KINK, verdict)
    passes = (TICK, BLURRED, KINK) if kinks else (TICK, BLURRED)
    sheet.put(
        row,
        VERDICT,
        verdict,
        styles.CHECK,
        claim=lambda numbers: verdicts(numbers)[number],
        passes=passes,
    )


def _crosses(context: Context, number: int) -> Expression:
    """Whether some z is carried over a kink by one of the two moves only."""
    counts = []
    for move in (0, 1):
        row = differences.row_of(number, move)
        above = [
            call("COUNTIF", area, f">{at:.15g}") for area, at in differences.kinked(context, row)
        ]
        counts.append(above)
    pairs = zip(*counts, strict=True)
    apart = [call("ABS", up - down) for up, down in pairs]
    result: Expression = apart[0]
    for one in apart[1:]:
        result = result + one
    return result > 0


def _write_chart(sheet: Sheet, bottom: int) -> None:
    """Numeric against analytic: all points on the diagonal."""
    analytic = Area(NAME, FIRST_ROW, GRADIENT, bottom, GRADIENT, True)
    numeric = Area(NAME, FIRST_ROW, DIFFERENCE, bottom, DIFFERENCE, True)
    ends = ((LEAST_COLUMN, "least", minimum, np.min), (LARGEST_COLUMN, "largest", maximum, np.max))
    for column, title, end, of in ends:
        sheet.put(FIRST_ROW - 2, column, f"{title} gradient", styles.LABEL_CENTRE.but(size=8))

        def claim(numbers: Numbers, of: object = of) -> float:
            assert callable(of)
            return float(of(_gradients(numbers)))

        look = styles.NUMBER.but(size=8, colour=styles.GREY)
        sheet.put(FIRST_ROW - 1, column, end(analytic), look, claim=claim)
    diagonal = Area(NAME, FIRST_ROW - 1, LEAST_COLUMN, FIRST_ROW - 1, LARGEST_COLUMN, True)
    sheet.charts.append(
        Chart(
            row=3,
            column=CHART_COLUMN,
            width=12.0,
            height=11.0,
            title="Central difference against gradient",
            series=(
                Series(diagonal, diagonal, "equal", colour=styles.PALE, width=1.0),
                Series(
                    numeric,
                    analytic,
                    "parameters",
                    colour=styles.BLUE,
                    line=False,
                    marker="circle",
                    marker_size=7,
                ),
            ),
            x=Axis("gradient"),
            y=Axis("central difference", gridlines=True),
            alt_text="Every parameter as a point: its gradient to the right, the central "
            "difference upwards; all lie on the diagonal where the two agree",
        )
    )
