"""The lessons that come with the program."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any


def shipped(kind: str = "") -> dict[str, Any]:
    """Name of a lesson to its file, in the order of the names; of one kind, if that is given."""
    folder: Any = resources.files("sheetnet") / "templates"
    if not folder.is_dir():  # a checkout: the wheel carries them inside the package
        folder = Path(__file__).parents[2] / "templates"
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    found = {file.name[:-5]: file for file in files if file.name.endswith(".toml")}
    if not kind:
        return found
    return {name: file for name, file in found.items() if _kind(file) == kind}


def _kind(file: Any) -> str:
    return str(tomllib.loads(file.read_text(encoding="utf-8")).get("kind", "network"))
