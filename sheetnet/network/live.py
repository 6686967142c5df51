"""Live choice: a network whose hidden activation, loss and optimiser drop-downs switch.

Each of the three is made of the options that it chooses among, so that layers, engine and
sheets know of no choice. The engine is told the name of an option, formulas take its number
from a cell and CHOOSE. To add an option, name it here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from sheetnet.expressions.formula import Applied, Call, Expression, call, listed
from sheetnet.network.activations import (
    ELU,
    LEAKY_RELU,
    RELU,
    SIGMOID,
    SOFTPLUS,
    TANH,
    Activation,
    elementwise,
)
from sheetnet.network.hyper import HyperParameter
from sheetnet.network.layers.base import Layer
from sheetnet.network.layers.dense import Dense
from sheetnet.network.losses import (
    BINARY_CROSS_ENTROPY,
    HALF_SQUARED_ERROR,
    SQUARED_ERROR,
    Loss,
)
from sheetnet.network.net import Net
from sheetnet.network.optimisers import ADAM, MOMENTUM, RMSPROP, SGD, Optimiser
from sheetnet.network.rules import GRADIENT
from sheetnet.network.states import State, is_signless

#: What a drop-down lists; the lesson's own comes along where it is none of these.
ACTIVATION_OPTIONS = (SIGMOID, TANH, RELU, LEAKY_RELU)
OWN_ACTIVATIONS = (*ACTIVATION_OPTIONS, ELU, SOFTPLUS)
OPTIMISER_OPTIONS = (SGD, MOMENTUM, RMSPROP, ADAM)
#: Losses of any targets, and those of targets from 0 to 1 that a sigmoid's outputs are for.
ANY_TARGETS = (HALF_SQUARED_ERROR, SQUARED_ERROR)
OF_SIGMOID = (*ANY_TARGETS, BINARY_CROSS_ENTROPY)
#: The outputs whose slope follows from the value alone, as ∂loss/∂z needs it.
OUTPUTS = ("sigmoid", "tanh", "identity")

#: The names of the drop-downs, which are keys of settings, and of the cells with their numbers.
HIDDEN_ACTIVATION = "hidden_activation"
CHOSEN_LOSS, CHOSEN_OPTIMISER = "chosen_loss", "chosen_optimiser"
CELLS = {
    HIDDEN_ACTIVATION: "activation_choice",
    CHOSEN_LOSS: "loss_choice",
    CHOSEN_OPTIMISER: "optimiser_choice",
}
#: Letters of states: those of several optimisers stand side by side.
LETTERS = {
    "velocity": "u",
    "square_average": "q",
    "square_sum": "s",
    "first_moment": "m",
    "second_moment": "v",
}

#: No z is as large.
NOWHERE = 1e9

Hyper = Mapping[str, Any]
Terms = Sequence[Expression]
Option = Activation | Loss | Optimiser
OneOf = TypeVar("OneOf")


def live(net: Net, targets: Iterable[Sequence[float]]) -> Net:
    """The network with its choices open; what it says itself is what they begin with.

    Raises `ValueError` with the field and the remedy where it leaves no choice.
    """
    if net.rule is not GRADIENT or net.layers[-1].fuses_with("step"):
        raise ValueError(
            "training.live_choices: a last layer of step units has one loss: take it out, or give "
            "that layer another activation"
        )
    loss, loss_hyper = _loss(net, targets)
    return replace(
        net,
        layers=(*_hidden(net.layers[:-1]), net.layers[-1]),
        loss=loss,
        loss_hyper=loss_hyper,
        optimiser=_optimiser(net.optimiser),
    )


def _with_own(options: tuple[OneOf, ...], own: OneOf) -> tuple[OneOf, ...]:
    return options if own in options else (*options, own)


def _choice(name: str, options: Sequence[Option], own: str, about: str) -> HyperParameter:
    defined = "; ".join(f"{each.name}: {_definition(each)}" for each in options)
    return HyperParameter(
        name,
        own,
        f"Choose {about}; all formulas follow. {defined}.",
        knob=True,
        cell_name=CELLS[name],
        shared=True,
        choices=tuple(each.name for each in options),
    )


def _definition(option: Option) -> str:
    """What is written of an option; states have other letters here than where they are alone."""
    text = option.written
    if option.name in ("momentum", "nesterov"):
        text = text.replace("v", "u")
    return text.replace("v", "q") if option.name == "rmsprop" else text


def _choose(h: Hyper, name: str, options: Iterable[Any]) -> Call:
    return call("CHOOSE", h[name], *options)


# The hidden activation


def _hidden(layers: Sequence[Layer]) -> list[Layer]:
    """The hidden layers with the chosen activation, all with the same."""
    dense = [layer for layer in layers if isinstance(layer, Dense)]
    own = {layer.activation.name: layer.activation for layer in dense}
    if len(dense) != len(layers) or len(own) > 1 or not set(own.values()) <= {*OWN_ACTIVATIONS}:
        names = ", ".join(each.name for each in OWN_ACTIVATIONS)
        raise ValueError(
            "training.live_choices: one drop-down switches the activation of all hidden layers: "
            f"let all have the same, one of {names}; or take it out"
        )
    if not own:
        return []
    [begins] = own.values()
    activation = live_activation(_with_own(ACTIVATION_OPTIONS, begins), begins)
    return [each.with_activation(activation, {HIDDEN_ACTIVATION: begins.name}) for each in dense]


def live_activation(options: tuple[Activation, ...], own: Activation) -> Activation:
    """f: one of these activations, all of which work unit by unit."""
    known = {each.name: each for each in options}

    def value(z: Any, h: Hyper) -> Any:
        return known[h[HIDDEN_ACTIVATION]].value(z, h)

    def slope(z: Any, a: Any, h: Hyper) -> Any:
        chosen = known[h[HIDDEN_ACTIVATION]].slope
        assert chosen
        return chosen(z, a, h)

    def cell(z: Expression, h: Hyper) -> Expression:
        return _choose(h, HIDDEN_ACTIVATION, [each.cell([z], 0, h) for each in options])

    def cell_slope(z: Expression, a: Expression, h: Hyper) -> Expression:
        slopes = [each.cell_slope(z, a, h) for each in options if each.cell_slope]
        return Applied("f′", z, _choose(h, HIDDEN_ACTIVATION, slopes))

    def kinks(h: Hyper) -> tuple[Any, ...]:
        """One place, which a choice without kinks has where no z comes to."""
        places = {name: (*each.kinks(h), NOWHERE)[0] for name, each in known.items()}
        chosen = h[HIDDEN_ACTIVATION]
        if isinstance(chosen, str):
            return (places[chosen],)
        return (_choose(h, HIDDEN_ACTIVATION, places.values()),)

    about = "the activation of all hidden layers"
    return elementwise(
        name="chosen",
        symbol="f",
        written="f: the activation chosen on Start",
        written_slope="f′: its derivative",
        value=value,
        slope=slope,
        cell=cell,
        cell_slope=cell_slope,
        hyper=(_choice(HIDDEN_ACTIVATION, options, own.name, about),),
        kinks=kinks,
        signless=all(each.signless for each in options),
        below_one=all(each.below_one for each in options),
        bounded=all(each.bounded for each in options),
        rising=all(each.rising for each in options),
    )


# The loss


def _loss(net: Net, targets: Iterable[Sequence[float]]) -> tuple[Loss, dict[str, Any]]:
    """The chosen loss and its hyper-parameters; the lesson's own where nothing else fits."""
    last = net.layers[-1]
    if not isinstance(last, Dense) or last.activation.name not in OUTPUTS:
        return net.loss, net.loss_hyper
    within = all(0 <= target <= 1 for row in targets for target in row)
    options = OF_SIGMOID if last.activation is SIGMOID and within else ANY_TARGETS
    return live_loss(options, net.loss, last.activation), {CHOSEN_LOSS: net.loss.name}


