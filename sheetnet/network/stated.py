"""What words say of layers, steps and the lesson's own run, read beside what stands there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sheetnet.expressions.reading import UnreadableError, line_of, symbol_of
from sheetnet.expressions.rich import Rich
from sheetnet.network.activated import wrong_activations
from sheetnet.network.engine import FloatArray, train
from sheetnet.network.layered import wrong_layers
from sheetnet.network.quantities import INPUT, STEP, TARGET, TEST_INPUT, TEST_TARGET
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Position, Sheet

if TYPE_CHECKING:
    from sheetnet.network.decoding import Decoder

#: The layer that a text names: hidden layer (1), layer L−1.
LAYER = re.compile(r"\blayer (\S+?)(?=[,:]|\s|$)")
#: How many examples there are.
EXAMPLES = re.compile(r"\b(?:all|the) (\d+) examples")
#: How many of them a step takes; numbers that count from 0.
TAKEN = re.compile(r"looks at (\d+) of the (\d+) examples")
NOUGHT = re.compile(r"\b(?:example|column) 0$")
#: What a step adds to a weight, without the sign.
CHANGE = re.compile(r"\bchange [^−\s]+ · gradient")
#: A target that a row is for, and one that points of a column have; what has no point is far away.
FOR_TARGET, OF_TARGET = re.compile(r"for a target of (\d)"), re.compile(r"target ([01])")
FAR = 1e5
#: Sheets with the lesson's own words; rows with the heads of a sheet, which may be live.
ITS_WORDS, HEAD = ("Start", "Index", "Published"), 3
#: So many rows above its numbers a text says of which layer they are.
ABOVE = 3
#: Under a layer's name: what the layer takes, and from where its derivatives come.
NEIGHBOURS = {"→": -1, "←": 1}
#: The step of a figure under its text: cost at step 0, after 1,000 steps.
OF_STEP = re.compile(r"(?:at step|after) ([\d,]+)(?: steps?)?")
#: Words beside numbers, and over them, that tell these from others.
BESIDE: tuple[dict[str, set[str]], ...] = (
    {"training": {INPUT.name, TARGET.name}, "test": {TEST_INPUT.name, TEST_TARGET.name}},
    {"mean": {"input_mean"}, "deviation": {"input_deviation"}},
)
OVER: tuple[dict[str, set[str]], ...] = (
    {
        "this one's gradient": {"example_weight_gradient", "example_bias_gradient"},
        "mean gradient": {"weight_gradient", "bias_gradient"},
        "sum gradient": {"weight_gradient", "bias_gradient"},
    },
)
#: The sheet with the lesson's own run, and the heads of its steps and costs there.
OWN, OWN_STEPS, OWN_COSTS = "Lesson", "step", "its own cost"
#: The sheet of runs side by side, and the head over the lowest cost of each.
COMPARE, LOWEST = "Compare", "lowest"
#: A cost there has so many digits.
DIGITS = 1e-5
#: The sheet that compares gradients, its tables, and what it says where a cost has no digits left.
CHECK, GRADIENTS, MOVE, BLURRED = "Gradient check", "checked_gradient", "difference_step", "—"
#: Of a cost's rounding, what a difference of two may be away, and what of a gradient no one misses.
ROUNDING, MISSED = 1e-14, 1e-5


def wrong_words(decoder: Decoder, book: Book) -> Iterator[str]:
    """Sentences on words that contradict what stands beside them."""
    of_sheet: dict[str, list[Block]] = {}
    for block in book.blocks:
        of_sheet.setdefault(block.sheet, []).append(block)
    counts = _counts(decoder)
    for sheet in book.sheets:
        blocks = of_sheet.get(sheet.name, [])
        texts = {
            place: text.replace("\n", " ")
            for place, cell in sheet.cells.items()
            if (text := cell.text or (_live(book, sheet, place) if place[0] <= HEAD else ""))
        }
        if sheet.name not in ITS_WORDS:
            yield from _of_examples(decoder, sheet, texts, counts)
        yield from wrong_layers(decoder, sheet.name, texts)
        yield from wrong_activations(decoder, book, sheet)
        yield from _of_blocks(decoder, blocks, texts)
        yield from _of_quantities(blocks, texts)
        yield from _of_targets(decoder, book, sheet, texts)
        yield from _of_neighbours(decoder, sheet, texts)
        yield from _beside_symbols(decoder, sheet, texts)
        if sheet.name == COMPARE:
            yield from _of_runs(decoder, book, sheet, texts)
        if sheet.name == CHECK:
            yield from _undecided(decoder, book, sheet)
        if sheet.name == OWN:
            yield from _own_run(decoder, sheet, texts)


def _live(book: Book, sheet: Sheet, place: Position) -> str:
    """The text that a formula gives; empty where it gives none."""
    value = book.value(sheet, *place)
    return value if isinstance(value, str) else ""


def _counts(decoder: Decoder) -> set[int]:
    """How many examples there may be, of a set or a step."""
    data, batch = decoder.numbers.lesson.data, decoder.numbers.net.batch
    trained, tested = len(data.inputs), len(data.test_inputs)
    return {decoder.examples, trained, tested, trained + tested, batch or 0}


def _of_examples(
    decoder: Decoder, sheet: Sheet, texts: dict[Position, str], counts: set[int]
) -> Iterator[str]:
    """Examples counted from 0, numbers of them that there are not, a rule that learns away from
    targets."""
    for text in texts.values():
        told = [int(one) for one in EXAMPLES.findall(text)]
        rule = re.search(rf"{decoder.document.rate}\((\S+) − \S+\)", text)
        taken = TAKEN.search(text)
        if taken and not int(taken[1]) <= int(taken[2]) == len(decoder.numbers.lesson.data.inputs):
            told.append(-1)
        if NOUGHT.search(text) or not counts >= {*told}:
            yield f"{sheet.name}: {text!r} counts wrongly"
        if CHANGE.search(text):
            yield f"{sheet.name}: {text!r} is a change towards a higher cost"
        if rule and rule[1] != decoder.document.targets:
            yield f"{sheet.name}: {text!r} learns away from the target"


def _named(decoder: Decoder, text: str) -> int | None:
    """The number of the layer that a text names; None where it names none."""
    found = LAYER.search(text)
    return decoder.layer(found[1]) if found and decoder.is_layer(found[1]) else None


def _of_blocks(
    decoder: Decoder, blocks: Sequence[Block], texts: dict[Position, str]
) -> Iterator[str]:
    """Layers and steps that are named above the numbers of other ones."""
    for block in blocks:
        over = (texts.get((block.top - up, block.left), "") for up in range(1, ABOVE + 1))
        for text in over:
            layer = None if text.startswith(tuple(NEIGHBOURS)) else _named(decoder, text)
            if layer is not None:
                if block.layer not in (None, layer):
                    yield f"{block.sheet}: {text!r} is over numbers of layer {block.layer}"
                break
        step = OF_STEP.search(texts.get((block.top - 1, block.left), ""))
        if step and STEP in block.at and int(step[1].replace(",", "")) != block.at[STEP]:
            yield f"{block.sheet}: {step[0]!r} is over a number of step {block.at[STEP]}"


def _of_quantities(blocks: Sequence[Block], texts: dict[Position, str]) -> Iterator[str]:
    """What numbers are, said beside or over others."""
    by_row: dict[int, list[tuple[int, str]]] = {}
    for (row, column), text in texts.items():
        by_row.setdefault(row, []).append((column, text))
    for block in blocks:
        rows: Iterable[int] = range(block.top, block.bottom + 1)
        if block.height > len(by_row):
            rows = [row for row in by_row if row in rows]
        beside = [text for row in rows for c, text in by_row.get(row, []) if c < block.left]
        over = [texts.get((block.top - 1, block.left), "")]
        for said, groups in ((beside, BESIDE), (over, OVER)):
            for group in groups:
                others = {text for text, names in group.items() if block.quantity not in names}
                if len(others) < len(group) and others & {*said}:
                    yield f"{block.sheet}: {min(others & {*said})!r} is said of {block.quantity}"


def _of_targets(
    decoder: Decoder, book: Book, sheet: Sheet, texts: dict[Position, str]
) -> Iterator[str]:
    """Targets that are told beside others; examples' points under the heads of other targets."""
    for (row, column), text in texts.items():
        beside, over = FOR_TARGET.fullmatch(text), OF_TARGET.fullmatch(text)
        if beside and book.value(sheet, row, column + 1) != float(beside[1]):
            yield f"{sheet.name}: {text!r} stands beside another target"
        for n, target in enumerate(decoder.numbers.targets[:, 0].tolist() if over else ()):
            point = book.value(sheet, row + 1 + n, column)
            is_shown = isinstance(point, float) and point < FAR
            if over and is_shown != (target == float(over[1])):
                yield f"{sheet.name}: {text!r} stands over example {n + 1} with another target"
                break


