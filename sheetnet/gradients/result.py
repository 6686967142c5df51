"""What a gradient check found: each parameter's slope beside what the workbook claims."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sheetnet.expressions.formula import Area
from sheetnet.files.edits import cell_name
from sheetnet.gradients.differences import Kind, Slope
from sheetnet.gradients.ranges import range_name

Place = tuple[str, int, int]
Array = npt.NDArray[np.float64]

#: A claim and the true slope may also differ by this share of the largest slope, since
#: nothing is exactly 0.
FLOOR = 1e-8


@dataclass(frozen=True)
class Entry:
    """A parameter: its cell, its value, the true slope, and the claim, where there is one.

    `allowed` is how far the claim may be from the slope.
    """

    place: Place
    value: float
    slope: Slope
    allowed: float
    claimed_place: Place | None = None
    claimed: float | None = None

    @property
    def cell(self) -> str:
        return cell_name(*self.place)

    @property
    def claimed_cell(self) -> str | None:
        return None if self.claimed_place is None else cell_name(*self.claimed_place)

    @property
    def difference(self) -> float | None:
        """Claimed less true; where a kink allows all between two slopes, less the nearer one."""
        if self.claimed is None or self.slope.kind in (Kind.JUMP, Kind.UNCLEAR, Kind.NOWHERE):
            return None
        if self.slope.kind is Kind.KINK:
            ends = sorted((self.slope.left, self.slope.right))
            return self.claimed - min(max(self.claimed, ends[0]), ends[1])
        return self.claimed - self.slope.value

    @property
    def agrees(self) -> bool | None:
        """None where nothing is claimed, or the slope cannot be told."""
        difference = self.difference
        return None if difference is None else abs(difference) <= self.allowed


@dataclass(frozen=True)
class Part:
    """One range of parameters, the range of its claimed gradient, and its entries row by row."""

    wrt: Area
    claimed: Area | None
    entries: tuple[Entry, ...]

    @property
    def name(self) -> str:
        against = f" against {range_name(self.claimed)}" if self.claimed else ""
        return range_name(self.wrt) + against

    @property
    def gradient(self) -> Array:
        """The true gradient, in the shape of `wrt`; nan where it cannot be told."""
        told = (Kind.SMOOTH, Kind.KINK)
        values = [e.slope.value if e.slope.kind in told else np.nan for e in self.entries]
        return np.array(values).reshape(self.wrt.shape)

    @property
    def claims(self) -> Array | None:
        """The claimed gradient, in the shape of `wrt`."""
        if self.claimed is None:
            return None
        return np.array([e.claimed for e in self.entries], dtype=float).reshape(self.wrt.shape)


@dataclass(frozen=True)
class GradientCheck:
    """The true gradient of a workbook's loss, and whether what it claims is that.

    `engine` is the program that computed, `loss` the range whose sum is `value`. `notes` are
    sentences on what is worth knowing.
    """

    path: Path
    engine: str
    version: str
    loss: Area
    value: float
    tolerance: float
    parts: tuple[Part, ...]
    notes: list[str] = field(default_factory=list)

    @property
    def entries(self) -> list[Entry]:
        return [entry for part in self.parts for entry in part.entries]

    @property
    def is_claimed(self) -> bool:
        """Whether there is something to compare with."""
        return any(part.claimed for part in self.parts)

    @property
    def wrong(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.agrees is False]

    @property
    def undecided(self) -> list[Entry]:
        """Claims that cannot be compared."""
        return [e for e in self.entries if e.claimed is not None and e.agrees is None]

    @property
    def ok(self) -> bool:
        """Whether every claimed slope is the true one; also where nothing is claimed."""
        return not self.wrong and not self.undecided

    @property
    def worst(self) -> Entry | None:
        """The entry that differs most, in multiples of what is allowed."""
        compared = [entry for entry in self.entries if entry.difference is not None]
        return max(compared, key=_excess, default=None)


def _excess(entry: Entry) -> float:
    difference = abs(entry.difference or 0.0)
    return difference / entry.allowed if entry.allowed else (np.inf if difference else 0.0)
