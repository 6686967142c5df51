"""Parameters: the workings of the sheets on which a weight or a bias is chosen.

A row for each that may be chosen: its symbol (the drop-downs show these), its layer and its
unit, what it is multiplied by, its value, its gradient, its value after the next update.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from sheetnet.expressions.formula import Area, Expression, Ref, call, indexed
from sheetnet.network.engine import FloatArray
from sheetnet.network.equations import Equations
from sheetnet.network.numbers import Numbers
from sheetnet.network.parameters import Parameter, choosable
from sheetnet.network.quantities import DELTA, SOURCE, UNIT, Quantity
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.stepping import Update
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.book import labelled
from sheetnet.workbook.knobs import Knob
from sheetnet.workbook.model import PrintSetup, Sheet, Validation
from sheetnet.workbook.styles import BACKWARD, FORWARD, UPDATE

NAME = "Parameters"
FIRST_ROW = 5
#: A sheet with more formulas than these is left out.
MOST_FORMULAS = 20_000
NUMBER, SYMBOL, LAYER, PLACE, SOURCE_SYMBOL, TIMES, VALUE, SHARE, GRADIENT, NEXT, COLUMN = range(
    1, 12
)
TITLES = (
    "number",
    "symbol",
    "layer",
    "unit",
    "times",
    "which is",
    "value",
    "of this example",
    "gradient",
    "after the update",
    "column",
)


def listed(context: Context) -> tuple[Parameter, ...]:
    """The parameters that may be chosen; none where the network is too large or of other
    layers than dense ones, or where a step does not learn from all examples."""
    return choosable(context.net) if context.dense and not context.net.learns_from else ()


def column(context: Context, of: int) -> Area:
    """A column of the table."""
    last = FIRST_ROW + len(listed(context)) - 1
    return Area(NAME, FIRST_ROW, of, last, of, True)


def look(context: Context, of: int, number: Expression) -> Expression:
    """What a column of the table says of the parameter with a number, counted from 1."""
    return indexed(column(context, of), number)


def number_of(context: Context, knob: Ref) -> Expression:
    """The number of the parameter that a drop-down shows."""
    return call("MATCH", knob, column(context, SYMBOL), 0)


def head_workings(context: Context, sheet: Sheet, title: str, hint: str, knob: Quantity) -> None:
    """The top of a sheet that computes with a chosen parameter moved; its number stands in B3."""
    sheet.tab_colour, sheet.default_width = styles.PALE, 10.5
    sheet.print_setup = PrintSetup(fit_width=0)
    frame.head(sheet, title=title, hint=hint, left=1)
    sheet.put(3, 1, "number", styles.LABEL)
    sheet.put(
        3,
        2,
        number_of(context, context.knob(knob).ref(fixed=True)),
        styles.NUMBER.but(number_format="0", horizontal="center"),
        claim=lambda numbers: chosen(numbers, knob.name) + 1,
    )


def validation(context: Context, knob: Knob) -> Validation:
    """The drop-down; its choices stand in the table."""
    block = context.knob(knob.key)
    area = Area(block.sheet, block.top, block.left, block.bottom, block.right)
    return Validation(
        area,
        "list",
        choices=knob.choices,
        source=column(context, SYMBOL),
        title=knob.title,
        error=knob.sentence,
    )


# The numbers


def chosen(numbers: Numbers, knob: str) -> int:
    """Which of the parameters a drop-down shows, counted from 0."""
    place = knob, None
    return numbers.knobs[place].choices.index(numbers.settings[place].item())


def of_each(
    numbers: Numbers, array: Callable[[Parameter], FloatArray], *, sample: bool = False
) -> FloatArray:
    """One number for each parameter: where it stands in its array, of the chosen example."""
    found = []
    for parameter in choosable(numbers.net):
        held = array(parameter)
        held = held[numbers.sample] if sample else held
        found.append(held[tuple(parameter.place.values())])
    return np.array(found, float)


def values(numbers: Numbers) -> FloatArray:
    """The parameters at the chosen step."""
    return of_each(numbers, lambda p: numbers.now(p.quantity, p.layer))


def gradients(numbers: Numbers) -> FloatArray:
    """Their gradients at the chosen step."""
    return of_each(numbers, lambda p: numbers.now(p.quantity.gradient, p.layer))


def following(numbers: Numbers) -> FloatArray:
    """The parameters after the update that follows the chosen step."""
    return of_each(numbers, lambda p: numbers.derived(f"next_{p.quantity.name}", p.layer))


@lru_cache(maxsize=4)
def factors(numbers: Numbers) -> FloatArray:
    """What each parameter is multiplied by: a value of the layer below, 1 for a bias."""
    found = []
    for parameter in choosable(numbers.net):
        source = parameter.place.get(SOURCE)
        below = numbers.below(parameter.layer)[numbers.sample]
        found.append(1.0 if source is None else float(below[source]))
    return np.array(found)


def shares(numbers: Numbers) -> FloatArray:
    """The derivative of the chosen example's loss by each parameter."""
    deltas = [
        numbers.now(DELTA, p.layer)[numbers.sample, p.place[UNIT]] for p in choosable(numbers.net)
    ]
    result: FloatArray = np.array(deltas) * factors(numbers)
    return result


# The sheet


