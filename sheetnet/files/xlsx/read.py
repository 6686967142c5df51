"""Read the cells of an .xlsx package, as a stream, whoever wrote it.

We write texts into the cells and each formula in full; LibreOffice, Gnumeric and Excel
keep texts in a list of shared strings, and Excel lets formulas share their text.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from itertools import product
from math import isfinite
from sys import intern
from typing import Self

from sheetnet.errors import SheetnetError
from sheetnet.expressions.dialects import LAST_COLUMN, LAST_ROW, address, parse_address, parse_area
from sheetnet.files.package import Attributes, Package
from sheetnet.files.stored import CellError, Corners, Look, StoredBook, StoredCell, Value
from sheetnet.files.xlsx.parts import MOST_LISTED, Part, unescape, workbook

#: Cells that a workbook may hold (each takes some 300 bytes), and shared strings.
MOST_CELLS = 10_000_000
#: Cells that all array formulas of a workbook may fill and all its merges join, together:
#: programs that recompute the workbook can hang on one that covers a whole sheet.
MOST_SPREAD = 1_000_000

#: Makes a named tuple in half the time that calling it takes.
_new = tuple.__new__

BOOLS = {"0": False, "1": True, "false": False, "true": True}


def read_book(package: Package, only: Collection[str] | None) -> StoredBook:
    """The workbook's cells; sheets that are not in `only`, and charts, stay empty.

    Raises `SheetnetError`.
    """
    parts = workbook(package)
    wanted = [name for name in parts.sheets if only is None or name in only]
    texts = _Strings(package, parts.strings).parsed().found if parts.strings and wanted else []
    sheets: dict[str, dict[tuple[int, int], StoredCell]] = {name: {} for name in parts.sheets}
    cells_left, spread_left = MOST_CELLS, MOST_SPREAD
    book = StoredBook(sheets)
    for name in wanted:
        kind, target = parts.sheets[name]
        if kind == "worksheet":
            sheet = _Sheet(package, target, name, texts, cells_left, spread_left).parsed()
            sheets[name] = sheet.cells
            book.arrays[name], book.shared[name] = sheet.arrays, sheet.shared
            book.looks[name] = sheet.look
            cells_left -= len(sheet.cells)
            spread_left = sheet.spread_left
    return book


class _Strings(Part):
    """The shared strings. Rich texts lose their looks; phonetic runs are skipped."""

    def __init__(self, package: Package, part: str) -> None:
        super().__init__(package, part)
        self.found: list[str] = []
        self.runs: list[str] = []

    def enter(self, element: str, attributes: Attributes) -> None:
        self.clear()

    def leave(self, element: str) -> None:
        if element == "t":
            self.runs.append("".join(self.pieces))
        elif element == "si":
            if len(self.found) == MOST_CELLS:
                raise self.package.error(f"it has more than {MOST_CELLS:,} texts")
            self.found.append(unescape("".join(self.runs)))
            self.runs.clear()


class _Sheet(Part):
    """The cells of a sheet by (row, column).

    `texts` are the shared strings; `cells_left` and `spread_left` say how many cells the
    workbook may still have, and how many its array formulas and merges may still cover.
    """

    def __init__(
        self,
        package: Package,
        part: str,
        sheet: str,
        texts: list[str],
        cells_left: int,
        spread_left: int,
    ) -> None:
        super().__init__(package, part)
        self.sheet = sheet
        self.texts = texts
        self.cells_left = cells_left
        self.spread_left = spread_left
        self.cells: dict[tuple[int, int], StoredCell] = {}
        self.arrays: list[Corners] = []
        #: Where each shared formula stands, and the cells that only name it.
        self.masters: dict[str, tuple[int, int]] = {}
        self.shared: dict[tuple[int, int], tuple[int, int]] = {}
        self.look = Look()
        self.styles = self.look.styles
        #: Columns by their letters, as far as they have been met.
        self.columns: dict[str, int] = {}
        self.row, self.column, self.row_text = 0, 0, "0"
        # The cell being read: its type, style, formula, and value as text.
        self.kind, self.style = "", "0"
        self.formula: str | None = None
        self.cached: str | None = None
        self.runs: list[str] = []

    def parsed(self) -> Self:
        super().parsed()
        for top, left, bottom, right in self.arrays:
            for position in product(range(top, bottom + 1), range(left, right + 1)):
                cell = self.cells.get(position)
                if cell is None or cell.formula is None:
                    self.cells[position] = StoredCell(cell.value if cell else None, "")
        return self

    # `start` and `end` run six times a cell. They do the work of `enter` and `leave`, and
    # that of an ordinary cell, in place: without the calls, reading is a third faster.

    def start(self, name: str, attributes: Attributes) -> None:
        node = self.node.inner.get(name)
        if node is None or self.skipped:
            self.skip()
            return
        self.node = node
        self.clear()
        element = node.name
        if element == "c":
            self.kind = attributes.get("t", "n")
            self.style = intern(attributes.get("s", "0"))
            self.formula = self.cached = None
            reference = attributes.get("r")
            if reference is None:
                self._place_next()
            else:
                letters = reference[: -len(self.row_text)]
                column = self.columns.get(letters)
                if column is None or not reference.endswith(self.row_text):
                    column = self.columns[letters] = self._column(reference)
                self.column = column
        elif element == "f":
            kind = attributes.get("t")
            if kind == "array":
                self.arrays.append(self._area(attributes.get("ref", "")))
            elif kind == "shared":
                number, place = attributes.get("si", ""), (self.row, self.column)
                if self.masters.setdefault(number, place) != place:
                    self.shared[place] = self.masters[number]
        elif element == "row":
            self.row_text = attributes.get("r") or str(self.row + 1)
            self.row, self.column = self._parse(f"A{self.row_text}")[0], 0
        elif element == "mergeCell":
            self._area(attributes.get("ref", ""))
        elif element == "sheetProtection":
            self.look.protected = BOOLS.get(attributes.get("sheet", "0"), False)
        elif element == "conditionalFormatting":
            self.look.coloured = True
        elif element == "dataValidation":
            self._validate(attributes.get("sqref", ""))

    def end(self, name: str) -> None:
        if self.skipped:
            self.skip_end()
            return
        node = self.node
        self.node = node.outer
        element = node.name
        if element == "v":
            self.cached = "".join(self.pieces)
        elif element == "c":
            cached, formula = self.cached, self.formula
            if cached is not None or formula is not None:
                position = self.row, self.column
                if position in self.cells:
                    raise self._wrong(f"cell {address(*position)} stands there twice")
                value: Value
                if cached and self.kind == "n":
                    try:
                        value = float(cached)
                    except ValueError:
                        raise self._no_value(cached) from None
                    if not isfinite(value):
                        value = CellError("#NUM!")
                else:
                    value = self._value(cached)
                self.cells[position] = _new(StoredCell, (value, formula))
                self.styles[position] = self.style
        elif element == "f":
            formula = "".join(self.pieces)
            self.formula = unescape(formula) if "_x" in formula else formula
        elif element == "t":
            self.runs.append("".join(self.pieces))
        elif element == "is":
            self.cached = "".join(self.runs)
            self.runs.clear()
        elif element == "row" and len(self.cells) > self.cells_left:
            raise self.package.error(f"it has more than {MOST_CELLS:,} cells")

    def _place_next(self) -> None:
        """The cell says not where it stands: right of the one before."""
        self.column += 1
        if self.column > LAST_COLUMN:
            raise self._wrong(f"row {self.row} has too many cells")

    def _column(self, reference: str) -> int:
        row, column = self._parse(reference)
        if row != self.row:
            raise self._wrong(f"cell {reference!r} stands in row {self.row}")
        return column

    def _parse(self, reference: str) -> tuple[int, int]:
        try:
            row, column = parse_address(reference)
        except ValueError:
            raise self._wrong(f"{reference[:40]!r} is no cell") from None
        if row > LAST_ROW or column > LAST_COLUMN:
            raise self._wrong(f"cell {reference!r} lies outside of every sheet")
        return row, column

    def _validate(self, references: str) -> None:
        """Ranges whose cells refuse some entries; what is no range is passed over."""
        for reference in references.split():
            with suppress(ValueError):
                self.look.validated.append(parse_area(reference))
        if len(self.look.validated) > MOST_LISTED:
            raise self._wrong(f"there are more than {MOST_LISTED:,} validations")

    def _area(self, reference: str) -> Corners:
        """A range that something fills."""
        first, _, last = reference.partition(":")
        top, left = self._parse(first)
        bottom, right = self._parse(last or first)
        self.spread_left -= max(0, bottom - top + 1) * max(0, right - left + 1)
        if self.spread_left < 0:
            raise self._wrong(
                f"an array formula or a merge fills {reference!r}, and all of them together "
                f"more than {MOST_SPREAD:,} cells"
            )
        return top, left, bottom, right

    def _value(self, cached: str | None) -> Value:
        """The value of a cell that holds no number."""
        kind = self.kind
        if cached is None or kind == "n":
            return None
        try:
            if kind == "s":
                return self.texts[range(len(self.texts)).index(int(cached))]
            if kind == "b":
                return BOOLS[cached.strip()]
        except (ValueError, LookupError):
            raise self._no_value(cached) from None
        return CellError(cached) if kind == "e" else unescape(cached)

    def _no_value(self, cached: str) -> SheetnetError:
        where = address(self.row, self.column)
        return self._wrong(f"cell {where} holds {cached[:40]!r} as a value of type {self.kind!r}")

    def _wrong(self, reason: str) -> SheetnetError:
        return self.package.error(f"in its sheet {self.sheet!r}, {reason}")
