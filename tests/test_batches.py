"""Batches, test sets and standardised inputs: the engine by itself, the workbooks against it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sheetnet import build, inspect, train, verify
from sheetnet.lessons.errors import explain
from sheetnet.network.batches import order
from sheetnet.network.engine import DivergenceError
from sheetnet.network.evaluation import evaluated, is_classification, of_layer
from sheetnet.network.lesson import Lesson
from sheetnet.network.subject import SUBJECT
from sheetnet.recalc import recalculate
from sheetnet.workbook.knobs import edits
from tests.books import block_array, findings
from tests.strategies import contents, rounded, rows
from tests.test_parameters import content


@st.composite
def playgrounds(draw: st.DrawFn, *, max_steps: int = 6) -> Lesson:
    """A random lesson with a batch, a test set, standardised inputs, or several of them."""
    made: dict[str, Any] = draw(contents(max_steps=max_steps))
    data, training = made["data"], made["training"]
    examples, outputs = len(data["inputs"]), len(data["targets"][0])
    if draw(st.booleans()) and made["network"]["layers"][-1]["activation"] != "step":
        for row in data["targets"]:
            chosen = draw(st.integers(0, outputs - 1))
            row[:] = [float(unit == chosen) for unit in range(outputs)]
    if draw(st.booleans()):
        training |= {
            "batch": draw(st.integers(1, examples)),
            "shuffle": draw(st.booleans()),
            "seed": draw(st.integers(0, 99)),
        }
    if draw(st.booleans()):
        count = draw(st.integers(1, 3))
        data["test_inputs"] = draw(rows(rounded(-2, 2, 2), count, len(data["inputs"][0])))
        data["test_targets"] = [list(data["targets"][n % examples]) for n in range(count)]
    data["standardise"] = draw(st.booleans())
    data["columns"] = [f"column {n}" for n in range(len(data["inputs"][0]))]
    lesson = Lesson.model_validate(made)
    try:
        trace = train(lesson)
    except DivergenceError:
        reject()
    assume(not near_a_kink(lesson, trace) and SUBJECT.steady(SUBJECT.numbers(lesson)))
    return lesson


def near_a_kink(lesson: Lesson, trace: Any) -> bool:
    """Whether some z, or the score of a class, is so near to a side that a last bit decides."""
    numbers = SUBJECT.numbers(lesson, lesson.settings)
    sets = range(len(evaluated(numbers).costs))
    last = [of_layer(numbers, number, lesson.net.depth)["z"] for number in sets]
    near = any(
        (np.abs(trace["z", layer.number] - kink) < 1e-9).any()
        for layer in lesson.net.layers
        for _, kink in layer.kinks()
    )
    gaps = [np.abs(np.diff(np.sort(z, axis=-1), axis=-1)) for z in last]
    return near or any(((gap > 0) & (gap < 1e-9)).any() for gap in gaps)


@given(playgrounds())
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_random_playgrounds_verify(
    tmp_path_factory: pytest.TempPathFactory, lesson: Lesson
) -> None:
    path = tmp_path_factory.mktemp("playground") / "book.xlsx"
    result = verify(build(lesson, path))
    assert result.ok, findings(result)
    assert not result.unclaimed


@given(playgrounds(max_steps=8))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_step_learns_from_its_batch_alone(lesson: Lesson) -> None:
    """Each step is the first of a lesson whose only examples are those of the batch."""
    trace = train(lesson)
    held, steps = lesson.settings, lesson.training.steps
    assume(lesson.net.batch and lesson.net.is_plain and not lesson.net.penalties and steps)
    raw = held["input", None]
    shown = raw
    if lesson.data.standardise:
        size = raw.std(axis=0)
        shown = (raw - raw.mean(axis=0)) / np.where(size > 1e-9, size, 1)
    for step in range(steps):
        numbers = held["order", None][step].astype(int) - 1
        layers = [
            table.model_copy(
                update={
                    "weights": tuple(map(tuple, trace["weight", i + 1][step].tolist())),
                    "weights_layout": "unit × source",
                    "biases": _biases(trace, i + 1, step),
                }
            )
            for i, table in enumerate(lesson.network.layers)
        ]
        data = {
            "inputs": shown[numbers].tolist(),
            "targets": held["target", None][numbers].tolist(),
        }
        alone = Lesson.model_validate(
            {
                "title": "one",
                "source": "",
                "notation": lesson.notation,
                "network": lesson.network.model_copy(update={"layers": tuple(layers)}),
                "data": data,
                "training": {
                    "learning_rate": lesson.training.learning_rate,
                    "steps": 1,
                    "train_biases": lesson.training.train_biases,
                },
            }
        )
        one = train(alone)
        for (name, layer), array in one.items():
            if name in ("weight", "bias"):
                np.testing.assert_allclose(array[1], trace[name, layer][step + 1], rtol=1e-12)
        np.testing.assert_allclose(one.costs[0], trace.costs[step], rtol=1e-12, atol=1e-15)


def _biases(trace: Any, layer: int, step: int) -> Any:
    held = trace.get(("bias", layer))
    return None if held is None else tuple(np.atleast_1d(held[step]).tolist())


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 40), st.booleans(), st.integers(0, 9))
def test_the_order_shows_all_examples_before_one_again(
    examples: int, batch: int, updates: int, shuffle: bool, seed: int
) -> None:
    drawn = order(examples, batch, updates, shuffle, seed)
    assert drawn.shape == (updates, batch)
    row = drawn.ravel()
    for first in range(0, len(row), examples):
        round_ = row[first : first + examples].tolist()
        assert len(set(round_)) == len(round_)
        if not shuffle:
            assert round_ == list(range(1, len(round_) + 1))
    assert set(row) <= set(range(1, examples + 1))
    assert (drawn == order(examples, batch, updates, shuffle, seed)).all()


def test_accuracy_is_counted_example_by_example() -> None:
    """Against a loop that knows nothing of arrays."""
    made = content(
        data={
            "inputs": [[0.9, -0.4], [0.2, 0.7], [-0.6, 0.3], [0.1, 0.1]],
            "targets": [[0, 1], [1, 0], [1, 0], [0, 1]],
            "test_inputs": [[0.5, 0.5], [-1, 1]],
            "test_targets": [[1, 0], [0, 1]],
        },
        training={"batch": 2, "steps": 12, "learning_rate": 2.0},
    )
    lesson = Lesson.model_validate(made)
    assert is_classification(lesson)
    numbers = SUBJECT.numbers(lesson, lesson.settings)
    found = evaluated(numbers)
    data = lesson.data
    sets = ((data.inputs, data.targets), (data.test_inputs, data.test_targets))
    for number, (inputs, targets) in enumerate(sets):
        for step in range(13):
            right = 0
            for x, t in zip(inputs, targets, strict=True):
                a = np.array(x)
                for layer, own in enumerate(lesson.net.layers, 1):
                    z = (
                        numbers.trace["weight", layer][step] @ a
                        + numbers.trace["bias", layer][step]
                    )
                    a = own.activation.value(z, {})  # type: ignore[attr-defined]
                right += max(range(2), key=lambda j: a[j]) == t.index(1)
            assert found.accuracies[number][step] == right / len(inputs)
    assert found.accuracies[0].min() < 1


def classes(tmp_path: Path, **training: Any) -> tuple[Path, Lesson]:
    rng = np.random.default_rng(4)
    centres, kind = rng.normal(0, 2, (3, 2)), rng.integers(0, 3, 30)
    points = (centres[kind] + rng.normal(0, 0.8, (30, 2))).round(2)
    targets = np.eye(3)[kind]
    made = content(
        {"inputs": 2, "loss": "cross_entropy"},
        last={
            "units": 3,
            "activation": "softmax",
            "weights": [[0.1, 0.2, 0.3], [0.3, -0.2, 0.1], [-0.1, 0.4, 0]],
            "biases": [0, 0, 0],
        },
        data={
            "inputs": points[:24].tolist(),
            "targets": targets[:24].tolist(),
            "test_inputs": points[24:].tolist(),
            "test_targets": targets[24:].tolist(),
            "standardise": True,
            "classes": ["red", "green", "blue"],
        },
        training={"batch": 5, "shuffle": True, "steps": 8, **training},
    )
    lesson = Lesson.model_validate(made)
    return build(lesson, tmp_path / "book.xlsx"), lesson


@pytest.mark.programs
def test_in_every_program_what_is_typed_changes_batches_and_accuracy(
    tmp_path: Path, engine: Any
) -> None:
    """Other examples in a batch, other data, another test target: the quantities follow."""
    path, lesson = classes(tmp_path)
    held = lesson.settings
    changed = held.but(
        {
            ("order", None): (held["order", None] * 7) % 24 + 1,
            ("input", None): held["input", None][::-1] * 1.5,
            ("test_target", None): held["test_target", None][:, ::-1],
            ("learning_rate", None): np.array(2.0),
            ("chosen_step", None): np.array(5.0),
        }
    )
    book = SUBJECT.book(lesson, SUBJECT.numbers(lesson, held))
    [values] = recalculate(path, engine, [edits(book.blocks, changed)])
    numbers = SUBJECT.numbers(lesson, changed)
    found = evaluated(numbers)
    truth = {
        "accuracy": np.column_stack(found.accuracies),
        "training_cost": found.costs[0],
        "test_cost": found.costs[1],
        "batch_input": numbers.trace["batch_input", None],
        "standardised_input": numbers.examples,
    }
    for name, expected in truth.items():
        [block, *_] = [b for b in inspect(path)["blocks"] if b["quantity"] == name]
        of_block = {*block["rows"], *block["columns"]}
        axes = [axis for axis in ("step", "sample", "unit", "split") if axis in of_block]
        shown = expected if "step" in axes or name == "standardised_input" else numbers.inputs
        np.testing.assert_allclose(block_array(block, values, axes), shown, rtol=1e-9, atol=1e-12)


REFUSED = [
    ({"training": {"batch": 7}}, "training.batch: is 7, and there are 3 examples: write at most 3"),
    ({"training": {"batch": 0}}, "training.batch"),
    ({"training": {"shuffle": True}}, "training.shuffle: every step is shown all examples"),
    ({"data": {"test_inputs": [[1.0]], "test_targets": [[0.1, 0.2]]}}, "data.test_inputs[0]"),
    ({"data": {"test_inputs": [[1.0, 2.0]]}}, "data.test_targets: has 0 rows: write 1"),
]


@pytest.mark.parametrize(("change", "says"), REFUSED)
def test_what_does_not_fit_is_refused_in_a_sentence(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as found:
        Lesson.model_validate(content(**change))
    assert says in explain(found.value)
