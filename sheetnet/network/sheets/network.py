"""Network: the picture in cells, one step and one example at a time.

Only the weights of the chosen step and the chosen example come from elsewhere; every
other cell computes from its neighbours, so that a click on a neuron shows the document's
formula and the arrows of the precedents show the network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sheetnet.expressions.formula import Area, Expression, Ref, call, total
from sheetnet.expressions.rich import Rich
from sheetnet.network.equations import WRITTEN_OUT, Equations, updated
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.matrix_writer import write_check
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.model import ColourScale, PrintSetup, Sheet, Validation
from sheetnet.workbook.styles import ARROW_BACKWARD, ARROW_FORWARD, BACKWARD, FORWARD, GIVEN, UPDATE

NAME = "Network"
SELECTOR_ROW = 3
DRAWING_ROW = 5
GAP = 2


@dataclass(frozen=True)
class Card:
    """The cells of one unit: rows for its sources, its bias, z and δ under its value."""

    layer: int
    unit: int
    top: int
    left: int
    sources: int
    bias_first: bool
    batch: bool

    @property
    def bias_row(self) -> int:
        return self.top + 1 if self.bias_first else self.top + 1 + self.sources

    def source_row(self, source: int) -> int:
        return self.top + 1 + source + self.bias_first

    @property
    def z_row(self) -> int:
        return self.top + 2 + self.sources

    @property
    def delta_row(self) -> int:
        return self.z_row + 1

    @property
    def value_column(self) -> int:
        return self.left + 5

    @property
    def gradient_column(self) -> int:
        """The gradient of this example; with a batch the batch's own stands to its right."""
        return self.left + 6

    @property
    def new_column(self) -> int:
        return self.left + 7 + self.batch

    @property
    def width(self) -> int:
        return 8 + self.batch

    @property
    def height(self) -> int:
        return self.sources + 4


class Picture:
    """Where the cells of the network are (`equations.Cells` of the chosen step)."""

    def __init__(self, context: Context) -> None:
        self.context = context
        batch = context.samples > 1
        self.drawing_rows = max(14, 3 * max(context.sizes) + 3)
        top = DRAWING_ROW + self.drawing_rows + 3
        highest = max(
            units * (sources + 4 + GAP) - GAP
            for units, sources in zip(context.sizes[1:], context.sizes, strict=False)
        )
        self.bottom = top + highest - 1
        self.top = top
        self.cards: dict[tuple[int, int], Card] = {}
        left = 5
        for layer in context.layers:
            units, sources = context.sizes[layer], context.sizes[layer - 1]
            each = sources + 4 + GAP
            first = top + (highest - (units * each - GAP)) // 2
            for unit in range(units):
                self.cards[layer, unit] = Card(
                    layer,
                    unit,
                    first + unit * each,
                    left,
                    sources,
                    context.notation.bias_node_first,
                    batch,
                )
            left += self.cards[layer, 0].width + 1
        self.target_column = left
        self.right = left + 1

    def input_row(self, unit: int) -> int:
        count = self.context.sizes[0]
        middle = (self.top + self.bottom) // 2
        return middle - (count - 1) + 2 * unit

    def at(
        self,
        quantity: str,
        layer: int | None = None,
        *,
        sample: int = 0,
        unit: int = 0,
        source: int = 0,
    ) -> Ref:
        """The cell of a number of the chosen step and example, with its symbol."""
        symbols = self.context.symbols
        if quantity == "activation" and layer == 0:
            return self._ref(self.input_row(unit), 3, symbols.input(unit))
        if quantity == "target":
            row = self.cards[len(self.context.sizes) - 1, unit].top
            return self._ref(row, self.target_column + 1, symbols.target(unit))
        assert layer is not None
        card = self.cards[layer, unit]
        match quantity:
            case "activation":
                return self._ref(card.top, card.value_column, symbols.activation(layer, unit))
            case "z":
                return self._ref(card.z_row, card.value_column, symbols.z(layer, unit))
            case "delta":
                return self._ref(card.delta_row, card.value_column, symbols.delta(layer, unit), 6)
            case "weight":
                symbol = symbols.weight(layer, unit, source)
                return self._ref(card.source_row(source), card.left + 3, symbol)
            case "bias":
                return self._ref(card.bias_row, card.left + 3, symbols.bias(layer, unit))
            case "weight_gradient":
                symbol = symbols.weight_gradient(layer, unit, source)
                row = card.source_row(source)
                return self._ref(row, card.gradient_column + card.batch, symbol, 6)
            case "bias_gradient":
                symbol = symbols.bias_gradient(layer, unit)
                return self._ref(card.bias_row, card.gradient_column + card.batch, symbol, 6)
        raise ValueError(f"Network has no {quantity}")

    def area(self, quantity: str, layer: int | None = None, **index: int) -> Area | None:
        """Numbers of a picture do not adjoin."""
        return None

    def _ref(self, row: int, column: int, symbol: Rich, digits: int = 4) -> Ref:
        return Ref(NAME, row, column, symbol=symbol, digits=digits)

    def parameters(self) -> Iterator[tuple[str, int, int, int]]:
        """Every weight and bias: quantity, layer, unit, source."""
        for layer, unit in self.cards:
            sources = range(self.context.sizes[layer - 1])
            weights = [("weight", layer, unit, source) for source in sources]
            bias = ("bias", layer, unit, 0)
            first = self.context.notation.bias_node_first
            yield from [bias, *weights] if first else [*weights, bias]


