"""Read the cells of an OpenDocument spreadsheet, as a stream, whoever wrote it.

Formulas stay what they are, OpenFormula text without its `of:=`; one in another language
keeps the prefix that says so (`msoxl:=A1+1`). `sheetnet.expressions.openformula` translates both.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection
from datetime import datetime
from itertools import product
from math import isfinite
from sys import intern
from typing import NamedTuple, Self

from sheetnet.errors import SheetnetError, quoted
from sheetnet.expressions.dialects import LAST_COLUMN, LAST_ROW, address
from sheetnet.files.ods.parts import CALCEXT, CONTENT, OFFICE, TABLE, XLINK, Content, number
from sheetnet.files.ods.parts import TEXT as TEXT_SPACE
from sheetnet.files.ods.printed import contradicts
from sheetnet.files.ods.said import Said
from sheetnet.files.ods.spans import Spans
from sheetnet.files.package import Attributes, Package
from sheetnet.files.stored import (
    CellError,
    Corners,
    Look,
    NamedText,
    StoredBook,
    StoredCell,
    Value,
)
from sheetnet.files.xlsx.parts import MOST_LISTED
from sheetnet.files.xlsx.read import BOOLS, MOST_SPREAD, Budget
from sheetnet.files.xlsx.texts import LONGEST_TEXT, too_long

VISIBLE, SHOWN = f"{TABLE}visibility", "visible"
FORMULA, DEFAULT_STYLE = f"{TABLE}formula", f"{TABLE}default-cell-style-name"
COLUMNS, ROWS = f"{TABLE}number-columns-repeated", f"{TABLE}number-rows-repeated"
TYPE, NUMBER, TEXT = (f"{OFFICE}{name}" for name in ("value-type", "value", "string-value"))
NUMBERS = ("float", "percentage", "currency")
TIME = re.compile(r"(-?)PT([0-9]{1,9})H([0-9]{1,2})M([0-9]{1,2}(?:\.[0-9]{0,15})?)S")
#: Day 0, unless the file names another one.
DAY_0 = "1899-12-30"


class Spreadsheet(NamedTuple):
    """All that it takes to recompute the file: `arrays` are what array formulas fill, by sheet."""

    book: StoredBook
    arrays: dict[str, list[Corners]]
    names: list[NamedText]


def read_book(package: Package, only: Collection[str] | None) -> StoredBook:
    """The workbook's cells; sheets that are not in `only` stay empty. Raises `SheetnetError`."""
    return read_spreadsheet(package, only).book


def read_spreadsheet(package: Package, only: Collection[str] | None = None) -> Spreadsheet:
    """The cells, array formulas and defined names. Raises `SheetnetError`."""
    found = Tables(package, only).parsed()
    book = StoredBook(
        found.sheets, found.arrays, looks=found.looks, names=found.names, open_formula=True
    )
    return Spreadsheet(book, found.arrays, found.names)


