"""What a command was asked for: lessons as they were meant, where workbooks go, all at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sheetnet.errors import SheetnetError
from sheetnet.terminal import say, say_json, watched

if TYPE_CHECKING:
    from sheetnet.estimate import Estimate


#: What ends the name of a folder.
SLASHES = tuple({"/", os.sep})


def build_all(
    output: Path | None,
    kind: str | None,
    notation: str | None,
    assignments: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Every shipped lesson, side by side; nothing is written before all are read."""
    from sheetnet.building import OUTPUT
    from sheetnet.lessons.catalogue import shipped
    from sheetnet.lessons.subjects import NETWORK
    from sheetnet.many import Job, build_many, expect_many

    folder = output or OUTPUT
    if folder.suffix.lower() in (".xlsx", ".ods"):
        raise SheetnetError(f"--output {folder}: with --all it is a folder: leave the ending out")
    # What is no network has its own symbols in every notation.
    networks = shipped(NETWORK)
    loaded = {
        name: load(name, assignments, notation if name in networks else None) for name in shipped()
    }
    paths = {name: [folder / f"{name}.{ending}" for ending in endings(kind)] for name in loaded}
    found = [path for each in paths.values() for path in each]
    jobs = [Job(one.text, one.name, tuple(paths[name]), one.folder) for name, one in loaded.items()]
    if dry_run:
        sizes: dict[Path, Estimate] = {}
        with bar(len(jobs), f"measuring {len(jobs)} lessons") as progress:
            for job, each in expect_many(jobs):
                sizes |= dict(zip(job.paths, each, strict=True))
                progress(1)
        say_sizes(found, [sizes[path] for path in found], as_json)
        return
    with bar(len(jobs), f"building {len(jobs)} lessons") as progress:
        for _ in build_many(jobs):
            progress(1)
    if as_json:
        say_json({"workbooks": [str(target) for target in found]}, indent=None)
    else:
        for target in found:
            say(f"{target}: built")


def beside(lesson: Any, folder: Path, force: bool) -> dict[Path, bytes]:
    """The files that a lesson names, for a copy of it in another folder.

    Raises `SheetnetError` where another file stands in the place of one.
    """
    from sheetnet.lessons.beside import read_beside

    copies = {}
    for name in lesson.beside:
        try:
            content = read_beside(lesson.folder, name, lesson.name)
        except ValueError as error:
            raise SheetnetError(str(error)) from None
        target = folder / name
        if target.exists() and not force and target.read_bytes() != content:
            raise SheetnetError(
                f"{target}: exists already, and the lesson has another file of that name: choose "
                "another folder, or add --force"
            )
        copies[target] = content
    return copies


def endings(kind: str | None) -> list[str]:
    return ["xlsx", "ods"] if kind == "both" else [kind or "xlsx"]


def say_sizes(paths: list[Path], sizes: list[Estimate], as_json: bool) -> None:
    """What a dry run found out, a line a workbook."""
    pairs = zip(paths, sizes, strict=True)
    if as_json:
        rows = [
            {
                "workbook": str(target),
                "sheets": size.sheets,
                "cells": size.cells,
                "megabytes": round(size.megabytes, 3),
                "seconds": round(size.seconds, 1),
            }
            for target, size in pairs
        ]
        say_json({"workbooks": rows}, indent=None)
        return
    for target, size in pairs:
        large = f"{size.megabytes:,.0f}" if size.megabytes >= 10 else f"{size.megabytes:.2g}"
        say(
            f"{target}: not written: it would have {size.sheets} sheets, {size.cells:,} cells and "
            f"about {large} MB, and take about {max(size.seconds, 1):,.0f} s"
        )


def targets(lesson: str, written: str | None, kind: str | None) -> list[Path]:
    """Where the workbook goes: one path, or one for each format.

    What ends in a slash or is a folder gets it under the lesson's name.
    """
    from sheetnet.building import OUTPUT

    found = endings(kind)
    output = OUTPUT if written is None else Path(written)
    if written is None or written.endswith(SLASHES) or output.is_dir():
        return [output / f"{Path(lesson).stem}.{ending}" for ending in found]
    if kind is None:
        return [output]
    if kind != "both" and output.suffix and output.suffix.lower() != f".{kind}":
        raise SheetnetError(f"--output {output}: does not end in .{kind}: leave --format out")
    return [output.with_suffix(f".{ending}") for ending in found]


def load(name: str, assignments: tuple[str, ...], notation: str | None = None) -> Any:
    """A lesson of any kind with fields overridden from the command line, in its own notation or
    in that of another document."""
    from sheetnet.lessons.subjects import NETWORK

    loaded = _overridden(name, assignments)
    if notation is None:
        return loaded
    if loaded.kind != NETWORK:
        raise SheetnetError(
            f"{name}: is a lesson of {loaded.kind}, whose symbols are its own: leave --notation out"
        )
    from sheetnet.network.translation import in_notation as translated

    return translated(loaded, notation)


def _overridden(name: str, assignments: tuple[str, ...]) -> Any:
    from sheetnet.lessons.files import find, read_text
    from sheetnet.lessons.subjects import load, subject_of
    from sheetnet.lessons.text import override

    _, lesson = load(name)
    if not assignments:
        return lesson
    text = read_text(find(name))
    for assignment in assignments:
        text = override(text, assignment)
    changed = f"{name} with {' '.join('--set ' + a for a in assignments)}"
    return subject_of(text, changed).lesson(text, changed, None, lesson.folder)


@contextmanager
def bar(length: int, label: str) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, nothing in a pipe."""
    if not watched():
        yield lambda rows: None
        return
    with click.progressbar(length=max(length, 1), label=label, file=sys.stderr) as bar:
        yield bar.update
