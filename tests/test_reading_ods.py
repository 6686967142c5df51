"""Reading OpenDocument spreadsheets: ours, those of other programs, broken and hostile ones."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from opendocument import cell, content, formula, number, ods, row, table, text
from test_strangers_files import BOMB, damaged, refused

from sheetnet.building import make_book
from sheetnet.errors import SheetnetError
from sheetnet.files.formats import read
from sheetnet.files.formats import write as write_book
from sheetnet.files.ods import parts as odf
from sheetnet.files.ods import read as reading_ods
from sheetnet.files.ods.read import NamedText, read_spreadsheet
from sheetnet.files.package import open_package
from sheetnet.files.stored import CellError, StoredCell
from sheetnet.files.xlsx import read as reading_xlsx
from sheetnet.network.lesson import Lesson

Cells = dict[tuple[int, int], StoredCell]


@pytest.fixture
def stored(tmp_path: Path) -> Callable[..., Cells]:
    """The cells of a workbook whose one sheet has these rows."""

    def cells_of(rows: str, before: str = "") -> Cells:
        path = ods(tmp_path / "book.ods", content(before + table(rows)))
        return read(path).sheets["Sheet"]

    return cells_of


def test_constants(stored: Callable[..., Cells]) -> None:
    found = stored(
        row(
            number(0.1),
            cell('office:value-type="percentage" office:value="0.5"', "<text:p>50%</text:p>"),
            cell('office:value-type="currency" office:currency="EUR" office:value="-1E-12"'),
            cell('office:value-type="boolean" office:boolean-value="true"'),
            cell('office:value-type="date" office:date-value="1970-01-01"'),
            cell('office:value-type="date" office:date-value="2026-01-31T06:00:00.000000000"'),
            cell('office:value-type="time" office:time-value="PT36H00M00.5S"'),
            number("1E999"),
            text("#REF!"),
            cell("", "<text:p>no type</text:p>"),
            cell(),
            cell(
                'office:value-type="string" calcext:value-type="error"', "<text:p>Err:502</text:p>"
            ),
        )
    )
    assert {column: cell.value for (_, column), cell in found.items()} == {
        1: 0.1,
        2: 0.5,
        3: -1e-12,
        4: True,
        5: 25569,
        6: 46053.25,
        7: pytest.approx(1.5 + 0.5 / 86_400),
        8: "#NUM!",
        9: "#REF!",
        10: "no type",
        12: "Err:502",
    }
    kinds = {column: type(found[1, column].value) for column in (4, 8, 9, 12)}
    assert kinds == {4: bool, 8: CellError, 9: str, 12: CellError}
    assert all(cell.formula is None for cell in found.values())


def test_day_0_can_be_another(stored: Callable[..., Cells]) -> None:
    setting = '<table:null-date table:date-value="1904-01-01"/>'
    before = f"<table:calculation-settings>{setting}</table:calculation-settings>"
    cells = row(cell('office:value-type="date" office:date-value="1904-01-03"'))
    assert stored(cells, before)[1, 1].value == 2


def test_formulas_and_their_cached_values(stored: Callable[..., Cells]) -> None:
    error = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
    found = stored(
        row(
            formula("of:=[.A1]&lt;2"),
            formula("of:=&quot;a&quot;", 'office:value-type="string" office:string-value="a"'),
            formula("of:=&quot;&quot;", 'office:value-type="string" office:string-value=""'),
            formula("of:=gamma*2", ""),
            cell(f'table:formula="of:=1/0" {error}', "<text:p>#DIV/0!</text:p>"),
            formula("msoxl:=A1+1"),
            formula("=[.A1]"),
        )
    )
    assert list(found.values()) == [
        (77.0, "[.A1]<2"),
        ("a", '"a"'),
        ("", '""'),
        (None, "gamma*2"),
        ("#DIV/0!", "1/0"),
        (77.0, "msoxl:=A1+1"),
        (77.0, "=[.A1]"),
    ]
    assert isinstance(found[1, 5].value, CellError)


@pytest.mark.parametrize(
    ("paragraphs", "expected"),
    [
        (["plain"], "plain"),
        (["one", "", "three"], "one\n\nthree"),
        (["w<text:span>01</text:span><text:span> <text:span>x</text:span></text:span>"], "w01 x"),
        (['<text:a xmlns:x="urn:x" x:href="#A">link</text:a>'], "link"),
        (['a<text:s/>b<text:s text:c="3"/>c<text:tab/>d<text:line-break/>e'], "a b   c\td\ne"),
        # As LibreOffice writes them; neither it nor Gnumeric folds blanks.
        (["<text:s/> two  and one "], "  two  and one "),
        (["a<text:note><text:p>no</text:p></text:note>b"], "ab"),
        (["a&#13;b σ 😀"], "a\rb σ 😀"),
    ],
)
def test_texts(stored: Callable[..., Cells], paragraphs: list[str], expected: str) -> None:
    assert stored(row(text(*paragraphs))) == {(1, 1): (expected, None)}


def test_notes_and_charts_are_no_text(stored: Callable[..., Cells]) -> None:
    inner = (
        "<office:annotation><text:p>a note</text:p></office:annotation>\n<text:p>text</text:p>\n"
        f"<frame>{table(row(number(1)))}</frame>"
    )
    assert stored(row(cell('office:value-type="string"', inner))) == {(1, 1): ("text", None)}


def test_a_value_that_is_named_goes_before_what_is_shown(stored: Callable[..., Cells]) -> None:
    shown = text("a b", attributes='office:string-value="a&#9;b"')
    assert stored(row(shown)) == {(1, 1): ("a\tb", None)}


def test_rows_and_cells_that_stand_for_many(stored: Callable[..., Cells]) -> None:
    wide, tall = 'table:number-columns-repeated="16380"', 'table:number-rows-repeated="1048570"'
    found = stored(
        row(
            cell('table:number-columns-repeated="2"'),
            number(1, "table:number-columns-repeated='2'"),
        )
        + row(number(2), cell(wide), attributes='table:number-rows-repeated="3"')
        + f"<table:table-header-rows>{row(number(3))}</table:table-header-rows>"
        + f"<table:table-row-group><table:table-row-group>{row(number(4))}"
        + f"</table:table-row-group>{row(number(5))}</table:table-row-group>"
        + row(cell('table:number-columns-repeated="16384"'), attributes=tall)
    )
    values = {place: cell.value for place, cell in found.items()}
    assert values == {(1, 3): 1, (1, 4): 1} | {
        (r, 1): v for r, v in ((2, 2), (3, 2), (4, 2), (5, 3), (6, 4), (7, 5))
    }


def test_covered_cells_keep_what_they_hold(stored: Callable[..., Cells]) -> None:
    merged = number(1, 'table:number-columns-spanned="3" table:number-rows-spanned="1"')
    covered = number(2).replace("table-cell", "covered-table-cell")
    assert stored(row(merged, "<table:covered-table-cell/>", covered)) == {
        (1, 1): (1.0, None),
        (1, 3): (2.0, None),
    }


def test_every_cell_of_an_array_formula_is_a_formula(tmp_path: Path) -> None:
    matrix = (
        'table:number-matrix-columns-spanned="2" table:number-matrix-rows-spanned="2" '
        'office:value-type="float" office:value="1"'
    )
    names = (
        '<table:named-expressions><table:named-range table:name="{}" '
        'table:cell-range-address="$Sheet.$A$1"/></table:named-expressions>'
    )
    rows = row(formula("of:={1;2|3;4}", matrix), number(2)) + row(number(3)) + names.format("own")
    path = ods(tmp_path / "book.ods", content(table(rows) + names.format("gamma")))
    with open_package(path) as package:
        found = read_spreadsheet(package)
    assert found.book.sheets["Sheet"] == {
        (1, 1): (1.0, "{1;2|3;4}"),
        (1, 2): (2.0, ""),
        (2, 1): (3.0, ""),
        (2, 2): (None, ""),
    }
    assert found.arrays == {"Sheet": [(1, 1, 2, 2)]}
    assert found.names == [
        NamedText("own", "Sheet", "$Sheet.$A$1"),
        NamedText("gamma", None, "$Sheet.$A$1"),
    ]


def test_only_some_sheets(tmp_path: Path) -> None:
    sheets = table(row(number("one")), "One") + table(row(number(1)), "Σ &amp; co")
    path = ods(tmp_path / "book.ods", content(sheets))
    assert read(path, only={"Σ & co"}).sheets == {"One": {}, "Σ & co": {(1, 1): (1.0, None)}}
    assert "holds 'one'" in refused(path)


def test_both_our_formats_hold_the_same(tmp_path: Path) -> None:
    book = make_book(Lesson.load("mazur"))
    found = []
    for ending in ("xlsx", "ods"):
        write_book(book, tmp_path / f"book.{ending}")
        found.append(read(tmp_path / f"book.{ending}").sheets)
    assert list(found[0]) == list(found[1])
    for sheet, cells in found[0].items():
        assert {place: cell.value for place, cell in cells.items()} == {
            place: cell.value for place, cell in found[1][sheet].items()
        }
        formulas, again = (
            {place for place, cell in each[sheet].items() if cell.formula is not None}
            for each in found
        )
        assert formulas == again


# Files that are broken, or made to do harm ---------------------------------------------

PLAIN = content(table(row(number(1))))


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ("", "no valid XML"),
        (PLAIN[:-9], "no valid XML"),
        (BOMB + PLAIN, "declares a document type"),
        ("<!DOCTYPE a SYSTEM 'file:///etc/passwd'>" + PLAIN, "declares a document type"),
        ("<a/>", "holds something else"),
        (content("", "text"), "without a sheet"),
        (content(""), "without a sheet"),
        (content(table("") * 2), "two sheets named 'Sheet'"),
        (content(table("<a>" * 300 + "</a>" * 300)), "nested too deeply"),
        (content(table(row(text("<text:span>" * 300 + "</text:span>" * 300)))), "too deeply"),
        (
            content(table("<table:table-row-group>" * 300 + "</table:table-row-group>" * 300)),
            "nested too deeply",
        ),
    ],
)
def test_broken_content(tmp_path: Path, part: str, reason: str) -> None:
    assert reason in refused(ods(tmp_path / "book.ods", part))


def test_encrypted(tmp_path: Path) -> None:
    manifest = {"META-INF/manifest.xml": "<m><encryption-data/></m>"}
    path = ods(tmp_path / "book.ods", b"\x8f\x01", **manifest)
    assert "it is encrypted: save it without a password" in refused(path)


def repeated(count: object, what: str = "columns") -> str:
    return f'table:number-{what}-repeated="{count}"'


def spanned(rows: int, columns: int, what: str = "") -> str:
    return (
        f'table:number-{what}rows-spanned="{rows}" table:number-{what}columns-spanned="{columns}"'
    )


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (row(cell(repeated(16_384)), number(1)), "cell XFE1 lies outside"),
        (row(cell(repeated("9" * 9)), number(1)), "cell XFE1 lies outside"),
        (row(number(1, repeated(16_385))), "cell A1 lies outside"),
        (row(attributes=repeated(1_048_576, "rows")) + row(number(1)), "A1048577 lies outside"),
        (row(number(1), attributes=repeated(1_048_577, "rows")), "row 1048577 lies outside"),
        (row(number(1, repeated(16_384)), attributes=repeated(10**6, "rows")), "more than 300,"),
        (row(cell(repeated(0))), "in row 1, '0' is no count"),
        (row(cell(repeated(-1))), "'-1' is no count"),
        (row(cell(repeated("9" * 5000))), "is no count"),
        (row(attributes=repeated("many", "rows")), "'many' is no count"),
        (row(number("one")), "A1 holds 'one' as a value of type 'float'"),
        (row(cell(), cell('office:value-type="boolean" office:boolean-value="2"')), "B1 holds '2'"),
        (row(cell('office:value-type="date" office:date-value="soon"')), "A1 holds 'soon'"),
        (row(cell('office:value-type="time" office:time-value="noon"')), "A1 holds 'noon'"),
        (row(cell('office:value-type="lie" office:lie-value="1"')), "type 'lie'"),
        (row(cell(spanned(1_048_576, 16_384))), "1,000,000 cells"),
        (row(formula("of:=1", spanned(1_048_576, 16_384, "matrix-"))), "1,000,000 cells"),
        (row(*[formula("of:=1", spanned(1000, 600, "matrix-"))] * 2), "1,000,000 cells"),
        (row(formula("of:=1", spanned(1, 20_000, "matrix-"))), "lies outside"),
        (row(formula("of:=1", f"{spanned(1, 2, 'matrix-')} {repeated(2)}")), "stands there twice"),
        (row(text('<text:s text:c="100001"/>')), "more than 100,000 spaces"),
        (row(*[text('<text:s text:c="60000"/>')] * 2), "more than 100,000 spaces"),
    ],
)
def test_cells_that_cannot_be(tmp_path: Path, rows: str, reason: str) -> None:
    message = refused(ods(tmp_path / "book.ods", content(table(rows))))
    assert reason in message
    assert len(message) < 700


def test_too_much_of_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = "<table:named-range table:name='a' table:cell-range-address='b'/>" * 3
    monkeypatch.setattr(reading_ods, "MOST_LISTED", 2)
    path = ods(
        tmp_path / "a.ods",
        content(table("") + f"<table:named-expressions>{names}</table:named-expressions>"),
    )
    assert "more than 2 names" in refused(path)
    sheets = "".join(table("", f"{i}") for i in range(3))
    assert "more than 2 sheets" in refused(ods(tmp_path / "b.ods", content(sheets)))
    monkeypatch.setattr(reading_xlsx, "MOST_CELLS", 10)
    many = row(number(1, repeated(4)), attributes=repeated(3, "rows"))
    assert "more than 10 cells" in refused(ods(tmp_path / "c.ods", content(table(many))))
    monkeypatch.setattr(odf, "MOST_SPACES", 2)
    assert "spaces" in refused(ods(tmp_path / "d.ods", content(table(row(text("<text:s/>" * 3))))))


def test_what_is_skipped_takes_no_memory(tmp_path: Path) -> None:
    blanks = "<x>abc</x>\n" * 100_000
    empty = row(cell(repeated(16_384)), attributes=repeated(1_048_576, "rows"))
    path = ods(tmp_path / "book.ods", content(table(blanks + row(blanks) + empty)))
    tracemalloc.start()
    try:
        assert read(path).sheets == {"Sheet": {}}
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**20


def test_any_damage_ends_in_one_sentence(tmp_path: Path) -> None:
    original = content(
        table(row(number(1), text("a<text:s/>"), formula("of:=[.A1]")), "One")
        + table(row(cell(repeated(3)), number(2)), "Two")
    )
    refusals = 0
    for seed in range(300):
        part = damaged(original.encode(), random.Random(seed))
        path = ods(tmp_path / "book.ods", part)
        try:
            read(path)
        except SheetnetError as error:
            assert str(error).startswith(str(path))
            refusals += 1
    assert refusals > 100
