"""The format number: it rises with the workbooks, and old workbooks stay verified.

After a change of a formula, a text or a place: raise `sheetnet.FORMAT`, then run
`python -m tests.test_format`, which notes the new digests and keeps a workbook of this
format among the witnesses.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from sheetnet import FORMAT, build, inspect, verify
from sheetnet.building import make_book
from sheetnet.expressions.dialects import EXCEL
from sheetnet.expressions.formula import Expression
from sheetnet.lessons.catalogue import shipped
from sheetnet.lessons.subjects import load
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Content, Matrix
from tests import books
from tests.books import findings

HERE = Path(__file__).parent
DIGESTS, WITNESSES = HERE / "format.json", HERE / "witnesses"


def _written(content: Content, sheet: str) -> str:
    """What a cell holds, as text. Numbers do not count: they are the lesson's."""
    if isinstance(content, Matrix):
        return f"{{{EXCEL.write(content.expression, sheet)}}}{content.rows}x{content.columns}"
    if isinstance(content, Expression):
        return "=" + EXCEL.write(content, sheet)
    return "number" if isinstance(content, float) else str(content)


def digest(book: Book) -> str:
    """What a workbook holds and where: it changes with every formula, text and place."""
    hashed = hashlib.sha256()
    for sheet in book.sheets:
        for (row, column), cell in sorted(sheet.cells.items()):
            # The version and the lesson's text are the lesson's own.
            if sheet.name != "Index":
                text = f"{sheet.name} {row} {column} {_written(cell.content, sheet.name)}"
                hashed.update(text.encode())
        for band in sheet.bands:
            for column, cell in enumerate(band.cells, band.left):
                place = f"{sheet.name} {band.top} {band.stride} {len(band.values)} {column}"
                hashed.update(f"{place} {_written(cell.content, sheet.name)}".encode())
        hashed.update(repr([(c.row, c.column, c.title, c.series) for c in sheet.charts]).encode())
    hashed.update(repr([*book.blocks]).encode())
    return hashed.hexdigest()[:16]


def digests() -> dict[str, str]:
    return {name: digest(make_book(load(name)[1])) for name in sorted(shipped())}


def test_the_format_rises_with_every_change_of_a_workbook() -> None:
    noted = json.loads(DIGESTS.read_text(encoding="utf-8"))
    assert noted["format"] == FORMAT, "run python -m tests.test_format"
    changed = [name for name, found in digests().items() if noted["lessons"].get(name) != found]
    assert not changed, "raise sheetnet.FORMAT, then run python -m tests.test_format"


def test_a_witness_of_every_format_is_kept() -> None:
    kept = {path.stem for path in WITNESSES.glob("*.xlsx")}
    assert kept == {f"format-{number}" for number in range(1, FORMAT + 1)}


@pytest.mark.programs
@pytest.mark.parametrize("number", range(1, FORMAT + 1))
def test_workbooks_of_every_format_verify(number: int) -> None:
    path = WITNESSES / f"format-{number}.xlsx"
    assert inspect(path)["format"] == number
    result = verify(path)
    assert result.ok, findings(result)
    assert bool(result.notes) == (number != FORMAT)


@pytest.mark.programs
def test_a_mask_taken_out_of_an_older_workbook_is_found(tmp_path: Path) -> None:
    """Only inputs that switch the unit tell: the slope of the first hidden unit is always 1."""
    path = WITNESSES / "format-1.xlsx"
    [block] = [
        b
        for b in inspect(path)["blocks"]
        if (b["quantity"], b["layer"]) == ("delta", 1) and b["rows"] == ["step"]
    ]
    cell = block["range"].split(":")[0]
    formula = books.formula_of(path, block["sheet"], cell)
    whole, mask = formula.rsplit("*IF(", 1)
    assert mask.endswith(">0,1,0)")
    broken = books.edited(
        path, tmp_path / "broken.xlsx", block["sheet"], cell, books.set_formula(whole)
    )
    result = verify(broken)
    assert not result.ok
    assert "inputs moved, ironcalc" in {check.name for check in result.checks if not check.ok}


def note() -> None:
    """Note the digests of this format, and build its witness."""
    noted = {"format": FORMAT, "lessons": digests()}
    DIGESTS.write_text(json.dumps(noted, indent=2) + "\n", encoding="utf-8")
    build(WITNESSES / "witness.toml", WITNESSES / f"format-{FORMAT}.xlsx")


if __name__ == "__main__":
    note()
