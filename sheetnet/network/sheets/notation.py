"""Notation: the symbols in use, what the other documents call them, how to read an index."""

from __future__ import annotations

from collections.abc import Callable

from sheetnet.expressions.formula import Area, Expression, Ref, call, equal, when
from sheetnet.expressions.rich import Rich, rich
from sheetnet.network.notation import NOTATIONS, Notation, Symbols
from sheetnet.network.quantities import BIAS
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.slips import met
from sheetnet.sheets import frame
from sheetnet.sheets.checks import FAILED, PASSED, UNDECIDED, mark_failures, write_check
from sheetnet.workbook import styles
from sheetnet.workbook.model import PrintSetup, Sheet

NAME = "Notation"
FIRST_ROW = 5
#: Quantity (as `Notation.missing` names it), its name for people, how a document writes it.
Entry = tuple[str, str, Callable[[Symbols], Rich | str]]


def _bias(context: Context) -> list[Entry]:
    """The bias of the output layer, if it has one."""
    last = context.depth
    own = context.dense[-1].bias if context.dense else BIAS
    if own is None:
        return []
    if not own.axes:
        return [("shared_bias", "the bias of the output layer", lambda s: s.shared_bias(last))]
    return [("bias", "a bias of the output layer", lambda s: s.bias(last, 0))]


def _entries(context: Context) -> list[Entry]:
    last, cost = context.depth, context.net.reduction.written
    source = context.sizes[last - 1] - 1
    return [
        ("input", "first input", lambda s: s.input(0)),
        ("target", "first target", lambda s: s.target(0)),
        ("weight", "a weight of the output layer", lambda s: s.weight(last, 0, source)),
        *_bias(context),
        ("z", "pre-activation (the sum)", lambda s: s.z(last, 0)),
        ("activation", "activation (the value)", lambda s: s.activation(last, 0)),
        ("loss", "loss of one example", lambda s: s.loss),
        ("cost", f"cost: {cost} of the losses", lambda s: s.cost),
        ("delta", "δ: derivative of the loss by z", lambda s: s.delta(last, 0)),
        ("gradient", "gradient of a weight", lambda s: s.by(s.weight(last, 0, source))),
        ("learning_rate", "learning rate", lambda s: s.learning_rate),
        ("hadamard", "product element by element", lambda s: s.notation.hadamard),
        ("layers", "the layers", _layers),
        ("indices", "indices of a weight", lambda s: _indices(s.notation)),
        ("counting", "units count from", lambda s: str(s.notation.first)),
        ("matrix", "a layer in matrices", lambda s: _matrices(s)),
    ]


def _layers(symbols: Symbols) -> str:
    return ", ".join(symbols.layer_label(layer) for layer in range(symbols.last + 1))


def _indices(notation: Notation) -> str:
    return "source, unit" if notation.source_first else "unit, source"


def _matrices(symbols: Symbols) -> Rich:
    last = symbols.last
    z, w, a = (symbols.matrix(*of) for of in (("Z", last), ("W", last), ("A", last - 1)))
    product = a + " " + w if symbols.notation.example_rows else w + " " + a
    return z + " = " + product + ("" if symbols.notation.bias_in_matrix else " + b")


def _fill(context: Context) -> list[Sheet]:
    """The sheet, the lesson's document in the first column."""
    sheet = Sheet(NAME, "the symbols, here and in the other documents")
    sheet.tab_colour, sheet.freeze, sheet.cursor = styles.PALE, (FIRST_ROW, 3), (FIRST_ROW, 2)
    sheet.print_setup = PrintSetup(fit_height=1)
    frame.head(sheet, "Notation", "how this workbook’s document writes things, and the others")
    own = context.notation
    ordered = [own, *(n for n in NOTATIONS.values() if n is not own)]
    sheet.widths |= {1: 2.5, 2: 30} | dict.fromkeys(range(3, 3 + len(ordered)), 30)
    frame.banner(sheet, 10)
    head = styles.LABEL.but(bold=True, wrap=True, borders="b", border_colour=styles.RULE)
    sheet.put(FIRST_ROW - 1, 2, "quantity", head)
    sheet.heights[FIRST_ROW - 1] = 44
    for column, notation in enumerate(ordered, 3):
        mine = notation is own
        look = head.but(colour=styles.INK) if mine else head
        title = notation.document + (" (this workbook)" if mine else "")
        sheet.put(FIRST_ROW - 1, column, title, look)
    row = FIRST_ROW
    gaps = False
    for quantity, name, write in _entries(context):
        sheet.put(row, 2, name, styles.LABEL)
        sheet.heights[row] = 20
        for column, notation in enumerate(ordered, 3):
            look = styles.SYMBOL.but(horizontal="left", size=12)
            written = rich(write(Symbols(notation, context.sizes)))
            if notation is own:
                look = look.but(fill=styles.GREY_FILL, bold=True)
            if quantity in (*notation.missing, "shared_bias"):
                written, gaps = written + " *", True
            sheet.put(row, column, written, look)
        row += 1
    if gaps:
        text = "* The document has no symbol of its own for this; this is the most usual one."
        sheet.put(row, 2, text, styles.HINT)
        row += 1
    row = _reading(context, sheet, row + 1) + 2
    if context.dense:  # the documents know no other layers
        _slips(context, sheet, row)
    return [sheet]


