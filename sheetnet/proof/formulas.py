"""Whether the formulas of a file are the builder's, compared as trees.

Most are the same text, which is seen at once; only where the texts differ are both read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from sheetnet.expressions.dialects import EXCEL, OPEN_FORMULA, address
from sheetnet.expressions.formula import Expression
from sheetnet.expressions.openformula import UntranslatableError, excel_text
from sheetnet.expressions.parsing import FormulaSyntaxError, filled, parse, same
from sheetnet.files.stored import StoredBook, StoredCell
from sheetnet.proof.comparison import Comparison, shown
from sheetnet.workbook.model import Band, Book, Matrix, Position, Sheet

NOTHING = StoredCell(None, None)
MARK = "\x00"
#: A cell's place, its formula as we write it, and what reads that as a tree.
Formula = tuple[Position, str, Callable[[], Expression]]


def compare_formulas(book: Book, stored: StoredBook) -> Comparison:
    """Every formula of the model against the file's; what is missing is not named here."""
    check = Comparison("formulas")
    for sheet in book.sheets:
        cells = stored.sheets.get(sheet.name)
        if cells is None:
            continue
        ranges = {area[:2]: area for area in stored.arrays.get(sheet.name, [])}
        for position, expected, node in _formulas(book, sheet, stored.open_formula):
            there = cells.get(position, NOTHING).formula
            if there is None:
                continue
            check.cells += 1
            text = _text(stored, sheet, position, there)
            if text != expected and not _same(text, node(), sheet.name, stored.open_formula):
                check.add(
                    sheet.name, *position, f"holds {shown('=' + text)}, should be ={expected}"
                )
        for position, cell in sheet.cells.items():
            if isinstance(cell.content, Matrix) and position in cells:
                row, column = position
                bottom, right = row + cell.content.rows - 1, column + cell.content.columns - 1
                if ranges.get(position, (row, column, row, column)) != (row, column, bottom, right):
                    last = address(bottom, right)
                    check.add(sheet.name, row, column, f"its array should reach to {last}")
    return check


def _formulas(book: Book, sheet: Sheet, open_formula: bool) -> Iterator[Formula]:
    """Each formula cell of a sheet: its place, its text as written, and its tree when asked."""
    dialect = OPEN_FORMULA if open_formula else EXCEL
    for position, cell in sheet.cells.items():
        content = cell.content
        if isinstance(content, Matrix):
            content = content.expression
        if isinstance(content, Expression):
            text = dialect.write(content, sheet.name)
            yield position, text, partial(_parsed, text, sheet.name, open_formula)
    for band in sheet.bands:
        for number, cell in enumerate(band.cells):
            if isinstance(cell.content, Expression):
                yield from _column(sheet, band, number, cell.content, open_formula)


def _column(
    sheet: Sheet, band: Band, number: int, content: Expression, open_formula: bool
) -> Iterator[Formula]:
    """One cell of a band's pattern, in all of its rows."""
    dialect = OPEN_FORMULA if open_formula else EXCEL
    if len(band.values) == 1:
        rendered = dialect.write(content, sheet.name)
    else:
        rendered = dialect.write(content, sheet.name, lambda row: f"{MARK}{row - band.top}{MARK}")
    pieces = rendered.split(MARK)
    form = "%d".join(piece.replace("%", "%%") for piece in pieces[::2])
    offsets = [int(piece) for piece in pieces[1::2]]
    column = band.left + number
    for row in band.rows:
        text = form % tuple([row + offset for offset in offsets])
        yield (row, column), text, partial(_parsed, text, sheet.name, open_formula)


def _text(stored: StoredBook, sheet: Sheet, position: Position, there: str) -> str:
    """A cell's formula; that of a cell which shares one is filled on from there."""
    if there:
        return there
    origin = stored.shared.get(sheet.name, {}).get(position)
    if origin is None:
        return ""
    text = stored.sheets[sheet.name].get(origin, NOTHING).formula or ""
    try:
        return filled(text, position[0] - origin[0], position[1] - origin[1])
    except (FormulaSyntaxError, ValueError):
        return text


def _same(text: str, model: Expression, sheet: str, open_formula: bool) -> bool:
    try:
        return same(_parsed(text, sheet, open_formula), model)
    except (FormulaSyntaxError, UntranslatableError, ValueError):
        return False


def _parsed(text: str, sheet: str, open_formula: bool) -> Expression:
    return parse(excel_text(text) if open_formula else text, sheet)
