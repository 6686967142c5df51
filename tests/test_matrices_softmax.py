"""Matrices of a network that ends in softmax: the Jacobian, and what comes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sheetnet import build, verify
from sheetnet.building import make_book
from sheetnet.expressions.evaluation import evaluate
from sheetnet.network.engine import train
from sheetnet.network.lesson import Lesson
from sheetnet.network.quantities import ACTIVATION
from sheetnet.network.slides import OfSheets
from sheetnet.proof.readings import check_readings
from sheetnet.sheets.checks import NO_NUMBER, PASSED
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Matrix
from tests.books import findings

INPUTS = [[0.5, 0.8], [-0.7, 0.4], [0.2, -0.9], [1.1, 0.3], [-0.4, -0.6]]
TARGETS = [[0, 1, 0], [0.5, 0, 0.8], [1, 0, 0], [0.2, 0.3, 0.5], [0, 0, 1]]


def lesson(notation: str, loss: str, samples: int, **changes: Any) -> Lesson:
    layer = {"units": 3, "activation": "softmax", "weights": [[0.5, -0.3], [-0.4, 0.6], [0.2, 0.1]]}
    content = {
        "title": "softmax",
        "source": "tests",
        "notation": notation,
        "network": {
            "inputs": 2,
            "loss": loss,
            "layers": [layer | {"biases": [0.1, 0.05, -0.2]} | changes],
        },
        "data": {"inputs": INPUTS[:samples], "targets": TARGETS[:samples]},
        "training": {"learning_rate": 0.5, "steps": 1},
    }
    return Lesson.model_validate(content)


@pytest.mark.parametrize(
    ("notation", "loss", "samples"),
    [
        ("happydustbunny", "half_squared_error", 1),
        ("sabine", "cross_entropy", 2),
        ("bhadani", "squared_error", 2),
        ("wichmann", "cross_entropy", 5),
    ],
)
def test_it_is_proved_in_every_notation(
    notation: str, loss: str, samples: int, tmp_path: Path
) -> None:
    """With few examples the Jacobian of each; of five, the shorter form alone."""
    result = verify(build(lesson(notation, loss, samples), tmp_path / "softmax.xlsx"))
    assert result.ok, findings(result)
    assert not result.unclaimed and not result.untaken
    book = make_book(lesson(notation, loss, samples))
    told = [b for b in book.blocks if b.sheet == "Matrices" and b.quantity == "jacobian"]
    assert len(told) == (samples if samples < 5 else 0)
    assert check_readings(book, OfSheets(book.numbers)).ok


def _marks(book: Book) -> list[str]:
    checks = [cell.formula for cell in book["Matrices"].cells.values() if cell.passes]
    return [str(evaluate(each, book)) for each in checks if each is not None]


def test_where_an_output_is_0_the_product_has_no_verdict() -> None:
    """t/a is cut off there, as the logarithm is; the shorter form goes on."""
    far = lesson("sabine", "cross_entropy", 1, biases=[900, -900, 0])
    marks = _marks(make_book(far))
    assert marks.count(NO_NUMBER) == 1
    assert set(marks) == {PASSED, NO_NUMBER}


def test_softmax_is_an_array_formula_of_each_example() -> None:
    """The largest z and the sum of powers are the example's own."""
    book = make_book(lesson("sabine", "cross_entropy", 5))
    sheet = book["Matrices"]
    found = [
        np.array(evaluate(cell.content.expression, book)).ravel()
        for cell in sheet.cells.values()
        if isinstance(cell.content, Matrix) and (cell.content.rows, cell.content.columns) == (3, 1)
    ]
    outputs = train(lesson("sabine", "cross_entropy", 5))[ACTIVATION, 1][0]
    for row in outputs:
        assert any(np.allclose(row, each, rtol=1e-12) for each in found)
