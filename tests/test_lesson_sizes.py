"""Networks that are too large are refused before their weights are drawn.

Needs `check_size` in `sheetnet/network/lesson.py` and `count` in `sheetnet/network/subject.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sheetnet.network import lesson
from tests import hostile
from tests.trial import Trials, trials

pytestmark = pytest.mark.skipif(
    not hasattr(lesson, "check_size"), reason="the lesson does not check its size yet"
)
LAYER = '[[network.layers]]\nunits = {}\nactivation = "tanh"\n'
ONE = LAYER.format(1) + "weights = [[0.5]]\n"


@pytest.fixture(scope="module")
def room() -> Iterator[Trials]:
    with trials() as room:
        yield room


@pytest.mark.parametrize("command", ["build", "train"])
@pytest.mark.parametrize(
    ("layers", "said"),
    [
        (LAYER.format(1) * 1_000, "network.layers: has 1,000 layers: write at most 256"),
        (
            LAYER.format(16_384) * 3 + LAYER.format(1),
            "weights and biases, a workbook holds 10,000,000",
        ),
    ],
    ids=["layers", "units"],
)
def test_too_large_a_network_is_refused_soon(
    layers: str, said: str, command: str, tmp_path: Path, room: Trials
) -> None:
    path = tmp_path / "lesson.toml"
    path.write_text(hostile.LESSON.replace(ONE, layers), encoding="utf-8")
    answer = room.run(command, str(path), "-o", str(tmp_path / "out.xlsx"))
    assert not answer.wrong
    assert answer.status == 2
    assert said in answer.said
    assert answer.seconds < 5
    assert answer.memory < 500 * hostile.MIB


def long_run(parts: hostile.Parts) -> None:
    """The index's lesson says that it takes 400,000 steps."""
    for part, content in parts.items():
        if "sheet" in part or part == "content.xml":
            parts[part] = content.replace(b"steps = 2<", b"steps = 400000<")


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_run_that_is_longer_than_its_workbook_is_not_run(
    form: str, tmp_path: Path, room: Trials
) -> None:
    book = hostile.built(tmp_path)[form]
    path = hostile.made(book, tmp_path / f"long.{form}", long_run)
    assert hostile.parts_of(path) != hostile.parts_of(book)
    answer = room.run("verify", str(path))
    assert not answer.wrong
    assert answer.status == 2
    assert "more numbers than the workbook has cells" in answer.said
    assert answer.seconds < 5
