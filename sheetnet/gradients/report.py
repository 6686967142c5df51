"""A gradient check in print, and as plain data for programs."""

from __future__ import annotations

import math
from typing import Any

from sheetnet.errors import LONGEST_WORD, cut
from sheetnet.gradients.differences import Kind
from sheetnet.gradients.ranges import range_name
from sheetnet.gradients.result import Entry, GradientCheck, Part

#: So many parameters of a range are printed; `--json` has all.
MOST_PRINTED = 20
HEADS = ("parameter", "value", "true slope", "claimed", "in", "difference", "")


def printed(result: GradientCheck) -> str:
    """A table for each range of parameters, what is worth knowing, and the verdict."""
    lines = [
        f"loss {cut(range_name(result.loss), LONGEST_WORD)} = {result.value:.10g}, "
        f"recalculated by {result.engine} {result.version}"
    ]
    for part in result.parts:
        lines += ["", cut(part.name, LONGEST_WORD), *_table(part)]
    lines.append("")
    lines += [cut(note, 3 * LONGEST_WORD) for note in result.notes]
    if (worst := result.worst) is not None:
        lines.append(
            f"worst: {worst.cell}, true slope {worst.slope.value:.10g}, claimed "
            f"{worst.claimed:.10g} in {worst.claimed_cell}"
        )
    return "\n".join([*lines, f"{result.path}: {_verdict(result)}"])


def _verdict(result: GradientCheck) -> str:
    count = f"{len(result.entries):,}"
    if not result.is_claimed:
        return f"{count} slopes told; add --claimed to compare them with the workbook's own"
    if result.ok:
        return f"the claimed gradient is right in all of {count} slopes"
    words = f"the claimed gradient is NOT right: {len(result.wrong):,} of {count} slopes are wrong"
    if result.undecided:
        words += f", {len(result.undecided):,} could not be told"
    return words


def _table(part: Part) -> list[str]:
    entries = list(part.entries)
    if len(entries) > MOST_PRINTED:
        # What is wrong stands first, and what is not sure.
        entries.sort(key=lambda entry: (entry.agrees is not False, entry.slope.trusted))
    shown = [HEADS, *map(_row, entries[:MOST_PRINTED])]
    if part.claimed is None:
        shown = [row[:3] + row[6:] for row in shown]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in shown
    ]
    if len(entries) > MOST_PRINTED:
        lines.append(f"… and {len(entries) - MOST_PRINTED:,} more (--json has all)")
    return lines


def _row(entry: Entry) -> tuple[str, ...]:
    return (
        _address(entry.cell),
        _figure(entry.value),
        _figure(entry.slope.value if _is_told(entry) else None),
        _figure(entry.claimed),
        _address(entry.claimed_cell or ""),
        _difference(entry),
        _remark(entry),
    )


def _is_told(entry: Entry) -> bool:
    return entry.slope.kind in (Kind.SMOOTH, Kind.KINK)


def _address(cell: str) -> str:
    """Without its sheet, which the line above names."""
    return cell.rpartition("!")[2]


def _figure(number: float | None) -> str:
    return "—" if number is None or math.isnan(number) else f"{number:.10g}"


def _difference(entry: Entry) -> str:
    difference = entry.difference
    if difference is None:
        return ""
    return f"{difference:.1e}" if abs(difference) > entry.slope.uncertainty else "0"


def _remark(entry: Entry) -> str:
    kind = "" if entry.slope.trusted else f" {entry.slope.kind.value}"
    return {None: "", True: "✓", False: "✗ WRONG"}[entry.agrees] + kind


def plain(result: GradientCheck) -> dict[str, Any]:
    """All that was found; what is no number is null."""
    worst = result.worst
    return {
        "workbook": str(result.path),
        "engine": result.engine,
        "version": result.version,
        "loss": range_name(result.loss),
        "value": result.value,
        "tolerance": result.tolerance,
        "right": result.ok if result.is_claimed else None,
        "wrong": len(result.wrong),
        "undecided": len(result.undecided),
        "worst": None if worst is None else worst.cell,
        "notes": result.notes,
        "ranges": [
            {
                "wrt": range_name(part.wrt),
                "claimed": None if part.claimed is None else range_name(part.claimed),
                "parameters": [_plain_entry(entry) for entry in part.entries],
            }
            for part in result.parts
        ],
    }


def _plain_entry(entry: Entry) -> dict[str, Any]:
    slope = entry.slope
    return {
        "cell": entry.cell,
        "value": entry.value,
        "kind": slope.kind.value,
        "trusted": slope.trusted,
        "slope": _number(slope.value if _is_told(entry) else None),
        "uncertainty": _number(slope.uncertainty),
        "step": _number(slope.step),
        "left": _number(slope.left),
        "right": _number(slope.right),
        "depends": not slope.still,
        "claimed": entry.claimed,
        "claimed_cell": entry.claimed_cell,
        "difference": _number(entry.difference),
        "agrees": entry.agrees,
    }


def _number(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None
