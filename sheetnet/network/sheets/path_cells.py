"""The cells of Chain rule's paths: what a weight moves on its way to the loss.

A path takes six rows: the quantities on it, their values, and under the arrows between them
the derivative of each by the one before: its name, how it is written, its number. What stands
there depends on the layer of the chosen weight; a column belongs to one layer always.
"""

from __future__ import annotations

from collections.abc import Callable

from sheetnet.expressions.formula import Area, Expression, Number, call, equal, guard, when
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import (
    ACTIVATION,
    DELTA,
    LOSS,
    TARGET,
    WEIGHT,
    Quantity,
    Z,
)
from sheetnet.network.sheets import parameters, path_difference, paths
from sheetnet.network.sheets.path_places import (
    EACH,
    FIRST,
    LABEL,
    NAME,
    PATH_FACTOR,
    PATH_PRODUCT,
    START,
    Places,
    Shown,
)
from sheetnet.network.sheets.path_tables import (
    A_SYMBOL,
    DELTA_SYMBOL,
    OUTPUT,
    SLOPE,
    TARGET_SYMBOL,
    WEIGHTS,
    Z_SYMBOL,
)
from sheetnet.network.sheets.paths import Way
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.book import Reading
from sheetnet.workbook.model import Rule
from sheetnet.workbook.styles import BACKWARD, FORWARD, GIVEN, UPDATE, Style

#: What stands where a path has nothing to show.
PASSING = "──"
HIDDEN = styles.PLAIN.but(colour="FFFFFF", fill="FFFFFF")
PASSES_BY = styles.PLAIN.but(colour=styles.GREY, fill="FFFFFF")


