"""Trying mutants out: a copy of the package for each, in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from tests.mutants import child
from tests.mutants.differences import ALTERED, KINDS
from tests.mutants.source import ROOT, Mutant

PACKAGE = "sheetnet"
#: What the package imports; one process has it in memory, and all trials begin as its copies.
LIBRARIES = ["numpy", "pydantic", "openpyxl", "openpyxl.chart", "lxml.etree", "tomlkit"]
LIBRARIES += ["tests.mutants.child"]
#: A trial takes as long as the machine is busy; one that runs in circles ends by its own time
#: (`child.PROCESSOR`), one that sleeps by this.
SECONDS = 1200.0
WORKERS = 2


@dataclass
class Outcome:
    """What became of a mutant.

    `broken` says why no workbook came of it, `changed` holds the kinds of what differs with
    an example each, `noticed` says what verify complained of.
    """

    mutant: Mutant
    broken: str = ""
    changed: dict[str, str] = field(default_factory=dict)
    noticed: str = ""

    @property
    def kind(self) -> str:
        """The gravest kind of what differs; empty where nothing does."""
        return next((kind for kind in KINDS if kind in self.changed), "")

    @property
    def altered(self) -> bool:
        """Whether a number of a workbook is another, and nothing stopped the build."""
        return not self.broken and self.kind in ALTERED


class Laboratory:
    """A folder with the workbooks of the unchanged package, to compare with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(LIBRARIES)
        self._count = 0
        self._originals = self._copy(None)
        connection, process = self._start(child.snapshots, self._originals)
        try:
            connection.recv()
        except EOFError:
            raise RuntimeError("the unchanged package does not build its lessons") from None
        process.join()

    def run(self, mutants: Iterable[Mutant], workers: int = WORKERS) -> Iterator[Outcome]:
        """Try each; the outcomes come as they are ready."""
        waiting = iter(mutants)
        trials: list[_Trial] = []
        while True:
            while len(trials) < workers and (mutant := next(waiting, None)) is not None:
                folder = self._copy(mutant)
                connection, process = self._start(child.trial, folder, self._originals)
                trials.append(_Trial(Outcome(mutant), folder, connection, process))
            if not trials:
                return
            wait([trial.connection for trial in trials], 1.0)
            for trial in [trial for trial in trials if trial.is_over()]:
                trials.remove(trial)
                shutil.rmtree(trial.folder)
                yield trial.outcome

    def _start(self, target: Callable[..., None], *arguments: Any) -> tuple[Connection, Any]:
        ours, theirs = self._context.Pipe(False)
        process = self._context.Process(target=target, args=(*arguments, theirs), daemon=True)
        process.start()
        theirs.close()
        return ours, process

    def _copy(self, mutant: Mutant | None) -> Path:
        """A folder with the package, its files linked but for the changed one."""
        self._count += 1
        folder = self.folder / str(self._count)
        shutil.copytree(ROOT / PACKAGE, folder / PACKAGE, copy_function=os.symlink)
        (folder / "templates").symlink_to(ROOT / "templates")
        if mutant:
            changed = folder / mutant.path
            changed.unlink()
            changed.write_bytes(mutant.changed)
            for compiled in (changed.parent / "__pycache__").glob(f"{changed.stem}.*"):
                compiled.unlink()
        return folder


class _Trial:
    """A mutant whose process runs."""

    def __init__(
        self, outcome: Outcome, folder: Path, connection: Connection, process: Any
    ) -> None:
        self.outcome, self.folder = outcome, folder
        self.connection, self._process = connection, process
        self._end = time.monotonic() + SECONDS

    def is_over(self) -> bool:
        """Take in what the process has sent; ends it where it takes too long."""
        try:
            while self.connection.poll():
                if self._take(*self.connection.recv()):
                    return self._close()
        except EOFError:
            self._failed("its process crashed")
            return self._close()
        if time.monotonic() > self._end:
            self._failed(f"takes longer than {SECONDS:g} s")
            return self._close()
        return False

    def _take(self, what: str, content: Any) -> bool:
        """Whether it was the last word."""
        if what == "changed":
            self.outcome.changed = content | self.outcome.changed
            return False
        if what == "noticed":
            self.outcome.noticed = content
        if what == "broken":
            self.outcome.broken = content
        return True

    def _failed(self, why: str) -> None:
        self.outcome.broken = why

    def _close(self) -> bool:
        self._process.kill()
        self._process.join()
        self.connection.close()
        return True


@contextmanager
def laboratory() -> Iterator[Laboratory]:
    """A laboratory in a folder that goes away with it."""
    with tempfile.TemporaryDirectory(prefix="sheetnet-mutants-") as name:
        yield Laboratory(Path(name))
