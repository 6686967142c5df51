"""Read what a workbook file stores: every cell's formula and its cached value.

The file may come from a stranger, so whatever is wrong with it ends in a `SheetnetError`
of one sentence, and what is kept in memory is bounded.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from sheetnet.package import Package, open_package
from sheetnet.reading_xlsx import read_xlsx
from sheetnet.stored import CellError, StoredBook, StoredCell, Value

__all__ = ["CellError", "StoredBook", "StoredCell", "Value", "read"]

#: What a package of each kind contains, and what reads it.
READERS: dict[str, Callable[[Package, Collection[str] | None], StoredBook]] = {
    "[Content_Types].xml": read_xlsx,
}


def read(path: Path, only: Collection[str] | None = None) -> StoredBook:
    """The workbook at `path`. With `only`, the sheets of other names are listed, but empty.

    Raises `SheetnetError` where the file is no workbook that can be read.
    """
    with open_package(path) as package, _collector_paused():
        for part, reader in READERS.items():
            if part in package:
                return reader(package, only)
        raise package.error("it is a zip file of another kind", "name an .xlsx file")


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Looking for garbage among millions of cells, which hold no cycle, costs a fifth."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
