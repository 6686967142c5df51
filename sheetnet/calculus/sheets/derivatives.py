"""The derivatives of a section: by the rules, by central differences, and whether they agree."""

from __future__ import annotations

from typing import Any

import numpy as np

from sheetnet.calculus.derivation import derivation, total_derivative
from sheetnet.calculus.derivative import differentiate, with_known
from sheetnet.calculus.numbers import BLURRED, COARSE, KINK, TICK, Numbers
from sheetnet.calculus.sheets import layout
from sheetnet.calculus.sheets.context import Placed
from sheetnet.calculus.sheets.differences import Differences
from sheetnet.calculus.sheets.layout import BESIDE, LABELS, NUMBERS
from sheetnet.calculus.short import ONE, ZERO
from sheetnet.calculus.spelling import identifier
from sheetnet.calculus.trees import Trees, written_parts
from sheetnet.calculus.worksheet import Asked
from sheetnet.errors import SheetnetError
from sheetnet.expressions.formula import Area, Expression, Number, Ref
from sheetnet.expressions.mathematics import written
from sheetnet.expressions.rich import Rich, rich
from sheetnet.sheets.checks import mark_failures
from sheetnet.workbook import styles
from sheetnet.workbook.blocks import Block

PASSES = (TICK, KINK, COARSE, BLURRED)
MOST_WRITTEN = 210
#: A derivative that would be longer looks at the derivatives of definitions between.
MOST_NODES = 1_000


def fill(placed: Placed, differences: Differences, row: int) -> int:
    """All derivatives that are asked for; returns the next free row."""
    for asked in placed.worksheet.asked:
        row = _write(placed, differences, asked, row)
    return row


def entry(placed: Placed, tree: Expression, target: Ref, by: str, j: int) -> Expression:
    """The derivative of a formula by a cell, with what stands in cells already as these cells."""
    owners, between = placed.owners(), bool(placed.worksheet.shapes[by])
    is_long = _length(placed, tree, by) > MOST_NODES

    def leaf(ref: Ref) -> Expression:
        if ref == target:
            return ONE
        name = owners[ref]
        if name == by or name not in placed.made or not placed.worksheet.depends(name, by):
            return ZERO
        asked = placed.derivatives.get((name, by)) if (name, by) in placed.near else None
        at = list(placed.cells[name].flat).index(ref)
        if asked is not None and between:
            cell = asked.reshape(placed.cells[name].size, -1)[at, j]
            held = placed.sheet.cells[cell.row, cell.column].content
            return held if isinstance(held, Number) else cell
        if is_long:
            line = placed.derivatives.get((name, by))
            if line is None or line.shape:
                raise SheetnetError(
                    f"{placed.worksheet.field}.derivatives: the derivative by {by} is too long "
                    f"with all definitions written into it: ask for {name} by {by} before it"
                )
            whole: Expression = line[()]
            return whole
        return differentiate(placed.made[name].flat[at], leaf)

    return with_known(differentiate(tree, leaf), placed.known)


def _length(placed: Placed, tree: Expression, by: str) -> int:
    """About how long the derivative of a formula by a variable is, all definitions written out."""
    lengths = placed.lengths.setdefault(by, dict.fromkeys(placed.cells[by].flat, 1))

    def of(node: Expression) -> int:
        if isinstance(node, Ref):
            return lengths.get(node, 0)
        return sum(of(part) + 1 for part in written_parts(node))

    if len(lengths) == placed.cells[by].size:
        for name, found in placed.made.items():
            if name != by and placed.worksheet.depends(name, by):
                for ref, made in zip(placed.cells[name].flat, found.flat, strict=True):
                    lengths[ref] = of(made)
    return of(tree)


def entries(placed: Placed, of: str, by: str) -> Trees:
    """All derivatives of a name by another, as formulas: elements × elements."""
    targets = list(placed.cells[by].flat)
    found = np.empty((placed.cells[of].size, len(targets)), object)
    for i, tree in enumerate(placed.made[of].flat):
        for j, target in enumerate(targets):
            found[i, j] = entry(placed, tree, target, by, j)
    return found


def _symbol(placed: Placed, asked: Asked) -> Rich:
    partial = placed.worksheet.is_partial(asked.of, asked.by)
    return placed.worksheet.spelling.derivative(
        placed.symbol(asked.of), placed.symbol(asked.by), partial=partial
    )


