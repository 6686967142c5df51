"""Plans of a drawing of the network: where its units, edges and labels stand, in points of a page.

`OverCards` has each unit over the column of its cards on Network; `Alone` uses the whole of a
chart that nothing stands under, as on Start. A plan knows no sheet of points and no chart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sheetnet.expressions.formula import Expression
from sheetnet.expressions.rich import Rich
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, BIAS, INPUT, TARGET, Quantity
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.picture import (
    ROW_POINTS,
    Picture,
    is_labelled,
    parameters,
    placed,
)
from sheetnet.workbook.model import Sheet

#: Points of the page: of a character of a column's width, of a disc and of that of a bias, of a
#: gap for a weight.
CHARACTER, DISC, SMALL_DISC, LABEL_GAP = 5.4, 40.0, 20.0, 38.0
#: Discs that are smaller have their value only, or nothing, written in them.
TWO_LINES, ONE_LINE = 32.0, 22.0
#: Of a drawing that stands alone: what stays free at a chart's sides, between an output and its
#: target; between two units, where weights stand on their edges and where not; and the narrowest
#: gap for a weight, the least from one weight to the next.
SIDE, TO_TARGET, PITCH, LABEL_PITCH, NARROWEST_GAP, CLOSEST = 5.0, 10.0, 44.0, 11.5, 27.0, 9.5
#: The widest text of a disc: lines end beside it, where the disc is smaller.
TEXT = 38.0
#: What a disc leaves of the distance between two units.
FILLED = 0.88
#: More edges, or more units in a layer, are a tangle.
MOST_EDGES, MOST_IN_A_LAYER = 160, 16

Point = tuple[float, float]


@dataclass(frozen=True)
class Edge:
    """The cell of a weight, its number, where its line begins and where it ends."""

    weight: Expression
    symbol: Rich
    number: Callable[[Numbers], float]
    start: Point
    end: Point
    #: From the middles of the discs at its ends to their rims.
    rims: tuple[float, float]
    #: The part of the way where its weight is written; None where it is not.
    part: float | None
    #: What is left free for the weight.
    gap: float = LABEL_GAP

    def _on(self, part: float) -> Point:
        (x, y), (to_x, to_y) = self.start, self.end
        return x + part * (to_x - x), y + part * (to_y - y)

    @property
    def label(self) -> Point:
        """Where its weight is written."""
        return self._on(self.part or 0.0)

    @property
    def lines(self) -> list[tuple[Point, Point]]:
        """From rim to rim, with a gap for the weight."""
        length, across = math.dist(self.start, self.end), self.end[0] - self.start[0]
        ends = self._on(self.rims[0] / length), self._on(1 - self.rims[1] / length)
        if self.part is None:
            return [ends]
        gap = self.gap / 2 / across
        return [(ends[0], self._on(self.part - gap)), (self._on(self.part + gap), ends[1])]


class Plan:
    """Where the units and the edges are drawn; a bias node where the document has one."""

    width: float
    height: float
    #: The distance between two units of a layer.
    pitch: float
    disc: float = DISC

    def __init__(self, context: Context) -> None:
        self.context = context
        self.with_bias = context.notation.bias_is_weight
        self.depth = len(context.sizes) - 1

    # What a plan decides

    def x(self, layer: int) -> float:
        """The middle of a layer's discs; that of the targets' behind the last layer."""
        raise NotImplementedError

    def cell(self, quantity: Quantity, layer: int | None, unit: int, source: int = 0) -> Expression:
        """The number of a weight, a unit or a target."""
        raise NotImplementedError

    def gap(self, layer: int) -> float:
        """What is left free on an edge into a layer for its weight."""
        return LABEL_GAP

    # What follows from it

    @property
    def labelled(self) -> bool:
        """Whether weights are written on the edges."""
        return is_labelled(self.context)

    @property
    def across(self) -> float:
        """The width of a disc with what is written in it; beside weights there is no room."""
        wide = self.disc >= ONE_LINE and not is_labelled(self.context)
        return max(self.disc, TEXT) if wide else self.disc

    @cached_property
    def counts(self) -> list[int]:
        """The nodes of each layer."""
        return [count + self.has_bias_node(layer) for layer, count in enumerate(self.context.sizes)]

    def has_bias_node(self, layer: int) -> bool:
        """Whether a node of value 1 feeds the next layer."""
        return self.with_bias and layer < self.depth and bool(self.context.dense[layer].bias)

    def node(self, layer: int, unit: int) -> Point:
        """A unit's place, or a target's; the bias node is one further than the units."""
        count = self.counts[min(layer, self.depth)]
        return self.x(layer), self.height / 2 + ((count - 1) / 2 - unit) * self.pitch

    def nodes(self) -> Iterator[tuple[int, int]]:
        """Layer and number of the units, then of the targets, then of the bias nodes."""
        for layer, count in enumerate(self.context.sizes):
            yield from ((layer, unit) for unit in range(count))
        yield from ((self.depth + 1, unit) for unit in range(self.context.sizes[-1]))
        for layer, count in enumerate(self.context.sizes):
            if self.has_bias_node(layer):
                yield layer, count

    def said(self, layer: int) -> tuple[Quantity, int | None]:
        """What the discs of a layer show, or those behind the last one."""
        if layer > self.depth:
            return TARGET, None
        return (ACTIVATION, layer) if layer else (INPUT, None)

    def edges(self) -> Iterator[Edge]:
        """A line for each weight."""
        context = self.context
        for quantity, layer, unit, source in parameters(context):
            if quantity == BIAS and not self.with_bias:
                continue
            place = placed(quantity, unit, source)
            start = context.sizes[layer - 1] if quantity == BIAS else source

            def number(
                numbers: Numbers, of: tuple[Quantity, int] = (quantity, layer), at: Any = place
            ) -> float:
                return float(numbers.now(*of)[tuple(at.values())])

            ends = self.node(layer - 1, start), self.node(layer, unit)
            first = min(SMALL_DISC, self.disc) if quantity == BIAS else self.across
            # Near the source, where no edges of other sources are.
            part = 1 / (context.sizes[layer] + 1) if self.labelled else None
            weight = self.cell(quantity, layer, unit, source)
            symbol = quantity.symbol(context.symbols, layer, {"unit": unit, "source": source})
            rims = first / 2, self.across / 2
            yield Edge(weight, symbol, number, *ends, rims, part, self.gap(layer))


class OverCards(Plan):
    """Each unit over the column of its cards on Network."""

    def __init__(self, context: Context, picture: Picture, sheet: Sheet) -> None:
        super().__init__(context)
        self.picture, self.sheet = picture, sheet
        self.width = self._points(picture.right + 1)
        self.height = float(picture.drawing_rows * ROW_POINTS)
        self.pitch = float(picture.unit_rows * ROW_POINTS)

    def _points(self, column: int) -> float:
        """From the chart's left side to that of a column of the sheet."""
        return CHARACTER * sum(self.sheet.widths[c] for c in range(2, column))

    def x(self, layer: int) -> float:
        first, behind = 2, 4
        if layer > self.depth:
            first, behind = self.picture.target_column, self.picture.target_column + 2
        elif layer:
            card = self.picture.cards[layer, 0]
            first, behind = card.left, card.left + card.width
        return (self._points(first) + self._points(behind)) / 2

    def cell(self, quantity: Quantity, layer: int | None, unit: int, source: int = 0) -> Expression:
        return self.picture.at(quantity, layer, unit=unit, source=source)


