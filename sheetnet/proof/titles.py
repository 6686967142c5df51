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

from sheetnet.expressions.matrix_titles import (
    DERIVED,
    NAME,
    SLOPE,
    TOKEN,
    Known,
    OpenError,
    Reader,
    UnreadError,
    alike,
    tokens,
)
from sheetnet.expressions.rich import Rich, rich
from sheetnet.proof import readings
from sheetnet.proof.comparison import Comparison
from sheetnet.proof.lines import says_no_number
from sheetnet.workbook.book import NEW, Book
from sheetnet.workbook.model import FloatArray, Position, Sheet

#: What makes a name one of several: its layer, its numbers.
WHICH = re.compile(r"[_^]\{[^}]*\}")
TURNED = re.compile(rf"\(?({DERIVED}|{NAME})\)?\^\{{[Tt]\}}")
#: What is made of the examples' products, said behind them, and what more is in a gradient.
OVER = re.compile(r"(mean|sum) of (\d+)(?:(\+.*); not of biases|(\+.*))?")
#: A matrix of one example alone.
OF_ONE = re.compile(r"example (\d+)")
LATER = "; not of biases"
#: Behind the equation of an update: what of it keeps its old value.
STAYS = re.compile(r"; (?:fixed ones|biases) stay$")
#: Biases by themselves where they have no letter of their own, in an equation; what stands for it.
SPREAD, BIASES = re.compile(r"\+biases$"), "b⃗"
#: Biases in a word that are taken off, or that a product begins or ends with.
MULTIPLIED = re.compile(r"−biases|biases [^\W\d_]|[^\W\d_](?:[\^_]\{[^}]*\})? biases")
#: Elements by letters that run: of panels, where what they sum is computed beside it.
RUNNING = re.compile(r"_\{[i-n]+\}")
#: What is no mathematics alone: words, but for the names of functions before their brackets.
WORD = re.compile(r"[^\W\d_]{3,}(?![^\W\d_]|′?\()")
#: A mask, a maximum, the number of examples: of these the titles of a neuron alone tell.
MASK = re.compile(r"1\[|max\(|/N·")
#: The same row, or column, for each unit: the derivative of z by its weights.
EACH_UNIT = re.compile(r"a (?:row|column) for each unit: (.+)")
BY_WEIGHTS = re.compile(r"([d∂])z.*/\1[Ww].*")
#: What stands for a number that all elements are.
CONSTANT = re.compile(r"\d+(?:\.\d+)?")
#: So many choices of the matrices that names of several mean are tried.
MOST = 2_000


class MeaninglessError(Exception):
    """A name of what others of its kind stand on the sheet, and it does not."""


class Titled(NamedTuple):
    """A title up to a comma or colon, what it says behind that, and the numbers under it."""

    place: Position
    text: str
    rest: str
    values: FloatArray


class Decoder(Known, Protocol):
    """What titles look up beside their sheet."""

    def on(self, sheet: str) -> Decoder:
        """What knows the names on one sheet."""
        ...

    def forms(self, text: str) -> list[FloatArray]:
        """The sides of an equation of letters of its own; none where it is none."""
        ...

    @property
    def ones(self) -> str:
        """The name of a column of ones."""
        ...

    def matrices(self, name: str) -> list[FloatArray] | None:
        """The matrices that a name may stand for; None: it is no name that is known apart from
        its sheet. Raises `LookupError` where the document writes that otherwise."""
        ...


def check_titles(book: Book, decoder: Decoder) -> Comparison:
    """Each equation over a matrix on the sheets that have matrices."""
    check = Comparison("titles of matrices")
    with np.errstate(all="ignore"):
        for sheet in book.sheets:
            if sheet.has_matrices:
                check_sheet(check, book, sheet, decoder.on(sheet.name))
    return check


