"""sheetnet: a small neural network as a spreadsheet in which every number is a formula.

From Python, six names: `Lesson`, `train`, `build`, `verify`, `inspect`, `gradcheck`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sheetnet.building import build
    from sheetnet.gradients.checking import gradcheck
    from sheetnet.network.engine import train
    from sheetnet.network.lesson import Lesson
    from sheetnet.proof.index import inspect
    from sheetnet.proof.verification import verify

__version__ = "0.2.0"
#: Of workbooks: it rises with every change of a formula, a text or a place in them.
FORMAT = 3
__all__ = ["Lesson", "__version__", "build", "gradcheck", "inspect", "train", "verify"]

_HOMES = {
    "Lesson": "network.lesson",
    "train": "network.engine",
    "build": "building",
    "verify": "proof.verification",
    "inspect": "proof.index",
    "gradcheck": "gradients.checking",
}


def __getattr__(name: str) -> Any:
    # Heavy modules are imported where they are used: `sheetnet --help` must answer at once.
    if name in _HOMES:
        return getattr(import_module(f"sheetnet.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'sheetnet' has no attribute {name!r}")
