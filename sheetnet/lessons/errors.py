"""What is wrong with a lesson file, in one sentence with the field and the remedy."""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError


def suggest(value: str, known: Iterable[str]) -> str:
    """The nearest of the known names, and what there is."""
    known = sorted(known)
    near = difflib.get_close_matches(value, known, 1, 0.4)
    listed = ", ".join(known)
    return f"did you mean {near[0]!r}? (known: {listed})" if near else f"use one of {listed}"


def explain(error: ValidationError) -> str:
    """The first of pydantic's findings as one sentence with the field and the remedy.

    A `ValueError` of a validator of ours is such a sentence already.
    """
    first = error.errors(include_url=False)[0]
    if first["type"] == "value_error":
        return str(first["ctx"]["error"])
    field = "".join(map(_field_part, filter(_is_written, first["loc"]))).lstrip(".")
    value, context = first["input"], first.get("ctx", {})
    match first["type"]:
        case "missing":
            return f"{field}: is missing: add it"
        case "finite_number":
            return f"{field}: is {value}: write a finite number"
        case "float_type" if isinstance(value, int) and not isinstance(value, bool):
            return f"{field}: is too large: write a number below 1.7E308"
        case "greater_than_equal":
            return f"{field}: is {shown(value)}: write a number of at least {context['ge']}"
        case "less_than_equal":
            return f"{field}: is {shown(value)}: write a number of at most {context['le']}"
        case "greater_than":
            return f"{field}: is {shown(value)}: write a number greater than {context['gt']:g}"
        case "literal_error":
            known = re.findall("'([^']+)'", context["expected"])
            return f"{field}: unknown value {shown(value)}: " + suggest(str(value), known)
        case "too_short":
            return f"{field}: is empty: write at least {context['min_length']}"
        case "too_long":
            return f"{field}: has more than {context['max_length']}: write at most that many"
        case "string_too_long":
            return f"{field}: has {len(value)} characters: write at most {context['max_length']}"
        case "text_too_wide":
            counted = f"Excel counts {context['count']} characters, signs such as 😀 twice"
            return f"{field}: {counted}: write at most {context['max_length']}"
        case "string_too_short":
            return f"{field}: is empty: write a text"
        case kind:
            return f"{field}: {_EXPECTED.get(kind, first['msg'].lower())}, not {shown(value)}"


def validated(kind: type[BaseModel], table: Mapping[str, Any], field: str) -> Any:
    """A table of a lesson file, read. Raises `ValueError` with the field and the remedy."""
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        raise ValueError(f"{field}.{explain(error)}") from None


def _is_written(part: int | str) -> bool:
    """Whether a lesson file has such a field; pydantic names the types of alternatives too."""
    return isinstance(part, int) or not part.startswith(("constrained-", "function-"))


def _field_part(part: int | str) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if re.fullmatch("[A-Za-z0-9_-]+", part) else f".{json.dumps(part)}"


_EXPECTED = {
    "float_type": "write a number",
    "int_type": "write a whole number",
    "bool_type": "write true or false",
    "string_type": "write a text in quotes",
    "tuple_type": "write a list in brackets",
    "model_type": "write a table",
    "model_attributes_type": "write a table",
    "dict_type": "write a table",
}


def shown(value: Any) -> str:
    """What stands in a lesson file, as it is written there."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    try:
        text = json.dumps(value, default=str, ensure_ascii=False)
    except ValueError:  # an integer too long to be written out
        return "what stands there"
    return text if len(text) <= 40 else text[:37] + "…"
