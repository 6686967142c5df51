"""`writing`: formula cells a second, the whole of `sheetnet.build` against two libraries.

The same lesson, hence the same cells, formulas and styles. The clock of sheetnet runs
over all of `build`: drawing up the formulas, training, computing the cached values,
writing, closing. The clock of the others runs over their loop and their closing alone;
the texts of the formulas, the values and the order of the cells are given to them. All
write the same number of formula cells and compress at zlib's level 6, so the ratio of
the times is that of the cells a second. openpyxl has to leave the cached values out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.measuring import Result, Run, interleaved, spread
from benchmarks.rivals import by_openpyxl, by_xlsxwriter
from benchmarks.subject import Content, formula_count, mazur
from sheetnet.building import build
from sheetnet.network.book import make_book

#: A library's name, what writes with it, and how many times as many cells a second.
RIVALS: dict[str, tuple[Callable[[Content, Path], None], float]] = {
    "openpyxl": (by_openpyxl, 5.0),
    "openpyxl, private styles": (partial(by_openpyxl, named=False), 5.0),
    "XlsxWriter": (by_xlsxwriter, 10.0),
}


def measure(run: Run) -> Iterator[Result]:
    lesson = mazur(300 if run.quick else 3_000)
    book = make_book(lesson)
    cells = formula_count(book)
    content = Content.of(book)
    del book
    with tempfile.TemporaryDirectory() as folder:
        contenders: dict[str, Callable[[], object]] = {
            "sheetnet": lambda: build(lesson, Path(folder, "sheetnet.xlsx"))
        }
        for name, (writer, _) in RIVALS.items():
            contenders[name] = partial(writer, content, Path(folder, "rival.xlsx"))
        _warm_up(Path(folder, "warm.xlsx"))
        times = interleaved(contenders, run.rounds, run.clock)
    ours = times.median("sheetnet")
    for name, (_, reach) in RIVALS.items():
        ratios = times.ratios(name, "sheetnet")
        theirs = times.median(name)
        yield Result(
            name="writing",
            what=f"{cells:,} formula cells: the whole build, × {name}",
            figure=median(ratios),
            reach=reach,
            spread=spread(ratios),
            note=f"{ours:.2f} s and {theirs:.2f} s, {cells / ours:,.0f} cells/s "
            f"and {cells / theirs:,.0f}",
        )


def _warm_up(path: Path) -> None:
    """Let everybody import what it needs."""
    lesson = mazur(1)
    content = Content.of(make_book(lesson))
    build(lesson, path)
    for writer, _ in RIVALS.values():
        writer(content, path)
