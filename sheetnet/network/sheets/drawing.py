"""Drawings of the network: native charts, live at the chosen step.

The points of a drawing stand on a sheet of workings, in points of the page, where its plan has
them: `Drawing` for Network, `Start drawing` for Start. Edges are lines of seven series, one for
each sign and size, and a grey one for what is no number; an edge that is not of a series' kind lies
outside the axes there, so that no error value is needed, and an empty row breaks the line. Lines
end at the discs' rims, since LibreOffice draws all lines over all discs. Units are discs of seven
series in the same way. Labels are series of their own whose titles are live texts; they stand on
discs, or in a gap of an edge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from sheetnet.expressions.rich import Rich
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, TARGET
from sheetnet.network.sheets.plans import (
    ONE_LINE,
    SMALL_DISC,
    TWO_LINES,
    Edge,
    Plan,
)
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.charts import Axis, Chart, Series
from sheetnet.workbook.model import Sheet

NAME, ON_START = "Drawing", "Start drawing"
FIRST_ROW = 6
#: Where no axis reaches.
OUTSIDE = -99.0
WIDTHS, SIZES = (0.75, 2.25, 4.5), ("thin", "middle", "thick")
#: Rounded to so many decimals, what is next to nothing is not drawn as negative.
SIGNED = 12
LINES = {1: styles.POSITIVE_LINE, -1: styles.NEGATIVE_LINE, 0: styles.PALE}
DISCS = {1: styles.POSITIVE_DISCS, -1: styles.NEGATIVE_DISCS, 0: (styles.GREY_FILL,)}
#: The part of these widths that lines to discs without a symbol have.
SLIGHT = 0.5
#: Points from a disc's middle to its two lines of text.
LINE = 6.5
#: The part of a chart that its plot leaves free on each side.
MARGIN_X, MARGIN_Y = 0.01, 0.02
#: So many points at most, of a chart as wide as many layers: else the first discs stand in it.
WIDEST_MARGIN = 40.0
#: sign × thickness → colour and width, in the order of the columns; sign 0: no number, since the
#: run diverges, so that the picture stays.
KINDS = [(1, 1), (1, 2), (1, 3), (-1, 1), (-1, 2), (-1, 3), (0, 1)]

EDGE, HELD, KIND, X, FIRST_Y, WEIGHT_TEXT = 1, 2, 3, 4, 5, 12
NODE_X, NODE_Y, NODE_TEXT, NODE_VALUE, NODE_SIZE, NODE_KIND, NODE_FIRST_Y = range(13, 20)
#: Where the labels of the edges stand.
LABEL_X, LABEL_Y = 27, 28
#: Two points a line, and an empty row.
ROWS = 3


def draw(plan: Plan, name: str, place: tuple[int, int], on: str) -> tuple[Sheet, Chart]:
    """The sheet `name` with a plan's points, and the chart of them for a place on sheet `on`."""
    points = Sheet(name, f"workings: the points of the picture on {on}", workings=True)
    points.tab_colour, points.freeze, points.cursor = styles.PALE, (FIRST_ROW, 1), (FIRST_ROW, 1)
    hint = "Two points an edge. What is not of a column's kind lies outside the axes."
    frame.head(points, title=f"{name}: the points of the picture on {on}", hint=hint, left=1)
    frame.banner(points, LABEL_Y)
    points.default_width = 10.5
    points.widths |= {EDGE: 14, KIND: 8, NODE_TEXT: 14}
    series = _Points(plan, points).write()
    row, column = place
    margin = min(plan.width * MARGIN_X, WIDEST_MARGIN)
    chart = Chart(
        row=row,
        column=column,
        width=round(plan.width / 72 * 2.54, 2),
        height=round((plan.height - 2) / 72 * 2.54, 2),
        series=tuple(series),
        x=Axis(minimum=margin, maximum=plan.width - margin, hidden=True),
        y=Axis(minimum=plan.height * MARGIN_Y, maximum=plan.height * (1 - MARGIN_Y), hidden=True),
        alt_text="The network: units as discs with their values, behind the last ones the targets, "
        f"weights as lines, {styles.POSITIVE_NAME} where positive and {styles.NEGATIVE_NAME} where "
        "negative, thicker the larger they are",
    )
    return points, chart


