"""The colours of a pair differ for everybody: in grey, and for the three common colour blindnesses.

Distances are ΔE in CIELAB (1976); about 2 is the least that an eye notices side by side. Colour
blindness is simulated by the matrices of Machado, Oliveira and Fernandes (2009) at full severity.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest

from sheetnet.workbook import styles

Vector = npt.NDArray[np.float64]

EYES = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
#: Linear sRGB to XYZ, and the white of D65.
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = np.array([0.95047, 1.0, 1.08883])

FILLS = {
    "forward": styles.ORANGE_FILL,
    "backward": styles.BLUE_FILL,
    "weights": styles.GREEN_FILL,
    "given": styles.GREY_FILL,
}
#: Two colours, their least distance for every eye, and in grey.
PAIRS = {
    "direction, fills": (styles.ORANGE_FILL, styles.BLUE_FILL, 20.0, 8.0),
    "direction, text": (styles.ORANGE, styles.NAVY, 60.0, 8.0),
    "sign, fills": (styles.POSITIVE, styles.NEGATIVE, 30.0, 20.0),
    "sign, lines": (styles.POSITIVE_LINE, styles.NEGATIVE_LINE, 50.0, 20.0),
    "large discs": (styles.POSITIVE_DISCS[1], styles.NEGATIVE_DISCS[1], 15.0, 8.0),
}


def linear(colour: str) -> Vector:
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(light: Vector) -> Vector:
    ratio = TO_XYZ @ np.clip(light, 0, 1) / WHITE
    x, y, z = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(one: str, other: str, eye: str) -> float:
    seen = [lab(EYES[eye] @ linear(colour)) for colour in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


def in_grey(one: str, other: str) -> float:
    return float(abs(lab(linear(one))[0] - lab(linear(other))[0]))


def test_distances_are_those_of_colours_that_are_known() -> None:
    assert distance("000000", "FFFFFF", "all cones") == pytest.approx(100, abs=0.01)
    assert lab(linear("FF0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.02)
    # Red and green of one lightness are one colour without cones for green.
    assert distance("C84B31", "6B7A2A", "deuteranopia") < distance("C84B31", "6B7A2A", "all cones")


@pytest.mark.parametrize("name", PAIRS)
def test_the_two_of_a_pair_differ_for_every_eye(name: str) -> None:
    one, other, least, grey = PAIRS[name]
    for eye in EYES:
        assert distance(one, other, eye) >= least, eye
    assert in_grey(one, other) >= grey


@pytest.mark.parametrize("eye", EYES)
def test_roles_differ_for_every_eye(eye: str) -> None:
    for one, other in combinations(FILLS, 2):
        assert distance(FILLS[one], FILLS[other], eye) >= 6, (one, other)


@pytest.mark.parametrize("eye", EYES)
def test_no_sign_is_taken_for_a_direction(eye: str) -> None:
    for sign in (styles.POSITIVE, styles.NEGATIVE):
        for fill in FILLS.values():
            assert distance(sign, fill, eye) >= 10, (sign, fill)
