"""Helpers for tests on finished workbooks: editing their cells, comparing them with NumPy."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lxml import etree

from sheetnet.building import make_book
from sheetnet.expressions.dialects import parse_address, parse_area
from sheetnet.expressions.evaluation import evaluate
from sheetnet.expressions.formula import Expression
from sheetnet.files.formats import read, read_facts, write
from sheetnet.lessons.subjects import load, subject
from sheetnet.network.engine import Trace
from sheetnet.network.knobs import knobs
from sheetnet.network.lesson import Lesson
from sheetnet.network.slides import OfSheets
from sheetnet.proof.alive import candidates
from sheetnet.proof.comparison import Comparison
from sheetnet.proof.complete import compare_originals
from sheetnet.proof.design import check_design
from sheetnet.proof.furniture import Furniture, compare_furniture
from sheetnet.proof.readings import check_readings
from sheetnet.proof.verification import READ_BACK, Verification
from sheetnet.recalc import Values
from sheetnet.workbook.book import Book
from sheetnet.workbook.knobs import Settings

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
Change = Callable[[etree._Element], None]


#: Lessons that differ in what formats and programs may stumble over: one example, logarithms, a
#: batch. What is proved of each lesson by itself goes through all that ship.
FEW = ("mazur", "bhadani-1-2-3-1", "batch-of-four")


def sheet_part(package: zipfile.ZipFile, sheet: str) -> str:
    """The part of an .xlsx that holds a sheet."""
    book = etree.fromstring(package.read("xl/workbook.xml"))
    relations = etree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
    targets = {r.get("Id"): r.get("Target") for r in relations}
    [found] = [e for e in book.iter(MAIN + "sheet") if e.get("name") == sheet]
    target = targets[found.get(RELATION)]
    assert target
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def edited(path: Path, target: Path, sheet: str, cell: str, change: Change) -> Path:
    """A copy of an .xlsx in which one cell's element went through `change`."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        part = sheet_part(old, sheet)
        for name in old.namelist():
            content = old.read(name)
            if name == part:
                root = etree.fromstring(content)
                [found] = [c for c in root.iter(MAIN + "c") if c.get("r") == cell]
                change(found)
                content = etree.tostring(root)
            new.writestr(name, content)
    return target


def formula_of(path: Path, sheet: str, cell: str) -> str:
    """A cell's formula."""
    with zipfile.ZipFile(path) as package:
        root = etree.fromstring(package.read(sheet_part(package, sheet)))
    [found] = [c for c in root.iter(MAIN + "c") if c.get("r") == cell]
    return found.findtext(MAIN + "f") or ""


def drop_formula(cell: etree._Element) -> None:
    """Leave the value of a formula alone."""
    formula = cell.find(MAIN + "f")
    assert formula is not None
    cell.remove(formula)


def set_formula(text: str) -> Change:
    def change(cell: etree._Element) -> None:
        formula = cell.find(MAIN + "f")
        assert formula is not None
        formula.text = text

    return change


def set_value(text: str) -> Change:
    def change(cell: etree._Element) -> None:
        value = cell.find(MAIN + "v")
        assert value is not None
        value.text = text

    return change


def set_text(text: str) -> Change:
    def change(cell: etree._Element) -> None:
        found = next(cell.iter(MAIN + "t"))
        found.text = text

    return change


def remove(cell: etree._Element) -> None:
    parent = cell.getparent()
    assert parent is not None
    parent.remove(cell)


AXES = {"loss": ("sample",), "cost": ()}
AXES |= dict.fromkeys(("z", "activation", "delta"), ("sample", "unit"))


def run_arrays(trace: Trace) -> Iterator[tuple[str, int | None, tuple[str, ...], Any]]:
    """Every quantity of a run: name, layer, its axes in order, the array."""
    for (name, layer), array in trace.items():
        parameter = ("unit", "source") if name.startswith("weight") else ("unit",)
        axes = ("step", *AXES.get(name, parameter))
        yield name, layer, axes[: array.ndim], array  # a shared bias is one number


