"""Slips in General feed forward neural networks, Kristian Wichmann, 2017."""

from __future__ import annotations

from sheetnet.expressions.formula import call, total
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, DELTA, INPUT, TARGET, WEIGHT
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.slips.slip import Cells, Live, Proof, Slip, by_difference

#: A sum over more examples is no proof to look at.
MOST_EXAMPLES = 8


def _ones(context: Context) -> Proof | None:
    cells, examples = Cells(context), context.samples
    if examples < 2:
        return None
    return Proof(
        (call("COUNT", context.fed(TARGET).ref(fixed=True)), 1),
        (cells.count(TARGET, unit=0), examples),
        (cells.count(INPUT, unit=0), examples),
        counts=True,
    )


def _below(context: Context) -> Proof | None:
    """∂J/∂W of the output layer by its own values, and by those of the layer below."""
    examples, last = range(context.samples), context.depth
    if last < 2 or len(examples) > MOST_EXAMPLES:
        return None
    divisor = context.net.reduction.divisor(len(examples))

    def sums(layer: int) -> Live:
        products = [
            context.of_step(DELTA, last, sample=n, unit=0)
            * context.of_step(ACTIVATION, layer, sample=n, unit=0)
            for n in examples
        ]

        def claim(numbers: Numbers) -> float:
            delta, a = numbers.now(DELTA, last)[:, 0], numbers.now(ACTIVATION, layer)[:, 0]
            return float(delta @ a) / divisor

        return total(products) / divisor, claim

    printed, right = sums(last), sums(last - 1)
    place = {"unit": 0, "source": 0}
    return by_difference(context, WEIGHT, last, place, printed, right)


def _bracket(context: Context) -> Proof | None:
    """What stands to the right of ⊙ has as many columns as the layer below has units."""
    if context.depth < 2 or context.sizes[-3] == context.samples:
        return None
    cells, layer = Cells(context), context.depth - 1
    return Proof(
        (cells.count(WEIGHT, layer, unit=0), context.sizes[-3]),
        (cells.count(TARGET, unit=0), context.samples),
        (cells.count(INPUT, unit=0), context.samples),
        counts=True,
    )


def _column(context: Context) -> Proof | None:
    """The second index of Δ counts examples, not units."""
    if context.sizes[-1] == context.samples:
        return None
    cells = Cells(context)
    return Proof(
        (cells.count(WEIGHT, context.depth, source=0), context.sizes[-1]),
        (cells.count(TARGET, unit=0), context.samples),
        (cells.count(INPUT, unit=0), context.samples),
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
        "(3.10)",
        "(A⁽ᴸ⁻²⁾)ᵗ inside the bracket, behind ⊙",
        "outside the bracket",
        "columns to the right of ⊙; measured: examples, the columns to its left",
        _bracket,
    ),
    Slip(
        "(4.10)",
        "element ij of (W⁽ˡ⁾)ᵗ H⁽ˡ⁾",
        "element in",
        "how far the second index counts, l = L; measured: examples, the columns of H",
        _column,
    ),
    Slip(
        "(4.13) to (4.16)",
        "∂J/∂W⁽ˡ⁾ = H⁽ˡ⁾ (A⁽ˡ⁾)ᵗ",
        "H⁽ˡ⁾ (A⁽ˡ⁻¹⁾)ᵗ",
        "first weight of the output layer; measured: Gradient check",
        _below,
    ),
)
