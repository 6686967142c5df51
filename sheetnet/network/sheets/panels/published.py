"""Published: every number that the document prints beside the live one, with the difference.

A line is computed from the lines above it, as the document does; what the document does not
print comes from Training, at the step of its group.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sheetnet.expressions.formula import (
    Area,
    Call,
    Expression,
    Name,
    Ref,
    call,
    equal,
    exp,
    guard,
    when,
)
from sheetnet.expressions.mathematics import filled_in, written
from sheetnet.expressions.rich import Rich, rich
from sheetnet.network import published
from sheetnet.network.equations import Equations
from sheetnet.network.layers.dense import Dense
from sheetnet.network.lesson import Lesson
from sheetnet.network.losses import LOWEST_LOGARITHM, cell_logarithm
from sheetnet.network.numbers import Numbers
from sheetnet.network.penalties import quantities
from sheetnet.network.published import Group, Place, Printed
from sheetnet.network.quantities import (
    ACTIVATION,
    COST,
    DELTA,
    INPUT,
    SAMPLE,
    SOURCE,
    STEP,
    TARGET,
    UNIT,
    WEIGHT,
    Quantity,
    Role,
)
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.looks import LOOKS
from sheetnet.network.sheets.stepping import Update
from sheetnet.network.symbols import Symbols
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.book import Reading
from sheetnet.workbook.model import PrintSetup, Rule, Sheet

NAME, TOP = "Published", 5
SYMBOL, EQUALS, NUMBERS, LIVE, PRINTED, APART, SAYS, NOTE = range(2, 10)
WIDTHS = {1: 2.5, SYMBOL: 15.0, EQUALS: 3.0, NUMBERS: 45.0, LIVE: 12.0, PRINTED: 11.0, APART: 12.0}
WIDTHS |= {SAYS: 7.0, NOTE: 54.0}
AGREES, SLIP, OTHER = "✓", "slip", "≠"
#: A formula of more characters takes two lines with its numbers.
A_LINE = 40
#: A number on the edge of what its digits say is within them.
EDGE = 1e-9

#: No slope of an activation is below 0.
SIGNLESS = ("activation_slope",)
#: These are the same at every step.
STEADY = (INPUT.name, TARGET.name, "learning_rate")
#: Kinds of published numbers that are no quantity of the run: how they look.
ROLES = {
    INPUT.name: Role.GIVEN,
    TARGET.name: Role.GIVEN,
    "learning_rate": Role.GIVEN,
    "complement": Role.FORWARD,
    "logarithm": Role.FORWARD,
    "weight_change": Role.UPDATE,
    "bias_change": Role.UPDATE,
    "cost_fall": Role.FORWARD,
    "cost_fall_percent": Role.FORWARD,
}


def _symbol(symbols: Symbols, place: Place) -> Rich:
    """How the document writes a number."""
    layer, at = place.layer or 0, place.at
    unit, source = at.get(UNIT, 0), at.get(SOURCE, 0)
    d = symbols.notation.derivative
    by_loss = d + symbols.notation.loss_letter + "/" + d
    written: dict[str, Callable[[], Rich]] = {
        INPUT.name: lambda: symbols.input(unit),
        TARGET.name: lambda: symbols.target(unit),
        "learning_rate": lambda: symbols.learning_rate,
        "activation_gradient": lambda: by_loss + symbols.activation(layer, unit),
        "activation_slope": lambda: (
            d + symbols.activation(layer, unit) + ("/" + d) + symbols.z(layer, unit)
        ),
        "delta_product": lambda: symbols.delta(layer, unit),
        "complement": lambda: "1 − " + symbols.activation(layer, unit),
        "logarithm": lambda: symbols.notation.logarithm + " " + symbols.activation(layer, unit),
        "z_slope": lambda: (
            d + symbols.z(layer, unit) + ("/" + d) + symbols.weight(layer, unit, source)
        ),
        "product_back": lambda: (
            symbols.delta(layer, unit) + "·" + symbols.weight(layer, unit, source)
        ),
        "weight_change": lambda: "Δ" + symbols.weight(layer, unit, source),
        "bias_change": lambda: "Δ" + symbols.bias(layer, unit),
        "cost_fall": lambda: "Δ" + symbols.cost,
        "cost_fall_percent": lambda: "Δ" + symbols.cost + " in %",
    }
    return written[place.name]()


class _Cells:
    """Where the numbers of a step and an example stand: on this sheet, else on Training."""

    def __init__(self, writer: _Writer, step: int, sample: int) -> None:
        self._writer, self._step, self._sample = writer, step, sample

    def at(self, quantity: Quantity, layer: int | None = None, **index: int) -> Ref:
        context = self._writer.context
        own = {axis: at for axis, at in index.items() if axis not in (SAMPLE, STEP)}
        known = self._writer.find(quantity.name, layer, own, self._step, index.get(SAMPLE, 0))
        symbol = quantity.symbol(context.symbols, layer or 0, own)
        if known is None and layer is None and quantity in (INPUT, TARGET):
            known = context.fed(quantity).ref(fixed=True, **index)
        elif known is None:
            place = {**index, STEP: self._step}
            known = context.run(quantity, layer).ref(fixed=True, **place)
        there = context.layers[(layer or 1) - 1]
        signless = quantity == ACTIVATION and there.signless
        below_one = quantity == ACTIVATION and there.below_one
        if quantity == TARGET:
            signless = context.knobs[TARGET.name, None].low >= 0
        return replace(known, symbol=symbol, signless=signless, below_one=below_one, digits=6)

    def area(self, quantity: Quantity, layer: int | None = None, **index: int) -> Area | None:
        return None


class _Writer:
    """The sheet, group by group."""

    def __init__(self, context: Context) -> None:
        self.context, self.net = context, context.net
        self.sheet = Sheet(NAME, "what the document prints, beside what is computed here")
        self.row = TOP
        self._rows: dict[Place, int] = {}

    # Formulas

    def find(
        self, name: str, layer: int | None, at: dict[str, int], step: int, sample: int
    ) -> Ref | None:
        """The line of a number, if it stands here by now."""
        step = 0 if name in STEADY else step
        for place, row in self._rows.items():
            same = (place.name, place.layer, place.at) == (name, layer, at)
            if same and place.step == step and place.sample == sample:
                return Ref(NAME, row, LIVE)
        return None

    def _cell(self, name: str, place: Place, **at: int) -> Expression:
        """A number of one of our own kinds: its line, else its formula."""
        there = replace(place, name=name, index=tuple((at or place.at).items()))
        known = self.find(name, there.layer, there.at, there.step, there.sample)
        if known is None:
            return self.formula(there)
        symbol = _symbol(self.context.symbols, there)
        return replace(known, symbol=symbol, digits=6, signless=name in SIGNLESS)

    def formula(self, place: Place) -> Expression:
        """What a line computes."""
        cells = _Cells(self, place.step, place.sample)
        context = self.context
        equations = Equations(
            self.net, context.notation, context.samples, cells, context.loss_hyper
        )
        layer, at, sample = place.layer, place.at, {SAMPLE: place.sample}
        if place.name not in published.KINDS:
            return self._of_run(place, cells, equations)
        if layer is None:
            return self._without_layer(place, cells)
        own = self.context.layers[layer - 1]
        assert isinstance(own, Dense)
        unit, source = at.get(UNIT, 0), at.get(SOURCE, 0)
        a = cells.at(ACTIVATION, layer, unit=unit, **sample)
        match place.name:
            case "activation_gradient":
                upstream = equations.upstream(layer, place.sample, unit)
                if layer == self.context.depth and self.net.loss.cut_off:
                    slope = self._cell("activation_slope", place)
                    return guard(when(slope <= exp(LOWEST_LOGARITHM), 0, upstream))
                return upstream
            case "activation_slope":
                found = own.slope(equations, place.sample, unit)
                assert found is not None
                return found
            case "delta_product":
                return self._cell("activation_gradient", place) * self._cell(
                    "activation_slope", place
                )
            case "complement":
                return 1 - a
            case "logarithm":
                return cell_logarithm(a, self.context.notation.logarithm)
            case "z_slope":
                return equations.below(layer, place.sample, source)
            case "product_back":
                delta = cells.at(DELTA, layer, unit=unit, **sample)
                return delta * cells.at(WEIGHT, layer, unit=unit, source=source)
        parameter = published.CHANGED[place.name]
        moved = _Cells(self, place.step + 1, place.sample)
        if not published.is_plain(self.net):
            return moved.at(parameter, layer, **at) - cells.at(parameter, layer, **at)
        rate = self.context.hyper["learning_rate"]
        return -(rate * cells.at(parameter.gradient, layer, **at))

    def _without_layer(self, place: Place, cells: _Cells) -> Expression:
        if place.name in (INPUT.name, TARGET.name):
            given = INPUT if place.name == INPUT.name else TARGET
            return self.context.fed(given).ref(fixed=True, **{SAMPLE: place.sample}, **place.at)
        if place.name == "learning_rate":
            return self.context.hyper["learning_rate"]
        first = replace(_Cells(self, 0, place.sample).at(COST), signless=True)
        fall = first - replace(cells.at(COST), signless=True)
        if place.name == "cost_fall":
            return fall
        part = 100 * (self._cell("cost_fall", place) / first)
        return guard(when(equal(first, 0), 0, part))

    def _of_run(self, place: Place, cells: _Cells, equations: Equations) -> Expression:
        context, layer, at = self.context, place.layer, place.at
        quantity = published.run_quantity(self.net, place.name, layer)
        owned = {q.name for q, own in self.net.parameters() if own == layer}
        if quantity == COST and not context.apart:
            return equations.loss(0)
        if quantity == DELTA and (product := self._of_slope(place)) is not None:
            return product
        if layer is None or quantity.name not in owned:
            kept = {kept.name for *_, kept in self.net.states()}
            if quantity.name in kept or quantity.name in self._of_update:
                return context.run(quantity, layer).ref(fixed=True, **at, **{STEP: place.step})
            return equations.of(quantity, layer, {SAMPLE: place.sample, **at})
        if place.step == 0:
            return context.knob(quantity, layer).ref(fixed=True, **at)
        before = _Cells(self, place.step - 1, place.sample)
        held = before.at(quantity, layer, **at)
        if not self.net.trains(quantity, layer, at):
            return held
        new = {s: cells.at(quantity.kept(s), layer, **at) for s in self.net.optimiser.state}
        gradient = before.at(quantity.gradient, layer, **at)
        number = context.run(COST)
        counted = Ref(number.sheet, number.top + place.step, 1, True)
        return Update(context, before.at, counted).of(held, gradient, new=new)

    def _of_slope(self, place: Place) -> Expression | None:
        """∂/∂z as a product of two lines above, ∂/∂a and ∂a/∂z, where they stand there."""
        parts = []
        for name in ("activation_gradient", "activation_slope"):
            if self.find(name, place.layer, place.at, place.step, place.sample) is None:
                return None
            parts.append(self._cell(name, place))
        if place.layer is None or self.net.is_fused(place.layer):
            return None
        return parts[0] * parts[1]

    @property
    def _of_update(self) -> set[str]:
        """What stands on Training alone: what an update or a penalty has for all parameters."""
        clipping = self.net.clipping.quantities if self.net.clipping else ()
        penalty = quantities(self.net.penalties)
        return {q.name for q in (*clipping, *penalty, *self.net.shared.values())}

    # Writing

    def write(self) -> None:
        context, sheet = self.context, self.sheet
        sheet.tab_colour, sheet.freeze, sheet.cursor = styles.GREY, (TOP, 3), (TOP, SYMBOL)
        sheet.print_setup = PrintSetup(title_rows=(TOP - 1, TOP - 1))
        sheet.widths |= WIDTHS
        hint = (
            "Printed are the document’s numbers, which hold for the lesson’s own yellow cells: "
            "change one, and the difference says what it moves."
        )
        frame.head(sheet, "Published: the document’s numbers and the live ones", hint)
        sheet.put(3, SYMBOL, _legend(), styles.HINT)
        frame.banner(sheet, NOTE)
        heads = {
            SYMBOL: "number",
            NUMBERS: "how it comes about, with today’s numbers",
            LIVE: "live",
            PRINTED: next(filter(None, (g.head for g in context.lesson.published)), "printed"),
            APART: "difference",
            SAYS: "",
            NOTE: "",
        }
        look = styles.LABEL.but(bold=True, borders="b", border_colour=styles.RULE)
        for column, head in heads.items():
            side = "right" if column in (LIVE, PRINTED, APART) else None
            side = "center" if column == SYMBOL else side
            sheet.put(TOP - 1, column, head or None, look.but(horizontal=side))
        for group in context.lesson.published:
            self._group(group)
        whole = Area(NAME, TOP, SAYS, self.row, SAYS)
        first = Ref(NAME, TOP, SAYS)
        sheet.formats.append(Rule(whole, equal(first, SLIP), SLIPPED))
        sheet.formats.append(Rule(whole, equal(first, OTHER), styles.UNDECIDED))

    def _group(self, group: Group) -> None:
        sheet = self.sheet
        after = f" (step {group.step})" if group.step else ""
        sheet.put(self.row, SYMBOL, group.title + after, styles.HEADING)
        sheet.fill(self.row, SYMBOL, self.row, NOTE, styles.HEADING)
        sheet.heights[self.row] = 22
        self.row += 1
        for one in group.numbers:
            self._line(one, published.place_of(self.net, one, group.step, one.of))
        self.row += 1

    def _line(self, one: Printed, place: Place) -> None:
        context, sheet, row = self.context, self.sheet, self.row
        if place.name in STEADY:
            place = replace(place, step=0)
        symbol, role = symbol_of(context, place), ROLES.get(place.name, Role.BACKWARD)
        if place.name not in published.KINDS:
            role = published.run_quantity(self.net, place.name, place.layer).role
        look = LOOKS[role]
        sheet.put(row, SYMBOL, symbol, styles.symbol(look))
        known = self.find(place.name, place.layer, place.at, place.step, place.sample)
        formula = known or self.formula(place)
        live, printed = Ref(NAME, row, LIVE), Ref(NAME, row, PRINTED)
        sheet.put(row, LIVE, formula, look, claim=lambda numbers: published.value(numbers, place))
        self._how(row, symbol, formula, again=known is not None)
        decimals = _decimals(one.printed)
        grey = styles.NUMBER.but(number_format=decimals, colour=styles.INK)
        sheet.put(row, PRINTED, one.value, grey)
        small = styles.NUMBER.but(number_format=styles.SIGNED_SIX, colour=styles.GREY)
        sheet.put(
            row,
            APART,
            live - printed,
            small,
            claim=lambda numbers: published.value(numbers, place) - one.value,
        )
        self._says(row, one, place, live)
        self._rows.setdefault(place, row)
        self.row += 1

    def _how(self, row: int, symbol: Rich, formula: Expression, *, again: bool) -> None:
        """How a number comes about; its formula with today's numbers is proved by reading it."""
        look = styles.PLAIN.but(colour=styles.GREY)
        if again:
            self.sheet.put(row, NUMBERS, "as above", look.but(italic=True))
            return
        if isinstance(formula, Ref | Name):
            # A number that is given is the one of its own line.
            if formula.symbol is not None and rich(formula.symbol) != symbol:
                name = rich(formula.symbol)
                self.sheet.put(row, EQUALS, "=", styles.SIGN)
                self.sheet.put(row, NUMBERS, name, look.but(font=styles.SERIF, size=11))
            return
        self.sheet.put(row, EQUALS, "=", styles.SIGN)
        self.sheet.put(row, NUMBERS, self._filled_in(formula), look.but(wrap=True))
        if len(written(formula).text) > A_LINE:
            self.sheet.heights[row] = 30
        self.context.readings.append(
            Reading(NAME, row, None, Rich(()), (row, NUMBERS), (row, LIVE))
        )

    def _filled_in(self, formula: Expression) -> Expression:
        """The formula with today's numbers; where a guard holds, the number that it gives."""
        match formula:
            case Call("IF", (holds, value, otherwise), guard=True):
                return guard(when(holds, self._filled_in(value), self._filled_in(otherwise)))
        return filled_in(formula, self._text)

    def _text(self, leaf: object, brackets: bool) -> Expression:
        return self.context.words.of(leaf, brackets=brackets)  # type: ignore[arg-type]

    def _says(self, row: int, one: Printed, place: Place, live: Ref) -> None:
        """✓ where the live number has the printed digits; slip, where it has the right ones."""
        shown, room = published.number(one.shown), published.half(one.shown) * (1 + EDGE)
        good = SLIP if one.right else AGREES

        def claim(numbers: Numbers) -> str:
            return good if abs(published.value(numbers, place) - shown) <= room else OTHER

        near = call("ABS", live - shown) <= room
        self.sheet.put(row, SAYS, when(near, good, OTHER), styles.CHECK, claim=claim)
        note = one.note
        if one.right:
            note = f"right is {one.right}" + (": " + note if note else "")
        if note:
            look = styles.PLAIN.but(colour=styles.GREY, size=9, wrap=True)
            self.sheet.put(row, NOTE, note, look)
            if len(note) > WIDTHS[NOTE] * 1.1:
                self.sheet.heights[row] = 26


