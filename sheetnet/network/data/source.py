"""Where a lesson's examples come from: a CSV file, a generator, or the lesson file itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field

from sheetnet.lessons.beside import read_beside
from sheetnet.lessons.errors import suggest, validated
from sheetnet.lessons.parts import LongText, Part
from sheetnet.network.data.columns import (
    Column,
    Examples,
    Wanted,
    check_inputs,
    encoded,
    examples_of,
)
from sheetnet.network.data.generators import GENERATORS, Generator
from sheetnet.network.data.split import split
from sheetnet.network.data.table import LONGEST_NAME, MOST_COLUMNS, MOST_ROWS, read_table

LARGEST_NOISE = 100.0
LARGEST_SEED = 2**63 - 1

Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]


def _columns(value: Any) -> Any:
    """A list of names and numbers of columns; one may stand without brackets."""
    listed = value if isinstance(value, list | tuple) else [value]
    for i, one in enumerate(listed):
        if isinstance(one, bool) or not isinstance(one, int | str):
            raise ValueError(
                f"[{i}]: write the name of a column, or its number, counted from 1, not {one!r:.40}"
            )
    return tuple(listed)


def _tested(value: Any) -> Any:
    """A share below 1, or a whole number of examples."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and (0 <= value < 1 or (isinstance(value, int) and value >= 1)):
        return value
    raise ValueError(
        "write the share of the examples that is kept for the test, below 1, or how many, a whole "
        f"number, not {value!r:.40}"
    )


def _of_field(check: Any, field: str) -> BeforeValidator:
    """A check whose errors begin with the field."""

    def checked(value: Any) -> Any:
        try:
            return check(value)
        except ValueError as error:
            between = "" if str(error).startswith("[") else ": "
            raise ValueError(f"{field}{between}{error}") from None

    return BeforeValidator(checked)


Columns = tuple[Column, ...]


class Described(Part):
    """What is said of the examples, wherever they come from."""

    standardise: bool = Field(
        default=False, description="inputs less their mean, divided by their standard deviation"
    )
    classes: tuple[Name, ...] = Field(
        default=(), strict=False, max_length=MOST_COLUMNS, description="names of the classes"
    )
    columns: tuple[Name, ...] = Field(
        default=(), strict=False, max_length=MOST_COLUMNS, description="names of the inputs"
    )
    source: LongText = Field(default="", description="where the examples come from")


class Source(Described):
    """The keys of `[data]` that say how the examples are had."""

    csv: str | None = Field(default=None, description="a file in the folder of the lesson file")
    header: bool | None = Field(
        default=None, description="whether row 1 of the file has names; found out when left out"
    )
    input_columns: Annotated[Columns | None, _of_field(_columns, "input_columns")] = Field(
        default=None,
        strict=False,
        max_length=MOST_COLUMNS,
        description="names, or numbers from 1; all that are no target when left out",
    )
    target_columns: Annotated[Columns | None, _of_field(_columns, "target_columns")] = Field(
        default=None,
        strict=False,
        max_length=MOST_COLUMNS,
        description="names, or numbers from 1; the last one when left out",
    )
    generator: str | None = Field(
        default=None,
        description="a rule that makes examples",
        json_schema_extra={"enum": [*sorted(GENERATORS)]},
    )
    examples: int | None = Field(
        default=None, ge=1, le=MOST_ROWS, description="how many the generator makes"
    )
    noise: float | None = Field(
        default=None,
        ge=0,
        le=LARGEST_NOISE,
        allow_inf_nan=False,
        description="standard deviation of what the generator adds",
    )
    seed: int = Field(
        default=0, ge=0, le=LARGEST_SEED, description="seed of the generator and of the split"
    )
    test: Annotated[int | float, _of_field(_tested, "test")] = Field(
        default=0,
        description="examples kept for the test: a share below 1, or how many",
    )


#: What is carried out once, and then no longer part of the lesson's data.
CARRIED_OUT = frozenset(Source.model_fields) - set(Described.model_fields)
OF_CSV, OF_GENERATOR = ("header", "input_columns", "target_columns"), ("examples", "noise")
ARRAYS = ("inputs", "targets", "test_inputs", "test_targets")


def origin(table: Mapping[str, Any]) -> dict[str, Any]:
    """`source` where a table does not say it and the examples come from elsewhere."""
    came = table.get("csv") or table.get("generator")
    return {"source": came} if came and "source" not in table else {}


