"""Panel softmax-jacobian: from the sums to δ of a softmax with cross entropy, the long way.

Sabine 2.2, 3.2, 5.2 and appendix B, with what the document leaves out: targets that do not sum
to 1, and which z no computer takes a power of.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from sheetnet.expressions.formula import (
    Area,
    Expression,
    Number,
    Ref,
    call,
    exp,
    guard,
    join,
    ln,
    maximum,
    total,
    when,
)
from sheetnet.expressions.rich import Rich, Run, rich
from sheetnet.network.activations import SOFTMAX
from sheetnet.network.engine import FloatArray
from sheetnet.network.layers.dense import Dense
from sheetnet.network.lesson import Lesson
from sheetnet.network.losses import CROSS_ENTROPY, LOWEST_LOGARITHM, logarithm
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, DELTA, INPUT, LOSS, TARGET, Z
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.lost import lost
from sheetnet.network.sheets.matrix_names import Names
from sheetnet.network.sheets.panels import softmax_numbers as arrays
from sheetnet.network.sheets.panels.rows import FIRST, NEAR, Rows, derivative, indexed, near
from sheetnet.network.sheets.panels.softmax_numbers import (
    LARGEST,
    SMALLEST,
    UNDECIDED,
    H,
)
from sheetnet.network.sheets.panels.softmax_steps import Letters, Step, steps
from sheetnet.sheets.checks import write_check
from sheetnet.workbook import styles
from sheetnet.workbook.book import labelled
from sheetnet.workbook.model import Sheet
from sheetnet.workbook.styles import BACKWARD, FORWARD, GIVEN

NAME = "Softmax Jacobian"
#: The logarithm to the base b, before its argument.
LOG_B = Rich((Run("log"), Run("b", -1, True), Run(" ")))
#: The table of derivatives is to be read.
MOST_UNITS = 10


def refuses(lesson: Lesson) -> str:
    """Why a lesson cannot have it; an empty text where it can."""
    net = lesson.net
    last = net.layers[-1]
    fits = isinstance(last, Dense) and last.activation is SOFTMAX and net.loss is CROSS_ENTROPY
    if not fits:
        return (
            "shows softmax with cross entropy: set the last layer's activation to softmax and "
            "network.loss to cross_entropy, or take the panel out"
        )
    if net.sizes[-1] > MOST_UNITS:
        return (
            f"is a table of up to {MOST_UNITS} outputs, and there are {net.sizes[-1]}: take the "
            "panel out"
        )
    if net.sizes[-1] == 1:
        return "is about several outputs, and the softmax of one is always 1: take the panel out"
    return ""


class _Panel:
    """Writes the sheet; every column is an output unit."""

    def __init__(self, context: Context) -> None:
        self.context, self.symbols = context, context.symbols
        self.layer, self.count = context.depth, context.sizes[-1]
        self.units = range(self.count)
        hint = (
            f"from z to {self.symbols.delta_name}, step by step: every column is a unit of the "
            "output layer"
        )
        columns = max(self.count, *(n for n in (context.sizes[-2], 1) if n <= MOST_UNITS))
        self.rows = Rows(context, NAME, "Softmax and cross entropy, the long way", hint, columns)
        self.rows.sheet.labels = False  # they stand above derivatives
        s, layer = self.symbols, self.layer
        self.a_j, self.z_j, self.t_j = (
            indexed(one, "j") for one in (s.activation(layer, 0), s.z(layer, 0), s.target(0))
        )
        self.a_i, self.t_i = (indexed(one, "i") for one in (s.activation(layer, 0), s.target(0)))
        self.base = context.loss_hyper["log_base"]
        self.loss = s.loss_letter
        #: Output, target and natural logarithm as words have them.
        self.names, self.value, self.ln = Names(s), s.value_letter(layer), s.notation.logarithm
        self.target = s.notation.target_letter

    def write(self) -> list[Sheet]:
        self._forward()
        self._plain()
        self._entropy()
        self._table()
        self._backward()
        self._weights()
        return [self.rows.sheet]

    def _forward(self) -> None:
        rows, s = self.rows, self.symbols
        rows.heading(f"Softmax: from z to {self.value}, with the largest z taken off first")
        rows.heads([s.activation(self.layer, j) for j in self.units], "sum")
        z = [self.context.of_step(Z, self.layer, unit=j) for j in self.units]
        self.z = rows.line(self.z_j, z, arrays.sums, FORWARD, remark="from Training")
        self.largest = rows.number(
            "largest z",
            guard(maximum(*self.z)),
            lambda numbers: arrays.sums(numbers).max(),
            FORWARD,
        )
        taken = [one - self.largest for one in self.z]
        self.shifted = rows.line(
            self.z_j + " − largest z",
            taken,
            lambda numbers: arrays.sums(numbers) - arrays.sums(numbers).max(),
            FORWARD,
            remark="0 for the largest, all others below: no power can be too large",
        )

        def powers(numbers: Numbers) -> FloatArray:
            raised: FloatArray = np.exp(arrays.sums(numbers) - arrays.sums(numbers).max())
            return raised

        self.powers = rows.line(
            "e to that power", [exp(one) for one in self.shifted], powers, FORWARD
        )
        self.sum = rows.total(self.powers, lambda numbers: powers(numbers).sum(), FORWARD)
        self.a = rows.line(
            self.a_j + " = that power / the sum",
            [one / self.sum for one in self.powers],
            arrays.outputs,
            FORWARD.but(bold=True),
            remark="✓ equals Training; the sum of the outputs is 1 for any z",
            equals=[self.context.of_step(ACTIVATION, self.layer, unit=j) for j in self.units],
        )
        rows.total(self.a, lambda numbers: arrays.outputs(numbers).sum(), FORWARD)

    def _plain(self) -> None:
        """The form without taking the largest off, and when it would fail."""
        rows = self.rows
        too_large = self.largest + ln(Number(self.count)) > LARGEST
        too_small = self.largest < SMALLEST
        fails = call("OR", too_large, too_small)
        shown = total([exp(one) for one in self.z])

        def plain(number: int) -> Expression:
            return guard(when(fails, UNDECIDED, exp(self.z[number]) / shown))

        rows.label("plain: e to the power z / the sum of all")
        refs = [Ref(NAME, rows.row, FIRST + j) for j in self.units]
        for ref, j in zip(refs, self.units, strict=True):
            look = FORWARD.but(horizontal="center")
            claim = partial(arrays.plain, unit=j)
            rows.sheet.put(ref.row, ref.column, plain(j), look, claim=claim)
        rows.row += 1
        rows.check(refs[0].row, near(list(zip(refs, self.a, strict=True))), (fails, UNDECIDED))
        text = guard(
            when(
                too_large,
                f"✗ would fail: a power of e is no number any more from z = {LARGEST} on",
                guard(
                    when(
                        too_small,
                        f"✗ would fail: with all z below {SMALLEST} every power is 0, and 0/0",
                        f"the same; it would fail if the largest z were above {LARGEST}, or below "
                        f"{SMALLEST}",
                    )
                ),
            )
        )
        rows.say(text, refs[0].row)
        rows.row += 1

    def _entropy(self) -> None:
        rows, s = self.rows, self.symbols
        rows.heading(f"Cross entropy to the base b: from {self.value} to the loss")
        rows.label("base b, on Start")
        b = lambda numbers: numbers.loss_hyper["log_base"]  # noqa: E731
        look = GIVEN.but(bold=True, horizontal="center")
        rows.sheet.put(rows.row, FIRST, self.base, look, claim=b)
        steps = f"all below is divided by {self.ln}(b), so a smaller base makes longer steps"
        rows.say(f"e, 2 or 10, as you like: {steps}")
        rows.row += 1
        self.ln_b = rows.number(f"{self.ln}(b)", ln(self.base), arrays.ln_b, BACKWARD)
        t = [self.context.given(TARGET, j) for j in self.units]
        self.t = rows.line(self.t_j, t, arrays.targets, GIVEN, remark="the targets, and their sum")
        self.targets = rows.total(self.t, lambda numbers: arrays.targets(numbers).sum(), GIVEN)
        floor = exp(LOWEST_LOGARITHM)

        def terms(numbers: Numbers) -> FloatArray:
            logs = logarithm(arrays.outputs(numbers))
            parts: FloatArray = -arrays.targets(numbers) * logs / arrays.ln_b(numbers)
            return parts

        parts = rows.line(
            "−" + self.t_j + " · " + LOG_B + self.a_j,
            [
                -(t * ln(guard(maximum(a, floor)))) / self.ln_b
                for t, a in zip(self.t, self.a, strict=True)
            ],
            terms,
            FORWARD,
            remark=LOG_B
            + f"{self.value} = {self.ln}({self.value})/{self.ln}(b); the sum is "
            + s.loss
            + ", ✓ equals Training",
        )
        summed = rows.total(parts, lambda numbers: terms(numbers).sum(), FORWARD)
        rows.check(parts[0].row, near([(summed, self.context.of_step(LOSS))]))
        self.by_a = rows.line(
            derivative(s, self.loss, self.a_j)
            + f" = −1/{self.ln}(b) · "
            + self.t_j
            + "/"
            + self.a_j,
            [
                -(1 / self.ln_b) * (t / guard(maximum(a, floor)))
                for t, a in zip(self.t, self.a, strict=True)
            ],
            arrays.by_activation,
            BACKWARD,
            remark=f"as a vector: −1/{self.ln}(b) · ("
            + s.matrix("t", self.layer)
            + " ⊘ "
            + s.matrix("a", self.layer)
            + ")",
        )
        rows.row += 1

    def _table(self) -> None:
        """da/dz: rows are a, columns z."""
        rows, s = self.rows, self.symbols
        slope = derivative(s, self.value, rich("z")).text
        rows.heading(f"The Jacobian {slope}: row i is an output, column j the z that moves it")
        rows.heads([s.z(self.layer, j) for j in self.units], "sum")
        self.jacobian = []
        for i in self.units:
            cells: list[Expression] = [
                self.a[i] * (1 - self.a[j]) if i == j else -self.a[i] * self.a[j]
                for j in self.units
            ]
            name = derivative(s, s.activation(self.layer, i), self.z_j)
            both = Rich((Run(f"{i + s.notation.first}j", -1),))
            formula = " = " + s.activation(self.layer, i) + " · (δ" + both + " − " + self.a_j + ")"
            remark = (
                "" if i else "δᵢⱼ is 1 where i = j, 0 elsewhere; a row sums to 0: outputs share"
            )
            found = rows.line(
                name + formula,
                cells,
                lambda numbers, i=i: arrays.jacobian(numbers)[i],  # type: ignore[misc]
                BACKWARD,
                remark=remark,
            )
            rows.total(found, lambda numbers, i=i: arrays.jacobian(numbers)[i].sum(), BACKWARD)  # type: ignore[misc]
            self.jacobian.append(found)
        for i in self.units:
            name = rich("measured: ") + s.activation(self.layer, i) + " when " + self.z_j + " moves"
            cells = [self._moved(i, j) for j in self.units]
            moved = f"central differences, each z moved by {H:g}; ✓ equals the table"
            remark = "" if i else moved
            row = rows.row
            found = rows.line(
                name,
                cells,
                lambda numbers, i=i: arrays.differences(numbers)[i],  # type: ignore[misc]
                FORWARD,
                remark=remark,
                approximate=1.0,
            )
            apart = total(
                [call("ABS", x - y) for x, y in zip(found, self.jacobian[i], strict=True)]
            )
            rows.check(row, apart <= 1e-6)
        rows.row += 1

    def _moved(self, i: int, j: int) -> Expression:
        """A central difference of a_i: z_j moved by h makes its power e^h times as large."""

        def value(h: float) -> Expression:
            above = self.powers[i] * exp(h) if i == j else self.powers[i]
            return above / (self.sum + self.powers[j] * (exp(h) - 1))

        return (value(H) - value(-H)) / (2 * Number(H))

    def _backward(self) -> None:
        """The product with the Jacobian, and what the document makes of it."""
        rows, s = self.rows, self.symbols
        rows.heading("From the Jacobian to the short form, in the steps of Sabine, 5.2.1")
        rows.heads([s.delta(self.layer, j) for j in self.units])
        vector = _spanned(self.by_a[0], self.by_a[-1])
        table = _spanned(self.jacobian[0][0], self.jacobian[-1][-1])
        a, z = s.matrix("a", self.layer), s.matrix("z", self.layer)
        by_a = derivative(s, self.loss, a)
        if not s.notation.delta_rows:  # else it is a row as it is
            by_a = self.names.whole_transposed(by_a)
        long_row = rows.row + 1
        # Looked at is the element form: LibreOffice does not tell who looks at a cell of an array.
        long = [Ref(NAME, long_row, FIRST + j) for j in self.units]
        cut = lost(self.a, self.t, lambda n: (arrays.outputs(n), arrays.targets(n)))
        product = derivative(s, self.loss, rich(self.value)).text
        cut_off = (
            "an output with a target is below e⁻¹⁰⁰, where its logarithm is cut off: the long form "
            "is no number"
        )
        rows.array(
            self.names.product(by_a, derivative(s, a, z)),
            call("MMULT", vector, table),
            (1, self.count),
            arrays.long,
            BACKWARD,
            equals=lambda _, j: long[j],
            lost=cut,
            remark=guard(
                when(cut.when, cut_off, f"the row of {product} times the table: a matrix product")
            ),
        )
        not_one = call("ABS", self.targets - 1) > NEAR
        name = derivative(s, self.loss, self.z_j) + " = "
        on_training = [self.context.of_step(DELTA, self.layer, unit=j) for j in self.units]
        for step in self._steps():
            row = rows.row
            equation = step.text if step.is_named else name + step.text
            cells = rows.line(equation, step.cells, step.values, BACKWARD, remark=step.remark)
            equal = near(list(zip(cells, on_training, strict=True)))
            if step.divides:
                write_check(rows.sheet, row, rows.mark, equal, cut)
            else:
                rows.check(row, equal, *([] if step.general else [(not_one, UNDECIDED)]))
            if step.is_short:
                short = cells
        self.general = cells
        row = rows.row
        trained = rows.line(
            "on Training",
            on_training,
            lambda numbers: numbers.now(DELTA, self.layer)[numbers.sample],
            BACKWARD.but(bold=True),
        )
        rows.check(row, near(list(zip(trained, self.general, strict=True))))
        self._say_whether(not_one)
        rows.line(
            "short form − general form",
            [one - other for one, other in zip(short, self.general, strict=True)],
            lambda numbers: arrays.short(numbers) - arrays.general(numbers),
            styles.NUMBER.but(number_format=styles.SIX),
        )
        rows.row += 1

    def _steps(self) -> list[Step]:
        names = Letters(self.t_j, self.a_j, self.t_i, self.a_i, self.target, self.value, self.ln)
        return steps(names, self.t, self.a, self.ln_b, self.targets, self.jacobian)

    def _say_whether(self, not_one: Expression) -> None:
        """Whether the short form holds today, in words."""
        words = self.context.words.of(
            replace(self.targets, symbol=rich("Σ" + self.target), signless=True)
        )
        wrong = join(
            [f"Σ{self.target} = ", words, ": the short form is wrong, the general one holds"]
        )
        right = join([f"Σ{self.target} = ", words, ": the short form holds"])
        self.rows.say(guard(when(not_one, wrong, right)))

    def _weights(self) -> None:
        """dc/dW: δ as a column times the values below as a row."""
        context, rows, s, layer = self.context, self.rows, self.symbols, self.layer
        sources = context.sizes[-2]
        if sources > MOST_UNITS:
            return
        rows.heading("And on to the weights: a column times a row")
        rows.heads([s.activation(layer - 1, k) for k in range(sources)])
        cells = [
            context.of_step(ACTIVATION, layer - 1, unit=k) if layer > 1 else context.given(INPUT, k)
            for k in range(sources)
        ]
        below = rows.line(
            "what the layer takes",
            cells,
            lambda numbers: numbers.below(layer)[numbers.sample],
            FORWARD,
        )
        for cell in below:
            head = cell.row - 1, cell.column
            context.readings.append(labelled(NAME, head, (cell.row, cell.column)))
        row = _spanned(below[0], below[-1])
        delta = [context.of_step(DELTA, layer, unit=j) for j in self.units]
        names, a = self.names, s.matrix("a", layer - 1)
        by_w = derivative(s, self.loss, names.without_biases(layer))
        by_z = s.deltas(layer, one=True)
        if s.notation.delta_rows:  # whose matrix of gradients has a unit a column
            by_w, by_z = names.whole_transposed(by_w), names.whole_transposed(by_z)
        else:
            a = names.transposed(a)
        rows.array(
            by_w + " = " + names.product(by_z, a),
            call("MMULT", call("TRANSPOSE", _spanned(self.general[0], self.general[-1])), row),
            (self.count, sources),
            lambda numbers: np.outer(arrays.general(numbers), numbers.below(layer)[numbers.sample]),
            BACKWARD,
            equals=lambda j, k: delta[j] * below[k],
            remark=f"✓ equals {s.delta_name} · {s.value_letter(layer - 1)}, element by element; a "
            f"bias’s derivative is {s.delta_name} itself",
        )


def _spanned(first: Ref, last: Ref) -> Area:
    """The cells from one to another."""
    return Area(NAME, first.row, first.column, last.row, last.column)


def _fill(context: Context) -> list[Sheet]:
    return _Panel(context).write()


SOFTMAX_JACOBIAN = SheetKind(NAME, _fill, refuses=refuses)
