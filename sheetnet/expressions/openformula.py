"""OpenFormula text, as .ods files hold it, made Excel's.

The two languages agree on operators, their precedence and most functions. They differ
in references (`[$Training.B6:.E106]`), separators, and how truth values are written.
What means something else in Excel, or nothing, is refused rather than guessed.
"""

from __future__ import annotations

import re
from functools import lru_cache

from sheetnet.expressions.dialects import quoted


class UntranslatableError(Exception):
    """The part of the formula that Excel has no words for."""


#: What may stand in a formula, besides blanks; what is not listed is refused.
TOKEN = re.compile(
    r"""
    (?P<text> "(?:[^"]|"")*+" )
  | \[ (?P<reference> (?:'[^']*'|[^\]'])* ) \]
  | (?P<truth> (?:TRUE|FALSE)\s*\(\s*\) )
  | (?P<function> [^\W\d][\w.]* (?=\s*\() )
  | (?P<number> (?:[0-9]+\.?[0-9]*|\.[0-9]+) (?:[eE][+-]?[0-9]+)? (?![\w.]) )
  | (?P<name> [^\W\d][\w.]* )
  | (?P<error> \#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!) )
  | (?P<same> <=|>=|<>|[-+*/^&=<>%()] )
  | (?P<mark> [;|{}] )
  | (?P<blank> \s+ )
    """,
    re.VERBOSE,
)
SHEET = r"(?:\$?('(?:[^']|'')*'|[^'.:!\s]+))?"
#: A cell, a whole column or a whole row.
CORNER = r"(\$?[A-Z]{1,3}\$?[0-9]{1,7}|\$?[A-Z]{1,3}|\$?[0-9]{1,7})"
REFERENCE = re.compile(rf"{SHEET}\.{CORNER}(?::{SHEET}\.{CORNER})?")
#: A name that Excel would take for a cell, which OpenFormula does not.
ADDRESS = re.compile(r"[A-Za-z]{1,3}[0-9]{1,7}|[Rr][0-9]*(?:[Cc][0-9]*)?|[Cc][0-9]*")
#: OpenFormula's name of a function begins with it, Excel's does not, or otherwise.
PREFIXES = {"LEGACY.": "", "ORG.GNUMERIC.": "", "COM.MICROSOFT.": "_xlfn."}
#: Within the braces of an array, and outside of them.
MARKS = {True: {";": ",", "|": ";"}, False: {";": ","}}


def excel_text(formula: str) -> str:
    """A formula of an .ods file in Excel's language, neither with an equals sign.

    Raises `UntranslatableError`.
    """
    prefix, equals, rest = formula.partition(":=")
    if equals and prefix.isalnum():
        if prefix == "msoxl":
            return rest
        if prefix not in ("of", "oooc"):
            raise UntranslatableError(prefix)
        formula = rest
    elif formula.startswith("="):
        formula = formula[1:]
    return "".join(_translated(formula))


def _translated(formula: str) -> list[str]:
    pieces: list[str] = []
    place, in_array = 0, False
    while place < len(formula):
        match = TOKEN.match(formula, place)
        if match is None:
            raise UntranslatableError(formula[place : place + 40])
        place = match.end()
        kind, text = match.lastgroup, match[0]
        if kind == "reference":
            text = excel_reference(match["reference"])
        elif kind == "truth":
            text = text[: text.index("(")].strip()
        elif kind == "function":
            text = _function(text)
        elif kind == "name" and ADDRESS.fullmatch(text):
            raise UntranslatableError(text)
        elif kind == "blank":
            # In Excel a blank between references is an operator.
            continue
        elif kind == "mark":
            if text in "{}" and in_array != (text == "{"):
                in_array = text == "{"
            elif text in MARKS[in_array]:
                text = MARKS[in_array][text]
            else:
                raise UntranslatableError(text)
        pieces.append(text)
    return pieces


def _function(name: str) -> str:
    for prefix, instead in PREFIXES.items():
        if name.startswith(prefix):
            return instead + name[len(prefix) :]
    return name


@lru_cache(2**16)
def excel_reference(text: str) -> str:
    """`$'A sheet'.B6:.E106` is `'A sheet'!B6:E106`. Raises `UntranslatableError`."""
    if "#REF!" in text:
        return "#REF!"
    match = REFERENCE.fullmatch(text)
    if match is None:
        raise UntranslatableError(f"[{text[:40]}]")
    sheet, first, other, last = match.groups()
    if other not in (None, sheet) or _kind(first) != _kind(last or first):
        raise UntranslatableError(f"[{text[:40]}]")
    if last is None and _kind(first) != (True, True):
        raise UntranslatableError(f"[{text[:40]}]")
    if sheet and sheet.startswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    return (f"{quoted(sheet)}!" if sheet else "") + first + (f":{last}" if last else "")


def _kind(corner: str) -> tuple[bool, bool]:
    """Whether it names a column, and a row."""
    return any(c.isalpha() for c in corner), any(c.isdigit() for c in corner)
