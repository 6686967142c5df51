"""Chain rule: every path from one weight to the cost, its factors, their product, the sum.

The weight is chosen from a drop-down. Each path is a line of what the weight moves on its
way to the loss, with the derivative of each by the one before under the arrow between them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sheetnet.expressions.formula import (
    Area,
    Expression,
    Ref,
    Text,
    call,
    equal,
    guard,
    join,
    total,
    when,
)
from sheetnet.network.numbers import Derived, Numbers
from sheetnet.network.quantities import (
    CHOSEN_PARAMETER,
)
from sheetnet.network.sheets import parameters, path_difference, path_tables, path_texts, paths
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.gradient_verdicts import BLURRED, COARSE, KINK
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.path_cells import PathCells
from sheetnet.network.sheets.path_places import (
    FIRST,
    LABEL,
    NAME,
    PATH_FACTOR,
    PATH_PRODUCT,
    START,
)
from sheetnet.network.sheets.path_tables import OUTPUT, SLOPE
from sheetnet.network.sheets.path_texts import Texts
from sheetnet.network.sheets.verdict_cells import CentralCells, Moved
from sheetnet.sheets import frame
from sheetnet.sheets.checks import mark_failures, write_check
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.book import labelled
from sheetnet.workbook.model import Link, PrintSetup, Sheet
from sheetnet.workbook.styles import BACKWARD

KNOB_ROW, LAYER_ROW, HEAD_ROW, SUM_ROW = 3, 4, 5, 6
#: So many layers are called by their names one by one.
MOST_NAMED = 4
CHOOSE = "Choose a weight or a bias in the yellow cell: everything here follows."
#: What stands for a sum too long to read.
ELSEWHERE = "the sum of the products of the paths below"
ON_TRAINING = "the gradient on Training"
#: What the words mean that may stand in the place of a ✓, where the difference says nothing.
SAYS_NOTHING = {
    KINK: f"“{KINK}”: the move itself switches a ReLU; that says nothing about the sum",
    COARSE: f"“{COARSE}”: the loss bends too much within the move, which says nothing then",
    BLURRED: f"“{BLURRED}”: the loss is so large that its last digit hides the difference, or a "
    "logarithm in it is cut off",
}
PALE = styles.PLAIN.but(colour=styles.GREY)
#: A word beside a number, which would touch it otherwise.
BESIDE = styles.HINT.but(horizontal="left", indent=1)


def formulas(context: Context) -> int:
    """How many formulas the sheet and its workings have, about."""
    depth, most = context.depth, paths.most(context.net)
    return most * (22 * depth + 20) + 9 * len(parameters.listed(context))


def applies(context: Context) -> bool:
    """Whether there are weights to choose from, and room for the paths of each."""
    return bool(parameters.listed(context)) and formulas(context) <= parameters.MOST_FORMULAS


def _place(context: Context) -> None:
    knob = context.knobs[CHOSEN_PARAMETER.name, None]
    context.place_knob(knob, NAME, KNOB_ROW, START)


def _fill(context: Context) -> list[Sheet]:
    writer = _Writer(context)
    writer.write()
    return [writer.sheet, writer.texts.sheet]


CHAIN_RULE = SheetKind(
    NAME,
    _fill,
    applies=applies,
    place=_place,
    derived=(
        Derived(PATH_FACTOR, lambda numbers, _: paths.found(numbers).factors),
        Derived(PATH_PRODUCT, lambda numbers, _: paths.found(numbers).products),
    ),
)


class _Writer:
    """The sheet, cell by cell."""

    def __init__(self, context: Context) -> None:
        self.context, self.net = context, context.net
        self.sheet = Sheet(NAME, "one weight: every path by which it moves the cost")
        self.texts = Texts(context)
        self.knob = context.knob(CHOSEN_PARAMETER).ref(fixed=True)
        self.layer = Ref(NAME, LAYER_ROW, START, True)
        self.cells = PathCells(context, self.sheet, self.texts, self.knob, self.layer)
        self.ways, self.most = self.cells.ways, self.cells.most
        self.product_column = self.cells.product_column

    def write(self) -> None:
        sheet = self.sheet
        sheet.tab_colour, sheet.cursor = styles.BLUE, (KNOB_ROW, START)
        sheet.freeze = (HEAD_ROW, 1)
        sheet.print_setup = PrintSetup()
        hint = (
            "A weight moves the cost along every path that leads from it to the cost: multiply "
            "the derivatives along a path, then add the paths."
        )
        frame.head(
            sheet, title="The chain rule: how one weight moves the cost", hint=hint, problem=PROBLEM
        )
        frame.banner(sheet, self.product_column + 1)
        factors = [
            [self.cells.factor(p, n) for n in range(self.cells.factors)] for p in range(self.most)
        ]
        products = [self.cells.product(path) for path in range(self.most)]
        self.texts.write(self.knob, self.layer, factors, products)
        self._set_widths()
        self._write_knobs()
        self._write_sum(products)
        if not self.context.dense[-1].activation.slope:
            sheet.put(self.cells.top(0) - 1, FIRST, _moves_all(self.context), styles.HINT)
        for path in range(self.most):
            self.cells.write(path)

    def _set_widths(self) -> None:
        """Factors get the room that the longest of their equations needs."""
        sheet = self.sheet
        longest = max(self.texts.longest[SLOPE], self.texts.longest[OUTPUT])
        sheet.widths |= {1: 2.5, LABEL: 11.0, START: 14.0, self.cells.loss_column: 11.0}
        for column in range(FIRST, self.cells.loss_column):
            factor = (column - FIRST) % 2 == 0
            sheet.widths[column] = min(max(12.0, 0.85 * longest), 26.0) if factor else 10.5
        sheet.widths |= {self.cells.loss_column + 1: 3.0, self.product_column: 14.0}
        sheet.widths[self.product_column + 1] = 3.0

    def _write_knobs(self) -> None:
        """What is chosen: the weight here, the step and the example on Start."""
        context, sheet = self.context, self.sheet
        knob = context.knobs[CHOSEN_PARAMETER.name, None]
        sheet.heights[KNOB_ROW] = 24
        sheet.put(KNOB_ROW, LABEL, "weight", styles.LABEL_RIGHT)
        context.fill_knob(sheet, knob, styles.INPUT.but(size=14, font=styles.SERIF))
        sheet.validations.append(parameters.validation(context, knob))
        sheet.notes[KNOB_ROW, START] = knob.note
        listed = parameters.listed(context)
        sheet.put(LAYER_ROW, LABEL, "in layer", styles.LABEL_RIGHT)
        sheet.put(
            LAYER_ROW,
            START,
            parameters.look(context, parameters.LAYER, self.texts.number),
            styles.NUMBER.but(number_format="0", horizontal="center", colour=styles.GREY),
            claim=lambda numbers: listed[path_difference.chosen(numbers)].layer,
        )
        whole = styles.NUMBER.but(bold=True, number_format="0", horizontal="center")
        sheet.put(KNOB_ROW, FIRST, "step", styles.LABEL_RIGHT)
        sheet.put(KNOB_ROW, FIRST + 1, context.step, whole, claim=lambda numbers: numbers.step)
        column = FIRST + 2
        if context.batch:
            sheet.put(KNOB_ROW, column, "example", styles.LABEL_RIGHT)
            sheet.put(
                KNOB_ROW,
                column + 1,
                context.sample,
                whole,
                claim=lambda numbers: numbers.sample + 1,
            )
            column += 2
        sheet.put(KNOB_ROW, column, "chosen on Start", styles.LINK.but(size=9, italic=True))
        sheet.links[KNOB_ROW, column] = Link("Start", tip="To the step and the example")
        sheet.put(LAYER_ROW, FIRST, _names_of_layers(context) + CHOOSE, styles.HINT)

    def _write_sum(self, products: Sequence[Ref]) -> None:
        """The derivative, the sum written out, with today's numbers, its value and checks."""
        context, sheet, right = self.context, self.sheet, self.product_column
        of = context.symbols.loss
        counts = [_many(way.count) for way in self.ways]
        leads = call("CHOOSE", self.layer, *counts) if len(counts) > 1 else Text(counts[0])
        example = join([" of example ", context.sample]) if context.batch else Text("")
        heading = join([leads, " from ", self.knob, f" to {of}"]) & example
        sheet.put(HEAD_ROW, LABEL, heading, styles.HEADING, claim=self._headed)
        sheet.fill(HEAD_ROW, LABEL, HEAD_ROW, right, styles.HEADING)
        sheet.heights[HEAD_ROW] = 24

        symbol = join([context.symbols.by_name(context.symbols.loss_letter), self.knob])
        sheet.put(SUM_ROW, LABEL, symbol, styles.symbol(BACKWARD))
        sheet.merge(SUM_ROW, LABEL, SUM_ROW, START)
        short = [way for way in self.ways if self.texts.is_short(way)]
        shown = [
            self.texts.today(None, 0) if way in short else Text(ELSEWHERE) for way in self.ways
        ]
        alike = len(set(shown)) == 1
        equation = shown[0] if alike else call("CHOOSE", self.layer, *shown)
        room = sum(sheet.widths[column] for column in range(FIRST, right + 1))
        longest = max([self.texts.length(way) for way in short], default=60)
        numbers = [(20 * (way.last - way.layer + 1) + 20) * way.count for way in short]
        serif = styles.PLAIN.but(font=styles.SERIF, size=12)
        filled = self.texts.today(None, 1)
        for row, content, look, length in (
            (SUM_ROW, equation, serif, longest),
            (SUM_ROW + 1, filled, PALE, max([13 * self.most, *numbers])),
        ):
            sheet.put(row, FIRST, join(["= ", content]), look.but(wrap=True))
            sheet.merge(row, FIRST, row, right)
            sheet.heights[row] = 17.0 * (1 + int(0.9 * length / room)) + 3
        self._write_value(products)

    def _headed(self, numbers: Numbers) -> str:
        """The heading, its paths counted by the units that they may go through."""
        context = self.context
        parameter = parameters.listed(context)[path_difference.chosen(numbers)]
        last = self.ways[parameter.layer - 1].last
        count = int(np.prod(self.net.sizes[parameter.layer + 1 : last + 1]))
        lead = f"{count} paths lead" if count > 1 else "One path leads"
        example = f" of example {numbers.sample + 1}" * context.batch
        symbol = parameter.symbol(context.symbols)
        return f"{lead} from {symbol} to {context.symbols.loss}{example}"

    def _write_value(self, products: Sequence[Ref]) -> None:
        """The sum's value, what it is checked against, and what it says."""
        context, sheet, row = self.context, self.sheet, SUM_ROW + 2
        value = Ref(NAME, row, START, True, digits=6)
        sheet.heights[row] = 22
        sheet.put(row, LABEL, "sum of the paths", styles.LABEL_RIGHT.but(size=9))
        symbols = context.symbols
        if not context.apart or symbols.loss_letter != symbols.cost_letter:
            context.readings.append(labelled(NAME, (SUM_ROW, LABEL), (row, START)))
        look = BACKWARD.but(bold=True, size=13, number_format=styles.SIGNED_SIX)
        sheet.put(row, START, total(list(products)), look, claim=paths.total)
        here = parameters.SHARE if context.apart else parameters.GRADIENT
        gradient = parameters.look(context, here, self.texts.number)
        small = styles.NUMBER.but(number_format=styles.SIGNED_SIX, colour=styles.GREY)

        def known(numbers: Numbers) -> float:
            held = parameters.shares if context.apart else parameters.gradients
            return float(held(numbers)[path_difference.chosen(numbers)])

        near = call("ABS", value - gradient) <= 1e-9 * (1 + call("ABS", value))
        write_check(sheet, row, FIRST, near)
        sheet.put(row, FIRST + 1, gradient, small, claim=known)
        says = f"its share in the gradient on Training, {context.symbols.delta_name} · source"
        sheet.put(row, FIRST + 2, says if context.apart else ON_TRAINING, BESIDE)
        row += 1
        cells = self._central(value, Ref(NAME, row, FIRST + 1))
        sheet.put(
            row,
            FIRST,
            cells.verdict(cells.apart() / cells.size()),
            styles.CHECK,
            claim=path_difference.verdict,
            passes=cells.passes(),
        )
        cell = Area(NAME, row, FIRST, row, FIRST)
        mark_failures(sheet, cell)
        sheet.put(
            row,
            FIRST + 1,
            cells.difference(),
            small,
            claim=path_difference.difference,
            approximate=path_difference.scale,
        )
        name = context.symbols.loss
        says = (
            f"the central difference: {name} with the weight a little larger and a little smaller"
        )
        told: Expression = Text(says)
        for word, why in SAYS_NOTHING.items():
            told = guard(when(equal(Ref(NAME, row, FIRST), word), why, told))

        def meaning(numbers: Numbers) -> str:
            return SAYS_NOTHING.get(path_difference.verdict(numbers), says)

        sheet.put(row, FIRST + 2, told, BESIDE, claim=meaning)
        sheet.notes[row, FIRST] = (
            "The loss is computed twice more, with the weight a little larger and a little "
            f"smaller (by {path_difference.H:g}); their difference, divided by twice that, must be "
            "the sum."
        )
        self._write_meaning(value, Ref(NAME, row, FIRST) if cells.up.kinked else None)

    def _central(self, value: Ref, measured: Ref) -> CentralCells:
        """The sum of the paths beside the difference, by the two rows of workings."""
        up, down = (self._moved(path_texts.MOVES_TOP + move) for move in (0, 1))
        return CentralCells(self.net, path_difference.H, up, down, value, measured)

    def _moved(self, row: int) -> Moved:
        rows = self.texts.rows
        kinked = [
            (rows.area_of(quantity, layer.number, row), at)
            for layer in self.context.layers
            for quantity, at in layer.kinks()
        ]
        cost = Ref(path_tables.NAME, row, rows.cost_column)
        return Moved(cost, rows.values_of(row), kinked)

    def _write_meaning(self, value: Ref, verdict: Ref | None) -> None:
        """What the derivative says, in words; with a batch, what the update takes.

        Where the `verdict` is that a kink is there, the derivative says nothing of one side.
        """
        context, sheet, row = self.context, self.sheet, SUM_ROW + 4
        name = "loss of this example" if context.apart else "cost"
        effects = (f"lowers the {name}.", f"does not change the {name}.", f"raises the {name}.")
        effect = call("CHOOSE", call("SIGN", call("ROUND", value, 12)) + 2, *effects)
        text = join(["A little more of ", self.knob, " ", effect])
        at_kink = f" stands at a kink: the {name} has a slope to each side of it."
        if verdict:
            kinked = join([self.knob, at_kink])
            text = guard(when(equal(verdict, KINK), kinked, text))

        def said(numbers: Numbers) -> str:
            number = path_difference.chosen(numbers)
            slope = float(np.round(parameters.shares(numbers)[number], 12))
            symbol = parameters.listed(context)[number].symbol(context.symbols)
            if path_difference.verdict(numbers) == KINK:
                return f"{symbol}{at_kink}"
            # In words of its own, so that none can stand at the place of another.
            does = "raises" if slope > 0 else "lowers" if slope < 0 else "does not change"
            return f"A little more of {symbol} {does} the {name}."

        sheet.put(row, FIRST, text, styles.PLAIN, claim=said)
        if not context.apart:
            return
        symbols, row = context.symbols, row + 1
        symbol = join([symbols.by_name(symbols.cost_letter), self.knob])
        sheet.put(row, LABEL, symbol, styles.symbol(BACKWARD))
        gradient = parameters.look(context, parameters.GRADIENT, self.texts.number)
        sheet.put(
            row,
            START,
            gradient,
            BACKWARD.but(bold=True, number_format=styles.SIGNED_SIX),
            claim=lambda numbers: parameters.gradients(numbers)[path_difference.chosen(numbers)],
        )
        of = f" of all {context.samples} examples together" * context.batch
        penalty = ", and what the penalty adds" * bool(context.net.penalties)
        context.readings.append(labelled(NAME, (row, LABEL), (row, START)))
        hint = f"the same{of}{penalty}: the update takes this one"
        sheet.put(row, FIRST, hint, BESIDE)


def _names_of_layers(context: Context) -> str:
    """What the layers are called where the document does not count them from the inputs."""
    label, depth = context.notation.layer_label, context.depth
    if str(depth) in label(depth, depth):
        return ""
    named = range(1, depth + 1) if depth <= MOST_NAMED else (1, depth)
    return ", ".join(f"{n} is {label(n, depth)}" for n in named) + ". "


def _moves_all(context: Context) -> str:
    """What ∂L/∂z of the output holds where its units do not work one by one."""
    symbols, last = context.symbols, context.dense[-1].activation
    by_z = symbols.by_name(symbols.loss_letter) + "z"
    return f"{last.symbol} moves all outputs with each z: {by_z} has the ways through all of them."


def _many(count: int) -> str:
    return "One path leads" if count == 1 else f"{count} paths lead"
