"""What the sheets of a workbook do, in words and in its document's symbols."""

from __future__ import annotations

from sheetnet.expressions.rich import Rich
from sheetnet.network.sheets import gradient_check, matrices
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.matrix_names import Names


def lines(context: Context) -> list[tuple[str, Rich | str]]:
    """What a line is about, and the line."""
    found = [("numbers", _numbers(context)), ("gradients", _gradients(context))]
    if any(layer.bias for layer in context.dense):
        found.append(("biases", _biases(context)))
    if matrices.MATRICES.applies(context):
        found.append(("Matrices", _matrices(context)))
    if context.chosen:
        found.append(("drop-downs", _drop_downs(context)))
    if gradient_check.applies(context):
        found.append(("checks", _checks(context)))
    return found


def _numbers(context: Context) -> str:
    """What stands on Network and Training."""
    first = context.notation.first
    example = " Examples are counted from 1." if context.batch else ""
    return (
        f"Network and Training write every number by itself, with its index; units count from "
        f"{first}.{example}"
    )


def _gradients(context: Context) -> Rich | str:
    """Whose derivatives stand where."""
    symbols, notation = context.symbols, context.notation
    name = symbols.delta_name
    w = notation.weight_letter
    by = symbols.by_name(symbols.cost_letter) + w
    if not context.batch:
        return f"{name} and {by} are derivatives of {symbols.cost}: there is one example."
    mean = context.net.reduction.written
    text = (
        f"{name} is the derivative of one example’s loss, {by} that of the cost: the {mean} over "
        f"the {context.samples} examples."
    )
    divisor = context.net.reduction.divisor(context.samples)
    if notation.by_z and divisor != 1:
        text += (
            f" {notation.by_a} and {notation.by_z}, on Matrices, are derivatives of the cost and "
            f"have the 1/N in them: {name} = N·{notation.by_z}, with N = {divisor}."
        )
    return text


def _biases(context: Context) -> Rich | str:
    """Where biases stand, which is not the same on every sheet."""
    symbols, notation, last = context.symbols, context.notation, context.depth
    if not notation.bias_is_weight:
        return "A bias has a letter of its own; on Training biases stand behind the weights."
    own = context.dense[-1].bias
    symbol = f" {symbols.bias(last, 0)}" if own and own.axes else ""
    where = "first" if notation.bias_node_first else "last"
    return (
        f"A bias{symbol} is the weight of a 1. It stands {where} on Network and Matrices; Start "
        "and Training have all biases of a layer behind all of its weights."
    )


def _matrices(context: Context) -> Rich | str:
    """How the matrices lie."""
    notation, names = context.notation, Names(context.symbols)
    lie, turned = ("row", "column") if notation.example_rows else ("column", "row")
    of = "An example is" if context.batch else "The example is"
    text: Rich | str = f"{of} a {lie}"
    if notation.delta_rows != notation.example_rows:
        text = text + f" of A, and a {turned} of what comes back"
    text = text + ". " + names.sums(context.depth, bool(context.dense[-1].bias))
    return text + " is one array formula a matrix; ✓ compares each row of it with Training."


def _drop_downs(context: Context) -> str:
    """What is written where a drop-down on Start decides."""
    titles = [knob.title for knob in context.chosen]
    names = " and ".join(filter(None, [", ".join(titles[:-1]), titles[-1]]))
    text = f"Start’s drop-downs switch the {names}; the lines below Network’s picture say them."
    if context.net.shared_knobs:
        text += " f is the hidden activation, f′ its derivative."
    if any(hyper.choices for hyper in context.net.loss.hyper):
        text += " delta(a, t) is the derivative of the loss by the output’s z."
    return text


def _checks(context: Context) -> str:
    cost = context.symbols.cost
    return (
        f"Gradient check measures the slope of {cost} for each weight and bias, whatever the "
        "notation."
    )
