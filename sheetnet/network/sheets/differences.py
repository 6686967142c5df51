"""Differences: the workings of the gradient check.

Each row is the whole forward pass of the chosen step with one parameter moved up or down
by h; the last column is the cost that comes of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sheetnet.expressions.formula import Area, Expression, Ref
from sheetnet.expressions.rich import Rich
from sheetnet.network.equations import Equations
from sheetnet.network.sheets.context import Context
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.model import PrintSetup, Sheet
from sheetnet.workbook.styles import FORWARD, UPDATE

NAME = "Differences"
#: The header of the columns, the first row, and where the check notes its extremes.
HEAD_ROW, FIRST_ROW, EXTREMES_ROW = 7, 8, 4
#: Rows from one move to the next, and points of the empty one between: LibreOffice 7.4
#: computes neighbours of one formula in threads, and takes old values for some of their
#: precedents.
STRIDE, THIN = 2, 3.0
#: The most cells that the workings may take; beyond, evenly chosen parameters are checked.
MOST_CELLS = 40_000


@dataclass(frozen=True)
class Parameter:
    """One weight or bias, and the two rows of its workings."""

    quantity: str
    layer: int
    unit: int
    source: int

    def symbol(self, context: Context) -> Rich:
        if self.quantity == "bias":
            return context.symbols.bias(self.layer, self.unit)
        return context.symbols.weight(self.layer, self.unit, self.source)


def parameters(context: Context) -> list[Parameter]:
    """The parameters that are checked: all, or as many as there is room for."""
    sizes = context.sizes
    every = [
        parameter
        for layer in context.layers
        for unit in range(sizes[layer])
        for parameter in (
            *(Parameter("weight", layer, unit, k) for k in range(sizes[layer - 1])),
            Parameter("bias", layer, unit, 0),
        )
    ]
    room = max(MOST_CELLS // (2 * Columns(context).count), 8)
    if len(every) <= room:
        return every
    return [every[round(i * (len(every) - 1) / (room - 1))] for i in range(room)]


class Columns:
    """The columns of a row of workings: z, then a, of each layer; loss of each example; cost."""

    FIRST = 5

    def __init__(self, context: Context) -> None:
        self.starts: dict[tuple[str, int], int] = {}
        column = self.FIRST
        for quantity in ("z", "activation"):
            for layer in context.layers:
                self.starts[quantity, layer] = column
                column += context.samples * context.sizes[layer]
        self.loss = column
        self.cost = column + context.samples
        self.count = self.cost - self.FIRST + 1


class _Row:
    """A row of workings, in which one parameter is moved (`equations.Cells`)."""

    def __init__(
        self,
        context: Context,
        row: int,
        base: dict[tuple[str, int, int, int], Ref],
        moved: Parameter,
        by: Expression,
        columns: Columns,
    ) -> None:
        self._context, self._row, self._base = context, row, base
        self._moved, self._by = moved, by
        self._key = moved.quantity, moved.layer, moved.unit, moved.source
        self._columns = columns

    def at(
        self,
        quantity: str,
        layer: int | None = None,
        *,
        sample: int = 0,
        unit: int = 0,
        source: int = 0,
    ) -> Expression:
        context = self._context
        if quantity == "target":
            return context.knob("target").ref(sample=sample, unit=unit, fixed=True)
        if quantity == "loss":
            return Ref(NAME, self._row, self._columns.loss + sample)
        assert layer is not None
        if quantity == "activation" and layer == 0:
            return context.knob("input").ref(sample=sample, unit=unit, fixed=True)
        if quantity in ("weight", "bias"):
            key = quantity, layer, unit, source
            own = self._base[key]
            return own + self._by if key == self._key else own
        start = self._columns.starts[quantity, layer]
        return Ref(NAME, self._row, start + sample * context.sizes[layer] + unit)

    def area(self, quantity: str, layer: int | None = None, **index: int) -> Area | None:
        context, moved = self._context, self._moved
        if quantity == "loss":
            last = self._columns.cost - 1
            return Area(NAME, self._row, self._columns.loss, self._row, last)
        assert layer is not None
        if quantity == "weight":
            unit = index["unit"]
            if (moved.quantity, moved.layer, moved.unit) == ("weight", layer, unit):
                return None  # a range cannot hold the moved weight
            sources = context.sizes[layer - 1]
            first, end = (self._base["weight", layer, unit, k] for k in (0, sources - 1))
            return Area(NAME, first.row, first.column, end.row, end.column, True)
        sample = index["sample"]
        if layer == 0:
            return context.knob("input").area(sample=sample, fixed=True)
        start = self._columns.starts[quantity, layer] + sample * context.sizes[layer]
        return Area(NAME, self._row, start, self._row, start + context.sizes[layer] - 1)


def row_of(number: int, move: int) -> int:
    """The row of the workings for a parameter's move up (0) or down (1)."""
    return FIRST_ROW + STRIDE * (2 * number + move)


