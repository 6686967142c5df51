"""Adding a thing is one object and its name in a registry: each is made here, on the spot.

What is made is built into a workbook, which a spreadsheet program then proves.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from sheetnet import build, inspect, verify
from sheetnet.errors import SheetnetError
from sheetnet.expressions.formula import (
    Applied,
    Expression,
    Ref,
    call,
    equal,
    exp,
    maximum,
    total,
    when,
)
from sheetnet.expressions.rich import Rich, rich
from sheetnet.lessons import subjects
from sheetnet.lessons.subjects import Subject
from sheetnet.network import activations, book, knobs, losses, optimisers
from sheetnet.network.activations import Activation, elementwise
from sheetnet.network.hyper import HyperParameter
from sheetnet.network.layers import LAYERS
from sheetnet.network.layers.base import Around, Arrays, Draw, Fields, FloatArray, Layer
from sheetnet.network.lesson import Lesson
from sheetnet.network.losses import Loss
from sheetnet.network.numbers import Derived, Numbers
from sheetnet.network.optimisers import Optimiser
from sheetnet.network.quantities import (
    ACTIVATION,
    SAMPLE,
    SOURCE,
    UNIT,
    Quantity,
    Role,
)
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.kinds import SheetKind
from sheetnet.sheets import index
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block, Blocks
from sheetnet.workbook.book import Book
from sheetnet.workbook.knobs import Knob, Settings, digest
from sheetnet.workbook.model import Sheet
from tests.books import findings

pytestmark = pytest.mark.programs

Patch = pytest.MonkeyPatch


def lesson(**changes: Any) -> Lesson:
    """A batch of three on a 2-3-2 network, with parts of the lesson file replaced."""
    content: dict[str, Any] = {
        "title": "made on the spot",
        "source": "a test",
        "notation": "wichmann",
        "network": {
            "inputs": 2,
            "loss": "half_squared_error",
            "layers": [{"units": 3, "activation": "tanh"}, {"units": 2, "activation": "sigmoid"}],
        },
        "data": {
            "inputs": [[0.3, -0.5], [0.8, 0.1], [-0.4, 0.7]],
            "targets": [[0.2, 0.9], [0.7, 0.4], [0.1, 0.5]],
        },
        "training": {"learning_rate": 0.3, "steps": 4},
    }
    for key, value in changes.items():
        content[key] = {**content[key], **value} if isinstance(value, dict) else value
    return Lesson.model_validate(content)


def proved(made: Any, folder: Path) -> list[dict[str, Any]]:
    """Build and verify, with no number left out; returns the index's blocks."""
    path = build(made, folder / "made.xlsx")
    result = verify(path)
    assert result.ok, findings(result)
    assert result.unclaimed == 0
    blocks: list[dict[str, Any]] = inspect(path)["blocks"]
    return blocks


def layers(*tables: dict[str, Any]) -> dict[str, Any]:
    return {"layers": list(tables)}


def test_a_kinked_activation(monkeypatch: Patch, tmp_path: Path) -> None:
    hard = elementwise(
        name="hard_tanh",
        symbol="hardtanh",
        written="max(−1, min(1, z))",
        written_slope="1 between −1 and 1, else 0",
        value=lambda z, _: np.clip(z, -1.0, 1.0),
        slope=lambda z, a, _: (np.abs(z) < 1).astype(float),
        cell=lambda z, _: maximum(-1, call("MIN", 1, z)),
        cell_slope=lambda z, a, _: Applied("hardtanh′", z, when(call("ABS", z) < 1, 1, 0)),
        kinks=lambda _: (-1.0, 1.0),
    )
    monkeypatch.setitem(activations.ACTIVATIONS, hard.name, hard)
    tables = layers({"units": 3, "activation": "hard_tanh"}, {"units": 2, "activation": "tanh"})
    proved(lesson(network=tables), tmp_path)


def test_a_vector_activation_with_a_parameter(monkeypatch: Patch, tmp_path: Path) -> None:
    """Softmax with a temperature."""

    def value(z: Any, h: Mapping[str, float]) -> Any:
        powers = np.exp(z / h["temperature"])
        return powers / powers.sum(axis=-1, keepdims=True)

    def cell(z: Any, j: int, h: Mapping[str, float]) -> Expression:
        t = h["temperature"]
        return exp(z[j] / t) / total([exp(k / t) for k in z])

    warm = Activation(
        name="warm_softmax",
        symbol="softmax",
        written="e^(z/T) / Σ e^(z/T)",
        written_slope="",
        value=value,
        back=lambda z, a, g, h: a * (g - (a * g).sum(axis=-1, keepdims=True)) / h["temperature"],
        cell=cell,
        cell_back=lambda z, a, g, j, h: (
            a[j] * (g[j] - total([x * y for x, y in zip(a, g, strict=True)])) / h["temperature"]
        ),
        hyper=(HyperParameter("temperature", 1.0, "the softer the higher", low=0.1, high=10),),
    )
    monkeypatch.setitem(activations.ACTIVATIONS, warm.name, warm)
    last = {"units": 2, "activation": "warm_softmax", "temperature": 1.5}
    made = lesson(network=layers({"units": 3, "activation": "tanh"}, last))
    proved(made, tmp_path)
    with pytest.raises(ValueError, match=r"layers\[1\].temperature: is 50: write a number"):
        lesson(network=layers({"units": 3, "activation": "tanh"}, last | {"temperature": 50}))


