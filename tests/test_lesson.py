"""The lesson file: what it gives, and one sentence for everything that can be wrong with it."""

from __future__ import annotations

import math
import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from sheetnet.errors import SheetnetError
from sheetnet.lessons.catalogue import shipped
from sheetnet.network.initialisation import INITIALISATIONS, drawing
from sheetnet.network.knobs import knobs
from sheetnet.network.lesson import Lesson
from sheetnet.network.schema import json_schema
from tests.strategies import lessons

LESSON = """
title = "A lesson"
source = "an author"
about = "what to look at"
try = ["this", "that"]
notation = "bhadani"

[network]
inputs = 2
loss = "half_squared_error"
[[network.layers]]
units = 3
activation = "relu"
weights = [[1, 2], [3.5, 4], [-5, 6]]
biases = [0.1, 0.2, 0.3]
[[network.layers]]
units = 1
activation = "sigmoid"

[data]
inputs = [[0.5, 1], [2, 3]]
targets = [[0], [1]]

[training]
learning_rate = 0.5
steps = 10
"""
HUGE = "1" + "0" * 400
NUMBER, WHOLE, LIST = "write a number", "write a whole number", "write a list in brackets"


def changed(old: str, new: str, text: str = LESSON) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


def refusal(content: str | bytes, folder: Path) -> str:
    """What is said of a file, without its name, after a look at the form of the sentence."""
    path = folder / "lesson.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(SheetnetError) as caught:
        Lesson.load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert_one_sentence(message)
    return message.removeprefix(f"{path}: ")


def assert_one_sentence(message: str) -> None:
    assert message.isprintable(), "a line break or a control character"
    for word in ("Traceback", "pydantic", "http", "Error", "sys."):
        assert word not in message
    assert len(message) < 600


# What is right --------------------------------------------------------------------------


def test_a_lesson_gives_its_numbers_as_arrays() -> None:
    lesson = Lesson.from_toml(LESSON)
    assert lesson.sizes == (2, 3, 1)
    assert (lesson.title, lesson.try_, lesson.notation) == ("A lesson", ("this", "that"), "bhadani")
    assert lesson.training.train_biases is True
    settings = lesson.settings
    assert settings.number("learning_rate") == 0.5
    np.testing.assert_array_equal(settings["input", None], [[0.5, 1], [2, 3]])
    np.testing.assert_array_equal(settings["target", None], [[0], [1]])
    np.testing.assert_array_equal(settings["weight", 1], [[1, 2], [3.5, 4], [-5, 6]])
    np.testing.assert_array_equal(settings["bias", 1], [0.1, 0.2, 0.3])
    assert settings["weight", 2].shape == (1, 3)
    np.testing.assert_array_equal(settings["bias", 2], [0.0])
    for knob in knobs(lesson):  # a choice is a text
        assert settings[knob.place].dtype == (object if knob.choices else np.float64)


def test_the_three_lessons_are_shipped_and_load_by_name_or_path() -> None:
    assert {"happydustbunny", "mazur", "bhadani-1-2-3-1"} <= set(shipped("network"))
    for name, file in shipped("network").items():
        assert Lesson.load(name) == Lesson.load(Path(str(file)))
        assert Lesson.load(name).text == file.read_text(encoding="utf-8")


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "lesson.toml"
    path.write_bytes(b"\xef\xbb\xbf" + LESSON.replace("\n", "\r\n").encode())
    assert Lesson.load(path) == Lesson.from_toml(LESSON)


def test_a_lesson_keeps_its_files_text_with_the_comments() -> None:
    text = "# mine\n" + LESSON
    assert Lesson.from_toml(text).text == text
    assert Lesson.from_toml(text) == Lesson.from_toml(LESSON)


