"""The lesson: what a network is and what it is trained on, validated and immutable.

Lesson files are TOML (see docs/lessons.md). The classes below are the only description
of them: errors, defaults and the JSON Schema all come from here.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from sheetnet.errors import SheetnetError
from sheetnet.lessons.catalogue import shipped
from sheetnet.lessons.errors import explain, suggest
from sheetnet.network.activations import ACTIVATIONS
from sheetnet.network.initialisation import INITIALISATIONS, draw
from sheetnet.network.losses import LOSSES

FloatArray = npt.NDArray[np.float64]
LARGEST_FILE = 64 * 2**20
LONGEST_TEXT = 32_000
MOST_UNITS = 16_384
MOST_STEPS = 10_000_000

#: What an XML document cannot hold (XML 1.0, section 2.2).
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Finite = Annotated[float, Field(allow_inf_nan=False)]
Row = Annotated[tuple[Finite, ...], Field(min_length=1, strict=False)]
Matrix = Annotated[tuple[Row, ...], Field(min_length=1, strict=False)]
LongText = Annotated[str, Field(max_length=LONGEST_TEXT)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class Layer(_Part):
    """A fully connected layer: z = W a + b, a = f(z)."""

    units: int = Field(ge=1, le=MOST_UNITS, description="number of units (neurons)")
    activation: str = Field(
        description="the activation function", json_schema_extra={"enum": [*sorted(ACTIVATIONS)]}
    )
    weights: Matrix | None = Field(default=None, description="units × sources; drawn when left out")
    biases: Row | None = Field(default=None, description="one for each unit; 0 when left out")
    theta: Finite = Field(default=0.0, description="threshold of a step: 1 for z ≥ theta")


class Network(_Part):
    inputs: int = Field(ge=1, le=MOST_UNITS, description="number of features")
    loss: str = Field(
        description="the loss of one example", json_schema_extra={"enum": [*sorted(LOSSES)]}
    )
    initialisation: str = Field(
        default="xavier_uniform",
        description="how weights that are left out are drawn",
        json_schema_extra={"enum": [*sorted(INITIALISATIONS)]},
    )
    seed: int = Field(default=0, ge=0, description="seed of the drawn weights")
    layers: tuple[Layer, ...] = Field(
        min_length=1, strict=False, description="first hidden to output"
    )


class Data(_Part):
    inputs: Matrix = Field(description="samples × features")
    targets: Matrix = Field(description="samples × output units")


class Training(_Part):
    learning_rate: Finite = Field(gt=0, description="the step size of gradient descent")
    steps: int = Field(ge=0, le=MOST_STEPS, description="number of updates")
    train_biases: bool = Field(default=True, description="false: biases stay as they are")


class Lesson(_Part):
    """A lesson file. `Lesson.load` reads one, by its name or its path."""

    title: LongText = Field(min_length=1)
    source: LongText = Field(description="author, title, date")
    about: LongText = Field(default="", description="what to look at, in two or three sentences")
    try_: tuple[LongText, ...] = Field(
        default=(), alias="try", description="what to try", max_length=50, strict=False
    )
    notation: Literal["happydustbunny", "sabine", "bhadani", "wichmann"]
    network: Network
    data: Data
    training: Training

    _text: str | None = PrivateAttr(default=None)

    def __eq__(self, other: object) -> bool:
        """Lessons are equal where they say the same; comments in the file do not count."""
        return isinstance(other, Lesson) and self.__dict__ == other.__dict__

    @model_validator(mode="after")
    def _fits(self) -> Lesson:
        for field, text in self._texts():
            if found := ILLEGAL.search(text):
                raise ValueError(
                    f"{field}: holds the character U+{ord(found[0]):04X}, which no workbook "
                    "can hold: take it out"
                )
        _check_names(self.network)
        _check_shapes(self.network)
        _check_data(self.network, self.data)
        return self

    def _texts(self) -> list[tuple[str, str]]:
        single = [(name, getattr(self, name)) for name in ("title", "source", "about")]
        return single + [(f"try[{i}]", text) for i, text in enumerate(self.try_)]

    @classmethod
    def load(cls, name: str | Path) -> Lesson:
        """Read a lesson: a shipped one by its name, any other by its path.

        Raises `SheetnetError` with one sentence that names the file, the field and the
        remedy.
        """
        path = find(name)
        return cls.from_toml(read_text(path), str(path))

    @classmethod
    def from_toml(
        cls, text: str, name: str = "lesson", arrays: dict[str, Any] | None = None
    ) -> Lesson:
        """A lesson from its file's text; `name` is what errors call it.

        `arrays` fills in what the text leaves out: `inputs`, `targets`, and `weights`
        and `biases` as a list with one entry a layer.
        """
        content = parse(text, name)
        if arrays is not None:
            _fill_in(content, arrays)
        try:
            lesson = cls.model_validate(content)
        except ValidationError as error:
            raise SheetnetError(f"{name}: {explain(error, _keys_at)}") from None
        lesson._text = text
        return lesson

    @property
    def text(self) -> str:
        """The lesson file's text; written anew for a lesson that was built in Python."""
        if self._text is None:
            import tomlkit

            content = self.model_dump(by_alias=True, exclude_none=True, exclude_unset=True)
            return tomlkit.dumps(json.loads(json.dumps(content)))
        return self._text

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of inputs and of each layer's units."""
        return (self.network.inputs, *(layer.units for layer in self.network.layers))

    @property
    def settings(self) -> Settings:
        """What the lesson gives the user to change, weights that it leaves out drawn."""
        weights, biases = draw(
            self.sizes,
            [layer.weights for layer in self.network.layers],
            [layer.biases for layer in self.network.layers],
            self.network.initialisation,
            self.network.seed,
        )
        return Settings(
            learning_rate=float(self.training.learning_rate),
            inputs=np.array(self.data.inputs, np.float64),
            targets=np.array(self.data.targets, np.float64),
            weights=weights,
            biases=biases,
        )


