"""Progress: the run in charts: the cost, the outputs against their targets, the weights.

Outputs and targets are those of the chosen example, at steps evenly spread over the run, from
the table under the charts; the cost and the weights are drawn from Training itself, in a long run
the weights from the table as well: programs redraw every point of a chart after every edit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sheetnet.expressions.formula import Area
from sheetnet.network.numbers import Numbers
from sheetnet.network.parameters import Parameter, every
from sheetnet.network.quantities import ACTIVATION, BIAS, COST, STEP, TARGET
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.model import Axis, Chart, PrintSetup, Series, Sheet
from sheetnet.workbook.styles import FORWARD, GIVEN, UPDATE

NAME = "Progress"
TOP, CHART_ROWS = 4, 17
WIDTH, HEIGHT, ACROSS = 12.7, 8.4, 6
#: The steps of the table; the most curves that a chart can be read with.
STEPS, MOST_CURVES = 50, 12
#: Runs of more steps have their weights in the table.
LONG = 1_000
COLOURS = (
    styles.ORANGE,
    styles.BLUE,
    styles.GREEN,
    styles.INK,
    "9333EA",
    "0891B2",
    "A16207",
    styles.PALE,
)


def applies(context: Context) -> bool:
    """Whether a row of Training is a step, and the charts have something to show."""
    rows = all(block.rows == (STEP,) for block in context.runs)
    return bool(context.dense) and rows and context.steps > 0 and context.sizes[-1] <= MOST_CURVES


def shown(steps: int) -> list[int]:
    """The steps of the table, evenly spread, the first and the last among them."""
    count = min(steps, STEPS)
    return [round(i * steps / count) for i in range(count + 1)]


def _fill(context: Context) -> list[Sheet]:
    sheet = Sheet(NAME, "the run in charts: cost, outputs and targets, weights")
    sheet.tab_colour, sheet.cursor = styles.GREEN, (TOP, 2)
    sheet.freeze, sheet.print_setup = (TOP - 1, 1), PrintSetup()
    sheet.default_width = 11.0
    sheet.widths[1] = 2.5
    of = " of the example that is chosen on Start" if context.batch else ""
    hint = f"All steps of the run, live. Outputs and targets{of}."
    frame.head(sheet, "Progress: the run in charts", hint, problem=PROBLEM)
    curves = _curves(context)
    table = TOP + CHART_ROWS * ((len(curves) + 3) // 2) + 2
    charts = [_cost(context), _write_table(context, sheet, table)]
    column = 3 + 2 * context.sizes[-1]
    for layer, listed in curves.items():
        if context.steps > LONG:
            areas = _write_weights(context, sheet, table, column, listed)
            column += len(listed)
        else:
            areas = [_on_training(context, parameter) for parameter in listed]
        charts.append(_weights(context, layer, listed, areas))
    for number, chart in enumerate(charts):
        row, column = divmod(number, 2)
        place = TOP + CHART_ROWS * row, 2 + ACROSS * column
        sheet.charts.append(
            Chart(
                row=place[0],
                column=place[1],
                width=WIDTH,
                height=HEIGHT,
                series=chart.series,
                alt_text=chart.alt_text,
                title=chart.title,
                x=chart.x,
                y=chart.y,
                legend=chart.legend,
            )
        )
    frame.banner(sheet, max(2 + 2 * ACROSS, *(column for _, column in sheet.cells)))
    return [sheet]


PROGRESS = SheetKind(NAME, _fill, applies=applies)


def _steps(context: Context) -> Area:
    """The numbers of the steps on Training."""
    costs = context.run(COST)
    return Area(costs.sheet, costs.top, 1, costs.bottom, 1, True)


def _chart(title: str, series: list[Series], y: Axis, context: Context, alt_text: str) -> Chart:
    x = Axis("step", minimum=0, maximum=context.steps)
    legend = len(series) > 1
    return Chart(0, 0, WIDTH, HEIGHT, tuple(series), alt_text, x, y, title, legend)


def _cost(context: Context) -> Chart:
    cost = context.run(COST).whole(fixed=True)
    series = Series(cost, _steps(context), "cost", colour=styles.ORANGE)
    y = Axis(str(context.symbols.cost), minimum=0, gridlines=True)
    return _chart("The cost", [series], y, context, "The cost over the steps")


def _curves(context: Context) -> dict[int, list[Parameter]]:
    """The parameters that have a curve, by layer: weights, and biases where there is room.

    Of too many weights some, evenly chosen, so that no chart is without any.
    """
    found: dict[int, list[Parameter]] = {}
    for layer in context.layers:
        listed: list[Parameter] = []
        for quantity in layer.parameters:
            own = [
                p for p in every(context.net) if (p.quantity, p.layer) == (quantity, layer.number)
            ]
            if not listed and len(own) > MOST_CURVES:
                last = MOST_CURVES - 1
                own = [own[i * (len(own) - 1) // last] for i in range(MOST_CURVES)]
            if len(listed) + len(own) <= MOST_CURVES:
                listed += own
        found[layer.number] = listed
    return found


def _titled(context: Context, layer: int, listed: Sequence[Parameter]) -> str:
    """What a chart of parameters shows; how many of a layer's weights, if not all."""
    where = context.symbols.layer(layer)
    held = [p for p in every(context.net) if p.layer == layer]
    if len(held) == len(listed):
        return f"The weights, {where}"
    weights = sum(p.quantity == listed[0].quantity for p in held)
    if weights == len(listed):
        return f"The weights without biases, {where}"
    return f"{len(listed)} of {weights} weights, {where}"


