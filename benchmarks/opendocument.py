"""`opendocument`: writing .ods against writing .xlsx, and against odfdo alone.

Both formats write the same model, in turns. odfdo writes the same Training sheet of fewer
steps, with the formulas' texts and the values given to it and without any style: that
favours it. Cells a second are compared, since at its speed the whole takes minutes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.measuring import Result, Run, interleaved, spread
from benchmarks.subject import formula_count, mazur
from sheetnet.building import make_book
from sheetnet.expressions.dialects import OPEN_FORMULA
from sheetnet.expressions.formula import Expression
from sheetnet.files.formats import write
from sheetnet.workbook.model import Sheet

FEW = 60
Row = list[tuple[str | None, float]]


def measure(run: Run) -> Iterator[Result]:
    book = make_book(mazur(300 if run.quick else 3_000))
    few = _rows(make_book(mazur(FEW))["Training"])
    cells, few_cells = formula_count(book), sum(map(len, few))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        times = interleaved(
            {
                "ods": lambda: write(book, place / "both.ods"),
                "xlsx": lambda: write(book, place / "both.xlsx"),
                "odfdo": lambda: by_odfdo(few, place / "rival.ods"),
            },
            run.rounds,
            run.clock,
        )
    ratios = times.ratios("xlsx", "ods")
    yield Result(
        name="opendocument",
        what=f"{cells:,} formula cells: writing .ods, × writing .xlsx",
        figure=median(ratios),
        reach=0.5,
        spread=spread(ratios),
        note=f"{times.median('ods'):.2f} s and {times.median('xlsx'):.2f} s",
    )
    scale = cells / few_cells
    ratios = [ratio * scale for ratio in times.ratios("odfdo", "ods")]
    yield Result(
        name="opendocument",
        what="cells a second written as .ods, × odfdo alone",
        figure=median(ratios),
        reach=50.0,
        spread=spread(ratios),
        note=f"{cells / times.median('ods'):,.0f} cells/s and "
        f"{few_cells / times.median('odfdo'):,.0f}",
    )


def _rows(sheet: Sheet) -> list[Row]:
    """The formulas' texts and the values of the rows of steps."""
    rows: list[Row] = []
    for band in sheet.bands:
        for number, values in enumerate(band.values, band.top):
            move = number - band.top
            texts = [
                OPEN_FORMULA.write(cell.content, sheet.name, lambda row: str(row + move))  # noqa: B023
                if isinstance(cell.content, Expression)
                else None
                for cell in band.cells
            ]
            rows.append(list(zip(texts, values.tolist(), strict=True)))
    return rows


def by_odfdo(rows: list[Row], path: Path) -> None:
    """A table of formulas with their values, cell by cell."""
    from odfdo import Cell, Document, Table
    from odfdo import Row as OdfRow

    document = Document("spreadsheet")
    document.body.clear()
    table = Table("Training")
    for values in rows:
        row = OdfRow()
        for text, value in values:
            cell = Cell(value)
            if text is not None:
                cell.formula = f"of:={text}"
            row.append(cell)
        table.append_row(row)
    document.body.append(table)
    document.save(str(path))
