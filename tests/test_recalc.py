"""The engines: each computes the same, and fails in one sentence."""

from __future__ import annotations

import re
import shutil
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from packages import cells, parts, worksheet, write

from sheetnet.errors import SheetnetError
from sheetnet.files.edits import EditError
from sheetnet.files.formats import type_into
from sheetnet.files.stored import CellError, StoredCell
from sheetnet.recalc import (
    PROGRAMS,
    Edits,
    LibreOffice,
    Program,
    ProgramError,
    Values,
    installed,
    libreoffice,
    recalculate,
)
from sheetnet.recalc import values as values_module
from sheetnet.recalc.background import recalculating
from sheetnet.recalc.gnumeric import Gnumeric
from sheetnet.recalc.process import Failed, run
from sheetnet.recalc.values import from_cells

PANEL, RUN = "The panel", "Σ it's"
GAMMA = (PANEL, 1, 2)
EMPTY = (PANEL, 1, 3)
#: A formula's cached values are wrong on purpose: none may come back.
PANEL_ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><r><t>γ</t></r><r><rPr><b/></rPr><t>0</t></r></is></c>'
    '<c r="B1" s="0"><v>0.5</v></c><c r="C1" s="0"/></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>#REF!</t></is></c>'
    '<c r="B2"><f>gamma*2</f><v>77</v></c></row>'
)
RUN_ROWS = (
    '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
    '<row r="2"><c r="A2"><v>3</v></c><c r="B2"><v>4</v></c></row>'
    '<row r="3"><c r="A3"><f t="array" ref="A3:B4">MMULT(TRANSPOSE(A1:B2),A1:B2)</f><v>77</v></c>'
    '<c r="B3"><v>77</v></c></row><row r="4"><c r="A4"><v>77</v></c><c r="B4"><v>77</v></c></row>'
    '<row r="5"><c r="A5"><f>1/(1+EXP(-gamma*A1))</f><v>77</v></c>'
    '<c r="B5" t="str"><f>"σ("&amp;FIXED(A5,4,TRUE)&amp;")"</f><v>77</v></c></row>'
    '<row r="6"><c r="A6"><f>1/(A1-1)</f><v>77</v></c><c r="B6" t="str"><f>"#DIV/0!"</f></c>'
    "<c r=\"C6\"><f>'The panel'!C1+1</f><v>77</v></c></row>"
    '<row r="7"><c r="A7" t="str"><f>""</f><v>77</v></c><c r="B7"><f>A5*A4+1/3</f></c></row>'
)

pytestmark = pytest.mark.programs
SIGMA = 1 / (1 + 2.718281828459045**-0.5)


def small_book(path: Path) -> Path:
    name = f"<definedName name=\"gamma\">'{PANEL}'!$B$1</definedName>"
    protected = '<sheetProtection sheet="1"/>'
    sheets = {PANEL: worksheet(PANEL_ROWS, protected), RUN: worksheet(RUN_ROWS, protected)}
    return write(path, parts(sheets, names=name))


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return small_book(tmp_path / "book.xlsx")


def test_all_engines_compute_the_same(book: Path, engine: Program) -> None:
    [values] = recalculate(book, engine)
    assert list(values.rows) == [PANEL, RUN]
    assert values.area(PANEL, 1, 1, 3, 3) == [
        ["γ0", 0.5, None],
        ["#REF!", 1.0, None],
        [None, None, None],
    ]
    assert values.area(RUN, 1, 1, 4, 2) == [[1, 2], [3, 4], [10, 14], [14, 20]]
    assert values.value(RUN, 5, 1) == pytest.approx(SIGMA, rel=1e-14)
    assert values.value(RUN, 5, 2) == "σ(0.6225)"
    assert values.value(RUN, 6, 3) == 1
    assert values.value(RUN, 7, 1) == ""
    assert values.value(RUN, 7, 2) == pytest.approx(SIGMA * 14 + 1 / 3, rel=1e-14)
    assert values.value(RUN, 900, 900) is None


def test_errors_are_no_texts(book: Path, engine: Program) -> None:
    [values] = recalculate(book, engine)
    error, text = values.area(RUN, 6, 1, 6, 2)[0]
    assert (error, text) == ("#DIV/0!", "#DIV/0!")
    assert isinstance(error, CellError)
    assert not isinstance(text, CellError)
    assert not isinstance(values.value(PANEL, 2, 1), CellError)


