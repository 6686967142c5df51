"""Whatever validation lets a learner type: no error value, no false sentence, no false ✗.

Numbers are drawn from all that the input cells accept, the ends and the very small ones among
them. A run that leaves the range of numbers is said in words, on Start and on every sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sheetnet import build
from sheetnet.errors import SheetnetError
from sheetnet.files.stored import CellError
from sheetnet.network.lesson import Lesson
from sheetnet.network.sheets import drawing, own
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.start import Layout, verdict_row
from sheetnet.network.slides import OfSheets
from sheetnet.network.subject import SUBJECT
from sheetnet.proof.comparison import same_text
from sheetnet.proof.readings import check_readings
from sheetnet.recalc import PROGRAMS, Values, recalculate
from sheetnet.workbook.book import Book
from sheetnet.workbook.knobs import Knob, Settings, edits

LESSONS = ("mazur", "bhadani-1-2-3-1", "batch-of-four")
#: What LibreOffice and Gnumeric, which are slow, are asked for each lesson.
SETTINGS = 6
#: Where trouble was found before, and where programs differ.
AWKWARD = (0.0, 1e-154, -1e-160, 5e-5, -0.00001234, 0.02, 1.0, 18.0, 50.0, -1000.0, 12345.678)


def typed(knob: Knob) -> st.SearchStrategy[Any]:
    """Anything that a knob's cells accept, as an array of its shape."""
    number: st.SearchStrategy[float]
    if knob.whole:
        number = st.integers(int(knob.low), int(knob.high)).map(float)
    else:
        middle = [x for x in AWKWARD if knob.low <= x <= knob.high]
        number = st.floats(max(knob.low, -3), min(knob.high, 3), allow_nan=False)
        number |= st.floats(knob.low, knob.high, allow_nan=False)
        number |= st.sampled_from([*middle, knob.low, knob.high])
    number = number.filter(lambda x: not knob.refuses(x)).map(lambda x: float(f"{x:.15g}"))
    count = knob.value.size
    return st.lists(number, min_size=count, max_size=count).map(
        lambda found: np.array(found).reshape(knob.value.shape)
    )


@st.composite
def cases(draw: st.DrawFn, name: str) -> Settings:
    """The lesson's own settings with some of its knobs typed over."""
    lesson = Lesson.load(name)
    knobs = [k for k in SUBJECT.knobs(lesson) if not k.choices]
    chosen = draw(st.lists(st.sampled_from(knobs), min_size=1, unique_by=lambda k: k.place))
    return lesson.settings.but({knob.place: draw(typed(knob)) for knob in chosen})


def numbers_of(lesson: Lesson, held: Settings) -> Any:
    """The numbers, or None where the run leaves the range of numbers."""
    try:
        return SUBJECT.numbers(lesson, held)
    except SheetnetError:
        return None


@given(st.data(), st.sampled_from(LESSONS))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_sentence_is_false_and_no_check_fails(data: st.DataObject, name: str) -> None:
    """By the model: its sentences are read back, its checks come from NumPy."""
    lesson = Lesson.load(name)
    numbers = numbers_of(lesson, data.draw(cases(name)))
    if numbers is None:
        return
    book = SUBJECT.book(lesson, numbers)
    assert check_readings(book, OfSheets(numbers)).findings == []
    for sheet in book.sheets:
        for place, cell in sheet.cells.items():
            if cell.passes:
                assert book.value(sheet, *place) in cell.passes, (sheet.name, place)


def verdict_of(lesson: Lesson) -> tuple[str, int, int]:
    context = Context(lesson, SUBJECT.numbers(lesson, lesson.settings))
    return "Start", verdict_row(Layout(context)), 2


