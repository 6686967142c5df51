"""Proof that a workbook is complete, right and alive.

The workbook is built again, as a model, from the lesson in its index and the numbers
that stand in its input cells. Three comparisons with models follow: what the file
stores; what a spreadsheet engine computes from the file's own formulas; and what it
computes after every input has been moved a little.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from sheetnet import __version__
from sheetnet.errors import SheetnetError
from sheetnet.expressions.evaluation import TooLargeError
from sheetnet.files.reading import StoredBook, read
from sheetnet.network import knobs
from sheetnet.network.book import make_book
from sheetnet.network.engine import DivergenceError
from sheetnet.network.lesson import Lesson, Settings
from sheetnet.proof.comparison import Comparison, compare_stored, compare_values
from sheetnet.proof.index import Index, number_at, read_index
from sheetnet.recalc import PROGRAMS, installed, recalculate
from sheetnet.workbook.model import Book

Progress = Callable[[str], None]


@dataclass
class Verification:
    """The verdict on one workbook.

    `ok` is true when every check passed; `message` says in words what a list of
    differences could not; `missing` names engines that were asked for and are not
    installed.
    """

    path: Path
    message: str = ""
    checks: list[Comparison] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.message and bool(self.checks) and all(c.ok for c in self.checks)


def verify(
    path: str | Path, engine: str = "ironcalc", *, progress: Progress | None = None
) -> Verification:
    """Check a workbook with one engine, or with all that are installed ("all").

    `progress` is told what begins. Raises `SheetnetError` for a file that is no workbook
    of ours, or when the engine is not installed.
    """
    path = Path(path)
    tell = progress or (lambda what: None)
    engines, missing = _choose(engine)
    tell("reading the workbook")
    stored = read(path)
    index = read_index(path, stored)
    result = Verification(path, missing=missing)
    if index.version != __version__:
        result.message = (
            f"sheetnet {index.version or 'of an unknown version'} built this workbook, this is "
            f"{__version__}: build it again to verify it"
        )
        return result
    lesson, settings = _contents(path, stored, index)
    try:
        book = make_book(lesson, settings)
    except DivergenceError as error:
        result.message = (
            f"with the numbers that stand in its input cells the run overflows at step "
            f"{error.step}: type a smaller learning rate than {error.learning_rate:g}, or the "
            "lesson's own values"
        )
        return result
    if [*index.blocks, *index.originals] != [*book.blocks, *book.originals]:
        raise SheetnetError(f"{path}: its index does not fit its lesson: build the workbook anew")

    tell("comparing what the file stores")
    result.checks += compare_stored(book, stored)
    other, changes = _moved(lesson, settings, book)
    for name in engines:
        tell(f"recalculating with {name}")
        values = recalculate(path, name, [{}, changes] if other else [{}])
        result.checks.append(compare_values(book, values[0], f"recalculated by {name}"))
        if other:
            result.checks.append(compare_values(other, values[1], f"inputs moved, {name}"))
    return result


def _choose(engine: str) -> tuple[list[str], list[str]]:
    """The engines to use, and those of "all" that are not installed."""
    there = installed()
    if engine == "all":
        return there, [name for name in PROGRAMS if name not in there]
    if engine not in PROGRAMS:
        raise SheetnetError(f"--engine {engine}: unknown: use one of {', '.join(PROGRAMS)} or all")
    if engine not in there:
        raise SheetnetError(f"--engine {engine}: is not installed: install it, or use another")
    return [engine], []


def _contents(path: Path, stored: StoredBook, index: Index) -> tuple[Lesson, Settings]:
    """The lesson that the workbook was built from, and what stands in its input cells."""

    def look(sheet: str, row: int, column: int) -> float:
        return number_at(stored, path, sheet, row, column)

    cells = sum(len(sheet) for sheet in stored.sheets.values())
    for block in (*index.blocks, *index.originals):
        if block.height * block.width > cells:
            raise SheetnetError(
                f"{path}: its index names {block.sheet}!{block.range}, more cells than it has: "
                "build the workbook anew"
            )
    own = knobs.read((replace(block, live=False) for block in index.originals), look)
    arrays = {
        "inputs": own.inputs.tolist(),
        "targets": own.targets.tolist(),
        "weights": [array.tolist() for array in own.weights],
        "biases": [array.tolist() for array in own.biases],
    }
    lesson = Lesson.from_toml(index.lesson, f"{path}: lesson in its index", arrays)
    settings = knobs.read(index.blocks, look)
    _check(path, lesson, settings)
    return lesson, settings


def _check(path: Path, lesson: Lesson, settings: Settings) -> None:
    """What a lesson file may not say, input cells may not say either."""
    own = lesson.settings
    shapes = [
        (own.inputs.shape, settings.inputs.shape),
        (own.targets.shape, settings.targets.shape),
        *((a.shape, b.shape) for a, b in zip(own.weights, settings.weights, strict=False)),
        *((a.shape, b.shape) for a, b in zip(own.biases, settings.biases, strict=False)),
        (len(own.weights), len(settings.weights)),
    ]
    if any(one != other for one, other in shapes):
        raise SheetnetError(f"{path}: its index does not fit its lesson: build the workbook anew")
    if settings.learning_rate <= 0:
        raise SheetnetError(
            f"{path}: the learning rate is {settings.learning_rate:g}: type a number above 0"
        )
    if not (0 <= settings.step <= lesson.training.steps):
        raise SheetnetError(
            f"{path}: the chosen step is {settings.step}: type one from 0 to "
            f"{lesson.training.steps}"
        )
    if not (0 <= settings.sample < len(settings.inputs)):
        raise SheetnetError(
            f"{path}: the chosen example is {settings.sample + 1}: type one from 1 to "
            f"{len(settings.inputs)}"
        )


def _moved(
    lesson: Lesson, settings: Settings, book: Book
) -> tuple[Book | None, dict[knobs.Position, float]]:
    """The model with every input moved, and what to type for it; None if it overflows."""
    other = knobs.moved(lesson, settings)
    try:
        return make_book(lesson, other), knobs.edits(book.blocks, other)
    except (DivergenceError, TooLargeError):
        return None, {}