def place(context: Context) -> None:
    """The two selectors."""
    for quantity, column in (("chosen_step", 3), ("chosen_sample", 6)):
        if quantity == "chosen_step" or context.samples > 1:
            context.blocks.add(Block(quantity, None, NAME, SELECTOR_ROW, column, (), (), {}, False))


def fill(context: Context, picture: Picture) -> Sheet:
    """The sheet with the picture; the drawing and the lines below come from elsewhere."""
    sheet = Sheet(NAME, tab_colour=styles.ORANGE, freeze=(SELECTOR_ROW + 1, 1))
    sheet.cursor = (SELECTOR_ROW, 3)
    sheet.print_setup = PrintSetup()
    _set_widths(sheet, picture)
    hint = "click on a number to read its formula; the forward pass is orange, the backward blue"
    frame.head(sheet, "The network, one step at a time", hint)
    frame.banner(sheet, picture.right)
    write_selectors(context, sheet)
    _write_inputs(context, sheet, picture)
    for card in picture.cards.values():
        _write_card(context, sheet, picture, card)
    _write_targets(context, sheet, picture)
    _colour_weights(sheet, picture)
    return sheet


def write_selectors(context: Context, sheet: Sheet) -> None:
    """The step and the example to choose, on top of the sheet."""
    settings = context.settings
    sheet.heights[SELECTOR_ROW] = 22
    big = styles.INPUT.but(size=13, number_format="0")
    sheet.put(SELECTOR_ROW, 2, "step", styles.LABEL_RIGHT)
    step = context.step.target
    sheet.put(step.row, step.column, float(settings.step), big)
    sheet.validations.append(_whole(step, 0, context.steps, "Step"))
    sheet.notes[step.row, step.column] = (
        "Step 0 is before the first update, step n after n updates. Only the weights of this step "
        "come from Training; everything below computes from them."
    )
    if context.samples > 1:
        example = context.sample.target
        sheet.put(example.row, example.column - 1, "example", styles.LABEL_RIGHT)
        sheet.put(example.row, example.column, float(settings.sample + 1), big)
        sheet.validations.append(_whole(example, 1, context.samples, "Example"))
    hint = f"choose any step from 0 to {context.steps}"
    if context.samples > 1:
        hint += f" and any example from 1 to {context.samples}"
    sheet.put(SELECTOR_ROW, 8, f"{hint}: the whole sheet follows", styles.HINT)


def _whole(cell: Ref, low: int, high: int, title: str) -> Validation:
    area = Area(cell.sheet, cell.row, cell.column, cell.row, cell.column)
    sentence = f"Type a whole number from {low} to {high}."
    return Validation(area, "whole", low, high, title=title, error=sentence, prompt=sentence)


