"""The heads of tables, proved: the symbol above a column means what stands under it.

The index says of each block what its columns and rows are. Where a head is a symbol, the number
in the row of the chosen step and example is what that symbol means; where it names an example, it
is the one that the index says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from sheetnet.expressions.matrix_titles import alike, braced
from sheetnet.expressions.reading import LOW, UP, Interval, sides
from sheetnet.proof import readings
from sheetnet.proof.comparison import Comparison, shown
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import FloatArray, Position, Sheet

#: The head of a column of the lesson's own values.
OWN = "lesson’s"
#: What a network is given: quantities of no layer.
GIVEN = ("input", "target")
SAMPLE, UNIT, SOURCE = "sample", "unit", "source"
#: What stands before a symbol above or beside a table of weights, and the axis that it names.
ENDS = {"from": SOURCE, "to": UNIT}
Place = TypeVar("Place")
#: Along a side: the number that each symbol means, or the indices that each text tells.
Along = Sequence[float | tuple[int, ...]]
#: How tables call an example, counted from 1: as a text, and as a number.
EXAMPLES = '"example "0'
EXAMPLE = re.compile(r"(?:example|ex\.) ([0-9]+)")
#: Indices of an element: 2; i = 1, k = 2.
INDEX = re.compile(r"\d+")
INDICES = re.compile(r"(?:\w = )?\d+(?:, (?:\w = )?\d+)*")
#: So many heads of one block are read: wide layers have thousands, all made by one line.
MOST = 60


class Decoder(readings.Decoder, Protocol):
    """What a kind of lesson knows of its symbols, and where their numbers stand."""

    @property
    def place(self) -> Mapping[str, int]:
        """On which axes, and where on each, the numbers stand that symbols mean."""
        ...

    def means(self, quantity: str) -> bool:
        """Whether its symbols mean the numbers of blocks of a quantity."""
        ...

    def held(self, quantity: str, layer: int | None, index: Mapping[str, int]) -> float:
        """The number of a quantity of the run at a place, at `place` on the axes of that."""
        ...

    def node(self, layer: int, unit: int) -> float:
        """What a unit gives to the next layer."""
        ...

    def matrices(self, name: str, one: bool = False) -> list[FloatArray] | None:
        """The arrays that a name may stand for, which may be of `one` example; None: it is no name
        of one."""
        ...

    def sides(self, block: Block) -> tuple[Along, Along] | None:
        """What the rows and the columns of a block are; None: what its axes say."""
        ...


def check_heads(book: Book, decoder: Decoder) -> Comparison:
    """Each head above a block of the index, and each example that is named above or beside it."""
    check = Comparison("heads of tables")
    for block in book.blocks:
        for place, what in (
            *_wrong_symbols(book, block, decoder),
            *_wrong_examples(book, block),
            *_wrong_ends(book, block, decoder),
            *_wrong_nodes(book, block, decoder),
            *_wrong_sides(book, block, decoder),
            *_wrong_array(book, block, decoder),
        ):
            check.add(block.sheet, *place, what)
        check.cells += 1
    for copy, place, what in _wrong_copies(book):
        check.add(copy.sheet, *place, what)
    for block in book.worked:
        for place, what in (*_wrong_names(book, block, decoder), *_wrong_examples(book, block)):
            check.add(block.sheet, *place, what)
        check.cells += 1
    return check


def _wrong_symbols(book: Book, block: Block, decoder: Decoder) -> Iterator[tuple[Position, str]]:
    """Heads that mean another number than the one under them, each with its cell."""
    if block.at or not set(decoder.place) & set(block.rows) or not decoder.means(block.quantity):
        return
    at = {axis: index for axis, index in decoder.place.items() if axis in block.lengths}
    sheet = book[block.sheet]
    for column in _columns(block, at):
        index = block.column_index(column) | at
        head = block.top - 1, column
        try:
            [meant] = _meant(readings.written(sheet, head), decoder)
        except readings.UNREADABLE as error:
            line = readings.written(sheet, head)
            if _is_symbol(line) or (UP in line and not sheet.has_matrices):
                yield head, f"its symbol: {error}"
            continue
        value = book.value(sheet, *block.position(**index))
        if isinstance(value, float | int) and not meant.holds(float(value)):
            said = shown((meant.low + meant.high) / 2)
            yield head, f"its symbol means {said}, the number under it is {shown(float(value))}"
    yield from _wrong_beside(sheet, block)


def _wrong_beside(sheet: Sheet, block: Block) -> Iterator[tuple[Position, str]]:
    """Heads over an example that are not those of the other examples' same numbers."""
    if SAMPLE not in block.columns:
        return
    first: dict[tuple[int, ...], str] = {}
    for column in range(block.left, block.right + 1):
        index = block.column_index(column)
        line = readings.written(sheet, (block.top - 1, column))
        own = tuple(at for axis, at in index.items() if axis != SAMPLE)
        if first.setdefault(own, line) != line:
            yield (block.top - 1, column), f"{line!r} is {first[own]!r} over another example"


