"""From a lesson to its files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sheetnet.files.formats import Progress, format_of, write
from sheetnet.lessons.subjects import load, subject
from sheetnet.workbook.knobs import settings
from sheetnet.workbook.model import Book

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
    for path in paths:
        format_of(path)
    book = make_book(lesson)
    for path in paths:
        write(book, path, progress)


def make_book(lesson: Any) -> Book:
    """The model of a lesson's workbook, as built: with the lesson's own settings.

    Raises `SheetnetError` where the run overflows or a sheet cannot hold it.
    """
    kind = subject(lesson.kind)
    numbers = kind.numbers(lesson, settings(kind.knobs(lesson)))
    return kind.book(lesson, numbers)