SLIPPED = styles.CHECK.but(colour=styles.ORANGE)


def _legend() -> str:
    return (
        f"{AGREES} the live number has the printed digits; {SLIP}: the document prints another "
        f"one, the right digits stand beside; {OTHER} a yellow cell was changed"
    )


def _decimals(text: str) -> str:
    """The number format that shows a printed number as it is printed."""
    plain = text.strip().rstrip("%").strip().replace(",", ".")
    places = len(plain.partition(".")[2])
    return "0." + "0" * places if places else "0"


def symbol_of(context: Context, place: Place) -> Rich:
    """How the document writes a published number."""
    if place.name in published.KINDS:
        return _symbol(context.symbols, place)
    quantity = published.run_quantity(context.net, place.name, place.layer)
    return quantity.symbol(context.symbols, place.layer or 0, place.at)


def formula_of(context: Context, place: Place) -> Expression:
    """A published number from the cells of Training alone."""
    return _Writer(context).formula(place)


def refuses(lesson: Lesson) -> str:
    """Why a lesson cannot have the panel, and the remedy."""
    if not lesson.published:
        return "has nothing to show: list numbers in [[published]], or take the panel out"
    if not all(isinstance(layer, Dense) for layer in lesson.net.layers):
        return "shows dense layers only: take the panel out"
    return ""


def _fill(context: Context) -> list[Sheet]:
    writer = _Writer(context)
    writer.write()
    return [writer.sheet]


PUBLISHED = SheetKind(NAME, _fill, refuses=refuses)
