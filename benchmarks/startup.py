"""`startup`: how long a command takes that has next to nothing to do.

Each is a fresh process of this interpreter, timed from start to end, as somebody who
types it waits; `python -c pass` is the part of it that no program can avoid. What is
asked for here is a time, a quarter of a second, since that is what a person notices.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from time import perf_counter

from benchmarks.measuring import Result, Run, interleaved, spread

#: What the installed `sheetnet` does.
PROGRAM = "import sys; from sheetnet.cli import main; sys.exit(main())"
COMMANDS = ("--help", "lessons")
REACH = 0.25


def measure(run: Run) -> Iterator[Result]:
    _run("pass")
    for command in COMMANDS:
        _run(PROGRAM, command)
    contenders: dict[str, Callable[[], object]] = {"pass": partial(_run, "pass")}
    for command in COMMANDS:
        contenders[command] = partial(_run, PROGRAM, command)
    rounds = run.rounds if run.quick else 4 * run.rounds
    times = interleaved(contenders, rounds, perf_counter)
    for command in COMMANDS:
        ratio = median(times.ratios(command, "pass"))
        yield Result(
            name="startup",
            what=f"sheetnet {command}: wall time",
            figure=times.median(command),
            reach=REACH,
            sense="≤",
            unit=" s",
            spread=spread(times.seconds[command]),
            note=f"{ratio:.1f} × python -c pass, which takes {times.median('pass'):.3f} s",
        )


def _run(program: str, *arguments: str) -> None:
    command = [sys.executable, "-c", program, *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
