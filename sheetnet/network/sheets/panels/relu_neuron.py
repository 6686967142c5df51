"""ReLU neuron: one neuron on N examples, example by example and as products of matrices.

u = max(0, w·x + b), v = y − u, C = (1/N)·Σv². The gradients are those of the examples with
z > 0; beside them stands the form without that mask, which the document prints. Source: Bhadani,
"Matrix Calculus in Action".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sheetnet.expressions.formula import (
    Area,
    Expression,
    Ref,
    call,
    equal,
    guard,
    maximum,
    total,
    when,
)
from sheetnet.expressions.rich import Rich, Run, rich
from sheetnet.network import slides
from sheetnet.network.activations import ABOVE
from sheetnet.network.layers.dense import Dense
from sheetnet.network.lesson import Lesson
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import BIAS, INPUT, SOURCE, TARGET, UNIT, WEIGHT
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.panels import relu_vectors
from sheetnet.network.sheets.panels.fitting_layers import penalised
from sheetnet.network.sheets.panels.relu_numbers import H, Neuron, neuron
from sheetnet.sheets import frame
from sheetnet.sheets.checks import write_check
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.book import Told, labelled
from sheetnet.workbook.model import Link, Matrix, PrintSetup, Rule, Sheet
from sheetnet.workbook.styles import BACKWARD, FORWARD, GIVEN, UPDATE

NAME = slides.SHEET
TOP, LEFT = 6, 2
#: More examples or inputs are no table to look at.
MOST_EXAMPLES, MOST_INPUTS = 16, 4
#: What the mask changes, behind the number of examples that are inactive.
MASKED = (
    "examples are inactive: their e counts in 2/N·Σ e·x, though their u does not move with w. "
    "So that form is not the gradient: compare it with what is measured."
)
UNMASKED = "examples are inactive, so nothing is masked and 2/N·Σ e·x is the gradient."
COUNT = styles.NUMBER.but(number_format="0", horizontal="center")
PALE = styles.NUMBER.but(colour=styles.GREY, horizontal="center")


def letter(text: str, lower: str = "", upper: str = "") -> Rich:
    """A symbol of this sheet."""
    runs = [Run(text, 0, True)]
    runs += [Run(lower, -1)] * bool(lower) + [Run(upper, 1)] * bool(upper)
    return Rich(tuple(runs))


def refuses(lesson: Lesson) -> str:
    """Why a lesson cannot have the panel, and the remedy."""
    net, layer = lesson.net, lesson.net.layers[0]
    one = net.sizes[1:] == (1,) and isinstance(layer, Dense) and layer.bias is BIAS
    squared = net.loss.name == "squared_error" and net.reduction.name == "mean"
    if not one or not layer.fuses_with("relu") or not squared or net.learns_from:
        return (
            'is about one unit with activation = "relu" and a bias of its own, trained on the mean '
            'of network.loss = "squared_error": set these, or take the panel out'
        )
    if found := penalised(lesson):
        return found
    if not 1 < len(lesson.data.inputs) <= MOST_EXAMPLES or net.inputs > MOST_INPUTS:
        return (
            f"shows from 2 to {MOST_EXAMPLES} examples of up to {MOST_INPUTS} inputs: change "
            "data.inputs and data.targets, or take the panel out"
        )
    return ""


class Table:
    """The scalar form: where its columns and rows are."""

    def __init__(self, context: Context) -> None:
        self.sources, self.samples = context.sizes[0], context.samples
        self.x = LEFT + 1
        self.y = self.x + self.sources
        self.z, self.u, self.v, self.square, self.e, self.mask = range(self.y + 1, self.y + 7)
        self.by = self.mask + 1
        self.slides = self.by + self.sources + 1
        self.right = self.slides + self.sources
        self.parameters_row = TOP + 1
        self.top = TOP + 6
        self.bottom = self.top + self.samples - 1
        self.sum_row = self.bottom + 1
        self.measured_row = self.sum_row + 1
        self.training_row = self.sum_row + 2

    def area(self, column: int, last: int | None = None) -> Area:
        """A column of the examples, or several."""
        return Area(NAME, self.top, column, self.bottom, last or column, True)

    def weight(self, source: int) -> Ref:
        return Ref(NAME, self.parameters_row + 1, self.x + source, True)

    @property
    def bias(self) -> Ref:
        return self.weight(self.sources)

    @property
    def count(self) -> Ref:
        """N."""
        return Ref(NAME, self.parameters_row + 1, self.y + 2, True)

    def cell(self, n: int, column: int) -> Ref:
        return Ref(NAME, self.top + n, column)


class _Writer:
    """The sheet: the table, what the slides' form does, the matrices, the charts."""

    def __init__(self, context: Context) -> None:
        self.context, self.at = context, Table(context)
        about = "one neuron on all examples, scalar and vectorised"
        self.sheet = Sheet(NAME, about, labels=False)  # with letters of its own

    def write(self) -> None:
        sheet, at = self.sheet, self.at
        sheet.tab_colour, sheet.print_setup = styles.ORANGE, PrintSetup()
        sheet.freeze, sheet.cursor = (TOP - 2, 1), (TOP, LEFT)
        sheet.default_width = 10.0
        sheet.widths |= {1: 2.5, LEFT: 16.0}
        hint = "u = max(0, z), v = y − u, C = (1/N)·Σ v²; an example with z ≤ 0 is inactive"
        frame.head(
            sheet, title="One ReLU neuron: z = w·x + b on N examples", hint=hint, problem=PROBLEM
        )
        look = COUNT.but(bold=True)
        sheet.put(3, LEFT, "step", styles.LABEL_RIGHT)
        sheet.put(3, LEFT + 1, self.context.step, look, claim=lambda numbers: numbers.step)
        sheet.put(3, LEFT + 2, "chosen on Start", styles.LINK.but(size=9, italic=True))
        sheet.links[3, LEFT + 2] = Link("Start", tip="To the step")
        self._write_parameters()
        self._write_letters()
        self._write_heads()
        for n in range(at.samples):
            self._write_example(n)
        self._write_sums()
        row = self._write_slides(at.training_row + 2)
        right = relu_vectors.fill(self.context, sheet, at, row + 2)
        frame.banner(sheet, max(at.right, right))

    def heading(self, row: int, text: str | Expression) -> None:
        self.sheet.put(row, LEFT, text, styles.HEADING)
        self.sheet.fill(row, LEFT, row, self.at.right, styles.HEADING)
        self.sheet.heights[row] = 22

    def _write_parameters(self) -> None:
        context, sheet, at, row = self.context, self.sheet, self.at, self.at.parameters_row
        self.heading(TOP - 1, "The neuron at this step")
        look = UPDATE.but(bold=True, horizontal="center", number_format=styles.SIGNED)
        for k in range(at.sources + 1):
            bias = k == at.sources
            symbol = letter("b") if bias else letter("w", str(k + 1))
            sheet.put(row, at.x + k, symbol, styles.symbol(UPDATE))
            place = {UNIT: 0} if bias else {UNIT: 0, SOURCE: k}
            cell = context.of_step(BIAS if bias else WEIGHT, 1, **place)
            sheet.put(row + 1, at.x + k, cell, look, claim=_parameter(k))
            self._read(row, at.x + k)
        column = at.y + 2
        sheet.put(row, column, letter("N"), styles.symbol(GIVEN))
        counted = call("COUNT", at.area(at.y))
        whole = GIVEN.but(number_format="0", horizontal="center")
        sheet.put(row + 1, column, counted, whole, claim=lambda numbers: len(numbers.targets))
        self._read(row, column)

    def _read(self, row: int, column: int) -> None:
        """What is written over a number is its symbol."""
        self.context.readings.append(labelled(NAME, (row, column), (row + 1, column)))

    def _write_letters(self) -> None:
        """What the slides' letters are on the other sheets."""
        s = self.context.symbols
        pairs = [
            (letter("x", "1"), s.input(0)),
            (letter("w", "1"), s.weight(1, 0, 0)),
            (letter("b"), s.bias(1, 0)),
            (letter("y"), s.target(0)),
            (letter("u"), s.activation(1, 0)),
            (letter("C"), s.cost),
        ]
        text = rich(
            "The letters here are those of the slides’ matrix calculus. On the other sheets "
        )
        others = [(here, there) for here, there in pairs if here.text != there.text]
        for n, (here, there) in enumerate(others):
            text = text + ", " * (n > 0) + here + " is " + there
        row = self.at.top - 3
        self.sheet.put(row, LEFT, text + ".", styles.HINT)
        self.context.told.append(Told(NAME, row, slides.LETTERS, {"text": LEFT}))

    def _write_heads(self) -> None:
        sheet, at, row = self.sheet, self.at, self.at.top - 1
        small = styles.HINT.but(size=8, borders="b", border_colour=styles.RULE)
        sheet.put(at.top - 2, at.by, "piecewise: 0 where z ≤ 0", small)
        sheet.put(at.top - 2, at.slides, "as if all were active", small)
        self.heading(at.top - 2, "Scalar: a row an example")
        for k in range(at.sources):
            sheet.put(row, at.x + k, letter("x", str(k + 1)), styles.symbol(GIVEN))
        columns: list[tuple[int, Rich, styles.Style]] = [
            (at.y, letter("y"), GIVEN),
            (at.z, letter("z"), FORWARD),
            (at.u, letter("u"), FORWARD),
            (at.v, letter("v"), FORWARD),
            (at.square, letter("v", upper="2"), FORWARD),
            (at.e, letter("e") + " = " + letter("z") + " − " + letter("y"), BACKWARD),
            (at.mask, "1[" + letter("z") + " > 0]", BACKWARD),
        ]
        for column, symbol, role in columns:
            sheet.put(row, column, symbol, styles.symbol(role))
        for k in range(at.sources + 1):
            name = letter("b") if k == at.sources else letter("w", str(k + 1))
            by = "∂" + letter("v", upper="2") + "/∂" + name
            sheet.put(row, at.by + k, by, styles.symbol(BACKWARD))
            form = "2" + letter("e")
            if k < at.sources:
                form = form + "·" + letter("x", str(k + 1))
            look = styles.SYMBOL.but(colour=styles.GREY)
            sheet.put(row, at.slides + k, form, look)
        for column in (*range(at.x, at.e), *range(at.by, at.slides)):
            self._read(row, column)

    def _write_example(self, n: int) -> None:
        context, sheet, at, row = self.context, self.sheet, self.at, self.at.top + n
        sheet.put(row, LEFT, f"example {n + 1}", styles.LABEL_RIGHT)
        given = GIVEN.but(number_format="General", horizontal="center")
        for k in range(at.sources):
            cell = context.fed(INPUT).ref(sample=n, unit=k, fixed=True)
            sheet.put(row, at.x + k, cell, given, claim=lambda m, n=n, k=k: m.inputs[n, k])
        target = context.fed(TARGET).ref(sample=n, unit=0, fixed=True)
        sheet.put(row, at.y, target, given, claim=lambda m: m.targets[n, 0])
        y, z, u, v = (at.cell(n, c) for c in (at.y, at.z, at.u, at.v))
        e, mask = at.cell(n, at.e), at.cell(n, at.mask)
        products = [at.weight(k) * at.cell(n, at.x + k) for k in range(at.sources)]
        active = context.dense[0].activation.cell_slope
        assert active
        forward = FORWARD.but(number_format=styles.SIGNED, horizontal="center")
        backward = BACKWARD.but(number_format=styles.SIGNED, horizontal="center")
        cells: list[tuple[int, Expression, styles.Style, Callable[[Neuron], Any]]] = [
            (at.z, total(products) + at.bias, forward, lambda f: f.z),
            (at.u, maximum(0, z), forward.but(number_format=styles.FOUR), lambda f: f.u),
            (at.v, y - u, forward, lambda f: f.v),
            (at.square, v * v, forward.but(number_format=styles.FOUR), lambda f: f.v**2),
            (at.e, z - y, backward, lambda f: f.e),
            (at.mask, active(z, u, {}), backward.but(number_format="0"), lambda f: f.mask),
        ]
        for column, formula, look, value in cells:
            sheet.put(row, column, formula, look, claim=_of(n, value))
        for k in range(at.sources + 1):
            x = at.cell(n, at.x + k) if k < at.sources else None
            by: Expression = -2 * v if x is None else -2 * v * x
            sheet.put(
                row,
                at.by + k,
                when(equal(mask, 1), by, 0),
                backward,
                claim=_of(n, _column("by_example", k)),
            )
            form: Expression = 2 * e if x is None else 2 * e * x
            sheet.put(
                row,
                at.slides + k,
                form,
                PALE.but(number_format=styles.SIGNED),
                claim=_of(n, _column("unmasked", k)),
            )
        line = Area(NAME, row, LEFT, row, at.right)
        asleep = equal(Ref(NAME, row, at.mask, True), 0)
        sheet.formats.append(Rule(line, asleep, styles.PLAIN.but(colour=styles.GREY, italic=True)))

    def _write_sums(self) -> None:
        """1/N of the columns' sums: the cost, the gradients, the slides' form."""
        sheet, at, row = self.sheet, self.at, self.at.sum_row
        top = {"borders": "t", "border_colour": styles.INK, "bold": True}
        sheet.put(row, LEFT, "sum / N", styles.LABEL_RIGHT)
        look = FORWARD.but(number_format=styles.SIX, horizontal="center", **top)
        cost = call("SUM", at.area(at.square)) / at.count
        sheet.put(row, at.square, cost, look, claim=lambda numbers: neuron(numbers).cost)
        backward = BACKWARD.but(number_format=styles.SIGNED_SIX, horizontal="center", **top)
        pale = PALE.but(number_format=styles.SIGNED_SIX, **top)
        for k in range(at.sources + 1):
            summed = call("SUM", at.area(at.by + k)) / at.count
            claim = lambda numbers, k=k: neuron(numbers).gradient[k]  # noqa: E731
            sheet.put(row, at.by + k, summed, backward, claim=claim)
            form = call("SUM", at.area(at.slides + k)) / at.count
            claim = lambda numbers, k=k: neuron(numbers).slides[k]  # noqa: E731
            sheet.put(row, at.slides + k, form, pale, claim=claim)
        self._write_measured()

    def _write_measured(self) -> None:
        """The slope of the cost by central differences, and Training's gradient."""
        context, sheet, at = self.context, self.sheet, self.at
        small = styles.NUMBER.but(
            number_format=styles.SIGNED_SIX, horizontal="center", colour=styles.GREY
        )
        words = styles.LABEL_RIGHT.but(size=9)
        sheet.put(at.measured_row, at.mask, "measured", words)
        note = (
            f"C with the weight a little larger and a little smaller (by {H:g}), the difference "
            "divided by twice that. A z nearer to 0 than the move has a slope between 0 and 1."
        )
        sheet.notes[at.measured_row, at.mask] = note
        sheet.put(at.training_row, at.mask, "Training", words)
        for k in range(at.sources + 1):
            up, down = (self._moved(k, by) for by in (H, -H))
            sheet.put(
                at.measured_row,
                at.by + k,
                Matrix((up - down) / at.count / (2 * H), 1, 1),
                small,
                claim=lambda numbers, k=k: neuron(numbers).difference(k),
                approximate=lambda numbers: max(1.0, 1e-8 * neuron(numbers).cost / H),
            )
            quantity = BIAS if k == at.sources else WEIGHT
            place = {UNIT: 0} if k == at.sources else {UNIT: 0, SOURCE: k}
            there = context.of_step(quantity.gradient, 1, **place)
            claim = lambda numbers, k=k: neuron(numbers).gradient[k]  # noqa: E731
            sheet.put(at.training_row, at.by + k, there, small, claim=claim)
            own = Ref(NAME, at.sum_row, at.by + k)
            near = call("ABS", own - there) <= 1e-9 * (1 + call("ABS", own))
            write_check(sheet, at.training_row + 1, at.by + k, near)

    def _moved(self, k: int, by: float) -> Expression:
        """Σ(y − max(0, z + by·x))², over all examples."""
        at = self.at
        x: Expression | float = at.area(at.x + k) if k < at.sources else 1.0
        z: Expression = at.area(at.z) + by * x
        v = at.area(at.y) - guard(when(z > 0, z, 0))
        return call("SUM", v * v)

    def _write_slides(self, top: int) -> int:
        """What the form without the mask adds, in words; returns the last row."""
        sheet, at, row = self.sheet, self.at, top + 1
        self.heading(row, "Without the mask: 2/N·Σ e·x")
        asleep = at.count - call("SUM", at.area(at.mask))
        sheet.put(
            row + 1,
            LEFT,
            asleep,
            COUNT.but(bold=True),
            claim=lambda numbers: neuron(numbers).count - neuron(numbers).mask.sum(),
        )
        sleeping = Ref(NAME, row + 1, LEFT)

        def masked(numbers: Numbers) -> str:
            return MASKED if (neuron(numbers).z <= ABOVE).any() else UNMASKED

        told = when(sleeping > 0, MASKED, UNMASKED)
        sheet.put(row + 1, LEFT + 1, told, styles.PLAIN, claim=masked)
        sheet.put(row + 2, LEFT, "what it adds", styles.LABEL_RIGHT)
        for k in range(at.sources + 1):
            name = letter("b") if k == at.sources else letter("w", str(k + 1))
            place = row + 2, LEFT + 1 + 2 * k
            sheet.put(*place, name, styles.SYMBOL.but(horizontal="right"))
            weight = at.weight(k)
            self.context.readings.append(labelled(NAME, place, (weight.row, weight.column)))
            extra = Ref(NAME, at.sum_row, at.slides + k) - Ref(NAME, at.sum_row, at.by + k)
            sheet.put(
                row + 2,
                LEFT + 2 + 2 * k,
                extra,
                styles.NUMBER.but(number_format=styles.SIGNED_SIX, bold=True),
                claim=lambda numbers, k=k: neuron(numbers).slides[k] - neuron(numbers).gradient[k],
            )
        return row + 2


def _parameter(k: int) -> Callable[[Numbers], float]:
    def value(numbers: Numbers) -> float:
        found = neuron(numbers)
        return float(found.w[k]) if k < len(found.w) else found.b

    return value


def _column(name: str, k: int) -> Callable[[Neuron], Any]:
    return lambda found: getattr(found, name)[:, k]


def _of(n: int, value: Callable[[Neuron], Any]) -> Callable[[Numbers], float]:
    return lambda numbers: float(value(neuron(numbers))[n])


def _fill(context: Context) -> list[Sheet]:
    writer = _Writer(context)
    writer.write()
    return [writer.sheet]


RELU_NEURON = SheetKind(NAME, _fill, refuses=refuses)
