"""Paths: the workings of Chain rule, its texts and its central difference.

What a path's factors are called depends on the weight that is chosen, so the symbols stand
here in tables by layer and unit, and the sheet looks them up. Each path is written out once
for each layer that it may begin in.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from sheetnet.expressions.formula import (
    Area,
    Expression,
    Ref,
    Text,
    call,
    guard,
    guarded,
    indexed,
    join,
    minimum,
    total,
    when,
)
from sheetnet.expressions.mathematics import filled_in
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import UNIT
from sheetnet.network.sheets import moved, parameters, path_tables, paths
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.moved import Mover, Rows
from sheetnet.network.sheets.path_difference import H, chosen, losses
from sheetnet.network.sheets.path_tables import DELTA_SYMBOL, NAME, OUTPUT, SLOPE, WEIGHTS
from sheetnet.network.sheets.paths import Way
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.book import Reading
from sheetnet.workbook.model import Cell, Sheet
from sheetnet.workbook.styles import BACKWARD

#: Where what is chosen stands, and by how much it is moved.
CHOSEN_ROW, NUMBER_COLUMN, UNIT_COLUMN, OWN_COLUMN = 3, 2, 4, 6
#: Characters of a sum that is written out; a longer one says where the paths stand.
LONGEST = 420
MOVES_TOP = moved.MASK_ROW + 4
TABLES_TOP = MOVES_TOP + 6


class Texts:
    """The sheet with its tables; what Chain rule looks up there."""

    def __init__(self, context: Context) -> None:
        self.context, self.net = context, context.net
        self.sheet = Sheet(NAME, "workings: the texts of Chain rule", workings=True)
        self.ways = paths.ways(context.net)
        self.number = Ref(NAME, CHOSEN_ROW, NUMBER_COLUMN, True)
        self._tops: dict[int, int] = {}
        top = TABLES_TOP
        for layer in context.dense:
            self._tops[layer.number] = top + 2
            top += layer.units + 3
        self.paths_top = top + 2

    # Looking up

    def own(self, layer: int) -> Ref:
        """The chosen unit's number, from 0, as far as the layer has so many."""
        return Ref(NAME, CHOSEN_ROW, OWN_COLUMN + layer - 1, True)

    def text(
        self, column: int, layer: int, unit: Expression | int, source: Expression | int = 0
    ) -> Expression:
        """A text of a layer's table: of a unit, of a weight to a unit from a source."""
        top, count = self._tops[layer], self.context.sizes[layer]
        if column == WEIGHTS:
            sources = self.context.sizes[layer - 1]
            if isinstance(unit, int) and isinstance(source, int):
                return Ref(NAME, top + unit, WEIGHTS + source, True)
            area = Area(NAME, top, WEIGHTS, top + count - 1, WEIGHTS + sources - 1, True)
            at = (unit + 1, source + 1)
        else:
            if isinstance(unit, int):
                return Ref(NAME, top + unit, column, True)
            area, at = Area(NAME, top, column, top + count - 1, column, True), (unit + 1, 1)
        return indexed(area, *at)

    def source(self) -> Expression:
        """The symbol of what the chosen parameter is multiplied by."""
        return parameters.look(self.context, parameters.SOURCE_SYMBOL, self.number)

    # Writing

    def write(
        self,
        knob: Ref,
        layer: Ref,
        factors: Sequence[Sequence[Ref]],
        products: Sequence[Ref],
    ) -> None:
        """All of it; `knob`, `layer`, `factors` and `products` are cells of Chain rule."""
        context, sheet = self.context, self.sheet
        sheet.tab_colour, sheet.cursor = styles.PALE, (CHOSEN_ROW, NUMBER_COLUMN)
        sheet.default_width = 13.0
        hint = "what the factors of each path are called, for every weight that may be chosen"
        frame.head(sheet, title="Paths: workings of Chain rule", hint=hint, left=1)
        self._write_chosen(knob)
        self.rows = self._write_moves()
        frame.banner(sheet, max(self.rows.right, 8))
        for own in context.dense:
            path_tables.write(context, sheet, own, self._tops[own.number])
        self._write_paths(factors, products)
        self._write_today(knob, layer, products)

    def _write_chosen(self, knob: Ref) -> None:
        context, sheet = self.context, self.sheet
        look = styles.NUMBER.but(number_format="0", horizontal="center")
        listed = parameters.listed(context)
        sheet.put(CHOSEN_ROW, 1, "number", styles.LABEL)
        number = parameters.number_of(context, knob)
        sheet.put(CHOSEN_ROW, 2, number, look, claim=lambda numbers: chosen(numbers) + 1)

        def unit(numbers: Numbers) -> int:
            return listed[chosen(numbers)].place[UNIT]

        sheet.put(CHOSEN_ROW, 3, "unit", styles.LABEL)
        own = parameters.look(context, parameters.PLACE, self.number)
        sheet.put(CHOSEN_ROW, UNIT_COLUMN, own, look, claim=unit)
        sheet.put(CHOSEN_ROW, 5, "in each layer", styles.LABEL)
        for layer in context.dense:
            last = layer.units - 1
            formula = guard(minimum(Ref(NAME, CHOSEN_ROW, UNIT_COLUMN, True), last))
            sheet.put(
                CHOSEN_ROW,
                OWN_COLUMN + layer.number - 1,
                formula,
                look,
                claim=lambda numbers, last=last: min(unit(numbers), last),
            )

    def _write_moves(self) -> Rows:
        """The forward pass of the chosen example with the parameter moved up and down."""
        sign = styles.SIGN.but(number_format="+0;-0")

        def heads(row: int) -> list[Cell]:
            move = Ref(NAME, row, 1) * H
            return [Cell(0.0, sign), Cell(move, styles.NUMBER.but(number_format="0.0E+0"))]

        mover = Mover(self.number, chosen, 2)
        rows = Rows(self.context, self.sheet, [mover], heads, chosen=True)
        assert rows.top == MOVES_TOP
        rows.write(losses)
        return rows

    def _write_paths(self, factors: Sequence[Sequence[Ref]], products: Sequence[Ref]) -> None:
        """A row a path, for each layer that it may begin in: what is known before the unit is
        chosen, the whole product, the same with today's numbers; then the sums."""
        context, sheet = self.context, self.sheet
        head = styles.LABEL.but(bold=True)
        sheet.put(self.paths_top - 1, self._worded_column, "the numbers in words", head)
        for path, (own, product) in enumerate(zip(factors, products, strict=True)):
            for number, cell in enumerate([*own, product]):
                place = self.worded(path, number)
                sheet.put(place.row, place.column, _worded(cell), styles.PLAIN)
        for way in self.ways:
            column = self._column(way)
            title = f"from {context.symbols.layer(way.layer)}"
            sheet.put(self.paths_top - 1, column, title, head)
            written: list[Expression] = []
            for path in range(way.count):
                row = self.paths_top + path
                above = [self._fixed(way, path, layer) for layer in range(way.last, way.layer, -1)]
                begin: list[str] = [text for texts in above for text in texts]
                if begin:
                    sheet.put(row, column, "·".join(begin) + "·", styles.PLAIN)
                parts: list[object] = [Ref(NAME, row, column)] if begin else []
                parts += self._varying(way, path)
                sheet.put(row, column + 1, join(parts), styles.PLAIN)
                written.append(Ref(NAME, row, column + 1))
                own = [
                    self.worded(path, factor)
                    for factor in self._in_order(way, range(len(factors[path])))
                ]
                sheet.put(row, column + 2, _joined(own, "·"), styles.PLAIN)
            row = self.sums_row
            sheet.put(row, column + 1, _joined(written, " + "), styles.PLAIN)
            sums = [self.worded(path, len(factors[path])) for path in range(way.count)]
            filled: Expression = _joined(sums, " + ")
            if way.count == 1 or self.is_short(way):
                spelled = _joined([self.filled(way, path) for path in range(way.count)], " + ")
                filled = join([spelled, " = ", filled]) if way.count > 1 else spelled
            sheet.put(row, column + 2, filled, styles.PLAIN)

    def _column(self, way: Way) -> int:
        return 2 + 4 * (way.layer - 1)

    @property
    def sums_row(self) -> int:
        return self.paths_top + paths.most(self.net) + 1

    def equation(self, way: Way, path: int | None = None) -> Ref:
        """The written product of a path that begins in a layer; the sum of all of them."""
        row = self.sums_row if path is None else self.paths_top + path
        return Ref(NAME, row, self._column(way) + 1, True)

    def filled(self, way: Way, path: int | None = None) -> Ref:
        """The same with today's numbers."""
        row = self.sums_row if path is None else self.paths_top + path
        return Ref(NAME, row, self._column(way) + 2, True)

    @property
    def _today_column(self) -> int:
        return 2 + 4 * self.context.depth

    def today(self, path: int | None, offset: int) -> Ref:
        """What is written for the chosen parameter: the equation (0), the numbers (1), the value
        (2), of a path or of the sum."""
        row = self.sums_row if path is None else self.paths_top + path
        return Ref(NAME, row, self._today_column + offset, True)

    def _write_today(self, knob: Ref, layer: Ref, products: Sequence[Ref]) -> None:
        """The lines of the chosen parameter, which are read back."""
        context, sheet = self.context, self.sheet
        sheet.put(self.paths_top - 1, self._today_column, "today", styles.LABEL.but(bold=True))
        symbols = context.symbols
        symbol: tuple[int, int] | None = None
        if not context.apart or symbols.loss_letter != symbols.cost_letter:
            symbol = self.sums_row, self._today_column - 1
            sheet.put(*symbol, join([symbols.by_name(symbols.loss_letter), knob]), styles.SYMBOL)
        for path in [*range(paths.most(self.net)), None]:
            row = self.today(path, 0).row
            for offset, of in enumerate((self.equation, self.filled)):
                texts: list[Expression] = [
                    of(way, path) if path is None or path < way.count else Text("")
                    for way in self.ways
                ]
                text = texts[0] if len(texts) == 1 else call("CHOOSE", layer, *texts)
                sheet.put(row, self._today_column + offset, text, styles.PLAIN)
            value = total(list(products)) if path is None else products[path]

            def claim(numbers: Numbers, path: int | None = path) -> float:
                found = paths.found(numbers).products
                return float(found.sum() if path is None else found[path])

            column = self._today_column
            sheet.put(row, column + 2, value, BACKWARD, claim=claim)
            context.readings.append(
                Reading(
                    NAME,
                    row,
                    symbol if path is None else None,
                    (row, column),
                    (row, column + 1),
                    (row, column + 2),
                    self.facts,
                )
            )

    @property
    def facts(self) -> dict[str, Any]:
        """What the activations of the layers depend on."""
        return {key: value for own in self.context.dense for key, value in own.hyper.items()}

    @cached_property
    def longest(self) -> dict[int, int]:
        """The most characters of a text in each column of the tables."""
        found = dict.fromkeys((SLOPE, OUTPUT, WEIGHTS), 1)
        for (row, column), cell in self.sheet.cells.items():
            if TABLES_TOP < row < self.paths_top - 1 and isinstance(cell.content, str):
                kind = min(column, WEIGHTS)
                found[kind] = max(found.get(kind, 1), len(cell.content))
        return found

    def length(self, way: Way) -> int:
        """How long the written sum of a layer's paths may be."""
        each = (self.longest[SLOPE] + self.longest[WEIGHTS] + 2) * (way.last - way.layer + 1)
        return way.count * (each + self.longest[OUTPUT] + 3)

    def is_short(self, way: Way) -> bool:
        """Whether a learner would read the written sum of a layer's paths."""
        return self.length(way) <= LONGEST

    def _fixed(self, way: Way, path: int, layer: int) -> list[str]:
        """The factors of a layer above the parameter's, in the document's order, as far as
        they do not depend on the chosen unit."""
        unit = paths.unit_on(self.net, way, path, layer)
        texts = self._ends(way, layer, unit)
        if layer - 1 > way.layer:
            source = paths.unit_on(self.net, way, path, layer - 1)
            texts.append(self.text_of(WEIGHTS, layer, unit, source))
        return texts

    def text_of(self, column: int, layer: int, unit: int, source: int = 0) -> str:
        """A text of a table that is written."""
        offset = source if column == WEIGHTS else 0
        content = self.sheet.cells[self._tops[layer] + unit, column + offset].content
        assert isinstance(content, str)
        return content

    def _ends(self, way: Way, layer: int, unit: int) -> list[str]:
        """What a path says of a unit: ∂L/∂a and the slope, the slope, or δ."""
        return [self.text_of(column, layer, unit) for column in self._said(way, layer)]

    def _said(self, way: Way, layer: int) -> list[int]:
        if layer < way.last:
            return [SLOPE]
        if not way.gathered:
            return [OUTPUT, SLOPE]
        return [OUTPUT] if layer == self.net.depth else [DELTA_SYMBOL]

    def _varying(self, way: Way, path: int) -> list[object]:
        """The factors that depend on the chosen unit, in the document's order."""
        own = self.own(way.layer)
        parts: list[object] = []
        if way.last > way.layer:
            unit = paths.unit_on(self.net, way, path, way.layer + 1)
            parts += [self.text(WEIGHTS, way.layer + 1, unit, own), "·"]
        for column in self._said(way, way.layer):
            parts += [self.text(column, way.layer, own), "·"]
        return [*parts, self.source()]

    @property
    def _worded_column(self) -> int:
        return self._today_column + 4

    def worded(self, path: int, number: int) -> Ref:
        """The text of a factor's number; the product's stands behind the factors'."""
        return Ref(NAME, self.paths_top + path, self._worded_column + number, True)

    def _in_order(self, way: Way, factors: Sequence[int]) -> list[int]:
        """The factors of a path that are there, from the loss to the parameter."""
        there = list(factors[2 * way.layer - 2 : 2 * way.last])
        if not way.gathered:
            there.append(factors[-1])
        return there[::-1]


def _joined(texts: Sequence[Expression], sign: str) -> Expression:
    parts: list[Expression | str] = []
    for text in texts:
        parts += [sign] * bool(parts) + [text]
    return join(parts)


def _worded(number: Ref) -> Expression:
    """A number as a factor or a term of a sentence: in parentheses where it is negative."""
    text = filled_in(number)
    return guarded(when(number < 0, join(["(", text, ")"]), text))
