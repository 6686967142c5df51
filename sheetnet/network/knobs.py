"""The knobs of a network's lesson: hyper-parameters, data, starting parameters, what is shown.

To add one, write a function that yields a `Knob` and put it into `KNOBS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, TypedDict

import numpy as np

from sheetnet.network import comparing
from sheetnet.network.batches import order
from sheetnet.network.hyper import HyperParameter
from sheetnet.network.initialisation import drawing
from sheetnet.network.lesson import Lesson
from sheetnet.network.notation import NOTATIONS
from sheetnet.network.parameters import choosable
from sheetnet.network.quantities import (
    CHOSEN_OUTPUT,
    CHOSEN_PARAMETER,
    CHOSEN_SAMPLE,
    CHOSEN_STEP,
    DESCENT_REACH,
    DIFFERENCE_STEP,
    FIRST_PARAMETER,
    INPUT,
    LEARNING_RATE,
    ORDER,
    SAMPLE,
    SECOND_PARAMETER,
    STEP,
    TARGET,
    TEST_INPUT,
    TEST_TARGET,
    UNIT,
)
from sheetnet.network.symbols import Symbols
from sheetnet.workbook.knobs import Array, Knob, a_little

#: Larger numbers are mistyped ones.
LARGEST = 1_000_000.0
#: A learning rate that nobody means.
LARGEST_RATE = 1000.0
#: Where a step is about the rate itself, larger ones leave every unit saturated.
LARGEST_STEP = 3.0
SMALLEST_H, LARGEST_H = 1e-6, 0.1
#: The most outputs that a drop-down within a rule can list.
MOST_OUTPUTS = 20
#: Sizes in which parameters are shaken, so that each is large, middle and small once.
SIZES = np.array([0.3, -0.3, 0.9, -0.9, 1.9, -1.9])


def _shaken(value: Array, rng: np.random.Generator, turn: int) -> Array:
    """Numbers of all signs and sizes: each place has another one every turn."""
    order = (np.arange(value.size) + turn + value.ndim * (turn // len(SIZES))) % len(SIZES)
    shaken: Array = (SIZES[order] * rng.uniform(0.9, 1.1, value.size)).reshape(value.shape)
    return shaken


def _shaken_parameter(value: Array, rng: np.random.Generator, turn: int) -> Array:
    """The same; of two weights to one unit each is the smaller by far once."""
    shaken = _shaken(value, rng, turn)
    if value.shape == (1, 2):
        shaken[0, 1] = SIZES[-1 - turn % len(SIZES)] * rng.uniform(0.9, 1.1)
    return shaken


def _other_targets(value: Array, rng: np.random.Generator, turn: int) -> Array:
    """Later such as outputs come near to, so that a large step overshoots.

    The chosen example goes on with each turn: a turn later, its target is not always positive.
    """
    return (
        _shaken(value, rng, turn + 1) if turn < len(SIZES) else rng.uniform(0.1, 0.9, value.shape)
    )


def _other_rate(value: Array, rng: np.random.Generator, turn: int, most: float) -> Array:
    """Smaller at first, so that all steps are near the first; later up to the largest."""
    largest = float(np.log10(most / value.item()))
    low, high = (-1.0, -0.5) if turn < len(SIZES) else (0.0, max(largest, 0.0))
    moved: Array = value * 10.0 ** rng.uniform(low, high)
    return moved


class _Bounds(TypedDict):
    low: float
    high: float


def _other_threshold(value: Array, rng: np.random.Generator, turn: int) -> Array:
    """By turns below and above what gradients are; not in step with their signs."""
    moved: Array = value * (0.03, 0.3, 30.0)[turn // 2 % 3] * rng.uniform(0.5, 2.0)
    return moved


class _Moves(TypedDict):
    nudge: Callable[[Array, np.random.Generator], Array]
    shake: Callable[[Array, np.random.Generator, int], Array]


def _bounds(value: Array, low: float = -LARGEST, high: float = LARGEST) -> _Bounds:
    """What may be typed: from low to high, and whatever the lesson itself says."""
    return {"low": min(low, float(value.min())), "high": max(high, float(value.max()))}


def _rates(lesson: Lesson) -> Iterator[Knob]:
    rate = NOTATIONS[lesson.notation].rate_letter
    own = np.array(lesson.hyper["learning_rate"])
    by_size = lesson.net.optimiser.by_size
    update = f"gradient descent: new weight = weight − {rate} · gradient"
    if not lesson.net.is_plain:
        optimiser = lesson.net.optimiser
        update = f"{optimiser.name}: {optimiser.written.replace('η', rate)}"
        if lesson.net.schedule.scalar:
            update += f". By the schedule: {lesson.net.schedule.written.replace('η', rate)}"
    yield Knob(
        LEARNING_RATE.name,
        None,
        own,
        **_bounds(own, 1e-12, LARGEST_RATE),
        name=NOTATIONS[lesson.notation].rate_name,
        title=f"learning rate {rate}",
        note=f"The step size of {update}. Larger steps learn faster, until they overshoot.",
        nudge=lambda value, rng: value * 1.013,
        shake=partial(_other_rate, most=LARGEST_STEP if by_size else LARGEST_RATE),
    )
    net = lesson.net
    for hyper in (*net.optimiser.hyper, *net.schedule.hyper):
        yield _hyper(hyper, lesson.hyper[hyper.name], 0.987, (0.2, 1.0))
    if net.clipping:
        hyper = net.clipping.hyper
        knob = _hyper(hyper, lesson.hyper[hyper.name], 0.987, (0.5, 2.0))
        yield replace(knob, shake=_other_threshold)
    for each in net.penalties:
        yield _hyper(each.penalty.hyper, each.strength, 0.987, (0.2, 3.0))


def _choice(hyper: HyperParameter, value: str) -> Knob:
    """A hyper-parameter that is chosen from a drop-down."""
    return Knob(
        hyper.name,
        None,
        np.array(value, object),
        choices=hyper.choices,
        numbered=True,
        name=hyper.cell_name,
        title=hyper.name.removeprefix("chosen_").replace("_", " "),
        note=hyper.about,
    )


def _hyper(hyper: HyperParameter, value: Any, nudge: float, shake: tuple[float, float]) -> Knob:
    """A hyper-parameter of the optimiser or the loss; the proof moves it by these factors.

    One that counts is moved by 1, and then to the first few numbers; one that is 0 away from it.
    """
    if hyper.choices:
        return _choice(hyper, value)
    own = np.array(value)
    moves: _Moves = {
        "nudge": lambda value, rng: value * nudge,
        "shake": lambda value, rng, turn: value * rng.uniform(*shake),
    }
    if hyper.whole:
        moves = {
            "nudge": lambda value, rng: value + 1,
            "shake": lambda value, rng, turn: value * 0 + hyper.low + turn % 3,
        }
    elif value == 0:
        moves = {"nudge": a_little, "shake": lambda value, rng, turn: a_little(value, rng)}
    return Knob(
        hyper.name,
        None,
        own,
        low=hyper.low,
        high=hyper.high,
        whole=hyper.whole,
        name=hyper.cell_name or hyper.name,
        title=f"{hyper.name.replace('_', ' ')} {hyper.symbol}".strip(),
        note=f"{hyper.about[0].upper()}{hyper.about[1:]}.",
        **moves,
    )


def _of_layers(lesson: Lesson) -> Iterator[Knob]:
    """What a user may change of the layers' activations."""
    net = lesson.net
    for hyper in net.shared_knobs.values():
        own = next(layer.hyper[hyper.name] for layer in net.layers if hyper in layer.shared_by)
        yield _choice(hyper, own)
    for layer, hyper, name in lesson.net.knobs():
        value = np.array(float(layer.hyper[hyper.name]))
        where = "" if name == hyper.name else f" of layer {layer.number}"
        about = hyper.about.partition(":")[0]
        yield Knob(
            hyper.name,
            layer.number,
            value,
            **_bounds(value, hyper.low, hyper.high),
            name=name,
            title=f"{about.split()[0]}{where} {hyper.symbol}",
            note=f"{hyper.about[0].upper()}{hyper.about[1:]}.",
            shake=lambda value, rng, turn: value + rng.uniform(-0.5, 0.5),
        )


