"""How curves over the steps look in charts, and what all of these charts share."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sheetnet.expressions.formula import Area
from sheetnet.network.quantities import COST
from sheetnet.network.sheets.context import Context
from sheetnet.workbook.charts import Axis, Chart, Series

#: Told apart by lightness and by dashes, so in grey and without colour vision too.
COLOURS = ("440154", "2A788E", "9A3412", "414487", "2F8F3E", "7C3AED")
DASHES = ("", "dash", "dot", "dash-dot")
#: The most curves of one chart: from there on one looks like another.
MOST_CURVES = 12
#: Where programs redraw charts of all steps for too long after an edit; so many steps are drawn.
LONG, STEPS = 1_000, 100
#: Where there are many curves.
FEWER = 50


def look(number: int) -> tuple[str, str]:
    """The colour and the dashes of a chart's curve, counted from 0."""
    return COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]


def shown(steps: int, most: int = STEPS) -> list[int]:
    """All steps of a short run; of others some, evenly spread, the first and the last among them.

    They are an odd number apart: a run that overshoots goes to and fro with every step, of which
    every second one shows nothing.
    """
    apart = max(1, math.ceil(steps / most))
    return [*range(0, steps, apart + (apart % 2 == 0)), steps]


def all_steps(context: Context) -> Area:
    """The numbers of the steps on Training."""
    costs = context.run(COST)
    return Area(costs.sheet, costs.top, 1, costs.bottom, 1, True)


def chart(
    context: Context,
    place: tuple[int, int],
    size: tuple[float, float],
    title: str,
    series: Sequence[Series],
    y: Axis,
    alt_text: str,
) -> Chart:
    """A chart over the steps, at a cell; its size in cm."""
    return Chart(
        *place,
        *size,
        tuple(series),
        alt_text,
        Axis("step", minimum=0, maximum=context.steps),
        y,
        title,
        legend=len(series) > 1,
    )
