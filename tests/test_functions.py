"""Activations and losses: against an automatic differentiator, and cells against NumPy."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import autograd.numpy as anp
import ironcalc
import numpy as np
import pytest
from autograd import elementwise_grad, grad
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sheetnet.expressions.dialects import EXCEL
from sheetnet.expressions.evaluation import evaluate
from sheetnet.expressions.formula import Expression, Number, Ref, over_ranges
from sheetnet.network.activations import ACTIVATIONS
from sheetnet.network.losses import LOSSES

#: The definitions, for the differentiator: name → a(z, theta).
DEFINED_ACTIVATIONS: dict[str, Callable[[Any, float], Any]] = {
    "step": lambda z, theta: anp.where(z >= theta, 1.0, 0.0) + 0.0 * z,
    "identity": lambda z, _: z,
    "sigmoid": lambda z, _: 1.0 / (1.0 + anp.exp(-z)),
    "tanh": lambda z, _: anp.sinh(z) / anp.cosh(z),
    "relu": lambda z, _: anp.where(z > 0.0, z, 0.0),
    "leaky_relu": lambda z, _: anp.where(z > 0.0, z, 0.01 * z),
    "softplus": lambda z, _: anp.logaddexp(0.0, z),
    "elu": lambda z, _: anp.where(z > 0.0, z, anp.exp(anp.where(z > 0.0, 0.0, z)) - 1.0),
    "softmax": lambda z, _: anp.exp(z) / anp.sum(anp.exp(z), axis=-1, keepdims=True),
}
#: name → loss(a, t, base of logarithms), summed over the last axis.
DEFINED_LOSSES: dict[str, Callable[[Any, Any, float], Any]] = {
    "half_squared_error": lambda a, t, _: anp.sum((a - t) ** 2, axis=-1) / 2.0,
    "squared_error": lambda a, t, _: anp.sum((t - a) ** 2, axis=-1),
    # Of a perceptron only what is no function of z: where it is wrong.
    "perceptron": lambda a, t, _: anp.sum(anp.abs(a - t)),
    "binary_cross_entropy": lambda a, t, _: anp.sum(
        -t * anp.log(a) - (1.0 - t) * anp.log(1.0 - a), axis=-1
    ),
    "cross_entropy": lambda a, t, b: -anp.sum(t * anp.log(a) / anp.log(b), axis=-1),
}
#: The slope at the point where an activation has no derivative.
SLOPE_AT_KINK = {"relu": 0.0, "leaky_relu": 0.01, "step": 0.0}

#: Both sides of every place where an exponential overflows or a sum swallows its terms.
FAR = (1e4, 5e3, 746.0, 745.0, 710.0, 709.0, 701.0, 700.0, 100.0, 40.0, 37.0, 36.0, 20.0, 1.0)
EXTREMES = np.array([*(-z for z in FAR), -1e-300, -0.0, 0.0, 1e-300, *FAR])

#: Those that work unit by unit, and the others.
SINGLE = sorted(name for name, each in ACTIVATIONS.items() if each.slope)
VECTOR = sorted(set(ACTIVATIONS) - set(SINGLE))

activations = pytest.mark.parametrize("name", SINGLE)
vectors = pytest.mark.parametrize("name", VECTOR)
losses = pytest.mark.parametrize("name", sorted(LOSSES))
wide = st.floats(-1e4, 1e4)
within = st.floats(0.001, 0.999)


def numpy_value(name: str, z: float, theta: float = 0.0) -> float:
    return float(ACTIVATIONS[name].value(np.array([z]), {"theta": theta})[0])


def hyper(name: str) -> dict[str, float]:
    """The hyper-parameters of a loss, at their defaults."""
    return {each.name: each.default for each in LOSSES[name].hyper}


def numpy_slope(name: str, z: float, theta: float = 0.0) -> float:
    a = np.array([numpy_value(name, z, theta)])
    slope = ACTIVATIONS[name].slope
    assert slope
    return float(slope(np.array([z]), a, {"theta": theta})[0])


def cell(name: str, z: Expression, theta: float = 0.0) -> Expression:
    return ACTIVATIONS[name].cell([z], 0, {"theta": theta})


def cell_slope(name: str, z: Expression, a: Expression, theta: float = 0.0) -> Expression:
    slope = ACTIVATIONS[name].cell_slope
    assert slope
    return slope(z, a, {"theta": theta})


def cell_value(formula: Expression) -> float:
    return float(evaluate(formula, None))  # type: ignore[arg-type]  # no cells in it


def test_every_activation_and_loss_has_a_definition_here_and_its_own_name() -> None:
    assert set(ACTIVATIONS) == set(DEFINED_ACTIVATIONS)
    assert set(LOSSES) == set(DEFINED_LOSSES)
    for name, entry in (ACTIVATIONS | LOSSES).items():
        assert entry.name == name


@activations
@given(z=st.floats(-30, 30), theta=st.floats(-1, 1))
@settings(max_examples=60, deadline=None)
def test_value_is_the_definition(name: str, z: float, theta: float) -> None:
    assume(name != "step" or abs(z - theta) > 1e-9)
    expected = DEFINED_ACTIVATIONS[name](np.array([z]), theta)[0]
    # A kink counts from 1e-12 on, where elu's e^z − 1 has digits of its own.
    assert numpy_value(name, z, theta) == pytest.approx(expected, rel=1e-13, abs=2e-12)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_bounded_are_those_that_stay_within_1_everywhere(name: str) -> None:
    far = ACTIVATIONS[name].value(np.array([-1e4, 0.0, 1e4]), {"theta": 0.0})
    assert ACTIVATIONS[name].bounded == bool(np.abs(far).max() <= 1)


@activations
@given(z=st.floats(-12, 12).filter(lambda z: abs(z) > 1e-9), theta=st.floats(-1, 1))
@settings(max_examples=60, deadline=None)
def test_slope_is_the_derivative(name: str, z: float, theta: float) -> None:
    derivative = elementwise_grad(DEFINED_ACTIVATIONS[name])(np.array([z]), theta)[0]
    # a(1 − a) and 1 − a² lose digits where a is near 1, by the rounding of a.
    assert numpy_slope(name, z, theta) == pytest.approx(derivative, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize(("name", "slope"), sorted(SLOPE_AT_KINK.items()))
@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_slope_at_the_kink_is_the_documented_one(name: str, slope: float, zero: float) -> None:
    assert numpy_slope(name, zero) == slope
    formula = cell_slope(name, Number(zero), Number(numpy_value(name, zero)))
    assert cell_value(formula) == slope


def test_step_is_1_from_its_threshold_on() -> None:
    below, at, above = 0.3 - 1e-9, 0.3, 0.3 + 1e-9
    assert [numpy_value("step", z, 0.3) for z in (below, at, above)] == [0.0, 1.0, 1.0]
    cells = [cell_value(cell("step", Number(z), 0.3)) for z in (below, at, above)]
    assert cells == [0.0, 1.0, 1.0]
    assert numpy_value("step", 0.0) == 1.0


@activations
def test_values_and_slopes_are_finite_without_a_warning_however_far_out(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        a = ACTIVATIONS[name].value(EXTREMES, {"theta": 0.0})
        slope = ACTIVATIONS[name].back(EXTREMES, a, np.ones_like(a), {"theta": 0.0})
    assert a.shape == slope.shape == EXTREMES.shape
    assert np.isfinite(a).all()
    assert np.isfinite(slope).all()


@activations
@given(z=wide | st.sampled_from(EXTREMES.tolist()), theta=st.floats(-2, 2))
@settings(max_examples=60, deadline=None)
def test_cells_of_an_activation_equal_numpy(name: str, z: float, theta: float) -> None:
    a = numpy_value(name, z, theta)
    assert cell_value(cell(name, Number(z), theta)) == pytest.approx(a, rel=1e-14, abs=1e-14)
    slope = cell_slope(name, Number(z), Number(a), theta)
    assert cell_value(slope) == pytest.approx(numpy_slope(name, z, theta), rel=1e-14)


@activations
def test_a_spreadsheet_computes_the_cells_of_an_activation(name: str) -> None:
    # IronCalc calls numbers equal that differ by less than 2.3e-16.
    numbers = [z for z in (*EXTREMES, 1e-12, -1e-12) if z == 0 or abs(z) >= 1e-12]
    model = ironcalc.create("activations")
    for row, z in enumerate(numbers, 1):
        at, a = Ref("Sheet1", row, 1), Ref("Sheet1", row, 2)
        model.update_cell_with_number(0, row, 1, z)
        value, slope = cell(name, at), cell_slope(name, at, a)
        model.set_user_input(0, row, 2, "=" + EXCEL.write(value, "Sheet1"))
        model.set_user_input(0, row, 3, "=" + EXCEL.write(slope, "Sheet1"))
    model.evaluate()
    for row, z in enumerate(numbers, 1):
        assert model.get_cell_value(0, row, 2) == pytest.approx(
            numpy_value(name, z), rel=1e-12, abs=1e-14
        )
        assert model.get_cell_value(0, row, 3) == pytest.approx(numpy_slope(name, z), rel=1e-12)


@vectors
@given(z=st.lists(st.floats(-20, 20), min_size=1, max_size=5), seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_a_vector_activation_and_what_it_takes_back(name: str, z: list[float], seed: int) -> None:
    """Value and pull-back against the differentiator, the cells of every unit against NumPy."""
    activation, defined = ACTIVATIONS[name], DEFINED_ACTIVATIONS[name]
    zs, g = np.array(z), np.random.default_rng(seed).uniform(-1, 1, len(z))
    a = activation.value(zs, {})
    np.testing.assert_allclose(a, defined(zs, 0.0), rtol=1e-13)
    back = activation.back(zs, a, g, {})
    derivative = grad(lambda x: anp.sum(g * defined(x, 0.0)))(zs)
    np.testing.assert_allclose(back, derivative, rtol=1e-9, atol=1e-12)
    terms = [[Number(float(x)) for x in array] for array in (zs, a, g)]
    for j in range(len(z)):
        assert cell_value(activation.cell(terms[0], j, {})) == pytest.approx(a[j], rel=1e-13)
        found = cell_value(activation.cell_back(*terms, j, {}))
        assert found == pytest.approx(back[j], rel=1e-9, abs=1e-13)


@vectors
def test_a_vector_activation_is_finite_however_far_out(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        a = ACTIVATIONS[name].value(EXTREMES, {})
        back = ACTIVATIONS[name].back(EXTREMES, a, np.ones_like(a), {})
    assert np.isfinite(a).all()
    assert np.isfinite(back).all()


def outputs_and_targets(a: st.SearchStrategy[float]) -> st.SearchStrategy[Any]:
    """A layer's outputs and as many targets, from 0 to 1."""
    return st.lists(st.tuples(a, st.floats(0, 1)), min_size=1, max_size=5).map(
        lambda pairs: tuple(np.array(column) for column in zip(*pairs, strict=True))
    )


