"""Gnumeric: its converter, which recomputes what it converts.

The converter's own `--set Sheet!A1=0.25` passes over the sheet's name: it always types into
the sheet that was open when the file was saved. So we type into the file.
"""

from __future__ import annotations

import math
import re
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from sheetnet.errors import SheetnetError
from sheetnet.expressions.formula import Area
from sheetnet.files.edits import EditError, Edits, cell_name
from sheetnet.files.formats import copy_plain, read, type_into
from sheetnet.recalc.folder import WorkFolder
from sheetnet.recalc.process import Failed, Late, run
from sheetnet.recalc.program import Program, ProgramError
from sheetnet.recalc.values import Value, Values, from_cells


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

    def recalculate(self, path: Path, edits: Iterable[Edits], timeout: float) -> list[Values]:
        return list(self._each(path, edits, timeout))

    def watch(
        self, path: Path, edits: Iterable[Edits], areas: Sequence[Area], timeout: float
    ) -> list[list[Value]]:
        try:
            return [values.of(areas) for values in self._each(path, edits, timeout)]
        except KeyError as error:
            raise self.error(path, f"finds no sheet {error}", "name another one") from None

    def _each(self, path: Path, edits: Iterable[Edits], timeout: float) -> Iterator[Values]:
        left = timeout
        with WorkFolder() as work:
            # A copy of a plain name: the converter reads some names as addresses of files.
            plain = work.path / f"plain{path.suffix}"
            copy_plain(path, plain)
            for each in edits:  # which may be long in coming: that is not its time
                started = time.monotonic()
                try:
                    values = self._once(path, plain, each, work.path, max(0.0, left))
                except Late:
                    raise self.error(path, f"took longer than {timeout:.3g} s") from None
                left -= time.monotonic() - started
                yield values

    def _once(self, path: Path, plain: Path, edits: Edits, folder: Path, timeout: float) -> Values:
        """What it computes from the copy `plain` of the workbook at `path`. Raises `Late`."""
        book, result = folder / f"book{path.suffix}", folder / "result.xlsx"
        if edits:
            try:
                type_into(plain, book, edits)
            except EditError as error:
                raise ProgramError(str(error).replace(str(plain), str(path))) from None
        else:
            book = plain
        # Numbers have decimal points; no settings of the user's are read or written.
        environment = {"LC_ALL": "C.UTF-8", "HOME": str(folder), "GSETTINGS_BACKEND": "memory"}
        result.unlink(missing_ok=True)
        try:
            run(["ssconvert", "--recalc", book, result], folder, timeout, environment)
            stored = read(result)
        except Late:
            raise
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
            if not _alike(values.value(sheet, row, column), number):
                raise self.error(path, f"passes over {cell_name(sheet, row, column)}")
        return values


def _alike(found: object, typed: object) -> bool:
    """Whether a cell holds what was typed; reading decimals, it errs in the last bit of some."""
    if isinstance(found, float) and isinstance(typed, float | int):
        return math.isclose(found, typed, rel_tol=1e-15)
    return found == typed


@cache
def _version(program: str) -> str:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        raise ProgramError(f"{program}: does not tell its version ({error})") from None
    match = re.search(r"version '([0-9.]+)'", done.stdout + done.stderr)
    return match[1] if match else "unknown"
