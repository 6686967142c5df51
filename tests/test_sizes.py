"""What is said about a workbook's size before it is built is true, and refusals help."""

from __future__ import annotations

import json
import re
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from sheetnet import building
from sheetnet import estimate as sizes
from sheetnet.building import build, expect
from sheetnet.cli import main
from sheetnet.errors import SheetnetError
from sheetnet.files import packing
from sheetnet.files.formats import FORMATS, format_of
from sheetnet.lessons.text import override
from sheetnet.network import placement
from sheetnet.network.lesson import Lesson


def circle(samples: int, steps: int, hidden: int = 10) -> str:
    """A lesson file: which points lie within a circle."""
    rng = np.random.default_rng(0)
    points = rng.uniform(-1, 1, (samples, 2)).round(4)
    inside = (points**2).sum(1, keepdims=True) < 0.5
    return f"""
title = "A circle"
source = "drawn"
notation = "wichmann"
[network]
inputs = 2
loss = "binary_cross_entropy"
[[network.layers]]
units = {hidden}
activation = "tanh"
[[network.layers]]
units = 1
activation = "sigmoid"
[data]
inputs = {points.tolist()}
targets = {inside.astype(float).tolist()}
[training]
learning_rate = 0.5
steps = {steps}
"""


def unpacked(path: Path) -> int:
    with zipfile.ZipFile(path) as package:
        return sum(part.file_size for part in package.infolist())


def mazur(steps: int) -> str:
    return override(Lesson.load("mazur").text, f"training.steps={steps}")


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
@pytest.mark.parametrize(
    "text",
    [mazur(100), mazur(9_000), circle(40, 400, 3), circle(400, 10, 5)],
    ids=["short", "long", "batch", "examples"],
)
def test_what_is_expected_comes(text: str, ending: str, tmp_path: Path) -> None:
    lesson = Lesson.from_toml(text)
    path = tmp_path / f"book.{ending}"
    [expected] = expect(lesson, [path])
    assert not list(tmp_path.iterdir())
    started = time.process_time()
    build(lesson, path)
    took = time.process_time() - started
    assert expected.packed == pytest.approx(path.stat().st_size, rel=0.1)
    assert expected.unpacked == pytest.approx(unpacked(path), rel=0.1)
    assert took / 50 < expected.seconds < 50 * took
    if ending == "xlsx":
        book = load_workbook(path, read_only=True)
        rows = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
        assert expected.sheets == len(book.sheetnames)
        cells = sum(value is not None for row in rows for value in row)
        # Charts of long runs have points of their own, thinned out.
        assert expected.cells == pytest.approx(cells, rel=0.02)


def test_a_dry_run_says_so_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    said = run(main, ["build", "mazur", "--dry-run"])
    assert said.exit_code == 0
    assert re.fullmatch(
        r"output/mazur.xlsx: not written: it would have \d+ sheets, [\d,]+ cells and about [\d.]+ "
        r"MB, and take about \d+ s\n",
        said.output.replace("\\", "/"),
    )
    asked = ["build", "mazur", "--format", "both", "--dry-run", "--json"]
    books = json.loads(run(main, asked).output)["workbooks"]
    assert [Path(book["workbook"]).suffix for book in books] == [".xlsx", ".ods"]
    assert books[0]["cells"] == books[1]["cells"] > 5_000
    assert run(main, ["build", "mazur", "--dry-run", "--open"]).exit_code == 2
    assert not list(tmp_path.iterdir())


def refusal(path: Path, command: str = "build") -> str:
    answer = CliRunner().invoke(main, [command, str(path), "-o", str(path.with_name("a.xlsx"))])
    assert answer.exit_code == 2
    assert answer.output.startswith(f"sheetnet: {path}: ")
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    return answer.output


def numbers(pattern: str, text: str) -> list[int]:
    return [int(found.replace(",", "")) for found in re.findall(pattern, text)]


def test_a_course_as_it_is_given_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "course.toml"
    path.write_text(circle(800, 300), encoding="utf-8")
    said = refusal(path)
    assert 8_000_000 < numbers(r"([\d,]+) cells", said)[0] < 9_000_000
    assert 140 < numbers(r"([\d,]+) MB", said)[0] < 220
    assert 150 < numbers(r"steps at most ([\d,]+)", said)[0] < 220


