"""Moved activations: the workings of lemma (4.3) in Wichmann.

Every activation of a layer is moved up and down by h, for all examples at once, since no example
looks at another; the layers above compute on, and the losses tell the slope.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from sheetnet.expressions.formula import (
    Area,
    Expression,
    Number,
    Ref,
    call,
    guard,
    minimum,
    total,
)
from sheetnet.expressions.rich import Rich
from sheetnet.network.engine import FloatArray
from sheetnet.network.layers.dense import Dense
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, Z
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.gradient_verdicts import FAR, REMAINDER
from sheetnet.network.sheets.panels.rows import Values, array, bracketed, claim
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.model import PrintSetup, Sheet
from sheetnet.workbook.styles import FORWARD

NAME = "Moved activations"
#: By how much an activation is moved.
H = 1e-4
LABEL, FIRST = 2, 3


class Moved:
    """A block of rows for each unit and each of the two moves."""

    def __init__(
        self,
        context: Context,
        a: Mapping[int, Area],
        w: Mapping[int, Area],
        b: Mapping[int, Area | None],
        targets: Area,
        turned: bool,
    ) -> None:
        """`a` are cells of units × examples, each with a formula of its own; `w` and `b` cells.

        If `turned`, all of them lie transposed, as the slopes will.
        """
        self.context, self.a, self.w, self.b, self.targets = context, a, w, b, targets
        self.turned = turned
        self.examples = context.samples
        self._sheet = sheet = Sheet(NAME, "workings: activations moved up and down", workings=True)
        sheet.tab_colour, sheet.freeze, sheet.cursor = styles.PALE, (6, 3), (6, FIRST)
        sheet.print_setup, sheet.default_width = PrintSetup(), 11.0
        sheet.widths |= {1: 2.5, LABEL: 34.0}
        hint = "workings of Element and matrix: the layers above a moved activation, computed anew"
        frame.head(
            sheet,
            title="Moved activations: workings of Element and matrix",
            hint=hint,
            problem=PROBLEM,
        )
        frame.banner(sheet, FIRST + max(self.examples, 6))
        self.ones = self._row_of_ones(3, context.sizes[-1], "ones, to add up over the outputs")
        self.spread = self._row_of_ones(4, self.examples, "ones, to spread the biases")
        self._row = 6
        self._losses: dict[tuple[int, int, int], Area] = {}
        self._kinked: dict[tuple[int, int, int], list[tuple[Area, float]]] = {}
        self._above: dict[tuple[int, int, int], list[Area]] = {}
        for layer in context.dense:
            for unit in range(layer.units):
                for move, by in enumerate((H, -H)):
                    self._block(layer, unit, move, by)

    def _row_of_ones(self, row: int, count: int, name: str) -> Area:
        self._sheet.put(row, LABEL, name, styles.LABEL_RIGHT)
        for column in range(FIRST, FIRST + count):
            self._sheet.put(row, column, 1.0, styles.GIVEN.but(number_format="0"))
        return Area(NAME, row, FIRST, row, FIRST + count - 1)

    def sheet(self) -> Sheet:
        return self._sheet

    def difference(self, layer: int, unit: int) -> Expression:
        """The slopes of the cost by one unit's activations, a row over the examples."""
        up, down = (self._upright(self._losses[layer, unit, move]) for move in (0, 1))
        return (up - down) / (2 * Number(H) * self.examples)

    def _upright(self, area: Area) -> Expression:
        """A matrix as it lies here, of one that lies on the other sheet, and the other way."""
        return call("TRANSPOSE", area) if self.turned else area

    def crosses(self, layer: int, unit: int) -> Expression | None:
        """Whether the two moves are on two sides of a kink; None where there is none above."""
        apart = []
        pairs = zip(self._kinked[layer, unit, 0], self._kinked[layer, unit, 1], strict=True)
        for (up, at), (down, _) in pairs:
            # Cell by cell: of two units one may go up as the other goes down.
            moved = (up > at) * 1 - (down > at) * 1
            apart.append(call("SUMPRODUCT", moved * moved))
        return total(apart) > 0 if apart else None

    def bend(self, layer: int, unit: int, cost: Expression) -> Expression | None:
        """How much the bend of the cost within the moves may be, as on Gradient check."""
        pairs = zip(self._above[layer, unit, 0], self._above[layer, unit, 1], strict=True)
        apart = [call("SUMPRODUCT", (up - down) * (up - down)) for up, down in pairs]
        if not apart:
            return None
        far = guard(minimum(total(apart), FAR))
        return far * call("SQRT", far) / (REMAINDER * H) * (1 + cost)

    def measured(self, numbers: Numbers, layer: int) -> FloatArray:
        """The same slopes in NumPy: units × examples."""
        net = numbers.net
        rows = []
        for unit in range(net.sizes[layer]):
            up, down = (_losses(numbers, layer, unit, by) for by in (H, -H))
            rows.append((up - down) / (2 * H * len(numbers.inputs)))
        return np.array(rows)

    def _block(self, layer: Dense, unit: int, move: int, by: float) -> None:
        context, n = self.context, layer.number
        symbol = context.symbols.activation(n, unit)
        area = self._moved(layer, symbol + f" {'+' if by > 0 else '−'} h", unit, by)
        kinked: list[tuple[Area, float]] = []
        sums: list[Area] = []
        for above in context.dense[n:]:
            z = self._sums(above, area, n, unit, by)
            sums.append(z)
            kinked += [(z, at) for at in above.activation.kinks(above.hyper)]

            def values(numbers: Numbers, m: int = above.number) -> FloatArray:
                return _forward(numbers, n, unit, by)[1][m].T

            a = context.symbols.matrix("A", above.number)
            shape = (above.units, self.examples)
            area = self._array(a, shape, above.applied([z], 0), values)
        apart = area - self._upright(self.targets)
        squares = call("MMULT", self.ones, apart * apart)
        self._losses[n, unit, move] = self._array(
            "losses",
            (1, self.examples),
            0.5 * squares,
            lambda numbers: _losses(numbers, n, unit, by),
        )
        self._kinked[n, unit, move], self._above[n, unit, move] = kinked, sums
        self._row += 1

    def _moved(self, layer: Dense, name: Rich, unit: int, by: float) -> Area:
        """The layer's activations, those of one unit moved."""
        n, held, top = layer.number, self.a[layer.number], self._row
        self._sheet.put(top, LABEL, name, styles.SYMBOL.but(horizontal="right"))
        look = FORWARD.but(number_format=styles.SIX)
        for i, m in np.ndindex(layer.units, self.examples):
            down, along = (m, i) if self.turned else (i, m)
            cell: Expression = Ref(held.sheet, held.top + down, held.left + along)
            if i == unit:
                cell = cell + H if by > 0 else cell - H
            style = bracketed(look, i, m, layer.units, self.examples)
            self._sheet.put(top + i, FIRST + m, cell, style)
        shape = (layer.units, self.examples)
        claim(
            self._sheet, top, FIRST, shape, lambda numbers: _forward(numbers, n, unit, by)[1][n].T
        )
        self._row += layer.units
        return Area(NAME, top, FIRST, self._row - 1, FIRST + self.examples - 1)

    def _sums(self, above: Dense, below: Area, n: int, unit: int, by: float) -> Area:
        """Z of a layer above, from moved activations below it."""
        m, symbols = above.number, self.context.symbols
        product: Expression = call("MMULT", self._upright(self.w[m]), below)
        bias = self.b[m]
        if bias:
            product = product + call("MMULT", self._upright(bias), self.spread)
        shape = (above.units, self.examples)
        return self._array(
            symbols.matrix("Z", m),
            shape,
            product,
            lambda numbers: _forward(numbers, n, unit, by)[0][m].T,
        )

    def _array(
        self, name: Rich | str, shape: tuple[int, int], formula: Expression, values: Values
    ) -> Area:
        self._sheet.put(self._row, LABEL, name, styles.SYMBOL.but(horizontal="right"))
        look = FORWARD.but(number_format=styles.SIX)
        area = array(self._sheet, self._row, FIRST, shape, formula, values, look)
        self._row += shape[0]
        return area


# In NumPy, by the engine's activations


@lru_cache(maxsize=64)
def _forward(
    numbers: Numbers, layer: int, unit: int, by: float
) -> tuple[dict[int, FloatArray], dict[int, FloatArray]]:
    """z and a (examples × units) from a layer on whose one unit is moved, by layer."""
    a = numbers.now(ACTIVATION, layer).copy()
    a[:, unit] += by
    sums, values = {}, {layer: a}
    for own in numbers.net.layers[layer:]:
        parameters = {q.name: numbers.now(q, own.number) for q in own.parameters}
        kept = own.forward(parameters, a)
        sums[own.number], a = kept[Z.name], kept[ACTIVATION.name]
        values[own.number] = a
    return sums, values


def _losses(numbers: Numbers, layer: int, unit: int, by: float) -> FloatArray:
    """The loss of every example with one activation moved."""
    last = _forward(numbers, layer, unit, by)[1][numbers.net.depth]
    losses: FloatArray = numbers.net.loss.value(last, numbers.targets, numbers.loss_hyper)
    return losses
