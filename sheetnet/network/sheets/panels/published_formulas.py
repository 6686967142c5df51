"""The symbols and formulas of published numbers: by the lines above, else by Training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sheetnet.expressions.formula import (
    Area,
    Expression,
    Ref,
    equal,
    exp,
    guard,
    when,
)
from sheetnet.expressions.rich import Rich
from sheetnet.network import published
from sheetnet.network.equations import Equations
from sheetnet.network.layers.dense import Dense
from sheetnet.network.losses import LOWEST_LOGARITHM, cell_logarithm
from sheetnet.network.penalties import quantities
from sheetnet.network.published import Place
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
)
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.stepping import Update
from sheetnet.network.symbols import Symbols

#: No slope of an activation is below 0.
SIGNLESS = ("activation_slope",)
#: These are the same at every step.
STEADY = (INPUT.name, TARGET.name, "learning_rate")


def symbol_of(context: Context, place: Place) -> Rich:
    """How the document writes a published number."""
    if place.name in published.KINDS:
        return _symbol(context.symbols, place)
    quantity = published.run_quantity(context.net, place.name, place.layer)
    return quantity.symbol(context.symbols, place.layer or 0, place.at)


def formula_of(context: Context, place: Place) -> Expression:
    """A published number from the cells of Training alone."""
    return Formulas(context).of(place)


def _symbol(symbols: Symbols, place: Place) -> Rich:
    """How the document writes a number."""
    layer, at = place.layer or 0, place.at
    unit, source = at.get(UNIT, 0), at.get(SOURCE, 0)
    d = symbols.notation.derivative
    by_loss = d + symbols.loss_letter + "/" + d
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


class Formulas:
    """The formulas of published numbers; `lines` are the cells that hold some of them by now."""

    def __init__(self, context: Context) -> None:
        self.context, self.net = context, context.net
        self.lines: dict[Place, Ref] = {}

    def find(
        self, name: str, layer: int | None, at: dict[str, int], step: int, sample: int
    ) -> Ref | None:
        """The line of a number, if it stands here by now."""
        step = 0 if name in STEADY else step
        for place, cell in self.lines.items():
            same = (place.name, place.layer, place.at) == (name, layer, at)
            if same and place.step == step and place.sample == sample:
                return cell
        return None

    def _cell(self, name: str, place: Place, **at: int) -> Expression:
        """A number of one of our own kinds: its line, else its formula."""
        there = replace(place, name=name, index=tuple((at or place.at).items()))
        known = self.find(name, there.layer, there.at, there.step, there.sample)
        if known is None:
            return self.of(there)
        symbol = _symbol(self.context.symbols, there)
        return replace(known, symbol=symbol, digits=6, signless=name in SIGNLESS)

    def of(self, place: Place) -> Expression:
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


class _Cells:
    """Where the numbers of a step and an example stand: in a line, else on Training."""

    def __init__(self, formulas: Formulas, step: int, sample: int) -> None:
        self._formulas, self._step, self._sample = formulas, step, sample

    def at(self, quantity: Quantity, layer: int | None = None, **index: int) -> Ref:
        context = self._formulas.context
        own = {axis: at for axis, at in index.items() if axis not in (SAMPLE, STEP)}
        known = self._formulas.find(quantity.name, layer, own, self._step, index.get(SAMPLE, 0))
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
