"""Live choice: drop-downs switch the hidden activation, the loss and the optimiser.

Whatever they say, the workbook's numbers are those of the lesson file that says so itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetnet import build, inspect, verify
from sheetnet.errors import SheetnetError
from sheetnet.expressions.formula import call
from sheetnet.lessons.subjects import subject
from sheetnet.network import live
from sheetnet.network.engine import train
from sheetnet.network.lesson import Lesson
from sheetnet.network.slides import OfSheets
from sheetnet.proof.readings import check_readings
from sheetnet.recalc import recalculate
from sheetnet.workbook.knobs import edits
from tests.books import assert_follows, book_with, cell_of, edited, findings, formula_of, set_text
from tests.strategies import NOTATIONS

ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu")
LOSSES = ("half_squared_error", "squared_error", "binary_cross_entropy")
OPTIMISERS = ("sgd", "momentum", "rmsprop", "adam")
Choices = tuple[str, str, str]
ALL: list[Choices] = [*itertools.product(ACTIVATIONS, LOSSES, OPTIMISERS)]
#: Each choice of each drop-down once.
EACH: list[Choices] = [(ACTIVATIONS[n], LOSSES[n % 3], OPTIMISERS[n]) for n in range(4)]
#: Each two of two drop-downs.
PAIRS = [
    (a, LOSSES[(i + j) % 3], o) for i, a in enumerate(ACTIVATIONS) for j, o in enumerate(OPTIMISERS)
]
KEYS = ("hidden_activation", "chosen_loss", "chosen_optimiser")


def lesson(choices: Choices = EACH[0], *, is_live: bool = True, **further: Any) -> Lesson:
    """A network of 2-3-1 units; other keys of the lesson file replace its own."""
    activation, loss, optimiser = choices
    training: dict[str, Any] = {"learning_rate": 0.1, "steps": 3, "optimiser": optimiser}
    content: dict[str, Any] = {
        "title": "chosen",
        "source": "a test",
        "notation": "wichmann",
        "network": {
            "inputs": 2,
            "loss": loss,
            "seed": 3,
            "layers": [
                {"units": 3, "activation": activation},
                {"units": 1, "activation": "sigmoid"},
            ],
        },
        "data": {"inputs": [[0.3, -0.5], [0.8, 0.1]], "targets": [[0.2], [1.0]]},
        "training": training | {"live_choices": is_live},
    }
    return Lesson.model_validate(content | further)


def chosen(made: Lesson, choices: Choices) -> Any:
    """The lesson's settings with these in its drop-downs, as far as it has them."""
    own = made.settings
    places = [((key, None), text) for key, text in zip(KEYS, choices, strict=True)]
    return own.but({place: np.array(text, object) for place, text in places if place in own})


@given(choices=st.sampled_from(ALL), begins=st.sampled_from(ALL))
@settings(max_examples=20, deadline=None)
def test_the_engine_with_choices_is_that_of_the_lesson_that_says_so(
    choices: Choices, begins: Choices
) -> None:
    open_lesson = lesson(begins)
    trace = train(open_lesson, chosen(open_lesson, choices))
    for key, array in train(lesson(choices, is_live=False)).items():
        np.testing.assert_allclose(trace[key], array, rtol=1e-12, atol=1e-14, err_msg=str(key))


def saturated() -> dict[str, Any]:
    """Weights with which the output is 1 to the last digit, and the target 0."""
    layers = [
        {"units": 1, "activation": "relu", "weights": [[40.0, 40.0]]},
        {"units": 1, "activation": "sigmoid", "weights": [[40.0]]},
    ]
    network = {"inputs": 2, "loss": "binary_cross_entropy", "layers": layers}
    return {"network": network, "data": {"inputs": [[1.0, 1.0]], "targets": [[0.0]]}}


@pytest.mark.parametrize("loss", LOSSES)
def test_delta_of_a_saturated_output_is_a_number(loss: str) -> None:
    made = lesson(**saturated())
    delta = train(made, chosen(made, ("relu", loss, "sgd"))).deltas[-1]
    assert delta[0].item() == (1.0 if loss == "binary_cross_entropy" else 0.0)