def check_sheet(check: Comparison, book: Book, sheet: Sheet, decoder: Decoder) -> None:
    """Each equation over numbers on one sheet."""
    titles = [
        each
        for each in titles_of(book, sheet)
        if not says_no_number(book, sheet, each.place[0] + 1)
    ]
    for title in _called_twice(titles):
        check.add(sheet.name, *title.place, f"another matrix is called {title.text} as well")
    for title in titles:
        if what := _misnamed(title, decoder):
            check.add(sheet.name, *title.place, what)
    known = known_of(titles)
    for title in titles:
        name, equals, text = title.text.partition("=")
        if equals and name == text:
            check.add(sheet.name, *title.place, f"says that {name} is itself")
        stated = SPREAD.sub(f"+{BIASES}", text) if equals else name
        if alone := EACH_UNIT.fullmatch(title.rest):
            stated = alone[1]
            if not BY_WEIGHTS.fullmatch(name):
                check.add(sheet.name, *title.place, f"{name} has no row for each unit")
        if equals and MULTIPLIED.search(text.partition(";")[0]):
            check.add(sheet.name, *title.place, "does something else with biases, which are added")
        if forms := _forms(title, decoder):
            check.cells += 1
            if any(not alike(side.ravel(), title.values.ravel()) for side in forms):
                check.add(sheet.name, *title.place, "its title computes something else")
            continue
        if CONSTANT.fullmatch(stated):
            check.cells += 1
            if (title.values != float(stated)).any():
                check.add(sheet.name, *title.place, f"not all numbers under it are {stated}")
            continue
        if not equals and not alone and _meant(decoder, STAYS.sub("", name)) is not None:
            continue  # what it is called is proved
        try:
            right = _computes(stated, title, known, decoder)
        except UnreadError as error:
            if not WORD.search(
                STAYS.sub("", f"{name.removeprefix(NEW)}={stated}")
            ) and not MASK.search(title.text):
                check.add(sheet.name, *title.place, f"its title cannot be read: {error}")
            continue
        except OpenError:
            continue
        except MeaninglessError as error:
            check.add(sheet.name, *title.place, f"its title says {error}, which is not there")
            continue
        check.cells += 1
        if not right:
            check.add(sheet.name, *title.place, f"its title computes something else ({name})")


def titles_of(book: Book, sheet: Sheet) -> Iterator[Titled]:
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
            yield Titled((row, left), text, " ".join(rest), values)


def _forms(title: Titled, decoder: Decoder) -> list[FloatArray]:
    """The sides of a title in letters of its sheet's own, also behind a colon or over a comma."""
    texts = [title.text, title.rest]
    if "=" in title.text:
        texts.append(f"{title.text}, {title.rest}")
    return [side for text in texts for side in decoder.forms(text)]


def _plain(title: Rich) -> str:
    """Raised and lowered parts in braces, the ones in bold by a letter of their own."""
    text = ""
    for run in title.runs:
        mark = {1: "^", -1: "_"}.get(run.level, "")
        part = "𝟏" if run.bold and run.text == "1" else run.text
        text += mark + "{" + part + "}" if mark else part
    return re.sub(r" ([∘⊙⊗⊘+−=]) ", r"\1", text)


def known_of(titles: list[Titled]) -> dict[str, list[FloatArray]]:
    """The matrices that each name may mean."""
    known: dict[str, list[FloatArray]] = {}
    for title in titles:
        name, values = title.text.partition("=")[0], title.values
        turned = TURNED.fullmatch(name)
        if name == "biases":
            known.setdefault(BIASES, []).extend((values, values.T))
        elif turned:
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


def _called_twice(titles: list[Titled]) -> Iterator[Titled]:
    """The titles that name another matrix than those of the same name that an equation computes,
    or than the first of them.

    A single number may have the letter of several: the cost, and what the outputs add to it.
    Equations may differ where an activation is saturated: a Jacobian is 0 there.
    """
    computed: dict[tuple[str, str], list[FloatArray]] = {}
    named: list[tuple[Titled, tuple[str, str], FloatArray]] = []
    for title in titles:
        name, equals, _ = title.text.partition("=")
        turned = TURNED.fullmatch(name)
        key, values = (turned[1], title.values.T) if turned else (name, title.values)
        if equals:
            computed.setdefault((key, title.rest), []).append(values)
        elif re.fullmatch(TOKEN.pattern, key) and not re.fullmatch(SLOPE, key):
            named.append((title, (key, title.rest), values))
    for title, key, values in named:
        known = computed.setdefault(key, [values])
        if known[0].size > 1 and not any(_is(values, other, False) for other in known):
            yield title


