"""Weights: the path of every weight and bias over the steps.

A layer with few of them has one chart, another a chart for each of its units; of too many, some
are drawn. The curves come from Training itself, those of a long run, and those that may grow
without end (`cut_off`), from a table under the charts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sheetnet.expressions.formula import Area, Ref
from sheetnet.network.engine import FloatArray
from sheetnet.network.numbers import Numbers
from sheetnet.network.parameters import Parameter, every
from sheetnet.network.quantities import BIAS, STEP, UNIT
from sheetnet.network.sheets import curves, cut_off
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.cut_off import Reach
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.charts import Axis, Chart, Series
from sheetnet.workbook.model import PrintSetup, Sheet
from sheetnet.workbook.styles import UPDATE

NAME = "Weights"
TOP, CHART_ROWS = 4, 16
SIZE, ACROSS, SIDE_BY_SIDE = (10.4, 8.0), 5, 3
#: The most curves that a layer has in one chart, and the most charts of the sheet.
MOST_TOGETHER, MOST_CHARTS = 8, 24


@dataclass(frozen=True)
class Group:
    """The parameters of one chart: those of a layer, of one of its units, or some of a layer."""

    layer: int
    unit: int | None
    parameters: tuple[Parameter, ...]
    few: bool = False


def groups(context: Context) -> list[Group]:
    """The charts of all layers."""
    found: list[Group] = []
    for layer in context.layers:
        own = tuple(p for p in every(context.net) if p.layer == layer.number)
        if not own:
            continue
        new = [Group(layer.number, None, own)]
        if len(own) > MOST_TOGETHER:
            new = [_of_unit(layer.number, unit, own) for unit in range(layer.units)]
        fits = all(len(group.parameters) <= curves.MOST_CURVES for group in new)
        if not fits or len(found) + len(new) > MOST_CHARTS:
            new = [_some(layer.number, own)]
        found += new
    return found


def _of_unit(layer: int, unit: int, own: Sequence[Parameter]) -> Group:
    return Group(layer, unit, tuple(p for p in own if p.place.get(UNIT, unit) == unit))


def _some(layer: int, own: Sequence[Parameter]) -> Group:
    """Some weights of a layer that has too many, evenly chosen."""
    held = [p for p in own if p.quantity != BIAS]
    count = min(curves.MOST_CURVES, len(held))
    last = max(count - 1, 1)
    return Group(layer, None, tuple(held[i * (len(held) - 1) // last] for i in range(count)), True)


def applies(context: Context) -> bool:
    """Whether a row of Training is a step, and weights have paths."""
    rows = all(block.rows == (STEP,) for block in context.runs)
    return bool(context.dense) and rows and context.steps > 0 and bool(groups(context))


def _fill(context: Context) -> list[Sheet]:
    about = "the path of every weight and bias over the steps"
    sheet = Sheet(NAME, about, labels=False)  # its table is of several steps
    sheet.tab_colour, sheet.cursor = styles.GREEN, (TOP, 2)
    sheet.freeze, sheet.print_setup = (TOP - 1, 1), PrintSetup()
    sheet.default_width = 11.0
    sheet.widths[1] = 2.5
    hint = (
        "A line is one weight (thin: a bias) over the steps. Steep: it is learning; level: it "
        "has settled, is fixed, or its gradient is 0."
    )
    frame.head(sheet, title="Weights: their paths over the steps", hint=hint, problem=PROBLEM)
    drawn = groups(context)
    places = _places(drawn)
    table = TOP + CHART_ROWS * (places[-1][0] + 1) + 2
    points = _Points(context, sheet, table)
    for group, (row, column) in zip(drawn, places, strict=True):
        at = TOP + CHART_ROWS * row, 2 + ACROSS * column
        sheet.charts.append(_chart(context, group, at, points))
    frame.banner(sheet, max(1 + SIDE_BY_SIDE * ACROSS, sheet.extent[1]))
    return [sheet]


WEIGHTS = SheetKind(NAME, _fill, applies=applies)


def _places(drawn: Sequence[Group]) -> list[tuple[int, int]]:
    """The row and the column of each chart: a layer of several begins a row of its own."""
    found: list[tuple[int, int]] = []
    row = column = 0
    for number, group in enumerate(drawn):
        begins = number > 0 and group.layer != drawn[number - 1].layer
        apart = begins and (group.unit is not None or drawn[number - 1].unit is not None)
        if column == SIDE_BY_SIDE or (apart and column):
            row, column = row + 1, 0
        found.append((row, column))
        column += 1
    return found


def _chart(context: Context, group: Group, at: tuple[int, int], points: _Points) -> Chart:
    series = []
    for number, parameter in enumerate(group.parameters):
        y, x = points.of(parameter)
        colour, dash = curves.look(number)
        name = str(parameter.symbol(context.symbols))
        width = 1.0 if parameter.quantity == BIAS else 2.0
        look = Series(y, x, name, colour=colour, width=width, dash=dash, end=points.end)
        series.append(look)
    layer = context.symbols.layer(group.layer)
    title, alt_text = layer, f"Each weight of layer {group.layer} over the steps"
    if group.unit is not None:
        unit = str(context.symbols.activation(group.layer, group.unit))
        title, alt_text = f"{layer}: into {unit}", f"{alt_text}: those into its unit {unit}"
    if group.few:
        own = [p for p in every(context.net) if p.layer == group.layer and p.quantity != BIAS]
        title = f"{layer}: {len(group.parameters)} of {len(own):,} weights"
        alt_text = f"{title}, over the steps"
    return curves.chart(context, at, SIZE, title, series, Axis(gridlines=True), alt_text)


class _Points:
    """Where the numbers of the curves stand."""

    def __init__(self, context: Context, sheet: Sheet, table: int) -> None:
        self._context, self._sheet, self._top = context, sheet, table
        self._steps = curves.shown(context.steps, curves.FEWER)
        self._last = table + len(self._steps) - 1
        self._next, self._long = 3, context.steps > curves.LONG
        self._written: dict[Parameter, int] = {}
        self._reach: Reach | None = None
        if self._long or cut_off.may_diverge(context):
            self._write_steps()
        if cut_off.may_diverge(context):
            runs = [context.run(*each) for each in context.net.parameters()]
            starts = [run.area(fixed=True, step=0) for run in runs]
            first = [area for area in starts if area]
            self._reach = Reach(NAME, (table - 2, 6), first, _starts)
            self._reach.write(context, sheet, (TOP - 1, 2), "Weights")

    def of(self, parameter: Parameter) -> tuple[Area, Area]:
        """The numbers of a curve, and the steps that they are at."""
        if self._long or self._reach:
            if parameter not in self._written:
                self._write(parameter)
            column = self._written[parameter]
            return self._column(column), self._column(2)
        block = self._context.run(parameter.quantity, parameter.layer)
        column = block.position(**parameter.place)[1]
        values = Area(block.sheet, block.top, column, block.bottom, column, True)
        return values, curves.all_steps(self._context)

    @property
    def end(self) -> Ref | None:
        """The cell that says how far curves reach, where they may be cut off."""
        return self._reach.end if self._reach else None

    def _column(self, column: int) -> Area:
        return Area(NAME, self._top, column, self._last, column, True)

    def _write_steps(self) -> None:
        sheet, top = self._sheet, self._top
        sheet.put(top - 2, 2, "What is drawn", styles.HEADING)
        sheet.put(top - 1, 2, "step", styles.LABEL_CENTRE)
        count = styles.NUMBER.but(number_format="0", horizontal="center", colour=styles.GREY)
        for row, step in enumerate(self._steps, top):
            sheet.put(row, 2, float(step), count)

    def _write(self, parameter: Parameter) -> None:
        context, sheet, column = self._context, self._sheet, self._next
        symbol, of = parameter.symbol(context.symbols), parameter.quantity
        sheet.put(self._top - 1, column, symbol, styles.symbol(UPDATE))
        place = NAME, self._top, column, (), ()
        context.worked.append(Block(of.name, parameter.layer, *place, {}, at=parameter.place))
        for row, step in enumerate(self._steps, self._top):
            value = context.of_step(
                parameter.quantity, parameter.layer, step=step, **parameter.place
            )
            claim = _at(parameter, step)
            if self._reach:
                value, claim = self._reach.cell(value), self._reach.drawn(claim)
            sheet.put(row, column, value, UPDATE, claim=claim)
        self._written[parameter] = column
        self._next += 1


def _starts(numbers: Numbers) -> FloatArray:
    """All weights and biases at step 0."""
    parameters = numbers.net.parameters()
    return np.concatenate([numbers.trace[each][0].ravel() for each in parameters])


def _at(parameter: Parameter, step: int) -> Callable[[Numbers], float]:
    place = (step, *parameter.place.values())
    return lambda numbers: float(numbers.trace[parameter.quantity, parameter.layer][place])
