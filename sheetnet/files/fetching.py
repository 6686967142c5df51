"""Formulas that look beyond their workbook: how they are known.

Programs read formulas more generously than their standards say: in any letter case, and some
with letters that look alike. So does this. `found` decides; `harmless` sees soon, for a
whole stretch of markup, that nothing in it can be such a formula.
"""

from __future__ import annotations

import re
import unicodedata

#: Functions of any program that read files, call programs, or ask another machine; they are
#: sought in what `_folded` gives.
WORDS = (
    *("WEBSERVICE", "DDE", "RTD", "IMAGE", "CALL", "EXEC", "EXECSQL", "READDBTABLE"),
    *("REGISTER", "REGISTER.ID", "SQL.REQUEST", "STOCKHISTORY", "ATL_LAST", "SHELL"),
)
FAMILIES = ("CUBE", "IMPORT")
CALLED = re.compile(
    rf"(?<![A-Z0-9_])({'|'.join(map(re.escape, WORDS))}|(?:{'|'.join(FAMILIES)})[A-Z]+)\s*\("
)
#: An address, or a file by `'name'#`.
ADDRESS = re.compile(r"://|FILE:|\\\\|'\s*#")
#: OpenFormula's `name#$Sheet`, which no quotes enclose; an error's name is none.
HASH = re.compile(r"#\s*(?!(?:REF|N/A|DIV/0|NAME|VALUE|NUM|NULL|ERR)\b)[$'\w]")
#: Excel's [name]Sheet!, by its number or not, and `program|topic!item`.
BRACKET = re.compile(r"\[[^\[\]]*\][\w.]*!|'[^']*\[[^']*\][^']*'\s*!")
PIPE = re.compile(r"\|\s*'|\|[^{}|;#,]*!")
#: What every one of those contains, but for functions.
SIGNS = ("://", "FILE:", "\\\\", "#", "|")

#: Texts in a formula, and sheets' names, which may hold quotation marks themselves.
STRING = re.compile('"[^"]*"')
TOKEN = re.compile("\"(?:[^\"]|\"\")*+\"|'(?:[^']|'')*+'")
#: OOXML's way to write any character.
ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


def found(formula: str, *, excel: bool) -> str | None:
    """What the formula does beyond its workbook, as the end of "a formula …", or None.

    `excel` says whether it is written in Excel's way or in OpenFormula's.
    """
    if not any(sign in formula for sign in "(:#[|\\"):
        return None
    if "_x" in formula:
        formula = ESCAPE.sub(lambda match: chr(int(match[1], 16)), formula)
    # Where a text begins and ends can be made doubtful: what either reading leaves counts.
    for bare in (STRING.sub('""', formula), TOKEN.sub(_unless_name, formula)):
        bare = _folded(bare)
        if called := CALLED.search(bare):
            return f"calls {called[1]}"
        if ADDRESS.search(bare) or PIPE.search(bare):
            return "refers to another file"
        if BRACKET.search(bare) if excel else HASH.search(TOKEN.sub("", bare)):
            return "refers to another file"
    return None


def harmless(text: str, *, excel: bool) -> bool:
    """Whether no formula in a stretch of markup can be one that `found` finds.

    False means that nothing is known. Characters must not be written by their numbers.
    """
    text = _folded(text)
    if any(sign in text for sign in SIGNS) or (excel and "[" in text):
        return False
    if "_X" in text and ESCAPE.search(text.replace("_X", "_x")):
        return False
    return not (any(word in text for word in (*WORDS, *FAMILIES)) and CALLED.search(text))


def _folded(text: str) -> str:
    """The text in capitals, letters that only look otherwise made plain."""
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).upper()


def _unless_name(match: re.Match[str]) -> str:
    return match[0] if match[0].startswith("'") else '""'
