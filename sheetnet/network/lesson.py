"""The lesson: what a network is and what it is trained on, validated and immutable.

Lesson files are TOML (see docs/lessons.md). The classes below, the kinds of layers and the
hyper-parameters of activations, losses and optimisers are the only description of them:
errors, defaults and the JSON Schema all come from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import (
    BeforeValidator,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from sheetnet.errors import SheetnetError
from sheetnet.lessons.bounds import check_size
from sheetnet.lessons.errors import explain
from sheetnet.lessons.files import ILLEGAL, parse
from sheetnet.lessons.parts import File, LongText, Try
from sheetnet.lessons.text import with_keys
from sheetnet.network import comparing
from sheetnet.network.data.columns import Wanted
from sheetnet.network.data.source import CARRIED_OUT, Source, examples_in, origin
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
from sheetnet.network.live import live
from sheetnet.network.losses import LOSSES, Loss
from sheetnet.network.names import flat, resolve
from sheetnet.network.net import Net
from sheetnet.network.optimisers import OPTIMISERS
from sheetnet.network.published import Group, check_published, groups
from sheetnet.network.reductions import REDUCTIONS
from sheetnet.network.rules import RULES
from sheetnet.workbook.knobs import Key, Settings, settings


def _with_examples(table: Any, info: ValidationInfo) -> Any:
    """`[data]` with its examples, wherever they come from."""
    network = info.data.get("network")
    if not isinstance(table, Mapping) or network is None:  # what is wrong with that stands first
        return table
    outputs = getattr(network.layers[-1], "units", 1)
    wanted = Wanted(network.inputs, outputs, _loss(network))
    return examples_in(table, wanted, (info.context or {}).get("folder"))


def _in_steps(table: Any, info: ValidationInfo) -> Any:
    """`[training]` with its epochs as steps, which depend on how many examples there are."""
    data = info.data.get("data")
    return table if data is None else in_steps(table, len(data.inputs))


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
    data: Annotated[Data, BeforeValidator(_with_examples)]
    training: Annotated[Training, BeforeValidator(_in_steps)]

    _net: Net = PrivateAttr()
    _hyper: dict[str, Any] = PrivateAttr()
    _beside: tuple[str, ...] = PrivateAttr(default=())

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
                    known += [*Source.model_fields] * (table is Data)
                    known += ["epochs"] * (table is Training)
                    check_keys(content[name], known, f"{name}.")
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
        if self.training.live_choices:
            self._net = live(self._net, (*self.data.targets, *self.data.test_targets))
        self._hyper = hyper_of(self._net, self.training)
        _check_data(self._net, self.data)
        _check_batch(self._net, self.training, len(self.data.inputs))
        check_published(self._net, self.published, self.samples, self.training.steps)
        check_size(len(self._net.layers), self._net.parameter_count)
        self._check_compared()
        return self

    def _check_compared(self) -> None:
        if self.training.compare:
            from sheetnet.network.knobs import turned

            comparing.check(self.training.compare, turned(self), self.training.steps)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Lesson:
        """A copy with fields changed, validated; its text is then its own, not the file's."""
        if not update:
            return super().model_copy(deep=deep)
        said = {name: getattr(self, name) for name in self.model_fields_set} | dict(update)
        names = {name: f.alias or name for name, f in type(self).model_fields.items()}
        return type(self).model_validate({names[name]: value for name, value in said.items()})

    def _texts(self) -> list[tuple[str, str]]:
        single = [(name, getattr(self, name)) for name in ("title", "source", "about")]
        single += [("data.source", self.data.source)]
        for key in ("classes", "columns"):
            names = getattr(self.data, key)
            single += [(f"data.{key}[{i}]", name) for i, name in enumerate(names)]
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
        cls,
        text: str,
        name: str = "lesson",
        originals: Mapping[Key, Any] | None = None,
        *,
        folder: Any = None,
    ) -> Lesson:
        """A lesson from its file's text; `name` is what errors call it.

        `originals` are the arrays that the text leaves out, by quantity and layer: with them, no
        file is read and no examples are made. Otherwise a file that the text names is read from
        `folder`.
        """
        content = parse(text, name)
        if originals is not None:
            _fill_in(content, originals)
        try:
            lesson = cls.model_validate(content, context={"folder": folder})
        except ValidationError as error:
            raise SheetnetError(f"{name}: {explain(error)}") from None
        lesson._text, lesson._name, lesson._folder = text, name, folder
        table = content.get("data", {})
        lesson._beside = (table["csv"],) if "csv" in table else ()
        return lesson

    def shortened(self, steps: int) -> Lesson:
        """The same lesson with fewer steps, and still the text and name of its file."""
        training = self.training.model_copy(update={"steps": steps})
        printed = tuple(group for group in self.published if group.last <= steps)
        other = self.model_copy(update={"training": training, "published": printed})
        other._text, other._name, other._folder = self.text, self.name, self.folder
        other._beside = self.beside
        return other

    @property
    def beside(self) -> tuple[str, ...]:
        return self._beside

    @property
    def workbook_text(self) -> str:
        """The text that travels in a workbook: with what its examples' file says beside numbers."""
        said = {key: list(getattr(self.data, key)) for key in ("classes", "columns")}
        return with_keys(self.text, "data", {key: names for key, names in said.items() if names})

    @property
    def net(self) -> Net:
        """The network, ready to run."""
        return self._net

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of inputs and of each layer's units."""
        return self._net.sizes

    @property
    def samples(self) -> int:
        """How many examples a step shows the network: those of a batch, or all."""
        return self._net.batch or len(self.data.inputs)

    @property
    def hyper(self) -> dict[str, Any]:
        """The hyper-parameters of an update, the learning rate among them."""
        return {"learning_rate": float(self.training.learning_rate), **self._hyper}

    @property
    def settings(self) -> Settings:
        """What the lesson gives the user to change, weights that it leaves out drawn."""
        from sheetnet.network.knobs import knobs

        return settings(knobs(self))


