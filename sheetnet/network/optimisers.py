"""The optimisers: how a step changes the parameters. Names and definitions are PyTorch's.

To add one, write one `Optimiser` and put it into `OPTIMISERS`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sheetnet.expressions.formula import Expression, call, square
from sheetnet.expressions.rich import Rich, Run
from sheetnet.network.hyper import HyperParameter
from sheetnet.network.quantities import Role
from sheetnet.network.scalars import Scalar, lettered, scalar
from sheetnet.network.states import State

Arrays = Mapping[str, Any]
Cells = Mapping[str, Expression]
Hyper = Mapping[str, float]
Stepped = tuple[Any, dict[str, Any]]


@dataclass(frozen=True)
class Optimiser:
    """One update of a parameter p with its gradient g.

    `state` names the numbers that it keeps for each parameter, 0 before the first update.
    `step(p, g, s, h, t)` gives the parameter and its state after update number t, from
    arrays of any shape; s is the state before, h the hyper-parameters, `learning_rate` among
    them: that of this update. `cells_state(g, s, h, t)` are the formulas of the new state,
    `cells(p, g, new, h, t)` is that of the parameter, in which `new` is the new state's cells.
    `scalars` are what all parameters share in an update; cells find them in h, by their keys.
    `by_size` says that gradients are divided by their size, so that a step is about the rate.
    """

    name: str
    written: str
    step: Callable[[Any, Any, Arrays, Hyper, int], Stepped]
    cells: Callable[[Expression, Expression, Cells, Cells, Expression], Expression]
    cells_state: Callable[[Expression, Cells, Cells, Expression], dict[str, Expression]] = (
        lambda g, s, h, t: {}
    )
    state: tuple[str, ...] = ()
    hyper: tuple[HyperParameter, ...] = ()
    scalars: tuple[Scalar, ...] = ()
    by_size: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether an update is −η·gradient, and nothing else."""
        return self.name == SGD.name


SGD = Optimiser(
    name="sgd",
    written="new w = w − η·gradient",
    # A sum that begins with the product needs no array besides it.
    step=lambda p, g, s, h, t: (-h["learning_rate"] * g + p, {}),
    cells=lambda p, g, new, h, t: p - h["learning_rate"] * g,
)

VELOCITY = State("velocity", "v")
MOMENTUM_OF = HyperParameter(
    "momentum", 0.9, "how much of the last step's velocity stays", low=0.0, high=1.0, symbol="µ"
)


def _velocity(g: Any, s: Arrays, h: Hyper) -> Any:
    return h["momentum"] * s["velocity"] + g


def _momentum(p: Any, g: Any, s: Arrays, h: Hyper, _: int) -> Stepped:
    velocity = _velocity(g, s, h)
    return p - h["learning_rate"] * velocity, {"velocity": velocity}


def _nesterov(p: Any, g: Any, s: Arrays, h: Hyper, _: int) -> Stepped:
    velocity = _velocity(g, s, h)
    ahead = g + h["momentum"] * velocity
    return p - h["learning_rate"] * ahead, {"velocity": velocity}


#: torch.optim.SGD with momentum and neither dampening nor Nesterov.
MOMENTUM = Optimiser(
    name="momentum",
    written="v = µ·v + gradient, new w = w − η·v",
    step=_momentum,
    cells=lambda p, g, new, h, t: p - h["learning_rate"] * new["velocity"],
    cells_state=lambda g, s, h, t: {"velocity": h["momentum"] * s["velocity"] + g},
    state=(VELOCITY,),
    hyper=(MOMENTUM_OF,),
)

#: torch.optim.SGD with momentum and nesterov=True.
NESTEROV = Optimiser(
    name="nesterov",
    written="v = µ·v + gradient, new w = w − η·(gradient + µ·v)",
    step=_nesterov,
    cells=lambda p, g, new, h, t: p - h["learning_rate"] * (g + h["momentum"] * new["velocity"]),
    cells_state=MOMENTUM.cells_state,
    state=(VELOCITY,),
    hyper=(MOMENTUM_OF,),
)


def _epsilon(default: float) -> HyperParameter:
    return HyperParameter(
        "epsilon",
        default,
        "added to the root, so that nothing is divided by 0",
        low=1e-15,
        high=1.0,
        symbol="ε",
    )


def _by_root(p: Any, g: Any, squares: Any, h: Hyper) -> Any:
    return p - h["learning_rate"] * g / (np.sqrt(squares) + h["epsilon"])


def _cell_by_root(p: Expression, g: Expression, squares: Expression, h: Cells) -> Expression:
    return p - h["learning_rate"] * g / (call("SQRT", squares) + h["epsilon"])


def _rmsprop(p: Any, g: Any, s: Arrays, h: Hyper, _: int) -> Stepped:
    average = h["alpha"] * s["square_average"] + (1 - h["alpha"]) * g**2
    return _by_root(p, g, average, h), {"square_average": average}


#: torch.optim.RMSprop, not centred and without momentum.
RMSPROP = Optimiser(
    name="rmsprop",
    written="v = α·v + (1 − α)·gradient², new w = w − η·gradient/(√v + ε)",
    step=_rmsprop,
    cells=lambda p, g, new, h, t: _cell_by_root(p, g, new["square_average"], h),
    cells_state=lambda g, s, h, t: {
        "square_average": h["alpha"] * s["square_average"] + (1 - h["alpha"]) * square(g)
    },
    state=(State("square_average", "v", signless=True),),
    hyper=(
        HyperParameter(
            "alpha",
            0.99,
            "how much of the average of squared gradients stays",
            low=0.0,
            high=0.999999,
            symbol="α",
        ),
        _epsilon(1e-8),
    ),
    by_size=True,
)


