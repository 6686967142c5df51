"""The lesson file of a worksheet of calculus: sections of variables, definitions, derivatives.

The classes below are its only description: errors, defaults and the JSON Schema come from there.
docs/calculus.md explains it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, BeforeValidator, Field, PrivateAttr, ValidationError

from sheetnet.errors import SheetnetError
from sheetnet.lessons.errors import explain, suggest
from sheetnet.lessons.files import parse
from sheetnet.lessons.parts import File, LongText, Part, Try

Finite = Annotated[float, Field(allow_inf_nan=False)]
Numbers = Finite | tuple[Finite, ...] | tuple[tuple[Finite, ...], ...]
MOST_SECTIONS, MOST_ITEMS, MOST_POINTS, MOST_STEPS = 40, 60, 201, 200
KIND = "calculus"
#: Programs cannot square numbers beyond it.
MOST_VALUE = 1e150


def _tupled(value: Any) -> Any:
    """Lists of the file as tuples, whole numbers as numbers."""
    if isinstance(value, list | tuple):
        return tuple(map(_tupled, value))
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


Held = Annotated[Numbers, BeforeValidator(_tupled)]
Single = Annotated[Finite, BeforeValidator(_tupled)]


def _listed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class Bounded(Part):
    """A variable with bounds, or with a word on what it is."""

    value: Held
    low: Single | None = Field(default=None, alias="from", description="the least to be typed")
    high: Single | None = Field(default=None, alias="to", description="the largest to be typed")
    about: LongText = Field(default="", description="what it is")


class Grid(Part):
    """A table of numbers over a grid of one variable, and its chart."""

    over: str = Field(description="the variable, a number, that runs along the grid")
    low: Single = Field(alias="from", description="where the grid begins")
    high: Single = Field(alias="to", description="where it ends")
    points: int = Field(default=41, ge=3, le=MOST_POINTS)
    show: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        min_length=1, max_length=8, description="what is shown: y, D(y, x), slope(y, x)"
    )
    title: LongText = Field(default="", description="of the chart")


class Descent(Part):
    """Gradient descent: variables that are moved against a derivative, step by step."""

    cost: str = Field(description="the definition that is made smaller")
    by: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        min_length=1, max_length=6, description="the variables, numbers, that learn"
    )
    rate: str = Field(description="the variable that is the learning rate")
    steps: int = Field(default=20, ge=1, le=MOST_STEPS)
    title: LongText = Field(default="", description="what it is called")


class Line(Part):
    """One side of an identity, with the reason why it equals the one before."""

    expression: str = Field(alias="is")
    why: LongText = ""


class Slip(Part):
    """A slip of the document: what is printed, what is right, and three numbers that decide."""

    where: LongText = Field(description="the place in the document")
    printed: LongText
    right: LongText
    shown: LongText = Field(default="", description="on what it is shown")
    printed_value: str = Field(description="the printed formula, as an expression")
    right_value: str = Field(description="the right one")
    measured: str = Field(description="what tells them apart: a difference, a count")


class Section(Part):
    """One sheet: a heading, a text, variables, and what is computed from them."""

    heading: LongText = Field(min_length=1)
    sheet: str = Field(
        default="", max_length=28, description="the sheet's name, if not the heading"
    )
    text: LongText = ""
    indices: dict[str, int] = Field(default_factory=dict, description="how far each index counts")
    variables: dict[str, Held | Bounded] = Field(default_factory=dict)
    definitions: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        default=(), max_length=MOST_ITEMS
    )
    derivatives: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        default=(), max_length=MOST_ITEMS, description="what is differentiated: y by x"
    )
    identities: Annotated[tuple[Any, ...], BeforeValidator(_listed)] = Field(
        default=(), max_length=MOST_ITEMS, description="chains of expressions that are equal"
    )
    grids: Annotated[tuple[Grid, ...], BeforeValidator(_listed)] = Field(default=(), max_length=8)
    descents: Annotated[tuple[Descent, ...], BeforeValidator(_listed)] = Field(
        default=(), max_length=4
    )
    slips: Annotated[tuple[Slip, ...], BeforeValidator(_listed)] = Field(
        default=(), max_length=MOST_ITEMS
    )
    questions: Annotated[tuple[Try, ...], BeforeValidator(_listed)] = Field(
        default=(), max_length=MOST_ITEMS
    )

    @property
    def chains(self) -> list[list[Line]]:
        """The identities, each side as a `Line`."""
        return [
            [
                Line.model_validate(side)
                if isinstance(side, dict)
                else Line.model_validate({"is": side})
                for side in chain
            ]
            for chain in self.identities
        ]

    def value(self, name: str) -> npt.NDArray[np.float64]:
        held = self.variables[name]
        return np.array(held.value if isinstance(held, Bounded) else held, float)

    def bounds(self, name: str) -> tuple[float, float]:
        """The least and the largest number that may be typed for a variable."""
        held = self.variables[name]
        largest = float(np.abs(self.value(name)).max(initial=1.0))
        reach = 10.0 ** max(1, math.ceil(math.log10(largest) + 1e-9))
        low = held.low if isinstance(held, Bounded) and held.low is not None else -reach
        high = held.high if isinstance(held, Bounded) and held.high is not None else reach
        return low, high


class Lesson(File):
    """A lesson file of the kind `calculus`. `Lesson.load` reads one."""

    title: LongText = Field(min_length=1)
    source: LongText = Field(description="author, title, date")
    about: LongText = Field(default="", description="what to look at, in two or three sentences")
    notation: Literal["happydustbunny", "sabine", "bhadani", "wichmann"] = Field(
        default="wichmann", description="whose symbols: d or ∂, the sign of ⊙, 0 or 1 first"
    )
    kind: Literal["calculus"] = Field(description="the kind of lesson")
    try_: Annotated[tuple[Try, ...], BeforeValidator(_listed)] = Field(
        default=(), alias="try", description="what to try", max_length=50
    )
    sections: Annotated[tuple[Section, ...], BeforeValidator(_listed)] = Field(
        min_length=1, max_length=MOST_SECTIONS
    )

    #: The sections made ready (`worksheet.worksheets`).
    _ready: Any = PrivateAttr(default=None)

    @classmethod
    def from_toml(cls, text: str, name: str = "lesson", *, folder: Any = None) -> Lesson:
        """A lesson from its file's text; `name` is what errors call it. Raises `SheetnetError`."""
        content = parse(text, name)
        try:
            _check_keys(content, cls, "")
            _check_variables(content)
            lesson = cls.model_validate(content)
            for i, section in enumerate(lesson.sections):
                _check_section(section, f"sections[{i}]")
        except ValidationError as error:
            raise SheetnetError(f"{name}: {explain(error)}") from None
        except ValueError as error:
            raise SheetnetError(f"{name}: {error}") from None
        lesson._text, lesson._name, lesson._folder = text, name, folder
        return lesson


