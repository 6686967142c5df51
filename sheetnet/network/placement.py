"""Where each quantity of the run stands: the blocks that hold all of its steps.

A row a step, all numbers side by side on Training; where that is wider than a sheet, the
numbers of an example get a row each ("stacked": a row is one example at one step); where
one step's parameters alone are wider than a sheet, each layer has sheets of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sheetnet.errors import SheetnetError
from sheetnet.expressions.dialects import LAST_COLUMN, LAST_ROW
from sheetnet.network.net import Net
from sheetnet.network.quantities import COST, SAMPLE, STEP, UNIT, Quantity
from sheetnet.workbook.blocks import Block

TRAINING, EXAMPLES = "Training", "Examples"
FIRST_ROW = 6
#: More cannot be read back; more of the wide ones would take minutes to build.
MOST_CELLS, MOST_WIDE = 10_000_000, 1_500_000
#: So many can always be read back, however long the formulas.
SURE = 4_000_000
#: Bytes that a number takes in a file, its formula and its value packed.
BYTES = 23


@dataclass(frozen=True)
class Placement:
    """A way of placing the run.

    `place` tells on which sheet a quantity of a layer stands, and which of its axes are rows
    there besides the step; `most` is how many numbers a run may have, `fits(net, samples)`
    whether a step is not too wide for it.
    """

    name: str
    place: Callable[[Quantity, int | None], tuple[str, tuple[str, ...]]]
    most: int
    fits: Callable[[Net, int], bool]


def _per_example(quantity: Quantity) -> bool:
    return SAMPLE in quantity.axes


def _in_layers(quantity: Quantity, layer: int | None) -> tuple[str, tuple[str, ...]]:
    if layer is None or UNIT not in quantity.axes:
        return TRAINING, ()
    if _per_example(quantity):
        return f"Values {layer}", (SAMPLE,)
    return f"Weights {layer}", (UNIT,)


PLACEMENTS = [
    Placement(
        "a row a step",
        lambda q, layer: (TRAINING, ()),
        MOST_CELLS,
        lambda net, samples: net.count(samples) + 3 <= LAST_COLUMN,  # the step, two accuracies
    ),
    Placement(
        "a row an example",
        lambda q, layer: (EXAMPLES, (SAMPLE,)) if _per_example(q) else (TRAINING, ()),
        MOST_CELLS,
        lambda net, samples: net.count(1) + 4 <= LAST_COLUMN,
    ),
    Placement("sheets of layers", _in_layers, MOST_WIDE, lambda net, samples: True),
]


def placed(net: Net, samples: int, steps: int, beside: int = 0) -> Iterator[Block]:
    """The blocks of the run. Raises `SheetnetError` for what no workbook can hold.

    Numbers of an example stand together, unless there are more examples than units: then
    those of a unit do, so that the longer sum is always over adjoining cells. `beside` columns
    stay free behind the cost.
    """
    shorter = max(SURE // net.count(samples) - 1, 0)
    if steps + FIRST_ROW > LAST_ROW:
        raise SheetnetError(
            f"training.steps: {steps:,} steps need {steps + FIRST_ROW:,} rows ("
            f"{_about((steps + 1) * net.count(samples))}), a sheet has {LAST_ROW:,}: "
            f"make training.steps at most {min(LAST_ROW - FIRST_ROW, shorter):,}"
        )
    placement = next(p for p in PLACEMENTS if p.fits(net, samples))
    numbers = net.count(samples)
    if (steps + 1) * numbers > placement.most:
        raise SheetnetError(
            f"training.steps: the workbook would have {_about((steps + 1) * numbers)}, and one of "
            f"{numbers:,} cells a step holds {placement.most:,}: "
            + fewer(net, samples, steps, min(placement.most, SURE))
        )
    columns: dict[str, int] = {}
    # The cost comes first: what all the rest is about. What an optimiser keeps comes last.
    kept = {state for *_, state in net.states()}
    order = sorted(net.quantities(), key=lambda o: 0 if o[0] == COST else 1 + (o[0] in kept))
    for quantity, layer in order:
        sheet, rows = placement.place(quantity, layer)
        lengths = net.lengths(quantity, layer, samples)
        axes = [axis for axis in quantity.axes if axis not in rows]
        if axes[:1] == [SAMPLE] and samples > max(net.sizes):
            axes = [*axes[1:], SAMPLE]
        block = Block(
            quantity.name,
            layer,
            sheet,
            FIRST_ROW,
            columns.get(sheet, 2 + len(rows)),
            (STEP, *rows),
            tuple(axes),
            {STEP: steps + 1} | {axis: lengths[axis] for axis in (*rows, *axes)},
        )
        _refuse_the_large(block)
        columns[sheet] = block.right + 1 + beside * (quantity == COST)
        yield block


def _about(numbers: int) -> str:
    return f"about {numbers:,} cells and {max(numbers * BYTES / 1e6, 1):,.0f} MB"


def fewer(net: Net, samples: int, steps: int, most: int) -> str:
    """Which number of the lesson to make how small for a run of `most` numbers."""
    ways = []
    shorter = most // net.count(samples) - 1
    if 0 <= shorter < steps:
        ways.append(f"make training.steps at most {shorter:,}")
    one, two = net.count(1), net.count(2)
    left = 1 + (most // (steps + 1) - one) // (two - one)
    if 0 < left < samples:
        ways.append(f"give at most {left:,} examples in data.inputs and data.targets")
    return ", or ".join(ways) or "use fewer units in network.layers"


def _refuse_the_large(block: Block) -> None:
    if block.bottom > LAST_ROW or block.right > LAST_COLUMN:
        raise SheetnetError(
            f"network.layers: {block.quantity} of layer {block.layer} takes {block.bottom:,} rows "
            f"and {block.right:,} columns, a sheet has {LAST_ROW:,} and {LAST_COLUMN:,}: use "
            "fewer training.steps, units or samples"
        )