class PathCells(Places):
    """The paths, written."""

    # Writing

    def write(self, path: int) -> None:
        """A path, and white where it has nothing to show for the chosen weight."""
        sheet, top = self.sheet, self.top(path)
        label = self.pick(path, lambda way: f"path {path + 1}", "")
        sheet.put(top, LABEL, label, styles.LABEL.but(bold=True))
        self._node(path, START, self.knob, self._chosen_value(), _chosen_value, UPDATE)
        for layer in range(1, self.context.depth + 1):
            self._write_layer(path, layer)
        self._write_end(path)
        self._hide(path)

    def _chosen_value(self) -> Expression:
        return parameters.look(self.context, parameters.VALUE, self.texts.number)

    def _node(
        self,
        path: int,
        column: int,
        symbol: Expression,
        value: Expression,
        claim: Callable[[Numbers], float],
        look: Style,
        there: Callable[[Way], bool] = lambda way: True,
    ) -> None:
        """A quantity on the path: its symbol over its value."""
        sheet, top = self.sheet, self.top(path)

        def held(numbers: Numbers) -> float:
            way = paths.found(numbers).way
            return claim(numbers) if path < way.count and there(way) else 0.0

        shown = self.pick(path, lambda way: symbol if there(way) else PASSING, "")
        sheet.put(top, column, shown, styles.symbol(look).but(size=13))
        number = self.pick(path, lambda way: value if there(way) else 0.0, 0.0)
        style = look.but(horizontal="center", number_format=styles.FOUR, size=9)
        if not isinstance(number, Number):
            sheet.put(top + 1, column, number, style, claim=held)

    def _write_layer(self, path: int, layer: int) -> None:
        """The factor that leads to z, z, the slope, a."""

        def there(way: Way) -> bool:
            return way.layer <= layer <= way.last

        self._write_value(path, layer, Z, there)
        self._write_value(path, layer, ACTIVATION, self._seen(layer))
        self._write_inner(path, layer, there)
        self._write_slope(path, layer, there)

    def _seen(self, layer: int) -> Callable[[Way], bool]:
        """Where a path shows the values of a layer: not behind a δ that stands for the rest."""
        depth = self.context.depth
        return lambda way: way.layer <= layer < way.last + (not way.gathered or way.last == depth)

    def _write_value(
        self, path: int, layer: int, of: Quantity, seen: Callable[[Way], bool]
    ) -> None:
        """z or a of the layer's unit on a path."""
        context, sheet, place = self.context, self.sheet, self.node(path, layer, of)
        kind = Z_SYMBOL if of == Z else A_SYMBOL

        def text(way: Way) -> Expression | str:
            if seen(way):
                return self.texts.text(kind, layer, self.unit(way, path, layer))
            return PASSING if layer < way.layer else ""

        def value(way: Way) -> Expression | float:
            unit = self.unit(way, path, layer) if seen(way) else 0
            return context.of_step(of, layer, unit=unit) if seen(way) else 0.0

        def held(numbers: Numbers) -> float:
            found = paths.found(numbers)
            if path >= found.way.count or not seen(found.way):
                return 0.0
            unit = int(found.units[path, layer - 1])
            return float(numbers.now(of, layer)[numbers.sample, unit])

        symbol = styles.symbol(FORWARD).but(size=13)
        sheet.put(place.row - 1, place.column, self.pick(path, text, ""), symbol)
        look = FORWARD.but(horizontal="center", number_format=styles.FOUR, size=9)
        sheet.put(place.row, place.column, self.pick(path, value, 0.0), look, claim=held)

    def _write_inner(self, path: int, layer: int, there: Callable[[Way], bool]) -> None:
        """dz/dw or dz/db, what the parameter is multiplied by; or dz/da, a weight on the way."""
        context, d = self.context, self.context.notation.derivative
        w, a = context.notation.weight_letter, context.symbols.value_letter(layer - 1)
        b = context.symbols.bias(layer, 0).text[0]

        def name(way: Way) -> Expression | str:
            if not there(way):
                return ""
            if layer != way.layer:
                return f"{d}z/{d}{a}"
            by_weight = f"{d}z/{d}{w}"
            if b == w or not context.dense[layer - 1].bias:
                return by_weight
            return guard(when(equal(self.texts.source(), "1"), f"{d}z/{d}{b}", by_weight))

        def text(way: Way) -> Expression | str:
            if not there(way):
                return ""
            if layer == way.layer:
                return self.texts.source()
            ends = (self.unit(way, path, layer), self.unit(way, path, layer - 1))
            return self.texts.text(WEIGHTS, layer, *ends)

        def value(way: Way) -> Expression | float:
            if not there(way):
                return 1.0
            if layer == way.layer:
                return parameters.look(context, parameters.TIMES, self.texts.number)
            unit, source = (self.unit(way, path, at) for at in (layer, layer - 1))
            return context.of_step(WEIGHT, layer, unit=unit, source=source)

        self._factor(path, 2 * layer - 2, name, text, value)

    def _write_slope(self, path: int, layer: int, there: Callable[[Way], bool]) -> None:
        """da/dz; or dC/dz, which stands for all that follows."""
        context, depth = self.context, self.context.depth
        d, symbols = context.notation.derivative, context.symbols
        by_loss, a = symbols.by_name(symbols.loss_letter), symbols.value_letter(layer)
        own = context.dense[layer - 1]

        def ends(way: Way) -> bool:
            return way.gathered and layer == way.last

        def name(way: Way) -> str:
            if not there(way):
                return ""
            return f"{by_loss}z" if ends(way) else f"{d}{a}/{d}z"

        def text(way: Way) -> Expression | str:
            if not there(way):
                return ""
            kind = SLOPE
            if ends(way):
                kind = OUTPUT if layer == depth else DELTA_SYMBOL
            return self.texts.text(kind, layer, self.unit(way, path, layer))

        def value(way: Way) -> Expression | float:
            if not there(way):
                return 1.0
            if ends(way):
                if layer == depth and paths.own_formula(self.net):
                    return self._at_output(path, self.net.loss.cell_fused)
                return context.of_step(DELTA, layer, unit=self.unit(way, path, layer))
            assert own.activation.cell_slope
            z, a = (self.node(path, layer, of) for of in (Z, ACTIVATION))
            return own.activation.cell_slope(z, a, own.hyper)

        self._factor(path, 2 * layer - 1, name, text, value)

    def _at_output(self, path: int, formula: Callable[..., Expression]) -> Expression:
        """A formula of the loss on the path's own output and target."""
        units = self.net.sizes[-1]
        value, target = self.node(path, self.context.depth, ACTIVATION), self.target(path)
        return formula([value] * units, [target] * units, 0, self.context.loss_hyper)

    def _write_end(self, path: int) -> None:
        """∂L/∂a of the output, the loss, the target, the product."""
        context, sheet, top = self.context, self.sheet, self.top(path)
        depth, symbols = context.depth, context.symbols
        by_output = symbols.by_name(symbols.loss_letter) + symbols.value_letter(depth)

        def there(way: Way) -> bool:
            return way.last == depth

        if self.joined:
            arrow = self.pick(path, lambda way: "→" if there(way) else "", "")
            sheet.put(top, self.loss_column - 1, arrow, styles.ARROW_FORWARD)
        else:
            self._factor(
                path,
                2 * depth,
                lambda way: by_output if there(way) else "",
                lambda way: (
                    self.texts.text(OUTPUT, depth, self.unit(way, path, depth))
                    if there(way)
                    else ""
                ),
                lambda way: (
                    self._at_output(path, self.net.loss.cell_gradient) if there(way) else 1.0
                ),
            )
        column = self.loss_column
        symbol = str(context.symbols.loss)
        shown = self.pick(path, lambda way: symbol if there(way) else "", "")
        sheet.put(top, column, shown, styles.symbol(FORWARD).but(size=13))
        value = self.pick(path, lambda way: context.of_step(LOSS) if there(way) else 0.0, 0.0)

        def held(numbers: Numbers) -> float:
            way = paths.found(numbers).way
            on = path < way.count and there(way)
            return float(numbers.now(LOSS)[numbers.sample]) if on else 0.0

        look = FORWARD.but(horizontal="center", number_format=styles.FOUR, size=9)
        sheet.put(top + 1, column, value, look, claim=held)
        self._write_target(path, there)
        self._write_product(path)

    def _write_target(self, path: int, there: Callable[[Way], bool]) -> None:
        """The target of the path's output, under the loss."""
        context, sheet, top = self.context, self.sheet, self.top(path)
        depth, column = context.depth, self.loss_column
        small = styles.LABEL_CENTRE.but(size=8)
        sheet.put(
            top + 2, column, self.pick(path, lambda w: "target" if there(w) else "", ""), small
        )
        text = self.pick(
            path,
            lambda way: (
                self.texts.text(TARGET_SYMBOL, depth, self.unit(way, path, depth))
                if there(way)
                else ""
            ),
            "",
        )
        sheet.put(top + 3, column, text, styles.symbol(GIVEN))
        value = self.pick(
            path,
            lambda way: self._given(self.unit(way, path, depth)) if there(way) else 0.0,
            0.0,
        )

        def held(numbers: Numbers) -> float:
            found = paths.found(numbers)
            if path >= found.way.count or not there(found.way):
                return 0.0
            return float(numbers.targets[numbers.sample, int(found.units[path, depth - 1])])

        look = GIVEN.but(horizontal="center", number_format=styles.FOUR)
        sheet.put(top + 4, column, value, look, claim=held)

    def _given(self, unit: Expression | int) -> Expression:
        """The target of a unit, of the chosen example."""
        context = self.context
        if isinstance(unit, int):
            return context.given(TARGET, unit)
        block = context.fed(TARGET)
        if block.height * block.width == 1:
            return block.ref(fixed=True)
        sample = context.sample if context.batch else Number(1)
        return call("INDEX", block.whole(fixed=True), sample, unit + 1)

    def _factor(self, path: int, number: int, name: Shown, text: Shown, value: Shown) -> None:
        """A factor: what it is the derivative of, how it is written, its number."""
        sheet, top, column = self.sheet, self.top(path), self.factor_column(number)
        arrow = self.pick(
            path,
            lambda way: "→" if name(way) else (PASSING if self._before(way, number) else ""),
            "",
        )
        sheet.put(top, column, arrow, styles.ARROW_FORWARD)
        small = BACKWARD.but(horizontal="center", number_format="General")
        sheet.put(top + 2, column, self.pick(path, name, ""), small.but(size=9))
        symbols = small.but(font=styles.SERIF, size=11)
        sheet.put(top + 3, column, self.pick(path, text, ""), symbols)
        look = BACKWARD.but(bold=True, horizontal="center", number_format=styles.SIX)
        sheet.put(top + 4, column, self.pick(path, value, 0.0), look)
        at = {"path": path, "factor": number}
        block = Block(PATH_FACTOR.name, None, NAME, top + 4, column, (), (), {}, at=at)
        self.context.show(sheet, block)
        places = (top + 3, column), None, (top + 4, column)
        self.context.readings.append(Reading(NAME, top + 3, None, *places, self.texts.facts))
        if number + 1 < self.factors:
            times = self.pick(
                path,
                lambda way: (
                    "·" if self._present(way, number) and self._present(way, number + 1) else ""
                ),
                "",
            )
            sheet.put(top + 4, column + 1, times, styles.SIGN.but(size=12))
        elif self.joined:  # one factor from z to the loss
            for row in range(top + 2, top + 5):
                sheet.merge(row, column, row, column + 2)

    def _present(self, way: Way, number: int) -> bool:
        """Whether a path that begins in a layer has a factor."""
        last = 2 * way.last - 1 if way.gathered else 2 * self.context.depth
        return 2 * way.layer - 2 <= number <= last

    def _before(self, way: Way, number: int) -> bool:
        """Whether a factor stands before the layer of the parameter, where paths pass by."""
        return number < 2 * way.layer - 2

    def _write_product(self, path: int) -> None:
        sheet, top = self.sheet, self.top(path)
        product: Expression = self.factor(path, 0)
        for number in range(1, self.factors):
            product = product * self.factor(path, number)
        sheet.put(top + 4, self.loss_column + 1, self.pick(path, lambda way: "=", ""), styles.SIGN)
        text = self.pick(path, lambda way: "this path", "")
        sheet.put(top + 3, self.product_column, text, styles.LABEL_CENTRE.but(size=9))
        look = BACKWARD.but(
            bold=True, size=12, horizontal="center", number_format=styles.SIGNED_SIX
        )
        sheet.put(top + 4, self.product_column, product, look)
        block = Block(
            PATH_PRODUCT.name,
            None,
            NAME,
            top + 4,
            self.product_column,
            (),
            (),
            {},
            at={"path": path},
        )
        self.context.show(sheet, block)

    def _hide(self, path: int) -> None:
        """White where the path has nothing to show for the chosen weight."""
        depth, right = self.context.depth, self.product_column
        columns: dict[int, Callable[[Way], bool]] = {START: lambda way: True}
        for layer in range(1, depth + 1):

            def there(way: Way, layer: int = layer) -> bool:
                return way.layer <= layer <= way.last

            left = FIRST + EACH * (layer - 1)
            columns |= dict.fromkeys(range(left, left + 3), there)
            columns[left + 3] = self._seen(layer)
        ends = [self.loss_column - 1, self.loss_column]
        columns |= dict.fromkeys(ends, lambda way: way.last == depth)
        columns[right] = lambda way: True
        for column, shown in columns.items():
            shows = [path < way.count and shown(way) for way in self.ways]
            if all(shows):
                continue
            hidden = equal(call("CHOOSE", self.layer, *(float(show) for show in shows)), 0)
            top = self.top(path)
            line = Area(NAME, top, column, top, column)
            self.sheet.formats.append(Rule(line, hidden, PASSES_BY))
            rest = Area(NAME, top + 1, column, top + 4, column)
            self.sheet.formats.append(Rule(rest, hidden, HIDDEN))


def _chosen_value(numbers: Numbers) -> float:
    return float(parameters.values(numbers)[path_difference.chosen(numbers)])
