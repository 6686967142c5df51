"""Which layers texts name: each by its kind and its label, and each once among its like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sheetnet.workbook.model import Position

if TYPE_CHECKING:
    from sheetnet.network.decoding import Decoder

#: A layer by its name: hidden layer (1), output layer L.
NAMED = re.compile(r"\b(input|hidden|output) layer ([(\[]?[\w−]+[)\]]?)")
#: What a heading says is done in a layer.
DOING = re.compile(r"(\w+): $")
#: What stands before a title that is a layer's name alone, or begins with it.
TITLES = ("", "from ", "to ")
#: The sheet that draws the inputs too, and the sheets that leave no layer out.
WITH_INPUT, ALL = "Network", ("Network", "Paths", "Evaluation")
#: A longer text is a sentence.
LONGEST = 60


def wrong_layers(decoder: Decoder, sheet: str, texts: Mapping[Position, str]) -> Iterator[str]:
    """Sentences on layers that are called another kind than they are, that compute and are the
    input's, and that one kind of heading names twice on a sheet."""
    last = decoder.numbers.net.depth
    kinds = {0: "input", last: "output"}
    headed: dict[str, set[str]] = {}
    for _, text in sorted(texts.items()):
        for kind, label in NAMED.findall(text):
            if not decoder.is_layer(label):
                continue  # a word
            number = decoder.layer(label)
            if not 0 <= number <= last or kinds.get(number, "hidden") != kind:
                yield f"{sheet}: {text!r}: {label} is no {kind} layer"
        found = NAMED.search(text)
        doing = DOING.match(text[: found.start()]) if found else None
        if found is None or doing is None:
            continue
        layers = headed.setdefault(doing[1], set())
        if found[1] == "input" or found[2] in layers:
            yield f"{sheet}: {text!r} stands where another layer is meant"
        layers.add(found[2])
    wanted = {*range(sheet != WITH_INPUT, last + 1)}
    for what, titled in _titled(decoder, texts).items():
        if sheet in ALL and titled != wanted:
            yield f"{sheet}: {what} does not head each layer"
    for what, layers in headed.items():
        for other in set().union(*headed.values()) - layers:
            yield f"{sheet}: nothing is headed {what!r} for the layer {other}, as for others"


def _titled(decoder: Decoder, texts: Mapping[Position, str]) -> dict[str, set[int]]:
    """The layers whose names are titles, by what stands before these."""
    titled: dict[str, set[int]] = {}
    for text in texts.values():
        found = NAMED.search(text)
        if not found or len(text) > LONGEST or not decoder.is_layer(found[2]):
            continue
        if (before := text[: found.start()]) in TITLES:
            titled.setdefault(f"{before}layer", set()).add(decoder.layer(found[2]))
    return titled