@dataclass(frozen=True)
class Settings:
    """The numbers that a user may edit in a workbook, as arrays.

    inputs: samples × features; targets: samples × output units; weights[l]: units ×
    sources and biases[l]: units of layer l + 1, before the first update. `step` and
    `sample` are what the sheets show that show one at a time, `h` is the step of the
    gradient check's differences.
    """

    learning_rate: float
    inputs: FloatArray
    targets: FloatArray
    weights: tuple[FloatArray, ...]
    biases: tuple[FloatArray, ...]
    step: int = 0
    sample: int = 0
    h: float = 1e-4


def find(name: str | Path) -> Any:
    """The file of a lesson, by name or path."""
    lessons = shipped()
    if str(name) in lessons:
        return lessons[str(name)]
    if not str(name):
        raise SheetnetError("the lesson has no name: `sheetnet lessons` lists the names")
    path = Path(name)
    try:
        if path.is_file():
            return path
        if path.is_dir():
            raise SheetnetError(f"{name}: is a folder: name the lesson's .toml file")
    except OSError as error:
        raise SheetnetError(f"{name}: cannot be read ({error.strerror}): check the name") from None
    near = difflib.get_close_matches(str(name), lessons, 1, 0.5)
    hint = f"did you mean {near[0]!r}?" if near else "`sheetnet lessons` lists the names"
    raise SheetnetError(f"{name}: no lesson of that name and no such file: {hint}")


def read_text(path: Any) -> str:
    """A lesson file's text. Raises `SheetnetError` where it cannot be read or is no UTF-8."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SheetnetError(f"{path}: cannot be read ({error.strerror}): check the file") from None
    if len(content) > LARGEST_FILE:
        raise SheetnetError(f"{path}: larger than 64 MiB: a lesson file holds less")
    try:
        return str(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SheetnetError(
            f"{path}: byte {error.start} is no UTF-8: save the file with the encoding UTF-8"
        ) from None


def parse(text: str, name: str) -> dict[str, Any]:
    """TOML text as a dictionary. Raises `SheetnetError`."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SheetnetError(f"{name}: is no valid TOML: {error}") from None
    except ValueError:  # Python reads no decimal number of more digits
        raise SheetnetError(
            f"{name}: holds a number of more than 4300 digits: write a shorter one"
        ) from None
    except RecursionError:
        raise SheetnetError(f"{name}: is no valid TOML: brackets nested too deeply") from None
    if found := ILLEGAL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise SheetnetError(
            f"{name}: line {line} holds the character U+{ord(found[0]):04X}, which no workbook "
            "can hold: take it out"
        )
    return content


