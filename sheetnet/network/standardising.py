"""Standardised inputs: (x − mean)/deviation of each column, by the training examples alone.

The deviation is that of a population, as of scikit-learn's StandardScaler; a column in which
all numbers are alike is divided by 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sheetnet.expressions.formula import Area, Expression, call, guard, when

FloatArray = npt.NDArray[np.float64]
#: Numbers that are alike on paper may have a deviation of 1e-17.
ALIKE = 1e-9


def mean(inputs: FloatArray) -> FloatArray:
    """Of each column of examples × features."""
    found: FloatArray = inputs.mean(axis=0)
    return found


def deviation(inputs: FloatArray) -> FloatArray:
    """Of each column of examples × features; 1 where all numbers are alike."""
    found: FloatArray = inputs.std(axis=0)
    return np.where(found > ALIKE, found, 1.0)


def standardised(inputs: FloatArray, by: FloatArray) -> FloatArray:
    """Examples × features, by the columns of `by`, the training examples."""
    result: FloatArray = (inputs - mean(by)) / deviation(by)
    return result


def cell_mean(column: Area) -> Expression:
    return call("AVERAGE", column)


def cell_deviation(column: Area, mean: Expression) -> Expression:
    squares = call("SUMPRODUCT", (column - mean) * (column - mean))
    found = call("SQRT", squares / call("COUNT", column))
    return guard(when(found > ALIKE, found, 1))


def cell(value: Any, mean: Expression, deviation: Expression) -> Expression:
    result: Expression = (value - mean) / deviation
    return result
