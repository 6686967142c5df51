"""Tables of a section with their charts: functions on a grid, gradient descent step by step."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from sheetnet.calculus.derivative import differentiate, moved, refs
from sheetnet.calculus.lesson import Descent, Grid
from sheetnet.calculus.numbers import Numbers, grid_key
from sheetnet.calculus.sheets import layout
from sheetnet.calculus.sheets.context import Placed
from sheetnet.calculus.sheets.differences import is_rough, size_of
from sheetnet.calculus.sheets.layout import LABELS, MATHEMATICS, NUMBERS
from sheetnet.calculus.sheets.section import given, validation
from sheetnet.calculus.short import ONE, ZERO
from sheetnet.calculus.syntax import Function, Node
from sheetnet.calculus.trees import Trees, trees, written_parts
from sheetnet.errors import SheetnetError
from sheetnet.expressions.formula import Area, Expression, Ref
from sheetnet.expressions.rich import Rich, rich
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.book import Told, labelled
from sheetnet.workbook.charts import Axis, Chart, Series
from sheetnet.workbook.model import Band, Cell, Claim

COLOURS = (styles.ORANGE, styles.BLUE, "15803D", "7C3AED", "BE185D", "0E7490", "A16207", styles.INK)
WIDTH, HEIGHT = 14.5, 8.5
#: Rows that a chart needs at least.
CHART_ROWS = 18
#: Parts of a formula in the variables alone; its derivative has more.
MOST_NODES = 1_000


def fill(placed: Placed, row: int) -> int:
    section = placed.worksheet.section
    for number, grid in enumerate(section.grids):
        row = _grid(placed, grid, number, row)
    for descent in section.descents:
        row = _descent(placed, descent, row)
    return row


def inlined(placed: Placed, tree: Expression) -> Expression:
    """A formula in the variables alone: definitions written out. Raises `SheetnetError`."""
    places: dict[Ref, Expression] = {}
    sizes: dict[Ref, int] = {}
    for name, found in placed.made.items():
        for ref, made in zip(placed.cells[name].flat, found.flat, strict=True):
            sizes[ref] = _size(made, sizes)
            if sizes[ref] <= MOST_NODES:
                places[ref] = moved(made, places)
    if _size(tree, sizes) > MOST_NODES:
        raise SheetnetError(
            f"{placed.worksheet.field}: a formula of a grid or a descent is too long with all "
            "definitions written into it: show what is made of fewer definitions"
        )
    return moved(tree, places)


def _size(node: Expression, sizes: Mapping[Ref, int]) -> int:
    """How many parts a formula has with the definitions written into it."""
    if isinstance(node, Ref):
        return sizes.get(node, 1)
    return 1 + sum(_size(part, sizes) for part in written_parts(node))


def slope_of(placed: Placed, of: Expression, by: Ref) -> Expression:
    """The derivative of a formula by a variable, in the variables alone."""
    whole = inlined(placed, of)
    return differentiate(whole, lambda ref: ONE if ref == by else ZERO)


def _grid(placed: Placed, grid: Grid, number: int, row: int) -> int:
    worksheet, sheet, context = placed.worksheet, placed.sheet, placed.context
    nodes = worksheet.grids[number]
    x: Ref = placed.cells[grid.over][()]
    title = grid.title or "On a grid of " + str(placed.symbol(grid.over))
    row = layout.heading(sheet, row, title)
    ends = []
    for at, which in enumerate(("from", "to")):
        knob = context.knobs[grid_key(number, which), worksheet.number]
        block = Block(knob.key, knob.layer, sheet.name, row + at, NUMBERS, (), (), {}, live=False)
        context.blocks.add(block)
        sheet.put(row + at, MATHEMATICS, f"the grid goes {which}", styles.LABEL_RIGHT)
        now = context.numbers.settings[knob.place].item()
        sheet.put(row + at, NUMBERS, float(now), styles.INPUT)
        sheet.put(row + at, NUMBERS + 2, float(knob.value.item()), styles.ORIGINAL)
        sheet.claim(block, given(knob.place, (1, 1)))
        context.originals.append(
            Block(knob.key, knob.layer, sheet.name, row + at, NUMBERS + 2, (), (), {})
        )
        sheet.validations.append(validation(knob, block))
        ends.append(block.ref(fixed=True))
    row += 3
    heads = [placed.symbol(grid.over), *(_head(placed, node) for node in nodes)]
    for column, symbol in enumerate(heads, NUMBERS):
        sheet.put(row, column, symbol, layout.HEAD_SYMBOL)
    columns = {str(at): NUMBERS + at for at in range(len(heads))}
    context.told.append(Told(sheet.name, row, str(number), columns))
    top = row + 1
    place = Ref(sheet.name, top, NUMBERS)
    for i in range(grid.points):
        at_point = ends[0] + (ends[1] - ends[0]) * i / (grid.points - 1)
        sheet.put(top + i, NUMBERS, at_point, layout.NEAR)

    def whole(numbers: Numbers) -> Any:
        return numbers.section(worksheet).over_grid(number, grid, nodes)

    sheet.claims.append(Claim(top, NUMBERS, grid.points, 1, lambda numbers: whole(numbers)[:, :1]))

    def cell(node: Node) -> Cell:
        [tree] = _shown(placed, node, f"{worksheet.field}.grids[{number}]").ravel()
        return Cell(_fixed(moved(tree, {x: place}), place), layout.VALUE)

    left = 1
    for rough, group in groupby(nodes, is_rough):
        beside = [*group]
        part = slice(left, left + len(beside))
        band = Band(
            top,
            NUMBERS + left,
            tuple(map(cell, beside)),
            whole(context.numbers)[:, part],
            claim=lambda numbers, part=part: whole(numbers)[:, part],  # type: ignore[misc]
            alternating=True,
            size=size_of(placed, beside) if rough else 0.0,
        )
        sheet.bands.append(band)
        left += len(beside)
    _chart(placed, top, grid.points, heads, title, row)
    return max(top + grid.points, row + CHART_ROWS) + 1


def _fixed(node: Expression, place: Ref) -> Expression:
    """The formula with dollar signs at all cells that do not move down with the rows."""
    from dataclasses import replace

    places: dict[Ref, Expression] = {
        ref: replace(ref, fixed=True) for ref in refs(node) if ref != place and not ref.fixed
    }
    return moved(node, places)


def _head(placed: Placed, node: Node) -> Rich:
    return placed.worksheet.spelling.spelled(
        node, placed.worksheet.shapes, placed.worksheet.is_partial
    )


def _shown(placed: Placed, node: Node, field: str) -> Trees:
    """What a grid shows, in the variables alone."""
    worksheet = placed.worksheet
    builder = worksheet.builder(placed.cells)

    def derivative(each: Function) -> Trees:
        y, x = worksheet.target(each)
        return trees(slope_of(placed, placed.cells[y.name][()], placed.cells[x.name][()]))

    def slope(each: Function) -> Trees:
        y, x = worksheet.target(each)
        by, h = placed.cells[x.name][()], placed.context.h
        whole = inlined(placed, placed.cells[y.name][()])
        up, down = moved(whole, {by: by + h}), moved(whole, {by: by - h})
        return trees((up - down) / (2 * h))

    builder.proofs = {"D": derivative, "slope": slope}
    try:
        found = builder.of(node)
    except ValueError as error:
        raise SheetnetError(f"{field}: {error}") from None
    if found.ndim:
        raise SheetnetError(f"{field}: {node.text!r} is no number: show numbers on a grid")
    return trees(inlined(placed, found[()]))


def _descent(placed: Placed, descent: Descent, row: int) -> int:
    """A row a step: the variables, and the cost with them."""
    worksheet, sheet = placed.worksheet, placed.sheet
    title = descent.title or f"Gradient descent: {placed.symbol(descent.cost)}"
    row = layout.heading(sheet, row, title)
    heads = [rich("step"), *(placed.symbol(n) for n in (*descent.by, descent.cost))]
    for column, symbol in enumerate(heads, NUMBERS):
        sheet.put(row, column, symbol, layout.HEAD_SYMBOL)
    top = row + 1
    for column in range(NUMBERS + 1, NUMBERS + len(heads)):  # step 0 has today's numbers
        placed.context.readings.append(labelled(sheet.name, (row, column), (top, column)))
    learned = [placed.cells[name][()] for name in descent.by]
    rate: Ref = placed.cells[descent.rate][()]
    cost = placed.cells[descent.cost][()]

    def at_row(number: int) -> dict[Ref, Expression]:
        return {ref: Ref(sheet.name, number, NUMBERS + 1 + i) for i, ref in enumerate(learned)}

    def whole(numbers: Numbers) -> Any:
        return numbers.section(worksheet).descended(descent)

    for step in range(descent.steps + 1):
        sheet.put(top + step, NUMBERS, float(step), styles.LABEL_RIGHT)
    for i, ref in enumerate(learned):
        sheet.put(top, NUMBERS + 1 + i, ref, layout.VALUE)
    last = NUMBERS + 1 + len(learned)
    sheet.put(top, last, moved(inlined(placed, cost), at_row(top)), layout.VALUE)
    width = len(learned) + 1
    sheet.claims.append(Claim(top, NUMBERS + 1, 1, width, lambda n: whole(n)[:1]))
    cells = []
    above, here = at_row(top), at_row(top + 1)
    moving = {*above.values(), *here.values()}
    for ref in learned:
        step_back = rate * moved(slope_of(placed, cost, ref), above)
        cells.append(
            Cell(
                _fixed_but(above[ref] - step_back, moving),
                styles.UPDATE.but(number_format=styles.FOUR),
            )
        )
    cells.append(Cell(_fixed_but(moved(inlined(placed, cost), here), moving), layout.VALUE))
    sheet.bands.append(
        Band(
            top + 1,
            NUMBERS + 1,
            tuple(cells),
            whole(placed.context.numbers)[1:],
            claim=lambda n: whole(n)[1:],
            alternating=True,
        )
    )
    _chart(placed, top, descent.steps + 1, heads, title, row, only=(len(heads) - 1,))
    return max(top + descent.steps + 1, row + CHART_ROWS) + 1


def _fixed_but(node: Expression, moving: set[Any]) -> Expression:
    from dataclasses import replace

    places: dict[Ref, Expression] = {
        ref: replace(ref, fixed=True) for ref in refs(node) if ref not in moving
    }
    return moved(node, places)


def _chart(
    placed: Placed,
    top: int,
    count: int,
    heads: list[Rich],
    title: str,
    row: int,
    only: tuple[int, ...] = (),
) -> None:
    """A chart to the left of a table, over its first column."""
    sheet = placed.sheet

    def column(number: int) -> Area:
        at = NUMBERS + number
        return Area(sheet.name, top, at, top + count - 1, at, fixed=True)

    shown = only or tuple(range(1, len(heads)))
    series = tuple(
        Series(column(i), column(0), str(heads[i]), colour=COLOURS[n % len(COLOURS)])
        for n, i in enumerate(shown)
    )
    names = ", ".join(str(heads[i]) for i in shown)
    sheet.charts.append(
        Chart(
            row=row,
            column=LABELS,
            width=WIDTH,
            height=HEIGHT,
            series=series,
            title=title,
            legend=len(series) > 1,
            x=Axis(str(heads[0])),
            y=Axis("", gridlines=True),
            alt_text=f"Curves of {names} over {heads[0]}",
        )
    )
