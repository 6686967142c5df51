"""What is drawn reaches as far, and has as many points, as docs/workbook.md promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sheetnet.building import make_book
from sheetnet.expressions.formula import Area
from sheetnet.lessons.subjects import load
from sheetnet.network.promised import unkept
from sheetnet.network.taken import untaken
from sheetnet.proof.design import check_design
from sheetnet.workbook.book import Book
from sheetnet.workbook.knobs import settings
from sheetnet.workbook.model import Cell, Claim

HALF, FAR = 0.5, 1000.0


def _claim(book: Book, sheet: str, row: int, column: int, value: float) -> None:
    """A cell that shows another number."""
    book[sheet].claims.append(Claim(row, column, 1, 1, value))


def _wider(name: str) -> Callable[[Book], None]:
    """A map that reaches further up."""

    def change(book: Book) -> None:
        sheet = book[name]
        [area] = [each.area for each in sheet.formats if type(each).__name__ == "ColourScale"]
        column = max(c for r, c in sheet.cells if r == area.top and c < area.left)
        _claim(book, name, area.top, column, FAR)

    return change


def _other_colours(book: Book) -> None:
    formats = book["Surface"].formats
    [place] = [n for n, each in enumerate(formats) if type(each).__name__ == "ColourScale"]
    formats[place] = replace(formats[place], ends=(0.0, 2.0))


def _another_row(book: Book) -> None:
    sheet = book["Surface"]
    [area] = [each.area for each in sheet.formats if type(each).__name__ == "ColourScale"]
    cells, column = sheet.cells, area.left - 1
    cells[area.top + 1, column] = cells.pop((area.top, column))


def _shorter(name: str, place: int) -> Callable[[Book], None]:
    """The curves of a chart without their last point."""

    def cut(area: Area) -> Area:
        return replace(area, bottom=area.bottom - 1)

    def change(book: Book) -> None:
        charts = book[name].charts
        series = charts[place].series
        fewer = tuple(replace(each, x=cut(each.x), y=cut(each.y)) for each in series)
        charts[place] = replace(charts[place], series=fewer)

    return change


def _ending(name: str) -> Callable[[Book], None]:
    """Curves that end at another cost."""

    def change(book: Book) -> None:
        [end] = {each.end for chart in book[name].charts for each in chart.series if each.end}
        _claim(book, end.sheet, end.row, end.column, HALF)

    return change


def _one_less(book: Book) -> None:
    """A chart with a curve less."""
    charts = book["Weights"].charts
    charts[0] = replace(charts[0], series=charts[0].series[1:])


def _untold(book: Book) -> None:
    cells = book["Start"].cells
    [place] = [place for place, cell in cells.items() if cell.text == "cost at step 0"]
    cells.pop(place)


def _other_paths(book: Book) -> None:
    """The first path as the last, in the column that tells them apart."""
    shown = make_book(load("bhadani-1-2-3-1")[1])
    cells, known = book["Chain rule"].cells, shown["Chain rule"]
    texts = {place: str(shown.value(known, *place)) for place in known.cells}
    places = [place for place, text in texts.items() if text in ("z₁⌜²⌝", "z₃⌜²⌝")]
    one, other = min(places), max(places)
    cells[one], cells[other] = cells[other], cells[one]


def _three_forms(book: Book) -> None:
    sheet = book["Factors"]
    [(row, column)] = [place for place, cell in sheet.cells.items() if cell.text == "factor"]
    sheet.cells[row + 4, column] = Cell("four")
    sheet.claims[:] = [c for c in sheet.claims if (c.top, c.left) != (row + 4, column)]


def _drawn_up_to(book: Book) -> None:
    cells = book["Compared curves"].cells
    [(row, column)] = [place for place, cell in cells.items() if cell.text == "drawn up to"]
    _claim(book, "Compared curves", row, column + 1, HALF)


def _fewer(quantity: str) -> Callable[[Book], None]:
    """A block with fewer points."""

    def change(book: Book) -> None:
        [lengths] = [block.lengths for block in book.blocks if block.quantity == quantity]
        lengths["point"] = 21

    return change


@pytest.mark.parametrize(
    ("lesson", "change", "what"),
    [
        ("batch-of-four", _wider("Surface"), "Surface reaches from"),
        ("batch-of-four", _fewer("surface"), "Surface points has 21 points, not 361"),
        ("batch-of-four", _other_colours, "do not mean what they should"),
        ("batch-of-four", _another_row, "not one row in 3"),
        ("sine", _shorter("Surface", 0), "Surface reaches from"),
        ("mazur", _wider("Descent"), "from the middle of the run"),
        ("mazur", _fewer("descent_cost"), "has 21 points, not 41"),
        ("mazur", _shorter("Weights", 0), "a curve on Weights has 100 steps of 100"),
        ("mazur", _shorter("Progress", 1), "a curve on Progress has 100 steps of 100"),
        ("mazur", _ending("Start"), "curves on Start end at 0.5"),
        ("mazur", _one_less, "Weights draws other weights than it has room for"),
        ("mazur", _untold, "does not tell the 'cost at step 0'"),
        ("bhadani-1-2-3-1", _other_paths, "another order than their units"),
        ("sabine-squared-error", _three_forms, "has 3 forms of the loss"),
        ("learning-rates", _drawn_up_to, "not drawn up to 2 times"),
        ("learning-rates", _shorter("Compare", 0), "have not 51 steps of 50"),
    ],
    # Not by the lessons' names: these are small tests of large lessons.
    ids=lambda value: getattr(value, "__name__", value).upper(),
)
def test_what_reaches_elsewhere_is_found(
    lesson: str, change: Callable[[Book], None], what: str
) -> None:
    subject, loaded = load(lesson)
    numbers = subject.numbers(loaded, settings(subject.knobs(loaded)))
    assert not list(unkept(numbers, make_book(loaded)))
    book = make_book(loaded)
    change(book)
    assert any(what in each for each in unkept(numbers, book))


@pytest.mark.parametrize(
    "key", ["chosen_step", "chosen_sample", "difference_step", "descent_reach"]
)
def test_what_sheets_show_at_first_is_as_the_docs_say(key: str) -> None:
    subject, loaded = load("batch-of-four")
    numbers = subject.numbers(loaded, settings(subject.knobs(loaded)))
    assert not list(untaken(numbers))
    [knob] = [knob for (name, _), knob in numbers.knobs.items() if name == key]
    numbers.knobs[knob.place] = replace(knob, value=knob.value + 0.001)
    assert any(key in each for each in untaken(numbers))


@pytest.mark.parametrize("key", ["chosen_parameter", "first_parameter", "second_parameter"])
def test_drop_downs_begin_as_the_docs_say(key: str) -> None:
    subject, loaded = load("batch-of-four")
    numbers = subject.numbers(loaded, settings(subject.knobs(loaded)))
    knob = numbers.knobs[key, None]
    numbers.knobs[key, None] = replace(knob, value=np.array(knob.choices[-1], object))
    assert any(key in each for each in untaken(numbers))


def test_outputs_are_called_as_everywhere() -> None:
    subject, loaded = load("batch-of-four")
    numbers = subject.numbers(loaded, settings(subject.knobs(loaded)))
    knob = numbers.knobs["chosen_output", None]
    numbers.knobs["chosen_output", None] = replace(knob, choices=("Z₁⁽²⁾", "Z₂⁽²⁾"))
    assert any("not called as the outputs are" in each for each in untaken(numbers))


def test_a_plane_whose_middle_has_many_digits_is_no_odd_choice() -> None:
    subject, loaded = load("bhadani-perceptron")
    given = loaded.model_dump(by_alias=True, exclude_unset=True)
    inputs = [[round(0.83 * a - 0.005, 3), 0.71 * b] for a, b in given["data"]["inputs"]]
    data = {**given["data"], "inputs": inputs}
    lesson = type(loaded).model_validate({**given, "published": [], "data": data})
    decoder = subject.decoder(subject.numbers(lesson, settings(subject.knobs(lesson))))
    findings = check_design(make_book(lesson).unquoted(), decoder).findings
    assert [str(finding) for finding in findings] == []