def _is_symbol(line: str) -> bool:
    """Whether it has an index: words have none, and names of matrices are titles."""
    return LOW in line and "=" not in line


def _meant(line: str, decoder: readings.Decoder) -> list[Interval]:
    return sides(line, decoder, {}, decoder.is_layer, decoder.functions)


def _wrong_names(book: Book, block: Block, decoder: Decoder) -> Iterator[tuple[Position, str]]:
    """Heads of rows that compute for themselves, whose symbol is of another quantity or place."""
    if not decoder.means(block.quantity):
        return
    for column in _thinned(range(block.left, block.right + 1)):
        index, head = block.column_index(column) | block.at, (block.top - 1, column)
        try:
            [meant] = _meant(readings.written(book[block.sheet], head), decoder)
        except readings.UNREADABLE as error:
            yield head, f"its symbol: {error}"
            continue
        held = decoder.held(block.quantity, block.layer, index)
        if not meant.holds(held):
            said = shown((meant.low + meant.high) / 2)
            yield head, f"its symbol means {said}, its column is of {shown(held)}"


def _wrong_ends(book: Book, block: Block, decoder: Decoder) -> Iterator[tuple[Position, str]]:
    """What weights come from and lead to, above and beside their table."""
    if block.layer is None or not {UNIT, SOURCE} <= {*block.rows, *block.columns}:
        return
    heads = [(block.top - 1, column) for column in range(block.left, block.right + 1)]
    beside = [(row, block.left - 1) for row in range(block.top, block.bottom + 1)]
    for place in _thinned([*heads, *beside]):
        end, _, line = readings.written(book[block.sheet], place).partition(" ")
        axis = ENDS.get(end)
        if axis is None or not line:
            continue
        index = block.column_index(place[1]) if place in heads else block.row_index(place[0])
        if axis not in index:
            yield place, f"says {end!r} where its table has no {axis}"
            continue
        try:
            [meant] = _meant(line, decoder)
        except readings.UNREADABLE as error:
            yield place, f"its symbol: {error}"
            continue
        held = decoder.node(block.layer - (axis == SOURCE), index[axis])
        if not meant.holds(held):
            said = shown((meant.low + meant.high) / 2)
            yield place, f"its symbol means {said}, its {axis} gives {shown(held)}"


def _wrong_nodes(book: Book, block: Block, decoder: Decoder) -> Iterator[tuple[Position, str]]:
    """Symbols above and beside a table of a layer that are neither of its units and their sources
    nor of the numbers under and beside them."""
    if set(decoder.place) & {*block.rows, *block.columns}:
        return
    sheet = book[block.sheet]
    above = [(block.top - 1, column) for column in range(block.left, block.right + 1)]
    beside = [(row, block.left - 1) for row in range(block.top, block.bottom + 1)]
    for side, axes, places in (
        (block.column_index, block.columns, above),
        (block.row_index, block.rows, beside),
    ):
        if len(axes) != 1 or axes[0] not in (UNIT, SOURCE):
            continue
        for place in _thinned(places):
            line = readings.written(sheet, place)
            if not _is_symbol(line) or " " in line:
                continue
            number = place[1] if side == block.column_index else place[0]
            held = _node(decoder, block, axes[0], side(number)[axes[0]])
            if held is None:
                continue
            try:
                [meant] = _meant(line, decoder)
            except readings.UNREADABLE as error:
                yield place, f"its symbol: {error}"
                continue
            at = (block.top, place[1]) if place in above else (place[0], block.left)
            value = book.value(sheet, *at)
            own = isinstance(value, float | int) and meant.holds(float(value))
            if not own and not meant.holds(held):
                said = shown((meant.low + meant.high) / 2)
                yield place, f"its symbol means {said}, its {axes[0]} gives {shown(held)}"


def _node(decoder: Decoder, block: Block, axis: str, at: int) -> float | None:
    """What a unit of a layer, or one that it takes from, gives; an input or a target."""
    if block.layer is not None:
        return decoder.node(block.layer - (axis == SOURCE), at)
    return decoder.held(block.quantity, None, {axis: at}) if block.quantity in GIVEN else None