def live_loss(options: tuple[Loss, ...], own: Loss, output: Activation) -> Loss:
    """One of these losses, differentiated together with the output's activation.

    So δ is never 0 divided by 0. Of the activation the slope follows from its value alone, so z
    is not asked for.
    """
    known = {each.name: each for each in options}

    def at(h: Hyper) -> Loss:
        return known[h[CHOSEN_LOSS]]

    def is_fused(each: Loss) -> bool:
        return each.fused_with == output.name

    def fused(a: Any, t: Any, h: Hyper) -> Any:
        loss = at(h)
        if is_fused(loss):
            return loss.fused(a, t, h)
        return output.back(a, a, loss.gradient(a, t, h), h)

    def cell_fused(a: Terms, t: Terms, j: int, h: Hyper) -> Expression:
        assert output.cell_slope
        slope = output.cell_slope(a[j], a[j], h)
        found = [
            each.cell_fused(a, t, j, h)
            if is_fused(each)
            else each.cell_gradient(a, t, j, h) * slope
            for each in options
        ]
        return Applied("delta", listed(a[j], t[j]), _choose(h, CHOSEN_LOSS, found))

    def value_from_z(z: Any, t: Any, h: Hyper) -> Any:
        loss = at(h)
        if is_fused(loss) and loss.value_from_z:
            return loss.value_from_z(z, t, h)
        return loss.value(output.value(z, h), t, h)

    def cell_from_z(a: Terms, z: Terms, t: Terms, h: Hyper) -> Expression:
        found = [
            each.cell_from_z(a, z, t, h)
            if is_fused(each) and each.cell_from_z
            else each.cell(a, t, h)
            for each in options
        ]
        return _choose(h, CHOSEN_LOSS, found)

    bounds = [each.bounds for each in options if each.bounds]
    return Loss(
        name="chosen",
        written="the loss chosen on Start",
        value=lambda a, t, h: at(h).value(a, t, h),
        gradient=lambda a, t, h: at(h).gradient(a, t, h),
        cell=lambda a, t, h: _choose(h, CHOSEN_LOSS, [each.cell(a, t, h) for each in options]),
        cell_gradient=lambda a, t, j, h: _choose(
            h, CHOSEN_LOSS, [each.cell_gradient(a, t, j, h) for each in options]
        ),
        fused_with=output.name,
        fused=fused,
        cell_fused=cell_fused,
        value_from_z=value_from_z,
        cell_from_z=cell_from_z,
        bounds=bounds[0] if bounds else None,
        cut_off=any(each.cut_off for each in options),
        hyper=(_choice(CHOSEN_LOSS, options, own.name, "the loss of an example"),),
    )


