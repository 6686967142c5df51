"""What a lesson file may hold, seen before anything is made of it.

TOML can say very much in few characters, and parsers take long over some of it: a key of
20,000 parts, brackets within brackets, a million tables. One pass over the text counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from sheetnet.errors import SheetnetError, quoted
from sheetnet.workbook.knobs import SMALLEST

LARGEST_FILE = 16 * 2**20
MOST_COMMENTS = 2**20
#: Numbers and other values in lists: what reading takes time for.
MOST_VALUES = 1_000_000
#: Tables and keys, brackets within each other, and parts of a key; characters of a key.
MOST_TABLES, MOST_KEYS, DEEPEST, MOST_PARTS, LONGEST_KEY = 2_000, 20_000, 300, 10, 200
MOST_LAYERS, MOST_PARAMETERS = 256, 10_000_000
#: Programs disagree about numbers that are larger.
LARGEST = 1e300

_BASIC, _LITERAL = r'"(?:[^"\\\n]|\\.)*+"', r"'[^'\n]*+'"
_PART = rf"(?:[A-Za-z0-9_+\-:]++|{_BASIC}|{_LITERAL})"
TOKEN = re.compile(
    r"(?P<comment>\#[^\n]*+)"
    r'|(?P<text>"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}+'
    r"|'''(?:[^']|'(?!''))*+'{3,5}+)"
    rf"|(?P<words>{_PART}(?:[ \t]*+\.[ \t]*+{_PART})*+)"
    r"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<equals>=)|(?P<comma>,)|(?P<line>\n\s*+)|[ \t\r]++"
    r"|(?P<stray>.)",
    re.DOTALL,
)
_STRING = re.compile(f"{_BASIC}|{_LITERAL}")


def check_text(text: str, name: str) -> int:
    """Refuse a text that holds more than any lesson. Raises `SheetnetError`.

    Returns how many characters were looked at: all, or those before what cannot be TOML.
    """
    if len(text) > LARGEST_FILE:
        raise too_large(name)
    comments = keys = tables = depth = values = 0
    words, at_line = "", True
    for token in TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "words":
            words = token[0]
            if words.count(".") >= MOST_PARTS and _STRING.sub("", words).count(".") >= MOST_PARTS:
                line = text.count("\n", 0, token.start()) + 1
                raise SheetnetError(
                    f"{name}: line {line}: a key has more than {MOST_PARTS} parts: write keys such "
                    "as training.steps"
                )
        elif kind == "equals":
            keys += 1
            if len(words) > LONGEST_KEY:
                raise SheetnetError(
                    f"{name}: the key {quoted(words[:40])}… has more than {LONGEST_KEY} "
                    "characters: take it out"
                )
            if keys > MOST_KEYS:
                raise SheetnetError(f"{name}: has more than {MOST_KEYS:,} keys: take some out")
        elif kind == "open":
            depth += 1
            tables += at_line or token[0] == "{"
            if depth > DEEPEST:
                raise SheetnetError(
                    f"{name}: is no valid TOML: brackets nested too deeply: write lists of rows"
                )
            if tables > MOST_TABLES:
                raise SheetnetError(f"{name}: has more than {MOST_TABLES:,} tables: take some out")
        elif kind == "close":
            depth -= 1
        elif kind == "comma":
            values += 1
            if values > MOST_VALUES:
                raise SheetnetError(f"{name}: holds more than {MOST_VALUES:,} numbers: use fewer")
        elif kind == "stray":
            return token.end()
        elif kind == "comment":
            comments += len(token[0])
            if comments > MOST_COMMENTS:
                raise SheetnetError(f"{name}: has more than 1 MiB of comments: shorten them")
        at_line = kind == "line" and depth <= 0
    return len(text)


def too_large(name: Any) -> SheetnetError:
    return SheetnetError(f"{name}: is larger than 16 MiB: a lesson file holds less")


def check_numbers(content: Any, name: str) -> None:
    """Refuse numbers that programs disagree about. Raises `SheetnetError` with the field."""
    for field, number in _numbers(content, ""):
        if 0 < abs(number) < SMALLEST:
            raise SheetnetError(
                f"{name}: {field}: is {number:g}, which programs take for 0 or not: write 0"
            )
        if LARGEST < abs(number) < math.inf:
            raise SheetnetError(
                f"{name}: {field}: is {number:g}, which not all programs can hold: write a number "
                f"below {LARGEST:g}"
            )


def _numbers(content: Any, field: str) -> Iterator[tuple[str, float]]:
    """The numbers with a fraction or an exponent, and where each stands."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield from _numbers(value, f"{field}.{key}" if field else str(key))
    elif isinstance(content, list):
        for i, value in enumerate(content):
            if isinstance(value, float):
                if not (SMALLEST <= abs(value) <= LARGEST or value == 0):
                    yield f"{field}[{i}]", value
            elif not isinstance(value, str | int):
                yield from _numbers(value, f"{field}[{i}]")
    elif isinstance(content, float):
        yield field, content


def check_size(layers: int, parameters: int) -> None:
    """Refuse a network before its weights are drawn. Raises `ValueError` with field and remedy."""
    if layers > MOST_LAYERS:
        raise ValueError(
            f"network.layers: has {layers:,} layers: write at most {MOST_LAYERS}, a workbook of "
            "more is not to be followed"
        )
    if parameters > MOST_PARAMETERS:
        raise ValueError(
            f"network.layers: have {parameters:,} weights and biases, a workbook holds "
            f"{MOST_PARAMETERS:,}: use fewer units"
        )
