"""Matrices: the chosen step once more in matrix form, by array formulas.

A product stands where its left factor's rows meet its right factor's columns. Order, letters
and steps are the document's: an example is a row (A W, X w) or a column (W a); the biases are a
row of the weights, times ones, or a vector of their own. ✓ compares each row with the element
form on Training.
"""

from __future__ import annotations

from sheetnet.network.layers.dense import Dense
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.matrix_numbers import DERIVED
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


def _applies(context: Context) -> bool:
    """Whether the matrices are of a size that anybody looks at, and have array formulas."""
    return (
        bool(context.dense)
        and not context.net.learns_from
        and all(_fits(context, layer) for layer in context.dense)
        and context.net.count(context.samples) <= MOST_NUMBERS
    )


def _fits(context: Context, layer: Dense) -> bool:
    """Whether a layer works unit by unit, or is an output layer that has array formulas."""
    own, loss = layer.activation, context.net.loss
    if own.cell_slope:
        return True
    whole = own.cell_whole and own.cell_back_whole and layer.units > 1
    fused = context.net.is_fused(layer.number)
    return bool(whole and layer.number == context.depth and (loss.cell_fused_of_sum or not fused))


def _fill(context: Context) -> list[Sheet]:
    """The sheet for the step that is chosen on Start, with all examples."""
    sheet = Sheet(NAME, "the same step as matrix products")
    sheet.tab_colour, sheet.freeze, sheet.cursor = styles.ORANGE, (4, 1), (4, 2)
    sheet.default_width = 10.8
    sheet.widths[1] = 2.5
    sheet.print_setup = PrintSetup()
    frame.head(sheet, title="The same in matrices", hint=HINT, left=LEFT, problem=PROBLEM)
    sheet.put(3, LEFT, "step", styles.LABEL_RIGHT)
    look = styles.NUMBER.but(bold=True, number_format="0", horizontal="center")
    sheet.put(3, LEFT + 1, context.step, look, claim=lambda numbers: numbers.step)
    sheet.put(3, LEFT + 2, "chosen on Start. " + _biases(context), styles.HINT)
    sections = Updates(context, MatrixWriter(context, sheet, 5))
    layers = range(1, context.depth + 1)
    for layer in layers:
        sections.forward(layer)
    for layer in reversed(layers):
        sections.backward(layer)
    sections.share()
    for layer in layers:
        sections.update(layer)
    sections.writer.finish()
    return [sheet]


HINT = "A product stands where the rows of its left factor meet the columns of the factor above it."


def _biases(context: Context) -> str:
    """Where the biases are, how many examples there are, and what ✓ says."""
    found = [layer.bias for layer in context.dense if layer.bias]
    notation, said = context.notation, []
    if any(bias.axes for bias in found):
        where = "a vector of their own, added to " + ("every example" if context.batch else "W·a")
        if notation.bias_in_matrix:
            line = "row" if notation.example_rows else "column"
            end = "first" if notation.bias_node_first else "last"
            where = f"the {end} {line} of W, times 1"
        said.append(f"Biases: {where}. ")
    if not all(bias.axes for bias in found):
        said.append("A bias that all units share is added to every number. ")
    if notation.by_z and context.batch:
        said.append(f"N = {context.samples} examples. ")
    return "".join(said) + "✓: equal to Training."


MATRICES = SheetKind(
    NAME,
    _fill,
    applies=_applies,
    derived=DERIVED,
)
