"""The lines of mathematics and the labels of a workbook, proved by reading them back."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Protocol

from sheetnet.expressions.arrays import Known
from sheetnet.expressions.evaluation import evaluate
from sheetnet.expressions.formula import Area, Expression, Ref
from sheetnet.expressions.reading import (
    END,
    LOW,
    UP,
    Function,
    Symbol,
    UnreadableError,
    flat_text,
    line_of,
    sides,
    symbol_of,
)
from sheetnet.expressions.rich import Rich
from sheetnet.proof.comparison import Comparison, shown
from sheetnet.workbook.book import NEW, Book, Reading
from sheetnet.workbook.charts import Chart, Series
from sheetnet.workbook.model import Position, Sheet

#: What stands before a symbol over the ends of a line in a chart.
ENDS = re.compile("^(?:from|to) ")
#: What the axis of a chart over the steps is called.
STEP = "step"
#: What the number of a line that is not there today may be: no summand, no factor.
NOTHING = (0.0, 1.0)
#: What a line may do to its reader; a symbol with an index past the last is a LookupError.
UNREADABLE = (UnreadableError, ArithmeticError, ValueError, LookupError)


class Decoder(Protocol):
    """What a kind of lesson knows of its symbols."""

    def __call__(self, symbol: Symbol) -> float: ...

    @property
    def functions(self) -> Mapping[str, Function]: ...

    @property
    def step(self) -> float | None:
        """The step whose numbers symbols mean, where there are steps."""
        ...

    def is_layer(self, text: str) -> bool: ...

    def named(self, word: str) -> float | None:
        """The number of a quantity that a word names, at the chosen step; None: it names none."""
        ...

    def before(self, words: str) -> str:
        """What words make of the symbol that they are said of, as the reader has it."""
        ...

    def misordered(self, line: str) -> str:
        """What an equation has in another order than the document, in words."""
        ...

    def following(self, symbol: Symbol) -> float: ...

    def partial(self, of: Symbol, by: Symbol) -> float | None:
        """The derivative of a symbol by another that it is computed from; None: of an array, or
        of what is no such pair."""
        ...

    def is_whole(self, symbol: Symbol) -> bool:
        """Whether it is the name of several numbers: a title."""
        ...

    def is_input(self, symbol: Symbol) -> bool:
        """Whether it is one of what goes in."""
        ...

    def of_runs(self, symbol: Symbol) -> Sequence[float]:
        """The numbers that it means in other runs of the same workbook."""
        ...

    @property
    def arrays(self) -> Known | None:
        """What names stand for where indices run along arrays; None: there is no such sheet."""
        ...

    def on(self, sheet: str) -> Decoder:
        """What knows the symbols of one sheet."""
        ...


def check_readings(book: Book, decoder: Decoder) -> Comparison:
    """Each line: its symbol means the value beside it, its equation and its numbers give it.

    Labels of charts that give a number: it is what the symbol beside it means.
    """
    check = Comparison("mathematics read back")
    lines: dict[str, dict[int, set[str]]] = {}
    rows = {(reading.sheet, reading.row) for reading in book.readings}
    for reading in book.readings:
        check.cells += 1
        sheet = book[reading.sheet]
        if sheet.name not in lines:
            lines[sheet.name] = _by_row(sheet)
        near = [reading.row + by for by in (-1, 1) if (sheet.name, reading.row + by) not in rows]
        found = (lines[sheet.name].get(row, set()) for row in (reading.row, *near))
        for place, what in _unwritten(reading, set().union(*found)):
            check.add(sheet.name, *place, what)
        value = book.value(sheet, *reading.value)
        if isinstance(value, str):
            continue  # it says that there is no number
        for place, what in _wrong(book, reading, decoder.on(reading.sheet), float(value)):
            check.add(reading.sheet, place[0], place[1], what)
    for place_of, text in _labels(book):
        check.cells += 1
        what = wrong_label(text, decoder.on(place_of.sheet))
        if what:
            check.add(place_of.sheet, place_of.row, place_of.column, what)
    for sheet in book.sheets:
        for chart in sheet.charts:
            own, titles = decoder.on(sheet.name), {series.title for series in chart.series}
            for series in chart.series:
                check.cells += 1
                if what := (
                    _wrong_point(book, series, titles)
                    or _wrong_head(book, series.y, series.title)
                    or _wrong_head(book, series.x, chart.x.title)
                    or (_wrong_head(book, series.y, chart.y.title) if _is_row(series.y) else "")
                    or (_wrong_curve(book, series, own) if chart.x.title == STEP else "")
                    or _wrong_word(book, chart, series, own)
                ):
                    check.add(sheet.name, chart.row, chart.column, what)
    return check


def _by_row(sheet: Sheet) -> dict[int, set[str]]:
    """What is written in each row, without the sign before or behind an equation."""
    found: dict[int, set[str]] = {}
    for place in sheet.cells:
        if line := written(sheet, place):
            found.setdefault(place[0], set()).add(line.removeprefix("= ").removesuffix(" ="))
    return found


def _unwritten(reading: Reading, near: Collection[str]) -> Iterator[tuple[Position, str]]:
    """What of a line stands in no cell near it: in its row, or beside it in one of no other."""
    for held in (reading.symbol, reading.equation):
        line = line_of(held) if isinstance(held, Rich) else ""
        if line and line not in near:
            yield reading.value, f"{_plain(line)!r} is what it should be beside, and is not there"


def _wrong_point(book: Book, series: Series, titles: Collection[object]) -> str:
    """What is wrong with a point beside which its row says the title of another series."""
    if series.y.shape != (1, 1):
        return ""
    cells, row = book[series.y.sheet].cells, series.y.top
    for column in range(series.y.left - 1, 0, -1):
        cell = cells.get((row, column))
        if cell and cell.content in titles and cell.content != series.title:
            return f"its point {series.title!r} is the one called {cell.content!r} in its row"
    return ""


def _wrong_head(book: Book, area: Area, title: object) -> str:
    """What is wrong with a symbol that a chart calls a column by, where another stands over it."""
    if not isinstance(title, str):
        return ""
    called = flat_text(title)
    for column in range(area.left, area.right + 1):
        head = written(book[area.sheet], (area.top - 1, column))
        if _is_row(area) and not ENDS.match(head):
            return ""
        head = ENDS.sub("", head)
        plain, other = (_plain(line) for line in (head, called))
        if plain != other and _is_symbol(head) and _is_symbol(called):
            return f"it calls {title!r} what is {plain!r} in its table"
    return ""


def _is_row(area: Area) -> bool:
    return area.shape[0] == 1


def _is_symbol(line: str) -> bool:
    try:
        symbol_of(line)
    except UnreadableError:
        return False
    return True


def _plain(line: str) -> str:
    """A line without the marks of what is raised and lowered."""
    return line.replace(LOW, "").replace(UP, "").replace(END, "")


def _wrong_word(book: Book, chart: Chart, series: Series, decoder: Decoder) -> str:
    """What is wrong with a curve over the steps whose title is a word for a quantity, or with the
    symbol on the axis of its chart."""
    if not isinstance(series.title, str) or decoder.step is None:
        return ""
    meant = decoder.named(series.title)
    if meant is None or series.x.shape != series.y.shape:
        return ""
    steps = book.area_values(series.x).ravel().tolist()
    if decoder.step not in steps:
        return ""
    value = float(book.area_values(series.y).ravel()[steps.index(decoder.step)])
    axis = decoder.named(chart.y.title)
    if axis is not None and axis != meant:
        return f"its axis {chart.y.title!r} is {shown(axis)}, its curve {shown(meant)}"
    if abs(value - meant) <= 1e-9 * max(1.0, abs(meant)) or _is_cut(book, series, value, meant):
        return ""
    return (
        f"its curve {series.title!r} is {shown(value)} at step {decoder.step:g}, not {shown(meant)}"
    )


def _is_cut(book: Book, series: Series, value: float, meant: float) -> bool:
    """Whether a curve is cut off there, at its end, and what it means is beyond that."""
    if series.end is None:
        return False
    end = float(book.value(book[series.end.sheet], series.end.row, series.end.column))
    return abs(value) == end and abs(meant) >= end and value * meant >= 0


def _wrong_curve(book: Book, series: Series, decoder: Decoder) -> str:
    """What is wrong with a curve over the steps whose title is a symbol: where it passes the
    chosen step it is what the symbol means."""
    if series.x.shape != series.y.shape:
        return f"its curve {str(series.title)!r} has other numbers of steps than of values"
    if not isinstance(series.title, str) or decoder.step is None:
        return ""
    try:
        [meant] = sides(flat_text(series.title), decoder, {}, decoder.is_layer, {})
    except UNREADABLE:
        return ""  # a word
    steps = book.area_values(series.x).ravel().tolist()
    if decoder.step not in steps:
        return ""  # of a long run some steps are drawn
    value = float(book.area_values(series.y).ravel()[steps.index(decoder.step)])
    middle = (meant.low + meant.high) / 2
    if meant.holds(value) or _is_cut(book, series, value, middle):
        return ""
    said = shown(middle)
    return f"its curve {series.title!r} is {shown(value)} at step {decoder.step:g}, not {said}"


def wrong_label(text: str, decoder: Decoder) -> str:
    """What is wrong with a label "symbol = number", in words; empty where it is proved."""
    symbol, _, number = text.partition(" = ")
    try:
        [meant] = sides(flat_text(symbol), decoder, {}, decoder.is_layer, {})
        [printed] = sides(flat_text(number), decoder, {}, decoder.is_layer, {}, short=True)
    except UNREADABLE as error:
        return f"the label {text!r}: {error}"
    value = (meant.low + meant.high) / 2
    if printed.holds(value):
        return ""
    return f"the label {text!r}: its symbol means {shown(value)}"


def _labels(book: Book) -> Iterator[tuple[Ref, str]]:
    """The live titles of charts' series that give a number, behind its symbol, with their cells."""
    for sheet in book.sheets:
        for chart in sheet.charts:
            for series in chart.series:
                title = series.title
                if isinstance(title, Ref):
                    text = str(book.value(book[title.sheet], title.row, title.column))
                    if series.symbol:
                        yield title, f"{series.symbol} = {text}"


