"""The knobs of what is shown: the step, the example, the weights and output of single sheets.

None of them changes the run. To add one, write a function that yields a `Knob` and put it into
`KNOBS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from sheetnet.network.lesson import Lesson
from sheetnet.network.moves import SIZES
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
    SECOND_PARAMETER,
)
from sheetnet.network.symbols import Symbols
from sheetnet.workbook.knobs import Knob

SMALLEST_H, LARGEST_H = 1e-6, 0.1
#: The most outputs that a drop-down within a rule can list.
MOST_OUTPUTS = 20


def _chosen_place(lesson: Lesson) -> Iterator[Knob]:
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
    _chosen_place,
    _chosen_parameters,
    _chosen_output,
]
