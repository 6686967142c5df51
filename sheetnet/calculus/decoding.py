"""What the symbols on a section's sheet mean: read back by the proof."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from sheetnet.calculus.derived import wrong_derivations
from sheetnet.calculus.knobs import knobs
from sheetnet.calculus.numbers import STEP as DIFFERENCE_STEP
from sheetnet.calculus.numbers import Computed, FloatArray, Numbers
from sheetnet.calculus.spelling import identifier
from sheetnet.expressions.reading import END, LOW, Function, Symbol, UnreadableError, symbol_of
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.book import Book

#: Along a side of a table: numbers that symbols mean, or indices that are told.
Along = Sequence[float | tuple[int, ...]]

#: Functions that written mathematics calls by their names.
FUNCTIONS: dict[str, Function] = {
    "sin": lambda x, _: math.sin(x[0]),
    "cos": lambda x, _: math.cos(x[0]),
    "tanh": lambda x, _: math.tanh(x[0]),
    "abs": lambda x, _: abs(x[0]),
    "sign": lambda x, _: float(np.sign(x[0])),
    "σ": lambda x, _: 1 / (1 + math.exp(-x[0])),
}


#: What some documents write where there are several variables.
PARTIAL = "∂"
#: The derivative of a name by another, or their difference.
QUOTIENT = re.compile(r"([d∂Δ])(.+)/\1(.+)")
#: A symbol, and how far its number is moved.
MOVED = re.compile(r"(.+?)(?: ([+−]) (2?h))?")
#: What the heads of tables say that these are.
HEADS = {
    "by the rules": "derivative",
    "value": "derivative",
    "central difference": "difference",
    "difference": "difference",
}
#: What heads the column that counts the steps of a descent.
STEP = "step"
#: The step of central differences that a worksheet begins with (docs/calculus.md).
BEGINS_WITH = 1e-4
#: Central differences that are computed twice.
NEAR = 1e-6


def _spelled(name: str) -> str:
    """A name as the reader has it: a letter, and what stands lowered."""
    own = name[1:].removeprefix("_")
    return name[0] + (f"{LOW}{own}{END}" if own else "")


def _letters(text: str) -> str:
    """A text without what a sheet's name may not have."""
    return "".join(filter(str.isalnum, text)).lower()


class Arrays:
    """What the names of one section stand for."""

    functions = FUNCTIONS
    strict = True

    def __init__(self, section: Computed) -> None:
        self.section = section
        self.spelled = {_spelled(name): name for name in section.values}
        self.names = {line: section.values[name] for line, name in self.spelled.items()}
        self.lengths = section.sheet.section.indices
        self.first = section.sheet.first

    def slopes(self, mark: str, of: str, by: str) -> list[FloatArray]:
        """By way of all definitions between; then of the definition alone, the names in it held.

        Raises `LookupError`.
        """
        section, names = self.section, (self.spelled[of], self.spelled[by])
        if mark == "Δ":
            return [section.difference(*names)]
        self._expect_mark(mark, *names)
        found = [section.derivative(*names)]
        for made in section.sheet.definitions:
            if made.name == names[0] and not section.values[names[1]].ndim and not made.indices:
                found.append(section.alone(made.body, names[1]))
        return found

    def _expect_mark(self, mark: str, of: str, by: str) -> None:
        """Some documents write d where there is one variable, and only there.

        Raises `LookupError`.
        """
        section = self.section
        if section.sheet.spelling.notation.derivative != PARTIAL:
            return
        moving = {
            name: int(np.count_nonzero(section.derivative(of, name))) for name in section.given
        }
        if mark == "d" and (by not in moving or sum(moving.values()) > max(moving[by], 1)):
            raise LookupError(f"{of} has more variables than {by}: the document writes ∂")


