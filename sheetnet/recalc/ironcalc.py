"""IronCalc: a library, in a child process because a file can crash it or hold it for ever."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import marshal
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sheetnet.expressions.formula import Area
from sheetnet.files.edits import Edits
from sheetnet.files.formats import ODS, copy_plain, kind_of
from sheetnet.files.ods.translated import translate
from sheetnet.files.package import open_package
from sheetnet.recalc.folder import WorkFolder
from sheetnet.recalc.process import Failed, run
from sheetnet.recalc.program import ProgramError, ToldByChild
from sheetnet.recalc.values import (
    for_child,
    most_cells,
)


class IronCalc(ToldByChild):
    """The engine that comes with sheetnet; it computes with 64-bit floats."""

    name = "ironcalc"
    title = "IronCalc"
    remedy = "run `pip install ironcalc`"

    def is_installed(self) -> bool:
        return importlib.util.find_spec("ironcalc") is not None

    def version(self) -> str:
        try:
            return importlib.metadata.version("ironcalc")
        except importlib.metadata.PackageNotFoundError:
            raise ProgramError(f"{self.title}: is not installed: {self.remedy}") from None

    def _answers(
        self,
        path: Path,
        edits: Iterable[Edits],
        timeout: float,
        areas: Sequence[Area] | None = None,
    ) -> Iterator[dict[str, Any]]:
        with WorkFolder() as work:
            folder = work.path
            request, answer = folder / "request.json", folder / "answer"
            content = {
                "library": _library(),
                "path": str(_readable(path, folder)),
                "most_cells": most_cells(path),
                "areas": areas and for_child(areas),
            }
            request.write_text(json.dumps(content), encoding="utf-8")
            child = Path(__file__).with_name("ironcalc_child.py")
            try:
                run(
                    # -I: the child sees our Python's own modules, and the library's folder.
                    [sys.executable, "-I", child, request, answer],
                    folder,
                    timeout,
                    lines=map(_line, edits),
                )
            except Failed as failure:
                raise self.error(path, str(failure)) from None
            yield from self._read(path, answer)

    def _read(self, path: Path, answer: Path) -> Iterator[dict[str, Any]]:
        with answer.open("rb") as file:
            while file.peek(1):
                told = marshal.load(file)
                if isinstance(told, list):
                    raise self.error(path, *told)
                yield told


def _line(edits: Edits) -> str:
    return json.dumps([[*cell, number] for cell, number in edits.items()])


def _readable(path: Path, folder: Path) -> Path:
    """The workbook, in the only format that the library reads."""
    with open_package(path) as package:
        readable = folder / "book.xlsx"
        if kind_of(package) == ODS:
            translate(package, readable)
        else:
            copy_plain(path, readable)
    return readable


def _library() -> str:
    """The folder that holds the library's package."""
    spec = importlib.util.find_spec("ironcalc")
    if spec is None or spec.origin is None:
        raise ProgramError(f"{IronCalc.title}: is not installed: {IronCalc.remedy}")
    return str(Path(spec.origin).parent.parent)
