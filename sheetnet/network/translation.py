"""A lesson in another document's notation: its own texts follow, symbol by symbol."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sheetnet.expressions.rich import Rich, typed
from sheetnet.lessons.parts import Try
from sheetnet.network.lesson import Lesson
from sheetnet.network.notation import NOTATIONS
from sheetnet.network.quantities import ACTIVATION, BIAS, DELTA, SOURCE, UNIT, Quantity
from sheetnet.network.sheets.matrix_names import Names
from sheetnet.network.symbols import BIASES, WEIGHTS, Symbols


def in_notation(lesson: Lesson, key: str) -> Lesson:
    """The same lesson in the notation with that key.

    In `about` and `try` the symbols of units, weights, biases, targets, derivatives and the
    learning rate, and whole layers' weights and derivatives, are those of the other document; all
    other words stay as they are.
    """
    if key == lesson.notation:
        return lesson
    said = _Translator(lesson, key)
    texts = tuple(
        Try(ask=said(one.ask), answer=said(one.answer)) if isinstance(one, Try) else said(one)
        for one in lesson.try_
    )
    changed = {"notation": key, "about": said(lesson.about), "try_": texts}
    kept = {name: value for name, value in changed.items() if value}
    return Lesson.from_toml(lesson.model_copy(update=kept).text, lesson.name)


class _Translator:
    """Replaces the symbols of one notation in a text by those of another."""

    def __init__(self, lesson: Lesson, key: str) -> None:
        samples = lesson.samples
        own, other = (
            Symbols(NOTATIONS[name], lesson.sizes, samples, bool(lesson.net.penalties))
            for name in (lesson.notation, key)
        )
        pairs = zip(_symbols(lesson, own), _symbols(lesson, other), strict=True)
        self._others = {str(one): str(another) for one, another in pairs}
        self._others |= {typed(one): another for one, another in self._others.items()}
        # The longest first: a₁⁽¹⁾ is no a₁.
        known = sorted(self._others, key=len, reverse=True)
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, known))})(?!\w)")

    def __call__(self, text: str) -> str:
        return self._pattern.sub(lambda match: self._others[match[0]], text)


def _symbols(lesson: Lesson, symbols: Symbols) -> Iterator[Rich | str]:
    """All symbols that a text may use, in the same order in every notation."""
    net = lesson.net
    yield symbols.learning_rate
    yield symbols.delta_name
    for unit in range(net.inputs):
        yield symbols.input(unit)
    for unit in range(net.sizes[-1]):
        yield symbols.target(unit)
    for quantity, layer in net.quantities():
        if quantity in (ACTIVATION, DELTA) or quantity.name == "z":
            yield from _of_units(quantity, symbols, layer or 0, net.sizes[layer or 0])
    names, cost = Names(symbols), symbols.cost_letter
    for layer in range(1, net.depth + 1):
        yield symbols.matrix(WEIGHTS, layer)
        yield names.by_matrix(WEIGHTS, layer, cost)
        yield names.cost_by_z(layer)
    for letter in (WEIGHTS, BIASES, symbols.letters.a):  # of any layer
        yield symbols.by_name(cost) + letter
    for quantity, layer in net.parameters():
        sources = range(net.sizes[layer - 1]) if quantity != BIAS else range(1)
        for unit in range(net.sizes[layer]):
            for source in sources:
                symbol = quantity.symbol(symbols, layer, {UNIT: unit, SOURCE: source})
                yield symbol
                yield symbols.by(symbol)
                if net.depth == 1:  # a text need not say which layer it is
                    yield Rich(tuple(run for run in symbol.runs if run.level <= 0))


def _of_units(quantity: Quantity, symbols: Symbols, layer: int, units: int) -> Iterator[Rich]:
    for unit in range(units):
        yield quantity.symbol(symbols, layer, {UNIT: unit})
