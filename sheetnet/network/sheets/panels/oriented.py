"""Matrices laid down as the document has them: an example a column, or a row.

A panel says what a matrix is with vectors as columns. Where the document's are rows it is laid down
transposed: indices change places, products turn round, and what was transposed in them is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sheetnet.expressions.formula import Area, Expression, Ref, call
from sheetnet.expressions.rich import Rich
from sheetnet.network.sheets.matrix_names import Names
from sheetnet.network.symbols import Symbols

#: Values of a matrix, from the numbers.
Values = Callable[[Any], Any]
#: What stands in row and column of a matrix, both from 0.
Each = Callable[[int, int], Expression]


@dataclass(frozen=True)
class Factor:
    """A matrix as a factor of a product; `transposed` as columns need it.

    `turned` says that it lies transposed on the sheet, `named_turned` that its name means that.
    """

    area: Expression
    name: Rich
    turned: bool
    named_turned: bool
    transposed: bool = False


class Oriented:
    """What panels of matrices share; `turned` says how the next ones are laid down."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols, self.names = symbols, Names(symbols)
        self.turned = symbols.notation.delta_rows
        self._lying: set[Area] = set()

    def shape(self, shape: tuple[int, int]) -> tuple[int, int]:
        """Rows and columns on the sheet."""
        return shape[::-1] if self.turned else shape

    def each(self, cells: Each) -> Each:
        """What stands where on the sheet."""
        return (lambda i, j: cells(j, i)) if self.turned else cells

    def values(self, values: Values, shape: tuple[int, int]) -> Values:
        """What a matrix of that shape must show on the sheet."""
        if not self.turned:
            return values
        return lambda numbers: np.broadcast_to(np.asarray(values(numbers), float), shape).T

    def laid(self, area: Area) -> Area:
        """A matrix just laid down."""
        if self.turned:
            self._lying.add(area)
        return area

    def at(self, area: Area, row: int, column: int) -> Ref:
        """A number of a matrix by its indices."""
        place = (column, row) if area in self._lying else (row, column)
        return Ref(area.sheet, area.top + place[0], area.left + place[1])

    def factor(
        self, area: Area, name: Rich, transposed: bool = False, named_turned: bool | None = None
    ) -> Factor:
        """A matrix as a factor; its name means what lies there, if nothing else is said."""
        turned = area in self._lying
        named = turned if named_turned is None else named_turned
        return Factor(area, name, turned, named, transposed)

    def product(self, one: Factor, other: Factor) -> tuple[Expression, Rich]:
        """A product, its formula and its name, as the next matrix is laid down."""
        areas, names = [], []
        for factor in (other, one) if self.turned else (one, other):
            asked = factor.transposed != self.turned
            area, name = factor.area, factor.name
            areas.append(call("TRANSPOSE", area) if asked != factor.turned else area)
            names.append(self.names.transposed(name) if asked != factor.named_turned else name)
        return call("MMULT", *areas), self.names.product(*names)

    # Names of what may be part of a larger matrix

    def weights(self, layer: int) -> Rich:
        return self.names.without_biases(layer)

    def weights_title(self, layer: int, biased: bool) -> Rich:
        """The name of the weights where the document's matrix would hold the biases, too."""
        name, notation = self.weights(layer), self.symbols.notation
        if biased and notation.bias_in_matrix and not self.symbols.letters.w:
            return name + ", without " + self.names.biases(layer)
        return name

    def biases(self, layer: int) -> Rich:
        """A layer's biases by themselves."""
        if self.symbols.notation.bias_in_matrix:
            return self.names.biases(layer)
        return self.symbols.matrix("b", layer)

    def by_biases(self, of: str, layer: int) -> Rich:
        """The derivatives by them."""
        if self.symbols.notation.bias_in_matrix and not self.symbols.notation.bias_node_first:
            return self.names.biases(layer)  # which are words
        return self.symbols.by_name(of) + self.biases(layer)
