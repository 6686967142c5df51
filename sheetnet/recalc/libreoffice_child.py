"""Let LibreOffice recompute workbooks: `libreoffice_child.py SOFFICE FOLDER PIPE`.

A script for the Python that has LibreOffice's `uno` module, 3.9 or newer; it imports
nothing of sheetnet. It starts the program, then answers requests: a line of JSON on
standard input, a line of JSON on standard output, the values in a file. When standard
input ends, because its parent has ended too, so does the program; also amid its work.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any, Callable  # noqa: UP035

#: Seconds that the program may take until it answers for the first time.
START = 120
#: Errors of a sheet that are asked for their kind, which takes a call each.
MOST_ERRORS = 2_000
#: Cells that are read at one go.
CHUNK = 100_000

# com.sun.star.sheet.CellFlags and FormulaResult
VALUES, DATES, TEXTS, FORMULAS = 1, 2, 4, 16
TEXT_RESULT = 2

#: LibreOffice's codes of the errors that all programs have; the others are its own.
ERRORS = {
    503: "#NUM!",
    519: "#VALUE!",
    521: "#NULL!",
    524: "#REF!",
    525: "#NAME?",
    532: "#DIV/0!",
    32767: "#N/A",
}


class Refused(Exception):
    """Why not, as the end of "LibreOffice …", and perhaps what to do."""


def main(soffice: str, folder: str, pipe: str) -> None:
    # The folder of this script holds modules of sheetnet, which are none of ours.
    sys.path[:] = [entry for entry in sys.path if entry != os.path.dirname(__file__)]
    uno = importlib.import_module("uno")
    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    with open(os.path.join(folder, "log"), "wb") as log:
        profile = uno.systemPathToFileUrl(os.path.join(folder, "profile"))
        office = subprocess.Popen(
            [
                soffice,
                "--headless",
                "--norestore",
                "--nologo",
                "--nodefault",
                "--nolockcheck",
                "--nofirststartwizard",
                "-env:UserInstallation=" + profile,
                "--accept=pipe,name=" + pipe + ";urp;",
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    desktop = None
    try:
        desktop = connect(uno, office, pipe)
        say({})
        for line in sys.stdin:
            try:
                recalculate(uno, desktop, json.loads(line))
                say({})
            except Refused as refusal:
                say({"error": refusal.args})
    finally:
        try:
            if desktop is not None:
                desktop.terminate()
            office.wait(20)
        except Exception:
            office.kill()


def end_with(parent: int) -> None:
    """Kill the program, and this script, once the parent has ended."""
    while os.name == "posix":
        if os.getppid() != parent:
            # Give the polite way a moment: the program may not be computing.
            time.sleep(3)
            os.killpg(0, signal.SIGKILL)
        time.sleep(0.5)


def say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


def connect(uno: Any, office: Any, pipe: str) -> Any:
    """The program's desktop, once it is there."""
    manager = uno.getComponentContext().ServiceManager
    resolver = manager.createInstance("com.sun.star.bridge.UnoUrlResolver")
    until = time.monotonic() + START
    while True:
        try:
            context = resolver.resolve("uno:pipe,name=" + pipe + ";urp;StarOffice.ComponentContext")
            break
        except Exception:
            if office.poll() not in (None, 0) or time.monotonic() > until:
                raise SystemExit("soffice does not start") from None
            time.sleep(0.05)
    manager = context.ServiceManager
    return manager.createInstanceWithContext("com.sun.star.frame.Desktop", context)


def recalculate(uno: Any, desktop: Any, request: dict[str, Any]) -> None:
    """Write the values for each set of edits to the file that the request names."""
    document = None
    try:
        with open(request["answer"], "w", encoding="ascii") as answer:
            for edits in request["edits"]:
                if document is None:
                    document = load(uno, desktop, request["path"])
                undo = [edit(document, *each) for each in edits]
                if request["hard"]:
                    document.calculateAll()
                if request["areas"]:
                    told = watched(document, request["areas"])
                else:
                    told = values(document, request["most_cells"])
                answer.write(json.dumps(told) + "\n")
                for restore in undo:
                    if restore is None:
                        # What stood there is not easily written again: the file still has it.
                        document.close(True)
                        document = None
                        break
                    restore()
    finally:
        if document is not None:
            document.close(True)