def wrong(lesson: Lesson, book: Book | None, values: Values) -> list[str]:
    """What a program shows that it should not: errors, other texts, checks that fail."""
    if book is None:
        return [] if str(values.value(*verdict_of(lesson))).startswith("✗") else ["no words"]
    found = []
    for sheet in book.sheets:
        for row, cells in enumerate(values.rows[sheet.name], 1):
            for column, value in enumerate(cells, 1):
                if isinstance(value, CellError):
                    found.append(f"{sheet.name} {row} {column}: {value}")
        for place, cell in sheet.cells.items():
            value = values.value(sheet.name, *place)
            if cell.passes and value not in cell.passes:
                found.append(f"{sheet.name} {place}: {value}")
            ours = book.value(sheet, *place)
            steady = book.numbers.is_steady and isinstance(ours, str) and sheet.name != "Words"
            if steady and not cell.passes and not same_text(ours, str(value or "")):
                found.append(f"{sheet.name} {place}: {value!r}, not {ours!r}")
    return found


def tried(path: Path, name: str, held: Sequence[Settings], program: Any) -> None:
    lesson = Lesson.load(name)
    blocks = SUBJECT.book(lesson, SUBJECT.numbers(lesson, lesson.settings)).blocks
    typed_in = [edits(blocks, each) for each in held]
    for each, values in zip(held, recalculate(path, program, typed_in), strict=True):
        numbers = numbers_of(lesson, each)
        book = None if numbers is None else SUBJECT.book(lesson, numbers)
        assert wrong(lesson, book, values)[:5] == [], dict(each)


@pytest.fixture(scope="module")
def path_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("typed")
    known: dict[str, Path] = {}

    def path(name: str) -> Path:
        if name not in known:
            known[name] = build(name, folder / f"{name}.xlsx")
        return known[name]

    return path


@given(st.data(), st.sampled_from(LESSONS))
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_ironcalc_shows_no_error(
    path_of: Callable[[str], Path], data: st.DataObject, name: str
) -> None:
    tried(path_of(name), name, [data.draw(cases(name)) for _ in range(4)], PROGRAMS["ironcalc"])


@pytest.mark.parametrize("program", ["libreoffice", "gnumeric"])
@pytest.mark.parametrize("name", LESSONS)
def test_other_programs_show_no_error(
    path_of: Callable[[str], Path],
    program_or_skip: Callable[[str], None],
    name: str,
    program: str,
) -> None:
    """The settings are drawn first: one start of the program takes them all."""
    program_or_skip(program)
    drawn: list[Settings] = []

    @given(cases(name))
    @settings(max_examples=SETTINGS, phases=[Phase.generate], database=None, deadline=None)
    def draw(held: Settings) -> None:
        drawn.append(held)

    draw()
    tried(path_of(name), name, drawn, PROGRAMS[program])


def by_hand(name: str) -> list[Settings]:
    """A handful that once showed errors, false sentences or a false ✗."""
    lesson = Lesson.load(name)
    shape = lesson.settings.arrays["weight", 1].shape
    target = np.zeros(lesson.settings.arrays["target", None].shape)
    changes: list[dict[Any, Any]] = [
        {("target", None): target, ("weight", 1): np.full(shape, -1000.0)},
        {("learning_rate", None): 1000.0},
        {("learning_rate", None): 0.00005},
        {("input", None): np.full(lesson.settings.arrays["input", None].shape, 12345.678)},
        {("difference_step", None): 0.1, ("weight", 1): np.full(shape, 1e6)},
        {("input", None): np.full(lesson.settings.arrays["input", None].shape, -0.00001234)},
    ]
    return [lesson.settings.but(change) for change in changes]


@pytest.mark.parametrize("name", ("mazur", "bhadani-1-2-3-1"))
def test_what_was_once_wrong_is_right_in_every_program(
    path_of: Callable[[str], Path], engine: Any, name: str
) -> None:
    tried(path_of(name), name, by_hand(name), engine)


DIVERGES = """
title = "A run that overflows"
source = "none"
notation = "happydustbunny"
[network]
inputs = 1
loss = "half_squared_error"
[[network.layers]]
units = 2
activation = "relu"
weights = [[0.5], [0.4]]
biases = [0.1, 0.1]
[[network.layers]]
units = 1
activation = "identity"
weights = [[0.3, 0.2]]
biases = [0.0]
[data]
inputs = [[1.5]]
targets = [[1.0]]
[training]
learning_rate = 0.1
steps = 40
"""


