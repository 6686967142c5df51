"""A run that is told to end from outside, by a signal or a closed pipe.

A signal is an exception wherever it arrives, and what it arrives in may swallow it: a callback,
a finaliser, a library. So what was told is noted as well, for those that finish something.
"""

from __future__ import annotations

#: The status of a run that a signal has ended: 128 and its number, as of any program.
HUNG_UP, INTERRUPTED, PIPE_CLOSED, TERMINATED = 129, 130, 141, 143


class Ended(BaseException):
    """The run is over, for a reason outside of it; `status` says which."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


_told: list[int] = []


def tell(status: int) -> None:
    """Note that the run has been told to end, and raise what ends it."""
    _told.append(status)
    heed()


def told() -> int | None:
    """The status that the run has been told to end with, if it has."""
    return _told[0] if _told else None


def heed() -> None:
    """End the run if it has been told to. Raises `Ended`, or KeyboardInterrupt for Ctrl-C."""
    status = told()
    if status == INTERRUPTED:
        raise KeyboardInterrupt
    if status is not None:
        raise Ended(status)


def forget() -> None:
    """A run begins, or is over."""
    _told.clear()
