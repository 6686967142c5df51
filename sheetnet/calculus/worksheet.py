"""A section made ready: its expressions parsed, the shapes of its names, what depends on what.

Everything that can be wrong with its texts is found here, before a cell is placed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sheetnet.calculus.lesson import Bounded, Grid, Lesson, Section
from sheetnet.calculus.ranges import Held
from sheetnet.calculus.spelling import Spelling, identifier
from sheetnet.calculus.syntax import (
    Definition,
    Function,
    Literal,
    Node,
    Variable,
    check_name,
    parse,
    parse_definition,
    place_of,
    walk,
    wrong,
)
from sheetnet.calculus.trees import Builder, Trees, shape_text, trees
from sheetnet.errors import SheetnetError
from sheetnet.expressions.formula import Ref
from sheetnet.lessons.errors import suggest

#: The bounds of the step of the central differences, and how far a difference reaches.
LEAST_STEP, LARGEST_STEP, REACH = 1e-6, 1e-2, 2
#: Names that a sheet of a section may not have: those of others, and one that Excel keeps.
TAKEN = {"start", "differences", "inputs", "index", "history"}
MOST_NAME = 28
#: What programs refuse or misread in a sheet's name. With | ( and # a formula could ask another
#: program; _x0041_ is an A in a file.
MISREAD = re.compile(r"[\[\]:*?/\\'|()!#]|_(?=x[0-9A-Fa-f]{4}_)")

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Asked:
    """A derivative that is asked for: of a name, by a name."""

    of: str
    by: str


@dataclass
class Worksheet:
    """One section, parsed. `shapes` are those of all names, in their order."""

    number: int
    section: Section
    spelling: Spelling
    sheet: str
    definitions: list[Definition] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    chains: list[list[tuple[Node, str]]] = field(default_factory=list)
    slips: list[tuple[Node, Node, Node]] = field(default_factory=list)
    grids: list[list[Node]] = field(default_factory=list)
    shapes: dict[str, Shape] = field(default_factory=dict)
    #: The names that a definition looks at, itself apart.
    uses: dict[str, set[str]] = field(default_factory=dict)

    @property
    def first(self) -> int:
        return self.spelling.first

    @property
    def field(self) -> str:
        return f"sections[{self.number - 1}]"

    def builder(self, symbols: Mapping[str, Trees]) -> Builder:
        return Builder(symbols, self.section.indices, self.first)

    def definition(self, name: str) -> Definition:
        return next(made for made in self.definitions if made.name == name)

    def depends(self, of: str, by: str) -> bool:
        """Whether a name changes with another, by way of others too."""
        seen: set[str] = set()
        waiting = [of]
        while waiting:
            name = waiting.pop()
            if name == by:
                return True
            if name not in seen:
                seen.add(name)
                waiting += self.uses.get(name, ())
        return False

    def dependents(self, by: str) -> list[str]:
        """The definitions that change with a name, in their order, itself apart."""
        return [d.name for d in self.definitions if d.name != by and self.depends(d.name, by)]

    def variables_of(self, of: str) -> set[str]:
        """The variables on which a name depends."""
        return {name for name in self.section.variables if self.depends(of, name)}

    def is_partial(self, of: str, by: str) -> bool:
        """Whether a derivative is one of several: then it is written with ∂."""
        variables = self.variables_of(of)
        return by not in variables or len(variables) > 1 or bool(self.shapes[by])

    def moves(self) -> list[str]:
        """The names that central differences move, in their order."""
        found = {asked.by for asked in self.asked}
        for node in self.proofs():
            for each in walk(node):
                if isinstance(each, Function) and each.name == "slope":
                    found.add(self.target(each)[1].name)
        return [name for name in self.shapes if name in found]

    def proofs(self) -> Iterator[Node]:
        """The expressions that only prove: sides of identities, and slips."""
        for chain in self.chains:
            yield from (node for node, _ in chain)
        for each in self.slips:
            yield from each

    def target(self, node: Function) -> tuple[Variable, Variable]:
        """What D or slope is of, and by. Raises `ExpressionError`."""
        y, x = node.arguments
        for each in (y, x):
            if not isinstance(each, Variable) or each.name not in self.shapes:
                raise wrong(each, f"{node.name} takes two names of this section")
            self._check_place(each)
        assert isinstance(y, Variable) and isinstance(x, Variable)
        if x.name == y.name or not self.depends(y.name, x.name):
            raise wrong(node, f"{y.name} does not depend on {x.name}")
        return y, x

    def _check_place(self, node: Variable) -> None:
        """Refuse what is no element of a name. Raises `ExpressionError`."""
        shape, first = self.shapes[node.name], self.first
        if not node.indices:
            return
        if not all(isinstance(index, Literal) for index in node.indices):
            raise wrong(node, "an index is a number here")
        at = place_of(node, first)
        if len(at) != len(shape) or not all(0 <= i < n for i, n in zip(at, shape, strict=True)):
            raise wrong(node, f"{node.name} is {shape_text(shape)}, counted from {first}")


def worksheets(lesson: Lesson) -> list[Worksheet]:
    """The sections of a lesson, made ready. Raises `SheetnetError`."""
    if lesson._ready is None:
        lesson._ready = _worksheets(lesson)
    found: list[Worksheet] = lesson._ready
    return found


def _worksheets(lesson: Lesson) -> list[Worksheet]:
    spelling, taken = Spelling.of(lesson.notation), set(TAKEN)
    found = []
    for number, section in enumerate(lesson.sections, 1):
        made = Worksheet(number, section, spelling, _sheet_name(section, taken))
        taken.add(made.sheet.lower())
        _prepare(made)
        found.append(made)
    return found


def _sheet_name(section: Section, taken: set[str]) -> str:
    name = MISREAD.sub(" ", section.sheet or section.heading)
    name = re.sub(r"\s+", " ", name).strip()[:MOST_NAME].strip() or "Section"
    number, base = 2, name
    while name.lower() in taken:
        name, number = f"{base[: MOST_NAME - 3]} {number}", number + 1
    return name


class _Field:
    """Lets errors begin with a field of the file."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, ValueError) and not isinstance(error, SheetnetError):
            raise SheetnetError(f"{self.name}: {error}") from None


