"""What a workbook tells of the documents' symbols, read: whether it is so.

A row of Notation has one number's symbol in each document; each is read as its own document writes,
and must mean what the lesson's own symbol means. What is told of counting, of indices and of
layers follows from the documents too, and so does the sentence that says which weight a symbol is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from sheetnet.expressions.reading import (
    END,
    LOW,
    UP,
    Symbol,
    UnreadableError,
    sides,
    symbol_of,
    symbols_in,
)
from sheetnet.network import published, whole_formulas
from sheetnet.network.layers.dense import Dense
from sheetnet.network.partials import by_values
from sheetnet.network.quantities import ACTIVATION, COST, DELTA, LOSS, WEIGHT, Z

if TYPE_CHECKING:
    from sheetnet.network.decoding import Decoder

#: Behind a symbol that a document has not: the most usual one is taken.
TAKEN = " *"
#: What a sentence says of a symbol: its units, each with its layer, and where units begin.
UNIT = re.compile(r"unit (\d+) of the (input|hidden|output) layer ([^\s;:,]+)")
COUNTING = re.compile(r"units count from (\d+)")
#: Rows of words, and of letters that loss and cost may share: what each document has there.
TEXTS: Mapping[str, Callable[[Decoder], str]] = {
    "indices": lambda d: "source, unit" if d.document.source_first else "unit, source",
    "counting": lambda d: str(d.document.first),
    "logarithm": lambda d: d.document.log,
    "hadamard": lambda d: d.document.product,
    "loss": lambda d: d.loss,
    "cost": lambda d: d.cost,
}
LAYERS, INDEX, SLIP, FORMULA, BATCH = "layers", "index", "slip", "formula", "batch"
#: A number of a step and example that the row says: "at 1 0".
AT = "at"
#: An equation whose left side is of another loss, which may have n, the number of outputs.
RIGHT_SIDE = "right side"
#: A row of what the numbers of a unit are called: "unit 1 0", its layer and its place there.
OF_UNIT = "unit"
RAISED = re.compile(f"{UP}([^{END}]*){END}")
#: What stands behind a number that a document prints wrongly.
RIGHT = re.compile(r"right is ([^:]+)")
#: What a row of a slip proves, and the word that says how.
PROVED, MEASURED = ("printed", "right"), "measured"
#: In sentences [2] stands on the line, whatever the reader makes of it.
ON_LINE = dict.fromkeys(map(ord, LOW + UP + END))
#: What a text may do to its reader.
UNREADABLE = (UnreadableError, ArithmeticError, ValueError, LookupError)
#: By how much an update changes a parameter, or a run the cost, that in parts of a hundred as well.
CHANGE, PERCENT = "Δ", " in %"
#: A loss of squares with the factor before it: ½, none, 1/n · or 1/(2n) ·
SQUARES = re.compile(r"(?:(½)|1/(n) · |1/\((\d)n\) · )?Σ\((.+) − (.+)\)²")
#: Two documents' symbols mean the same up to rounding.
NEAR = 1e-9


def wrong(decoder: Decoder, about: str, lines: Mapping[str, str]) -> str:
    """What is wrong with a row, in words; `lines` are by document, "symbol" and "text", or what is
    printed in a document and what is right, each with its number.

    Raises `UnreadableError` where a symbol means nothing.
    """
    if about == INDEX:
        return _wrong_index(decoder, lines["symbol"], lines["text"])
    if about == SLIP:
        return _exchanged(decoder, lines)
    if about == FORMULA:
        return _other_layers(decoder, lines)
    if about == RIGHT_SIDE:
        return _wrong_side(decoder, lines)
    if about.startswith(OF_UNIT):
        layer, unit = map(int, about.split()[1:])
        return _wrong_unit(decoder, layer, unit, lines)
    if about.startswith(AT):
        step, sample = map(int, about.split()[1:])
        return _elsewhere(decoder, step, sample, lines)
    own = decoder.numbers.lesson.notation
    for key, line in lines.items():
        other, text = type(decoder)(decoder.numbers, key), line.removesuffix(TAKEN)
        if about in TEXTS:
            if text != TEXTS[about](other):
                return f"says {text!r} where the document has {TEXTS[about](other)!r}"
        elif about == BATCH:
            if text.startswith("rows of ") is not other.document.rows:
                return f"{text!r} is the other way round in the document"
        elif about == LAYERS:
            if not _are_layers(other, text.split(", ")):
                return f"{text!r} are not the layers of the document in their order"
        elif abs(_meaning(other, text) - _meaning(decoder, lines[own].removesuffix(TAKEN))) > NEAR:
            return "the symbol of another document means another number than this workbook’s"
    meant = _of_row(decoder, about)
    if meant is not None and abs(_meaning(decoder, lines[own].removesuffix(TAKEN)) - meant) > NEAR:
        return f"the symbol means no {about}"
    return ""


def _of_row(decoder: Decoder, about: str) -> float | None:
    """What the symbol of a row means by the row's name, of the last layers and their first unit;
    None: it is another row."""
    numbers, last = decoder.numbers, len(decoder.sizes) - 1
    example = numbers.sample
    known: dict[str, Callable[[], float]] = {
        "input": lambda: float(numbers.inputs[example, 0]),
        "target": lambda: float(numbers.targets[example, 0]),
        "weight": lambda: float(numbers.now(WEIGHT, last)[0, -1]),
        "z": lambda: float(numbers.now(Z, last)[example, 0]),
        "activation": lambda: float(numbers.now(ACTIVATION, last - 1)[example, 0]),
        "output": lambda: float(numbers.now(ACTIVATION, last)[example, 0]),
        "learning_rate": lambda: numbers.hyper["learning_rate"],
    }
    return known[about]() if about in known else None


def _elsewhere(decoder: Decoder, step: int, sample: int, lines: Mapping[str, str]) -> str:
    """Whether a symbol means its number at another step and example than those chosen."""
    there = type(decoder)(decoder.numbers.at(step, sample))
    line, number = lines["symbol"], float(lines["number"])
    first = type(decoder)(decoder.numbers.at(0, sample))
    if line.removeprefix(CHANGE).removesuffix(PERCENT) in (there.loss, there.cost):
        meant = _costs(there, first, line)
    elif line.startswith(CHANGE):
        symbol = symbol_of(line.removeprefix(CHANGE))
        meant = [there.following(symbol) - there(symbol)]
    elif line.startswith(f"{there.document.log} "):
        meant = [math.log(_meaning(there, line.removeprefix(there.document.log)))]
    else:
        meant = [_meaning(there, line)]
    if any(abs(each - number) <= NEAR * (1 + abs(each)) for each in meant):
        return _unexplained(lines["says"], lines["note"], number)
    return f"{line!r} is {meant[0]:.6g} there, beside it stands {number:.6g}"


def _wrong_side(decoder: Decoder, lines: Mapping[str, str]) -> str:
    """Whether the right side of an equation is the number beside it."""

    def look(symbol: Symbol) -> float:
        return float(decoder.sizes[-1]) if symbol == symbol_of("n") else decoder(symbol)

    try:
        number = float(lines["number"])
    except ValueError:
        return ""  # a run that diverges has none
    left, _, right = lines["text"].rpartition(" = ")
    if what := _wrong_left(decoder, symbol_of(left), right):
        return what
    if "Σ" in right:
        return _wrong_squares(decoder, right, number)
    [meant] = sides(right, look, {}, decoder.is_layer, {})
    return "" if meant.holds(number) else f"it gives {meant.low:.6g}, not {number:.6g}"


def _wrong_left(decoder: Decoder, left: Symbol, right: str) -> str:
    """Whether what an equation of another loss is of is no loss, nor its derivative by the output
    that the other side has."""
    if not left.of:
        return "" if left.letter == decoder.loss else f"{left.letter} is no loss"
    same = left.of[1:] == decoder.loss and left._replace(of="") in symbols_in(right)
    return "" if same and _is_output(decoder, left) else "its left side is by another number"


def _is_output(decoder: Decoder, symbol: Symbol) -> bool:
    """Whether a symbol is written as an output, of whichever unit."""
    if decoder.document.outputs:
        return (symbol.letter, symbol.upper) == (decoder.document.outputs, "")
    is_last = (
        decoder.is_layer(symbol.upper) and decoder.layer(symbol.upper) == len(decoder.sizes) - 1
    )
    return symbol.letter == "a" and is_last


def _wrong_squares(decoder: Decoder, text: str, number: float) -> str:
    """Whether a loss of squares over all outputs, with its factor, is another than its number."""
    found = SQUARES.fullmatch(text)
    if found is None:
        return f"{text!r} is no sum of squares"
    numbers, count = decoder.numbers, decoder.sizes[-1]
    half, mean, halves, *both = found.groups()
    pair = [symbol_of(each) for each in both]
    targets = [(each.letter, each.upper) == (decoder.document.targets, "") for each in pair]
    outputs = [_is_output(decoder, each) for each in pair]
    if sum(targets) != 1 or outputs != targets[::-1]:
        return f"{text!r} is not of the outputs and their targets"
    factor = 0.5 if half else 1 / count if mean else 1 / (int(halves) * count) if halves else 1.0
    a, t = numbers.now(ACTIVATION, len(decoder.sizes) - 1), numbers.targets
    meant = factor * float(((a - t)[numbers.sample] ** 2).sum())
    near = abs(meant - number) <= NEAR * (1 + abs(meant))
    return "" if near else f"{text!r} gives {meant:.6g}, not {number:.6g}"


def _unexplained(says: str, note: str, number: float) -> str:
    """Whether the right number stands behind a slip, and nowhere else."""
    right = RIGHT.match(note)
    if (right is not None) is not (says == "slip") and says != "≠":
        return f"says {says!r}, and behind it {note!r}"
    if right is None or says != "slip":
        return ""
    if abs(published.number(right[1]) - number) > published.half(right[1]) * (1 + 2 * NEAR):
        return f"says that {right[1]} is right, beside it stands {number:.6g}"
    return ""


def _wrong_unit(decoder: Decoder, layer: int, unit: int, lines: Mapping[str, str]) -> str:
    """Whether what the numbers of a unit are called means them."""
    numbers, own = decoder.numbers, decoder.numbers.net.layers[layer - 1]
    sample, facts = numbers.sample, own.hyper if isinstance(own, Dense) else {}
    z, a, delta = (numbers.now(quantity, layer)[sample] for quantity in (Z, ACTIVATION, DELTA))
    held = {"z": [z], "activation": [a], "delta": [delta], "target": [numbers.targets[sample]]}
    if isinstance(own, Dense) and own.activation.slope:
        held["slope"] = [own.activation.slope(z, a, own.hyper)]
    held["output"] = [by_values(decoder, layer)[sample], delta]
    for key, line in lines.items():
        [meant] = sides(line, decoder, facts, decoder.is_layer, decoder.functions)
        word, _, source = key.partition(" ")
        weights = numbers.now(WEIGHT, layer)
        values = [weights[:, int(source)]] if word == WEIGHT.name else held[key]
        if not any(meant.holds(float(value[unit])) for value in values):
            return f"{line!r} is no {key} of the unit"
    return ""


def _costs(there: Decoder, first: Decoder, line: str) -> list[float]:
    """The loss of the example and the cost, which may have one letter, or by how much they are
    lower than at step 0, in their units or in parts of a hundred."""
    found = []
    for end, start in zip(_both(there), _both(first), strict=True):
        fall = (start - end) * (100 / start if line.endswith(PERCENT) and start else 1)
        found.append(fall if line.startswith(CHANGE) else end)
    return found


def _both(decoder: Decoder) -> tuple[float, float]:
    numbers = decoder.numbers
    return float(numbers.now(LOSS)[numbers.sample]), float(numbers.now(COST))


def _exchanged(decoder: Decoder, lines: Mapping[str, str]) -> str:
    """Whether what is printed, where it can be read, gives the number of what is right, or
    the other way round, or stands where is said how it is measured."""
    if MEASURED not in lines["shown"] or any(MEASURED in lines[key] for key in PROVED):
        return "what is printed, what is right and how it is measured have changed places"
    try:
        numbers = {key: float(lines[f"number {key}"]) for key in PROVED}
    except ValueError:
        return ""  # a run that diverges has none
    for key, other in (PROVED, PROVED[::-1]):
        try:
            meant = _meaning(decoder, lines[key].rpartition(" = ")[2])
        except UNREADABLE:
            continue  # a term of what is computed, or words
        apart, exchanged = (abs(meant - numbers[of]) / (1 + abs(meant)) for of in (key, other))
        if exchanged < NEAR < apart:
            return f"what is {key} gives the number of what is {other}"
    return ""


def _meaning(decoder: Decoder, line: str) -> float:
    [meant] = sides(line, decoder, {}, decoder.is_layer, {})
    return (meant.low + meant.high) / 2


def _are_layers(decoder: Decoder, labels: list[str]) -> bool:
    try:
        return [decoder.layer(label) for label in labels] == [*range(len(decoder.sizes))]
    except ValueError:
        return False


def _other_layers(decoder: Decoder, lines: Mapping[str, str]) -> str:
    """Whether a formula has symbols of layers that there are not, or of others in a document."""
    if what := whole_formulas.wrong_names(decoder, lines):
        return what
    if what := whole_formulas.other_rows(decoder, lines):
        return what
    last, hidden = len(decoder.sizes) - 1, set()
    for key, line in lines.items():
        other = type(decoder)(decoder.numbers, key)
        labels = (re.finditer(other.document.label, raised) for raised in RAISED.findall(line))
        layers = {other.layer(label[0]) for found in labels for label in found}
        if not layers <= {*range(last + 1)}:
            return f"{line!r} is of a layer that is not there"
        if what := whole_formulas.wrong(other, line):
            return what
        # Some write no layer of an input or an output.
        hidden.add(frozenset(layers - {0, last}))
    return "the documents write of different layers" if len(hidden - {frozenset()}) > 1 else ""


def _wrong_index(decoder: Decoder, line: str, text: str) -> str:
    """What is wrong with a sentence that says which weight, bias or value a symbol is."""
    text = text.translate(ON_LINE)
    document, symbol = decoder.document, symbol_of(line)
    first, last = document.first, len(decoder.sizes) - 1
    begins, node = "the value of unit ", False
    if symbol.letter in (document.weight, "b"):
        quantity, layer, place = decoder.parameter(symbol)
        if not place:
            return "" if text.startswith("the one bias of all") else "its symbol has no index"
        ends = [(place[0] + first, layer)]
        begins, node = "the bias of unit ", symbol.letter == document.weight
        if quantity == WEIGHT:
            ends.insert(0, (place[1] + first, layer - 1))
            begins, node = "the weight from unit ", False
    else:
        layer = decoder.layer(symbol.upper) if symbol.upper else last
        ends = [(int(symbol.lower or first), layer)]
    for unit, at in ends:
        if not int(unit) - first < decoder.sizes[at]:
            return f"there is no unit {unit} in layer {at}"
    kinds = {0: "input", last: "output"}
    meant = [(str(unit), kinds.get(layer, "hidden"), layer) for unit, layer in ends]
    told = [(unit, kind, decoder.layer(label)) for unit, kind, label in UNIT.findall(text)]
    counted = [int(number) for number in COUNTING.findall(text)]
    good = told == meant and text.startswith(begins) and node == ("from a node" in text)
    return "" if good and counted in ([], [first]) else f"its symbol is not {text!r}"
