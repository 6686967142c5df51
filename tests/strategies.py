"""Hypothesis strategies: random lessons, and lessons with their runs."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import assume, reject
from hypothesis import strategies as st

from sheetnet.network.activations import ACTIVATIONS
from sheetnet.network.clipping import CLIPPINGS
from sheetnet.network.engine import DivergenceError, Trace, train
from sheetnet.network.initialisation import INITIALISATIONS
from sheetnet.network.lesson import Lesson
from sheetnet.network.losses import LOSSES
from sheetnet.network.optimisers import OPTIMISERS
from sheetnet.network.penalties import PENALTIES
from sheetnet.network.reductions import REDUCTIONS
from sheetnet.network.schedules import SCHEDULES
from sheetnet.network.subject import SUBJECT

NOTATIONS = ("happydustbunny", "sabine", "bhadani", "wichmann")

#: Every character that XML 1.0 (section 2.2) lets a document hold.
CHARACTERS = st.characters(
    exclude_categories=["Cs"],
    exclude_characters=[chr(c) for c in range(32) if chr(c) not in "\t\n\r"] + ["\ufffe", "\uffff"],
)
#: Beginnings that programs are tempted to read as a formula, a number or markup.
TEMPTING = (
    "=1+2",
    "+1",
    "-1",
    "@SUM(A1)",
    "<b>&amp;</b>",
    "'",
    "_x0041_",
    "1E5",
    " ",
    "日本",
    "😀",
)


def texts(*, min_size: int = 0) -> st.SearchStrategy[str]:
    """Texts that a workbook can hold."""
    plain = st.text(CHARACTERS, min_size=min_size, max_size=30)
    return plain | st.tuples(st.sampled_from(TEMPTING), plain).map("".join)


def rounded(low: float, high: float, digits: int) -> st.SearchStrategy[float]:
    """Numbers from low to high with at most so many digits behind the point."""
    scale = 10**digits
    return st.integers(round(low * scale), round(high * scale)).map(lambda n: n / scale)


def rows(
    numbers: st.SearchStrategy[float], count: int, length: int
) -> st.SearchStrategy[list[list[float]]]:
    """A matrix of count × length."""
    row = st.lists(numbers, min_size=length, max_size=length)
    return st.lists(row, min_size=count, max_size=count)


@st.composite
def biases(draw: st.DrawFn, given: list[float] | None) -> dict[str, Any]:
    """A layer without a bias, or with one for all its units."""
    if draw(st.booleans()):
        return {"bias": False}
    shared: dict[str, Any] = {"shared_bias": True}
    return shared | ({"biases": given[:1]} if given else {})


@st.composite
def frozen(draw: st.DrawFn, units: int, sources: int, layer: dict[str, Any]) -> Any:
    """What stays of a layer: all, or some of its places."""
    places = ["weights", *(f"weights[{j}]" for j in range(units))]
    places += [f"weights[{j}][{k}]" for j in range(units) for k in range(sources)]
    if layer.get("bias", True):
        count = 1 if layer.get("shared_bias") else units
        places += ["biases", *(f"biases[{j}]" for j in range(count))]
    return draw(st.booleans() | st.lists(st.sampled_from(places), max_size=4))


@st.composite
def contents(
    draw: st.DrawFn, *, max_steps: int = 20, most: int = 5, largest: int = 1
) -> dict[str, Any]:
    """What a random lesson file holds, as a dictionary; `most` units a layer, and examples + 1,
    weights up to `largest`."""
    sizes = draw(st.lists(st.integers(1, most), min_size=2, max_size=5))
    samples = draw(st.integers(1, most + 1))
    # A perceptron's loss has its own tests: it is no function of the outputs.
    loss = LOSSES[draw(st.sampled_from(sorted(n for n in LOSSES if not LOSSES[n].whole)))]
    low, high = loss.bounds or (-1.0, 1.0)
    weights = rounded(-largest, largest, draw(st.integers(2, 3)))

    layers: list[dict[str, Any]] = []
    for sources, units in zip(sizes, sizes[1:], strict=False):
        last = len(layers) == len(sizes) - 2
        names = [name for name in sorted(ACTIVATIONS) if last or name != "softmax"]
        layer = {"units": units, "activation": draw(st.sampled_from(names))}
        if draw(st.integers(0, 3)):
            layer["weights"] = draw(rows(weights, units, sources))
        if draw(st.integers(0, 3)):
            layer["biases"] = draw(st.lists(weights, min_size=units, max_size=units))
        if not draw(st.integers(0, 3)):
            layer |= draw(biases(layer.pop("biases", None)))
        if not draw(st.integers(0, 3)):
            layer["frozen"] = draw(frozen(units, sources, layer))
        layers.append(layer)
    if loss.fused_with:
        layers[-1]["activation"] = loss.fused_with
    for layer in layers:
        if layer["activation"] == "step" and draw(st.booleans()):
            layer["theta"] = draw(rounded(-1, 1, 2))

    network: dict[str, Any] = {"inputs": sizes[0], "loss": loss.name, "layers": layers}
    for hyper in loss.hyper:
        if draw(st.booleans()):
            network[hyper.name] = draw(rounded(hyper.low, 12, 2))
    if draw(st.booleans()):
        network["reduction"] = draw(st.sampled_from(sorted(REDUCTIONS)))
    if any("weights" not in layer for layer in layers):
        network["initialisation"] = draw(st.sampled_from(sorted(INITIALISATIONS)))
        network["seed"] = draw(st.integers(0, 1000))
    training = {
        "learning_rate": draw(rounded(0.01, 1, 2)),
        "steps": draw(st.integers(0, max_steps)),
    }
    if draw(st.booleans()):
        training |= draw(updates())
    if draw(st.booleans()):
        training["train_biases"] = draw(st.booleans())
    content: dict[str, Any] = {
        "title": draw(texts(min_size=1)),
        "source": draw(texts()),
        "notation": draw(st.sampled_from(NOTATIONS)),
        "network": network,
        "data": {
            "inputs": draw(rows(rounded(-2, 2, 2), samples, sizes[0])),
            "targets": draw(rows(rounded(low, high, 2), samples, sizes[-1])),
        },
        "training": training,
    }
    if draw(st.booleans()):
        content["about"] = draw(texts())
        content["try"] = draw(st.lists(texts(), max_size=3))
    return content


@st.composite
def updates(draw: st.DrawFn) -> dict[str, Any]:
    """Keys of [training]: an optimiser, and perhaps a schedule, a clipping and penalties."""
    optimiser = OPTIMISERS[draw(st.sampled_from(sorted(OPTIMISERS)))]
    schedule = SCHEDULES[draw(st.sampled_from(sorted(SCHEDULES)))]
    training: dict[str, Any] = {"optimiser": optimiser.name, "schedule": schedule.name}
    alone = [*CLIPPINGS.values(), *PENALTIES.values()]
    asked = [each.hyper for each in alone if not draw(st.integers(0, 3))]
    for hyper in (*optimiser.hyper, *schedule.hyper, *asked):
        if hyper.whole:
            training[hyper.name] = draw(st.integers(1, 9))
        elif hyper.default is None or draw(st.booleans()):
            low, high = max(hyper.low, 0.01 * bool(hyper.low)), min(hyper.high, 1.0)
            training[hyper.name] = draw(rounded(low, high * 0.9, 2))
    if "clip_norm" in training:
        training.pop("clip_value", None)
    return training


@st.composite
def runs(
    draw: st.DrawFn, *, max_steps: int = 20, most: int = 5, largest: int = 1
) -> tuple[Lesson, Trace]:
    """A random lesson and its run.

    Passed over are runs that overflow, and those that come so near to a kink that a last
    bit decides: spreadsheet programs call numbers equal that differ no more than that.
    """
    lesson = Lesson.model_validate(draw(contents(max_steps=max_steps, most=most, largest=largest)))
    try:
        trace = train(lesson)
    except DivergenceError:
        reject()
    assume(not hits_a_kink(lesson, trace))
    # Optimisers that divide by a gradient's size may make last bits count.
    assume(not lesson.net.optimiser.state or SUBJECT.steady(SUBJECT.numbers(lesson)))
    return lesson, trace


def bias_of(trace: Trace, layer: int) -> Any:
    """The biases of a layer's units at every step: steps × 1 × units, or 1 for all, or 0."""
    held = trace.get(("bias", layer), np.zeros(len(trace.costs)))
    return held.reshape(len(held), 1, -1)


def hits_a_kink(lesson: Lesson, trace: Trace) -> bool:
    for i, layer in enumerate(lesson.net.layers):
        for _, kink in layer.kinks():
            below = trace.activations[i - 1] if i else trace.settings["input", None]
            terms = np.abs(below) @ np.abs(trace.weights[i]).swapaxes(1, 2)
            size = terms + np.abs(bias_of(trace, i + 1)) + abs(kink)
            if (np.abs(trace.z[i] - kink) < 1e-12 * size).any():
                return True
    return False


def lessons(*, max_steps: int = 20, most: int = 5, largest: int = 1) -> st.SearchStrategy[Lesson]:
    """A random lesson: 1 to 4 layers, 1 to `most` units, as many examples and one, weights up to
    `largest`, a run that ends."""
    return runs(max_steps=max_steps, most=most, largest=largest).map(lambda run: run[0])
