"""Slips in General feed forward neural networks, Kristian Wichmann, 2017."""

from __future__ import annotations

from sheetnet.expressions.formula import Number, call
from sheetnet.network.quantities import INPUT, TARGET, WEIGHT
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.slips.slip import Proof, Slip


def _ones(context: Context) -> Proof:
    examples = context.samples
    counted = {
        quantity: call("COUNT", context.knob(quantity).area(unit=0, fixed=True))
        for quantity in (INPUT, TARGET)
    }
    return Proof(
        (Number(1), 1),
        (counted[TARGET], examples),
        (counted[INPUT], examples),
        counts=True,
    )


def _below(context: Context) -> Proof:
    weights = context.knob(WEIGHT, context.depth)
    return Proof(
        (call("COUNT", weights.area(source=0, fixed=True)), context.sizes[-1]),
        (Number(context.sizes[-2]), context.sizes[-2]),
        (call("COUNT", weights.area(unit=0, fixed=True)), context.sizes[-2]),
        counts=True,
    )


SLIPS = (
    Slip(
        "(2.13), (2.17), (3.16), (4.1), (4.20)",
        "∂J/∂b = H J_Nᵗ",
        "∂J/∂b = H J_N",
        "rows of the right factor; measured: examples, the columns of H",
        _ones,
    ),
    Slip(
        "(4.13) to (4.16)",
        "∂J/∂W⁽ˡ⁾ = H⁽ˡ⁾ (A⁽ˡ⁾)ᵗ",
        "H⁽ˡ⁾ (A⁽ˡ⁻¹⁾)ᵗ",
        "columns of the product, output layer; measured: columns of W",
        _below,
    ),
)
