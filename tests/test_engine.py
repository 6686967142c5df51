"""The engine: known numbers, an automatic differentiator, and what a run promises."""

from __future__ import annotations

import tomllib
import warnings
from collections.abc import Callable
from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from hypothesis import assume, given, settings

from sheetnet.network.activations import ACTIVATIONS
from sheetnet.network.engine import DivergenceError, Trace, train
from sheetnet.network.lesson import Lesson
from tests import updates as published
from tests.strategies import bias_of, runs
from tests.test_functions import DEFINED_ACTIVATIONS, DEFINED_LOSSES


def changed(name: str, **training: Any) -> Lesson:
    """A shipped lesson with another training table."""
    content = tomllib.loads(Lesson.load(name).text)
    content["training"] |= training
    return Lesson.model_validate(content)


def single(activation: str, loss: str, **fields: Any) -> Lesson:
    """A network of one unit and one source."""
    layer = {"units": 1, "activation": activation, "weights": [[fields.get("weight", 1.0)]]}
    return Lesson.model_validate(
        {
            "title": "one unit",
            "source": "",
            "notation": "sabine",
            "network": {"inputs": 1, "loss": loss, "layers": [layer]},
            "data": {
                "inputs": [[fields.get("input", 1.0)]],
                "targets": [[fields.get("target", 0.0)]],
            },
            "training": {
                "learning_rate": fields.get("rate", 0.1),
                "steps": fields.get("steps", 1),
                "train_biases": False,
            },
        }
    )


# Known numbers -----------------------------------------------------------------------


def test_mazur_first_pass_and_first_step_are_the_published_numbers() -> None:
    trace = train(Lesson.load("mazur"))
    assert trace.costs[0] == pytest.approx(0.298371109, abs=5e-10)
    np.testing.assert_allclose(
        trace.activations[1][0], [[0.75136507, 0.772928465]], rtol=0, atol=5e-9
    )
    first = [[0.149780716, 0.19956143], [0.24975114, 0.29950229]]
    second = [[0.35891648, 0.408666186], [0.511301270, 0.561370121]]
    np.testing.assert_allclose(trace.weights[0][1], first, rtol=0, atol=5e-9)
    np.testing.assert_allclose(trace.weights[1][1], second, rtol=0, atol=5e-9)


def test_mazur_after_10000_steps_with_fixed_biases() -> None:
    lesson = changed("mazur", steps=10_000)
    trace = train(lesson)
    assert trace.steps == 10_000
    assert trace.costs[-1] == pytest.approx(3.51019e-05, abs=5e-11)
    np.testing.assert_allclose(
        trace.activations[1][-1], [[0.01591362, 0.98406427]], rtol=0, atol=5e-9
    )
    assert (trace.biases[0] == 0.35).all()
    assert (trace.biases[1] == 0.60).all()


def test_mazur_after_10000_steps_with_trained_biases() -> None:
    trace = train(changed("mazur", steps=10_000, train_biases=True))
    assert trace.costs[-1] == pytest.approx(2.44756e-06, abs=5e-12)


def test_mazur_still_comes_down_with_a_rate_of_5() -> None:
    costs = train(changed("mazur", learning_rate=5.0)).costs
    assert costs[-1] < 0.01 * costs[0]


def test_happydustbunny_first_step_equals_the_notes_element_formulas() -> None:
    trace = train(Lesson.load("happydustbunny"))

    def sigma(x: float) -> float:
        return float(1 / (1 + 2.718281828459045**-x))

    # The forward pass, δ and the change matrix's entries, as the note writes them out.
    a0, a1 = sigma(0.40 * 0.1 - 0.25 * 0.9 + 0.10), sigma(0.15 * 0.1 + 0.60 * 0.9 - 0.20)
    o0, o1 = sigma(0.55 * a0 + 0.30 * a1 + 0.25), sigma(-0.45 * a0 + 0.20 * a1 + 0.10)
    cost = 0.5 * (o0 - 0.3) ** 2 + 0.5 * (o1 - 0.4) ** 2
    d0, d1 = (o0 - 0.3) * o0 * (1 - o0), (o1 - 0.4) * o1 * (1 - o1)
    h0, h1 = a0 * (1 - a0) * (d0 * 0.55 + d1 * -0.45), a1 * (1 - a1) * (d0 * 0.30 + d1 * 0.20)

    def near(actual: Any, expected: Any) -> None:
        np.testing.assert_allclose(actual, expected, rtol=1e-14)

    near(trace.costs[0], cost)
    near(trace.deltas[1][0], [[d0, d1]])
    near(trace.deltas[0][0], [[h0, h1]])
    near(
        trace.weights[1][1],
        [
            [0.55 - 0.5 * d0 * a0, 0.30 - 0.5 * d0 * a1],
            [-0.45 - 0.5 * d1 * a0, 0.20 - 0.5 * d1 * a1],
        ],
    )
    near(trace.biases[0][1], [0.10 - 0.5 * h0, -0.20 - 0.5 * h1])


