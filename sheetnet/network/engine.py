"""The engine: training in NumPy, every number of the run kept.

Vectorised matrix code, written apart from the formulas of the sheets, so that comparing
the two proves something. Equations: Wichmann, sections 2 to 4, with δ = N·H, the
derivative of one example's loss; HappyDustbunny for the update.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sheetnet.errors import SheetnetError
from sheetnet.network.clipping import CLIP_FACTOR, GRADIENT_NORM, factor_of
from sheetnet.network.lesson import Lesson
from sheetnet.network.net import Net
from sheetnet.network.penalties import PENALISED, PENALTY
from sheetnet.network.quantities import (
    ACTIVATION,
    BATCH_INPUT,
    BATCH_TARGET,
    BIAS,
    COST,
    DELTA,
    INPUT,
    LOSS,
    ORDER,
    TARGET,
    WEIGHT,
    Quantity,
    Z,
)
from sheetnet.network.standardising import standardised
from sheetnet.workbook.knobs import Key, Settings

FloatArray = npt.NDArray[np.float64]


class DivergenceError(SheetnetError):
    """The run leaves the range of numbers at `step`, with the given learning rate."""

    def __init__(self, step: int, learning_rate: float) -> None:
        self.step = step
        self.learning_rate = learning_rate
        remedy = (
            "choose a smaller learning rate, or fewer training.steps"
            if step
            else "write smaller numbers in data.inputs, data.targets or the weights"
        )
        super().__init__(
            f"the run overflows at step {step} with training.learning_rate = {learning_rate:g}: "
            + remedy
        )


@dataclass(frozen=True)
class Trace(Mapping[Key, FloatArray]):
    """Every number of a run; step 0 is before the first update.

    By quantity and layer, an array whose first axis is the step and whose others are the
    quantity's: `trace["weight", 1]` is (steps + 1) × units × sources, `trace["z", 1]` and
    `trace["delta", 1]` are (steps + 1) × samples × units, `trace["cost", None]` has one
    number a step. A delta is ∂(loss of that example)/∂z; gradients are those of the cost, so
    means over the batch, or sums where the lesson's `reduction` is a sum.
    """

    arrays: dict[Key, FloatArray]
    settings: Settings

    def __getitem__(self, key: tuple[Quantity | str, int | None]) -> FloatArray:
        quantity, layer = key
        return self.arrays[quantity.name if isinstance(quantity, Quantity) else quantity, layer]

    def __iter__(self) -> Iterator[Key]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)

    def of(self, quantity: Quantity) -> list[FloatArray]:
        """A quantity of every layer that has it, the first layer first."""
        found = {layer or 0: a for (name, layer), a in self.arrays.items() if name == quantity.name}
        return [found[layer] for layer in sorted(found)]

    @property
    def costs(self) -> FloatArray:
        """The cost of every step."""
        return self[COST, None]

    @property
    def weights(self) -> list[FloatArray]:
        """The weights of every dense layer: (steps + 1) × units × sources."""
        return self.of(WEIGHT)

    @property
    def biases(self) -> list[FloatArray]:
        """The biases of every dense layer that has any: (steps + 1) × units; shared: steps + 1."""
        return self.of(BIAS)

    @property
    def activations(self) -> list[FloatArray]:
        """The values of every layer: (steps + 1) × samples × units."""
        return self.of(ACTIVATION)

    @property
    def z(self) -> list[FloatArray]:
        """The pre-activations of every dense layer, shaped as the activations."""
        return self.of(Z)

    @property
    def deltas(self) -> list[FloatArray]:
        """∂(loss of that example)/∂z of every dense layer, shaped as the activations."""
        return self.of(DELTA)

    @property
    def weight_gradients(self) -> list[FloatArray]:
        """∂(cost)/∂w of every dense layer, shaped as the weights."""
        return self.of(WEIGHT.gradient)

    @property
    def bias_gradients(self) -> list[FloatArray]:
        """∂(cost)/∂b of every dense layer, shaped as the biases."""
        return self.of(BIAS.gradient)

    @property
    def losses(self) -> FloatArray:
        """The loss of every example: (steps + 1) × samples."""
        return self[LOSS, None]

    @property
    def steps(self) -> int:
        return len(self.costs) - 1


def train(lesson: Lesson, settings: Settings | None = None) -> Trace:
    """Run the lesson, from its own settings or from those that stand in a workbook.

    Raises `DivergenceError` where a number overflows.
    """
    settings = lesson.settings if settings is None else settings
    trace = run(lesson, settings)
    _refuse_overflow(trace, settings.number("learning_rate"))
    return trace


def run(lesson: Lesson, settings: Settings, until: int | None = None) -> Trace:
    """The run, whatever becomes of it; numbers that overflow are infinite, or none.

    After step `until`, where there is one, all parameters stay as they are.
    """
    net = lesson.net.at(lambda layer, name: settings.value(name, layer))
    count, samples = lesson.training.steps + 1, lesson.samples
    trace = Trace(
        {
            (q.name, layer): np.zeros((count, *net.lengths(q, layer, samples).values()))
            for q, layer in net.quantities()
        },
        settings,
    )
    with np.errstate(all="ignore"):
        _run(net, lesson, settings, trace, until)
    return trace


def fed(lesson: Lesson, settings: Settings) -> FloatArray:
    """What the network is shown of the training examples' inputs: examples × features."""
    inputs = settings[INPUT.name, None]
    return standardised(inputs, inputs) if lesson.data.standardise else inputs


