"""The schedules: how the learning rate changes from step to step. Names and definitions are
those of torch.optim.lr_scheduler, taken after every update.

To add one, write one `Schedule` and put it into `SCHEDULES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sheetnet.expressions.formula import Expression, call, equal, when
from sheetnet.expressions.rich import Rich, Run
from sheetnet.network.hyper import HyperParameter
from sheetnet.network.quantities import Role
from sheetnet.network.scalars import Cells, Scalar, scalar

RATE = "learning_rate"
SCHEDULED_RATE = scalar(
    "scheduled_rate",
    "rate of the step",
    lambda s: s.learning_rate + Rich((Run("t", -1),)),
    "The learning rate of the update that follows, by the lesson's schedule.",
    Role.UPDATE,
)


@dataclass(frozen=True)
class Schedule:
    """The learning rate of every step; `scalar` is None where it stays as it is."""

    name: str
    written: str
    hyper: tuple[HyperParameter, ...] = ()
    scalar: Scalar | None = None


def _scheduled(
    values: Callable[[Mapping[str, float], Any], Any],
    following: Callable[[Expression, Cells, Expression], Expression],
) -> Scalar:
    return Scalar(RATE, SCHEDULED_RATE, values, lambda h: h[RATE] + 0, following)


def _gamma(default: float | None, about: str) -> HyperParameter:
    return HyperParameter(
        "gamma", default, about, low=0.0, high=1.0, symbol="γ", cell_name="rate_decay"
    )


CONSTANT = Schedule("constant", "η stays as it is")

#: torch.optim.lr_scheduler.StepLR
STEP_RATE = Schedule(
    "step",
    "η times γ after every step_size updates",
    hyper=(
        HyperParameter(
            "step_size",
            None,
            "after so many updates the learning rate is multiplied by gamma",
            low=1,
            high=10_000_000,
            whole=True,
        ),
        _gamma(0.1, "what the learning rate is multiplied by"),
    ),
    scalar=_scheduled(
        lambda h, steps: h[RATE] * h["gamma"] ** (steps // h["step_size"]),
        lambda above, h, step: when(
            equal(call("MOD", step, h["step_size"]), 0), above * h["gamma"], above
        ),
    ),
)

#: torch.optim.lr_scheduler.ExponentialLR
EXPONENTIAL = Schedule(
    "exponential",
    "η times γ after every update",
    hyper=(_gamma(None, "what the learning rate is multiplied by after every update"),),
    scalar=_scheduled(
        lambda h, steps: h[RATE] * h["gamma"] ** steps,
        lambda above, h, step: above * h["gamma"],
    ),
)


def _cosine(h: Mapping[str, float], steps: Any) -> Any:
    return h["eta_min"] + (h[RATE] - h["eta_min"]) * (1 + np.cos(np.pi * steps / h["t_max"])) / 2


#: torch.optim.lr_scheduler.CosineAnnealingLR
COSINE = Schedule(
    "cosine",
    "from η to eta_min along half a wave of a cosine, t_max updates long",
    hyper=(
        HyperParameter(
            "t_max",
            None,
            "after so many updates the learning rate is eta_min",
            low=1,
            high=10_000_000,
            whole=True,
        ),
        HyperParameter(
            "eta_min", 0.0, "the smallest learning rate, after t_max updates", low=0.0, high=1000.0
        ),
    ),
    scalar=_scheduled(
        _cosine,
        lambda above, h, step: (
            h["eta_min"]
            + (h[RATE] - h["eta_min"]) * (1 + call("COS", call("PI") * step / h["t_max"])) / 2
        ),
    ),
)

SCHEDULES: dict[str, Schedule] = {
    each.name: each for each in (CONSTANT, STEP_RATE, EXPONENTIAL, COSINE)
}
