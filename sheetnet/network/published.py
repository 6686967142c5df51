"""Numbers that a document prints, beside which a workbook sets its own.

A lesson file lists them in groups, each number by its place: `activation[2][0]` is the value of
layer 2's first unit, at the step of its group. What a place means is computed here from the
run's arrays; the panel `published` computes the same with formulas.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from sheetnet.lessons.errors import suggest, validated
from sheetnet.network.keys import check_keys
from sheetnet.network.layers.base import Layer
from sheetnet.network.layers.dense import Dense
from sheetnet.network.losses import SMALLEST, logarithm
from sheetnet.network.net import Net
from sheetnet.network.quantities import (
    ACTIVATION,
    BIAS,
    COST,
    DELTA,
    INPUT,
    SAMPLE,
    SOURCE,
    TARGET,
    UNIT,
    WEIGHT,
    Quantity,
    Z,
)

if TYPE_CHECKING:
    from sheetnet.network.numbers import Numbers

#: A number with its place as one text: "cost = 0.2563".
LINE = re.compile(r"([^=]*)=([^=]*)")
PLACE = re.compile(r"(\w+)((?:\[\d+\])*)")
MOST = 1_000
#: The most decimals that a float64 can be compared in.
MOST_DECIMALS = 12

MINUS = "−"
#: Kinds that look at the step that follows, and whose change they are.
CHANGED = {"weight_change": WEIGHT, "bias_change": BIAS}
NEXT = tuple(CHANGED)


class Printed(BaseModel):
    """One number as it is printed. `right` is what should stand there, where that is another."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    of: str = Field(description="the number's place: activation[2][0], cost")
    printed: str = Field(description="the number as it is printed, with its digits")
    right: str = Field(default="", description="the right number, where a slip is printed")
    note: str = Field(default="", max_length=400, description="what is said beside it")
    sample: int = Field(default=0, ge=0, description="the example, counted from 0")

    @property
    def value(self) -> float:
        return number(self.printed)

    @property
    def shown(self) -> str:
        """The number that the workbook must show: the right one."""
        return self.right or self.printed


class Group(BaseModel):
    """Numbers that are printed together, all of one step."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    title: str = Field(min_length=1, max_length=400)
    step: int = Field(default=0, ge=0, description="the step whose numbers these are")
    head: str = Field(
        default="", max_length=12, description="the head of the column of printed numbers: slides"
    )
    numbers: tuple[Printed, ...] = Field(min_length=1, max_length=MOST, strict=False)

    @property
    def last(self) -> int:
        """The last step that its numbers look at."""
        return self.step + any(one.of.startswith(NEXT) for one in self.numbers)


@dataclass(frozen=True)
class Place:
    """One number of a workbook: of which kind, of which layer, where, at which step."""

    name: str
    layer: int | None
    index: tuple[tuple[str, int], ...]
    step: int
    sample: int = 0

    @property
    def at(self) -> dict[str, int]:
        return dict(self.index)


@dataclass(frozen=True)
class Kind:
    """What may be printed besides the quantities of the run.

    `axes` are those of one example and one step; `value(numbers, place)` is computed from the
    run's arrays. What is `by_unit` asks for an activation that works unit by unit.
    """

    axes: tuple[str, ...]
    value: Callable[[Numbers, Place], float]
    layered: bool = True
    by_unit: bool = False


def number(text: str) -> float:
    """A printed number; a decimal comma, a true minus sign and a percent sign are allowed."""
    return float(_decimal(text))


def half(text: str) -> float:
    """Half a unit of the last digit of a printed number."""
    exponent = _decimal(text).as_tuple().exponent
    assert isinstance(exponent, int)
    return 0.5 * 10.0**exponent


def _decimal(text: str) -> Decimal:
    plain = text.strip().replace(MINUS, "-").replace(",", ".").rstrip("%").strip()
    return Decimal(plain)


# What places mean --------------------------------------------------------------------


def _now(numbers: Numbers, quantity: Quantity, layer: int | None, place: Place) -> Any:
    """A quantity at the step of a place, of its example where it has examples."""
    array = numbers.trace[quantity, layer][place.step]
    return array[place.sample] if SAMPLE in quantity.axes else array


def _output(numbers: Numbers, place: Place) -> Any:
    assert place.layer
    return _now(numbers, ACTIVATION, place.layer, place)


def _below(numbers: Numbers, place: Place) -> Any:
    """What the layer of a place takes of the place's example."""
    assert place.layer
    if place.layer == 1:
        return numbers.inputs[place.sample]
    return _now(numbers, ACTIVATION, place.layer - 1, place)


def _by_activation(numbers: Numbers, place: Place) -> Any:
    """∂(loss)/∂a of all units of a layer; 0 where the loss's logarithm is cut off."""
    net, layer = numbers.net, place.layer
    assert layer
    if layer < net.depth:
        delta = _now(numbers, DELTA, layer + 1, place)
        return delta @ _now(numbers, WEIGHT, layer + 1, place)
    a, target = _output(numbers, place), numbers.targets[place.sample]
    by_output = net.loss.gradient(a, target, numbers.loss_hyper)
    if net.loss.cut_off:
        return np.where(_slope(numbers, place) <= SMALLEST, 0.0, by_output)
    return by_output