def test_lessons_that_say_different_things_are_not_equal() -> None:
    assert Lesson.from_toml(LESSON) != Lesson.from_toml(changed("steps = 10", "steps = 11"))
    assert Lesson.from_toml(LESSON) != Lesson.from_toml(changed("3.5", "3.25"))
    assert Lesson.from_toml(LESSON) != LESSON


@given(lessons(max_steps=2))
@settings(max_examples=60, deadline=None)
def test_the_text_of_a_lesson_built_in_python_reads_back_to_it(lesson: Lesson) -> None:
    again = Lesson.from_toml(lesson.text)
    assert again == lesson
    assert again.title == lesson.title
    for one, other in zip(again.settings.values(), lesson.settings.values(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_arrays_that_a_text_leaves_out_are_filled_in() -> None:
    text = changed("inputs = [[0.5, 1], [2, 3]]\ntargets = [[0], [1]]\n", "")
    text = changed("weights = [[1, 2], [3.5, 4], [-5, 6]]\nbiases = [0.1, 0.2, 0.3]\n", "", text)
    arrays: dict[tuple[str, int | None], Any] = {
        ("input", None): np.array([[0.5, 1.0], [2.0, 3.0]]),
        ("target", None): np.array([[0.0], [1.0]]),
        ("weight", 1): np.array([[1.0, 2.0], [3.5, 4.0], [-5.0, 6.0]]),
        ("weight", 2): np.array([[7.0, 8.0, 9.0]]),
        ("bias", 1): np.array([0.1, 0.2, 0.3]),
        ("bias", 2): np.array([0.4]),
    }
    lesson = Lesson.from_toml(text, originals=arrays)
    assert lesson.data == Lesson.from_toml(LESSON).data
    assert lesson.network.layers[0] == Lesson.from_toml(LESSON).network.layers[0]
    np.testing.assert_array_equal(lesson.settings["weight", 2], [[7, 8, 9]])
    assert lesson.text == text
    with pytest.raises(SheetnetError, match=r"^book\.xlsx: data\.inputs\[0\]: has 1 number"):
        Lesson.from_toml(text, "book.xlsx", {**arrays, ("input", None): np.array([[1.0], [2.0]])})
    with pytest.raises(SheetnetError, match=r"^book\.xlsx: data\.inputs: is missing"):
        Lesson.from_toml(text, "book.xlsx", {})


def test_a_lesson_cannot_be_changed() -> None:
    lesson = Lesson.from_toml(LESSON)
    for part, field in (
        (lesson, "title"),
        (lesson.training, "steps"),
        (lesson.network, "layers"),
        (lesson.network.layers[0], "units"),
        (lesson.data, "inputs"),
    ):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(part, field, getattr(part, field))
    weights: Any = lesson.network.layers[0].weights
    sequences: list[Any] = [weights, weights[0], lesson.data.inputs, lesson.data.targets[0]]
    for sequence in [*sequences, lesson.try_]:
        with pytest.raises(TypeError):
            sequence[0] = 9
    assert hash(lesson) == hash(Lesson.from_toml(LESSON))


def test_changing_the_settings_leaves_the_lesson_alone() -> None:
    lesson = Lesson.from_toml(LESSON)
    lesson.settings["weight", 1][0, 0] = 99.0
    lesson.settings["input", None][0, 0] = 99.0
    assert lesson.settings["weight", 1][0, 0] == 1.0
    assert lesson.settings["input", None][0, 0] == 0.5


# What is wrong: the field and the remedy -------------------------------------------------

WRONG: list[tuple[str, str, str, str, str]] = [
    # what, old, new, field, remedy
    ("unknown key", "steps = 10", "steps = 1\nstepz = 2", "training.stepz", "mean 'steps'?"),
    ("unknown far key", "steps = 10", "steps = 1\nzzz = 2", "training.zzz", "take it out (known: "),
    ("unknown in layer", "units = 3", "units = 3\nbias = 1", "network.layers[0].bias", "'biases'"),
    ("try_ for try", "try = ", "try2 = ", "try2", "mean 'try'?"),
    ("odd key", "steps = 10", 'steps = 1\n"a\\nb" = 2', 'training."a\\nb"', "take it out"),
    ("missing title", 'title = "A lesson"', "", "title", "is missing: add it"),
    ("missing units", "units = 3", "", "network.layers[0].units", "is missing: add it"),
    ("missing table", "[training]\nlearning_rate = 0.5\nsteps = 10", "", "training", "add it"),
    ("empty title", '"A lesson"', '""', "title", "write a text"),
    ("title no text", '"A lesson"', "3", "title", "write a text in quotes, not 3"),
    ("long title", "A lesson", "x" * 32_001, "title", "write at most 32000"),
    ("wide title", "A lesson", "😀" * 16_001, "title", "Excel counts 32002 characters"),
    ("too many tries", '"this"', '"x",' * 50 + '"x"', "try", "has more than 50: write at most"),
    ("try no list", '["this", "that"]', '"this"', "try", f'{LIST}, not "this"'),
    ("control in title", "A lesson", "A\\u0007 lesson", "title", "U+0007"),
    ("number in try", '"that"', "7", "try[1]", "write a text in quotes, not 7"),
    ("control in try", '"that"', '"th\\u0000at"', "try[1]", "U+0000"),
    ("noncharacter", "an author", "an \\uFFFF author", "source", "take it out"),
    ("notation", '"bhadani"', '"bahdani"', "notation", "mean 'bhadani'?"),
    ("notation is 3", '"bhadani"', "3", "notation", "bhadani, happydustbunny, sabine, wichmann"),
    ("activation", '"relu"', '"rely"', "network.layers[0].activation", "mean 'relu'?"),
    (
        "activation far",
        '"relu"',
        '"zzz"',
        "network.layers[0].activation",
        "use one of elu, identity, ",
    ),
    ("activation is 3", '"relu"', "3", "network.layers[0].activation", "a text in quotes, not 3"),
    ("loss", '"half_squared_error"', '"squared"', "network.loss", "mean 'squared_error'?"),
    (
        "init",
        "inputs = 2",
        'inputs = 2\ninitialisation = "xaver_uniform"',
        "network.initialisation",
        "mean",
    ),
    (
        "units 0",
        "units = 3",
        "units = 0",
        "network.layers[0].units",
        "is 0: write a number of at l",
    ),
    ("units -1", "units = 3", "units = -1", "network.layers[0].units", "at least 1"),
    ("units 2.0", "units = 3", "units = 3.0", "network.layers[0].units", f"{WHOLE}, not 3.0"),
    ("units true", "units = 3", "units = true", "network.layers[0].units", f"{WHOLE}, not true"),
    ("units huge", "units = 3", f"units = {HUGE}", "network.layers[0].units", "at most 16384"),
    ("inputs huge", "inputs = 2", f"inputs = {HUGE}", "network.inputs", "at most 16384"),
    ("inputs 0", "inputs = 2", "inputs = 0", "network.inputs", "at least 1"),
    ("seed -1", "inputs = 2", "inputs = 2\nseed = -1", "network.seed", "at least 0"),
    (
        "steps -1",
        "steps = 10",
        "steps = -1",
        "training.steps",
        "is -1: write a number of at least 0",
    ),
    ("steps 1.5", "steps = 10", "steps = 1.5", "training.steps", f"{WHOLE}, not 1.5"),
    ("steps text", "steps = 10", 'steps = "10"', "training.steps", f'{WHOLE}, not "10"'),
    ("steps huge", "steps = 10", f"steps = {HUGE}", "training.steps", "write a number of at most"),
    ("steps hex", "steps = 10", f"steps = 0x{'f' * 5000}", "training.steps", "at most"),
    ("rate 0", "rate = 0.5", "rate = 0", "training.learning_rate", "a number greater than 0"),
    (
        "rate -1",
        "rate = 0.5",
        "rate = -1",
        "training.learning_rate",
        "is -1: write a number greater",
    ),
    ("rate nan", "rate = 0.5", "rate = nan", "training.learning_rate", "is nan: write a finite"),
    ("rate inf", "rate = 0.5", "rate = inf", "training.learning_rate", "is inf: write a finite"),
    ("rate true", "rate = 0.5", "rate = true", "training.learning_rate", f"{NUMBER}, not true"),
    ("rate text", "rate = 0.5", 'rate = "1/2"', "training.learning_rate", f'{NUMBER}, not "1/2"'),
    ("rate huge", "rate = 0.5", f"rate = {HUGE}", "training.learning_rate", "is too large"),
    ("rate hex", "rate = 0.5", f"rate = 0x{'f' * 5000}", "training.learning_rate", "is too large"),
    ("rate date", "rate = 0.5", "rate = 2019-11-05", "training.learning_rate", "2019-11-05"),
    (
        "flag 0",
        "steps = 10",
        "steps = 1\ntrain_biases = 0",
        "training.train_biases",
        "true or false",
    ),
    (
        "weight nan",
        "3.5",
        "nan",
        "network.layers[0].weights[1][0]",
        "is nan: write a finite number",
    ),
    ("weight -inf", "3.5", "-inf", "network.layers[0].weights[1][0]", "is -inf: write a finite"),
    ("weight 1e999", "3.5", "1e999", "network.layers[0].weights[1][0]", "write a finite number"),
    ("weight true", "3.5", "true", "network.layers[0].weights[1][0]", f"{NUMBER}, not true"),
    ("weight huge", "3.5", HUGE, "network.layers[0].weights[1][0]", "is too large: write a number"),
    ("weight list", "3.5", "[3]", "network.layers[0].weights[1][0]", f"{NUMBER}, not [3]"),
    ("weights flat", "[-5, 6]", "-5", "network.layers[0].weights[2]", f"{LIST}, not -5"),
    ("weight rows", ", [-5, 6]]", "]", "network.layers[0].weights", "has 2 rows: write 3, one for"),
    (
        "weight row",
        "[3.5, 4]",
        "[3.5]",
        "network.layers[0].weights[1]",
        "has 1 number: write 2, one",
    ),
    (
        "weight long row",
        "[3.5, 4]",
        "[1, 2, 3]",
        "network.layers[0].weights[1]",
        "3 numbers: write 2",
    ),
    (
        "biases",
        "[0.1, 0.2, 0.3]",
        "[0.1]",
        "network.layers[0].biases",
        "has 1 number: write 3, one",
    ),
    (
        "biases flat",
        "[0.1, 0.2, 0.3]",
        "0.1",
        "network.layers[0].biases",
        "write 3, one for each unit",
    ),
    ("theta", '"relu"', '"relu"\ntheta = 1.0', "network.layers[0].theta", 'activation = "step"'),
    ("no inputs", "[[0.5, 1], [2, 3]]", "[]", "data.inputs", "is empty: write at least 1"),
    ("no features", "[[0.5, 1], [2, 3]]", "[[]]", "data.inputs[0]", "is empty: write at least 1"),
    ("ragged inputs", "[2, 3]]\nt", "[2]]\nt", "data.inputs[1]", "has 1 number: write 2, one for"),
    ("inputs no list", "[[0.5, 1], [2, 3]]", '"x"', "data.inputs", f'{LIST}, not "x"'),
    ("targets short", "[[0], [1]]", "[[0]]", "data.targets", "has 1 row: write 2, one for each"),
    (
        "targets wide",
        "[[0], [1]]",
        "[[0], [1, 2]]",
        "data.targets[1]",
        "write 1, one for each output",
    ),
    ("nested", '"A lesson"', "[" * 200 + "]" * 200, "title", "write a text in quotes, not [[["),
]


@pytest.mark.parametrize(
    ("old", "new", "field", "remedy"), [case[1:] for case in WRONG], ids=[c[0] for c in WRONG]
)
def test_a_wrong_field_is_named_with_its_remedy(
    tmp_path: Path, old: str, new: str, field: str, remedy: str
) -> None:
    said = refusal(changed(old, new), tmp_path)
    assert said.startswith(f"{field}: ")
    assert remedy in said


@pytest.mark.parametrize(
    ("network", "said"),
    [
        ("3", "network: write a table, not 3"),
        ("[1, 2]", "network: write a table, not [1, 2]"),
        ("{inputs = 2, loss = 'squared_error'}", "network.layers: is missing: add it"),
        (
            "{inputs = 2, loss = 'squared_error', layers = 3}",
            "network.layers: write a list in brackets, not 3",
        ),
        (
            "{inputs = 2, loss = 'squared_error', layers = {units = 1}}",
            'network.layers: write a list in brackets, not {"units": 1}',
        ),
        (
            "{inputs = 2, loss = 'squared_error', layers = []}",
            "network.layers: is empty: write at least 1",
        ),
        (
            "{inputs = 2, loss = 'squared_error', layers = [3]}",
            "network.layers[0]: write a table, not 3",
        ),
    ],
)
def test_a_network_that_is_something_else_is_named(tmp_path: Path, network: str, said: str) -> None:
    head, rest = LESSON.split("[network]")
    text = f"{head}network = {network}\n[data]{rest.split('[data]')[1]}"
    assert refusal(text, tmp_path) == said


@pytest.mark.parametrize(
    ("loss", "activation", "targets", "field", "remedy"),
    [
        ("binary_cross_entropy", "sigmoid", "[[0], [1.5]]", "data.targets[1][0]", "from 0 to 1"),
        ("binary_cross_entropy", "sigmoid", "[[-0.1], [1]]", "data.targets[0][0]", "is -0.1, but"),
        ("binary_cross_entropy", "tanh", "[[0], [1]]", "network.loss", "asks for sigmoid"),
    ],
)
def test_targets_and_last_layer_must_fit_the_loss(
    tmp_path: Path, loss: str, activation: str, targets: str, field: str, remedy: str
) -> None:
    text = changed("half_squared_error", loss)
    text = changed('"sigmoid"', f'"{activation}"', text)
    said = refusal(changed("[[0], [1]]", targets, text), tmp_path)
    assert said.startswith(f"{field}: ")
    assert remedy in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "title: is missing: add it"),
        (changed("[network]", "[network"), "is no valid TOML: .*line 8"),
        (changed("steps = 10", "steps = 1\nsteps = 2"), "is no valid TOML: .*line"),
        (changed('"A lesson"', "[" * 100_000), "is no valid TOML: brackets nested too deeply"),
        (changed("steps = 10", "steps = 1" + "0" * 5000), "holds a number of more than 4300 digi"),
        (changed("A lesson", "A\x07 lesson"), "is no valid TOML: .*line 2"),
        (changed("# x", "# \uffff", "# x" + LESSON), r"line 1 holds the character U\+FFFF.*out"),
        (LESSON.encode("utf-16"), "byte 0 is no UTF-8: save the file with the encoding UTF-8"),
        (changed("A lesson", "Ä lesson").encode("latin-1"), "byte 10 is no UTF-8: save the file"),
        (b"\x00" * 64, "is no valid TOML"),
        (b"PK\x03\x04\x14\x00", "is no valid TOML|is no UTF-8"),
    ],
    ids=[
        "empty",
        "bad TOML",
        "twice",
        "deep",
        "long number",
        "raw control",
        "noncharacter",
        "UTF-16",
        "Latin-1",
        "zeros",
        "zip",
    ],
)
def test_a_file_that_is_no_lesson_is_refused_in_a_sentence(
    tmp_path: Path, content: str | bytes, said: str
) -> None:
    assert re.match(said, refusal(content, tmp_path))


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("mazr", "did you mean 'mazur'?"),
        ("nothing-like-it", "`sheetnet lessons` lists the names"),
        ("no/such/folder/x.toml", "no such file"),
        ("x" * 5000, "check the name"),
        ("nul\0byte", "no such file"),
    ],
    ids=["near", "far", "path", "too long", "zero byte"],
)
def test_a_lesson_that_is_not_there_is_named_with_a_remedy(name: str, remedy: str) -> None:
    with pytest.raises(SheetnetError) as caught:
        Lesson.load(name)
    shown = name.replace("\0", "\\x00")[:1000]
    assert str(caught.value).startswith(shown)
    assert remedy in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_is_no_lesson(tmp_path: Path) -> None:
    with pytest.raises(SheetnetError, match=r"is a folder: name the lesson's \.toml file"):
        Lesson.load(tmp_path)


