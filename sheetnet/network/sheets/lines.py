"""Line by line under the picture: symbol and value, equation, today's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sheetnet.expressions.formula import (
    Applied,
    Expression,
    Name,
    Ref,
    Text,
    call,
    children,
    choice_in,
    join,
    with_choice,
)
from sheetnet.expressions.mathematics import filled_in, written
from sheetnet.expressions.rich import Rich, rich
from sheetnet.network.equations import Equations
from sheetnet.network.layers.dense import Dense
from sheetnet.network.quantities import ACTIVATION, DELTA, UNIT, Quantity, Z
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.picture import Picture, parameters, placed
from sheetnet.network.sheets.stepping import Update
from sheetnet.workbook import styles
from sheetnet.workbook.book import Reading
from sheetnet.workbook.model import Sheet
from sheetnet.workbook.styles import BACKWARD, FORWARD, UPDATE, Style

SYMBOL_COLUMN, VALUE_COLUMN, EQUATION_COLUMN = 2, 3, 5
#: Characters for the equation and for the numbers: a line is read without moving the eye far.
EQUATION_ROOM, NUMBERS_ROOM = 48.0, 84.0
#: Of the parameters that stay, so many are named.
MOST_LISTED = 12
#: The most characters of a text within a formula.
PIECE = 250
#: About how many characters a number takes in a sentence.
WRITTEN = 7.5


def updated(
    context: Context,
    picture: Picture,
    parameter: Quantity,
    layer: int,
    place: dict[str, int],
    gradient: Expression | None = None,
) -> Expression:
    """The parameter after the update that follows, from the cells of the picture.

    `gradient` may be written out; otherwise it is the cell of the gradient.
    """
    cells = picture.at
    gradient = gradient or cells(parameter.gradient, layer, **place)
    states = context.net.optimiser.state
    kept = {s: cells(parameter.kept(s), layer, **place) for s in states}
    return Update(context, cells).of(cells(parameter, layer, **place), gradient, kept)


class Lines:
    """The three sections, written from a row on."""

    def __init__(self, context: Context, picture: Picture, sheet: Sheet, row: int) -> None:
        self._context, self._picture, self._sheet, self._row = context, picture, sheet, row
        self._equations = Equations(context.net, context.notation, 1, picture, context.loss_hyper)
        self._right = picture.right
        self._numbers_column = self._column_after(EQUATION_COLUMN, EQUATION_ROOM)
        self._behind_numbers = self._column_after(self._numbers_column, NUMBERS_ROOM)

    def _column_after(self, first: int, room: float) -> int:
        """The first column that leaves so many characters before it, from `first` on."""
        column = first + 1
        while column <= self._right and self._room(first, column) < room:
            column += 1
        return column

    def fill(self) -> None:
        """Write the forward pass, the backward pass and the update."""
        context, at, equations = self._context, self._picture.at, self._equations
        symbols = context.symbols
        example = " of the chosen example" if context.batch else ""
        self._section(f"Forward pass{example}")
        for layer in context.dense:
            self._forward(layer)
        cost = Ref(
            self._sheet.name, self._picture.loss_row, self._picture.target_column + 1, digits=6
        )
        symbol = symbols.loss if context.apart else symbols.cost
        self._line(symbol, equations.loss(0), cost, FORWARD)

        self._section(f"Backward pass{example}")
        for layer in reversed(context.dense):
            for unit in range(layer.units):
                delta = at(DELTA, layer.number, unit=unit)
                equation = equations.of(DELTA, layer.number, {"sample": 0, UNIT: unit})
                self._line(delta.symbol, equation, delta, BACKWARD, None, layer.hyper)

        by = f", by the {context.net.reduction.written} of the gradients of all examples"
        if context.net.learns_from:
            by = ", by the gradient of the example that the step learns from"
        self._section("Update" + by * context.batch)
        fixed: list[Rich] = []
        for quantity, number, unit, source in parameters(context):
            if unit and not quantity.axes:
                continue  # shared by all units, so said once
            place = placed(quantity, unit, source)
            if context.net.trains(quantity, number, place):
                self._update(quantity, number, unit, source)
            else:
                fixed.append(quantity.symbol(symbols, number, place))
        if fixed:
            self._sheet.put(self._row, 2, _stays(fixed), styles.HINT)

    def _forward(self, layer: Dense) -> None:
        """a from the layer below; by way of z where all units of the layer are in it."""
        at, equations, units = self._picture.at, self._equations, range(layer.units)
        sums: list[Expression] = [layer.summed(equations, 0, unit) for unit in units]
        together = layer.activation.slope is None
        if together:
            for unit in units:
                z = at(Z, layer.number, unit=unit)
                self._line(z.symbol, sums[unit], z, FORWARD)
        for unit in units:
            a = at(ACTIVATION, layer.number, unit=unit)
            short = equations.of(ACTIVATION, layer.number, {"sample": 0, UNIT: unit})
            if together:
                self._line(a.symbol, short, a, FORWARD)
            else:
                self._line(a.symbol, layer.applied(sums, unit), a, FORWARD, short, layer.hyper)

    def _update(self, quantity: Quantity, layer: int, unit: int, source: int) -> None:
        context, picture = self._context, self._picture
        place = placed(quantity, unit, source)
        parameter = picture.at(quantity, layer, **place)
        gradient: Expression | None = None
        if not context.batch:
            gradient = self._equations.of(quantity.gradient, layer, place)
        equation = updated(context, picture, quantity, layer, place, gradient)
        card = picture.cards[layer, unit]
        new = Ref(self._sheet.name, parameter.row, card.new_column)
        self._line("new " + parameter.symbol, equation, new, UPDATE)

    def _section(self, title: str) -> None:
        self._row += 1
        sheet, row = self._sheet, self._row
        sheet.put(row, 2, title, styles.HEADING)
        sheet.fill(row, 2, row, self._right, styles.HEADING)
        sheet.heights[row] = 22
        self._row += 1

    def _line(
        self,
        symbol: Rich,
        equation: Expression,
        value: Ref,
        role: Style,
        short: Expression | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        """One quantity; `short` is the equation once more with its inner sum computed.

        `facts` are the hyper-parameters that its functions depend on.
        """
        sheet, row = self._sheet, self._row
        options, by = [(equation, short)], choice_in(equation)
        if by is not None:  # as the drop-down says, in the document's words for it
            index, count = by
            options = [
                (with_choice(equation, index, n), short and with_choice(short, index, n))
                for n in range(1, count + 1)
            ]
        texts = [written(one) for one, _ in options]
        figures = [self._figures(*option) for option in options]
        text, numbers = texts[0], figures[0]
        content: Rich | Expression = rich(text)
        if by is not None:
            content = call("CHOOSE", by[0], *(_spelled(str(each)) for each in texts))
            numbers = call("CHOOSE", by[0], *figures)
        self._context.readings.append(
            Reading(
                sheet.name,
                row,
                symbol,
                text if by is None else (row, EQUATION_COLUMN),
                (row, self._numbers_column),
                (row, VALUE_COLUMN),
                facts,
            )
        )
        sheet.put(row, SYMBOL_COLUMN, symbol, styles.symbol(role))
        sheet.put(row, 4, "=", styles.SIGN)
        prose = styles.PLAIN.but(wrap=True)
        sheet.put(row, EQUATION_COLUMN, content, prose.but(font=styles.SERIF, size=11))
        sheet.merge(row, EQUATION_COLUMN, row, self._numbers_column - 1)
        sheet.put(row, self._numbers_column, numbers, prose.but(colour=styles.GREY, indent=1))
        sheet.merge(row, self._numbers_column, row, self._behind_numbers - 1)
        look = role.but(bold=True, horizontal="center", number_format=styles.SIX)
        book_value = (value.row, value.column)
        sheet.put(row, VALUE_COLUMN, value, look)
        sheet.repeat((row, VALUE_COLUMN), book_value)
        sheet.heights[row] = 16.0 * max(
            *(
                _lines(len(each.text) * 0.95, self._room(EQUATION_COLUMN, self._numbers_column))
                for each in texts
            ),
            *(
                _lines(_length(each), self._room(self._numbers_column, self._behind_numbers))
                for each in figures
            ),
        )
        self._row += 1

    def _figures(self, equation: Expression, short: Expression | None) -> Expression:
        """The equation with today's numbers, and where there is one its short form."""
        numbers = filled_in(equation, self._text)
        # An activation that is its sum has nothing to say again.
        said = short.definition if isinstance(short, Applied) else short
        if short is None or isinstance(said, Ref):
            return numbers
        return join([numbers, " = ", filled_in(short, self._text)])

    def _text(self, leaf: Ref | Name, brackets: bool) -> Expression:
        return self._context.words.of(leaf, brackets=brackets)

    def _room(self, first: int, behind: int) -> float:
        return sum(self._sheet.widths[column] for column in range(first, behind))


def _spelled(text: str) -> Expression:
    """A text within a formula: in pieces, since Excel takes none of more than 255 characters."""
    pieces = [Text(text[at : at + PIECE]) for at in range(0, len(text), PIECE)]
    spelled: Expression = pieces[0]
    for piece in pieces[1:]:
        spelled = spelled & piece
    return spelled


def _stays(symbols: list[Rich]) -> Rich:
    """Which parameters training leaves as they are; of many, the first few."""
    listed = symbols[0]
    for symbol in symbols[1:MOST_LISTED]:
        listed = listed + ", " + symbol
    if len(symbols) > MOST_LISTED:
        listed = listed + f" and {len(symbols) - MOST_LISTED} more"
    return "Fixed in this lesson, so without an update: " + listed + "."


def _lines(length: float, room: float) -> int:
    return 1 + int(length * 1.06 / room)


def _length(node: Expression) -> float:
    """About how many characters a live text has."""
    match node:
        case Text(value):
            return len(value)
        case Ref():
            return WRITTEN
    return sum(map(_length, children(node)))
