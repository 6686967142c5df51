"""What a slip of a document is: what is printed, what is right, and what shows it.

A document's list is data: texts, and the name of a proof. A proof points at this workbook's own
cells: a number of Training, a central difference of its cost, the count of a range.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sheetnet.expressions.formula import Expression, Ref, call
from sheetnet.expressions.rich import Rich
from sheetnet.network.engine import FloatArray
from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import (
    ACTIVATION,
    BIAS,
    DELTA,
    INPUT,
    TARGET,
    WEIGHT,
    Quantity,
    Z,
)
from sheetnet.network.sheets import gradient_check
from sheetnet.network.sheets import gradient_verdicts as verdicts
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.differences import checked
from sheetnet.workbook.model import Claimed

#: The step of central differences on Notation.
H = 1e-4

#: A live number, and what it must be.
Live = tuple[Expression, Claimed]


@dataclass(frozen=True)
class Proof:
    """What follows from the printed, what from the right, and what is measured.

    The numbers may be `counts`, of rows or of columns; those that differ in their last digits
    only are `fine`, and no differences. A number that Gradient check measures has its `verdict`
    there, and the `size` of the costs in it. One that is `decided` has looked at the lesson's own
    numbers already.
    """

    printed: Live
    right: Live
    measured: Live
    counts: bool = False
    fine: bool = False
    verdict: Ref | None = None
    decided: bool = False
    size: float | Callable[[Any], float] = 1.0


@dataclass(frozen=True)
class Slip:
    """Where it stands, cited by section, what is printed, what is right, and what shows it.

    `proof(context)` is None where a lesson does not meet the slip: then it is not there.
    """

    where: str
    printed: Rich | str
    right: Rich | str
    shown: str
    proof: Callable[[Context], Proof | None]


def slope(f: Callable[[float], Expression], x: float) -> Expression:
    """The central difference of f at x."""
    return (f(x + H) - f(x - H)) / (2 * H)


class Cells:
    """The numbers of the chosen step and example, as a formula finds them; all count from 0."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def w(self, layer: int, unit: int, source: int) -> Expression:
        return self.context.of_step(WEIGHT, layer, unit=unit, source=source)

    def b(self, layer: int, unit: int) -> Expression:
        return self.context.of_step(BIAS, layer, unit=unit)

    def z(self, layer: int, unit: int) -> Expression:
        return self.context.of_step(Z, layer, unit=unit)

    def a(self, layer: int, unit: int) -> Expression:
        """Layer 0 is the input."""
        if layer == 0:
            return self.context.given(INPUT, unit)
        return self.context.of_step(ACTIVATION, layer, unit=unit)

    def t(self, unit: int) -> Expression:
        return self.context.given(TARGET, unit)

    def delta(self, layer: int, unit: int) -> Expression:
        return self.context.of_step(DELTA, layer, unit=unit)

    def count(self, quantity: Quantity, layer: int | None = None, **index: int) -> Expression:
        """How many numbers some input cells are."""
        given = quantity in (INPUT, TARGET)
        block = self.context.fed(quantity) if given else self.context.knob(quantity, layer)
        return call("COUNT", block.area(fixed=True, **index))


class Arrays:
    """The same in NumPy."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers

    def w(self, layer: int) -> FloatArray:
        return self.numbers.now(WEIGHT, layer)

    def b(self, layer: int) -> FloatArray:
        return self.numbers.now(BIAS, layer)

    def z(self, layer: int) -> FloatArray:
        z: FloatArray = self.numbers.now(Z, layer)[self.numbers.sample]
        return z

    def a(self, layer: int) -> FloatArray:
        a: FloatArray = self.numbers.below(layer + 1)[self.numbers.sample]
        return a

    def delta(self, layer: int) -> FloatArray:
        delta: FloatArray = self.numbers.now(DELTA, layer)[self.numbers.sample]
        return delta

    @property
    def t(self) -> FloatArray:
        t: FloatArray = self.numbers.targets[self.numbers.sample]
        return t


def told(compute: Callable[[Arrays], Any]) -> Claimed:
    """A claim from the arrays of the chosen step and example."""
    return lambda numbers: float(compute(Arrays(numbers)))


def by_difference(
    context: Context,
    quantity: Quantity,
    layer: int,
    place: dict[str, int],
    printed: Live,
    right: Live,
) -> Proof | None:
    """Two gradients of a parameter, told apart by the central difference on Gradient check.

    None where that sheet is not there, or does not measure this parameter, or measures with it
    what penalties say of it.
    """
    if not gradient_check.applies(context) or context.net.penalties:
        return None
    places = [(p.quantity, p.layer, p.place) for p in checked(context.net, context.samples)]
    if (quantity, layer, place) not in places:
        return None
    number = places.index((quantity, layer, place))
    row = gradient_check.FIRST_ROW + number
    columns = gradient_check.DIFFERENCE, gradient_check.VERDICT
    measured, verdict = (Ref(gradient_check.NAME, row, c, True) for c in columns)

    def claim(numbers: Numbers) -> float:
        return float(verdicts.slopes(numbers)[number])

    return Proof(printed, right, (measured, claim), verdict=verdict, size=verdicts.scale)
