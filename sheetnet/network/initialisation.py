"""First weights where a lesson leaves them out: PyTorch's initialisations by name.

Drawn weights are cut to four decimals, so that a learner can type them back.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from sheetnet.network.names import resolve

FloatArray = npt.NDArray[np.float64]
Generator = np.random.Generator

#: name → (generator, units, sources) → units × sources; gains as torch.nn.init's defaults.
INITIALISATIONS: dict[str, Callable[[Generator, int, int], FloatArray]] = {
    "zeros": lambda rng, n, m: np.zeros((n, m)),
    "ones": lambda rng, n, m: np.ones((n, m)),
    "uniform": lambda rng, n, m: rng.uniform(0.0, 1.0, (n, m)),
    "normal": lambda rng, n, m: rng.normal(0.0, 1.0, (n, m)),
    "xavier_uniform": lambda rng, n, m: _uniform(rng, n, m, (6 / (n + m)) ** 0.5),
    "xavier_normal": lambda rng, n, m: rng.normal(0.0, (2 / (n + m)) ** 0.5, (n, m)),
    "kaiming_uniform": lambda rng, n, m: _uniform(rng, n, m, (6 / m) ** 0.5),
    "kaiming_normal": lambda rng, n, m: rng.normal(0.0, (2 / m) ** 0.5, (n, m)),
}


def _uniform(rng: Generator, units: int, sources: int, bound: float) -> FloatArray:
    return rng.uniform(-bound, bound, (units, sources))


def drawing(initialisation: str, seed: int) -> Callable[[int, int], FloatArray]:
    """What draws units × sources weights, layer after layer, from one generator."""
    rng = np.random.default_rng(seed)
    chosen = resolve(initialisation, INITIALISATIONS, "network.initialisation", "initialisation")

    def draw(units: int, sources: int) -> FloatArray:
        drawn = chosen(rng, units, sources)
        result: FloatArray = np.trunc(drawn * 1e4) / 1e4 + 0.0
        return result

    return draw
