"""The input cells of a worksheet: its variables, the ends of its grids, the step of differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sheetnet.calculus.lesson import Lesson
from sheetnet.calculus.numbers import STEP, grid_key
from sheetnet.calculus.spelling import identifier
from sheetnet.calculus.worksheet import LARGEST_STEP, LEAST_STEP, worksheets
from sheetnet.workbook.knobs import Array, Knob

DEFAULT_STEP = 1e-4
AXES = ("row", "column")


def knobs(lesson: Lesson) -> list[Knob]:
    """All inputs of a lesson, in their order."""
    found = [
        Knob(
            STEP,
            None,
            np.array(DEFAULT_STEP),
            low=LEAST_STEP,
            high=LARGEST_STEP,
            title="step h of the differences",
            note="A central difference is (f(x + h) − f(x − h))/(2h).",
            name="h",
            number_format="General",
            nudge=lambda value, rng: value * rng.uniform(1.005, 1.02),
            shake=lambda value, rng, turn: value * rng.uniform(0.5, 2.0),
        )
    ]
    for sheet in worksheets(lesson):
        heading = sheet.section.heading
        for name in sheet.section.variables:
            value = sheet.section.value(name)
            low, high = sheet.section.bounds(name)
            found.append(
                Knob(
                    identifier(name),
                    sheet.number,
                    value,
                    rows=AXES[:1] if value.ndim else (),
                    columns=AXES[1:] if value.ndim > 1 else (),
                    low=low,
                    high=high,
                    title=f"{name} of {heading}",
                    shake=_anywhere(low, high),
                )
            )
        for i, grid in enumerate(sheet.section.grids):
            low, high = sheet.section.bounds(grid.over)
            for which, end in (("from", grid.low), ("to", grid.high)):
                found.append(
                    Knob(
                        grid_key(i, which),
                        sheet.number,
                        np.array(end),
                        low=low,
                        high=high,
                        title=f"where the grid goes {which}, {heading}",
                        shake=_anywhere(low, high),
                    )
                )
    return found


def _anywhere(low: float, high: float) -> Callable[[Array, np.random.Generator, int], Array]:
    """Any number that may be typed: near 0 first, where there is a 0, then further out."""

    def shake(value: Array, rng: np.random.Generator, turn: int) -> Array:
        reach = min(1.0, 0.25 * (1 + turn % 4))
        middle = min(max(0.0, low), high)
        least, most = middle + reach * (low - middle), middle + reach * (high - middle)
        moved: Array = rng.uniform(least, most, value.shape)
        return moved

    return shake
