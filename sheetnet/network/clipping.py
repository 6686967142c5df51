"""Clipping: gradients that are too large, made smaller before the update takes them.

Names and definitions are those of torch.nn.utils; the gradients themselves stay as they are.
To add one, write one `Clipping` and put it into `CLIPPINGS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sheetnet.expressions.formula import Expression, Number, call, maximum, minimum
from sheetnet.network.hyper import HyperParameter
from sheetnet.network.quantities import Quantity, Role
from sheetnet.network.scalars import Cells, lettered, scalar

#: Added to the norm, as in PyTorch.
LEAST = 1e-6
GRADIENT_NORM = scalar(
    "gradient_norm",
    "gradient norm",
    lambda s: "‖∇" + s.cost + "‖",
    "The length of the gradient: the root of the sum of the squares of all gradients of what "
    "learns.",
    Role.BACKWARD,
)
CLIP_FACTOR = scalar(
    "clip_factor",
    "clip factor",
    lambda s: lettered("k"),
    "What the update multiplies all gradients by: 1, or less where their norm is larger than "
    "clip_norm.",
    Role.UPDATE,
)


@dataclass(frozen=True)
class Clipping:
    """What is done to a gradient g before an update takes it.

    `hyper` is its threshold, whose key in a lesson file asks for it. `take(g, h)` works on
    arrays, `cell(g, h)` is the same as a formula, h being the hyper-parameters and, where
    `by_norm` says so, `clip_factor`.
    """

    hyper: HyperParameter
    take: Callable[[Any, Mapping[str, float]], Any]
    cell: Callable[[Expression, Cells], Expression]
    by_norm: bool = False

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """What stands in columns of Training besides."""
        return (GRADIENT_NORM, CLIP_FACTOR) if self.by_norm else ()


#: torch.nn.utils.clip_grad_norm_ over all parameters that learn.
BY_NORM = Clipping(
    HyperParameter(
        "clip_norm",
        None,
        "the largest norm of all gradients together that an update takes",
        low=1e-6,
        symbol="τ",
    ),
    take=lambda g, h: h[CLIP_FACTOR.name] * g,
    cell=lambda g, h: h[CLIP_FACTOR.name] * g,
    by_norm=True,
)

#: torch.nn.utils.clip_grad_value_
BY_VALUE = Clipping(
    HyperParameter(
        "clip_value",
        None,
        "the largest gradient that an update takes, of either sign",
        low=1e-6,
        symbol="τ",
    ),
    take=lambda g, h: np.clip(g, -h["clip_value"], h["clip_value"]),
    cell=lambda g, h: maximum(-h["clip_value"], minimum(h["clip_value"], g)),
)

CLIPPINGS: dict[str, Clipping] = {each.hyper.name: each for each in (BY_NORM, BY_VALUE)}


def factor_of(norm: Any, clip_norm: float) -> Any:
    """By what gradients of such a norm are multiplied."""
    return np.minimum(1.0, clip_norm / (norm + LEAST))


def cell_factor(norm: Expression, h: Cells) -> Expression:
    """The same as a formula."""
    return minimum(1, h["clip_norm"] / (norm + LEAST))


def norm_of(cells: list[Expression]) -> Expression:
    """The norm of what stands in these cells and areas; no function takes more than 255.

    0 where nothing learns.
    """
    if not cells:
        return Number(0)
    parts = [call("SUMSQ", *cells[n : n + 200]) for n in range(0, len(cells), 200)]
    summed: Expression = parts[0]
    for part in parts[1:]:
        summed = summed + part
    return call("SQRT", summed)
