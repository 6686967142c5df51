"""Which parameters a layer has, which of them training changes, and sums instead of means."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from sheetnet import build, inspect, train, verify
from sheetnet.network import placement
from sheetnet.network.engine import DivergenceError
from sheetnet.network.lesson import Lesson
from sheetnet.network.schema import json_schema
from sheetnet.network.sheets.matrix_parameters import rectangles
from tests.books import findings
from tests.strategies import NOTATIONS, biases, contents, frozen, hits_a_kink, updates

CONTENT = """
title = "parameters"
source = "a test"
notation = "wichmann"

[network]
inputs = 2
loss = "half_squared_error"

[[network.layers]]
units = 3
activation = "tanh"
weights = [[0.31, -0.52], [0.74, 0.18], [-0.27, 0.63]]

[[network.layers]]
units = 2
activation = "sigmoid"
weights = [[0.41, -0.35, 0.57], [-0.66, 0.29, 0.48]]

[data]
inputs  = [[0.9, -0.4], [0.2, 0.7], [-0.6, 0.3]]
targets = [[0.1, 0.9], [0.8, 0.3], [0.6, 0.2]]

[training]
learning_rate = 0.7
steps = 3
"""


def content(network: Any = None, first: Any = None, last: Any = None, **changes: Any) -> Any:
    """The lesson above, with keys of the network and of its two layers added."""
    made = tomllib.loads(CONTENT)
    made["network"] |= network or {}
    for table, keys in zip(made["network"]["layers"], (first, last), strict=True):
        table |= keys or {}
    for key, value in changes.items():
        made[key] = {**made[key], **value} if isinstance(value, dict) else value
    return made


def lesson(*args: Any, **kwargs: Any) -> Lesson:
    return Lesson.model_validate(content(*args, **kwargs))


#: All of it at once: one bias for a layer, none in the next, fixed weights, sums, momentum.
ALL: dict[str, Any] = {
    "network": {"reduction": "sum"},
    "first": {"shared_bias": True, "biases": [0.12], "frozen": ["weights[0][1]", "weights[2]"]},
    "last": {"bias": False},
    "training": {"optimiser": "momentum"},
}


# What a lesson says --------------------------------------------------------------------


def test_what_the_network_says_holds_for_layers_that_do_not_say() -> None:
    one, other = lesson({"bias": False}, None, {"bias": True}).net.layers
    assert [q.name for q in one.parameters] == ["weight"]
    assert [(q.name, q.axes) for q in other.parameters][1] == ("bias", ("unit",))
    one, other = lesson({"shared_bias": True}, {"bias": False}).net.layers
    assert [q.name for q in one.parameters] == ["weight"]
    assert [(q.name, q.axes) for q in other.parameters][1] == ("bias", ())


def test_a_shared_bias_is_given_once_or_as_often_as_there_are_units() -> None:
    for given_biases in ([0.4], [0.4, 0.4, 0.4]):
        made = lesson(first={"shared_bias": True, "biases": given_biases})
        assert made.settings["bias", 1].shape == ()
        assert made.settings["bias", 1] == 0.4


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ({"bias": False, "biases": [0, 0, 0]}, "biases: this layer has no bias (bias = false)"),
        ({"bias": False, "shared_bias": True}, "shared_bias: this layer has no bias"),
        ({"shared_bias": True, "biases": [1, 2, 3]}, "biases: has 3 numbers, and all units share"),
        ({"shared_bias": True, "biases": [1, 1]}, "biases: has 2 numbers, and all units share one"),
        ({"bias": [0.1]}, "bias: write true or false, not [0.1]: numbers stand in 'biases'"),
        ({"shared_bias": 1}, "shared_bias: write true or false, not 1"),
        ({"frozen": "weights"}, "frozen: write true, or a list of places such as"),
        ({"frozen": ["weight"]}, "frozen[0]: 'weight' is no parameter of this layer: did you mean"),
        ({"frozen": ["weights", "delta[0]"]}, "frozen[1]: 'delta[0]' is no parameter of this"),
        ({"frozen": ["weights[3]"]}, "frozen[0]: weights[3] is not there: weights has 3 × 2"),
        ({"frozen": ["weights[0][2]"]}, "frozen[0]: weights[0][2] is not there: weights has"),
        ({"frozen": ["biases[0][0]"]}, "frozen[0]: biases[0][0] is not there: biases has 3 num"),
        ({"frozen": ["biases"], "bias": False}, "frozen[0]: 'biases' is no parameter of this"),
        (
            {"frozen": ["biases[1]"], "shared_bias": True},
            "frozen[0]: biases[1] is not there: biases has 1 number, counted from 0",
        ),
    ],
)
def test_what_does_not_fit_is_said(first: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match="Value error, network.layers") as caught:
        lesson(first=first)
    assert f"network.layers[0].{said}" in str(caught.value)


def test_a_place_is_counted_as_the_file_lays_the_weights() -> None:
    turned = [[0.31, 0.74, -0.27], [-0.52, 0.18, 0.63]]
    layout = {"weights": turned, "weights_layout": "source × unit"}
    stays = lesson(first={**layout, "frozen": ["weights[1][2]"]}).net.frozen["weight", 1]
    assert np.argwhere(stays).tolist() == [[2, 1]]
    stays = lesson(first={**layout, "frozen": ["weights[0]"]}).net.frozen["weight", 1]
    assert np.argwhere(stays).tolist() == [[0, 0], [1, 0], [2, 0]]


def test_a_lesson_made_in_python_is_written_with_all_of_it() -> None:
    made = lesson(**ALL)
    again = Lesson.from_toml(made.text)
    assert again == made
    assert again.net.reduction.name == "sum"


def test_the_schema_knows_the_keys() -> None:
    definitions = json_schema()["$defs"]
    assert definitions["Network"]["properties"]["reduction"]["enum"] == ["mean", "sum"]
    assert {"bias", "shared_bias"} <= set(definitions["Network"]["properties"])
    assert {"bias", "shared_bias", "frozen"} <= set(definitions["Dense"]["properties"])


# What comes of it ----------------------------------------------------------------------


def test_a_sum_is_as_many_times_the_mean_as_there_are_examples() -> None:
    mean, total = train(lesson()), train(lesson({"reduction": "sum"}))
    np.testing.assert_allclose(total.costs[0], 3 * mean.costs[0], rtol=1e-14)
    first = {"training": {"learning_rate": 0.7 / 3}}
    np.testing.assert_allclose(
        train(lesson({"reduction": "sum"}, **first)).weights[0], mean.weights[0], rtol=1e-12
    )


def test_without_a_bias_is_as_with_biases_that_stay_0() -> None:
    without = train(lesson({"bias": False}))
    fixed = train(lesson(first={"frozen": ["biases"]}, last={"frozen": ["biases"]}))
    np.testing.assert_array_equal(without.costs, fixed.costs)
    assert ("bias", 1) not in without
    assert not fixed["bias", 1].any()


def test_frozen_everywhere_nothing_moves_and_gradients_are_known() -> None:
    trace = train(lesson(first={"frozen": True}, last={"frozen": True}))
    assert (trace.costs == trace.costs[0]).all()
    assert trace.weight_gradients[0].any()


@given(st.data())
def test_rectangles_cover_a_matrix_with_one_value_each(data: st.DataObject) -> None:
    rows, columns = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5))
    mask = np.array(data.draw(st.lists(st.lists(st.booleans(), min_size=columns, max_size=columns),
                                       min_size=rows, max_size=rows)))  # fmt: skip
    covered = np.zeros(mask.shape, int)
    for place, value in rectangles(mask):
        assert (mask[place] == value).all()
        covered[place] += 1
    assert (covered == 1).all()
    if mask.all():
        assert len(list(rectangles(mask))) == 1


# Workbooks -----------------------------------------------------------------------------


def proved(made: Lesson, path: Path, engine: str = "ironcalc") -> list[dict[str, Any]]:
    """Build and verify, with no number left out; returns the index's blocks."""
    result = verify(build(made, path), engine)
    assert result.ok, findings(result)
    assert result.unclaimed == 0
    blocks: list[dict[str, Any]] = inspect(path)["blocks"]
    return blocks


