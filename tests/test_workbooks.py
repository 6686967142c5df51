"""Finished workbooks: built, recalculated by real programs, compared with NumPy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheetnet import build, inspect, train, verify
from sheetnet.building import make_book
from sheetnet.lessons.catalogue import shipped
from sheetnet.network import placement
from sheetnet.network.lesson import Lesson
from sheetnet.network.translation import in_notation
from sheetnet.proof.comparison import compare, expected_of
from sheetnet.recalc import LibreOffice, Values, recalculate
from sheetnet.workbook.knobs import edits
from tests.books import (
    FEW,
    assert_follows,
    block_array,
    book_with,
    cell_of,
    findings,
    misread,
    nudged,
)
from tests.strategies import NOTATIONS, lessons

pytestmark = pytest.mark.programs

SHIPPED = sorted(shipped("network"))
ALL_PROGRAMS = ("ironcalc", "libreoffice", "gnumeric")


class Books(dict[str, Path]):
    """The workbooks of lessons, each built when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def __missing__(self, name: str) -> Path:
        self[name] = build(name, self.folder / f"{name}.xlsx")
        return self[name]


@pytest.fixture(scope="session")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    return Books(tmp_path_factory.mktemp("books"))


def _thorough(name: str, engine: str) -> Any:
    """A lesson and a program: of those that differ little from `FEW`, IronCalc speaks for all."""
    marks = [] if name in FEW or engine == "ironcalc" else [pytest.mark.thorough]
    return pytest.param(name, engine, marks=marks)


@pytest.mark.parametrize(
    ("name", "engine"), [_thorough(name, engine) for name in SHIPPED for engine in ALL_PROGRAMS]
)
def test_every_lesson_verifies_in_every_engine(
    name: str, engine: str, books: Books, tmp_path: Path, program_or_skip: Any
) -> None:
    """LibreOffice takes its own format: of `FEW` all formats are compared in all programs."""
    program_or_skip(engine)
    own = build(name, tmp_path / "book.ods") if engine == "libreoffice" else books[name]
    result = verify(own, engine)
    assert result.ok, findings(result)
    assert not result.unclaimed and not result.untaken
    assert result.claimed > 3000
    assert not [note for note in result.notes if note]
    cells = {check.name: check.cells for check in result.checks}
    assert cells["mathematics read back"] > 10
    assert cells[f"recalculated by {engine}"] > 3000
    assert cells[f"inputs moved, {engine}"] > 10_000


@pytest.mark.thorough
@pytest.mark.parametrize("engine", ["ironcalc", "gnumeric"])
@pytest.mark.parametrize("name", ["bhadani-perceptron", "bhadani-relu-neuron", "sabine-softmax"])
def test_steps_masks_and_softmax_verify_in_opendocument(
    name: str, engine: str, tmp_path: Path, program_or_skip: Any
) -> None:
    """What LibreOffice verifies above, in the programs that are given .xlsx there."""
    program_or_skip(engine)
    result = verify(build(name, tmp_path / "book.ods"), engine)
    assert result.ok, findings(result)
    assert not result.unclaimed and not result.untaken


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("name", SHIPPED)
def test_every_lesson_reads_back_in_every_notation(name: str, notation: str) -> None:
    """As it is, and with other numbers."""
    lesson = Lesson.load(name).model_copy(update={"notation": notation})
    assert misread(lesson, least=10) == []


@pytest.mark.thorough
@pytest.mark.parametrize("number", range(1, len(NOTATIONS)))
@pytest.mark.parametrize("name", SHIPPED)
def test_every_lesson_verifies_in_every_other_notation(
    name: str, number: int, tmp_path: Path
) -> None:
    """In the notations that come after its own, as .ods and as .xlsx by turns."""
    lesson = Lesson.load(name)
    other = NOTATIONS[(NOTATIONS.index(lesson.notation) + number) % len(NOTATIONS)]
    ending = "ods" if number % 2 else "xlsx"
    short = in_notation(lesson.shortened(5), other)
    result = verify(build(short, tmp_path / f"book.{ending}"))
    assert result.ok, findings(result)
    assert not result.unclaimed and not result.untaken