def test_every_set_of_edits_starts_from_the_file(book: Path, engine: Program) -> None:
    content = book.read_bytes()
    edits: list[Edits] = [
        {},
        {GAMMA: 0.1, (RUN, 1, 1): -3e-7},
        {(RUN, 2, 2): 5},
        {EMPTY: 7, (PANEL, 1, 1): 8},
        {},
    ]
    plain, first, second, third, last = recalculate(book, engine, edits)
    assert first.value(*GAMMA) == 0.1
    assert first.value(PANEL, 2, 2) == 0.2
    assert first.value(RUN, 1, 1) == -3e-7
    assert first.value(RUN, 3, 1) == pytest.approx(9, rel=1e-9)
    assert second.value(*GAMMA) == 0.5
    assert second.area(RUN, 1, 1, 4, 2) == [[1, 2], [3, 5], [10, 17], [17, 29]]
    assert third.value(RUN, 6, 3) == 8
    assert third.value(PANEL, 1, 1) == 8
    assert third.area(RUN, 1, 1, 5, 2) == plain.area(RUN, 1, 1, 5, 2)
    assert last == plain
    assert book.read_bytes() == content
    assert recalculate(book, engine, []) == []


@pytest.mark.parametrize("cell", [(PANEL, 2, 2), (RUN, 4, 2), ("Elsewhere", 1, 1)])
def test_numbers_are_typed_into_inputs_only(
    book: Path, engine: Program, cell: tuple[str, int, int]
) -> None:
    with pytest.raises(ProgramError) as caught:
        recalculate(book, engine, [{cell: 1.0}])
    assert str(caught.value).startswith(f"{book}: ")
    assert "\n" not in str(caught.value)


def test_any_name_of_a_file(tmp_path: Path, engine: Program) -> None:
    path = small_book(tmp_path / "Übung #1 50% & 'so'.xlsx")
    [values] = recalculate(path, engine, [{GAMMA: 0.25}])
    assert values.value(PANEL, 2, 2) == 0.5
    assert list(tmp_path.iterdir()) == [path], "something is left behind"


def test_nothing_is_printed(book: Path, engine: Program, capfd: pytest.CaptureFixture[str]) -> None:
    recalculate(book, engine)
    assert capfd.readouterr() == ("", "")


def test_no_workbook(tmp_path: Path, engine: Program) -> None:
    path = write(tmp_path / "book.xlsx", {"a.xml": "<a/>"})
    with pytest.raises(SheetnetError, match=re.escape(str(path))):
        recalculate(path, engine)
    with pytest.raises(SheetnetError, match="no such file"):
        recalculate(tmp_path / "missing.xlsx", engine)


def test_no_entity_reaches_an_engine(tmp_path: Path, engine: Program) -> None:
    contents = parts({"Sheet": cells()})
    contents["xl/styles.xml"] = "<!DOCTYPE s [<!ENTITY a 'a'>]>" + contents["xl/styles.xml"]
    with pytest.raises(SheetnetError, match="document type"):
        recalculate(write(tmp_path / "book.xlsx", contents), engine)


def test_versions(engine: Program) -> None:
    assert re.fullmatch(r"[0-9]+(\.[0-9]+)+", engine.version())


