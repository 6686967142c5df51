"""Slips of the documents, one list a document; Notation shows those that a lesson meets."""

from __future__ import annotations

from sheetnet.network.numbers import Numbers
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.slips import bhadani, happydustbunny, printed, sabine, wichmann
from sheetnet.network.sheets.slips.slip import Live, Proof, Slip

#: By notation, in the order of the document.
SLIPS: dict[str, tuple[Slip, ...]] = {
    "happydustbunny": happydustbunny.SLIPS,
    "sabine": sabine.SLIPS,
    "bhadani": bhadani.SLIPS,
    "wichmann": wichmann.SLIPS,
}
#: Of a step: the numbers of larger lessons are not asked whether they can show a slip.
MOST_NUMBERS = 5_000
#: No difference that a learner could see.
ALIKE = 1e-6


def met(context: Context) -> list[tuple[Slip, Proof]]:
    """The slips that the lesson can show, each with its proof: its document's, and its own among
    the numbers that it lists as published."""
    own = [(slip, slip.proof(context)) for slip in printed.slips(context)]
    return [*_deciding(context), *((slip, proof) for slip, proof in own if proof)]


def _deciding(context: Context) -> list[tuple[Slip, Proof]]:
    """The slips of the lesson's document that it can show.

    Where the lesson's own numbers give the same by what is printed and by what is right, they
    show nothing.
    """
    found = [(slip, slip.proof(context)) for slip in SLIPS[context.notation.key]]
    shown = [(slip, proof) for slip, proof in found if proof]
    if not shown or context.net.count(context.samples) > MOST_NUMBERS:
        return shown
    # Slips are about the first step, or what it changes.
    lesson = context.lesson.shortened(min(1, context.steps))
    own = Numbers(lesson, lesson.settings)
    return [
        (slip, proof)
        for slip, proof in shown
        if proof.decided or abs(_value(proof.printed, own) - _value(proof.right, own)) > ALIKE
    ]


def _value(live: Live, numbers: Numbers) -> float:
    claim = live[1]
    return float(claim(numbers) if callable(claim) else claim)
