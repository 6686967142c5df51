"""Slopes by central differences, with a step that suits each parameter.

Of each parameter the loss is asked at v ± h and at v ± h/2. Of a smooth function the two central
differences agree but for a term in h², which (4·inner − outer)/3 takes away (Richardson), and
the difference of its two one-sided slopes halves with the step. A kink or a jump
within reach breaks one of both. Where they do not agree, other steps are tried.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from sys import float_info

#: A parameter's step is a share of its size, and that is taken to be this at least.
LEAST_SIZE = 2.0**-3
#: The shares: the first is where rounding and curvature do least harm; smaller ones get away
#: from a kink nearby, the larger one from rounding.
SHARES = (2.0**-10, 2.0**-14, 2.0**-18, 2.0**-22)
LARGER = 2.0**-5
#: Shares of the parameter's own size, where that is much smaller than the least.
OWN_SHARES = (2.0**-10, 2.0**-16)
SMALL = 2.0**-100
#: The rounding errors of a loss, in units of its last place.
ROUNDINGS = 8.0
#: A difference is trusted where it is uncertain by less than this share of the slope, or of a
#: thousandth of the largest slope, or by less than anything matters.
TRUST = 1e-5
NEGLIGIBLE = 1e-3
NOTHING = 1e-12
#: How far one-sided slopes at a kink, or the heights of a jump, may differ between the steps.
STEADY = 0.05

#: Losses at places of parameters, given as (number of the parameter, its value); nan where the
#: loss is no number there.
Evaluate = Callable[[list[tuple[int, float]]], Sequence[float]]


class Kind(Enum):
    """How the loss depends on a parameter there."""

    SMOOTH = "smooth"
    #: The slopes on both sides differ, as those of a ReLU do at 0.
    KINK = "kink"
    #: The loss itself changes at once, as that of a step function does.
    JUMP = "jump"
    #: The differences of two steps do not agree.
    UNCLEAR = "unclear"
    #: Beside it, the loss is no number.
    NOWHERE = "nowhere"


@dataclass(frozen=True)
class Slope:
    """∂loss/∂parameter by differences.

    `value` may be wrong by `uncertainty`; `step` is the larger of the two. `left` and `right` are
    the one-sided slopes. `still` says that the loss was exactly the same wherever it was asked.
    """

    kind: Kind
    value: float
    uncertainty: float
    step: float
    left: float
    right: float
    still: bool = False

    @property
    def trusted(self) -> bool:
        return self.kind is Kind.SMOOTH

    @property
    def size(self) -> float:
        """The largest number that may be called the slope."""
        ends = (self.left, self.right) if self.kind is Kind.KINK else (self.value,)
        return max(map(abs, ends))

    @property
    def doubt(self) -> float:
        """How wrong it may be. One-sided slopes at a kink are as sure as they are steady."""
        return 0.0 if self.kind is Kind.KINK else self.uncertainty


def slopes(values: Sequence[float], loss: float, evaluate: Evaluate) -> list[Slope]:
    """The slopes of a loss at `values`, where it is `loss`.

    Each parameter takes four evaluations, and four more for each further pair of steps.
    """
    probes = [_Probe(value, loss) for value in values]
    pending = list(range(len(probes)))
    largest = 0.0
    while pending:
        moves = [(number, place) for number in pending for place in probes[number].places()]
        losses = evaluate(moves)
        for at, number in enumerate(pending):
            probes[number].take(losses[4 * at : 4 * at + 4])
        firm = (probe.best.value for probe in probes if probe.best and probe.best.firm)
        largest = max((abs(value) for value in firm), default=0.0)
        pending = [number for number in pending if not probes[number].settled(largest)]
    return [probe.slope(largest) for probe in probes]


@dataclass(frozen=True)
class _Reading:
    """What one pair of steps tells."""

    step: float
    value: float
    uncertainty: float
    left: float
    right: float
    kind: Kind

    @property
    def firm(self) -> bool:
        """Whether its first digit is right."""
        return self.uncertainty < abs(self.value) / 10


class _Probe:
    """A parameter at `value`, and what has been found out about it."""

    def __init__(self, value: float, loss: float) -> None:
        self.value, self.loss = value, loss
        # A power of 2: adding the step then loses nothing.
        size = 2.0 ** math.frexp(max(abs(value), LEAST_SIZE))[1]
        own = 2.0 ** math.frexp(value)[1] if value else 0.0
        self.steps = [size * share for share in SHARES]
        if SMALL < own < size * SHARES[0]:
            self.steps += [own * share for share in OWN_SHARES]
        self.steps.append(size * LARGER)
        #: Asked last, and only where nothing has changed so far.
        self.far = size
        self.readings: list[_Reading] = []
        self.still = True

    def places(self) -> list[float]:
        """Where the loss is to be known next."""
        step = self.steps[0]
        return [self.value + move for move in (step, -step, step / 2, -step / 2)]

    def take(self, losses: Sequence[float]) -> None:
        """The losses at `places`."""
        reading = _reading(self.value, self.loss, self.places(), losses)
        self.still = self.still and all(loss == self.loss for loss in losses)
        step = self.steps.pop(0)
        if reading is not None and step != self.far:
            self.readings.append(reading)
        if self.still and step != self.far:
            self.steps = [self.far]

    @property
    def best(self) -> _Reading | None:
        return min(self.readings, key=lambda reading: reading.uncertainty, default=None)

    def trusted(self, largest: float) -> bool:
        best = self.best
        if best is None:
            return False
        bound = TRUST * max(abs(best.value), NEGLIGIBLE * largest)
        return best.uncertainty <= max(bound, NOTHING) or (
            # No step tells it from 0, nor from what rounding makes of it.
            best.kind is Kind.SMOOTH and not self.steps
        )

    def settled(self, largest: float) -> bool:
        if not self.steps:
            return True
        if self.still:
            return False
        # What seems to jump may only be steep: that takes smaller steps.
        kinks = [reading.kind for reading in self.readings[-2:]] == [Kind.KINK] * 2
        return kinks or self.trusted(largest)

    def slope(self, largest: float) -> Slope:
        best = self.best
        if best is None:
            nan = math.nan
            return Slope(Kind.NOWHERE, nan, nan, nan, nan, nan)
        kind = Kind.SMOOTH
        if not self.trusted(largest):
            # The smallest step that says so tells most of what is there.
            broken = [each for each in self.readings if each.kind in (Kind.KINK, Kind.JUMP)]
            best = min(broken, key=lambda each: each.step, default=best)
            kind = best.kind if broken else Kind.UNCLEAR
        return Slope(
            kind, best.value, best.uncertainty, best.step, best.left, best.right, self.still
        )


def _reading(
    value: float, loss: float, places: Sequence[float], losses: Sequence[float]
) -> _Reading | None:
    """What the losses at v ± h and v ± h/2 tell; None where one of them is no number."""
    if not all(map(math.isfinite, losses)):
        return None
    sides = [(there - loss) / (place - value) for place, there in zip(places, losses, strict=True)]
    right, left, inner_right, inner_left = sides
    outer = (losses[0] - losses[1]) / (places[0] - places[1])
    inner = (losses[2] - losses[3]) / (places[2] - places[3])
    rounding = ROUNDINGS * float_info.epsilon * max(map(abs, [loss, *losses]))
    noise = rounding / (places[2] - places[3])
    gap, inner_gap = right - left, inner_right - inner_left
    defect = max(abs(outer - inner), abs(inner_gap - gap / 2))
    return _Reading(
        step=places[0] - value,
        value=(4 * inner - outer) / 3,
        uncertainty=2 * defect + noise,
        left=inner_left,
        right=inner_right,
        kind=_kind(losses, sides, defect, noise),
    )


def _kind(losses: Sequence[float], sides: Sequence[float], defect: float, noise: float) -> Kind:
    if defect <= 4 * noise:
        return Kind.SMOOTH
    right, left, inner_right, inner_left = sides
    height, inner_height = losses[0] - losses[1], losses[2] - losses[3]
    # At a kink in the middle both heights may be 0.
    if abs(height) > 0 and abs(height - inner_height) <= STEADY * abs(height):
        return Kind.JUMP
    gap = abs(inner_right - inner_left)
    if max(abs(right - inner_right), abs(left - inner_left)) <= STEADY * gap:
        return Kind.KINK
    return Kind.UNCLEAR
