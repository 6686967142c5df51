"""Numbers in sentences: as many digits as make the sentence true, alike in all programs."""

from __future__ import annotations

import math
from typing import Any

import ironcalc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetnet.expressions.dialects import EXCEL
from sheetnet.expressions.evaluation import evaluate
from sheetnet.expressions.figures import figures, in_figures, written_number
from sheetnet.expressions.formula import Area, Ref
from sheetnet.expressions.reading import flat_text, sides
from sheetnet.proof.comparison import same_text
from sheetnet.sheets.fitting import FITS, fit, fit_of
from sheetnet.workbook.model import ColourScale, NumberRule, Rule, Sheet
from sheetnet.workbook.styles import Style

CELL = Ref("S", 1, 1)
WRITTEN = [
    (0.1, "0.1"),
    (0.5, "0.5"),
    (2.0, "2"),
    (0.0, "0"),
    (1000.0, "1000"),
    (12345.678, "12345.678"),
    (0.05, "0.05"),
    (0.0409, "0.04090"),
    (0.00005, "5.00E−5"),
    (1.84e-5, "1.84E−5"),
    (-0.00001234, "−1.23E−5"),
    (0.5932699921, "0.5933"),
    (-0.0123412, "−0.01234"),
    (999.99999, "1000.0000"),
    (0.0009996, "1.00E−3"),
    (1e6, "1.00E+6"),
    (-1e300, "−1.00E+300"),
    (1 - 1e-13, "1.0000"),
    (3e-305, "0"),
]


class One:
    """A workbook with one number."""

    def __init__(self, number: float) -> None:
        self.number = number

    def __getitem__(self, name: str) -> Any:
        return name

    def value(self, sheet: Any, row: int, column: int) -> float:
        return self.number

    def area_values(self, area: Any) -> Any:
        raise NotImplementedError


@pytest.mark.parametrize(("number", "text"), WRITTEN)
def test_numbers_are_written_so_that_they_are_true(number: float, text: str) -> None:
    assert in_figures(number) == text
    assert evaluate(written_number(CELL), One(number)) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.5, "0.5"),
        (0.95123456, "0.9512"),
        (0.99512345, "0.99512"),
        (0.99995123, "0.9999512"),
        (1 - 1.234e-9, "0.9999999988"),
        (1 - 1e-13, "1.0000000000"),
        (1.0, "1.0000"),
        (1.84e-5, "1.84E−5"),
    ],
)
def test_what_is_below_1_says_how_near_it_is(number: float, text: str) -> None:
    assert evaluate(figures(CELL, below_one=True), One(number)) == text


NUMBERS = st.floats(-1e150, 1e150, allow_nan=False) | st.floats(-2e6, 2e6, allow_nan=False)
NUMBERS |= st.floats(-1e-2, 1e-2, allow_nan=False) | st.integers(-3000, 3000).map(lambda n: n / 100)


@given(NUMBERS, st.sampled_from((4, 6)))
@settings(max_examples=400, deadline=None)
def test_what_is_written_reads_as_the_number_within_its_digits(number: float, digits: int) -> None:
    text = in_figures(number, digits)
    [read] = sides(flat_text(text), lambda symbol: math.nan, {}, lambda label: False, {})
    assert read.holds(number if abs(number) >= 1e-300 else 0.0)
    # Three digits count at least, so that no number becomes another one.
    assert read.high - read.low <= 1.01e-2 * abs(number) or read.high == read.low
    assert same_text(text, str(evaluate(written_number(CELL, digits), One(number))))
    assert len(text) <= 13


@given(st.lists(NUMBERS, min_size=20, max_size=20))
@settings(max_examples=10, deadline=None)
def test_a_program_writes_the_same(numbers: list[float]) -> None:
    model = ironcalc.create("figures", "en", "UTC")
    for row, number in enumerate(numbers, 1):
        model.set_user_input(0, row, 1, f"{number:.15g}")
        text = EXCEL.write(written_number(Ref("Sheet1", row, 1)), "Sheet1")
        model.set_user_input(0, row, 2, "=" + text)
    model.evaluate()
    for row, number in enumerate(numbers, 1):
        found = model.get_formatted_cell_value(0, row, 2)
        assert same_text(in_figures(float(f"{number:.15g}")), found), (number, found)


@given(st.floats(-1e150, 1e150, allow_nan=False))
def test_a_number_is_shown_by_its_power_where_its_decimals_would_not_do(number: float) -> None:
    for decimals, rule in FITS.items():
        holds = [form for condition, form in rule.rules(CELL) if evaluate(condition, One(number))]
        form = holds[0] if holds else "0." + "0" * decimals
        places = len(form.partition(".")[2].partition("E")[0])
        text = f"{number:.{places}{'E' if 'E' in form else 'f'}}"
        assert len(text) <= {2: 8, 3: 7, 4: 10, 6: 10, 8: 12, 10: 14}[decimals]
        assert number == 0 or float(text) != 0


@given(NUMBERS)
@settings(deadline=None)
def test_the_labels_of_a_drawing_are_short_and_true(number: float) -> None:
    text = in_figures(number, short=True)
    assert same_text(text, str(evaluate(written_number(CELL, short=True), One(number))))
    [read] = sides(
        flat_text(text), lambda symbol: math.nan, {}, lambda label: False, {}, short=True
    )
    assert read.holds(number if abs(number) >= 1e-300 else 0.0)
    assert len(text.lstrip("−")) <= (6 if 0.1 <= abs(number) < 9999 else 9)


def test_a_map_keeps_its_colours_where_numbers_have_another_format() -> None:
    """LibreOffice shows both where they are of one conditional format, so of one area."""
    sheet = Sheet("S")
    for row in (3, 5, 6):
        for column in (2, 3):
            sheet.put(row, column, 0.25, Style(number_format="0.00"))
    sheet.formats.append(ColourScale(Area("S", 5, 2, 6, 3), "FF0000", "FFFFFF", "00FF00"))
    fit(sheet)
    areas = [rule.area for rule in sheet.formats if isinstance(rule, NumberRule)]
    assert sorted((area.top, area.bottom) for area in areas) == [(3, 3)] * 2 + [(5, 6)] * 2
    assert isinstance(sheet.formats[-1], ColourScale)


@pytest.mark.parametrize(
    ("formula", "hidden"),
    [("1/0", True), ("1E300*1E300", True), ('1+"a"', True), ("#REF!+1", False), ("5", False)],
)
def test_only_errors_that_follow_from_a_run_are_hidden(formula: str, hidden: bool) -> None:
    sheet = Sheet("Sheet1")
    sheet.put(3, 1, 1.0)
    fit(sheet)
    rule = sheet.formats[0]
    assert isinstance(rule, Rule)
    model = ironcalc.create("errors", "en", "UTC")
    model.set_user_input(0, 3, 1, "=" + formula)
    model.set_user_input(0, 1, 1, "=" + EXCEL.write(rule.condition, "Sheet1"))
    model.evaluate()
    assert model.get_formatted_cell_value(0, 1, 1) == str(hidden).upper()


def test_formats_without_fixed_decimals_have_no_rule() -> None:
    assert all(fit_of(form) is None for form in ("General", "0", "0.0E+0", "@", "0.00000"))
    assert fit_of("+0.0000;-0.0000;0.0000") == fit_of("0.0000") == FITS[4]