#: Rahul Bhadani's worked example: what it is, where it stands in the trace, as printed.
PRINTED: list[tuple[str, Callable[[Trace], float], str]] = [
    ("z1[1]", lambda t: t.z[0][0, 0, 0], "0.3"),
    ("z2[1]", lambda t: t.z[0][0, 0, 1], "0.4"),
    ("a1[1]", lambda t: t.activations[0][0, 0, 0], "0.5744"),
    ("a2[1]", lambda t: t.activations[0][0, 0, 1], "0.5987"),
    ("z1[2]", lambda t: t.z[1][0, 0, 0], "0.4748"),
    ("z2[2]", lambda t: t.z[1][0, 0, 1], "0.3921"),
    ("z3[2]", lambda t: t.z[1][0, 0, 2], "0.4371"),
    ("a1[2]", lambda t: t.activations[1][0, 0, 0], "0.6165"),
    ("a2[2]", lambda t: t.activations[1][0, 0, 1], "0.5968"),
    ("a3[2]", lambda t: t.activations[1][0, 0, 2], "0.6076"),
    ("z[3]", lambda t: t.z[2][0, 0, 0], "1.2305"),
    ("prediction", lambda t: t.activations[2][0, 0, 0], "0.7739"),
    ("loss", lambda t: t.losses[0, 0], "0.2563"),
    ("cost", lambda t: t.costs[0], "0.2563"),
    ("dL/dz[3]", lambda t: t.deltas[2][0, 0, 0], "-0.2261"),
    ("dL/dw0[3]", lambda t: t.bias_gradients[2][0, 0], "-0.2261"),
    ("dL/dw1[3]", lambda t: t.weight_gradients[2][0, 0, 0], "-0.1394"),
    ("dL/dw2[3]", lambda t: t.weight_gradients[2][0, 0, 1], "-0.1349"),
    ("dL/dw3[3]", lambda t: t.weight_gradients[2][0, 0, 2], "-0.1374"),
    ("dL/dz1[2]", lambda t: t.deltas[1][0, 0, 0], "-0.0214"),
    ("dL/dz2[2]", lambda t: t.deltas[1][0, 0, 1], "-0.0109"),
    ("dL/dz3[2]", lambda t: t.deltas[1][0, 0, 2], "-0.0323"),
    ("dL/dw01[2]", lambda t: t.bias_gradients[1][0, 0], "-0.0214"),
    ("dL/dw11[2]", lambda t: t.weight_gradients[1][0, 0, 0], "-0.0123"),
    ("dL/dw21[2]", lambda t: t.weight_gradients[1][0, 0, 1], "-0.0128"),
    ("dL/dw02[2]", lambda t: t.bias_gradients[1][0, 1], "-0.0109"),
    ("dL/dw12[2]", lambda t: t.weight_gradients[1][0, 1, 0], "-0.0063"),
    ("dL/dw22[2]", lambda t: t.weight_gradients[1][0, 1, 1], "-0.0065"),
    ("dL/dw03[2]", lambda t: t.bias_gradients[1][0, 2], "-0.0323"),
    ("dL/dw13[2]", lambda t: t.weight_gradients[1][0, 2, 0], "-0.0186"),
    ("dL/dw23[2]", lambda t: t.weight_gradients[1][0, 2, 1], "-0.0194"),
    ("dL/dz2[1]", lambda t: t.deltas[0][0, 0, 1], "-0.00337"),
    ("dL/dw02[1]", lambda t: t.bias_gradients[0][0, 1], "-0.00337"),
    ("dL/dw12[1]", lambda t: t.weight_gradients[0][0, 1, 0], "-0.00674"),
    ("new w0[3]", lambda t: t.biases[2][1, 0], "0.5226"),
    ("new w1[3]", lambda t: t.weights[2][1, 0, 0], "0.4139"),
    ("new w2[3]", lambda t: t.weights[2][1, 0, 1], "0.2135"),
    ("new w3[3]", lambda t: t.weights[2][1, 0, 2], "0.6137"),
    ("new w01[2]", lambda t: t.biases[1][1, 0], "0.3021"),
    ("new w11[2]", lambda t: t.weights[1][1, 0, 0], "0.2012"),
    ("new w21[2]", lambda t: t.weights[1][1, 0, 1], "0.1013"),
    ("new w02[2]", lambda t: t.biases[1][1, 1], "0.1011"),
    ("new w12[2]", lambda t: t.weights[1][1, 1, 0], "0.3006"),
    ("new w22[2]", lambda t: t.weights[1][1, 1, 1], "0.2007"),
    ("new w03[2]", lambda t: t.biases[1][1, 2], "0.2032"),
    ("new w13[2]", lambda t: t.weights[1][1, 2, 0], "0.1019"),
    ("new w23[2]", lambda t: t.weights[1][1, 2, 1], "0.3019"),
    ("new w01[1]", lambda t: t.biases[0][1, 0], "0.1003"),
    ("new w11[1]", lambda t: t.weights[0][1, 0, 0], "0.1005"),
    ("new w02[1]", lambda t: t.biases[0][1, 1], "0.2003"),
    ("new w12[1]", lambda t: t.weights[0][1, 1, 0], "0.1007"),
    ("verified z1[1]", lambda t: t.z[0][1, 0, 0], "0.3013"),
    ("verified z2[1]", lambda t: t.z[0][1, 0, 1], "0.4017"),
    ("verified a1[1]", lambda t: t.activations[0][1, 0, 0], "0.5748"),
    ("verified a2[1]", lambda t: t.activations[0][1, 0, 1], "0.5991"),
    ("verified z1[2]", lambda t: t.z[1][1, 0, 0], "0.4785"),
    ("verified z2[2]", lambda t: t.z[1][1, 0, 1], "0.3941"),
    ("verified z3[2]", lambda t: t.z[1][1, 0, 2], "0.4427"),
    ("verified a1[2]", lambda t: t.activations[1][1, 0, 0], "0.6174"),
    ("verified a2[2]", lambda t: t.activations[1][1, 0, 1], "0.5973"),
    ("verified a3[2]", lambda t: t.activations[1][1, 0, 2], "0.6089"),
    ("verified z[3]", lambda t: t.z[2][1, 0, 0], "1.2794"),
    ("new prediction", lambda t: t.activations[2][1, 0, 0], "0.7823"),
    ("new loss", lambda t: t.losses[1, 0], "0.2455"),
    ("improvement", lambda t: t.costs[0] - t.costs[1], "0.0108"),
    ("improvement in %", lambda t: 100 * (1 - t.costs[1] / t.costs[0]), "4.23"),
]
#: Numbers of the example whose last digits are not right: as printed, and what is right.
SLIPS: list[tuple[str, Callable[[Trace], float], str, str]] = [
    ("dL/dw1[3]", lambda t: t.weight_gradients[2][0, 0, 0], "-0.1393", "-0.1394"),
    ("dL/dw3[3]", lambda t: t.weight_gradients[2][0, 0, 2], "-0.1373", "-0.1374"),
    ("dL/dw23[2]", lambda t: t.weight_gradients[1][0, 2, 1], "-0.0193", "-0.0194"),
    ("dL/dz1[1]", lambda t: t.deltas[0][0, 0, 0], "-0.00264", "-0.00263"),
    ("dL/dw01[1]", lambda t: t.bias_gradients[0][0, 0], "-0.00264", "-0.00263"),
    ("dL/dw11[1]", lambda t: t.weight_gradients[0][0, 0, 0], "-0.00528", "-0.00527"),
    ("a3[2]", lambda t: t.activations[1][0, 0, 2], "0.6075", "0.6076"),
    ("prediction", lambda t: t.activations[2][0, 0, 0], "0.7740", "0.7739"),
    ("new prediction", lambda t: t.activations[2][1, 0, 0], "0.7862", "0.7823"),
    ("verified a1[2]", lambda t: t.activations[1][1, 0, 0], "0.6147", "0.6174"),
]


