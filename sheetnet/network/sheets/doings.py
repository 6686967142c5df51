"""What the sheets of a workbook do, in words and in its document's symbols."""

from __future__ import annotations

from sheetnet.expressions.rich import Rich, rich, typed
from sheetnet.network.sheets import gradient_check, matrices
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.matrix_names import Names


def lines(context: Context) -> list[tuple[str, Rich | str]]:
    """What a line is about, and the line."""
    found = [("numbers", _numbers(context)), ("gradients", _gradients(context))]
    found += _raised(context)
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
    where = "Network and Training write" if context.drawable else "Training writes"
    maps = "" if context.drawable else ", Network has them as maps, a row a unit"
    return (
        f"{where} every number by itself, with its index{maps}; units count from {first}.{example}"
    )


def _raised(context: Context) -> list[tuple[str, Rich | str]]:
    """How a layer's label is raised in texts that change, where no letter is like it."""
    symbol = context.symbols.weight(context.depth, 0, 0)
    text = str(symbol)
    if typed(text) == text:
        return []
    why = "no program raises a part of such a text."
    return [("changing texts", symbol + f" is written {text} in a text that changes: {why}")]


def _gradients(context: Context) -> Rich | str:
    """Whose derivatives stand where."""
    symbols, notation = context.symbols, context.notation
    name = symbols.delta_name
    w = notation.weight_letter
    by = symbols.by_name(symbols.cost_letter) + w
    if not context.batch:
        return f"{name} and {by} are derivatives of {symbols.cost}: there is one example."
    text = f"{name} is the derivative of one example’s loss, {by} "
    if context.net.learns_from:
        of = "of the example that the step learns from"
        return f"{text}the gradient of a step: that {of}, not the mean over all."
    mean = context.net.reduction.written
    text += f"that of the cost: the {mean} over the {context.samples} examples."
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
    symbol = " " + symbols.bias(last, 0) if own and own.axes else ""
    where = "first" if notation.bias_node_first else "last"
    in_matrices = matrices.MATRICES.applies(context)
    sheets = ["Network"] * context.drawable + ["Matrices"] * in_matrices
    stands = f"It stands {where} on {' and '.join(sheets)}; " if sheets else ""
    return (
        "A bias"
        + rich(symbol)
        + f" is the weight of a 1. {stands}Start and Training have all biases of a layer behind "
        "all of its weights."
    )


def _matrices(context: Context) -> Rich | str:
    """How the matrices lie."""
    notation, names, own = context.notation, Names(context.symbols), context.dense[-1]
    lie, turned = ("row", "column") if notation.example_rows else ("column", "row")
    of = "An example is" if context.batch else "The example is"
    text: Rich | str = f"{of} a {lie}"
    if notation.delta_rows != notation.example_rows:
        text = text + f" of A, and a {turned} of what comes back"
    text = text + ". " + names.sums(context.depth, bool(own.bias), own.activation.symbol)
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
