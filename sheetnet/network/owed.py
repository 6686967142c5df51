"""What every workbook of a network has: its sheets, and blocks of all that the run computes."""

from __future__ import annotations

from collections.abc import Iterator

from sheetnet.network.layers.dense import Dense
from sheetnet.network.lesson import Lesson
from sheetnet.network.rules import GRADIENT
from sheetnet.workbook.book import Book

#: Sheets of all networks, of those that learn by their gradient, of those with two inputs.
ALWAYS = ("Start", "Network", "Training", "Notation")
OF_GRADIENTS = ("Chain rule", "Descent", "Gradient check")
OF_TWO_INPUTS = ("Surface",)
#: Networks of so few layers and units, that work unit by unit, and of so few examples, are shown in
#: matrices.
LAYERS, UNITS, EXAMPLES = 2, 4, 4


def missing(lesson: Lesson, book: Book) -> Iterator[str]:
    """Sentences on what a workbook does not have."""
    net, sizes = lesson.net, lesson.net.sizes
    sheets = [*ALWAYS]
    if net.rule == GRADIENT:
        sheets += OF_GRADIENTS
        small = len(net.layers) <= LAYERS and max(sizes) <= UNITS and lesson.samples <= EXAMPLES
        plain = all(isinstance(each, Dense) and each.activation.slope for each in net.layers)
        sheets += ("Matrices",) if small and plain else ()
    if sizes[0] == 2:
        sheets += OF_TWO_INPUTS
    there = {sheet.name for sheet in book.sheets}
    yield from (f"there is no sheet {name}" for name in sheets if name not in there)
    held = {(block.quantity, block.layer) for block in book.blocks}
    owed = [(quantity.name, layer) for quantity, layer in net.quantities()]
    owed += [(f"next_{quantity.name}", layer) for quantity, layer in net.parameters()]
    for name, layer in owed:
        if (name, layer) not in held:
            yield f"the index has no {name}" + (f" of layer {layer}" if layer else "")