def _prepare(sheet: Worksheet) -> None:
    section, here = sheet.section, sheet.field
    cells: dict[str, Trees] = {}
    names: dict[str, str] = {}

    def add(name: str, shape: Shape) -> None:
        key = identifier(name)
        if key in names or name in section.indices:
            other = names.get(key, name)
            raise ValueError(f"{name!r} is named already ({other}): choose another name")
        names[key] = name
        column = len(cells) + 1
        refs_of = [Ref("", row + 1, column) for row in range(max(1, int(np.prod(shape))))]
        cells[name] = trees(refs_of if shape else refs_of[0], shape)
        sheet.shapes[name] = shape

    made: dict[str, Trees] = {}
    held = Held(cells, made)
    for name in section.variables:
        with _Field(f"{here}.variables.{name}"):
            check_name(name, name)
            add(name, section.value(name).shape)
            held.ranges[name] = [section.bounds(name)] * section.value(name).size
    for name in section.indices:
        with _Field(f"{here}.indices.{name}"):
            if len(name) != 1 or not name.isalpha():
                raise ValueError(f"{name!r} is no index: write one letter")
    for i, text in enumerate(section.definitions):
        with _Field(f"{here}.definitions[{i}]"):
            definition = parse_definition(text)
            builder = sheet.builder(cells)
            found = builder.define(definition)
            sheet.uses[definition.name] = held.used(found)
            add(definition.name, found.shape)
            sheet.definitions.append(definition)
            made[definition.name] = found
            held.ranges[definition.name] = held.range_of(definition.body, found, builder)
    known = [*sheet.shapes]
    for i, text in enumerate(section.derivatives):
        with _Field(f"{here}.derivatives[{i}]"):
            sheet.asked.append(_asked(sheet, text, known))
    for i, chain in enumerate(section.chains):
        with _Field(f"{here}.identities[{i}]"):
            sheet.chains.append([(parse(line.expression), line.why) for line in chain])
            _check_targets(sheet, [node for node, _ in sheet.chains[-1]])
    for i, slip in enumerate(section.slips):
        with _Field(f"{here}.slips[{i}]"):
            values = (slip.printed_value, slip.right_value, slip.measured)
            one, two, three = map(parse, values)
            sheet.slips.append((one, two, three))
            _check_targets(sheet, [one, two, three])
    for i, grid in enumerate(section.grids):
        with _Field(f"{here}.grids[{i}]"):
            _single(sheet, grid.over, section.variables)
            sheet.grids.append([parse(text) for text in grid.show])
            _check_targets(sheet, sheet.grids[-1])
            _check_grid(section, grid)
    for i, descent in enumerate(section.descents):
        with _Field(f"{here}.descents[{i}]"):
            _single(sheet, descent.cost, sheet.shapes)
            for name in (*descent.by, descent.rate):
                _single(sheet, name, section.variables)
    _check_moves(sheet, held)