def _set_widths(sheet: Sheet, picture: Picture) -> None:
    sheet.widths |= {1: 2.5, 2: 9.0, 3: 9.5, 4: 5.0}
    for (_, unit), card in picture.cards.items():
        if unit == 0:
            widths = (8.0, 8.5, 2.8, 9.5, 2.8, 10.5, 13.0) + (11.0,) * card.batch + (10.5, 4.5)
            for offset, width in enumerate(widths):
                sheet.widths[card.left + offset] = width
    sheet.widths |= {picture.target_column: 9.0, picture.target_column + 1: 11.0}


def _write_inputs(context: Context, sheet: Sheet, picture: Picture) -> None:
    top = picture.top - 2
    sheet.put(top, 2, context.symbols.layer(0), styles.LABEL.but(bold=True))
    for unit in range(context.sizes[0]):
        cell = picture.at("activation", 0, unit=unit)
        sheet.put(cell.row, 2, context.symbols.input(unit), styles.symbol(GIVEN))
        look = GIVEN.but(number_format=styles.FOUR, bold=True, horizontal="center")
        sheet.put(cell.row, 3, context.given("input", unit), look)
        sheet.put(cell.row, 4, "→", ARROW_FORWARD)


def _write_targets(context: Context, sheet: Sheet, picture: Picture) -> None:
    last = len(context.sizes) - 1
    top = picture.top - 2
    column = picture.target_column
    sheet.put(top, column, "target", styles.LABEL.but(bold=True))
    for unit in range(context.sizes[-1]):
        cell = picture.at("target", unit=unit)
        sheet.put(cell.row, column, context.symbols.target(unit), styles.symbol(GIVEN))
        look = GIVEN.but(number_format=styles.FOUR, bold=True, horizontal="center")
        sheet.put(cell.row, cell.column, context.given("target", unit), look)
    equations = Equations(context.lesson, 1, picture)
    row = picture.cards[last, 0].top + 2
    name = "loss" if context.samples > 1 else "cost"
    symbol = context.symbols.loss if context.samples > 1 else context.symbols.cost
    sheet.put(row, column, f"{name} " + symbol, styles.LABEL_RIGHT)
    look = FORWARD.but(bold=True, horizontal="center")
    sheet.put(row, column + 1, equations.loss(0), look)


def _write_card(context: Context, sheet: Sheet, picture: Picture, card: Card) -> None:
    symbols, layer, unit = context.symbols, card.layer, card.unit
    equations = Equations(context.lesson, 1, picture)
    small = styles.LABEL_CENTRE.but(size=8, fill=styles.ORANGE_FILL)
    if unit == 0:
        title = f"{symbols.layer(layer)}, {context.activation(layer).written}"
        sheet.put(picture.top - 2, card.left, title, styles.LABEL.but(bold=True))

    sheet.put(card.top, card.left, symbols.activation(layer, unit), styles.symbol(FORWARD))
    value = FORWARD.but(size=13, bold=True, number_format=styles.FOUR, horizontal="center")
    sheet.fill(card.top, card.left + 1, card.top, card.left + 4, FORWARD)
    sheet.put(card.top, card.value_column, equations.activation(layer, 0, unit), value)
    d = f"{context.notation.derivative}{context.notation.cost_letter}"
    sheet.put(
        card.top,
        card.gradient_column,
        "from this example" if card.batch else f"gradient {d}/{context.notation.derivative}w",
        small,
    )
    if card.batch:
        sheet.put(card.top, card.gradient_column + 1, "mean of all", small)
    sheet.put(card.top, card.new_column, "new weight", small)
    sheet.heights[card.top] = 20

    for source in range(card.sources):
        below = picture.at("activation", layer - 1, unit=source)
        weight = context.of_step("weight", layer, unit=unit, source=source)
        symbol = symbols.activation(layer - 1, source)
        _write_line(context, sheet, picture, card, ("weight", source), symbol, below, weight)
    one = Rich(()) + "1"
    bias = context.of_step("bias", layer, unit=unit)
    _write_line(context, sheet, picture, card, ("bias", 0), one, 1.0, bias)

    products = [Ref(NAME, row, card.value_column) for row in range(card.top + 1, card.z_row)]
    many = Area(NAME, card.top + 1, card.value_column, card.z_row - 1, card.value_column)
    summed = total(products) if len(products) <= WRITTEN_OUT else call("SUM", many)
    sheet.put(card.z_row, card.left, symbols.z(layer, unit), styles.SYMBOL)
    sheet.put(card.z_row, card.left + 3, "sum", styles.SIGN)
    sheet.put(card.z_row, card.left + 4, "=", styles.SIGN)
    look = styles.NUMBER.but(bold=True, borders="t", border_colour=styles.INK)
    sheet.put(card.z_row, card.value_column, summed, look.but(horizontal="center"))

    sheet.put(card.delta_row, card.left, symbols.delta(layer, unit), styles.symbol(BACKWARD))
    sheet.fill(card.delta_row, card.left + 1, card.delta_row, card.left + 4, BACKWARD)
    delta = BACKWARD.but(
        bold=True, horizontal="center", number_format="+0.000000;-0.000000;0.000000"
    )
    sheet.put(card.delta_row, card.value_column, equations.delta(layer, 0, unit), delta)
    _write_check(context, sheet, picture, card)
    behind = card.left + card.width
    sheet.put(card.top, behind, "→", ARROW_FORWARD)
    sheet.put(card.delta_row, behind, "←", ARROW_BACKWARD)


