"""The drawing of the network: a native chart, live at the chosen step.

Its points stand on the sheet Drawing, in points of the page, so that a unit is over the
column of its cards. Edges are lines of six series, one for each sign and size; an edge that is
not of a series' kind lies outside the axes there, so that no error value is needed, and an empty
row breaks the line. Lines end at the discs' rims, since LibreOffice draws all lines over all
discs. Units are discs of six series in the same way. Labels are series of their own whose titles
are live texts; they stand on discs, or in a gap of an edge.
"""

from __future__ import annotations

import math
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
    guard,
    guarded,
    join,
    maximum,
    minimum,
    when,
)
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, BIAS, INPUT, Quantity
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.picture import DRAWING_ROW, MOST_WEIGHTS, ROW_POINTS, Picture, placed
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.model import Axis, Chart, Series, Sheet

NAME = "Drawing"
FIRST_ROW = 6
#: Where no axis reaches.
OUTSIDE = -99.0
WIDTHS, SIZES = (0.75, 2.25, 4.5), ("thin", "middle", "thick")
LINES = {1: styles.POSITIVE_LINE, -1: styles.NEGATIVE_LINE}
DISCS = {1: styles.POSITIVE_DISCS, -1: styles.NEGATIVE_DISCS}
#: Points of the page: of a character of a column's width, of a disc and of that of a bias, from a
#: disc's middle to its two lines of text, of a gap for a weight.
CHARACTER, DISC, SMALL_DISC, LINE, LABEL_GAP = 5.4, 40, 20, 6.5, 38
#: The part of a chart that its plot leaves free on each side.
MARGIN_X, MARGIN_Y = 0.01, 0.02
#: sign × thickness → colour and width, in the order of the columns.
KINDS = [(1, 1), (1, 2), (1, 3), (-1, 1), (-1, 2), (-1, 3)]
#: More edges than these are a tangle.
MOST_EDGES = 160

EDGE, HELD, KIND, X, FIRST_Y, WEIGHT_TEXT = 1, 2, 3, 4, 5, 11
NODE_X, NODE_Y, NODE_TEXT, NODE_VALUE, NODE_SIZE, NODE_KIND, NODE_FIRST_Y = range(12, 19)
#: Where the labels of the edges stand.
LABEL_X, LABEL_Y = 25, 26
#: Two points a line, and an empty row.
ROWS = 3


@dataclass(frozen=True)
class Edge:
    """The cell of a weight, its number, where its line begins and where it ends."""

    weight: Ref
    number: Callable[[Numbers], float]
    start: tuple[float, float]
    end: tuple[float, float]
    #: From the middle of its source's disc to the rim.
    radius: float
    #: The part of the way where its weight is written; None where it is not.
    part: float | None

    def _on(self, part: float) -> tuple[float, float]:
        (x, y), (to_x, to_y) = self.start, self.end
        return x + part * (to_x - x), y + part * (to_y - y)

    @property
    def label(self) -> tuple[float, float]:
        """Where its weight is written."""
        return self._on(self.part or 0.0)

    @property
    def lines(self) -> list[tuple[tuple[float, float], tuple[float, float]]]:
        """From rim to rim, with a gap for the weight."""
        length, across = math.dist(self.start, self.end), self.end[0] - self.start[0]
        ends = self._on(self.radius / length), self._on(1 - DISC / 2 / length)
        if self.part is None:
            return [ends]
        gap = LABEL_GAP / 2 / across
        return [(ends[0], self._on(self.part - gap)), (self._on(self.part + gap), ends[1])]


