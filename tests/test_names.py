"""Names: those of other libraries where two are one thing, and a sentence where they are not."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sheetnet import build, verify
from sheetnet.lessons.catalogue import shipped
from sheetnet.network import keys
from sheetnet.network.activations import ACTIVATIONS
from sheetnet.network.initialisation import INITIALISATIONS
from sheetnet.network.lesson import Lesson
from sheetnet.network.losses import LOSSES
from sheetnet.network.names import ALIASES, ELSEWHERE, flat, resolve
from sheetnet.network.optimisers import OPTIMISERS
from sheetnet.network.reductions import REDUCTIONS
from sheetnet.network.schedules import SCHEDULES
from tests.books import findings

KNOWN: dict[str, Any] = {
    "activation": ACTIVATIONS,
    "loss": LOSSES,
    "initialisation": INITIALISATIONS,
    "optimiser": OPTIMISERS,
    "reduction": REDUCTIONS,
    "schedule": SCHEDULES,
}


def mazur() -> dict[str, Any]:
    return tomllib.loads(shipped()["mazur"].read_text(encoding="utf-8"))


def test_aliases_lead_somewhere_and_what_is_elsewhere_is_not_here() -> None:
    for family, known in KNOWN.items():
        assert set(ALIASES[family].values()) <= set(known)
        assert not set(ELSEWHERE[family]) & ({flat(name) for name in known} | set(ALIASES[family]))
        written = [*ALIASES[family], *ELSEWHERE[family]]
        assert all(flat(name) == name for name in written)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("linear", "identity"), ("logistic", "sigmoid"), ("Tanh", "tanh"), ("ReLU", "relu")],
)
def test_an_activation_by_another_name(written: str, meant: str) -> None:
    content = mazur()
    content["network"]["layers"][0]["activation"] = written
    assert Lesson.model_validate(content).net.layers[0].activation is ACTIVATIONS[meant]  # type: ignore[attr-defined]


#: As Keras, PyTorch and scikit-learn write them, and what they are here.
ELSEWHERE_THE_SAME = {
    "activation": "linear identity, logistic sigmoid, LeakyReLU leaky_relu, ELU elu, Softplus "
    "softplus, Softmax softmax, Heaviside step",
    "loss": "BCELoss binary_cross_entropy, BinaryCrossentropy binary_cross_entropy, log_loss "
    "binary_cross_entropy, categorical_crossentropy cross_entropy, SSE squared_error",
    "initialisation": "GlorotUniform xavier_uniform, he_uniform kaiming_uniform, HeUniform "
    "kaiming_uniform, kaiming_normal_ kaiming_normal, Zeros zeros, xavier_normal_ xavier_normal",
    "optimiser": "SGD sgd, GradientDescent sgd, gradient-descent sgd, Momentum momentum, "
    "NAG nesterov, Adam adam, AdamW adamw, RMSprop rmsprop",
    "reduction": "sum_over_batch_size mean, batchmean mean, SUM sum",
    "schedule": "StepLR step, ExponentialLR exponential, CosineAnnealingLR cosine, None constant",
}
#: What those libraries have beyond that.
NOT_HERE = {
    "activation": "SELU celu GLU hard_sigmoid LogSigmoid log_softmax RReLU ReLU6 Softmin sign",
    "loss": "MAE mean_absolute_error huber_loss HuberLoss KLDivLoss NLLLoss BCEWithLogitsLoss "
    "CrossEntropyLoss SquaredHinge absolute_error CosineSimilarity SparseCategoricalCrossentropy",
    "initialisation": "GlorotNormal he_normal random_normal RandomUniform trunc_normal_ "
    "orthogonal_ lecun_normal Identity constant_",
    "optimiser": "Adamax lbfgs ASGD NAdam Lion Rprop",
    "reduction": "none",
    "schedule": "OneCycleLR MultiStepLR ReduceLROnPlateau PolynomialDecay",
}


@pytest.mark.parametrize("family", KNOWN)
def test_what_others_call_by_another_name_is_understood(family: str) -> None:
    for pair in ELSEWHERE_THE_SAME[family].split(", "):
        written, meant = pair.split()
        assert resolve(written, KNOWN[family], "field", family) is KNOWN[family][meant], written


@pytest.mark.parametrize("family", KNOWN)
def test_what_only_others_have_is_no_slip(family: str) -> None:
    for name in NOT_HERE[family].split():
        with pytest.raises(ValueError, match=f"^field: sheetnet has no {family} {name!r}[:,] "):
            resolve(name, KNOWN[family], "field", family)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("gelu", "sheetnet has no activation 'gelu': use one of"),
        ("sigmoyd", "did you mean 'sigmoid'"),
        ("stairs", "unknown activation 'stairs': use one of"),
    ],
)
def test_what_is_not_here_is_said_so(written: str, words: str) -> None:
    content = mazur()
    content["network"]["layers"][0]["activation"] = written
    with pytest.raises(ValueError, match=words):
        Lesson.model_validate(content)


def test_softplus_is_softplus() -> None:
    content = mazur()
    content["network"]["layers"][0]["activation"] = "softplus"
    assert Lesson.model_validate(content).net.layers[0].activation.name == "softplus"  # type: ignore[attr-defined]


def test_a_mean_squared_error_is_one_of_a_single_output() -> None:
    content = mazur()
    content["network"]["loss"] = "MSELoss"
    with pytest.raises(ValueError, match="a mean over the 2 output units"):
        Lesson.model_validate(content)
    content["network"]["layers"][1] |= {"units": 1, "weights": [[0.4, 0.45]], "biases": [0.6]}
    content["data"]["targets"] = [[0.01]]
    assert Lesson.model_validate(content).net.loss is LOSSES["squared_error"]


def test_epochs_are_steps() -> None:
    content = mazur()
    content["training"]["epochs"] = content["training"].pop("steps")
    assert Lesson.model_validate(content).training.steps == 100
    content["training"]["steps"] = 3
    with pytest.raises(ValueError, match="training.epochs: steps are given as well"):
        Lesson.model_validate(content)


@pytest.mark.parametrize("epochs", [2.5, True, "ten", -1])
def test_epochs_are_whole_numbers(epochs: object) -> None:
    content = mazur()
    del content["training"]["steps"]
    content["training"]["epochs"] = epochs
    with pytest.raises(ValueError, match="training.epochs: write a whole number from 0 on"):
        Lesson.model_validate(content)


def test_momentum_without_its_optimiser_says_what_to_write() -> None:
    content = mazur()
    content["training"]["momentum"] = 0.5
    with pytest.raises(ValueError, match='momentum: sgd has none: .* optimiser = "momentum"'):
        Lesson.model_validate(content)


@pytest.mark.programs
def test_weights_may_be_written_source_by_unit(tmp_path: Path) -> None:
    text = Lesson.load("mazur").text
    turned = text.replace(
        "weights    = [[0.15, 0.20], [0.25, 0.30]]",
        'weights    = [[0.15, 0.25], [0.20, 0.30]]\nweights_layout = "source x unit"',
    )
    lesson = Lesson.from_toml(turned)
    expected = Lesson.load("mazur").settings
    for key, value in lesson.settings.items():
        np.testing.assert_array_equal(value, expected[key])
    result = verify(build(lesson, tmp_path / "turned.xlsx"))
    assert result.ok, findings(result)


@pytest.mark.parametrize(
    ("table", "line", "said"),
    [
        ("training", "lr = 0.5", "training.lr: unknown key: it is called 'learning_rate' here"),
        ("training", "batch_size = 4", "it is called 'batch' here"),
        ("training", "weight_decay = 0.1", 'sgd has none: take it out, or set optimiser = "adamw"'),
        ("training", "nesterov = true", 'there is optimiser = "nesterov"'),
        ("training", "eps = 1e-8", "it is called 'epsilon' here"),
        ("training", "betas = [0.9, 0.99]", "write beta1 and beta2"),
        ("training", "t_max = 10", 'constant has none: take it out, or set schedule = "cosine"'),
        ("training", "schedule = 'step'", "training.step_size: missing, and the schedule step"),
        ("training", "clip_norm = 1\nclip_value = 1", "clipped in one way: take one of them out"),
        ("training", "l2 = -1", "training.l2: is -1: write a number from 0 to 1e+06"),
        ("training", "schedule = 'cosine'\nt_max = 2.5", "is 2.5: write a whole number"),
        ("training", "optimizer = 'sgd'", "it is called 'optimiser' here"),
        ("network", "criterion = 'mse'", "network.criterion: unknown key: it is called 'loss'"),
        ("layers", "alpha = 0.2", "network.layers[0].alpha: sheetnet does not have it (leaky_relu"),
        ("layers", "neurons = 2", "it is called 'units' here"),
        ("data", "labels = [[1]]", "it is called 'targets' here"),
    ],
)
def test_keys_of_others(table: str, line: str, said: str) -> None:
    content = mazur()
    where = content["network"]["layers"][0] if table == "layers" else content[table]
    where |= tomllib.loads(line)
    with pytest.raises(ValueError) as refused:
        Lesson.model_validate(content)
    assert said in str(refused.value)


def test_names_of_keys_are_compared_as_names_are() -> None:
    assert all(flat(key) == key for key in (*keys.CALLED, *keys.ELSEWHERE))
    assert not set(keys.CALLED) & set(keys.ELSEWHERE)


def test_a_shared_bias_may_stand_alone() -> None:
    content = mazur()
    content["network"]["layers"][0] |= {"shared_bias": True, "biases": 0.35}
    assert Lesson.model_validate(content).settings["bias", 1] == 0.35
    content["network"]["layers"][0] |= {"shared_bias": False}
    with pytest.raises(ValueError, match="has 1 number: write 2, one for each unit"):
        Lesson.model_validate(content)
