"""How the cost is made of the examples' losses. Names and definitions are PyTorch's.

To add one, write one `Reduction` and put it into `REDUCTIONS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Reduction:
    """The cost is the sum of the losses over `divisor(number of examples)`.

    A parameter's gradient is the same of the examples' gradients. `written` is what it is
    called in sentences.
    """

    name: str
    written: str
    divisor: Callable[[int], int]


MEAN = Reduction("mean", "mean", lambda samples: samples)
SUM = Reduction("sum", "sum", lambda samples: 1)

REDUCTIONS: dict[str, Reduction] = {each.name: each for each in (MEAN, SUM)}
