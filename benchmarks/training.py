"""`training`: steps a second of the engine against an eager automatic differentiator.

Both run the same full step on mazur's network in float64 NumPy: forward pass, cost,
gradient with respect to all weights and biases, update of the weights (mazur's biases
stay). autograd records the operations of each step anew and differentiates them, as
eager frameworks do; the engine has its equations written out, and besides stores every
number of every step, which the differentiator is spared. Both end with the same
weights, or the measurement is refused.

A larger network is trained without keeping a trace, against the matrix products of such a step
alone: they are what no step can do without.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd import value_and_grad

from benchmarks.measuring import Result, Run, interleaved, spread
from benchmarks.subject import mazur
from sheetnet.network.engine import learned, train
from sheetnet.network.lesson import Lesson
from sheetnet.workbook.knobs import Settings

REACH = 3.0
#: A step of this network takes so many times as long as its matrix products, at most.
LEAN, SIZES, BATCH = 2.0, (784, 128, 10), 64


def measure(run: Run) -> Iterator[Result]:
    steps = 200 if run.quick else 2_000
    lesson = mazur(steps)
    settings = lesson.settings
    ours = [weights[-1] for weights in train(lesson).weights]
    for mine, theirs in zip(ours, differentiated(settings, steps), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9)
    times = interleaved(
        {
            "engine": lambda: train(lesson),
            "autograd": lambda: differentiated(settings, steps),
        },
        run.rounds,
        run.clock,
    )
    ratios = times.ratios("autograd", "engine")
    engine, autograd = times.median("engine"), times.median("autograd")
    yield Result(
        name="training",
        what=f"{steps:,} steps of mazur's network: the engine, × autograd",
        figure=median(ratios),
        reach=REACH,
        spread=spread(ratios),
        note=f"{steps / engine:,.0f} and {steps / autograd:,.0f} steps/s",
    )
    yield _without_a_trace(run)


def _without_a_trace(run: Run) -> Result:
    """The engine's steps beside the matrix products in them."""
    steps = 5 if run.quick else 50
    lesson = _digits(steps)
    settings = lesson.settings
    weights = [settings["weight", layer] for layer in (1, 2)]
    shown = settings["input", None][:BATCH]
    delta = np.ones((BATCH, SIZES[-1]))

    def products() -> None:
        for _ in range(steps + 1):
            hidden = shown @ weights[0].T
            _ = hidden @ weights[1].T
            _ = delta.T @ hidden
            _ = (delta @ weights[1]).T @ shown

    times = interleaved(
        {"engine": lambda: learned(lesson, settings), "products": products}, run.rounds, run.clock
    )
    ratios = times.ratios("engine", "products")
    return Result(
        name="training",
        what="784-128-10, batch 64, no trace: the engine, × the matrix products alone",
        figure=median(ratios),
        reach=LEAN,
        sense="≤",
        spread=spread(ratios),
        note=f"{1000 * times.median('engine') / (steps + 1):.2f} ms a step",
    )


def _digits(steps: int) -> Lesson:
    """A network for pictures of digits; the pictures and their classes are drawn."""
    rng = np.random.default_rng(5)
    layers = [
        {"units": SIZES[1], "activation": "relu"},
        {"units": SIZES[2], "activation": "softmax"},
    ]
    examples = 4 * BATCH
    return Lesson.model_validate(
        {
            "title": "digits",
            "source": "drawn",
            "notation": "wichmann",
            "network": {"inputs": SIZES[0], "loss": "cross_entropy", "layers": layers},
            "data": {
                "inputs": rng.uniform(0, 1, (examples, SIZES[0])).round(2).tolist(),
                "targets": np.eye(SIZES[2])[rng.integers(0, SIZES[2], examples)].tolist(),
            },
            "training": {"learning_rate": 0.1, "steps": steps, "batch": BATCH},
        }
    )


def differentiated(settings: Settings, steps: int) -> list[Any]:
    """Gradient descent by autograd; returns the weights of each layer."""

    def cost(weights: list[Any], biases: list[Any]) -> Any:
        a = settings["input", None]
        for w, b in zip(weights, biases, strict=True):
            a = 1.0 / (1.0 + anp.exp(-(anp.dot(a, w.T) + b)))
        return 0.5 * anp.sum((a - settings["target", None]) ** 2) / len(settings["input", None])

    both = value_and_grad(cost, argnum=(0, 1))
    weights = [settings["weight", layer] for layer in (1, 2)]
    biases = [settings["bias", layer] for layer in (1, 2)]
    for _ in range(steps):
        _, (gradients, _) = both(weights, biases)
        pairs = zip(weights, gradients, strict=True)
        weights = [w - settings.number("learning_rate") * gradient for w, gradient in pairs]
    return weights