def test_the_first_of_several_mistakes_is_named_alone(tmp_path: Path) -> None:
    said = refusal(changed("steps = 10", "steps = -1\ntrain_biases = 3"), tmp_path)
    assert said == "training.steps: is -1: write a number of at least 0"


def test_a_mistyped_key_is_named_and_not_the_one_that_is_missing_for_it(tmp_path: Path) -> None:
    said = refusal(changed("learning_rate = 0.5", "learning_rat = 0.5"), tmp_path)
    assert said == "training.learning_rat: unknown key: did you mean 'learning_rate'?"


# First weights -----------------------------------------------------------------------------

UNITS, SOURCES = 200, 300
#: name → mean, standard deviation, lowest, highest, as torch.nn.init documents them with
#: its default gains, for 200 units (fan out) and 300 sources (fan in).
PROMISED = {
    "zeros": (0.0, 0.0, 0.0, 0.0),
    "ones": (1.0, 0.0, 1.0, 1.0),
    "uniform": (0.5, math.sqrt(1 / 12), 0.0, 1.0),
    "normal": (0.0, 1.0, -math.inf, math.inf),
    "xavier_uniform": (0.0, math.sqrt(2 / 500), -math.sqrt(6 / 500), math.sqrt(6 / 500)),
    "xavier_normal": (0.0, math.sqrt(2 / 500), -math.inf, math.inf),
    "kaiming_uniform": (0.0, math.sqrt(2 / 300), -math.sqrt(6 / 300), math.sqrt(6 / 300)),
    "kaiming_normal": (0.0, math.sqrt(2 / 300), -math.inf, math.inf),
}


