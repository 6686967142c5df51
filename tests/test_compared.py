"""What a file holds besides its numbers, against the model: formulas, charts, names, looks."""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from packages import write as write_parts

from sheetnet.building import make_book
from sheetnet.expressions.dialects import EXCEL, address
from sheetnet.expressions.formula import Expression
from sheetnet.files.formats import read, read_facts, write
from sheetnet.lessons.subjects import load
from sheetnet.proof.comparison import Finding
from sheetnet.proof.complete import compare_contents
from sheetnet.proof.formulas import compare_formulas
from sheetnet.proof.furniture import compare_furniture
from sheetnet.recalc.libreoffice import soffice_command
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Band, Cell, Matrix, Sheet
from tests import books

LESSONS = books.FEW
#: What programs save takes its time: these have examples in rows, and logarithms.
SAVED = ("batch-of-four", "bhadani-1-2-3-1")
KINDS = ("xlsx", "ods")


@dataclass
class Compared:
    """What a comparison with the model finds: the cells, and the sentences."""

    cells: list[Finding]
    problems: list[str]
    notes: list[str]

    @property
    def ok(self) -> bool:
        return not self.cells and not self.problems


def compared(book: Book, path: Path) -> Compared:
    stored = read(path)
    furniture = compare_furniture(book, stored, read_facts(path, stored))
    checks = [compare_contents(book, stored), compare_formulas(book, stored), *furniture.checks]
    found = [finding for check in checks for finding in check.findings]
    return Compared(found, furniture.problems, furniture.notes)


@pytest.fixture(scope="module")
def model() -> dict[str, Book]:
    return {name: make_book(load(name)[1]) for name in LESSONS}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, model: dict[str, Book]) -> Path:
    """A folder with every workbook in both formats."""
    folder = tmp_path_factory.mktemp("compared")
    for name, book in model.items():
        for ending in KINDS:
            write(book, folder / f"{name}.{ending}")
    return folder


# As built, and saved again ------------------------------------------------------------


@pytest.mark.parametrize("ending", KINDS)
@pytest.mark.parametrize("name", LESSONS)
def test_a_workbook_as_built_is_the_model(
    name: str, ending: str, built: Path, model: dict[str, Book]
) -> None:
    found = compared(model[name], built / f"{name}.{ending}")
    assert found.ok, found
    assert not found.notes


@pytest.mark.parametrize("name", LESSONS)
def test_openpyxl_changes_nothing_that_counts(
    name: str, built: Path, model: dict[str, Book], tmp_path: Path
) -> None:
    openpyxl.load_workbook(built / f"{name}.xlsx").save(tmp_path / "saved.xlsx")
    found = compared(model[name], tmp_path / "saved.xlsx")
    assert found.ok, found


@pytest.mark.programs
@pytest.mark.parametrize("after", KINDS)
@pytest.mark.parametrize("before", KINDS)
def test_gnumeric_changes_nothing_that_counts(
    before: str,
    after: str,
    built: Path,
    model: dict[str, Book],
    tmp_path: Path,
    program_or_skip: Callable[[str], None],
) -> None:
    program_or_skip("gnumeric")
    for name in SAVED:
        saved = tmp_path / f"{name}.{after}"
        command = ["ssconvert", str(built / f"{name}.{before}"), str(saved)]
        subprocess.run(command, check=True, capture_output=True, timeout=100)
        found = compared(model[name], saved)
        assert found.ok, (name, found.cells[:5], found.problems)
        if before == "xlsx":  # it draws no charts of OOXML
            gone = sum(len(sheet.charts) for sheet in model[name].sheets)
            assert any(note.startswith(f"{gone} charts are gone") for note in found.notes)


