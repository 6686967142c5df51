"""`memory`: the most memory that building a workbook of a million formula cells takes.

A fresh process imports sheetnet, builds the workbook and tells the peak of its resident
memory, so interpreter, NumPy, the whole run and the openpyxl part are all in it. The
peak of a single build is what is asked for, so there are no rounds.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import Result, Run

#: A format's ending and the most MB (1,000,000 bytes) at a million formula cells.
REACHES = {"xlsx": 200.0, "ods": 250.0}


def measure(run: Run) -> Iterator[Result]:
    cells = 100_000 if run.quick else 1_000_000
    for ending, reach in REACHES.items():
        child = _child("build", ending, str(cells))
        base = _child("import")
        yield Result(
            name="memory",
            what=f"{child['cells']:,} formula cells as .{ending}: peak memory",
            figure=child["peak"] / 1e6,
            reach=reach,
            sense="≤",
            unit=" MB",
            note=f"{base['peak'] / 1e6:.0f} MB of it before anything is built, "
            f"the file has {child['size'] / 1e6:.0f} MB",
        )


def _child(*arguments: str) -> dict[str, int]:
    command = [sys.executable, "-m", __name__, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    answer: dict[str, int] = json.loads(done.stdout)
    return answer


def peak() -> int:
    """The most resident memory that this process had, in bytes.

    Linux hands a parent's peak on to `ru_maxrss` of its children, even through exec;
    VmHWM is this program's own.
    """
    status = Path("/proc/self/status")
    if status.exists() and (found := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return int(found[1]) * 1024
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _build(ending: str, cells: int) -> dict[str, int]:
    from benchmarks.subject import formula_count, mazur
    from sheetnet.building import build, make_book

    few, more = (formula_count(make_book(mazur(steps))) for steps in (1, 2))
    steps = -(-(cells - few) // (more - few)) + 1
    with tempfile.TemporaryDirectory() as folder:
        path = build(mazur(steps), Path(folder, f"memory.{ending}"))
        size = path.stat().st_size
    count = few + (steps - 1) * (more - few)
    return {"peak": peak(), "cells": count, "size": size, "steps": steps}


def _import() -> dict[str, int]:
    import sheetnet.building
    import sheetnet.files.xlsx.write  # noqa: F401

    return {"peak": peak()}


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    print(json.dumps(_import() if what == "import" else _build(rest[0], int(rest[1]))))
