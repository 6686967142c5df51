"""The titles of matrices, proved: what is written over a matrix computes what stands under it.

A title is a name, or an equation of names; a name means the matrix, or matrices, that stand under
it on the same sheet. A product in the wrong order, a transpose too many or too few, the weights of
another layer: they do not fit, or give other numbers. What is said in words is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice, product
from typing import Any, NamedTuple, Protocol

import numpy as np

from sheetnet.expressions.reading import FUNCTIONS, Function
from sheetnet.expressions.rich import Rich, rich
from sheetnet.proof import readings
from sheetnet.proof.comparison import Comparison
from sheetnet.workbook.book import Book
from sheetnet.workbook.model import FloatArray, Matrix, Position, Sheet

LABEL = r"(?:\^\{(?![Tt]\})[^}]*\})"
LETTER = r"(?:[A-Za-zŷŶΔδ]⃗?|𝟏)"
NAME = rf"{LETTER}(?:_\{{[^}}]*\}})?{LABEL}?"
DERIVED = rf"[d∂](?:{NAME}|σ_\{{\d\}})/[d∂]{NAME}"
TOKEN = re.compile(
    rf"(?P<function>(?:[A-Za-z]{{2,}}|[σS])′?(?=\())|(?P<letter>[α-γε-ω](?:\d|_\{{[^}}]*\}})?)"
    rf"|(?P<name>{DERIVED}|{NAME})|(?P<number>\d+)|(?P<sum>Σ ?)"
    r"|(?P<turned>\^\{[Tt]\})|(?P<sign>[()+−/]|[∘⊙⊗⊘])|(?P<times>·| )"
)
#: What makes a name one of several: its layer, its numbers.
WHICH = re.compile(r"[_^]\{[^}]*\}")
TURNED = re.compile(rf"\(?({DERIVED}|{NAME})\)?\^\{{[Tt]\}}")
#: What is made of the examples' products, said behind them, and what more is in a gradient.
OVER = re.compile(r"(mean|sum) of (\d+)(?:(\+.*); not of biases|(\+.*))?")
LATER = "; not of biases"
#: A sign, and how strongly it binds; two matrices side by side are a product.
BINDING = {"+": 1, "−": 1, "∘": 2, "⊙": 2, "⊗": 2, "⊘": 2, "/": 2, "": 3}
#: So many choices of the matrices that names of several mean are tried.
MOST = 2_000


class UnreadError(Exception):
    """A title that is no equation of names alone."""


class MeaninglessError(Exception):
    """A name of what others of its kind stand on the sheet, and it does not."""


class _Titled(NamedTuple):
    """A title up to a comma or colon, what it says behind that, and the numbers under it."""

    place: Position
    text: str
    rest: str
    values: FloatArray


class Decoder(Protocol):
    """What titles look up beside the matrices of their sheet."""

    @property
    def functions(self) -> Mapping[str, Function]: ...

    @property
    def examples(self) -> int:
        """How many there are: N."""
        ...

    @property
    def letters(self) -> Mapping[str, float]:
        """Rates and strengths by their letters."""
        ...


def check_titles(book: Book, decoder: Decoder) -> Comparison:
    """Each equation over a matrix on the sheets that have matrices."""
    check = Comparison("titles of matrices")
    for sheet in book.sheets:
        if any(isinstance(cell.content, Matrix) for cell in sheet.cells.values()):
            check_sheet(check, book, sheet, decoder)
    return check


def check_sheet(check: Comparison, book: Book, sheet: Sheet, decoder: Decoder) -> None:
    """Each equation over numbers on one sheet."""
    titles = list(_titles(book, sheet))
    for title in _called_twice(titles):
        check.add(sheet.name, *title.place, f"another matrix is called {title.text} as well")
    known = _known(titles)
    for title in titles:
        name, equals, text = title.text.partition("=")
        if not equals:
            continue
        try:
            right = _computes(text, title, known, decoder)
        except UnreadError:
            continue
        except MeaninglessError as error:
            check.add(sheet.name, *title.place, f"its title says {error}, which is not there")
            continue
        check.cells += 1
        if not right:
            check.add(sheet.name, *title.place, f"its title computes something else ({name})")


def _titles(book: Book, sheet: Sheet) -> Iterator[_Titled]:
    """Each text with numbers under it: all that adjoin."""
    numbers: dict[Position, float] = {}
    for place, cell in sheet.cells.items():
        if cell.is_computed or isinstance(cell.content, float):
            value = book.value(sheet, *place)
            if isinstance(value, float | int) and not isinstance(value, bool):
                numbers[place] = float(value)
    heads = {p for p, c in sheet.cells.items() if isinstance(c.content, Rich | str)}
    for (row, left), cell in sheet.cells.items():
        top = row + 1
        if (top, left) not in numbers or not isinstance(cell.content, Rich | str):
            continue
        text, *rest = re.split(r"[,:] ", _plain(rich(cell.content)), maxsplit=1)
        bottom, right = top, left
        while (bottom + 1, left) in numbers:
            bottom += 1
        while (top, right + 1) in numbers and (row, right + 1) not in heads:
            right += 1
        rows = [[(r, c) for c in range(left, right + 1)] for r in range(top, bottom + 1)]
        if all(place in numbers for line in rows for place in line):
            values = np.array([[numbers[place] for place in line] for line in rows])
            yield _Titled((row, left), text, " ".join(rest), values)


def _plain(title: Rich) -> str:
    """Raised and lowered parts in braces, the ones in bold by a letter of their own."""
    text = ""
    for run in title.runs:
        mark = {1: "^", -1: "_"}.get(run.level, "")
        part = "𝟏" if run.bold and run.text == "1" else run.text
        text += mark + "{" + part + "}" if mark else part
    return re.sub(r" ([∘⊙⊗⊘+−=]) ", r"\1", text)


def _known(titles: list[_Titled]) -> dict[str, list[FloatArray]]:
    """The matrices that each name may mean."""
    known: dict[str, list[FloatArray]] = {}
    for title in titles:
        name, values = title.text.partition("=")[0], title.values
        turned = TURNED.fullmatch(name)
        if turned:
            known.setdefault(turned[1], []).append(values.T)
        elif re.fullmatch(TOKEN.pattern, name):
            held = known.setdefault(name, [])
            held.append(values)
            if name.startswith("W"):  # what takes δ back is this without the row of the biases
                held += [values[1:], values[:-1]]
            if title.rest.startswith("in every"):  # one row or column, spread
                held += [values[:1], values[:, :1]]
            if name[1:2] == "⃗":  # a column in its document, which computes a row
                held.append(values.T)
    return known


def _called_twice(titles: list[_Titled]) -> Iterator[_Titled]:
    """The titles that name another matrix than those of the same name that an equation computes,
    or than the first of them.

    A single number may have the letter of several: the cost, and what the outputs add to it.
    Equations may differ where an activation is saturated: a Jacobian is 0 there.
    """
    computed: dict[tuple[str, str], list[FloatArray]] = {}
    named: list[tuple[_Titled, tuple[str, str], FloatArray]] = []
    for title in titles:
        name, equals, _ = title.text.partition("=")
        turned = TURNED.fullmatch(name)
        key, values = (turned[1], title.values.T) if turned else (name, title.values)
        if equals:
            computed.setdefault((key, title.rest), []).append(values)
        elif re.fullmatch(TOKEN.pattern, key):
            named.append((title, (key, title.rest), values))
    for title, key, values in named:
        known = computed.setdefault(key, [values])
        if known[0].size > 1 and not any(_is(values, other, False) for other in known):
            yield title


def _computes(
    text: str, title: _Titled, known: Mapping[str, list[FloatArray]], decoder: Decoder
) -> bool:
    """Whether the equation gives the numbers for one of the matrices that each name means."""
    over, divisor, more = OVER.fullmatch(title.rest), 1, ""
    if over:
        divisor = decoder.examples if over[1] == "mean" else 1
        more = over[3] or over[4] or ""
        if int(over[2]) != decoder.examples:
            return False
    elif text.endswith(LATER):
        text = text.removesuffix(LATER)
    part, later = _tokens(text), _tokens(more.removeprefix("+"))
    names = sorted({part for kind, part in (*part, *later) if kind == "name" and part != "N"})
    kinds = {WHICH.sub("", name) for name in known if WHICH.search(name)}
    for name in names:
        if name not in known:
            if WHICH.search(name) and WHICH.sub("", name) in kinds:
                raise MeaninglessError(name)
            raise UnreadError(name)
    bare = title.rest.endswith(LATER) or title.text.endswith(LATER)
    axes = (0, 1, None) if any(kind == "sum" for kind, _ in part) else (None,)
    dots = (False, True) if ("times", "·") in part else (False,)
    choices = product(product(*(known[name] for name in names)), axes, dots)
    for chosen, axis, dot in islice(choices, MOST):
        matrices: dict[str, Any] = dict(zip(names, chosen, strict=True))
        reader = partial(_Reader, matrices=matrices, decoder=decoder, axis=axis, single=dot)
        try:
            value = reader(list(part)).read() / divisor
            if later:
                value = _sum(value, reader(list(later)).read())
        except ValueError:
            continue  # shapes that do not fit
        if _is(value, title.values, bare):
            return True
    return False


def _sum(one: Any, other: Any) -> Any:
    """Their sum, of the rows or columns that both have."""
    rows, columns = (min(a, b) for a, b in zip(np.shape(one), np.shape(other), strict=True))
    return one[:rows, :columns] + other[:rows, :columns]


def _is(value: Any, wanted: FloatArray, bare: bool) -> bool:
    """Whether a matrix is the wanted one, or that without its first or last row or column."""
    cuts: list[tuple[Any, FloatArray]] = [(value, wanted)]
    if bare and np.ndim(value) == 2:
        for cut in np.s_[1:, :], np.s_[:-1, :], np.s_[:, 1:], np.s_[:, :-1]:
            cuts += [(value, wanted[cut]), (value[cut], wanted[cut])]
    return any(
        other.size > 0
        and np.shape(one) == other.shape
        and np.allclose(one, other, rtol=1e-9, atol=1e-12)
        for one, other in cuts
    )


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise UnreadError(text)
        found.append((str(match.lastgroup), match.group()))
        at = match.end()
    return found


class _Reader:
    """Precedence climbing over matrices."""

    def __init__(
        self,
        left: list[tuple[str, str]],
        *,
        matrices: Mapping[str, Any],
        decoder: Decoder,
        axis: int | None,
        single: bool,
    ) -> None:
        self.left, self.matrices, self.decoder, self.axis = left, matrices, decoder, axis
        #: Whether a dot between matrices is said of their numbers, one by one.
        self.single = single

    def read(self) -> Any:
        value = self._sum(0)
        if self.left:
            raise UnreadError(self.left[0][1])
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
            each = self.single and (kind, sign) == ("times", "·")
            sign = sign if joined else "∘" if each else ""
            value = self._joined(sign, value, self._sum(BINDING[sign]))
        return value

    @staticmethod
    def _joined(sign: str, one: Any, other: Any) -> Any:
        if sign == "" and np.ndim(one) and np.ndim(other):
            return one @ other
        work: dict[str, Any] = {
            "+": np.add,
            "−": np.subtract,
            "/": np.divide,
            "⊘": np.divide,
        }
        return work.get(sign, np.multiply)(one, other)

    def _factor(self) -> Any:
        if not self.left:
            raise UnreadError("")
        kind, text = self.left.pop(0)
        if kind == "function":
            return self._applied(text)
        if kind == "sum":  # over units or examples: the other axis is tried as well
            return np.sum(self._sum(1), axis=self.axis, keepdims=True)
        if text == "(":
            value = self._sum(0)
            if not self.left or self.left.pop(0)[1] != ")":
                raise UnreadError(text)
        elif kind == "name" and text in self.matrices:
            value = self.matrices[text]
        elif text == "N":
            value = float(self.decoder.examples)
        elif kind == "letter" and (letter := re.sub(r"[_{}]", "", text)) in self.decoder.letters:
            value = self.decoder.letters[letter]
        elif kind == "number":
            value = float(text)
        else:
            raise UnreadError(text)
        if self.left and self.left[0][0] == "turned":
            self.left.pop(0)
            value = value.T
        return value

    def _applied(self, name: str) -> Any:
        """A function of all numbers of a matrix, one by one."""
        function = FUNCTIONS.get(name) or self.decoder.functions.get(name)
        if function is None:
            raise UnreadError(name)
        self.left.pop(0)
        argument = self._sum(0)
        if not self.left or self.left.pop(0)[1] != ")":
            raise UnreadError(name)
        try:
            return np.vectorize(lambda one: function([float(one)], {}))(argument)
        except (*readings.UNREADABLE, TypeError):
            raise UnreadError(name) from None  # it has hyper-parameters
