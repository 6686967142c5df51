"""`follow`: how soon LibreOffice has opened and has followed one edit, in every lesson that ships.

A learner changes the learning rate, with one of the sheets before their eyes; the clock runs until
every cell of that sheet has been computed. It does so for each sheet, and once for all at the same
time, which nobody waits for: a program computes what it shows.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.measuring import Result, Run, spread
from benchmarks.subject import formula_count
from sheetnet.building import build, make_book
from sheetnet.lessons.catalogue import shipped
from sheetnet.lessons.subjects import load
from sheetnet.proof.index import inspect

#: Seconds of an edit, in a workbook of so many formulas and in a larger one; and of loading.
REACH, FORMULAS, LARGE = 0.1, 50_000, 0.5
LOAD = 5.0
SCRIPT = Path(__file__).with_name("follow_office.py")
#: LibreOffice's own Python is the one that knows it.
PYTHON = "/usr/bin/python3"


def measure(run: Run) -> Iterator[Result]:
    for name in shipped("network"):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            path = build(name, Path(folder, f"{name}.xlsx"))
            [rate] = [b for b in inspect(path)["blocks"] if b["quantity"] == "learning_rate"]
            places = [rate["sheet"], rate["range"].split(":")[0]]
            command = [PYTHON, str(SCRIPT), str(path), folder, *places, str(run.rounds)]
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=1200)
                loaded, seconds = json.loads(done.stdout)
            except (OSError, ValueError, subprocess.TimeoutExpired):
                return  # LibreOffice is not there
        together = seconds.pop("")
        slowest = max(seconds, key=lambda sheet: median(seconds[sheet]))
        formulas = formula_count(make_book(load(name)[1]))
        yield Result(
            name="follow",
            what=f"{name}: until LibreOffice has followed one edit, seen on {slowest}",
            figure=median(seconds[slowest]),
            reach=REACH if formulas <= FORMULAS else LARGE,
            sense="≤",
            unit=" s",
            spread=spread(seconds[slowest]),
            note=f"{median(together):.2f} s for all sheets at once",
        )
        yield Result(
            name="follow",
            what=f"{name}: until LibreOffice has opened it",
            figure=loaded,
            reach=LOAD,
            sense="≤",
            unit=" s",
        )
