"""Facts of files from strangers: what is damaged is one sentence, what is odd is passed over."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from packages import write as write_parts

from sheetnet.building import make_book
from sheetnet.errors import SheetnetError
from sheetnet.files.facts import Facts, taken_apart
from sheetnet.files.formats import read, read_facts, write
from sheetnet.lessons.subjects import load


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one lesson's workbook in both formats."""
    folder = tmp_path_factory.mktemp("facts")
    book = make_book(load("mazur")[1])
    for ending in ("xlsx", "ods"):
        write(book, folder / f"book.{ending}")
    return folder


CHARTS = {"xlsx": "xl/charts/chart1.xml", "ods": "Object 1/content.xml"}
ENDINGS = list(CHARTS)


def facts_with(path: Path, target: Path, part: str, content: str | None) -> Facts:
    """The facts of a copy in which a part is another, or gone."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name).decode() for name in package.namelist()}
    if content is None:
        del parts[part]
    else:
        parts[part] = content
    write_parts(target, parts)
    return read_facts(target, read(target))


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<a><b></a>", "no valid XML"),
        ("<a>" * 300 + "</a>" * 300, "nested too deeply"),
        ('<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', "document type"),
    ],
)
def test_a_damaged_chart_is_one_sentence(
    content: str, reason: str, ending: str, folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(SheetnetError, match=reason) as error:
        facts_with(folder / f"book.{ending}", tmp_path / "x", CHARTS[ending], content)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("ending", ENDINGS)
def test_too_many_series_are_refused(ending: str, folder: Path, tmp_path: Path) -> None:
    series = {"xlsx": "<ser/>", "ods": '<series xmlns="urn:x"/>'}[ending]
    content = f"<chart><chart>{series * 100_001}</chart></chart>"
    with pytest.raises(SheetnetError, match="lists too much"):
        facts_with(folder / f"book.{ending}", tmp_path / "x", CHARTS[ending], content)


def test_a_missing_chart_is_a_damaged_file_or_none(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SheetnetError, match="chart1"):
        facts_with(folder / "book.xlsx", tmp_path / "x", CHARTS["xlsx"], None)
    facts = facts_with(folder / "book.ods", tmp_path / "y", CHARTS["ods"], None)
    assert len(facts.charts["Start"]) == 1  # of two


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_object_that_is_no_chart_has_no_series(
    ending: str, folder: Path, tmp_path: Path
) -> None:
    facts = facts_with(folder / f"book.{ending}", tmp_path / "x", CHARTS[ending], "<text/>")
    assert [bool(chart.series) for chart in facts.charts["Start"]].count(True) == 1  # of two


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("+0.0000;-0.0000;0.0000", r"\+0.0000;\-0.0000;0.0000", True),
        ("+0.0", '"+"0.0', True),
        ("0%", r"0\%", True),
        ("0.0E+00", "0.0E+00", True),
        ("0.00", "0.000", False),
        ("0.00", "#.00", False),
        ("0.00", "0.0#", False),
        ("0.00", "#,##0.00", False),
        ("0.00", "0.00%", False),
        ("0.00", "0.00E+00", False),
        ("0.00", "General", False),
        ("0.00", "0.00;0.00", False),
        ("0.00", "[Red]0.00", False),
        ("0.00", "yyyy-mm-dd", False),
        ("yyyy-mm-dd", "yyyy-mm-dd", True),
        ("[Odd]0", "[Odd]0", True),
        ("0;;;;", "0", False),
    ],
)
def test_number_formats_are_compared_by_what_they_show(one: str, other: str, alike: bool) -> None:
    assert (taken_apart(one) == taken_apart(other)) == alike
