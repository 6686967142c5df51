"""Gradient check: central differences against every gradient of the chosen step.

The sheet Differences moves one parameter at a time up and down by h and computes the
whole forward pass again, a row for each; here stands what follows from the two costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sheetnet import styles
from sheetnet.blocks import Block
from sheetnet.equations import Equations
from sheetnet.formula import Area, Expression, Ref, call, equal, join, maximum, minimum, when
from sheetnet.model import Axis, Chart, PrintSetup, Rule, Series, Sheet, Validation
from sheetnet.rich import Rich
from sheetnet.sheets import frame
from sheetnet.sheets.context import Context
from sheetnet.styles import BACKWARD, FORWARD, UPDATE

NAME, WORKINGS = "Gradient check", "Differences"
FIRST_ROW = 9
#: On the workings: the header of the columns, the first row, the ends of the diagonal.
HEAD_ROW, WORK_ROW = 7, 8
DIAGONAL_ROW = 4
#: Rows of the workings from one move to the next, and points of the empty one between:
#: LibreOffice 7.4 computes neighbours of one formula in threads, and takes old values for
#: some of their precedents.
STRIDE, THIN = 2, 3.0
H_ROW, WORST_ROW = 4, 5
#: The most cells that the workings may take; beyond, evenly chosen parameters are checked.
MOST_CELLS = 40_000
#: Networks with more parameters than this are not checked in the workbook.
MOST_PARAMETERS = 5_000
#: Largest ratio that passes, and the size of gradients below which it is absolute.
PASSES, SMALL = 1e-4, 1e-4
#: Below this part of a gradient, what rounding the cost leaves of it is no matter.
LAST_DIGIT, BLUR = 1e-15, 1e-5
SMALLEST_H, LARGEST_H = 1e-6, 0.1
#: Activations with a kink, over which no difference can be taken.
KINKED = {"relu", "leaky_relu", "step"}


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
    room = max(MOST_CELLS // (2 * _Columns(context).count), 8)
    if len(every) <= room:
        return every
    return [every[round(i * (len(every) - 1) / (room - 1))] for i in range(room)]


def fits(context: Context) -> bool:
    """Whether the network is small enough for the check."""
    count = sum((n + 1) * m for n, m in zip(context.sizes, context.sizes[1:], strict=False))
    return count <= MOST_PARAMETERS and _Columns(context).count < MOST_CELLS // 16


def passed() -> Ref:
    """The cell that says how many parameters passed."""
    return Ref(NAME, WORST_ROW, 4)


def place(context: Context) -> None:
    context.blocks.add(Block("difference_step", None, NAME, H_ROW, 3, (), (), {}, False))


class _Columns:
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
        columns: _Columns,
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
            return Ref(WORKINGS, self._row, self._columns.loss + sample)
        assert layer is not None
        if quantity == "activation" and layer == 0:
            return context.knob("input").ref(sample=sample, unit=unit, fixed=True)
        if quantity in ("weight", "bias"):
            key = quantity, layer, unit, source
            own = self._base[key]
            return own + self._by if key == self._key else own
        start = self._columns.starts[quantity, layer]
        return Ref(WORKINGS, self._row, start + sample * context.sizes[layer] + unit)

    def area(self, quantity: str, layer: int | None = None, **index: int) -> Area | None:
        context, moved = self._context, self._moved
        if quantity == "loss":
            last = self._columns.cost - 1
            return Area(WORKINGS, self._row, self._columns.loss, self._row, last)
        assert layer is not None
        if quantity == "weight":
            unit = index["unit"]
            if (moved.quantity, moved.layer, moved.unit) == ("weight", layer, unit):
                return None  # a range cannot hold the moved weight
            sources = context.sizes[layer - 1]
            first, end = (self._base["weight", layer, unit, k] for k in (0, sources - 1))
            return Area(WORKINGS, first.row, first.column, end.row, end.column, True)
        sample = index["sample"]
        if layer == 0:
            return context.knob("input").area(sample=sample, fixed=True)
        start = self._columns.starts[quantity, layer] + sample * context.sizes[layer]
        return Area(WORKINGS, self._row, start, self._row, start + context.sizes[layer] - 1)


def fill(context: Context) -> tuple[Sheet, Sheet]:
    """The check and its workings."""
    checked = parameters(context)
    sheet = Sheet(NAME, tab_colour=styles.BLUE, freeze=(FIRST_ROW, 1), cursor=(H_ROW, 3))
    workings = _fill_workings(context, checked)
    sheet.print_setup = PrintSetup(title_rows=(FIRST_ROW - 1, FIRST_ROW - 1))
    for column, width in enumerate((2.5, 20, 14, 16, 14, 14, 8, 4), 1):
        sheet.widths[column] = width
    d, symbols = context.notation.derivative, context.symbols
    cost = symbols.cost.text
    hint = (
        f"Each parameter is moved up and down by h, and the cost computed again: "
        f"{d}{cost}/{d}w ≈ ({cost}(w + h) − {cost}(w − h)) / 2h. The workings are on {WORKINGS}."
    )
    frame.head(sheet, "Gradient check: do the gradients say what the cost does?", hint)
    frame.banner(sheet, 15)
    _write_top(context, sheet, checked)
    head = styles.LABEL.but(bold=True, borders="b", border_colour=styles.RULE, horizontal="center")
    titles = ["parameter", "gradient", "central difference", "apart", "ratio", ""]
    for column, title in enumerate(titles, 2):
        sheet.put(FIRST_ROW - 1, column, title or None, head)
    sheet.notes[FIRST_ROW - 1, 6] = (
        f"How far apart the two are, divided by their size ({SMALL:g} at least). Up to {PASSES:g} "
        "they agree: the rest is rounding and the curve's bend within h."
    )
    for number, parameter in enumerate(checked):
        _write_parameter(context, sheet, FIRST_ROW + number, parameter, _work_row(number, 0))
    _write_chart(sheet, workings, FIRST_ROW + len(checked) - 1)
    return sheet, workings


def _write_top(context: Context, sheet: Sheet, checked: list[Parameter]) -> None:
    sheet.put(3, 2, "step", styles.LABEL_RIGHT)
    sheet.put(3, 3, context.step, styles.NUMBER.but(bold=True, number_format="0"))
    sheet.put(3, 4, "chosen on Network", styles.HINT)
    sheet.put(H_ROW, 2, "h", styles.LABEL_RIGHT)
    sheet.put(H_ROW, 3, context.settings.h, styles.INPUT.but(number_format="0.0E+00"))
    note = "smaller steps drown in rounding, larger ones miss the curve"
    sheet.put(H_ROW, 4, note, styles.HINT)
    sentence = f"Type a number from {SMALLEST_H:f} to {LARGEST_H:g}."
    area = Area(NAME, H_ROW, 3, H_ROW, 3)
    sheet.validations.append(
        Validation(
            area, "decimal", SMALLEST_H, LARGEST_H, title="h", error=sentence, prompt=sentence
        )
    )
    bottom = FIRST_ROW + len(checked) - 1
    ratios = Area(NAME, FIRST_ROW, 6, bottom, 6)
    sheet.put(WORST_ROW, 2, "worst ratio", styles.LABEL_RIGHT)
    look = styles.FIGURE.but(size=12, number_format="0.0E+00", horizontal="right")
    sheet.put(WORST_ROW, 3, maximum(ratios), look, approximate=_scale(context))
    marks = Area(NAME, FIRST_ROW, 7, bottom, 7, True)
    ticks, crosses = (call("COUNTIF", marks, mark) for mark in "✓✗")
    failed = call("OR", crosses > 0, equal(ticks, 0))
    count = join([when(failed, "✗ ", "✓ "), ticks, f" of {len(checked)}"])
    sheet.put(WORST_ROW, 4, count, styles.CHECK.but(size=12, horizontal="left"))
    place = Area(NAME, WORST_ROW, 4, WORST_ROW, 4)
    sheet.formats.append(Rule(place, failed, styles.WRONG))
    sheet.notes[WORST_ROW, 4] = (
        "“kink”: a ReLU was switched by the move itself. “—”: the cost is so large that its last "
        "digit hides the difference. Neither says anything about the gradient."
    )
    total = sum((n + 1) * m for n, m in zip(context.sizes, context.sizes[1:], strict=False))
    if len(checked) < total:
        some = f"{len(checked)} of {total:,} parameters, evenly chosen"
        sheet.put(6, 2, some, styles.HINT)


def _work_row(number: int, move: int) -> int:
    """The row of the workings for a parameter's move up (0) or down (1)."""
    return WORK_ROW + STRIDE * (2 * number + move)


