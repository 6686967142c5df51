"""Workbooks that somebody else might have made: cells with numbers, texts and formulas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from opendocument import cell, content, formula, number, ods, row, table, text
from packages import parts, worksheet, write

from sheetnet.expressions.dialects import address, parse_address

#: By address, a number, a text, or a formula with its equals sign.
Cells = Mapping[str, float | str]
#: A formula's own value, where it is known; a text is an error's name (in .xlsx only).
Cached = Mapping[str, float | str]

REFERENCE = re.compile(
    r"(?:('(?:[^']|'')*'|[A-Za-z]\w*)!)?(\b[A-Z]{1,2}[0-9]+)(?::([A-Z]{1,2}[0-9]+))?"
)


def made(path: Path, sheets: Mapping[str, Cells], cached: Cached | None = None) -> Path:
    """A workbook in the format that the path names."""
    writer = _ods if path.suffix == ".ods" else _xlsx
    return writer(path, sheets, cached or {})


def _rows(cells: Cells) -> dict[int, list[str]]:
    rows: dict[int, list[str]] = {}
    for place in sorted(map(parse_address, cells)):
        rows.setdefault(place[0], []).append(address(*place))
    return rows


def _xlsx(path: Path, sheets: Mapping[str, Cells], cached: Cached) -> Path:
    def one(place: str, held: float | str) -> str:
        if not isinstance(held, str):
            return f'<c r="{place}"><v>{held!r}</v></c>'
        if not held.startswith("="):
            return f'<c r="{place}" t="inlineStr"><is><t>{escape(held)}</t></is></c>'
        own = cached.get(place)
        value = "" if own is None else f"<v>{own}</v>"
        kind = ' t="e"' if isinstance(own, str) else ""
        return f'<c r="{place}"{kind}><f>{escape(held[1:])}</f>{value}</c>'

    return write(
        path,
        parts(
            {
                escape(name): worksheet(
                    "".join(
                        f'<row r="{row}">{"".join(one(each, cells[each]) for each in places)}</row>'
                        for row, places in _rows(cells).items()
                    )
                )
                for name, cells in sheets.items()
            }
        ),
    )


def _ods(path: Path, sheets: Mapping[str, Cells], cached: Cached) -> Path:
    def one(place: str, held: float | str | None) -> str:
        if held is None:
            return cell()
        if not isinstance(held, str):
            return number(held)
        if not held.startswith("="):
            return text(escape(held))
        written = escape("of:" + _open_formula(held), {'"': "&quot;"})
        if place not in cached:
            return formula(written, "")
        return formula(written, f'office:value-type="float" office:value="{cached[place]!r}"')

    def rows(cells: Cells) -> str:
        bottom, right = (max(ends) for ends in zip(*map(parse_address, cells), strict=True))
        return "".join(
            row(*(one(at, cells.get(at)) for at in (address(r, c) for c in range(1, right + 1))))
            for r in range(1, bottom + 1)
        )

    tables = (table(rows(cells), escape(name)) for name, cells in sheets.items())
    return ods(path, content("".join(tables)))


def _open_formula(text: str) -> str:
    def reference(match: re.Match[str]) -> str:
        sheet, first, last = match.groups()
        start = f"${sheet}" if sheet else ""
        return f"[{start}.{first}{f':.{last}' if last else ''}]"

    return REFERENCE.sub(reference, text).replace(",", ";")


#: The ranges of `network`'s parameters, each with that of the gradient it shows.
RANGES = {"B2:C4": "B16:C18", "D2:D4": "D16:D18", "E2:E4": "E16:E18", "E6": "E19"}
LOSS = "B7"
X = [(0.5, -1.0), (1.5, 0.8), (-0.7, 0.3), (0.2, 1.1)]
T = [0.3, -0.2, 0.9, 0.4]
W1 = [(0.6, -0.4), (-0.5, 0.9), (0.3, 0.7)]
B1, W2, B2 = [0.1, -0.2, 0.05], [0.8, -0.6, 0.5], 0.15


def network(mistake: str = "") -> dict[str, float | str]:
    """A net 2-3-1 with ReLU, four examples, the mean of ½(a − t)², its gradient, one update.

    `mistake` is "", "mask", "sum", "sign" or "updated".
    """
    cells: dict[str, float | str] = {"A1": "W1, b1, W2", "A6": "b2", "E6": B2, "A7": "loss"}
    cells["B7"] = "=AVERAGE(K10:K13)"
    for unit in range(3):
        at = 2 + unit
        cells |= {f"B{at}": W1[unit][0], f"C{at}": W1[unit][1]}
        cells |= {f"D{at}": B1[unit], f"E{at}": W2[unit]}
        # One step of descent.
        cells[f"G{16 + unit}"] = f"=E{at}-0.5*E{16 + unit}"
        delta = "MNO"[unit]
        cells[f"B{16 + unit}"] = f"=SUMPRODUCT({delta}10:{delta}13,A10:A13)"
        cells[f"C{16 + unit}"] = f"=SUMPRODUCT({delta}10:{delta}13,B10:B13)"
        cells[f"D{16 + unit}"] = f"=SUM({delta}10:{delta}13)"
        cells[f"E{16 + unit}"] = f"=SUMPRODUCT(L10:L13,{'GHI'[unit]}10:{'GHI'[unit]}13)"
    cells["E19"] = "=SUM(L10:L13)"
    for example in range(4):
        at = 10 + example
        cells |= {f"A{at}": X[example][0], f"B{at}": X[example][1], f"C{at}": T[example]}
        for unit in range(3):
            z, a, delta = f"{'DEF'[unit]}{at}", f"{'GHI'[unit]}{at}", f"{'MNO'[unit]}{at}"
            row = 2 + unit
            cells[z] = f"=B{row}*A{at}+C{row}*B{at}+D{row}"
            cells[a] = f"=MAX(0,{z})"
            weight = f"G{16 + unit}" if mistake == "updated" else f"E{row}"
            mask = "" if mistake == "mask" else f"*IF({z}>0,1,0)"
            cells[delta] = f"=L{at}*{weight}{mask}"
        cells[f"J{at}"] = f"=G{at}*E2+H{at}*E3+I{at}*E4+E6"
        cells[f"K{at}"] = f"=(J{at}-C{at})*(J{at}-C{at})/2"
        error = f"(C{at}-J{at})" if mistake == "sign" else f"(J{at}-C{at})"
        cells[f"L{at}"] = f"={error}" if mistake == "sum" else f"={error}/4"
    return cells
