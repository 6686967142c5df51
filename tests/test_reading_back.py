"""Written mathematics read back: by hand, and against the tree that was printed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetnet.expressions.formula import Expression, Negative, Number, Ref
from sheetnet.expressions.mathematics import written
from sheetnet.expressions.reading import (
    Interval,
    Symbol,
    UnreadableError,
    flat,
    flat_text,
    sides,
)
from sheetnet.expressions.rich import Rich, Run
from sheetnet.lessons.catalogue import shipped
from sheetnet.network.activations import ACTIVATIONS
from sheetnet.network.decoding import DOCUMENTS, Decoder
from sheetnet.network.lesson import Lesson
from sheetnet.network.subject import numbers
from tests.books import book_with

SIGMA = {"σ": lambda x, _: 1 / (1 + math.exp(-x[0]))}


def look(symbol: Symbol) -> float:
    """a is 0.3, b is 0.5 …, whatever their indices."""
    return {"a": 0.3, "b": 0.5, "c": 0.7, "w": -2.0}[symbol.letter]


def read(text: str) -> list[Interval]:
    return sides(flat_text(text), look, {}, lambda label: label.startswith("("), SIGMA)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a − b − c", -0.9),
        ("a − (b − c)", 0.5),
        ("a·b + c", 0.85),
        ("a/(b·c)", 0.3 / 0.35),
        ("½·(a − b)²", 0.02),
        ("(a₀⁽²⁾)²", 0.09),
        ("−a·b", -0.15),
        ("−(a·b + c)", -0.85),
        ("a₀⁽²⁾·(1 − a₀⁽²⁾)", 0.21),
        ("σ(w₀₁⁽¹⁾·a)", 1 / (1 + math.exp(0.6))),
        ("max(0, w)", 0.0),
        ("ln(a)", math.log(0.3)),
    ],
)
def test_lines_with_symbols(text: str, value: float) -> None:
    [found] = read(text)
    assert found.holds(value)
    assert found.high - found.low < 1e-9


@pytest.mark.parametrize(
    ("text", "value", "holds"),
    [
        ("0.1500·0.0500 + 0.3500", 0.3575, True),
        ("0.1500·0.0500 + 0.3500", 0.3577, False),
        ("0.7514 − 0.0100", 0.7414, True),
        ("(−0.5043)·0.5000", -0.25215, True),
        ("(−0.5043)·0.5000", 0.25215, False),
        ("2·(0.25)", 0.5, True),
        ("−(0·log_2(0.4148) + 1·log_2(0.3741))", 1.4185, True),
        ("−(0·log_2(0.4148) + 1·log_2(0.3741))", 1.4192, False),
        ("log_2.7183(0.3741)", -0.98323, True),
    ],
)
def test_lines_with_numbers_are_true_within_their_digits(
    text: str, value: float, holds: bool
) -> None:
    [found] = read(text)
    assert found.holds(value) is holds


def test_every_side_of_a_chain_is_read() -> None:
    one, other = read("σ(0.15·0.05 + 0.20·0.10 + 0.35) = σ(0.3775)")
    assert one.holds(0.5932699921) and other.holds(0.5932699921)


@pytest.mark.parametrize("text", ["a + ", "a § b", "(a", "a b", "ff(a)"])
def test_what_is_no_mathematics_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        read(text)


NUMBERS = st.integers(1, 9).map(lambda n: n / 4)
LEAVES = st.integers(0, 3).map(
    lambda n: Ref("S", 1, n + 1, symbol=Rich((Run("a"), Run(str(n), -1))))
)


def _trees(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    pairs = st.tuples(inner, inner)
    return (
        pairs.map(lambda p: p[0] + p[1])
        | pairs.map(lambda p: p[0] - p[1])
        | pairs.map(lambda p: p[0] * p[1])
        | st.tuples(inner, NUMBERS).map(lambda p: p[0] / p[1])
        | inner.map(Negative)
    )


TREES = st.recursive(LEAVES | NUMBERS.map(Number), _trees, max_leaves=8)
VALUES = (0.7, -1.3, 2.1, -0.4)


def value(node: Expression) -> float:
    """The tree's value, by Python's own arithmetic."""
    if isinstance(node, Ref):
        return VALUES[node.column - 1]
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Negative):
        return -value(node.operand)
    one, other = value(node.left), value(node.right)  # type: ignore[attr-defined]
    sign = node.operator  # type: ignore[attr-defined]
    return {"+": one + other, "-": one - other, "*": one * other, "/": one / (other or 1)}[sign]


@given(TREES)
@settings(max_examples=300, deadline=None)
def test_what_is_printed_reads_back_as_what_it_was(node: Expression) -> None:
    line = flat((run.text, run.level) for run in written(node).runs)
    [found] = sides(line, lambda s: VALUES[int(s.lower)], {}, lambda label: False, {})
    # A number such as 0.25 is printed with two decimals and known to half of the last one.
    width = found.high - found.low
    assert found.low - 1e-6 <= value(node) <= found.high + 1e-6
    assert width < 1e3


@pytest.mark.parametrize("notation", sorted(DOCUMENTS))
@pytest.mark.parametrize("name", sorted(shipped("network")))
def test_symbols_mean_what_they_were_written_for(name: str, notation: str) -> None:
    """Every weight of a lesson, written by the notation and decoded by the document's rules."""
    lesson = Lesson.load(name).model_copy(update={"notation": notation})
    held = numbers(lesson)
    decoder = Decoder(held)
    book = book_with(lesson, lesson.settings)
    assert len(book.readings) > 5
    from sheetnet.network.notation import NOTATIONS
    from sheetnet.network.quantities import BIAS, WEIGHT
    from sheetnet.network.symbols import Symbols

    symbols = Symbols(NOTATIONS[notation], lesson.sizes)
    for layer, own in enumerate(lesson.net.layers, 1):
        for unit in range(own.units):
            pairs = [(symbols.bias(layer, unit), held.now(BIAS, layer)[unit])]
            for source in range(own.sources):
                symbol = symbols.weight(layer, unit, source)
                pairs.append((symbol, held.now(WEIGHT, layer)[unit, source]))
            for symbol, expected in pairs:
                line = flat((run.text, run.level) for run in symbol.runs)
                [found] = sides(line, decoder, {}, decoder.is_layer, {})
                assert found.holds(float(expected))


def test_the_decoder_knows_every_activation_by_its_name() -> None:
    known = Decoder(numbers(Lesson.load("mazur"))).functions
    assert {each.symbol for each in ACTIVATIONS.values() if each.slope} <= set(known)