class _Chosen:
    """The cells of the chosen step and example (`layers.base.Cells`)."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def at(self, quantity: Quantity, layer: int | None = None, **index: int) -> Expression:
        index.pop("sample", None)
        if (quantity.name, None) in self.context.knobs and layer is None:
            return self.context.given(quantity, index.get(UNIT, 0))
        return self.context.of_step(quantity, layer, **index)

    def area(self, quantity: Quantity, layer: int | None = None, **index: int) -> None:
        return None


def source_value(context: Context, parameter: Parameter) -> Expression | float:
    """What a parameter is multiplied by, of the chosen example; 1 for a bias."""
    source = parameter.place.get(SOURCE)
    if source is None:
        return 1.0
    around = Equations(context.net, context.notation, 1, _Chosen(context), context.loss_hyper)
    return around.below(parameter.layer, 0, source)


def _following(context: Context, row: int, parameter: Parameter) -> Expression:
    """The parameter after the update, from its row."""
    value, gradient = Ref(NAME, row, VALUE), Ref(NAME, row, GRADIENT)
    if not context.net.trains(parameter.quantity, parameter.layer, parameter.place):
        return value
    kept = {
        state: context.of_step(parameter.quantity.kept(state), parameter.layer, **parameter.place)
        for state in context.net.optimiser.state
    }
    return Update(context).of(value, gradient, kept)


def _fill(context: Context) -> list[Sheet]:
    about = "workings: what the drop-downs choose from"
    sheet = Sheet(NAME, about, workings=True, labels=False)
    sheet.tab_colour, sheet.freeze, sheet.cursor = styles.PALE, (FIRST_ROW, 3), (FIRST_ROW, 2)
    sheet.print_setup = PrintSetup(title_rows=(FIRST_ROW - 1, FIRST_ROW - 1))
    sheet.default_width = 15.0
    sheet.widths |= {NUMBER: 9, LAYER: 8, PLACE: 8}
    hint = "each weight and bias at the chosen step, with the chosen example"
    frame.head(sheet, title="Parameters: workings of Chain rule and Descent", hint=hint, left=1)
    frame.banner(sheet, COLUMN)
    head = styles.LABEL.but(bold=True, borders="b", border_colour=styles.RULE, horizontal="center")
    for at, title in enumerate(TITLES, 1):
        sheet.put(FIRST_ROW - 1, at, title, head)
    count = styles.NUMBER.but(number_format="0", horizontal="center")
    parameters = listed(context)
    for row, parameter in enumerate(parameters, FIRST_ROW):
        unit = parameter.place[UNIT]
        times = source_value(context, parameter)
        sheet.put(row, NUMBER, float(row - FIRST_ROW + 1), count)
        sheet.put(row, SYMBOL, str(parameter.symbol(context.symbols)), styles.SYMBOL)
        sheet.put(row, LAYER, float(parameter.layer), count)
        sheet.put(row, PLACE, float(unit), count)
        source = parameter.place.get(SOURCE)
        below = context.symbols.activation(parameter.layer - 1, source or 0)
        written = "1" if source is None else str(below)
        sheet.put(row, SOURCE_SYMBOL, written, styles.SYMBOL)
        sheet.put(row, TIMES, times, FORWARD)
        value = context.of_step(parameter.quantity, parameter.layer, **parameter.place)
        sheet.put(row, VALUE, value, UPDATE)
        delta = context.of_step(DELTA, parameter.layer, unit=unit)
        sheet.put(row, SHARE, delta * Ref(NAME, row, TIMES), BACKWARD)
        gradient = context.of_step(parameter.quantity.gradient, parameter.layer, **parameter.place)
        sheet.put(row, GRADIENT, gradient, BACKWARD)
        sheet.put(row, NEXT, _following(context, row, parameter), UPDATE)
        block = context.run(parameter.quantity, parameter.layer)
        _, place = block.position(**parameter.place)
        sheet.put(row, COLUMN, float(place), count)
        _prove(context, row, source is not None)
    for of, numbers_of in (
        (TIMES, factors),
        (VALUE, values),
        (SHARE, shares),
        (GRADIENT, gradients),
        (NEXT, following),
    ):
        _claim(sheet, of, len(parameters), numbers_of)
    return [sheet]


def _prove(context: Context, row: int, has_source: bool) -> None:
    """What the symbols of a row mean, by the heads of its columns."""
    symbols, columns = context.symbols, [VALUE, GRADIENT, NEXT]
    # One letter of both means the cost's.
    columns += [SHARE] * (symbols.loss_letter != symbols.cost_letter or not context.apart)
    for column in columns:
        head = FIRST_ROW - 1, column
        context.readings.append(labelled(NAME, (row, SYMBOL), (row, column), head))
    if has_source:
        context.readings.append(labelled(NAME, (row, SOURCE_SYMBOL), (row, TIMES)))


def _claim(sheet: Sheet, of: int, count: int, numbers_of: Callable[[Numbers], FloatArray]) -> None:
    block = Block("", None, NAME, FIRST_ROW, of, ("parameter",), (), {"parameter": count})
    sheet.claim(block, lambda numbers: numbers_of(numbers).reshape(-1, 1))


PARAMETERS = SheetKind(NAME, _fill, applies=lambda context: bool(listed(context)))