class _Points:
    """A plan's points, written on their sheet."""

    def __init__(self, plan: Plan, sheet: Sheet) -> None:
        self.plan, self.sheet = plan, sheet

    def write(self) -> Iterator[Series]:
        """The series, in the order in which they are painted."""
        self._write_headers()
        edges = list(self.plan.edges())
        last = self._write_edges(edges)
        yield from self._edge_series(last)
        if self.plan.labelled:
            yield from self._write_weights(edges)
        yield from self._write_nodes()

    def _ref(
        self, row: int, column: int, symbol: Rich | None = None, *, fixed: bool = False
    ) -> Ref:
        return Ref(self.sheet.name, row, column, fixed, symbol=symbol)

    def _column(self, first: int, column: int, count: int) -> Area:
        return Area(self.sheet.name, first, column, first + count - 1, column, True)

    def _write_headers(self) -> None:
        head = styles.LABEL.but(bold=True, borders="b", border_colour=styles.RULE, size=9)
        names = [f"{'−+'[sign > 0]} {SIZES[width - 1]}" if sign else "—" for sign, width in KINDS]
        edge_titles = ["edge", "weight", "kind", "x", *(f"y {name}" for name in names)]
        titles = dict(enumerate(edge_titles, 1))
        titles |= {WEIGHT_TEXT: "weight's label", NODE_X: "unit x", NODE_Y: "unit y"}
        titles |= {NODE_TEXT: "label", NODE_VALUE: "value", NODE_SIZE: "largest"}
        titles |= {NODE_KIND: "kind"}
        titles |= {NODE_FIRST_Y + at: f"y {name}" for at, name in enumerate(names)}
        titles |= {LABEL_X: "label x", LABEL_Y: "label y"}
        for column, title in titles.items():
            self.sheet.put(FIRST_ROW - 1, column, title, head)

    def _write_edges(self, edges: list[Edge]) -> int:
        """Two rows a line and an empty one; returns the last row."""
        sheet = self.sheet
        last = FIRST_ROW + ROWS * sum(len(edge.lines) for edge in edges) - 2
        weights = self._column(FIRST_ROW, HELD, last - FIRST_ROW + 1)
        largest = self._ref(3, HELD, fixed=True)
        sheet.put(3, EDGE, "largest |weight|", styles.LABEL)

        @lru_cache(maxsize=2)
        def size(numbers: Numbers) -> float:
            return max(abs(edge.number(numbers)) for edge in edges)

        largest_weight = maximum(maximum(weights), -minimum(weights))
        sheet.put(3, HELD, largest_weight, styles.NUMBER, claim=size)
        row = FIRST_ROW
        for edge in edges:
            sheet.put(row, EDGE, edge.symbol, styles.SYMBOL)
            for line in edge.lines:
                for offset, end in enumerate(line):
                    self._write_end(row + offset, edge, end, largest, size)
                row += ROWS
        return last

    def _write_end(
        self,
        row: int,
        edge: Edge,
        place: tuple[float, float],
        largest: Ref,
        size: Callable[[Numbers], float],
    ) -> None:
        """One end of an edge: the weight, its kind, and the height in the column of its kind."""
        x, y = place
        here = self._ref(row, HELD)
        self.sheet.put(row, HELD, edge.weight, styles.NUMBER, claim=edge.number)
        self.sheet.put(row, X, x, styles.NUMBER)
        kind = _kind_of(edge.number, size)
        self._write_kinds(row, (KIND, FIRST_Y), _kind(here, largest), kind, y)

    def _write_kinds(
        self,
        row: int,
        columns: tuple[int, int],
        formula: Expression,
        kind: Callable[[Numbers], int],
        y: float,
    ) -> None:
        """The kind of an edge or a unit, and the height in the column of its kind."""
        at, first = columns
        look = styles.NUMBER.but(number_format="0")
        self.sheet.put(row, at, formula, look, claim=kind)
        for offset, (sign, width) in enumerate(KINDS):
            own = equal(self._ref(row, at), sign * width)

            def height(numbers: Numbers, wanted: int = sign * width) -> float:
                return y if kind(numbers) == wanted else OUTSIDE

            drawn = guard(when(own, y, OUTSIDE))  # by the series of its kind
            self.sheet.put(row, first + offset, drawn, styles.NUMBER, claim=height)

    def _edge_series(self, last: int) -> Iterator[Series]:
        count = last - FIRST_ROW + 1
        for offset, (sign, width) in enumerate(KINDS):
            yield Series(
                x=self._column(FIRST_ROW, X, count),
                y=self._column(FIRST_ROW, FIRST_Y + offset, count),
                title=_title("weights", sign, width),
                colour=LINES[sign],
                width=WIDTHS[width - 1] * (1.0 if self.plan.disc >= TWO_LINES else SLIGHT),
            )

    def _write_weights(self, edges: list[Edge]) -> Iterator[Series]:
        """The weights in the gaps of their edges."""
        words = self.plan.context.words
        for number, edge in enumerate(edges):
            row = FIRST_ROW + ROWS * len(edge.lines) * number

            def label(numbers: Numbers, held: Callable[[Numbers], float] = edge.number) -> str:
                return in_figures(held(numbers), short=True)

            told = self._told(edge.weight, row, HELD, edge.symbol)
            self.sheet.put(row, WEIGHT_TEXT, _said(told, words.of(told, short=True)), claim=label)
            for column, at in zip((LABEL_X, LABEL_Y), edge.label, strict=True):
                self.sheet.put(row, column, at, styles.NUMBER)
            title = self._ref(row, WEIGHT_TEXT, fixed=True)
            yield self._label(row, (LABEL_X, LABEL_Y), title, str(edge.symbol))

    def _told(self, cell: Expression, row: int, column: int, symbol: Rich) -> Ref:
        """The cell whose number a label tells: where a learner sees it, if there is such a cell."""
        return cell if isinstance(cell, Ref) else self._ref(row, column, symbol)

    def _write_nodes(self) -> Iterator[Series]:
        """A disc for each unit and each target, with its symbol and under it its value."""
        sheet, depth, sizes = self.sheet, self.plan.depth, self.plan.context.sizes
        nodes, units = list(self.plan.nodes()), sum(sizes)
        yield self._write_comparing(FIRST_ROW + 3 * len(nodes) + 2)
        texts: list[Series] = []
        # Two lines of a disc: two points, over and under its middle.
        below = FIRST_ROW + len(nodes) + 1
        for at, (layer, unit) in enumerate(nodes):
            row, (x, y) = FIRST_ROW + at, self.plan.node(layer, unit)
            sheet.put(row, NODE_X, x, styles.NUMBER)
            sheet.put(row, NODE_Y, y, styles.NUMBER)
            if layer < depth and unit == sizes[layer]:
                sheet.put(row, NODE_TEXT, "1")
                title = self._ref(row, NODE_TEXT, fixed=True)
                texts.append(self._label(row, (NODE_X, NODE_Y), title))
            else:
                self._write_value(row, layer, unit, y)
                texts += self._write_texts((row, below + 2 * at), layer, unit)
        for offset, (sign, size) in enumerate(KINDS):
            colour, columns = DISCS[sign][size - 1], (NODE_X, NODE_FIRST_Y + offset)
            name = _title("units", sign, size)
            across = round(self.plan.disc)
            yield self._markers(columns, (FIRST_ROW, units), name, across, (colour, LINES[sign]))
        first, grey = FIRST_ROW + units, (styles.GREY_FILL, styles.GREY)
        for name, count, disc in (
            ("targets", sizes[-1], self.plan.disc),
            ("biases", len(nodes) - units - sizes[-1], min(SMALL_DISC, self.plan.disc)),
        ):
            if count:
                yield self._markers((NODE_X, NODE_Y), (first, count), name, round(disc), grey)
            first += count
        yield from texts

    def _write_comparing(self, row: int) -> Series:
        """Dotted lines from each output to its target, with an empty row between two of them."""
        plan, top = self.plan, row
        for unit in range(plan.context.sizes[-1]):
            for layer, rim in ((plan.depth, plan.across / 2), (plan.depth + 1, -plan.across / 2)):
                x, y = plan.node(layer, unit)
                self.sheet.put(row, NODE_X, x + rim, styles.NUMBER)
                self.sheet.put(row, NODE_Y, y, styles.NUMBER)
                row += 1
            row += 1
        return Series(
            x=self._column(top, NODE_X, row - 1 - top),
            y=self._column(top, NODE_Y, row - 1 - top),
            title="outputs and targets",
            colour=styles.GREY,
            width=WIDTHS[0],
            dash="dot",
        )

    def _write_texts(self, rows: tuple[int, int], layer: int, unit: int) -> Iterator[Series]:
        """What is written in a disc: its symbol over its value, or its value alone, or nothing."""
        if self.plan.disc < ONE_LINE:
            return
        (row, at), symbols = rows, self.plan.context.symbols
        x, y = self.plan.node(layer, unit)
        is_target = layer > self.plan.depth
        symbol = str(symbols.target(unit) if is_target else symbols.activation(layer, unit))
        value: str | Ref = self._ref(row, NODE_TEXT, fixed=True)
        lines: list[tuple[str | Ref, float]] = [(symbol, LINE), (value, -LINE)]
        for title, shift in lines if self.plan.disc >= TWO_LINES else [(value, 0.0)]:
            self.sheet.put(at, NODE_X, x, styles.NUMBER)
            self.sheet.put(at, NODE_Y, y + shift, styles.NUMBER)
            yield self._label(at, (NODE_X, NODE_Y), title, symbol)
            at += 1

    def _write_value(self, row: int, layer: int, unit: int, y: float) -> None:
        """A unit's value, the text of it, and which disc it is by its size in its layer."""
        plan, sheet = self.plan, self.sheet
        quantity, own_layer = plan.said(layer)
        value = plan.cell(quantity, own_layer, unit=unit)
        count = plan.context.sizes[min(layer, plan.depth)]

        def held(numbers: Numbers) -> Any:
            shown = numbers.targets if quantity == TARGET else numbers.inputs
            if quantity == ACTIVATION:
                shown = numbers.now(quantity, layer)
            return shown[numbers.sample]

        def number(numbers: Numbers) -> float:
            return float(held(numbers)[unit])

        def size(numbers: Numbers) -> float:
            return max(1.0, float(np.abs(held(numbers)).max()))

        sheet.put(row, NODE_VALUE, value, styles.NUMBER, claim=number)
        if plan.disc >= ONE_LINE:
            symbol = quantity.symbol(plan.context.symbols, own_layer or 0, {"unit": unit})
            told = self._told(value, row, NODE_VALUE, symbol)
            text = _said(told, plan.context.words.of(told, short=True))
            said = lambda numbers: in_figures(number(numbers), short=True)  # noqa: E731
            sheet.put(row, NODE_TEXT, text, claim=said)
        if quantity == TARGET:
            return
        all_of_it = self._column(row - unit, NODE_VALUE, count)
        largest = guard(maximum(1, maximum(all_of_it), -minimum(all_of_it)))
        sheet.put(row, NODE_SIZE, largest, styles.NUMBER, claim=size)
        # A shade tells no number, and many activations never have some of them.
        formula = guarded(_kind(self._ref(row, NODE_VALUE), self._ref(row, NODE_SIZE)))
        self._write_kinds(row, (NODE_KIND, NODE_FIRST_Y), formula, _kind_of(number, size), y)

    def _markers(
        self,
        columns: tuple[int, int],
        rows: tuple[int, int],
        title: str,
        size: int,
        colours: tuple[str, str],
    ) -> Series:
        """Points without lines, from a row on; the colours of a marker and of its edge."""
        (x, y), (first, count), (fill, edge) = columns, rows, colours
        return Series(
            x=self._column(first, x, count),
            y=self._column(first, y, count),
            title=title,
            colour=edge,
            line=False,
            marker="circle",
            marker_size=size,
            marker_colour=fill,
        )

    def _label(
        self, row: int, columns: tuple[int, int], title: str | Ref, symbol: str = ""
    ) -> Series:
        """A text in the middle of a point; a number in it is what the symbol means."""
        x, y = columns
        return Series(
            x=self._column(row, x, 1),
            y=self._column(row, y, 1),
            title=title,
            label="centre",
            line=False,
            symbol=symbol if isinstance(title, Ref) else "",
        )


