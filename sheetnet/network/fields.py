"""The tables of a lesson file, as they are read: network, data, training, what to try.

A layer's table is its kind's own (`layers`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializeAsAny,
    model_validator,
)

from sheetnet.lessons.errors import suggest, validated
from sheetnet.lessons.parts import Part, Try
from sheetnet.network.activations import ACTIVATIONS
from sheetnet.network.data.source import Described
from sheetnet.network.initialisation import INITIALISATIONS
from sheetnet.network.keys import check_keys, declared
from sheetnet.network.layers import LAYERS
from sheetnet.network.layers.base import Fields
from sheetnet.network.layers.dense import MOST_UNITS, Finite, Matrix, Rows
from sheetnet.network.losses import LOSSES
from sheetnet.network.optimisers import OPTIMISERS, SGD
from sheetnet.network.reductions import MEAN, REDUCTIONS
from sheetnet.network.rules import GRADIENT, RULES
from sheetnet.network.schedules import CONSTANT, SCHEDULES

MOST_STEPS = 10_000_000


class Open(Part):
    """A table whose further keys are the hyper-parameters that something in it declares."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, populate_by_name=True)


def _tables(tables: Any) -> Any:
    """The tables of the layers, each read as its kind says."""
    if not isinstance(tables, list | tuple):
        return tables
    return tuple(_table(table, f"network.layers[{i}]") for i, table in enumerate(tables))


def _table(table: Any, field: str) -> Any:
    if not isinstance(table, Mapping):
        if isinstance(table, Fields):
            return table
        raise ValueError(f"{field}: write a table, not {json.dumps(table, default=str)[:40]}")
    kind = table.get("kind", "dense")
    if kind not in LAYERS:
        raise ValueError(f"{field}.kind: unknown kind {kind!r}: " + suggest(str(kind), LAYERS))
    fields = LAYERS[kind].fields
    names = [*fields.model_fields, *declared(ACTIVATIONS.values())]
    check_keys(table, names, f"{field}.")
    return validated(fields, table, field)


class Network(Open):
    inputs: int = Field(ge=1, le=MOST_UNITS, description="number of features")
    loss: str = Field(
        description="the loss of one example", json_schema_extra={"enum": [*sorted(LOSSES)]}
    )
    reduction: str = Field(
        default=MEAN.name,
        description="how the cost is made of the examples' losses",
        json_schema_extra={"enum": [*sorted(REDUCTIONS)]},
    )
    bias: bool = Field(default=True, description="of layers that do not say")
    shared_bias: bool = Field(default=False, description="of layers that do not say")
    initialisation: str = Field(
        default="xavier_uniform",
        description="how weights that are left out are drawn",
        json_schema_extra={"enum": [*sorted(INITIALISATIONS)]},
    )
    seed: int = Field(default=0, ge=0, description="seed of the drawn weights")
    layers: Annotated[tuple[SerializeAsAny[Fields], ...], BeforeValidator(_tables)] = Field(
        min_length=1, strict=False, description="first hidden to output"
    )

    @model_validator(mode="before")
    @classmethod
    def _handed_down(cls, content: Any) -> Any:
        """What is said of all layers stands in those that do not say otherwise."""
        layers = content.get("layers") if isinstance(content, Mapping) else None
        if not isinstance(layers, list | tuple):
            return content
        said = {key: content[key] for key in ("bias", "shared_bias") if key in content}
        return {**content, "layers": [_with(table, said) for table in layers]}


def _with(table: Any, said: Mapping[str, Any]) -> Any:
    """A layer's table with what it does not say itself."""
    if not isinstance(table, Mapping) or table.get("kind", "dense") not in LAYERS:
        return table
    known = LAYERS[table.get("kind", "dense")].fields.model_fields
    own = {key: value for key, value in said.items() if key in known}
    if table.get("bias") is False:
        own.pop("shared_bias", None)
    return {**own, **table}


class Data(Described):
    """The examples as arrays; where a lesson file has them from is `Source`."""

    inputs: Matrix = Field(description="samples × features")
    targets: Matrix = Field(description="samples × output units")
    test_inputs: Rows = Field(default=(), description="examples that are not trained on")
    test_targets: Rows = Field(default=(), description="their targets")


class Fixed(dict[str, Any]):
    """A table that is part of something that does not change."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self.items()))

    def __setitem__(self, key: str, value: Any) -> None:
        raise TypeError("a lesson does not change: copy it")


class Training(Open):
    learning_rate: Finite = Field(gt=0, description="the step size of gradient descent")
    steps: int = Field(ge=0, le=MOST_STEPS, description="number of updates")
    batch: int | None = Field(
        default=None, ge=1, description="examples of a step; all of them when left out"
    )
    shuffle: bool = Field(
        default=False, description="true: batches are drawn in a new order again and again"
    )
    seed: int = Field(default=0, ge=0, description="seed of the order of the examples")
    train_biases: bool = Field(default=True, description="false: biases stay as they are")
    optimiser: str = Field(
        default=SGD.name,
        description="how a step changes the parameters",
        json_schema_extra={"enum": [*sorted(OPTIMISERS)]},
    )
    schedule: str = Field(
        default=CONSTANT.name,
        description="how the learning rate changes from step to step",
        json_schema_extra={"enum": [*sorted(SCHEDULES)]},
    )
    rule: str = Field(
        default=GRADIENT.name,
        description="what a step learns from",
        json_schema_extra={"enum": [*sorted(RULES)]},
    )
    live_choices: bool = Field(
        default=False,
        description="true: drop-downs on Start switch the hidden activation, the loss and the "
        "optimiser",
    )
    compare: Annotated[
        dict[str, Annotated[tuple[Finite, ...], Field(strict=False)]], AfterValidator(Fixed)
    ] = Field(
        default={},
        validate_default=True,
        description="a hyper-parameter and the values with which the run stands side by side",
    )


def tries(written: Any) -> Any:
    """What to try, each a text, or a table that is read as such."""
    if not isinstance(written, list | tuple):
        return written
    return tuple(
        _try(one, f"try[{i}]") if isinstance(one, Mapping) else one for i, one in enumerate(written)
    )


def _try(table: Mapping[str, Any], field: str) -> Try:
    check_keys(table, [*Try.model_fields], f"{field}.")
    read: Try = validated(Try, table, field)
    return read
