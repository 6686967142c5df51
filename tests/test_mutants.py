"""A broken builder is noticed: one test for each mistake that was made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.mutants.by_hand import BY_HAND, ByHand
from tests.mutants.differences import Snapshot, differences
from tests.mutants.source import draw, modules
from tests.mutants.trials import Laboratory, laboratory


@pytest.fixture(scope="module")
def room() -> Iterator[Laboratory]:
    with laboratory() as room:
        yield room


def each() -> Iterator[Any]:
    """All mistakes; the first of every second module in every run, the others before a release."""
    seen: list[str] = []
    for mistake in BY_HAND:
        again = mistake.path in seen
        marks = [pytest.mark.thorough] if again or len(seen) % 2 else []
        if not again:
            seen.append(mistake.path)
        yield pytest.param(mistake, marks=marks, id=mistake.name)


@pytest.mark.mutants
@pytest.mark.programs
@pytest.mark.parametrize("mistake", list(each()))
def test_verify_notices(mistake: ByHand, room: Laboratory) -> None:
    [outcome] = room.run([mistake.mutant])
    assert not outcome.broken
    assert outcome.changed, "no workbook differs: choose another mistake, or add a lesson"
    assert outcome.noticed, outcome.changed


def test_every_mistake_can_still_be_made() -> None:
    for mistake in BY_HAND:
        assert mistake.mutant.new == mistake.new


def test_a_text_that_stands_nowhere_is_named() -> None:
    with pytest.raises(ValueError, match="stands 0 times in sheetnet/errors.py"):
        _ = ByHand("none", "sheetnet/errors.py", "no such text", "").mutant


def test_a_seed_draws_the_same_mutants_of_many_modules() -> None:
    mutants = list(draw(60, 5))
    assert mutants == list(draw(60, 5))
    assert len(set(mutants)) == 60
    assert len({mutant.path for mutant in mutants}) > len(modules()) / 5
    assert all(len(mutant.diff.splitlines()) >= 1 for mutant in mutants)


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        (1.0, 1.0 + 1e-12, {"looks"}),
        (1.0, 1.001, {"number in a cell"}),
        (1.0, None, {"number in a cell"}),
        ("a − (b − c)", "a − b − c", {"equation"}),
        ("2·(3)", "2·3", {"words"}),
        ("w1·a1 + b", "a1·w1 + b", {"words"}),
        ("example 1", "example 2", {"number in a fixed text"}),
        ("Training", "training", {"words"}),
        ("0.1094·0.41", "0.109411·0.41", {"words"}),
        ("0.1094·0.41", "0.109611·0.41", {"equation"}),
        ("k = 1", "1", {"words"}),
        ("k = 1", "2", {"equation"}),
        ("a₁", None, {"words"}),
        ("the 4 examples of this batch together make one step", None, {"words"}),
        ("½·(a − t)", "0.5·(a − t)", {"words"}),
    ],
)
def test_kinds_of_differences(old: object, new: object, kinds: set[str]) -> None:
    def snapshot(content: bytes, value: object) -> Snapshot:
        values = {("Sheet", 1, 1): value} if value is not None else {}
        return Snapshot(content, values, {})

    assert differences(snapshot(b"1", old), snapshot(b"2", new)).keys() == kinds


def test_what_moves_as_a_whole_is_a_change_of_place() -> None:
    before = Snapshot(b"1", {("S", 1, 1): 1.5, ("I", 1, 1): "A1:A1"}, {})
    after = Snapshot(b"2", {("S", 2, 1): 1.5, ("I", 1, 1): "A2:A2"}, {})
    assert differences(before, after).keys() == {"place of numbers"}


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        # A column with its head behind the next, two numbers under each other's heads.
        ({(1, 1): "a", (2, 1): 1.0, (1, 2): "b", (2, 2): 2.0}, None, "place of numbers"),
        ({(1, 1): "a", (2, 1): 1.0, (1, 2): "b", (2, 2): 2.0}, 2, "number in a cell"),
    ],
)
def test_what_changes_places_is_altered_without_its_head(
    before: dict[tuple[int, int], object], after: int | None, kind: str
) -> None:
    exchanged = {
        (row, 3 - column if after in (None, row) else column): value
        for (row, column), value in before.items()
    }
    one, other = (
        Snapshot(content, {("S", *place): value for place, value in held.items()}, {})
        for content, held in ((b"1", before), (b"2", exchanged))
    )
    assert next(iter(differences(one, other))) == kind


def test_rows_that_change_places_with_their_names_are_moved() -> None:
    knobs = {("S", 1, 1): "step", ("S", 1, 2): 0.0, ("S", 2, 1): "example", ("S", 2, 2): 1.0}
    beside = {("S", 1, 4): "W", ("S", 2, 4): "b"}
    turned = {("S", 3 - row, column): value for (_, row, column), value in knobs.items()}
    before = Snapshot(b"1", knobs | beside, {})
    assert differences(before, Snapshot(b"2", turned | beside, {})).keys() == {"place of numbers"}
    exchanged = knobs | {("S", 1, 2): 1.0, ("S", 2, 2): 0.0}
    assert "number in a cell" in differences(before, Snapshot(b"2", exchanged | beside, {}))


def test_numbers_under_the_same_texts_are_moved() -> None:
    table = {(1, 2): "a", (1, 3): "b", (2, 1): "x", (3, 1): "y"}
    numbers = {(2, 2): 1.0, (2, 3): 2.0, (3, 2): 3.0, (3, 3): 4.0}
    curve = {(2, 9): "curve", (3, 9): 5.0}

    def kinds(*held: dict[tuple[int, int], object]) -> set[str]:
        before, after = (
            Snapshot(content, {("S", *place): value for place, value in each.items()}, {})
            for content, each in zip((b"1", b"2"), held, strict=True)
        )
        return {*differences(before, after)}

    beside = {(row, column + (column > 3) * -2): v for (row, column), v in curve.items()}
    rows = {2: 3, 3: 2}
    turned = {(rows.get(r, r), column): v for (r, column), v in (table | numbers).items()}
    assert kinds(table | numbers | curve, turned | beside) == {"place of numbers"}
    transposed = {(column, row): v for (row, column), v in numbers.items()}
    for heads in (table, {(1, 2): "a"}):
        assert "number in a cell" in kinds(heads | numbers | curve, heads | transposed | beside)


def test_numbers_multiplied_another_way_are_a_formula_of_equal_value() -> None:
    formulas = {("S", 1, 1): "A"}
    before = Snapshot(b"1", {("S", 1, 1): "0.12·0.5"}, formulas)
    after = Snapshot(b"2", {("S", 1, 1): "(0.3·0.2 + 0.06)·0.5"}, formulas)
    assert differences(before, after).keys() == {"formula of equal value"}
    other = Snapshot(b"2", {("S", 1, 1): "(0.3·0.2 + 0.08)·0.5"}, formulas)
    assert differences(before, other).keys() == {"number in a live text"}


def test_rows_in_addition_alter_no_number() -> None:
    before = Snapshot(b"1", {("S", 1, 1): "a", ("S", 1, 2): 1.5}, {})
    more = {("S", 1, 1): "b", ("S", 1, 2): 2.5, ("S", 2, 1): "a", ("S", 2, 2): 1.5}
    assert differences(before, Snapshot(b"2", more, {})).keys() == {"place of numbers"}
    assert "number in a cell" in differences(Snapshot(b"2", more, {}), before)


def test_a_list_that_is_shorter_alters_no_number() -> None:
    before = {("Index", 1, 1): "weight", ("Index", 2, 1): "bias", ("Index", 2, 2): 1.0}
    after = {("Index", 1, 1): "bias", ("Index", 1, 2): 1.0}
    found = differences(Snapshot(b"1", before, {}), Snapshot(b"2", after, {}))
    assert found.keys() == {"place of numbers"}


def test_an_equation_follows_its_formula() -> None:
    values = {("S", 1, 1): "a/(b + 1)", ("S", 1, 2): 2.0}
    turned = {("S", 1, 1): "1/(b + 1)·a", ("S", 1, 2): 2.0}
    before = Snapshot(b"1", values, {("S", 1, 2): "A9/(B9+1)"})
    after = Snapshot(b"2", turned, {("S", 1, 2): "1/(B9+1)*A9"})
    assert differences(before, after).keys() == {"formula of equal value"}
    alone = Snapshot(b"2", turned, before.formulas)
    assert "equation" in differences(before, alone)


def _sheet(*rows: str) -> Snapshot:
    """A sheet from its rows, a dot for an empty cell."""
    values = {
        ("S", r, c): float(text) if text[0].isdigit() else text
        for r, row in enumerate(rows, 1)
        for c, text in enumerate(row.split(), 1)
        if text != "."
    }
    return Snapshot("\n".join(rows).encode(), values, {})


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        (("t . .", "w b z", "1 2 3"), ("t . .", "b w z", "2 1 3"), True),
        (("t . .", "w b z", "1 2 3"), ("t . .", "b w z", "1 2 3"), False),
        (("t . .", "w b z", "1 2 3"), ("t . .", "w b z", "2 1 3"), False),
        (("W . . a", "1 2 . 5", "3 4 . 6"), ("a . W .", "5 . 1 2", "6 . 3 4"), True),
        (("W . . a", "1 2 . 5", "3 4 . 6"), ("W . . a", "2 1 . 5", "4 3 . 6"), False),
        (("x", ".", "W . · . a", "1 2 . . 5"), ("x", ".", "a . · W .", "5 . . 1 2"), False),
    ],
)
def test_blocks_with_their_heads_may_stand_elsewhere(
    before: tuple[str, ...], after: tuple[str, ...], moved: bool
) -> None:
    kinds = differences(_sheet(*before), _sheet(*after)).keys()
    assert (kinds == {"place of numbers"}) == moved
