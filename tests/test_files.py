"""The .xlsx as a file: valid, whole or not at all, texts as texts, accessible."""

from __future__ import annotations

import json
import posixpath
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sheetnet import build
from sheetnet.building import make_book
from sheetnet.errors import SheetnetError
from sheetnet.files.formats import read
from sheetnet.lessons.catalogue import shipped
from sheetnet.network.lesson import Lesson

#: What openxml-audit reports and Excel does not mind, with the reason.
ALLOWED = [
    # openpyxl orders a font's children as Excel itself does, not as the schema says (sz where a
    # font has no colour, so that a program's dark mode gives it one).
    r"Unexpected element '(b|i|color|sz)' found.*/styleSheet\[1\]/fonts\[1\]/font",
    # Texts stand in their cells: that is what lets rows be streamed. Excel moves them.
    r"inline-string cell",
]

TEXTS = [
    "=1+2",
    "+1",
    "@SUM(A1)",
    "-x",
    '<b>&amp;</b> "quoted"',
    "_x0041_",
    "  spaced  out  ",
    "日本語 العربية 😀",
    "two\nlines",
]


@pytest.fixture(scope="module")
def mazur(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("mazur", tmp_path_factory.mktemp("files") / "mazur.xlsx")


def _with_texts(text: str) -> Lesson:
    lesson = Lesson.load("mazur")
    content = lesson.model_dump(by_alias=True, exclude_none=True)
    content |= {"title": text, "source": text, "about": text, "try": [text]}
    return Lesson.model_validate(json.loads(json.dumps(content)))


@pytest.mark.parametrize("name", sorted(shipped("network")))
def test_the_schemas_have_nothing_but_the_allowed_findings(name: str, tmp_path: Path) -> None:
    path = build(name, tmp_path / f"{name}.xlsx")
    command = [str(Path(sys.executable).with_name("openxml-audit")), "-o", "json", "-m", "0"]
    run = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
    content = json.loads(run.stdout)
    report = content[0] if isinstance(content, list) else content
    texts = [f"{e['description']} {e.get('part_uri')} {e.get('path')}" for e in report["errors"]]
    assert not [t for t in texts if not any(re.search(a, t) for a in ALLOWED)]


@pytest.mark.parametrize("text", TEXTS)
def test_text_from_a_lesson_stays_text(text: str, tmp_path: Path) -> None:
    path = build(_with_texts(text), tmp_path / "texts.xlsx")
    cell = read(path).sheets["Start"][1, 2]
    assert cell.formula is None
    assert cell.value == text
    sheet = openpyxl.load_workbook(path)["Start"]
    assert sheet["B1"].data_type in ("s", "inlineStr")


def test_every_formula_has_a_cached_value(mazur: Path) -> None:
    cells = [cell for sheet in read(mazur).sheets.values() for cell in sheet.values()]
    formulas = [cell for cell in cells if cell.formula is not None]
    assert len(formulas) > 4000
    assert all(cell.value is not None for cell in formulas)


def test_only_input_cells_are_unlocked_and_every_sheet_is_protected(mazur: Path) -> None:
    book = openpyxl.load_workbook(mazur)
    model = make_book(Lesson.load("mazur"))
    knobs = {
        (block.sheet, row, column)
        for block in model.blocks
        if not block.live
        for row in range(block.top, block.bottom + 1)
        for column in range(block.left, block.right + 1)
    }
    unlocked = {
        (sheet.title, cell.row, cell.column)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if not cell.protection.locked
    }
    assert unlocked == knobs
    assert all(sheet.protection.sheet and not sheet.protection.password for sheet in book)


def test_dimension_charts_and_ignored_errors(mazur: Path) -> None:
    with zipfile.ZipFile(mazur) as package:
        parts = {name: package.read(name).decode("utf8", "replace") for name in package.namelist()}
    model = make_book(Lesson.load("mazur"))
    for number, sheet in enumerate(model.sheets, 1):
        part = parts[f"xl/worksheets/sheet{number}.xml"]
        last = openpyxl.utils.get_column_letter(sheet.extent[1]) + str(sheet.extent[0])
        assert f'<dimension ref="A1:{last}"' in part
        assert "<ignoredErrors>" in part
    drawings = [text for name, text in parts.items() if re.match(r"xl/drawings/drawing", name)]
    texts = [t for drawing in drawings for t in re.findall(r'descr="([^"]+)"', drawing)]
    assert sorted(texts) == sorted(c.alt_text for s in model.sheets for c in s.charts)
    charts = [text for name, text in parts.items() if name.startswith("xl/charts/chart")]
    assert sum('<c:delete val="0"' in c or '<delete val="0"' in c for c in charts) >= 2


def test_links_lead_somewhere(mazur: Path) -> None:
    with zipfile.ZipFile(mazur) as package:
        parts = [package.read(n).decode() for n in package.namelist() if "worksheets/sheet" in n]
    found = sum(len(re.findall("<hyperlink ", part)) for part in parts)
    model = make_book(Lesson.load("mazur"))
    assert found == sum(len(sheet.links) for sheet in model.sheets) > 10


def test_nothing_volatile_and_nothing_outside_the_known_functions(mazur: Path) -> None:
    from sheetnet.expressions.evaluation import FUNCTIONS

    known = {*FUNCTIONS, "IF", "INDEX", "CHOOSE"}
    for sheet in read(mazur).sheets.values():
        for cell in sheet.values():
            text = re.sub(r'"[^"]*"', "", cell.formula or "")
            assert set(re.findall(r"([A-Z][A-Z0-9.]+)\(", text)) <= known


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    text = Lesson.load("mazur").text.replace('"sigmoid"', '"identity"')
    wild = Lesson.from_toml(text.replace("learning_rate = 0.5", "learning_rate = 1000.0"))
    old = tmp_path / "out.xlsx"
    old.write_bytes(b"old")
    with pytest.raises(SheetnetError, match="overflows at step"):
        build(wild, old)
    assert [p.name for p in tmp_path.iterdir()] == ["out.xlsx"]
    assert old.read_bytes() == b"old"


def test_numbers_too_large_for_a_cell_are_one_sentence(tmp_path: Path) -> None:
    text = Lesson.load("mazur").text.replace("0.15, 0.20", "1e160, 0.20")
    lesson = Lesson.from_toml(text.replace('"sigmoid"', '"tanh"'))
    with pytest.raises(SheetnetError, match="overflows at step 0"):
        build(lesson, tmp_path / "large.xlsx")
    assert not list(tmp_path.iterdir())


def test_a_lesson_past_the_limits_is_refused_with_the_count(tmp_path: Path) -> None:
    content: dict[str, Any] = json.loads(
        json.dumps(Lesson.load("mazur").model_dump(by_alias=True, exclude_none=True))
    )
    content["training"]["steps"] = 2_000_000
    with pytest.raises(SheetnetError, match=r"training\.steps: 2,000,000 steps.*1,048,576"):
        build(Lesson.model_validate(content), tmp_path / "long.xlsx")
    wide = Lesson.load("mazur").model_dump(by_alias=True, exclude_none=True)
    wide = json.loads(json.dumps(wide))
    wide["network"]["layers"] = [
        {"units": 200, "activation": "tanh"},
        {"units": 200, "activation": "tanh"},
        {"units": 2, "activation": "sigmoid"},
    ]
    wide["training"]["steps"] = 1000
    with pytest.raises(SheetnetError, match=r"training\.steps: .*holds 1,500,000: make"):
        build(Lesson.model_validate(wide), tmp_path / "many.xlsx")
    wide["training"]["steps"] = 0
    wide["network"]["layers"][0]["units"] = 9_000
    wide["network"]["layers"][1]["units"] = 1
    with pytest.raises(SheetnetError, match=r"network\.layers: .*16,384"):
        build(Lesson.model_validate(wide), tmp_path / "wide.xlsx")
    assert not list(tmp_path.iterdir())


def test_an_unwritable_place_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SheetnetError, match="file is no folder: choose another place"):
        build("mazur", tmp_path / "file" / "x.xlsx")
    with pytest.raises(SheetnetError, match=r"let its name end in"):
        build("mazur", tmp_path / "x.csv")


