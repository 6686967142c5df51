"""What the programs that recompute workbooks have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from sheetnet.errors import SheetnetError
from sheetnet.expressions.formula import Area
from sheetnet.files.edits import Edits
from sheetnet.recalc.values import Value, Values, from_child, watched_by_child

#: Seconds that one call may take, however large the file.
TIMEOUT = 1200.0


def time_for(path: Path) -> float:
    """The seconds that a program may take for a file: two minutes, and two for each MiB."""
    return min(TIMEOUT, 120.0 + 120.0 * path.stat().st_size / 2**20)


class ProgramError(SheetnetError):
    """A spreadsheet program is missing, failed or took too long."""


class Program(ABC):
    """A spreadsheet program. `remedy` says how to install it."""

    name: str
    title: str
    remedy: str

    @abstractmethod
    def is_installed(self) -> bool:
        """Whether it can be used here; quick after the first time."""

    @abstractmethod
    def version(self) -> str:
        """Its version, as 1.12.55. Raises `ProgramError` where it is not installed."""

    @abstractmethod
    def recalculate(self, path: Path, edits: Iterable[Edits], timeout: float) -> list[Values]:
        """See `sheetnet.recalc.recalculate`, which looks at the file first."""

    @abstractmethod
    def watch(
        self, path: Path, edits: Iterable[Edits], areas: Sequence[Area], timeout: float
    ) -> list[list[Value]]:
        """See `sheetnet.recalc.watch`, which looks at the file first."""

    def at_work(self) -> AbstractContextManager[Program]:
        """A program that is asked many times, and computes every formula anew each time."""
        return nullcontext(self)

    def error(self, path: Path, reason: str, remedy: str = "try another engine") -> ProgramError:
        return ProgramError(f"{path}: {self.title} {reason}: {remedy}")


class ToldByChild(Program):
    """A program that a script of ours asks, in a process of its own: it tells what it computes."""

    def recalculate(
        self, path: Path, edits: Iterable[Edits], timeout: float = TIMEOUT
    ) -> list[Values]:
        return [from_child(told) for told in self._answers(path, edits, timeout)]

    def watch(
        self,
        path: Path,
        edits: Iterable[Edits],
        areas: Sequence[Area],
        timeout: float = TIMEOUT,
    ) -> list[list[Value]]:
        return [watched_by_child(told) for told in self._answers(path, edits, timeout, areas)]

    @abstractmethod
    def _answers(
        self,
        path: Path,
        edits: Iterable[Edits],
        timeout: float,
        areas: Sequence[Area] | None = None,
    ) -> Iterable[dict[str, Any]]:
        """What our script tells for each set of edits: of all cells, or of some areas."""
