"""Each way of placing the run, with more steps than any pattern of rows is drawn from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from books import assert_follows, findings

from sheetnet.building import build
from sheetnet.network import placement
from sheetnet.network.engine import train
from sheetnet.network.lesson import Lesson
from sheetnet.proof.index import inspect
from sheetnet.proof.verification import verify
from sheetnet.recalc import recalculate

STEPS = 5


#: Plain descent, and an update in which all parameters share what stands on Training alone.
TRAINED: dict[str, dict[str, Any]] = {
    "sgd": {},
    "adam": {"schedule": "exponential", "gamma": 0.9, "clip_norm": 0.1, "l1": 0.01, "l2": 0.1},
}


def lesson(optimiser: str) -> Lesson:
    rng = np.random.default_rng(3)
    return Lesson.model_validate(
        {
            "title": "A batch",
            "source": "drawn",
            "notation": "wichmann",
            "network": {
                "inputs": 2,
                "loss": "half_squared_error",
                "layers": [
                    {"units": 3, "activation": "tanh"},
                    {"units": 2, "activation": "sigmoid"},
                ],
            },
            "data": {
                "inputs": rng.uniform(-1, 1, (10, 2)).round(2).tolist(),
                "targets": rng.uniform(0, 1, (10, 2)).round(2).tolist(),
            },
            "training": {
                "learning_rate": 0.1,
                "steps": STEPS,
                "optimiser": optimiser,
                **TRAINED[optimiser],
            },
        }
    )


@pytest.mark.parametrize("optimiser", TRAINED)
@pytest.mark.parametrize("name", [p.name for p in placement.PLACEMENTS])
def test_every_step_is_proved_wherever_it_stands(
    name: str, optimiser: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = [p for p in placement.PLACEMENTS if p.name == name]
    monkeypatch.setattr(placement, "PLACEMENTS", chosen)
    small = lesson(optimiser)
    path = build(small, tmp_path / "book.xlsx")
    [values] = recalculate(path, "ironcalc")
    assert_follows(inspect(path)["blocks"], values, train(small))
    result = verify(path)
    assert result.ok, findings(result)
