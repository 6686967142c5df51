"""Whether the slope of a logarithm is cut off, so that the chain through it gives no number."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sheetnet.expressions.formula import Expression, call, exp
from sheetnet.network.engine import FloatArray
from sheetnet.network.losses import LOWEST_LOGARITHM, SMALLEST
from sheetnet.network.numbers import Numbers
from sheetnet.sheets.checks import Lost


def lost(
    outputs: Sequence[Expression],
    targets: Sequence[Expression],
    arrays: Callable[[Numbers], tuple[FloatArray, FloatArray]],
) -> Lost:
    """Where an output with a target is below e⁻¹⁰⁰, by cells and by their arrays: t/a is cut off
    there, and its product with the Jacobian is not δ."""
    least = exp(LOWEST_LOGARITHM)
    # Scaled, since a program calls numbers equal that differ by less than 1E-16.
    cut_off = [call("AND", a / least < 1, t > 0) for a, t in zip(outputs, targets, strict=True)]

    def claim(numbers: Numbers) -> bool:
        a, t = arrays(numbers)
        return bool(((a < SMALLEST) & (t > 0)).any())

    return Lost(call("OR", *cut_off), claim)