#: The numbers of a curve and of the steps they are at.
Points = tuple[Area, Area]


def _on_training(context: Context, parameter: Parameter) -> Points:
    block = context.run(parameter.quantity, parameter.layer)
    column = block.position(**parameter.place)[1]
    return Area(block.sheet, block.top, column, block.bottom, column, True), _steps(context)


def _write_weights(
    context: Context, sheet: Sheet, top: int, first: int, listed: Sequence[Parameter]
) -> list[Points]:
    """Columns of the table, from column `first` on."""
    steps, found = shown(context.steps), []
    last = top + len(steps) - 1
    for column, parameter in enumerate(listed, first):
        sheet.put(top - 1, column, parameter.symbol(context.symbols), styles.symbol(UPDATE))
        for row, step in enumerate(steps, top):
            value = context.of_step(
                parameter.quantity, parameter.layer, step=step, **parameter.place
            )
            sheet.put(row, column, value, UPDATE, claim=_at(parameter, step))
        found.append(
            (Area(NAME, top, column, last, column, True), Area(NAME, top, 2, last, 2, True))
        )
    return found


def _at(parameter: Parameter, step: int) -> Callable[[Numbers], float]:
    place = (step, *parameter.place.values())
    return lambda numbers: float(numbers.trace[parameter.quantity, parameter.layer][place])


def _dash(number: int) -> str:
    """Dashed where the colours begin again."""
    return "dash" if number >= len(COLOURS) else ""


def _weights(
    context: Context, layer: int, listed: Sequence[Parameter], points: Sequence[Points]
) -> Chart:
    series = [
        Series(
            y,
            x,
            str(parameter.symbol(context.symbols)),
            colour=COLOURS[number % len(COLOURS)],
            width=1.25 if parameter.quantity == BIAS else 2.0,
            dash=_dash(number),
        )
        for number, (parameter, (y, x)) in enumerate(zip(listed, points, strict=True))
    ]
    title = _titled(context, layer, listed)
    alt_text = f"{title}, over the steps"
    return _chart(title, series, Axis(gridlines=True), context, alt_text)


def _write_table(context: Context, sheet: Sheet, top: int) -> Chart:
    """The outputs and targets at some steps; returns their chart."""
    steps, depth, symbols = shown(context.steps), context.depth, context.symbols
    units = range(context.sizes[-1])
    sheet.put(top - 2, 2, "Outputs and targets", styles.HEADING)
    sheet.fill(top - 2, 2, top - 2, 2 + 2 * len(units), styles.HEADING)
    sheet.put(top - 1, 2, "step", styles.LABEL_CENTRE)
    count = styles.NUMBER.but(number_format="0", horizontal="center", colour=styles.GREY)
    for unit in units:
        output = symbols.activation(depth, unit)
        sheet.put(top - 1, 3 + 2 * unit, output, styles.symbol(FORWARD))
        sheet.put(top - 1, 4 + 2 * unit, symbols.target(unit), styles.symbol(GIVEN))
    for row, step in enumerate(steps, top):
        sheet.put(row, 2, float(step), count)
        for unit in units:
            value = context.of_step(ACTIVATION, depth, unit=unit, step=step)
            sheet.put(row, 3 + 2 * unit, value, FORWARD, claim=_output(step, unit))
            target = context.given(TARGET, unit)
            sheet.put(row, 4 + 2 * unit, target, GIVEN, claim=_target(unit))
    last, series = top + len(steps) - 1, []
    x = Area(NAME, top, 2, last, 2, True)
    for unit in units:
        colour = COLOURS[unit % len(COLOURS)]
        for offset, width, name in (
            (3, 2.0, symbols.activation(depth, unit)),
            (4, 0.75, symbols.target(unit)),
        ):
            column = offset + 2 * unit
            area = Area(NAME, top, column, last, column, True)
            line = Series(area, x, str(name), colour=colour, width=width, dash=_dash(unit))
            series.append(line)
    alt_text = "Each output over the steps, and its target as a thin level line"
    y = Axis(gridlines=True)
    return _chart("Outputs (thick) and targets (thin)", series, y, context, alt_text)


def _output(step: int, unit: int) -> Callable[[Numbers], float]:
    return lambda n: float(n.trace[ACTIVATION, n.net.depth][step, n.sample, unit])


def _target(unit: int) -> Callable[[Numbers], float]:
    return lambda numbers: float(numbers.targets[numbers.sample, unit])