def examples_in(table: Mapping[str, Any], wanted: Wanted, folder: Any) -> dict[str, Any]:
    """The table `[data]` with its examples in it, as arrays, and with nothing left to carry out.

    `folder` is that of the lesson file. Raises `ValueError` with the field and the remedy.
    """
    own = {key: value for key, value in table.items() if key in Source.model_fields}
    rest = {key: value for key, value in table.items() if key not in CARRIED_OUT}
    if not own.keys() & CARRIED_OUT:
        return rest
    said: Source = validated(Source, own, "data")
    _check_together(said, table)
    rest |= origin(table)
    if said.csv is not None:
        content = read_beside(folder, said.csv, "data.csv")
        try:
            read = read_table(content, said.csv, said.header)
        except ValueError as error:
            raise ValueError(f"data.csv: {error}") from None
        made = examples_of(read, wanted, said.input_columns, said.target_columns, said.classes)
    elif said.generator is not None:
        made = _generated(said, wanted)
    else:
        return _parted(rest, said)
    rest |= {"inputs": made.inputs, "targets": made.targets}
    rest |= {"classes": made.classes} if made.classes else {}
    if made.columns and not said.columns:
        rest["columns"] = made.columns
    return _parted(rest, said)


def _check_together(said: Source, table: Mapping[str, Any]) -> None:
    """What cannot stand together, or does nothing alone."""
    if said.csv is not None and said.generator is not None:
        raise ValueError("data.generator: data.csv is given as well: take one of them out")
    for key in ("csv", "generator"):
        if getattr(said, key) is not None:
            for array in ARRAYS:
                if array in table:
                    raise ValueError(f"data.{array}: data.{key} is given as well: take one out")
    for keys, owner in ((OF_CSV, "csv"), (OF_GENERATOR, "generator")):
        for key in keys:
            if getattr(said, key) is not None and getattr(said, owner) is None:
                raise ValueError(f"data.{key}: is for a data.{owner}: take it out, or name one")
    for key in ("input_columns", "target_columns"):
        if getattr(said, key) == ():
            raise ValueError(f"data.{key}: is empty: name a column, or take it out")


def _generated(said: Source, wanted: Wanted) -> Examples:
    assert said.generator is not None
    if said.generator not in GENERATORS:
        raise ValueError(
            f"data.generator: unknown generator {said.generator[:40]!r}: "
            + suggest(said.generator[:40], GENERATORS)
        )
    rule = GENERATORS[said.generator]
    count = rule.examples if said.examples is None else said.examples
    if count < rule.least:
        raise ValueError(f"data.examples: is {count}: {rule.name} makes at least {rule.least}")
    inputs, targets, classes = _made(rule, count, said)
    what = f"data.generator: {rule.name}"
    check_inputs(inputs.shape[1], wanted, what)
    if not classes:
        if wanted.outputs != targets.shape[1]:
            raise ValueError(
                f"{what}: has {targets.shape[1]} target, and network.layers[-1].units is "
                f"{wanted.outputs}: set it to {targets.shape[1]}"
            )
        if wanted.loss.bounds:
            raise ValueError(
                f"{what}: has numbers as targets, and {wanted.loss.name} is for classes: set "
                'network.loss = "half_squared_error"'
            )
        return Examples(inputs.tolist(), targets.tolist())
    if said.classes and len(said.classes) != len(classes):
        raise ValueError(
            f"data.classes: has {len(said.classes)} names, and {rule.name} {len(classes)} classes: "
            "write as many"
        )
    classes = said.classes or classes
    return Examples(inputs.tolist(), encoded(targets.tolist(), classes, wanted, what), classes)


def _made(rule: Generator, count: int, said: Source) -> tuple[Any, Any, tuple[str, ...]]:
    noise = rule.noise if said.noise is None else said.noise
    return rule.make(np.random.default_rng(said.seed), count, noise)


def _parted(table: dict[str, Any], said: Source) -> dict[str, Any]:
    """The table with the examples of the test apart."""
    if not said.test:
        return table
    given = [key for key in ("test_inputs", "test_targets") if key in table]
    if given:
        raise ValueError(f"data.test: data.{given[0]} is given as well: take one of them out")
    inputs, targets = table.get("inputs"), table.get("targets")
    if not isinstance(inputs, list | tuple) or not isinstance(targets, list | tuple):
        return table  # what is missing is said when the arrays are read
    if len(inputs) != len(targets):
        return table
    train, test = split(len(inputs), said.test, said.seed)
    parts = {"inputs": inputs, "targets": targets}
    table |= {key: [rows[i] for i in train] for key, rows in parts.items()}
    return table | {f"test_{key}": [rows[i] for i in test] for key, rows in parts.items()}