class Plan:
    """Where the units and the edges are drawn; a bias node where the document has one."""

    def __init__(self, context: Context, picture: Picture, sheet: Sheet) -> None:
        self.context, self.picture, self.sheet = context, picture, sheet
        self.with_bias = context.notation.bias_is_weight
        self.depth = len(context.sizes) - 1
        self.width = self._points(picture.right + 1)
        self.height = float(picture.drawing_rows * ROW_POINTS)

    def _points(self, column: int) -> float:
        """From the chart's left side to that of a column of the sheet."""
        return CHARACTER * sum(self.sheet.widths[c] for c in range(2, column))

    def has_bias_node(self, layer: int) -> bool:
        """Whether a node of value 1 feeds the next layer."""
        return self.with_bias and layer < self.depth and bool(self.context.dense[layer].bias)

    def node(self, layer: int, unit: int) -> tuple[float, float]:
        """A unit's place, over its cards; the bias node is one further than the units."""
        first, behind = 2, 4
        if layer:
            card = self.picture.cards[layer, 0]
            first, behind = card.left, card.left + card.width
        x = (self._points(first) + self._points(behind)) / 2
        count = self.context.sizes[layer] + self.has_bias_node(layer)
        return x, self.height / 2 + ((count - 1) / 2 - unit) * self.picture.unit_rows * ROW_POINTS

    def nodes(self) -> Iterator[tuple[int, int, bool]]:
        """Layer, unit, and whether it is the bias node; the bias nodes last."""
        for layer, count in enumerate(self.context.sizes):
            for unit in range(count):
                yield layer, unit, False
        for layer, count in enumerate(self.context.sizes):
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

            ends = self.node(layer - 1, start), self.node(layer, unit)
            radius = (SMALL_DISC if quantity == BIAS else DISC) / 2
            # Near the source, where no edges of other sources are.
            part = 1 / (self.context.sizes[layer] + 1) if self.labelled else None
            yield Edge(weight, number, *ends, radius, part)

    @property
    def labelled(self) -> bool:
        """Whether weights are written on the edges."""
        return self.context.net.parameter_count <= MOST_WEIGHTS


def fits(context: Context) -> bool:
    """Whether a drawing would be more than a tangle."""
    return context.drawable and context.net.parameter_count <= MOST_EDGES


def fill(context: Context, picture: Picture, sheet: Sheet) -> Sheet:
    """Put the chart on `sheet` and return the sheet with its points."""
    plan = Plan(context, picture, sheet)
    points = Sheet(NAME, "workings: the points of the picture on Network", workings=True)
    points.tab_colour, points.freeze, points.cursor = styles.PALE, (FIRST_ROW, 1), (FIRST_ROW, 1)
    hint = "Two points an edge. What is not of a column's kind lies outside the axes."
    frame.head(points, "Drawing: the points of the picture on Network", hint, 1)
    frame.banner(points, LABEL_Y)
    points.widths |= {EDGE: 14, KIND: 8, NODE_TEXT: 14}
    _write_headers(points)
    edges = list(plan.edges())
    last = _write_edges(points, edges)
    series = [*_edge_series(last)]
    weights = [*_write_weights(points, plan, edges)] if plan.labelled else []
    series += [*weights, *_write_nodes(points, plan)]
    sheet.charts.append(
        Chart(
            row=DRAWING_ROW,
            column=2,
            width=round(plan.width / 72 * 2.54, 2),
            height=round((plan.height - 2) / 72 * 2.54, 2),
            series=tuple(series),
            x=Axis(minimum=plan.width * MARGIN_X, maximum=plan.width * (1 - MARGIN_X), hidden=True),
            y=Axis(
                minimum=plan.height * MARGIN_Y, maximum=plan.height * (1 - MARGIN_Y), hidden=True
            ),
            alt_text="The network: units as discs with their values, weights as lines, "
            f"{styles.POSITIVE_NAME} where positive and {styles.NEGATIVE_NAME} where negative, "
            "thicker the larger they are",
        )
    )
    legend = (
        f"Lines are weights, discs activations: {styles.POSITIVE_NAME} positive, "
        f"{styles.NEGATIVE_NAME} negative; thicker lines and darker discs for larger numbers. "
        "Each unit stands over its boxes."
    )
    sheet.put(DRAWING_ROW + picture.drawing_rows, 2, legend, styles.HINT)
    return points


