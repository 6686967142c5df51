"""From a lesson to its files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sheetnet.errors import SheetnetError
from sheetnet.estimate import Estimate, estimate, refuse_the_large
from sheetnet.files.formats import Progress, collector_paused, format_of, write
from sheetnet.lessons.subjects import load, subject
from sheetnet.workbook.book import Book
from sheetnet.workbook.knobs import settings

OUTPUT = Path("output")


def build(lesson: Any, path: str | Path | None = None, *, progress: Progress | None = None) -> Path:
    """Write a lesson's workbook; returns where it is.

    `lesson` is a `Lesson` of any kind, a shipped lesson's name or a file's path. The path's ending,
    .xlsx or .ods, says which format; without a `path` the workbook goes to `output/` under
    the lesson's name, as .xlsx. `progress` is called with the number of rows written since
    the last call. Raises `SheetnetError`.
    """
    named = isinstance(lesson, str | Path)
    name = Path(lesson).stem if named else "lesson"
    target = Path(path) if path is not None else OUTPUT / f"{name}.xlsx"
    if named:
        format_of(target)  # before anything is read
        _, lesson = load(lesson)
    build_each(lesson, [target], progress=progress)
    return target


def build_each(lesson: Any, paths: Sequence[Path], *, progress: Progress | None = None) -> None:
    """Write one lesson's workbook to several paths, each in the format of its ending."""
    forms = [format_of(path) for path in paths]
    with naming(lesson, paths), collector_paused():
        for form in forms:
            refuse_the_large(lesson, form)
        book = make_book(lesson)
        for path in paths:
            write(book, path, progress)


def expect(lesson: Any, paths: Sequence[Path]) -> list[Estimate]:
    """What `build_each` would make at each path and take; it refuses what that refuses."""
    forms = [format_of(path) for path in paths]
    with naming(lesson, paths):
        kind = subject(lesson.kind)
        kind.numbers(lesson, settings(kind.knobs(lesson)))
        for form in forms:
            refuse_the_large(lesson, form)
        return [estimate(lesson, form) for form in forms]


@contextmanager
def naming(lesson: Any, paths: Sequence[Path] = ()) -> Iterator[None]:
    """Let errors begin with the lesson's file, unless they name that or one of the paths."""
    try:
        yield
    except SheetnetError as error:
        known = (lesson.name, *map(str, paths))
        if lesson.name and not str(error).startswith(tuple(f"{name}: " for name in known)):
            error.args = (f"{lesson.name}: {error}",)
        raise


def make_book(lesson: Any) -> Book:
    """The model of a lesson's workbook, as built: with the lesson's own settings.

    Raises `SheetnetError` where the run overflows or a sheet cannot hold it.
    """
    kind = subject(lesson.kind)
    numbers = kind.numbers(lesson, settings(kind.knobs(lesson)))
    return kind.book(lesson, numbers)
