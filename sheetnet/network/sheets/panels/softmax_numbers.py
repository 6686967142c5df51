"""The numbers of the panel softmax-jacobian, in NumPy: of the chosen example's outputs."""

from __future__ import annotations

import math
import sys

import numpy as np

from sheetnet.network import losses
from sheetnet.network.activations import SOFTMAX
from sheetnet.network.engine import FloatArray
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, Z

#: By how much z is moved for a central difference.
H = 1e-4
#: Beyond these a power of e leaves the range of numbers, or loses its digits.
LARGEST, SMALLEST = math.floor(math.log(sys.float_info.max)), -700
#: What stands in the place of a number that the plain form cannot tell.
UNDECIDED = "—"


def sums(numbers: Numbers) -> FloatArray:
    z: FloatArray = numbers.now(Z, numbers.net.depth)[numbers.sample]
    return z


def outputs(numbers: Numbers) -> FloatArray:
    a: FloatArray = numbers.now(ACTIVATION, numbers.net.depth)[numbers.sample]
    return a


def targets(numbers: Numbers) -> FloatArray:
    t: FloatArray = numbers.targets[numbers.sample]
    return t


def ln_b(numbers: Numbers) -> float:
    return float(np.log(numbers.loss_hyper["log_base"]))


def jacobian(numbers: Numbers) -> FloatArray:
    a = outputs(numbers)
    matrix: FloatArray = np.diag(a) - np.outer(a, a)
    return matrix


def by_activation(numbers: Numbers) -> FloatArray:
    by_a: FloatArray = losses.CROSS_ENTROPY.gradient(
        outputs(numbers), targets(numbers), numbers.loss_hyper
    )
    return by_a


def long(numbers: Numbers) -> FloatArray:
    row: FloatArray = by_activation(numbers) @ jacobian(numbers)
    return row


def general(numbers: Numbers) -> FloatArray:
    summed = outputs(numbers) * targets(numbers).sum() - targets(numbers)
    row: FloatArray = summed / ln_b(numbers)
    return row


def short(numbers: Numbers) -> FloatArray:
    row: FloatArray = (outputs(numbers) - targets(numbers)) / ln_b(numbers)
    return row


def differences(numbers: Numbers) -> FloatArray:
    """da/dz as central differences of the whole softmax, moved one z after the other."""
    z = sums(numbers)
    columns = []
    for j in range(len(z)):
        up, down = (SOFTMAX.value(z + by * np.eye(len(z))[j], {}) for by in (H, -H))
        columns.append((up - down) / (2 * H))
    return np.array(columns).T


def plain(numbers: Numbers, unit: int) -> float | str:
    """An output by powers of z itself, where these are numbers."""
    z = sums(numbers)
    if z.max() + np.log(len(z)) > LARGEST or z.max() < SMALLEST:
        return UNDECIDED
    powers = np.exp(z)
    return float(powers[unit] / powers.sum())
