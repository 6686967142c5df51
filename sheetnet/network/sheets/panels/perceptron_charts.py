"""The charts of the panel of a perceptron: the examples with the line between them, the mistakes.

A program's chart cannot leave a point out: what is not to be seen stands far outside of the axes,
whose ends are fixed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sheetnet.expressions.formula import Area, Expression, Ref, call, equal, guard, total, when
from sheetnet.network.engine import FloatArray
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, BIAS, WEIGHT
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.panels.perceptron_places import Places
from sheetnet.workbook import styles
from sheetnet.workbook.charts import Axis, Chart, Series
from sheetnet.workbook.model import Sheet

#: Where points stand that a chart does not show.
FAR = 1e6
#: How far the axes reach beyond the examples.
ROOM = 1.0
#: Sizes in cm, and the rows that a chart takes.
WIDTH, HEIGHT, CHART_ROWS = 13.5, 9.0, 19
GREY = styles.NUMBER.but(colour=styles.GREY, horizontal="center")
#: The columns of the points' table: the kinds of examples.
HEADS = ("target 1", "target 0", "wrong")


def draw(context: Context, sheet: Sheet, at: Places, table: tuple[int, int]) -> None:
    """The charts; `table` are the first and the last row of the mistakes."""
    row, column = at.top, at.right + 2
    if at.sources == 2:
        _Line(context, sheet, at).draw(row, column)
        row += CHART_ROWS
    first, last = table
    steps, wrong = (
        Area(sheet.name, first, c, last, c, True) for c in (at.left, at.mistakes_column)
    )
    sheet.charts.append(
        Chart(
            row=row,
            column=column,
            width=WIDTH,
            height=HEIGHT,
            series=(Series(wrong, steps, "mistakes", colour=styles.ORANGE),),
            title="Mistakes over the steps",
            x=Axis("step", minimum=0, maximum=max(context.steps, 1)),
            y=Axis("examples", minimum=0, maximum=at.samples, gridlines=True, number_format="0"),
            alt_text="How many examples are wrong at each step",
        )
    )


class _Line:
    """The examples and the line wᵀx = θ between them, with the points beside the table."""

    def __init__(self, context: Context, sheet: Sheet, at: Places) -> None:
        self.context, self.sheet, self.at, self.name = context, sheet, at, sheet.name
        data = np.array(context.lesson.data.inputs, float)
        self.low, self.high = data.min(axis=0) - ROOM, data.max(axis=0) + ROOM
        self.x1 = at.first + at.has_bias

    def draw(self, row: int, column: int) -> None:
        at, symbols, top = self.at, self.context.symbols, row + 2 * CHART_ROWS
        title = "What the chart draws; points far outside of it are not shown"
        self.sheet.put(top, column, title, styles.LABEL.but(bold=True))
        (x, y), (last_x, last_y) = self._write_ends(top + 2, column)
        places = Area(
            self.name, at.examples_row, self.x1, at.examples_row + at.samples - 1, self.x1, True
        )
        dots = self._write_points(top + 7, column)
        one, other = (str(symbols.input(k)) for k in (0, 1))
        looks = {
            "wrong": {"colour": styles.RED, "marker": "diamond", "marker_size": 16},
            "target 0": {"colour": styles.PALE, "marker": "square", "marker_size": 8},
            "target 1": {"colour": styles.INK, "marker": "circle", "marker_size": 9},
        }
        series = [
            Series(last_y, last_x, "at the last step", colour=styles.PALE),
            Series(y, x, "at this step", colour=styles.GREEN, width=3),
        ]
        for kind, look in looks.items():
            series.append(Series(dots[kind], places, kind, line=False, **look))  # type: ignore[arg-type]
        low, high = self.low.tolist(), self.high.tolist()
        self.sheet.charts.append(
            Chart(
                row=row,
                column=column,
                width=WIDTH,
                height=HEIGHT,
                series=tuple(series),
                title="The line wᵀx = θ between the examples",
                x=Axis(one, minimum=low[0], maximum=high[0]),
                y=Axis(other, minimum=low[1], maximum=high[1], gridlines=True),
                legend=True,
                alt_text="The examples as points, by their targets, those that are wrong on a red "
                "diamond, and the line on which wᵀx is the threshold",
            )
        )

    def _write_points(self, top: int, left: int) -> dict[str, Area]:
        """The second input of the examples of a kind; of all others a point far away."""
        at, sheet = self.at, self.sheet
        for offset, head in enumerate(HEADS):
            sheet.put(top - 1, left + offset, head, styles.LABEL_CENTRE)
        for n in range(at.samples):
            row = at.examples_row + n
            x2, y, a = (Ref(self.name, row, c) for c in (self.x1 + 1, at.target, at.output))
            conditions = (equal(y, 1), equal(y, 0), equal(call("ABS", y - a), 1))
            for offset, holds in enumerate(conditions):
                look = GREY.but(number_format="General")
                point = when(holds, x2, FAR)
                sheet.put(top + n, left + offset, point, look, claim=_point(n, offset))
        bottom = top + at.samples - 1
        return {
            head: Area(self.name, top, left + offset, bottom, left + offset, True)
            for offset, head in enumerate(HEADS)
        }

    def _write_ends(self, top: int, left: int) -> list[tuple[Area, Area]]:
        """Two points of the line, as far as the chart is wide from the foot of its middle."""
        context, sheet, symbols = self.context, self.sheet, self.context.symbols
        heads = [words + symbols.input(k) for k in (0, 1) for words in ("from ", "to ")]
        for offset, head in enumerate(heads, 1):
            sheet.put(top - 1, left + offset, head, styles.LABEL_CENTRE)
        found = []
        for row, step in ((top, None), (top + 1, context.steps)):
            words = "this step" if step is None else "last step"
            sheet.put(row, left, words, styles.LABEL)
            for axis in range(2):
                for end, sign in enumerate((-1, 1)):
                    formula = self._end(step, axis, sign)
                    claim = self._claim(step, axis, sign)
                    sheet.put(row, left + 1 + 2 * axis + end, formula, GREY, claim=claim)
            x, y = (Area(self.name, row, c, row, c + 1, True) for c in (left + 1, left + 3))
            found.append((x, y))
        return found

    @property
    def _middle(self) -> tuple[FloatArray, float]:
        """The middle of the chart, and how far it reaches."""
        return (self.low + self.high) / 2, float(np.hypot(*(self.high - self.low)))

    def _weights(self, step: int | None) -> tuple[list[Expression], list[Expression]]:
        """The two weights of a step and its bias, if there is one."""
        at, context = self.at, self.context
        if step is None:
            cells: list[Expression] = [
                Ref(self.name, at.weights_row + 1, column, True)
                for column in range(at.first, at.behind)
            ]
            return cells[-2:], cells[:-2]
        weights = [context.of_step(WEIGHT, 1, unit=0, source=k, step=step) for k in range(2)]
        return weights, [context.of_step(BIAS, 1, unit=0, step=step)] if at.has_bias else []

    def _end(self, step: int | None, axis: int, sign: int) -> Expression:
        middle, reach = self._middle
        w, bias = self._weights(step)
        square = call("SUMSQ", *w)
        terms = [w[k] * float(middle[k]) for k in range(2)]
        gap = (self.at.theta - total([*bias, *terms])) / square
        along = (-w[1], w[0])[axis]
        point = float(middle[axis]) + w[axis] * gap + sign * reach * along / call("SQRT", square)
        return guard(when(equal(square, 0), FAR, point))

    def _claim(self, step: int | None, axis: int, sign: int) -> Callable[[Numbers], float]:
        """One coordinate of an end of the line, by vectors."""
        middle, reach = self._middle

        def value(numbers: Numbers) -> float:
            at = numbers.step if step is None else step
            w = numbers.trace[WEIGHT, 1][at][0]
            biases = numbers.trace.of(BIAS)
            bias = float(biases[0][at][0]) if biases else 0.0
            length = float(np.hypot(*w))
            if length == 0:
                return FAR
            normal = w / length
            theta = float(numbers.settings["theta", 1].item())
            foot = middle + normal * (theta - bias - w @ middle) / length
            along = np.array([-normal[1], normal[0]])
            return float((foot + sign * reach * along)[axis])

        return value


def _point(n: int, offset: int) -> Callable[[Numbers], float]:
    def value(numbers: Numbers) -> float:
        y, a = numbers.targets[n, 0], numbers.now(ACTIVATION, 1)[n, 0]
        holds = (y == 1, y == 0, abs(y - a) == 1)[offset]
        return float(numbers.inputs[n, 1]) if holds else FAR

    return value
