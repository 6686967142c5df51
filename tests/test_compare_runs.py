"""Runs side by side: what may be compared, and that each run follows its own cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sheetnet import build, inspect, verify
from sheetnet.building import make_book
from sheetnet.errors import SheetnetError
from sheetnet.files.stored import CellError
from sheetnet.network import comparing, subject
from sheetnet.network.decoding import Decoder
from sheetnet.network.engine import run, train
from sheetnet.network.evaluation import accuracies
from sheetnet.network.knobs import turned
from sheetnet.network.lesson import Lesson, Training
from sheetnet.network.sheets.compared_words import best_of, verdict_of
from sheetnet.proof.labels import check_labels
from sheetnet.recalc import Values, recalculate
from tests.books import block_array, cell_of, findings
from tests.strategies import contents, hits_a_kink

#: One linear unit: what comes of it is known. The cost is (w − 1)², each step takes η·2(w − 1).
LINEAR = """
title    = "One linear unit"
source   = "none"
notation = "{notation}"
[network]
inputs = 1
loss   = "squared_error"
[[network.layers]]
units      = 1
activation = "identity"
bias       = false
weights    = [[3.0]]
[data]
inputs  = [[1.0]]
targets = [[1.0]]
[training]
learning_rate = 0.1
steps         = 20
compare       = {{ learning_rate = [0.1, 0.75, 1.0, 1.01, 3, 0.5] }}
"""
SAYS = [
    "✓ Comes down, with no step up.",
    "✓ Comes down, with no step up.",
    "✗ The cost hardly changes.",
    "✗ Ends higher than it began.",
    "✗ Diverges: stopped at step 2.",
    "✓ Comes down, with no step up.",
]


def linear(notation: str = "happydustbunny", **compare: Any) -> Lesson:
    lesson = Lesson.from_toml(LINEAR.format(notation=notation))
    if not compare:
        return lesson
    training = lesson.training.model_copy(update={"compare": compare})
    return lesson.model_copy(update={"training": training})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("{ learning_rat = [1, 2] }", "training.compare: unknown hyper-parameter 'learning_rat'"),
        ("{ momentum = [0.1, 0.2] }", "training.compare: unknown hyper-parameter 'momentum'"),
        ("{ input = [0.1, 0.2] }", "training.compare: unknown hyper-parameter 'input'"),
        ("{ learning_rate = [0.1] }", "training.compare.learning_rate: has 1 value: write 2 to"),
        ("{ learning_rate = [0.1, -2] }", r"training.compare.learning_rate\[1\]: is -2: write a"),
        ("{ learning_rate = [1, 2], momentum = [1] }", "training.compare: names 2 hyper-param"),
        ("{ learning_rate = 0.1 }", "training.compare.learning_rate: write a list in brackets"),
        ("[0.1, 0.2]", "training.compare: "),
        ("{ learning_rate = [1, 2] }\nsteps = 0", "training.compare: there is nothing to compare"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(change: str, said: str) -> None:
    text = LINEAR.format(notation="sabine").partition("compare ")[0] + f"compare = {change}\n"
    if "steps = 0" in change:
        text = text.replace("steps         = 20\n", "")
    with pytest.raises(SheetnetError, match=said):
        Lesson.from_toml(text)


def test_too_many_numbers_are_refused_with_what_to_do() -> None:
    text = LINEAR.format(notation="sabine").replace("= 20", "= 500_000")
    with pytest.raises(SheetnetError, match=r"training\.compare: 7 runs have .* compare fewer"):
        subject.check(Lesson.from_toml(text))


def test_a_run_learns_until_its_numbers_have_grown_a_thousand_fold() -> None:
    lesson = linear()
    numbers = subject.numbers(lesson)
    assert [verdict_of(held) for held in numbers.compared] == SAYS
    assert best_of(numbers) == [5]
    fast = numbers.compared[4]
    free = run(lesson, fast.settings)
    np.testing.assert_array_equal(fast.trace.costs[:3], free.costs[:3])
    # w − 1 is multiplied by 1 − 2η in each step.
    np.testing.assert_allclose(free.costs, 4 * 25.0 ** np.arange(21))
    assert set(fast.trace.costs[2:]) == {free.costs[2]}
    slow = numbers.compared[0]
    np.testing.assert_array_equal(slow.trace.costs, train(lesson, slow.settings).costs)


@st.composite
def comparisons(draw: st.DrawFn) -> Lesson:
    """A random lesson with any of its hyper-parameters compared."""
    content = draw(contents(max_steps=6))
    assume(content["training"]["steps"])
    lesson = Lesson.model_validate(content)
    known = comparing.comparable(turned(lesson))
    name = draw(st.sampled_from(sorted(known)))
    knob = known[name]
    low, high = max(knob.low, -2.0), min(knob.high, 20.0)
    values = (
        st.floats(low, high)
        .map(lambda value: round(value, 3))
        .filter(lambda value: not knob.refuses(value))
    )
    content["training"]["compare"] = {name: draw(st.lists(values, min_size=2, max_size=3))}
    return Lesson.model_validate(content)


FURTHER = {"optimiser": "adamw", "l1": 0.01, "l2": 0.02, "clip_norm": 5.0}
ADAM = linear()
ADAM = ADAM.model_copy(
    update={"training": Training.model_validate({"learning_rate": 0.1, "steps": 3, **FURTHER})}
)


@pytest.mark.parametrize("name", sorted(comparing.comparable(turned(ADAM))))
def test_a_symbol_means_the_value_of_its_own_run(name: str) -> None:
    training = ADAM.training.model_copy(update={"compare": {name: (0.25, 0.75)}})
    lesson = ADAM.model_copy(update={"training": training})
    decoder = Decoder(subject.numbers(lesson))
    check = check_labels(make_book(lesson), decoder)
    assert check.cells
    assert not check.findings


def fit_to_be_shown(lesson: Lesson) -> bool:
    """Whether no last bit decides anything in any of its runs."""
    try:
        numbers = subject.numbers(lesson)
    except SheetnetError:
        return False
    runs: list[Any] = [numbers, *numbers.compared]
    kinks = any(hits_a_kink(lesson, held.trace) for held in runs)
    return not kinks and numbers.is_steady


@pytest.mark.programs
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(lesson=comparisons().filter(fit_to_be_shown), ending=st.sampled_from(["xlsx", "ods"]))
def test_any_comparison_is_proved(
    lesson: Lesson, ending: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = build(lesson, tmp_path_factory.mktemp("compared") / f"lesson.{ending}")
    result = verify(path)
    assert result.ok, findings(result)
    assert not result.unclaimed


#: Two classes, learnt from batches, with a test set: how many are right is of the lesson's own run.
CLASSES = """
title    = "Two classes"
source   = "none"
notation = "happydustbunny"
[network]
inputs = 2
loss   = "binary_cross_entropy"
[[network.layers]]
units      = 1
activation = "sigmoid"
[data]
generator   = "moons"
examples    = 7
test        = 3
[training]
learning_rate = 2.0
steps         = 5
l2            = 0.1
{batch}
compare       = {{ l2 = [0, 0.1, 1] }}
"""


@pytest.mark.programs
@pytest.mark.parametrize(("batch", "ending"), [("", "ods"), ("batch = 3\nshuffle = true", "xlsx")])
def test_runs_of_a_lesson_with_classes_are_proved(batch: str, ending: str, tmp_path: Path) -> None:
    lesson = Lesson.from_toml(CLASSES.format(batch=batch))
    assert accuracies(lesson)
    result = verify(build(lesson, tmp_path / f"classes.{ending}"))
    assert result.ok, findings(result)
    assert not result.unclaimed


def shown(values: Values, sheet: str, row: int, column: int) -> Any:
    return values.value(sheet, row, column)


@pytest.mark.programs
@pytest.mark.parametrize("notation", ["happydustbunny", "wichmann"])
def test_a_diverging_run_is_said_in_words_and_proved(notation: str, tmp_path: Path) -> None:
    path = build(linear(notation), tmp_path / "linear.xlsx")
    result = verify(path)
    assert result.ok, findings(result)
    assert not result.unclaimed and result.moves
    # Numbers with which runs leave the range of numbers within a step.
    blocks = {(b["quantity"], b["layer"]): b for b in inspect(path)["blocks"] if not b["live"]}
    huge = {cell_of(blocks["input", None]): 1e6, cell_of(blocks["weight", 1]): 1e6}
    huge |= {cell_of(blocks["compared_value", None], 4): 1000.0}
    as_built, typed = recalculate(path, "ironcalc", [{}, huge])
    assert [shown(as_built, "Compare", 8 + run, 10) for run in range(6)] == SAYS
    rate = "γ" if notation == "happydustbunny" else "η"
    said = f"The lowest cost after 20 steps: {rate} = 0.5, with 0."
    assert shown(as_built, "Compare", 4, 2) == said
    trouble = ", ".join(f"{rate} = {value}" for value in ("1", "1.01", "3"))
    assert shown(as_built, "Compare", 5, 2) == f"✗ Not lower than at the beginning: {trouble}."
    for values in (as_built, typed):
        for row in values.rows["Compare"]:
            assert not any(isinstance(value, CellError) for value in row), row


@pytest.mark.programs
def test_a_run_follows_its_own_cell_in_libreoffice(tmp_path: Path) -> None:
    path = build("learning-rates", tmp_path / "rates.ods")
    blocks = inspect(path)["blocks"]
    [cells] = [b for b in blocks if b["quantity"] == "compared_value"]
    [costs] = [b for b in blocks if b["quantity"] == "compared_cost"]
    [values] = recalculate(path, "libreoffice", [{cell_of(cells, 2): 7.5}])
    lesson = Lesson.load("learning-rates")
    own = lesson.settings
    for number, rate in enumerate([0.1, 0.2, 7.5, 0.8, 1.0, 2.0]):
        trace = train(lesson, own.but({("learning_rate", None): rate}))
        found = block_array(costs, values, ("step", "run"))[:, number]
        np.testing.assert_allclose(found, trace.costs, rtol=1e-9)
        for quantity, layer in (("weight", 1), ("delta", 2)):
            [block] = [
                b
                for b in blocks
                if (b["quantity"], b["layer"], b.get("at")) == (quantity, layer, {"run": number})
            ]
            array = trace[quantity, layer]
            axes = ("unit", "source") if quantity == "weight" else ("sample", "unit")
            held = block_array(block, values, ("step", *axes))
            np.testing.assert_allclose(held, array, rtol=1e-9, atol=1e-12)
    assert shown(values, "Compare", 4, 2).startswith("The lowest cost after 50 steps: γ = 7.5,")