class Decoder:
    """The numbers that symbols mean, on one sheet: `on` says which."""

    def __init__(self, numbers: Numbers, sheet: str = "") -> None:
        self.numbers, self.sheet = numbers, sheet
        self.meanings: dict[tuple[str, str], float] = {}
        for section in numbers.sections:
            if section.sheet.sheet != sheet:
                continue
            for name, value in section.values.items():
                own = name[1:].removeprefix("_")
                for place in np.ndindex(*value.shape):
                    indices = [str(at + section.sheet.first) for at in place]
                    short = all(len(i) == 1 for i in indices) and not own
                    lower = ("" if short else ",").join([*([own] if own else []), *indices])
                    self.meanings[name[0], lower] = float(value[place])

    def on(self, sheet: str) -> Decoder:
        return Decoder(self.numbers, sheet)

    @property
    def arrays(self) -> Arrays | None:
        """What the names of a section's sheet stand for."""
        for section in self.numbers.sections:
            if section.sheet.sheet == self.sheet:
                return Arrays(section)
        return None

    def __call__(self, symbol: Symbol) -> float:
        if symbol.of or symbol.kept or symbol.upper:
            raise UnreadableError(f"{symbol} means nothing here")
        try:
            return self.meanings[symbol.letter, symbol.lower]
        except KeyError:
            raise UnreadableError(f"{symbol} means nothing here") from None

    @property
    def functions(self) -> Mapping[str, Function]:
        return FUNCTIONS

    def unmeant(self, symbol: Symbol) -> str:
        """What a worksheet counts is read with its numbers."""
        return ""

    def is_known(self, letter: str) -> bool:
        """What a letter means is read with the numbers beside it."""
        return True

    def forms(self, text: str) -> list[FloatArray]:
        """Lines are read with their numbers."""
        return []

    def misordered(self, line: str) -> str:
        """A worksheet has no targets."""
        return ""

    def contradictions(self) -> Iterable[str]:
        """What functions say of their values is proved by `intervals`."""
        return ()

    def missing(self, book: Book) -> Iterable[str]:
        """Sheets are called by their sections; a number behind that tells two of one name apart.
        Derivatives, differences and derivations stand under their own heads; descents have all
        their steps, and differences begin with the step that the docs say."""
        [step] = [knob.value for knob in knobs(self.numbers.lesson) if knob.key == DIFFERENCE_STEP]
        if step != BEGINS_WITH:
            yield f"the step of the differences is {step:g}, not {BEGINS_WITH:g}"
        for block in book.blocks:
            kind = block.quantity.partition("_")[0]
            for row in (block.top - 1, block.top - 2):
                cell = book[block.sheet].cells.get((row, block.left))
                text = cell.text if cell else ""
                if kind in HEADS.values() and HEADS.get(text, kind) != kind:
                    yield f"{text!r} on {block.sheet} is over {block.quantity}"
        for section in self.numbers.sections:
            sheet = book[section.sheet.sheet]
            yield from wrong_derivations(section, sheet)
            steps = [descent.steps for descent in section.sheet.section.descents]
            heads = sorted(at for at, cell in sheet.cells.items() if cell.text == STEP)
            for (row, column), last in zip(heads, steps, strict=False):
                end = sheet.cells.get((row + 1 + last, column))
                if end is None or end.content != last:
                    yield f"the descent under row {row} of {sheet.name} has not {last} steps"
            asked = section.sheet.section.sheet or section.sheet.section.heading
            name = section.sheet.sheet.rstrip("0123456789 ")
            if not _letters(asked).startswith(_letters(name)) and _letters(asked):
                yield f"{name!r} is no name for the section {asked!r}"

    def writes(self, number: float) -> bool:
        """A worksheet's formulas are its own."""
        return True

    def is_whole(self, symbol: Symbol) -> bool:
        return False

    def matrices(self, name: str, one: bool = False) -> None:
        """Its sheets have no titles of matrices."""

    def is_input(self, symbol: Symbol) -> bool:
        """A worksheet has variables."""
        return True

    @property
    def examples(self) -> int:
        return 0

    @property
    def ones(self) -> str:
        return ""

    @property
    def letters(self) -> Mapping[str, float]:
        return {}

    @property
    def whole(self) -> dict[str, Callable[[FloatArray], FloatArray]]:
        return {}

    @property
    def step(self) -> float | None:
        return None

    @property
    def last_step(self) -> float | None:
        return None

    @property
    def place(self) -> Mapping[str, int]:
        """There are neither steps nor examples."""
        return {}

    @property
    def ends(self) -> Mapping[str, tuple[int, int]]:
        """Nothing is chosen among several."""
        return {}

    def sides(self, block: Block) -> tuple[Along, Along] | None:
        """The elements of what is differentiated, and of that by which; indices of a matrix."""
        if block.layer is None:
            return None
        section = self.numbers.sections[block.layer - 1]
        first = section.sheet.first

        def indices(shape: tuple[int, ...]) -> Along:
            return [tuple(at + first for at in place) for place in np.ndindex(*shape)]

        for asked in section.sheet.asked:
            of, by = section.values[asked.of], section.values[asked.by]
            pair = f"_{identifier(asked.of)}_by_{identifier(asked.by)}"
            if block.quantity in (f"derivative{pair}", f"difference{pair}"):
                if not of.ndim and not by.ndim:
                    return None  # its row is a line of mathematics
                if not of.ndim and by.ndim == 2:
                    return indices(by.shape[:1]), indices(by.shape[1:])
                return of.ravel().tolist(), by.ravel().tolist()
        for made in section.sheet.definitions:
            value = section.values[made.name]
            if identifier(made.name) == block.quantity and value.ndim > 1:
                rows = (value.ndim + 1) // 2
                return indices(value.shape[:rows]), indices(value.shape[rows:])
        return None

    def means(self, quantity: str) -> bool:
        """Its tables have no heads that are symbols."""
        return False

    def named(self, word: str) -> float | None:
        return None

    def before(self, words: str) -> str:
        raise LookupError(f"{words!r} says nothing of a symbol here")

    def held(self, quantity: str, layer: int | None, index: Mapping[str, int]) -> float:
        raise LookupError(f"there is no run with {quantity}")

    def node(self, layer: int, unit: int) -> float:
        raise LookupError("there are no layers")

    def wrong(self, about: str, lines: Mapping[str, str]) -> str:
        """What is wrong with the heads of a grid: `about` is its number, keys are its columns.

        On Differences `about` is a section's number and a name, keys are elements of it and how
        far they are moved.
        """
        number, _, name = about.partition(" ")
        return (
            self._wrong_moves(int(number), name, lines)
            if name
            else self._wrong_grid(int(number), lines)
        )

    def _wrong_moves(self, number: int, name: str, lines: Mapping[str, str]) -> str:
        section = self.numbers.sections[number - 1]
        own = Decoder(self.numbers, section.sheet.sheet)
        for key, line in lines.items():
            element, move = map(int, key.split())
            symbol, sign, steps = MOVED.fullmatch(line).groups()  # type: ignore[union-attr]
            far = {None: 0, "h": 1, "2h": 2}[steps] * (-1 if sign == "−" else 1)
            value = float(section.values[name].flat[element])
            if far != move or own(symbol_of(symbol)) != value:
                return f"{line!r} stands with {name}, {value:.6g}, moved {move} times"
        return ""

    def _wrong_grid(self, number: int, lines: Mapping[str, str]) -> str:
        """They are read where the grid is neither at its beginning nor at its end."""
        [section] = [s for s in self.numbers.sections if s.sheet.sheet == self.sheet]
        grid = section.sheet.section.grids[number]
        row = section.over_grid(number, grid, section.sheet.grids[number])[grid.points // 2]
        there = Computed(section.sheet, {**section.given, grid.over: row[0]}, section.step)
        for key, line in lines.items():
            meant = self._there(there, line)
            if meant is not None and abs(meant - row[int(key)]) > NEAR * max(1.0, abs(meant)):
                return f"{line!r} is {meant:.6g} there, its column has {row[int(key)]:.6g}"
        return ""

    def _there(self, section: Computed, line: str) -> float | None:
        """What a head means with other numbers; None where it is no symbol or derivative."""
        names = {_spelled(name): name for name in section.values}
        quotient = QUOTIENT.fullmatch(line)
        if quotient:
            if quotient[2] not in names or quotient[3] not in names:
                raise UnreadableError(f"{line!r} means nothing here")
            whole = section.difference if quotient[1] == "Δ" else section.derivative
            return float(whole(names[quotient[2]], names[quotient[3]]))
        value = section.values.get(names.get(line, ""))
        return None if value is None or value.ndim else float(value)

    def is_layer(self, text: str) -> bool:
        return False

    def following(self, symbol: Symbol) -> float:
        raise UnreadableError(f"{symbol} has nothing that follows")
