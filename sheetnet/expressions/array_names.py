"""Names of arrays for the reader of arrays, where nothing is differentiated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sheetnet.expressions.arrays import FloatArray
from sheetnet.expressions.reading import Function


@dataclass
class Names:
    """Arrays by their names, functions by theirs, and how far each index runs from 0 on."""

    names: Mapping[str, FloatArray]
    functions: Mapping[str, Function]
    lengths: Mapping[str, int] = field(default_factory=dict)
    first: int = 0
    strict: bool = True

    def slopes(self, mark: str, of: str, by: str) -> list[FloatArray]:
        raise LookupError(f"{mark}{of}/{mark}{by} is not known here")
