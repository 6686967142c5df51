"""From a lesson and its numbers to the model of its workbook: place the knobs, fill the sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sheetnet.network.lesson import Lesson
from sheetnet.network.numbers import Numbers
from sheetnet.network.placement import TRAINING
from sheetnet.network.sheets import evaluation, start, start_charts, start_layout, status, training
from sheetnet.network.sheets.batches import BATCHES
from sheetnet.network.sheets.chain_rule import CHAIN_RULE
from sheetnet.network.sheets.choices import CHOICES_SHEET
from sheetnet.network.sheets.compare import COMPARE
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.data import DATA
from sheetnet.network.sheets.descent import DESCENT
from sheetnet.network.sheets.gradient_check import GRADIENT_CHECK
from sheetnet.network.sheets.inputs import INPUTS
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.matrices import MATRICES
from sheetnet.network.sheets.network import NETWORK
from sheetnet.network.sheets.notation import NOTATION
from sheetnet.network.sheets.panels.diagonal_matrices import DIAGONAL_MATRICES
from sheetnet.network.sheets.panels.element_and_matrix import ELEMENT_AND_MATRIX
from sheetnet.network.sheets.panels.factors import FACTORS
from sheetnet.network.sheets.panels.long_expressions import LONG_EXPRESSIONS
from sheetnet.network.sheets.panels.output_gradient import OUTPUT_GRADIENT
from sheetnet.network.sheets.panels.perceptron import PERCEPTRON
from sheetnet.network.sheets.panels.published import PUBLISHED
from sheetnet.network.sheets.panels.relu_neuron import RELU_NEURON
from sheetnet.network.sheets.panels.softmax_jacobian import SOFTMAX_JACOBIAN
from sheetnet.network.sheets.panels.updates import UPDATES
from sheetnet.network.sheets.parameters import PARAMETERS
from sheetnet.network.sheets.progress import PROGRESS
from sheetnet.network.sheets.surface import SURFACE_SHEET
from sheetnet.network.sheets.weights import WEIGHTS
from sheetnet.sheets import arrays, fitting, index, paper, words
from sheetnet.workbook.book import Book
from sheetnet.workbook.knobs import digest
from sheetnet.workbook.model import Sheet

#: The sheets of every lesson to which they apply, in their order, between Start and Index.
SHEETS: list[SheetKind] = [
    INPUTS,
    DATA,
    BATCHES,
    COMPARE,
    NETWORK,
    CHAIN_RULE,
    DESCENT,
    SURFACE_SHEET,
    MATRICES,
    PROGRESS,
    WEIGHTS,
    SheetKind(TRAINING, training.fill),
    GRADIENT_CHECK,
    NOTATION,
    PARAMETERS,
    CHOICES_SHEET,
]
#: Itself, and the sheets with single cells that look at its array formulas.
LOOKING_AT_EVALUATION = (evaluation.NAME, words.NAME, TRAINING)
#: The sheets that a lesson file asks for by name.
PANELS: dict[str, SheetKind] = {
    "published": PUBLISHED,
    "output-gradient": OUTPUT_GRADIENT,
    "updates": UPDATES,
    "perceptron": PERCEPTRON,
    "relu-neuron": RELU_NEURON,
    "element-and-matrix": ELEMENT_AND_MATRIX,
    "factors": FACTORS,
    "long-expressions": LONG_EXPRESSIONS,
    "diagonal-matrices": DIAGONAL_MATRICES,
    "softmax-jacobian": SOFTMAX_JACOBIAN,
}


def make_book(lesson: Lesson, numbers: Numbers) -> Book:
    """The workbook of a lesson, with the given numbers in its input cells.

    Raises `SheetnetError` where a sheet cannot hold it.
    """
    context = Context(lesson, numbers)
    kinds = [kind for kind in kinds_of(lesson) if kind.applies(context)]
    for kind in kinds:
        kind.place(context)
    layout = start_layout.Layout(context)
    status.fill(context)
    filled = [sheet for kind in kinds for sheet in kind.fill(context)]
    listed = index.sheet()
    # What a learner reads comes first, then the workings.
    points, drawing = start_charts.draw(context, layout.place)
    behind = [layout.own.fill(), context.words.sheet, listed]
    others = sorted([*points, *filled, *behind], key=lambda sheet: sheet.workings)
    first = start.fill(context, layout, others, drawing)
    for together in _with_arrays([first, *others]):
        arrays.follow(together)
    for sheet in (first, *others):
        fitting.fit(sheet)
        paper.lay(sheet)
    values = digest(context.knobs.values())
    index.fill(listed, lesson.workbook_text, context.blocks, context.originals, values)
    return Book(
        title=lesson.title,
        subject=lesson.source,
        sheets=[first, *others],
        names=context.names,
        blocks=context.blocks,
        originals=context.originals,
        numbers=numbers,
        readings=context.readings,
        worked=context.worked,
        told=context.told,
    )


def _with_arrays(sheets: Sequence[Sheet]) -> Iterator[list[Sheet]]:
    """Sheets with array formulas, beside them those with cells that look at some of Evaluation."""
    yield [sheet for sheet in sheets if sheet.name in LOOKING_AT_EVALUATION]
    yield from ([sheet] for sheet in sheets if sheet.name not in LOOKING_AT_EVALUATION)


def kinds_of(lesson: Lesson) -> Sequence[SheetKind]:
    """The sheets that a lesson may have: those of every lesson, and the panels it names."""
    return [*SHEETS, *(PANELS[name] for name in lesson.panels)]