def test_engines_have_names(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(PROGRAMS) == ["ironcalc", "libreoffice", "gnumeric"]
    with pytest.raises(SheetnetError, match="use one of ironcalc, libreoffice, gnumeric"):
        recalculate(book, "excel")
    monkeypatch.setattr(type(PROGRAMS["gnumeric"]), "is_installed", lambda self: False)
    assert "gnumeric" not in installed()
    with pytest.raises(ProgramError, match="Gnumeric: is not installed: install"):
        recalculate(book, "gnumeric")


@pytest.mark.parametrize("name", ["ironcalc", "gnumeric"])
def test_time_is_limited(book: Path, name: str, program_or_skip: Callable[[str], None]) -> None:
    program_or_skip(name)
    said = r"took longer than 0\.01 s: try another engine"
    with pytest.raises(ProgramError, match=said):
        for _ in range(5):  # a busy machine may let us wait until the program is done
            recalculate(book, name, timeout=0.01)


def test_waiting_for_what_to_type_is_not_the_programs_time(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """verify chooses its moves while the programs are at work, which may take longer than they."""
    left: list[float] = []

    def once(self: object, path: Path, plain: Path, each: object, folder: Path, time: float) -> str:
        left.append(time)
        return "values"

    def late() -> Iterator[Edits]:
        for _ in range(3):
            time.sleep(0.1)
            yield {}

    monkeypatch.setattr(Gnumeric, "_once", once)
    assert Gnumeric().recalculate(book, late(), 0.2) == ["values"] * 3
    assert len(left) == 3 and min(left) > 0.15


def test_a_crash_is_told(tmp_path: Path) -> None:
    deep = "(" * 4000 + "1" + ")" * 4000
    sheet = cells(f'<c r="A1"><f>{deep}</f><v>1</v></c>')
    path = write(tmp_path / "book.xlsx", parts({"Sheet": sheet}))
    with pytest.raises(ProgramError, match="IronCalc crashed"):
        recalculate(path, "ironcalc")


def test_a_panic_is_told(tmp_path: Path) -> None:
    contents = parts({"Sheet": cells()})
    contents["xl/styles.xml"] = re.sub("(?s)<fonts.*?</fonts>", "", contents["xl/styles.xml"])
    with pytest.raises(ProgramError, match=r"IronCalc cannot compute it \("):
        recalculate(write(tmp_path / "book.xlsx", contents), "ironcalc")


def test_cells_far_apart(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="XFD1"><v>1</v></c></row>'
        '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    )
    path = write(tmp_path / "book.xlsx", parts({"Sheet": worksheet(rows)}))
    with pytest.raises(ProgramError, match="IronCalc finds cells too far apart"):
        recalculate(path, "ironcalc")


def test_rows_of_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = {(1, 3): StoredCell(1.0, None), (3, 1): StoredCell("a", "B1")}
    assert from_cells({"A": cell, "B": {}}) == Values(
        {"A": [[None, None, 1.0], [], ["a"]], "B": []}
    )
    monkeypatch.setattr(values_module, "MOST_CELLS", 3)
    with pytest.raises(SheetnetError, match="more than 3 cells"):
        from_cells({"A": cell})


def test_memory_is_limited(tmp_path: Path) -> None:
    greedy = "x = bytearray(2**40)"
    with pytest.raises(Failed, match="MemoryError"):
        run([sys.executable, "-c", greedy], tmp_path, 60)


def test_programs_end_with_what_they_started(tmp_path: Path) -> None:
    script = (
        "import pathlib, subprocess, sys, time\n"
        "touch = 'import time, pathlib; time.sleep(2); pathlib.Path(\"late\").touch()'\n"
        "subprocess.Popen([sys.executable, '-c', touch])\n"
        "pathlib.Path('started').touch()\ntime.sleep(60)\n"
    )
    with pytest.raises(Failed, match="took longer"):
        run([sys.executable, "-c", script], tmp_path, 1)
    assert (tmp_path / "started").exists()
    time.sleep(2)
    assert not (tmp_path / "late").exists()


def test_libreoffice_under_a_comma_locale(
    book: Path, program_or_skip: Callable[[str], None]
) -> None:
    program_or_skip("libreoffice")
    with LibreOffice(locale="de-DE") as program:
        [values] = recalculate(book, program, [{GAMMA: 0.25}])
        assert values.value(RUN, 5, 2) == "σ(0,5622)"
        assert values.value(PANEL, 2, 2) == 0.5
        # A program that hangs is ended, and the next file gets another one.
        with pytest.raises(ProgramError, match="took longer than 0 s"):
            recalculate(book, program, timeout=0)
        assert recalculate(book, program)[0].value(PANEL, 2, 2) == 1


def test_libreoffice_outlives_a_broken_file(
    book: Path, tmp_path: Path, office: LibreOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = write(tmp_path / "broken.xlsx", {"a.xml": "<a/>"})
    # What it gets is written anew, and so is never broken but by ourselves.
    monkeypatch.setattr(libreoffice, "copy_plain", shutil.copyfile)
    with pytest.raises(ProgramError, match="LibreOffice cannot open it"):
        recalculate(broken, office)
    assert recalculate(book, office)[0].value(PANEL, 2, 2) == 1


def test_typing_numbers_leaves_the_rest(book: Path, tmp_path: Path) -> None:
    target = tmp_path / "typed.xlsx"
    type_into(book, target, {GAMMA: 0.1, EMPTY: 2, (PANEL, 1, 1): 1e-300})
    with zipfile.ZipFile(book) as before, zipfile.ZipFile(target) as after:
        assert before.namelist() == after.namelist()
        [changed] = [n for n in before.namelist() if before.read(n) != after.read(n)]
        assert changed == "xl/worksheets/sheet1.xml"
        content = after.read(changed).decode()
    assert '<c r="A1"><v>1e-300</v></c><c r="B1" s="0"><v>0.1</v></c>' in content
    assert '<c r="C1" s="0"><v>2.0</v></c></row>' in content
    with pytest.raises(EditError, match="'The panel'!D9 is not in the file"):
        type_into(book, target, {(PANEL, 9, 4): 1})


def test_children_run_from_anywhere(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A stranger's module beside the workbook is not what a child imports.
    for module in ("json", "ironcalc", "subprocess"):
        (tmp_path / f"{module}.py").write_text("raise SystemExit('wrong module')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    shutil.copy(book, "copy.xlsx")
    assert recalculate(Path("copy.xlsx"), "ironcalc")[0].value(PANEL, 2, 2) == 1


def test_a_number_that_a_program_reads_a_last_bit_off_was_typed(
    book: Path, engine: Program
) -> None:
    number = 0.2765474784500562  # Gnumeric reads its neighbour
    [values] = engine.recalculate(book, [{GAMMA: number}], 60)
    assert values.value(*GAMMA) == pytest.approx(number, rel=1e-15)


def test_what_is_stopped_ends_its_own_programs_alone(book: Path, office: LibreOffice) -> None:
    """Somebody's LibreOffice goes on when a verification ends before its program does."""
    before = recalculate(book, office)
    with recalculating(book, ["libreoffice"]) as running:
        running.edits.add({})
        time.sleep(0.5)
    assert recalculate(book, office)[0].rows == before[0].rows
