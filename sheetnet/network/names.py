"""Names of activations, losses, initialisations and optimisers as other libraries have them.

An alias stands only where two names are one thing. What others have and sheetnet does not is
said so, with what comes nearest to it, instead of guessing a name that looks alike. Names are
compared without capitals, spaces, hyphens and underscores: LeakyReLU, leaky_relu.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")

#: Names are near where so much of them is the same: slips of the hand, not other things.
NEAR = 0.7

#: Names of Keras, PyTorch, scikit-learn and textbooks for what has another name here.
ALIASES = {
    "activation": {
        "linear": "identity",
        "none": "identity",
        "logistic": "sigmoid",
        "lrelu": "leaky_relu",
        "heaviside": "step",
        "binarystep": "step",
        "stepfunction": "step",
        "softargmax": "softmax",
    },
    "loss": {
        "bce": "binary_cross_entropy",
        "binarycrossentropy": "binary_cross_entropy",
        "logloss": "binary_cross_entropy",
        "categoricalcrossentropy": "cross_entropy",
        "sse": "squared_error",
        "sumofsquares": "squared_error",
    },
    "initialisation": {
        "glorotuniform": "xavier_uniform",
        "heuniform": "kaiming_uniform",
        "xavier": "xavier_uniform",
        "glorot": "xavier_uniform",
        "kaiming": "kaiming_uniform",
        "he": "kaiming_uniform",
    },
    "optimiser": {
        "gradientdescent": "sgd",
        "batchgradientdescent": "sgd",
        "gd": "sgd",
        "sgdmomentum": "momentum",
        "nag": "nesterov",
        "nesterovmomentum": "nesterov",
    },
    "schedule": {
        "none": "constant",
        "steplr": "step",
        "exponentiallr": "exponential",
        "exponentialdecay": "exponential",
        "cosineannealing": "cosine",
        "cosineannealinglr": "cosine",
    },
    "reduction": {"sumoverbatchsize": "mean", "batchmean": "mean"},
}


def _none(names: str) -> dict[str, str]:
    """Names for which there is nothing to write instead."""
    return dict.fromkeys(names.split(), "")


#: What others have under these names is not here; some with what to write instead.
ELSEWHERE: dict[str, dict[str, str]] = {
    "activation": _none(
        """celu exponential gelu glu hardshrink hardsigmoid hardsilu hardswish hardtanh
        logsigmoid logsoftmax maxout mish multiheadattention prelu quickgelu relu6 rrelu
        selu sign signum silu sin softmax2d softmin softshrink softsign sparsemax
        sparseplus sparsesigmoid squareplus swish swiglu tanhshrink threshold
        thresholdedrelu"""
    ),
    "loss": _none(
        """absoluteerror binaryfocalcrossentropy categoricalfocalcrossentropy
        categoricalgeneralizedcrossentropy categoricalhinge circle cosine
        cosineembedding cosinesimilarity ctc dice epsiloninsensitive focal gammadeviance
        gaussiannll hinge hingeembedding huber kld kldiv kldivergence l1 logcosh mae
        mape marginranking meanabsoluteerror meanabsolutepercentageerror
        meansquaredlogarithmicerror modifiedhuber msle multilabelmargin
        multilabelsoftmargin multimargin pinball poisson poissonnll quantile
        smoothl1 softmargin squaredepsiloninsensitive squaredhinge rmse
        rootmeansquarederror tripletmargin tripletmarginwithdistance tversky"""
    )
    | {
        "bcewithlogits": "which takes the sigmoid itself: write binary_cross_entropy, with "
        "sigmoid in the last layer",
        "crossentropyloss": "which takes the softmax itself: write cross_entropy, with softmax in "
        "the last layer",
        "nll": "which takes logarithms: write cross_entropy, with softmax in the last layer",
        "sparsecategoricalcrossentropy": "which takes numbers of classes: write cross_entropy, "
        "with targets of 0 and 1",
    },
    "initialisation": _none(
        """constant dirac eye identity lecunnormal lecununiform orthogonal sparse stft
        variancescaling"""
    )
    | dict.fromkeys(
        ("glorotnormal", "henormal", "truncatednormal", "truncnormal"),
        "which cuts the normal distribution: write xavier_normal or kaiming_normal for one "
        "without the cut",
    )
    | dict.fromkeys(
        ("randomnormal", "randomuniform"),
        "whose numbers are small: normal and uniform here are PyTorch's, of width 1",
    ),
    "optimiser": _none(
        """adadelta adafactor adamax asgd ftrl lamb lars lbfgs lion muon nadam newton radam
        rprop sparseadam"""
    ),
    "schedule": _none(
        """chained constantlr constantwithwarmup cosinewithrestarts cosineannealingwarmrestarts
        cyclic cycliclr inversetimedecay lambdalr linear linearlr multiplicativelr multistep
        multisteplr onecycle onecyclelr piecewiseconstant piecewiseconstantdecay plateau
        polynomial polynomialdecay polynomiallr reducelronplateau sequentiallr warmup"""
    ),
    "reduction": {"none": ""},
}


def flat(name: str) -> str:
    """A name as names are compared."""
    return re.sub(r"[\s_-]", "", name).lower()


def resolve(value: str, known: Mapping[str, T], field: str, what: str) -> T:
    """What a name means. Raises `ValueError` with the field and the remedy."""
    if value in known:
        return known[value]
    named = {flat(name): name for name in known} | ALIASES.get(what, {})
    elsewhere, listed = ELSEWHERE.get(what, {}), ", ".join(sorted(known))
    # PyTorch's losses are called MSELoss, BCELoss and so on.
    for plain in (flat(value), flat(value).removesuffix("loss")):
        if plain in elsewhere:
            instead = elsewhere[plain] and f", {elsewhere[plain]}"
            remedy = instead or f": use one of {listed}"
            raise ValueError(f"{field}: sheetnet has no {what} {value!r}{remedy}")
        if named.get(plain) in known:
            return known[named[plain]]
    near = difflib.get_close_matches(value.lower(), known, 1, NEAR)
    hint = f"did you mean {near[0]!r}? (known: {listed})" if near else f"use one of {listed}"
    raise ValueError(f"{field}: unknown {what} {value!r}: {hint}")