def fill(context: Context, checked: list[Parameter]) -> Sheet:
    sheet = Sheet(NAME, tab_colour=styles.PALE, freeze=(FIRST_ROW, 3), cursor=(FIRST_ROW, 3))
    sheet.print_setup = PrintSetup(title_rows=(HEAD_ROW, HEAD_ROW), fit_width=0)
    columns = Columns(context)
    hint = "the parameters of the chosen step, and the forward pass with one of them moved by ± h"
    frame.head(sheet, "Differences: workings of the gradient check", hint, 1)
    base = _write_base(context, sheet)
    last = max(columns.cost, *(ref.column for ref in base.values()))
    frame.banner(sheet, last)
    _write_headers(context, sheet)
    h = context.h
    for number, parameter in enumerate(checked):
        for sign, by in ((0, h), (1, -h)):
            row = row_of(number, sign)
            sheet.heights[row + 1] = THIN
            sheet.put(row, 1, parameter.symbol(context), styles.SYMBOL)
            sheet.put(row, 2, "+ h" if sign == 0 else "− h", styles.SIGN)
            cells = _Row(context, row, base, parameter, by, columns)
            _write_forward(context, sheet, row, Equations(context.lesson, context.samples, cells))
    return sheet


def _write_base(context: Context, sheet: Sheet) -> dict[tuple[str, int, int, int], Ref]:
    """The parameters of the chosen step, in rows 3 and 4."""
    base = {}
    column = Columns.FIRST
    sheet.put(4, 1, "parameters", styles.LABEL)
    for layer in context.layers:
        for unit in range(context.sizes[layer]):
            for parameter in (
                *(Parameter("weight", layer, unit, k) for k in range(context.sizes[layer - 1])),
                Parameter("bias", layer, unit, 0),
            ):
                sheet.put(3, column, parameter.symbol(context), styles.symbol(UPDATE))
                number = context.of_step(
                    parameter.quantity, layer, unit=unit, source=parameter.source
                )
                sheet.put(4, column, number, UPDATE)
                key = (parameter.quantity, layer, unit, parameter.source)
                base[key] = Ref(NAME, 4, column, True)
                column += 1
    return base


def _each(context: Context, columns: Columns) -> Iterator[tuple[str, int, int, int, int]]:
    """Quantity, layer, sample, unit and column of the z and activations of a row."""
    for (quantity, layer), column in columns.starts.items():
        for sample in range(context.samples):
            for unit in range(context.sizes[layer]):
                yield quantity, layer, sample, unit, column
                column += 1


def _write_headers(context: Context, sheet: Sheet) -> None:
    columns, symbols = Columns(context), context.symbols
    head = styles.symbol(FORWARD)
    for quantity, layer, sample, unit, column in _each(context, columns):
        symbol = (symbols.z if quantity == "z" else symbols.activation)(layer, unit)
        sheet.put(HEAD_ROW, column, symbol, head)
        if context.samples > 1:
            sheet.put(HEAD_ROW - 1, column, f"ex. {sample + 1}", styles.LABEL_CENTRE.but(size=8))
    for sample in range(context.samples):
        sheet.put(HEAD_ROW, columns.loss + sample, symbols.loss, head)
    sheet.put(HEAD_ROW, columns.cost, symbols.cost, head.but(bold=True))
    sheet.put(HEAD_ROW, 1, "moved", styles.LABEL)


def _write_forward(context: Context, sheet: Sheet, row: int, equations: Equations) -> None:
    columns = Columns(context)
    for quantity, layer, sample, unit, column in _each(context, columns):
        formula = equations.z if quantity == "z" else equations.activation
        sheet.put(row, column, formula(layer, sample, unit), FORWARD)
    for sample in range(context.samples):
        sheet.put(row, columns.loss + sample, equations.loss(sample), FORWARD)
    cost = FORWARD.but(bold=True, number_format="0.0000000000")
    sheet.widths[columns.cost] = 14
    sheet.put(row, columns.cost, equations.cost(), cost)