def rounds_to(value: float, printed: str) -> bool:
    digits = len(printed.partition(".")[2])
    return bool(abs(value - float(printed)) <= 0.5 * 10.0**-digits + 1e-12)


@pytest.fixture(scope="module")
def bhadani() -> Trace:
    return train(Lesson.load("bhadani-1-2-3-1"))


@pytest.mark.parametrize(("what", "find", "printed"), PRINTED, ids=[p[0] for p in PRINTED])
def test_bhadani_worked_example_holds_to_its_printed_digits(
    bhadani: Trace, what: str, find: Callable[[Trace], float], printed: str
) -> None:
    assert rounds_to(find(bhadani), printed), what


@pytest.mark.parametrize(("what", "find", "printed", "right"), SLIPS, ids=[s[0] for s in SLIPS])
def test_bhadani_slips_are_slips(
    bhadani: Trace, what: str, find: Callable[[Trace], float], printed: str, right: str
) -> None:
    assert rounds_to(find(bhadani), right), what
    assert not rounds_to(find(bhadani), printed), what


# Against the differentiator ----------------------------------------------------------


def forward(lesson: Lesson, parameters: Any, shifts: Any) -> tuple[Any, list[Any], list[Any]]:
    """Losses (steps × samples), z and a of each layer, from the definitions.

    All steps at once: the parameters carry their steps on the first axis, and biases are such
    as every unit of every example takes: one for each, or one for all. `shifts` are added to
    z, so that the derivative by them is δ.
    """
    weights, biases = parameters
    a = anp.array([lesson.data.inputs] * len(weights[0]))
    all_z, all_a = [], []
    for layer, w, b, shift in zip(lesson.net.layers, weights, biases, shifts, strict=True):
        z = anp.einsum("snr,sur->snu", a, w) + b + shift
        a = DEFINED_ACTIVATIONS[layer.activation.name](z, layer.hyper.get("theta", 0.0))
        all_z.append(z)
        all_a.append(a)
    targets = anp.array([lesson.data.targets] * len(weights[0]))
    base = lesson.net.loss_hyper.get("log_base", np.e)
    return DEFINED_LOSSES[lesson.network.loss](a, targets, base), all_z, all_a


