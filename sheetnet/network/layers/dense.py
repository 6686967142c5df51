"""A fully connected layer: z = W a + b, a = f(z).

Sources: HappyDustbunny, "Forward pass" and "Back propagation"; Sabine 4 and 5.1.1 (signs
mended); Bhadani, "Forward Propagation" to "Weight Updates"; Wichmann (2.7), (2.12), (4.2).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from sheetnet.expressions.formula import Area, Expression, total
from sheetnet.network.activations import ACTIVATIONS, Activation
from sheetnet.network.hyper import HyperParameter, chosen
from sheetnet.network.layers.base import Around, Arrays, Draw, Fields, FloatArray, Layer
from sheetnet.network.names import resolve
from sheetnet.network.quantities import (
    ACTIVATION,
    BIAS,
    BIAS_GRADIENT,
    DELTA,
    SHARED_BIAS,
    UNIT,
    WEIGHT,
    WEIGHT_GRADIENT,
    Quantity,
    Z,
)
from sheetnet.network.sums import WRITTEN_OUT, Each, divided, product, reduced, sum_of_products

MOST_UNITS = 16_384
SOURCE_UNIT = "source × unit"
Finite = Annotated[float, Field(allow_inf_nan=False)]
Row = Annotated[tuple[Finite, ...], Field(min_length=1, strict=False)]
Matrix = Annotated[tuple[Row, ...], Field(min_length=1, strict=False)]
#: The same, or nothing.
Rows = Annotated[tuple[Row, ...], Field(strict=False)]


def layout(text: Any) -> Any:
    """A layout of weights; keyboards have x where × is meant."""
    return re.sub(r"\s*[x×]\s*", " × ", text) if isinstance(text, str) else text


def _is_said(value: Any) -> Any:
    """Whether there is a bias; its numbers have a key of their own."""
    if isinstance(value, bool):
        return value
    raise ValueError(f"bias: write true or false, not {value!r:.40}: numbers stand in 'biases'")


def _alone(value: Any) -> Any:
    """The one bias that all units share may stand without brackets."""
    return (value,) if isinstance(value, int | float) and not isinstance(value, bool) else value


Biases = Annotated[
    Row,
    BeforeValidator(_alone),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number"},
                {"type": "array", "items": {"type": "number"}, "minItems": 1},
            ]
        }
    ),
]


class DenseFields(Fields):
    """A dense layer's table; an activation's hyper-parameters are keys of their own."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    units: int = Field(ge=1, le=MOST_UNITS, description="number of units (neurons)")
    activation: str = Field(
        description="the activation function", json_schema_extra={"enum": [*sorted(ACTIVATIONS)]}
    )
    weights: Matrix | None = Field(default=None, description="units × sources; drawn when left out")
    biases: Biases | None = Field(default=None, description="one for each unit; 0 when left out")
    bias: Annotated[bool, BeforeValidator(_is_said)] = Field(
        default=True, description="false: the units have no bias"
    )
    shared_bias: bool = Field(
        default=False, description="true: all units have one bias, trained as one"
    )
    weights_layout: Annotated[
        Literal["unit × source", "source × unit"], BeforeValidator(layout)
    ] = Field(
        default="unit × source", description="what a row of the weights is: a unit, or a source"
    )


