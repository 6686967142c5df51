"""Perceptron: wᵀx with x₀ = 1, the unit step, the update of a step, the mistakes over the run.

All examples stand at the chosen step, the one that the step learns from is marked. With two
inputs the line wᵀx = θ is drawn between the examples. Source: Bhadani, "Linear Model" and
"Perceptron"; the rule is Rosenblatt's, 1958.
"""

from __future__ import annotations

from sheetnet.expressions.formula import (
    Area,
    Expression,
    Ref,
    call,
    equal,
    guard,
    join,
    total,
    when,
)
from sheetnet.expressions.rich import Rich, Run, marked
from sheetnet.network.lesson import Lesson
from sheetnet.network.numbers import Derived, Numbers
from sheetnet.network.quantities import (
    ACTIVATION,
    BIAS,
    INPUT,
    ORDER,
    SAMPLE,
    SOURCE,
    STEP,
    TARGET,
    UNIT,
    WEIGHT,
    Quantity,
    Z,
)
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.matrix_names import Names
from sheetnet.network.sheets.panels import perceptron_charts
from sheetnet.network.sheets.panels import perceptron_numbers as arrays
from sheetnet.network.sheets.panels.perceptron_places import LEFT, TOP, Places
from sheetnet.sheets import frame
from sheetnet.sheets.checks import write_check
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.book import labelled
from sheetnet.workbook.model import Link, PrintSetup, Rule, Sheet
from sheetnet.workbook.styles import BACKWARD, FORWARD, GIVEN, UPDATE

NAME = "Perceptron"
#: More examples, inputs or steps are no table to look at.
MOST_EXAMPLES, MOST_INPUTS, MOST_STEPS = 40, 8, 1_000
COUNT = styles.NUMBER.but(number_format="0", horizontal="center")
CENTRED = styles.NUMBER.but(number_format="0.####", horizontal="center")


def refuses(lesson: Lesson) -> str:
    """Why a lesson cannot have the panel, and the remedy."""
    net = lesson.net
    alone = net.sizes[1:] == (1,) and net.loss.fused_with == "step"
    if net.learns_from != 1 or not alone:
        return (
            'is about one unit with training.rule = "perceptron": set that, and a single layer of '
            "one unit, or take the panel out"
        )
    if not net.is_plain or net.penalties:
        return (
            "shows the perceptron's own rule, Δw = η(y − ŷ)x: leave training.optimiser and "
            "schedule, clip_norm, clip_value, l1 and l2 out of [training], or take the panel out"
        )
    examples, inputs, steps = len(lesson.data.inputs), net.inputs, lesson.training.steps
    if examples > MOST_EXAMPLES or inputs > MOST_INPUTS or steps > MOST_STEPS:
        return (
            f"shows up to {MOST_EXAMPLES} examples of {MOST_INPUTS} inputs and {MOST_STEPS:,} "
            "steps: use fewer, or take the panel out"
        )
    return ""


