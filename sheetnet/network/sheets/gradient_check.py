"""Gradient check: central differences against every gradient of the chosen step.

The sheet Differences moves one parameter at a time up and down by h and computes the
whole forward pass again, a row for each; here stands what follows from the two costs.
"""

from __future__ import annotations

from sheetnet.expressions.formula import (
    Area,
    Expression,
    Ref,
    call,
    equal,
    join,
    maximum,
    minimum,
    when,
)
from sheetnet.network.sheets import differences
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.differences import Columns, Parameter, parameters
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import Axis, Chart, PrintSetup, Rule, Series, Sheet, Validation
from sheetnet.workbook.styles import BACKWARD, FORWARD

NAME = "Gradient check"
FIRST_ROW = 9
H_ROW, WORST_ROW = 4, 5
#: Networks with more parameters than this are not checked in the workbook.
MOST_PARAMETERS = 5_000
#: Largest ratio that passes, and the size of gradients below which it is absolute.
PASSES, SMALL = 1e-4, 1e-4
#: Below this part of a gradient, what rounding the cost leaves of it is no matter.
LAST_DIGIT, BLUR = 1e-15, 1e-5
SMALLEST_H, LARGEST_H = 1e-6, 0.1
#: Activations with a kink, over which no difference can be taken.
KINKED = {"relu", "leaky_relu", "step"}


def fits(context: Context) -> bool:
    """Whether the network is small enough for the check."""
    few = context.parameters <= MOST_PARAMETERS
    return few and Columns(context).count < differences.MOST_CELLS // 16


def passed() -> Ref:
    """The cell that says how many parameters passed."""
    return Ref(NAME, WORST_ROW, 4)


def place(context: Context) -> None:
    context.blocks.add(Block("difference_step", None, NAME, H_ROW, 3, (), (), {}, False))


def fill(context: Context) -> tuple[Sheet, Sheet]:
    """The check and its workings."""
    checked = parameters(context)
    sheet = Sheet(NAME, tab_colour=styles.BLUE, freeze=(FIRST_ROW, 1), cursor=(H_ROW, 3))
    workings = differences.fill(context, checked)
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
    _write_top(context, sheet, checked)
    head = styles.LABEL.but(bold=True, borders="b", border_colour=styles.RULE, horizontal="center")
    titles = ["parameter", "gradient", "central difference", "apart", "ratio", ""]
    for column, title in enumerate(titles, 2):
        sheet.put(FIRST_ROW - 1, column, title or None, head)
    sheet.notes[FIRST_ROW - 1, 6] = (
        f"How far apart the two are, divided by their size ({SMALL:g} at least). Up to {PASSES:g} "
        "they agree: the rest is rounding and the curve's bend within h."
    )
    for number, parameter in enumerate(checked):
        _write_parameter(
            context, sheet, FIRST_ROW + number, parameter, differences.row_of(number, 0)
        )
    _write_chart(sheet, workings, FIRST_ROW + len(checked) - 1)
    return sheet, workings


def _write_top(context: Context, sheet: Sheet, checked: list[Parameter]) -> None:
    sheet.put(3, 2, "step", styles.LABEL_RIGHT)
    sheet.put(3, 3, context.step, styles.NUMBER.but(bold=True, number_format="0"))
    sheet.put(3, 4, "chosen on Network", styles.HINT)
    sheet.put(H_ROW, 2, "h", styles.LABEL_RIGHT)
    sheet.put(H_ROW, 3, context.settings.h, styles.INPUT.but(number_format="0.0E+00"))
    note = "smaller steps drown in rounding, larger ones miss the curve"
    sheet.put(H_ROW, 4, note, styles.HINT)
    sentence = f"Type a number from {SMALLEST_H:f} to {LARGEST_H:g}."
    area = Area(NAME, H_ROW, 3, H_ROW, 3)
    sheet.validations.append(
        Validation(
            area, "decimal", SMALLEST_H, LARGEST_H, title="h", error=sentence, prompt=sentence
        )
    )
    bottom = FIRST_ROW + len(checked) - 1
    ratios = Area(NAME, FIRST_ROW, 6, bottom, 6)
    sheet.put(WORST_ROW, 2, "worst ratio", styles.LABEL_RIGHT)
    look = styles.FIGURE.but(size=12, number_format="0.0E+00", horizontal="right")
    sheet.put(WORST_ROW, 3, maximum(ratios), look, approximate=_scale(context))
    marks = Area(NAME, FIRST_ROW, 7, bottom, 7, True)
    ticks, crosses = (call("COUNTIF", marks, mark) for mark in "✓✗")
    failed = call("OR", crosses > 0, equal(ticks, 0))
    count = join([when(failed, "✗ ", "✓ "), ticks, f" of {len(checked)}"])
    sheet.put(WORST_ROW, 4, count, styles.CHECK.but(size=12, horizontal="left"))
    place = Area(NAME, WORST_ROW, 4, WORST_ROW, 4)
    sheet.formats.append(Rule(place, failed, styles.WRONG))
    sheet.notes[WORST_ROW, 4] = (
        "“kink”: a ReLU was switched by the move itself. “—”: the cost is so large that its last "
        "digit hides the difference. Neither says anything about the gradient."
    )
    if len(checked) < context.parameters:
        some = f"{len(checked)} of {context.parameters:,} parameters, evenly chosen"
        sheet.put(6, 2, some, styles.HINT)


