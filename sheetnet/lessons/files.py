"""Lesson files: found by name or path, read, parsed as TOML. They know no kind of lesson."""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import Any

from sheetnet.errors import SheetnetError, quoted
from sheetnet.lessons.bounds import LARGEST_FILE, check_numbers, check_text, too_large
from sheetnet.lessons.catalogue import shipped

#: Characters behind a mistake that the parser sees.
AFTER_MISTAKE = 200

#: What an XML document cannot hold (XML 1.0, section 2.2).
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def find(name: str | Path) -> Any:
    """The file of a lesson, by name or path."""
    lessons = shipped()
    if str(name) in lessons:
        return lessons[str(name)]
    if not str(name):
        raise SheetnetError("the lesson has no name: `sheetnet lessons` lists the names")
    path = Path(name)
    try:
        if path.is_file():
            return path
        if path.is_dir():
            raise SheetnetError(f"{name}: is a folder: name the lesson's .toml file")
    except OSError as error:
        raise SheetnetError(f"{name}: cannot be read ({error.strerror}): check the name") from None
    near = difflib.get_close_matches(str(name), lessons, 1, 0.5)
    hint = f"did you mean {near[0]!r}?" if near else "`sheetnet lessons` lists the names"
    raise SheetnetError(f"{name}: no lesson of that name and no such file: {hint}")


def folder_of(path: Any) -> Any:
    """Where a lesson's file stands, and the files beside it."""
    return getattr(path, "parent", None)


def read_text(path: Any) -> str:
    """A lesson file's text. Raises `SheetnetError` where it cannot be read or is no UTF-8."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise SheetnetError(f"{path}: cannot be read ({error.strerror}): check the file") from None
    if len(content) > LARGEST_FILE:
        raise too_large(path)
    try:
        return str(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SheetnetError(
            f"{path}: byte {error.start} is no UTF-8: save the file with the encoding UTF-8"
        ) from None


def parse(text: str, name: str) -> dict[str, Any]:
    """TOML text as a dictionary. Raises `SheetnetError`."""
    # The parser names what cannot be TOML; so that it takes no time, it sees little of the rest.
    seen = check_text(text, name)
    try:
        if seen < len(text):
            tomllib.loads(text[: seen + AFTER_MISTAKE])
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what = quoted(error, marks=False)
        raise SheetnetError(f"{name}: is no valid TOML: {what}") from None
    except ValueError:  # Python reads no decimal number of more digits
        raise SheetnetError(
            f"{name}: holds a number of more than 4300 digits: write a shorter one"
        ) from None
    except RecursionError:
        raise SheetnetError(f"{name}: is no valid TOML: brackets nested too deeply") from None
    if found := ILLEGAL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise SheetnetError(
            f"{name}: line {line} holds the character U+{ord(found[0]):04X}, which no workbook "
            "can hold: take it out"
        )
    check_numbers(content, name)
    return content