def _slope(numbers: Numbers, place: Place) -> Any:
    assert place.layer
    own: Any = numbers.net.layers[place.layer - 1]
    z, a = _now(numbers, Z, place.layer, place), _output(numbers, place)
    return own.activation.slope(z, a, own.hyper)


def _by_parts(numbers: Numbers, place: Place) -> float:
    """One product of the sum that is ∂(loss)/∂a of the layer below."""
    delta = _now(numbers, DELTA, place.layer, place)
    weight = _now(numbers, WEIGHT, place.layer, place)
    return float(delta[place.at[UNIT]] * weight[place.at[UNIT], place.at[SOURCE]])


def _change(parameter: Quantity) -> Callable[[Numbers, Place], float]:
    """What the update that follows adds to a parameter."""

    def change(numbers: Numbers, place: Place) -> float:
        if not is_plain(numbers.net):
            return new_less_old(numbers, place)
        # The difference of two weights has lost the digits of a small change.
        gradient = numbers.trace[parameter.gradient, place.layer][place.step]
        by = -numbers.hyper["learning_rate"] * gradient[tuple(place.at.values())]
        return float(by)

    return change


def new_less_old(numbers: Numbers, place: Place) -> float:
    """A change of a parameter as the difference of its values at two steps."""
    run, at = numbers.trace[CHANGED[place.name], place.layer], tuple(place.at.values())
    return float(run[place.step + 1][at] - run[place.step][at])


def is_plain(net: Net) -> bool:
    """Whether an update is −η times the gradient, of every parameter."""
    all_trained = all(net.trained(quantity, at).all() for quantity, at in net.parameters())
    return net.is_plain and all_trained


def _unit(values: Callable[[Numbers, Place], Any]) -> Callable[[Numbers, Place], float]:
    return lambda numbers, place: float(values(numbers, place)[place.at[UNIT]])


def _fall(numbers: Numbers, place: Place) -> float:
    costs = numbers.trace[COST, None]
    return float(costs[0] - costs[place.step])


def _fall_in_percent(numbers: Numbers, place: Place) -> float:
    first = float(numbers.trace[COST, None][0])
    return 100 * _fall(numbers, place) / first if first else 0.0


KINDS: dict[str, Kind] = {
    INPUT.name: Kind((UNIT,), _unit(lambda n, p: n.inputs[p.sample]), layered=False),
    TARGET.name: Kind((UNIT,), _unit(lambda n, p: n.targets[p.sample]), layered=False),
    "learning_rate": Kind((), lambda n, p: n.hyper["learning_rate"], layered=False),
    "activation_gradient": Kind((UNIT,), _unit(_by_activation), by_unit=True),
    "activation_slope": Kind((UNIT,), _unit(_slope), by_unit=True),
    "delta_product": Kind(
        (UNIT,), _unit(lambda n, p: _by_activation(n, p) * _slope(n, p)), by_unit=True
    ),
    "complement": Kind((UNIT,), _unit(lambda n, p: 1 - _output(n, p))),
    "logarithm": Kind((UNIT,), _unit(lambda n, p: logarithm(_output(n, p)))),
    "z_slope": Kind((UNIT, SOURCE), lambda n, p: float(_below(n, p)[p.at[SOURCE]])),
    "product_back": Kind((UNIT, SOURCE), _by_parts),
    "weight_change": Kind((UNIT, SOURCE), _change(WEIGHT)),
    "bias_change": Kind((UNIT,), _change(BIAS)),
    "cost_fall": Kind((), _fall, layered=False),
    "cost_fall_percent": Kind((), _fall_in_percent, layered=False),
}


def value(numbers: Numbers, place: Place) -> float:
    """The number of a place, from the run's arrays."""
    if place.name in KINDS:
        return float(KINDS[place.name].value(numbers, place))
    quantity = run_quantity(numbers.net, place.name, place.layer)
    return float(_now(numbers, quantity, place.layer, place)[tuple(place.at.values())])


def run_quantity(net: Net, name: str, layer: int | None) -> Quantity:
    """The quantity of the run with this name and layer. Raises `LookupError`."""
    for quantity, at in net.quantities():
        if (quantity.name, at) == (name, layer):
            return quantity
    raise LookupError(name)


# What a lesson file says -------------------------------------------------------------


def groups(written: Any) -> Any:
    """The tables `[[published]]`, each number a table or a text "place = number"."""
    if not isinstance(written, list | tuple):
        return written
    return tuple(_group(table, f"published[{i}]") for i, table in enumerate(written))


