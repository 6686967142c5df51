"""Text that runs over into empty cells has the same paper under it all along.

A cell whose text has a colour of its own is painted (`Style.paper`), so that it can be read
where a program's dark mode paints the sheet. What runs over into its neighbours must be too.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetnet.expressions.formula import Expression, Text, children
from sheetnet.expressions.rich import Rich
from sheetnet.workbook.model import Cell, Sheet
from sheetnet.workbook.styles import PAPER, PLAIN

#: A live text may grow: so many characters have paper at least.
LIVE = 60
BLANK = PLAIN.but(fill=PAPER)


def lay(sheet: Sheet) -> None:
    """Paint the empty cells over which texts of the sheet run."""
    found: list[tuple[int, int]] = []
    right = sheet.extent[1]
    for (row, column), cell in sheet.cells.items():
        if cell.style.paper == PAPER and not cell.style.wrap:
            found += _run_over(sheet, row, column, cell)
    for position in found:
        if position[1] <= right:
            sheet.cells.setdefault(position, Cell(None, BLANK))


def _run_over(sheet: Sheet, row: int, column: int, cell: Cell) -> Iterator[tuple[int, int]]:
    """The empty cells beside a cell that its text reaches, at most to the sheet's last column."""
    sides = {"right": (-1,), "center": (-1, 1)}.get(cell.style.horizontal or "", (1,))
    if all((row, column + step) in sheet.cells for step in sides):  # most stand close together
        return
    need = _length(cell) * cell.style.size / 10 - sheet.widths.get(column, sheet.default_width)
    for step in sides:
        left, at = need / len(sides), column + step
        while left > 0 and at > 0 and not sheet.holds(row, at):
            yield row, at
            left -= sheet.widths.get(at, sheet.default_width)
            at += step


def _length(cell: Cell) -> int:
    content = cell.content
    if isinstance(content, Rich):
        return len(content.text)
    if isinstance(content, Expression):
        longest = _longest(content)
        return max(longest, LIVE) if longest else 0
    return len(content) if isinstance(content, str) else 0


def _longest(node: Expression) -> int:
    """The length of the longest text in a formula."""
    if isinstance(node, Text):
        return len(node.value)
    return max(map(_longest, children(node)), default=0)
