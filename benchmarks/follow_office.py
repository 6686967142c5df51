"""In LibreOffice's own Python: edit a cell, time until another one is new and until all are.

Prints the seconds of the loading, then lists of those of each edit but the first.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

import uno
from com.sun.star.beans import PropertyValue


def main(path: str, folder: str, sheet: str, cell: str, other: str, last: str, rounds: str) -> None:
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
    )
    try:
        desktop = _desktop(pipe)
        hidden = PropertyValue("Hidden", 0, True, 0)
        start = time.perf_counter()
        document = desktop.loadComponentFromURL(f"file://{path}", "_blank", 0, (hidden,))
        loaded = time.perf_counter() - start
        edited = document.Sheets.getByName(sheet).getCellRangeByName(cell)
        followed = document.Sheets.getByName(other).getCellRangeByName(last)
        seconds: list[list[float]] = [[], []]
        for number in range(2 * int(rounds) + 2):
            start = time.perf_counter()
            edited.setValue(0.25 + 0.01 * number)
            if number % 2:
                document.calculate()  # what is out of sight as well: every sheet
            _ = followed.Value
            seconds[number % 2].append(time.perf_counter() - start)
            document.calculate()
        document.close(True)
        print(json.dumps([loaded, *(each[1:] for each in seconds)]))
    finally:
        office.kill()


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
