"""Verdicts: what happened in words first, and few cells; workbooks that others saved."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from sheetnet import build, verify
from sheetnet.cli import main
from sheetnet.errors import SheetnetError
from sheetnet.network import book
from sheetnet.network.lesson import Lesson
from sheetnet.network.numbers import Numbers
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.proof.verification import UNSTEADY
from sheetnet.workbook.model import Sheet
from tests import books
from tests.books import findings

pytestmark = pytest.mark.programs


@pytest.fixture(scope="module")
def mazur(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("mazur", tmp_path_factory.mktemp("verdict") / "mazur.xlsx")


def test_a_workbook_without_stored_values_verifies_with_one_sentence(
    mazur: Path, tmp_path: Path
) -> None:
    """openpyxl keeps formulas and drops their values."""
    saved = tmp_path / "saved.xlsx"
    workbook = openpyxl.load_workbook(mazur)
    workbook.save(saved)
    result = verify(saved)
    assert result.ok, findings(result)
    [note] = [note for note in result.notes if "stores no values" in note]
    assert "\n" not in note
    assert all(check.name != "stored values" for check in result.checks)


def test_a_replaced_formula_stands_first_and_few_cells_are_printed(
    mazur: Path, tmp_path: Path
) -> None:
    broken = books.edited(
        mazur, tmp_path / "broken.xlsx", "Training", "H7", books.set_formula("H6+gamma*AI6")
    )
    answer = CliRunner().invoke(main, ["verify", str(broken)])
    assert answer.exit_code == 1
    lines = answer.output.splitlines()
    assert lines[0] == "on Training 1 cell holds another formula than the lesson's"
    named = [line for line in lines if line.startswith("  ")]
    assert "Training!H7" in named[0] and "gamma*AI6" in named[0]
    assert len(named) == 21 and "more cells (--json names all)" in named[-1]


def test_changed_originals_are_told_in_words(mazur: Path, tmp_path: Path) -> None:
    from sheetnet.files.formats import read
    from sheetnet.proof.index import read_index

    index = read_index(mazur, read(mazur))
    block = next(b for b in index.originals if b.quantity == "weight")
    cell = block.range.split(":")[0]
    changed = books.edited(
        mazur, tmp_path / "changed.xlsx", block.sheet, cell, books.set_value("77.5")
    )
    result = verify(changed)
    assert not result.ok
    assert any("grey" in problem for problem in result.problems)


def test_a_check_that_is_nothing_but_a_tick_is_found(mazur: Path, tmp_path: Path) -> None:
    from sheetnet.building import make_book
    from sheetnet.expressions.dialects import address

    sheet = make_book(Lesson.load("mazur"))["Network"]
    place = next(p for p, cell in sorted(sheet.cells.items()) if cell.passes)
    broken = books.edited(
        mazur, tmp_path / "tick.xlsx", "Network", address(*place), books.set_formula('"✓"')
    )
    result = verify(broken)
    assert "on Network 1 cell holds another formula than the lesson's" in result.problems


def test_numbers_that_nothing_claims_are_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fill(context: Context) -> list[Sheet]:
        sheet = Sheet("Loose", "a number that nothing proves")
        sheet.put(1, 1, 2 * context.hyper["learning_rate"])
        return [sheet]

    monkeypatch.setattr(book, "SHEETS", [*book.SHEETS, SheetKind("Loose", fill)])
    result = verify(build("mazur", tmp_path / "loose.xlsx"))
    assert result.unclaimed == 1
    assert result.claimed > 4000


@pytest.mark.parametrize("steady", [True, False])
def test_a_run_whose_last_bits_grow_is_told_apart_from_a_wrong_formula(
    mazur: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steady: bool
) -> None:
    """Only where numbers differ at all."""
    if not steady:
        monkeypatch.setattr(Numbers, "is_steady", False)
    assert UNSTEADY not in verify(mazur).notes
    change = books.set_formula("H6+eta*AI6")
    result = verify(books.edited(mazur, tmp_path / "broken.xlsx", "Training", "H7", change))
    assert not result.ok
    assert (UNSTEADY in result.notes) is not steady


def test_a_sheet_that_was_renamed_is_named(mazur: Path, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(mazur)
    workbook["Surface"].title = "Karte"
    workbook.save(tmp_path / "renamed.xlsx")
    with pytest.raises(SheetnetError, match="its sheet 'Surface' is gone.*give it this name again"):
        verify(tmp_path / "renamed.xlsx")
