"""Runs side by side: the same lesson with other values of one hyper-parameter.

A lesson file names the hyper-parameter and the values (`training.compare`); each value is an
input cell of its own. A run whose numbers have grown a thousand-fold learns no further, so that
none of it leaves the range of numbers: where a learning rate is too large, that is the lesson.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from sheetnet.errors import SheetnetError
from sheetnet.lessons.errors import suggest
from sheetnet.workbook.knobs import Array, Key, Knob

#: The values of the compared hyper-parameter: an input with a cell for each run.
VALUES = "compared_value"
#: The axis that tells the runs apart, counted from 0.
RUN = "run"
FEWEST, MOST = 2, 12
#: A run learns no further once its numbers have grown so many times.
GROWN = 1000.0
Compare = Mapping[str, Sequence[float]]


def comparable(knobs: Iterable[Knob]) -> dict[str, Knob]:
    """The knobs that can be compared: numbers of one cell that the lesson says, by their names."""
    return {
        knob.key if knob.layer is None else str(knob.name): knob
        for knob in knobs
        if knob.name and knob.original and not knob.choices
    }


def check(compare: Compare, knobs: Iterable[Knob], steps: int) -> None:
    """Raises `ValueError` with the field and the remedy."""
    field, known = "training.compare", comparable(knobs)
    if not steps:
        raise ValueError(f"{field}: there is nothing to compare without training.steps: give some")
    if len(compare) != 1:
        raise ValueError(f"{field}: names {len(compare)} hyper-parameters: write one")
    [(name, values)] = compare.items()
    if name not in known:
        raise ValueError(f"{field}: unknown hyper-parameter {name!r}: " + suggest(name, known))
    if not FEWEST <= len(values) <= MOST:
        count = f"{len(values)} value" + "s" * (len(values) != 1)
        raise ValueError(f"{field}.{name}: has {count}: write {FEWEST} to {MOST}, a run for each")
    for i, value in enumerate(values):
        if known[name].refuses(float(value)):
            sentence = known[name].sentence.replace("Type", "write").rstrip(".")
            raise ValueError(f"{field}.{name}[{i}]: is {value:g}: {sentence}")


def compared(compare: Compare, knobs: Iterable[Knob]) -> Knob:
    """The knob of the lesson's own run that has another value in each of the others."""
    [name] = compare
    return comparable(knobs)[name]


def knobs(compare: Compare, own: Sequence[Knob]) -> Iterator[Knob]:
    """The values, as an input with a cell for each run; nothing where none are compared."""
    if not compare:
        return
    turned = compared(compare, own)
    [values] = compare.values()

    def nudged(value: Array, rng: np.random.Generator) -> Array:
        return np.array([turned.nudge(np.array(one), rng).item() for one in value])

    def shaken(value: Array, rng: np.random.Generator, turn: int) -> Array:
        # From the lesson's own value: where that run comes down, so do most others near it.
        return np.array([turned.shake(turned.value, rng, turn).item() for _ in value])

    yield Knob(
        VALUES,
        None,
        np.array(values, np.float64),
        (RUN,),
        low=turned.low,
        high=turned.high,
        whole=turned.whole,
        title=turned.title,
        note=turned.note,
        home="Compare",
        nudge=nudged,
        shake=shaken,
    )


def settings_of(arrays: Mapping[Key, Array], turned: Knob, run: int) -> dict[Key, Array]:
    """What stands in the input cells of one of the runs, where that differs."""
    return {turned.place: np.array(arrays[VALUES, None][run])}


def growth(arrays: Iterable[Array]) -> Array:
    """By how many times the numbers of a run have grown, at every step, the largest so far.

    What grows is the distance from the smallest to the largest number of a step; to that of the
    first 1 is added, since it may be 0.
    """
    flat = [array.reshape(len(array), -1) for array in arrays]
    with np.errstate(all="ignore"):
        apart = np.max([a.max(axis=1) for a in flat], axis=0)
        apart = apart - np.min([a.min(axis=1) for a in flat], axis=0)
        grown: Array = np.maximum.accumulate(apart / (1 + apart[0]))
    return grown


def stops_at(arrays: Iterable[Array]) -> int | None:
    """The step from which on a run learns no further; none where it learns to the end."""
    within = growth(arrays) < GROWN
    return None if within.all() else int(np.argmin(within))


def refuse(name: str, value: float, step: int) -> SheetnetError:
    """What is said of a run that leaves the range of numbers within one step."""
    return SheetnetError(
        f"training.compare: with {name} = {value:g} the numbers of step {step} are too large: "
        "choose other values"
    )
