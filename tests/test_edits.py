"""Edits of a finished workbook are noticed, whatever they are."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests import edits

COUNT, SEED = 16, 8


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> list[edits.Edit]:
    books = edits.workbooks(tmp_path_factory.mktemp("edits"))
    return list(edits.draw(books, COUNT, SEED))


@pytest.mark.mutants
@pytest.mark.programs
@pytest.mark.parametrize("number", range(COUNT))
def test_an_edit_is_noticed(number: int, drawn: list[edits.Edit], tmp_path: Path) -> None:
    edit = drawn[number]
    told = f"{edit.kind}: {edit.path.stem}, {edit.place}, {edit.change}"
    assert edits.is_noticed(edit, tmp_path), told


@pytest.mark.mutants
def test_every_kind_of_edit_has_a_place_in_some_lesson(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    books = edits.workbooks(tmp_path_factory.mktemp("kinds"))
    rng = random.Random(SEED)
    for kind, make in edits.KINDS.items():
        made = ((book, edit) for book in books if (edit := make(book, rng, kind)))
        found = next(made, None)
        assert found, kind
        book, edit = found
        assert dict(book.parts)[edit.part] != edit.content, edit.change
