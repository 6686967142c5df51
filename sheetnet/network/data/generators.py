"""Examples made by a rule and a seed. To add one, write a `Generator` and put it into `GENERATORS`.

Numbers are rounded to four decimals, so that a learner can type them back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
#: Inputs (examples × inputs); targets, which are numbers of classes (examples) or numbers
#: (examples × targets); and the names of the classes, none where the targets are numbers.
Made = tuple[Floats, npt.NDArray[np.float64 | np.int64], tuple[str, ...]]


@dataclass(frozen=True)
class Generator:
    """A rule that makes examples.

    `make(rng, examples, noise)` draws from the generator `rng`; `noise` is the standard
    deviation of the normal noise that is added to each number. `examples` and `noise` are what
    a lesson gets that does not say, `least` the fewest examples.
    """

    name: str
    about: str
    make: Callable[[np.random.Generator, int, float], Made]
    examples: int
    noise: float = 0.0
    least: int = 2


def _rounded(numbers: Floats) -> Floats:
    result: Floats = np.round(numbers, 4) + 0.0  # no −0
    return result


def _noisy(points: Floats, rng: np.random.Generator, noise: float) -> Floats:
    return _rounded(points + noise * rng.normal(size=points.shape) if noise else points)


def _gate(table: Sequence[int]) -> Callable[[np.random.Generator, int, float], Made]:
    """The four corners in the order of a truth table, again and again."""

    def make(rng: np.random.Generator, examples: int, noise: float) -> Made:
        row = np.arange(examples) % 4
        corners = np.stack([row // 2, row % 2], axis=1).astype(float)
        return _noisy(corners, rng, noise), np.array(table)[row], ("0", "1")

    return make


def _curves(
    *curves: Callable[[Floats], tuple[Floats, Floats]], closed: bool = False
) -> Callable[[np.random.Generator, int, float], Made]:
    """A class on each curve, evenly along it from 0 to 1, then shuffled."""

    def make(rng: np.random.Generator, examples: int, noise: float) -> Made:
        inputs, classes = [], []
        for number, curve in enumerate(curves):
            count = examples // len(curves) + (number < examples % len(curves))
            along = np.linspace(0.0, 1.0, count, endpoint=not closed)
            inputs.append(np.stack(curve(along), axis=1))
            classes += [number] * count
        points = _noisy(np.concatenate(inputs), rng, noise)
        order = rng.permutation(examples)
        names = tuple(map(str, range(len(curves))))
        return points[order], np.array(classes)[order], names

    return make


def _circle(radius: float) -> Callable[[Floats], tuple[Floats, Floats]]:
    def curve(t: Floats) -> tuple[Floats, Floats]:
        return radius * np.cos(2 * np.pi * t), radius * np.sin(2 * np.pi * t)

    return curve


def _spiral(start: float) -> Callable[[Floats], tuple[Floats, Floats]]:
    """From the middle outwards to a radius of 5, once and three quarters around it."""

    def curve(t: Floats) -> tuple[Floats, Floats]:
        angle = 3.5 * np.pi * t + start
        return 5 * t * np.sin(angle), 5 * t * np.cos(angle)

    return curve


def _blobs(rng: np.random.Generator, examples: int, noise: float) -> Made:
    """Clouds around the corners of a triangle with a radius of 2."""
    classes = rng.permutation(np.arange(examples) % 3)
    angle = np.pi / 2 + classes * 2 * np.pi / 3
    centres = 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _noisy(centres, rng, noise), classes, ("0", "1", "2")


def _sine(rng: np.random.Generator, examples: int, noise: float) -> Made:
    x = _rounded(np.linspace(-math.pi, math.pi, examples))[:, None]
    return x, _noisy(np.sin(x), rng, noise), ()


_moons = _curves(
    lambda t: (np.cos(np.pi * t), np.sin(np.pi * t)),
    lambda t: (1 - np.cos(np.pi * t), 0.5 - np.sin(np.pi * t)),
)
_CORNERS = "the four corners, in the order of the truth table"

GENERATORS: dict[str, Generator] = {
    generator.name: generator
    for generator in (
        Generator("and", f"{_CORNERS}: 1 where both are 1", _gate((0, 0, 0, 1)), 4, least=4),
        Generator("or", f"{_CORNERS}: 1 where one is 1", _gate((0, 1, 1, 1)), 4, least=4),
        Generator("xor", f"{_CORNERS}: 1 where they differ", _gate((0, 1, 1, 0)), 4, least=4),
        Generator("moons", "two half circles, one reaching into the other", _moons, 100, 0.1),
        Generator(
            "circles",
            "a circle of radius 1 (class 0) around one of radius 0.5 (class 1)",
            _curves(_circle(1.0), _circle(0.5), closed=True),
            100,
            0.05,
        ),
        Generator(
            "spirals",
            "two spirals around each other, up to a radius of 5",
            _curves(_spiral(0.0), _spiral(math.pi)),
            100,
        ),
        Generator("blobs", "three clouds around the corners of a triangle", _blobs, 90, 0.5, 3),
        Generator("sine", "one input x from −π to π, target sin x", _sine, 40, 0.1),
    )
}
