"""Text with raised and lowered parts, as symbols need it: w₀₁⁽¹⁾."""

from __future__ import annotations

import re

from sheetnet.records import record

_LOWERED = str.maketrans("0123456789+−()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
#: Unicode has no raised square brackets; its upper corners look like the tops of small ones.
_RAISED = str.maketrans("0123456789+−()[]TntL", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾⌜⌝ᵀⁿᵗᴸ")
_CORNERS = re.compile("⌜([^⌝]*)⌝")
_ON_LINE = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


@record
class Run:
    """A piece of text; `level` is +1 raised, −1 lowered, 0 on the line."""

    text: str
    level: int = 0
    italic: bool = False
    bold: bool = False


@record
class Rich:
    """Pieces of text, written one after the other."""

    runs: tuple[Run, ...]

    def __add__(self, other: Rich | str) -> Rich:
        return Rich(self.runs + rich(other).runs)

    def __radd__(self, other: str) -> Rich:
        return Rich(rich(other).runs + self.runs)

    def __str__(self) -> str:
        """The text on one line, with Unicode's raised and lowered characters where they exist."""
        return "".join(_plain(run) for run in self.runs)

    @property
    def text(self) -> str:
        """The characters alone, as a program reads them back from the cell."""
        return "".join(run.text for run in self.runs)


def typed(text: str) -> str:
    """A line of text with brackets where it has the tops of raised ones: a₁[1], as people type."""
    return _CORNERS.sub(lambda match: f"[{match[1].translate(_ON_LINE)}]", text)


def marked(text: str, *, bold: bool = True) -> Rich:
    """Text whose pieces between asterisks are vectors: bold, where a document prints them so."""
    pieces = text.split("*")
    runs = (Run(piece, bold=bold and bool(at % 2)) for at, piece in enumerate(pieces) if piece)
    return Rich(tuple(runs))


def rich(value: Rich | str) -> Rich:
    return value if isinstance(value, Rich) else Rich((Run(value),) if value else ())


def _plain(run: Run) -> str:
    if run.level == 0:
        return run.text
    small = run.text.translate(_LOWERED if run.level < 0 else _RAISED)
    pairs = zip(small, run.text, strict=True)
    if any(new == old and not (new.isspace() or new == ",") for new, old in pairs):
        return ("_" if run.level < 0 else "^") + run.text
    return small