def _wrong_sides(book: Book, block: Block, decoder: Decoder) -> Iterator[tuple[Position, str]]:
    """Symbols and indices beside and above a block that are not those of its rows and columns."""
    sides, sheet = decoder.sides(block), book[block.sheet]
    if sides is None:
        return
    if (block.height, block.width) != (len(sides[0]), len(sides[1])):
        size, owed = f"{block.height} × {block.width}", f"{len(sides[0])} × {len(sides[1])}"
        yield (block.top, block.left), f"{size} numbers, where {owed} belong"
        return
    places: list[tuple[Position, float | tuple[int, ...]]] = []
    for row, what in enumerate(sides[0], block.top):
        beside = [at for at in range(1, block.left) if readings.written(sheet, (row, at))]
        if isinstance(what, tuple):
            beside = [at for at in beside if INDICES.fullmatch(readings.written(sheet, (row, at)))]
        places += [((row, at), what) for at in beside[:1]]
    above = [(block.top - 1, at) for at in range(block.left, block.left + len(sides[1]))]
    bare = [place for place in above if not readings.written(sheet, place)]
    if len(above) > 1 and bare:
        yield bare[0], "nothing says what the column under it is"
    places += zip(above, sides[1], strict=True)
    for place, what in _thinned(places):
        line = readings.written(sheet, place)
        if isinstance(what, tuple):
            told = tuple(int(number) for number in INDEX.findall(line))
            if INDICES.fullmatch(line) and told != what:
                yield place, f"says {line!r} of what has the indices {what}"
            continue
        try:
            [meant] = _meant(line, decoder.on(block.sheet))
        except readings.UNREADABLE as error:
            if _is_symbol(line):
                yield place, f"its symbol: {error}"
            continue
        if not meant.holds(what):
            said = shown((meant.low + meant.high) / 2)
            yield place, f"its symbol means {said}, it stands with what is of {shown(what)}"


def _wrong_copies(book: Book) -> Iterator[tuple[Block, Position, str]]:
    """Heads over the lesson's own values, and over the runs of others beside it, that are not those
    over the block that they repeat, nor say that they are the lesson's."""
    first: dict[tuple[str, int | None], Block] = {}
    for block in book.blocks:
        first.setdefault((block.quantity, block.layer), block)
    for block in (*book.originals, *(each for each in book.blocks if each.at)):
        own = first[block.quantity, block.layer]
        further = set(block.at) - set(own.lengths)
        if own.width != block.width or not (further or own.sheet == block.sheet):
            continue
        for by in _thinned(range(own.width)):
            line = readings.written(book[own.sheet], (own.top - 1, own.left + by))
            place = block.top - 1, block.left + by
            copy = readings.written(book[block.sheet], place)
            if _is_symbol(line) and copy not in (line, OWN):
                yield block, place, f"{copy!r} is over what is {line!r} on {own.sheet}"


def _wrong_array(book: Book, block: Block, decoder: Decoder) -> Iterator[tuple[Position, str]]:
    """The name of an array to the left of its numbers, or of the row over them, that is another."""
    sheet = book[block.sheet]
    if block.at or not block.lengths or not {UNIT, SOURCE} >= {*block.lengths}:
        return
    if sheet.has_matrices:
        return  # titles are read apart
    head = readings.written(sheet, (block.top - 1, block.left))
    if block.width == 1 and head and not _is_symbol(head):
        return  # its own name, which is a word
    # The rows of a table have names of their own.
    for row in (block.top - 1,) if block.rows else (block.top, block.top - 1):
        written = ((at, readings.written(sheet, (row, at))) for at in range(block.left - 1, 0, -1))
        lines = [(at, line) for at, line in written if line]
        for column, line in lines[:2]:
            try:
                meant = decoder.matrices(braced(line), one=True)
            except readings.UNREADABLE as error:
                yield (row, column), f"its name: {error}"
                continue
            if meant is None:
                continue
            own = book.area_values(block.whole())
            example = decoder.place.get(SAMPLE, 0)
            forms = (form for each in meant for form in (each, each.T, each[example:][:1]))
            if not any(alike(form, own) for form in forms):
                yield (row, column), f"{line} is another array than the numbers beside it"
            return
        if lines:
            return  # it has a name, which no document has


def _thinned(places: Sequence[Place]) -> Sequence[Place]:
    """A part of places where they are many."""
    return places[:: -(-len(places) // MOST)] if places else places


def _columns(block: Block, at: Mapping[str, int]) -> list[int]:
    """The block's columns at some places on their axes, a part of them where they are many."""
    found = [
        column
        for column in range(block.left, block.right + 1)
        if all(block.column_index(column).get(axis, index) == index for axis, index in at.items())
    ]
    return list(_thinned(found))


def _wrong_examples(book: Book, block: Block) -> Iterator[tuple[Position, str]]:
    """Names of examples in the two rows above, and left of the block, that name another one."""
    sheet = book[block.sheet]
    beside: list[tuple[Position, int]] = []
    if SAMPLE in block.columns:
        for column in range(block.left, block.right + 1):
            sample = block.column_index(column)[SAMPLE]
            beside += (((block.top - up, column), sample) for up in (1, 2))
    elif block.rows and block.rows[0] == SAMPLE:
        for row in range(block.top, block.bottom + 1):
            sample = block.row_index(row)[SAMPLE]
            beside.append(((row, block.left - 1), sample))
            for column in range(1, block.left):
                cell = sheet.cells.get((row, column))
                if cell and cell.style.number_format == EXAMPLES and cell.content != sample + 1:
                    yield (row, column), f"stands with the numbers of example {sample + 1}"
    for place, sample in beside:
        cell = sheet.cells.get(place)
        named = EXAMPLE.fullmatch(cell.content) if cell and isinstance(cell.content, str) else None
        if named and int(named[1]) != sample + 1:
            yield place, f"says {named[0]}, and stands with the numbers of example {sample + 1}"