def test_a_loss(monkeypatch: Patch, tmp_path: Path) -> None:
    quartic = Loss(
        name="quartic",
        written="Σ(a − t)⁴",
        value=lambda a, t, _: np.sum((a - t) ** 4, axis=-1),
        gradient=lambda a, t, _: 4 * (a - t) ** 3,
        cell=lambda a, t, _: total(
            [(x - y) * (x - y) * (x - y) * (x - y) for x, y in zip(a, t, strict=True)]
        ),
        cell_gradient=lambda a, t, j, _: 4 * (a[j] - t[j]) * (a[j] - t[j]) * (a[j] - t[j]),
    )
    monkeypatch.setitem(losses.LOSSES, quartic.name, quartic)
    proved(lesson(network={"loss": "quartic"}), tmp_path)


def test_an_optimiser_with_state(monkeypatch: Patch, tmp_path: Path) -> None:
    """AdaGrad without its epsilon's subtleties: the sum of squared gradients is kept."""

    def step(p: Any, g: Any, s: Any, h: Mapping[str, float], _: int) -> Any:
        squares = s["squares"] + g**2
        return p - h["learning_rate"] * g / np.sqrt(squares + h["epsilon"]), {"squares": squares}

    adaptive = Optimiser(
        name="adaptive",
        written="w − η·g/√(Σg² + ε)",
        step=step,
        cells=lambda p, g, new, h, t: (
            p - h["learning_rate"] * g / call("SQRT", new["squares"] + h["epsilon"])
        ),
        cells_state=lambda g, s, h, t: {"squares": s["squares"] + g * g},
        state=("squares",),
        hyper=(HyperParameter("epsilon", 0.01, "keeps the root from 0", 1e-6, 1.0, "ε"),),
    )
    monkeypatch.setitem(optimisers.OPTIMISERS, adaptive.name, adaptive)
    made = lesson(training={"optimiser": "adaptive", "epsilon": 0.02})
    quantities = {block["quantity"] for block in proved(made, tmp_path)}
    assert {"weight_squares", "bias_squares", "epsilon"} <= quantities


def test_an_input_with_choices_and_a_sheet(monkeypatch: Patch, tmp_path: Path) -> None:
    """A drop-down on Start, and a sheet whose numbers follow it."""
    word = Quantity("statistic", (), Role.GIVEN, "statistic", lambda s, layer, at: rich("s"))
    outcome = Quantity("outcome", (), Role.FORWARD, "outcome", lambda s, layer, at: rich("o"))

    def choice(made: Lesson) -> Any:
        yield Knob(
            word.name,
            None,
            np.array("largest", object),
            choices=("largest", "smallest"),
            name="statistic",
            title="statistic",
            original=False,
        )

    def fill(context: Context) -> list[Sheet]:
        sheet = Sheet("Outcome", "one number of the cost curve")
        costs = context.run(book_cost()).whole(fixed=True)
        chosen = equal(context.name(word), "largest")
        formula = when(chosen, call("MAX", costs), call("MIN", costs))
        sheet.put(2, 2, formula, styles.NUMBER)
        context.show(sheet, Block(outcome.name, None, "Outcome", 2, 2, (), (), {}))
        return [sheet]

    def compute(numbers: Numbers, _: int) -> Any:
        largest = numbers.settings[word.name, None].item() == "largest"
        costs = numbers.trace.costs
        return np.array(costs.max() if largest else costs.min())

    kind = SheetKind("Outcome", fill, derived=(Derived(outcome, compute),))
    monkeypatch.setattr(knobs, "KNOBS", [*knobs.KNOBS, choice])
    monkeypatch.setattr(book, "SHEETS", [*book.SHEETS, kind])
    blocks = proved(lesson(), tmp_path)
    [drop_down] = [block for block in blocks if block["quantity"] == "statistic"]
    assert (drop_down["sheet"], drop_down["live"]) == ("Start", False)
    assert any(block["quantity"] == "outcome" for block in blocks)


