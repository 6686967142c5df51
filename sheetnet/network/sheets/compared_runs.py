"""The runs that stand side by side: for each a sheet with the formulas of Training.

They are Training's own, with the run's cell in the place of the compared knob's and with the
run's sheet in the place of Training. Two columns more say how large its numbers have grown, and
where the cost rises; a run whose numbers have grown too large learns no further. How many examples
are right is known of the lesson's own run only: those columns are empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from sheetnet.expressions.formula import (
    Area,
    Expression,
    Name,
    Ref,
    guard,
    maximum,
    minimum,
    rebuilt,
    when,
)
from sheetnet.network.comparing import GROWN, RUN, growth
from sheetnet.network.engine import FloatArray
from sheetnet.network.numbers import Compared, Numbers
from sheetnet.network.placement import FIRST_ROW
from sheetnet.network.quantities import COST
from sheetnet.network.sheets import training
from sheetnet.network.sheets.context import Context
from sheetnet.network.sheets.status import FLOOR, HARDLY
from sheetnet.network.sheets.training import EXAMPLE_ROW, GROUP_ROW, SYMBOL_ROW
from sheetnet.sheets import frame
from sheetnet.sheets.words import PROBLEM
from sheetnet.workbook import styles
from sheetnet.workbook.model import Band, Cell, Sheet
from sheetnet.workbook.styles import header

LOOK = styles.NUMBER.but(number_format=styles.FOUR)
COUNT = styles.NUMBER.but(number_format="0")
#: How wide a column is that is left out.
GAP = 2.0


def name_of(run: int) -> str:
    """The sheet of a run, counted from 0."""
    return f"Run {run + 1}"


def rises(held: Compared) -> FloatArray:
    """1 for each step whose cost is higher than that of the step before; 0 for the others."""
    before, costs = held.trace.costs[:-1], held.trace.costs[1:]
    return np.concatenate(([0.0], costs > before + HARDLY * before + FLOOR))


class RunSheets:
    """Where the runs stand; made before any sheet is filled."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.count = len(context.numbers.compared)
        self.right = max(block.right for block in context.runs)
        self.grown, self.rises = self.right + 1, self.right + 2
        self.last = FIRST_ROW + context.steps
        for run in range(self.count):
            for block in context.runs:
                context.blocks.add(replace(block, sheet=name_of(run), at={RUN: run}))

    def cost(self, run: int, step: int = 0) -> Ref:
        """The cell of a run's cost."""
        block = self.context.run(COST)
        return Ref(name_of(run), FIRST_ROW + step, block.left)

    def column(self, run: int, column: int) -> Area:
        return Area(name_of(run), FIRST_ROW, column, self.last, column, True)

    def fill(self, cells: list[Ref], turned: Ref, words: list[str]) -> list[Sheet]:
        """The sheets; `cells` hold the runs' values, `turned` that of the lesson's own run, `words`
        say whose run it is."""
        [own] = training.fill(self.context)
        return [
            _Run(self, own, run, cell, turned, text).write()
            for run, (cell, text) in enumerate(zip(cells, words, strict=True))
        ]


def _part(band: Band, start: int, end: int) -> Band:
    """The columns of a band from one on, up to another."""
    claim = band.claim
    assert claim is not None
    return replace(
        band,
        left=band.left + start,
        cells=band.cells[start:end],
        values=band.values[:, start:end],
        claim=lambda numbers: claim(numbers)[:, start:end],
    )


