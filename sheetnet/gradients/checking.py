"""The gradient check: move each parameter of a workbook, recompute it, compare.

The workbook is anyone's: it is read and recomputed as docs/untrusted.md says, and never changed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from time import monotonic

from sheetnet.errors import SheetnetError, quoted
from sheetnet.expressions.formula import Area
from sheetnet.files.edits import Edits, cell_name
from sheetnet.files.formats import read
from sheetnet.files.stored import CellError, StoredBook, StoredCell, Value
from sheetnet.gradients import TOLERANCE
from sheetnet.gradients.calculators import Computed, compute
from sheetnet.gradients.differences import Slope, slopes
from sheetnet.gradients.hints import hints, notes_on
from sheetnet.gradients.ranges import cells_of, parse_range, range_name
from sheetnet.gradients.result import FLOOR, Entry, GradientCheck, Part, Place
from sheetnet.recalc import Program, watch
from sheetnet.recalc.program import time_for

#: Numbers beyond this have no square in any program.
LARGEST = 1e150
#: Evaluations that a program is asked for at once, at first; and when that took less than so many
#: seconds, twice as many the next time. Between, progress is told.
FIRST_BATCH, LARGEST_BATCH, BATCH_SECONDS = 500, 10_000, 10.0
#: A stored loss that differs by more is mentioned.
STALE = 1e-9

Progress = Callable[[str], None]


def gradcheck(
    path: str | Path,
    loss: str,
    wrt: str | Sequence[str],
    claimed: str | Sequence[str] = (),
    *,
    transposed: bool = False,
    engine: str = "ironcalc",
    tolerance: float = TOLERANCE,
    progress: Progress | None = None,
) -> GradientCheck:
    """The true gradient of a loss in any workbook, beside the one that the workbook claims.

    `loss` is a cell or a range, whose sum is then meant, as "Sheet!B9"; `wrt` one or several
    ranges of parameters; `claimed` the range of the gradient that the workbook shows for each of
    these, of the same shape, or `transposed`. `engine` is a spreadsheet program: where IronCalc
    cannot compute the workbook, LibreOffice does. A claim may differ from the true slope by
    `tolerance`, relative. `progress` is told what goes on.

    Raises `SheetnetError` for a file that is no workbook, for ranges that are not what
    is said of them, and where the loss depends on none of the parameters.
    """
    path = Path(path)
    tell = progress or (lambda what: None)
    if not 0 <= tolerance < 1:
        raise SheetnetError(f"tolerance {tolerance:g}: is no share: use for example 1e-5")
    tell("reading the workbook")
    stored = read(path)
    asked = _ask(path, stored, loss, _several(wrt), _several(claimed), transposed)
    tell("recalculating it as it is")
    with compute(path, engine, stored, [asked.loss, *asked.claimed]) as computed:
        total = _total(path, asked.loss, computed.values.of([asked.loss]))
        claims = {
            place: _claim(path, place, computed.values.value(*place))
            for area in asked.claimed
            for place in cells_of(area)
        }
        found = _slopes(path, computed, asked, total, tell)
    entries = _entries(asked, claims, found, tolerance)
    if all(entry.slope.still for part in entries for entry in part.entries):
        raise SheetnetError(
            f"{path}: {range_name(asked.loss)}, the loss, does not change with any of the cells of "
            "--wrt: name the cells that its formulas lead to"
        )
    notes = [*computed.notes, *_stale(stored, asked.loss, total, computed.program)]
    notes += [*notes_on(entries), *hints(entries, transposed=transposed)]
    program = computed.program
    return GradientCheck(
        path, program.name, program.version(), asked.loss, total, tolerance, entries, notes
    )


def _several(ranges: str | Sequence[str]) -> list[str]:
    return [ranges] if isinstance(ranges, str) else list(ranges)


@dataclass(frozen=True)
class _Asked:
    """The ranges that were asked for, and the parameters' values; `claimed` may be empty."""

    loss: Area
    wrt: list[Area]
    claimed: list[Area]
    values: dict[Place, float]
    transposed: bool


def _ask(
    path: Path,
    stored: StoredBook,
    loss: str,
    wrt: Sequence[str],
    claimed: Sequence[str],
    transposed: bool,
) -> _Asked:
    """The ranges. Raises `SheetnetError` where they are not what they should be."""
    sheets = list(stored.sheets)
    if not wrt:
        raise SheetnetError(f"{path}: no parameters are named: name their cells with --wrt")
    if claimed and len(claimed) != len(wrt):
        raise SheetnetError(
            f"{path}: --claimed is given {len(claimed)} times and --wrt {len(wrt)} times: name a "
            "claimed range for each range of parameters, in the same order"
        )
    if transposed and not claimed:
        raise SheetnetError(f"{path}: --transposed: nothing is claimed: add --claimed")
    total = parse_range(loss, "--loss", path, sheets)
    if not any(_stored(stored, place).formula is not None for place in cells_of(total)):
        raise SheetnetError(
            f"{path}: --loss {quoted(loss)}: holds no formula: name the cell that computes the loss"
        )
    parameters = [parse_range(text, "--wrt", path, sheets) for text in wrt]
    claims = [parse_range(text, "--claimed", path, sheets) for text in claimed]
    for parameter, claim in zip(parameters, claims, strict=bool(claims)):
        _refuse_other_shape(path, parameter, claim, transposed)
    values = {
        place: _parameter(path, place, _stored(stored, place))
        for area in parameters
        for place in cells_of(area)
    }
    return _Asked(total, parameters, claims, values, transposed)


def _stored(stored: StoredBook, place: Place) -> StoredCell:
    sheet, row, column = place
    return stored.sheets[sheet].get((row, column), StoredCell(None, None))


