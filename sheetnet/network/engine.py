"""The engine: full-batch gradient descent in NumPy, every number of the run kept.

Vectorised matrix code, written apart from the formulas of the sheets, so that comparing
the two proves something. Equations: Wichmann, sections 2 to 4, with δ = N·H, the
derivative of one example's loss; HappyDustbunny for the update.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sheetnet.errors import SheetnetError
from sheetnet.network.activations import ACTIVATIONS
from sheetnet.network.lesson import Lesson, Settings
from sheetnet.network.losses import LOSSES

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
class Trace:
    """Every number of a run; step 0 is before the first update.

    Lists have one entry a layer, the first hidden layer first. S steps, N samples, U
    units, R sources of the layer:
    weights (S+1)×U×R, biases (S+1)×U, z, activations and deltas (S+1)×N×U,
    weight_gradients (S+1)×U×R and bias_gradients (S+1)×U (of the cost: means over the
    batch), losses (S+1)×N, costs S+1. A delta is ∂(loss of that example)/∂z.
    """

    settings: Settings
    weights: list[FloatArray]
    biases: list[FloatArray]
    z: list[FloatArray]
    activations: list[FloatArray]
    deltas: list[FloatArray]
    weight_gradients: list[FloatArray]
    bias_gradients: list[FloatArray]
    losses: FloatArray
    costs: FloatArray

    @property
    def steps(self) -> int:
        return len(self.costs) - 1


def train(lesson: Lesson, settings: Settings | None = None) -> Trace:
    """Run the lesson, from its own settings or from those that stand in a workbook.

    Raises `DivergenceError` where a number overflows.
    """
    settings = settings or lesson.settings
    trace = _empty(lesson, settings)
    with np.errstate(all="ignore"):
        _run(lesson, settings, trace)
    _refuse_overflow(trace)
    return trace


def _empty(lesson: Lesson, settings: Settings) -> Trace:
    count, samples = lesson.training.steps + 1, len(settings.inputs)
    pairs = list(zip(lesson.sizes[1:], lesson.sizes, strict=False))
    return Trace(
        settings=settings,
        weights=[np.empty((count, u, r)) for u, r in pairs],
        biases=[np.empty((count, u)) for u, _ in pairs],
        z=[np.empty((count, samples, u)) for u, _ in pairs],
        activations=[np.empty((count, samples, u)) for u, _ in pairs],
        deltas=[np.empty((count, samples, u)) for u, _ in pairs],
        weight_gradients=[np.empty((count, u, r)) for u, r in pairs],
        bias_gradients=[np.empty((count, u)) for u, _ in pairs],
        losses=np.empty((count, samples)),
        costs=np.empty(count),
    )


def _run(lesson: Lesson, settings: Settings, trace: Trace) -> None:
    layers = lesson.network.layers
    functions = [ACTIVATIONS[layer.activation] for layer in layers]
    loss = LOSSES[lesson.network.loss]
    fused = loss.fused_with == layers[-1].activation
    rate, targets, samples = settings.learning_rate, settings.targets, len(settings.inputs)
    weights = [w.copy() for w in settings.weights]
    biases = [b.copy() for b in settings.biases]
    last = len(layers) - 1
    for step in range(lesson.training.steps + 1):
        source = settings.inputs
        for i, (layer, f) in enumerate(zip(layers, functions, strict=True)):
            trace.weights[i][step], trace.biases[i][step] = weights[i], biases[i]
            z = source @ weights[i].T + biases[i]
            source = f.value(z, layer.theta)
            trace.z[i][step], trace.activations[i][step] = z, source

        delta = source - targets if fused else loss.gradient(source, targets)
        for i in range(last, -1, -1):
            z, a = trace.z[i][step], trace.activations[i][step]
            if i < last or not fused:
                delta = delta * functions[i].slope(z, a, layers[i].theta)
            trace.deltas[i][step] = delta
            below = trace.activations[i - 1][step] if i else settings.inputs
            gradient = delta.T @ below / samples
            trace.weight_gradients[i][step] = gradient
            if lesson.training.train_biases:
                biases[i] = biases[i] - rate * (delta.sum(axis=0) / samples)
            if i:
                delta = delta @ weights[i]
            weights[i] = weights[i] - rate * gradient
    # What no later step needs is computed for all steps at once.
    trace.losses[:] = loss.value(trace.activations[last], targets)
    trace.costs[:] = trace.losses.sum(axis=1) / samples
    for gradients, deltas in zip(trace.bias_gradients, trace.deltas, strict=True):
        gradients[:] = deltas.sum(axis=1) / samples


def _refuse_overflow(trace: Trace) -> None:
    count = len(trace.costs)
    finite = np.isfinite(trace.costs)
    parameters, gradients = trace.weights + trace.biases, trace.weight_gradients
    for arrays in (parameters, trace.z, trace.deltas, gradients, trace.bias_gradients):
        for array in arrays:
            finite &= np.isfinite(array.reshape(count, -1)).all(axis=1)
    if not finite.all():
        raise DivergenceError(int(np.argmin(finite)), trace.settings.learning_rate)
