"""How well a network does on all examples, at every step: training and test set.

A step with a batch learns from some of the examples only; the costs here are those of all.
Where the targets are classes, an example counts as right where no other class scores higher than
its own (one output: where it is on the target's side of a half).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sheetnet.expressions.rich import rich
from sheetnet.network.activations import ABOVE
from sheetnet.network.engine import FloatArray, forward, losses
from sheetnet.network.layers.base import Layer
from sheetnet.network.layers.dense import Dense
from sheetnet.network.lesson import Lesson
from sheetnet.network.net import Net
from sheetnet.network.numbers import Derived, Numbers
from sheetnet.network.penalties import PENALTY
from sheetnet.network.quantities import (
    ACTIVATION,
    INPUT,
    STEP,
    TARGET,
    TEST_INPUT,
    TEST_TARGET,
    Quantity,
    Role,
    Z,
)
from sheetnet.network.standardising import standardised

#: Training set and test set.
SPLIT = "split"
SETS = ("training", "test")
#: On which side of this a single output, and its target, is.
HALF = 0.5
#: A softmax of more outputs would make too long a formula for the cost of a whole set, and more
#: cells are more than a workbook should have besides the run.
MOST_OUTPUTS, MOST_CELLS = 8, 400_000

TRAINING_COST = Quantity(
    "training_cost", (STEP,), Role.FORWARD, "training cost", lambda s, _, at: s.cost
)
TEST_COST = Quantity("test_cost", (STEP,), Role.FORWARD, "test cost", lambda s, _, at: s.cost)
ACCURACY = Quantity(
    "accuracy", (STEP, SPLIT), Role.FORWARD, "accuracy", lambda s, _, at: rich("accuracy")
)


def has_test(lesson: Lesson) -> bool:
    return bool(lesson.data.test_inputs)


def is_classification(lesson: Lesson) -> bool:
    """Whether the targets are classes: 0 or 1, of several outputs one 1 in each example."""
    targets = (*lesson.data.targets, *lesson.data.test_targets)
    whole = all(value in (0.0, 1.0) for target in targets for value in target)
    return whole and all(len(target) == 1 or sum(target) == 1 for target in targets)


def shows_data(lesson: Lesson) -> bool:
    """Whether the examples stand on a sheet of their own, with what becomes of them."""
    data = lesson.data
    said = data.source or data.test_inputs or data.standardise or data.classes or data.columns
    return bool(said) or lesson.net.batch is not None


def competes(layer: Layer) -> bool:
    """Whether a layer's activation looks at all of its units at once."""
    return isinstance(layer, Dense) and layer.activation.cell_of_largest is not None


def is_evaluated(lesson: Lesson) -> bool:
    """Whether the workbook computes the cost and the accuracy of whole sets at every step."""
    net = lesson.net
    if not shows_data(lesson) or not all(isinstance(layer, Dense) for layer in net.layers):
        return False
    if competes(net.layers[-1]) and net.sizes[-1] > MOST_OUTPUTS:
        return False
    examples = len(lesson.data.inputs) + len(lesson.data.test_inputs)
    each = net.parameter_count + examples * net.sizes[-1]
    return each * (lesson.training.steps + 1) <= MOST_CELLS


def accuracies(lesson: Lesson) -> int:
    """How many accuracies a workbook shows at every step: of the training set, of a test set."""
    classified = is_evaluated(lesson) and is_classification(lesson)
    return 1 + has_test(lesson) if classified else 0


def shown_sets(numbers: Numbers) -> list[tuple[FloatArray, FloatArray]]:
    """Inputs as the network is shown them and targets, of the training set and of the test set."""
    held, lesson = numbers.settings, numbers.lesson
    sets = [(numbers.examples, held[TARGET.name, None])]
    if has_test(lesson):
        inputs = held[TEST_INPUT.name, None]
        if lesson.data.standardise:
            inputs = standardised(inputs, held[INPUT.name, None])
        sets.append((inputs, held[TEST_TARGET.name, None]))
    return sets


def scores_by(net: Net) -> Quantity:
    """By what the outputs compete: by z where an activation looks at all of them at once."""
    last = net.layers[-1]
    return ACTIVATION if isinstance(last, Dense) and last.activation.slope else Z


def right(scores: FloatArray, targets: FloatArray) -> npt.NDArray[np.bool_]:
    """Which examples are right: … × examples, from … × examples × outputs."""
    if targets.shape[-1] == 1:
        sides: npt.NDArray[np.bool_] = (scores > HALF - ABOVE) == (targets > HALF - ABOVE)
        return sides[..., 0]
    own: FloatArray = (scores * targets).sum(axis=-1, keepdims=True)
    beaten = (scores > own + ABOVE).any(axis=-1)
    return np.logical_not(np.asarray(beaten))


@dataclass(frozen=True)
class Evaluation:
    """Of each set: the cost and the share of right examples (steps + 1 each). A penalty of the
    weights is in the cost of the training set, since it is that which training makes small."""

    costs: list[FloatArray]
    accuracies: list[FloatArray]


@lru_cache(maxsize=4)
def evaluated(numbers: Numbers) -> Evaluation:
    net, trace = numbers.net, numbers.trace
    by = scores_by(net)
    costs, accuracies = [], []
    for number, (inputs, targets) in enumerate(shown_sets(numbers)):
        divisor = net.reduction.divisor(len(inputs))
        last = of_layer(numbers, number, net.depth)
        costs.append(losses(net, last, targets, numbers.loss_hyper).sum(axis=1) / divisor)
        accuracies.append(right(last[by.name], targets).mean(axis=1))
    if net.penalties:
        costs[0] = costs[0] + trace[PENALTY, None]
    return Evaluation(costs, accuracies)


@lru_cache(maxsize=4)
def of_layer(numbers: Numbers, number: int, layer: int) -> dict[str, FloatArray]:
    """The values of a layer by their quantities' names, of all examples of the training set (0) or
    the test set (1): steps + 1 × examples × units."""
    net, trace = numbers.net, numbers.trace
    inputs, _ = shown_sets(numbers)[number]
    of_steps = []
    for step in range(len(trace.costs)):
        parameters = {(q.name, at): trace[q, at][step] for q, at in net.parameters()}
        of_steps.append(forward(net, parameters, inputs)[layer - 1])
    return {name: np.array([kept[name] for kept in of_steps]) for name in of_steps[0]}


DERIVED = (
    Derived(TRAINING_COST, lambda numbers, _: evaluated(numbers).costs[0]),
    Derived(TEST_COST, lambda numbers, _: evaluated(numbers).costs[-1]),
    Derived(ACCURACY, lambda numbers, _: np.column_stack(evaluated(numbers).accuracies)),
)
