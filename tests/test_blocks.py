"""Blocks: where the numbers of a quantity stand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetnet.expressions.dialects import parse_area
from sheetnet.expressions.formula import Area, Ref
from sheetnet.workbook.blocks import Block, Blocks

AXES = ("step", "sample", "unit", "source")


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    """A block with up to four axes, each on its rows or on its columns."""
    axes = draw(st.lists(st.sampled_from(AXES), unique=True, max_size=4))
    split = draw(st.integers(0, len(axes)))
    return Block(
        quantity="weight",
        layer=1,
        sheet="Training",
        top=draw(st.integers(1, 50)),
        left=draw(st.integers(1, 50)),
        rows=tuple(axes[:split]),
        columns=tuple(axes[split:]),
        lengths={axis: draw(st.integers(1, 4)) for axis in axes},
    )


@st.composite
def chosen(draw: st.DrawFn) -> tuple[Block, dict[str, int]]:
    """A block, and places on some of its axes."""
    block = draw(blocks())
    axes = draw(
        st.sets(st.sampled_from(block.rows + block.columns)) if block.lengths else st.just(set())
    )
    return block, {axis: draw(st.integers(0, block.lengths[axis] - 1)) for axis in sorted(axes)}


def cells(area: Area) -> set[tuple[int, int]]:
    rows, columns = range(area.top, area.bottom + 1), range(area.left, area.right + 1)
    return {(row, column) for row in rows for column in columns}


@given(blocks())
@settings(max_examples=150, deadline=None)
def test_every_place_has_its_own_cell_and_the_block_is_full(block: Block) -> None:
    positions = [block.position(**index) for index in block.indices()]
    assert len(positions) == math.prod(block.shape)
    assert len(set(positions)) == len(positions)
    whole = Area("Training", block.top, block.left, block.bottom, block.right)
    assert set(positions) == cells(whole)
    assert parse_area(block.range) == (block.top, block.left, block.bottom, block.right)


@given(blocks())
@settings(max_examples=100, deadline=None)
def test_places_come_in_the_order_of_the_cells(block: Block) -> None:
    positions = [block.position(**index) for index in block.indices()]
    assert positions == sorted(positions)


@given(chosen())
@settings(max_examples=300, deadline=None)
def test_an_area_is_the_chosen_cells_or_there_is_none(choice: tuple[Block, dict[str, int]]) -> None:
    block, index = choice
    positions = {
        block.position(**place) for place in block.indices() if index.items() <= place.items()
    }
    rows, columns = [r for r, _ in positions], [c for _, c in positions]
    around = Area("Training", min(rows), min(columns), max(rows), max(columns))
    # None exactly where other cells stand between the chosen ones.
    found = block.area(**index)  # type: ignore[arg-type]
    assert found == (around if cells(around) == positions else None)


def test_two_axes_on_one_side_are_flattened_row_major() -> None:
    lengths = {"step": 3, "unit": 2, "source": 4}
    block = Block("weight", 1, "Training", 6, 2, ("step",), ("unit", "source"), lengths)
    assert block.range == "B6:I8"
    assert block.shape == (3, 2, 4)
    assert block.position(step=0, unit=0, source=0) == (6, 2)
    assert block.position(step=0, unit=0, source=3) == (6, 5)
    assert block.position(step=0, unit=1, source=0) == (6, 6)
    assert block.position(step=2, unit=1, source=3) == (8, 9)
    assert block.area(step=1, unit=1) == Area("Training", 7, 6, 7, 9)
    assert block.area(step=1) == Area("Training", 7, 2, 7, 9)
    assert block.area(unit=0) == Area("Training", 6, 2, 8, 5)
    # The weights that leave source 1 stand apart from each other.
    assert block.area(step=1, source=1) is None


def test_a_block_without_axes_is_one_cell() -> None:
    block = Block("learning_rate", None, "Start", 4, 3, (), (), {}, live=False)
    assert block.range == "C4:C4"
    assert list(block.indices()) == [{}]
    assert block.ref() == Ref("Start", 4, 3)
    assert block.area() == Area("Start", 4, 3, 4, 3)


def test_refs_and_areas_carry_what_they_are_told() -> None:
    block = Block("bias", 2, "Training", 1, 1, ("step",), ("unit",), {"step": 2, "unit": 2})
    ref = block.ref(step=1, unit=1, fixed=True)
    assert (ref.row, ref.column, ref.fixed) == (2, 2, True)
    area = block.area(step=1, fixed=True)
    assert area is not None
    assert (area.fixed, area.sheet) == (True, "Training")


def test_no_two_blocks_hold_the_same_on_one_sheet() -> None:
    found = Blocks()
    edited = found.add(Block("weight", 1, "Start", 1, 1, (), (), {}, live=False))
    live = found.add(Block("weight", 1, "Training", 1, 1, (), (), {}))
    first = found.add(Block("weight", 1, "Network", 1, 2, (), (), {}, at={"unit": 0}))
    second = found.add(Block("weight", 1, "Network", 1, 3, (), (), {}, at={"unit": 1}))
    assert list(found) == [edited, live, first, second]
    for taken in (("Training", {}), ("Network", {"unit": 1})):
        with pytest.raises(ValueError, match="two blocks"):
            found.add(Block("weight", 1, taken[0], 9, 9, (), (), {}, at=taken[1]))
