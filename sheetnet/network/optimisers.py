"""The optimisers: how a step changes the parameters. Names and definitions are PyTorch's.

To add one, write one `Optimiser` and put it into `OPTIMISERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sheetnet.expressions.formula import Expression
from sheetnet.network.hyper import HyperParameter

Arrays = Mapping[str, Any]
Cells = Mapping[str, Expression]


@dataclass(frozen=True)
class Optimiser:
    """One update of a parameter p with its gradient g.

    `state` names the numbers that it keeps for each parameter, 0 before the first update.
    `step(p, g, s, h, t)` gives the parameter and its state after update number t, from
    arrays of any shape; s is the state before, h the hyper-parameters, `learning_rate` among
    them. `cells_state(g, s, h, t)` are the formulas of the new state, `cells(p, g, new, h, t)`
    is that of the parameter, in which `new` is the new state's cells.
    """

    name: str
    written: str
    step: Callable[[Any, Any, Arrays, Mapping[str, float], int], tuple[Any, dict[str, Any]]]
    cells: Callable[[Expression, Expression, Cells, Cells, Expression], Expression]
    cells_state: Callable[[Expression, Cells, Cells, Expression], dict[str, Expression]] = (
        lambda g, s, h, t: {}
    )
    state: tuple[str, ...] = ()
    hyper: tuple[HyperParameter, ...] = ()


SGD = Optimiser(
    name="sgd",
    written="new w = w − η·gradient",
    step=lambda p, g, s, h, t: (p - h["learning_rate"] * g, {}),
    cells=lambda p, g, new, h, t: p - h["learning_rate"] * g,
)


def _momentum(
    p: Any, g: Any, s: Arrays, h: Mapping[str, float], _: int
) -> tuple[Any, dict[str, Any]]:
    velocity = h["momentum"] * s["velocity"] + g
    return p - h["learning_rate"] * velocity, {"velocity": velocity}


#: torch.optim.SGD with momentum and neither dampening nor Nesterov.
MOMENTUM = Optimiser(
    name="momentum",
    written="v = µ·v + gradient, new w = w − η·v",
    step=_momentum,
    cells=lambda p, g, new, h, t: p - h["learning_rate"] * new["velocity"],
    cells_state=lambda g, s, h, t: {"velocity": h["momentum"] * s["velocity"] + g},
    state=("velocity",),
    hyper=(
        HyperParameter(
            "momentum",
            0.9,
            "how much of the last step's velocity stays",
            low=0.0,
            high=1.0,
            symbol="µ",
        ),
    ),
)

OPTIMISERS: dict[str, Optimiser] = {optimiser.name: optimiser for optimiser in (SGD, MOMENTUM)}
