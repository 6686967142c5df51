"""The file formats: each is one folder that writes, reads and types into its files.

To add one, make a folder with the modules `write` (`write(book, file, progress)`), `read`
(`read_book(package, only)`), `facts` (`read_facts(package, stored)`), `typed`
(`changed_parts(package, edits)`) and `plain` (`write_plain(package, target)`), and name it in
`FORMATS`. A writer only reads the workbook
model.
"""

from __future__ import annotations

import gc
import zipfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from sheetnet.errors import SheetnetError
from sheetnet.files import packing
from sheetnet.files.edits import Edits
from sheetnet.files.facts import Facts
from sheetnet.files.package import Package, open_package
from sheetnet.files.packing import whole_file
from sheetnet.files.stored import StoredBook
from sheetnet.workbook.book import Book


@dataclass(frozen=True)
class Format:
    """A format: the ending of its files, the part by which a package is known, its folder.

    `least` are the bytes that a number of a long run takes of its parts at the very least, with
    its tags, its formula and its value; a usual one takes twice as many.
    """

    name: str
    part: str
    folder: str
    least: int

    def module(self, task: str) -> Any:
        """Its module that writes, reads or types; loaded when it is first needed."""
        return import_module(f"{self.folder}.{task}")


XLSX = Format("xlsx", "[Content_Types].xml", "sheetnet.files.xlsx", 64)
ODS = Format("ods", "content.xml", "sheetnet.files.ods", 128)
FORMATS: dict[str, Format] = {form.name: form for form in (XLSX, ODS)}

Progress = Callable[[int], None]


def format_of(path: Path) -> Format:
    """The format that a path's ending names. Raises `SheetnetError`."""
    name = path.suffix[1:].lower()
    if name not in FORMATS:
        endings = " or ".join(f".{known}" for known in FORMATS)
        raise SheetnetError(f"{path}: unknown kind of file: let its name end in {endings}")
    return FORMATS[name]


def kind_of(package: Package) -> Format:
    """The format of a package, whatever its name. Raises `SheetnetError`."""
    for form in FORMATS.values():
        if form.part in package:
            return form
    raise package.error("it is a zip file of another kind", "name an .xlsx or .ods file")


def write(book: Book, path: Path, progress: Progress | None = None) -> None:
    """Write the workbook, whole or not at all; `progress` is told of rows as they go."""
    form = format_of(path)
    with whole_file(path) as file:
        write_into(book, file, form, progress)


def write_into(book: Book, file: IO[bytes], form: Format, progress: Progress | None = None) -> None:
    """Write the workbook in a format into an open file."""
    writer = form.module("write")
    # Writing makes no circles: the collector would only look through the model again and again.
    with collector_paused():
        writer.write(book, file, progress or (lambda rows: None))


def read(path: Path, only: Collection[str] | None = None) -> StoredBook:
    """What the workbook at `path` stores: every cell's formula and its cached value.

    With `only`, the sheets of other names are listed, but empty. The file may come from a
    stranger: whatever is wrong with it is a `SheetnetError` of one sentence, and what is kept
    in memory is bounded.
    """
    with open_package(path) as package, collector_paused():
        book: StoredBook = kind_of(package).module("read").read_book(package, only)
        return book


def read_facts(path: Path, stored: StoredBook) -> Facts:
    """What the workbook at `path`, read as `stored`, says besides its cells.

    Raises `SheetnetError`.
    """
    with open_package(path) as package:
        facts: Facts = kind_of(package).module("facts").read_facts(package, stored)
        return facts


def type_into(source: Path, target: Path, edits: Edits) -> None:
    """Write `source` to `target` with numbers and texts in place of what some cells hold.

    For a program that cannot be told to change a cell. Raises `EditError` where such a cell
    is missing or holds a formula, `SheetnetError` where `source` is no workbook.
    """
    with open_package(source) as package, zipfile.ZipFile(target, "w") as result:
        changed = kind_of(package).module("typed").changed_parts(package, edits)
        for part in package.parts:
            with result.open(part, "w") as file:
                for chunk in [changed[part]] if part in changed else package.stream(part):
                    file.write(chunk)


def copy_plain(source: Path, target: Path) -> None:
    """Write what a program needs to compute the workbook at `source` to `target`.

    Nothing in it leads elsewhere. Raises `SheetnetError`, also for a formula that fetches.
    """
    with (
        open_package(source) as package,
        target.open("wb") as file,
        packing.Package(file, packed=False) as result,
    ):
        kind_of(package).module("plain").write_plain(package, result)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Looking for garbage among millions of cells, which hold no cycle, costs a fifth."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # All that was made meanwhile counts as old: as young it would be looked through at once.
        if not gc.get_freeze_count():
            gc.freeze()
            gc.unfreeze()
        if enabled:
            gc.enable()