NOTATION = SheetKind(NAME, _fill)


def _reading(context: Context, sheet: Sheet, row: int) -> int:
    """How to read an index, on a weight and a bias of this network; returns the last row."""
    symbols, first = context.symbols, context.notation.first
    last = context.depth
    source, unit = context.sizes[last - 1] - 1, context.sizes[last] - 1
    sheet.put(row, 2, "How to read an index", styles.HEADING)
    sheet.fill(row, 2, row, 10, styles.HEADING)
    sheet.heights[row] = 22
    to, of = symbols.layer(last), symbols.layer(last - 1)
    lines: list[tuple[Rich, str]] = [
        (
            symbols.weight(last, unit, source),
            f"the weight from unit {source + first} of the {of} to unit {unit + first} of the {to}",
        ),
        *_bias_read(context, unit, to),
        (
            symbols.activation(last, unit),
            f"the value of unit {unit + first} of the {to}; units count from {first}",
        ),
    ]
    for symbol, text in lines:
        row += 1
        sheet.put(row, 2, symbol, styles.SYMBOL.but(size=12))
        sheet.put(row, 3, text)
        sheet.heights[row] = 20
    return row


def _bias_read(context: Context, unit: int, to: str) -> list[tuple[Rich, str]]:
    """How to read a bias of the output layer, if it has one."""
    symbols, notation, last = context.symbols, context.notation, context.depth
    own = context.dense[-1].bias if context.dense else BIAS
    if own is None:
        return []
    if not own.axes:
        return [(symbols.shared_bias(last), f"the one bias of all units of the {to}")]
    text = f"the bias of unit {unit + notation.first} of the {to}"
    if notation.bias_is_weight:
        text += ": the weight from a node whose value is always 1"
    return [(symbols.bias(last, unit), text)]


def _slips(context: Context, sheet: Sheet, row: int) -> None:
    """The document's slips: what is printed, what is right, and a number that decides."""
    slips = met(context)
    if not slips:
        return
    sheet.put(row, 2, "Slips in the document, each with a live proof", styles.HEADING)
    sheet.fill(row, 2, row, 10, styles.HEADING)
    sheet.heights[row] = 22
    row += 1
    titles = ["where", "printed", "right", "shown on", "", "printed", "right", "measured", "right?"]
    head = styles.LABEL.but(bold=True)
    for column, title in enumerate(titles, 2):
        sheet.put(row, column, title or None, head.but(horizontal="right" if column > 6 else None))
    sheet.widths |= {7: 10.0, 8: 10.0, 9: 10.0, 10: 8.0}
    prose = styles.PLAIN.but(wrap=True)
    for slip, proof in slips:
        row += 1
        sheet.heights[row] = 30
        for column, text in enumerate((slip.where, slip.printed, slip.right), 2):
            look = prose.but(colour=styles.GREY) if column == 2 else prose
            sheet.put(row, column, text, look)
        sheet.put(row, 5, slip.shown, prose.but(colour=styles.GREY, italic=True))
        sheet.merge(row, 5, row, 6)
        values = (proof.printed, proof.right, proof.measured)
        for column, (value, claim) in enumerate(values, 7):
            look = styles.NUMBER.but(number_format="0") if proof.counts else styles.NUMBER
            sheet.put(row, column, value, look, claim=claim, approximate=proof.size)
        right, measured = (Ref(NAME, row, column) for column in (8, 9))
        size = 1 + call("ABS", measured)
        _write_mark(sheet, row, call("ABS", right - measured) <= 1e-6 * size, proof.verdict)


def _write_mark(sheet: Sheet, row: int, near: Expression, verdict: Ref | None) -> None:
    """✓ where what is right is what is measured; where Gradient check decides nothing, no more."""
    if verdict is None:
        write_check(sheet, row, 10, near)
        return
    other = when(equal(verdict, PASSED), FAILED, UNDECIDED[0])
    passes = (PASSED, UNDECIDED[0])
    sheet.put(row, 10, when(near, PASSED, other), styles.CHECK, passes=passes)
    mark_failures(sheet, Area(NAME, row, 10, row, 10))