def block_array(block: dict[str, Any], values: Values, axes: tuple[str, ...]) -> Any:
    """What a block of the index holds in a recalculated workbook, its axes in that order."""
    area = values.area(block["sheet"], *parse_area(block["range"]))
    array = np.array(area, dtype=np.float64)
    own = [*block["rows"], *block["columns"]]
    shaped = array.reshape([block["lengths"][axis] for axis in own])
    return shaped.transpose([own.index(axis) for axis in axes])


def assert_follows(blocks: list[dict[str, Any]], values: Values, trace: Trace) -> None:
    """Every quantity of the run equals NumPy's, found by the index alone."""
    for quantity, layer, axes, array in run_arrays(trace):
        [block] = [
            b
            for b in blocks
            if (b["quantity"], b["layer"]) == (quantity, layer)
            and "step" in b["rows"] + b["columns"]
            and "at" not in b
        ]
        found = block_array(block, values, axes)
        np.testing.assert_allclose(
            found, array, rtol=1e-9, atol=1e-12, err_msg=f"{quantity} {layer}"
        )


def book_with(lesson: Lesson, settings: Settings) -> Book:
    """The model of a lesson's workbook with other numbers in its input cells."""
    kind = subject(lesson.kind)
    return kind.book(lesson, kind.numbers(lesson, settings))


def nudged(lesson: Lesson) -> Settings:
    """All inputs of a lesson moved, a little where its run stays steady, farther if not."""
    return next(_steady(lesson))


def _steady(lesson: Lesson) -> Iterator[Settings]:
    """All inputs moved, farther and farther, where the run stays steady.

    Of runs that are not, two processors need not agree on the numbers.
    """
    kind = subject(lesson.kind)
    for moved in candidates(kind.knobs(lesson), lesson.settings, 20):
        if kind.steady(kind.numbers(lesson, moved)):
            yield moved


def in_both_formats(lesson: str, folder: Path) -> tuple[Book, Path]:
    """A lesson's model, and the folder of its workbook as book.xlsx and book.ods."""
    book = make_book(load(lesson)[1])
    for ending in ("xlsx", "ods"):
        write(book, folder / f"book.{ending}")
    return book, folder


def furniture(book: Book, path: Path) -> Furniture:
    """What a file says besides its cells, compared with the model."""
    stored = read(path)
    return compare_furniture(book, stored, read_facts(path, stored))


def findings(result: Verification) -> list[str]:
    """What a verification found, the first cells of each check."""
    cells = [str(found) for check in result.checks for found in check.findings[:3]]
    return [*result.problems, *cells]


def cell_of(block: dict[str, Any], row: int = 0, column: int = 0) -> tuple[str, int, int]:
    """A cell of a block, counted from its corner."""
    top, left = parse_address(block["range"].split(":")[0])
    return block["sheet"], top + row, left + column


def assert_cells_agree(book: Book, name: str) -> None:
    """A sheet's formulas, evaluated, give what its claims say; of bands the first row."""
    sheet = book[name]
    claims = book.claims(sheet)
    said = [
        (cell.content, claims[position])
        for position, cell in sheet.cells.items()
        if position in claims
    ]
    for band in sheet.bands:
        said += zip([cell.content for cell in band.cells], book.band_values(band)[0], strict=True)
    for content, number in said:
        if isinstance(content, Expression):
            if not isinstance(number, str):
                number = pytest.approx(number, rel=1e-9, abs=1e-12)
            assert evaluate(content, book) == number


def misread(lesson: Lesson, *, least: int = 0) -> list[str]:
    """What is found wrong in a workbook without its file, as built and with other numbers, where
    there are some that keep it steady; both have more than so many lines of mathematics."""
    found: list[Comparison] = []
    as_built = book_with(lesson, lesson.settings).unquoted()
    moved = (book_with(lesson, moved).unquoted() for moved in islice(_steady(lesson), 1))
    for book in (as_built, *moved):
        known = OfSheets(book.numbers)
        lines = check_readings(book, known)
        assert lines.cells > least
        found += [lines, *(check(book, known) for check in READ_BACK)]
    found.append(check_design(as_built, OfSheets(as_built.numbers)))
    found.append(compare_originals(as_built, list(knobs(lesson))))
    return [str(finding) for check in found for finding in check.findings[:5]]
