"""Which networks panels can show that write a line for every weight."""

from __future__ import annotations

from sheetnet.network.layers.dense import Dense
from sheetnet.network.lesson import Lesson
from sheetnet.network.losses import HALF_SQUARED_ERROR, SQUARED_ERROR

#: A line for every weight is to be read.
MOST_UNITS, MOST_WEIGHTS = 5, 60


def penalised(lesson: Lesson) -> str:
    """The same for what writes gradients of the losses alone."""
    if not lesson.net.penalties:
        return ""
    names = " and ".join(f"training.{each.penalty.hyper.name}" for each in lesson.net.penalties)
    return (
        f"shows gradients of the losses alone, and {names} adds to them: take that out, or the "
        "panel"
    )


def unit_by_unit(lesson: Lesson) -> str:
    """What keeps a lesson from having only small dense layers that work unit by unit, and the
    remedy; an empty text where nothing does."""
    net = lesson.net
    if found := penalised(lesson):
        return found
    for i, layer in enumerate(net.layers):
        if not isinstance(layer, Dense) or layer.activation.cell_slope is None:
            return (
                f"shows layers that work unit by unit, and network.layers[{i}] does not: choose "
                "another activation, or take the panel out"
            )
        if layer.bias is not None and not layer.bias.axes:
            return (
                f"shows a bias for each unit, and network.layers[{i}] has one for all: take "
                "shared_bias out, or the panel"
            )
    weights = sum(one * other for one, other in zip(net.sizes, net.sizes[1:], strict=False))
    if max(net.sizes) > MOST_UNITS or weights > MOST_WEIGHTS:
        return (
            f"has a line for every weight, of up to {MOST_UNITS} units a layer and {MOST_WEIGHTS} "
            "weights: make the network smaller, or take the panel out"
        )
    return ""


def squared(lesson: Lesson) -> str:
    """The same, of a lesson with a squared error."""
    if lesson.net.loss not in (HALF_SQUARED_ERROR, SQUARED_ERROR):
        return (
            "shows a squared error: set network.loss to half_squared_error, or take the panel out"
        )
    return unit_by_unit(lesson)
