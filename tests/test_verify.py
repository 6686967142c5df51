"""What verify finds: every kind of damage to a workbook, named by its cell."""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sheetnet import build, verify
from sheetnet.building import make_book
from sheetnet.errors import SheetnetError
from sheetnet.expressions.dialects import address
from sheetnet.expressions.formula import Binary, Call
from sheetnet.network.lesson import Lesson
from sheetnet.proof.comparison import same_text
from sheetnet.recalc import recalculate
from sheetnet.workbook.model import Matrix
from tests import books

pytestmark = pytest.mark.programs

Case = tuple[str, str, books.Change]


@pytest.fixture(scope="module")
def mazur(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("mazur", tmp_path_factory.mktemp("verify") / "mazur.xlsx")


def _named(path: Path) -> set[str]:
    """The cells that verify names."""
    result = verify(path)
    assert not result.ok
    return {f"{f.sheet}!{f.cell}" for check in result.checks for f in check.findings}


CASES: dict[str, Case] = {
    "a formula replaced by its value": ("Training", "P50", books.drop_formula),
    "a formula that points at its neighbour": (
        "Training",
        "H40",
        books.set_formula("H39-gamma*AI39"),
    ),
    "a formula that points at another cell of equal value": (
        "Training",
        "H6",
        books.set_formula("Start!$E$15"),
    ),
    "a lost minus": ("Training", "X20", books.set_formula("(T20+Start!$F$12)*T20*(1-T20)")),
    "a cached value": ("Training", "W60", books.set_value("0.5")),
    "a missing cell": ("Training", "Z77", books.remove),
    "a changed text": ("Start", "B26", books.set_text("Do not try this")),
    "a changed number of the drawing": ("Drawing", "D6", books.set_value("5")),
    "a dead difference": ("Gradient check", "D12", books.drop_formula),
}


@pytest.mark.parametrize("what", CASES)
def test_damage_is_found_and_named(what: str, mazur: Path, tmp_path: Path) -> None:
    sheet, cell, change = CASES[what]
    damaged = books.edited(mazur, tmp_path / "damaged.xlsx", sheet, cell, change)
    assert f"{sheet}!{cell}" in _named(damaged)


def _first(kind: Callable[[Any], bool], sheet: str) -> str:
    """The first cell of a sheet of mazur whose content is of a kind."""
    cells = make_book(Lesson.load("mazur"))[sheet].cells
    return address(*next(place for place, cell in sorted(cells.items()) if kind(cell.content)))


def _is_sentence(content: Any) -> bool:
    return isinstance(content, Binary) and content.operator == "&"


@pytest.mark.parametrize(
    ("sheet", "kind"),
    [
        ("Network", _is_sentence),
        ("Paths", _is_sentence),
        ("Drawing", lambda content: isinstance(content, Call) and content.function == "IF"),
        ("Matrices", lambda content: isinstance(content, Matrix)),
        ("Network", lambda content: isinstance(content, Call) and content.function == "INDEX"),
    ],
)
def test_a_dead_cell_is_found_wherever_it_stands(
    sheet: str, kind: Callable[[Any], bool], mazur: Path, tmp_path: Path
) -> None:
    cell = _first(kind, sheet)
    dead = books.edited(mazur, tmp_path / "dead.xlsx", sheet, cell, books.drop_formula)
    assert f"{sheet}!{cell}" in _named(dead)


def test_every_formula_of_a_training_row_is_watched(mazur: Path, tmp_path: Path) -> None:
    """Each column's formula is replaced by its value, one after the other."""
    columns = random.Random(1).sample(range(2, 40), 3)
    for column in columns:
        cell = address(33, column)
        damaged = books.edited(mazur, tmp_path / "d.xlsx", "Training", cell, books.drop_formula)
        assert f"Training!{cell}" in _named(damaged)


def test_a_missing_sheet_is_named(mazur: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "renamed.xlsx"
    with zipfile.ZipFile(mazur) as old, zipfile.ZipFile(damaged, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/workbook.xml":
                content = content.replace(b'name="Notation"', b'name="Notatio"')
            new.writestr(name, content)
    result = verify(damaged)
    assert not result.ok
    assert any(f.sheet == "Notation" for f in result.checks[0].findings)


def test_another_version_gets_an_answer_in_words(mazur: Path, tmp_path: Path) -> None:
    index = _index_row(mazur, "version")
    other = books.edited(
        mazur, tmp_path / "old.xlsx", "Index", f"B{index}", books.set_text("0.0.1")
    )
    assert verify(other).ok  # in the same format, nothing else can differ
    older = books.edited(
        mazur, tmp_path / "older.xlsx", "Index", f"B{index + 1}", books.set_text("1")
    )
    result = verify(older)
    assert result.ok
    [note] = result.notes
    assert "format 1" in note
    assert "was not checked" in note


def _index_row(path: Path, text: str, within: int = 1) -> int:
    """The first row of the index that has a text in a column."""
    from sheetnet.files.formats import read

    cells = read(path).sheets["Index"]
    return next(
        row for (row, column), cell in cells.items() if (column, cell.value) == (within, text)
    )


def test_an_edit_that_diverges_gets_an_answer_in_words(tmp_path: Path) -> None:
    text = Lesson.load("mazur").text.replace('"sigmoid"', '"identity"')
    path = build(Lesson.from_toml(text), tmp_path / "linear.xlsx")
    wild = books.edited(path, tmp_path / "wild.xlsx", "Start", "C8", books.set_value("1000"))
    result = verify(wild)
    assert not result.ok
    assert not result.checks
    [problem] = result.problems
    assert "overflows at step" in problem
    assert "smaller learning rate" in problem


def test_an_edited_workbook_that_was_recalculated_verifies(mazur: Path, tmp_path: Path) -> None:
    """A learner's edit is no damage, once the program has computed: only stale values are."""
    stale = books.edited(mazur, tmp_path / "stale.xlsx", "Start", "C8", books.set_value("2"))
    result = verify(stale)
    assert [check.name for check in result.checks if not check.ok] == ["stored values"]


@pytest.mark.parametrize(
    ("cell", "value", "words"),
    [("C8", "-1", "from 1e-12 to 1,000"), ("C16", "", "type a number")],
)
def test_an_impossible_input_is_refused_in_words(
    cell: str, value: str, words: str, mazur: Path, tmp_path: Path
) -> None:
    change = books.set_value(value) if value else books.remove
    bad = books.edited(mazur, tmp_path / "bad.xlsx", "Start", cell, change)
    with pytest.raises(SheetnetError, match=words):
        verify(bad)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("D", "Nowhere"),
        ("E", "A1:XFD1048576"),
        ("E", "nonsense"),
        ("F", "colour"),
        ("H", "step=7"),
        ("C", None),
    ],
)
def test_a_lying_index_is_an_error(
    column: str, text: str | None, mazur: Path, tmp_path: Path
) -> None:
    change = books.remove if text is None else books.set_text(text)
    cell = f"{column}{_index_row(mazur, 'weight', 2)}"
    lying = books.edited(mazur, tmp_path / "lying.xlsx", "Index", cell, change)
    with pytest.raises(SheetnetError, match=r"lying\.xlsx"):
        verify(lying)


def test_what_is_no_workbook_of_ours_is_refused(tmp_path: Path) -> None:
    from openpyxl import Workbook

    other = tmp_path / "other.xlsx"
    Workbook().save(other)
    with pytest.raises(SheetnetError, match="no sheet Index"):
        verify(other)
    with pytest.raises(SheetnetError, match=r"none\.xlsx"):
        verify(tmp_path / "none.xlsx")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("σ(0.1500·2.0000)", "σ(0.1500·2.0000)", True),
        ("σ(0.1500·2.0000)", "σ(0,1500·2,0000)", True),
        ("σ(0.1500)", "σ(0.1501)", True),
        ("σ(0.1500)", "σ(0.1502)", False),
        ("0.0000", "-0.0000", True),
        ("12 of 12", "11 of 12", False),
        ("σ(0.15)", "tanh(0.15)", False),
    ],
)
def test_texts_are_compared_number_by_number(one: str, other: str, same: bool) -> None:
    assert same_text(one, other) is same


def test_no_error_value_in_any_engine_after_a_wild_edit(mazur: Path, program_or_skip: Any) -> None:
    """A large rate and a large weight saturate the sigmoids, and no cell shows an error."""
    from sheetnet.files.stored import CellError

    wild = {("Start", 8, 3): 1000.0, ("Start", 16, 3): -10_000.0, ("Start", 12, 3): 10_000.0}
    for engine in ("ironcalc", "libreoffice", "gnumeric"):
        program_or_skip(engine)
        [values] = recalculate(mazur, engine, [wild])
        errors = [
            (name, v)
            for name, rows in values.rows.items()
            for row in rows
            for v in row
            if isinstance(v, CellError)
        ]
        assert not errors


def test_the_verdict_is_json(mazur: Path) -> None:
    from click.testing import CliRunner

    from sheetnet.cli import main

    result = CliRunner().invoke(main, ["verify", str(mazur), "--json"])
    assert result.exit_code == 0
    content = json.loads(result.output)
    assert content["verified"] is True
    assert {check["check"] for check in content["checks"]} >= {"complete", "stored values"}