def test_charts_and_notes_are_as_other_programs_want_them(mazur: Path) -> None:
    with zipfile.ZipFile(mazur) as package:
        parts = {name: package.read(name).decode("utf8", "replace") for name in package.namelist()}
    model = make_book(Lesson.load("mazur"))
    charts = [chart for sheet in model.sheets for chart in sheet.charts]
    for number, chart in enumerate(charts, 1):
        text = parts[f"xl/charts/chart{number}.xml"]
        assert re.findall(r'<axPos val="(\w)"', text) == ["b", "l"]
        cached = [
            [float(v) for v in re.findall("<v>([^<]*)</v>", cache)]
            for cache in re.findall("<numCache>.*?</numCache>", text)
        ]
        shown = [
            model.area_values(area).ravel().tolist()
            for series in chart.series
            for area in (series.x, series.y)
        ]
        assert cached == [[v for v in values if isinstance(v, float)] for values in shown]
    for name, text in parts.items():
        if name.startswith("xl/drawings/drawing"):
            assert not re.search(r"<\w+[ />]", text)
        if name.startswith(("xl/worksheets/_rels/", "xl/drawings/_rels/")):
            targets = re.findall(r'Target="([^"]+)"', text)
            base = name.split("/_rels")[0]
            for target in targets:
                assert posixpath.normpath(f"{base}/{target}") in parts
            notes = ["comments" in target for target in targets]
            assert notes == sorted(notes, reverse=True)
