"""`proof`: verify with IronCalc, against what IronCalc itself needs for the same file.

IronCalc loads the file once, and evaluates and reads it as often as verify does: as it is,
and after each move of the inputs. What verify needs beyond that is reading the file,
building the model, comparing, and choosing the moves. Imports are apart.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median

import ironcalc

from benchmarks.measuring import Result, Run, interleaved, spread
from benchmarks.subject import drawn, formula_count
from sheetnet.building import build, make_book
from sheetnet.proof import verification

REACH = 2.0


def measure(run: Run) -> Iterator[Result]:
    for samples in (6,) if run.quick else (6, 40):
        lesson = drawn((4, 5, 3), samples, 10 if run.quick else 100)
        cells = formula_count(make_book(lesson))
        with tempfile.TemporaryDirectory() as folder:
            path = build(lesson, Path(folder, "proved.xlsx"))
            times_evaluated = _evaluations(path)
            times = interleaved(
                {
                    "verify": partial(verification.verify, path),
                    "IronCalc": partial(_alone, path, times_evaluated),
                },
                run.rounds,
                run.clock,
            )
        ratios = times.ratios("verify", "IronCalc")
        yield Result(
            name="proof",
            what=f"{cells:,} formula cells: verify, × IronCalc, {times_evaluated} evaluations",
            figure=median(ratios),
            reach=REACH,
            sense="≤",
            spread=spread(ratios),
            note=f"{times.median('verify'):.2f} s and {times.median('IronCalc'):.2f} s",
        )


def _evaluations(path: Path) -> int:
    """How often verify has the workbook evaluated."""
    result = verification.verify(path)
    assert result.ok
    return 1 + result.moves


def _alone(path: Path, evaluations: int) -> int:
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    count = 0
    for _ in range(evaluations):
        model.evaluate()
        for sheet in range(len(model.get_worksheets_properties())):
            _, bottom, _, right = model.get_sheet_dimensions(sheet)
            for row in range(1, bottom + 1):
                count += len([model.get_cell_value(sheet, row, c) for c in range(1, right + 1)])
    return count
