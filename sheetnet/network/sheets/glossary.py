"""What the words mean that a learner meets on Start, a sentence each."""

from __future__ import annotations

from sheetnet.network.live import OUTPUTS
from sheetnet.network.sheets import gradient_check
from sheetnet.network.sheets.context import Context


def cost(context: Context) -> str:
    of = f": the {context.net.reduction.written} of the examples’ losses" if context.batch else ""
    if context.net.penalties:
        of = f"{of or ': the loss'}, and a penalty for large weights"
    return (
        f"The cost {context.symbols.cost} says in one number how far the outputs are from the "
        f"targets{of}; training makes it smaller."
    )


def gradient(context: Context) -> str:
    of = "the cost"
    if context.net.learns_from:
        of = "the loss of the example that the step learns from"
    return (
        f"The gradient of a weight says how {of} changes when the weight grows a little, per "
        "unit of weight; training moves every weight the other way."
    )


def delta(context: Context) -> str:
    of = "the loss of one example" if context.apart else "the cost"
    name = context.symbols.delta_name
    called = f"{name} (delta)" if name == "δ" else name
    is_that = "is that weight’s gradient"
    if context.batch and not context.net.learns_from:
        mean = context.net.reduction.written
        is_that = f"is one example’s part of that weight’s gradient, the {mean} of all parts"
    if context.net.penalties:
        is_that += ", but for what the penalty adds"
    return (
        f"{called} of a neuron says how {of} changes when the neuron’s weighted sum grows a "
        f"little; {name} times what a weight takes in {is_that}."
    )


def check() -> str:
    return (
        "The gradient check moves one weight a little up and down, measures the slope of the cost "
        "between the two, and compares it with the gradient."
    )


def tick(context: Context) -> str:
    where = ["on Network what stands there and Training"] if context.drawable else []
    if gradient_check.applies(context):
        where.append("on Gradient check the gradient and the measured slope")
    pairs = f" ({', '.join(where)})" if where else ""
    return f"✓ says that two ways of computing a number agree{pairs}; a red ✗ that they do not."


def fixed_loss(context: Context) -> str:
    """Why a lesson whose other choices are live has no drop-down of losses; "" where it has."""
    last, switched = context.dense[-1:], any(h.choices for h in context.net.loss.hyper)
    if not context.lesson.training.live_choices or switched or not last:
        return ""
    activation, loss = last[0].activation, context.net.loss
    why = f"it can be switched where the outputs are {' or '.join(OUTPUTS)}, not {activation.name}"
    if loss.fused_with == activation.name:
        why = (
            f"{activation.name} makes the outputs probabilities that add up to 1, and "
            f"{loss.name.replace('_', ' ')} is the loss for these"
        )
    return f"The loss has no drop-down here: {why}."


def lines(context: Context) -> list[str]:
    """The sentences, in the order in which the words are met."""
    fixed = fixed_loss(context)
    checked = [check()] if gradient_check.applies(context) else []
    said = [cost(context), *[fixed] * bool(fixed), gradient(context), delta(context)]
    return [*said, *checked, tick(context)]
