"""The lessons that come with the program."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any


def shipped() -> dict[str, Any]:
    """Name of a lesson to its file, in the order of the names."""
    folder: Any = resources.files("sheetnet") / "templates"
    if not folder.is_dir():  # a checkout: the wheel carries them inside the package
        folder = Path(__file__).parents[2] / "templates"
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return {file.name[:-5]: file for file in files if file.name.endswith(".toml")}
