"""Whether a file's charts, names, number formats and settings are the builder's.

What is there and says something else is wrong. What another program left out when it saved
the file (charts, protection, validations, colours), or somebody added, is only mentioned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import isclose

import numpy as np

from sheetnet.expressions.dialects import EXCEL, address
from sheetnet.expressions.formula import Area, Expression, Ref, Text
from sheetnet.expressions.parsing import same
from sheetnet.files.facts import (
    NO_FORMAT,
    ChartFacts,
    Facts,
    Scale,
    SeriesFacts,
    Taken,
    taken_apart,
)
from sheetnet.files.ods.markup import ALIKE, COMMA
from sheetnet.files.ods.number_formats import Digits
from sheetnet.files.stored import Look, StoredBook
from sheetnet.proof.comparison import Comparison, plain
from sheetnet.proof.rules import compare_rules
from sheetnet.proof.sights import compare_sights
from sheetnet.workbook.book import Book
from sheetnet.workbook.charts import Axis, Chart, Series
from sheetnet.workbook.model import Cell, Sheet

#: In all that Gnumeric saves, iteration is switched on.
ITERATES = "gnumeric"
#: How near the numbers that a file keeps with a chart come to those that it keeps in cells.
KEPT = 1e-6
#: Cells that a sentence names.
MOST_NAMED = 3


@dataclass
class Furniture:
    """The outcome: `checks` name cells, `problems` and `notes` are sentences."""

    checks: list[Comparison] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def compare_furniture(book: Book, stored: StoredBook, facts: Facts) -> Furniture:
    """All of the model but the contents of its cells, against a file."""
    result = Furniture()
    result.checks += _formats(book, stored, facts), _names(book, facts)
    result.checks.append(_charts(book, stored, facts, result.notes))
    result.checks.append(compare_sights(book, stored, facts, result.notes))
    result.checks.append(compare_rules(book, stored, facts, result.notes))
    result.problems += _settings(facts)
    result.notes += _missing(book, stored)
    result.notes += _extra(book, stored)
    return result


# Number formats -----------------------------------------------------------------------


def _formats(book: Book, stored: StoredBook, facts: Facts) -> Comparison:
    """How numbers are shown, wherever a formula or a number stands."""
    check = Comparison("number formats")
    alike: dict[str, set[str]] = {}
    for sheet in book.sheets:
        look = stored.looks.get(sheet.name, Look())
        for row, column, cell in _numeric(sheet):
            style = look.styles.get((row, column))
            if style is None:
                continue
            code = cell.style.number_format
            check.cells += 1
            if not code.strip(";"):  # shows nothing, for which Gnumeric's .ods have no format
                taken = facts.formats.get(style, NO_FORMAT)
                gnumerics = stored.open_formula and taken == NO_FORMAT
                if _shows_numbers(taken) and not gnumerics:
                    check.add(sheet.name, row, column, "its number format shows its number")
                continue
            if code not in alike:
                alike[code] = _styles_of(code, stored, facts)
            if style not in alike[code]:
                check.add(sheet.name, row, column, f"its number format is another than {code!r}")
    return check


def _shows_numbers(taken: Taken) -> bool:
    """Whether a number format shows a number's figures."""
    return not isinstance(taken, str) and any(
        isinstance(part, Digits) for _, parts in taken for part in parts
    )


def _styles_of(code: str, stored: StoredBook, facts: Facts) -> set[str]:
    """The names of the file's styles that show numbers in one way."""
    wanted = taken_apart(code)
    names = {name for look in stored.looks.values() for name in set(look.styles.values())}
    return {name for name in names if facts.formats.get(name, NO_FORMAT) == wanted}


def _numeric(sheet: Sheet) -> Iterator[tuple[int, int, Cell]]:
    for (row, column), cell in sheet.cells.items():
        if cell.is_computed or isinstance(cell.content, float | int):
            yield row, column, cell
    for band in sheet.bands:
        for column, cell in enumerate(band.cells, band.left):
            for row in band.rows:
                yield row, column, cell


# Names --------------------------------------------------------------------------------


def _names(book: Book, facts: Facts) -> Comparison:
    """Each name stands for its cell, on every sheet."""
    check = Comparison("names")
    for name, target in book.names.items():
        check.cells += 1
        found = [fact for fact in facts.names if fact.name.lower() == name.lower()]
        if all(fact.sheet is not None for fact in found):
            check.add(target.sheet, target.row, target.column, f"has lost its name {name}")
        for fact in found:
            if fact.target is None or not same(fact.target, target):
                where = f" on {fact.sheet}" if fact.sheet is not None else ""
                what = f"{name} should stand for it{where}, and stands for {_said(fact.target)}"
                check.add(target.sheet, target.row, target.column, what)
    return check