def forward(
    net: Net, parameters: Mapping[Any, FloatArray], inputs: FloatArray
) -> list[dict[str, FloatArray]]:
    """The values of every layer (N × units …) for all examples, by their quantities' names."""
    kept, below = [], inputs
    for layer in net.layers:
        own = {q.name: parameters[q.name, layer.number] for q in layer.parameters}
        kept.append(layer.forward(own, below))
        below = kept[-1][ACTIVATION.name]
    return kept


def losses(
    net: Net, last: Mapping[str, FloatArray], targets: FloatArray, hyper: Mapping[str, float]
) -> FloatArray:
    """The loss of every example, from the last layer's values (… × N × units each).

    `hyper` are the loss's hyper-parameters.
    """
    from_z = net.loss.value_from_z if net.is_fused(net.depth) else None
    if from_z:
        result: FloatArray = from_z(last[Z.name], targets, hyper)
    else:
        result = net.loss.value(last[ACTIVATION.name], targets, hyper)
    return result


def stepped(
    net: Net,
    trained: npt.NDArray[np.bool_],
    held: tuple[FloatArray, FloatArray, Mapping[str, FloatArray]],
    hyper: Mapping[str, float],
    number: int,
) -> tuple[FloatArray, dict[str, FloatArray]]:
    """A parameter and its state after update `number`, from itself, its gradient and its state.

    `hyper` are the hyper-parameters of this update. What training leaves as it is has neither
    an update nor a state.
    """
    parameter, gradient, state = held
    if not trained.any():
        return parameter, dict(state)
    gradient = net.taken(gradient, hyper)
    moved, kept = net.optimiser.step(parameter, gradient, state, hyper, number)
    if trained.all():
        return moved, kept
    return np.where(trained, moved, parameter), {
        name: np.where(trained, array, state[name]) for name, array in kept.items()
    }


def cost_of(net: Net, loss: FloatArray, parameters: Mapping[Any, FloatArray] | None = None) -> Any:
    """The cost: the examples' losses (… × N) reduced, and what penalties add for parameters."""
    cost = loss.sum(axis=-1) / net.reduction.divisor(loss.shape[-1])
    return cost if parameters is None else cost + net.penalty(parameters)


def drawn(batch: int, samples: int, step: int) -> npt.NDArray[np.int_]:
    """The examples that a step learns from, counted from 0: in their order, over and over."""
    return (step * batch + np.arange(batch)) % samples


