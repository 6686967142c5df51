"""What the colours of a map mean: its lowest and its highest number, in words."""

from __future__ import annotations

from collections.abc import Callable

from sheetnet.expressions.figures import in_figures
from sheetnet.expressions.formula import Area, Ref, call, guard, join, maximum, minimum, when
from sheetnet.network.engine import FloatArray
from sheetnet.network.numbers import Numbers
from sheetnet.network.sheets.context import Context
from sheetnet.workbook import styles
from sheetnet.workbook.model import Sheet

#: Numbers that are no further apart, in parts of the larger one, are the same; nothing is divided
#: by less than `LEAST`.
ALIKE, LEAST = 1e-9, 1e-300


def write(
    context: Context,
    cell: tuple[Sheet, int, int],
    workings: tuple[Sheet, int, int],
    area: Area,
    values: Callable[[Numbers], FloatArray],
    after: str = "",
    *,
    signless: bool,
) -> None:
    """The sentence into a cell, `after` it what else there is to say; the numbers that it tells
    into four of the workings, from one on. The map is `area`, `values` the same by NumPy;
    `signless` says that it holds nothing below 0."""
    sheet, row, column = workings
    texts, ends_at = [], []
    for offset, (title, formula, end) in enumerate(
        (("lowest", minimum(area), "min"), ("highest", maximum(area), "max"))
    ):

        def claim(numbers: Numbers, end: str = end) -> float:
            return float(getattr(values(numbers), end)())

        place = row, column + 2 * offset
        sheet.put(*place, title, styles.LABEL_RIGHT)
        sheet.put(row, place[1] + 1, formula, styles.FORWARD, claim=claim)
        name = f"{title} on {area.sheet}"
        number = Ref(sheet.name, row, place[1] + 1, True, symbol=name, signless=signless)
        texts.append(context.words.of(number))
        ends_at.append(number)

    def says(numbers: Numbers) -> str:
        held = values(numbers)
        ends = float(held.min()), float(held.max())
        low, high = map(in_figures, ends)
        if (ends[1] - ends[0]) / max(abs(ends[1]), LEAST) <= ALIKE:
            return f"the same everywhere: {low}{after}"
        return f"white: {low} · orange: {high}{after}"

    low, high = ends_at
    ends = join(["white: ", texts[0], " · orange: ", texts[1]])
    same = join(["the same everywhere: ", texts[0]])
    apart = (high - low) / guard(maximum(call("ABS", high), LEAST))
    words = join([guard(when(apart <= ALIKE, same, ends)), after])
    cell[0].put(*cell[1:], words, styles.HINT, claim=says)
