"""`follow`: how soon LibreOffice has opened and has followed one edit, in every lesson that ships.

A learner changes the learning rate; the clock runs until the last cost has been computed,
and once more until every sheet has: a program need only compute what it shows.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import Result, Run
from sheetnet.building import build
from sheetnet.lessons.catalogue import shipped
from sheetnet.proof.index import inspect

#: Seconds of an edit, and of loading.
REACH, LOAD = 0.1, 5.0
SCRIPT = Path(__file__).with_name("follow_office.py")
#: LibreOffice's own Python is the one that knows it.
PYTHON = "/usr/bin/python3"


def measure(run: Run) -> Iterator[Result]:
    for name in shipped("network"):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            path = build(name, Path(folder, f"{name}.xlsx"))
            blocks = inspect(path)["blocks"]
            [rate] = [b for b in blocks if b["quantity"] == "learning_rate"]
            [cost] = [
                b
                for b in blocks
                if b["quantity"] == "cost" and b["rows"] == ["step"] and not b.get("at")
            ]
            places = [rate["sheet"], rate["range"].split(":")[0]]
            places += [cost["sheet"], cost["range"].split(":")[1]]
            command = [PYTHON, str(SCRIPT), str(path), folder, *places, str(run.rounds)]
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=300)
                loaded, *both = json.loads(done.stdout)
            except (OSError, ValueError, subprocess.TimeoutExpired):
                return  # LibreOffice is not there
        for seconds, what in zip(both, ("one edit", "one edit on every sheet"), strict=True):
            yield Result(
                name="follow",
                what=f"{name}: until LibreOffice has followed {what}",
                figure=sorted(seconds)[len(seconds) // 2],
                reach=REACH,
                sense="≤",
                unit=" s",
                spread=(min(seconds), max(seconds)),
            )
        yield Result(
            name="follow",
            what=f"{name}: until LibreOffice has opened it",
            figure=loaded,
            reach=LOAD,
            sense="≤",
            unit=" s",
        )