def test_a_run_that_overflows_is_said_in_words(tmp_path: Path, engine: Any) -> None:
    """The step is named and what to do; every sheet says so before its numbers."""
    (tmp_path / "diverges.toml").write_text(DIVERGES)
    lesson = Lesson.load(tmp_path / "diverges.toml")
    path = build(tmp_path / "diverges.toml", tmp_path / "diverges.xlsx")
    book = SUBJECT.book(lesson, SUBJECT.numbers(lesson, lesson.settings))
    high = lesson.settings.but({("learning_rate", None): 1000.0})
    [values] = recalculate(path, engine, [edits(book.blocks, high)])
    said = str(values.value(*verdict_of(lesson)))
    assert said.startswith("✗ The run diverges: ")
    assert "step" in said and said.endswith("Choose a smaller γ.")
    assert not any(isinstance(v, CellError) for row in values.rows["Start"] for v in row)
    for name in ("Network", "Matrices", "Gradient check"):
        assert said in values.rows[name][1]
    assert said in values.rows["Training"][1]
    # The pictures stay: the curve is cut off, and what is no number is drawn in grey.
    assert values.value(own.NAME, own.FIRST_ROW + 2, own.CUT) == own.IS_CUT
    first = values.value(own.NAME, own.FIRST_ROW, own.DRAWN)
    costs = [values.value(own.NAME, own.FIRST_ROW + n, own.DRAWN) for n in range(1, 41)]
    assert costs[-1] == max(costs) == own.CUT_OFF * first


def test_a_drawing_of_what_is_no_number_is_grey(tmp_path: Path, engine: Any) -> None:
    (tmp_path / "diverges.toml").write_text(DIVERGES.replace("relu", "leaky_relu"))
    lesson = Lesson.load(tmp_path / "diverges.toml")
    path = build(tmp_path / "diverges.toml", tmp_path / "diverges.xlsx")
    book = SUBJECT.book(lesson, SUBJECT.numbers(lesson, lesson.settings))
    typed = {("learning_rate", None): 1000.0, ("input", None): np.array([[1e5]])}
    typed |= {("chosen_step", None): 40.0}
    [values] = recalculate(path, engine, [edits(book.blocks, lesson.settings.but(typed))])
    for name in (drawing.NAME, drawing.ON_START):
        top = drawing.FIRST_ROW
        assert not any(values.value(name, top + n, drawing.KIND) for n in (0, 1, 3, 4))
        assert values.value(name, top, drawing.FIRST_Y + drawing.KINDS.index((0, 1))) > 0
        assert values.value(name, top, drawing.WEIGHT_TEXT) == "—"


@pytest.mark.parametrize(
    ("place", "number", "said"),
    [
        (("learning_rate", None), 0.0, "✗ Start!C8 (learning rate γ) cannot be used"),
        (("input", None), [[0.05, 2e6]], "✗ Start!D12 (input) cannot be used"),
        (("weight", 1), [[0.15, 0.2], [2e6, 0.3]], "✗ Start!C16 (starting weight) cannot be used"),
        (("difference_step", None), 0.0, "✗ Gradient check!C4 (h) cannot be used"),
    ],
)
def test_a_cell_that_cannot_be_used_is_named(
    path_of: Callable[[str], Path], engine: Any, place: Any, number: Any, said: str
) -> None:
    """What validation refuses may be pasted nevertheless."""
    lesson = Lesson.load("mazur")
    book = SUBJECT.book(lesson, SUBJECT.numbers(lesson, lesson.settings))
    pasted = lesson.settings.but({place: np.array(number)})
    [values] = recalculate(path_of("mazur"), engine, [edits(book.blocks, pasted)])
    found = str(values.value(*verdict_of(lesson)))
    assert found.startswith(said) and "Type a number from" in found
