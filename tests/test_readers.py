"""Programs of others that read workbooks, in both formats: all find the engine's values.

Those for node are in tests/readers/package.json, with exact versions; `npm install` fetches them
when they are first needed. Where there is no node they are skipped, but not in CI.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from math import isclose
from pathlib import Path
from typing import Any

import pandas
import polars
import pytest
from books import findings

from sheetnet.building import make_book
from sheetnet.expressions.dialects import parse_address
from sheetnet.files.formats import write
from sheetnet.lessons.subjects import load
from sheetnet.proof.verification import verify
from sheetnet.workbook.book import Book
from tests.books import FEW

Found = dict[str, dict[tuple[int, int], Any]]
HERE = Path(__file__).parent / "readers"
LESSONS = FEW
#: Sheets of finite differences, which programs compute less alike, and how much less.
DIFFERENCES = {"Gradient check": 1e-6, "Output gradient": 1e-6}


@pytest.fixture(scope="session")
def node() -> Callable[..., Found]:
    """Ask one of the readers for node; see read.js."""
    if not shutil.which("node") or not shutil.which("npm"):
        _missing("node or npm is not installed")
    _install()

    def ask(reader: str, path: Path, *more: Path) -> Found:
        words = ["node", str(HERE / "read.js"), reader, str(path), *map(str, more)]
        done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", timeout=300)
        assert done.returncode == 0, done.stderr
        sheets = json.loads(done.stdout)
        return {
            name: {parse_address(place): value for place, value in cells.items()}
            for name, cells in sheets.items()
        }

    return ask


def _install() -> None:
    """Fetch the packages, once: they move into place together, since tests run on all cores."""
    there, wanted = HERE / "node_modules", (HERE / "package.json").read_bytes()
    mark = there / "wanted.json"
    if mark.is_file() and mark.read_bytes() == wanted:
        return
    work = HERE / f"node_modules.{os.getpid()}"
    try:
        work.mkdir()
        (work / "package.json").write_bytes(wanted)
        words = [shutil.which("npm") or "npm", "install", "--no-package-lock", "--no-audit"]
        done = subprocess.run(
            [*words, "--no-fund", "--silent"], cwd=work, capture_output=True, text=True, timeout=600
        )
        if done.returncode:
            _missing(f"npm does not fetch the readers: {done.stderr[-500:]}")
        (work / "node_modules" / mark.name).write_bytes(wanted)
        if not mark.is_file() or mark.read_bytes() != wanted:
            shutil.rmtree(there, ignore_errors=True)
        with suppress(OSError):  # another process was first
            (work / "node_modules").rename(there)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _missing(what: str) -> None:
    if os.environ.get("SHEETNET_REQUIRE_PROGRAMS"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="module", params=LESSONS)
def lesson(request: pytest.FixtureRequest, tmp_path_factory: Any) -> tuple[Book, Path]:
    """A shipped lesson's model, and where it stands in both formats (without the ending)."""
    folder = tmp_path_factory.mktemp("readers")
    book = make_book(load(request.param)[1])
    for ending in ("xlsx", "ods"):
        write(book, folder / f"book.{ending}")
    return book, folder / "book"


def numbers_of(book: Book) -> dict[str, dict[tuple[int, int], float]]:
    """The numbers that formulas must show: what the claims say, which come from the engine."""
    result: dict[str, dict[tuple[int, int], float]] = {}
    for sheet in book.sheets:
        cells = {p: v for p, v in book.claims(sheet).items() if isinstance(v, float)}
        for band in sheet.bands:
            for row, values in zip(band.rows, book.band_values(band).tolist(), strict=True):
                cells |= {(row, band.left + i): value for i, value in enumerate(values)}
        result[sheet.name] = cells
    assert sum(map(len, result.values())) > 1_000
    return result


def assert_found(book: Book, found: Found, relative: float = 1e-14) -> None:
    expected = numbers_of(book)
    assert list(found) == list(expected)
    wrong = [
        f"{sheet} {place}: {found[sheet].get(place)!r}, not {value!r}"
        for sheet, cells in expected.items()
        for place, value in cells.items()
        if not _alike(found[sheet].get(place), value, sheet, relative)
    ]
    assert not wrong, (len(wrong), wrong[:5])


def _alike(found: Any, value: float, sheet: str, relative: float) -> bool:
    floor = DIFFERENCES.get(sheet, 1e-12) if relative > 1e-12 else 0.0
    return isinstance(found, float | int) and isclose(found, value, rel_tol=relative, abs_tol=floor)


def with_pandas(engine: str, path: Path) -> Found:
    frames = pandas.read_excel(path, sheet_name=None, header=None, engine=engine)  # type: ignore[call-overload]
    return {
        name: {
            (r + 1, c + 1): value
            for r, row in enumerate(frame.astype(object).values.tolist())
            for c, value in enumerate(row)
        }
        for name, frame in frames.items()
    }


@pytest.mark.parametrize(
    ("ending", "engine"),
    [("xlsx", "openpyxl"), ("xlsx", "calamine"), ("ods", "calamine"), ("ods", "odf")],
)
def test_pandas(lesson: tuple[Book, Path], ending: str, engine: str) -> None:
    book, path = lesson
    assert_found(book, with_pandas(engine, path.with_suffix(f".{ending}")))


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_polars(lesson: tuple[Book, Path], ending: str) -> None:
    """It leaves out empty rows on top; a column that holds texts becomes texts of 9 digits."""
    book, path = lesson
    path = path.with_suffix(f".{ending}")
    options: Any = {"sheet_id": 0, "has_header": False, "raise_if_empty": False}
    options |= {"drop_empty_rows": False, "drop_empty_cols": False}
    if ending == "ods":
        frames: Any = polars.read_ods(path, **options)
    else:
        frames = polars.read_excel(path, engine="calamine", **options)
    assert list(frames) == [sheet.name for sheet in book.sheets]
    expected = numbers_of(book)["Training"]
    rows = frames["Training"].rows()
    skipped = max(row for row, _ in expected) - len(rows)
    for (row, column), value in expected.items():
        assert float(rows[row - skipped - 1][column - 1]) == pytest.approx(
            value, rel=1e-8, abs=1e-8
        )


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_sheetjs(lesson: tuple[Book, Path], ending: str, node: Callable[..., Found]) -> None:
    book, path = lesson
    assert_found(book, node("sheetjs", path.with_suffix(f".{ending}")))


def test_exceljs_reads_and_what_it_saves_is_proved(
    lesson: tuple[Book, Path], node: Callable[..., Found], tmp_path: Path
) -> None:
    book, path = lesson
    saved = tmp_path / "saved.xlsx"
    assert_found(book, node("exceljs", path.with_suffix(".xlsx"), saved))
    result = verify(saved)
    assert result.ok, findings(result)
    # It keeps no charts, which is said and is nothing wrong.
    assert not result.problems
    assert any("charts are gone" in note for note in result.notes)


def test_hyperformula_computes_the_same(
    lesson: tuple[Book, Path], node: Callable[..., Found]
) -> None:
    book, path = lesson
    assert_found(book, node("hyperformula", path.with_suffix(".xlsx")), 1e-9)
