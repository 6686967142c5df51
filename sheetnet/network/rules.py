"""The learning rules: what a step looks at, and which loss its gradient is that of.

To add one, write one `Rule` and put it into `RULES`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """How a step learns.

    `learns_from` is how many examples a step learns from, in the order of the file, beginning anew
    behind the last; None: from all of them. `loss` is the loss that the rule asks for, if any.
    """

    name: str
    written: str
    learns_from: int | None = None
    loss: str | None = None


GRADIENT = Rule("gradient", "new w = w − η·gradient of the cost")

#: Rosenblatt's rule is the gradient descent of one example a step on the perceptron criterion
#: (ŷ − y)(z − θ), whose derivative by z is ŷ − y: Δw = η(y − ŷ)x.
PERCEPTRON = Rule(
    "perceptron", "Δw = η(y − ŷ)x, one example a step", learns_from=1, loss="perceptron"
)

RULES: dict[str, Rule] = {rule.name: rule for rule in (GRADIENT, PERCEPTRON)}
