"""The knobs of a network's lesson: hyper-parameters, data, starting parameters.

To add one, write a function that yields a `Knob` and put it into `KNOBS`. Those of what is shown
are in `viewing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, TypedDict

import numpy as np

from sheetnet.network import comparing, viewing
from sheetnet.network.batches import order
from sheetnet.network.hyper import HyperParameter
from sheetnet.network.initialisation import drawing
from sheetnet.network.lesson import Lesson
from sheetnet.network.moves import (
    Moves,
    other_rate,
    other_step,
    other_targets,
    other_threshold,
    shaken,
    shaken_parameter,
    switched,
)
from sheetnet.network.notation import NOTATIONS
from sheetnet.network.quantities import (
    INPUT,
    LEARNING_RATE,
    ORDER,
    SAMPLE,
    STEP,
    TARGET,
    TEST_INPUT,
    TEST_TARGET,
    UNIT,
)
from sheetnet.workbook.knobs import Array, Knob, a_little

#: Larger numbers are mistyped ones.
LARGEST = 1_000_000.0
#: A learning rate that nobody means.
LARGEST_RATE = 1000.0
#: What is counted moves to so many more than the least: few, and one that divides few steps.
COUNTS = (0, 1, 2, 10)
#: Where a step is about the rate itself, larger ones leave every unit saturated.
LARGEST_STEP = 3.0


class _Bounds(TypedDict):
    low: float
    high: float


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
        shake=partial(other_step, most=LARGEST_STEP)
        if by_size
        else partial(other_rate, most=LARGEST_RATE),
    )
    net = lesson.net
    for hyper in (*net.optimiser.hyper, *net.schedule.hyper):
        yield _hyper(hyper, lesson.hyper[hyper.name], 0.987, (0.2, 1.0))
    if net.clipping:
        hyper = net.clipping.hyper
        knob = _hyper(hyper, lesson.hyper[hyper.name], 0.987, (0.5, 2.0))
        yield replace(knob, shake=other_threshold)
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
    moves: Moves = {
        "nudge": lambda value, rng: value * nudge,
        "shake": lambda value, rng, turn: value * rng.uniform(*shake),
    }
    if hyper.whole:
        moves = {
            "nudge": lambda value, rng: value + 1,
            "shake": lambda value, rng, turn: value * 0 + hyper.low + COUNTS[turn % len(COUNTS)],
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
        (INPUT, lesson.data.inputs, everywhere, shaken),
        (TARGET, lesson.data.targets, allowed, other_targets),
        (TEST_INPUT, lesson.data.test_inputs, everywhere, shaken),
        (TEST_TARGET, lesson.data.test_targets, allowed, other_targets),
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
            nudge=switched if whole else a_little,
            shake=shake,
        )


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
                shake=shaken_parameter,
            )


KNOBS: list[Callable[[Lesson], Iterator[Knob]]] = [
    _rates,
    _loss,
    _of_layers,
    _data,
    _order,
    _parameters,
]


def knobs(lesson: Lesson) -> list[Knob]:
    """All knobs of a lesson, in the order in which a reader meets them."""
    own = turned(lesson)
    return [*own, *comparing.knobs(lesson.training.compare, own)]


def turned(lesson: Lesson) -> list[Knob]:
    """The knobs of the lesson's own run."""
    return [knob for declare in (*KNOBS, *viewing.KNOBS) for knob in declare(lesson)]
