"""`training`: steps a second of the engine against an eager automatic differentiator.

Both run the same full step on mazur's network in float64 NumPy: forward pass, cost,
gradient with respect to all weights and biases, update of the weights (mazur's biases
stay). autograd records the operations of each step anew and differentiates them, as
eager frameworks do; the engine has its equations written out, and besides stores every
number of every step, which the differentiator is spared. Both end with the same
weights, or the measurement is refused.
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
from sheetnet.network.engine import train
from sheetnet.workbook.knobs import Settings

REACH = 3.0


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
