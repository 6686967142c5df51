"""A lesson file as text: fields overridden, arrays taken out, comments kept."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from sheetnet.errors import SheetnetError


def without_arrays(text: str) -> str:
    """The text without the numbers that stand in a workbook's blocks."""
    document = tomlkit.parse(text)
    data, network = document.get("data", {}), document.get("network", {})
    for key in ("inputs", "targets"):
        data.pop(key, None)
    for layer in network.get("layers", []):
        for key in ("weights", "biases"):
            layer.pop(key, None)
    return tomlkit.dumps(document)


def override(text: str, assignment: str) -> str:
    """The text with one field changed: `training.steps=500`, `network.layers[0].units=3`.

    The value is read as TOML; what is no TOML value is taken as a text.
    """
    field, sign, written = assignment.partition("=")
    parts = [part for part in re.split(r"[.\[\]]+", field.strip()) if part]
    if not sign or not parts or "\n" in assignment:
        raise SheetnetError(
            f"--set {assignment}: is no FIELD=VALUE: write for example training.steps=500"
        )
    try:
        value: Any = tomllib.loads(f"value = {written}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError):
        value = written.strip()
    document = tomlkit.parse(text)
    place: Any = document
    try:
        for part in parts[:-1]:
            if isinstance(place, list):
                place = place[int(part)]
            else:
                place = place.setdefault(part, tomlkit.table())
        last = parts[-1]
        place[int(last) if isinstance(place, list) else last] = value
        return tomlkit.dumps(document)
    except (TOMLKitError, LookupError, ValueError, TypeError, AttributeError):
        raise SheetnetError(
            f"--set {assignment}: the lesson has no place for {field.strip()}: name a field as "
            "training.steps or network.layers[0].units"
        ) from None
