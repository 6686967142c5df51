"""Files that a lesson file names. They stand in its folder; a lesson may be a stranger's."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from sheetnet.errors import quoted
from sheetnet.lessons.bounds import LARGEST_FILE

LONGEST_NAME = 200


def read_beside(folder: Any, name: str, field: str) -> bytes:
    """The bytes of the file of that name in a lesson's folder, or in a folder within it.

    `folder` is a `Path`, another place of `importlib.resources`, or None where the lesson has
    none. Raises `ValueError` that names the field, for every name that could lead elsewhere too.
    """
    shown = f"{field}: {quoted(name, marks=False)}"
    parts = _parts(name, shown)
    if folder is None:
        raise ValueError(f"{shown}: this lesson has no folder to look in: load it from its file")
    try:
        content = _read(folder, parts, shown)
    except FileNotFoundError:
        raise ValueError(
            f"{shown}: there is no such file: put it into the lesson's folder"
        ) from None
    except OSError as error:
        raise ValueError(f"{shown}: cannot be read ({error.strerror}): check the file") from None
    if len(content) > LARGEST_FILE:
        raise ValueError(f"{shown}: is larger than 16 MiB: take fewer examples")
    return content


def _parts(name: str, shown: str) -> tuple[str, ...]:
    """The folders and the file that a name leads through, none of them upwards."""
    if not name.strip() or "\0" in name or len(name) > LONGEST_NAME:
        raise ValueError(f"{shown}: is no name of a file: write for example iris.csv")
    anchored = PurePosixPath(name).anchor or PureWindowsPath(name).anchor
    parts = PurePosixPath(name).parts
    if anchored or "\\" in name or ".." in parts:
        raise ValueError(
            f"{shown}: leads out of the lesson's folder: put the file into it, and write its name"
        )
    return parts


def _read(folder: Any, parts: tuple[str, ...], shown: str) -> bytes:
    if not isinstance(folder, Path):  # within an archive, where there are no links
        with folder.joinpath(*parts).open("rb") as file:
            return bytes(file.read(LARGEST_FILE + 1))
    home = folder.resolve()
    path = home.joinpath(*parts)
    try:
        real = path.resolve(strict=True)
    except RuntimeError:  # Python's word for a circle of links, until 3.13
        real = None
    if real is None or not real.is_relative_to(home):
        raise ValueError(
            f"{shown}: is a link out of the lesson's folder: put the file itself into it"
        )
    # A pipe must not be waited for.
    handle = os.open(real, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError(f"{shown}: is no file: name a file of comma-separated values")
        with open(handle, "rb", closefd=False) as file:
            return file.read(LARGEST_FILE + 1)
    finally:
        os.close(handle)
