"""What drawn starting weights keep, whatever the seed: written apart from `initialisation`.

Glorot and Bengio (2010) for the names with xavier, He et al. (2015) for those with kaiming, as in
torch.nn.init with gains of 1 and √2.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from math import sqrt

from sheetnet.network.numbers import Numbers
from sheetnet.network.quantities import WEIGHT

#: The key of a layer's weights in a lesson file.
WEIGHTS = "weights"
#: No number of a normal distribution is so many deviations away.
FAR = 8.0
#: Drawn weights are cut to four decimals.
CUT = 1e-4
#: Of so many, some are below 0 and some above, and one comes as near to an end as half of it.
MANY = 24
#: The smallest and the largest that units and sources can bring about.
ENDS: dict[str, Callable[[int, int], tuple[float, float]]] = {
    "zeros": lambda units, sources: (0.0, 0.0),
    "ones": lambda units, sources: (1.0, 1.0),
    "uniform": lambda units, sources: (0.0, 1.0),
    "normal": lambda units, sources: (-FAR, FAR),
    "xavier_uniform": lambda units, sources: _around(sqrt(6 / (units + sources))),
    "xavier_normal": lambda units, sources: _around(FAR * sqrt(2 / (units + sources))),
    "kaiming_uniform": lambda units, sources: _around(sqrt(6 / sources)),
    "kaiming_normal": lambda units, sources: _around(FAR * sqrt(2 / sources)),
}


def _around(end: float) -> tuple[float, float]:
    return -end, end


def misdrawn(numbers: Numbers) -> Iterator[str]:
    """What of the lesson's own starting weights is not drawn as it says."""
    network, text = numbers.lesson.network, tomllib.loads(numbers.lesson.text)
    # Of a workbook the lesson has the weights that stand in it, but not its text.
    for layer, written in zip(numbers.net.layers, text["network"]["layers"], strict=True):
        own = numbers.knobs.get((WEIGHT.name, layer.number))
        if own is None or WEIGHTS in written:
            continue
        units, sources = own.value.shape
        low, high = ENDS[network.initialisation](units, sources)
        smallest, largest = float(own.value.min()), float(own.value.max())
        name = f"the starting weights of layer {layer.number}"
        if smallest < low - CUT or largest > high + CUT:
            yield f"{name} are beyond what {network.initialisation} draws"
        elif own.value.size >= MANY and low < high:
            if low < 0 and (smallest >= 0 or largest <= 0):
                yield f"{name} have all one sign"
            if "uniform" in network.initialisation and max(-smallest, largest) < high / 2:
                yield f"{name} are smaller than what {network.initialisation} draws"
