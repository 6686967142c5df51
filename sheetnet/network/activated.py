"""Columns of workings that are called z and a: an a is the activation of the z of its unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sheetnet.expressions.reading import UnreadableError, line_of, symbol_of
from sheetnet.expressions.rich import Rich
from sheetnet.network.layers.dense import Dense
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Band, Sheet

if TYPE_CHECKING:
    from sheetnet.network.decoding import Decoder

#: Numbers that are computed twice.
NEAR = 1e-9
#: The letters of a pre-activation and of an activation.
BEFORE, BEHIND = "z", "a"
#: Runs that are compared have hyper-parameters of their own.
RUN = "Run "
#: A letter, a layer and a unit.
Named = tuple[str, int, int]


def wrong_activations(decoder: Decoder, book: Book, sheet: Sheet) -> Iterator[str]:
    """Sentences on columns of another unit, or another quantity, than their heads say."""
    for band in () if sheet.name.startswith(RUN) else sheet.bands:
        columns = _columns(decoder, sheet, band)
        layers = {(letter, layer) for letter, layer, _ in columns}
        for (letter, number, unit), column in columns.items():
            layer = decoder.numbers.net.layers[number - 1]
            if letter != BEHIND or (BEFORE, number) not in layers or not isinstance(layer, Dense):
                continue
            before = columns.get((BEFORE, number, unit))
            if before is None:
                yield f"{sheet.name} has the activation of a unit without its {BEFORE}"
            elif layer.activation.slope:
                values = book.band_values(band)
                meant = layer.activation.value(values[:, before], layer.hyper)
                if not np.allclose(values[:, column], meant, NEAR, NEAR, equal_nan=True):
                    yield f"{sheet.name}: an {BEHIND} of layer {number} is not that of its {BEFORE}"


def _columns(decoder: Decoder, sheet: Sheet, band: Band) -> dict[Named, int]:
    """The columns of a band whose heads are such symbols."""
    found: dict[Named, int] = {}
    for column in range(len(band.cells)):
        cell = sheet.cells.get((band.top - 1, band.left + column))
        if cell is not None and isinstance(cell.content, Rich):
            named = _named(decoder, cell.content)
            if named is not None:
                found[named] = column
    return found


def _named(decoder: Decoder, head: Rich) -> Named | None:
    try:
        symbol = symbol_of(line_of(head))
        if symbol.of or symbol.kept:
            return None
        if symbol.letter == decoder.document.outputs:
            return BEHIND, decoder.numbers.net.depth, decoder.unit(symbol.lower or "0")
        layer = decoder.layer(symbol.upper)
        if symbol.letter not in (BEFORE, BEHIND) or not 1 <= layer <= decoder.numbers.net.depth:
            return None
        return symbol.letter, layer, decoder.unit(symbol.lower)
    except (UnreadableError, ValueError):
        return None