class Tables(Content):
    """The sheets; those that are not `wanted` are named, and skipped."""

    def __init__(self, package: Package, wanted: Collection[str] | None) -> None:
        super().__init__(package)
        self.wanted = wanted
        self.sheets: dict[str, dict[tuple[int, int], StoredCell]] = {}
        self.arrays: dict[str, list[Corners]] = {}
        self.looks: dict[str, Look] = {}
        self.names: list[NamedText] = []
        self.day_0 = DAY_0
        self.budget = Budget.of(package)
        self.characters = 0
        # Where we are: the sheet, None outside of one, and the row, with what it holds.
        self.sheet: str | None = None
        self.row, self.rows, self.column = 1, 1, 1
        self.held: list[tuple[int, StoredCell, str]] = []
        #: The styles of cells that name none: the row's, and each column's up to the one named.
        self.row_style = ""
        self.column_styles: list[tuple[int, str]] = []
        # The cell being read.
        self.attributes: Attributes = {}
        self.lines: list[str] = []
        #: The lines of the cell's note, while it is read.
        self.note: list[str] | None = None
        self.spans = Spans(self.pieces)
        self.said = Said(self._look)

    def parsed(self) -> Self:
        """Read the content. Raises `SheetnetError`."""
        if "META-INF/manifest.xml" in self.package and any(
            b"encryption-data" in chunk for chunk in self.package.stream("META-INF/manifest.xml")
        ):
            raise self.package.error("it is encrypted", "save it without a password")
        self.package.parse(CONTENT, self)
        if not self.sheets:
            raise self.package.error("it is an OpenDocument file without a sheet", "name another")
        return self

    def enter(self, element: str, attributes: Attributes) -> bool:
        match element:
            case "p":
                self.pieces.clear()
                self.spans.begin_line(0 if self.note is not None else len(self.lines))
            case "span":
                self.spans.begin(attributes.get(f"{TEXT_SPACE}style-name", ""))
            case "annotation":
                self.note = []
            case "s" | "tab" | "line-break":
                self.named(element, attributes)
            case "table-cell" | "covered-table-cell":
                self.pieces.clear()
                self.lines.clear()
                self.spans.clear()
                self.attributes = attributes
            case "table-row":
                self.rows = self._count(attributes, ROWS)
                self.row_style = attributes.get(DEFAULT_STYLE, "")
                self.column, self.characters = 1, 0
                self.held.clear()
                if attributes.get(VISIBLE, SHOWN) != SHOWN:
                    self._hide(self._look().hidden_rows, self.row, self.rows)
            case "table":
                return self._table(attributes)
            case "table-column":
                self._columns(attributes)
            case "object":
                self._look().drawings.append(attributes.get(f"{XLINK}href", ""))
            case "named-range" | "named-expression":
                self._name(attributes)
            case "null-date":
                self.day_0 = attributes.get(f"{TABLE}date-value", DAY_0)
            case "a" if self.note is None:
                self.said.link((self.row, self.column), attributes)
            case _:
                self.said.enter(element, attributes)
        return True

    def leave(self, element: str) -> None:
        match element:
            case "p":
                if self.note is None:
                    self.spans.end_line()
                    self.lines.append("".join(self.pieces))
                else:
                    self.note.append("".join(self.pieces))
            case "span":
                self.spans.end()
            case "annotation":
                self._keep_note()
            case "table-cell" | "covered-table-cell":
                self._cell(self.attributes)
            case "table-row":
                self._place()
            case "color-scale":
                self.said.end_scale()
            case "table":
                self._fill()
                self.sheet = None

    def _table(self, attributes: Attributes) -> bool:
        name = attributes.get(f"{TABLE}name", "")
        if name in self.sheets:
            raise self.package.error(f"it has two sheets named {quoted(name)}")
        if len(self.sheets) == MOST_LISTED:
            raise self.package.error(f"it has more than {MOST_LISTED:,} sheets")
        self.sheets[name], self.arrays[name] = {}, []
        if self.wanted is not None and name not in self.wanted:
            return False
        self.sheet, self.row = name, 1
        self.looks[name] = Look(
            protected=attributes.get(f"{TABLE}protected") == "true",
            style=attributes.get(f"{TABLE}style-name", ""),
        )
        self.column_styles.clear()
        return True

    def _look(self) -> Look:
        assert self.sheet is not None
        look = self.looks[self.sheet]
        if len(look.drawings) + len(look.limits) > MOST_LISTED:
            raise self._wrong(f"there are more than {MOST_LISTED:,} pictures and validations")
        return look

    def _columns(self, attributes: Attributes) -> None:
        """Columns of one look; those beyond the last that a sheet can have do not count."""
        last = self.column_styles[-1][0] if self.column_styles else 0
        if last < LAST_COLUMN:
            style, count = attributes.get(DEFAULT_STYLE, ""), self._count(attributes, COLUMNS)
            self.column_styles.append((last + count, style))
            if attributes.get(VISIBLE, SHOWN) != SHOWN:
                self._hide(self._look().hidden_columns, last + 1, count)

    def _hide(self, hidden: list[tuple[int, int]], first: int, count: int) -> None:
        """Rows or columns that are not shown, as far as it is not too many of them."""
        if len(hidden) < MOST_LISTED:
            hidden.append((first, first + count - 1))

    def _keep_note(self) -> None:
        """The note of the cell that is being read."""
        look = self._look()
        if self.note is not None and len(look.notes) < MOST_LISTED:
            text = "\n".join(self.note)
            if len(text) > LONGEST_TEXT:
                raise too_long(self.package)
            look.notes[self.row, self.column] = text
        self.note = None

    def _style(self, attributes: Attributes, column: int) -> str:
        """The name of a cell's style."""
        style = attributes.get(f"{TABLE}style-name") or self.row_style
        if not style:
            found = bisect_left(self.column_styles, (column, ""))
            style = self.column_styles[found][1] if found < len(self.column_styles) else ""
        return intern(style)

    def _name(self, attributes: Attributes) -> None:
        if len(self.names) == MOST_LISTED:
            raise self.package.error(f"it has more than {MOST_LISTED:,} names")
        for place in ("cell-range-address", "expression"):
            if text := attributes.get(f"{TABLE}{place}"):
                if len(text) > LONGEST_TEXT:
                    raise too_long(self.package)
                self.names.append(NamedText(attributes.get(f"{TABLE}name", ""), self.sheet, text))

    def _cell(self, attributes: Attributes) -> None:
        """The cell, and those right of it that it stands for as well."""
        column = self.column
        count = self._count(attributes, COLUMNS) if COLUMNS in attributes else 1
        formula = attributes.get(FORMULA)
        value = self._value(attributes)
        self.column = column + count
        if value is not None or formula is not None:
            if self.column > LAST_COLUMN + 1 or self.row > LAST_ROW:
                raise self._wrong(f"{self._where(column)} lies outside of every sheet")
            if formula is not None and formula.startswith("of:="):
                formula = formula[4:]
            cell = StoredCell(value, formula)
            if isinstance(value, float) and len(self.lines) == 1:
                self._compare(column, value, self.lines[0])
            style = self._style(attributes, column)
            self.held += [(column + i, cell, style) for i in range(count)]
            if looks := self.spans.taken():
                self._look().runs[self.row, column] = looks
            length = len(formula or "") + (len(value) if isinstance(value, str) else 0)
            if length > LONGEST_TEXT:
                raise too_long(self.package)
            self.characters += count * length
        if name := attributes.get(f"{TABLE}content-validation-name"):
            bottom, right = self.row + self.rows - 1, column + count - 1
            self.said.limit((self.row, column, bottom, right), name)
        if f"{TABLE}number-columns-spanned" in attributes:
            self._look().merged.append(self._area(attributes, "", column, count))
        if f"{TABLE}number-matrix-columns-spanned" in attributes and formula is not None:
            area = self._area(attributes, "matrix-", column, count)
            assert self.sheet is not None
            self.arrays[self.sheet].append(area)

    def _compare(self, column: int, value: float, printed: str) -> None:
        """Keep what the cell shows where it is another number than the cell's."""
        if contradicts(printed, value):
            self._look().misprinted[self.row, column] = printed

    def _place(self) -> None:
        """Put the row where it stands, as often as it does."""
        if self.held:
            if self.row + self.rows - 1 > LAST_ROW:
                raise self._wrong(f"row {self.row + self.rows - 1} lies outside of every sheet")
            self.budget.take(len(self.held) * self.rows, self.characters * self.rows)
            assert self.sheet is not None
            cells, styles = self.sheets[self.sheet], self.looks[self.sheet].styles
            for row in range(self.row, self.row + self.rows):
                for column, cell, style in self.held:
                    place = row, column
                    cells[place], styles[place] = cell, style
        self.row += self.rows

    def _fill(self) -> None:
        """Every cell of an array formula is a formula."""
        assert self.sheet is not None
        cells = self.sheets[self.sheet]
        for top, left, bottom, right in self.arrays[self.sheet]:
            for position in product(range(top, bottom + 1), range(left, right + 1)):
                cell = cells.get(position)
                if cell is None or cell.formula is None:
                    self.budget.take(cell is None, 0)
                    cells[position] = StoredCell(cell.value if cell else None, "")

    def _value(self, attributes: Attributes) -> Value:
        kind = attributes.get(TYPE)
        if kind == "string":
            if attributes.get(f"{CALCEXT}value-type") == "error":
                return CellError("\n".join(self.lines) or "#VALUE!")
            text = attributes.get(TEXT)
            return "\n".join(self.lines) if text is None else text
        if kind is None:
            return "\n".join(self.lines) if self.lines else None
        written = attributes.get(NUMBER if kind in NUMBERS else f"{OFFICE}{kind}-value")
        if written is None:
            return None
        try:
            if kind in NUMBERS:
                value = float(written)
                return value if isfinite(value) else CellError("#NUM!")
            if kind == "boolean":
                return BOOLS[written]
            return self._days(kind, written)
        except (ValueError, LookupError, OverflowError):
            reason = f"holds {quoted(written[:40])} as a value of type {quoted(kind[:40])}"
            raise self._wrong(f"{self._where(self.column)} {reason}") from None

    def _days(self, kind: str, written: str) -> float:
        """A date or a time as the number that it is to formulas."""
        if kind == "date":
            zero, then = datetime.fromisoformat(self.day_0), datetime.fromisoformat(written)
            return (then.replace(tzinfo=None) - zero.replace(tzinfo=None)).total_seconds() / 86_400
        if kind == "time" and (match := TIME.fullmatch(written)):
            sign, hours, minutes, seconds = match.groups()
            days = (int(hours) * 3600 + int(minutes) * 60 + float(seconds)) / 86_400
            return -days if sign else days
        raise ValueError

    def _count(self, attributes: Attributes, name: str) -> int:
        """How often a row or a cell stands there; once, unless it says so."""
        text = attributes.get(name, "1")
        count = number(text)
        if not count:
            raise self._wrong(f"in row {self.row}, {text[:40]!r} is no count")
        return count

    def _area(self, attributes: Attributes, what: str, column: int, count: int) -> Corners:
        """What a merged cell covers or an array formula fills."""
        height, width = (
            self._count(attributes, f"{TABLE}number-{what}{side}-spanned")
            for side in ("rows", "columns")
        )
        where = self._where(column)
        if not self.budget.take_area(height, width):
            raise self._wrong(
                f"an array formula or a merge at {where} fills {height} rows and {width} columns, "
                f"and all of them together more than {MOST_SPREAD:,} cells"
            )
        bottom, right = self.row + height - 1, column + width - 1
        if bottom > LAST_ROW or right > LAST_COLUMN:
            raise self._wrong(f"what {where} fills lies outside of every sheet")
        if what and (count > 1 or self.rows > 1):
            raise self._wrong(f"the array formula at {where} stands there twice")
        return self.row, column, bottom, right

    def _where(self, column: int) -> str:
        # A column can be of any number of digits here, and its letters of any length.
        return f"cell {address(self.row, min(column, LAST_COLUMN + 1))}"

    def _wrong(self, reason: str) -> SheetnetError:
        return self.package.error(f"in its sheet {quoted(self.sheet)}, {reason}")