@dataclass
class _Step:
    """What a step computes, before its update: all arrays by quantity and layer."""

    parameters: dict[Key, FloatArray]
    state: dict[Key, dict[str, FloatArray]]
    values: dict[Key, FloatArray]
    gradients: dict[Key, FloatArray]


def learned(lesson: Lesson, settings: Settings | None = None) -> dict[Key, FloatArray]:
    """The parameters after the last step, by name and layer; nothing else is kept.

    Numbers that overflow are infinite, or none.
    """
    settings = lesson.settings if settings is None else settings
    net = lesson.net.at(lambda layer, name: settings.value(name, layer))
    with np.errstate(all="ignore"):
        for step in _Steps(net, lesson, settings):
            parameters = step.parameters
    return parameters


class _Steps:
    """The steps of a run, one after the other."""

    def __init__(
        self, net: Net, lesson: Lesson, settings: Settings, until: int | None = None
    ) -> None:
        self.net, self.until, self.count = net, until, lesson.training.steps + 1
        inputs, targets = fed(lesson, settings), settings[TARGET.name, None]
        #: Inputs and targets of all examples, or of each step's.
        self.examples = inputs, targets
        if net.batch:
            self.order = settings[ORDER.name, None].astype(int) - 1
        self.samples = lesson.samples
        self.hyper = {name: settings.value(name) for name in lesson.hyper}
        self.loss_hyper = net.of_loss(settings.value)
        self.parameters: dict[Key, FloatArray] = {
            (q.name, layer): settings[q.name, layer] for q, layer in net.parameters()
        }
        self.state: dict[Key, dict[str, FloatArray]] = {key: {} for key in self.parameters}
        for parameter, at, name, _ in net.states():
            zeros = np.zeros_like(self.parameters[parameter.name, at])
            self.state[parameter.name, at][name] = zeros
        steps = np.arange(self.count)
        #: What follows from the step alone, by what formulas of the update call it.
        self.scalars = {each.key: each.values(self.hyper, steps) for each in net.scalars}
        self.trained: dict[Key, npt.NDArray[np.bool_]] = {
            (q.name, layer): net.trained(q, layer) for q, layer in net.parameters()
        }

    def shown(self, step: int) -> tuple[FloatArray, FloatArray]:
        """The inputs and the targets of a step."""
        if not self.net.batch:
            return self.examples
        inputs, targets = self.examples
        return inputs[self.order[step]], targets[self.order[step]]

    def __iter__(self) -> Iterator[_Step]:
        net, parameters, state = self.net, self.parameters, self.state
        # What is the same in every step is looked up once: small networks take 20 µs a step.
        whole = {key: bool(mask.all()) for key, mask in self.trained.items()}
        clipping, scalars, trained = net.clipping, self.scalars, self.trained
        by_norm = bool(clipping and clipping.by_norm)
        for number in range(self.count):
            step = self._computed(number, parameters, state)
            now = self.hyper
            if scalars:
                now = now | {key: values[number] for key, values in scalars.items()}
            if by_norm:
                learning = [step.gradients[key][mask] for key, mask in trained.items()]
                norm = np.sqrt(sum((each**2).sum() for each in learning))
                factor = factor_of(norm, self.hyper["clip_norm"])
                step.values |= {(GRADIENT_NORM.name, None): norm, (CLIP_FACTOR.name, None): factor}
                now = now | {CLIP_FACTOR.name: factor}
            yield step
            if self.until is not None and number >= self.until:
                continue
            updated, kept = {}, {}
            for key, gradient in step.gradients.items():
                held = parameters[key], gradient, state[key]
                if whole[key] and clipping is None:
                    updated[key], kept[key] = net.optimiser.step(*held, now, number + 1)
                else:
                    updated[key], kept[key] = stepped(net, trained[key], held, now, number + 1)
            parameters, state = updated, kept

    def _computed(
        self,
        number: int,
        parameters: dict[Key, FloatArray],
        state: dict[Key, dict[str, FloatArray]],
    ) -> _Step:
        """The forward pass of a step and the backward pass."""
        net, (inputs, targets) = self.net, self.shown(number)
        fused = net.is_fused(net.depth)
        gradient = net.loss.fused if fused else net.loss.gradient
        divisor = net.reduction.divisor(net.learns_from or self.samples)
        kept = forward(net, parameters, inputs)
        by_output = gradient(kept[-1][ACTIVATION.name], targets, self.loss_hyper)
        found: dict[Key, FloatArray] = {}
        gradients: dict[Key, FloatArray] = {}
        for layer in reversed(net.layers):
            at, values = layer.number, kept[layer.number - 1]
            below = kept[at - 2][ACTIVATION.name] if at > 1 else inputs
            own = {q.name: parameters[q.name, at] for q in layer.parameters}
            one = fused and at == net.depth
            backs, by_parameter = layer.backward(own, below, values, by_output, one)
            if net.learns_from:  # the gradients are those of the step's examples
                chosen = drawn(net.learns_from, self.samples, number)
                there = {name: array[chosen] for name, array in values.items()}
                of_chosen = below[chosen], there, by_output[chosen], one
                by_parameter = layer.backward(own, *of_chosen)[1]
            if at > 1:
                by_output = layer.by_input(own, backs)
            for name, array in (*values.items(), *backs.items()):
                found[name, at] = array
            for name, array in by_parameter.items():
                array /= divisor
                gradients[name, at] = array
            for each in net.penalties if PENALISED in own else ():
                slope = each.penalty.slope(own[PENALISED])
                gradients[PENALISED, at] += each.strength * slope
        if net.learns_from:
            found[ORDER.name, None] = (drawn(net.learns_from, self.samples, number) + 1).astype(
                float
            )
        if net.batch:
            found |= {(BATCH_INPUT.name, None): inputs, (BATCH_TARGET.name, None): targets}
        return _Step(parameters, state, found, gradients)