def _wrong(
    book: Book, reading: Reading, decoder: Decoder, value: float
) -> Iterator[tuple[Position, str]]:
    """What is wrong with a line, each with its cell."""
    here = (reading.row, (reading.numbers or reading.value)[1])
    symbol = _line(book, reading, reading.symbol)
    if reading.head:
        words = written(book[reading.sheet], reading.head)
        try:
            symbol = decoder.before(words) + symbol
        except UNREADABLE as error:
            yield reading.head, str(error)
            return
    look: Callable[[Symbol], float] = decoder
    if symbol.startswith(NEW):
        symbol, look = symbol.removeprefix(NEW), decoder.following
    equation = _line(book, reading, reading.equation)
    numbers = _line(book, reading, reading.numbers)
    if not (symbol or equation or numbers) and value not in NOTHING:
        yield here, f"nothing says what {shown(value)} is"
    if what := decoder.misordered(equation):
        yield here, what
    for what, line, known in (
        ("the symbol", symbol, look),
        ("the equation", equation, decoder),
        ("the numbers", numbers, decoder),
    ):
        if not line:
            continue
        try:
            found = sides(
                line,
                known,
                _facts(book, reading),
                decoder.is_layer,
                decoder.functions,
                exact=what != "the numbers",
            )
        except UNREADABLE as error:
            yield here, f"{what}: {error}"
            continue
        for side in found:
            if not side.holds(value):
                yield here, f"{what} give {side.low:.6g}, the value beside is {shown(value)}"


