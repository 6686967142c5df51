"""Matrices: the chosen step once more in matrix form, by array formulas.

A product stands where its left factor's rows meet its right factor's columns. The order
is the document's: an example is a row (A W, X w) or a column (W a). The bias is a row or
column of the weights, times ones; one that all units share is a number beside them. ✓ compares
each row with the element form on Training.
"""

from __future__ import annotations

import numpy as np

from sheetnet.network.engine import FloatArray
from sheetnet.network.layers.dense import Dense
from sheetnet.network.numbers import Derived, Numbers
from sheetnet.network.quantities import (
    ACTIVATION,
    DELTA,
    WEIGHT,
    Z,
)
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.matrix_passes import ACTIVATION_GRADIENT, SLOPE
from sheetnet.network.sheets.matrix_updates import Updates
from sheetnet.network.sheets.matrix_writer import (
    LEFT,
    MatrixWriter,
)
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.model import PrintSetup, Sheet

NAME = "Matrices"
#: Of a step, so that the sheet stays a picture.
MOST_NUMBERS = 40_000


def _slopes(numbers: Numbers, layer: int) -> FloatArray:
    """da/dz of all units: what the activation takes back of a gradient of 1."""
    values = numbers.now(Z, layer), numbers.now(ACTIVATION, layer)
    own = numbers.net.layers[layer - 1]
    assert isinstance(own, Dense)
    back: FloatArray = own.activation.back(*values, np.ones_like(values[0]), own.hyper)
    return back


def _by_activation(numbers: Numbers, layer: int) -> FloatArray:
    net = numbers.net
    if layer == net.depth:
        outputs = numbers.now(ACTIVATION, layer)
        by_output: FloatArray = net.loss.gradient(outputs, numbers.targets, numbers.loss_hyper)
        return by_output
    above: FloatArray = numbers.now(DELTA, layer + 1) @ numbers.now(WEIGHT, layer + 1)
    return above


def _applies(context: Context) -> bool:
    """Whether the matrices are of a size that anybody looks at, and all work unit by unit."""
    return (
        bool(context.dense)
        and not context.net.batch
        and all(layer.activation.cell_slope for layer in context.dense)
        and context.net.count(context.samples) <= MOST_NUMBERS
    )


def _fill(context: Context) -> list[Sheet]:
    """The sheet for the step that is chosen on Start, with all examples."""
    sheet = Sheet(NAME, "the same step as matrix products")
    sheet.tab_colour, sheet.freeze, sheet.cursor = styles.ORANGE, (4, 1), (4, 2)
    sheet.default_width = 10.8
    sheet.widths[1] = 2.5
    sheet.print_setup = PrintSetup()
    frame.head(sheet, "The same in matrices", HINT, LEFT, problem=PROBLEM)
    sheet.put(3, LEFT, "step", styles.LABEL_RIGHT)
    look = styles.NUMBER.but(bold=True, number_format="0")
    sheet.put(3, LEFT + 1, context.step, look, claim=lambda numbers: numbers.step)
    sheet.put(3, LEFT + 2, "chosen on Start. " + _biases(context), styles.HINT)
    sections = Updates(context, MatrixWriter(context, sheet, 5))
    layers = range(1, context.depth + 1)
    for layer in layers:
        sections.forward(layer)
    for layer in reversed(layers):
        sections.backward(layer)
    for layer in layers:
        sections.update(layer)
    sections.writer.finish()
    return [sheet]


HINT = "A product stands where the rows of its left factor meet the columns of the factor above it."


def _biases(context: Context) -> str:
    """Where the biases are, and what ✓ says."""
    found = [layer.bias for layer in context.dense if layer.bias]
    said = []
    if any(bias.axes for bias in found):
        said.append("Biases: one more row or column of W, times ones. ")
    if not all(bias.axes for bias in found):
        said.append("A bias that all units share is added to every number. ")
    return "".join(said) + "✓: equal to Training."


MATRICES = SheetKind(
    NAME,
    _fill,
    applies=_applies,
    derived=(Derived(SLOPE, _slopes), Derived(ACTIVATION_GRADIENT, _by_activation)),
)