#: The tables that stand in lists, by their keys.
TABLES: dict[tuple[type[BaseModel], str], type[BaseModel]] = {
    (Lesson, "sections"): Section,
    (Lesson, "try"): Try,
    (Section, "grids"): Grid,
    (Section, "descents"): Descent,
    (Section, "slips"): Slip,
    (Section, "questions"): Try,
}


def _check_keys(table: Any, model: type[BaseModel], field: str) -> None:
    """Name the first key that is not known. Raises `ValueError`."""
    if not isinstance(table, Mapping):
        return
    known = [held.alias or name for name, held in model.model_fields.items()]
    for key, value in table.items():
        if key not in known:
            raise ValueError(f"{field}{key}: unknown key: {suggest(str(key), known)}")
        below = TABLES.get((model, key))
        if below is not None and isinstance(value, list):
            for i, each in enumerate(value):
                _check_keys(each, below, f"{field}{key}[{i}].")


def _check_variables(content: Mapping[str, Any]) -> None:
    """Refuse variables that are no numbers, in words of ours. Raises `ValueError`."""
    sections = content.get("sections")
    for i, section in enumerate(sections if isinstance(sections, list) else []):
        variables = section.get("variables") if isinstance(section, Mapping) else None
        for name, held in (variables if isinstance(variables, Mapping) else {}).items():
            value = held.get("value") if isinstance(held, Mapping) else held
            rows = value if isinstance(value, list) else [value]
            inner = [x for row in rows for x in (row if isinstance(row, list) else [row])]
            if not all(map(_is_finite, inner)):
                raise ValueError(
                    f"sections[{i}].variables.{name}: write a number, a list of numbers or a list "
                    "of rows, of numbers below 1E150"
                )


def _is_finite(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, float | int):
        return False
    return abs(value) < MOST_VALUE


def _check_section(section: Section, field: str) -> None:
    for i, chain in enumerate(section.identities):
        here = f"{field}.identities[{i}]"
        if not isinstance(chain, list | tuple) or len(chain) < 2:
            raise ValueError(f"{here}: write a list of two expressions at least, that are equal")
        for j, side in enumerate(chain):
            if isinstance(side, dict):
                _check_keys(side, Line, f"{here}[{j}].")
            if not isinstance(side, str) and not (isinstance(side, dict) and "is" in side):
                raise ValueError(f"{here}[{j}]: write an expression in quotes")
    for name, count in section.indices.items():
        if not 1 <= count <= 20:
            raise ValueError(f"{field}.indices.{name}: is {count}: write a number from 1 to 20")
    for name in section.variables:
        rows = section.variables[name]
        held = rows.value if isinstance(rows, Bounded) else rows
        here = f"{field}.variables.{name}"
        if isinstance(held, tuple):
            if not held:
                raise ValueError(f"{here}: is empty: write at least one number")
            lengths = {len(row) if isinstance(row, tuple) else 0 for row in held}
            if len(lengths) > 1 or lengths == {0} and any(isinstance(r, tuple) for r in held):
                raise ValueError(f"{here}: its rows differ in length: write rows of one length")
            if max(len(held), *lengths) > 12:
                raise ValueError(f"{here}: has more than 12 rows or columns: use fewer")
        low, high = section.bounds(name)
        values = section.value(name)
        if not low < high:
            raise ValueError(f"{here}: goes from {low:g} to {high:g}: let from be less than to")
        if (values < low).any() or (values > high).any():
            raise ValueError(
                f"{here}: does not lie between its bounds {low:g} and {high:g}: change from or to"
            )
