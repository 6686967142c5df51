"""From the sum with δᵢⱼ to output minus target: the steps of Sabine 5.2.1, and the general form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sheetnet.expressions.formula import Expression, Number, Ref, exp, guard, maximum, total
from sheetnet.expressions.rich import Rich, Run, rich
from sheetnet.network.engine import FloatArray
from sheetnet.network.losses import LOWEST_LOGARITHM
from sheetnet.network.numbers import Numbers
from sheetnet.network.sheets.panels import softmax_numbers as arrays


@dataclass(frozen=True)
class Step:
    """One form of dc/dz: how it is written, its cells, what happened, what the numbers are.

    `general` where it holds for targets of any sum, `is_named` where the text says what it is;
    one that `divides` by an output is lost where that is all but 0.
    """

    text: Rich
    cells: list[Expression]
    remark: str
    values: Callable[[Numbers], FloatArray] = arrays.general
    general: bool = True
    is_short: bool = False
    is_named: bool = False
    divides: bool = False


@dataclass(frozen=True)
class Letters:
    """How the target and the output of unit j, and those of unit i, are written.

    `target` and `output` are the letters alone, `ln` is the natural logarithm.
    """

    t_j: Rich
    a_j: Rich
    t_i: Rich
    a_i: Rich
    target: str
    output: str
    ln: str


def steps(
    names: Letters,
    t: Sequence[Ref],
    a: Sequence[Ref],
    ln_b: Ref,
    targets: Ref,
    jacobian: Sequence[Sequence[Ref]],
) -> list[Step]:
    """The steps in their order; `targets` is the cell of the targets' sum."""
    units, t_j, a_j = range(len(a)), names.t_j, names.a_j
    outer = rich(f"−1/{names.ln}(b) · ")
    others_i = Rich((Run("Σ"), Run("i≠j", -1, True), Run(" ")))
    kept = outer + "(" + t_j + "(1 − " + a_j + ") − "

    def others(j: int) -> list[Expression]:
        return [t[i] for i in units if i != j] or [Number(0)]

    def each(cell: Callable[[int], Expression]) -> list[Expression]:
        return [-(1 / ln_b) * cell(j) for j in units]

    def along(j: int) -> Expression:
        return total(
            [t[i] / guard(maximum(a[i], exp(LOWEST_LOGARITHM))) * jacobian[i][j] for i in units]
        )

    return [
        Step(
            outer + "Σᵢ " + names.t_i + "/" + names.a_i + " · " + names.a_i + "(δᵢⱼ − " + a_j + ")",
            each(along),
            "the same as a sum over the outputs i",
            arrays.long,
            divides=True,
        ),
        Step(
            kept + others_i + names.t_i + a_j + ")",
            each(lambda j: t[j] * (1 - a[j]) - total([one * a[j] for one in others(j)])),
            "i = j is taken out of the sum, and the δᵢⱼ are gone",
        ),
        Step(
            kept + a_j + " " + others_i + names.t_i + ")",
            each(lambda j: t[j] * (1 - a[j]) - a[j] * total(others(j))),
            f"the factor {names.output} is the same in all terms",
        ),
        Step(
            kept + a_j + "(1 − " + t_j + "))",
            each(lambda j: t[j] * (1 - a[j]) - a[j] * (1 - t[j])),
            f"only if the targets sum to 1 is the sum of the others 1 − {names.target}",
            arrays.short,
            general=False,
        ),
        Step(
            outer + "(" + t_j + " − " + a_j + t_j + " − " + a_j + " + " + a_j + t_j + ")",
            each(lambda j: t[j] - a[j] * t[j] - a[j] + a[j] * t[j]),
            "multiplied out",
            arrays.short,
            general=False,
        ),
        Step(
            outer + "(" + t_j + " − " + a_j + ")",
            each(lambda j: t[j] - a[j]),
            f"{names.output}·{names.target} cancels",
            arrays.short,
            general=False,
        ),
        Step(
            rich(f"short form: 1/{names.ln}(b) · (") + a_j + " − " + t_j + ")",
            [1 / ln_b * (a[j] - t[j]) for j in units],
            "the minus sign taken in: output minus target",
            arrays.short,
            general=False,
            is_short=True,
            is_named=True,
        ),
        Step(
            rich("general form: (") + a_j + f" Σ{names.target} − " + t_j + f")/{names.ln}(b)",
            [(a[j] * targets - t[j]) / ln_b for j in units],
            "for targets of any sum; Training computes this one",
            is_named=True,
        ),
    ]
