"""A lesson file as text: fields overridden, arrays taken out, comments kept."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from sheetnet.errors import SheetnetError, quoted
from sheetnet.lessons.bounds import MOST_PARTS


def without_arrays(text: str) -> str:
    """The text without the numbers that stand in a workbook's blocks."""
    left = tomllib.loads(text)
    _take_out(left)
    with suppress(TOMLKitError, LookupError, TypeError, AttributeError, ValueError):
        document = tomlkit.parse(text)
        _take_out(document)
        shortened = tomlkit.dumps(document)
        if tomllib.loads(shortened) == left:
            return shortened
    # Some ways of writing TOML, tables in dotted keys among them, tomlkit does not change well:
    # the comments go, what the lesson says stays.
    return tomlkit.dumps(left)


def _take_out(content: Any) -> None:
    data, network = content.get("data", {}), content.get("network", {})
    for key in ("inputs", "targets", "test_inputs", "test_targets"):
        data.pop(key, None)
    for layer in network.get("layers", []):
        for key in ("weights", "biases"):
            layer.pop(key, None)


def with_keys(text: str, table: str, keys: Mapping[str, Any]) -> str:
    """The text with these keys at the end of that table, but for those that it says itself."""
    content = tomllib.loads(text)
    said = content.get(table, {})
    added = {key: value for key, value in keys.items() if key not in said}
    if not added:
        return text
    content[table] = {**said, **added}
    with suppress(TOMLKitError, LookupError, TypeError, AttributeError, ValueError):
        document = tomlkit.parse(text)
        _append(document[table], added)
        longer = tomlkit.dumps(document)
        if tomllib.loads(longer) == content:
            return longer
    return tomlkit.dumps(content)


def _append(table: Any, added: Mapping[str, Any]) -> None:
    """Put the keys before the blank lines and comments at the table's end: those are the next's."""
    behind = []
    if isinstance(table, Table):
        body = table.value.body
        while body and body[-1][0] is None:
            behind.append(body.pop()[1])
    for key, value in added.items():
        table[key] = value
    for item in reversed(behind):
        table.add(item)


def override(text: str, assignment: str) -> str:
    """The text with one field changed: `training.steps=500`, `network.layers[0].units=3`.

    The value is read as TOML; what is no TOML value is taken as a text.
    """
    field, sign, written = assignment.partition("=")
    parts = [part for part in re.split(r"[.\[\]]+", field.strip()) if part]
    shown = quoted(assignment, marks=False)
    if not sign or not 0 < len(parts) <= MOST_PARTS or "\n" in assignment:
        raise SheetnetError(
            f"--set {shown}: is no FIELD=VALUE: write for example training.steps=500"
        )
    try:
        value: Any = tomllib.loads(f"value = {written}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError):
        value = written.strip()
    except ValueError:  # Python reads no decimal number of more digits
        raise SheetnetError(
            f"--set {shown}: holds a number of more than 4300 digits: write a shorter one"
        ) from None
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
            f"--set {shown}: the lesson has no place for {quoted(field.strip())}: name a field as "
            "training.steps or network.layers[0].units"
        ) from None
