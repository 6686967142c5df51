"""Names of activations, losses, initialisations and optimisers as other libraries have them.

An alias stands only where two names are one thing. What others have and sheetnet does not is
said so, instead of guessing the nearest name.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")

#: Names of Keras, PyTorch and scikit-learn for what has another name here.
ALIASES = {
    "activation": {"linear": "identity", "logistic": "sigmoid", "leakyrelu": "leaky_relu"},
    "loss": {
        "bce": "binary_cross_entropy",
        "binary_crossentropy": "binary_cross_entropy",
        "bceloss": "binary_cross_entropy",
        "log_loss": "binary_cross_entropy",
        "categorical_crossentropy": "cross_entropy",
        "sse": "squared_error",
    },
    "initialisation": {
        "glorot_uniform": "xavier_uniform",
        "he_uniform": "kaiming_uniform",
        "xavier": "xavier_uniform",
        "glorot": "xavier_uniform",
    },
    "optimiser": {"gradient_descent": "sgd", "gd": "sgd"},
}
#: What others have under these names is not here.
ELSEWHERE = {
    "activation": {
        "gelu",
        "selu",
        "swish",
        "silu",
        "mish",
        "hardtanh",
        "hard_sigmoid",
        "softsign",
        "log_softmax",
        "logsoftmax",
        "prelu",
        "relu6",
        "exponential",
        "sparsemax",
    },
    "loss": {
        "mae",
        "l1",
        "huber",
        "hinge",
        "nll",
        "kl_divergence",
        "cosine",
        "log_cosh",
        "sparse_categorical_crossentropy",
        "crossentropyloss",
        "smooth_l1",
    },
    "initialisation": {"glorot_normal", "he_normal", "lecun_normal", "lecun_uniform", "orthogonal"},
    "optimiser": {
        "adam",
        "adamw",
        "rmsprop",
        "adagrad",
        "adadelta",
        "nadam",
        "adamax",
        "lbfgs",
        "nesterov",
    },
}


def resolve(value: str, known: Mapping[str, T], field: str, what: str) -> T:
    """What a name means. Raises `ValueError` with the field and the remedy."""
    if value in known:
        return known[value]
    plain = value.strip().lower().replace("-", "_").replace(" ", "_")
    name = ALIASES.get(what, {}).get(plain, plain)
    if name in known and (plain in ALIASES.get(what, {}) or plain in known):
        return known[name]
    listed = ", ".join(sorted(known))
    if plain in ELSEWHERE.get(what, set()):
        raise ValueError(f"{field}: sheetnet has no {what} {value!r}: use one of {listed}")
    near = difflib.get_close_matches(plain, known, 1, 0.6)
    hint = f"did you mean {near[0]!r}? (known: {listed})" if near else f"use one of {listed}"
    raise ValueError(f"{field}: unknown {what} {value!r}: {hint}")
