"""What every workbook of a network has: its sheets, and blocks of all that the run computes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from math import prod

import numpy as np

from sheetnet.expressions.formula import Area, Binary, Call
from sheetnet.expressions.rich import Rich
from sheetnet.files.layout import ROW_HEIGHT
from sheetnet.network import around
from sheetnet.network.layers.dense import Dense
from sheetnet.network.lesson import Lesson
from sheetnet.network.parameters import Parameter, every
from sheetnet.network.quantities import (
    ACTIVATION,
    BIAS,
    DELTA,
    SHARED_BIAS,
    SOURCE,
    STEP,
    WEIGHT,
    Z,
)
from sheetnet.network.rules import GRADIENT
from sheetnet.workbook.book import NEW, Book
from sheetnet.workbook.model import Sheet

#: Sheets of all networks, of those that learn by their gradient, of those with two inputs.
ALWAYS = ("Start", "Network", "Training", "Notation")
OF_GRADIENTS = ("Descent", "Gradient check")
OF_PATHS = "Chain rule"
OF_TWO_INPUTS = ("Surface",)
#: As long as their workings have room: so many numbers of a step, paths of a weight, and units.
NUMBERS, WAYS, COMPUTED = 400, 20, 25
#: Networks of so few layers and units, that work unit by unit, and of so few examples, are shown in
#: matrices.
LAYERS, UNITS, EXAMPLES = 2, 4, 4
#: How sentences begin, or go on, that explain a word.
EXPLAINED = (".  The cost ", ".  The gradient of a weight ", " of a neuron says ", ".  ✓ says ")
#: Points of a laptop's screen that programs leave for cells, and of what follows the input cells.
SCREEN, END = 368.0, 6.0
#: Pictures that stand above the input cells begin in this column and take so many rows.
FIRST_COLUMN, PICTURE_ROWS = 2, 2
#: The sheets with curves of the cost, and of weights.
COSTS, PATHS = "Progress", "Weights"
#: The workings of the cost over two weights.
MAP = "Descent map"
#: The sheet with the plane of two inputs.
PLANE = "Perceptron"
#: The drawing of a network unit by unit, and how many units of a layer it has room for.
PICTURE, DRAWN = "Drawing", 8
#: The places of the drawing of a network on the first sheet, and how many weights it has room for.
FIRST_PICTURE, LINES = "Start drawing", 100
#: The sheet in matrices.
MATRICES = "Matrices"
#: What it says of biases.
OF_UNITS, OF_ALL_UNITS = "Biases: ", "A bias that all units share "
#: The sheet with the numbers of all units, and a line for each update.
UPDATES = "Network"
#: The sheet with the run, a row a step.
RUN = "Training"
#: Where examples stand that are many, or of two sets; where these are computed at every step, as
#: long as the numbers and competing outputs are few.
EXAMPLES_OF_SETS, OF_SETS, EVALUATED, COMPETING = "Data", "Evaluation", 30_000, 8
#: Tables have room on the first sheet that take so many rows together, each with what stands over
#: and under it, have so many rows and columns at most.
AWAY, ROOM, AROUND, HIGH, WIDE = "Inputs", 30, 3, 10, 4
#: A sheet that compares layers, and its line of all of them.
COMPARED, OF_ALL, SMALLEST = "Updates", "of all", "smallest"
#: How many of a set are right, which stands beside the cost of a whole set where these are classes.
SHARE, SHARE_OF = "accuracy", "training_cost"
#: So many parameters are all checked by central differences.
CHECKED = 20
#: Weights stand before the biases of their layer, gradients likewise.
PARAMETERS = (WEIGHT.name, BIAS.name, SHARED_BIAS.name)
GRADIENTS = tuple(each.gradient.name for each in (WEIGHT, BIAS, SHARED_BIAS))


def missing(lesson: Lesson, book: Book) -> Iterator[str]:
    """Sentences on what a workbook does not have."""
    net, there = lesson.net, {sheet.name: len(sheet.charts) for sheet in book.sheets}
    held = {(block.quantity, block.layer) for block in book.blocks}
    owed = [(quantity.name, layer) for quantity, layer in net.quantities()]
    if all(isinstance(layer, Dense) for layer in net.layers):  # others have sheets of their own
        for name in _sheets(lesson, book):
            if name not in there:
                yield f"there is no sheet {name}"
        if MATRICES in there or max(net.sizes) <= UNITS:
            owed += [(f"next_{quantity.name}", layer) for quantity, layer in net.parameters()]
        yield from _unchecked(lesson, book)
        yield from _unwritten(lesson, book)
        yield from _uncompared(lesson, book)
        yield from _off_screen(book)
        yield from _unexplained(book)
        yield from _outside(lesson, book)
        yield from _sent_away(book)
        yield from _turned(lesson, book)
        if (SHARE, None) in held and not any(c.text == SHARE for c in book[RUN].cells.values()):
            yield f"{RUN} has no {SHARE}"
        yield from _headed_alike(book)
        yield from around.unnamed(book)
        if PICTURE in there and max(net.sizes) > DRAWN:
            yield f"{PICTURE} draws a layer of {max(net.sizes)} units one by one"
        yield from _unseen(lesson, book)
        yield from _out_of_order(book)
        if MATRICES in there:
            yield from _misplaced(book[MATRICES])
            yield from _unsaid(lesson, book[MATRICES])
        for name, count in _charts(lesson):
            if there.get(name, count) < count:
                yield f"{name} has {there[name]} charts, where {count} belong"
    if (SHARE_OF, None) in held and are_classes(lesson):
        owed.append((SHARE, None))
    last = net.layers[-1]
    if MATRICES in there and isinstance(last, Dense) and not last.activation.slope:
        few = lesson.samples <= EXAMPLES and last.units <= UNITS
        owed += [("jacobian", last.number)] if few else []
    for name, layer in owed:
        if (name, layer) not in held:
            yield f"the index has no {name}" + (f" of layer {layer}" if layer else "")


def _misplaced(sheet: Sheet) -> Iterator[str]:
    """Products that stand elsewhere than where the rows of the left factor meet the columns of the
    right one, and factors of single elements that stand neither side by side nor one below the
    other."""
    for (row, column), cell in sheet.cells.items():
        formula = cell.formula
        if isinstance(formula, Binary) and formula.operator == "*":
            one, other = formula.left, formula.right
            if isinstance(one, Area) and isinstance(other, Area) and one.sheet == other.sheet:
                beside = one.top == other.top or one.left == other.left
                if one.sheet == sheet.name and one.shape == other.shape and not beside:
                    yield f"{sheet.name}: a product in row {row} has factors that stand apart"
        if not isinstance(formula, Call) or formula.function != "MMULT":
            continue
        left, right = formula.arguments
        if not isinstance(left, Area) or not isinstance(right, Area):
            continue
        own = left.sheet == right.sheet == sheet.name
        if own and (row, column) != (left.top, right.left):
            yield f"{sheet.name}: a product stands in row {row}, away from its factors"


def _unsaid(lesson: Lesson, sheet: Sheet) -> Iterator[str]:
    """Whether a sheet says where the biases are: those of units, and one that all units share."""
    texts = [cell.text for cell in sheet.cells.values()]
    biases = [layer.bias for layer in lesson.net.layers if isinstance(layer, Dense) and layer.bias]
    for words, has_axes in ((OF_UNITS, True), (OF_ALL_UNITS, False)):
        owned = any(bool(bias.axes) is has_axes for bias in biases)
        if owned is not any(words in text for text in texts):
            yield f"{sheet.name} says {words!r} where it should not, or does not where it should"


def are_classes(lesson: Lesson) -> bool:
    """Whether each example belongs to one of two classes, or of as many as there are outputs."""
    targets = np.array([*lesson.data.targets, *lesson.data.test_targets])
    whole = bool(np.isin(targets, (0.0, 1.0)).all())
    return whole and (targets.shape[1] == 1 or bool((targets.sum(axis=1) == 1).all()))


def _unchecked(lesson: Lesson, book: Book) -> Iterator[str]:
    """Whether each parameter of a small network has a central difference."""
    count = len(every(lesson.net))
    tables = [b for b in book.blocks if b.sheet == OF_GRADIENTS[-1] and b.rows]
    small = count <= CHECKED and lesson.net.count(lesson.samples) <= NUMBERS
    if small and any(block.height != count for block in tables):
        yield f"not all of {count} parameters have a central difference"


def _learning(lesson: Lesson) -> list[Parameter]:
    """The parameters that training changes."""
    net = lesson.net
    return [each for each in every(net) if net.trains(each.quantity, each.layer, each.place)]


def _unwritten(lesson: Lesson, book: Book) -> Iterator[str]:
    """Whether a sheet with the updates of a step has one for each parameter that learns."""
    symbols = [reading.symbol for reading in book.readings if reading.sheet == UPDATES]
    found = sum(isinstance(each, Rich) and each.text.startswith(NEW) for each in symbols)
    learning = len(_learning(lesson))
    if found and found != learning:
        yield f"{UPDATES} has {found} updates, and {learning} parameters learn"


def _uncompared(lesson: Lesson, book: Book) -> Iterator[str]:
    """Whether each layer is compared, and all of them together."""
    layers = {parameter.layer for parameter in _learning(lesson)}
    for sheet in book.sheets if len(layers) > 1 else ():
        texts = ((cell.content, row) for (row, _), cell in sheet.cells.items())
        rows = {text: row for text, row in texts if isinstance(text, str)}
        if sheet.name != COMPARED:
            continue
        if OF_ALL not in rows:
            yield f"{COMPARED} has no line {OF_ALL!r}"
        elif rows[OF_ALL] - rows[SMALLEST] != len(layers) + 1:
            yield f"{COMPARED} has not a line for each of {len(layers)} layers"


def _unseen(lesson: Lesson, book: Book) -> Iterator[str]:
    """Whether Network shows the numbers of all units."""
    net = lesson.net
    shown = {(b.sheet, b.quantity, b.layer) for b in book.blocks}
    for layer in net.layers:
        for quantity in (Z, ACTIVATION, *([DELTA] if net.rule == GRADIENT else [])):
            if (UPDATES, quantity.name, layer.number) not in shown:
                yield f"{UPDATES} shows no {quantity.name} of layer {layer.number}"


def _out_of_order(book: Book) -> Iterator[str]:
    """Whether parameters and gradients on Training stand in the order of the layers, weights before
    the biases of their layer."""
    run = [block for block in book.blocks if block.sheet == RUN and block.rows == (STEP,)]
    for kinds in (PARAMETERS, GRADIENTS):
        order = [
            (block.layer or 0, kinds.index(block.quantity))
            for block in sorted(run, key=lambda block: block.left)
            if block.quantity in kinds
        ]
        if order != sorted(order):
            yield f"{kinds[0]} and {kinds[1]} on {RUN} are in another order than the layers"


def _headed_alike(book: Book) -> Iterator[str]:
    """Columns of weights that may be typed, under one and the same head."""
    for block in book.blocks:
        if block.live or block.columns != (SOURCE,):
            continue
        places = [(block.top - 1, at) for at in range(block.left, block.right + 1)]
        cells = book[block.sheet].cells
        heads = [cells[place].text for place in places if place in cells]
        if len(heads) > len(set(heads)):
            yield f"{block.sheet} heads two columns of layer {block.layer} with {heads[0]!r}"


def _off_screen(book: Book) -> Iterator[str]:
    """Whether what may be typed on Start fits a screen beside the pictures, or stands under them
    because it does not."""
    sheet = book[ALWAYS[0]]
    rows = [block.bottom for block in book.blocks if block.sheet == sheet.name and not block.live]
    if not sheet.charts or not rows:
        return
    first = min(chart.row for chart in sheet.charts)
    above = any(chart.column == FIRST_COLUMN for chart in sheet.charts if chart.row == first)
    pictures = range(first, first + PICTURE_ROWS) if above else range(0)
    height = sum(
        sheet.heights.get(row, ROW_HEIGHT) for row in range(1, max(rows) + 1) if row not in pictures
    )
    if above is not (height + END > SCREEN):
        where = "above" if above else "beside"
        yield f"the pictures on Start stand {where} input cells that take {height:g} points"


def _sent_away(book: Book) -> Iterator[str]:
    """Whether tables to type in that the first sheet has room for stand on another."""
    tables = [b for b in book.blocks if b.lengths and not b.live and b.sheet in (ALWAYS[0], AWAY)]
    rows = {(block.sheet, block.top): block.height for block in tables}
    away = any(block.sheet == AWAY for block in tables)
    taken = sum(height + AROUND for height in rows.values())
    small = all(block.height <= HIGH and block.width <= WIDE for block in tables)
    if away and small and taken <= ROOM:
        yield f"{AWAY} holds what {ALWAYS[0]} has room for"


def _turned(lesson: Lesson, book: Book) -> Iterator[str]:
    """Classes by their numbers that stand in another order, beside or under each other, or begin
    with another: those of one output are its targets."""
    first = 0 if lesson.net.sizes[-1] == 1 else 1
    for sheet in (each for each in book.sheets if each.name == EXAMPLES_OF_SETS):
        heads = {at: int(c.text) for at, c in sheet.cells.items() if re.fullmatch("[0-9]+", c.text)}
        if heads and min(heads.values()) != first:
            yield f"{sheet.name} has no class {first}"
        for (row, column), number in heads.items():
            for at in ((row + 1, column), (row, column + 1)):
                if heads.get(at, number + 1) != number + 1:
                    yield f"{sheet.name} has class {heads[at]} behind class {number}"


def _unexplained(book: Book) -> Iterator[str]:
    """Whether the first sheet says what the words mean that all others use."""
    sheet = book[ALWAYS[0]]
    texts = [cell.text for cell in sheet.cells.values() if isinstance(cell.content, str | Rich)]
    for word in EXPLAINED:
        if not any(word in text for text in texts):
            yield f"{sheet.name} has no sentence on what {word.strip()!r} means"


def _outside(lesson: Lesson, book: Book) -> Iterator[str]:
    """Whether the plane of two inputs shows all of the lesson's examples."""
    planes = [
        chart
        for sheet in book.sheets
        if sheet.name == PLANE
        for chart in sheet.charts
        if chart.x.title != STEP
    ]
    for chart in planes:
        for source, axis in enumerate((chart.x, chart.y)):
            values = [example[source] for example in lesson.data.inputs]
            low, high = axis.minimum, axis.maximum
            if low is None or high is None or not low <= min(values) <= max(values) <= high:
                yield f"the plane on {PLANE} does not show all examples"