def _write_parameter(
    context: Context, sheet: Sheet, row: int, parameter: Parameter, work_row: int
) -> None:
    """Analytic against numeric: the gradient of Training, the difference of two costs."""
    columns, h = _Columns(context), context.h
    symbol = parameter.symbol(context)
    up, down = (Ref(WORKINGS, work_row + i * STRIDE, columns.cost) for i in (0, 1))
    gradient = context.of_step(
        f"{parameter.quantity}_gradient",
        parameter.layer,
        unit=parameter.unit,
        source=parameter.source,
    )
    analytic, numeric, apart = (Ref(NAME, row, column) for column in (3, 4, 5))
    sheet.put(row, 2, symbol, styles.SYMBOL)
    look = BACKWARD.but(number_format="0.00000000")
    sheet.put(row, 3, gradient, look)
    forward = FORWARD.but(number_format="0.00000000")
    sheet.put(row, 4, (up - down) / (2 * h), forward, approximate=_scale(context))
    small = styles.NUMBER.but(number_format="0.0E+00")
    sheet.put(row, 5, call("ABS", numeric - analytic), small, approximate=_scale(context))
    size = SMALL + call("ABS", analytic) + call("ABS", numeric)
    # The last digits of the cost, divided by 2h, are all that a difference can tell.
    blurred = up * LAST_DIGIT / h > BLUR * (SMALL + call("ABS", analytic))
    sheet.put(row, 6, when(blurred, 0, apart / size), small, approximate=_scale(context))
    verdict: Expression = when(Ref(NAME, row, 6) <= PASSES, "✓", "✗")
    verdict = when(blurred, "—", verdict)
    if any(context.activation(layer).name in KINKED for layer in context.layers):
        verdict = when(_crosses(context, work_row), "kink", verdict)
    sheet.put(row, 7, verdict, styles.CHECK)


