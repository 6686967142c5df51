"""What a file shows beside a number is that number, however programs write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetnet.files.ods.printed import contradicts

pytestmark = pytest.mark.quick
NUMBERS = st.floats(-1e9, 1e9, allow_nan=False)


@given(NUMBERS, st.integers(0, 12), st.sampled_from([".", ","]), st.sampled_from(["", "+"]))
def test_a_rounded_number_is_that_number(value: float, decimals: int, sign: str, plus: str) -> None:
    text = f"{value:{plus}.{decimals}f}".replace(".", sign)
    assert not contradicts(text, value)
    assert not contradicts(text.replace("-", "−"), value)


@given(NUMBERS, st.integers(0, 12))
def test_so_is_one_with_an_exponent_or_in_parts_of_a_hundred(value: float, decimals: int) -> None:
    assert not contradicts(f"{value:.{decimals}E}", value)
    assert not contradicts(f"{100 * value:.{decimals}f} %", value)


@given(st.floats(1e-3, 1e9), st.integers(4, 9))
def test_another_number_is_another(value: float, decimals: int) -> None:
    assert contradicts(f"{1.5 * value:.{decimals}f}", value)
    assert contradicts(f"{-value:.{decimals}f}", value)


@pytest.mark.parametrize("text", ["1,234,567.5", "1.234.567,5", "1 234 567.5", "1’234’567.5"])
def test_thousands_may_be_apart(text: str) -> None:
    assert not contradicts(text, 1234567.5)
    assert contradicts(text, 1234577.5)


@pytest.mark.parametrize("text", ["example 3", "", "✓", "###", "2026-11-28", "1/2", "12:30"])
def test_what_is_no_number_contradicts_none(text: str) -> None:
    assert not contradicts(text, 7.0)