def test_what_is_surely_too_large_is_refused_before_anything_is_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """5,000 examples, 100 steps: from the lesson alone, and with what would do."""
    path = tmp_path / "lesson.toml"
    path.write_text(circle(5_000, 100, 5), encoding="utf-8")
    for module, name in ((sizes, "estimate"), (building, "make_book")):
        monkeypatch.setattr(module, name, lambda *_: pytest.fail("something is computed"))
    said = refusal(path)
    [count] = numbers(r"hold ([\d,]+) numbers", said)
    assert 9_000_000 < count < placement.MOST_CELLS
    [steps] = numbers(r"steps at most ([\d,]+)", said)
    assert 20 < steps < 60


def test_what_a_refusal_asks_for_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    most = 8_000_000
    monkeypatch.setattr(sizes, "LARGEST", most)
    monkeypatch.setattr(sizes, "NEVER_LARGE", 1_000)
    monkeypatch.setattr(sizes, "DIFFERENCE", 1_000)
    # By two short runs: the run of so small a workbook is not most of it.
    monkeypatch.setitem(FORMATS, "xlsx", replace(FORMATS["xlsx"], least=0))
    path = tmp_path / "lesson.toml"
    path.write_text(circle(60, 200, 3), encoding="utf-8")
    said = refusal(path)
    [steps], [samples] = (
        numbers(r"steps at most ([\d,]+)", said),
        numbers(r"at most ([\d,]+) examples", said),
    )
    assert 20 < steps < 200 and 5 < samples < 60
    for text in (circle(60, steps, 3), circle(samples, 200, 3)):
        book = build(Lesson.from_toml(text), tmp_path / "enough.xlsx")
        assert most * 0.6 < unpacked(book) < most


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"= 100\n": "= 2000000\n"}, r"2,000,006 rows \(about 76,000,038 cells and"),
        ({"= 100\n": "= 500000\n"}, r"about 19,000,038 cells and 437 MB, .* at most 1"),
        ({"[0.15, 0.20]": "[1e160, 0.20]", '"sigmoid"': '"tanh"'}, "overflows at step 0"),
        ({'"sigmoid"': '"identity"', "rate = 0.5": "rate = 1000.0"}, "overflows at step"),
    ],
)
def test_every_refusal_names_the_file(change: dict[str, str], said: str, tmp_path: Path) -> None:
    text = Lesson.load("mazur").text
    for old, new in change.items():
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "lesson.toml"
    path.write_text(text, encoding="utf-8")
    assert re.search(said, refusal(path))
    if said == "overflows at step":  # the other run has numbers, too large for cells alone
        answer = CliRunner().invoke(main, ["train", str(path)])
        assert answer.output.startswith(f"sheetnet: {path}: the run overflows")


def test_what_no_reader_would_read_is_not_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "LARGEST", 100_000)
    with pytest.raises(SheetnetError, match="make training.steps smaller"):
        build("mazur", tmp_path / "book.xlsx")
    assert not list(tmp_path.iterdir())


def any_placement(net: Any, samples: int, steps: int) -> str:
    with pytest.raises(SheetnetError) as caught:
        list(placement.placed(net, samples, steps))
    return str(caught.value)


def test_the_number_of_steps_that_a_refusal_names_is_not_refused() -> None:
    for samples, steps in ((1, 400_000), (800, 2_000), (3, 5_000_000)):
        net = Lesson.from_toml(circle(samples, 1)).net
        [fewer] = numbers(r"steps at most ([\d,]+)", any_placement(net, samples, steps))
        assert fewer > 0 and list(placement.placed(net, samples, fewer))


def test_a_format_is_estimated_as_it_is() -> None:
    lesson = Lesson.load("mazur")
    one, other = (sizes.estimate(lesson, format_of(Path(f"a.{e}"))) for e in ("xlsx", "ods"))
    assert one.cells == other.cells and one.unpacked != other.unpacked
