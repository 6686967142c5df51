"""Whether a symbol is of units and sources that a network has, and of derivatives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sheetnet.expressions.reading import Symbol, UnreadableError
from sheetnet.network.differentiated import is_none

if TYPE_CHECKING:
    from sheetnet.network.decoding import Decoder

#: Indices that are numbers; letters run over all of them.
NUMBERS = re.compile(r"\d+(?:,\d+)?")


def unmeant(decoder: Decoder, symbol: Symbol) -> str:
    """Why a symbol of the document means nothing in this network, in words; or an empty text."""
    if _is_beyond(decoder, symbol):
        return "there is none"
    return "the documents have no such derivative" if symbol.of and is_none(decoder, symbol) else ""


def is_known(decoder: Decoder, letter: str) -> bool:
    """Whether a letter that stands alone means a number of this network, or an array."""
    document = decoder.document
    if letter in (document.weight, document.inputs, "a"):
        return True  # all of a neuron
    if any(letter == hyper.symbol for hyper in decoder.numbers.net.schedule.hyper):
        return True
    try:
        decoder(Symbol("", letter, "", ""))
    except UnreadableError:
        return decoder.matrices(letter, one=True) is not None
    return True


def _is_beyond(decoder: Decoder, symbol: Symbol) -> bool:
    """Whether a symbol of the document names a unit, a source or a layer that is not there."""
    document, sizes, letter = decoder.document, decoder.sizes, symbol.letter
    if not symbol.lower and decoder.is_layer(symbol.upper):
        return _is_no_layer(decoder, symbol)
    if not NUMBERS.fullmatch(symbol.lower):
        return False
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


def _is_no_layer(decoder: Decoder, symbol: Symbol) -> bool:
    """Whether there is no such layer; the input has values alone, of which nothing is derived."""
    layer = decoder.layer(symbol.upper)
    first = 0 if symbol.letter in ("a", "A") and not symbol.of else 1
    return not first <= layer < len(decoder.sizes)


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
