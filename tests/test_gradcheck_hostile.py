"""The gradient check on files that are made to do harm, and on what strangers' workbooks hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

import sheetnet
from sheetnet.expressions.dialects import address
from tests import hostile
from tests.books import cell_of
from tests.trial import Trials, trials


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return hostile.built(tmp_path_factory.mktemp("books"))


@pytest.fixture(scope="module")
def asked(books: dict[str, Path]) -> list[str]:
    """The cost of the first step, by the weights that stand on Start; claimed are these, too."""
    blocks = sheetnet.inspect(books["xlsx"])["blocks"]
    cost = next(b for b in blocks if b["quantity"] == "cost" and "step" in b["rows"])
    weights = next(b for b in blocks if b["quantity"] == "weight" and not b["live"])
    sheet, row, column = cell_of(cost)
    wrt = f"{weights['sheet']}!{weights['range']}"
    return ["--loss", f"{sheet}!{address(row, column)}", "--wrt", wrt, "--claimed", wrt]


@pytest.fixture(scope="module")
def room() -> Iterator[Trials]:
    with trials() as room:
        yield room


def test_of_the_workbook_as_it_is(books: dict[str, Path], asked: list[str], room: Trials) -> None:
    """What is claimed there are the weights themselves: told as wrong, in both formats."""
    for path in books.values():
        answer = room.run("gradcheck", str(path), *asked)
        assert not answer.wrong and answer.status == 1, answer.said
        assert "4 of 4 slopes are wrong" in answer.said


@pytest.mark.parametrize("form", ["xlsx", "ods"])
@pytest.mark.parametrize("maker", hostile.REPEATING, ids=lambda maker: maker.__name__)
def test_what_repeats_is_answered_soon(
    maker: hostile.Maker,
    form: str,
    books: dict[str, Path],
    asked: list[str],
    tmp_path: Path,
    room: Trials,
) -> None:
    path = hostile.made(books[form], tmp_path / f"book.{form}", maker)
    answer = room.run("gradcheck", str(path), *asked)
    assert not answer.wrong
    assert str(path) in answer.said


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"A1": 1.0, "B1": "=B1+A1"}, "B1"),
        ({"A1": 1.0, "B1": "=A1*nowhere"}, "shows the error"),
        ({"A1": 1.0, "B1": "=[other.xlsx]S!A1*A1"}, "other"),
        ({"A1": 1.0, "B1": '=HYPERLINK("http://127.0.0.1:9/x")'}, "B1"),
        ({"A1": 1e200, "B1": "=A1*2"}, "is 1e+200: use numbers of at most 1e+150"),
        ({"A1": True, "B1": "=A1*2"}, "no number"),
        ({"A1": 1.0, "B1": "=A1*TRUE&x"}, "B1"),
        ({"A1": 1.0, "B1": "=NOW()*A1"}, ""),
    ],
)
def test_what_cannot_be_computed_is_one_sentence(
    cells: dict[str, Any], words: str, tmp_path: Path, room: Trials
) -> None:
    path = tmp_path / "theirs.xlsx"
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for place, held in cells.items():
        sheet[place] = held
    book.save(path)
    answer = room.run("gradcheck", str(path), "--loss", "B1", "--wrt", "A1")
    assert not answer.wrong
    if words:
        assert answer.status == 2 and words in answer.said
        assert len(answer.said.strip().splitlines()) == 1


@pytest.mark.parametrize("claimed", ["C1:C2", "C1:D1"])
def test_names_in_formulas_are_followed(claimed: str, tmp_path: Path) -> None:
    """A loss whose formula looks at parameters by names; its gradient in a column and a row."""
    path, book = tmp_path / "named.xlsx", Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Net"
    held = {"A1": 1.5, "A2": -0.5, "B1": "=(w*w+v*3)/2", "C1": "=w", "C2": 1.5, "D1": 1.5}
    for place, value in held.items():
        sheet[place] = value
    for name, place in (("w", "$A$1"), ("v", "$A$2")):
        book.defined_names[name] = DefinedName(name, attr_text=f"Net!{place}")
    book.save(path)
    turned = claimed == "C1:D1"
    assert sheetnet.gradcheck(path, "B1", "A1:A2", claimed, transposed=turned).ok
