"""What the names of matrices mean in the documents: W⁽¹⁾, A⁽⁰⁾, δ⁽²⁾, as arrays of the engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from sheetnet.expressions.reading import LOSSES
from sheetnet.network.engine import FloatArray
from sheetnet.network.functions import activations
from sheetnet.network.partials import of_example
from sheetnet.network.quantities import ACTIVATION, BIAS, DELTA, WEIGHT, Quantity, Z
from sheetnet.workbook.book import NEW

if TYPE_CHECKING:
    from sheetnet.network.decoding import Decoder

#: A letter, with an arrow where one stands over it, and a layer's label in braces.
NAME = re.compile(r"([A-Za-zŷŶδ]⃗?)(?:\^\{([^}]*)\})?")
#: A column of ones, where it has no letter.
ONES = "𝟏"
#: The derivative of one name by another.
DERIVED = re.compile(r"[d∂]([^/]+)/[d∂]([^/]+)")
#: The activation of a layer, whatever it is, by the number of that.
FUNCTION = re.compile(r"σ_\{(\d+)\}")
#: The quantities of a layer, by their small letters.
OF_LAYERS: dict[str, Quantity] = {"a": ACTIVATION, "z": Z, "δ": DELTA}


def matrices(decoder: Decoder, name: str, one: bool = False) -> list[FloatArray] | None:
    """The matrices that a name may stand for, examples as rows, units as rows of weights, with and
    without what belongs to biases; None: it is no such name. Raises `LookupError` where the
    document has another letter for that, as many have for `one` example."""
    if name.startswith(NEW):
        return _after(decoder, name.removeprefix(NEW))
    if name in (ONES, decoder.document.ones):
        if name != decoder.ones:
            raise LookupError("a column of ones has a letter in the document")
        return [np.ones((decoder.examples, 1))]
    if derived := DERIVED.fullmatch(name):
        return _derivatives(decoder, derived[1], derived[2])
    found = NAME.fullmatch(name)
    if found is None:
        return [*_slopes(decoder, name)] if name.endswith("′") else None
    letter, label = found[1].removesuffix("⃗"), found[2] or ""
    small, document = letter.lower(), decoder.document
    of_cost = (decoder.loss, decoder.cost, document.error)
    if letter in LOSSES and not label and letter not in of_cost:
        raise LookupError(f"{letter} is no loss in the document")
    numbers, targets = decoder.numbers, document.targets.lower()
    if not label and small in {targets, document.inputs, document.outputs} - {""}:
        held = {targets: numbers.targets, document.inputs: numbers.inputs}
        last = len(decoder.sizes) - 1
        array = held[small] if small in held else numbers.now(ACTIVATION, last)
        if array.shape[1] > 1 or len(array) == 1:  # a number of each example is a vector
            _expect_case(decoder, name, letter, one)
        return [*_with_ones(decoder, array)]
    if not label or not decoder.is_layer(label):
        return None
    layer = decoder.layer(label)
    if small in ("w", "b"):
        return [*_parameters(decoder, small, layer, decoder.numbers.now)]
    if small not in OF_LAYERS:
        return None
    _expect_case(decoder, name, letter, one)
    own = {0: document.inputs, len(decoder.sizes) - 1: document.outputs}
    if small == "a" and own.get(layer):
        raise LookupError(f"{name} has a letter of its own in the document")
    array = numbers.inputs if (small, layer) == ("a", 0) else numbers.now(OF_LAYERS[small], layer)
    if small != "a" or letter != found[1]:  # an arrow: without the 1
        return [array]
    return [*_with_ones(decoder, array)]


def _after(decoder: Decoder, name: str) -> list[FloatArray] | None:
    """The parameters that a name means, after the update that follows."""
    found = NAME.fullmatch(name)
    if found is None or found[1].lower() not in ("w", "b") or not decoder.is_layer(found[2] or ""):
        return None
    derived = decoder.numbers.derived

    def of(quantity: Quantity, layer: int) -> FloatArray:
        return derived(f"next_{quantity.name}", layer)

    return [*_parameters(decoder, found[1].lower(), decoder.layer(found[2]), of)]


def _derivatives(decoder: Decoder, of: str, by: str) -> list[FloatArray] | None:
    """Of an example's loss by sums, of the cost by parameters, of activations by their sums; None
    where it is another, or an activation has no slopes of its own."""
    numbers, below = decoder.numbers, NAME.fullmatch(by)
    if below is None or not decoder.is_layer(below[2] or ""):
        return None
    small, layer = below[1].lower(), decoder.layer(below[2])
    if small in ("w", "b") and of == decoder.cost:
        return [*_parameters(decoder, small, layer, lambda q, at: numbers.now(q.gradient, at))]
    if small in ("w", "b") and of == decoder.loss:
        return [*_parameters(decoder, small, layer, partial(of_example, decoder))]
    above, numbered = NAME.fullmatch(of), FUNCTION.fullmatch(of)
    if small in ("a", "a⃗") and above and above[1].lower() == "z" and above[2]:
        if layer + 1 != decoder.layer(above[2]):
            raise LookupError(f"{of} is not computed from {by}")
        return None
    own = dict(activations(decoder)).get(layer)
    if own is None or not own.slope:
        return None  # of all units together: no product of slopes is exact where they are 0
    if small == "z" and of in (decoder.loss, decoder.cost):
        # Loss and cost may share a letter: the cost's derivative may have 1/N in it.
        delta = numbers.now(DELTA, layer)
        return [delta, delta / decoder.examples]
    if small == "z" and (above or numbered):
        label = decoder.layer(above[2]) if above and above[2] else len(decoder.sizes) - 1
        if layer != (int(numbered[1]) if numbered else label):
            raise LookupError(f"{of} is of another layer than {by}")
        return [*_slopes(decoder, f"{own.symbol}′", layer)]
    return None


def _slopes(decoder: Decoder, name: str, of: int = 0) -> Iterator[FloatArray]:
    """The slopes of a layer, or of all, whose activation is called so, and has a prime."""
    for layer, activation in activations(decoder):
        if activation.slope and name == f"{activation.symbol}′" and of in (0, layer):
            z, hyper = decoder.numbers.now(Z, layer), decoder.numbers.net.layers[layer - 1].hyper
            yield activation.slope(z, activation.value(z, hyper), hyper)


def _parameters(
    decoder: Decoder, small: str, layer: int, of: Callable[[Quantity, int], FloatArray]
) -> Iterator[FloatArray]:
    """The weights of a layer, with and without its biases; its biases, once or for each example."""
    weight = of(WEIGHT, layer)
    biased = (BIAS, layer) in decoder.numbers.net.quantities()
    if small == "b" and not (biased and _has_own_letter(decoder, layer)):
        raise LookupError("the biases are weights in this document")
    bias = of(BIAS, layer) if biased else np.zeros(())
    biases = np.broadcast_to(np.reshape(bias, (-1, 1)), (len(weight), 1))
    if small == "b":
        yield from (biases, np.repeat(biases, decoder.examples, axis=1), np.reshape(bias, (-1, 1)))
        return
    yield weight
    if decoder.document.bias_source is not None:
        yield from (np.hstack([weight, biases]), np.hstack([biases, weight]))


def _has_own_letter(decoder: Decoder, layer: int) -> bool:
    """Whether biases are called b: where they are no weights, or one for all units."""
    alone = not np.ndim(decoder.numbers.now(BIAS, layer))
    return alone or decoder.document.bias_source is None


def _with_ones(decoder: Decoder, array: FloatArray) -> Iterator[FloatArray]:
    """A matrix whose rows are examples; where biases are weights, also with the 1 behind or
    before."""
    yield array
    if decoder.document.bias_source is not None:
        ones = np.ones((len(array), 1))
        yield from (np.hstack([array, ones]), np.hstack([ones, array]))


def _expect_case(decoder: Decoder, name: str, letter: str, one: bool) -> None:
    """Some documents write one example in small letters, several in capital ones."""
    capital: Callable[[str], bool] = str.isupper
    if (
        decoder.document.small
        and letter != "δ"
        and capital(letter) == (one or decoder.examples == 1)
    ):
        raise LookupError(f"{name} is written so of {'many' if capital(letter) else 'one'} example")
