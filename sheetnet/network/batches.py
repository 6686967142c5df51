"""Mini-batches: which examples each step learns from.

Definitions as of PyTorch's DataLoader, without a shortened last batch: the examples come in the
order of the file, or shuffled anew each time that all have been shown, and a batch takes the
next ones of that row, also across its ends.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int_]


def order(examples: int, batch: int, updates: int, shuffle: bool, seed: int) -> IntArray:
    """The numbers of the examples, counted from 1, of `updates` batches: updates × batch.

    `seed` draws the order where it is shuffled.
    """
    rounds = -(-updates * batch // examples)
    rng = np.random.default_rng(seed)
    each = [rng.permutation(examples) if shuffle else np.arange(examples) for _ in range(rounds)]
    drawn: IntArray = np.concatenate(each)[: updates * batch].reshape(updates, batch) + 1
    return drawn