def test_every_initialisation_has_its_promise_here() -> None:
    assert set(PROMISED) == set(INITIALISATIONS)


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_drawn_weights_are_distributed_as_their_name_promises(name: str) -> None:
    mean, deviation, low, high = PROMISED[name]
    weights = drawing(name, 7)(UNITS, SOURCES)
    assert weights.shape == (UNITS, SOURCES)
    # 60,000 draws: four standard errors, and the four decimals that weights are cut to.
    assert weights.mean() == pytest.approx(mean, abs=4 * deviation / math.sqrt(60_000) + 1e-4)
    assert weights.std() == pytest.approx(deviation, rel=0.015)
    assert weights.min() >= low
    assert weights.max() <= high
    if deviation and math.isfinite(high):
        assert weights.max() > high - 0.01 * (high - low)
        assert weights.min() < low + 0.01 * (high - low)
    elif deviation:
        within_one = np.mean(np.abs(weights - mean) < deviation)
        assert within_one == pytest.approx(0.6827, abs=0.01)


def test_cutting_a_weight_to_four_decimals_never_passes_the_bound() -> None:
    # √(6/13) = 0.679366…: rounding to the nearest would give 0.6794 here and there.
    weights = drawing("kaiming_uniform", 0)(20_000, 13)
    assert weights.max() == 0.6793
    assert weights.min() == -0.6793


