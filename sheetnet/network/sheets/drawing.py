"""The drawing of the network: a native chart, live at the chosen step.

Its points stand on the sheet Drawing. Edges are lines of six series, one for each sign
and width; an edge that is not of a series' kind lies outside the axes there, so that no
error value is needed, and an empty row breaks the line. Each unit is a series of its
own whose title, shown beside it, is a live text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from sheetnet.expressions.figures import in_figures
from sheetnet.expressions.formula import (
    Area,
    Expression,
    Ref,
    call,
    equal,
    join,
    maximum,
    minimum,
    when,
)
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, BIAS, INPUT, Quantity
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.picture import DRAWING_ROW, Picture, placed
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.model import Axis, Chart, Series, Sheet

NAME = "Drawing"
FIRST_ROW = 6
#: Where no axis reaches.
OUTSIDE = -9.0
WIDTHS, SIZES = (0.75, 2.25, 4.5), ("thin", "middle", "thick")
#: sign × thickness → colour and width, in the order of the columns.
KINDS = [(1, 1), (1, 2), (1, 3), (-1, 1), (-1, 2), (-1, 3)]
#: More edges than these are a tangle.
MOST_EDGES = 160

EDGE, HELD, KIND, X, FIRST_Y = 1, 2, 3, 4, 5
NODE_X, NODE_Y, NODE_TEXT = 12, 13, 14


@dataclass(frozen=True)
class Edge:
    """The cell of a weight, its number, where its line begins and where it ends."""

    weight: Ref
    number: Callable[[Numbers], float]
    start: tuple[float, float]
    end: tuple[float, float]


class Plan:
    """Where the units and the edges are drawn; a bias node where the document has one."""

    def __init__(self, context: Context, picture: Picture) -> None:
        self.context, self.picture = context, picture
        self.with_bias = context.notation.bias_is_weight
        self.depth = len(context.sizes) - 1

    def has_bias_node(self, layer: int) -> bool:
        """Whether a node of value 1 feeds the next layer."""
        return self.with_bias and layer < self.depth and bool(self.context.dense[layer].bias)

    def node(self, layer: int, unit: int) -> tuple[float, float]:
        """A unit's place; the bias node is one further than the units."""
        count = self.context.sizes[layer] + self.has_bias_node(layer)
        return float(layer), (count - 1) / 2 - unit

    def nodes(self) -> Iterator[tuple[int, int, bool]]:
        """Layer, unit, and whether it is the bias node."""
        for layer, count in enumerate(self.context.sizes):
            for unit in range(count):
                yield layer, unit, False
            if self.has_bias_node(layer):
                yield layer, count, True

    def edges(self) -> Iterator[Edge]:
        """A line for each weight."""
        for quantity, layer, unit, source in self.picture.parameters():
            if quantity == BIAS and not self.with_bias:
                continue
            place = placed(quantity, unit, source)
            weight = self.picture.at(quantity, layer, unit=unit, source=source)
            start = self.context.sizes[layer - 1] if quantity == BIAS else source

            def number(
                numbers: Numbers, of: tuple[Quantity, int] = (quantity, layer), at: Any = place
            ) -> float:
                return float(numbers.now(*of)[tuple(at.values())])

            yield Edge(weight, number, self.node(layer - 1, start), self.node(layer, unit))

    @property
    def half_height(self) -> float:
        return max(abs(self.node(layer, unit)[1]) for layer, unit, _ in self.nodes()) + 0.7


def fits(context: Context) -> bool:
    """Whether a drawing would be more than a tangle."""
    return context.drawable and context.net.parameter_count <= MOST_EDGES


def fill(context: Context, picture: Picture, sheet: Sheet) -> Sheet:
    """Put the chart on `sheet` and return the sheet with its points."""
    plan = Plan(context, picture)
    points = Sheet(NAME, "workings: the points of the picture on Network", workings=True)
    points.tab_colour, points.freeze, points.cursor = styles.PALE, (FIRST_ROW, 1), (FIRST_ROW, 1)
    hint = "Two points an edge. An edge that is not of a column's kind lies outside the axes."
    frame.head(points, "Drawing: the points of the picture on Network", hint, 1)
    frame.banner(points, NODE_TEXT)
    points.widths |= {EDGE: 14, KIND: 8, NODE_TEXT: 24}
    _write_headers(points)
    last = _write_edges(points, plan)
    series = [*_edge_series(last), *_write_nodes(points, plan)]
    high = plan.half_height
    sheet.charts.append(
        Chart(
            row=DRAWING_ROW,
            column=2,
            width=min(9.0 * plan.depth + 8.0, 30.0),
            height=picture.drawing_rows * 15 / 72 * 2.54 - 0.1,
            series=tuple(series),
            x=Axis(minimum=-0.35, maximum=plan.depth + 0.35, hidden=True),
            y=Axis(minimum=-high, maximum=high, hidden=True),
            alt_text="The network: units as discs with their values, weights as lines, blue where "
            "positive and orange where negative, thicker the larger they are",
        )
    )
    legend = "Lines: blue positive, orange negative; thick, middle, thin by size."
    sheet.put(DRAWING_ROW + picture.drawing_rows, 2, legend, styles.HINT)
    return points