def assert_close(actual: Any, expected: Any, what: str) -> None:
    """Equal within 1e-9 of the step's largest number (or of 1): sums may cancel."""
    axes = tuple(range(1, expected.ndim))
    scale = np.maximum(1.0, np.abs(expected).max(axis=axes, keepdims=True))
    assert actual.shape == expected.shape, what
    worst = np.max(np.abs(actual - expected) / scale)
    assert worst <= 1e-9, f"{what} is off by {worst:.3g}"


@given(runs(max_steps=20))
@settings(max_examples=150, deadline=None)
def test_every_number_of_a_random_run_equals_the_differentiators(run: tuple[Lesson, Trace]) -> None:
    lesson, trace = run
    # Beyond this the definitions themselves lose their digits: 1 − σ(z) near 1, e^−z.
    largest = 12.0 if "cross_entropy" in lesson.network.loss else 300.0
    assume(np.abs(trace.z[-1]).max() <= largest)
    assume(max(np.abs(z).max() for z in trace.z) <= 300.0)

    layers = range(1, len(trace.weights) + 1)
    parameters = (trace.weights, [bias_of(trace, layer) for layer in layers])
    reduced = anp.sum if lesson.network.reduction == "sum" else anp.mean
    shifts = [np.zeros_like(z) for z in trace.z]
    losses, z, a = forward(lesson, parameters, shifts)
    strength = {key: getattr(lesson.training, key, 0.0) for key in ("l1", "l2")}

    def costs(p: Any) -> Any:
        squares = sum(anp.sum(w**2, axis=(1, 2)) for w in p[0])
        sizes = sum(anp.sum(anp.abs(w), axis=(1, 2)) for w in p[0])
        of_losses = reduced(forward(lesson, p, shifts)[0], axis=1)
        return of_losses + strength["l1"] * sizes + strength["l2"] / 2 * squares

    weight_gradients, bias_gradients = grad(lambda p: anp.sum(costs(p)))(parameters)
    deltas = grad(lambda s: anp.sum(forward(lesson, parameters, s)[0]))(shifts)

    assert_close(trace.losses, losses, "losses")
    assert_close(trace.costs, costs(parameters), "costs")
    for i in range(len(z)):
        layer = f"of layer {i + 1}"
        assert_close(trace.z[i], z[i], f"z {layer}")
        assert_close(trace.activations[i], a[i], f"a {layer}")
        assert_close(trace.deltas[i], deltas[i], f"delta {layer}")
        assert_close(trace.weight_gradients[i], weight_gradients[i], f"weight gradient {layer}")
        found = trace.get(("bias_gradient", i + 1))
        if found is not None:
            expected = bias_gradients[i].reshape(found.shape)
            assert_close(found, expected, f"bias gradient {layer}")


