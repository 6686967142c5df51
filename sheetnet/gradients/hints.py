"""Sentences on what a gradient check found: what to know of it, and what the mistake may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from sheetnet.gradients.differences import Kind
from sheetnet.gradients.ranges import range_name
from sheetnet.gradients.result import Entry, Part

#: Cells that a sentence names.
MOST_NAMED = 5
#: How well one factor must explain all claims.
EVEN = 1e-4


def notes_on(parts: Sequence[Part]) -> Iterator[str]:
    """What to know of the slopes, whatever is claimed."""
    entries = [entry for part in parts for entry in part.entries]

    def of(kind: Kind) -> list[Entry]:
        return [entry for entry in entries if entry.slope.kind is kind]

    if still := [entry for entry in entries if entry.slope.still]:
        yield f"the loss does not depend on {_named(still)}, as far as moved: the slope there is 0"
    for kink in islice(kinks := iter(of(Kind.KINK)), MOST_NAMED):
        slope = kink.slope
        yield (
            f"at {kink.cell} the loss has a kink: its slope is {slope.left:.6g} on the left and "
            f"{slope.right:.6g} on the right, and all between is right"
        )
    if more := list(kinks):
        yield f"so it has at {_named(more)}"
    if jumps := of(Kind.JUMP):
        yield f"the loss jumps at {_named(jumps)}: it has no slope there"
    if unclear := of(Kind.UNCLEAR):
        yield (
            f"two step sizes give different slopes at {_named(unclear)}: neither is to be "
            "trusted (is the loss rounded, random, or not smooth there?)"
        )
    if nowhere := of(Kind.NOWHERE):
        yield f"the loss is no number close to {_named(nowhere)}: no slope can be told"


def hints(parts: Sequence[Part], *, transposed: bool) -> Iterator[str]:
    """What the mistake may be, from the way in which the claims are wrong."""
    for part in parts:
        if any(entry.agrees is False for entry in part.entries):
            hint = _turned(part, transposed) or _masked(part) or _factor(part)
            if hint:
                yield f"{range_name(part.claimed) if part.claimed else ''}: {hint}"


def _compared(part: Part) -> list[Entry]:
    return [entry for entry in part.entries if entry.slope.trusted and entry.claimed is not None]


def _turned(part: Part, transposed: bool) -> str | None:
    claims, gradient = part.claims, part.gradient
    if claims is None or len(set(claims.shape)) > 1 or claims.size == 1:
        return None
    allowed = np.array([entry.allowed for entry in part.entries]).reshape(claims.shape)
    if not (abs(claims.T - gradient) <= allowed).all():
        return None
    return "it is right when it is transposed: " + (
        "leave --transposed out" if transposed else "add --transposed if that is meant"
    )


def _factor(part: Part) -> str | None:
    pairs = [(e.claimed or 0.0, e.slope.value) for e in _compared(part) if not _is_zero(e)]
    if not pairs:
        return None
    claimed, true = np.array(pairs).T
    factor = float(claimed @ true / (true @ true))
    if np.any(abs(claimed - factor * true) > EVEN * abs(factor * true)) or not factor:
        return None
    if abs(factor - 1) <= EVEN:
        return None
    if abs(factor + 1) <= EVEN:
        return "it is the true gradient with the other sign"
    words = f"it is {factor:.6g} times the true gradient"
    for count in (factor, 1 / factor):
        if count > 1.5 and abs(count - round(count)) <= EVEN * count:
            mean, sum_ = ("a mean", "a sum") if count == factor else ("a sum", "a mean")
            return f"{words}: is it {sum_} where {mean} is meant, or a factor too many or too few?"
    return words


def _masked(part: Part) -> str | None:
    wrong = [entry for entry in part.entries if entry.agrees is False]
    if not all(entry.slope.trusted and _is_zero(entry) for entry in wrong):
        return None
    return (
        "it differs only where the true slope is 0: is the mask of a ReLU, or another slope that "
        "is 0, left out?"
    )


def _is_zero(entry: Entry) -> bool:
    return abs(entry.slope.value) <= entry.allowed


def _named(entries: Sequence[Entry]) -> str:
    """Cells, in a sentence."""
    names = [entry.cell for entry in entries[:MOST_NAMED]]
    more = len(entries) - len(names)
    return ", ".join(names) + (f" and {more:,} more" if more else "")