def _write_headers(points: Sheet) -> None:
    head = styles.LABEL.but(bold=True, borders="b", border_colour=styles.RULE, size=9)
    names = [f"{'+' if sign > 0 else '−'} {SIZES[width - 1]}" for sign, width in KINDS]
    edge_titles = ["edge", "weight", "kind", "x", *(f"y {name}" for name in names)]
    for column, title in enumerate(edge_titles, 1):
        points.put(FIRST_ROW - 1, column, title, head)
    titles = {WEIGHT_TEXT: "weight's label", NODE_X: "unit x", NODE_Y: "unit y"}
    titles |= {NODE_TEXT: "label", NODE_VALUE: "value", NODE_SIZE: "largest", NODE_KIND: "kind"}
    titles |= {NODE_FIRST_Y + at: f"y {name}" for at, name in enumerate(names)}
    titles |= {LABEL_X: "label x", LABEL_Y: "label y"}
    for column, title in titles.items():
        points.put(FIRST_ROW - 1, column, title, head)


def _write_edges(points: Sheet, edges: list[Edge]) -> int:
    """Two rows a line and an empty one; returns the last row."""
    last = FIRST_ROW + ROWS * sum(len(edge.lines) for edge in edges) - 2
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
        for line in edge.lines:
            for offset, end in enumerate(line):
                _write_end(points, row + offset, edge, end, largest, size)
            row += ROWS
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
    here = Ref(NAME, row, HELD)
    points.put(row, HELD, edge.weight, styles.NUMBER, claim=edge.number)
    points.put(row, X, x, styles.NUMBER)
    kind = _kind_of(edge.number, size)
    _write_kinds(points, row, (KIND, FIRST_Y), _kind(here, largest), kind, y)


def _kind_of(
    number: Callable[[Numbers], float], size: Callable[[Numbers], float]
) -> Callable[[Numbers], int]:
    """What `_kind` gives, from arrays."""

    def kind(numbers: Numbers) -> int:
        value = number(numbers)
        thirds = np.searchsorted([1 / 3, 2 / 3], abs(value) / max(size(numbers), 1e-300) - 1e-9)
        return int(thirds + 1) * (-1 if value < 0 else 1)

    return kind


def _write_kinds(
    points: Sheet,
    row: int,
    columns: tuple[int, int],
    formula: Expression,
    kind: Callable[[Numbers], int],
    y: float,
) -> None:
    """The kind of an edge or a unit, and the height in the column of its kind."""
    at, first = columns
    look = styles.NUMBER.but(number_format="0")
    points.put(row, at, formula, look, claim=kind)
    for offset, (sign, width) in enumerate(KINDS):
        own = equal(Ref(NAME, row, at), sign * width)

        def height(numbers: Numbers, wanted: int = sign * width) -> float:
            return y if kind(numbers) == wanted else OUTSIDE

        drawn = guard(when(own, y, OUTSIDE))  # by the series of its kind
        points.put(row, first + offset, drawn, styles.NUMBER, claim=height)


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
            colour=LINES[sign],
            width=WIDTHS[width - 1],
        )


def _title(sign: int, width: int) -> str:
    return f"{'positive' if sign > 0 else 'negative'} weights, {SIZES[width - 1]}"


def _write_weights(points: Sheet, plan: Plan, edges: list[Edge]) -> Iterator[Series]:
    """The weights in the gaps of their edges."""
    for number, edge in enumerate(edges):
        row = FIRST_ROW + ROWS * len(edge.lines) * number

        def label(numbers: Numbers, held: Callable[[Numbers], float] = edge.number) -> str:
            return in_figures(held(numbers))

        points.put(row, WEIGHT_TEXT, join([plan.context.words.of(edge.weight)]), claim=label)
        for column, at in zip((LABEL_X, LABEL_Y), edge.label, strict=True):
            points.put(row, column, at, styles.NUMBER)
        yield _label(
            row, (LABEL_X, LABEL_Y), Ref(NAME, row, WEIGHT_TEXT, True), str(edge.weight.symbol)
        )


