"""Updates: what the step that follows adds to each parameter, and which changes are largest.

Source: Bhadani, "Weight Updates with Gradient Descent" to "Layer 1 Weight Updates".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial

import numpy as np

from sheetnet.expressions.formula import Area, Expression, Ref, call, guard, when
from sheetnet.network.engine import FloatArray
from sheetnet.network.layers.dense import Dense
from sheetnet.network.lesson import Lesson
from sheetnet.network.net import Net
from sheetnet.network.numbers import Numbers
from sheetnet.network.parameters import Parameter, every
from sheetnet.network.quantities import BIAS, UNIT
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.stepping import Update
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.book import labelled
from sheetnet.workbook.model import Link, PrintSetup, Sheet
from sheetnet.workbook.styles import BACKWARD, UPDATE

NAME = "Updates"
TOP, LEFT = 5, 2
MOST = 200
SYMBOL, LAYER, VALUE, GRADIENT, CHANGE, SIZE, PART = range(LEFT, LEFT + 7)
#: Sizes that are the same part of the largest in so many decimals are the same: programs round
#: differently. Where no change is larger than `NOTHING`, none is compared: last bits decide there.
DECIMALS, NOTHING, NONE = 9, 1e-9, "—"
#: How far the last decimal may be from ours, in terms of what claims allow to differences.
ROUNDED = 1e-2
#: Likewise of parts, and that times the largest change: the last bits of gradients count there.
PARTS, BLURRED = 0.1, 1e-6
WHOLE = styles.NUMBER.but(number_format="0", horizontal="center")


def refuses(lesson: Lesson) -> str:
    """Why a lesson cannot have the panel, and the remedy."""
    count = len(_listed(lesson.net))
    if not 1 < count <= MOST or not all(isinstance(layer, Dense) for layer in lesson.net.layers):
        return (
            f"compares from 2 to {MOST} weights and biases that learn, of dense layers, and there "
            f"are {count}: take the panel out, or change network.layers"
        )
    return ""


def _listed(net: Net, bias_first: bool = False) -> list[Parameter]:
    """The parameters that training changes, a unit's bias where the document has it."""
    found = [p for p in every(net) if net.trains(p.quantity, p.layer, p.place)]
    if bias_first:
        found.sort(key=lambda p: (p.layer, p.place.get(UNIT, MOST), p.quantity != BIAS))
    return found


def _changes(numbers: Numbers, listed: Sequence[Parameter]) -> FloatArray:
    found: list[float] = []
    for p in listed:
        place = tuple(p.place.values())
        if numbers.net.is_plain:  # new less old would be rounding where a change is small
            gradient = numbers.now(p.quantity.gradient, p.layer)[place]
            found.append(float(-numbers.hyper["learning_rate"] * gradient))
            continue
        after = numbers.derived(f"next_{p.quantity.name}", p.layer)[place]
        found.append(float(after - numbers.now(p.quantity, p.layer)[place]))
    return np.array(found)