class _Writer(Places):
    """The sheet, section by section."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.context = context
        notation, symbols = context.notation, context.symbols
        w, x = notation.weight_letter, notation.input_letter
        bold = notation.one.bold
        self.w, self.x = marked(f"*{w}*", bold=bold), marked(f"*{x}*", bold=bold)
        self.wx = self.w + Names(symbols).mark + self.x
        value, taken = symbols.value_letter(1), x
        if value == x:  # told apart by their layers
            value, taken = (str(symbols.letter(x, "", layer)) for layer in (1, 0))
        self.rule = f"{notation.rate_letter}({notation.target_letter} − {value}){taken}"
        about = f"{self.wx}, the unit step, and the mistakes over the run"
        self.sheet = Sheet(NAME, about, labels=False)  # of all examples, and of the run's end

    def write(self) -> None:
        sheet = self.sheet
        sheet.tab_colour, sheet.print_setup = styles.ORANGE, PrintSetup(fit_height=1)
        sheet.freeze, sheet.cursor = (TOP - 1, 1), (TOP, LEFT)
        sheet.default_width = 9.5
        sheet.widths |= {1: 2.5, LEFT: 13.0, self.check: 4.0, self.right: 30.0}
        hint = f"wrong: the weights move by {self.rule}; right: nothing moves"
        frame.head(sheet, title="The perceptron: one example a step", hint=hint, problem=PROBLEM)
        self._write_selector()
        self._write_weights()
        self._write_examples()
        row = self._write_update(self.examples_row + self.samples + 2)
        table = self._write_run(row + 2)
        perceptron_charts.draw(self.context, sheet, self, table)
        frame.banner(sheet, self.right + 9)

    def _write_selector(self) -> None:
        sheet, look = self.sheet, COUNT.but(bold=True)
        sheet.put(3, LEFT, "step", styles.LABEL_RIGHT)
        sheet.put(3, LEFT + 1, self.context.step, look, claim=lambda numbers: numbers.step)
        sheet.put(3, LEFT + 2, "learns from", styles.LABEL_RIGHT)
        sheet.put(
            3,
            LEFT + 3,
            self.context.of_step(ORDER, sample=0),
            look,
            claim=lambda numbers: numbers.trace[ORDER, None][numbers.step, 0],
        )
        self.learns = Ref(NAME, 3, LEFT + 3, True)
        sheet.put(3, LEFT + 4, "step chosen on Start", styles.LINK.but(size=9, italic=True))
        sheet.links[3, LEFT + 4] = Link("Start", tip="To the step")

    def _heading(self, row: int, text: str | Expression) -> None:
        self.sheet.put(row, LEFT, text, styles.HEADING)
        self.sheet.fill(row, LEFT, row, self.right, styles.HEADING)
        self.sheet.heights[row] = 22

    def _symbols(self) -> list[Rich]:
        """The inputs, the one that is always 1 in front."""
        symbols, notation = self.context.symbols, self.context.notation
        letter = notation.input_letter
        one = Rich((Run(letter, 0, True), Run("0", -1))) if notation.bias_node_first else "1"
        inputs = [symbols.input(k) for k in range(self.sources)]
        return [Rich(()) + one, *inputs] if self.has_bias else inputs

    def _parameters(self) -> list[tuple[Quantity, dict[str, int]]]:
        weights = [(WEIGHT, {UNIT: 0, SOURCE: k}) for k in range(self.sources)]
        return [(BIAS, {UNIT: 0}), *weights] if self.has_bias else list(weights)

    def _write_weights(self) -> None:
        """w of the chosen step, and the threshold."""
        context, sheet, row = self.context, self.sheet, self.weights_row
        self._heading(TOP, "The weights at this step, and the threshold")
        look = UPDATE.but(bold=True, horizontal="center", number_format=styles.SIGNED)
        sheet.put(row + 1, LEFT, self.w, styles.symbol(UPDATE))
        for column, (quantity, at) in enumerate(self._parameters(), self.first):
            symbol = quantity.symbol(context.symbols, 1, at)
            sheet.put(row, column, symbol, styles.symbol(UPDATE))
            sheet.put(
                row + 1,
                column,
                context.of_step(quantity, 1, **at),
                look,
                claim=lambda numbers, q=quantity, at=at: numbers.now(q, 1)[tuple(at.values())],
            )
            context.readings.append(labelled(NAME, (row, column), (row + 1, column)))
        sheet.put(row, self.behind, "θ", styles.symbol(GIVEN))
        sheet.put(
            row + 1,
            self.behind,
            self.theta,
            GIVEN.but(horizontal="center", number_format="0.####"),
            claim=arrays.theta,
        )
        hint = (
            "g("
            + self.wx
            + ") = 1 where "
            + self.wx
            + " ≥ θ, else 0; the bias is the weight of a 1"
        )
        sheet.put(row + 1, self.behind + 1, hint, styles.HINT)

    @property
    def _w(self) -> Area:
        row = self.weights_row + 1
        return Area(NAME, row, self.first, row, self.behind - 1, True)

    def _write_examples(self) -> None:
        """A row an example: x, y, wᵀx, ŷ, what is wrong."""
        context, sheet, top = self.context, self.sheet, self.examples_row
        self._heading(top - 2, "All examples with these weights")
        symbols = context.symbols
        for column, symbol in enumerate(self._symbols(), self.first):
            sheet.put(top - 1, column, symbol, styles.symbol(GIVEN))
        heads: list[tuple[int, Rich | str, styles.Style]] = [
            (self.target, symbols.target(0), GIVEN),
            (self.sum, self.wx, FORWARD),
            (self.output, symbols.activation(1, 0), FORWARD),
            (self.error, symbols.target(0) + " − " + symbols.activation(1, 0), BACKWARD),
        ]
        for column, text, role in heads:
            sheet.put(top - 1, column, text, styles.symbol(role))
        for n in range(self.samples):
            self._write_example(top + n, n)
        inputs = self.first + self.has_bias
        if self.has_bias and context.notation.bias_node_first:
            one = top - 1, self.first
            context.readings.append(labelled(NAME, one, (top, self.first)))
        for quantity, layer, column, count in (
            (INPUT, None, inputs, self.sources),
            (TARGET, None, self.target, 1),
            (ACTIVATION, 1, self.output, 1),
        ):
            lengths = {SAMPLE: self.samples, UNIT: count}
            table = Block(quantity.name, layer, NAME, top, column, (SAMPLE,), (UNIT,), lengths)
            context.worked.append(table)
        rows = Area(NAME, top, LEFT, top + self.samples - 1, LEFT)
        sheet.formats.append(Rule(rows, equal(Ref(NAME, top, LEFT), self.learns), CHOSEN))

    def _write_example(self, row: int, n: int) -> None:
        context, sheet = self.context, self.sheet
        sheet.put(row, LEFT, float(n + 1), EXAMPLE)
        column = self.first
        if self.has_bias:
            sheet.put(row, column, 1.0, GIVEN.but(horizontal="center", number_format="0"))
            column += 1
        given = GIVEN.but(horizontal="center", number_format="General")
        for k in range(self.sources):
            cell = context.fed(INPUT).ref(sample=n, unit=k, fixed=True)
            sheet.put(row, column + k, cell, given, claim=lambda m, n=n, k=k: m.inputs[n, k])
        target = context.fed(TARGET).ref(sample=n, unit=0, fixed=True)
        sheet.put(row, self.target, target, given, claim=lambda m: m.targets[n, 0])
        x = Area(NAME, row, self.first, row, self.behind - 1)
        z, a, y = (Ref(NAME, row, c) for c in (self.sum, self.output, self.target))
        look = FORWARD.but(horizontal="center", number_format=styles.SIGNED)
        sheet.put(
            row, self.sum, call("SUMPRODUCT", self._w, x), look, claim=lambda m: m.now(Z, 1)[n, 0]
        )
        formula = context.dense[0].applied([z], 0)
        sheet.put(
            row,
            self.output,
            formula,
            FORWARD.but(bold=True, horizontal="center", number_format="0"),
            claim=lambda m: m.now(ACTIVATION, 1)[n, 0],
        )
        sheet.put(
            row,
            self.error,
            y - a,
            BACKWARD.but(horizontal="center", number_format="+0;-0;0"),
            claim=lambda m: m.targets[n, 0] - m.now(ACTIVATION, 1)[n, 0],
        )
        there = context.of_step(ACTIVATION, 1, sample=n), context.of_step(Z, 1, sample=n)
        apart = call("ABS", a - there[0]) + call("ABS", z - there[1])
        write_check(sheet, row, self.check, apart <= 1e-9 * (1 + call("ABS", z)))
        words = when(equal(y, a), "right", "wrong")
        learns = when(equal(Ref(NAME, row, LEFT), self.learns), ": this step learns from it", "")

        def says(numbers: Numbers) -> str:
            is_right = numbers.targets[n, 0] == numbers.now(ACTIVATION, 1)[n, 0]
            rest = ": this step learns from it" if arrays.learning(numbers) == n else ""
            return ("right" if is_right else "wrong") + rest

        sheet.put(row, self.right, join([words, learns]), styles.PLAIN, claim=says)

    def _write_update(self, top: int) -> int:
        """Δw of the example that the step learns from; returns the last row."""
        context, sheet = self.context, self.sheet
        letter = context.notation.weight_letter
        self._heading(
            top, join(["The update by example ", self.learns, f": Δ{letter} = {self.rule}"])
        )
        heads: tuple[Rich | None, ...] = (None, self.w, self.x, "Δ" + self.w, "new " + self.w)
        for column, head in enumerate(heads, LEFT):
            sheet.put(top + 1, column, head, styles.LABEL_CENTRE)
        number, first = self.learns, self.examples_row
        last = first + self.samples - 1

        def drawn(column: int) -> Expression:
            if self.samples == 1:
                return Ref(NAME, first, column, True)
            return call("INDEX", Area(NAME, first, column, last, column, True), number, 1)

        rate = context.hyper["learning_rate"]
        net = context.net
        for row, (column, (quantity, at)) in enumerate(
            enumerate(self._parameters(), self.first), top + 2
        ):
            w, x, change = (Ref(NAME, row, LEFT + k) for k in (1, 2, 3))
            place = tuple(at.values())
            trained = net.trains(quantity, 1, at)
            symbol = quantity.symbol(context.symbols, 1, at)
            sheet.put(row, LEFT, symbol, styles.symbol(UPDATE))
            held = Ref(NAME, self.weights_row + 1, column, True)
            look = CENTRED.but(number_format=styles.SIGNED)
            sheet.put(row, LEFT + 1, held, look, claim=arrays.of(quantity, place))
            context.readings.append(labelled(NAME, (row, LEFT), (row, LEFT + 1)))
            sheet.put(row, LEFT + 2, drawn(column), CENTRED, claim=arrays.source(at))
            moved = rate * drawn(self.error) * x if trained else 0 * x
            claim = arrays.change(quantity, at, trained)
            sheet.put(row, LEFT + 3, moved, look, claim=claim)
            sheet.put(
                row,
                LEFT + 4,
                w + change,
                UPDATE.but(bold=True, horizontal="center", number_format=styles.SIGNED),
                claim=lambda m, q=quantity, p=place, c=claim: m.now(q, 1)[p] + c(m),
            )
            self._check_new(row, quantity, at)
        return top + 1 + self.count

    def _check_new(self, row: int, quantity: Quantity, at: dict[str, int]) -> None:
        """✓ where the new weight is Training's of the step that follows, if there is one."""
        context, sheet = self.context, self.sheet
        if not context.steps:
            return
        new = Ref(NAME, row, LEFT + 4)
        following = guard(call("MIN", context.step + 1, context.steps))
        there = context.of_step(quantity, 1, **at, step=following)
        near = call("ABS", new - there) <= 1e-9 * (1 + call("ABS", new))
        last = equal(context.step, context.steps)  # of which no step follows
        write_check(sheet, row, LEFT + 5, call("OR", last, near))

    # The run

    def _write_run(self, top: int) -> tuple[int, int]:
        """The mistakes of every step; returns the table's first and last row."""
        context, sheet = self.context, self.sheet
        self._heading(top, "The mistakes over the run")
        heads = ("step", "learns from", "mistakes", "from here")
        for column, head in enumerate(heads, LEFT):
            sheet.put(top + 2, column, head, styles.LABEL_CENTRE)
        first, last = top + 3, top + 3 + context.steps
        outputs, order = context.run(ACTIVATION, 1), context.run(ORDER)
        for step, row in enumerate(range(first, last + 1)):
            sheet.put(row, LEFT, float(step), COUNT.but(colour=styles.GREY))
            cell = order.ref(fixed=True, **{STEP: step})
            sheet.put(row, LEFT + 1, cell, COUNT, claim=arrays.drawn(step))
            wrong = [
                call(
                    "ABS",
                    outputs.ref(fixed=True, **{STEP: step, SAMPLE: n, UNIT: 0})
                    - context.fed(TARGET).ref(fixed=True, sample=n, unit=0),
                )
                for n in range(self.samples)
            ]
            look = FORWARD.but(number_format="0", horizontal="center")
            sheet.put(row, LEFT + 2, total(wrong), look)
            rest: Expression = Ref(NAME, row, LEFT + 2)
            if row < last:
                rest = rest + Ref(NAME, row + 1, LEFT + 3)
            sheet.put(row, LEFT + 3, rest, COUNT.but(colour=styles.GREY))
        length = {STEP: context.steps + 1}
        held = Block(arrays.MISTAKES.name, None, NAME, first, LEFT + 2, (STEP,), (), length)
        context.show(sheet, held)
        left = Block("", None, NAME, first, LEFT + 3, (STEP,), (), length)
        sheet.claim(left, lambda numbers: arrays.left(numbers)[:, None])
        self._write_verdict(top + 1, first, last)
        return first, last

    def _write_verdict(self, row: int, first: int, last: int) -> None:
        """From which step on no example is wrong, or how many still are."""
        many = self.samples
        rest = Area(NAME, first, LEFT + 3, last, LEFT + 3)
        now = Ref(NAME, last, LEFT + 2)
        since = call("MATCH", 0, rest, 0) - 1
        well = join(["No example is wrong from step ", since, " on: the weights stay."])
        wrong = join(["At the last step ", now, f" of {many} examples are wrong."])
        text = guard(when(now > 0, wrong, guard(when(equal(PROBLEM, ""), well, PROBLEM))))

        def claim(numbers: Numbers) -> str:
            left = arrays.left(numbers)
            if left[-1]:
                return f"At the last step {left[-1]:.0f} of {many} examples are wrong."
            first = int((left > 0).sum())
            return f"No example is wrong from step {first} on: the weights stay."

        sheet = self.sheet
        sheet.put(row, LEFT, text, styles.PLAIN.but(bold=True), claim=claim)


EXAMPLE = COUNT.but(colour=styles.GREY, number_format='"example "0', horizontal="right")
CHOSEN = EXAMPLE.but(bold=True, colour=styles.INK, fill=styles.BLUE_FILL)


def _fill(context: Context) -> list[Sheet]:
    writer = _Writer(context)
    writer.write()
    return [writer.sheet]


PERCEPTRON = SheetKind(
    NAME,
    _fill,
    refuses=refuses,
    derived=(Derived(arrays.MISTAKES, lambda numbers, _: arrays.mistakes(numbers)),),
)