def _said(node: Expression | None) -> str:
    if node is None:
        return "something else"
    if isinstance(node, Text):
        return repr(node.value)
    return EXCEL.write(node, "").replace("$", "")


# Charts -------------------------------------------------------------------------------


def _charts(book: Book, stored: StoredBook, facts: Facts, notes: list[str]) -> Comparison:
    """What charts show. Those that are gone are mentioned in `notes`."""
    check = Comparison("charts")
    gone, added, untitled = [], 0, 0
    for sheet in book.sheets:
        theirs = list(facts.charts.get(sheet.name, ()))
        ours = []
        for chart in sheet.charts:
            check.cells += 1
            for found in theirs:
                if not list(_differences(chart, found, stored)):
                    theirs.remove(found)
                    untitled += _untitled(chart, found)
                    break
            else:
                ours.append(chart)
        for chart, found in zip(ours, theirs, strict=False):
            for what in _differences(chart, found, stored):
                check.add(sheet.name, chart.row, chart.column, f"its chart {what}")
        gone += [f"{sheet.name}!{address(c.row, c.column)}" for c in ours[len(theirs) :]]
        added += max(0, len(theirs) - len(ours))
    if gone:
        notes.append(f"{_count(len(gone), 'chart')} gone: {_listed(gone)}")
    if untitled:
        notes.append(f"{_count(untitled, 'title')} of charts gone")
    if added:
        notes.append(f"{_count(added, 'chart')} not the lesson's")
    return check


def _count(number: int, what: str) -> str:
    return f"1 {what} is" if number == 1 else f"{number:,} {what}s are"


