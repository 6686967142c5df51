"""Mathematics of vectors and matrices, typed by hand and read back: the reader knows no printer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetnet.expressions.arrays import FloatArray, readings
from sheetnet.expressions.measured import UndecidedError
from sheetnet.expressions.reading import Function, UnreadableError, flat_text


class Names:
    """Two indices up to 2 and 3, and four names."""

    names: Mapping[str, FloatArray] = {
        "W": np.array([[1.0, 2.0, -1.0], [0.5, -3.0, 4.0]]),
        "x": np.array([2.0, 3.0, -0.5]),
        "b": np.array([0.25, -1.5]),
        "y": np.array(0.5),
    }
    lengths: Mapping[str, int] = {"i": 2, "k": 3}
    first = 1
    functions: Mapping[str, Function] = {"tanh": lambda x, _: math.tanh(x[0])}

    def slopes(self, mark: str, of: str, by: str) -> list[FloatArray]:
        if (of, by) != ("b", "x"):
            raise LookupError(of)
        return [self.names["W"], self.names["W"] + 1]


W, X, B = Names.names["W"], Names.names["x"], Names.names["b"]


def values(text: str, free: str = "") -> list[FloatArray]:
    """The sides of a line, in the first of its readings."""
    return [side.values for side in next(readings(flat_text(text), Names(), free))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 − 2 − 3", -4),
        ("8/2/2", 2),
        ("2·3 + 4", 10),
        ("−2²", -4),
        ("(−2)²", 4),
        ("2(1 + y)", 3),
        ("x₁x₂(1 − y)", 3),
        ("½·y", 0.25),
        ("2y", 1),
        ("x₂", 3),
        ("W₂₃", 4),
        ("W₂,₃", 4),
        ("x·x", 13.25),
        ("sum(x)", 4.5),
        ("max(0, −y) + max(y, 0)", 0.5),
        ("Σₖ x_1", None),
        ("Σₖ xₖ", 4.5),
        ("Σₖ xₖ·W₁ₖ", 8.5),
        ("Σᵢₖ Wᵢₖ", 3.5),
        ("1[y > 0] + 1[y ≥ 1]", 1),
        ("tanh(y)", math.tanh(0.5)),
        ("√(4)", 2),
    ],
)
def test_numbers(text: str, expected: float | None) -> None:
    if expected is None:
        with pytest.raises(UnreadableError):
            values(text)
        return
    [found] = values(text)
    assert found.shape == ()
    assert float(found) == pytest.approx(expected)


def test_arrays() -> None:
    assert values("W x + b")[0].tolist() == pytest.approx((W @ X + B).tolist())
    assert values("Wᵀ b")[0].tolist() == pytest.approx((W.T @ B).tolist())
    assert values("x ⊙ x − 2·x")[0].tolist() == pytest.approx((X * X - 2 * X).tolist())
    assert np.array_equal(values("W + b")[0], W + B[:, None])
    assert values("W 1⃗")[0].tolist() == pytest.approx(W.sum(axis=1).tolist())
    assert np.array_equal(values("diag(b)")[0], np.diag(B))
    assert values("(x₁, y, 2)")[0].tolist() == [2.0, 0.5, 2.0]


def test_letters_run_along_the_axes_of_a_result() -> None:
    [one] = values("Wᵢₖ·bᵢ", "ik")
    assert np.allclose(one, W * B[:, None])
    [turned] = values("Wᵢₖ·bᵢ", "ki")
    assert np.allclose(turned, (W * B[:, None]).T)
    left, right = values("bᵢ = Σₖ δᵢₖ·W₁ₖ", "i")
    assert np.allclose(left, B)
    assert right.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("d/dy[y²]", 1.0),
        ("∂/∂y[exp(3·y)]", 3 * math.exp(1.5)),
        ("−d/dy[y·x₁ + x₂]", -2.0),
        ("∂/∂x₂[x₂·x₂·y]", 3.0),
    ],
)
def test_what_stands_in_brackets_is_differentiated(text: str, expected: float) -> None:
    [side] = next(readings(flat_text(text), Names(), ""))
    assert float(side.values) == pytest.approx(expected, rel=1e-8)
    assert side.off > 1e-9


def test_a_kink_decides_nothing() -> None:
    with pytest.raises(UndecidedError):
        values("d/dy[max(y, 0.5)]")


def test_derivatives_have_each_meaning_once() -> None:
    found = [sides[0].values for sides in readings(flat_text("∂b/∂x"), Names(), "")]
    assert np.array_equal(found[0], W)
    assert np.array_equal(found[1], W + 1)
    [element, *_] = readings(flat_text("∂b₂/∂x₃"), Names(), "")
    assert float(element[0].values) == 4.0


@pytest.mark.parametrize(
    "text", ["y*y", "x ⊙ 2", "2 ⊗ x", "x₄", "W₁", "q", "y = ", "(y", "y)", "W·W", "bᵢ", "Σₙ xₙ", ""]
)
def test_what_cannot_be_read_is_said(text: str) -> None:
    with pytest.raises(UnreadableError):
        values(text)


#: Expressions and what Python has for them.
LEAVES = st.sampled_from([("y", "0.5"), ("x₁", "2.0"), ("W₂₂", "(-3.0)"), ("4", "4"), ("½", "0.5")])


@st.composite
def expressions(draw: Any) -> tuple[str, str]:
    """A line, and the same for Python."""
    tree: st.SearchStrategy[tuple[str, str]] = st.recursive(
        LEAVES,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from("+−·/"), inner).map(
                lambda t: (
                    f"({t[0][0]} {t[1]} {t[2][0]})"
                    if t[1] in "+−"
                    else f"({t[0][0]}{t[1]}{t[2][0]})",
                    f"({t[0][1]}{ {'−': '-', '·': '*'}.get(t[1], t[1]) }{t[2][1]})",
                )
            ),
            inner.map(lambda t: (f"(−{t[0]})", f"(-{t[1]})")),
            inner.map(lambda t: (f"({t[0]})²", f"({t[1]})**2")),
        ),
        max_leaves=8,
    )
    return draw(tree)


@given(expressions())
def test_a_random_expression_is_what_python_makes_of_it(pair: tuple[str, str]) -> None:
    line, python = pair
    try:
        expected = eval(python)
    except ZeroDivisionError:
        return
    with np.errstate(all="ignore"):
        [found] = values(line)
    assert float(found) == pytest.approx(expected, rel=1e-12)
