"""Interleaved timing: A B C, then C B A, and so on; medians of the ratios of each round.

A machine that other programs slow down for a while slows all contenders of a round
alike, so a ratio within a round means more than a time, and the median of the rounds
more than any one of them. Rounds run forwards and backwards by turns, so that nobody
always follows the same neighbour.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Run:
    """How to measure: `quick` asks for small sizes, `clock` gives the seconds.

    The wall's clock is what a user feels, the processor's (all threads of this process)
    holds still on a machine that others use meanwhile.
    """

    rounds: int
    quick: bool
    clock: Callable[[], float]


@dataclass(frozen=True)
class Result:
    """One line of the report. A figure is met at `reach` or beyond, on the side of `sense`.

    `figure` is a ratio, or has a `unit`. `spread` are the least and the largest figure of
    the rounds, `note` the absolute numbers behind it, `reach` is None where there is none.
    """

    name: str
    what: str
    figure: float
    reach: float | None = None
    sense: str = "≥"
    unit: str = "×"
    spread: tuple[float, float] | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        if self.reach is None:
            return None
        return self.figure >= self.reach if self.sense == "≥" else self.figure <= self.reach


@dataclass(frozen=True)
class Times:
    """Seconds of each contender, a list with one entry a round."""

    seconds: dict[str, list[float]]

    def median(self, name: str) -> float:
        return median(self.seconds[name])

    def ratios(self, slow: str, fast: str) -> list[float]:
        """How many times as long `slow` took as `fast`, round by round."""
        pairs = zip(self.seconds[slow], self.seconds[fast], strict=True)
        return [a / b for a, b in pairs]


def interleaved(
    contenders: dict[str, Callable[[], object]], rounds: int, clock: Callable[[], float]
) -> Times:
    """Run all contenders once a round and time each.

    What exists before is no garbage of theirs and is kept out of the collector's way.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    gc.collect()
    gc.freeze()
    try:
        for number in range(rounds):
            for name in list(contenders)[:: -1 if number % 2 else 1]:
                gc.collect()
                start = clock()
                contenders[name]()
                seconds[name].append(clock() - start)
    finally:
        gc.unfreeze()
    return Times(seconds)


def spread(figures: Sequence[float]) -> tuple[float, float]:
    return min(figures), max(figures)
