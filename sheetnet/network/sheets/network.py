"""Network: the picture in cells, one step and one example at a time.

Only the weights of the chosen step and the chosen example come from elsewhere; every
other cell computes from its neighbours, so that a click on a neuron shows the document's
formula and the arrows of the precedents show the network.
"""

from __future__ import annotations

from sheetnet.expressions.formula import Area, Expression, Ref, call, total
from sheetnet.expressions.rich import Rich
from sheetnet.network.equations import Equations
from sheetnet.network.quantities import (
    ACTIVATION,
    CHOSEN_STEP,
    DELTA,
    INPUT,
    LOSS,
    SOURCE,
    TARGET,
    UNIT,
    WEIGHT,
    Quantity,
    Z,
)
from sheetnet.network.sheets import drawing, lines, maps, plans, shown
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.picture import DRAWING_ROW, NAME, Card, Picture, placed
from sheetnet.network.states import titled
from sheetnet.network.sums import WRITTEN_OUT
from sheetnet.sheets import frame
from sheetnet.sheets.checks import write_check
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import Link, PrintSetup, Sheet
from sheetnet.workbook.styles import ARROW_BACKWARD, ARROW_FORWARD, BACKWARD, FORWARD, GIVEN, UPDATE

SELECTOR_ROW, ARROW_ROW = 3, 16.5
ABOUT = "one step and one example: every neuron and its formula"
LEGEND = (
    f"Lines are weights, discs activations: {styles.POSITIVE_NAME} positive, "
    f"{styles.NEGATIVE_NAME} negative, thick and dark large. "
    "Grey is given; dotted lines lead to the targets."
)


def _fill(context: Context) -> list[Sheet]:
    """The sheet, and the workings of its drawing; large networks as coloured maps."""
    sheet = Sheet(NAME, ABOUT, tab_colour=styles.ORANGE, freeze=(SELECTOR_ROW + 1, 1))
    sheet.cursor = (SELECTOR_ROW, 3)
    sheet.print_setup = PrintSetup()
    _write_selectors(context, sheet)
    if not context.drawable:
        sheet.about = "one step and one example, as coloured maps"
        maps.fill(context, sheet, SELECTOR_ROW)
        return [sheet]
    picture = Picture(context)
    _Cards(context, sheet, picture).write()
    lines.Lines(context, picture, sheet, picture.bottom + 2).fill()
    if not plans.drawn_on_network(context):
        return [sheet]
    plan = plans.OverCards(context, picture, sheet)
    points, chart = drawing.draw(plan, drawing.NAME, (DRAWING_ROW, 2), NAME)
    sheet.charts.append(chart)
    sheet.put(DRAWING_ROW + picture.drawing_rows, 2, LEGEND, styles.HINT)
    return [sheet, points]


NETWORK = SheetKind(NAME, _fill, applies=lambda c: bool(c.dense), derived=shown.DERIVED)


def _write_selectors(context: Context, sheet: Sheet) -> None:
    """The step and the example that are shown, and the way to choose others."""
    sheet.heights[SELECTOR_ROW] = 22
    look = GIVEN.but(size=13, bold=True, horizontal="center", number_format="0")
    sheet.put(SELECTOR_ROW, 2, "step", styles.LABEL_RIGHT)
    sheet.put(SELECTOR_ROW, 3, context.step, look, claim=lambda numbers: numbers.step)
    if context.batch:
        sheet.put(SELECTOR_ROW, 5, "example", styles.LABEL_RIGHT)
        claim = lambda numbers: numbers.sample + 1  # noqa: E731
        sheet.put(SELECTOR_ROW, 6, context.sample, look, claim=claim)
    sheet.put(SELECTOR_ROW, 8, "← choose on Start", styles.LINK)
    chosen = context.knob(CHOSEN_STEP)
    sheet.links[SELECTOR_ROW, 8] = Link(chosen.sheet, chosen.top, chosen.left, "To the step")


