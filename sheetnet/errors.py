"""What is said to the user: errors of input, and words out of a file that may be anyone's."""

from __future__ import annotations

import unicodedata
from typing import Any

#: Characters of a word that is quoted, and of a whole sentence.
LONGEST_WORD, LONGEST_SENTENCE = 200, 2_000
#: Kinds of characters that a terminal may obey, or that turn or hide what stands beside them:
#: controls, formats, halves of characters, private ones, line and paragraph separators.
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


class SheetnetError(Exception):
    """Something is wrong with what the user gave; the message says what and the remedy.

    No character of it is one that a terminal obeys.
    """

    def __init__(self, message: str) -> None:
        super().__init__(cut(printable(message), LONGEST_SENTENCE))


def quoted(word: Any, *, marks: bool = True) -> str:
    """A word out of a file, in quotation marks: of at most 200 characters, none unseen."""
    text = cut(str(word), LONGEST_WORD - 2)
    return cut(repr(text) if marks else printable(text), LONGEST_WORD)


def printable(text: str) -> str:
    """The text with unseen characters written out, as `\\x1b`; line ends stay."""
    if text.isprintable():
        return text
    return "".join(
        char.encode("unicode_escape").decode("ascii") if _unseen(char) else char for char in text
    )


def _unseen(char: str) -> bool:
    # A line end, and what joins letters or keeps them apart in some scripts.
    return char not in "\n\u200c\u200d" and unicodedata.category(char) in UNSEEN


def cut(text: str, most: int) -> str:
    """The text, or its beginning and its end where it is longer."""
    if len(text) <= most:
        return text
    end = most // 4
    return f"{text[: most - end - 1]}…{text[len(text) - end :]}"
