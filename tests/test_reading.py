"""Reading workbook files: ours, those of other programs."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.chart import LineChart
from openpyxl.worksheet.formula import ArrayFormula
from packages import MAIN, STRICT, cells, parts, relations, worksheet, write

from sheetnet.files.formats import read
from sheetnet.files.stored import CellError, StoredCell
from sheetnet.files.xlsx.parts import unescape

Cells = dict[tuple[int, int], StoredCell]


@pytest.fixture
def stored(tmp_path: Path) -> Callable[..., Cells]:
    """The cells of a workbook with one sheet, which is given as XML."""

    def cells_of(sheet: str, strings: str | None = None) -> Cells:
        path = write(tmp_path / "book.xlsx", parts({"Sheet": sheet}, strings))
        return read(path).sheets["Sheet"]

    return cells_of


def test_constants(stored: Callable[..., Cells]) -> None:
    found = stored(
        cells(
            '<c r="A1"><v>0.1</v></c>',
            '<c r="B1" t="n"><v>-1E-12</v></c>',
            '<c r="C1" t="b"><v>1</v></c>',
            '<c r="D1" t="b"><v>false</v></c>',
            '<c r="E1" t="e"><v>#REF!</v></c>',
            '<c r="F1" t="inlineStr"><is><t>#REF!</t></is></c>',
            '<c r="G1" s="0"/>',
            '<c r="AA1"><v>1E999</v></c>',
        )
    )
    values = {column: cell.value for (_, column), cell in found.items()}
    assert values == {1: 0.1, 2: -1e-12, 3: True, 4: False, 5: "#REF!", 6: "#REF!", 27: "#NUM!"}
    kinds = [type(value) for value in values.values()]
    assert kinds == [float, float, bool, bool, CellError, str, CellError]
    assert all(cell.formula is None for cell in found.values())


def test_formulas_and_their_cached_values(stored: Callable[..., Cells]) -> None:
    assert stored(
        cells(
            '<c r="A1"><f>1&lt;2</f></c>',
            '<c r="B1" t="str"><f>"a"&amp;1</f><v>a1</v></c>',
            '<c r="C1" t="str"><f>""</f><v></v></c>',
            '<c r="D1"><f>gamma*2</f><v></v></c>',
            '<c r="E1" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
            '<c r="F1" t="b"><f>A1=1</f><v>0</v></c>',
            '<c r="G1"><f aca="false">2</f><v>2</v></c>',
        )
    ) == {
        (1, 1): (None, "1<2"),
        (1, 2): ("a1", '"a"&1'),
        (1, 3): ("", '""'),
        (1, 4): (None, "gamma*2"),
        (1, 5): ("#DIV/0!", "1/0"),
        (1, 6): (False, "A1=1"),
        (1, 7): (2.0, "2"),
    }


def test_rich_texts_in_the_cell(stored: Callable[..., Cells]) -> None:
    rich = (
        '<c r="A1" t="inlineStr"><is><r><t xml:space="preserve">w </t></r>\n<r><rPr>'
        '<vertAlign val="subscript"/></rPr><t>01</t></r><rPh sb="0" eb="1"><t>x</t></rPh></is></c>'
    )
    assert stored(cells(rich)) == {(1, 1): ("w 01", None)}


def test_shared_texts(stored: Callable[..., Cells]) -> None:
    strings = (
        "<si><t>plain</t></si><si/>"
        '<si>\n <r><rPr><b/></rPr><t>bo</t></r> <r><t xml:space="preserve">ld </t></r>\n</si>'
        '<si><t>漢字</t><rPh sb="0" eb="2"><t>かんじ</t></rPh><phoneticPr fontId="0"/></si>'
    )
    sheet = cells(*(f'<c r="{letter}1" t="s"><v>{i}</v></c>' for i, letter in enumerate("ABCD")))
    assert [cell.value for cell in stored(sheet, strings).values()] == [
        "plain",
        "",
        "bold ",
        "漢字",
    ]


def test_shared_formulas(stored: Callable[..., Cells]) -> None:
    found = stored(
        worksheet(
            '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">B1*2</f><v>2</v></c></row>'
            '<row r="2"><c r="A2"><f t="shared" si="0"/><v>4</v></c></row>'
        )
    )
    assert found == {(1, 1): (2.0, "B1*2"), (2, 1): (4.0, "")}


def test_every_cell_of_an_array_formula_is_a_formula(stored: Callable[..., Cells]) -> None:
    found = stored(
        worksheet(
            '<row r="1"><c r="A1"><f t="array" ref="A1:B2">{1,2;3,4}</f><v>1</v></c>'
            '<c r="B1"><v>2</v></c></row><row r="2"><c r="A2"><v>3</v></c></row>'
        )
    )
    assert found == {
        (1, 1): (1.0, "{1,2;3,4}"),
        (1, 2): (2.0, ""),
        (2, 1): (3.0, ""),
        (2, 2): (None, ""),
    }


def test_cells_and_rows_without_addresses(stored: Callable[..., Cells]) -> None:
    found = stored(
        worksheet(
            '<row><c><v>1</v></c><c r="D1"><v>4</v></c><c><v>5</v></c></row>'
            '<row r="3"><c r="B3"><v>32</v></c></row><row><c><v>41</v></c></row>'
        )
    )
    values = {place: cell.value for place, cell in found.items()}
    assert values == {(1, 1): 1, (1, 4): 4, (1, 5): 5, (3, 2): 32, (4, 1): 41}


def test_what_does_not_matter_is_skipped(stored: Callable[..., Cells]) -> None:
    found = stored(
        f'<!-- a comment --><x:worksheet xmlns:x="{MAIN}" xmlns:y="urn:y"><x:cols><x:col/></x:cols>'
        '<x:sheetData>\n<x:row r="1">\n <x:c r="A1">\n  <x:f>1<y:f>no</y:f>+1</x:f>\n'
        "  <x:v>2</x:v>\n <x:extLst><x:v>3</x:v></x:extLst></x:c><y:c><x:v>4</x:v></y:c></x:row>"
        '</x:sheetData><x:mergeCells><x:mergeCell ref="A1:B2"/></x:mergeCells></x:worksheet>'
    )
    assert found == {(1, 1): (2.0, "1+1")}


@pytest.mark.parametrize(
    ("target", "part"),
    [
        ("/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("../data/one.xml", "data/one.xml"),
        ("a%20b/ß.xml", "xl/a b/ß.xml"),
        ("Worksheets/SHEET1.xml", "xl/worksheets/sheet1.xml"),
    ],
)
def test_sheets_lie_where_the_workbook_says(tmp_path: Path, target: str, part: str) -> None:
    contents = parts({"Σ &amp; co": cells('<c r="A1"><v>1</v></c>')})
    contents[part] = contents.pop("xl/worksheets/sheet1.xml")
    contents["xl/_rels/workbook.xml.rels"] = relations([("worksheet", target)])
    found = read(write(tmp_path / "book.xlsx", contents))
    assert found.sheets == {"Σ & co": {(1, 1): (1.0, None)}}


def test_strict_files(tmp_path: Path) -> None:
    sheet = worksheet('<row r="1"><c r="A1" t="d"><v>2026-01-31</v></c></row>', namespace=STRICT)
    path = write(tmp_path / "book.xlsx", parts({"Sheet": sheet}, namespace=STRICT))
    assert read(path).sheets["Sheet"] == {(1, 1): ("2026-01-31", None)}


def test_utf_16(tmp_path: Path) -> None:
    contents: dict[str, str | bytes] = {**parts({"Sheet": ""})}
    sheet = cells('<c r="A1" t="str"><v>σ</v></c>')
    contents["xl/worksheets/sheet1.xml"] = sheet.encode("utf-16")
    found = read(write(tmp_path / "book.xlsx", contents))
    assert found.sheets["Sheet"] == {(1, 1): ("σ", None)}


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("plain", "plain"),
        ("a_x0009_b", "a\tb"),
        ("_x005F_x0041_", "_x0041_"),
        ("_x005f__x0041_", "_A"),
        ("_x41_ _xyz_ _xlfn.", "_x41_ _xyz_ _xlfn."),
        ("_xD83D__xDE00_", "😀"),
        ("_xD83D_!", "�!"),
    ],
)
def test_escapes(stored: Callable[..., Cells], written: str, text: str) -> None:
    assert unescape(written) == text
    sheet = cells(
        f'<c r="A1" t="inlineStr"><is><t>{written}</t></is></c>',
        f'<c r="B1" t="str"><f>"{written}"</f><v>{written}</v></c>',
        '<c r="C1" t="s"><v>0</v></c>',
    )
    found = stored(sheet, f"<si><t>{written}</t></si>")
    assert [*found.values()] == [(text, None), (text, f'"{text}"'), (text, None)]


def test_only_some_sheets(tmp_path: Path) -> None:
    sheet = cells('<c r="A1" t="s"><v>0</v></c>')
    contents = parts({"One": "no XML", "Index": sheet}, "<si><t>x</t></si>")
    path = write(tmp_path / "book.xlsx", contents)
    assert read(path, only=["Index"]).sheets == {"One": {}, "Index": {(1, 1): ("x", None)}}
    assert read(path, only=[]).sheets == {"One": {}, "Index": {}}


def test_what_openpyxl_writes(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([1, "text", True, "=A1*2", None, "#N/A"])
    sheet["A2"] = ArrayFormula("A2:B2", "=A1:B1*2")
    book.create_chartsheet("Chart").add_chart(LineChart())
    book.save(tmp_path / "book.xlsx")
    found = read(tmp_path / "book.xlsx").sheets
    assert list(found) == ["Sheet", "Chart"]
    assert found["Sheet"] == {
        (1, 1): (1.0, None),
        (1, 2): ("text", None),
        (1, 3): (True, None),
        (1, 4): (None, "A1*2"),
        (1, 6): ("#N/A", None),
        (2, 1): (None, "A1:B1*2"),
        (2, 2): (None, ""),
    }
    assert found["Chart"] == {}


@pytest.fixture
def saved_by(tmp_path: Path, program_or_skip: Callable[[str], None]) -> Callable[[Path, str], Path]:
    """A workbook as another program saves it."""

    def save(path: Path, program: str) -> Path:
        program_or_skip(program)
        result = tmp_path / program / path.name
        result.parent.mkdir()
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        commands: dict[str, list[str | Path]] = {
            "gnumeric": ["ssconvert", path, result],
            "libreoffice": ["soffice", profile, "--headless", "--convert-to", "xlsx", path],
        }
        subprocess.run(
            commands[program], check=True, capture_output=True, cwd=result.parent, timeout=120
        )
        return result

    return save


@pytest.mark.parametrize("program", ["gnumeric", "libreoffice"])
def test_what_other_programs_save(
    tmp_path: Path, saved_by: Callable[[Path, str], Path], program: str
) -> None:
    sheet = worksheet(
        '<row r="1"><c r="A1" t="inlineStr"><is><r><t>w</t></r><r><rPr><vertAlign val="subscript"/>'
        '</rPr><t>01</t></r></is></c><c r="B1"><v>0.1</v></c><c r="C1" t="inlineStr"><is>'
        '<t xml:space="preserve"> _x005F_x0041_ σ 😀 </t></is></c></row>'
        '<row r="2"><c r="A2" t="str"><f>"σ("&amp;FIXED(B1,2,TRUE)&amp;")"</f><v>σ(0.10)</v></c>'
        '<c r="B2"><f>gamma*2</f><v>0.2</v></c><c r="C2" t="b"><f>B2&gt;1</f><v>0</v></c></row>'
        '<row r="3"><c r="A3"><f t="array" ref="A3:B4">$B$1*{1,2;3,4}</f><v>0.1</v></c>'
        '<c r="B3"><v>0.2</v></c></row><row r="4"><c r="A4"><v>0.3</v></c><c r="B4"><v>0.4</v></c>'
        '</row><row r="5"><c r="A5" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    )
    name = "<definedName name=\"gamma\">'A sheet'!$B$1</definedName>"
    original = write(tmp_path / "book.xlsx", parts({"A sheet": sheet, "Σ": cells()}, names=name))
    first, again = read(original).sheets, read(saved_by(original, program)).sheets
    assert list(again) == ["A sheet", "Σ"]
    assert again["A sheet"].keys() == first["A sheet"].keys()
    for place, (value, formula) in first["A sheet"].items():
        found = again["A sheet"][place]
        assert found.value == (pytest.approx(value) if isinstance(value, float) else value)
        assert type(found.value) is type(value)
        # LibreOffice writes TRUE as a function.
        assert (found.formula or "").replace("TRUE()", "TRUE") == (formula or "")
        assert (found.formula is None) == (formula is None)