def _write_headers(points: Sheet) -> None:
    head = styles.LABEL.but(bold=True, borders="b", border_colour=styles.RULE, size=9)
    names = [f"{'+' if sign > 0 else '−'} {SIZES[width - 1]}" for sign, width in KINDS]
    titles = ["edge", "weight", "kind", "x", *(f"y {name}" for name in names)]
    for column, title in enumerate(titles, 1):
        points.put(FIRST_ROW - 1, column, title, head)
    for column, title in ((NODE_X, "unit x"), (NODE_Y, "unit y"), (NODE_TEXT, "label")):
        points.put(FIRST_ROW - 1, column, title, head)


def _write_edges(points: Sheet, plan: Plan) -> int:
    """Two rows an edge and an empty one; returns the last row."""
    edges = list(plan.edges())
    last = FIRST_ROW + 3 * len(edges) - 2
    weights = Area(NAME, FIRST_ROW, HELD, last, HELD, True)
    largest = Ref(NAME, 3, HELD, True)
    points.put(3, EDGE, "largest |weight|", styles.LABEL)

    @lru_cache(maxsize=2)
    def size(numbers: Numbers) -> float:
        return max(abs(edge.number(numbers)) for edge in edges)

    largest_weight = maximum(maximum(weights), -minimum(weights))
    points.put(3, HELD, largest_weight, styles.NUMBER, claim=size)
    row = FIRST_ROW
    for edge in edges:
        points.put(row, EDGE, edge.weight.symbol, styles.SYMBOL)
        for x, y in (edge.start, edge.end):
            _write_end(points, row, edge, (x, y), largest, size)
            row += 1
        row += 1
    return last


def _write_end(
    points: Sheet,
    row: int,
    edge: Edge,
    place: tuple[float, float],
    largest: Ref,
    size: Callable[[Numbers], float],
) -> None:
    """One end of an edge: the weight, its kind, and the height in the column of its kind."""
    x, y = place

    def kind(numbers: Numbers) -> int:
        weight = edge.number(numbers)
        thirds = np.searchsorted([1 / 3, 2 / 3], abs(weight) / max(size(numbers), 1e-300) - 1e-9)
        return int(thirds + 1) * (-1 if weight < 0 else 1)

    here = Ref(NAME, row, HELD)
    points.put(row, HELD, edge.weight, styles.NUMBER, claim=edge.number)
    look = styles.NUMBER.but(number_format="0")
    points.put(row, KIND, _kind(here, largest), look, claim=kind)
    points.put(row, X, x, styles.NUMBER)
    for offset, (sign, width) in enumerate(KINDS):
        own = equal(Ref(NAME, row, KIND), sign * width)

        def height(numbers: Numbers, wanted: int = sign * width) -> float:
            return y if kind(numbers) == wanted else OUTSIDE

        points.put(row, FIRST_Y + offset, when(own, y, OUTSIDE), styles.NUMBER, claim=height)


def _kind(weight: Ref, largest: Ref) -> Expression:
    """1 to 3 by size against the largest weight, negative for a negative weight.

    Rounded, since programs disagree about numbers that differ in the last bits.
    """
    thirds = 3 * call("ABS", weight)
    size = when(
        call("ROUND", thirds - 2 * largest, 9) > 0,
        3,
        when(call("ROUND", thirds - largest, 9) > 0, 2, 1),
    )
    return when(weight < 0, -1, 1) * size


def _edge_series(last: int) -> Iterator[Series]:
    xs = Area(NAME, FIRST_ROW, X, last, X, True)
    for offset, (sign, width) in enumerate(KINDS):
        column = FIRST_Y + offset
        yield Series(
            x=xs,
            y=Area(NAME, FIRST_ROW, column, last, column, True),
            title=_title(sign, width),
            colour=styles.BLUE if sign > 0 else styles.ORANGE,
            width=WIDTHS[width - 1],
        )


def _title(sign: int, width: int) -> str:
    return f"{'positive' if sign > 0 else 'negative'} weights, {SIZES[width - 1]}"


def _write_nodes(points: Sheet, plan: Plan) -> Iterator[Series]:
    symbols = plan.context.symbols
    for row, (layer, unit, bias) in enumerate(plan.nodes(), FIRST_ROW):
        x, y = plan.node(layer, unit)
        points.put(row, NODE_X, x, styles.NUMBER)
        points.put(row, NODE_Y, y, styles.NUMBER)
        if bias:
            points.put(row, NODE_TEXT, "1")
            fill, edge = styles.GREY_FILL, styles.PALE
        else:
            quantity = (ACTIVATION, layer) if layer else (INPUT, None)
            value = plan.picture.at(*quantity, unit=unit)
            name = f"{symbols.activation(layer, unit)} = "

            def label(numbers: Numbers, layer: int = layer, unit: int = unit, n: str = name) -> str:
                held = numbers.now(ACTIVATION, layer) if layer else numbers.inputs
                return n + in_figures(float(held[numbers.sample, unit]))

            text = plan.context.words.of(value)
            points.put(row, NODE_TEXT, join([name, text]), claim=label)
            fill, edge = (
                (styles.GREY_FILL, styles.GREY) if layer == 0 else ("FED7AA", styles.ORANGE)
            )
        yield Series(
            x=Area(NAME, row, NODE_X, row, NODE_X, True),
            y=Area(NAME, row, NODE_Y, row, NODE_Y, True),
            title=Ref(NAME, row, NODE_TEXT, True),
            label="above",
            colour=edge,
            line=False,
            marker="circle",
            marker_size=16,
            marker_colour=fill,
        )
