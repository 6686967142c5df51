"""Line by line under the picture: symbol, equation, today's numbers, value."""

from __future__ import annotations

from sheetnet.expressions.formula import Binary, Call, Expression, Number, Ref, Text, children, join
from sheetnet.expressions.mathematics import filled_in, written
from sheetnet.expressions.rich import Rich, rich
from sheetnet.network.equations import Equations, updated
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.network import Picture
from sheetnet.workbook import styles
from sheetnet.workbook.model import Sheet
from sheetnet.workbook.styles import BACKWARD, FORWARD, UPDATE, Style

SYMBOL_COLUMN, EQUATION_COLUMN = 2, 5


class Lines:
    """The three sections, written from a row on."""

    def __init__(self, context: Context, picture: Picture, sheet: Sheet, row: int) -> None:
        self._context, self._picture, self._sheet, self._row = context, picture, sheet, row
        self._equations = Equations(context.lesson, 1, picture)
        self._value_column = picture.right
        self._numbers_column = self._split()

    def _split(self) -> int:
        """The column where the numbers begin, so that they get a little more room."""
        columns = range(EQUATION_COLUMN, self._value_column)
        total = sum(self._sheet.widths[c] for c in columns)
        so_far = 0.0
        for column in columns:
            if so_far >= 0.44 * total:
                return column
            so_far += self._sheet.widths[column]
        return EQUATION_COLUMN + 1

    def fill(self) -> None:
        """Write the forward pass, the backward pass and the update."""
        context, at, equations = self._context, self._picture.at, self._equations
        symbols = context.symbols
        example = " of the chosen example" if context.samples > 1 else ""
        self._section(f"Forward pass{example}")
        for layer in context.layers:
            for unit in range(context.sizes[layer]):
                a = at("activation", layer, unit=unit)
                summed = equations.applied(layer, equations.z(layer, 0, unit))
                z = at("z", layer, unit=unit)
                short = equations.applied(layer, z)
                self._line(a.symbol, summed, a, FORWARD, None if short is z else short)
        last = self._picture.cards[context.layers[-1], 0].top + 2
        cost = Ref(self._sheet.name, last, self._picture.target_column + 1, digits=6)
        symbol = symbols.loss if context.samples > 1 else symbols.cost
        self._line(symbol, equations.loss(0), cost, FORWARD)

        self._section(f"Backward pass{example}")
        for layer in reversed(context.layers):
            for unit in range(context.sizes[layer]):
                delta = at("delta", layer, unit=unit)
                self._line(delta.symbol, equations.delta(layer, 0, unit), delta, BACKWARD)

        self._section("Update" + (", by the mean gradient of all examples" * (context.samples > 1)))
        for quantity, layer, unit, source in self._picture.parameters():
            if quantity == "bias" and not context.lesson.training.train_biases:
                continue
            self._update(quantity, layer, unit, source)
        if not context.lesson.training.train_biases:
            self._sheet.put(
                self._row, 2, "The biases keep their first values in this lesson.", styles.HINT
            )

    def _update(self, quantity: str, layer: int, unit: int, source: int) -> None:
        at, context = self._picture.at, self._context
        parameter = at(quantity, layer, unit=unit, source=source)
        gradient: Expression = at(f"{quantity}_gradient", layer, unit=unit, source=source)
        if context.samples == 1:
            gradient = at("delta", layer, unit=unit)
            if quantity == "weight":
                gradient = gradient * at("activation", layer - 1, unit=source)
        equation = updated(parameter, context.rate, gradient)
        if isinstance(gradient, Binary):
            equation = parameter - context.rate * gradient.left * gradient.right
        card = self._picture.cards[layer, unit]
        new = Ref(self._sheet.name, parameter.row, card.new_column)
        self._line("new " + parameter.symbol, equation, new, UPDATE)

    def _section(self, title: str) -> None:
        self._row += 1
        sheet, row = self._sheet, self._row
        sheet.put(row, 2, title, styles.HEADING)
        sheet.fill(row, 2, row, self._value_column, styles.HEADING)
        sheet.heights[row] = 22
        self._row += 1

    def _line(
        self,
        symbol: Rich,
        equation: Expression,
        value: Ref,
        role: Style,
        short: Expression | None = None,
    ) -> None:
        """One quantity; `short` is the equation once more with its inner sum computed."""
        sheet, row = self._sheet, self._row
        text = written(equation)
        numbers = filled_in(equation)
        if short is not None:
            numbers = join([numbers, " = ", filled_in(short)])
        sheet.put(row, SYMBOL_COLUMN, symbol, styles.symbol(role))
        sheet.merge(row, SYMBOL_COLUMN, row, SYMBOL_COLUMN + 1)
        sheet.put(row, 4, "=", styles.SIGN)
        prose = styles.PLAIN.but(wrap=True)
        sheet.put(row, EQUATION_COLUMN, rich(text), prose.but(font=styles.SERIF, size=11))
        sheet.merge(row, EQUATION_COLUMN, row, self._numbers_column - 1)
        sheet.put(row, self._numbers_column, numbers, prose.but(colour=styles.GREY))
        sheet.merge(row, self._numbers_column, row, self._value_column - 1)
        look = role.but(bold=True, horizontal="center", number_format=styles.SIX)
        sheet.put(row, self._value_column, value, look)
        sheet.heights[row] = 16.0 * max(
            _lines(len(text.text) * 0.95, self._room(EQUATION_COLUMN, self._numbers_column)),
            _lines(_length(numbers), self._room(self._numbers_column, self._value_column)),
        )
        self._row += 1

    def _room(self, first: int, behind: int) -> float:
        return sum(self._sheet.widths[column] for column in range(first, behind))


def _lines(length: float, room: float) -> int:
    return 1 + int(length * 1.06 / room)


def _length(node: Expression) -> float:
    """About how many characters a live text has."""
    match node:
        case Text(value):
            return len(value)
        case Call("FIXED", (_, Number(digits), _)):
            return digits + 2
        case Call("IF", (_, negative, _)):
            return _length(negative) * 0.9
    return sum(map(_length, children(node)))
