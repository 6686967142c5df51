"""Which examples are kept for the test: drawn by seed, like scikit-learn's train_test_split."""

from __future__ import annotations

import math

import numpy as np

#: The split is drawn from a stream of its own, whatever else the seed draws.
STREAM = 1


def split(count: int, test: float, seed: int) -> tuple[list[int], list[int]]:
    """The places of the training and of the test examples, each in the order that they had.

    `test` below 1 is a share of the examples, rounded up; otherwise a whole number of them. At
    least one stays on each side. Raises `ValueError` where that cannot be.
    """
    if count < 2:
        raise ValueError(
            "data.test: there is one example only: write more, or take the test out"
            if count
            else "data.test: there are no examples: write some"
        )
    if test >= count:
        raise ValueError(
            f"data.test: is {test:g}, and there are {count} examples: leave one to train on, "
            f"write at most {count - 1}"
        )
    # The product of a share and a count may be a bit above a whole number.
    tested = int(test) if test >= 1 else math.ceil(round(test * count, 9))
    tested = min(max(tested, 1), count - 1)
    order = np.random.default_rng([seed, STREAM]).permutation(count)
    return sorted(order[tested:].tolist()), sorted(order[:tested].tolist())
