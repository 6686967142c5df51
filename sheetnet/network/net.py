"""A network ready to run: its layers, loss and optimiser as objects, and its quantities."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from sheetnet.network.clipping import CLIP_FACTOR, Clipping
from sheetnet.network.hyper import HyperParameter
from sheetnet.network.layers.base import Layer
from sheetnet.network.losses import Loss
from sheetnet.network.optimisers import Optimiser
from sheetnet.network.penalties import PENALISED, Penalised, penalty_of, quantities
from sheetnet.network.quantities import (
    BATCH_INPUT,
    BATCH_TARGET,
    BIAS,
    COST,
    LOSS,
    ORDER,
    SAMPLE,
    UNIT,
    Quantity,
)
from sheetnet.network.reductions import MEAN, Reduction
from sheetnet.network.rules import GRADIENT, Rule
from sheetnet.network.scalars import Scalar
from sheetnet.network.schedules import CONSTANT, Schedule
from sheetnet.workbook.knobs import Key

#: A quantity and its layer, None where it has none.
Owned = tuple[Quantity, int | None]


class Held(Mapping[str, Any]):
    """A layer's hyper-parameters, the knobs among them looked up when they are asked for."""

    def __init__(
        self,
        constant: Mapping[str, Any],
        look: Callable[[str], Any],
        knobs: tuple[HyperParameter, ...],
    ) -> None:
        self._constant, self._look = constant, look
        self._knobs = {knob.name for knob in knobs}

    def __getitem__(self, name: str) -> Any:
        return self._look(name) if name in self._knobs else self._constant[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._constant)

    def __len__(self) -> int:
        return len(self._constant)


