"""The vectorised half of the panel of a ReLU neuron: array formulas, the two forms in a table,
the charts of data and fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sheetnet.expressions.formula import (
    Area,
    Expression,
    Ref,
    call,
    maximum,
    minimum,
    over_ranges,
    when,
)
from sheetnet.expressions.rich import Rich, marked
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import SAMPLE, STEP, UNIT, Z
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.panels.relu_numbers import Neuron, neuron
from sheetnet.network.slides import FORMS
from sheetnet.sheets.checks import write_check
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.book import Told
from sheetnet.workbook.charts import Axis, Chart, Series
from sheetnet.workbook.model import Matrix, Sheet, Spill
from sheetnet.workbook.styles import BACKWARD, FORWARD, GIVEN, UPDATE, Style

if TYPE_CHECKING:
    from sheetnet.network.sheets.panels.relu_neuron import Table

#: Charts in cm, and the columns that one takes; how far the curve goes beyond the examples.
WIDTH, HEIGHT, ACROSS, ROWS = 12.0, 8.5, 6, 18
BEYOND = 0.5
GREY = styles.NUMBER.but(colour=styles.GREY, horizontal="center", number_format=styles.SIGNED)


def fill(context: Context, sheet: Sheet, at: Table, top: int) -> int:
    """Write it from a row on; returns the last column."""
    writer = _Writer(context, sheet, at)
    row = writer.write_vectors(top)
    row = writer.write_table(row + 2)
    return writer.draw(row + 2)


class _Writer:
    def __init__(self, context: Context, sheet: Sheet, at: Table) -> None:
        self.context, self.sheet, self.at, self.name = context, sheet, at, sheet.name
        self.placed: dict[str, Area] = {}
        #: The document's product element by element.
        self.times = context.notation.hadamard

    def _heading(self, row: int, text: str) -> None:
        self.sheet.put(row, 2, text, styles.HEADING)
        self.sheet.fill(row, 2, row, self.at.right, styles.HEADING)
        self.sheet.heights[row] = 22

    def _array(
        self,
        key: str,
        place: tuple[int, int],
        shape: tuple[int, int],
        title: Rich | str,
        content: Expression,
        look: Style,
        value: Callable[[Neuron], Any],
    ) -> None:
        """An array formula under its title, with what it must show; vectors between asterisks."""
        (row, column), (rows, columns) = place, shape
        centred = look.but(horizontal="center")
        written = self._vector(title) if isinstance(title, str) else title
        self.sheet.put(row - 1, column, written, styles.symbol(look).but(fill=None))
        for r in range(rows):
            for c in range(columns):
                held: Matrix | Spill = Spill((row, column))
                if (r, c) == (0, 0):
                    held = Matrix(over_ranges(content), rows, columns)
                sides = "l" * (c == 0) + "r" * (c == columns - 1)
                sides += "t" * (r == 0) + "b" * (r == rows - 1)
                style = centred.but(borders=sides, border_colour=styles.INK)
                self.sheet.put(row + r, column + c, held, style)
        lengths = {"row": rows, "column": columns}
        block = Block("", None, self.name, row, column, ("row",), ("column",), lengths)
        self.sheet.claim(block, lambda m: np.reshape(value(neuron(m)), (rows, columns)))
        self.placed[key] = Area(self.name, row, column, row + rows - 1, column + columns - 1)

    def _vector(self, text: str) -> Rich:
        """A title; what stands between asterisks is a vector."""
        return marked(text, bold=self.context.notation.one.bold)

    def write_vectors(self, top: int) -> int:
        """X, y, z, u, v, e, the mask, and the gradients; returns the last row."""
        from sheetnet.network.sheets.panels.relu_neuron import letter

        at, n = self.at, self.at.samples
        self._heading(top, "Vectorised: one formula for all examples")
        one, row = (n, 1), top + 2
        forward = FORWARD.but(number_format=styles.SIGNED)
        backward = BACKWARD.but(number_format=styles.SIGNED)
        plain = GIVEN.but(number_format="General")
        x, y = at.area(at.x, at.x + at.sources - 1), at.area(at.y)
        weights = Area(
            self.name,
            at.parameters_row + 1,
            at.x,
            at.parameters_row + 1,
            at.x + at.sources - 1,
            True,
        )
        green = UPDATE.but(number_format=styles.SIGNED)
        put, held = self._array, self.placed
        put("X", (row, at.x), (n, at.sources), letter("X"), x, plain, lambda f: f.x)
        put("y", (row, at.y), one, "*y*", y, plain, lambda f: f.y)
        turned = call("TRANSPOSE", weights)
        put(
            "w",
            (row, at.square),
            (at.sources, 1),
            "*w*",
            turned,
            green,
            lambda f: f.w,
        )
        z = call("MMULT", held["X"], held["w"]) + at.bias
        put("z", (row, at.z), one, "*z* = X*w* + b", z, forward, lambda f: f.z)
        u = maximum(0, held["z"])
        put("u", (row, at.u), one, "*u* = max(0, *z*)", u, forward, lambda f: f.u)
        put(
            "v",
            (row, at.v),
            one,
            "*v* = *y* − *u*",
            held["y"] - held["u"],
            forward,
            lambda f: f.v,
        )
        put(
            "e",
            (row, at.e),
            one,
            "*e* = *z* − *y*",
            held["z"] - held["y"],
            backward,
            lambda f: f.e,
        )
        active = self.context.dense[0].activation.cell_slope
        assert active
        mask = active(held["z"], held["u"], {})
        whole = backward.but(number_format="0")
        put("mask", (row, at.mask), one, "1[*z* > 0]", mask, whole, lambda f: f.mask)
        product = held["e"] * held["mask"]
        put(
            "em",
            (row, at.by),
            one,
            f"*e* {self.times} 1[*z* > 0]",
            product,
            backward,
            lambda f: f.e * f.mask,
        )
        ones = 1 + 0 * held["e"]
        put("1", (row, at.by + 1), one, "*1*", ones, whole, lambda f: np.ones(n))
        self.sheet.widths |= {at.z: 12.0, at.u: 13.0, at.by: 13.0}
        return self._write_gradients(row + n + 1)

    def _write_gradients(self, row: int) -> int:
        """2/N·Xᵀ(…) and 2/N·1ᵀ(…), with the mask and without."""
        at, held = self.at, self.placed
        sources, look = at.sources, BACKWARD.but(number_format=styles.SIGNED_SIX)
        grey = GREY.but(number_format=styles.SIGNED_SIX)
        turned, ones = call("TRANSPOSE", held["X"]), call("TRANSPOSE", held["1"])
        two = 2 / at.count
        places = [
            ("gw", at.x, turned, "em", f"∂C/∂*w* = 2/N·Xᵀ(*e* {self.times} 1[*z* > 0])", look),
            ("gb", at.z, ones, "em", f"∂C/∂b = 2/N·*1*ᵀ(*e* {self.times} 1[*z* > 0])", look),
            ("sw", at.e, turned, "e", "without the mask: 2/N·Xᵀ*e*", grey),
            ("sb", at.slides, ones, "e", "2/N·*1*ᵀ*e*", grey),
        ]
        for key, column, left, right, title, style in places:
            rows = sources if key.endswith("w") else 1
            part = slice(0, sources) if key.endswith("w") else slice(sources, None)
            masked = key.startswith("g")
            self._array(
                key,
                (row + 1, column),
                (rows, 1),
                title,
                two * call("MMULT", left, held[right]),
                style,
                _part("gradient" if masked else "slides", part),
            )
            cell = self.sheet.cells[row, column]
            self.sheet.cells[row, column] = replace(
                cell, style=cell.style.but(horizontal="left", size=10)
            )
        return row + sources

    # The slides' table

    def write_table(self, top: int) -> int:
        """Each operation in both forms, and how far they are apart; returns the last row."""
        at, sheet, held = self.at, self.sheet, self.placed
        self._heading(top, "Scalar against vectorised, and whether it is the gradient of C")
        columns = (2, at.x + 1, at.y + 3, at.e + 1, at.by + 1)
        head = styles.LABEL.but(bold=True)
        titles = ("operation", "scalar", "vectorised", "apart (Σ of squares)", "is it right?")
        for column, title in zip(columns, titles, strict=True):
            sheet.put(top + 1, column, title, head)
        sums = Area(self.name, at.sum_row, at.by, at.sum_row, at.by + at.sources - 1)
        slides = Area(self.name, at.sum_row, at.slides, at.sum_row, at.slides + at.sources - 1)
        by_bias = Ref(self.name, at.sum_row, at.by + at.sources)
        form_bias = Ref(self.name, at.sum_row, at.slides + at.sources)
        cost = Ref(self.name, at.sum_row, at.square)
        v = held["v"]

        def apart(row: Area, column: Area) -> Expression:
            return call("SUMXMY2", call("TRANSPOSE", row), column)

        def first(area: Area) -> Ref:
            return Ref(self.name, area.top, area.left)

        def squared(left: Expression) -> Expression:
            return call("SUMSQ", left)

        whole = call("SUMSQ", v) / at.count
        lines: list[tuple[str, str, str, Expression, bool]] = [
            (
                "Affine transformation",
                "zᵢ = *x*ᵢᵀ*w* + b",
                "*z* = X*w* + b",
                call("SUMXMY2", at.area(at.z), held["z"]),
                True,
            ),
            (
                "Activation",
                "uᵢ = max(0, zᵢ)",
                "*u* = max(0, *z*)",
                call("SUMXMY2", at.area(at.u), held["u"]),
                True,
            ),
            ("Loss", "C = 1/N·Σ vᵢ²", "C = 1/N·‖*v*‖₂²", squared(cost - whole), True),
            (
                "Gradient w",
                "∂C/∂wⱼ = 2/N·Σ xᵢⱼ eᵢ where zᵢ > 0",
                f"∂C/∂*w* = 2/N·Xᵀ(*e* {self.times} 1[*z* > 0])",
                apart(sums, held["gw"]),
                True,
            ),
            (
                "Gradient b",
                "∂C/∂b = 2/N·Σ eᵢ where zᵢ > 0",
                f"∂C/∂b = 2/N·*1*ᵀ(*e* {self.times} 1[*z* > 0])",
                squared(by_bias - first(held["gb"])),
                True,
            ),
            (
                "Gradient w, as printed",
                "2/N·Σ xᵢⱼ eᵢ",
                "2/N·Xᵀ*e*",
                apart(slides, held["sw"]),
                False,
            ),
            (
                "Gradient b, as printed",
                "2/N·Σ eᵢ",
                "2/N·*1*ᵀ*e*",
                squared(form_bias - first(held["sb"])),
                False,
            ),
        ]
        for row, (name, scalar, vector, between, right) in enumerate(lines, top + 2):
            look = styles.PLAIN if right else styles.PLAIN.but(colour=styles.GREY)
            serif = look.but(font=styles.SERIF, size=11)
            for column, text, style in zip(
                columns, (name, scalar, vector), (look, serif, serif), strict=False
            ):
                sheet.put(row, column, self._vector(text), style)
            forms = dict(zip(("scalar", "vector"), columns[1:], strict=False))
            self.context.told.append(Told(self.name, row, FORMS, forms))
            measure = Ref(self.name, row, columns[3])
            formula = Matrix(between, 1, 1) if name.startswith("Gradient w") else between
            small = styles.NUMBER.but(number_format="0.0E+00", horizontal="left")
            sheet.put(row, columns[3], formula, small, claim=0.0)
            size = 1 + call("SUMSQ", held["gw"], held["sw"], held["z"])
            write_check(sheet, row, columns[3] + 1, measure <= 1e-18 * size)
            if right:
                sheet.put(row, columns[4], "yes", styles.PLAIN)
            else:
                self._is_gradient(row, columns[4], name.startswith("Gradient w"))
        return top + 1 + len(lines)

    def _is_gradient(self, row: int, column: int, of_weights: bool) -> None:
        """Whether the form without the mask is the gradient today."""
        held, keys = self.placed, ("gw", "sw") if of_weights else ("gb", "sb")
        between = call("SUMXMY2", *(held[key] for key in keys))
        part = slice(0, self.at.sources) if of_weights else slice(self.at.sources, None)

        def claim(numbers: Numbers) -> str:
            found = neuron(numbers)
            apart = ((found.gradient[part] - found.slides[part]) ** 2).sum()
            return NO if apart > 1e-18 else YES

        text = when(between > 1e-18, NO, YES)
        self.sheet.put(row, column, text, styles.PLAIN.but(bold=True), claim=claim)

    # Data and fit

    def draw(self, top: int) -> int:
        """The examples over z and the curve max(0, z), at the chosen step and at the last."""
        context, at, sheet = self.context, self.at, self.sheet
        self._heading(top, "Data and fit: y and max(0, z) over z")
        table = top + ROWS + 1
        sheet.put(table, 2, "What the charts draw", styles.LABEL.but(bold=True))
        heads = ("z at the last step", "curve: z", "max(0, z)", "last: z", "max(0, z)")
        for column, title in enumerate(heads, at.x):
            sheet.put(table + 1, column, title, styles.LABEL_CENTRE.but(size=8, wrap=True))
        sheet.heights[table + 1] = 24
        first, run = table + 2, context.run(Z, 1)
        for n in range(at.samples):
            cell = run.ref(fixed=True, **{STEP: context.steps, SAMPLE: n, UNIT: 0})
            claim = lambda m, n=n: neuron(m, m.lesson.training.steps).z[n]  # noqa: E731
            sheet.put(first + n, at.x, cell, GREY, claim=claim)
        last = Area(self.name, first, at.x, first + at.samples - 1, at.x, True)
        curves = []
        for offset, (z, step) in enumerate(((at.area(at.z), None), (last, context.steps))):
            column = at.x + 1 + 2 * offset
            ends = (minimum(z, 0) - BEYOND, 0 * first_of(z), maximum(z, 0) + BEYOND)
            for row, end in enumerate(ends):
                cell = Ref(self.name, first + row, column)
                sheet.put(first + row, column, end, GREY, claim=_curve(row, step, 0))
                height = cell if row == 2 else 0 * cell
                sheet.put(first + row, column + 1, height, GREY, claim=_curve(row, step, 1))
            curves.append(
                tuple(Area(self.name, first, c, first + 2, c, True) for c in (column, column + 1))
            )
        for offset, (z, title) in enumerate(
            ((at.area(at.z), "at the chosen step"), (last, "at the last step"))
        ):
            x, y = curves[offset]
            line = Series(y, x, "u = max(0, z)", colour=styles.ORANGE, width=2.5)
            dots = Series(
                at.area(at.y),
                z,
                "y of the examples",
                colour=styles.INK,
                line=False,
                marker="circle",
            )
            chart = Chart(
                row=top + 1,
                column=2 + ACROSS * offset,
                width=WIDTH,
                height=HEIGHT,
                series=(line, dots),
                title=f"Data (dots) and fit (line) {title}",
                x=Axis("z = w·x + b"),
                y=Axis("y, u", gridlines=True),
                alt_text=f"The targets of the examples over z {title}, and the neuron's curve",
            )
            sheet.charts.append(chart)
        return 2 + 2 * ACROSS


def _part(name: str, part: slice) -> Callable[[Neuron], Any]:
    return lambda found: getattr(found, name)[part]


YES, NO = "yes, today: every example is active", "no: inactive examples count in it"


def first_of(area: Area) -> Ref:
    return Ref(area.sheet, area.top, area.left, True)


def _curve(row: int, step: int | None, axis: int) -> Callable[[Numbers], float]:
    """A point of the curve: its place, or its height."""

    def value(numbers: Numbers) -> float:
        z = neuron(numbers, step).z
        place = (min(float(z.min()), 0.0) - BEYOND, 0.0, max(float(z.max()), 0.0) + BEYOND)[row]
        return max(place, 0.0) if axis else place

    return value