def _listed(places: list[str]) -> str:
    more = len(places) - MOST_NAMED
    return ", ".join(places[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _differences(chart: Chart, found: ChartFacts, stored: StoredBook) -> Iterator[str]:
    """What a chart of the file says that the model's does not; what is missing may be."""
    titles = (
        ("title", chart.title, found.title),
        ("x axis", chart.x.title, found.x_title),
        ("y axis", chart.y.title, found.y_title),
    )
    for what, ours, theirs in titles:
        if theirs.strip() and theirs.split() != ours.split():
            yield f"says {theirs.strip()!r} as its {what}, should say {ours!r}"
    for kind in found.others:
        yield f"is drawn as a {kind}"
    yield from found.strange
    for name, ours_axis, scale in (("x", chart.x, found.x), ("y", chart.y, found.y)):
        yield from _scaled(name, ours_axis, scale)
    if len(found.series) != len(chart.series):
        yield f"has {len(found.series)} series, should have {len(chart.series)}"
        return
    for number, (series, fact) in enumerate(zip(chart.series, found.series, strict=True), 1):
        for key in ("x", "y"):
            area, there = getattr(series, key), getattr(fact, key)
            if there is None or not same(area, there):
                yield (
                    f"shows {_said(there)} as {key} of series {number}, should show {_said(area)}"
                )
            elif _outdated(area, fact.kept.get(key, {}), stored):
                yield f"keeps other numbers as {key} of series {number} than its cells hold"
        if not _titled(series, fact, stored):
            ours = _said(series.title) if isinstance(series.title, Ref) else repr(series.title)
            yield f"calls series {number} {_said(fact.title)}, should call it {ours}"
        elif fact.called and isinstance(series.title, Ref):
            cell = stored.sheets.get(series.title.sheet, {}).get(
                (series.title.row, series.title.column)
            )
            if cell and isinstance(cell.value, str) and plain(cell.value) != plain(fact.called):
                yield f"keeps {fact.called[:40]!r} as the name of series {number}, not its cell's"


def _outdated(area: Area, kept: Mapping[int, float], stored: StoredBook) -> bool:
    """Whether a number that the file keeps with a chart is another than it keeps in the cell."""
    cells = stored.sheets.get(area.sheet, {})
    for place, number in kept.items():
        down, along = divmod(place, area.shape[1])
        cell = cells.get((area.top + down, area.left + along))
        value = cell.value if cell else None
        if isinstance(value, float | int) and not isclose(
            value, number, rel_tol=KEPT, abs_tol=KEPT
        ):
            return True
    return False


def _scaled(name: str, ours: Axis, theirs: Scale) -> Iterator[str]:
    """What an axis shows otherwise; an end that a program left out may be."""
    if theirs.turned:
        yield f"has its {name} axis the other way round"
    if theirs.logarithmic != ours.logarithmic:
        yield f"has its {name} axis {'by' if theirs.logarithmic else 'not by'} powers"
    for end, own, found in (
        ("begins", ours.minimum, theirs.minimum),
        ("ends", ours.maximum, theirs.maximum),
    ):
        if found is not None and (own is None or abs(found - own) > 1e-9 * max(1, abs(own))):
            yield f"has an {name} axis that {end} at {found:g}"


def _titled(series: Series, fact: SeriesFacts, stored: StoredBook) -> bool:
    """Whether a series is called as it should be, or not at all."""
    title = fact.title
    if title is None:
        return not isinstance(series.title, Ref)
    if isinstance(series.title, Ref):
        return same(title, series.title)
    if isinstance(title, Area) and title.shape == (1, 1):
        title = Ref(title.sheet, title.top, title.left)
    if isinstance(title, Ref):  # a program may put a constant into a cell of its own
        cell = stored.sheets.get(title.sheet, {}).get((title.row, title.column))
        return cell is not None and cell.formula is None and cell.value == series.title
    # LibreOffice takes a comma for the end of a title in an .ods, and saves what we write for one.
    return isinstance(title, Text) and title.value.replace(ALIKE, COMMA) == series.title


def _untitled(chart: Chart, found: ChartFacts) -> int:
    """How many constant titles of the model a chart of the file does not have."""
    pairs = [
        (chart.title, found.title),
        (chart.x.title, found.x_title),
        (chart.y.title, found.y_title),
    ]
    missing = sum(bool(ours) and not theirs.strip() for ours, theirs in pairs)
    for series, fact in zip(chart.series, found.series, strict=True):
        missing += bool(series.title) and fact.title is None
    return missing


# Settings and what is not there -------------------------------------------------------


def _settings(facts: Facts) -> Iterator[str]:
    if facts.manual:
        yield "the workbook calculates only when it is told to: switch automatic calculation on"
    if facts.as_shown:
        yield "the workbook rounds its numbers to what it shows: switch precision as shown off"
    if facts.iterative and not facts.program.lower().startswith(ITERATES):
        yield "the workbook goes on calculating in circles: switch iterative calculation off"


def _missing(book: Book, stored: StoredBook) -> Iterator[str]:
    """Sentences on what programs leave out."""
    there = [(s, stored.looks[s.name]) for s in book.sheets if s.name in stored.looks]
    for what, names in (
        ("not protected", [s.name for s, look in there if s.protected and not look.protected]),
        (
            "without the colours that rules give to cells",
            [s.name for s, look in there if s.formats and not look.rules],
        ),
        (
            "without some of the limits to what may be typed",
            [s.name for s, look in there if not _validated(s, look)],
        ),
    ):
        if names:
            yield f"{what}: {', '.join(names)}"


def _validated(sheet: Sheet, look: Look) -> bool:
    """Whether all input cells still refuse something."""
    wanted = np.array(
        [
            (row, column)
            for area in (validation.area for validation in sheet.validations)
            for row in range(area.top, area.bottom + 1)
            for column in range(area.left, area.right + 1)
        ]
    ).reshape(-1, 2)
    # A stranger's ranges can be many, and each as large as a sheet.
    for top, left, bottom, right in {limit.area for limit in look.limits}:
        if not len(wanted):
            break
        rows, columns = wanted.T
        inside = (top <= rows) & (rows <= bottom) & (left <= columns) & (columns <= right)
        wanted = wanted[~inside]
    return not len(wanted)


def _extra(book: Book, stored: StoredBook) -> Iterator[str]:
    """Sentences on what the lesson's workbook does not have."""
    names = {sheet.name for sheet in book.sheets}
    sheets = [name for name in stored.sheets if name not in names]
    if sheets:
        yield f"not the lesson's: {'sheet' if len(sheets) == 1 else 'sheets'} {_listed(sheets)}"
    cells = [
        f"{sheet.name}!{address(*place)}"
        for sheet in book.sheets
        for place in sorted(_besides(sheet, stored))
    ]
    if cells:
        yield f"{_count(len(cells), 'cell')} not the lesson's: {_listed(cells)}"


def _besides(sheet: Sheet, stored: StoredBook) -> Iterable[tuple[int, int]]:
    """The cells that hold something where the model has nothing."""
    there = set(stored.sheets.get(sheet.name, ()))
    there -= {place for place, cell in sheet.cells.items() if cell.content is not None}
    for band in sheet.bands:
        columns = range(band.left, band.right + 1)
        there -= {(row, column) for row in band.rows for column in columns}
    held = stored.sheets.get(sheet.name, {})
    return [place for place in there if held[place].value not in (None, "") or held[place].formula]
