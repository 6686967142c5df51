"""The equations of a network, element by element, as formula trees.

Each keeps the order in which the lesson's document writes it. The sheets decide which
cells stand in them; Training and Network share them. Sources: HappyDustbunny, "Forward
pass" and "Back propagation"; Sabine 4 and 5.1.1 (signs mended); Bhadani, "Forward
Propagation" to "Weight Updates"; Wichmann (2.7), (2.12), (4.2).
"""

from __future__ import annotations

from collections.abc import Sequence

from sheetnet.formula import Area, Binary, Expression, Number, call, total
from sheetnet.functions.activations import Activation
from sheetnet.functions.losses import Loss
from sheetnet.notation import Notation

#: Sums of up to this many products are written out, longer ones as SUMPRODUCT.
WRITTEN_OUT = 8

Cells = Sequence[Expression]
Areas = tuple[Area | None, Area | None]
NO_AREAS: Areas = (None, None)


def product(left: Expression, right: Expression) -> Expression:
    """left · right, read from left to right: no parentheses around a product, no factor 1."""
    if right == Number(1):
        return left
    if left == Number(1):
        return right
    if isinstance(right, Binary) and right.operator == "*":
        return product(product(left, right.left), right.right)
    return left * right


def sum_of_products(left: Cells, right: Cells, areas: Areas = NO_AREAS) -> Expression:
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


def pre_activation(
    notation: Notation, weights: Cells, sources: Cells, bias: Expression, areas: Areas = NO_AREAS
) -> Expression:
    """z of one unit; a document whose bias is node 0 writes it first."""
    weighted = sum_of_products(weights, sources, areas)
    if not notation.bias_node_first:
        return weighted + bias
    if len(weights) > WRITTEN_OUT:
        return bias + weighted
    return total([bias, *(w * a for w, a in zip(weights, sources, strict=True))])


def output_delta(
    loss: Loss, activation: Activation, z: Expression, a: Expression, t: Expression, theta: float
) -> Expression:
    """δ of an output unit: ∂L/∂a · da/dz, or a − t where the two cancel exactly."""
    if loss.fused_with == activation.name:
        return a - t
    return product(loss.cell_gradient(a, t), activation.cell_slope(z, a, theta))


def hidden_delta(
    notation: Notation,
    slope: Expression,
    deltas: Cells,
    weights: Cells,
    areas: Areas = NO_AREAS,
) -> Expression:
    """δ of a hidden unit from the δ of the next layer and the weights that lead there."""
    back = sum_of_products(deltas, weights, areas)
    return product(slope, back) if notation.slope_first else product(back, slope)


def mean_of_products(left: Cells, right: Cells, areas: Areas = NO_AREAS) -> Expression:
    """A weight's gradient: the mean over the examples of δ · a."""
    products = sum_of_products(left, right, areas)
    return products if len(left) == 1 else products / len(left)


def mean(values: Cells, area: Area | None) -> Expression:
    """The mean of one number for each example."""
    if len(values) == 1:
        return values[0]
    return call("AVERAGE", area) if area else total(list(values)) / len(values)


def updated(parameter: Expression, rate: Expression, gradient: Expression) -> Expression:
    """One step of gradient descent."""
    return parameter - rate * gradient
