"""Networks beyond those that ship: what is read back of them, where some sheets have no room."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from benchmarks.subject import drawn
from sheetnet import build, verify
from sheetnet.network.lesson import Lesson
from tests.books import findings, misread
from tests.strategies import lessons

#: Units of the layers, and examples.
SIZES = [
    ((2, 30, 1), 4),
    ((5, 5, 5, 5, 5), 1),
    ((2, 2, 1), 200),
    ((4, 5, 3), 40),
    ((2, 20, 10, 1), 20),
    ((1, 40, 1), 4),
    ((6, 9), 1),
    ((8, 2, 6, 1, 1), 2),
    ((2, 20, 20, 3), 1),
    ((8, 8, 8, 8), 2),
]


@pytest.mark.parametrize(("sizes", "samples"), SIZES)
def test_larger_networks_read_back(sizes: tuple[int, ...], samples: int) -> None:
    assert misread(drawn(sizes, samples, 3)) == []


def test_a_dozen_layers_read_back() -> None:
    deep = drawn((2,) * 13, 2, 2)
    for notation in ("wichmann", "sabine"):
        assert misread(deep.model_copy(update={"notation": notation})) == []


def test_long_runs_read_back() -> None:
    """Their curves are thinned by lowest and highest steps."""
    assert misread(drawn((2, 2, 1), 2, 700)) == []


def test_large_numbers_read_back() -> None:
    """A millionth beside a million: moved by h they differ in the tenth digit."""
    lesson = drawn((2, 2, 1), 2, 3)
    [first, last] = lesson.network.layers
    large = first.model_copy(update={"weights": ((1e6, 1e-6), (3.0, -2e6))})
    network = lesson.network.model_copy(update={"layers": (large, last)})
    assert misread(lesson.model_copy(update={"network": network})) == []


@pytest.mark.programs
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(lesson=lessons(max_steps=3, most=12))
def test_larger_random_lessons_read_back(lesson: Lesson) -> None:
    assert misread(lesson) == []


@pytest.mark.programs
def test_a_larger_network_verifies(tmp_path: Path) -> None:
    result = verify(build(drawn((2, 20, 12, 3), 2, 3), tmp_path / "larger.xlsx"))
    assert result.ok, findings(result)
    assert not result.unclaimed
