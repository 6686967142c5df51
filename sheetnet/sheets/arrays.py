"""What looks at array formulas is an array formula itself.

LibreOffice 7.4 opens the array formulas of an .xlsx uncomputed, and until each was computed once
it tells nobody of an edit that reaches them: a cell that looks at one kept its stored value after
the first edit. An array formula of one cell is uncomputed as well, so it is right when it is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from sheetnet.expressions.formula import Area, Expression, Name, Ref, children
from sheetnet.workbook.model import Cell, Matrix, Sheet


def follow(sheets: Sequence[Sheet]) -> None:
    """Make array formulas of those formulas that look at one, or at a formula that becomes one.

    Formulas on other sheets, and what they look at, stay as they are. None of the cells may be
    joined with others: Excel takes no array formula there.
    """
    names = {sheet.name for sheet in sheets}
    filled = [
        _filled(area, cell.content)
        for sheet in sheets
        for area, _, cell in _cells(sheet)
        if isinstance(cell.content, Matrix)
    ]
    if not filled:
        return
    looking = {
        area: (sheet, number, _looked_at(cell.content, names))
        for sheet in sheets
        for area, number, cell in _cells(sheet)
        if isinstance(cell.content, Expression)
    }
    while filled:
        filled = [
            area
            for area, (_, _, looked) in looking.items()
            if any(_meet(one, other) for one in looked for other in filled)
        ]
        for area in filled:
            sheet, number, _ = looking.pop(area)
            _make_array(sheet, number, area)


def _cells(sheet: Sheet) -> Iterator[tuple[Area, int | None, Cell]]:
    """The cells of a sheet, and the columns of its bands with the number of the band."""
    for (row, column), cell in sheet.cells.items():
        yield _area(Ref(sheet.name, row, column)), None, cell
    for number, band in enumerate(sheet.bands):
        for column, cell in enumerate(band.cells, band.left):
            yield Area(sheet.name, band.top, column, band.bottom, column), number, cell


def _filled(area: Area, array: Matrix) -> Area:
    """What array formulas in cells below each other fill."""
    bottom, right = area.bottom + array.rows - 1, area.right + array.columns - 1
    return replace(area, bottom=bottom, right=right)


def _looked_at(formula: Expression, names: Collection[str]) -> set[Area]:
    """The cells of sheets of these names that a formula looks at."""
    found, left, seen = set(), [formula], set[int]()
    while left:
        node = left.pop()
        if isinstance(node, Name):
            node = node.target
        if isinstance(node, Ref | Area):
            if node.sheet in names:
                found.add(node)
        elif id(node) not in seen:
            seen.add(id(node))
            left += children(node)
    return {_area(node) for node in found}


def _area(node: Ref | Area) -> Area:
    if isinstance(node, Area):
        return node
    return Area(node.sheet, node.row, node.column, node.row, node.column)


def _meet(one: Area, other: Area) -> bool:
    return (
        one.sheet == other.sheet
        and one.top <= other.bottom
        and other.top <= one.bottom
        and one.left <= other.right
        and other.left <= one.right
    )


def _make_array(sheet: Sheet, number: int | None, area: Area) -> None:
    def array(cell: Cell) -> Cell:
        assert isinstance(cell.content, Expression)
        return replace(cell, content=Matrix(cell.content, 1, 1))

    place = area.top, area.left
    if number is None:
        sheet.cells[place] = array(sheet.cells[place])
        return
    band = sheet.bands[number]
    column = area.left - band.left
    cells = *band.cells[:column], array(band.cells[column]), *band.cells[column + 1 :]
    sheet.bands[number] = replace(band, cells=cells)