def _loss(lesson: Lesson) -> Iterator[Knob]:
    for hyper in lesson.net.loss.hyper:
        yield _hyper(hyper, lesson.net.loss_hyper[hyper.name], 1.07, (0.7, 3.0))


def _data(lesson: Lesson) -> Iterator[Knob]:
    everywhere = (-LARGEST, LARGEST)
    allowed = lesson.net.loss.bounds or everywhere
    for quantity, rows, bounds, shake in (
        (INPUT, lesson.data.inputs, everywhere, _shaken),
        (TARGET, lesson.data.targets, allowed, _other_targets),
        (TEST_INPUT, lesson.data.test_inputs, everywhere, _shaken),
        (TEST_TARGET, lesson.data.test_targets, allowed, _other_targets),
    ):
        if not rows:
            continue
        value = np.array(rows, np.float64)
        whole = quantity in (TARGET, TEST_TARGET) and lesson.net.loss.whole
        yield Knob(
            quantity.name,
            None,
            value,
            (SAMPLE,),
            (UNIT,),
            **_bounds(value, *bounds),
            title=quantity.title.rstrip("s"),
            whole=whole,
            nudge=_switched if whole else a_little,
            shake=shake,
        )


def _switched(value: Array, rng: np.random.Generator) -> Array:
    """0 for 1 and 1 for 0, in the first place."""
    switched = value.copy()
    switched.flat[0] = 1 - switched.flat[0]
    return switched


def _order(lesson: Lesson) -> Iterator[Knob]:
    """Which examples the batches are made of, drawn by a seed."""
    batch, training, examples = lesson.net.batch, lesson.training, len(lesson.data.inputs)
    if batch is None:
        return
    drawn = order(examples, batch, training.steps + 1, training.shuffle, training.seed)
    yield Knob(
        ORDER.name,
        None,
        drawn.astype(np.float64),
        (STEP,),
        (SAMPLE,),
        low=1,
        high=examples,
        whole=True,
        title="number of an example",
        number_format="0",
        original=False,
        nudge=lambda value, rng: value % examples + 1,
        shake=lambda value, rng, turn: (value + turn) % examples + 1,
    )