@losses
@given(pair=outputs_and_targets(within))
@settings(max_examples=60, deadline=None)
def test_loss_and_its_gradient_are_the_definition_and_its_derivative(name: str, pair: Any) -> None:
    a, t = pair
    loss, defined, h = LOSSES[name], DEFINED_LOSSES[name], hyper(name)
    for base in (math.e, 2.0, 10.0):
        h |= dict.fromkeys(h, base)
        assert loss.value(a, t, h) == pytest.approx(defined(a, t, base), rel=1e-12, abs=1e-15)
        derivative = grad(defined)(a, t, base)
        np.testing.assert_allclose(loss.gradient(a, t, h), derivative, rtol=1e-9, atol=1e-11)


@losses
def test_loss_sums_over_the_units_and_keeps_the_other_axes(name: str) -> None:
    rng = np.random.default_rng(0)
    a, t = rng.uniform(0.1, 0.9, (2, 3, 4)), rng.uniform(0, 1, (2, 3, 4))
    defined, h = DEFINED_LOSSES[name], hyper(name)
    each = [[float(defined(a[i, j], t[i, j], math.e)) for j in range(3)] for i in range(2)]
    np.testing.assert_allclose(LOSSES[name].value(a, t, h), each, rtol=1e-12)
    assert LOSSES[name].gradient(a, t, h).shape == (2, 3, 4)