@dataclass(frozen=True, eq=False)
class Net:
    """The network of a lesson. `loss_hyper` are the loss's hyper-parameters, as the lesson says.

    `frozen` says of a parameter's numbers which stay as they are; none where it is not there.
    `penalties` are what the cost adds for the weights, `clipping` what is done to gradients
    before an update takes them. `batch` is how many examples a step is shown; None: all of them.
    """

    inputs: int
    layers: tuple[Layer, ...]
    loss: Loss
    loss_hyper: dict[str, Any]
    optimiser: Optimiser
    train_biases: bool
    reduction: Reduction = MEAN
    rule: Rule = GRADIENT
    frozen: Mapping[Key, npt.NDArray[np.bool_]] = field(default_factory=dict)
    schedule: Schedule = CONSTANT
    clipping: Clipping | None = None
    penalties: tuple[Penalised, ...] = ()
    batch: int | None = None

    def knobs(self) -> Iterator[tuple[Layer, HyperParameter, str]]:
        """The hyper-parameters of layers that a user may change, with their names in formulas."""
        owned = [(layer, hyper) for layer in self.layers for hyper in layer.turned_by]
        for layer, hyper in owned:
            alone = sum(other.name == hyper.name for _, other in owned) == 1
            yield layer, hyper, hyper.name if alone else f"{hyper.name}_{layer.number}"

    @property
    def shared_knobs(self) -> dict[str, HyperParameter]:
        """The hyper-parameters that layers share and a user may change, by name."""
        return {hyper.name: hyper for layer in self.layers for hyper in layer.shared_by}

    def at(self, held: Callable[[int | None, str], Any]) -> Net:
        """The same network with what `held(layer, name)` says of the layers' knobs and, without
        a layer, of what layers share and of the penalties' strengths: what stands in cells, or
        these cells."""
        if not self.penalties and not any(each.turned_by or each.shared_by for each in self.layers):
            return self
        layers = []
        for layer in self.layers:
            own = Held(layer.hyper, partial(held, layer.number), layer.turned_by)
            values = Held(own, partial(held, None), layer.shared_by)
            moves = layer.turned_by or layer.shared_by
            layers.append(layer.with_hyper(values) if moves else layer)
        penalties = [replace(each, held=partial(held, None)) for each in self.penalties]
        return replace(self, layers=tuple(layers), penalties=tuple(penalties))

    def of_loss(self, held: Callable[[str], Any]) -> dict[str, Any]:
        """What the loss depends on: its hyper-parameters, by what `held(name)` says of each, and
        those of the activation that it is differentiated with as one."""
        own = {hyper.name: held(hyper.name) for hyper in self.loss.hyper}
        return {**self.layers[-1].hyper, **own} if self.loss.fused_with else own

    def penalty(self, parameters: Mapping[Any, npt.NDArray[np.float64]], first: int = 0) -> Any:
        """What the cost adds for parameters, by name and layer; their own axes begin at `first`."""
        weights = [array for (name, _), array in parameters.items() if name == PENALISED]
        return penalty_of(self.penalties, weights, first)

    @property
    def scalars(self) -> tuple[Scalar, ...]:
        """What follows from the step alone and all parameters share in an update."""
        scheduled = (self.schedule.scalar,) if self.schedule.scalar else ()
        return (*scheduled, *self.optimiser.scalars)

    @property
    def shared(self) -> dict[str, Quantity]:
        """What all parameters share in an update, by what formulas of the update call it."""
        found = {scalar.key: scalar.quantity for scalar in self.scalars}
        if self.clipping and self.clipping.by_norm:
            found[CLIP_FACTOR.name] = CLIP_FACTOR
        return found

    def taken(self, gradient: Any, hyper: Mapping[str, Any]) -> Any:
        """What an update takes of a gradient."""
        return self.clipping.take(gradient, hyper) if self.clipping else gradient

    @property
    def is_plain(self) -> bool:
        """Whether an update is −η·gradient, with the learning rate of the lesson."""
        return self.optimiser.is_plain and not self.shared and not self.clipping

    @property
    def is_open(self) -> bool:
        """Whether drop-downs say what the activations, the loss or the optimiser are."""
        hyper = (*self.optimiser.hyper, *self.loss.hyper, *self.shared_knobs.values())
        return any(each.choices for each in hyper)

    @property
    def learns_from(self) -> int | None:
        """How many examples a step learns from; None: from all."""
        return self.rule.learns_from

    @property
    def depth(self) -> int:
        return len(self.layers)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of inputs and of each layer's units."""
        return (self.inputs, *(layer.units for layer in self.layers))

    def is_fused(self, layer: int) -> bool:
        """Whether the loss and the activation of this layer are differentiated as one."""
        needed = self.loss.fused_with
        return layer == self.depth and needed is not None and self.layers[-1].fuses_with(needed)

    def trained(self, parameter: Quantity, layer: int) -> npt.NDArray[np.bool_]:
        """Which of a parameter's numbers training changes, with the parameter's axes."""
        shape = tuple(self.lengths(parameter, layer, 1).values())
        if parameter == BIAS and not self.train_biases:
            return np.zeros(shape, bool)
        stays = self.frozen.get((parameter.name, layer))
        return np.ones(shape, bool) if stays is None else ~stays

    def trains(self, parameter: Quantity, layer: int, index: Mapping[str, int]) -> bool:
        """Whether training changes this number of a parameter."""
        if parameter == BIAS and not self.train_biases:
            return False
        stays = self.frozen.get((parameter.name, layer))
        place = tuple(index.get(axis, 0) for axis in parameter.axes)
        return stays is None or not stays[place]

    def parameters(self) -> Iterator[tuple[Quantity, int]]:
        """Every quantity that is a parameter, with its layer."""
        for layer in self.layers:
            for quantity in layer.parameters:
                yield quantity, layer.number

    def states(self) -> Iterator[tuple[Quantity, int, str, Quantity]]:
        """What the optimiser keeps: parameter, layer, the state's name and its quantity."""
        for parameter, layer in self.parameters():
            if self.trained(parameter, layer).any():
                for state in self.optimiser.state:
                    yield parameter, layer, state, parameter.kept(state)

    def quantities(self) -> Iterator[Owned]:
        """All quantities of a step, in the order in which it computes them."""
        if self.learns_from:
            yield ORDER, None
        if self.batch:
            yield BATCH_INPUT, None
            yield BATCH_TARGET, None
        for _, layer, _, kept in self.states():
            yield kept, layer
        yield from self.parameters()
        for part in self.layers:
            for quantity in part.values:
                yield quantity, part.number
        yield LOSS, None
        for quantity in quantities(self.penalties):
            yield quantity, None
        yield COST, None
        for part in reversed(self.layers):
            for quantity in part.backs:
                yield quantity, part.number
        for parameter, layer in self.parameters():
            yield parameter.gradient, layer
        for quantity in self.clipping.quantities if self.clipping else ():
            yield quantity, None
        for scalar in self.scalars:
            yield scalar.quantity, None

    def lengths(self, quantity: Quantity, layer: int | None, samples: int) -> dict[str, int]:
        """The length of each of a quantity's axes."""
        if quantity == ORDER:
            return {SAMPLE: self.learns_from or samples}
        if quantity in (BATCH_INPUT, BATCH_TARGET):
            units = self.sizes[0] if quantity == BATCH_INPUT else self.sizes[-1]
            return {SAMPLE: samples, UNIT: units}
        known = {SAMPLE: samples} | (self.layers[layer - 1].lengths if layer else {})
        return {axis: known[axis] for axis in quantity.axes}

    def count(self, samples: int) -> int:
        """How many numbers a step of the run has."""
        total = 0
        for quantity, layer in self.quantities():
            product = 1
            for length in self.lengths(quantity, layer, samples).values():
                product *= length
            total += product
        return total

    @property
    def parameter_count(self) -> int:
        """How many weights, biases and other parameters there are."""
        total = 0
        for quantity, layer in self.parameters():
            product = 1
            for length in self.lengths(quantity, layer, 1).values():
                product *= length
            total += product
        return total