@pytest.mark.parametrize("notation", NOTATIONS)
def test_all_of_it_verifies_in_every_notation(
    notation: str, tmp_path: Path, program_or_skip: Any
) -> None:
    program_or_skip("ironcalc")
    made = lesson(**ALL, notation=notation)
    blocks = proved(made, tmp_path / "all.xlsx")
    biased = [b for b in blocks if b["quantity"] == "bias"]
    assert {b["layer"] for b in biased} == {1}
    [run] = [b for b in biased if "step" in b["rows"]]
    assert (run["columns"], run["lengths"]) == ([], {"step": 4})
    [start] = [b for b in biased if not b["live"]]
    assert (start["rows"], start["columns"]) == ([], [])
    [kept] = [b for b in blocks if b["quantity"] == "bias_velocity" and b["sheet"] == "Training"]
    assert kept["lengths"] == {"step": 4}


@pytest.mark.parametrize(("engine", "suffix"), [("libreoffice", "xlsx"), ("gnumeric", "ods")])
def test_all_of_it_verifies_in_the_real_programs(
    engine: str, suffix: str, tmp_path: Path, program_or_skip: Any
) -> None:
    program_or_skip(engine)
    # One example too, where no sum is over a batch.
    one = {"inputs": [[0.9, -0.4]], "targets": [[0.1, 0.9]]}
    turn = {"xlsx": {}, "ods": {"notation": "happydustbunny", "data": one}}[suffix]
    proved(lesson(**{**ALL, **turn}), tmp_path / f"all.{suffix}", engine)