class Dense(Layer):
    """The layer of all four documents."""

    kind = "dense"
    fields = DenseFields
    given: ClassVar[dict[str, str]] = {WEIGHT.name: "weights", BIAS.name: "biases"}
    values = (Z, ACTIVATION)
    backs = (DELTA,)

    def __init__(self, number: int, sources: int, fields: DenseFields) -> None:
        super().__init__(number, sources, fields)
        self.units = fields.units
        self.activation = resolve(fields.activation, ACTIVATIONS, "activation", "activation")
        self.hyper = self._hyper(fields)
        weights = fields.weights
        if fields.weights_layout == SOURCE_UNIT and weights is not None:
            check_matrix("weights", weights, sources, "source", self.units, "unit")
            weights = tuple(zip(*weights, strict=True))
        check_matrix("weights", weights, self.units, "unit", sources, "source")
        if fields.weights_layout == SOURCE_UNIT:
            self.turned = (WEIGHT.name,)
        #: The bias of each unit, the one of all, or none.
        self.bias: Quantity | None = SHARED_BIAS if fields.shared_bias else BIAS
        if not fields.bias:
            self.bias = None
        self.parameters = (WEIGHT, *filter(None, [self.bias]))
        _check_biases(fields)
        self._weights, self._biases = weights, fields.biases

    def _hyper(self, fields: DenseFields) -> dict[str, Any]:
        """The activation's hyper-parameters; what others have may stand there at its default."""
        own, given = self.activation.hyper, dict(fields.model_extra or {})
        for other in ACTIVATIONS.values():
            for each in other.hyper:
                if each in own or each.name not in given:
                    continue
                if given.pop(each.name) != each.default:
                    raise ValueError(
                        f"{each.name}: only a {other.name} has it: take it out, or set "
                        f'activation = "{other.name}"'
                    )
        return chosen(own, given, "", f"a {fields.activation}")

    @property
    def turned_by(self) -> tuple[HyperParameter, ...]:
        return tuple(each for each in self.activation.hyper if each.knob and not each.shared)

    @property
    def shared_by(self) -> tuple[HyperParameter, ...]:
        return tuple(each for each in self.activation.hyper if each.knob and each.shared)

    def with_activation(self, activation: Activation, values: Mapping[str, Any]) -> Dense:
        """The same layer with another activation; `values` are those of its hyper-parameters."""
        other = self.with_hyper(values)
        other.activation = activation
        return other

    def fuses_with(self, activation: str) -> bool:
        return self.activation.name == activation

    @property
    def signless(self) -> bool:
        return self.activation.signless

    @property
    def below_one(self) -> bool:
        return self.activation.below_one

    def kinks(self) -> tuple[tuple[Quantity, Any], ...]:
        return tuple((Z, at) for at in self.activation.kinks(self.hyper))

    def first(self, draw: Draw) -> Arrays:
        weights = (
            draw(self.units, self.sources) if self._weights is None else np.array(self._weights)
        )
        first = {WEIGHT.name: weights.astype(float)}
        if self.bias:
            biases = np.array(self._biases or (0.0,) * self.units, float)
            first[BIAS.name] = biases if self.bias.axes else biases[0].reshape(())
        return first

    def forward(self, p: Mapping[str, FloatArray], below: FloatArray) -> Arrays:
        z = below @ p[WEIGHT.name].T + p.get(BIAS.name, 0.0)
        return {Z.name: z, ACTIVATION.name: self.activation.value(z, self.hyper)}

    def backward(
        self,
        p: Mapping[str, FloatArray],
        below: FloatArray,
        kept: Mapping[str, FloatArray],
        by_output: FloatArray,
        fused: bool,
    ) -> tuple[Arrays, Arrays]:
        delta = by_output
        if not fused:
            z, a = kept[Z.name], kept[ACTIVATION.name]
            delta = self.activation.back(z, a, by_output, self.hyper)
        gradients = {WEIGHT.name: delta.T @ below}
        if self.bias:
            gradients[BIAS.name] = delta.sum(axis=0 if self.bias.axes else None)
        return {DELTA.name: delta}, gradients

    def by_input(self, p: Mapping[str, FloatArray], backs: Mapping[str, FloatArray]) -> FloatArray:
        result: FloatArray = backs[DELTA.name] @ p[WEIGHT.name]
        return result

    def formula(self, quantity: Quantity, around: Around, index: Mapping[str, int]) -> Expression:
        sample, unit, source = (index.get(axis, 0) for axis in ("sample", "unit", "source"))
        if quantity is Z:
            return self._z(around, sample, unit)
        if quantity is ACTIVATION:
            return self._activation(around, sample, unit)
        if quantity is DELTA:
            return self._delta(around, sample, unit)
        if quantity == BIAS_GRADIENT:
            return self._bias_gradient(around, index)
        assert quantity == WEIGHT_GRADIENT

        def delta(n: int) -> Expression:
            return around.cells.at(DELTA, self.number, sample=n, unit=unit)

        def area() -> Area | None:
            return around.cells.area(DELTA, self.number, unit=unit)

        products = sum_of_products(
            around.samples,
            delta,
            lambda n: around.below(self.number, n, source),
            lambda: (area(), around.below_area(self.number, unit=source)),
        )
        return divided(products, around.divisor)

    def _bias_gradient(self, around: Around, index: Mapping[str, int]) -> Expression:
        """Over the examples the δ of a unit, or where the bias is shared those of all units."""
        own = {UNIT: index[UNIT]} if self.bias is BIAS else {}
        units = [*own.values()] or range(self.units)

        def delta(k: int) -> Expression:
            sample, unit = divmod(k, len(units))
            return around.cells.at(DELTA, self.number, sample=sample, unit=units[unit])

        count = around.samples * len(units)
        return reduced(
            count, delta, lambda: around.cells.area(DELTA, self.number, **own), around.divisor
        )

    def slope(self, around: Around, sample: int, unit: int) -> Expression | None:
        """da/dz of one unit; None where the activation does not work unit by unit."""
        if self.activation.cell_slope is None:
            return None
        at = around.cells.at
        place = {"sample": sample, "unit": unit}
        z, a = at(Z, self.number, **place), at(ACTIVATION, self.number, **place)
        return self.activation.cell_slope(z, a, self.hyper)

    def by_source(self, around: Around, sample: int, source: int) -> Expression:
        cells, number = around.cells, self.number
        return sum_of_products(
            self.units,
            lambda j: cells.at(DELTA, number, sample=sample, unit=j),
            lambda j: cells.at(WEIGHT, number, unit=j, source=source),
            lambda: (
                cells.area(DELTA, number, sample=sample),
                cells.area(WEIGHT, number, source=source),
            ),
        )

    def applied(self, z: Sequence[Expression], unit: int) -> Expression:
        """The activation of one unit, of any expressions in z's place."""
        return self.activation.cell(z, unit, self.hyper)

    def summed(self, around: Around, sample: int, unit: int) -> Expression:
        """The weighted sum of one unit, as z's formula has it."""
        return self._z(around, sample, unit)

    def _each_unit(self, around: Around, quantity: Quantity, sample: int) -> Each:
        at, number = around.cells.at, self.number
        return Each(self.units, lambda k: at(quantity, number, sample=sample, unit=k))

    def _z(self, around: Around, sample: int, unit: int) -> Expression:
        """The pre-activation; a document whose bias is node 0 writes it first."""
        cells, number = around.cells, self.number

        def weight(k: int) -> Expression:
            return cells.at(WEIGHT, number, unit=unit, source=k)

        def below(k: int) -> Expression:
            return around.below(number, sample, k)

        weighted = sum_of_products(
            self.sources,
            weight,
            below,
            lambda: (
                cells.area(WEIGHT, number, unit=unit),
                around.below_area(number, sample=sample),
            ),
        )
        if self.bias is None:
            return weighted
        bias = cells.at(self.bias, number, unit=unit)
        if not around.notation.bias_node_first:
            return weighted + bias
        if self.sources > WRITTEN_OUT:
            return bias + weighted
        return total([bias, *(weight(k) * below(k) for k in range(self.sources))])

    def _activation(self, around: Around, sample: int, unit: int) -> Expression:
        return self.applied(self._each_unit(around, Z, sample), unit)

    def _delta(self, around: Around, sample: int, unit: int) -> Expression:
        """∂L/∂a · da/dz; in the output layer the fused form where the loss has one."""
        fused = around.fused(self.number, sample, unit)
        if fused is not None:
            return fused
        slope = self.slope(around, sample, unit)
        if slope is None:
            g = Each(self.units, lambda j: around.upstream(self.number, sample, j))
            z, a = (self._each_unit(around, q, sample) for q in (Z, ACTIVATION))
            return self.activation.cell_back(z, a, g, unit, self.hyper)
        upstream = around.upstream(self.number, sample, unit)
        if around.slope_first(self.number):
            return product(slope, upstream)
        return product(upstream, slope)