class _Writer:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.listed = _listed(context.net, context.notation.bias_node_first)
        # Every line asks for those of all.
        self._changes = lru_cache(maxsize=4)(partial(_changes, listed=self.listed))
        self._parts = lru_cache(maxsize=4)(self._parts_of_largest)
        about = "what the next update adds to each weight, largest and smallest"
        self.sheet = Sheet(NAME, about, labels=False)  # they stand with changes
        self.last = context.depth
        self.first_row = TOP + 7 + self.last
        self.bottom = self.first_row + len(self.listed) - 1
        #: The layers, and all of them together, with their parameters' numbers in the list.
        self.lines: list[tuple[str, list[int]]] = []
        for layer in range(1, self.last + 1):
            rows = [n for n, p in enumerate(self.listed) if p.layer == layer]
            if rows:
                self.lines.append((context.symbols.layer(layer), rows))
        if len(self.lines) > 1:
            self.lines.append(("of all", [*range(len(self.listed))]))

    def write(self) -> None:
        context, sheet = self.context, self.sheet
        sheet.tab_colour, sheet.print_setup = styles.GREEN, PrintSetup(fit_height=1)
        sheet.freeze, sheet.cursor = (TOP - 1, 1), (TOP, LEFT)
        sheet.default_width = 12.5
        sheet.widths |= {1: 2.5, LEFT: 18.0}
        hint = "the step that follows the chosen one: which weights move most, which hardly at all"
        frame.head(sheet, title="Updates: which weights move most", hint=hint, problem=PROBLEM)
        sheet.put(3, LEFT, "step", styles.LABEL_RIGHT)
        look = WHOLE.but(bold=True)
        sheet.put(3, LEFT + 1, context.step, look, claim=lambda numbers: numbers.step)
        sheet.put(3, LEFT + 2, "chosen on Start", styles.LINK.but(size=9, italic=True))
        sheet.links[3, LEFT + 2] = Link("Start", tip="To the step")
        self._write_list()
        self._write_layers()
        frame.banner(sheet, SIZE + 3)

    def _heading(self, row: int, text: str | Expression) -> None:
        self.sheet.put(row, LEFT, text, styles.HEADING)
        self.sheet.fill(row, LEFT, row, PART, styles.HEADING)
        self.sheet.heights[row] = 22

    def _column(self, column: int, rows: Sequence[int] | None = None) -> Area:
        top, bottom = (rows[0], rows[-1]) if rows else (self.first_row, self.bottom)
        return Area(NAME, top, column, bottom, column, True)

    def _write_list(self) -> None:
        context, sheet, symbols = self.context, self.sheet, self.context.symbols
        self._heading(self.first_row - 2, "Every parameter that learns")
        heads = ("parameter", "layer", "value", "gradient", "change", "its size", "of the largest")
        for column, head in enumerate(heads, SYMBOL):
            sheet.put(self.first_row - 1, column, head, styles.LABEL_CENTRE)
        green = UPDATE.but(number_format=styles.SIGNED_SIX, horizontal="center")
        blue = BACKWARD.but(number_format=styles.SIGNED_SIX, horizontal="center")
        of_all = self.of_all
        for number, p in enumerate(self.listed):
            row, place = self.first_row + number, tuple(p.place.values())
            sheet.put(row, SYMBOL, str(p.symbol(symbols)), styles.symbol(UPDATE))
            label = symbols.layer_label(p.layer)
            sheet.put(row, LAYER, label, styles.LABEL_CENTRE)
            value, gradient = Ref(NAME, row, VALUE), Ref(NAME, row, GRADIENT)
            for column, quantity, look in (
                (VALUE, p.quantity, green),
                (GRADIENT, p.quantity.gradient, blue),
            ):
                held = context.of_step(quantity, p.layer, **p.place)
                claim = _now(quantity.name, p.layer, place)
                sheet.put(row, column, held, look, claim=claim)
            sheet.put(
                row,
                CHANGE,
                self._change(p, value, gradient),
                green.but(bold=True),
                claim=self._of(self._changes, number),
                approximate=ROUNDED,
            )
            for column in (VALUE, GRADIENT):
                titled = self.first_row - 1, column
                context.readings.append(labelled(NAME, (row, SYMBOL), (row, column), titled))
            size = call("ABS", Ref(NAME, row, CHANGE))
            look = styles.NUMBER.but(number_format=styles.SIX, horizontal="center")
            claim = self._of(self._sizes, number)
            sheet.put(row, SIZE, size, look, claim=claim, approximate=ROUNDED)
            part = self._if_moved(call("ROUND", Ref(NAME, row, SIZE) / of_all, DECIMALS))
            look = look.but(number_format="0.0%")
            told = self._or_none(self._of(self._parts, number))
            sheet.put(row, PART, part, look, claim=told, approximate=self._blur)

    def _write_layers(self) -> None:
        """The smallest and the largest change of each layer, and of all, by name."""
        sheet = self.sheet
        self._heading(TOP, "The smallest and the largest change")
        heads = ("", "smallest", "its size", "largest", "its size")
        for column, head in enumerate(heads, LEFT):
            sheet.put(TOP + 1, column, head or None, styles.LABEL_CENTRE)
        for row, (name, numbers) in enumerate(self.lines, TOP + 2):
            look = styles.LABEL_RIGHT.but(bold=name == "of all")
            sheet.put(row, LEFT, name, look)
            for column, function in ((LEFT + 1, "MIN"), (LEFT + 3, "MAX")):
                self._write_end(row, column, function, numbers)

    def _write_end(self, row: int, column: int, function: str, numbers: list[int]) -> None:
        rows = [self.first_row + n for n in numbers]
        names, sizes, parts = (self._column(c, rows) for c in (SYMBOL, SIZE, PART))
        symbols = self.context.symbols
        find = np.argmin if function == "MIN" else np.argmax

        def first(held: Numbers) -> int:
            return numbers[int(find(self._parts(held)[numbers]))]

        name: Expression = Ref(NAME, rows[0], SYMBOL)
        if len(rows) > 1:  # Gnumeric takes no INDEX of a single cell
            name = call("INDEX", names, call("MATCH", call(function, parts), parts, 0), 1)
        look = styles.symbol(UPDATE).but(bold=True)
        claim = self._or_none(lambda held: str(self.listed[first(held)].symbol(symbols)))
        self.sheet.put(row, column, self._if_moved(name), look, claim=claim)
        number = styles.NUMBER.but(number_format=styles.SIX, horizontal="center")
        reduce = np.min if function == "MIN" else np.max
        value = lambda held: float(reduce(self._sizes(held)[numbers]))  # noqa: E731
        self.sheet.put(
            row, column + 1, call(function, sizes), number, claim=value, approximate=ROUNDED
        )

    def _change(self, p: Parameter, value: Expression, gradient: Expression) -> Expression:
        """−η times the gradient, or what else the optimiser adds."""
        context, optimiser = self.context, self.context.net.optimiser
        if context.net.is_plain:
            return -context.hyper["learning_rate"] * gradient
        kept = {s: context.of_step(p.quantity.kept(s), p.layer, **p.place) for s in optimiser.state}
        return Update(context).of(value, gradient, kept) - value

    def _sizes(self, numbers: Numbers) -> FloatArray:
        return np.abs(self._changes(numbers))

    def _moves(self, numbers: Numbers) -> bool:
        """Whether anything changes that can be compared."""
        return bool(self._sizes(numbers).max() > NOTHING)

    def _parts_of_largest(self, numbers: Numbers) -> FloatArray:
        sizes = self._sizes(numbers)
        parts: list[float] = (sizes / sizes.max()).tolist()
        return np.array([round(part, DECIMALS) for part in parts])

    def _blur(self, numbers: Numbers) -> float:
        """How uncertain the parts are."""
        return max(PARTS, BLURRED / max(float(self._sizes(numbers).max()), NOTHING))

    @property
    def of_all(self) -> Ref:
        """The cell with the largest change of all."""
        return Ref(NAME, TOP + 1 + len(self.lines), LEFT + 4, True)

    def _if_moved(self, formula: Expression) -> Expression:
        return guard(when(self.of_all > NOTHING, formula, NONE))

    def _or_none(self, claim: Callable[[Numbers], float | str]) -> Callable[[Numbers], float | str]:
        return lambda numbers: claim(numbers) if self._moves(numbers) else NONE

    def _of(
        self, values: Callable[[Numbers], FloatArray], number: int
    ) -> Callable[[Numbers], float]:
        return lambda numbers: float(values(numbers)[number])


def _now(name: str, layer: int, place: tuple[int, ...]) -> Callable[[Numbers], float]:
    return lambda numbers: float(numbers.trace[name, layer][numbers.step][place])


def _fill(context: Context) -> list[Sheet]:
    writer = _Writer(context)
    writer.write()
    return [writer.sheet]


UPDATES = SheetKind(NAME, _fill, refuses=refuses)
