"""What the bands of Evaluation must show: a row for each step."""

from __future__ import annotations

import numpy as np

from sheetnet.network.engine import FloatArray
from sheetnet.network.evaluation import evaluated, of_layer
from sheetnet.network.numbers import Numbers
from sheetnet.network.penalties import PENALTY
from sheetnet.network.quantities import BIAS, WEIGHT, Z
from sheetnet.network.sheets import own


def weights_of(numbers: Numbers, layer: int, unit: int) -> FloatArray:
    return numbers.trace[WEIGHT, layer][:, unit, :]


def bias_of(numbers: Numbers, layer: int, unit: int) -> FloatArray:
    held = numbers.trace[BIAS, layer]
    return held.reshape(len(held), -1)[:, unit : unit + 1]


def penalty_of(numbers: Numbers) -> FloatArray:
    return numbers.trace[PENALTY, None][:, None]


def z_of_unit(numbers: Numbers, number: int, layer: int, unit: int) -> FloatArray:
    return of_layer(numbers, number, layer)[Z.name][:, :, unit]


def largest_z(numbers: Numbers, number: int) -> FloatArray:
    z = of_layer(numbers, number, numbers.net.depth)[Z.name]
    largest: FloatArray = z.max(axis=-1)
    return largest


def drawn_of(numbers: Numbers) -> FloatArray:
    costs = np.column_stack(evaluated(numbers).costs)
    return np.minimum(costs, own.cut_off(numbers)) if own.is_cut_off(numbers) else costs


def results_of(numbers: Numbers, classified: bool) -> FloatArray:
    found = evaluated(numbers)
    return np.column_stack([*found.costs, *(found.accuracies if classified else [])])
