"""What looks at array formulas is an array formula itself.

LibreOffice 7.4 opens the array formulas of an .xlsx uncomputed, and until each was computed once
it tells nobody of an edit that reaches them: a cell that looks at one kept its stored value after
the first edit. An array formula of one cell is uncomputed as well, so it is right when it is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from sheetnet.expressions.formula import Area, Expression, Name, Ref, children
from sheetnet.workbook.model import Cell, Matrix, Sheet

Kind = TypeVar("Kind")


def follow(sheets: Sequence[Sheet]) -> None:
    """Make array formulas of those formulas that look at one, or at a formula that becomes one.

    Formulas on other sheets, and what they look at, stay as they are. None of the cells may be
    joined with others: Excel takes no array formula there.
    """
    names = {sheet.name for sheet in sheets}
    filled = [
        _filled(area, array) for sheet in sheets for area, _, array in _holding(sheet, Matrix)
    ]
    if not filled:
        return
    looking = {
        area: (sheet, number, _looked_at(formula, names))
        for sheet in sheets
        for area, number, formula in _holding(sheet, Expression)
    }
    while filled:
        on: defaultdict[str, list[Area]] = defaultdict(list)
        for area in filled:
            on[area.sheet].append(area)
        filled = [
            area
            for area, (_, _, looked) in looking.items()
            if any(_meet(_area(node), other) for node in looked for other in on.get(node.sheet, ()))
        ]
        for area in filled:
            sheet, number, _ = looking.pop(area)
            _make_array(sheet, number, area)


def _holding(sheet: Sheet, kind: type[Kind]) -> Iterator[tuple[Area, int | None, Kind]]:
    """What the cells hold that is of a kind, and the columns of bands with the band's number."""
    for (row, column), cell in sheet.cells.items():
        if isinstance(cell.content, kind):
            yield Area(sheet.name, row, column, row, column), None, cell.content
    for number, band in enumerate(sheet.bands):
        for column, cell in enumerate(band.cells, band.left):
            if isinstance(cell.content, kind):
                area = Area(sheet.name, band.top, column, band.bottom, column)
                yield area, number, cell.content


def _filled(area: Area, array: Matrix) -> Area:
    """What array formulas in cells below each other fill."""
    bottom, right = area.bottom + array.rows - 1, area.right + array.columns - 1
    return replace(area, bottom=bottom, right=right)


def _looked_at(formula: Expression, names: Collection[str]) -> list[Ref | Area]:
    """The cells of sheets of these names that a formula looks at."""
    found: list[Ref | Area] = []
    left, seen = [formula], set[int]()
    while left:
        node = left.pop()
        if type(node) is Name:
            node = node.target
        if id(node) in seen:
            continue
        seen.add(id(node))
        if type(node) is Ref or type(node) is Area:
            if node.sheet in names:
                found.append(node)
        else:
            left += children(node)
    return found


def _area(node: Ref | Area) -> Area:
    if isinstance(node, Area):
        return node
    return Area(node.sheet, node.row, node.column, node.row, node.column)


def _meet(one: Area, other: Area) -> bool:
    """Whether areas of one sheet share a cell."""
    return (
        one.top <= other.bottom
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
