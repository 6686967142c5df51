"""Whether the indices of a symbol are of units and sources that a network has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sheetnet.expressions.reading import Symbol

if TYPE_CHECKING:
    from sheetnet.network.decoding import Decoder

#: Indices that are numbers; letters run over all of them.
NUMBERS = re.compile(r"\d+(?:,\d+)?")


def is_beyond(decoder: Decoder, symbol: Symbol) -> bool:
    """Whether a symbol of the document names a unit, a source or a layer that is not there."""
    if not NUMBERS.fullmatch(symbol.lower):
        return False
    document, sizes, letter = decoder.document, decoder.sizes, symbol.letter
    if not symbol.upper:
        counts = {document.inputs: 0, document.targets: -1, document.outputs: -1}
        return letter in counts and not _is_unit(decoder, symbol, sizes[counts[letter]])
    if not decoder.is_layer(symbol.upper):
        return False
    layer = decoder.layer(symbol.upper)
    if not 0 <= layer < len(sizes):
        return True
    if letter in {"a", "z", *decoder.delta} - {""}:
        return not _is_unit(decoder, symbol, sizes[layer])
    if letter not in (document.weight, "b") or decoder.is_whole(symbol):
        return False
    try:
        _, _, place = decoder.parameter(symbol)
    except (ValueError, IndexError):
        return True
    return any(
        at >= size for at, size in zip(place, (sizes[layer], sizes[layer - 1]), strict=False)
    )


def _is_unit(decoder: Decoder, symbol: Symbol, count: int) -> bool:
    """Whether the index is a unit's, or that of the node whose value is 1."""
    node, first = decoder.document.bias_source, decoder.document.first
    if (
        node
        and symbol.letter in ("a", decoder.document.inputs)
        and symbol.lower == str(node(count))
    ):
        return True
    return symbol.lower.isdecimal() and first <= int(symbol.lower) < first + count