def _meant(decoder: Decoder, name: str) -> list[FloatArray] | None:
    """What a name means apart from its sheet; none where the document writes that otherwise."""
    try:
        return decoder.matrices(name)
    except readings.UNREADABLE:
        return []


def _misnamed(title: Titled, decoder: Decoder) -> str:
    """What is wrong with a name, where that is known apart from its sheet."""
    name = STAYS.sub("", title.text).partition("=")[0]
    turned = TURNED.fullmatch(name)
    try:
        meant = decoder.matrices(turned[1] if turned else name)
    except readings.UNREADABLE as error:
        return f"its name: {error}"
    one = OF_ONE.fullmatch(title.rest)
    if meant and one:
        meant = [each[int(one[1]) - 1 :][:1] for each in meant]
    if meant and (turned[1] if turned else name) == decoder.ones:
        values = title.values.T if turned else title.values
        return "" if _is(meant[0], values, False) else f"{name} are ones in a column"
    if meant is None or any(
        _is(each, title.values, False) or _is(each.T, title.values, False) for each in meant
    ):
        return ""
    return f"{name} is another matrix"


def _computes(
    text: str, title: Titled, known: Mapping[str, list[FloatArray]], decoder: Decoder
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
    if RUNNING.search(text):
        raise OpenError(text)
    text, stays = STAYS.subn("", text)
    part, later = tokens(text), tokens(more.removeprefix("+"))
    letters = {"N", *decoder.letters} - known.keys()
    names = sorted({p for kind, p in (*part, *later) if kind == "name" and p not in letters})
    kinds = {WHICH.sub("", name) for name in known if WHICH.search(name)}
    for name in names:
        if name not in known and (apart := _meant(decoder, name)):
            known = {**known, name: [*apart, *(each.T for each in apart)]}
        if name not in known:
            if WHICH.search(name) and WHICH.sub("", name) in kinds:
                raise MeaninglessError(name)
            raise UnreadError(name)
    bare = title.rest.endswith(LATER) or title.text.endswith(LATER)
    along = any(kind == "sum" or text.rstrip("(") in decoder.whole for kind, text in part)
    axes = (0, 1, None) if along else (None,)
    dots = (False, True) if ("times", "·") in part else (False,)
    choices = product(product(*(known[name] for name in names)), axes, dots)
    for chosen, axis, dot in islice(choices, MOST):
        matrices: dict[str, Any] = dict(zip(names, chosen, strict=True))
        reader = partial(Reader, matrices=matrices, decoder=decoder, axis=axis, single=dot)
        try:
            value = reader(list(part)).read() / divisor
            if later:
                value = _sum(value, reader(list(later)).read())
        except ValueError:
            continue  # shapes that do not fit
        old = known[title.text.removeprefix(NEW).partition("=")[0]] if stays else []
        if _is(value, title.values, bare) or _is_partly(value, old, title.values):
            return True
    return False


def _is_partly(value: Any, before: list[FloatArray], wanted: FloatArray) -> bool:
    """Whether a matrix has the wanted numbers, or where it does not, its old ones."""
    if np.shape(value) != wanted.shape:
        return False
    near = np.isclose(value, wanted, rtol=1e-9, atol=1e-12)
    columns = [each[:, :1] for each in before]  # of biases that are spread over the examples
    return any(
        old.shape == wanted.shape and bool((near | (old == wanted)).all())
        for old in (*before, *columns)
    )


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
    if np.ndim(value) == 2 and len(wanted) == len(value) + 1 > 2:  # their mean stands under them
        cuts.append((value, wanted[:-1]))
    return any(other.size > 0 and alike(one, other) for one, other in cuts)