# What a run promises -----------------------------------------------------------------


def stay(lesson: Lesson, layer: int, name: str, shape: tuple[int, ...]) -> Any:
    """Which numbers of a parameter the lesson says are frozen, read place by place."""
    said, key = lesson.network.layers[layer - 1].frozen, {"weight": "weights"}.get(name, "biases")
    found = np.zeros(shape, bool)
    for index in np.ndindex(shape):
        at = index or (0,)
        places = {key + "".join(f"[{i}]" for i in at[:n]) for n in range(len(at) + 1)}
        found[index] = said is True or (said is not False and bool(places & set(said)))
    return found


@given(runs(max_steps=8))
@settings(max_examples=100, deadline=None)
def test_each_step_follows_from_the_one_before(run: tuple[Lesson, Trace]) -> None:
    """Every parameter by itself, as the published algorithms have it."""
    lesson, trace = run
    assert trace.steps == lesson.training.steps
    step, hyper = published.OPTIMISERS[lesson.training.optimiser], lesson.hyper
    rates = published.rates(lesson.training.schedule, hyper, trace.steps)
    learns: list[tuple[tuple[str, int], tuple[int, ...]]] = []
    for layer in range(1, len(trace.weights) + 1):
        for name in ("weight", "bias"):
            if (name, layer) not in trace:
                continue
            p = trace[name, layer]
            np.testing.assert_array_equal(p[0], lesson.settings[name, layer])
            stays = stay(lesson, layer, name, p[0].shape)
            stays |= name == "bias" and not lesson.training.train_biases
            np.testing.assert_array_equal(
                p[:, stays], np.broadcast_to(p[0][stays], p[:, stays].shape)
            )
            learns += [((name, layer), tuple(at)) for at in np.argwhere(~stays).tolist()]
    kept: list[dict[str, float]] = [{} for _ in learns]
    for n in range(trace.steps):
        gradients = [
            float(trace[f"{name}_gradient", at][(n, *place)]) for (name, at), place in learns
        ]
        taken = published.clipped(gradients, hyper)
        for (key, place), g, state in zip(learns, taken, kept, strict=True):
            now, after = (float(trace[key][(m, *place)]) for m in (n, n + 1))
            expected = step(now, g, state, hyper, rates[n], n + 1)
            assert after == pytest.approx(expected, rel=1e-10, abs=1e-12)


@given(runs(max_steps=3))
@settings(max_examples=30, deadline=None)
def test_a_trace_has_the_documented_shapes(run: tuple[Lesson, Trace]) -> None:
    lesson, trace = run
    count, samples = lesson.training.steps + 1, len(lesson.data.inputs)
    assert trace.costs.shape == (count,)
    assert trace.losses.shape == (count, samples)
    for i, layer in enumerate(lesson.network.layers):
        sources = lesson.network.layers[i - 1].units if i else lesson.network.inputs
        for of_weights in (trace.weights, trace.weight_gradients):
            assert of_weights[i].shape == (count, layer.units, sources)
        for name in ("bias", "bias_gradient"):
            own = () if layer.shared_bias else (layer.units,)  # type: ignore[attr-defined]
            found = trace.get((name, i + 1))
            assert (found is not None) == layer.bias  # type: ignore[attr-defined]
            assert found is None or found.shape == (count, *own)
        for of_units in (trace.z, trace.activations, trace.deltas):
            assert of_units[i].shape == (count, samples, layer.units)