@pytest.mark.parametrize(("columns", "sheet"), [(70, "Examples"), (45, "Weights 1")])
def test_a_shared_bias_where_a_step_is_wider_than_a_sheet(
    columns: int,
    sheet: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    program_or_skip: Any,
) -> None:
    program_or_skip("ironcalc")
    monkeypatch.setattr(placement, "LAST_COLUMN", columns)
    blocks = proved(lesson(**ALL), tmp_path / "wide.xlsx")
    assert sheet in {b["sheet"] for b in blocks}
    [run] = [b for b in blocks if b["quantity"] == "bias" and "step" in b["rows"]]
    assert (run["sheet"], run["lengths"]) == ("Training", {"step": 4})


@pytest.mark.parametrize("kind", [{"bias": False}, {"shared_bias": True}])
def test_networks_too_large_to_draw(
    kind: dict[str, Any], tmp_path: Path, program_or_skip: Any
) -> None:
    program_or_skip("ironcalc")
    made = content({**kind, "inputs": 13}, {"weights": None}, {"frozen": ["weights[1]"]})
    made["network"]["layers"][0].pop("weights")
    made["data"]["inputs"] = [[0.1 * (n + k) for k in range(13)] for n in range(3)]
    proved(Lesson.model_validate(made), tmp_path / "maps.xlsx")


@st.composite
def combinations(draw: st.DrawFn) -> Lesson:
    """Any lesson in which every layer says something of its parameters."""
    made = draw(contents(max_steps=5))
    sources = made["network"]["inputs"]
    for layer in made["network"]["layers"]:
        given_biases = layer.pop("biases", None)
        for key in ("bias", "shared_bias", "frozen"):
            layer.pop(key, None)
        if draw(st.integers(0, 3)):
            layer |= draw(biases(given_biases))
        layer["frozen"] = draw(frozen(layer["units"], sources, layer))
        sources = layer["units"]
    made["network"]["reduction"] = draw(st.sampled_from(["mean", "sum"]))
    kept = {k: v for k, v in made["training"].items() if k in ("learning_rate", "steps")}
    made["training"] = kept | draw(updates())
    found = Lesson.model_validate(made)
    try:
        trace = train(found)
    except DivergenceError:
        reject()
    assume(not hits_a_kink(found, trace))
    return found


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=combinations())
def test_every_combination_builds_and_verifies(
    made: Lesson, tmp_path_factory: pytest.TempPathFactory, program_or_skip: Any
) -> None:
    program_or_skip("ironcalc")
    proved(made, tmp_path_factory.mktemp("combined") / "combined.xlsx")
