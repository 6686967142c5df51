"""LibreOffice: the program itself, without a window, asked over its UNO interface."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from xml.sax.saxutils import escape

from sheetnet.expressions.formula import Area
from sheetnet.files.edits import Edits
from sheetnet.files.formats import copy_plain
from sheetnet.recalc.folder import WorkFolder
from sheetnet.recalc.process import ending, kill, start
from sheetnet.recalc.program import ProgramError, ToldByChild
from sheetnet.recalc.values import (
    for_child,
    most_cells,
)

#: Bytes of address space: the program maps a great deal that it does not use.
MEMORY = 8 * 2**30
#: Seconds for its start, a little more than our script gives it.
START = 150.0

#: Where it is installed when it is not on the path.
PLACES = (
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice/program/soffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
)

#: A profile: no macro runs, no link is followed or updated. What asks another machine all the
#: same is sent to a place where nobody answers.
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
{}</oor:items>
"""
SETTING = """<item oor:path="/org.openoffice.{}"><prop oor:name="{}" oor:op="fuse">\
<value>{}</value></prop></item>
"""
SAFE = (
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Calc/Content/Update", "Link", "2"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetNoProxy", ""),
    *(
        ("Inet/Settings", f"ooInet{protocol}Proxy{what}", value)
        for protocol in ("HTTP", "HTTPS", "FTP")
        for what, value in (("Name", "127.0.0.1"), ("Port", "9"))
    ),
)

ONE_BY_ONE = (
    "Office.Calc/Formula/Calculation",
    "UseThreadedCalculationForFormulaGroups",
    "false",
)


class LibreOffice(ToldByChild):
    """The engine, and in a `with` statement a running program that takes many files.

    `locale` is the language and country in which it runs, as de-DE; the system's own when
    left out. Without `hard`, it computes what a user sees who opens the file and types: only
    what depends on the edits, on top of the stored values. Without `threads`, neighbouring
    cells of one formula are computed one by one: in threads, some may keep values from before
    an edit. Starting takes seconds: keep it open for several files. One thread at a time.
    """

    name = "libreoffice"
    title = "LibreOffice"
    remedy = "install LibreOffice Calc with its Python bridge (python3-uno)"

    def __init__(
        self, locale: str | None = None, *, hard: bool = True, threads: bool = True
    ) -> None:
        self.locale, self.hard, self.threads = locale, hard, threads
        self._process: subprocess.Popen[str] | None = None
        self._folder: WorkFolder | None = None

    def is_installed(self) -> bool:
        return soffice_command() is not None and python_with_uno() is not None

    def version(self) -> str:
        if (soffice := soffice_command()) is None:
            raise ProgramError(f"{self.title}: is not installed: {self.remedy}")
        return _version(soffice)

    def __enter__(self) -> Self:
        soffice, python = soffice_command(), python_with_uno()
        if soffice is None or python is None:
            raise ProgramError(f"{self.title}: is not installed: {self.remedy}")
        self._folder = WorkFolder()
        folder = self._folder.path
        child = Path(__file__).with_name("libreoffice_child.py")
        pipe = f"sheetnet{secrets.token_hex(8)}"
        try:
            self._write_profile(folder)
            self._process = start(
                [python, child, soffice, folder, pipe], folder, memory=MEMORY, fed=True, heard=True
            )
            self._answer(Path(soffice), START)
        except BaseException:
            self.close(politely=False)
            raise
        return self

    def at_work(self) -> LibreOffice:
        return LibreOffice(self.locale, threads=False)

    def _write_profile(self, folder: Path) -> None:
        settings = list(SAFE)
        if self.locale:
            settings.append(("Setup/L10N", "ooSetupSystemLocale", escape(self.locale)))
        if not self.threads:
            settings.append(ONE_BY_ONE)
        path = folder / "profile" / "user" / "registrymodifications.xcu"
        path.parent.mkdir(parents=True)
        items = "".join(SETTING.format(*setting) for setting in settings)
        path.write_text(PROFILE.format(items), encoding="utf-8")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # A user who has interrupted does not wait.
        self.close(politely=error is None or isinstance(error, Exception))

    def close(self, *, politely: bool = True) -> None:
        """End the program, politely first; whatever it started ends with it."""
        if self._process is not None:
            try:
                if politely:
                    self._process.communicate(timeout=25)
            except (subprocess.TimeoutExpired, OSError, ValueError):
                pass
            finally:
                kill(self._process)
                self._process = None
        if self._folder is not None:
            self._folder.close()
            self._folder = None

    def _answers(
        self,
        path: Path,
        edits: Iterable[Edits],
        timeout: float,
        areas: Sequence[Area] | None = None,
    ) -> list[dict[str, Any]]:
        """Outside of `with`, the program starts and ends."""
        if self._process is None or self._folder is None:
            with LibreOffice(self.locale, hard=self.hard, threads=self.threads) as office:
                return office._answers(path, edits, timeout, areas)
        # The program also leaves a lock file beside what it opens.
        copy, answer = self._folder.path / f"book{path.suffix}", self._folder.path / "answer.jsonl"
        copy_plain(path, copy)
        request = {
            "path": str(copy),
            "answer": str(answer),
            "edits": [[[*cell, number] for cell, number in each.items()] for each in edits],
            "most_cells": most_cells(path),
            "areas": areas and for_child(areas),
            "hard": self.hard,
        }
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise self._ended(path) from None
        self._answer(path, timeout)
        with answer.open(encoding="ascii") as lines:
            return [json.loads(line) for line in lines]

    def _answer(self, path: Path, timeout: float) -> None:
        """Wait for our script's line. After `timeout` seconds the program is ended."""
        process = self._process
        assert process is not None and process.stdout is not None
        late = threading.Event()

        def end() -> None:
            late.set()
            kill(process)

        timer = threading.Timer(timeout, end)
        timer.start()
        try:
            line = process.stdout.readline()
        finally:
            timer.cancel()
        if late.is_set():
            self.close()
            raise self.error(path, f"took longer than {timeout:.3g} s")
        if not line:
            raise self._ended(path)
        if problem := json.loads(line).get("error"):
            raise self.error(path, *problem)

    def _ended(self, path: Path) -> ProgramError:
        assert self._process is not None and self._folder is not None
        error = self.error(path, ending(self._process.wait(), self._folder.path))
        # The next file gets a program of its own.
        self.close()
        return error


@cache
def soffice_command() -> str | None:
    for program in ("soffice", "libreoffice", *PLACES):
        if found := shutil.which(program):
            return os.path.realpath(found)
    return None


@cache
def python_with_uno() -> str | None:
    """A Python that has the `uno` module: the system's, or the one beside the program."""
    soffice = soffice_command()
    if soffice is None:
        return None
    beside = Path(soffice).parent
    candidates = (
        "/usr/bin/python3",
        beside / "python",
        beside / "python3",
        beside / "python.exe",
        beside.parent / "Resources" / "python",
        sys.executable,
    )
    for candidate in map(str, candidates):
        try:
            subprocess.run([candidate, "-c", "import uno"], check=True, capture_output=True)
        except (OSError, subprocess.SubprocessError):
            continue
        return candidate
    return None


@cache
def _version(soffice: str) -> str:
    with WorkFolder() as work:
        profile = f"-env:UserInstallation={work.path.as_uri()}"
        try:
            done = subprocess.run(
                [soffice, profile, "--version"], capture_output=True, text=True, timeout=60
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise ProgramError(f"{soffice}: does not tell its version ({error})") from None
    match = re.search(r"LibreOffice ([0-9.]+)", done.stdout)
    return match[1] if match else "unknown"
