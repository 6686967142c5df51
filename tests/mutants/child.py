"""What runs in a process of its own: the workbooks of one copy of the package, verified."""

from __future__ import annotations

import importlib
import os
import pickle
import resource
import sys
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.mutants.differences import Snapshot, cells_of, differences, formulas_of

LESSONS = sorted(
    Path(__file__).with_name("lessons").glob("*.toml"),
    # What only batches have is where most changes of networks show first.
    key=lambda path: (path.stem not in ("batch", "worksheet"), path.stem),
)
PROGRAM = "ironcalc"
MEMORY = 4 * 2**30
#: Seconds of the processor's time that a trial may take.
PROCESSOR = 120
#: Characters that are kept of an error.
LONGEST = 200


def snapshots(folder: Path, connection: Connection) -> None:
    """Keep the workbooks of the package that stands in `folder` there, a pickle a lesson."""
    _begin(folder)
    for lesson, path in _built(folder):
        content = pickle.dumps(_snapshot(path))
        (folder / f"{lesson}.pickle").write_bytes(content)
    connection.send(("done", ""))


def trial(folder: Path, originals: Path, connection: Connection) -> None:
    """Build each lesson with the package in `folder`, and verify what differs.

    Sent are pairs: ("changed", {kind: example}), each time that a workbook differs; then
    ("noticed", why), ("broken", why) or ("done", "").
    """
    _begin(folder)
    try:
        for lesson, path in _built(folder):
            before = pickle.loads((originals / f"{lesson}.pickle").read_bytes())
            if before.content == path.read_bytes():
                continue
            found = differences(before, _snapshot(path))
            connection.send(
                ("changed", {kind: f"{lesson}: {example}" for kind, example in found.items()})
            )
            if why := _complaint(path):
                connection.send(("noticed", f"{lesson}: {why}"))
                return
    except BaseException as error:
        connection.send(("broken", _words(error)))
    else:
        connection.send(("done", ""))


def _begin(folder: Path) -> None:
    """Import the package from `folder`, whatever has been imported before."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, hard))
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR, most))
    for name in [n for n in sys.modules if n == "sheetnet" or n.startswith("sheetnet.")]:
        del sys.modules[name]
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    importlib.invalidate_caches()


def _function(name: str) -> Callable[..., Any]:
    package = importlib.import_module("sheetnet")
    function: Callable[..., Any] = getattr(package, name)
    return function


def _built(folder: Path) -> Iterator[tuple[str, Path]]:
    build = _function("build")
    for lesson in LESSONS:
        path = folder / f"{lesson.stem}.xlsx"
        build(str(lesson), path)
        yield lesson.stem, path


def _snapshot(path: Path) -> Snapshot:
    formulas = formulas_of(path)
    try:
        recalculate = importlib.import_module("sheetnet.recalc").recalculate
        found = recalculate(path, PROGRAM)
        rows = (found[0] if isinstance(found, list) else found).rows
    except Exception:
        return Snapshot(path.read_bytes(), None, formulas)
    return Snapshot(path.read_bytes(), cells_of(rows), formulas)


def _complaint(path: Path) -> str:
    """What verify says against a workbook; empty where it verifies."""
    try:
        result = _function("verify")(path, PROGRAM)
    except Exception as error:
        return _words(error)
    return "" if result.ok else "not verified"


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:LONGEST]}"
