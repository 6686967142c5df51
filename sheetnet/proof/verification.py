"""Proof that a workbook is complete, right and alive.

What its blocks must hold is computed with NumPy from the lesson in its index and the
numbers that stand in its input cells. It is compared with what the file stores, with what
a spreadsheet program computes from the file's own formulas, and with what that computes
after the inputs were moved. A workbook of today's format is also compared with the model
that the builder makes of its lesson: each formula, and every number that no block names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sheetnet import FORMAT
from sheetnet.errors import SheetnetError
from sheetnet.expressions.dialects import address
from sheetnet.files.edits import Edits
from sheetnet.files.formats import read, read_facts
from sheetnet.files.stored import StoredBook, StoredCell
from sheetnet.lessons.subjects import Subject, subject_of
from sheetnet.proof.alive import Moves, moves
from sheetnet.proof.columns import check_columns
from sheetnet.proof.comparison import (
    Comparison,
    Expected,
    Rectangle,
    compare,
    expected_of,
    unclaimed,
)
from sheetnet.proof.complete import compare_contents, compare_originals
from sheetnet.proof.definitions import check_definitions
from sheetnet.proof.design import check_design
from sheetnet.proof.elements import check_elements
from sheetnet.proof.failing import check_failing
from sheetnet.proof.formulas import compare_formulas
from sheetnet.proof.furniture import compare_furniture
from sheetnet.proof.heads import check_heads
from sheetnet.proof.index import Index, originals, read_index
from sheetnet.proof.indices import check_indices
from sheetnet.proof.labels import check_labels
from sheetnet.proof.limits import check_limits
from sheetnet.proof.lines import check_lines
from sheetnet.proof.moves import check_moves
from sheetnet.proof.readings import check_readings
from sheetnet.proof.signs import check_signs
from sheetnet.proof.titles import check_titles
from sheetnet.proof.told import check_told
from sheetnet.recalc import PROGRAMS, installed
from sheetnet.recalc.background import recalculating
from sheetnet.recalc.values import Values, from_cells
from sheetnet.workbook import knobs as knobs_of
from sheetnet.workbook.book import Book
from sheetnet.workbook.knobs import Settings

Progress = Callable[[str], None]
#: Why a right workbook may differ from NumPy.
UNSTEADY = (
    "in this run differences in the last bits of a number grow, so that programs come to other "
    "numbers: they are compared as far as last bits decide nothing; a run of fewer steps or with a "
    "smaller learning rate is proved to the digit"
)
#: What reads written mathematics back, where symbols are known.
READ_BACK: list[Callable[[Book, Any], Comparison]] = [
    check_columns,
    check_heads,
    check_indices,
    check_labels,
    check_lines,
    check_moves,
    check_signs,
    check_told,
    check_definitions,
    check_titles,
    check_elements,
]


@dataclass
class Verification:
    """The verdict on one workbook.

    `problems` are sentences on what is wrong besides the cells that the checks name, `notes`
    on what is worth knowing and no fault. `claimed` and `unclaimed` count the numeric formula
    cells that are compared with arrays, and those that are not; `untaken` the branches of
    which no move of the inputs took some side, out of `branches`; `moves` is how many moves
    there were. `missing` names programs that were asked for and are not installed.
    """

    path: Path
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    checks: list[Comparison] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    claimed: int = 0
    unclaimed: int = 0
    branches: int = 0
    untaken: int = 0
    moves: int = 0

    @property
    def ok(self) -> bool:
        return not self.problems and bool(self.checks) and all(c.ok for c in self.checks)


def verify(
    path: str | Path, engine: str = "ironcalc", *, progress: Progress | None = None
) -> Verification:
    """Check a workbook with one spreadsheet program, or with all that are installed ("all").

    `progress` is told what begins. Raises `SheetnetError` for a file that is no workbook
    of ours, or when the program is not installed.
    """
    path = Path(path)
    tell = progress or (lambda what: None)
    programs, missing = _choose(engine)
    tell("reading the workbook")
    stored = read(path)
    index = read_index(path, stored)
    result = Verification(path, missing=missing)
    with recalculating(path, programs) as recalculation:
        work = _Work(path, stored, index, result)
        if work.numbers is None:
            return result
        tell("choosing what to move")
        recalculation.edits.add({})
        moved = work.moves(recalculation.edits.add)
        recalculation.edits.close()
        tell("comparing what the file stores")
        work.compare_stored()
        work.read_again(moved)
        expected = [work.expected(numbers) for _, numbers in moved.settings]
        for name in programs:
            tell(f"recalculating with {name}")
            values = recalculation.values(name)
            result.checks.append(work.compare(values[0], f"recalculated by {name}"))
            if expected:
                alive = Comparison(f"inputs moved, {name}")
                for each, after in zip(expected, values[1:], strict=True):
                    _join(alive, compare(each, after, alive.name))
                result.checks.append(alive)
    return result


class _Work:
    """A workbook's lesson, its settings and what they make of it."""

    def __init__(self, path: Path, stored: StoredBook, index: Index, result: Verification) -> None:
        self.path, self.stored, self.index, self.result = path, stored, index, result
        _refuse_the_large(path, index, stored)
        name = f"{path}: lesson in its index"
        self.subject: Subject = subject_of(index.lesson, name)
        self.lesson = self.subject.lesson(index.lesson, name, originals(path, index, stored))
        if self.subject.count(self.lesson) > sum(map(len, stored.sheets.values())):
            raise SheetnetError(
                f"{path}: the run of the lesson in its index has more numbers than the workbook "
                "has cells: build it anew"
            )
        self.knobs = self.subject.knobs(self.lesson)
        self.settings = knobs_of.read(path, self.knobs, index.blocks, self._look)
        self.numbers: Any = None
        self.book: Book | None = None
        if index.digest and index.digest != knobs_of.digest(self.knobs):
            result.problems.append(
                "the lesson's own values, in grey beside the input cells, were changed"
            )
        try:
            self.numbers = self.subject.numbers(self.lesson, self.settings)
        except SheetnetError as error:
            result.problems.append(f"with the numbers that stand in its input cells, {error}")
            return
        if index.format == FORMAT:
            self.book = self.subject.book(self.lesson, self.numbers)
            if [*index.blocks, *index.originals] != [*self.book.blocks, *self.book.originals]:
                raise SheetnetError(f"{path}: its index does not fit its lesson: build it anew")
        else:
            self._tell_of_format()

    def _look(self, sheet: str, row: int, column: int) -> Any:
        cell = self.stored.sheets[sheet].get((row, column), StoredCell(None, None))
        if cell.formula is not None:
            raise SheetnetError(
                f"{self.path}: {sheet}!{address(row, column)} holds a formula: type a number there"
            )
        return cell.value

    def _tell_of_format(self) -> None:
        index = self.index
        self.result.notes.append(
            f"sheetnet {index.version or 'of an unknown version'} built this workbook in format "
            f"{index.format}, this is format {FORMAT}: the blocks that its index names are proved; "
            "whether each formula, text and chart is the builder's was not checked"
        )

    @property
    def as_built(self) -> bool:
        """Whether the input cells hold the lesson's own values."""
        return knobs_of.are_own(self.knobs, self.settings)

    def expected(self, numbers: Any) -> Expected:
        """What the workbook must show with some numbers."""
        if self.book is not None:
            return expected_of(self.book if numbers is self.numbers else self.book.at(numbers))
        result = Expected()
        for block in self.index.blocks:
            found = self.subject.array(numbers, block)
            if found is not None and found[0].dtype != object:
                array, size = found
                result.rectangles.append(
                    Rectangle(block.sheet, block.top, block.left, array, size=size)
                )
        return result

    def compare(self, values: Values, name: str) -> Comparison:
        """What a file stores, or a program computed from it as it is."""
        built = self.book is not None and self.as_built
        expected = self.expected(self.numbers)
        found = compare(expected, values, name, as_built=built)
        if found.ok or self.subject.steady(self.numbers):
            return found
        if UNSTEADY not in self.result.notes:
            self.result.notes.append(UNSTEADY)
        others = [self.expected(numbers) for numbers in self.subject.rounded(self.numbers)]
        spread = expected.spread(others) if others else expected
        return compare(spread, values, name, as_built=built)

    def compare_stored(self) -> None:
        """What the file holds, and the values that it stores for its formulas."""
        result = self.result
        if self.book is not None:
            self._compare_with_model(self.book)
            loose = list(unclaimed(self.book))
            result.unclaimed = len(loose)
            result.claimed = _numeric(self.book) - len(loose)
        else:
            unknown = {b.quantity for b in self.index.blocks if not self._known(b)}
            if unknown:
                result.notes.append(
                    "not known to this version, so not checked: " + ", ".join(sorted(unknown))
                )
            dead = _constant_checks(self.stored)
            if dead:
                result.problems.append(
                    f"{len(dead)} formulas show ✓ and depend on nothing, among them {dead[0]}"
                )
        if _stores_values(self.stored):
            values = from_cells(self.stored.sheets)
            result.checks.append(self.compare(values, "stored values"))
        else:
            result.notes.append(
                "the file stores no values of its formulas: a program that does not calculate "
                "saved it, and programs that do not calculate will show it empty"
            )

    def _compare_with_model(self, book: Book) -> None:
        """Whether the file holds what the builder writes: cells, formulas, all around them."""
        result, decoder = self.result, self.subject.decoder(self.numbers)
        result.checks.append(compare_contents(book, self.stored))
        result.checks.append(compare_originals(book, self.knobs))
        result.checks.append(check_limits(book, self.knobs, decoder.ends if decoder else {}))
        formulas = compare_formulas(book, self.stored)
        result.checks.append(formulas)
        for sheet, count in Counter(f.sheet for f in formulas.findings).items():
            cells = "1 cell holds another formula"
            if count > 1:
                cells = f"{count:,} cells hold other formulas"
            result.problems.append(f"on {sheet} {cells} than the lesson's")
        furniture = compare_furniture(book, self.stored, read_facts(self.path, self.stored))
        result.checks += furniture.checks
        result.problems += furniture.problems
        result.notes += furniture.notes
        read = book.unquoted()
        result.checks += self._read_back(read, decoder)
        if decoder:
            result.checks.append(check_design(read, decoder))

    def _known(self, block: Any) -> bool:
        return self.subject.array(self.numbers, block) is not None

    def moves(self, tell: Callable[[Edits], None]) -> Moves:
        """Where to move the inputs; `tell` hears what to type as soon as it is known."""
        found = moves(
            self.knobs,
            self.settings,
            lambda settings: self.subject.numbers(self.lesson, settings),
            self.subject.steady,
            self.book,
            lambda settings: tell(knobs_of.edits(self.index.blocks, settings)),
        )
        self.result.branches, self.result.untaken = found.branches, len(found.untaken)
        self.result.moves = len(found.settings)
        return found

    def _read_back(self, book: Book, decoder: Any) -> list[Comparison]:
        """The written mathematics; without a decoder there are no symbols in heads."""
        found = [check_readings(book, decoder)]
        if decoder:
            found += [check(book, decoder) for check in READ_BACK]
        return found

    def read_again(self, moved: Moves) -> None:
        """Read the written mathematics once more, where the inputs were moved.

        Where numbers are 0 or alike, a wrong symbol shows only elsewhere.
        """
        if self.book is not None and moved.settings:
            numbers = moved.settings[-1][1]
            there, decoder = self.book.at(numbers).unquoted(), self.subject.decoder(numbers)
            for check in self._read_back(there, decoder):
                again = replace(check, name=f"{check.name}, inputs moved")
                self.result.checks.append(again)
            books = [self.book, *(self.book.at(numbers) for _, numbers in moved.settings)]
            self.result.checks.append(check_failing(books))


