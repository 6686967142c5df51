"""Programs at work while we choose what to move and compare: they have processors of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Condition, get_ident

from sheetnet.files.edits import Edits
from sheetnet.recalc import recalculate
from sheetnet.recalc.process import end_started_by
from sheetnet.recalc.values import Values

#: Seconds between two looks at whether a program that was ended is gone.
PATIENCE = 0.1


class Growing:
    """Sets of edits that programs take as they come: iterating waits for the next, or the end."""

    def __init__(self) -> None:
        self._sets: list[Edits] = []
        self._closed = False
        self._changed = Condition()

    def add(self, edits: Edits) -> None:
        with self._changed:
            self._sets.append(edits)
            self._changed.notify_all()

    def close(self) -> None:
        """There will be no more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def __iter__(self) -> Iterator[Edits]:
        for at in count():
            with self._changed:
                while at == len(self._sets) and not self._closed:
                    self._changed.wait()
                if at == len(self._sets):
                    return
                edits = self._sets[at]
            yield edits


class Recalculation:
    """Programs that recalculate a workbook one after another, without being waited for."""

    def __init__(
        self, pool: ThreadPoolExecutor, threads: list[int], path: Path, programs: Sequence[str]
    ) -> None:
        """`threads` are those of the pool, by their identities."""
        self._threads = threads
        #: What is typed in; a set of its own for each recalculation.
        self.edits = Growing()
        self._futures: dict[str, Future[list[Values]]] = {
            name: pool.submit(recalculate, path, name, self.edits) for name in programs
        }

    def values(self, program: str) -> list[Values]:
        """What a program computes, once it has: see `recalculate`, also for what it raises."""
        return self._futures[program].result()

    def stop(self) -> None:
        """End the programs at once."""
        left = [future for future in self._futures.values() if not future.cancel()]
        self.edits.close()
        while wait(left, timeout=PATIENCE).not_done:
            end_started_by(self._threads)


@contextmanager
def recalculating(path: Path, programs: Sequence[str]) -> Iterator[Recalculation]:
    """Let programs recalculate the workbook at `path`. What ends the block ends them."""
    threads: list[int] = []

    def told() -> None:
        threads.append(get_ident())

    with ThreadPoolExecutor(1, "recalculate", told) as pool:
        recalculation = Recalculation(pool, threads, path, programs)
        try:
            yield recalculation
        finally:
            recalculation.stop()
