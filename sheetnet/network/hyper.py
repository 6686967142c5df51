"""Hyper-parameters: numbers that a function or an optimiser asks the lesson for, by name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sheetnet.lessons.errors import shown


@dataclass(frozen=True)
class HyperParameter:
    """A number with a name, a value where the lesson gives none, and its bounds, included.

    One without a `default` has to be given. One that is a `knob` stands in a yellow cell; others
    are constants of the formulas. `cell_name` is what formulas call it, where its own name is no
    name of a cell. One that is `shared` is the same for all layers.

    With `choices` it is one of these texts and no number, and stands in a drop-down; a lesson
    file says it elsewhere, and formulas have the number of the choice, from 1.
    """

    name: str
    default: float | str | None
    about: str
    low: float = -1e6
    high: float = 1e6
    symbol: str = ""
    knob: bool = False
    whole: bool = False
    cell_name: str = ""
    shared: bool = False
    choices: tuple[str, ...] = ()


def chosen(
    declared: Iterable[HyperParameter], given: Mapping[str, Any], field: str, owner: str
) -> dict[str, Any]:
    """The values of what `owner` declares: those given, else the defaults.

    Raises `ValueError` with the field and the remedy for a key that is not declared, and
    for a value that is no number within the bounds.
    """
    known = {parameter.name: parameter for parameter in declared}
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1, 0.6)
            hint = f"did you mean {near[0]!r}?" if near else "take it out"
            raise ValueError(f"{field}{key}: unknown key for {owner}: {hint}")
    values: dict[str, Any] = {}
    for name, parameter in known.items():
        if parameter.choices:
            values[name] = parameter.default
            continue
        value = given.get(name, parameter.default)
        if value is None:
            raise ValueError(
                f"{field}{name}: missing, and {owner} needs it: write a number from "
                f"{parameter.low:g} to {parameter.high:g}"
            )
        if isinstance(value, bool) or not isinstance(value, float | int):
            raise ValueError(f"{field}{name}: write a number, not {shown(value)}")
        if not parameter.low <= value <= parameter.high:
            raise ValueError(
                f"{field}{name}: is {value:g}: write a number from {parameter.low:g} to "
                f"{parameter.high:g}"
            )
        if parameter.whole and value != int(value):
            raise ValueError(f"{field}{name}: is {value:g}: write a whole number")
        values[name] = float(value)
    return values
