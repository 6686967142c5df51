"""In LibreOffice's own Python: edit a cell, time until a sheet is new, each sheet in turn.

Prints the seconds of the loading, then those of each edit but the first by sheet; those until
every sheet is new stand under an empty name.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

import uno
from com.sun.star.beans import PropertyValue


def main(path: str, folder: str, sheet: str, cell: str, rounds: str) -> None:
    pipe = f"follow{time.time_ns()}"
    office = subprocess.Popen(
        [
            "soffice",
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--norestore",
            f"--accept=pipe,name={pipe};urp;",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        desktop = _desktop(pipe)
        hidden = PropertyValue("Hidden", 0, True, 0)
        start = time.perf_counter()
        document = desktop.loadComponentFromURL(f"file://{path}", "_blank", 0, (hidden,))
        loaded = time.perf_counter() - start
        edited = document.Sheets.getByName(sheet).getCellRangeByName(cell)
        names = [*document.Sheets.ElementNames, ""]
        seconds: dict[str, list[float]] = {name: [] for name in names}
        document.calculate()
        for number in range(int(rounds) + 1):
            for name in names:
                start = time.perf_counter()
                edited.setValue(0.25 + 0.01 * number)
                if name:
                    _ = _used(document.Sheets.getByName(name)).getDataArray()
                else:
                    document.calculate()
                seconds[name].append(time.perf_counter() - start)
                document.calculate()
                edited.setValue(0.2)
                document.calculate()
        document.close(True)
        print(json.dumps([loaded, {name: each[1:] for name, each in seconds.items()}]))
    finally:
        # soffice is a script: what it has started would go on without it.
        os.killpg(office.pid, signal.SIGKILL)


def _used(sheet: Any) -> Any:
    """All of a sheet that holds anything."""
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    last = cursor.RangeAddress
    return sheet.getCellRangeByPosition(0, 0, last.EndColumn, last.EndRow)


def _desktop(pipe: str) -> object:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
    for _ in range(240):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstance("com.sun.star.frame.Desktop")
        except Exception:
            time.sleep(0.25)
    raise SystemExit("LibreOffice does not answer")


if __name__ == "__main__":
    main(*sys.argv[1:])
