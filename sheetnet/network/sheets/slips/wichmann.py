"""Slips in General feed forward neural networks, Kristian Wichmann, 2017."""

from __future__ import annotations

from sheetnet.expressions.formula import Expression, call, total
from sheetnet.expressions.rich import Rich, Run
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, DELTA, INPUT, STEP, TARGET, UNIT, WEIGHT
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


def _contraction(context: Context) -> Proof | None:
    """∂J/∂W of a weight: one product of H and A, where a sum over the examples is meant."""
    examples, last = range(context.samples), context.depth
    if not 1 < len(examples) <= MOST_EXAMPLES:
        return None
    divisor = context.net.reduction.divisor(len(examples))
    products = [
        context.of_step(DELTA, last, sample=n, unit=0) * _taken(context, n) for n in examples
    ]

    def summed(numbers: Numbers, count: int) -> float:
        delta, below = numbers.now(DELTA, last)[:count, 0], numbers.below(last)[:count, 0]
        return float(delta @ below) / divisor

    return by_difference(
        context,
        WEIGHT,
        last,
        {"unit": 0, "source": 0},
        (products[0] / divisor, lambda m: summed(m, 1)),
        (total(products) / divisor, lambda m: summed(m, len(examples))),
    )


def _taken(context: Context, sample: int) -> Expression:
    """What the output layer takes from the first unit below it."""
    if context.depth > 1:
        return context.of_step(ACTIVATION, context.depth - 1, sample=sample, unit=0)
    return context.fed(INPUT).ref(sample=sample, unit=0, fixed=True)


def _one_number(context: Context) -> Proof | None:
    """(A_in − T_in)/N is one entry of Δ."""
    targets = context.fed(TARGET)
    numbers = context.samples * context.sizes[-1]
    if numbers == 1:
        return None
    cells = Cells(context)
    rows, columns = cells.count(WEIGHT, context.depth, source=0), cells.count(INPUT, unit=0)
    return Proof(
        (call("COUNT", targets.ref(fixed=True)), 1),
        (rows * columns, numbers),
        (call("COUNT", targets.whole(fixed=True)), numbers),
        counts=True,
    )


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


def _cited(context: Context) -> Proof | None:
    """(2.15) is a matrix of units × examples, ∂J/∂W one of units × sources."""
    if context.depth < 2 or context.sizes[-3] == context.samples:
        return None
    cells, layer = Cells(context), context.depth - 1
    gradient = context.run(WEIGHT.gradient, layer).area(fixed=True, **{STEP: 0, UNIT: 0})
    if gradient is None:
        return None
    return Proof(
        (cells.count(TARGET, unit=0), context.samples),
        (cells.count(WEIGHT, layer, unit=0), context.sizes[-3]),
        (call("COUNT", gradient), context.sizes[-3]),
        counts=True,
    )


#: A column of ones, and the same as a row.
ONES = "∂J/∂b = H J" + Rich((Run("N", -1),))

SLIPS = (
    Slip(
        "(2.4), so (4.5) to (4.7), (4.11), (4.17)",
        "H ∂Z/∂W as a product of matrices",
        "a contraction: Σ over both indices of Z",
        "first weight of the output layer, printed: of one example; measured: Gradient check",
        _contraction,
    ),
    Slip(
        "(2.13), (2.17), (3.16), (4.1), (4.20)",
        ONES + Rich((Run("t", 1),)),
        ONES,
        "rows of the right factor; measured: examples, the columns of H",
        _ones,
    ),
    Slip(
        "(2.22)",
        "Δ = (A − T)/N of the indices i, n",
        "so its entry i, n; Δ is the matrix",
        "numbers on the right, in Δ; measured: targets",
        _one_number,
    ),
    Slip(
        "(3.10)",
        "(A⁽ᴸ⁻²⁾)ᵗ inside the bracket, behind ⊙",
        "outside the bracket",
        "columns to the right of ⊙; measured: examples, the columns to its left",
        _bracket,
    ),
    Slip(
        "(3.12), the text before it",
        "∂J/∂W⁽ᴸ⁻¹⁾ has a form like (2.15)",
        "like (2.16): (2.15) is that of H",
        "columns that it then has; measured: those of ∂J/∂W⁽ᴸ⁻¹⁾ on Training",
        _cited,
    ),
    Slip(
        "(4.10), and the text under (2.21)",
        "element i, j of (W⁽ˡ⁾)ᵗ H⁽ˡ⁾, of Δ",
        "element i, n",
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
