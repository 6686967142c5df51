"""Notation: the symbols in use, what the other documents call them, how to read an index."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sheetnet.expressions.formula import Area, Expression, Ref, call, equal, when
from sheetnet.expressions.rich import Rich, rich
from sheetnet.network.notation import NOTATIONS, Notation
from sheetnet.network.quantities import BIAS, COST
from sheetnet.network.sheets import doings
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.gradient_verdicts import PASSES, SMALL
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.network.sheets.matrix_names import Names
from sheetnet.network.sheets.slips import met
from sheetnet.network.sheets.slips.slip import H, Slip
from sheetnet.network.symbols import Symbols
from sheetnet.sheets import frame
from sheetnet.sheets.checks import FAILED, PASSED, UNDECIDED, mark_failures, write_check
from sheetnet.workbook import styles
from sheetnet.workbook.book import Told
from sheetnet.workbook.model import PrintSetup, Sheet
from sheetnet.workbook.styles import Style

NAME = "Notation"
FIRST_ROW = 5
#: The rows of symbols and of words on symbols, which are read; of all others, which are whole
#: formulas, only the layers.
_READ = """
    input target weight bias shared_bias z activation output loss cost delta example_delta gradient
    learning_rate logarithm layers indices counting hadamard batch
"""
READ = frozenset(_READ.split())
#: The part of a cost that the programs' rounding may change.
ROUNDING = 1e-14
#: Characters of a line in a document's column.
A_LINE = 35
#: Characters of a line in the columns of a slip's texts.
ROOMS = (30.0, 28.0, 27.0, 37.0)
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
    delta = "example_delta" if context.batch else "delta"
    logarithm: list[Entry] = []
    if context.net.loss.cut_off:
        logarithm = [("logarithm", "natural logarithm", lambda s: s.notation.logarithm)]
    return [
        ("input", "first input", lambda s: s.input(0)),
        ("target", "first target", lambda s: s.target(0)),
        ("weight", "a weight of the output layer", lambda s: s.weight(last, 0, source)),
        *_bias(context),
        ("z", "pre-activation (the sum)", lambda s: s.z(last, 0)),
        *_hidden(context),
        ("output", "value of the output layer", lambda s: s.activation(last, 0)),
        *_losses(context, cost),
        (delta, "derivative of the loss by z", lambda s: s.delta(last, 0)),
        ("gradient", "gradient of a weight", lambda s: s.by(s.weight(last, 0, source))),
        ("learning_rate", "learning rate", lambda s: s.learning_rate),
        *logarithm,
        ("layers", "the layers", _layers),
        ("indices", "indices of a weight", lambda s: _indices(s.notation)),
        ("counting", "units count from", lambda s: str(s.notation.first)),
        *_matrices(context),
    ]


def _hidden(context: Context) -> list[Entry]:
    if context.depth == 1:
        return []
    last = context.depth - 1
    return [("activation", "activation (the value)", lambda s: s.activation(last, 0))]


def _losses(context: Context, cost: str) -> list[Entry]:
    """Loss and cost, which are one number where there is one example."""
    if not context.apart:
        return [("cost", "cost: the loss of the example", lambda s: s.cost)]
    penalty = " and the penalty" * bool(context.net.penalties)
    return [
        ("loss", "loss of one example", lambda s: s.loss),
        ("cost", f"cost: {cost} of the losses{penalty}", lambda s: s.cost),
    ]


def _layers(symbols: Symbols) -> str:
    return ", ".join(symbols.layer_label(layer) for layer in range(symbols.last + 1))


def _indices(notation: Notation) -> str:
    return "source, unit" if notation.source_first else "unit, source"


def _matrices(context: Context) -> list[Entry]:
    """The same network in matrices: products in the document's order."""
    if not context.dense:
        return []
    last, net = context.depth, context.net
    biased = bool(context.dense[-1].bias)
    functions = [layer.activation.symbol for layer in context.dense]

    def error(s: Symbols) -> Rich:
        return Names(s).output(net)

    found: list[Entry] = [
        ("hadamard", "product element by element", lambda s: s.notation.hadamard),
        *_quotient(context),
        ("transpose", "a matrix transposed", lambda s: Names(s).transposed(s.matrix("W", last))),
        ("vectors", "the values of a layer", lambda s: Names(s).values(last - 1, biased)),
        (
            "matrix",
            "the sums of the output layer",
            lambda s: Names(s).sums(last, biased, functions[-1]),
        ),
        ("error", "from the cost back to the outputs", error),
    ]
    if not context.dense[-1].activation.cell_slope:
        by_jacobian = "through the activation, one example"
        found.append(("jacobian", by_jacobian, lambda s: Names(s).by_jacobian(last)))
    elif not net.is_fused(last):
        found.append(
            ("back", "through the activation", lambda s: Names(s).through(last, functions[-1]))
        )
    if last > 1:
        found.append(
            (
                "taken_back",
                "back to the layer below",
                lambda s: Names(s).back(last - 1, functions[-2]),
            )
        )
    found.append(
        (
            "matrix_gradient",
            "gradient of the weights",
            lambda s: Names(s).gradient(last, biased) + _made_of(context, Names(s)),
        )
    )
    if context.batch:
        found.append(("batch", "several examples", _batch))
    return found


