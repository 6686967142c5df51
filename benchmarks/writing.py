"""`writing`: whole workbooks, model and file, against two libraries writing the same cells.

The same lesson, hence the same cells, formulas and styles. The clock of sheetnet runs
over all of `build`: training, drawing up the formulas, the claims that are the cached
values, writing, closing. The clock of the others runs over their loop and their closing
alone; the texts of the formulas, the values and the order of the cells are given to them.
openpyxl has to leave the cached values out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.measuring import Result, Run, interleaved, spread
from benchmarks.rivals import by_openpyxl, by_xlsxwriter
from benchmarks.subject import Content, drawn, formula_count, mazur
from sheetnet.building import build, make_book
from sheetnet.network.lesson import Lesson

Writer = Callable[[Content, Path], None]
RIVALS: dict[str, Writer] = {"openpyxl": by_openpyxl, "XlsxWriter": by_xlsxwriter}


def subjects(quick: bool) -> dict[str, tuple[Lesson, dict[str, float]]]:
    """What is built, and how many times as fast as each library it should be."""
    small = {"openpyxl": 3.0, "XlsxWriter": 6.0}
    iris = Lesson.load("iris").shortened(200)
    if quick:
        return {"4-5-3, 6 examples, 10 steps": (drawn((4, 5, 3), 6, 10), small)}
    return {
        "4-5-3, 6 examples, 100 steps": (drawn((4, 5, 3), 6, 100), small),
        "mazur, 10,000 steps": (mazur(10_000), {"openpyxl": 8.0, "XlsxWriter": 10.0}),
        "4-5-3, 40 examples, 100 steps": (drawn((4, 5, 3), 40, 100), {"openpyxl": 5.0}),
        "iris, 200 steps": (iris, {"openpyxl": 5.0, "XlsxWriter": 10.0}),
        "4-36-36-36, 6 examples, 50 steps": (drawn((4, 36, 36, 36), 6, 50), {"openpyxl": 5.0}),
    }


def measure(run: Run) -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _warm_up(folder / "warm.xlsx")
        for what, (lesson, reaches) in subjects(run.quick).items():
            yield from _measure(what, lesson, reaches, run, folder)


def _measure(
    what: str, lesson: Lesson, reaches: dict[str, float], run: Run, folder: Path
) -> Iterator[Result]:
    book = make_book(lesson)
    cells, content = formula_count(book), Content.of(book)
    del book
    contenders: dict[str, Callable[[], object]] = {
        "sheetnet": lambda: build(lesson, folder / "sheetnet.xlsx")
    }
    for name in reaches:
        contenders[name] = partial(RIVALS[name], content, folder / "rival.xlsx")
    times = interleaved(contenders, run.rounds, run.clock)
    for name, reach in reaches.items():
        ratios = times.ratios(name, "sheetnet")
        yield Result(
            name="writing",
            what=f"{what} ({cells:,} formula cells): the whole build, × {name}",
            figure=median(ratios),
            reach=reach,
            spread=spread(ratios),
            note=f"{times.median('sheetnet'):.2f} s and {times.median(name):.2f} s",
        )


def _warm_up(path: Path) -> None:
    """Let everybody import what it needs."""
    lesson = mazur(1)
    content = Content.of(make_book(lesson))
    build(lesson, path)
    for writer in RIVALS.values():
        writer(content, path)
