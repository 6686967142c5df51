"""Optimisers, schedules, clipping and penalties: workbooks against the engine.

The engine itself is compared with the published algorithms in `test_engine.py`, with autograd for
the gradients of penalties there too, and with optax in `test_optax.py` where that is installed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sheetnet import build, inspect, verify
from sheetnet.errors import SheetnetError
from sheetnet.network.engine import DivergenceError, train
from sheetnet.network.lesson import Lesson
from sheetnet.network.optimisers import OPTIMISERS
from tests.books import findings
from tests.strategies import NOTATIONS, hits_a_kink, rounded, updates

STEPS = 200


def lesson(training: dict[str, Any], **further: Any) -> Lesson:
    """A small network with a batch; other keys of the lesson file replace its own."""
    content: dict[str, Any] = {
        "title": "an update",
        "source": "a test",
        "notation": "wichmann",
        "network": {
            "inputs": 2,
            "loss": "half_squared_error",
            "seed": 3,
            "layers": [{"units": 2, "activation": "tanh"}, {"units": 1, "activation": "sigmoid"}],
        },
        "data": {"inputs": [[0.3, -0.5], [0.8, 0.1]], "targets": [[0.2], [0.7]]},
        "training": {"learning_rate": 0.05, "steps": 4, **training},
    }
    return Lesson.model_validate(content | further)


def proved(made: Lesson, path: Path, engine: str = "ironcalc") -> Any:
    result = verify(build(made, path), engine=engine)
    assert result.ok and not result.unclaimed, findings(result)
    return result


@st.composite
def updated(draw: st.DrawFn) -> Lesson:
    """Any update of a small network."""
    training = draw(updates())
    training["learning_rate"] = draw(rounded(0.01, 0.3, 2))
    made = lesson(training, notation=draw(st.sampled_from(NOTATIONS)))
    try:
        trace = train(made)
    except DivergenceError:
        assume(False)
    assume(not hits_a_kink(made, trace))
    return made


@pytest.mark.programs
@given(made=updated())
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_update_in_a_workbook_is_the_engines(
    made: Lesson, tmp_path_factory: pytest.TempPathFactory, program_or_skip: Any
) -> None:
    program_or_skip("ironcalc")
    proved(made, tmp_path_factory.mktemp("update") / "update.xlsx")


#: Between them every hyper-parameter, each of which verify moves.
ALL_KNOBS = {
    "adamw": {"schedule": "cosine", "eta_min": 0.01, "clip_norm": 0.05, "l1": 0.01, "l2": 0.1},
    "rmsprop": {"schedule": "step", "step_size": 2, "clip_value": 0.03},
    "nesterov": {"schedule": "exponential", "gamma": 0.8, "l1": 0.02},
}


@pytest.mark.programs
@pytest.mark.parametrize("name", ALL_KNOBS)
def test_libreoffice_follows_each_hyper_parameter(
    name: str, tmp_path: Path, program_or_skip: Any
) -> None:
    program_or_skip("libreoffice")
    made = lesson({"optimiser": name, **ALL_KNOBS[name]}, notation="happydustbunny")
    assert not proved(made, tmp_path / "knobs.ods", "libreoffice").untaken


@pytest.mark.programs
@pytest.mark.parametrize("name", ALL_KNOBS)
def test_200_steps_in_a_workbook(name: str, tmp_path: Path, program_or_skip: Any) -> None:
    program_or_skip("ironcalc")
    made = lesson({"optimiser": name, "steps": STEPS, **ALL_KNOBS[name]})
    proved(made, tmp_path / "long.xlsx")


@pytest.mark.parametrize("name", sorted(OPTIMISERS))
def test_the_index_names_what_an_optimiser_keeps(name: str, tmp_path: Path) -> None:
    path = build(lesson({"optimiser": name}), tmp_path / "kept.xlsx")
    whole = [b for b in inspect(path)["blocks"] if "step" in b["rows"] or not b["live"]]
    blocks = {(b["quantity"], b["layer"]): b for b in whole}
    for state in OPTIMISERS[name].state:
        for layer in (1, 2):
            held = blocks[f"weight_{state}", layer]
            assert held["live"] and held["columns"] == ["unit", "source"]
    for hyper in OPTIMISERS[name].hyper:
        assert blocks[hyper.name, None]["live"] is False


def test_a_correction_has_no_power_that_is_too_small() -> None:
    """0.1 to the 400th is no number of any program; the column does without."""
    trace = train(lesson({"optimiser": "adam", "beta1": 0.1, "steps": 400}))
    np.testing.assert_array_equal(trace["first_correction", None][-1], 1.0)
    assert trace["first_correction", None][0] == pytest.approx(0.9)


def test_a_weight_of_0_has_no_slope_of_a_penalty() -> None:
    layers = [{"units": 1, "activation": "identity", "weights": [[0.0, -2.0]]}]
    network = {"inputs": 2, "loss": "half_squared_error", "layers": layers}
    made = {"inputs": [[0.0, 0.0]], "targets": [[0.0]]}
    trace = train(lesson({"l1": 0.5, "l2": 0.1, "steps": 0}, network=network, data=made))
    np.testing.assert_allclose(trace["weight_gradient", 1][0], [[0.0, -0.5 - 0.2]])
    assert trace.costs[0] == pytest.approx(0.5 * 2 + 0.1 / 2 * 4)


@pytest.mark.parametrize("panel", ["factors", "diagonal-matrices", "element-and-matrix"])
def test_panels_of_the_losses_gradients_refuse_a_penalty(panel: str, tmp_path: Path) -> None:
    made = Lesson.load("happydustbunny")
    text = made.text.replace("[training]", "[training]\nl2 = 0.1")
    text = text.replace('"diagonal-matrices", "long-expressions"', f'"{panel}"')
    file = tmp_path / "panel.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SheetnetError, match=r"training\.l2 adds to them: take that out, or the"):
        build(file, tmp_path / "panel.xlsx")