def book_cost() -> Quantity:
    from sheetnet.network.quantities import COST

    return COST


def test_a_panel_is_there_where_the_lesson_file_names_it(
    monkeypatch: Patch, tmp_path: Path
) -> None:
    def fill(context: Context) -> list[Sheet]:
        sheet = Sheet("Extra", "twice the learning rate")
        rate = context.hyper["learning_rate"]
        sheet.put(2, 2, 2 * rate, claim=lambda numbers: 2 * numbers.hyper["learning_rate"])
        return [sheet]

    monkeypatch.setitem(book.PANELS, "extra", SheetKind("Extra", fill))
    proved(lesson(panels=["extra"]), tmp_path)
    text = Lesson.load("mazur").text.replace(
        'notation = "happydustbunny"', 'notation = "happydustbunny"\npanels = ["exta"]'
    )
    file = tmp_path / "typo.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SheetnetError, match=r"typo\.toml: panels\[0\]: unknown .*'extra'"):
        build(file, tmp_path / "typo.xlsx")


# A layer kind with an axis of its own -------------------------------------------------

PIECE = "piece"
ROLE = Role.UPDATE


def _symbol(letter: str) -> Any:
    return lambda s, layer, at: Rich(()) + f"{letter}{at.get(UNIT, 0)}{at.get(PIECE, 0)}"


PIECE_WEIGHT = Quantity(
    "piece_weight", (UNIT, PIECE, SOURCE), ROLE, "piece weights", _symbol("p"), "", "piece weight"
)
PIECE_BIAS = Quantity(
    "piece_bias", (UNIT, PIECE), ROLE, "piece biases", _symbol("q"), "", "piece bias"
)
PIECE_Z = Quantity("piece_z", (SAMPLE, UNIT, PIECE), Role.FORWARD, "sums", _symbol("z"))
PIECE_DELTA = Quantity("piece_delta", (SAMPLE, UNIT, PIECE), Role.BACKWARD, "deltas", _symbol("d"))


class MaxoutFields(Fields):
    units: int
    pieces: int = 2


class Maxout(Layer):
    """a = the largest of several sums (Goodfellow and others, Maxout Networks, 2013)."""

    kind: ClassVar[str] = "maxout"
    fields: ClassVar[type[Fields]] = MaxoutFields
    parameters = (PIECE_WEIGHT, PIECE_BIAS)
    values = (PIECE_Z, ACTIVATION)
    backs = (PIECE_DELTA,)

    def __init__(self, number: int, sources: int, fields: Any) -> None:
        super().__init__(number, sources, fields)
        self.units, self.pieces = fields.units, fields.pieces

    @property
    def lengths(self) -> dict[str, int]:
        return super().lengths | {PIECE: self.pieces}

    def first(self, draw: Draw) -> Arrays:
        drawn = [draw(self.units, self.sources) for _ in range(self.pieces)]
        return {
            PIECE_WEIGHT.name: np.stack(drawn, axis=1),
            PIECE_BIAS.name: np.zeros((self.units, self.pieces)),
        }

    def forward(self, p: Mapping[str, FloatArray], below: FloatArray) -> Arrays:
        z = np.einsum("ups,ns->nup", p[PIECE_WEIGHT.name], below) + p[PIECE_BIAS.name]
        return {PIECE_Z.name: z, ACTIVATION.name: z.max(axis=-1)}

    def backward(
        self,
        p: Mapping[str, FloatArray],
        below: FloatArray,
        kept: Mapping[str, FloatArray],
        by_output: FloatArray,
        fused: bool,
    ) -> tuple[Arrays, Arrays]:
        largest = kept[PIECE_Z.name] >= kept[ACTIVATION.name][..., None]
        delta = by_output[..., None] * largest
        gradients = {
            PIECE_WEIGHT.name: np.einsum("nup,ns->ups", delta, below),
            PIECE_BIAS.name: delta.sum(axis=0),
        }
        return {PIECE_DELTA.name: delta}, gradients

    def by_input(self, p: Mapping[str, FloatArray], backs: Mapping[str, FloatArray]) -> FloatArray:
        found: FloatArray = np.einsum("nup,ups->ns", backs[PIECE_DELTA.name], p[PIECE_WEIGHT.name])
        return found

    def formula(self, quantity: Quantity, around: Around, index: Mapping[str, int]) -> Expression:
        at, number = around.cells.at, self.number
        n, unit, piece = (index.get(axis, 0) for axis in (SAMPLE, UNIT, PIECE))
        here = {UNIT: unit, PIECE: piece}
        if quantity == PIECE_Z:
            weights = [at(PIECE_WEIGHT, number, **here, source=k) for k in range(self.sources)]
            terms = [w * around.below(number, n, k) for k, w in enumerate(weights)]
            return total(terms) + at(PIECE_BIAS, number, **here)
        if quantity == ACTIVATION:
            pieces = range(self.pieces)
            return maximum(*(at(PIECE_Z, number, sample=n, unit=unit, piece=p) for p in pieces))
        if quantity == PIECE_DELTA:
            z, a = (
                at(PIECE_Z, number, sample=n, **here),
                at(ACTIVATION, number, sample=n, unit=unit),
            )
            return when(z >= a, around.upstream(number, n, unit), 0)
        deltas = [at(PIECE_DELTA, number, sample=i, **here) for i in range(around.samples)]
        if quantity == PIECE_BIAS.gradient:
            return total(deltas) / around.divisor
        below = [around.below(number, i, index[SOURCE]) for i in range(around.samples)]
        return total([d * x for d, x in zip(deltas, below, strict=True)]) / around.divisor

    def by_source(self, around: Around, sample: int, source: int) -> Expression:
        at, places = around.cells.at, np.ndindex(self.units, self.pieces)
        return total(
            [
                at(PIECE_DELTA, self.number, sample=sample, unit=u, piece=p)
                * at(PIECE_WEIGHT, self.number, unit=u, piece=p, source=source)
                for u, p in places
            ]
        )


