"""Tables whose heads compute with each other: y, ŷ, −y/ŷ, ŷ − y.

Where a head is an expression of other heads of its table, each number under it is that of its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from sheetnet.expressions.array_names import Names
from sheetnet.expressions.array_tokens import NAME
from sheetnet.expressions.arrays import readings
from sheetnet.expressions.measured import UndecidedError
from sheetnet.expressions.reading import Function, UnreadableError
from sheetnet.expressions.rich import Rich
from sheetnet.proof.comparison import Comparison, shown
from sheetnet.proof.readings import Decoder, number_at, written
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Matrix, Sheet, Spill

#: Heads that compute something: not derivatives, words or signs alone.
WORD = re.compile(r"[^\W\d_]{3,}(?!\()")
DERIVED = re.compile(rf"[∂Δ]|d{NAME}/d")
#: What stands under other heads: titles of matrices are proved in `titles`.
OTHER = (Rich, str, Matrix, Spill, type(None))
#: So many rows of a table are computed.
ROWS = 12
#: Numbers may differ by so much of the largest in their row, which differences are taken of.
NEAR = 1e-9


def check_columns(book: Book, decoder: Decoder) -> Comparison:
    """Each head of a table that computes with other heads."""
    check = Comparison("heads that compute")
    for sheet in book.sheets:
        if sheet.running:
            continue  # its heads are elements and indices
        for row, heads in _tables(sheet):
            names: dict[str, int] = {}
            for column, line in heads.items():
                name = line.partition(" = ")[0]
                if re.fullmatch(NAME, name):
                    names.setdefault(name, column)
            for column, line in heads.items():
                if other := _stranger(line, names):
                    check.add(sheet.name, row, column, f"no column of its table is {other}")
                used = set(re.findall(NAME, line)) & names.keys()
                if re.fullmatch(NAME, line) or not used or DERIVED.search(line):
                    continue
                check.cells += 1
                if what := _wrong(book, sheet, row, names, (column, line), decoder.functions):
                    check.add(sheet.name, row, column, what)
    return check


def _stranger(line: str, names: Mapping[str, int]) -> str:
    """What a derivative is of or by, where others of its letter head columns and it does not."""
    if not DERIVED.match(line):
        return ""
    for name in re.findall(NAME, line.lstrip("d∂")):
        if name not in names and any(other[0] == name[0] for other in names):
            return str(name)
    return ""


def _tables(sheet: Sheet) -> Iterator[tuple[int, dict[int, str]]]:
    """Rows of heads with numbers under them: columns and what is written there."""
    rows: dict[int, dict[int, str]] = {}
    for (row, column), cell in sheet.cells.items():
        if isinstance(cell.content, Rich | str):
            line = written(sheet, (row, column))
            below = sheet.cells.get((row + 1, column))
            has_numbers = below is not None and not isinstance(below.content, OTHER)
            if line and has_numbers and not WORD.search(line):
                rows.setdefault(row, {})[column] = line
    yield from ((row, heads) for row, heads in rows.items() if len(heads) > 1)


def _wrong(
    book: Book,
    sheet: Sheet,
    row: int,
    names: Mapping[str, int],
    head: tuple[int, str],
    functions: Mapping[str, Function],
) -> str:
    """What is wrong with a head, in words."""
    column, line = head
    used = set(re.findall(NAME, line)) & names.keys()
    for at in range(row + 1, row + 1 + ROWS):
        numbers = {name: number_at(book, sheet, (at, place)) for name, place in names.items()}
        value = number_at(book, sheet, (at, column))
        if value is None or any(numbers[name] is None for name in used):
            return ""
        held = {name: number for name, number in numbers.items() if number is not None}
        largest = max([1.0, *map(abs, held.values())])
        # Vectors of one number, so that all signs fit.
        vectors = {name: np.array([number]) for name, number in held.items()}
        try:
            [sides] = list(readings(line, Names(vectors, functions), ""))[:1]
        except UndecidedError:
            return ""
        except UnreadableError as error:
            return f"its head: {error}"
        for side in sides:
            found = float(side.values.flat[0])
            if np.isfinite(found) and abs(found - value) > NEAR * max(largest, abs(value)):
                return f"its head computes {shown(found)}, under it stands {shown(value)}"
    return ""