def _write_line(
    context: Context,
    sheet: Sheet,
    picture: Picture,
    card: Card,
    parameter: tuple[str, int],
    symbol: Rich,
    below: Ref | float,
    weight: Expression,
) -> None:
    """One source of a unit: value × weight = product, its gradient, the new weight."""
    quantity, source = parameter
    layer, unit = card.layer, card.unit
    cell = picture.at(quantity, layer, unit=unit, source=source)
    row, left = cell.row, card.left
    grey = styles.NUMBER.but(colour=styles.GREY, horizontal="center")
    sheet.put(row, left, symbol, styles.SYMBOL)
    sheet.put(row, left + 1, below, grey)
    sheet.put(row, left + 2, "×", styles.SIGN)
    look = styles.NUMBER.but(bold=True, horizontal="center", number_format=styles.SIGNED)
    sheet.put(row, left + 3, weight, look.but(borders="ltrb", border_colour=styles.HAIR))
    sheet.put(row, left + 4, "=", styles.SIGN)
    sheet.put(row, left + 5, Ref(NAME, row, left + 1) * Ref(NAME, row, left + 3), grey)

    delta = picture.at("delta", layer, unit=unit)
    backward = BACKWARD.but(horizontal="center", number_format=styles.SIX)
    sheet.put(row, card.gradient_column, delta * Ref(NAME, row, left + 1), backward)
    gradient = picture.at(f"{quantity}_gradient", layer, unit=unit, source=source)
    if card.batch:
        mean = context.of_step(f"{quantity}_gradient", layer, unit=unit, source=source)
        sheet.put(row, gradient.column, mean, backward)
    green = UPDATE.but(horizontal="center", number_format=styles.FOUR)
    learns = quantity == "weight" or context.lesson.training.train_biases
    new = updated(cell, context.rate, gradient) if learns else cell
    sheet.put(row, card.new_column, new, green)


def _write_check(context: Context, sheet: Sheet, picture: Picture, card: Card) -> None:
    """✓ where the unit's a and δ equal Training's."""
    row, layer, unit = card.z_row, card.layer, card.unit
    a, delta = picture.at("activation", layer, unit=unit), picture.at("delta", layer, unit=unit)
    apart = call("ABS", a - context.of_step("activation", layer, unit=unit)) + call(
        "ABS", delta - context.of_step("delta", layer, unit=unit)
    )
    near = apart <= 1e-9 * (1 + call("ABS", a) + call("ABS", delta))
    sheet.put(row, card.new_column - 1, "equals Training", styles.HINT.but(horizontal="right"))
    write_check(sheet, row, card.new_column, near)


def _colour_weights(sheet: Sheet, picture: Picture) -> None:
    """Weights coloured by sign and size, on one scale for the whole network."""
    for card in picture.cards.values():
        column = card.left + 3
        area = Area(NAME, card.top + 1, column, card.z_row - 1, column)
        sheet.formats.append(ColourScale(area, styles.NEGATIVE, "FFFFFF", styles.POSITIVE, 1.5))
