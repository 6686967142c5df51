"""Whether two sheets hold the same blocks, each number under its head and beside its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

Place = tuple[int, int]
Block = dict[Place, str]
#: What stands between blocks whose order matters.
SIGNS = set("=·×+−⊙/")


def same_blocks(old: Mapping[Place, Any], new: Mapping[Place, Any]) -> bool:
    """Whether the same blocks stand at other places, or have their columns in another order with
    what stands over them, or their rows with what they are called; titles stay.

    Numbers without a text, texts without a number, and blocks with a sign beside them keep
    their places.
    """
    left = [_forms(block, old) for block in _blocks(old)]
    for forms in [_forms(block, new) for block in _blocks(new)]:
        same = next((other for other in left if other & forms), None)
        if same is None:
            return False
        left.remove(same)
    return not left


def same_names(old: Mapping[Place, Any], new: Mapping[Place, Any]) -> bool:
    """Whether each number stands under and beside the same texts as before, at other places.

    Numbers that share their texts, as those of a matrix do, keep their distances from them, and
    rows with a sign all that they hold.
    """
    texts = [Counter(str(v) for v in held.values() if not is_number(v)) for held in (old, new)]
    signed = [_signed(held) for held in (old, new)]
    return texts[0] == texts[1] and signed[0] == signed[1] and _named(old) == _named(new)


def _signed(held: Mapping[Place, Any]) -> Counter[tuple[str, ...]]:
    """The rows in which a sign stands."""
    rows: dict[int, list[str]] = {}
    for (row, _), value in sorted(held.items(), key=lambda each: each[0]):
        rows.setdefault(row, []).append(written(value))
    return Counter(tuple(row) for row in rows.values() if SIGNS & set(row))


def _named(held: Mapping[Place, Any]) -> Counter[Any]:
    """The numbers with their names."""
    found: dict[Any, list[Any]] = {}
    for at, value in held.items():
        if is_number(value):
            (left, far), (top, high) = (_name(held, at, by) for by in ((0, -1), (-1, 0)))
            found.setdefault((left, top), []).append((far, high, written(value)))
    return Counter(
        (names, *(each if len(numbers) > 1 or names == (None, None) else each[2:]))
        for names, numbers in found.items()
        for each in numbers
    )


def _name(held: Mapping[Place, Any], at: Place, by: Place) -> tuple[str | None, int]:
    """The text that adjoining cells lead to from a number, and how many numbers are between."""
    numbers = 0
    while (at := (at[0] + by[0], at[1] + by[1])) in held:
        if not is_number(held[at]):
            return str(held[at]), numbers
        numbers += 1
    return None, numbers


def _blocks(held: Mapping[Place, Any]) -> list[Block]:
    """Cells that adjoin."""
    left = dict(held)
    found: list[Block] = []
    while left:
        block: Block = {}
        waiting = [next(iter(left))]
        while waiting:
            row, column = at = waiting.pop()
            if at in left:
                block[at] = written(left.pop(at))
                waiting += [
                    (row, column - 1),
                    (row, column + 1),
                    (row - 1, column),
                    (row + 1, column),
                ]
        found.append(block)
    return found


def _forms(block: Block, held: Mapping[Place, Any]) -> frozenset[Any]:
    """What a block has in common with those that are the same."""
    numbers = {at for at in block if is_number(held[at])}
    rows = {row for row, _ in block}
    if len(numbers) in (0, len(block)) or any(
        held[at] in SIGNS for at in held.keys() - block.keys() if at[0] in rows
    ):
        return frozenset([tuple(sorted(block.items()))])
    top, left = (min(at[axis] for at in block) for axis in (0, 1))
    moved = {(row - top, column - left): text for (row, column), text in block.items()}
    found: list[Any] = [tuple(sorted(moved.items()))]
    for axis in (0, 1):
        across = Counter(at[1 - axis] for at in block)
        titles = {at for at in block if across[at[1 - axis]] == 1 and at not in numbers}
        lines: dict[int, list[tuple[int, str]]] = {}
        nameless = False
        for at in sorted(block.keys() - titles, key=lambda at: at[1 - axis]):
            line = lines.setdefault(at[axis], [])
            nameless |= not line and at in numbers
            line.append((at[1 - axis], block[at]))
        if not nameless:
            fixed = tuple(sorted((at, block[at]) for at in titles))
            found.append((axis, fixed, tuple(sorted(map(tuple, lines.values())))))
    return frozenset(found)


def written(value: Any) -> str:
    """The text of a value, a number with its first digits."""
    return f"{value:.8g}" if is_number(value) else str(value)


def is_number(value: Any) -> bool:
    """Whether a cell holds a number."""
    return isinstance(value, float | int) and not isinstance(value, bool)