def _write(placed: Placed, differences: Differences, asked: Asked, row: int) -> int:
    worksheet, sheet = placed.worksheet, placed.sheet
    of, by = asked.of, asked.by
    shape = worksheet.shapes[of] + worksheet.shapes[by]
    title = "Derivative" if not shape else "Gradient" if not worksheet.shapes[of] else "Jacobian"
    row = layout.heading(sheet, row, f"{title}: {_symbol(placed, asked)}")
    if not shape:
        row = _lines(placed, asked, row)
    found = entries(placed, of, by)
    rows, columns = _rectangle(worksheet.shapes[of], worksheet.shapes[by])
    beside = columns <= BESIDE
    left = NUMBERS
    near_left = left + columns + 1 if beside else left
    check_left = near_left + columns + 1 if beside else left + columns + 1
    if shape:
        look = layout.HEAD
    else:
        look, near_left, check_left = layout.HEAD, NUMBERS + 1, NUMBERS + 2
    sheet.put(row, left, "by the rules" if shape else "value", look)
    if beside:
        sheet.put(row, near_left, "central difference" if shape else "difference", look)
    sheet.put(row, check_left, "agree?", look)
    top = row + 1
    if shape:
        _heads(placed, asked, row + 1, [left, *([near_left] if beside else []), check_left])
        top = row + 2
    near_top = top if beside else top + rows + 2
    if not beside:
        sheet.put(near_top - 2, left, "central difference", look)
        _heads(placed, asked, near_top - 1, [left])
    slopes, near = _cells(placed, differences, asked, found, (top, left), (near_top, near_left))
    reasons = differences.reasons(placed, of, by, slopes, near)
    _checks(placed, differences, asked, (top, check_left), slopes, near, reasons)
    _labels(placed, asked, found, top, rows)
    return (near_top if not beside else top) + rows + 1


def _rectangle(of: tuple[int, ...], by: tuple[int, ...]) -> tuple[int, int]:
    """Rows and columns: a gradient by a matrix has the matrix' shape."""
    if not of and len(by) == 2:
        return by[0], by[1]
    return int(np.prod(of)), int(np.prod(by))


def _heads(placed: Placed, asked: Asked, row: int, lefts: list[int]) -> None:
    """The symbols by which is differentiated, above their columns."""
    worksheet = placed.worksheet
    of, by = worksheet.shapes[asked.of], worksheet.shapes[asked.by]
    if not of and len(by) == 2:
        symbols = [rich(str(j + worksheet.first)) for j in range(by[1])]
    else:
        symbols = list(placed.symbols(asked.by))
    for left in lefts:
        for j, symbol in enumerate(symbols):
            placed.sheet.put(row, left + j, symbol, layout.HEAD_SYMBOL)


def _labels(placed: Placed, asked: Asked, found: Trees, top: int, rows: int) -> None:
    """Beside each row what is differentiated, and its derivatives in mathematics."""
    sheet, worksheet = placed.sheet, placed.worksheet
    symbols = list(placed.symbols(asked.of))
    shape = worksheet.shapes[asked.of] + worksheet.shapes[asked.by]
    if not shape:
        sheet.put(top, LABELS, _symbol(placed, asked), layout.SYMBOL)
        text = written(found[0, 0])
        layout.mathematics(sheet, top, "= " + text, layout.WRITTEN.but(bold=True))
        return
    table = found.reshape(rows, -1)
    for i in range(rows):
        label = symbols[i] if len(symbols) == rows else rich(str(i + worksheet.first))
        sheet.put(top + i, LABELS, label, layout.SYMBOL)
        text = rich("( ")
        for j, one in enumerate(table[i]):
            text = text + (",  " if j else "") + written(one)
        text = text + " )"
        if len(text.text) <= MOST_WRITTEN:
            layout.mathematics(sheet, top + i, text)


def _cells(
    placed: Placed,
    differences: Differences,
    asked: Asked,
    found: Trees,
    at: tuple[int, int],
    near_at: tuple[int, int],
) -> tuple[Trees, Trees]:
    """Write the derivatives and their differences; returns their cells: elements × elements."""
    worksheet, sheet = placed.worksheet, placed.sheet
    of, by = asked.of, asked.by
    rows, columns = _rectangle(worksheet.shapes[of], worksheet.shapes[by])
    area, h = differences.area(placed, by), placed.context.h
    slopes, near = np.empty((2, *found.shape), object)
    for (i, j), tree in np.ndenumerate(found):
        r, c = divmod(i * found.shape[1] + j, columns)
        symbol = placed.worksheet.spelling.derivative(
            list(placed.symbols(of))[i], list(placed.symbols(by))[j]
        )
        slopes[i, j] = Ref(sheet.name, at[0] + r, at[1] + c, symbol=symbol)
        near[i, j] = Ref(sheet.name, near_at[0] + r, near_at[1] + c)
        sheet.put(at[0] + r, at[1] + c, tree, layout.SLOPE)
        up, down = area.cell(of, i, j, 1), area.cell(of, i, j, -1)
        sheet.put(near_at[0] + r, near_at[1] + c, (up - down) / (2 * h), layout.NEAR)

    def exact(numbers: Numbers) -> Any:
        return numbers.section(worksheet).derivative(of, by).reshape(rows, columns)

    def differing(numbers: Numbers) -> Any:
        return numbers.section(worksheet).difference(of, by).reshape(rows, columns)

    def size(numbers: Numbers) -> float:
        return numbers.section(worksheet).scale(of, by)

    blocks = [
        Block(
            f"{kind}_{identifier(of)}_by_{identifier(by)}",
            worksheet.number,
            sheet.name,
            *place,
            ("row",),
            ("column",),
            {"row": rows, "column": columns},
        )
        for kind, place in (("derivative", at), ("difference", near_at))
    ]
    for block in blocks:
        placed.context.blocks.add(block)
    sheet.claim(blocks[0], exact)
    sheet.claim(blocks[1], differing, size)
    shape = worksheet.shapes[of] + worksheet.shapes[by]
    placed.derivatives[of, by] = slopes.reshape(shape)
    placed.near[of, by] = near.reshape(shape)
    return slopes, near


