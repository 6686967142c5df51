"""The kinds of layers. To add one, write a `Layer` in a module here and name it in `LAYERS`."""

from __future__ import annotations

from sheetnet.network.layers.base import Layer
from sheetnet.network.layers.dense import Dense

LAYERS: dict[str, type[Layer]] = {layer.kind: layer for layer in (Dense,)}