def test_wichmanns_matrices_have_the_cost_in_them(tmp_path: Path) -> None:
    """(4.2) with 1/N: of six examples H is a sixth of the examples' own ∂E/∂z."""
    path = build(larger(), tmp_path / "larger.xlsx")
    [values] = recalculate(path, "ironcalc")
    found = {
        b["quantity"]: block_array(b, values, ("sample", "unit"))
        for b in inspect(path)["blocks"]
        if b["sheet"] == "Matrices"
        and b["layer"] == 3
        and len(b["lengths"]) == 2
        and set(b["lengths"]) == {"sample", "unit"}
    }
    trace = train(larger())
    deltas = trace["delta", 3][0]
    np.testing.assert_allclose(found["cost_delta"], deltas / 6, rtol=1e-9)
    outputs, targets = trace["activation", 3][0], np.array(larger().data.targets)
    by_output = 2 * (outputs - targets) / 6
    np.testing.assert_allclose(found["cost_activation_gradient"], by_output, rtol=1e-9)
    assert "delta" not in found


def _quantity(path: Path, values: Values, quantity: str, layer: int | None = None) -> Any:
    blocks = inspect(path)["blocks"]
    [block] = [
        b
        for b in blocks
        if (b["quantity"], b["layer"]) == (quantity, layer)
        if "step" in b["rows"] and "at" not in b
    ]
    return block_array(block, values, (*block["rows"], *block["columns"]))


def test_mazurs_published_numbers_stand_in_the_recalculated_workbook(
    books: Books,
) -> None:
    path = books["mazur"]
    [values] = recalculate(path, "ironcalc")
    assert _quantity(path, values, "cost")[0] == pytest.approx(0.298371109, abs=5e-10)
    outputs = _quantity(path, values, "activation", 2)[0].ravel()
    np.testing.assert_allclose(outputs, [0.75136507, 0.772928465], atol=5e-9)
    second = _quantity(path, values, "weight", 2)[1]
    np.testing.assert_allclose(
        second, [[0.35891648, 0.408666186], [0.511301270, 0.561370121]], atol=5e-9
    )
    first = _quantity(path, values, "weight", 1)[1]
    np.testing.assert_allclose(
        first, [[0.149780716, 0.19956143], [0.24975114, 0.29950229]], atol=5e-9
    )


def test_bhadanis_worked_step_stands_in_the_recalculated_workbook(books: Books) -> None:
    path = books["bhadani-1-2-3-1"]
    [values] = recalculate(path, "ironcalc")
    outputs = _quantity(path, values, "activation", 3).ravel()
    costs = _quantity(path, values, "cost")
    assert outputs[:2].round(4).tolist() == [0.7739, 0.7823]
    assert costs[:2].round(4).tolist() == [0.2563, 0.2455]
    assert _quantity(path, values, "delta", 3).ravel()[0].round(4) == -0.2261


@pytest.mark.thorough
@pytest.mark.parametrize(("biases", "cost"), [("false", 3.51019e-05), ("true", 2.44756e-06)])
def test_mazur_after_ten_thousand_steps(biases: str, cost: float, tmp_path: Path) -> None:
    text = Lesson.load("mazur").text.replace("steps         = 100", "steps = 10000")
    lesson = Lesson.from_toml(text.replace("train_biases  = false", f"train_biases = {biases}"))
    path = build(lesson, tmp_path / "long.xlsx")
    [values] = recalculate(path, "ironcalc")
    assert _quantity(path, values, "cost")[-1] == pytest.approx(cost, rel=1e-5)
    if biases == "false":
        outputs = _quantity(path, values, "activation", 2)[-1].ravel()
        np.testing.assert_allclose(outputs, [0.01591362, 0.98406427], atol=5e-9)


@pytest.mark.parametrize("engine", ALL_PROGRAMS)
@pytest.mark.parametrize("name", FEW)
def test_edits_in_a_saved_file_are_followed_by_every_quantity(
    name: str, engine: str, books: Books, program_or_skip: Any
) -> None:
    """The rate, an input, a target and three weights, found by the index alone."""
    program_or_skip(engine)
    path = books[name]
    lesson = Lesson.load(name)
    blocks = inspect(path)["blocks"]
    knobs = {(b["quantity"], b["layer"]): b for b in blocks if not b["live"]}
    own = lesson.settings
    last = len(lesson.net.layers)
    names = [("input", None), ("target", None), ("weight", 1), ("weight", last), ("bias", 1)]
    arrays = {name: own[name].copy() for name in names}
    inputs, weights = arrays["input", None], [arrays["weight", 1], arrays["weight", last]]
    inputs[0, -1], arrays["target", None][0, 0] = -0.7, 0.35
    weights[0][-1, 0], weights[-1][0, -1], arrays["bias", 1][0] = -3.0, 1.25, 0.5
    changed = own.but({("learning_rate", None): 2.5, **arrays})
    typed = {
        cell_of(knobs["learning_rate", None]): 2.5,
        cell_of(knobs["input", None], 0, inputs.shape[1] - 1): -0.7,
        cell_of(knobs["target", None]): 0.35,
        cell_of(knobs["weight", 1], weights[0].shape[0] - 1, 0): -3.0,
        cell_of(knobs["weight", last], 0, weights[-1].shape[1] - 1): 1.25,
        cell_of(knobs["bias", 1]): 0.5,
    }
    [values] = recalculate(path, engine, [typed])
    assert_follows(blocks, values, train(lesson, changed))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= 1e-9 * abs(one) + 1e-9
    return one == other


