"""The program that computes a stranger's workbook: the one asked for, or one that can."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sheetnet.errors import SheetnetError, quoted
from sheetnet.expressions.formula import Area
from sheetnet.files.edits import cell_name
from sheetnet.files.stored import CellError, StoredBook
from sheetnet.gradients.ranges import cells_of
from sheetnet.gradients.result import Place
from sheetnet.recalc import PROGRAMS, Program, ProgramError, Values, recalculate

#: Who computes what another program cannot.
INSTEAD = {"ironcalc": "libreoffice"}


@dataclass(frozen=True)
class Computed:
    """A program at work, and the values that it computed of the workbook as it is."""

    program: Program
    values: Values
    notes: list[str] = field(default_factory=list)


@contextmanager
def compute(
    path: Path, engine: str, stored: StoredBook, areas: Sequence[Area]
) -> Iterator[Computed]:
    """Let a program compute the workbook, and keep it at work for what follows.

    Where `engine` cannot compute formulas that the file's own program could, another one does,
    if it is installed; what the cells of `areas` show has to be right in any case. Raises
    `SheetnetError`.
    """
    if engine not in PROGRAMS:
        raise SheetnetError(f"{engine}: no such engine: use one of {', '.join(PROGRAMS)}")
    program = PROGRAMS[engine]
    other = PROGRAMS[INSTEAD[engine]] if engine in INSTEAD else None
    values, reason = None, None
    notes: list[str] = []
    with program.at_work() as working:
        try:
            values = _values(path, working, areas)
        except SheetnetError as error:
            # Its sentence names the file and a remedy, as ours does.
            if other is None or not program.is_installed() or not other.is_installed():
                raise
            reason = f"{program.title} cannot compute it ({_reason(path, error)})"
        if values is not None:
            failed = _failed(stored, values, areas) if other else None
            if failed is None:
                yield Computed(working, values)
                return
            place, needed = failed
            shown = quoted(values.value(*place), marks=False)
            reason = (
                f"{program.title} shows {shown} in {cell_name(*place)}, where the file's own "
                "value is no error"
            )
            assert other is not None
            if not other.is_installed():
                if needed:
                    raise ProgramError(f"{path}: {reason}: {other.remedy}")
                notes.append(
                    f"{reason}: if the loss depends on that cell, {other.remedy} and check again"
                )
                yield Computed(working, values, notes)
                return
    assert other is not None
    with other.at_work() as working:
        notes.append(f"{reason}: {other.title} computed the workbook instead")
        yield Computed(working, _values(path, working, areas), notes)


def _values(path: Path, program: Program, areas: Sequence[Area]) -> Values:
    values = recalculate(path, program)[0]
    for area in areas:
        if area.sheet not in values.rows:
            reason = f"finds no sheet {quoted(area.sheet)}"
            raise program.error(path, reason, "give the sheet a plain name")
    return values


def _reason(path: Path, error: SheetnetError) -> str:
    return str(error).removeprefix(f"{path}: ").rpartition(": ")[0] or str(error)


def _failed(stored: StoredBook, values: Values, areas: Sequence[Area]) -> tuple[Place, bool] | None:
    """A cell that shows an error the file does not store, and whether it is one of `areas`.

    In other cells that counts only where the file stores a value at all.
    """
    for area in areas:
        for place in cells_of(area):
            cell = stored.sheets[place[0]].get(place[1:])
            if _is_error(values, place) and not isinstance(cell and cell.value, CellError):
                return place, True
    for sheet, cells in stored.sheets.items():
        for (row, column), (value, formula) in cells.items():
            if formula is None or value is None or isinstance(value, CellError):
                continue
            if _is_error(values, (sheet, row, column)):
                return (sheet, row, column), False
    return None


def _is_error(values: Values, place: Place) -> bool:
    return place[0] in values.rows and isinstance(values.value(*place), CellError)
