"""What the panel of a ReLU neuron shows, computed from arrays, example by example.

Source: Bhadani, "Gradient of Neural Network Loss" to "Scalar vs. Vectorized Operations". The
gradients are the piecewise ones: an example whose z is not above 0 takes no part.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sheetnet.network.activations import ABOVE
from sheetnet.network.engine import FloatArray
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import BIAS, WEIGHT

#: The step of the central differences of the cost.
H = 1e-4


@dataclass(frozen=True, eq=False)
class Neuron:
    """A neuron on N examples: x is N × n, w has n numbers, the others N each."""

    x: FloatArray
    y: FloatArray
    w: FloatArray
    b: float
    z: FloatArray
    u: FloatArray
    v: FloatArray
    e: FloatArray
    mask: FloatArray

    @property
    def count(self) -> int:
        return len(self.y)

    @property
    def cost(self) -> float:
        return float(np.mean(self.v**2))

    @property
    def by_example(self) -> FloatArray:
        """The derivative of v² by each weight and, last, by the bias: N × (n + 1)."""
        by_z = -2 * self.v * self.mask
        return np.column_stack([by_z[:, None] * self.x, by_z])

    @property
    def unmasked(self) -> FloatArray:
        """The same by 2e·x for every example, as if all were active."""
        by_z = 2 * self.e
        return np.column_stack([by_z[:, None] * self.x, by_z])

    @property
    def gradient(self) -> FloatArray:
        """∂C/∂w and, last, ∂C/∂b."""
        found: FloatArray = self.by_example.mean(axis=0)
        return found

    @property
    def slides(self) -> FloatArray:
        """2/N·Σ e·x and 2/N·Σ e."""
        found: FloatArray = self.unmasked.mean(axis=0)
        return found

    def moved(self, parameter: int, by: float) -> float:
        """The cost with one weight, or last the bias, moved."""
        w = np.append(self.w, self.b)
        w[parameter] += by
        u = np.maximum(self.x @ w[:-1] + w[-1], 0.0)
        return float(np.mean((self.y - u) ** 2))

    def difference(self, parameter: int) -> float:
        return (self.moved(parameter, H) - self.moved(parameter, -H)) / (2 * H)


@lru_cache(maxsize=8)
def neuron(numbers: Numbers, step: int | None = None) -> Neuron:
    """The neuron at a step, the chosen one unless told."""
    at = numbers.step if step is None else step
    x, y = numbers.inputs, numbers.targets[:, 0]
    w, b = numbers.trace[WEIGHT, 1][at][0], float(numbers.trace[BIAS, 1][at][0])
    z = x @ w + b
    u = np.maximum(z, 0.0)
    return Neuron(x, y, w, b, z, u, y - u, z - y, (z > ABOVE).astype(float))