@pytest.mark.thorough
@pytest.mark.parametrize("engine", ALL_PROGRAMS)
@pytest.mark.parametrize("name", FEW)
def test_both_formats_have_the_same_value_in_every_cell(
    name: str, engine: str, books: Books, tmp_path: Path, program_or_skip: Any
) -> None:
    program_or_skip(engine)
    other = build(name, tmp_path / f"{name}.ods")
    [xlsx], [ods] = recalculate(books[name], engine), recalculate(other, engine)
    assert list(xlsx.rows) == list(ods.rows)
    count = 0
    for sheet in make_book(Lesson.load(name)).sheets:
        last_row, last_column = sheet.extent
        for row in range(1, last_row + 1):
            for column in range(1, last_column + 1):
                one, two = (v.value(sheet.name, row, column) for v in (xlsx, ods))
                assert _same(one or "", two or ""), (sheet.name, row, column, one, two)
                count += one is not None
    assert count > 4000


@pytest.mark.thorough
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(lesson=lessons(max_steps=8))
def test_random_lessons_verify_as_opendocument(
    lesson: Lesson, tmp_path_factory: pytest.TempPathFactory
) -> None:
    result = verify(build(lesson, tmp_path_factory.mktemp("random") / "random.ods"))
    assert result.ok, findings(result)
    assert not result.unclaimed


def _typed(lesson: Lesson, path: Path, office: LibreOffice) -> list[str]:
    """What is wrong after somebody opened the file and typed, without a recalculation."""
    moved = nudged(lesson)
    book = book_with(lesson, moved)
    [values] = recalculate(path, office, [edits(book.blocks, moved)])
    return [str(f) for f in compare(expected_of(book), values, "typed").findings[:5]]


def test_libreoffice_follows_typing_without_a_hard_recalculation(
    books: Books, tmp_path: Path, program_or_skip: Any
) -> None:
    """Stored values are trusted on opening: whatever depends on an edit must still follow."""
    program_or_skip("libreoffice")
    with LibreOffice(hard=False) as office:
        for name in (*FEW, "xor", "moons"):
            assert not _typed(Lesson.load(name), books[name], office)
        lesson = larger()
        assert not _typed(lesson, build(lesson, tmp_path / "larger.xlsx"), office)


def test_libreoffice_follows_one_edit_where_formulas_look_at_ranges(
    tmp_path: Path, program_or_skip: Any
) -> None:
    """A hundred steps of twelve examples: without dollar signs in turn, old values remain."""
    program_or_skip("libreoffice")
    rng = np.random.default_rng(1)
    lesson = Lesson.model_validate(
        {
            "title": "A batch of twelve",
            "source": "drawn",
            "notation": "happydustbunny",
            "network": {
                "inputs": 2,
                "loss": "half_squared_error",
                "layers": [{"units": 3, "activation": "tanh"}, {"units": 2, "activation": "tanh"}],
            },
            "data": {
                "inputs": rng.uniform(-1, 1, (12, 2)).round(2).tolist(),
                "targets": rng.uniform(0, 1, (12, 2)).round(1).tolist(),
            },
            "training": {"learning_rate": 0.5, "steps": 100},
        }
    )
    path = build(lesson, tmp_path / "twelve.xlsx")
    faster = lesson.settings.but({("learning_rate", None): np.array(0.85)})
    book = book_with(lesson, faster)
    rate = next(k for k, v in edits(book.blocks, faster).items() if v == 0.85)
    with LibreOffice(hard=False) as office:
        [values] = recalculate(path, office, [{rate: 0.85}])
    assert not compare(expected_of(book), values, "typed").findings


@pytest.mark.thorough
@pytest.mark.parametrize("engine", ALL_PROGRAMS)
def test_a_larger_network_verifies_in_every_engine(
    engine: str, tmp_path: Path, program_or_skip: Any
) -> None:
    program_or_skip(engine)
    result = verify(build(larger(), tmp_path / "larger.xlsx"), engine)
    assert result.ok, findings(result)