def _group(table: Any, field: str) -> Any:
    if not isinstance(table, Mapping):
        if isinstance(table, Group):
            return table
        raise ValueError(f"{field}: write a table, not {table!r:.40}")
    check_keys(table, [*Group.model_fields], f"{field}.")
    numbers = table.get("numbers")
    if isinstance(numbers, list | tuple):
        read = [_printed(one, f"{field}.numbers[{i}]") for i, one in enumerate(numbers)]
        table = {**table, "numbers": read}
    return validated(Group, table, field)


def _printed(one: Any, field: str) -> Any:
    if isinstance(one, Printed):
        return one
    if isinstance(one, str):
        match = LINE.fullmatch(one)
        if match is None:
            raise ValueError(f'{field}: write a place and its number, as "cost = 0.2563"')
        one = {"of": match[1].strip(), "printed": match[2].strip()}
    if not isinstance(one, Mapping):
        raise ValueError(f"{field}: write a text or a table, not {one!r:.40}")
    check_keys(one, [*Printed.model_fields], f"{field}.")
    return validated(Printed, one, field)


def check_published(net: Net, published: tuple[Group, ...], samples: int, steps: int) -> None:
    """Raise `ValueError` with the field and the remedy for what the lesson does not have."""
    for i, group in enumerate(published):
        for j, one in enumerate(group.numbers):
            field = f"published[{i}].numbers[{j}]"
            for key, text in (("printed", one.printed), ("right", one.right)):
                if (key, text) != ("right", "") and not _is_number(text):
                    raise ValueError(
                        f"{field}.{key}: is {text!r:.40}: write a number of at most "
                        f"{MOST_DECIMALS} decimals, as it is printed"
                    )
            at = place_of(net, one, group.step, f"{field}.of")
            if one.sample >= samples:
                raise ValueError(
                    f"{field}.sample: is {one.sample}: the lesson has {samples}, counted from 0"
                )
            if at.step + (at.name in NEXT) > steps:
                looks = f", and {one.of} looks at the step behind it" if at.name in NEXT else ""
                raise ValueError(
                    f"published[{i}].step: is {group.step}{looks}: training.steps is {steps}, make "
                    "one of them another"
                )


def _is_number(text: str) -> bool:
    try:
        found = _decimal(text)
    except InvalidOperation:
        return False
    exponent = found.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -MOST_DECIMALS and abs(found) < 10**15


def place_of(net: Net, one: Printed, step: int, field: str) -> Place:
    """The place that a text names. Raises `ValueError` with the field and the remedy."""
    match = PLACE.fullmatch(one.of.replace(" ", ""))
    known = sorted({q.name for q, _ in net.quantities()} | set(KINDS))
    if match is None or match[1] not in known:
        word = match[1] if match else one.of
        raise ValueError(f"{field}: {one.of!r:.60} names no number: " + suggest(word, known))
    name, indices = match[1], [int(at) for at in re.findall(r"\d+", match[2])]
    layers = [at for q, at in net.quantities() if q.name == name]
    layered = KINDS[name].layered if name in KINDS else layers[0] is not None
    layer = indices.pop(0) if layered and indices else None
    if layered and (layer is None or not 1 <= layer <= net.depth):
        raise ValueError(
            f"{field}: {one.of!r:.60} names no layer: write {name}[1] for the first, up to "
            f"{name}[{net.depth}]"
        )
    if name not in KINDS and layer not in layers:
        raise ValueError(f"{field}: layer {layer} has no {name}: name another number")
    if name in KINDS and layer and not _fits(net.layers[layer - 1], KINDS[name]):
        raise ValueError(
            f"{field}: layer {layer} has no {name}, since its units are not computed one by one: "
            "name another number"
        )
    lengths = _lengths(net, name, layer)
    if len(indices) != len(lengths) or any(
        at >= length for at, length in zip(indices, lengths.values(), strict=False)
    ):
        sizes = " × ".join(map(str, lengths.values())) or "one"
        raise ValueError(
            f"{field}: {one.of!r:.60} is not there: {name} has {sizes} "
            f"number{'s' * bool(lengths)}, counted from 0"
        )
    return Place(name, layer, tuple(zip(lengths, indices, strict=True)), step, one.sample)


def _fits(layer: Layer, kind: Kind) -> bool:
    """Whether a layer has numbers of this kind."""
    return isinstance(layer, Dense) and (not kind.by_unit or layer.activation.slope is not None)


def _lengths(net: Net, name: str, layer: int | None) -> dict[str, int]:
    """The axes of a place besides step and example, and how long they are."""
    if name in KINDS:
        axes = KINDS[name].axes
        known = net.layers[layer - 1].lengths if layer else {}
        units = {INPUT.name: net.sizes[0], TARGET.name: net.sizes[-1]}
        return {axis: known.get(axis, units.get(name, 1)) for axis in axes}
    quantity = run_quantity(net, name, layer)
    lengths = net.lengths(quantity, layer, 1)
    return {axis: length for axis, length in lengths.items() if axis != SAMPLE}
