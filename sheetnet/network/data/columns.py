"""Inputs and targets out of the columns of a table: numbers, or classes by their names."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sheetnet.errors import SheetnetError, quoted
from sheetnet.lessons.bounds import LARGEST, check_numbers
from sheetnet.network.data.table import (
    LONGEST_NAME,
    NOT_FINITE,
    NUMBER,
    OTHER_NUMBER,
    Table,
    like_number,
    mostly_numbers,
)
from sheetnet.network.losses import Loss
from sheetnet.workbook.knobs import SMALLEST

Numbers = list[list[float]]
Column = int | str
#: A number whose comma parts thousands, or is a decimal one.
THOUSANDS = re.compile(r"[+-]?[0-9]{1,3},[0-9]{3}")
#: Classes that an error names.
NAMED = 5


@dataclass(frozen=True)
class Wanted:
    """What the network takes: so many inputs, so many outputs, targets for this loss."""

    inputs: int
    outputs: int
    loss: Loss


@dataclass(frozen=True)
class Examples:
    """Examples as a lesson has them; `classes` and `columns` are empty where they have no names."""

    inputs: Numbers
    targets: Numbers
    classes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


def examples_of(
    table: Table,
    wanted: Wanted,
    input_columns: Sequence[Column] | None,
    target_columns: Sequence[Column] | None,
    classes: tuple[str, ...],
) -> Examples:
    """The examples in a table. Raises `ValueError` with file, row and column, or the field.

    The target is the last column unless told, the inputs are all that are no target. One
    column of targets holds classes where `classes` are given, where most of it is text, and where
    the loss asks for targets between bounds (the cross entropies do) and it is not already a
    column of such numbers for one output unit. All other columns hold numbers.
    """
    if table.width < 2:
        raise ValueError(
            f"data.csv: {table.file}: has one column: write inputs and a target, parted by commas"
        )
    targets = _chosen(table, target_columns, "data.target_columns") or [table.width - 1]
    inputs = _chosen(table, input_columns, "data.input_columns")
    if inputs and target_columns is None and targets[0] in inputs:
        raise ValueError(
            f"data.target_columns: is left out, and {table.column(targets[0])}, the last one, is "
            "an input: name the target"
        )
    inputs = inputs or sorted(set(range(table.width)) - set(targets))
    check_inputs(len(inputs), wanted, f"data.csv: {table.file}", ", or name the data.input_columns")
    names = tuple(table.names[j] for j in inputs) if table.names else ()
    numbers = _numbers(table, inputs, "data.input_columns")
    if len(targets) == 1 and (classes or _holds_classes(table, targets[0], wanted)):
        found, labels = _classes(table, targets[0], classes)
        what = f"data.csv: {table.file}: {table.column(targets[0])}"
        return Examples(numbers, encoded(labels, found, wanted, what), found, names)
    if len(targets) != wanted.outputs:
        count = len(targets)
        raise ValueError(
            f"data.csv: {table.file}: has {count} column{'s' * (count != 1)} of target numbers, "
            f"and network.layers[-1].units is {wanted.outputs}: set it to {count}, or name the "
            f"data.target_columns{_not_classes(wanted)}"
        )
    if not classes and table.names and wanted.loss.fused_with == "softmax":
        classes = tuple(table.names[j] for j in targets)
    answers = _numbers(table, targets, "data.target_columns")
    _check_bounds(table, targets, answers, wanted.loss)
    return Examples(numbers, answers, classes, names)


def check_inputs(count: int, wanted: Wanted, what: str, otherwise: str = "") -> None:
    """Refuse more or fewer inputs than the network has."""
    if count != wanted.inputs:
        raise ValueError(
            f"{what}: has {count} input{'s' * (count != 1)}, and network.inputs is "
            f"{wanted.inputs}: set network.inputs = {count}{otherwise}"
        )


def encoded(labels: Sequence[int], classes: tuple[str, ...], wanted: Wanted, what: str) -> Numbers:
    """Classes as targets: 0 or 1 of one output unit, or one-hot, a unit for each class.

    `labels` are places in `classes`. Raises `ValueError` that begins with `what`.
    """
    count, outputs = len(classes), wanted.outputs
    if count == 2 and outputs == 1:
        return [[float(label)] for label in labels]
    if count != outputs:
        named = ", ".join(quoted(name[:20]) for name in classes[:NAMED])
        more = ", …" if count > NAMED else ""
        ways = "1 or 2" if count == 2 else f"{count:,}"
        raise ValueError(
            f"{what}: has {count:,} classes ({named}{more}), and network.layers[-1].units is "
            f"{outputs}: set it to {ways}{_alike(classes)}"
        )
    return [[float(label == place) for place in range(count)] for label in labels]


def _alike(classes: tuple[str, ...]) -> str:
    """Two names that may be meant as one, if there are any."""
    met: dict[str, str] = {}
    for name in classes:
        other = met.setdefault(name.casefold().replace(" ", ""), name)
        if other != name:
            return f", or write {quoted(other[:20])} and {quoted(name[:20])} alike"
    return ""


def _not_classes(wanted: Wanted) -> str:
    """What to write for classes in a column of numbers."""
    if wanted.loss.bounds:
        return ""
    return (
        '; numbers are classes with network.loss = "cross_entropy", or where data.classes names '
        "them"
    )


def _chosen(table: Table, columns: Sequence[Column] | None, field: str) -> list[int]:
    """The columns of that names or numbers, counted from 0."""
    found: dict[int, None] = {}
    for i, column in enumerate(columns or ()):
        where = f"{field}[{i}]"
        if isinstance(column, int):
            place = column - 1
            if not 0 <= place < table.width:
                raise ValueError(
                    f"{where}: is {column}, and {table.file} has the columns 1 to {table.width}: "
                    "write one of these"
                )
        else:
            place = _named(table, column, where)
        if place in found:
            raise ValueError(f"{where}: names {table.column(place)} again: take it out")
        found[place] = None
    return [*found]


def _named(table: Table, name: str, where: str) -> int:
    if not table.names:
        raise ValueError(
            f"{where}: {table.file} has no header: write the column's number, counted from 1, or "
            "data.header = true"
        )
    if name in table.names:
        return table.names.index(name)
    near = difflib.get_close_matches(name[:LONGEST_NAME], table.names[:1000], 1, 0.5)
    known = ", ".join(table.names[:NAMED]) + ", …" * (len(table.names) > NAMED)
    hint = f"did you mean {quoted(near[0])}?" if near else f"use one of {known}"
    raise ValueError(f"{where}: {table.file} has no column {quoted(name[:LONGEST_NAME])}: {hint}")


def _numbers(table: Table, columns: list[int], field: str) -> Numbers:
    """The numbers of some columns; `field` is the key that names others."""
    return [[_number(table, i, j, field) for j in columns] for i in range(len(table.rows))]


def _number(table: Table, row: int, column: int, field: str) -> float:
    cell = table.rows[row][column]
    if not NUMBER.fullmatch(cell):
        remedy = _no_number(cell)
        if not any(like_number(other[column]) for other in table.rows):
            remedy += f"; the whole column is text, which naming the {field} leaves out"
        raise ValueError(f"data.csv: {table.place(row, column)}: {remedy}")
    number = float(cell)
    if number and not SMALLEST <= abs(number) <= LARGEST:
        _refuse(f"data.csv: {table.place(row, column)}", number)
    return number


def _refuse(where: str, number: float) -> None:
    """What a lesson file may not hold either."""
    if abs(number) > LARGEST:
        raise ValueError(f"{where}: is beyond {LARGEST:g}, which not all programs can hold")
    try:
        check_numbers({where: number}, "")
    except SheetnetError as error:
        raise ValueError(str(error).removeprefix(": ")) from None


def _no_number(cell: str) -> str:
    """What stands there in place of a number, and what to write."""
    if not cell:
        return "is empty: write the number, or take the row out"
    shown = quoted(cell[:40])
    if NOT_FINITE.fullmatch(cell):
        return f"is {shown}: write a finite number, or take the row out"
    if "," in cell and OTHER_NUMBER.fullmatch(cell):
        if THOUSANDS.fullmatch(cell):
            plain, point = cell.replace(",", ""), cell.replace(",", ".")
            return (
                f"{shown} has a comma: write {plain[:40]}, or {point[:40]} if it is a decimal comma"
            )
        point = cell.replace(",", ".")
        instead = f" ({point[:40]})" if NUMBER.fullmatch(point) else ""
        return f"{shown} has a comma: write a point{instead}, and no marks between thousands"
    if like_number(cell):
        return f"{shown} is no number here: write it without marks between thousands"
    return f"{shown} is no number: write one, or take the row out"


def _holds_classes(table: Table, column: int, wanted: Wanted) -> bool:
    cells = [row[column] for row in table.rows]
    if not mostly_numbers(cells):
        return True
    loss = wanted.loss
    if loss.bounds is None:
        return False
    if wanted.outputs > 1 or loss.whole or not all(map(NUMBER.fullmatch, cells)):
        return True
    numbers = set(map(float, cells))
    low, high = loss.bounds
    return numbers <= {0.0, 1.0} or not all(low <= number <= high for number in numbers)


def _classes(
    table: Table, column: int, given: tuple[str, ...]
) -> tuple[tuple[str, ...], list[int]]:
    """The names of a column's classes in their order, and the class of each row.

    The order is the lesson's where it names them, else that of numbers, or of the alphabet.
    """
    cells = [_class(row[column]) for row in table.rows]
    for i, cell in enumerate(cells):
        if not cell or len(cell) > LONGEST_NAME:
            what = "is empty: write the class" if not cell else "is no name of a class: shorten it"
            raise ValueError(f"data.csv: {table.place(i, column)}: {what}, or take the row out")
    places = {_class(name): place for place, name in enumerate(given)}
    if len(places) < len(given):
        raise ValueError("data.classes: names one class twice: take one of them out")
    if not given:
        numbers = all(map(NUMBER.fullmatch, cells))
        names = sorted(set(cells), key=float if numbers else None)
        places = {name: place for place, name in enumerate(names)}
        if len(names) == 1:
            raise ValueError(
                f"data.csv: {table.file}: {table.column(column)} has one class, "
                f"{quoted(names[0])}: add examples of another, or name both in data.classes"
            )
        given = tuple(names)
    for i, cell in enumerate(cells):
        if cell not in places:
            near = difflib.get_close_matches(cell, given[:1000], 1, 0.5)
            hint = f"did you mean {quoted(near[0])}?" if near else "add it there, or mend the cell"
            raise ValueError(
                f"data.csv: {table.place(i, column)}: {quoted(cell)} is none of data.classes: "
                f"{hint}"
            )
    return given, [places[cell] for cell in cells]


def _class(cell: str) -> str:
    """A class's name; numbers that are equal are one class, however they are written."""
    if not NUMBER.fullmatch(cell):
        return cell
    number = float(cell)
    return f"{number:.0f}" if abs(number) < 1e15 and number == int(number) else repr(number)


def _check_bounds(table: Table, columns: list[int], targets: Numbers, loss: Loss) -> None:
    """Targets that the loss does not take, by row and column."""
    if loss.bounds is None:
        return
    low, high = loss.bounds
    for i, row in enumerate(targets):
        for column, target in zip(columns, row, strict=True):
            if not low <= target <= high or (loss.whole and target != int(target)):
                allowed = f"{low:g} or {high:g}" if loss.whole else f"from {low:g} to {high:g}"
                raise ValueError(
                    f"data.csv: {table.place(i, column)}: is {target:g}, but {loss.name} asks for "
                    f"targets {'of ' if loss.whole else ''}{allowed}"
                )
