"""An author's own words are no mathematics of the builder's, whatever they say.

Titles, columns and classes may be called z = w + 1, layer 3 or example 0: the workbook verifies.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheetnet import build, verify
from sheetnet.building import make_book
from sheetnet.calculus.lesson import Lesson as Worksheets
from sheetnet.lessons.subjects import load
from sheetnet.lessons.subjects import subject as subject_of
from sheetnet.network.lesson import Lesson
from sheetnet.proof.indices import check_indices
from sheetnet.workbook.book import NAMED
from sheetnet.workbook.knobs import settings as knob_settings
from sheetnet.workbook.model import Quoted
from tests.books import findings

pytestmark = pytest.mark.programs

#: Lessons whose texts are words that a reader of mathematics looks for.
BUILT = ("batch-of-four", "bhadani-1-2-3-1", "sabine-softmax", "iris")
LONGEST = 40
WORDS = (
    "column 0",
    "x₁₉",
    "w 1",
    "z",
    "y = 2x",
    "target 1",
    "layer 3",
    "mean",
    "w1 + h",
    "δ",
    "cost at step 9",
)


@cache
def words() -> tuple[str, ...]:
    """Every short text of some workbooks."""
    found: set[str] = set()
    for name in BUILT:
        for sheet in make_book(load(name)[1]).sheets:
            found |= {cell.text for cell in sheet.cells.values()}
    return tuple(sorted(text for text in found if text.strip() and len(text) <= LONGEST))


@st.composite
def called_anything(draw: st.DrawFn) -> Lesson:
    """A lesson of three classes, a test set and published numbers, all with drawn names."""
    word = st.sampled_from(WORDS) | st.sampled_from(words())
    content: dict[str, Any] = {
        "title": draw(word),
        "source": draw(word),
        "about": draw(word),
        "try": draw(st.lists(word, max_size=2)),
        "notation": draw(st.sampled_from(["happydustbunny", "sabine", "bhadani", "wichmann"])),
        "published": [
            {
                "title": draw(word),
                "numbers": [{"of": "weight[1][0][0]", "printed": "0.1", "note": draw(word)}],
            }
        ],
        "network": {
            "inputs": 2,
            "loss": "cross_entropy",
            "layers": [
                {
                    "units": 2,
                    "activation": "tanh",
                    "weights": [[0.1, 0.4], [-0.3, 0.2]],
                },
                {"units": 3, "activation": "softmax"},
            ],
        },
        "data": {
            "columns": draw(st.lists(word, min_size=2, max_size=2, unique=True)),
            "classes": draw(st.lists(word, min_size=3, max_size=3, unique=True)),
            "inputs": [[0.5, -0.3], [0.2, 0.8], [-0.6, 0.1], [0.9, 0.4]],
            "targets": [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]],
            "test": 0.25,
            "standardise": draw(st.booleans()),
        },
        "training": {"learning_rate": 0.3, "steps": 2},
    }
    return Lesson.model_validate(content)


@given(called_anything())
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_an_author_says_verifies(
    tmp_path_factory: pytest.TempPathFactory, lesson: Lesson
) -> None:
    result = verify(build(lesson, tmp_path_factory.mktemp("words") / "book.xlsx"))
    assert result.ok, findings(result)


@st.composite
def worksheets_called_anything(draw: st.DrawFn) -> Worksheets:
    """A section with an identity, a slip and a question, all in drawn words."""
    word = st.sampled_from(WORDS) | st.sampled_from(words())
    content: dict[str, Any] = {
        "kind": "calculus",
        "title": draw(word),
        "source": draw(word),
        "about": draw(word),
        "notation": draw(st.sampled_from(["sabine", "bhadani"])),
        "sections": [
            {
                "heading": draw(word),
                "text": draw(word),
                "variables": {"x": {"value": 0.7, "from": 0.2, "to": 2, "about": draw(word)}},
                "definitions": ["u = x^2", "v = sin(u)"],
                "derivatives": ["v by x"],
                "identities": [["D(u, x)", {"is": "2*x", "why": draw(word)}]],
                "slips": [
                    {
                        "where": draw(word),
                        "printed": "u′ = 2",
                        "right": "u′ = 2x",
                        "printed_value": "2",
                        "right_value": "2*x",
                        "measured": "slope(u, x)",
                    }
                ],
                "questions": [{"ask": draw(word), "answer": draw(word)}],
            }
        ],
    }
    return Worksheets.model_validate(content)


@given(worksheets_called_anything())
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_a_worksheet_says_verifies(
    tmp_path_factory: pytest.TempPathFactory, lesson: Worksheets
) -> None:
    result = verify(build(lesson, tmp_path_factory.mktemp("words") / "book.xlsx"))
    assert result.ok, findings(result)


@pytest.mark.parametrize("notation", ["happydustbunny", "sabine", "bhadani", "wichmann"])
@given(called_anything())
@settings(max_examples=1, deadline=None)
def test_a_class_is_no_symbol(notation: str, lesson: Lesson) -> None:
    """The names of classes are in formulas too, which say which is meant."""
    data = lesson.data.model_copy(update={"classes": ("x₁₉", "w₉₉", "∂C/∂w₉₉")})
    named = lesson.model_copy(update={"data": data, "notation": notation})
    subject = subject_of(named.kind)
    numbers = subject.numbers(named, knob_settings(subject.knobs(named)))
    check = check_indices(subject.book(named, numbers).unquoted(), subject.decoder(numbers))
    assert not check.findings


@given(called_anything())
@settings(max_examples=3, deadline=None)
def test_what_is_read_has_no_own_words(lesson: Lesson) -> None:
    book = make_book(lesson)
    for before, after in zip(book.sheets, book.unquoted().sheets, strict=True):
        assert before.cells.keys() == after.cells.keys()
        for place, cell in before.cells.items():
            own = isinstance(cell.content, Quoted)
            assert after.cells[place].content == (NAMED if own else cell.content)
    start = book["Start"].cells
    assert isinstance(start[1, 2].content, Quoted)
