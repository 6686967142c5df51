"""The symbols of the four documents read back: which number a symbol means.

Written from the documents, apart from `notation`, which writes them: the two must agree,
and the proof of every equation shows that they do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from sheetnet.expressions.reading import (
    Function,
    Symbol,
    UnreadableError,
    symbol_of,
)
from sheetnet.network import named, partials, telling
from sheetnet.network.activations import contradictions
from sheetnet.network.comparing import VALUES
from sheetnet.network.counted import is_known, unmeant
from sheetnet.network.documents import DOCUMENTS, Document
from sheetnet.network.engine import FloatArray
from sheetnet.network.functions import Whole
from sheetnet.network.functions import functions as named_functions
from sheetnet.network.functions import whole as whole_functions
from sheetnet.network.layers.dense import Dense
from sheetnet.network.mapped import wrong_maps
from sheetnet.network.marked import wrong_marks
from sheetnet.network.numbers import Numbers
from sheetnet.network.ordered import misordered
from sheetnet.network.owed import missing
from sheetnet.network.penalties import PENALTY
from sheetnet.network.promised import of_plane, unkept
from sheetnet.network.published import number as number_of
from sheetnet.network.quantities import (
    ACTIVATION,
    BIAS,
    CHOSEN_SAMPLE,
    CHOSEN_STEP,
    COST,
    DELTA,
    INPUT,
    LOSS,
    SAMPLE,
    STEP,
    TARGET,
    WEIGHT,
    Quantity,
    Z,
)
from sheetnet.network.stated import wrong_words
from sheetnet.network.states import letter_of
from sheetnet.network.taken import untaken
from sheetnet.network.vectors import Vectors
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.book import NEW, Book

#: What words say of a parameter: its value, its derivative of what, its value after the update.
HEADS: dict[str, str | Quantity] = {
    "value": "",
    "weight at this step": "",
    "gradient": COST,
    "slope = gradient": COST,
    "of this example": LOSS,
    "after the update": NEW,
    "weight after the step": NEW,
}
FIGURES = str.maketrans("₁₂", "12")


class Decoder:
    """The numbers that the symbols of one lesson mean, at the chosen step and example; those of
    its own document, or of another that writes of the same network."""

    def __init__(self, numbers: Numbers, notation: str = "") -> None:
        self.numbers = numbers
        self.document: Document = DOCUMENTS[notation or numbers.lesson.notation]
        self.sizes = numbers.net.sizes
        document, single = self.document, len(numbers.inputs) == 1
        #: The letters of an example's loss and of the cost here, and those of ∂/∂z.
        one = single and not numbers.net.penalties
        self.loss: str
        self.cost: str
        self.loss, self.cost = (document.alone,) * 2 if one else document.losses
        self.delta = {*document.delta} if single else {document.delta[0]}

    def on(self, sheet: str) -> Decoder:
        """All sheets of a network's workbook have the same symbols."""
        return self

    @cached_property
    def functions(self) -> dict[str, Function]:
        """The activations and their slopes, by NumPy, as equations call them."""
        return named_functions(self)

    @property
    def whole(self) -> dict[str, Whole]:
        """Activations of all units of a layer together, whose rows are examples."""
        return whole_functions(self)

    def unmeant(self, symbol: Symbol) -> str:
        """Why a symbol means nothing in this network, in words; empty where it does."""
        return unmeant(self, symbol)

    def is_known(self, letter: str) -> bool:
        """Whether a letter that stands alone means something."""
        return is_known(self, letter)

    def misordered(self, line: str) -> str:
        """What stands in another order than in the document: squares, ½ of them, weights."""
        return misordered(self.document, line)

    def contradictions(self) -> Iterator[str]:
        """What the lesson's activations say of themselves, and do not keep."""
        for layer in self.numbers.net.layers:
            if isinstance(layer, Dense):
                yield from contradictions(layer.activation, layer.hyper)

    def missing(self, book: Book) -> Iterator[str]:
        """What every workbook of a network has, and this has not."""
        yield from missing(self.numbers.lesson, book)
        yield from untaken(self.numbers)
        yield from wrong_maps(self.numbers, book)
        yield from wrong_marks(self.numbers, book)
        yield from unkept(self.numbers, book)
        yield from wrong_words(self, book)

    def writes(self, number: float) -> bool:
        """Whether it is one that a document prints, or should, or comes from the examples."""
        lesson = self.numbers.lesson
        printed = [one for group in lesson.published for one in group.numbers]
        texts = [text for one in printed for text in (one.printed, one.right) if text]
        is_printed = any(abs(number_of(text)) == number for text in texts)
        return is_printed or of_plane(lesson.data.inputs, number)

    def is_whole(self, symbol: Symbol) -> bool:
        """Whether it is all biases of a layer, which are weights from one node."""
        source = self.document.bias_source
        if symbol.letter != self.document.weight or source is None or not symbol.upper:
            return False
        return symbol.lower == str(source(self.sizes[self.layer(symbol.upper) - 1]))

    def is_input(self, symbol: Symbol) -> bool:
        """Whether it is what the first layer takes."""
        if symbol.letter == "a" and symbol.upper:
            return self.layer(symbol.upper) == 0
        return symbol.letter == self.document.inputs

    def of_runs(self, symbol: Symbol) -> Sequence[float]:
        """The values of the hyper-parameter that runs are compared by."""
        [name] = self.numbers.lesson.training.compare or [""]
        if self._indexed.get(name) != symbol.letter + symbol.lower:
            return ()
        values: list[float] = self.numbers.settings[VALUES, None].tolist()
        return values

    @property
    def examples(self) -> int:
        """How many a step learns from."""
        return len(self.numbers.now(LOSS))

    @property
    def ones(self) -> str:
        """The name of a column of ones."""
        return self.document.ones or named.ONES

    @property
    def letters(self) -> dict[str, float]:
        """The letters of an update and of a loss: rates, strengths, a base."""
        loss = self.numbers.net.loss.hyper
        return self._update | {each.symbol: self.numbers.loss_hyper[each.name] for each in loss}

    @property
    def step(self) -> float | None:
        """The chosen step."""
        return float(self.numbers.step)

    @property
    def last_step(self) -> float:
        return float(self.numbers.lesson.training.steps)

    @property
    def place(self) -> dict[str, int]:
        """The chosen step and example."""
        return {STEP: self.numbers.step, SAMPLE: self.numbers.sample}

    @property
    def ends(self) -> dict[str, tuple[int, int]]:
        """The first and the last step and example that can be chosen."""
        lesson = self.numbers.lesson
        return {
            CHOSEN_STEP.name: (0, lesson.training.steps),
            CHOSEN_SAMPLE.name: (1, lesson.samples),
        }

    def means(self, quantity: str) -> bool:
        """Whether the symbols above a block of a quantity mean its numbers.

        The cost may have the letter of an example's loss; of batches the symbols mean what was
        drawn; a layer kind of its own may have letters that no document has.
        """
        net = self.numbers.net
        known = {
            each.name
            for each, at in net.quantities()
            if at is None or isinstance(net.layers[at - 1], Dense)
        }
        if self.cost == self.loss:
            known.discard(COST.name)
        if not net.batch:
            known |= {INPUT.name, TARGET.name}
        return quantity in known

    @property
    def arrays(self) -> Vectors:
        """What letters of vectors stand for, where indices run."""
        return Vectors(self)

    def sides(self, block: Block) -> None:
        """What its axes say."""

    def named(self, word: str) -> float | None:
        """The number that a curve over the steps has at the chosen one, by its name or letter."""
        if word == self.document.rate:
            return float(self.numbers.following["learning_rate"])
        return float(self.numbers.now(COST)) if word in (COST.name, self.cost) else None

    def before(self, words: str) -> str:
        """What the head of a column makes of a symbol, as the reader has it before that."""
        of = {COST: f"∂{self.cost}/∂", LOSS: f"∂{self.loss}/∂"}
        found = HEADS.get(words)
        if found is None:
            raise LookupError(f"{words!r} says nothing that is known of a symbol")
        return found if isinstance(found, str) else of[found]

    def held(self, quantity: str, layer: int | None, index: Mapping[str, int]) -> float:
        """The number of a quantity of the run at a place, of the chosen step and example."""
        given = [(INPUT, None), (TARGET, None)]
        known = [*self.numbers.net.quantities(), *given]
        [own] = {q for q, at in known if (q.name, at) == (quantity, layer)}
        place = tuple({**index, **self.place}[axis] for axis in own.axes)
        arrays = {INPUT: self.numbers.inputs, TARGET: self.numbers.targets}
        array = arrays[own] if own in arrays else self.numbers.now(own, layer)
        return float(array[place])

    def node(self, layer: int, unit: int) -> float:
        """What a unit gives to the next layer, of the chosen example; layer 0 is the input."""
        return float(self.numbers.below(layer + 1)[self.numbers.sample, unit])

    def wrong(self, about: str, lines: Mapping[str, str]) -> str:
        """What is wrong with what a row tells of the documents' symbols, in words."""
        return telling.wrong(self, about, lines)

    def matrices(self, name: str, one: bool = False) -> list[FloatArray] | None:
        """The matrices that a name may stand for, as one writes of an example where it is `one`;
        None: it is no name of one."""
        return named.matrices(self, name, one)

    def forms(self, text: str) -> list[FloatArray]:
        """The documents' names are of matrices."""
        return []

    def is_layer(self, text: str) -> bool:
        """Whether raised text is a layer's label."""
        return re.fullmatch(self.document.label, text) is not None

    def __call__(self, symbol: Symbol) -> float:
        """The number that a symbol means. Raises `UnreadableError`."""
        try:
            if symbol.of[1:] not in ("", self.loss, self.cost):
                # Of arrays there is no number: a TypeError.
                meant: Any = self.partial(symbol_of(symbol.of[1:]), symbol._replace(of=""))
                return float(meant)
            return float(self._look(symbol))
        except (LookupError, TypeError, ValueError) as error:  # a whole array: TypeError
            raise UnreadableError(f"{symbol} means nothing here ({error})") from None

    def following(self, symbol: Symbol) -> float:
        """The parameter that a symbol means, after the update that follows."""
        quantity, layer, index = self.parameter(symbol)
        return float(self.numbers.derived(f"next_{quantity.name}", layer)[index])

    def partial(self, of: Symbol, by: Symbol) -> float | None:
        """The derivative of a symbol by one that it is computed from."""
        return partials.partial(self, of, by)

    def _look(self, symbol: Symbol) -> float:
        document, numbers = self.document, self.numbers
        letter = symbol.letter
        if symbol.of and letter == "z":
            self._expect(symbol.of[1:] == self.loss and not any(self.delta), symbol)
            return self._of_unit(DELTA, symbol)
        if symbol.of and letter in {"a", document.outputs}:
            self._expect(symbol.of[1:] == self.loss, symbol)
            self._expect((letter == document.outputs) is not bool(symbol.upper), symbol)
            return partials.by_activation(self, symbol)
        if symbol.of or symbol.kept:
            parameter, layer, index = self.parameter(symbol)
            if symbol.kept:
                states = numbers.net.optimiser.state
                [kept] = [s for s in states if letter_of(s) == symbol.kept]
                return float(numbers.now(parameter.kept(kept), layer)[index])
            if self.loss != self.cost and symbol.of[1:] == self.loss:
                return partials.by_parameter(self, parameter, layer, index)
            self._expect(symbol.of[1:] == self.cost, symbol)
            return float(numbers.now(parameter.gradient, layer)[index])
        if not symbol.upper and letter + symbol.lower in self._update:
            return self._update[letter + symbol.lower]
        if not symbol.lower and not symbol.upper:
            return self._alone(symbol)
        if letter in (document.weight, "b"):
            parameter, layer, index = self.parameter(symbol)
            return float(numbers.now(parameter, layer)[index])
        if letter == document.outputs and letter:
            self._expect(not symbol.upper and bool(symbol.lower), symbol)
            return self._output(self.unit(symbol.lower))
        if letter in (document.targets, document.inputs) and letter:
            # Neither has a layer; a target has an index.
            self._expect(not symbol.upper and bool(symbol.lower), symbol)
            held = numbers.targets if letter == document.targets else numbers.inputs
            node = document.bias_source
            if letter == document.inputs and node and symbol.lower == str(node(self.sizes[0])):
                return 1.0
            return float(held[numbers.sample, self.unit(symbol.lower)])
        if letter == "a" and self.layer(symbol.upper) == 0:
            self._expect(not document.inputs, symbol)
            return float(numbers.inputs[numbers.sample, self.unit(symbol.lower)])
        kinds = {"a": ACTIVATION, "z": Z} | dict.fromkeys(self.delta - {""}, DELTA)
        last = self.layer(symbol.upper) == len(self.sizes) - 1
        self._expect(not (letter == "a" and last and document.outputs), symbol)
        return self._of_unit(kinds[letter], symbol)

    @cached_property
    def _update(self) -> dict[str, float]:
        """What is written of an update besides parameters and gradients: its letters."""
        numbers, net = self.numbers, self.numbers.net
        found = {self.document.rate: numbers.hyper["learning_rate"], "t": numbers.step + 1.0}
        # The letter of the rate of one step has a small t, as of its time.
        found[f"{self.document.rate}t"] = numbers.following["learning_rate"]
        found["k"] = numbers.following.get("clip_factor", 1.0)
        if net.penalties:
            found["R"] = float(numbers.now(PENALTY))
        strengths = {each.penalty.hyper.name: each.strength for each in net.penalties}
        held = {**numbers.hyper, **strengths}
        return found | {symbol: held[name] for name, symbol in self._indexed.items()}

    @cached_property
    def _indexed(self) -> dict[str, str]:
        """The letters of the hyper-parameters of an update, as the reader has them, by name."""
        net = self.numbers.net
        clipping = (net.clipping.hyper,) if net.clipping else ()
        known = (*net.optimiser.hyper, *clipping, *(each.penalty.hyper for each in net.penalties))
        return {hyper.name: hyper.symbol.translate(FIGURES) for hyper in known}

    def _output(self, unit: int) -> float:
        numbers = self.numbers
        return float(numbers.now(ACTIVATION, len(self.sizes) - 1)[numbers.sample, unit])

    def _alone(self, symbol: Symbol) -> float:
        """A letter without an index: a hyper-parameter, the loss, or the only target."""
        document, numbers, letter = self.document, self.numbers, symbol.letter
        for layer, hyper, _ in numbers.lesson.net.knobs():
            if letter == hyper.symbol:
                return float(numbers.settings[hyper.name, layer.number].item())
        for hyper in numbers.net.loss.hyper:
            if letter == hyper.symbol:
                return float(numbers.loss_hyper[hyper.name])
        if letter == self.loss:
            return float(numbers.now(LOSS)[numbers.sample])
        if letter == self.cost:
            return float(numbers.now(COST))
        # Bhadani's single output has no index.
        self._expect(document.lone and self.sizes[-1] == 1, symbol)
        if letter == document.outputs:
            return self._output(0)
        self._expect(letter == document.targets, symbol)
        return float(numbers.targets[numbers.sample, 0])

    def _expect(self, holds: bool, symbol: Symbol) -> None:
        if not holds:
            raise ValueError(f"{symbol.letter} is not written so in this document")

    def _of_unit(self, quantity: Quantity, symbol: Symbol) -> float:
        layer, unit = self.layer(symbol.upper), self.unit(symbol.lower)
        return float(self.numbers.now(quantity, layer)[self.numbers.sample, unit])

    def layer(self, label: str) -> int:
        """The number of a layer, 0 for the input. Raises `ValueError`."""
        match = re.fullmatch(self.document.label, label)
        if match is None:
            raise ValueError(f"{label!r} is no layer")
        if self.document.label.startswith("L"):
            return len(self.sizes) - 1 - int(match[1] or 0)
        return int(match[1])

    def unit(self, text: str) -> int:
        """The place of a unit, counted from 0. Raises `ValueError`."""
        unit = int(text) - self.document.first
        if unit < 0:
            raise ValueError(f"there is no unit {text}")
        return unit

    def parameter(self, symbol: Symbol) -> tuple[Quantity, int, tuple[int, ...]]:
        """The weight or bias that a symbol means: its quantity, layer and place."""
        document, layer = self.document, self.layer(symbol.upper)
        if symbol.letter == "b" and not symbol.lower:  # one for all units, in no document
            return BIAS, layer, ()
        if symbol.letter == "b" and document.bias_source is None:
            return BIAS, layer, (self.unit(symbol.lower),)
        if symbol.letter != document.weight:
            raise ValueError(f"{symbol.letter} is no parameter")
        units, sources = self.sizes[layer], self.sizes[layer - 1]
        one, other = self._pair(symbol.lower, document.lone and units == 1, layer)
        unit, source = (other, one) if document.source_first else (one, other)
        if document.bias_source and int(source) == document.bias_source(sources):
            return BIAS, layer, (self.unit(unit),)
        return WEIGHT, layer, (self.unit(unit), self.unit(source))

    def _pair(self, text: str, alone: bool, layer: int) -> tuple[str, str]:
        """Two indices; the single output unit of Bhadani has none of its own."""
        if alone and layer == len(self.sizes) - 1:
            return text, "1"
        if "," in text:
            one, _, other = text.partition(",")
            return one, other
        if len(text) != 2:
            raise ValueError(f"{text!r} are no two indices")
        return text[0], text[1]