@pytest.mark.parametrize(
    ("engine", "suffix", "settings_of"),
    [
        pytest.param("libreoffice", ".xlsx", PAIRS, id="libreoffice"),
        pytest.param("libreoffice", ".ods", ALL, id="all", marks=pytest.mark.thorough),
        pytest.param("ironcalc", ".xlsx", EACH, id="ironcalc"),
        pytest.param("gnumeric", ".ods", EACH, id="gnumeric"),
    ],
)
def test_the_quantities_follow_each_drop_down(
    engine: str, suffix: str, settings_of: list[Choices], tmp_path: Path, program_or_skip: Any
) -> None:
    """Typed into the drop-downs, with the run of the lesson file that says it."""
    program_or_skip(engine)
    made = lesson()
    path = build(made, tmp_path / f"chosen{suffix}")
    own = subject(made.kind).numbers(made, None)
    book = subject(made.kind).book(made, own)
    typed = [edits(book.blocks, chosen(made, choices)) for choices in settings_of]
    changes = [{at: v for at, v in each.items() if isinstance(v, str)} for each in typed]
    blocks = inspect(path)["blocks"]
    for choices, values in zip(settings_of, recalculate(path, engine, changes), strict=True):
        assert_follows(blocks, values, train(lesson(choices, is_live=False)))


def kinds() -> Iterator[Any]:
    """Lessons with all three drop-downs, with two and with one."""
    squared = {"inputs": 2, "loss": "squared_error", "seed": 3}
    yield pytest.param({}, "xlsx", "ironcalc", id="three")
    targets = {"inputs": [[0.3, -0.5], [0.8, 0.1]], "targets": [[-0.2, 2], [1.0, 0]]}
    hidden = [{"units": 2, "activation": "softplus"}]
    network = squared | {"layers": [*hidden, {"units": 2, "activation": "identity"}]}
    further = {"network": network, "data": targets, "notation": "happydustbunny"}
    yield pytest.param(further, "ods", "ironcalc", id="any targets")
    network = squared | {"loss": "cross_entropy", "layers": [{"units": 2, "activation": "softmax"}]}
    data = {"inputs": [[0.3, -0.5]], "targets": [[0.0, 1.0]]}
    further = {"network": network, "data": data, "notation": "sabine"}
    yield pytest.param(further, "xlsx", "ironcalc", id="the optimiser alone")


@pytest.mark.parametrize(("further", "suffix", "engine"), list(kinds()))
def test_verify_moves_the_drop_downs(
    further: dict[str, Any], suffix: str, engine: str, tmp_path: Path, program_or_skip: Any
) -> None:
    program_or_skip(engine)
    result = verify(build(lesson(**further), tmp_path / f"moved.{suffix}"), engine=engine)
    assert result.ok and not result.unclaimed and not result.untaken, findings(result)


def block(path: Path, quantity: str, layer: int | None = None) -> dict[str, Any]:
    found = [b for b in inspect(path)["blocks"] if (b["quantity"], b["layer"]) == (quantity, layer)]
    return found[0]


def corner(held: dict[str, Any]) -> str:
    return str(held["range"]).partition(":")[0]


def test_a_formula_lists_the_options_as_documents_write_them(tmp_path: Path) -> None:
    path = build(lesson(), tmp_path / "formulas.xlsx")
    held = block(path, "activation", 1)
    formula = formula_of(path, "Training", corner(held))
    z = corner(block(path, "z", 1))
    options = f"1/(1+EXP(MIN(700,-{z}))),TANH({z}),MAX(0,{z}),MAX(0.01*{z},{z})"
    assert formula == f"CHOOSE(activation_choice,{options})"


def test_a_text_that_is_no_choice_is_named(tmp_path: Path, program_or_skip: Any) -> None:
    program_or_skip("ironcalc")
    path = build(lesson(), tmp_path / "chosen.xlsx")
    held = block(path, "hidden_activation")
    [values] = recalculate(path, "ironcalc", [{cell_of(held): "swish"}])
    said = [str(cell) for row in values.rows["Start"] for cell in row if cell]
    assert any("hidden activation) cannot be used as it stands. Choose one of" in s for s in said)
    wrong = edited(path, tmp_path / "wrong.xlsx", "Start", corner(held), set_text("swish"))
    with pytest.raises(SheetnetError, match=r"holds 'swish': choose one of sigmoid, tanh, relu"):
        verify(wrong)