def _said(number: Ref, text: Ref) -> Expression:
    """What a label says of a number: a dash where it is none, since the run diverges."""
    return guard(when(call("ISNUMBER", number), join([text]), "—"))


def _title(what: str, sign: int, width: int) -> str:
    if not sign:
        return f"{what} that are no number"
    return f"{'positive' if sign > 0 else 'negative'} {what}, {SIZES[width - 1]}"


def _kind_of(
    number: Callable[[Numbers], float], size: Callable[[Numbers], float]
) -> Callable[[Numbers], int]:
    """What `_kind` gives, from arrays."""

    def kind(numbers: Numbers) -> int:
        value = number(numbers)
        thirds = np.searchsorted([1 / 3, 2 / 3], abs(value) / max(size(numbers), 1e-300) - 1e-9)
        return int(thirds + 1) * (-1 if round(value, SIGNED) < 0 else 1)

    return kind


def _kind(weight: Ref, largest: Ref) -> Expression:
    """1 to 3 by size against the largest weight, negative for a negative weight; 0 of no numbers.

    Rounded, since programs disagree about numbers that differ in the last bits, and about whether
    what is next to nothing is below 0.
    """
    thirds = 3 * call("ABS", weight)
    size = when(
        call("ROUND", thirds - 2 * largest, 9) > 0,
        3,
        when(call("ROUND", thirds - largest, 9) > 0, 2, 1),
    )
    kind = when(call("ROUND", weight, SIGNED) < 0, -1, 1) * size
    return guard(when(call("ISNUMBER", largest), kind, 0))
