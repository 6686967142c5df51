"""A workbook as a file stores it: formulas and cached values, without their looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class CellError(str):
    """An error value such as #REF!; a text that only looks like one is a plain `str`."""

    __slots__ = ()


Value = float | str | bool | CellError | None


class StoredCell(NamedTuple):
    """A cell that holds something.

    `value` is the constant or the cached value. `formula` is the text without its equals
    sign, in the file's own language (`openformula` translates that of .ods files);
    "" where the formula stands elsewhere (the cells that a shared or an array formula fills,
    its first apart), None where there is none.
    """

    # A named tuple is made in half the time of a frozen dataclass: there are millions.
    value: Value
    formula: str | None


#: top, left, bottom, right
Corners = tuple[int, int, int, int]
#: The style and the length of each piece of a text.
Runs = tuple[tuple[str, int], ...]


class NamedText(NamedTuple):
    """A defined name and the range or formula that it stands for, for one sheet or for all."""

    name: str
    sheet: str | None
    text: str


class RuleText(NamedTuple):
    """A rule for the looks of cells: the first range it holds for, its condition, in the file's
    language and written for the first cell, and the style that it gives; or a colour scale's
    colours as they are written, and the numbers where each stands, where it is a number."""

    area: Corners
    condition: str = ""
    style: str = ""
    colours: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()


class LimitText(NamedTuple):
    """What may be typed into a range: its condition or its bounds as they are written."""

    area: Corners
    text: str


@dataclass
class Look:
    """What a sheet says besides what its cells hold.

    `styles` is how the file calls the style of each cell that holds something, `drawings` what
    its pictures and charts hang on. `limits` are the ranges that refuse some entries, `links` where
    a click on a cell leads; `rules` say which cells look otherwise when, `covered` are the ranges
    that show a bar or a sign and not their numbers. `hidden_rows` and `hidden_columns` are the
    first and the last of those that are not shown, `merged` the ranges of joined cells. `runs` are
    the pieces of texts in several looks, each by its style and its length; `notes` the texts of
    notes, `misprinted` what a file shows beside numbers that are others; `style` is the sheet's
    own, as far as the cells' part says so.
    """

    styles: dict[tuple[int, int], str] = field(default_factory=dict)
    drawings: list[str] = field(default_factory=list)
    limits: list[LimitText] = field(default_factory=list)
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    protected: bool = False
    hidden_rows: list[tuple[int, int]] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[Corners] = field(default_factory=list)
    covered: list[Corners] = field(default_factory=list)
    runs: dict[tuple[int, int], Runs] = field(default_factory=dict)
    notes: dict[tuple[int, int], str] = field(default_factory=dict)
    rules: list[RuleText] = field(default_factory=list)
    misprinted: dict[tuple[int, int], str] = field(default_factory=dict)
    style: str = ""


@dataclass(frozen=True)
class StoredBook:
    """The sheets' names in their order, each with its cells by (row, column) from 1.

    By sheet, `arrays` are the ranges (top, left, bottom, right) that array formulas fill, and
    `shared` tells for a cell whose formula is that of another one, filled on, which one.
    `open_formula` says in which language formulas are, and the texts of `names`.
    """

    sheets: dict[str, dict[tuple[int, int], StoredCell]]
    arrays: dict[str, list[Corners]] = field(default_factory=dict)
    shared: dict[str, dict[tuple[int, int], tuple[int, int]]] = field(default_factory=dict)
    looks: dict[str, Look] = field(default_factory=dict)
    names: list[NamedText] = field(default_factory=list)
    open_formula: bool = False
