"""From a lesson to a file."""

from __future__ import annotations

from pathlib import Path

from sheetnet.formats import Progress, format_of, write
from sheetnet.lesson import Lesson
from sheetnet.workbook import make_book

OUTPUT = Path("output")


def build(
    lesson: Lesson | str | Path, path: str | Path | None = None, *, progress: Progress | None = None
) -> Path:
    """Write a lesson's workbook; returns where it is.

    `lesson` is a `Lesson`, a shipped lesson's name or a file's path. Without a `path` the
    workbook goes to `output/` under the lesson's name. `progress` is called with the
    number of rows written since the last call. Raises `SheetnetError`.
    """
    name = "lesson" if isinstance(lesson, Lesson) else Path(lesson).stem
    target = Path(path) if path is not None else OUTPUT / f"{name}.xlsx"
    format_of(target)
    if not isinstance(lesson, Lesson):
        lesson = Lesson.load(lesson)
    write(make_book(lesson), target, progress)
    return target
