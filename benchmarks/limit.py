"""`limit`: the whole build against deflating the finished file's parts, and nothing else.

A workbook is a zip, so no program can write it in less time than compressing its parts
takes. The parts of the built file are read into memory, and each is compressed in one
go by zlib at its usual level. The build's clock runs over all of
`sheetnet.build`, training included; what of it is writing alone is shown besides, since
training has no such limit.
"""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.measuring import Result, Run, interleaved, spread
from benchmarks.subject import mazur
from sheetnet.building import build, make_book
from sheetnet.files.formats import write

ENDINGS = ("xlsx", "ods")
REACH = 4.0


def measure(run: Run) -> Iterator[Result]:
    steps = 1_000 if run.quick else 10_000
    for ending in ENDINGS:
        yield from _measure(ending, steps, run)


def _measure(ending: str, steps: int, run: Run) -> Iterator[Result]:
    lesson = mazur(steps)
    with tempfile.TemporaryDirectory() as folder:
        path = build(lesson, Path(folder, f"limit.{ending}"))
        with zipfile.ZipFile(path) as package:
            parts = [package.read(name) for name in package.namelist()]
        book = make_book(lesson)
        times = interleaved(
            {
                "build": lambda: build(lesson, path),
                "write": lambda: write(book, path),
                "deflate": lambda: deflate(parts),
            },
            run.rounds,
            run.clock,
        )
    size = sum(map(len, parts)) / 1e6
    for name, what, reach in (
        ("build", "the whole build", REACH),
        ("write", "writing the model alone", None),
    ):
        ratios = times.ratios(name, "deflate")
        yield Result(
            name="limit",
            what=f"{steps:,} steps as .{ending}: {what}, × deflating {size:.1f} MB",
            figure=median(ratios),
            reach=reach,
            sense="≤",
            spread=spread(ratios),
            note=f"{times.median(name):.2f} s and {times.median('deflate'):.2f} s",
        )


def deflate(parts: list[bytes]) -> int:
    """Compress as a zip does: raw deflate streams, one a part."""
    size = 0
    for part in parts:
        stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        size += len(stream.compress(part)) + len(stream.flush())
    return size
