"""Whether the formulas of a file are the builder's, compared as trees.

Most are the same text, which is seen at once; only where the texts differ are both read.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetnet.expressions.dialects import EXCEL, OPEN_FORMULA, Corner, area_address
from sheetnet.expressions.formula import Expression
from sheetnet.expressions.openformula import UntranslatableError, excel_text
from sheetnet.expressions.parsing import FormulaSyntaxError, filled, parse, same
from sheetnet.files.stored import StoredBook, StoredCell
from sheetnet.proof.comparison import Comparison, shown
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Band, Cell, Matrix, Position, Sheet, Spill

NOTHING = StoredCell(None, None)
MARK = "\x00"
#: top, left, bottom, right
Corners = tuple[int, int, int, int]


def compare_formulas(book: Book, stored: StoredBook) -> Comparison:
    """Every formula of the model against the file's; what is missing is not named here."""
    check = Comparison("formulas")
    for sheet in book.sheets:
        if sheet.name in stored.sheets:
            comparing = _Comparing(check, sheet, stored)
            comparing.cells()
            for band in sheet.bands:
                comparing.band(band)
    return check


class _Comparing:
    """The formulas of one sheet."""

    def __init__(self, check: Comparison, sheet: Sheet, stored: StoredBook) -> None:
        self.check, self.sheet = check, sheet
        self.stored = stored.sheets[sheet.name]
        self.shared = stored.shared.get(sheet.name, {})
        self.open_formula = stored.open_formula
        self.dialect = OPEN_FORMULA if self.open_formula else EXCEL
        self.arrays = {area[:2]: area for area in stored.arrays.get(sheet.name, ())}

    def cells(self) -> None:
        """All outside the bands."""
        for position, cell in self.sheet.cells.items():
            if cell.formula is not None:
                text = self.dialect.write(cell.formula, self.sheet.name)
                self.compare(position, text, _area(cell, *position))
            elif isinstance(cell.content, Spill):
                self.spill(position)

    def band(self, band: Band) -> None:
        """A band's pattern is written once, with marks for its rows."""
        for column, cell in enumerate(band.cells, band.left):
            if isinstance(cell.content, Spill):
                for row in band.rows:
                    self.spill((row, column))
            if cell.formula is None:
                continue
            for row, text in self._texts(band, cell.formula):
                position, area = (row, column), _area(cell, row, column)
                there = self.stored.get(position, NOTHING)
                if there.formula == text and self.arrays.get(position) == area:
                    self.check.cells += 1
                else:
                    self.compare(position, text, area)

    def _texts(self, band: Band, content: Expression) -> Iterator[tuple[int, str]]:
        if len(band.values) == 1:  # no row to move down to, and references may reach far
            yield band.top, self._write(content, band.corner(band.top))
            return
        form, offsets = self._form(band, content, band.dollar(0))
        other, _ = self._form(band, content, band.dollar(1)) if band.alternating else (form, ())
        for row in band.rows:
            referred = band.referred(row)
            numbers = tuple([referred + offset for offset in offsets])
            yield row, (other if row % 2 else form) % numbers

    def _form(self, band: Band, content: Expression, dollar: str) -> tuple[str, list[int]]:
        """A pattern's formula with fields for its rows, and by how much each is below its own."""
        top = band.top
        rendered = self._write(
            content, lambda column, row: f"{dollar}{column}{MARK}{row - top}{MARK}"
        )
        pieces = rendered.split(MARK)
        form = "%d".join(piece.replace("%", "%%") for piece in pieces[::2])
        return form, [int(piece) for piece in pieces[1::2]]

    def _write(self, content: Expression, corner: Corner) -> str:
        return self.dialect.write(content, self.sheet.name, corner)

    def compare(self, position: Position, expected: str, area: Corners | None) -> None:
        """One cell against the formula as we write it, and the range that it fills."""
        there = self.stored.get(position, NOTHING).formula
        if there is None:
            return
        self.check.cells += 1
        text = self._text(position, there)
        if text != expected and not self._same(text, expected):
            self._found(position, f"holds {shown('=' + text)}, should be ={expected}")
            return
        filled = self.arrays.get(position)
        # An array formula that fills one cell may have become a plain one.
        if filled != area and not (filled is None and area and area[:2] == area[2:]):
            self._found(position, f"{_fills(filled)}, and should: {_fills(area)}")

    def spill(self, position: Position) -> None:
        """A cell that an array formula fills has none of its own."""
        text = self.stored.get(position, NOTHING).formula
        if text or position in self.shared:
            text = self._text(position, text or "")
            self._found(position, f"holds {shown('=' + text)}, an array formula should fill it")

    def _text(self, position: Position, there: str) -> str:
        """A cell's formula; that of a cell which shares one is filled on from there."""
        origin = self.shared.get(position)
        if there or origin is None:
            return there
        text = self.stored.get(origin, NOTHING).formula or ""
        try:
            return filled(text, position[0] - origin[0], position[1] - origin[1])
        except FormulaSyntaxError:
            return text

    def _same(self, text: str, expected: str) -> bool:
        try:
            return same(self._parsed(text), self._parsed(expected))
        except (FormulaSyntaxError, UntranslatableError):
            return False

    def _parsed(self, text: str) -> Expression:
        return parse(excel_text(text) if self.open_formula else text, self.sheet.name)

    def _found(self, position: Position, what: str) -> None:
        self.check.add(self.sheet.name, *position, what)


def _area(cell: Cell, row: int, column: int) -> Corners | None:
    """What a cell's formula fills as an array; None where it is none."""
    return cell.content.filled(row, column) if isinstance(cell.content, Matrix) else None


def _fills(area: Corners | None) -> str:
    return f"fills {area_address(*area)} as an array" if area else "fills its own cell only"
