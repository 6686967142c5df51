"""Networks that are too large are refused before their weights are drawn.

Needs `check_size` in `sheetnet/network/lesson.py`.
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
        (LAYER.format(16_384) * 3 + LAYER.format(1), "weights and biases, a workbook holds 10,000,000"),
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