@pytest.mark.programs
@pytest.mark.parametrize("after", KINDS)
@pytest.mark.parametrize("before", KINDS)
def test_libreoffice_changes_nothing_that_counts(
    before: str,
    after: str,
    built: Path,
    model: dict[str, Book],
    tmp_path: Path,
    program_or_skip: Callable[[str], None],
) -> None:
    program_or_skip("libreoffice")
    command = [
        str(soffice_command()),
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        *("--headless", "--convert-to", after, "--outdir", str(tmp_path)),
        *(str(built / f"{name}.{before}") for name in SAVED),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    for name in SAVED:
        found = compared(model[name], tmp_path / f"{name}.{after}")
        assert found.ok, (name, found.cells[:5], found.problems)
        assert not [
            note for note in found.notes if "titles of charts" not in note.replace(" are", "")
        ]


# Edits --------------------------------------------------------------------------------


def changed(
    path: Path, target: Path, part: str, before: str, after: str, *, times: int = 1
) -> Path:
    """A copy of a package in one part of which a text, as a regular expression, is another."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for name in parts:
        if re.fullmatch(part, name):
            text, count = re.subn(before, after, parts[name].decode(), count=times)
            if count:
                return write_parts(target, parts | {name: text})
    raise AssertionError(f"no {before!r} in {part}")


#: By format: the part, what is replaced in it, by what, and the cell or the sentence that says so.
SETTINGS = {
    "another name": {
        "xlsx": ("xl/workbook.xml", r'(name="gamma">)Start!\$C\$8', r"\1Start!$C$9"),
        "ods": ("content.xml", r'(range-address=")\$Start\.\$C\$8', r"\1$Start.$C$9"),
        "found": "Start!C8: gamma should stand for it, and stands for Start!C9",
    },
    "a name that moves with the cell": {
        "xlsx": ("xl/workbook.xml", r'(name="gamma">)Start!\$C\$8', r"\1Start!C8"),
        "ods": ("content.xml", r'(range-address=")\$Start\.\$C\$8', r"\1$Start.C8"),
        "found": "Start!C8: gamma should stand for it, and stands for something else",
    },
    "a name of a sheet's own": {
        "xlsx": (
            "xl/workbook.xml",
            r"<definedNames>",
            '<definedNames><definedName name="Gamma" localSheetId="8">Start!$C$9</definedName>',
        ),
        "ods": (
            "content.xml",
            r'(<table:table table:name="Training"(?:.(?!</table:table>))*.)(</table:table>)',
            r"\1<table:named-expressions><table:named-range "
            r'table:name="Gamma" table:cell-range-address="$Start.$C$9"/>'
            r"</table:named-expressions>\2",
        ),
        "found": "Start!C8: gamma should stand for it on Training, and stands for Start!C9",
    },
    "a name that is gone": {
        "xlsx": ("xl/workbook.xml", r'<definedName name="step">.*?</definedName>', ""),
        "ods": ("content.xml", r'<table:named-range table:name="step".*?/>', ""),
        "found": "Start!C9: has lost its name step",
    },
    "calculation by hand": {
        "xlsx": ("xl/workbook.xml", r"<calcPr ", '<calcPr calcMode="manual" '),
        "ods": (
            "settings.xml",
            r"<office:settings>",
            '<office:settings><config:config-item-set config:name="ooo:configuration-settings">'
            '<config:config-item config:name="AutoCalculate" config:type="boolean">false'
            "</config:config-item></config:config-item-set>",
        ),
        "found": "calculates only when it is told to",
    },
    "iteration": {
        "xlsx": ("xl/workbook.xml", r"<calcPr ", '<calcPr iterate="true" '),
        "ods": (
            "content.xml",
            r"(<table:calculation-settings [^>]*)/>",
            r'\1><table:iteration table:status="enable"/></table:calculation-settings>',
        ),
        "found": "goes on calculating in circles",
    },
    "precision as shown": {
        "xlsx": ("xl/workbook.xml", r"<calcPr ", '<calcPr fullPrecision="0" '),
        "ods": (
            "content.xml",
            r"<table:calculation-settings ",
            '<table:calculation-settings table:precision-as-shown="true" ',
        ),
        "found": "rounds its numbers to what it shows",
    },
    "a chart's range that moved": {
        "xlsx": (r"xl/charts/chart1\.xml", r"\$J\$5(.*?)\$105", r"$J$5\1$104"),
        "ods": (
            "Object 1/content.xml",
            r'(values-cell-range-address="[^"]*J)5(:[^"]*)105"',
            r'\g<1>5\g<2>104"',
        ),
        "found": "as y of series 2, should show Lesson!",
    },
    "a chart's other range that moved": {
        "xlsx": (r"xl/charts/chart1\.xml", r"<xVal>(.*?)\$A\$6", r"<xVal>\1$A$7"),
        "ods": ("Object 1/content.xml", r'(<chart:domain [^>]*"Training\.A)6', r"\g<1>7"),
        "found": "as x of series 2, should show Training!",
    },
    "a chart's title": {
        "xlsx": (r"xl/charts/chart1\.xml", r"The cost over", "The price over"),
        "ods": ("Object 1/content.xml", r"The cost over", "The price over"),
        "found": "as its title, should say 'The cost over the steps (grey: the lesson’s own)'",
    },
    "an axis' title": {
        "xlsx": (r"xl/charts/chart1\.xml", r">C<", ">E<"),
        "ods": ("Object 1/content.xml", r">C<", ">E<"),
        "found": "as its y axis, should say 'C'",
    },
    "a series' name": {
        "xlsx": (r"xl/charts/chart1\.xml", r"<v>cost</v>", "<v>gain</v>"),
        "ods": ("Object 1/content.xml", r"&quot;cost&quot;", "&quot;gain&quot;"),
        "found": "calls series 2 'gain', should call it 'cost'",
    },
    "a series' name in another cell": {
        "xlsx": (r"xl/charts/chart2\.xml", r"(<tx>.*?\$O\$)6<", r"\g<1>7<"),
        "ods": ("Object 2/content.xml", r'(label-cell-address="[^"]*O)6', r"\g<1>7"),
        "found": "should call it 'Start drawing'!O6",
    },
    "a series more": {
        "xlsx": (r"xl/charts/chart1\.xml", r"(<ser>.*?</ser>)", r"\1\1"),
        "ods": ("Object 1/content.xml", r"(<chart:series .*?</chart:series>)", r"\1\1"),
        "found": "has 5 series, should have 4",
    },
    "a number format": {
        "xlsx": ("xl/styles.xml", r'formatCode="0\.000000"', 'formatCode="0.00000"'),
        "ods": (
            "content.xml",
            r'(<number:number-style style:name="N\d+"><number:number '
            r'number:decimal-places=)"6" number:min-decimal-places="6"',
            r'\1"5" number:min-decimal-places="5"',
        ),
        "found": "its number format is another than '0.000000'",
    },
    "a number format's sign": {
        "xlsx": ("xl/styles.xml", r'formatCode="\+0\.0000;', 'formatCode="-0.0000;'),
        "ods": (
            "content.xml",
            r"<number:text>\+</number:text>(?=<number:number number:decimal-places=.4)",
            "<number:text>-</number:text>",
        ),
        "found": "its number format is another than '+0.0000;-0.0000;0.0000'",
    },
}


@pytest.mark.parametrize("ending", KINDS)
@pytest.mark.parametrize("what", SETTINGS)
def test_a_change_is_found(
    what: str, ending: str, built: Path, model: dict[str, Book], tmp_path: Path
) -> None:
    case = SETTINGS[what]
    part, before, after = case[ending]
    path = changed(built / f"mazur.{ending}", tmp_path / f"x.{ending}", part, before, after)
    found = compared(model["mazur"], path)
    assert any(case["found"] in text for text in [*map(str, found.cells), *found.problems]), found
    assert not found.ok


MISSING = {
    "charts": {
        "xlsx": (r"xl/drawings/_rels/.*", r"<Relationship .*?/>", ""),
        "ods": ("content.xml", r"<draw:frame .*?</draw:frame>", ""),
        "noted": "1 chart is gone: Start!",
    },
    "a chart's title": {
        "xlsx": (r"xl/charts/chart1\.xml", r"<title>.*?</title>", ""),
        "ods": ("Object 1/content.xml", r"<chart:title .*?</chart:title>", ""),
        "noted": "1 title is of charts gone",
    },
    "protection": {
        "xlsx": (r"xl/worksheets/sheet1\.xml", r"<sheetProtection.*?/>", ""),
        "ods": ("content.xml", r'table:protected="true"', ""),
        "noted": "not protected: Start",
    },
    "colours": {
        "xlsx": (
            r"xl/worksheets/sheet3\.xml",
            r"<conditionalFormatting.*</conditionalFormatting>",
            "",
        ),
        "ods": (
            "content.xml",
            r"<calcext:conditional-formats>.*?</calcext:conditional-formats>",
            "",
        ),
        "noted": "without the colours that rules give to cells: ",
    },
    "validations": {
        "xlsx": (r"xl/worksheets/sheet1\.xml", r"<dataValidation .*?</dataValidation>", ""),
        "ods": ("content.xml", r' table:content-validation-name="val1"', ""),
        "noted": "without some of the limits to what may be typed: Start",
    },
}


@pytest.mark.parametrize("ending", KINDS)
@pytest.mark.parametrize("what", MISSING)
def test_what_is_gone_is_mentioned(
    what: str, ending: str, built: Path, model: dict[str, Book], tmp_path: Path
) -> None:
    case = MISSING[what]
    part, before, after = case[ending]
    path = changed(built / f"mazur.{ending}", tmp_path / f"x.{ending}", part, before, after)
    found = compared(model["mazur"], path)
    assert found.ok, found
    assert any(note.startswith(case["noted"]) for note in found.notes), found.notes


def test_what_was_added_is_mentioned(built: Path, model: dict[str, Book], tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(built / "mazur.xlsx", rich_text=True)
    workbook["Training"]["BA7"] = "=B7*2"
    workbook["Start"]["Z1"] = "mine"
    workbook.create_sheet("Notes")["A1"] = 1
    chart = openpyxl.chart.LineChart()
    chart.add_data(openpyxl.chart.Reference(workbook["Training"], range_string="Training!B6:B9"))
    workbook["Start"].add_chart(chart, "A50")
    workbook.save(tmp_path / "more.xlsx")
    found = compared(model["mazur"], tmp_path / "more.xlsx")
    assert found.ok, found
    assert found.notes == [
        "1 chart is not the lesson's",
        "not the lesson's: sheet Notes",
        "2 cells are not the lesson's: Start!Z1, Training!BA7",
    ]


# Formulas -----------------------------------------------------------------------------


def formulas(book: Book, path: Path) -> set[str]:
    """The cells whose formulas are found to be others."""
    check = compare_formulas(book, read(path))
    return {f"{finding.sheet}!{finding.cell}" for finding in check.findings}


def first(book: Book, wanted: str) -> tuple[str, str, str]:
    """The sheet, cell and text of the first single formula, as stored, in which a text stands."""
    for sheet, position, cell in book.formulas():
        if not isinstance(cell.content, Matrix):
            text = written(sheet, cell)
            if wanted in text:
                return sheet.name, address(*position), text
    raise AssertionError(f"no formula has {wanted!r}")


def written(sheet: Sheet, cell: Cell) -> str:
    assert isinstance(cell.content, Expression)
    return EXCEL.write(cell.content, sheet.name)


@pytest.mark.parametrize(
    ("lesson", "before", "after"),
    [
        ("bhadani-1-2-3-1", ">", ">="),
        ("bhadani-1-2-3-1", "MIN(700,", "("),
        ("mazur", "EXP(", "(1+"),
        ("mazur", "<=", "<"),
        ("mazur", "+", "-"),
        ("mazur", "gamma", "h"),
        ("mazur", "step+1", "step"),
    ],
)
def test_a_formula_that_means_something_else_is_found(
    lesson: str, before: str, after: str, built: Path, model: dict[str, Book], tmp_path: Path
) -> None:
    sheet, cell, text = first(model[lesson], before)
    change = books.set_formula(text.replace(before, after, 1))
    path = books.edited(built / f"{lesson}.xlsx", tmp_path / "x.xlsx", sheet, cell, change)
    assert formulas(model[lesson], path) == {f"{sheet}!{cell}"}


def test_a_formula_that_is_written_otherwise_is_none(
    built: Path, model: dict[str, Book], tmp_path: Path
) -> None:
    sheet, cell, text = first(model["mazur"], "IF(")
    text = text.replace("IF(", " if( ").replace("1E-09", "0.000000001")
    change = books.set_formula(f"+({text})".replace("TRUE", "true()"))
    path = books.edited(built / "mazur.xlsx", tmp_path / "x.xlsx", sheet, cell, change)
    assert not formulas(model["mazur"], path)


def test_a_matrix_fills_its_range_and_no_other_cell_does(
    built: Path, model: dict[str, Book], tmp_path: Path
) -> None:
    book = model["mazur"]
    sheet, (row, column), cell = next(
        found
        for found in book.formulas()
        if isinstance(found[2].content, Matrix) and found[2].content.rows > 1
    )
    place = address(row, column)
    below = address(row + 1, column)

    def shorter(element: books.etree._Element) -> None:
        element.find(books.MAIN + "f").set("ref", f"{place}:{place}")

    def own_formula(element: books.etree._Element) -> None:
        books.etree.SubElement(element, books.MAIN + "f").text = "1+1"

    path = books.edited(built / "mazur.xlsx", tmp_path / "1.xlsx", sheet.name, place, shorter)
    assert formulas(book, path) == {f"{sheet.name}!{place}"}
    path = books.edited(built / "mazur.xlsx", tmp_path / "2.xlsx", sheet.name, below, own_formula)
    assert formulas(book, path) == {f"{sheet.name}!{below}"}

    name, plain, _ = first(book, "gamma")

    def array(element: books.etree._Element) -> None:
        formula = element.find(books.MAIN + "f")
        formula.set("t", "array")
        formula.set("ref", plain)

    path = books.edited(built / "mazur.xlsx", tmp_path / "3.xlsx", name, plain, array)
    assert formulas(book, path) == {f"{name}!{plain}"}


def shared(path: Path, target: Path, band: Band, sheet: str, damage: str = "") -> Path:
    """A copy of an .xlsx in which the formulas of a band's columns are shared, as Excel does it."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
        part = books.sheet_part(package, sheet)
    root = books.etree.fromstring(parts[part])
    cells = {element.get("r"): element for element in root.iter(books.MAIN + "c")}
    for column in range(band.left, band.right + 1):
        places = [address(row, column) for row in band.rows]
        for place in places:
            formula = cells[place].find(books.MAIN + "f")
            if formula is None:
                break
            formula.set("t", "shared")
            formula.set("si", str(column))
            if place == places[0]:
                formula.set("ref", f"{places[0]}:{places[-1]}")
                if place == damage:
                    formula.text = f"{formula.text}+0"
            else:
                formula.text = None
    return write_parts(target, parts | {part: books.etree.tostring(root).decode()})


def test_shared_formulas_are_filled_on(built: Path, model: dict[str, Book], tmp_path: Path) -> None:
    book = model["mazur"]
    band = max(book["Training"].bands, key=lambda band: len(band.values))
    path = shared(built / "mazur.xlsx", tmp_path / "x.xlsx", band, "Training")
    stored = read(path)
    assert len(stored.shared["Training"]) > 1000
    assert not formulas(book, path)
    place = address(band.top, band.right)
    path = shared(built / "mazur.xlsx", tmp_path / "y.xlsx", band, "Training", place)
    assert formulas(book, path) == {f"Training!{address(row, band.right)}" for row in band.rows}
