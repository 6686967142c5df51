"""The constants of formulas, proved to be ones that somebody chose: short and round."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator

from sheetnet.expressions.formula import Number, walk
from sheetnet.proof.comparison import shown
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import Position, Sheet

#: Smaller numbers in formulas are steps and bounds: powers of ten, so that one sees how small.
SMALL = 9e-4
#: Half a unit of a digit, and a bit, so that halves count.
HALF = 5.000000005
#: A constant that is chosen has so many digits, a computed one so many; a large one counts what
#: there is; a bit above 1 is for rounding; more than anything that is computed.
CHOSEN, COMPUTED, LARGE, BIT, ENDLESS = 2, 6, 100, 0.0101, 1e15


def odd_constants(
    sheet: Sheet, writes: Callable[[float], bool], drawn: bool
) -> Iterator[tuple[Position, str]]:
    """Constants that are no lesson's (`writes`) and are not what one chooses; what is `drawn`
    stands where it fits."""
    found: dict[float, Position] = {}
    for place, cell, _ in sheet.written():
        for node in walk(cell.formula) if cell.formula is not None else ():
            if isinstance(node, Number) and node.value:
                found.setdefault(abs(float(node.value)), place)
    for number, place in found.items():
        if number <= SMALL:
            what = "" if _is_round(number, found) else "which is no power of ten"
        else:
            what = "" if drawn or _is_chosen(number) else "with more digits than one chooses"
        if what and not writes(number):
            yield place, f"its formula has {shown(number)}, {what}"


def drawn_sheets(book: Book) -> set[str]:
    """The sheets with the points of drawings, which have no axes."""
    charts = (chart for sheet in book.sheets for chart in sheet.charts)
    drawings = (chart for chart in charts if chart.x.hidden and chart.y.hidden)
    return {series.x.sheet for drawing in drawings for series in drawing.series}


def _is_chosen(number: float) -> bool:
    """A whole number or so many eighths, one of few digits or a bit above 1; what has many digits
    was computed; what stands for infinity is a power of ten."""
    if number >= ENDLESS:
        return math.isclose(math.log10(number), round(math.log10(number)), abs_tol=1e-9)
    digits = len(f"{number:.15g}".replace(".", "").strip("0"))
    few = digits <= CHOSEN or digits >= COMPUTED or number >= LARGE or 8 * number % 1 == 0
    return few or (number > 1 and round(number - 1, 12) < BIT)


def _is_round(number: float, beside: Iterable[float]) -> bool:
    """A power of ten; twice one that stands on the sheet as well; half a unit of a digit."""
    mantissa = number / 10.0 ** math.floor(math.log10(number) + 1e-9)
    twice = any(math.isclose(number, 2 * other, rel_tol=1e-9) for other in beside)
    forms = (1.0, HALF, *((2.0,) if twice else ()))
    return any(math.isclose(mantissa, form, rel_tol=1e-10) for form in forms)
