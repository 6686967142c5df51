"""Networks with large weights: outputs that are 0 or 1 to the last digit, slopes next to nothing.

What no program can compute there is said, and is no fault of the workbook.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from sheetnet import build, verify
from sheetnet.network.book import PANELS
from sheetnet.network.lesson import Lesson
from tests.books import findings, misread
from tests.strategies import NOTATIONS, lessons

HALF, BINARY, CROSS = "half_squared_error", "binary_cross_entropy", "cross_entropy"


def _lesson(loss: str, activations: list[str], largest: float, notation: str) -> Lesson:
    """Two units a layer and all panels that fit; weights of both signs, the largest one as said."""
    weights = [[largest, -largest / 2], [-largest / 3, largest / 5]]
    content: dict[str, object] = {
        "title": "Saturated",
        "source": "large weights",
        "notation": notation,
        "network": {
            "inputs": 2,
            "loss": loss,
            "layers": [{"units": 2, "activation": a, "weights": weights} for a in activations],
        },
        "data": {"inputs": [[1.0, 0.5], [-0.4, 0.8]], "targets": [[0.9, 0.2], [0.1, 0.7]]},
        "training": {"learning_rate": 0.3, "steps": 3},
    }
    plain = Lesson.model_validate(content)
    fitting = [name for name, kind in PANELS.items() if not kind.refuses(plain)]
    return Lesson.model_validate(content | {"panels": fitting})


@pytest.mark.programs
@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize(
    ("loss", "activations", "largest"),
    [
        (CROSS, ["tanh", "softmax"], 30.0),
        (CROSS, ["softplus", "softmax"], 200.0),
        (BINARY, ["sigmoid"], 100.0),
        (BINARY, ["elu", "sigmoid"], 60.0),
        (HALF, ["tanh", "sigmoid"], 40.0),
        (HALF, ["sigmoid", "identity"], 200.0),
    ],
)
def test_a_saturated_network_verifies(
    loss: str, activations: list[str], largest: float, notation: str, tmp_path: Path
) -> None:
    result = verify(build(_lesson(loss, activations, largest, notation), tmp_path / "large.xlsx"))
    assert result.ok, findings(result)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(lesson=lessons(max_steps=2, most=4, largest=60))
def test_saturated_random_lessons_read_back(lesson: Lesson) -> None:
    assert misread(lesson) == []
