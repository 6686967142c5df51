"""The equations of a network, element by element, as formula trees.

Each keeps the order in which the lesson's document writes it. A sheet says where the
numbers of a step stand (`Cells`), `Equations` says what follows from what, once for all
sheets. Sources: HappyDustbunny, "Forward pass" and "Back propagation"; Sabine 4 and
5.1.1 (signs mended); Bhadani, "Forward Propagation" to "Weight Updates"; Wichmann (2.7),
(2.12), (4.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sheetnet.expressions.formula import Applied, Area, Binary, Expression, Number, call, total
from sheetnet.network.activations import ACTIVATIONS, IDENTITY, Activation
from sheetnet.network.lesson import Lesson
from sheetnet.network.losses import LOSSES
from sheetnet.network.notation import NOTATIONS

#: Sums of up to this many products are written out, longer ones as SUMPRODUCT.
WRITTEN_OUT = 8

Terms = Sequence[Expression]
Areas = tuple[Area | None, Area | None]


def product(left: Expression, right: Expression) -> Expression:
    """left · right, read from left to right: no parentheses around a product, no factor 1."""
    if right == Number(1):
        return left
    if left == Number(1):
        return right
    if isinstance(right, Binary) and right.operator == "*":
        return product(product(left, right.left), right.right)
    return left * right


def sum_of_products(left: Terms, right: Terms, areas: Areas) -> Expression:
    """Σ left·right: term by term where that is readable, else over the two ranges.

    Two rows or two columns are a SUMPRODUCT, a row and a column a matrix product.
    """
    one, other = areas
    if len(left) > WRITTEN_OUT and one and other:
        if one.shape == other.shape:
            return call("SUMPRODUCT", one, other)
        if one.shape[0] == 1 and one.shape == other.shape[::-1]:
            return call("MMULT", one, other)
    return total([a * b for a, b in zip(left, right, strict=True)])


class Cells(Protocol):
    """Where the numbers of one step stand on a sheet.

    Layers count from 1; the activations of layer 0 are the inputs. All else counts from 0.
    """

    def at(
        self,
        quantity: str,
        layer: int | None = None,
        *,
        sample: int = 0,
        unit: int = 0,
        source: int = 0,
    ) -> Expression:
        """The cell of one number."""

    def area(self, quantity: str, layer: int | None = None, **index: int) -> Area | None:
        """The cells with the given indices, where they adjoin."""


class Equations:
    """What each number of a step is, as a formula on the others."""

    def __init__(self, lesson: Lesson, samples: int, cells: Cells) -> None:
        self._lesson, self._cells = lesson, cells
        self._samples = range(samples)
        self._sizes = lesson.sizes
        self._notation = NOTATIONS[lesson.notation]
        self._loss = LOSSES[lesson.network.loss]

    def _activation(self, layer: int) -> tuple[Activation, float]:
        facts = self._lesson.network.layers[layer - 1]
        return ACTIVATIONS[facts.activation], facts.theta

    def _units(self, quantity: str, layer: int, sample: int) -> Terms:
        """A quantity of one example, for every unit of a layer."""
        units = range(self._sizes[layer])
        return [self._cells.at(quantity, layer, sample=sample, unit=k) for k in units]

    def _examples(self, quantity: str, layer: int, unit: int) -> Terms:
        """A quantity of one unit, for every example."""
        return [self._cells.at(quantity, layer, sample=n, unit=unit) for n in self._samples]

    def z(self, layer: int, sample: int, unit: int) -> Expression:
        """The pre-activation; a document whose bias is node 0 writes it first."""
        at, area = self._cells.at, self._cells.area
        sources = range(self._sizes[layer - 1])
        weights = [at("weight", layer, unit=unit, source=k) for k in sources]
        below = self._units("activation", layer - 1, sample)
        bias = at("bias", layer, unit=unit)
        areas = area("weight", layer, unit=unit), area("activation", layer - 1, sample=sample)
        weighted = sum_of_products(weights, below, areas)
        if not self._notation.bias_node_first:
            return weighted + bias
        if len(weights) > WRITTEN_OUT:
            return bias + weighted
        return total([bias, *(w * a for w, a in zip(weights, below, strict=True))])

    def activation(self, layer: int, sample: int, unit: int) -> Expression:
        """a = f(z)."""
        z = self._cells.at("z", layer, sample=sample, unit=unit)
        return self.applied(layer, z)

    def applied(self, layer: int, z: Expression) -> Expression:
        """The layer's activation function of any expression."""
        function, theta = self._activation(layer)
        if function is IDENTITY:
            return z
        return Applied(function.symbol, z, function.cell(z, theta))

    def loss(self, sample: int) -> Expression:
        """The loss of one example, over the output units."""
        last = len(self._sizes) - 1
        targets = [self._cells.at("target", sample=sample, unit=j) for j in range(self._sizes[-1])]
        return self._loss.cell(self._units("activation", last, sample), targets)

    def cost(self) -> Expression:
        """The mean of the examples' losses."""
        losses = [self._cells.at("loss", sample=n) for n in self._samples]
        return mean(losses, self._cells.area("loss"))

    def slope(self, layer: int, sample: int, unit: int) -> Expression:
        """da/dz of one unit."""
        function, theta = self._activation(layer)
        at = self._cells.at
        z = at("z", layer, sample=sample, unit=unit)
        return function.cell_slope(z, at("activation", layer, sample=sample, unit=unit), theta)

    def delta(self, layer: int, sample: int, unit: int) -> Expression:
        """δ = ∂L/∂z of one example.

        In the output layer ∂L/∂a · da/dz, or a − t where the two cancel exactly; below it
        the sum over the next layer's δ and the weights that lead there, times da/dz.
        """
        at, area = self._cells.at, self._cells.area
        slope = self.slope(layer, sample, unit)
        if layer == len(self._sizes) - 1:
            a = at("activation", layer, sample=sample, unit=unit)
            t = at("target", sample=sample, unit=unit)
            if self._loss.fused_with == self._activation(layer)[0].name:
                return a - t
            return product(self._loss.cell_gradient(a, t), slope)
        nexts = range(self._sizes[layer + 1])
        back = sum_of_products(
            self._units("delta", layer + 1, sample),
            [at("weight", layer + 1, unit=j, source=unit) for j in nexts],
            (area("delta", layer + 1, sample=sample), area("weight", layer + 1, source=unit)),
        )
        return product(slope, back) if self._notation.slope_first else product(back, slope)

    def weight_gradient(self, layer: int, unit: int, source: int) -> Expression:
        """∂C/∂w: the mean over the examples of δ · a."""
        area = self._cells.area
        products = sum_of_products(
            self._examples("delta", layer, unit),
            self._examples("activation", layer - 1, source),
            (area("delta", layer, unit=unit), area("activation", layer - 1, unit=source)),
        )
        count = len(self._samples)
        return products if count == 1 else products / count

    def bias_gradient(self, layer: int, unit: int) -> Expression:
        """∂C/∂b: the mean over the examples of δ."""
        deltas = self._examples("delta", layer, unit)
        return mean(deltas, self._cells.area("delta", layer, unit=unit))


def mean(values: Terms, area: Area | None) -> Expression:
    """The mean of one number for each example."""
    if len(values) == 1:
        return values[0]
    return call("AVERAGE", area) if area else total(values) / len(values)


def updated(parameter: Expression, rate: Expression, gradient: Expression) -> Expression:
    """One step of gradient descent."""
    return parameter - rate * gradient
