"""Whether a file holds all that the model has: nothing missing, nothing dead, no other text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from sheetnet.expressions.formula import Expression
from sheetnet.expressions.rich import Rich
from sheetnet.files.stored import StoredBook, StoredCell
from sheetnet.proof.comparison import Comparison, Finding, plain, shown
from sheetnet.sheets import index
from sheetnet.workbook.book import Book
from sheetnet.workbook.knobs import Array, Knob, cells
from sheetnet.workbook.model import Matrix, Sheet, Spill

NOTHING = StoredCell(None, None)
#: LibreOffice saves 15 digits.
SAVED = 1e-14


def compare_contents(book: Book, stored: StoredBook) -> Comparison:
    """Every cell of the model against the file: a formula must be one, all else the same."""
    check = Comparison("complete")
    for sheet in book.sheets:
        cells = stored.sheets.get(sheet.name)
        if cells is None:
            check.findings.append(Finding(sheet.name, "A1", "the sheet is missing"))
            continue
        for row, column, content in _contents(book, sheet):
            if sheet.name == index.NAME and _is_version(sheet, row):
                continue  # another version may have built it, in the same format
            check.cells += 1
            there = cells.get((row, column), NOTHING)
            what = _wrong(content, there)
            if what:
                check.add(sheet.name, row, column, what)
    return check


def compare_originals(book: Book, knobs: Sequence[Knob]) -> Comparison:
    """The lesson's own values, which stand beside the input cells in grey."""
    check = Comparison("the lesson's own values")
    by_place = {knob.place: knob for knob in knobs}
    for block in book.originals:
        knob = by_place.get((block.quantity, block.layer))
        if knob is None:
            continue
        for (sheet, row, column), own in cells(block, knob.value):
            check.cells += 1
            held = book.value(book[sheet], row, column)
            if held != own:
                check.add(sheet, row, column, f"is {shown(held)}, the lesson says {shown(own)}")
    apart = {(block.quantity, block.layer) for block in book.originals}
    told = {place: knob for place, knob in by_place.items() if place not in apart}
    for (sheet, row), parts in _rows(book, told).items():
        check.cells += 1
        if what := _wrong_row(book[sheet], row, parts):
            check.add(sheet, row, parts[-1][0] + 1, what)
    return check


def _rows(
    book: Book, knobs: Mapping[tuple[str, int | None], Knob]
) -> dict[tuple[str, int], list[tuple[int, Array]]]:
    """The rows of tables of input cells: the last column of each part, and the lesson's own values
    of it, from left to right."""
    found: dict[tuple[str, int], list[tuple[int, Array]]] = {}
    for block in book.blocks:
        knob = knobs.get((block.quantity, block.layer))
        if knob is not None and not block.live and block.rows:
            values = np.reshape(knob.value, (block.height, block.width))
            for row, line in enumerate(values, block.top):
                found.setdefault((block.sheet, row), []).append((block.right, line))
    return {place: sorted(parts, key=lambda part: part[0]) for place, parts in found.items()}


def _wrong_row(sheet: Sheet, row: int, parts: list[tuple[int, Array]]) -> str:
    """What is wrong with the text behind a row of input cells: the lesson's own values."""
    cell = sheet.cells.get((row, parts[-1][0] + 1))
    text = cell.content if cell and isinstance(cell.content, str) else ""
    if not text:
        return ""  # a table whose cells are all drawn, as the order of the examples
    said = [number.replace("−", "-") for number in re.split(r"[ |]+", text) if number]
    own = np.concatenate([line for _, line in parts]).tolist()
    with suppress(ValueError):
        if [float(number) for number in said] == [float(f"{number:.12g}") for number in own]:
            return ""
    return f"says {text!r}, the lesson {' '.join(shown(number) for number in own)}"


def _contents(book: Book, sheet: Sheet) -> Iterator[tuple[int, int, Any]]:
    """Every cell that holds something."""
    for (row, column), cell in sheet.cells.items():
        if cell.content is not None:
            yield row, column, cell.content
    for band in sheet.bands:
        values = book.band_values(band)
        for number, row in enumerate(band.rows):
            for column, cell in enumerate(band.cells):
                content = cell.content
                if isinstance(content, float):
                    content = float(values[number, column])
                yield row, band.left + column, content


def _wrong(content: Any, there: StoredCell) -> str:
    """What is wrong with a cell, or an empty text."""
    if isinstance(content, Expression | Matrix | Spill):
        if there.formula is None:
            return f"should be a formula, holds {shown(there.value)}"
        return ""
    expected = content.text if isinstance(content, Rich) else content
    if there.formula is not None:
        return f"should be {shown(expected)}, holds a formula"
    if isinstance(expected, str):
        if plain(there.value) == plain(expected):
            return ""
    elif isinstance(there.value, float | int) and not isinstance(there.value, bool):
        near = abs(there.value - expected) <= SAVED * abs(expected)
        return "" if near else f"is {shown(there.value)}, should be {shown(expected)}"
    return f"is {shown(there.value)}, should be {shown(expected)}"


def _is_version(sheet: Sheet, row: int) -> bool:
    """Whether this row of the index says which version built the workbook."""
    cell = sheet.cells.get((row, 1))
    return cell is not None and cell.content == index.VERSION
