"""Where the numbers of one step of the run stand, for the equations."""

from __future__ import annotations

from sheetnet.expressions.formula import Area, Ref
from sheetnet.network.sheets.context import Context
from sheetnet.workbook.blocks import Block


class Step:
    """The cells of one step (`equations.Cells`).

    References to the quantities named in `fixed` do not move when a row is filled down.
    """

    def __init__(self, context: Context, step: int, *fixed: str) -> None:
        self._context, self._step, self._fixed = context, step, fixed

    def _block(self, quantity: str, layer: int | None) -> tuple[Block, dict[str, int]]:
        if quantity == "target" or (quantity, layer) == ("activation", 0):
            return self._context.knob("target" if quantity == "target" else "input"), {}
        return self._context.run(quantity, layer), {"step": self._step}

    def at(
        self,
        quantity: str,
        layer: int | None = None,
        *,
        sample: int = 0,
        unit: int = 0,
        source: int = 0,
    ) -> Ref:
        """The cell of one number."""
        block, step = self._block(quantity, layer)
        row, column = block.position(sample=sample, unit=unit, source=source, **step)
        return Ref(block.sheet, row, column, block.quantity in self._fixed)

    def area(self, quantity: str, layer: int | None = None, **index: int) -> Area | None:
        """The cells with the given indices, where they adjoin."""
        block, step = self._block(quantity, layer)
        return block.area(fixed=block.quantity in self._fixed, symbol=None, **step, **index)
