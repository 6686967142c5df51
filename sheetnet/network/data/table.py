"""A file of comma-separated values as a table of texts, and where each of them stands."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from sheetnet.errors import quoted
from sheetnet.lessons.bounds import MOST_VALUES
from sheetnet.lessons.files import ILLEGAL

MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 100_000, 16_384, 1_000
LONGEST_NAME = 100
#: The first of them where they do equally well: a comma between semicolons is a decimal one.
DELIMITERS = "\t;,"
#: Rows by which the delimiter is found out, and rows by which a header is.
LOOKED_AT, JUDGED_BY = 20, 1_000

#: A number as it is read here: Python's own would take 1_000, ١ and infinity too.
NUMBER = re.compile(r"[+-]?(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?")
#: Numbers as others write them: with decimal commas or marks between thousands.
OTHER_NUMBER = re.compile(
    r"[+-]?(?=[^0-9]*+[0-9])[0-9.,' \u00a0\u202f\u2019]++(?:[eE][+-]?[0-9]++)?"
)
DECIMAL_COMMA = re.compile(r"[+-]?[0-9]++,[0-9]++")
NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """Rows of as many cells each; `names` are the header's (empty where there is none).

    `first` is the row of the file, counted from 1 as spreadsheets do, that `rows[0]` is.
    """

    file: str
    names: tuple[str, ...]
    rows: list[list[str]]
    first: int

    @property
    def width(self) -> int:
        return len(self.rows[0])

    def column(self, column: int) -> str:
        """A column as errors call it."""
        name = f" ({quoted(self.names[column])})" if self.names else ""
        return f"column {column + 1}{name}"

    def place(self, row: int, column: int) -> str:
        """A cell as errors call it."""
        return f"{self.file}: row {self.first + row}, {self.column(column)}"


def read_table(content: bytes, file: str, header: bool | None) -> Table:
    """The table that a file holds. Raises `ValueError` with file, row, column and remedy.

    Cells are parted by commas, semicolons or tabs; spaces around them do not count. Where
    `header` is None, row 1 is one if it has texts where the rows below have numbers.
    """
    file = quoted(file, marks=False)
    text = _decoded(content, file)
    rows = _rows(text, file)
    while rows and not any(rows[-1]):
        rows.pop()
    if not rows:
        raise ValueError(f"{file}: is empty: write a row for each example")
    for number, row in enumerate(rows, 1):
        _check_row(row, len(rows[0]), number, file)
    if header is None:
        header = _has_header(rows, file)
    names = tuple(rows[0]) if header else ()
    _check_names(names, file)
    if header and len(rows) == 1:
        raise ValueError(f"{file}: holds only a header: write a row for each example")
    return Table(file, names, rows[header:], 1 + header)


def _decoded(content: bytes, file: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        at = error.start - content.rfind(b"\n", 0, error.start)
        raise ValueError(
            f"{file}: row {row}: byte {at} of it is no UTF-8: save the file with the encoding UTF-8"
        ) from None
    if found := ILLEGAL.search(text):
        row = text.count("\n", 0, found.start()) + 1
        raise ValueError(
            f"{file}: row {row}: holds the character U+{ord(found[0]):04X}, which no workbook can "
            "hold: save the file as plain text with the encoding UTF-8"
        )
    return text


def _cells(text: str, delimiter: str) -> Iterator[list[str]]:
    lines = io.StringIO(text, newline="")
    return csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)


def _delimiter(text: str) -> str:
    """What parts the first rows into equally many cells, more of them numbers than another would.

    Where nothing does, what parts the first row into the most: its rows are then refused.
    """
    beginning = text[: LOOKED_AT * MOST_COLUMNS]
    looked = {delimiter: _looked_at(beginning, delimiter) for delimiter in DELIMITERS}
    even = [
        delimiter
        for delimiter, rows in looked.items()
        if rows and len(rows[0]) > 1 and len(set(map(len, rows))) == 1
    ]
    if even:
        return max(even, key=lambda delimiter: _share_of_numbers(looked[delimiter]))
    return max(reversed(looked), key=lambda delimiter: len((looked[delimiter] or [[]])[0]))


def _looked_at(text: str, delimiter: str) -> list[list[str]]:
    """The first rows, without empty ones; up to one that cannot be read, which is told later."""
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows += (row for row in islice(_cells(text, delimiter), LOOKED_AT) if row)
    return rows


def _share_of_numbers(rows: list[list[str]]) -> float:
    cells = [cell.strip() for row in rows for cell in row]
    forms = (NUMBER, DECIMAL_COMMA)
    return sum(any(form.fullmatch(cell) for form in forms) for cell in cells) / len(cells)


def _rows(text: str, file: str) -> list[list[str]]:
    delimiter = _delimiter(text)
    rows: list[list[str]] = []
    cells, reader = 0, _cells(text, delimiter)
    while True:
        where = f"{file}: row {len(rows) + 1}"
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise ValueError(f"{where}: {_mended(str(error))}") from None
        if row is None:
            return rows
        cells += len(row)
        if len(row) > MOST_COLUMNS:
            raise ValueError(
                f"{where}: has {len(row):,} cells, a row of a sheet {MOST_COLUMNS:,}: take fewer"
            )
        if len(rows) > MOST_ROWS or cells > MOST_VALUES:
            raise ValueError(
                f"{file}: has more than {MOST_ROWS:,} rows or {MOST_VALUES:,} cells: take fewer "
                "examples"
            )
        rows.append([cell.strip() for cell in row])


def _mended(said: str) -> str:
    """What the reader says, with the remedy."""
    if "unexpected end" in said:
        return "opens a quotation mark that is never closed: close it"
    if "larger than" in said:
        return (
            f"has a cell of more than {LONGEST_CELL:,} characters: is a quotation mark not closed?"
        )
    return "has a text behind a closing quotation mark: write a mark within a cell twice"


def _check_row(row: list[str], width: int, number: int, file: str) -> None:
    where = f"{file}: row {number}"
    if not row:
        raise ValueError(f"{where}: is empty: take it out")
    if len(row) != width:
        raise ValueError(
            f"{where}: has {len(row)} cell{'s' * (len(row) != 1)}, and row 1 has {width}: write as "
            "many in each row (with points in numbers, not commas: 1.5)"
        )
    for column, cell in enumerate(row, 1):
        if len(cell) > LONGEST_CELL:
            raise ValueError(
                f"{where}, column {column}: has {len(cell):,} characters: write at most "
                f"{LONGEST_CELL:,} (is a quotation mark not closed?)"
            )
        if "\n" in cell or "\r" in cell:
            raise ValueError(
                f"{where}, column {column}: holds a line break: write it in one line (is a "
                "quotation mark not closed?)"
            )


def like_number(cell: str) -> bool:
    """Whether a number is meant, or that it is missing."""
    return not cell or any(form.fullmatch(cell) for form in (NUMBER, OTHER_NUMBER, NOT_FINITE))


def mostly_numbers(cells: list[str]) -> bool:
    """Whether a column is one of numbers, be there slips among them."""
    return any(cells) and 2 * sum(map(like_number, cells)) > len(cells)


def _column(rows: list[list[str]], column: int) -> list[str]:
    return [row[column] for row in rows]


def _has_header(rows: list[list[str]], file: str) -> bool:
    """Whether row 1 names columns of numbers. An example must not be taken for a header."""
    first, below = rows[0], rows[1 : 1 + JUDGED_BY]
    if not below:
        return not any(map(like_number, first))
    numeric = [j for j, cell in enumerate(first) if cell and mostly_numbers(_column(below, j))]
    texts = [j for j in numeric if not like_number(first[j])]
    if texts and len(texts) < len(numeric):
        column = min(set(numeric) - set(texts)) + 1
        raise ValueError(
            f"{file}: row 1, column {texts[0] + 1}: {quoted(first[texts[0]])} is no number, and in "
            f"column {column} there is one: write data.header = true where row 1 is the header, "
            "otherwise mend the number"
        )
    return bool(texts)


def _check_names(names: tuple[str, ...], file: str) -> None:
    twice = Counter(names)
    for column, name in enumerate(names, 1):
        where = f"{file}: row 1, column {column}"
        if not name:
            raise ValueError(f"{where}: has no name: write one, or take the column out")
        if len(name) > LONGEST_NAME:
            raise ValueError(
                f"{where}: has {len(name)} characters: write a name of at most {LONGEST_NAME}"
            )
        if twice[name] > 1:
            raise ValueError(
                f"{where}: {quoted(name)} is the name of {twice[name]} columns: give each its own"
            )
