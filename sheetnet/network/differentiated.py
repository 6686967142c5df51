"""Which derivatives a network has: of a loss, of a by its z, of z by what it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetnet.expressions.reading import LOSSES, Symbol, symbol_of

if TYPE_CHECKING:
    from sheetnet.network.decoding import Decoder


def is_none(decoder: Decoder, symbol: Symbol) -> bool:
    """Whether a symbol is a derivative that no document has, such as that of a weight by z.

    Letters that the document gives no meaning may be of functions of their own.
    """
    document = decoder.document
    of = symbol_of(symbol.of[1:])
    parameters = {document.weight, "W", "b"}
    given = {document.inputs, document.targets} - {""}
    values = {"a", "A", document.outputs, document.outputs.upper()} - {""}
    apart = _apart(decoder, of, symbol)
    if of.letter in {decoder.loss, decoder.cost}:
        return symbol.letter in LOSSES
    if of.letter in ("z", "Z"):
        if symbol.letter in values | given:
            return apart not in (1, None)
        return symbol.letter not in parameters or apart not in (0, None)
    if of.letter in values or (of.letter, bool(of.lower)) == ("σ", True):
        return symbol.letter not in ("z", "Z") or apart not in (0, None)
    return of.letter in parameters | given


def _apart(decoder: Decoder, of: Symbol, by: Symbol) -> int | None:
    """How many layers one symbol stands above the other; none where one names no layer."""
    labels = [one.upper for one in (of, by) if decoder.is_layer(one.upper)]
    if len(labels) < 2:
        return None
    return decoder.layer(labels[0]) - decoder.layer(labels[1])