def _check_targets(sheet: Worksheet, nodes: Iterable[Node]) -> None:
    """Refuse D and slope of what is no name or does not depend. Raises `ExpressionError`."""
    for node in nodes:
        for each in walk(node):
            if isinstance(each, Function) and each.name in ("D", "slope"):
                sheet.target(each)


def _check_grid(section: Section, grid: Grid) -> None:
    low, high = section.bounds(grid.over)
    for which, end in (("from", grid.low), ("to", grid.high)):
        if not low <= end <= high:
            raise ValueError(
                f"{which} is {end:g}, but {grid.over} goes from {low:g} to {high:g}: let the grid "
                "stay within the bounds of its variable"
            )
    if grid.low == grid.high:
        raise ValueError(f"goes from {grid.low:g} to {grid.high:g}: write two numbers that differ")


def _single(sheet: Worksheet, name: str, known: Any) -> None:
    if name not in known:
        raise ValueError(f"unknown name {name!r}: {suggest(name, known)}")
    if sheet.shapes[name]:
        raise ValueError(f"{name} is {shape_text(sheet.shapes[name])}: name a number")


def _asked(sheet: Worksheet, text: str, known: list[str]) -> Asked:
    match = re.fullmatch(r"\s*(\S+)\s+by\s+(\S+)\s*", text)
    if not match:
        raise ValueError(f"{text!r} asks for no derivative: write y by x")
    for name in match.groups():
        if name not in known:
            raise ValueError(f"{text!r}: unknown name {name!r}: {suggest(name, known)}")
    of, by = match.groups()
    if of not in sheet.uses:
        raise ValueError(f"{text!r}: {of} is a variable: name a definition")
    if of == by or not sheet.depends(of, by):
        raise ValueError(f"{text!r}: {of} does not depend on {by}: name what it is computed from")
    if int(np.prod(sheet.shapes[of])) * int(np.prod(sheet.shapes[by])) > 400:
        raise ValueError(f"{text!r}: has more than 400 entries: use smaller vectors")
    return Asked(of, by)


def _check_moves(sheet: Worksheet, held: Held) -> None:
    """Refuse differences, derivatives and proofs that cannot be computed everywhere."""
    for by in sheet.moves():
        with _Field(f"{sheet.field}.derivatives"):
            held.refuse_moves(by, sheet.dependents(by), REACH * LARGEST_STEP)
    for i, asked in enumerate(sheet.asked):
        with _Field(f"{sheet.field}.derivatives[{i}]"):
            held.slopes(asked.of, asked.by)
    for i, chain in enumerate(sheet.chains):
        with _Field(f"{sheet.field}.identities[{i}]"):
            for node, _ in chain:
                held.refuse(node, sheet)
    for i, slip in enumerate(sheet.slips):
        with _Field(f"{sheet.field}.slips[{i}]"):
            for node in slip:
                held.refuse(node, sheet)


__all__ = ["Asked", "Bounded", "Worksheet", "worksheets"]
