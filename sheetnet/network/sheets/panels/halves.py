"""What ½ and 1/n are for: four squared errors, their derivatives, and one and the same step."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sheetnet.expressions.formula import Expression, Number, Ref, call, square, total
from sheetnet.expressions.rich import rich
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION
from sheetnet.network.sheets.panels.beside import EQUATION, NUMBERS, RIGHT, SYMBOL, Beside
from sheetnet.network.sheets.panels.rows import check, derivative, indexed
from sheetnet.network.telling import RIGHT_SIDE
from sheetnet.workbook import styles
from sheetnet.workbook.book import Told
from sheetnet.workbook.styles import BACKWARD, FORWARD, UPDATE

#: By how much an output is moved.
H = 1e-4
FACTOR, LOSS, SLOPE, MEASURED, MARK, RATE = (
    RIGHT,
    RIGHT + 1,
    RIGHT + 2,
    RIGHT + 3,
    RIGHT + 4,
    RIGHT + 5,
)


def write(sheet: Beside, outputs: Sequence[Ref], targets: Sequence[Ref]) -> None:
    """A row for each form, written under what stands on the sheet."""
    context, s, book = sheet.context, sheet.symbols, sheet.sheet
    count, depth = len(outputs), context.depth
    loss = s.loss_letter
    sheet.section("What ½ and 1/n are for: four squared errors of these outputs")
    first = derivative(s, loss, s.activation(depth, 0))
    a, t = indexed(s.activation(depth, 0), "j"), indexed(s.target(0), "j")
    squares = "Σ(" + t + " − " + a + ")²"
    head = styles.LABEL.but(bold=True, horizontal="center")
    for column, text in (
        (FACTOR, rich("factor")),
        (LOSS, rich(loss)),
        (SLOPE, first),
        (MEASURED, rich("measured")),
        (RATE, s.learning_rate + " for the same step"),
    ):
        book.put(sheet.row, column, text, head)
    sheet.row += 1
    own = {"half_squared_error": 0.5, "squared_error": 1.0}[context.net.loss.name]
    forms: list[tuple[str, str, Expression, float, str]] = [
        ("½", "½ takes the 2 of the derivative away", Number(0.5), 0.5, ""),
        ("", "the plain sum: a 2 stays in the derivative", Number(1), 1.0, "2 · "),
        (
            "1/n · ",
            "the mean over the n outputs: smaller slopes",
            1 / Number(count),
            1 / count,
            "2/n · ",
        ),
        ("1/(2n) · ", "both", 1 / (2 * Number(count)), 0.5 / count, "1/n · "),
    ]
    # The lesson's own first, ½ or none: it is what the heads are of.
    if own != forms[0][3]:
        forms[:2] = forms[1::-1]
    for before, remark, factor, size, left in forms:
        row = sheet.row
        book.put(
            row,
            SYMBOL,
            rich(loss) + " = " + before + squares,
            styles.SYMBOL.but(horizontal="left", size=12),
        )
        slope_text = first + " = " + left + "(" + s.activation(depth, 0) + " − " + s.target(0) + ")"
        book.put(row, EQUATION, slope_text, styles.SYMBOL.but(horizontal="left"))
        for equation, number in ((SYMBOL, LOSS), (EQUATION, SLOPE)):
            columns = {"text": equation, "number": number}
            context.told.append(Told(sheet.name, row, RIGHT_SIDE, columns))
        book.put(row, NUMBERS, remark, styles.HINT)
        book.put(row, FACTOR, factor, styles.NUMBER, claim=size)
        held = Ref(sheet.name, row, FACTOR)
        _fill(sheet, row, held, size, outputs, targets)
        rate = context.hyper["learning_rate"] * own / held
        look = UPDATE.but(number_format=styles.FOUR, horizontal="center")
        book.put(row, RATE, rate, look, claim=_rate(own / size))
        sheet.row += 1
    sheet.say(
        "All four are least at the same weights. The factor only makes every gradient larger or "
        "smaller, and another learning rate makes up for it: with the one in the last column each "
        "form takes the very same step."
    )
    sheet.right = max(sheet.right, RATE + 2)


def _rate(ratio: float) -> Callable[[Numbers], float]:
    return lambda numbers: numbers.hyper["learning_rate"] * ratio


def _fill(
    sheet: Beside,
    row: int,
    factor: Ref,
    size: float,
    outputs: Sequence[Ref],
    targets: Sequence[Ref],
) -> None:
    """The loss, its slope by the first output, the same as a central difference."""
    book, depth = sheet.sheet, sheet.context.depth

    def both(numbers: Numbers) -> tuple[float, float, float]:
        a, t = numbers.now(ACTIVATION, depth)[numbers.sample], numbers.targets[numbers.sample]
        moved = [((a[0] + by - t[0]) ** 2) for by in (H, -H)]
        slope = 2 * size * (a[0] - t[0])
        return float(size * ((a - t) ** 2).sum()), slope, size * (moved[0] - moved[1]) / (2 * H)

    squares = [square(t - a) for a, t in zip(outputs, targets, strict=True)]
    look = BACKWARD.but(horizontal="center")
    book.put(
        row,
        LOSS,
        factor * total(squares),
        FORWARD.but(horizontal="center"),
        claim=lambda n: both(n)[0],
    )
    book.put(row, SLOPE, 2 * factor * (outputs[0] - targets[0]), look, claim=lambda n: both(n)[1])

    def moved(by: float) -> Expression:
        """What moves of the loss: a large square of another output would hide it."""
        return factor * square(targets[0] - (outputs[0] + Number(by)))

    measured = (moved(H) - moved(-H)) / (2 * Number(H))
    book.put(row, MEASURED, measured, look, claim=lambda n: both(n)[2], approximate=1.0)
    one, other = Ref(sheet.name, row, SLOPE), Ref(sheet.name, row, MEASURED)
    check(book, row, MARK, call("ABS", one - other) <= 1e-6 * (1 + call("ABS", one)))