def _fill_in(content: dict[str, Any], originals: Mapping[Key, Any]) -> None:
    """Put the arrays of a workbook's grey originals where the lesson's text left them out.

    What does not fit together is named by the validation that follows. Where the examples came
    from is no longer looked at: they are in the workbook.
    """
    data = content.get("data")
    if not isinstance(data, dict):
        content["data"] = data = {}
    data |= origin(data)
    for key in CARRIED_OUT:
        data.pop(key, None)
    tables = content.get("network")
    layers = tables.get("layers") if isinstance(tables, dict) else None
    for (key, layer), value in originals.items():
        numbers = np.atleast_1d(value).tolist()
        if layer is None and key in ("input", "target", "test_input", "test_target"):
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
        training.batch,
    )


def _check_batch(net: Net, training: Training, examples: int) -> None:
    if training.batch is None:
        if training.shuffle:
            raise ValueError(
                "training.shuffle: every step is shown all examples: take it out, or set "
                "training.batch"
            )
        return
    if training.batch > examples:
        raise ValueError(
            f"training.batch: is {training.batch}, and there are {examples} examples: write at "
            f"most {examples}"
        )
    if net.learns_from:
        raise ValueError(
            f'training.batch: rule = "{net.rule.name}" takes {net.learns_from} example a step: '
            "take one of them out"
        )


def _check_data(net: Net, data: Data) -> None:
    samples, outputs = len(data.inputs), net.sizes[-1]
    check_matrix("data.inputs", data.inputs, samples, "sample", net.inputs, "input")
    check_matrix("data.targets", data.targets, samples, "sample", outputs, "output unit")
    _check_targets(net.loss, data.targets, "data.targets")
    samples = len(data.test_inputs)
    check_matrix("data.test_inputs", data.test_inputs, samples, "sample", net.inputs, "input")
    check_matrix("data.test_targets", data.test_targets, samples, "sample", outputs, "output unit")
    _check_targets(net.loss, data.test_targets, "data.test_targets")
    if data.columns and len(data.columns) != net.inputs:
        raise ValueError(
            f"data.columns: has {len(data.columns)} name{'s' * (len(data.columns) != 1)}: write "
            f"{net.inputs}, one for each input"
        )
    if data.classes and len(data.classes) != (2 if outputs == 1 else outputs):
        ways = "2, for a target of 0 and of 1" if outputs == 1 else f"{outputs}, one for each unit"
        raise ValueError(
            f"data.classes: has {len(data.classes)} name{'s' * (len(data.classes) != 1)}: write "
            f"{ways}"
        )
    for key in ("classes", "columns"):
        seen: set[str] = set()
        for i, name in enumerate(getattr(data, key)):
            if name in seen:
                raise ValueError(f"data.{key}[{i}]: {name!r} stands there twice: change one")
            seen.add(name)


def _check_targets(loss: Loss, targets: tuple[tuple[float, ...], ...], field: str) -> None:
    if loss.bounds is None:
        return
    for i, row in enumerate(targets):
        for j, target in enumerate(row):
            if not loss.bounds[0] <= target <= loss.bounds[1]:
                raise ValueError(
                    f"{field}[{i}][{j}]: is {target:g}, but {loss.name} asks for targets from "
                    f"{loss.bounds[0]:g} to {loss.bounds[1]:g}"
                )
            if loss.whole and target != int(target):
                raise ValueError(
                    f"{field}[{i}][{j}]: is {target:g}, but {loss.name} asks for targets of 0 or 1"
                )
