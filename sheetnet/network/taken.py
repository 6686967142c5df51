"""Whether a run takes what its lesson file gives: rates, strengths, a base, thresholds, data.

Compared are the fields of the file with what may be typed on Start, which begins with them; where
the file says nothing, with what docs/lessons.md and docs/workbook.md promise.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from sheetnet.network.notation import NOTATIONS
from sheetnet.network.numbers import Numbers
from sheetnet.network.parameters import choosable
from sheetnet.network.quantities import (
    CHOSEN_OUTPUT,
    CHOSEN_PARAMETER,
    CHOSEN_SAMPLE,
    CHOSEN_STEP,
    DESCENT_REACH,
    DIFFERENCE_STEP,
    FIRST_PARAMETER,
    SECOND_PARAMETER,
)
from sheetnet.network.symbols import Symbols

#: The fields of the file that say numbers or choices of the whole run, and those of its data.
RATE = "learning_rate"
DATA = {"input": "inputs", "target": "targets"}
#: What hyper-parameters are unless told: those of optimisers (PyTorch's), schedules and losses.
UNLESS_TOLD: dict[str, dict[str, float]] = {
    "momentum": {"momentum": 0.9},
    "nesterov": {"momentum": 0.9},
    "rmsprop": {"alpha": 0.99, "epsilon": 1e-8},
    "adagrad": {"epsilon": 1e-10},
    "adam": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
    "adamw": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01},
    "step": {"gamma": 0.1},
    "cosine": {"eta_min": 0.0},
    "cross_entropy": {"log_base": math.e},
}
#: What sheets begin to show unless another is chosen (docs/workbook.md), which no lesson file says.
VIEWED = {
    CHOSEN_STEP.name: 0.0,
    CHOSEN_SAMPLE.name: 1.0,
    DIFFERENCE_STEP.name: 1e-4,
    DESCENT_REACH.name: 2.0,
}


def untaken(numbers: Numbers) -> Iterator[str]:
    """Sentences on numbers and choices of the lesson file that the workbook begins otherwise
    than with."""
    lesson = numbers.lesson
    given: dict[tuple[str, int | None], Any] = {(name, None): x for name, x in VIEWED.items()}
    if not lesson.training.live_choices:  # which have cells that several optimisers share
        for owner in (lesson.net.optimiser, lesson.net.schedule, lesson.net.loss):
            told = UNLESS_TOLD.get(owner.name, {})
            given |= {(name, None): value for name, value in told.items()}
    given[RATE, None] = lesson.training.learning_rate
    for fields in (lesson.network, lesson.training):
        given |= {(name, None): value for name, value in (fields.model_extra or {}).items()}
    for number, layer in enumerate(lesson.network.layers, 1):
        given |= {(name, number): value for name, value in (layer.model_extra or {}).items()}
    given |= {(name, None): getattr(lesson.data, field) for name, field in DATA.items()}
    for key, value in given.items():
        knob = numbers.knobs.get(key)
        if knob is None or value is None:
            continue  # what is compared, or no number of the run
        own = np.asarray(value)
        if own.size != knob.value.size or not np.array_equal(own.ravel(), knob.value.ravel()):
            yield f"the workbook begins with another {key[0]} than its lesson"
    yield from _otherwise_chosen(numbers)


def _otherwise_chosen(numbers: Numbers) -> Iterator[str]:
    """Whether drop-downs begin with another choice than the docs say, or name their choices
    otherwise."""
    lesson = numbers.lesson
    chosen = choosable(lesson.net)
    last = [number for number, each in enumerate(chosen) if each.layer == lesson.net.depth]
    begins = {CHOSEN_PARAMETER: 0}
    if last:  # Descent begins with two of the output's
        begins |= {FIRST_PARAMETER: last[0], SECOND_PARAMETER: last[:2][-1]}
    for quantity, place in begins.items():
        knob = numbers.knobs.get((quantity.name, None))
        if knob is not None and knob.choices.index(knob.value.item()) != place:
            yield f"the workbook begins with another {quantity.name} than docs/workbook.md says"
    if (knob := numbers.knobs.get((CHOSEN_OUTPUT.name, None))) is not None:
        symbols = Symbols(NOTATIONS[lesson.notation], lesson.net.sizes, lesson.samples)
        outputs = [symbols.activation(symbols.last, unit) for unit in range(len(knob.choices))]
        if [str(each) for each in outputs] != [*knob.choices]:
            yield "what Surface can show is not called as the outputs are"
