"""All that a worksheet must show, computed with NumPy from the parsed text: never from formulas.

Derivatives are dual numbers (`duals`), central differences the definitions computed again with a
moved number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from sheetnet.calculus.duals import Dual, compute, constant, define, seeded
from sheetnet.calculus.lesson import Descent, Grid, Lesson
from sheetnet.calculus.spelling import identifier
from sheetnet.calculus.syntax import ExpressionError, Function, Node, place_of
from sheetnet.calculus.worksheet import Asked, Worksheet, worksheets
from sheetnet.errors import SheetnetError
from sheetnet.workbook.knobs import Settings

FloatArray = npt.NDArray[np.float64]
#: The knob that is the step of the central differences.
STEP = "difference_step"
#: The moves of a number, in steps: two differences, whose agreement tells whether to trust them.
MOVES = (1, -1, 2, -2)
#: Largest ratio that passes, and the size of derivatives below which it is absolute.
PASSES, SMALL = 1e-4, 1e-4
#: The last digit of a number, and the part of a derivative that rounding may hide.
LAST_DIGIT, BLUR = 1e-15, 1e-5
#: Where a function is smooth, its slopes on both sides of 2h differ by twice as much as those of
#: h; at a kink by the same. Below this they are taken for a kink's.
STRAIGHT = 1.5
#: What a check says: agreement; a kink within the step; hidden by rounding; h too large; wrong.
TICK, KINK, BLURRED, COARSE, FAILED = "✓", "kink", "—", "coarse", "✗"


class Numbers:
    """The numbers of a lesson with some settings. Raises `SheetnetError` where there are none."""

    def __init__(self, lesson: Lesson, settings: Settings) -> None:
        self.lesson, self.settings = lesson, settings
        self.step = settings.number(STEP)
        self.sections = [
            Computed(sheet, _given(sheet, settings), self.step, _ends(sheet, settings))
            for sheet in worksheets(lesson)
        ]

    def section(self, sheet: Worksheet) -> Computed:
        return self.sections[sheet.number - 1]


def _given(sheet: Worksheet, settings: Settings) -> dict[str, FloatArray]:
    names = sheet.section.variables
    return {name: np.asarray(settings[identifier(name), sheet.number], float) for name in names}


def grid_key(number: int, which: str) -> str:
    """The knob of one end of a grid."""
    return f"grid_{number}_{which}"


def _ends(sheet: Worksheet, settings: Settings) -> list[tuple[float, float]]:
    """Where the grids begin and end."""
    keys = [(grid_key(i, "from"), grid_key(i, "to")) for i in range(len(sheet.section.grids))]
    return [
        (settings[low, sheet.number].item(), settings[high, sheet.number].item())
        for low, high in keys
    ]


class Computed:
    """The numbers of one section."""

    def __init__(
        self,
        sheet: Worksheet,
        given: Mapping[str, FloatArray],
        step: float,
        ends: Sequence[tuple[float, float]] = (),
    ) -> None:
        self.sheet, self.given, self.step, self.ends = sheet, given, step, ends
        self._slopes: dict[str, dict[str, Dual]] = {}
        self._tables: dict[tuple[str, int], FloatArray] = {}
        self._verdicts: dict[tuple[str, str], npt.NDArray[np.object_]] = {}
        self._moved: dict[tuple[str, int, float], dict[str, FloatArray]] = {}
        try:
            self.values = self._run({name: constant(v, 0) for name, v in given.items()}, 0)
        except ExpressionError as error:
            raise SheetnetError(f"{sheet.field}: {error}") from None
        for name, value in self.values.items():
            if not np.isfinite(value).all():
                raise SheetnetError(f"{sheet.field}: {name} is no number: change the variables")

    def _run(self, held: dict[str, Dual], seeds: int) -> dict[str, FloatArray]:
        found = self._defined(held, seeds)
        return {name: np.asarray(dual.value) for name, dual in found.items()}

    def _defined(self, held: dict[str, Dual], seeds: int) -> dict[str, Dual]:
        """All names, the definitions among them that are not `held`."""
        found = dict(held)
        lengths = self.sheet.section.indices
        with np.errstate(all="ignore"):
            for made in self.sheet.definitions:
                if made.name not in found:
                    found[made.name] = define(made, found, seeds, self.sheet.first, lengths)
        return found

    def slopes(self, by: str) -> dict[str, Dual]:
        """All names with their slopes by the numbers of one."""
        if by not in self._slopes:
            start = self.values[by]
            held = {name: constant(value, start.size) for name, value in self.given.items()}
            held[by] = seeded(start)
            self._slopes[by] = self._defined(held, start.size)
        return self._slopes[by]

    def derivative(self, of: str, by: str) -> FloatArray:
        """The derivatives of a name by another: the axes of the first, then of the second."""
        return self.slopes(by)[of].slope.reshape(self.values[of].shape + self.values[by].shape)

    def partial(self, node: Node, by: str) -> float:
        """The derivative of one expression by a number, all other names being constants."""
        return float(self.alone(node, by))

    def alone(self, node: Node, by: str) -> FloatArray:
        """The derivatives of all elements of an expression, as `partial` has them."""
        held = {name: constant(value, 1) for name, value in self.values.items()}
        held[by] = Dual(self.values[by], np.ones((1,)))
        lengths = self.sheet.section.indices
        return np.asarray(compute(node, held, 1, self.sheet.first, lengths).slope[..., 0])

    def moved(self, by: str, place: int, steps: float) -> dict[str, FloatArray]:
        """All names, where one number of `by` has moved by so many steps."""
        key = by, place, steps
        if key not in self._moved:
            start = np.array(self.values[by])
            start.flat[place] += steps * self.step
            held = {name: constant(value, 0) for name, value in self.given.items()}
            held[by] = constant(start, 0)
            self._moved[key] = self._run(held, 0)
        return self._moved[key]

    def difference(self, of: str, by: str, steps: int = 1) -> FloatArray:
        """The central differences, with the axes of `derivative`."""
        count = self.values[by].size
        pairs = [(self.moved(by, j, steps), self.moved(by, j, -steps)) for j in range(count)]
        found = np.stack(
            [(up[of] - down[of]) / (2 * steps * self.step) for up, down in pairs], axis=-1
        )
        return found.reshape(self.values[of].shape + self.values[by].shape)

    def scale(self, of: str, by: str) -> float:
        """How large the numbers are that a difference is taken of, for comparing programs."""
        largest = max(
            float(np.abs(self.moved(by, j, s)[of]).max())
            for j in range(self.values[by].size)
            for s in MOVES[:2]
        )
        return max(1.0, 1e7 * largest * LAST_DIGIT / self.step)

    def verdicts(self, of: str, by: str) -> npt.NDArray[np.object_]:
        """What the check says of each derivative, with its axes."""
        if (of, by) not in self._verdicts:
            self._verdicts[of, by] = self._judged(of, by)
        return self._verdicts[of, by]

    def _judged(self, of: str, by: str) -> npt.NDArray[np.object_]:
        slope, near = self.derivative(of, by), self.difference(of, by)
        far = self.difference(of, by, 2)
        size = SMALL + np.abs(slope) + np.abs(near)
        up, down, high, low = (self._all(of, by, steps) for steps in MOVES)
        middle = self.values[of].reshape(self.values[of].shape + (1,) * self.values[by].ndim)
        bend = np.abs(up - 2 * middle + down) / self.step
        wide = np.abs(high - 2 * middle + low) / (2 * self.step)
        found = np.full(slope.shape, FAILED, object)
        found[np.abs(far - near) > PASSES * size] = COARSE
        found[np.abs(up) * LAST_DIGIT / self.step > BLUR * size] = BLURRED
        found[(bend > PASSES * size) & (wide <= STRAIGHT * bend)] = KINK
        found[np.abs(slope - near) <= PASSES * size] = TICK
        return found

    def _all(self, of: str, by: str, steps: int) -> FloatArray:
        """A name where each number of another has moved, with the axes of `derivative`."""
        count = self.values[by].size
        found = np.stack([self.moved(by, j, steps)[of] for j in range(count)], axis=-1)
        return found.reshape(self.values[of].shape + self.values[by].shape)

    def proved(self, node: Node) -> FloatArray:
        """What an expression of an identity or a slip stands for."""
        held = {name: constant(value, 0) for name, value in self.values.items()}
        proofs = {"D": self._entry(self.derivative), "slope": self._entry(self.difference)}
        lengths = self.sheet.section.indices
        return compute(node, held, 0, self.sheet.first, lengths, proofs).value

    def _entry(self, whole: Any) -> Any:
        def entry(node: Function) -> FloatArray:
            y, x = self.sheet.target(node)
            places = place_of(y, self.sheet.first), place_of(x, self.sheet.first)
            found = whole(y.name, x.name)
            if y.indices:
                found = found[places[0]]
            if x.indices:
                found = found[(..., *places[1])]
            return np.asarray(found)

        return entry

    def over_grid(self, number: int, grid: Grid, nodes: list[Node]) -> FloatArray:
        """Points × (the variable, what is shown)."""
        if ("grid", number) in self._tables:
            return self._tables["grid", number]
        low, high = self.ends[number]
        rows = []
        for i in range(grid.points):
            x = low + (high - low) * i / (grid.points - 1)
            given = {**self.given, grid.over: np.array(x)}
            other = Computed(self.sheet, given, self.step)
            rows.append([x, *(float(other.proved(node)) for node in nodes)])
        self._tables["grid", number] = np.array(rows)
        return self._tables["grid", number]

    def descended(self, descent: Descent) -> FloatArray:
        """Steps + 1 × (the variables that learn, the cost)."""
        key = f"{descent.cost} {descent.by} {descent.rate}", descent.steps
        if key in self._tables:
            return self._tables[key]
        given = dict(self.given)
        rate = float(given[descent.rate])
        rows = []
        for step in range(descent.steps + 1):
            try:
                now = Computed(self.sheet, given, self.step)
            except SheetnetError as error:
                raise SheetnetError(
                    f"{error} (step {step} of the descent of {descent.cost}, "
                    f"{descent.rate} = {rate:g}): use a smaller rate, or fewer steps"
                ) from None
            rows.append([*(float(given[n]) for n in descent.by), float(now.values[descent.cost])])
            slopes = {n: float(now.derivative(descent.cost, n)) for n in descent.by}
            given |= {n: given[n] - rate * slopes[n] for n in descent.by}
        self._tables[key] = np.array(rows)
        return self._tables[key]

    @cached_property
    def ticks(self) -> tuple[int, int, int]:
        """How many checks of derivatives passed, failed, and are there."""
        marks: list[Any] = [
            mark for asked in self.sheet.asked for mark in self.verdicts(asked.of, asked.by).flat
        ]
        return marks.count(TICK), marks.count(FAILED), len(marks)


__all__ = ["Asked", "Numbers"]