def _choose(engine: str) -> tuple[list[str], list[str]]:
    """The programs to use, and those of "all" that are not installed."""
    there = installed()
    if engine == "all":
        return there, [name for name in PROGRAMS if name not in there]
    if engine not in PROGRAMS:
        raise SheetnetError(f"--engine {engine}: unknown: use one of {', '.join(PROGRAMS)} or all")
    if engine not in there:
        raise SheetnetError(f"--engine {engine}: is not installed: install it, or use another")
    return [engine], []


def _refuse_the_large(path: Path, index: Index, stored: StoredBook) -> None:
    cells = sum(len(sheet) for sheet in stored.sheets.values())
    for block in (*index.blocks, *index.originals):
        if block.height * block.width > cells:
            raise SheetnetError(
                f"{path}: its index names {block.sheet}!{block.range}, more cells than it has: "
                "build the workbook anew"
            )


def _stores_values(stored: StoredBook) -> bool:
    """Whether any formula of the file comes with its value."""
    return any(
        bool(cell.formula) and cell.value is not None  # cells that an array fills apart
        for sheet in stored.sheets.values()
        for cell in sheet.values()
    )


def _constant_checks(stored: StoredBook) -> list[str]:
    """The formulas that are nothing but a tick."""
    return [
        f"{name}!{address(*position)}"
        for name, sheet in stored.sheets.items()
        for position, cell in sheet.items()
        if cell.formula is not None and cell.formula.strip('"=of: ') in ("✓", "'✓'")
    ]


def _numeric(book: Book) -> int:
    """How many formula cells of a model show a number."""
    count = 0
    for sheet in book.sheets:
        for band in sheet.bands:
            count += sum(cell.is_computed for cell in band.cells) * len(band.values)
        for position, cell in sheet.cells.items():
            if cell.is_computed:
                count += not isinstance(book.value(sheet, *position), str | None)
    return count


def _join(whole: Comparison, part: Comparison) -> None:
    """Add what one comparison found to another's."""
    whole.cells += part.cells
    known = {(finding.sheet, finding.cell) for finding in whole.findings}
    whole.findings += [f for f in part.findings if (f.sheet, f.cell) not in known]
    if part.worst > whole.worst:
        whole.worst, whole.worst_cell = part.worst, part.worst_cell


__all__ = ["Settings", "Verification", "verify"]
