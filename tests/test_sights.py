"""What hides a part of a workbook, or alters it without changing a cell, is found."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from packages import write as write_parts

from sheetnet.files.formats import copy_plain
from sheetnet.proof.furniture import Furniture
from sheetnet.workbook.book import Book
from tests.books import furniture, in_both_formats

SHEET, CHART, CONTENT = "xl/worksheets/sheet1.xml", "xl/charts/chart1.xml", "content.xml"
#: The end of what stands before the numbers of a series.
BEFORE_X = "(</marker>)(?=<xVal>)"
#: A rule that shows a bar in the place of a number.
BAR = '<conditionalFormatting sqref="C8"><cfRule><dataBar showValue="0"/></cfRule>'
BAR += "</conditionalFormatting>"
#: The part, what stands there, what it becomes, and what is said of it.
EDITS = [
    ("xl/workbook.xml", 'state="visible"', 'state="hidden"', "the sheet is hidden"),
    (SHEET, '<row r="7"', '<row hidden="1" r="7"', "its row is hidden"),
    (SHEET, '(<row r="7"[^>]*?) ht="[^"]*"', r'\1 ht="0"', "its row is hidden"),
    (SHEET, 'width="18"', 'width="0.1"', "its column is hidden"),
    (SHEET, "(<mergeCells[^>]*>)", r'\1<mergeCell ref="B5:F14"/>', "joined cells B5:F14"),
    (SHEET, 'val="subscript"', 'val="superscript"', "at other places"),
    (SHEET, '<vertAlign val="subscript"/>', "", "other places|on the line"),
    ("xl/comments1.xml", "(<t(?: [^>]*)?>)", r"\1No: ", "its note says 'No: "),
    ("xl/styles.xml", '(<dxf>.*?formatCode=")[^"]*"', r'\1;;;"', "a rule shows its number"),
    (CHART, "<scatterChart>", "<lineChart/><scatterChart>", "drawn as a lineChart"),
    (CHART, 'orientation val="minMax"', 'orientation val="maxMin"', "the other way round"),
    (CHART, '(<numCache>.*?<pt idx="1"><v>)[^<]*', r"\g<1>3", "keeps other numbers as x"),
    (CHART, '<max val="[^"]*"', '<max val="3"', "ends at 3"),
    (CHART, BEFORE_X, r'\1<dLbls><showVal val="1"/></dLbls>', "not the names of its series"),
    (CHART, BEFORE_X, r"\1<dLbls><dLbl/></dLbls>", "has a label of its own at a point"),
    (CHART, BEFORE_X, r"\1<trendline/>", "has a trend line"),
    (CHART, "(</scatterChart>)", r"\1<scatterChart/>", "has series on axes of their own"),
    (CHART, 'Code="General" s', 'Code="&quot;7&quot;" s', "writes the numbers of an axis as"),
    ("xl/charts/chart2.xml", "(<strCache>.*?<v>)[^<]*", r"\g<1>w = 9", "keeps 'w = 9' as the name"),
    ("xl/workbook.xml", "(<calcPr )", r'<calcPr calcMode="manual"/>\1', "calculate"),
    (SHEET, "(</sheetData>)", rf"\1{BAR}", "a rule shows a bar or a sign for its number"),
    (
        CONTENT,
        "<table:table-row ",
        '<table:table-row table:visibility="collapse" ',
        "row is hidden",
    ),
    (
        CONTENT,
        '(column table:style-name="co3") ',
        r'\1 table:visibility="collapse" ',
        "column is hidden",
    ),
    (CONTENT, "(<office:annotation.*?<text:p>)", r"\1No: ", "its note says 'No: "),
    (CONTENT, 'text-position="sub ', 'text-position="super ', "at other places"),
    (CONTENT, '(office:value="0[^>]*><text:p>)[^<]*', r"\g<1>9.99", "the file shows '9.99'"),
    (CONTENT, 'table:display="true"', 'table:display="false"', "the sheet is hidden"),
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Book, Path]:
    """A lesson's model, and its workbook in both formats."""
    return in_both_formats("mazur", tmp_path_factory.mktemp("sights"))


def said(found: Furniture) -> str:
    return "\n".join([*found.problems, *(str(f) for c in found.checks for f in c.findings)])


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_a_workbook_as_built_is_in_sight(ending: str, built: tuple[Book, Path]) -> None:
    book, folder = built
    found = furniture(book, folder / f"book.{ending}")
    assert not said(found)
    assert not found.notes


@pytest.mark.parametrize(("part", "old", "new", "what"), EDITS)
def test_what_hides_or_alters_is_found(
    part: str, old: str, new: str, what: str, built: tuple[Book, Path], tmp_path: Path
) -> None:
    book, folder = built
    ending = "ods" if part == CONTENT else "xlsx"
    with zipfile.ZipFile(folder / f"book.{ending}") as package:
        parts = {name: package.read(name) for name in package.namelist()}
    text = parts[part].decode()
    changed = re.sub(old, new, text, count=1, flags=re.DOTALL)
    assert changed != text
    parts[part] = changed.encode()
    target = tmp_path / f"book.{ending}"
    write_parts(target, parts)
    assert re.search(what, said(furniture(book, target)))


def test_styles_without_names_get_one(built: tuple[Book, Path], tmp_path: Path) -> None:
    """Gnumeric names none, and IronCalc would not read the workbook."""
    with zipfile.ZipFile(built[1] / "book.xlsx") as package:
        parts = {name: package.read(name) for name in package.namelist()}
    styles = parts["xl/styles.xml"].decode()
    parts["xl/styles.xml"] = re.sub("<cellStyles.*</cellStyles>", "", styles).encode()
    assert parts["xl/styles.xml"].decode() != styles
    write_parts(tmp_path / "gnumeric.xlsx", parts)
    copy_plain(tmp_path / "gnumeric.xlsx", tmp_path / "plain.xlsx")
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as package:
        assert package.read("xl/styles.xml").decode().count("<cellStyle ") == 1
