"""Every number fits its cell and is told truly: the one rule, for all sheets.

A cell shows a fixed number of decimals, so that columns of numbers can be compared. A number that
would be wider than its column (####) has fewer decimals; where these are not enough, or it is
nothing in so many decimals (0.0000), it is shown by its power of ten. Conditional formats do that:
number formats with conditions of their own lose the minus sign in LibreOffice.

An error value tells a learner nothing: where a run diverges, or an input cell holds a text, which
the sheet says in words on top, cells that hold no number are grey and empty. Errors that do not
follow from these (#REF!, #NAME?, #N/A) are faults, and are seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from itertools import groupby, product

from sheetnet.expressions.formula import Area, Expression, Logical, Ref, call, equal, when
from sheetnet.workbook.model import (
    Cell,
    ColourScale,
    Matrix,
    NumberRule,
    Rule,
    Sheet,
    Spill,
)
from sheetnet.workbook.styles import NO_NUMBER, Style


@dataclass(frozen=True)
class Fit:
    """From `large` on numbers have `fewer` decimals, from `HUGE` on and below `small` `powers`."""

    large: float
    small: float
    fewer: str = "0.00"
    powers: str = "0.00E+0"

    def rules(self, cell: Ref) -> list[tuple[Expression, str]]:
        """When a cell is shown in which other format; the first that holds counts."""
        size = call("ABS", cell)
        beyond = call("OR", size >= HUGE, call("AND", size > 0, size < self.small))
        return [(beyond, self.powers), (size >= self.large, self.fewer)]


#: The first row under what `frame.head` says, of problems too.
BODY = 3
#: From here on fewer decimals do not help: 99999.99 is as wide as −1.00E+5.
HUGE = 1e5

#: What ERROR.TYPE, in all programs, says of #DIV/0!, #VALUE! and #NUM!: what comes of an overflow
#: and of a text where a number should stand.
NO_NUMBERS = 2, 3, 6

#: What a cell holds that shows a number, or may.
NUMBERS = (Expression, Matrix, Spill, float, int)

#: By the number of decimals that a format shows.
FITS = {
    2: Fit(1000.0, 0.005, "0", "0E+0"),
    3: Fit(100.0, 0.0005, "0", "0E+0"),
    4: Fit(1000.0, 0.001),
    6: Fit(100.0, 1e-5),
    8: Fit(100.0, 1e-7),
    10: Fit(100.0, 1e-9),
}


def fit_of(number_format: str) -> Fit | None:
    """The rule for a number format; none where it shows no fixed decimals."""
    first = number_format.split(";")[0].lstrip("+")
    whole, _, decimals = first.partition(".")
    return FITS.get(len(decimals)) if whole == "0" and set(decimals) == {"0"} else None


def fit(sheet: Sheet) -> None:
    """Add the rules for all numbers of a sheet, and before all others one for errors."""
    bottom, right = sheet.extent
    if bottom >= BODY:
        whole = Area(sheet.name, BODY, 1, bottom, right)
        sheet.formats.insert(0, Rule(whole, _no_number(Ref(sheet.name, BODY, 1)), NO_NUMBER))
    for style, area in _areas(sheet):
        form = style.number_format
        found = fit_of(form)
        if found:
            # Each has its own: programs count from other cells where areas share a condition.
            for condition, other in found.rules(Ref(sheet.name, area.top, area.left)):
                shown = f"+{other};-{other}" if form.startswith("+") else other
                sheet.formats.append(NumberRule(area, condition, style.but(number_format=shown)))
    # LibreOffice shows one of a colour and a number's other format: the first that there is.
    sheet.formats.sort(key=lambda one: (isinstance(one, ColourScale), _is_tint(one)))


def _is_tint(rule: ColourScale | Rule | NumberRule) -> bool:
    """Whether it only tints what is written: a number that fits matters more than its colour."""
    return isinstance(rule, Rule) and rule.style.italic


def _no_number(cell: Ref) -> Expression:
    """Whether a cell's error follows from an overflow or from a text that is no number."""
    kinds = [equal(call("ERROR.TYPE", cell), kind) for kind in NO_NUMBERS]
    return when(call("ISERROR", cell), call("OR", *kinds), Logical(False))


def _areas(sheet: Sheet) -> Iterator[tuple[Style, Area]]:
    """The numbers of a sheet, by what they look like but for borders."""
    styled: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    looks: dict[int, Style] = {}  # by identity: comparing styles of all cells takes longer
    for position, cell in sheet.cells.items():
        if _is_number(cell):
            styled[id(cell.style)].append(position)
            looks[id(cell.style)] = cell.style
    cells: dict[Style, set[tuple[int, int]]] = {}
    for look, positions in styled.items():
        cells.setdefault(looks[look].but(borders=""), set()).update(positions)
    numbers = set().union(*cells.values())
    yield from _maps(sheet, cells)
    for style, held in cells.items():
        others = numbers - held
        for area in _rectangles(sheet.name, held, others):
            yield style, area
    yield from _of_bands(sheet)


def _maps(sheet: Sheet, cells: dict[Style, set[tuple[int, int]]]) -> Iterator[tuple[Style, Area]]:
    """Of coloured maps, whose cells are taken out of `cells`, the map's own area.

    Of several conditional formats LibreOffice shows the first; of one it shows the number's other
    format and the colour.
    """
    for scale in [one.area for one in sheet.formats if isinstance(one, ColourScale)]:
        rows, columns = range(scale.top, scale.bottom + 1), range(scale.left, scale.right + 1)
        within = {at for at in product(rows, columns) if at in sheet.cells}
        looks = [style for style, held in cells.items() if not held.isdisjoint(within)]
        if len(looks) == 1:
            cells[looks[0]] -= within
            yield looks[0], scale


def _of_bands(sheet: Sheet) -> Iterator[tuple[Style, Area]]:
    """Of bands those columns together that look alike, also where bands follow or interleave."""
    found: dict[tuple[Style, int, int], list[list[int]]] = {}
    for band in sorted(sheet.bands, key=lambda band: band.top):
        looks = [cell.style.but(borders="") for cell in band.cells]
        for style, run in groupby(range(len(looks)), key=looks.__getitem__):
            columns = [band.left + offset for offset in run]
            rows = found.setdefault((style, columns[0], columns[-1]), [])
            if rows and band.top <= rows[-1][1] + 1:
                rows[-1][1] = max(rows[-1][1], band.bottom)
            else:
                rows.append([band.top, band.bottom])
    for (style, left, right), spans in found.items():
        for top, bottom in spans:
            yield style, Area(sheet.name, top, left, bottom, right)


def _is_number(cell: Cell) -> bool:
    return isinstance(cell.content, NUMBERS)


def _rectangles(
    sheet: str, cells: Iterable[tuple[int, int]], others: Set[tuple[int, int]]
) -> Iterator[Area]:
    """The cells as rectangles: runs of a row, joined with equal runs of rows below.

    What lies between may hold texts or nothing, for which no rule holds, but none of the `others`.
    """
    runs: dict[tuple[int, int], list[int]] = {}
    row, first, last = 0, 0, 0
    for r, c in [*sorted(cells), (0, 0)]:
        if (r, c) == (row, last + 1):
            last = c
            continue
        if row:
            runs.setdefault((first, last), []).append(row)
        row, first, last = r, c, c
    for (left, right), rows in runs.items():
        top = rows[0]
        for here, behind in zip(rows, [*rows[1:], 0], strict=True):
            between = product(range(here + 1, behind), range(left, right + 1))
            if not behind or not others.isdisjoint(between):
                yield Area(sheet, top, left, here, right)
                top = behind
