"""Programs at work while we compare: they have processors of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

from sheetnet.files.edits import Edits
from sheetnet.recalc import recalculate
from sheetnet.recalc.process import end_all
from sheetnet.recalc.values import Values

#: Seconds between two looks at whether a program that was ended is gone.
PATIENCE = 0.1


@contextmanager
def recalculating(
    path: Path, programs: Sequence[str], edits: Sequence[Edits]
) -> Iterator[Callable[[str], list[Values]]]:
    """Recalculate with each program, one after another, without being waited for.

    Yields a function that waits for a program's values (see `recalculate`, also for what it
    raises). Whatever ends the block early ends the programs at once.
    """
    with ThreadPoolExecutor(1, "recalculate") as pool:
        futures = {name: pool.submit(recalculate, path, name, edits) for name in programs}
        try:
            yield lambda name: futures[name].result()
        except BaseException:
            _stop(list(futures.values()))
            raise


def _stop(futures: Sequence[Future[list[Values]]]) -> None:
    left = [future for future in futures if not future.cancel()]
    while wait(left, timeout=PATIENCE).not_done:
        end_all()