def _scale(context: Context) -> float:
    """How large the numbers are that a difference is taken of, for comparing programs."""
    cost = float(context.trace.costs[context.settings.step])
    return max(1.0, 1e7 * cost * LAST_DIGIT / context.settings.h)


def _crosses(context: Context, row: int) -> Expression:
    """Whether some unit is switched on by one of the two moves only."""
    columns = _Columns(context)
    first, last = columns.starts["activation", 1], columns.loss - 1
    active = [call("COUNTIF", Area(WORKINGS, r, first, r, last), ">0") for r in (row, row + STRIDE)]
    return call("ABS", active[0] - active[1]) > 0


def _write_chart(sheet: Sheet, workings: Sheet, bottom: int) -> None:
    """Numeric against analytic: all points on the diagonal."""
    analytic = Area(NAME, FIRST_ROW, 3, bottom, 3, True)
    numeric = Area(NAME, FIRST_ROW, 4, bottom, 4, True)
    column = 9
    for offset, (title, end) in enumerate((("least", minimum), ("largest", maximum))):
        workings.put(DIAGONAL_ROW - 1, 2 + offset, title, styles.LABEL_CENTRE)
        workings.put(DIAGONAL_ROW, 2 + offset, end(analytic), styles.NUMBER)
    diagonal = Area(WORKINGS, DIAGONAL_ROW, 2, DIAGONAL_ROW, 3, True)
    sheet.charts.append(
        Chart(
            row=3,
            column=column,
            width=12.0,
            height=11.0,
            title="Central difference against gradient",
            series=(
                Series(diagonal, diagonal, "equal", colour=styles.PALE, width=1.0),
                Series(
                    numeric,
                    analytic,
                    "parameters",
                    colour=styles.BLUE,
                    line=False,
                    marker="circle",
                    marker_size=7,
                ),
            ),
            x=Axis("gradient"),
            y=Axis("central difference", gridlines=True),
            alt_text="Every parameter as a point: its gradient to the right, the central "
            "difference upwards; all lie on the diagonal where the two agree",
        )
    )


def _fill_workings(context: Context, checked: list[Parameter]) -> Sheet:
    sheet = Sheet(WORKINGS, tab_colour=styles.PALE, freeze=(WORK_ROW, 3), cursor=(WORK_ROW, 3))
    sheet.print_setup = PrintSetup(title_rows=(HEAD_ROW, HEAD_ROW), fit_width=0)
    columns = _Columns(context)
    hint = "the parameters of the chosen step, and the forward pass with one of them moved by ± h"
    frame.head(sheet, "Differences: workings of the gradient check", hint, 1)
    base = _write_base(context, sheet)
    last = max(columns.cost, *(ref.column for ref in base.values()))
    frame.banner(sheet, last)
    _write_headers(context, sheet)
    h = context.h
    for number, parameter in enumerate(checked):
        for sign, by in ((0, h), (1, -h)):
            row = _work_row(number, sign)
            sheet.heights[row + 1] = THIN
            sheet.put(row, 1, parameter.symbol(context), styles.SYMBOL)
            sheet.put(row, 2, "+ h" if sign == 0 else "− h", styles.SIGN)
            cells = _Row(context, row, base, parameter, by, columns)
            _write_forward(context, sheet, row, Equations(context.lesson, context.samples, cells))
    return sheet


def _write_base(context: Context, sheet: Sheet) -> dict[tuple[str, int, int, int], Ref]:
    """The parameters of the chosen step, in rows 3 and 4."""
    base = {}
    column = _Columns.FIRST
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
                base[key] = Ref(WORKINGS, 4, column, True)
                column += 1
    return base


def _each(context: Context, columns: _Columns) -> Iterator[tuple[str, int, int, int, int]]:
    """Quantity, layer, sample, unit and column of the z and activations of a row."""
    for (quantity, layer), column in columns.starts.items():
        for sample in range(context.samples):
            for unit in range(context.sizes[layer]):
                yield quantity, layer, sample, unit, column
                column += 1


def _write_headers(context: Context, sheet: Sheet) -> None:
    columns, symbols = _Columns(context), context.symbols
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
    columns = _Columns(context)
    for quantity, layer, sample, unit, column in _each(context, columns):
        formula = equations.z if quantity == "z" else equations.activation
        sheet.put(row, column, formula(layer, sample, unit), FORWARD)
    for sample in range(context.samples):
        sheet.put(row, columns.loss + sample, equations.loss(sample), FORWARD)
    cost = FORWARD.but(bold=True, number_format="0.0000000000")
    sheet.widths[columns.cost] = 14
    sheet.put(row, columns.cost, equations.cost(), cost)
