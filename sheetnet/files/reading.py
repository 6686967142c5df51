"""Read what a workbook file stores: every cell's formula and its cached value.

The file may come from a stranger, so whatever is wrong with it ends in a `SheetnetError`
of one sentence, and what is kept in memory is bounded.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from sheetnet.files.ods.read import read_ods
from sheetnet.files.package import Package, open_package
from sheetnet.files.stored import CellError, StoredBook, StoredCell, Value
from sheetnet.files.xlsx.read import read_xlsx

__all__ = ["CellError", "StoredBook", "StoredCell", "Value", "read"]

#: What a package of each kind contains, and what reads it.
XLSX, ODS = "[Content_Types].xml", "content.xml"
READERS: dict[str, Callable[[Package, Collection[str] | None], StoredBook]] = {
    XLSX: read_xlsx,
    ODS: read_ods,
}


def read(path: Path, only: Collection[str] | None = None) -> StoredBook:
    """The workbook at `path`. With `only`, the sheets of other names are listed, but empty.

    Raises `SheetnetError` where the file is no workbook that can be read.
    """
    with open_package(path) as package, collector_paused():
        return READERS[kind_of(package)](package, only)


def kind_of(package: Package) -> str:
    """The part by which its kind of workbook is known. Raises `SheetnetError`."""
    for part in READERS:
        if part in package:
            return part
    raise package.error("it is a zip file of another kind", "name an .xlsx or .ods file")


@contextmanager
def collector_paused() -> Iterator[None]:
    """Looking for garbage among millions of cells, which hold no cycle, costs a fifth."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