def test_bias_gradients_are_known_even_where_biases_stay() -> None:
    trace = train(Lesson.load("mazur"))
    assert (trace.bias_gradients[1] != 0).all()
    assert (trace.biases[1] == trace.biases[1][0]).all()


def test_a_run_takes_the_settings_it_is_given_and_leaves_them_as_they_are() -> None:
    lesson = Lesson.load("mazur")
    given_settings = lesson.settings.but({("learning_rate", None): 0.25})
    before = [given_settings["weight", layer].copy() for layer in (1, 2)]
    trace = train(lesson, given_settings)
    assert trace.settings is given_settings
    np.testing.assert_array_equal(
        trace.weights[1][1], before[1] - 0.25 * trace.weight_gradients[1][0]
    )
    for layer, then in enumerate(before, 1):
        np.testing.assert_array_equal(given_settings["weight", layer], then)


def test_the_cost_is_the_mean_over_the_examples_and_so_are_the_gradients() -> None:
    content = tomllib.loads(Lesson.load("mazur").text)
    one = train(Lesson.model_validate(content))
    content["data"] = {name: matrix * 3 for name, matrix in content["data"].items()}
    three = train(Lesson.model_validate(content))
    np.testing.assert_allclose(three.costs, one.costs, rtol=1e-12)
    np.testing.assert_allclose(three.weights[0], one.weights[0], rtol=1e-12)
    np.testing.assert_allclose(three.deltas[0][:, 2], one.deltas[0][:, 0], rtol=1e-9)


# Overflow ----------------------------------------------------------------------------


def test_an_overflow_is_refused_with_its_step_and_rate() -> None:
    # z = w·1 and L = ½w²: each step multiplies w by 1 − 11 = −10, so that ½·10^(2s)
    # leaves the range of float64 at s = 155.
    ends_well = train(single("identity", "half_squared_error", rate=11.0, steps=154))
    assert ends_well.costs[-1] == pytest.approx(5e307, rel=1e-9)
    with pytest.raises(DivergenceError, match=r"step 155 .*learning_rate = 11\b") as caught:
        train(single("identity", "half_squared_error", rate=11.0, steps=400))
    assert (caught.value.step, caught.value.learning_rate) == (155, 11.0)
    assert "\n" not in str(caught.value)


def test_an_overflow_in_the_very_first_pass_is_step_0() -> None:
    with pytest.raises(DivergenceError) as caught:
        train(single("identity", "squared_error", weight=1e200, steps=0))
    assert caught.value.step == 0


def test_an_overflow_raises_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(DivergenceError):
            train(single("identity", "squared_error", rate=1e300, steps=3))


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("z", [-1e4, 1e4])
def test_a_unit_driven_to_its_end_stays_finite(activation: str, z: float) -> None:
    trace = train(single(activation, "half_squared_error", weight=z, steps=0))
    assert trace.z[0][0, 0, 0] == z
    assert np.isfinite(trace.losses).all()
    assert np.isfinite(trace.weight_gradients[0]).all()


@pytest.mark.parametrize("z", [-1e4, 1e4])
@pytest.mark.parametrize("target", [0.0, 1.0])
def test_binary_cross_entropy_at_the_ends_costs_100_or_0_and_delta_is_a_minus_t(
    z: float, target: float
) -> None:
    trace = train(single("sigmoid", "binary_cross_entropy", weight=z, target=target, steps=1))
    a = 1.0 if z > 0 else 0.0
    assert trace.activations[0][0, 0, 0] == pytest.approx(a, abs=1e-300)
    assert trace.costs[0] == pytest.approx(0.0 if a == target else 100.0, abs=1e-12)
    assert trace.deltas[0][0, 0, 0] == pytest.approx(a - target, abs=1e-300)
