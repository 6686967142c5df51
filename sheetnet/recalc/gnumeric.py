"""Gnumeric: its converter, which recomputes what it converts.

The converter's own `--set Sheet!A1=0.25` passes over the sheet's name: it always types into
the sheet that was open when the file was saved. So we type into the file.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from sheetnet.errors import SheetnetError
from sheetnet.files.edits import EditError, Edits, cell_name
from sheetnet.files.formats import read, type_into
from sheetnet.recalc.process import Failed, run
from sheetnet.recalc.program import Program, ProgramError
from sheetnet.recalc.values import Values, from_cells


class Gnumeric(Program):
    """The engine; it computes with 80-bit floats."""

    name = "gnumeric"
    title = "Gnumeric"
    remedy = "install the package gnumeric, which has ssconvert"

    def is_installed(self) -> bool:
        return shutil.which("ssconvert") is not None

    def version(self) -> str:
        if (program := shutil.which("ssconvert")) is None:
            raise ProgramError(f"{self.title}: is not installed: {self.remedy}")
        return _version(program)

    def recalculate(self, path: Path, edits: Sequence[Edits], timeout: float) -> list[Values]:
        until = time.monotonic() + timeout
        return [self._once(path, each, max(0.0, until - time.monotonic())) for each in edits]

    def _type(self, path: Path, target: Path, edits: Edits) -> None:
        try:
            type_into(path, target, edits)
        except EditError as error:
            raise ProgramError(str(error)) from None

    def _once(self, path: Path, edits: Edits, timeout: float) -> Values:
        with tempfile.TemporaryDirectory(prefix="sheetnet-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            # A copy of a plain name: the converter reads some names as addresses of files.
            book, result = folder / f"book{path.suffix}", folder / "result.xlsx"
            if edits:
                self._type(path, book, edits)
            else:
                shutil.copyfile(path, book)
            # Numbers have decimal points; no settings of the user's are read or written.
            environment = {"LC_ALL": "C.UTF-8", "HOME": name, "GSETTINGS_BACKEND": "memory"}
            try:
                run(["ssconvert", "--recalc", book, result], folder, timeout, environment)
                stored = read(result)
            except Failed as failure:
                raise self.error(path, str(failure)) from None
            except SheetnetError as error:
                reason = str(error).replace(str(result), "its result")
                raise self.error(path, f"gives no answer ({reason})") from None
        try:
            values = from_cells(stored.sheets)
        except SheetnetError as error:
            raise self.error(path, f"gives no answer ({error})") from None
        for (sheet, row, column), number in edits.items():
            if values.value(sheet, row, column) != number:
                raise self.error(path, f"passes over {cell_name(sheet, row, column)}")
        return values


@cache
def _version(program: str) -> str:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        raise ProgramError(f"{program}: does not tell its version ({error})") from None
    match = re.search(r"version '([0-9.]+)'", done.stdout + done.stderr)
    return match[1] if match else "unknown"
