"""Which derivations a worksheet owes: that of each number by a number, and none of them twice."""

from __future__ import annotations

from collections.abc import Iterator

from sheetnet.calculus.numbers import Computed
from sheetnet.expressions.rich import Rich
from sheetnet.workbook.model import Sheet

#: The heading over the derivation of a number by a number, and what divides its lines.
HEADING, EQUALS = "Derivative: ", " = "


def wrong_derivations(section: Computed, sheet: Sheet) -> Iterator[str]:
    """Sentences on derivations that are missing, or that stand under the heading of another one
    though they have their own above."""
    worksheet = section.sheet
    owed = []
    for asked in worksheet.asked:
        if not worksheet.shapes[asked.of] + worksheet.shapes[asked.by]:
            between = [n for n in worksheet.dependents(asked.by) if worksheet.depends(asked.of, n)]
            owed.append(not any(worksheet.shapes[name] for name in between))
    found = _derivations(sheet)
    if len(found) != len(owed):
        yield f"{sheet.name} has {len(found)} derivations, not {len(owed)}"
        return
    for number, ((symbol, lines), is_owed) in enumerate(zip(found, owed, strict=True)):
        if is_owed and symbol not in lines:
            yield f"{symbol} on {sheet.name} is not derived under its heading"
        known = {other for other, _ in found[:number]} - {symbol}
        for again in sorted(known.intersection(lines)):
            yield f"{again} on {sheet.name} is derived again for {symbol}"


def _derivations(sheet: Sheet) -> list[tuple[str, list[str]]]:
    """What is derived under each heading, and the left sides of the lines there, in their order."""
    found: list[tuple[str, list[str]]] = []
    for _, cell in sorted(sheet.cells.items(), key=lambda item: item[0]):
        content = cell.content
        if isinstance(content, str) and content.startswith(HEADING):
            found.append((content.removeprefix(HEADING), []))
        elif isinstance(content, Rich) and found and EQUALS in str(content):
            found[-1][1].append(str(content).partition(EQUALS)[0])
    return found