@losses
@given(pair=outputs_and_targets(st.floats(0, 1) | st.sampled_from([0.0, 1.0, 1e-300, 1 - 2**-53])))
@settings(max_examples=60, deadline=None)
def test_the_cell_of_a_loss_equals_numpy_at_the_ends_too(name: str, pair: Any) -> None:
    a, t = pair
    loss, h = LOSSES[name], hyper(name)
    formula = loss.cell([Number(x) for x in a], [Number(x) for x in t], h)
    assert cell_value(formula) == pytest.approx(loss.value(a, t, h), rel=1e-12, abs=1e-15)


@given(
    pairs=st.lists(st.tuples(st.floats(-1000, 1000), st.floats(0, 1)), min_size=1, max_size=4),
    near=st.sampled_from([1e-3, 1.0]),
    base=st.sampled_from([math.e, 2.0, 10.0]),
)
@settings(max_examples=60, deadline=None)
def test_cross_entropy_by_how_far_the_z_are_apart(pairs: Any, near: float, base: float) -> None:
    """As Evaluation has it, in array formulas: also of z so far apart that an a is 0."""
    z, t = (np.array(column) for column in zip(*pairs, strict=True))
    z, loss, h = near * z, LOSSES["cross_entropy"], {"log_base": base}
    assert loss.cell_apart
    formula = loss.cell_apart([Number(x) for x in z], [Number(x) for x in t], h)
    expected = loss.value(ACTIVATIONS["softmax"].value(z, {}), t, h)
    assert cell_value(over_ranges(formula)) == pytest.approx(expected, rel=1e-12, abs=1e-14)


