"""Recompute a workbook's own formulas with real spreadsheet programs.

Each program runs in a process of its own, with limits, on a copy of the file; what it
computed comes back as values. Numbers can be typed into cells before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sheetnet.errors import SheetnetError
from sheetnet.expressions.formula import Area
from sheetnet.files.edits import Edits
from sheetnet.files.package import open_package
from sheetnet.recalc.gnumeric import Gnumeric
from sheetnet.recalc.ironcalc import IronCalc
from sheetnet.recalc.libreoffice import LibreOffice
from sheetnet.recalc.program import Program, ProgramError, time_for
from sheetnet.recalc.values import Value, Values

__all__ = [
    "PROGRAMS",
    "Edits",
    "Program",
    "ProgramError",
    "LibreOffice",
    "Value",
    "Values",
    "installed",
    "recalculate",
    "watch",
]

PROGRAMS: dict[str, Program] = {
    engine.name: engine for engine in (IronCalc(), LibreOffice(), Gnumeric())
}


def installed() -> list[str]:
    """The names of the engines that can be used here."""
    return [name for name, engine in PROGRAMS.items() if engine.is_installed()]


def recalculate(
    path: Path,
    engine: str | Program,
    edits: Iterable[Edits] = ({},),
    *,
    timeout: float | None = None,
) -> list[Values]:
    """What the formulas of the workbook at `path` compute, once for each set of edits.

    An edit is a number typed into a cell that holds no formula: (sheet, row, column) to
    number. Every set starts from the file as it is. `engine` is a name in `PROGRAMS`, or an
    open `LibreOffice`, which saves its start; `timeout` is in seconds, for all sets, which may
    come one after another; when left out, larger files have more time.

    Raises `ProgramError` where the program is not installed, fails, takes longer, or where
    an edit names no such cell; `SheetnetError` where the file is no workbook.
    """
    program = _ready(path, engine)
    return program.recalculate(path, edits, time_for(path) if timeout is None else timeout)


def watch(
    path: Path,
    engine: str | Program,
    edits: Iterable[Edits],
    areas: Sequence[Area],
    *,
    timeout: float | None = None,
) -> list[list[Value]]:
    """What some cells show, once for each set of edits: thousands of sets are no burden.

    The values of the areas come one after another, each area row by row. All else is as in
    `recalculate`; an area on a sheet that is missing raises `ProgramError` as well.
    """
    program = _ready(path, engine)
    return program.watch(path, edits, areas, time_for(path) if timeout is None else timeout)


def _ready(path: Path, engine: str | Program) -> Program:
    """The program, which is installed, for a file that has been looked at."""
    if isinstance(engine, str):
        if engine not in PROGRAMS:
            raise SheetnetError(f"{engine}: no such engine: use one of {', '.join(PROGRAMS)}")
        engine = PROGRAMS[engine]
    if not engine.is_installed():
        raise ProgramError(f"{engine.title}: is not installed: {engine.remedy}")
    # These programs were not made for a stranger's file: no bomb reaches them, and each gets a
    # copy that holds nothing but what it takes to compute.
    with open_package(path) as package:
        package.check()
    return engine
