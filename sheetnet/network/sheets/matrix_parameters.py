"""How the weights and the biases of a layer lie as one matrix W, on Matrices."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from sheetnet.expressions.formula import Expression
from sheetnet.network.quantities import WEIGHT, Quantity
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.matrix_writer import Elements

ALL = slice(None)


class Laid:
    """The layers' matrices W; `rows`: a source is a row of W, otherwise a column."""

    def __init__(self, context: Context, rows: bool) -> None:
        self.context, self.rows = context, rows

    def bias(self, layer: int) -> Quantity | None:
        """The layer's bias, where each unit has one and the document has them in W."""
        return self._own(layer) if self.context.notation.bias_in_matrix else None

    def vector(self, layer: int) -> Quantity | None:
        """The same, where the document has them in a vector beside W."""
        return None if self.context.notation.bias_in_matrix else self._own(layer)

    def _own(self, layer: int) -> Quantity | None:
        own = self.context.dense[layer - 1].bias
        return own if own and own.axes else None

    def parts(self, layer: int) -> tuple[slice, slice | None]:
        """Where the weights and the biases stand among the sources of a layer's W."""
        if self.bias(layer) is None:
            return ALL, None
        if self.context.notation.bias_node_first:
            return slice(1, None), slice(0, 1)
        return slice(None, -1), slice(-1, None)

    def trained(self, layer: int) -> npt.NDArray[np.bool_]:
        """Which numbers of W training changes, laid as W is."""
        net, bias = self.context.net, self.bias(layer)
        by_unit = net.trained(WEIGHT, layer)
        if bias:
            column = net.trained(bias, layer)[:, None]
            first = self.context.notation.bias_node_first
            by_unit = np.hstack([column, by_unit] if first else [by_unit, column])
        return by_unit.T if self.rows else by_unit

    def what_stays(self, layer: int) -> str:
        """In the title of the new weights, what of them is the old."""
        net, bias = self.context.net, self.bias(layer)
        if self.trained(layer).all():
            return ""
        if not self.trained(layer).any():
            return "; all stay"
        weights = net.trained(WEIGHT, layer).all()
        if bias and weights and not net.trained(bias, layer).any():
            return "; biases stay"
        return "; fixed ones stay"

    def elements(
        self, weight: Quantity | None, bias: Quantity | None, layer: int, rows: bool
    ) -> Elements:
        """Training's weights and biases (or their gradients …) of the chosen step, 0 for none.

        `rows`: a source is a row, otherwise a column; the bias is first or last.
        """
        has_bias, sources = bool(self.bias(layer)), self.context.sizes[layer - 1]
        first = has_bias and self.context.notation.bias_node_first

        def element(r: int, c: int) -> Expression | float:
            source, unit = (r, c) if rows else (c, r)
            if has_bias and source == (0 if first else sources):
                return self.context.of_step(bias, layer, unit=unit) if bias else 0.0
            if weight is None:
                return 0.0
            return self.context.of_step(weight, layer, unit=unit, source=source - first)

        return element


def rectangles(
    mask: npt.NDArray[np.bool_],
) -> Iterator[tuple[tuple[slice, slice], bool]]:
    """A matrix of truth values in rectangles of one value each, from the top and the left."""
    top = 0
    for bottom in range(1, len(mask) + 1):
        if bottom < len(mask) and (mask[bottom] == mask[top]).all():
            continue
        row, left = mask[top], 0
        for right in range(1, len(row) + 1):
            if right == len(row) or row[right] != row[left]:
                yield (slice(top, bottom), slice(left, right)), bool(row[left])
                left = right
        top = bottom