def _write_nodes(points: Sheet, plan: Plan) -> Iterator[Series]:
    """A disc for each unit, with its symbol and under it its value."""
    nodes = list(plan.nodes())
    units = [(layer, unit) for layer, unit, bias in nodes if not bias]
    texts: list[Series] = []
    for row, (layer, unit, bias) in enumerate(nodes, FIRST_ROW):
        x, y = plan.node(layer, unit)
        points.put(row, NODE_X, x, styles.NUMBER)
        points.put(row, NODE_Y, y, styles.NUMBER)
        if bias:
            points.put(row, NODE_TEXT, "1")
            texts.append(_label(row, (NODE_X, NODE_Y), Ref(NAME, row, NODE_TEXT, True)))
            continue
        _write_value(points, plan, row, layer, unit, y)
        symbol = str(plan.context.symbols.activation(layer, unit))
        # Two lines of a disc: two points, over and under its middle.
        for number, shift in enumerate((LINE, -LINE)):
            at = 2 * row - FIRST_ROW + len(nodes) + 1 + number
            points.put(at, NODE_X, x, styles.NUMBER)
            points.put(at, NODE_Y, y + shift, styles.NUMBER)
            title = symbol if shift > 0 else Ref(NAME, row, NODE_TEXT, True)
            texts.append(_label(at, (NODE_X, NODE_Y), title, symbol))
    for offset, (sign, size) in enumerate(KINDS):
        colour, columns = DISCS[sign][size - 1], (NODE_X, NODE_FIRST_Y + offset)
        name = f"{'positive' if sign > 0 else 'negative'} units, {SIZES[size - 1]}"
        rows = FIRST_ROW, len(units)
        yield _markers(columns, rows, name, "circle", DISC, (colour, LINES[sign]))
    if len(nodes) > len(units):
        rows = FIRST_ROW + len(units), len(nodes) - len(units)
        grey = styles.GREY_FILL, styles.GREY
        yield _markers((NODE_X, NODE_Y), rows, "biases", "circle", SMALL_DISC, grey)
    yield from texts


def _write_value(points: Sheet, plan: Plan, row: int, layer: int, unit: int, y: float) -> None:
    """A unit's value, the text of it, and which disc it is by its size in its layer."""
    quantity = (ACTIVATION, layer) if layer else (INPUT, None)
    value = plan.picture.at(*quantity, unit=unit)
    count = plan.context.sizes[layer]

    def held(numbers: Numbers) -> Any:
        return (numbers.now(ACTIVATION, layer) if layer else numbers.inputs)[numbers.sample]

    def number(numbers: Numbers) -> float:
        return float(held(numbers)[unit])

    def size(numbers: Numbers) -> float:
        return max(1.0, float(np.abs(held(numbers)).max()))

    text = join([plan.context.words.of(value)])
    points.put(row, NODE_TEXT, text, claim=lambda numbers: in_figures(number(numbers)))
    points.put(row, NODE_VALUE, value, styles.NUMBER, claim=number)
    all_of_it = Area(NAME, row - unit, NODE_VALUE, row - unit + count - 1, NODE_VALUE, True)
    largest = guard(maximum(1, maximum(all_of_it), -minimum(all_of_it)))
    points.put(row, NODE_SIZE, largest, styles.NUMBER, claim=size)
    # A shade tells no number, and many activations never have some of them.
    formula = guarded(_kind(Ref(NAME, row, NODE_VALUE), Ref(NAME, row, NODE_SIZE)))
    _write_kinds(points, row, (NODE_KIND, NODE_FIRST_Y), formula, _kind_of(number, size), y)


def _markers(
    columns: tuple[int, int],
    rows: tuple[int, int],
    title: str,
    marker: str,
    size: int,
    colours: tuple[str, str],
) -> Series:
    """Points without lines, from a row on; the colours of a marker and of its edge."""
    (x, y), (first, count), (fill, edge) = columns, rows, colours
    return Series(
        x=Area(NAME, first, x, first + count - 1, x, True),
        y=Area(NAME, first, y, first + count - 1, y, True),
        title=title,
        colour=edge,
        line=False,
        marker=marker,
        marker_size=size,
        marker_colour=fill,
    )


def _label(row: int, columns: tuple[int, int], title: str | Ref, symbol: str = "") -> Series:
    """A text in the middle of a point; a number in it is what the symbol means."""
    x, y = columns
    return Series(
        x=Area(NAME, row, x, row, x, True),
        y=Area(NAME, row, y, row, y, True),
        title=title,
        label="centre",
        line=False,
        symbol=symbol if isinstance(title, Ref) else "",
    )