class _Cards:
    """The cells of the picture: inputs, a card for each unit, targets."""

    def __init__(self, context: Context, sheet: Sheet, picture: Picture) -> None:
        self.context, self.sheet, self.picture = context, sheet, picture
        self.equations = Equations(context.net, context.notation, 1, picture, context.loss_hyper)

    def write(self) -> None:
        self._set_widths()
        hint = (
            "click on a number to read its formula; → forward, orange; ← back, blue; weights green"
        )
        frame.head(self.sheet, title="The network, one step at a time", hint=hint, problem=PROBLEM)
        frame.banner(self.sheet, self.picture.right)
        self._write_inputs()
        self._write_shared()
        # As high as the arrows ask for, so that programs make no row of their own height.
        rows = range(self.picture.top, self.picture.bottom + 1)
        self.sheet.heights |= dict.fromkeys(rows, ARROW_ROW)
        for card in self.picture.cards.values():
            self._write_card(card)
        self._write_targets()

    def _show(
        self,
        quantity: Quantity,
        layer: int | None,
        place: tuple[int, int],
        rows: tuple[str, int] | None = None,
        *,
        again: bool = False,
        **at: int,
    ) -> None:
        """Tell the index what stands in a cell, or in a column of cells, unless it is told."""
        axes, lengths = ((rows[0],), dict([rows])) if rows else ((), {})
        block = Block(quantity.name, layer, NAME, *place, axes, (), lengths, at=at)
        if again:
            self.context.claim(self.sheet, block)
        else:
            self.context.show(self.sheet, block)

    def _set_widths(self) -> None:
        sheet, picture = self.sheet, self.picture
        sheet.widths |= {1: 2.5, 2: 11.0, 3: 11.5, 4: 4.2}
        for (_, unit), card in picture.cards.items():
            if unit == 0:
                extra = (11.0,) * (card.batch + len(card.states))
                widths = (8.0, 9.8, 2.8, 10.5, 2.8, 12.5, 13.0, *extra, 10.5, 4.8, 4.2)
                for offset, width in enumerate(widths):
                    sheet.widths[card.left + offset] = width
        sheet.widths |= {picture.target_column: 9.0, picture.target_column + 1: 11.0}

    def _write_inputs(self) -> None:
        context, sheet = self.context, self.sheet
        sheet.put(self.picture.top - 2, 2, context.symbols.layer(0), styles.LABEL.but(bold=True))
        for unit in range(context.sizes[0]):
            cell = self.picture.at(INPUT, unit=unit)
            sheet.put(cell.row, 2, context.symbols.input(unit), styles.symbol(GIVEN))
            # As it was typed; standardised it has many digits.
            form = styles.FOUR if context.lesson.data.standardise else "General"
            look = GIVEN.but(number_format=form, bold=True, horizontal="center")
            sheet.put(cell.row, 3, context.given(INPUT, unit), look)
            self._show(INPUT, None, (cell.row, 3), unit=unit)

    def _write_shared(self) -> None:
        """What all parameters share in the update, under the inputs."""
        context, sheet, picture = self.context, self.sheet, self.picture
        shared = context.net.shared.values()
        if shared:
            title = styles.LABEL.but(bold=True)
            sheet.put(picture.shared_row - 1, 2, "of this update", title)
        for quantity in shared:
            cell = picture.at(quantity)
            symbol = quantity.symbol(context.symbols, 0, {})
            sheet.put(cell.row, 2, symbol, styles.symbol(UPDATE))
            look = UPDATE.but(number_format=styles.SIX, horizontal="center")
            sheet.put(cell.row, cell.column, context.of_step(quantity), look)
            sheet.notes[cell.row, 2] = quantity.note
            self._show(quantity, None, (cell.row, cell.column))

    def _write_targets(self) -> None:
        context, sheet, picture = self.context, self.sheet, self.picture
        column = picture.target_column
        sheet.put(picture.top - 2, column, "target", styles.LABEL.but(bold=True))
        for unit in range(context.sizes[-1]):
            cell = picture.at(TARGET, unit=unit)
            sheet.put(cell.row, column, context.symbols.target(unit), styles.symbol(GIVEN))
            look = GIVEN.but(number_format="General", bold=True, horizontal="center")
            sheet.put(cell.row, cell.column, context.given(TARGET, unit), look)
            self._show(TARGET, None, (cell.row, cell.column), unit=unit)
        row = picture.loss_row
        name = "loss " if context.apart else "cost "
        symbol = context.symbols.loss if context.apart else context.symbols.cost
        sheet.put(row, column, name + symbol, styles.LABEL_RIGHT)
        look = FORWARD.but(bold=True, horizontal="center")
        sheet.put(row, column + 1, self.equations.loss(0), look)
        self._show(LOSS, None, (row, column + 1))

    def _write_card(self, card: Card) -> None:
        context, sheet, symbols = self.context, self.sheet, self.context.symbols
        layer, unit, column = card.layer, card.unit, card.value_column
        own = context.dense[layer - 1]
        if unit == 0:
            function = own.activation
            defined = symbols.definition(function.symbol, function.written)
            title = f"{symbols.layer(layer)}, {defined}"
            sheet.put(self.picture.top - 2, card.left, title, styles.LABEL.but(bold=True))
            self._write_wiring(card)
        sheet.heights[card.top] = 20
        self._write_heads(card)

        sheet.put(card.top, card.left, symbols.activation(layer, unit), styles.symbol(FORWARD))
        value = FORWARD.but(size=12, bold=True, number_format=styles.FOUR, horizontal="center")
        sheet.fill(card.top, card.left + 1, card.top, card.left + 4, FORWARD)
        place = {"sample": 0, UNIT: unit}
        sheet.put(card.top, column, self.equations.of(ACTIVATION, layer, place), value)
        self._show(ACTIVATION, layer, (card.top, column), unit=unit)

        self._write_sources(card)
        self._write_sum(card)

        row = card.delta_row
        sheet.put(row, card.left, symbols.delta(layer, unit), styles.symbol(BACKWARD))
        sheet.fill(row, card.left + 1, row, card.left + 4, BACKWARD)
        look = BACKWARD.but(bold=True, horizontal="center", number_format=styles.SIGNED_SIX)
        sheet.put(row, column, self.equations.of(DELTA, layer, place), look)
        self._show(DELTA, layer, (row, column), unit=unit)
        self._write_check(card)
        self._write_arrows(card)

    def _write_arrows(self, card: Card) -> None:
        """One into each row that takes a number of the layer below, and δ's way back."""
        sheet = self.sheet
        for source in range(card.sources):
            sheet.put(card.source_row(source), card.arrow_column, "→", ARROW_FORWARD)
        if card.layer > 1:
            sheet.put(card.delta_row, card.arrow_column, "←", ARROW_BACKWARD)
        if card.layer == self.context.depth:
            behind = card.left + card.width + 1
            sheet.put(card.top, behind, "→", ARROW_FORWARD)
            sheet.put(card.delta_row, behind, "←", ARROW_BACKWARD)

    def _write_wiring(self, card: Card) -> None:
        """What a layer's arrows mean, under its title."""
        symbols, layer, row = self.context.symbols, card.layer, self.picture.top - 1
        takes = "each unit takes" if self.context.sizes[layer] > 1 else "the unit takes"
        whole = "all of the" if self.context.sizes[layer - 1] > 1 else "the"
        below = f"→ {takes} {whole} {symbols.layer(layer - 1)}"
        delta = symbols.delta_name
        if layer == self.context.depth:
            above = f"← {delta}: by the targets"
        else:
            above = f"← {delta}: by all of the {symbols.layer(layer + 1)}"
        look = styles.LABEL.but(size=9)
        self.sheet.put(row, card.left, below, look.but(colour=styles.ORANGE))
        self.sheet.put(row, card.value_column, above, look.but(colour=styles.NAVY))

    def _write_heads(self, card: Card) -> None:
        """What the columns to the right of the values are."""
        small = styles.LABEL_CENTRE.but(size=8, fill=styles.ORANGE_FILL)
        symbols = self.context.symbols
        by = symbols.by_name(symbols.cost_letter) + symbols.notation.weight_letter
        heads = {card.gradient_column: f"gradient {by}"}
        if card.batch:
            heads[card.gradient_column] = "this one's gradient"
            heads[card.mean_column] = f"{self.context.net.reduction.written} gradient"
            if self.context.net.learns_from:
                heads[card.mean_column] = "the step's"
        heads |= {card.state_column(state): titled(state) for state in card.states}
        heads[card.new_column] = "new weight"
        for column, text in heads.items():
            self.sheet.put(card.top, column, text, small)

    def _write_sources(self, card: Card) -> None:
        """The rows of a card: value × weight = product, gradient, new weight."""
        layer, unit, count = card.layer, card.unit, card.sources
        for source in range(count):
            below = self.equations.below(layer, 0, source)
            symbol = self.context.symbols.activation(layer - 1, source)
            self._write_line(card, WEIGHT, source, symbol, below)
        bias = self.context.dense[layer - 1].bias
        if bias:
            self._write_line(card, bias, 0, Rich(()) + "1", 1.0)
        first, span = card.source_row(0), (SOURCE, count)
        self._show(shown.SOURCE_VALUE, layer, (first, card.left + 1), span, unit=unit)
        for quantity, product, example, following, row, rows in (
            (
                WEIGHT,
                shown.PRODUCT,
                shown.EXAMPLE_WEIGHT_GRADIENT,
                shown.NEXT_WEIGHT,
                first,
                span,
            ),
            (
                bias,
                shown.BIAS_PRODUCT,
                shown.EXAMPLE_BIAS_GRADIENT,
                shown.NEXT_BIAS,
                card.bias_row,
                None,
            ),
        ):
            if quantity is None:
                continue
            self._show(product, layer, (row, card.value_column), rows, unit=unit)
            held = [(quantity, card.weight_column), (quantity.gradient, card.mean_column)]
            if card.batch:
                held.append((example, card.gradient_column))
            if self.context.net.trained(quantity, layer).any():
                held += [(quantity.kept(s), card.state_column(s)) for s in card.states]
            # One that all units share stands in every card.
            at = {"unit": unit} if quantity.axes else {}
            for each, column in (*held, (following, card.new_column)):
                self._show(each, layer, (row, column), rows, again=bool(unit and not at), **at)

    def _write_line(
        self,
        card: Card,
        quantity: Quantity,
        source: int,
        symbol: Rich,
        below: Expression | float,
    ) -> None:
        """One source of a unit."""
        context, sheet = self.context, self.sheet
        place = placed(quantity, card.unit, source)
        cell = self.picture.at(quantity, card.layer, unit=card.unit, source=source)
        row, left = cell.row, card.left
        grey = styles.NUMBER.but(colour=styles.GREY, horizontal="center")
        sheet.put(row, left, symbol, styles.SYMBOL)
        sheet.put(row, left + 1, below, grey)
        sheet.put(row, left + 2, "×", styles.SIGN)
        look = UPDATE.but(bold=True, horizontal="center", number_format=styles.SIGNED)
        weight = context.of_step(quantity, card.layer, **place)
        sheet.put(row, left + 3, weight, look.but(borders="ltrb", border_colour=styles.HAIR))
        sheet.put(row, left + 4, "=", styles.SIGN)
        sheet.put(row, left + 5, Ref(NAME, row, left + 1) * Ref(NAME, row, left + 3), grey)

        delta = self.picture.at(DELTA, card.layer, unit=card.unit)
        gradient: Expression = delta * Ref(NAME, row, left + 1)
        if not quantity.axes:  # shared: the sum over the units
            gradient = self.equations.of(quantity.gradient, card.layer, {})
        elif quantity == WEIGHT and not context.batch:
            gradient = self.equations.penalised(gradient, card.layer, place)
        backward = BACKWARD.but(horizontal="center", number_format=styles.SIX)
        sheet.put(row, card.gradient_column, gradient, backward)
        if card.batch:
            mean = context.of_step(quantity.gradient, card.layer, **place)
            sheet.put(row, card.mean_column, mean, backward)
        green = UPDATE.but(horizontal="center", number_format=styles.FOUR)
        new: Expression = cell
        trained = context.net.trained(quantity, card.layer)
        if trained.any():
            for state in card.states:
                kept = context.of_step(quantity.kept(state), card.layer, **place)
                small = green.but(number_format=styles.SIX)
                sheet.put(row, card.state_column(state), kept, small)
        if context.net.trains(quantity, card.layer, place):
            at = {UNIT: card.unit, **place}
            new = lines.updated(context, self.picture, quantity, card.layer, at)
            word = "" if quantity.axes else "shared"
        else:
            word = "fixed"
        if word:
            sheet.put(row, card.new_column + 1, word, styles.HINT.but(size=8))
        sheet.put(row, card.new_column, new, green)

    def _write_sum(self, card: Card) -> None:
        """z: the sum of the products above."""
        sheet, row, column = self.sheet, card.z_row, card.value_column
        products = [Ref(NAME, r, column) for r in range(card.top + 1, row)]
        many = Area(NAME, card.top + 1, column, row - 1, column)
        summed = total(products) if len(products) <= WRITTEN_OUT else call("SUM", many)
        sheet.put(row, card.left, self.context.symbols.z(card.layer, card.unit), styles.SYMBOL)
        sheet.put(row, card.left + 3, "sum", styles.SIGN)
        sheet.put(row, card.left + 4, "=", styles.SIGN)
        look = styles.NUMBER.but(bold=True, borders="t", border_colour=styles.INK)
        sheet.put(row, column, summed, look.but(horizontal="center"))
        self._show(Z, card.layer, (row, column), unit=card.unit)

    def _write_check(self, card: Card) -> None:
        """✓ where the unit's a and δ equal Training's."""
        context, place = self.context, {UNIT: card.unit}
        pairs = [
            (self.picture.at(q, card.layer, **place), context.of_step(q, card.layer, **place))
            for q in (ACTIVATION, DELTA)
        ]
        apart = total([call("ABS", here - there) for here, there in pairs])
        near = apart <= 1e-9 * (1 + total([call("ABS", here) for here, _ in pairs]))
        look = styles.HINT.but(horizontal="right")
        self.sheet.put(card.z_row, card.new_column - 1, "equals Training", look)
        write_check(self.sheet, card.z_row, card.new_column, near)
