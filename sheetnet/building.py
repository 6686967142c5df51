"""From a lesson to its files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sheetnet.files.formats import Progress, format_of, write
from sheetnet.network.book import make_book
from sheetnet.network.lesson import Lesson

OUTPUT = Path("output")


def build(
    lesson: Lesson | str | Path, path: str | Path | None = None, *, progress: Progress | None = None
) -> Path:
    """Write a lesson's workbook; returns where it is.

    `lesson` is a `Lesson`, a shipped lesson's name or a file's path. The path's ending,
    .xlsx or .ods, says which format; without a `path` the workbook goes to `output/` under
    the lesson's name, as .xlsx. `progress` is called with the number of rows written since
    the last call. Raises `SheetnetError`.
    """
    name = "lesson" if isinstance(lesson, Lesson) else Path(lesson).stem
    target = Path(path) if path is not None else OUTPUT / f"{name}.xlsx"
    if not isinstance(lesson, Lesson):
        format_of(target)  # before anything is read
        lesson = Lesson.load(lesson)
    build_each(lesson, [target], progress=progress)
    return target


def build_each(lesson: Lesson, paths: Sequence[Path], *, progress: Progress | None = None) -> None:
    """Write one lesson's workbook to several paths, each in the format of its ending."""
    for path in paths:
        format_of(path)
    book = make_book(lesson)
    for path in paths:
        write(book, path, progress)
