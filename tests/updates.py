"""The optimisers, schedules, penalties and clippings in plain Python, number by number.

Written from the algorithms that PyTorch's documentation publishes (torch.optim.SGD, RMSprop,
Adagrad, Adam, AdamW; lr_scheduler.StepLR, ExponentialLR, CosineAnnealingLR;
nn.utils.clip_grad_norm_ and clip_grad_value_), apart from the engine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

Hyper = Mapping[str, float]
#: A number, its gradient, what is kept of it, the hyper-parameters, the rate, the update's number.
Step = Callable[[float, float, dict[str, float], Hyper, float, int], float]


def _sgd(p: float, g: float, s: dict[str, float], h: Hyper, rate: float, t: int) -> float:
    return p - rate * g


def _momentum(p: float, g: float, s: dict[str, float], h: Hyper, rate: float, t: int) -> float:
    s["b"] = g if t == 1 else h["momentum"] * s["b"] + g
    return p - rate * s["b"]


def _nesterov(p: float, g: float, s: dict[str, float], h: Hyper, rate: float, t: int) -> float:
    s["b"] = g if t == 1 else h["momentum"] * s["b"] + g
    return p - rate * (g + h["momentum"] * s["b"])


def _rmsprop(p: float, g: float, s: dict[str, float], h: Hyper, rate: float, t: int) -> float:
    s["v"] = h["alpha"] * s.get("v", 0.0) + (1.0 - h["alpha"]) * g * g
    return p - rate * g / (math.sqrt(s["v"]) + h["epsilon"])


def _adagrad(p: float, g: float, s: dict[str, float], h: Hyper, rate: float, t: int) -> float:
    s["sum"] = s.get("sum", 0.0) + g * g
    return p - rate * g / (math.sqrt(s["sum"]) + h["epsilon"])


def _adam(p: float, g: float, s: dict[str, float], h: Hyper, rate: float, t: int) -> float:
    s["m"] = h["beta1"] * s.get("m", 0.0) + (1.0 - h["beta1"]) * g
    s["v"] = h["beta2"] * s.get("v", 0.0) + (1.0 - h["beta2"]) * g * g
    mean = s["m"] / (1.0 - h["beta1"] ** t)
    spread = s["v"] / (1.0 - h["beta2"] ** t)
    return p - rate * mean / (math.sqrt(spread) + h["epsilon"])


def _adamw(p: float, g: float, s: dict[str, float], h: Hyper, rate: float, t: int) -> float:
    return _adam(p - rate * h["weight_decay"] * p, g, s, h, rate, t)


OPTIMISERS: dict[str, Step] = {
    "sgd": _sgd,
    "momentum": _momentum,
    "nesterov": _nesterov,
    "rmsprop": _rmsprop,
    "adagrad": _adagrad,
    "adam": _adam,
    "adamw": _adamw,
}


def rates(schedule: str, h: Hyper, count: int) -> list[float]:
    """The learning rates of so many updates, each from the one before as the schedulers do."""
    rate = h["learning_rate"]
    found = []
    for n in range(count):
        if schedule == "step" and n and n % h["step_size"] == 0 or schedule == "exponential" and n:
            rate *= h["gamma"]
        elif schedule == "cosine":
            low, high = h["eta_min"], h["learning_rate"]
            rate = low + 0.5 * (high - low) * (1.0 + math.cos(math.pi * n / h["t_max"]))
        found.append(rate)
    return found


def clipped(gradients: Sequence[float], h: Hyper) -> list[float]:
    """What an update takes of the gradients of all parameters that learn."""
    if "clip_norm" in h:
        norm = math.sqrt(math.fsum(g * g for g in gradients))
        coefficient = min(h["clip_norm"] / (norm + 1e-6), 1.0)
        return [g * coefficient for g in gradients]
    if "clip_value" in h:
        limit = h["clip_value"]
        return [min(max(g, -limit), limit) for g in gradients]
    return list(gradients)


def penalty(weights: Sequence[float], l1: float, l2: float) -> float:
    """What the cost adds for all weights."""
    return l1 * math.fsum(abs(w) for w in weights) + l2 / 2 * math.fsum(w * w for w in weights)
