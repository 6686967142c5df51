"""What a section proves beside its derivatives: identities, and the slips of its document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sheetnet.calculus.knobs import knobs
from sheetnet.calculus.numbers import COARSE, KINK, Computed, Numbers
from sheetnet.calculus.sheets import layout
from sheetnet.calculus.sheets.context import Placed, rectangle
from sheetnet.calculus.sheets.derivatives import entries
from sheetnet.calculus.sheets.differences import Differences, is_rough, size_of, slopes
from sheetnet.calculus.sheets.layout import LABELS, MATHEMATICS, NUMBERS
from sheetnet.calculus.syntax import Function, Node, Variable, place_of, wrong
from sheetnet.calculus.trees import Trees, shape_text, trees
from sheetnet.errors import SheetnetError
from sheetnet.expressions.formula import Area, Expression, Ref, call, total, when
from sheetnet.sheets.checks import FAILED, PASSED, mark_failures, write_check
from sheetnet.workbook import styles
from sheetnet.workbook.knobs import are_own
from sheetnet.workbook.model import Claim, Quoted

#: Sides of an identity differ by rounding; where one is a central difference, by more.
NEAR, ROUGH = 1e-9, 1e-5
#: A difference over a larger h may be further off than that.
TRUSTED = 1.5e-4
#: What a slip's check says where the numbers of the moment decide nothing.
SAME = "–"


def identities(placed: Placed, differences: Differences, row: int) -> int:
    worksheet, sheet = placed.worksheet, placed.sheet
    if not worksheet.chains:
        return row
    row = layout.heading(sheet, row, "One after the other: all of them are equal")
    for number, chain in enumerate(worksheet.chains):
        row = _chain(placed, differences, chain, row, f"{worksheet.field}.identities[{number}]")
    return row


def _chain(
    placed: Placed, differences: Differences, chain: list[tuple[Node, str]], row: int, field: str
) -> int:
    worksheet, sheet = placed.worksheet, placed.sheet
    first: Area | None = None
    shape: tuple[int, ...] = ()
    height = 1
    numbers = placed.context.numbers
    section = numbers.section(worksheet)
    start = section.proved(chain[0][0])
    # What a learner types may leave a difference coarse, which the check says.
    as_built = are_own(knobs(numbers.lesson), numbers.settings)
    for node, why in chain:
        found = _trees(placed, differences, node, field)
        if first is not None and found.shape != shape:
            texts = f"{shape_text(shape)} and {shape_text(found.shape)}"
            raise SheetnetError(f"{field}: its sides are {texts}: write sides that are equal")
        value = section.proved(node)
        rough = is_rough(node)
        both = [node, chain[0][0]]
        must_be = as_built and not _is_at_a_kink(placed, section, both)
        if must_be and not np.allclose(value, start, rtol=ROUGH if rough else NEAR, atol=1e-9):
            raise SheetnetError(
                f"{field}: {node.text!r} is {value.ravel()[0]:.6g} and not "
                f"{start.ravel()[0]:.6g}: write sides that are equal"
            )
        shape = found.shape
        height, width = rectangle(shape)
        sheet.put(row, LABELS, Quoted(why) if why else None, styles.LABEL.but(size=9))
        sign = "= " if first is not None else ""
        spelled = worksheet.spelling.spelled(node, worksheet.shapes, worksheet.is_partial)
        sheet.put(row, MATHEMATICS, sign + spelled, layout.WRITTEN)
        for (r, c), tree in np.ndenumerate(found.reshape(height, width)):
            sheet.put(row + r, NUMBERS + c, tree, layout.VALUE)
        _claim(placed, node, row, height, width, rough)
        area = Area(sheet.name, row, NUMBERS, row + height - 1, NUMBERS + width - 1)
        if first is not None:
            near = _equal(first, area, rough)
            if rough:
                doubt = _doubt(placed, differences, both, field)
                _rough_check(placed, row, NUMBERS + width, near, doubt)
            else:
                write_check(sheet, row, NUMBERS + width, near)
        else:
            first = area
        row += height + (height > 1)
    return row + (height == 1)


def _is_at_a_kink(placed: Placed, section: Computed, nodes: Sequence[Node]) -> bool:
    """Whether a central difference in expressions has a corner within its step."""
    pairs = [placed.worksheet.target(each) for each in slopes(nodes)]
    return any(KINK in section.verdicts(of.name, by.name) for of, by in pairs)


def _rough_check(
    placed: Placed, row: int, column: int, near: Expression, doubt: Expression
) -> None:
    """A check of a central difference, which cannot always decide."""
    sheet = placed.sheet
    sheet.put(row, column, when(near, PASSED, doubt), styles.CHECK, passes=(PASSED, KINK, COARSE))
    mark_failures(sheet, Area(sheet.name, row, column, row, column))


def _doubt(
    placed: Placed, differences: Differences, nodes: Sequence[Node], field: str
) -> Expression:
    """Why the central differences in expressions are not what they should be: at a kink they
    are none of both slopes, with a large h not near enough; else something is wrong."""
    builder = placed.worksheet.builder(placed.cells)
    builder.proofs = {
        "slope": lambda each: _entry(
            placed,
            each,
            lambda p, y, x: differences.doubts(p, y, x).reshape(
                p.worksheet.shapes[y] + p.worksheet.shapes[x]
            ),
        )
    }
    kinks: list[Expression] = []
    for each in slopes(nodes):
        found = list(builder.of(each).flat)
        area = Area(found[0].sheet, found[0].row, found[0].column, found[-1].row, found[-1].column)
        kinks.append(call("COUNTIF", area, KINK))
    coarse = when(placed.context.h > TRUSTED, COARSE, FAILED)
    return when(total(kinks) > 0, KINK, coarse) if kinks else coarse


def _equal(one: Area, other: Area, rough: bool) -> Expression:
    """Whether two rectangles hold the same numbers, but for rounding."""
    near = ROUGH if rough else NEAR
    return call("SUMXMY2", one, other) <= near * near * (1 + call("SUMSQ", one))


def _claim(placed: Placed, node: Node, row: int, height: int, width: int, rough: bool) -> None:
    worksheet = placed.worksheet

    def values(numbers: Numbers) -> Any:
        return numbers.section(worksheet).proved(node).reshape(height, width)

    size = size_of(placed, [node]) if rough else 0.0
    placed.sheet.claims.append(Claim(row, NUMBERS, height, width, values, size))


def _trees(placed: Placed, differences: Differences, node: Node, field: str) -> Trees:
    builder = placed.worksheet.builder(placed.cells)
    builder.proofs = {
        "D": lambda each: _entry(placed, each, _derivatives),
        "slope": lambda each: _entry(
            placed, each, lambda p, y, x: _differences(p, differences, y, x)
        ),
        "rows": lambda each: _count(placed, each, 0),
        "columns": lambda each: _count(placed, each, 1),
    }
    try:
        return builder.of(node)
    except ValueError as error:
        raise SheetnetError(f"{field}: {error}") from None


def _entry(placed: Placed, node: Function, whole: Any) -> Trees:
    y, x = placed.worksheet.target(node)
    first = placed.worksheet.first
    found: Trees = whole(placed, y.name, x.name)
    if x.indices:
        found = found[(..., *place_of(x, first))]
    if y.indices:
        found = found[place_of(y, first)]
    return found if isinstance(found, np.ndarray) else trees(found)


def _derivatives(placed: Placed, of: str, by: str) -> Trees:
    if (of, by) in placed.derivatives:
        return placed.derivatives[of, by]
    shape = placed.worksheet.shapes[of] + placed.worksheet.shapes[by]
    return entries(placed, of, by).reshape(shape)


def _differences(placed: Placed, differences: Differences, of: str, by: str) -> Trees:
    if (of, by) in placed.near:
        return placed.near[of, by]
    area, h = differences.area(placed, by), placed.context.h
    of_shape, by_shape = placed.worksheet.shapes[of], placed.worksheet.shapes[by]
    count, moved = placed.cells[of].size, placed.cells[by].size
    found = [
        (area.cell(of, i, j, 1) - area.cell(of, i, j, -1)) / (2 * h)
        for i in range(count)
        for j in range(moved)
    ]
    shape = of_shape + by_shape
    return trees(found if shape else found[0], shape)


def _count(placed: Placed, node: Function, axis: int) -> Trees:
    """How many rows or columns a name has, counted in its cells."""
    [of] = node.arguments
    if not isinstance(of, Variable) or of.indices or of.name not in placed.cells:
        raise wrong(node, f"{node.name} takes a name of this section")
    held = placed.cells[of.name]
    shape = rectangle(held.shape)
    first: Ref = held.flat[0]
    down, across = (shape[0] - 1, 0) if axis == 0 else (0, shape[1] - 1)
    line = Area(first.sheet, first.row, first.column, first.row + down, first.column + across)
    return trees(call("COUNT", line))


def slips(placed: Placed, differences: Differences, row: int) -> int:
    """Each slip: what is printed, what is right, and three numbers that decide."""
    worksheet, sheet = placed.worksheet, placed.sheet
    if not worksheet.slips:
        return row
    row = layout.heading(sheet, row, "Slips in the document, each with a live proof")
    for column, title in enumerate(("printed", "right", "measured", "right?"), NUMBERS):
        sheet.put(row, column, title, layout.HEAD)
    for number, (slip, nodes) in enumerate(
        zip(worksheet.section.slips, worksheet.slips, strict=True)
    ):
        row += 1
        field = f"{worksheet.field}.slips[{number}]"
        look = styles.PLAIN.but(wrap=True, colour=styles.GREY, size=9)
        sheet.put(row, LABELS, Quoted(slip.where), look)
        shown = f"\nshown: {slip.shown}" if slip.shown else ""
        text = f"printed: {slip.printed}\nright: {slip.right}{shown}"
        layout.prose(sheet, row, text, MATHEMATICS, styles.PROSE, MATHEMATICS)
        for column, node in enumerate(nodes, NUMBERS):
            _one(placed, differences, node, row, column, field)
        _decide(placed, row, _doubt(placed, differences, nodes, field))
    return row + 2


def _one(
    placed: Placed, differences: Differences, node: Node, row: int, column: int, field: str
) -> None:
    found = _trees(placed, differences, node, field)
    if found.ndim:
        raise SheetnetError(f"{field}: {node.text!r} is {shape_text(found.shape)}: name a number")
    worksheet = placed.worksheet
    placed.sheet.put(
        row,
        column,
        found[()],
        layout.NEAR,
        claim=lambda n: float(n.section(worksheet).proved(node)),
        approximate=size_of(placed, [node]) if is_rough(node) else 0.0,
    )


def _decide(placed: Placed, row: int, doubt: Expression) -> None:
    sheet = placed.sheet
    printed, right, measured = (Ref(sheet.name, row, NUMBERS + i) for i in range(3))
    size = 1 + call("ABS", measured)
    near = call("ABS", right - measured) <= ROUGH * size
    # Where both give the same number, the numbers of the moment decide nothing.
    same = call("ABS", printed - right) <= ROUGH * size
    column = NUMBERS + 3
    formula = when(same, SAME, when(near, PASSED, doubt))
    sheet.put(row, column, formula, styles.CHECK, passes=(PASSED, SAME, KINK, COARSE))
    mark_failures(sheet, Area(sheet.name, row, column, row, column))
