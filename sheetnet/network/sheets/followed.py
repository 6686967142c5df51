"""Which cost a run is judged by: with batches that of all training examples, where it is known."""

from __future__ import annotations

from collections.abc import Callable

from sheetnet.expressions.evaluation import fixed
from sheetnet.expressions.formula import Expression, Logical, call, guard, when
from sheetnet.network.engine import FloatArray
from sheetnet.network.evaluation import SPLIT, evaluated, is_classification
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import COST, STEP
from sheetnet.network.sheets import evaluation
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.evaluation import Evaluation
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook.blocks import Block

#: About the largest number that every program holds; Gnumeric computes with larger ones.
LARGEST = 1e308
#: Its space does not end a line: the number would stand on one, the sign on the next.
PERCENT = "\u00a0%"


def told(cost: Expression, text: Expression | None = None) -> Expression:
    """A cost, or a text that tells it; a dash where it is no number that every program holds."""
    fits = guard(when(call("ISNUMBER", cost), cost < LARGEST, Logical(False)))
    return guard(when(fits, text or cost, "—"))


def figure(context: Context, step: int) -> Expression:
    """The cost at a step, for a cell that is joined with others.

    Such a cell is no array formula (see `sheets.arrays`): that the problem looks at all inputs is
    what tells it of the first edit.
    """
    shown = told(block(context).ref(step=step))
    return guard(when(call("ISNUMBER", PROBLEM), "—", shown)) if of_all(context) else shown


def of_all(context: Context) -> bool:
    """Whether steps look at batches, and the cost of all examples stands beside them."""
    return context.net.batch is not None and evaluation.applies(context)


def block(context: Context) -> Block:
    """The cost at every step."""
    return Evaluation(context).block(0) if of_all(context) else context.run(COST)


def costs(context: Context) -> Callable[[Numbers], FloatArray]:
    """The same from arrays."""
    if of_all(context):
        return lambda numbers: evaluated(numbers).costs[0]
    return lambda numbers: numbers.trace.costs


def accuracy(context: Context) -> tuple[list[object], Callable[[Numbers], str]]:
    """How many examples are right at the end: the parts of a sentence, and the claim."""
    if not evaluation.applies(context) or not is_classification(context.lesson):
        return [], lambda numbers: ""
    found = Evaluation(context)
    parts: list[object] = [" Right in the end:"]
    for number, name in enumerate(found.places.sets):
        share = found.accuracies.ref_at({STEP: context.steps, SPLIT: number}, True)
        text = call("FIXED", 100 * share, 1, True)
        parts += ["," * (number > 0) + " ", text, f"{PERCENT} of the {name} set"]
    names = found.places.sets

    def said(numbers: Numbers) -> str:
        ends = [100 * float(held[-1]) for held in evaluated(numbers).accuracies]
        pairs = zip(ends, names, strict=True)
        each = [f"{fixed(end, 1, True)}{PERCENT} of the {name} set" for end, name in pairs]
        return f" Right in the end: {', '.join(each)}."

    return [*parts, "."], said