def load(uno: Any, desktop: Any, path: str) -> Any:
    def argument(name: str, value: Any) -> Any:
        result = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
        result.Name, result.Value = name, value
        return result

    # No window, no macro, no update of links to other files.
    options = {"Hidden": True, "MacroExecutionMode": 0, "UpdateDocMode": 0}
    arguments = tuple(argument(name, value) for name, value in options.items())
    url = uno.systemPathToFileUrl(path)
    try:
        document = desktop.loadComponentFromURL(url, "_blank", 0, arguments)
    except Exception:
        document = None
    if document is None:
        raise Refused("cannot open it")
    if not document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
        document.close(True)
        raise Refused("does not take it for a workbook")
    return document


def edit(
    document: Any, name: str, row: int, column: int, number: float | str
) -> Callable[[], None] | None:
    """Type a number or a text in; what is returned undoes it."""
    if not document.Sheets.hasByName(name):
        raise Refused(f"finds no sheet {name!r}", "type into another one")
    cell = document.Sheets.getByName(name).getCellByPosition(column - 1, row - 1)
    kind, before, text = cell.Type.value, cell.Value, cell.String
    if kind == "FORMULA":
        where = f"{name}, row {row}, column {column}"
        raise Refused(f"finds a formula in {where}", "type into another cell")
    if isinstance(number, str):
        cell.setString(number)
    else:
        cell.setValue(number)
    if kind == "VALUE":
        return lambda: cell.setValue(before)
    # Emptying a cell of a protected sheet does nothing: the file has to be opened anew.
    return (lambda: cell.setString(text)) if kind == "TEXT" else None


def watched(document: Any, areas: list[Any]) -> dict[str, Any]:
    """The values of some areas, one list, and the places of errors in it."""
    found: list[Any] = []
    errors: list[int] = []
    for name, top, left, bottom, right in areas:
        if not document.Sheets.hasByName(name):
            raise Refused(f"finds no sheet {name!r}", "name another one")
        sheet = document.Sheets.getByName(name)
        area = sheet.getCellRangeByPosition(left - 1, top - 1, right - 1, bottom - 1)
        for row, data in enumerate(area.getDataArray(), top - 1):
            for column, value in enumerate(data, left - 1):
                if value is None:
                    errors.append(len(found))
                    value = error(sheet, row, column, len(errors))
                found.append(None if value == "" else value)
    return {"values": found, "errors": errors}


def values(document: Any, left: int) -> dict[str, Any]:
    """By sheet, the rows and the places of errors."""
    result = {}
    for name in document.Sheets.ElementNames:
        sheet = document.Sheets.getByName(name)
        used = sheet.queryContentCells(VALUES | DATES | TEXTS | FORMULAS).RangeAddresses
        bottom = max((area.EndRow + 1 for area in used), default=0)
        right = max((area.EndColumn + 1 for area in used), default=0)
        left -= bottom * right
        if left < 0:
            raise Refused("finds cells too far apart")
        result[name] = sheet_values(sheet, bottom, right)
    return result


def sheet_values(sheet: Any, bottom: int, right: int) -> dict[str, Any]:
    rows: list[list[Any]] = []
    errors: list[tuple[int, int]] = []
    height = max(1, CHUNK // max(1, right))
    for top in range(0, bottom, height):
        last = min(bottom, top + height) - 1
        for data in sheet.getCellRangeByPosition(0, top, right - 1, last).getDataArray():
            row = list(data)
            for column, value in enumerate(row):
                if value is None:
                    # An error; where nothing stands there is an empty text.
                    row[column] = error(sheet, len(rows), column, len(errors))
                    errors.append((len(rows) + 1, column + 1))
                elif value == "":
                    row[column] = None
            rows.append(row)
    for area in sheet.queryFormulaCells(TEXT_RESULT).RangeAddresses:
        for row_index in range(area.StartRow, area.EndRow + 1):
            row = rows[row_index]
            for column in range(area.StartColumn, area.EndColumn + 1):
                if row[column] is None:
                    row[column] = ""
    return {"rows": rows, "errors": errors}


def error(sheet: Any, row: int, column: int, before: int) -> str:
    if before >= MOST_ERRORS:
        return "#ERROR!"
    code = sheet.getCellByPosition(column, row).getError()
    return ERRORS.get(code, f"Err:{code}")


if __name__ == "__main__":
    main(*sys.argv[1:4])