def test_a_network_too_wide_for_a_row_a_step_has_sheets_of_its_layers(tmp_path: Path) -> None:
    content = {
        "title": "Too wide for one row",
        "source": "drawn",
        "notation": "sabine",
        "network": {
            "inputs": 20,
            "loss": "half_squared_error",
            "layers": [
                {"units": 90, "activation": "tanh"},
                {"units": 90, "activation": "relu"},
                {"units": 2, "activation": "sigmoid"},
            ],
        },
        "data": {
            "inputs": np.random.default_rng(2).uniform(-1, 1, (9, 20)).round(2).tolist(),
            "targets": [[0.1, 0.9]] * 9,
        },
        "training": {"learning_rate": 0.1, "steps": 1},
    }
    lesson = Lesson.model_validate(content)
    path = build(lesson, tmp_path / "wide.xlsx")
    [values] = recalculate(path, "ironcalc")
    assert_follows(inspect(path)["blocks"], values, train(lesson))
    result = verify(path)
    assert result.ok, findings(result)


@pytest.mark.parametrize("samples", [3, 11])
def test_rows_of_examples_are_followed_at_every_step(
    samples: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several steps, so that Training's rows must move by as many rows as there are examples."""
    monkeypatch.setattr(placement, "LAST_COLUMN", 40)
    content = larger().model_dump(by_alias=True, exclude_unset=True)
    content["network"] |= {"inputs": 2, "layers": [{"units": 3, "activation": "tanh"}]}
    content["data"] = {
        "inputs": [[0.1 * n, 0.5 - 0.07 * n] for n in range(samples)],
        "targets": [[0.9, 0.1 * n, 0.3] for n in range(samples)],
    }
    content["training"]["steps"] = 5
    path = build(Lesson.model_validate(content), tmp_path / "stacked.xlsx")
    result = verify(path)
    assert result.ok, findings(result)
    [loss] = [b for b in inspect(path)["blocks"] if b["quantity"] == "loss" and b["live"]][:1]
    assert loss["rows"] == ["step", "sample"]


def larger() -> Lesson:
    """4-5-4-3 with 6 examples and drawn weights, in a notation with columns."""
    rng = np.random.default_rng(5)
    return Lesson.model_validate(
        {
            "title": "A 4-5-4-3 network",
            "source": "drawn",
            "notation": "wichmann",
            "network": {
                "inputs": 4,
                "loss": "squared_error",
                "layers": [
                    {"units": 5, "activation": "tanh"},
                    {"units": 4, "activation": "relu"},
                    {"units": 3, "activation": "sigmoid"},
                ],
            },
            "data": {
                "inputs": rng.uniform(-1, 1, (6, 4)).round(2).tolist(),
                "targets": rng.uniform(0, 1, (6, 3)).round(1).tolist(),
            },
            "training": {"learning_rate": 0.3, "steps": 4, "train_biases": False},
        }
    )


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(lesson=lessons(max_steps=20))
def test_random_lessons_build_and_verify(
    lesson: Lesson, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = build(lesson, tmp_path_factory.mktemp("random") / "random.xlsx")
    result = verify(path)
    assert result.ok, findings(result)
    assert not result.unclaimed


@pytest.mark.thorough
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(lesson=lessons(max_steps=6), engine=st.sampled_from(["libreoffice", "gnumeric"]))
def test_random_lessons_verify_in_the_real_programs(
    lesson: Lesson, engine: str, tmp_path_factory: pytest.TempPathFactory, program_or_skip: Any
) -> None:
    program_or_skip(engine)
    path = build(lesson, tmp_path_factory.mktemp("random") / "random.xlsx")
    result = verify(path, engine)
    assert result.ok, findings(result)
    assert not result.unclaimed


@pytest.mark.parametrize("locale", ["de-DE", "da-DK"])
def test_a_comma_locale_shows_the_same_numbers_and_texts(
    locale: str, books: Books, program_or_skip: Any
) -> None:
    program_or_skip("libreoffice")
    with LibreOffice(locale) as office:
        for name in FEW:
            [values] = recalculate(books[name], office)
            check = compare(expected_of(make_book(Lesson.load(name))), values, locale)
            assert check.ok, [str(f) for f in check.findings[:5]]
            assert any("," in str(v) for row in values.rows["Network"] for v in row if v)


def test_the_same_lesson_gives_the_same_bytes(books: Books, tmp_path: Path) -> None:
    for name in FEW:
        assert build(name, tmp_path / "again.xlsx").read_bytes() == books[name].read_bytes()
