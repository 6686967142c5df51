"""The lesson: what a network is and what it is trained on, validated and immutable.

Lesson files are TOML (see docs/lessons.md). The classes below, the kinds of layers and the
hyper-parameters of activations, losses and optimisers are the only description of them:
errors, defaults and the JSON Schema all come from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, PrivateAttr, ValidationError, model_validator

from sheetnet.errors import SheetnetError
from sheetnet.lessons.bounds import check_size
from sheetnet.lessons.errors import explain
from sheetnet.lessons.files import ILLEGAL, parse
from sheetnet.lessons.parts import File, LongText, Try
from sheetnet.network.fields import Data, Network, Training, tries
from sheetnet.network.following import asked, hyper_of, of_training
from sheetnet.network.frozen import Mask, masks
from sheetnet.network.hyper import chosen
from sheetnet.network.initialisation import INITIALISATIONS
from sheetnet.network.keys import check_keys, declared, in_steps
from sheetnet.network.layers import LAYERS
from sheetnet.network.layers.dense import (
    SOURCE_UNIT,
    check_matrix,
    layout,
)
from sheetnet.network.losses import LOSSES, Loss
from sheetnet.network.names import flat, resolve
from sheetnet.network.net import Net
from sheetnet.network.optimisers import OPTIMISERS
from sheetnet.network.published import Group, check_published, groups
from sheetnet.network.reductions import REDUCTIONS
from sheetnet.network.rules import RULES
from sheetnet.workbook.knobs import Key, Settings, settings


class Lesson(File):
    """A lesson file. `Lesson.load` reads one, by its name or its path."""

    title: LongText = Field(min_length=1)
    source: LongText = Field(description="author, title, date")
    about: LongText = Field(default="", description="what to look at, in two or three sentences")
    try_: Annotated[tuple[LongText | Try, ...], BeforeValidator(tries)] = Field(
        default=(), alias="try", description="what to try", max_length=50, strict=False
    )
    notation: Literal["happydustbunny", "sabine", "bhadani", "wichmann"]
    kind: Literal["network"] = Field(default="network", description="the kind of lesson")
    panels: tuple[str, ...] = Field(
        default=(), description="further panels, by their names", max_length=50, strict=False
    )
    published: Annotated[tuple[Group, ...], BeforeValidator(groups)] = Field(
        default=(),
        description="numbers that the document prints, for the panel of that name",
        max_length=200,
        strict=False,
    )
    network: Network
    data: Data
    training: Training

    _net: Net = PrivateAttr()
    _hyper: dict[str, float] = PrivateAttr()

    def __eq__(self, other: object) -> bool:
        """Lessons are equal where they say the same; comments in the file do not count."""
        return isinstance(other, Lesson) and self.__dict__ == other.__dict__

    @model_validator(mode="before")
    @classmethod
    def _keys(cls, content: Any) -> Any:
        """A mistyped key is named before what is missing for it."""
        if isinstance(content, Mapping):
            check_keys(content, [f.alias or name for name, f in cls.model_fields.items()], "")
            for name, table, further in (
                ("network", Network, LOSSES.values()),
                ("data", Data, ()),
                ("training", Training, of_training()),
            ):
                if isinstance(content.get(name), Mapping):
                    known = [*table.model_fields, *declared(further)]
                    known += ["epochs"] * (table is Training)
                    check_keys(content[name], known, f"{name}.")
            content = in_steps(content)
        return content

    @model_validator(mode="after")
    def _fits(self) -> Lesson:
        for field, text in self._texts():
            if found := ILLEGAL.search(text):
                raise ValueError(
                    f"{field}: holds the character U+{ord(found[0]):04X}, which no workbook "
                    "can hold: take it out"
                )
        self._net = _net(self.network, self.training)
        self._hyper = hyper_of(self._net, self.training)
        _check_data(self._net, self.data)
        samples, steps = len(self.data.inputs), self.training.steps
        check_published(self._net, self.published, samples, steps)
        check_size(len(self._net.layers), self._net.parameter_count)
        return self

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Lesson:
        """A copy with fields changed, validated; its text is then its own, not the file's."""
        if not update:
            return super().model_copy(deep=deep)
        said = {name: getattr(self, name) for name in self.model_fields_set} | dict(update)
        names = {name: f.alias or name for name, f in type(self).model_fields.items()}
        return type(self).model_validate({names[name]: value for name, value in said.items()})

    def _texts(self) -> list[tuple[str, str]]:
        single = [(name, getattr(self, name)) for name in ("title", "source", "about")]
        for i, one in enumerate(self.try_):
            if isinstance(one, Try):
                single += [(f"try[{i}].ask", one.ask), (f"try[{i}].answer", one.answer)]
            else:
                single.append((f"try[{i}]", one))
        for i, group in enumerate(self.published):
            single.append((f"published[{i}].title", group.title))
            single += [
                (f"published[{i}].numbers[{j}].note", one.note)
                for j, one in enumerate(group.numbers)
            ]
        return single

    @classmethod
    def from_toml(
        cls, text: str, name: str = "lesson", originals: Mapping[Key, Any] | None = None
    ) -> Lesson:
        """A lesson from its file's text; `name` is what errors call it.

        `originals` are the arrays that the text leaves out, by quantity and layer.
        """
        content = parse(text, name)
        if originals is not None:
            _fill_in(content, originals)
        try:
            lesson = cls.model_validate(content)
        except ValidationError as error:
            raise SheetnetError(f"{name}: {explain(error)}") from None
        lesson._text, lesson._name = text, name
        return lesson

    def shortened(self, steps: int) -> Lesson:
        """The same lesson with fewer steps, and still the text and name of its file."""
        training = self.training.model_copy(update={"steps": steps})
        printed = tuple(group for group in self.published if group.last <= steps)
        other = self.model_copy(update={"training": training, "published": printed})
        other._text, other._name = self.text, self.name
        return other

    @property
    def net(self) -> Net:
        """The network, ready to run."""
        return self._net

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of inputs and of each layer's units."""
        return self._net.sizes

    @property
    def hyper(self) -> dict[str, float]:
        """The hyper-parameters of an update, the learning rate among them."""
        return {"learning_rate": float(self.training.learning_rate), **self._hyper}

    @property
    def settings(self) -> Settings:
        """What the lesson gives the user to change, weights that it leaves out drawn."""
        from sheetnet.network.knobs import knobs

        return settings(knobs(self))