def _parameter(path: Path, place: Place, cell: StoredCell) -> float:
    what = f"{path}: {cell_name(*place)}, a parameter,"
    if cell.formula is not None:
        raise SheetnetError(
            f"{what} holds a formula: name the cells with the numbers that it is computed from"
        )
    if (value := _number(cell.value)) is None:
        raise SheetnetError(f"{what} {_instead(cell.value)}: name cells that hold numbers")
    if abs(value) > LARGEST:
        raise SheetnetError(f"{what} is {value:g}: use numbers of at most {LARGEST:g}")
    return value


def _claim(path: Path, place: Place, value: Value) -> float:
    if (number := _number(value)) is None:
        raise SheetnetError(
            f"{path}: {cell_name(*place)}, a claimed slope, {_instead(value)}: name cells that "
            "show numbers"
        )
    return number


def _number(value: Value) -> float | None:
    if isinstance(value, float | int) and not isinstance(value, bool):
        return float(value)
    return None


def _instead(value: Value) -> str:
    """What a cell is, where a number should be."""
    if value is None:
        return "is empty"
    if isinstance(value, CellError):
        return f"shows the error {quoted(value, marks=False)}"
    return f"holds {quoted(value) if isinstance(value, str) else str(value).upper()}, no number"


def _refuse_other_shape(path: Path, parameter: Area, claim: Area, transposed: bool) -> None:
    wanted = parameter.shape[::-1] if transposed else parameter.shape
    if claim.shape == wanted:
        return
    turned = ""
    if claim.shape == wanted[::-1]:
        turned = ", or leave --transposed out" if transposed else ", or add --transposed"
    raise SheetnetError(
        f"{path}: {range_name(claim)} has {_size(claim.shape)} cells, but for "
        f"{range_name(parameter)} it takes {_size(wanted)}: name a range of that shape{turned}"
    )


def _size(shape: tuple[int, int]) -> str:
    return f"{shape[0]:,} × {shape[1]:,}"


def _total(path: Path, area: Area, values: Sequence[Value]) -> float:
    """The loss: a sum over what is not empty. Raises `SheetnetError`."""
    for place, value in zip(cells_of(area), values, strict=True):
        if _number(value) is None and (value is not None or len(values) == 1):
            raise SheetnetError(
                f"{path}: {cell_name(*place)}, in the loss, {_instead(value)}: name cells that "
                "show numbers, or mend the formula"
            )
    return _sum(values)


def _sum(values: Sequence[Value]) -> float:
    """The sum of the numbers; nan where something else has come up."""
    numbers = [_number(value) for value in values if value is not None]
    return math.fsum(math.nan if number is None else number for number in numbers)


def _stale(stored: StoredBook, area: Area, total: float, program: Program) -> Iterator[str]:
    values = [_stored(stored, place).value for place in cells_of(area)]
    cached = _sum(values)
    if any(value is not None for value in values) and not math.isclose(
        cached, total, rel_tol=STALE, abs_tol=STALE
    ):
        yield (
            f"the file stores {cached:.10g} as the loss, {program.title} computes {total:.10g}: "
            "the check is about the latter"
        )


def _slopes(
    path: Path, computed: Computed, asked: _Asked, total: float, tell: Progress
) -> dict[Place, Slope]:
    places = list(asked.values)
    # The first set moves nothing: a loss that changes by itself has no slope.
    losses = _losses(path, computed.program, 1, lambda first, last: [{}], asked.loss, tell)
    if losses != [total]:
        raise SheetnetError(
            f"{path}: {range_name(asked.loss)}, the loss, changes each time it is computed "
            f"({total:.10g}, {losses[0]:.10g}): take what is random (as RAND) out of it"
        )

    def evaluate(moves: list[tuple[int, float]]) -> list[float]:
        def edits(first: int, last: int) -> list[Edits]:
            return [{places[number]: value} for number, value in moves[first:last]]

        return _losses(path, computed.program, len(moves), edits, asked.loss, tell)

    return dict(zip(places, slopes(list(asked.values.values()), total, evaluate), strict=True))


def _losses(
    path: Path,
    program: Program,
    count: int,
    edits: Callable[[int, int], list[Edits]],
    area: Area,
    tell: Progress,
) -> list[float]:
    """The loss after each of `count` sets of edits; `edits` gives those from one to another."""
    result: list[float] = []
    batch = FIRST_BATCH
    while len(result) < count:
        if result:
            tell(f"{len(result):,} of {count:,} evaluations")
        now = edits(len(result), min(count, len(result) + batch))
        # The time of one recalculation for each 60 of them: those that follow do not load it.
        timeout = time_for(path) * (1 + len(now) / 60)
        start = monotonic()
        result += map(_sum, watch(path, program, now, [area], timeout=timeout))
        if monotonic() - start < BATCH_SECONDS:
            batch = min(2 * batch, LARGEST_BATCH)
    return result


def _entries(
    asked: _Asked, claims: dict[Place, float], found: dict[Place, Slope], tolerance: float
) -> tuple[Part, ...]:
    trusted = (abs(slope.value) for slope in found.values() if slope.trusted)
    floor = FLOOR * max(trusted, default=0.0)
    parts = []
    for wrt, claimed in zip_longest(asked.wrt, asked.claimed):
        entries = []
        for place in cells_of(wrt):
            slope = found[place]
            claim = None
            allowed = floor + tolerance * slope.size + slope.doubt
            if claimed is not None:
                down, right = place[1] - wrt.top, place[2] - wrt.left
                if asked.transposed:
                    down, right = right, down
                claim = claimed.sheet, claimed.top + down, claimed.left + right
            value = claims[claim] if claim else None
            entries.append(Entry(place, asked.values[place], slope, allowed, claim, value))
        parts.append(Part(wrt, claimed, tuple(entries)))
    return tuple(parts)
