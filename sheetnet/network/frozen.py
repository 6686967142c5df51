"""`frozen` in a layer's table: the parameters that training leaves as they are.

A place is written as the file and its errors name it: weights, weights[0], weights[0][1].
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sheetnet.lessons.errors import suggest
from sheetnet.network.layers.base import Layer
from sheetnet.workbook.knobs import Key

Mask = npt.NDArray[np.bool_]
PLACE = re.compile(r"(\w+)((?:\[\d+\])*)")


def masks(layer: Layer, frozen: bool | Sequence[str]) -> dict[Key, Mask]:
    """Which numbers of each parameter stay, with the parameter's axes.

    Raises `ValueError` that begins with the field where a place names no parameter.
    """
    shapes = {q.name: tuple(layer.lengths[axis] for axis in q.axes) for q in layer.parameters}
    found = {name: np.full(shape, frozen is True) for name, shape in shapes.items()}
    keys = {layer.given.get(name, name): name for name in shapes}
    for i, place in enumerate(() if isinstance(frozen, bool) else frozen):
        field = f"frozen[{i}]"
        match = PLACE.fullmatch(place.replace(" ", ""))
        if match is None or match[1] not in keys:
            word = match[1] if match else place
            raise ValueError(
                f"{field}: {place!r} is no parameter of this layer: " + suggest(word, keys)
            )
        _mark(found[keys[match[1]]], match, keys[match[1]] in layer.turned, field)
    return {(name, layer.number): mask for name, mask in found.items() if mask.any()}


def _mark(mask: Mask, match: re.Match[str], turned: bool, field: str) -> None:
    """Set the numbers that a place names."""
    index = tuple(int(number) for number in re.findall(r"\d+", match[2]))
    # A single number is a list of one in the file.
    written = np.atleast_1d(mask.T if turned else mask)
    if len(index) > written.ndim or any(
        at >= length for at, length in zip(index, written.shape, strict=False)
    ):
        sizes = " × ".join(map(str, written.shape))
        raise ValueError(
            f"{field}: {match[0]} is not there: {match[1]} has {sizes} "
            f"number{'s' * (written.size != 1)}, counted from 0"
        )
    written[index] = True
