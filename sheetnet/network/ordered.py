"""The order in which the documents write equations: squares, ½ of them, weights."""

from __future__ import annotations

import re

from sheetnet.expressions.reading import END, LOW, UP
from sheetnet.network.documents import Document

#: The square of a difference of two symbols, in a line for the reader.
SYMBOL = f"(.)(?:{LOW}[^{END}]*{END})?(?:{UP}[^{END}]*{END})?"
SQUARE = re.compile(rf"\({SYMBOL} − {SYMBOL}\){UP}2{END}")
#: ½ before each square of a sum, and before all of it.
HALVES, HALF = re.compile(rf"½·{SQUARE.pattern} \+ ½·\("), re.compile(r"½·\(\(")
#: An input or a value before the weight that it is multiplied by: all documents have it behind.
BEHIND = re.compile(rf"(?:^|[ (−])[axX](?:{LOW}[^{END}]*{END})?(?:{UP}[^{END}]*{END})?·[wW]{LOW}")


def misordered(document: Document, line: str) -> str:
    """What stands in another order in a line than in the document, in words."""
    for square in SQUARE.finditer(line):
        are_targets = [one == document.targets for one in square.groups()]
        if are_targets == [not document.target_first, document.target_first]:
            return "the document squares the target less the output the other way round"
    if (HALVES if document.half_outside else HALF).search(line):
        return "½ of the squares stands elsewhere in the document"
    if BEHIND.search(line):
        return "the documents write a weight before what it multiplies"
    return ""