def test_drawn_weights_have_four_decimals_so_that_they_can_be_typed() -> None:
    weights = drawing("normal", 1)(20, 20)
    assert all(float(f"{w:.4f}") == w for w in weights.flat)
    assert not np.signbit(weights[weights == 0]).any()


def test_the_same_seed_draws_the_same_weights_and_another_seed_others() -> None:
    def drawn(seed: int) -> list[Any]:
        draw = drawing("xavier_uniform", seed)
        return [draw(3, 3), draw(3, 3)]

    first, again, other = drawn(5), drawn(5), drawn(6)
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert not any((a == b).all() for a, b in zip(first, other, strict=True))
    assert not (first[0] == first[1]).all()


def test_given_weights_stay_and_only_those_left_out_are_drawn() -> None:
    content = tomllib.loads(Lesson.load("mazur").text)
    content["network"]["initialisation"] = "ones"
    first, second = content["network"]["layers"]
    first["weights"] = given_weights = [[0.123456789, -2.0], [1.5, 0.25]]
    del second["weights"], second["biases"]
    settings = Lesson.model_validate(content).settings
    np.testing.assert_array_equal(settings["weight", 1], given_weights)
    np.testing.assert_array_equal(settings["bias", 1], [0.35, 0.35])
    np.testing.assert_array_equal(settings["weight", 2], [[1.0, 1.0], [1.0, 1.0]])
    np.testing.assert_array_equal(settings["bias", 2], [0.0, 0.0])


