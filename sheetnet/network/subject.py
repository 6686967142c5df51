"""Networks as a kind of lesson."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sheetnet.errors import SheetnetError
from sheetnet.expressions.dialects import LAST_COLUMN
from sheetnet.lessons.errors import suggest
from sheetnet.lessons.subjects import NETWORK, Subject
from sheetnet.network import book, knobs
from sheetnet.network.evaluation import accuracies
from sheetnet.network.lesson import Lesson
from sheetnet.network.numbers import Numbers
from sheetnet.network.placement import MOST_CELLS, fewer, placed
from sheetnet.network.quantities import STEP
from sheetnet.network.schema import json_schema
from sheetnet.network.sheets.kinds import by_name
from sheetnet.network.slides import OfSheets
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.knobs import Array, Key, Settings


def _lesson(
    text: str, name: str, originals: Mapping[Key, Array] | None, folder: Any = None
) -> Lesson:
    lesson = Lesson.from_toml(text, name, originals, folder=folder)
    for i, panel in enumerate(lesson.panels):
        if panel not in book.PANELS:
            raise SheetnetError(
                f"{name}: panels[{i}]: unknown panel {panel!r}: " + suggest(panel, book.PANELS)
            )
        if lesson.training.live_choices:
            raise SheetnetError(
                f"{name}: panels[{i}]: {panel} is about one activation, loss and optimiser: take "
                "it out, or training.live_choices"
            )
        if reason := book.PANELS[panel].refuses(lesson):
            raise SheetnetError(f"{name}: panels[{i}]: {panel} {reason}")
    return lesson


def count(lesson: Lesson) -> int:
    """How many numbers the run has, and those beside it; each stands in the workbook."""
    numbers = lesson.net.count(lesson.samples) * (lesson.training.steps + 1)
    return numbers * runs(lesson)


def runs(lesson: Lesson) -> int:
    """The lesson's own run, and those that it is compared with."""
    return 1 + sum(map(len, lesson.training.compare.values()))


def steps(lesson: Lesson) -> int:
    return lesson.training.steps


def smaller(lesson: Lesson, most: int) -> str:
    """Which number of the lesson to make how small for a run of `most` numbers."""
    each = most // runs(lesson)
    return fewer(lesson.net, lesson.samples, lesson.training.steps, each)


def check(lesson: Lesson) -> None:
    """Refuse what no workbook can hold. Raises `SheetnetError`."""
    samples = lesson.samples
    blocks = list(placed(lesson.net, samples, lesson.training.steps, accuracies(lesson)))
    if not lesson.training.compare:
        return
    if any(block.rows != (STEP,) for block in blocks) or blocks[-1].right + 1 > LAST_COLUMN:
        raise SheetnetError(
            f"training.compare: the run has {lesson.net.count(samples):,} numbers a step, more "
            "than stand in a row: take it out, or give fewer examples or units"
        )
    if count(lesson) > MOST_CELLS:
        raise SheetnetError(
            f"training.compare: {runs(lesson)} runs have {count(lesson):,} numbers, and a workbook "
            f"holds {MOST_CELLS:,}: compare fewer values, or {smaller(lesson, MOST_CELLS)}"
        )


def numbers(lesson: Lesson, settings: Settings | None = None) -> Numbers:
    """The numbers of a lesson, with its own settings or others. Raises `DivergenceError`."""
    settings = lesson.settings if settings is None else settings
    check(lesson)
    return Numbers(lesson, settings, by_name(book.kinds_of(lesson)))


def _array(held: Numbers, block: Block) -> tuple[Array, float] | None:
    array = held.block(block)
    return None if array is None else (array, held.size(block.quantity))


def _steady(held: Numbers) -> bool:
    return held.is_steady


def _rounded(held: Numbers) -> Iterator[Numbers]:
    return held.rounded()


SUBJECT = Subject(
    NETWORK,
    _lesson,
    knobs.knobs,
    numbers,
    book.make_book,
    _array,
    _steady,
    OfSheets,
    count,
    check,
    steps,
    Lesson.shortened,
    smaller,
    json_schema,
    _rounded,
)
