"""What is wrong with a run, in words: an input cell that holds no number, a run that diverges.

The workings stand on Words: a row for each line of input cells, then the sentence. Every sheet
shows it in place of its hint, Start in place of its verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from sheetnet.expressions.figures import figures, in_figures
from sheetnet.expressions.formula import (
    Expression,
    Logical,
    Ref,
    call,
    equal,
    guard,
    join,
    maximum,
    when,
)
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import COST
from sheetnet.network.sheets import followed
from sheetnet.network.sheets.context import Context
from sheetnet.sheets import inputs
from sheetnet.sheets.words import FLAG, HEAD_ROW, PROBLEM, SAYS
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.knobs import Knob

LARGEST_ROW, FIRST_ROW = PROBLEM.row + 1, PROBLEM.row + 3
#: A cost beyond this has left every bound; a change below this part of it is none to speak of.
BOUND, HARDLY, FLOOR = 1e100, 1e-4, 1e-12
BEYOND = "1E+100"
#: Where a step learns from some of the examples.
UP_AND_DOWN = "Learning example by example, the cost goes up and down; it ends at "


def fill(context: Context) -> None:
    """Write the workings; all knobs have their places by then."""
    sheet = context.words.sheet
    sheet.widths |= {FLAG - 1: 4.0, FLAG: 12.0, SAYS: 60.0}
    for column, head in ((FLAG, "wrong"), (SAYS, "what is said"), (SAYS + 1, "first line")):
        sheet.put(HEAD_ROW, column, head, styles.LABEL.but(bold=True))
    is_wrong, first = inputs.fill(
        sheet, FIRST_ROW, FLAG, _inputs(context), lambda knob: _wrong_choice(context, knob)
    )
    trouble = guard(when(is_wrong, first, _diverges(context)))
    sheet.put(PROBLEM.row, FLAG, "problem", styles.LABEL)
    sheet.put(
        PROBLEM.row,
        SAYS,
        trouble,
        styles.PLAIN,
        claim=lambda numbers: _said(numbers, _remedy(context)),
    )
    costs, costs_of = followed.block(context).whole(fixed=True), followed.costs(context)
    whole = equal(call("COUNT", costs), context.steps + 1)
    largest = guard(when(whole, followed.told(maximum(costs)), "—"))
    sheet.put(LARGEST_ROW, FLAG, "largest cost", styles.LABEL)
    sheet.put(
        LARGEST_ROW,
        SAYS,
        largest,
        styles.NUMBER.but(horizontal="left"),
        claim=lambda numbers: float(costs_of(numbers).max()),
    )


# Input cells


def _inputs(context: Context) -> Iterator[tuple[Knob, Block]]:
    for key, knob in context.knobs.items():
        if (knob.numbered or not knob.choices) and context.has_place(key):
            yield knob, context.knob(*key)


def _wrong_choice(context: Context, knob: Knob) -> Expression:
    """1 where a drop-down holds none of its choices: then these have no number."""
    return guard(when(call("ISNUMBER", context.named_cell(knob)), 0, 1))


# The run


def _diverges(context: Context) -> Expression:
    """What is said of a run that leaves every bound; an empty text of others."""
    costs = context.run(COST).whole(fixed=True)
    steps, counted = context.steps, call("COUNT", costs)
    at = call("MATCH", maximum(costs), costs, 0) - 1
    remedy = _remedy(context)
    errors = [
        "✗ The run diverges: from step ",
        counted,
        " on its numbers are too large for a cell.",
    ]
    highest = figures(maximum(costs))  # no cost is below 0
    grows = ["✗ The run diverges: the cost grows to ", highest, " at step ", at, "."]
    said = guard(when(counted < steps + 1, join([*errors, remedy]), join([*grows, remedy])))
    said = guard(when(equal(counted, 0), TOO_LARGE, said))
    bounded = call("COUNTIF", costs, f"<{BEYOND}")
    return guard(when(bounded < steps + 1, said, ""))


TOO_LARGE = "✗ The numbers are too large for a cell from the start. Type smaller inputs or weights."


def _remedy(context: Context) -> str:
    return f" Choose a smaller {context.notation.rate_letter}."


def _said(numbers: Numbers, remedy: str) -> str:
    costs = numbers.trace.costs
    if (costs < BOUND).all():
        return ""
    step = int(costs.argmax())
    highest = in_figures(float(costs[step]))
    return f"✗ The run diverges: the cost grows to {highest} at step {step}.{remedy}"


def verdict(context: Context) -> tuple[Expression, Callable[[Numbers], str]]:
    """Whether the run converges, as a formula and as a claim."""
    cost, words, costs_of = followed.block(context), context.words, followed.costs(context)
    first, last = (replace(cost.ref(step=at), signless=True) for at in (0, context.steps))
    what = "The cost of all training examples" if followed.of_all(context) else "The cost"
    right, right_said = followed.accuracy(context)
    largest = Ref(words.sheet.name, LARGEST_ROW, SAYS, signless=True)
    start, end, top = (words.of(number) for number in (first, last, largest))
    remedy = _remedy(context)
    apart = call("ABS", last - first)
    hardly = when(
        apart <= HARDLY * first + FLOOR, largest <= first * (1 + HARDLY) + FLOOR, Logical(False)
    )
    stays = join([f"{what} hardly changes: it stays near ", start, "."])
    higher = join([f"✗ {what} ends higher than it began, at ", end, f".{remedy}"])
    hump = join([f"{what} rises to ", top, " on the way, then falls."])
    falls: Expression = join([f"✓ {what} comes down from ", start, " to ", end, "."])
    # So that the cost may go up with every step:
    one_by_one = bool(context.net.learns_from or context.net.batch) and not followed.of_all(context)
    if one_by_one:
        higher = join([UP_AND_DOWN, end, "."])
        falls = guard(when(last > FLOOR, higher, falls))
    rises = when(largest > first * (1 + HARDLY) + FLOOR, hump, falls)
    well = guard(when(guard(hardly), stays, guard(when(last > first, higher, guard(rises)))))
    text = guard(when(equal(PROBLEM, ""), join([well, *right]), PROBLEM))

    def claim(numbers: Numbers) -> str:
        return _said(numbers, remedy) or well_said(numbers) + right_said(numbers)

    def well_said(numbers: Numbers) -> str:
        costs = [float(c) for c in costs_of(numbers)]
        began, ended, highest = costs[0], costs[-1], max(costs)
        room = HARDLY * began + FLOOR
        if abs(ended - began) <= room and highest <= began + room:
            return f"{what} hardly changes: it stays near {in_figures(began)}."
        if one_by_one and (ended > began or (highest <= began + room and ended > FLOOR)):
            return f"{UP_AND_DOWN}{in_figures(ended)}."
        if ended > began:
            return f"✗ {what} ends higher than it began, at {in_figures(ended)}.{remedy}"
        if highest > began + room:
            return f"{what} rises to {in_figures(highest)} on the way, then falls."
        return f"✓ {what} comes down from {in_figures(began)} to {in_figures(ended)}."

    return text, claim
