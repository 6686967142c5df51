"""The JSON Schema of lesson files, made from what the lesson, its layers and functions declare."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sheetnet.network.activations import ACTIVATIONS
from sheetnet.network.data.source import CARRIED_OUT, Source
from sheetnet.network.following import of_training
from sheetnet.network.hyper import HyperParameter
from sheetnet.network.layers import LAYERS
from sheetnet.network.lesson import Lesson
from sheetnet.network.losses import LOSSES


def json_schema() -> dict[str, Any]:
    """The JSON Schema of lesson files, for editors that complete and check them."""
    schema = Lesson.model_json_schema()
    definitions = schema["$defs"]
    kinds = []
    for kind in LAYERS.values():
        own = kind.fields.model_json_schema(ref_template="#/$defs/{model}")
        definitions |= own.pop("$defs", {})
        own["properties"] |= _schema_of(ACTIVATIONS.values())
        own["additionalProperties"] = False
        definitions[kind.__name__] = own
        kinds.append({"$ref": f"#/$defs/{kind.__name__}"})
    definitions["Network"]["properties"]["layers"]["items"] = {"anyOf": kinds}
    definitions.pop("Fields", None)
    numbers = definitions["Group"]["properties"]["numbers"]
    numbers["items"] = {"anyOf": [{"type": "string"}, numbers["items"]]}
    for name, owners in (("Network", LOSSES.values()), ("Training", of_training())):
        definitions[name]["properties"] |= _schema_of(owners)
        definitions[name]["additionalProperties"] = False
    _say_where_from(definitions["Data"])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema


def _say_where_from(data: dict[str, Any]) -> None:
    """The examples stand in the file, or a CSV file or a generator gives them."""
    source = Source.model_json_schema()["properties"]
    data["properties"] |= {key: source[key] for key in source if key in CARRIED_OUT}
    ways = (["inputs", "targets"], ["csv"], ["generator"])
    data["required"] = []
    data["oneOf"] = [{"required": way} for way in ways]


def _schema_of(owners: Iterable[Any]) -> dict[str, Any]:
    def described(parameter: HyperParameter) -> dict[str, Any]:
        return {
            "type": "integer" if parameter.whole else "number",
            "description": parameter.about,
            "minimum": parameter.low,
            "maximum": parameter.high,
        } | ({} if parameter.default is None else {"default": parameter.default})

    return {parameter.name: described(parameter) for owner in owners for parameter in owner.hyper}
