"""The index of a finished workbook, read back: where every quantity stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sheetnet.errors import LONGEST_WORD, SheetnetError, cut
from sheetnet.expressions.dialects import parse_area
from sheetnet.files.formats import read
from sheetnet.files.stored import StoredBook, StoredCell
from sheetnet.sheets.index import NAME
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.knobs import Array, Key

MOST_BLOCKS = 10_000
#: In how many blocks a cell stands, on the average.
MOST_SHOWN = 4
#: Characters of a version.
LONGEST_VERSION = 40
#: Names of quantities and axes.
IDENTIFIER = re.compile("[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True)
class Index:
    """What the sheet Index says.

    `format` is that of the workbook (1 where the index does not say), `lesson` is the lesson
    file's text without the arrays that stand in blocks, `originals` are the blocks that hold
    the lesson's own values of them, `digest` is what those values hash to ("" if unknown).
    """

    version: str
    format: int
    digest: str
    lesson: str
    blocks: tuple[Block, ...]
    originals: tuple[Block, ...]


def inspect(path: str | Path) -> dict[str, Any]:
    """The index of a workbook as plain data (docs/index.md describes it).

    Raises `SheetnetError` for a file that is no workbook of ours.
    """
    index = read_index(Path(path), read(Path(path), only={NAME}), whole=False)
    return {
        "lesson": index.lesson,
        "version": index.version,
        "format": index.format,
        "blocks": [_plain(block) | {"live": block.live} for block in index.blocks],
        "originals": [_plain(block) for block in index.originals],
    }


def _plain(block: Block) -> dict[str, Any]:
    plain = {
        "quantity": block.quantity,
        "layer": block.layer,
        "sheet": block.sheet,
        "range": block.range,
        "rows": list(block.rows),
        "columns": list(block.columns),
        "lengths": dict(block.lengths),
    }
    return plain | ({"at": dict(block.at)} if block.at else {})


def read_index(path: Path, book: StoredBook, *, whole: bool = True) -> Index:
    """The index out of a workbook's cells. Raises `SheetnetError` where it lies.

    In a book that was read `whole`, its blocks may name no more cells than there are.
    """
    if NAME not in book.sheets:
        raise SheetnetError(f"{path}: has no sheet {NAME}: build it with `sheetnet build`")
    rows: dict[int, dict[int, Any]] = {}
    for (row, column), cell in book.sheets[NAME].items():
        if column <= 10:
            rows.setdefault(row, {})[column] = cell.value
    blocks: dict[str, list[Block]] = {"block": [], "original": []}
    facts, lines = {"version": "", "format": "1", "digest": ""}, []
    for number in sorted(rows):
        cells = rows[number]
        match cells.get(1):
            case "block" | "original" as kind:
                blocks[kind].append(_block(path, number, cells, book))
                if len(blocks[kind]) > MOST_BLOCKS:
                    raise SheetnetError(
                        f"{path}: its sheet {NAME} names more than {MOST_BLOCKS:,} blocks: build "
                        "the workbook anew"
                    )
            case "version" | "format" | "digest" as fact:
                facts[fact] = _text(cells.get(2))
            case "lesson":
                lines.append(_text(cells.get(2)))
            case "lesson+" if lines:
                lines[-1] += _text(cells.get(2))
    if not lines or not blocks["block"]:
        raise SheetnetError(f"{path}: its sheet {NAME} names no lesson or no blocks: build it anew")
    if not re.fullmatch(r"[1-9]\d{0,5}(\.0)?", facts["format"]):
        raise SheetnetError(f"{path}: its sheet {NAME} names no format: build the workbook anew")
    if whole:
        _refuse_the_large(path, [*blocks["block"], *blocks["original"]], book)
    return Index(
        cut(facts["version"], LONGEST_VERSION),
        int(float(facts["format"])),
        facts["digest"],
        "\n".join(lines),
        tuple(blocks["block"]),
        tuple(blocks["original"]),
    )


def _refuse_the_large(path: Path, blocks: list[Block], book: StoredBook) -> None:
    """A cell may stand in several blocks, but not in any number of them."""
    cells = sum(map(len, book.sheets.values()))
    if sum(block.height * block.width for block in blocks) > MOST_SHOWN * cells:
        raise SheetnetError(
            f"{path}: the blocks that its sheet {NAME} names have more cells than the workbook: "
            "build the workbook anew"
        )


def originals(path: Path, index: Index, book: StoredBook) -> dict[Key, Array]:
    """The lesson's own values, as the workbook keeps them. Raises `SheetnetError`."""
    found: dict[Key, Array] = {}
    for block in index.originals:
        values = []
        for place in block.cells:
            value = book.sheets[block.sheet].get(place, StoredCell(None, None)).value
            if isinstance(value, bool) or not isinstance(value, float | int | str):
                raise SheetnetError(
                    f"{path}: {block.sheet}!{block.range} lacks values of the lesson: build "
                    "the workbook anew"
                )
            values.append(value)
        kind = object if any(isinstance(value, str) for value in values) else np.float64
        found[block.quantity, block.layer] = np.array(values, kind).reshape(block.shape)
    return found


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _block(path: Path, row: int, cells: dict[int, Any], book: StoredBook) -> Block:
    try:
        lengths, at = _lengths(cells.get(8)), _lengths(cells.get(10))
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
            at=at,
        )
        axes = block.rows + block.columns
        fits = (
            (block.bottom, block.right) == (bottom, right)
            and set(axes) == set(lengths)
            and len(axes) == len(lengths)
            and all(IDENTIFIER.fullmatch(name) for name in (block.quantity, *axes, *at))
            and min(lengths.values(), default=1) >= 1
            and min(at.values(), default=0) >= 0
            and block.sheet in book.sheets
            and (block.layer is None or block.layer >= 1)
        )
    except (KeyError, ValueError, TypeError, OverflowError):
        fits = False
    name = _text(cells.get(4))
    if name and name not in book.sheets:
        raise SheetnetError(
            f"{path}: its sheet {cut(name, LONGEST_WORD)!r} is gone, which its sheet {NAME} names: "
            "give it this name again, or build the workbook anew"
        )
    if not fits:
        raise SheetnetError(
            f"{path}: row {row} of its sheet {NAME} contradicts itself: build the workbook anew"
        )
    return block


def _lengths(value: Any) -> dict[str, int]:
    parts = (part.strip().partition("=") for part in _text(value).split(",") if part)
    return {axis: int(length) for axis, _, length in parts}


def _axes(value: Any) -> tuple[str, ...]:
    return tuple(part.strip() for part in _text(value).split(",") if part.strip())