def test_a_layer_kind_with_an_axis_of_its_own(monkeypatch: Patch, tmp_path: Path) -> None:
    monkeypatch.setitem(LAYERS, Maxout.kind, Maxout)
    tables = layers(
        {"kind": "maxout", "units": 3, "pieces": 2}, {"units": 2, "activation": "sigmoid"}
    )
    blocks = proved(lesson(network=tables), tmp_path)
    [run] = [b for b in blocks if b["quantity"] == "piece_weight" and "step" in b["rows"]]
    assert run["columns"] == ["unit", "piece", "source"]
    assert run["lengths"] == {"step": 5, "unit": 3, "piece": 2, "source": 2}
    with pytest.raises(ValueError, match="piecs: unknown key: did you mean 'pieces'"):
        lesson(network=layers({"kind": "maxout", "units": 3, "piecs": 2}))


# A kind of lesson ---------------------------------------------------------------------


class Doubling:
    """A lesson of one number, doubled on one sheet."""

    kind = "doubling"
    title, source = "Doubling", "a test"

    def __init__(self, text: str, number: float) -> None:
        self.text, self.number = text, number


class Doubled:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings


def _read_doubling(text: str, name: str, originals: Any, folder: Any = None) -> Doubling:
    held = originals["number", None].item() if originals else tomllib.loads(text)["number"]
    return Doubling(text, held)


def _doubling_knobs(made: Doubling) -> list[Knob]:
    return [Knob("number", None, np.array(made.number), title="number")]


def _doubling_book(made: Doubling, numbers: Doubled) -> Book:
    blocks = Blocks()
    [knob] = _doubling_knobs(made)
    blocks.add(Block("number", None, "Start", 2, 2, (), (), {}, live=False))
    double = blocks.add(Block("double", None, "Start", 3, 2, (), (), {}))
    original = Block("number", None, "Start", 2, 3, (), (), {})
    start, listed = Sheet("Start"), index.sheet()
    held = numbers.settings.number("number")
    start.put(2, 2, held, styles.INPUT, claim=lambda n: n.settings.number("number"))
    start.put(2, 3, made.number)
    start.put(3, 2, 2 * Ref("Start", 2, 2))
    start.claim(double, lambda n: 2 * n.settings.number("number"))
    index.fill(listed, made.text, blocks, [original], digest([knob]))
    return Book("Doubling", "", [start, listed], {}, blocks, [original], numbers)


def test_a_kind_of_lesson_with_one_sheet(monkeypatch: Patch, tmp_path: Path) -> None:
    subject = Subject(
        key="doubling",
        lesson=_read_doubling,
        knobs=_doubling_knobs,
        numbers=lambda made, settings: Doubled(settings),
        book=_doubling_book,
        array=lambda n, block: (
            np.array([[n.settings.number("number") * (1 + (block.quantity == "double"))]]),
            0.0,
        ),
        steady=lambda numbers: True,
        decoder=lambda numbers: None,
    )
    monkeypatch.setitem(subjects.SUBJECTS, "doubling", subject)
    file = tmp_path / "two.toml"
    file.write_text('kind = "doubling"\nnumber = 21.0\n', encoding="utf-8")
    blocks = proved(file, tmp_path)
    assert [block["quantity"] for block in blocks] == ["number", "double"]
