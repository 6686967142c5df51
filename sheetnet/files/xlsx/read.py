"""Read the cells of an .xlsx package, as a stream, whoever wrote it.

We write texts into the cells and each formula in full; LibreOffice, Gnumeric and Excel
keep texts in a list of shared strings, and Excel lets formulas share their text.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from math import isfinite
from sys import intern
from typing import Self

from sheetnet.errors import SheetnetError, quoted
from sheetnet.expressions.dialects import LAST_COLUMN, LAST_ROW, address, parse_address
from sheetnet.files.package import SMALLER, Attributes, Package
from sheetnet.files.stored import CellError, Corners, Look, Runs, StoredBook, StoredCell, Value
from sheetnet.files.stretches import CHARACTERS, Feeding, Stretches, unescaped
from sheetnet.files.xlsx.parts import MOST_LISTED, NAMESPACES, Part, unescape, workbook
from sheetnet.files.xlsx.patterns import ROW, TEXTS
from sheetnet.files.xlsx.said import ELEMENTS, Said
from sheetnet.files.xlsx.texts import LONGEST_TEXT, MOST_CELLS, Raised, Strings, too_long

#: Cells that all array formulas of a workbook may fill and all its merges join, together:
#: programs that recompute the workbook can hang on one that covers a whole sheet.
MOST_SPREAD = 1_000_000

#: Makes a named tuple in half the time that calling it takes.
_new = tuple.__new__

#: A cell of a row that most are like.
_CELL = (
    rb'<c r="([A-Z]{1,3})(\d{1,7})"(?: s="(\d{1,6})")?+(?: t="([A-Za-z]{1,9})")?+'
    rb'(?:/>|>(?:<f(?: aca="false")?+>(%b)</f>)?+(?:<v>(%b)</v>|<is>(%b)</is>)?+</c>)'
    % (CHARACTERS, CHARACTERS, TEXTS)
)
_ROW = rb'<row r="(\d{1,7})"%b>' % ROW
_PIECES = re.compile((_ROW + b"|" + _CELL).decode(), re.ASCII)
_RUN = re.compile("<t[^>]*>([^<]*)</t>")
#: A row of which nothing is seen.
_UNSEEN = re.compile(' (?:hidden="(?:1|true)"|ht="0(?:\\.[0-9]*)?")')
#: Rows of such cells: reading them by a pattern takes a quarter of what a parser's calls take.
_ROWS = Stretches(
    "row",
    b"</row>",
    re.compile(rb"(?:%b(?:%b)*+</row>)*+" % (_ROW, _CELL)),
    {"": NAMESPACES[0]},
    lambda content: content,
    lambda text: True,
)

BOOLS = {"0": False, "1": True, "false": False, "true": True}


@dataclass
class Budget:
    """What the sheets of a workbook may still hold.

    `spread` is the number of cells that array formulas may still fill and merges may join.
    """

    package: Package
    cells: int
    characters: int
    spread: int

    @classmethod
    def of(cls, package: Package) -> Budget:
        room = package.room
        return cls(package, min(MOST_CELLS, room.cells), room.characters, MOST_SPREAD)

    def take(self, cells: int, characters: int) -> None:
        """Count what a row holds. Raises `SheetnetError`."""
        self.cells -= cells
        self.characters -= characters
        if self.cells < 0:
            most = min(MOST_CELLS, self.package.room.cells)
            raise self.package.error(f"it has more than {most:,} cells", SMALLER)
        if self.characters < 0:
            most = self.package.room.characters
            raise self.package.error(f"its cells hold more than {most:,} characters", SMALLER)

    def take_area(self, height: int, width: int) -> bool:
        """Count what an array formula fills or a merge joins; False where it is too much."""
        self.spread -= max(0, height) * max(0, width)
        return self.spread >= 0


def read_book(package: Package, only: Collection[str] | None) -> StoredBook:
    """The workbook's cells; sheets that are not in `only`, and charts, stay empty.

    Raises `SheetnetError`.
    """
    parts = workbook(package)
    wanted = [name for name in parts.sheets if only is None or name in only]
    texts, runs = [], {}
    if parts.strings and wanted:
        strings = Strings(package, parts.strings).parsed()
        texts, runs = strings.found, strings.looks
    sheets: dict[str, dict[tuple[int, int], StoredCell]] = {name: {} for name in parts.sheets}
    budget = Budget.of(package)
    book = StoredBook(sheets)
    for name in wanted:
        kind, target = parts.sheets[name]
        if kind == "worksheet":
            sheet = _Sheet(package, target, name, texts, runs, budget).parsed()
            sheets[name] = sheet.cells
            book.arrays[name], book.shared[name] = sheet.arrays, sheet.shared
            book.looks[name] = sheet.look
    return book


class _Sheet(Part):
    """The cells of a sheet by (row, column).

    `texts` are the shared strings, `pieces_of` those of some of them, `budget` says what the
    workbook may still hold.
    """

    def __init__(
        self,
        package: Package,
        part: str,
        sheet: str,
        texts: list[str],
        pieces_of: dict[int, Runs],
        budget: Budget,
    ) -> None:
        super().__init__(package, part)
        self.sheet = sheet
        self.texts, self.pieces_of = texts, pieces_of
        self.raised = Raised()
        self.budget = budget
        #: What has been counted of it: cells, and since then characters.
        self.counted, self.characters = 0, 0
        self.cells: dict[tuple[int, int], StoredCell] = {}
        self.arrays: list[Corners] = []
        #: Where each shared formula stands, and the cells that only name it.
        self.masters: dict[str, tuple[int, int]] = {}
        self.shared: dict[tuple[int, int], tuple[int, int]] = {}
        self.look = Look()
        self.said = Said(self.look)
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
        parser = self.package.parser(self.part, self)
        self.feeding = Feeding(parser, _ROWS, self.take)
        for chunk in self.package.stream(self.part):
            self.feeding.feed(chunk)
        self.feeding.end()
        parser.end()
        for top, left, bottom, right in self.arrays:
            for position in product(range(top, bottom + 1), range(left, right + 1)):
                cell = self.cells.get(position)
                if cell is None or cell.formula is None:
                    self.cells[position] = StoredCell(cell.value if cell else None, "")
        self._count()
        return self

    def _count(self) -> None:
        self.budget.take(len(self.cells) - self.counted, self.characters)
        self.counted, self.characters = len(self.cells), 0

    def take(self, stretch: bytes) -> None:
        """Rows that match `_ROWS`."""
        content = stretch.decode()
        some_unseen = ' hidden="' in content or ' ht="0' in content
        for piece in _PIECES.finditer(content):
            row, letters, number, style, kind, formula, cached, runs = piece.groups()
            if row is not None:
                self._count()
                self.row_text = row
                self.row = self._parse(f"A{row}")[0]
                if some_unseen and _UNSEEN.search(piece[0]):
                    self._hide(self.look.hidden_rows, self.row, self.row)
                continue
            column = self.columns.get(letters)
            if column is None or number != self.row_text:
                column = self.columns[letters] = self._column(letters + number)
            self.column = column
            self.kind, self.style = kind or "n", intern(style or "0")
            self.formula = None if formula is None else self._formula(unescaped(formula))
            text = cached if runs is None else "".join(_RUN.findall(runs))
            self.cached = None if text is None else self._text(unescaped(text))
            if runs is not None and "vertAlign" in runs:
                self.raised.read(runs)
                if looks := self.raised.taken():
                    self.look.runs[self.row, column] = looks
            self._cell()
        self._count()

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
                    master = self.cells.get(self.masters[number])
                    # It counts as if it were written out.
                    self.characters += len((master and master.formula) or "")
        elif element == "row":
            self.row_text = attributes.get("r") or str(self.row + 1)
            self.row, self.column = self._parse(f"A{self.row_text}")[0], 0
            if _is_unseen(attributes, "ht"):
                self._hide(self.look.hidden_rows, self.row, self.row)
        elif element == "col":
            if _is_unseen(attributes, "width"):
                first, last = (attributes.get(key, "") for key in ("min", "max"))
                if first.isdecimal() and last.isdecimal():
                    self._hide(self.look.hidden_columns, int(first[:9]), int(last[:9]))
        elif element in ("r", "vertAlign"):
            self.raised.enter(element, attributes)
        elif element == "mergeCell":
            self.look.merged.append(self._area(attributes.get("ref", "")))
        elif element == "sheetProtection":
            self.look.protected = BOOLS.get(attributes.get("sheet", "0"), False)
        elif element in ELEMENTS:
            self.said.enter(element, attributes)

    def end(self, name: str) -> None:
        if self.skipped:
            self.skip_end()
            return
        node = self.node
        self.node = node.outer
        element = node.name
        if element == "v":
            self.cached = self._text("".join(self.pieces))
        elif element == "c":
            self._cell()
        elif element == "f":
            self.formula = self._formula("".join(self.pieces))
        elif element == "t":
            self.runs.append("".join(self.pieces))
            self.raised.add(self.runs[-1])
        elif element == "is":
            self.cached = self._text("".join(self.runs))
            self.runs.clear()
            if looks := self.raised.taken():
                self.look.runs[self.row, self.column] = looks
        elif element == "row":
            self._count()
            self.feeding.ended()
        elif element in ELEMENTS:
            self.said.leave(element, "".join(self.pieces))
            if len(self.look.limits) > MOST_LISTED:
                raise self._wrong(f"there are more than {MOST_LISTED:,} validations")

    def _cell(self) -> None:
        """A cell has been read."""
        cached, formula = self.cached, self.formula
        if cached is None and formula is None:
            return
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

    def _hide(self, hidden: list[tuple[int, int]], first: int, last: int) -> None:
        """Rows or columns that are not shown, as far as it is not too many of them."""
        if len(hidden) < MOST_LISTED:
            hidden.append((first, last))

    def _formula(self, text: str) -> str:
        self.characters += len(text)
        return self._text(unescape(text) if "_x" in text else text)

    def _text(self, text: str) -> str:
        if len(text) > LONGEST_TEXT:
            raise too_long(self.package)
        return text

    def _place_next(self) -> None:
        """The cell says not where it stands: right of the one before."""
        self.column += 1
        if self.column > LAST_COLUMN:
            raise self._wrong(f"row {self.row} has too many cells")

    def _column(self, reference: str) -> int:
        row, column = self._parse(reference)
        if row != self.row:
            raise self._wrong(f"cell {quoted(reference)} stands in row {self.row}")
        return column

    def _parse(self, reference: str) -> tuple[int, int]:
        try:
            row, column = parse_address(reference)
        except ValueError:
            raise self._wrong(f"{reference[:40]!r} is no cell") from None
        if row > LAST_ROW or column > LAST_COLUMN:
            raise self._wrong(f"cell {quoted(reference)} lies outside of every sheet")
        return row, column

    def _area(self, reference: str) -> Corners:
        """A range that something fills."""
        first, _, last = reference.partition(":")
        top, left = self._parse(first)
        bottom, right = self._parse(last or first)
        if not self.budget.take_area(bottom - top + 1, right - left + 1):
            raise self._wrong(
                f"an array formula or a merge fills {quoted(reference)}, and all of them together "
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
                number = range(len(self.texts)).index(int(cached))
                text = self.texts[number]
                self.characters += len(text)
                if number in self.pieces_of:
                    self.look.runs[self.row, self.column] = self.pieces_of[number]
                return text
            if kind == "b":
                return BOOLS[cached.strip()]
        except (ValueError, LookupError):
            raise self._no_value(cached) from None
        self.characters += len(cached)
        return CellError(cached) if kind == "e" else unescape(cached)

    def _no_value(self, cached: str) -> SheetnetError:
        where = address(self.row, self.column)
        kind = quoted(self.kind[:40])
        return self._wrong(f"cell {where} holds {quoted(cached[:40])} as a value of type {kind}")

    def _wrong(self, reason: str) -> SheetnetError:
        return self.package.error(f"in its sheet {quoted(self.sheet)}, {reason}")


def _is_unseen(attributes: Attributes, size: str) -> bool:
    """Whether a row or a column is hidden, or as good as that."""
    if BOOLS.get(attributes.get("hidden", "0"), False):
        return True
    with suppress(ValueError):
        return float(attributes.get(size, "1")) < 1
    return False
