"""Differences: the workings of the central differences: every definition, computed again.

For each name that is moved, four columns for each of its numbers: moved up and down by h and by
2h. A check that does not agree looks here for the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sheetnet.calculus.derivative import moved
from sheetnet.calculus.numbers import (
    BLUR,
    BLURRED,
    COARSE,
    FAILED,
    KINK,
    LAST_DIGIT,
    MOVES,
    PASSES,
    SMALL,
    STRAIGHT,
    TICK,
    Numbers,
)
from sheetnet.calculus.sheets.context import Context, Placed
from sheetnet.calculus.syntax import Function, Node, walk
from sheetnet.calculus.trees import Trees
from sheetnet.expressions.formula import Expression, Ref, call, when
from sheetnet.sheets import frame
from sheetnet.workbook import styles
from sheetnet.workbook.book import Told
from sheetnet.workbook.model import Claim, PrintSetup, Sheet

NAME = "Differences"
LABELS, FIRST_COLUMN, FIRST_ROW = 2, 3, 4
NUMBER = styles.GIVEN.but(number_format=styles.SIX)


@dataclass
class Area:
    """Where the moved names of one section stand, by one name that is moved."""

    rows: dict[str, int]
    count: int

    def cell(self, name: str, element: int, place: int, move: int) -> Ref:
        column = FIRST_COLUMN + len(MOVES) * place + MOVES.index(move)
        return Ref(NAME, self.rows[name] + element, column)


class Differences:
    """The sheet, on which sections ask for what they need."""

    def __init__(self, context: Context) -> None:
        self.context = context
        about = "workings: every definition with moved numbers"
        self.sheet = Sheet(NAME, about, workings=True, labels=False)
        self.sheet.tab_colour = styles.PALE
        self.sheet.freeze, self.sheet.cursor = (FIRST_ROW, FIRST_COLUMN), (FIRST_ROW, LABELS)
        self.sheet.print_setup = PrintSetup()
        self.sheet.widths |= {1: 2.5, LABELS: 26.0}
        self.sheet.default_width = 12.0
        hint = "each number moved up and down by h and by 2h, and all that follows from it"
        frame.head(self.sheet, title="Differences: workings of the checks", hint=hint)
        self.row = FIRST_ROW
        self.right = FIRST_COLUMN + 4
        self._areas: dict[tuple[int, str], Area] = {}
        self._reasons: dict[tuple[int, str, str], Trees] = {}

    @property
    def used(self) -> bool:
        """Whether any section asked for a difference."""
        return bool(self._areas)

    def area(self, placed: Placed, by: str) -> Area:
        """The cells where `by` is moved; they are written when they are first asked for."""
        key = placed.number, by
        if key not in self._areas:
            self._areas[key] = self._write(placed, by)
        return self._areas[key]

    def _write(self, placed: Placed, by: str) -> Area:
        sheet, worksheet = self.sheet, placed.worksheet
        targets: list[Ref] = list(placed.cells[by].flat)
        title = worksheet.section.heading + ": " + str(placed.symbol(by)) + " moved"
        sheet.put(self.row, LABELS, title, styles.LABEL.but(bold=True))
        self.row += 1
        width = len(MOVES) * len(targets)
        signs = {1: " + h", -1: " − h", 2: " + 2h", -2: " − 2h"}
        for j, target in enumerate(targets):
            for k, move in enumerate(MOVES):
                column = FIRST_COLUMN + len(MOVES) * j + k
                sheet.put(self.row, column, target.symbol + signs[move], styles.LABEL_RIGHT)
        names = [by, *worksheet.dependents(by)]
        rows, row = {}, self.row + 1
        for name in names:
            rows[name] = row
            row += placed.cells[name].size if name != by else 1
        area = Area(rows, len(targets))
        self._tell(placed, by, names, area)
        h = self.context.h
        sheet.put(rows[by], LABELS, "moved", styles.LABEL)
        for j, target in enumerate(targets):
            for move in MOVES:
                cell = area.cell(by, 0, j, move)
                far = h if abs(move) == 1 else 2 * h
                sheet.put(cell.row, cell.column, target + far if move > 0 else target - far, NUMBER)
        moves = [(j, move) for j in range(len(targets)) for move in MOVES]
        instead = {
            (j, move): self._places(placed, area, names, by, targets[j], j, move)
            for j, move in moves
        }
        for name in names[1:]:
            symbols = list(placed.symbols(name))
            for i, tree in enumerate(placed.made[name].flat):
                sheet.put(rows[name] + i, LABELS, symbols[i], styles.SYMBOL.but(horizontal="left"))
                for j, move in moves:
                    cell = area.cell(name, i, j, move)
                    sheet.put(cell.row, cell.column, moved(tree, instead[j, move]), NUMBER)
        self._claim(placed, by, names, area, width)
        self.row = row + 1
        self.right = max(self.right, FIRST_COLUMN + width - 1)
        return area

    def _tell(self, placed: Placed, by: str, names: list[str], area: Area) -> None:
        """Let the proof read what the columns are, and what is computed in the rows."""
        told, number = self.context.told, placed.number
        moves = [(j, move) for j in range(area.count) for move in MOVES]
        columns = {f"{j} {move}": area.cell(by, 0, j, move).column for j, move in moves}
        told.append(Told(NAME, area.rows[by] - 1, f"{number} {by}", columns))
        for name in names[1:]:
            for i in range(placed.cells[name].size):
                row = area.cell(name, i, 0, MOVES[0]).row
                told.append(Told(NAME, row, f"{number} {name}", {f"{i} 0": LABELS}))

    def _places(
        self,
        placed: Placed,
        area: Area,
        names: list[str],
        by: str,
        target: Ref,
        j: int,
        move: int,
    ) -> dict[Ref, Expression]:
        places: dict[Ref, Expression] = {target: area.cell(by, 0, j, move)}
        for name in names[1:]:
            for i, ref in enumerate(placed.cells[name].flat):
                places[ref] = area.cell(name, i, j, move)
        return places

    def _claim(self, placed: Placed, by: str, names: list[str], area: Area, width: int) -> None:
        worksheet = placed.worksheet

        def values(numbers: Numbers) -> Any:
            section = numbers.section(worksheet)
            rows: list[list[float]] = []
            count = section.values[by].size
            pairs = [(j, move) for j in range(count) for move in MOVES]
            rows.append([float(section.moved(by, j, move)[by].flat[j]) for j, move in pairs])
            for name in names[1:]:
                columns = [section.moved(by, j, move)[name].ravel() for j, move in pairs]
                rows += np.stack(columns, axis=1).tolist()
            return np.array(rows)

        height = 1 + sum(placed.cells[name].size for name in names[1:])
        self.sheet.claims.append(Claim(area.rows[by], FIRST_COLUMN, height, width, values))

    def reasons(self, placed: Placed, of: str, by: str, slopes: Trees, near: Trees) -> Trees:
        """The cells that say why a check cannot agree, with the axes of the derivative."""
        area = self.area(placed, by)
        sheet, h = self.sheet, self.context.h
        title = "if not ✓: " + str(
            placed.worksheet.spelling.derivative(placed.symbol(of), placed.symbol(by))
        )
        sheet.put(self.row, LABELS, title, styles.LABEL)
        count = placed.cells[by].size
        found = np.empty((placed.cells[of].size, count), object)
        own = placed.cells[of].ravel()
        slopes = slopes.reshape(found.shape)
        near = near.reshape(found.shape)
        for i, j in np.ndindex(*found.shape):
            up, down, high, low = (area.cell(of, i, j, move) for move in MOVES)
            size = SMALL + call("ABS", slopes[i, j]) + call("ABS", near[i, j])
            bend = call("ABS", up - 2 * own[i] + down) / h
            wide = call("ABS", high - 2 * own[i] + low) / (2 * h)
            far = (high - low) / (4 * h)
            kinked = call("AND", bend > PASSES * size, wide <= STRAIGHT * bend)
            blurred = call("ABS", up) * LAST_DIGIT / h > BLUR * size
            coarse = call("ABS", far - near[i, j]) > PASSES * size
            reason = when(kinked, KINK, when(blurred, BLURRED, when(coarse, COARSE, FAILED)))
            row, column = self.row + i, FIRST_COLUMN + len(MOVES) * j
            look = styles.UNDECIDED.but(bold=False)
            texts = (KINK, BLURRED, COARSE, FAILED)
            sheet.put(row, column, reason, look, passes=texts)
            found[i, j] = Ref(NAME, row, column)
        self.row += placed.cells[of].size + 1
        self._reasons[placed.number, of, by] = found
        return found

    def doubts(self, placed: Placed, of: str, by: str) -> Trees:
        """The cells of `reasons`, written where no derivative has asked for them yet."""
        if (placed.number, of, by) not in self._reasons:
            area, h = self.area(placed, by), self.context.h
            near = np.empty((placed.cells[of].size, placed.cells[by].size), object)
            for i, j in np.ndindex(*near.shape):
                near[i, j] = (area.cell(of, i, j, 1) - area.cell(of, i, j, -1)) / (2 * h)
            self.reasons(placed, of, by, near, near)
        return self._reasons[placed.number, of, by]

    def check(self, slope: Ref, near: Ref, reason: Ref) -> Expression:
        """✓ where a derivative and its difference agree, or the reason."""
        size = SMALL + call("ABS", slope) + call("ABS", near)
        return when(call("ABS", slope - near) <= PASSES * size, TICK, reason)

    def finish(self) -> Sheet:
        frame.banner(self.sheet, min(self.right, FIRST_COLUMN + 12))
        return self.sheet


def slopes(nodes: Sequence[Node]) -> list[Function]:
    """The central differences in expressions, each once."""
    found: list[Function] = []
    for node in nodes:
        for each in walk(node):
            if isinstance(each, Function) and each.name == "slope" and each not in found:
                found.append(each)
    return found


def is_rough(node: Node) -> bool:
    """Whether a central difference is in it."""
    return bool(slopes([node]))


def size_of(placed: Placed, nodes: Sequence[Node]) -> Callable[[Numbers], float]:
    """How large the numbers are that differences are taken of."""
    worksheet = placed.worksheet
    pairs = [worksheet.target(each) for each in slopes(nodes)]

    def size(numbers: Numbers) -> float:
        section = numbers.section(worksheet)
        return max((section.scale(y.name, x.name) for y, x in pairs), default=1.0)

    return size