# The optimiser


def _optimiser(own: Optimiser) -> Optimiser:
    return live_optimiser(_with_own(OPTIMISER_OPTIONS, own), own)


def live_optimiser(options: tuple[Optimiser, ...], own: Optimiser) -> Optimiser:
    """One of these optimisers. The states of all are kept, whichever moves the parameters, so a
    choice is about the whole run."""
    known = {each.name: each for each in options}
    states = {state: is_signless(state) for each in options for state in each.state}
    # The lesson's own come first: a default that several have is its.
    hyper = {one.name: one for each in (*options, own) for one in each.hyper}
    scalars = {one.key: one for each in options for one in each.scalars}

    def step(p: Any, g: Any, s: Any, h: Any, t: int) -> tuple[Any, dict[str, Any]]:
        moved, kept = p, dict[str, Any]()
        for each in options:
            found, new = each.step(p, g, s, h, t)
            kept |= new
            if each is known[h[CHOSEN_OPTIMISER]]:
                moved = found
        return moved, {state: np.asarray(kept[state]) for state in states}

    def cells_state(g: Expression, s: Any, h: Any, t: Expression) -> dict[str, Expression]:
        found: dict[str, Expression] = {}
        for each in options:
            found |= each.cells_state(g, s, h, t)
        return found

    def cells(p: Expression, g: Expression, new: Any, h: Any, t: Expression) -> Expression:
        return _choose(h, CHOSEN_OPTIMISER, [each.cells(p, g, new, h, t) for each in options])

    about = "how a step changes the weights"
    return Optimiser(
        name="the chosen optimiser",
        written="the drop-down “optimiser” says what a step is",
        step=step,
        cells=cells,
        cells_state=cells_state,
        state=tuple(State(name, LETTERS[name], signless) for name, signless in states.items()),
        hyper=(
            _choice(CHOSEN_OPTIMISER, options, own.name, about),
            *(_taken_by(one, options) for one in hyper.values()),
        ),
        scalars=tuple(scalars.values()),
        by_size=any(each.by_size for each in options),
    )


def _taken_by(hyper: HyperParameter, options: Sequence[Optimiser]) -> HyperParameter:
    """A hyper-parameter that says which of the optimisers look at it."""
    names = [each.name for each in options if hyper.name in {one.name for one in each.hyper}]
    return replace(hyper, about=f"{hyper.about}: taken by {' and '.join(names)}")


def chosen(h: Hyper) -> Activation:
    """The activation that a layer's hyper-parameters say."""
    return {each.name: each for each in OWN_ACTIVATIONS}[h[HIDDEN_ACTIVATION]]
