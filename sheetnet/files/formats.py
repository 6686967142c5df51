"""The file formats: each has one writer that only reads the workbook model.

To add one, write `write(book, file, progress)` in a module and name it in `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from sheetnet.errors import SheetnetError
from sheetnet.files.packing import whole_file
from sheetnet.files.reading import collector_paused
from sheetnet.workbook.model import Book

#: A format's name, which is also the ending of its files, and its module.
FORMATS = {"xlsx": "sheetnet.files.xlsx.write", "ods": "sheetnet.files.ods.write"}

Progress = Callable[[int], None]


def format_of(path: Path) -> str:
    """The format that a path's ending names. Raises `SheetnetError`."""
    name = path.suffix[1:].lower()
    if name not in FORMATS:
        endings = " or ".join(f".{known}" for known in FORMATS)
        raise SheetnetError(f"{path}: unknown kind of file: let its name end in {endings}")
    return name


def write(book: Book, path: Path, progress: Progress | None = None) -> None:
    """Write the workbook, whole or not at all; `progress` is told of rows as they go."""
    writer = import_module(FORMATS[format_of(path)])
    # Writing makes no circles: the collector would only look through the model again and again.
    with collector_paused(), whole_file(path) as file:
        writer.write(book, file, progress or (lambda rows: None))