def _parameters(lesson: Lesson) -> Iterator[Knob]:
    net, network = lesson.net, lesson.network
    draw = drawing(network.initialisation, network.seed)
    for layer in net.layers:
        first = layer.first(draw)
        for quantity in layer.parameters:
            yield Knob(
                quantity.name,
                layer.number,
                first[quantity.name],
                quantity.axes[:1],
                quantity.axes[1:],
                **_bounds(first[quantity.name]),
                title=f"starting {quantity.singular or quantity.title}",
                shake=_shaken_parameter,
            )


def _shown(lesson: Lesson) -> Iterator[Knob]:
    steps, samples = lesson.training.steps, lesson.samples
    yield Knob(
        CHOSEN_STEP.name,
        None,
        np.array(0.0),
        low=0,
        high=steps,
        whole=True,
        name="step",
        title="step",
        number_format="0",
        note="Step 0 is before the first update, step n after n updates. Every sheet that shows "
        "one step shows this one.",
        original=False,
        nudge=lambda value, rng: (value + 1) % (steps + 1),
        shake=lambda value, rng, turn: value * 0 + (turn // len(SIZES)) % (steps + 1),
    )
    if samples > 1:
        yield Knob(
            CHOSEN_SAMPLE.name,
            None,
            np.array(1.0),
            low=1,
            high=samples,
            whole=True,
            name="example",
            title="example",
            number_format="0",
            original=False,
            nudge=lambda value, rng: value % samples + 1,
            # Not in step with the numbers of all signs, or an example would show one sign only.
            shake=lambda value, rng, turn: value * 0 + (turn + turn // 2) % samples + 1,
        )
    yield Knob(
        DIFFERENCE_STEP.name,
        None,
        np.array(1e-4),
        low=SMALLEST_H,
        high=LARGEST_H,
        name="h",
        title="h",
        number_format="0.0E+0",
        home="Gradient check",
        note="Smaller steps drown in rounding, larger ones miss the curve.",
        original=False,
        nudge=lambda value, rng: value * 1.5,
    )


def _chosen_parameters(lesson: Lesson) -> Iterator[Knob]:
    """The weights or biases that sheets look at, by their symbols in the document."""
    symbols = Symbols(NOTATIONS[lesson.notation], lesson.net.sizes)
    listed = choosable(lesson.net)
    choices = tuple(str(each.symbol(symbols)) for each in listed)
    if not choices:
        return
    # Descent begins with two of the output's, which move the cost most.
    first = next(n for n, each in enumerate(listed) if each.layer == lesson.net.depth)
    second = min(first + 1, len(listed) - 1)
    for quantity, at, home, note in (
        (CHOSEN_PARAMETER, 0, "Chain rule", "shows how it reaches the cost"),
        (FIRST_PARAMETER, first, "Descent", "draws the cost against it"),
        (SECOND_PARAMETER, second, "Descent", "draws the cost against this one, too"),
    ):
        yield Knob(
            quantity.name,
            None,
            np.array(choices[at], object),
            choices=choices,
            title=quantity.title,
            home=home,
            note=f"Choose a weight or a bias: the sheet {note}.",
            original=False,
        )
    yield Knob(
        DESCENT_REACH.name,
        None,
        np.array(2.0),
        low=0.001,
        high=1000,
        title=DESCENT_REACH.title,
        home="Descent",
        note="How far the curve reaches to each side of the weight, besides the step itself.",
        original=False,
        nudge=lambda value, rng: value * 1.1,
        shake=lambda value, rng, turn: value * rng.uniform(0.3, 2.0),
    )


def _chosen_output(lesson: Lesson) -> Iterator[Knob]:
    """The output that Surface shows, where there are two inputs and several outputs."""
    sizes = lesson.net.sizes
    if sizes[0] != 2 or not 1 < sizes[-1] <= MOST_OUTPUTS:
        return
    symbols = Symbols(NOTATIONS[lesson.notation], sizes, lesson.samples)
    choices = tuple(str(symbols.activation(symbols.last, unit)) for unit in range(sizes[-1]))
    yield Knob(
        CHOSEN_OUTPUT.name,
        None,
        np.array(choices[0], object),
        choices=choices,
        title="output",
        home="Surface",
        note="Choose an output: the map shows it.",
        original=False,
    )


KNOBS: list[Callable[[Lesson], Iterator[Knob]]] = [
    _rates,
    _loss,
    _of_layers,
    _data,
    _order,
    _parameters,
    _shown,
    _chosen_parameters,
    _chosen_output,
]


def knobs(lesson: Lesson) -> list[Knob]:
    """All knobs of a lesson, in the order in which a reader meets them."""
    own = turned(lesson)
    return [*own, *comparing.knobs(lesson.training.compare, own)]


def turned(lesson: Lesson) -> list[Knob]:
    """The knobs of the lesson's own run."""
    return [knob for declare in KNOBS for knob in declare(lesson)]