def _of_neighbours(decoder: Decoder, sheet: Sheet, texts: dict[Position, str]) -> Iterator[str]:
    """What a layer takes from another layer than the one before it, or is told by another than the
    next."""
    for (row, column), text in texts.items():
        layer = _named(decoder, text)
        if text[0] not in NEIGHBOURS or layer is None:
            continue
        names = [_named(decoder, texts.get((row - 1, at), "")) for at in range(column, 0, -1)]
        own = next((name for name in names if name is not None), None)
        if own is not None and layer != own + NEIGHBOURS[text[0]]:
            yield f"{sheet.name}: {text!r} stands under layer {own}"


def _beside_symbols(decoder: Decoder, sheet: Sheet, texts: dict[Position, str]) -> Iterator[str]:
    """A layer's label beside a symbol that has another one."""
    for (row, column), text in texts.items():
        if not decoder.is_layer(text) or (row, column - 1) not in texts:
            continue
        content = sheet.cells[row, column - 1].content
        try:
            symbol = symbol_of(
                line_of(content if isinstance(content, Rich) else texts[row, column - 1])
            )
        except UnreadableError:
            continue
        if decoder.is_layer(symbol.upper) and symbol.upper != text:
            yield f"{sheet.name}: layer {text} stands beside {texts[row, column - 1]}"


