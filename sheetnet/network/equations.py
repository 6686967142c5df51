"""The equations of a network, element by element, as formula trees.

Each keeps the order in which the lesson's document writes it. A sheet says where the
numbers of a step stand (`Cells`), `Equations` says what follows from what, once for all
sheets; the layers, the loss and the optimiser say how.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from sheetnet.expressions.formula import Area, Expression, call
from sheetnet.network.arranging import arranged, logarithm_named
from sheetnet.network.layers.base import Cells
from sheetnet.network.net import Net
from sheetnet.network.notation import Notation
from sheetnet.network.penalties import PENALISED, PENALTY, penalty_cell
from sheetnet.network.quantities import (
    ACTIVATION,
    COST,
    INPUT,
    LOSS,
    ORDER,
    SAMPLE,
    TARGET,
    WEIGHT,
    Quantity,
    Z,
)
from sheetnet.network.sums import Each, reduced


class Equations:
    """What each number of a step is, as a formula on the others (`layers.base.Around`)."""

    def __init__(
        self,
        net: Net,
        notation: Notation,
        samples: int,
        cells: Cells,
        loss_hyper: Mapping[str, Expression],
    ) -> None:
        """`loss_hyper` are the cells of the loss's hyper-parameters."""
        self.net, self.notation, self.samples, self.cells = net, notation, samples, cells
        self.loss_hyper = loss_hyper
        self.divisor = net.reduction.divisor(samples)
        self._gradients = {parameter.gradient.name for parameter, _ in net.parameters()}

    def of(self, quantity: Quantity, layer: int | None, index: Mapping[str, int]) -> Expression:
        """The formula of one number of the run, parameters and an optimiser's state apart."""
        if quantity == LOSS:
            return self.loss(index["sample"])
        if quantity == COST:
            return self.cost()
        if quantity == PENALTY:
            return penalty_cell(self.net.penalties, self._penalised())
        assert layer is not None
        if quantity.name not in self._gradients:
            return self.net.layers[layer - 1].formula(quantity, self, index)
        found = self.net.layers[layer - 1].formula(quantity, self.drawn, index)
        return self.penalised(found, layer, index) if quantity == WEIGHT.gradient else found

    def penalised(self, gradient: Expression, layer: int, index: Mapping[str, int]) -> Expression:
        """The gradient of a weight by the losses, and what the penalties add to it."""
        for each in self.net.penalties:
            place = {axis: index[axis] for axis in WEIGHT.axes if axis in index}
            slope = each.penalty.cell_slope(self.cells.at(WEIGHT, layer, **place))
            gradient = gradient + each.strength * slope
        return gradient

    def _penalised(self) -> list[Expression]:
        """The areas of all weights, or their cells."""
        found: list[Expression] = []
        for layer in self.net.layers:
            for parameter in layer.parameters:
                if parameter.name == PENALISED:
                    found += self._all(parameter, layer.number)
        return found

    def _all(self, parameter: Quantity, layer: int) -> list[Expression]:
        area = self.cells.area(parameter, layer)
        if area is not None:
            return [area]
        lengths = self.net.lengths(parameter, layer, 1)
        places = (dict(zip(lengths, place, strict=True)) for place in np.ndindex(*lengths.values()))
        return [self.cells.at(parameter, layer, **place) for place in places]

    @cached_property
    def drawn(self) -> Equations:
        """The same of the examples that a step learns from."""
        batch = self.net.learns_from
        if batch is None or self.samples == 1:
            return self
        cells = DrawnCells(self.cells, self.net, self.samples)
        return Equations(self.net, self.notation, batch, cells, self.loss_hyper)

    def below(self, layer: int, sample: int, source: int) -> Expression:
        if layer == 1:
            return self.cells.at(INPUT, None, sample=sample, unit=source)
        return self.cells.at(ACTIVATION, layer - 1, sample=sample, unit=source)

    def below_area(self, layer: int, **index: int) -> Area | None:
        if layer == 1:
            return self.cells.area(INPUT, None, **index)
        return self.cells.area(ACTIVATION, layer - 1, **index)

    def upstream(self, layer: int, sample: int, unit: int) -> Expression:
        if layer < self.net.depth:
            return self.net.layers[layer].by_source(self, sample, unit)
        gradient = self.net.loss.cell_gradient(*self._outputs(sample), unit, self.loss_hyper)
        return logarithm_named(gradient, self.notation)

    def slope_first(self, layer: int) -> bool:
        return layer < self.net.depth and self.notation.slope_first

    def fused(self, layer: int, sample: int, unit: int) -> Expression | None:
        if not self.net.is_fused(layer):
            return None
        fused = self.net.loss.cell_fused(*self._outputs(sample), unit, self.loss_hyper)
        return logarithm_named(fused, self.notation)

    def loss(self, sample: int) -> Expression:
        """The loss of one example, over the output units, as the document writes it."""
        return arranged(self._loss(sample), self.notation)

    def _loss(self, sample: int) -> Expression:
        loss, depth = self.net.loss, self.net.depth
        outputs, targets = self._outputs(sample)
        if not self.net.is_fused(depth) or loss.cell_from_z is None:
            return loss.cell(outputs, targets, self.loss_hyper)
        z = Each(len(targets), lambda j: self.cells.at(Z, depth, sample=sample, unit=j))
        return loss.cell_from_z(outputs, z, targets, self.loss_hyper)

    def cost(self) -> Expression:
        """The examples' losses, their mean or their sum, and the penalty."""
        of_losses = reduced(
            self.samples,
            lambda n: self.cells.at(LOSS, None, sample=n),
            lambda: self.cells.area(LOSS),
            self.divisor,
        )
        return of_losses + self.cells.at(PENALTY) if self.net.penalties else of_losses

    def order(self, step: Expression, place: int) -> Expression:
        """The number of an example that a step learns from, counted from 1."""
        batch = self.net.learns_from
        first = step if batch == 1 else step * batch
        return call("MOD", first + place if place else first, self.samples) + 1

    def _outputs(self, sample: int) -> tuple[Each, Each]:
        """The values of the output units and their targets."""
        at, depth, units = self.cells.at, self.net.depth, self.net.sizes[-1]
        return (
            Each(units, lambda j: at(ACTIVATION, depth, sample=sample, unit=j)),
            Each(units, lambda j: at(TARGET, None, sample=sample, unit=j)),
        )


class DrawnCells:
    """The cells of the examples that a step learns from (`layers.base.Cells`), by their order."""

    def __init__(self, cells: Cells, net: Net, samples: int) -> None:
        self._cells, self._net, self._samples = cells, net, samples

    def at(self, quantity: Quantity, layer: int | None = None, **index: int) -> Expression:
        if SAMPLE not in quantity.axes or quantity == ORDER:
            return self._cells.at(quantity, layer, **index)
        number = self._cells.at(ORDER, None, sample=index.pop(SAMPLE, 0))
        area = self._cells.area(quantity, layer, **index)
        if area is None or 1 not in area.shape:
            each = range(self._samples)
            cells = [self._cells.at(quantity, layer, sample=n, **index) for n in each]
            return call("CHOOSE", number, *cells)
        place = (number, 1) if area.shape[1] == 1 else (1, number)
        return call("INDEX", area, *place)

    def area(self, quantity: Quantity, layer: int | None = None, **index: int) -> Area | None:
        return None if SAMPLE in quantity.axes else self._cells.area(quantity, layer, **index)
