"""Progress: the run in charts: the cost, the outputs against their targets, the learning rate.

Outputs and targets are those of the chosen example, at steps evenly spread over the run, from
the table under the charts; the cost is drawn from Training itself, but for a run that diverges
(`own.live_curve`). Where steps learn from batches,
an example's outputs are there at its own steps only: then Data has the curves of all examples.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sheetnet.expressions.formula import Area, Ref
from sheetnet.network.engine import FloatArray
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, STEP, TARGET, UNIT
from sheetnet.network.schedules import SCHEDULED_RATE
from sheetnet.network.sheets import curves, cut_off, own
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.cut_off import Reach
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.charts import Axis, Chart, Series
from sheetnet.workbook.model import PrintSetup, Sheet
from sheetnet.workbook.styles import FORWARD, GIVEN

NAME = "Progress"
TOP, CHART_ROWS = 4, 17
SIZE, ACROSS, SIDE_BY_SIDE = (12.7, 8.4), 6, 2


def applies(context: Context) -> bool:
    """Whether a row of Training is a step, and the charts have something to show."""
    rows = all(block.rows == (STEP,) for block in context.runs)
    if not (context.dense and rows and context.steps > 0):
        return False
    return _has_outputs(context) or _is_scheduled(context)


def _has_outputs(context: Context) -> bool:
    """Whether all steps see the same examples, and a chart can hold the outputs of one."""
    return not context.net.batch and context.sizes[-1] <= curves.MOST_CURVES


def _is_scheduled(context: Context) -> bool:
    return context.net.schedule.scalar is not None


def _fill(context: Context) -> list[Sheet]:
    about = "the cost, what the network says and should say"
    sheet = Sheet(NAME, about, labels=False)  # its table is of several steps
    sheet.tab_colour, sheet.cursor = styles.GREEN, (TOP, 2)
    sheet.freeze, sheet.print_setup = (TOP - 1, 1), PrintSetup()
    sheet.default_width = 11.0
    sheet.widths[1] = 2.5
    hint = "All steps of the run, live."
    if _has_outputs(context) and context.batch:
        hint += " Outputs and targets are those of the example chosen on Start"
        few = len(curves.shown(context.steps)) <= context.steps
        hint += ", at the steps of the table below." if few else "."
    frame.head(sheet, title="Progress: the run in charts", hint=hint, problem=PROBLEM)
    drawers = [_cost]
    if _has_outputs(context):
        drawers.append(_outputs)
    if _is_scheduled(context):
        drawers.append(_rate)
    for number, draw in enumerate(drawers):
        row, column = divmod(number, SIDE_BY_SIDE)
        sheet.charts.append(draw(context, (TOP + CHART_ROWS * row, 2 + ACROSS * column)))
    if _has_outputs(context):
        _write_table(context, sheet)
    if cut_off.may_diverge(context):
        cut_off.write_cost(context, sheet, (TOP - 1, 2))
    frame.banner(sheet, max(1 + SIDE_BY_SIDE * ACROSS, sheet.extent[1]))
    return [sheet]


PROGRESS = SheetKind(NAME, _fill, applies=applies)


def _table(context: Context) -> int:
    """The first row of the outputs."""
    return TOP + CHART_ROWS * (1 + _is_scheduled(context)) + 2


def _drawn(context: Context) -> list[int]:
    """The columns of the outputs as they are drawn: behind the table where they have no bound."""
    units = range(context.sizes[-1])
    if _is_bounded(context):
        return [_output_column(unit) for unit in units]
    return [_output_column(len(units)) + 1 + unit for unit in units]


def _is_bounded(context: Context) -> bool:
    return context.dense[-1].activation.bounded


def _output_column(unit: int) -> int:
    """Where an output stands in the table; its target stands behind it."""
    return 3 + 2 * unit


def _cost(context: Context, at: tuple[int, int]) -> Chart:
    title = "Each batch’s cost" if context.net.batch else "The cost"
    costs, steps = own.live_curve(context), curves.all_steps(context)
    series = [Series(costs, steps, "cost", colour=styles.ORANGE, end=own.ends())]
    y = Axis(str(context.symbols.cost), minimum=0, gridlines=True)
    return curves.chart(context, at, SIZE, title, series, y, f"{title} over the steps")


def _rate(context: Context, at: tuple[int, int]) -> Chart:
    rate = context.run(SCHEDULED_RATE).whole(fixed=True)
    title = "The learning rate of the update that follows"
    series = [Series(rate, curves.all_steps(context), "rate", colour=styles.GREEN)]
    y = Axis(str(context.symbols.learning_rate), minimum=0, gridlines=True)
    return curves.chart(context, at, SIZE, title, series, y, "The learning rate over the steps")


def _outputs(context: Context, at: tuple[int, int]) -> Chart:
    """The outputs and targets at the steps of the table."""
    top, series, symbols = _table(context), [], context.symbols
    last = top + len(curves.shown(context.steps)) - 1
    x = Area(NAME, top, 2, last, 2, True)
    reach = _reach(context)
    end = reach.end if reach else None
    for unit, drawn in enumerate(_drawn(context)):
        colour, dash = curves.look(unit)
        for column, width, name in (
            (drawn, 2.25, symbols.activation(context.depth, unit)),
            (_output_column(unit) + 1, 0.75, symbols.target(unit)),
        ):
            area = Area(NAME, top, column, last, column, True)
            look = Series(area, x, str(name), colour=colour, width=width, dash=dash, end=end)
            series.append(look)
    alt_text = "Each output over the steps, and its target as a thin level line"
    title = "Outputs (thick) and targets (thin)"
    return curves.chart(context, at, SIZE, title, series, Axis(gridlines=True), alt_text)


def _write_table(context: Context, sheet: Sheet) -> None:
    """The outputs and targets at some steps."""
    steps, depth, symbols = curves.shown(context.steps), context.depth, context.symbols
    top, units = _table(context), range(context.sizes[-1])
    sheet.put(top - 2, 2, "Outputs and targets", styles.HEADING)
    sheet.fill(top - 2, 2, top - 2, 2 + 2 * len(units), styles.HEADING)
    sheet.put(top - 1, 2, "step", styles.LABEL_CENTRE)
    count = styles.NUMBER.but(number_format="0", horizontal="center", colour=styles.GREY)
    for unit in units:
        output = symbols.activation(depth, unit)
        left = _output_column(unit)
        sheet.put(top - 1, left, output, styles.symbol(FORWARD))
        sheet.put(top - 1, left + 1, symbols.target(unit), styles.symbol(GIVEN))
        for column, of, layer in ((left, ACTIVATION, depth), (left + 1, TARGET, None)):
            place = NAME, top, column, (), ()
            context.worked.append(Block(of.name, layer, *place, {}, at={UNIT: unit}))
    for row, step in enumerate(steps, top):
        sheet.put(row, 2, float(step), count)
        for unit in units:
            value = context.of_step(ACTIVATION, depth, unit=unit, step=step)
            left = _output_column(unit)
            sheet.put(row, left, value, FORWARD, claim=_output(step, unit))
            target = context.given(TARGET, unit)
            sheet.put(row, left + 1, target, GIVEN, claim=_target(unit))
    reach = _reach(context)
    if reach:
        _write_drawn(context, sheet, reach)


def _write_drawn(context: Context, sheet: Sheet, reach: Reach) -> None:
    """The outputs again, cut off where they leave every bound."""
    top, columns = _table(context), _drawn(context)
    reach.write(context, sheet, (TOP - 1, 2 + ACROSS), "Outputs")
    look = FORWARD.but(fill=None, size=8, colour=styles.GREY)
    for unit, column in enumerate(columns):
        name = f"{context.symbols.activation(context.depth, unit)} drawn"
        sheet.put(top - 1, column, name, styles.LABEL_CENTRE.but(size=8))
        for row, step in enumerate(curves.shown(context.steps), top):
            output = Ref(NAME, row, _output_column(unit))
            claim = reach.drawn(_output(step, unit))
            sheet.put(row, column, reach.cell(output), look, claim=claim)


def _reach(context: Context) -> Reach | None:
    """How far the curves of outputs without a bound go up and down."""
    if _is_bounded(context):
        return None
    top, column = _table(context), _drawn(context)[0]
    first = Area(NAME, top, _output_column(0), top, column - 2, True)
    return Reach(NAME, (top - 2, column + 1), [first], _first)


def _first(numbers: Numbers) -> FloatArray:
    """The outputs of the chosen example at step 0, and its targets."""
    outputs = numbers.trace[ACTIVATION, numbers.net.depth][0, numbers.sample]
    return np.concatenate([outputs, numbers.targets[numbers.sample]])


def _output(step: int, unit: int) -> Callable[[Numbers], float]:
    return lambda n: float(n.trace[ACTIVATION, n.net.depth][step, n.sample, unit])


def _target(unit: int) -> Callable[[Numbers], float]:
    return lambda numbers: float(numbers.targets[numbers.sample, unit])