class _Run:
    """The sheet of one run, made of Training's."""

    def __init__(
        self, at: RunSheets, own: Sheet, run: int, cell: Ref, turned: Ref, text: str
    ) -> None:
        self.at, self.own, self.run, self.cell, self.turned = at, own, run, cell, turned
        self.text, self.name = text, name_of(run)
        context = at.context
        kept = {(kept.name, layer) for _, layer, _, kept in context.net.states()}
        kept |= {(q.name, layer) for q, layer in context.net.parameters()}
        #: The columns that stay once the run learns no further.
        self.learning = {
            column
            for block in context.runs
            if (block.quantity, block.layer) in kept
            for column in range(block.left, block.right + 1)
        }
        every = {c for block in context.runs for c in range(block.left, block.right + 1)}
        #: What Training has of other sheets, which is of its own run.
        self.left_out = {*range(context.run(COST).right + 1, max(every))} - every

    def write(self) -> Sheet:
        own = self.own
        sheet = Sheet(self.name, f"workings: the run with {self.text}", workings=True)
        sheet.freeze, sheet.cursor, sheet.default_width = own.freeze, own.cursor, own.default_width
        sheet.tab_colour, sheet.print_setup = styles.PALE, own.print_setup
        hint = f"the formulas of {own.name}, with the value of this run on Compare"
        frame.head(
            sheet, title=f"{self.name}: workings of Compare", hint=hint, left=1, problem=PROBLEM
        )
        frame.banner(sheet, max(min(self.at.rises, 60), 8))
        heads = {
            (row, column): cell
            for (row, column), cell in own.cells.items()
            if row >= GROUP_ROW and column not in self.left_out
        }
        sheet.cells |= heads
        sheet.widths |= own.widths
        sheet.heights |= own.heights
        sheet.notes |= {place: note for place, note in own.notes.items() if place in heads}
        sheet.merges += [
            replace(area, sheet=self.name)
            for area in own.merges
            if area.top >= GROUP_ROW and area.left not in self.left_out
        ]
        sheet.widths |= dict.fromkeys(self.left_out, GAP)
        for column, title, symbol in (
            (self.at.grown, "numbers\ngrown", "times"),
            (self.at.rises, "cost\nrises", "1 if so"),
        ):
            style = header(styles.GIVEN)
            sheet.put(GROUP_ROW, column, title, style.but(wrap=True))
            sheet.fill(EXAMPLE_ROW, column, EXAMPLE_ROW, column, style)
            sheet.put(SYMBOL_ROW, column, symbol, style)
        for band in own.bands:
            sheet.bands += self._parts(self._band(band))
        return sheet

    def _parts(self, band: Band) -> Iterator[Band]:
        """A band without the columns that are left out."""
        gaps = sorted(self.left_out)
        starts = [band.left, *(gap + 1 for gap in gaps)]
        for left, end in zip(starts, [*gaps, band.right + 1], strict=True):
            if left < end:
                yield _part(band, left - band.left, end - band.left)

    def _band(self, band: Band) -> Band:
        """The rows of Training as this run's, and what is said of each of them."""
        own = band.claim
        assert own is not None

        def claim(numbers: Numbers) -> FloatArray:
            held = numbers.compared[self.run]
            rows = np.array(band.rows) - FIRST_ROW
            further = [growth(held.trace.values())[rows], rises(held)[rows]]
            return np.column_stack([own(held), *further])

        cells = [
            self._cell(cell, band.top, column) for column, cell in enumerate(band.cells, band.left)
        ]
        cells += [
            Cell(self._grown(band.top), LOOK),
            Cell(self._rises(band.top), COUNT),
        ]
        # Neighbouring rows look at ranges now.
        return replace(
            band,
            cells=tuple(cells),
            values=claim(self.at.context.numbers),
            claim=claim,
            alternating=True,
        )

    def _cell(self, cell: Cell, row: int, column: int) -> Cell:
        if not isinstance(cell.content, Expression):
            return cell
        formula = self._here(cell.content)
        if row > FIRST_ROW and column in self.learning:
            before = Ref(self.name, row - 1, column)
            if formula != before:
                learns = Ref(self.name, row - 1, self.at.grown) < GROWN
                formula = guard(when(learns, formula, before))
        return replace(cell, content=formula)

    def _here(self, node: Expression) -> Expression:
        """A formula of Training with the cells of this run."""
        match node:
            case Name(_, target) if target == self.turned:
                return self.cell
            case Ref() if replace(node, fixed=True) == self.turned:
                return self.cell
            case Ref(sheet) | Area(sheet) if sheet == self.own.name:
                return replace(node, sheet=self.name)
        return rebuilt(node, self._here)

    def _grown(self, row: int) -> Expression:
        """How far its numbers lie apart, beside the first; the largest so far."""
        first = self._apart(FIRST_ROW, fixed=True)
        now = self._apart(row) / (1 + first)
        if row == FIRST_ROW:
            return now
        return guard(maximum(Ref(self.name, row - 1, self.at.grown), now))

    def _apart(self, row: int, fixed: bool = False) -> Expression:
        numbers = Area(self.name, row, 2, row, self.at.right, fixed)
        return maximum(numbers) - minimum(numbers)

    def _rises(self, row: int) -> Expression:
        now = self.at.cost(self.run, row - FIRST_ROW)
        if row == FIRST_ROW:
            return 0 * now
        before = self.at.cost(self.run, row - 1 - FIRST_ROW)
        return guard(when(now > before + HARDLY * before + FLOOR, 1, 0))