def _fill_in(content: dict[str, Any], originals: Mapping[Key, Any]) -> None:
    """Put the arrays of a workbook's grey originals where the lesson's text left them out.

    What does not fit together is named by the validation that follows.
    """
    data = content.get("data")
    if not isinstance(data, dict):
        content["data"] = data = {}
    tables = content.get("network")
    layers = tables.get("layers") if isinstance(tables, dict) else None
    for (key, layer), value in originals.items():
        numbers = np.atleast_1d(value).tolist()
        if layer is None and key in ("input", "target"):
            data[f"{key}s"] = numbers
        elif layer is not None and isinstance(layers, list) and layer <= len(layers):
            table = layers[layer - 1]
            kind = LAYERS.get(table.get("kind", "dense")) if isinstance(table, dict) else None
            if kind and key in kind.given:
                # The workbook's rows are units, whatever the file's were.
                if layout(table.get("weights_layout")) == SOURCE_UNIT and value.ndim == 2:
                    numbers = value.T.tolist()
                table[kind.given[key]] = numbers


def _loss(network: Network) -> Loss:
    """The loss; a mean squared error is one only where there is nothing to take a mean of."""
    if flat(network.loss) in ("mse", "meansquarederror", "mseloss"):
        units = getattr(network.layers[-1], "units", 1)
        if units > 1:
            raise ValueError(
                f"network.loss: {network.loss} is a mean over the {units} output units, and the "
                "losses here are sums: use squared_error, with a learning rate divided by "
                f"{units}"
            )
        return LOSSES["squared_error"]
    return resolve(network.loss, LOSSES, "network.loss", "loss")


def _net(network: Network, training: Training) -> Net:
    """The network as objects. Raises `ValueError` with the field and the remedy."""
    loss = _loss(network)
    optimiser = resolve(training.optimiser, OPTIMISERS, "training.optimiser", "optimiser")
    resolve(network.initialisation, INITIALISATIONS, "network.initialisation", "initialisation")
    reduction = resolve(network.reduction, REDUCTIONS, "network.reduction", "reduction")
    layers, sources = [], network.inputs
    frozen: dict[Key, Mask] = {}
    for i, fields in enumerate(network.layers):
        try:
            layers.append(LAYERS[fields.kind](i + 1, sources, fields))
            frozen |= masks(layers[-1], fields.frozen)
        except ValueError as error:
            raise ValueError(f"network.layers[{i}].{error}") from None
        sources = layers[-1].units
    if loss.fused_with and not layers[-1].fuses_with(loss.fused_with):
        raise ValueError(
            f"network.loss: {network.loss} asks for {loss.fused_with} in the last layer: change "
            "one of them"
        )
    for i, layer in enumerate(layers[:-1]):
        if layer.fuses_with("softmax"):
            raise ValueError(
                f"network.layers[{i}].activation: softmax makes a distribution of the outputs and "
                "stands in the last layer: choose another one here"
            )
    rule = resolve(training.rule, RULES, "training.rule", "rule")
    if rule.loss and rule.loss != loss.name:
        raise ValueError(
            f'training.rule: {rule.name} asks for network.loss = "{rule.loss}": change one of them'
        )
    given = network.model_extra or {}
    hyper = chosen(loss.hyper, given, "network.", f"the loss {network.loss}")
    return Net(
        network.inputs,
        tuple(layers),
        loss,
        hyper,
        optimiser,
        training.train_biases,
        reduction,
        rule,
        frozen,
        *asked(training),
    )


def _check_data(net: Net, data: Data) -> None:
    samples = len(data.inputs)
    check_matrix("data.inputs", data.inputs, samples, "sample", net.inputs, "input")
    check_matrix("data.targets", data.targets, samples, "sample", net.sizes[-1], "output unit")
    if bounds := net.loss.bounds:
        for i, row in enumerate(data.targets):
            for j, target in enumerate(row):
                if not bounds[0] <= target <= bounds[1]:
                    raise ValueError(
                        f"data.targets[{i}][{j}]: is {target:g}, but {net.loss.name} asks for "
                        f"targets from {bounds[0]:g} to {bounds[1]:g}"
                    )
                if net.loss.whole and target != int(target):
                    raise ValueError(
                        f"data.targets[{i}][{j}]: is {target:g}, but {net.loss.name} asks for "
                        "targets of 0 or 1"
                    )
