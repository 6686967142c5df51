"""Every text can be read, in dark modes too: in the files of both formats, as written.

A program's dark mode paints the sheet dark and turns the colour of text that has none of its own.
So a text has no colour and no paper, or both, with a contrast of 4.5 : 1 (WCAG 2, level AA).
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree

from sheetnet import build
from sheetnet.building import make_book
from sheetnet.network.lesson import Lesson
from sheetnet.workbook.model import ColourScale, Rule

LEAST = 4.5
#: A network that is drawn, one with a batch, and one so large that it is shown as maps.
LARGE = """
title = "Maps"
source = "none"
notation = "wichmann"
[network]
inputs = 14
loss = "half_squared_error"
initialisation = "xavier_uniform"
seed = 1
layers = [{ units = 13, activation = "tanh" }, { units = 2, activation = "sigmoid" }]
[data]
inputs = [[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4]]
targets = [[0.0, 1.0]]
[training]
learning_rate = 0.5
steps = 3
"""
#: Wider than it is high: maps of gradients under those of weights.
WIDE = """
title = "Wide maps"
source = "none"
notation = "happydustbunny"
[network]
inputs = 10
loss = "cross_entropy"
initialisation = "xavier_uniform"
seed = 1
layers = [{ units = 40, activation = "relu" }, { units = 10, activation = "softmax" }]
[data]
inputs = [[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]]
targets = [[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]]
[training]
learning_rate = 0.1
steps = 1
"""
OWN = {"maps": LARGE, "wide-maps": WIDE}
LESSONS = ("mazur", "batch-of-four", "maps")


def contrast(one: str, other: str) -> float:
    """The contrast of two colours RRGGBB, by WCAG 2.2's relative luminance."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def lesson(name: str, folder: Path) -> Any:
    if name not in OWN:
        return name
    path = folder / f"{name}.toml"
    path.write_text(OWN[name])
    return path


def wrong(ink: str | None, paper: str | None) -> bool:
    if ink is None or paper is None:
        return ink is not None or paper is not None
    return contrast(ink, paper) < LEAST


@pytest.mark.parametrize("name", LESSONS)
def test_every_text_of_an_xlsx_can_be_read(name: str, tmp_path: Path) -> None:
    path = build(lesson(name, tmp_path), tmp_path / "book.xlsx")
    seen = set()
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is None:
                    continue
                colour = cell.font.color
                ink = colour.rgb[2:] if colour is not None and colour.type == "rgb" else None
                paper = cell.fill.fgColor.rgb[2:] if cell.fill.fill_type == "solid" else None
                seen.add((ink, paper))
                assert not wrong(ink, paper), (sheet.title, cell.coordinate, ink, paper)
    assert (None, None) in seen and len(seen) > 6


NAMES = {
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
}


@pytest.mark.parametrize("name", LESSONS)
def test_every_text_of_an_ods_can_be_read(name: str, tmp_path: Path) -> None:
    path = build(lesson(name, tmp_path), tmp_path / "book.ods")
    with zipfile.ZipFile(path) as package:
        root = etree.fromstring(package.read("content.xml"))
        default = etree.fromstring(package.read("styles.xml"))
    fo, style_name = f"{{{NAMES['fo']}}}", f"{{{NAMES['style']}}}name"
    # Nothing may take the place of the program's own colour.
    assert not default.xpath("//style:style[@style:name='Default']//@fo:color", namespaces=NAMES)
    looks: dict[str, tuple[str | None, str | None]] = {}
    for style in root.iterfind(".//style:style[@style:family='table-cell']", NAMES):
        text = style.find("style:text-properties", NAMES)
        cell = style.find("style:table-cell-properties", NAMES)
        ink = text.get(f"{fo}color") if text is not None else None
        paper = cell.get(f"{fo}background-color") if cell is not None else None
        looks[style.get(style_name)] = (ink and ink[1:], paper and paper[1:])
    used = {
        cell.get(f"{{{NAMES['table']}}}style-name")
        for cell in root.iterfind(".//table:table-cell", NAMES)
        if len(cell)
    }
    assert len(used) > 10
    for one in used - {None}:
        assert not wrong(*looks[one]), (one, looks[one])


def shades(rule: ColourScale) -> list[str]:
    """The colours of a scale: its ends, its middle, and what programs mix of them."""

    def mixed(one: str, other: str, part: float) -> str:
        ends = [[int(colour[i : i + 2], 16) for i in (0, 2, 4)] for colour in (one, other)]
        return "".join(f"{round(a + part * (b - a)):02X}" for a, b in zip(*ends, strict=True))

    halves = ((rule.low, rule.middle), (rule.middle, rule.high))
    return [mixed(*ends, tenth / 10) for ends in halves for tenth in range(11)]


@pytest.mark.parametrize("name", [*LESSONS, "wide-maps"])
def test_text_on_the_colours_that_rules_give_can_be_read(name: str, tmp_path: Path) -> None:
    """The ends and the middle of colour scales, and what checks look like."""
    book = make_book(Lesson.load(lesson(name, tmp_path)))
    scales = 0
    for sheet in book.sheets:
        for rule in sheet.formats:
            if isinstance(rule, Rule):
                ink, paper = rule.style.colour, rule.style.paper or "FFFFFF"
                # The same colour twice is meant to show nothing.
                assert ink == paper or contrast(ink, paper) >= LEAST
            if not isinstance(rule, ColourScale):
                continue
            scales += 1
            area = rule.area
            for row in range(area.top, area.bottom + 1):
                for column in range(area.left, area.right + 1):
                    cell = sheet.cells.get((row, column))
                    if cell and cell.style.number_format.strip(";"):  # it shows its number
                        ink = cell.style.ink
                        assert ink is not None, (sheet.name, row, column)
                        for paper in shades(rule):
                            assert contrast(ink, paper) >= LEAST, (sheet.name, row, column)
    assert scales or name not in OWN


def test_text_that_runs_over_keeps_its_paper() -> None:
    """Beside a grey hint that is wider than its column stands white paper."""
    book = make_book(Lesson.load("mazur"))
    sheet = book["Network"]
    assert sheet.cells[2, 3].style.paper == sheet.cells[2, 4].style.paper == "FFFFFF"
    right = max(column for _, column in sheet.cells)
    assert right == sheet.extent[1]
