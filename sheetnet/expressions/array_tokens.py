"""Lines of mathematics over arrays taken apart: names, signs, what begins a sum or a function."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sheetnet.expressions.reading import END, LOW, UP, UnreadableError

LOWERED = rf"{LOW}[^{END}]*{END}"
NAME = rf"[A-Za-zŷŶα-ωΑ-Ω](?:{LOWERED})?(?:{UP}[\[(L][^{END}]*{END})?"
TOKEN = re.compile(
    rf"""(?P<space>\s+)
    | (?P<operator>[d∂]/[d∂]{NAME}\[)
    | (?P<quotient>(?P<mark>[d∂Δ]){NAME}/(?P=mark){NAME})
    | (?P<indicator>1\[)
    | (?P<unit>1⃗)
    | (?P<number>\d+(?:\.\d+)?(?:E[+\-−]?\d+)?)
    | (?P<half>½)
    | (?P<sum>Σ{LOWERED})
    | (?P<logarithm>log{LOWERED}[ (])
    | (?P<function>(?:[A-Za-z]{{2,}}|[σfg√])′?\()
    | (?P<name>{NAME})
    | (?P<power>{UP}[^{END}]*{END})
    | (?P<sign>[-−+·/=(),\]∘⊙⊗⊘><≥≤≠])
    """,
    re.VERBOSE,
)
#: Within an exponent: a power, and an element.
CARET = re.compile(r"\^(−?[\w.]+)")
INDEXED = re.compile(r"\b([A-Za-zα-ωΑ-Ω])(\d+)\b")
#: What a factor begins with, where a blank before it is a product of matrices.
FACTORS = {"operator", "quotient", "indicator", "unit", "number", "half", "sum", "logarithm"}
FACTORS |= {"function", "name"}


def tokens(line: str) -> Iterator[tuple[str, str]]:
    """The kind and text of each token. Raises `UnreadableError`."""
    at = 0
    while at < len(line):
        match = TOKEN.match(line, at)
        if match is None:
            raise UnreadableError(f"cannot be read from {line[at : at + 20]!r} on")
        yield next((kind, match.group()) for kind, text in match.groupdict().items() if text)
        at = match.end()


def parts_of(name: str) -> tuple[str, str, str]:
    """The letter of a name, what is lowered, and its layer with the marks."""
    letter, _, raised = name.partition(UP)
    return letter[0], letter[1:].strip(LOW + END), UP + raised if raised else ""


def of_exponent(text: str) -> str:
    """What is raised as a line of its own: in it nothing is raised or lowered any more."""
    return INDEXED.sub(rf"\1{LOW}\2{END}", CARET.sub(rf"{UP}\1{END}", text))