def _made_of(context: Context, names: Names) -> str:
    """What is made of the examples' gradients, where that is not in δ already."""
    count = context.net.learns_from or context.samples
    alone = count == 1 or names.of_cost
    return "" if alone else f": {context.net.reduction.written} of {count}"


def _quotient(context: Context) -> list[Entry]:
    """⊘, which a loss with a logarithm leads to where its slope stands by itself."""
    if context.dense[-1].activation.cell_slope or not context.net.loss.cut_off:
        return []
    return [("quotient", "quotient element by element", lambda s: "⊘")]


def _batch(symbols: Symbols) -> Rich:
    lie = "rows" if symbols.notation.example_rows else "columns"
    return f"{lie} of " + symbols.matrix("A", 0)


def _fill(context: Context) -> list[Sheet]:
    """The sheet, the lesson's document in the first column."""
    sheet = Sheet(NAME, "the symbols, here and in the other documents", labels=False)
    sheet.tab_colour, sheet.freeze, sheet.cursor = styles.PALE, (FIRST_ROW, 3), (FIRST_ROW, 2)
    sheet.print_setup = PrintSetup(fit_height=1)
    frame.head(
        sheet, title="Notation", hint="how this workbook’s document writes things, and the others"
    )
    own = context.notation
    ordered = [own, *(n for n in NOTATIONS.values() if n is not own)]
    sheet.widths |= {1: 2.5, 2: 34} | dict.fromkeys(range(3, 3 + len(ordered)), 33)
    frame.banner(sheet, 10)
    head = styles.LABEL.but(bold=True, wrap=True, borders="b", border_colour=styles.RULE)
    sheet.put(FIRST_ROW - 1, 2, "quantity", head)
    sheet.heights[FIRST_ROW - 1] = 44
    for column, notation in enumerate(ordered, 3):
        mine = notation is own
        look = _apart(head.but(colour=styles.INK) if mine else head, column)
        title = notation.document + (" (this workbook)" if mine else "")
        sheet.put(FIRST_ROW - 1, column, title, look)
    row = FIRST_ROW
    starred: list[tuple[str, str]] = []
    for quantity, name, write in _entries(context):
        sheet.put(row, 2, name, styles.LABEL)
        sheet.heights[row] = 20
        for column, notation in enumerate(ordered, 3):
            look = _apart(styles.SYMBOL.but(horizontal="left", size=12), column)
            written = rich(write(Symbols(notation, context.sizes, context.samples, context.apart)))
            if notation is own:
                look = look.but(fill=styles.GREY_FILL)  # not bold, which means a vector
            if quantity in notation.missing:
                written = written + " *"
                starred.append((name, quantity))
            sheet.put(row, column, written, look)
        columns = {notation.key: column for column, notation in enumerate(ordered, 3)}
        context.told.append(Told(NAME, row, quantity if quantity in READ else "formula", columns))
        row += 1
    row = _missing(sheet, row, ordered, starred)
    row = _doing(context, sheet, row + 1) + 1
    row = _reading(context, sheet, row + 1) + 2
    if context.dense:  # the documents know no other layers
        _slips(context, sheet, row)
    return [sheet]


NOTATION = SheetKind(NAME, _fill)


def _apart(look: Style, column: int) -> Style:
    """Texts of a column that do not begin where those of the column before it end."""
    return look.but(horizontal="left", indent=1) if column > 3 else look