def _of_runs(
    decoder: Decoder, book: Book, sheet: Sheet, texts: dict[Position, str]
) -> Iterator[str]:
    """Costs of runs under the names of other steps."""
    for (row, column), text in texts.items():
        step = OF_STEP.fullmatch(text.removeprefix("cost "))
        for run, held in enumerate(decoder.numbers.compared if step or text == LOWEST else ()):
            costs = held.trace.costs
            meant = costs[int(step[1].replace(",", ""))] if step else costs.min()
            value = book.value(sheet, row + 1 + run, column)
            if isinstance(value, float) and not np.isclose(value, meant, rtol=DIGITS, atol=0.0):
                yield f"{sheet.name}: run {run + 1} has {meant:.6g} {text}, not {value:.6g}"


def _own_run(decoder: Decoder, sheet: Sheet, texts: dict[Position, str]) -> Iterator[str]:
    """The lesson's own costs, with which a learner compares: those of other steps or values."""
    heads = {text: place for place, text in texts.items()}
    if OWN_STEPS not in heads or OWN_COSTS not in heads:
        yield f"{sheet.name} has not the lesson's own run"
        return
    costs, last = _own_costs(decoder), -1
    (top, steps), (_, column) = heads[OWN_STEPS], heads[OWN_COSTS]
    row = top + 1
    while (row, steps) in sheet.cells:
        step, cost = (sheet.cells[row, at].content for at in (steps, column))
        if not isinstance(step, float) or not isinstance(cost, float) or not last < step:
            yield f"{sheet.name}: row {row} is no further step of the lesson's own run"
            return
        last = int(step)
        if not np.isclose(cost, costs[last], rtol=DIGITS, atol=0.0):
            yield f"{sheet.name}: the lesson's own cost of step {last} is {costs[last]:.6g}"
        row += 1
    if last != len(costs) - 1:
        yield f"{sheet.name}: the lesson's own run ends with step {last}"


def _own_costs(decoder: Decoder) -> FloatArray:
    """The costs of the run with the values of the lesson's file."""
    lesson, held = decoder.numbers.lesson, decoder.numbers.settings
    if all(np.array_equal(values, held[key]) for key, values in lesson.settings.items()):
        return decoder.numbers.trace.costs
    return train(lesson, lesson.settings).costs


def _undecided(decoder: Decoder, book: Book, sheet: Sheet) -> Iterator[str]:
    """Gradients of which nothing is said, though the cost has digits enough for a difference."""
    blocks = {block.quantity: block for block in book.blocks if block.sheet == sheet.name}
    table, move = blocks.get(GRADIENTS), blocks.get(MOVE)
    if table is None or move is None or decoder.numbers.net.loss.cut_off:
        return
    h = book.value(sheet, move.top, move.left)
    cost = abs(float(decoder.numbers.trace.costs[decoder.numbers.step]))
    checks = [place for place, cell in sheet.cells.items() if cell.passes]
    for row in (row for row, column in checks if book.value(sheet, row, column) == BLURRED):
        gradient = book.value(sheet, row, table.left)
        if not table.top <= row <= table.bottom or not isinstance(gradient, float):
            continue
        if cost * ROUNDING / float(h) < MISSED * abs(gradient):
            yield f"{sheet.name}: row {row} is called undecided, and could be decided"
