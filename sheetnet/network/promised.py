"""Whether sheets keep what docs/workbook.md promises: how many points maps and curves have, how far
they reach, in which order paths stand, what is told."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import count, pairwise, takewhile
from typing import Any

import numpy as np

from sheetnet.expressions.formula import Area
from sheetnet.network.engine import FloatArray
from sheetnet.network.evaluation import shown_sets
from sheetnet.network.layers.dense import Dense
from sheetnet.network.mapped import COSTS, OUTPUTS, axes, chosen, map_of
from sheetnet.network.net import Net
from sheetnet.network.numbers import Numbers
from sheetnet.network.owed import are_classes
from sheetnet.network.parameters import every
from sheetnet.network.quantities import (
    ACTIVATION,
    BIAS,
    DESCENT_REACH,
    FIRST_PARAMETER,
    SECOND_PARAMETER,
    UNIT,
)
from sheetnet.workbook.book import Book
from sheetnet.workbook.charts import Chart
from sheetnet.workbook.model import ColourScale, Sheet

#: Points of the outputs over one input, or over two.
OUTPUT_POINTS = {1: 61, 2: 19 * 19}
#: How far they reach beyond the examples: so much of their range, and so much more.
OUTPUTS_BEYOND = {1: (0.25, 2.0), 2: (0.1, 0.4)}
#: One in so many rows of the map has its number.
NUMBERED = 3
#: What colours go from and to where outputs are classes, and how a sheet says it.
CLASSES, FROM_TO = (0.0, 1.0), "white: 0 · orange: 1"
#: Points of the cost over one parameter, and how far they reach beyond the curve's own reach: so
#: many steps of the training.
COST_POINTS, FURTHER = 41, 1.25
#: Cells across the map over two parameters: so many as have no more cells of workings.
COST_MAPS, COST_CELLS, WORKINGS = (15, 13, 11, 9), 9_000, "Descent map"
#: How far it reaches from the middle of the run, in parts of the run and of the curve's reach;
#: so many steps of the run are marked.
COSTS_BEYOND, MARKED = (0.75, 0.25), 30
#: Over the list of these steps, which begins so many rows further down, in the first column.
RUN, RUN_HEADS = "The run on the map", 3
#: Charts over the steps show all, on Weights up to so many; or from a table so many at most.
PATHS = "Weights"
CHARTS = {"Progress": (math.inf, 100), PATHS: (1_000, 50)}
#: Curves of a layer in one chart of Weights, and of a unit in one; charts there at most; how many
#: weights are drawn of a layer that has more.
TOGETHER, OF_A_UNIT, MOST_CHARTS, SOME = 8, 12, 24, 12
#: The sheet with the paths of a weight, and what each begins with.
CHAIN, PATH = "Chain rule", re.compile(r"path \d+")
#: The sheet that tells what factors of the loss are for: under a head, so many.
FACTORS, FACTOR, FORMS = "Factors", "factor", 4
#: Of a cost that grows so many times curves end at so many times the first, others far away.
GROWN, CUT_OFF, NOWHERE = 1_000.0, 10.0, 1e300
#: The sheet that tells the cost at step 0, after one step and at the end, each over its number.
FIRST, COST_OF = "Start", {0: "cost at step 0", 1: "after 1 step"}
#: The lesson's own costs are kept in this column, with so many digits.
KEPT, COSTS_COLUMN, DIGITS = "Lesson", 3, 6
#: Runs that are compared: so many steps are drawn, up to so many times the highest first cost.
COMPARED, COMPARED_STEPS, COMPARED_UP_TO = "Compared curves", 300, 2.0
DRAWN_UP_TO = "drawn up to"
#: How far the plane of a perceptron reaches beyond the examples.
BEYOND_EXAMPLES = 1.0
NEAR = 1e-9


def unkept(numbers: Numbers, book: Book) -> Iterator[str]:
    """Sentences on what reaches less far or further, or has more or fewer points."""
    for block in book.blocks:
        points = {"surface": OUTPUT_POINTS.get(numbers.net.inputs), "descent_cost": COST_POINTS}
        wanted = points.get(block.quantity)
        if wanted and block.lengths.get("point") != wanted:
            yield f"{block.sheet} has {block.lengths.get('point')} points, not {wanted}"
    for sheet in book.sheets:
        if sheet.name in RULES:
            yield from RULES[sheet.name](numbers, book, sheet)
        for chart in sheet.charts:
            yield from _steps(numbers, book, sheet, chart)
            yield from _cut_off(numbers, book, sheet, chart)


def of_plane(inputs: Sequence[Sequence[float]], number: float) -> bool:
    """Whether a number is the middle of the plane of two inputs (samples × 2), or its diagonal."""
    examples = np.array(inputs)
    low, high = examples.min(axis=0) - BEYOND_EXAMPLES, examples.max(axis=0) + BEYOND_EXAMPLES
    held = [*(low + high) / 2, math.hypot(*(high - low))]
    return len(low) == 2 and bool(np.isclose(np.abs(held), number, NEAR, 0.0).any())


def _outputs(numbers: Numbers, book: Book, sheet: Sheet) -> Iterator[str]:
    held = np.concatenate([inputs for inputs, _ in shown_sets(numbers)])
    part, more = OUTPUTS_BEYOND[numbers.net.inputs]
    room = part * np.ptp(held, axis=0) + more
    if (area := map_of(sheet)) is not None:
        sides = axes(book, sheet, area)
        sides[1] = sides[1][::-1]  # the largest is the uppermost
        yield from _colours(numbers, sheet)
        rows = range(area.top, area.bottom + 1)
        if [row for row in rows if (row, area.left - 1) in sheet.cells] != [*rows[::NUMBERED]]:
            yield f"not one row in {NUMBERED} of the map on {sheet.name} has its number"
    else:
        drawn = [series.x for chart in sheet.charts for series in chart.series]
        x = max(drawn, key=lambda area: area.bottom - area.top)
        sides = [np.array(_column(book, x))]
    for side, low, high in zip(
        sides, held.min(axis=0) - room, held.max(axis=0) + room, strict=True
    ):
        if not np.allclose([side[0], side[-1]], [low, high], NEAR, NEAR):
            yield f"{sheet.name} reaches from {side[0]:g} to {side[-1]:g}, not {low:g} to {high:g}"


def _colours(numbers: Numbers, sheet: Sheet) -> Iterator[str]:
    """Whether colours go from 0 to 1 where outputs are classes, else from the least to the most."""
    last = numbers.net.layers[-1]
    within = isinstance(last, Dense) and last.activation.signless and last.activation.below_one
    ends = CLASSES if within and are_classes(numbers.lesson) else None
    if [rule.ends for rule in sheet.formats if isinstance(rule, ColourScale)] != [ends]:
        yield f"the colours on {sheet.name} do not mean what they should"
    if ends and not any(FROM_TO in cell.text for cell in sheet.cells.values()):
        yield f"{sheet.name} does not say {FROM_TO!r}"


def _costs(numbers: Numbers, book: Book, sheet: Sheet) -> Iterator[str]:
    reach = numbers.settings.number(DESCENT_REACH.name)
    first = chosen(numbers, FIRST_PARAMETER)
    for block in book.blocks:
        if block.quantity == "descent_parameter":
            rows = block.top, block.bottom
            low, high = (book.value(book[block.sheet], row, block.left) for row in rows)
            key, place = (first.quantity, first.layer), tuple(first.place.values())
            following = numbers.derived(f"next_{first.quantity.name}", first.layer)[place]
            half = reach + FURTHER * abs(following - numbers.now(*key)[place])
            if not np.isclose((high - low) / 2, half, NEAR, NEAR):
                yield f"the curve on {sheet.name} does not reach {half:g} to both sides"
    if (area := map_of(sheet)) is not None:
        yield from _cost_map(numbers, book, sheet, area)


def _cost_map(numbers: Numbers, book: Book, sheet: Sheet, area: Area) -> Iterator[str]:
    reach = numbers.settings.number(DESCENT_REACH.name)
    width = sum(len(band.cells) for band in book[WORKINGS].bands)
    wanted = next((n for n in COST_MAPS if n * n * width <= COST_CELLS), COST_MAPS[-1])
    if area.shape != (wanted, wanted):
        yield f"the map on {sheet.name} has {area.shape[0]} × {area.shape[1]} cells, not {wanted}"
    marked = _spread(numbers.trace.steps, MARKED)
    [top] = [row for (row, _), cell in sheet.cells.items() if cell.text == RUN]
    first_row = top + RUN_HEADS
    listed = [book.value(sheet, row, 2) for row in range(first_row, first_row + len(marked))]
    if listed != marked or book.value(sheet, first_row + len(marked), 2) is not None:
        yield f"{sheet.name} lists other steps of the run than {len(marked)}, evenly spread"
    part, more = COSTS_BEYOND
    for side, quantity in zip(
        axes(book, sheet, area), (FIRST_PARAMETER, SECOND_PARAMETER), strict=True
    ):
        parameter = chosen(numbers, quantity)
        run: FloatArray = numbers.trace[parameter.quantity, parameter.layer]
        place = tuple(parameter.place.values())
        values = np.array([run[step][place] for step in marked])
        half = part * np.ptp(values) + more * reach
        middle = (values.min() + values.max()) / 2
        ends = sorted((side[0], side[-1]))
        if np.isfinite(half) and not np.allclose(ends, [middle - half, middle + half], NEAR, NEAR):
            yield f"the map on {sheet.name} does not reach {half:g} from the middle of the run"


def _paths(numbers: Numbers, book: Book, sheet: Sheet) -> Iterator[str]:
    if [len(chart.series) for chart in sheet.charts] != _drawn(numbers.net):
        yield f"{sheet.name} draws other weights than it has room for"


def _drawn(net: Net) -> list[int]:
    """How many parameters each chart of Weights draws."""
    drawn: list[int] = []
    for layer in net.layers:
        own = [each for each in every(net) if each.layer == layer.number]
        new = [len(own)] if own else []
        if len(own) > TOGETHER:
            units = range(layer.units)
            new = [sum(each.place.get(UNIT, unit) == unit for each in own) for unit in units]
        if max(new, default=0) > OF_A_UNIT or len(drawn) + len(new) > MOST_CHARTS:
            new = [min(SOME, sum(each.quantity != BIAS for each in own))]
        drawn += new
    return drawn


def _figures(numbers: Numbers, book: Book, sheet: Sheet) -> Iterator[str]:
    last = numbers.trace.steps
    held = {cell.text: (row + 1, column) for (row, column), cell in sheet.cells.items()}
    for step in {0, min(1, last), last}:
        text = COST_OF.get(step, f"after {last:,} steps")
        if held.get(text) not in sheet.cells:
            yield f"{sheet.name} does not tell the {text!r}"


def _digits(numbers: Numbers, book: Book, sheet: Sheet) -> Iterator[str]:
    costs = [
        cell.content
        for (_, column), cell in sheet.cells.items()
        if column == COSTS_COLUMN and isinstance(cell.content, float)
    ]
    digits = [len(Decimal(repr(cost)).normalize().as_tuple().digits) for cost in costs]
    if max(digits, default=0) > DIGITS:
        yield f"{sheet.name} keeps costs with {max(digits)} digits, not {DIGITS}"


def _in_order(numbers: Numbers, book: Book, sheet: Sheet) -> Iterator[str]:
    """Whether paths stand in the order of their units, each once."""
    last = max(column for _, column in sheet.cells)
    found: list[list[int]] = []
    for row, column in sorted(sheet.cells):
        if PATH.fullmatch(str(book.value(sheet, row, column))):
            texts = [book.value(sheet, row, at) for at in range(column + 1, last + 1)]
            line = unicodedata.normalize("NFKC", " ".join(t for t in texts if isinstance(t, str)))
            found.append([int(number) for number in re.findall(r"\d+", line)])
    if any(one >= other for one, other in pairwise(found)):
        yield f"paths on {sheet.name} stand in another order than their units"


def _forms(numbers: Numbers, book: Book, sheet: Sheet) -> Iterator[str]:
    for row, column in [at for at, cell in sheet.cells.items() if cell.text == FACTOR]:
        below = (book.value(sheet, at, column) for at in count(row + 1))
        held = sum(1 for _ in takewhile(lambda value: isinstance(value, float), below))
        if held != FORMS:
            yield f"{sheet.name} has {held} forms of the loss, not {FORMS}"


def _compared(numbers: Numbers, book: Book, sheet: Sheet) -> Iterator[str]:
    firsts = [held.trace.costs[0] for held in numbers.compared]
    meant = COMPARED_UP_TO * max(firsts)
    for row, column in [at for at, cell in sheet.cells.items() if cell.text == DRAWN_UP_TO]:
        if not np.isclose(book.value(sheet, row, column + 1), meant, NEAR, NEAR):
            yield f"curves on {sheet.name} are not drawn up to {COMPARED_UP_TO:g} times the first"
    drawn = {
        series.x
        for each in book.sheets
        for chart in each.charts
        for series in chart.series
        if series.x.sheet == sheet.name
    }
    last = numbers.trace.steps
    steps = _spread(last, COMPARED_STEPS)
    for x in drawn:
        if _column(book, x) != steps:
            yield f"curves on {sheet.name} have not {len(steps)} steps of {last}"


def _column(book: Book, area: Area) -> list[Any]:
    """What the cells of a column show."""
    sheet = book[area.sheet]
    return [book.value(sheet, row, area.left) for row in range(area.top, area.bottom + 1)]


def _spread(last: int, most: int) -> list[int]:
    """All steps, or some that are evenly spread, the first and the last among them."""
    parts = min(last, most)
    return [round(i * last / parts) for i in range(parts + 1)] if parts else [0]


def _steps(numbers: Numbers, book: Book, sheet: Sheet, chart: Chart) -> Iterator[str]:
    """Whether a chart over the steps has all, or as many as there is room for."""
    if sheet.name not in CHARTS:
        return
    all_of, most = CHARTS[sheet.name]
    last = numbers.trace.steps
    apart = max(1, math.ceil(last / most))
    some = [*range(0, last, apart + 1 - apart % 2), last]
    for series in chart.series:
        x = series.x
        shown = _column(book, x)
        is_whole = x.sheet != sheet.name and last <= all_of
        if shown != ([*range(last + 1)] if is_whole else some):
            yield f"a curve on {sheet.name} has {len(shown)} steps of {last}"


def _cut_off(numbers: Numbers, book: Book, sheet: Sheet, chart: Chart) -> Iterator[str]:
    """Whether curves end where they should, if the run grows without end."""
    costs = numbers.trace.costs
    is_grown = bool(costs.max() > GROWN * (1 + costs[0]))
    ends = {series.end for series in chart.series if series.end}
    for end in ends:
        meant = CUT_OFF * costs[0] if is_grown else costs.max()
        if end.sheet == sheet.name:
            begun = _begun(numbers, sheet.name)
            meant = CUT_OFF * (1 + np.abs(begun).max()) if is_grown else NOWHERE
        held = book.value(book[end.sheet], end.row, end.column)
        if np.isfinite(meant) and not np.isclose(held, meant, NEAR, NEAR):
            yield f"curves on {sheet.name} end at {held:g}, not at {meant:g}"


def _begun(numbers: Numbers, name: str) -> FloatArray:
    """What the curves of a sheet begin with: outputs and their targets, or all parameters."""
    trace, net = numbers.trace, numbers.net
    if name != PATHS:
        outputs = trace[ACTIVATION, net.depth][0, numbers.sample]
        return np.concatenate([outputs, numbers.targets[numbers.sample]])
    return np.concatenate([trace[each][0].ravel() for each in net.parameters()])


#: What each sheet promises, by its name.
RULES: dict[str, Callable[[Numbers, Book, Sheet], Iterator[str]]] = {
    OUTPUTS: _outputs,
    COSTS: _costs,
    PATHS: _paths,
    CHAIN: _in_order,
    FACTORS: _forms,
    COMPARED: _compared,
    FIRST: _figures,
    KEPT: _digits,
}
