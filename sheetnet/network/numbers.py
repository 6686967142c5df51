"""The numbers of a lesson, from which every claim about its workbook is made.

They come from the engine's arrays alone. What a sheet shows beyond the run (a product, a
slope, a moved cost) is a `Derived` quantity: its NumPy side stands beside the sheet that
shows it, apart from the formulas there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sheetnet.network import comparing
from sheetnet.network.engine import DivergenceError, FloatArray, Trace, fed, run, train
from sheetnet.network.knobs import knobs
from sheetnet.network.lesson import Lesson
from sheetnet.network.net import Net
from sheetnet.network.quantities import (
    ACTIVATION,
    BATCH_INPUT,
    BATCH_TARGET,
    CHOSEN_SAMPLE,
    CHOSEN_STEP,
    INPUT,
    LEARNING_RATE,
    SAMPLE,
    STEP,
    TARGET,
    UNIT,
    Quantity,
    Z,
)
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.knobs import Key, Settings

#: A change of what goes in, a hundred times what rounding does, and what may become of it:
#: relatively, or of small numbers as it is. Proofs tolerate a tenth of that.
NUDGE, GROWN, LEAST = 1e-13, 1e-8, 1e-11
#: So many times less may become of it where an update divides gradients by their size: what a
#: saturated unit leaves of one has few digits, and all of these count.
BLUR = 100.0
#: Where there are larger numbers, the last bits of a saturated activation, times those, are more
#: than proofs tolerate.
SATURATED = 1e3
#: Nearer to 1 a saturated activation leaves no ten digits of its slope: all of them count where
#: gradients are divided by their size, and Gnumeric computes with more of them than others.
NEAR_ONE = 1e-6
#: The last bit of 1.
EPSILON = 2.0**-52
#: By so much at the most are sums of a saturated activation moved where gradients are divided by
#: their size: of its slope no digit is left, and the step is that of any.
BLURRED = 1e-2
#: A 0 is moved as if it had this size: what cancels out on paper does not in every program.
ZERO = 0.1
#: How often the last bits are changed, each time other ones up and down.
NUDGES = 3
#: Larger numbers have squares that no program computes.
LARGEST = 1e150


@dataclass(frozen=True)
class Derived:
    """A quantity that sheets show of the chosen step, and how it follows from the numbers.

    `compute(numbers, layer)` gives an array with the quantity's axes, or with those of
    `axes(net, layer)` where they are the layer's choice. Of finite differences, which programs
    compute less alike, `size(numbers)` is the size of the numbers in them.
    """

    quantity: Quantity
    compute: Callable[[Numbers, int], FloatArray]
    size: Callable[[Numbers], float] | None = None
    axes: Callable[[Net, int], tuple[str, ...]] | None = None


class Numbers:
    """The run of a lesson with given settings, and what is chosen to be shown of it.

    Raises `DivergenceError` where the run overflows, or its numbers become too large for the
    cells of a workbook.
    """

    def __init__(
        self, lesson: Lesson, settings: Settings, derived: dict[str, Derived] | None = None
    ) -> None:
        self.lesson, self.settings = lesson, settings
        self.trace = self._trained(settings)
        too_large = _too_large(self.trace)
        if too_large is not None:
            raise DivergenceError(too_large, settings.number(LEARNING_RATE.name))
        self.step = int(settings.number(CHOSEN_STEP.name))
        key = (CHOSEN_SAMPLE.name, None)
        self.sample = int(settings[key].item()) - 1 if key in settings else 0
        self._derived = derived or {}
        self._run_axes = {(q.name, at): (STEP, *q.axes) for q, at in lesson.net.quantities()}
        self.knobs = {knob.place: knob for knob in knobs(lesson)}
        self._given_axes = {key: knob.rows + knob.columns for key, knob in self.knobs.items()}
        self._arrays: dict[tuple[str, int | None], FloatArray] = {}
        self._blocks: dict[int, tuple[Block, FloatArray]] = {}
        self.compared = self._compared()

    def _trained(self, settings: Settings) -> Trace:
        return train(self.lesson, settings)

    def _compared(self) -> list[Compared]:
        """The runs that stand side by side, where the lesson compares some."""
        compare = self.lesson.training.compare
        if not compare:
            return []
        turned = comparing.compared(compare, self.knobs.values())
        values = self.settings[comparing.VALUES, None]
        found = []
        for i, value in enumerate(values.tolist()):
            changed = comparing.settings_of(self.settings, turned, i)
            found.append(Compared(self.lesson, self.settings.but(changed), self._derived))
            too_large = _too_large(found[-1].trace)
            if too_large is not None:
                raise comparing.refuse(next(iter(compare)), value, too_large)
        return found

    def at(self, step: int, sample: int) -> Numbers:
        """The same run, with another step and example chosen."""
        other = copy(self)
        other.step, other.sample, other._arrays, other._blocks = step, sample, {}, {}
        for name in ("inputs", "targets"):
            other.__dict__.pop(name, None)
        return other

    @cached_property
    def net(self) -> Net:
        """The network with what stands in the cells of its layers' knobs."""
        return self.lesson.net.at(lambda layer, name: self.settings.value(name, layer))

    @cached_property
    def hyper(self) -> dict[str, Any]:
        """The hyper-parameters of an update as they stand in the cells."""
        return {name: self.settings.value(name) for name in self.lesson.hyper}

    @property
    def following(self) -> dict[str, Any]:
        """The hyper-parameters of the update that follows the chosen step."""
        shared = {key: float(self.now(q)) for key, q in self.net.shared.items()}
        return self.hyper | shared

    @cached_property
    def loss_hyper(self) -> dict[str, Any]:
        """What the loss depends on, as it stands in the cells."""
        return self.net.of_loss(self.settings.value)

    @cached_property
    def examples(self) -> FloatArray:
        """The inputs of all training examples as the network is shown them: examples × features."""
        return fed(self.lesson, self.settings)

    @cached_property
    def inputs(self) -> FloatArray:
        """The inputs of the chosen step's examples, a batch or all: samples × features."""
        return self.now(BATCH_INPUT) if self.net.batch else self.examples

    @cached_property
    def targets(self) -> FloatArray:
        """The targets of the chosen step's examples: samples × output units."""
        return self.now(BATCH_TARGET) if self.net.batch else self.settings[TARGET.name, None]

    @cached_property
    def is_steady(self) -> bool:
        """Whether changes in the last bits of what goes in stay such in all of the run.

        Each number is moved by itself: moved all alike, errors of differences cancel out.
        """
        if any((np.abs(array) > SATURATED).any() for array in self.trace.values()):
            return False
        if not all(one.is_steady for one in self.compared):
            return False
        if self.net.optimiser.by_size and self._from_one < NEAR_ONE:
            return False
        blur = BLUR if self.net.optimiser.by_size else 1.0
        for moved in self.nudged(NUDGE):
            try:
                other = self._trained(moved)
                pairs = [(array, other[key]) for key, array in self.trace.items()]
                pairs += self._following(moved)
            except DivergenceError:
                return False
            for array, there in pairs:
                if (np.abs(array - there) > np.maximum(GROWN * np.abs(array), LEAST) / blur).any():
                    return False
        return True

    def _following(self, moved: Settings) -> list[tuple[FloatArray, FloatArray]]:
        """What the update behind the chosen step leads to, here and there; by the size of a
        gradient, last bits may decide it behind a run that is steady."""
        places = [(f"next_{q.name}", layer) for q, layer in self.net.parameters()]
        places = [place for place in places if place[0] in self._derived]
        if not places or not self.net.optimiser.by_size:
            return []
        there = Numbers(self.lesson, moved, self._derived)
        return [(self.derived(*place), there.derived(*place)) for place in places]

    def nudged(self, by: float) -> Iterator[Settings]:
        """The settings, each parameter and input a little larger or smaller: by a part of it."""
        places: list[Key] = [(q.name, layer) for q, layer in self.net.parameters()]
        places.append((INPUT.name, None))
        draw = np.random.default_rng(0)
        for _ in range(NUDGES):
            moved: dict[Key, FloatArray] = {}
            for place in places:
                own = self.settings[place]
                apart = by * np.maximum(np.abs(own), ZERO) * draw.choice((-1.0, 1.0), own.shape)
                moved[place] = own + apart
            yield self.settings.but(moved)

    def rounded(self) -> Iterator[Numbers]:
        """What the last bits make of the run: those of what goes in, or of what saturated
        activations leave of 1."""
        by = max(NUDGE, EPSILON / max(self._from_one, EPSILON))
        most = BLURRED if self.net.optimiser.by_size else NEAR_ONE
        for moved in self.nudged(min(by, most)):
            with suppress(DivergenceError):
                yield Numbers(self.lesson, moved, self._derived)

    @cached_property
    def _from_one(self) -> float:
        """How near to 1 or −1 an activation comes that is no plain z like that of ReLU."""
        found = 1.0
        for (quantity, layer), values in self.trace.items():
            if quantity == ACTIVATION.name and layer is not None:
                apart = np.abs(np.abs(values) - 1)[values != self.trace[Z, layer]]
                found = min(found, float(apart.min(initial=1.0)))
        return found

    def now(self, quantity: Quantity, layer: int | None = None) -> FloatArray:
        """A quantity of the run at the chosen step, with its own axes."""
        array: FloatArray = np.asarray(self.trace[quantity, layer][self.step])
        return array

    def below(self, layer: int) -> FloatArray:
        """What a layer takes at the chosen step: samples × sources."""
        return self.inputs if layer == 1 else self.now(ACTIVATION, layer - 1)

    def derived(self, name: str, layer: int | None) -> FloatArray:
        """A derived quantity, computed when it is first asked for."""
        if (name, layer) not in self._arrays:
            self._arrays[name, layer] = self._derived[name].compute(self, layer or 0)
        return self._arrays[name, layer]

    def size(self, quantity: str) -> float:
        """How large the numbers are that a quantity is a difference of; 0 where it is none."""
        found = self._derived.get(quantity)
        return found.size(self) if found and found.size else 0.0

    def block(self, block: Block) -> FloatArray | None:
        """What a block must hold, as rows × columns; None for a quantity that is not known.

        Of an axis that the block does not have, the chosen step and example are meant.
        """
        known = self._blocks.get(id(block))
        if known is None:
            found = self._found(block)
            if found is None:
                return None
            known = self._blocks[id(block)] = (block, found)
        return known[1]

    def _found(self, block: Block) -> FloatArray | None:
        if comparing.RUN in block.at:
            run = block.at[comparing.RUN]
            return self.compared[run].block(block) if run < len(self.compared) else None
        name, layer = key = block.quantity, block.layer
        if key in self._run_axes and block.live:
            return self._laid(block, self.trace[key], self._run_axes[key])
        if name in self._derived:
            derived = self._derived[name]
            axes = derived.axes(self.net, layer or 0) if derived.axes else derived.quantity.axes
            return self._laid(block, self.derived(name, layer), axes)
        if block.live and name in (INPUT.name, TARGET.name):
            shown = self.inputs if name == INPUT.name else self.targets
            return self._laid(block, shown, (SAMPLE, UNIT))
        if key in self.settings:
            return self._laid(block, self.settings[key], self._given_axes[key])
        return None

    def _laid(self, block: Block, array: FloatArray, axes: tuple[str, ...]) -> FloatArray | None:
        """An array as the rows and columns of a block."""
        wanted = block.rows + block.columns
        chosen = {STEP: self.step, SAMPLE: self.sample} | block.at
        index = tuple(slice(None) if axis in wanted else chosen.get(axis, 0) for axis in axes)
        left = [axis for axis in axes if axis in wanted]
        if sorted(left) != sorted(wanted):
            return None
        held = np.asarray(array[index], array.dtype)
        laid = held.transpose([left.index(axis) for axis in wanted])
        if laid.shape != block.shape:
            return None
        return np.ascontiguousarray(laid).reshape(block.height, block.width)


class Compared(Numbers):
    """One of the runs that stand side by side.

    It learns no further from the step `stopped` on, where its numbers have grown too large; that
    is None for a run that learns to the end.
    """

    def _trained(self, settings: Settings) -> Trace:
        trace = run(self.lesson, settings)
        stops = comparing.stops_at(trace.values())
        return trace if stops is None else run(self.lesson, settings, stops)

    @cached_property
    def stopped(self) -> int | None:
        return comparing.stops_at(self.trace.values())

    def _compared(self) -> list[Compared]:
        return []


def _too_large(trace: Trace) -> int | None:
    """The first step with a number that no program computes the square of, or with none."""
    too_large = np.zeros(len(trace.costs), bool)
    for array in trace.values():
        too_large |= ~(np.abs(array) <= LARGEST).reshape(len(array), -1).all(axis=1)
    return int(too_large.argmax()) if too_large.any() else None