@losses
@given(a=within, t=st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_the_cell_of_a_gradient_equals_numpy(name: str, a: float, t: float) -> None:
    h = hyper(name)
    expected = LOSSES[name].gradient(np.array([a]), np.array([t]), h)[0]
    formula = LOSSES[name].cell_gradient([Number(a)], [Number(t)], 0, h)
    assert cell_value(formula) == pytest.approx(expected, rel=1e-9, abs=1e-10)


@pytest.mark.parametrize(
    "name", [n for n, loss in LOSSES.items() if loss.fused_with and not loss.whole]
)
@given(
    pairs=st.lists(st.tuples(st.floats(-8, 8), st.floats(0, 1)), min_size=1, max_size=4),
    base=st.sampled_from([math.e, 2.0, 10.0]),
)
@settings(max_examples=60, deadline=None)
def test_a_fused_pair_is_the_derivative_by_z(name: str, pairs: Any, base: float) -> None:
    """Of targets that are no distribution too; arrays and cells."""
    z, t = (np.array(column) for column in zip(*pairs, strict=True))
    loss, activation = LOSSES[name], DEFINED_ACTIVATIONS[LOSSES[name].fused_with or ""]
    h = dict.fromkeys(hyper(name), base)
    derivative = grad(lambda x: DEFINED_LOSSES[name](activation(x, 0.0), t, base))(z)
    a = activation(z, 0.0)
    np.testing.assert_allclose(loss.fused(a, t, h), derivative, rtol=1e-9, atol=1e-9)
    cells = [[Number(float(x)) for x in array] for array in (a, t)]
    for j, expected in enumerate(loss.fused(a, t, h)):
        found = cell_value(loss.cell_fused(*cells, j, h))
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-13)


def test_binary_cross_entropy_stops_at_a_logarithm_of_minus_100_as_pytorch_does() -> None:
    loss = LOSSES["binary_cross_entropy"]
    ends = np.array([[0.0], [1.0], [1e-44], [1e-43], [0.0], [1.0]])
    targets = np.array([[1.0], [0.0], [1.0], [1.0], [0.0], [1.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value, gradient = loss.value(ends, targets, {}), loss.gradient(ends, targets, {})
    expected = [100.0, 100.0, 100.0, 43 * math.log(10), 0.0, 0.0]
    np.testing.assert_allclose(value, expected, rtol=1e-14)
    assert np.isfinite(gradient).all()


@losses
def test_losses_and_gradients_are_finite_without_a_warning_at_every_output(name: str) -> None:
    a = np.array([0.0, 5e-324, 1e-300, 1e-44, 1e-16, 0.5, 1 - 2**-53, 1.0])[:, None]
    for target in (0.0, 0.25, 1.0):
        t = np.full_like(a, target)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert np.isfinite(LOSSES[name].value(a, t, hyper(name))).all()
            assert np.isfinite(LOSSES[name].gradient(a, t, hyper(name))).all()
