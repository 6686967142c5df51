"""The pieces of a cell's text in an OpenDocument spreadsheet, each by its style."""

from __future__ import annotations

from sys import intern

from sheetnet.files.stored import Runs
from sheetnet.files.xlsx.texts import MOST_RUNS


class Spans:
    """Collects them; `pieces` are those of the line that is being read, which grow meanwhile."""

    def __init__(self, pieces: list[str]) -> None:
        self._pieces = pieces
        self._styles: list[str] = []
        self._seen = 0
        self._found: list[tuple[str, int]] = []

    def clear(self) -> None:
        """A cell begins."""
        self._found.clear()
        self._styles.clear()

    def begin_line(self, number: int) -> None:
        """A line begins; behind the first one it has its line break."""
        self._seen = 0
        self._styles.clear()
        if number:
            self._add(1)

    def end_line(self) -> None:
        self._take()

    def begin(self, style: str) -> None:
        """A piece of a style begins."""
        self._take()
        self._styles.append(intern(style[:200]))

    def end(self) -> None:
        self._take()
        if self._styles:
            self._styles.pop()

    def _take(self) -> None:
        """What has come since the last piece."""
        length = sum(map(len, self._pieces[self._seen :]))
        self._seen = len(self._pieces)
        self._add(length)

    def _add(self, length: int) -> None:
        if length and len(self._found) < MOST_RUNS:
            self._found.append((self._styles[-1] if self._styles else "", length))

    def taken(self) -> Runs:
        """The pieces of the cell's text; none where all of it is of one style."""
        return tuple(self._found) if any(style for style, _ in self._found) else ()
