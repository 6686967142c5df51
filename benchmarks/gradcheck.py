"""`gradcheck`: a gradient check of 1,023 parameters, against what IronCalc alone needs for it.

IronCalc loads the workbook once, and four times a parameter a number is typed in, the workbook
evaluated and the loss looked at. What gradcheck needs beyond that is reading and copying the
file, which is a stranger's, the program's start, and telling it what to type. Imports are apart.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median

import ironcalc
import numpy as np
from openpyxl import Workbook

from benchmarks.measuring import Result, Run, interleaved, spread
from sheetnet.expressions.dialects import address, area_address
from sheetnet.gradients.checking import gradcheck

REACH = 2.0
#: Inputs and hidden units, of which each has a weight to the output.
SIZES, QUICK_SIZES = (30, 33), (4, 5)
EXAMPLES = 4


def measure(run: Run) -> Iterator[Result]:
    inputs, units = QUICK_SIZES if run.quick else SIZES
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "theirs.xlsx")
        wrt, claimed, formulas = _workbook(path, inputs, units)
        check = partial(gradcheck, path, "A1", wrt, claimed)
        result = check()
        assert result.ok
        parameters = [(entry.place[1:], entry.value) for entry in result.entries]
        times = interleaved(
            {"gradcheck": check, "IronCalc": partial(_alone, path, parameters)},
            run.rounds,
            run.clock,
        )
    ratios = times.ratios("gradcheck", "IronCalc")
    yield Result(
        name="gradcheck",
        what=f"{len(parameters):,} parameters, {formulas:,} formulas: gradcheck, × IronCalc, four "
        "evaluations a parameter",
        figure=median(ratios),
        reach=REACH,
        sense="≤",
        spread=spread(ratios),
        note=f"{times.median('gradcheck'):.2f} s and {times.median('IronCalc'):.2f} s",
    )


def _workbook(path: Path, inputs: int, units: int) -> tuple[list[str], list[str], int]:
    """A net with one hidden layer, written as people do; its weights, their gradient, its formulas.

    Cell A1 holds the loss. Row 2 has the output's weights, then come those of the units, a row
    each, the examples, and the gradient as the weights stand.
    """
    rng = np.random.default_rng(5)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    count = 0

    def put(row: int, column: int, content: float | str) -> None:
        nonlocal count
        count += isinstance(content, str)
        sheet.cell(row, column, content)

    first, last = 5 + units, 4 + units + EXAMPLES
    gradient = last + 2
    middle = inputs + 2
    for unit in range(units):
        put(2, 2 + unit, rng.normal())
        for source in range(inputs):
            put(3 + unit, 2 + source, rng.normal() / 4)
    for row in range(first, last + 1):
        for source in range(inputs):
            put(row, 2 + source, rng.uniform(-1, 1))
        x = area_address(row, 2, row, 1 + inputs)
        for unit in range(units):
            weights = area_address(3 + unit, 2, 3 + unit, 1 + inputs)
            a = address(row, middle + unit)
            put(row, middle + unit, f"=TANH(SUMPRODUCT({weights},{x}))")
            slope = f"={address(row, middle + 2 * units)}*{address(2, 2 + unit)}*(1-{a}*{a})"
            put(row, middle + units + unit, slope)
        a = area_address(row, middle, row, middle + units - 1)
        output = f"SUMPRODUCT({area_address(2, 2, 2, 1 + units)},{a})"
        put(row, middle + 2 * units, f"={output}-0.5")
    error = area_address(first, middle + 2 * units, last, middle + 2 * units)
    put(1, 1, f"=SUMSQ({error})/2")
    for unit in range(units):
        a = area_address(first, middle + unit, last, middle + unit)
        put(gradient, 2 + unit, f"=SUMPRODUCT({error},{a})")
        delta = area_address(first, middle + units + unit, last, middle + units + unit)
        for source in range(inputs):
            x = area_address(first, 2 + source, last, 2 + source)
            put(gradient + 1 + unit, 2 + source, f"=SUMPRODUCT({delta},{x})")
    book.save(path)
    wrt = [area_address(2, 2, 2, 1 + units), area_address(3, 2, 2 + units, 1 + inputs)]
    below = gradient + 1
    claimed = [
        area_address(gradient, 2, gradient, 1 + units),
        area_address(below, 2, below + units - 1, 1 + inputs),
    ]
    return wrt, claimed, count


def _alone(path: Path, parameters: list[tuple[tuple[int, int], float]]) -> float:
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    total = 0.0
    for place, value in parameters:
        for move in (1e-3, -1e-3, 5e-4, -5e-4):
            model.update_cell_with_number(0, *place, value + move)
            model.evaluate()
            total += model.get_cell_value(0, 1, 1)
        model.update_cell_with_number(0, *place, value)
    return total