def refused() -> Iterator[Any]:
    layer = {"units": 2, "activation": "tanh"}
    last = {"units": 1, "activation": "sigmoid"}
    for name, layers, loss in (
        ("mixed", [layer, {"units": 2, "activation": "relu"}, last], "squared_error"),
        ("step", [{"units": 2, "activation": "step"}, last], "squared_error"),
        ("perceptron", [{"units": 1, "activation": "step"}], "perceptron"),
    ):
        network = {"inputs": 2, "loss": loss, "layers": layers}
        yield pytest.param(network, id=name)


@pytest.mark.parametrize("network", list(refused()))
def test_what_leaves_no_choice_is_refused(network: dict[str, Any]) -> None:
    data = {"inputs": [[0.3, -0.5]], "targets": [[1.0]]}
    with pytest.raises(ValueError, match=r"training\.live_choices: .*take it out"):
        lesson(network=network, data=data)


def test_panels_refuse_live_choices(tmp_path: Path) -> None:
    made = Lesson.load("happydustbunny")
    file = tmp_path / "panel.toml"
    file.write_text(made.text.replace("[training]", "[training]\nlive_choices = true"), "utf-8")
    with pytest.raises(SheetnetError, match=r"is about one activation, loss and optimiser"):
        build(file, tmp_path / "panel.xlsx")


@pytest.mark.parametrize(
    "name", [KEYS[0], *(pytest.param(key, marks=pytest.mark.thorough) for key in KEYS[1:])]
)
def test_options_that_changed_places_are_noticed(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program_or_skip: Any
) -> None:
    """A builder whose formulas have the last two options the wrong way round."""
    program_or_skip("ironcalc")

    def swapped(h: Any, key: str, options: Any) -> Any:
        *first, one, other = options
        found = [*first, other, one] if key == name else [*first, one, other]
        return call("CHOOSE", h[key], *found)

    monkeypatch.setattr(live, "_choose", swapped)
    assert not verify(build(lesson(), tmp_path / "swapped.xlsx")).ok


@pytest.mark.parametrize(
    ("name", "says"), [("iris", "probabilities that add up to 1, and cross entropy"), ("xor", "")]
)
def test_a_loss_that_nothing_switches_is_said_on_start(name: str, says: str) -> None:
    found = Lesson.load(name).shortened(1)
    training = found.training.model_copy(update={"live_choices": True})
    found = found.model_copy(update={"training": training})
    book = book_with(found, found.settings)
    texts = [str(cell.content) for cell in book["Start"].cells.values()]
    held = [text for text in texts if "The loss has no drop-down here" in text]
    assert [says in text for text in held] == [True] * bool(says)


@pytest.mark.parametrize("batch", [None, 1])
@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("notation", NOTATIONS)
def test_every_documents_slips_take_live_choices(
    notation: str, outputs: int, batch: int | None
) -> None:
    """Slips have claims of their own, which ask for slopes."""
    layers = [{"units": 3, "activation": "relu"}, {"units": outputs, "activation": "sigmoid"}]
    own = lesson().model_dump(exclude_none=True, by_alias=True)
    content = own | {
        "notation": notation,
        "network": own["network"] | {"layers": layers},
        "data": {"inputs": [[0.3, -0.5], [0.8, 0.1]], "targets": [[0.2] * outputs] * 2},
        "training": own["training"] | {"batch": batch},
    }
    made = Lesson.model_validate(content)
    book = book_with(made, made.settings)
    assert [str(finding) for finding in check_readings(book, OfSheets(book.numbers)).findings] == []
    assert all(len(book.claims(sheet)) > 0 for sheet in book.sheets if sheet.claims)


@pytest.mark.parametrize("suffix", ["xlsx", pytest.param("ods", marks=pytest.mark.thorough)])
@pytest.mark.parametrize("activation", ["softplus", "elu"])
def test_any_depth_with_choices_is_evaluated(activation: str, suffix: str, tmp_path: Path) -> None:
    """Each layer looks at the z of the one below it many times: they do not all fit a formula."""
    hidden = [{"units": units, "activation": activation} for units in (2, 3, 2)]
    network = {
        "inputs": 1,
        "loss": "squared_error",
        "layers": [*hidden, {"units": 1, "activation": "tanh"}],
    }
    data = {"inputs": [[0.3], [0.8]], "targets": [[0.2], [0.5]]}
    data |= {"test_inputs": [[0.1]], "test_targets": [[0.4]]}
    path = build(lesson(network=network, data=data), tmp_path / f"deep.{suffix}")
    result = verify(path)
    assert result.ok and not result.unclaimed and not result.untaken, findings(result)
