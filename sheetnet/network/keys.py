"""The keys of a lesson file's tables: which are known, and what is said of others."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from sheetnet.lessons.errors import shown
from sheetnet.network.names import flat
from sheetnet.network.rules import RULES

#: Keys of other libraries and of textbooks for what has another name here.
CALLED = {
    "lr": "learning_rate",
    "eta": "learning_rate",
    "learningrateinit": "learning_rate",
    "rate": "learning_rate",
    "stepsize": "learning_rate",
    "iterations": "steps",
    "maxiter": "steps",
    "epoch": "epochs",
    "optimizer": "optimiser",
    "scheduler": "schedule",
    "lrscheduler": "schedule",
    "tmax": "t_max",
    "etamin": "eta_min",
    "weightdecay": "weight_decay",
    "eps": "epsilon",
    "rho": "alpha",
    "maxnorm": "clip_norm",
    "clipnorm": "clip_norm",
    "clipvalue": "clip_value",
    "l2regularization": "l2",
    "l1regularization": "l1",
    "neurons": "units",
    "nodes": "units",
    "outfeatures": "units",
    "nonlinearity": "activation",
    "function": "activation",
    "kernel": "weights",
    "w": "weights",
    "b": "biases",
    "usebias": "bias",
    "features": "inputs",
    "infeatures": "inputs",
    "inputdim": "inputs",
    "criterion": "loss",
    "cost": "loss",
    "x": "inputs",
    "y": "targets",
    "labels": "targets",
    "outputs": "targets",
    "randomstate": "seed",
    "trainable": "frozen",
    "batchsize": "batch",
    "minibatch": "batch",
    "minibatchsize": "batch",
    "file": "csv",
    "filename": "csv",
    "path": "csv",
    "dataset": "generator",
    "samples": "examples",
    "nsamples": "examples",
    "usecols": "input_columns",
    "featurenames": "columns",
    "classnames": "classes",
    "targetnames": "classes",
    "testsize": "test",
    "testsplit": "test",
    "validationsplit": "test",
    "xtest": "test_inputs",
    "ytest": "test_targets",
    "standardize": "standardise",
    "scale": "standardise",
}
_PENALTIES = "write l1 or l2 in [training]"
_SCHEDULES = 'there is schedule = "step", "exponential" or "cosine"'
#: What other libraries have under these keys and sheetnet does not; with what there is instead.
ELSEWHERE = {
    "regularisation": _PENALTIES,
    "regularization": _PENALTIES,
    "regularizer": _PENALTIES,
    "lambda": _PENALTIES,
    "nesterov": 'there is optimiser = "nesterov"',
    "dampening": 'there are optimiser = "momentum" and "nesterov", without it',
    "amsgrad": 'there are optimiser = "adam" and "adamw", without it',
    "centered": 'there is optimiser = "rmsprop", which is not',
    "betas": "write beta1 and beta2",
    "decay": _SCHEDULES,
    "lrdecay": _SCHEDULES,
    "warmup": _SCHEDULES,
    "clip": "write clip_norm or clip_value in [training]",
    "earlystopping": "all steps are computed",
    "tolerance": "all steps are computed",
    "tol": "all steps are computed",
    "dropout": "all units take part in every step",
    "alpha": "leaky_relu has the slope 0.01, elu the scale 1",
    "negativeslope": "leaky_relu has the slope 0.01, elu the scale 1",
    "delimiter": "commas, semicolons and tabs are found out",
    "sep": "commas, semicolons and tabs are found out",
    "decimal": "numbers have points: 1.5",
    "encoding": "files have the encoding UTF-8",
    "stratify": "the seed alone draws what is kept for the test",
}


def in_steps(training: Any, examples: int) -> Any:
    """With the whole batch in every step, an epoch is a step; else as many as show all examples."""
    if not isinstance(training, Mapping) or "epochs" not in training:
        return training
    if "steps" in training:
        raise ValueError("training.epochs: steps are given as well: take one of them out")
    rest = {key: value for key, value in training.items() if key != "epochs"}
    epochs, rule = training["epochs"], RULES.get(str(training.get("rule")))
    if not isinstance(epochs, int) or isinstance(epochs, bool) or epochs < 0:
        raise ValueError(f"training.epochs: write a whole number from 0 on, not {shown(epochs)}")
    each = rule.learns_from if rule and rule.learns_from else training.get("batch")
    if isinstance(each, int):
        epochs *= -(-examples // max(each, 1))
    return {**rest, "steps": epochs}


def declared(owners: Iterable[Any]) -> list[str]:
    """The names of the hyper-parameters of activations, losses or optimisers."""
    return [parameter.name for owner in owners for parameter in owner.hyper]


def check_keys(table: Mapping[str, Any], known: list[str], field: str) -> None:
    """Raise `ValueError` for the first key that is none of `known`, with the remedy."""
    for key in table:
        if key not in known:
            name = key if re.fullmatch("[A-Za-z0-9_-]+", str(key)) else json.dumps(str(key))
            raise ValueError(f"{field}{name}: {_remedy(str(key), known)}")


def _remedy(key: str, known: list[str]) -> str:
    called = CALLED.get(flat(key))
    if called in known:
        return f"unknown key: it is called {called!r} here"
    if flat(key) in ELSEWHERE:
        return f"sheetnet does not have it ({ELSEWHERE[flat(key)]}): take it out"
    if near := difflib.get_close_matches(key, known, 1, 0.6):
        return f"unknown key: did you mean {near[0]!r}?"
    return "unknown key: take it out (known: " + ", ".join(dict.fromkeys(known)) + ")"
