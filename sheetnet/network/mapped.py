"""The large maps, read: what their cells hold belongs to the numbers along their sides.

On Surface it is an output over the inputs, on Descent the cost over two parameters.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sheetnet.expressions.formula import Area
from sheetnet.network.engine import FloatArray, cost_of, forward, losses
from sheetnet.network.numbers import Numbers
from sheetnet.network.parameters import Parameter, choosable
from sheetnet.network.quantities import (
    ACTIVATION,
    CHOSEN_OUTPUT,
    FIRST_PARAMETER,
    SECOND_PARAMETER,
    Quantity,
)
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import ColourScale, Sheet

#: The sheets with a map.
OUTPUTS, COSTS = "Surface", "Descent"
#: Numbers of an axis stand in one of so many rows under the map; others there show nothing.
UNDER, HIDDEN = 3, ";;;"
#: Numbers may differ by so much of the largest.
NEAR = 1e-9


def wrong_maps(numbers: Numbers, book: Book) -> Iterator[str]:
    """Sentences on maps that hold something else than what the numbers at their sides say."""
    for sheet in book.sheets:
        if sheet.name not in (OUTPUTS, COSTS) or (area := map_of(sheet)) is None:
            continue
        across, up = axes(book, sheet, area)
        value = _output
        if sheet.name == COSTS:
            value = _cost
            if _choice(numbers, FIRST_PARAMETER) == _choice(numbers, SECOND_PARAMETER):
                continue  # both sides move the one
        rows, columns = area.shape
        for i in (0, rows // 2, rows - 1):
            for j in (0, columns // 2, columns - 1):
                held = book.value(sheet, area.top + i, area.left + j)
                meant = value(numbers, across[j], up[i])
                is_near = isinstance(held, float) and np.isclose(held, meant, NEAR, NEAR)
                if np.isfinite(meant) and not is_near:
                    yield f"the map on {sheet.name} holds another number than its sides ask for"
                    return


def map_of(sheet: Sheet) -> Area | None:
    """Where the map of a sheet is; None: it has a curve."""
    areas = [rule.area for rule in sheet.formats if isinstance(rule, ColourScale)]
    return areas[0] if areas else None


def axes(book: Book, sheet: Sheet, area: Area) -> list[FloatArray]:
    """What the map's columns and rows stand for, by the numbers at the ends of both axes."""
    ends = area.top, area.bottom
    column = max(c for r, c in sheet.cells if r in ends and c < area.left)
    up = [book.value(sheet, row, column) for row in ends]
    under = range(area.bottom + 1, area.bottom + 1 + UNDER)
    numbered = [
        (c, value)
        for (r, c), cell in sorted(sheet.cells.items(), key=lambda item: item[0])
        if r in under and area.left <= c <= area.right and cell.style.number_format != HIDDEN
        if isinstance(value := book.value(sheet, r, c), float)
    ]
    across = [numbered[0][1], numbered[-1][1]]
    return [
        np.linspace(float(low), float(high), count)
        for (low, high), count in zip((across, up), area.shape[::-1], strict=True)
    ]


def output_of(numbers: Numbers) -> int:
    """The output that the map shows, from 0."""
    return _choice(numbers, CHOSEN_OUTPUT) if (CHOSEN_OUTPUT.name, None) in numbers.settings else 0


def chosen(numbers: Numbers, quantity: Quantity) -> Parameter:
    """The parameter that a drop-down shows."""
    return choosable(numbers.net)[_choice(numbers, quantity)]


def _choice(numbers: Numbers, quantity: Quantity) -> int:
    """Which of its choices a drop-down shows, from 0."""
    key = quantity.name, None
    return numbers.knobs[key].choices.index(numbers.settings[key].item())


def _parameters(numbers: Numbers) -> dict[tuple[str, int | None], FloatArray]:
    return {(q.name, layer): numbers.now(q, layer) for q, layer in numbers.net.parameters()}


def _output(numbers: Numbers, across: float, up: float) -> float:
    """The chosen output for two inputs."""
    values = forward(numbers.net, _parameters(numbers), np.array([[across, up]]))
    return float(values[-1][ACTIVATION.name][0, output_of(numbers)])


def _cost(numbers: Numbers, across: float, up: float) -> float:
    """The cost of the chosen step's examples with two parameters at other values."""
    net, now = numbers.net, _parameters(numbers)
    for quantity, value in ((FIRST_PARAMETER, across), (SECOND_PARAMETER, up)):
        parameter = chosen(numbers, quantity)
        key = parameter.quantity.name, parameter.layer
        now[key] = now[key].copy()
        now[key][tuple(parameter.place.values())] = value
    last = forward(net, now, numbers.inputs)[-1]
    loss = losses(net, last, numbers.targets, numbers.loss_hyper)
    return float(cost_of(net, loss, now))