def _charts(lesson: Lesson) -> Iterator[tuple[str, int]]:
    """How many charts a sheet has at least, where it is there."""
    two = lesson.net.sizes[0] == 2
    yield from ((COSTS, 1), (PATHS, 1), ("Descent", 1))
    yield PLANE, 1 + two


def _sheets(lesson: Lesson, book: Book) -> Iterator[str]:
    """The sheets of a network of dense layers."""
    net, sizes = lesson.net, lesson.net.sizes
    few = net.count(lesson.samples) <= NUMBERS
    yield from ALWAYS
    examples = lesson.samples + len(lesson.data.test_inputs)
    evaluated = examples * sizes[-1] * (lesson.training.steps + 1) <= EVALUATED
    if (
        any(s.name == EXAMPLES_OF_SETS for s in book.sheets)
        and sizes[-1] <= COMPETING
        and evaluated
    ):
        yield OF_SETS
    lines = sum(one * other for one, other in pairwise(sizes))
    if max(sizes) <= DRAWN and lines <= LINES:
        yield FIRST_PICTURE
    if sizes[0] == 2 and sum(sizes[1:]) <= COMPUTED:
        yield from OF_TWO_INPUTS
    small = len(net.layers) <= LAYERS and max(sizes) <= UNITS and lesson.samples <= EXAMPLES
    a_row_a_step = all(b.rows == (STEP,) for b in book.blocks if STEP in b.lengths and not b.at)
    if small and lesson.training.steps and a_row_a_step:
        yield PATHS
        if not net.batch:
            yield COSTS
        if net.rule == GRADIENT and len(every(net)) > 1:
            yield MAP
    if max(sizes) <= UNITS:
        yield PICTURE
    if net.rule == GRADIENT:
        if few:
            yield from OF_GRADIENTS
        if few and prod(sizes[2:]) <= WAYS:
            yield OF_PATHS
        by_unit = all(isinstance(each, Dense) and each.activation.slope for each in net.layers)
        if small and by_unit:
            yield MATRICES