def _check_biases(fields: DenseFields) -> None:
    """Raise `ValueError` that names the field where the biases are not as they are said to be."""
    if not fields.bias and (fields.shared_bias or fields.biases is not None):
        field = "shared_bias" if fields.shared_bias else "biases"
        raise ValueError(f"{field}: this layer has no bias (bias = false): take one of them out")
    if fields.biases is None:
        return
    count = len(fields.biases)
    if fields.shared_bias and (len(set(fields.biases)) > 1 or count not in (1, fields.units)):
        raise ValueError(
            f"biases: has {count} numbers, and all units share one (shared_bias = true): write one"
        )
    if not fields.shared_bias and count != fields.units:
        raise ValueError(
            f"biases: has {count} number{'s' * (count != 1)}: write {fields.units}, one for "
            "each unit"
        )


def check_matrix(
    field: str,
    matrix: tuple[tuple[Any, ...], ...] | None,
    rows: int,
    row: str,
    columns: int,
    column: str,
) -> None:
    """Raise `ValueError` that names the field where a matrix has another shape."""
    if matrix is None:
        return
    if len(matrix) != rows:
        raise ValueError(
            f"{field}: has {len(matrix)} row{'s' * (len(matrix) != 1)}: write {rows}, one for "
            f"each {row}"
        )
    for i, numbers in enumerate(matrix):
        if len(numbers) != columns:
            raise ValueError(
                f"{field}[{i}]: has {len(numbers)} number{'s' * (len(numbers) != 1)}: write "
                f"{columns}, one for each {column}"
            )
