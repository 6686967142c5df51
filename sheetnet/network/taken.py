"""Whether a run takes what its lesson file gives: rates, strengths, a base, thresholds, data.

Compared are the fields of the file with what may be typed on Start, which begins with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from sheetnet.network.numbers import Numbers

#: The fields of the file that say numbers or choices of the whole run, and those of its data.
RATE = "learning_rate"
DATA = {"input": "inputs", "target": "targets"}


def untaken(numbers: Numbers) -> Iterator[str]:
    """Sentences on numbers and choices of the lesson file that the workbook begins otherwise
    than with."""
    lesson = numbers.lesson
    given: dict[tuple[str, int | None], Any] = {(RATE, None): lesson.training.learning_rate}
    for fields in (lesson.network, lesson.training):
        given |= {(name, None): value for name, value in (fields.model_extra or {}).items()}
    for number, layer in enumerate(lesson.network.layers, 1):
        given |= {(name, number): value for name, value in (layer.model_extra or {}).items()}
    given |= {(name, None): getattr(lesson.data, field) for name, field in DATA.items()}
    for key, value in given.items():
        knob = numbers.knobs.get(key)
        if knob is None or value is None or isinstance(value, list) and not value:
            continue  # what is compared, or no number of the run
        own = np.asarray(value)
        if own.size != knob.value.size or not np.array_equal(own.ravel(), knob.value.ravel()):
            yield f"the lesson gives {key[0]} as another than the workbook begins with"
