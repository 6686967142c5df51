"""The titles of matrices are read back: what is written over a matrix computes what stands there.

A title is a name, or an equation of names; a name means the matrix, or matrices, that stand under
it on the same sheet. The reader is written for the test and shares nothing with the sheets: a
product in the wrong order, a transpose too many or too few, does not fit or gives other numbers.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import product
from typing import Any

import numpy as np
import pytest

from sheetnet.expressions.rich import Rich, rich
from sheetnet.network.lesson import Lesson
from sheetnet.workbook.book import Book
from tests.books import book_with
from tests.strategies import NOTATIONS

LABEL = r"(?:\^\{(?![Tt]\})[^}]*\})"
LETTER = r"(?:[A-Za-zŷŶΔδ]⃗?|𝟏)"
NAME = rf"{LETTER}(?:_\{{[^}}]*\}})?{LABEL}?"
FUNCTION = r"σ_\{\d\}"
TOKEN = re.compile(
    rf"(?P<name>[d∂](?:{NAME}|{FUNCTION})/[d∂]{NAME}|{NAME})|(?P<number>\d+)"
    r"|(?P<turned>\^\{[Tt]\})|(?P<sign>[()+−/]|[∘⊙⊗⊘])|(?P<times>·| )"
)
#: A sign, and how strongly it binds; two matrices side by side are a product.
BINDING = {"+": 1, "−": 1, "∘": 2, "⊙": 2, "⊗": 2, "⊘": 2, "/": 2, "": 3}


class Unread(Exception):
    """A title that is no equation of names alone."""


def plain(title: Rich) -> str:
    """Raised and lowered parts in braces, the ones in bold by a letter of their own."""
    text = ""
    for run in title.runs:
        mark = {1: "^", -1: "_"}.get(run.level, "")
        part = "𝟏" if run.bold and run.text == "1" else run.text
        text += mark + "{" + part + "}" if mark else part
    return re.sub(r" ([∘⊙⊗⊘+−=]) ", r"\1", text)


def tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise Unread(text)
        assert match.lastgroup
        found.append((match.lastgroup, match.group()))
        at = match.end()
    return found


class Reader:
    """Precedence climbing over matrices."""

    def __init__(self, text: str, matrices: dict[str, Any], examples: int) -> None:
        self.left, self.matrices, self.examples = tokens(text), matrices, examples

    def read(self) -> Any:
        value = self._sum(0)
        if self.left:
            raise Unread(self.left)
        return value

    def _sum(self, least: int) -> Any:
        value = self._factor()
        while self.left:
            kind, sign = self.left[0]
            if sign == ")" or BINDING.get(sign if kind == "sign" else "", 0) <= least:
                return value
            joined = kind == "sign" and sign != "("
            if joined or kind == "times":
                self.left.pop(0)
            sign = sign if joined else ""
            value = self._joined(sign, value, self._sum(BINDING[sign]))
        return value

    @staticmethod
    def _joined(sign: str, one: Any, other: Any) -> Any:
        if sign == "" and np.ndim(one) and np.ndim(other):
            return one @ other
        work = {"+": np.add, "−": np.subtract, "/": np.divide, "⊘": np.divide}
        return work.get(sign, np.multiply)(one, other)

    def _factor(self) -> Any:
        if not self.left:
            raise Unread("")
        kind, text = self.left.pop(0)
        if text == "(":
            value = self._sum(0)
            if not self.left or self.left.pop(0)[1] != ")":
                raise Unread(text)
        elif kind == "name" and text in self.matrices:
            value = self.matrices[text]
        elif text == "N":
            value = float(self.examples)
        elif kind == "number":
            value = float(text)
        else:
            raise Unread(text)
        if self.left and self.left[0][0] == "turned":
            self.left.pop(0)
            value = value.T
        return value


def titled(book: Book, sheet: Any) -> list[tuple[str, str, Any]]:
    """Title, what it says behind a comma or a colon, and the numbers under it.

    Numbers and the 1 or the biases beside them are claimed apart: a matrix is all that adjoins.
    """
    numbers: dict[tuple[int, int], float] = {
        place: cell.content
        for place, cell in sheet.cells.items()
        if isinstance(cell.content, int | float)
    }
    for claim, values, _ in book.claimed(sheet):
        if isinstance(values, str):
            continue
        shape = claim.rows, claim.columns
        for at, value in np.ndenumerate(np.broadcast_to(np.asarray(values, float), shape)):
            numbers[claim.top + at[0], claim.left + at[1]] = value
    found = []
    for (row, left), cell in sorted(sheet.cells.items()):
        top = row + 1
        if (top, left) not in numbers or not isinstance(cell.content, Rich | str):
            continue
        text, *rest = re.split(r"[,:] ", plain(rich(cell.content)), maxsplit=1)
        rows, columns = top, left
        while (rows, left) in numbers:
            rows += 1
        while (top, columns) in numbers:
            columns += 1
        places = [[(row, column) for column in range(left, columns)] for row in range(top, rows)]
        if all(place in numbers for row in places for place in row):
            held = np.array([[numbers[place] for place in row] for row in places])
            found.append((text, " ".join(rest), held))
    return found


def computes(text: str, known: dict[str, list[Any]], wanted: Any, examples: int) -> bool:
    """Whether the equation gives the numbers for one of the matrices that each name means."""
    names = sorted({part for kind, part in tokens(text) if kind == "name" and part in known})
    read = False
    for chosen in product(*(known[name] for name in names)):
        try:
            value = Reader(text, dict(zip(names, chosen, strict=True)), examples).read()
        except ValueError:
            continue  # shapes that do not fit
        read = True
        if np.shape(value) == wanted.shape and np.allclose(value, wanted, rtol=1e-9, atol=1e-12):
            return True
    assert read or names, text
    return False


def read_back(book: Book, sheet: Any, examples: int) -> int:
    """How many titles compute what stands under them; each that can be read must."""
    titles, known = titled(book, sheet), defaultdict(list)
    for text, _, values in titles:
        name = text.split("=")[0]
        turned = re.fullmatch(rf"\(?({NAME})\)?\^\{{[Tt]\}}", name)
        if turned:
            known[turned[1]].append(values.T)
        elif re.fullmatch(TOKEN.pattern, name):
            known[name].append(values)
            if name.startswith("W"):  # what takes δ back is this without the row of the biases
                known[name] += [values[1:], values[:-1]]
            if name[1:2] == "⃗":  # a column in its document, which computes a row
                known[name].append(values.T)
    count = 0
    for text, rest, values in titles:
        if "=" not in text:
            continue
        try:
            right = computes(text.split("=", 1)[1], known, values, examples)
        except Unread:
            continue
        # A mean of several examples is said in words behind the product.
        assert right or "mean of" in rest, (sheet.name, text)
        count += right
    return count


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize(
    ("name", "sheet", "least"),
    [
        ("happydustbunny", "Diagonal matrices", 3),
        ("happydustbunny", "Matrices", 4),
        ("sabine-squared-error", "Factors", 6),
        ("sabine-squared-error", "Matrices", 4),
        ("sabine-softmax", "Matrices", 4),
        ("wichmann-general", "Element and matrix", 9),
        ("wichmann-general", "Matrices", 1),
        ("bhadani-1-2-3-1", "Matrices", 6),
    ],
)
def test_a_title_computes_its_matrix(name: str, sheet: str, least: int, notation: str) -> None:
    lesson = Lesson.load(name).model_copy(update={"notation": notation})
    book = book_with(lesson, lesson.settings)
    assert read_back(book, book[sheet], len(lesson.data.inputs)) >= least