def _checks(
    placed: Placed,
    differences: Differences,
    asked: Asked,
    at: tuple[int, int],
    slopes: Trees,
    near: Trees,
    reasons: Trees,
) -> None:
    worksheet, sheet = placed.worksheet, placed.sheet
    of, by = asked.of, asked.by
    rows, columns = _rectangle(worksheet.shapes[of], worksheet.shapes[by])
    for i, j in np.ndindex(*slopes.shape):
        r, c = divmod(i * slopes.shape[1] + j, columns)
        formula = differences.check(slopes[i, j], near[i, j], reasons[i, j])
        place = (i, j)

        def claim(numbers: Numbers, place: tuple[int, int] = place) -> str:
            marks = numbers.section(worksheet).verdicts(of, by).reshape(slopes.shape)
            return str(marks[place])

        sheet.put(at[0] + r, at[1] + c, formula, styles.CHECK, claim=claim, passes=PASSES)
    area = (at[0], at[1], at[0] + rows - 1, at[1] + columns - 1)
    placed.checks.append(area)
    mark_failures(sheet, Area(sheet.name, *area))


# The derivation of a number by a number ---------------------------------------------------


def _lines(placed: Placed, asked: Asked, row: int) -> int:
    """The derivation by way of all definitions between, a line a rule."""
    worksheet = placed.worksheet
    of, by = asked.of, asked.by
    between = [n for n in worksheet.dependents(by) if worksheet.depends(of, n)]
    if any(worksheet.shapes[name] for name in between):
        return row
    for name in between:
        if (name, by) in placed.derivatives and name != of:
            continue
        row = _of_one(placed, name, by, row)
    return row


def _of_one(placed: Placed, name: str, by: str, row: int) -> int:
    """The lines of one definition, and its total derivative where it looks at others."""
    worksheet, sheet = placed.worksheet, placed.sheet
    spelling = worksheet.spelling
    used = [v for v in worksheet.shapes if v in worksheet.uses[name]]
    used = [v for v in used if v == by or worksheet.depends(v, by)]
    tree = placed.made[name][()]
    pairs: list[tuple[Expression, Expression]] = []
    for each in used:
        if (name, each) in placed.partials and each != by:
            pairs.append((placed.partials[name, each], placed.derivatives[each, by][()]))
            continue
        direct = used == [by]
        partial = worksheet.is_partial(name, by) if direct else True
        target = placed.cells[each][()]
        top = row

        def cell(number: int, symbol: Rich, top: int = top) -> Ref:
            return Ref(sheet.name, top + number, NUMBERS, symbol=symbol)

        lines = derivation(tree, target, placed.origins, cell, spelling, placed.known, partial)
        head = spelling.derivative(placed.symbol(name), placed.symbol(each), partial=partial)
        for number, line in enumerate(lines):
            left = head + " = " + line.left if number == 0 else line.left
            sheet.put(row, LABELS, line.rule, styles.LABEL.but(size=9))
            layout.mathematics(sheet, row, left + " = " + written(line.value))

            def claim(numbers: Numbers, node: Any = line.node, by: str = each) -> float:
                return numbers.section(worksheet).partial(node, by)

            sheet.put(row, NUMBERS, line.value, layout.SLOPE, claim=claim)
            row += 1
        outer: Expression = ONE
        if lines:
            outer = placed.partials[name, each] = Ref(sheet.name, top, NUMBERS, symbol=head)
        inner: Expression = ONE
        if each != by:
            inner = placed.derivatives[each, by][()]
        pairs.append((outer, inner))
    if used == [by]:
        whole = pairs[0][0]
        if isinstance(whole, Ref):
            placed.derivatives.setdefault((name, by), _alone(whole))
            return row
    rule = "chain rule" if len(pairs) == 1 else "total derivative"
    symbol = spelling.derivative(
        placed.symbol(name), placed.symbol(by), partial=worksheet.is_partial(name, by)
    )
    value = total_derivative(pairs)
    sheet.put(row, LABELS, rule, styles.LABEL.but(size=9))
    layout.mathematics(sheet, row, symbol + " = " + written(value))
    sheet.put(
        row,
        NUMBERS,
        value,
        layout.SLOPE,
        claim=lambda n: float(n.section(worksheet).derivative(name, by)),
    )
    ref = Ref(sheet.name, row, NUMBERS, symbol=symbol)
    placed.derivatives.setdefault((name, by), _alone(ref))
    return row + 1


def _alone(ref: Ref) -> Trees:
    found = np.empty((), object)
    found[()] = ref
    return found