def _facts(book: Book, reading: Reading) -> dict[str, float]:
    """What a line's functions depend on; some of it stands in cells."""
    return {
        name: float(evaluate(held, book)) if isinstance(held, Expression) else held
        for name, held in (reading.facts or {}).items()
    }


def _line(book: Book, reading: Reading, held: Rich | Position | None) -> str:
    """What is written, here or in a cell, or what a live text shows, as a line for the reader."""
    if isinstance(held, tuple):
        sheet = book[reading.sheet]
        if isinstance(sheet.cells[held].content, Rich):
            return written(sheet, held)
        return flat_text(str(book.value(sheet, *held)))
    return line_of(held) if held else ""


def written(sheet: Sheet, place: Position) -> str:
    """What is written in a cell, as a line for the reader; empty where no text is."""
    content = sheet.cells[place].content if place in sheet.cells else None
    return line_of(content) if isinstance(content, str | Rich) else ""


def number_at(book: Book, sheet: Sheet, place: Position) -> float | None:
    """The number that a cell shows; None: it is empty, a text or a mark."""
    cell = sheet.cells.get(place)
    if cell is None or isinstance(cell.content, str | Rich | None):
        return None
    value = book.value(sheet, *place)
    return float(value) if isinstance(value, float | int) and value is not True else None
