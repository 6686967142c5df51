"""Knobs: what a user may edit in a workbook, each declared once; settings: what stands there.

Everything that concerns an input goes through a knob in a loop: the panel that shows it,
its validation, its name in formulas, reading it back, checking it, moving it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import gcd
from typing import Any

import numpy as np
import numpy.typing as npt

from sheetnet.errors import SheetnetError
from sheetnet.expressions.dialects import address
from sheetnet.workbook.blocks import Block

#: The most choices that a sentence names.
MOST_NAMED = 12
#: A quantity's name and its layer, None where it has none.
Key = tuple[str, int | None]
Position = tuple[str, int, int]
#: The smallest numbers besides 0: programs disagree about those below.
SMALLEST = 2.3e-308
#: Numbers, or for a knob with choices an array of one text.
Array = npt.NDArray[Any]
#: What stands in (sheet, row, column).
Look = Callable[[str, int, int], Any]


def a_little(value: Array, rng: np.random.Generator) -> Array:
    """Every number by another small amount, also one that is 0."""
    moved: Array = value + np.maximum(np.abs(value), 0.1) * rng.uniform(0.005, 0.02, value.shape)
    return moved


#: Turns of the proof's far moves from this one on are free: their numbers go by no order.
FREE = 1_000


@dataclass(frozen=True)
class Knob:
    """An input of a workbook.

    `rows` and `columns` are its axes, `lengths` their lengths (none: one cell), `value` what
    the lesson says. A number lies between `low` and `high`, and is `whole` where it counts;
    with `choices` the cell holds one of these texts. `name` is its defined name in formulas,
    `title` what it is called beside the cell and in messages, `note` what it means.

    `nudge` moves it a little and `shake` far, for proofs that everything follows; both get
    the value and a generator, `shake` also the number of its turn. `original` is false where
    the lesson file does not say it.
    The name of one that is `numbered` stands for the number of its choice, from 1.
    A knob with a `home` is only there where the sheet of that name is.
    """

    key: str
    layer: int | None
    value: Array
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    low: float = -1e6
    high: float = 1e6
    whole: bool = False
    choices: tuple[str, ...] = ()
    numbered: bool = False
    title: str = ""
    note: str = ""
    name: str | None = None
    number_format: str = "General"
    original: bool = True
    home: str = ""
    nudge: Callable[[Array, np.random.Generator], Array] = a_little
    shake: Callable[[Array, np.random.Generator, int], Array] = lambda value, rng, turn: a_little(
        value, rng
    )

    @property
    def place(self) -> Key:
        return self.key, self.layer

    @property
    def lengths(self) -> dict[str, int]:
        return dict(zip(self.rows + self.columns, self.value.shape, strict=True))

    @property
    def sentence(self) -> str:
        """What may be typed."""
        if self.choices:
            few, more = self.choices[:MOST_NAMED], len(self.choices) - MOST_NAMED
            rest = f" and {more} more: the arrow beside the cell lists them" if more > 0 else ""
            return f"Choose one of {', '.join(few)}{rest}."
        kind = "whole number" if self.whole else "number"
        return f"Type a {kind} from {self.low:,.15g} to {self.high:,.15g}."

    def refuses(self, value: Any) -> bool:
        """Whether this value may not stand in one of its cells."""
        if self.choices:
            return value not in self.choices
        if isinstance(value, bool) or not isinstance(value, float | int):
            return True
        if 0 < abs(value) < SMALLEST:
            return True
        return not self.low <= value <= self.high or (self.whole and value != int(value))

    def moved(self, value: Array, rng: np.random.Generator, turn: int) -> Array:
        """The value moved, within what may be typed: a little (turn −1), or far."""
        if self.choices:
            # Far apart, so that a few moves reach choices of all kinds, where there are many.
            count, here = len(self.choices), self.choices.index(value.item())
            if self.numbered:  # not in step with others: some go together in no run that stays
                other = (here + int(rng.integers(1, count))) % count
                return np.array(self.choices[other], object)
            apart = next(n for n in range(round(0.38 * count) or 1, 0, -1) if gcd(n, count) == 1)
            return np.array(self.choices[(here + (2 + turn) * apart) % count], object)
        moved = self.nudge(value, rng) if turn < 0 else self.shake(value, rng, turn)
        if self.whole:
            moved = np.round(moved)
        over = (moved < self.low) | (moved > self.high)
        return np.where(over, np.clip(2 * value - moved, self.low, self.high), moved)

    def halved(self, value: Array) -> Array:
        """Half of numbers of both signs; all others as they are."""
        if self.choices or self.whole or not self.low < 0 < self.high:
            return value
        half: Array = value / 2
        return half


@dataclass(frozen=True)
class Settings(Mapping[Key, Array]):
    """What stands in the input cells, by quantity and layer."""

    arrays: Mapping[Key, Array] = field(default_factory=dict)

    def __getitem__(self, key: Key) -> Array:
        return self.arrays[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)

    def but(self, changes: Mapping[Key, Any]) -> Settings:
        """The same settings with some changed. Raises KeyError for one that is not there."""
        for key, value in changes.items():
            if np.shape(value) != self.arrays[key].shape:
                raise ValueError(f"{key} has the shape {self.arrays[key].shape}")
        return Settings({**self.arrays, **{k: np.asarray(v) for k, v in changes.items()}})

    def value(self, key: str, layer: int | None = None) -> Any:
        """What stands in a single cell: a number, or the text of a choice."""
        value = self.arrays[key, layer].item()
        return value if isinstance(value, str) else float(value)

    def number(self, key: str) -> float:
        """The number of a single cell."""
        return float(self.arrays[key, None].item())


def settings(knobs: Iterable[Knob]) -> Settings:
    """What the lesson says."""
    return Settings({knob.place: knob.value for knob in knobs})


def are_own(knobs: Iterable[Knob], held: Settings) -> bool:
    """Whether input cells hold what the lesson says."""
    own = settings(knobs)
    return all(np.array_equal(own[key], held[key]) for key in own)


def cells(block: Block, values: Array) -> Iterator[tuple[Position, Any]]:
    """Every cell of a block of input cells with what stands there."""
    for (row, column), value in np.ndenumerate(values.reshape(block.height, block.width)):
        yield (block.sheet, block.top + row, block.left + column), value


def edits(blocks: Iterable[Block], values: Settings) -> dict[Position, Any]:
    """What to type into a workbook so that these settings stand in it."""
    return {
        position: value if isinstance(value, str) else float(value)
        for block in blocks
        if not block.live
        for position, value in cells(block, values[block.quantity, block.layer])
    }


def read(path: Any, knobs: Iterable[Knob], blocks: Iterable[Block], look: Look) -> Settings:
    """The settings that stand in the input cells of a workbook.

    Raises `SheetnetError` that names the cell, what it holds and what to type; or the index,
    where it names no cells for a knob, or cells of another shape.
    """
    places = {(b.quantity, b.layer): b for b in blocks if not b.live}
    found = {}
    for knob in knobs:
        block = places.get(knob.place)
        if block is None and knob.home:
            found[knob.place] = knob.value
            continue
        if block is None or block.shape != knob.value.shape:
            raise SheetnetError(
                f"{path}: its index does not fit its lesson ({knob.key}): build the workbook anew"
            )
        values = [
            [_checked(path, knob, block, row, column, look) for column in _columns(block)]
            for row in range(block.top, block.bottom + 1)
        ]
        kind = object if knob.choices else np.float64
        found[knob.place] = np.array(values, kind).reshape(block.shape)
    return Settings(found)


def _columns(block: Block) -> range:
    return range(block.left, block.right + 1)


def _checked(path: Any, knob: Knob, block: Block, row: int, column: int, look: Look) -> Any:
    value = look(block.sheet, row, column)
    if knob.refuses(value):
        held = "nothing" if value is None else _quoted(value)
        title = knob.title or knob.key
        raise SheetnetError(
            f"{path}: {block.sheet}!{address(row, column)} ({title}) holds {held}: "
            + knob.sentence[0].lower()
            + knob.sentence[1:].rstrip(".")
            + " there"
        )
    return value


def _quoted(value: Any) -> str:
    text = f"{value:g}" if isinstance(value, float | int) else repr(str(value)[:60])
    return str(text)


def digest(knobs: Iterable[Knob]) -> str:
    """A short text that changes with any value that the lesson says of its inputs.

    Of numbers 12 digits count, since programs that save a workbook keep 15.
    """
    hashed = hashlib.sha256()
    for knob in knobs:
        if knob.original:
            for value in knob.value.ravel().tolist():
                text = value if isinstance(value, str) else f"{value + 0.0:.12g}"
                hashed.update(text.encode() + b"\n")
    return hashed.hexdigest()[:16]
