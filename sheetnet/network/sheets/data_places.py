"""Where things stand on the sheet Data: what came of the examples on top, the examples below."""

from __future__ import annotations

from sheetnet.network.evaluation import has_test, is_classification
from sheetnet.network.sheets.context import Context
from sheetnet.workbook.model import Quoted

NAME = "Data"
FIGURES_ROW, CONFUSION_ROW = 4, 9
LEFT, NUMBER, SET, INPUTS = 2, 2, 3, 4
#: The most classes of which a table shows what is taken for what.
MOST_CLASSES = 12
#: Rows of the charts, and the column of the first.
CHART_ROWS, CHART_COLUMN = 16, 10


class DataPlaces:
    """The rows and columns of a lesson's Data."""

    def __init__(self, context: Context) -> None:
        lesson, sizes = context.lesson, context.sizes
        self.training, self.test = len(lesson.data.inputs), len(lesson.data.test_inputs)
        self.inputs, self.outputs = sizes[0], sizes[-1]
        self.standardise = lesson.data.standardise
        self.has_test = has_test(lesson)
        self.classified = is_classification(lesson)
        self.classes = max(2, self.outputs) if self.classified else 0
        self.named = self.classified and self.classes <= MOST_CLASSES
        # Columns
        self.shown = INPUTS + self.inputs + 1 if self.standardise else INPUTS
        self.targets = self.shown + self.inputs + 1
        self.target_class = self.targets + self.outputs
        self.values = self.target_class + self.named + 1
        self.loss = self.values + self.outputs
        self.says = self.loss + 1
        self.verdict = self.says + self.named
        self.right = self.verdict if self.classified else self.loss
        # Rows
        confusion = (self.classes + 3) * (1 + self.has_test) if self.named else 0
        above = max(CONFUSION_ROW + confusion, FIGURES_ROW + CHART_ROWS) + 1
        self.mean, self.deviation = above + 2, above + 3
        self.title = above
        self.head = above + (4 if self.standardise else 2)
        self.top = self.head + 1
        self.first_test = self.top + self.training
        self.bottom = self.first_test + self.test - 1

    def rows(self, number: int) -> tuple[int, int]:
        """The first and the last row of the training set (0) or the test set (1)."""
        if number == 0:
            return self.top, self.first_test - 1
        return self.first_test, self.bottom

    def part(self, number: int) -> slice:
        """The examples of a set among all, the training set first."""
        top, bottom = self.rows(number)
        return slice(top - self.top, bottom - self.top + 1)

    @property
    def sets(self) -> list[str]:
        return ["training", "test"] if self.has_test else ["training"]

    def confusion(self, number: int) -> int:
        """The first row of a set's table of what is taken for what."""
        return CONFUSION_ROW + number * (self.classes + 3)


def class_names(context: Context) -> list[str]:
    """What the classes are called: by the lesson, else by their targets or their numbers."""
    names, places = context.lesson.data.classes, DataPlaces(context)
    if len(names) == places.classes:
        return [Quoted(name) for name in names]
    first = 0 if places.outputs == 1 else 1
    return [str(first + number) for number in range(places.classes)]
