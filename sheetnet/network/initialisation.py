"""First weights where a lesson leaves them out: PyTorch's initialisations by name.

Drawn weights are cut to four decimals, so that a learner can type them back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

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


def draw(
    sizes: Sequence[int],
    weights: Sequence[Sequence[Sequence[float]] | None],
    biases: Sequence[Sequence[float] | None],
    initialisation: str,
    seed: int,
) -> tuple[tuple[FloatArray, ...], tuple[FloatArray, ...]]:
    """The first weights (units × sources) and biases (units) of each layer.

    Those given are taken as they are; weights left out are drawn in the order of the
    layers from one generator, biases left out are 0.
    """
    rng = np.random.default_rng(seed)
    first_weights, first_biases = [], []
    for sources, units, given, bias in zip(sizes, sizes[1:], weights, biases, strict=False):
        if given is None:
            drawn = INITIALISATIONS[initialisation](rng, units, sources)
            first_weights.append(np.trunc(drawn * 1e4) / 1e4 + 0.0)
        else:
            first_weights.append(np.array(given, np.float64))
        first_biases.append(np.zeros(units) if bias is None else np.array(bias, np.float64))
    return tuple(first_weights), tuple(first_biases)
