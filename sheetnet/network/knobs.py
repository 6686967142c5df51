"""Between the numbers a user may edit (`Settings`) and the cells that hold them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from sheetnet.errors import SheetnetError
from sheetnet.network.lesson import Lesson, Settings
from sheetnet.network.losses import LOSSES
from sheetnet.workbook.blocks import Block

Position = tuple[str, int, int]
FloatArray = npt.NDArray[np.float64]
#: (sheet, row, column) to the number that stands there; raises SheetnetError for a text.
Look = Callable[[str, int, int], float]


def values(block: Block, settings: Settings) -> FloatArray:
    """The numbers of a block of input cells, as rows and columns.

    The sheets count the chosen example from 1, as people do.
    """
    layer = (block.layer or 1) - 1
    match block.quantity:
        case "learning_rate":
            array = np.array(settings.learning_rate)
        case "input":
            array = settings.inputs
        case "target":
            array = settings.targets
        case "weight":
            array = settings.weights[layer]
        case "bias":
            array = settings.biases[layer]
        case "chosen_step":
            array = np.array(float(settings.step))
        case "chosen_sample":
            array = np.array(float(settings.sample + 1))
        case "difference_step":
            array = np.array(settings.h)
        case quantity:
            raise ValueError(f"{quantity} is nothing that a user edits")
    return array.reshape(block.height, block.width)


def cells(block: Block, settings: Settings) -> Iterator[tuple[Position, float]]:
    """Every cell of a block of input cells with its number."""
    for (row, column), value in np.ndenumerate(values(block, settings)):
        yield (block.sheet, block.top + row, block.left + column), float(value)


def edits(blocks: Iterable[Block], settings: Settings) -> dict[Position, float]:
    """What to type into a workbook so that these settings stand in it."""
    return {
        position: value
        for block in blocks
        if not block.live
        for position, value in cells(block, settings)
    }


def read(blocks: Iterable[Block], look: Look) -> Settings:
    """The settings that stand in the input cells. Raises `SheetnetError`."""
    found: dict[tuple[str, int], FloatArray] = {}
    for block in blocks:
        if not block.live:
            array = np.array(
                [
                    [
                        look(block.sheet, row, column)
                        for column in range(block.left, block.right + 1)
                    ]
                    for row in range(block.top, block.bottom + 1)
                ]
            )
            found[block.quantity, block.layer or 0] = array
    try:
        depth = max(layer for quantity, layer in found if quantity == "weight")
        chosen: dict[str, Any] = {
            name: int(found[f"chosen_{name}", 0].item()) - first
            for name, first in (("step", 0), ("sample", 1))
            if (f"chosen_{name}", 0) in found
        }
        if ("difference_step", 0) in found:
            chosen["h"] = float(found["difference_step", 0].item())
        return Settings(
            learning_rate=float(found["learning_rate", 0].item()),
            inputs=found["input", 0],
            targets=found["target", 0],
            weights=tuple(found["weight", layer] for layer in range(1, depth + 1)),
            biases=tuple(found["bias", layer].ravel() for layer in range(1, depth + 1)),
            **chosen,
        )
    except (KeyError, ValueError) as error:
        raise SheetnetError(f"the index names no input cells for {error}") from None


def moved(lesson: Lesson, settings: Settings) -> Settings:
    """Every setting moved a little, each by another amount, where possible to another cell.

    Targets stay within what the loss allows; a chosen step or example becomes the next.
    """
    rng = np.random.default_rng(1)

    def move(array: FloatArray) -> FloatArray:
        return array + np.maximum(np.abs(array), 0.1) * rng.uniform(0.005, 0.02, array.shape)

    targets = move(settings.targets)
    if bounds := LOSSES[lesson.network.loss].bounds:
        over = (targets < bounds[0]) | (targets > bounds[1])
        targets = np.where(over, 2 * settings.targets - targets, targets)
    return dataclasses.replace(
        settings,
        learning_rate=settings.learning_rate * 1.013,
        inputs=move(settings.inputs),
        targets=targets,
        weights=tuple(move(array) for array in settings.weights),
        biases=tuple(move(array) for array in settings.biases),
        h=settings.h * 1.5,
        step=(settings.step + 1) % (lesson.training.steps + 1),
        sample=(settings.sample + 1) % len(settings.inputs),
    )