def _write_parameter(
    context: Context, sheet: Sheet, row: int, parameter: Parameter, work_row: int
) -> None:
    """Analytic against numeric: the gradient of Training, the difference of two costs."""
    columns, h = Columns(context), context.h
    symbol = parameter.symbol(context)
    up, down = (
        Ref(differences.NAME, work_row + i * differences.STRIDE, columns.cost) for i in (0, 1)
    )
    gradient = context.of_step(
        f"{parameter.quantity}_gradient",
        parameter.layer,
        unit=parameter.unit,
        source=parameter.source,
    )
    analytic, numeric, apart = (Ref(NAME, row, column) for column in (3, 4, 5))
    sheet.put(row, 2, symbol, styles.SYMBOL)
    look = BACKWARD.but(number_format="0.00000000")
    sheet.put(row, 3, gradient, look)
    forward = FORWARD.but(number_format="0.00000000")
    sheet.put(row, 4, (up - down) / (2 * h), forward, approximate=_scale(context))
    small = styles.NUMBER.but(number_format="0.0E+00")
    sheet.put(row, 5, call("ABS", numeric - analytic), small, approximate=_scale(context))
    size = SMALL + call("ABS", analytic) + call("ABS", numeric)
    # The last digits of the cost, divided by 2h, are all that a difference can tell.
    blurred = up * LAST_DIGIT / h > BLUR * (SMALL + call("ABS", analytic))
    sheet.put(row, 6, when(blurred, 0, apart / size), small, approximate=_scale(context))
    verdict: Expression = when(Ref(NAME, row, 6) <= PASSES, "✓", "✗")
    verdict = when(blurred, "—", verdict)
    if any(context.activation(layer).name in KINKED for layer in context.layers):
        verdict = when(_crosses(context, work_row), "kink", verdict)
    sheet.put(row, 7, verdict, styles.CHECK)


def _scale(context: Context) -> float:
    """How large the numbers are that a difference is taken of, for comparing programs."""
    cost = float(context.trace.costs[context.settings.step])
    return max(1.0, 1e7 * cost * LAST_DIGIT / context.settings.h)


def _crosses(context: Context, row: int) -> Expression:
    """Whether some unit is switched on by one of the two moves only."""
    columns = Columns(context)
    first, last = columns.starts["activation", 1], columns.loss - 1
    active = [
        call("COUNTIF", Area(differences.NAME, r, first, r, last), ">0")
        for r in (row, row + differences.STRIDE)
    ]
    return call("ABS", active[0] - active[1]) > 0


def _write_chart(sheet: Sheet, workings: Sheet, bottom: int) -> None:
    """Numeric against analytic: all points on the diagonal."""
    analytic = Area(NAME, FIRST_ROW, 3, bottom, 3, True)
    numeric = Area(NAME, FIRST_ROW, 4, bottom, 4, True)
    column = 9
    for offset, (title, end) in enumerate((("least", minimum), ("largest", maximum))):
        workings.put(differences.EXTREMES_ROW - 1, 2 + offset, title, styles.LABEL_CENTRE)
        workings.put(differences.EXTREMES_ROW, 2 + offset, end(analytic), styles.NUMBER)
    diagonal = Area(
        differences.NAME, differences.EXTREMES_ROW, 2, differences.EXTREMES_ROW, 3, True
    )
    sheet.charts.append(
        Chart(
            row=3,
            column=column,
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
