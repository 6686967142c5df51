"""The index of a finished workbook, read back: where every quantity stands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sheetnet.errors import SheetnetError
from sheetnet.expressions.dialects import address, parse_area
from sheetnet.files.reading import StoredBook, StoredCell, read
from sheetnet.sheets.index import NAME
from sheetnet.workbook.blocks import AXES, Block


@dataclass(frozen=True)
class Index:
    """What the sheet Index says.

    `lesson` is the lesson file's text without the arrays that stand in blocks,
    `originals` are the blocks that hold the lesson's own values of them.
    """

    version: str
    lesson: str
    blocks: tuple[Block, ...]
    originals: tuple[Block, ...]


def inspect(path: str | Path) -> dict[str, Any]:
    """The index of a workbook as plain data (docs/index.md describes it).

    Raises `SheetnetError` for a file that is no workbook of ours.
    """
    index = read_index(Path(path), read(Path(path), only={NAME}))
    return {
        "lesson": index.lesson,
        "version": index.version,
        "blocks": [_plain(block) | {"live": block.live} for block in index.blocks],
        "originals": [_plain(block) for block in index.originals],
    }


def _plain(block: Block) -> dict[str, Any]:
    return {
        "quantity": block.quantity,
        "layer": block.layer,
        "sheet": block.sheet,
        "range": block.range,
        "rows": list(block.rows),
        "columns": list(block.columns),
        "lengths": dict(block.lengths),
    }


def read_index(path: Path, book: StoredBook) -> Index:
    """The index out of a workbook's cells. Raises `SheetnetError` where it lies."""
    if NAME not in book.sheets:
        raise SheetnetError(f"{path}: has no sheet {NAME}: build it with `sheetnet build`")
    rows: dict[int, dict[int, Any]] = {}
    for (row, column), cell in book.sheets[NAME].items():
        if column <= 9:
            rows.setdefault(row, {})[column] = cell.value
    blocks: dict[str, list[Block]] = {"block": [], "original": []}
    version, lines = "", []
    for number in sorted(rows):
        cells = rows[number]
        match cells.get(1):
            case "block" | "original" as kind:
                blocks[kind].append(_block(path, number, cells, book))
            case "version":
                version = str(cells.get(2, ""))
            case "lesson":
                lines.append(_text(cells.get(2)))
            case "lesson+" if lines:
                lines[-1] += _text(cells.get(2))
    if not lines or not blocks["block"]:
        raise SheetnetError(f"{path}: its sheet {NAME} names no lesson or no blocks: build it anew")
    return Index(version, "\n".join(lines), tuple(blocks["block"]), tuple(blocks["original"]))


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _block(path: Path, row: int, cells: dict[int, Any], book: StoredBook) -> Block:
    try:
        lengths = {
            axis: int(length)
            for axis, _, length in (
                part.strip().partition("=") for part in _text(cells.get(8)).split(",") if part
            )
        }
        top, left, bottom, right = parse_area(_text(cells.get(5)))
        block = Block(
            quantity=_text(cells[2]),
            layer=None if cells.get(3) is None else int(cells[3]),
            sheet=_text(cells[4]),
            top=top,
            left=left,
            rows=_axes(cells.get(6)),
            columns=_axes(cells.get(7)),
            lengths=lengths,
            live=cells.get(9) != "no",
        )
        axes = block.rows + block.columns
        fits = (
            (block.bottom, block.right) == (bottom, right)
            and set(axes) == set(lengths)
            and len(axes) == len(lengths)
            and set(axes) <= set(AXES)
            and min(lengths.values(), default=1) >= 1
            and block.sheet in book.sheets
            and (block.layer is None or block.layer >= 1)
        )
    except (KeyError, ValueError, TypeError, OverflowError):
        fits = False
    if not fits:
        raise SheetnetError(
            f"{path}: row {row} of its sheet {NAME} contradicts itself: build the workbook anew"
        )
    return block


def _axes(value: Any) -> tuple[str, ...]:
    return tuple(part.strip() for part in _text(value).split(",") if part.strip())


def number_at(book: StoredBook, path: Path, sheet: str, row: int, column: int) -> float:
    """The number that a cell holds. Raises `SheetnetError` that names the cell otherwise."""
    cell = book.sheets[sheet].get((row, column), StoredCell(None, None))
    if isinstance(cell.value, bool) or not isinstance(cell.value, float | int):
        held = "nothing" if cell.value is None else repr(cell.value)
        if cell.formula is not None:
            held = "a formula"
        raise SheetnetError(
            f"{path}: {sheet}!{address(row, column)} holds {held}: type a number there"
        )
    return float(cell.value)