def _adagrad(p: Any, g: Any, s: Arrays, h: Hyper, _: int) -> Stepped:
    summed = s["square_sum"] + g**2
    return _by_root(p, g, summed, h), {"square_sum": summed}


#: torch.optim.Adagrad; the learning rate does not decay by itself.
ADAGRAD = Optimiser(
    name="adagrad",
    written="s = s + gradient², new w = w − η·gradient/(√s + ε)",
    step=_adagrad,
    cells=lambda p, g, new, h, t: _cell_by_root(p, g, new["square_sum"], h),
    cells_state=lambda g, s, h, t: {"square_sum": s["square_sum"] + square(g)},
    state=(State("square_sum", "s", signless=True),),
    hyper=(_epsilon(1e-10),),
    by_size=True,
)


def _corrected(beta: float, t: float) -> float:
    """1 − βᵗ, to the last digit also where βᵗ is near 1."""
    return -math.expm1(t * math.log(beta)) if beta else 1.0


def _correction(number: int, of: str, beta: str) -> Scalar:
    """1 − βᵗ: by what an average that began with 0 is too small after t numbers.

    The cells have it as such an average of ones, without a power: programs disagree about
    powers that are too small for a number.
    """
    letter = lettered("β" + "₀₁₂"[number])
    return Scalar(
        f"{of}_correction",
        scalar(
            f"{of}_correction",
            f"{of} correction",
            lambda s: "1 − " + letter + Rich((Run("t", 1),)),
            f"t is the number of the update: the {of} moment began with 0, and after t gradients "
            "it holds this part of their average. The update divides by it.",
            Role.UPDATE,
        ),
        values=lambda h, steps: np.array([_corrected(h[beta], step + 1) for step in steps]),
        first=lambda h: 1 - h[beta],
        following=lambda above, h, step: h[beta] * above + (1 - h[beta]),
    )


def _moments(g: Any, s: Arrays, h: Hyper) -> dict[str, Any]:
    return {
        "first_moment": h["beta1"] * s["first_moment"] + (1 - h["beta1"]) * g,
        "second_moment": h["beta2"] * s["second_moment"] + (1 - h["beta2"]) * g**2,
    }


def _adam(p: Any, g: Any, s: Arrays, h: Hyper, t: int) -> Stepped:
    new = _moments(g, s, h)
    mean = new["first_moment"] / _corrected(h["beta1"], t)
    spread = np.sqrt(new["second_moment"] / _corrected(h["beta2"], t)) + h["epsilon"]
    return p - h["learning_rate"] * mean / spread, new


def _adamw(p: Any, g: Any, s: Arrays, h: Hyper, t: int) -> Stepped:
    return _adam(p - h["learning_rate"] * h["weight_decay"] * p, g, s, h, t)


def _adam_state(g: Expression, s: Cells, h: Cells, t: Expression) -> dict[str, Expression]:
    return {
        "first_moment": h["beta1"] * s["first_moment"] + (1 - h["beta1"]) * g,
        "second_moment": h["beta2"] * s["second_moment"] + (1 - h["beta2"]) * square(g),
    }


def _adam_change(new: Cells, h: Cells) -> Expression:
    """What an update takes off."""
    root = call("SQRT", new["second_moment"] / h["second_correction"])
    mean = new["first_moment"] / h["first_correction"]
    return h["learning_rate"] * mean / (root + h["epsilon"])


def _beta(number: int, default: float, about: str) -> HyperParameter:
    symbol = "β" + "₀₁₂"[number]
    return HyperParameter(f"beta{number}", default, about, low=0.0, high=0.999999, symbol=symbol)


#: torch.optim.Adam, without amsgrad.
ADAM = Optimiser(
    name="adam",
    written="m = β₁·m + (1 − β₁)·gradient, v = β₂·v + (1 − β₂)·gradient², "
    "new w = w − η·m/(1 − β₁ᵗ)/(√(v/(1 − β₂ᵗ)) + ε)",
    step=_adam,
    cells=lambda p, g, new, h, t: p - _adam_change(new, h),
    cells_state=_adam_state,
    state=(State("first_moment", "m"), State("second_moment", "v", signless=True)),
    hyper=(
        _beta(1, 0.9, "how much of the average of gradients stays"),
        _beta(2, 0.999, "how much of the average of squared gradients stays"),
        _epsilon(1e-8),
    ),
    scalars=(_correction(1, "first", "beta1"), _correction(2, "second", "beta2")),
    by_size=True,
)

#: torch.optim.AdamW: the weights also shrink by themselves, apart from the gradient.
ADAMW = Optimiser(
    name="adamw",
    written=f"{ADAM.written} − η·λ·w",
    step=_adamw,
    cells=lambda p, g, new, h, t: (
        p - h["learning_rate"] * h["weight_decay"] * p - _adam_change(new, h)
    ),
    cells_state=_adam_state,
    state=ADAM.state,
    hyper=(
        *ADAM.hyper,
        HyperParameter(
            "weight_decay",
            0.01,
            "how much of a weight or bias each step takes off it, times the learning rate",
            low=0.0,
            high=1.0,
            symbol="λ",
        ),
    ),
    scalars=ADAM.scalars,
    by_size=True,
)

OPTIMISERS: dict[str, Optimiser] = {
    each.name: each for each in (SGD, MOMENTUM, NESTEROV, RMSPROP, ADAGRAD, ADAM, ADAMW)
}