def test_a_lessons_seed_and_initialisation_are_used() -> None:
    def second_layer(extra: str) -> Any:
        text = changed("inputs = 2", f"inputs = 2\n{extra}")
        return Lesson.from_toml(text).settings["weight", 2]

    assert (second_layer('initialisation = "ones"') == 1).all()
    assert (second_layer("seed = 0") == second_layer("")).all()
    assert (second_layer("seed = 1") != second_layer("seed = 0")).any()


# The schema for editors -----------------------------------------------------------------


def test_the_schema_knows_every_key_of_the_shipped_lessons_and_no_other_is_allowed() -> None:
    schema = json_schema()
    kinds = {"Network", "Dense", "Data", "Training", "Try", "Group", "Printed"}
    assert set(schema["$defs"]) == kinds
    for part in (schema, *schema["$defs"].values()):
        assert part["additionalProperties"] is False
        assert set(part["required"]) <= set(part["properties"])
    for name in shipped("network"):
        content = tomllib.loads(Lesson.load(name).text)
        network = content["network"]
        places = [("", content), ("Network", network), ("Data", content["data"])]
        places += [("Training", content["training"]), *(("Dense", x) for x in network["layers"])]
        for kind, found in places:
            part = schema["$defs"][kind] if kind else schema
            assert set(part["required"]) <= set(found) <= set(part["properties"])


def test_the_schema_offers_the_known_names_and_bounds() -> None:
    schema = json_schema()
    parts = schema["$defs"]
    assert "try" in schema["properties"]
    assert set(schema["properties"]["notation"]["enum"]) == {
        "happydustbunny",
        "sabine",
        "bhadani",
        "wichmann",
    }
    activations = parts["Dense"]["properties"]["activation"]["enum"]
    assert {"step", "identity", "sigmoid", "tanh", "relu", "leaky_relu"} <= set(activations)
    losses = parts["Network"]["properties"]["loss"]["enum"]
    assert {"half_squared_error", "squared_error", "binary_cross_entropy"} <= set(losses)
    assert set(parts["Network"]["properties"]["initialisation"]["enum"]) == set(PROMISED)
    assert parts["Training"]["properties"]["learning_rate"]["exclusiveMinimum"] == 0
    assert parts["Training"]["properties"]["steps"]["minimum"] == 0
    assert parts["Dense"]["properties"]["units"]["minimum"] == 1