def _fill_in(content: dict[str, Any], arrays: dict[str, Any]) -> None:
    try:
        content.setdefault("data", {}).update(inputs=arrays["inputs"], targets=arrays["targets"])
        for layer, weights, biases in zip(
            content["network"]["layers"], arrays["weights"], arrays["biases"], strict=True
        ):
            layer.update(weights=weights, biases=biases)
    except (KeyError, TypeError, ValueError, AttributeError):
        pass  # what does not fit together is named by the validation that follows


def _check_names(network: Network) -> None:
    for i, layer in enumerate(network.layers):
        if layer.activation not in ACTIVATIONS:
            raise ValueError(
                f"network.layers[{i}].activation: unknown activation {layer.activation!r}: "
                + suggest(layer.activation, ACTIVATIONS)
            )
        if layer.theta != 0 and layer.activation != "step":
            raise ValueError(
                f"network.layers[{i}].theta: only a step has a threshold: take it out, or set "
                'activation = "step"'
            )
    if network.loss not in LOSSES:
        raise ValueError(
            f"network.loss: unknown loss {network.loss!r}: " + suggest(network.loss, LOSSES)
        )
    if network.initialisation not in INITIALISATIONS:
        raise ValueError(
            f"network.initialisation: unknown initialisation {network.initialisation!r}: "
            + suggest(network.initialisation, INITIALISATIONS)
        )
    needed = LOSSES[network.loss].fused_with
    last = network.layers[-1].activation
    if needed and last != needed:
        raise ValueError(
            f"network.loss: {network.loss} asks for {needed} in the last layer, which has "
            f"{last}: change one of them"
        )


def _check_shapes(network: Network) -> None:
    sources = network.inputs
    for i, layer in enumerate(network.layers):
        field = f"network.layers[{i}]"
        if layer.weights is not None:
            _check_matrix(f"{field}.weights", layer.weights, layer.units, "unit", sources, "source")
        if layer.biases is not None and len(layer.biases) != layer.units:
            count = len(layer.biases)
            raise ValueError(
                f"{field}.biases: has {count} number{'s' * (count != 1)}: write {layer.units}, one "
                "for each unit"
            )
        sources = layer.units


def _check_matrix(
    field: str,
    matrix: tuple[tuple[float, ...], ...],
    rows: int,
    row: str,
    columns: int,
    column: str,
) -> None:
    if len(matrix) != rows:
        raise ValueError(
            f"{field}: has {len(matrix)} row{'s' * (len(matrix) != 1)}: write {rows}, one for "
            f"each {row}"
        )
    for i, numbers in enumerate(matrix):
        if len(numbers) != columns:
            raise ValueError(
                f"{field}[{i}]: has {len(numbers)} number{'s' * (len(numbers) != 1)}: write "
                f"{columns}, one for each {column}"
            )


def _check_data(network: Network, data: Data) -> None:
    samples = len(data.inputs)
    _check_matrix("data.inputs", data.inputs, samples, "sample", network.inputs, "input")
    outputs = network.layers[-1].units
    _check_matrix("data.targets", data.targets, samples, "sample", outputs, "output unit")
    if bounds := LOSSES[network.loss].bounds:
        for i, row in enumerate(data.targets):
            for j, target in enumerate(row):
                if not bounds[0] <= target <= bounds[1]:
                    raise ValueError(
                        f"data.targets[{i}][{j}]: is {target:g}, but {network.loss} asks for "
                        f"targets from {bounds[0]:g} to {bounds[1]:g}"
                    )


def _keys_at(location: tuple[int | str, ...]) -> list[str]:
    """The keys that a table of a lesson file may have."""
    model: Any = Lesson
    parts = {"network": Network, "data": Data, "training": Training, "layers": Layer}
    for part in location:
        model = parts.get(str(part), model)
    return [field.alias or name for name, field in model.model_fields.items()]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of lesson files, for editors that complete and check them."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | Lesson.model_json_schema()
