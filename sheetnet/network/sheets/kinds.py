"""What a sheet of a network's workbook declares.

To add a sheet, write a `SheetKind` in a module of its own and name it in `book.SHEETS`; a
panel is a sheet that a lesson file asks for by name, and is named in `book.PANELS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sheetnet.network.lesson import Lesson
from sheetnet.network.numbers import Derived
from sheetnet.network.sheets.context import Context
from sheetnet.workbook.model import Sheet


def _nothing(context: Context) -> None:
    """A sheet without knobs of its own."""


@dataclass(frozen=True)
class SheetKind:
    """One sheet, or several of a kind.

    `applies(context)` says whether a lesson has it, `place(context)` gives its knobs their
    cells before any sheet is filled, `fill(context)` writes it. `derived` are the quantities
    of its own that it shows. `refuses(lesson)` says why a lesson that names
    the panel cannot have it, and the remedy; nothing where it can.
    """

    name: str
    fill: Callable[[Context], Sequence[Sheet]]
    applies: Callable[[Context], bool] = lambda context: True
    place: Callable[[Context], None] = _nothing
    derived: tuple[Derived, ...] = ()
    refuses: Callable[[Lesson], str] = lambda lesson: ""


def by_name(kinds: Sequence[SheetKind]) -> dict[str, Derived]:
    """All derived quantities of some sheets, by name."""
    return {one.quantity.name: one for kind in kinds for one in kind.derived}
