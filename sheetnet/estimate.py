"""How large a workbook becomes and how long that takes, before it is written.

All of it grows by the same with every step of a run. So two short runs of the lesson are built,
for real and into memory, and what one has more than the other is multiplied. A run that is no
longer than both together is built itself.
"""

from __future__ import annotations

import io
import time
import zipfile
from dataclasses import dataclass
from typing import Any

from sheetnet.errors import SheetnetError
from sheetnet.files.formats import Format, write_into
from sheetnet.files.package import LARGEST
from sheetnet.lessons.subjects import Subject, subject
from sheetnet.workbook.book import Book
from sheetnet.workbook.knobs import settings

#: Numbers that the two runs differ by: fewer take no time that can be measured.
DIFFERENCE = 100_000
#: Runs of fewer numbers make no workbook that is too large.
NEVER_LARGE = 2_000_000
FEW_STEPS = 8
#: So many times the least that a number can take is enough for any run.
GENEROUS = 2.5
#: An estimate leaves out that row numbers grow longer further down.
MARGIN = 0.9
MB = 1e6


@dataclass(frozen=True)
class Estimate:
    """Sheets, cells that hold something, bytes of the file and of its parts, and seconds.

    `growth` is how many bytes of its parts each number of the run takes.
    """

    sheets: int
    cells: int
    packed: int
    unpacked: int
    seconds: float
    growth: float

    @property
    def megabytes(self) -> float:
        return self.packed / MB


def estimate(lesson: Any, form: Format) -> Estimate:
    """What building a lesson in a format will make and take. Raises `SheetnetError`."""
    kind = subject(lesson.kind)
    steps = kind.steps(lesson)
    each = max(kind.count(lesson) // (steps + 1), 1)
    more = 2 * (DIFFERENCE // (2 * each) + 1)  # even, since two kinds of rows may alternate
    short, long = 2, 2 + more
    if steps <= short + long:  # two short runs would take as long as the workbook itself
        return _measured(kind, lesson, form)
    # The first of all loads what writing needs: it is not the one that is timed.
    low, high = (_measured(kind, kind.shortened(lesson, n), form) for n in (short, long))
    share = (steps - long) / more
    seconds = high.seconds + share * max(high.seconds - low.seconds, 0.0)
    pairs = ((high.cells, low.cells), (high.packed, low.packed), (high.unpacked, low.unpacked))
    cells, packed, unpacked = (round(b + share * (b - a)) for b, a in pairs)
    growth = (high.unpacked - low.unpacked) / (more * each)
    return Estimate(high.sheets, cells, packed, unpacked, seconds, growth)


def _measured(kind: Subject, lesson: Any, form: Format) -> Estimate:
    started = time.process_time()
    book = kind.book(lesson, kind.numbers(lesson, settings(kind.knobs(lesson))))
    file = io.BytesIO()
    write_into(book, file, form)
    seconds = time.process_time() - started
    with zipfile.ZipFile(file) as package:
        unpacked = sum(part.file_size for part in package.infolist())
    growth = unpacked / max(kind.count(lesson), 1)
    return Estimate(len(book.sheets), filled(book), len(file.getvalue()), unpacked, seconds, growth)


def filled(book: Book) -> int:
    """How many cells of a workbook hold something."""
    total = 0
    for sheet in book.sheets:
        total += sum(cell.content is not None for cell in sheet.cells.values())
        for band in sheet.bands:
            total += len(band.rows) * sum(cell.content is not None for cell in band.cells)
    return total


def refuse_the_large(lesson: Any, form: Format) -> None:
    """Refuse a workbook that could not be read again, before minutes go into it.

    Raises `SheetnetError` with its size, and which number of the lesson to make how small.
    """
    kind = subject(lesson.kind)
    count = kind.count(lesson)
    kind.check(lesson)
    # Of a few steps, an estimate would take as long as the workbook.
    if count <= NEVER_LARGE or kind.steps(lesson) <= FEW_STEPS:
        return
    if count * form.least > LARGEST:
        # Known from the lesson alone: even two short runs of so many examples take a while.
        most = int(MARGIN * LARGEST / (GENEROUS * form.least))
        raise SheetnetError(
            f"the workbook would hold {count:,} numbers of its run and more than "
            f"{count * form.least / MB:,.0f} MB unpacked, which is too large to be opened and "
            f"proved: {kind.smaller(lesson, most)}"
        )
    found = estimate(lesson, form)
    if found.unpacked > LARGEST:
        raise SheetnetError(
            f"the workbook would have {found.cells:,} cells and about {found.megabytes:,.0f} MB, "
            "which is too large to be opened and proved: "
            + kind.smaller(lesson, int(count - (found.unpacked - MARGIN * LARGEST) / found.growth))
        )
