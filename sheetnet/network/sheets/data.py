"""Data: all examples, what the network makes of them at the chosen step, and over the steps.

On top how many are right, what is taken for what, and the curves of training and test set; below
the examples themselves, whose inputs and targets are there to be changed.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from functools import cached_property, partial

import numpy as np

from sheetnet.expressions.formula import Area, Expression, Ref, call, equal, guard, when
from sheetnet.network.engine import FloatArray
from sheetnet.network.evaluation import DERIVED, SETS, shown_sets
from sheetnet.network.numbers import Derived, Numbers
from sheetnet.network.quantities import (
    INPUT,
    SAMPLE,
    TARGET,
    TEST_INPUT,
    TEST_TARGET,
    UNIT,
    Quantity,
    Role,
)
from sheetnet.network.sheets import evaluation, inputs
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.data_figures import cost_column, write_figures
from sheetnet.network.sheets.data_places import (
    INPUTS,
    LEFT,
    NAME,
    NUMBER,
    SET,
    DataPlaces,
    class_names,
)
from sheetnet.network.sheets.evaluation import Evaluation
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.predictions import Predictions, found
from sheetnet.network.standardising import cell, cell_deviation, cell_mean, deviation, mean
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import Band, Cell, PrintSetup, Quoted, Rule, Sheet
from sheetnet.workbook.styles import FORWARD, GIVEN

WHOLE = styles.NUMBER.but(number_format="0", horizontal="center", colour=styles.GREY)
#: In characters and points: the widest column, the height of a line in it.
WIDEST, LINE = 24.0, 13.0
RIGHT_TEXT, WRONG_TEXT = "right", "wrong"


def _of_columns(name: str, title: str) -> Quantity:
    return Quantity(name, (UNIT,), Role.GIVEN, title, lambda s, _, at: s.input(at[UNIT]))


MEAN, DEVIATION = (
    _of_columns(f"input_{name}", f"{name} of the inputs") for name in ("mean", "deviation")
)
STANDARDISED, STANDARDISED_TEST = (
    Quantity(name, (SAMPLE, UNIT), Role.GIVEN, title, lambda s, _, at: s.input(at[UNIT]))
    for name, title in (
        ("standardised_input", "standardised inputs"),
        ("standardised_test_input", "standardised test inputs"),
    )
)


def _raw(numbers: Numbers) -> FloatArray:
    return numbers.settings[INPUT.name, None]


def _place(context: Context) -> None:
    places, knobs = DataPlaces(context), context.knobs
    for quantity, row, column in (
        (INPUT, places.top, INPUTS),
        (TARGET, places.top, places.targets),
        (TEST_INPUT, places.first_test, INPUTS),
        (TEST_TARGET, places.first_test, places.targets),
    ):
        if (quantity.name, None) in knobs:
            context.place_knob(knobs[quantity.name, None], NAME, row, column)
    if places.standardise:
        context.give(INPUT, context.blocks.add(_standardised(context, places, 0)))
        if places.has_test:
            context.give(TEST_INPUT, context.blocks.add(_standardised(context, places, 1)))


def _standardised(context: Context, places: DataPlaces, number: int) -> Block:
    quantity = (STANDARDISED, STANDARDISED_TEST)[number]
    top, bottom = places.rows(number)
    lengths = {SAMPLE: bottom - top + 1, UNIT: places.inputs}
    return Block(quantity.name, None, NAME, top, places.shown, (SAMPLE,), (UNIT,), lengths)


def _fill(context: Context) -> list[Sheet]:
    writer = _Writer(context)
    writer.write()
    sheets = [writer.sheet, writer.predictions.fill()]
    if writer.evaluation:
        sheets.append(writer.evaluation.fill())
    return sheets


class _Writer:
    def __init__(self, context: Context) -> None:
        self.context, self.places = context, DataPlaces(context)
        self.predictions = Predictions(context)
        self.evaluation = Evaluation(context) if evaluation.applies(context) else None
        about = "the examples, and what the network makes of them"
        self.sheet = Sheet(NAME, about, labels=False)  # of all examples

    def write(self) -> None:
        sheet, places = self.sheet, self.places
        sheet.tab_colour, sheet.cursor = styles.BLUE, (places.top, INPUTS)
        sheet.print_setup, sheet.default_width = PrintSetup(fit_width=1), 8.8
        sheet.widths |= {1: 2.5, SET: 10.0}
        self._make_room()
        hint = "Yellow cells are yours to change; all else follows, at the step chosen on Start."
        frame.head(
            sheet, title="Data: the examples and what becomes of them", hint=hint, problem=PROBLEM
        )
        frame.banner(sheet, max(places.right, 24))
        write_figures(self.context, sheet, places, self.predictions, self.evaluation)
        self._write_heads()
        self._write_given()
        if places.standardise:
            self._write_standardised()
        self._write_outputs()

    @cached_property
    def names(self) -> list[str]:
        """What the classes are called: asked for once, since to find it takes all examples."""
        return class_names(self.context)

    def _make_room(self) -> None:
        """Columns as wide as the names in them, up to a limit; names of several words wrap."""
        sheet, places, columns = self.sheet, self.places, self.context.lesson.data.columns

        def widen(column: int, characters: int) -> None:
            width = max(sheet.widths.get(column, sheet.default_width), characters + 1.5)
            sheet.widths[column] = min(width, WIDEST)

        if not self.context.dense[-1].activation.bounded:
            # Of a run that diverges: 1.23E+194.
            for column in (cost_column(places), *range(places.values, places.loss + 1)):
                widen(column, 9)
        lines = 1
        for column, name in enumerate(columns, INPUTS):
            widen(column, max(map(len, name.split()), default=0))
            lines = max(lines, len(textwrap.wrap(name, int(sheet.widths[column]))))
        sheet.heights[places.head] = LINE * lines + 2
        if not places.named:
            return
        for column, name in enumerate(self.names, LEFT + 2):
            widen(column, len(name))
        for column in (places.target_class, places.says):
            widen(column, max(map(len, self.names)))

    def _write_heads(self) -> None:
        context, sheet, places = self.context, self.sheet, self.places
        symbols, head = context.symbols, places.head
        sheet.put(places.title, LEFT, "The examples", styles.HEADING)
        sheet.fill(places.title, LEFT, places.title, places.right, styles.HEADING)
        for column, text in ((NUMBER, "number"), (SET, "set")):
            sheet.put(head, column, text, styles.LABEL_CENTRE)
        columns = context.lesson.data.columns
        for unit in range(places.inputs):
            symbol = symbols.input(unit)
            if columns or places.standardise:
                title = Quoted(columns[unit]) if columns else f"column {unit + 1}"
                sheet.put(head, INPUTS + unit, title, styles.LABEL_CENTRE.but(size=9, wrap=True))
            if places.standardise or not columns:
                sheet.put(head, places.shown + unit, symbol, styles.symbol(GIVEN))
        for unit in range(places.outputs):
            target, output = symbols.target(unit), symbols.activation(context.depth, unit)
            sheet.put(head, places.targets + unit, target, styles.symbol(GIVEN))
            sheet.put(head, places.values + unit, output, styles.symbol(FORWARD))
        sheet.put(head, places.loss, symbols.loss, styles.symbol(FORWARD))
        if places.named:
            sheet.put(head, places.target_class, "class", styles.LABEL_CENTRE)
            sheet.put(head, places.says, "taken for", styles.LABEL_CENTRE)
        if places.classified:
            sheet.put(head, places.verdict, "", styles.LABEL_CENTRE)

    def _write_given(self) -> None:
        context, sheet, places = self.context, self.sheet, self.places
        for quantity in (INPUT, TARGET, TEST_INPUT, TEST_TARGET):
            knob = context.knobs.get((quantity.name, None))
            if knob:
                sheet.validations.append(inputs.validation(knob, context.knob(quantity)))
                context.fill_knob(sheet, knob, styles.INPUT)
        for row in range(places.top, places.bottom + 1):
            sheet.put(row, NUMBER, float(row - places.top + 1), WHOLE)
            sheet.put(row, SET, SETS[row >= places.first_test], styles.LABEL_CENTRE)

    def _write_standardised(self) -> None:
        context, sheet, places = self.context, self.sheet, self.places
        look = GIVEN.but(number_format=styles.FOUR)
        held = context.knob(INPUT)
        for row, title, quantity in (
            (places.mean, "mean", MEAN),
            (places.deviation, "deviation", DEVIATION),
        ):
            sheet.put(row, SET, title, styles.LABEL_RIGHT)
            for unit in range(places.inputs):
                column = held.area(unit=unit, fixed=True)
                assert column
                of = Ref(NAME, places.mean, INPUTS + unit, True)
                formula = cell_mean(column) if quantity == MEAN else cell_deviation(column, of)
                sheet.put(row, INPUTS + unit, formula, look)
            block = Block(
                quantity.name, None, NAME, row, INPUTS, (), (UNIT,), {UNIT: places.inputs}
            )
            context.show(sheet, block)
        hint = "the inputs less their mean, divided by their deviation: what the network is shown"
        sheet.put(places.mean, places.shown, hint, styles.HINT)
        columns = range(INPUTS, INPUTS + places.inputs)
        for number in range(len(places.sets)):
            block = _standardised(context, places, number)
            cells = [Cell(self._less_mean(block.top, column), look) for column in columns]
            self._put_rows(block.top, block.left, cells, partial(_shown, number))

    def _less_mean(self, row: int, column: int) -> Expression:
        """An input less its mean, divided by its deviation."""
        places = self.places
        mean, by = (Ref(NAME, at, column, True) for at in (places.mean, places.deviation))
        return cell(Ref(NAME, row, column), mean, by)

    def _write_outputs(self) -> None:
        """What the network makes of each example, from Predictions."""
        sheet, places, predictions = self.sheet, self.places, self.predictions
        look = FORWARD.but(number_format=styles.FOUR)
        shown = [predictions.output(unit, places.top) for unit in range(places.outputs)]
        shown.append(predictions.cell(predictions.loss, places.top))
        cells = [Cell(reference, look) for reference in shown]
        self._put_rows(
            places.top,
            places.values,
            cells,
            lambda n: np.column_stack([found(n).outputs, found(n).losses]),
        )
        if places.classified:
            for row in range(places.top, places.bottom + 1):
                self._write_class(row)
            column = places.verdict
            area = Area(NAME, places.top, column, places.bottom, column)
            first = Ref(NAME, places.top, column)
            wrong = styles.PLAIN.but(bold=True, colour=styles.RED, horizontal="center")
            sheet.formats.append(Rule(area, equal(first, WRONG_TEXT), wrong))

    def _put_rows(
        self, top: int, left: int, cells: list[Cell], claim: Callable[[Numbers], FloatArray]
    ) -> None:
        """A row of such cells for each example of `claim`, from the first one down."""
        own = claim(self.context.numbers)
        self.sheet.bands.append(Band(top, left, tuple(cells), own, claim))

    def _write_class(self, row: int) -> None:
        """The names of its class and of what it is taken for, and whether that is right."""
        sheet, places, predictions = self.sheet, self.places, self.predictions
        number, look = row - places.top, styles.LABEL_CENTRE
        right = predictions.cell(predictions.right, row)
        text = guard(when(equal(right, 1), RIGHT_TEXT, WRONG_TEXT))

        def says(numbers: Numbers) -> str:
            return RIGHT_TEXT if found(numbers).right[number] else WRONG_TEXT

        sheet.put(row, places.verdict, text, look, claim=says)
        if not places.named:
            return
        names = self.names
        for column, of in ((places.target_class, "target"), (places.says, "predicted")):
            own = predictions.own if of == "target" else predictions.predicted
            name = call("CHOOSE", predictions.cell(own, row), *names)
            sheet.put(row, column, name, look, claim=_named(names, of, number))


def _named(names: list[str], of: str, number: int) -> Callable[[Numbers], str]:
    return lambda numbers: names[int(getattr(found(numbers), of)[number]) - 1]


def _shown(number: int, numbers: Numbers) -> FloatArray:
    return shown_sets(numbers)[number][0]


def _mean(numbers: Numbers, _: int) -> FloatArray:
    return mean(_raw(numbers))


DATA = SheetKind(
    NAME,
    _fill,
    applies=lambda context: context.shows_data,
    place=_place,
    derived=(
        *DERIVED,
        Derived(MEAN, _mean),
        Derived(DEVIATION, lambda numbers, _: deviation(_raw(numbers))),
        Derived(STANDARDISED, lambda numbers, _: _shown(0, numbers)),
        Derived(STANDARDISED_TEST, lambda numbers, _: _shown(1, numbers)),
    ),
)