def _missing(
    sheet: Sheet, row: int, ordered: Sequence[Notation], starred: Sequence[tuple[str, str]]
) -> int:
    """Why a symbol was taken that its document does not have; returns the next free row."""
    if not starred:
        return row
    text = "* The document has no symbol of its own for this; the most usual one is taken:"
    sheet.put(row, 2, text, styles.HINT)
    for name, quantity in dict.fromkeys(starred):
        row += 1
        look = styles.HINT.but(wrap=True, vertical="top")
        sheet.put(row, 2, name, look)
        longest = 0
        for column, notation in enumerate(ordered, 3):
            if quantity in notation.missing:
                sheet.put(row, column, notation.missing[quantity], _apart(look, column))
                longest = max(longest, len(notation.missing[quantity]))
        sheet.heights[row] = 12.0 * (1 + longest // A_LINE) + 4
    return row + 1


def _doing(context: Context, sheet: Sheet, row: int) -> int:
    """What the sheets of this workbook do, in its document's symbols; returns the last row."""
    sheet.put(row, 2, "What the sheets of this workbook do", styles.HEADING)
    sheet.fill(row, 2, row, 10, styles.HEADING)
    sheet.heights[row] = 22
    for name, text in doings.lines(context):
        row += 1
        sheet.put(row, 2, name, styles.LABEL)
        sheet.put(row, 3, text, styles.PLAIN.but(wrap=True))
        sheet.merge(row, 3, row, 6)
        sheet.heights[row] = 15.0 * (1 + len(rich(text).text) // 125) + 3
    return row


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
        context.told.append(Told(NAME, row, "index", {"symbol": 2, "text": 3}))
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
        look = head.but(horizontal="right") if column > 6 else _apart(head, column)
        sheet.put(row, column, title or None, look)
    sheet.widths |= {7: 10.0, 8: 10.0, 9: 10.0, 10: 9.0}
    prose = styles.PLAIN.but(wrap=True)
    for slip, proof in slips:
        row += 1
        sheet.heights[row] = _height(slip)
        for column, text in enumerate((slip.where, slip.printed, slip.right), 2):
            look = prose.but(colour=styles.GREY) if column == 2 else _apart(prose, column)
            sheet.put(row, column, text, look)
        look = prose.but(colour=styles.GREY, italic=True)
        sheet.put(row, 5, slip.shown, _apart(look, 5))
        sheet.merge(row, 5, row, 6)
        columns = {"printed": 3, "right": 4, "shown": 5, "number printed": 7, "number right": 8}
        context.told.append(Told(NAME, row, "slip", columns))
        values = (proof.printed, proof.right, proof.measured)
        for column, (value, claim) in enumerate(values, 7):
            decimals = "0" if proof.counts else styles.SIX if proof.fine else styles.FOUR
            look = styles.NUMBER.but(number_format=decimals)
            blur = 0.0 if proof.fine else proof.size
            sheet.put(row, column, value, look, claim=claim, approximate=blur)
        right, measured = (Ref(NAME, row, column) for column in (8, 9))
        near, size = 1e-6, 1 + call("ABS", measured)
        if proof.verdict:  # as near as Gradient check asks for
            near, size = PASSES, SMALL + call("ABS", right) + call("ABS", measured)
        within = near * size
        if not (proof.verdict or proof.counts or proof.fine):
            # What rounding leaves of a difference of large costs.
            within = within + ROUNDING / H * context.of_step(COST)
        _write_mark(sheet, row, call("ABS", right - measured) <= within, proof.verdict)


def _write_mark(sheet: Sheet, row: int, near: Expression, verdict: Ref | None) -> None:
    """✓ where what is right is what is measured; where Gradient check decides nothing, no more."""
    if verdict is None:
        write_check(sheet, row, 10, near)
        return
    other = when(equal(verdict, PASSED), FAILED, UNDECIDED[0])
    passes = (PASSED, UNDECIDED[0])
    sheet.put(row, 10, when(near, PASSED, other), styles.CHECK, passes=passes)
    mark_failures(sheet, Area(NAME, row, 10, row, 10))


def _height(slip: Slip) -> float:
    """As many lines as the longest of its texts takes in its column."""
    texts = (slip.where, slip.printed, slip.right, slip.shown)
    longest = max(len(rich(text).text) / room for text, room in zip(texts, ROOMS, strict=True))
    return 17.0 if longest <= 1 else 4 + 13.0 * (1 + int(longest))
