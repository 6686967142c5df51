"""How the four documents write, as one reads it in them: written apart from `notation`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Document:
    """How a document's symbols are read.

    `first` is the number of the first unit; `label` matches a layer's raised text and gives
    its number, counted from the output where it has a minus sign; `source_first` the order of
    a weight's indices; `bias_source` where the index of the node of value 1 stands (None: a
    bias is a letter b). `inputs` ("" for a of layer 0) and `targets` are their letters, `rate`
    that of the learning rate. `losses` is the letter of an example's loss and that of the cost,
    `alone` the one letter of both where there is one example; derivatives begin with them.
    `delta` are the letters of ∂/∂z, if it has any: of an example's loss, and of the cost.
    `outputs` is the letter of the output layer's values where they have one of their own,
    without a layer; `lone` says that a single output has no index. `log` is the natural
    logarithm's name; `target_first` that what is squared is the target less the output;
    `half_outside` that ½ stands before the sum of squares, not in it; `product` the sign of one
    element by element; `rows` that an example is a row of a matrix, not a column;
    `small` that the letters of one example are small, and those of several capital;
    `softmax` the letter of that function, where it has one. `deltas_upright`: examples are columns
    of derivatives though they are rows of values; `error` is the letter of the loss's derivative by
    the outputs, `of_cost` are those of the cost's by values and sums, with 1/N in them. `ones` is a
    column of ones, where that has a letter.
    """

    first: int
    label: str
    weight: str
    source_first: bool
    bias_source: Callable[[int], int] | None
    inputs: str
    targets: str
    rate: str
    losses: tuple[str, str]
    alone: str
    delta: tuple[str, str] = ("", "")
    outputs: str = ""
    lone: bool = False
    log: str = "ln"
    target_first: bool = False
    product: str = "⊙"
    half_outside: bool = False
    rows: bool = False
    small: bool = False
    softmax: str = ""
    deltas_upright: bool = False
    error: str = ""
    of_cost: str = ""
    ones: str = ""


DOCUMENTS = {
    # a = σ(A W): the bias is the weight from the node behind the last unit.
    "happydustbunny": Document(
        first=0,
        label=r"\((\d+)\)",
        weight="w",
        source_first=False,
        bias_source=lambda sources: sources,
        inputs="",
        targets="T",
        rate="γ",
        losses=("C", "C"),
        alone="C",
        delta=("δ", ""),
        rows=True,
        deltas_upright=True,
        error="c",
    ),
    # Layers count down from L; b is a letter of its own.
    "sabine": Document(
        first=0,
        label=r"L(?:−(\d+))?",
        weight="w",
        source_first=False,
        bias_source=None,
        inputs="",
        targets="t",
        rate="η",
        losses=("c", "c"),
        alone="c",
        target_first=True,
        half_outside=True,
        product="∘",
        small=True,
        softmax="S",
    ),
    # Source first; node 0 is the bias, so units count from 1.
    "bhadani": Document(
        first=1,
        label=r"\[(\d+)\]",
        weight="w",
        source_first=True,
        bias_source=lambda sources: 0,
        inputs="x",
        targets="y",
        rate="η",
        losses=("L", "C"),
        alone="L",
        outputs="ŷ",
        lone=True,
        log="log",
        target_first=True,
        product="⊗",
        rows=True,
        small=True,
    ),
    # H is the cost's derivative; where there are several examples, it has two indices.
    "wichmann": Document(
        first=1,
        label=r"\((\d+)\)",
        weight="W",
        source_first=False,
        bias_source=None,
        inputs="x",
        targets="t",
        rate="η",
        losses=("E", "J"),
        alone="J",
        delta=("", "H"),
        half_outside=True,
        of_cost="ΔH",
        ones="J_{N}",
    ),
}