class Alone(Plan):
    """The layers over the whole of a chart: as high as it must be, within bounds; sizes in cm."""

    def __init__(self, context: Context, width: float, lowest: float, highest: float) -> None:
        super().__init__(context)
        self.picture = Picture(context) if context.drawable else None
        self.width = width / 2.54 * 72
        most, fan = max(self.counts), max(context.sizes[1:])
        wanted = max(PITCH, LABEL_PITCH * (fan + 1)) if super().labelled else PITCH
        self.cm = min(max((most * wanted + 2 * SIDE) / 72 * 2.54, lowest), highest)
        self.height = self.cm / 2.54 * 72
        self.pitch = min((self.height - 2 * SIDE) / most, 1.4 * wanted)
        self.disc = largest = min(DISC, FILLED * self.pitch)
        if super().labelled and not self.labelled:  # smaller discs leave more room for weights
            self.disc = min(largest, TWO_LINES)
            self.disc = self.disc if self.labelled else largest

    def x(self, layer: int) -> float:
        # On a wide chart more stays free, since a plot's margin is a part of it.
        left = max(SIDE, self.width / 80) + self.across / 2
        right = self.width - left - self.across - TO_TARGET
        if layer > self.depth:
            return self.width - left
        return left + (right - left) * layer / self.depth

    def gap(self, layer: int) -> float:
        """As much as there is between the source's disc and where the edges part."""
        across = self.x(layer) - self.x(layer - 1)
        free = across / (self.context.sizes[layer] + 1) - self.disc / 2 - 1
        return min(LABEL_GAP, 2 * free)

    @property
    def labelled(self) -> bool:
        """Only where they are readable: else they stand in the yellow cells beside."""
        if not super().labelled:
            return False
        near = self.pitch / (max(self.context.sizes[1:]) + 1)
        narrow = min(self.gap(layer) for layer in range(1, self.depth + 1))
        return near >= CLOSEST and narrow >= NARROWEST_GAP

    def cell(self, quantity: Quantity, layer: int | None, unit: int, source: int = 0) -> Expression:
        if self.picture:
            return self.picture.at(quantity, layer, unit=unit, source=source)
        if quantity in (INPUT, TARGET):
            return self.context.given(quantity, unit)
        return self.context.of_step(quantity, layer, **placed(quantity, unit, source))


def drawn_on_network(context: Context) -> bool:
    """Whether a drawing over the cards of Network would be more than a tangle."""
    return context.drawable and context.net.parameter_count <= MOST_EDGES


def drawn_on_start(context: Context) -> bool:
    """Whether a drawing that stands alone would be more than a tangle."""
    few = max(context.sizes, default=0) <= MOST_IN_A_LAYER
    return bool(context.dense) and few and context.net.parameter_count <= MOST_EDGES
