"""Panels and slips on lessons of all kinds: every formula gives its claim, every check passes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheetnet import build, verify
from sheetnet.errors import SheetnetError
from sheetnet.expressions.evaluation import evaluate
from sheetnet.expressions.formula import Expression
from sheetnet.lessons.catalogue import shipped
from sheetnet.lessons.subjects import subject
from sheetnet.network.book import PANELS
from sheetnet.network.lesson import Lesson
from sheetnet.network.slides import OfSheets
from sheetnet.proof.alive import moves
from sheetnet.proof.readings import check_readings
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Matrix
from tests.books import book_with, misread, nudged
from tests.strategies import NOTATIONS, contents, hits_a_kink

#: The sheets whose names begin a panel's sheets, and Notation, where the slips stand.
OTHERS = {
    "Start", "Inputs", "Network", "Chain rule", "Descent", "Surface", "Matrices", "Progress",
    "Weights", "Training", "Gradient check", "Drawing", "Paths", "Descent curve", "Descent map",
    "Surface points", "Differences", "Parameters", "Lesson", "Words", "Index",
}  # fmt: skip


def assert_formulas_agree(book: Book) -> int:
    """The formulas of panels and of Notation give what is claimed of them; how many checks passed.

    A panel's formulas look at Training, whose numbers are NumPy's.
    """
    passed = 0
    for sheet in book.sheets:
        if sheet.name in OTHERS:
            continue
        claims = book.claims(sheet)
        sizes = {
            (claim.top + r, claim.left + c): size
            for claim, _, size in book.claimed(sheet)
            for r, c in np.ndindex(claim.rows, claim.columns)
        }
        for (row, column), cell in sheet.cells.items():
            content = cell.content
            where = f"{sheet.name}, row {row}, column {column}"
            if isinstance(content, Matrix):
                shape = (content.rows, content.columns)
                found = np.broadcast_to(evaluate(content.expression, book), shape)
            elif isinstance(content, Expression):
                found = np.array([[evaluate(content, book)]])
            else:
                continue
            if cell.passes:
                assert found.item() in cell.passes, where
                passed += found.item() == cell.passes[0]
                continue
            for (down, along), value in np.ndenumerate(found):
                said = claims.get((row + down, column + along))
                if isinstance(value, str):
                    assert said is None or said == value, where
                    continue
                assert said is not None, f"{where}: no claim"
                size = sizes[row + down, column + along]
                assert value == pytest.approx(said, rel=1e-9, abs=max(1e-12, 1e-6 * size)), where
    return passed


@st.composite
def with_panels(draw: st.DrawFn) -> Lesson:
    """A random lesson with all panels that fit it, one at least."""
    content = draw(contents(max_steps=2))
    lesson = Lesson.model_validate(content)
    fitting = [name for name, kind in PANELS.items() if not kind.refuses(lesson)]
    return Lesson.model_validate(content | {"panels": fitting})


@given(with_panels())
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_panels_of_any_lesson_that_they_fit(lesson: Lesson) -> None:
    try:
        book = book_with(lesson, lesson.settings)
    except SheetnetError:
        return  # a run that overflows
    if not hits_a_kink(lesson, book.numbers.trace):
        assert_formulas_agree(book)


def test_factors_of_an_output_that_is_1_are_not_told(tmp_path: Path) -> None:
    """0·∞ is no number: neither is 0/0 beside it."""
    layer = {"units": 1, "activation": "sigmoid", "weights": [[100.0]], "bias": False}
    lesson = Lesson.model_validate(
        {
            "title": "t",
            "source": "s",
            "notation": "wichmann",
            "network": {"inputs": 1, "loss": "binary_cross_entropy", "layers": [layer]},
            "data": {"inputs": [[1.0]], "targets": [[1.0]]},
            "training": {"learning_rate": 0.1, "steps": 1},
            "panels": ["output-gradient"],
        }
    )
    book = book_with(lesson, lesson.settings)
    sheet = book["Output gradient"]
    assert [book.value(sheet, 7, column) for column in range(5, 12)] == [
        *("—", "—", "—"),
        0.0,
        *("—", 0.0, "0·∞"),
    ]
    assert verify(build(lesson, tmp_path / "saturated.xlsx")).ok


@pytest.mark.parametrize("name", sorted(n for n in shipped("network") if Lesson.load(n).panels))
def test_the_shipped_panels_with_other_numbers_in_another_notation(name: str) -> None:
    lesson = Lesson.load(name)
    other = NOTATIONS[(NOTATIONS.index(lesson.notation) + 1) % len(NOTATIONS)]
    lesson = lesson.model_copy(update={"notation": other})
    book = book_with(lesson, nudged(lesson))
    assert assert_formulas_agree(book) > 5
    assert check_readings(book, OfSheets(book.numbers)).ok


@pytest.mark.parametrize("name", sorted(shipped("network")))
def test_every_slip_is_shown_by_the_lessons_own_numbers(name: str) -> None:
    """What follows from the printed is another number than what follows from the right."""
    lesson = Lesson.load(name)
    book = book_with(lesson, lesson.settings)
    notation = book["Notation"]
    rows = [row for (row, column), cell in notation.cells.items() if column == 10 and cell.passes]
    for row in rows:
        printed, right, measured = (book.value(notation, row, column) for column in (7, 8, 9))
        assert abs(printed - right) > 1e-7
        assert measured == pytest.approx(right, rel=1e-6, abs=1e-6)


def test_two_units_that_cross_their_corners_in_opposite_ways() -> None:
    """No difference can be taken there, though as many sums are above 0 as before."""
    content = Lesson.load("batch-of-four").model_dump(by_alias=True, exclude_none=True)
    kinked = [{"units": 3, "activation": "relu"}, {"units": 2, "activation": "leaky_relu"}]
    content["network"] = {"inputs": 2, "loss": "half_squared_error", "layers": kinked}
    lesson = Lesson.model_validate(content | {"panels": ["element-and-matrix"]})
    sheet = (book := book_with(lesson, lesson.settings))["Element and matrix"]
    marks = [book.value(sheet, *at) for at, cell in sheet.cells.items() if cell.passes]
    assert "kink" in marks and "✗" not in marks


def test_targets_of_any_sum_break_the_short_form_only() -> None:
    lesson = Lesson.load("sabine-softmax")
    held = lesson.settings.but({("target", None): np.array([[1.0, 0.5, 0.25]])})
    book = book_with(lesson, held)
    sheet = book["Softmax Jacobian"]
    marks = [book.value(sheet, *at) for at, cell in sheet.cells.items() if cell.passes]
    assert marks.count("—") == 4 and "✗" not in marks


@pytest.mark.parametrize("biases", [[1000.1, 1000.0, 999.8], [-1e4, -9999.0, -1e4]])
def test_sums_of_which_no_power_is_a_number(biases: list[float]) -> None:
    lesson = Lesson.load("sabine-softmax")
    book = book_with(lesson, lesson.settings.but({("bias", 2): np.array(biases)}))
    assert_formulas_agree(book)
    texts = [
        book.value(book["Softmax Jacobian"], *at)
        for at, cell in book["Softmax Jacobian"].cells.items()
        if isinstance(cell.content, Expression)
    ]
    assert any("would fail: " in text for text in texts if isinstance(text, str))


@pytest.mark.parametrize(
    ("name", "panel", "sentence"),
    [
        ("mazur", "softmax-jacobian", "set the last layer's activation to softmax"),
        ("sabine-softmax", "factors", "set network.loss to half_squared_error"),
        ("sabine-softmax", "element-and-matrix", "set network.loss to half_squared_error"),
        ("wichmann-general", "long-expressions", "two layers, and up to 3"),
        ("bhadani-1-2-3-1", "diagonal-matrices", "shows a squared error"),
    ],
)
def test_a_lesson_that_a_panel_does_not_fit(
    name: str, panel: str, sentence: str, tmp_path: Path
) -> None:
    lesson: Any = Lesson.load(name)
    lines = [line for line in lesson.text.splitlines() if not line.startswith("panels")]
    at = next(i for i, line in enumerate(lines) if line.startswith("notation"))
    lines.insert(at, f'panels = ["{panel}"]')
    file = tmp_path / "other.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SheetnetError, match=rf"other\.toml: panels\[0\]: {panel} .*{sentence}"):
        build(file, tmp_path / "other.xlsx")


@pytest.mark.parametrize("base", [1.0, 0.0, -2.0])
def test_a_base_that_has_no_logarithm(base: float) -> None:
    content = Lesson.load("sabine-softmax").model_dump(by_alias=True, exclude_none=True)
    content["network"]["log_base"] = base
    with pytest.raises(ValueError, match=r"network\.log_base: is .*: write a number from 1\.01"):
        Lesson.model_validate(content)


@pytest.mark.parametrize(
    ("name", "place", "factor"),
    [
        ("sabine-squared-error", ("target", None), np.array([[1.0, 1e7]])),
        ("wichmann-general", ("weight", 2), 1e4),
        ("wichmann-general", ("weight", 3), -1e6),
    ],
)
def test_numbers_far_apart_fail_no_check(name: str, place: Any, factor: Any) -> None:
    """A difference of large numbers says little, one over a sharp bend nothing."""
    lesson = Lesson.load(name)
    held = lesson.settings
    book = book_with(lesson, held.but({place: held.arrays[place] * factor}))
    for sheet in book.sheets:
        if sheet.name not in OTHERS:
            cells = [(at, cell.passes) for at, cell in sheet.cells.items() if cell.passes]
            assert all(book.value(sheet, *at) in passes for at, passes in cells), sheet.name


def test_examples_that_cross_a_corner_in_opposite_ways() -> None:
    """As many sums are above 0 after the move up as after the move down, though not the same."""
    content = Lesson.load("batch-of-four").model_dump(by_alias=True, exclude_none=True)
    layers = [
        {"units": 2, "activation": "relu", "weights": [[0, 0], [0, 0]], "biases": [0, 0]},
        {"units": 1, "activation": "identity", "weights": [[0.7, -0.4]], "biases": [0.1]},
    ]
    content["network"] = {"inputs": 2, "loss": "half_squared_error", "layers": layers}
    content["data"] = {
        "inputs": [[1, 1], [-1, 2], [2, -1], [-2, -1]],
        "targets": [[1], [0], [1], [0]],
    }
    lesson = Lesson.model_validate(content)
    book = book_with(lesson, lesson.settings)
    for sheet in (book["Gradient check"], book["Chain rule"]):
        for at, cell in sheet.cells.items():
            assert not cell.passes or book.value(sheet, *at) in cell.passes, (sheet.name, at)


def test_moves_reach_both_sides_of_a_unit_whose_weights_go_in_step_with_its_inputs() -> None:
    """The fourth of five: as the sizes go round, its weights have the other signs."""
    weights = [[0.1 * (i - j) for j in range(3)] for i in range(3)]
    weights += [[-0.4] * 3, [0.5, -0.2, 0.3]]
    layer = {"units": 5, "activation": "leaky_relu", "weights": weights}
    content = Lesson.load("batch-of-four").model_dump(by_alias=True, exclude_none=True) | {
        "network": {"inputs": 3, "loss": "half_squared_error", "layers": [layer]},
        "data": {"inputs": [[0.5, 0.2, 0.9]], "targets": [[0.1, 0.3, 0.2, 0.9, 0.4]]},
        "training": {"learning_rate": 0.1, "steps": 1},
        "panels": ["element-and-matrix"],
    }
    lesson = Lesson.model_validate(content)
    kind = subject(lesson.kind)
    found = moves(
        kind.knobs(lesson),
        lesson.settings,
        lambda held: kind.numbers(lesson, held),
        kind.steady,
        book_with(lesson, lesson.settings),
        lambda held: None,
    )
    assert found.branches > 20 and not found.untaken


@pytest.mark.programs
@pytest.mark.parametrize(
    ("loss", "hidden", "samples"),
    [
        ("half_squared_error", "sigmoid", 3),
        ("squared_error", "identity", 1),
        ("squared_error", "step", 4),
    ],
)
@pytest.mark.parametrize("notation", NOTATIONS)
def test_panels_of_the_chosen_example_read_back(
    notation: str, loss: str, hidden: str, samples: int
) -> None:
    """Names are those of one example there, derivatives those of its loss; slopes may be 0 or 1."""
    rng = np.random.default_rng(8)
    layers = [{"units": 3, "activation": hidden}, {"units": 2, "activation": "tanh"}]
    content: dict[str, Any] = {
        "title": "panels",
        "source": "drawn",
        "notation": notation,
        "network": {"inputs": 2, "loss": loss, "seed": 4, "layers": layers},
        "data": {
            "inputs": rng.uniform(-1, 1, (samples, 2)).round(2).tolist(),
            "targets": rng.uniform(-1, 1, (samples, 2)).round(1).tolist(),
        },
        "training": {"learning_rate": 0.3, "steps": 2},
    }
    lesson = Lesson.model_validate(content)
    fitting = [name for name, kind in PANELS.items() if not kind.refuses(lesson)]
    assert {"factors", "diagonal-matrices"} <= set(fitting)
    assert misread(Lesson.model_validate(content | {"panels": fitting})) == []
