"""`scaling`: how the time of a whole build grows with steps, examples and units.

The exponent that fits the times best, against the number of cells: 1 is in proportion.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.measuring import Result, Run, interleaved
from benchmarks.subject import drawn, formula_count
from sheetnet.building import build, make_book
from sheetnet.network.lesson import Lesson

REACH = 1.1


def measure(run: Run) -> Iterator[Result]:
    factors = (1, 2, 4) if run.quick else (1, 2, 4, 8)
    for what, lessons in (
        ("steps", [drawn((4, 5, 3), 6, 400 * n) for n in factors]),
        ("examples", [drawn((4, 5, 3), 20 * n, 100) for n in factors]),
        ("units", [drawn((4, 12 * n, 3), 6, 100) for n in factors]),
    ):
        yield _fitted(what, lessons, run)


def _fitted(what: str, lessons: list[Lesson], run: Run) -> Result:
    cells = [formula_count(make_book(lesson)) for lesson in lessons]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "scaling.xlsx")
        contenders: dict[str, Callable[[], object]] = {
            str(n): partial(build, lesson, path) for n, lesson in enumerate(lessons)
        }
        times = interleaved(contenders, run.rounds, run.clock)
    seconds = [median(times.seconds[str(n)]) for n in range(len(lessons))]
    exponent = float(np.polyfit(np.log(cells), np.log(seconds), 1)[0])
    return Result(
        name="scaling",
        what=f"whole builds of {cells[0]:,} to {cells[-1]:,} formula cells by {what}: exponent",
        figure=exponent,
        reach=REACH,
        sense="≤",
        unit="",
        note=f"{seconds[0]:.2f} s to {seconds[-1]:.2f} s",
    )