def _run(net: Net, lesson: Lesson, settings: Settings, trace: Trace, until: int | None) -> None:
    """Keep every number of every step."""
    arrays, steps = trace.arrays, _Steps(net, lesson, settings, until)
    gradients: dict[Key, FloatArray] = {
        (q.name, at): arrays[q.gradient.name, at] for q, at in net.parameters()
    }
    states = [((q.name, at), name, arrays[kept.name, at]) for q, at, name, kept in net.states()]
    for number, step in enumerate(steps):
        for key, array in (*step.parameters.items(), *step.values.items()):
            arrays[key][number] = array
        for key, array in step.gradients.items():
            gradients[key][number] = array
        for key, name, of_state in states:
            of_state[number] = step.state[key][name]
    for scalar in net.scalars:
        arrays[scalar.quantity.name, None][:] = steps.scalars[scalar.key]
    # What no later step needs is computed for all steps at once.
    last = {q.name: arrays[q.name, net.depth] for q in net.layers[-1].values}
    targets = arrays[BATCH_TARGET.name, None] if net.batch else settings[TARGET.name, None]
    arrays[LOSS.name, None][:] = losses(net, last, targets, steps.loss_hyper)
    arrays[COST.name, None][:] = cost_of(net, arrays[LOSS.name, None])
    if net.penalties:
        held = {key: arrays[key] for key in steps.parameters}
        arrays[PENALTY.name, None][:] = net.penalty(held, 1)
        arrays[COST.name, None][:] += arrays[PENALTY.name, None]


def _refuse_overflow(trace: Trace, learning_rate: float) -> None:
    count = len(trace.costs)
    finite = np.ones(count, bool)
    for array in trace.arrays.values():
        finite &= np.isfinite(array.reshape(count, -1)).all(axis=1)
    if not finite.all():
        raise DivergenceError(int(np.argmin(finite)), learning_rate)
