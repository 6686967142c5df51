"""The two forms of each operation of a single ReLU neuron, read: by single numbers, and by arrays.

z = Xw + b, ∂C/∂wⱼ = 2/N·Σ xᵢⱼ eᵢ where zᵢ > 0: their letters are those of the slides, i runs along
examples, j along inputs. Σ without an index is over the examples.

Source: Bhadani, "Scalar vs. Vectorized Operations".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from sheetnet.expressions.arrays import FloatArray, readings
from sheetnet.expressions.reading import END, LOW, UP, Function, UnreadableError, flat_text
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import ACTIVATION, BIAS, COST, WEIGHT, Z

EXAMPLE, SOURCE = "i", "j"
#: What is written shorter than it is read: a row of X times w, a norm, a condition, ones, a sum.
SHORTER = (
    (f"x{LOW}i{END}{UP}T{END}w", f"Σ{LOW}j{END} x{LOW}ij{END} w{LOW}j{END}"),
    (rf"‖(\w)‖{LOW}2{END}{UP}2{END}", rf"\1{UP}T{END} \1"),
    (r"(Σ.*) where (.*)", r"\1 · 1[\2]"),
    (f"(?:1|𝟏){UP}T{END}", f"1⃗{UP}T{END}"),
    (rf"Σ(?!{LOW})", f"Σ{LOW}i{END} "),
)
INDEX = re.compile(rf"{LOW}([ij]+){END}")
SUMMED = re.compile(rf"Σ{LOW}([ij]){END}")


class _Arrays:
    """What the letters stand for at the chosen step."""

    def __init__(self, numbers: Numbers) -> None:
        self.first, self.strict = 0, True
        self.functions: Mapping[str, Function] = {}
        x, y = numbers.inputs, numbers.targets[:, 0]
        z, u = numbers.now(Z, 1)[:, 0], numbers.now(ACTIVATION, 1)[:, 0]
        w, b = numbers.now(WEIGHT, 1)[0], numbers.now(BIAS, 1).reshape(())
        known = {"y": y, "z": z, "u": u, "v": y - u, "e": z - y, "w": w, "b": b}
        cost, count = np.asarray(numbers.now(COST)), np.asarray(float(len(x)))
        self.names: Mapping[str, FloatArray] = {**known, "X": x, "x": x, "N": count, "C": cost}
        self.lengths: Mapping[str, int] = {EXAMPLE: len(x), SOURCE: len(w)}
        self.of = {"w": numbers.now(WEIGHT.gradient, 1)[0]}
        self.of["b"] = numbers.now(BIAS.gradient, 1).reshape(())

    def slopes(self, mark: str, of: str, by: str) -> list[FloatArray]:
        """Of the cost by weights and bias. Raises `LookupError`."""
        if (mark, of) != ("∂", "C"):
            raise LookupError(f"{mark}{of}")
        return [self.of[by]]


def sides(numbers: Numbers, line: str) -> Iterator[list[FloatArray]]:
    """The sides of a form, for each way in which it can be read. Raises `UnreadableError`."""
    line = flat_text(line)
    for short, long in SHORTER:
        line = re.sub(short, long, line)
    indices = "".join(INDEX.findall(SUMMED.sub("", line)))
    free = sorted({*indices} - {*SUMMED.findall(line)})
    for found in readings(line, _Arrays(numbers), "".join(free)):
        yield [side.values for side in found]


def wrong(numbers: Numbers, forms: Mapping[str, str]) -> str:
    """What is wrong with two forms of one operation, in words: all their sides are the same."""
    try:
        scalar, vector = (next(sides(numbers, forms[key])) for key in ("scalar", "vector"))
    except UnreadableError as error:
        return f"a form cannot be read: {error}"
    own = vector[0]
    for key, found in (("scalar", scalar), ("vector", vector)):
        for side in found:
            if not np.allclose(side, own, rtol=1e-9, atol=1e-12):
                return f"{forms[key]!r} is not what its other form is"
    return ""
