"""Panel long-expressions: the cost in one cell, and every factor of the first layer's gradients.

HappyDustbunny (5), (6) and the long chain rules behind (6), for two layers of any such sizes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sheetnet.expressions.formula import Expression, Number, Ref, total
from sheetnet.expressions.mathematics import filled_in, written
from sheetnet.expressions.rich import Rich, rich
from sheetnet.network.arranging import arranged
from sheetnet.network.engine import FloatArray
from sheetnet.network.layers.dense import Dense
from sheetnet.network.lesson import Lesson
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import (
    ACTIVATION,
    BIAS,
    DELTA,
    INPUT,
    LOSS,
    TARGET,
    WEIGHT,
    Z,
)
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.panels.fitting_layers import squared
from sheetnet.network.sheets.panels.rows import check, claim, derivative, near
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.book import Reading, labelled
from sheetnet.workbook.model import PrintSetup, Sheet
from sheetnet.workbook.styles import BACKWARD, FORWARD, GIVEN, UPDATE, Style

NAME = "Long expressions"
#: A formula with the whole network in it is to be read.
MOST_UNITS = 3
LEFT, RIGHT = 2, 12
#: A derivative of one by the other: f is what an output adds to the cost, h and m are sums.
FACTORS = (("f", "σ"), ("σ", "h"), ("h", "σ"), ("σ", "m"), ("m", "w"))


def refuses(lesson: Lesson) -> str:
    """Why a lesson cannot have it; an empty text where it can."""
    sizes = lesson.net.sizes
    if len(sizes) != 3 or max(sizes) > MOST_UNITS:
        return (
            f"writes the whole network into one cell: it takes two layers, and up to {MOST_UNITS} "
            "inputs and units in each: change the network, or take the panel out"
        )
    return squared(lesson)


# In NumPy


def _factors(numbers: Numbers) -> FloatArray:
    """weights (biases last) × units of layer 1, × outputs × the five factors."""
    net, n = numbers.net, numbers.sample
    below, hidden, outputs = net.sizes
    by_output = net.loss.gradient(numbers.now(ACTIVATION, 2), numbers.targets, numbers.loss_hyper)
    slopes = []
    for layer in (1, 2):
        own = net.layers[layer - 1]
        assert isinstance(own, Dense)
        z, a = numbers.now(Z, layer), numbers.now(ACTIVATION, layer)
        slopes.append(own.activation.back(z, a, np.ones_like(z), own.hyper)[n])
    sources = np.append(numbers.inputs[n], 1.0)
    found = np.zeros((hidden, below + 1, outputs, 5))
    found[..., 0] = by_output[n]
    found[..., 1] = slopes[1]
    found[..., 2] = numbers.now(WEIGHT, 2).T[:, None, :]
    found[..., 3] = slopes[0][:, None, None]
    found[..., 4] = sources[None, :, None]
    return found


class _Panel:
    """Writes the sheet."""

    def __init__(self, context: Context) -> None:
        self.context, self.symbols = context, context.symbols
        about = "the whole cost in one cell, and the long chain rules"
        self.sheet = sheet = Sheet(NAME, about, labels=False)
        sheet.tab_colour, sheet.freeze, sheet.cursor = styles.BLUE, (4, 1), (4, LEFT)
        sheet.print_setup, sheet.default_width = PrintSetup(), 11.5
        sheet.widths |= {1: 2.5}
        hint = "every number of these formulas stands in the cells above them; ✓ equals Training"
        frame.head(sheet, title="The long expressions", hint=hint, problem=PROBLEM)
        frame.banner(sheet, RIGHT)
        look = styles.GIVEN.but(bold=True, horizontal="center", number_format="0")
        sheet.put(3, LEFT, "step", styles.LABEL_RIGHT)
        sheet.put(3, LEFT + 1, context.step, look, claim=lambda numbers: numbers.step)
        if context.batch:
            claimed = lambda numbers: numbers.sample + 1  # noqa: E731
            sheet.put(3, LEFT + 3, "example", styles.LABEL_RIGHT)
            sheet.put(3, LEFT + 4, context.sample, look, claim=claimed)
        self.row = 5
        self.first, self.second = context.dense

    def write(self) -> list[Sheet]:
        self._given()
        self._cost_from_hidden()
        self._cost_from_inputs()
        self._gradients()
        return [self.sheet]

    def _heading(self, text: Rich | str) -> None:
        self.sheet.put(self.row, LEFT, text, styles.HEADING)
        self.sheet.fill(self.row, LEFT, self.row, RIGHT, styles.HEADING)
        self.sheet.heights[self.row] = 22
        self.row += 1

    def _cells(
        self,
        left: int,
        shape: tuple[int, int],
        cells: Callable[[int, int], Expression],
        values: Callable[[Any], Any],
        role: Style,
        symbols: Callable[[int, int], Rich],
        signless: bool = False,
    ) -> list[list[Ref]]:
        """Numbers, each under its symbol; `signless` where none is below 0."""
        found = []
        for i in range(shape[0]):
            row = []
            for j in range(shape[1]):
                at = self.row + 2 * i, left + j
                self.sheet.put(*at, symbols(i, j), styles.symbol(role))
                look = role.but(number_format=styles.FOUR, horizontal="center")
                self.sheet.put(at[0] + 1, at[1], cells(i, j), look)

                def value(numbers: Any, place: tuple[int, int] = (i, j)) -> Any:
                    return np.broadcast_to(values(numbers), shape)[place]

                claim(self.sheet, at[0] + 1, at[1], (1, 1), value)
                self.context.readings.append(labelled(NAME, at, (at[0] + 1, at[1])))
                symbol = symbols(i, j)
                row.append(Ref(NAME, at[0] + 1, at[1], symbol=symbol, digits=6, signless=signless))
            found.append(row)
        return found

    def _given(self) -> None:
        context, s = self.context, self.symbols
        where = "first" if self.symbols.notation.bias_node_first else "last"
        self._heading(f"What goes in: inputs, weights with the bias of each unit {where}, targets")
        top = self.row
        self.inputs = self._cells(
            LEFT,
            (1, context.sizes[0]),
            lambda _, k: context.given(INPUT, k),
            lambda numbers: numbers.inputs[numbers.sample][None],
            GIVEN,
            lambda _, k: s.input(k),
        )[0]
        self.row = top + 2
        self.targets = self._cells(
            LEFT,
            (1, context.sizes[2]),
            lambda _, i: context.given(TARGET, i),
            lambda numbers: numbers.targets[numbers.sample][None],
            GIVEN,
            lambda _, i: s.target(i),
        )[0]
        self.row = top
        left = LEFT + MOST_UNITS + 0
        self.w1, end = self._weights(self.first, left)
        self.w2, _ = self._weights(self.second, left + self.first.sources + 1)
        self.row = max(top + 4, end) + 1

    def _weights(self, layer: Dense, left: int) -> tuple[list[list[Ref]], int]:
        """The weights of a layer, a unit a row, its bias where the document has it; the last row.

        What is returned has the bias last, whatever the document.
        """
        context, s, n = self.context, self.symbols, layer.number
        bias, sources, order = layer.bias, layer.sources, self._order(layer)

        def cell(j: int, k: int) -> Expression:
            if order[k] == sources:
                return context.of_step(BIAS, n, unit=j)
            return context.of_step(WEIGHT, n, unit=j, source=order[k])

        def values(numbers: Numbers) -> FloatArray:
            weights = numbers.now(WEIGHT, n)
            if not bias:
                return weights
            return np.hstack([weights, numbers.now(BIAS, n)[:, None]])[:, order]

        found = self._cells(
            left,
            (layer.units, sources + bool(bias)),
            cell,
            values,
            UPDATE,
            lambda j, k: s.bias(n, j) if order[k] == sources else s.weight(n, j, order[k]),
        )
        sorted_ = [[row[order.index(k)] for k in range(len(order))] for row in found]
        return sorted_, self.row + 2 * layer.units

    def _order(self, layer: Dense) -> list[int]:
        """A layer's sources as the document orders them; the number behind the last is the bias."""
        sources = [*range(layer.sources)]
        if not layer.bias:
            return sources
        first = self.symbols.notation.bias_node_first
        return [layer.sources, *sources] if first else [*sources, layer.sources]

    def _sum(self, weights: list[Ref], sources: list[Any]) -> Expression:
        """A weighted sum; the bias, where there is one, stands where the document has it."""
        products: list[Expression] = [w * x for w, x in zip(weights, sources, strict=False)]
        biases = list(weights[len(sources) :])
        if self.symbols.notation.bias_node_first:
            return total([*biases, *products])
        return total([*products, *biases])

    def _whole(self, title: Rich | str, equation: Expression) -> Ref:
        """The cost in one cell, its equation and today's numbers under it."""
        sheet, s = self.sheet, self.symbols
        self._heading(title)
        row = self.row
        sheet.put(row, LEFT, s.loss + " =", styles.SYMBOL.but(size=12, horizontal="right"))
        look = FORWARD.but(bold=True, horizontal="center")
        sheet.put(row, LEFT + 1, equation, look, claim=lambda n: n.now(LOSS)[n.sample])
        cell = Ref(NAME, row, LEFT + 1)
        check(sheet, row, LEFT + 2, near([(cell, self.context.of_step(LOSS))]))
        sheet.put(row, LEFT + 3, "one formula: click on the number to read it", styles.HINT)
        text = written(equation)
        words = self.context.words
        numbers = filled_in(equation, lambda leaf, b: words.of(leaf, brackets=b))
        prose = styles.PLAIN.but(wrap=True, vertical="top")
        room = 11.5 * (RIGHT - LEFT + 1)
        for below, content, style, length in (
            (1, "= " + text, prose.but(font=styles.SERIF, size=12), 0.8 * len(text.text)),
            (2, numbers, prose.but(colour=styles.GREY), 1.1 * len(text.text)),
        ):
            sheet.put(row + below, LEFT, content, style)
            sheet.merge(row + below, LEFT, row + below, RIGHT)
            sheet.heights[row + below] = 16.0 * (1 + int(length / room)) + 4
        facts = {**self.first.hyper, **self.second.hyper}
        reading = Reading(NAME, row, s.loss, text, (row + 2, LEFT), (row, LEFT + 1), facts)
        self.context.readings.append(reading)
        self.row = row + 4
        return cell

    def _cost(self, outputs: list[Expression]) -> Expression:
        """The loss of outputs, as the document arranges it."""
        loss = self.context.net.loss.cell(outputs, self.targets, self.context.loss_hyper)
        return arranged(loss, self.context.notation)

    def _cost_from_hidden(self) -> None:
        """(5): the cost from the values of the hidden layer."""
        context, s = self.context, self.symbols
        top = self.row
        self._heading("The values of the hidden layer, as Training has them")
        self.hidden = self._cells(
            LEFT,
            (1, self.first.units),
            lambda _, j: context.of_step(ACTIVATION, 1, unit=j),
            lambda numbers: numbers.now(ACTIVATION, 1)[numbers.sample][None],
            FORWARD,
            lambda _, j: s.activation(1, j),
            self.first.signless,
        )[0]
        self.row = top + 4
        sums = [self._sum(w, list(self.hidden)) for w in self.w2]
        outputs = [self.second.applied(sums, i) for i in range(len(sums))]
        equation = self._cost(outputs)
        self._whole("(5): the cost, with the hidden layer’s values as they are", equation)

    def _cost_from_inputs(self) -> None:
        """(6): the cost from the inputs, the hidden layer written out within."""
        inner = [self._sum(w, list(self.inputs)) for w in self.w1]
        hidden = [self.first.applied(inner, j) for j in range(len(inner))]
        sums = [self._sum(w, hidden) for w in self.w2]
        outputs = [self.second.applied(sums, i) for i in range(len(sums))]
        equation = self._cost(outputs)
        self._whole("(6): the cost of inputs and weights alone", equation)

    def _gradients(self) -> None:
        """Every derivative by a weight of the first layer: a term for each output, five factors."""
        s, sheet = self.symbols, self.sheet
        self._heading("The derivatives by the first layer’s weights: a term for each output")
        self._values()
        head = styles.LABEL_CENTRE.but(bold=True)
        factors = [derivative(s, of, rich(by)).text for of, by in FACTORS]
        titles = ["derivative", "by way of", *factors, "term", "sum"]
        terms = "f: an output’s part of the cost; h: the output’s sum; m: the hidden unit’s sum"
        sheet.put(self.row - 1, LEFT, terms, styles.HINT)
        for column, title in enumerate(titles, LEFT):
            sheet.put(self.row, column, title, head)
        self.row += 1
        one = Number(1)
        for j in range(self.first.units):
            for k in self._order(self.first):
                parameter = s.bias(1, j) if k == self.first.sources else s.weight(1, j, k)
                self._derivative(parameter, j, k, one)

    def _values(self) -> None:
        """The sums of both layers and the outputs, as Training has them."""
        context, s, left = self.context, self.symbols, LEFT
        found = []
        for quantity, layer, symbol in (
            (Z, 1, s.z),
            (Z, 2, s.z),
            (ACTIVATION, 2, s.activation),
        ):
            found.append(
                self._cells(
                    left,
                    (1, context.sizes[layer]),
                    lambda _, j, q=quantity, n=layer: context.of_step(q, n, unit=j),  # type: ignore[misc]
                    lambda numbers, q=quantity, n=layer: numbers.now(q, n)[numbers.sample][None],  # type: ignore[misc]
                    FORWARD,
                    lambda _, j, n=layer, write=symbol: write(n, j),  # type: ignore[misc]
                )[0]
            )
            left += context.sizes[layer]
        self.m, self.h, self.outputs = found
        self.row += 3

    def _derivative(self, parameter: Rich, j: int, k: int, one: Number) -> None:
        """The terms of one derivative, a row each, and their sum."""
        context, s, sheet = self.context, self.symbols, self.sheet
        top, outputs = self.row, context.sizes[2]
        name = derivative(s, s.loss_letter, parameter)
        sheet.put(top, LEFT, name, styles.symbol(BACKWARD))
        gradient = context.net.loss.cell_gradient
        cell_slopes = (self.first.activation.cell_slope, self.second.activation.cell_slope)
        assert cell_slopes[0] and cell_slopes[1]
        out = self.outputs
        last = k == self.first.sources
        products = []
        for i in range(outputs):
            row = top + i
            sheet.put(row, LEFT + 1, s.activation(2, i), styles.SYMBOL)
            value = self.outputs[i].row, self.outputs[i].column
            context.readings.append(labelled(NAME, (row, LEFT + 1), value))
            factors = [
                gradient(out, self.targets, i, context.loss_hyper),
                cell_slopes[1](self.h[i], out[i], self.second.hyper),
                self.w2[i][j],
                cell_slopes[0](self.m[j], self.hidden[j], self.first.hyper),
                one if last else self.inputs[k],
            ]
            look = BACKWARD.but(horizontal="center", number_format=styles.SIX)
            for column, factor in enumerate(factors, LEFT + 2):
                sheet.put(row, column, factor, look)
            claim(
                sheet,
                row,
                LEFT + 2,
                (1, 5),
                lambda numbers, i=i: _factors(numbers)[j, k, i],  # type: ignore[misc]
            )
            cells = [Ref(NAME, row, LEFT + 2 + f) for f in range(5)]
            term: Expression = cells[0]
            for cell in cells[1:]:
                term = term * cell
            sheet.put(
                row,
                LEFT + 7,
                term,
                look,
                claim=lambda numbers, i=i: _factors(numbers)[j, k, i].prod(),
            )
            products.append(Ref(NAME, row, LEFT + 7))
        bold = BACKWARD.but(bold=True, horizontal="center", number_format=styles.SIX)
        sheet.put(
            top,
            LEFT + 8,
            total(products),
            bold,
            claim=lambda numbers: _factors(numbers)[j, k].prod(axis=-1).sum(),
        )
        context.readings.append(labelled(NAME, (top, LEFT), (top, LEFT + 8)))
        delta = context.of_step(DELTA, 1, unit=j)
        other = delta if last else delta * self.inputs[k]
        check(sheet, top, LEFT + 9, near([(Ref(NAME, top, LEFT + 8), other)]))
        self.row += outputs


def _fill(context: Context) -> list[Sheet]:
    return _Panel(context).write()


LONG_EXPRESSIONS = SheetKind(NAME, _fill, refuses=refuses)
