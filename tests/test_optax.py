"""The engine against optax, whose optimisers are nobody's here; where it is installed.

It is no part of the development set: with jax it takes 600 MB, so it has an extra of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sheetnet.network.engine import train
from sheetnet.network.lesson import Lesson
from tests.test_optimisers import STEPS, lesson

optax = pytest.importorskip("optax")
jax = pytest.importorskip("jax")

RATE = 0.05
NAMES = ("sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adam", "adamw")


def _rate(made: Lesson) -> Any:
    """Optax's schedule, or the rate."""
    h, rate = made.hyper, made.hyper["learning_rate"]
    if made.training.schedule == "cosine":
        return optax.cosine_decay_schedule(rate, int(h["t_max"]), h["eta_min"] / rate)
    if made.training.schedule == "exponential":
        return optax.exponential_decay(rate, 1, jax.numpy.float64(h["gamma"]))
    if made.training.schedule == "step":
        gamma = jax.numpy.float64(h["gamma"])
        return optax.exponential_decay(rate, int(h["step_size"]), gamma, staircase=True)
    return rate


def _optimiser(made: Lesson) -> Any:
    h, rate, name = made.hyper, _rate(made), made.training.optimiser
    clipping = [optax.clip_by_global_norm(h["clip_norm"])] if "clip_norm" in h else []
    clipping += [optax.clip(h["clip_value"])] if "clip_value" in h else []
    adam = {"b1": h.get("beta1"), "b2": h.get("beta2"), "eps": h.get("epsilon")}
    found = {
        "sgd": lambda: optax.sgd(rate),
        "momentum": lambda: optax.sgd(rate, h["momentum"]),
        "nesterov": lambda: optax.sgd(rate, h["momentum"], nesterov=True),
        "rmsprop": lambda: optax.rmsprop(rate, h["alpha"], h["epsilon"], eps_in_sqrt=False),
        # Optax adds its epsilon within the root: next to nothing, in both.
        "adagrad": lambda: optax.adagrad(rate, 0.0, 1e-30),
        "adam": lambda: optax.adam(rate, **adam),
        "adamw": lambda: optax.adamw(rate, weight_decay=h["weight_decay"], **adam),
    }[name]()
    return optax.chain(*clipping, found)


@pytest.mark.parametrize("schedule", ["constant", "step", "exponential", "cosine"])
@pytest.mark.parametrize("clipping", ["", "clip_norm", "clip_value"])
@pytest.mark.parametrize("name", NAMES)
def test_200_steps_are_optax_s(name: str, clipping: str, schedule: str) -> None:
    training: dict[str, Any] = {"optimiser": name, "steps": STEPS, "schedule": schedule, "l2": 0.01}
    training |= {"step": {"step_size": 50}, "exponential": {"gamma": 0.99}}.get(schedule, {})
    training |= {"epsilon": 1e-15} if name == "adagrad" else {}
    training |= {clipping: 0.05} if clipping else {}
    made = lesson(training)
    with jax.enable_x64(True):
        trace, optimiser = train(made), _optimiser(made)
        keys = [(q.name, layer) for q, layer in made.net.parameters()]
        held = {key: jax.numpy.asarray(trace[key][0]) for key in keys}
        state = optimiser.init(held)
        for step in range(STEPS):
            gradients = {key: trace[f"{key[0]}_gradient", key[1]][step] for key in keys}
            moved, state = optimiser.update(gradients, state, held)
            held = optax.apply_updates(held, moved)
            # PyTorch adds 1e-6 to the norm by which it divides, optax does not.
            near = 2e-4 if clipping == "clip_norm" else 1e-9
            for key in keys:
                np.testing.assert_allclose(trace[key][step + 1], held[key], rtol=near, atol=near)
