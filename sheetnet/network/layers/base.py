"""What a layer is: parameters, a forward and a backward pass, on arrays and in cells.

A layer takes the values of the layer below (N × sources) and gives its own (N × units).
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Protocol, Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from sheetnet.expressions.formula import Area, Expression
from sheetnet.network.hyper import HyperParameter
from sheetnet.network.notation import Notation
from sheetnet.network.quantities import SOURCE, UNIT, Quantity

FloatArray = npt.NDArray[np.float64]
Arrays = dict[str, FloatArray]
#: (units, sources) → units × sources numbers, for parameters that a lesson leaves out.
Draw = Callable[[int, int], FloatArray]


def _places(value: Any) -> Any:
    """`frozen` is true, false or a list of texts."""
    if isinstance(value, bool):
        return value
    if isinstance(value, list | tuple) and all(isinstance(place, str) for place in value):
        return tuple(value)
    raise ValueError(
        f'frozen: write true, or a list of places such as ["weights[0][1]"], not {value!r:.40}'
    )


class Fields(BaseModel):
    """The keys of a layer's table in a lesson file; a kind adds its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    kind: str = "dense"
    frozen: Annotated[bool | tuple[str, ...], BeforeValidator(_places)] = Field(
        default=False,
        description="what training leaves as it is: true for all of the layer, or places such as "
        '"weights[0][1]", "biases"',
    )


class Cells(Protocol):
    """Where the numbers of one step stand on a sheet. Layers count from 1, all else from 0."""

    def at(self, quantity: Quantity, layer: int | None = None, **index: int) -> Expression:
        """The cell of one number; an index that is left out is 0."""

    def area(self, quantity: Quantity, layer: int | None = None, **index: int) -> Area | None:
        """The cells with the given indices, where they adjoin."""


class Around(Protocol):
    """What a layer's formulas may ask for: cells, and what the layers around it pass on."""

    cells: Cells
    notation: Notation
    samples: int
    #: What a sum over the examples is divided by: their number, or 1 where the cost is a sum.
    divisor: int

    def below(self, layer: int, sample: int, source: int) -> Expression:
        """A value of the layer below, for one example."""

    def below_area(self, layer: int, **index: int) -> Area | None:
        """Such values as a range (`sample`, `unit`), where they adjoin."""

    def upstream(self, layer: int, sample: int, unit: int) -> Expression:
        """∂L/∂a of one unit, for one example."""

    def slope_first(self, layer: int) -> bool:
        """Whether the document writes a δ of this layer with the slope in front."""

    def fused(self, layer: int, sample: int, unit: int) -> Expression | None:
        """∂L/∂z where the loss and the activation are one formula."""


class Layer(ABC):
    """A layer of a network; `number` counts from 1.

    `parameters`, `values` and `backs` are its quantities: what it learns, what its forward
    and its backward pass compute; the last of `values` is what the next layer takes, the
    quantity `activation`. `lengths` are those of the axes of its own quantities.
    """

    kind: ClassVar[str]
    fields: ClassVar[type[Fields]]
    parameters: tuple[Quantity, ...] = ()
    #: The keys of a layer's table that give a parameter, by the parameter's name.
    given: ClassVar[dict[str, str]] = {}
    #: Of these parameters the rows in the lesson file are the columns here.
    turned: tuple[str, ...] = ()
    values: ClassVar[tuple[Quantity, ...]]
    backs: ClassVar[tuple[Quantity, ...]]

    number: int
    sources: int
    units: int
    #: The values of the hyper-parameters of its activation, as far as it has one.
    hyper: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, number: int, sources: int, fields: Any) -> None:
        """Raises `ValueError` that begins with the field where the fields do not fit."""
        self.number, self.sources = number, sources

    @property
    def turned_by(self) -> tuple[HyperParameter, ...]:
        """The hyper-parameters of its own that a user may change."""
        return ()

    @property
    def shared_by(self) -> tuple[HyperParameter, ...]:
        """Those that a user may change for all layers at once."""
        return ()

    def with_hyper(self, values: Mapping[str, Any]) -> Self:
        """The same layer with other values of its hyper-parameters: numbers, or cells."""
        other = copy.copy(self)
        other.hyper = values
        return other

    @property
    def lengths(self) -> dict[str, int]:
        return {UNIT: self.units, SOURCE: self.sources}

    def fuses_with(self, activation: str) -> bool:
        """Whether its values are those of this activation, so that a loss may be fused with it."""
        return False

    @property
    def signless(self) -> bool:
        """Whether no value is below 0."""
        return False

    @property
    def below_one(self) -> bool:
        """Whether no value reaches 1, but for rounding."""
        return False

    @abstractmethod
    def first(self, draw: Draw) -> Arrays:
        """The parameters before the first update, by their quantities' names."""

    @abstractmethod
    def forward(self, p: Mapping[str, FloatArray], below: FloatArray) -> Arrays:
        """Its values (by name, … × N × units) from the parameters and the layer below."""

    @abstractmethod
    def backward(
        self,
        p: Mapping[str, FloatArray],
        below: FloatArray,
        kept: Mapping[str, FloatArray],
        by_output: FloatArray,
        fused: bool,
    ) -> tuple[Arrays, Arrays]:
        """From ∂L/∂a (N × units) to the backs and the gradients, by parameter.

        With `fused`, what comes is ∂L/∂z already. Gradients are sums over the examples.
        """

    @abstractmethod
    def by_input(self, p: Mapping[str, FloatArray], backs: Mapping[str, FloatArray]) -> FloatArray:
        """∂L/∂below (N × sources), from what `backward` gave; the first layer's is not needed."""

    @abstractmethod
    def formula(self, quantity: Quantity, around: Around, index: Mapping[str, int]) -> Expression:
        """The formula of one number of its values, backs or gradients."""

    @abstractmethod
    def by_source(self, around: Around, sample: int, source: int) -> Expression:
        """∂L/∂(value of a source), the sum that is passed down to the layer below."""

    def kinks(self) -> tuple[tuple[Quantity, Any], ...]:
        """Where its values have no derivative: a quantity and the value of the kink, which is a
        formula where a cell decides it."""
        return ()
