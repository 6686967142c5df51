"""What stands near what: symbols by their numbers, heads over columns, maps over their axes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sheetnet.expressions.rich import Rich
from sheetnet.proof.heads import SAMPLE
from sheetnet.proof.labels import is_indexed
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Band, ColourScale, Position, Sheet, Spill

#: A symbol with an index or a layer that a formula shows; where its number is: rows and columns on.
LIVE = re.compile(r"∂?\w*[₀-₉⁰-⁹][₀-₉⁰-⁹⁽⁾ᴸ⁻,\w]*")
BESIDE = ((1, 0), (2, 0), (0, 1), (0, 2))
#: So near to a symbol stands something else.
ROWS, COLUMNS = 2, 3
#: What stands between numbers.
SIGNS = ("=", "+", "×", "·", "→")
#: So many rows above a number stands what it is called.
TITLED = 4
#: The end of the names of axes along which a curve or a map goes: both sides of what it is about.
POINT = "point"
#: Of more cells a sheet has names for its numbers.
MANY = 5
#: A map of so many rows and columns has an axis; what shows no number.
LARGE, HIDDEN = 9, ";;;"


def wrong_neighbours(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Places of a sheet that lack what belongs near them, and what is wrong there."""
    yield from _stray(book, sheet)
    yield from _unnumbered(book, sheet)
    yield from _overhanging(book, sheet)
    yield from _without_axis(book, sheet)
    yield from _nameless(book, sheet)


def _stray(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Symbols and bands with nothing near them, and numbers of a sheet of many."""
    filled = {place for place, cell in sheet.cells.items() if cell.content is not None}
    around = [
        (r, c) for r in range(-ROWS, ROWS + 1) for c in range(-COLUMNS, COLUMNS + 1) if r or c
    ]
    for row, column in filled:
        content = sheet.cells[row, column].content
        symbol = isinstance(content, Rich) and " " not in content.text
        symbol |= isinstance(content, str) and content in SIGNS
        number = len(filled) > MANY and _shows_number(book, sheet, (row, column))
        if not symbol and not number:
            continue
        if any((row + r, column + c) in filled for r, c in around):
            continue
        if not _has_band_near(sheet, row, column):
            yield (row, column), "stands there alone"
    for band in sheet.bands:
        others = (other for other in sheet.bands if other is not band)
        beside = any(_is_near(band, o.top, o.left, o.bottom, o.right) for o in others)
        if not beside and not any(_is_near(band, *place, *place) for place in filled):
            yield (band.top, band.left), "stands there alone"


def _unnumbered(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Live symbols with no number beside, under or over them."""
    for (row, column), cell in sheet.cells.items():
        shown = book.value(sheet, row, column) if cell.is_computed else None
        if not isinstance(shown, str) or not LIVE.fullmatch(shown):
            continue
        near = ((row + down, column + right) for down, right in BESIDE)
        numbered = any(_shows_number(book, sheet, place) for place in near)
        if not numbered and not _has_band_near(sheet, row, column):
            yield (row, column), f"no number stands by {shown}"


def _overhanging(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Heads that go on where the numbers under the heads beside them have ended, columns of a
    block that have none where its first one has, and a column without one between two that do."""
    headed = {place for place, cell in sheet.cells.items() if is_indexed(cell.content)}
    for row, column in headed:
        over, empty = (row, column + 1), (row + 1, column + 1) not in sheet.cells
        if over in headed and empty and _shows_number(book, sheet, (row + 1, column)):
            yield over, "is a head over nothing"
    for block in book.blocks:
        if block.sheet == sheet.name and (block.top - 1, block.left) in headed:
            for column in range(block.left + 1, block.right + 1):
                if (block.top - 1, column) not in sheet.cells:
                    yield (block.top, column), "has no head, as the first column has"
    words = {at for at, cell in sheet.cells.items() if isinstance(cell.content, str | Rich)}
    for row, column in words:
        if (row, column + 2) in words and (row, column + 1) not in sheet.cells:
            under = sheet.cells.get((row + 1, column + 1))
            matrix = under is not None and isinstance(under.content, Spill)  # has one head
            if _shows_number(book, sheet, (row + 1, column + 1)) and not matrix:
                yield (row + 1, column + 1), "has no head, as those beside it have"


def _nameless(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Single numbers, and columns of several, of a sheet of many cells that nothing tells of."""
    for block in book.blocks if len(sheet.cells) > MANY else ():
        if block.sheet != sheet.name or block.columns == (SAMPLE,):
            continue  # the examples of a step have one head
        # A matrix has one title, over its first column.
        for column in range(block.left, (block.left if sheet.has_matrices else block.right) + 1):
            if (block.width > 1 or not block.lengths) and not _is_named(book, block, column):
                yield (block.top, column), "no text near it says what it is"
                break


def _is_named(book: Book, block: Block, column: int) -> bool:
    """Whether a text stands in front of a number, close over or under it, or over its column."""
    sheet, row = book[block.sheet], block.top
    near = [(row, before) for before in range(1, column)]
    near += [(row + by, column) for by in range(ROWS + 1)]
    while _shows_number(book, sheet, (row - 1, column)):
        row -= 1
    near += [(row - by, column) for by in range(1, TITLED + 1)]
    return any(_is_text(book, sheet, place) for place in near if place in sheet.cells)


def _is_text(book: Book, sheet: Sheet, place: Position) -> bool:
    content = sheet.cells[place].content
    if sheet.cells[place].is_computed:
        content = book.value(sheet, *place)
    return isinstance(content, str | Rich)


def _without_axis(book: Book, sheet: Sheet) -> Iterator[tuple[Position, str]]:
    """Large maps of places under which no number says where they begin, have their middle, and
    end."""
    maps = {
        (block.top, block.left)
        for block in book.blocks
        if block.sheet == sheet.name and all(axis.endswith(POINT) for axis in block.lengths)
    }
    for area in (each.area for each in sheet.formats if isinstance(each, ColourScale)):
        rows, columns = area.shape
        if min(rows, columns) < LARGE or (area.top, area.left) not in maps:
            continue
        middle = (area.left + area.right) // 2
        under = range(area.bottom + 1, area.bottom + ROWS + 2)
        for at in (area.left, middle, area.right):
            near = ((row, at + by) for row in under for by in (-2, -1, 0, 1, 2))
            if not any(_shows_number(book, sheet, place) for place in near):
                yield (area.bottom + 1, at), "no number says where the map is there"
                break


def _shows_number(book: Book, sheet: Sheet, place: Position) -> bool:
    cell = sheet.cells.get(place)
    if cell is None or not cell.is_computed or cell.style.number_format == HIDDEN:
        return False
    return isinstance(book.value(sheet, *place), float | int)


def _has_band_near(sheet: Sheet, row: int, column: int) -> bool:
    return any(_is_near(band, row, column, row, column) for band in sheet.bands)


def _is_near(band: Band, top: int, left: int, bottom: int, right: int) -> bool:
    """Whether a band is near to a rectangle."""
    return (
        band.top - ROWS <= bottom
        and top <= band.bottom + ROWS
        and band.left - COLUMNS <= right
        and left <= band.right + COLUMNS
    )
