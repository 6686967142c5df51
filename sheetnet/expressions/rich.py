"""Text with raised and lowered parts, as symbols need it: w₀₁⁽¹⁾."""

from __future__ import annotations

from dataclasses import dataclass

_LOWERED = str.maketrans("0123456789+−(),aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎‚ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
#: There is no raised square bracket: a layer [1] keeps its brackets on the line, [¹].
_RAISED = str.maketrans("0123456789+−()TLnt[]", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵀᴸⁿᵗ[]")
_ON_THE_LINE = "[]"


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text; `level` is +1 raised, −1 lowered, 0 on the line."""

    text: str
    level: int = 0
    italic: bool = False


@dataclass(frozen=True, slots=True)
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


def rich(value: Rich | str) -> Rich:
    return value if isinstance(value, Rich) else Rich((Run(value),) if value else ())


def _plain(run: Run) -> str:
    if run.level == 0:
        return run.text
    small = run.text.translate(_LOWERED if run.level < 0 else _RAISED)
    kept = [new for new, old in zip(small, run.text, strict=True) if new == old]
    if any(not new.isspace() and (run.level < 0 or new not in _ON_THE_LINE) for new in kept):
        return ("_" if run.level < 0 else "^") + run.text
    return small
