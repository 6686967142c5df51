"""Bhadani's lessons: the slides' numbers, the perceptron's rule, the ReLU neuron's mask."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetnet import build, train, verify
from sheetnet.errors import SheetnetError
from sheetnet.lessons.subjects import subject
from sheetnet.network import published
from sheetnet.network.lesson import Lesson
from sheetnet.network.sheets.panels import published as sheet
from sheetnet.network.sheets.panels.relu_numbers import neuron
from sheetnet.recalc import recalculate
from tests.books import findings

#: What the slides print and what is right, as it was found by computing.
SLIPS = {
    ("0.6147", "0.6174"),
    ("0.7862", "0.7823"),
    ("0.7740", "0.7739"),
    ("0.6075", "0.6076"),
    ("0.3925", "0.3924"),
    ("−1.2922", "−1.2921"),
    ("−0.1393", "−0.1394"),
    ("−0.1373", "−0.1374"),
    ("−0.1356", "−0.1357"),
    ("−0.0193", "−0.0194"),
    ("−0.01401", "−0.01402"),
    ("−0.00264", "−0.00263"),
    ("−0.00528", "−0.00527"),
    ("−0.00327", "−0.00326"),
    ("−0.00969", "−0.00970"),
    ("0.01393", "0.01394"),
    ("0.01373", "0.01374"),
    ("0.00193", "0.00194"),
    ("0.000264", "0.000263"),
    ("0.000528", "0.000527"),
}


@pytest.mark.programs
def test_the_slides_numbers_are_the_workbooks(tmp_path: Path) -> None:
    """To the digits printed, read from the recalculated workbook; of a slip the right ones."""
    lesson = Lesson.load("bhadani-1-2-3-1")
    [values] = recalculate(build(lesson, tmp_path / "slides.xlsx"), "ironcalc", [{}])
    row, slips, count = sheet.TOP, set(), 0
    for group in lesson.published:
        for line, one in enumerate(group.numbers, row + 1):
            [[live, printed]] = values.area(sheet.NAME, line, sheet.LIVE, line, sheet.PRINTED)
            [[says]] = values.area(sheet.NAME, line, sheet.SAYS, line, sheet.SAYS)
            digits = len(one.printed.rstrip("%").partition(".")[2])
            told = f"{live:.{digits}f}".replace("-", "−")
            assert told == one.shown.rstrip("%"), (group.title, one.of)
            assert printed == published.number(one.printed)
            assert says == ("slip" if one.right else "✓")
            slips |= {(one.printed, one.right)} if one.right else set()
            count += 1
        row += len(group.numbers) + 2
    assert slips == SLIPS
    assert count > 140


LINES = [
    "weight[1][2][0] = 0.5",
    "bias[2][0] = 0",
    "z[2][1] = 1",
    "delta[1][0] = 0",
    "weight_velocity[1][0][1] = 0",
    "cost = 0.2",
    *(f"{name}[2][1] = 0" for name in ("activation_gradient", "activation_slope", "complement")),
    "activation_gradient[1][1] = −1,5",
    "delta_product[1][1] = 0",
    "logarithm[2][0] = 0",
    "z_slope[2][0][2] = 0",
    "product_back[2][1][0] = 0",
    "weight_change[1][0][0] = 0",
    "bias_change[2][1] = 0",
    "cost_fall = 0.01",
    "cost_fall_percent = 3%",
    "learning_rate = 2",
    "input[1] = 0",
    "target[0] = 0",
]


def changed(name: str, **changes: Any) -> Lesson:
    lesson = Lesson.load(name)
    return lesson.model_copy(update=changes)


@pytest.mark.programs
def test_any_lesson_may_list_numbers(tmp_path: Path) -> None:
    """Every kind of number, of a later step, of another example, with momentum."""
    text = Lesson.load("batch-of-four").text
    text = text.replace("steps         = 100", 'steps = 3\noptimiser = "momentum"')
    text = text.replace('notation = "bhadani"', "").replace(
        "[network]", 'panels = ["published"]\n[network]', 1
    )
    lines = "\n".join(f'"{line}",' for line in LINES)
    other = '{ of = "activation[1][0]", printed = "0.1", sample = 2, note = "third" }'
    groups = f'[[published]]\ntitle = "printed"\nstep = 2\nnumbers = [\n{lines}\n{other}]\n'
    made = Lesson.from_toml(text + groups, "made.toml")
    result = verify(build(made, tmp_path / "made.xlsx"))
    assert result.ok, findings(result)
    assert result.unclaimed == 0


REFUSED = [
    ('"cost 0.2"', 'numbers[0]: write a place and its number, as "cost = 0.2563"'),
    ('"cots = 0.2"', "names no number: did you mean 'cost'?"),
    ('"weight[4][0][0] = 1"', "names no layer: write weight[1] for the first, up to weight[3]"),
    ('"weight[2][0] = 1"', "weight has 3 × 2 numbers, counted from 0"),
    ('"activation[1][7] = 1"', "is not there"),
    ('"cost = about 1"', "printed: is 'about 1': write a number"),
    ('{ of = "cost", printd = "1" }', "printd: unknown key: did you mean 'printed'"),
    ('{ of = "cost", printed = 1 }', "printed: write a text in quotes"),
    ('{ of = "cost", printed = "1", sample = 1 }', "sample: is 1: the lesson has 1"),
]


@pytest.mark.parametrize(("line", "sentence"), REFUSED)
def test_what_is_no_number_of_the_lesson_is_refused(line: str, sentence: str) -> None:
    text = Lesson.load("bhadani-1-2-3-1").text.partition("\n# What the slides print")[0]
    group = f'\n[[published]]\ntitle = "printed"\nnumbers = [{line}]\n'
    with pytest.raises(SheetnetError, match=re.escape(sentence)) as caught:
        Lesson.from_toml(text + group, "slides.toml")
    assert str(caught.value).startswith("slides.toml: published[0].numbers[0]")


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        (
            "bhadani-perceptron",
            'rule          = "perceptron"',
            'rule = "percepton"',
            "'perceptron'",
        ),
        ("bhadani-perceptron", 'loss   = "perceptron"', 'loss = "squared_error"', "training.rule:"),
        ("bhadani-perceptron", "[[0], [0], [0], [1]]", "[[0], [0.5], [0], [1]]", "of 0 or 1"),
        ("bhadani-perceptron", '"step"', '"sigmoid"', "network.loss: perceptron asks for step"),
        ("bhadani-relu-neuron", '"relu-neuron"', '"perceptron"', "panels[0]: perceptron is about"),
        ("bhadani-relu-neuron", '"relu-neuron"', '"published"', "published has nothing to show"),
        ("bhadani-relu-neuron", '"relu-neuron"', '"output-gradient"', "output-gradient is about"),
        ("bhadani-1-2-3-1", '"updates"', '"relu-neuron"', "panels[2]: relu-neuron is about one"),
        ("bhadani-relu-neuron", '"relu"', '"relu"\nshared_bias = true', "a bias of its own"),
    ],
)
def test_what_a_rule_or_a_panel_asks_for(
    name: str, old: str, new: str, sentence: str, tmp_path: Path
) -> None:
    file = tmp_path / "made.toml"
    file.write_text(Lesson.load(name).text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SheetnetError, match=re.escape(sentence)):
        build(file, tmp_path / "made.xlsx")


def rosenblatt(
    x: Any, y: Any, w: Any, rate: float, theta: float, steps: int
) -> tuple[list[list[float]], list[int]]:
    """The rule as it is told: one example after the other, Δw = η(y − ŷ)x, with x₀ = 1."""
    w, path, mistakes = list(w), [], []
    for step in range(steps + 1):
        path.append(list(w))
        outputs = [
            1 if w[0] + sum(a * b for a, b in zip(w[1:], row, strict=True)) >= theta else 0
            for row in x
        ]
        mistakes.append(sum(a != b for a, b in zip(outputs, y, strict=True)))
        n = step % len(x)
        for k, value in enumerate([1.0, *x[n]]):
            w[k] += rate * (y[n] - outputs[n]) * value
    return path, mistakes


number = st.floats(-3, 3).map(lambda v: round(v, 3) + 0.00037)


@given(
    st.integers(2, 6).flatmap(
        lambda n: st.tuples(
            st.lists(st.tuples(number, number), min_size=n, max_size=n),
            st.lists(st.sampled_from([0, 1]), min_size=n, max_size=n),
        )
    ),
    st.tuples(number, number, number),
    st.sampled_from([0.1, 0.7]),
    st.sampled_from([0.0, 0.25, -1.5]),
)
@settings(max_examples=25, deadline=None)
def test_the_perceptron_learns_by_its_rule(
    data: Any, weights: Any, rate: float, theta: float
) -> None:
    lesson = Lesson.load("bhadani-perceptron")
    x, y = data
    settings_ = lesson.model_copy(
        update={
            "data": {"inputs": [list(row) for row in x], "targets": [[float(t)] for t in y]},
            "network": {
                "inputs": 2,
                "loss": "perceptron",
                "layers": [
                    {
                        "units": 1,
                        "activation": "step",
                        "theta": theta,
                        "weights": [list(weights[1:])],
                        "biases": [weights[0]],
                    }
                ],
            },
            "training": {"rule": "perceptron", "learning_rate": rate, "steps": 20},
        }
    )
    path, mistakes = rosenblatt(x, y, weights, rate, theta, 20)
    trace = train(settings_)
    found = np.column_stack([trace.biases[0][:, 0], trace.weights[0][:, 0]])
    np.testing.assert_allclose(found, path, atol=1e-9)
    wrong = np.abs(trace.activations[0][:, :, 0] - np.array(y)).sum(axis=1)
    np.testing.assert_array_equal(wrong, mistakes)
    np.testing.assert_array_equal(trace["order", None][:, 0], np.arange(21) % len(y) + 1)


def test_the_perceptrons_loss_has_its_rule_as_derivative() -> None:
    """δ = ŷ − y is ∂L/∂z of (ŷ − y)(z − θ), by central differences away from the step."""
    from sheetnet.network.losses import PERCEPTRON

    assert PERCEPTRON.value_from_z
    h, facts = 1e-6, {"theta": 0.4}
    for z in (-2.0, 0.3, 0.5, 3.0):
        for t in (0.0, 1.0):
            up, down = (
                PERCEPTRON.value_from_z(np.array([z + by]), np.array([t]), facts) for by in (h, -h)
            )
            a = float(z >= 0.4)
            assert (up - down) / (2 * h) == pytest.approx(a - t, abs=1e-6)
            assert PERCEPTRON.value_from_z(np.array([z]), np.array([t]), facts) >= 0


def test_the_mask_is_what_makes_the_gradient() -> None:
    lesson = Lesson.load("bhadani-relu-neuron")
    numbers = subject(lesson.kind).numbers(lesson)
    found = neuron(numbers)
    assert 0 < found.mask.sum() < found.count
    measured = [found.difference(k) for k in range(3)]
    np.testing.assert_allclose(found.gradient, measured, atol=1e-7)
    assert (np.abs(found.slides - measured) > 0.1).all()
    trace = numbers.trace
    own = [*trace.weight_gradients[0][0, 0], trace.bias_gradients[0][0, 0]]
    np.testing.assert_allclose(found.gradient, own, rtol=1e-12)


def test_one_unit_may_share_its_bias_with_none(tmp_path: Path) -> None:
    text = Lesson.load("bhadani-relu-neuron").text.replace('"relu-neuron"', "")
    file = tmp_path / "made.toml"
    file.write_text(text.replace('"relu"', '"relu"\nshared_bias = true', 1), encoding="utf-8")
    build(file, tmp_path / "made.xlsx")
    assert verify(tmp_path / "made.xlsx").ok


@pytest.mark.programs
def test_a_threshold_moves_with_a_gradient_beside_it(tmp_path: Path) -> None:
    """A step among other units: its θ is a yellow cell, and kinks are found where it stands."""
    text = Lesson.load("batch-of-four").text
    text = text.replace('activation = "tanh"', 'activation = "step"\ntheta = 0.2')
    text = text.replace("steps         = 100", "steps = 2")
    path = build(Lesson.from_toml(text, "step.toml"), tmp_path / "step.ods")
    result = verify(path)
    assert result.ok, findings(result)
